//! Where a value stands in a JSON text that is known to be right.

/// A step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way<'a> {
    /// Into an object, to the value of a key.
    Key(&'a str),
    /// Into an array, to an element from 0.
    Element(usize),
}

/// The byte at which the value stands; where the way leads nowhere, that of the last value that it passed.
pub(super) fn locate(text: &str, way: &[Way<'_>]) -> usize {
    let mut scanner = Scanner { text, at: 0 };
    scanner.space();
    for step in way {
        let begun = scanner.at;
        if !scanner.enter(step) {
            return begun;
        }
    }
    scanner.at
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl Scanner<'_> {
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// Goes to a value inside the one that begins here; false if it has none such.
    fn enter(&mut self, step: &Way<'_>) -> bool {
        match (step, self.byte()) {
            (Way::Key(key), b'{') => {
                self.at += 1;
                self.space();
                while self.byte() == b'"' {
                    let begun = self.at;
                    self.skip();
                    let found = self.text.get(begun..self.at).and_then(|text| serde_json::from_str::<String>(text).ok());
                    self.space();
                    self.at += 1;
                    self.space();
                    if found.as_deref() == Some(key) {
                        return true;
                    }
                    self.skip();
                    self.next();
                }
                false
            }
            (Way::Element(number), b'[') => {
                self.at += 1;
                self.space();
                for _ in 0..*number {
                    if matches!(self.byte(), b']' | 0) {
                        return false;
                    }
                    self.skip();
                    self.next();
                }
                true
            }
            _ => false,
        }
    }

    /// Over the comma behind a value.
    fn next(&mut self) {
        self.space();
        if self.byte() == b',' {
            self.at += 1;
            self.space();
        }
    }

    /// Over one value.
    fn skip(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.byte() {
                b'"' => {
                    self.at += 1;
                    while !matches!(self.byte(), b'"' | 0) {
                        self.at += if self.byte() == b'\\' { 2 } else { 1 };
                    }
                    self.at += 1;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                0 => return,
                _ if depth > 0 => self.at += 1,
                _ => {
                    while !matches!(self.byte(), b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t' | 0) {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_values() {
        let text = r#" { "a": [1, {"b\"": "x]"}, 30], "c": {"a": null} }"#;
        let at = |way: &[Way<'_>]| text.get(locate(text, way)..).unwrap_or("").chars().take(3).collect::<String>();
        assert_eq!(at(&[Way::Key("a"), Way::Element(2)]), "30]");
        assert_eq!(at(&[Way::Key("a"), Way::Element(1), Way::Key("b\"")]), "\"x]");
        assert_eq!(at(&[Way::Key("c"), Way::Key("a")]), "nul");
        assert_eq!(at(&[Way::Key("c"), Way::Key("z")]), "{\"a", "nowhere: the last one passed");
    }
}
