//! The policy as rules see it: what is declared, and what only a compiler can tell of it, worked out when it is first asked.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::census::Census;
use super::guards::{self, ProgramGuards};
use super::leads::{Ground, Leads};
use super::tracks::{self, ProgramRun};
use super::value::{Entity, Value};
use crate::plan::{Cap, Channel, Plan, Predicate};
use crate::proof::{Memory, Prover, Stop, Told};
use crate::run::lead::{DAY, Fact, Instant};
use crate::run::{NodeId, Terms, Unfit};
use crate::text::Date;

/// What a policy is judged by, besides itself.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The day that "today" means.
    pub today: Option<Date>,
    /// Thresholds that are set, as they are written.
    pub thresholds: BTreeMap<SmolStr, SmolStr>,
    /// Words about us and about the reader in other languages than English.
    pub words: BTreeMap<SmolStr, (Vec<SmolStr>, Vec<SmolStr>)>,
    /// How many real leads there are.
    pub census: Option<Census>,
    /// The words of each content's text, by the content's name.
    pub texts: BTreeMap<SmolStr, Arc<super::prose::Prose>>,
    /// What was proved in judgements before, for whoever judges again after each edit.
    pub memory: Option<Memory>,
    /// Whether nobody waits for the answers any more.
    pub stop: Option<Stop>,
}

/// A touch, by the places of its program and its step.
pub type Placed = (u32, u32);

/// What kind of limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitKind {
    /// At most so many in a window.
    Frequency(Cap),
    /// `CHANNEL needs …`
    Needs(Channel, Predicate),
    /// `never CHANNEL when …`
    Never(Channel, Predicate),
    /// Quiet hours.
    Quiet(u16, u16),
}

/// A limit: of the workspace, or of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The program it belongs to.
    pub program: Option<u32>,
    /// What it does.
    pub kind: LimitKind,
}

/// What the leads of a kind have in common in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Common {
    /// One of these values, and none of those.
    Values {
        /// What they have.
        inside: Vec<Fact>,
        /// What others have.
        outside: Vec<Fact>,
    },
    /// A set that holds the first of these options and not the second.
    Holds(Vec<u32>, Vec<u32>),
}

/// A kind of lead: what its leads have in common, by field.
pub type Kind = Vec<(u32, Common)>;

/// Whom nothing serves at a place.
#[derive(Clone, Debug)]
pub(super) struct Gaps {
    /// Those leads.
    pub leads: Value,
    /// Whom something is owed there.
    pub owed: NodeId,
    /// The kinds that nothing serves, each in the tests that decide it.
    pub kinds: Vec<Vec<Told>>,
}

/// The policy and its facts.
pub struct Policy<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// Predicates and proofs.
    pub ground: Ground<'p>,
    /// What it is judged by.
    pub inputs: Inputs,
    /// All limits, those of `limits` first.
    pub limits: Vec<Limit>,
    /// Where each name stands: contents and signals.
    contents_by_name: FxHashMap<SmolStr, u32>,
    signals_by_name: FxHashMap<SmolStr, u32>,
    guards: Vec<OnceCell<Option<ProgramGuards>>>,
    reached: Vec<OnceCell<Vec<u32>>>,
    touches: OnceCell<Vec<(u32, u32)>>,
    carriers: OnceCell<FxHashMap<u32, Vec<(u32, u32)>>>,
    /// For each content itself and its copies under other names.
    pub(super) copies: OnceCell<Vec<Vec<u32>>>,
    /// Direct touches that say the same, by each of them.
    pub(super) twins: OnceCell<FxHashMap<Placed, Arc<[Placed]>>>,
    /// The policy ready to play: as it is, and without what holds messages back.
    players: [OnceCell<Option<crate::run::Policy>>; 2],
    runs: Vec<OnceCell<ProgramRun>>,
    pub(super) attributes: RefCell<FxHashMap<(Entity, SmolStr), Value>>,
    pub(super) groups: RefCell<FxHashMap<(Leads, &'static str), Value>>,
    /// Kinds of lead that nothing serves, by the stage or journey where they stand.
    pub(super) gaps: RefCell<FxHashMap<Entity, Gaps>>,
    #[allow(clippy::type_complexity, reason = "what is known of each program, or why it is not")]
    pub(super) neighbours: RefCell<FxHashMap<u32, Result<Vec<u32>, Arc<str>>>>,
    pub(super) facets: RefCell<FxHashMap<(Leads, &'static str), bool>>,
    /// Stories that were played, and whether with limits: each shows what it holds of all programs.
    pub(super) played: RefCell<Vec<(Arc<super::pressure::Played>, bool)>>,
    pub(super) loads: RefCell<FxHashMap<super::pressure::Figure, super::pressure::Load>>,
    /// The instant of examples.
    pub now: Instant,
}

impl<'p> Policy<'p> {
    /// The policy of a plan.
    ///
    /// # Errors
    /// When the plan does not hang together.
    pub fn new(plan: &'p Plan, inputs: Inputs) -> Result<Self, Unfit> {
        let now = now(inputs.today);
        let mut terms = Terms::new(plan)?;
        // What the policy asks, so that made-up leads lie about it.
        for predicate in plan.segments.iter().map(|item| &item.predicate).chain(plan.icps.iter().map(|item| &item.predicate)) {
            terms.predicate(predicate, None)?;
        }
        for predicate in plan.handoffs.iter().map(|item| &item.predicate).chain(plan.contents.iter().map(|item| &item.predicate)) {
            terms.predicate(predicate, None)?;
        }
        for (number, program) in (0..).zip(&plan.programs) {
            terms.predicate(&program.audience.predicate, Some(number))?;
        }
        let ground = Ground::new(terms, Prover::new(now), inputs.memory.clone(), inputs.stop.clone());
        let caps =
            |program: Option<u32>, caps: &[Cap]| -> Vec<Limit> { caps.iter().map(|cap| Limit { program, kind: LimitKind::Frequency(cap.clone()) }).collect() };
        let mut limits = caps(None, &plan.limits.caps);
        if let Some(quiet) = &plan.limits.quiet {
            limits.push(Limit { program: None, kind: LimitKind::Quiet(quiet.from_minute, quiet.to_minute) });
        }
        for rules in &plan.limits.channels {
            limits.extend(rules.needs.iter().map(|needs| Limit { program: None, kind: LimitKind::Needs(rules.channel, needs.clone()) }));
            limits.extend(rules.never.iter().map(|never| Limit { program: None, kind: LimitKind::Never(rules.channel, never.clone()) }));
        }
        for (number, program) in (0..).zip(&plan.programs) {
            limits.extend(caps(Some(number), &program.caps));
        }
        Ok(Self {
            plan,
            ground,
            inputs,
            limits,
            contents_by_name: plan.contents.iter().map(|content| content.name.clone()).zip(0..).collect(),
            signals_by_name: plan.signals.iter().map(|signal| signal.name.clone()).zip(0..).collect(),
            reached: plan.programs.iter().map(|_| OnceCell::new()).collect(),
            touches: OnceCell::new(),
            carriers: OnceCell::new(),
            copies: OnceCell::new(),
            twins: OnceCell::new(),
            players: [OnceCell::new(), OnceCell::new()],
            guards: plan.programs.iter().map(|_| OnceCell::new()).collect(),
            runs: plan.programs.iter().map(|_| OnceCell::new()).collect(),
            attributes: RefCell::default(),
            groups: RefCell::default(),
            gaps: RefCell::default(),
            neighbours: RefCell::default(),
            facets: RefCell::default(),
            played: RefCell::default(),
            loads: RefCell::default(),
            now,
        })
    }

    /// Whom the touches of a program can go out to.
    pub fn guards(&self, program: u32) -> Option<&ProgramGuards> {
        self.guards.get(program as usize)?.get_or_init(|| guards::of_program(&self.ground, program)).as_ref()
    }

    /// What closes a step to everybody, besides its conditions.
    pub fn closed(&self, program: u32, step: u32) -> Option<guards::Closed> {
        self.guards(program)?.steps.get(step as usize)?.closed
    }

    /// How a program runs.
    pub fn run(&self, program: u32) -> Option<&ProgramRun> {
        Some(self.runs.get(program as usize)?.get_or_init(|| tracks::of_program(&self.ground, program)))
    }

    /// A predicate of no program.
    pub fn node(&self, predicate: &Predicate) -> NodeId {
        self.ground.terms.borrow_mut().predicate(predicate, None).unwrap_or(Terms::NEVER)
    }

    /// The touch at a step.
    pub fn touch(&self, program: u32, step: u32) -> Option<&'p crate::plan::Touch> {
        match &self.plan.programs.get(program as usize)?.steps.get(step as usize)?.action {
            crate::plan::Action::Touch(touch) => Some(touch),
            _ => None,
        }
    }

    /// Programs that are not drafts, by their places.
    pub fn programs(&self) -> impl Iterator<Item = u32> + '_ {
        (0..).zip(&self.plan.programs).filter(|(_, program)| !program.draft).map(|(number, _)| number)
    }

    /// Contents that are not drafts, by their places.
    pub fn contents(&self) -> impl Iterator<Item = u32> + '_ {
        (0..).zip(&self.plan.contents).filter(|(_, content)| !content.draft).map(|(number, _)| number)
    }

    /// The touches of a program, those that nobody reaches too: places of steps. What carries a draft is not sent.
    pub fn steps_of(&self, program: u32) -> Vec<u32> {
        let Some(of) = self.plan.programs.get(program as usize) else { return Vec::new() };
        let draft = |name: &SmolStr| self.content(name).and_then(|place| self.plan.contents.get(place as usize)).is_some_and(|content| content.draft);
        (0..)
            .zip(&of.steps)
            .filter(|(_, step)| matches!(&step.action, crate::plan::Action::Touch(touch) if !touch.content.as_ref().is_some_and(draft)))
            .map(|(place, _)| place)
            .collect()
    }

    /// The touches of a program that somebody may reach.
    pub fn touches_of(&self, program: u32) -> &[u32] {
        let Some(slot) = self.reached.get(program as usize) else { return &[] };
        slot.get_or_init(|| {
            let Some(guards) = self.guards(program) else { return Vec::new() };
            let reached = |step: &u32| guards.steps.get(*step as usize).is_some_and(|step| step.reachable != super::truth::Truth::No);
            self.steps_of(program).into_iter().filter(reached).collect()
        })
    }

    /// Every touch of every program that somebody may reach.
    pub fn touches(&self) -> &[(u32, u32)] {
        self.touches.get_or_init(|| self.programs().flat_map(|program| self.touches_of(program).iter().map(move |step| (program, *step))).collect())
    }

    /// The touches that carry a content, of those that somebody may reach.
    pub fn touches_with(&self, content: u32) -> &[(u32, u32)] {
        let carriers = self.carriers.get_or_init(|| {
            let mut found: FxHashMap<u32, Vec<(u32, u32)>> = FxHashMap::default();
            for (program, step) in self.touches() {
                if let Some(content) = self.touch(*program, *step).and_then(|touch| touch.content.as_ref()).and_then(|name| self.content(name)) {
                    found.entry(content).or_default().push((*program, *step));
                }
            }
            found
        });
        carriers.get(&content).map_or(&[], Vec::as_slice)
    }

    /// The policy ready to play, with what holds messages back or without.
    pub fn playing(&self, limited: bool) -> Option<&crate::run::Policy> {
        let slot = self.players.get(usize::from(limited))?;
        slot.get_or_init(|| {
            if limited {
                return crate::run::Policy::new(self.plan, &[], false).ok();
            }
            crate::run::Policy::new(&super::stories::without_limits(self.plan), &[], false).ok()
        })
        .as_ref()
    }

    /// The place of a content.
    pub fn content(&self, name: &str) -> Option<u32> {
        self.contents_by_name.get(name).copied()
    }

    /// The place of a signal.
    pub fn signal(&self, name: &str) -> Option<u32> {
        self.signals_by_name.get(name).copied()
    }

    /// A stage, written `journey.stage`.
    pub fn stage(&self, name: &str) -> Option<Entity> {
        let (journey, stage) = name.split_once('.')?;
        let place = self.plan.journeys.iter().position(|known| known.name == journey)?;
        let number = self.plan.journeys.get(place)?.stages.iter().position(|known| known.name == stage)?;
        Some(Entity::Stage(place as u32, number as u32))
    }

    /// Whether a program speaks of those we cannot name.
    pub fn is_anonymous(&self, program: u32) -> bool {
        self.plan.programs.get(program as usize).is_some_and(|program| program.audience.anonymous)
    }
}

/// The instant at which examples live: noon of today, if that is said.
pub fn now(today: Option<Date>) -> Instant {
    const USUAL: Instant = 1_767_225_600;
    today.and_then(crate::run::clock::day_start).unwrap_or(USUAL) + DAY / 2
}
