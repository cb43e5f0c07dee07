//! Events that make counts come out as they are needed, or a proof that none do.

use super::cone::Count;
use super::filters::{Filters, Shape};
use super::sat::{Lit, Sat, Verdict};
use crate::run::Terms;
use crate::run::lead::{DAY, Fact, Instant};
use crate::run::policy::Window;

/// The most events of one signal that a history is searched for.
const SLOTS: usize = 48;
/// The most events times filters that a history is searched for: its clauses grow with both.
const WORK: usize = 160;
/// Conflicts that the search may cost.
const BUDGET: u64 = 5_000;

/// A count, and whether it has to be reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    pub count: Count,
    pub is: bool,
}

/// An event that was made up: its age in seconds, and its fields.
pub(super) type Made = (i64, Box<[Fact]>);

/// What came of it.
pub(super) enum Realized {
    Events(Vec<Made>),
    /// No history does: these needs contradict each other, by their places.
    Impossible(Vec<usize>),
    GaveUp,
}

/// The ages that a window takes in: below this; `None` for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Limit(i64);

const ALL_TIME: Limit = Limit(i64::MAX);

fn limit(window: &Window, now: Instant, anchors: &[(u32, Instant)]) -> Limit {
    let mut most = ALL_TIME.0;
    if let Some(last) = window.last {
        most = most.min(last);
    }
    if let Some(since) = window.since {
        most = most.min(now.saturating_sub(since).saturating_add(1));
    }
    if let Some(anchor) = window.anchor {
        most = most.min(anchors.iter().find(|(known, _)| *known == anchor).map_or(0, |(_, at)| now.saturating_sub(*at)));
    }
    Limit(most.max(0))
}

/// An age in `[from, to)` as one would say it.
fn age_between(from: i64, to: i64) -> i64 {
    let whole = (from.div_euclid(DAY) + 1) * DAY;
    if whole < to {
        whole
    } else if from % DAY == 0 && from > 0 && from < to {
        from
    } else {
        let hour = (from.div_euclid(3600) + 1) * 3600;
        if hour < to { hour } else { from }
    }
}

/// Events of a signal, oldest last, by which all needs come out.
pub(super) fn realize(terms: &Terms<'_>, filters: &Filters, signal: u32, needs: &[Need], now: Instant, anchors: &[(u32, Instant)]) -> Realized {
    let limits: Vec<Limit> = needs.iter().map(|need| limit(&need.count.window, now, anchors)).collect();
    if needs.iter().all(|need| !need.is) {
        return Realized::Events(Vec::new());
    }
    let mut lists: Vec<u32> = needs.iter().map(|need| need.count.list).collect();
    lists.sort_by_cached_key(|list| terms.list_meaning(*list));
    lists.dedup();
    if let Some(events) = greedy(terms, filters, signal, needs, &limits, now) {
        return Realized::Events(events);
    }
    slots(terms, filters, signal, needs, &limits, &lists, now)
}

/// One after the other, from the narrowest window on: enough for one filter a signal, and where nothing is to stay out; else tried, and
/// held against all needs at the end.
fn greedy(terms: &Terms<'_>, filters: &Filters, signal: u32, needs: &[Need], limits: &[Limit], now: Instant) -> Option<Vec<Made>> {
    let kept_out: Vec<u32> = needs.iter().filter(|need| !need.is).map(|need| need.count.list).collect();
    let mut edges: Vec<i64> = limits.iter().map(|limit| limit.0).collect();
    edges.push(0);
    edges.sort_unstable();
    edges.dedup();
    let mut order: Vec<(usize, &Need)> = needs.iter().enumerate().filter(|(_, need)| need.is).collect();
    order.sort_by_key(|(place, need)| (limits.get(*place).copied().unwrap_or(ALL_TIME), need.count.least));
    let mut events: Vec<(i64, u32, Box<[Fact]>)> = Vec::new();
    for (place, need) in order {
        let Limit(below) = limits.get(place).copied()?;
        let have = events.iter().filter(|(age, list, _)| *list == need.count.list && *age < below).count();
        let missing = (need.count.least as usize).saturating_sub(have);
        if missing == 0 {
            continue;
        }
        if missing > SLOTS * 4 || below == 0 {
            return None;
        }
        let from = if kept_out.is_empty() { 0 } else { edges.iter().rev().copied().find(|edge| *edge < below).unwrap_or(0) };
        let age = age_between(from, below);
        let mut wanted = vec![(need.count.list, true)];
        wanted.extend(kept_out.iter().filter(|list| **list != need.count.list).map(|list| (*list, false)));
        // Where the one cannot be without the other, windows may still tell them apart.
        let fields = filters.event(terms, signal, now - age, &wanted).or_else(|| filters.event(terms, signal, now - age, &[(need.count.list, true)]))?;
        events.extend((0..missing).map(|_| (age, need.count.list, fields.clone())));
    }
    // What is to stay out: the filter of each event may pass other lists too.
    for (place, need) in needs.iter().enumerate() {
        let Limit(below) = limits.get(place).copied()?;
        let list = terms.list(need.count.list)?;
        let count = events
            .iter()
            .filter(|(age, _, fields)| {
                *age < below && list.filter.as_ref().is_none_or(|filter| filter.holds(fields, now - age, &mut crate::run::policy::Asked::default()))
            })
            .count();
        if (count >= need.count.least as usize) != need.is {
            return None;
        }
    }
    events.sort_by_key(|(age, ..)| *age);
    Some(events.into_iter().map(|(age, _, fields)| (age, fields)).collect())
}

/// At least `least` of some literals.
fn at_least(sat: &mut Sat, lits: &[Lit], least: usize) -> Lit {
    reached(sat, lits, least).last().copied().unwrap_or(sat.constant(false))
}

/// For each number from none to `most`: at least so many of some literals.
pub(super) fn reached(sat: &mut Sat, lits: &[Lit], most: usize) -> Vec<Lit> {
    // reached[j]: at least j of those seen so far.
    let mut reached: Vec<Lit> = vec![sat.constant(true)];
    reached.extend((0..most).map(|_| sat.constant(false)));
    for lit in lits {
        for j in (1..=most).rev() {
            let (Some(before), Some(here)) = (reached.get(j - 1).copied(), reached.get(j).copied()) else { continue };
            let step = sat.all(&[before, *lit]);
            let now = sat.any(&[here, step]);
            if let Some(slot) = reached.get_mut(j) {
                *slot = now;
            }
        }
    }
    reached
}

/// Exact: as many events as could be needed, each with its own fields and age (SEMANTICS 3.1 c).
fn slots(terms: &Terms<'_>, filters: &Filters, signal: u32, needs: &[Need], limits: &[Limit], lists: &[u32], now: Instant) -> Realized {
    let most: usize = needs.iter().filter(|need| need.is).map(|need| need.count.least as usize).sum();
    if most > SLOTS || most * lists.len() > WORK {
        return Realized::GaveUp;
    }
    let mut edges: Vec<i64> = limits.iter().map(|limit| limit.0).filter(|edge| *edge > 0 && *edge < i64::MAX).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut sat = Sat::new(BUDGET);
    struct Slot {
        present: Lit,
        passes: Vec<Lit>,
        younger: Vec<Lit>,
    }
    let slots: Vec<Slot> = (0..most)
        .map(|_| {
            let present = sat.fresh();
            let shape = Shape::new(terms, &mut sat, signal, lists);
            let younger: Vec<Lit> = edges.iter().map(|_| sat.fresh()).collect();
            for (low, high) in younger.iter().zip(younger.iter().skip(1)) {
                sat.clause(&[!*low, *high]);
            }
            Slot { present, passes: shape.lits, younger }
        })
        .collect();
    // Slots are alike: those that are used come first.
    for (one, next) in slots.iter().zip(slots.iter().skip(1)) {
        sat.clause(&[!next.present, one.present]);
    }
    let assumed: Vec<Lit> = needs
        .iter()
        .zip(limits)
        .map(|(need, limit)| {
            let list = lists.iter().position(|list| *list == need.count.list);
            let counted: Vec<Lit> = slots
                .iter()
                .map(|slot| {
                    let passes = list.and_then(|list| slot.passes.get(list)).copied().unwrap_or(sat.constant(false));
                    let younger = match *limit {
                        ALL_TIME => sat.constant(true),
                        Limit(0) => sat.constant(false),
                        Limit(below) => {
                            edges.iter().position(|edge| *edge == below).and_then(|edge| slot.younger.get(edge)).copied().unwrap_or(sat.constant(true))
                        }
                    };
                    sat.all(&[slot.present, passes, younger])
                })
                .collect();
            at_least(&mut sat, &counted, need.count.least as usize).apply_sign(need.is)
        })
        .collect();
    match sat.solve(&assumed) {
        Verdict::GaveUp => Realized::GaveUp,
        Verdict::Unsatisfiable => {
            let core = sat.core(&assumed);
            Realized::Impossible((0..needs.len()).filter(|place| assumed.get(*place).is_some_and(|lit| core.contains(lit))).collect())
        }
        Verdict::Satisfiable => {
            let mut events: Vec<Made> = Vec::new();
            for slot in slots.iter().filter(|slot| sat.holds(slot.present)) {
                let first = slot.younger.iter().position(|lit| sat.holds(*lit));
                let (from, to) = match first {
                    Some(0) => (0, edges.first().copied().unwrap_or(i64::MAX)),
                    Some(place) => (edges.get(place - 1).copied().unwrap_or(0), edges.get(place).copied().unwrap_or(i64::MAX)),
                    None => (edges.last().copied().unwrap_or(0), i64::MAX),
                };
                let age = age_between(from, to);
                let wanted: Vec<(u32, bool)> = lists.iter().zip(&slot.passes).map(|(list, lit)| (*list, sat.holds(*lit))).collect();
                match filters.event(terms, signal, now - age, &wanted) {
                    Some(fields) => events.push((age, fields)),
                    None => return Realized::GaveUp,
                }
            }
            events.sort_by_key(|(age, _)| *age);
            Realized::Events(events)
        }
    }
}
