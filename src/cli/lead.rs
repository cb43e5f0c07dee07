//! Which lead, from which file, over which time: what `simulate` and `why` have in common.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::output;
use super::policy::Policy;
use super::{Common, Format, Outcome};
use crate::db::load::LoadError;
use crate::diagnostics::render;
use crate::plan::Plan;
use crate::run::clock::{Zone, read_instant};
use crate::run::input::{self, Read};
use crate::run::lead::{DAY, Instant, Lead};
use crate::run::{self, clock};
use crate::text::Date;

/// A lead's file has at most so many bytes.
const MOST_BYTES: u64 = 256 << 20;

/// Which lead, and when.
#[derive(Args)]
pub(super) struct LeadArgs {
    /// The lead: a JSON or CSV file, or `-` for standard input (`nurture schema lead` prints the form)
    #[arg(long, value_name = "FILE")]
    lead: PathBuf,
    /// From when on programs run: a day or a moment [default: the first instant of the file]
    #[arg(long, value_name = "MOMENT")]
    from: Option<String>,
    /// Until when: through the end of a day, or up to a moment [default: 90 days after the last instant of the file]
    #[arg(long, value_name = "MOMENT")]
    until: Option<String>,
}

/// A lead to be played.
pub(super) struct Played {
    pub plan: Plan,
    /// The plan made ready, with all that a trace tells.
    pub policy: run::Policy,
    pub lead: Lead,
    pub zone: Arc<Zone>,
    pub from: Instant,
    pub until: Instant,
}

fn error(message: String, help: Option<&str>) -> LoadError {
    LoadError { message, help: help.map(str::to_owned) }
}

/// The plan of a policy, or one that was compiled before.
fn plan(policy: &Policy, common: &Common) -> Result<Plan, Outcome> {
    let Some(path) = policy.compiled() else {
        let ready = policy.ready(common)?;
        let plan = ready.plan(common, "nothing was played");
        std::mem::forget(ready);
        return plan;
    };
    let failed = |error: LoadError| output::failed(common, &error);
    if policy.has_as_of() {
        return Err(failed(error("a plan has its own day: `--as-of` goes with a policy".to_owned(), Some("compile the policy with `--as-of`"))));
    }
    super::plan_file::read(path).map_err(failed)
}

fn plain(why: &std::io::Error) -> String {
    match why.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        std::io::ErrorKind::InvalidData => "it is no UTF-8 text".to_owned(),
        _ => why.to_string(),
    }
}

impl LeadArgs {
    /// Reads policy and lead. What is wrong has been said then.
    pub fn played(&self, policy: &Policy, common: &Common) -> Result<Played, Outcome> {
        let failed = |error: LoadError| output::failed(common, &error);
        if policy.reads_stdin() && self.lead.as_os_str() == "-" {
            return Err(failed(error("policy and lead cannot both come from standard input".to_owned(), Some("give one of them as a file"))));
        }
        let plan = plan(policy, common)?;
        let made = run::Policy::new(&plan, &[], true).map_err(|unfit| failed(error(format!("this plan cannot be run: {}", unfit.0), None)))?;
        let name = self.lead.display().to_string();
        if common.format() == Format::Junit {
            return Err(failed(error("one lead's story has no JUnit form".to_owned(), Some("write `--format json`, or leave `--format` out"))));
        }
        let text = self.text().map_err(|why| failed(error(format!("cannot read `{name}`: {why}"), None)))?;
        let Read { lead, sorted, notes } = input::read(&text, &plan, &made).map_err(|refused| {
            let shown = if name == "-" { "<stdin>" } else { name.as_str() };
            let message = format!("{shown}:{}:{}: {}", refused.line, refused.column, refused.message);
            failed(LoadError { message, help: refused.help })
        })?;
        if sorted && !common.quiet && common.format() != Format::Json {
            output::message("what happened is not in order of time in the file: it was sorted");
        }
        if !common.quiet {
            notes.iter().for_each(|note| output::message(&render::clean(&format!("note: {note}"))));
        }
        let zone = Arc::clone(made.zone());
        let (from, until) = self.times(&lead, &zone).map_err(failed)?;
        Ok(Played { plan, policy: made, lead, zone, from, until })
    }

    fn text(&self) -> Result<String, String> {
        if self.lead.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|why| plain(&why))?;
            if bytes.len() as u64 > MOST_BYTES {
                return Err("it is too large for one lead".to_owned());
            }
            return text_of(bytes);
        }
        if std::fs::metadata(&self.lead).map_err(|why| plain(&why))?.len() > MOST_BYTES {
            return Err("it is too large for one lead".to_owned());
        }
        text_of(std::fs::read(&self.lead).map_err(|why| plain(&why))?)
    }

    fn times(&self, lead: &Lead, zone: &Zone) -> Result<(Instant, Instant), LoadError> {
        let from = match &self.from {
            Some(text) => moment(text, zone, false, "--from")?,
            None => lead.first_known().ok_or_else(|| {
                error("it is not known when to begin: the file says of nothing when it happened".to_owned(), Some("give `--from 2026-03-02`"))
            })?,
        };
        let until = match &self.until {
            Some(text) => moment(text, zone, true, "--until")?,
            None => lead.last_known().unwrap_or(from).max(from).saturating_add(90 * DAY),
        };
        if until <= from {
            let show = |at| clock::show(zone.local(at));
            return Err(error(format!("nothing can be played until {} from {}", show(until), show(from)), Some("`--until` must come after `--from`")));
        }
        Ok((from, until))
    }
}

/// Bytes as text; else the place of the first that is none.
fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|why| {
        let good = why.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(why.as_bytes().get(..good).unwrap_or(&[])).into_owned();
        let place = crate::text::LineIndex::new(&before).line_column(&before, good as u32);
        format!("line {}, column {} is no UTF-8 text; save it as UTF-8", place.line, place.column)
    })
}

/// A moment of the command line; a day is its first instant, or with `end` the first one after it.
pub(super) fn moment(text: &str, zone: &Zone, end: bool, option: &str) -> Result<Instant, LoadError> {
    let wrong = || error(format!("`{option} {text}` is no moment"), Some("write `2026-03-02`, `\"2026-03-02 09:30\"` or `2026-03-02T09:30:00Z`"));
    if let Some(date) = Date::parse(text) {
        let start = clock::day_start(date).ok_or_else(wrong)?;
        return Ok(zone.instant(if end { start + DAY } else { start }));
    }
    read_instant(text, zone).ok_or_else(wrong)
}

/// A text of a file for people: without what could harm a terminal, line by line.
pub(super) fn safe(text: &str) -> String {
    text.split('\n').map(render::clean).collect::<Vec<_>>().join("\n")
}
