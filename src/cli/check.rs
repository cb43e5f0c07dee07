//! `nurture check`

use clap::Args;

use super::output::{self, Stream};
use super::policy::Policy;
use super::{Common, Format, Outcome};

/// `nurture check`
#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    policy: Policy,
}

impl Check {
    pub fn run(&self, common: &Common) -> Outcome {
        let ready = match self.policy.ready(common) {
            Ok(ready) => ready,
            Err(outcome) => return outcome,
        };
        let rendered = output::findings(common, Stream::Results, &ready.findings, &ready.sources());
        let errors = output::errors(&ready.findings);
        let outcome = output::results(&rendered, if errors > 0 { Outcome::Findings } else { Outcome::Clean });
        if common.verbose {
            output::message(ready.account().trim_end());
        }
        if !common.quiet && matches!(common.format, Format::Full | Format::Concise) {
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
            output::message(&summary);
        }
        // The process ends here: taking the database apart piece by piece would cost time and help nobody.
        std::mem::forget(ready);
        outcome
    }
}
