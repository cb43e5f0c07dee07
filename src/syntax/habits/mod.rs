//! What people write out of habit from other languages, each with its own words and its mend.
//!
//! A habit looks at the tokens around the place where the text stopped fitting the grammar. Its mend is tried on a
//! copy of the text: only if the parser then comes further is the habit the explanation.

mod brackets;
mod texts;
mod times;
mod words;

use super::explain::{Finding, Look};
use crate::diagnostics::{Edit, Problem};
use crate::text::Range;

/// A habit: explains the failure, or says nothing.
pub(super) type Habit = fn(&Look<'_>) -> Option<Finding>;

/// All habits, the most particular first.
pub(super) fn all() -> &'static [Habit] {
    &[
        texts::invisible,
        texts::unfinished,
        texts::unopened,
        texts::curly_quotes,
        texts::single_quotes,
        texts::quoted_option,
        texts::comment_sign,
        words::operator,
        words::forgotten,
        words::word_order,
        words::negated_word,
        words::foreign_word,
        words::capitals,
        brackets::separator,
        brackets::round_list,
        times::duration_unit,
        times::times,
        brackets::missing_close,
        brackets::missing_brace,
        brackets::extra_close,
        brackets::colon,
        words::misspelt,
    ]
}

fn found(problem: Problem, title: &str, edits: Vec<Edit>) -> Option<Finding> {
    Some(Finding::new(problem.fix_all(title, edits.clone(), true), edits))
}

fn one(at: Range, new: &str) -> Vec<Edit> {
    vec![Edit { at, new: new.to_owned() }]
}
