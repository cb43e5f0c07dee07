//! Rules: conditions over the policy, as typed trees.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{OrderSign, PlanName, Predicate};

/// A condition over the policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// All of these.
    And {
        /// What must hold.
        of: Vec<Condition>,
    },
    /// At least one of these.
    Or {
        /// What may hold.
        of: Vec<Condition>,
    },
    /// The opposite.
    Not {
        /// What must not hold.
        of: Box<Condition>,
    },
    /// Some element of a list.
    Some {
        /// The name of the element.
        variable: PlanName,
        /// The list.
        list: Operand,
        /// What must hold of it.
        condition: Box<Condition>,
    },
    /// Each element of a list.
    All {
        /// The name of the element.
        variable: PlanName,
        /// The list.
        list: Operand,
        /// What must hold of it.
        condition: Box<Condition>,
    },
    /// No element of a list.
    None {
        /// The name of the element.
        variable: PlanName,
        /// The list.
        list: Operand,
        /// What must not hold of it.
        condition: Box<Condition>,
    },
    /// A flag is yes.
    Flag {
        /// The flag.
        value: Operand,
    },
    /// Both are the same.
    Is {
        /// The one.
        left: Operand,
        /// The other.
        right: Operand,
    },
    /// Both are there and differ.
    IsNot {
        /// The one.
        left: Operand,
        /// The other.
        right: Operand,
    },
    /// It is there.
    Known {
        /// What.
        value: Operand,
    },
    /// It is not there.
    Unknown {
        /// What.
        value: Operand,
    },
    /// No lead is in it.
    Empty {
        /// The leads.
        value: Operand,
    },
    /// They stand in this order.
    Compare {
        /// The one.
        left: Operand,
        /// The order.
        order: OrderSign,
        /// The other.
        right: Operand,
    },
    /// It is in the list.
    In {
        /// What.
        value: Operand,
        /// The list.
        list: Operand,
    },
    /// It is there, and not in the list.
    NotIn {
        /// What.
        value: Operand,
        /// The list.
        list: Operand,
    },
    /// One phrase occurs as whole words.
    Says {
        /// The text.
        value: Operand,
        /// The phrases.
        phrases: Vec<SmolStr>,
    },
    /// Every lead of the second is in the first, and there is one.
    Covers {
        /// The greater.
        left: Operand,
        /// The smaller.
        right: Operand,
    },
    /// Some lead is in both.
    Overlaps {
        /// The one.
        left: Operand,
        /// The other.
        right: Operand,
    },
    /// The date lies further back than so long.
    OlderThan {
        /// The date.
        value: Operand,
        /// How long.
        than: Operand,
    },
}

/// A value of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Operand {
    /// A text.
    Text(SmolStr),
    /// An exact decimal number.
    Number(SmolStr),
    /// A percentage.
    Percent(SmolStr),
    /// A length of time in seconds.
    Seconds(u64),
    /// A day.
    Date(SmolStr),
    /// A flag.
    Flag(bool),
    /// A value of an enumeration, such as a channel or a kind of content.
    Word(SmolStr),
    /// A declaration of the policy.
    Named {
        /// What it is.
        kind: SmolStr,
        /// Its name; stages as `journey.stage`.
        name: SmolStr,
    },
    /// Several values.
    List(Vec<Operand>),
    /// What a path through the policy leads to: the first word names the entity at hand, a variable, `workspace` or
    /// `settings`.
    Path(Vec<PathStep>),
    /// How many elements.
    Count(Box<Counted>),
    /// Which part of the elements.
    Share(Box<Counted>),
    /// The leads for whom a predicate holds.
    Leads(Box<Predicate>),
    /// Leads that did nothing: ever, or in so many seconds.
    Silent(Option<Box<Operand>>),
    /// Leads that told us nothing.
    Untold(Option<Box<Operand>>),
    /// Leads that did not ask us to get in touch.
    Unasked(Option<Box<Operand>>),
    /// Leads that did nothing but these signals.
    Only(Vec<PlanName>),
    /// All leads in the database.
    Everyone,
    /// People who are not in the database.
    Anonymous,
    /// Leads in both.
    With(Box<(Operand, Operand)>),
    /// Leads in the first and not in the second.
    Except(Box<(Operand, Operand)>),
}

/// A list, and which of its elements count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// The list.
    pub list: Operand,
    /// The name of the element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<PlanName>,
    /// What must hold of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathStep {
    /// The attribute.
    pub name: SmolStr,
    /// Its argument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument: Option<Operand>,
}

impl super::Rule {
    /// Shows all operands of its conditions, outer ones before those within.
    pub fn walk<'r>(&'r self, visit: &mut dyn FnMut(&'r Operand)) {
        self.filter.iter().chain([&self.when]).for_each(|condition| condition.walk(visit));
    }
}

impl Condition {
    /// Shows all operands, outer ones before those within.
    pub fn walk<'r>(&'r self, visit: &mut dyn FnMut(&'r Operand)) {
        match self {
            Self::And { of } | Self::Or { of } => of.iter().for_each(|part| part.walk(visit)),
            Self::Not { of } => of.walk(visit),
            Self::Some { list, condition, .. } | Self::All { list, condition, .. } | Self::None { list, condition, .. } => {
                list.walk(visit);
                condition.walk(visit);
            }
            Self::Flag { value } | Self::Known { value } | Self::Unknown { value } | Self::Empty { value } | Self::Says { value, .. } => value.walk(visit),
            Self::Is { left, right }
            | Self::IsNot { left, right }
            | Self::Covers { left, right }
            | Self::Overlaps { left, right }
            | Self::Compare { left, right, .. } => {
                left.walk(visit);
                right.walk(visit);
            }
            Self::In { value, list: other } | Self::NotIn { value, list: other } | Self::OlderThan { value, than: other } => {
                value.walk(visit);
                other.walk(visit);
            }
        }
    }
}

impl Operand {
    /// Shows this operand and all within it.
    pub fn walk<'r>(&'r self, visit: &mut dyn FnMut(&'r Self)) {
        visit(self);
        match self {
            Self::List(of) => of.iter().for_each(|operand| operand.walk(visit)),
            Self::Path(steps) => steps.iter().filter_map(|step| step.argument.as_ref()).for_each(|argument| argument.walk(visit)),
            Self::Count(counted) | Self::Share(counted) => {
                counted.list.walk(visit);
                counted.condition.iter().for_each(|condition| condition.walk(visit));
            }
            Self::Silent(time) | Self::Untold(time) | Self::Unasked(time) => time.iter().for_each(|time| time.walk(visit)),
            Self::With(pair) | Self::Except(pair) => {
                pair.0.walk(visit);
                pair.1.walk(visit);
            }
            _ => {}
        }
    }
}
