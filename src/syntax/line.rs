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
    let mut found = Vec::new();
    walk(line, |part, from, to| found.push((part, Range::new(from as u32, to as u32))));
    found
}

/// What stands at the end of the beginning of a line.
pub fn ends_in(before: &str) -> Part {
    walk(before, |_, _, _| {})
}

/// Shows each part that is not empty, from where to where; and says what the line ends in.
fn walk(line: &str, mut found: impl FnMut(Part, usize, usize)) -> Part {
    let mut show = |part: Part, from: usize, to: usize| {
        if from < to {
            found(part, from, to);
        }
    };
    let (mut part, mut from, mut escaped) = (Part::Code, 0, false);
    for (at, byte) in line.bytes().enumerate() {
        match (part, byte) {
            (Part::Code, b'"') => {
                show(Part::Code, from, at);
                (part, from, escaped) = (Part::Text, at, false);
            }
            (Part::Code, b'#') => {
                show(Part::Code, from, at);
                (part, from) = (Part::Comment, at);
                break;
            }
            (Part::Text, b'"') if !escaped => {
                show(Part::Text, from, at + 1);
                (part, from) = (Part::Code, at + 1);
            }
            (Part::Text, byte) => escaped = byte == b'\\' && !escaped,
            _ => {}
        }
    }
    show(part, from, line.len());
    part
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
