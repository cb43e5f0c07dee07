//! `nurture compile`

use std::path::PathBuf;

use clap::Args;

use super::output::{self, Stream};
use super::policy::{Judging, Policy};
use super::{Common, Outcome, baseline};
use crate::model::names::schema;

/// `nurture compile`
#[derive(Args)]
pub(super) struct Compile {
    #[command(flatten)]
    policy: Policy,
    #[command(flatten)]
    judging: Judging,
    /// Make no plan either of what the baseline knows (`nurture baseline`)
    #[arg(long)]
    no_baseline: bool,
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
        // What the rulebook found and the team knows of is put off, not in the way; an error of the language leaves nothing to compile.
        let mut known = 0;
        if !self.no_baseline && ready.judged.is_some() {
            match baseline::leave_known(&mut ready) {
                Ok((count, _)) => known = count,
                Err(error) => return output::failed(common, &error),
            }
        }
        if known > 0 && !common.quiet && common.format().for_people() {
            output::message(&format!("{known} finding{} known from the baseline", if known == 1 { "" } else { "s" }));
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
            if common.format().for_people() {
                let stand = if errors == 1 { "1 error stands".to_owned() } else { format!("{errors} errors stand") };
                output::message(&format!("{stand} in the way of a plan: nothing was written"));
            }
            return Outcome::Findings;
        }
        if schema(&ready.loaded.db).lead.is_none() {
            if common.format().for_people() {
                output::message("a plan needs a `lead`, and this policy declares none: nothing was written");
            }
            return Outcome::Findings;
        }
        let plan = match ready.judged.take() {
            Some(judged) => judged.into_plan(),
            None => match ready.made(common) {
                Ok(plan) => plan,
                Err(outcome) => return outcome,
            },
        };
        let mut text = serde_json::to_string_pretty(&plan).unwrap_or_default();
        text.push('\n');
        match &self.output {
            None => output::results(&text, Outcome::Clean),
            Some(path) => match output::write_whole(path, &text) {
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
