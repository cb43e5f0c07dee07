//! What takes longer than a key: all files looked at as a whole, and the rulebook asked. In a thread of its own, which stops when nobody
//! waits for its answer any more.
//!
//! Whoever changes a database waits until nobody else has it. So the thread has it only where it asks queries, which
//! stop at once when a change waits; rules and proofs, which take long, are asked without it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::project::{Home, Judged};
use crate::db::parallel::STACK;
use crate::db::{RootDb, Workspace};
use crate::diagnostics::Severity;
use crate::ide::proved::proved;
use crate::model::names::schema;
use crate::plan::Rule;
use crate::proof::{Memory, Stop, Stopped};
use crate::report::findings::{ByFile, findings, problems_by_file};
use crate::report::judgement::{Asked, hear, inputs_of, rules_for, tell};
use crate::report::plan::parts;
use crate::rules::policy::Policy;

/// What a thread says to the server.
pub enum Said {
    /// It has looked at all files of the policy.
    Looked {
        /// Of which policy.
        home: Home,
        /// Which thread says so.
        ticket: u64,
        /// What only the whole policy shows, by file.
        of_policy: Arc<ByFile>,
        /// Whether the rulebook is asked now: nothing of the language stands in the way.
        judging: bool,
    },
    /// It needs the database as it was when it began; `None` if that is gone.
    NeedsDb {
        /// Of which policy.
        home: Home,
        /// Which thread says so.
        ticket: u64,
        /// Where it waits.
        answer: Sender<Option<RootDb>>,
    },
    /// It has ended.
    Ended {
        /// Of which policy.
        home: Home,
        /// Which thread says so.
        ticket: u64,
        /// What the rulebook says; `None` where it was stopped.
        judged: Option<Box<Judged>>,
        /// That something went wrong that must not.
        fault: bool,
    },
}

/// A judgement that is being made.
#[derive(Clone, Debug)]
pub struct Running {
    /// Its number: no two threads of a server have the same.
    pub ticket: u64,
    /// Of which revision.
    pub revision: u64,
    /// To end it.
    pub stop: Stop,
}

/// What a judgement goes by.
pub struct Job {
    /// Of which policy.
    pub home: Home,
    /// The number of the thread.
    pub ticket: u64,
    /// Of which revision of the policy.
    pub revision: u64,
    /// Its database.
    pub db: RootDb,
    /// The rules of its packs.
    pub packs: Arc<Vec<Rule>>,
    /// What was proved before.
    pub memory: Memory,
    /// Whether all of it was read: settings, packs, files.
    pub whole: bool,
}

/// Begins a judgement; `None` if no thread could be started.
pub fn begin(job: Job, said: Sender<Said>) -> Option<Running> {
    let running = Running { ticket: job.ticket, revision: job.revision, stop: Stop::default() };
    let stop = running.stop.clone();
    let work = move || {
        let (home, ticket) = (job.home.clone(), job.ticket);
        let outcome = catch_unwind(AssertUnwindSafe(|| judged(job, &stop, &said)));
        let (judged, fault) = match outcome {
            Ok(judged) => (judged, false),
            // A query that another thread broke off by a fault is a fault too.
            Err(why) => {
                let cancelled = why.downcast_ref::<salsa::Cancelled>().is_some_and(|why| !matches!(why, salsa::Cancelled::PropagatedPanic));
                (None, !(why.is::<Stopped>() || cancelled))
            }
        };
        let _ = said.send(Said::Ended { home, ticket, judged: judged.map(Box::new), fault });
    };
    std::thread::Builder::new().name("rulebook".to_owned()).stack_size(STACK).spawn(work).ok()?;
    Some(running)
}

fn judged(job: Job, stop: &Stop, said: &Sender<Said>) -> Option<Judged> {
    let found = findings(&job.db);
    let judging = schema(&job.db).lead.is_some() && job.whole && !found.iter().any(|finding| finding.severity == Severity::Error);
    let of_policy = Arc::new(problems_by_file(&job.db).clone());
    said.send(Said::Looked { home: job.home.clone(), ticket: job.ticket, of_policy, judging }).ok()?;
    if !judging {
        return None;
    }
    let asked = Asked { packs: job.packs.to_vec(), memory: Some(job.memory), stop: Some(stop.clone()), ..Asked::default() };
    let parts = parts(&job.db)?;
    let workspace = Workspace::get(&job.db);
    let (settings, assets) = (workspace.settings(&job.db).clone(), workspace.assets(&job.db).to_vec());
    // From here on the database may change.
    drop(job.db);
    let plan = parts.assembled()?;
    stop.check();
    let inputs = inputs_of(&settings, &assets, &plan, &asked);
    stop.check();
    let policy = Policy::new(&plan, inputs).ok()?;
    let heard = hear(&policy, rules_for(&plan, &asked.packs));
    let proved = proved(&policy);
    stop.check();
    let (answer, waiting): (Sender<Option<RootDb>>, Receiver<Option<RootDb>>) = bounded(1);
    said.send(Said::NeedsDb { home: job.home, ticket: job.ticket, answer }).ok()?;
    let db = waiting.recv().ok()??;
    let told = tell(&db, &policy, &heard, &asked);
    drop(db);
    let mut judged = Judged { findings: Default::default(), verdicts: told.verdicts, proved };
    for finding in told.findings {
        judged.findings.entry(finding.span.file.clone()).or_default().push(finding);
    }
    Some(judged)
}
