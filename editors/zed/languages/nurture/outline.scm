(doc_comment) @annotation

(lead "lead" @name) @item
(limits "limits" @name) @item
(signal "signal" @context name: (_) @name) @item
(icp "icp" @context name: (_) @name) @item
(segment "segment" @context name: (_) @name) @item
(journey "journey" @context name: (_) @name) @item
(stage "stage" @context name: (_) @name) @item
(score "score" @context name: (_) @name) @item
(content "content" @context name: (_) @name) @item
(program "program" @context name: (_) @name) @item
(track trigger: (_) @name) @item
(handoff "handoff" @context name: (_) @name) @item
(rule "rule" @context name: (_) @name) @item
(test "test" @context title: (_) @name) @item
