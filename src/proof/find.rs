//! Finds a lead for whom a predicate holds, or proves that there is none.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Universe;
use super::choose;
use super::column::Ask;
use super::cone::{Cone, Count};
use super::events::{self, Need, Realized};
use super::filters::Filters;
use super::kinds::Unserved;
use super::needed::{Needed, anchors, needed};
use super::sat::{Lit, Sat, Verdict};
use crate::plan::{Field, FieldType, Plan};
use crate::run::Terms;
use crate::run::lead::{DAY, Event, Fact, Instant, Lead};
use crate::run::policy::{Node, NodeId};
use crate::run::still::{Asking, Still};

/// Conflicts that one question may cost: some tenths of a second.
const BUDGET: u64 = 20_000;
/// How often what does not go together may be learnt and the search go on.
const LESSONS: usize = 200;
/// The same, of what was only found not to fit.
const HINTS: usize = 60;

/// How often a lead may be put together for one question.
const ATTEMPTS: usize = 60;
/// How many models of one question are looked at at least, where scores are hard to bring to where they have to be.
const MODELS: usize = 10;
/// How often at least, however large the question is.
const LEAST_ATTEMPTS: usize = 6;
/// With more nodes than this a question gets fewer attempts.
const USUAL: usize = 400;
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
    pub(super) filters: Filters,
    /// "Now" in an example, unless the question asks for another.
    now: Instant,
    /// How many nodes and parts of nodes were made into clauses so far.
    work: AtomicU64,
}

/// Why no lead was built.
pub(super) enum Failed {
    /// These literals do not go together.
    Lesson(Vec<Lit>),
    /// These literals did not go together at any instant that was tried, which proves nothing.
    Hint(Vec<Lit>),
    /// It was not found out.
    Because(String),
}

/// What one question may still cost.
struct Left {
    /// Leads that may be put together.
    attempts: usize,
    /// Choices tried so far in looking for scores.
    tried: Rc<Cell<usize>>,
}

impl Prover {
    /// A prover whose examples live at `now`, if nothing else is asked.
    pub fn new(now: Instant) -> Self {
        Self { filters: Filters::default(), now, work: AtomicU64::new(0) }
    }

    /// Leads to hold predicates against before anything is searched.
    pub fn samples(&self, terms: &Terms<'_>) -> super::Samples {
        super::Samples::new(terms, &self.filters, self.now)
    }

    /// Counts work that was done besides: nodes that were rewritten.
    pub fn worked(&self, nodes: u64) {
        self.work.fetch_add(nodes, Ordering::Relaxed);
    }

    /// How much was asked so far: nodes and parts of nodes that were made into clauses, and nodes that were rewritten.
    pub fn work(&self) -> u64 {
        self.work.load(Ordering::Relaxed)
    }

    /// What lies below some nodes, as clauses.
    pub(super) fn cone(&self, terms: &Terms<'_>, sat: &mut Sat, nodes: &[NodeId], universe: Universe) -> Cone {
        let cone = Cone::new(terms, &self.filters, sat, nodes, universe);
        let parts = |node: &NodeId| match terms.node(*node) {
            Node::And(of) | Node::Or(of) => 1 + of.len() as u64,
            _ => 1,
        };
        self.work.fetch_add(cone.nodes.iter().map(parts).sum(), Ordering::Relaxed);
        cone
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
    /// `exclusive` counts, and of each of `barred` one at least does not. No lead has more.
    pub fn heaviest(&self, terms: &Terms<'_>, within: NodeId, items: &[(NodeId, u64)], exclusive: &[Vec<usize>], barred: &[Vec<usize>]) -> (u64, Vec<usize>) {
        super::together::heaviest(terms, self, within, items, exclusive, barred)
    }

    /// For each pair of owed and served: the kinds of lead, by the tests of `fields`, of which somebody is owed and nobody served.
    pub fn unserved(&self, terms: &mut Terms<'_>, pairs: &[(NodeId, NodeId)], fields: &[u32]) -> Vec<Unserved> {
        super::kinds::unserved(self, terms, pairs, fields)
    }

    /// Whether it is proved, by the clauses alone, that a node holds of nobody. Cheaper than [`Prover::find`]: no lead is put together, so
    /// that some proofs which need that are missed.
    pub fn excludes(&self, terms: &Terms<'_>, node: NodeId, universe: Universe) -> bool {
        if *terms.node(node) == Node::Constant(false) {
            return true;
        }
        let mut sat = Sat::new(BUDGET);
        let cone = self.cone(terms, &mut sat, &[node], universe);
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
        let cone = self.cone(terms, &mut sat, nodes, universe);
        let roots: Vec<Lit> = nodes.iter().map(|node| cone.lit(&sat, *node)).collect();
        // Nobody does anything, if that will do; then nothing that our own touches cause; then nothing since a join or a touch.
        let (mut own, mut caused) = (Vec::new(), Vec::new());
        let anchored: Vec<Lit> =
            cone.counts.iter().flat_map(|(_, counts)| counts).filter(|(_, count, _)| count.window.anchor.is_some()).map(|(.., lit)| !*lit).collect();
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
        if !anchored.is_empty() {
            tiers.push(roots.iter().chain(&anchored).copied().collect());
        }
        tiers.push(roots.clone());
        let mut why = String::new();
        let mut lessons = 0;
        // Each costs as much as there is to put together.
        let attempts = (ATTEMPTS * USUAL / cone.nodes.len().max(USUAL)).max(LEAST_ATTEMPTS);
        let mut left = Left { attempts, tried: Rc::default() };
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
                match self.build(terms, &cone, &sat, nodes, universe, &mut left) {
                    Ok(example) => return (Found::Lead(Box::new(example)), Vec::new()),
                    Err(Failed::Lesson(lits)) if lessons < LESSONS => {
                        lessons += 1;
                        let clause: Vec<Lit> = lits.iter().map(|lit| !*lit).collect();
                        sat.clause(&clause);
                    }
                    Err(Failed::Hint(lits)) if lessons < HINTS => {
                        lessons += 1;
                        if why.is_empty() {
                            why = "the events did not fit between an instant and now".to_owned();
                        }
                        let clause: Vec<Lit> = lits.iter().map(|lit| !*lit).collect();
                        sat.clause(&clause);
                    }
                    Err(Failed::Hint(_)) => return (Found::Unknown(why), Vec::new()),
                    Err(Failed::Lesson(_)) => return (Found::Unknown("the search was longer than its budget allows".to_owned()), Vec::new()),
                    Err(Failed::Because(reason)) => {
                        // Another model may do; but if none does, nothing is proved.
                        if why.is_empty() {
                            why = reason;
                        }
                        if lessons >= 20 || left.attempts == 0 || left.tried.get() > super::scores::TRIED {
                            return (Found::Unknown(why), Vec::new());
                        }
                        lessons += 1;
                        // Whoever does as little as will do is put together most easily.
                        if lessons == 1
                            && leanest(&mut sat, &cone, assumed)
                            && let Ok(example) = self.build(terms, &cone, &sat, nodes, universe, &mut left)
                        {
                            return (Found::Lead(Box::new(example)), Vec::new());
                        }
                        if sat.solve(assumed) != Verdict::Satisfiable {
                            continue;
                        }
                        // What was tried is left behind: of all that moves, what decided the question in this model.
                        let tried = needed(terms, &cone, &sat, nodes, false, &left.tried);
                        let decided = tried.counts.iter().map(|(node, ..)| *node).chain(tried.scores.iter().map(|(node, ..)| *node));
                        let moving: Vec<Lit> = decided
                            .filter_map(|node| cone.lits.get(&node).copied())
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

    /// An event of a list, at the instant at which examples live: its signal and values.
    pub(crate) fn event(&self, terms: &Terms<'_>, list: u32) -> Option<(u32, Box<[Fact]>)> {
        let signal = terms.list(list)?.signal;
        Some((signal, self.filters.event(terms, signal, self.now, &[(list, true)])?))
    }

    /// Somebody in both of two nodes, made of somebody in the one and somebody in the other: what matters for either is taken from them.
    /// Held against the evaluator; `false` says nothing.
    pub fn joined(&self, terms: &Terms<'_>, (one, example): (NodeId, &Example), (other, second): (NodeId, &Example)) -> Option<Still> {
        if example.still.now != second.still.now || example.still.identified() != second.still.identified() {
            return None;
        }
        let mut still = example.still.clone();
        for field in second.fields.iter().filter(|field| !example.fields.contains(field)) {
            *still.lead.facts.get_mut(*field as usize)? = second.still.lead.facts.get(*field as usize)?.clone();
        }
        let events = second.still.lead.events.iter().filter(|event| !example.signals.contains(&event.signal));
        still.lead.events.extend(events.cloned());
        still.lead.events.sort_by_key(|event| event.at);
        still.anchors.extend(second.still.anchors.iter().filter(|(anchor, _)| !example.still.anchors.iter().any(|(known, _)| known == anchor)));
        // One instant for all of a program: a label is never reached before the join.
        let program = |anchor: u32| terms.anchor_name(anchor).map(|(program, _)| program);
        let one_instant =
            still.anchors.iter().all(|(one, at)| still.anchors.iter().all(|(other, other_at)| at == other_at || program(*one) != program(*other)));
        let mut asking = Asking::new(terms, &still);
        let holds = one_instant && possible(terms.plan(), &still) && asking.holds(one) && asking.holds(other);
        holds.then_some(still)
    }

    /// A lead by a model.
    fn build(&self, terms: &Terms<'_>, cone: &Cone, sat: &Sat, roots: &[NodeId], universe: Universe, left: &mut Left) -> Result<Example, Failed> {
        let mut failed = None;
        let mut hint: Vec<Lit> = Vec::new();
        let before = left.tried.get();
        // With as little as decides the question, and if that does not do, with all that the model says.
        let large = cone.counts.iter().map(|(_, counts)| counts.len()).sum::<usize>() > LARGE;
        for all in [false, true] {
            if all && large {
                break;
            }
            let needed = needed(terms, cone, sat, roots, all, &left.tried);
            for now in self.instants(cone, sat) {
                for anchors in anchors(terms, &needed, now) {
                    // One model is not to cost what others may need.
                    let spent = left.tried.get() - before > super::scores::TRIED / MODELS;
                    if left.attempts == 0 || spent && failed.is_some() {
                        return Err(failed.unwrap_or_else(|| Failed::Because("no example was built within the budget".to_owned())));
                    }
                    left.attempts -= 1;
                    match self.attempt(terms, cone, &needed, now, anchors, universe) {
                        Ok(still) => {
                            let mut asking = Asking::new(terms, &still);
                            if possible(terms.plan(), &still) && roots.iter().all(|root| asking.holds(*root)) {
                                return Ok(example(terms, still, &needed));
                            }
                            failed.get_or_insert(Failed::Because("an example was built, and the evaluator did not agree".to_owned()));
                        }
                        Err(Failed::Lesson(lits)) => return Err(Failed::Lesson(lits)),
                        // What does not fit at one instant after the other is no attempt, but a hint at what else to try.
                        Err(Failed::Hint(lits)) => {
                            left.attempts += 1;
                            hint.extend(lits);
                        }
                        Err(because) => {
                            failed.get_or_insert(because);
                        }
                    }
                }
            }
        }
        if failed.is_none() && !hint.is_empty() {
            hint.sort_unstable();
            hint.dedup();
            return Err(Failed::Hint(hint));
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
            match events::realize(terms, &self.filters, signal, &needs, now, &anchors) {
                Realized::Events(events) => made.extend(events.into_iter().map(|(age, fields)| Event { at: now - age, signal, fields })),
                Realized::Impossible(core) => {
                    let core: Vec<&&(NodeId, Count, bool)> = core.iter().filter_map(|place| own.get(*place)).collect();
                    let lits = core.iter().filter_map(|(node, _, is)| Some(cone.lits.get(node)?.apply_sign(*is))).collect();
                    // Windows that move against each other as time goes on are impossible at this instant only.
                    if core.iter().any(|(_, count, _)| count.window.since.is_some() || count.window.anchor.is_some()) {
                        return Err(Failed::Hint(lits));
                    }
                    return Err(Failed::Lesson(lits));
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
}

/// Whether no event tells of a day after itself where its field ends today, and no fact of a day after now.
pub(super) fn possible(plan: &Plan, still: &Still) -> bool {
    let told = |fields: &[Field], facts: &[Fact], at: Instant| {
        fields.iter().zip(facts).all(|(field, fact)| match (&field.ty, fact) {
            (FieldType::Date(bounds), Fact::Instant(day)) => !bounds.to_today || *day <= at,
            _ => true,
        })
    };
    told(&plan.lead.fields, &still.lead.facts, still.now)
        && still.lead.events.iter().all(|event| plan.signals.get(event.signal as usize).is_none_or(|signal| told(&signal.fields, &event.fields, event.at)))
}

/// Turns the model into one in which as few counts are reached as one after the other allows; `false` where the budget is spent.
fn leanest(sat: &mut Sat, cone: &Cone, assumed: &[Lit]) -> bool {
    let counts: Vec<Lit> = cone.counts.iter().flat_map(|(_, counts)| counts.iter().map(|(.., lit)| *lit)).collect();
    let out = |sat: &Sat| -> Vec<Lit> { counts.iter().filter(|lit| !sat.holds(**lit)).map(|lit| !*lit).collect() };
    let mut kept_out = out(sat);
    for lit in &counts {
        if kept_out.contains(&!*lit) {
            continue;
        }
        let fewer: Vec<Lit> = assumed.iter().chain(&kept_out).copied().chain([!*lit]).collect();
        match sat.solve(&fewer) {
            Verdict::Satisfiable => kept_out = out(sat),
            Verdict::Unsatisfiable => {}
            Verdict::GaveUp => return false,
        }
    }
    let all: Vec<Lit> = assumed.iter().chain(&kept_out).copied().collect();
    sat.solve(&all) == Verdict::Satisfiable
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
