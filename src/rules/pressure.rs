//! How much one lead can get: a bound that no history breaks, and a history that was played (SEMANTICS 3.8). Facts do not change;
//! events may come as badly as they can.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::leads::Leads;
use super::policy::{LimitKind, Policy};
use super::stories::{Asked, Told};
use super::tracks;
use super::truth::{Span, Truth};
use super::value::{Value, setting};
use crate::plan::{Action, Channel, Program, Rejoin, Trigger};
use crate::proof::rewrite;
use crate::run::lead::Lead;
use crate::run::trace::Entry;
use crate::run::{NodeId, Terms};

/// The most that one lead can get.
#[derive(Clone, Debug)]
pub struct Load {
    /// The most that was played.
    pub low: u64,
    /// The most that there can be; `None` for as often as the lead acts.
    pub high: Option<u64>,
    /// Who gets that much, when their story was played.
    pub story: Option<Arc<Played>>,
}

/// A figure of how much one lead can get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Figure {
    /// The most messages that one lead of a program can get in so many seconds, from all programs, limits applied.
    Pressure(u32, u64),
    /// The most messages that a limit counts which one lead would get in its window, were no limit there.
    Demand(u32),
    /// The most times that one lead can get a content by messages.
    Repeats(u32),
}

/// What is counted for a figure.
struct Counting {
    messages: Vec<(u32, u32)>,
    window: Option<u64>,
    limited: bool,
    within: Leads,
    /// No story is played where no more than this is possible.
    enough: u64,
}

impl Counting {
    fn asked(&self) -> Asked<'_> {
        Asked { messages: &self.messages, window: self.window, limited: self.limited }
    }
}

/// A story that was played.
#[derive(Clone, Debug)]
pub struct Played {
    /// The lead.
    pub lead: Lead,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// The places of the messages that count.
    pub counted: Vec<usize>,
}

impl Load {
    fn span(&self) -> Span {
        Span::between(self.low, self.high)
    }
}

/// How many more sets of messages are tried, where the story of the first falls short of the bound.
const RETRIES: usize = 6;
/// For how long a held message can be late.
const HELD: u64 = 7 * 86_400;

impl Policy<'_> {
    /// The most that one lead can get, by a story that was played and by a bound. All figures of a kind are worked out together, as a story that
    /// is played for one may show more for another: what is found hangs on no order.
    fn load_of(&self, figure: Figure) -> Option<Load> {
        if let Some(known) = self.known_load(figure) {
            return Some(known);
        }
        let all: Vec<Figure> = match figure {
            Figure::Pressure(_, seconds) => self.programs().map(|program| Figure::Pressure(program, seconds)).collect(),
            Figure::Demand(_) => (0..self.limits.len() as u32).map(Figure::Demand).collect(),
            Figure::Repeats(_) => self.contents().map(Figure::Repeats).collect(),
        };
        let loads: Vec<(Figure, Load)> = all.into_iter().filter_map(|figure| Some((figure, self.load(&self.counting(figure)?)))).collect();
        for (figure, mut load) in loads {
            // What is counted is listed once more, not kept for all of them.
            let open = self.counting(figure).filter(|_| load.high.is_none_or(|high| load.low < high));
            let known = open.and_then(|of| self.known_story(&of.asked(), of.within));
            if let Some(story) = known.filter(|story| story.counted.len() as u64 > load.low) {
                load.low = story.counted.len() as u64;
                load.high = load.high.map(|high| high.max(load.low));
                load.story = Some(Arc::new(story));
            }
            self.loads.borrow_mut().insert(figure, load);
        }
        self.known_load(figure)
    }

    /// A figure as a value.
    pub(super) fn loaded(&self, figure: Figure) -> Value {
        self.load_of(figure).map_or(Value::Absent, |load| Value::Number(load.span()))
    }

    /// What was worked out for a figure, if it was.
    pub fn known_load(&self, figure: Figure) -> Option<Load> {
        self.loads.borrow().get(&figure).cloned()
    }

    /// What is counted for a figure.
    fn counting(&self, figure: Figure) -> Option<Counting> {
        Some(match figure {
            Figure::Pressure(program, seconds) => {
                let enough = match setting("max_contact", &self.inputs.thresholds) {
                    Value::Number(span) => span.value().map_or(0, |value| (value / 1_000_000_000) as u64),
                    _ => 0,
                };
                Counting { messages: self.messages(|_| true), window: Some(seconds), limited: true, within: self.audience(program), enough }
            }
            Figure::Demand(limit) => {
                let of = self.limits.get(limit as usize)?;
                let LimitKind::Frequency(cap) = &of.kind else { return None };
                let mut messages = self.messages(|channel| cap.channels.contains(&channel));
                messages.retain(|(program, _)| of.program.is_none_or(|own| own == *program));
                let within = of.program.map_or(Leads::of(Terms::ALWAYS), |program| self.audience(program));
                Counting { messages, window: Some(cap.seconds), limited: false, within, enough: u64::from(cap.most) }
            }
            Figure::Repeats(content) => {
                let mut messages = self.touches_with(content).to_vec();
                messages.retain(|(program, step)| self.touch(*program, *step).is_some_and(|touch| touch.message));
                Counting { messages, window: None, limited: true, within: Leads::of(Terms::ALWAYS), enough: 1 }
            }
        })
    }

    /// Messages that somebody may get on channels that count.
    pub fn messages(&self, counts: impl Fn(Channel) -> bool) -> Vec<(u32, u32)> {
        let mut touches = self.touches().to_vec();
        touches.retain(|(program, step)| self.touch(*program, *step).is_some_and(|touch| touch.message && counts(touch.channel)));
        touches
    }

    /// The most that one lead can get of what is counted. Stories are played only where more than enough is possible.
    fn load(&self, of: &Counting) -> Load {
        let Counting { ref messages, window, limited, within, enough } = *of;
        // What limits let through bounds it whatever the programs plan.
        let capped = window.filter(|_| limited).and_then(|window| self.capped(messages, window));
        if capped.is_some_and(|capped| capped <= enough) {
            return Load { low: 0, high: capped, story: None };
        }
        let facts = |node: NodeId| rewrite::facts_only(&mut self.ground.terms.borrow_mut(), node);
        let within_facts = facts(within.known);
        let items: Vec<(NodeId, Option<u64>)> = messages
            .iter()
            .map(|(program, step)| {
                let guard = self.guards(*program).and_then(|guards| guards.steps.get(*step as usize)).map_or(Terms::NEVER, |step| step.guard.known);
                (facts(guard), self.runs(*program, *step, window, limited))
            })
            .collect();
        let countless = items.iter().any(|(node, runs)| runs.is_none() && !matches!(self.ground.some(self.ground.and(&[*node, within_facts])), Truth::No));
        let weighed: Vec<(NodeId, u64)> = items.iter().map(|(node, runs)| (*node, runs.unwrap_or(0))).collect();
        let exclusive = self.exclusive(messages, window, limited);
        let (bound, mut chosen) = self.ground.heaviest(within_facts, &weighed, &exclusive, &[]);
        let mut high = if countless { None } else { Some(bound) };
        if let Some(capped) = capped {
            high = Some(high.map_or(capped, |high| high.min(capped)));
        }
        if high.is_some_and(|high| high <= enough) {
            return Load { low: 0, high, story: None };
        }
        let repeated: Vec<usize> = items.iter().enumerate().filter(|(_, (_, runs))| runs.is_none()).map(|(place, _)| place).collect();
        let asked = of.asked();
        let mut told = Told::of(self.known_story(&asked, within));
        let mut barred: Vec<Vec<usize>> = Vec::new();
        // The facts allow what the events may not: where a story falls short, others are tried.
        loop {
            let together: Vec<(u32, u32)> = chosen.iter().chain(&repeated).filter_map(|place| messages.get(*place)).copied().collect();
            self.play(&asked, &together, within, high, &mut told);
            let played = told.best.as_ref().map_or(0, |story| story.counted.len() as u64);
            barred.push(chosen);
            if high.is_some_and(|high| played >= high) || barred.len() > RETRIES || !self.is_small() {
                break;
            }
            let (next, others) = self.ground.heaviest(within_facts, &weighed, &exclusive, &barred);
            if next <= played || others.is_empty() {
                break;
            }
            chosen = others;
        }
        let story = told.best.map(Arc::new);
        let low = story.as_ref().map_or(0, |story| story.counted.len() as u64);
        self.keep_story(story.as_ref(), limited);
        Load { low, high: high.map(|high| high.max(low)), story }
    }

    /// How often one lead can get a message in a window: `None` for as often as they act.
    fn runs(&self, program: u32, step: u32, window: Option<u64>, limited: bool) -> Option<u64> {
        let of = self.plan.programs.get(program as usize)?;
        let touch = self.touch(program, step)?;
        if touch.once.is_some() {
            return Some(1);
        }
        let track_number = of.steps.get(step as usize)?.track;
        let track = of.tracks.get(track_number as usize)?;
        let late = if limited && self.holds() { HELD } else { 0 };
        let fits = |between: u64| -> Option<u64> {
            let window = window?;
            (between > 0).then(|| (window + late).saturating_sub(1) / between + 1)
        };
        match &track.trigger {
            Trigger::Moment(_) => Some(1),
            Trigger::EverySeconds(seconds) => fits(*seconds),
            Trigger::Join => match of.rejoin {
                Rejoin::Never => Some(1),
                Rejoin::AfterSeconds(seconds) => fits(seconds),
                // Whom nothing but facts lets in and out stays in.
                Rejoin::Always if tracks::stays(&self.ground, program) => Some(1),
                Rejoin::Always => None,
            },
            Trigger::Stage { .. } | Trigger::Signal(_) => fits(self.least_length(program, track_number)),
        }
    }

    /// The least time that a run of a track takes, in seconds.
    fn least_length(&self, program: u32, track: u32) -> u64 {
        let Some(of) = self.plan.programs.get(program as usize) else { return 0 };
        let mut least: Vec<u64> = vec![0; of.steps.len()];
        let after = |least: &Vec<u64>, id: Option<u32>| id.and_then(|id| id.checked_sub(1)).and_then(|place| least.get(place as usize)).copied().unwrap_or(0);
        for (place, step) in of.steps.iter().enumerate().rev() {
            let own = match &step.action {
                Action::Touch(touch) => after(&least, touch.next),
                Action::Wait { seconds, next } => seconds.saturating_add(after(&least, *next)),
                Action::WaitUntil { next, .. } => after(&least, *next),
                Action::If { branches, otherwise } => {
                    branches.iter().map(|branch| after(&least, branch.next)).chain([after(&least, *otherwise)]).min().unwrap_or(0)
                }
                Action::Split { arms, .. } => arms.iter().map(|arm| after(&least, arm.next)).min().unwrap_or(0),
                Action::Handoff { .. } | Action::Leave => 0,
            };
            if let Some(slot) = least.get_mut(place) {
                *slot = own;
            }
        }
        of.tracks.get(track as usize).map_or(0, |track| after(&least, track.first))
    }

    /// Messages of which one lead gets one at most: with one content in one program, or in arms of one split.
    fn exclusive(&self, messages: &[(u32, u32)], window: Option<u64>, limited: bool) -> Vec<Vec<usize>> {
        let mut groups: std::collections::BTreeMap<(u32, String), Vec<usize>> = std::collections::BTreeMap::new();
        for (place, (program, step)) in messages.iter().enumerate() {
            if let Some(key) = self.touch(*program, *step).and_then(|touch| touch.once.as_ref()) {
                groups.entry((*program, key.to_string())).or_default().push(place);
            }
        }
        let mut found: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() > 1).collect();
        let late = if limited && self.holds() { HELD } else { 0 };
        // Messages of one program stand together.
        for group in messages.iter().enumerate().collect::<Vec<_>>().chunk_by(|(_, (one, _)), (_, (other, _))| one == other) {
            let Some((_, (program, _))) = group.first() else { continue };
            let Some(ways) = self.step_ways(*program) else { continue };
            for (number, (place, (_, first))) in group.iter().enumerate() {
                let waits = ways.waits_from(*first);
                let later = group.iter().skip(number + 1).filter(|(_, (_, second))| ways.apart(&waits, *first, *second, window.map(|window| window + late)));
                found.extend(later.map(|(other, _)| vec![*place, *other]));
            }
        }
        found
    }

    fn step_ways(&self, program: u32) -> Option<Ways<'_>> {
        let of = self.plan.programs.get(program as usize)?;
        let stays = tracks::stays(&self.ground, program);
        let once = of
            .tracks
            .iter()
            .map(|track| matches!(track.trigger, Trigger::Join) && (of.rejoin == Rejoin::Never || stays) || matches!(track.trigger, Trigger::Moment(_)))
            .collect();
        let splits = of.steps.iter().filter_map(|step| if let Action::Split { arms, .. } = &step.action { Some(arms) } else { None });
        let splits = splits.map(|arms| arms.iter().map(|arm| reached_from(of, arm.next)).collect()).collect();
        Some(Ways { of, once, splits })
    }

    /// Whether something can hold a message: without it none is late.
    fn holds(&self) -> bool {
        self.limits.iter().any(|limit| matches!(limit.kind, LimitKind::Frequency(_) | LimitKind::Quiet(..)))
            || self.plan.programs.iter().any(|program| program.send_on.is_some())
    }

    /// What limits let through at most: `None` where they do not bound it.
    fn capped(&self, messages: &[(u32, u32)], window: u64) -> Option<u64> {
        let channels: std::collections::BTreeSet<Channel> =
            messages.iter().filter_map(|(program, step)| self.touch(*program, *step)).map(|touch| touch.channel).collect();
        let caps: Vec<(&[Channel], u64)> = self
            .limits
            .iter()
            .filter(|limit| limit.program.is_none())
            .filter_map(|limit| match &limit.kind {
                LimitKind::Frequency(cap) => Some((cap.channels.as_slice(), u64::from(cap.most) * window.div_ceil(cap.seconds.max(1)))),
                _ => None,
            })
            .collect();
        let whole = caps.iter().filter(|(of, _)| channels.iter().all(|channel| of.contains(channel))).map(|(_, most)| *most).min();
        let each: Option<u64> = channels.iter().map(|channel| caps.iter().filter(|(of, _)| of.contains(channel)).map(|(_, most)| *most).min()).sum();
        // Programs that each limit themselves.
        let mut own: std::collections::BTreeMap<u32, Option<u64>> = std::collections::BTreeMap::new();
        let mut channels_of: std::collections::BTreeMap<u32, std::collections::BTreeSet<Channel>> = std::collections::BTreeMap::new();
        for (program, step) in messages {
            channels_of.entry(*program).or_default().extend(self.touch(*program, *step).map(|touch| touch.channel));
        }
        for (program, step) in messages {
            let Some(touch) = self.touch(*program, *step) else { continue };
            let most = self.plan.programs.get(*program as usize).and_then(|of| {
                of.caps
                    .iter()
                    .filter(|cap| cap.channels.contains(&touch.channel))
                    .map(|cap| (cap.channels.len(), u64::from(cap.most) * window.div_ceil(cap.seconds.max(1))))
                    .max()
            });
            let entry = own.entry(*program).or_insert(most.map(|(_, most)| most));
            // One limit that counts all channels is enough; several channels with limits of their own add up elsewhere.
            let all = most.filter(|(channels, _)| *channels >= 5 || channels_of.get(program).is_some_and(|of| of.len() == 1)).map(|(_, most)| most);
            *entry = entry.zip(all).map(|(known, most)| known.min(most));
        }
        let own: Option<u64> = own.into_values().sum();
        whole.into_iter().chain(each).chain(own).min()
    }
}

/// How the steps of a program can follow each other.
struct Ways<'p> {
    of: &'p Program,
    /// For each track, whether a lead goes through it once.
    once: Vec<bool>,
    /// For each split, what lies on each of its arms.
    splits: Vec<Vec<FxHashSet<u32>>>,
}

impl Ways<'_> {
    /// The least wait from a step to each other of its track; `None` where no way leads.
    fn waits_from(&self, first: u32) -> Vec<Option<u64>> {
        let mut wait: Vec<Option<u64>> = vec![None; self.of.steps.len()];
        if let Some(slot) = wait.get_mut(first as usize) {
            *slot = Some(0);
        }
        for (place, step) in self.of.steps.iter().enumerate().skip(first as usize) {
            let Some(here) = wait.get(place).copied().flatten() else { continue };
            let here = if let Action::Wait { seconds, .. } = &step.action { here.saturating_add(*seconds) } else { here };
            for next in step.action.nexts() {
                if let Some(slot) = next.checked_sub(1).and_then(|next| wait.get_mut(next as usize)) {
                    *slot = Some(slot.map_or(here, |known| known.min(here)));
                }
            }
        }
        wait
    }

    /// Whether two steps, the first before the second in the list, never both count: on different arms of a split, or in a track that runs
    /// once on different ways of an `if`, or too long one after the other.
    fn apart(&self, waits: &[Option<u64>], first: u32, second: u32, window: Option<u64>) -> bool {
        let track_of = |step: u32| self.of.steps.get(step as usize).map(|step| step.track);
        let Some(track) = track_of(first).filter(|track| track_of(second) == Some(*track)) else { return false };
        let once = self.once.get(track as usize).copied().unwrap_or(false);
        match waits.get(second as usize).copied().flatten() {
            // No way leads from the one to the other: a split parts them for good, an `if` as long as the track runs once.
            None => once || self.split_apart(first, second),
            Some(least) => once && window.is_some_and(|window| least >= window),
        }
    }

    /// Whether two steps lie on different arms of one split.
    fn split_apart(&self, first: u32, second: u32) -> bool {
        self.splits.iter().any(|arms| {
            let only = |step: u32| {
                let mut on = arms.iter().enumerate().filter(|(_, arm)| arm.contains(&step)).map(|(place, _)| place);
                on.next().filter(|_| on.next().is_none())
            };
            matches!((only(first), only(second)), (Some(one), Some(other)) if one != other)
        })
    }
}

/// The places of the steps that follow from a step on, itself among them.
fn reached_from(of: &Program, first: Option<u32>) -> FxHashSet<u32> {
    let mut open: Vec<u32> = first.into_iter().collect();
    let mut found = FxHashSet::default();
    while let Some(id) = open.pop() {
        if let Some(place) = id.checked_sub(1)
            && found.insert(place)
            && let Some(step) = of.steps.get(place as usize)
        {
            open.extend(step.action.nexts());
        }
    }
    found
}
