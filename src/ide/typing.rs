//! The one layout, as edits: of a file, of a part of it, and while it is typed.

use similar::{ChangeTag, TextDiff};

use super::chunk_at;
use crate::db::{Db, SourceFile};
use crate::format::format;
use crate::syntax::line::{Part, parts};
use crate::text::Range;

/// Edits that lay a text out: whole lines, as few as will do. Nothing where the layout was refused.
pub fn layout(text: &str) -> Vec<(Range, String)> {
    let Ok(formatted) = format(text) else { return Vec::new() };
    if formatted.text == text {
        return Vec::new();
    }
    let diff = TextDiff::from_lines(text, formatted.text.as_str());
    let mut edits: Vec<(Range, String)> = Vec::new();
    let mut at = 0u32;
    // Whether the last edit goes on: nothing was kept behind it.
    let mut open = false;
    for change in diff.iter_all_changes() {
        let line = change.value();
        match change.tag() {
            ChangeTag::Equal => {
                at += line.len() as u32;
                open = false;
                continue;
            }
            _ if !open => edits.push((Range::at(at), String::new())),
            _ => {}
        }
        open = true;
        if let Some((range, new)) = edits.last_mut() {
            if change.tag() == ChangeTag::Delete {
                at += line.len() as u32;
                range.end = at;
            } else {
                new.push_str(line);
            }
        }
    }
    edits
}

/// Edits that lay out the lines of a range.
pub fn layout_in(text: &str, within: Range) -> Vec<(Range, String)> {
    let mut edits = layout(text);
    // A selection that ends where a line begins does not hold that line.
    let empty = within.start == within.end;
    edits.retain(|(range, _)| {
        let touches = range.start <= within.end && within.start <= range.end;
        touches && (empty || range.start < within.end) && (empty || range.start == range.end || within.start < range.end)
    });
    edits
}

/// Edits behind a `}` that was typed: the declaration that it ends is laid out.
pub fn closed(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<(Range, String)> {
    let Some(chunk) = chunk_at(db, file, offset) else { return Vec::new() };
    if crate::db::parsed(db, chunk).broken {
        return Vec::new();
    }
    let start = chunk.start(db);
    let end = start + chunk.body(db).text.trim_end().len() as u32;
    let mut edits = layout(file.text(db));
    edits.retain(|(range, _)| start <= range.start && range.end <= end + 1);
    edits
}

/// The indentation of the line on which an offset lies, as an edit, behind a line break that was typed.
pub fn indented(text: &str, offset: u32) -> Option<(Range, String)> {
    let before = text.get(..offset as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?.lines().next().unwrap_or("");
    let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
    // Between braces: two spaces for each that is open since the declaration began.
    let (mut depth, mut previous) = (0usize, "");
    for known in text.get(..start)?.lines() {
        let code = code_of(known);
        if known.starts_with(|c: char| c.is_ascii_lowercase()) {
            depth = 0;
        }
        depth += code.matches(['{', '(', '[']).count();
        depth = depth.saturating_sub(code.matches(['}', ')', ']']).count());
        if !code.trim().is_empty() {
            previous = known;
        }
    }
    let closes = line.trim_start().starts_with(['}', ')', ']']);
    let depth = depth.saturating_sub(usize::from(closes));
    // Behind a comma a list goes on.
    let goes_on = code_of(previous).trim_end().ends_with(',') && depth > 0;
    let wanted = " ".repeat(2 * depth + if goes_on && !closes { 2 } else { 0 });
    let at = Range::new(start as u32, (start + blank) as u32);
    (at.of(text) != wanted).then_some((at, wanted))
}

/// A line without its comment and without what stands between quotes.
fn code_of(line: &str) -> String {
    parts(line).into_iter().filter(|(part, _)| *part == Part::Code).map(|(_, at)| at.of(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str, edits: &[(Range, String)]) -> String {
        let mut out = text.to_owned();
        for (range, new) in edits.iter().rev() {
            out.replace_range(range.start as usize..range.end as usize, new);
        }
        out
    }

    #[test]
    fn edits_lay_out() {
        let text = "segment a   where role is cfo\n# kept\nprogram p {\naudience in a\n    on join { wait 3 days }\n}\n";
        let edits = layout(text);
        let Ok(formatted) = format(text) else { return assert!(edits.is_empty()) };
        assert_eq!(applied(text, &edits), formatted.text);
        assert!(edits.iter().all(|(range, _)| !range.of(text).contains("# kept")));
        // Only the first line.
        let first = layout_in(text, Range::new(0, 5));
        let laid = applied(text, &first);
        assert!(laid.starts_with("segment a where role is cfo\n") && laid.ends_with("program p {\naudience in a\n    on join { wait 3 days }\n}\n"));
        assert!(layout(&formatted.text).is_empty());
    }

    #[test]
    fn a_new_line_is_indented() {
        let at = |text: &str| indented(text, text.len() as u32).map(|(_, indent)| indent.len());
        assert_eq!(at("program p {\n"), Some(2));
        assert_eq!(at("program p {\n  on join {\n"), Some(4));
        assert_eq!(at("program p {\n  audience in a\n  "), None);
        assert_eq!(at("segment a where x # {\n"), None);
        assert_eq!(at("program p { # \"\n  owner \"a { b\"\n"), Some(2));
        let closing = "program p {\n  on join {\n    }";
        assert_eq!(indented(closing, closing.len() as u32).map(|(_, indent)| indent.len()), Some(2));
    }
}
