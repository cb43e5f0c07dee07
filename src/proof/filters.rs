//! What is asked of one event: which filters can hold together, and events that pass them.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::choose;
use super::column::{self, Ask, Clock};
use super::sat::{Lit, Sat, Verdict};
use crate::plan::FieldType;
use crate::run::Terms;
use crate::run::lead::{Fact, Instant};
use crate::run::policy::{Asked, Filter};

/// Conflicts that a question about one event may cost.
const BUDGET: u64 = 2_000;

/// A signal, and the lists whose filters an event of it has to pass, or not to pass.
type Wanted = (u32, Vec<(u32, bool)>);

/// What is known of filters; asked once each.
#[derive(Default)]
pub(crate) struct Filters {
    implied: Mutex<FxHashMap<(u32, u32), bool>>,
    possible: Mutex<FxHashMap<u32, bool>>,
    /// Events that pass some lists' filters and not others'.
    events: Mutex<FxHashMap<Wanted, Option<Box<[Fact]>>>>,
}

/// One event as clauses: a literal for each filter that is asked of it.
pub(super) struct Shape {
    /// The literal of each filter, in the order they were given.
    pub lits: Vec<Lit>,
}

impl Shape {
    /// The clauses of an event of a signal, of which these lists are asked.
    pub fn new(terms: &Terms<'_>, sat: &mut Sat, signal: u32, lists: &[u32]) -> Self {
        let mut clock = Clock::default();
        let filters: Vec<Option<&Filter>> = lists.iter().map(|list| terms.list(*list).and_then(|list| list.filter.as_ref())).collect();
        let mut asked: Vec<(u32, Vec<Ask<'_>>)> = Vec::new();
        filters.iter().flatten().for_each(|filter| leaves(filter, &mut asked));
        let mut known: FxHashMap<(u32, Ask<'_>), Lit> = FxHashMap::default();
        for (number, asks) in &asked {
            let Some(field) = terms.plan().signals.get(signal as usize).and_then(|signal| signal.fields.get(*number as usize)) else { continue };
            let others = match field.ty {
                FieldType::Program => terms.plan().programs.len(),
                _ => terms.plan().contents.len(),
            };
            let lits = column::encode(sat, field, others, asks, &mut clock);
            known.extend(asks.iter().map(|ask| (*number, *ask)).zip(lits));
        }
        let lits = filters.iter().map(|filter| filter.map_or(sat.constant(true), |filter| gate(filter, sat, &known))).collect();
        clock.finish(sat);
        Self { lits }
    }
}

fn leaves<'t>(filter: &'t Filter, found: &mut Vec<(u32, Vec<Ask<'t>>)>) {
    let (field, ask) = match filter {
        Filter::Constant(_) => return,
        Filter::All(of) | Filter::Any(of) => return of.iter().for_each(|part| leaves(part, found)),
        Filter::Not(of) => return leaves(of, found),
        Filter::Test(field, test, _) => (*field, Ask::Test(test)),
        Filter::Clock(field, near) => (*field, Ask::Near(*near)),
    };
    match found.iter_mut().find(|(known, _)| *known == field) {
        Some((_, asks)) if asks.contains(&ask) => {}
        Some((_, asks)) => asks.push(ask),
        None => found.push((field, vec![ask])),
    }
}

fn gate(filter: &Filter, sat: &mut Sat, known: &FxHashMap<(u32, Ask<'_>), Lit>) -> Lit {
    let leaf = |sat: &Sat, key: (u32, Ask<'_>)| known.get(&key).copied().unwrap_or(sat.constant(false));
    match filter {
        Filter::Constant(value) => sat.constant(*value),
        Filter::All(of) => {
            let of: Vec<Lit> = of.iter().map(|part| gate(part, sat, known)).collect();
            sat.all(&of)
        }
        Filter::Any(of) => {
            let of: Vec<Lit> = of.iter().map(|part| gate(part, sat, known)).collect();
            sat.any(&of)
        }
        Filter::Not(of) => !gate(of, sat, known),
        Filter::Test(field, test, _) => leaf(sat, (*field, Ask::Test(test))),
        Filter::Clock(field, near) => leaf(sat, (*field, Ask::Near(*near))),
    }
}

impl Filters {
    /// Whether some event passes a list's filter.
    pub fn possible(&self, terms: &Terms<'_>, list: u32) -> bool {
        let Some(of) = terms.list(list) else { return false };
        if of.filter.is_none() {
            return true;
        }
        if let Some(known) = self.possible.lock().unwrap_or_else(PoisonError::into_inner).get(&list) {
            return *known;
        }
        let mut sat = Sat::new(BUDGET);
        let shape = Shape::new(terms, &mut sat, of.signal, &[list]);
        // A budget that is spent proves nothing.
        let possible = sat.solve(&shape.lits) != Verdict::Unsatisfiable;
        self.possible.lock().unwrap_or_else(PoisonError::into_inner).insert(list, possible);
        possible
    }

    /// Whether every event that passes one list's filter is proved to pass the other's.
    pub fn implies(&self, terms: &Terms<'_>, one: u32, other: u32) -> bool {
        if one == other {
            return true;
        }
        let (Some(first), Some(second)) = (terms.list(one), terms.list(other)) else { return false };
        if second.filter.is_none() {
            return first.signal == second.signal;
        }
        if let Some(known) = self.implied.lock().unwrap_or_else(PoisonError::into_inner).get(&(one, other)) {
            return *known;
        }
        let mut sat = Sat::new(BUDGET);
        let shape = Shape::new(terms, &mut sat, first.signal, &[one, other]);
        let implied = match shape.lits.as_slice() {
            [one, other] => sat.solve(&[*one, !*other]) == Verdict::Unsatisfiable,
            _ => false,
        };
        self.implied.lock().unwrap_or_else(PoisonError::into_inner).insert((one, other), implied);
        implied
    }
}

impl Filters {
    /// The values of an event at `at` that passes some lists' filters and not others': quiet where nothing is asked. `None` when none
    /// was found.
    pub fn event(&self, terms: &Terms<'_>, signal: u32, at: Instant, wanted: &[(u32, bool)]) -> Option<Box<[Fact]>> {
        let fields = &terms.plan().signals.get(signal as usize)?.fields;
        if fields.iter().any(|field| matches!(field.ty, FieldType::Date(_) | FieldType::Moment)) {
            return event(terms, signal, at, wanted);
        }
        // What does not depend on the time is made once.
        let key = (signal, wanted.to_vec());
        if let Some(known) = self.events.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let made = event(terms, signal, at, wanted);
        self.events.lock().unwrap_or_else(PoisonError::into_inner).insert(key, made.clone());
        made
    }
}

/// The values of such an event, made anew.
fn event(terms: &Terms<'_>, signal: u32, at: Instant, wanted: &[(u32, bool)]) -> Option<Box<[Fact]>> {
    let plan = terms.plan();
    let fields = &plan.signals.get(signal as usize)?.fields;
    let mut asked: Vec<(u32, Vec<Ask<'_>>)> = Vec::new();
    let filters: Vec<(Option<&Filter>, bool)> = wanted.iter().map(|(list, is)| (terms.list(*list).and_then(|list| list.filter.as_ref()), *is)).collect();
    filters.iter().filter_map(|(filter, _)| *filter).for_each(|filter| leaves(filter, &mut asked));
    let passes = |facts: &[Fact]| filters.iter().all(|(filter, is)| filter.is_none_or(|filter| filter.holds(facts, at, &mut Asked::default())) == *is);
    // The quiet event may do.
    let quiet: Vec<Fact> = fields.iter().map(|field| choose::quiet(field, at)).collect();
    if passes(&quiet) {
        return Some(quiet.into());
    }
    let mut sat = Sat::new(BUDGET);
    let mut clock = Clock::default();
    let mut known: FxHashMap<(u32, Ask<'_>), Lit> = FxHashMap::default();
    for (number, asks) in &asked {
        let field = fields.get(*number as usize)?;
        let others = if field.ty == FieldType::Program { plan.programs.len() } else { plan.contents.len() };
        let lits = column::encode(&mut sat, field, others, asks, &mut clock);
        known.extend(asks.iter().map(|ask| (*number, *ask)).zip(lits));
    }
    let gates: Vec<Lit> =
        filters.iter().map(|(filter, is)| filter.map_or(sat.constant(true), |filter| gate(filter, &mut sat, &known)).apply_sign(*is)).collect();
    for (instant, lit) in clock.asked() {
        sat.clause(&[lit.apply_sign(instant <= at)]);
    }
    clock.finish(&mut sat);
    if sat.solve(&gates) != Verdict::Satisfiable {
        return None;
    }
    let mut facts = quiet;
    // First with as little as decides the filters, then with all that the model says.
    for all in [false, true] {
        let mut needed: Vec<(u32, Ask<'_>, bool)> = Vec::new();
        if all {
            needed.extend(known.iter().map(|((field, ask), lit)| (*field, *ask, sat.holds(*lit))));
        } else {
            for (filter, is) in &filters {
                if let Some(filter) = filter {
                    justify(filter, *is, &|field, ask| known.get(&(field, ask)).is_some_and(|lit| sat.holds(*lit)), &mut needed);
                }
            }
        }
        for (number, slot) in (0..).zip(&mut facts) {
            let of: Vec<(Ask<'_>, bool)> = needed.iter().filter(|(field, ..)| *field == number).map(|(_, ask, is)| (*ask, *is)).collect();
            if of.is_empty() {
                continue;
            }
            let field = fields.get(number as usize)?;
            let others = if field.ty == FieldType::Program { plan.programs.len() } else { plan.contents.len() };
            if let Some(fact) = choose::value(field, others, &of, at) {
                *slot = fact;
            }
        }
        if passes(&facts) {
            return Some(facts.into());
        }
    }
    None
}

/// The leaves that decide a filter, as they are in a model.
fn justify<'t>(filter: &'t Filter, is: bool, model: &dyn Fn(u32, Ask<'t>) -> bool, needed: &mut Vec<(u32, Ask<'t>, bool)>) {
    match filter {
        Filter::Constant(_) => {}
        Filter::Not(of) => justify(of, !is, model, needed),
        Filter::Test(field, test, _) => needed.push((*field, Ask::Test(test), is)),
        Filter::Clock(field, near) => needed.push((*field, Ask::Near(*near), is)),
        Filter::All(of) if is => of.iter().for_each(|part| justify(part, true, model, needed)),
        Filter::Any(of) if !is => of.iter().for_each(|part| justify(part, false, model, needed)),
        Filter::All(of) | Filter::Any(of) => {
            if let Some(part) = of.iter().find(|part| truth(part, model) == is) {
                justify(part, is, model, needed);
            }
        }
    }
}

fn truth<'t>(filter: &'t Filter, model: &dyn Fn(u32, Ask<'t>) -> bool) -> bool {
    match filter {
        Filter::Constant(value) => *value,
        Filter::All(of) => of.iter().all(|part| truth(part, model)),
        Filter::Any(of) => of.iter().any(|part| truth(part, model)),
        Filter::Not(of) => !truth(of, model),
        Filter::Test(field, test, _) => model(*field, Ask::Test(test)),
        Filter::Clock(field, near) => model(*field, Ask::Near(*near)),
    }
}
