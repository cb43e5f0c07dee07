//! Leads against whom predicates are held before anything is proved: where one of them decides, no search is needed. Which they are
//! depends on the policy alone.

use std::cell::{Cell, RefCell};

use super::Universe;
use super::choose;
use super::column::Ask;
use super::filters;
use crate::plan::FieldType;
use crate::run::Terms;
use crate::run::lead::{DAY, Event, Fact, Instant, Lead};
use crate::run::policy::{Node, NodeId};
use crate::run::still::{Asking, Still};

/// How many leads are made up; as many again are learnt from what searches find.
const MADE: usize = 64;
/// How many there can be.
const MOST: usize = 128;
/// How many are taken in at a time.
const BATCH: usize = 16;

/// Leads, by bits.
pub struct Samples {
    stills: RefCell<Vec<(Still, Universe)>>,
    /// For each node: for which of the first leads it holds, and how many were asked.
    masks: RefCell<Vec<(u128, u8)>>,
    /// Leads that were learnt and wait to be taken in together: each time, every mask has to be made anew.
    waiting: RefCell<Vec<(Still, Universe)>>,
    /// Those of the database, and the others, as bits.
    universes: Cell<(u128, u128)>,
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
    pub fn new(terms: &Terms<'_>, now: Instant) -> Self {
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
        let events: Vec<(u32, Box<[Fact]>)> = lists
            .iter()
            .take(200)
            .filter_map(|list| {
                let signal = terms.list(*list)?.signal;
                Some((signal, filters::event(terms, signal, now, &[(*list, true)])?))
            })
            .collect();
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
                        let Some((signal, fields)) = events.get(dice.roll(events.len())) else { continue };
                        let edge = edges.get(dice.roll(edges.len())).copied().unwrap_or(0);
                        let nudge = match dice.roll(4) {
                            0 => 0,
                            1 => 1,
                            2 => -1,
                            _ => -3_600,
                        };
                        let age = (edge + nudge).max(0);
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
        let made = Self { stills: RefCell::default(), masks: RefCell::default(), waiting: RefCell::default(), universes: Cell::default() };
        stills.into_iter().for_each(|(still, universe)| made.take_in(still, universe));
        made
    }

    /// Takes in a lead that a search found.
    pub fn learn(&self, still: &Still, universe: Universe) {
        let mut waiting = self.waiting.borrow_mut();
        if self.stills.borrow().len() + waiting.len() >= MOST {
            return;
        }
        waiting.push((still.clone(), universe));
        if waiting.len() == BATCH {
            waiting.drain(..).for_each(|(still, universe)| self.take_in(still, universe));
        }
    }

    fn take_in(&self, still: Still, universe: Universe) {
        let mut stills = self.stills.borrow_mut();
        if stills.len() < MOST {
            let bit = 1u128 << stills.len();
            let (known, others) = self.universes.get();
            self.universes.set(if universe == Universe::Database { (known | bit, others) } else { (known, others | bit) });
            stills.push((still, universe));
        }
    }

    /// For which of the leads a node holds.
    pub fn mask(&self, terms: &Terms<'_>, node: NodeId) -> u128 {
        let stills = self.stills.borrow();
        let mut masks = self.masks.borrow_mut();
        if masks.len() < terms.len() {
            masks.resize(terms.len(), (0, 0));
        }
        if let Some((mask, asked)) = masks.get(node as usize)
            && usize::from(*asked) == stills.len()
        {
            return *mask;
        }
        let mut asking: Vec<Option<Asking<'_, '_>>> = stills.iter().map(|_| None).collect();
        mask_of(terms, node, &stills, &mut masks, &mut asking)
    }

    /// The leads of a universe, as bits.
    pub fn universe(&self, universe: Universe) -> u128 {
        let (known, others) = self.universes.get();
        if universe == Universe::Database { known } else { others }
    }
}

fn mask_of<'a, 'p>(
    terms: &'a Terms<'p>,
    node: NodeId,
    stills: &'a [(Still, Universe)],
    masks: &mut [(u128, u8)],
    asking: &mut [Option<Asking<'a, 'p>>],
) -> u128 {
    let count = stills.len() as u8;
    let all: u128 = if count >= 128 { u128::MAX } else { (1 << count) - 1 };
    let (known, asked) = masks.get(node as usize).copied().unwrap_or((0, 0));
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
        Node::And(of) => of.iter().fold(all, |mask, part| if mask == 0 { 0 } else { mask & mask_of(terms, *part, stills, masks, asking) }),
        Node::Or(of) => of.iter().fold(0, |mask, part| if mask == all { all } else { mask | mask_of(terms, *part, stills, masks, asking) }),
        Node::Not(of) => all & !mask_of(terms, *of, stills, masks, asking),
        _ => {
            let mut mask = known;
            for (place, (still, _)) in stills.iter().enumerate().skip(usize::from(asked)) {
                let Some(slot) = asking.get_mut(place) else { continue };
                if slot.get_or_insert_with(|| Asking::new(terms, still)).holds(node) {
                    mask |= 1 << place;
                }
            }
            mask
        }
    };
    if let Some(slot) = masks.get_mut(node as usize) {
        *slot = (mask, count);
    }
    mask
}
