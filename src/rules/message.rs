//! What rules say, in words: texts with `{path}` filled in, entities by what a user calls them, and the lead that shows it.

use smol_str::SmolStr;

use super::eval::{Hit, step_to};
use super::policy::Policy;
use super::truth::Span;
use super::value::{Entity, Value, setting};
use crate::text::Decimal;

/// What a user calls an entity.
pub fn describe(policy: &Policy<'_>, entity: Entity) -> String {
    let plan = policy.plan;
    let name = |found: Option<&SmolStr>| found.cloned().unwrap_or_default();
    let program = |place: u32| name(plan.programs.get(place as usize).map(|program| &program.name));
    match entity {
        Entity::Workspace => "this policy".to_owned(),
        Entity::Field(place) => format!("`{}`", name(plan.lead.fields.get(place as usize).map(|field| &field.name))),
        Entity::Value(field, value) => {
            let field = plan.lead.fields.get(field as usize);
            let option = field.and_then(|field| match &field.ty {
                crate::plan::FieldType::OneOf(options) | crate::plan::FieldType::SetOf(options) => {
                    options.get(value as usize).map(|option| option.name.clone())
                }
                _ => Some(if value == 1 { "yes".into() } else { "no".into() }),
            });
            format!("`{}` of `{}`", option.unwrap_or_default(), name(field.map(|field| &field.name)))
        }
        Entity::Signal(place) => format!("`{}`", name(plan.signals.get(place as usize).map(|item| &item.name))),
        Entity::Icp(place) => format!("`{}`", name(plan.icps.get(place as usize).map(|item| &item.name))),
        Entity::Segment(place) => format!("`{}`", name(plan.segments.get(place as usize).map(|item| &item.name))),
        Entity::Journey(place) => format!("`{}`", name(plan.journeys.get(place as usize).map(|item| &item.name))),
        Entity::Stage(journey, stage) => {
            let journey = plan.journeys.get(journey as usize);
            format!("`{}.{}`", name(journey.map(|item| &item.name)), name(journey.and_then(|item| item.stages.get(stage as usize)).map(|item| &item.name)))
        }
        Entity::Score(place) => format!("`{}`", name(plan.scores.get(place as usize).map(|item| &item.name))),
        Entity::Band(score, band) => {
            format!("`{}`", name(plan.scores.get(score as usize).and_then(|item| item.bands.get(band as usize)).map(|item| &item.name)))
        }
        Entity::Content(place) => format!("`{}`", name(plan.contents.get(place as usize).map(|item| &item.name))),
        Entity::Program(place) => format!("`{}`", program(place)),
        Entity::Track(place, track) => {
            let own = plan.programs.get(place as usize).and_then(|program| program.tracks.get(track as usize));
            let trigger = own.map_or_else(String::new, |track| trigger_words(&track.trigger));
            format!("the track `{trigger}` of `{}`", program(place))
        }
        Entity::Touch(place, step) | Entity::Step(place, step) => match policy.touch(place, step) {
            Some(touch) => format!(
                "`{}{}` of `{}`",
                touch.channel.name(),
                touch.content.as_ref().map_or_else(String::new, |content| format!(" {content}")),
                program(place)
            ),
            None => format!("a step of `{}`", program(place)),
        },
        Entity::Handoff(place) => format!("`{}`", name(plan.handoffs.get(place as usize).map(|item| &item.name))),
        Entity::Limit(_) => match policy.attribute(entity, "name", None) {
            Value::Text(text) => format!("the limit `{text}`"),
            _ => "a limit".to_owned(),
        },
    }
}

/// A trigger, as it is written.
pub fn trigger_words(trigger: &crate::plan::Trigger) -> String {
    use crate::plan::Trigger;
    match trigger {
        Trigger::Join => "on join".to_owned(),
        Trigger::Stage { stages, .. } => format!("on stage {}", stages.join(", ")),
        Trigger::Signal(event) => format!("on {}", event.signal),
        Trigger::EverySeconds(seconds) => format!("every {}", duration(*seconds)),
        Trigger::Moment(moment) => format!("on {}", moment.replace('T', " at ")),
    }
}

/// A length of time in words.
pub fn duration(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0 => (0, "day"),
        _ if seconds.is_multiple_of(86_400) => (seconds / 86_400, "day"),
        _ if seconds.is_multiple_of(3_600) => (seconds / 3_600, "hour"),
        _ if seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A number in words: exact, or what is known of it.
pub fn number(span: Span) -> String {
    let one = |value: i128| Decimal::from_billionths(value).to_string();
    match span.value() {
        Some(value) => one(value),
        None => match span.high {
            Some(high) => format!("{} or more, {} at most", one(span.low), one(high)),
            None => format!("{} or more", one(span.low)),
        },
    }
}

/// A value that stands for itself, in words.
pub fn simple(value: &Value) -> String {
    match value {
        Value::Absent => "nothing".to_owned(),
        Value::Unknown(_) => "an unknown number of".to_owned(),
        Value::Flag(truth) => if truth.is_yes() { "yes" } else { "no" }.to_owned(),
        Value::Text(text) => text.to_string(),
        Value::Word(word) => word.replace('_', " "),
        Value::Date(date) => date.to_string(),
        Value::Seconds(seconds) => duration(*seconds),
        Value::Number(span) => number(*span),
        Value::Percent(span) => {
            // Whole percents are enough in a sentence.
            let rounded = Span { low: span.low / 1_000_000_000 * 1_000_000_000, high: span.high.map(|high| high / 1_000_000_000 * 1_000_000_000) };
            format!("{}%", number(rounded))
        }
        Value::Entity(_) | Value::Leads(_) | Value::List(_) => "these".to_owned(),
    }
}

/// A value in words.
pub fn words(policy: &Policy<'_>, value: &Value) -> String {
    match value {
        Value::Entity(entity) => match policy.attribute(*entity, "name", None) {
            Value::Text(name) => name.to_string(),
            _ => describe(policy, *entity),
        },
        Value::Leads(_) => "these leads".to_owned(),
        Value::List(list) => list.iter().map(|value| words(policy, value)).collect::<Vec<_>>().join(", "),
        simple_value => simple(simple_value),
    }
}

/// A text of a rule with its `{path}` filled in.
pub fn filled(policy: &Policy<'_>, hit: &Hit, each: &str, text: &str) -> String {
    filled_by(text, |path| words(policy, &path_value(policy, hit, each, path)))
}

/// A text of a rule with what `fill` says of each `{path}`; `{{` is a brace.
pub fn filled_by(text: &str, fill: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('{') {
            out.push('{');
            rest = after;
            continue;
        }
        let Some((inside, after)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            break;
        };
        out.push_str(&fill(inside.trim()));
        rest = after;
    }
    out.push_str(rest);
    out
}

fn path_value(policy: &Policy<'_>, hit: &Hit, each: &str, path: &str) -> Value {
    // An argument stands in parentheses: `program.pressure(7 days)`.
    let (path, argument) = match path.split_once('(') {
        Some((path, argument)) => (path, argument.strip_suffix(')').and_then(super::value::literal)),
        None => (path, None),
    };
    let mut names = path.split('.').map(str::trim);
    let Some(first) = names.next() else { return Value::Absent };
    if first == "settings" {
        return names.next().map_or(Value::Absent, |name| setting(name, &policy.inputs.thresholds));
    }
    let start = if first == each {
        Value::Entity(hit.subject)
    } else if first == "workspace" {
        Value::Entity(Entity::Workspace)
    } else {
        hit.bound.iter().find(|(name, _)| name == first).map_or(Value::Absent, |(_, entity)| Value::Entity(*entity))
    };
    let names: Vec<&str> = names.collect();
    let last = names.len().saturating_sub(1);
    names.iter().enumerate().fold(start, |value, (place, name)| step_to(policy, value, name, argument.as_ref().filter(|_| place == last)))
}
