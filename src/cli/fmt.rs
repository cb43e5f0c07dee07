//! `nurture fmt`: the one layout.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;
use similar::TextDiff;

use super::output::{self, why_not_read};
use super::{Common, Format, Outcome};
use crate::db::load::{self, LoadError, MOST_BYTES, STDIN};
use crate::db::parallel;
use crate::format::{Formatted, Refused, format};
use crate::text::LineIndex;

/// `nurture fmt`
#[derive(Args)]
pub(super) struct Fmt {
    /// A folder, files, or `-` to lay out standard input [default: the workspace around the current folder]
    paths: Vec<PathBuf>,
    /// Name the files that are laid out otherwise and change nothing: 1 where there is one
    #[arg(long)]
    check: bool,
    /// Show what would change, and change nothing: 1 where there is something
    #[arg(long, conflicts_with = "check")]
    diff: bool,
}

/// What became of a file.
enum Fate {
    /// It is in the one layout.
    Same,
    /// It is laid out otherwise: so it was, so it would be.
    Other(String, String),
    /// It is left as it is, because of something in it or of something around it.
    Left(String, Outcome),
}

/// A file.
struct File {
    /// As people write its path.
    shown: String,
    path: PathBuf,
    fate: Fate,
    /// The lines at which declarations with syntax errors begin.
    broken: Vec<usize>,
}

/// Lays out a text.
fn fate(bytes: Vec<u8>) -> (Fate, Vec<usize>) {
    if bytes.len() as u64 > MOST_BYTES {
        let most = MOST_BYTES >> 20;
        return (Fate::Left(format!("it is too large: a policy file has at most {most} MB"), Outcome::Failed), Vec::new());
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => return (Fate::Left("it is not UTF-8 text".to_owned(), Outcome::Failed), Vec::new()),
    };
    let lines = LineIndex::new(&text);
    match format(&text) {
        Ok(Formatted { text: laid_out, left }) => {
            let broken = left.iter().map(|at| lines.line_of(at.start) + 1).collect();
            (if laid_out == text { Fate::Same } else { Fate::Other(text, laid_out) }, broken)
        }
        Err(Refused::Conflict(at)) => (Fate::Left(format!("a merge conflict was left in line {}", lines.line_of(at.start) + 1), Outcome::Findings), Vec::new()),
        Err(Refused::Changed) => {
            let why = "its new layout would not have said the same: this is a fault of nurture, please report it with the file if you can";
            (Fate::Left(why.to_owned(), Outcome::Failed), Vec::new())
        }
    }
}

impl Fmt {
    pub fn run(&self, common: &Common) -> Outcome {
        if !matches!(common.format(), Format::Full | Format::Concise | Format::Json) {
            let help = Some("`--check --format json` names the files for machines".to_owned());
            return output::failed(common, &LoadError { message: "`nurture fmt` has no such form".to_owned(), help });
        }
        if common.format() == Format::Json && self.diff {
            let help = Some("`--check --format json` names the files".to_owned());
            return output::failed(common, &LoadError { message: "a diff has no JSON form".to_owned(), help });
        }
        if self.paths.iter().any(|path| path.as_os_str() == "-") {
            return self.standard_input(common);
        }
        let files = match self.read() {
            Ok(files) => files,
            Err(error) => return output::failed(common, &error),
        };
        self.told(common, files)
    }

    /// Reads and lays out the files that were named, from however many workspaces they are, and those of folders.
    fn read(&self) -> Result<Vec<File>, LoadError> {
        let current = std::env::current_dir().map_err(|error| LoadError { message: format!("cannot tell the current folder: {error}"), help: None })?;
        let mut found: BTreeMap<PathBuf, String> = BTreeMap::new();
        let (files, folders): (Vec<&PathBuf>, Vec<&PathBuf>) = self.paths.iter().partition(|path| current.join(path).is_file());
        for path in files {
            let shown = path.to_string_lossy().replace('\\', "/");
            if path.extension().is_none_or(|extension| extension != "nurture") {
                return Err(LoadError { message: format!("`{shown}` is no policy file"), help: Some("policy files end in `.nurture`".to_owned()) });
            }
            found.insert(current.join(path), shown);
        }
        let whole = [PathBuf::from(".")];
        let folders: Vec<&PathBuf> = if self.paths.is_empty() { whole.iter().collect() } else { folders };
        for folder in folders {
            let sources = load::find(std::slice::from_ref(folder), &current)?;
            for path in &sources.files {
                let relative = path.strip_prefix(&sources.root).unwrap_or(path).to_string_lossy().replace('\\', "/");
                if sources.asks_for(&relative) {
                    found.insert(path.clone(), format!("{}{relative}", sources.prefix));
                }
            }
        }
        parallel::start();
        let one = |(path, shown): (PathBuf, String)| {
            let (fate, broken) = match fs::read(&path) {
                Ok(bytes) => fate(bytes),
                Err(error) => (Fate::Left(why_not_read(&error), Outcome::Failed), Vec::new()),
            };
            File { shown, path, fate, broken }
        };
        let mut files: Vec<File> = found.into_par_iter().map(one).collect();
        files.sort_by(|a, b| a.shown.cmp(&b.shown));
        Ok(files)
    }

    fn standard_input(&self, common: &Common) -> Outcome {
        let mut bytes = Vec::new();
        let read = if self.paths.len() > 1 {
            Err(LoadError { message: "`-` (standard input) is laid out by itself".to_owned(), help: Some("name either `-` or files and folders".to_owned()) })
        } else {
            let read = io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes);
            read.map(|_| ()).map_err(|error| LoadError { message: format!("cannot read standard input: {error}"), help: None })
        };
        if let Err(error) = read {
            return output::failed(common, &error);
        }
        let given = bytes.clone();
        let (fate, broken) = fate(bytes);
        let file = File { shown: STDIN.to_owned(), path: PathBuf::new(), fate, broken };
        if self.check || self.diff || common.format() == Format::Json {
            return self.told(common, vec![file]);
        }
        file.say(common);
        match &file.fate {
            Fate::Same => output::results(&String::from_utf8_lossy(&given), Outcome::Clean),
            Fate::Other(_, text) => output::results(text, Outcome::Clean),
            // An editor that takes what comes back must not lose anything.
            Fate::Left(_, outcome) => output::results(&String::from_utf8_lossy(&given), *outcome),
        }
    }

    /// Writes or names the files, and says how many there are.
    fn told(&self, common: &Common, files: Vec<File>) -> Outcome {
        let shows = self.check || self.diff || common.format() == Format::Json && files.iter().all(|file| file.path.as_os_str().is_empty());
        let mut outcome = Outcome::Clean;
        let mut text = String::new();
        let mut changed = Vec::new();
        let (mut same, mut left) = (0, Vec::new());
        for file in &files {
            file.say(common);
            match &file.fate {
                Fate::Same => same += 1,
                Fate::Left(_, why) => {
                    left.push(file.shown.as_str());
                    outcome = worse(outcome, *why);
                }
                Fate::Other(before, after) => {
                    if !shows && let Err(error) = output::replace(&file.path, after) {
                        output::plainly(&error);
                        left.push(file.shown.as_str());
                        outcome = Outcome::Failed;
                        continue;
                    }
                    changed.push(file.shown.as_str());
                    if self.diff {
                        let path = file.shown.trim_start_matches('/');
                        let diff = TextDiff::from_lines(before.as_str(), after.as_str());
                        text.push_str(&diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string());
                    } else if self.check && common.format() != Format::Json {
                        text.push_str(&format!("{}\n", file.shown));
                    }
                }
            }
        }
        if shows && !changed.is_empty() {
            outcome = worse(outcome, Outcome::Findings);
        }
        if common.format() == Format::Json {
            let named = serde_json::json!({ "changed": changed, "left": left, "written": !shows });
            text = format!("{}\n", serde_json::to_string_pretty(&named).unwrap_or_default());
        }
        outcome = output::results(&text, outcome);
        if !common.quiet && common.format().for_people() {
            let files = |count: usize| format!("{count} file{}", if count == 1 { "" } else { "s" });
            let others = changed.len();
            let mut said = match (others, shows) {
                (0, _) if left.is_empty() => format!("all is laid out: {}", files(same)),
                (0, _) => format!("{} laid out", files(same)),
                (_, true) => format!("{} laid out otherwise, {same} not: `nurture fmt` writes the one layout", files(others)),
                (_, false) => format!("laid out {}; {same} {} so already", files(others), if same == 1 { "was" } else { "were" }),
            };
            if !left.is_empty() {
                said.push_str(&format!("; {} left as {}", files(left.len()), if left.len() == 1 { "it is" } else { "they are" }));
            }
            output::message(&said);
        }
        outcome
    }
}

/// The outcome of two things.
fn worse(one: Outcome, other: Outcome) -> Outcome {
    match (one, other) {
        (Outcome::Failed, _) | (_, Outcome::Failed) => Outcome::Failed,
        (Outcome::Findings, _) | (_, Outcome::Findings) => Outcome::Findings,
        _ => one,
    }
}

impl File {
    /// Says what was left as it is.
    fn say(&self, common: &Common) {
        if let Fate::Left(why, _) = &self.fate {
            output::message(&format!("error: `{}` is left as it is: {}", crate::diagnostics::render::clean(&self.shown), why));
        }
        if common.quiet {
            return;
        }
        for line in &self.broken {
            output::message(&format!(
                "{}:{line}: left as it is for its syntax error: `nurture check` tells what is wrong",
                crate::diagnostics::render::clean(&self.shown)
            ));
        }
    }
}
