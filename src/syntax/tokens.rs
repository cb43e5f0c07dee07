//! A lexer for texts that did not parse: explanations look at tokens, not at grammar rules.

use crate::text::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A word: keyword or name.
    Word,
    /// Digits with what belongs to them.
    Number,
    /// A `"…"`; false when its quote is missing.
    Text(bool),
    /// One sign, or two that belong together (`<=`, `==`, `&&`, `//` …).
    Sign,
    /// A character that cannot be seen.
    Invisible,
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where.
    pub at: Range,
}

impl Token {
    /// Its text.
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        self.at.of(text)
    }
}

const PAIRS: [&str; 15] = ["<=", ">=", "==", "!=", "<>", "=<", "=>", "&&", "||", "//", "/*", "*/", "->", ":=", "::"];

/// Whether `c` is white space or a mark that a reader cannot tell from a space, or cannot see.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{ad}' | '\u{1680}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{2064}' | '\u{3000}' | '\u{feff}')
        || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Cuts `text` into tokens.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or("");
        let while_of = |keep: fn(char) -> bool| rest.char_indices().find(|(_, c)| !keep(*c)).map_or(rest.len(), |(n, _)| n);
        let (kind, length) = match c {
            ' ' | '\n' | '\t' | '\r' => {
                at += 1;
                continue;
            }
            '"' => {
                let (length, closed) = string_length(rest);
                (TokenKind::Text(closed), length)
            }
            c if c.is_alphabetic() || c == '_' => {
                let length = while_of(|c| c.is_alphanumeric() || c == '_');
                // isn't, is'nt, don't: an apostrophe between letters belongs to the word.
                let more = rest.get(length..).unwrap_or("");
                let tail = more.strip_prefix(['\'', '\u{2019}']).filter(|tail| tail.starts_with(char::is_alphabetic));
                match tail {
                    Some(tail) => {
                        let end = tail.char_indices().find(|(_, c)| !c.is_alphanumeric()).map_or(tail.len(), |(n, _)| n);
                        (TokenKind::Word, rest.len() - tail.len() + end)
                    }
                    None => (TokenKind::Word, length),
                }
            }
            c if c.is_ascii_digit() => (TokenKind::Number, while_of(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '%'))),
            c if is_invisible(c) => (TokenKind::Invisible, while_of(is_invisible)),
            c => match PAIRS.iter().find(|pair| rest.starts_with(**pair)) {
                Some(pair) => (TokenKind::Sign, pair.len()),
                None => (TokenKind::Sign, c.len_utf8()),
            },
        };
        found.push(Token { kind, at: Range::new(at as u32, (at + length) as u32) });
        at += length.max(1);
    }
    found
}

/// The length of the string that `text` begins with, and whether it is closed on its line.
fn string_length(text: &str) -> (usize, bool) {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' | '\r' => return (at, false),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (at + 1, true),
            _ => {}
        }
    }
    (text.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_words_signs_and_texts() {
        let text = "rule x isn't == \"a \\\" b\" 5% žluť \u{a0}&& 'c'";
        let words: Vec<_> = tokens(text).iter().map(|token| token.text(text)).collect();
        assert_eq!(words, ["rule", "x", "isn't", "==", "\"a \\\" b\"", "5%", "žluť", "\u{a0}", "&&", "'", "c", "'"]);
    }
}
