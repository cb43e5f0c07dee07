//! `nurture simulate`

use clap::Args;
use serde_json::{Map, Value, json};

use super::lead::{LeadArgs, Played, moment, safe};
use super::output::{self, Stream};
use super::policy::Policy;
use super::{Common, Format, Outcome};
use crate::plan::Predicate;
use crate::run::clock::show_utc;
use crate::run::inbox::{Style, summary, timeline};
use crate::run::lead::{Fact, Instant};
use crate::run::look::{self, Look};
use crate::run::record::record;
use crate::run::story::{Story, points, rounded};
use crate::run::trace::{Entry, Trace, What};
use crate::run::{self, Player};

const AFTER: &str = "The policy may also be a plan: nurture simulate plan.json --lead lead.json

A lead as JSON:
  { \"id\": \"ada\",
    \"facts\": { \"role\": \"cfo\", \"employees\": 900, \"interest\": [\"close\"], \"customer\": false },
    \"timeline\": [
      { \"at\": \"2026-03-02 09:30\", \"did\": \"visit\", \"with\": { \"page\": \"/close\", \"seconds\": 40 } },
      { \"at\": \"2026-03-09\", \"becomes\": { \"customer\": true } } ] }

The same as CSV:
  at,what,id,role,employees,interest,customer,page,seconds
  ,lead,ada,cfo,900,close,no,,
  2026-03-02 09:30,visit,,,,,,/close,40
  2026-03-09,lead,,,,,yes,,

Exit status:
  0  the lead was played
  1  the policy has errors
  2  the tool could not do its job: wrong usage, a file that cannot be read or does not fit the policy";

/// `nurture simulate`
#[derive(Args)]
#[command(after_help = AFTER)]
pub(super) struct Simulate {
    #[command(flatten)]
    policy: Policy,
    #[command(flatten)]
    lead: LeadArgs,
    /// Say only what is true of the lead at this moment, after all of it has happened
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
}

impl Simulate {
    pub fn run(&self, common: &Common) -> Outcome {
        let played = match self.lead.played(&self.policy, common) {
            Ok(played) => played,
            Err(outcome) => return outcome,
        };
        match &self.at {
            Some(text) => match moment(text, &played.zone, false, "--at") {
                Ok(at) => look(common, &played, at),
                Err(error) => output::failed(common, &error),
            },
            None => story(common, &played),
        }
    }
}

/// What happened to a lead.
fn trace(played: &Played, until: Instant) -> Vec<Entry> {
    let mut trace = Trace::default();
    Player::new(&played.policy).play(&played.lead, played.from, until, &mut trace);
    trace.entries
}

fn unfit(common: &Common, unfit: &run::Unfit) -> Outcome {
    let message = format!("this plan cannot be run: {}", unfit.0);
    output::failed(common, &crate::db::load::LoadError { message, help: None })
}

fn story(common: &Common, played: &Played) -> Outcome {
    let entries = trace(played, played.until);
    let story = Story { plan: &played.plan, lead: &played.lead, zone: &played.zone };
    match common.format() {
        Format::Json | Format::Junit => {
            let mut out = String::new();
            for entry in &entries {
                out.push_str(&record(&story, entry).to_string());
                out.push('\n');
            }
            output::results(&out, Outcome::Clean)
        }
        Format::Concise => {
            let mut out = String::new();
            for entry in &entries {
                out.push_str(&format!("{} {}\n", show_utc(entry.at), story.line(entry)));
            }
            output::results(&safe(&out), Outcome::Clean)
        }
        _ => {
            let style = Style { all: common.verbose };
            let text = safe(&timeline(&story, &entries, style));
            // Colours are set after the text of files has been made harmless.
            let text = if output::color(common, Stream::Results) { colored(&text) } else { text };
            let outcome = output::results(&text, Outcome::Clean);
            if !common.quiet {
                output::message(&safe(&summary(&story, &entries)));
            }
            outcome
        }
    }
}

/// The days of a timeline and what came, in bold.
fn colored(text: &str) -> String {
    let line = |line: &str| {
        if line.starts_with("  > ") || line.starts_with(|c: char| c.is_ascii_uppercase()) {
            format!("\u{1b}[1m{line}\u{1b}[0m")
        } else if line.starts_with("    ") {
            format!("\u{1b}[2m{line}\u{1b}[0m")
        } else {
            line.to_owned()
        }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// What is true of the lead at a moment.
fn look(common: &Common, played: &Played, at: Instant) -> Outcome {
    let plan = &played.plan;
    if played.lead.deleted.is_some_and(|deleted| deleted <= at) {
        let id = played.lead.id.as_str();
        return match common.format() {
            Format::Json => output::results(&format!("{}\n", json!({ "id": id, "at": show_utc(at), "deleted": true })), Outcome::Clean),
            _ => output::results(&format!("{} is deleted: nothing is known of them\n", crate::diagnostics::render::clean(id)), Outcome::Clean),
        };
    }
    let segments: Vec<(&str, Predicate)> = plan
        .segments
        .iter()
        .map(|segment| (segment.name.as_str(), Predicate::InSegment { segment: segment.name.clone() }))
        .chain(plan.icps.iter().map(|icp| (icp.name.as_str(), Predicate::InIcp { icp: icp.name.clone() })))
        .collect();
    let asked: Vec<&Predicate> = segments.iter().map(|(_, predicate)| predicate).collect();
    let Some(seen) = look::ask(plan, &played.lead, at, &asked) else {
        return unfit(common, &run::Unfit("it does not hang together".to_owned()));
    };
    let entries = trace(played, at.saturating_add(1));
    let story = Story { plan, lead: &played.lead, zone: &played.zone };
    let groups: Vec<&str> = segments.iter().zip(&seen.holds).filter(|(_, holds)| **holds).map(|((name, _), _)| *name).collect();
    let mut programs: Vec<&str> = Vec::new();
    let mut sales = false;
    for entry in entries.iter().filter(|entry| entry.at <= at) {
        match &entry.what {
            What::Joined { program } => programs.push(story.program(*program)),
            What::Left { program, .. } => programs.retain(|known| *known != story.program(*program)),
            What::HandedOff { .. } => sales = true,
            What::Back { .. } => sales = false,
            _ => {}
        }
    }
    let state = State { at, seen, groups, programs, sales };
    let text = if common.format() == Format::Json { format!("{}\n", state.json(&story)) } else { state.text(&story) };
    output::results(&if common.format() == Format::Json { text } else { safe(&text) }, Outcome::Clean)
}

struct State<'a> {
    at: Instant,
    seen: Look,
    groups: Vec<&'a str>,
    programs: Vec<&'a str>,
    sales: bool,
}

impl State<'_> {
    fn stage<'p>(&self, story: &Story<'p>, journey: usize) -> Option<&'p str> {
        let stage = self.seen.stages.get(journey).copied().flatten()?;
        story.plan.journeys.get(journey)?.stages.get(stage as usize).map(|stage| stage.name.as_str())
    }

    fn text(&self, story: &Story<'_>) -> String {
        let mut out = format!("{} at {}\n", crate::diagnostics::render::clean(&story.lead.id), story.time(self.at));
        let mut line = |name: &str, value: &str| out.push_str(&format!("  {name:<24} {value}\n"));
        for (number, field) in (0..).zip(&story.plan.lead.fields) {
            let fact = story.lead.fact_at(number, self.at);
            if fact != Fact::Missing {
                line(&field.name, &story.fact(field, &fact));
            }
        }
        for (number, journey) in story.plan.journeys.iter().enumerate() {
            line(&journey.name, self.stage(story, number).unwrap_or("no stage"));
        }
        for (score, value) in story.plan.scores.iter().zip(&self.seen.scores) {
            let band = score.bands.iter().rev().find(|band| crate::text::Decimal::parse(&band.from, 6).is_ok_and(|from| value * 1_000 >= from.billionths()));
            line(&score.name, &band.map_or_else(|| rounded(*value), |band| format!("{}, {}", rounded(*value), band.name)));
        }
        let list = |names: &[&str]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        line("is in the segments", &list(&self.groups));
        line("is in the programs", &list(&self.programs));
        if self.sales {
            line("sales", "has them");
        }
        out
    }

    fn json(&self, story: &Story<'_>) -> Value {
        let mut facts = Map::new();
        for (number, field) in (0..).zip(&story.plan.lead.fields) {
            let fact = story.lead.fact_at(number, self.at);
            let value = match &fact {
                Fact::Missing => Value::Null,
                Fact::Flag(flag) => (*flag).into(),
                Fact::Text(text) => text.as_str().into(),
                Fact::Set(options) => options.iter().map(|option| Value::from(story.fact(field, &Fact::Option(*option)))).collect(),
                // A number that JSON holds exactly is one; any other is a text, as everywhere in plans.
                Fact::Number(number) if number.is_whole() => serde_json::from_str(&number.to_string()).unwrap_or(Value::Null),
                fact => story.fact(field, fact).into(),
            };
            facts.insert(field.name.to_string(), value);
        }
        let mut stages = Map::new();
        for (number, journey) in story.plan.journeys.iter().enumerate() {
            stages.insert(journey.name.to_string(), self.stage(story, number).map_or(Value::Null, Value::from));
        }
        let mut scores = Map::new();
        for (score, value) in story.plan.scores.iter().zip(&self.seen.scores) {
            scores.insert(score.name.to_string(), points(*value).into());
        }
        json!({
            "id": story.lead.id.as_str(), "at": show_utc(self.at), "facts": facts, "stages": stages, "scores": scores,
            "segments": self.groups, "programs": self.programs, "sales": self.sales,
        })
    }
}
