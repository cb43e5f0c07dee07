//! Plan predicates in the language's own words, for messages.

use super::{EventCount, EventPattern, OrderSign, Predicate, Subject, TextPlace, Value, Window};

/// A length of time in the largest unit that divides it: `2 weeks` is `14 days`.
pub fn duration(seconds: u64) -> String {
    let (count, unit) = match seconds {
        s if s % 86_400 == 0 => (s / 86_400, "day"),
        s if s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A text in quotes, as the language writes it.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn subject(subject: &Subject) -> String {
    match subject.attribute {
        Some(attribute) => format!("{}.{}", subject.field, attribute.name()),
        None => subject.field.to_string(),
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Option(name) | Value::Content(name) | Value::Program(name) | Value::Stage(name) | Value::Number(name) | Value::Date(name) => name.to_string(),
        Value::Moment(moment) => moment.replace('T', " "),
        Value::Text(text) => quoted(text),
        Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
    }
}

fn list(values: &[Value]) -> String {
    format!("[{}]", values.iter().map(value).collect::<Vec<_>>().join(", "))
}

fn sign(order: OrderSign) -> &'static str {
    match order {
        OrderSign::Below => "<",
        OrderSign::AtMost => "<=",
        OrderSign::Above => ">",
        OrderSign::AtLeast => ">=",
    }
}

/// The order of a date in words, and of anything else as a sign.
fn compared(subject_: &Subject, order: OrderSign, with: &Value) -> String {
    let (left, right) = (subject(subject_), value(with));
    match (with, order) {
        (Value::Date(_) | Value::Moment(_), OrderSign::Below) => format!("{left} before {right}"),
        (Value::Date(_) | Value::Moment(_), OrderSign::Above) => format!("{left} after {right}"),
        (Value::Date(_) | Value::Moment(_), OrderSign::AtMost) => format!("not {left} after {right}"),
        (Value::Date(_) | Value::Moment(_), OrderSign::AtLeast) => format!("not {left} before {right}"),
        _ => format!("{left} {} {right}", sign(order)),
    }
}

/// A signal with what must be true of it.
pub fn event(event: &EventPattern) -> String {
    signal(&event.signal, event.filter.as_ref())
}

fn signal(name: &str, filter: Option<&Predicate>) -> String {
    filter.map_or_else(|| name.to_owned(), |filter| format!("{name}({})", predicate(filter)))
}

fn count(count: &EventCount) -> String {
    let event = signal(&count.signal, count.filter.as_ref());
    let times = |n: u32| format!("{n} time{}", if n == 1 { "" } else { "s" });
    let (did, how) = match (count.at_least, count.at_most) {
        (None, Some(0)) => ("did not", String::new()),
        (Some(1), None) => ("did", String::new()),
        (Some(low), Some(high)) if low == high => ("did", format!(" exactly {}", times(low))),
        (Some(low), Some(high)) => ("did", format!(" between {low} and {}", times(high))),
        (Some(low), None) => ("did", format!(" at least {}", times(low))),
        (None, Some(high)) => ("did", format!(" at most {}", times(high))),
        (None, None) => ("did", " at least 0 times".to_owned()),
    };
    let window = match &count.window {
        None => String::new(),
        Some(Window::Seconds(seconds)) => format!(" within {}", duration(*seconds)),
        Some(Window::Since(date)) => format!(" since {date}"),
        Some(Window::SinceJoining) => " since joining".to_owned(),
        Some(Window::SinceTouch(label)) => format!(" since {label}"),
    };
    format!("{did} {event}{how}{window}")
}

/// `x between a and b`, if that is what two conditions say together.
fn between(of: &[Predicate]) -> Option<String> {
    match of {
        [
            Predicate::Compare { subject: a, order: OrderSign::AtLeast, value: low },
            Predicate::Compare { subject: b, order: OrderSign::AtMost, value: high },
        ] if a == b => Some(format!("{} between {} and {}", subject(a), value(low), value(high))),
        [Predicate::Score { score: a, order: OrderSign::AtLeast, value: low }, Predicate::Score { score: b, order: OrderSign::AtMost, value: high }]
            if a == b =>
        {
            Some(format!("{a} between {low} and {high}"))
        }
        [
            Predicate::StageCompare { journey: a, order: OrderSign::AtLeast, stage: low },
            Predicate::StageCompare { journey: b, order: OrderSign::AtMost, stage: high },
        ] if a == b => Some(format!("{a} between {low} and {high}")),
        _ => None,
    }
}

fn part(of: &Predicate) -> String {
    match of {
        Predicate::And { of: parts } if between(parts).is_none() => format!("({})", predicate(of)),
        Predicate::Or { .. } => format!("({})", predicate(of)),
        _ => predicate(of),
    }
}

/// A predicate as the language writes it.
pub fn predicate(of: &Predicate) -> String {
    match of {
        Predicate::Everyone => "everyone".to_owned(),
        Predicate::Identified => "identified".to_owned(),
        Predicate::And { of } => between(of).unwrap_or_else(|| of.iter().map(part).collect::<Vec<_>>().join(" and ")),
        Predicate::Or { of } => of.iter().map(part).collect::<Vec<_>>().join(" or "),
        Predicate::Not { of } => match &**of {
            Predicate::InSegment { segment } => format!("not in {segment}"),
            Predicate::InIcp { icp } => format!("not in {icp}"),
            inner => format!("not {}", part(inner)),
        },
        Predicate::InSegment { segment: name } | Predicate::InIcp { icp: name } => format!("in {name}"),
        Predicate::Flag { subject: of } => subject(of),
        Predicate::Known { subject: of } => format!("{} is known", subject(of)),
        Predicate::Unknown { subject: of } => format!("{} is unknown", subject(of)),
        Predicate::In { subject: of, values } => match values.as_slice() {
            [one] => format!("{} is {}", subject(of), value(one)),
            _ => format!("{} in {}", subject(of), list(values)),
        },
        Predicate::NotIn { subject: of, values } => match values.as_slice() {
            [one] => format!("{} is not {}", subject(of), value(one)),
            _ => format!("{} not in {}", subject(of), list(values)),
        },
        Predicate::Compare { subject, order, value } => compared(subject, *order, value),
        Predicate::Text { subject: of, test, any } => {
            let test = match test {
                TextPlace::Contains => "contains",
                TextPlace::StartsWith => "starts with",
                TextPlace::EndsWith => "ends with",
            };
            match any.as_slice() {
                [one] => format!("{} {test} {}", subject(of), quoted(one)),
                _ => format!("{} {test} any of [{}]", subject(of), any.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")),
            }
        }
        Predicate::Has { subject: of, value: one } => format!("{} has {}", subject(of), value(one)),
        Predicate::WithinLast { subject: of, seconds } => format!("{} within the last {}", subject(of), duration(*seconds)),
        Predicate::WithinNext { subject: of, seconds } => format!("{} within the next {}", subject(of), duration(*seconds)),
        Predicate::OlderThan { subject: of, seconds } => format!("{} older than {}", subject(of), duration(*seconds)),
        Predicate::StageIn { journey, stages } => match stages.as_slice() {
            [one] => format!("{journey} is {one}"),
            _ => format!("{journey} in [{}]", stages.join(", ")),
        },
        Predicate::StageNotIn { journey, stages } => match stages.as_slice() {
            [one] => format!("{journey} is not {one}"),
            _ => format!("{journey} not in [{}]", stages.join(", ")),
        },
        Predicate::StageCompare { journey, order, stage } => format!("{journey} {} {stage}", sign(*order)),
        Predicate::StageKnown { journey } => format!("{journey} is known"),
        Predicate::StageUnknown { journey } => format!("{journey} is unknown"),
        Predicate::Score { score, order, value } => format!("{score} {} {value}", sign(*order)),
        Predicate::Count(of) => count(of),
    }
}
