//! What is wrong, in the user's words: problems, the catalogue of checks, and their renderings.
//!
//! A [`Problem`] is made where a mistake is seen and holds ranges relative to its chunk, so that it can be
//! memoized; [`Diagnostic`] is the same with absolute places, made once at the end.

mod catalogue;
mod problem;
/// Findings as text.
pub mod render;
mod suggest;

pub use catalogue::{Check, Severity};
pub use problem::{Address, Diagnostic, Edit, Finder, Fix, Kind, Label, Part, Place, Problem, Reported, Span, SpanEdit, SpanFix, SpanLabel};
pub use suggest::{closest, list_words};
