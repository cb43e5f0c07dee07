//! Groups of leads: what rules ask of them, answered by proof and asked once each.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::truth::Truth;
use crate::plan::{EventPattern, Plan, SignalKind};
use crate::proof::{Example, Found, Prover, Samples, Universe};
use crate::run::{NodeId, Terms};

/// A group of leads: those of the database for whom one node holds, and those we cannot name for whom another does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Leads {
    /// Of the database.
    pub known: NodeId,
    /// Of the others.
    pub anonymous: NodeId,
    /// For the guard of a touch: its place, as what a guard depends on leaves out what only keeps leads away.
    pub guard: Option<(u32, u32)>,
    /// For an audience: its program, for the census.
    pub audience: Option<u32>,
}

impl Leads {
    /// Of the database alone.
    pub fn of(known: NodeId) -> Self {
        Self { known, anonymous: Terms::NEVER, guard: None, audience: None }
    }

    /// Of those we cannot name alone.
    pub fn unnamed(anonymous: NodeId) -> Self {
        Self { known: Terms::NEVER, anonymous, guard: None, audience: None }
    }

    /// Nobody.
    pub fn nobody() -> Self {
        Self::of(Terms::NEVER)
    }
}

/// The graph of predicates, and what was proved of it.
pub struct Ground<'p> {
    /// The graph.
    pub terms: RefCell<Terms<'p>>,
    prover: Prover,
    found: RefCell<FxHashMap<(NodeId, Universe), Arc<Found>>>,
    excluded: RefCell<FxHashMap<NodeId, bool>>,
    /// Leads against whom predicates are held before anything is searched.
    samples: Samples,
    /// Of whom the last lead was that decided something: the witness of a finding.
    witness: RefCell<Option<(NodeId, Universe)>>,
    /// How many questions went to the prover.
    asked: RefCell<u64>,
}

impl<'p> Ground<'p> {
    /// A graph of which nothing is proved yet.
    pub fn new(terms: Terms<'p>, prover: Prover) -> Self {
        let samples = Samples::new(&terms, prover.now());
        Self {
            terms: RefCell::new(terms),
            prover,
            samples,
            found: RefCell::default(),
            excluded: RefCell::default(),
            witness: RefCell::default(),
            asked: RefCell::new(0),
        }
    }

    /// The plan.
    pub fn plan(&self) -> &'p Plan {
        self.terms.borrow().plan()
    }

    /// How many questions went to the prover.
    pub fn asked(&self) -> u64 {
        *self.asked.borrow()
    }

    /// All of these.
    pub fn and(&self, of: &[NodeId]) -> NodeId {
        self.terms.borrow_mut().and(of.to_vec())
    }

    /// One of these.
    pub fn or(&self, of: &[NodeId]) -> NodeId {
        self.terms.borrow_mut().or(of.to_vec())
    }

    /// Not this.
    pub fn not(&self, of: NodeId) -> NodeId {
        self.terms.borrow_mut().not(of)
    }

    /// A lead for whom a node holds.
    pub fn find(&self, node: NodeId, universe: Universe) -> Arc<Found> {
        if let Some(known) = self.found.borrow().get(&(node, universe)) {
            return Arc::clone(known);
        }
        *self.asked.borrow_mut() += 1;
        let found = Arc::new(self.prover.find(&self.terms.borrow(), node, universe));
        if let Found::Lead(example) = &*found {
            self.samples.learn(&example.still, universe);
        }
        self.found.borrow_mut().insert((node, universe), Arc::clone(&found));
        found
    }

    /// Whether some lead of the database is in a node.
    pub fn some(&self, node: NodeId) -> Truth {
        self.some_of(node, Universe::Database)
    }

    /// Whether somebody of a universe is in a node. A lead that is known already decides without a search.
    pub fn some_of(&self, node: NodeId, universe: Universe) -> Truth {
        if node == Terms::NEVER {
            return Truth::No;
        }
        if self.samples.mask(&self.terms.borrow(), node) & self.samples.universe(universe) != 0 {
            return Truth::Yes;
        }
        truth(&self.find(node, universe))
    }

    /// The most that a score can be, in millionths of a point.
    pub fn highest(&self, score: u32) -> Option<i128> {
        self.prover.highest(&self.terms.borrow(), score)
    }

    /// The greatest weight of conditions on facts that hold together: see [`Prover::heaviest`].
    pub fn heaviest(&self, within: NodeId, items: &[(NodeId, u64)], exclusive: &[Vec<usize>]) -> (u64, Vec<usize>) {
        self.prover.heaviest(&self.terms.borrow(), within, items, exclusive)
    }

    /// Whether it is proved at once that no lead of the database is in a node: see [`Prover::excludes`].
    pub fn excludes(&self, node: NodeId) -> bool {
        if self.samples.mask(&self.terms.borrow(), node) & self.samples.universe(Universe::Database) != 0 {
            return false;
        }
        if let Some(known) = self.found.borrow().get(&(node, Universe::Database)) {
            return matches!(**known, Found::Nobody);
        }
        if let Some(known) = self.excluded.borrow().get(&node) {
            return *known;
        }
        *self.asked.borrow_mut() += 1;
        let excluded = self.prover.excludes(&self.terms.borrow(), node, Universe::Database);
        self.excluded.borrow_mut().insert(node, excluded);
        excluded
    }

    /// Forgets the witness before.
    pub fn forget(&self) {
        *self.witness.borrow_mut() = None;
    }

    /// The lead that decided last.
    pub fn witness(&self) -> Option<Example> {
        let (node, universe) = (*self.witness.borrow())?;
        self.find(node, universe).example().cloned()
    }

    fn remember(&self, truth: &Truth, node: NodeId, universe: Universe) {
        if truth.is_yes() {
            *self.witness.borrow_mut() = Some((node, universe));
        }
    }

    /// Whether somebody is in a group.
    pub fn exists(&self, leads: Leads) -> Truth {
        let known = self.some_of(leads.known, Universe::Database);
        self.remember(&known, leads.known, Universe::Database);
        if known.is_yes() || leads.anonymous == Terms::NEVER {
            return known;
        }
        let others = self.some_of(leads.anonymous, Universe::Anonymous);
        self.remember(&others, leads.anonymous, Universe::Anonymous);
        Truth::any([known, others].into_iter())
    }

    /// Those of two groups.
    pub fn both(&self, one: Leads, other: Leads) -> Leads {
        Leads { known: self.and(&[one.known, other.known]), anonymous: self.and(&[one.anonymous, other.anonymous]), guard: None, audience: None }
    }

    /// Those of either group.
    pub fn either(&self, of: &[Leads]) -> Leads {
        if let [one] = of {
            return *one;
        }
        let known: Vec<NodeId> = of.iter().map(|leads| leads.known).collect();
        let anonymous: Vec<NodeId> = of.iter().map(|leads| leads.anonymous).collect();
        Leads { known: self.or(&known), anonymous: self.or(&anonymous), guard: None, audience: None }
    }

    /// Those of one group and not of the other.
    pub fn without(&self, one: Leads, other: Leads) -> Leads {
        let (known, anonymous) = (self.not(other.known), self.not(other.anonymous));
        self.both(one, Leads { known, anonymous, guard: None, audience: None })
    }

    /// Whether a group holds all of another, which is not empty.
    pub fn covers(&self, one: Leads, other: Leads) -> Truth {
        let left_out = self.exists(self.without(other, one));
        if left_out.is_yes() {
            return Truth::No;
        }
        // Whom it holds: the witness where it is said that it holds all.
        Truth::all([self.exists(other), !left_out].into_iter())
    }

    /// Whether two groups share somebody.
    pub fn overlaps(&self, one: Leads, other: Leads) -> Truth {
        self.exists(self.both(one, other))
    }

    /// Whether two groups are the same.
    pub fn same(&self, one: Leads, other: Leads) -> Truth {
        if one.known == other.known && one.anonymous == other.anonymous {
            return Truth::Yes;
        }
        let differ = |one: NodeId, other: NodeId, universe: Universe| {
            let terms = self.terms.borrow();
            (self.samples.mask(&terms, one) ^ self.samples.mask(&terms, other)) & self.samples.universe(universe) != 0
        };
        if differ(one.known, other.known, Universe::Database) || differ(one.anonymous, other.anonymous, Universe::Anonymous) {
            return Truth::No;
        }
        Truth::all([!self.exists(self.without(one, other)), !self.exists(self.without(other, one))].into_iter())
    }

    /// Leads without any event of some signals: ever, or in the last so many seconds.
    pub fn without_events(&self, signals: impl Iterator<Item = usize>, last: Option<u64>) -> Leads {
        let plan = self.plan();
        let mut none = Vec::new();
        for signal in signals.filter_map(|place| plan.signals.get(place)) {
            let did = self.did(&EventPattern { signal: signal.name.clone(), filter: None }, last);
            none.push(self.not(did));
        }
        let node = self.and(&none);
        Leads { known: node, anonymous: node, guard: None, audience: None }
    }

    /// At least one event of a pattern: ever, or in the last so many seconds.
    pub fn did(&self, pattern: &EventPattern, last: Option<u64>) -> NodeId {
        let last = last.map(|last| i64::try_from(last).unwrap_or(i64::MAX).min(366 * 86_400 * 10_000));
        self.terms.borrow_mut().did(pattern, last).unwrap_or(Terms::NEVER)
    }

    /// Leads that did nothing.
    pub fn silent(&self, last: Option<u64>) -> Leads {
        let plan = self.plan();
        self.without_events((0..plan.signals.len()).filter(|place| plan.signals.get(*place).is_some_and(is_act)), last)
    }

    /// Leads that told us nothing.
    pub fn untold(&self, last: Option<u64>) -> Leads {
        let plan = self.plan();
        let told = |signal: &crate::plan::Signal| signal.kind == Some(SignalKind::Explicit) && is_act(signal);
        self.without_events((0..plan.signals.len()).filter(|place| plan.signals.get(*place).is_some_and(told)), last)
    }

    /// Leads that did not ask us to get in touch.
    pub fn unasked(&self, last: Option<u64>) -> Leads {
        let plan = self.plan();
        self.without_events((0..plan.signals.len()).filter(|place| plan.signals.get(*place).is_some_and(|signal| signal.request)), last)
    }
}

/// Whether a signal is an act of the lead: opens and bounces are not, nor is going away, nor what a program did.
pub fn is_act(signal: &crate::plan::Signal) -> bool {
    signal.kind.is_some() && !(signal.builtin && matches!(signal.name.as_str(), "open" | "bounce" | "unsubscribe" | "complain"))
}

/// What was found, as a truth.
pub fn truth(found: &Found) -> Truth {
    match found {
        Found::Lead(_) => Truth::Yes,
        Found::Nobody => Truth::No,
        Found::Unknown(why) => Truth::unknown(why.as_str()),
    }
}
