//! Brackets, commas, colons.

use super::{found, one};
use crate::diagnostics::{Check, Edit, Problem};
use crate::syntax::explain::{Finding, Look};
use crate::syntax::tokens::TokenKind;
use crate::text::Range;

/// `;`, a comma behind a clause, a trailing comma.
pub(super) fn separator(look: &Look<'_>) -> Option<Finding> {
    let (word, at) = (look.word(0), look.place(0));
    if word == ";" {
        let problem = Problem::new(Check::Separator, at, "nurture needs no `;`: a clause ends where the next one begins");
        return found(problem, "remove `;`", one(at, ""));
    }
    if word == "," {
        let double = look.word(-1) == ",";
        let text = if double { "a second comma" } else { "no comma stands here: a clause ends where the next one begins" };
        return found(Problem::new(Check::Separator, at, text), "remove the comma", one(at, ""));
    }
    if look.word(-2) == "," && look.index > 0 && look.begins_line(look.index - 1) {
        let comma = look.place(-2);
        let problem = Problem::new(Check::Separator, comma, "a comma behind the last of a list").here(format!("`{}` is the next clause", look.word(-1)));
        return found(problem, "remove the comma", one(comma, ""));
    }
    if look.word(-1) == "," {
        let comma = look.place(-1);
        let problem = Problem::new(Check::Separator, comma, "a comma behind the last of a list").here("nothing follows it");
        return found(problem, "remove the comma", one(comma, ""));
    }
    None
}

/// `in (a, b)`, `contains any of (…)`: a list in round brackets.
pub(super) fn round_list(look: &Look<'_>) -> Option<Finding> {
    if look.word(0) != "(" || !look.expects("[") {
        return None;
    }
    let open = look.place(0);
    let close = look.tokens.iter().skip(look.index).find(|token| token.text(look.text) == ")")?.at;
    let edits = vec![Edit { at: open, new: "[".to_owned() }, Edit { at: close, new: "]".to_owned() }];
    found(Problem::new(Check::Quotes, open.cover(close), "a list stands in square brackets: `[a, b]`"), "write square brackets", edits)
}

/// A `)` or `]` that is missing before the next clause.
pub(super) fn missing_close(look: &Look<'_>) -> Option<Finding> {
    let open = look.open_brackets();
    let opener = open.last().and_then(|index| look.tokens.get(*index))?;
    let sign = opener.text(look.text);
    let wanted = match sign {
        "(" => ")",
        "[" => "]",
        _ => return None,
    };
    if !look.expects(wanted) || look.word(0) == wanted {
        return None;
    }
    let place = Range::at(look.place(-1).end);
    if sign == "["
        && look.expects(",")
        && look.token(0).is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Text(true) | TokenKind::Number))
        && !look.begins_line(look.index)
    {
        let problem = Problem::new(Check::Separator, look.place(0), "a comma is missing between two values of a list")
            .here(format!("write a comma before `{}`", look.word(0)));
        return found(problem, "write a comma", one(place, ","));
    }
    let problem = Problem::new(Check::MissingBrace, look.place(-1), format!("`{sign}` is not closed"))
        .here(format!("`{wanted}` is missing behind this"))
        .also(opener.at, "opened here")
        .fix(format!("write `{wanted}`"), place, wanted, false);
    Some(Finding::new(problem, one(place, wanted)))
}

/// A `}` that is missing: by the indentation, the first line that stands no deeper than the block's opening line
/// should have been outside.
pub(super) fn missing_brace(look: &Look<'_>) -> Option<Finding> {
    let open = look.open_brackets();
    let indent = |index: usize| -> usize {
        let start = look.tokens.get(index).map_or(0, |token| token.at.start as usize);
        let line = look.text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |n| n + 1);
        look.text.get(line..).map_or(0, |rest| rest.len() - rest.trim_start_matches([' ', '\t']).len())
    };
    let mut suspect = None;
    if look.token(0).is_some() {
        // A line that stands no deeper than the open block's first line, and does not fit into the block.
        // The line may have begun with a word that still fitted: `leave` of `leave when`.
        let innermost = *open.last()?;
        let probe = [look.index, look.index.saturating_sub(1)].into_iter().find(|index| look.begins_line(*index))?;
        if look.word(0) == "}" || probe <= innermost || indent(probe) > indent(innermost) {
            return None;
        }
        suspect = Some(innermost);
    }
    // The block whose closing bracket stands at another indentation than its opening line lost its own.
    let mut stack: Vec<usize> = Vec::new();
    for (index, token) in look.tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Sign) {
        match token.text(look.text) {
            "{" => stack.push(index),
            "}" => {
                if let Some(opener) = stack.pop()
                    && suspect.is_none()
                    && look.begins_line(index)
                    && indent(opener) > indent(index)
                {
                    suspect = Some(opener);
                }
            }
            _ => {}
        }
    }
    let opener = suspect.or(open.last().copied())?;
    let token = look.tokens.get(opener).filter(|token| token.text(look.text) == "{")?;
    let deep = indent(opener);
    // Behind the last token before the first line that is not inside.
    let outside = (opener + 1..look.tokens.len()).find(|index| look.begins_line(*index) && indent(*index) <= deep);
    let last = outside.unwrap_or(look.tokens.len()).checked_sub(1)?;
    let end = look.tokens.get(last)?.at;
    let place = Range::at(end.end);
    let problem = Problem::new(Check::MissingBrace, end, "a `}` is missing")
        .here("missing behind this, by the indentation")
        .also(token.at, "it would close this `{`")
        .fix("write `}`", place, format!("\n{}}}", " ".repeat(deep)), false);
    Some(Finding::new(problem, one(place, " }")))
}

/// A `}`, `)` or `]` that closes nothing.
pub(super) fn extra_close(look: &Look<'_>) -> Option<Finding> {
    let word = look.word(0);
    if !matches!(word, "}" | ")" | "]") {
        return None;
    }
    let open = look.open_brackets();
    let innermost = open.last().and_then(|index| look.tokens.get(*index)).map_or("", |token| token.text(look.text));
    if matches!((innermost, word), ("{", "}") | ("(", ")") | ("[", "]")) {
        return None;
    }
    let at = look.place(0);
    let problem = Problem::new(Check::MissingBrace, at, format!("this `{word}` closes nothing")).here("no such bracket is open here").fix(
        format!("remove `{word}`"),
        at,
        "",
        false,
    );
    Some(Finding::new(problem, one(at, "")))
}

/// `kind: guide`, `kind = guide`: a clause needs no sign.
pub(super) fn colon(look: &Look<'_>) -> Option<Finding> {
    let sign = look.word(0);
    if sign == ":" && look.token(-1).is_some_and(|token| token.kind == TokenKind::Word) {
        let problem = Problem::new(Check::Separator, look.place(0), format!("no `:` stands behind `{}`", look.word(-1)));
        return found(problem, "remove `:`", one(look.place(0), ""));
    }
    if look.expects(":") && !look.word(-1).is_empty() {
        let place = Range::at(look.place(-1).end);
        let mend = if sign == "=" { one(look.place(0), ":") } else { one(place, ":") };
        let problem = Problem::new(Check::Separator, look.place(-1), format!("a `:` is missing behind `{}`", look.word(-1)));
        return found(problem, "write `:`", mend);
    }
    None
}
