//! A touch: passed over, skipped, held or sent.

use std::sync::Arc;

use super::super::clock::Zone;
use super::super::hash;
use super::super::lead::{Fact, Instant, Lead};
use super::super::policy::{Cap, Step, Touch};
use super::super::trace::{Holding, Sink, Skipping, StepId, What};
use super::super::values::Token;
use super::steps::After;
use super::{Doing, Player, SentTouch};

/// A held message goes out at least so many seconds after the lead's last one, and within so many seconds after hours
/// that held it.
const HOUR: i64 = 3_600;

impl Player<'_> {
    pub(super) fn touch<S: Sink>(
        &mut self,
        track: u32,
        place: u32,
        touch: &Touch,
        held: Option<(Instant, Option<Instant>)>,
        lead: &Lead,
        sink: &mut S,
    ) -> After {
        let now = self.now;
        let step = self.step_id(track, place);
        if let Some((since, wake)) = held {
            if now >= since.saturating_add(touch.drop_after) {
                self.let_go(track);
                self.record(sink, What::Skipped { step, why: Skipping::HeldTooLong });
                return After::Next(touch.next);
            }
            let release = self.release(track, place, touch, since, now, lead, sink);
            if release != Some(now) || self.behind(track, touch, true).is_some() {
                // It stands still; when it can go has perhaps moved.
                if let Some(at) = release.filter(|at| *at > now && wake != Some(*at)) {
                    self.wake(at, Token::Track(track));
                }
                return After::Waits(Doing::Held(since, release.filter(|at| *at > now)), Some(place));
            }
            self.let_go(track);
        }
        if touch.message && touch.once.is_some_and(|once| self.once.get(once as usize) == Some(&true)) {
            self.record(sink, What::PassedOver { step });
            if let Some(next) = touch.next
                && let Some(Step::Wait { next: after, .. }) = self.policy.steps.get(next as usize)
            {
                let wait = self.step_id(track, next);
                self.record(sink, What::WaitPassedOver { step: wait });
                return After::Next(*after);
            }
            return After::Next(touch.next);
        }
        if let Some(why) = self.skipped(touch, lead) {
            self.record(sink, What::Skipped { step, why });
            return After::Next(touch.next);
        }
        if held.is_none()
            && let Some(why) = self.holding(track, touch, lead, sink)
        {
            let deadline = now.saturating_add(touch.drop_after);
            let release = self.release(track, place, touch, now, now + 1, lead, sink);
            let until = if matches!(why, Holding::Behind(_)) { None } else { release };
            self.record(sink, What::Held { step, why, until });
            self.wake(deadline, Token::Track(track));
            if let Some(at) = release {
                self.wake(at, Token::Track(track));
            }
            return After::Waits(Doing::Held(now, release), Some(place));
        }
        self.send(touch, held.map(|(since, _)| since), step, lead, sink);
        After::Next(touch.next)
    }

    fn send<S: Sink>(&mut self, touch: &Touch, held_since: Option<Instant>, step: StepId, lead: &Lead, sink: &mut S) {
        let (now, program) = (self.now, step.program);
        self.record(sink, What::Sent { step, held_since });
        self.forget_old();
        self.sent.push(SentTouch { at: now, program, channel: touch.channel });
        if touch.message {
            self.last_message = Some(now);
            if let Some(once) = touch.received.and_then(|once| self.once.get_mut(once as usize)) {
                *once = true;
            }
            self.did(self.policy.builtin.receive, program, touch.content, Some(touch.channel), touch.label.as_ref());
        }
        if let Some(anchor) = touch.anchor {
            // The steps that follow count from this sending on; `leave when` and the goal see it in the next second.
            if self.values.anchor(anchor, Some(now)) {
                self.wake(now + 1, Token::Instant);
            }
            self.values.settle(lead);
        }
    }

    /// Lets go of what is too old for every limit, so that memory does not grow with time.
    fn forget_old(&mut self) {
        if self.sent.len() < 64 || !self.sent.len().is_power_of_two() {
            return;
        }
        let longest = self.policy.caps.iter().chain(self.policy.programs.iter().flat_map(|program| &program.caps)).map(|cap| cap.seconds).max().unwrap_or(0);
        let now = self.now;
        self.sent.retain(|sent| sent.at > now - longest);
    }

    /// Why a touch is skipped, if so.
    fn skipped(&self, touch: &Touch, lead: &Lead) -> Option<Skipping> {
        let rules = self.policy.channels.get(touch.channel as usize);
        let fails = |node: Option<u32>| node.is_some_and(|node| !self.values.asked(node, lead));
        match () {
            () if touch.draft => Some(Skipping::Draft),
            () if fails(touch.only_if) => Some(Skipping::OnlyIf),
            () if fails(touch.reason) => Some(Skipping::Reason),
            () if touch.message && !self.values.identified => Some(Skipping::Anonymous),
            () if rules.is_some_and(|rules| !rules.addresses.is_empty() && !rules.addresses.iter().any(|field| self.reachable(*field, lead))) => {
                Some(Skipping::NoAddress)
            }
            () if self.bars.get(touch.channel as usize).is_some_and(Option::is_some) || (touch.message && self.barred.is_some()) => Some(Skipping::Barred),
            () if fails(rules.and_then(|rules| rules.needs)) => Some(Skipping::Needs),
            () if rules.and_then(|rules| rules.never).is_some_and(|node| self.values.asked(node, lead)) => Some(Skipping::Never),
            () => None,
        }
    }

    fn reachable(&self, field: u32, lead: &Lead) -> bool {
        matches!(self.values.fact(field, lead), Fact::Text(address) if !address.is_empty())
    }

    /// Why a touch that was not held before cannot go now, if so.
    fn holding<S: Sink>(&mut self, track: u32, touch: &Touch, lead: &Lead, sink: &mut S) -> Option<Holding> {
        if let Some((older, step)) = self.behind(track, touch, false) {
            return Some(Holding::Behind(self.step_id(older, step)));
        }
        let policy = self.policy;
        let number = policy.tracks.get(track as usize).map_or(0, |own| own.program);
        let program = policy.programs.get(number as usize)?;
        if let Some(place) = program.caps.iter().position(|cap| !self.free(cap, touch, Some(number))) {
            return Some(Holding::ProgramCap(place as u32));
        }
        if let Some(place) = policy.caps.iter().position(|cap| !self.free(cap, touch, None)) {
            return Some(Holding::Cap(place as u32));
        }
        if !touch.message || program.hours.always_open() {
            return None;
        }
        let zone = self.lead_zone(lead, sink);
        program.hours.closed_at(&zone, self.now)
    }

    /// The first older message of the channel that is held, with its step. For a touch that is held itself, older is what
    /// comes before it; every held message is older than one that is not held.
    fn behind(&self, track: u32, touch: &Touch, held: bool) -> Option<(u32, u32)> {
        if !touch.message {
            return None;
        }
        let mut first: Option<(u32, u32)> = None;
        for other in self.running.iter().copied().filter(|other| *other != track) {
            let Some((Doing::Held(..), Some(place))) = self.tracks.get(other as usize).map(|run| (run.doing, run.at)) else { continue };
            let Some(Step::Touch(known)) = self.policy.steps.get(place as usize) else { continue };
            if known.channel != touch.channel || !known.message || (held && self.rank(other) > self.rank(track)) {
                continue;
            }
            if first.is_none_or(|(first, _)| self.rank(other) < self.rank(first)) {
                first = Some((other, place));
            }
        }
        first
    }

    /// Whether a limit lets a touch go now.
    fn free(&self, cap: &Cap, touch: &Touch, program: Option<u32>) -> bool {
        cap.channels >> touch.channel as u8 & 1 == 0 || (cap.most > 0 && self.free_at(cap, program).is_none_or(|at| at <= self.now))
    }

    /// The first instant at which a limit lets another touch go; `None` if it does already.
    fn free_at(&self, cap: &Cap, program: Option<u32>) -> Option<Instant> {
        let counted = self.sent.iter().rev().take_while(|sent| sent.at > self.now - cap.seconds);
        let mut counted = counted.filter(|sent| cap.channels >> sent.channel as u8 & 1 == 1 && program.is_none_or(|program| sent.program == program));
        counted.nth((cap.most as usize).checked_sub(1)?).map(|sent| sent.at + cap.seconds)
    }

    /// The first instant from `earliest` on at which a held touch can go, if nothing else is sent; `None` if that is not
    /// before it is dropped.
    #[allow(clippy::too_many_arguments, reason = "all of it decides")]
    fn release<S: Sink>(&mut self, track: u32, place: u32, touch: &Touch, since: Instant, earliest: Instant, lead: &Lead, sink: &mut S) -> Option<Instant> {
        let policy = self.policy;
        let number = policy.tracks.get(track as usize)?.program;
        let program = policy.programs.get(number as usize)?;
        let deadline = since.saturating_add(touch.drop_after);
        let mut at = earliest;
        let own = program.caps.iter().map(|cap| (cap, Some(number)));
        for (cap, counted) in own.chain(policy.caps.iter().map(|cap| (cap, None))) {
            if cap.channels >> touch.channel as u8 & 1 == 1 {
                if cap.most == 0 {
                    return None;
                }
                at = at.max(self.free_at(cap, counted).unwrap_or(at));
            }
        }
        if touch.message {
            at = at.max(self.last_message.map_or(at, |last| last + HOUR));
            if !program.hours.always_open() {
                let zone = self.lead_zone(lead, sink);
                at = program.hours.opens(&zone, at, deadline)?;
                if let Some(opened) = program.hours.opened(&zone, at, since) {
                    let step = place - program.steps.start + 1;
                    let chance = hash::of(&[&lead.id, &program.name, &format!("step {step}")]);
                    let length = program.hours.open_for(&zone, opened, HOUR).max(1);
                    at = at.max(opened + i64::try_from(chance % length.unsigned_abs()).unwrap_or(0));
                }
            }
        }
        (at < deadline).then_some(at)
    }

    /// The zone of the lead's own clock.
    fn lead_zone<S: Sink>(&mut self, lead: &Lead, sink: &mut S) -> Arc<Zone> {
        if let Some(zone) = &self.zone {
            return Arc::clone(zone);
        }
        let own = match self.policy.timezone_field.map(|field| self.values.fact(field, lead)) {
            Some(Fact::Text(name)) if !name.is_empty() => {
                let known = Zone::named(name);
                if known.is_none() && !std::mem::replace(&mut self.zone_told, true) {
                    self.record(sink, What::UnknownZone);
                }
                known
            }
            _ => None,
        };
        Arc::clone(self.zone.insert(own.unwrap_or_else(|| Arc::clone(&self.policy.zone))))
    }
}
