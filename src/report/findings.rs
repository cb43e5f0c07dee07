//! All findings of a policy, with absolute places: what `allow` and the settings silence is left out.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::db::{Chunk, Db, RootDb, SourceFile, Workspace, chunks, parallel, parsed};
use crate::diagnostics::{Address, Check, Diagnostic, Part, Place, Problem, Severity, Span, SpanEdit, SpanFix, SpanLabel};
use crate::model::checked;
use crate::model::graph::{PolicyProblem, policy_problems};
use crate::model::names::{declared, index, schema_parts};
use crate::syntax::ast::{Allow, Body, Item, Step, StepKind};
use crate::text::{Date, Range};

/// All findings, in order of file and place.
pub fn findings(db: &RootDb) -> Vec<Diagnostic> {
    let workspace = Workspace::get(db);
    let files = workspace.files(db);
    let parallel = parallel::worth(workspace.bytes(db));
    if parallel {
        warm(db, files);
    }
    let mut all: Vec<Diagnostic> = parallel::map(db, files, parallel, |db, file| file_findings(db, *file).to_vec()).into_iter().flatten().collect();
    all.sort_by(Diagnostic::order);
    all.dedup();
    all
}

/// Checks all chunks on all cores, so that the queries behind it find their answers ready.
fn warm(db: &RootDb, files: &[SourceFile]) {
    let counts = parallel::map(db, files, true, |db, file| chunks(db, *file).chunks.len());
    let places: Vec<(SourceFile, usize)> = files.iter().zip(counts).flat_map(|(file, count)| (0..count).map(|number| (*file, number))).collect();
    let each = |db: &RootDb, places: &[(SourceFile, usize)], step: &dyn Fn(&RootDb, Chunk<'_>)| {
        for (file, number) in places {
            if let Some(chunk) = chunks(db, *file).chunks.get(*number) {
                step(db, *chunk);
            }
        }
    };
    // Pieces large enough that handing them out costs nothing.
    let pieces: Vec<&[(SourceFile, usize)]> = places.chunks(256).collect();
    parallel::map(db, &pieces, true, |db, piece| {
        each(db, piece, &|db, chunk| {
            parsed(db, chunk);
            declared(db, chunk);
            schema_parts(db, chunk);
        });
    });
    parallel::map(db, &pieces, true, |db, piece| {
        each(db, piece, &|db, chunk| {
            checked(db, chunk);
        });
    });
}

/// The findings of one file, in order.
#[salsa::tracked(returns(deref))]
pub fn file_findings(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let of_policy = problems_by_file(db).0.get(file.path(db)).map(Vec::as_slice).unwrap_or_default();
    findings_with(db, file, of_policy)
}

/// What only the whole policy shows, by the file in which it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByFile(pub BTreeMap<SmolStr, Vec<PolicyProblem>>);

/// What only the whole policy shows, by file: each problem is located once, not once a file.
#[salsa::tracked]
pub fn problems_by_file(db: &dyn Db) -> ByFile {
    let mut by_file: BTreeMap<SmolStr, Vec<PolicyProblem>> = BTreeMap::new();
    for (address, problem) in policy_problems(db) {
        if let Some(span) = locate(db, address, Part::Name) {
            by_file.entry(span.file).or_default().push((address.clone(), problem.clone()));
        }
    }
    ByFile(by_file)
}

/// The findings of one file, in order, where it is known what only the whole policy shows: an editor takes what it showed before the
/// last key, and looks at all files a moment later.
pub fn findings_with(db: &dyn Db, file: SourceFile, of_policy: &[PolicyProblem]) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let path = file.path(db);
    let own = chunks(db, file);
    for problem in &own.problems {
        found.extend(diagnostic(db, file, 0, problem));
    }
    // What could not be read is not judged by its words.
    let readable = if file.damage(db).is_some() { &[] } else { own.chunks.as_slice() };
    for chunk in readable {
        let start = chunk.start(db);
        for problem in parsed(db, *chunk).problems.iter().chain(&checked(db, *chunk).problems) {
            found.extend(diagnostic(db, file, start, problem));
        }
    }
    for (address, problem) in of_policy {
        if locate(db, address, Part::Name).is_some_and(|span| span.file == *path) {
            found.extend(diagnostic(db, file, 0, problem));
        }
    }
    allowed(db, file, &mut found);
    let settings = Workspace::get(db).settings(db);
    found.retain_mut(|diagnostic| {
        if diagnostic.check.check().is_some_and(|check| check.severity() == Severity::Error) {
            return true;
        }
        match settings.level(diagnostic.check.name(), path) {
            Some(Some(level)) => diagnostic.severity = level,
            Some(None) => return false,
            None => {}
        }
        true
    });
    found.sort_by(Diagnostic::order);
    found.dedup();
    found
}

/// Where a part of a declaration stands.
pub fn locate(db: &dyn Db, address: &Address, part: Part) -> Option<Span> {
    let site = index(db).site(db, address)?;
    let chunk = site.chunk;
    let parsed = parsed(db, chunk);
    let range = match site.item.and_then(|item| parsed.items.get(item as usize)) {
        Some(item) => match part {
            Part::Name => item.name_at(),
            Part::Member(number) => member(item, number as usize).unwrap_or(item.name_at()),
            Part::Use(number) => checked(db, chunk).uses.get(number as usize).map_or(item.name_at(), |used| used.at),
            Part::Url | Part::TextFile => match &item.body {
                Body::Content(content) => {
                    let text = if part == Part::Url { &content.url } else { &content.text };
                    text.as_ref().map_or(item.name_at(), |text| text.at)
                }
                _ => item.name_at(),
            },
        },
        None => parsed.hidden.iter().find(|(kind, name)| *kind == address.kind && name.text == address.name)?.1.at,
    };
    Some(Span { file: chunk.file(db).path(db).clone(), range: range.shift(chunk.start(db)) })
}

fn member(item: &Item, number: usize) -> Option<Range> {
    match &item.body {
        Body::Signal(signal) => signal.fields.get(number).map(|field| field.name.at),
        Body::Lead(fields) => fields.get(number).map(|field| field.name.at),
        Body::Journey(journey) => journey.stages.get(number).map(|stage| stage.name.at),
        Body::Score(score) => score.bands.get(number).map(|band| band.name.at),
        _ => None,
    }
}

/// A problem with its places made absolute; `None` when its own place is gone.
pub(super) fn diagnostic(db: &dyn Db, file: SourceFile, start: u32, problem: &Problem) -> Option<Diagnostic> {
    let path = file.path(db);
    let span = |place: &Place| match place {
        Place::Here(range) => Some(Span { file: path.clone(), range: range.shift(start) }),
        Place::There(address, part) => locate(db, address, *part),
    };
    let labels: Vec<SpanLabel> =
        problem.labels.iter().filter_map(|label| Some(SpanLabel { span: span(&label.place)?, text: label.text.clone(), primary: label.primary })).collect();
    let own = labels.iter().find(|label| label.primary)?.span.clone();
    let fixes = problem.fixes.iter().map(|fix| SpanFix {
        title: fix.title.clone(),
        edits: fix.edits.iter().map(|edit| SpanEdit { span: Span { file: path.clone(), range: edit.at.shift(start) }, new: edit.new.clone() }).collect(),
        sure: fix.sure,
    });
    Some(Diagnostic {
        check: problem.check.into(),
        severity: problem.check.severity(),
        message: problem.message.clone(),
        span: own,
        labels,
        help: problem.help.clone(),
        fixes: fixes.collect(),
        notes: Vec::new(),
    })
}

/// An `allow` and the range that it speaks for.
pub(super) struct Allowance<'a> {
    /// The clause.
    pub allow: &'a Allow,
    /// What it speaks for, in the file.
    pub holds: Range,
    /// Where the rule is named, in the file.
    pub at: Range,
}

/// The allows of touches, each for its own touch.
fn touches<'a>(steps: &'a [Step], all: &mut Vec<(&'a [Allow], Range)>) {
    for step in steps {
        match &step.kind {
            StepKind::Touch(touch) => all.push((&touch.common.allows, step.at)),
            StepKind::If(branches, otherwise) => {
                branches.iter().for_each(|(_, steps)| touches(steps, all));
                if let Some(steps) = otherwise {
                    touches(steps, all);
                }
            }
            StepKind::Split(_, arms) => arms.iter().for_each(|(_, steps)| touches(steps, all)),
            _ => {}
        }
    }
}

/// Takes out what an `allow` of a check silences, and reports an `allow` of a check that silences nothing.
fn allowed(db: &dyn Db, file: SourceFile, found: &mut Vec<Diagnostic>) {
    let allowances = allowances(db, file);
    silence(db, file, found, &allowances);
}

/// Every `allow` of a file, with what it speaks for.
pub(super) fn allowances(db: &dyn Db, file: SourceFile) -> Vec<Allowance<'_>> {
    let mut allowances: Vec<Allowance<'_>> = Vec::new();
    for chunk in &chunks(db, file).chunks {
        let start = chunk.start(db);
        let parsed = parsed(db, *chunk);
        if parsed.broken {
            continue;
        }
        for item in &parsed.items {
            let mut all: Vec<(&[Allow], Range)> = vec![(&item.common.allows, item.at)];
            match &item.body {
                Body::Journey(journey) => all.extend(journey.stages.iter().map(|stage| {
                    let end = stage.evidence.as_ref().map_or(stage.name.at, |evidence| evidence.at);
                    (stage.common.allows.as_slice(), stage.name.at.cover(end))
                })),
                Body::Program(program) => {
                    for track in &program.tracks {
                        let end = track.steps.last().map_or(track.trigger_at, |step| step.at);
                        all.push((&track.allows, track.trigger_at.cover(end)));
                        touches(&track.steps, &mut all);
                    }
                }
                _ => {}
            }
            for (allows, holds) in all {
                allowances.extend(allows.iter().map(|allow| Allowance { allow, holds: holds.shift(start), at: allow.rule.at.shift(start) }));
            }
        }
    }
    allowances
}

impl Allowance<'_> {
    /// Whether it has ended by the day that "today" means; where no day is said, nothing ends.
    pub(super) fn ended(&self, today: Option<Date>) -> bool {
        self.allow.until.as_ref().zip(today).is_some_and(|(until, today)| until.value < today)
    }

    /// That it has ended, if it has.
    fn end(&self, today: Option<Date>) -> Option<Problem> {
        let until = self.allow.until.as_ref().filter(|_| self.ended(today))?;
        let name = &self.allow.rule.text;
        let problem = Problem::new(Check::EndedAllow, self.at, format!("this `allow {name}` ended on {}: it silences nothing any more", until.value))
            .here("the day that was set is over")
            .help("mend what it finds, and remove the `allow`; or say why it may stay, and until when");
        Some(problem)
    }
}

fn silence(db: &dyn Db, file: SourceFile, found: &mut Vec<Diagnostic>, allowances: &[Allowance<'_>]) {
    let today = if allowances.iter().any(|allowance| allowance.allow.until.is_some()) { Workspace::get(db).settings(db).as_of } else { None };
    let mut silenced: FxHashSet<usize> = FxHashSet::default();
    found.retain(|diagnostic| {
        if diagnostic.severity == Severity::Error {
            return true;
        }
        let at = diagnostic.span.range;
        let silencing = allowances.iter().position(|allowance| {
            allowance.allow.because.is_some()
                && !allowance.ended(today)
                && allowance.allow.rule.text == diagnostic.check.name()
                && allowance.holds.start <= at.start
                && at.end <= allowance.holds.end
        });
        match silencing {
            Some(index) => {
                silenced.insert(index);
                false
            }
            None => true,
        }
    });
    for (index, allowance) in allowances.iter().enumerate() {
        if let Some(problem) = allowance.end(today) {
            found.extend(diagnostic(db, file, 0, &problem));
            continue;
        }
        let name: &SmolStr = &allowance.allow.rule.text;
        let unreasoned = allowance.allow.because.is_none();
        let Some(check) = Check::from_name(name).filter(|_| !unreasoned && !silenced.contains(&index)) else { continue };
        let problem = if check.severity() == Severity::Error {
            Problem::new(Check::UnusedAllow, allowance.at, format!("`{name}` cannot be allowed: it stops the plan"))
                .help("mend what it finds, and remove the `allow`")
        } else {
            Problem::new(Check::UnusedAllow, allowance.at, format!("this `allow {name}` silences nothing"))
                .here("nothing of the kind is found here")
                .help("remove it")
        };
        found.extend(diagnostic(db, file, 0, &problem));
    }
}
