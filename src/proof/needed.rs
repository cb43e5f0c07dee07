//! What has to be so for a lead to be an example: the leaves that decide a question in a model, as few as is cheap to find.

use rustc_hash::{FxHashMap, FxHashSet};

use super::cone::{Cone, Count};
use super::points::Known;
use super::sat::Sat;
use crate::run::Terms;
use crate::run::lead::{DAY, Instant};
use crate::run::policy::{Node, NodeId};

/// What has to be so for a lead to be an example.
#[derive(Default)]
pub(super) struct Needed {
    pub facts: Vec<(u32, NodeId, bool)>,
    pub counts: Vec<(NodeId, Count, bool)>,
    /// Changes of a history that were tried for the question so far.
    pub tried: std::rc::Rc<std::cell::Cell<usize>>,
    pub scores: Vec<(NodeId, u32, i128, bool)>,
}

/// What of the needs bears on a score.
pub(super) fn known_of(terms: &Terms<'_>, needed: &Needed, score: u32) -> Known {
    let Some(of) = terms.score(score) else { return Known::default() };
    let signals: FxHashSet<u32> = of.events.iter().filter_map(|line| terms.list(line.list)).map(|list| list.signal).collect();
    let truths: FxHashMap<NodeId, bool> = needed
        .facts
        .iter()
        .map(|(_, node, is)| (*node, *is))
        .chain(needed.counts.iter().map(|(node, _, is)| (*node, *is)))
        .chain(needed.scores.iter().map(|(node, _, _, is)| (*node, *is)))
        .collect();
    Known {
        counts: needed.counts.iter().filter(|(_, count, _)| terms.list(count.list).is_some_and(|list| signals.contains(&list.signal))).copied().collect(),
        nodes: of.when.iter().filter_map(|(node, _)| Some((*node, kleene(terms, *node, &truths)?))).collect(),
    }
}

/// The truth of a node by some truths, if they decide it.
fn kleene(terms: &Terms<'_>, node: NodeId, truths: &FxHashMap<NodeId, bool>) -> Option<bool> {
    match terms.node(node) {
        Node::Constant(value) => Some(*value),
        Node::Identified => Some(true),
        Node::Not(of) => kleene(terms, *of, truths).map(|is| !is),
        Node::And(of) => {
            let of: Vec<Option<bool>> = of.iter().map(|part| kleene(terms, *part, truths)).collect();
            if of.contains(&Some(false)) { Some(false) } else { of.iter().all(|part| *part == Some(true)).then_some(true) }
        }
        Node::Or(of) => {
            let of: Vec<Option<bool>> = of.iter().map(|part| kleene(terms, *part, truths)).collect();
            if of.contains(&Some(true)) { Some(true) } else { of.iter().all(|part| *part == Some(false)).then_some(false) }
        }
        _ => truths.get(&node).copied(),
    }
}

/// How much it says of a lead that a leaf is so: what is quiet says little.
fn cost(terms: &Terms<'_>, node: NodeId, is: bool) -> u32 {
    match terms.node(node) {
        Node::Constant(_) | Node::Identified => 0,
        Node::Fact(..) | Node::Clock(..) => 4,
        Node::Count { .. } if !is => 1,
        Node::Count { list, least, .. } => {
            let builtin = terms.list(*list).and_then(|list| terms.plan().signals.get(list.signal as usize)).is_some_and(|signal| signal.builtin);
            (if builtin { 40u32 } else { 10 }).saturating_add(*least)
        }
        Node::AtLeast(..) => 60,
        _ => 0,
    }
}

/// The leaves that decide the roots in a model, as few as is cheap to find; or all of them.
pub(super) fn needed(terms: &Terms<'_>, cone: &Cone, sat: &Sat, roots: &[NodeId], all: bool, tried: &std::rc::Rc<std::cell::Cell<usize>>) -> Needed {
    let truth = |node: NodeId| cone.lits.get(&node).is_some_and(|lit| sat.holds(*lit));
    let mut costs: FxHashMap<NodeId, u32> = FxHashMap::default();
    for node in &cone.nodes {
        let of = |part: &NodeId| costs.get(part).copied().unwrap_or(0);
        let cost = match (terms.node(*node), truth(*node)) {
            (Node::And(of_parts), true) | (Node::Or(of_parts), false) => of_parts.iter().map(of).fold(0, u32::saturating_add),
            (Node::And(parts), false) => parts.iter().filter(|part| !truth(**part)).map(of).min().unwrap_or(0),
            (Node::Or(parts), true) => parts.iter().filter(|part| truth(**part)).map(of).min().unwrap_or(0),
            (Node::Not(part), _) => of(part),
            (_, is) => cost(terms, *node, is),
        };
        costs.insert(*node, cost);
    }
    let mut needed = Needed { tried: std::rc::Rc::clone(tried), ..Needed::default() };
    let mut seen: FxHashSet<NodeId> = FxHashSet::default();
    let mut open: Vec<NodeId> = if all { cone.nodes.clone() } else { roots.to_vec() };
    while let Some(node) = open.pop() {
        if !seen.insert(node) {
            continue;
        }
        let is = truth(node);
        match terms.node(node) {
            Node::Constant(_) | Node::Identified | Node::Score(_) => {}
            Node::Not(of) => open.push(*of),
            Node::And(of) if is => open.extend(of.iter().copied()),
            Node::Or(of) if !is => open.extend(of.iter().copied()),
            Node::And(of) | Node::Or(of) => {
                let deciding = of.iter().filter(|part| truth(**part) == is).min_by_key(|part| costs.get(part).copied().unwrap_or(0));
                open.extend(deciding.copied());
            }
            Node::Fact(field, _) | Node::Clock(field, _) => needed.facts.push((*field, node, is)),
            Node::Count { list, least, window } => needed.counts.push((node, Count { list: *list, least: *least, window: *window }, is)),
            Node::AtLeast(score, value) => {
                needed.scores.push((node, *score, *value, is));
                // What its points stand on has to be known.
                open.extend(terms.score(*score).into_iter().flat_map(|score| score.when.iter().map(|(node, _)| *node)));
            }
        }
    }
    // The same order whatever the order of the search.
    needed.facts.sort_by_cached_key(|(_, node, _)| terms.order(*node));
    needed.counts.sort_by_cached_key(|(node, ..)| terms.order(*node));
    needed.scores.sort_by_cached_key(|(node, _, value, _)| (terms.order(*node), *value));
    if !needed.scores.is_empty() && !all {
        // Scores feel every count of their signals.
        let signals: FxHashSet<u32> = needed
            .scores
            .iter()
            .filter_map(|(_, score, ..)| terms.score(*score))
            .flat_map(|score| score.events.iter().filter_map(|line| terms.list(line.list)).map(|list| list.signal))
            .collect();
        for (signal, counts) in &cone.counts {
            if signals.contains(signal) {
                for (node, count, lit) in counts {
                    if seen.insert(*node) {
                        needed.counts.push((*node, *count, sat.holds(*lit)));
                    }
                }
            }
        }
    }
    needed
}

/// What `since joining` and `since TOUCH` could count from: nothing, or one instant for all of a program. Programs of which nothing has to
/// have happened since then were joined just now.
pub(super) fn anchors(terms: &Terms<'_>, needed: &Needed, now: Instant) -> Vec<Vec<(u32, Instant)>> {
    let of = |anchor: u32| terms.anchor_name(anchor).map(|(program, _)| program);
    let mut asked: Vec<u32> = needed.counts.iter().filter_map(|(_, count, _)| count.window.anchor).collect();
    asked.sort_unstable();
    asked.dedup();
    if asked.is_empty() {
        return vec![Vec::new()];
    }
    let moved: FxHashSet<Option<u32>> = needed.counts.iter().filter(|(.., is)| *is).filter_map(|(_, count, _)| count.window.anchor).map(of).collect();
    let mut ages: Vec<i64> = needed.counts.iter().filter_map(|(_, count, _)| count.window.last).collect();
    ages.extend([0, 2 * DAY, 30 * DAY, 400 * DAY, 4000 * DAY]);
    if moved.is_empty() {
        ages = vec![0];
    }
    ages.sort_unstable();
    ages.dedup();
    ages.into_iter().map(|age| asked.iter().map(|anchor| (*anchor, if moved.contains(&of(*anchor)) { now - age } else { now })).collect()).collect()
}
