//! Finds a lead for whom a predicate holds, or proves that there is none.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Universe;
use super::choose;
use super::column::Ask;
use super::cone::{Cone, Count};
use super::events::{self, Need, Realized};
use super::filters::{self, Filters};
use super::points::{self, Known};
use super::sat::{Lit, Sat, Verdict};
use crate::run::Terms;
use crate::run::lead::{DAY, Event, Fact, Instant, Lead};
use crate::run::policy::{Node, NodeId};
use crate::run::still::{Asking, Still};

/// Conflicts that one question may cost: some tenths of a second.
const BUDGET: u64 = 20_000;
/// How often what does not go together may be learnt and the search go on.
const LESSONS: usize = 200;
/// Events that are added to bring a score to where it has to be.
const ADDED: usize = 400;

/// How often a lead may be put together for one question.
const ATTEMPTS: usize = 60;
/// With more counts than this a model is not followed in all it says.
const LARGE: usize = 24;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A lead for whom it holds, held against the evaluator.
    Lead(Box<Example>),
    /// A proof that there is none.
    Nobody,
    /// Neither: why.
    Unknown(String),
}

impl Found {
    /// Whether there is one, if that is known.
    pub fn known(&self) -> Option<bool> {
        match self {
            Found::Lead(_) => Some(true),
            Found::Nobody => Some(false),
            Found::Unknown(_) => None,
        }
    }

    /// The lead.
    pub fn example(&self) -> Option<&Example> {
        if let Found::Lead(example) = self { Some(example) } else { None }
    }
}

/// A lead for whom something holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The lead, and the instant.
    pub still: Still,
    /// The fields that matter, by their places; the others could be anything.
    pub fields: Vec<u32>,
    /// The signals of which it matters that they happened or did not, by their places.
    pub signals: Vec<u32>,
}

/// Answers questions about the nodes of one graph.
pub struct Prover {
    filters: Filters,
    /// "Now" in an example, unless the question asks for another.
    now: Instant,
}

/// What has to be so for a lead to be an example.
#[derive(Default)]
struct Needed {
    facts: Vec<(u32, NodeId, bool)>,
    counts: Vec<(NodeId, Count, bool)>,
    scores: Vec<(NodeId, u32, i128, bool)>,
}

/// Why no lead was built.
enum Failed {
    /// These literals do not go together.
    Lesson(Vec<Lit>),
    /// It was not found out.
    Because(String),
}

impl Prover {
    /// A prover whose examples live at `now`, if nothing else is asked.
    pub fn new(now: Instant) -> Self {
        Self { filters: Filters::default(), now }
    }

    /// The instant at which its examples live.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The most that a score can be, in millionths of a point; `None` where nothing bounds it.
    pub fn highest(&self, terms: &Terms<'_>, score: u32) -> Option<i128> {
        super::most::highest(terms, &self.filters, score)
    }

    /// The greatest weight of conditions on facts that hold together within a node, and which they are; at most one of each group of
    /// `exclusive` counts. No lead has more.
    pub fn heaviest(&self, terms: &Terms<'_>, within: NodeId, items: &[(NodeId, u64)], exclusive: &[Vec<usize>]) -> (u64, Vec<usize>) {
        super::together::heaviest(terms, &self.filters, within, items, exclusive)
    }

    /// Whether it is proved, by the clauses alone, that a node holds of nobody. Cheaper than [`Prover::find`]: no lead is put together, so
    /// that some proofs which need that are missed.
    pub fn excludes(&self, terms: &Terms<'_>, node: NodeId, universe: Universe) -> bool {
        if *terms.node(node) == Node::Constant(false) {
            return true;
        }
        let mut sat = Sat::new(BUDGET);
        let cone = Cone::new(terms, &self.filters, &mut sat, &[node], universe);
        let root = cone.lit(&sat, node);
        sat.solve(&[root]) == Verdict::Unsatisfiable
    }

    /// A lead for whom a node holds, or a proof that there is none.
    pub fn find(&self, terms: &Terms<'_>, node: NodeId, universe: Universe) -> Found {
        self.find_all(terms, &[node], universe).0
    }

    /// A lead for whom all nodes hold; if there is none, which of them contradict each other, by their places.
    pub fn find_all(&self, terms: &Terms<'_>, nodes: &[NodeId], universe: Universe) -> (Found, Vec<usize>) {
        if let Some(place) = nodes.iter().position(|node| *terms.node(*node) == Node::Constant(false)) {
            return (Found::Nobody, vec![place]);
        }
        let mut sat = Sat::new(BUDGET);
        let cone = Cone::new(terms, &self.filters, &mut sat, nodes, universe);
        let roots: Vec<Lit> = nodes.iter().map(|node| cone.lit(&sat, *node)).collect();
        // Nobody does anything, if that will do; then nothing that our own touches cause.
        let (mut own, mut caused) = (Vec::new(), Vec::new());
        for (signal, counts) in &cone.counts {
            let builtin = terms.plan().signals.get(*signal as usize).is_some_and(|signal| signal.builtin);
            if builtin { &mut caused } else { &mut own }.extend(counts.iter().map(|(.., lit)| !*lit));
        }
        let mut tiers: Vec<Vec<Lit>> = Vec::new();
        if !own.is_empty() {
            tiers.push(roots.iter().chain(&own).chain(&caused).copied().collect());
        }
        if !caused.is_empty() {
            tiers.push(roots.iter().chain(&caused).copied().collect());
        }
        tiers.push(roots.clone());
        let mut why = String::new();
        let mut lessons = 0;
        let mut attempts = ATTEMPTS;
        let last = tiers.len() - 1;
        for (tier, assumed) in tiers.iter().enumerate() {
            loop {
                match sat.solve(assumed) {
                    Verdict::Satisfiable => {}
                    Verdict::Unsatisfiable if tier == last => {
                        if !why.is_empty() {
                            return (Found::Unknown(why), Vec::new());
                        }
                        let core = sat.core(&roots);
                        return (Found::Nobody, (0..roots.len()).filter(|place| roots.get(*place).is_some_and(|lit| core.contains(lit))).collect());
                    }
                    Verdict::Unsatisfiable => break,
                    Verdict::GaveUp => return (Found::Unknown("the search was longer than its budget allows".to_owned()), Vec::new()),
                }
                match self.build(terms, &cone, &sat, nodes, universe, &mut attempts) {
                    Ok(example) => return (Found::Lead(Box::new(example)), Vec::new()),
                    Err(Failed::Lesson(lits)) if lessons < LESSONS => {
                        lessons += 1;
                        let clause: Vec<Lit> = lits.iter().map(|lit| !*lit).collect();
                        sat.clause(&clause);
                    }
                    Err(Failed::Lesson(_)) => return (Found::Unknown("the search was longer than its budget allows".to_owned()), Vec::new()),
                    Err(Failed::Because(reason)) => {
                        // Another model may do; but if none does, nothing is proved.
                        if why.is_empty() {
                            why = reason;
                        }
                        if lessons >= 20 || attempts == 0 {
                            return (Found::Unknown(why), Vec::new());
                        }
                        lessons += 1;
                        let moving: Vec<Lit> = cone
                            .counts
                            .iter()
                            .flat_map(|(_, counts)| counts.iter().map(|(.., lit)| *lit))
                            .chain(cone.scores.iter().map(|(.., lit)| *lit))
                            .chain(cone.clock.asked().map(|(_, lit)| lit))
                            .map(|lit| lit.apply_sign(!sat.holds(lit)))
                            .collect();
                        if moving.is_empty() {
                            return (Found::Unknown(why), Vec::new());
                        }
                        sat.clause(&moving);
                    }
                }
            }
        }
        (Found::Unknown(why), Vec::new())
    }

    /// A lead by a model.
    fn build(&self, terms: &Terms<'_>, cone: &Cone, sat: &Sat, roots: &[NodeId], universe: Universe, attempts: &mut usize) -> Result<Example, Failed> {
        let mut failed = None;
        // With as little as decides the question, and if that does not do, with all that the model says.
        let large = cone.counts.iter().map(|(_, counts)| counts.len()).sum::<usize>() > LARGE;
        for all in [false, true] {
            if all && large {
                break;
            }
            let needed = needed(terms, cone, sat, roots, all);
            for now in self.instants(cone, sat) {
                for anchors in anchors(terms, &needed, now) {
                    if *attempts == 0 {
                        return Err(failed.unwrap_or_else(|| Failed::Because("no example was built within the budget".to_owned())));
                    }
                    *attempts -= 1;
                    match self.attempt(terms, cone, &needed, now, anchors, universe) {
                        Ok(still) => {
                            let mut asking = Asking::new(terms, &still);
                            if roots.iter().all(|root| asking.holds(*root)) {
                                return Ok(example(terms, still, &needed));
                            }
                            failed.get_or_insert(Failed::Because("an example was built, and the evaluator did not agree".to_owned()));
                        }
                        Err(Failed::Lesson(lits)) => return Err(Failed::Lesson(lits)),
                        Err(because) => {
                            failed.get_or_insert(because);
                        }
                    }
                }
            }
        }
        Err(failed.unwrap_or_else(|| Failed::Because("no example could be built".to_owned())))
    }

    /// Instants at which an example could live, the usual one first.
    fn instants(&self, cone: &Cone, sat: &Sat) -> Vec<Instant> {
        let (mut from, mut to) = (Instant::MIN, Instant::MAX);
        for (instant, lit) in cone.clock.asked() {
            if sat.holds(lit) {
                from = from.max(instant);
            } else {
                to = to.min(instant);
            }
        }
        let noon = |at: Instant| at.div_euclid(DAY) * DAY + DAY / 2;
        let mut found = vec![self.now];
        if from > Instant::MIN / 2 {
            found.extend([noon(from + 30 * DAY), noon(from + DAY), noon(from), from]);
        }
        if to < Instant::MAX / 2 {
            found.extend([noon(to - 30 * DAY), noon(to - DAY), to - 1]);
        }
        if from > Instant::MIN / 2 && to < Instant::MAX / 2 {
            found.push(from.midpoint(to));
        }
        found.retain(|now| from <= *now && *now < to);
        let mut seen = FxHashSet::default();
        found.retain(|now| seen.insert(*now));
        found
    }

    fn attempt(
        &self,
        terms: &Terms<'_>,
        cone: &Cone,
        needed: &Needed,
        now: Instant,
        anchors: Vec<(u32, Instant)>,
        universe: Universe,
    ) -> Result<Still, Failed> {
        let plan = terms.plan();
        let mut facts: Vec<Fact> = plan.lead.fields.iter().map(|field| choose::quiet(field, now)).collect();
        if universe == Universe::Database {
            let mut asked: FxHashMap<u32, Vec<(Ask<'_>, bool)>> = FxHashMap::default();
            for (field, node, is) in &needed.facts {
                let ask = match terms.node(*node) {
                    Node::Fact(_, test) => Ask::Test(test),
                    Node::Clock(_, near) => Ask::Near(*near),
                    _ => continue,
                };
                asked.entry(*field).or_default().push((ask, *is));
            }
            for (number, asks) in asked {
                let (Some(field), Some(slot)) = (plan.lead.fields.get(number as usize), facts.get_mut(number as usize)) else { continue };
                match choose::value(field, 0, &asks, now) {
                    Some(fact) => *slot = fact,
                    None => return Err(Failed::Because(format!("no value of `{}` was found that fits", field.name))),
                }
            }
        }
        let mut signals: Vec<u32> = needed.counts.iter().filter_map(|(_, count, _)| terms.list(count.list).map(|list| list.signal)).collect();
        signals.sort_unstable();
        signals.dedup();
        let mut made: Vec<Event> = Vec::new();
        for signal in signals {
            let own: Vec<&(NodeId, Count, bool)> =
                needed.counts.iter().filter(|(_, count, _)| terms.list(count.list).is_some_and(|list| list.signal == signal)).collect();
            let needs: Vec<Need> = own.iter().map(|(_, count, is)| Need { count: *count, is: *is }).collect();
            match events::realize(terms, signal, &needs, now, &anchors) {
                Realized::Events(events) => made.extend(events.into_iter().map(|(age, fields)| Event { at: now - age, signal, fields })),
                Realized::Impossible(core) => {
                    let core: Vec<&&(NodeId, Count, bool)> = core.iter().filter_map(|place| own.get(*place)).collect();
                    // Windows that move against each other as time goes on are impossible at this instant only.
                    if core.iter().any(|(_, count, _)| count.window.since.is_some() || count.window.anchor.is_some()) {
                        return Err(Failed::Because("the events did not fit between an instant and now".to_owned()));
                    }
                    return Err(Failed::Lesson(core.iter().filter_map(|(node, _, is)| Some(cone.lits.get(node)?.apply_sign(*is))).collect()));
                }
                Realized::GaveUp => {
                    let name = plan.signals.get(signal as usize).map_or("", |signal| signal.name.as_str());
                    return Err(Failed::Because(format!("it was not found how `{name}` could happen so often")));
                }
            }
        }
        made.sort_by_key(|event| event.at);
        let first = made.first().map_or(now, |event| event.at).min(now - 3650 * DAY);
        let identified = (universe == Universe::Database).then_some(first);
        let mut still = Still { lead: Lead { id: "example".into(), identified, facts, events: made, ..Lead::default() }, now, anchors };
        if !needed.scores.is_empty() {
            self.score(terms, cone, needed, &mut still)?;
        }
        Ok(still)
    }

    /// Brings scores to where they have to be, or shows that they cannot be there.
    fn score(&self, terms: &Terms<'_>, cone: &Cone, needed: &Needed, still: &mut Still) -> Result<(), Failed> {
        for (node, score, value, is) in &needed.scores {
            let mut known = known_of(terms, needed, *score);
            let contradicts = |known: &Known| {
                let (low, high) = points::bounds(terms, &self.filters, *score, known);
                if *is { high.is_some_and(|high| high < *value) } else { low.is_some_and(|low| low >= *value) }
            };
            if contradicts(&known) {
                // What is not needed for the contradiction is left out of the lesson.
                let mut place = 0;
                while place < known.counts.len() {
                    let taken = known.counts.remove(place);
                    if !contradicts(&known) {
                        known.counts.insert(place, taken);
                        place += 1;
                    }
                }
                let mut place = 0;
                while place < known.nodes.len() {
                    let taken = known.nodes.remove(place);
                    if !contradicts(&known) {
                        known.nodes.insert(place, taken);
                        place += 1;
                    }
                }
                let lits = known.counts.iter().map(|(node, _, is)| (*node, *is)).chain(known.nodes.iter().copied()).chain([(*node, *is)]);
                return Err(Failed::Lesson(lits.filter_map(|(node, is)| Some(cone.lits.get(&node)?.apply_sign(is))).collect()));
            }
        }
        for _ in 0..ADDED {
            let mut asking = Asking::new(terms, still);
            let Some((_, score, value, is)) = needed.scores.iter().find(|(node, _, _, is)| asking.holds(*node) != *is) else { return Ok(()) };
            let name = terms.plan().scores.get(*score as usize).map_or("", |score| score.name.as_str());
            if !self.push(terms, needed, still, *score, *value, *is) {
                return Err(Failed::Because(format!("no history was found that brings `{name}` to where it has to be")));
            }
        }
        Err(Failed::Because("bringing a score to where it has to be took too many events".to_owned()))
    }

    /// One event more, one less, or one older, that brings a score nearer to `value` (or below it) and spoils nothing.
    fn push(&self, terms: &Terms<'_>, needed: &Needed, still: &mut Still, number: u32, value: i128, up: bool) -> bool {
        let Some(score) = terms.score(number) else { return false };
        let current = Asking::new(terms, still).score(number);
        let better = |before: i128, after: i128| if up { after > before } else { after < before };
        let counts_hold = |still: &Still| {
            let mut asking = Asking::new(terms, still);
            needed.counts.iter().all(|(node, _, is)| asking.holds(*node) == *is)
        };
        let mut best: Option<(i128, Still)> = None;
        let mut consider = |still: Still| {
            let reached = Asking::new(terms, &still).score(number);
            // What reaches the aim by little is better than what overshoots it.
            let nearer = |one: i128, other: i128| {
                let done = |score: i128| (score >= value) == up;
                match (done(one), done(other)) {
                    (true, true) => (one - value).abs() < (other - value).abs(),
                    (true, false) => true,
                    (false, true) => false,
                    (false, false) => better(other, one),
                }
            };
            if better(current, reached) && best.as_ref().is_none_or(|(known, _)| nearer(reached, *known)) && counts_hold(&still) {
                best = Some((reached, still));
            }
        };
        let mut edges: Vec<i64> = needed.counts.iter().filter_map(|(_, count, _)| count.window.last).collect();
        edges.extend([0, DAY]);
        for (most, length) in score.events.iter().filter_map(|line| line.cap) {
            // The slots of a cap: the first that is free, as far as events can tell, and those before it.
            let slot = (still.lead.events.len() / most.max(1) as usize) as i64;
            edges.extend((slot - 2..=slot + 1).filter(|slot| *slot > 0).map(|slot| slot.saturating_mul(length)));
        }
        edges.sort_unstable();
        edges.dedup();
        for line in score.events.iter().filter(|line| (line.points > 0) == up) {
            let Some(list) = terms.list(line.list) else { continue };
            let others: Vec<(u32, bool)> = needed
                .counts
                .iter()
                .filter(|(_, count, is)| !is && count.list != line.list && terms.list(count.list).is_some_and(|of| of.signal == list.signal))
                .map(|(_, count, _)| (count.list, false))
                .collect();
            for age in edges.iter().copied().take(40) {
                let at = still.now - age;
                let with_others: Vec<(u32, bool)> = [(line.list, true)].into_iter().chain(others.iter().copied()).collect();
                for wanted in [with_others.as_slice(), &[(line.list, true)]] {
                    if let Some(fields) = filters::event(terms, list.signal, at, wanted) {
                        let mut next = still.clone();
                        next.lead.events.push(Event { at, signal: list.signal, fields });
                        next.lead.events.sort_by_key(|event| event.at);
                        consider(next);
                    }
                }
            }
        }
        if up {
            // What happened may have happened later: it has faded less.
            for place in 0..still.lead.events.len() {
                for edge in edges.iter().copied().take(20) {
                    let mut younger = still.clone();
                    let Some(event) = younger.lead.events.get_mut(place) else { continue };
                    let at = still.now - edge;
                    if at <= event.at {
                        break;
                    }
                    event.at = at;
                    younger.lead.events.sort_by_key(|event| event.at);
                    consider(younger);
                }
            }
        }
        if !up || score.events.iter().any(|line| line.points < 0) {
            for place in 0..still.lead.events.len() {
                let mut without = still.clone();
                let event = without.lead.events.remove(place);
                consider(without.clone());
                for edge in edges.iter().rev().copied().chain([3600 * 24 * 3000]) {
                    let older = still.now - edge - 1;
                    let just = still.now - edge + 1;
                    for at in [older, just].into_iter().filter(|at| *at < event.at) {
                        let mut aged = without.clone();
                        aged.lead.events.push(Event { at, ..event.clone() });
                        aged.lead.events.sort_by_key(|event| event.at);
                        consider(aged);
                    }
                }
            }
        }
        match best {
            Some((_, next)) => {
                *still = next;
                true
            }
            None => false,
        }
    }
}

/// What of the needs bears on a score.
fn known_of(terms: &Terms<'_>, needed: &Needed, score: u32) -> Known {
    let Some(of) = terms.score(score) else { return Known::default() };
    let signals: FxHashSet<u32> = of.events.iter().filter_map(|line| terms.list(line.list)).map(|list| list.signal).collect();
    let truths: FxHashMap<NodeId, bool> = needed
        .facts
        .iter()
        .map(|(_, node, is)| (*node, *is))
        .chain(needed.counts.iter().map(|(node, _, is)| (*node, *is)))
        .chain(needed.scores.iter().map(|(node, _, _, is)| (*node, *is)))
        .collect();
    Known {
        counts: needed.counts.iter().filter(|(_, count, _)| terms.list(count.list).is_some_and(|list| signals.contains(&list.signal))).copied().collect(),
        nodes: of.when.iter().filter_map(|(node, _)| Some((*node, kleene(terms, *node, &truths)?))).collect(),
    }
}

/// The truth of a node by some truths, if they decide it.
fn kleene(terms: &Terms<'_>, node: NodeId, truths: &FxHashMap<NodeId, bool>) -> Option<bool> {
    match terms.node(node) {
        Node::Constant(value) => Some(*value),
        Node::Identified => Some(true),
        Node::Not(of) => kleene(terms, *of, truths).map(|is| !is),
        Node::And(of) => {
            let of: Vec<Option<bool>> = of.iter().map(|part| kleene(terms, *part, truths)).collect();
            if of.contains(&Some(false)) { Some(false) } else { of.iter().all(|part| *part == Some(true)).then_some(true) }
        }
        Node::Or(of) => {
            let of: Vec<Option<bool>> = of.iter().map(|part| kleene(terms, *part, truths)).collect();
            if of.contains(&Some(true)) { Some(true) } else { of.iter().all(|part| *part == Some(false)).then_some(false) }
        }
        _ => truths.get(&node).copied(),
    }
}

/// How much it says of a lead that a leaf is so: what is quiet says little.
fn cost(terms: &Terms<'_>, node: NodeId, is: bool) -> u32 {
    match terms.node(node) {
        Node::Constant(_) | Node::Identified => 0,
        Node::Fact(..) | Node::Clock(..) => 4,
        Node::Count { .. } if !is => 1,
        Node::Count { list, least, .. } => {
            let builtin = terms.list(*list).and_then(|list| terms.plan().signals.get(list.signal as usize)).is_some_and(|signal| signal.builtin);
            (if builtin { 40u32 } else { 10 }).saturating_add(*least)
        }
        Node::AtLeast(..) => 60,
        _ => 0,
    }
}

/// The leaves that decide the roots in a model, as few as is cheap to find; or all of them.
fn needed(terms: &Terms<'_>, cone: &Cone, sat: &Sat, roots: &[NodeId], all: bool) -> Needed {
    let truth = |node: NodeId| cone.lits.get(&node).is_some_and(|lit| sat.holds(*lit));
    let mut costs: FxHashMap<NodeId, u32> = FxHashMap::default();
    for node in &cone.nodes {
        let of = |part: &NodeId| costs.get(part).copied().unwrap_or(0);
        let cost = match (terms.node(*node), truth(*node)) {
            (Node::And(of_parts), true) | (Node::Or(of_parts), false) => of_parts.iter().map(of).fold(0, u32::saturating_add),
            (Node::And(parts), false) => parts.iter().filter(|part| !truth(**part)).map(of).min().unwrap_or(0),
            (Node::Or(parts), true) => parts.iter().filter(|part| truth(**part)).map(of).min().unwrap_or(0),
            (Node::Not(part), _) => of(part),
            (_, is) => cost(terms, *node, is),
        };
        costs.insert(*node, cost);
    }
    let mut needed = Needed::default();
    let mut seen: FxHashSet<NodeId> = FxHashSet::default();
    let mut open: Vec<NodeId> = if all { cone.nodes.clone() } else { roots.to_vec() };
    while let Some(node) = open.pop() {
        if !seen.insert(node) {
            continue;
        }
        let is = truth(node);
        match terms.node(node) {
            Node::Constant(_) | Node::Identified | Node::Score(_) => {}
            Node::Not(of) => open.push(*of),
            Node::And(of) if is => open.extend(of.iter().copied()),
            Node::Or(of) if !is => open.extend(of.iter().copied()),
            Node::And(of) | Node::Or(of) => {
                let deciding = of.iter().filter(|part| truth(**part) == is).min_by_key(|part| costs.get(part).copied().unwrap_or(0));
                open.extend(deciding.copied());
            }
            Node::Fact(field, _) | Node::Clock(field, _) => needed.facts.push((*field, node, is)),
            Node::Count { list, least, window } => needed.counts.push((node, Count { list: *list, least: *least, window: *window }, is)),
            Node::AtLeast(score, value) => {
                needed.scores.push((node, *score, *value, is));
                // What its points stand on has to be known.
                open.extend(terms.score(*score).into_iter().flat_map(|score| score.when.iter().map(|(node, _)| *node)));
            }
        }
    }
    // The same order whatever the order of the search.
    needed.facts.sort_unstable();
    needed.counts.sort_unstable_by_key(|(node, ..)| *node);
    needed.scores.sort_unstable();
    if !needed.scores.is_empty() && !all {
        // Scores feel every count of their signals.
        let signals: FxHashSet<u32> = needed
            .scores
            .iter()
            .filter_map(|(_, score, ..)| terms.score(*score))
            .flat_map(|score| score.events.iter().filter_map(|line| terms.list(line.list)).map(|list| list.signal))
            .collect();
        for (signal, counts) in &cone.counts {
            if signals.contains(signal) {
                for (node, count, lit) in counts {
                    if seen.insert(*node) {
                        needed.counts.push((*node, *count, sat.holds(*lit)));
                    }
                }
            }
        }
    }
    needed
}

/// What `since joining` and `since TOUCH` could count from: nothing, or one instant for all of them.
fn anchors(terms: &Terms<'_>, needed: &Needed, now: Instant) -> Vec<Vec<(u32, Instant)>> {
    let _ = terms;
    let mut asked: Vec<u32> = needed.counts.iter().filter_map(|(_, count, _)| count.window.anchor).collect();
    asked.sort_unstable();
    asked.dedup();
    if asked.is_empty() {
        return vec![Vec::new()];
    }
    let mut ages: Vec<i64> = needed.counts.iter().filter_map(|(_, count, _)| count.window.last).collect();
    ages.extend([0, 2 * DAY, 30 * DAY, 400 * DAY, 4000 * DAY]);
    ages.sort_unstable();
    ages.dedup();
    ages.into_iter().map(|age| asked.iter().map(|anchor| (*anchor, now - age)).collect()).collect()
}

fn example(terms: &Terms<'_>, still: Still, needed: &Needed) -> Example {
    let mut fields: Vec<u32> = needed.facts.iter().map(|(field, ..)| *field).collect();
    fields.sort_unstable();
    fields.dedup();
    let mut signals: Vec<u32> = needed.counts.iter().filter_map(|(_, count, _)| terms.list(count.list).map(|list| list.signal)).collect();
    signals.extend(still.lead.events.iter().map(|event| event.signal));
    signals.sort_unstable();
    signals.dedup();
    Example { still, fields, signals }
}
