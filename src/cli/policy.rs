//! Loads a policy for a command: paths, settings, and what is wrong with them.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use salsa::Setter as _;

use super::output::{self, Stream};
use super::{Common, Outcome};
use crate::db::load::{self, LoadError, Loaded, SETTINGS};
use crate::db::{SourceFile, Workspace, line_index};
use crate::diagnostics::render::Sources;
use crate::diagnostics::{Diagnostic, Severity};
use crate::model::names::{index, schema};
use crate::plan::Plan;
use crate::proof::{Memory, Stop};
use crate::report::findings::findings;
use crate::report::judgement::{self, Asked, Judgement};
use crate::report::loading;
use crate::report::plan::plan;
use crate::text::Date;

/// Which policy.
#[derive(Args)]
pub(super) struct Policy {
    /// A folder, files, or `-` for standard input [default: the workspace around the current folder]
    paths: Vec<PathBuf>,
    /// The day that "today" means, such as 2026-11-01 [default: `as_of` of nurture.toml]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

/// What is known of the real database.
#[derive(Args, Clone, Default)]
pub(super) struct Counted {
    /// How many real leads there are, counted by segment and program: a JSON file (`nurture schema census`)
    #[arg(long, value_name = "FILE")]
    pub census: Option<PathBuf>,
}

/// How a policy is judged, where it need not be.
#[derive(Args, Clone, Default)]
pub(super) struct Judging {
    #[command(flatten)]
    pub counted: Counted,
    /// Do not judge by rules: check the language alone
    #[arg(long, conflicts_with = "census")]
    pub no_rules: bool,
}

/// What the rulebook says, and what it was asked of.
pub(super) struct Judged {
    pub plan: Plan,
    pub packs: Vec<crate::plan::Rule>,
    pub judgement: Judgement,
}

impl Judged {
    /// The plan, with what the rulebook says of each program.
    pub fn into_plan(self) -> Plan {
        Plan { verdicts: self.judgement.verdicts, ..self.plan }
    }
}

/// A policy with its findings.
pub(super) struct Ready {
    pub loaded: Loaded,
    /// The findings that were asked for.
    pub findings: Vec<Diagnostic>,
    /// Findings of level error in files that were not asked for.
    pub elsewhere: usize,
    /// What the rulebook says, if it was asked.
    pub judged: Option<Judged>,
    /// What was proved before, for whoever judges again after each edit.
    pub memory: Option<Memory>,
    /// Whether nobody waits for the rulebook any more: then it unwinds.
    pub stop: Option<Stop>,
    /// How long each phase took.
    pub phases: Vec<(&'static str, Duration)>,
    started: Instant,
}

impl Policy {
    /// The policy of some paths.
    pub fn of(paths: Vec<PathBuf>, as_of: Option<String>) -> Self {
        Self { paths, as_of }
    }

    /// Loads and checks the policy. `Err` when that could not be done; why has been said then.
    pub fn ready(&self, common: &Common) -> Result<Ready, Outcome> {
        let started = Instant::now();
        let _progress = super::progress::Progress::start(common, "reading the policy");
        let mut phases = Vec::new();
        let loaded = timed(&mut phases, "reading files", || self.load()).map_err(|error| output::failed(common, &error))?;
        let (problems, text) = &loaded.settings_problems;
        if !problems.is_empty() {
            let mut sources = Sources::new(&loaded.sources.prefix);
            sources.add_text(SETTINGS.into(), text);
            let found: Vec<Diagnostic> = problems.iter().map(loading::settings_diagnostic).collect();
            let told = output::Told { diagnostics: &found, sources: &sources, error: None, extra: &output::Extra::default() };
            told.write_files(common);
            output::results(&told.rendered(common.format(), output::color(common, Stream::Results)), Outcome::Failed);
            if !common.quiet {
                output::message(&format!("{} in the settings: nothing was checked", output::counted(&found)));
            }
            return Err(Outcome::Failed);
        }
        if let Some(error) = loading::unknown_rules(&loaded) {
            return Err(output::failed(common, &error));
        }
        let all = timed(&mut phases, "the language: syntax, names, types", || findings(&loaded.db));
        let (found, rest): (Vec<Diagnostic>, Vec<Diagnostic>) = all.into_iter().partition(|diagnostic| loaded.sources.asks_for(&diagnostic.span.file));
        let elsewhere = output::errors(&rest);
        Ok(Ready { loaded, findings: found, elsewhere, judged: None, memory: None, stop: None, phases, started })
    }

    /// The day that the command line says today is, as it is written.
    pub fn as_of(&self) -> Option<String> {
        self.as_of.clone()
    }

    /// Whether the policy comes from standard input.
    pub fn reads_stdin(&self) -> bool {
        self.paths.iter().any(|path| path.as_os_str() == "-")
    }

    /// The path of a plan that was compiled before, if that is what was given.
    pub fn compiled(&self) -> Option<&PathBuf> {
        match self.paths.as_slice() {
            [path] if path.extension().is_some_and(|extension| extension == "json") => Some(path),
            _ => None,
        }
    }

    /// Whether the command line says which day is today.
    pub fn has_as_of(&self) -> bool {
        self.as_of.is_some()
    }

    /// The files that the policy has at this moment; none where that cannot be told.
    pub fn files(&self) -> Vec<PathBuf> {
        let Ok(current) = std::env::current_dir() else { return Vec::new() };
        load::find(&self.paths, &current).map(|sources| sources.files.into_iter().chain(sources.settings).collect()).unwrap_or_default()
    }

    /// Which files the policy has, how long they are, and when they were written: changes when one of them does.
    pub fn stamp(&self) -> Vec<(PathBuf, u64, Option<std::time::SystemTime>)> {
        if self.reads_stdin() {
            return Vec::new();
        }
        let of = |path: PathBuf| {
            let data = std::fs::metadata(&path).ok();
            (path, data.as_ref().map_or(0, std::fs::Metadata::len), data.and_then(|data| data.modified().ok()))
        };
        self.files().into_iter().map(of).collect()
    }

    fn load(&self) -> Result<Loaded, LoadError> {
        let as_of = match &self.as_of {
            None => None,
            Some(text) => Some(
                Date::parse(text)
                    .ok_or_else(|| LoadError { message: format!("`--as-of {text}` is no day"), help: Some("write it as `--as-of 2026-11-01`".to_owned()) })?,
            ),
        };
        let current = std::env::current_dir().map_err(|error| LoadError { message: format!("cannot tell the current folder: {error}"), help: None })?;
        let sources = load::find(&self.paths, &current)?;
        let mut loaded = loading::load(sources)?;
        if let Some(as_of) = as_of {
            let workspace = Workspace::get(&loaded.db);
            let mut settings = workspace.settings(&loaded.db).clone();
            settings.as_of = Some(as_of);
            workspace.set_settings(&mut loaded.db).to(settings);
        }
        Ok(loaded)
    }
}

/// Does something, and notes how long it took.
fn timed<T>(phases: &mut Vec<(&'static str, Duration)>, phase: &'static str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = work();
    phases.push((phase, started.elapsed()));
    done
}

/// Reads a census.
fn read_census(path: &std::path::Path) -> Result<crate::rules::census::Census, LoadError> {
    let shown = path.display();
    let help = Some("`nurture schema census` prints what it has to look like".to_owned());
    let bytes = std::fs::read(path).map_err(|error| LoadError { message: format!("cannot read `{shown}`: {}", output::why_not_read(&error)), help: None })?;
    let text = String::from_utf8(bytes).map_err(|_| LoadError { message: format!("`{shown}` is not UTF-8 text"), help: None })?;
    crate::rules::census::Census::read(&text).map_err(|what| LoadError { message: format!("`{shown}` is no census: {what}"), help })
}

impl Ready {
    /// Looks at the policy once more, after its text was changed in memory. What the rulebook said of it is forgotten.
    pub fn look_again(&mut self) {
        self.judged = None;
        self.phases.clear();
        self.started = Instant::now();
        let mut phases = Vec::new();
        let all = timed(&mut phases, "the language: syntax, names, types", || findings(&self.loaded.db));
        self.phases = phases;
        let (found, rest): (Vec<Diagnostic>, Vec<Diagnostic>) = all.into_iter().partition(|diagnostic| self.loaded.sources.asks_for(&diagnostic.span.file));
        self.elsewhere = output::errors(&rest);
        self.findings = found;
    }

    /// The rules of the packs that the settings name.
    pub fn packs(&self, common: &Common) -> Result<Vec<crate::plan::Rule>, Outcome> {
        let mut rules = Vec::new();
        for (pack, db) in &self.loaded.packs {
            rules.extend(loading::pack_rules(pack, db).map_err(|error| output::failed(common, &error))?);
        }
        Ok(rules)
    }

    /// Judges the policy by the rulebook, if nothing of the language stands in the way: its findings join the others.
    ///
    /// `Err` when that could not be done; why has been said then.
    pub fn judge(&mut self, common: &Common, counted: &Counted, show_allowed: bool) -> Result<(), Outcome> {
        let census = match &counted.census {
            None => None,
            Some(path) => Some(read_census(path).map_err(|error| output::failed(common, &error))?),
        };
        if output::errors(&self.findings) + self.elsewhere > 0 || schema(&self.loaded.db).lead.is_none() {
            return Ok(());
        }
        let mut phases = std::mem::take(&mut self.phases);
        let plan = timed(&mut phases, "the plan", || self.made(common))?;
        if let Some(problem) = census.as_ref().and_then(|census| census.problem(&plan)) {
            return Err(output::failed(common, &LoadError { message: problem, help: Some("count it anew, or take it out".to_owned()) }));
        }
        let packs = self.packs(common)?;
        let asked = Asked { census, show_allowed, packs: packs.clone(), memory: self.memory.clone(), stop: self.stop.clone() };
        let judged = timed(&mut phases, "the rulebook: rules and proofs", || judgement::judge(&self.loaded.db, &plan, &asked));
        self.phases = phases;
        let mut judged = match judged {
            Ok(judged) => judged,
            Err(unfit) => {
                let help = Some("this is a fault of nurture: please report it".to_owned());
                return Err(output::failed(common, &LoadError { message: unfit.0, help }));
            }
        };
        let all = std::mem::take(&mut judged.findings);
        let (found, rest): (Vec<Diagnostic>, Vec<Diagnostic>) = all.into_iter().partition(|finding| self.loaded.sources.asks_for(&finding.span.file));
        self.elsewhere += output::errors(&rest);
        self.findings.extend(found);
        self.findings.sort_by(Diagnostic::order);
        self.judged = Some(Judged { plan, packs, judgement: judged });
        Ok(())
    }

    /// The plan, if nothing stands in its way; else what does is said, and that `nothing` was done.
    pub fn plan(&self, common: &Common, nothing: &str) -> Result<Plan, Outcome> {
        let errors = output::errors(&self.findings) + self.elsewhere;
        if errors > 0 {
            let mut found = self.findings.clone();
            found.retain(|finding| finding.severity == Severity::Error);
            let rendered = output::findings(common, Stream::Results, &found, &self.sources());
            let outcome = output::results(&rendered, Outcome::Findings);
            if common.format().for_people() {
                let (n, verb) = if errors == 1 { ("1 error".to_owned(), "stands") } else { (format!("{errors} errors"), "stand") };
                output::message(&format!("{n} {verb} in the way: {nothing}"));
            }
            return Err(outcome);
        }
        if schema(&self.loaded.db).lead.is_none() {
            let error = LoadError { message: format!("this policy declares no `lead`: {nothing}"), help: None };
            output::failed(common, &error);
            return Err(Outcome::Findings);
        }
        self.made(common)
    }

    /// The plan of a policy in which no error was found.
    pub fn made(&self, common: &Common) -> Result<Plan, Outcome> {
        plan(&self.loaded.db).ok_or_else(|| {
            let help = Some("this is a fault of nurture: please report it".to_owned());
            output::failed(common, &LoadError { message: "no plan could be made, though no error was found".to_owned(), help })
        })
    }

    /// The paths of the policy's files.
    pub fn paths(&self) -> Vec<smol_str::SmolStr> {
        let db = &self.loaded.db;
        Workspace::get(db).files(db).iter().map(|file| file.path(db).clone()).collect()
    }

    /// The texts that findings point into.
    pub fn sources(&self) -> Sources<'_> {
        self.sources_of(&self.findings, &[])
    }

    /// The texts that these findings point into, and these files.
    pub fn sources_of(&self, findings: &[Diagnostic], files: &[smol_str::SmolStr]) -> Sources<'_> {
        let mut sources = Sources::new(&self.loaded.sources.prefix);
        let db = &self.loaded.db;
        let involved: std::collections::BTreeSet<&str> =
            findings.iter().flat_map(|found| found.labels.iter().map(|label| label.span.file.as_str())).chain(files.iter().map(|file| file.as_str())).collect();
        for file in Workspace::get(db).files(db) {
            if involved.contains(file.path(db).as_str()) {
                sources.add(file.path(db).clone(), file.text(db), line_index(db, *file));
            }
        }
        sources
    }

    /// How long each phase took, and all together: milliseconds.
    pub fn timings(&self) -> String {
        let line = |what: &str, time: Duration| format!("{:>9.1} ms  {what}\n", time.as_secs_f64() * 1e3);
        let mut text: String = self.phases.iter().map(|(phase, time)| line(phase, *time)).collect();
        text.push_str(&line("in all", self.started.elapsed()));
        text
    }

    /// Files of the policy whose text was read, with where they are.
    pub fn places(&self) -> Vec<(SourceFile, PathBuf)> {
        let db = &self.loaded.db;
        Workspace::get(db).files(db).iter().map(|file| (*file, self.loaded.sources.root.join(file.path(db).as_str()))).collect()
    }

    /// What was read and how long it took, for `--verbose`.
    pub fn account(&self) -> String {
        let db = &self.loaded.db;
        let files = Workspace::get(db).files(db);
        let bytes: usize = files.iter().map(|file| file.text(db).len()).sum();
        let folder = if self.loaded.sources.prefix.is_empty() { "." } else { self.loaded.sources.prefix.trim_end_matches('/') };
        let mut text =
            format!("{} files, {bytes} bytes, {} declarations in {folder}, {} ms\n", files.len(), self.declarations(), self.started.elapsed().as_millis());
        for file in files {
            text.push_str(&format!("  {}{}\n", self.loaded.sources.prefix, file.path(db)));
        }
        text
    }

    /// How many declarations the policy has.
    pub fn declarations(&self) -> usize {
        let db = &self.loaded.db;
        index(db).sites.values().map(Vec::len).sum()
    }

    /// How many files the policy has.
    pub fn files(&self) -> usize {
        Workspace::get(&self.loaded.db).files(&self.loaded.db).len()
    }
}
