//! `nurture explain`

use clap::Args;
use serde::Serialize;

use super::output::{self, Stream};
use super::{Common, Format, Outcome, markdown};
use crate::db::load::{self, LoadError, Vocabulary};
use crate::db::settings::Named;
use crate::db::{Chunk, RootDb, Workspace, line_index, parsed};
use crate::diagnostics::render::{self, Sources};
use crate::diagnostics::{Check, closest};
use crate::plan::Rule;
use crate::report::book;
use crate::report::judgement::{Asked, judge_by};
use crate::syntax::ast::{Body, Item};

/// `nurture explain`
#[derive(Args)]
pub(super) struct Explain {
    /// The name of a check or rule, as a finding shows it in brackets; without it, all checks are listed
    name: Option<String>,
}

#[derive(Serialize)]
struct Explanation {
    name: &'static str,
    severity: &'static str,
    summary: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    documentation: Option<&'static str>,
}

fn explanation(check: Check, whole: bool) -> Explanation {
    Explanation { name: check.name(), severity: check.severity().name(), summary: check.summary(), documentation: whole.then(|| check.page()) }
}

impl Explain {
    pub fn run(&self, common: &Common) -> Outcome {
        let json = common.format() == Format::Json;
        let Some(name) = &self.name else {
            let list: Vec<Explanation> = Check::ALL.iter().map(|check| explanation(*check, false)).collect();
            let text = if json {
                format!("{}\n", serde_json::to_string_pretty(&list).unwrap_or_default())
            } else {
                list.iter().map(|entry| format!("{:<22} {:<8} {}\n", entry.name, entry.severity, entry.summary)).collect()
            };
            return output::results(&text, Outcome::Clean);
        };
        let Some(check) = Check::from_name(name) else {
            if let Some(text) = rule(name, common) {
                return output::results(&text, Outcome::Clean);
            }
            let meant = closest(name, Check::ALL.iter().map(|check| check.name()).chain(crate::rulebook::standard()));
            return output::failed(
                common,
                &LoadError {
                    message: format!("there is no check or rule `{name}`"),
                    help: Some(meant.map_or_else(
                        || "`nurture explain` lists the checks, `nurture rules` the rules".to_owned(),
                        |meant| format!("did you mean `{meant}`?"),
                    )),
                },
            );
        };
        let text = match common.format() {
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&explanation(check, true)).unwrap_or_default()),
            Format::Concise => format!("{} ({}): {}\n", check.name(), check.severity().name(), check.summary()),
            _ => {
                let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(80usize).clamp(40, 100);
                let page = markdown::readable(check.page(), width, output::color(common, Stream::Results));
                let (title, rest) = page.split_once('\n').unwrap_or((page.as_str(), ""));
                format!("{title} ({})\n{rest}", check.severity().name())
            }
        };
        output::results(&text, Outcome::Clean)
    }
}

/// The explanation of a rule: of the standard book, or of the policy around the current folder.
fn rule(name: &str, common: &Common) -> Option<String> {
    let own = std::env::current_dir().ok().and_then(|current| {
        let sources = load::find(&[], &current).ok()?;
        load::load(sources, &Vocabulary { named: &|_| Named::Free, names: &[], thresholds: &[] }).ok()
    });
    let standard = book::standard_db();
    let packs = own.iter().flat_map(|loaded| &loaded.packs).map(|(_, db)| db);
    let dbs: Vec<&RootDb> = own.iter().map(|loaded| &loaded.db).chain(packs).chain([&standard]).collect();
    dbs.into_iter().find_map(|db| {
        let (rule, chunk, owner) = book::rules_of(db).into_iter().find(|(rule, ..)| rule.name == name)?;
        let item = parsed(db, chunk).items.get(owner as usize)?;
        Some(page(db, &rule, chunk, item, common))
    })
}

fn page(db: &RootDb, rule: &Rule, chunk: Chunk<'_>, item: &Item, common: &Common) -> String {
    let level = super::rules::level_word(rule.level);
    if common.format() == Format::Json {
        return format!("{}\n", serde_json::to_string_pretty(rule).unwrap_or_default());
    }
    if common.format() == Format::Concise {
        return format!("{} ({level}): {}\n", rule.name, rule.because);
    }
    let mut out = format!("{} ({level}): {} nurturing\n\n", rule.name, if rule.is { "is" } else { "isn't" });
    out.push_str(&format!("{}\n", rule.because));
    if let Some(doc) = &rule.doc {
        out.push_str(&format!("\n{doc}\n"));
    }
    for (pillar, word) in [(&rule.denies, "denies"), (&rule.shows, "shows")] {
        if let Some(pillar) = pillar {
            let question = crate::rules::verdict::PILLARS.iter().find(|(name, _)| name == pillar).map_or("", |(_, question)| *question);
            out.push_str(&format!("\nIt {word} the pillar {pillar}: {question}\n"));
        }
    }
    if let Some(instead) = &rule.instead {
        out.push_str(&format!("\nWhat to do instead\n  {instead}\n"));
    }
    let Body::Rule(written) = &item.body else { return out };
    let text_of = |at: crate::text::Range| {
        let body = &chunk.body(db).text;
        let text = body.get(at.start as usize..at.end as usize).unwrap_or("");
        let inside = text.split_once('{').map_or(text, |(_, rest)| rest);
        book::dedented(inside.rsplit_once('}').map_or(inside, |(rest, _)| rest))
    };
    let indented = |text: &str| -> String { text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect() };
    if let Some(example) = written.flags.first() {
        out.push_str(&format!("\n{}\n{}", if rule.is { "What it credits" } else { "What it reports" }, indented(&text_of(example.at))));
        if !rule.is
            && let Some(said) = said_of(db, rule, chunk, example.at, &example.value)
        {
            out.push_str(&format!("\nWhat is said of it\n{}", indented(said.trim_end())));
        }
    }
    if let Some(example) = written.passes.first() {
        out.push_str(&format!("\nWhat it lets pass\n{}", indented(&text_of(example.at))));
    }
    if !rule.is {
        out.push_str(&format!("\nTo allow it where you have a reason\n  allow {} because \"…\"\n", rule.name));
        out.push_str(&format!("  or for the whole policy, in nurture.toml:  [levels]  {} = \"off\"\n", rule.name));
    }
    let asked = serde_json::to_string(rule).unwrap_or_default();
    let settings: Vec<String> = crate::model::rule_schema::SETTINGS
        .iter()
        .filter(|setting| {
            asked.contains(&format!("[{{\"name\":\"settings\"}},{{\"name\":\"{}\"}}]", setting.name))
                || asked.contains(&format!("{{settings.{}}}", setting.name))
        })
        .map(|setting| format!("  {} = \"{}\"  {}\n", setting.name, setting.default, setting.meaning))
        .collect();
    if !settings.is_empty() {
        out.push_str(&format!("\nIts settings, in nurture.toml under [thresholds]\n{}", settings.concat()));
    }
    if let Some(source) = &rule.origin {
        out.push_str(&format!("\nSource: {source}\n"));
    }
    out
}

/// What the rule says of an example.
fn said_of(db: &RootDb, rule: &Rule, chunk: Chunk<'_>, at: crate::text::Range, items: &[Item]) -> Option<String> {
    let policy = book::example_policy(db, chunk, at, items)?;
    let plan = crate::report::plan::plan(&policy)?;
    let census = crate::rules::census::Census::imagined(&plan).ok();
    let told = judge_by(&policy, &plan, &Asked { census, ..Asked::default() }, vec![rule]).ok()?;
    let found: Vec<_> = told.findings.into_iter().filter(|finding| finding.check.name() == rule.name).take(1).collect();
    let mut sources = Sources::new("");
    for file in Workspace::get(&policy).files(&policy) {
        sources.add(file.path(&policy).clone(), file.text(&policy), line_index(&policy, *file));
    }
    Some(render::full(&found, &sources, false))
}
