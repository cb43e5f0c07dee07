; Where two patterns fit one node the later one holds, in Neovim, in Helix and in the tree-sitter CLI.
; The names are those of Neovim and of the CLI. Helix calls @number constant.numeric, @boolean
; constant.builtin.boolean and @property variable.other.member.

; ---- names ----

(identifier) @variable

(path "." (identifier) @property)
(attribute_call attribute: (identifier) @function.call)

[
  (segment name: (identifier) @type)
  (icp name: (identifier) @type)
  (journey name: (identifier) @type)
  (score name: (identifier) @type)
  (program name: (identifier) @type)
  (handoff name: (identifier) @type)
  (rule name: (identifier) @type)
  (membership group: (identifier) @type)
  (journey_clause journey: (identifier) @type)
  (handoff_step handoff: (identifier) @type)
  (back_clause program: (identifier) @type)
  (prefer_clause program: (identifier) @type)
  (allow_clause rule: (identifier) @type)
  (expected_handoff handoff: (identifier) @type)
  (expected_messages program: (identifier) @type)
  (expected_touch program: (identifier) @type)
]

[
  (signal name: (identifier) @function)
  (event signal: (identifier) @function)
  (tell_clause signal: (identifier) @function)
  (act signal: (identifier) @function)
  (test_event signal: (identifier) @function)
]

[
  (field name: (identifier) @property)
  (fact name: (identifier) @property)
  (becomes name: (identifier) @property)
]

[
  (content name: (identifier) @constant)
  (stage name: (identifier) @constant)
  (band name: (identifier) @constant)
  (option name: (identifier) @constant)
  (split name: (identifier) @constant)
  (comparison right: (identifier) @constant)
  (comparison low: (identifier) @constant)
  (comparison high: (identifier) @constant)
  (list (identifier) @constant)
  (fact value: (identifier) @constant)
  (becomes value: (identifier) @constant)
  (stages_clause stage: (identifier) @constant)
  (stage_trigger stage: (identifier) @constant)
  (touch content: (identifier) @constant)
  (touch platform: (identifier) @constant)
  (expected_touch content: (identifier) @constant)
  (language_clause language: (identifier) @constant)
  (agreed_clause by: (identifier) @constant)
  (means facet: (identifier) @constant)
  (level_clause level: (identifier) @constant)
  (denies_clause pillar: (identifier) @constant)
  (shows_clause pillar: (identifier) @constant)
]

(touch label: (identifier) @label)
(window since: (identifier) @label)

(each_clause entity: (identifier) @variable.parameter)
(quantified variable: (identifier) @variable.parameter)
(figure variable: (identifier) @variable.parameter)

; ---- keywords ----

[
  "about"
  "after"
  "agreed"
  "all"
  "allow"
  "always"
  "answers"
  "any"
  "as"
  "asks"
  "at"
  "audience"
  "back"
  "band"
  "because"
  "becomes"
  "by"
  "consent"
  "content"
  "count"
  "day"
  "deleted"
  "denies"
  "did"
  "drop"
  "each"
  "every"
  "exactly"
  "expect"
  "expires"
  "flags"
  "follow"
  "for"
  "from"
  "gives"
  "goal"
  "halves"
  "handoff"
  "hold"
  "icp"
  "instead"
  "invites"
  "join"
  "journey"
  "kind"
  "language"
  "last"
  "lead"
  "leads"
  "least"
  "leave"
  "level"
  "limits"
  "means"
  "messages"
  "mobile"
  "most"
  "needs"
  "never"
  "next"
  "no"
  "none"
  "nurturing"
  "objective"
  "of"
  "on"
  "only"
  "out"
  "owner"
  "passes"
  "per"
  "prefer"
  "preview"
  "program"
  "quiet"
  "reason"
  "ref"
  "rejoin"
  "rule"
  "runs"
  "score"
  "segment"
  "send"
  "share"
  "shows"
  "signal"
  "silent"
  "since"
  "some"
  "source"
  "split"
  "stage"
  "tell"
  "test"
  "text"
  "the"
  "times"
  "to"
  "unasked"
  "until"
  "untold"
  "up"
  "updated"
  "url"
  "wait"
  "when"
  "where"
  "while"
  "within"
  (again)
  (gated_clause)
  (stay)
] @keyword

[
  "if"
  "else"
] @keyword.conditional

[
  (optional)
  (draft_clause)
  "explicit"
  "implicit"
  "request"
] @keyword.modifier

[
  "and"
  "or"
  "not"
  "with"
  "except"
] @keyword.operator

(comparison operator: _ @keyword.operator)
(membership "in" @keyword.operator)
(quantified "in" @keyword.operator)
(figure "in" @keyword.operator)
(verdict ["is" "isn't"] @keyword.operator)
(deleted "is" @keyword)

[
  "<"
  "<="
  ">"
  ">="
  "+"
  "-"
] @operator

(quantified quantifier: _ @function.builtin)
(figure name: _ @function.builtin)
(act name: _ @function.builtin)
(leads "leads" @function.builtin)

(number_type ["whole" "number"] @type.builtin)
(date_type "date" @type.builtin)
(one_of_type ["one" "of"] @type.builtin)
(set_type ["set" "of"] @type.builtin)
(address_type ["address" "of"] @type.builtin)

[
  (flag_type)
  (moment_type)
] @type.builtin
(text_type "text" @type.builtin)
(content_type "content" @type.builtin)

(channel) @function.builtin

; ---- values ----

(string) @string
(escape_sequence) @string.escape
(placeholder) @string.special
(url_clause url: (string) @string.special.url)
(text_clause file: (string) @string.special.path)

[
  (number)
  (percent)
  (date)
  (time)
  (unit)
] @number
(unit "day" @number)

(boolean ["yes" "no"] @boolean)

((identifier) @boolean
  (#any-of? @boolean "yes" "no"))

((identifier) @constant.builtin
  (#any-of? @constant.builtin "everyone" "anonymous"))

[
  (weekday)
  (everyone)
  (identified)
  (anonymous)
  (known)
  (unknown)
  (empty)
  (today)
  (joining)
] @constant.builtin
(becomes_identified "identified" @constant.builtin)

; ---- signs, comments ----

[
  "{"
  "}"
  "("
  ")"
  "["
  "]"
] @punctuation.bracket

[
  ","
  "."
  ":"
] @punctuation.delimiter

(comment) @comment
(doc_comment) @comment.documentation

;; What a content is, and what it is about: fixed lists.
((kind_clause
  kind: (identifier) @constant)
  (#any-of? @constant
    "guide" "checklist" "article" "video" "webinar" "event" "tool" "course"
    "research" "comparison" "case_study" "white_paper" "brochure" "datasheet" "demo"
    "trial" "pricing" "newsletter" "announcement" "release_notes"))

((about_clause
  about: (identifier) @constant)
  (#any-of? @constant "problem" "market" "solution" "peers" "product" "company"))
