//! Whom nothing serves: kinds of lead at each stage of a journey, and before its first (RULES, `stage.unserved`).

use std::collections::BTreeSet;

use super::super::guards;
use super::super::leads::Leads;
use super::super::policy::{Common, Gaps, Kind, Policy};
use super::super::truth::Truth;
use super::super::value::{Entity, Value};
use crate::plan::{Channel, FieldType};
use crate::proof::{Example, Told, Universe};
use crate::run::lead::Fact;
use crate::run::policy::{Node, Test};
use crate::run::{NodeId, Terms};

impl Policy<'_> {
    /// Of the leads at a stage (or before a journey's first): those in the audience of a program that follows the journey, whom
    /// something is owed and whom no touch of any program can reach there, whatever else they are; by kind of lead.
    pub(super) fn unserved(&self, entity: Entity, journey: u32) -> Value {
        if !self.gaps.borrow().contains_key(&entity) {
            self.find_gaps(journey);
        }
        self.gaps.borrow().get(&entity).map_or(Value::Absent, |gaps| gaps.leads.clone())
    }

    /// The places of a journey: its stages, and none of them.
    fn places_of(&self, journey: u32) -> Vec<(Entity, NodeId)> {
        let count = self.plan.journeys.get(journey as usize).map_or(0, |journey| journey.stages.len()) as u32;
        let members: Vec<Leads> = (0..count).map(|stage| self.members(journey, stage)).collect();
        let none = self.ground.not(self.ground.either(&members).known);
        let stages = (0..).zip(&members).map(|(stage, members)| (Entity::Stage(journey, stage), members.known));
        stages.chain([(Entity::Journey(journey), none)]).collect()
    }

    fn find_gaps(&self, journey: u32) {
        let places = self.places_of(journey);
        let nobody = Gaps { leads: Value::Leads(Leads::nobody()), owed: Terms::NEVER, kinds: Vec::new() };
        let asked = self.asked_of(journey);
        let Value::Leads(settled) = self.attribute(Entity::Workspace, "settled", None) else { return };
        if asked == Terms::NEVER {
            self.gaps.borrow_mut().extend(places.into_iter().map(|(entity, _)| (entity, nobody.clone())));
            return;
        }
        // Whoever is barred from every message is owed nothing either.
        let touches = self.touches();
        let channels: BTreeSet<Channel> =
            touches.iter().filter_map(|(program, step)| self.touch(*program, *step)).filter(|touch| touch.message).map(|touch| touch.channel).collect();
        let barred: Vec<NodeId> = channels.into_iter().map(|channel| guards::channel(&self.ground, channel).barred).collect();
        let barred = if barred.is_empty() { Terms::NEVER } else { self.ground.and(&barred) };
        let free = self.ground.and(&[asked, self.ground.not(settled.known), self.ground.not(barred)]);
        let guards: Vec<NodeId> = touches
            .iter()
            .filter(|(program, _)| !self.is_anonymous(*program))
            .filter_map(|(program, step)| self.guards(*program)?.steps.get(*step as usize).map(|step| step.guard.known))
            .collect();
        let served = self.ground.or(&guards);
        let pairs: Vec<(NodeId, NodeId)> = places.iter().map(|(_, place)| (self.ground.and(&[*place, free]), self.ground.and(&[*place, served]))).collect();
        let found = self.ground.unserved(&pairs, &self.kind_fields());
        for (((entity, _), (owed, _)), found) in places.into_iter().zip(pairs).zip(found) {
            let left: Vec<NodeId> = found.kinds.iter().map(|kind| self.ground.and(&[owed, self.told(kind)])).collect();
            let left = self.ground.or(&left);
            // Who is found to be left out is so whatever else was not found out.
            let open = found.gave_up && !self.ground.some(left).is_yes();
            let leads = if open { Value::Unknown(super::super::truth::TOO_LONG.into()) } else { Value::Leads(Leads::of(left)) };
            self.gaps.borrow_mut().insert(entity, Gaps { leads, owed, kinds: found.kinds });
        }
    }

    /// Whom the programs that follow a journey speak to, and have not brought to their goal.
    fn asked_of(&self, journey: u32) -> NodeId {
        let mut asked: Vec<NodeId> = Vec::new();
        for program in self.programs_of(journey) {
            let Some(guards) = self.guards(program) else { continue };
            let follows =
                self.touches_of(program).iter().copied().any(|step| guards.steps.get(step as usize).is_some_and(|step| self.has_facet(step.chosen, "stage")));
            if !follows || self.is_anonymous(program) {
                continue;
            }
            let reached = guards.goal.map_or(Terms::NEVER, |goal| goal.known);
            asked.push(self.ground.and(&[guards.audience.known, self.ground.not(reached)]));
        }
        self.ground.or(&asked)
    }

    fn told(&self, kind: &[Told]) -> NodeId {
        let tests: Vec<NodeId> = kind.iter().map(|(test, is)| if *is { *test } else { self.ground.not(*test) }).collect();
        self.ground.and(&tests)
    }

    /// The kinds of lead that nothing serves at a stage (or before a journey's first), in the few words that explain them, with somebody of each;
    /// known once it was asked who is unserved.
    pub fn gaps_of(&self, entity: Entity) -> Vec<(Kind, Option<Example>)> {
        let Some((owed, kinds)) = self.gaps.borrow().get(&entity).map(|gaps| (gaps.owed, gaps.kinds.clone())) else { return Vec::new() };
        let mut found: Vec<(Kind, Option<Example>)> = Vec::new();
        for kind in kinds {
            let there = self.ground.and(&[owed, self.told(&kind)]);
            if !self.ground.some(there).is_yes() {
                continue;
            }
            let kind = self.in_common(&kind, there, owed);
            if !found.iter().any(|(known, _)| *known == kind) {
                found.push((kind, self.ground.find(there, Universe::Database).example().cloned()));
            }
        }
        found.sort_by_cached_key(|(kind, _)| in_words(kind));
        told_once(found)
    }

    /// What the leads of a kind have in common that others who are owed something have not.
    fn in_common(&self, kind: &[Told], there: NodeId, owed: NodeId) -> Kind {
        let mut tests: Vec<(u32, Test, bool)> = {
            let terms = self.ground.terms.borrow();
            let of =
                kind.iter().filter_map(|(node, is)| if let Node::Fact(field, test) = terms.node(*node) { Some((*field, test.clone(), *is)) } else { None });
            of.collect()
        };
        tests.sort_by_key(|(field, test, _)| (*field, test.order()));
        let fields: BTreeSet<u32> = tests.iter().map(|(field, ..)| *field).collect();
        let mut common = Kind::new();
        for field in fields {
            let own: Vec<&(u32, Test, bool)> = tests.iter().filter(|(known, ..)| *known == field).collect();
            let Some(of) = self.plan.lead.fields.get(field as usize) else { continue };
            if let FieldType::SetOf(_) = of.ty {
                let with = |wanted: bool| {
                    own.iter()
                        .filter(|(.., is)| *is == wanted)
                        .filter_map(|(_, test, _)| if let Test::Has(option) = test { Some(*option) } else { None })
                        .collect()
                };
                common.push((field, Common::Holds(with(true), with(false))));
                continue;
            }
            let missing = of.optional.then_some(Fact::Missing);
            let values: Vec<Fact> = (0..self.values_of(field)).map(Fact::Option).chain(missing).collect();
            let some = |node: NodeId, value: &Fact| !matches!(self.ground.some(self.ground.and(&[node, self.has_value(field, value)])), Truth::No);
            let (inside, rest): (Vec<Fact>, Vec<Fact>) =
                values.into_iter().partition(|value| own.iter().all(|(_, test, is)| test.holds(value) == *is) && some(there, value));
            let outside: Vec<Fact> = rest.into_iter().filter(|value| some(owed, value)).collect();
            // Where nobody else is owed anything, the field tells nothing apart.
            if !outside.is_empty() {
                common.push((field, Common::Values { inside, outside }));
            }
        }
        common
    }
}

/// Whether all leads of a kind are of another, as far as their words tell.
fn within(kind: &Kind, other: &Kind) -> bool {
    other.iter().all(|(field, wide)| {
        kind.iter().any(|(known, narrow)| {
            known == field
                && match (narrow, wide) {
                    (Common::Values { inside, .. }, Common::Values { inside: wide, .. }) => inside.iter().all(|value| wide.contains(value)),
                    (Common::Holds(with, without), Common::Holds(wide_with, wide_without)) => {
                        wide_with.iter().all(|option| with.contains(option)) && wide_without.iter().all(|option| without.contains(option))
                    }
                    _ => false,
                }
        })
    })
}

/// Each kind without the values of which another kind says the same already, and without those that lie within another.
fn told_once(found: Vec<(Kind, Option<Example>)>) -> Vec<(Kind, Option<Example>)> {
    let kinds: Vec<Kind> = found.iter().map(|(kind, _)| kind.clone()).collect();
    let others = |place: usize| kinds.iter().enumerate().filter(move |(other, _)| *other != place).map(|(_, kind)| kind);
    let mut told: Vec<(Kind, Option<Example>)> = Vec::new();
    for (place, (mut kind, example)) in found.into_iter().enumerate() {
        // Of two that say the same the first stays.
        if others(place).any(|other| within(&kind, other) && !within(other, &kind)) || told.iter().any(|(known, _)| known == &kind) {
            continue;
        }
        let before = kind.clone();
        for (field, common) in &mut kind {
            let Common::Values { inside, .. } = common else { continue };
            let said = |value: &Fact| {
                let alone: Kind = before
                    .iter()
                    .map(|(known, common)| match common {
                        Common::Values { outside, .. } if known == field => (*known, Common::Values { inside: vec![value.clone()], outside: outside.clone() }),
                        common => (*known, common.clone()),
                    })
                    .collect();
                others(place).any(|other| other.len() < before.len() && within(&alone, other))
            };
            let (again, left): (Vec<Fact>, Vec<Fact>) = inside.iter().cloned().partition(said);
            // Somebody else than the example of this kind would have to be found where it is one of those.
            if !left.is_empty() && example.as_ref().is_none_or(|example| !again.contains(example.still.fact(*field))) {
                let Common::Values { outside, .. } = common else { continue };
                *common = Common::Values { inside: left, outside: outside.iter().cloned().chain(again).collect() };
            }
        }
        told.push((kind, example));
    }
    told
}

/// A kind as numbers that sort as people read: fields and their values in the order in which they are declared.
fn in_words(kind: &Kind) -> Vec<(u32, Vec<u32>)> {
    let number = |fact: &Fact| if let Fact::Option(option) = fact { *option } else { u32::MAX };
    kind.iter()
        .map(|(field, common)| match common {
            Common::Values { inside, .. } => (*field, inside.iter().map(number).collect()),
            Common::Holds(with, without) => (*field, with.iter().chain(without).copied().collect()),
        })
        .collect()
}
