(
  (doc_comment)* @doc
  .
  [
    (segment name: (identifier) @name)
    (icp name: (identifier) @name)
    (journey name: (identifier) @name)
    (score name: (identifier) @name)
  ] @definition.class
  (#strip! @doc "^##\\s*")
  (#select-adjacent! @doc @definition.class)
)

(
  (doc_comment)* @doc
  .
  (program name: (identifier) @name) @definition.module
  (#strip! @doc "^##\\s*")
  (#select-adjacent! @doc @definition.module)
)

(
  (doc_comment)* @doc
  .
  [
    (signal name: (identifier) @name)
    (handoff name: (identifier) @name)
    (rule name: (identifier) @name)
    (test title: (string) @name)
  ] @definition.function
  (#strip! @doc "^##\\s*")
  (#select-adjacent! @doc @definition.function)
)

(
  (doc_comment)* @doc
  .
  [
    (content name: (identifier) @name)
    (stage name: (identifier) @name)
    (band name: (identifier) @name)
  ] @definition.constant
  (#strip! @doc "^##\\s*")
  (#select-adjacent! @doc @definition.constant)
)

(
  (doc_comment)* @doc
  .
  (field name: (identifier) @name) @definition.field
  (#strip! @doc "^##\\s*")
  (#select-adjacent! @doc @definition.field)
)

(membership group: (identifier) @name) @reference.class
(journey_clause journey: (identifier) @name) @reference.class
(back_clause program: (identifier) @name) @reference.module
(prefer_clause program: (identifier) @name @reference.module)
(expected_touch program: (identifier) @name) @reference.module
(expected_messages program: (identifier) @name) @reference.module
(event signal: (identifier) @name) @reference.call
(test_event signal: (identifier) @name) @reference.call
(tell_clause signal: (identifier) @name @reference.call)
(handoff_step handoff: (identifier) @name) @reference.call
(expected_handoff handoff: (identifier) @name) @reference.call
(allow_clause rule: (identifier) @name) @reference.call
(touch content: (identifier) @name) @reference.constant
(expected_touch content: (identifier) @name) @reference.constant
(stages_clause stage: (identifier) @name @reference.constant)
(stage_trigger stage: (identifier) @name @reference.constant)
