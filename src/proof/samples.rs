//! Leads against whom predicates are held before anything is proved: where one of them decides, no search is needed. Which they are
//! depends on the policy alone.

use std::cell::{Cell, RefCell};

use super::Universe;
use super::choose;
use super::column::Ask;
use super::filters::Filters;
use crate::plan::FieldType;
use crate::run::Terms;
use crate::run::lead::{DAY, Event, Fact, Instant, Lead};
use crate::run::policy::{Node, NodeId};
use crate::run::still::{Asking, Still};

/// How many leads are made up; others are learnt from what searches find.
const MADE: usize = 64;
/// How many there can be: sixteen blocks.
const MOST: usize = 1_024;
/// How many leads a block holds: as many as a mask has bits.
const BLOCK: usize = 64;
/// How many are taken in at a time.
const BATCH: usize = 8;

/// Leads, by blocks. What was asked of a full block stays known.
pub struct Samples {
    blocks: RefCell<Vec<Block>>,
    /// Leads that were learnt and wait to be taken in together: each time, the masks of the last block have to be made anew.
    waiting: RefCell<Vec<(Still, Universe)>>,
    taken: Cell<usize>,
}

/// Up to 64 leads, by bits.
#[derive(Default)]
struct Block {
    stills: Vec<Still>,
    /// For each node: for which of the leads it holds.
    masks: Vec<u64>,
    /// For each node: how many of the leads were asked.
    asked: Vec<u8>,
    /// Those of the database, and the others, as bits.
    known: u64,
    others: u64,
}

/// Numbers that look like chance, and are the same on every machine (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides.max(1) as u64) as usize
    }
}

impl Samples {
    /// Leads about the values and events that the predicates of a graph ask for; half of them did nothing.
    pub(super) fn new(terms: &Terms<'_>, filters: &Filters, now: Instant) -> Self {
        let plan = terms.plan();
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let mut asks: Vec<Vec<Ask<'_>>> = plan.lead.fields.iter().map(|_| Vec::new()).collect();
        let mut lists: Vec<u32> = Vec::new();
        let mut edges: Vec<i64> = vec![0, DAY];
        for node in 0..terms.len() as NodeId {
            match terms.node(node) {
                Node::Fact(field, test) => asks.get_mut(*field as usize).into_iter().for_each(|asks| asks.push(Ask::Test(test))),
                Node::Clock(field, near) => asks.get_mut(*field as usize).into_iter().for_each(|asks| asks.push(Ask::Near(*near))),
                Node::Count { list, window, .. } => {
                    lists.push(*list);
                    edges.extend(window.last.filter(|last| *last < 4_000 * DAY));
                }
                _ => {}
            }
        }
        lists.sort_unstable();
        lists.dedup();
        edges.sort_unstable();
        edges.dedup();
        let values: Vec<Vec<Fact>> = plan
            .lead
            .fields
            .iter()
            .zip(&mut asks)
            .map(|(field, asks)| {
                asks.sort_unstable_by_key(|ask| format!("{ask:?}"));
                asks.dedup();
                asks.truncate(24);
                match &field.ty {
                    FieldType::SetOf(_) => Vec::new(),
                    _ => choose::candidates(field, asks, now).into_iter().take(400).collect(),
                }
            })
            .collect();
        let events: Vec<(u32, u32)> = lists.iter().take(200).filter_map(|list| Some((*list, terms.list(*list)?.signal))).collect();
        let stills: Vec<(Still, Universe)> = (0..MADE)
            .map(|number| {
                let facts = plan
                    .lead
                    .fields
                    .iter()
                    .zip(&values)
                    .map(|(field, values)| match &field.ty {
                        FieldType::SetOf(options) => Fact::set((0..options.len() as u32).filter(|_| dice.roll(2) == 1).collect()),
                        _ => values.get(dice.roll(values.len())).cloned().unwrap_or_default(),
                    })
                    .collect();
                let mut did: Vec<Event> = Vec::new();
                if number % 2 == 1 && !events.is_empty() {
                    for _ in 0..dice.roll(7) {
                        let Some((list, signal)) = events.get(dice.roll(events.len())) else { continue };
                        let edge = edges.get(dice.roll(edges.len())).copied().unwrap_or(0);
                        let nudge = match dice.roll(4) {
                            0 => 0,
                            1 => 1,
                            2 => -1,
                            _ => -3_600,
                        };
                        let age = (edge + nudge).max(0);
                        let Some(fields) = filters.event(terms, *signal, now - age, &[(*list, true)]) else { continue };
                        for _ in 0..=dice.roll(3) {
                            did.push(Event { at: now - age, signal: *signal, fields: fields.clone() });
                        }
                    }
                    did.sort_by_key(|event| event.at);
                }
                // A few whom we cannot name.
                let universe = if number % 16 == 15 { Universe::Anonymous } else { Universe::Database };
                let first = did.first().map_or(now, |event| event.at).min(now - 3_650 * DAY);
                let lead = Lead { id: "sample".into(), identified: (universe == Universe::Database).then_some(first), facts, events: did, ..Lead::default() };
                (Still { lead, now, anchors: Vec::new() }, universe)
            })
            .collect();
        let made = Self { blocks: RefCell::default(), waiting: RefCell::default(), taken: Cell::new(0) };
        stills.into_iter().for_each(|(still, universe)| made.take_in(still, universe));
        made
    }

    /// Takes in a lead that a search found.
    pub fn learn(&self, still: &Still, universe: Universe) {
        // What `since` counts from is known of some programs only.
        if !still.anchors.is_empty() || self.taken.get() + self.waiting.borrow().len() >= MOST {
            return;
        }
        self.waiting.borrow_mut().push((still.clone(), universe));
        if self.waiting.borrow().len() == BATCH {
            self.settle();
        }
    }

    /// Takes in what waits.
    pub fn settle(&self) {
        let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
        waiting.into_iter().for_each(|(still, universe)| self.take_in(still, universe));
    }

    fn take_in(&self, still: Still, universe: Universe) {
        let mut blocks = self.blocks.borrow_mut();
        if blocks.last().is_none_or(|block| block.stills.len() == BLOCK) {
            blocks.push(Block::default());
        }
        let Some(block) = blocks.last_mut() else { return };
        let bit = 1u64 << block.stills.len();
        *(if universe == Universe::Database { &mut block.known } else { &mut block.others }) |= bit;
        block.stills.push(still);
        self.taken.set(self.taken.get() + 1);
    }

    /// Whether for some lead of a universe what `decide` makes of the masks of two nodes holds.
    fn some(&self, terms: &Terms<'_>, one: NodeId, other: NodeId, universe: Universe, decide: impl Fn(u64, u64) -> u64) -> bool {
        self.blocks.borrow_mut().iter_mut().any(|block| {
            let of = if universe == Universe::Database { block.known } else { block.others };
            of != 0 && of & decide(block.mask(terms, one), block.mask(terms, other)) != 0
        })
    }

    /// Whether a lead is in both of two nodes.
    pub fn in_both(&self, terms: &Terms<'_>, one: NodeId, other: NodeId, universe: Universe) -> bool {
        self.some(terms, one, other, universe, |one, other| one & other)
    }

    /// Whether a lead is in a node.
    pub fn in_one(&self, terms: &Terms<'_>, node: NodeId, universe: Universe) -> bool {
        self.in_both(terms, node, Terms::ALWAYS, universe)
    }

    /// Whether a lead is in one of two nodes and not in the other.
    pub fn differ(&self, terms: &Terms<'_>, one: NodeId, other: NodeId, universe: Universe) -> bool {
        self.some(terms, one, other, universe, |one, other| one ^ other)
    }
}

impl Block {
    /// For which of the leads a node holds.
    fn mask(&mut self, terms: &Terms<'_>, node: NodeId) -> u64 {
        if self.masks.len() < terms.len() {
            self.masks.resize(terms.len(), 0);
            self.asked.resize(terms.len(), 0);
        }
        let (mask, asked) = self.known(node);
        if usize::from(asked) == self.stills.len() {
            return mask;
        }
        // The leads are lent to those who ask them.
        let stills = std::mem::take(&mut self.stills);
        let mut asking: Vec<Option<Asking<'_, '_>>> = stills.iter().map(|_| None).collect();
        let mask = self.make(terms, node, &stills, &mut asking);
        self.stills = stills;
        mask
    }

    fn known(&self, node: NodeId) -> (u64, u8) {
        (self.masks.get(node as usize).copied().unwrap_or(0), self.asked.get(node as usize).copied().unwrap_or(0))
    }

    fn make<'a, 'p>(&mut self, terms: &'a Terms<'p>, node: NodeId, stills: &'a [Still], asking: &mut [Option<Asking<'a, 'p>>]) -> u64 {
        let count = stills.len() as u8;
        let all: u64 = if count >= 64 { u64::MAX } else { (1 << count) - 1 };
        let (known, asked) = self.known(node);
        if asked == count {
            return known;
        }
        let mask = match terms.node(node) {
            Node::Constant(value) => {
                if *value {
                    all
                } else {
                    0
                }
            }
            Node::And(of) => of.iter().fold(all, |mask, part| if mask == 0 { 0 } else { mask & self.make(terms, *part, stills, asking) }),
            Node::Or(of) => of.iter().fold(0, |mask, part| if mask == all { all } else { mask | self.make(terms, *part, stills, asking) }),
            Node::Not(of) => all & !self.make(terms, *of, stills, asking),
            _ => {
                let mut mask = known;
                for (place, still) in stills.iter().enumerate().skip(usize::from(asked)) {
                    let Some(slot) = asking.get_mut(place) else { continue };
                    if slot.get_or_insert_with(|| Asking::new(terms, still)).holds(node) {
                        mask |= 1 << place;
                    }
                }
                mask
            }
        };
        if let (Some(slot), Some(asked)) = (self.masks.get_mut(node as usize), self.asked.get_mut(node as usize)) {
            (*slot, *asked) = (mask, count);
        }
        mask
    }
}
