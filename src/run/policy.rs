//! A plan made ready to run: names are numbers, equal predicates are one node, and each node knows what it changes.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::clock::{Hours, Zone};
use super::hash;
use super::lead::Instant;
pub(crate) use super::question::{Asked, Filter, Key, Near, Test, ordered};
use crate::plan::Channel;

/// A predicate or a part of one, by its place in [`Policy::nodes`]. Children come before their parents.
pub type NodeId = u32;

/// What is asked of a lead.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// Always or never.
    Constant(bool),
    /// All of these.
    And(Box<[NodeId]>),
    /// One of these.
    Or(Box<[NodeId]>),
    /// Not this.
    Not(NodeId),
    /// The lead is in the database.
    Identified,
    /// A test of a fact.
    Fact(u32, Test),
    /// A test of a date against the clock.
    Clock(u32, Near),
    /// At least so many events of a list in a window; at least 1.
    Count { list: u32, least: u32, window: Window },
    /// No truth of its own: stands before the thresholds of a score, so that what the score depends on comes before it.
    Score(u32),
    /// The score is at least so many millionths of a point.
    AtLeast(u32, i128),
}

/// Which events count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Window {
    /// Only those in the last so many seconds.
    pub last: Option<i64>,
    /// Only those from this instant on.
    pub since: Option<Instant>,
    /// Only those after the instant that this anchor holds; none if it holds none.
    pub anchor: Option<u32>,
}

/// Events of a signal that pass a filter: their instants are kept in order.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub signal: u32,
    pub filter: Option<Filter>,
    /// Whether anything that runs reads their number.
    pub kept: bool,
    /// The `Count` nodes that read it.
    pub counts: Vec<NodeId>,
    /// The scores that read it.
    pub scores: Vec<Feed>,
    /// The tracks that it starts.
    pub tracks: Vec<u32>,
    /// The programs that it lets join.
    pub joins: Vec<u32>,
}

/// What an event of a list does to a score.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feed {
    pub score: u32,
    /// The score's node.
    pub node: NodeId,
    /// The most that it can add, in millionths; nothing if it can take some.
    pub adds: Option<i128>,
}

/// A score.
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    pub events: Vec<EventPoints>,
    pub when: Vec<(NodeId, i128)>,
    /// The places of the `when` lines among all lines.
    pub when_places: Vec<u32>,
    /// Half-life in days and its table; `None` if points do not fade.
    pub fade: Option<Fade>,
    pub from: Option<i128>,
    pub to: Option<i128>,
    /// The thresholds that are asked for, rising, with their nodes.
    pub thresholds: Vec<(i128, NodeId)>,
    /// Its `Score` node, if it has one.
    pub node: Option<NodeId>,
}

impl Score {
    pub fn clamped(&self, raw: i128) -> i128 {
        let raw = self.from.map_or(raw, |from| raw.max(from));
        self.to.map_or(raw, |to| raw.min(to))
    }
}

/// Points for events.
#[derive(Clone, Debug)]
pub(crate) struct EventPoints {
    /// Its place among the lines of the score.
    pub place: u32,
    pub list: u32,
    /// In millionths.
    pub points: i128,
    /// At most so many in so many seconds, newest first.
    pub cap: Option<(u32, i64)>,
}

/// How points fade.
#[derive(Clone, Debug)]
pub(crate) struct Fade {
    pub half_life: u32,
    pub table: Vec<u32>,
}

impl Fade {
    /// What is left of `points` after `days`: towards zero.
    pub fn left(&self, points: i128, days: i64) -> i128 {
        // Days of 10,000 years fit in 32 bits, where dividing is several times faster.
        let days = u32::try_from(days.max(0)).unwrap_or(u32::MAX);
        let halvings = days / self.half_life;
        self.after(points, halvings, days - halvings * self.half_life)
    }

    /// What is left of `points` after so many half-lives and days.
    fn after(&self, points: i128, halvings: u32, days: u32) -> i128 {
        if halvings > 126 {
            return 0;
        }
        let factor = self.table.get(days as usize).copied().unwrap_or(0);
        // Nearly all points fit in 64 bits, where multiplying and dividing are faster too.
        match u64::try_from(points.unsigned_abs()).ok().and_then(|size| size.checked_mul(u64::from(factor))) {
            Some(product) => {
                let left = i128::from(if halvings > 63 { 0 } else { (product / 1_000_000_000) >> halvings });
                if points < 0 { -left } else { left }
            }
            None => {
                let left = ((points.unsigned_abs() * u128::from(factor) / 1_000_000_000) >> halvings) as i128;
                if points < 0 { -left } else { left }
            }
        }
    }

    /// The first number of days after which less than `limit` is left of `points`, both above zero.
    pub fn days_until_below(&self, points: i128, limit: i128) -> i64 {
        let mut halvings = 0;
        // What is left only falls: first the half-lives, then the day.
        while halvings < 126 && points >> (halvings + 1) >= limit {
            halvings += 1;
        }
        let (mut low, mut high) = (0, self.half_life);
        while low < high {
            let middle = low.midpoint(high);
            if self.after(points, halvings, middle) < limit { high = middle } else { low = middle + 1 }
        }
        i64::from(halvings) * i64::from(self.half_life) + i64::from(low)
    }
}

/// What a change of a node's truth concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Watch {
    /// Who is in a program, its goal, or its `on stage` tracks.
    Program(u32),
    /// When a handoff takes or gives back.
    Handoff,
    /// `consent again when`.
    Consent,
    /// A band of a score.
    Band(u32),
    /// A `wait until`.
    Wait,
}

/// A program.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub name: SmolStr,
    pub draft: bool,
    pub anonymous: bool,
    pub audience: NodeId,
    pub join_when: Option<NodeId>,
    /// The list of `join on`.
    pub join_on: Option<u32>,
    pub rejoin: crate::plan::Rejoin,
    pub goal: Option<Goal>,
    pub leave_when: Option<NodeId>,
    pub caps: Vec<Cap>,
    pub hours: Hours,
    /// First instant, and first instant that is over.
    pub runs: Option<(Instant, Instant)>,
    /// In billionths of a percent.
    pub hold_out: Option<i128>,
    /// Its tracks: places in [`Policy::tracks`].
    pub tracks: std::ops::Range<u32>,
    /// Its steps: places in [`Policy::steps`].
    pub steps: std::ops::Range<u32>,
    /// Its place in `prefer`.
    pub preferred: u32,
    /// The anchors of its labels.
    pub labels: Vec<u32>,
}

impl Program {
    /// Whether it runs at an instant.
    pub fn runs_at(&self, now: Instant) -> bool {
        self.runs.is_none_or(|(start, end)| start <= now && now < end)
    }

    /// Whether a lead is held out: they never join.
    pub fn holds_out(&self, lead: &str) -> bool {
        self.hold_out.is_some_and(|percent| hash::below(hash::of(&[lead, &self.name]), percent))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Goal {
    /// With `did` counting after the join.
    pub node: NodeId,
    /// With `did` counting nothing.
    pub without_events: NodeId,
    pub within: Option<i64>,
    pub ends: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Cap {
    pub most: u32,
    /// The channels, as bits.
    pub channels: u8,
    pub seconds: i64,
}

/// A track.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub program: u32,
    pub trigger: Trigger,
    /// Its first step: a place in [`Policy::steps`].
    pub first: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Trigger {
    Join,
    /// The node says whether the lead is in one of the stages.
    Stage(NodeId),
    /// The list of its events.
    Signal(u32),
    Every(i64),
    Moment(Instant),
}

/// A step, with `next` as a place in [`Policy::steps`].
#[derive(Clone, Debug)]
pub(super) enum Step {
    Touch(Box<Touch>),
    Wait { seconds: i64, next: Option<u32> },
    WaitUntil { until: NodeId, most: i64, next: Option<u32> },
    If { branches: Vec<(NodeId, Option<u32>)>, otherwise: Option<u32> },
    Split { name: SmolStr, arms: Vec<(i128, Option<u32>)> },
    Handoff(u32),
    Leave,
}

#[derive(Clone, Debug)]
pub(super) struct Touch {
    pub channel: Channel,
    pub message: bool,
    pub content: Option<u32>,
    pub draft: bool,
    pub label: Option<SmolStr>,
    /// The anchor of its label, if something asks for it.
    pub anchor: Option<u32>,
    /// The number of what goes out once, where it is not to go out `again`.
    pub once: Option<u32>,
    /// The number of what has gone out when this has.
    pub received: Option<u32>,
    pub only_if: Option<NodeId>,
    pub reason: Option<NodeId>,
    pub drop_after: i64,
    pub next: Option<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct Handoff {
    pub when: NodeId,
    pub back: Vec<Back>,
}

#[derive(Clone, Debug)]
pub(super) struct Back {
    pub program: u32,
    pub after: Option<i64>,
    pub when: NodeId,
}

#[derive(Clone, Debug, Default)]
pub(super) struct ChannelRules {
    pub addresses: Vec<u32>,
    pub needs: Option<NodeId>,
    pub never: Option<NodeId>,
}

/// The built-in signals that the executor makes or minds.
#[derive(Clone, Debug, Default)]
pub(super) struct Builtin {
    pub receive: Option<u32>,
    pub join: Option<u32>,
    pub leave: Option<u32>,
    pub finish: Option<u32>,
    pub convert: Option<u32>,
    pub unsubscribe: Option<u32>,
    pub complain: Option<u32>,
    /// How many fields each has, and the places of those that the executor fills in or reads.
    pub fields: usize,
    pub content: Option<usize>,
    pub program: Option<usize>,
    pub channel: Option<usize>,
    pub touch: Option<usize>,
    /// The channel that each option of the field `channel` means.
    pub channels: Vec<Option<Channel>>,
}

/// A plan made ready to run.
#[derive(Debug)]
pub struct Policy {
    pub(super) nodes: Vec<Node>,
    /// What holds of somebody of whom nothing is known.
    pub(super) base: Vec<bool>,
    /// What the scores of such a person are made of.
    pub(super) base_sums: Vec<super::score::Sum>,
    /// Which nodes are kept up to date; the others are asked when a step comes to them.
    pub(super) live: Vec<bool>,
    pub(super) parents: Table<NodeId>,
    pub(super) watches: Table<Watch>,
    pub(super) lists: Vec<List>,
    /// For each signal, its lists.
    pub(super) signals: Vec<Vec<u32>>,
    pub(super) scores: Vec<Score>,
    /// For each field of the lead, the nodes that ask for it.
    pub(super) fields: Vec<Vec<NodeId>>,
    /// The `Identified` node, if something asks.
    pub(super) identified: Option<NodeId>,
    /// For each anchor, the nodes that count from it. The first anchors are the programs' joins.
    pub(super) anchors: Vec<Vec<NodeId>>,
    pub(super) programs: Vec<Program>,
    pub(super) tracks: Vec<Track>,
    pub(super) steps: Vec<Step>,
    /// How many numbers for what goes out once there are.
    pub(super) once: u32,
    pub(super) handoffs: Vec<Handoff>,
    /// For each journey, the `while` of each stage.
    pub(super) journeys: Vec<Vec<NodeId>>,
    pub(super) caps: Vec<Cap>,
    /// By channel.
    pub(super) channels: Vec<ChannelRules>,
    pub(super) consent_again: Option<NodeId>,
    pub(super) timezone_field: Option<u32>,
    pub(super) zone: Arc<Zone>,
    pub(super) builtin: Builtin,
    /// The nodes of the predicates that were asked for besides the plan's own.
    pub(super) extra: Vec<NodeId>,
    /// Names of the plan that conversions need.
    pub(super) names: Names,
}

/// The numbers of names.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub signals: FxHashMap<SmolStr, u32>,
    pub contents: FxHashMap<SmolStr, u32>,
    pub programs: FxHashMap<SmolStr, u32>,
}

/// Lists of lists in one piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Table<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy> Table<T> {
    pub fn new(lists: Vec<Vec<T>>) -> Self {
        let mut table = Self { starts: vec![0], items: Vec::new() };
        for list in lists {
            table.items.extend(list);
            table.starts.push(table.items.len() as u32);
        }
        table
    }

    pub fn of(&self, number: u32) -> &[T] {
        let (Some(from), Some(to)) = (self.starts.get(number as usize), self.starts.get(number as usize + 1)) else { return &[] };
        self.items.get(*from as usize..*to as usize).unwrap_or(&[])
    }
}

impl Policy {
    /// The nodes of the predicates that were given besides the plan, in their order.
    pub fn extra(&self) -> &[NodeId] {
        &self.extra
    }

    /// The workspace's time zone.
    pub fn zone(&self) -> &Arc<Zone> {
        &self.zone
    }

    /// The number of a signal.
    pub fn signal(&self, name: &str) -> Option<u32> {
        self.names.signals.get(name).copied()
    }

    /// The leaves under a node: what is asked, without `and`, `or`, `not`.
    pub fn leaves(&self, node: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            match self.nodes.get(node as usize) {
                Some(Node::And(of) | Node::Or(of)) => open.extend(of.iter().rev()),
                Some(Node::Not(of)) => open.push(*of),
                Some(_) if !found.contains(&node) => found.push(node),
                _ => {}
            }
        }
        found
    }
}
