//! The shape of a text: what can be folded, and what lies around a place.

use super::chunk_at;
use crate::db::{Db, SourceFile, chunks};
use crate::syntax::line::{Part, parts};
use crate::syntax::outline::{Form, outline};
use crate::text::Range;

/// What a fold holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// Statements between braces.
    Braces,
    /// Lines of comments.
    Comments,
}

/// What can be folded: from the end of the line that stays to the last line that goes, in bytes.
pub fn folds(db: &dyn Db, file: SourceFile) -> Vec<(Range, Fold)> {
    let text = file.text(db);
    let mut found = Vec::new();
    for chunk in &chunks(db, file).chunks {
        let start = chunk.start(db);
        let body = &chunk.body(db).text;
        braces(body, |open, close| found.push((Range::new(open, close).shift(start), Fold::Braces)));
    }
    let mut at = 0;
    let mut block: Option<(Range, usize)> = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let end = at + line.trim_end().len() as u32;
        if trimmed.starts_with('#') {
            let (range, lines) = block.get_or_insert((Range::new(at, end), 0));
            range.end = end;
            *lines += 1;
        } else if let Some((range, lines)) = block.take()
            && lines > 1
        {
            found.push((range, Fold::Comments));
        }
        at += line.len() as u32;
    }
    found.extend(block.filter(|(_, lines)| *lines > 1).map(|(range, _)| (range, Fold::Comments)));
    found.sort_by_key(|(range, _)| (range.start, range.end));
    found
}

/// Each pair of curly brackets that holds more than a line.
fn braces(text: &str, mut found: impl FnMut(u32, u32)) {
    let mut open: Vec<u32> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        for (_, code) in parts(line).into_iter().filter(|(part, _)| *part == Part::Code) {
            for (at, sign) in code.of(line).bytes().enumerate() {
                let at = start + code.start + at as u32;
                match sign {
                    b'{' => open.push(at),
                    b'}' => {
                        if let Some(begun) = open.pop()
                            && Range::new(begun, at).of(text).contains('\n')
                        {
                            found(begun, at);
                        }
                    }
                    _ => {}
                }
            }
        }
        start += line.len() as u32;
    }
}

/// The ranges around an offset, from the smallest to the whole file; each holds the one before it.
pub fn around(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<Range> {
    let text = file.text(db);
    let mut found = vec![Range::new(0, text.len() as u32)];
    let mut add = |range: Range| {
        let last = found.last().copied().unwrap_or_default();
        if range.start >= last.start && range.end <= last.end && range != last && range.start <= offset && offset <= range.end {
            found.push(range);
        }
    };
    if let Some(chunk) = chunk_at(db, file, offset) {
        let start = chunk.start(db);
        let body = chunk.body(db);
        add(Range::new(start, start + body.text.trim_end().len() as u32));
        for part in outline(body).map(|outline| outline.parts).unwrap_or_default() {
            let at = part.at.shift(start);
            add(at);
            // Without its brackets, where the cursor is between them.
            if matches!(part.form, Form::Round { .. } | Form::List | Form::Braced(_)) {
                let inner = at.of(text);
                if let (Some(open), true) = (inner.find(['(', '[', '{']), inner.ends_with([')', ']', '}'])) {
                    let within = Range::new(at.start + open as u32 + 1, at.end - 1);
                    let kept = within.of(text);
                    let lead = (kept.len() - kept.trim_start().len()) as u32;
                    if !kept.trim().is_empty() {
                        add(Range::new(within.start + lead, within.start + lead + kept.trim().len() as u32));
                    }
                }
            }
        }
    }
    let word = super::word_at(text, offset);
    if word.start < word.end {
        add(word);
    }
    found.reverse();
    found
}
