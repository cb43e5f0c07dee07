//! Brings scores of an example to where they have to be: one event more, one less, one older or younger.

use super::cone::Cone;
use super::find::{Failed, Prover, possible};
use super::needed::{Needed, known_of};
use super::points::{self, Known};
use crate::run::Terms;
use crate::run::lead::{DAY, Event};
use crate::run::still::{Asking, Still};

/// Events that are added to bring a score to where it has to be.
const ADDED: usize = 400;
/// Changes of a history that are tried for one question, each held against the evaluator.
pub(super) const TRIED: usize = 16_000;

impl Prover {
    /// Brings scores to where they have to be, or shows that they cannot be there.
    pub(super) fn score(&self, terms: &Terms<'_>, cone: &Cone, needed: &Needed, still: &mut Still) -> Result<(), Failed> {
        for (node, score, value, is) in &needed.scores {
            let mut known = known_of(terms, needed, *score);
            let contradicts = |known: &Known| {
                let (low, high) = points::bounds(terms, &self.filters, *score, known);
                if *is { high.is_some_and(|high| high < *value) } else { low.is_some_and(|low| low >= *value) }
            };
            if contradicts(&known) {
                // What is not needed for the contradiction is left out of the lesson.
                let mut place = 0;
                while place < known.counts.len() {
                    let taken = known.counts.remove(place);
                    if !contradicts(&known) {
                        known.counts.insert(place, taken);
                        place += 1;
                    }
                }
                let mut place = 0;
                while place < known.nodes.len() {
                    let taken = known.nodes.remove(place);
                    if !contradicts(&known) {
                        known.nodes.insert(place, taken);
                        place += 1;
                    }
                }
                let lits = known.counts.iter().map(|(node, _, is)| (*node, *is)).chain(known.nodes.iter().copied()).chain([(*node, *is)]);
                return Err(Failed::Lesson(lits.filter_map(|(node, is)| Some(cone.lits.get(&node)?.apply_sign(is))).collect()));
            }
        }
        for _ in 0..ADDED {
            let mut asking = Asking::new(terms, still);
            let Some((_, score, value, is)) = needed.scores.iter().find(|(node, _, _, is)| asking.holds(*node) != *is) else { return Ok(()) };
            let name = terms.plan().scores.get(*score as usize).map_or("", |score| score.name.as_str());
            if needed.tried.get() > TRIED {
                return Err(Failed::Because(format!("bringing `{name}` to where it has to be took longer than the budget allows")));
            }
            if !self.push(terms, needed, still, *score, *value, *is) {
                return Err(Failed::Because(format!("no history was found that brings `{name}` to where it has to be")));
            }
        }
        Err(Failed::Because("bringing a score to where it has to be took too many events".to_owned()))
    }

    /// One event more, one less, or one older, that brings a score nearer to `value` (or below it) and spoils nothing.
    fn push(&self, terms: &Terms<'_>, needed: &Needed, still: &mut Still, number: u32, value: i128, up: bool) -> bool {
        let Some(score) = terms.score(number) else { return false };
        let current = Asking::new(terms, still).score(number);
        let better = |before: i128, after: i128| if up { after > before } else { after < before };
        let counts_hold = |still: &Still| {
            let mut asking = Asking::new(terms, still);
            needed.counts.iter().all(|(node, _, is)| asking.holds(*node) == *is)
        };
        let mut best: Option<(i128, Still)> = None;
        let mut consider = |still: Still| {
            // Each costs as much as the lead did things.
            needed.tried.set(needed.tried.get().saturating_add(1 + still.lead.events.len() / 16));
            if needed.tried.get() > TRIED || !possible(terms.plan(), &still) {
                return;
            }
            let reached = Asking::new(terms, &still).score(number);
            // What reaches the aim by little is better than what overshoots it.
            let nearer = |one: i128, other: i128| {
                let done = |score: i128| (score >= value) == up;
                match (done(one), done(other)) {
                    (true, true) => (one - value).abs() < (other - value).abs(),
                    (true, false) => true,
                    (false, true) => false,
                    (false, false) => better(other, one),
                }
            };
            if better(current, reached) && best.as_ref().is_none_or(|(known, _)| nearer(reached, *known)) && counts_hold(&still) {
                best = Some((reached, still));
            }
        };
        let mut edges: Vec<i64> = needed.counts.iter().filter_map(|(_, count, _)| count.window.last).collect();
        edges.extend([0, DAY]);
        for (most, length) in score.events.iter().filter_map(|line| line.cap) {
            // The slots of a cap: the first that is free, as far as events can tell, and those before it.
            let slot = (still.lead.events.len() / most.max(1) as usize) as i64;
            edges.extend((slot - 2..=slot + 1).filter(|slot| *slot > 0).map(|slot| slot.saturating_mul(length)));
        }
        edges.sort_unstable();
        edges.dedup();
        for line in score.events.iter().filter(|line| (line.points > 0) == up) {
            let Some(list) = terms.list(line.list) else { continue };
            let others: Vec<(u32, bool)> = needed
                .counts
                .iter()
                .filter(|(_, count, is)| !is && count.list != line.list && terms.list(count.list).is_some_and(|of| of.signal == list.signal))
                .map(|(_, count, _)| (count.list, false))
                .collect();
            for age in edges.iter().copied().take(16) {
                let at = still.now - age;
                let with_others: Vec<(u32, bool)> = [(line.list, true)].into_iter().chain(others.iter().copied()).collect();
                for wanted in [with_others.as_slice(), &[(line.list, true)]] {
                    if let Some(fields) = self.filters.event(terms, list.signal, at, wanted) {
                        let mut next = still.clone();
                        next.lead.events.push(Event { at, signal: list.signal, fields });
                        next.lead.events.sort_by_key(|event| event.at);
                        consider(next);
                    }
                }
            }
        }
        if up {
            // What happened may have happened later: it has faded less.
            for place in 0..still.lead.events.len() {
                for edge in edges.iter().copied().take(20) {
                    let mut younger = still.clone();
                    let Some(event) = younger.lead.events.get_mut(place) else { continue };
                    let at = still.now - edge;
                    if at <= event.at {
                        break;
                    }
                    event.at = at;
                    younger.lead.events.sort_by_key(|event| event.at);
                    consider(younger);
                }
            }
        }
        if !up || score.events.iter().any(|line| line.points < 0) {
            for place in 0..still.lead.events.len() {
                let mut without = still.clone();
                let event = without.lead.events.remove(place);
                consider(without.clone());
                for edge in edges.iter().rev().copied().chain([3600 * 24 * 3000]) {
                    let older = still.now - edge - 1;
                    let just = still.now - edge + 1;
                    for at in [older, just].into_iter().filter(|at| *at < event.at) {
                        let mut aged = without.clone();
                        aged.lead.events.push(Event { at, ..event.clone() });
                        aged.lead.events.sort_by_key(|event| event.at);
                        consider(aged);
                    }
                }
            }
        }
        match best {
            Some((_, next)) => {
                *still = next;
                true
            }
            None => false,
        }
    }
}
