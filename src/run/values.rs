//! The truth of every node of a policy for one lead, kept as time goes on: what changes is passed on, and nothing else
//! is asked again.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::lead::{Event, Fact, Instant, Lead};
use super::policy::{Asked, Node, NodeId, Policy, Watch, Window};
use super::score::Sum;

/// Something to look at when its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Token {
    /// A node whose truth can change by time alone.
    Node(NodeId),
    /// A score that can cross a threshold.
    Score(u32),
    /// A track: a wait that ends, a hold, a tick, a moment.
    Track(u32),
    /// A program: `runs`, `rejoin after`.
    Program(u32),
    /// A handoff: `back after`.
    Handoff,
    /// Nothing but an instant to look around.
    Instant,
}

/// An anchor that holds nothing: no event is later.
const NO_ANCHOR: Instant = Instant::MAX;

/// Whether node `n` is dirty, by bits.
#[derive(Clone, Debug, Default)]
struct Marks {
    words: Vec<u64>,
    /// The first word that may have a bit.
    first: usize,
}

impl Marks {
    fn reset(&mut self, size: usize) {
        self.words.clear();
        self.words.resize(size.div_ceil(64), 0);
        self.first = self.words.len();
    }

    fn set(&mut self, node: NodeId) {
        let word = node as usize / 64;
        if let Some(bits) = self.words.get_mut(word) {
            *bits |= 1 << (node % 64);
            self.first = self.first.min(word);
        }
    }

    /// Takes the lowest.
    fn take(&mut self) -> Option<NodeId> {
        while let Some(bits) = self.words.get_mut(self.first) {
            if *bits != 0 {
                let low = bits.trailing_zeros();
                *bits &= *bits - 1;
                return Some(self.first as u32 * 64 + low);
            }
            self.first += 1;
        }
        None
    }
}

/// The state of one lead's predicates at one instant.
#[derive(Clone, Debug)]
pub(super) struct Values<'p> {
    policy: &'p Policy,
    pub now: Instant,
    truth: Vec<bool>,
    dirty: Marks,
    /// The instants of each list's events, in order.
    lists: Vec<Vec<Instant>>,
    /// The instants that `since joining` and `since TOUCH` count from.
    anchors: Vec<Instant>,
    sums: Vec<Sum>,
    /// What each score can have at most until it is summed up again, and the next threshold above it.
    most: Vec<i128>,
    above: Vec<i128>,
    /// The change of each field that is in force; 0 is the value at first.
    changes: Vec<u32>,
    pub identified: bool,
    /// When a node or score is to be looked at next: at most one token each is in the queue for the future.
    due: Vec<Instant>,
    score_due: Vec<Instant>,
    pub queue: BinaryHeap<Reverse<(Instant, Token)>>,
    /// What was turned since it was last emptied.
    pub turned: Vec<Watch>,
    /// Lists that an event of this instant passed.
    pub fired: Vec<u32>,
}

/// What holds of somebody of whom nothing is known, and what their scores are made of.
pub(super) fn base(policy: &Policy) -> (Vec<bool>, Vec<Sum>) {
    let mut values = Values::new(policy);
    values.truth = vec![false; policy.nodes.len()];
    let nobody = Lead::default();
    for node in 0..policy.nodes.len() as u32 {
        if let Some(Node::Score(number)) = policy.nodes.get(node as usize)
            && let Some(score) = policy.scores.get(*number as usize)
        {
            let sum = score.sum(0, |_| &[], |node| values.holds(node));
            if let Some(slot) = values.sums.get_mut(*number as usize) {
                *slot = sum;
            }
        }
        let truth = values.ask(node, &nobody);
        if let Some(slot) = values.truth.get_mut(node as usize) {
            *slot = truth;
        }
    }
    (values.truth, values.sums)
}

impl<'p> Values<'p> {
    pub fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            now: 0,
            truth: Vec::new(),
            dirty: Marks::default(),
            lists: vec![Vec::new(); policy.lists.len()],
            anchors: vec![NO_ANCHOR; policy.anchors.len()],
            sums: vec![Sum::default(); policy.scores.len()],
            most: vec![0; policy.scores.len()],
            above: vec![0; policy.scores.len()],
            changes: vec![0; policy.fields.len()],
            identified: false,
            due: vec![Instant::MAX; policy.nodes.len()],
            score_due: vec![Instant::MAX; policy.scores.len()],
            queue: BinaryHeap::new(),
            turned: Vec::new(),
            fired: Vec::new(),
        }
    }

    /// Forgets the lead before.
    pub fn reset(&mut self, now: Instant) {
        self.now = now;
        self.truth.clear();
        self.truth.extend_from_slice(&self.policy.base);
        self.dirty.reset(self.policy.nodes.len());
        self.lists.iter_mut().for_each(Vec::clear);
        self.anchors.fill(NO_ANCHOR);
        self.sums.copy_from_slice(&self.policy.base_sums);
        // Whatever comes first is summed up.
        self.above.fill(i128::MIN);
        self.changes.fill(0);
        self.identified = false;
        self.due.fill(Instant::MAX);
        self.score_due.fill(Instant::MAX);
        self.queue.clear();
        self.turned.clear();
        self.fired.clear();
    }

    /// Whether a node holds now.
    pub fn holds(&self, node: NodeId) -> bool {
        self.truth.get(node as usize).copied().unwrap_or(false)
    }

    /// The value of a field now; missing as long as nobody knows who it is.
    pub fn fact<'l>(&self, field: u32, lead: &'l Lead) -> &'l Fact {
        if !self.identified {
            return &Fact::Missing;
        }
        match self.changes.get(field as usize) {
            Some(0) | None => lead.facts.get(field as usize).unwrap_or(&Fact::Missing),
            Some(change) => lead.changes.get(*change as usize - 1).map_or(&Fact::Missing, |change| &change.value),
        }
    }

    /// Asks a node from what it depends on, which is up to date.
    fn ask(&self, node: NodeId, lead: &Lead) -> bool {
        match self.policy.nodes.get(node as usize) {
            Some(Node::Constant(value)) => *value,
            Some(Node::And(of)) => of.iter().all(|part| self.holds(*part)),
            Some(Node::Or(of)) => of.iter().any(|part| self.holds(*part)),
            Some(Node::Not(of)) => !self.holds(*of),
            Some(Node::Identified) => self.identified,
            Some(Node::Fact(field, test)) => test.holds(self.fact(*field, lead)),
            Some(Node::Clock(field, near)) => matches!(self.fact(*field, lead), Fact::Instant(date) if near.holds(*date, self.now)),
            Some(Node::Count { list, least, window }) => self.nth_newest(*list, *least).is_some_and(|at| self.counts(at, window)),
            Some(Node::AtLeast(score, value)) => match (self.sums.get(*score as usize), self.policy.scores.get(*score as usize)) {
                (Some(sum), Some(score)) => score.clamped(sum.total()) >= *value,
                _ => false,
            },
            Some(Node::Score(_)) | None => false,
        }
    }

    /// Whether a node holds now, whether it is kept up to date or not.
    pub fn asked(&self, node: NodeId, lead: &Lead) -> bool {
        if self.policy.live.get(node as usize) == Some(&true) {
            return self.holds(node);
        }
        match self.policy.nodes.get(node as usize) {
            Some(Node::And(of)) => of.iter().all(|part| self.asked(*part, lead)),
            Some(Node::Or(of)) => of.iter().any(|part| self.asked(*part, lead)),
            Some(Node::Not(of)) => !self.asked(*of, lead),
            _ => self.ask(node, lead),
        }
    }

    /// When the last event of a list was.
    pub fn last_event(&self, list: u32) -> Option<Instant> {
        self.nth_newest(list, 1)
    }

    fn nth_newest(&self, list: u32, number: u32) -> Option<Instant> {
        let list = self.lists.get(list as usize)?;
        list.get(list.len().checked_sub(number as usize)?).copied()
    }

    /// Puts a token into the queue, unless an earlier one for the same is there.
    fn schedule_node(&mut self, node: NodeId, at: Instant) {
        if let Some(due) = self.due.get_mut(node as usize).filter(|due| **due > at) {
            *due = at;
            self.queue.push(Reverse((at, Token::Node(node))));
        }
    }

    fn schedule_score(&mut self, score: u32, at: Instant) {
        if let Some(due) = self.score_due.get_mut(score as usize).filter(|due| **due > at) {
            *due = at;
            self.queue.push(Reverse((at, Token::Score(score))));
        }
    }

    /// A token's time has come.
    pub fn look_at(&mut self, token: Token) {
        match token {
            Token::Node(node) => {
                if let Some(due) = self.due.get_mut(node as usize).filter(|due| **due <= self.now) {
                    *due = Instant::MAX;
                }
                self.dirty.set(node);
            }
            Token::Score(score) => {
                if let Some(due) = self.score_due.get_mut(score as usize).filter(|due| **due <= self.now) {
                    *due = Instant::MAX;
                }
                if let Some(node) = self.policy.scores.get(score as usize).and_then(|score| score.node) {
                    self.dirty.set(node);
                }
            }
            _ => {}
        }
    }

    /// The lead is in the database from now on, with all their facts.
    pub fn identify(&mut self, lead: &Lead) {
        self.identified = true;
        let policy = self.policy;
        policy.identified.iter().for_each(|node| self.dirty.set(*node));
        for (field, nodes) in (0..).zip(&policy.fields) {
            let fact = self.fact(field, lead);
            // As if nothing were known of it: nothing turns.
            if *fact == Fact::Missing {
                continue;
            }
            for node in nodes {
                let turns = match policy.nodes.get(*node as usize) {
                    Some(Node::Fact(_, test)) => test.holds(fact) != self.holds(*node),
                    _ => true,
                };
                if turns {
                    self.dirty.set(*node);
                }
            }
        }
    }

    /// The fact of the lead's change number `change` becomes another.
    pub fn change(&mut self, change: u32, field: u32) {
        if let Some(slot) = self.changes.get_mut(field as usize) {
            *slot = change + 1;
        }
        if let Some(nodes) = self.policy.fields.get(field as usize) {
            nodes.iter().for_each(|node| self.dirty.set(*node));
        }
    }

    /// The lead did something.
    pub fn event(&mut self, event: &Event) {
        let policy = self.policy;
        let mut asked = Asked::default();
        for number in policy.signals.get(event.signal as usize).into_iter().flatten() {
            let Some(list) = policy.lists.get(*number as usize) else { continue };
            if list.filter.as_ref().is_some_and(|filter| !filter.holds(&event.fields, event.at, &mut asked)) {
                continue;
            }
            if list.kept
                && let Some(instants) = self.lists.get_mut(*number as usize)
            {
                instants.push(event.at);
                // One event more makes no count false that was true: when its time comes it is looked at anyway.
                for node in &list.counts {
                    if self.truth.get(*node as usize) == Some(&false) {
                        self.dirty.set(*node);
                    }
                }
                // Nor does what earns points lower a score: it is summed up only where it could reach a threshold.
                for feed in &list.scores {
                    let bounds = self.most.get_mut(feed.score as usize).zip(self.above.get(feed.score as usize));
                    let below = match (bounds, feed.adds) {
                        (Some((most, above)), Some(adds)) => {
                            *most += adds;
                            *most < *above
                        }
                        _ => false,
                    };
                    if !below {
                        self.dirty.set(feed.node);
                    }
                }
            }
            if !list.tracks.is_empty() || !list.joins.is_empty() {
                self.fired.push(*number);
            }
        }
    }

    /// What `since` counts from: an instant, or nothing. True if something counted until now.
    pub fn anchor(&mut self, anchor: u32, at: Option<Instant>) -> bool {
        let policy = self.policy;
        let Some(slot) = self.anchors.get_mut(anchor as usize) else { return false };
        *slot = at.unwrap_or(NO_ANCHOR);
        let mut counted = false;
        for node in policy.anchors.get(anchor as usize).into_iter().flatten() {
            counted |= self.holds(*node);
            self.dirty.set(*node);
        }
        counted
    }

    /// Passes changes on until all is up to date.
    pub fn settle(&mut self, lead: &Lead) {
        let policy = self.policy;
        while let Some(node) = self.dirty.take() {
            let Some(kind) = policy.nodes.get(node as usize) else { continue };
            let truth = match kind {
                Node::Score(score) => {
                    self.settle_score(*score);
                    continue;
                }
                Node::Count { list, least, window } => {
                    let newest = self.nth_newest(*list, *least);
                    let truth = newest.is_some_and(|at| self.counts(at, window));
                    if let (true, Some(at), Some(length)) = (truth, newest, window.last) {
                        self.schedule_node(node, at + length);
                    }
                    truth
                }
                Node::Clock(field, near) => match self.fact(*field, lead) {
                    Fact::Instant(date) => {
                        let (date, truth) = (*date, near.holds(*date, self.now));
                        if let Some(at) = near.next(date, self.now) {
                            self.schedule_node(node, at);
                        }
                        truth
                    }
                    _ => false,
                },
                _ => self.ask(node, lead),
            };
            if self.holds(node) == truth {
                continue;
            }
            if let Some(slot) = self.truth.get_mut(node as usize) {
                *slot = truth;
            }
            for parent in policy.parents.of(node) {
                self.dirty.set(*parent);
            }
            self.turned.extend_from_slice(policy.watches.of(node));
        }
    }

    /// Whether an event at `at` lies in a window.
    fn counts(&self, at: Instant, window: &Window) -> bool {
        window.last.is_none_or(|length| at > self.now - length)
            && window.since.is_none_or(|since| at >= since)
            && window.anchor.is_none_or(|anchor| at > self.anchors.get(anchor as usize).copied().unwrap_or(NO_ANCHOR))
    }

    fn settle_score(&mut self, number: u32) {
        let Some(score) = self.policy.scores.get(number as usize) else { return };
        let lists = &self.lists;
        let sum = score.sum(self.now, |list| lists.get(list as usize).map_or(&[], Vec::as_slice), |node| self.holds(node));
        let total = sum.total();
        if let (Some(slot), Some(most), Some(above)) =
            (self.sums.get_mut(number as usize), self.most.get_mut(number as usize), self.above.get_mut(number as usize))
        {
            *slot = sum;
            // What was lost can come back as a whole.
            *most = total + sum.lost;
            *above = score.above(total).unwrap_or(i128::MAX);
        }
        for (_, node) in &score.thresholds {
            self.dirty.set(*node);
        }
        if let Some(at) = score.quiet_until(self.now, &sum) {
            self.schedule_score(number, at);
        }
    }

    /// A score now, clamped, in millionths of a point; asked anew, as fading that crosses nothing is not followed.
    pub fn score(&self, number: u32) -> i128 {
        let Some(score) = self.policy.scores.get(number as usize) else { return 0 };
        let sum = score.sum(self.now, |list| self.lists.get(list as usize).map_or(&[], Vec::as_slice), |node| self.holds(node));
        score.clamped(sum.total())
    }
}
