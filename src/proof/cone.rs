//! What a question depends on, as clauses: every node below it, every field and signal that is asked, and what holds between.

use rustc_hash::FxHashMap;

use super::Universe;
use super::column::{self, Ask, Clock};
use super::filters::Filters;
use super::sat::{Lit, Sat};
use crate::run::Terms;
use crate::run::policy::{Node, NodeId, Window};

/// A count that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Count {
    pub list: u32,
    pub least: u32,
    pub window: Window,
}

/// A count with its node and literal.
type Counted = (NodeId, Count, Lit);

/// The nodes below a question, children first, with the literal of each.
pub(super) struct Cone {
    /// In an order in which children come before their parents.
    pub nodes: Vec<NodeId>,
    pub lits: FxHashMap<NodeId, Lit>,
    pub clock: Clock,
    /// The counts, by signal.
    pub counts: Vec<(u32, Vec<Counted>)>,
    /// The score thresholds: score, value, literal.
    pub scores: Vec<(NodeId, u32, i128, Lit)>,
}

impl Cone {
    /// The clauses of what lies below `roots`.
    pub fn new(terms: &Terms<'_>, filters: &Filters, sat: &mut Sat, roots: &[NodeId], universe: Universe) -> Self {
        let nodes = below(terms, roots);
        let mut cone = Self { nodes, lits: FxHashMap::default(), clock: Clock::default(), counts: Vec::new(), scores: Vec::new() };
        cone.fields(terms, sat, universe);
        cone.counts(terms, filters, sat);
        cone.thresholds(terms, sat);
        cone.gates(terms, sat, universe);
        cone.clock.finish(sat);
        cone
    }

    /// The literal of a node.
    pub fn lit(&self, sat: &Sat, node: NodeId) -> Lit {
        self.lits.get(&node).copied().unwrap_or(sat.constant(false))
    }

    fn fields(&mut self, terms: &Terms<'_>, sat: &mut Sat, universe: Universe) {
        let mut by_field: Vec<(u32, Vec<(NodeId, Ask<'_>)>)> = Vec::new();
        for node in &self.nodes {
            let (field, ask) = match terms.node(*node) {
                Node::Fact(field, test) => (*field, Ask::Test(test)),
                Node::Clock(field, near) => (*field, Ask::Near(*near)),
                _ => continue,
            };
            if universe == Universe::Anonymous {
                // Nothing is known of who is not in the database.
                let holds = ask.holds(&crate::run::lead::Fact::Missing, 0);
                self.lits.insert(*node, sat.constant(holds));
                continue;
            }
            match by_field.iter_mut().find(|(known, _)| *known == field) {
                Some((_, asks)) => asks.push((*node, ask)),
                None => by_field.push((field, vec![(*node, ask)])),
            }
        }
        for (number, asked) in by_field {
            let Some(field) = terms.plan().lead.fields.get(number as usize) else { continue };
            let asks: Vec<Ask<'_>> = asked.iter().map(|(_, ask)| *ask).collect();
            let lits = column::encode(sat, field, 0, &asks, &mut self.clock);
            self.lits.extend(asked.iter().map(|(node, _)| *node).zip(lits));
        }
    }

    fn counts(&mut self, terms: &Terms<'_>, filters: &Filters, sat: &mut Sat) {
        for node in &self.nodes {
            let Node::Count { list, least, window } = terms.node(*node) else { continue };
            let Some(signal) = terms.list(*list).map(|list| list.signal) else { continue };
            let lit = sat.fresh();
            self.lits.insert(*node, lit);
            let count = Count { list: *list, least: *least, window: *window };
            match self.counts.iter_mut().find(|(known, _)| *known == signal) {
                Some((_, counts)) => counts.push((*node, count, lit)),
                None => self.counts.push((signal, vec![(*node, count, lit)])),
            }
        }
        for (_, counts) in &self.counts {
            for (place, (_, one, lit)) in counts.iter().enumerate() {
                if !filters.possible(terms, one.list) {
                    sat.clause(&[!*lit]);
                }
                // Nothing has happened since an instant that is still to come.
                if let Some(since) = one.window.since {
                    let begun = self.clock.reached(sat, since);
                    sat.clause(&[!*lit, begun]);
                }
                for (_, other, other_lit) in counts.iter().take(place) {
                    implied(terms, filters, sat, &mut self.clock, (one, *lit), (other, *other_lit));
                    implied(terms, filters, sat, &mut self.clock, (other, *other_lit), (one, *lit));
                }
            }
        }
    }

    fn thresholds(&mut self, terms: &Terms<'_>, sat: &mut Sat) {
        for node in &self.nodes {
            if let Node::AtLeast(score, value) = terms.node(*node) {
                let lit = sat.fresh();
                self.lits.insert(*node, lit);
                self.scores.push((*node, *score, *value, lit));
            }
        }
        self.scores.sort_by_key(|(_, score, value, _)| (*score, *value));
        for ((_, score, _, low), (_, next, _, high)) in self.scores.iter().zip(self.scores.iter().skip(1)) {
            if score == next {
                sat.clause(&[!*high, *low]);
            }
        }
    }

    fn gates(&mut self, terms: &Terms<'_>, sat: &mut Sat, universe: Universe) {
        for node in &self.nodes {
            let lit = match terms.node(*node) {
                Node::Constant(value) => sat.constant(*value),
                Node::Identified => sat.constant(universe == Universe::Database),
                Node::And(of) => {
                    let of: Vec<Lit> = of.iter().map(|part| self.lit(sat, *part)).collect();
                    sat.all(&of)
                }
                Node::Or(of) => {
                    let of: Vec<Lit> = of.iter().map(|part| self.lit(sat, *part)).collect();
                    sat.any(&of)
                }
                Node::Not(of) => !self.lit(sat, *of),
                _ => continue,
            };
            self.lits.insert(*node, lit);
        }
    }
}

/// All nodes below some, children first. What a score's points stand on is below its thresholds.
fn below(terms: &Terms<'_>, roots: &[NodeId]) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    // Whether a node's children were visited already.
    let mut open: Vec<(NodeId, bool)> = roots.iter().rev().map(|root| (*root, false)).collect();
    while let Some((node, visited)) = open.pop() {
        if visited {
            found.push(node);
            continue;
        }
        if !seen.insert(node) {
            continue;
        }
        open.push((node, true));
        open.extend(terms.children(node).into_iter().rev().map(|child| (child, false)));
    }
    found
}

/// When one window lies within another.
enum Within {
    Always,
    /// Once now has reached this instant.
    From(i64),
    /// As long as now has not reached this instant.
    Until(i64),
    Never,
}

fn within(one: &Window, other: &Window) -> Within {
    if other.anchor.is_some() && other.anchor != one.anchor {
        return Within::Never;
    }
    let last = match (one.last, other.last) {
        (_, None) => Within::Always,
        (Some(one), Some(other)) if one <= other => Within::Always,
        _ => match (one.since, other.last) {
            // What is later than `since` is in the last D as long as now - since < D.
            (Some(since), Some(last)) => Within::Until(since.saturating_add(last)),
            _ => Within::Never,
        },
    };
    let since = match (one.since, other.since) {
        (_, None) => Within::Always,
        (Some(one), Some(other)) if one >= other => Within::Always,
        _ => match (one.last, other.since) {
            // The last D begins at now - D + 1.
            (Some(last), Some(since)) => Within::From(since.saturating_add(last).saturating_sub(1)),
            _ => Within::Never,
        },
    };
    match (last, since) {
        (Within::Always, rest) | (rest, Within::Always) => rest,
        _ => Within::Never,
    }
}

/// The clause by which one count implies another, if it does.
fn implied(terms: &Terms<'_>, filters: &Filters, sat: &mut Sat, clock: &mut Clock, (one, one_lit): (&Count, Lit), (other, other_lit): (&Count, Lit)) {
    if one.least < other.least {
        return;
    }
    let within = within(&one.window, &other.window);
    if matches!(within, Within::Never) || !filters.implies(terms, one.list, other.list) {
        return;
    }
    match within {
        Within::Always => sat.clause(&[!one_lit, other_lit]),
        Within::From(instant) => {
            let reached = clock.reached(sat, instant);
            sat.clause(&[!one_lit, !reached, other_lit]);
        }
        Within::Until(instant) => {
            let reached = clock.reached(sat, instant);
            sat.clause(&[!one_lit, reached, other_lit]);
        }
        Within::Never => {}
    }
}
