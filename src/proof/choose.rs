//! Values a person would give: quiet where nothing is asked, round where something is.

use rustc_hash::FxHashSet;

use super::column::Ask;
use crate::plan::{Bounds, DateBounds, Field, FieldType, TextPlace};
use crate::run::clock::day_start;
use crate::run::lead::{DAY, Fact, Instant};
use crate::run::policy::{Key, Near, Test};
use crate::text::{Date, Decimal};

const ONE: i128 = 1_000_000_000;

/// The value of a field of which nothing is asked.
pub(super) fn quiet(field: &Field, now: Instant) -> Fact {
    if field.optional {
        return Fact::Missing;
    }
    let bound = |text: &Option<smol_str::SmolStr>| text.as_ref().and_then(|text| Decimal::parse(text, 9).ok());
    match &field.ty {
        FieldType::Number(bounds) | FieldType::WholeNumber(bounds) => {
            // The roundest is none at all.
            let (from, to) = (bound(&bounds.from), bound(&bounds.to));
            let none = from.is_none_or(|from| from <= Decimal::ZERO) && to.is_none_or(|to| to >= Decimal::ZERO);
            if none {
                return Fact::Number(Decimal::ZERO);
            }
            from.or(to).map_or(Fact::Missing, Fact::Number)
        }
        FieldType::Text | FieldType::AddressOf(_) => Fact::Text(smol_str::SmolStr::new_static("another")),
        _ => value(field, 0, &[], now).unwrap_or_default(),
    }
}

/// A value of a field that answers as it is asked, the quietest that was found; `others` is how many values a `content` or
/// `program` field can have besides "another one".
pub(super) fn value(field: &Field, others: usize, asks: &[(Ask<'_>, bool)], now: Instant) -> Option<Fact> {
    let fits = |fact: &Fact| asks.iter().all(|(ask, is)| ask.holds(fact, now) == *is);
    if field.optional && fits(&Fact::Missing) {
        return Some(Fact::Missing);
    }
    match &field.ty {
        FieldType::Flag => [false, true].into_iter().map(Fact::Flag).find(fits),
        FieldType::OneOf(options) => (0..options.len() as u32).map(Fact::Option).find(fits),
        FieldType::SetOf(_) => {
            let has = asks.iter().filter_map(|(ask, is)| match ask {
                Ask::Test(Test::Has(option)) if *is => Some(*option),
                _ => None,
            });
            Some(Fact::set(has.collect())).filter(fits)
        }
        FieldType::Content => [Fact::Content(None)].into_iter().chain((0..others as u32).map(|number| Fact::Content(Some(number)))).find(fits),
        FieldType::Program => [Fact::Program(None)].into_iter().chain((0..others as u32).map(|number| Fact::Program(Some(number)))).find(fits),
        FieldType::Number(bounds) | FieldType::WholeNumber(bounds) => {
            // What must not be is looked up: there can be thousands of numbers that are left out one by one.
            let barred: FxHashSet<Decimal> = asks.iter().flat_map(|(ask, is)| barred(ask, *is)).collect();
            let numbers = number(bounds, matches!(field.ty, FieldType::WholeNumber(_)), asks);
            numbers.into_iter().filter(|number| !barred.contains(number)).map(Fact::Number).find(fits)
        }
        FieldType::Text | FieldType::AddressOf(_) => texts(asks).into_iter().map(|text| Fact::Text(text.into())).find(fits),
        FieldType::Date(bounds) => dates(Some(bounds), asks, now).into_iter().map(Fact::Instant).find(fits),
        FieldType::Moment => dates(None, asks, now).into_iter().map(Fact::Instant).find(fits),
    }
}

/// The numbers that an answer rules out one by one.
fn barred<'t>(ask: &Ask<'t>, is: bool) -> impl Iterator<Item = Decimal> + use<'t> {
    let keys: &'t [Key] = match ask {
        Ask::Test(Test::In(keys, one_of)) if *one_of != is => keys,
        _ => &[],
    };
    keys.iter().filter_map(|key| if let Key::Number(number) = key { Some(*number) } else { None })
}

/// Values of a field about what is asked of it, among them one for each way in which the answers can come out; all values of a field
/// that has few.
pub(super) fn candidates(field: &Field, asks: &[Ask<'_>], now: Instant) -> Vec<Fact> {
    let both: Vec<(Ask<'_>, bool)> = asks.iter().flat_map(|ask| [(*ask, true), (*ask, false)]).collect();
    let mut found: Vec<Fact> = match &field.ty {
        FieldType::Flag => vec![Fact::Flag(false), Fact::Flag(true)],
        FieldType::OneOf(options) => (0..options.len() as u32).map(Fact::Option).collect(),
        FieldType::Number(bounds) => number(bounds, false, &both).into_iter().map(Fact::Number).collect(),
        FieldType::WholeNumber(bounds) => number(bounds, true, &both).into_iter().map(Fact::Number).collect(),
        FieldType::Text | FieldType::AddressOf(_) => {
            // Each part by itself, and all that can be put together.
            let mut texts = texts(&both);
            for ask in asks {
                texts.extend(super::choose::texts(&[(*ask, true)]));
            }
            texts.push("another".to_owned());
            texts.sort();
            texts.dedup();
            texts.into_iter().map(|text| Fact::Text(text.into())).collect()
        }
        FieldType::Date(bounds) => dates(Some(bounds), &both, now).into_iter().map(Fact::Instant).collect(),
        FieldType::Moment => dates(None, &both, now).into_iter().map(Fact::Instant).collect(),
        FieldType::SetOf(_) | FieldType::Content | FieldType::Program => Vec::new(),
    };
    if field.optional {
        found.push(Fact::Missing);
    }
    found
}

/// How much a number has to say: its digits without the zeros at its end.
fn digits(value: i128) -> u32 {
    let mut value = value.unsigned_abs();
    if value == 0 {
        return 0;
    }
    while value.is_multiple_of(10) {
        value /= 10;
    }
    value.checked_ilog10().unwrap_or(0) + 1
}

/// The numbers that lie about what is asked, the roundest first.
fn number(bounds: &Bounds, whole: bool, asks: &[(Ask<'_>, bool)]) -> Vec<Decimal> {
    let bound = |text: &Option<smol_str::SmolStr>| text.as_ref().and_then(|text| Decimal::parse(text, 9).ok()).map(Decimal::billionths);
    let (from, to) = (bound(&bounds.from), bound(&bounds.to));
    let mut points: Vec<i128> = from.into_iter().chain(to).collect();
    for (ask, _) in asks {
        match ask {
            Ask::Test(Test::Number(_, value)) => points.push(value.billionths()),
            Ask::Test(Test::In(keys, _)) => {
                points.extend(keys.iter().filter_map(|key| if let Key::Number(value) = key { Some(value.billionths()) } else { None }))
            }
            _ => {}
        }
    }
    points.sort_unstable();
    points.dedup();
    let mut candidates: Vec<i128> = points.clone();
    for pair in points.windows(2) {
        if let [low, high] = pair {
            candidates.extend(round_between(*low, *high, whole));
        }
    }
    let low = points.first().copied().unwrap_or(0);
    let high = points.last().copied().unwrap_or(0);
    candidates.extend(round_between(high, high.saturating_add(high.abs().max(ONE) * 10), whole));
    candidates.extend(round_between(low.saturating_sub(low.abs().max(ONE) * 10), low, whole));
    candidates.extend([0, high + ONE, low - ONE]);
    candidates.sort_unstable();
    candidates.dedup();
    candidates.retain(|value| from.is_none_or(|from| *value >= from) && to.is_none_or(|to| *value <= to) && (!whole || value.rem_euclid(ONE) == 0));
    // Of numbers as round as each other the one nearest to the least that is asked.
    candidates.sort_by_cached_key(|value| (digits(*value), (*value - low.max(0)).unsigned_abs(), *value));
    candidates.dedup();
    candidates.into_iter().map(Decimal::from_billionths).collect()
}

/// Round numbers between two, both left out: the roundest, the least and the greatest of some steps.
fn round_between(low: i128, high: i128, whole: bool) -> Vec<i128> {
    let mut found = Vec::new();
    let width = high - low;
    let mut step = 1i128;
    while step <= width {
        step *= 10;
    }
    let least = if whole { ONE } else { 1 };
    while step >= least {
        for step in [step * 5, step * 2, step] {
            let first = (low.div_euclid(step) + 1) * step;
            if first < high {
                found.push(first);
                let last = (high - 1).div_euclid(step) * step;
                if last > low {
                    found.push(last);
                }
            }
        }
        if found.len() >= 6 {
            break;
        }
        step /= 10;
    }
    if whole {
        let next = (low.div_euclid(ONE) + 1) * ONE;
        found.extend([next, (high - 1).div_euclid(ONE) * ONE].into_iter().filter(|value| *value > low && *value < high));
    } else {
        found.extend([low.midpoint(high)].into_iter().filter(|value| *value > low && *value < high));
    }
    found
}

/// Texts put together from what is asked, around a word that nothing asks for.
fn texts(asks: &[(Ask<'_>, bool)]) -> Vec<String> {
    let (mut start, mut end) = (String::new(), String::new());
    let mut inside: Vec<&str> = Vec::new();
    let mut whole: Vec<&str> = Vec::new();
    let mut several: Vec<(TextPlace, Vec<&str>)> = Vec::new();
    for (ask, is) in asks {
        match ask {
            Ask::Test(Test::In(keys, listed)) if listed == is => {
                whole.extend(keys.iter().filter_map(|key| if let Key::Text(text) = key { Some(text.as_str()) } else { None }));
            }
            Ask::Test(Test::Text(place, parts)) if *is => several.push((*place, parts.iter().map(smol_str::SmolStr::as_str).collect())),
            _ => {}
        }
    }
    let mut found: Vec<String> = whole.iter().map(|text| (*text).to_owned()).collect();
    // One part of each list; the first combinations are enough, as what decides the rest is fixed by them.
    let combinations: usize = several.iter().map(|(_, parts)| parts.len().max(1)).fold(1usize, |all, of| all.saturating_mul(of)).min(256);
    for combination in 0..combinations {
        let mut rest = combination;
        start.clear();
        end.clear();
        inside.clear();
        for (place, parts) in &several {
            let count = parts.len().max(1);
            let part = parts.get(rest % count).copied().unwrap_or("");
            rest /= count;
            match place {
                TextPlace::StartsWith if part.len() > start.len() => start = part.to_owned(),
                TextPlace::EndsWith if part.len() > end.len() => end = part.to_owned(),
                TextPlace::Contains => inside.push(part),
                _ => {}
            }
        }
        inside.retain(|part| !start.contains(part) && !end.contains(part));
        for neutral in ["", "~", "\u{2026}", "\u{b7}", "\u{2603}"] {
            let middle: Vec<&str> = inside.clone();
            let mut text = start.clone();
            for part in &middle {
                text.push_str(neutral);
                text.push_str(part);
            }
            if !end.is_empty() {
                text.push_str(neutral);
                text.push_str(&end);
            }
            if start.is_empty() && inside.is_empty() && end.is_empty() {
                text = if neutral.is_empty() { "another".to_owned() } else { neutral.to_owned() };
            }
            found.push(text.clone());
            found.push(format!("{text}{neutral}"));
        }
        // A start and an end may share letters.
        if let Some(both) =
            (1..=start.len().min(end.len())).rev().find(|shared| end.is_char_boundary(*shared) && start.ends_with(end.get(..*shared).unwrap_or("~")))
        {
            found.push(format!("{start}{}", end.get(both..).unwrap_or("")));
        }
    }
    found
}

/// Days and moments that lie about what is asked, those near today first.
fn dates(bounds: Option<&DateBounds>, asks: &[(Ask<'_>, bool)], now: Instant) -> Vec<Instant> {
    let day = bounds.is_some();
    let midnight = |at: Instant| at.div_euclid(DAY) * DAY;
    let bound = |text: &Option<smol_str::SmolStr>| text.as_ref().and_then(|text| Date::parse(text)).and_then(day_start);
    let (from, to) = (bounds.and_then(|bounds| bound(&bounds.from)), bounds.and_then(|bounds| bound(&bounds.to)));
    let to = match bounds {
        Some(bounds) if bounds.to_today => Some(to.map_or(midnight(now), |to| to.min(midnight(now)))),
        _ => to,
    };
    let mut points: Vec<Instant> = vec![now - 30 * DAY, now - DAY];
    for (ask, _) in asks {
        match ask {
            Ask::Test(Test::Instant(_, at)) => points.push(*at),
            Ask::Test(Test::In(keys, _)) => points.extend(keys.iter().filter_map(|key| if let Key::Instant(at) = key { Some(*at) } else { None })),
            Ask::Near(Near::Last(length) | Near::Older(length)) => points.extend([now, now - length]),
            Ask::Near(Near::Next(length)) => points.extend([now, now + length]),
            Ask::Test(_) => {}
        }
    }
    points.extend(from.into_iter().chain(to));
    points.sort_unstable();
    points.dedup();
    let between: Vec<Instant> = points.windows(2).filter_map(|pair| if let [low, high] = pair { Some(low.midpoint(*high)) } else { None }).collect();
    points.extend(between);
    let mut candidates = Vec::with_capacity(points.len() * 8);
    for point in points {
        // About the point, and well away from it: a boundary is shown only where nothing else fits.
        candidates.extend([
            point + 10 * DAY,
            point - 10 * DAY,
            point + 2 * DAY,
            point - 2 * DAY,
            point + DAY,
            point - DAY,
            point,
            point + 1,
            point - 1,
            point + DAY / 2,
        ]);
        candidates.extend([point - 400 * DAY, point + 400 * DAY]);
    }
    candidates.push(now - 30 * DAY);
    if day {
        candidates.iter_mut().for_each(|at| *at = midnight(*at));
    }
    candidates.retain(|at| from.is_none_or(|from| *at >= from) && to.is_none_or(|to| *at <= to));
    candidates.sort_by_key(|at| ((*at - (now - 30 * DAY)).abs(), *at));
    candidates.dedup();
    candidates
}
