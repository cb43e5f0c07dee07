//! The conditions of a declaration, as they are written.

use super::names::steps;
use crate::syntax::ast::{Body, Earned, Item, Join, Predicate, PredicateKind, StepKind};

/// The conditions over leads in a declaration, outermost ones; those of the examples of rules are left out.
pub fn conditions<'i>(item: &'i Item, found: &mut impl FnMut(&'i Predicate)) {
    match &item.body {
        Body::Segment(predicate) => predicate.iter().for_each(|predicate| found(predicate)),
        Body::Icp(icp) => icp.predicate.iter().for_each(found),
        Body::Journey(journey) => {
            journey.audience.iter().for_each(&mut *found);
            journey.stages.iter().filter_map(|stage| stage.evidence.as_ref()).for_each(found);
        }
        Body::Score(score) => score.points.iter().for_each(|line| {
            if let Earned::When(predicate) = &line.earned {
                found(predicate);
            }
        }),
        Body::Content(content) => content.audience.iter().for_each(found),
        Body::Handoff(handoff) => {
            handoff.when.iter().for_each(&mut *found);
            handoff.back.iter().for_each(|back| found(&back.when));
        }
        Body::Limits(limits) => {
            limits.needs.iter().chain(&limits.never).for_each(|(_, predicate)| found(predicate));
            limits.consent_again.iter().for_each(found);
        }
        Body::Program(program) => {
            program.audience.iter().filter_map(|audience| audience.predicate.as_ref()).for_each(&mut *found);
            if let Some(Join::When(predicate)) = &program.join {
                found(predicate);
            }
            program.goal.iter().for_each(|goal| found(&goal.predicate));
            program.leave_when.iter().for_each(&mut *found);
            for track in &program.tracks {
                steps(&track.steps, &mut |step| match &step.kind {
                    StepKind::Touch(touch) => touch.only_if.iter().chain(&touch.reason).for_each(&mut *found),
                    StepKind::WaitUntil(predicate, _) => found(predicate),
                    StepKind::If(branches, _) => branches.iter().for_each(|(predicate, _)| found(predicate)),
                    _ => {}
                });
            }
        }
        Body::Lead(_) | Body::Signal(_) | Body::Rule(_) | Body::Test(_) => {}
    }
}

/// A condition and all that it is put together from.
pub fn inside<'p>(predicate: &'p Predicate, found: &mut impl FnMut(&'p Predicate)) {
    found(predicate);
    match &predicate.kind {
        PredicateKind::And(parts) | PredicateKind::Or(parts) => parts.iter().for_each(|part| inside(part, found)),
        PredicateKind::Not(_, part) => inside(part, found),
        _ => {}
    }
}
