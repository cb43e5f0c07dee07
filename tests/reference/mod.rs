//! A slow executor, written from `grammar/EXECUTION.md` alone, to check the fast one. Every predicate is valued from
//! scratch over the whole history at each instant asked. Quotations in the comments are of that page.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_wrap,
    clippy::cast_possible_truncation,
    reason = "a test oracle: each test uses its own part, and a panic is a failed test"
)]

mod clock;
mod play;
mod value;

use nurture::plan::{Plan, Predicate};
use nurture::run::lead::{Instant, Lead};

pub use play::play;

/// Whether a predicate without program context holds at `at`.
pub fn holds(plan: &Plan, lead: &Lead, predicate: &Predicate, at: Instant) -> bool {
    value::World::new(plan, lead).holds(predicate, at, &value::OUTSIDE)
}

/// A score at `at`, clamped, in millionths of a point.
pub fn score(plan: &Plan, lead: &Lead, score: &str, at: Instant) -> i128 {
    value::World::new(plan, lead).score(score, at)
}
