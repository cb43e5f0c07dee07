//! Yes, no, or not decided: what is not known is carried on and never fires a rule.

use std::sync::Arc;

/// A truth value, with what an undecided one lacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// It was not decided, for this reason.
    Unknown(Arc<str>),
}

impl Truth {
    /// What is known.
    pub fn of(value: bool) -> Self {
        if value { Truth::Yes } else { Truth::No }
    }

    /// Not decided, for this reason.
    pub fn unknown(why: impl Into<Arc<str>>) -> Self {
        Truth::Unknown(why.into())
    }

    /// The search was given up.
    pub const TOO_LONG: &str = "the search was longer than its budget allows";

    /// Whether it is so for sure.
    pub fn is_yes(&self) -> bool {
        *self == Truth::Yes
    }

    /// All of them: no if one is no, else undecided if one is.
    pub fn all(of: impl Iterator<Item = Truth>) -> Self {
        let mut result = Truth::Yes;
        for truth in of {
            match truth {
                Truth::No => return Truth::No,
                Truth::Unknown(_) if result == Truth::Yes => result = truth,
                _ => {}
            }
        }
        result
    }

    /// One of them.
    pub fn any(of: impl Iterator<Item = Truth>) -> Self {
        !Truth::all(of.map(|truth| !truth))
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    /// The opposite; what is not known stays so.
    fn not(self) -> Self {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            unknown => unknown,
        }
    }
}

/// Why something was not decided for lack of an input, not of a proof.
pub const NO_CENSUS: &str = "there is no census of the real database";
/// The same, of the day.
pub const NO_TODAY: &str = "nobody has said what day it is: `--as-of`, or `as_of` in nurture.toml";
/// The same, of a content's words.
pub const NO_TEXT: &str = "it has no text file";
/// The same, of a language without word lists; the language follows.
pub const NO_WORDS: &str = "there are no word lists for texts in";
/// The same, of a text that is too short.
pub const TOO_SHORT: &str = "its text is too short to tell";
/// The same, of leads of whom nothing says what kind they are.
pub const NO_KINDS: &str = "no field of the lead says their role, industry, interest or solution";

/// Why something was not proved: all questions together took too long.
pub const TOO_MUCH: &str = "the questions about this policy took more than their budget together";
/// Why something was not proved: the search was given up.
pub const TOO_LONG: &str = "the search was longer than its budget allows";

/// Whether something was not decided for lack of an input.
pub fn is_input(why: &str) -> bool {
    [NO_CENSUS, NO_TODAY, NO_TEXT, NO_WORDS, TOO_SHORT, NO_KINDS].iter().any(|known| why.starts_with(known))
}

/// A number that lies somewhere between two, both included; `None` for no end. In billionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The least it can be.
    pub low: i128,
    /// The most it can be.
    pub high: Option<i128>,
}

const ONE: i128 = 1_000_000_000;

impl Span {
    /// One number, in billionths.
    pub fn exact(value: i128) -> Self {
        Self { low: value, high: Some(value) }
    }

    /// A whole number.
    pub fn whole(value: usize) -> Self {
        Self::exact(value as i128 * ONE)
    }

    /// Whole numbers from `low` to `high`.
    pub fn between(low: u64, high: Option<u64>) -> Self {
        Self { low: i128::from(low) * ONE, high: high.map(|high| i128::from(high) * ONE) }
    }

    /// What is known only not to be more: an upper bound says nothing of how little it can be.
    #[must_use]
    pub fn at_most(self) -> Self {
        Self { low: 0, ..self }
    }

    /// The number, if it is one.
    pub fn value(self) -> Option<i128> {
        self.high.filter(|high| *high == self.low)
    }

    /// Whether it stands in an order to another, if that is decided.
    pub fn compare(self, order: crate::plan::OrderSign, other: Span) -> Option<bool> {
        use crate::plan::OrderSign::{Above, AtLeast, AtMost, Below};
        match order {
            Below => decided(self.high.is_some_and(|high| high < other.low), other.high.is_some_and(|high| self.low >= high)),
            AtMost => decided(self.high.is_some_and(|high| high <= other.low), other.high.is_some_and(|high| self.low > high)),
            Above => other.compare(Below, self),
            AtLeast => other.compare(AtMost, self),
        }
    }

    /// Whether it is the same number, if that is decided.
    pub fn same(self, other: Span) -> Option<bool> {
        match (self.value(), other.value()) {
            (Some(one), Some(other)) => Some(one == other),
            _ => {
                let apart = self.high.is_some_and(|high| high < other.low) || other.high.is_some_and(|high| high < self.low);
                apart.then_some(false)
            }
        }
    }
}

fn decided(yes: bool, no: bool) -> Option<bool> {
    if yes {
        Some(true)
    } else if no {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::OrderSign;

    #[test]
    fn an_interval_decides_only_as_a_whole() {
        let some = Span::between(2, Some(5));
        assert_eq!(some.compare(OrderSign::Above, Span::whole(1)), Some(true));
        assert_eq!(some.compare(OrderSign::Above, Span::whole(5)), Some(false));
        assert_eq!(some.compare(OrderSign::Above, Span::whole(3)), None);
        assert_eq!(Span::between(4, None).compare(OrderSign::Above, Span::whole(3)), Some(true));
        assert_eq!(Span::between(4, None).compare(OrderSign::Below, Span::whole(3)), Some(false));
    }

    #[test]
    fn what_is_not_known_is_carried_on() {
        let unknown = || Truth::unknown("no census");
        assert_eq!(Truth::all([Truth::Yes, unknown(), Truth::No].into_iter()), Truth::No);
        assert_eq!(Truth::any([Truth::No, unknown()].into_iter()), unknown());
        assert!(!(!unknown()).is_yes());
    }
}
