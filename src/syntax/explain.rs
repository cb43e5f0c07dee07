//! Says in plain words what is wrong at the place where a text stops fitting the grammar.

use super::parse::Failure;
use super::tokens::{Token, TokenKind};
use crate::diagnostics::{Check, Edit, Kind, Problem, closest, list_words};
use crate::text::Range;

/// A problem, and the edits that mend a copy of the text so that reading can go on.
pub(super) struct Finding {
    pub problem: Problem,
    pub mend: Vec<Edit>,
    /// Whether it explains the failure even where its mend brings the parser no further.
    pub certain: bool,
    /// Whether it is a guess, whose mend must carry the parser over the next word too.
    pub beyond: bool,
}

impl Finding {
    pub fn new(problem: Problem, mend: Vec<Edit>) -> Self {
        Self { problem, mend, certain: false, beyond: false }
    }
}

/// The failure with its surroundings.
pub(super) struct Look<'a> {
    pub text: &'a str,
    pub tokens: &'a [Token],
    /// The token at which the text stops fitting; one past the last when it ends too early.
    pub index: usize,
    /// What could have stood there.
    pub expected: &'a [String],
    /// Whether the failure touches the token before it, so that a name or number "expected" is only that token grown.
    pub glued: bool,
}

impl<'a> Look<'a> {
    pub fn new(text: &'a str, tokens: &'a [Token], failure: &'a Failure) -> Self {
        let at = failure.at as u32;
        let glued = tokens.iter().any(|token| token.at.end == at && token.kind != TokenKind::Sign);
        let index = tokens.iter().position(|token| at < token.at.end || (at == token.at.end && token.kind == TokenKind::Text(false))).unwrap_or(tokens.len());
        Self { text, tokens, index, expected: &failure.expected, glued }
    }

    /// The text of the token `offset` away from the failure; empty outside the text.
    pub fn word(&self, offset: isize) -> &'a str {
        self.token(offset).map_or("", |token| token.text(self.text))
    }

    /// The token `offset` away from the failure.
    pub fn token(&self, offset: isize) -> Option<&'a Token> {
        self.index.checked_add_signed(offset).and_then(|index| self.tokens.get(index))
    }

    /// Its place, or the end of the text.
    pub fn place(&self, offset: isize) -> Range {
        self.token(offset).map_or(Range::at(self.text.trim_end().len() as u32), |token| token.at)
    }

    /// Whether the token is the first on its line.
    pub fn begins_line(&self, index: usize) -> bool {
        let Some(token) = self.tokens.get(index) else { return false };
        let previous = index.checked_sub(1).and_then(|index| self.tokens.get(index)).map_or(0, |token| token.at.end);
        index == 0 || Range::new(previous, token.at.start).of(self.text).contains('\n')
    }

    /// The words among what was expected.
    pub fn expected_words(&self) -> impl Iterator<Item = &'a str> {
        self.expected.iter().map(String::as_str).filter(|word| word.len() > 1 && word.starts_with(|c: char| c.is_ascii_alphabetic()))
    }

    /// Whether `sign` could have stood here (`a` for a name, `0` for a number, `"` for a text).
    pub fn expects(&self, sign: &str) -> bool {
        self.expected.iter().any(|word| word == sign)
    }

    /// The `{`, `(` and `[` that are open at the failure, outermost first, as token indexes.
    pub fn open_brackets(&self) -> Vec<usize> {
        let mut open: Vec<usize> = Vec::new();
        for (index, token) in self.tokens.iter().enumerate().take(self.index) {
            if token.kind == TokenKind::Sign {
                match token.text(self.text) {
                    "{" | "(" | "[" => open.push(index),
                    "}" | ")" | "]" => {
                        open.pop();
                    }
                    _ => {}
                }
            }
        }
        open
    }

    /// What the innermost open block belongs to, in words: "a program", "a track", "an `if`".
    fn around(&self) -> Option<String> {
        let open = self.open_brackets();
        let brace = *open.iter().rev().find(|index| self.tokens.get(**index).is_some_and(|token| token.text(self.text) == "{"))?;
        let before = self.tokens.iter().take(brace).rev().map(|token| token.text(self.text)).take_while(|word| !matches!(*word, "{" | "}"));
        for word in before {
            let owner = match word {
                "on" | "every" => "a track",
                "if" | "else" => "an `if`",
                "split" => "a split",
                "stage" => "a stage",
                "day" => "a day of a test",
                "flags" | "passes" => "an example",
                "email" | "sms" | "call" | "letter" | "chat" | "ad" | "post" | "web" => "a touch",
                word if word.ends_with('%') => "an arm of a split",
                word => match Kind::from_keyword(word) {
                    Some(kind) => kind.with_article(),
                    None => continue,
                },
            };
            return Some(owner.to_owned());
        }
        None
    }
}

/// Explains a failure that no habit explains.
pub(super) fn explain(look: &Look<'_>) -> Problem {
    let at = look.place(0);
    let word = look.word(0);
    let before = look.word(-1);
    if let Some(problem) = brackets(look) {
        return problem;
    }
    if look.token(0).is_none() {
        return with_expectation(Problem::new(Check::Syntax, look.place(-1), ends_too_early(look)).here("nothing follows this"), look);
    }
    let is_word = look.token(0).is_some_and(|token| token.kind == TokenKind::Word);
    if is_word && let Some(meant) = closest(word, look.expected_words()) {
        return Problem::new(Check::Syntax, at, format!("`{word}` cannot stand here")).here(format!("did you mean `{meant}`?")).fix(
            format!("write `{meant}`"),
            at,
            meant,
            false,
        );
    }
    if is_word && look.expects("a") && is_reserved(word) {
        return Problem::new(Check::ReservedName, at, format!("`{word}` is a word of the language and cannot be a name"))
            .here("a name was expected here")
            .help(format!("choose another name, such as `{word}_`"));
    }
    let begins = look.begins_line(look.index) || before == "{" || before == "}";
    if begins && is_word && look.index > 0 {
        let problem = match look.around() {
            Some(owner) if look.expected_words().count() > 2 => Problem::new(Check::Syntax, at, format!("`{word}` is nothing that {owner} can hold")),
            _ => Problem::new(Check::Syntax, at, format!("`{word}` does not begin a declaration or a clause"))
                .here("this does not go on with what stands before it"),
        };
        return with_expectation(problem, look);
    }
    let problem = if before.is_empty() {
        Problem::new(Check::Syntax, at, format!("a policy cannot begin with `{}`", short(word)))
    } else {
        Problem::new(Check::Syntax, at, format!("`{}` cannot follow `{}`", short(word), short(before)))
    };
    with_expectation(problem, look)
}

fn ends_too_early(look: &Look<'_>) -> String {
    match look.word(-1) {
        "" => "a declaration was expected".to_owned(),
        before => format!("the declaration ends too early, after `{}`", short(before)),
    }
}

/// A long text in a headline helps nobody: its beginning is enough.
fn short(word: &str) -> String {
    if word.chars().count() <= 40 { word.to_owned() } else { word.chars().take(37).chain("…".chars()).collect() }
}

/// Adds what could stand at the place, if that can be said briefly.
fn with_expectation(problem: Problem, look: &Look<'_>) -> Problem {
    let mut nouns: Vec<&str> = Vec::new();
    if look.expects("a") && !look.glued {
        nouns.push("a name");
    }
    if look.expects("\"") {
        nouns.push("a text in double quotes");
    }
    // After the `until` of an `allow` stands a day, not a condition.
    let ends_allow = look.token(-1).is_some_and(|token| token.text(look.text) == "until") && !look.expects("did");
    if look.expects("0") && !look.glued {
        nouns.push(if ends_allow { "a day, such as 2027-01-31" } else { "a number" });
    }
    let after_number = look.token(-1).is_some_and(|token| token.kind == TokenKind::Number);
    if (look.expects("days") || look.expects("day")) && after_number && !look.expects("and") {
        nouns.push("a unit of time (minutes, hours, days or weeks)");
    }
    let units = ["second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks"];
    let words: Vec<&str> = look
        .expected
        .iter()
        .map(String::as_str)
        .filter(|word| !matches!(*word, "0" | "\"" | "-" | "_" | "." | "%" | "\\") && !units.contains(word))
        // Single letters are how a name may begin.
        .filter(|word| !(word.len() == 1 && word.starts_with(|c: char| c.is_ascii_alphabetic())))
        .collect();
    let words = if words.len() <= 12 { list_words(words, "or", 12) } else { String::new() };
    let told = match (nouns.as_slice(), words.is_empty()) {
        ([], true) => return problem,
        (nouns, true) => nouns.join(" or "),
        ([], false) => words,
        (nouns, false) => format!("{}, {words}", nouns.join(", ")),
    };
    problem.help(format!("here can stand: {told}"))
}

/// Whether `word` is reserved for the language.
pub(super) fn is_reserved(word: &str) -> bool {
    super::build::RESERVED.contains(&word)
}

/// Explains a bracket that is missing or too much.
fn brackets(look: &Look<'_>) -> Option<Problem> {
    let open = look.open_brackets();
    let word = look.word(0);
    let innermost = open.last().and_then(|index| look.tokens.get(*index));
    if matches!(word, "}" | ")" | "]") {
        let wanted = match innermost.map(|token| token.text(look.text)) {
            None => {
                return Some(Problem::new(Check::MissingBrace, look.place(0), format!("this `{word}` closes nothing")).here("no bracket is open here").fix(
                    format!("remove `{word}`"),
                    look.place(0),
                    "",
                    false,
                ));
            }
            Some("{") => "}",
            Some("(") => ")",
            _ => "]",
        };
        if wanted != word {
            let opener = innermost?;
            let sign = opener.text(look.text);
            return Some(
                Problem::new(Check::MissingBrace, look.place(0), format!("`{sign}` is not closed"))
                    .here(format!("`{wanted}` must come before this `{word}`"))
                    .also(opener.at, "opened here")
                    .fix(format!("write `{wanted}`"), Range::at(look.place(-1).end), wanted, false),
            );
        }
        return None;
    }
    if look.token(0).is_none() {
        let opener = innermost?;
        let sign = opener.text(look.text);
        let wanted = match sign {
            "{" => "}",
            "(" => ")",
            _ => "]",
        };
        return Some(
            Problem::new(Check::MissingBrace, opener.at, format!("`{sign}` is not closed"))
                .here("opened here")
                .help(format!("write the `{wanted}` that belongs to it")),
        );
    }
    None
}
