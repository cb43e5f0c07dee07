//! From text to syntax trees: [`scan`] cuts a file into chunks, [`parse`] reads one chunk.

pub mod ast;
mod build;
mod explain;
mod habits;
pub mod outline;
mod parse;
mod repair;
pub mod rule_ast;
pub mod scan;
pub mod tokens;

pub use parse::{Parsed, parse};
pub use scan::{ChunkBody, ChunkText, Doc, Scan, scan};

/// How deep brackets of one kind may be nested. More helps no reader, and each level costs stack.
pub const MOST_NESTED: usize = 256;

/// The grammar, for tests that hold the documentation complete.
pub const GRAMMAR: &str = include_str!("../../grammar/nurture.pest");
