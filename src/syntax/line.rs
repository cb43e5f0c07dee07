//! What of a line is code, text between quotes, or comment. Texts end on their line, so each line can be read by itself.

use crate::text::Range;

/// What a part of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Words, signs and blanks.
    Code,
    /// A `"…"` with its quotes; the last one may lack its end.
    Text,
    /// From `#` to the end of the line.
    Comment,
}

/// The parts of a line in order, each with its bytes in the line.
pub fn parts(line: &str) -> Vec<(Part, Range)> {
    let mut found: Vec<(Part, Range)> = Vec::new();
    let (mut part, mut from, mut escaped) = (Part::Code, 0, false);
    let mut end = |part: Part, from: usize, to: usize| {
        if from < to {
            found.push((part, Range::new(from as u32, to as u32)));
        }
    };
    for (at, byte) in line.bytes().enumerate() {
        match (part, byte) {
            (Part::Code, b'"') => {
                end(Part::Code, from, at);
                (part, from, escaped) = (Part::Text, at, false);
            }
            (Part::Code, b'#') => {
                end(Part::Code, from, at);
                (part, from) = (Part::Comment, at);
                break;
            }
            (Part::Text, b'"') if !escaped => {
                end(Part::Text, from, at + 1);
                (part, from) = (Part::Code, at + 1);
            }
            (Part::Text, byte) => escaped = byte == b'\\' && !escaped,
            _ => {}
        }
    }
    end(part, from, line.len());
    found
}

/// What stands at the end of the beginning of a line.
pub fn ends_in(before: &str) -> Part {
    match parts(before).last() {
        Some((Part::Text, at)) if closed(at.of(before)) => Part::Code,
        Some((part, _)) => *part,
        None => Part::Code,
    }
}

/// Whether a text has both its quotes.
fn closed(text: &str) -> bool {
    let inner = text.get(1..).unwrap_or("");
    let mut escaped = false;
    inner.bytes().any(|byte| {
        let end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        end
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Vec<(Part, &str)> {
        parts(line).into_iter().map(|(part, at)| (part, at.of(line))).collect()
    }

    #[test]
    fn a_line_is_taken_apart() {
        assert_eq!(told(r#"a "b # \" c" d # e "f""#), [(Part::Code, "a "), (Part::Text, r#""b # \" c""#), (Part::Code, " d "), (Part::Comment, "# e \"f\"")]);
        assert_eq!(told(r#"a "b"#), [(Part::Code, "a "), (Part::Text, "\"b")]);
        assert_eq!(told(""), []);
    }

    #[test]
    fn the_end_of_a_beginning() {
        for (before, part) in [
            ("", Part::Code),
            ("a ", Part::Code),
            ("a \"b", Part::Text),
            ("\"", Part::Text),
            (r#""a\""#, Part::Text),
            ("\"b\"", Part::Code),
            ("a # \"", Part::Comment),
        ] {
            assert_eq!(ends_in(before), part, "{before}");
        }
    }
}
