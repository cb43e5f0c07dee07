//! Reads one chunk. The only file that runs pest; its rule names stay inside `syntax`.

use std::sync::{Mutex, PoisonError};

use pest::Parser as _;
use pest::iterators::Pairs;

use super::ast::{Item, Kind, Name};
use super::scan::ChunkBody;
use super::{build, repair};
use crate::diagnostics::{Check, Problem};
use crate::text::Range;

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/nurture.pest"]
pub(super) struct Grammar;

/// What a chunk says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Its declarations, in order.
    pub items: Vec<Item>,
    /// Names of declarations that a syntax error hides, so that nobody who speaks of them is blamed.
    pub hidden: Vec<(Kind, Name)>,
    /// What is wrong with its text.
    pub problems: Vec<Problem>,
    /// Whether a syntax error hides a part: then nothing more is said of this chunk.
    pub broken: bool,
}

/// Reads a chunk. Never fails: what cannot be read is reported and left out.
pub fn parse(chunk: &ChunkBody) -> Parsed {
    if let Some(at) = chunk.too_deep {
        let problem = Problem::new(Check::TooDeep, at, format!("brackets are nested more than {} deep", super::MOST_NESTED))
            .here("the first one too deep")
            .help("name a part of it with a `segment` and ask `in` that segment");
        return Parsed { hidden: repair::declared(&chunk.text), problems: vec![problem], broken: true, ..Parsed::default() };
    }
    match Grammar::parse(Rule::chunk, &chunk.text) {
        Ok(pairs) => build::build(pairs, &chunk.text, &chunk.docs, None),
        Err(_) => repair::repair(chunk),
    }
}

/// A pair of the parse tree, the tree written flat: a pair stands before those inside it.
#[derive(Clone, Copy)]
pub(super) struct Node {
    /// What it is.
    pub rule: Rule,
    /// Where it begins and ends, with the white space behind it.
    pub at: Range,
    /// The index of the first node behind it that is not inside it.
    pub after: usize,
}

/// The parse tree of a text that fits the grammar.
pub(super) fn tree(text: &str) -> Option<Vec<Node>> {
    let pairs = Grammar::parse(Rule::chunk, text).ok()?;
    let mut nodes: Vec<Node> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for token in pairs.tokens() {
        match token {
            pest::Token::Start { rule, pos } => {
                open.push(nodes.len());
                nodes.push(Node { rule, at: Range::at(pos.pos() as u32), after: 0 });
            }
            pest::Token::End { pos, .. } => {
                let after = nodes.len();
                if let Some(node) = open.pop().and_then(|begun| nodes.get_mut(begun)) {
                    node.at.end = pos.pos() as u32;
                    node.after = after;
                }
            }
        }
    }
    Some(nodes)
}

/// Where and why a text does not fit the grammar.
pub(super) struct Failure {
    /// The furthest byte that was reached.
    pub at: usize,
    /// What could have stood there: words and signs; `a` stands for a name, `0` for a number, `"` for a text.
    pub expected: Vec<String>,
}

/// What may follow a text that begins a chunk: words and signs as they are written; `a` stands for a name, `0` for a number, `"` for a text.
/// Nothing where the text itself does not fit the grammar.
pub fn continuations(text: &str) -> Vec<String> {
    // What fits nowhere makes the parser tell what would have.
    let marked = format!("{text}\u{1}");
    match attempt(&marked) {
        Err(failure) if failure.at >= text.trim_end().len() => failure.expected,
        _ => Vec::new(),
    }
}

/// Held while pest collects what it expected: the switch is one for the process.
static DETAIL: Mutex<()> = Mutex::new(());

/// Parses `text`, or tells where it fails.
pub(super) fn attempt(text: &str) -> Result<Pairs<'_, Rule>, Failure> {
    let error = {
        let _held = DETAIL.lock().unwrap_or_else(PoisonError::into_inner);
        pest::set_error_detail(true);
        let result = Grammar::parse(Rule::chunk, text);
        pest::set_error_detail(false);
        match result {
            Ok(pairs) => return Ok(pairs),
            Err(error) => error,
        }
    };
    let mut expected: Vec<String> = Vec::new();
    let mut at = match error.location {
        pest::error::InputLocation::Pos(at) => at,
        pest::error::InputLocation::Span((at, _)) => at,
    };
    if let Some(attempts) = error.parse_attempts() {
        at = attempts.max_position;
        for token in attempts.expected_tokens() {
            // A range of characters prints as `a..z`; all else as it is written.
            let word = match token.to_string().as_str() {
                "a..z" | "A..Z" => "a".to_owned(),
                "0..9" => "0".to_owned(),
                "BUILTIN_RULE" => continue,
                range if range.chars().count() == 4 && range.contains("..") => continue,
                word => word.to_owned(),
            };
            if !word.trim().is_empty() && word != "_" && !expected.contains(&word) {
                expected.push(word);
            }
        }
    }
    expected.sort_unstable();
    Err(Failure { at, expected })
}
