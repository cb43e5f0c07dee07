//! Starts the language server of nurture in Zed.

use zed_extension_api::{self as zed, Command, Extension, LanguageServerId, Result, Worktree};

struct Nurture;

impl Extension for Nurture {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let missing = "there is no `nurture` on your PATH: install it, for example with `cargo install --path .` in its sources";
        let command = worktree.which("nurture").ok_or_else(|| missing.to_owned())?;
        Ok(Command { command, args: vec!["lsp".to_owned()], env: worktree.shell_env() })
    }
}

zed::register_extension!(Nurture);
