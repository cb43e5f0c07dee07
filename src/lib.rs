//! nurture: a language and a compiler for lead-nurturing policies.

// pest writes `alloc::…` when it is built without its `std` feature.
extern crate alloc;

pub mod diagnostics;
pub mod syntax;
pub mod text;
