//! `nurture lsp`

use clap::Args;

use super::{Outcome, output};

const AFTER: &str = "Editors start it: it speaks the Language Server Protocol over standard input and output.
`editors/` in the sources has what each editor needs.";

/// `nurture lsp`
#[derive(Args)]
#[command(after_help = AFTER)]
pub(super) struct Lsp {
    /// What some editors say when they start a server; it is how this one speaks anyway
    #[arg(long)]
    stdio: bool,
}

impl Lsp {
    pub fn run(&self) -> Outcome {
        // Whether it was said changes nothing.
        let _ = self.stdio;
        match crate::lsp::serve() {
            Ok(true) => Outcome::Clean,
            // The editor went away without a word.
            Ok(false) => Outcome::Findings,
            Err(why) => {
                output::message(&format!("error: {why}"));
                Outcome::Failed
            }
        }
    }
}
