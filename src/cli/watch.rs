//! `nurture check --watch`: checks again after each save. Only what an edit can change is looked at again: the language by the
//! queries that read the changed text, the rulebook by the proofs that it touches.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use salsa::Setter as _;

use super::output::{self, Stream};
use super::policy::{Policy, Ready};
use super::{Common, Outcome};
use crate::db::{SourceFile, Workspace};
use crate::proof::{Memory, Stop, Stopped};

/// How often files are looked at.
const PAUSE: Duration = Duration::from_millis(20);
/// How often it is looked for files that came or went: every so many times.
const SEARCH: usize = 10;
/// A rulebook that takes longer than this is told of after the language, not with it.
const AT_ONCE: Duration = Duration::from_millis(60);

/// When a file was written, and how long it is.
type Stamp = (Option<SystemTime>, u64);

fn stamp(path: &PathBuf) -> Stamp {
    let data: Option<Metadata> = fs::metadata(path).ok();
    (data.as_ref().and_then(|data| data.modified().ok()), data.map_or(0, |data| data.len()))
}

/// A policy that is watched.
struct Watched {
    ready: Ready,
    /// Its files, and when they were written when they were read.
    files: Vec<(SourceFile, PathBuf, Stamp)>,
    /// Settings, and files of text: when one of them changes, all is read again.
    others: Vec<(PathBuf, Stamp)>,
    /// Which files there were.
    all: Vec<PathBuf>,
}

/// What happened to files.
enum Changed {
    Nothing,
    /// These have another text.
    Texts(Vec<(SourceFile, String)>),
    /// More than that.
    All,
}

impl Watched {
    fn new(policy: &Policy, common: &Common, memory: &Memory) -> Result<Self, Outcome> {
        let all = policy.files();
        // Before anything is read: what is written meanwhile is another text.
        let stamps: BTreeMap<PathBuf, Stamp> = all.iter().map(|path| (path.clone(), stamp(path))).collect();
        let mut ready = policy.ready(common)?;
        ready.memory = Some(memory.clone());
        let known = |path: PathBuf| (path.clone(), stamps.get(&path).copied().unwrap_or((None, 0)));
        let with_stamp = |(file, path): (SourceFile, PathBuf)| {
            let (path, stamp) = known(path);
            (file, path, stamp)
        };
        let files = ready.places().into_iter().map(with_stamp).collect();
        let db = &ready.loaded.db;
        let sources = &ready.loaded.sources;
        let texts = Workspace::get(db).assets(db).iter().map(|(path, _)| sources.root.join(path.as_str()));
        let texts = texts.map(|path| (path.clone(), stamp(&path)));
        let others = sources.settings.iter().cloned().map(known).chain(texts).collect();
        Ok(Self { ready, files, others, all })
    }

    /// Its files, and when they were written when they were read.
    fn stamps(&self) -> Vec<(PathBuf, Stamp)> {
        let files = self.files.iter().map(|(_, path, stamp)| (path.clone(), *stamp));
        files.chain(self.others.iter().cloned()).collect()
    }

    /// What changed since it was looked at last.
    fn changed(&mut self, policy: &Policy, search: bool) -> Changed {
        if self.others.iter().any(|(path, known)| stamp(path) != *known) || (search && policy.files() != self.all) {
            return Changed::All;
        }
        let mut texts = Vec::new();
        for (file, path, known) in &mut self.files {
            let now = stamp(path);
            if now == *known {
                continue;
            }
            *known = now;
            match fs::read(&*path).map(String::from_utf8) {
                Ok(Ok(text)) if file.damage(&self.ready.loaded.db).is_none() => {
                    if text != file.text(&self.ready.loaded.db) {
                        texts.push((*file, text));
                    }
                }
                // What cannot be read is told by who reads all.
                _ => return Changed::All,
            }
        }
        if texts.is_empty() { Changed::Nothing } else { Changed::Texts(texts) }
    }
}

/// Watches a policy: `report` tells what was found, `judge` asks the rulebook. Ends when it is stopped.
pub(super) fn watch(
    policy: &Policy,
    common: &Common,
    report: impl Fn(&mut Ready) -> Result<Outcome, Outcome>,
    judge: impl Fn(&mut Ready) -> Result<(), Outcome>,
) -> Outcome {
    if policy.reads_stdin() {
        let error = crate::db::load::LoadError { message: "standard input cannot be watched".to_owned(), help: Some("name a folder or files".to_owned()) };
        return output::failed(common, &error);
    }
    let memory = Memory::default();
    let mut usual = Duration::ZERO;
    let mut seen: Option<Watched> = None;
    let mut ever = false;
    // Whether what was asked last was told of: a save ends a judgement, even one that changes nothing.
    let mut told = true;
    let mut tries = 0;
    let mut said = policy.files();
    loop {
        let Some(watched) = &mut seen else {
            begin(common);
            // Before it is read: what is mended meanwhile is seen as a change.
            let before: Vec<Stamp> = said.iter().map(stamp).collect();
            match Watched::new(policy, common, &memory) {
                Ok(mut watched) => {
                    told = tell(common, &mut watched, &mut usual, &report, &judge);
                    (seen, ever) = (Some(watched), true);
                }
                // Nothing is there that could change.
                Err(outcome) if said.is_empty() && !ever => return outcome,
                // It could not be read: why has been said. It is tried again when something changes.
                Err(_) => {
                    waiting(common);
                    let mut stamps = before;
                    loop {
                        std::thread::sleep(PAUSE * SEARCH as u32);
                        let (files, now) = (policy.files(), said.iter().map(stamp).collect::<Vec<_>>());
                        if files != said || now != stamps {
                            said = files;
                            break;
                        }
                        stamps = now;
                    }
                }
            }
            continue;
        };
        std::thread::sleep(PAUSE);
        tries += 1;
        match watched.changed(policy, tries % SEARCH == 0) {
            Changed::Nothing if told => {}
            Changed::Nothing => told = tell(common, watched, &mut usual, &report, &judge),
            Changed::All => {
                said = policy.files();
                seen = None;
            }
            Changed::Texts(texts) => {
                for (file, text) in texts {
                    file.set_text(&mut watched.ready.loaded.db).to(text);
                }
                watched.ready.look_again();
                begin(common);
                told = tell(common, watched, &mut usual, &report, &judge);
            }
        }
    }
}

/// Tells what the language says, and what the rulebook does: at once where that is quick, one after the other where it is not. `false` where
/// a save came before the rulebook was done.
fn tell(
    common: &Common,
    watched: &mut Watched,
    usual: &mut Duration,
    report: &impl Fn(&mut Ready) -> Result<Outcome, Outcome>,
    judge: &impl Fn(&mut Ready) -> Result<(), Outcome>,
) -> bool {
    let stamps = watched.stamps();
    let ready = &mut watched.ready;
    let language = ready.findings.clone();
    if *usual > AT_ONCE {
        if !language.is_empty() {
            let _ = report(ready);
            ready.findings.clone_from(&language);
        }
        if !common.quiet && output::errors(&language) == 0 {
            output::message("asking the rulebook");
        }
    }
    let started = Instant::now();
    let Some(judged) = unless_changed(&stamps, ready, judge) else {
        // It takes as long as this at least: the language is told before it from now on.
        let first = *usual <= AT_ONCE;
        *usual = (*usual).max(started.elapsed());
        ready.look_again();
        if first && *usual > AT_ONCE && !ready.findings.is_empty() {
            let _ = report(ready);
        }
        return false;
    };
    if judged.is_ok() && ready.judged.is_some() {
        let took = started.elapsed();
        if *usual > AT_ONCE {
            begin(common);
        }
        *usual = took;
        let _ = report(ready);
    } else if *usual <= AT_ONCE {
        let _ = report(ready);
    }
    waiting(common);
    true
}

/// Asks the rulebook, unless a file changes meanwhile: then nobody waits for the answer any more, and there is none. What was proved by
/// then is kept.
fn unless_changed<T>(stamps: &[(PathBuf, Stamp)], ready: &mut Ready, judge: &impl Fn(&mut Ready) -> T) -> Option<T> {
    let (stop, done) = (Stop::default(), AtomicBool::new(false));
    ready.stop = Some(stop.clone());
    let outcome = std::thread::scope(|scope| {
        let looking = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                if stamps.iter().any(|(path, known)| stamp(path) != *known) {
                    stop.now();
                    return;
                }
                std::thread::park_timeout(PAUSE);
            }
        });
        let outcome = catch_unwind(AssertUnwindSafe(|| judge(ready)));
        done.store(true, Ordering::Relaxed);
        looking.thread().unpark();
        outcome
    });
    match outcome {
        Ok(judged) => Some(judged),
        Err(why) if why.is::<Stopped>() => None,
        Err(why) => resume_unwind(why),
    }
}

/// Begins a page: on a terminal what was said before goes away.
fn begin(common: &Common) {
    if output::is_terminal(Stream::Results) && common.format().for_people() {
        let _ = output::write(Stream::Results, "\u{1b}[2J\u{1b}[3J\u{1b}[H");
    }
}

fn waiting(common: &Common) {
    if !common.quiet {
        output::message("waiting for a file to change");
    }
}
