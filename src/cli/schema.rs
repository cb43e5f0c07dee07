//! `nurture schema`

use clap::{Args, ValueEnum};

use super::{Common, Outcome, output};

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
}

impl Schema {
    pub fn run(&self, _common: &Common) -> Outcome {
        let schema = match self.of {
            Of::Plan => crate::plan::schema(),
            Of::Lead => crate::run::input::schema(),
            Of::Census => schemars::schema_for!(crate::rules::census::Census).to_value(),
        };
        let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
        text.push('\n');
        output::results(&text, Outcome::Clean)
    }
}
