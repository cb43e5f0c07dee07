//! The plan document and its items.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Audience, Cap, Channel, Condition, EventPattern, Field, Goal, Join, PlanName, Predicate, Rejoin, Runs, SendingHours, Step, Track};

/// The plan of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of this form; a breaking change raises it.
    pub format: u32,
    /// The compiler that made it, `nurture 0.1.0`.
    pub compiler: String,
    /// Hash of the policy's meaning.
    pub fingerprint: SmolStr,
    /// Settings of the workspace that matter to its meaning.
    pub settings: Settings,
    /// The fields of a lead.
    pub lead: Lead,
    /// Signals, by name; the built-in ones too.
    pub signals: Vec<Signal>,
    /// Ideal customer profiles, by name.
    pub icps: Vec<Icp>,
    /// Segments, by name.
    pub segments: Vec<Segment>,
    /// Journeys, by name.
    pub journeys: Vec<Journey>,
    /// Scores, by name.
    pub scores: Vec<Score>,
    /// Contents, by name.
    pub contents: Vec<Content>,
    /// Programs, by name.
    pub programs: Vec<Program>,
    /// Handoffs, by name.
    pub handoffs: Vec<Handoff>,
    /// Limits over all programs, merged.
    pub limits: Limits,
    /// Rules, by name.
    pub rules: Vec<Rule>,
    /// Whether each program is nurturing, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<super::Verdict>,
}

/// Where an item is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Path of the file, with `/`, relative to the workspace. Empty for what is built in.
    pub file: SmolStr,
    /// Line, from 1; 0 for what is built in.
    pub line: u32,
    /// Column in characters, from 1; 0 for what is built in.
    pub column: u32,
}

/// Settings that matter to the meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The workspace's time zone, an IANA name.
    pub timezone: SmolStr,
    /// The day that "today" means, if it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<SmolStr>,
}

/// A rule or check that is allowed to be broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// The rule.
    pub rule: PlanName,
    /// Why.
    pub because: SmolStr,
    /// The last day on which it holds, such as `2027-01-31`; for good, where it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<SmolStr>,
}

macro_rules! items {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $ty:ty,)* })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $name {
                /// Its name.
                pub name: PlanName,
                /// Its title.
                #[serde(skip_serializing_if = "Option::is_none")]
                pub title: Option<String>,
                /// Its doc comment.
                #[serde(skip_serializing_if = "Option::is_none")]
                pub doc: Option<String>,
                /// Hash of its own meaning.
                pub fingerprint: SmolStr,
                /// Where it is written.
                pub source: Source,
                /// Who this is in other systems, as `system:key`.
                #[serde(default, skip_serializing_if = "Vec::is_empty")]
                pub refs: Vec<SmolStr>,
                /// Rules that it is allowed to break.
                #[serde(default, skip_serializing_if = "Vec::is_empty")]
                pub allows: Vec<Allow>,
                $($(#[$field_meta])* pub $field: $ty,)*
            }

            impl Described for $name {
                fn head(&mut self) -> Head<'_> {
                    Head {
                        name: &mut self.name, title: &mut self.title, doc: &mut self.doc, fingerprint: &mut self.fingerprint,
                        source: &mut self.source, refs: &mut self.refs, allows: &mut self.allows,
                    }
                }
            }
        )*
    };
}

/// What every item has.
pub struct Head<'a> {
    /// Its name.
    pub name: &'a mut PlanName,
    /// Its title.
    pub title: &'a mut Option<String>,
    /// Its doc comment.
    pub doc: &'a mut Option<String>,
    /// Hash of its own meaning.
    pub fingerprint: &'a mut SmolStr,
    /// Where it is written.
    pub source: &'a mut Source,
    /// Who this is in other systems.
    pub refs: &'a mut Vec<SmolStr>,
    /// Rules that it is allowed to break.
    pub allows: &'a mut Vec<Allow>,
}

/// An item of the plan.
pub trait Described {
    /// What every item has.
    fn head(&mut self) -> Head<'_>;
}

items! {
    /// The fields of a lead. Its `name` is `lead`.
    Lead {
        /// The fields, in the order written.
        fields: Vec<Field>,
    }
    /// An event that a lead can cause.
    Signal {
        /// How it comes about; absent for what a program did.
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<SignalKind>,
        /// Whether they asked us to get in touch.
        request: bool,
        /// Whether it is built in.
        builtin: bool,
        /// Its fields, in the order written.
        fields: Vec<Field>,
    }
    /// An ideal customer profile.
    Icp {
        /// Who fits.
        predicate: Predicate,
        /// What these people want.
        #[serde(skip_serializing_if = "Option::is_none")]
        objective: Option<String>,
        /// Who agreed on it.
        agreed_by: Vec<PlanName>,
        /// When.
        #[serde(skip_serializing_if = "Option::is_none")]
        agreed_on: Option<SmolStr>,
    }
    /// A named predicate over leads.
    Segment {
        /// Who is in it.
        predicate: Predicate,
        /// What these people want.
        #[serde(skip_serializing_if = "Option::is_none")]
        objective: Option<String>,
    }
    /// A buying process.
    Journey {
        /// Whose it is.
        predicate: Predicate,
        /// Its stages, in order.
        stages: Vec<Stage>,
    }
    /// A score.
    Score {
        /// Its lines, in the order written.
        points: Vec<Points>,
        /// Half-life in days.
        #[serde(skip_serializing_if = "Option::is_none")]
        halves_every_days: Option<u32>,
        /// With a half-life of h days: what is left of 1,000,000,000 after 0 to h - 1 days.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fade: Vec<u32>,
        /// The least it can be.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<SmolStr>,
        /// The most it can be.
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<SmolStr>,
        /// Its bands, rising.
        bands: Vec<Band>,
    }
    /// An asset.
    Content {
        /// What kind of thing it is.
        kind: SmolStr,
        /// What it is about.
        about: SmolStr,
        /// For whom it was made.
        predicate: Predicate,
        /// The stages it was made for, as `journey.stage`.
        stages: Vec<SmolStr>,
        /// The question it answers.
        #[serde(skip_serializing_if = "Option::is_none")]
        answers: Option<String>,
        /// What it gives even to someone who never buys.
        #[serde(skip_serializing_if = "Option::is_none")]
        gives: Option<String>,
        /// Its page.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// The file of its text.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<TextFile>,
        /// Whether it asks who you are.
        gated: bool,
        /// Whether it reads well on a phone.
        mobile: bool,
        /// When somebody last looked at it.
        #[serde(skip_serializing_if = "Option::is_none")]
        updated: Option<SmolStr>,
        /// When it is no longer to be used.
        #[serde(skip_serializing_if = "Option::is_none")]
        expires: Option<SmolStr>,
        /// Its language.
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<SmolStr>,
        /// Checked, never sent.
        draft: bool,
    }
    /// A nurture program.
    Program {
        /// Whom it is for.
        audience: Audience,
        /// What must happen for them to join.
        #[serde(skip_serializing_if = "Option::is_none")]
        join: Option<Join>,
        /// Whether they may come back.
        rejoin: Rejoin,
        /// The journey it follows.
        #[serde(skip_serializing_if = "Option::is_none")]
        journey: Option<PlanName>,
        /// What it is to bring about.
        #[serde(skip_serializing_if = "Option::is_none")]
        goal: Option<Goal>,
        /// Who answers for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// Who leaves it at once.
        #[serde(skip_serializing_if = "Option::is_none")]
        leave_when: Option<Predicate>,
        /// How much of it one lead gets at most.
        caps: Vec<Cap>,
        /// When its messages may go out.
        #[serde(skip_serializing_if = "Option::is_none")]
        send_on: Option<SendingHours>,
        /// When it runs.
        #[serde(skip_serializing_if = "Option::is_none")]
        runs: Option<Runs>,
        /// The part of its leads, in percent, who never join.
        #[serde(skip_serializing_if = "Option::is_none")]
        hold_out_percent: Option<SmolStr>,
        /// Checked, never sent.
        draft: bool,
        /// Its tracks, in order.
        tracks: Vec<Track>,
        /// Its steps, in the order written.
        steps: Vec<Step>,
    }
    /// When a lead is ready for sales.
    Handoff {
        /// Who is ready.
        predicate: Predicate,
        /// How fast sales follows up, in seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        follow_up_seconds: Option<u64>,
        /// What sales is told.
        tell: Vec<PlanName>,
        /// Ways back.
        back: Vec<Back>,
    }
    /// A rule.
    Rule {
        /// Whether it credits (`is nurturing`) or reports (`isn't nurturing`).
        is: bool,
        /// Its level; absent for one that credits.
        #[serde(skip_serializing_if = "Option::is_none")]
        level: Option<Level>,
        /// The pillar of the verdict that it denies.
        #[serde(skip_serializing_if = "Option::is_none")]
        denies: Option<SmolStr>,
        /// The pillar of the verdict that it shows.
        #[serde(skip_serializing_if = "Option::is_none")]
        shows: Option<SmolStr>,
        /// What it looks at, one by one.
        each: SmolStr,
        /// Which of them.
        #[serde(skip_serializing_if = "Option::is_none")]
        filter: Option<Condition>,
        /// When it fires.
        when: Condition,
        /// Why.
        because: String,
        /// What to do instead.
        #[serde(skip_serializing_if = "Option::is_none")]
        instead: Option<String>,
        /// Where it comes from.
        #[serde(skip_serializing_if = "Option::is_none")]
        origin: Option<String>,
    }
}

/// A level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Stops the plan.
    Error,
    /// Probably not what was meant.
    Warning,
    /// Could be better.
    Advice,
}

/// How a signal comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Behaviour.
    Implicit,
    /// They told us.
    Explicit,
}

/// A stage of a journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its name.
    pub name: PlanName,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its doc comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// The buyer's question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asks: Option<String>,
    /// The evidence.
    pub predicate: Predicate,
    /// Rules that it is allowed to break.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allows: Vec<Allow>,
    /// Where it is written.
    pub source: Source,
}

/// A line of a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// The points, exact.
    pub points: SmolStr,
    /// What earns them.
    pub earned: Earned,
}

/// What earns points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Earned {
    /// Each such event; they fade.
    For {
        /// The events.
        event: EventPattern,
        /// At most so many in a window, newest first.
        #[serde(skip_serializing_if = "Option::is_none")]
        cap: Option<PointsCap>,
    },
    /// While this holds; they do not fade.
    When(Predicate),
}

/// At most so many events in a window earn points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PointsCap {
    /// The greatest number.
    pub most: u32,
    /// Length of the window in seconds.
    pub seconds: u64,
}

/// A band of a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Its name.
    pub name: PlanName,
    /// Where it begins.
    pub from: SmolStr,
}

/// A file of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TextFile {
    /// Path of the file, with `/`, relative to the workspace.
    pub file: SmolStr,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: SmolStr,
}

/// A way back from sales.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Back {
    /// The program that takes them even if it never takes anyone again.
    pub program: PlanName,
    /// How long sales keeps them at least, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_seconds: Option<u64>,
    /// What must become true.
    pub when: Predicate,
}

/// Limits over all programs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Hash of their meaning.
    pub fingerprint: SmolStr,
    /// Where they are written.
    pub sources: Vec<Source>,
    /// How much one lead gets at most.
    pub caps: Vec<Cap>,
    /// Hours in which no message goes out, by the lead's own clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// Each channel, with whom it may reach.
    pub channels: Vec<ChannelRules>,
    /// What lifts an unsubscribe or complaint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_again: Option<Predicate>,
    /// Programs that go first, in order.
    pub prefer: Vec<PlanName>,
    /// The text field of the lead that holds their time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone_field: Option<PlanName>,
    /// Rules that they are allowed to break.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allows: Vec<Allow>,
}

/// Hours in which no message goes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// First minute after midnight.
    pub from_minute: u16,
    /// First minute after midnight that is not quiet again.
    pub to_minute: u16,
}

/// Whom a channel may reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelRules {
    /// The channel.
    pub channel: Channel,
    /// Whether what it carries is a message to one person.
    pub message: bool,
    /// Fields of the lead that hold an address for it; where there are some, one must be known.
    pub addresses: Vec<PlanName>,
    /// What must hold of who gets it: consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Predicate>,
    /// Who never gets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub never: Option<Predicate>,
}
