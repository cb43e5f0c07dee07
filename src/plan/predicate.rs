//! Predicates over leads, as typed trees with resolved names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A name of the policy.
pub type PlanName = SmolStr;

/// A predicate over one lead at one instant.
///
/// Comparisons with a missing value are false; `not`, `and`, `or` are plain logic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Predicate {
    /// Every lead in the database.
    Everyone,
    /// The lead is in the database.
    Identified,
    /// All of these.
    And {
        /// What must hold.
        of: Vec<Predicate>,
    },
    /// At least one of these.
    Or {
        /// What may hold.
        of: Vec<Predicate>,
    },
    /// The opposite.
    Not {
        /// What must not hold.
        of: Box<Predicate>,
    },
    /// The lead is in a segment.
    InSegment {
        /// The segment.
        segment: PlanName,
    },
    /// The lead fits an ideal customer profile.
    InIcp {
        /// The profile.
        icp: PlanName,
    },
    /// A flag is yes.
    Flag {
        /// The flag.
        subject: Subject,
    },
    /// A field has a value.
    Known {
        /// The field.
        subject: Subject,
    },
    /// A field has no value.
    Unknown {
        /// The field.
        subject: Subject,
    },
    /// The value is one of these.
    In {
        /// The field.
        subject: Subject,
        /// The values.
        values: Vec<Value>,
    },
    /// The value is known and none of these.
    NotIn {
        /// The field.
        subject: Subject,
        /// The values.
        values: Vec<Value>,
    },
    /// The value stands in this order to another. A date is compared as its first instant.
    Compare {
        /// The field.
        subject: Subject,
        /// The order.
        order: OrderSign,
        /// What it is compared with.
        value: Value,
    },
    /// The text has one of these parts at that place.
    Text {
        /// The field.
        subject: Subject,
        /// Where the part must be.
        test: TextPlace,
        /// The parts.
        any: Vec<SmolStr>,
    },
    /// A set or list holds a value.
    Has {
        /// The field.
        subject: Subject,
        /// The value.
        value: Value,
    },
    /// The date lies in the window of so many seconds that ends now: `now - seconds < date <= now`.
    WithinLast {
        /// The field.
        subject: Subject,
        /// Length of the window in seconds.
        seconds: u64,
    },
    /// The date lies in the window of so many seconds that begins now: `now < date <= now + seconds`.
    WithinNext {
        /// The field.
        subject: Subject,
        /// Length of the window in seconds.
        seconds: u64,
    },
    /// The date lies so many seconds back or more: `date <= now - seconds`.
    OlderThan {
        /// The field.
        subject: Subject,
        /// The age in seconds.
        seconds: u64,
    },
    /// The lead's furthest stage is one of these.
    StageIn {
        /// The journey.
        journey: PlanName,
        /// The stages.
        stages: Vec<PlanName>,
    },
    /// The lead is in a stage, and in none of these.
    StageNotIn {
        /// The journey.
        journey: PlanName,
        /// The stages.
        stages: Vec<PlanName>,
    },
    /// The lead's furthest stage stands in this order to another.
    StageCompare {
        /// The journey.
        journey: PlanName,
        /// The order.
        order: OrderSign,
        /// The stage.
        stage: PlanName,
    },
    /// The lead is in some stage.
    StageKnown {
        /// The journey.
        journey: PlanName,
    },
    /// The lead is in no stage.
    StageUnknown {
        /// The journey.
        journey: PlanName,
    },
    /// A score stands in this order to a number.
    Score {
        /// The score.
        score: PlanName,
        /// The order.
        order: OrderSign,
        /// The number; a band is given by where it begins.
        value: SmolStr,
    },
    /// How many events of a signal lie in a window.
    Count(Box<EventCount>),
}

/// How many events of a signal lie in a window.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventCount {
    /// The signal.
    pub signal: PlanName,
    /// What must be true of the event's own fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Predicate>,
    /// The least number, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// The greatest number, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
    /// The window; all time if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// A window of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Window {
    /// The last so many seconds: `(now - seconds, now]`.
    Seconds(u64),
    /// From a date on.
    Since(SmolStr),
    /// After the lead joined the program.
    SinceJoining,
    /// After the latest sending of the touch with this label in this membership.
    SinceTouch(SmolStr),
}

/// What a comparison asks: a field of the lead or of the event, or an attribute of the content that the field names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The field.
    pub field: PlanName,
    /// The attribute of the content in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<ContentAttribute>,
}

/// What can be asked of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContentAttribute {
    /// Its kind.
    Kind,
    /// What it is about.
    About,
    /// Its stages, as `journey.stage`.
    Stage,
    /// Whether it asks who you are.
    Gated,
    /// Whether it reads well on a phone.
    Mobile,
    /// Its language.
    Language,
}

impl ContentAttribute {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Kind, Self::About, Self::Stage, Self::Gated, Self::Mobile, Self::Language];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::About => "about",
            Self::Stage => "stage",
            Self::Gated => "gated",
            Self::Mobile => "mobile",
            Self::Language => "language",
        }
    }
}

/// A typed value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Value {
    /// An option of a `one of` or `set of`.
    Option(PlanName),
    /// A text, in Unicode NFC.
    Text(SmolStr),
    /// An exact decimal number, such as `-2.5`.
    Number(SmolStr),
    /// A day, `2026-08-01`.
    Date(SmolStr),
    /// A moment in the workspace's time zone, `2026-12-01T09:00`.
    Moment(SmolStr),
    /// A content of the policy.
    Content(PlanName),
    /// A program of the policy.
    Program(PlanName),
    /// A stage, as `journey.stage`.
    Stage(SmolStr),
    /// Yes or no.
    Flag(bool),
}

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum OrderSign {
    /// Less than.
    #[serde(rename = "<")]
    Below,
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
    /// More than.
    #[serde(rename = ">")]
    Above,
    /// At least.
    #[serde(rename = ">=")]
    AtLeast,
}

/// Where a part of a text must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextPlace {
    /// Anywhere.
    Contains,
    /// At the beginning.
    StartsWith,
    /// At the end.
    EndsWith,
}

impl Predicate {
    /// All of `of`; the one itself if it is one.
    pub fn all(mut of: Vec<Predicate>) -> Predicate {
        match (of.len(), of.pop()) {
            (_, None) => Predicate::Everyone,
            (1, Some(one)) => one,
            (_, Some(last)) => {
                of.push(last);
                Predicate::And { of }
            }
        }
    }

    /// Calls `visit` for this predicate and all inside it, filters of events not included.
    pub fn walk<'p>(&'p self, visit: &mut impl FnMut(&'p Predicate)) {
        visit(self);
        match self {
            Predicate::And { of } | Predicate::Or { of } => of.iter().for_each(|part| part.walk(visit)),
            Predicate::Not { of } => of.walk(visit),
            _ => {}
        }
    }
}
