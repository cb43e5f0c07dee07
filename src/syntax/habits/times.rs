//! Durations and counts.

use super::{found, one};
use crate::diagnostics::{Check, Problem, closest};
use crate::syntax::explain::{Finding, Look};
use crate::syntax::tokens::TokenKind;
use crate::text::Range;

const UNITS: [(&str, &str); 17] = [
    ("s", "seconds"),
    ("sec", "seconds"),
    ("secs", "seconds"),
    ("m", "minutes"),
    ("min", "minutes"),
    ("mins", "minutes"),
    ("h", "hours"),
    ("hr", "hours"),
    ("hrs", "hours"),
    ("d", "days"),
    ("w", "weeks"),
    ("wk", "weeks"),
    ("wks", "weeks"),
    ("dy", "days"),
    ("daily", "days"),
    ("hourly", "hours"),
    ("weekly", "weeks"),
];

/// A duration without unit, with an abbreviation, or in months.
pub(super) fn duration_unit(look: &Look<'_>) -> Option<Finding> {
    let singular = look.word(0);
    if look.expects("0") && ["second", "minute", "hour", "day", "week"].contains(&singular) {
        let at = look.place(0);
        let problem = Problem::new(Check::DurationUnit, at, format!("a number is missing before `{singular}`"));
        return found(problem, &format!("write `1 {singular}`"), one(at, &format!("1 {singular}")));
    }
    // `5d` is one token, `5 d` are two.
    let (digits, unit, at) = match look.token(0) {
        Some(token) if token.kind == TokenKind::Number => {
            let text = token.text(look.text);
            let split = text.find(|c: char| c.is_alphabetic())?;
            let (digits, unit) = text.split_at_checked(split)?;
            (digits, unit, token.at)
        }
        _ => {
            let number = look.token(-1).filter(|token| token.kind == TokenKind::Number)?;
            if !look.expects("days") {
                return None;
            }
            (number.text(look.text), look.word(0), number.at.cover(look.place(0)))
        }
    };
    let whole = Range::new(at.start, at.start + digits.len() as u32);
    match unit.to_lowercase().as_str() {
        "month" | "months" | "mo" | "mos" => {
            let days = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(30)).unwrap_or(30);
            let problem = Problem::new(Check::DurationUnit, at, "there is no `month`: nobody agrees on its length").here("say it in days or weeks").fix(
                format!("write `{days} days`"),
                at,
                format!("{days} days"),
                false,
            );
            Some(Finding::new(problem, one(at, &format!("{days} days"))))
        }
        "year" | "years" | "y" | "quarter" | "quarters" => {
            let each = if unit.starts_with('q') { 91 } else { 365 };
            let days = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(each)).unwrap_or(each);
            let problem = Problem::new(Check::DurationUnit, at, format!("there is no `{unit}`: its length is not fixed")).here("say it in days or weeks").fix(
                format!("write `{days} days`"),
                at,
                format!("{days} days"),
                false,
            );
            Some(Finding::new(problem, one(at, &format!("{days} days"))))
        }
        unit if UNITS.iter().any(|(short, _)| *short == unit) => {
            let long = UNITS.iter().find(|(short, _)| *short == unit)?.1;
            let problem = Problem::new(Check::DurationUnit, at, format!("`{}` is written `{digits} {long}`", at.of(look.text)));
            found(problem, &format!("write `{digits} {long}`"), one(at, &format!("{digits} {long}")))
        }
        unit => {
            let meant = closest(unit, ["minutes", "hours", "days", "weeks", "minute", "hour", "day", "week"]);
            if let (Some(meant), true) = (meant, look.token(0).is_some_and(|token| token.kind == TokenKind::Word)) {
                let at = look.place(0);
                let problem = Problem::new(Check::DurationUnit, at, format!("`{unit}` is no unit of time")).here(format!("did you mean `{meant}`?"));
                return found(problem, &format!("write `{meant}`"), one(at, meant));
            }
            if look.token(0).is_some_and(|token| token.kind == TokenKind::Number) {
                return None;
            }
            let problem = Problem::new(Check::DurationUnit, whole, format!("`{digits}` has no unit")).here("minutes, hours, days or weeks?").fix(
                format!("write `{digits} days`"),
                whole,
                format!("{digits} days"),
                false,
            );
            Some(Finding::new(problem, one(Range::at(whole.end), " days")))
        }
    }
}

/// `at least once`, `at least 2` without `times`.
pub(super) fn times(look: &Look<'_>) -> Option<Finding> {
    let at = look.place(0);
    let number = match look.word(0).to_lowercase().as_str() {
        "once" => "1",
        "twice" => "2",
        "thrice" => "3",
        "time" if look.expects("times") => {
            return found(Problem::new(Check::Syntax, at, "`time` is written `times`"), "write `times`", one(at, "times"));
        }
        _ => {
            let count = look.token(-1).filter(|token| token.kind == TokenKind::Number)?;
            if !look.expects("times") || look.expects("days") {
                return None;
            }
            let digits = count.text(look.text);
            let problem = Problem::new(Check::Syntax, count.at, format!("`{digits}` of what? Write `{digits} times`"));
            return found(problem, "write `times`", one(Range::at(count.at.end), " times"));
        }
    };
    let word = look.word(0);
    let problem = Problem::new(Check::ForeignWord, at, format!("`{word}` is written `{number} times`"));
    found(problem, &format!("write `{number} times`"), one(at, &format!("{number} times")))
}
