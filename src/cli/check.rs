//! `nurture check`

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};

use super::output::{self, Extra, Stream, Told};
use super::policy::{Judging, Policy, Ready};
use super::{Common, Format, Outcome, baseline, diff, fix, git, verdict, watch};
use crate::db::Workspace;
use crate::db::load::LoadError;
use crate::diagnostics::{Diagnostic, Finder, Severity};
use crate::plan::Plan;
use crate::report::baseline::{Baseline, Known};
use crate::report::diff::{Side, difference};
use crate::report::judgement::rules_for;
use crate::report::plan::plan;

/// `nurture check`
#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    policy: Policy,
    #[command(flatten)]
    judging: Judging,
    /// Show also what an `allow` silences
    #[arg(long)]
    no_allow: bool,
    /// The least level that makes the exit status 1
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = Stops::Error, conflicts_with = "exit_zero")]
    error_on: Stops,
    /// End with 0 whatever is found; 2 stays for what could not be done
    #[arg(long)]
    exit_zero: bool,
    /// Show also what the baseline knows (`nurture baseline`)
    #[arg(long)]
    no_baseline: bool,
    /// End with 1 also where the baseline knows what is gone
    #[arg(long, conflicts_with_all = ["no_baseline", "exit_zero"])]
    strict: bool,
    /// Mend what is sure to be meant, and check what comes of it
    #[arg(long)]
    fix: bool,
    /// Mend also what changes the meaning, where there is one way to
    #[arg(long)]
    unsafe_fixes: bool,
    /// Show what `--fix` would change, and change nothing: 1 where there is something
    #[arg(long, conflicts_with = "fix")]
    diff: bool,
    /// Count findings by check and rule instead of showing them
    #[arg(long)]
    statistics: bool,
    /// Show only what changed since a revision of git brought: all is judged, and what was found there is left out
    #[arg(long, value_name = "REV", conflicts_with_all = ["fix", "unsafe_fixes", "diff"])]
    changed_since: Option<String>,
    /// Check again whenever a file changes, until you stop it
    #[arg(long, conflicts_with_all = ["fix", "unsafe_fixes", "diff"])]
    watch: bool,
    /// Say how long each phase took
    #[arg(long)]
    timings: bool,
}

/// The least level of a finding that stops a build.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stops {
    /// Errors alone
    Error,
    /// Warnings, too
    Warning,
    /// Whatever is found
    Advice,
}

impl Stops {
    fn stops(self, severity: Severity) -> bool {
        match severity {
            Severity::Error => true,
            Severity::Warning => self != Self::Error,
            Severity::Advice => self == Self::Advice,
        }
    }
}

/// How often each check and rule found something, the most often first.
fn statistics(common: &Common, findings: &[Diagnostic]) -> String {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    findings.iter().for_each(|found| *counts.entry((found.check.name(), found.severity.name())).or_default() += 1);
    let mut sorted: Vec<((&str, &str), usize)> = counts.into_iter().collect();
    sorted.sort_by_key(|(name, count)| (usize::MAX - count, *name));
    if common.format() == Format::Json {
        let list: Vec<serde_json::Value> =
            sorted.iter().map(|((name, severity), count)| serde_json::json!({ "name": name, "severity": severity, "count": count })).collect();
        return format!("{}\n", serde_json::to_string_pretty(&list).unwrap_or_default());
    }
    sorted.iter().map(|((name, severity), count)| format!("{count:>6}  {severity:<8} {name}\n")).collect()
}

impl Check {
    pub fn run(&self, common: &Common) -> Outcome {
        if self.statistics && !matches!(common.format(), Format::Full | Format::Concise | Format::Json) {
            let help = Some("leave out `--format`, or ask for json".to_owned());
            return output::failed(common, &LoadError { message: "statistics have no such form".to_owned(), help });
        }
        if self.watch {
            if let Some(revision) = &self.changed_since
                && let Err(error) = std::env::current_dir().map_or(Ok(None), |current| git::checkout(&current, revision, None))
            {
                return output::failed(common, &error);
            }
            return watch::watch(&self.policy, common, |ready| self.report(common, ready), |ready| self.judge(common, ready));
        }
        let mut ready = match self.policy.ready(common) {
            Ok(ready) => ready,
            Err(outcome) => return outcome,
        };
        if self.fix || self.unsafe_fixes || self.diff {
            match self.mend(common, &mut ready) {
                Ok(None) => {}
                Ok(Some(outcome)) => return outcome,
                Err(error) => return output::failed(common, &error),
            }
        }
        let outcome = self.judge(common, &mut ready).and_then(|()| self.report(common, &mut ready)).unwrap_or_else(|outcome| outcome);
        // The process ends here: taking the database apart piece by piece would cost time and help nobody.
        std::mem::forget(ready);
        outcome
    }

    /// Asks the rulebook, if it is to be asked. `Err` when that could not be done; why has been said then.
    fn judge(&self, common: &Common, ready: &mut Ready) -> Result<(), Outcome> {
        if self.judging.no_rules { Ok(()) } else { ready.judge(common, &self.judging.counted, self.no_allow) }
    }

    /// Tells what was found. `Err` when that could not be done; why has been said then.
    fn report(&self, common: &Common, ready: &mut Ready) -> Result<Outcome, Outcome> {
        let failed = |error: LoadError| output::failed(common, &error);
        let (known, gone) = self.leave_known(ready).map_err(failed)?;
        let before = self.leave_unchanged(common, ready)?;
        let judgement = ready.judged.as_ref().map(|judged| &judged.judgement);
        let settings = Workspace::get(&ready.loaded.db).settings(&ready.loaded.db);
        let rules = ready.judged.iter().flat_map(|judged| rules_for(&judged.plan, &judged.packs)).map(|rule| verdict::described(rule, settings)).collect();
        let extra = Extra { rules, judgement };
        let told = Told { diagnostics: &ready.findings, sources: &ready.sources(), error: None, extra: &extra };
        let errors = output::errors(&ready.findings);
        let stopped = (self.strict && !gone.is_empty()) || ready.findings.iter().any(|found| self.error_on.stops(found.severity));
        let mut outcome = if stopped && !self.exit_zero { Outcome::Findings } else { Outcome::Clean };
        if !told.write_files(common) {
            outcome = Outcome::Failed;
        }
        let text = if self.statistics { statistics(common, &ready.findings) } else { told.rendered(common.format(), output::color(common, Stream::Results)) };
        outcome = output::results(&text, outcome);
        if common.verbose {
            output::message(ready.account().trim_end());
        }
        for lacking in judgement.iter().flat_map(|judgement| &judgement.not_judged) {
            // A rule that does not fit the policy judges nothing: whoever chose its pack has to know.
            if common.verbose || (lacking.misfit && !common.quiet) {
                output::message(&format!("not judged: {}: {}", lacking.rule, lacking.why));
            }
        }
        if !common.quiet && common.format().for_people() {
            if let Some(said) = judgement.and_then(|judgement| verdict::summary(&judgement.verdicts)) {
                output::message(&said);
            }
            let (files, declarations) = (ready.files(), ready.declarations());
            let what = format!("{declarations} declaration{} in {files} file{}", if declarations == 1 { "" } else { "s" }, if files == 1 { "" } else { "s" });
            let mut summary = match output::counted(&ready.findings) {
                none if none.is_empty() && ready.elsewhere > 0 => format!("nothing found here: {what}"),
                none if none.is_empty() => format!("all is well: {what}"),
                some => format!("{some}: {what}"),
            };
            if ready.elsewhere > 0 {
                let n = ready.elsewhere;
                summary.push_str(&format!("; {n} error{} in files that were not asked for", if n == 1 { "" } else { "s" }));
            }
            if let (Some(revision), 1..) = (&self.changed_since, before) {
                summary.push_str(&format!("; {before} found at {revision} already"));
            }
            if known > 0 {
                summary.push_str(&format!("; {known} known from the baseline"));
            }
            if errors > 0 && judgement.is_none() && !self.judging.no_rules {
                summary.push_str("; the rules were not asked: mend the errors first");
            }
            output::message(&summary);
            if !gone.is_empty() {
                let count: usize = gone.iter().map(|known| known.count).sum();
                output::message(&format!("{count} of the baseline {} gone: `nurture baseline prune` takes out what is", if count == 1 { "is" } else { "are" }));
            }
        }
        if self.timings {
            output::message(ready.timings().trim_end_matches('\n'));
        }
        Ok(outcome)
    }

    /// Takes out of the findings those that a revision of git has too: how many that are.
    fn leave_unchanged(&self, common: &Common, ready: &mut Ready) -> Result<usize, Outcome> {
        let Some(revision) = &self.changed_since else { return Ok(0) };
        let failed = |error: LoadError| output::failed(common, &error);
        if ready.loaded.sources.stdin.is_some() || self.policy.reads_stdin() {
            return Err(failed(LoadError { message: "what comes from standard input has no revisions".to_owned(), help: None }));
        }
        // Where there was no policy yet, all is new.
        let Some(checkout) = git::checkout(&ready.loaded.sources.root, revision, None).map_err(failed)? else { return Ok(0) };
        let mut old = Policy::of(vec![checkout.path.clone()], self.policy.as_of()).ready(common)?;
        self.judge(common, &mut old)?;
        if old.judged.is_none() && !self.judging.no_rules && !common.quiet && common.format().for_people() {
            output::message(&format!("at {revision} the policy had errors of the language: what rules find counts as new"));
        }
        let compared = Baseline::of(&old.findings).compare(&ready.findings);
        ready.findings = compared.new;
        std::mem::forget(old);
        Ok(compared.known)
    }

    /// Takes out of the findings what the baseline knows: how many that are, and what it knows and is gone.
    fn leave_known(&self, ready: &mut Ready) -> Result<(usize, Vec<Known>), LoadError> {
        if self.no_baseline { Ok((0, Vec::new())) } else { baseline::leave_known(ready) }
    }

    /// Mends the policy, or shows what that would change: then the outcome is known.
    fn mend(&self, common: &Common, ready: &mut Ready) -> Result<Option<Outcome>, LoadError> {
        if self.policy.reads_stdin() && !self.diff {
            let help = Some("`--diff` shows what would change".to_owned());
            return Err(LoadError { message: "what comes from standard input has no file that could be mended".to_owned(), help });
        }
        let before = whole(ready);
        let mended = fix::mend(ready, self.unsafe_fixes, |ready| {
            ready.look_again();
            let quiet = Common { quiet: true, ..common.clone() };
            let _ = self.judge(&quiet, ready);
            ready.judged.as_ref().map_or_else(Vec::new, |_| ready.findings.iter().filter(|found| matches!(found.check, Finder::Rule(_))).cloned().collect())
        });
        ready.look_again();
        // What was whole before and is now can be compared: what the mends change for leads is proved, not supposed.
        if mended.fixes > 0
            && !common.quiet
            && common.format().for_people()
            && let (Some(old), Some(new)) = (before, whole(ready))
            && let Ok(found) = difference(&Side { plan: old, settled: None }, &Side { plan: new, settled: None })
        {
            output::message(&format!("what this changes for leads:\n{}", diff::told(&found)));
        }
        if self.diff {
            let outcome = if mended.fixes > 0 { Outcome::Findings } else { Outcome::Clean };
            return Ok(Some(output::results(&mended.diff(&ready.loaded.sources.prefix), outcome)));
        }
        mended.write(ready)?;
        if !common.quiet && common.format().for_people() {
            let files = mended.files.len();
            if mended.fixes > 0 {
                output::message(&format!("made {} in {}", counted(mended.fixes, "fix", "fixes"), counted(files, "file", "files")));
            }
            if mended.left > 0 {
                let more = counted(mended.left, "finding", "findings");
                output::message(&if self.unsafe_fixes {
                    format!("{more} can be mended in several ways: choose by hand")
                } else {
                    format!("{more} could be mended in a way that may change what is meant: `--unsafe-fixes`, or by hand")
                });
            }
        }
        Ok(None)
    }
}

/// The plan of a policy without errors.
fn whole(ready: &Ready) -> Option<Plan> {
    (output::errors(&ready.findings) + ready.elsewhere == 0).then(|| plan(&ready.loaded.db)).flatten()
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
