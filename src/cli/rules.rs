//! `nurture rules`

use clap::Args;
use serde::Serialize;

use super::output;
use super::policy::{Counted, Policy};
use super::{Common, Format, Outcome};
use crate::db::Workspace;
use crate::plan::{Level, Rule};
use crate::report::judgement::rules_for;
use crate::rulebook;

/// `nurture rules`
#[derive(Args)]
pub(super) struct Rules {
    #[command(flatten)]
    policy: Policy,
    /// List what authors allow, with their reasons
    #[arg(long)]
    allowed: bool,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    /// `isn't` reports; `is` credits.
    kind: &'static str,
    level: String,
    /// Why this level holds.
    level_from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    denies: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shows: Option<&'a str>,
    because: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
}

#[derive(Serialize)]
struct Waived<'a> {
    rule: &'a str,
    subject: &'a str,
    because: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    file: String,
    line: u32,
}

/// Until when it is allowed, if a day is set.
fn until(waived: &Waived<'_>) -> String {
    waived.until.as_ref().map_or_else(String::new, |until| format!(" (until {until})"))
}

/// The word for a level.
pub(super) fn level_word(level: Option<Level>) -> &'static str {
    match level {
        Some(Level::Error) => "error",
        Some(Level::Warning) => "warning",
        Some(Level::Advice) => "advice",
        None => "credit",
    }
}

impl Rules {
    pub fn run(&self, common: &Common) -> Outcome {
        if let Some(outcome) = output::no_junit(common, "rules") {
            return outcome;
        }
        let mut ready = match self.policy.ready(common) {
            Ok(ready) => ready,
            Err(outcome) => return outcome,
        };
        if self.allowed {
            if let Err(outcome) = ready.judge(common, &Counted::default(), false) {
                return outcome;
            }
            let Some(judgement) = ready.judged.as_ref().map(|judged| &judged.judgement) else {
                output::message("the policy has errors, so that the rules were not asked: `nurture check` shows them");
                return Outcome::Findings;
            };
            let files: Vec<smol_str::SmolStr> = judgement.allowed.iter().map(|allowed| allowed.at.file.clone()).collect();
            let sources = ready.sources_of(&[], &files);
            let waived: Vec<Waived<'_>> = judgement
                .allowed
                .iter()
                .map(|allowed| Waived {
                    rule: &allowed.rule,
                    subject: &allowed.subject,
                    because: &allowed.because,
                    until: allowed.until.map(|until| until.to_string()),
                    file: sources.shown(&allowed.at.file),
                    line: sources.place(&allowed.at.file, allowed.at.range.start).line,
                })
                .collect();
            let text = match common.format() {
                Format::Json => format!("{}\n", serde_json::to_string_pretty(&waived).unwrap_or_default()),
                Format::Markdown => {
                    let rows: String = waived
                        .iter()
                        .map(|waived| {
                            format!("| {} | {} | {}{} | {}:{} |\n", waived.rule, waived.subject, waived.because, until(waived), waived.file, waived.line)
                        })
                        .collect();
                    format!("| rule | of | allowed because | where |\n|---|---|---|---|\n{rows}")
                }
                _ if waived.is_empty() => "nothing is allowed\n".to_owned(),
                _ => waived
                    .iter()
                    .map(|waived| format!("{}:{}: {} of {}: {}{}\n", waived.file, waived.line, waived.rule, waived.subject, waived.because, until(waived)))
                    .collect(),
            };
            return output::results(&text, Outcome::Clean);
        }
        let plan = match ready.plan(common, "the rules of its own are not known") {
            Ok(plan) => plan,
            Err(outcome) => return outcome,
        };
        let settings = Workspace::get(&ready.loaded.db).settings(&ready.loaded.db);
        let packs = match ready.packs(common) {
            Ok(packs) => packs,
            Err(outcome) => return outcome,
        };
        let rules = rules_for(&plan, &packs);
        let entries: Vec<Entry<'_>> = rules
            .iter()
            .map(|rule: &&Rule| {
                let own = plan.rules.iter().find(|own| own.name == rule.name);
                let written = match own {
                    Some(own) if rulebook::is_standard(&own.name) => format!("{}, in place of the standard rule", own.source.file),
                    Some(own) => own.source.file.to_string(),
                    None => {
                        packs.iter().find(|pack| pack.name == rule.name).map_or_else(|| "the standard rulebook".to_owned(), |pack| pack.source.file.to_string())
                    }
                };
                let (level, level_from) = match settings.levels.get(&rule.name) {
                    Some(set) if !rule.is => (set.map_or("off", |level| level.name()).to_owned(), "nurture.toml".to_owned()),
                    _ => (level_word(rule.level).to_owned(), written),
                };
                let paths: Vec<&str> =
                    settings.path_levels.iter().filter(|(_, levels)| levels.contains_key(&rule.name)).map(|(path, _)| path.as_str()).collect();
                let level_from = if paths.is_empty() { level_from } else { format!("{level_from}; otherwise in {}", paths.join(", ")) };
                Entry {
                    name: &rule.name,
                    kind: if rule.is { "is" } else { "isn't" },
                    level,
                    level_from,
                    denies: rule.denies.as_deref(),
                    shows: rule.shows.as_deref(),
                    because: &rule.because,
                    source: rule.origin.as_deref(),
                }
            })
            .collect();
        let text = match common.format() {
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&entries).unwrap_or_default()),
            Format::Markdown => {
                let rows: String = entries
                    .iter()
                    .map(|entry| {
                        let pillar = entry
                            .denies
                            .map_or_else(|| entry.shows.map_or(String::new(), |pillar| format!("shows {pillar}")), |pillar| format!("denies {pillar}"));
                        format!("| {} | {} | {} | {} | {} |\n", entry.name, entry.level, entry.level_from, pillar, entry.because.replace('|', "\\|"))
                    })
                    .collect();
                format!("| rule | level | from | pillar | because |\n|---|---|---|---|---|\n{rows}")
            }
            _ => entries.iter().map(|entry| format!("{:<28} {:<8} {} [{}]\n", entry.name, entry.level, entry.because, entry.level_from)).collect(),
        };
        output::results(&text, Outcome::Clean)
    }
}
