//! What people write out of habit from other languages, each with its own words and its mend.
//!
//! A habit looks at the tokens around the place where the text stopped fitting the grammar. Its mend is tried on a
//! copy of the text: only if the parser then comes further is the habit the explanation.

use super::explain::{Finding, Look};
use super::tokens::TokenKind;
use crate::diagnostics::{Check, Edit, Kind, Problem, closest};
use crate::text::Range;

/// A habit: explains the failure, or says nothing.
pub(super) type Habit = fn(&Look<'_>) -> Option<Finding>;

/// All habits, the most particular first.
pub(super) fn all() -> &'static [Habit] {
    &[
        invisible,
        unfinished,
        unopened,
        curly_quotes,
        single_quotes,
        quoted_option,
        comment_sign,
        operator,
        word_order,
        negated_word,
        foreign_word,
        capitals,
        separator,
        round_list,
        duration_unit,
        times,
        missing_close,
        missing_brace,
        extra_close,
        colon,
        misspelt,
    ]
}

fn found(problem: Problem, title: &str, edits: Vec<Edit>) -> Option<Finding> {
    Some(Finding::new(problem.fix_all(title, edits.clone(), true), edits))
}

fn one(at: Range, new: &str) -> Vec<Edit> {
    vec![Edit { at, new: new.to_owned() }]
}

/// No-break spaces and other characters that look like white space, all of the text at once.
fn invisible(look: &Look<'_>) -> Option<Finding> {
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
fn unfinished(look: &Look<'_>) -> Option<Finding> {
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
fn unopened(look: &Look<'_>) -> Option<Finding> {
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
fn quoted_option(look: &Look<'_>) -> Option<Finding> {
    let token = look.token(0).filter(|token| token.kind == TokenKind::Text(true))?;
    let inside = token.text(look.text).trim_matches('"');
    let word = !inside.is_empty() && inside.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (word && look.expects("a") && !look.expects("\"")).then(|| requoted(look, token.at, inside, "")).flatten()
}

fn curly_quotes(look: &Look<'_>) -> Option<Finding> {
    let (at, inside) = quoted(look, &CURLY)?;
    requoted(look, at, inside, "typographic")
}

fn single_quotes(look: &Look<'_>) -> Option<Finding> {
    let (at, inside) = quoted(look, &['\'', '`']).or_else(|| quoted(look, &CURLY_SINGLE))?;
    requoted(look, at, inside, "single")
}

/// `//`, `/* */`, `--`: comments of other languages.
fn comment_sign(look: &Look<'_>) -> Option<Finding> {
    let at = look.place(0);
    let rest = look.text.get(at.start as usize..)?;
    let line_end = at.start + rest.lines().next().map_or(0, str::len) as u32;
    let line = Range::new(at.start, line_end);
    let blank = |range: Range| one(range, &range.of(look.text).chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect::<String>());
    match look.word(0) {
        sign @ "//" => {
            let problem = Problem::new(Check::CommentSign, at, "a comment begins with `#`, not with `//`").fix("write `#`", at, "#", true);
            let _ = sign;
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

/// `==`, `!=`, `&&`, `||`, `!` and their like.
fn operator(look: &Look<'_>) -> Option<Finding> {
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
fn word_order(look: &Look<'_>) -> Option<Finding> {
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
    if before == "not" && word == "is" && two != "is" {
        let at = look.place(-1).cover(look.place(0));
        return found(Problem::new(Check::WordOrder, at, "`not is` is written `is not`"), "write `is not`", one(at, "is not"));
    }
    None
}

/// `isnt`, `is'nt`, `isn't` where it is no rule, `didn't`.
fn negated_word(look: &Look<'_>) -> Option<Finding> {
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
fn foreign_word(look: &Look<'_>) -> Option<Finding> {
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
fn capitals(look: &Look<'_>) -> Option<Finding> {
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

/// `;`, a comma behind a clause, a trailing comma.
fn separator(look: &Look<'_>) -> Option<Finding> {
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
fn round_list(look: &Look<'_>) -> Option<Finding> {
    if look.word(0) != "(" || !look.expects("[") {
        return None;
    }
    let open = look.place(0);
    let close = look.tokens.iter().skip(look.index).find(|token| token.text(look.text) == ")")?.at;
    let edits = vec![Edit { at: open, new: "[".to_owned() }, Edit { at: close, new: "]".to_owned() }];
    found(Problem::new(Check::Quotes, open.cover(close), "a list stands in square brackets: `[a, b]`"), "write square brackets", edits)
}

const UNITS: [(&str, &str); 17] = [
    ("s", "seconds"),
    ("sec", "seconds"),
    ("secs", "seconds"),
    ("m", "minutes"),
    ("min", "minutes"),
    ("mins", "minutes"),
    ("h", "hours"),
    ("hr", "hours"),
    ("hrs", "hours"),
    ("d", "days"),
    ("w", "weeks"),
    ("wk", "weeks"),
    ("wks", "weeks"),
    ("dy", "days"),
    ("daily", "days"),
    ("hourly", "hours"),
    ("weekly", "weeks"),
];

/// A duration without unit, with an abbreviation, or in months.
fn duration_unit(look: &Look<'_>) -> Option<Finding> {
    let singular = look.word(0);
    if look.expects("0") && ["second", "minute", "hour", "day", "week"].contains(&singular) {
        let at = look.place(0);
        let problem = Problem::new(Check::DurationUnit, at, format!("a number is missing before `{singular}`"));
        return found(problem, &format!("write `1 {singular}`"), one(at, &format!("1 {singular}")));
    }
    // `5d` is one token, `5 d` are two.
    let (digits, unit, at) = match look.token(0) {
        Some(token) if token.kind == TokenKind::Number => {
            let text = token.text(look.text);
            let split = text.find(|c: char| c.is_alphabetic())?;
            let (digits, unit) = text.split_at_checked(split)?;
            (digits, unit, token.at)
        }
        _ => {
            let number = look.token(-1).filter(|token| token.kind == TokenKind::Number)?;
            if !look.expects("days") {
                return None;
            }
            (number.text(look.text), look.word(0), number.at.cover(look.place(0)))
        }
    };
    let whole = Range::new(at.start, at.start + digits.len() as u32);
    match unit.to_lowercase().as_str() {
        "month" | "months" | "mo" | "mos" => {
            let days = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(30)).unwrap_or(30);
            let problem = Problem::new(Check::DurationUnit, at, "there is no `month`: nobody agrees on its length").here("say it in days or weeks").fix(
                format!("write `{days} days`"),
                at,
                format!("{days} days"),
                false,
            );
            Some(Finding::new(problem, one(at, &format!("{days} days"))))
        }
        "year" | "years" | "y" | "quarter" | "quarters" => {
            let each = if unit.starts_with('q') { 91 } else { 365 };
            let days = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(each)).unwrap_or(each);
            let problem = Problem::new(Check::DurationUnit, at, format!("there is no `{unit}`: its length is not fixed")).here("say it in days or weeks").fix(
                format!("write `{days} days`"),
                at,
                format!("{days} days"),
                false,
            );
            Some(Finding::new(problem, one(at, &format!("{days} days"))))
        }
        unit if UNITS.iter().any(|(short, _)| *short == unit) => {
            let long = UNITS.iter().find(|(short, _)| *short == unit)?.1;
            let problem = Problem::new(Check::DurationUnit, at, format!("`{}` is written `{digits} {long}`", at.of(look.text)));
            found(problem, &format!("write `{digits} {long}`"), one(at, &format!("{digits} {long}")))
        }
        unit => {
            let meant = closest(unit, ["minutes", "hours", "days", "weeks", "minute", "hour", "day", "week"]);
            if let (Some(meant), true) = (meant, look.token(0).is_some_and(|token| token.kind == TokenKind::Word)) {
                let at = look.place(0);
                let problem = Problem::new(Check::DurationUnit, at, format!("`{unit}` is no unit of time")).here(format!("did you mean `{meant}`?"));
                return found(problem, &format!("write `{meant}`"), one(at, meant));
            }
            if look.token(0).is_some_and(|token| token.kind == TokenKind::Number) {
                return None;
            }
            let problem = Problem::new(Check::DurationUnit, whole, format!("`{digits}` has no unit")).here("minutes, hours, days or weeks?").fix(
                format!("write `{digits} days`"),
                whole,
                format!("{digits} days"),
                false,
            );
            Some(Finding::new(problem, one(Range::at(whole.end), " days")))
        }
    }
}

/// `at least once`, `at least 2` without `times`.
fn times(look: &Look<'_>) -> Option<Finding> {
    let at = look.place(0);
    let number = match look.word(0).to_lowercase().as_str() {
        "once" => "1",
        "twice" => "2",
        "thrice" => "3",
        "time" if look.expects("times") => {
            return found(Problem::new(Check::Syntax, at, "`time` is written `times`"), "write `times`", one(at, "times"));
        }
        _ => {
            let count = look.token(-1).filter(|token| token.kind == TokenKind::Number)?;
            if !look.expects("times") || look.expects("days") {
                return None;
            }
            let digits = count.text(look.text);
            let problem = Problem::new(Check::Syntax, count.at, format!("`{digits}` of what? Write `{digits} times`"));
            return found(problem, "write `times`", one(Range::at(count.at.end), " times"));
        }
    };
    let word = look.word(0);
    let problem = Problem::new(Check::ForeignWord, at, format!("`{word}` is written `{number} times`"));
    found(problem, &format!("write `{number} times`"), one(at, &format!("{number} times")))
}

/// A `)` or `]` that is missing before the next clause.
fn missing_close(look: &Look<'_>) -> Option<Finding> {
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
fn missing_brace(look: &Look<'_>) -> Option<Finding> {
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
fn extra_close(look: &Look<'_>) -> Option<Finding> {
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
fn colon(look: &Look<'_>) -> Option<Finding> {
    let sign = look.word(0);
    if sign == ":" && look.token(-1).is_some_and(|token| token.kind == TokenKind::Word) {
        let problem = Problem::new(Check::Separator, look.place(0), format!("no `:` stands behind `{}`", look.word(-1)));
        return found(problem, "remove `:`", one(look.place(0), ""));
    }
    if look.expects(":") && look.word(-1) != "" {
        let place = Range::at(look.place(-1).end);
        let mend = if sign == "=" { one(look.place(0), ":") } else { one(place, ":") };
        let problem = Problem::new(Check::Separator, look.place(-1), format!("a `:` is missing behind `{}`", look.word(-1)));
        return found(problem, "write `:`", mend);
    }
    None
}

/// A keyword with a typing error, at the failure or just before it.
fn misspelt(look: &Look<'_>) -> Option<Finding> {
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
    if super::explain::is_reserved(word) || Kind::from_keyword(word).is_some() {
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
