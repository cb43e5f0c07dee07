//! The attributes of the policy's entities: see `model::rule_schema` for what each means.

mod content;
mod gaps;
mod group;
mod journey;
mod program;
mod repeats;
mod touch;
mod workspace;

use super::policy::Policy;
use super::pressure::Figure;
use super::value::{Entity, Value};

impl Policy<'_> {
    /// An attribute of an entity. `argument` is what stands in its parentheses.
    pub fn attribute(&self, entity: Entity, name: &str, argument: Option<&Value>) -> Value {
        if argument.is_some() {
            return self.figure(entity, name, argument);
        }
        let key = (entity, smol_str::SmolStr::from(name));
        if let Some(known) = self.attributes.borrow().get(&key) {
            return known.clone();
        }
        let value = self.ask(entity, name);
        self.attributes.borrow_mut().insert(key, value.clone());
        value
    }

    fn ask(&self, entity: Entity, name: &str) -> Value {
        match entity {
            Entity::Workspace => self.workspace(name),
            Entity::Field(field) => self.field(field, name),
            Entity::Value(field, value) => self.field_value(field, value, name),
            Entity::Signal(signal) => self.signal_attribute(signal, name),
            Entity::Icp(icp) => self.icp(icp, name),
            Entity::Segment(segment) => self.segment(segment, name),
            Entity::Journey(journey) => self.journey(journey, name),
            Entity::Stage(journey, stage) => self.stage_attribute(journey, stage, name),
            Entity::Score(score) => self.score(score, name),
            Entity::Band(score, band) => self.band(score, band, name),
            Entity::Content(content) => self.content_attribute(content, name),
            Entity::Program(program) => self.program(program, name),
            Entity::Track(program, track) => self.track(program, track, name),
            Entity::Touch(program, step) | Entity::Step(program, step) => self.touch_attribute(program, step, name),
            Entity::Handoff(handoff) => self.handoff(handoff, name),
            Entity::Limit(limit) => self.limit(limit, name),
        }
    }

    fn figure(&self, entity: Entity, name: &str, argument: Option<&Value>) -> Value {
        match (entity, name, argument) {
            (Entity::Program(program), "pressure", Some(Value::Seconds(seconds))) => self.loaded(Figure::Pressure(program, *seconds)),
            _ => Value::Absent,
        }
    }

    /// All entities of a kind, in the order of the plan.
    pub fn entities(&self, kind: &str) -> Vec<Entity> {
        let plan = self.plan;
        let list = |count: usize, of: fn(u32) -> Entity| -> Vec<Entity> { (0..count as u32).map(of).collect() };
        match kind {
            "workspace" => vec![Entity::Workspace],
            "field" => list(plan.lead.fields.len(), Entity::Field),
            "value" => (0..plan.lead.fields.len() as u32).flat_map(|field| (0..self.values_of(field)).map(move |value| Entity::Value(field, value))).collect(),
            "signal" => list(plan.signals.len(), Entity::Signal),
            "icp" => list(plan.icps.len(), Entity::Icp),
            "segment" => list(plan.segments.len(), Entity::Segment),
            "journey" => list(plan.journeys.len(), Entity::Journey),
            "stage" => (0..plan.journeys.len() as u32).flat_map(|journey| self.stages_of(journey)).collect(),
            "score" => list(plan.scores.len(), Entity::Score),
            "band" => (0u32..).zip(&plan.scores).flat_map(|(score, of)| (0..of.bands.len() as u32).map(move |band| Entity::Band(score, band))).collect(),
            "content" => self.contents().map(Entity::Content).collect(),
            "program" => self.programs().map(Entity::Program).collect(),
            "track" => self.programs().collect::<Vec<_>>().into_iter().flat_map(|program| self.tracks_of(program)).collect(),
            "touch" => self.touches().iter().copied().map(|(program, step)| Entity::Touch(program, step)).collect(),
            "step" => {
                let programs: Vec<u32> = self.programs().collect();
                programs.into_iter().flat_map(|program| self.steps_of(program).into_iter().map(move |step| Entity::Step(program, step))).collect()
            }
            "handoff" => list(plan.handoffs.len(), Entity::Handoff),
            "limit" => list(self.limits.len(), Entity::Limit),
            _ => Vec::new(),
        }
    }
}
