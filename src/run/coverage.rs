//! What the tests of a policy exercised: its programs, tracks, ways, touches, stages, lines of scores, exits, handoffs,
//! and both outcomes of each condition. It depends on what the policy means, not on how it is laid out.

use super::case::{Cases, Outcome};
use super::play::Player;
use super::policy::NodeId;
use super::trace::{Entry, Leaving, StepId, TrackId, What};
use crate::plan::{Action, Earned, Plan, Predicate};

/// What can be covered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Somebody joins the program.
    Program(u32),
    /// The track starts.
    Track(TrackId),
    /// An `if`, `else` or arm of a split is taken.
    Way(StepId, Option<u32>),
    /// A `wait until` comes true (or else, its time runs out).
    Wait(StepId, bool),
    /// The touch goes out.
    Touch(StepId),
    /// Somebody is in the stage.
    Stage(u32, u32),
    /// The line of a score gives points.
    Points(u32, u32),
    /// The goal is reached.
    Goal(u32),
    /// `leave when` makes somebody leave.
    LeaveWhen(u32),
    /// The step `leave` is reached.
    Leave(StepId),
    /// The handoff takes somebody.
    Handoff(u32),
    /// The way back gives somebody back.
    Back(u32, u32),
    /// A condition holds (or does not): the number of its site, and of its atom there.
    Condition(u32, u32, bool),
}

impl Unit {
    /// The kind in the plural.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Program(_) => "programs",
            Self::Track(_) => "tracks",
            Self::Way(..) | Self::Wait(..) => "branches",
            Self::Touch(_) => "touches",
            Self::Stage(..) => "stages",
            Self::Points(..) => "score lines",
            Self::Goal(_) | Self::LeaveWhen(_) | Self::Leave(_) => "exits",
            Self::Handoff(_) | Self::Back(..) => "handoffs",
            Self::Condition(..) => "conditions",
        }
    }

    /// All kinds, in the order in which they are told.
    pub const KINDS: [&'static str; 9] = ["programs", "tracks", "branches", "touches", "stages", "score lines", "exits", "handoffs", "conditions"];
}

/// A condition of the policy, with the atoms that it is made of.
#[derive(Clone, Debug)]
pub struct Site<'a> {
    /// The program whose join and labels it means.
    pub program: Option<u32>,
    /// The step that asks it; where there is none it is asked at every instant.
    pub step: Option<StepId>,
    /// Its atoms.
    pub atoms: Vec<&'a Predicate>,
}

/// What is there to be covered, and whether it was.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Each unit once, sorted.
    pub units: Vec<(Unit, bool)>,
}

impl Coverage {
    /// How many units of a kind were covered, and how many there are.
    pub fn of(&self, kind: &str) -> (usize, usize) {
        let units = self.units.iter().filter(|(unit, _)| unit.kind() == kind);
        units.fold((0, 0), |(covered, all), (_, hit)| (covered + usize::from(*hit), all + 1))
    }

    /// How many units were covered, and how many there are.
    pub fn total(&self) -> (usize, usize) {
        (self.units.iter().filter(|(_, hit)| *hit).count(), self.units.len())
    }

    fn hit(&mut self, unit: Unit) {
        if let Ok(place) = self.units.binary_search_by(|(known, _)| known.cmp(&unit))
            && let Some((_, hit)) = self.units.get_mut(place)
        {
            *hit = true;
        }
    }
}

/// Everything that the tests of a plan could exercise. Drafts never run, and are left out.
fn units(plan: &Plan, sites: &[Site<'_>]) -> Vec<(Unit, bool)> {
    let mut units = Vec::new();
    for (number, program) in (0..).zip(&plan.programs).filter(|(_, program)| !program.draft) {
        units.push(Unit::Program(number));
        units.extend((0..program.tracks.len() as u32).map(|track| Unit::Track(TrackId { program: number, track })));
        units.extend(program.goal.iter().map(|_| Unit::Goal(number)));
        units.extend(program.leave_when.iter().map(|_| Unit::LeaveWhen(number)));
        for (place, step) in (0..).zip(&program.steps) {
            let id = StepId { program: number, step: place };
            match &step.action {
                Action::Touch(touch) => {
                    let draft = touch.content.as_ref().is_some_and(|name| plan.contents.iter().any(|content| content.name == *name && content.draft));
                    units.extend((!draft).then_some(Unit::Touch(id)));
                }
                Action::If { branches, .. } => {
                    units.extend((0..branches.len() as u32).map(|way| Unit::Way(id, Some(way))));
                    units.push(Unit::Way(id, None));
                }
                Action::Split { arms, .. } => units.extend((0..arms.len() as u32).map(|way| Unit::Way(id, Some(way)))),
                Action::WaitUntil { .. } => units.extend([Unit::Wait(id, true), Unit::Wait(id, false)]),
                Action::Leave => units.push(Unit::Leave(id)),
                Action::Wait { .. } | Action::Handoff { .. } => {}
            }
        }
    }
    for (number, journey) in (0..).zip(&plan.journeys) {
        units.extend((0..journey.stages.len() as u32).map(|stage| Unit::Stage(number, stage)));
    }
    for (number, score) in (0..).zip(&plan.scores) {
        units.extend((0..score.points.len() as u32).map(|line| Unit::Points(number, line)));
    }
    for (number, handoff) in (0..).zip(&plan.handoffs) {
        units.push(Unit::Handoff(number));
        units.extend((0..handoff.back.len() as u32).map(|back| Unit::Back(number, back)));
    }
    for (number, site) in (0..).zip(sites) {
        units.extend((0..site.atoms.len() as u32).flat_map(|atom| [Unit::Condition(number, atom, false), Unit::Condition(number, atom, true)]));
    }
    units.sort_unstable();
    units.into_iter().map(|unit| (unit, false)).collect()
}

/// Runs the tests and notes what they exercise.
///
/// # Errors
/// When the plan does not hang together.
pub fn coverage(plan: &Plan, cases: &[crate::plan::TestCase], sites: &[Site<'_>]) -> Result<Coverage, super::Unfit> {
    let mut asked: Vec<(Option<u32>, &Predicate)> = sites.iter().flat_map(|site| site.atoms.iter().map(|atom| (site.program, *atom))).collect();
    // A line `when` gives points as long as it holds, also where it held from the beginning.
    let mut standing: Vec<(u32, u32)> = Vec::new();
    for (score, written) in (0..).zip(&plan.scores) {
        for (line, points) in (0..).zip(&written.points) {
            if let Earned::When(predicate) = &points.earned {
                asked.push((None, predicate));
                standing.push((score, line));
            }
        }
    }
    let ready = Cases::with(plan, cases, &asked, true)?;
    let policy = ready.policy();
    let nodes = policy.extra().get(policy.extra().len().saturating_sub(asked.len())..).unwrap_or(&[]);
    let mut rest = nodes.iter().copied();
    // For each site, the nodes of its atoms.
    let nodes: Vec<Vec<NodeId>> = sites.iter().map(|site| rest.by_ref().take(site.atoms.len()).collect()).collect();
    let standing: Vec<(Unit, NodeId)> = standing.into_iter().map(|(score, line)| Unit::Points(score, line)).zip(rest).collect();
    let mut coverage = Coverage { units: units(plan, sites) };
    let mut player = ready.player();
    for number in 0..cases.len() {
        let mut seen = Seen { plan, sites, nodes: &nodes, standing: &standing, told: 0, waiting: Vec::new(), hits: Vec::new() };
        let Some(outcome) = ready.run_with(number, &mut player, |player| seen.instant(player)) else { continue };
        // What steps asked is known from the trace: conditions are looked up again at those instants.
        seen.steps(&ready, &outcome);
        let mut hits = seen.hits;
        hits.extend(outcome.trace.iter().flat_map(|entry| of_entry(plan, entry)));
        hits.sort_unstable();
        hits.dedup();
        hits.into_iter().for_each(|unit| coverage.hit(unit));
    }
    Ok(coverage)
}

/// What an entry of a trace shows.
fn of_entry(plan: &Plan, entry: &Entry) -> Vec<Unit> {
    match &entry.what {
        What::Score { score, by, .. } => {
            let lines = plan.scores.get(*score as usize).map_or(&[][..], |score| &score.points);
            let earned = |line: &&u32| lines.get(**line as usize).is_some_and(|line| matches!(line.earned, Earned::For { .. }));
            by.iter().filter(earned).map(|line| Unit::Points(*score, *line)).collect()
        }
        What::Joined { program } => vec![Unit::Program(*program)],
        What::Started { track } => vec![Unit::Track(*track)],
        What::Chose { step, way } => vec![Unit::Way(*step, *way)],
        What::Waited { step, true_now } => vec![Unit::Wait(*step, *true_now)],
        What::Sent { step, .. } => vec![Unit::Touch(*step)],
        What::Stage { journey, to: Some(stage), .. } => vec![Unit::Stage(*journey, *stage)],
        What::Goal { program } => vec![Unit::Goal(*program)],
        What::Left { program, why: Leaving::LeaveWhen } => vec![Unit::LeaveWhen(*program)],
        What::Left { why: Leaving::Step(step), .. } => vec![Unit::Leave(*step)],
        What::HandedOff { handoff, .. } => vec![Unit::Handoff(*handoff)],
        What::Back { handoff, back } => vec![Unit::Back(*handoff, *back)],
        _ => Vec::new(),
    }
}

/// What one test has shown so far.
struct Seen<'a> {
    plan: &'a Plan,
    /// The lines `when` of scores, with their nodes.
    standing: &'a [(Unit, NodeId)],
    sites: &'a [Site<'a>],
    nodes: &'a [Vec<NodeId>],
    told: usize,
    waiting: Vec<StepId>,
    hits: Vec<Unit>,
}

impl Seen<'_> {
    /// Conditions that no step asks are asked at every instant.
    fn instant(&mut self, player: &Player<'_>) {
        self.hits.extend(self.standing.iter().filter(|(_, node)| player.holds(*node)).map(|(unit, _)| unit.clone()));
        for (site, nodes) in (0..).zip(self.nodes) {
            if self.sites.get(site as usize).is_some_and(|site| site.step.is_none()) {
                self.note(site, nodes, player);
            }
        }
    }

    fn note(&mut self, site: u32, nodes: &[NodeId], player: &Player<'_>) {
        for (atom, node) in (0..).zip(nodes) {
            let unit = Unit::Condition(site, atom, player.holds(*node));
            if self.hits.last() != Some(&unit) {
                self.hits.push(unit);
            }
        }
    }

    /// Conditions of steps are asked when the trace says that the step was reached, and those of a `wait until` as long
    /// as it waits.
    fn steps(&mut self, cases: &Cases<'_>, outcome: &Outcome) {
        let trace = &outcome.trace;
        cases.player().play_with(&outcome.lead, outcome.from, outcome.until, &mut super::trace::Nothing, |player, now| {
            let mut asked: Vec<StepId> = self.waiting.clone();
            while let Some(entry) = trace.get(self.told).filter(|entry| entry.at <= now) {
                self.told += 1;
                match &entry.what {
                    What::Waits { step, .. } => {
                        self.waiting.push(*step);
                        asked.push(*step);
                    }
                    What::Waited { step, .. } => {
                        self.waiting.retain(|known| known != step);
                        asked.push(*step);
                    }
                    What::Ended { track, .. } => {
                        let of = |step: &StepId| {
                            self.plan.programs.get(step.program as usize).and_then(|program| program.steps.get(step.step as usize)).map(|step| step.track)
                        };
                        self.waiting.retain(|known| known.program != track.program || of(known) != Some(track.track));
                    }
                    What::Chose { step, .. } | What::Sent { step, .. } | What::Skipped { step, .. } | What::Held { step, .. } => asked.push(*step),
                    _ => {}
                }
            }
            for (site, nodes) in (0..).zip(self.nodes) {
                if self.sites.get(site as usize).and_then(|site| site.step).is_some_and(|step| asked.contains(&step)) {
                    self.note(site, nodes, player);
                }
            }
        });
    }
}
