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
    /// How many characters stand before it on its line.
    pub column: u32,
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
    /// Whether a comma stands behind it.
    pub comma: Comma,
    /// Whether an empty line is before it.
    pub blank: bool,
    /// How many comments stand before it, from the beginning of the file.
    pub comments: usize,
}

/// Whether a comma stands behind a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comma {
    /// No: another does not follow.
    No,
    /// Where the next one stands on the same line.
    Between,
    /// Always: the next one's name could be read as a part of this one.
    Needed,
}

/// What a field's type or value may go on with, so that a field of this name needs the comma before it.
const GOES_ON: [&str; 11] = ["optional", "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks"];

/// A file's words and comments.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub words: Vec<Word>,
    pub comments: Vec<Comment>,
}

/// What stands at a place.
enum Kind {
    Comment,
    Word,
}

impl Words {
    /// Adds a chunk that is left as it is, from the beginning of its line on; `gap` is where what was before it ends, `next` where what
    /// comes next begins. Comments behind it that are not at the beginning of their line are left with it. Returns where it ends.
    pub fn add_raw(&mut self, text: &str, at: Range, gap: u32, next: u32) -> u32 {
        let bytes = text.as_bytes();
        let indent = bytes.get(gap as usize..at.start as usize).unwrap_or_default().iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32;
        let start = if line_begins(text, at.start) { at.start - indent } else { at.start };
        self.add(text, Range::new(gap, start));
        let mut behind = Self::default();
        behind.add(text, Range::new(at.end, next));
        let own = behind.comments.iter().rev().find(|comment| comment.column > 0);
        let end = own.map_or(at.end, |comment| comment.at.end);
        let blank = empty_line(text, start);
        self.words.push(Word {
            at: Range::new(start, end),
            width: 0,
            first: 0,
            raw: true,
            close: false,
            comma: Comma::No,
            blank,
            comments: self.comments.len(),
        });
        end
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
                // Between chunks other white space may stand, which means nothing either.
                _ if !byte.is_ascii_graphic() => {
                    if let Some(space) = text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| c.is_whitespace()) {
                        at += space.len_utf8();
                        continue;
                    }
                }
                _ => {}
            }
            let (kind, until) = piece(bytes, at, end);
            let range = Range::new(at as u32, until as u32);
            match kind {
                Kind::Comment => {
                    let written = range.of(text).trim_end().len();
                    let column = text.get(..at).map_or(0, |before| before.chars().rev().take_while(|c| *c != '\n').count()) as u32;
                    self.comments.push(Comment { at: Range::new(range.start, range.start + written as u32), alone, blank, column });
                }
                Kind::Word => {
                    let close = self.is_close(byte, text);
                    let width = range.of(text).chars().count() as u32;
                    self.words.push(Word { at: range, width, first: byte, raw: false, close, comma: Comma::No, blank, comments: self.comments.len() });
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
    pub fn arrange(&mut self, from: usize, outline: &Outline, start: u32, text: &str) {
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
                    let name = self.words.get(self.index(from, start + part.at.end)).map_or("", |word| word.at.of(text));
                    let comma = match another {
                        false => Comma::No,
                        true if GOES_ON.contains(&name) => Comma::Needed,
                        true => Comma::Between,
                    };
                    if let Some(word) = self.words.get_mut(last) {
                        word.comma = comma;
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
                // From here on these words are not in the order of the text: no part begins or ends among them, so none is looked for there.
                words.rotate_left(mid);
            }
        }
        if !dropped.is_empty() {
            // Only what this chunk has is gone through, or many chunks would cost the square of their number.
            let own = self.words.split_off(from);
            let mut dropped = dropped.into_iter().peekable();
            self.words.extend((from..).zip(own).filter(|(index, _)| dropped.next_if_eq(index).is_none()).map(|(_, word)| word));
        }
    }

    /// Whether a doc comment stands before a comma between fields: taken away with it, it would belong to the next field.
    pub fn has_doc_before_comma(&self, from: usize, text: &str) -> bool {
        let own = self.words.get(from..).unwrap_or_default();
        own.windows(2).any(|pair| match pair {
            [one, other] if other.first == b',' => {
                self.comments.get(one.comments..other.comments).unwrap_or_default().iter().any(|comment| comment.at.of(text).starts_with("##"))
            }
            _ => false,
        })
    }

    /// The index of the first word from `from` on that begins at `start` or later.
    pub fn index(&self, from: usize, start: u32) -> usize {
        let rest = self.words.get(from..).unwrap_or_default();
        // It is near: looked for in steps that double, not in all that follows.
        let mut far = 1;
        while rest.get(far).is_some_and(|word| word.at.start < start) {
            far *= 2;
        }
        from + rest.get(..far.saturating_add(1).min(rest.len())).unwrap_or_default().partition_point(|word| word.at.start < start)
    }
}

/// What stands at a place that is no white space, and where it ends.
fn piece(bytes: &[u8], at: usize, end: usize) -> (Kind, usize) {
    let byte_at = |at: usize| if at < end { bytes.get(at).copied().unwrap_or(0) } else { 0 };
    let run = |from: usize, keep: fn(u8) -> bool| (from..end).find(|at| !keep(byte_at(*at))).unwrap_or(end);
    match byte_at(at) {
        b'#' => (Kind::Comment, run(at, |b| b != b'\n')),
        b'"' => {
            let mut until = at + 1;
            while until < end {
                match byte_at(until) {
                    b'"' => return (Kind::Word, until + 1),
                    b'\n' => break,
                    b'\\' if byte_at(until + 1) != b'\n' => until += 2,
                    _ => until += 1,
                }
            }
            (Kind::Word, until.min(end))
        }
        // A number, a date, a time or a percentage; a unit behind it is a word by itself.
        b if b.is_ascii_digit() => {
            let digits = |from: usize| run(from, |b| b.is_ascii_digit() || b == b'_');
            let mut until = digits(at + 1);
            let is_digit = |at: usize| byte_at(at).is_ascii_digit();
            let is_date =
                until - at == 4 && byte_at(until) == b'-' && is_digit(until + 1) && is_digit(until + 2) && byte_at(until + 3) == b'-' && is_digit(until + 4);
            if is_date {
                until = digits(until + 4);
            } else if matches!(byte_at(until), b'.' | b':') && is_digit(until + 1) {
                until = digits(until + 1);
            }
            (Kind::Word, if byte_at(until) == b'%' { until + 1 } else { until })
        }
        b if b.is_ascii_alphabetic() || matches!(b, b'_' | b'.') => {
            (Kind::Word, run(at + 1, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'\'')))
        }
        b'<' | b'>' if byte_at(at + 1) == b'=' => (Kind::Word, at + 2),
        b if b.is_ascii() => (Kind::Word, at + 1),
        _ => (Kind::Word, run(at + 1, |b| !b.is_ascii())),
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
