//! `nurture why`

use clap::Args;
use serde_json::{Value, json};

use super::lead::{LeadArgs, Played, safe};
use super::output;
use super::policy::Policy;
use super::{Common, Format, Outcome};
use crate::db::load::LoadError;
use crate::diagnostics::closest;
use crate::plan::Action;
use crate::run::clock::show_utc;
use crate::run::story::Story;
use crate::run::trace::{Entry, TrackId, What};
use crate::run::why::{Answer, touches, why};

const AFTER: &str = "Example:
  nurture why examples/ledgerline --lead lead.json --touch close_guide
  nurture why examples/ledgerline --lead lead.json --touch close_faster.opener

Exit status:
  0  the answer was given, whatever it is
  1  the policy has errors
  2  the tool could not do its job: wrong usage, no such touch, a file that does not fit the policy";

/// `nurture why`
#[derive(Args)]
#[command(after_help = AFTER)]
pub(super) struct Why {
    #[command(flatten)]
    policy: Policy,
    #[command(flatten)]
    lead: LeadArgs,
    /// The touch: a content (every touch that sends it is answered), PROGRAM.CONTENT or PROGRAM.LABEL
    #[arg(long, value_name = "TOUCH")]
    touch: String,
}

impl Why {
    pub fn run(&self, common: &Common) -> Outcome {
        let played = match self.lead.played(&self.policy, common) {
            Ok(played) => played,
            Err(outcome) => return outcome,
        };
        let steps = touches(&played.plan, &self.touch);
        if steps.is_empty() {
            return output::failed(common, &self.unknown(&played));
        }
        let _progress = super::progress::Progress::start(common, "looking for the smallest change");
        let (answers, entries) = match why(&played.plan, &played.policy, &played.lead, played.from, played.until, &steps) {
            Ok(found) => found,
            Err(unfit) => return output::failed(common, &LoadError { message: format!("this plan cannot be run: {}", unfit.0), help: None }),
        };
        let story = Story { plan: &played.plan, lead: &played.lead, zone: &played.zone };
        if common.format() == Format::Json {
            let answers: Vec<Value> = answers.iter().map(|answer| as_json(&story, answer)).collect();
            let text = serde_json::to_string_pretty(&json!({ "version": 1, "answers": answers })).unwrap_or_default();
            return output::results(&format!("{text}\n"), Outcome::Clean);
        }
        let texts: Vec<String> = answers.iter().map(|answer| told(&story, answer, &entries)).collect();
        output::results(&safe(&texts.join("\n")), Outcome::Clean)
    }

    fn unknown(&self, played: &Played) -> LoadError {
        let mut names: Vec<String> = Vec::new();
        for program in &played.plan.programs {
            for step in &program.steps {
                if let Action::Touch(touch) = &step.action {
                    names.extend(touch.content.iter().map(ToString::to_string));
                    names.extend(touch.label.iter().map(|label| format!("{}.{label}", program.name)));
                    names.extend(touch.content.iter().map(|content| format!("{}.{content}", program.name)));
                }
            }
        }
        let help = match closest(&self.touch, names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "name a content that a program sends, PROGRAM.CONTENT, or PROGRAM.LABEL of a touch `as LABEL`".to_owned(),
        };
        LoadError { message: format!("no touch sends `{}`", self.touch), help: Some(help) }
    }
}

/// An answer in words.
fn told(story: &Story<'_>, answer: &Answer, entries: &[Entry]) -> String {
    let source = story.step(answer.step).map(|step| format!(" ({}:{})", step.source.file, step.source.line)).unwrap_or_default();
    let mut out = format!("`{}` of {}{source}\n", story.touch_name(answer.step), story.program(answer.step.program));
    if let Some(first) = answer.sent.first() {
        let times: Vec<String> = answer.sent.iter().map(|at| story.time(*at)).collect();
        out.push_str(&format!("  went out at {}\n", times.join(", ")));
        let track = TrackId { program: answer.step.program, track: story.step(answer.step).map_or(0, |step| step.track) };
        let of_way = |entry: &&Entry| match &entry.what {
            What::Joined { program } => *program == answer.step.program,
            What::Started { track: id } => *id == track,
            What::Chose { step, .. } | What::Waited { step, .. } => {
                step.program == answer.step.program && story.step(*step).map(|step| step.track) == Some(track.track) && step.step < answer.step.step
            }
            What::Held { step, .. } => *step == answer.step,
            _ => false,
        };
        for entry in entries.iter().filter(|entry| entry.at <= *first).filter(of_way) {
            out.push_str(&format!("    {}  {}\n", story.time(entry.at), story.line(entry)));
        }
    } else if let Some(obstacle) = &answer.obstacle {
        let at = obstacle.at.map(|at| format!(" at {}", story.time(at))).unwrap_or_default();
        let source = obstacle.source.as_ref().map(|source| format!(" ({}:{}:{})", source.file, source.line, source.column)).unwrap_or_default();
        out.push_str(&format!("  did not go out{at}: {}{source}\n", obstacle.text));
    }
    let verb = if answer.sent.is_empty() { "would have gone out" } else { "would not have gone out" };
    match &answer.change {
        Some(changes) => {
            let changes: Vec<String> = changes
                .iter()
                .filter_map(|change| {
                    let field = story.plan.lead.fields.get(change.field as usize)?;
                    let now = story.lead.facts.get(change.field as usize)?;
                    Some(format!("{} were {} (it is {})", field.name, story.fact(field, &change.value), story.fact(field, now)))
                })
                .collect();
            out.push_str(&format!("  it {verb} if {}\n", changes.join(" and ")));
        }
        None if answer.tried_all => out.push_str("  no other facts that were tried, one or two at a time, would have changed that: it takes another history\n"),
        None => out.push_str("  no other value that was tried for one fact would have changed that; of two at a time not all were tried\n"),
    }
    out
}

fn as_json(story: &Story<'_>, answer: &Answer) -> Value {
    let change = answer.change.as_ref().map(|changes| {
        let of = |change: &crate::run::why::FactChange| {
            let field = story.plan.lead.fields.get(change.field as usize)?;
            let now = story.lead.facts.get(change.field as usize)?;
            Some(json!({ "field": field.name.as_str(), "from": story.fact(field, now), "to": story.fact(field, &change.value) }))
        };
        changes.iter().filter_map(of).collect::<Vec<Value>>()
    });
    let obstacle = answer.obstacle.as_ref().map(|obstacle| {
        let source = obstacle.source.as_ref().map(|source| json!({ "file": source.file.as_str(), "line": source.line, "column": source.column }));
        json!({ "text": obstacle.text, "at": obstacle.at.map(show_utc), "source": source })
    });
    let source = story.step(answer.step).map(|step| json!({ "file": step.source.file.as_str(), "line": step.source.line, "column": step.source.column }));
    json!({
        "program": story.program(answer.step.program),
        "step": answer.step.step + 1,
        "touch": story.touch_name(answer.step),
        "source": source,
        "sent": answer.sent.iter().map(|at| show_utc(*at)).collect::<Vec<_>>(),
        "obstacle": obstacle,
        "change": change,
        "tried_all": answer.tried_all,
    })
}
