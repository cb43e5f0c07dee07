//! A lead's story as a timeline that a marketer can read: what they did, what came when, from which program, and why.

use super::clock::weekday;
use super::lead::Instant;
use super::story::Story;
use super::trace::{Entry, Leaving, StepId, What};
use crate::plan::Channel;

/// How a timeline is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// With every entry of the trace, also those that only an engineer wants.
    pub all: bool,
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The timeline of a trace.
pub fn timeline(story: &Story<'_>, entries: &[Entry], style: Style) -> String {
    let mut out = String::new();
    let mut last: Option<Instant> = None;
    for entry in entries.iter().filter(|entry| style.all || told(story, entry)) {
        if last != Some(entry.at) {
            if last.is_some() {
                out.push('\n');
            }
            let local = story.zone.local(entry.at);
            let day = DAYS.get(usize::from(weekday(local)).saturating_sub(1)).copied().unwrap_or("");
            out.push_str(&format!("{}\n", format_args!("{day} {}", story.time(entry.at))));
            last = Some(entry.at);
        }
        match &entry.what {
            What::Sent { step, .. } => {
                let head = sent(story, *step);
                let from = format!("from {}, {}{}", story.program(step.program), because(story, *step), place(story, entry));
                out.push_str(&format!("  > {}\n    {}\n", head, from));
                if let What::Sent { held_since: Some(since), .. } = entry.what {
                    out.push_str(&format!("    {}\n", format_args!("held since {}", story.time(since))));
                }
            }
            What::Event { event } => out.push_str(&format!("  did {}\n", story.did(*event))),
            _ => out.push_str(&format!("  {}\n", story.line(entry))),
        }
    }
    out
}

/// What is worth telling: everything but how tracks go on, and what follows from an entry beside it.
fn told(story: &Story<'_>, entry: &Entry) -> bool {
    match &entry.what {
        What::Started { .. } | What::NotStarted { .. } | What::Ended { .. } | What::Waits { .. } | What::Waited { .. } | What::Chose { .. } => false,
        What::WaitPassedOver { .. } => false,
        // Said by what made them leave.
        What::Left { why: Leaving::Goal | Leaving::Deleted | Leaving::HandedOff, .. } => false,
        // A score that changes is worth a line where it crosses a band.
        What::Score { score, from, to, .. } => story.band(*score, *from) != story.band(*score, *to),
        _ => true,
    }
}

/// A touch with the words that the lead sees.
fn sent(story: &Story<'_>, step: StepId) -> String {
    let Some(touch) = story.touch(step) else { return String::new() };
    let mut head = touch.channel.name().to_owned();
    if let Some(content) = &touch.content {
        head.push_str(&format!(" {content}"));
    }
    if let Some(platform) = &touch.platform {
        head.push_str(&format!(" on {platform}"));
    }
    if let Some(subject) = &touch.subject {
        head.push_str(&format!(": {}", story.filled(subject)));
    }
    head
}

/// The trigger of the touch's track.
fn because(story: &Story<'_>, step: StepId) -> String {
    let track = story.step(step).map_or(0, |step| step.track);
    story.track(super::trace::TrackId { program: step.program, track })
}

fn place(story: &Story<'_>, entry: &Entry) -> String {
    match story.source(entry).filter(|source| source.line > 0) {
        Some(source) => format!(" ({}:{})", source.file, source.line),
        None => String::new(),
    }
}

/// What came to the lead in all: "3 emails, 1 call and 2 ads from 2 programs".
pub fn summary(story: &Story<'_>, entries: &[Entry]) -> String {
    let steps: Vec<StepId> = entries.iter().filter_map(|entry| if let What::Sent { step, .. } = entry.what { Some(step) } else { None }).collect();
    let mut programs: Vec<u32> = steps.iter().map(|step| step.program).collect();
    programs.sort_unstable();
    programs.dedup();
    let of = |channel: Channel| steps.iter().filter(|step| story.touch(**step).is_some_and(|touch| touch.channel == channel)).count();
    let parts: Vec<String> = Channel::ALL
        .into_iter()
        .map(|channel| (channel.name(), of(channel)))
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{count} {name}{}", if count == 1 || matches!(name, "sms" | "web") { "" } else { "s" }))
        .collect();
    let list = crate::diagnostics::list_words(parts.iter().map(String::as_str), "and", 8);
    let plain = list.replace('`', "");
    match programs.len() {
        0 => "nothing came to this lead".to_owned(),
        1 => format!("{plain} from 1 program"),
        n => format!("{plain} from {n} programs"),
    }
}
