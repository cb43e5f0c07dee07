//! What a layout needs to know of a chunk: its statements, what they hold, and where they may be broken. Nothing of
//! pest leaves this file: rules of the grammar become forms.

use super::parse::{Node, Rule, tree};
use super::scan::ChunkBody;
use crate::text::Range;

/// How the braces of a part are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Braces {
    /// A line for each statement.
    Open,
    /// On one line where one statement stands in them, and fits.
    One,
    /// As [`Braces::One`]; where declarations are written short as [`Braces::Fitting`].
    Clauses,
    /// A line for each statement; where declarations are written short as [`Braces::One`].
    Steps,
    /// On one line where it fits.
    Fitting,
    /// On one line where it fits, else as many statements on a line as fit.
    Filled,
}

/// How a part is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Words, with parts among them.
    Plain,
    /// Words, then statements between braces. Without braces its `where` may stand on a line of its own.
    Braced(Braces),
    /// Terms, joined by [`Form::Joint`]s; may be broken before each.
    Chain {
        /// Whether it is a term of another chain: `with` and `except` bind tighter than `and`.
        inner: bool,
    },
    /// `and`, `or`, `with`, `except`
    Joint,
    /// Something in round brackets, which may be broken after the first and before the last; a filter or an argument
    /// follows its word without a space.
    Round {
        /// Whether it is a filter or an argument.
        tight: bool,
    },
    /// `[a, b]`, filled.
    List,
    /// `a, b`, filled.
    Commas,
    /// Words that stand on the line of the statement before: `to 100` behind `from 0`.
    Follows,
    /// `name: …`, with a comma behind it where the next one stands on the same line.
    Field,
}

/// A part of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// How it is laid out.
    pub form: Form,
    /// Where it stands, without the white space behind it.
    pub at: Range,
    /// The index of the first part behind it that is not inside it.
    pub after: usize,
    /// Whether it stands in an example of a rule, where declarations are written short.
    pub short: bool,
}

/// A node of the tree, for comparison: what it is, its text where nothing is inside it, and how many nodes are.
#[derive(Clone, Copy, Debug)]
struct Twig {
    rule: Rule,
    leaf: Option<Range>,
    inside: usize,
}

/// The outline of a chunk without syntax errors.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Its parts, each before what it holds; declarations hold the rest.
    pub parts: Vec<Part>,
    /// `on PLATFORM as LABEL`: where the first begins, the second begins and both end.
    pub turned: Vec<(u32, u32, u32)>,
    twigs: Vec<Twig>,
}

fn form(rule: Rule, parent: Option<Rule>) -> Option<Form> {
    Some(match rule {
        Rule::EOI | Rule::chunk => return None,
        Rule::lead | Rule::journey | Rule::score | Rule::content | Rule::program | Rule::handoff | Rule::limits | Rule::nurturing_rule => {
            Form::Braced(Braces::Open)
        }
        Rule::block if parent == Some(Rule::arm) => Form::Braced(Braces::One),
        Rule::track | Rule::split | Rule::block => Form::Braced(Braces::Steps),
        Rule::segment | Rule::icp | Rule::test | Rule::flags | Rule::passes => Form::Braced(Braces::Open),
        Rule::stage | Rule::touch_body => Form::Braced(Braces::Clauses),
        Rule::test_day => Form::Braced(Braces::One),
        Rule::signal => Form::Braced(Braces::Fitting),
        Rule::facts => Form::Braced(Braces::Filled),
        Rule::predicate | Rule::condition => Form::Chain { inner: false },
        Rule::operand => Form::Chain { inner: true },
        Rule::and | Rule::or | Rule::combine => Form::Joint,
        Rule::group | Rule::cond_group => Form::Round { tight: false },
        Rule::event_filter | Rule::quantified | Rule::figure | Rule::leads | Rule::act | Rule::test_did | Rule::path_part | Rule::path_step => {
            Form::Round { tight: true }
        }
        Rule::list | Rule::rule_list | Rule::phrases | Rule::fact_list => Form::List,
        Rule::type_one_of | Rule::type_set | Rule::type_address | Rule::names | Rule::dotteds | Rule::tell | Rule::send_on => Form::Commas,
        Rule::field | Rule::fact => Form::Field,
        Rule::did | Rule::comparison | Rule::cond_test | Rule::membership | Rule::arm => Form::Plain,
        // A statement is whatever stands between braces.
        _ if parent.is_some_and(|parent| matches!(form(parent, None), Some(Form::Braced(_)))) => Form::Plain,
        _ => return None,
    })
}

/// The text without the white space at its end.
fn trimmed(text: &str, at: Range) -> Range {
    let written = at.of(text).trim_end_matches([' ', '\n', '\t', '\r']).len();
    Range::new(at.start, at.start + written as u32)
}

/// The outline of a chunk; nothing where a syntax error hides a part of it.
pub fn outline(chunk: &ChunkBody) -> Option<Outline> {
    if chunk.too_deep.is_some() {
        return None;
    }
    let text = chunk.text.as_str();
    let nodes = tree(text)?;
    let mut outline = Outline { parts: Vec::with_capacity(nodes.len() / 2), turned: Vec::new(), twigs: Vec::with_capacity(nodes.len()) };
    // Nodes that are open, with the index of their part if they have one.
    let mut open: Vec<(usize, Option<usize>)> = Vec::new();
    let mut short_until = 0;
    for (index, node) in nodes.iter().enumerate() {
        while let Some((last, part)) = open.last().copied()
            && nodes.get(last).is_some_and(|node| node.after <= index)
        {
            open.pop();
            let after = outline.parts.len();
            if let Some(part) = part.and_then(|part| outline.parts.get_mut(part)) {
                part.after = after;
            }
        }
        let parent = open.last().and_then(|(parent, _)| nodes.get(*parent)).map(|parent| parent.rule);
        let mut form = form(node.rule, parent);
        let before = index.checked_sub(2).and_then(|before| nodes.get(before));
        let follows = match node.rule {
            Rule::score_to => Some(Rule::score_from),
            Rule::denies | Rule::shows => Some(Rule::level),
            _ => None,
        };
        if before.is_some_and(|before| Some(before.rule) == follows && before.after == index) {
            form = Some(Form::Follows);
        }
        if let Some(form) = form {
            outline.parts.push(Part { form, at: trimmed(text, node.at), after: 0, short: index < short_until });
        }
        if matches!(node.rule, Rule::flags | Rule::passes) {
            short_until = node.after;
        }
        open.push((index, form.map(|_| outline.parts.len() - 1)));
        let leaf = (node.after == index + 1).then(|| trimmed(text, node.at));
        outline.twigs.push(Twig { rule: node.rule, leaf, inside: node.after - index - 1 });
        outline.turned.extend(turned(&nodes, index).map(|end| {
            let first = nodes.get(index).map_or(0, |node| node.at.start);
            let second = nodes.get(node.after).map_or(first, |node| node.at.start);
            (first, second, trimmed(text, Range::new(first, end)).end)
        }));
    }
    let after = outline.parts.len();
    for (_, part) in open {
        if let Some(part) = part.and_then(|part| outline.parts.get_mut(part)) {
            part.after = after;
        }
    }
    Some(outline)
}

/// Where `on PLATFORM as LABEL` ends, if that begins at this node and both are said once.
fn turned(nodes: &[Node], index: usize) -> Option<u32> {
    let is = |at: usize, rule: Rule| nodes.get(at).is_some_and(|node| node.rule == rule);
    let label = nodes.get(index).filter(|node| node.rule == Rule::platform)?.after;
    let after = nodes.get(label).filter(|node| node.rule == Rule::label)?.after;
    let alone = |at: usize| !is(at, Rule::label) && !is(at, Rule::platform);
    // A node has two nodes before its sibling: itself and its name.
    let before = index.checked_sub(2).is_none_or(alone);
    (before && alone(after)).then(|| nodes.get(label).map(|node| node.at.end)).flatten()
}

impl Outline {
    /// The declarations: their parts.
    pub fn declarations(&self) -> impl Iterator<Item = usize> {
        std::iter::successors((!self.parts.is_empty()).then_some(0), |at| self.parts.get(*at).map(|part| part.after).filter(|next| *next < self.parts.len()))
    }
}

/// The trees of a text without their positions, to be compared with those of another: its chunks may be cut otherwise.
#[derive(Default)]
pub struct Trees<'t> {
    twigs: Vec<(Rule, usize, Option<&'t str>)>,
}

impl<'t> Trees<'t> {
    /// Adds the declarations of a chunk.
    pub fn add(&mut self, outline: &Outline, text: &'t str) {
        for twig in outline.twigs.iter().filter(|twig| !matches!(twig.rule, Rule::chunk | Rule::EOI)) {
            self.twigs.push((twig.rule, twig.inside, twig.leaf.map(|leaf| leaf.of(text))));
            // A label stands before its platform.
            if let [.., label, word] = self.twigs.as_slice()
                && label.0 == Rule::label
                && let Some(before) = self.twigs.len().checked_sub(4)
                && self.twigs.get(before).is_some_and(|twig| twig.0 == Rule::platform)
            {
                let pair = [*label, *word];
                self.twigs.truncate(self.twigs.len() - 2);
                self.twigs.splice(before..before, pair);
            }
        }
    }
}

impl PartialEq for Trees<'_> {
    fn eq(&self, other: &Self) -> bool {
        // White space inside what is no text means nothing: `explicit  request`.
        let same = |one: &str, other: &str| {
            one == other || (!one.starts_with('"') && one.bytes().filter(|b| !b.is_ascii_whitespace()).eq(other.bytes().filter(|b| !b.is_ascii_whitespace())))
        };
        self.twigs.len() == other.twigs.len()
            && self.twigs.iter().zip(&other.twigs).all(|(one, other)| {
                one.0 == other.0
                    && one.1 == other.1
                    && match (one.2, other.2) {
                        (Some(one), Some(other)) => same(one, other),
                        (None, None) => true,
                        _ => false,
                    }
            })
    }
}
