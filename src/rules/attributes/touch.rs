//! Attributes of touches.

use super::super::leads::Leads;
use super::super::policy::Policy;
use super::super::truth::Truth;
use super::super::value::{Entity, Value};
use crate::plan::{Piece, Template};

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

impl Policy<'_> {
    /// Whether the track of a step is for other stages of a journey than this one.
    fn outside(&self, program: u32, step: u32, journey: u32, stage: u32) -> bool {
        let Some(of) = self.plan.programs.get(program as usize) else { return false };
        let track = super::program::track_of(of, step).and_then(|track| of.tracks.get(track as usize));
        let Some(crate::plan::Trigger::Stage { journey: own, stages }) = track.map(|track| &track.trigger) else { return false };
        let Some(asked) = self.plan.journeys.get(journey as usize) else { return false };
        asked.name == *own && asked.stages.get(stage as usize).is_some_and(|stage| !stages.contains(&stage.name))
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
