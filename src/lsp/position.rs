//! Lines and columns as editors count them: lines end with `\n`, `\r\n` or `\r`; columns are bytes (UTF-8) or UTF-16 units.

#![allow(missing_docs, reason = "salsa makes functions without docs; what is written here has them")]

use gen_lsp_types::{Position, PositionEncodingKind};

use crate::db::{Db, SourceFile};
use crate::text::Range;

/// How columns are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// In bytes.
    Utf8,
    /// In UTF-16 units: what every client knows.
    #[default]
    Utf16,
}

impl Encoding {
    /// The best that a client offers.
    pub fn chosen(offered: Option<&[PositionEncodingKind]>) -> Self {
        if offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8)) { Self::Utf8 } else { Self::Utf16 }
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

/// Where each line of a text begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    starts: Vec<u32>,
}

/// The lines of a file.
#[salsa::tracked]
pub fn lines(db: &dyn Db, file: SourceFile) -> Lines {
    Lines::new(file.text(db))
}

impl Lines {
    /// Finds the lines of a text.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                starts.push(at as u32 + 1);
            }
        }
        Self { starts }
    }

    /// The text of a line, without what ends it, and where it begins.
    fn line<'t>(&self, text: &'t str, line: usize) -> (&'t str, u32) {
        let start = self.starts.get(line).copied().unwrap_or(text.len() as u32);
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len() as u32);
        (Range::new(start, end).of(text).trim_end_matches(['\n', '\r']), start)
    }

    /// The position of a byte.
    pub fn position(&self, text: &str, offset: u32, encoding: Encoding) -> Position {
        let offset = offset.min(text.len() as u32);
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let mut end = offset;
        while !text.is_char_boundary(end as usize) {
            end -= 1;
        }
        let before = Range::new(start, end).of(text);
        let character = match encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 if before.is_ascii() => before.len(),
            Encoding::Utf16 => before.encode_utf16().count(),
        };
        Position { line: line as u32, character: character as u32 }
    }

    /// The byte of a position; one past the end of a line is its end, one past the last line the end of the text.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> u32 {
        let (line, start) = self.line(text, position.line as usize);
        if position.line as usize >= self.starts.len() {
            return text.len() as u32;
        }
        let wanted = position.character as usize;
        let within = match encoding {
            Encoding::Utf8 => {
                let mut at = wanted.min(line.len());
                while !line.is_char_boundary(at) {
                    at -= 1;
                }
                at
            }
            Encoding::Utf16 if line.is_ascii() => wanted.min(line.len()),
            Encoding::Utf16 => {
                let mut units = 0;
                line.char_indices()
                    .find(|(_, c)| {
                        units += c.len_utf16();
                        units > wanted
                    })
                    .map_or(line.len(), |(at, _)| at)
            }
        };
        start + within as u32
    }

    /// The range of bytes of two positions, in order.
    pub fn range(&self, text: &str, range: gen_lsp_types::Range, encoding: Encoding) -> Range {
        let (start, end) = (self.offset(text, range.start, encoding), self.offset(text, range.end, encoding));
        Range::new(start.min(end), start.max(end))
    }

    /// The positions of a range of bytes.
    pub fn positions(&self, text: &str, range: Range, encoding: Encoding) -> gen_lsp_types::Range {
        gen_lsp_types::Range { start: self.position(text, range.start, encoding), end: self.position(text, range.end, encoding) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let text = "aé😀z\r\nb\rc\n\nlast ž";
        let lines = Lines::new(text);
        assert_eq!(lines.starts.len(), 5);
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for (at, _) in text.char_indices() {
                // Within what ends a line there is no column of its own.
                if text.get(..at).is_some_and(|before| before.ends_with('\r')) && text.get(at..).is_some_and(|rest| rest.starts_with('\n')) {
                    continue;
                }
                let position = lines.position(text, at as u32, encoding);
                assert_eq!(lines.offset(text, position, encoding), at as u32, "{at} {position:?}");
            }
        }
        let z = lines.position(text, 7, Encoding::Utf16);
        assert_eq!((z.line, z.character), (0, 4));
        let far = Position { line: 0, character: 99 };
        assert_eq!(lines.offset(text, far, Encoding::Utf16), 8);
        assert_eq!(lines.offset(text, Position { line: 99, character: 0 }, Encoding::Utf16), text.len() as u32);
        // Half of a pair is its beginning.
        assert_eq!(lines.offset(text, Position { line: 0, character: 3 }, Encoding::Utf16), 3);
    }
}
