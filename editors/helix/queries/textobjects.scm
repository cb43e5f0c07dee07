[
  (lead)
  (signal)
  (icp)
  (segment)
  (journey)
  (score)
  (content)
  (program)
  (handoff)
  (limits)
  (rule)
] @class.around

(test) @test.around

(track
  body: (block) @function.inside) @function.around

(field) @entry.around
(fact) @entry.around

[
  (comment)
  (doc_comment)
] @comment.inside

[
  (comment)
  (doc_comment)
]+ @comment.around
