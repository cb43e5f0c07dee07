//! Texts, numbers, durations, dates.

use smol_str::SmolStr;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::{Builder, P, Rule};
use crate::diagnostics::{Check, Problem};
use crate::syntax::ast::{At, Duration, Name, Path, Text, Value, ValueKind};
use crate::text::{Date, Decimal, DecimalError, Range, TimeOfDay};

/// Places behind the point that a number of a policy may have.
const PLACES: usize = 6;

impl Builder<'_> {
    /// A string with its escapes resolved, in NFC.
    pub(super) fn string(&mut self, pair: &P<'_>) -> Text {
        let at = self.at(pair);
        let raw = pair.as_str();
        let inside = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
        let value = if inside.contains('\\') { self.unescape(inside, pair.as_span().start() + 1) } else { inside.into() };
        let value = if is_nfc(&value) { value } else { value.nfc().collect() };
        Text { value, at }
    }

    fn unescape(&mut self, inside: &str, start: usize) -> SmolStr {
        let mut value = String::with_capacity(inside.len());
        let mut chars = inside.char_indices();
        while let Some((at, c)) = chars.next() {
            if c != '\\' {
                value.push(c);
                continue;
            }
            match chars.next() {
                Some((_, '"')) => value.push('"'),
                Some((_, '\\')) => value.push('\\'),
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, 'u')) => {
                    let rest = inside.get(at + 2..).unwrap_or("");
                    let digits = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits);
                    let c = digits
                        .filter(|digits| !digits.is_empty() && digits.len() <= 6)
                        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                        .and_then(char::from_u32);
                    match (digits, c) {
                        (Some(digits), Some(c)) => {
                            value.push(c);
                            for _ in 0..digits.len() + 2 {
                                chars.next();
                            }
                        }
                        _ => {
                            let at = self.place(Range::new((start + at) as u32, (start + at + 2) as u32));
                            self.report(
                                Problem::new(Check::BadEscape, at, "`\\u` names no character")
                                    .help("write the character's number in hexadecimal between braces: `\\u{e9}` is é"),
                            );
                        }
                    }
                }
                other => {
                    let length = 1 + other.map_or(0, |(_, c)| c.len_utf8());
                    let at = self.place(Range::new((start + at) as u32, (start + at + length) as u32));
                    let shown = other.map_or(String::new(), |(_, c)| c.to_string());
                    self.report(
                        Problem::new(Check::BadEscape, at, format!("`\\{shown}` means nothing in a text"))
                            .help("a backslash begins `\\\"`, `\\\\`, `\\n`, `\\t` or `\\u{…}`; for the backslash itself write `\\\\`")
                            .fix("write two backslashes", Range::new(at.start, at.start + 1), "\\\\", false),
                    );
                }
            }
        }
        value.into()
    }

    /// A number of at most 6 places; a bad one is reported and read as zero.
    pub(super) fn decimal(&mut self, pair: &P<'_>) -> At<Decimal> {
        let at = self.at(pair);
        self.decimal_of(pair.as_str(), at)
    }

    pub(super) fn decimal_of(&mut self, text: &str, at: Range) -> At<Decimal> {
        let value = match Decimal::parse(text, PLACES) {
            Ok(value) => value,
            Err(error) => {
                let (message, help) = match error {
                    DecimalError::TooManyPlaces => ("a number has at most 6 places behind the point", "round it"),
                    _ => ("a number has at most 15 digits before the point", "use a smaller number"),
                };
                self.report(Problem::new(Check::BadNumber, at, message).help(help));
                Decimal::ZERO
            }
        };
        At { value, at }
    }

    /// A whole number that counts something: at most 4,294,967,295.
    pub(super) fn count(&mut self, pair: &P<'_>) -> At<u32> {
        let at = self.at(pair);
        let digits: String = pair.as_str().chars().filter(char::is_ascii_digit).collect();
        let value = digits.parse().unwrap_or_else(|_| {
            self.report(Problem::new(Check::BadNumber, at, "this number is too large to count anything").help("use a smaller number"));
            u32::MAX
        });
        At { value, at }
    }

    /// A percentage.
    pub(super) fn percent(&mut self, pair: &P<'_>) -> At<Decimal> {
        let at = self.at(pair);
        self.decimal_of(pair.as_str().trim_end_matches('%'), at)
    }

    /// A length of time: whole seconds, more than none, at most 100 years.
    pub(super) fn duration(&mut self, pair: P<'_>) -> Duration {
        const MOST: u64 = 100 * 365 * 86_400;
        let at = self.at(&pair);
        let mut amount = "0";
        let mut unit = "";
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::amount => amount = inner.as_str(),
                _ => unit = inner.as_str(),
            }
        }
        let each: i64 = match unit.trim_end_matches('s') {
            "second" => 1,
            "minute" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            _ => 7 * 86_400,
        };
        let number = self.decimal_of(amount, at).value;
        let billionths = number.billionths().saturating_mul(i128::from(each));
        let seconds = u64::try_from(billionths / 1_000_000_000).unwrap_or(u64::MAX);
        if billionths % 1_000_000_000 != 0 {
            self.report(Problem::new(Check::BadNumber, at, format!("`{amount} {unit}` is no whole number of seconds")).help("say it in a smaller unit"));
        } else if seconds == 0 {
            self.report(Problem::new(Check::BadNumber, at, format!("`{amount} {unit}` is no time at all")).help("the shortest time is 1 second"));
        } else if seconds > MOST {
            self.report(Problem::new(Check::BadNumber, at, format!("`{amount} {unit}` is more than 100 years")).help("use a shorter time"));
        }
        At { value: seconds.clamp(1, MOST), at }
    }

    /// The duration inside a clause such as `every 14 days`.
    pub(super) fn duration_in(&mut self, pair: P<'_>) -> Option<Duration> {
        let at = self.at(&pair);
        match pair.into_inner().find(|inner| inner.as_rule() == Rule::duration) {
            Some(duration) => Some(self.duration(duration)),
            None => self.strange(at),
        }
    }

    /// A day; one that does not exist is reported.
    pub(super) fn date(&mut self, pair: &P<'_>) -> Option<At<Date>> {
        let at = self.at(pair);
        self.date_of(pair.as_str(), at)
    }

    fn date_of(&mut self, text: &str, at: Range) -> Option<At<Date>> {
        if let Some(value) = Date::parse(text) {
            return Some(At { value, at });
        }
        let mut parts = text.split('-').filter_map(|part| part.parse::<u16>().ok());
        let (year, month, day) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        let last = u8::try_from(month).map_or(0, |month| Date::days_in(year, month));
        let mut problem = Problem::new(Check::BadDate, at, format!("there is no {text}"));
        problem = if last == 0 {
            let swapped = (1..=12).contains(&day).then(|| format!("{year:04}-{day:02}-{month:02}"));
            let problem = problem.here("a date is written year, month, day");
            match swapped.filter(|swapped| Date::parse(swapped).is_some()) {
                Some(swapped) => problem.fix(format!("write {swapped}"), at, swapped, false),
                None => problem.help("months go from 01 to 12"),
            }
        } else {
            problem.here(format!("this month ends with day {last}"))
        };
        self.report(problem);
        None
    }

    /// A time of day; one that does not exist is reported.
    pub(super) fn time(&mut self, pair: &P<'_>) -> Option<At<TimeOfDay>> {
        let at = self.at(pair);
        let value = TimeOfDay::parse(pair.as_str());
        if value.is_none() {
            self.report(Problem::new(Check::BadTime, at, format!("there is no {} o'clock", pair.as_str())).help("times go from 00:00 to 23:59"));
        }
        value.map(|value| At { value, at })
    }

    /// A name with dots.
    pub(super) fn dotted(&mut self, pair: &P<'_>) -> Path {
        let mut start = pair.as_span().start();
        let mut parts = pair.as_str().split('.').map(|part| {
            let at = Range::new(start as u32, (start + part.len()) as u32);
            start += part.len() + 1;
            (part, at)
        });
        let (first, at) = parts.next().unwrap_or(("", Range::default()));
        let rest: Vec<(&str, Range)> = parts.collect();
        Path {
            first: Name { text: first.into(), at: self.place(at) },
            rest: rest.into_iter().map(|(part, at)| Name { text: part.into(), at: self.place(at) }).collect(),
        }
    }

    /// A value.
    pub(super) fn value(&mut self, pair: P<'_>) -> Value {
        let at = self.at(&pair);
        let kind = match pair.as_rule() {
            Rule::dotted => ValueKind::Path(Box::new(self.dotted(&pair))),
            Rule::string => ValueKind::Text(self.string(&pair).value),
            Rule::number => {
                let told = self.problems.len();
                let number = self.decimal(&pair).value;
                if self.problems.len() > told { ValueKind::Broken } else { ValueKind::Number(number) }
            }
            Rule::percent => ValueKind::Percent(self.percent(&pair).value),
            Rule::duration => ValueKind::Duration(self.duration(pair).value),
            Rule::date => self.date(&pair).map_or(ValueKind::Broken, |date| ValueKind::Date(date.value)),
            Rule::moment => {
                let mut inner = pair.into_inner();
                let date = inner.next().and_then(|pair| self.date(&pair));
                let time = inner.next().and_then(|pair| self.time(&pair));
                match (date, time) {
                    (Some(date), Some(time)) => ValueKind::Moment(date.value, time.value),
                    _ => ValueKind::Broken,
                }
            }
            _ => self.strange(at).unwrap_or(ValueKind::Broken),
        };
        Value { at, kind }
    }

    /// The values of a list.
    pub(super) fn values(&mut self, pair: P<'_>) -> Vec<Value> {
        pair.into_inner().map(|pair| self.value(pair)).collect()
    }
}
