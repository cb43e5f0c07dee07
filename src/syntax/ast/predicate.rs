//! Predicates over leads.

use smol_str::SmolStr;

use super::{At, Duration, Name, Path};
use crate::text::{Date, Decimal, Range, TimeOfDay};

/// A predicate over leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    /// Where it stands.
    pub at: Range,
    /// What it says.
    pub kind: PredicateKind,
}

/// What a predicate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PredicateKind {
    /// All of them.
    And(Vec<Predicate>),
    /// One of them.
    Or(Vec<Predicate>),
    /// `not`, written so many times.
    Not(u32, Box<Predicate>),
    /// `everyone`
    Everyone,
    /// `identified`
    Identified,
    /// `in NAME`
    In(Name),
    /// A comparison, or a flag by itself.
    Compare(Box<Comparison>),
    /// `did SIGNAL …`
    Did(Box<Did>),
    /// Something that a syntax error hides.
    Broken,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What is asked of.
    pub path: Path,
    /// What is asked.
    pub test: Ask,
    /// Where what is asked stands.
    pub test_at: Range,
}

/// What a comparison asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Nothing more: a flag.
    Flag,
    /// `is V`, `is not V`
    Is(bool, Value),
    /// `is known` (true), `is unknown`
    Known(bool),
    /// `in [V, …]` (true), `not in [V, …]`
    In(bool, Vec<Value>),
    /// `<`, `<=`, `>`, `>=`
    Order(Order, Value),
    /// `between V and V`
    Between(Value, Value),
    /// `contains`, `starts with`, `ends with`
    Text(TextTest, Vec<Value>),
    /// `has V`
    Has(Value),
    /// `before D`
    Before(Value),
    /// `after D`
    After(Value),
    /// `within the last D` (true), `within the next D`
    Within(bool, Duration),
    /// `older than D`
    Older(Duration),
}

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

impl Order {
    /// The sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// A test of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextTest {
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
}

impl TextTest {
    /// The words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::StartsWith => "starts with",
            Self::EndsWith => "ends with",
        }
    }
}

/// A value where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Where.
    pub at: Range,
    /// The value.
    pub kind: ValueKind,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A name, dotted or not.
    Path(Box<Path>),
    /// A text.
    Text(SmolStr),
    /// A number.
    Number(Decimal),
    /// A percentage, in percent.
    Percent(Decimal),
    /// A length of time, in seconds.
    Duration(u64),
    /// A date.
    Date(Date),
    /// A moment, in the workspace's time zone.
    Moment(Date, TimeOfDay),
    /// Something that was reported already.
    Broken,
}

/// `SIGNAL(predicate over its fields)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The signal.
    pub signal: Name,
    /// What must be true of the event.
    pub filter: Option<Predicate>,
}

/// `did SIGNAL(…) count? window?`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Did {
    /// `did not`
    pub not: Option<Range>,
    /// What happened.
    pub event: Event,
    /// How often.
    pub count: Option<At<Count>>,
    /// When.
    pub window: Option<At<Window>>,
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// `at least N times`
    AtLeast(u32),
    /// `at most N times`
    AtMost(u32),
    /// `exactly N times`
    Exactly(u32),
    /// `between N and M times`
    Between(u32, u32),
}

/// Since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// `within D`
    Within(u64),
    /// `since DATE`
    Since(Date),
    /// `since joining`
    Joining,
    /// `since TOUCH`
    Touch(SmolStr),
}
