//! The first clause that stood in the way of a touch.

use rustc_hash::FxHashSet;

use crate::plan::{Action, Join, Plan, Predicate, Program, Source, Step, Trigger, predicate};
use crate::run::Unfit;
use crate::run::lead::{Instant, Lead};
use crate::run::play::Player;
use crate::run::policy::Policy;
use crate::run::story::Story;
use crate::run::trace::{Ending, Entry, Nothing, StepId, What};

/// What stood in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What, in words.
    pub text: String,
    /// When it was found so, if at one instant.
    pub at: Option<Instant>,
    /// The clause.
    pub source: Option<Source>,
}

impl Obstacle {
    fn new(text: String, at: Option<Instant>, source: Option<&Source>) -> Self {
        Self { text, at, source: source.filter(|source| source.line > 0).cloned() }
    }
}

/// What stood in the way of a touch that never went out.
///
/// # Errors
/// When the plan does not hang together.
pub(super) fn find(plan: &Plan, policy: &Policy, lead: &Lead, from: Instant, until: Instant, entries: &[Entry], step: StepId) -> Result<Obstacle, Unfit> {
    let story = Story { plan, lead, zone: policy.zone() };
    let Some(program) = plan.programs.get(step.program as usize) else { return Ok(Obstacle::new(String::new(), None, None)) };
    // What the trace says of the touch itself.
    let about = |what: &What| match what {
        What::Skipped { step: id, .. } | What::PassedOver { step: id } | What::Dropped { step: id } | What::Held { step: id, .. } => *id == step,
        _ => false,
    };
    let told = entries.iter().filter(|entry| about(&entry.what));
    // How a hold ended says more than that there was one.
    let first = told.clone().find(|entry| !matches!(entry.what, What::Held { .. })).or_else(|| told.clone().next());
    if let Some(entry) = first {
        return Ok(Obstacle::new(story.line(entry), Some(entry.at), story.source(entry)));
    }
    if program.draft {
        return Ok(Obstacle::new(format!("{} is a draft: nobody joins it", program.name), None, Some(&program.source)));
    }
    if !entries.iter().any(|entry| matches!(entry.what, What::Joined { program } if program == step.program)) {
        return joining(&story, program, step.program, from, until);
    }
    let track = program.steps.get(step.step as usize).map_or(0, |step| step.track);
    let started = |entry: &&Entry| matches!(entry.what, What::Started { track: id } if id.program == step.program && id.track == track);
    let Some(start) = entries.iter().position(|entry| started(&entry)) else {
        let written = program.tracks.get(track as usize);
        let text = match written.map(|track| &track.trigger) {
            Some(Trigger::Stage { journey, stages }) => format!("the lead is in {}, but never in {} of {journey} meanwhile", program.name, or(stages)),
            Some(Trigger::Signal(event)) => format!("the lead is in {}, but never did {} meanwhile", program.name, crate::plan::event(event)),
            Some(Trigger::EverySeconds(seconds)) => format!("the lead is in {}, but not for {}", program.name, crate::plan::duration(*seconds)),
            Some(Trigger::Moment(at)) => format!("the lead is not in {} on {}", program.name, at.replace('T', " at ")),
            _ => format!("the track of {} does not start", program.name),
        };
        return Ok(Obstacle::new(text, None, written.map(|track| &track.source)));
    };
    Ok(on_the_way(&story, program, step, track, entries.get(start..).unwrap_or(&[])))
}

fn or(names: &[smol_str::SmolStr]) -> String {
    crate::diagnostics::list_words(names.iter().map(smol_str::SmolStr::as_str), "or", 8)
}

/// Why the lead never joined: the first condition that did not hold while all before it did.
fn joining(story: &Story<'_>, program: &Program, number: u32, from: Instant, until: Instant) -> Result<Obstacle, Unfit> {
    let (plan, lead) = (story.plan, story.lead);
    let name = &program.name;
    let audience = conjuncts(&program.audience.predicate);
    let join: Vec<&Predicate> = match &program.join {
        Some(Join::When(predicate)) => conjuncts(predicate),
        _ => Vec::new(),
    };
    let mut asked: Vec<(Option<u32>, &Predicate)> = audience.iter().chain(&join).map(|predicate| (Some(number), *predicate)).collect();
    asked.extend(program.leave_when.iter().map(|predicate| (Some(number), predicate)));
    let policy = Policy::new(plan, &asked, true)?;
    let nodes = policy.extra().to_vec();
    let made = policy.programs.get(number as usize);
    // How far the lead came at best, and when first.
    let mut best: (usize, Option<Instant>) = (0, None);
    Player::new(&policy).play_with(lead, from, until, &mut Nothing, |player, now| {
        if now < from {
            return;
        }
        let fits = lead.identified.is_some_and(|since| since <= now) != program.audience.anonymous;
        let mut held = usize::from(fits);
        if fits {
            for (place, node) in nodes.iter().enumerate() {
                let leaves = place == audience.len() + join.len();
                if player.holds(*node) == leaves {
                    break;
                }
                held += 1;
            }
            if held == nodes.len() + 1 && !player.sales_has() {
                held += 1;
                held += usize::from(made.is_none_or(|made| made.runs_at(now)));
            }
        }
        if held > best.0 || best.1.is_none() {
            best = (held, Some(now));
        }
    });
    let (held, at) = best;
    let source = Some(&program.source);
    let text = match held.checked_sub(1) {
        None if program.audience.anonymous => format!("{name} is for people without a name, and the lead is in the database"),
        None => format!("{name} is for leads in the database, and this one is not"),
        Some(place) if place < audience.len() => {
            let part = audience.get(place).map_or_else(String::new, |part| predicate(part));
            format!("the lead never joins {name}: `audience` needs `{part}`, which does not hold{}", inner(story, audience.get(place).copied(), at))
        }
        Some(place) if place < audience.len() + join.len() => {
            let part = join.get(place - audience.len()).map_or_else(String::new, |part| predicate(part));
            format!("the lead never joins {name}: `join when` needs `{part}`, which does not hold")
        }
        Some(place) if place < nodes.len() => {
            let leave = program.leave_when.as_ref().map_or_else(String::new, predicate);
            format!("the lead never joins {name}: `leave when {leave}` holds")
        }
        Some(place) if place == nodes.len() => format!("the lead never joins {name}: sales has them"),
        Some(place) if place == nodes.len() + 1 => format!("the lead never joins {name}: it does not run then"),
        Some(_) if made.is_some_and(|made| made.holds_out(&lead.id)) => {
            let percent = program.hold_out_percent.as_deref().unwrap_or("");
            format!("the lead never joins {name}: their id is among the {percent}% who are held out")
        }
        Some(_) => match (&program.join, &program.goal) {
            (Some(Join::On(event)), _) => format!("the lead never joins {name}: `join on` needs {} while the audience holds", crate::plan::event(event)),
            (_, Some(goal)) => format!("the lead never joins {name}: the goal `{}` holds already", predicate(&goal.predicate)),
            _ => format!("the lead never joins {name}"),
        },
    };
    Ok(Obstacle::new(text, at, source))
}

/// Which part of a segment fails, where a condition is only its name.
fn inner(story: &Story<'_>, part: Option<&Predicate>, at: Option<Instant>) -> String {
    let (Some(part), Some(at)) = (part, at) else { return String::new() };
    let named = match part {
        Predicate::InSegment { segment } => story.plan.segments.iter().find(|known| known.name == *segment).map(|segment| &segment.predicate),
        Predicate::InIcp { icp } => story.plan.icps.iter().find(|known| known.name == *icp).map(|icp| &icp.predicate),
        _ => None,
    };
    if let Some(named) = named {
        let parts = conjuncts(named);
        let look = crate::run::look::ask(story.plan, story.lead, at, &parts);
        let fails = look.and_then(|look| parts.iter().zip(&look.holds).find(|(_, holds)| !**holds).map(|(part, _)| *part));
        return fails.map_or_else(String::new, |fails| format!(", as `{}` does not{}", predicate(fails), inner(story, Some(fails), Some(at))));
    }
    match story.fact_at(part, at) {
        Some((field, fact)) => format!(" ({} is {})", field.name, story.fact(field, &fact)),
        None => String::new(),
    }
}

/// The conditions that must all hold.
fn conjuncts(predicate: &Predicate) -> Vec<&Predicate> {
    match predicate {
        Predicate::And { of } => of.iter().flat_map(conjuncts).collect(),
        Predicate::Everyone => Vec::new(),
        one => vec![one],
    }
}

/// The steps from which a step can be reached, by their ids; itself among them.
fn leading_to(steps: &[Step], target: u32) -> FxHashSet<u32> {
    let mut leads = FxHashSet::from_iter([target]);
    // Steps lead forward: from the last to the first.
    for step in steps.iter().rev() {
        if step.action.nexts().iter().any(|next| leads.contains(next)) {
            leads.insert(step.id);
        }
    }
    leads
}

/// What turned the lead away between the start of the track and the touch: `entries` begin with the start.
fn on_the_way(story: &Story<'_>, program: &Program, step: StepId, track: u32, entries: &[Entry]) -> Obstacle {
    let leads = leading_to(&program.steps, step.step + 1);
    let mut waits: Option<&Entry> = None;
    for entry in entries {
        match &entry.what {
            What::Chose { step: id, way } if id.program == step.program && leads.contains(&(id.step + 1)) => {
                let next = match program.steps.get(id.step as usize).map(|step| &step.action) {
                    Some(Action::If { branches, otherwise }) => way.map_or(*otherwise, |way| branches.get(way as usize).and_then(|branch| branch.next)),
                    Some(Action::Split { arms, .. }) => way.and_then(|way| arms.get(way as usize)).and_then(|arm| arm.next),
                    _ => None,
                };
                if next.is_none_or(|next| !leads.contains(&next)) {
                    return Obstacle::new(format!("the lead goes another way: {}", story.line(entry)), Some(entry.at), story.source(entry));
                }
            }
            What::Waits { step: id, .. } if id.program == step.program && program.steps.get(id.step as usize).is_some_and(|step| step.track == track) => {
                waits = Some(entry);
            }
            What::Ended { track: id, why } if id.program == step.program && id.track == track => {
                let left =
                    entries.iter().rev().find(|other| other.at == entry.at && matches!(other.what, What::Left { program, .. } if program == step.program));
                let stage = entries.iter().find(|other| other.at == entry.at && matches!(other.what, What::Stage { .. }));
                let because = if *why == Ending::StageLeft { stage } else { left }.map_or_else(String::new, |entry| format!(": {}", story.line(entry)));
                let source = left.and_then(|left| story.source(left)).or_else(|| story.source(entry));
                return Obstacle::new(format!("the track ends before it comes to the touch{because}"), Some(entry.at), source);
            }
            _ => {}
        }
    }
    match waits {
        Some(entry) => Obstacle::new(format!("the track has not come to the touch yet: {}", story.line(entry)), Some(entry.at), story.source(entry)),
        None => Obstacle::new("the track has not come to the touch yet".to_owned(), None, program.steps.get(step.step as usize).map(|step| &step.source)),
    }
}
