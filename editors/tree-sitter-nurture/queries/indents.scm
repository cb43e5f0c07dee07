; For Neovim. Helix has other names for the same: @indent for @indent.begin, @outdent for @indent.end.

[
  (body)
  (block)
  (fields)
  (facts)
  (split)
  (list)
  (group)
  (filter)
  (leads)
  (figure)
  (act)
  (quantified)
  (attribute_call)
] @indent.begin

; What does not fit on a line goes on one step further in.
[
  (segment)
  (icp)
  (where_clause)
  (for_clause)
  (while_clause)
  (when_clause)
  (each_clause)
  (audience_clause)
  (join_clause)
  (goal_clause)
  (leave_clause)
  (needs_clause)
  (never_clause)
  (consent_clause)
  (back_clause)
  (only_if_clause)
  (reason_clause)
  (points)
  (field)
  (expect)
  (touch)
  (wait_until)
] @indent.begin

[
  "}"
  ")"
  "]"
] @indent.branch @indent.end

; A half-written declaration.
(ERROR
  "{") @indent.begin

[
  (comment)
  (doc_comment)
] @indent.auto
