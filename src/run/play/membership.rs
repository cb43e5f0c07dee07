//! Goals, sales, leaving and joining, and how tracks start and end: phases 1 to 5 of an instant.

use super::super::lead::{Instant, Lead};
use super::super::policy::{Policy, Program, Trigger};
use super::super::trace::{Ending, Leaving, Sink, StepId, What};
use super::super::values::Token;
use super::{Doing, Player, Run, Status};
use crate::plan::Rejoin;

impl<'p> Player<'p> {
    fn program(&self, number: u32) -> Option<&'p Program> {
        self.policy.programs.get(number as usize)
    }

    /// Phase 1.
    pub(super) fn goals<S: Sink>(&mut self, sink: &mut S) {
        for place in 0..self.marks.len() {
            let Some(number) = self.marks.get(place).copied() else { continue };
            let member = self.member(number);
            let Some(goal) = self.program(number).and_then(|program| program.goal.as_ref()) else { continue };
            if member.status != Status::In || member.goal_seen || !self.holds(goal.node) || goal.within.is_some_and(|within| self.now > member.since + within) {
                continue;
            }
            if let Some(member) = self.members.get_mut(number as usize) {
                member.goal_seen = true;
            }
            self.record(sink, What::Goal { program: number });
            self.did(self.policy.builtin.convert, number, None, None, None);
            if goal.ends {
                self.leave(number, Leaving::Goal, Status::Spent, sink);
            }
        }
    }

    /// Phase 2.
    pub(super) fn sales<S: Sink>(&mut self, sink: &mut S) {
        let policy = self.policy;
        if self.sales.has
            && let Some(handoff) = policy.handoffs.get(self.sales.handoff as usize)
        {
            let mut due = None;
            for (place, back) in handoff.back.iter().enumerate() {
                let holds = self.holds(back.when);
                let Some(seen_false) = self.sales.seen_false.get_mut(place) else { continue };
                let ripe = match back.after {
                    Some(after) => self.now >= self.sales.since + after,
                    None => *seen_false,
                };
                *seen_false |= !holds;
                if holds && ripe && due.is_none() {
                    due = Some((place as u32, back.program));
                }
            }
            if let Some((back, program)) = due {
                self.sales.has = false;
                self.record(sink, What::Back { handoff: self.sales.handoff, back });
                if let Some(member) = self.members.get_mut(program as usize) {
                    member.back = true;
                    if member.status == Status::Spent {
                        member.status = Status::Out;
                    }
                }
                self.mark_all();
            }
        }
        let mut taker = None;
        for (number, handoff) in (0..).zip(&policy.handoffs) {
            let holds = self.holds(handoff.when);
            let Some(armed) = self.armed.get_mut(number as usize) else { continue };
            *armed |= !holds;
            if holds && *armed && taker.is_none() && !self.sales.has && self.values.identified {
                taker = Some(number);
            }
        }
        if let Some(handoff) = taker {
            self.hand_off(handoff, None, sink);
        }
    }

    /// Sales takes the lead: all programs end.
    pub(super) fn hand_off<S: Sink>(&mut self, handoff: u32, by: Option<StepId>, sink: &mut S) {
        let policy = self.policy;
        let Some(taken) = policy.handoffs.get(handoff as usize) else { return };
        self.record(sink, What::HandedOff { handoff, by });
        self.sales.has = true;
        self.sales.handoff = handoff;
        self.sales.since = self.now;
        self.sales.seen_false.clear();
        for back in &taken.back {
            let seen_false = !self.holds(back.when);
            self.sales.seen_false.push(seen_false);
            if let Some(after) = back.after {
                self.wake(self.now + after, Token::Handoff);
            }
        }
        let false_now = !self.holds(taken.when);
        if let Some(armed) = self.armed.get_mut(handoff as usize) {
            *armed = false_now;
        }
        for program in 0..self.members.len() as u32 {
            self.leave(program, Leaving::HandedOff, Status::Out, sink);
        }
    }

    /// The lead leaves a program, if they are in it.
    pub(super) fn leave<S: Sink>(&mut self, number: u32, why: Leaving, status: Status, sink: &mut S) {
        let now = self.now;
        let Some(member) = self.members.get_mut(number as usize).filter(|member| member.status == Status::In) else { return };
        member.status = status;
        member.left = Some(now);
        self.record(sink, What::Left { program: number, why });
        let policy = self.policy;
        let Some(program) = policy.programs.get(number as usize) else { return };
        for track in program.tracks.clone() {
            self.end_track(track, Ending::ProgramLeft, sink);
            if let Some(run) = self.tracks.get_mut(track as usize) {
                run.was_in_stage = false;
            }
        }
        self.did(policy.builtin.leave, number, None, None, None);
        let mut counted = self.values.anchor(number, None);
        for label in &program.labels {
            counted |= self.values.anchor(*label, None);
        }
        if counted {
            // What counted since the join counts no more: the next second sees it.
            self.wake(now + 1, Token::Instant);
        }
        if let Rejoin::AfterSeconds(seconds) = program.rejoin {
            self.wake(rejoin_at(now, seconds), Token::Program(number));
        }
    }

    /// A track ends, if it runs.
    pub(super) fn end_track<S: Sink>(&mut self, track: u32, why: Ending, sink: &mut S) {
        let Some(run) = self.tracks.get(track as usize).copied().filter(|run| run.doing != Doing::Idle) else { return };
        if let (Doing::Held(..), Some(step)) = (run.doing, run.at) {
            let step = self.step_id(track, step);
            self.record(sink, What::Dropped { step });
            // Others may have waited behind it; where running tracks have been asked already, they are asked in the next second.
            self.work = true;
            self.wake(self.now + 1, Token::Instant);
        }
        let id = self.track_id(track);
        self.record(sink, What::Ended { track: id, why });
        if let Some(run) = self.tracks.get_mut(track as usize) {
            run.doing = Doing::Idle;
            run.at = None;
        }
        self.running.retain(|known| *known != track);
        if why == Ending::Finished {
            self.did(self.policy.builtin.finish, id.program, None, None, None);
        }
    }

    /// Phase 3.
    pub(super) fn memberships<S: Sink>(&mut self, marks: &[u32], lead: &Lead, sink: &mut S) {
        let policy = self.policy;
        for number in marks {
            let Some(program) = policy.programs.get(*number as usize).filter(|program| !program.draft) else { continue };
            let fits = program.anonymous != self.values.identified;
            let audience = fits && self.holds(program.audience);
            let leaves = program.leave_when.is_some_and(|node| self.holds(node));
            let member = self.member(*number);
            match member.status {
                Status::Spent if !audience => {
                    if let Some(member) = self.members.get_mut(*number as usize) {
                        member.status = Status::Out;
                    }
                }
                Status::Spent => {}
                Status::In => {
                    let over = program.runs.is_some_and(|(_, end)| self.now >= end);
                    let why = match () {
                        () if self.sales.has => Leaving::HandedOff,
                        () if over => Leaving::ProgramOver,
                        () if !audience => Leaving::Audience,
                        () if leaves => Leaving::LeaveWhen,
                        () => continue,
                    };
                    self.leave(*number, why, Status::Out, sink);
                }
                Status::Out if audience && !leaves && !self.sales.has && self.may_join(*number, program, lead) => self.join(*number, policy, sink),
                Status::Out => {}
            }
        }
    }

    fn may_join(&mut self, number: u32, program: &Program, lead: &Lead) -> bool {
        let now = self.now;
        let member = self.member(number);
        let entry = match (program.join_when, program.join_on) {
            (Some(node), _) => self.holds(node),
            (None, Some(_)) => self.invited.contains(&number),
            (None, None) => true,
        };
        let again = match (member.left, program.rejoin) {
            (None, _) | (Some(_), Rejoin::Always) => true,
            (Some(left), Rejoin::AfterSeconds(seconds)) => member.back || now >= rejoin_at(left, seconds),
            (Some(_), Rejoin::Never) => member.back,
        };
        let reached = program.goal.as_ref().is_some_and(|goal| self.holds(goal.without_events));
        if !entry || !again || !program.runs_at(now) || reached {
            return false;
        }
        let held_out = member.held_out.unwrap_or_else(|| program.holds_out(&lead.id));
        if let Some(member) = self.members.get_mut(number as usize) {
            member.held_out = Some(held_out);
        }
        !held_out
    }

    fn join<S: Sink>(&mut self, number: u32, policy: &Policy, sink: &mut S) {
        let now = self.now;
        let Some(member) = self.members.get_mut(number as usize) else { return };
        (member.status, member.since, member.goal_seen, member.back) = (Status::In, now, false, false);
        self.record(sink, What::Joined { program: number });
        self.did(policy.builtin.join, number, None, None, None);
        self.values.anchor(number, Some(now));
        let Some(program) = policy.programs.get(number as usize) else { return };
        for track in program.tracks.clone() {
            if let Some(Trigger::Every(seconds)) = policy.tracks.get(track as usize).map(|track| track.trigger) {
                self.wake(now.saturating_add(seconds), Token::Track(track));
            }
        }
    }

    /// Phase 4.
    pub(super) fn end_stage_tracks<S: Sink>(&mut self, number: u32, sink: &mut S) {
        let policy = self.policy;
        for track in self.program(number).map_or(0..0, |program| program.tracks.clone()) {
            if let Some(Trigger::Stage(node)) = policy.tracks.get(track as usize).map(|track| track.trigger)
                && !self.holds(node)
            {
                self.end_track(track, Ending::StageLeft, sink);
            }
        }
    }

    /// Phase 5.
    pub(super) fn start_tracks<S: Sink>(&mut self, number: u32, sink: &mut S) {
        let policy = self.policy;
        let now = self.now;
        let member = self.member(number);
        let inside = member.status == Status::In;
        for track in self.program(number).map_or(0..0, |program| program.tracks.clone()) {
            let Some(own) = policy.tracks.get(track as usize) else { continue };
            let triggered = match own.trigger {
                Trigger::Join => inside && member.since == now,
                Trigger::Stage(node) => {
                    let in_stage = inside && self.holds(node);
                    let Some(run) = self.tracks.get_mut(track as usize) else { continue };
                    !std::mem::replace(&mut run.was_in_stage, in_stage) && in_stage
                }
                Trigger::Signal(_) => inside && self.fired.binary_search(&track).is_ok(),
                Trigger::Every(seconds) => {
                    let due = inside && self.due.binary_search(&track).is_ok() && now > member.since && (now - member.since) % seconds == 0;
                    if due {
                        self.wake(now.saturating_add(seconds), Token::Track(track));
                    }
                    due
                }
                Trigger::Moment(at) => inside && at == now,
            };
            if !triggered {
                continue;
            }
            let id = self.track_id(track);
            let Some(run) = self.tracks.get_mut(track as usize) else { continue };
            if run.doing != Doing::Idle {
                self.record(sink, What::NotStarted { track: id });
                continue;
            }
            *run = Run { doing: Doing::Ready, started: now, at: own.first, was_in_stage: run.was_in_stage };
            self.running.push(track);
            self.work = true;
            self.record(sink, What::Started { track: id });
        }
    }
}

/// When a lead who left may join again.
fn rejoin_at(left: Instant, seconds: u64) -> Instant {
    left.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX))
}
