//! The plan: what a policy means, in types of its own, free of positions save for each item's `source`.
//!
//! Other programs run it, so a field renamed inside the compiler never renames one here. Nothing in these types is a
//! binary float: decimals are texts.

mod document;
mod field;
mod fingerprint;
mod normal;
mod predicate;
mod program;
mod rule;
mod schema;
mod test_case;
mod verdict;
pub mod words;

pub use document::*;
pub use field::*;
pub use fingerprint::{bytes_fingerprint, fade_table, fingerprint_of, item_fingerprint, meaning, policy_fingerprint};
pub use normal::{Normal, normal};
pub use predicate::*;
pub use program::*;
pub use rule::*;
pub use schema::schema;
pub use test_case::{Given, TestCase, TestDay, TestStep};
pub use verdict::{Grade, Pillar, PillarState, Standing, Verdict};
pub use words::{duration, event, predicate, quoted};

/// The version of the plan's form. A change that breaks a reader raises it.
pub const FORMAT: u32 = 1;
