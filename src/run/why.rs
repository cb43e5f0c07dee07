//! Why a lead did or did not get a touch: the first clause that stood in the way, and the smallest change in their facts
//! that would have changed it.

mod facts;
mod obstacle;

use super::Unfit;
use super::lead::{Instant, Lead};
use super::play::Player;
use super::policy::Policy;
use super::trace::{Entry, StepId, Trace, What};
use crate::plan::{Action, Plan};

pub use facts::FactChange;
pub use obstacle::Obstacle;

/// What became of one touch.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The touch.
    pub step: StepId,
    /// When it went out.
    pub sent: Vec<Instant>,
    /// What stood in the way, where it never went out.
    pub obstacle: Option<Obstacle>,
    /// The smallest change in the lead's facts with which it would have gone out (or, where it did, would not).
    pub change: Option<Vec<FactChange>>,
    /// Whether every change of one and two facts was tried.
    pub tried_all: bool,
}

/// The touches that a name means: all that send a content or have a label, or of one program `PROGRAM.CONTENT`,
/// `PROGRAM.LABEL`, or `PROGRAM.N` for its step number N.
pub fn touches(plan: &Plan, name: &str) -> Vec<StepId> {
    let (program, name) = match name.split_once('.') {
        Some((program, name)) => (Some(program), name),
        None => (None, name),
    };
    let mut found = Vec::new();
    for (number, known) in (0..).zip(&plan.programs).filter(|(_, known)| program.is_none_or(|program| known.name == program)) {
        for (place, step) in (0..).zip(&known.steps) {
            if let Action::Touch(touch) = &step.action
                && (touch.content.as_deref() == Some(name) || touch.label.as_deref() == Some(name) || (program.is_some() && name.parse() == Ok(place + 1)))
            {
                found.push(StepId { program: number, step: place });
            }
        }
    }
    found
}

/// Plays a lead by a policy that follows everything (see [`Policy::new`]), and says what became of each of `steps`.
///
/// # Errors
/// When the plan does not hang together.
pub fn why(plan: &Plan, policy: &Policy, lead: &Lead, from: Instant, until: Instant, steps: &[StepId]) -> Result<(Vec<Answer>, Vec<Entry>), Unfit> {
    let mut trace = Trace::default();
    Player::new(policy).play(lead, from, until, &mut trace);
    let entries = trace.entries;
    let mut answers = Vec::new();
    for step in steps {
        let sent = sendings(&entries, *step);
        let obstacle = if sent.is_empty() { Some(obstacle::find(plan, policy, lead, from, until, &entries, *step)?) } else { None };
        let (change, tried_all) = facts::smallest(plan, policy, lead, from, until, *step, sent.is_empty());
        answers.push(Answer { step: *step, sent, obstacle, change, tried_all });
    }
    Ok((answers, entries))
}

fn sendings(entries: &[Entry], of: StepId) -> Vec<Instant> {
    entries.iter().filter(|entry| matches!(entry.what, What::Sent { step, .. } if step == of)).map(|entry| entry.at).collect()
}
