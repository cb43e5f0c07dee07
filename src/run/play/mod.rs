//! Plays one lead: the instants at which something can change, each in the order of `grammar/EXECUTION.md`.

mod hearing;
mod membership;
mod sending;
mod steps;
mod telling;

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::Arc;

use smol_str::SmolStr;

use super::clock::Zone;
use super::lead::{Event, Fact, Instant, Lead};
use super::policy::{Policy, Trigger, Watch};
use super::trace::{Entry, Leaving, Sink, What};
use super::values::{Token, Values};
use crate::plan::Channel;

/// Programs that start each other without end are stopped when what they did has made them do something again so many times
/// in a row, each time within two seconds.
const MOST_IN_A_ROW: u32 = 10_000;

/// Whether a lead is in a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Status {
    #[default]
    Out,
    In,
    /// Out until the audience has been false.
    Spent,
}

/// A lead's way with a program.
#[derive(Clone, Copy, Debug, Default)]
struct Member {
    status: Status,
    since: Instant,
    left: Option<Instant>,
    goal_seen: bool,
    held_out: Option<bool>,
    /// Sales gave the lead back to this program.
    back: bool,
}

/// What a running track does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    /// Nothing: it does not run.
    Idle,
    /// It goes on at this instant.
    Ready,
    /// It waits until an instant.
    Until(Instant),
    /// It waits until a node holds, or an instant.
    Condition(u32, Instant),
    /// Its touch is held since an instant; it may go at another, if that is known.
    Held(Instant, Option<Instant>),
}

/// A track of a lead.
#[derive(Clone, Copy, Debug)]
struct Run {
    doing: Doing,
    started: Instant,
    /// The step it is at: that of the touch that is held, or the one behind a wait.
    at: Option<u32>,
    /// For `on stage`: whether the lead was in the program and in one of the stages.
    was_in_stage: bool,
}

/// A touch that went out.
#[derive(Clone, Copy, Debug)]
struct SentTouch {
    at: Instant,
    program: u32,
    channel: Channel,
}

/// A lead whom sales has.
#[derive(Clone, Debug, Default)]
struct Sales {
    has: bool,
    handoff: u32,
    since: Instant,
    /// For each way back, whether its condition has been false since.
    seen_false: Vec<bool>,
}

/// Plays leads, one after the other; what it needs for one is used again for the next.
#[derive(Debug)]
pub struct Player<'p> {
    policy: &'p Policy,
    values: Values<'p>,
    now: Instant,
    live: bool,
    members: Vec<Member>,
    tracks: Vec<Run>,
    running: Vec<u32>,
    once: Vec<bool>,
    sent: Vec<SentTouch>,
    last_message: Option<Instant>,
    bars: [Option<Instant>; Channel::ALL.len()],
    barred: Option<Instant>,
    /// Whether an older bar was made anew at this instant: it can be lifted, and the new one stands.
    barred_anew: bool,
    sales: Sales,
    /// For each handoff, whether its `when` has been false since it took the lead.
    armed: Vec<bool>,
    /// What programs did: events of the next second.
    doings: VecDeque<Event>,
    /// When the last was, and how many came in a row without a pause.
    last_doing: Instant,
    in_a_row: u32,
    /// The zone of the lead's own clock, once it was needed.
    zone: Option<Arc<Zone>>,
    zone_told: bool,
    stages: Vec<Option<u32>>,
    /// Programs to look at in this instant.
    marked: Vec<bool>,
    marks: Vec<u32>,
    handoffs_marked: bool,
    /// Tracks whose token came.
    due: Vec<u32>,
    /// Tracks that an event started.
    fired: Vec<u32>,
    /// Programs that an event lets join.
    invited: Vec<u32>,
    /// Whether there is work for running tracks.
    work: bool,
    turned: Vec<Watch>,
    order: Vec<u32>,
}

impl<'p> Player<'p> {
    /// Plays leads by this policy.
    pub fn new(policy: &'p Policy) -> Self {
        let idle = Run { doing: Doing::Idle, started: 0, at: None, was_in_stage: false };
        Self {
            policy,
            values: Values::new(policy),
            now: 0,
            live: false,
            members: vec![Member::default(); policy.programs.len()],
            tracks: vec![idle; policy.tracks.len()],
            running: Vec::new(),
            once: vec![false; policy.once as usize],
            sent: Vec::new(),
            last_message: None,
            bars: [None; Channel::ALL.len()],
            barred: None,
            barred_anew: false,
            sales: Sales::default(),
            armed: vec![true; policy.handoffs.len()],
            doings: VecDeque::new(),
            last_doing: Instant::MIN,
            in_a_row: 0,
            zone: None,
            zone_told: false,
            stages: vec![None; policy.journeys.len()],
            marked: vec![false; policy.programs.len()],
            marks: Vec::new(),
            handoffs_marked: false,
            due: Vec::new(),
            fired: Vec::new(),
            invited: Vec::new(),
            work: false,
            turned: Vec::new(),
            order: Vec::new(),
        }
    }

    fn reset(&mut self, start: Instant) {
        self.values.reset(start);
        self.live = false;
        self.members.fill(Member::default());
        self.tracks.fill(Run { doing: Doing::Idle, started: 0, at: None, was_in_stage: false });
        self.running.clear();
        self.once.fill(false);
        self.sent.clear();
        self.last_message = None;
        self.bars = [None; Channel::ALL.len()];
        self.barred = None;
        self.barred_anew = false;
        self.sales.has = false;
        self.armed.fill(true);
        self.doings.clear();
        self.last_doing = Instant::MIN;
        self.in_a_row = 0;
        self.zone = None;
        self.zone_told = false;
        self.stages.fill(None);
        self.marked.fill(false);
        self.marks.clear();
        self.handoffs_marked = false;
        self.due.clear();
        self.fired.clear();
        self.invited.clear();
        self.work = false;
    }

    /// Plays a lead over `[from, until)`. Events before `from` count, but nothing is done before it.
    ///
    /// The lead's changes and events must be in order of time.
    pub fn play<S: Sink>(&mut self, lead: &Lead, from: Instant, until: Instant, sink: &mut S) {
        self.play_with(lead, from, until, sink, |_, _| {});
    }

    /// Plays a lead, and shows each instant when all of it has happened.
    pub(super) fn play_with<S: Sink>(&mut self, lead: &Lead, from: Instant, until: Instant, sink: &mut S, mut look: impl FnMut(&Self, Instant)) {
        let start = lead.first_instant().map_or(from, |first| first.min(from));
        self.reset(start);
        let (mut change, mut event) = (0, 0);
        let mut first = true;
        loop {
            let mut next = if self.live { until } else { from };
            if let Some(known) = lead.changes.get(change) {
                next = next.min(known.at);
            }
            if let Some(known) = lead.events.get(event) {
                next = next.min(known.at);
            }
            if let Some(Reverse((due, _))) = self.values.queue.peek() {
                next = next.min(*due);
            }
            if let Some(doing) = self.doings.front() {
                next = next.min(doing.at);
            }
            let after = |at: Option<Instant>| at.filter(|at| first || *at > self.now);
            for at in [after(lead.identified), after(lead.deleted)].into_iter().flatten() {
                next = next.min(at);
            }
            if next >= until {
                return;
            }
            self.now = next;
            self.values.now = next;
            let gone = self.instant(lead, from, first, &mut change, &mut event, sink);
            look(self, next);
            if gone {
                return;
            }
            first = false;
        }
    }

    /// Whether a node holds now.
    pub(super) fn holds(&self, node: u32) -> bool {
        self.values.holds(node)
    }

    /// Whether sales has the lead now.
    pub(super) fn sales_has(&self) -> bool {
        self.sales.has
    }

    /// A score now, clamped, in millionths of a point.
    pub(super) fn score(&self, score: u32) -> i128 {
        self.values.score(score)
    }

    /// Plays one instant; true if nothing can follow.
    fn instant<S: Sink>(&mut self, lead: &Lead, from: Instant, first: bool, change: &mut usize, event: &mut usize, sink: &mut S) -> bool {
        let now = self.now;
        let record = S::ACTIVE && now >= from;
        while let Some(Reverse((due, token))) = self.values.queue.peek().copied() {
            if due > now {
                break;
            }
            self.values.queue.pop();
            match token {
                Token::Node(_) | Token::Score(_) => self.values.look_at(token),
                Token::Track(track) => self.due.push(track),
                Token::Program(program) => self.mark(program),
                Token::Handoff => self.handoffs_marked = true,
                Token::Instant => {}
            }
        }
        if !self.live && now >= from {
            self.begin();
        }
        let input = lead.changes.get(*change).is_some_and(|known| known.at <= now)
            || lead.events.get(*event).is_some_and(|known| known.at <= now)
            || self.doings.front().is_some_and(|known| known.at <= now)
            || lead.identified.is_some_and(|at| at <= now) != self.values.identified;
        let before: Vec<(i128, Vec<bool>)> = if record && input { self.scores() } else { Vec::new() };
        if lead.identified.is_some_and(|at| at <= now) && !self.values.identified {
            self.values.identify(lead);
            self.zone = None;
            self.mark_all();
            self.handoffs_marked = true;
            if record {
                sink.record(Entry { at: now, what: What::Identified });
            }
        }
        if lead.deleted.is_some_and(|at| at <= now) {
            if record {
                sink.record(Entry { at: now, what: What::Deleted });
            }
            for program in 0..self.members.len() as u32 {
                self.leave(program, Leaving::Deleted, Status::Out, sink);
            }
            return true;
        }
        while let Some(known) = lead.changes.get(*change).filter(|known| known.at <= now) {
            self.values.change(*change as u32, known.field);
            if self.policy.timezone_field == Some(known.field) {
                // By another clock the hours may be open.
                self.zone = None;
                self.work = true;
            }
            if record {
                sink.record(Entry { at: now, what: What::Fact { change: *change as u32 } });
            }
            *change += 1;
        }
        while let Some(known) = lead.events.get(*event).filter(|known| known.at <= now) {
            self.values.event(known);
            if record {
                sink.record(Entry { at: now, what: What::Event { event: *event as u32 } });
            }
            self.bar(known, record, sink);
            *event += 1;
        }
        while let Some(doing) = self.doings.pop_front_if(|doing| doing.at <= now) {
            self.values.event(&doing);
            if self.last_doing != now {
                self.in_a_row = if self.last_doing >= now - 2 { self.in_a_row + 1 } else { 0 };
                self.last_doing = now;
            }
        }
        if self.in_a_row > MOST_IN_A_ROW {
            self.record(sink, What::Stopped);
            return true;
        }
        self.values.settle(lead);
        self.hear(record, first, sink);
        self.barred_anew = false;
        // What a stage may rest on is told before it.
        if record {
            self.tell_scores(&before, input, sink);
        }
        if S::ACTIVE {
            self.tell_stages(record, sink);
        }
        if self.live
            && (self.work || self.handoffs_marked || !self.marks.is_empty() || !self.due.is_empty() || !self.fired.is_empty() || !self.invited.is_empty())
        {
            self.phases(lead, sink);
        }
        self.fired.clear();
        self.invited.clear();
        self.due.clear();
        if !self.live {
            self.unmark();
            self.handoffs_marked = false;
            self.work = false;
        }
        false
    }

    /// From now on programs run.
    fn begin(&mut self) {
        self.live = true;
        self.mark_all();
        self.handoffs_marked = true;
        let policy = self.policy;
        for (number, track) in (0..).zip(&policy.tracks) {
            if let Trigger::Moment(at) = track.trigger
                && at >= self.now
            {
                self.wake(at, Token::Track(number));
            }
        }
        for (number, program) in (0..).zip(&policy.programs) {
            if let Some((start, end)) = program.runs {
                self.wake(start, Token::Program(number));
                self.wake(end, Token::Program(number));
            }
        }
    }

    /// Looks at a token when its time comes; what is past is past, and what is now is looked at now.
    fn wake(&mut self, at: Instant, token: Token) {
        if at > self.now {
            self.values.queue.push(Reverse((at, token)));
        } else if at == self.now {
            match token {
                Token::Track(track) => self.due.push(track),
                Token::Program(program) => self.mark(program),
                _ => {}
            }
        }
    }

    fn mark(&mut self, program: u32) {
        if let Some(marked) = self.marked.get_mut(program as usize).filter(|marked| !**marked) {
            *marked = true;
            self.marks.push(program);
        }
    }

    /// Whether what turned can change anything between the lead and a program: nothing does as long as they are out of it
    /// and its audience does not hold.
    fn concerns(&self, program: u32) -> bool {
        let Some(own) = self.policy.programs.get(program as usize) else { return false };
        match self.member(program).status {
            Status::In => true,
            Status::Out => own.anonymous != self.values.identified && self.holds(own.audience),
            Status::Spent => true,
        }
    }

    fn mark_all(&mut self) {
        (0..self.marked.len() as u32).for_each(|program| self.mark(program));
    }

    fn unmark(&mut self) {
        self.marked.fill(false);
        self.marks.clear();
    }

    /// What the programs do at this instant.
    fn phases<S: Sink>(&mut self, lead: &Lead, sink: &mut S) {
        for place in 0..self.fired.len() {
            if let Some(track) = self.fired.get(place).and_then(|track| self.policy.tracks.get(*track as usize)) {
                self.mark(track.program);
            }
        }
        for place in 0..self.invited.len() {
            if let Some(program) = self.invited.get(place).copied() {
                self.mark(program);
            }
        }
        for place in 0..self.due.len() {
            let Some(track) = self.due.get(place).and_then(|track| self.policy.tracks.get(*track as usize)) else { continue };
            match track.trigger {
                Trigger::Every(_) | Trigger::Moment(_) => self.mark(track.program),
                _ => {}
            }
            self.work = true;
        }
        self.due.sort_unstable();
        self.due.dedup();
        self.fired.sort_unstable();
        self.fired.dedup();
        self.marks.sort_unstable();
        self.goals(sink);
        if self.handoffs_marked {
            self.handoffs_marked = false;
            self.sales(sink);
        }
        // Who has just left has no join any more from which something counts.
        self.values.settle(lead);
        self.marks.sort_unstable();
        let marks = std::mem::take(&mut self.marks);
        self.memberships(&marks, lead, sink);
        for program in &marks {
            self.end_stage_tracks(*program, sink);
        }
        for program in &marks {
            self.start_tracks(*program, sink);
        }
        self.marks = marks;
        self.unmark();
        if self.work {
            self.work = false;
            self.run_tracks(lead, sink);
        }
    }

    /// What a program did: an event of the next second, if something asks for it.
    fn did(&mut self, signal: Option<u32>, program: u32, content: Option<u32>, channel: Option<Channel>, touch: Option<&SmolStr>) {
        let Some(signal) = signal else { return };
        let builtin = &self.policy.builtin;
        let mut fields = vec![Fact::Missing; builtin.fields];
        let mut set = |place: Option<usize>, fact: Fact| {
            if let Some(slot) = place.and_then(|place| fields.get_mut(place)) {
                *slot = fact;
            }
        };
        set(builtin.program, Fact::Program(Some(program)));
        if let Some(content) = content {
            set(builtin.content, Fact::Content(Some(content)));
        }
        if let Some(option) = channel.and_then(|channel| builtin.channels.iter().position(|known| *known == Some(channel))) {
            set(builtin.channel, Fact::Option(option as u32));
        }
        if let Some(touch) = touch {
            set(builtin.touch, Fact::Text(touch.clone()));
        }
        self.doings.push_back(Event { at: self.now + 1, signal, fields: fields.into() });
    }

    fn member(&self, program: u32) -> Member {
        self.members.get(program as usize).copied().unwrap_or_default()
    }
}
