//! Whole declarations and clauses to fill in: `${1:name}` is a place, `$0` where the cursor ends.

/// A snippet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The keyword that it begins with.
    pub keyword: &'static str,
    /// What it inserts.
    pub body: &'static str,
}

/// Declarations, in the order of the reference.
pub const DECLARATIONS: [Snippet; 12] = [
    Snippet { keyword: "lead", body: "lead {\n  ${1:role}: one of ${2:cfo, controller}\n  ${3:email}: address of email\n  $0\n}" },
    Snippet { keyword: "signal", body: "signal ${1:visit} ${2|implicit,explicit,explicit request|} { ${3:page}: text }$0" },
    Snippet { keyword: "icp", body: "icp ${1:name} \"${2:Title}\" {\n  where ${3:everyone}\n  agreed by ${4:marketing, sales}$0\n}" },
    Snippet { keyword: "segment", body: "segment ${1:name} \"${2:Title}\" where ${3:everyone}$0" },
    Snippet {
        keyword: "journey",
        body: "journey ${1:buying} \"${2:Title}\" {\n  stage ${3:problem} \"${4:Title}\" {\n    asks \"${5:What do buyers ask here?}\"\n    while ${6:everyone}\n  }$0\n}",
    },
    Snippet {
        keyword: "score",
        body: "score ${1:engagement} {\n  +${2:5} for ${3:open}\n  halves every ${4:30 days}\n  from 0 to 100\n  band ${5:warm} from ${6:40}$0\n}",
    },
    Snippet {
        keyword: "content",
        body: "content ${1:name} \"${2:Title}\" {\n  kind ${3:guide}\n  about ${4:problem}\n  for ${5:everyone}\n  answers \"${6:Which question?}\"\n  gives \"${7:What does a reader keep?}\"\n  url \"${8:https://example.com/page}\"$0\n}",
    },
    Snippet {
        keyword: "program",
        body: "program ${1:name} \"${2:Title}\" {\n  audience ${3:everyone}\n  goal ${4:did reply}\n  owner \"${5:Who looks after it?}\"\n\n  on join {\n    email \"${6:Subject}\"\n    wait ${7:7 days}$0\n  }\n}",
    },
    Snippet { keyword: "handoff", body: "handoff ${1:name} \"${2:Title}\" {\n  when ${3:did reply}\n  follow up within ${4:1 day}$0\n}" },
    Snippet { keyword: "limits", body: "limits {\n  at most ${1:2} ${2:email} per ${3:7 days}\n  quiet from ${4:20:00} to ${5:08:00}$0\n}" },
    Snippet {
        keyword: "rule",
        body: "rule ${1:name} isn't nurturing {\n  each ${2:program}\n  when ${3:program.goal is unknown}\n  because \"${4:Why isn't it?}\"\n  instead \"${5:What to do}\"\n  flags {\n    ${6:program a { audience everyone on join { email \"Hello\" \\} \\}}\n  }\n  passes {\n    ${7:program a { audience everyone goal did reply on join { email \"Hello\" \\} \\}}\n  }$0\n}",
    },
    Snippet {
        keyword: "test",
        body: "test \"${1:What has to happen}\" from ${2:2026-01-05} {\n  lead { ${3} }\n  day ${4:0} { expect ${5:no messages} }$0\n}",
    },
];

/// Clauses that hold others.
pub const CLAUSES: [Snippet; 7] = [
    Snippet { keyword: "stage", body: "stage ${1:name} \"${2:Title}\" {\n  asks \"${3:What do buyers ask here?}\"\n  while ${4}\n}$0" },
    Snippet { keyword: "if", body: "if ${1} {\n  $0\n}" },
    Snippet { keyword: "split", body: "split {\n  ${1:50%} { $2 }\n  ${3:50%} { $4 }\n}$0" },
    Snippet { keyword: "every", body: "every ${1:30 days} {\n  $0\n}" },
    Snippet { keyword: "allow", body: "allow ${1:rule} because \"${2:why}\"$0" },
    Snippet { keyword: "day", body: "day ${1:0} { $0 }" },
    Snippet { keyword: "flags", body: "flags {\n  $0\n}" },
];
