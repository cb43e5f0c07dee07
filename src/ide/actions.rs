//! What an editor can do for its user at a place: mend, allow, name a condition, write a condition out, begin a content that is missing.

use smol_str::SmolStr;

use super::names::{Symbol, item_of, references, steps};
use super::predicates::{conditions, inside};
use super::proved::Proved;
use super::{Change, Spot, chunk_at, file_of, item_at, touches};
use crate::db::{Db, RootDb, SourceFile, Workspace, chunks, parsed};
use crate::diagnostics::{Diagnostic, Finder, Kind, Severity};
use crate::model::names::{Space, Symbol as Interned, index, schema};
use crate::syntax::ast::{Body, Did, Item, Predicate, PredicateKind, Step, StepKind, Window};
use crate::text::Range;

/// What kind of change an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Mends a finding.
    Fix,
    /// Gives a condition a name.
    Extract,
    /// Writes a condition out.
    Inline,
}

/// A change that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub title: String,
    /// What kind of change it is.
    pub sort: Sort,
    /// The changes.
    pub changes: Vec<Change>,
    /// Whether it is sure to be what was meant.
    pub sure: bool,
    /// Which of the findings it mends, by its place in their list.
    pub mends: Option<usize>,
}

/// The actions for a range of a file; `findings` are those of the file.
pub fn actions(db: &RootDb, file: SourceFile, range: Range, findings: &[Diagnostic], proved: &Proved) -> Vec<Action> {
    let mut found = Vec::new();
    for (place, finding) in findings.iter().enumerate() {
        let at = finding.span.range;
        if at.start > range.end || range.start > at.end {
            continue;
        }
        for fix in &finding.fixes {
            let changes = fix
                .edits
                .iter()
                .filter_map(|edit| Some(Change { spot: Spot { file: file_of(db, &edit.span.file)?, at: edit.span.range }, new: edit.new.clone() }));
            found.push(Action { title: fix.title.clone(), sort: Sort::Fix, changes: changes.collect(), sure: fix.sure, mends: Some(place) });
        }
        found.extend(allow(db, file, finding).map(|action| Action { mends: Some(place), ..action }));
    }
    found.extend(missing_contents(db, file, range, findings, proved));
    found.extend(extract(db, file, range));
    found.extend(inline(db, file, range.start));
    found
}

/// An `allow` of what was found, in the smallest part that may have one.
fn allow(db: &RootDb, file: SourceFile, finding: &Diagnostic) -> Option<Action> {
    let name = finding.check.name();
    // What stops the plan cannot be allowed; nor what is wrong with an `allow` itself.
    let may = match &finding.check {
        Finder::Check(check) => check.severity() != Severity::Error && !matches!(name, "unused_allow" | "ended_allow"),
        Finder::Rule(_) => true,
    };
    // Of the whole policy it stands nowhere; what was not proved is not there.
    let of_policy = finding.labels.iter().any(|label| label.primary && label.text == crate::report::judgement::WHOLE_POLICY);
    let may = may && !of_policy && name != "not_proved";
    let (chunk, _, item) = item_at(db, file, finding.span.range.start).filter(|_| may)?;
    let start = chunk.start(db);
    let inside = finding.span.range.start.checked_sub(start)?;
    let text = &chunk.body(db).text;
    let clause = format!("allow {name} because \"…\"");
    let (what, changes) = holder(item, inside, text, &clause)?;
    let changes = changes.into_iter().map(|(at, new)| Change { spot: Spot { file, at: at.shift(start) }, new }).collect();
    Some(Action { title: format!("allow `{name}` for this {what}, with a reason"), sort: Sort::Fix, changes, sure: false, mends: None })
}

/// The touch, stage or declaration around a place, and the edits that put a clause into it.
fn holder(item: &Item, inside: u32, text: &str, clause: &str) -> Option<(&'static str, Vec<(Range, String)>)> {
    let within = |at: Range| at.start <= inside && inside <= at.end;
    match &item.body {
        Body::Program(program) => {
            for track in &program.tracks {
                let mut touch: Option<&Step> = None;
                steps(&track.steps, &mut |step| {
                    if matches!(step.kind, StepKind::Touch(_)) && within(step.at) {
                        touch = Some(step);
                    }
                });
                if let Some(step) = touch {
                    let written = step.at.of(text).trim_end();
                    let end = step.at.start + written.len() as u32;
                    return Some((
                        "touch",
                        vec![if written.ends_with('}') { (Range::at(end - 1), format!("{clause} ")) } else { (Range::at(end), format!(" {{ {clause} }}")) }],
                    ));
                }
            }
        }
        Body::Test(_) => return None,
        _ => {}
    }
    let written = item.at.of(text).trim_end();
    let end = item.at.start + written.len() as u32;
    let what = item.kind().keyword();
    if written.ends_with('}') {
        let line = if written.contains('\n') { format!("  {clause}\n") } else { format!("{clause} ") };
        return Some((what, vec![(Range::at(end - 1), line)]));
    }
    match &item.body {
        // `segment a where …` has no braces yet.
        Body::Segment(_) | Body::Icp(_) => {
            let predicate = match &item.body {
                Body::Segment(predicate) => predicate.as_deref(),
                Body::Icp(icp) => icp.predicate.as_ref(),
                _ => None,
            }?;
            let at = Range::new(item.at.start, predicate.at.start).of(text).rfind("where")? as u32 + item.at.start;
            Some((what, vec![(Range::at(at), "{\n  ".to_owned()), (Range::at(end), format!("\n  {clause}\n}}"))]))
        }
        Body::Signal(_) => Some((what, vec![(Range::at(end), format!(" {{ {clause} }}"))])),
        _ => None,
    }
}

/// Drafts of contents that a stage lacks.
fn missing_contents(db: &RootDb, file: SourceFile, range: Range, findings: &[Diagnostic], proved: &Proved) -> Vec<Action> {
    let Some((chunk, _, item)) = item_at(db, file, range.start) else { return Vec::new() };
    let (Body::Journey(journey), Some(name)) = (&item.body, &item.name) else { return Vec::new() };
    let inside = range.start.saturating_sub(chunk.start(db));
    let stage = journey.stages.iter().find(|stage| {
        let end = stage.evidence.as_ref().map_or(stage.name.at, |evidence| evidence.at);
        touches(stage.name.at.cover(end), inside)
    });
    let Some(stage) = stage else { return Vec::new() };
    let Some(gaps) = proved.gaps.get(&(name.text.clone(), stage.name.text.clone())) else { return Vec::new() };
    let there = |finding: &Diagnostic| matches!(finding.check.name(), "content_gap" | "stage_gap") && touches(finding.span.range, range.start);
    let mends = findings.iter().position(there);
    // Where contents are already.
    let home = Workspace::get(db).files(db).iter().rev().find(|file| chunks(db, **file).chunks.iter().any(|chunk| chunk.head(db).starts_with("content")));
    let home = home.copied().unwrap_or(file);
    let end = home.text(db).trim_end().len() as u32;
    let asks = stage.asks.as_ref().map_or("Which question?", |asks| asks.value.as_str());
    gaps.iter()
        .map(|gap| {
            let called = free_name(db, Space::Of(Kind::Content), &format!("{}_content", stage.name.text));
            let audience = gap.predicate.as_ref().map_or_else(String::new, |predicate| format!("  for {predicate}\n"));
            let new = format!(
                "\n\ncontent {called} \"For {}\" {{\n  draft\n  kind guide\n  about problem\n{audience}  stage {}\n  answers {}\n  gives \"What does a reader keep?\"\n}}\n",
                gap.words.replace(['"', '\\'], "'"),
                if schema(db).stages.get(&stage.name.text).is_some_and(|owners| owners.len() > 1) {
                    format!("{}.{}", name.text, stage.name.text)
                } else {
                    stage.name.text.to_string()
                },
                crate::plan::words::quoted(asks),
            );
            Action {
                title: format!("begin a content for {}", gap.words),
                sort: Sort::Fix,
                changes: vec![Change { spot: Spot { file: home, at: Range::new(end, home.text(db).len() as u32) }, new }],
                sure: false,
                mends,
            }
        })
        .collect()
}

/// A name that nothing in a space has yet.
fn free_name(db: &dyn Db, space: Space, wanted: &str) -> String {
    let taken = |name: &str| index(db).sites.contains_key(&Interned::new(db, space, SmolStr::from(name)));
    let mut names = std::iter::once(wanted.to_owned()).chain((2..).map(|number| format!("{wanted}_{number}")));
    names.find(|name| !taken(name)).unwrap_or_else(|| wanted.to_owned())
}

/// Gives a selected condition a name: a segment of its own.
fn extract(db: &RootDb, file: SourceFile, range: Range) -> Option<Action> {
    let chunk = chunk_at(db, file, range.start)?;
    let start = chunk.start(db);
    let text = &chunk.body(db).text;
    let selected = Range::new(range.start.checked_sub(start)?, range.end.checked_sub(start)?);
    let written = selected.of(text);
    let lead = (written.len() - written.trim_start().len()) as u32;
    let selected = Range::new(selected.start + lead, selected.start + lead + written.trim().len() as u32);
    if selected.start >= selected.end {
        return None;
    }
    let (_, _, item) = item_at(db, file, range.start)?;
    if !may_be_moved(file.text(db), item, text, selected, start) {
        return None;
    }
    let mut chosen: Option<Range> = None;
    conditions(item, &mut |condition| {
        inside(condition, &mut |part| {
            if chosen.is_none() {
                chosen = covered(part, selected, text).filter(|_| may_be_segment(part));
            }
        });
    });
    let at = chosen?;
    let name = free_name(db, Space::Groups, "new_segment");
    let condition = at.of(text).trim();
    let condition = condition.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).filter(|inner| balanced(inner)).unwrap_or(condition).trim();
    // Before its doc comment, or that would speak of the new one.
    let before = with_docs(file.text(db), item.at.start + start);
    let changes = vec![
        Change { spot: Spot { file, at: Range::at(before) }, new: format!("segment {name} where {condition}\n\n") },
        Change { spot: Spot { file, at: at.shift(start) }, new: format!("in {name}") },
    ];
    Some(Action { title: "name this condition: extract a segment".to_owned(), sort: Sort::Extract, changes, sure: false, mends: None })
}

fn balanced(text: &str) -> bool {
    let mut depth = 0i32;
    text.chars().all(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth >= 0
    }) && depth == 0
}

/// Where a declaration begins with the doc comment above it.
fn with_docs(text: &str, start: u32) -> u32 {
    let mut at = start as usize;
    if !text.get(..at).is_some_and(|before| before.is_empty() || before.ends_with('\n')) {
        return start;
    }
    while let Some(line) = text.get(..at).and_then(|before| before.strip_suffix('\n')).map(|before| before.rsplit('\n').next().unwrap_or("")) {
        if !line.trim_start().starts_with("##") {
            break;
        }
        at -= line.len() + 1;
    }
    at as u32
}

/// Whether a condition can stand elsewhere: a goal counts what happened since the join, nothing is known of people without a name, and a
/// comment within it would be lost.
fn may_be_moved(text: &str, item: &Item, body: &str, at: Range, start: u32) -> bool {
    let in_program = |program: &crate::syntax::ast::Program| {
        let in_goal = program.goal.as_ref().is_some_and(|goal| goal.at.start <= at.start && at.end <= goal.at.end);
        let anonymous = program.audience.as_ref().is_some_and(|audience| audience.anonymous.is_some());
        in_goal || anonymous
    };
    let bound = matches!(&item.body, Body::Program(program) if in_program(program));
    // Comments are blanks in what is read.
    !bound && at.shift(start).of(text) == at.of(body)
}

/// What of a condition is selected: all of it, or some of its terms in a row.
fn covered(part: &Predicate, selected: Range, text: &str) -> Option<Range> {
    let trimmed = |at: Range| Range::new(at.start, at.start + at.of(text).trim_end().len() as u32);
    if trimmed(part.at) == selected {
        return Some(selected);
    }
    let (PredicateKind::And(terms) | PredicateKind::Or(terms)) = &part.kind else { return None };
    let first = terms.iter().position(|term| term.at.start == selected.start)?;
    let last = terms.iter().position(|term| trimmed(term.at).end == selected.end)?;
    (first < last).then_some(selected)
}

/// Whether a condition means the same outside its program: nothing in it counts since the join or a touch.
fn may_be_segment(predicate: &Predicate) -> bool {
    let mut may = true;
    inside(predicate, &mut |part| {
        if let PredicateKind::Did(did) = &part.kind {
            let Did { window, .. } = &**did;
            may &= !window.as_ref().is_some_and(|window| matches!(window.value, Window::Joining | Window::Touch(_)));
        }
    });
    may
}

/// Writes out the condition of a segment: at the cursor, or, on its declaration, everywhere, and the segment goes.
fn inline(db: &RootDb, file: SourceFile, offset: u32) -> Option<Action> {
    let (symbol, spot) = super::names::symbol_at(db, file, offset)?;
    let Symbol::Declared(Kind::Segment, name) = &symbol else { return None };
    let (home, declared) = item_of(db, Kind::Segment, name)?;
    let Body::Segment(Some(predicate)) = &declared.body else { return None };
    let condition = predicate.at.of(&home.body(db).text).trim_end();
    let own_name = declared.name.as_ref()?.at.shift(home.start(db));
    let atom = !matches!(predicate.kind, PredicateKind::And(_) | PredicateKind::Or(_));
    let new = if atom { condition.to_owned() } else { format!("({condition})") };
    let here = spot.at != own_name || spot.file != home.file(db);
    let spots = if here { vec![spot] } else { references(db, &symbol, false) };
    let mut changes: Vec<Change> = Vec::new();
    if predicate.at.shift(home.start(db)).of(home.file(db).text(db)).trim_end() != condition {
        // A comment in it would be lost.
        return None;
    }
    for spot in &spots {
        let (chunk, _, item) = item_at(db, spot.file, spot.at.start)?;
        let start = chunk.start(db);
        let inside = Range::new(spot.at.start.checked_sub(start)?, spot.at.end.checked_sub(start)?);
        if !may_be_moved(spot.file.text(db), item, &chunk.body(db).text, inside, start) {
            return None;
        }
        changes.push(Change { spot: Spot { file: spot.file, at: membership(db, *spot)? }, new: new.clone() });
    }
    if here {
        return Some(Action { title: format!("write out the segment `{name}` here"), sort: Sort::Inline, changes, sure: false, mends: None });
    }
    if spots.is_empty() {
        return None;
    }
    let text = home.file(db).text(db);
    let at = declared.at.shift(home.start(db));
    let at = Range::new(with_docs(text, at.start), at.end);
    let end = at.start + at.of(text).trim_end().len() as u32;
    let after = text.get(end as usize..).map_or(0, |rest| rest.len() - rest.trim_start_matches(['\n', '\r']).len()) as u32;
    changes.push(Change { spot: Spot { file: home.file(db), at: Range::new(at.start, end + after) }, new: String::new() });
    Some(Action { title: format!("write out the segment `{name}` everywhere, and remove it"), sort: Sort::Inline, changes, sure: false, mends: None })
}

/// The `in NAME` whose name stands at a place.
fn membership(db: &RootDb, spot: Spot) -> Option<Range> {
    let chunk = chunk_at(db, spot.file, spot.at.start)?;
    let start = chunk.start(db);
    let inside_at = spot.at.start.checked_sub(start)?;
    let mut found = None;
    for item in &parsed(db, chunk).items {
        conditions(item, &mut |condition| {
            inside(condition, &mut |part| {
                if let PredicateKind::In(name) = &part.kind
                    && name.at.start == inside_at
                {
                    found = Some(Range::new(part.at.start, name.at.end).shift(start));
                }
            });
        });
    }
    found
}
