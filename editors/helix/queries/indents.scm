[
  (body)
  (block)
  (fields)
  (facts)
  (split)
  (list)
  (group)
  (filter)
  (quantified)
  (figure)
] @indent

; What does not fit on a line goes on one step further in.
[
  (where_clause)
  (for_clause)
  (while_clause)
  (when_clause)
  (each_clause)
  (audience_clause)
  (goal_clause)
  (only_if_clause)
  (reason_clause)
  (wait_until)
] @indent

[
  "}"
  ")"
  "]"
] @outdent
