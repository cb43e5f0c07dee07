//! Attributes of programs and tracks.

use super::super::leads::Leads;
use super::super::policy::{LimitKind, Policy};
use super::super::truth::{Span, Truth};
use super::super::value::{Entity, Value};
use crate::plan::{Channel, Program, Trigger};
use crate::proof::Universe;

impl Policy<'_> {
    pub(super) fn tracks_of(&self, program: u32) -> Vec<Entity> {
        let count = self.plan.programs.get(program as usize).map_or(0, |program| program.tracks.len());
        (0..count as u32).map(|track| Entity::Track(program, track)).collect()
    }

    pub(super) fn program(&self, program: u32, name: &str) -> Value {
        let Some(of) = self.plan.programs.get(program as usize) else { return Value::Absent };
        let Some(guards) = self.guards(program) else { return Value::Absent };
        match name {
            "name" => Value::Text(of.name.clone()),
            "title" => Value::text(of.title.as_deref()),
            "doc" => Value::text(of.doc.as_deref()),
            "audience" => Value::Leads(guards.audience),
            "journey" => {
                let place = self.plan.journeys.iter().position(|journey| Some(&journey.name) == of.journey.as_ref());
                place.map_or(Value::Absent, |place| Value::Entity(Entity::Journey(place as u32)))
            }
            "goal" => guards.goal.map_or(Value::Absent, Value::Leads),
            "goal_by" => of.goal.as_ref().and_then(|goal| goal.within_seconds).map_or(Value::Absent, Value::Seconds),
            "exit" => Value::Leads(guards.exit),
            "endless" => Value::flag(of.tracks.iter().any(|track| matches!(track.trigger, Trigger::EverySeconds(_)))),
            "tracks" => Value::entities(self.tracks_of(program)),
            "touches" => Value::entities(self.touches_of(program).iter().copied().map(|step| Entity::Touch(program, step))),
            "most_touches" => {
                let most = self.run(program).map_or(0, |run| run.most_touches);
                Value::whole(most as usize)
            }
            "lead_touches" => self.lead_touches(program),
            "reacts_to" => Value::entities(self.run(program).into_iter().flat_map(|run| run.reacts_to.iter().copied()).map(Entity::Signal)),
            "neighbours" => match self.neighbours(program) {
                Ok(neighbours) => Value::entities(neighbours.into_iter().map(Entity::Program)),
                Err(why) => Value::Unknown(why),
            },
            "capped_with" => match self.neighbours(program) {
                Ok(neighbours) => {
                    let capped = self.capped_together(program);
                    Value::entities(neighbours.into_iter().filter(|other| capped(*other)).map(Entity::Program))
                }
                Err(why) => Value::Unknown(why),
            },
            "uncapped_with" => {
                // Limits are looked up; who can be in both has to be proved.
                let capped = self.capped_together(program);
                match self.neighbours_among(program, |other| !capped(other)) {
                    Ok(neighbours) => Value::entities(neighbours.into_iter().map(Entity::Program)),
                    Err(why) => Value::Unknown(why),
                }
            }
            "shape" => Value::Text(self.run(program).map(|run| run.shape.clone()).unwrap_or_default()),
            _ => Value::Absent,
        }
    }

    /// Other programs that can have the same lead.
    fn neighbours(&self, program: u32) -> Result<Vec<u32>, std::sync::Arc<str>> {
        if let Some(known) = self.neighbours.borrow().get(&program) {
            return known.clone();
        }
        let found = self.neighbours_among(program, |_| true);
        self.neighbours.borrow_mut().insert(program, found.clone());
        found
    }

    fn neighbours_among(&self, program: u32, wanted: impl Fn(u32) -> bool) -> Result<Vec<u32>, std::sync::Arc<str>> {
        let Some(own) = self.guards(program) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for other in self.programs().filter(|other| *other != program && wanted(*other)) {
            let Some(guards) = self.guards(other) else { continue };
            match self.ground.overlaps(own.audience, guards.audience) {
                Truth::Yes => found.push(other),
                Truth::No => {}
                Truth::Unknown(why) => return Err(why),
            }
        }
        Ok(found)
    }

    /// Whether a limit of the workspace counts messages of a program together with those of another.
    fn capped_together(&self, program: u32) -> impl Fn(u32) -> bool {
        let own = self.message_channels(program);
        let caps: Vec<u16> = self
            .limits
            .iter()
            .filter(|limit| limit.program.is_none())
            .filter_map(|limit| if let LimitKind::Frequency(cap) = &limit.kind { Some(channel_bits(cap.channels.iter().copied())) } else { None })
            .filter(|cap| cap & own != 0)
            .collect();
        move |other| {
            let others = self.message_channels(other);
            caps.iter().any(|cap| cap & others != 0)
        }
    }

    /// The channels of a program's messages, as bits.
    fn message_channels(&self, program: u32) -> u16 {
        channel_bits(self.touches_of(program).iter().filter_map(|step| self.touch(program, *step)).filter(|touch| touch.message).map(|touch| touch.channel))
    }

    /// The most different touches that one of its leads can get, from all programs: an upper bound, which is all that a rule asks.
    fn lead_touches(&self, program: u32) -> Value {
        let most = |program: u32| self.run(program).map_or(0, |run| run.most_touches as usize);
        let mut sum = most(program);
        if self.universe(program) == Universe::Anonymous {
            // Once they say who they are, any program may take them.
            sum += self.programs().filter(|other| *other != program).map(most).sum::<usize>();
        } else {
            match self.neighbours(program) {
                Ok(neighbours) => sum += neighbours.into_iter().map(most).sum::<usize>(),
                Err(why) => return Value::Unknown(why),
            }
        }
        Value::Number(Span::whole(sum))
    }

    pub(super) fn track(&self, program: u32, track: u32, name: &str) -> Value {
        let Some(of) = self.plan.programs.get(program as usize) else { return Value::Absent };
        let Some(own) = of.tracks.get(track as usize) else { return Value::Absent };
        match name {
            "trigger" => Value::Word(
                match own.trigger {
                    Trigger::Join => "join",
                    Trigger::Stage { .. } => "stage",
                    Trigger::Signal(_) => "signal",
                    Trigger::EverySeconds(_) => "clock",
                    Trigger::Moment(_) => "date",
                }
                .into(),
            ),
            "signal" => match &own.trigger {
                Trigger::Signal(event) => self.signal(&event.signal).map_or(Value::Absent, |signal| Value::Entity(Entity::Signal(signal))),
                _ => Value::Absent,
            },
            "touches" => Value::entities(
                self.touches_of(program).iter().copied().filter(|step| track_of(of, *step) == Some(track)).map(|step| Entity::Touch(program, step)),
            ),
            "longest_run" => Value::whole(self.run(program).and_then(|run| run.longest_run.get(track as usize)).map_or(0, |run| *run as usize)),
            _ => Value::Absent,
        }
    }

    /// The audience of a program, as a group.
    pub fn audience(&self, program: u32) -> Leads {
        self.guards(program).map_or(Leads::nobody(), |guards| guards.audience)
    }
}

fn channel_bits(channels: impl Iterator<Item = Channel>) -> u16 {
    channels.fold(0, |bits, channel| bits | 1 << channel as u16)
}

/// The track of a step.
pub(super) fn track_of(program: &Program, step: u32) -> Option<u32> {
    program.steps.get(step as usize).map(|step| step.track)
}
