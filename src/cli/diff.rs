//! `nurture diff`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output;
use super::policy::{Counted, Policy, Ready};
use super::{Common, Format, Outcome, git, plan_file};
use crate::db::Workspace;
use crate::db::load::{self, LoadError};
use crate::report::diff::{Change, Class, Difference, Settled, Side, difference};

const EXAMPLES: &str = "Examples:
  nurture diff git:main                        what the work tree changes, compared with the branch main
  nurture diff git:main --fail-on widens-reach
  nurture diff git:v1.2 git:v1.3 --format markdown
  nurture diff old/ new/                       two folders
  nurture diff plan.json .                     a plan that runs somewhere, and the policy

Exit status:
  0  compared      1  a change of a class that `--fail-on` names      2  could not be compared";

/// `nurture diff`
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Diff {
    /// How it was: a folder, a file, a plan (.json), git:REVISION, or git:REVISION:PATH for a policy that has moved
    old: String,
    /// How it is [default: the workspace around the current folder]
    new: Option<String>,
    /// End with 1 where a change is of this class; several are parted by commas
    #[arg(long, value_name = "CLASS", value_enum, value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    /// Leave out changes that are safe
    #[arg(long)]
    no_safe: bool,
    /// The day that "today" means, such as 2026-11-01 [default: `as_of` of nurture.toml]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

/// A class of changes that fails.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Somebody may hear from us who did not, or more than before
    WidensReach,
    /// A limit, a consent or a rule holds back less than before
    WeakensLimits,
    /// Whoever runs the plan, or fills it with data, has to change something
    BreaksConsumers,
    /// Any change
    Any,
}

impl FailOn {
    fn fails(self, change: &Change) -> bool {
        let class = change.class;
        match self {
            Self::WidensReach => change.widens_reach,
            Self::WeakensLimits => class == Class::WeakensLimits,
            Self::BreaksConsumers => class == Class::BreaksConsumers,
            Self::Any => true,
        }
    }
}

/// What a side is read from.
enum Place<'a> {
    Plan(&'a Path),
    /// A revision, and where the policy was in it if that is said.
    Git(&'a str, Option<&'a str>),
    Paths(PathBuf),
}

fn place(text: &str) -> Place<'_> {
    let path = Path::new(text);
    match text.strip_prefix("git:") {
        // `:/words` is a revision too.
        Some(revision) => match revision.split_once(':').filter(|(revision, _)| !revision.is_empty()) {
            Some((revision, path)) => Place::Git(revision, Some(path)),
            None => Place::Git(revision, None),
        },
        None if path.extension().is_some_and(|extension| extension == "json") => Place::Plan(path),
        None => Place::Paths(path.to_owned()),
    }
}

/// The folder of the workspace around a path, or the path's own.
fn workspace(path: &Path) -> Result<PathBuf, LoadError> {
    // What comes from standard input is in no folder.
    let path = if path.as_os_str() == "-" { Path::new(".") } else { path };
    let current = std::env::current_dir().map_err(|error| LoadError { message: format!("cannot tell the current folder: {error}"), help: None })?;
    let full = std::fs::canonicalize(current.join(path))
        .map_err(|error| LoadError { message: format!("cannot read `{}`: {}", path.display(), output::why_not_read(&error)), help: None })?;
    let folder = if full.is_dir() { full.as_path() } else { full.parent().unwrap_or(&full) };
    Ok(folder.ancestors().find(|folder| folder.join(load::SETTINGS).is_file()).unwrap_or(folder).to_owned())
}

impl Diff {
    pub fn run(&self, common: &Common) -> Outcome {
        if let Some(outcome) = output::no_junit(common, "diff") {
            return outcome;
        }
        let new = self.new.as_deref().unwrap_or(".");
        let around = match (place(&self.old), place(new)) {
            (Place::Paths(path), _) | (_, Place::Paths(path)) => workspace(&path),
            _ => workspace(Path::new(".")),
        };
        let sides = around
            .map_err(|error| output::failed(common, &error))
            .and_then(|around| Ok((self.side(common, &self.old, &around)?, self.side(common, new, &around)?)));
        let (old, new) = match sides {
            Ok(sides) => sides,
            Err(outcome) => return outcome,
        };
        let mut found = match difference(&old, &new) {
            Ok(found) => found,
            Err(unfit) => return output::failed(common, &LoadError { message: unfit.0, help: None }),
        };
        let failing = found.changes.iter().filter(|change| self.fail_on.iter().any(|class| class.fails(change))).count();
        let reached = (found.newly_reached.is_some() || found.reach_open.is_some()) && self.fail_on.contains(&FailOn::WidensReach);
        let safe = found.changes.iter().filter(|change| change.class == Class::Safe).count();
        if self.no_safe {
            found.changes.retain(|change| change.class != Class::Safe);
        }
        let outcome = if failing > 0 || reached { Outcome::Findings } else { Outcome::Clean };
        let text = match common.format() {
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&found).unwrap_or_default()),
            Format::Concise => {
                let reach = reach(&found).map_or(String::new(), |reach| format!("{}\n", clean(&reach)));
                found.changes.iter().map(concise).fold(reach, |text, line| text + &line)
            }
            Format::Markdown => page(&found),
            _ => text(&found),
        };
        let outcome = output::results(&text, outcome);
        if !common.quiet && common.format().for_people() {
            output::message(&summary(&found, safe));
            if failing > 0 {
                output::message(&format!("{failing} {} not let pass: `--fail-on`", if failing == 1 { "change is" } else { "changes are" }));
            } else if reached {
                output::message("somebody is newly reached, or that is not proved: `--fail-on`");
            }
            if old.settled.is_none() || new.settled.is_none() {
                output::message("a plan has no levels, thresholds and packs: they were not compared");
            }
        }
        outcome
    }

    /// Reads one side. What is wrong has been said then.
    fn side(&self, common: &Common, written: &str, around: &Path) -> Result<Side, Outcome> {
        let failed = |error: LoadError| output::failed(common, &error);
        match place(written) {
            Place::Plan(path) => Ok(Side { plan: plan_file::read(path).map_err(failed)?, settled: None }),
            Place::Git(revision, path) => {
                if revision.is_empty() {
                    return Err(failed(LoadError { message: "`git:` names no revision".to_owned(), help: Some("write `git:main`, say".to_owned()) }));
                }
                let missing = || match path {
                    Some(path) => LoadError {
                        message: format!("revision `{revision}` has no policy at `{path}`"),
                        help: Some("the path is from the top of the repository".to_owned()),
                    },
                    None => LoadError {
                        message: format!("at revision `{revision}` this policy was not there yet"),
                        help: Some(format!("if it was elsewhere then, say where: `git:{revision}:PATH`, from the top of the repository")),
                    },
                };
                let checkout = git::checkout(around, revision, path).and_then(|found| found.ok_or_else(missing)).map_err(failed)?;
                let ready = self.ready(common, checkout.path.clone())?;
                self.judged(common, ready, written)
            }
            Place::Paths(path) => {
                let ready = self.ready(common, path)?;
                self.judged(common, ready, written)
            }
        }
    }

    fn ready(&self, common: &Common, path: PathBuf) -> Result<Ready, Outcome> {
        Policy::of(vec![path], self.as_of.clone()).ready(common)
    }

    /// The plan with its verdicts. Errors of the rulebook hinder nothing here: `check` tells them.
    fn judged(&self, common: &Common, mut ready: Ready, written: &str) -> Result<Side, Outcome> {
        let errors = output::errors(&ready.findings) + ready.elsewhere;
        if errors > 0 && !matches!(place(written), Place::Git(..)) {
            return Err(ready.plan(common, "nothing was compared").err().map_or(Outcome::Failed, |_| Outcome::Failed));
        }
        if errors > 0 {
            let message = format!("the policy `{written}` has {errors} error{}: nothing was compared", if errors == 1 { "" } else { "s" });
            let help = Some("`nurture check` tells what is wrong".to_owned());
            return Err(output::failed(common, &LoadError { message, help }));
        }
        ready.judge(common, &Counted::default(), false)?;
        let settings = Workspace::get(&ready.loaded.db).settings(&ready.loaded.db);
        let level = |level: &Option<crate::diagnostics::Severity>| level.map_or("off", crate::diagnostics::Severity::name).to_owned();
        let mut levels: BTreeMap<String, String> = settings.levels.iter().map(|(name, of)| (name.to_string(), level(of))).collect();
        levels.extend(settings.path_levels.iter().flat_map(|(path, own)| own.iter().map(move |(name, of)| (format!("{name} in {path}"), level(of)))));
        let thresholds = settings.thresholds.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let mut packs: BTreeMap<String, String> =
            settings.words.iter().map(|(language, words)| (format!("words of language {language}"), format!("{words:?}"))).collect();
        let told = |rule: &crate::plan::Rule| (format!("rule {} of a pack", rule.name), rule.fingerprint.to_string());
        packs.extend(ready.judged.iter().flat_map(|judged| &judged.packs).map(told));
        let settled = Some(Settled { levels, thresholds, packs });
        let plan = match ready.judged.take() {
            Some(judged) => judged.into_plan(),
            None => ready.plan(common, "nothing was compared")?,
        };
        std::mem::forget(ready);
        Ok(Side { plan, settled })
    }
}

fn clean(text: &str) -> String {
    crate::diagnostics::render::clean(text).into_owned()
}

fn concise(change: &Change) -> String {
    let shown = change.newly_in.as_ref().map(|who| format!("; newly in: {}", who.who));
    let shown = shown.or_else(|| change.newly_out.as_ref().map(|who| format!("; newly out: {}", who.who)));
    format!("{}: {}: {}{}\n", change.class.name(), clean(&change.item), clean(&change.message), clean(&shown.unwrap_or_default()))
}

/// So many of what follows from a change are told; JSON has all.
const MOST_FOLLOWING: usize = 4;

/// The lines below a change: what it was, what it is, who shows it.
fn lines(change: &Change) -> Vec<(&'static str, String)> {
    let mut lines: Vec<(&'static str, String)> = Vec::new();
    lines.extend(change.before.iter().map(|text| ("was", text.clone())));
    lines.extend(change.after.iter().map(|text| ("is", text.clone())));
    lines.extend(change.newly_in.iter().map(|who| ("newly in", format!("for example {}", who.who))));
    lines.extend(change.newly_out.iter().map(|who| ("newly out", format!("for example {}", who.who))));
    lines.extend(change.open.iter().map(|why| ("not proved", why.clone())));
    lines.extend(change.follows.iter().take(MOST_FOLLOWING).map(|text| ("so", text.clone())));
    match change.follows.len().saturating_sub(MOST_FOLLOWING) {
        0 => {}
        more => lines.push(("", format!("and {more} more follow{} from it: `--format json` lists them", if more == 1 { "s" } else { "" }))),
    }
    lines
}

fn reach(found: &Difference) -> Option<String> {
    match (&found.newly_reached, &found.reach_open) {
        (Some(who), _) => Some(format!("newly reached, by any message at all: for example {}", who.who)),
        (None, Some(why)) => Some(format!("whether anybody is newly reached is not proved: {why}")),
        (None, None) if found.same || found.changes.is_empty() => None,
        // What limits, draws, days and state hold back is told change by change.
        (None, None) if found.changes.iter().any(|change| change.widens_reach || change.class == Class::WeakensLimits) => None,
        (None, None) => Some("nobody is newly let in by audiences and conditions: proved".to_owned()),
    }
}

/// What changes for leads, for messages.
pub(super) fn told(found: &Difference) -> String {
    let text = text(found);
    if text.is_empty() { "nothing".to_owned() } else { text.trim_end().to_owned() }
}

fn text(found: &Difference) -> String {
    let mut out = String::new();
    if let Some(reach) = reach(found) {
        out.push_str(&format!("{}\n", clean(&reach)));
    }
    for class in Class::ALL {
        let mut changes = found.changes.iter().filter(|change| change.class == class).peekable();
        if changes.peek().is_some() {
            out.push_str(&format!("\n{}\n", class.words()));
        }
        for change in changes {
            let place = change.source.as_ref().map_or(String::new(), |source| format!("  ({}:{})", clean(&source.file), source.line));
            out.push_str(&format!("  {}: {}{place}\n", clean(&change.item), clean(&change.message)));
            for (word, line) in lines(change) {
                out.push_str(&format!("    {word:<10} {}\n", clean(&line)));
            }
        }
    }
    out.trim_start_matches('\n').to_owned()
}

fn page(found: &Difference) -> String {
    let mut out = String::from("## What changes for leads\n\n");
    if found.changes.is_empty() {
        out.push_str(if found.same { "Nothing: both mean the same.\n" } else { "Nothing that is told.\n" });
        return out;
    }
    if let Some(reach) = reach(found) {
        out.push_str(&format!("{}.\n\n", inline(&capital(&reach))));
    }
    for class in Class::ALL {
        let mut changes = found.changes.iter().filter(|change| change.class == class).peekable();
        if changes.peek().is_some() {
            out.push_str(&format!("### {}\n\n", capital(class.words())));
        }
        let mut any = false;
        for change in changes {
            any = true;
            out.push_str(&format!("- **{}** {}\n", inline(&change.item), inline(&change.message)));
            for (word, line) in lines(change) {
                let line = if matches!(word, "was" | "is") { code(&line) } else { inline(&line) };
                out.push_str(&format!("  - {word}: {line}\n"));
            }
        }
        if any {
            out.push('\n');
        }
    }
    format!("{}\n", out.trim_end())
}

/// Text in which nothing begins a link, a tag or an emphasis.
fn inline(text: &str) -> String {
    let mut out = String::new();
    for c in clean(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text as code.
fn code(text: &str) -> String {
    let text = clean(text);
    if text.contains('`') { inline(&text) } else { format!("`{text}`") }
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

fn summary(found: &Difference, safe: usize) -> String {
    let count = |class: Class| found.changes.iter().filter(|change| change.class == class).count();
    let mut parts = Vec::new();
    for (class, one, many) in [
        (Class::WeakensLimits, "1 change weakens a limit or consent", "changes weaken limits or consent"),
        (Class::WidensReach, "1 widens reach", "widen reach"),
        (Class::BreaksConsumers, "1 breaks consumers of the plan", "break consumers of the plan"),
    ] {
        match count(class) {
            0 => {}
            1 => parts.push(one.to_owned()),
            many_of => parts.push(format!("{many_of} {many}")),
        }
    }
    match safe {
        0 => {}
        1 => parts.push("1 is safe".to_owned()),
        safe => parts.push(format!("{safe} are safe")),
    }
    match (parts.is_empty(), found.same) {
        (true, true) => "nothing changes: both mean the same".to_owned(),
        (true, false) => "nothing changes for leads".to_owned(),
        (false, _) => parts.join(", "),
    }
}
