//! `nurture test`

use std::time::{Duration, Instant};

use clap::Args;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::output::{self, Stream};
use super::policy::{Policy, Ready};
use super::rule_examples::Examples;
use super::{Common, Format, Outcome};
use crate::db::load::LoadError;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::render::{self, JunitCase, Sources};
use crate::plan::{Plan, TestCase};
use crate::report::cases::{Written, cases, findings};
use crate::report::covered::{Told, told};
use crate::report::mutants::{self, Mutant};
use crate::run::case::{Cases, Outcome as Played};

const AFTER: &str = "Coverage counts programs, tracks, branches, touches, stages, lines of scores, exits, handoffs, and both
outcomes of each condition.

Exit status:
  0  every test passed (and --min is reached)
  1  a test failed, the policy has errors, or --min is not reached
  2  the tool could not do its job: wrong usage, a file that cannot be read or written, bad settings";

/// `nurture test`
#[derive(Args)]
#[command(after_help = AFTER)]
pub(super) struct Test {
    #[command(flatten)]
    policy: Policy,
    /// Only tests whose title holds this text, whatever its case
    #[arg(long, short, value_name = "TEXT")]
    filter: Option<String>,
    /// Say what the tests exercised, and what not
    #[arg(long)]
    coverage: bool,
    /// Fail if the tests exercise less than this percentage; says the coverage too
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min: Option<u8>,
    /// Change one condition, threshold, window, wait or connective at a time, and say which changes no test notices
    #[arg(long)]
    mutate: bool,
    /// Try at most so many changes, spread over the policy
    #[arg(long, value_name = "N", default_value_t = 1_000, requires = "mutate", value_parser = at_least_one)]
    limit: usize,
    /// Run again whenever a file changes, until interrupted
    #[arg(long)]
    watch: bool,
}

/// A percentage of the command line.
fn percent(text: &str) -> Result<u8, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse().ok().filter(|number| *number <= 100);
    number.ok_or_else(|| "write a whole number from 0 to 100".to_owned())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "write a whole number from 1".to_owned())
}

/// A test, run.
struct Ran {
    place: usize,
    time: Duration,
    findings: Vec<Diagnostic>,
}

impl Test {
    pub fn run(&self, common: &Common) -> Outcome {
        if !self.watch {
            return self.once(common);
        }
        let mut seen = self.policy.stamp();
        loop {
            let outcome = self.once(common);
            if self.policy.reads_stdin() {
                return outcome;
            }
            if !common.quiet {
                output::message("waiting for a file to change");
            }
            while self.policy.stamp() == seen {
                std::thread::sleep(Duration::from_millis(50));
            }
            seen = self.policy.stamp();
        }
    }

    fn once(&self, common: &Common) -> Outcome {
        let ready = match self.policy.ready(common) {
            Ok(ready) => ready,
            Err(outcome) => return outcome,
        };
        let plan = match ready.plan(common, "nothing was tested") {
            Ok(plan) => plan,
            Err(outcome) => return outcome,
        };
        if common.verbose {
            output::message(ready.account().trim_end());
        }
        let outcome = self.tested(common, &ready, &plan);
        // The process ends here, or begins anew: taking the database apart piece by piece would help nobody.
        std::mem::forget(ready);
        outcome.unwrap_or_else(|error| output::failed(common, &error))
    }

    /// Whether a test is asked for: by its file and its title.
    fn asked(&self, ready: &Ready, written: &Written, case: &TestCase) -> bool {
        let wanted = self.filter.as_ref().is_none_or(|text| case.title.to_lowercase().contains(&text.to_lowercase()));
        wanted && ready.loaded.sources.asks_for(&written.file)
    }

    fn tested(&self, common: &Common, ready: &Ready, plan: &Plan) -> Result<Outcome, LoadError> {
        let (all, places) = cases(&ready.loaded.db);
        let (cases, places): (Vec<TestCase>, Vec<Written>) = all.into_iter().zip(places).filter(|(case, written)| self.asked(ready, written, case)).unzip();
        if let (true, Some(text)) = (cases.is_empty(), &self.filter) {
            // Nothing was tested: a slip in a filter must not look like success.
            return Err(LoadError { message: format!("no test has `{text}` in its title"), help: None });
        }
        let tests = Cases::new(plan, &cases).map_err(unfit)?;
        let started = Instant::now();
        let ran: Vec<Ran> = {
            let _progress = super::progress::Progress::start(common, "running the tests");
            // Each thread keeps one player for all its tests.
            let one = |player: &mut crate::run::Player<'_>, place: usize| run_one(plan, &tests, &cases, &places, player, place);
            if cases.len() < 64 {
                let mut player = tests.player();
                (0..cases.len()).map(|place| one(&mut player, place)).collect()
            } else {
                (0..cases.len()).into_par_iter().map_init(|| tests.player(), one).collect()
            }
        };
        let time = started.elapsed();
        let examples = if self.filter.is_none() { Examples::tried(ready, plan) } else { Examples::none() };
        let failed = ran.iter().filter(|test| !test.findings.is_empty()).count();
        let coverage = if self.coverage || self.min.is_some() { Some(told(&ready.loaded.db, plan, &cases).map_err(unfit)?) } else { None };
        let mutants = if self.mutate && failed == 0 && !cases.is_empty() { Some(self.mutated(common, ready, plan, &cases)) } else { None };
        let mut found: Vec<Diagnostic> = ran.iter().flat_map(|test| test.findings.clone()).collect();
        found.extend(examples.findings.iter().cloned());
        let mut involved = found.clone();
        involved.extend(mutants.iter().flatten().map(Mutant::finding));
        let files = if coverage.is_some() { ready.paths() } else { places.iter().map(|written| written.file.clone()).collect() };
        let sources = ready.sources_of(&involved, &files);
        let rendered = match common.format() {
            Format::Json => json_text(&cases, &places, &ran, &examples, coverage.as_ref(), mutants.as_deref(), &sources),
            Format::Junit => {
                let mut junit = junit_cases(&cases, &places, &ran, &sources);
                junit.extend(examples.junit(&sources));
                if let (Some(min), Some(told)) = (self.min, &coverage) {
                    let failures = if told.reaches(min) { Vec::new() } else { vec![(coverage_said(min, told), told.text(&sources, usize::MAX))] };
                    junit.push(JunitCase { name: "coverage".to_owned(), class: "nurture".to_owned(), seconds: 0.0, failures });
                }
                render::junit("nurture test", &junit)
            }
            Format::Concise => render::concise(&found, &sources),
            _ => full_text(common, &cases, &ran, &sources) + &examples.text(common, &sources),
        };
        let short = self.min.zip(coverage.as_ref()).is_some_and(|(min, told)| !told.reaches(min));
        let outcome = output::results(&rendered, if !found.is_empty() || short { Outcome::Findings } else { Outcome::Clean });
        if common.format().for_people() {
            self.summary(common, &cases, &examples, failed, time, coverage.as_ref(), mutants.as_deref(), &sources);
        }
        Ok(outcome)
    }

    fn mutated(&self, common: &Common, ready: &Ready, plan: &Plan, cases: &[TestCase]) -> Vec<Mutant> {
        let progress = super::progress::Progress::start(common, "changing the policy");
        let mutants = mutants::tried(&ready.loaded.db, plan, cases, self.limit, |done, all| progress.say(format!("{done} of {all} changes tried")));
        drop(progress);
        mutants
    }

    #[allow(clippy::too_many_arguments, reason = "all that a summary tells")]
    fn summary(
        &self,
        common: &Common,
        cases: &[TestCase],
        examples: &Examples,
        failed: usize,
        time: Duration,
        coverage: Option<&Told>,
        mutants: Option<&[Mutant]>,
        sources: &Sources<'_>,
    ) {
        if let Some(told) = coverage {
            let most = if common.verbose { usize::MAX } else { 20 };
            let _ = output::write(Stream::Results, &told.text(sources, most));
        }
        if let Some(mutants) = mutants {
            let unnoticed: Vec<Diagnostic> = mutants.iter().filter(|mutant| !mutant.noticed).map(Mutant::finding).collect();
            let text = match common.format() {
                Format::Concise => render::concise(&unnoticed, sources),
                _ => render::full(&unnoticed, sources, output::color(common, Stream::Results)),
            };
            let _ = output::write(Stream::Results, &text);
        }
        if let Some((min, told)) = self.min.zip(coverage).filter(|(min, told)| !common.quiet || !told.reaches(*min)) {
            output::message(&coverage_said(min, told));
        }
        if common.quiet {
            return;
        }
        let tests = |n: usize| format!("{n} test{}", if n == 1 { "" } else { "s" });
        let head = match (cases.len(), failed) {
            (0, _) => "there are no tests: write `test \"…\" { lead { … } day 0 { … } }`".to_owned(),
            (all, 0) => format!("{} passed in {}", tests(all), shown(time)),
            (all, failed) => format!("{failed} of {} failed in {}", tests(all), shown(time)),
        };
        output::message(&head);
        match (examples.count(), examples.findings.len()) {
            (0, _) => {}
            (all, 0) => output::message(&format!("{all} examples of rules passed")),
            (all, wrong) => output::message(&format!("{wrong} of {all} examples of rules failed")),
        }
        match mutants {
            Some(mutants) => {
                let noticed = mutants.iter().filter(|mutant| mutant.noticed).count();
                output::message(&format!("{noticed} of {} changes are noticed by a test", mutants.len()));
            }
            None if self.mutate && cases.is_empty() => output::message("nothing was changed: there are no tests to notice it"),
            None if self.mutate => output::message("nothing was changed: first all tests must pass"),
            None => {}
        }
    }
}

fn coverage_said(min: u8, told: &Told) -> String {
    let (covered, all) = told.coverage.total();
    let word = if told.reaches(min) { "reaches" } else { "does not reach" };
    format!("coverage of {} {word} the {min}% asked for: {covered} of {all}", told.percent())
}

fn unfit(error: crate::run::Unfit) -> LoadError {
    LoadError { message: error.0, help: Some("this is a fault of nurture: please report it".to_owned()) }
}

fn run_one(plan: &Plan, tests: &Cases<'_>, cases: &[TestCase], places: &[Written], player: &mut crate::run::Player<'_>, place: usize) -> Ran {
    let started = Instant::now();
    let played: Option<Played> = tests.run(place, player);
    let time = started.elapsed();
    let told = cases.get(place).zip(places.get(place)).zip(played.as_ref());
    let findings = match (told, places.get(place)) {
        (Some(((case, written), played)), _) => findings(plan, case, written, played, tests.policy().zone()),
        (None, Some(written)) => vec![written.unfit()],
        (None, None) => Vec::new(),
    };
    Ran { place, time, findings }
}

/// A time for people.
fn shown(time: Duration) -> String {
    let micros = time.as_micros();
    if micros < 1_000 { format!("{micros} µs") } else { format!("{}.{} ms", micros / 1_000, micros / 100 % 10) }
}

fn full_text(common: &Common, cases: &[TestCase], ran: &[Ran], sources: &Sources<'_>) -> String {
    let color = output::color(common, Stream::Results);
    let mut out = String::new();
    for test in ran {
        let title = cases.get(test.place).map_or("", |case| case.title.as_str());
        let passed = test.findings.is_empty();
        let word = match (passed, color) {
            (true, true) => "\u{1b}[32mok\u{1b}[0m    ",
            (true, false) => "ok    ",
            (false, true) => "\u{1b}[31mfailed\u{1b}[0m",
            (false, false) => "failed",
        };
        if !common.quiet || !passed {
            out.push_str(&format!("{word}  {} ({})\n", render::clean(title), shown(test.time)));
        }
        if !passed {
            out.push('\n');
            out.push_str(&render::full(&test.findings, sources, color));
        }
    }
    out
}

#[allow(clippy::too_many_arguments, reason = "all that the document tells")]
fn json_text(
    cases: &[TestCase],
    places: &[Written],
    ran: &[Ran],
    examples: &Examples,
    coverage: Option<&Told>,
    mutants: Option<&[Mutant]>,
    sources: &Sources<'_>,
) -> String {
    let tests: Vec<Value> = ran
        .iter()
        .filter_map(|test| {
            let (case, written) = (cases.get(test.place)?, places.get(test.place)?);
            let place = sources.place(&written.file, written.name_at.start);
            Some(json!({
                "name": case.title.as_str(),
                "file": sources.shown(&written.file),
                "line": place.line,
                "column": place.column,
                "passed": test.findings.is_empty(),
                "microseconds": u64::try_from(test.time.as_micros()).unwrap_or(u64::MAX),
                "failures": render::entries(&test.findings, sources),
            }))
        })
        .collect();
    let mut document = json!({ "version": render::JSON_VERSION, "tests": tests });
    if let Some(map) = document.as_object_mut() {
        if examples.count() > 0 {
            map.insert("rule_examples".to_owned(), examples.json(sources));
        }
        if let Some(told) = coverage {
            map.insert("coverage".to_owned(), told.json(sources));
        }
        if let Some(mutants) = mutants {
            map.insert("mutants".to_owned(), Value::Array(mutants.iter().map(|mutant| mutant.json(sources)).collect()));
        }
    }
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn junit_cases(cases: &[TestCase], places: &[Written], ran: &[Ran], sources: &Sources<'_>) -> Vec<JunitCase> {
    let of = |test: &Ran| {
        let (case, written) = (cases.get(test.place)?, places.get(test.place)?);
        let failures = test.findings.iter().map(|finding| (finding.message.clone(), render::full(std::slice::from_ref(finding), sources, false)));
        Some(JunitCase { name: case.title.to_string(), class: sources.shown(&written.file), seconds: test.time.as_secs_f64(), failures: failures.collect() })
    };
    ran.iter().filter_map(of).collect()
}
