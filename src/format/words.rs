//! A text cut into words and comments: a layout moves them, and changes none.

use crate::syntax::outline::{Form, Outline};
use crate::text::Range;

/// A comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment {
    /// Where it stands in the file.
    pub at: Range,
    /// Whether nothing but white space stands before it on its line.
    pub alone: bool,
    /// Whether an empty line is before it.
    pub blank: bool,
}

/// A word, a sign, a text, or a chunk that is left as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// Where it stands in the file.
    pub at: Range,
    /// How many characters it has.
    pub width: u32,
    /// Its first byte.
    pub first: u8,
    /// Whether it is a whole chunk that could not be read.
    pub raw: bool,
    /// Whether no space stands before it, were it not for a line's beginning.
    pub close: bool,
    /// Whether a comma stands behind it where the next word is on the same line.
    pub comma: bool,
    /// Whether an empty line is before it.
    pub blank: bool,
    /// How many comments stand before it, from the beginning of the file.
    pub comments: usize,
}

/// A file's words and comments.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub words: Vec<Word>,
    pub comments: Vec<Comment>,
}

/// What stands at a place.
enum Piece {
    Comment,
    Word,
}

impl Words {
    /// Adds a chunk that is left as it is.
    pub fn add_raw(&mut self, text: &str, at: Range, gap: u32) {
        self.add(text, Range::new(gap, at.start));
        let blank = empty_line(text, at.start);
        self.words.push(Word { at, width: 0, first: 0, raw: true, close: false, comma: false, blank, comments: self.comments.len() });
    }

    /// Adds the words and comments of a part of the file.
    pub fn add(&mut self, text: &str, part: Range) {
        let bytes = text.as_bytes();
        let end = part.end as usize;
        let mut at = part.start as usize;
        // Whether this is the first on its line, and whether an empty line is before it.
        let (mut alone, mut blank) = (line_begins(text, part.start), empty_line(text, part.start));
        let mut lines = 0;
        while at < end {
            let byte = bytes.get(at).copied().unwrap_or(b' ');
            match byte {
                b'\n' => {
                    lines += 1;
                    alone = true;
                    blank |= lines > 1;
                    at += 1;
                    continue;
                }
                b' ' | b'\t' | b'\r' => {
                    at += 1;
                    continue;
                }
                _ => {}
            }
            let (piece, until) = piece(bytes, at, end);
            let range = Range::new(at as u32, until as u32);
            match piece {
                Piece::Comment => {
                    let written = range.of(text).trim_end().len();
                    self.comments.push(Comment { at: Range::new(range.start, range.start + written as u32), alone, blank });
                }
                Piece::Word => {
                    let close = self.is_close(byte, text);
                    let width = range.of(text).chars().count() as u32;
                    self.words.push(Word { at: range, width, first: byte, raw: false, close, comma: false, blank, comments: self.comments.len() });
                }
            }
            (alone, blank, lines) = (false, false, 0);
            at = until.max(at + 1);
        }
    }

    /// Whether no space stands before a word that begins with this byte, behind the last one.
    fn is_close(&self, byte: u8, text: &str) -> bool {
        let before = self.words.last().filter(|word| !word.raw).map_or("", |word| word.at.of(text));
        matches!(byte, b',' | b')' | b']' | b':' | b'.') || matches!(before, "(" | "[" | "+" | "-")
    }

    /// Makes of the words from `from` on what the outline of their chunk, which begins at `start`, says: commas that mean nothing
    /// are taken out, filters follow their words, and a label stands before its platform.
    pub fn arrange(&mut self, from: usize, outline: &Outline, start: u32) {
        let mut dropped: Vec<usize> = Vec::new();
        for part in &outline.parts {
            let first = self.index(from, start + part.at.start);
            match part.form {
                Form::Round { tight: true } => {
                    let end = start + part.at.end;
                    let open = self.words.iter().skip(first).take_while(|word| word.at.start < end).position(|word| word.first == b'(');
                    if let Some(word) = open.and_then(|open| self.words.get_mut(first + open)) {
                        word.close = true;
                    }
                }
                Form::Field => {
                    let mut last = self.index(from, start + part.at.end).saturating_sub(1);
                    if self.words.get(last).is_some_and(|word| word.first == b',') {
                        dropped.push(last);
                        last = last.saturating_sub(1);
                    }
                    // Another field stands between the same brackets if no bracket is between them.
                    let next = outline.parts.get(part.after).filter(|next| next.form == Form::Field);
                    let another = next.is_some_and(|next| self.index(from, start + part.at.end) == self.index(from, start + next.at.start));
                    if let Some(word) = self.words.get_mut(last) {
                        word.comma = another;
                    }
                }
                _ => {}
            }
        }
        for (one, other, end) in &outline.turned {
            let (one, other, end) = (self.index(from, start + one), self.index(from, start + other), self.index(from, start + end));
            let marked = |words: &[Word]| words.windows(2).any(|pair| matches!(pair, [one, other] if one.comments != other.comments));
            if let Some(words) = self.words.get_mut(one..end)
                && !marked(words)
                && let Some(mid) = other.checked_sub(one)
            {
                // A line before the first of them stays before whichever comes first.
                let comments = words.first().map_or(0, |word| word.comments);
                words.rotate_left(mid);
                words.iter_mut().for_each(|word| word.comments = comments);
            }
        }
        if !dropped.is_empty() {
            // Only what this chunk has is gone through, or many chunks would cost the square of their number.
            let own = self.words.split_off(from);
            let mut dropped = dropped.into_iter().peekable();
            self.words.extend((from..).zip(own).filter(|(index, _)| dropped.next_if_eq(index).is_none()).map(|(_, word)| word));
        }
    }

    /// The index of the first word from `from` on that begins at `start` or later.
    pub fn index(&self, from: usize, start: u32) -> usize {
        from + self.words.get(from..).unwrap_or_default().partition_point(|word| word.at.start < start)
    }
}

/// What stands at a place that is no white space, and where it ends.
fn piece(bytes: &[u8], at: usize, end: usize) -> (Piece, usize) {
    let byte_at = |at: usize| if at < end { bytes.get(at).copied().unwrap_or(0) } else { 0 };
    let run = |from: usize, keep: fn(u8) -> bool| (from..end).find(|at| !keep(byte_at(*at))).unwrap_or(end);
    match byte_at(at) {
        b'#' => (Piece::Comment, run(at, |b| b != b'\n')),
        b'"' => {
            let mut until = at + 1;
            while until < end {
                match byte_at(until) {
                    b'"' => return (Piece::Word, until + 1),
                    b'\n' => break,
                    b'\\' => until += 2,
                    _ => until += 1,
                }
            }
            (Piece::Word, until.min(end))
        }
        // A number, a date, a time or a percentage; a unit behind it is a word by itself.
        b if b.is_ascii_digit() => (Piece::Word, run(at + 1, |b| b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'-' | b':' | b'%'))),
        b if b.is_ascii_alphabetic() || matches!(b, b'_' | b'.') => {
            (Piece::Word, run(at + 1, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'\'')))
        }
        b'<' | b'>' if byte_at(at + 1) == b'=' => (Piece::Word, at + 2),
        b if b.is_ascii() => (Piece::Word, at + 1),
        _ => (Piece::Word, run(at + 1, |b| !b.is_ascii())),
    }
}

/// Whether nothing but spaces stands before `at` on its line.
fn line_begins(text: &str, at: u32) -> bool {
    text.as_bytes().get(..at as usize).unwrap_or_default().iter().rev().find(|b| !matches!(b, b' ' | b'\t' | b'\r')).is_none_or(|b| *b == b'\n')
}

/// Whether an empty line stands before `at`, with nothing but white space between them.
fn empty_line(text: &str, at: u32) -> bool {
    let before = text.as_bytes().get(..at as usize).unwrap_or_default();
    before.iter().rev().take_while(|b| b.is_ascii_whitespace()).filter(|b| **b == b'\n').count() > 1
}
