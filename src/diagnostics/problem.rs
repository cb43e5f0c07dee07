//! A problem and its slots: headline, labels, help, fixes.

use smol_str::SmolStr;

use super::{Check, Severity};
use crate::text::Range;

/// Proof that a problem has been reported. Only [`Problem::report`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported(());

impl Reported {
    /// For what is unknown only because a declaration has a syntax error, which is reported where it stands.
    pub fn with_its_declaration() -> Self {
        Self(())
    }
}

/// The kinds of declaration, in the order of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `lead`
    Lead,
    /// `signal`
    Signal,
    /// `icp`
    Icp,
    /// `segment`
    Segment,
    /// `journey`
    Journey,
    /// `score`
    Score,
    /// `content`
    Content,
    /// `program`
    Program,
    /// `handoff`
    Handoff,
    /// `limits`
    Limits,
    /// `rule`
    Rule,
    /// `test`
    Test,
}

impl Kind {
    /// All kinds, in order.
    pub const ALL: [Kind; 12] = [
        Kind::Lead,
        Kind::Signal,
        Kind::Icp,
        Kind::Segment,
        Kind::Journey,
        Kind::Score,
        Kind::Content,
        Kind::Program,
        Kind::Handoff,
        Kind::Limits,
        Kind::Rule,
        Kind::Test,
    ];

    /// The keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Signal => "signal",
            Self::Icp => "icp",
            Self::Segment => "segment",
            Self::Journey => "journey",
            Self::Score => "score",
            Self::Content => "content",
            Self::Program => "program",
            Self::Handoff => "handoff",
            Self::Limits => "limits",
            Self::Rule => "rule",
            Self::Test => "test",
        }
    }

    /// The kind that begins with `keyword`.
    pub fn from_keyword(keyword: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.keyword() == keyword)
    }

    /// The keyword with its article: "a segment", "an icp".
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Lead => "the `lead`",
            Self::Signal => "a signal",
            Self::Icp => "an icp",
            Self::Segment => "a segment",
            Self::Journey => "a journey",
            Self::Score => "a score",
            Self::Content => "a content",
            Self::Program => "a program",
            Self::Handoff => "a handoff",
            Self::Limits => "`limits`",
            Self::Rule => "a rule",
            Self::Test => "a test",
        }
    }
}

/// A declaration, by what it is called: the `nth` of its name in the order of files and places.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// The kind of declaration.
    pub kind: Kind,
    /// Its name.
    pub name: SmolStr,
    /// Which one, when several share the name; 0 is the first.
    pub nth: u32,
}

/// Which part of a declaration is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Its name (or its keyword, where it has none).
    Name,
    /// The name of its n-th member: a field, a stage or a band.
    Member(u32),
    /// The n-th place of its chunk that names another declaration.
    Use(u32),
    /// The page of a content.
    Url,
    /// The text file of a content.
    TextFile,
}

/// A place that does not move when other text does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the chunk at hand.
    Here(Range),
    /// In some other declaration.
    There(Address, Part),
}

/// A place, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is said there; may be empty.
    pub text: String,
    /// Whether this is the mistake itself, not another place involved.
    pub primary: bool,
}

/// One replacement in the chunk at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty range inserts.
    pub at: Range,
    /// What stands there instead.
    pub new: String,
}

/// A change that would mend the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a few words: "write `is`".
    pub title: String,
    /// The replacements, in order and not overlapping.
    pub edits: Vec<Edit>,
    /// Whether it is sure to be what was meant.
    pub sure: bool,
}

/// One mistake, with ranges relative to its chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which check found it.
    pub check: Check,
    /// The headline: stands alone in one line, no full stop.
    pub message: String,
    /// Places: the first primary one is the problem's own.
    pub labels: Vec<Label>,
    /// What can be done about it, if one thing can be said.
    pub help: Option<String>,
    /// Changes that would mend it.
    pub fixes: Vec<Fix>,
}

impl Problem {
    /// A problem at `at`, with nothing written under the place.
    pub fn new(check: Check, at: Range, message: impl Into<String>) -> Self {
        Self {
            check,
            message: message.into(),
            labels: vec![Label { place: Place::Here(at), text: String::new(), primary: true }],
            help: None,
            fixes: Vec::new(),
        }
    }

    /// What is said at the place itself.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.text = text.into();
        }
        self
    }

    /// Another place in this chunk that is involved.
    #[must_use]
    pub fn also(self, at: Range, text: impl Into<String>) -> Self {
        self.also_at(Place::Here(at), text)
    }

    /// Another place anywhere that is involved.
    #[must_use]
    pub fn also_at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into(), primary: false });
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// A fix that replaces `at` by `new`.
    #[must_use]
    pub fn fix(self, title: impl Into<String>, at: Range, new: impl Into<String>, sure: bool) -> Self {
        self.fix_all(title, vec![Edit { at, new: new.into() }], sure)
    }

    /// A fix of several replacements.
    #[must_use]
    pub fn fix_all(mut self, title: impl Into<String>, edits: Vec<Edit>, sure: bool) -> Self {
        self.fixes.push(Fix { title: title.into(), edits, sure });
        self
    }

    /// Adds the problem to `problems` and proves it.
    pub fn report(self, problems: &mut Vec<Problem>) -> Reported {
        problems.push(self);
        Reported(())
    }

    /// The range of the problem in its own chunk.
    pub fn range(&self) -> Range {
        self.labels
            .iter()
            .find_map(|label| match &label.place {
                Place::Here(range) if label.primary => Some(*range),
                _ => None,
            })
            .unwrap_or_default()
    }
}

/// A range in a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Path of the file, with `/`, relative to the workspace where it lies in it.
    pub file: SmolStr,
    /// The bytes.
    pub range: Range,
}

/// A [`Label`] with its absolute place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanLabel {
    /// Where.
    pub span: Span,
    /// What is said there.
    pub text: String,
    /// Whether this is the mistake itself.
    pub primary: bool,
}

/// An [`Edit`] with its absolute place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanEdit {
    /// Where.
    pub span: Span,
    /// What stands there instead.
    pub new: String,
}

/// A [`Fix`] with absolute places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanFix {
    /// What it does.
    pub title: String,
    /// The replacements.
    pub edits: Vec<SpanEdit>,
    /// Whether it is sure to be what was meant.
    pub sure: bool,
}

/// What found something: a check of the language, or a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Finder {
    /// A check of the language.
    Check(Check),
    /// A rule, by its name.
    Rule(SmolStr),
}

impl Finder {
    /// Its name, as it is written in settings, `allow`, `explain` and reports.
    pub fn name(&self) -> &str {
        match self {
            Self::Check(check) => check.name(),
            Self::Rule(name) => name,
        }
    }

    /// The check, if it is one.
    pub fn check(&self) -> Option<Check> {
        if let Self::Check(check) = self { Some(*check) } else { None }
    }
}

impl From<Check> for Finder {
    fn from(check: Check) -> Self {
        Self::Check(check)
    }
}

impl PartialEq<Check> for Finder {
    fn eq(&self, other: &Check) -> bool {
        self.check() == Some(*other)
    }
}

/// A problem as it is shown: all places absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What found it.
    pub check: Finder,
    /// How bad it is, after settings.
    pub severity: Severity,
    /// The headline.
    pub message: String,
    /// The problem's own place.
    pub span: Span,
    /// All labels, the own place among them.
    pub labels: Vec<SpanLabel>,
    /// What to do.
    pub help: Option<String>,
    /// Changes that would mend it.
    pub fixes: Vec<SpanFix>,
    /// Evidence, line by line: what happened to a lead.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// A finding at one place, with what is said there.
    pub fn at(check: impl Into<Finder>, severity: Severity, span: Span, message: String, here: &str) -> Self {
        Self {
            check: check.into(),
            severity,
            message,
            labels: vec![SpanLabel { span: span.clone(), text: here.to_owned(), primary: true }],
            span,
            help: None,
            fixes: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Orders diagnostics by file, place, severity, check and text, so that output is the same on every run.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        (&self.span, self.severity, self.check.name(), &self.message).cmp(&(&other.span, other.severity, other.check.name(), &other.message))
    }
}
