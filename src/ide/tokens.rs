//! The words of a text by what they are: for colours.

use rustc_hash::FxHashMap;

use super::names::{Occurrence, Symbol, occurrences};
use crate::db::{Db, SourceFile, chunks};
use crate::diagnostics::Kind;
use crate::model::Member;
use crate::model::rule_schema::Enumeration;
use crate::model::schema::BUILTIN;
use crate::syntax::ast::Channel;
use crate::syntax::line::{Part, parts};
use crate::syntax::tokens::{TokenKind, tokens};
use crate::text::Range;

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// A word of the language.
    Keyword,
    /// A channel: `email`.
    Channel,
    /// A comment.
    Comment,
    /// A doc comment.
    Doc,
    /// A text in quotes.
    Text,
    /// A number, a percentage, a length of time, a date, a time.
    Number,
    /// A sign that compares or counts.
    Operator,
    /// A segment or an icp.
    Group,
    /// A signal.
    Signal,
    /// A journey.
    Journey,
    /// A score.
    Score,
    /// A content.
    Content,
    /// A program.
    Program,
    /// A handoff.
    Handoff,
    /// A rule.
    Rule,
    /// A field of the lead or of a signal.
    Field,
    /// One of a fixed list: an option, a stage, a band, a kind of content.
    Option,
    /// The label of a touch.
    Label,
}

impl Class {
    /// All classes; the place of each is its number.
    pub const ALL: [Class; 18] = [
        Class::Keyword,
        Class::Channel,
        Class::Comment,
        Class::Doc,
        Class::Text,
        Class::Number,
        Class::Operator,
        Class::Group,
        Class::Signal,
        Class::Journey,
        Class::Score,
        Class::Content,
        Class::Program,
        Class::Handoff,
        Class::Rule,
        Class::Field,
        Class::Option,
        Class::Label,
    ];

    /// Its name in style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Channel => "channel",
            Self::Comment => "comment",
            Self::Doc => "doc",
            Self::Text => "text",
            Self::Number => "number",
            Self::Operator => "operator",
            Self::Group => "group",
            Self::Signal => "signal",
            Self::Journey => "journey",
            Self::Score => "score",
            Self::Content => "content",
            Self::Program => "program",
            Self::Handoff => "handoff",
            Self::Rule => "rule",
            Self::Field => "field",
            Self::Option => "option",
            Self::Label => "label",
        }
    }

    fn of(symbol: &Symbol) -> Self {
        match symbol {
            Symbol::Declared(kind, _) => match kind {
                Kind::Segment | Kind::Icp => Self::Group,
                Kind::Signal => Self::Signal,
                Kind::Journey => Self::Journey,
                Kind::Score => Self::Score,
                Kind::Content => Self::Content,
                Kind::Program => Self::Program,
                Kind::Handoff => Self::Handoff,
                Kind::Rule => Self::Rule,
                Kind::Test => Self::Text,
                Kind::Lead | Kind::Limits => Self::Keyword,
            },
            Symbol::Member(Member::Field(..)) => Self::Field,
            Symbol::Member(Member::Option(..) | Member::Stage(..) | Member::Band(..)) => Self::Option,
            Symbol::Member(Member::Label(..)) => Self::Label,
        }
    }
}

/// A word, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Painted {
    /// Where, in the file; never over the end of a line.
    pub at: Range,
    /// What it is.
    pub class: Class,
    /// Whether it is declared there.
    pub declares: bool,
    /// Whether it is built in.
    pub builtin: bool,
}

/// The words of a file, in order; names that mean nothing are left out.
pub fn painted(db: &dyn Db, file: SourceFile) -> Vec<Painted> {
    let text = file.text(db);
    let mut found = Vec::new();
    comments(text, &mut found);
    for chunk in &chunks(db, file).chunks {
        let start = chunk.start(db);
        let named: FxHashMap<u32, Occurrence> = occurrences(db, *chunk).into_iter().map(|occurrence| (occurrence.at.start, occurrence)).collect();
        paint(&chunk.body(db).text, start, &named, &mut found);
    }
    found.sort_by_key(|painted| (painted.at.start, painted.at.end));
    found.dedup_by_key(|painted| painted.at.start);
    found
}

/// The comments of a text.
fn comments(text: &str, found: &mut Vec<Painted>) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some((_, at)) = parts(line).into_iter().find(|(part, _)| *part == Part::Comment) {
            let comment = at.of(line).trim_end();
            let class = if comment.starts_with("##") { Class::Doc } else { Class::Comment };
            let from = start + at.start;
            found.push(Painted { at: Range::new(from, from + comment.len() as u32), class, declares: false, builtin: false });
        }
        start += line.len() as u32;
    }
}

fn paint(body: &str, start: u32, named: &FxHashMap<u32, Occurrence>, found: &mut Vec<Painted>) {
    let mut before = "";
    // Between square brackets stand values, whatever they are called.
    let mut in_list = false;
    for token in tokens(body) {
        let word = token.text(body);
        let occurrence = named.get(&token.at.start);
        let class = match token.kind {
            TokenKind::Word => match occurrence {
                Some(occurrence) => Some(Class::of(&occurrence.symbol)),
                None if in_list && word != "unknown" => None,
                None => word_class(word, before),
            },
            TokenKind::Number => Some(Class::Number),
            TokenKind::Text(_) => Some(Class::Text),
            TokenKind::Sign if matches!(word, "<" | ">" | "<=" | ">=" | "+" | "-") => Some(Class::Operator),
            TokenKind::Sign | TokenKind::Invisible => None,
        };
        if let Some(class) = class {
            let builtin = matches!(class, Class::Signal) && BUILTIN.contains(&word);
            found.push(Painted { at: token.at.shift(start), class, declares: occurrence.is_some_and(|occurrence| occurrence.declares), builtin });
        }
        match word {
            "[" => in_list = true,
            "]" => in_list = false,
            _ => {}
        }
        before = word;
    }
}

/// What a word is that names nothing.
fn word_class(word: &str, before: &str) -> Option<Class> {
    match before {
        "kind" if Enumeration::ContentKind.values().contains(&word) => return Some(Class::Option),
        "about" if Enumeration::About.values().contains(&word) => return Some(Class::Option),
        _ => {}
    }
    if Channel::from_name(word).is_some() {
        return Some(Class::Channel);
    }
    if matches!(word, "yes" | "no") {
        return Some(Class::Option);
    }
    if crate::syntax::keywords().contains(&word) {
        return Some(Class::Keyword);
    }
    None
}

/// A file in colours that a page or a terminal shows: its text, cut into pieces with their classes.
pub fn pieces<'t>(text: &'t str, painted: &[Painted]) -> Vec<(&'t str, Option<Painted>)> {
    let mut pieces = Vec::with_capacity(painted.len() * 2 + 1);
    let mut at = 0;
    for one in painted {
        if one.at.start < at {
            continue;
        }
        if one.at.start > at {
            pieces.push((Range::new(at, one.at.start).of(text), None));
        }
        pieces.push((one.at.of(text), Some(*one)));
        at = one.at.end;
    }
    pieces.push((text.get(at as usize..).unwrap_or(""), None));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}
