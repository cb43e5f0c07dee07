//! `nurture verdict`: the page for whoever asks what nurturing is.

use std::collections::BTreeMap;

use clap::Args;
use smol_str::SmolStr;

use super::output;
use super::policy::{Counted, Judged, Policy};
use super::{Common, Format, Outcome};
use crate::db::Workspace;
use crate::db::settings::Settings;
use crate::diagnostics::Severity;
use crate::diagnostics::render::Described;
use crate::plan::{Grade, Level, PillarState, Plan, Rule, Standing, Verdict};
use crate::report::judgement::{Judgement, rules_for};
use crate::rules::message::{filled_by, simple};
use crate::rules::value::setting;
use crate::rules::verdict::PILLARS;

/// `nurture verdict`
#[derive(Args)]
pub(super) struct VerdictPage {
    #[command(flatten)]
    policy: Policy,
    #[command(flatten)]
    counted: Counted,
}

/// How many programs a summary names that are not nurturing, or not shown to be.
const NAMED: usize = 5;

/// The words for a standing.
pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::NotJudged => "is not judged: it is for customers",
        standing => standing.words(),
    }
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Proved => "proved",
        Grade::Measured => "measured",
        Grade::AsStated => "as stated",
    }
}

/// The pillars that stand between a program and being nurturing.
fn missing(verdict: &Verdict) -> Vec<&str> {
    let wanted = if verdict.standing == Standing::Isnt { PillarState::Denied } else { PillarState::NotShown };
    verdict.pillars.iter().filter(|pillar| pillar.state == wanted).map(|pillar| pillar.pillar.as_str()).collect()
}

/// The verdicts in a line: "5 of 6 programs are nurturing; `drip` isn't: for_someone". Nothing where there are no programs.
pub(super) fn summary(verdicts: &[Verdict]) -> Option<String> {
    let judged: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.standing != Standing::NotJudged).collect();
    if judged.is_empty() {
        return None;
    }
    let is = judged.iter().filter(|verdict| verdict.standing == Standing::Is).count();
    let mut parts = vec![match (is, judged.len()) {
        (1, 1) => "the program is nurturing".to_owned(),
        (_, 1) => String::new(),
        (is, all) if is == all => format!("all {all} programs are nurturing"),
        (is, all) => format!("{is} of {all} programs {} nurturing", if is == 1 { "is" } else { "are" }),
    }];
    // What isn't goes before what is only not shown to be.
    let mut others: Vec<&&Verdict> = judged.iter().filter(|verdict| verdict.standing != Standing::Is).collect();
    others.sort_by_key(|verdict| verdict.standing != Standing::Isnt);
    let more = if others.len() > NAMED + 1 { others.split_off(NAMED).len() } else { 0 };
    for verdict in others {
        let word = if verdict.standing == Standing::Isnt { "isn't" } else { "is not shown to be" };
        let waived: Vec<String> = verdict.pillars.iter().flat_map(|pillar| &pillar.allowed).map(|why| format!("the author: \"{why}\"")).collect();
        let nurturing = if judged.len() == 1 { " nurturing" } else { "" };
        let why = missing(verdict).join(", ");
        parts.push(format!(
            "`{}` {word}{nurturing}: {why}{}",
            verdict.program,
            if waived.is_empty() { String::new() } else { format!(" ({})", waived.join("; ")) }
        ));
    }
    if more > 0 {
        parts.push(format!("{more} more: `nurture verdict` tells of each"));
    }
    parts.retain(|part| !part.is_empty());
    let text = parts.join("; ");
    Some(text)
}

/// The JSON of findings, with the verdicts and what was not judged.
pub(super) fn with_verdicts(rendered: &str, judgement: Option<&Judgement>) -> String {
    let (Ok(serde_json::Value::Object(mut document)), Some(judgement)) = (serde_json::from_str(rendered), judgement) else { return rendered.to_owned() };
    document.insert("verdicts".to_owned(), serde_json::to_value(&judgement.verdicts).unwrap_or_default());
    let lacking: Vec<serde_json::Value> =
        judgement.not_judged.iter().map(|lacking| serde_json::json!({ "rule": lacking.rule, "lacks": lacking.why })).collect();
    document.insert("not_judged".to_owned(), lacking.into());
    format!("{}\n", serde_json::to_string_pretty(&document).unwrap_or_default())
}

/// The verdicts as a table of Markdown; empty where there are none.
pub(super) fn table(judgement: Option<&Judgement>) -> String {
    let Some(judgement) = judgement.filter(|judgement| !judgement.verdicts.is_empty()) else { return String::new() };
    let mut out = "| program | verdict | missing |\n|---|---|---|\n".to_owned();
    for verdict in &judgement.verdicts {
        out.push_str(&format!("| `{}` | {} | {} |\n", verdict.program, standing(verdict.standing), missing(verdict).join(", ")));
    }
    out.push('\n');
    out
}

/// A rule for forms that describe rules: its name, why it is there, and what to do instead.
pub(super) fn described(rule: &Rule, settings: &Settings) -> (String, Described) {
    let level = match rule.level {
        Some(Level::Error) => Severity::Error,
        Some(Level::Advice) => Severity::Advice,
        _ => Severity::Warning,
    };
    let help = rule.instead.as_ref().map_or_else(|| format!("`nurture explain {}` tells more", rule.name), |instead| plain(instead, &settings.thresholds));
    (rule.name.to_string(), Described { summary: format!("{}.", plain(&rule.because, &settings.thresholds)), help: format!("{help}."), level })
}

impl VerdictPage {
    pub fn run(&self, common: &Common) -> Outcome {
        if let Some(outcome) = output::no_junit(common, "verdict") {
            return outcome;
        }
        let mut ready = match self.policy.ready(common) {
            Ok(ready) => ready,
            Err(outcome) => return outcome,
        };
        if let Err(outcome) = ready.judge(common, &self.counted, false) {
            return outcome;
        }
        let Some(Judged { plan, packs, judgement }) = &ready.judged else {
            // What the language does not let through has no verdict; what only rules say against it has one.
            return ready.plan(common, "there is no verdict").err().unwrap_or(Outcome::Failed);
        };
        let text = if common.format() == Format::Json {
            format!("{}\n", serde_json::to_string_pretty(&judgement.verdicts).unwrap_or_default())
        } else {
            let settings = Workspace::get(&ready.loaded.db).settings(&ready.loaded.db);
            page(&rules_for(plan, packs), plan, judgement, &settings.thresholds, common.format() == Format::Markdown)
        };
        let outcome = if judgement.verdicts.iter().any(|verdict| verdict.standing == Standing::Isnt) { Outcome::Findings } else { Outcome::Clean };
        output::results(&text, outcome)
    }
}

/// The page.
fn page(rules: &[&Rule], plan: &Plan, judgement: &Judgement, thresholds: &BTreeMap<SmolStr, SmolStr>, markdown: bool) -> String {
    let because = |name: &str| rules.iter().find(|rule| rule.name == name).map_or(String::new(), |rule: &&Rule| plain(&rule.because, thresholds));
    let mut out = String::new();
    let heading = |out: &mut String, text: &str| {
        if markdown {
            out.push_str(&format!("## {text}\n\n"));
        } else {
            out.push_str(&format!("{text}\n"));
        }
    };
    if markdown {
        out.push_str("# Is it nurturing?\n\n");
    }
    if judgement.verdicts.is_empty() {
        let drafts = plan.programs.len();
        out.push_str(&match drafts {
            0 => "There is no program, so there is nothing to judge.\n".to_owned(),
            1 => "The one program is a draft: it is not judged before it is to be sent.\n".to_owned(),
            _ => format!("All {drafts} programs are drafts: they are not judged before they are to be sent.\n"),
        });
        return out;
    }
    if let Some(summary) = summary(&judgement.verdicts) {
        let mut chars = summary.chars();
        let first: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
        out.push_str(&format!("{first}{}.\n\n", chars.as_str()));
    }
    for verdict in &judgement.verdicts {
        let title = plan.programs.iter().find(|program| program.name == verdict.program).and_then(|program| program.title.clone());
        let title = title.map_or(String::new(), |title| format!(" ({title})"));
        heading(&mut out, &format!("`{}`{title} {}", verdict.program, standing(verdict.standing)));
        if markdown {
            out.push_str("| question | answer | why |\n|---|---|---|\n");
        }
        for pillar in &verdict.pillars {
            let question = PILLARS.iter().find(|(name, _)| *name == pillar.pillar).map_or("", |(_, question)| *question);
            let answer = match (pillar.state, pillar.grade) {
                (PillarState::Denied, _) => "no".to_owned(),
                (PillarState::Shown, Some(known)) => format!("yes, {}", grade(known)),
                (PillarState::Shown, None) => "yes".to_owned(),
                (PillarState::NotShown, _) => "not shown".to_owned(),
            };
            let mut why: Vec<String> = pillar.rules.iter().map(|rule| format!("{} ({rule})", because(rule))).collect();
            if pillar.state == PillarState::NotShown {
                let could: Vec<&str> =
                    rules.iter().filter(|rule| rule.shows.as_deref() == Some(pillar.pillar.as_str())).map(|rule| rule.name.as_str()).collect();
                why.push(format!("any of these would show it: {}", could.join(", ")));
            }
            why.extend(pillar.allowed.iter().map(|why| format!("the author allows it: \"{why}\"")));
            why.extend(pillar.not_judged.iter().map(|why| format!("not judged: {why}")));
            if markdown {
                out.push_str(&format!("| {question} | {answer} | {} |\n", why.join("<br>").replace('|', "\\|")));
            } else {
                out.push_str(&format!("  {question:<46} {answer}\n"));
                why.iter().for_each(|why| out.push_str(&format!("      {why}\n")));
            }
        }
        if !verdict.practices.is_empty() {
            let list = verdict.practices.join(", ");
            out.push_str(&if markdown { format!("\nBesides: {list}.\n") } else { format!("  besides: {list}\n") });
        }
        out.push('\n');
    }
    if !judgement.not_judged.is_empty() {
        heading(&mut out, "Not judged");
        for lacking in &judgement.not_judged {
            out.push_str(&format!("{}{}: {}\n", if markdown { "- " } else { "  " }, lacking.rule, lacking.why));
        }
    }
    out
}

/// A text of a rule, with settings filled in and the rest named.
fn plain(text: &str, thresholds: &BTreeMap<SmolStr, SmolStr>) -> String {
    let text = filled_by(text, |path| match path.strip_prefix("settings.") {
        Some(name) => simple(&setting(name, thresholds)),
        None => format!("`{}`", path.split('(').next().unwrap_or(path)),
    });
    text.trim_end_matches('.').to_owned()
}
