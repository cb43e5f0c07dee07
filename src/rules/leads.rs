//! Groups of leads: what rules ask of them, answered by proof and asked once each.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::truth::Truth;
use crate::plan::{EventPattern, Plan, SignalKind};
use crate::proof::{Example, Found, Memory, Prover, Remembering, Samples, Stop, Universe, Unserved};
use crate::run::lead::Fact;
use crate::run::still::Asking;
use crate::run::{NodeId, Terms};

/// What all questions about one policy may cost, in nodes that are made into clauses or rewritten: so much, and so much more for each touch and
/// each segment. Twice what a policy of 1 MB takes, twenty times what a usual one does. What is asked beyond stays unknown.
const SOME_WORK: u64 = 2_000_000;
/// See [`SOME_WORK`].
const WORK_EACH: u64 = 5_000;

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
    /// What all questions may cost together.
    most_work: u64,
    /// What was proved in judgements before.
    memory: Option<Remembering>,
    found: RefCell<FxHashMap<(NodeId, Universe), Arc<Found>>>,
    /// Whether somebody is in a node, where nobody has asked who.
    decided: RefCell<FxHashMap<(NodeId, Universe), Truth>>,
    excluded: RefCell<FxHashMap<NodeId, bool>>,
    /// Leads against whom predicates are held before anything is searched.
    samples: Samples,
    /// Of whom the last lead was that decided something, in both of two nodes: the witness of a finding.
    witness: RefCell<Option<([NodeId; 2], Universe)>>,
    /// How many questions went to the prover.
    asked: RefCell<u64>,
    /// Whether nobody waits for the answers any more.
    stop: Option<Stop>,
}

impl<'p> Ground<'p> {
    /// A graph of which nothing is proved yet.
    pub fn new(terms: Terms<'p>, prover: Prover, memory: Option<Memory>, stop: Option<Stop>) -> Self {
        let memory = memory.map(|memory| memory.begin(terms.plan(), prover.now()));
        let samples = prover.samples(&terms);
        let plan = terms.plan();
        let items = plan.segments.len() + plan.icps.len() + plan.programs.iter().map(|program| program.steps.len()).sum::<usize>();
        let most_work = SOME_WORK.saturating_add(WORK_EACH.saturating_mul(items as u64));
        Self {
            terms: RefCell::new(terms),
            prover,
            most_work,
            memory,
            samples,
            found: RefCell::default(),
            decided: RefCell::default(),
            excluded: RefCell::default(),
            witness: RefCell::default(),
            asked: RefCell::new(0),
            stop,
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
        let found = self.search(node, universe);
        self.found.borrow_mut().insert((node, universe), Arc::clone(&found));
        found
    }

    /// Whether so many nodes may still be rewritten; counts them if they may.
    pub fn may_rewrite(&self, nodes: usize) -> bool {
        let may = self.prover.work() <= self.most_work;
        if may {
            self.prover.worked(nodes as u64);
        }
        may
    }

    /// Unwinds if nobody waits for the answers any more.
    pub fn check(&self) {
        if let Some(stop) = &self.stop {
            stop.check();
        }
    }

    fn search(&self, node: NodeId, universe: Universe) -> Arc<Found> {
        self.check();
        if self.prover.work() > self.most_work {
            return Arc::new(Found::Unknown(super::truth::TOO_MUCH.to_owned()));
        }
        let terms = self.terms.borrow();
        let found = match &self.memory {
            Some(memory) => memory.find(&self.prover, &terms, node, universe, &mut self.asked.borrow_mut()),
            None => {
                *self.asked.borrow_mut() += 1;
                Arc::new(self.prover.find(&terms, node, universe))
            }
        };
        if let Found::Lead(example) = &*found {
            self.samples.learn(&example.still, universe);
        }
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
        if self.samples.in_one(&self.terms.borrow(), node, universe) {
            return Truth::Yes;
        }
        if let Some(known) = self.found.borrow().get(&(node, universe)) {
            return truth(known);
        }
        if let Some(known) = self.decided.borrow().get(&(node, universe)) {
            return known.clone();
        }
        let decided = truth(&self.search(node, universe));
        self.decided.borrow_mut().insert((node, universe), decided.clone());
        decided
    }

    /// The most that a score can be, in millionths of a point.
    pub fn highest(&self, score: u32) -> Option<i128> {
        self.prover.highest(&self.terms.borrow(), score)
    }

    /// The greatest weight of conditions on facts that hold together: see [`Prover::heaviest`].
    pub fn heaviest(&self, within: NodeId, items: &[(NodeId, u64)], exclusive: &[Vec<usize>], barred: &[Vec<usize>]) -> (u64, Vec<usize>) {
        let (terms, mut asked) = (self.terms.borrow(), self.asked.borrow_mut());
        match &self.memory {
            Some(memory) => memory.heaviest(&self.prover, &terms, within, items, (exclusive, barred), &mut asked),
            None => {
                *asked += 1;
                self.prover.heaviest(&terms, within, items, exclusive, barred)
            }
        }
    }

    /// Kinds of lead of which somebody is owed and nobody served: see [`Prover::unserved`].
    pub fn unserved(&self, pairs: &[(NodeId, NodeId)], fields: &[u32]) -> Vec<Unserved> {
        let (mut terms, mut asked) = (self.terms.borrow_mut(), self.asked.borrow_mut());
        match &self.memory {
            Some(memory) => memory.unserved(&self.prover, &mut terms, pairs, fields, &mut asked),
            None => {
                *asked += 1;
                self.prover.unserved(&mut terms, pairs, fields)
            }
        }
    }

    /// Whether it is proved at once that no lead of the database is in a node: see [`Prover::excludes`].
    pub fn excludes(&self, node: NodeId) -> bool {
        if self.samples.in_one(&self.terms.borrow(), node, Universe::Database) {
            return false;
        }
        if let Some(known) = self.found.borrow().get(&(node, Universe::Database)) {
            return matches!(**known, Found::Nobody);
        }
        if let Some(known) = self.decided.borrow().get(&(node, Universe::Database)) {
            return *known == Truth::No;
        }
        if let Some(known) = self.excluded.borrow().get(&node) {
            return *known;
        }
        if self.prover.work() > self.most_work {
            return false;
        }
        let excluded = {
            let (terms, mut asked) = (self.terms.borrow(), self.asked.borrow_mut());
            match &self.memory {
                Some(memory) => memory.excludes(&self.prover, &terms, node, &mut asked),
                None => {
                    *asked += 1;
                    self.prover.excludes(&terms, node, Universe::Database)
                }
            }
        };
        self.excluded.borrow_mut().insert(node, excluded);
        excluded
    }

    /// Forgets the witness before.
    pub fn forget(&self) {
        *self.witness.borrow_mut() = None;
    }

    /// The lead that decided last.
    pub fn witness(&self) -> Option<Example> {
        let (nodes, universe) = (*self.witness.borrow())?;
        self.find(self.and(&nodes), universe).example().cloned()
    }

    fn remember(&self, truth: &Truth, nodes: [NodeId; 2], universe: Universe) {
        if truth.is_yes() {
            *self.witness.borrow_mut() = Some((nodes, universe));
        }
    }

    /// Whether a lead that is known already is in both of two nodes.
    fn known_in_both(&self, one: NodeId, other: NodeId, universe: Universe) -> bool {
        self.samples.in_both(&self.terms.borrow(), one, other, universe)
    }

    /// Whether somebody is in both who is made of somebody in the one and somebody in the other: see [`Prover::joined`].
    fn joined(&self, one: NodeId, other: NodeId, universe: Universe) -> bool {
        if one == Terms::ALWAYS || other == Terms::ALWAYS {
            return false;
        }
        let (first, second) = (self.find(one, universe), self.find(other, universe));
        let (Some(first), Some(second)) = (first.example(), second.example()) else { return false };
        self.prover.joined(&self.terms.borrow(), (one, first), (other, second)).is_some()
    }

    /// Whether somebody is in both of two nodes. The node of both is made only where no lead that is known decides.
    fn some_in_both(&self, one: NodeId, other: NodeId, universe: Universe) -> Truth {
        let truth = if self.known_in_both(one, other, universe) || self.joined(one, other, universe) {
            Truth::Yes
        } else {
            self.some_of(self.and(&[one, other]), universe)
        };
        self.remember(&truth, [one, other], universe);
        truth
    }

    /// Whether somebody is in both of two groups.
    fn meet(&self, one: Leads, other: Leads) -> Truth {
        let known = self.some_in_both(one.known, other.known, Universe::Database);
        if known.is_yes() || one.anonymous == Terms::NEVER || other.anonymous == Terms::NEVER {
            return known;
        }
        let others = self.some_in_both(one.anonymous, other.anonymous, Universe::Anonymous);
        Truth::any([known, others].into_iter())
    }

    fn opposite(&self, of: Leads) -> Leads {
        Leads { known: self.not(of.known), anonymous: self.not(of.anonymous), guard: None, audience: None }
    }

    /// Whether somebody is in a group.
    pub fn exists(&self, leads: Leads) -> Truth {
        self.meet(leads, Leads { anonymous: Terms::ALWAYS, ..Leads::of(Terms::ALWAYS) })
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
        self.both(one, self.opposite(other))
    }

    /// Whether a group holds all of another, which is not empty.
    pub fn covers(&self, one: Leads, other: Leads) -> Truth {
        let left_out = self.meet(other, self.opposite(one));
        if left_out.is_yes() {
            return Truth::No;
        }
        // Whom it holds: the witness where it is said that it holds all.
        Truth::all([self.exists(other), !left_out].into_iter())
    }

    /// Whether two groups share somebody.
    pub fn overlaps(&self, one: Leads, other: Leads) -> Truth {
        self.meet(one, other)
    }

    /// Whether two groups are the same.
    pub fn same(&self, one: Leads, other: Leads) -> Truth {
        if one.known == other.known && one.anonymous == other.anonymous {
            return Truth::Yes;
        }
        // Most that differ are told apart by leads that are known, or by somebody who is in one of them.
        let differ = |one: NodeId, other: NodeId, universe: Universe| {
            self.samples.differ(&self.terms.borrow(), one, other, universe)
                || [(one, other), (other, one)].into_iter().any(|(one, other)| {
                    self.find(one, universe).example().is_some_and(|example| !Asking::new(&self.terms.borrow(), &example.still).holds(other))
                })
        };
        if differ(one.known, other.known, Universe::Database) || differ(one.anonymous, other.anonymous, Universe::Anonymous) {
            return Truth::No;
        }
        Truth::all([!self.meet(one, self.opposite(other)), !self.meet(other, self.opposite(one))].into_iter())
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

    /// An event of a pattern: its signal and values. `None` when there can be none.
    pub fn event(&self, pattern: &EventPattern) -> Option<(u32, Box<[Fact]>)> {
        let list = self.terms.borrow_mut().list_of(pattern).ok()?;
        self.prover.event(&self.terms.borrow(), list)
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
