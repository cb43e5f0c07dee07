//! Which kinds of lead a group holds that another holds nobody of: by the tests of some fields, in as few words as tell them apart.
//! The clauses are made once for all places that are asked (SEMANTICS 3.7, as a loop of examples and counter-examples).

use rustc_hash::FxHashMap;

use super::Universe;
use super::cone::Cone;
use super::filters::Filters;
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
pub(super) fn unserved(terms: &Terms<'_>, filters: &Filters, pairs: &[(NodeId, NodeId)], fields: &[u32]) -> Vec<Unserved> {
    let roots: Vec<NodeId> = pairs.iter().flat_map(|(owed, served)| [*owed, *served]).collect();
    let mut sat = Sat::new(BUDGET);
    let cone = Cone::new(terms, filters, &mut sat, &roots, Universe::Database);
    let tests: Vec<NodeId> = cone.nodes.iter().copied().filter(|node| matches!(terms.node(*node), Node::Fact(field, _) if fields.contains(field))).collect();
    let mut search = Search { terms, cone, sat, tests };
    pairs.iter().map(|(owed, served)| search.place(*owed, *served)).collect()
}

struct Search<'t, 'p> {
    terms: &'t Terms<'p>,
    cone: Cone,
    sat: Sat,
    tests: Vec<NodeId>,
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
            let kind: Vec<(NodeId, Lit)> = self
                .tests
                .iter()
                .map(|test| {
                    let lit = self.cone.lit(&self.sat, *test);
                    (*test, lit.apply_sign(self.sat.holds(lit)))
                })
                .collect();
            let lits: Vec<Lit> = kind.iter().map(|(_, lit)| *lit).collect();
            let assumed: Vec<Lit> = [served_lit].into_iter().chain(lits.iter().copied()).collect();
            let left = match self.sat.solve(&assumed) {
                Verdict::Unsatisfiable => {
                    let core = self.sat.core(&lits);
                    let Some(core) = self.smallest(served_lit, core) else { break };
                    found.kinds.push(self.told(&kind, &core));
                    core
                }
                // Whoever comes out of these tests as this lead does can be served as well.
                Verdict::Satisfiable => self.justified(served),
                Verdict::GaveUp => break,
            };
            let clause: Vec<Lit> = [!here].into_iter().chain(left.iter().map(|lit| !*lit)).collect();
            self.sat.clause(&clause);
        }
        found.gave_up = true;
        found
    }

    fn told(&self, kind: &[(NodeId, Lit)], core: &[Lit]) -> Vec<Told> {
        let is = |node: &NodeId, lit: &Lit| self.cone.lit(&self.sat, *node) == *lit;
        kind.iter().filter(|(_, lit)| core.contains(lit)).map(|(node, lit)| (*node, is(node, lit))).collect()
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

    /// Tests of the kind on which it stands, in the model found last, that a node holds: few of them.
    fn justified(&self, root: NodeId) -> Vec<Lit> {
        let truth = |node: NodeId| self.cone.lits.get(&node).is_some_and(|lit| self.sat.holds(*lit));
        let own: rustc_hash::FxHashSet<NodeId> = self.tests.iter().copied().collect();
        let mut costs: FxHashMap<NodeId, u32> = FxHashMap::default();
        for node in &self.cone.nodes {
            let of = |part: &NodeId| costs.get(part).copied().unwrap_or(0);
            let cost = match (self.terms.node(*node), truth(*node)) {
                (Node::And(parts), true) | (Node::Or(parts), false) => parts.iter().map(of).fold(0, u32::saturating_add),
                (Node::And(parts), false) => parts.iter().filter(|part| !truth(**part)).map(of).min().unwrap_or(0),
                (Node::Or(parts), true) => parts.iter().filter(|part| truth(**part)).map(of).min().unwrap_or(0),
                (Node::Not(part), _) => of(part),
                _ => u32::from(own.contains(node)),
            };
            costs.insert(*node, cost);
        }
        let mut lits = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
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
                _ if own.contains(&node) => {
                    let lit = self.cone.lit(&self.sat, node);
                    lits.push(lit.apply_sign(is));
                }
                _ => {}
            }
        }
        lits.sort_unstable();
        lits
    }
}
