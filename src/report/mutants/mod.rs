//! Mutation: a policy is changed in one small place at a time, and each change should make a test fail.

mod change;

use rayon::prelude::*;
use serde_json::{Value, json};
use smol_str::SmolStr;

use self::change::{Change, change};
use crate::db::{Chunk, RootDb, Workspace, chunks, parallel, parsed};
use crate::diagnostics::render::Sources;
use crate::diagnostics::{Check, Diagnostic, Severity, Span};
use crate::model::resolve::{LimitsPart, relowered};
use crate::model::{PlanItem, lowered};
use crate::plan::{Plan, Source, TestCase};
use crate::run::case::Cases;
use crate::text::Range;

/// A change, and whether a test noticed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The file.
    pub file: SmolStr,
    /// Where it was made.
    pub at: Range,
    /// What was changed.
    pub what: String,
    /// Whether a test fails with it.
    pub noticed: bool,
}

impl Mutant {
    /// The change as a finding.
    pub fn finding(&self) -> Diagnostic {
        let span = Span { file: self.file.clone(), range: self.at };
        Diagnostic::at(Check::UnnoticedChange, Severity::Advice, span, format!("no test notices when {}", self.what), "changed here")
    }

    /// The change as JSON.
    pub fn json(&self, sources: &Sources<'_>) -> Value {
        let place = sources.place(&self.file, self.at.start);
        json!({ "file": sources.shown(&self.file), "line": place.line, "column": place.column, "what": self.what, "noticed": self.noticed })
    }
}

/// A change that the language allows and that means something else.
struct Candidate {
    mutant: Mutant,
    item: PlanItem,
    /// For `limits`: which of the policy's it is, and all of them together with the change.
    part: usize,
    limits: Option<crate::plan::Limits>,
}

/// Tries up to `limit` changes, spread evenly over all that there are, in the order of files and places. `say` hears how
/// many are done of how many.
pub fn tried(db: &RootDb, plan: &Plan, cases: &[TestCase], limit: usize, say: impl Fn(usize, usize) + Sync) -> Vec<Mutant> {
    let mut parts: Vec<(LimitsPart, Source)> = Vec::new();
    let mut all = candidates(db, &mut parts);
    let count = all.len();
    if count > limit {
        let mut place = 0;
        all.retain(|_| {
            // The first of each of `limit` stretches of nearly the same length.
            let first = place == 0 || (place - 1) * limit / count != place * limit / count;
            place += 1;
            first && limit > 0
        });
    }
    parallel::start();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let total = all.len();
    // The database stays on this thread: what `limits` become together is made here.
    for candidate in &mut all {
        if let PlanItem::Limits(made) = &candidate.item {
            let mut parts = parts.clone();
            if let Some((part, _)) = parts.get_mut(candidate.part) {
                *part = (**made).clone();
            }
            candidate.limits = Some(super::plan::merged(&plan.lead, parts));
        }
    }
    all.into_par_iter()
        .filter_map(|candidate| {
            let changed = changed(plan, &candidate);
            let noticed = notices(&changed, cases);
            say(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, total);
            Some(Mutant { noticed: noticed?, ..candidate.mutant })
        })
        .collect()
}

/// All changes of all declarations.
fn candidates(db: &RootDb, parts: &mut Vec<(LimitsPart, Source)>) -> Vec<Candidate> {
    let mut all = Vec::new();
    for file in Workspace::get(db).files(db) {
        for chunk in &chunks(db, *file).chunks {
            of_chunk(db, *chunk, file.path(db), parts, &mut all);
        }
    }
    all
}

fn of_chunk(db: &RootDb, chunk: Chunk<'_>, file: &SmolStr, parts: &mut Vec<(LimitsPart, Source)>, all: &mut Vec<Candidate>) {
    let start = chunk.start(db);
    for ((item, original), owner) in parsed(db, chunk).items.iter().zip(lowered(db, chunk)).zip(0..) {
        let Some(original) = original else { continue };
        let number_of_part = parts.len();
        if let PlanItem::Limits(part) = original {
            let order = Source { file: file.clone(), line: item.keyword.start + start, column: 0 };
            parts.push(((**part).clone(), order));
        }
        for number in 0.. {
            let mut other = item.clone();
            let Some(Change { at, what }) = change(&mut other, number) else { break };
            // What the language does not allow, and what changes nothing, is no change.
            if let Some(made) = relowered(db, chunk, owner, &other).filter(|made| made != original) {
                let mutant = Mutant { file: file.clone(), at: at.shift(start), what, noticed: false };
                all.push(Candidate { mutant, item: made, part: number_of_part, limits: None });
            }
        }
    }
}

/// The plan with a change in it.
fn changed(plan: &Plan, candidate: &Candidate) -> Plan {
    let mut plan = plan.clone();
    macro_rules! put {
        ($list:ident, $made:expr) => {
            if let Some(slot) = plan.$list.iter_mut().find(|known| known.name == $made.name) {
                *slot = $made;
            }
        };
    }
    match candidate.item.clone() {
        PlanItem::Icp(made) => put!(icps, made),
        PlanItem::Segment(made) => put!(segments, made),
        PlanItem::Journey(made) => put!(journeys, made),
        PlanItem::Score(made) => put!(scores, made),
        PlanItem::Program(made) => put!(programs, *made),
        PlanItem::Handoff(made) => put!(handoffs, made),
        PlanItem::Limits(_) => {
            if let Some(limits) = &candidate.limits {
                plan.limits = limits.clone();
            }
        }
        _ => {}
    }
    plan
}

/// Whether a test fails; nothing if the plan cannot be run.
fn notices(plan: &Plan, cases: &[TestCase]) -> Option<bool> {
    let tests = Cases::quick(plan, cases).ok()?;
    let mut player = tests.player();
    Some((0..cases.len()).any(|number| tests.run(number, &mut player).is_none_or(|outcome| !outcome.failures.is_empty())))
}
