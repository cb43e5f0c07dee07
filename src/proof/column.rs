//! One field as clauses: which answers to the tests that are asked of it can go together.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::sat::{Lit, Sat};
use crate::plan::{Field, FieldType, OrderSign, TextPlace};
use crate::run::lead::{DAY, Fact, Instant};
use crate::run::policy::{Key, Near, Test};
use crate::text::{Date, Decimal};

/// Something that is asked of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ask<'t> {
    /// A test of its value.
    Test(&'t Test),
    /// Its distance from the clock.
    Near(Near),
}

impl Ask<'_> {
    /// Whether a value passes.
    pub fn holds(self, fact: &Fact, now: Instant) -> bool {
        match self {
            Ask::Test(test) => test.holds(fact),
            Ask::Near(near) => matches!(fact, Fact::Instant(date) if near.holds(*date, now)),
        }
    }
}

/// The instants that "now" is compared with, rising.
#[derive(Default)]
pub(crate) struct Clock {
    since: BTreeMap<Instant, Lit>,
}

impl Clock {
    /// Whether now is at `instant` or later.
    pub fn reached(&mut self, sat: &mut Sat, instant: Instant) -> Lit {
        *self.since.entry(instant).or_insert_with(|| sat.fresh())
    }

    /// Joins what was asked of the clock: who has reached a later instant has reached an earlier one.
    pub fn finish(&self, sat: &mut Sat) {
        for ((_, earlier), (_, later)) in self.since.iter().zip(self.since.iter().skip(1)) {
            sat.clause(&[!*later, *earlier]);
        }
    }

    /// The instants that were asked, with their literals.
    pub fn asked(&self) -> impl Iterator<Item = (Instant, Lit)> {
        self.since.iter().map(|(instant, lit)| (*instant, *lit))
    }
}

/// A literal for each thing asked of a field, and the clauses that hold between them. `others` is how many values a `content` or
/// `program` field can have besides "another one".
pub(crate) fn encode(sat: &mut Sat, field: &Field, others: usize, asks: &[Ask<'_>], clock: &mut Clock) -> Vec<Lit> {
    match &field.ty {
        FieldType::Flag => finite(sat, field.optional, [Fact::Flag(false), Fact::Flag(true)].iter(), asks),
        FieldType::OneOf(options) => {
            let facts: Vec<Fact> = (0..options.len() as u32).map(Fact::Option).collect();
            finite(sat, field.optional, facts.iter(), asks)
        }
        FieldType::Content => {
            let facts: Vec<Fact> = (0..others as u32).map(|number| Fact::Content(Some(number))).chain([Fact::Content(None)]).collect();
            finite(sat, field.optional, facts.iter(), asks)
        }
        FieldType::Program => {
            let facts: Vec<Fact> = (0..others as u32).map(|number| Fact::Program(Some(number))).chain([Fact::Program(None)]).collect();
            finite(sat, field.optional, facts.iter(), asks)
        }
        FieldType::SetOf(_) => set(sat, asks),
        FieldType::Number(bounds) => numbers(sat, field.optional, false, bounds, asks),
        FieldType::WholeNumber(bounds) => numbers(sat, field.optional, true, bounds, asks),
        FieldType::Text | FieldType::AddressOf(_) => texts(sat, field.optional, asks),
        FieldType::Date(_) | FieldType::Moment => dates(sat, field, asks, clock),
    }
}

/// A field with few values: those that answer alike are one case, and one case holds.
fn finite<'f>(sat: &mut Sat, optional: bool, facts: impl Iterator<Item = &'f Fact>, asks: &[Ask<'_>]) -> Vec<Lit> {
    let mut answers: Vec<Vec<bool>> = Vec::new();
    let missing = optional.then_some(&Fact::Missing);
    // The answers as bits, where they are few enough: there can be thousands of contents.
    let mut short: FxHashSet<u64> = FxHashSet::default();
    let mut long: FxHashSet<Vec<bool>> = FxHashSet::default();
    for fact in facts.chain(missing) {
        let answer = || asks.iter().map(|ask| ask.holds(fact, 0));
        let new = if asks.len() <= 64 {
            short.insert(answer().enumerate().fold(0, |bits, (place, holds)| bits | u64::from(holds) << place))
        } else {
            long.insert(answer().collect())
        };
        if new {
            answers.push(answer().collect());
        }
    }
    if let [only] = answers.as_slice() {
        return only.iter().map(|holds| sat.constant(*holds)).collect();
    }
    let lits: Vec<Lit> = match answers.len() {
        2 => {
            let one = sat.fresh();
            vec![!one, one]
        }
        _ => {
            let lits: Vec<Lit> = answers.iter().map(|_| sat.fresh()).collect();
            sat.clause(&lits);
            for (place, one) in lits.iter().enumerate() {
                for other in lits.iter().take(place) {
                    sat.clause(&[!*one, !*other]);
                }
            }
            lits
        }
    };
    (0..asks.len())
        .map(|ask| {
            let of =
                |wanted: bool| -> Vec<Lit> { answers.iter().zip(&lits).filter(|(answer, _)| answer.get(ask) == Some(&wanted)).map(|(_, lit)| *lit).collect() };
            let (yes, no) = (of(true), of(false));
            match (yes.as_slice(), no.as_slice()) {
                ([], _) => sat.constant(false),
                (_, []) => sat.constant(true),
                ([one], _) => *one,
                (_, [one]) => !*one,
                _ => {
                    // One case holds, so this says it both ways.
                    let holds = sat.fresh();
                    yes.iter().for_each(|case| sat.clause(&[!*case, holds]));
                    no.iter().for_each(|case| sat.clause(&[!*case, !holds]));
                    holds
                }
            }
        })
        .collect()
}

/// A set: each option by itself. It is never missing.
fn set(sat: &mut Sat, asks: &[Ask<'_>]) -> Vec<Lit> {
    let mut known: FxHashMap<u32, Lit> = FxHashMap::default();
    asks.iter()
        .map(|ask| match ask {
            Ask::Test(Test::Has(option)) => *known.entry(*option).or_insert_with(|| sat.fresh()),
            Ask::Test(Test::Known) => sat.constant(true),
            _ => sat.constant(false),
        })
        .collect()
}

/// Points on a line, rising: whether the value lies below each.
struct Line<K> {
    below: BTreeMap<K, Lit>,
}

impl<K: Ord + Copy> Line<K> {
    fn new() -> Self {
        Self { below: BTreeMap::new() }
    }

    fn below(&mut self, sat: &mut Sat, point: K) -> Lit {
        *self.below.entry(point).or_insert_with(|| sat.fresh())
    }

    fn finish(&self, sat: &mut Sat) {
        for ((_, low), (_, high)) in self.below.iter().zip(self.below.iter().skip(1)) {
            sat.clause(&[!*low, *high]);
        }
    }
}

/// "Missing", if the field is optional.
fn missing(sat: &mut Sat, optional: bool) -> Lit {
    if optional { sat.fresh() } else { sat.constant(false) }
}

/// The places on the line of numbers: below `value`, or below what is just above it.
fn place(whole: bool, value: Decimal, just_above: bool) -> (i128, bool) {
    const ONE: i128 = 1_000_000_000;
    let value = value.billionths();
    if !whole {
        return (value, just_above);
    }
    // Below 2.5 is below 3; below what is just above 2.5 too; and just above 2 is 3.
    let floor = value.div_euclid(ONE);
    let next = if just_above || value.rem_euclid(ONE) != 0 { floor + 1 } else { floor };
    (next * ONE, false)
}

fn numbers(sat: &mut Sat, optional: bool, whole: bool, bounds: &crate::plan::Bounds, asks: &[Ask<'_>]) -> Vec<Lit> {
    let missing = missing(sat, optional);
    let mut line = Line::new();
    let lits = asks
        .iter()
        .map(|ask| match ask {
            Ask::Test(Test::Known) => !missing,
            Ask::Test(Test::Unknown) => missing,
            Ask::Test(Test::Number(order, value)) => {
                let (point, flip) = match order {
                    OrderSign::Below => (place(whole, *value, false), false),
                    OrderSign::AtMost => (place(whole, *value, true), false),
                    OrderSign::AtLeast => (place(whole, *value, false), true),
                    OrderSign::Above => (place(whole, *value, true), true),
                };
                let below = line.below(sat, point);
                sat.all(&[!missing, if flip { !below } else { below }])
            }
            Ask::Test(Test::In(keys, is)) => {
                let one: Vec<Lit> = keys
                    .iter()
                    .filter_map(|key| match key {
                        Key::Number(value) if whole && !value.is_whole() => None,
                        Key::Number(value) => {
                            let (low, high) = (line.below(sat, place(whole, *value, false)), line.below(sat, place(whole, *value, true)));
                            Some(sat.all(&[!low, high]))
                        }
                        _ => None,
                    })
                    .collect();
                let one = sat.any(&one);
                sat.all(&[!missing, if *is { one } else { !one }])
            }
            _ => sat.constant(false),
        })
        .collect();
    let bound = |text: &Option<smol_str::SmolStr>| text.as_ref().and_then(|text| Decimal::parse(text, 9).ok());
    if let Some(from) = bound(&bounds.from) {
        let below = line.below(sat, place(whole, from, false));
        sat.clause(&[!below]);
    }
    if let Some(to) = bound(&bounds.to) {
        let below = line.below(sat, place(whole, to, true));
        sat.clause(&[below]);
    }
    line.finish(sat);
    lits
}

/// A part of a text that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part<'t> {
    Is(&'t str),
    At(TextPlace, &'t str),
}

impl Part<'_> {
    /// Whether a text that has this part has that one too (`Some(true)`), cannot have it (`Some(false)`), or may.
    fn decides(self, other: Part<'_>) -> Option<bool> {
        use TextPlace::{Contains, EndsWith, StartsWith};
        match (self, other) {
            (Part::Is(text), Part::Is(other)) => Some(text == other),
            (Part::Is(text), Part::At(place, part)) => Some(match place {
                Contains => text.contains(part),
                StartsWith => text.starts_with(part),
                EndsWith => text.ends_with(part),
            }),
            (Part::At(StartsWith, text), Part::At(StartsWith, part)) if text.starts_with(part) => Some(true),
            (Part::At(StartsWith, text), Part::At(StartsWith, part)) if !part.starts_with(text) => Some(false),
            (Part::At(EndsWith, text), Part::At(EndsWith, part)) if text.ends_with(part) => Some(true),
            (Part::At(EndsWith, text), Part::At(EndsWith, part)) if !part.ends_with(text) => Some(false),
            (Part::At(_, text), Part::At(Contains, part)) if text.contains(part) => Some(true),
            _ => None,
        }
    }
}

/// Texts: pairs of parts decide each other, and that is complete (SEMANTICS 3.2).
fn texts(sat: &mut Sat, optional: bool, asks: &[Ask<'_>]) -> Vec<Lit> {
    let missing = missing(sat, optional);
    let mut parts: Vec<(Part<'_>, Lit)> = Vec::new();
    let mut lits = Vec::with_capacity(asks.len());
    for ask in asks {
        let (wanted, is): (Vec<Part<'_>>, bool) = match ask {
            Ask::Test(Test::Known) => {
                lits.push(!missing);
                continue;
            }
            Ask::Test(Test::Unknown) => {
                lits.push(missing);
                continue;
            }
            Ask::Test(Test::Text(place, of)) => (of.iter().map(|part| Part::At(*place, part.as_str())).collect(), true),
            Ask::Test(Test::In(keys, is)) => {
                let of = keys.iter().filter_map(|key| if let Key::Text(text) = key { Some(Part::Is(text.as_str())) } else { None });
                (of.collect(), *is)
            }
            _ => {
                lits.push(sat.constant(false));
                continue;
            }
        };
        let mut one = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            let known = parts.iter().find(|(part, _)| *part == wanted).map(|(_, lit)| *lit);
            one.push(known.unwrap_or_else(|| {
                let lit = sat.fresh();
                for (before, other) in &parts {
                    for (from, from_lit, to, to_lit) in [(*before, *other, wanted, lit), (wanted, lit, *before, *other)] {
                        match from.decides(to) {
                            Some(true) => sat.clause(&[!from_lit, to_lit]),
                            Some(false) => sat.clause(&[!from_lit, !to_lit]),
                            None => {}
                        }
                    }
                }
                parts.push((wanted, lit));
                lit
            }));
        }
        let one = sat.any(&one);
        let holds = sat.all(&[!missing, if is { one } else { !one }]);
        lits.push(holds);
    }
    lits
}

/// Dates: against fixed days, and against now; both are joined by what they say of now.
fn dates(sat: &mut Sat, field: &Field, asks: &[Ask<'_>], clock: &mut Clock) -> Vec<Lit> {
    let missing = missing(sat, field.optional);
    let day = matches!(field.ty, FieldType::Date(_));
    // Days begin at midnight: before noon is before the next midnight.
    let point = |instant: Instant| if day { -(-instant).div_euclid(DAY) * DAY } else { instant };
    let (mut fixed, mut ages) = (Line::new(), Line::new());
    let lits = asks
        .iter()
        .map(|ask| match ask {
            Ask::Test(Test::Known) => !missing,
            Ask::Test(Test::Unknown) => missing,
            Ask::Test(Test::Instant(order, value)) => {
                let (at, flip) = match order {
                    OrderSign::Below => (*value, false),
                    OrderSign::AtMost => (*value + 1, false),
                    OrderSign::AtLeast => (*value, true),
                    OrderSign::Above => (*value + 1, true),
                };
                let below = fixed.below(sat, point(at));
                sat.all(&[!missing, if flip { !below } else { below }])
            }
            Ask::Test(Test::In(keys, is)) => {
                let one: Vec<Lit> = keys
                    .iter()
                    .filter_map(|key| match key {
                        Key::Instant(at) if day && at.rem_euclid(DAY) != 0 => None,
                        Key::Instant(at) => {
                            let (low, high) = (fixed.below(sat, point(*at)), fixed.below(sat, point(*at + 1)));
                            Some(sat.all(&[!low, high]))
                        }
                        _ => None,
                    })
                    .collect();
                let one = sat.any(&one);
                sat.all(&[!missing, if *is { one } else { !one }])
            }
            Ask::Near(Near::Older(length)) => {
                let younger = ages.below(sat, *length);
                sat.all(&[!missing, !younger])
            }
            Ask::Near(Near::Last(length)) => {
                let (future, younger) = (ages.below(sat, 0), ages.below(sat, *length));
                sat.all(&[!missing, !future, younger])
            }
            Ask::Near(Near::Next(length)) => {
                // The age is -length or more, and below 0.
                let (beyond, future) = (ages.below(sat, -*length), ages.below(sat, 0));
                sat.all(&[!missing, !beyond, future])
            }
            _ => sat.constant(false),
        })
        .collect();
    if let FieldType::Date(bounds) = &field.ty {
        let bound = |text: &Option<smol_str::SmolStr>| text.as_ref().and_then(|text| Date::parse(text)).and_then(crate::run::clock::day_start);
        if let Some(from) = bound(&bounds.from) {
            let below = fixed.below(sat, from);
            sat.clause(&[!below]);
        }
        if let Some(to) = bound(&bounds.to) {
            let below = fixed.below(sat, to + DAY);
            sat.clause(&[below]);
        }
        if bounds.to_today {
            let future = ages.below(sat, 0);
            sat.clause(&[!future, missing]);
        }
    }
    fixed.finish(sat);
    ages.finish(sat);
    let step = if day { DAY } else { 1 };
    for (at, before) in &fixed.below {
        for (age, younger) in &ages.below {
            // At `at` or later, and of that age or more: then now is at `at + age` or later.
            let reached = clock.reached(sat, at + age);
            sat.clause(&[*before, *younger, reached]);
            // Before `at`, and younger: then now is before the sum of the last that both can be.
            let reached = clock.reached(sat, at - step + age);
            sat.clause(&[!*before, !*younger, !reached]);
        }
    }
    lits
}
