//! Byte ranges, line numbers, and the exact numbers and dates that source text can hold.

mod calendar;
mod decimal;
mod line_index;

pub use calendar::{Date, TimeOfDay};
pub use decimal::{Decimal, DecimalError};
pub use line_index::{LineColumn, LineIndex};

/// A half-open range of bytes, `start..end`, in some text that the context names:
/// a whole file, or the text of one chunk of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Range {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Range {
    /// The range `start..end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// An empty range at `at`.
    pub const fn at(at: u32) -> Self {
        Self { start: at, end: at }
    }

    /// The smallest range that holds both.
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The range moved right by `offset` bytes.
    pub fn shift(self, offset: u32) -> Self {
        Self { start: self.start.saturating_add(offset), end: self.end.saturating_add(offset) }
    }

    /// The part of `text` in this range; empty if the range does not fit the text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}
