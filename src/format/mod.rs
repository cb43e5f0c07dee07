//! The formatter: one layout for every policy. It moves words and comments and changes none, which it proves to itself
//! before it gives anything back.

mod layout;
mod words;

use crate::diagnostics::Check;
use crate::syntax::outline::{Outline, Trees, outline};
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
    /// Where the text before had syntax errors: these chunks are as they were.
    pub left: Vec<Range>,
}

/// Why a text is not laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A merge conflict was left in it, which begins here.
    Conflict(Range),
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

/// Lays out `text`. Lines end as its first one does.
///
/// # Errors
/// When there is a merge conflict in it, or when the outcome would not have the same syntax trees and comments.
pub fn format(text: &str) -> Result<Formatted, Refused> {
    let windows = text.find('\n').is_some_and(|end| text.as_bytes().get(end.wrapping_sub(1)) == Some(&b'\r'));
    let before = read(text);
    if let Some(conflict) = before.scan.problems.iter().find(|problem| problem.check == Check::MergeConflict) {
        return Err(Refused::Conflict(conflict.range()));
    }
    let out = laid_out(text, &before);
    let after = read(&out);
    if !same(text, &before, &out, &after) {
        return Err(Refused::Changed);
    }
    let chunks = before.scan.chunks.iter().zip(&before.outlines);
    let left = chunks.filter(|(_, outline)| outline.is_none()).map(|(chunk, _)| Range::new(chunk.start, chunk.start + chunk.body.text.len() as u32)).collect();
    Ok(Formatted { text: if windows { out.replace("\r\n", "\n").replace('\n', "\r\n") } else { out }, left })
}

fn read(text: &str) -> Read {
    let scan = scan(text);
    let mut words = Words::default();
    let mut outlines = Vec::with_capacity(scan.chunks.len());
    let mut firsts = Vec::with_capacity(scan.chunks.len());
    // A byte-order mark is no word.
    let mut gap = if text.starts_with('\u{feff}') { 3 } else { 0 };
    for chunk in &scan.chunks {
        let at = Range::new(chunk.start, chunk.start + chunk.body.text.len() as u32);
        let outline = outline(&chunk.body);
        match &outline {
            Some(outline) => {
                words.add(text, Range::new(gap, at.start));
                firsts.push(words.words.len());
                let first = words.words.len();
                words.add(text, at);
                words.arrange(first, outline, at.start);
            }
            None => {
                words.add_raw(text, at, gap);
                firsts.push(words.words.len() - 1);
            }
        }
        outlines.push(outline);
        gap = at.end;
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
            pieces.push(Piece { form: crate::syntax::outline::Form::Plain, first: *first, last: *first, after: base + 1, short: false, tall: true });
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
            let open = (piece.first..=piece.last).find(|word| read.words.words.get(*word).is_some_and(|word| word.first == b'{'));
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

/// Whether two texts have the same declarations, words and comments, in the same order.
fn same(text: &str, before: &Read, out: &str, after: &Read) -> bool {
    fn trees<'t>(read: &'t Read) -> (Trees<'t>, Vec<&'t str>) {
        let mut trees = Trees::default();
        let mut left = Vec::new();
        for (chunk, outline) in read.scan.chunks.iter().zip(&read.outlines) {
            match outline {
                Some(outline) => trees.add(outline, &chunk.body.text),
                None => left.push(chunk.body.text.as_str()),
            }
        }
        (trees, left)
    }
    fn told<'t>(read: &'t Read, text: &'t str) -> impl Iterator<Item = (&'t str, usize)> {
        read.words.words.iter().map(move |word| (word.at.of(text), word.comments))
    }
    let comments = |read: &Read, text: &str| read.words.comments.iter().map(|comment| comment.at.of(text).to_owned()).collect::<Vec<_>>();
    trees(before) == trees(after) && told(before, text).eq(told(after, out)) && comments(before, text) == comments(after, out)
}
