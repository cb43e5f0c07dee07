//! Policy tests.

use super::{At, Channel, Name, Predicate, Text, Value};
use crate::text::{Date, Range};

/// `test`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Test {
    /// `from D`
    pub from: Option<At<Date>>,
    /// The lead's id.
    pub id: Option<Text>,
    /// The lead's facts at the start.
    pub lead: Option<At<Vec<Fact>>>,
    /// Its days, in the order written.
    pub days: Vec<Day>,
}

/// `FIELD: VALUE`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The field.
    pub field: Name,
    /// Its value.
    pub value: FactValue,
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactValue {
    /// One value.
    One(Value),
    /// A list.
    List(Range, Vec<Value>),
    /// `unknown`
    Unknown(Range),
}

impl FactValue {
    /// Where it stands.
    pub fn at(&self) -> Range {
        match self {
            Self::One(value) => value.at,
            Self::List(at, _) | Self::Unknown(at) => *at,
        }
    }
}

/// `day N { … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// N.
    pub number: At<u32>,
    /// What happens and is expected, in the order written.
    pub steps: Vec<DayStep>,
}

/// A line of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayStep {
    /// The whole line.
    pub at: Range,
    /// What it says.
    pub kind: DayStepKind,
}

/// What a line of a day says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayStepKind {
    /// `did SIGNAL(field: value)`
    Did(Name, Vec<Fact>),
    /// `FIELD becomes V`
    Becomes(Fact),
    /// `becomes identified`
    Identified,
    /// `is deleted`
    Deleted,
    /// `expect PREDICATE`
    Expect(Predicate),
    /// `expect no? CHANNEL CONTENT? (from P)?`, `expect no? messages (from P)?`
    ExpectTouch {
        /// Whether it is expected not to happen.
        no: bool,
        /// The channel; any message if absent.
        channel: Option<At<Channel>>,
        /// The content.
        content: Option<Name>,
        /// The program.
        from: Option<Name>,
    },
    /// `expect no? handoff NAME?`
    ExpectHandoff {
        /// Whether it is expected not to happen.
        no: bool,
        /// The handoff.
        name: Option<Name>,
    },
}
