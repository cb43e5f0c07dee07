//! Entries of a trace as JSON objects, one a line.

use serde_json::{Map, Value, json};

use super::clock::show_utc;
use super::story::{Story, points};
use super::trace::{Ending, Entry, Holding, Leaving, Skipping, StepId, TrackId, What};

/// An entry as a JSON object: `at`, `what`, what it is about by name, `text` in words, and `source` where a clause of the
/// policy decided it.
pub fn record(story: &Story<'_>, entry: &Entry) -> Value {
    let mut map = Map::new();
    map.insert("at".to_owned(), show_utc(entry.at).into());
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    let step = |id: &StepId| -> Vec<(&'static str, Value)> {
        let mut parts = vec![("program", story.program(id.program).into()), ("step", (id.step + 1).into())];
        if let Some(touch) = story.touch(*id) {
            parts.push(("channel", touch.channel.name().into()));
            parts.extend(touch.content.as_ref().map(|content| ("content", content.as_str().into())));
            parts.extend(touch.label.as_ref().map(|label| ("touch", label.as_str().into())));
            parts.extend(touch.subject.as_ref().map(|subject| ("subject", story.filled(subject).into())));
        }
        parts
    };
    let program = |number: &u32| vec![("program", Value::from(story.program(*number)))];
    let track = |id: &TrackId| vec![("program", story.program(id.program).into()), ("track", Value::from(id.track + 1))];
    let mut parts: Vec<(&'static str, Value)> = Vec::new();
    let what = match &entry.what {
        What::Identified => "identified",
        What::Deleted => "deleted",
        What::Fact { .. } => "fact",
        What::Event { event } => {
            let signal = story.lead.events.get(*event as usize).and_then(|event| story.plan.signals.get(event.signal as usize));
            parts.extend(signal.map(|signal| ("signal", signal.name.as_str().into())));
            "did"
        }
        What::Barred { channel } => {
            parts.push(("channel", channel.map_or(Value::Null, |channel| channel.name().into())));
            "barred"
        }
        What::Lifted => "lifted",
        What::Stopped => "stopped",
        What::UnknownZone => "unknown_zone",
        What::Stage { journey, from, to } => {
            let known = story.plan.journeys.get(*journey as usize);
            let name = |stage: &Option<u32>| {
                let stage = stage.and_then(|stage| known?.stages.get(stage as usize));
                stage.map_or(Value::Null, |stage| stage.name.as_str().into())
            };
            parts.extend([("journey", known.map_or("", |journey| journey.name.as_str()).into()), ("from", name(from)), ("to", name(to))]);
            "stage"
        }
        What::Score { score, from, to, .. } => {
            let name = story.plan.scores.get(*score as usize).map_or("", |score| score.name.as_str());
            parts.extend([("score", name.into()), ("from", points(*from).into()), ("to", points(*to).into())]);
            "score"
        }
        What::Goal { program: number } => {
            parts = program(number);
            "goal"
        }
        What::Back { handoff, .. } => {
            parts.push(("handoff", story.plan.handoffs.get(*handoff as usize).map_or("", |handoff| handoff.name.as_str()).into()));
            "back"
        }
        What::HandedOff { handoff, by } => {
            parts.push(("handoff", story.plan.handoffs.get(*handoff as usize).map_or("", |handoff| handoff.name.as_str()).into()));
            parts.extend(by.iter().flat_map(&step));
            "handed_off"
        }
        What::Joined { program: number } => {
            parts = program(number);
            "joined"
        }
        What::Left { program: number, why } => {
            parts = program(number);
            let why = match why {
                Leaving::Deleted => "deleted",
                Leaving::Goal => "goal",
                Leaving::HandedOff => "handed_off",
                Leaving::Audience => "audience",
                Leaving::LeaveWhen => "leave_when",
                Leaving::ProgramOver => "program_over",
                Leaving::Step(_) => "leave",
            };
            parts.push(("why", why.into()));
            "left"
        }
        What::Started { track: id } => {
            parts = track(id);
            "started"
        }
        What::NotStarted { track: id } => {
            parts = track(id);
            "not_started"
        }
        What::Ended { track: id, why } => {
            parts = track(id);
            let why = match why {
                Ending::Finished => "finished",
                Ending::StageLeft => "stage_left",
                Ending::ProgramLeft => "program_left",
            };
            parts.push(("why", why.into()));
            "ended"
        }
        What::Sent { step: id, held_since } => {
            parts = step(id);
            parts.extend(held_since.map(|since| ("held_since", show_utc(since).into())));
            "sent"
        }
        What::Held { step: id, why, until } => {
            parts = step(id);
            let why = match why {
                Holding::Behind(_) => "behind",
                Holding::ProgramCap(_) => "program_limit",
                Holding::Cap(_) => "limit",
                Holding::Quiet => "quiet",
                Holding::SendingHours => "sending_hours",
            };
            parts.push(("why", why.into()));
            parts.extend(until.map(|until| ("until", show_utc(until).into())));
            "held"
        }
        What::Skipped { step: id, why } => {
            parts = step(id);
            let why = match why {
                Skipping::HeldTooLong => "held_too_long",
                Skipping::Draft => "draft",
                Skipping::OnlyIf => "only_if",
                Skipping::Reason => "reason",
                Skipping::Anonymous => "anonymous",
                Skipping::NoAddress => "no_address",
                Skipping::Barred => "barred",
                Skipping::Needs => "needs",
                Skipping::Never => "never",
            };
            parts.push(("why", why.into()));
            "skipped"
        }
        What::PassedOver { step: id } => {
            parts = step(id);
            "passed_over"
        }
        What::WaitPassedOver { step: id } => {
            parts = step(id);
            "wait_passed_over"
        }
        What::Dropped { step: id } => {
            parts = step(id);
            "dropped"
        }
        What::Waits { step: id, until } => {
            parts = step(id);
            parts.push(("until", show_utc(*until).into()));
            "waits"
        }
        What::Waited { step: id, true_now } => {
            parts = step(id);
            parts.push(("came_true", (*true_now).into()));
            "waited"
        }
        What::Chose { step: id, way } => {
            parts = step(id);
            parts.push(("way", way.map_or(Value::Null, |way| (way + 1).into())));
            "chose"
        }
    };
    put("what", what.into());
    for (key, value) in parts {
        put(key, value);
    }
    put("text", story.line(entry).into());
    if let Some(source) = story.source(entry).filter(|source| source.line > 0) {
        put("source", json!({ "file": source.file.as_str(), "line": source.line, "column": source.column }));
    }
    Value::Object(map)
}
