//! Tests of fields: of a lead, and of an event.

use super::{Builder, Made, Unfit, day, no_such, seconds};
use crate::plan::{Content, ContentAttribute, Field, FieldType, Predicate, Subject, Value};
use crate::run::lead::Fact;
use crate::run::policy::{Filter, Key, Near, Node, NodeId, Test};
use crate::text::Decimal;

impl Builder<'_> {
    /// A test of a field of the lead.
    pub(super) fn fact(&mut self, test: &Predicate) -> Made<NodeId> {
        let plan = self.plan;
        let (field, number) = field_of(test, &plan.lead.fields)?;
        let node = match near(test) {
            Some(near) => Node::Clock(number, near),
            None => Node::Fact(number, self.test(test, field)?),
        };
        Ok(self.node(node))
    }

    /// A predicate over the fields of an event of a signal.
    pub(super) fn filter(&mut self, predicate: &Predicate, signal: u32) -> Made<Filter> {
        Ok(match predicate {
            Predicate::And { of } => Filter::All(of.iter().map(|part| self.filter(part, signal)).collect::<Made<Vec<_>>>()?),
            Predicate::Or { of } => Filter::Any(of.iter().map(|part| self.filter(part, signal)).collect::<Made<Vec<_>>>()?),
            Predicate::Not { of } => Filter::Not(Box::new(self.filter(of, signal)?)),
            Predicate::Everyone => Filter::Constant(true),
            test => {
                let plan = self.plan;
                let known = plan.signals.get(signal as usize).ok_or_else(no_such)?;
                let (field, number) = field_of(test, &known.fields)?;
                match near(test) {
                    Some(near) => Filter::Clock(number, near),
                    None => {
                        let test = self.test(test, field)?;
                        let count = super::at_mut(&mut self.test_counts, signal)?;
                        let place = *self.tests.entry((signal, number, test.clone())).or_insert_with(|| {
                            *count += 1;
                            *count - 1
                        });
                        Filter::Test(number, test, place)
                    }
                }
            }
        })
    }

    fn test(&self, predicate: &Predicate, field: &Field) -> Made<Test> {
        let subject = subject(predicate).ok_or_else(no_such)?;
        let Some(attribute) = subject.attribute else { return self.plain(predicate, Some(field)) };
        // A test of an attribute is decided for each content now.
        let test = self.plain(predicate, None)?;
        let of = self.plan.contents.iter().map(|content| holds_of(content, attribute, predicate, &test)).collect();
        Ok(Test::Contents(of, test.holds(&Fact::Missing)))
    }

    /// The test of a value; `field` is absent for an attribute of a content, whose words are not options of a field.
    fn plain(&self, predicate: &Predicate, field: Option<&Field>) -> Made<Test> {
        Ok(match predicate {
            Predicate::Flag { .. } => Test::Flag,
            Predicate::Known { .. } => Test::Known,
            Predicate::Unknown { .. } => Test::Unknown,
            Predicate::In { values, .. } => self.listed(values, true, field)?,
            Predicate::NotIn { values, .. } => self.listed(values, false, field)?,
            Predicate::Compare { order, value, .. } => match self.key(value, field)? {
                Key::Number(number) => Test::Number(*order, number),
                Key::Instant(instant) => Test::Instant(*order, instant),
                _ => return Err(Unfit("the plan orders what has no order".to_owned())),
            },
            Predicate::Text { test, any, .. } => Test::Text(*test, any.clone().into()),
            Predicate::Has { value, .. } => match self.key(value, field)? {
                Key::Option(option) => Test::Has(option),
                // A stage of a content: see `holds_of`.
                _ => Test::Known,
            },
            _ => return Err(Unfit("the plan asks something of an event that only a lead has".to_owned())),
        })
    }

    fn listed(&self, values: &[Value], is: bool, field: Option<&Field>) -> Made<Test> {
        let keys = values.iter().map(|value| self.key(value, field)).collect::<Made<Vec<_>>>()?;
        let options: Option<Vec<u32>> =
            keys.iter().map(|key| if let Key::Option(option) = key { Some(*option).filter(|option| *option < 64) } else { None }).collect();
        Ok(match options {
            // Every option of the field must fit, or one that is not listed would be taken for no option at all.
            Some(options) if option_count(field) <= 64 => Test::Options(options.iter().fold(0, |mask, option| mask | 1 << option), is),
            _ => Test::In(keys.into(), is),
        })
    }

    fn key(&self, value: &Value, field: Option<&Field>) -> Made<Key> {
        Ok(match value {
            Value::Option(name) => match field {
                Some(field) => Key::Option(option_number(field, name).ok_or_else(|| Unfit(format!("`{}` is never `{name}`", field.name)))?),
                None => Key::Text(name.clone()),
            },
            Value::Text(text) | Value::Stage(text) => Key::Text(text.clone()),
            Value::Number(number) => Key::Number(Decimal::parse(number, 9).map_err(|_| Unfit(format!("`{number}` is no number")))?),
            Value::Date(date) => match field.map(|field| &field.ty) {
                Some(FieldType::Moment) => Key::Instant(self.instant(date)?),
                _ => Key::Instant(day(date)?),
            },
            Value::Moment(moment) => Key::Instant(self.instant(moment)?),
            Value::Content(name) => Key::Content(*self.names.contents.get(name).ok_or_else(|| Unfit(format!("the plan has no content `{name}`")))?),
            Value::Program(name) => Key::Program(self.program_number(name)?),
            Value::Flag(flag) => Key::Flag(*flag),
        })
    }
}

/// The place of an option in its field.
pub(in crate::run) fn option_number(field: &Field, name: &str) -> Option<u32> {
    match &field.ty {
        FieldType::OneOf(options) | FieldType::SetOf(options) => options.iter().position(|option| option.name == name).map(|place| place as u32),
        _ => None,
    }
}

fn option_count(field: Option<&Field>) -> usize {
    match field.map(|field| &field.ty) {
        Some(FieldType::OneOf(options)) => options.len(),
        _ => usize::MAX,
    }
}

/// Whether a test of an attribute holds of a content.
fn holds_of(content: &Content, attribute: ContentAttribute, predicate: &Predicate, test: &Test) -> bool {
    match attribute {
        ContentAttribute::Kind => test.holds(&Fact::Text(content.kind.clone())),
        ContentAttribute::About => test.holds(&Fact::Text(content.about.clone())),
        ContentAttribute::Gated => test.holds(&Fact::Flag(content.gated)),
        ContentAttribute::Mobile => test.holds(&Fact::Flag(content.mobile)),
        ContentAttribute::Language => test.holds(&content.language.clone().map_or(Fact::Missing, Fact::Text)),
        ContentAttribute::Stage => match predicate {
            Predicate::Has { value: Value::Stage(stage), .. } => content.stages.contains(stage),
            Predicate::Known { .. } => true,
            _ => false,
        },
    }
}

fn near(test: &Predicate) -> Option<Near> {
    match test {
        Predicate::WithinLast { seconds: length, .. } => Some(Near::Last(seconds(*length))),
        Predicate::WithinNext { seconds: length, .. } => Some(Near::Next(seconds(*length))),
        Predicate::OlderThan { seconds: length, .. } => Some(Near::Older(seconds(*length))),
        _ => None,
    }
}

/// What a test asks of.
pub(in crate::run) fn subject(test: &Predicate) -> Option<&Subject> {
    match test {
        Predicate::Flag { subject }
        | Predicate::Known { subject }
        | Predicate::Unknown { subject }
        | Predicate::In { subject, .. }
        | Predicate::NotIn { subject, .. }
        | Predicate::Compare { subject, .. }
        | Predicate::Text { subject, .. }
        | Predicate::Has { subject, .. }
        | Predicate::WithinLast { subject, .. }
        | Predicate::WithinNext { subject, .. }
        | Predicate::OlderThan { subject, .. } => Some(subject),
        _ => None,
    }
}

fn field_of<'f>(test: &Predicate, fields: &'f [Field]) -> Made<(&'f Field, u32)> {
    let subject = subject(test).ok_or_else(|| Unfit("the plan asks something of an event that only a lead has".to_owned()))?;
    let place = fields.iter().position(|field| field.name == subject.field);
    let place = place.ok_or_else(|| Unfit(format!("the plan has no field `{}`", subject.field)))?;
    fields.get(place).map(|field| (field, place as u32)).ok_or_else(no_such)
}
