//! From text to syntax trees: [`scan`] cuts a file into chunks, [`parse`] reads one chunk.

use std::collections::BTreeSet;
use std::sync::OnceLock;

pub mod ast;
mod build;
mod explain;
mod habits;
pub mod line;
pub mod outline;
mod parse;
mod repair;
pub mod rule_ast;
pub mod scan;
pub mod tokens;

pub use parse::{Parsed, continuations, parse};
pub use scan::{ChunkBody, ChunkText, Doc, Scan, scan};

/// How deep brackets of one kind may be nested. More helps no reader, and each level costs stack.
pub const MOST_NESTED: usize = 256;

/// The grammar, for tests that hold the documentation complete.
pub const GRAMMAR: &str = include_str!("../../grammar/nurture.pest");

/// The words of the language, sorted: the alphabetic literals of the grammar.
pub fn keywords() -> &'static [&'static str] {
    static WORDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let code = GRAMMAR.lines().map(|line| line.split("//").next().unwrap_or(""));
        let literals = code.flat_map(|line| line.split('"').skip(1).step_by(2));
        let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '_' | '\''));
        let words: BTreeSet<&str> = literals.filter(|word| is_word(word)).collect();
        words.into_iter().collect()
    })
}
