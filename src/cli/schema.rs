//! `nurture schema`

use clap::{Args, ValueEnum};
use schemars::JsonSchema;

use super::{Common, Outcome, output};
use crate::diagnostics::render::{JsonEntry, JsonFailure};
use crate::plan::Verdict;

/// `nurture schema`
#[derive(Args)]
pub(super) struct Schema {
    /// Of what
    #[arg(value_enum, default_value_t = Of::Plan)]
    of: Of,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// What `compile` prints
    Plan,
    /// What `simulate` and `why` read
    Lead,
    /// What `check --census` reads
    Census,
    /// What `check --format json` prints
    Findings,
}

/// What `check --format json` prints. `verdicts` and `not_judged` are there when the rules were asked.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "for its schema alone")]
struct Findings {
    /// The version of this form: a change that breaks a reader raises it.
    version: u32,
    /// Why the policy was not checked, if it was not.
    error: Option<JsonFailure<'static>>,
    /// The findings, by file and place.
    diagnostics: Vec<JsonEntry<'static>>,
    /// What each program is.
    verdicts: Option<Vec<Verdict>>,
    /// Rules that lacked an input.
    not_judged: Option<Vec<Lacking>>,
}

/// A rule that lacked an input.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "for its schema alone")]
struct Lacking {
    /// The rule.
    rule: String,
    /// What it lacked.
    lacks: String,
}

impl Schema {
    pub fn run(&self, _common: &Common) -> Outcome {
        let schema = match self.of {
            Of::Plan => crate::plan::schema(),
            Of::Lead => crate::run::input::schema(),
            Of::Findings => schemars::schema_for!(Findings).to_value(),
            Of::Census => schemars::schema_for!(crate::rules::census::Census).to_value(),
        };
        let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
        text.push('\n');
        output::results(&text, Outcome::Clean)
    }
}
