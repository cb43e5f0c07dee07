//! The formatter: one layout for every policy. It moves words and comments, adds and drops commas that mean nothing, and
//! changes nothing else, which it proves to itself before it gives anything back.

mod layout;
mod words;

use crate::diagnostics::Check;
use crate::syntax::outline::{Form, Outline, Trees, outline};
use crate::syntax::{Scan, scan};
use crate::text::Range;
pub use layout::WIDTH;
use layout::{Layout, Piece};
use words::Words;

/// A text in the one layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The text.
    pub text: String,
    /// Lines, from 1, at which chunks begin that are as they were: syntax errors hide what they say.
    pub left: Vec<usize>,
}

/// Why a text is not laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A merge conflict was left in it, which begins in this line, from 1.
    Conflict(usize),
    /// What came out would not have said the same: a fault of the formatter.
    Changed,
}

/// A file, cut into words, with what was understood of it.
struct Read {
    scan: Scan,
    outlines: Vec<Option<Outline>>,
    words: Words,
    /// The first word of each chunk.
    firsts: Vec<usize>,
}

/// Lays out `text`. Lines end as most of its lines do.
///
/// # Errors
/// When there is a merge conflict in it, or when the outcome would not have the same syntax trees and comments.
pub fn format(text: &str) -> Result<Formatted, Refused> {
    let windows = text.matches("\r\n").count();
    if windows == 0 {
        return with_plain_ends(text);
    }
    let mut formatted = with_plain_ends(&text.replace("\r\n", "\n"))?;
    if windows * 2 > text.matches('\n').count() {
        formatted.text = formatted.text.replace('\n', "\r\n");
    }
    Ok(formatted)
}

fn with_plain_ends(text: &str) -> Result<Formatted, Refused> {
    let before = read(text);
    let line = |at: u32| text.as_bytes().get(..at as usize).unwrap_or_default().iter().filter(|b| **b == b'\n').count() + 1;
    if let Some(conflict) = before.scan.problems.iter().find(|problem| problem.check == Check::MergeConflict) {
        return Err(Refused::Conflict(line(conflict.range().start)));
    }
    let out = laid_out(text, &before);
    let after = read(&out);
    if !same(text, &before, &out, &after) {
        return Err(Refused::Changed);
    }
    let chunks = before.scan.chunks.iter().zip(&before.outlines);
    let left = chunks.filter(|(_, outline)| outline.is_none()).map(|(chunk, _)| line(chunk.start)).collect();
    Ok(Formatted { text: out, left })
}

fn read(text: &str) -> Read {
    let scan = scan(text);
    let mut words = Words::default();
    let mut outlines = Vec::with_capacity(scan.chunks.len());
    let mut firsts = Vec::with_capacity(scan.chunks.len());
    // A byte-order mark is no word.
    let mut gap = if text.starts_with('\u{feff}') { 3 } else { 0 };
    for (place, chunk) in scan.chunks.iter().enumerate() {
        let at = Range::new(chunk.start, chunk.start + chunk.body.text.len() as u32);
        let mut outline = outline(&chunk.body);
        if let Some(known) = &outline {
            let (kept, remarks) = (words.words.len(), words.comments.len());
            words.add(text, Range::new(gap, at.start));
            let first = words.words.len();
            words.add(text, at);
            if words.has_doc_before_comma(first, text) {
                words.words.truncate(kept);
                words.comments.truncate(remarks);
                outline = None;
            } else {
                firsts.push(first);
                words.arrange(first, known, at.start, text);
                gap = at.end;
            }
        }
        if outline.is_none() {
            let next = scan.chunks.get(place + 1).map_or(text.len() as u32, |next| next.start);
            gap = words.add_raw(text, at, gap, next);
            firsts.push(words.words.len() - 1);
        }
        outlines.push(outline);
    }
    words.add(text, Range::new(gap, text.len() as u32));
    Read { scan, outlines, words, firsts }
}

/// The text in the one layout.
fn laid_out(text: &str, read: &Read) -> String {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut tops: Vec<usize> = Vec::new();
    for ((chunk, outline), first) in read.scan.chunks.iter().zip(&read.outlines).zip(&read.firsts) {
        let base = pieces.len();
        let Some(outline) = outline else {
            tops.push(base);
            pieces.push(Piece { form: Form::Plain, first: *first, last: *first, after: base + 1, short: false, tall: true });
            continue;
        };
        tops.extend(outline.declarations().map(|index| base + index));
        for part in &outline.parts {
            let word = |at: u32| read.words.index(*first, chunk.start + at);
            let last = word(part.at.end).saturating_sub(1);
            pieces.push(Piece { form: part.form, first: word(part.at.start), last, after: base + part.after, short: part.short, tall: false });
        }
        // Whatever holds something tall is tall.
        for index in (base..pieces.len()).rev() {
            let Some(piece) = pieces.get(index).copied() else { continue };
            let mut inside = index + 1;
            let (mut statements, mut tall) = (0, false);
            let braced = matches!(piece.form, Form::Braced(_));
            let open = (piece.first..=piece.last).filter(|_| braced).find(|word| read.words.words.get(*word).is_some_and(|word| word.first == b'{'));
            while let Some(child) = pieces.get(inside).filter(|_| inside < piece.after) {
                statements += usize::from(open.is_some_and(|open| child.first > open));
                tall |= child.tall;
                inside = child.after;
            }
            if let Some(piece) = pieces.get_mut(index) {
                piece.tall = tall || layout::is_tall(piece.form, piece.short, statements);
            }
        }
    }
    Layout::new(text, &read.words, &pieces).file(&tops)
}

/// Whether two texts have the same declarations, the same words but for commas between fields, and the same comments between the same
/// words.
fn same(text: &str, before: &Read, out: &str, after: &Read) -> bool {
    fn trees(read: &Read) -> Trees<'_> {
        let mut trees = Trees::default();
        let known = read.scan.chunks.iter().zip(&read.outlines);
        known.for_each(|(chunk, outline)| outline.iter().for_each(|outline| trees.add(outline, &chunk.body.text)));
        trees
    }
    fn told<'t>(read: &'t Read, text: &'t str) -> impl Iterator<Item = (&'t str, usize)> {
        read.words.words.iter().map(move |word| (word.at.of(text), word.comments))
    }
    fn comments<'t>(read: &'t Read, text: &'t str) -> impl Iterator<Item = &'t str> {
        read.words.comments.iter().map(move |comment| comment.at.of(text))
    }
    trees(before) == trees(after) && told(before, text).eq(told(after, out)) && comments(before, text).eq(comments(after, out))
}
