//! Groups of leads, before and after: who is newly in, who is newly out.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use smol_str::SmolStr;

use super::joint::{Joint, Kind, OLD};
use super::pairs::Pairs;
use super::{Change, Class, Shown};
use crate::plan::{Action, Earned, Plan, Predicate, Source, normal, words};
use crate::proof::{Example, Found, Universe};
use crate::report::questions::lead_json;
use crate::rules::guards::{self, ProgramGuards};
use crate::rules::policy::{Inputs, Policy};
use crate::rules::who;
use crate::run::clock::Zone;
use crate::run::{NodeId, Terms, Unfit};
use crate::text::Date;

/// Who is newly in a group, and who newly out of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shift {
    pub newly_in: Option<Shown>,
    pub newly_out: Option<Shown>,
    /// Why one of the two is not known.
    pub open: Option<String>,
}

impl Shift {
    /// Whether both groups are proved to be the same.
    pub fn is_none(&self) -> bool {
        self.newly_in.is_none() && self.newly_out.is_none() && self.open.is_none()
    }

    /// What it does to a group, behind "takes in".
    pub fn words(&self) -> &'static str {
        match (&self.newly_in, &self.newly_out, &self.open) {
            (_, _, Some(_)) => "changes, and for whom is not proved",
            (Some(_), Some(_), _) => "takes in other leads",
            (Some(_), None, _) => "takes in more leads",
            (None, Some(_), _) => "takes in fewer leads",
            (None, None, None) => "is written otherwise and takes in the same leads",
        }
    }
}

/// Both policies in one, to ask questions of.
pub(super) struct Both<'p> {
    pub policy: Policy<'p>,
    pub joint: &'p Joint,
    /// For each program of the joint plan that is an old one with a successor: the successor's number.
    successors: BTreeMap<u32, u32>,
    /// What was made of the guards of programs so far.
    guards: RefCell<BTreeMap<u32, Option<Rc<ProgramGuards>>>>,
    zone: Option<Arc<Zone>>,
}

impl<'p> Both<'p> {
    /// `old` speaks in new names.
    pub fn new(joint: &'p Joint, old: &Plan) -> Result<Self, Unfit> {
        let plan = &joint.plan;
        let today = plan.settings.as_of.as_ref().and_then(|day| Date::parse(day));
        let policy = Policy::new(plan, Inputs { today, ..Inputs::default() })?;
        let zone = Zone::named(&plan.settings.timezone);
        let mut both = Self { policy, joint, successors: BTreeMap::new(), guards: RefCell::default(), zone };
        for program in &old.programs {
            if let (Some(was), Some(is)) = (both.program(&program.name, true), both.program(&program.name, false))
                && was != is
            {
                both.successors.insert(was, is);
            }
        }
        Ok(both)
    }

    /// The program whose joins a program's leads have.
    pub fn joins_of(&self, program: u32) -> u32 {
        self.successors.get(&program).copied().unwrap_or(program)
    }

    /// Whom the steps of a program can go out to. A program that changed has the joins of its successor.
    pub fn guards(&self, number: u32) -> Option<Rc<ProgramGuards>> {
        if let Some(known) = self.guards.borrow().get(&number) {
            return known.clone();
        }
        let anchor = self.successors.get(&number).copied();
        let ground = &self.policy.ground;
        let made = match anchor {
            Some(anchor) => guards::as_program(ground, number, anchor),
            None => guards::of_program(ground, number),
        };
        let made = made.map(Rc::new);
        self.guards.borrow_mut().insert(number, made.clone());
        made
    }

    /// A lead, as it is shown. What the old plan alone declares has its own name in it.
    fn shown(&self, example: &Example) -> Option<Shown> {
        let plan = self.policy.plan;
        let lead = lead_json(plan, self.zone.as_ref()?, example);
        Some(Shown { who: who::of(plan, example), lead })
    }

    /// A predicate of the joint plan.
    pub fn node(&self, predicate: &Predicate, program: Option<u32>) -> Option<NodeId> {
        self.policy.ground.terms.borrow_mut().predicate(predicate, program).ok()
    }

    /// The number of a program, by its new name: of the old plan or of the new one.
    pub fn program(&self, name: &str, old: bool) -> Option<u32> {
        // Those of the old plan stand behind those of the new one.
        let marked = |known: &str| known == name || known.strip_prefix(OLD) == Some(name);
        let programs = &self.policy.plan.programs;
        let place = if old { programs.iter().rposition(|program| marked(&program.name)) } else { programs.iter().position(|program| program.name == name) };
        place.map(|place| place as u32)
    }

    /// Somebody of a group.
    pub fn somebody(&self, node: NodeId, universe: Universe) -> (Option<Shown>, Option<String>) {
        if node == Terms::NEVER {
            return (None, None);
        }
        match &*self.policy.ground.find(node, universe) {
            Found::Lead(example) => (self.shown(example), None),
            Found::Nobody => (None, None),
            Found::Unknown(why) => (None, Some(why.clone())),
        }
    }

    /// How a group differs from what it was, among those whom both may be asked of.
    pub fn shift(&self, old: NodeId, new: NodeId, among: NodeId, universe: Universe) -> Shift {
        let ground = &self.policy.ground;
        if old == new {
            return Shift::default();
        }
        let (not_old, not_new) = (ground.not(old), ground.not(new));
        let (newly_in, open) = self.somebody(ground.and(&[among, new, not_old]), universe);
        let (newly_out, open_too) = self.somebody(ground.and(&[among, old, not_new]), universe);
        Shift { newly_in, newly_out, open: open.or(open_too) }
    }

    /// How a predicate of the joint plan differs from what it was.
    pub fn shifted(&self, old: &Predicate, new: &Predicate) -> Shift {
        match (self.node(old, None), self.node(new, None)) {
            (Some(old), Some(new)) => self.shift(old, new, Terms::ALWAYS, Universe::Database),
            _ => Shift { open: Some("one of the two could not be read".to_owned()), ..Shift::default() },
        }
    }

    /// Somebody who can get a message now and could get none before.
    pub fn newly_reached(&self, new: &Plan) -> (Option<Shown>, Option<String>) {
        let joint = self.policy.plan;
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for number in self.policy.programs() {
            let Some(program) = joint.programs.get(number as usize).filter(|program| !program.audience.anonymous) else { continue };
            let Some(guards) = self.guards(number) else { continue };
            let is_new = new.programs.iter().any(|known| known.name == program.name);
            let list = if is_new { &mut after } else { &mut before };
            for step in self.policy.steps_of(number) {
                let message = matches!(program.steps.get(step as usize).map(|step| &step.action), Some(Action::Touch(touch)) if touch.message);
                if let Some(guard) = guards.steps.get(step as usize).filter(|_| message) {
                    list.push(guard.guard.known);
                }
            }
        }
        let ground = &self.policy.ground;
        let unreached = ground.not(ground.or(&before));
        self.somebody(ground.and(&[ground.or(&after), unreached]), Universe::Database)
    }
}

/// Which named groups and figures changed, with the place of their changes.
#[derive(Debug, Default)]
pub(super) struct Named {
    changed: Vec<(Kind, SmolStr, usize)>,
}

impl Named {
    /// The places of the changes that a predicate depends on.
    pub fn below(&self, plan: &Plan, predicate: &Predicate) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        collect(plan, predicate, &mut seen);
        self.changed.iter().filter(|(kind, name, _)| seen.contains(&(*kind, name.clone()))).map(|(.., place)| *place).collect()
    }
}

/// The names that a predicate depends on, those behind them too.
fn collect(plan: &Plan, predicate: &Predicate, seen: &mut BTreeSet<(Kind, SmolStr)>) {
    let mut found: Vec<(Kind, SmolStr)> = Vec::new();
    let mut contents = false;
    predicate.walk(&mut |part| match part {
        Predicate::InSegment { segment } => found.push((Kind::Segment, segment.clone())),
        Predicate::InIcp { icp } => found.push((Kind::Icp, icp.clone())),
        Predicate::StageIn { journey, .. }
        | Predicate::StageNotIn { journey, .. }
        | Predicate::StageCompare { journey, .. }
        | Predicate::StageKnown { journey }
        | Predicate::StageUnknown { journey } => found.push((Kind::Journey, journey.clone())),
        Predicate::Score { score, .. } => found.push((Kind::Score, score.clone())),
        Predicate::Count(count) => contents |= count.filter.as_ref().is_some_and(asks_of_contents),
        _ => {}
    });
    if contents {
        seen.extend(plan.contents.iter().map(|content| (Kind::Content, content.name.clone())));
    }
    for (kind, name) in found {
        if !seen.insert((kind, name.clone())) {
            continue;
        }
        match kind {
            Kind::Segment => plan.segments.iter().filter(|item| item.name == name).for_each(|item| collect(plan, &item.predicate, seen)),
            Kind::Icp => plan.icps.iter().filter(|item| item.name == name).for_each(|item| collect(plan, &item.predicate, seen)),
            Kind::Journey => {
                for journey in plan.journeys.iter().filter(|item| item.name == name) {
                    collect(plan, &journey.predicate, seen);
                    journey.stages.iter().for_each(|stage| collect(plan, &stage.predicate, seen));
                }
            }
            Kind::Score => {
                for line in plan.scores.iter().filter(|item| item.name == name).flat_map(|score| &score.points) {
                    match &line.earned {
                        Earned::When(predicate) => collect(plan, predicate, seen),
                        Earned::For { event, .. } if event.filter.as_ref().is_some_and(asks_of_contents) => {
                            seen.extend(plan.contents.iter().map(|content| (Kind::Content, content.name.clone())));
                        }
                        Earned::For { .. } => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether a filter of events asks for an attribute of a content.
fn asks_of_contents(filter: &Predicate) -> bool {
    let mut asks = false;
    filter.walk(&mut |part| {
        asks |= match part {
            Predicate::Flag { subject }
            | Predicate::Known { subject }
            | Predicate::Unknown { subject }
            | Predicate::In { subject, .. }
            | Predicate::NotIn { subject, .. }
            | Predicate::Has { subject, .. }
            | Predicate::Text { subject, .. } => subject.attribute.is_some(),
            _ => false,
        }
    });
    asks
}

/// A named group: its name, who is in it, and where it is written.
type Group<'g> = (&'g SmolStr, &'g Predicate, &'g Source);

/// Compares segments, ideal customer profiles, journeys, scores and contents. `old` speaks in new names.
pub(super) fn named(old: &Plan, new: &Plan, both: &Both<'_>, pairs: &Pairs, changes: &mut Vec<Change>) -> Named {
    let mut named = Named::default();
    fn segments(plan: &Plan) -> Vec<Group<'_>> {
        plan.segments.iter().map(|item| (&item.name, &item.predicate, &item.source)).collect()
    }
    fn icps(plan: &Plan) -> Vec<Group<'_>> {
        plan.icps.iter().map(|item| (&item.name, &item.predicate, &item.source)).collect()
    }
    groups(Kind::Segment, &segments(old), &segments(new), (both, pairs), &mut named, changes);
    groups(Kind::Icp, &icps(old), &icps(new), (both, pairs), &mut named, changes);
    super::journeys::compare(old, new, both, pairs, &mut named, changes);
    named
}

/// Compares groups of one kind.
fn groups(kind: Kind, old: &[Group<'_>], new: &[Group<'_>], (both, pairs): (&Both<'_>, &Pairs), named: &mut Named, changes: &mut Vec<Change>) {
    let word = if kind == Kind::Segment { "segment" } else { "icp" };
    let membership = |name: SmolStr| match kind {
        Kind::Segment => Predicate::InSegment { segment: name },
        _ => Predicate::InIcp { icp: name },
    };
    for (name, predicate, source) in new {
        let item = format!("{word} {name}");
        let Some((_, before, _)) = old.iter().find(|(known, ..)| known == name) else {
            changes.push(Change::new(Class::Safe, item, "is new").is(words::predicate(predicate)).at(source));
            continue;
        };
        if let Some(was) = pairs.old_name(kind, name) {
            changes.push(Change::new(Class::Safe, &item, format!("was called {was}")).at(source));
        }
        if normal(before) == normal(predicate) {
            continue;
        }
        let shift = both.shifted(&membership(both.joint.old_name(kind, name)), &membership((*name).clone()));
        named.changed.push((kind, (*name).clone(), changes.len()));
        // Whom it widens is told by those who use it.
        let change = Change::new(Class::Safe, item, shift.words()).was(words::predicate(before)).is(words::predicate(predicate)).at(source);
        changes.push(change.shift(shift, Class::Safe));
    }
    for (name, predicate, source) in old.iter().filter(|(name, ..)| !new.iter().any(|(known, ..)| known == name)) {
        changes.push(Change::new(Class::Safe, format!("{word} {name}"), "is gone").was(words::predicate(predicate)).at(source));
    }
}

impl Named {
    /// Remembers that something named changed, which the change that comes next tells.
    pub fn push(&mut self, kind: Kind, name: &SmolStr, place: usize) {
        self.changed.push((kind, name.clone(), place));
    }
}
