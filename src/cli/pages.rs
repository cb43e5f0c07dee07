//! `nurture completions` and `nurture man`: what shells and `man` read, made from the command line itself.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::output::{self, write_whole};
use super::{Cli, Common, Outcome};
use crate::db::load::LoadError;

/// `nurture completions`
#[derive(Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub fn run(&self, _common: &Common) -> Outcome {
        let mut made = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "nurture", &mut made);
        output::results(&String::from_utf8_lossy(&made), Outcome::Clean)
    }
}

/// `nurture man`
#[derive(Args)]
pub(super) struct Man {
    /// A folder for the pages, one a command; it is made if it is not there
    folder: PathBuf,
}

impl Man {
    pub fn run(&self, common: &Common) -> Outcome {
        let cannot = |error: std::io::Error| LoadError { message: format!("cannot write `{}`: {}", self.folder.display(), output::why(&error)), help: None };
        if let Err(error) = fs::create_dir_all(&self.folder) {
            return output::failed(common, &cannot(error));
        }
        let mut command = Cli::command();
        command.build();
        let pages = command.get_subcommands().filter(|of| of.get_name() != "help").cloned().map(|of| (format!("nurture-{}", of.get_name()), of));
        let mut count = 0;
        for (name, of) in [("nurture".to_owned(), command.clone())].into_iter().chain(pages.collect::<Vec<_>>()) {
            let mut page = Vec::new();
            if let Err(error) = clap_mangen::Man::new(of).title(name.to_uppercase()).render(&mut page) {
                return output::failed(common, &cannot(error));
            }
            if let Err(error) = write_whole(&self.folder.join(format!("{name}.1")), &String::from_utf8_lossy(&page)) {
                return output::failed(common, &error);
            }
            count += 1;
        }
        if !common.quiet {
            output::message(&format!("wrote {count} pages into {}", self.folder.display()));
        }
        Outcome::Clean
    }
}
