//! `nurture new`

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Common, Outcome, output};
use crate::db::load::LoadError;

/// `nurture new`
#[derive(Args)]
pub(super) struct New {
    /// The folder to make
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// The files of a new policy.
const FILES: [(&str, &str); 6] = [
    ("nurture.toml", include_str!("template/nurture.toml")),
    ("lead.nurture", include_str!("template/lead.nurture")),
    ("journey.nurture", include_str!("template/journey.nurture")),
    ("content.nurture", include_str!("template/content.nurture")),
    ("program.nurture", include_str!("template/program.nurture")),
    ("tests.nurture", include_str!("template/tests.nurture")),
];

impl New {
    pub fn run(&self, common: &Common) -> Outcome {
        match self.write() {
            Ok(()) => {
                if !common.quiet {
                    let folder = self.folder.display();
                    output::message(&format!("a policy begins in {folder}: read lead.nurture first\n  next: nurture check {folder}"));
                }
                Outcome::Clean
            }
            Err(error) => output::failed(common, &error),
        }
    }

    /// Writes all files beside the folder first, so that it is there whole or not at all.
    fn write(&self) -> Result<(), LoadError> {
        let folder = &self.folder;
        let fail = |error: std::io::Error| LoadError { message: format!("cannot make `{}`: {}", folder.display(), output::why(&error)), help: None };
        let taken = fs::symlink_metadata(folder).is_ok();
        let empty = folder.is_dir() && fs::read_dir(folder).map_err(fail)?.next().is_none();
        if taken && !empty {
            return Err(LoadError {
                message: format!("`{}` is there already, and nothing was changed", folder.display()),
                help: Some("name a folder that is new or empty".to_owned()),
            });
        }
        let parent = match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(fail)?;
        let staged = tempfile::Builder::new().prefix(".nurture-").tempdir_in(parent).map_err(fail)?;
        let inner = staged.path().join("policy");
        fs::create_dir(&inner).map_err(fail)?;
        for (name, text) in FILES {
            fs::write(inner.join(name), text).map_err(fail)?;
        }
        if empty {
            // The folder itself may be a mount or a link: its files are moved in one by one.
            for (name, _) in FILES {
                fs::rename(inner.join(name), folder.join(name)).map_err(fail)?;
            }
            return Ok(());
        }
        fs::rename(&inner, folder).map_err(fail)
    }
}
