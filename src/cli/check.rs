//! `nurture check`

use clap::Args;

use super::output::{self, Stream};
use super::policy::{Judging, Policy};
use super::{Common, Format, Outcome, verdict};

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
}

impl Check {
    pub fn run(&self, common: &Common) -> Outcome {
        let mut ready = match self.policy.ready(common) {
            Ok(ready) => ready,
            Err(outcome) => return outcome,
        };
        if !self.judging.no_rules
            && let Err(outcome) = ready.judge(common, &self.judging.counted, self.no_allow)
        {
            return outcome;
        }
        let judgement = ready.judged.as_ref().map(|judged| &judged.judgement);
        let mut rendered = output::findings(common, Stream::Results, &ready.findings, &ready.sources());
        if common.format == Format::Json {
            rendered = verdict::with_verdicts(&rendered, judgement);
        }
        let errors = output::errors(&ready.findings);
        let outcome = output::results(&rendered, if errors > 0 { Outcome::Findings } else { Outcome::Clean });
        if common.verbose {
            output::message(ready.account().trim_end());
        }
        for lacking in judgement.iter().flat_map(|judgement| &judgement.not_judged) {
            // A rule that does not fit the policy judges nothing: whoever chose its pack has to know.
            if common.verbose || (lacking.misfit && !common.quiet) {
                output::message(&format!("not judged: {}: {}", lacking.rule, lacking.why));
            }
        }
        if !common.quiet && matches!(common.format, Format::Full | Format::Concise) {
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
            if errors > 0 && judgement.is_none() && !self.judging.no_rules {
                summary.push_str("; the rules were not asked: mend the errors first");
            }
            output::message(&summary);
        }
        // The process ends here: taking the database apart piece by piece would cost time and help nobody.
        std::mem::forget(ready);
        outcome
    }
}
