//! Policy tests, resolved and typed. They are no part of the plan: they ask it.

use super::{Channel, PlanName, Predicate, Value};
use crate::text::Date;
use smol_str::SmolStr;

/// One lead, a timeline, and what is expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestCase {
    /// What it tests.
    pub title: SmolStr,
    /// The day on which it begins.
    pub from: Option<Date>,
    /// The lead's id, where a split or hold-out is tested.
    pub id: Option<SmolStr>,
    /// The lead's facts at the start.
    pub facts: Vec<(PlanName, Given)>,
    /// Its days, in order.
    pub days: Vec<TestDay>,
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// One value.
    One(Value),
    /// The values of a set.
    List(Vec<Value>),
    /// Nothing is known.
    Unknown,
}

/// A day of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestDay {
    /// How many days after the first.
    pub number: u32,
    /// What happens and is expected, in the order written.
    pub steps: Vec<TestStep>,
}

/// What happens or is expected on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestStep {
    /// The lead does something.
    Did(PlanName, Vec<(PlanName, Given)>),
    /// A fact becomes another.
    Becomes(PlanName, Given),
    /// The lead is in the database from now on.
    Identified,
    /// The lead is deleted.
    Deleted,
    /// This holds now.
    Expect(Predicate),
    /// Such a touch is sent within a day from now.
    ExpectTouch {
        /// Or, expected not to be.
        no: bool,
        /// The channel; any message if absent.
        channel: Option<Channel>,
        /// The content; any if absent.
        content: Option<PlanName>,
        /// The program; any if absent.
        from: Option<PlanName>,
    },
    /// The lead is handed off within a day from now.
    ExpectHandoff {
        /// Or, expected not to be.
        no: bool,
        /// The handoff; any if absent.
        name: Option<PlanName>,
    },
}
