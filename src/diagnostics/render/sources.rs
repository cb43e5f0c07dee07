//! The texts that diagnostics point into.

use std::borrow::Cow;
use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::text::{LineColumn, LineIndex};

/// The texts of files, by path.
#[derive(Default)]
pub struct Sources<'a> {
    /// What stands before a path when it is shown: the way from where the user is to the workspace.
    pub prefix: &'a str,
    files: BTreeMap<SmolStr, (Cow<'a, str>, Cow<'a, LineIndex>)>,
}

impl<'a> Sources<'a> {
    /// No files yet.
    pub fn new(prefix: &'a str) -> Self {
        Self { prefix, files: BTreeMap::new() }
    }

    /// Adds a file whose lines are known.
    pub fn add(&mut self, path: SmolStr, text: &'a str, lines: &'a LineIndex) {
        self.files.insert(path, (visible(text), Cow::Borrowed(lines)));
    }

    /// Adds a file.
    pub fn add_text(&mut self, path: SmolStr, text: &'a str) {
        self.files.insert(path, (visible(text), Cow::Owned(LineIndex::new(text))));
    }

    /// The text of a file, with what could harm a terminal made visible.
    pub fn text(&self, path: &str) -> &str {
        self.files.get(path).map_or("", |(text, _)| text)
    }

    /// The lines of a file.
    pub fn lines(&self, path: &str) -> Option<&LineIndex> {
        self.files.get(path).map(|(_, lines)| lines.as_ref())
    }

    /// Line and column of an offset.
    pub fn place(&self, path: &str, offset: u32) -> LineColumn {
        self.files.get(path).map_or(LineColumn { line: 1, column: 1 }, |(text, lines)| lines.line_column(text, offset))
    }

    /// A path as it is shown.
    pub fn shown(&self, path: &str) -> String {
        if path.starts_with('<') { path.to_owned() } else { clean(&format!("{}{path}", self.prefix)).into_owned() }
    }
}

/// Whether a character could change what a terminal shows elsewhere.
fn harmful(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The text with harmful characters replaced by others of the same number of bytes, so that places stay right.
fn visible(text: &str) -> Cow<'_, str> {
    // Nearly all text is plain: a look at its bytes is enough.
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t' | b'\r');
    if text.bytes().all(plain) || !text.chars().any(harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match (harmful(c), c.len_utf8()) {
            (false, _) => shown.push(c),
            (true, 3) => shown.push('\u{fffd}'),
            (true, bytes) => shown.extend(std::iter::repeat_n('?', bytes)),
        }
    }
    Cow::Owned(shown)
}

/// A message without characters that could harm a terminal, on one line.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| harmful(c) || matches!(c, '\n' | '\r' | '\t')) {
        Cow::Owned(
            text.chars()
                .map(|c| {
                    if harmful(c) {
                        '\u{fffd}'
                    } else if matches!(c, '\n' | '\r' | '\t') {
                        ' '
                    } else {
                        c
                    }
                })
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
}
