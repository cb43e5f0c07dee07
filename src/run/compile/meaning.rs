//! What a node means, as a number: equal for equal predicates, whatever else the graph holds and in whatever order it grew.
//! What is proved of a node can so be kept from one edit to the next.

use std::hash::{Hash, Hasher};

use siphasher::sip128::{Hasher128 as _, SipHasher13};

use super::{Builder, Score};
use crate::run::policy::{Filter, Node, NodeId, Window};

/// A number of 128 bits for each meaning: two meanings with one number do not happen (2 to the power of -64 for 4 billion of them).
pub(crate) type Meaning = u128;

/// Hashes alike on every machine: numbers in one byte order, lengths as 64 bits.
pub(crate) struct Hashed(SipHasher13);

impl Hashed {
    /// Begins with what kind of thing it is.
    pub fn new(kind: u8) -> Self {
        let mut hashed = Self(SipHasher13::new());
        hashed.write_u8(kind);
        hashed
    }

    /// The number.
    pub fn meaning(&self) -> Meaning {
        self.0.finish128().as_u128()
    }

    /// With this as well.
    pub fn with(mut self, what: &impl Hash) -> Self {
        what.hash(&mut self);
        self
    }
}

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0.finish()
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    fn write_u16(&mut self, number: u16) {
        self.write(&number.to_le_bytes());
    }

    fn write_u32(&mut self, number: u32) {
        self.write(&number.to_le_bytes());
    }

    fn write_u64(&mut self, number: u64) {
        self.write(&number.to_le_bytes());
    }

    fn write_u128(&mut self, number: u128) {
        self.write(&number.to_le_bytes());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_i32(&mut self, number: i32) {
        self.write_u32(number.cast_unsigned());
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    fn write_i128(&mut self, number: i128) {
        self.write_u128(number.cast_unsigned());
    }

    fn write_isize(&mut self, number: isize) {
        self.write_i64(number as i64);
    }
}

impl Builder<'_> {
    /// What a node means that is about to be added.
    pub(super) fn meaning_of(&self, node: &Node) -> Meaning {
        let below = |node: &NodeId| self.meanings.get(*node as usize).copied().unwrap_or(0);
        match node {
            Node::Constant(value) => Hashed::new(0).with(value).meaning(),
            Node::And(of) => of.iter().fold(Hashed::new(1).with(&of.len()), |hashed, part| hashed.with(&below(part))).meaning(),
            Node::Or(of) => of.iter().fold(Hashed::new(2).with(&of.len()), |hashed, part| hashed.with(&below(part))).meaning(),
            Node::Not(of) => Hashed::new(3).with(&below(of)).meaning(),
            Node::Identified => Hashed::new(4).meaning(),
            Node::Fact(field, test) => Hashed::new(5).with(field).with(test).meaning(),
            Node::Clock(field, near) => Hashed::new(6).with(field).with(near).meaning(),
            Node::Count { list, least, window } => {
                let Window { last, since, anchor } = window;
                let list = self.list_meanings.get(*list as usize).copied().unwrap_or(0);
                let hashed = Hashed::new(7).with(&list).with(least).with(last).with(since).with(&anchor.is_some());
                match anchor {
                    Some(anchor) => hashed.with(&self.anchor_name(*anchor)).meaning(),
                    None => hashed.meaning(),
                }
            }
            Node::Score(score) => Hashed::new(8).with(&self.score_meanings.get(*score as usize)).meaning(),
            Node::AtLeast(score, value) => Hashed::new(9).with(&self.score_meanings.get(*score as usize)).with(value).meaning(),
        }
    }

    /// What the events of a signal that pass a filter mean.
    pub(super) fn list_meaning(signal: u32, filter: Option<&Filter>) -> Meaning {
        let mut hashed = Hashed::new(10).with(&signal).with(&filter.is_some());
        if let Some(filter) = filter {
            hash_filter(filter, &mut hashed);
        }
        hashed.meaning()
    }

    /// What a score means.
    pub(super) fn score_meaning(&self, name: &str, score: &Score) -> Meaning {
        let mut hashed = Hashed::new(11).with(&name).with(&score.from).with(&score.to);
        score.fade.as_ref().map(|fade| (fade.half_life, &fade.table)).hash(&mut hashed);
        score.events.len().hash(&mut hashed);
        for line in &score.events {
            self.list_meanings.get(line.list as usize).hash(&mut hashed);
            (line.points, line.cap).hash(&mut hashed);
        }
        for (node, points) in &score.when {
            (self.meanings.get(*node as usize), points).hash(&mut hashed);
        }
        hashed.meaning()
    }

    /// Where a node stands among its like: what is asked of facts before what is asked of events, in the order of the lead's fields
    /// and signals, then by what it means. The same whatever was added before.
    pub(super) fn order(&self, node: NodeId) -> (u8, u32, u64, Meaning) {
        let meaning = self.meanings.get(node as usize).copied().unwrap_or(0);
        let (kind, of, value) = match self.nodes.get(node as usize) {
            Some(Node::Constant(value)) => (0, 0, u64::from(*value)),
            Some(Node::Identified) => (1, 0, 0),
            Some(Node::Fact(field, test)) => (2, *field, test.order()),
            Some(Node::Clock(field, _)) => (3, *field, 0),
            Some(Node::Count { list, least, .. }) => (4, self.lists.get(*list as usize).map_or(0, |list| list.signal), u64::from(*least)),
            Some(Node::AtLeast(score, _) | Node::Score(score)) => (5, *score, 0),
            Some(Node::Not(of)) => {
                // Beside what it is the opposite of.
                let (kind, field, value, _) = if matches!(self.nodes.get(*of as usize), Some(Node::Not(_))) { (7, 0, 0, 0) } else { self.order(*of) };
                (kind, field, value)
            }
            Some(Node::And(_)) => (8, 0, 0),
            Some(Node::Or(_)) | None => (9, 0, 0),
        };
        (kind, of, value, meaning)
    }
}

/// A filter without the numbers of its tests, which depend on what was asked before.
fn hash_filter(filter: &Filter, hashed: &mut Hashed) {
    match filter {
        Filter::Constant(value) => (0u8, value).hash(hashed),
        Filter::All(of) | Filter::Any(of) => {
            (if matches!(filter, Filter::All(_)) { 1u8 } else { 2 }, of.len()).hash(hashed);
            of.iter().for_each(|part| hash_filter(part, hashed));
        }
        Filter::Not(of) => {
            3u8.hash(hashed);
            hash_filter(of, hashed);
        }
        Filter::Test(field, test, _) => (4u8, field, test).hash(hashed),
        Filter::Clock(field, near) => (5u8, field, near).hash(hashed),
    }
}
