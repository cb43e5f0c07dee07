[
  (body)
  (block)
  (fields)
  (facts)
  (split)
  (list)
] @fold
