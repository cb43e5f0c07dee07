//! The conditions of a policy: what each is for, and where each of its atoms is written.

use smol_str::SmolStr;

use crate::db::{RootDb, Workspace, chunks, parsed};
use crate::diagnostics::Kind;
use crate::model::{PlanItem, lowered};
use crate::plan::{self, Action, Plan, Predicate};
use crate::run::trace::StepId;
use crate::syntax::ast::{self, Body, PredicateKind, StepKind};
use crate::text::Range;

/// A condition where it is written.
#[derive(Clone, Debug)]
pub struct Site {
    /// The kind of the declaration.
    pub kind: Kind,
    /// The declaration.
    pub owner: SmolStr,
    /// What it decides there: `audience`, `only if`, `while` …
    pub role: &'static str,
    /// The program whose join and labels it means.
    pub program: Option<u32>,
    /// The step that asks it, if one does.
    pub step: Option<StepId>,
    /// The file.
    pub file: SmolStr,
    /// Each comparison of it, with where it is written.
    pub atoms: Vec<(Range, Predicate)>,
}

struct Collector<'a> {
    plan: &'a Plan,
    file: SmolStr,
    /// Where the chunk begins.
    start: u32,
    sites: Vec<Site>,
}

/// All conditions of the policy, in the order of files and places; those of drafts, rules and tests are left out.
pub fn sites(db: &RootDb, plan: &Plan) -> Vec<Site> {
    let mut all = Vec::new();
    for file in Workspace::get(db).files(db) {
        for chunk in &chunks(db, *file).chunks {
            let mut collector = Collector { plan, file: file.path(db).clone(), start: chunk.start(db), sites: Vec::new() };
            for (item, lowered) in parsed(db, *chunk).items.iter().zip(lowered(db, *chunk)) {
                if let Some(lowered) = lowered {
                    collector.item(item, lowered);
                }
            }
            all.append(&mut collector.sites);
        }
    }
    all
}

impl Collector<'_> {
    fn item(&mut self, item: &ast::Item, lowered: &PlanItem) {
        match (&item.body, lowered) {
            (Body::Segment(Some(written)), PlanItem::Segment(made)) => self.add(Kind::Segment, &made.name, "where", None, None, written, &made.predicate),
            (Body::Icp(written), PlanItem::Icp(made)) => {
                if let Some(written) = &written.predicate {
                    self.add(Kind::Icp, &made.name, "where", None, None, written, &made.predicate);
                }
            }
            (Body::Journey(written), PlanItem::Journey(made)) => {
                for (written, made_stage) in written.stages.iter().zip(&made.stages) {
                    if let Some(evidence) = &written.evidence {
                        self.add(Kind::Journey, &made.name, "while", None, None, evidence, &made_stage.predicate);
                    }
                }
            }
            (Body::Score(written), PlanItem::Score(made)) => {
                for (written, made_line) in written.points.iter().zip(&made.points) {
                    if let (ast::Earned::When(written), plan::Earned::When(predicate)) = (&written.earned, &made_line.earned) {
                        self.add(Kind::Score, &made.name, "when", None, None, written, predicate);
                    }
                }
            }
            (Body::Handoff(written), PlanItem::Handoff(made)) => {
                if let Some(when) = &written.when {
                    self.add(Kind::Handoff, &made.name, "when", None, None, when, &made.predicate);
                }
                for (written, back) in written.back.iter().zip(&made.back) {
                    self.add(Kind::Handoff, &made.name, "back to", None, None, &written.when, &back.when);
                }
            }
            (Body::Limits(written), PlanItem::Limits(made)) => self.limits(written, made),
            (Body::Program(written), PlanItem::Program(made)) if !made.draft => self.program(written, made),
            _ => {}
        }
    }

    fn limits(&mut self, written: &ast::Limits, made: &crate::model::resolve::LimitsPart) {
        for ((_, written), (_, predicate)) in written.needs.iter().zip(&made.needs) {
            self.add(Kind::Limits, "", "needs", None, None, written, predicate);
        }
        for ((_, written), (_, predicate)) in written.never.iter().zip(&made.never) {
            self.add(Kind::Limits, "", "never", None, None, written, predicate);
        }
        if let (Some(written), Some(predicate)) = (&written.consent_again, &made.consent_again) {
            self.add(Kind::Limits, "", "consent again when", None, None, written, predicate);
        }
    }

    fn program(&mut self, written: &ast::Program, made: &plan::Program) {
        let Some(number) = self.plan.programs.iter().position(|program| program.name == made.name).map(|place| place as u32) else { return };
        let program = Some(number);
        let name = &made.name;
        if let Some(predicate) = written.audience.as_ref().and_then(|audience| audience.predicate.as_ref()) {
            self.add(Kind::Program, name, "audience", program, None, predicate, &made.audience.predicate);
        }
        if let (Some(ast::Join::When(written)), Some(plan::Join::When(predicate))) = (&written.join, &made.join) {
            self.add(Kind::Program, name, "join when", program, None, written, predicate);
        }
        if let (Some(written), Some(goal)) = (&written.goal, &made.goal) {
            self.add(Kind::Program, name, "goal", program, None, &written.predicate, &goal.predicate);
        }
        match (written.leave_when.as_slice(), &made.leave_when) {
            ([written], Some(predicate)) => self.add(Kind::Program, name, "leave when", program, None, written, predicate),
            (several, Some(Predicate::Or { of })) => {
                for (written, predicate) in several.iter().zip(of) {
                    self.add(Kind::Program, name, "leave when", program, None, written, predicate);
                }
            }
            _ => {}
        }
        let mut next = 0;
        for track in &written.tracks {
            self.steps(&track.steps, made, number, &mut next);
        }
    }

    /// Steps are numbered in the order in which they are written, those inside a branch before what follows it.
    fn steps(&mut self, steps: &[ast::Step], program: &plan::Program, number: u32, next: &mut u32) {
        for step in steps {
            let id = StepId { program: number, step: *next };
            let made = program.steps.get(*next as usize).map(|step| &step.action);
            *next += 1;
            let mut add = |role, written: &ast::Predicate, predicate: &Predicate| {
                self.add(Kind::Program, &program.name, role, Some(number), Some(id), written, predicate);
            };
            match (&step.kind, made) {
                (StepKind::Touch(written), Some(Action::Touch(touch))) => {
                    if let (Some(written), Some(predicate)) = (&written.only_if, &touch.only_if) {
                        add("only if", written, predicate);
                    }
                    if let (Some(written), Some(predicate)) = (&written.reason, &touch.reason) {
                        add("reason", written, predicate);
                    }
                }
                (StepKind::WaitUntil(written, _), Some(Action::WaitUntil { until, .. })) => add("wait until", written, until),
                (StepKind::If(branches, otherwise), Some(Action::If { branches: made, .. })) => {
                    for ((written, _), branch) in branches.iter().zip(made) {
                        add("if", written, &branch.when);
                    }
                    for (_, steps) in branches {
                        self.steps(steps, program, number, next);
                    }
                    if let Some(steps) = otherwise {
                        self.steps(steps, program, number, next);
                    }
                }
                (StepKind::Split(_, arms), _) => {
                    for (_, steps) in arms {
                        self.steps(steps, program, number, next);
                    }
                }
                _ => {}
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a site")]
    fn add(&mut self, kind: Kind, owner: &str, role: &'static str, program: Option<u32>, step: Option<StepId>, written: &ast::Predicate, made: &Predicate) {
        let mut atoms = Vec::new();
        pair(written, made, &mut atoms);
        for (range, _) in &mut atoms {
            *range = range.shift(self.start);
        }
        self.sites.push(Site { kind, owner: owner.into(), role, program, step, file: self.file.clone(), atoms });
    }
}

/// Goes through a predicate as it is written and as it is in the plan, side by side, to its comparisons.
fn pair(written: &ast::Predicate, made: &Predicate, atoms: &mut Vec<(Range, Predicate)>) {
    match (&written.kind, made) {
        (PredicateKind::And(parts), Predicate::And { of }) | (PredicateKind::Or(parts), Predicate::Or { of }) if parts.len() == of.len() => {
            for (written, made) in parts.iter().zip(of) {
                pair(written, made, atoms);
            }
        }
        (PredicateKind::Not(_, inner), Predicate::Not { of }) => {
            let mut of = of;
            while let Predicate::Not { of: inner } = &**of {
                of = inner;
            }
            pair(inner, of, atoms);
        }
        (PredicateKind::Everyone, _) => {}
        _ => atoms.push((written.at, made.clone())),
    }
}
