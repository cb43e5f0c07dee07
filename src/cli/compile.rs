//! `nurture compile`

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{self, Stream};
use super::policy::{Judging, Policy};
use super::{Common, Format, Outcome};
use crate::db::load::LoadError;
use crate::model::names::schema;

/// `nurture compile`
#[derive(Args)]
pub(super) struct Compile {
    #[command(flatten)]
    policy: Policy,
    #[command(flatten)]
    judging: Judging,
    /// Write the plan to this file, in one go: it is whole or untouched
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Compile {
    pub fn run(&self, common: &Common) -> Outcome {
        let mut ready = match self.policy.ready(common) {
            Ok(ready) => ready,
            Err(outcome) => return outcome,
        };
        if !self.judging.no_rules
            && let Err(outcome) = ready.judge(common, &self.judging.counted, false)
        {
            return outcome;
        }
        // The plan is the result; findings are messages.
        if !ready.findings.is_empty() && (!common.quiet || output::errors(&ready.findings) > 0) {
            let rendered = output::findings(common, Stream::Messages, &ready.findings, &ready.sources());
            let _ = output::write(Stream::Messages, &rendered);
        }
        if common.verbose {
            output::message(ready.account().trim_end());
        }
        let errors = output::errors(&ready.findings) + ready.elsewhere;
        if errors > 0 {
            if matches!(common.format, Format::Full | Format::Concise) {
                let stand = if errors == 1 { "1 error stands".to_owned() } else { format!("{errors} errors stand") };
                output::message(&format!("{stand} in the way of a plan: nothing was written"));
            }
            return Outcome::Findings;
        }
        if schema(&ready.loaded.db).lead.is_none() {
            if matches!(common.format, Format::Full | Format::Concise) {
                output::message("a plan needs a `lead`, and this policy declares none: nothing was written");
            }
            return Outcome::Findings;
        }
        let plan = match ready.judged.take() {
            Some(judged) => {
                let mut plan = judged.plan;
                plan.verdicts = judged.judgement.verdicts;
                plan
            }
            None => match ready.made(common) {
                Ok(plan) => plan,
                Err(outcome) => return outcome,
            },
        };
        let mut text = serde_json::to_string_pretty(&plan).unwrap_or_default();
        text.push('\n');
        match &self.output {
            None => output::results(&text, Outcome::Clean),
            Some(path) => match write_whole(path, &text) {
                Ok(()) => {
                    if !common.quiet {
                        output::message(&format!("wrote {}, fingerprint {}", path.display(), plan.fingerprint));
                    }
                    Outcome::Clean
                }
                Err(error) => output::failed(common, &error),
            },
        }
    }
}

/// Writes a file in one go: to a temporary file beside it, which then takes its place.
fn write_whole(path: &Path, text: &str) -> Result<(), LoadError> {
    let fail = |error: std::io::Error| LoadError { message: format!("cannot write `{}`: {}", path.display(), output::why(&error)), help: None };
    if path.extension().is_some_and(|extension| extension == "nurture" || extension == "toml") {
        return Err(LoadError {
            message: format!("`{}` looks like a part of the policy, and was not overwritten", path.display()),
            help: Some("name the plan so that it ends in `.json`".to_owned()),
        });
    }
    if path.is_dir() {
        return Err(LoadError { message: format!("cannot write `{}`: it is a folder", path.display()), help: None });
    }
    // A pipe or a device is written into: there is nothing to keep whole.
    if fs::metadata(path).is_ok_and(|data| !data.is_file()) {
        let mut file = fs::OpenOptions::new().write(true).open(path).map_err(fail)?;
        return file.write_all(text.as_bytes()).map_err(fail);
    }
    // A link stays a link: what it leads to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new().prefix(".nurture-").tempfile_in(folder).map_err(fail)?;
    file.write_all(text.as_bytes()).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    let permissions = match fs::metadata(&target) {
        Ok(known) => Some(known.permissions()),
        Err(_) => readable_by_all(),
    };
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions).map_err(fail)?;
    }
    file.persist(&target).map_err(|error| fail(error.error))?;
    Ok(())
}

/// What a new file is given: a temporary file is its owner's alone.
#[cfg(unix)]
fn readable_by_all() -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all() -> Option<fs::Permissions> {
    None
}
