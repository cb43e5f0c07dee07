//! The smallest change in a lead's facts that would have changed whether a touch goes out.

use crate::plan::{Field, FieldType, Given, Plan, Predicate, Value};
use crate::run::clock::day_of;
use crate::run::convert::Converter;
use crate::run::lead::{DAY, Fact, Instant, Lead};
use crate::run::play::Player;
use crate::run::policy::Policy;
use crate::run::trace::{Entry, Sink, StepId, What};
use crate::text::Decimal;

/// At most so many leads are played to find a change.
const MOST_PLAYED: usize = 30_000;

/// A fact that would have to be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactChange {
    /// The field.
    pub field: u32,
    /// Its value in place of all that it was.
    pub value: Fact,
}

/// Looks for one touch only.
struct Watch {
    step: StepId,
    sent: bool,
}

impl Sink for Watch {
    const ACTIVE: bool = true;
    fn record(&mut self, entry: Entry) {
        self.sent |= matches!(entry.what, What::Sent { step, .. } if step == self.step);
    }
}

/// The smallest change with which the touch would go out (or, if not `wanted`, would not): one fact, else two; and whether
/// all such changes were tried.
pub(super) fn smallest(
    plan: &Plan,
    policy: &Policy,
    lead: &Lead,
    from: Instant,
    until: Instant,
    step: StepId,
    wanted: bool,
) -> (Option<Vec<FactChange>>, bool) {
    let candidates: Vec<FactChange> = (0..plan.lead.fields.len() as u32).flat_map(|field| values(plan, policy, lead, field, from)).collect();
    let mut player = Player::new(policy);
    let mut works = |changes: &[&FactChange]| {
        let mut other = lead.clone();
        for change in changes {
            other.changes.retain(|known| known.field != change.field);
            if let Some(fact) = other.facts.get_mut(change.field as usize) {
                fact.clone_from(&change.value);
            }
        }
        let mut watch = Watch { step, sent: false };
        player.play(&other, from, until, &mut watch);
        watch.sent == wanted
    };
    for one in &candidates {
        if works(&[one]) {
            return (Some(vec![one.clone()]), true);
        }
    }
    let mut left = MOST_PLAYED.saturating_sub(candidates.len());
    for (place, one) in candidates.iter().enumerate() {
        for other in candidates.iter().skip(place + 1).filter(|other| other.field != one.field) {
            if left == 0 {
                return (None, false);
            }
            left -= 1;
            if works(&[one, other]) {
                return (Some(vec![one.clone(), other.clone()]), true);
            }
        }
    }
    (None, true)
}

/// Values that a field could have instead: those that some condition of the policy tells apart, nearest first.
fn values(plan: &Plan, policy: &Policy, lead: &Lead, number: u32, from: Instant) -> Vec<FactChange> {
    let Some(field) = plan.lead.fields.get(number as usize) else { return Vec::new() };
    let Some(now) = lead.facts.get(number as usize) else { return Vec::new() };
    let mut found: Vec<Fact> = match &field.ty {
        FieldType::Flag => vec![Fact::Flag(*now != Fact::Flag(true))],
        FieldType::OneOf(options) => (0..options.len() as u32).map(Fact::Option).collect(),
        FieldType::SetOf(options) => {
            let held = if let Fact::Set(held) = now { held.clone() } else { Vec::new() };
            let turned = |option: u32| {
                let mut set: Vec<u32> = held.iter().copied().filter(|known| *known != option).collect();
                if set.len() == held.len() {
                    set.push(option);
                }
                Fact::set(set)
            };
            (0..options.len() as u32).map(turned).collect()
        }
        _ => asked_values(plan, policy, field, from),
    };
    if let FieldType::AddressOf(_) = field.ty {
        found.push(Fact::Text("someone@example.com".into()));
    }
    if field.optional {
        found.push(Fact::Missing);
    }
    if field.ty == FieldType::Text {
        // A text that no condition names.
        found.push(Fact::Text("something else".into()));
    }
    // A fact that becomes another later can also stay what it was.
    let changes = lead.changes.iter().any(|change| change.field == number);
    if changes {
        found.push(now.clone());
    }
    found.retain(|fact| (changes || fact != now) && fits(field, fact));
    if let Fact::Number(now) = now {
        found.sort_by_key(|fact| if let Fact::Number(number) = fact { number.plus(now.negated()).billionths().unsigned_abs() } else { u128::MAX });
    }
    if let Fact::Instant(now) = now {
        found.sort_by_key(|fact| if let Fact::Instant(at) = fact { at.abs_diff(*now) } else { u64::MAX });
    }
    found.dedup();
    found.into_iter().map(|value| FactChange { field: number, value }).collect()
}

fn fits(field: &Field, fact: &Fact) -> bool {
    match (&field.ty, fact) {
        (FieldType::Number(bounds), Fact::Number(number)) => bounds.hold(*number),
        (FieldType::WholeNumber(bounds), Fact::Number(number)) => bounds.hold(*number) && number.is_whole(),
        (FieldType::Date(bounds), Fact::Instant(at)) => day_of(*at).is_some_and(|date| bounds.hold(date)),
        _ => true,
    }
}

/// The values that conditions compare a field with, and those just beside them.
fn asked_values(plan: &Plan, policy: &Policy, field: &Field, from: Instant) -> Vec<Fact> {
    let convert = Converter { plan, policy };
    let mut found = Vec::new();
    let today = from.div_euclid(DAY) * DAY;
    let mut add = |test: &Predicate| {
        if crate::run::compile::subject(test).is_none_or(|subject| subject.field != field.name || subject.attribute.is_some()) {
            return;
        }
        let mut value = |value: &Value| match convert.given(field, &Given::One(value.clone())) {
            Some(Fact::Number(number)) => {
                found.extend([number, number.plus(Decimal::whole(1)), number.plus(Decimal::whole(-1))].map(Fact::Number));
            }
            Some(Fact::Instant(at)) => found.extend([at, at + DAY, at - DAY].map(Fact::Instant)),
            Some(fact) => found.push(fact),
            None => {}
        };
        match test {
            Predicate::In { values, .. } | Predicate::NotIn { values, .. } => values.iter().for_each(value),
            Predicate::Compare { value: one, .. } => value(one),
            Predicate::Text { any, .. } => found.extend(any.iter().cloned().map(Fact::Text)),
            Predicate::WithinLast { seconds, .. } | Predicate::OlderThan { seconds, .. } => {
                let length = i64::try_from(*seconds).unwrap_or(0);
                let edge = today.saturating_sub(length).div_euclid(DAY) * DAY;
                found.extend([today, edge + DAY, edge - DAY].map(Fact::Instant));
            }
            Predicate::WithinNext { seconds, .. } => {
                let length = i64::try_from(*seconds).unwrap_or(0);
                found.extend([today + DAY, today.saturating_add(length)].map(Fact::Instant));
            }
            _ => {}
        }
    };
    for predicate in all_predicates(plan) {
        predicate.walk(&mut add);
    }
    // What lies between two neighbours.
    let mut numbers: Vec<Decimal> = found.iter().filter_map(|fact| if let Fact::Number(number) = fact { Some(*number) } else { None }).collect();
    numbers.sort_unstable();
    found.extend(numbers.windows(2).filter_map(|pair| if let [a, b] = pair { Some(Fact::Number(a.midpoint(*b))) } else { None }));
    let mut unique: Vec<Fact> = Vec::new();
    for fact in found {
        if !unique.contains(&fact) {
            unique.push(fact);
        }
    }
    unique
}

/// Every predicate over leads in a plan.
fn all_predicates(plan: &Plan) -> Vec<&Predicate> {
    use crate::plan::{Action, Earned, Join};
    let mut all: Vec<&Predicate> = Vec::new();
    all.extend(plan.segments.iter().map(|segment| &segment.predicate));
    all.extend(plan.icps.iter().map(|icp| &icp.predicate));
    all.extend(plan.journeys.iter().flat_map(|journey| journey.stages.iter().map(|stage| &stage.predicate)));
    all.extend(plan.scores.iter().flat_map(|score| &score.points).filter_map(|line| if let Earned::When(when) = &line.earned { Some(when) } else { None }));
    for program in &plan.programs {
        all.push(&program.audience.predicate);
        all.extend(program.join.iter().filter_map(|join| if let Join::When(when) = join { Some(when) } else { None }));
        all.extend(program.goal.iter().map(|goal| &goal.predicate));
        all.extend(&program.leave_when);
        for step in &program.steps {
            match &step.action {
                Action::Touch(touch) => all.extend(touch.only_if.iter().chain(&touch.reason)),
                Action::WaitUntil { until, .. } => all.push(until),
                Action::If { branches, .. } => all.extend(branches.iter().map(|branch| &branch.when)),
                _ => {}
            }
        }
    }
    for handoff in &plan.handoffs {
        all.push(&handoff.predicate);
        all.extend(handoff.back.iter().map(|back| &back.when));
    }
    for rules in &plan.limits.channels {
        all.extend(rules.needs.iter().chain(&rules.never));
    }
    all.extend(&plan.limits.consent_again);
    all
}
