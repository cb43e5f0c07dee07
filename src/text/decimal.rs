//! Exact decimal numbers. No binary float decides anything in nurture.

use std::fmt;

/// An exact decimal with up to 9 places, held in billionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(i128);

/// Why a text is no number of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// More decimal places than allowed.
    TooManyPlaces,
    /// More than 15 digits before the point.
    TooLarge,
    /// Not a number at all.
    NotANumber,
}

const UNIT: i128 = 1_000_000_000;

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// The whole number `value`.
    pub fn whole(value: i64) -> Self {
        Self(i128::from(value) * UNIT)
    }

    /// Reads `-1_000.25` with at most `places` decimal places (0 to 9).
    ///
    /// # Errors
    /// When the text has more places, more than 15 digits before the point, or is no number.
    pub fn parse(text: &str, places: usize) -> Result<Self, DecimalError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut value: i128 = 0;
        let mut count = 0;
        for c in whole.chars().filter(|c| *c != '_') {
            let digit = c.to_digit(10).ok_or(DecimalError::NotANumber)?;
            if value > 0 || digit > 0 {
                count += 1;
            }
            if count > 15 {
                return Err(DecimalError::TooLarge);
            }
            value = value * 10 + i128::from(digit);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > places.min(9) {
            return Err(DecimalError::TooManyPlaces);
        }
        for place in 0..9 {
            let digit = match fraction.as_bytes().get(place) {
                Some(byte) if byte.is_ascii_digit() => i128::from(byte - b'0'),
                Some(_) => return Err(DecimalError::NotANumber),
                None => 0,
            };
            value = value * 10 + digit;
        }
        Ok(Self(if negative { -value } else { value }))
    }

    /// Whether there is nothing behind the point.
    pub fn is_whole(self) -> bool {
        self.0 % UNIT == 0
    }

    /// The largest whole number that is not above.
    pub fn floor(self) -> Self {
        Self(self.0.div_euclid(UNIT) * UNIT)
    }

    /// The number in billionths.
    pub fn billionths(self) -> i128 {
        self.0
    }

    /// The number of so many billionths.
    pub fn from_billionths(billionths: i128) -> Self {
        Self(billionths)
    }

    /// This plus `other`.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// Half way between this and `other`, rounded down to 9 places.
    #[must_use]
    pub fn midpoint(self, other: Self) -> Self {
        Self((self.0 + other.0).div_euclid(2))
    }

    /// The negative of this.
    #[must_use]
    pub fn negated(self) -> Self {
        Self(-self.0)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let value = self.0.abs();
        let fraction = format!("{:09}", value % UNIT);
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { write!(f, "{sign}{}", value / UNIT) } else { write!(f, "{sign}{}.{fraction}", value / UNIT) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_exactly() {
        for (text, printed) in [("1_000", "1000"), ("2.50", "2.5"), ("-7", "-7"), ("0.000001", "0.000001"), ("-0.5", "-0.5")] {
            assert_eq!(Decimal::parse(text, 6).map(|d| d.to_string()), Ok(printed.to_owned()));
        }
        assert_eq!(Decimal::parse("0.0000001", 6), Err(DecimalError::TooManyPlaces));
        assert_eq!(Decimal::parse("1234567890123456", 6), Err(DecimalError::TooLarge));
        assert_eq!(Decimal::parse("x", 6), Err(DecimalError::NotANumber));
    }

    #[test]
    fn rounds_down() {
        assert_eq!(Decimal::parse("-2.5", 6).map(Decimal::floor), Ok(Decimal::whole(-3)));
    }
}
