//! Values of rules: entities of the policy and what they have.

use std::sync::Arc;

use smol_str::SmolStr;

use super::leads::Leads;
use super::truth::{Span, Truth};
use crate::text::Date;

/// Something that the policy declares, or a part of it, by its place in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entity {
    /// The whole policy.
    Workspace,
    /// A field of the lead.
    Field(u32),
    /// A value of a field: the field, and the value's place (for a flag 0 is no and 1 is yes).
    Value(u32, u32),
    /// A signal.
    Signal(u32),
    /// An ideal customer profile.
    Icp(u32),
    /// A segment.
    Segment(u32),
    /// A journey.
    Journey(u32),
    /// A stage: the journey, and its place there.
    Stage(u32, u32),
    /// A score.
    Score(u32),
    /// A band: the score, and its place there.
    Band(u32, u32),
    /// A content.
    Content(u32),
    /// A program.
    Program(u32),
    /// A track: the program, and its place there.
    Track(u32, u32),
    /// A touch that can be reached: the program, and the place of its step.
    Touch(u32, u32),
    /// A touch, reached or not.
    Step(u32, u32),
    /// A handoff.
    Handoff(u32),
    /// A limit, by its place in the list of all limits.
    Limit(u32),
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// It is not there.
    Absent,
    /// It was not decided, for this reason.
    Unknown(Arc<str>),
    /// Yes or no, or not decided.
    Flag(Truth),
    /// A text.
    Text(SmolStr),
    /// A day.
    Date(Date),
    /// A length of time in seconds.
    Seconds(u64),
    /// A number.
    Number(Span),
    /// A percentage: hundredths as a number.
    Percent(Span),
    /// A word of an enumeration.
    Word(SmolStr),
    /// Something of the policy.
    Entity(Entity),
    /// A group of leads.
    Leads(Leads),
    /// Several. Shared, as what was worked out is handed out often.
    List(Arc<[Value]>),
}

impl Value {
    /// A text that may be missing.
    pub fn text(text: Option<&str>) -> Self {
        text.map_or(Value::Absent, |text| Value::Text(text.into()))
    }

    /// Yes or no.
    pub fn flag(value: bool) -> Self {
        Value::Flag(Truth::of(value))
    }

    /// A whole number.
    pub fn whole(value: usize) -> Self {
        Value::Number(Span::whole(value))
    }

    /// Entities.
    pub fn entities(of: impl IntoIterator<Item = Entity>) -> Self {
        Value::List(of.into_iter().map(Value::Entity).collect())
    }

    /// Whether two values are the same; `None` where that is not decided here.
    pub fn same(&self, other: &Value) -> Option<Truth> {
        Some(match (self, other) {
            (Value::Absent, _) | (_, Value::Absent) => Truth::No,
            (Value::Unknown(why), _) | (_, Value::Unknown(why)) => Truth::Unknown(Arc::clone(why)),
            (Value::Flag(one), Value::Flag(other)) => match (one, other) {
                (Truth::Unknown(why), _) | (_, Truth::Unknown(why)) => Truth::Unknown(Arc::clone(why)),
                (one, other) => Truth::of(one == other),
            },
            (Value::Number(one), Value::Number(other)) | (Value::Percent(one), Value::Percent(other)) => {
                one.same(*other).map_or_else(|| Truth::unknown("the number is only known to lie in a range"), Truth::of)
            }
            (Value::Leads(_), Value::Leads(_)) | (Value::List(_), _) | (_, Value::List(_)) => return None,
            (one, other) => Truth::of(one == other),
        })
    }
}

/// The thresholds of the rules: what `nurture.toml` says, else the default.
pub fn setting(name: &str, thresholds: &std::collections::BTreeMap<SmolStr, SmolStr>) -> Value {
    let Some(setting) = crate::model::rule_schema::SETTINGS.iter().find(|setting| setting.name == name) else { return Value::Absent };
    let read = |text: &str| read(text);
    thresholds.get(name).and_then(|text| read(text)).or_else(|| read(setting.default)).unwrap_or(Value::Absent)
}

/// A value as one writes it: `75%`, `90 days`, `3`.
pub fn literal(text: &str) -> Option<Value> {
    read(text)
}

fn read(text: &str) -> Option<Value> {
    let number = |text: &str| crate::text::Decimal::parse(text.trim(), 9).ok().map(crate::text::Decimal::billionths);
    if let Some(percent) = text.trim().strip_suffix('%') {
        return Some(Value::Percent(Span::exact(number(percent)?)));
    }
    match text.trim().split_once(' ') {
        None => Some(Value::Number(Span::exact(number(text)?))),
        Some((count, unit)) => {
            let unit = match unit.trim().trim_end_matches('s') {
                "minute" => 60,
                "hour" => 3_600,
                "day" => 86_400,
                "week" => 7 * 86_400,
                _ => return None,
            };
            Some(Value::Seconds(count.parse::<u64>().ok()?.checked_mul(unit)?))
        }
    }
}
