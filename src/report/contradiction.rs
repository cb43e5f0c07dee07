//! Why nobody is in a group: the fewest conditions that contradict each other, each where it stands.

use super::places;
use super::questions::core;
use super::sites::{Site, sites};
use crate::db::RootDb;
use crate::diagnostics::{Kind, Span, SpanLabel};
use crate::plan::{Action, Plan, Predicate, Trigger, words};
use crate::proof::Prover;
use crate::rules::guards::Closed;
use crate::rules::leads::Leads;
use crate::rules::policy::Policy;
use crate::rules::truth::Truth;
use crate::rules::value::Entity;

/// The conditions that keep everybody out of a segment, a goal or a touch, with their places; none where no few of them do.
pub fn labels(db: &RootDb, policy: &Policy<'_>, subject: Entity) -> Vec<SpanLabel> {
    let plan = policy.plan;
    if let Entity::Touch(program, step) | Entity::Step(program, step) = subject
        && let Some(why) = policy.closed(program, step)
    {
        return closed(db, policy, (program, step), why);
    }
    let prover = Prover::new(policy.now);
    let stage;
    let (of, program): (Vec<&Predicate>, Option<u32>) = match subject {
        Entity::Segment(place) => (plan.segments.get(place as usize).map(|segment| &segment.predicate).into_iter().collect(), None),
        Entity::Icp(place) => (plan.icps.get(place as usize).map(|icp| &icp.predicate).into_iter().collect(), None),
        Entity::Program(place) => {
            let goal = plan.programs.get(place as usize).and_then(|program| program.goal.as_ref());
            (goal.map(|goal| &goal.predicate).into_iter().collect(), Some(place))
        }
        Entity::Touch(place, step) | Entity::Step(place, step) => {
            let Some(own) = plan.programs.get(place as usize) else { return Vec::new() };
            let mut of = vec![&own.audience.predicate];
            stage = own.steps.get(step as usize).and_then(|step| own.tracks.get(step.track as usize)).and_then(|track| match &track.trigger {
                Trigger::Stage { journey, stages } => Some(Predicate::StageIn { journey: journey.clone(), stages: stages.clone() }),
                _ => None,
            });
            of.extend(&stage);
            of.extend(passed(plan, place, step));
            if let Some(touch) = policy.touch(place, step) {
                of.extend(touch.only_if.iter().chain(&touch.reason));
                of.extend(plan.limits.channels.iter().find(|rules| rules.channel == touch.channel).and_then(|rules| rules.needs.as_ref()));
            }
            (of, Some(place))
        }
        _ => return Vec::new(),
    };
    let core = core(plan, &prover, &of, program);
    if core.is_empty() {
        return Vec::new();
    }
    let sites = sites(db, plan);
    let mut found: Vec<SpanLabel> = Vec::new();
    for part in core {
        let place = written(&sites, part, program);
        if let Some(span) = place.filter(|span| found.iter().all(|label| label.span != *span)) {
            found.push(SpanLabel { span, text: format!("`{}` and the others marked here cannot hold together", words::predicate(part)), primary: false });
        }
    }
    if found.len() == 1 {
        found.iter_mut().for_each(|label| label.text = "this cannot hold".to_owned());
    }
    if let [first, rest @ ..] = found.as_mut_slice()
        && !rest.is_empty()
    {
        first.text = "this".to_owned();
        rest.iter_mut().for_each(|label| label.text = "and this cannot hold together".to_owned());
    }
    found
}

/// What closes a step of a program to everybody, where its conditions alone do not.
fn closed(db: &RootDb, policy: &Policy<'_>, (program, step): (u32, u32), why: Closed) -> Vec<SpanLabel> {
    let label = |span: Span, text: &str| SpanLabel { span, text: text.to_owned(), primary: false };
    let whole = |site: &Site| {
        let range = site.atoms.iter().map(|(range, _)| *range).reduce(|one, other| one.cover(other))?;
        Some(Span { file: site.file.clone(), range })
    };
    let sites = sites(db, policy.plan);
    let of_program = |role: &'static str| sites.iter().filter(move |site| site.program == Some(program) && site.role == role).filter_map(whole);
    match why {
        Closed::Runs => places::runs(db, policy, program).map(|span| label(span, "the program runs on these days alone")).into_iter().collect(),
        Closed::Left => {
            let leave: Vec<Span> = of_program("leave when").collect();
            let text = "who has joined does not stay, by this";
            if leave.is_empty() {
                of_program("audience").map(|span| label(span, text)).collect()
            } else {
                leave.into_iter().map(|span| label(span, text)).collect()
            }
        }
        Closed::Asked => {
            let asked = sites.iter().filter(|site| site.step.is_some_and(|known| known.program == program && known.step == step)).filter_map(whole);
            asked.map(|span| label(span, "nobody who has joined fits this")).collect()
        }
        Closed::Sold => {
            let taken = |handoff: &crate::plan::Handoff| Leads::of(policy.node(&handoff.predicate));
            let audience = policy.audience(program);
            // One that takes them all is enough.
            let all = policy.plan.handoffs.iter().find(|handoff| policy.ground.covers(taken(handoff), audience) == Truth::Yes);
            let some = policy.plan.handoffs.iter().filter(|handoff| all.is_none() && policy.ground.overlaps(taken(handoff), audience) != Truth::No);
            let taking: Vec<&str> = all.into_iter().chain(some).map(|handoff| handoff.name.as_str()).collect();
            let sites = sites.iter().filter(|site| site.kind == Kind::Handoff && site.role == "when" && taking.contains(&site.owner.as_str()));
            sites.filter_map(whole).map(|span| label(span, "sales takes them at once, and gives nobody back")).collect()
        }
    }
}

/// The conditions of the branches passed since the last wait, where one way leads to a step.
fn passed(plan: &Plan, program: u32, step: u32) -> Vec<&Predicate> {
    let Some(own) = plan.programs.get(program as usize) else { return Vec::new() };
    let mut found = Vec::new();
    let mut at = step + 1;
    loop {
        let mut before = own.steps.iter().filter(|step| step.action.nexts().contains(&at));
        let (Some(step), None) = (before.next(), before.next()) else { return found };
        match &step.action {
            Action::Wait { .. } | Action::WaitUntil { .. } => return found,
            Action::If { branches, .. } => found.extend(branches.iter().find(|branch| branch.next == Some(at)).map(|branch| &branch.when)),
            _ => {}
        }
        at = step.id;
    }
}

/// Where a comparison is written: in the program at hand, or in a declaration that it asks for.
fn written(sites: &[Site], part: &Predicate, program: Option<u32>) -> Option<Span> {
    let of = |site: &Site| site.atoms.iter().find(|(_, atom)| atom == part).map(|(range, _)| Span { file: site.file.clone(), range: *range });
    let own = sites.iter().filter(|site| site.program.is_some() && site.program == program).find_map(of);
    own.or_else(|| sites.iter().filter(|site| site.program.is_none()).find_map(of))
}
