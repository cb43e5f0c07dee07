//! `nurture schema`

use clap::Args;

use super::{Common, Outcome, output};

/// `nurture schema`
#[derive(Args)]
pub(super) struct Schema {}

impl Schema {
    pub fn run(&self, _common: &Common) -> Outcome {
        let mut text = serde_json::to_string_pretty(&crate::plan::schema()).unwrap_or_default();
        text.push('\n');
        output::results(&text, Outcome::Clean)
    }
}
