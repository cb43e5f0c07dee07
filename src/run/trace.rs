//! What happened to a lead, instant by instant, and why.

use super::lead::Instant;
use crate::plan::Channel;

/// Something that happened at an instant. Programs, tracks, steps and so on are given by their place in the plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// What.
    pub what: What,
}

/// A step of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId {
    /// The program.
    pub program: u32,
    /// The step's place in the program's list, from 0.
    pub step: u32,
}

/// A track of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId {
    /// The program.
    pub program: u32,
    /// The track's place in the program's list, from 0.
    pub track: u32,
}

/// What happened. The entries of one instant come in the order of the variants' phases: input, stages and scores,
/// goals, sales, leaving and joining, tracks, steps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The lead is in the database from now on.
    Identified,
    /// The lead is deleted.
    Deleted,
    /// The fact of `lead.changes[change]` became another.
    Fact {
        /// Its place in the lead's changes.
        change: u32,
    },
    /// The lead did `lead.events[event]`.
    Event {
        /// Its place in the lead's events.
        event: u32,
    },
    /// The lead asked to hear no more: on one channel, or of any message.
    Barred {
        /// The channel; `None` for all messages.
        channel: Option<Channel>,
    },
    /// `consent again when` became true: the bars are lifted.
    Lifted,
    /// Programs start each other without end: nothing more is played.
    Stopped,
    /// The lead's time zone is not known: the workspace's serves.
    UnknownZone,
    /// The furthest stage became another.
    Stage {
        /// The journey.
        journey: u32,
        /// The stage before.
        from: Option<u32>,
        /// The stage now.
        to: Option<u32>,
    },
    /// A score changed, at an event, a fact, or where a band that matters was crossed.
    Score {
        /// The score.
        score: u32,
        /// Before, in millionths of a point, clamped.
        from: i128,
        /// Now.
        to: i128,
        /// The lines of the score that made the change, by their places; none where it only faded.
        by: Vec<u32>,
    },
    /// The goal of a program was reached.
    Goal {
        /// The program.
        program: u32,
    },
    /// Sales gave the lead back.
    Back {
        /// The handoff.
        handoff: u32,
        /// The way back, by its place.
        back: u32,
    },
    /// Sales took the lead.
    HandedOff {
        /// The handoff.
        handoff: u32,
        /// The step that did it; `None` where `when` did.
        by: Option<StepId>,
    },
    /// The lead joined a program.
    Joined {
        /// The program.
        program: u32,
    },
    /// The lead left a program.
    Left {
        /// The program.
        program: u32,
        /// Why.
        why: Leaving,
    },
    /// A track started.
    Started {
        /// The track.
        track: TrackId,
    },
    /// A track was to start while it was running: nothing happened.
    NotStarted {
        /// The track.
        track: TrackId,
    },
    /// A track ended.
    Ended {
        /// The track.
        track: TrackId,
        /// Why.
        why: Ending,
    },
    /// A touch went out.
    Sent {
        /// The touch.
        step: StepId,
        /// Since when it was held, if it was.
        held_since: Option<Instant>,
    },
    /// A touch is held from now on.
    Held {
        /// The touch.
        step: StepId,
        /// Why.
        why: Holding,
        /// When it can go out if nothing else happens; `None` if not before it is dropped, or if it waits behind another.
        until: Option<Instant>,
    },
    /// A touch was skipped.
    Skipped {
        /// The touch.
        step: StepId,
        /// Why.
        why: Skipping,
    },
    /// A message was passed over, as this program sent its content before.
    PassedOver {
        /// The touch.
        step: StepId,
    },
    /// A plain `wait` was passed over with the message before it.
    WaitPassedOver {
        /// The wait.
        step: StepId,
    },
    /// A held touch was dropped as its track ended.
    Dropped {
        /// The touch.
        step: StepId,
    },
    /// A `wait` or `wait until` began.
    Waits {
        /// The wait.
        step: StepId,
        /// When it ends at the latest.
        until: Instant,
    },
    /// A `wait until` went on.
    Waited {
        /// The wait.
        step: StepId,
        /// Whether what it waited for came true; else its time ran out.
        true_now: bool,
    },
    /// An `if` or `split` chose a way: the branch's or arm's place; `None` for `else`.
    Chose {
        /// The step.
        step: StepId,
        /// The way.
        way: Option<u32>,
    },
}

/// Why a lead left a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leaving {
    /// The lead was deleted.
    Deleted,
    /// Its goal was reached.
    Goal,
    /// Sales took the lead.
    HandedOff,
    /// The audience no longer holds.
    Audience,
    /// `leave when` holds.
    LeaveWhen,
    /// The program ended.
    ProgramOver,
    /// The step `leave`.
    Step(StepId),
}

/// Why a track ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// It came to its end.
    Finished,
    /// The lead is in none of its stages.
    StageLeft,
    /// The lead left the program.
    ProgramLeft,
}

/// Why a touch is held. Where several reasons hold, the first of this list is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holding {
    /// An older message of its channel is held.
    Behind(StepId),
    /// A limit of the program, by its place in `program.caps`.
    ProgramCap(u32),
    /// A limit over all programs, by its place in `limits.caps`.
    Cap(u32),
    /// Quiet hours.
    Quiet,
    /// Hours outside `send on`.
    SendingHours,
}

/// Why a touch was skipped. Where several reasons hold, the first of this list is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skipping {
    /// It was held for too long.
    HeldTooLong,
    /// Its content is a draft.
    Draft,
    /// `only if` does not hold.
    OnlyIf,
    /// `reason` does not hold.
    Reason,
    /// A message to somebody who is not in the database.
    Anonymous,
    /// No address for the channel is known.
    NoAddress,
    /// The lead unsubscribed or complained.
    Barred,
    /// The channel's `needs` does not hold.
    Needs,
    /// The channel's `never` holds.
    Never,
}

/// Takes what happens.
pub trait Sink {
    /// Whether entries are wanted at all: where not, they are not made.
    const ACTIVE: bool;
    /// Something happened.
    fn record(&mut self, entry: Entry);
}

/// Counts nothing and keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Sink for Nothing {
    const ACTIVE: bool = false;
    fn record(&mut self, _: Entry) {}
}

/// Keeps everything.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// What happened, in order.
    pub entries: Vec<Entry>,
}

impl Sink for Trace {
    const ACTIVE: bool = true;
    fn record(&mut self, entry: Entry) {
        self.entries.push(entry);
    }
}
