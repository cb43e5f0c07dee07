//! The value of a score at an instant, and when it can next cross a threshold.

use super::lead::{DAY, Instant};
use super::policy::{EventPoints, Score};

/// The parts of a score's sum, in millionths of a point, before it is clamped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    /// What events gave, as far as it is above zero.
    pub gained: i128,
    /// What events took, as a positive number.
    pub lost: i128,
    /// What holds now.
    pub standing: i128,
    /// How many events have a part in it that can still fade.
    pub live: u32,
    /// When the first of them fades by a step.
    pub next_step: Option<Instant>,
}

impl Sum {
    pub fn total(&self) -> i128 {
        self.gained - self.lost + self.standing
    }
}

impl Score {
    /// Its sum at `at`. `list` gives the instants of a list's events, in order; `holds` the truth of a node.
    pub fn sum<'l>(&self, at: Instant, list: impl Fn(u32) -> &'l [Instant], holds: impl Fn(u32) -> bool) -> Sum {
        let mut sum = Sum { standing: self.when.iter().filter(|(node, _)| holds(*node)).map(|(_, points)| points).sum(), ..Sum::default() };
        for line in &self.events {
            self.line(line, at, list(line.list), &mut sum);
        }
        sum
    }

    fn line(&self, line: &EventPoints, at: Instant, events: &[Instant], sum: &mut Sum) {
        let Some(fade) = &self.fade else {
            let counted = match line.cap {
                None => events.len() as i128,
                Some(cap) => Counted::new(events, cap).count() as i128,
            };
            let points = line.points * counted;
            if points > 0 {
                sum.gained += points
            } else {
                sum.lost -= points
            }
            return;
        };
        let mut add = |event: Instant| {
            let days = (at - event) / DAY;
            let left = fade.left(line.points, days);
            if left > 0 {
                sum.gained += left
            } else {
                sum.lost -= left
            }
            if left != 0 {
                sum.live += 1;
                let step = event + (days + 1) * DAY;
                sum.next_step = Some(sum.next_step.map_or(step, |known| known.min(step)));
            }
            left != 0
        };
        // Newest first: when one has faded to nothing, so have all before it.
        match line.cap {
            None => {
                let _ = events.iter().rev().all(|event| add(*event));
            }
            Some(cap) => {
                let _ = Counted::new(events, cap).all(&mut add);
            }
        }
    }

    /// The next threshold above a sum that something asks for.
    pub fn above(&self, total: i128) -> Option<i128> {
        self.thresholds.iter().map(|(value, _)| *value).find(|value| *value > total)
    }

    /// Until when no threshold that is asked for can be crossed by fading alone; `None` if never.
    pub fn quiet_until(&self, at: Instant, sum: &Sum) -> Option<Instant> {
        let fade = self.fade.as_ref()?;
        let next_step = sum.next_step?;
        let total = sum.total();
        let below = self.thresholds.iter().rev().map(|(value, _)| *value).find(|value| *value <= total);
        let above = self.above(total);
        // What was lost comes back at most as a whole, and what was gained may go as a whole.
        let can_fall = below.is_some_and(|below| total - sum.gained < below);
        let can_rise = above.is_some_and(|above| total + sum.lost >= above);
        if !can_fall && !can_rise {
            return None;
        }
        // Each event is rounded by itself, and each factor of the table is: both are bounded here.
        let slack = 4 * i128::from(sum.live) + 4 + ((sum.gained + sum.lost) >> 26);
        let never = i64::MAX / (4 * DAY);
        // It can fall below a threshold once less than this is left of what was gained …
        let falls = below.filter(|_| can_fall).map_or(never, |below| {
            let needed = below + sum.lost - sum.standing + slack;
            if needed <= 0 { never } else { fade.days_until_below(sum.gained, needed) }
        });
        // … and rise to one once no more than this is left of what was lost.
        let rises = above.filter(|_| can_rise).map_or(never, |above| {
            let left = sum.gained + sum.standing + slack - above;
            if left < 0 { never } else { fade.days_until_below(sum.lost, left + 1) }
        });
        let safe = falls.min(rises) - 1;
        Some(if safe > 0 { at.saturating_add(safe.saturating_mul(DAY)).max(next_step) } else { next_step })
    }
}

/// Caps up to this one need no memory of their own.
const SMALL: usize = 8;

/// The events that count under a cap, newest first: an event counts unless `most` later ones that count lie in the window
/// that begins with it, so unless the one that counted `most` before does.
struct Counted<'l> {
    events: &'l [Instant],
    most: usize,
    seconds: i64,
    /// How many have counted.
    taken: usize,
    /// The last `most` that counted, in a ring.
    few: [Instant; SMALL],
    many: Vec<Instant>,
}

impl<'l> Counted<'l> {
    fn new(events: &'l [Instant], (most, seconds): (u32, i64)) -> Self {
        let most = most as usize;
        // A cap that is never reached needs no ring.
        let many = if most > SMALL && most < events.len() { vec![0; most] } else { Vec::new() };
        Self { events, most, seconds, taken: 0, few: [0; SMALL], many }
    }
}

impl Iterator for Counted<'_> {
    type Item = Instant;

    fn next(&mut self) -> Option<Instant> {
        while let Some((event, rest)) = self.events.split_last() {
            self.events = rest;
            let place = self.taken.checked_rem(self.most)?;
            let ring = if self.most <= SMALL { self.few.as_mut_slice() } else { self.many.as_mut_slice() };
            let slot = ring.get_mut(place);
            if self.taken >= self.most && slot.as_ref().is_some_and(|before| **before < event + self.seconds) {
                continue;
            }
            if let Some(slot) = slot {
                *slot = *event;
            }
            self.taken += 1;
            return Some(*event);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_take_the_newest() {
        let days = |list: &[i64]| list.iter().map(|day| day * DAY).collect::<Vec<_>>();
        let counted = |events: &[i64], most, length| Counted::new(&days(events), (most, length * DAY)).map(|at| at / DAY).collect::<Vec<_>>();
        assert_eq!(counted(&[0, 1, 2, 3], 2, 7), [3, 2]);
        assert_eq!(counted(&[0, 5, 7], 1, 7), [7, 0], "what is exactly seven days old is out of the window");
        assert_eq!(counted(&[0, 0, 0], 2, 1), [0, 0]);
        assert_eq!(counted(&[1], 0, 1), Vec::<i64>::new());
    }
}
