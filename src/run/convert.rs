//! Values of the plan's form as facts of a lead or fields of an event.

use unicode_normalization::UnicodeNormalization as _;

use super::clock::{Zone, day, moment};
use super::compile::option_number;
use super::lead::{Event, Fact, Instant};
use super::policy::Policy;
use crate::plan::{Field, FieldType, Given, Plan, PlanName, Value};
use crate::text::Decimal;

/// What a lead's field or a signal's field is when nothing is given: empty sets and `no` are never missing.
pub(super) fn nothing(field: &Field) -> Fact {
    match field.ty {
        FieldType::SetOf(_) => Fact::Set(Vec::new()),
        FieldType::Flag => Fact::Flag(false),
        _ => Fact::Missing,
    }
}

/// Makes facts of what a plan's values say. The policy must be made of the plan.
#[derive(Clone, Copy)]
pub struct Converter<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The policy made of it.
    pub policy: &'a Policy,
}

impl Converter<'_> {
    fn zone(&self) -> &Zone {
        self.policy.zone()
    }

    /// A value of a field; `None` if the field cannot have it.
    pub fn value(&self, field: &Field, value: &Value) -> Option<Fact> {
        Some(match (value, &field.ty) {
            (Value::Option(name), _) => Fact::Option(option_number(field, name)?),
            (Value::Text(text), _) => Fact::Text(text.nfc().collect::<String>().into()),
            (Value::Number(number), _) => Fact::Number(Decimal::parse(number, 9).ok()?),
            (Value::Date(date), FieldType::Moment) => Fact::Instant(moment(date, self.zone())?),
            (Value::Date(date), _) => Fact::Instant(day(date)?),
            (Value::Moment(text), _) => Fact::Instant(moment(text, self.zone())?),
            (Value::Content(name), _) => Fact::Content(self.policy.names.contents.get(name).copied()),
            (Value::Program(name), _) => Fact::Program(self.policy.names.programs.get(name).copied()),
            (Value::Flag(flag), _) => Fact::Flag(*flag),
            (Value::Stage(_), _) => return None,
        })
    }

    /// What a test gives for a field.
    pub fn given(&self, field: &Field, given: &Given) -> Option<Fact> {
        match given {
            Given::One(value) => self.value(field, value),
            Given::Unknown => Some(Fact::Missing),
            Given::List(values) => {
                let option = |value: &Value| match value {
                    Value::Option(name) => option_number(field, name),
                    _ => None,
                };
                values.iter().map(option).collect::<Option<Vec<u32>>>().map(Fact::set)
            }
        }
    }

    /// The facts of `fields`, one each, of what is given by name; `None` if a field does not exist or cannot have its value.
    pub fn facts(&self, fields: &[Field], given: &[(PlanName, Given)]) -> Option<Vec<Fact>> {
        let mut facts: Vec<Fact> = fields.iter().map(nothing).collect();
        for (name, value) in given {
            let place = fields.iter().position(|field| field.name == *name)?;
            *facts.get_mut(place)? = self.given(fields.get(place)?, value)?;
        }
        Some(facts)
    }

    /// An event of a signal.
    pub fn event(&self, at: Instant, signal: &str, given: &[(PlanName, Given)]) -> Option<Event> {
        let number = self.policy.signal(signal)?;
        let fields = self.facts(&self.plan.signals.get(number as usize)?.fields, given)?;
        Some(Event { at, signal: number, fields: fields.into() })
    }
}
