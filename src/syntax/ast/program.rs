//! Programs: clauses, tracks, steps, touches.

use super::{Allow, At, Common, Duration, Event, Name, Path, Predicate, Text};
use crate::text::{Date, Decimal, Range, TimeOfDay};

/// `program`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// `audience`
    pub audience: Option<Audience>,
    /// `join when`, `join on`
    pub join: Option<Join>,
    /// `rejoin`
    pub rejoin: Option<At<Rejoin>>,
    /// `journey NAME`
    pub journey: Option<Name>,
    /// `goal`
    pub goal: Option<Goal>,
    /// `owner`
    pub owner: Option<Text>,
    /// `leave when`
    pub leave_when: Vec<Predicate>,
    /// `at most N CHANNEL per D`
    pub frequencies: Vec<Frequency>,
    /// `send on`
    pub send_on: Option<SendOn>,
    /// `runs from D to D`
    pub runs: Option<(At<Date>, At<Date>)>,
    /// `hold out N%`
    pub hold_out: Option<At<Decimal>>,
    /// Its tracks, in order.
    pub tracks: Vec<Track>,
}

/// Whom a program is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// `anonymous`, where written.
    pub anonymous: Option<Range>,
    /// The predicate; absent only beside `anonymous`.
    pub predicate: Option<Predicate>,
    /// The whole clause.
    pub at: Range,
}

/// What must happen for a lead to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Join {
    /// `join when P`
    When(Predicate),
    /// `join on SIGNAL(…)`
    On(Event),
}

/// Whether a lead may come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejoin {
    /// Whenever the audience holds again.
    Always,
    /// Once only.
    Never,
    /// After so many seconds.
    After(u64),
}

/// `goal P by day N and stay`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// What must come true.
    pub predicate: Predicate,
    /// The deadline, in days from the join.
    pub by_day: Option<At<u32>>,
    /// Whether reaching it ends nothing.
    pub and_stay: bool,
    /// The whole clause.
    pub at: Range,
}

/// `at most N CHANNEL per D`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// N.
    pub most: At<u32>,
    /// The channel, or `messages`.
    pub limited: Name,
    /// D.
    pub per: Duration,
    /// The whole clause.
    pub at: Range,
}

/// `send on mon to fri from 09:00 to 17:00`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendOn {
    /// The days, 0 for Monday to 6 for Sunday, sorted, each once.
    pub days: Vec<u8>,
    /// The hours.
    pub hours: Option<(At<TimeOfDay>, At<TimeOfDay>)>,
    /// The whole clause.
    pub at: Range,
}

/// A track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// What starts it.
    pub trigger: Trigger,
    /// Where the trigger stands.
    pub trigger_at: Range,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Its allows.
    pub allows: Vec<Allow>,
    /// Its doc comment.
    pub doc: Option<Box<str>>,
}

/// What starts a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// `on join`
    Join,
    /// `on stage A, B`
    Stage(Vec<Path>),
    /// `on SIGNAL(…)`
    Signal(Event),
    /// `every D`
    Every(Duration),
    /// `on DATE at TIME`
    Moment(At<Date>, At<TimeOfDay>),
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The whole step.
    pub at: Range,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A touch.
    Touch(Box<Touch>),
    /// `wait D`
    Wait(Duration),
    /// `wait until P for at most D`
    WaitUntil(Predicate, Duration),
    /// `if P { } else if P { } else { }`
    If(Vec<(Predicate, Vec<Step>)>, Option<Vec<Step>>),
    /// `split NAME? { N% { } … }`
    Split(Option<Name>, Vec<(At<Decimal>, Vec<Step>)>),
    /// `handoff NAME`
    Handoff(Name),
    /// `leave`
    Leave,
}

/// A channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// E-mail.
    Email,
    /// Text message.
    Sms,
    /// Telephone call.
    Call,
    /// Letter on paper.
    Letter,
    /// Chat message.
    Chat,
    /// Re-targeted advertisement.
    Ad,
    /// Social or community post.
    Post,
    /// What the site shows this visitor.
    Web,
}

impl Channel {
    /// All channels, messages first.
    pub const ALL: [Channel; 8] = [Channel::Email, Channel::Sms, Channel::Call, Channel::Letter, Channel::Chat, Channel::Ad, Channel::Post, Channel::Web];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Letter => "letter",
            Self::Chat => "chat",
            Self::Ad => "ad",
            Self::Post => "post",
            Self::Web => "web",
        }
    }

    /// The channel called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// Whether it goes to one person whom we know: a message, not an impression.
    pub fn is_message(self) -> bool {
        !matches!(self, Self::Ad | Self::Post | Self::Web)
    }
}

/// A touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Its channel.
    pub channel: At<Channel>,
    /// What it carries.
    pub content: Option<Name>,
    /// `as LABEL`
    pub label: Option<Name>,
    /// `on PLATFORM`
    pub platform: Option<Name>,
    /// Subject, headline or purpose.
    pub subject: Option<Text>,
    /// `again`
    pub again: bool,
    /// `only if P`
    pub only_if: Option<Predicate>,
    /// `reason P`
    pub reason: Option<Predicate>,
    /// `goal "…"`
    pub goal: Option<Text>,
    /// `from "…"`
    pub from: Option<Text>,
    /// `preview "…"`
    pub preview: Option<Text>,
    /// `invites "…"`
    pub invites: Option<Text>,
    /// `drop after D`
    pub drop_after: Option<Duration>,
    /// Shared clauses.
    pub common: Common,
    /// Its doc comment.
    pub doc: Option<Box<str>>,
}
