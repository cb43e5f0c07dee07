//! How programs run: how many touches one after another, how early, how long apart, and what they listen to.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::leads::{Ground, is_act};
use crate::plan::{self, Action, Program, Step, Touch, Trigger};
use crate::proof::rewrite;
use crate::run::policy::Node;
use crate::run::{NodeId, Terms};

/// What is known of a touch in its track.
#[derive(Clone, Copy, Debug, Default)]
pub struct TouchRun {
    /// Its earliest place among the program's touches that a lead gets; 1 is the first.
    pub order: u32,
    /// The least time from joining until it goes out, in seconds.
    pub earliest: u64,
    /// The longest planned wait since the touch before it in its track, in seconds.
    pub gap: u64,
}

/// What is known of how a program runs.
#[derive(Clone, Debug, Default)]
pub struct ProgramRun {
    /// For each step, in the order of ids; of touches only.
    pub touches: Vec<TouchRun>,
    /// For each track: the most direct touches in a row without a look at what the lead did.
    pub longest_run: Vec<u32>,
    /// The most different touches one lead can get from it.
    pub most_touches: u32,
    /// Signals that change what comes next, by their places.
    pub reacts_to: BTreeSet<u32>,
    /// A fingerprint of what it does, apart from its name, title, doc, owner and audience.
    pub shape: SmolStr,
}

/// How a program runs.
pub fn of_program(ground: &Ground<'_>, number: u32) -> ProgramRun {
    let plan = ground.plan();
    let Some(program) = plan.programs.get(number as usize) else { return ProgramRun::default() };
    let maker = Maker { ground, number, program, same: continuations(program) };
    maker.make()
}

/// Whether a condition of a program can turn for a lead whose facts do not change.
fn moves(ground: &Ground<'_>, program: u32, predicate: &plan::Predicate) -> bool {
    let Ok(node) = ground.terms.borrow_mut().predicate(predicate, Some(program)) else { return true };
    !rewrite::is_of_facts(&ground.terms.borrow(), node)
}

/// Whether a lead whose facts do not change can leave a program by no means.
pub fn stays(ground: &Ground<'_>, program: u32) -> bool {
    let plan = ground.plan();
    let Some(of) = plan.programs.get(program as usize) else { return false };
    let moves = |predicate: &plan::Predicate| moves(ground, program, predicate);
    let ends = of.steps.iter().any(|step| matches!(step.action, Action::Leave | Action::Handoff { .. }));
    let gone = of.goal.as_ref().is_some_and(|goal| goal.ends && moves(&goal.predicate));
    let handed = plan.handoffs.iter().any(|handoff| moves(&handoff.predicate));
    !ends && !gone && !handed && !moves(&of.audience.predicate) && !of.leave_when.as_ref().is_some_and(moves)
}

struct Maker<'g, 'p> {
    ground: &'g Ground<'p>,
    number: u32,
    program: &'p Program,
    /// For each step, what follows from it on: equal where the same touches follow in the same way; empty where nothing does.
    same: Vec<String>,
}

/// What a program does, track by track, in a normal form without ids and labels: equal where the same steps follow each other.
pub fn courses(program: &Program) -> Vec<String> {
    use crate::plan::Normal as _;
    let mut program = program.clone();
    program.normalize();
    let mut found = in_tracks(&program, &continuations(&program));
    found.sort_unstable();
    found
}

/// For each track what starts it and what follows.
fn in_tracks(program: &Program, after: &[String]) -> Vec<String> {
    let course = |track: &plan::Track| {
        let first = track.first.and_then(|id| id.checked_sub(1)).and_then(|place| after.get(place as usize));
        format!("{} {}", serde_json::to_string(&track.trigger).unwrap_or_default(), first.map_or("", String::as_str))
    };
    program.tracks.iter().map(course).collect()
}

/// What is known when a step is come to.
#[derive(Clone, Copy, Debug)]
struct Way {
    least_touches: u32,
    most_touches: u32,
    least_wait: u64,
    since_touch: u64,
    run: u32,
}

/// What follows from each step on, in a normal form without ids and labels: an `if` whose ways are the same is no `if`.
fn continuations(program: &Program) -> Vec<String> {
    let mut made: Vec<String> = vec![String::new(); program.steps.len()];
    let after =
        |made: &Vec<String>, id: Option<u32>| id.and_then(|id| id.checked_sub(1)).and_then(|place| made.get(place as usize)).cloned().unwrap_or_default();
    for (place, step) in program.steps.iter().enumerate().rev() {
        let text = match &step.action {
            Action::Touch(touch) => {
                format!("touch {};{}", serde_json::to_string(&touch.bare()).unwrap_or_default(), after(&made, touch.next))
            }
            Action::Wait { seconds, next } => format!("wait {seconds};{}", after(&made, *next)),
            Action::WaitUntil { until, at_most_seconds, next } => {
                format!("until {} {at_most_seconds};{}", serde_json::to_string(until).unwrap_or_default(), after(&made, *next))
            }
            Action::If { branches, otherwise } => {
                let ways: Vec<String> = branches.iter().map(|branch| after(&made, branch.next)).collect();
                let rest = after(&made, *otherwise);
                if ways.iter().all(|way| *way == rest) {
                    rest
                } else {
                    let parts: Vec<String> = branches
                        .iter()
                        .zip(&ways)
                        .map(|(branch, way)| format!("{} {{{way}}}", serde_json::to_string(&branch.when).unwrap_or_default()))
                        .collect();
                    format!("if {} else {{{rest}}}", parts.join(" "))
                }
            }
            Action::Split { arms, .. } => {
                let parts: Vec<String> = arms.iter().map(|arm| format!("{} {{{}}}", arm.percent, after(&made, arm.next))).collect();
                format!("split {}", parts.join(" "))
            }
            Action::Handoff { handoff } => format!("handoff {handoff}"),
            Action::Leave => String::new(),
        };
        if let Some(slot) = made.get_mut(place) {
            *slot = short(text);
        }
    }
    made
}

/// A text as it is, or its hash where it is long: what follows would else grow with every `if`.
fn short(text: String) -> String {
    use sha2::{Digest as _, Sha256};
    if text.len() <= 64 {
        return text;
    }
    let hash = Sha256::digest(text.as_bytes());
    let mut short: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    // Whether a touch follows has to be seen still.
    if text.contains("touch ") || text.contains("+t") {
        short.push_str("+t");
    }
    short
}

/// Whether a touch follows.
fn sends(continuation: &str) -> bool {
    continuation.contains("touch ") || continuation.contains("+t")
}

impl Maker<'_, '_> {
    fn node(&self, predicate: &plan::Predicate) -> NodeId {
        self.ground.terms.borrow_mut().predicate(predicate, Some(self.number)).unwrap_or(Terms::NEVER)
    }

    /// The signals that a condition depends on: see [`signals`].
    fn signals(&self, predicate: &plan::Predicate) -> BTreeSet<u32> {
        let node = self.node(predicate);
        signals(self.ground, node)
    }

    /// Whether a condition looks at what the lead did.
    fn looks(&self, predicate: &plan::Predicate) -> bool {
        let plan = self.ground.plan();
        self.signals(predicate).iter().any(|signal| plan.signals.get(*signal as usize).is_some_and(is_act))
    }

    fn after(&self, id: Option<u32>) -> &str {
        id.and_then(|id| id.checked_sub(1)).and_then(|place| self.same.get(place as usize)).map_or("", String::as_str)
    }

    fn make(&self) -> ProgramRun {
        let mut run = ProgramRun { touches: vec![TouchRun::default(); self.program.steps.len()], ..ProgramRun::default() };
        let mut keys: BTreeSet<String> = BTreeSet::new();
        for (track_number, track) in self.program.tracks.iter().enumerate() {
            let steps: Vec<(usize, &Step)> = self.program.steps.iter().enumerate().filter(|(_, step)| step.track as usize == track_number).collect();
            let (longest, most) = self.track(track, &steps, &mut run);
            run.longest_run.push(longest);
            let own: BTreeSet<String> = steps
                .iter()
                .filter_map(|(place, step)| match &step.action {
                    Action::Touch(touch) => Some(touch.once.as_ref().map_or_else(|| key_of(touch, *place), ToString::to_string)),
                    _ => None,
                })
                .collect();
            let most = if self.runs_again(track) { self.in_all_runs(track).len() as u32 } else { most };
            run.most_touches += most.min(own.len() as u32);
            keys.extend(own);
        }
        run.most_touches = run.most_touches.min(keys.len() as u32);
        self.listens(&mut run);
        run.shape = self.shape();
        run
    }

    /// The most different touches of a track that runs again and again for one lead: at a look at what they did another way may be taken
    /// another time; at a look at facts, which do not change, always the same.
    fn in_all_runs(&self, track: &plan::Track) -> BTreeSet<String> {
        let mut after: FxHashMap<u32, BTreeSet<String>> = FxHashMap::default();
        let of = |after: &FxHashMap<u32, BTreeSet<String>>, id: Option<u32>| id.and_then(|id| after.get(&id)).cloned().unwrap_or_default();
        for (place, step) in self.program.steps.iter().enumerate().rev() {
            let found = match &step.action {
                Action::Touch(touch) => {
                    let mut found = of(&after, touch.next);
                    found.insert(touch.once.as_ref().map_or_else(|| key_of(touch, place), ToString::to_string));
                    found
                }
                Action::Wait { next, .. } | Action::WaitUntil { next, .. } => of(&after, *next),
                Action::If { branches, otherwise } => {
                    let ways = branches.iter().map(|branch| of(&after, branch.next)).chain([of(&after, *otherwise)]);
                    if branches.iter().any(|branch| moves(self.ground, self.number, &branch.when)) {
                        ways.flatten().collect()
                    } else {
                        ways.max_by_key(BTreeSet::len).unwrap_or_default()
                    }
                }
                Action::Split { arms, .. } => arms.iter().flat_map(|arm| of(&after, arm.next)).collect(),
                Action::Handoff { .. } | Action::Leave => BTreeSet::new(),
            };
            after.insert(step.id, found);
        }
        of(&after, track.first)
    }

    /// Whether a lead can go through a track more than once.
    fn runs_again(&self, track: &plan::Track) -> bool {
        match track.trigger {
            Trigger::Moment(_) => false,
            Trigger::Join => match self.program.rejoin {
                plan::Rejoin::Never => false,
                plan::Rejoin::AfterSeconds(_) => true,
                plan::Rejoin::Always => !stays(self.ground, self.number),
            },
            Trigger::Stage { .. } | Trigger::Signal(_) | Trigger::EverySeconds(_) => true,
        }
    }

    /// The longest run and the most touches of a track.
    fn track(&self, track: &plan::Track, steps: &[(usize, &Step)], run: &mut ProgramRun) -> (u32, u32) {
        let staged = matches!(track.trigger, Trigger::Stage { .. });
        let (mut longest, mut most) = (0, 0);
        let start = match &track.trigger {
            Trigger::EverySeconds(seconds) => Way { least_touches: 0, most_touches: 0, least_wait: *seconds, since_touch: *seconds, run: 0 },
            _ => Way { least_touches: 0, most_touches: 0, least_wait: 0, since_touch: 0, run: 0 },
        };
        let mut ways: FxHashMap<u32, Way> = FxHashMap::default();
        let arrive = |ways: &mut FxHashMap<u32, Way>, id: Option<u32>, way: Way| {
            let Some(id) = id else { return };
            let joined = ways.get(&id).map_or(way, |known| Way {
                least_touches: known.least_touches.min(way.least_touches),
                most_touches: known.most_touches.max(way.most_touches),
                least_wait: known.least_wait.min(way.least_wait),
                since_touch: known.since_touch.max(way.since_touch),
                run: known.run.max(way.run),
            });
            ways.insert(id, joined);
        };
        arrive(&mut ways, track.first, start);
        for (place, step) in steps {
            let Some(mut way) = ways.get(&step.id).copied() else { continue };
            match &step.action {
                Action::Touch(touch) => {
                    if let Some(slot) = run.touches.get_mut(*place) {
                        *slot = TouchRun { order: way.least_touches + 1, earliest: way.least_wait, gap: way.since_touch };
                    }
                    let conditions: Vec<&plan::Predicate> = touch.only_if.iter().chain(&touch.reason).collect();
                    if touch.message {
                        if conditions.iter().any(|condition| self.looks(condition)) {
                            way.run = 0;
                        }
                        way.run += 1;
                        longest = longest.max(way.run);
                    }
                    way.least_touches += u32::from(conditions.is_empty());
                    way.most_touches += 1;
                    way.since_touch = 0;
                    most = most.max(way.most_touches);
                    arrive(&mut ways, touch.next, way);
                }
                Action::Wait { seconds, next } => {
                    way.least_wait = way.least_wait.saturating_add(*seconds);
                    way.since_touch = way.since_touch.saturating_add(*seconds);
                    // While it waits, the track ends as soon as the stage does.
                    if staged {
                        way.run = 0;
                    }
                    arrive(&mut ways, *next, way);
                }
                Action::WaitUntil { until, at_most_seconds, next } => {
                    way.since_touch = way.since_touch.saturating_add(*at_most_seconds);
                    if staged || self.looks(until) {
                        way.run = 0;
                    }
                    arrive(&mut ways, *next, way);
                }
                Action::If { branches, otherwise } => {
                    let rest = self.after(*otherwise);
                    let differs = branches.iter().any(|branch| self.after(branch.next) != rest);
                    if differs && branches.iter().any(|branch| self.looks(&branch.when)) {
                        way.run = 0;
                    }
                    branches.iter().for_each(|branch| arrive(&mut ways, branch.next, way));
                    arrive(&mut ways, *otherwise, way);
                }
                Action::Split { arms, .. } => arms.iter().for_each(|arm| arrive(&mut ways, arm.next, way)),
                Action::Handoff { .. } | Action::Leave => {}
            }
        }
        (longest, most)
    }

    /// Signals that change which touch comes next, when, or by which channel. An end alone is no reaction, nor is what we did.
    fn listens(&self, run: &mut ProgramRun) {
        let plan = self.ground.plan();
        let mut found: BTreeSet<u32> = BTreeSet::new();
        let place_of = |name: &str| plan.signals.iter().position(|signal| signal.name == name).map(|place| place as u32);
        let sends_at_all = |track: &plan::Track| sends(self.after(track.first));
        if let Some(plan::Join::On(event)) = &self.program.join
            && self.program.tracks.iter().any(sends_at_all)
        {
            found.extend(place_of(&event.signal));
        }
        for track in self.program.tracks.iter().filter(|track| sends_at_all(track)) {
            match &track.trigger {
                Trigger::Signal(event) => found.extend(place_of(&event.signal)),
                Trigger::Stage { journey, stages } => {
                    found.extend(self.signals(&plan::Predicate::StageIn { journey: journey.clone(), stages: stages.clone() }));
                }
                _ => {}
            }
        }
        for step in &self.program.steps {
            match &step.action {
                Action::Touch(touch) => {
                    for condition in touch.only_if.iter().chain(&touch.reason) {
                        found.extend(self.signals(condition));
                    }
                }
                Action::WaitUntil { until, next, .. } if sends(self.after(*next)) => found.extend(self.signals(until)),
                Action::If { branches, otherwise } => {
                    let mut ways: Vec<&str> = branches.iter().map(|branch| self.after(branch.next)).collect();
                    ways.push(self.after(*otherwise));
                    ways.sort_unstable();
                    ways.dedup();
                    if ways.len() < 2 {
                        continue;
                    }
                    // One way that goes on and others that end: only an end.
                    let going_on: Vec<&&str> = ways.iter().filter(|way| sends(way)).collect();
                    let added = going_on.len() > 1 || (going_on.len() == 1 && !self.only_ends(branches, *otherwise));
                    if added {
                        branches.iter().for_each(|branch| found.extend(self.signals(&branch.when)));
                    }
                }
                _ => {}
            }
        }
        found.retain(|signal| plan.signals.get(*signal as usize).is_some_and(|signal| signal.kind.is_some()));
        run.reacts_to = found;
    }

    /// Whether the ways that send nothing end the program or hand over: then the `if` is a way out and nothing more. A way that just
    /// comes to the end of its track leaves a touch out, which is a reaction.
    fn only_ends(&self, branches: &[plan::Branch], otherwise: Option<u32>) -> bool {
        let ends = |id: Option<u32>| {
            let step = id.and_then(|id| id.checked_sub(1)).and_then(|place| self.program.steps.get(place as usize));
            step.is_some_and(|step| matches!(step.action, Action::Leave | Action::Handoff { .. }))
        };
        branches.iter().map(|branch| branch.next).chain([otherwise]).filter(|id| !sends(self.after(*id))).any(ends)
    }

    fn shape(&self) -> SmolStr {
        use sha2::{Digest as _, Sha256};
        let program = self.program;
        let tracks = in_tracks(program, &self.same);
        let goal = serde_json::to_string(&program.goal).unwrap_or_default();
        let rest = serde_json::to_string(&(&program.join, &program.rejoin, &program.journey, &program.leave_when, &program.caps, &program.send_on))
            .unwrap_or_default();
        let hash = Sha256::digest(format!("{goal}\n{rest}\n{}", tracks.join("\n")).as_bytes());
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>().into()
    }
}

/// What a message without a key of its own is: itself.
fn key_of(touch: &Touch, place: usize) -> String {
    touch.content.as_ref().map_or_else(|| format!("step {place}"), |content| format!("{} {content}", touch.channel.name()))
}

/// The signals that a predicate depends on, by their places: proved for counts, and every signal with points for a score that matters.
pub fn signals(ground: &Ground<'_>, node: NodeId) -> BTreeSet<u32> {
    let asked: Vec<NodeId> = rewrite::leaves(&ground.terms.borrow(), node);
    let mut counted: BTreeSet<u32> = BTreeSet::new();
    let mut scored: BTreeSet<u32> = BTreeSet::new();
    {
        let terms = ground.terms.borrow();
        let signal_of = |list: u32| terms.list(list).map(|list| list.signal);
        for leaf in &asked {
            match terms.node(*leaf) {
                Node::Count { list, .. } => counted.extend(signal_of(*list)),
                Node::AtLeast(score, _) => {
                    scored.extend(terms.score(*score).into_iter().flat_map(|score| &score.events).filter_map(|line| signal_of(line.list)))
                }
                _ => {}
            }
        }
    }
    // One signal and nothing else that could outweigh it.
    let plain = matches!(ground.terms.borrow().node(node), Node::Count { .. });
    let mut found = scored;
    for signal in counted {
        if found.contains(&signal) {
            continue;
        }
        if plain {
            found.insert(signal);
            continue;
        }
        let without = rewrite::without_signal(&mut ground.terms.borrow_mut(), node, signal);
        let (gains, loses) = (ground.and(&[node, ground.not(without)]), ground.and(&[without, ground.not(node)]));
        // What is not decided is taken for a dependence: it is written there.
        let depends = |node: NodeId| !ground.excludes(node);
        if depends(gains) || depends(loses) {
            found.insert(signal);
        }
    }
    found
}
