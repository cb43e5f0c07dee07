//! `nurture fmt`: the one layout.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use rayon::prelude::*;

use super::output::{self, why_not_read};
use super::{Common, Format, Outcome};
use crate::db::load::{self, LoadError, MOST_BYTES, STDIN};
use crate::db::parallel;
use crate::format::{Formatted, Refused, format};

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
    match format(&text) {
        Ok(Formatted { text: laid_out, left }) => (if laid_out == text { Fate::Same } else { Fate::Other(text, laid_out) }, left),
        Err(Refused::Conflict(line)) => (Fate::Left(format!("a merge conflict was left in line {line}"), Outcome::Findings), Vec::new()),
        Err(Refused::Changed) => {
            let why = "its new layout would not have said the same: this is a fault of nurture, please report it with the file if you can";
            (Fate::Left(why.to_owned(), Outcome::Failed), Vec::new())
        }
    }
}

impl Fmt {
    pub fn run(&self, common: &Common) -> Outcome {
        let started = Instant::now();
        if !matches!(common.format(), Format::Full | Format::Concise | Format::Json) {
            let help = Some("`--check --format json` names the files for machines".to_owned());
            return output::failed(common, &LoadError { message: "`nurture fmt` has no such form".to_owned(), help });
        }
        if common.format() == Format::Json && self.diff {
            let help = Some("`--check --format json` names the files".to_owned());
            return output::failed(common, &LoadError { message: "a diff has no JSON form".to_owned(), help });
        }
        if self.paths.iter().any(|path| path.as_os_str() == "-") {
            return self.standard_input(common, started);
        }
        let files = match self.read() {
            Ok(files) => files,
            Err(error) => return output::failed(common, &error),
        };
        self.told(common, &files, started)
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

    fn standard_input(&self, common: &Common, started: Instant) -> Outcome {
        let mut given = Vec::new();
        let mut input = io::stdin().lock();
        let read = if self.paths.len() > 1 {
            Err(LoadError { message: "`-` (standard input) is laid out by itself".to_owned(), help: Some("name either `-` or files and folders".to_owned()) })
        } else {
            let read = (&mut input).take(MOST_BYTES + 1).read_to_end(&mut given);
            read.map(|_| ()).map_err(|error| LoadError { message: format!("cannot read standard input: {error}"), help: None })
        };
        if let Err(error) = read {
            return output::failed(common, &error);
        }
        let (fate, broken) = fate(given.clone());
        let file = File { shown: STDIN.to_owned(), path: PathBuf::new(), fate, broken };
        if self.check || self.diff || common.format() == Format::Json {
            return self.told(common, &[file], started);
        }
        file.say(common);
        match &file.fate {
            Fate::Same => output::results(&String::from_utf8_lossy(&given), Outcome::Clean),
            Fate::Other(_, text) => output::results(text, Outcome::Clean),
            // An editor that takes what comes back must not lose anything: byte by byte what came in, however long it is.
            Fate::Left(_, outcome) => {
                let mut out = io::stdout().lock();
                match out.write_all(&given).and_then(|()| io::copy(&mut input, &mut out)).and_then(|_| out.flush()) {
                    Ok(()) => *outcome,
                    Err(_) => Outcome::Failed,
                }
            }
        }
    }

    /// Writes the files, or names them, and says how many there are.
    fn told(&self, common: &Common, files: &[File], started: Instant) -> Outcome {
        // What comes from standard input is written nowhere.
        let shows = self.check || self.diff || files.iter().any(|file| file.path.as_os_str().is_empty());
        let mut counts = Counts::default();
        let mut outcome = Outcome::Clean;
        for file in files {
            file.say(common);
            counts.broken += file.broken.len();
            match &file.fate {
                Fate::Same => counts.same += 1,
                Fate::Left(_, why) => {
                    counts.left.push(&file.shown);
                    outcome = worse(outcome, *why);
                }
                Fate::Other(_, after) => match if shows { Ok(()) } else { output::replace(&file.path, after) } {
                    Ok(()) => counts.changed.push(&file.shown),
                    Err(error) => {
                        output::plainly(&error);
                        counts.left.push(&file.shown);
                        outcome = Outcome::Failed;
                    }
                },
            }
        }
        if shows && !counts.changed.is_empty() {
            outcome = worse(outcome, Outcome::Findings);
        }
        let text = match common.format() {
            Format::Json => {
                let broken: BTreeMap<&str, &[usize]> =
                    files.iter().filter(|file| !file.broken.is_empty()).map(|file| (file.shown.as_str(), file.broken.as_slice())).collect();
                let named = serde_json::json!({ "changed": counts.changed, "left": counts.left, "broken": broken, "written": !shows });
                format!("{}\n", serde_json::to_string_pretty(&named).unwrap_or_default())
            }
            _ if self.diff => files.iter().map(File::diff).collect(),
            _ if self.check => counts.changed.iter().map(|name| format!("{name}\n")).collect(),
            _ => String::new(),
        };
        outcome = output::results(&text, outcome);
        if common.verbose {
            files.iter().for_each(|file| output::message(&format!("  {}", file.shown)));
            output::message(&format!("{} files, {} ms", files.len(), started.elapsed().as_millis()));
        }
        if !common.quiet && common.format().for_people() {
            output::message(&counts.said(shows));
        }
        outcome
    }
}

/// How many files are what.
#[derive(Default)]
struct Counts<'f> {
    same: usize,
    changed: Vec<&'f String>,
    left: Vec<&'f String>,
    /// Declarations with syntax errors.
    broken: usize,
}

impl Counts<'_> {
    fn said(&self, shows: bool) -> String {
        let counted = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let files = |count: usize| counted(count, "file");
        let mut said = match (self.changed.len(), shows) {
            (0, _) => format!("{} laid out", files(self.same)),
            (others, true) => {
                let (is, are) = (if others == 1 { "is" } else { "are" }, if self.same == 1 { "is" } else { "are" });
                format!("{} {is} not laid out, {} {are}: `nurture fmt` does it", files(others), self.same)
            }
            (others, false) => format!("laid out {}; {} {} so before", files(others), self.same, if self.same == 1 { "was" } else { "were" }),
        };
        if !self.left.is_empty() {
            said.push_str(&format!("; {} left as {}", files(self.left.len()), if self.left.len() == 1 { "it is" } else { "they are" }));
        }
        if self.broken > 0 {
            said.push_str(&format!(
                "; {} with a syntax error left as {}",
                counted(self.broken, "declaration"),
                if self.broken == 1 { "it is" } else { "they are" }
            ));
        }
        said
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
        let shown = crate::diagnostics::render::clean(&self.shown);
        if let Fate::Left(why, _) = &self.fate {
            output::message(&format!("error: `{shown}` is left as it is: {why}"));
        }
        if common.quiet {
            return;
        }
        for line in &self.broken {
            output::message(&format!("{shown}:{line}: left as it is for its syntax error: `nurture check` tells what is wrong"));
        }
    }

    fn diff(&self) -> String {
        match &self.fate {
            Fate::Other(before, after) => output::unified(&self.shown, before, after),
            _ => String::new(),
        }
    }
}
