//! Makes a plan ready to run.

mod fields;
mod meaning;
mod predicates;
mod programs;
mod terms;

pub(super) use fields::{option_number, subject};
pub(crate) use meaning::{Hashed, Meaning};
pub use terms::Terms;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::clock::{Zone, moment};
use super::lead::Instant;
use super::policy::{
    Builtin, Cap, ChannelRules, EventPoints, Fade, Feed, List, Names, Node, NodeId, Policy, Program, Score, Step, Table, Track, Trigger, Watch,
};
use crate::plan::{self, Channel, Earned, Plan, Predicate};
use crate::text::Decimal;

/// Why a plan cannot be run: it names what it does not have, or depends on itself. A plan that the compiler made never does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(pub String);

pub(super) type Made<T> = Result<T, Unfit>;

/// Where a predicate is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Scope {
    /// The program whose join and labels `since` means.
    pub program: Option<u32>,
    /// Whether each `did` counts only what is later than the join.
    pub goal: bool,
    /// Whether each `did` counts nothing.
    pub nothing: bool,
}

impl Scope {
    pub const LEAD: Self = Self { program: None, goal: false, nothing: false };

    pub fn program(program: u32) -> Self {
        Self { program: Some(program), ..Self::LEAD }
    }
}

/// A declaration that is made once, when it is first asked for.
#[derive(Clone, Copy)]
enum Once {
    NotYet,
    Now,
    Done(NodeId),
}

/// What is made while a plan is compiled.
pub(super) struct Builder<'p> {
    plan: &'p Plan,
    zone: Arc<Zone>,
    nodes: Vec<Node>,
    /// What each node means, and the node of each meaning.
    meanings: Vec<Meaning>,
    known: FxHashMap<Meaning, NodeId>,
    list_meanings: Vec<Meaning>,
    score_meanings: Vec<Meaning>,
    lists: Vec<List>,
    /// Lists by what is written, and by what that means.
    list_of: FxHashMap<(u32, Option<Predicate>), u32>,
    list_of_meaning: FxHashMap<Meaning, u32>,
    signals: Vec<Vec<u32>>,
    /// The tests of each signal's fields, numbered.
    tests: FxHashMap<(u32, u32, super::policy::Test), u32>,
    test_counts: Vec<u32>,
    names: Names,
    /// Segments and icps by name.
    groups: FxHashMap<SmolStr, Once>,
    journeys: Vec<Vec<NodeId>>,
    journey_state: Vec<Once>,
    /// For each journey, whether the lead is in this stage or a later one.
    from_stage: Vec<Vec<NodeId>>,
    scores: Vec<Score>,
    score_state: Vec<Once>,
    /// The anchors of each program's labels, and the labels in the order of their anchors.
    labels: FxHashMap<(u32, SmolStr), u32>,
    label_names: Vec<(u32, SmolStr)>,
}

impl Policy {
    /// Makes a plan ready to run, with `extra` predicates besides its own (of the program given, if one is): see [`Policy::extra`].
    /// With `all`, what only a trace tells is followed too: journeys and bands that no program asks for.
    ///
    /// # Errors
    /// When the plan names what it does not have, or a declaration depends on itself.
    pub fn new(plan: &Plan, extra: &[(Option<u32>, &Predicate)], all: bool) -> Result<Self, Unfit> {
        let zone = Zone::named(&plan.settings.timezone).ok_or_else(|| Unfit(format!("there is no time zone `{}`", plan.settings.timezone)))?;
        macro_rules! each_once {
            ($($list:ident $what:literal),*) => {$(
                for (place, item) in plan.$list.iter().enumerate() {
                    if place.checked_sub(1).and_then(|before| plan.$list.get(before)).is_some_and(|before| before.name >= item.name) {
                        return Err(Unfit(format!(concat!("the ", $what, " of the plan are not in the order of their names, or `{}` is there twice"), item.name)));
                    }
                }
            )*};
        }
        each_once!(segments "segments", icps "icps", journeys "journeys", scores "scores", contents "contents", programs "programs", handoffs "handoffs");
        let mut builder = Builder::new(plan, zone);
        builder.policy(extra, all)
    }
}

impl<'p> Builder<'p> {
    fn new(plan: &'p Plan, zone: Arc<Zone>) -> Self {
        fn numbered<'a>(names: impl Iterator<Item = &'a SmolStr>) -> FxHashMap<SmolStr, u32> {
            names.cloned().zip(0..).collect()
        }
        let names = Names {
            signals: numbered(plan.signals.iter().map(|signal| &signal.name)),
            contents: numbered(plan.contents.iter().map(|content| &content.name)),
            programs: numbered(plan.programs.iter().map(|program| &program.name)),
        };
        let groups = plan.segments.iter().map(|segment| &segment.name).chain(plan.icps.iter().map(|icp| &icp.name));
        let mut builder = Self {
            plan,
            zone,
            nodes: Vec::new(),
            meanings: Vec::new(),
            known: FxHashMap::default(),
            list_meanings: Vec::new(),
            score_meanings: vec![0; plan.scores.len()],
            lists: Vec::new(),
            list_of: FxHashMap::default(),
            list_of_meaning: FxHashMap::default(),
            signals: vec![Vec::new(); plan.signals.len()],
            tests: FxHashMap::default(),
            test_counts: vec![0; plan.signals.len()],
            names,
            groups: groups.map(|name| (name.clone(), Once::NotYet)).collect(),
            journeys: vec![Vec::new(); plan.journeys.len()],
            journey_state: vec![Once::NotYet; plan.journeys.len()],
            from_stage: vec![Vec::new(); plan.journeys.len()],
            scores: Vec::new(),
            score_state: vec![Once::NotYet; plan.scores.len()],
            labels: FxHashMap::default(),
            label_names: Vec::new(),
        };
        // The two constants come first, so that they are known by their numbers.
        builder.node(Node::Constant(false));
        builder.node(Node::Constant(true));
        builder
    }

    fn policy(&mut self, extra: &[(Option<u32>, &Predicate)], all: bool) -> Made<Policy> {
        self.scores.resize_with(self.plan.scores.len(), Score::default);
        for journey in 0..self.plan.journeys.len() {
            self.journey(journey as u32)?;
        }
        for score in 0..self.plan.scores.len() {
            self.score(score as u32)?;
        }
        let mut roots: Vec<(NodeId, Option<Watch>)> = Vec::new();
        let mut asked: Vec<NodeId> = Vec::new();
        let (mut programs, mut tracks, mut steps) = (Vec::new(), Vec::new(), Vec::new());
        let mut once = 0;
        for number in 0..self.plan.programs.len() {
            self.program(number as u32, &mut programs, &mut tracks, &mut steps, &mut once, &mut roots, &mut asked)?;
        }
        let mut handoffs = Vec::new();
        for handoff in &self.plan.handoffs {
            let when = self.predicate(&handoff.predicate, Scope::LEAD)?;
            roots.push((when, Some(Watch::Handoff)));
            let mut back = Vec::new();
            for way in &handoff.back {
                let when = self.predicate(&way.when, Scope::LEAD)?;
                roots.push((when, Some(Watch::Handoff)));
                let program = self.program_number(&way.program)?;
                back.push(super::policy::Back { program, after: way.after_seconds.map(seconds), when });
            }
            handoffs.push(super::policy::Handoff { when, back });
        }
        let mut channels = vec![ChannelRules::default(); Channel::ALL.len()];
        for rules in &self.plan.limits.channels {
            let needs = rules.needs.as_ref().map(|needs| self.predicate(needs, Scope::LEAD)).transpose()?;
            let never = rules.never.as_ref().map(|never| self.predicate(never, Scope::LEAD)).transpose()?;
            asked.extend(needs.iter().chain(&never));
            let addresses = rules.addresses.iter().map(|name| self.field_number(name)).collect::<Made<Vec<u32>>>()?;
            if let Some(slot) = channels.get_mut(rules.channel as usize) {
                *slot = ChannelRules { addresses, needs, never };
            }
        }
        let consent_again = self.plan.limits.consent_again.as_ref().map(|again| self.predicate(again, Scope::LEAD)).transpose()?;
        roots.extend(consent_again.map(|node| (node, Some(Watch::Consent))));
        if all {
            roots.extend(self.journeys.iter().flatten().map(|node| (*node, None)));
            for (number, score) in (0..).zip(&self.plan.scores) {
                roots.extend(self.scores.get(number as usize).and_then(|score| score.node).map(|node| (node, None)));
                for band in &score.bands {
                    let at_least = self.at_least(number, micro(&band.from)?)?;
                    roots.push((at_least, Some(Watch::Band(number))));
                }
            }
        }
        let extra =
            extra.iter().map(|(program, predicate)| self.predicate(predicate, program.map_or(Scope::LEAD, Scope::program))).collect::<Made<Vec<NodeId>>>()?;
        roots.extend(extra.iter().map(|node| (*node, None)));
        let timezone_field = self.plan.limits.timezone_field.as_ref().map(|name| self.field_number(name)).transpose()?;
        let caps = self.plan.limits.caps.iter().map(cap).collect();
        let builtin = self.builtin();
        self.finish(Parts { roots, asked, programs, tracks, steps, once, handoffs, channels, caps, consent_again, timezone_field, builtin, extra })
    }

    /// Follows what the roots need, and no more.
    fn finish(&mut self, parts: Parts) -> Made<Policy> {
        let mut live = vec![false; self.nodes.len()];
        let mut open: Vec<NodeId> = parts.roots.iter().map(|(node, _)| *node).collect();
        // What is asked now and then is not followed, save for scores, which are; but the events that it counts are kept.
        let mut seen = vec![false; self.nodes.len()];
        let mut now_and_then = parts.asked.clone();
        while let Some(node) = now_and_then.pop() {
            if std::mem::replace(at_mut(&mut seen, node)?, true) {
                continue;
            }
            match self.nodes.get(node as usize) {
                Some(Node::AtLeast(..)) => open.push(node),
                Some(Node::Count { list, .. }) => at_mut(&mut self.lists, *list)?.kept = true,
                _ => now_and_then.extend(self.children(node)),
            }
        }
        while let Some(node) = open.pop() {
            if std::mem::replace(at_mut(&mut live, node)?, true) {
                continue;
            }
            open.extend(self.children(node));
        }
        let mut parents: Vec<Vec<NodeId>> = vec![Vec::new(); self.nodes.len()];
        let mut fields = vec![Vec::new(); self.plan.lead.fields.len()];
        let mut identified = None;
        let mut anchors = vec![Vec::new(); self.plan.programs.len() + self.labels.len()];
        for node in (0..self.nodes.len() as u32).filter(|node| live.get(*node as usize) == Some(&true)) {
            for child in self.children(node) {
                at_mut(&mut parents, child)?.push(node);
            }
            match self.nodes.get(node as usize) {
                Some(Node::Fact(field, _) | Node::Clock(field, _)) => at_mut(&mut fields, *field)?.push(node),
                Some(Node::Identified) => identified = Some(node),
                Some(Node::Count { list, window, .. }) => {
                    let (list, anchor) = (*list, window.anchor);
                    let list = at_mut(&mut self.lists, list)?;
                    list.counts.push(node);
                    list.kept = true;
                    if let Some(anchor) = anchor {
                        at_mut(&mut anchors, anchor)?.push(node);
                    }
                }
                Some(Node::Score(number)) => {
                    let score = self.scores.get(*number as usize).ok_or_else(no_such)?;
                    for line in &score.events {
                        let list = at_mut(&mut self.lists, line.list)?;
                        list.kept = true;
                        // Several lines of a score may read one list.
                        let known = list.scores.iter().position(|feed| feed.node == node);
                        let place = known.unwrap_or(list.scores.len());
                        if known.is_none() {
                            list.scores.push(Feed { score: *number, node, adds: Some(0) });
                        }
                        if let Some(feed) = list.scores.get_mut(place) {
                            feed.adds = feed.adds.filter(|_| line.points >= 0).map(|adds| adds + line.points);
                        }
                    }
                }
                _ => {}
            }
        }
        for score in &mut self.scores {
            score.thresholds.retain(|(_, node)| live.get(*node as usize) == Some(&true));
            score.thresholds.sort_unstable();
        }
        let mut watches: Vec<Vec<Watch>> = vec![Vec::new(); self.nodes.len()];
        for (node, watch) in &parts.roots {
            if let Some(watch) = watch {
                at_mut(&mut watches, *node)?.push(*watch);
            }
        }
        for list in &mut watches {
            list.sort_unstable();
            list.dedup();
        }
        for (number, track) in (0..).zip(&parts.tracks) {
            if let Trigger::Signal(list) = track.trigger {
                at_mut(&mut self.lists, list)?.tracks.push(number);
            }
        }
        for (number, program) in (0..).zip(&parts.programs) {
            if let Some(list) = program.join_on {
                at_mut(&mut self.lists, list)?.joins.push(number);
            }
        }
        // Events are held against the filters of what runs, and no others.
        for lists in &mut self.signals {
            lists.retain(|list| self.lists.get(*list as usize).is_some_and(|list| list.kept || !list.tracks.is_empty() || !list.joins.is_empty()));
        }
        let mut policy = Policy {
            base: Vec::new(),
            base_sums: Vec::new(),
            live,
            nodes: std::mem::take(&mut self.nodes),
            parents: Table::new(parents),
            watches: Table::new(watches),
            lists: std::mem::take(&mut self.lists),
            signals: std::mem::take(&mut self.signals),
            scores: std::mem::take(&mut self.scores),
            fields,
            identified,
            anchors,
            programs: parts.programs,
            tracks: parts.tracks,
            steps: parts.steps,
            once: parts.once,
            handoffs: parts.handoffs,
            journeys: std::mem::take(&mut self.journeys),
            caps: parts.caps,
            channels: parts.channels,
            consent_again: parts.consent_again,
            timezone_field: parts.timezone_field,
            zone: Arc::clone(&self.zone),
            builtin: parts.builtin,
            extra: parts.extra,
            names: std::mem::take(&mut self.names),
        };
        (policy.base, policy.base_sums) = super::values::base(&policy);
        Ok(policy)
    }

    /// What a node depends on.
    fn children(&self, node: NodeId) -> Vec<NodeId> {
        match self.nodes.get(node as usize) {
            Some(Node::And(of) | Node::Or(of)) => of.to_vec(),
            Some(Node::Not(of)) => vec![*of],
            Some(Node::AtLeast(score, _)) => self.scores.get(*score as usize).and_then(|score| score.node).into_iter().collect(),
            Some(Node::Score(score)) => self.scores.get(*score as usize).map_or_else(Vec::new, |score| score.when.iter().map(|(node, _)| *node).collect()),
            _ => Vec::new(),
        }
    }

    /// The lines of a score.
    fn score(&mut self, number: u32) -> Made<()> {
        match self.score_state.get(number as usize) {
            Some(Once::Done(_)) => return Ok(()),
            Some(Once::NotYet) => {}
            _ => return Err(circle()),
        }
        *at_mut(&mut self.score_state, number)? = Once::Now;
        let plan = self.plan;
        let written = plan.scores.get(number as usize).ok_or_else(no_such)?;
        let (mut events, mut when, mut when_places) = (Vec::new(), Vec::new(), Vec::new());
        for (place, line) in (0..).zip(&written.points) {
            let points = micro(&line.points)?;
            match &line.earned {
                Earned::For { event, cap } => {
                    let list = self.list(event)?;
                    events.push(EventPoints { place, list, points, cap: cap.as_ref().map(|cap| (cap.most, seconds(cap.seconds))) });
                }
                Earned::When(predicate) => {
                    when.push((self.predicate(predicate, Scope::LEAD)?, points));
                    when_places.push(place);
                }
            }
        }
        let fade = match written.halves_every_days {
            Some(0) => return Err(Unfit(format!("the half-life of `{}` is no whole day", written.name))),
            Some(days) if written.fade.len() != days as usize => {
                return Err(Unfit(format!("the table by which `{}` fades has not one number for each day of its half-life", written.name)));
            }
            Some(days) => Some(Fade { half_life: days, table: written.fade.clone() }),
            None => None,
        };
        let (from, to) = (written.from.as_deref().map(micro).transpose()?, written.to.as_deref().map(micro).transpose()?);
        let mut score = Score { events, when, when_places, fade, from, to, thresholds: Vec::new(), node: None };
        *at_mut(&mut self.score_meanings, number)? = self.score_meaning(&written.name, &score);
        let node = self.node(Node::Score(number));
        score.node = Some(node);
        *at_mut(&mut self.scores, number)? = score;
        *at_mut(&mut self.score_state, number)? = Once::Done(node);
        Ok(())
    }

    /// The built-in signals that something asks for, and those that bar.
    fn builtin(&self) -> Builtin {
        let of = |name: &str| self.names.signals.get(name).copied();
        let asked = |name: &str| of(name).filter(|signal| self.signals.get(*signal as usize).is_some_and(|lists| !lists.is_empty()));
        // All built-in signals have the same fields.
        let fields = of("unsubscribe").and_then(|signal| self.plan.signals.get(signal as usize)).map_or(&[][..], |signal| &signal.fields);
        let place = |name: &str| fields.iter().position(|field| field.name == name);
        let channels = match place("channel").and_then(|place| fields.get(place)).map(|field| &field.ty) {
            Some(plan::FieldType::OneOf(options)) => {
                options.iter().map(|option| Channel::ALL.into_iter().find(|channel| channel.name() == option.name)).collect()
            }
            _ => Vec::new(),
        };
        Builtin {
            receive: asked("receive"),
            join: asked("join"),
            leave: asked("leave"),
            finish: asked("finish"),
            convert: asked("convert"),
            unsubscribe: of("unsubscribe"),
            complain: of("complain"),
            fields: fields.len(),
            content: place("content"),
            program: place("program"),
            channel: place("channel"),
            touch: place("touch"),
            channels,
        }
    }

    fn program_number(&self, name: &str) -> Made<u32> {
        self.names.programs.get(name).copied().ok_or_else(|| Unfit(format!("the plan has no program `{name}`")))
    }

    fn field_number(&self, name: &str) -> Made<u32> {
        let place = self.plan.lead.fields.iter().position(|field| field.name == name);
        place.map(|place| place as u32).ok_or_else(|| Unfit(format!("the lead of the plan has no field `{name}`")))
    }

    fn node(&mut self, node: Node) -> NodeId {
        let meaning = self.meaning_of(&node);
        if let Some(known) = self.known.get(&meaning) {
            return *known;
        }
        let number = self.nodes.len() as u32;
        self.nodes.push(node);
        self.meanings.push(meaning);
        self.known.insert(meaning, number);
        number
    }

    /// What an anchor counts from: the join of a program, or one of its labels.
    fn anchor_name(&self, anchor: u32) -> Option<(u32, Option<SmolStr>)> {
        if (anchor as usize) < self.plan.programs.len() {
            return Some((anchor, None));
        }
        let (program, label) = self.label_names.get(anchor as usize - self.plan.programs.len())?;
        Some((*program, Some(label.clone())))
    }

    fn instant(&self, text: &str) -> Made<Instant> {
        moment(text, &self.zone).ok_or_else(|| Unfit(format!("`{text}` is no moment")))
    }
}

/// What is made before it is known what is needed.
struct Parts {
    /// What is kept up to date, and whom it concerns when it turns.
    roots: Vec<(NodeId, Option<Watch>)>,
    /// What is asked only when a step comes to it.
    asked: Vec<NodeId>,
    programs: Vec<Program>,
    tracks: Vec<Track>,
    steps: Vec<Step>,
    once: u32,
    handoffs: Vec<super::policy::Handoff>,
    channels: Vec<ChannelRules>,
    caps: Vec<Cap>,
    consent_again: Option<NodeId>,
    timezone_field: Option<u32>,
    builtin: Builtin,
    extra: Vec<NodeId>,
}

fn at_mut<T>(list: &mut [T], place: u32) -> Made<&mut T> {
    list.get_mut(place as usize).ok_or_else(no_such)
}

fn no_such() -> Unfit {
    Unfit("the plan names a place that it does not have".to_owned())
}

fn circle() -> Unfit {
    Unfit("the plan's segments, journeys and scores depend on each other in a circle".to_owned())
}

/// The first instant of a day in UTC.
fn day(text: &str) -> Made<Instant> {
    super::clock::day(text).ok_or_else(|| Unfit(format!("`{text}` is no day")))
}

/// The most that a length of time can be: whatever is longer than 10,000 years is as good as for ever.
fn seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX).min(366 * 86_400 * 10_000)
}

/// A number of the plan in millionths.
fn micro(text: &str) -> Made<i128> {
    let number = Decimal::parse(text, 6).map_err(|_| Unfit(format!("`{text}` is no number with up to 6 places")))?;
    Ok(number.billionths() / 1_000)
}

fn cap(cap: &plan::Cap) -> Cap {
    let channels = cap.channels.iter().fold(0u8, |bits, channel| bits | 1 << *channel as u8);
    Cap { most: cap.most, channels, seconds: seconds(cap.seconds) }
}
