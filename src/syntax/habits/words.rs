//! Operators and words of other languages, their order, capitals, typing errors.

use super::{found, one};
use crate::diagnostics::{Check, Edit, Kind, Problem, closest};
use crate::syntax::explain::{Finding, Look};
use crate::syntax::tokens::TokenKind;
use crate::text::Range;

/// `==`, `!=`, `&&`, `||`, `!` and their like.
pub(super) fn operator(look: &Look<'_>) -> Option<Finding> {
    let (sign, at) = (look.word(0), look.place(0));
    let word = match sign {
        "==" | "=" | ":=" => "is",
        "!=" | "<>" => "is not",
        "&&" | "&" => "and",
        "||" | "|" => "or",
        "!" => "not",
        "=>" => ">=",
        "=<" => "<=",
        _ => return None,
    };
    if word == "is" && !look.expects("is") && look.token(-1).is_some_and(|token| token.kind == TokenKind::Word) {
        let problem = Problem::new(Check::ForeignOperator, at, format!("no `{sign}` stands behind `{}`", look.word(-1)));
        return found(problem, &format!("remove `{sign}`"), one(at, " "));
    }
    // `===` and `!==` are cut in two by the lexer.
    let at = if look.word(1) == "=" && look.place(1).start == at.end { at.cover(look.place(1)) } else { at };
    let problem = Problem::new(Check::ForeignOperator, at, format!("`{}` is written `{word}` here", at.of(look.text)));
    let glued = |n: Option<&u8>| n.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'"' | b'('));
    let bytes = look.text.as_bytes();
    let mut new = word.to_owned();
    if at.start > 0 && glued(bytes.get(at.start as usize - 1)) {
        new.insert(0, ' ');
    }
    if glued(bytes.get(at.end as usize)) {
        new.push(' ');
    }
    found(problem, &format!("write `{word}`"), one(at, &new))
}

/// `is not in`, `is in [`, `is not known`, `role in segment`, `not is`, `did visit not`.
pub(super) fn word_order(look: &Look<'_>) -> Option<Finding> {
    let (two, before, word) = (look.word(-2), look.word(-1), look.word(0));
    let names_group = look.token(1).is_some_and(|token| token.kind == TokenKind::Word) && word == "in" && look.word(2) != ",";
    if names_group && (before == "is" || (two, before) == ("is", "not")) {
        let (field, not) = if before == "is" { (look.place(-2), "") } else { (look.place(-3), "not ") };
        let at = field.cover(look.place(1));
        let (field, name) = (field.of(look.text), look.word(1));
        let (listed, group) = (format!("{field} {not}in [{name}]"), format!("{not}in {name}"));
        let problem = Problem::new(Check::WordOrder, at, format!("`{}` is written otherwise", at.of(look.text)))
            .here("a value of the field, or a segment that the lead is in?")
            .fix(format!("write `{listed}`"), at, listed.clone(), false)
            .fix(format!("write `{group}`"), at, group, false);
        return Some(Finding::new(problem, one(at, &listed)));
    }
    if (two, before) == ("is", "not") && word == "in" {
        let at = look.place(-2).cover(look.place(0));
        return found(Problem::new(Check::WordOrder, at, "`is not in` is written `not in`"), "write `not in`", one(at, "not in"));
    }
    if before == "is" && word == "in" {
        let at = look.place(-1).cover(look.place(0));
        return found(Problem::new(Check::WordOrder, at, "`is in` is written `in`"), "write `in`", one(at, "in"));
    }
    if (two, before) == ("is", "not") && (word == "known" || word == "unknown") {
        let at = look.place(-2).cover(look.place(0));
        let other = if word == "known" { "is unknown" } else { "is known" };
        return found(Problem::new(Check::WordOrder, at, format!("`is not {word}` is written `{other}`")), &format!("write `{other}`"), one(at, other));
    }
    // `in segment x`, `role in segment x`: the keyword of the declaration is left out.
    if before == "in" && matches!(word, "segment" | "icp") && look.token(1).is_some_and(|token| token.kind == TokenKind::Word) {
        let from = if look.expects("[") { look.place(-2) } else { look.place(-1) };
        let at = from.cover(look.place(1));
        let right = format!("in {}", look.word(1));
        return found(Problem::new(Check::WordOrder, at, format!("`{}` is written `{right}`", at.of(look.text))), &format!("write `{right}`"), one(at, &right));
    }
    if two == "in" && matches!(before, "segment" | "icp") && look.token(0).is_some_and(|token| token.kind == TokenKind::Word) {
        let at = look.place(-2).cover(look.place(0));
        let right = format!("in {word}");
        return found(Problem::new(Check::WordOrder, at, format!("`{}` is written `{right}`", at.of(look.text))), &format!("write `{right}`"), one(at, &right));
    }
    if before == "in" && look.token(0).is_some_and(|token| token.kind == TokenKind::Word) && look.expects("[") {
        let (field, negated) = if two == "not" { (look.place(-3), true) } else { (look.place(-2), false) };
        let not = if negated { "not " } else { "" };
        // The values that stand behind it, up to a closing bracket if one is there.
        let mut last = 0;
        while look.word(last + 1) == "," && look.token(last + 2).is_some_and(|token| token.kind == TokenKind::Word) {
            last += 2;
        }
        let closed = look.word(last + 1) == "]";
        let mut listed = vec![Edit { at: Range::at(look.place(0).start), new: "[".to_owned() }];
        if !closed {
            listed.push(Edit { at: Range::at(look.place(last).end), new: "]".to_owned() });
        }
        if closed || last > 0 {
            let at = look.place(0).cover(look.place(last));
            return found(Problem::new(Check::WordOrder, at, "a list stands in square brackets: `[a, b]`"), "write square brackets", listed);
        }
        let at = field.cover(look.place(0));
        let problem = Problem::new(Check::WordOrder, at, format!("`{}` cannot be in `{word}` alone", field.of(look.text)))
            .here("a value of the field, or a segment that the lead is in?")
            .fix_all(format!("write `{} {not}in [{word}]`", field.of(look.text)), listed.clone(), false)
            .fix(format!("write `{not}in {word}`"), at, format!("{not}in {word}"), false);
        return Some(Finding::new(problem, listed));
    }
    if before == "within" && word == "the" && (look.word(1) == "last" || look.word(1) == "past") {
        let at = look.place(0).cover(look.place(1));
        let problem = Problem::new(Check::WordOrder, at, "`did … within` looks back by itself: it takes no `the last`");
        return found(problem, "remove `the last`", one(at, ""));
    }
    if word == "in" && look.word(1) == "the" && look.word(2) == "last" && look.expects("within") {
        let at = look.place(0).cover(look.place(2));
        return found(Problem::new(Check::WordOrder, at, "`in the last` is written `within` here"), "write `within`", one(at, "within"));
    }
    if (word == "as" || word == "on") && look.token(-1).is_some_and(|token| token.kind == TokenKind::Text(true)) && look.token(1).is_some() {
        let (text, clause) = (look.place(-1), look.place(0).cover(look.place(1)));
        let moved = clause.of(look.text).to_owned();
        let problem = Problem::new(Check::WordOrder, clause, format!("`{moved}` stands before the text of a touch")).also(text, "the text");
        let edits = vec![Edit { at: Range::at(text.start), new: format!("{moved} ") }, Edit { at: clause, new: String::new() }];
        return found(problem, "put it before the text", edits);
    }
    if before == "is" && matches!(word, "between" | "has" | "contains" | "before" | "after") {
        let at = look.place(-1).cover(look.place(0));
        return found(Problem::new(Check::WordOrder, at, format!("`is {word}` is written `{word}`")), &format!("write `{word}`"), one(at, word));
    }
    if before == "has" && word == "not" {
        let at = look.place(-2).cover(look.place(0));
        let right = format!("not {two} has");
        return found(Problem::new(Check::WordOrder, at, format!("`{two} has not` is written `{right}`")), &format!("write `{right}`"), one(at, &right));
    }
    if before == "not" && word == "is" && two != "is" {
        let at = look.place(-1).cover(look.place(0));
        return found(Problem::new(Check::WordOrder, at, "`not is` is written `is not`"), "write `is not`", one(at, "is not"));
    }
    None
}

/// `visit within 30 days` without `did`, `goal … by 90 days`.
pub(super) fn forgotten(look: &Look<'_>) -> Option<Finding> {
    let number = |offset| look.token(offset).is_some_and(|token| token.kind == TokenKind::Number);
    if look.word(-1) == "within" && number(0) && look.expects("the") {
        let at = Range::at(look.place(-2).start);
        let signal = look.word(-2);
        let problem = Problem::new(Check::Syntax, look.place(-2).cover(look.place(0)), format!("`did` is missing before `{signal}`"))
            .here("a date lies `within the last …`; an event needs `did`");
        return Some(Finding::new(problem.fix("write `did`", at, "did ", false), one(at, "did ")));
    }
    if look.word(-1) == "by" && number(0) && look.expects("day") {
        let days = look.word(1);
        let at = if days.starts_with("day") { look.place(0).cover(look.place(1)) } else { look.place(0) };
        let right = format!("day {}", look.word(0));
        return found(Problem::new(Check::WordOrder, at, format!("a deadline is written `by {right}`")), &format!("write `{right}`"), one(at, &right));
    }
    if look.word(-2) == "by" && number(-1) && matches!(look.word(0), "days" | "day") {
        let at = look.place(-1).cover(look.place(0));
        let right = format!("day {}", look.word(-1));
        return found(Problem::new(Check::WordOrder, at, format!("a deadline is written `by {right}`")), &format!("write `{right}`"), one(at, &right));
    }
    None
}

/// `isnt`, `is'nt`, `isn't` where it is no rule, `didn't`.
pub(super) fn negated_word(look: &Look<'_>) -> Option<Finding> {
    let at = look.place(0);
    let word = look.word(0);
    let plain: String = word.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    if look.word(-1) == "is" && word == "not" && look.word(1) == "nurturing" {
        let at = look.place(-1).cover(at);
        return found(Problem::new(Check::ForeignWord, at, "`is not nurturing` is written `isn't nurturing`"), "write `isn't`", one(at, "isn't"));
    }
    let joined = |next: &str, right: &str| {
        let at = at.cover(look.place(1));
        found(Problem::new(Check::ForeignWord, at, format!("`{word} {next}` is written `{right}` here")), &format!("write `{right}`"), one(at, right))
    };
    if matches!(plain.as_str(), "isnt" | "arent") {
        match look.word(1) {
            "in" => return joined("in", "not in"),
            "known" => return joined("known", "is unknown"),
            "unknown" => return joined("unknown", "is known"),
            _ => {}
        }
    }
    let right = match plain.as_str() {
        "isnt" if look.word(1).to_lowercase() == "nurturing" => "isn't",
        "isnt" | "arent" => "is not",
        "didnt" => "did not",
        "not" if word != "not" => "not",
        _ => return None,
    };
    if word == right {
        return None;
    }
    found(Problem::new(Check::ForeignWord, at, format!("`{word}` is written `{right}` here")), &format!("write `{right}`"), one(at, right))
}

/// `then`, `elsif`, `unless`, `true`, `null` and their like.
pub(super) fn foreign_word(look: &Look<'_>) -> Option<Finding> {
    let at = look.place(0);
    let word = look.word(0);
    let lower = word.to_lowercase();
    match lower.as_str() {
        "then" => {
            found(Problem::new(Check::ForeignWord, at, "nurture has no `then`: the steps stand in `{ … }`").here("leave it out"), "remove `then`", one(at, ""))
        }
        "elsif" | "elseif" | "elif" | "elsf" => {
            found(Problem::new(Check::ForeignWord, at, format!("`{word}` is written `else if`")), "write `else if`", one(at, "else if"))
        }
        "string" | "str" | "int" | "integer" | "bool" | "boolean" | "float" | "double" | "decimal" | "datetime" | "timestamp" | "enum"
            if look.expects("whole") || look.expects("flag") =>
        {
            let ty = match lower.as_str() {
                "string" | "str" => "text",
                "int" | "integer" => "whole number",
                "bool" | "boolean" => "flag",
                "datetime" | "timestamp" => "moment",
                "enum" => "one of",
                _ => "number",
            };
            found(Problem::new(Check::ForeignWord, at, format!("the type `{word}` is called `{ty}`")), &format!("write `{ty}`"), one(at, ty))
        }
        "otherwise" => found(Problem::new(Check::ForeignWord, at, "`otherwise` is written `else`"), "write `else`", one(at, "else")),
        "unless" => found(Problem::new(Check::ForeignWord, at, "`unless` is written `if not`"), "write `if not`", one(at, "if not")),
        "equals" => found(Problem::new(Check::ForeignWord, at, "`equals` is written `is`"), "write `is`", one(at, "is")),
        "but" => found(Problem::new(Check::ForeignWord, at, "`but` is written `and`"), "write `and`", one(at, "and")),
        _ => None,
    }
}

/// Words that go on in the middle of a condition or step, where a name could stand too.
const JOINING: [&str; 23] = [
    "not",
    "in",
    "did",
    "is",
    "and",
    "or",
    "everyone",
    "identified",
    "optional",
    "stage",
    "has",
    "contains",
    "between",
    "known",
    "unknown",
    "join",
    "some",
    "all",
    "none",
    "count",
    "expect",
    "no",
    "anonymous",
];

/// A keyword in capitals: at the failure, or just before it where it was taken for a name.
pub(super) fn capitals(look: &Look<'_>) -> Option<Finding> {
    for offset in [0, -1] {
        let (at, word) = (look.place(offset), look.word(offset));
        let lower = word.to_lowercase();
        if lower == word || look.token(offset).is_none_or(|token| token.kind != TokenKind::Word) {
            continue;
        }
        let declaration = Kind::from_keyword(&lower).is_some();
        let known = if offset == 0 { declaration || look.expected_words().any(|expected| expected == lower) } else { JOINING.contains(&lower.as_str()) };
        if known {
            return found(Problem::new(Check::ForeignWord, at, format!("keywords are written small: `{lower}`")), &format!("write `{lower}`"), one(at, &lower));
        }
    }
    None
}

/// A keyword with a typing error, at the failure or just before it.
pub(super) fn misspelt(look: &Look<'_>) -> Option<Finding> {
    let token = look.token(0).filter(|token| token.kind == TokenKind::Word)?;
    let word = token.text(look.text);
    // `segmnt x …` in column 0 may have been read as the end of what stands before it.
    let column_0 = |at: Range| at.start == 0 || look.text.as_bytes().get(at.start as usize - 1) == Some(&b'\n');
    if let Some(before) = look.token(-1).filter(|before| before.kind == TokenKind::Word && column_0(before.at) && look.index > 1)
        && let Some(meant) = closest(before.text(look.text), Kind::ALL.iter().map(|kind| kind.keyword()))
    {
        return misspelling(before.text(look.text), before.at, meant);
    }
    let keywords = Kind::ALL.iter().map(|kind| kind.keyword()).filter(|_| column_0(token.at));
    if crate::syntax::explain::is_reserved(word) || Kind::from_keyword(word).is_some() {
        return None;
    }
    let meant = closest(word, look.expected_words().chain(keywords))?;
    misspelling(word, token.at, meant)
}

fn misspelling(word: &str, at: Range, meant: &str) -> Option<Finding> {
    let mend = one(at, meant);
    let problem = Problem::new(Check::Syntax, at, format!("`{word}` is no word of the language here")).here(format!("did you mean `{meant}`?")).fix_all(
        format!("write `{meant}`"),
        mend.clone(),
        word.len() > 3,
    );
    Some(Finding::new(problem, mend))
}
