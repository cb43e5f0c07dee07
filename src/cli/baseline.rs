//! `nurture baseline`: what a team knows of and has not mended yet.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::{self, Extra, Stream, Told, write_whole};
use super::policy::{Counted, Policy, Ready};
use super::{Common, Outcome};
use crate::db::load::LoadError;
use crate::report::baseline::{Baseline, Compared, FILE, Known};

/// `nurture baseline`
#[derive(Args)]
pub(super) struct BaselineCommand {
    /// What to do
    #[arg(value_enum)]
    action: Action,
    #[command(flatten)]
    policy: Policy,
    #[command(flatten)]
    counted: Counted,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Action {
    /// Write down all findings of today: only where there is no baseline yet, as it may only shrink
    Write,
    /// Show what the baseline does not know, and what it knows and is gone: 1 where there is either
    Check,
    /// Take out what is gone
    Prune,
}

/// Takes out of the findings what the baseline of their workspace knows: how many that are, and what it knows and is gone.
pub(super) fn leave_known(ready: &mut Ready) -> Result<(usize, Vec<Known>), LoadError> {
    let sources = &ready.loaded.sources;
    if sources.stdin.is_some() {
        return Ok((0, Vec::new()));
    }
    let Some(baseline) = of(&sources.root)? else { return Ok((0, Vec::new())) };
    let compared = baseline.compare(&ready.findings);
    // What nobody looked for is not gone.
    let looked = sources.asked.is_empty() && ready.judged.is_some();
    ready.findings = compared.new;
    Ok((compared.known, if looked { compared.gone } else { Vec::new() }))
}

/// The baseline of a workspace, if there is one.
pub(super) fn of(root: &Path) -> Result<Option<Baseline>, LoadError> {
    let path = root.join(FILE);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(LoadError { message: format!("cannot read `{}`: {}", path.display(), output::why_not_read(&error)), help: None }),
    };
    let broken = |what: String| LoadError {
        message: format!("`{FILE}` is no baseline: {what}"),
        help: Some("take it back from version control; or remove it, and begin anew with `nurture baseline write`".to_owned()),
    };
    let text = String::from_utf8(bytes).map_err(|_| broken("it is not UTF-8 text".to_owned()))?;
    Baseline::read(&text).map(Some).map_err(broken)
}

/// What is gone, a line each.
pub(super) fn gone(known: &[Known]) -> String {
    known
        .iter()
        .map(|known| {
            let times = if known.count > 1 { format!(" ({} times)", known.count) } else { String::new() };
            format!("gone: {} {}{times}\n", known.name, crate::diagnostics::render::clean(&known.message))
        })
        .collect()
}

impl BaselineCommand {
    pub fn run(&self, common: &Common) -> Outcome {
        if self.policy.reads_stdin() {
            let error = LoadError { message: "a baseline belongs to a folder, and this policy comes from standard input".to_owned(), help: None };
            return output::failed(common, &error);
        }
        let mut ready = match self.policy.ready(common) {
            Ok(ready) => ready,
            Err(outcome) => return outcome,
        };
        if let Err(outcome) = ready.judge(common, &self.counted, false) {
            return outcome;
        }
        if ready.judged.is_none() {
            return ready.plan(common, "without a judgement there is no baseline").err().unwrap_or(Outcome::Failed);
        }
        match self.act(common, &ready) {
            Ok(outcome) => outcome,
            Err(error) => output::failed(common, &error),
        }
    }

    fn act(&self, common: &Common, ready: &Ready) -> Result<Outcome, LoadError> {
        let sources = &ready.loaded.sources;
        let path: PathBuf = sources.root.join(FILE);
        let known = of(&sources.root)?;
        if !sources.asked.is_empty() && self.action != Action::Check {
            let help = Some("leave out the paths, or give the folder of its `nurture.toml`".to_owned());
            return Err(LoadError { message: "a baseline is of the whole policy, and only a part was asked for".to_owned(), help });
        }
        let said = |text: &str| {
            if !common.quiet {
                output::message(text);
            }
        };
        match (self.action, known) {
            (Action::Write, Some(_)) => {
                let help = Some("`nurture baseline prune` takes out what is gone; to begin anew, remove the file".to_owned());
                Err(LoadError { message: format!("there is a baseline already, and it may only shrink: `{}{FILE}`", sources.prefix), help })
            }
            (Action::Write, None) => {
                let made = Baseline::of(&ready.findings);
                write_whole(&path, &made.text())?;
                said(&format!("wrote {} findings to {}{FILE}", made.len(), sources.prefix));
                Ok(Outcome::Clean)
            }
            (_, None) => {
                let help = Some("`nurture baseline write` begins one".to_owned());
                Err(LoadError { message: format!("there is no baseline: `{}{FILE}`", sources.prefix), help })
            }
            (Action::Check, Some(known)) => {
                let Compared { new, known, gone: left } = known.compare(&ready.findings);
                // Of a part of the policy nobody can say what is gone.
                let left = if sources.asked.is_empty() { left } else { Vec::new() };
                let told = Told { diagnostics: &new, sources: &ready.sources(), error: None, extra: &Extra::default() };
                let outcome = if new.is_empty() && left.is_empty() { Outcome::Clean } else { Outcome::Findings };
                let mut text = told.rendered(common.format(), output::color(common, Stream::Results));
                if common.format().for_people() {
                    text.push_str(&gone(&left));
                }
                let outcome = output::results(&text, outcome);
                let count: usize = left.iter().map(|known| known.count).sum();
                said(&format!("{} new, {known} known, {count} gone", new.len()));
                Ok(outcome)
            }
            (Action::Prune, Some(known)) => {
                let left = known.compare(&ready.findings).gone;
                let count: usize = left.iter().map(|known| known.count).sum();
                let kept = known.without(&left);
                if count == 0 {
                    said("nothing is gone: the baseline stays as it is");
                } else if kept.is_empty() {
                    std::fs::remove_file(&path)
                        .map_err(|error| LoadError { message: format!("cannot remove `{}`: {}", path.display(), output::why(&error)), help: None })?;
                    said("all of it is gone: the baseline was removed");
                } else {
                    write_whole(&path, &kept.text())?;
                    said(&format!("took out {count}, {} stay", kept.len()));
                }
                Ok(Outcome::Clean)
            }
        }
    }
}
