//! Phase 6 of an instant: running tracks go on, each until it waits, is held or ends.

use super::super::hash;
use super::super::lead::{Instant, Lead};
use super::super::policy::Step;
use super::super::trace::{Ending, Leaving, Sink, What};
use super::super::values::Token;
use super::{Doing, Player, Status};

/// What comes of a step.
pub(super) enum After {
    /// The track goes on there, or ends.
    Next(Option<u32>),
    /// It waits.
    Waits(Doing, Option<u32>),
    /// The track is over, with its program.
    Over,
}

impl Player<'_> {
    /// Where a track comes in the order of an instant: held ones first, then the longest running.
    pub(super) fn rank(&self, track: u32) -> (bool, Instant, Instant, u32, &str, u32) {
        let Some((run, own)) = self.tracks.get(track as usize).zip(self.policy.tracks.get(track as usize)) else { return (true, 0, 0, 0, "", 0) };
        let held = if let Doing::Held(since, _) = run.doing { Some(since) } else { None };
        let program = self.policy.programs.get(own.program as usize);
        let (preferred, name) = program.map_or((0, ""), |program| (program.preferred, program.name.as_str()));
        (held.is_none(), held.unwrap_or(0), run.started, preferred, name, track)
    }

    pub(super) fn run_tracks<S: Sink>(&mut self, lead: &Lead, sink: &mut S) {
        let now = self.now;
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(self.running.iter().copied().filter(|track| match self.tracks.get(*track as usize).map(|run| run.doing) {
            Some(Doing::Ready | Doing::Held(..)) => true,
            Some(Doing::Until(until)) => until <= now,
            // What it waits for can turn while this phase goes on: it is asked when its turn comes.
            Some(Doing::Condition(..)) => true,
            _ => false,
        }));
        if order.len() > 1 {
            order.sort_by(|a, b| self.rank(*a).cmp(&self.rank(*b)));
        }
        for track in &order {
            self.run_track(*track, lead, sink);
        }
        self.order = order;
    }

    fn run_track<S: Sink>(&mut self, track: u32, lead: &Lead, sink: &mut S) {
        let now = self.now;
        let Some(run) = self.tracks.get(track as usize).copied() else { return };
        let mut held = None;
        match run.doing {
            // Another track of this instant ended it.
            Doing::Idle => return,
            Doing::Held(since, wake) => held = Some((since, wake)),
            Doing::Condition(node, until) => {
                let step = self.waiting_step(track);
                let true_now = self.holds(node);
                if !true_now && now < until {
                    return;
                }
                if let Some(step) = step {
                    let step = self.step_id(track, step);
                    self.record(sink, What::Waited { step, true_now });
                }
            }
            Doing::Ready | Doing::Until(_) => {}
        }
        let mut at = match run.doing {
            Doing::Condition(..) => self.behind_wait(track),
            _ => run.at,
        };
        // A held touch stays held until it is let go.
        if held.is_none() {
            self.let_go(track);
        }
        while let Some(step) = at {
            match self.step(track, step, held.take(), lead, sink) {
                After::Next(next) => at = next,
                After::Waits(doing, at) => {
                    match doing {
                        Doing::Until(until) | Doing::Condition(_, until) => self.wake(until, Token::Track(track)),
                        _ => {}
                    }
                    debug_assert!(!matches!(doing, Doing::Until(until) if until <= now));
                    if let Some(run) = self.tracks.get_mut(track as usize) {
                        (run.doing, run.at) = (doing, at);
                    }
                    return;
                }
                After::Over => return,
            }
        }
        self.end_track(track, Ending::Finished, sink);
    }

    /// A track no longer waits or holds anything.
    pub(super) fn let_go(&mut self, track: u32) {
        if let Some(run) = self.tracks.get_mut(track as usize) {
            run.doing = Doing::Ready;
        }
    }

    /// The `wait until` that a track is at.
    fn waiting_step(&self, track: u32) -> Option<u32> {
        self.tracks.get(track as usize).and_then(|run| run.at)
    }

    /// The step behind the `wait until` that a track is at.
    fn behind_wait(&self, track: u32) -> Option<u32> {
        match self.policy.steps.get(self.waiting_step(track)? as usize) {
            Some(Step::WaitUntil { next, .. }) => *next,
            _ => None,
        }
    }

    fn step<S: Sink>(&mut self, track: u32, place: u32, held: Option<(Instant, Option<Instant>)>, lead: &Lead, sink: &mut S) -> After {
        let now = self.now;
        let policy = self.policy;
        let Some(step) = policy.steps.get(place as usize) else { return After::Next(None) };
        let program = policy.tracks.get(track as usize).map_or(0, |own| own.program);
        match step {
            Step::Touch(touch) => self.touch(track, place, touch, held, lead, sink),
            Step::Wait { seconds, next } => {
                let until = now.saturating_add((*seconds).max(1));
                let step = self.step_id(track, place);
                self.record(sink, What::Waits { step, until });
                After::Waits(Doing::Until(until), *next)
            }
            Step::WaitUntil { until, most, next } => {
                if self.holds(*until) {
                    let step = self.step_id(track, place);
                    self.record(sink, What::Waited { step, true_now: true });
                    return After::Next(*next);
                }
                let deadline = now.saturating_add((*most).max(1));
                let step = self.step_id(track, place);
                self.record(sink, What::Waits { step, until: deadline });
                After::Waits(Doing::Condition(*until, deadline), Some(place))
            }
            Step::If { branches, otherwise } => {
                let way = branches.iter().position(|(when, _)| self.values.asked(*when, lead));
                let step = self.step_id(track, place);
                self.record(sink, What::Chose { step, way: way.map(|way| way as u32) });
                After::Next(way.and_then(|way| branches.get(way)).map_or(*otherwise, |(_, next)| *next))
            }
            Step::Split { name, arms } => {
                let own = policy.programs.get(program as usize).map_or("", |program| program.name.as_str());
                let chance = hash::of(&[&lead.id, own, name]);
                let way = arms.iter().position(|(sum, _)| hash::below(chance, *sum));
                let step = self.step_id(track, place);
                self.record(sink, What::Chose { step, way: way.map(|way| way as u32) });
                After::Next(way.and_then(|way| arms.get(way)).and_then(|(_, next)| *next))
            }
            Step::Handoff(handoff) => {
                let step = self.step_id(track, place);
                self.hand_off(*handoff, Some(step), sink);
                After::Over
            }
            Step::Leave => {
                let step = self.step_id(track, place);
                self.leave(program, Leaving::Step(step), Status::Spent, sink);
                After::Over
            }
        }
    }
}
