//! nurture: a language and a compiler for lead-nurturing policies.

// pest writes `alloc::…` when it is built without its `std` feature.
extern crate alloc;

pub mod cli;
pub mod db;
pub mod diagnostics;
pub mod format;
pub mod ide;
pub mod lsp;
pub mod model;
pub mod plan;
pub mod proof;
pub mod report;
pub mod rulebook;
pub mod rules;
pub mod run;
pub mod syntax;
pub mod text;
