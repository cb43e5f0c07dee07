//! What happens to a chunk that does not fit the grammar: the mistake at the furthest place reached is
//! explained, mended in a copy of the text, and the copy is read again; so every mistake of the chunk is found,
//! and a mend that does not bring the parser further is never offered.

use super::ast::{Kind, Name};
use super::explain::{self, Finding, Look};
use super::parse::{Failure, Parsed, attempt};
use super::scan::ChunkBody;
use super::tokens::{Token, TokenKind, tokens};
use super::{build, habits};
use crate::diagnostics::{Edit, Place, Problem};
use crate::text::Range;

/// So many mistakes are explained in one chunk; who has more begins with these.
const MOST_MISTAKES: usize = 50;
/// So many bytes are read again for the mistakes of one chunk, so that a huge broken declaration costs seconds, not minutes.
const MOST_BYTES_READ_AGAIN: usize = 6 << 20;

/// A copy of a chunk's text that remembers where each of its bytes came from.
#[derive(Clone)]
pub(super) struct Copy {
    text: String,
    /// For each byte of `text` and its end: the byte it came from, and whether it stood there.
    origin: Vec<(u32, bool)>,
}

impl Copy {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), origin: (0..=text.len() as u32).map(|at| (at, true)).collect() }
    }

    /// A range of the copy as a range of the chunk.
    pub(super) fn original(&self, range: Range) -> Range {
        let of = |at: u32| self.origin.get(at as usize).or(self.origin.last()).copied().unwrap_or((0, true));
        let start = of(range.start).0;
        let end = match range.end.checked_sub(1).map(of) {
            Some((last, true)) if range.end > range.start => last + 1,
            _ => of(range.end).0,
        };
        Range::new(start, end.max(start))
    }

    /// The copy with `edits` made, which are in order and do not overlap.
    fn edited(&self, edits: &[Edit]) -> Option<Self> {
        let (mut text, mut origin) = (String::new(), Vec::new());
        let mut done = 0usize;
        for edit in edits {
            let (start, end) = (edit.at.start as usize, edit.at.end as usize);
            text.push_str(self.text.get(done..start)?);
            origin.extend_from_slice(self.origin.get(done..start)?);
            text.push_str(&edit.new);
            let from = self.origin.get(start)?.0;
            origin.extend(std::iter::repeat_n((from, false), edit.new.len()));
            done = end;
        }
        text.push_str(self.text.get(done..)?);
        origin.extend_from_slice(self.origin.get(done..)?);
        Some(Self { text, origin })
    }

    /// The copy with `range` blank.
    fn blanked(&self, range: Range) -> Self {
        let mut bytes = self.text.clone().into_bytes();
        for byte in bytes.get_mut(range.start as usize..range.end as usize).into_iter().flatten() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        Self { text: String::from_utf8(bytes).unwrap_or_default(), origin: self.origin.clone() }
    }
}

/// Reads a chunk that holds at least one syntax error.
pub(super) fn repair(chunk: &ChunkBody) -> Parsed {
    let mut copy = Copy::new(&chunk.text);
    let mut problems: Vec<Problem> = Vec::new();
    let mut hidden = Vec::new();
    let mut budget = MOST_BYTES_READ_AGAIN;
    for _ in 0..MOST_MISTAKES {
        budget = budget.saturating_sub(copy.text.len());
        let failure = match attempt(&copy.text) {
            Ok(pairs) => {
                let mut parsed = build::build(pairs, &copy.text, &chunk.docs, Some(&copy));
                problems.append(&mut parsed.problems);
                parsed.problems = problems;
                parsed.hidden = hidden;
                parsed.broken = true;
                return parsed;
            }
            Err(failure) => failure,
        };
        let list = tokens(&copy.text);
        let look = Look::new(&copy.text, &list, &failure);
        let spent = &mut budget;
        if let Some((problem, mended)) = mend(&look, &copy, &failure, spent) {
            problems.push(original(problem, &copy));
            copy = mended;
            if budget == 0 {
                break;
            }
            continue;
        }
        // A habit that is sure of itself explains even where its mend does not bring the parser further.
        let certain = habits::all().iter().filter_map(|habit| habit(&look)).find(|finding| finding.certain);
        let problem = certain.map_or_else(|| explain::explain(&look), |finding| finding.problem);
        problems.push(original(problem, &copy));
        let regions = regions(&look);
        let Some((region, mended)) = regions.into_iter().find_map(|region| {
            *spent = spent.checked_sub(copy.text.len())?;
            let blanked = copy.blanked(region);
            goes_further(&blanked.text, region.end as usize).then_some((region, blanked))
        }) else {
            break;
        };
        hidden.extend(declared(&copy.text).into_iter().filter(|(_, name)| region.start <= name.at.start && name.at.end <= region.end).map(|(kind, name)| {
            let at = copy.original(name.at);
            (kind, Name { at, ..name })
        }));
        copy = mended;
    }
    hidden.extend(declared(&chunk.text).into_iter().take(1));
    Parsed { hidden, problems, broken: true, ..Parsed::default() }
}

/// The first habit that explains the failure and whose mend brings the parser further.
fn mend(look: &Look<'_>, copy: &Copy, failure: &Failure, budget: &mut usize) -> Option<(Problem, Copy)> {
    let next = look.token(1).map_or(0, |token| i64::from(token.at.start));
    habits::all().iter().filter_map(|habit| habit(look)).find_map(|Finding { problem, mend, beyond, .. }| {
        *budget = budget.checked_sub(copy.text.len())?;
        let mended = copy.edited(&mend)?;
        let grown: i64 = mend.iter().map(|edit| edit.new.len() as i64 - i64::from(edit.at.end - edit.at.start)).sum();
        let reached = match attempt(&mended.text) {
            Ok(_) => i64::MAX,
            Err(next) => next.at as i64 - grown,
        };
        // A guess must carry the parser over the next word too.
        let least = if beyond { next.max(failure.at as i64) } else { failure.at as i64 };
        (reached > least).then_some((problem, mended))
    })
}

/// Whether `text` fits, or fails only behind `end`.
fn goes_further(text: &str, end: usize) -> bool {
    match attempt(text) {
        Ok(_) => true,
        Err(failure) => failure.at > end,
    }
}

fn original(mut problem: Problem, copy: &Copy) -> Problem {
    for label in &mut problem.labels {
        if let Place::Here(range) = &mut label.place {
            *range = copy.original(*range);
        }
    }
    for edit in problem.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
        edit.at = copy.original(edit.at);
    }
    problem
}

/// Parts of the text that could be left out to go on, the smallest first: the statement at the failure, the
/// statement around its block, and so on, up to the whole declaration.
fn regions(look: &Look<'_>) -> Vec<Range> {
    let list = look.tokens;
    let error = look.index.min(list.len().saturating_sub(1));
    let sign = |token: &Token| token.kind == TokenKind::Sign;
    // The blocks around the failure, innermost first: index of each `{` and of its `}`.
    let mut open = Vec::new();
    let mut blocks = Vec::new();
    for (index, token) in list.iter().enumerate().filter(|(_, token)| sign(token)) {
        match token.text(look.text) {
            "{" => open.push(index),
            "}" => {
                if let Some(start) = open.pop()
                    && start < error
                    && error <= index
                {
                    blocks.push((start, index));
                }
            }
            _ => {}
        }
    }
    blocks.extend(open.iter().rev().filter(|start| **start < error).map(|start| (*start, list.len())));
    blocks.sort_by_key(|(start, _)| std::cmp::Reverse(*start));
    let mut found: Vec<Range> = Vec::new();
    let mut push = |range: Range| {
        if range.end > range.start && !found.contains(&range) {
            found.push(range);
        }
    };
    let mut inner = error;
    for (start, end) in blocks {
        if let Some(range) = statement(look, start, end, inner) {
            push(range);
        }
        inner = start;
    }
    // The declaration: from its keyword to the next declaration's.
    let starts: Vec<u32> = declaration_starts(look.text, list);
    let place = list.get(error).map_or(0, |token| token.at.start);
    let from = starts.iter().rev().find(|start| **start <= place).copied().unwrap_or(0);
    let to = starts.iter().find(|start| **start > place).copied().unwrap_or(look.text.len() as u32);
    push(Range::new(from, to));
    push(Range::new(0, look.text.len() as u32));
    found
}

/// The statement of the block `start..end` that holds token `error`: from a token that begins a line (or the
/// block) to the next one that begins a line at the same depth, or the end of the block.
fn statement(look: &Look<'_>, start: usize, end: usize, error: usize) -> Option<Range> {
    let list = look.tokens;
    let mut depth = 0usize;
    let mut first = start + 1;
    let mut last = end;
    for index in start + 1..end {
        let token = list.get(index)?;
        let text = token.text(look.text);
        let begins = index == start + 1 || look.begins_line(index);
        if depth == 0 && begins && text != "else" && text != "}" {
            if index <= error {
                first = index;
            } else {
                last = index;
                break;
            }
        }
        match text {
            "{" if token.kind == TokenKind::Sign => depth += 1,
            "}" if token.kind == TokenKind::Sign => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let from = list.get(first)?.at.start;
    let to = list.get(last).map_or(look.text.len() as u32, |token| token.at.start);
    (first <= error).then_some(Range::new(from, to))
}

/// Where declarations begin in a text: at declaration keywords in column 0, and at its first word.
fn declaration_starts(text: &str, list: &[Token]) -> Vec<u32> {
    list.iter()
        .enumerate()
        .filter(|(index, token)| {
            let column_0 = token.at.start == 0 || text.as_bytes().get(token.at.start as usize - 1) == Some(&b'\n');
            *index == 0 || (column_0 && Kind::from_keyword(token.text(text)).is_some())
        })
        .map(|(_, token)| token.at.start)
        .collect()
}

/// The names that `text` seems to declare: behind each declaration keyword at the beginning of a line the first word of
/// that line. `lead` and `limits` have none.
pub(super) fn declared(text: &str) -> Vec<(Kind, Name)> {
    let list = tokens(text);
    let starts = declaration_starts(text, &list);
    list.iter()
        .enumerate()
        .filter(|(_, token)| starts.contains(&token.at.start))
        .filter_map(|(index, keyword)| {
            let kind = Kind::from_keyword(keyword.text(text))?;
            if matches!(kind, Kind::Lead | Kind::Limits) {
                return Some((kind, Name { text: "".into(), at: keyword.at }));
            }
            let line_end = text.get(keyword.at.end as usize..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| keyword.at.end as usize + n);
            let mut rest = list.iter().skip(index + 1).take_while(|token| (token.at.start as usize) < line_end);
            // A second keyword before the name is a slip; a declaration called so is not likely.
            let name = rest.find(|token| token.kind == TokenKind::Word && token.text(text) != keyword.text(text))?;
            Some((kind, Name { text: name.text(text).into(), at: name.at }))
        })
        .collect()
}
