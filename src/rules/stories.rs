//! Stories that show how much one lead can get: leads who could get many messages are played, and the fullest window is kept.

use std::sync::Arc;

use smol_str::SmolStr;

use super::leads::Leads;
use super::policy::Policy;
use super::pressure::Played;
use crate::plan::{Action, EventPattern, Join, Plan, Predicate, Trigger};
use crate::run::Player;
use crate::run::lead::{DAY, Event, Fact, Instant, Lead};
use crate::run::still::Still;
use crate::run::trace::{Entry, Trace, What};

/// Repetitions that a story is tried with, where a track can be started as often as a lead acts.
const AGAIN: usize = 12;
/// Days on which a lead of a story keeps up what they do, at least and at most.
const DAILY: (i64, i64) = (45, 200);
/// How many kinds of event a lead of a story is tried with.
const HABITS: usize = 12;
/// How many stories are kept for other figures.
const KEPT: usize = 64;
/// With more programs than this the stories leave out what programs wait for.
const HABITUAL: usize = 40;

impl Policy<'_> {
    /// Plays leads who could get these messages, and keeps the story in which most of those that count come in one window. Ends as soon
    /// as there are `high`, more than which nobody can get. Who was played before is not played again.
    pub(super) fn play(&self, asked: &Asked<'_>, chosen: &[(u32, u32)], within: Leads, high: Option<u64>, told: &mut Told) {
        let Some(playing) = self.playing(asked.limited) else { return };
        let mut stage = Stage { player: Player::new(playing), asked, best: &mut told.best };
        let enough = |best: &Option<Played>| high.is_some_and(|high| best.as_ref().is_some_and(|best| best.counted.len() as u64 >= high));
        let mut candidates = self.candidates(chosen, within);
        candidates.retain(|still| !told.played.contains(still));
        told.played.extend(candidates.iter().cloned());
        for still in &candidates {
            let mut lead = still.lead.clone();
            let first = lead.events.first().map_or(still.now, |event| event.at).min(still.now);
            for from in [first - 3_600, still.now] {
                lead.identified = Some(from);
                stage.play(&lead, from);
            }
            // Who does it all over again, day by day.
            let acts: Vec<Event> = lead.events.iter().filter(|event| self.acts(event.signal)).cloned().collect();
            if !acts.is_empty() {
                let from = first - 3_600;
                lead.identified = Some(from);
                for round in 1..=AGAIN as i64 {
                    lead.events.extend(acts.iter().map(|event| Event { at: event.at + round * DAY, ..event.clone() }));
                }
                lead.events.sort_by_key(|event| event.at);
                stage.play(&lead, from);
            }
            if enough(stage.best) {
                return;
            }
        }
        // Who goes on to do what the programs wait for and ask about, day by day: what makes it more is kept.
        let habits = self.habits(asked.messages);
        for still in &candidates {
            let mut kept: Vec<usize> = Vec::new();
            for _ in 0..2 {
                let before = kept.clone();
                for habit in 0..habits.len() {
                    let mut tried = kept.clone();
                    match tried.iter().position(|known| *known == habit) {
                        Some(place) => drop(tried.remove(place)),
                        None => tried.push(habit),
                    }
                    let known = stage.best.as_ref().map_or(0, |best| best.counted.len());
                    stage.daily(still, tried.iter().filter_map(|habit| habits.get(*habit)));
                    if stage.best.as_ref().is_some_and(|best| best.counted.len() > known) {
                        kept = tried;
                    }
                    if enough(stage.best) {
                        return;
                    }
                }
                if kept == before {
                    break;
                }
            }
        }
    }

    /// Whether there are few enough programs for many stories: each is played in all of them.
    pub(super) fn is_small(&self) -> bool {
        self.plan.programs.len() <= HABITUAL
    }

    /// What stories that were played for other figures show of these messages: the fullest window of them all. Of a program's leads
    /// whoever has joined it is one.
    pub(super) fn known_story(&self, asked: &Asked<'_>, within: Leads) -> Option<Played> {
        let mut best: Option<Played> = None;
        for (story, limited) in self.played.borrow().iter() {
            let joined = within.audience.is_none_or(|own| story.entries.iter().any(|entry| matches!(entry.what, What::Joined { program } if program == own)));
            if *limited != asked.limited || !joined {
                continue;
            }
            let counted = busiest(&story.entries, asked.messages, asked.window);
            if counted.len() > best.as_ref().map_or(0, |best| best.counted.len()) {
                best = Some(Played { counted, ..(**story).clone() });
            }
        }
        best
    }

    /// Keeps a story for other figures.
    pub(super) fn keep_story(&self, story: Option<&Arc<Played>>, limited: bool) {
        let mut played = self.played.borrow_mut();
        let new = story.filter(|story| played.len() < KEPT && !played.iter().any(|(known, of)| *of == limited && known.lead == story.lead));
        if let Some(story) = new {
            played.push((Arc::clone(story), limited));
        }
    }

    /// Events that the programs of some messages wait for, ask about or start from: one of each kind. None where the programs are many.
    fn habits(&self, messages: &[(u32, u32)]) -> Vec<(u32, Box<[Fact]>)> {
        if !self.is_small() {
            return Vec::new();
        }
        let programs: std::collections::BTreeSet<u32> = messages.iter().map(|(program, _)| *program).collect();
        let mut patterns: Vec<EventPattern> = Vec::new();
        let mut add = |signal: &SmolStr, filter: &Option<Predicate>| {
            let pattern = EventPattern { signal: signal.clone(), filter: filter.clone() };
            if !patterns.contains(&pattern) {
                patterns.push(pattern);
            }
        };
        for program in programs.iter().filter_map(|program| self.plan.programs.get(*program as usize)) {
            let mut predicates: Vec<&Predicate> = Vec::new();
            match &program.join {
                Some(Join::On(event)) => add(&event.signal, &event.filter),
                Some(Join::When(predicate)) => predicates.push(predicate),
                None => {}
            }
            for track in &program.tracks {
                if let Trigger::Signal(event) = &track.trigger {
                    add(&event.signal, &event.filter);
                }
            }
            for step in &program.steps {
                match &step.action {
                    Action::Touch(touch) => predicates.extend(touch.only_if.iter().chain(&touch.reason)),
                    Action::WaitUntil { until, .. } => predicates.push(until),
                    Action::If { branches, .. } => predicates.extend(branches.iter().map(|branch| &branch.when)),
                    _ => {}
                }
            }
            for predicate in predicates {
                predicate.walk(&mut |part| {
                    if let Predicate::Count(count) = part {
                        add(&count.signal, &count.filter);
                    }
                });
            }
        }
        patterns
            .iter()
            .filter(|pattern| self.signal(&pattern.signal).is_some_and(|signal| self.acts(signal)))
            .filter_map(|pattern| self.ground.event(pattern))
            .take(HABITS)
            .collect()
    }

    /// Leads who could get as many of these messages together as was found.
    fn candidates(&self, chosen: &[(u32, u32)], within: Leads) -> Vec<Still> {
        let guard = |(program, step): &(u32, u32)| self.guards(*program).and_then(|guards| guards.steps.get(*step as usize)).map(|step| step.guard.known);
        let mut found = Vec::new();
        let mut together = vec![within.known];
        for node in chosen.iter().filter_map(guard) {
            together.push(node);
            let all = self.ground.and(&together);
            if !self.ground.some(all).is_yes() {
                together.pop();
            }
        }
        // And those whose signals start the tracks, whatever else they did.
        for nodes in [together, vec![within.known]] {
            let all = self.ground.and(&nodes);
            if let Some(example) = self.ground.find(all, crate::proof::Universe::Database).example() {
                found.push(example.still.clone());
            }
        }
        found
    }
}

/// What is counted of a story.
pub(super) struct Asked<'a> {
    /// The messages that count.
    pub messages: &'a [(u32, u32)],
    /// The window, in seconds; all time without one.
    pub window: Option<u64>,
    /// Whether limits hold messages back.
    pub limited: bool,
}

/// What was told so far.
pub(super) struct Told {
    /// The best story.
    pub best: Option<Played>,
    /// Who was played.
    played: Vec<Still>,
}

impl Told {
    /// Begins with what is known.
    pub fn of(best: Option<Played>) -> Self {
        Self { best, played: Vec::new() }
    }
}

/// Where stories are played, and the best so far.
struct Stage<'a, 'p> {
    player: Player<'p>,
    asked: &'a Asked<'a>,
    best: &'a mut Option<Played>,
}

impl Stage<'_, '_> {
    fn play(&mut self, lead: &Lead, from: Instant) {
        let last = lead.events.last().map_or(from, |event| event.at);
        let until = last.max(from) + 30 * DAY + self.asked.window.map_or(150 * DAY, |window| 2 * i64::try_from(window).unwrap_or(0) + 60 * DAY);
        let mut trace = Trace::default();
        self.player.play(lead, from, until, &mut trace);
        let counted = busiest(&trace.entries, self.asked.messages, self.asked.window);
        if self.best.as_ref().is_none_or(|known| counted.len() > known.counted.len()) {
            *self.best = Some(Played { lead: lead.clone(), entries: trace.entries, counted });
        }
    }

    /// A lead who from their time on does these things each day.
    fn daily<'h>(&mut self, still: &Still, habits: impl Iterator<Item = &'h (u32, Box<[Fact]>)>) {
        let mut lead = still.lead.clone();
        let from = lead.events.first().map_or(still.now, |event| event.at).min(still.now) - 3_600;
        lead.identified = Some(from);
        let window = self.asked.window.and_then(|window| i64::try_from(window).ok()).map_or(DAILY.1, |window| window / DAY);
        let days = (2 * window).clamp(DAILY.0, DAILY.1);
        for (place, (signal, fields)) in (0..).zip(habits) {
            // Within office hours, one after the other.
            lead.events.extend((0..days).map(|day| Event { at: still.now + day * DAY + place * 600, signal: *signal, fields: fields.clone() }));
        }
        lead.events.sort_by_key(|event| event.at);
        self.play(&lead, from);
    }
}

/// The plan without what holds messages back.
pub(super) fn without_limits(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    plan.limits.caps.clear();
    plan.limits.quiet = None;
    for program in &mut plan.programs {
        program.caps.clear();
        program.send_on = None;
    }
    plan
}

/// The places of the messages that count in the window that has most.
fn busiest(entries: &[Entry], messages: &[(u32, u32)], window: Option<u64>) -> Vec<usize> {
    let sent: Vec<(usize, Instant)> = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| matches!(&entry.what, What::Sent { step, .. } if messages.contains(&(step.program, step.step))))
        .map(|(place, entry)| (place, entry.at))
        .collect();
    let Some(window) = window.and_then(|window| i64::try_from(window).ok()) else { return sent.into_iter().map(|(place, _)| place).collect() };
    let mut best: &[(usize, Instant)] = &[];
    let mut start = 0;
    for (end, (_, at)) in sent.iter().enumerate() {
        while sent.get(start).is_some_and(|(_, first)| *first <= at - window) {
            start += 1;
        }
        if let Some(here) = sent.get(start..=end)
            && here.len() > best.len()
        {
            best = here;
        }
    }
    best.iter().map(|(place, _)| *place).collect()
}
