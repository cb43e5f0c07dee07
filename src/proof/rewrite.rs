//! Predicates made from predicates: with a field fixed, windows widened, time run out, or all but the facts left open.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::choose;
use super::column::Ask;
use crate::plan::{FieldType, Plan};
use crate::run::Terms;
use crate::run::lead::{Fact, Instant};
use crate::run::policy::{Node, NodeId, Window};

/// Rewrites the leaves of a node; `leaf` gets each with whether it counts for (true) or against the whole.
fn rewrite(
    terms: &mut Terms<'_>,
    node: NodeId,
    positive: bool,
    known: &mut FxHashMap<(NodeId, bool), NodeId>,
    leaf: &mut dyn FnMut(&mut Terms<'_>, NodeId, bool) -> NodeId,
) -> NodeId {
    if let Some(known) = known.get(&(node, positive)) {
        return *known;
    }
    let made = match terms.node(node).clone() {
        Node::Constant(_) => node,
        Node::And(of) => {
            let of = of.iter().map(|part| rewrite(terms, *part, positive, known, leaf)).collect();
            terms.and(of)
        }
        Node::Or(of) => {
            let of = of.iter().map(|part| rewrite(terms, *part, positive, known, leaf)).collect();
            terms.or(of)
        }
        Node::Not(of) => {
            let of = rewrite(terms, of, !positive, known, leaf);
            terms.not(of)
        }
        _ => leaf(terms, node, positive),
    };
    known.insert((node, positive), made);
    made
}

/// The predicate with fields fixed to these values. Scores keep their thresholds where no `when` line of theirs asks for the field.
pub(crate) fn fixed(terms: &mut Terms<'_>, node: NodeId, values: &[(u32, Fact)]) -> NodeId {
    rewrite(terms, node, true, &mut FxHashMap::default(), &mut |terms, leaf, _| match terms.node(leaf) {
        Node::Fact(field, test) => match values.iter().find(|(known, _)| known == field) {
            Some((_, value)) => constant(test.holds(value)),
            None => leaf,
        },
        Node::AtLeast(score, value) => {
            let (score, value) = (*score, *value);
            match with_standing_fixed(terms, score, value, values) {
                Some(node) => node,
                None => leaf,
            }
        }
        _ => leaf,
    })
}

fn constant(value: bool) -> NodeId {
    if value { Terms::ALWAYS } else { Terms::NEVER }
}

/// A threshold of a score of facts alone, by what its points come to; `None` for a score that feels events.
fn with_standing_fixed(terms: &mut Terms<'_>, score: u32, value: i128, values: &[(u32, Fact)]) -> Option<NodeId> {
    let of = terms.score(score)?;
    if !of.events.is_empty() {
        return None;
    }
    let standing = standing(terms, score, value);
    Some(fixed(terms, standing, values))
}

/// Whether the points of a score that do not fade come to so much.
pub(crate) fn standing(terms: &mut Terms<'_>, score: u32, value: i128) -> NodeId {
    let Some((lines, from, to)) = terms.score(score).map(|score| (score.when.clone(), score.from, score.to)) else { return Terms::NEVER };
    if from.is_some_and(|from| value <= from) {
        return Terms::ALWAYS;
    }
    if to.is_some_and(|to| value > to) {
        return Terms::NEVER;
    }
    // For each sum, when it is reached.
    let mut sums: BTreeMap<i128, NodeId> = BTreeMap::from([(0, Terms::ALWAYS)]);
    for (node, points) in lines {
        let mut next: BTreeMap<i128, NodeId> = BTreeMap::new();
        let not = terms.not(node);
        for (sum, when) in sums {
            for (sum, also) in [(sum + points, node), (sum, not)] {
                let both = terms.and(vec![when, also]);
                let before = next.get(&sum).copied().unwrap_or(Terms::NEVER);
                let either = terms.or(vec![before, both]);
                next.insert(sum, either);
            }
        }
        sums = next;
    }
    let enough: Vec<NodeId> = sums.range(value..).map(|(_, when)| *when).collect();
    terms.or(enough)
}

/// What can be true some time later of whom it was true: counts that have to be reached may be older by so many seconds.
pub(crate) fn widened(terms: &mut Terms<'_>, node: NodeId, seconds: i64) -> NodeId {
    if seconds == 0 {
        return node;
    }
    rewrite(terms, node, true, &mut FxHashMap::default(), &mut |terms, leaf, positive| match terms.node(leaf) {
        Node::Count { list, least, window } if positive => {
            let (list, least, window) = (*list, *least, *window);
            let last = window.last.and_then(|last| last.checked_add(seconds));
            terms.count(list, least, Window { last, ..window })
        }
        _ => leaf,
    })
}

/// Whether a condition asks for nothing but facts: it cannot turn for a lead whose facts do not change.
pub(crate) fn is_of_facts(terms: &Terms<'_>, node: NodeId) -> bool {
    leaves(terms, node).into_iter().all(|leaf| matches!(terms.node(leaf), Node::Fact(..)))
}

/// What is left of a condition while a message is held: what leads did and what time it is may be another thing, facts are taken to stay.
pub(crate) fn outlasting(terms: &mut Terms<'_>, node: NodeId) -> NodeId {
    rewrite(terms, node, true, &mut FxHashMap::default(), &mut |terms, leaf, positive| match terms.node(leaf) {
        Node::Fact(..) | Node::Identified => leaf,
        Node::Count { window: Window { last: None, since: None, anchor: None }, .. } if positive => leaf,
        _ => constant(positive),
    })
}

/// What is left of a condition once time has passed and facts may have changed: counts without a window stay.
pub(crate) fn lasting(terms: &mut Terms<'_>, node: NodeId) -> NodeId {
    rewrite(terms, node, true, &mut FxHashMap::default(), &mut |terms, leaf, positive| match terms.node(leaf) {
        Node::Count { window: Window { last: None, since: None, anchor: None }, .. } if positive => leaf,
        _ => constant(positive),
    })
}

/// What a condition says of facts that never change; all else is left open, so that it holds for more.
pub(crate) fn facts_only(terms: &mut Terms<'_>, node: NodeId) -> NodeId {
    rewrite(terms, node, true, &mut FxHashMap::default(), &mut |terms, leaf, positive| match terms.node(leaf) {
        Node::Fact(..) => leaf,
        Node::AtLeast(score, value) => {
            let (score, value) = (*score, *value);
            if terms.score(score).is_some_and(|score| score.events.is_empty()) {
                let standing = standing(terms, score, value);
                // What it stands on may ask for more than facts.
                if positive {
                    facts_only(terms, standing)
                } else {
                    let not = terms.not(standing);
                    let open = facts_only(terms, not);
                    terms.not(open)
                }
            } else {
                constant(positive)
            }
        }
        _ => constant(positive),
    })
}

/// The predicate with thresholds of scores of facts alone told by those facts.
pub(crate) fn by_facts(terms: &mut Terms<'_>, node: NodeId) -> NodeId {
    rewrite(terms, node, true, &mut FxHashMap::default(), &mut |terms, leaf, _| match terms.node(leaf) {
        Node::AtLeast(score, value) => {
            let (score, value) = (*score, *value);
            if terms.score(score).is_some_and(|score| score.events.is_empty()) { standing(terms, score, value) } else { leaf }
        }
        _ => leaf,
    })
}

/// What is true after endless silence: what lies in a window shorter than `forever` seconds is gone, points have faded.
pub(crate) fn in_the_end(terms: &mut Terms<'_>, node: NodeId, forever: i64) -> NodeId {
    rewrite(terms, node, true, &mut FxHashMap::default(), &mut |terms, leaf, _| match terms.node(leaf) {
        Node::Count { window: Window { last: Some(last), .. }, .. } if *last < forever => Terms::NEVER,
        Node::Count { list, least, window } => {
            let (list, least, window) = (*list, *least, *window);
            terms.count(list, least, Window { last: None, ..window })
        }
        Node::Clock(field, near) => match near {
            crate::run::policy::Near::Older(_) => {
                let field = *field;
                terms.add(Node::Fact(field, crate::run::policy::Test::Known))
            }
            _ => Terms::NEVER,
        },
        Node::AtLeast(score, value) => {
            let (score, value) = (*score, *value);
            if terms.score(score).is_some_and(|score| score.fade.is_some()) { standing(terms, score, value) } else { leaf }
        }
        _ => leaf,
    })
}

/// What is true of somebody with these facts who never did anything.
pub(crate) fn without_acts(terms: &mut Terms<'_>, node: NodeId) -> NodeId {
    rewrite(terms, node, true, &mut FxHashMap::default(), &mut |terms, leaf, _| match terms.node(leaf) {
        Node::Count { .. } => Terms::NEVER,
        Node::AtLeast(score, value) => {
            let (score, value) = (*score, *value);
            let standing = standing(terms, score, value);
            without_acts(terms, standing)
        }
        _ => leaf,
    })
}

/// The predicate for somebody who never caused an event of a signal. Thresholds of scores are left alone.
pub(crate) fn without_signal(terms: &mut Terms<'_>, node: NodeId, signal: u32) -> NodeId {
    rewrite(terms, node, true, &mut FxHashMap::default(), &mut |terms, leaf, _| match terms.node(leaf) {
        Node::Count { list, .. } if terms.list(*list).is_some_and(|list| list.signal == signal) => Terms::NEVER,
        _ => leaf,
    })
}

/// The predicate with some leaves taken for true or false.
pub(crate) fn replaced(terms: &mut Terms<'_>, node: NodeId, leaves: &[NodeId], is: bool) -> NodeId {
    rewrite(terms, node, true, &mut FxHashMap::default(), &mut |_, leaf, _| if leaves.contains(&leaf) { constant(is) } else { leaf })
}

/// What a node asks, below `and`, `or`, `not` and the `when` lines of scores: its leaves.
pub(crate) fn leaves(terms: &Terms<'_>, node: NodeId) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if !seen.insert(node) {
            continue;
        }
        let children = terms.children(node);
        if !matches!(terms.node(node), Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Constant(_) | Node::Score(_)) {
            found.push(node);
        }
        open.extend(children.into_iter().rev());
    }
    found
}

/// Values of a field, one for each way in which the tests of it can come out, and how many values there are of each sort (1 where that
/// is not a number). With `single` a set holds one option at most: who has one interest of ten is a tenth, not half of all.
pub(crate) fn regions(plan: &Plan, terms: &Terms<'_>, node: NodeId, field: u32, now: Instant, single: bool) -> Vec<(Fact, u64)> {
    let Some(of) = plan.lead.fields.get(field as usize) else { return Vec::new() };
    let asked = leaves(terms, node);
    let asks: Vec<Ask<'_>> = asked
        .iter()
        .filter_map(|leaf| match terms.node(*leaf) {
            Node::Fact(known, test) if *known == field => Some(Ask::Test(test)),
            Node::Clock(known, near) if *known == field => Some(Ask::Near(*near)),
            _ => None,
        })
        .collect();
    let mut sorts: Vec<(Vec<bool>, Fact, u64)> = Vec::new();
    let mut rest = 1u64;
    let values: Vec<Fact> = match &of.ty {
        FieldType::SetOf(options) => {
            let mut mentioned: Vec<u32> =
                asks.iter().filter_map(|ask| if let Ask::Test(crate::run::policy::Test::Has(option)) = ask { Some(*option) } else { None }).collect();
            mentioned.sort_unstable();
            mentioned.dedup();
            if single {
                let empty = 1 + options.len().saturating_sub(mentioned.len()) as u64;
                return [(Fact::set(Vec::new()), empty)].into_iter().chain(mentioned.into_iter().map(|option| (Fact::set(vec![option]), 1))).collect();
            }
            rest = 1u64.checked_shl((options.len().saturating_sub(mentioned.len())) as u32).unwrap_or(u64::MAX);
            let count = 1u64.checked_shl(mentioned.len() as u32).filter(|count| *count <= 4096).unwrap_or(4096);
            (0..count)
                .map(|bits| Fact::set(mentioned.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, option)| *option).collect()))
                .collect()
        }
        _ => choose::candidates(of, &asks, now),
    };
    for value in values {
        let answer: Vec<bool> = asks.iter().map(|ask| ask.holds(&value, now)).collect();
        match sorts.iter_mut().find(|(known, ..)| *known == answer) {
            Some((_, _, count)) => *count += 1,
            None => sorts.push((answer, value, 1)),
        }
    }
    sorts.into_iter().map(|(_, value, count)| (value, count.saturating_mul(rest))).collect()
}
