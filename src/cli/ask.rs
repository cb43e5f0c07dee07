//! `nurture ask`

use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};

use super::output;
use super::policy::Policy;
use super::{Common, Format, Outcome};
use crate::db::Workspace;
use crate::db::load::LoadError;
use crate::plan::Plan;
use crate::report::questions::{Answer, Mistake, answer, lead_json, read};
use crate::rules::policy::now;
use crate::rules::who;
use crate::run::clock::Zone;

const EXAMPLES: &str = "Examples:
  nurture ask 'in evaluators overlaps in finance_leaders'      is anybody in both?
  nurture ask 'in close_pain covers role is cfo'               is every finance chief in it?
  nurture ask 'in dormant and did visit within 7 days is empty'
  nurture ask 'in a is in b'                                   do both hold the same leads?
  nurture ask 'audience of close_faster overlaps customer'     can a customer be in the program?
  nurture ask --format json . - < questions.txt                one question a line, answered in order

Conditions are written as in a segment. A yes that speaks of somebody names a lead who was held against the
evaluator; a no that speaks of nobody is a proof, with the conditions that contradict each other.

Exit status of a single question:
  0  yes      1  no      3  not decided      2  the question or the policy could not be read
A batch ends with 0, or with 2 if a question could not be read.";

/// `nurture ask`
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Ask {
    /// The question, or the policy where more arguments follow: [POLICY] QUESTION, or [POLICY] `-` for one question a line
    #[arg(required = true, num_args = 1.., value_name = "QUESTION")]
    words: Vec<String>,
    /// The day that "today" means, such as 2026-11-01 [default: `as_of` of nurture.toml]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

impl Ask {
    pub fn run(&self, common: &Common) -> Outcome {
        if let Some(outcome) = output::no_junit(common, "ask") {
            return outcome;
        }
        let Some((question, paths)) = self.words.split_last() else { return Outcome::Failed };
        let batch = question == "-";
        let questions: Vec<String> = if batch {
            let mut text = String::new();
            if let Err(error) = std::io::stdin().lock().read_to_string(&mut text) {
                let message = if error.kind() == std::io::ErrorKind::InvalidData {
                    "the questions are not UTF-8 text".to_owned()
                } else {
                    format!("cannot read the questions: {error}")
                };
                return output::failed(common, &LoadError { message, help: None });
            }
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
        } else {
            vec![question.clone()]
        };
        let policy = Policy::of(paths.iter().map(PathBuf::from).collect(), self.as_of.clone());
        let mut ready = match policy.ready(common) {
            Ok(ready) => ready,
            Err(outcome) => return outcome,
        };
        let plan = match ready.plan(common, "nothing was asked") {
            Ok(plan) => plan,
            Err(_) => return Outcome::Failed,
        };
        let today = Workspace::get(&ready.loaded.db).settings(&ready.loaded.db).as_of;
        let read = read(&mut ready.loaded.db, &plan, &questions);
        let answers = match answer(&plan, now(today), &read) {
            Ok(answers) => answers,
            Err(unfit) => return output::failed(common, &LoadError { message: unfit.0, help: None }),
        };
        let Some(zone) = Zone::named(&plan.settings.timezone) else { return Outcome::Failed };
        let mut text = String::new();
        let mut failed = false;
        let mut documents: Vec<Json> = Vec::new();
        for ((question, read), answer) in questions.iter().zip(&read).zip(&answers) {
            match (read, answer) {
                (Ok(_), Some(answer)) if common.format() == Format::Json => documents.push(document(&plan, &zone, question, answer)),
                (Ok(_), Some(answer)) => text.push_str(&said(&plan, question, now(today), answer, batch)),
                (Err(mistake), _) => {
                    failed = true;
                    if common.format() == Format::Json {
                        documents.push(json!({ "question": question, "answer": "unknown", "error": mistake.message, "help": mistake.help }));
                    } else {
                        output::message(&shown(question, mistake));
                    }
                }
                (Ok(_), None) => failed = true,
            }
        }
        if common.format() == Format::Json {
            // One answer a line, so that a batch can be read as it comes.
            for document in &documents {
                let line = if batch { serde_json::to_string(document) } else { serde_json::to_string_pretty(document) };
                text.push_str(&line.unwrap_or_default());
                text.push('\n');
            }
        }
        let outcome = match answers.as_slice() {
            _ if failed => Outcome::Failed,
            [Some(answer)] if !batch => match answer.yes {
                Some(true) => Outcome::Clean,
                Some(false) => Outcome::Findings,
                None => Outcome::Open,
            },
            _ => Outcome::Clean,
        };
        output::results(&text, outcome)
    }
}

fn word(answer: &Answer) -> &'static str {
    match answer.yes {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

fn document(plan: &Plan, zone: &Zone, question: &str, answer: &Answer) -> Json {
    let mut document = json!({ "question": question, "answer": word(answer) });
    if let Some(object) = document.as_object_mut() {
        if let Some(example) = &answer.example {
            object.insert("example".to_owned(), json!({ "who": who::of(plan, example), "shows": answer.shows, "lead": lead_json(plan, zone, example) }));
        }
        if !answer.because.is_empty() {
            object.insert("because".to_owned(), json!(answer.because));
        }
        if let Some(why) = &answer.unknown {
            object.insert("why".to_owned(), json!(why));
        }
    }
    document
}

fn said(plan: &Plan, question: &str, usual: i64, answer: &Answer, batch: bool) -> String {
    let mut text = if batch { format!("{}: {question}\n", word(answer)) } else { format!("{}\n", word(answer)) };
    if let Some(example) = &answer.example {
        // A day matters where it is not the usual one.
        let day = |at: i64| crate::run::clock::show(at).split(' ').next().unwrap_or("").to_owned();
        let on = if example.still.now == usual { String::new() } else { format!(", on {}", day(example.still.now)) };
        text.push_str(&format!("  for example {}{on}: {}\n", crate::diagnostics::render::clean(&who::of(plan, example)), answer.shows));
    }
    if let Some((first, rest)) = answer.because.split_first() {
        let together = if rest.is_empty() { "cannot hold" } else { "cannot hold together" };
        let list: Vec<String> = [first].into_iter().chain(rest).map(|part| format!("`{part}`")).collect();
        if answer.because.iter().any(|part| part == "nobody is in the second") {
            text.push_str("  nobody is in the second\n");
        } else {
            text.push_str(&format!("  because {} {together}\n", list.join(" and ")));
        }
    } else if answer.example.is_none() && answer.yes.is_some() {
        text.push_str("  that is proved: no lead says otherwise\n");
    }
    if let Some(why) = &answer.unknown {
        text.push_str(&format!("  {why}\n"));
    }
    text
}

/// A mistake in a question, with the words underlined.
fn shown(question: &str, mistake: &Mistake) -> String {
    let start = question.get(..mistake.at.start as usize).map_or(0, |before| before.chars().count());
    let length = question.get(mistake.at.start as usize..mistake.at.end as usize).map_or(1, |words| words.chars().count().max(1));
    let help = mistake.help.as_ref().map_or(String::new(), |help| format!("\n  help: {help}"));
    format!("error: {}\n  {question}\n  {}{}{help}", mistake.message, " ".repeat(start), "^".repeat(length))
}
