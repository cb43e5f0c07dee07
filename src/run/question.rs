//! What is asked of one value: of a fact of the lead, or of a field of an event.

use smol_str::SmolStr;

use super::lead::{Fact, Instant};
use crate::plan::{OrderSign, TextPlace};
use crate::text::Decimal;

/// A test of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Test {
    Known,
    Unknown,
    Flag,
    /// The value is one of these (or, if false, known and none of these).
    In(Box<[Key]>, bool),
    /// The option is one of these bits (or, if false, known and none of them). For up to 64 options.
    Options(u64, bool),
    Number(OrderSign, Decimal),
    Instant(OrderSign, Instant),
    Text(TextPlace, Box<[SmolStr]>),
    Has(u32),
    /// For each content of the plan whether the test of its attribute holds; else what holds of a missing value.
    Contents(Box<[bool]>, bool),
}

impl Test {
    /// Its place among tests of the same field, as people read them: options as declared, numbers rising.
    pub fn order(&self) -> u64 {
        let number = |number: &Decimal| (number.billionths() / 1_000_000_000).clamp(0, 1 << 60) as u64;
        match self {
            Self::Known | Self::Unknown | Self::Flag => 0,
            Self::Options(bits, _) => u64::from(bits.trailing_zeros()),
            Self::Has(option) => u64::from(*option),
            Self::Number(_, value) => number(value),
            Self::In(keys, _) => match keys.first() {
                Some(Key::Option(option)) => u64::from(*option),
                Some(Key::Number(value)) => number(value),
                _ => 0,
            },
            Self::Instant(..) | Self::Text(..) | Self::Contents(..) => 0,
        }
    }
}

/// A value that can be compared and hashed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Number(Decimal),
    Flag(bool),
    Text(SmolStr),
    Instant(Instant),
    Option(u32),
    Content(u32),
    Program(u32),
}

impl Key {
    fn is(&self, fact: &Fact) -> bool {
        match (self, fact) {
            (Self::Number(a), Fact::Number(b)) => a == b,
            (Self::Flag(a), Fact::Flag(b)) => a == b,
            (Self::Text(a), Fact::Text(b)) => a == b,
            (Self::Instant(a), Fact::Instant(b)) => a == b,
            (Self::Option(a), Fact::Option(b)) => a == b,
            (Self::Content(a), Fact::Content(Some(b))) | (Self::Program(a), Fact::Program(Some(b))) => a == b,
            _ => false,
        }
    }
}

/// Whether two values stand in this order.
pub(crate) fn ordered<T: Ord>(a: &T, order: OrderSign, b: &T) -> bool {
    match order {
        OrderSign::Below => a < b,
        OrderSign::AtMost => a <= b,
        OrderSign::Above => a > b,
        OrderSign::AtLeast => a >= b,
    }
}

impl Test {
    /// Whether the test holds of a value. False of a missing one, save for [`Test::Unknown`] and what [`Test::Contents`] says.
    pub fn holds(&self, fact: &Fact) -> bool {
        match self {
            Self::Options(mask, is) => matches!(fact, Fact::Option(option) if (*option < 64 && mask >> option & 1 == 1) == *is),
            Self::Flag => *fact == Fact::Flag(true),
            Self::Number(order, value) => matches!(fact, Fact::Number(number) if ordered(number, *order, value)),
            Self::Instant(order, value) => matches!(fact, Fact::Instant(instant) if ordered(instant, *order, value)),
            Self::Has(option) => matches!(fact, Fact::Set(options) if options.contains(option)),
            Self::Text(place, parts) => {
                let Fact::Text(text) = fact else { return false };
                parts.iter().any(|part| match place {
                    TextPlace::Contains => text.contains(part.as_str()),
                    TextPlace::StartsWith => text.as_bytes().starts_with(part.as_bytes()),
                    TextPlace::EndsWith => text.as_bytes().ends_with(part.as_bytes()),
                })
            }
            Self::Contents(of, other) => match fact {
                Fact::Content(Some(content)) => of.get(*content as usize).copied().unwrap_or(*other),
                _ => *other,
            },
            Self::In(keys, is) => *fact != Fact::Missing && keys.iter().any(|key| key.is(fact)) == *is,
            Self::Known => *fact != Fact::Missing,
            Self::Unknown => *fact == Fact::Missing,
        }
    }
}

/// A test of a date against a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Near {
    /// `now - D < date <= now`
    Last(i64),
    /// `now < date <= now + D`
    Next(i64),
    /// `date <= now - D`
    Older(i64),
}

impl Near {
    pub fn holds(self, date: Instant, now: Instant) -> bool {
        match self {
            Self::Last(length) => now - length < date && date <= now,
            Self::Next(length) => now < date && date <= now + length,
            Self::Older(length) => date <= now - length,
        }
    }

    /// The next instant after `now` at which the answer can change.
    pub fn next(self, date: Instant, now: Instant) -> Option<Instant> {
        let turns = match self {
            Self::Last(length) => [date, date + length],
            Self::Next(length) => [date - length, date],
            Self::Older(length) => [date + length, date + length],
        };
        turns.into_iter().find(|turn| *turn > now)
    }
}

/// What is known already of one event: bits by the numbers of tests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    known: u64,
    truth: u64,
}

/// What must be true of an event.
#[derive(Clone, Debug)]
pub(crate) enum Filter {
    Constant(bool),
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    /// A field, its test, and the number of both among the tests of the signal: each is asked once an event.
    Test(u32, Test, u32),
    Clock(u32, Near),
}

impl Filter {
    pub fn holds(&self, fields: &[Fact], at: Instant, asked: &mut Asked) -> bool {
        let field = |number: &u32| fields.get(*number as usize).unwrap_or(&Fact::Missing);
        match self {
            Self::Constant(value) => *value,
            Self::All(of) => of.iter().all(|part| part.holds(fields, at, asked)),
            Self::Any(of) => of.iter().any(|part| part.holds(fields, at, asked)),
            Self::Not(of) => !of.holds(fields, at, asked),
            Self::Test(number, test, place) => {
                let bit = 1u64.checked_shl(*place).unwrap_or(0);
                if asked.known & bit == 0 {
                    asked.known |= bit;
                    // Beyond the 64th there is no bit, and nothing is remembered.
                    if bit == 0 {
                        return test.holds(field(number));
                    }
                    asked.truth |= if test.holds(field(number)) { bit } else { 0 };
                }
                asked.truth & bit != 0
            }
            Self::Clock(number, near) => matches!(field(number), Fact::Instant(date) if near.holds(*date, at)),
        }
    }
}
