//! Which kinds of lead a group holds that another holds nobody of: by the tests of some fields, in as few words as tell them apart.
//! The clauses are made once for all places that are asked (SEMANTICS 3.7, as a loop of examples and counter-examples).

use rustc_hash::{FxHashMap, FxHashSet};

use super::Universe;
use super::cone::Cone;
use super::find::{Found, Prover};
use super::rewrite::by_facts;
use super::sat::{Lit, Sat, Verdict};
use crate::run::Terms;
use crate::run::policy::{Node, NodeId};

/// Conflicts that all questions about one place may cost.
const BUDGET: u64 = 20_000;
/// The most kinds that are told apart at one place.
const ROUNDS: usize = 10_000;

/// A test of a field that tells kinds apart, and how it comes out.
pub type Told = (NodeId, bool);

/// Kinds of lead with somebody owed and nobody served: each in the tests that decide it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unserved {
    /// Each kind, by the tests that all its leads have in common.
    pub kinds: Vec<Vec<Told>>,
    /// Whether the search was longer than its budget allows.
    pub gave_up: bool,
}

/// For each pair of owed and served: the kinds of which somebody is owed, as far as the clauses tell, and nobody is proved to be served.
pub(super) fn unserved(prover: &Prover, terms: &mut Terms<'_>, pairs: &[(NodeId, NodeId)], fields: &[u32]) -> Vec<Unserved> {
    let pairs: Vec<(NodeId, NodeId)> = pairs.iter().map(|(owed, served)| (by_facts(terms, *owed), by_facts(terms, *served))).collect();
    let roots: Vec<NodeId> = pairs.iter().flat_map(|(owed, served)| [*owed, *served]).collect();
    let mut sat = Sat::new(BUDGET);
    let cone = prover.cone(terms, &mut sat, &roots, Universe::Database);
    let tests: Vec<(NodeId, NodeId)> = cone
        .nodes
        .iter()
        .filter(|node| matches!(terms.node(**node), Node::Fact(field, _) if fields.contains(field)))
        .copied()
        .collect::<Vec<NodeId>>()
        .into_iter()
        .map(|node| (node, terms.not(node)))
        .collect();
    let mut search = Search { prover, terms, cone, sat, tests };
    pairs.iter().map(|(owed, served)| search.place(*owed, *served)).collect()
}

struct Search<'t, 'p> {
    prover: &'t Prover,
    terms: &'t Terms<'p>,
    cone: Cone,
    sat: Sat,
    /// The tests that tell kinds apart, each with its opposite.
    tests: Vec<(NodeId, NodeId)>,
}

impl Search<'_, '_> {
    fn place(&mut self, owed: NodeId, served: NodeId) -> Unserved {
        let mut found = Unserved::default();
        let (owed, served_lit) = (self.cone.lit(&self.sat, owed), self.cone.lit(&self.sat, served));
        // What is looked at is left behind, at this place only.
        let here = self.sat.fresh();
        self.sat.budget(BUDGET);
        for _ in 0..ROUNDS {
            match self.sat.solve(&[owed, here]) {
                Verdict::Unsatisfiable => return found,
                Verdict::GaveUp => break,
                Verdict::Satisfiable => {}
            }
            // How the tests come out for somebody who is owed: each as the node that holds, and its literal.
            let kind: Vec<(NodeId, Lit)> = self
                .tests
                .iter()
                .map(|(test, not)| {
                    let lit = self.cone.lit(&self.sat, *test);
                    if self.sat.holds(lit) { (*test, lit) } else { (*not, !lit) }
                })
                .collect();
            let lits: Vec<Lit> = kind.iter().map(|(_, lit)| *lit).collect();
            let assumed: Vec<Lit> = [served_lit].into_iter().chain(lits.iter().copied()).collect();
            let left = match self.sat.solve(&assumed) {
                Verdict::Unsatisfiable => {
                    let core = self.sat.core(&lits);
                    let Some(core) = self.smallest(served_lit, core) else { break };
                    found.kinds.push(self.told(&core));
                    core
                }
                Verdict::Satisfiable => {
                    // Whoever comes out of these tests as this lead does can be served as well.
                    let (mut left, scored) = self.justified(served);
                    if scored {
                        // Clauses do not tell whether a score can be reached.
                        let nodes: Vec<NodeId> = [served].into_iter().chain(kind.iter().map(|(node, _)| *node)).collect();
                        match self.prover.find_all(self.terms, &nodes, Universe::Database) {
                            (Found::Lead(_), _) => {}
                            // Somebody who comes out alike in what matters shows it as well, whichever way serves them.
                            (Found::Unknown(_), _) => {
                                let alike: Vec<NodeId> = kind.iter().filter(|(_, lit)| left.contains(lit)).map(|(node, _)| *node).collect();
                                let ways = if let Node::Or(of) = self.terms.node(served) { of.as_ref() } else { &[served] };
                                found.gave_up |= !ways.iter().any(|way| {
                                    let nodes: Vec<NodeId> = alike.iter().copied().chain([*way]).collect();
                                    matches!(self.prover.find_all(self.terms, &nodes, Universe::Database).0, Found::Lead(_))
                                });
                            }
                            (Found::Nobody, core) => {
                                left = core.iter().filter_map(|place| Some(kind.get(place.checked_sub(1)?)?.1)).collect();
                                found.kinds.push(self.told(&left));
                            }
                        }
                    }
                    left
                }
                Verdict::GaveUp => break,
            };
            let clause: Vec<Lit> = [!here].into_iter().chain(left.iter().map(|lit| !*lit)).collect();
            self.sat.clause(&clause);
        }
        found.gave_up = true;
        found
    }

    /// Literals as tests, and how they come out.
    fn told(&self, core: &[Lit]) -> Vec<Told> {
        let is = |test: &NodeId| {
            let lit = self.cone.lit(&self.sat, *test);
            if core.contains(&lit) { Some(true) } else { core.contains(&!lit).then_some(false) }
        };
        self.tests.iter().filter_map(|(test, _)| Some((*test, is(test)?))).collect()
    }

    /// As few of these as keep everybody from being served; `None` where the budget is spent.
    fn smallest(&mut self, served: Lit, mut core: Vec<Lit>) -> Option<Vec<Lit>> {
        let mut place = 0;
        while place < core.len() {
            let without: Vec<Lit> = core.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, lit)| *lit).collect();
            let assumed: Vec<Lit> = [served].into_iter().chain(without.iter().copied()).collect();
            match self.sat.solve(&assumed) {
                Verdict::Unsatisfiable => core = self.sat.core(&without),
                Verdict::Satisfiable => place += 1,
                Verdict::GaveUp => return None,
            }
        }
        Some(core)
    }

    /// Tests of the kind on which it stands, in the model found last, that a node holds: few of them; and whether scores have a part.
    fn justified(&self, root: NodeId) -> (Vec<Lit>, bool) {
        let truth = |node: NodeId| self.cone.lits.get(&node).is_some_and(|lit| self.sat.holds(*lit));
        let own: FxHashSet<NodeId> = self.tests.iter().map(|(test, _)| *test).collect();
        let lines = |score: u32| self.terms.score(score).into_iter().flat_map(|score| score.when.iter().map(|(node, _)| *node));
        let mut costs: FxHashMap<NodeId, u32> = FxHashMap::default();
        for node in &self.cone.nodes {
            let of = |part: &NodeId| costs.get(part).copied().unwrap_or(0);
            let cost = match (self.terms.node(*node), truth(*node)) {
                (Node::And(parts), true) | (Node::Or(parts), false) => parts.iter().map(of).fold(0, u32::saturating_add),
                (Node::And(parts), false) => parts.iter().filter(|part| !truth(**part)).map(of).min().unwrap_or(0),
                (Node::Or(parts), true) => parts.iter().filter(|part| truth(**part)).map(of).min().unwrap_or(0),
                (Node::Not(part), _) => of(part),
                (Node::AtLeast(score, _), _) => lines(*score).map(|node| of(&node)).fold(1, u32::saturating_add),
                _ => u32::from(own.contains(node)),
            };
            costs.insert(*node, cost);
        }
        let (mut lits, mut scored) = (Vec::new(), false);
        let mut seen = FxHashSet::default();
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            let is = truth(node);
            match self.terms.node(node) {
                Node::Not(of) => open.push(*of),
                Node::And(of) if is => open.extend(of.iter().copied()),
                Node::Or(of) if !is => open.extend(of.iter().copied()),
                Node::And(of) | Node::Or(of) => {
                    open.extend(of.iter().filter(|part| truth(**part) == is).min_by_key(|part| costs.get(part).copied().unwrap_or(0)));
                }
                // What its points stand on could turn it.
                Node::AtLeast(score, _) => {
                    scored = true;
                    open.extend(lines(*score));
                }
                _ if own.contains(&node) => {
                    let lit = self.cone.lit(&self.sat, node);
                    lits.push(lit.apply_sign(is));
                }
                _ => {}
            }
        }
        lits.sort_unstable();
        (lits, scored)
    }
}
