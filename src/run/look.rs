//! A look at one lead at one instant: which predicates hold, where they stand in each journey, and their scores.

use super::lead::{Instant, Lead};
use super::play::Player;
use super::policy::Policy;
use super::trace::Nothing;
use crate::plan::{Plan, Predicate};

/// What is true of a lead at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// For each journey of the plan, the furthest stage.
    pub stages: Vec<Option<u32>>,
    /// Each score of the plan, clamped, in millionths of a point.
    pub scores: Vec<i128>,
    /// Whether each predicate that was asked holds.
    pub holds: Vec<bool>,
}

impl Look {
    /// A score.
    pub fn score(&self, number: u32) -> Option<i128> {
        self.scores.get(number as usize).copied()
    }
}

/// Looks at a lead at an instant; `None` only if the plan does not hang together.
pub fn at(plan: &Plan, lead: &Lead, at: Instant) -> Option<Look> {
    ask(plan, lead, at, &[])
}

/// Looks at a lead at an instant, and asks predicates too.
pub fn ask(plan: &Plan, lead: &Lead, at: Instant, predicates: &[&Predicate]) -> Option<Look> {
    let extra: Vec<(Option<u32>, &Predicate)> = predicates.iter().map(|predicate| (None, *predicate)).collect();
    let policy = Policy::new(plan, &extra, true).ok()?;
    Some(of(&policy, lead, at))
}

/// Looks at a lead at an instant by a policy that follows everything: see [`Policy::new`].
pub fn of(policy: &Policy, lead: &Lead, at: Instant) -> Look {
    let mut look = Look { stages: Vec::new(), scores: Vec::new(), holds: Vec::new() };
    // Nothing runs before `at`, and what happens at it changes no predicate of it.
    Player::new(policy).play_with(lead, at, at.saturating_add(1), &mut Nothing, |player, now| {
        if now == at {
            look = Look {
                stages: policy.journeys.iter().map(|stages| stages.iter().rposition(|node| player.holds(*node)).map(|place| place as u32)).collect(),
                scores: (0..policy.scores.len() as u32).map(|score| player.score(score)).collect(),
                holds: policy.extra.iter().map(|node| player.holds(*node)).collect(),
            };
        }
    });
    look
}
