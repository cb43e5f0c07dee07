//! Attributes of touches.

use std::collections::BTreeMap;

use super::super::leads::Leads;
use super::super::policy::Policy;
use super::super::prose::Prose;
use super::super::truth::Truth;
use super::super::value::{Entity, Value};
use crate::plan::{Piece, Program, Template};
use crate::proof::rewrite;
use crate::run::policy::Node;
use crate::run::{NodeId, Terms};

/// A text as it is written, with the names of fields in braces.
pub fn written(template: &Template) -> String {
    template
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_string(),
            Piece::Field { name, .. } => format!("{{{name}}}"),
        })
        .collect()
}

/// For how long a message can be held at least before it is dropped, in seconds, unless its touch says otherwise.
const HELD: u64 = 7 * 86_400;

/// Whether every way from a first step to one passes another.
fn passes(program: &Program, first: Option<u32>, other: u32, to: u32) -> bool {
    let mut seen = vec![false; program.steps.len()];
    let mut open: Vec<u32> = first.into_iter().collect();
    while let Some(id) = open.pop() {
        let Some(place) = id.checked_sub(1) else { continue };
        let Some(new) = seen.get_mut(place as usize).filter(|seen| !**seen) else { continue };
        *new = true;
        if place != other
            && let Some(step) = program.steps.get(place as usize)
        {
            open.extend(step.action.nexts());
        }
    }
    let seen = |place: u32| seen.get(place as usize) == Some(&true);
    seen(other) && !seen(to)
}

impl Policy<'_> {
    /// Whether the track of a step is for other stages of a journey than this one.
    fn outside(&self, program: u32, step: u32, journey: u32, stage: u32) -> bool {
        let Some(of) = self.plan.programs.get(program as usize) else { return false };
        let track = super::program::track_of(of, step).and_then(|track| of.tracks.get(track as usize));
        let Some(crate::plan::Trigger::Stage { journey: own, stages }) = track.map(|track| &track.trigger) else { return false };
        let Some(asked) = self.plan.journeys.get(journey as usize) else { return false };
        asked.name == *own && asked.stages.get(stage as usize).is_some_and(|stage| !stages.contains(&stage.name))
    }

    /// Earlier touches of a program that send what this one sends to everybody who comes to it, as leads are now: on every way to it, by the
    /// same channel, to no fewer people.
    fn sent_before(&self, program: u32, step: u32) -> Vec<u32> {
        let Some(of) = self.plan.programs.get(program as usize) else { return Vec::new() };
        let Some(touch) = self.touch(program, step).filter(|touch| touch.once.is_some()) else { return Vec::new() };
        let Some(own) = of.steps.get(step as usize) else { return Vec::new() };
        let Some(track) = of.tracks.get(own.track as usize) else { return Vec::new() };
        let standing = match &track.trigger {
            crate::plan::Trigger::Stage { journey, stages } => self.node(&crate::plan::Predicate::StageIn { journey: journey.clone(), stages: stages.clone() }),
            _ => Terms::ALWAYS,
        };
        let asked = |touch: &crate::plan::Touch| {
            let asked: Vec<NodeId> = touch
                .only_if
                .iter()
                .chain(&touch.reason)
                .map(|predicate| self.ground.terms.borrow_mut().predicate(predicate, Some(program)).unwrap_or(Terms::NEVER))
                .collect();
            self.ground.and(&asked)
        };
        let reaches = self.ground.and(&[self.audience(program).known, standing, asked(touch)]);
        self.touches_of(program)
            .iter()
            .copied()
            .filter(|before| {
                let Some(earlier) = self.touch(program, *before).filter(|_| *before < step) else { return false };
                let same = earlier.once == touch.once && earlier.channel == touch.channel && earlier.drop_after_seconds >= HELD;
                if !same || of.steps.get(*before as usize).is_none_or(|step| step.track != own.track) || !passes(of, track.first, *before, step) {
                    return false;
                }
                // What they did may be another thing by then.
                let node = asked(earlier);
                let lasting = {
                    let terms = self.ground.terms.borrow();
                    rewrite::leaves(&terms, node).into_iter().all(|leaf| matches!(terms.node(leaf), Node::Fact(..)))
                };
                lasting && self.ground.some(self.ground.and(&[reaches, self.ground.not(node)])) == Truth::No
            })
            .collect()
    }

    /// The direct touches that say the same without any content, this one among them; none where an earlier one has been told of them.
    pub fn twins(&self, program: u32, step: u32) -> &[(u32, u32)] {
        let twins = self.twins.get_or_init(|| {
            let mut by_words: BTreeMap<String, Vec<(u32, u32)>> = BTreeMap::new();
            for (program, step) in self.touches() {
                let Some(touch) = self.touch(*program, *step).filter(|touch| touch.message && touch.content.is_none()) else { continue };
                let Some(subject) = &touch.subject else { continue };
                let words: Vec<String> = Prose::of_text(&written(subject)).words.iter().map(|word| word.text.to_lowercase()).collect();
                if !words.is_empty() {
                    by_words.entry(words.join(" ")).or_default().push((*program, *step));
                }
            }
            by_words.into_values().filter(|twins| twins.len() > 1).filter_map(|twins| Some((*twins.first()?, twins))).collect()
        });
        twins.get(&(program, step)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn touch_attribute(&self, program: u32, step: u32, name: &str) -> Value {
        let Some(touch) = self.touch(program, step) else { return Value::Absent };
        let Some(guard) = self.guards(program).and_then(|guards| guards.steps.get(step as usize)) else { return Value::Absent };
        let run = self.run(program).and_then(|run| run.touches.get(step as usize)).copied().unwrap_or_default();
        let text = |template: &Option<Template>| template.as_ref().map_or(Value::Absent, |template| Value::Text(written(template).into()));
        match name {
            "program" => Value::Entity(Entity::Program(program)),
            "track" => {
                let track = self.plan.programs.get(program as usize).and_then(|program| super::program::track_of(program, step));
                track.map_or(Value::Absent, |track| Value::Entity(Entity::Track(program, track)))
            }
            "channel" => Value::Word(touch.channel.name().into()),
            "direct" => Value::flag(touch.message),
            "content" => touch.content.as_ref().and_then(|name| self.content(name)).map_or(Value::Absent, |content| Value::Entity(Entity::Content(content))),
            "words" => {
                let words: Vec<String> = touch.subject.iter().chain(&touch.invites).map(written).collect();
                Value::Text(words.join("\n").into())
            }
            "subject" => text(&touch.subject),
            "from" => text(&touch.from),
            "invites" => text(&touch.invites),
            "goal" => Value::text(touch.goal.as_deref()),
            "again" => Value::flag(touch.message && touch.once.is_none()),
            "guard" => Value::Leads(guard.guard),
            "done" => Value::Leads(self.guards(program).map_or(Leads::nobody(), |guards| guards.done)),
            "barred" => {
                let barred =
                    if self.is_anonymous(program) { Leads::nobody() } else { Leads::of(super::super::guards::channel(&self.ground, touch.channel).barred) };
                Value::Leads(barred)
            }
            "stages" => {
                let mut found = Vec::new();
                for journey in 0..self.plan.journeys.len() as u32 {
                    for stage in self.stages_of(journey) {
                        let Entity::Stage(journey, number) = stage else { continue };
                        // A track of some stages holds nobody who is in another of that journey.
                        if self.outside(program, step, journey, number) {
                            continue;
                        }
                        match self.ground.overlaps(guard.guard, self.members(journey, number)) {
                            Truth::Yes => found.push(stage),
                            Truth::No => {}
                            Truth::Unknown(why) => return Value::Unknown(why),
                        }
                    }
                }
                Value::entities(found)
            }
            "sent_before" => Value::entities(self.sent_before(program, step).into_iter().map(|before| Entity::Touch(program, before))),
            "twins" => Value::entities(self.twins(program, step).iter().map(|(program, step)| Entity::Touch(*program, *step))),
            "order" => Value::whole(run.order as usize),
            "earliest" => Value::Seconds(run.earliest),
            "gap" => Value::Seconds(run.gap),
            _ => Value::Absent,
        }
    }
}
