//! Markdown made readable on a terminal: the little that our own pages use.

/// Renders a page: headings stand out, code is indented, paragraphs are wrapped at `width`.
pub(super) fn readable(page: &str, width: usize, color: bool) -> String {
    let style = |code: &str, text: &str| if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() };
    let mut out = String::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut in_code = false;
    let flush = |out: &mut String, paragraph: &mut Vec<&str>| {
        if paragraph.is_empty() {
            return;
        }
        let mut column = 0;
        for word in paragraph.iter().flat_map(|line| line.split_whitespace()) {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > width {
                out.push('\n');
                column = 0;
            }
            if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
        out.push('\n');
        paragraph.clear();
    };
    for line in page.lines() {
        if line.starts_with("```") {
            flush(&mut out, &mut paragraph);
            in_code = !in_code;
        } else if in_code {
            if line.is_empty() {
                out.push('\n');
            } else {
                out.push_str(&style("2", &format!("    {line}")));
                out.push('\n');
            }
        } else if let Some(heading) = line.strip_prefix('#') {
            flush(&mut out, &mut paragraph);
            out.push_str(&style("1", heading.trim_start_matches('#').trim()));
            out.push('\n');
        } else if line.trim().is_empty() {
            flush(&mut out, &mut paragraph);
            if !out.ends_with("\n\n") {
                out.push('\n');
            }
        } else if line.starts_with("- ") || line.starts_with('|') {
            flush(&mut out, &mut paragraph);
            out.push_str(line);
            out.push('\n');
        } else {
            paragraph.push(line);
        }
    }
    flush(&mut out, &mut paragraph);
    if color { backticks(&out) } else { out }
}

/// Words between backticks are set off by colour instead.
fn backticks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        if line.starts_with("\u{1b}[2m") {
            out.push_str(line);
        } else {
            for (index, part) in line.split('`').enumerate() {
                if index % 2 == 1 {
                    out.push_str(&format!("\u{1b}[36m{part}\u{1b}[0m"));
                } else {
                    out.push_str(part);
                }
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_wrapped_and_code_is_not() {
        let page = "# a\n\nSome words that\ngo on.\n\n```nurture\nlead {  }\n```\n";
        assert_eq!(readable(page, 12, false), "a\n\nSome words\nthat go on.\n\n    lead {  }\n");
    }
}
