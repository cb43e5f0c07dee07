//! The most and the least that a score can be, given what is known of counts and of what its `when` lines stand on
//! (SEMANTICS 3.3): both are bounds, never guesses.

use super::cone::Count;
use super::filters::Filters;
use crate::run::Terms;
use crate::run::lead::DAY;
use crate::run::policy::{EventPoints, NodeId, Score};

/// More events than this of one line are taken for endlessly many.
const ENDLESS: usize = 20_000;

/// What is known: counts that are reached or not, and nodes that hold or not.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub counts: Vec<(NodeId, Count, bool)>,
    pub nodes: Vec<(NodeId, bool)>,
}

impl Known {
    fn holds(&self, node: NodeId) -> Option<bool> {
        self.nodes.iter().find(|(known, _)| *known == node).map(|(_, is)| *is)
    }
}

/// The bounds of a score, clamped; `None` where there is none.
pub(super) fn bounds(terms: &Terms<'_>, filters: &Filters, number: u32, known: &Known) -> (Option<i128>, Option<i128>) {
    let Some(score) = terms.score(number) else { return (Some(0), Some(0)) };
    let (mut low, mut high) = (Some(0i128), Some(0i128));
    let add = |to: &mut Option<i128>, what: Option<i128>| *to = to.zip(what).map(|(sum, what)| sum + what);
    for (node, points) in &score.when {
        let (least, most) = match known.holds(*node) {
            Some(true) => (*points, *points),
            Some(false) => (0, 0),
            None => ((*points).min(0), (*points).max(0)),
        };
        add(&mut low, Some(least));
        add(&mut high, Some(most));
    }
    for line in &score.events {
        let most = most_of(terms, filters, score, line, known);
        let forced = forced(terms, filters, score, line, known);
        let (gain, loss) = if line.points > 0 { (most, forced) } else { (Some(-forced), 0) };
        if line.points > 0 {
            add(&mut high, gain);
            add(&mut low, Some(loss));
        } else {
            add(&mut high, gain);
            add(&mut low, most.map(|most| -most));
        }
    }
    // A sum that is clamped lies within the range whatever it is.
    let low = match (low, score.from) {
        (None, from) => from,
        (Some(low), _) => Some(score.clamped(low)),
    };
    let high = match (high, score.to) {
        (None, to) => to,
        (Some(high), _) => Some(score.clamped(high)),
    };
    (low, high)
}

/// The most that events can add to a score, before it is clamped; `None` where there is no bound.
pub(super) fn events_at_most(terms: &Terms<'_>, filters: &Filters, number: u32, known: &Known) -> Option<i128> {
    let score = terms.score(number)?;
    score.events.iter().filter(|line| line.points > 0).map(|line| most_of(terms, filters, score, line, known)).sum()
}

/// What is left of points after some seconds.
fn left(score: &Score, points: i128, age: i64) -> i128 {
    let size = points.abs();
    score.fade.as_ref().map_or(size, |fade| fade.left(size, age / DAY))
}

/// The most that events of a line can give or take, as a positive number; `None` where there is no bound. Newest first, which is
/// the best choice that a rolling cap and upper bounds allow.
fn most_of(terms: &Terms<'_>, filters: &Filters, score: &Score, line: &EventPoints, known: &Known) -> Option<i128> {
    if !filters.possible(terms, line.list) {
        return Some(0);
    }
    // At most so many events younger than that.
    let limits: Vec<(usize, i64)> = known
        .counts
        .iter()
        .filter(|(_, count, is)| !is && count.window.since.is_none() && count.window.anchor.is_none() && filters.implies(terms, line.list, count.list))
        .map(|(_, count, _)| (count.least as usize - 1, count.window.last.unwrap_or(i64::MAX)))
        .collect();
    let mut ages: Vec<i64> = Vec::new();
    let mut sum = 0;
    let mut age = 0i64;
    loop {
        if let Some((most, length)) = line.cap {
            if most == 0 {
                return Some(sum);
            }
            if let Some(before) = ages.len().checked_sub(most as usize).and_then(|place| ages.get(place)) {
                age = age.max(before.saturating_add(length));
            }
        }
        loop {
            let pushed = limits
                .iter()
                .filter(|(most, below)| age < *below && ages.iter().filter(|known| **known < *below).count() >= *most)
                .map(|(_, below)| *below)
                .max();
            match pushed {
                Some(i64::MAX) => return Some(sum),
                Some(below) => age = below,
                None => break,
            }
        }
        let points = left(score, line.points, age);
        if points == 0 {
            return Some(sum);
        }
        if ages.len() >= ENDLESS || ages.last() == Some(&age) && line.cap.is_none() && limits.iter().all(|(_, below)| age >= *below) {
            return None;
        }
        sum += points;
        ages.push(age);
    }
}

/// What events that are known to have happened give or take at least, as a positive number: the largest single one, as several may be
/// the same events.
fn forced(terms: &Terms<'_>, filters: &Filters, score: &Score, line: &EventPoints, known: &Known) -> i128 {
    known
        .counts
        .iter()
        .filter(|(_, count, is)| *is && count.window.since.is_none() && count.window.anchor.is_none() && filters.implies(terms, count.list, line.list))
        .map(|(_, count, _)| {
            let number = i128::from(line.cap.map_or(count.least, |(most, _)| most.min(count.least)));
            match count.window.last {
                Some(length) => number * left(score, line.points, length - 1),
                None if score.fade.is_none() => number * line.points.abs(),
                None => 0,
            }
        })
        .max()
        .unwrap_or(0)
}
