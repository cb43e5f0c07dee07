; Declarations have no scope: a policy is one whole. What has one are the labels of a program's touches, and in a rule
; the thing it looks at and the variables of `some`, `all`, `none`, `count` and `share`.

(program) @local.scope
(rule) @local.scope
(quantified) @local.scope
(figure) @local.scope

(touch label: (identifier) @local.definition)
(window since: (identifier) @local.reference)

(each_clause entity: (identifier) @local.definition)
(quantified variable: (identifier) @local.definition)
(figure variable: (identifier) @local.definition)

(path . (identifier) @local.reference)
(combination left: (identifier) @local.reference)
(combination right: (identifier) @local.reference)
(comparison left: (identifier) @local.reference)
(quantified list: (identifier) @local.reference)
(figure list: (identifier) @local.reference)
