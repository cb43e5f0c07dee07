//! A lead in words: "a controller in retail with 40 employees who visited twice". Only what matters is said.

use super::facet_of;
use super::policy::{Common, Kind};
use crate::plan::{Field, FieldType, Plan};
use crate::proof::Example;
use crate::run::lead::{DAY, Event, Fact};

/// Who an example is.
pub fn of(plan: &Plan, example: &Example) -> String {
    let still = &example.still;
    if !still.identified() {
        let did = acts(plan, example);
        return if did.is_empty() { "somebody whom we cannot name".to_owned() } else { format!("somebody whom we cannot name, who {did}") };
    }
    let mut noun = "a lead".to_owned();
    let (mut places, mut withs, mut clauses): (Vec<String>, Vec<String>, Vec<String>) = Default::default();
    for number in &example.fields {
        let (Some(field), fact) = (plan.lead.fields.get(*number as usize), still.fact(*number)) else { continue };
        let value = value(field, fact);
        match (facet_of(field), &field.ty, fact) {
            (_, FieldType::AddressOf(_), Fact::Missing) => withs.push(format!("no {}", words(&field.name))),
            (_, _, Fact::Missing) => clauses.push(format!("whose `{}` is unknown", field.name)),
            ("role", FieldType::OneOf(_), _) => noun = with_article(&value),
            ("industry" | "place", FieldType::OneOf(_) | FieldType::Text, _) => places.push(format!("in {value}")),
            ("size", FieldType::Number(_) | FieldType::WholeNumber(_), _) => withs.push(format!("{value} {}", words(&field.name))),
            (_, FieldType::SetOf(_), Fact::Set(options)) if options.is_empty() => withs.push(format!("no `{}`", field.name)),
            ("interest", FieldType::SetOf(_), _) => clauses.push(format!("who is interested in {value}")),
            (_, FieldType::SetOf(_), _) => clauses.push(format!("whose `{}` holds {value}", field.name)),
            ("customer", FieldType::Flag, Fact::Flag(true)) => clauses.push("who is a customer".to_owned()),
            ("customer", FieldType::Flag, _) => clauses.push("who is no customer".to_owned()),
            (_, FieldType::Flag, Fact::Flag(is)) => clauses.push(format!("whose `{}` is {}", field.name, if *is { "yes" } else { "no" })),
            ("time", FieldType::Date(_) | FieldType::Moment, Fact::Instant(at)) => {
                clauses.push(format!("whose `{}` is {}", field.name, since(*at, still.now, &value)));
            }
            (_, FieldType::AddressOf(_), _) => withs.push(with_article(&words(&field.name))),
            _ => clauses.push(format!("whose `{}` is {value}", field.name)),
        }
    }
    let did = acts(plan, example);
    if !did.is_empty() {
        clauses.push(format!("who {did}"));
    }
    let mut text = noun;
    for place in places {
        text.push_str(&format!(" {place}"));
    }
    if !withs.is_empty() {
        text.push_str(&format!(" with {}", listed(&withs)));
    }
    if !clauses.is_empty() {
        text.push_str(&format!(" {}", listed(&clauses)));
    }
    text
}

/// A kind of lead: "analyst or controller in retail"; "everyone" where nothing tells them apart.
pub fn kind(plan: &Plan, kind: &Kind) -> String {
    let (mut noun, mut rest) = (String::new(), Vec::new());
    for (number, common) in kind {
        let Some(field) = plan.lead.fields.get(*number as usize) else { continue };
        let either = |facts: &[Fact]| {
            let values: Vec<String> = facts.iter().map(|fact| value(field, fact)).collect();
            crate::diagnostics::list_words(values.iter().map(String::as_str), "or", 20).replace('`', "")
        };
        let options = |numbers: &[u32], word: &str| {
            let values: Vec<String> = numbers.iter().map(|number| value(field, &Fact::Option(*number))).collect();
            crate::diagnostics::list_words(values.iter().map(String::as_str), word, 20).replace('`', "")
        };
        // Few that are left out are said sooner than many that are not.
        let (but, facts) = match common {
            Common::Holds(with, without) => {
                rest.push(match (with.as_slice(), without.as_slice()) {
                    ([], without) => format!("without `{}` {}", field.name, options(without, "or")),
                    (with, []) => format!("with `{}` {}", field.name, options(with, "and")),
                    (with, without) => format!("with `{}` {}, but not {}", field.name, options(with, "and"), options(without, "or")),
                });
                continue;
            }
            Common::Values { inside, outside } if outside.len() * 2 < inside.len() => (true, outside),
            Common::Values { inside, .. } => (false, inside),
        };
        match (facet_of(field), but) {
            // A second field that says what they do stands behind the first.
            ("role", false) if noun.is_empty() && !facts.contains(&Fact::Missing) => noun = either(facts),
            ("industry", false) if !facts.contains(&Fact::Missing) => rest.push(format!("in {}", either(facts))),
            ("industry", true) if !facts.contains(&Fact::Missing) => rest.push(format!("in any {} but {}", words(&field.name), either(facts))),
            (_, false) => rest.push(format!("with `{}` {}", field.name, either(facts))),
            (_, true) => rest.push(format!("with any `{}` but {}", field.name, either(facts))),
        }
    }
    if noun.is_empty() {
        noun = "everyone".to_owned();
    }
    [noun].into_iter().chain(rest).collect::<Vec<_>>().join(" ")
}

/// "a", "a and b", "a, b and c"
fn listed(parts: &[String]) -> String {
    match parts.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// "an analyst", "a controller"
fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
    format!("{article} {word}")
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// A value in words.
pub fn value(field: &Field, fact: &Fact) -> String {
    let option = |number: u32| match &field.ty {
        FieldType::OneOf(options) | FieldType::SetOf(options) => options.get(number as usize).map_or_else(String::new, |option| words(&option.name)),
        _ => String::new(),
    };
    match fact {
        Fact::Missing => "unknown".to_owned(),
        Fact::Number(number) => grouped(&number.to_string()),
        Fact::Flag(is) => if *is { "yes" } else { "no" }.to_owned(),
        Fact::Text(text) if matches!(text.as_str(), "another" | "\u{2026}" | "~" | "\u{b7}" | "\u{2603}") => "something else".to_owned(),
        Fact::Text(text) => format!("\"{text}\""),
        Fact::Instant(at) => {
            let shown = crate::run::clock::show(*at);
            shown.split(' ').next().unwrap_or("").to_owned()
        }
        Fact::Option(number) => option(*number),
        Fact::Set(options) => {
            let names: Vec<String> = options.iter().map(|number| option(*number)).collect();
            crate::diagnostics::list_words(names.iter().map(String::as_str), "and", 20).replace('`', "")
        }
        Fact::Content(_) | Fact::Program(_) => String::new(),
    }
}

/// `12500` as `12,500`
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}{}", rest.map_or_else(String::new, |rest| format!(".{rest}")))
}

fn since(at: i64, now: i64, date: &str) -> String {
    let days = (now - at).div_euclid(DAY);
    match days {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        2..=400 => format!("{date}, {days} days ago"),
        _ => date.to_owned(),
    }
}

/// How long ago.
pub fn ago(age: i64) -> String {
    match age {
        ..60 => "just now".to_owned(),
        60..3_600 => plural(age / 60, "minute"),
        3_600..DAY => plural(age / 3_600, "hour"),
        _ => plural(age / DAY, "day"),
    }
}

fn plural(count: i64, unit: &str) -> String {
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// What they did, newest last; that they did nothing where that matters.
fn acts(plan: &Plan, example: &Example) -> String {
    let events = &example.still.lead.events;
    if events.is_empty() {
        return if example.signals.is_empty() { String::new() } else { "did nothing".to_owned() };
    }
    // The same thing several times is said once.
    let mut said: Vec<(String, i64, i64, usize)> = Vec::new();
    for event in events {
        let what = act(plan, event);
        let age = example.still.now - event.at;
        match said.iter_mut().find(|(known, ..)| *known == what) {
            Some((_, oldest, newest, count)) => {
                *oldest = (*oldest).max(age);
                *newest = (*newest).min(age);
                *count += 1;
            }
            None => said.push((what, age, age, 1)),
        }
    }
    let parts: Vec<String> = said
        .iter()
        .map(|(what, oldest, newest, count)| {
            let times = match count {
                1 => String::new(),
                2 => " twice".to_owned(),
                count => format!(" {count} times"),
            };
            let when = if oldest == newest { ago(*newest) } else { format!("the first {}", ago(*oldest)) };
            format!("did {what}{times}, {when}")
        })
        .collect();
    parts.join(", and ")
}

/// An event, as it is written in the language: with what is not quiet.
fn act(plan: &Plan, event: &Event) -> String {
    let Some(signal) = plan.signals.get(event.signal as usize) else { return String::new() };
    let told: Vec<String> = signal
        .fields
        .iter()
        .zip(event.fields.iter())
        .filter_map(|(field, fact)| match fact {
            Fact::Missing => None,
            Fact::Content(Some(number)) => plan.contents.get(*number as usize).map(|content| content.name.to_string()),
            Fact::Program(Some(number)) => plan.programs.get(*number as usize).map(|program| program.name.to_string()),
            Fact::Content(None) | Fact::Program(None) => None,
            Fact::Number(number) if number.billionths() == 0 => None,
            fact => {
                let text = value(field, fact);
                (text != "something else").then(|| format!("{}: {text}", field.name))
            }
        })
        .collect();
    if told.is_empty() { signal.name.to_string() } else { format!("{}({})", signal.name, told.join(", ")) }
}
