//! From pest's pairs to the syntax tree. What only the values can show (no such day, a repeated clause,
//! `and` mixed with `or`) is reported here.

mod buying;
mod content;
mod fields;
mod predicate;
mod program;
mod rule;
mod test;
mod value;

use pest::iterators::{Pair, Pairs};

use super::ast::{Allow, Body, Common, Item, Name, Text};
use super::parse::{Parsed, Rule};
use super::repair::Copy;
use super::scan::Doc;
use crate::diagnostics::{Check, Problem};
use crate::text::Range;

type P<'i> = Pair<'i, Rule>;

/// The words that join predicates and steps, as in the grammar's rule `reserved`.
pub(super) const RESERVED: [&str; 33] = [
    "again",
    "and",
    "anonymous",
    "as",
    "between",
    "contains",
    "did",
    "else",
    "every",
    "everyone",
    "for",
    "handoff",
    "has",
    "identified",
    "if",
    "in",
    "is",
    "joining",
    "known",
    "leave",
    "not",
    "on",
    "only",
    "or",
    "since",
    "split",
    "stay",
    "unknown",
    "wait",
    "when",
    "where",
    "while",
    "within",
];

/// Builds the trees of a chunk from its pairs. `copy` is the repaired text the pairs came from, if it was repaired.
pub(super) fn build(pairs: Pairs<'_, Rule>, text: &str, docs: &[Doc], copy: Option<&Copy>) -> Parsed {
    let mut builder = Builder { text, docs, claimed: vec![false; docs.len()], copy, problems: Vec::new() };
    let mut items = Vec::new();
    for chunk in pairs {
        for pair in chunk.into_inner() {
            if pair.as_rule() != Rule::EOI
                && let Some(item) = builder.item(pair)
            {
                items.push(item);
            }
        }
    }
    let Builder { claimed, mut problems, .. } = builder;
    // What a syntax error hides may be what a doc comment belongs to.
    for (doc, _) in docs.iter().zip(claimed).filter(|(doc, claimed)| copy.is_none() && !claimed && doc.place.end > doc.place.start) {
        problems.push(
            Problem::new(Check::StrayDoc, doc.place, "this doc comment belongs to nothing")
                .here("no declaration, stage, track, touch or field follows it")
                .help("write `#` for a remark that is not part of the plan"),
        );
    }
    Parsed { items, hidden: Vec::new(), problems, broken: false }
}

struct Builder<'a> {
    text: &'a str,
    docs: &'a [Doc],
    claimed: Vec<bool>,
    copy: Option<&'a Copy>,
    problems: Vec<Problem>,
}

/// The word that a clause begins with.
fn first_word(pair: &P<'_>) -> String {
    pair.as_str().chars().take_while(char::is_ascii_lowercase).collect()
}

/// Which clauses of a body were seen, so that each stands once.
#[derive(Default)]
struct Seen(Vec<(Rule, Range)>);

impl Builder<'_> {
    /// The range of a pair without the white space behind it.
    fn at(&self, pair: &P<'_>) -> Range {
        let span = pair.as_span();
        let (start, mut end) = (span.start(), span.end());
        let bytes = self.text.as_bytes();
        while end > start && bytes.get(end - 1).is_some_and(u8::is_ascii_whitespace) {
            end -= 1;
        }
        self.place(Range::new(start as u32, end as u32))
    }

    /// A range of the text at hand as a range of the chunk.
    fn place(&self, range: Range) -> Range {
        self.copy.map_or(range, |copy| copy.original(range))
    }

    fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// A pair of a shape that the grammar cannot make: said, so that it is never a panic and never silent.
    fn strange<T>(&mut self, at: Range) -> Option<T> {
        self.report(Problem::new(Check::Syntax, at, "this could not be understood").help("please report this text: it is a fault of nurture"));
        None
    }

    fn doc(&mut self, start: usize) -> Option<Box<str>> {
        if self.docs.is_empty() {
            return None;
        }
        let found = self.docs.iter().position(|doc| doc.at as usize == self.place(Range::at(start as u32)).start as usize)?;
        if let Some(claimed) = self.claimed.get_mut(found) {
            *claimed = true;
        }
        self.docs.get(found).map(|doc| doc.text.clone())
    }

    /// Whether this is the first clause of its kind; a second one is reported.
    fn first(&mut self, seen: &mut Seen, rule: Rule, at: Range, word: &str) -> bool {
        if let Some((_, before)) = seen.0.iter().find(|(known, _)| *known == rule) {
            let problem = Problem::new(Check::DuplicateClause, at, format!("`{word}` stands here a second time"))
                .here("one of the two is too much")
                .also(*before, "first said here");
            self.report(problem);
            return false;
        }
        seen.0.push((rule, at));
        true
    }

    fn name(&mut self, pair: &P<'_>) -> Name {
        Name { text: pair.as_str().into(), at: self.at(pair) }
    }

    /// The name of a declaration or field, which must not be a reserved word.
    fn declared(&mut self, pair: &P<'_>) -> Name {
        let name = self.name(pair);
        if RESERVED.contains(&name.text.as_str()) {
            let problem = Problem::new(Check::ReservedName, name.at, format!("`{}` is a word of the language and cannot be a name", name.text))
                .help(format!("choose another name, such as `{}_`", name.text));
            self.report(problem);
        }
        name
    }

    fn names(&mut self, pair: P<'_>) -> Vec<Name> {
        pair.into_inner().map(|pair| self.name(&pair)).collect()
    }

    /// The string inside a clause such as `asks "…"`.
    fn text_in(&mut self, pair: P<'_>) -> Option<Text> {
        let at = self.at(&pair);
        match pair.into_inner().find(|inner| inner.as_rule() == Rule::string) {
            Some(string) => Some(self.string(&string)),
            None => self.strange(at),
        }
    }

    /// A shared clause; gives the pair back when it is none.
    fn common<'i>(&mut self, pair: P<'i>, common: &mut Common, seen: &mut Seen) -> Option<P<'i>> {
        let at = self.at(&pair);
        match pair.as_rule() {
            Rule::allow => {
                if let Some(allow) = self.allow(pair) {
                    common.allows.push(allow);
                }
            }
            Rule::reference => common.refs.extend(self.text_in(pair)),
            Rule::objective => {
                if self.first(seen, Rule::objective, at, "objective") {
                    common.objective = self.text_in(pair);
                }
            }
            Rule::draft => {
                if self.first(seen, Rule::draft, at, "draft") {
                    common.draft = Some(at);
                }
            }
            _ => return Some(pair),
        }
        None
    }

    fn allow(&mut self, pair: P<'_>) -> Option<Allow> {
        let at = self.at(&pair);
        let mut inner = pair.into_inner();
        let Some(rule) = inner.next() else { return self.strange(at) };
        let rule = self.name(&rule);
        let (mut because, mut until) = (None, None);
        for part in inner {
            match part.as_rule() {
                Rule::date => until = self.date(&part),
                _ => because = Some(self.string(&part)),
            }
        }
        let empty = because.as_ref().is_some_and(|text| text.value.trim().is_empty());
        if because.is_none() || empty {
            let problem = Problem::new(Check::MissingReason, at, format!("`allow {}` does not say why", rule.text))
                .here("a reason is needed: it is listed in the plan")
                .help(format!("write `allow {} because \"…\"`", rule.text));
            self.report(problem);
        }
        Some(Allow { rule, because, until, at })
    }

    /// A declaration.
    fn item(&mut self, pair: P<'_>) -> Option<Item> {
        let at = self.at(&pair);
        let start = pair.as_span().start();
        let rule = pair.as_rule();
        let keyword = pair.as_str().find(|c: char| !c.is_ascii_lowercase()).unwrap_or(0);
        let keyword = self.place(Range::new(start as u32, (start + keyword) as u32));
        let doc = self.doc(start);
        let mut inner = pair.into_inner().peekable();
        let name = inner.next_if(|pair| pair.as_rule() == Rule::word).map(|pair| match rule {
            Rule::signal => self.name(&pair),
            _ => self.declared(&pair),
        });
        let title = inner.next_if(|pair| pair.as_rule() == Rule::title);
        let title = title.and_then(|pair| self.text_in(pair));
        let mut common = Common::default();
        let mut rest: Vec<P<'_>> = Vec::new();
        let mut seen = Seen::default();
        for pair in inner {
            rest.extend(self.common(pair, &mut common, &mut seen));
        }
        let body = match rule {
            Rule::lead => Body::Lead(self.fields(rest)),
            Rule::signal => Body::Signal(Box::new(self.signal(rest)?)),
            Rule::icp => Body::Icp(Box::new(self.icp(rest, &mut seen))),
            Rule::segment => Body::Segment(self.segment(rest, &mut seen).map(Box::new)),
            Rule::journey => Body::Journey(Box::new(self.journey(rest, &mut seen))),
            Rule::score => Body::Score(Box::new(self.score(rest, &mut seen))),
            Rule::content => Body::Content(Box::new(self.content(rest, &mut seen))),
            Rule::program => Body::Program(Box::new(self.program(rest, &mut seen))),
            Rule::handoff => Body::Handoff(Box::new(self.handoff(rest, &mut seen))),
            Rule::limits => Body::Limits(Box::new(self.limits(rest, &mut seen))),
            Rule::nurturing_rule => Body::Rule(Box::new(self.rule(rest, &mut seen, at)?)),
            Rule::test => Body::Test(Box::new(self.test(rest, &mut seen))),
            _ => return self.strange(at),
        };
        // A test is known by its title.
        let (name, title) = match (rule, title) {
            (Rule::test, Some(title)) => (Some(Name { text: title.value, at: title.at }), None),
            (_, title) => (name, title),
        };
        Some(Item { at, keyword, name, title, doc, common, body })
    }
}
