//! What stands between the lines of a text without being written: the day of a touch, who is in an audience, the order of stages.

use super::names::Symbol;
use super::predicates::inside;
use super::proved::Proved;
use crate::db::{Db, SourceFile, chunks, parsed};
use crate::diagnostics::Kind;
use crate::model::checked;
use crate::syntax::ast::{Body, Item, PredicateKind, Program, Step, StepKind, Trigger};
use crate::text::Range;

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Behind which byte it stands.
    pub at: u32,
    /// What it says, in a word or two.
    pub label: String,
    /// What it means, in a sentence.
    pub tooltip: String,
}

/// Seconds of a day.
const DAY: u64 = 86_400;

/// When something happens at the earliest and at the latest, in seconds from its track's beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delay {
    /// At the earliest.
    pub from: u64,
    /// At the latest.
    pub to: u64,
}

/// The hints of a part of a file.
pub fn hints(db: &dyn Db, file: SourceFile, within: Range, proved: &Proved) -> Vec<Hint> {
    let mut found = Vec::new();
    for chunk in &chunks(db, file).chunks {
        let start = chunk.start(db);
        let text = &chunk.body(db).text;
        if start > within.end || start + (text.len() as u32) < within.start {
            continue;
        }
        for item in &parsed(db, *chunk).items {
            let own: &mut Vec<Hint> = &mut Vec::new();
            declared(item, proved, own);
            if let Body::Program(program) = &item.body {
                days(program, text, own);
            }
            if let Body::Journey(journey) = &item.body {
                let all = journey.stages.len();
                own.extend(journey.stages.iter().zip(1..).map(|(stage, place)| Hint {
                    at: stage.title.as_ref().map_or(stage.name.at.end, |title| title.at.end),
                    label: format!("{place} of {all}"),
                    tooltip: "Its place in the order of buying.".to_owned(),
                }));
            }
            found.extend(own.drain(..).map(|hint| Hint { at: hint.at + start, ..hint }));
        }
        // Who is in a group that an audience names.
        for used in checked(db, *chunk).uses.iter().filter(|used| matches!(used.kind, Kind::Segment | Kind::Icp)) {
            if let Some(group) = proved.groups.get(&(used.kind, used.name.clone())) {
                let what = Symbol::Declared(used.kind, used.name.clone()).what();
                found.push(Hint {
                    at: used.at.end + start,
                    label: group.brief(),
                    tooltip: format!("The {what} `{}`. {}", used.name, group.sentences().join(" ")),
                });
            }
        }
    }
    found.retain(|hint| within.start <= hint.at && hint.at <= within.end);
    found.sort_by_key(|hint| hint.at);
    found
}

/// Who is in a group, behind the name by which it is declared.
fn declared(item: &Item, proved: &Proved, found: &mut Vec<Hint>) {
    let (Some(name), kind) = (&item.name, item.kind()) else { return };
    // Behind a condition that names groups, which have hints of their own, it is said that this is of all of it.
    let mut parts = false;
    let at = match &item.body {
        Body::Segment(_) | Body::Icp(_) => name.at.end,
        Body::Program(program) => match program.audience.as_ref().and_then(|audience| audience.predicate.as_ref()) {
            // A segment alone tells by itself.
            Some(predicate) if !matches!(predicate.kind, PredicateKind::In(_)) => {
                inside(predicate, &mut |part| parts |= matches!(part.kind, PredicateKind::In(_)));
                predicate.at.end
            }
            _ => return,
        },
        _ => return,
    };
    if let Some(group) = proved.groups.get(&(kind, name.text.clone())) {
        found.push(Hint { at, label: if parts { format!("together {}", group.brief()) } else { group.brief() }, tooltip: group.sentences().join(" ") });
    }
}

fn days(program: &Program, text: &str, found: &mut Vec<Hint>) {
    for track in &program.tracks {
        let from_join = matches!(track.trigger, Trigger::Join);
        walk(&track.steps, Delay::default(), &mut |step, delay| {
            if let StepKind::Touch(touch) = &step.kind {
                let end = touch.subject.as_ref().map(|subject| subject.at.end).or(touch.label.as_ref().map(|label| label.at.end));
                let at = end.or(touch.content.as_ref().map(|content| content.at.end)).unwrap_or(touch.channel.at.end);
                if from_join || delay.to > 0 {
                    found.push(Hint { at: at.min(text.len() as u32), label: when(delay, from_join), tooltip: tooltip(delay, from_join) });
                }
            }
        });
    }
}

/// When a touch goes out, in a word or two: "day 4", "day 4 to 9", "+3 days". Days are counted as tests count them: the join is day 0.
pub fn when(delay: Delay, from_join: bool) -> String {
    let (from, to) = (delay.from / DAY, delay.to / DAY);
    match (from_join, from == to) {
        (true, true) => format!("day {from}"),
        (true, false) => format!("day {from} to {to}"),
        (false, true) if from == 0 => "the same day".to_owned(),
        (false, true) => format!("+{from} day{}", if from == 1 { "" } else { "s" }),
        (false, false) => format!("+{from} to {to} days"),
    }
}

fn tooltip(delay: Delay, from_join: bool) -> String {
    let begins = if from_join { "the join is on day 0" } else { "counted from what starts the track" };
    let open = if delay.from == delay.to { "" } else { "; waits and branches decide" };
    format!(
        "When it goes out: {begins}{open}. Quiet hours, sending hours and limits may hold it; a content that was sent before is passed over, with the wait behind it."
    )
}

/// Goes through steps in order, with when each is reached; gives when the last is left, or nothing where nobody comes out of them.
pub fn walk<'s>(steps: &'s [Step], start: Delay, found: &mut impl FnMut(&'s Step, Delay)) -> Option<Delay> {
    let mut at = start;
    for step in steps {
        found(step, at);
        match &step.kind {
            StepKind::Wait(wait) => at = Delay { from: at.from.saturating_add(wait.value), to: at.to.saturating_add(wait.value) },
            StepKind::WaitUntil(_, most) => at.to = at.to.saturating_add(most.value),
            StepKind::If(branches, otherwise) => {
                let mut ends: Vec<Delay> = branches.iter().filter_map(|(_, inner)| walk(inner, at, found)).collect();
                ends.extend(otherwise.as_ref().map_or(Some(at), |inner| walk(inner, at, found)));
                at = joined(&ends)?;
            }
            StepKind::Split(_, arms) => {
                let ends: Vec<Delay> = arms.iter().filter_map(|(_, inner)| walk(inner, at, found)).collect();
                at = joined(&ends)?;
            }
            // Nobody goes on from here.
            StepKind::Handoff(_) | StepKind::Leave => return None,
            StepKind::Touch(_) => {}
        }
    }
    Some(at)
}

fn joined(ends: &[Delay]) -> Option<Delay> {
    Some(Delay { from: ends.iter().map(|end| end.from).min()?, to: ends.iter().map(|end| end.to).max()? })
}
