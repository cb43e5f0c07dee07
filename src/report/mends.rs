//! What can be done about a finding of a rule, where one change does it: told by what the rule asks for, not by its name, so that a user's own
//! rules have them too.

use std::collections::BTreeSet;

use super::places::{Written, declaration, step_at, written};
use crate::db::{Db, RootDb, Workspace};
use crate::diagnostics::{Span, SpanEdit, SpanFix};
use crate::plan::Action;
use crate::rules::policy::Policy;
use crate::rules::truth::Truth;
use crate::rules::value::Entity;
use crate::syntax::ast::{Body, Did, Predicate, PredicateKind};
use crate::syntax::tokens::tokens;
use crate::text::Range;

/// How long evidence counts, where nobody says otherwise: the window that the examples of the rulebook have.
const WINDOW: &str = " within 90 days";

/// What would mend a finding about `subject`; `asked` are the attributes that the rule reads.
pub(super) fn fixes(db: &RootDb, policy: &Policy<'_>, subject: Entity, asked: &BTreeSet<&str>) -> Vec<SpanFix> {
    let fix = match subject {
        Entity::Touch(program, step) | Entity::Step(program, step) => unreachable(db, policy, subject, program, step),
        Entity::Stage(_, stage) if asked.contains("stuck") => endless(db, policy, subject, stage),
        Entity::Content(content) if asked.contains("repeats") => repeated(db, policy, content),
        _ => None,
    };
    fix.into_iter().collect()
}

/// The text of a file.
fn text<'db>(db: &'db dyn Db, file: &str) -> Option<&'db str> {
    Workspace::get(db).files(db).iter().find(|known| known.path(db) == file).map(|known| known.text(db))
}

/// A span with the white space before it, and with its line where nothing else stands there.
fn with_its_space(db: &dyn Db, span: Span) -> Option<Span> {
    let text = text(db, &span.file)?;
    let (start, end) = (span.range.start as usize, span.range.end as usize);
    let before = text.get(..start)?.trim_end_matches([' ', '\t', '\r']);
    let alone = before.is_empty() || before.ends_with('\n');
    let behind = text.get(end..)?;
    let ends_line = behind.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    let start = match (alone && ends_line, before.strip_suffix('\n')) {
        (true, Some(line)) => line.strip_suffix('\r').unwrap_or(line).len(),
        _ if alone => start,
        _ => before.len(),
    };
    Some(Span { range: Range::new(start as u32, span.range.end), ..span })
}

/// A touch that nobody can ever get, by proof. Without it every lead fares as before, but for what hangs on it: a wait behind it, which is
/// passed over with it; a label that others ask for; a content that is sent once.
fn unreachable(db: &RootDb, policy: &Policy<'_>, subject: Entity, program: u32, step: u32) -> Option<SpanFix> {
    if policy.guards(program)?.steps.get(step as usize)?.reachable != Truth::No {
        return None;
    }
    let own = policy.plan.programs.get(program as usize)?;
    let Action::Touch(touch) = &own.steps.get(step as usize)?.action else { return None };
    let before_wait = own.steps.iter().any(|other| Some(other.id) == touch.next && matches!(other.action, Action::Wait { .. } | Action::WaitUntil { .. }));
    let twice =
        touch.content.is_some() && own.steps.iter().filter(|other| matches!(&other.action, Action::Touch(other) if other.content == touch.content)).count() > 1;
    if touch.label.is_some() || touch.doc.is_some() || before_wait || twice {
        return None;
    }
    let found = declared(db, policy, subject)?;
    let Body::Program(own) = &found.item.body else { return None };
    let at = step_at(db, policy.plan, &found, own, program, step)?.at;
    let span = with_its_space(db, found.span(db, at))?;
    let edits = vec![SpanEdit { span, new: String::new() }];
    Some(SpanFix { title: "remove this touch, which is proved to go to nobody".to_owned(), edits, sure: true })
}

fn declared<'db>(db: &'db RootDb, policy: &Policy<'_>, subject: Entity) -> Option<Written<'db>> {
    let (kind, name) = declaration(policy, subject)?;
    written(db, kind, &name)
}

/// Evidence that counts for ever: a window after each act.
fn endless(db: &RootDb, policy: &Policy<'_>, subject: Entity, stage: u32) -> Option<SpanFix> {
    let found = declared(db, policy, subject)?;
    let Body::Journey(journey) = &found.item.body else { return None };
    let mut ends = Vec::new();
    acts(journey.stages.get(stage as usize)?.evidence.as_ref()?, &mut ends);
    let edits: Vec<SpanEdit> = ends.into_iter().map(|end| SpanEdit { span: found.span(db, Range::at(end)), new: WINDOW.to_owned() }).collect();
    (!edits.is_empty()).then(|| SpanFix { title: format!("write `{}` behind what they did, or another time", WINDOW.trim_start()), edits, sure: false })
}

/// Where acts end that count whenever they happened.
fn acts(predicate: &Predicate, ends: &mut Vec<u32>) {
    match &predicate.kind {
        PredicateKind::And(of) | PredicateKind::Or(of) => of.iter().for_each(|part| acts(part, ends)),
        PredicateKind::Not(_, of) => acts(of, ends),
        PredicateKind::Did(did) if endless_act(did) => ends.push(predicate.at.end),
        _ => {}
    }
}

fn endless_act(did: &Did) -> bool {
    did.not.is_none() && did.window.is_none()
}

/// A content that people get over and over: without `again` they get it once from each program.
fn repeated(db: &RootDb, policy: &Policy<'_>, content: u32) -> Option<SpanFix> {
    let mut edits: Vec<SpanEdit> = Vec::new();
    for (program, step) in policy.touches_with(content) {
        let again = policy.plan.programs.get(*program as usize)?.steps.get(*step as usize).map(|step| &step.action);
        if !matches!(again, Some(Action::Touch(touch)) if touch.message && touch.once.is_none()) {
            continue;
        }
        let found = declared(db, policy, Entity::Touch(*program, *step))?;
        let Body::Program(own) = &found.item.body else { return None };
        let span = found.span(db, step_at(db, policy.plan, &found, own, *program, *step)?.at);
        let written = span.range.of(text(db, &span.file)?);
        let head = tokens(written).into_iter().take_while(|token| token.text(written) != "{").find(|token| token.text(written) == "again")?;
        let at = Span { range: head.at.shift(span.range.start), ..span };
        edits.push(SpanEdit { span: with_its_space(db, at)?, new: String::new() });
    }
    edits.dedup();
    (!edits.is_empty()).then(|| SpanFix { title: "leave out `again`".to_owned(), edits, sure: false })
}
