//! Invisible characters, quotes, comments.

use super::{found, one};
use crate::diagnostics::{Check, Edit, Problem};
use crate::syntax::explain::{Finding, Look};
use crate::syntax::tokens::TokenKind;
use crate::text::Range;

/// No-break spaces and other characters that look like white space, all of the text at once.
pub(super) fn invisible(look: &Look<'_>) -> Option<Finding> {
    let token = look.token(0).filter(|token| token.kind == TokenKind::Invisible)?;
    let all: Vec<Edit> =
        look.tokens.iter().filter(|token| token.kind == TokenKind::Invisible).map(|token| Edit { at: token.at, new: " ".to_owned() }).collect();
    let name = match token.text(look.text).chars().next()? {
        '\u{a0}' => "a no-break space",
        '\u{feff}' => "a byte-order mark",
        '\u{ad}' => "a soft hyphen",
        '\u{200b}'..='\u{200f}' => "a zero-width character",
        _ => "an invisible character",
    };
    let mut problem =
        Problem::new(Check::InvisibleCharacter, token.at, format!("{name} stands here; only plain white space separates words")).here("it cannot be seen");
    if all.len() > 1 {
        problem = problem.help(format!("this declaration holds {} such characters; the fix replaces them all", all.len()));
    }
    found(problem, "replace it by a space", all)
}

/// A text without its closing quote.
pub(super) fn unfinished(look: &Look<'_>) -> Option<Finding> {
    let token = (-1..=0).filter_map(|offset| look.token(offset)).find(|token| token.kind == TokenKind::Text(false))?;
    let body = token.text(look.text).trim_end();
    // A bracket that opens or closes a block at the end of the line was not meant to be part of the text; one that
    // closes a `{FIELD}` was.
    let mut kept = body.strip_suffix('{').map_or(body, str::trim_end);
    while let Some(shorter) = kept.strip_suffix('}').filter(|_| kept.matches('}').count() > kept.matches('{').count()) {
        kept = shorter.trim_end();
    }
    let end = token.at.start + kept.len() as u32;
    if let Some(curly) = kept.chars().last().filter(|c| CURLY.contains(c)) {
        let at = Range::new(end - curly.len_utf8() as u32, end);
        let problem =
            Problem::new(Check::Quotes, at, "this text ends with a typographic quote").also(Range::new(token.at.start, token.at.start + 1), "it begins here");
        return found(problem, "write a plain quote", one(at, "\""));
    }
    let problem = Problem::new(Check::UnfinishedText, Range::new(token.at.start, end), "this text has no closing quote")
        .here("a text ends on the line on which it begins")
        .fix("write the closing quote", Range::at(end), "\"", false);
    Some(Finding { certain: true, ..Finding::new(problem, one(Range::at(end), "\"")) })
}

/// A text without its opening quote: its last word is followed by a quote that closes nothing.
pub(super) fn unopened(look: &Look<'_>) -> Option<Finding> {
    let start = look.token(0).filter(|token| token.kind == TokenKind::Word && look.expects("\""))?.at.start;
    let line_end = look.text.get(start as usize..)?.find('\n').map_or(look.text.len(), |n| start as usize + n);
    let quote =
        look.tokens.iter().skip(look.index).take_while(|token| (token.at.start as usize) < line_end).find(|token| token.kind == TokenKind::Text(false))?;
    let at = Range::new(start, quote.at.start + 1);
    let problem = Problem::new(Check::UnfinishedText, at, "this text has no opening quote").fix("write the opening quote", Range::at(start), "\"", false);
    Some(Finding::new(problem, one(Range::at(start), "\"")))
}

const CURLY: [char; 6] = ['\u{201c}', '\u{201d}', '\u{201e}', '\u{ab}', '\u{bb}', '\u{2033}'];

const CURLY_SINGLE: [char; 3] = ['\u{2018}', '\u{2019}', '\u{201a}'];

/// The range of a text between quotes of another kind, with its inside: from the failure to the first such quote of its
/// line that no letter follows (the one of `don't` is none).
fn quoted<'t>(look: &Look<'t>, quotes: &[char]) -> Option<(Range, &'t str)> {
    let start = look.place(0).start;
    let rest = look.text.get(start as usize..)?;
    let open = rest.chars().next().filter(|c| quotes.contains(c))?;
    let line = rest.lines().next()?;
    let inside = line.get(open.len_utf8()..)?;
    let closes = |at: usize, c: char| quotes.contains(&c) && !inside.get(at + c.len_utf8()..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    let (at, close) = inside.char_indices().find(|(at, c)| closes(*at, *c)).or_else(|| inside.char_indices().find(|(_, c)| *c == '"'))?;
    let end = start + (open.len_utf8() + at + close.len_utf8()) as u32;
    Some((Range::new(start, end), inside.get(..at)?))
}

/// A text in plain quotes; or, where an option or name stands, the bare word.
fn requoted(look: &Look<'_>, at: Range, inside: &str, what: &str) -> Option<Finding> {
    let word = !inside.is_empty() && inside.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if word && look.expects("a") && !look.expects("\"") {
        let problem = Problem::new(Check::Quotes, at, "a name or an option is written without quotes");
        return found(problem, &format!("write `{inside}`"), one(at, inside));
    }
    let problem = Problem::new(Check::Quotes, at, format!("this text stands in {what} quotes")).here("a text stands in plain double quotes: \"…\"");
    found(problem, "write double quotes", one(at, &format!("\"{}\"", inside.replace('"', "\\\""))))
}

/// An option in double quotes, where a list of options is declared.
pub(super) fn quoted_option(look: &Look<'_>) -> Option<Finding> {
    let token = look.token(0).filter(|token| token.kind == TokenKind::Text(true))?;
    let inside = token.text(look.text).trim_matches('"');
    let word = !inside.is_empty() && inside.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if matches!(look.word(-1), "or" | "and") {
        // `is "US" or "CA"` means a list.
        let problem = Problem::new(Check::WordOrder, token.at, format!("`{}` needs its own comparison", look.word(-1)))
            .here("a value alone is no condition")
            .help("ask for several values at once: `in [\"…\", \"…\"]`");
        return Some(Finding { certain: true, ..Finding::new(problem, Vec::new()) });
    }
    (word && look.expects("a") && !look.expects("\"")).then(|| requoted(look, token.at, inside, "")).flatten()
}

pub(super) fn curly_quotes(look: &Look<'_>) -> Option<Finding> {
    let (at, inside) = quoted(look, &CURLY)?;
    requoted(look, at, inside, "typographic")
}

pub(super) fn single_quotes(look: &Look<'_>) -> Option<Finding> {
    let (at, inside) = quoted(look, &['\'', '`']).or_else(|| quoted(look, &CURLY_SINGLE))?;
    requoted(look, at, inside, "single")
}

/// `//`, `/* */`, `--`: comments of other languages.
pub(super) fn comment_sign(look: &Look<'_>) -> Option<Finding> {
    let at = look.place(0);
    let rest = look.text.get(at.start as usize..)?;
    let line_end = at.start + rest.lines().next().map_or(0, str::len) as u32;
    let line = Range::new(at.start, line_end);
    let blank = |range: Range| one(range, &range.of(look.text).chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect::<String>());
    match look.word(0) {
        "//" => {
            let problem = Problem::new(Check::CommentSign, at, "a comment begins with `#`, not with `//`").fix("write `#`", at, "#", true);
            Some(Finding::new(problem, blank(line)))
        }
        "-" if look.word(1) == "-" => {
            let sign = at.cover(look.place(1));
            let problem = Problem::new(Check::CommentSign, sign, "a comment begins with `#`, not with `--`").fix("write `#`", sign, "#", true);
            Some(Finding::new(problem, blank(line)))
        }
        "/*" => {
            let end = rest.find("*/").map_or(line_end, |n| at.start + n as u32 + 2);
            let range = Range::new(at.start, end);
            let inside = range.of(look.text);
            let body = inside.trim_start_matches("/*").trim_end_matches("*/");
            let lines: Vec<String> = body.lines().map(|line| format!("# {}", line.trim().trim_start_matches('*').trim()).trim_end().to_owned()).collect();
            let problem = Problem::new(Check::CommentSign, at, "a comment begins with `#` on each of its lines").fix(
                "write `#`",
                range,
                format!("{}\n", lines.join("\n")),
                false,
            );
            Some(Finding::new(problem, blank(range)))
        }
        _ => None,
    }
}
