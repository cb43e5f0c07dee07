; Doc comments are plain sentences; both kinds of comment may hold a TODO or an address.

([
  (comment)
  (doc_comment)
] @injection.content
  (#set! injection.language "comment"))
