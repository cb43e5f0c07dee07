//! A still of one lead: what holds at one instant, asked from nothing but facts, events and the clock. The same tests, filters
//! and sums as in playing, without following time.

use rustc_hash::FxHashMap;

use super::Terms;
use super::lead::{Fact, Instant, Lead};
use super::policy::{Asked, List, Node, NodeId, Window};

/// A lead at an instant, and what `since joining` and `since TOUCH` count from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Still {
    /// The lead; their events in order of time, none later than `now`.
    pub lead: Lead,
    /// The instant.
    pub now: Instant,
    /// For each anchor that holds something, the instant.
    pub anchors: Vec<(u32, Instant)>,
}

impl Still {
    /// Whether they are in the database.
    pub fn identified(&self) -> bool {
        self.lead.identified.is_some_and(|from| from <= self.now) && self.lead.deleted.is_none_or(|from| from > self.now)
    }

    /// A fact.
    pub fn fact(&self, field: u32) -> &Fact {
        if self.identified() { self.lead.facts.get(field as usize).unwrap_or(&Fact::Missing) } else { &Fact::Missing }
    }

    fn counts(&self, at: Instant, window: &Window) -> bool {
        let anchored = |anchor: u32| self.anchors.iter().find(|(known, _)| *known == anchor).is_some_and(|(_, since)| at > *since);
        at <= self.now
            && window.last.is_none_or(|length| at > self.now - length)
            && window.since.is_none_or(|since| at >= since)
            && window.anchor.is_none_or(anchored)
    }

    fn passing<'s>(&'s self, list: &'s List) -> impl Iterator<Item = Instant> + 's {
        self.lead.events.iter().filter(|event| event.signal == list.signal && event.at <= self.now).filter_map(|event| {
            let passes = list.filter.as_ref().is_none_or(|filter| filter.holds(&event.fields, event.at, &mut Asked::default()));
            passes.then_some(event.at)
        })
    }
}

/// Asks nodes of one still; what was asked is remembered.
pub struct Asking<'a, 'p> {
    terms: &'a Terms<'p>,
    still: &'a Still,
    known: FxHashMap<NodeId, bool>,
}

impl<'a, 'p> Asking<'a, 'p> {
    /// Begins to ask.
    pub fn new(terms: &'a Terms<'p>, still: &'a Still) -> Self {
        Self { terms, still, known: FxHashMap::default() }
    }

    /// Whether a node holds.
    pub fn holds(&mut self, node: NodeId) -> bool {
        match self.terms.node(node) {
            Node::Constant(value) => return *value,
            Node::Fact(field, test) => return test.holds(self.still.fact(*field)),
            Node::Clock(field, near) => return matches!(self.still.fact(*field), Fact::Instant(date) if near.holds(*date, self.still.now)),
            Node::Identified => return self.still.identified(),
            Node::Not(of) => return !self.holds(*of),
            _ => {}
        }
        if let Some(known) = self.known.get(&node) {
            return *known;
        }
        let terms = self.terms;
        let holds = match terms.node(node) {
            Node::And(of) => of.iter().all(|part| self.holds(*part)),
            Node::Or(of) => of.iter().any(|part| self.holds(*part)),
            Node::Count { list, least, window } => {
                let passing = terms.list(*list).map(|list| self.still.passing(list).filter(|at| self.still.counts(*at, window)).take(*least as usize).count());
                passing.unwrap_or(0) >= *least as usize
            }
            Node::AtLeast(score, value) => {
                let sum = self.score(*score);
                terms.score(*score).is_some_and(|score| score.clamped(sum) >= *value)
            }
            _ => false,
        };
        self.known.insert(node, holds);
        holds
    }

    /// The sum of a score before it is clamped, in millionths of a point.
    pub fn score(&mut self, number: u32) -> i128 {
        let terms = self.terms;
        let Some(score) = terms.score(number) else { return 0 };
        let lists: Vec<(u32, Vec<Instant>)> = score
            .events
            .iter()
            .filter_map(|line| {
                let mut instants: Vec<Instant> = terms.list(line.list).map(|list| self.still.passing(list).collect())?;
                instants.sort_unstable();
                Some((line.list, instants))
            })
            .collect();
        let standing: FxHashMap<NodeId, bool> = score.when.iter().map(|(node, _)| (*node, self.holds(*node))).collect();
        let instants = |list: u32| lists.iter().find(|(known, _)| *known == list).map_or(&[][..], |(_, instants)| instants.as_slice());
        score.sum(self.still.now, instants, |node| standing.get(&node).copied().unwrap_or(false)).total()
    }
}
