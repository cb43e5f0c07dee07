//! The syntax tree of one chunk. All ranges are relative to the chunk's text, so that a tree stays equal
//! when only text around it changes.

mod declarations;
mod predicate;
mod program;
mod test;

use smol_str::SmolStr;

pub use declarations::*;
pub use predicate::*;
pub use program::*;
pub use test::*;

pub use crate::diagnostics::Kind;
use crate::text::{Date, Range};

/// A name where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: SmolStr,
    /// Where.
    pub at: Range,
}

/// A `"…"` where it stands, with escapes resolved and in Unicode NFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it says.
    pub value: SmolStr,
    /// Where, quotes included.
    pub at: Range,
}

/// A value with the place where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub at: Range,
}

/// A length of time.
pub type Duration = At<u64>;

/// A name with dots: `content.kind`, `buying.validation`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The first name.
    pub first: Name,
    /// What follows its dots.
    pub rest: Vec<Name>,
}

impl Path {
    /// From the first name to the last.
    pub fn at(&self) -> Range {
        self.rest.last().map_or(self.first.at, |last| self.first.at.cover(last.at))
    }
}

/// One declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// From the keyword to the end.
    pub at: Range,
    /// The keyword.
    pub keyword: Range,
    /// Its name; for a `test` its title. `lead` and `limits` have none.
    pub name: Option<Name>,
    /// Its title.
    pub title: Option<Text>,
    /// The doc comment above it.
    pub doc: Option<Box<str>>,
    /// What may stand in every body.
    pub common: Common,
    /// What it declares.
    pub body: Body,
}

impl Item {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match &self.body {
            Body::Lead(_) => Kind::Lead,
            Body::Signal(_) => Kind::Signal,
            Body::Icp(_) => Kind::Icp,
            Body::Segment(_) => Kind::Segment,
            Body::Journey(_) => Kind::Journey,
            Body::Score(_) => Kind::Score,
            Body::Content(_) => Kind::Content,
            Body::Program(_) => Kind::Program,
            Body::Handoff(_) => Kind::Handoff,
            Body::Limits(_) => Kind::Limits,
            Body::Rule(_) => Kind::Rule,
            Body::Test(_) => Kind::Test,
        }
    }

    /// Where its name stands, or its keyword if it has none.
    pub fn name_at(&self) -> Range {
        self.name.as_ref().map_or(self.keyword, |name| name.at)
    }
}

/// Clauses that may stand in every body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// `allow RULE because "…"`
    pub allows: Vec<Allow>,
    /// `ref "system:key"`
    pub refs: Vec<Text>,
    /// `objective "…"`
    pub objective: Option<Text>,
    /// `draft`
    pub draft: Option<Range>,
}

/// `allow RULE because "…"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The rule or check.
    pub rule: Name,
    /// Why.
    pub because: Option<Text>,
    /// The last day on which it holds; without one it holds for good.
    pub until: Option<At<Date>>,
    /// The whole clause.
    pub at: Range,
}

/// What a declaration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `lead`
    Lead(Vec<Field>),
    /// `signal`
    Signal(Box<Signal>),
    /// `icp`
    Icp(Box<Icp>),
    /// `segment`
    Segment(Option<Box<Predicate>>),
    /// `journey`
    Journey(Box<Journey>),
    /// `score`
    Score(Box<Score>),
    /// `content`
    Content(Box<Content>),
    /// `program`
    Program(Box<Program>),
    /// `handoff`
    Handoff(Box<Handoff>),
    /// `limits`
    Limits(Box<Limits>),
    /// `rule`
    Rule(Box<super::rule_ast::Rule>),
    /// `test`
    Test(Box<Test>),
}
