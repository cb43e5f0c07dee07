//! Where the entities that rules speak of are written.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::db::{Chunk, Db, RootDb, parsed};
use crate::diagnostics::{Address, Kind, Span};
use crate::model::names::index;
use crate::model::{PlanItem, lowered};
use crate::plan::Plan;
use crate::rules::policy::{LimitKind, Policy};
use crate::rules::value::Entity;
use crate::syntax::ast::{Body, Item, Program, Step, StepKind, Track};
use crate::text::Range;

/// A declaration where it is written.
pub(super) struct Written<'db> {
    chunk: Chunk<'db>,
    pub item: &'db Item,
    number: u32,
}

pub(super) fn written<'db>(db: &'db dyn Db, kind: Kind, name: &str) -> Option<Written<'db>> {
    let site = index(db).site(db, &Address { kind, name: name.into(), nth: 0 })?;
    let number = site.item?;
    Some(Written { chunk: site.chunk, item: parsed(db, site.chunk).items.get(number as usize)?, number })
}

impl Written<'_> {
    pub(super) fn span(&self, db: &dyn Db, at: Range) -> Span {
        Span { file: self.chunk.file(db).path(db).clone(), range: at.shift(self.chunk.start(db)) }
    }
}

/// Where an entity is written; the workspace and what is built in are nowhere.
pub fn place(db: &RootDb, policy: &Policy<'_>, entity: Entity) -> Option<Span> {
    let db: &dyn Db = db;
    let plan = policy.plan;
    let (kind, name) = declaration(policy, entity)?;
    let found = written(db, kind, &name)?;
    let at = match (entity, &found.item.body) {
        (Entity::Field(number) | Entity::Value(number, _), Body::Lead(fields)) => fields.get(number as usize)?.name.at,
        (Entity::Stage(_, number), Body::Journey(journey)) => journey.stages.get(number as usize)?.name.at,
        (Entity::Band(_, number), Body::Score(score)) => score.bands.get(number as usize)?.name.at,
        (Entity::Track(_, number), Body::Program(program)) => program.tracks.get(number as usize)?.trigger_at,
        (Entity::Touch(place, number) | Entity::Step(place, number), Body::Program(program)) => {
            let step = step_at(db, plan, &found, program, place, number)?;
            match &step.kind {
                StepKind::Touch(touch) => {
                    let end = touch.content.as_ref().map_or(touch.channel.at, |content| content.at);
                    let end = touch.subject.as_ref().filter(|_| touch.content.is_none()).map_or(end, |subject| subject.at);
                    touch.channel.at.cover(end)
                }
                _ => step.at,
            }
        }
        (Entity::Limit(number), body) => {
            let limit = policy.limits.get(number as usize)?;
            let frequencies = match body {
                Body::Program(program) => &program.frequencies,
                Body::Limits(limits) => &limits.frequencies,
                _ => return None,
            };
            match &limit.kind {
                LimitKind::Frequency(cap) => frequencies
                    .iter()
                    .find(|written| written.most.value == cap.most && written.per.value == cap.seconds)
                    .map_or(found.item.name_at(), |written| written.at),
                _ => found.item.name_at(),
            }
        }
        _ => found.item.name_at(),
    };
    Some(found.span(db, at))
}

/// The declaration that an entity is or belongs to.
pub(super) fn declaration(policy: &Policy<'_>, entity: Entity) -> Option<(Kind, SmolStr)> {
    let plan = policy.plan;
    let program = |place: u32| plan.programs.get(place as usize).map(|program| (Kind::Program, program.name.clone()));
    match entity {
        Entity::Workspace => None,
        Entity::Field(_) | Entity::Value(..) => Some((Kind::Lead, SmolStr::default())),
        Entity::Signal(place) => plan.signals.get(place as usize).filter(|signal| !signal.builtin).map(|signal| (Kind::Signal, signal.name.clone())),
        Entity::Icp(place) => plan.icps.get(place as usize).map(|item| (Kind::Icp, item.name.clone())),
        Entity::Segment(place) => plan.segments.get(place as usize).map(|item| (Kind::Segment, item.name.clone())),
        Entity::Journey(place) | Entity::Stage(place, _) => plan.journeys.get(place as usize).map(|item| (Kind::Journey, item.name.clone())),
        Entity::Score(place) | Entity::Band(place, _) => plan.scores.get(place as usize).map(|item| (Kind::Score, item.name.clone())),
        Entity::Content(place) => plan.contents.get(place as usize).map(|item| (Kind::Content, item.name.clone())),
        Entity::Program(place) | Entity::Track(place, _) | Entity::Touch(place, _) | Entity::Step(place, _) => program(place),
        Entity::Handoff(place) => plan.handoffs.get(place as usize).map(|item| (Kind::Handoff, item.name.clone())),
        Entity::Limit(place) => match policy.limits.get(place as usize)?.program {
            Some(own) => program(own),
            None => Some((Kind::Limits, SmolStr::default())),
        },
    }
}

/// The step of a program's syntax tree that a step of the plan came from: until a plan is put together, steps carry where they stand.
pub(super) fn step_at<'db>(db: &'db dyn Db, plan: &Plan, found: &Written<'db>, program: &'db Program, place: u32, number: u32) -> Option<&'db Step> {
    let name = &plan.programs.get(place as usize)?.name;
    let made = lowered(db, found.chunk).get(found.number as usize)?.as_ref()?;
    let PlanItem::Program(made) = made else { return None };
    debug_assert_eq!(&made.name, name);
    let offset = made.steps.get(number as usize)?.source.line;
    program.tracks.iter().find_map(|track: &Track| find_step(&track.steps, offset))
}

fn find_step(steps: &[Step], offset: u32) -> Option<&Step> {
    steps.iter().find_map(|step| {
        if step.at.start == offset && matches!(step.kind, StepKind::Touch(_)) {
            return Some(step);
        }
        match &step.kind {
            StepKind::If(branches, otherwise) => {
                branches.iter().find_map(|(_, steps)| find_step(steps, offset)).or_else(|| otherwise.as_ref().and_then(|steps| find_step(steps, offset)))
            }
            StepKind::Split(_, arms) => arms.iter().find_map(|(_, steps)| find_step(steps, offset)),
            _ => None,
        }
    })
}

/// Where the audience of a program is written.
pub fn audience(db: &RootDb, policy: &Policy<'_>, program: u32) -> Option<Span> {
    let db: &dyn Db = db;
    let name = &policy.plan.programs.get(program as usize)?.name;
    let found = written(db, Kind::Program, name)?;
    let Body::Program(written) = &found.item.body else { return None };
    Some(found.span(db, written.audience.as_ref()?.at))
}

/// Where it is written on which days a program runs.
pub fn runs(db: &RootDb, policy: &Policy<'_>, program: u32) -> Option<Span> {
    let db: &dyn Db = db;
    let found = written(db, Kind::Program, &policy.plan.programs.get(program as usize)?.name)?;
    let Body::Program(written) = &found.item.body else { return None };
    let (from, to) = written.runs.as_ref()?;
    Some(found.span(db, from.at.cover(to.at)))
}

/// Where the part of an entity is written that a rule goes by: the sender, the words, the page, the condition. `asked` are the attributes
/// that the rule reads.
pub fn part(db: &RootDb, policy: &Policy<'_>, entity: Entity, asked: &BTreeSet<&str>) -> Option<Span> {
    let db: &dyn Db = db;
    let (kind, name) = declaration(policy, entity)?;
    let found = written(db, kind, &name)?;
    let has = |names: &[&str]| names.iter().any(|name| asked.contains(name));
    let at = match (entity, &found.item.body) {
        (Entity::Touch(place, number) | Entity::Step(place, number), Body::Program(program)) => {
            let StepKind::Touch(touch) = &step_at(db, policy.plan, &found, program, place, number)?.kind else { return None };
            let texts = [(has(&["from"]), &touch.from), (has(&["words", "subject"]), &touch.subject), (has(&["invites"]), &touch.invites)];
            texts.into_iter().find_map(|(asked, text)| text.as_ref().filter(|_| asked))?.at
        }
        (Entity::Content(_), Body::Content(content)) => {
            let texts = [(has(&["home_page", "url"]), &content.url), (has(&["text", "self_talk"]), &content.text)];
            texts.into_iter().find_map(|(asked, text)| text.as_ref().filter(|_| asked))?.at
        }
        (Entity::Program(_), Body::Program(program)) if has(&["goal", "goal_by"]) => program.goal.as_ref()?.at,
        (Entity::Program(_), Body::Program(program)) if has(&["audience", "neighbours"]) => program.audience.as_ref()?.at,
        (Entity::Handoff(_), Body::Handoff(handoff)) if has(&["when", "scores"]) => handoff.when.as_ref()?.at,
        (Entity::Segment(_), Body::Segment(Some(predicate))) => predicate.at,
        (Entity::Icp(_), Body::Icp(icp)) if has(&["where"]) => icp.predicate.as_ref()?.at,
        (Entity::Stage(_, number), Body::Journey(journey)) if has(&["while", "members"]) => journey.stages.get(number as usize)?.evidence.as_ref()?.at,
        _ => return None,
    };
    Some(found.span(db, at))
}
