//! Programs as step graphs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{PlanName, Predicate, Source};

/// A channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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
    /// All channels, messages first, in the order of their places.
    pub const ALL: [Self; 8] = [Self::Email, Self::Sms, Self::Call, Self::Letter, Self::Chat, Self::Ad, Self::Post, Self::Web];

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
}

/// Whom a program is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audience {
    /// Whether it speaks of people who are not in the database.
    pub anonymous: bool,
    /// Who is in it.
    pub predicate: Predicate,
}

/// What must happen for a lead of the audience to join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Join {
    /// This must hold at the entry.
    When(Predicate),
    /// Such an event must happen.
    On(EventPattern),
}

/// Events of a signal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventPattern {
    /// The signal.
    pub signal: PlanName,
    /// What must be true of the event's own fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Predicate>,
}

/// Whether a lead may come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rejoin {
    /// Whenever the audience holds again.
    Always,
    /// Once only.
    Never,
    /// So many seconds after leaving.
    AfterSeconds(u64),
}

/// What a program is to bring about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// What must come true. `count` looks no further back than the join.
    pub predicate: Predicate,
    /// The deadline in seconds after the join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_seconds: Option<u64>,
    /// Whether reaching it ends the program for this lead.
    pub ends: bool,
}

/// At most so many touches in a rolling window.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// The greatest number.
    pub most: u32,
    /// The channels that it counts.
    pub channels: Vec<Channel>,
    /// Length of the window in seconds.
    pub seconds: u64,
}

/// When messages may go out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendingHours {
    /// Days of the week, 1 for Monday to 7 for Sunday.
    pub days: Vec<u8>,
    /// First minute after midnight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_minute: Option<u16>,
    /// First minute after midnight that is too late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_minute: Option<u16>,
}

/// The days on which a program runs, in the workspace's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Runs {
    /// The first day.
    pub from: SmolStr,
    /// The last day.
    pub to: SmolStr,
}

/// A track: what starts it, and its first step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// What starts it.
    pub trigger: Trigger,
    /// Its doc comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Its first step; absent when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<u32>,
    /// Rules that it is allowed to break.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allows: Vec<super::Allow>,
    /// Where it is written.
    pub source: Source,
}

/// What starts a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    /// The join.
    Join,
    /// Coming into one of these stages of the journey; the track ends when the lead is in none of them.
    Stage {
        /// The journey.
        journey: PlanName,
        /// The stages.
        stages: Vec<PlanName>,
    },
    /// Such an event.
    Signal(EventPattern),
    /// Every so many seconds after the join.
    EverySeconds(u64),
    /// A moment in the workspace's time zone, `2026-12-01T09:00`.
    Moment(SmolStr),
}

/// A step of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number in the program, from 1.
    pub id: u32,
    /// The track it belongs to, from 0.
    pub track: u32,
    /// What it does.
    pub action: Action,
    /// Where it is written.
    pub source: Source,
}

/// What a step does. `next` is the step that follows; where it is absent, the track ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Sends or shows something.
    Touch(Box<Touch>),
    /// Waits.
    Wait {
        /// How long, in seconds.
        seconds: u64,
        /// What follows.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<u32>,
    },
    /// Waits until something holds, but not for ever.
    WaitUntil {
        /// What must hold.
        until: Predicate,
        /// How long at most, in seconds.
        at_most_seconds: u64,
        /// What follows.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<u32>,
    },
    /// Goes the first way whose condition holds.
    If {
        /// The ways, in order.
        branches: Vec<Branch>,
        /// The way if none holds.
        #[serde(skip_serializing_if = "Option::is_none")]
        otherwise: Option<u32>,
    },
    /// Goes one of several ways, by a stable hash of lead, program and split.
    Split {
        /// The split's name, or its ordinal in the program.
        split: SmolStr,
        /// The ways; their shares sum to 100.
        arms: Vec<Arm>,
    },
    /// Hands the lead to sales.
    Handoff {
        /// The handoff.
        handoff: PlanName,
    },
    /// Ends the program for this lead.
    Leave,
}

impl Action {
    /// The ids of the steps that may follow.
    pub fn nexts(&self) -> Vec<u32> {
        let all: Vec<Option<u32>> = match self {
            Self::Touch(touch) => vec![touch.next],
            Self::Wait { next, .. } | Self::WaitUntil { next, .. } => vec![*next],
            Self::If { branches, otherwise } => branches.iter().map(|branch| branch.next).chain([*otherwise]).collect(),
            Self::Split { arms, .. } => arms.iter().map(|arm| arm.next).collect(),
            Self::Handoff { .. } | Self::Leave => Vec::new(),
        };
        all.into_iter().flatten().collect()
    }
}

/// A way of an `if`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Its condition.
    pub when: Predicate,
    /// Its first step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
}

/// A way of a split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// Its share in percent, exact.
    pub percent: SmolStr,
    /// Its first step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
}

/// A touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Touch {
    /// The channel.
    pub channel: Channel,
    /// Whether it is a message to one person; else it is an impression.
    pub message: bool,
    /// What it carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<PlanName>,
    /// Its name in the program, for `since`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<PlanName>,
    /// Where it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<PlanName>,
    /// Subject, headline or purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Template>,
    /// What this program sends a lead once, ever: a second message with the same key is passed over. Absent when it
    /// may be repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub once: Option<SmolStr>,
    /// Who gets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_if: Option<Predicate>,
    /// What must be true of a lead for it to have a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Predicate>,
    /// What it is to bring about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// The sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Template>,
    /// The line shown beside the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<Template>,
    /// What it invites the reader to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invites: Option<Template>,
    /// A touch held for so many seconds is skipped.
    pub drop_after_seconds: u64,
    /// Who this is in other systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<SmolStr>,
    /// Rules that it is allowed to break.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allows: Vec<super::Allow>,
    /// Its doc comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// What follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
}

impl Touch {
    /// What it sends and to whom, without what it is called, what is said of it, and what follows.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self { label: None, next: None, doc: None, refs: Vec::new(), allows: Vec::new(), ..self.clone() }
    }
}

/// A text with places to fill in.
pub type Template = Vec<Piece>;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Piece {
    /// Plain text.
    Text(SmolStr),
    /// The value of a field of the lead.
    Field {
        /// The field.
        name: PlanName,
        /// What stands there when the value is unknown.
        #[serde(skip_serializing_if = "Option::is_none")]
        fallback: Option<SmolStr>,
    },
}
