//! Fields of leads and signals, with their types and domains.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Channel, PlanName};
use crate::text::{Date, Decimal};

/// A field of the lead or of a signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name.
    pub name: PlanName,
    /// Its doc comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: FieldType,
    /// Whether it can be missing.
    pub optional: bool,
    /// What it says about a lead: role, industry, interest …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub means: Option<SmolStr>,
}

/// The type of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldType {
    /// A number.
    Number(Bounds),
    /// A whole number.
    WholeNumber(Bounds),
    /// Yes or no.
    Flag,
    /// A text.
    Text,
    /// A day.
    Date(DateBounds),
    /// A moment.
    Moment,
    /// One of these.
    OneOf(Vec<FieldOption>),
    /// Any of these.
    SetOf(Vec<FieldOption>),
    /// An address to which messages on these channels go.
    AddressOf(Vec<Channel>),
    /// A content.
    Content,
    /// A program.
    Program,
}

/// The bounds of a number, both included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<SmolStr>,
    /// The most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<SmolStr>,
}

impl Bounds {
    /// Whether a number lies within them.
    pub fn hold(&self, number: Decimal) -> bool {
        let bound = |text: &Option<SmolStr>| text.as_ref().and_then(|text| Decimal::parse(text, 9).ok());
        bound(&self.from).is_none_or(|from| number >= from) && bound(&self.to).is_none_or(|to| number <= to)
    }
}

/// The bounds of a date, both included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateBounds {
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<SmolStr>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<SmolStr>,
    /// Never in the future.
    pub to_today: bool,
}

impl DateBounds {
    /// Whether a day lies within them. What today is they do not know.
    pub fn hold(&self, date: Date) -> bool {
        let bound = |text: &Option<SmolStr>| text.as_ref().and_then(|text| Date::parse(text));
        bound(&self.from).is_none_or(|from| date >= from) && bound(&self.to).is_none_or(|to| date <= to)
    }
}

/// An option of a `one of` or `set of`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldOption {
    /// Its name.
    pub name: PlanName,
    /// How it is stored in the data, if otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored: Option<SmolStr>,
}
