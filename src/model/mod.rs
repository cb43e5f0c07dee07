//! What the text means: names, types, and each declaration in the form of the plan.
//!
//! One walk over a declaration both checks it and lowers it: `resolve` gives its problems and what it speaks of, and the
//! plan items, if all of it is right.

pub mod graph;
pub mod names;
pub mod resolve;
#[rustfmt::skip]
pub mod rule_schema;
pub mod schema;

pub use resolve::{Checked, Member, Mention, PlanItem, RuleExample, Use, checked, lowered, rule_examples};
