//! What was proved before, by what the question means: an edit asks again only what it changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::find::{Example, Found};
use super::kinds::{Told, Unserved};
use super::{Prover, Universe};
use crate::plan::Plan;
use crate::run::lead::Instant;
use crate::run::{Hashed, Meaning, NodeId, Terms};

/// What was not asked for in so many judgements is forgotten.
const KEPT: u32 = 8;

/// Answers that outlive a judgement. Shared by its clones.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Kept>>);

/// Answers for one plan: what they take for granted is part of each question.
pub struct Remembering {
    memory: Memory,
    ground: Meaning,
    round: u32,
}

#[derive(Debug, Default)]
struct Kept {
    round: u32,
    found: FxHashMap<(Meaning, Universe), Used<Remembered>>,
    excluded: FxHashMap<Meaning, Used<bool>>,
    heaviest: FxHashMap<Meaning, Used<(u64, Vec<usize>)>>,
    unserved: FxHashMap<Meaning, Used<Vec<Kinds>>>,
}

/// An answer, and the round in which it was last asked for.
#[derive(Debug)]
struct Used<T> {
    what: T,
    round: u32,
}

/// An answer that holds in every graph: what `since` counts from is named, not numbered.
#[derive(Clone, Debug)]
struct Remembered {
    found: Arc<Found>,
    anchors: Vec<((u32, Option<SmolStr>), Instant)>,
}

/// Kinds of lead, each by the meanings of its tests, and whether the search was given up.
type Kinds = (Vec<Vec<(Meaning, bool)>>, bool);

/// What the answers of a plan take for granted besides the predicates themselves: the lead, the signals, what contents and programs
/// there are, the time zone, and the instant at which examples live.
fn ground(plan: &Plan, now: Instant) -> Meaning {
    let text = |value: serde_json::Result<String>| value.unwrap_or_default();
    let mut hashed = Hashed::new(20).with(&now).with(&plan.settings.timezone.as_str());
    for field in &plan.lead.fields {
        hashed = hashed.with(&text(serde_json::to_string(field)));
    }
    for signal in &plan.signals {
        hashed = hashed.with(&signal.name.as_str()).with(&signal.builtin).with(&text(serde_json::to_string(&signal.fields)));
    }
    let names = |list: &mut dyn Iterator<Item = &SmolStr>| list.map(SmolStr::to_string).collect::<Vec<String>>();
    let contents = names(&mut plan.contents.iter().map(|content| &content.name));
    let programs = names(&mut plan.programs.iter().map(|program| &program.name));
    hashed.with(&contents).with(&programs).meaning()
}

impl Memory {
    /// Begins a judgement of a plan: what was not asked for in a long time is forgotten.
    pub fn begin(&self, plan: &Plan, now: Instant) -> Remembering {
        let mut kept = self.kept();
        kept.round = kept.round.wrapping_add(1);
        let round = kept.round;
        let fresh = |used: u32| round.wrapping_sub(used) <= KEPT;
        kept.found.retain(|_, answer| fresh(answer.round));
        kept.excluded.retain(|_, answer| fresh(answer.round));
        kept.heaviest.retain(|_, answer| fresh(answer.round));
        kept.unserved.retain(|_, answer| fresh(answer.round));
        drop(kept);
        Remembering { memory: self.clone(), ground: ground(plan, now), round }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many answers are kept.
    pub fn len(&self) -> usize {
        let kept = self.kept();
        kept.found.len() + kept.excluded.len() + kept.heaviest.len() + kept.unserved.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Remembering {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.memory.kept()
    }

    /// A question on this ground.
    fn key(&self, meaning: Meaning) -> Meaning {
        meaning ^ self.ground
    }

    /// What [`Prover::find`] found of a node, asked once.
    pub fn find(&self, prover: &Prover, terms: &Terms<'_>, node: NodeId, universe: Universe, asked: &mut u64) -> Arc<Found> {
        let key = (self.key(terms.meaning(node)), universe);
        let round = self.round;
        let known = self.kept().found.get_mut(&key).map(|answer| {
            answer.round = round;
            answer.what.clone()
        });
        if let Some(known) = known.and_then(|known| known.here(terms)) {
            return known;
        }
        *asked += 1;
        let found = Arc::new(prover.find(terms, node, universe));
        if let Some(what) = Remembered::of(terms, &found) {
            self.kept().found.insert(key, Used { what, round });
        }
        found
    }

    /// What [`Prover::excludes`] says, asked once.
    pub fn excludes(&self, prover: &Prover, terms: &Terms<'_>, node: NodeId, asked: &mut u64) -> bool {
        self.once(terms.meaning(node), |kept| &mut kept.excluded, asked, || prover.excludes(terms, node, Universe::Database))
    }

    /// What [`Prover::heaviest`] found, asked once.
    pub fn heaviest(
        &self,
        prover: &Prover,
        terms: &Terms<'_>,
        within: NodeId,
        items: &[(NodeId, u64)],
        (exclusive, barred): (&[Vec<usize>], &[Vec<usize>]),
        asked: &mut u64,
    ) -> (u64, Vec<usize>) {
        let mut hashed = Hashed::new(21).with(&terms.meaning(within)).with(&exclusive).with(&barred);
        for (node, weight) in items {
            hashed = hashed.with(&terms.meaning(*node)).with(weight);
        }
        self.once(hashed.meaning(), |kept| &mut kept.heaviest, asked, || prover.heaviest(terms, within, items, exclusive, barred))
    }

    /// What [`Prover::unserved`] found, asked once.
    pub fn unserved(&self, prover: &Prover, terms: &mut Terms<'_>, pairs: &[(NodeId, NodeId)], fields: &[u32], asked: &mut u64) -> Vec<Unserved> {
        let mut hashed = Hashed::new(22).with(&fields);
        for (owed, served) in pairs {
            hashed = hashed.with(&terms.meaning(*owed)).with(&terms.meaning(*served));
        }
        let kinds = self.once(
            hashed.meaning(),
            |kept| &mut kept.unserved,
            asked,
            || {
                let found = prover.unserved(terms, pairs, fields);
                let kind = |kind: &Vec<Told>| kind.iter().map(|(node, is)| (terms.meaning(*node), *is)).collect();
                found.iter().map(|of| (of.kinds.iter().map(kind).collect(), of.gave_up)).collect()
            },
        );
        let told = |kind: &Vec<(Meaning, bool)>| kind.iter().filter_map(|(meaning, is)| Some((terms.node_of(*meaning)?, *is))).collect();
        kinds.iter().map(|(kinds, gave_up)| Unserved { kinds: kinds.iter().map(told).collect(), gave_up: *gave_up }).collect()
    }

    fn once<T: Clone>(&self, key: Meaning, pick: impl Fn(&mut Kept) -> &mut FxHashMap<Meaning, Used<T>>, asked: &mut u64, make: impl FnOnce() -> T) -> T {
        let (key, round) = (self.key(key), self.round);
        if let Some(answer) = pick(&mut self.kept()).get_mut(&key) {
            answer.round = round;
            return answer.what.clone();
        }
        *asked += 1;
        let what = make();
        pick(&mut self.kept()).insert(key, Used { what: what.clone(), round });
        what
    }
}

impl Remembered {
    fn of(terms: &Terms<'_>, found: &Arc<Found>) -> Option<Self> {
        let anchors = match &**found {
            Found::Lead(example) => example.still.anchors.iter().map(|(anchor, at)| Some((terms.anchor_name(*anchor)?, *at))).collect::<Option<_>>()?,
            _ => Vec::new(),
        };
        Some(Self { found: Arc::clone(found), anchors })
    }

    /// The answer in the numbers of this graph.
    fn here(&self, terms: &Terms<'_>) -> Option<Arc<Found>> {
        let Found::Lead(example) = &*self.found else { return Some(Arc::clone(&self.found)) };
        if self.anchors.is_empty() {
            return Some(Arc::clone(&self.found));
        }
        let anchors: Option<Vec<(u32, Instant)>> = self.anchors.iter().map(|(name, at)| Some((terms.anchor(name)?, *at))).collect();
        let mut example: Example = (**example).clone();
        example.still.anchors = anchors?;
        Some(Arc::new(Found::Lead(Box::new(example))))
    }
}
