//! What an editor can ask for that no other language has: the plan, a picture of the programs, one lead played, a test run, a rule
//! explained.

use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::convert::Converter;
use super::project::Project;
use super::server::{Refused, Server};
use crate::diagnostics::render::{self, Sources};
use crate::ide::{graph, hover};
use crate::plan::Plan;
use crate::report::cases::{cases, findings};
use crate::report::plan::plan;
use crate::run::case::Cases;
use crate::run::inbox::{Style, summary, timeline};
use crate::run::lead::DAY;
use crate::run::record::record;
use crate::run::story::Story;
use crate::run::trace::Trace;
use crate::run::{self, Player, input};

/// The commands of the server.
pub const NAMES: [&str; 2] = ["nurture.runTest", "nurture.explain"];

/// Of which policy.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfPolicy {
    text_document: lsp::TextDocumentIdentifier,
    /// Only of this program.
    #[serde(default)]
    program: Option<String>,
    /// The lead to be played.
    #[serde(default)]
    lead: Value,
    /// For so many days after the last that is known of the lead; 90 if not said.
    #[serde(default)]
    days: Option<u32>,
}

impl Server {
    fn policy(&self, asked: &OfPolicy) -> Result<&Project, Refused> {
        self.project_at(&asked.text_document.uri.0).ok_or_else(|| Refused::because("this file belongs to no policy that is open"))
    }

    /// `nurture/plan`
    pub fn plan(&mut self, asked: OfPolicy) -> Result<Value, Refused> {
        let project = self.policy(&asked)?;
        let errors = errors(project);
        let made = if errors > 0 { None } else { plan(&project.db).map(|plan| Plan { verdicts: verdicts(project), ..plan }) };
        Ok(json!({ "plan": made, "errors": errors }))
    }

    /// `nurture/graph`
    pub fn graph(&mut self, asked: OfPolicy) -> Result<Value, Refused> {
        let encoding = self.client.encoding;
        let project = self.policy(&asked)?;
        let converter = Converter { project, encoding };
        let programs: Vec<Value> = graph::graphs(&project.db, asked.program.as_deref())
            .iter()
            .map(|graph| {
                let file = graph.at.file;
                let verdict = project.judged.verdicts.iter().find(|verdict| verdict.program == graph.name);
                let nodes: Vec<Value> = (0..)
                    .zip(&graph.nodes)
                    .map(|(number, node): (usize, _)| {
                        json!({
                            "id": format!("n{number}"), "kind": node.kind, "label": node.label, "detail": node.detail, "day": node.day,
                            "channel": node.channel, "range": converter.range(file, node.at),
                        })
                    })
                    .collect();
                let edges: Vec<Value> =
                    graph.edges.iter().map(|edge| json!({ "from": format!("n{}", edge.from), "to": format!("n{}", edge.to), "label": edge.label })).collect();
                json!({
                    "name": graph.name, "title": graph.title, "uri": converter.uri(file), "range": converter.range(file, graph.at.at),
                    "verdict": verdict.map(|verdict| verdict.standing.words()), "nodes": nodes, "edges": edges,
                })
            })
            .collect();
        Ok(json!({ "programs": programs }))
    }

    /// `nurture/simulate`
    pub fn simulate(&mut self, asked: OfPolicy) -> Result<Value, Refused> {
        let project = self.policy(&asked)?;
        let plan = made(project)?;
        let policy = run::Policy::new(&plan, &[], true).map_err(|unfit| Refused::because(format!("this plan cannot be run: {}", unfit.0)))?;
        let text = serde_json::to_string_pretty(&asked.lead).unwrap_or_default();
        let read = input::read(&text, &plan, &policy).map_err(|refused| {
            let help = refused.help.map_or_else(String::new, |help| format!("; {help}"));
            Refused::because(format!("{}{help}", refused.message))
        })?;
        let zone = std::sync::Arc::clone(policy.zone());
        let from = read.lead.first_known().ok_or_else(|| Refused::because("it is not known when to begin: the lead says of nothing when it happened"))?;
        let last = read.lead.last_known().unwrap_or(from).max(from);
        let until = last.saturating_add(i64::from(asked.days.unwrap_or(90)) * DAY);
        let mut trace = Trace::default();
        Player::new(&policy).play(&read.lead, from, until, &mut trace);
        let story = Story { plan: &plan, lead: &read.lead, zone: &zone };
        let told = format!("{}\n{}", timeline(&story, &trace.entries, Style::default()), summary(&story, &trace.entries));
        let records: Vec<Value> = trace.entries.iter().map(|entry| record(&story, entry)).collect();
        Ok(json!({ "text": told.trim(), "timeline": records }))
    }

    /// `workspace/executeCommand`
    pub fn execute(&mut self, params: lsp::ExecuteCommandParams) -> Result<Option<Value>, Refused> {
        let arguments = params.arguments.unwrap_or_default();
        let text = |place: usize| arguments.get(place).and_then(Value::as_str);
        match params.command.as_str() {
            "nurture.runTest" => {
                let address = text(0).ok_or_else(|| Refused::because("name the file of the test"))?;
                let project = self.project_at(address).ok_or_else(|| Refused::because("this file belongs to no policy that is open"))?;
                let (passed, told) = tested(project, text(1))?;
                // An editor that runs tests itself shows the answer itself.
                if !self.client.commands.contains("nurture.runTest") {
                    self.show(if passed { 3 } else { 1 }, &told);
                }
                Ok(Some(json!({ "passed": passed, "text": told })))
            }
            "nurture.explain" => {
                let name = text(0).ok_or_else(|| Refused::because("name a rule or a check"))?;
                let page = self.projects().find_map(|project| hover::rule_page(&project.db, name));
                let page = page.or_else(|| hover::rule_page(&crate::report::book::standard_db(), name));
                page.map(|page| Some(json!({ "markdown": page }))).ok_or_else(|| Refused::because(format!("there is no rule or check `{name}`")))
            }
            other => Err(Refused { code: ErrorCode::InvalidParams, why: format!("there is no command `{other}`") }),
        }
    }
}

/// What each program is, where the rulebook was asked of the policy as it is.
fn verdicts(project: &Project) -> Vec<crate::plan::Verdict> {
    if project.judged_at == Some(project.revision) { project.judged.verdicts.clone() } else { Vec::new() }
}

fn errors(project: &Project) -> usize {
    let found = project.files().iter().flat_map(|file| project.findings(*file));
    found.filter(|finding| finding.severity == crate::diagnostics::Severity::Error && finding.check.check().is_some()).count() + project.settings.0.len()
}

fn made(project: &Project) -> Result<Plan, Refused> {
    match errors(project) {
        0 => plan(&project.db).ok_or_else(|| Refused::because("this policy declares no `lead`")),
        1 => Err(Refused::because("1 error stands in the way: nothing was played")),
        errors => Err(Refused::because(format!("{errors} errors stand in the way: nothing was played"))),
    }
}

/// Runs the test of this title, or all: whether they passed, and that in words.
fn tested(project: &Project, title: Option<&str>) -> Result<(bool, String), Refused> {
    let plan = made(project)?;
    let (all, places) = cases(&project.db);
    let (cases, places): (Vec<_>, Vec<_>) = all.into_iter().zip(places).filter(|(case, _)| title.is_none_or(|title| case.title == title)).unzip();
    if cases.is_empty() {
        return Err(Refused::because(title.map_or_else(|| "this policy has no tests".to_owned(), |title| format!("there is no test \"{title}\""))));
    }
    let tests = Cases::new(&plan, &cases).map_err(|unfit| Refused::because(format!("this plan cannot be run: {}", unfit.0)))?;
    let mut player = tests.player();
    let mut found = Vec::new();
    let mut failed = 0;
    for (number, (case, written)) in cases.iter().zip(&places).enumerate() {
        let own = match tests.run(number, &mut player) {
            Some(outcome) => findings(&plan, case, written, &outcome, tests.policy().zone()),
            None => vec![written.unfit()],
        };
        failed += usize::from(!own.is_empty());
        found.extend(own);
    }
    if failed == 0 {
        let told = match (title, cases.len()) {
            (Some(title), _) => format!("passed: {title}"),
            (None, 1) => "the test passed".to_owned(),
            (None, all) => format!("all {all} tests passed"),
        };
        return Ok((true, told));
    }
    let db = &project.db;
    let mut sources = Sources::new("");
    for file in project.files() {
        sources.add(file.path(db).clone(), file.text(db), crate::db::line_index(db, *file));
    }
    let head = if cases.len() == 1 { "failed".to_owned() } else { format!("{failed} of {} tests failed", cases.len()) };
    Ok((false, format!("{head}\n{}", render::full(&found, &sources, false).trim_end())))
}
