//! Asks a rule of the policy: three-valued, with the elements that decided and the lead that shows it.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::leads::Leads;
use super::policy::Policy;
use super::prose::Prose;
use super::truth::{Span, Truth};
use super::value::{Entity, Value, setting};
use crate::plan::{Condition, Counted, Operand, PathStep, Rule};
use crate::proof::Example;
use crate::run::Terms;
use crate::text::Date;

/// A rule that holds of something.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The rule, by its place in the list that was judged.
    pub rule: usize,
    /// The entity after `each`.
    pub subject: Entity,
    /// What variables of `some` stood for when they decided, by name.
    pub bound: Vec<(SmolStr, Entity)>,
    /// The lead that shows it.
    pub witness: Option<Example>,
}

/// A rule that was not decided for something.
#[derive(Clone, Debug)]
pub struct Undecided {
    /// The rule, by its place.
    pub rule: usize,
    /// The entity after `each`.
    pub subject: Entity,
    /// What it lacked.
    pub why: Arc<str>,
}

/// What rules say of a policy.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Where they hold.
    pub hits: Vec<Hit>,
    /// Where they were not decided.
    pub undecided: Vec<Undecided>,
    /// For each rule, how many entities it looked at.
    pub looked: Vec<usize>,
}

/// What names mean while a rule is asked.
struct Scope<'a, 'p> {
    policy: &'a Policy<'p>,
    variables: Vec<(SmolStr, Value)>,
    /// Variables of `some` that decided, outermost first.
    bound: Vec<(SmolStr, Entity)>,
    /// Why elements of a figure were not decided.
    open: Option<Arc<str>>,
}

/// Asks rules of a policy.
pub fn judge(policy: &Policy<'_>, rules: &[&Rule]) -> Judged {
    let mut judged = Judged::default();
    for (number, rule) in rules.iter().enumerate() {
        let mut looked = 0;
        for subject in policy.entities(&rule.each) {
            let mut scope = Scope { policy, variables: vec![(rule.each.clone(), Value::Entity(subject))], bound: Vec::new(), open: None };
            policy.ground.check();
            policy.ground.forget();
            let filter = rule.filter.as_ref().map_or(Truth::Yes, |filter| scope.condition(filter));
            match filter {
                Truth::No => continue,
                Truth::Unknown(why) => {
                    judged.undecided.push(Undecided { rule: number, subject, why });
                    continue;
                }
                Truth::Yes => {}
            }
            looked += 1;
            policy.ground.forget();
            scope.bound.clear();
            match scope.condition(&rule.when) {
                Truth::Yes => judged.hits.push(Hit { rule: number, subject, bound: scope.bound, witness: policy.ground.witness() }),
                Truth::No => {}
                Truth::Unknown(why) => judged.undecided.push(Undecided { rule: number, subject, why }),
            }
        }
        judged.looked.push(looked);
    }
    judged
}

impl Scope<'_, '_> {
    fn condition(&mut self, condition: &Condition) -> Truth {
        match condition {
            Condition::And { of } => Truth::all(of.iter().map(|part| self.condition(part))),
            Condition::Or { of } => Truth::any(of.iter().map(|part| self.condition(part))),
            Condition::Not { of } => !self.condition(of),
            Condition::Some { variable, list, condition } => self.some(variable, list, condition),
            Condition::All { variable, list, condition } => !self.each(list, |scope, element| !scope.with(variable, element, condition)),
            Condition::None { variable, list, condition } => !self.each(list, |scope, element| scope.with(variable, element, condition)),
            Condition::Flag { value } => match self.operand(value) {
                Value::Flag(truth) => truth,
                Value::Unknown(why) => Truth::Unknown(why),
                _ => Truth::No,
            },
            Condition::Is { left, right } => {
                let (one, other) = (self.operand(left), self.operand(right));
                self.alike(&one, &other)
            }
            Condition::IsNot { left, right } => {
                let (one, other) = (self.operand(left), self.operand(right));
                if one == Value::Absent || other == Value::Absent { Truth::No } else { !self.alike(&one, &other) }
            }
            Condition::Known { value } => match self.operand(value) {
                Value::Absent => Truth::No,
                _ => Truth::Yes,
            },
            Condition::Unknown { value } => match self.operand(value) {
                Value::Absent => Truth::Yes,
                _ => Truth::No,
            },
            Condition::Empty { value } => self.leads(value).map_or_else(Truth::Unknown, |leads| !self.policy.ground.exists(leads)),
            Condition::Covers { left, right } => self.two(left, right, |policy, one, other| policy.ground.covers(one, other)),
            Condition::Overlaps { left, right } => self.two(left, right, |policy, one, other| policy.ground.overlaps(one, other)),
            Condition::Compare { left, order, right } => {
                self.open = None;
                let (one, other) = (self.operand(left), self.operand(right));
                let (Some(one_span), Some(other_span)) = (span(&one), span(&other)) else {
                    return match (one, other) {
                        (Value::Absent, _) | (_, Value::Absent) => Truth::No,
                        (Value::Unknown(why), _) | (_, Value::Unknown(why)) => Truth::Unknown(why),
                        (Value::Date(one), Value::Date(other)) => Truth::of(crate::run::policy::ordered(&one, *order, &other)),
                        _ => Truth::No,
                    };
                };
                match one_span.compare(*order, other_span) {
                    Some(truth) => Truth::of(truth),
                    None => self.open.clone().map_or_else(
                        || {
                            let span = if one_span.value().is_none() { one_span } else { other_span };
                            Truth::unknown(format!("the number is {}, and that does not decide it", super::message::number(span)))
                        },
                        Truth::Unknown,
                    ),
                }
            }
            Condition::In { value, list } => self.is_in(value, list),
            Condition::NotIn { value, list } => {
                if self.operand(value) == Value::Absent {
                    return Truth::No;
                }
                !self.is_in(value, list)
            }
            Condition::Says { value, phrases } => match self.operand(value) {
                Value::Text(text) => Truth::of(says(&text, phrases)),
                Value::List(texts) => Truth::of(texts.iter().any(|text| matches!(text, Value::Text(text) if says(text, phrases)))),
                Value::Unknown(why) => Truth::Unknown(why),
                _ => Truth::No,
            },
            Condition::OlderThan { value, than } => match (self.operand(value), self.operand(than), self.policy.inputs.today) {
                (Value::Absent, ..) => Truth::No,
                (Value::Unknown(why), ..) | (_, Value::Unknown(why), _) => Truth::Unknown(why),
                (Value::Date(_), _, None) => Truth::unknown(super::truth::NO_TODAY),
                (Value::Date(date), Value::Seconds(seconds), Some(today)) => {
                    Truth::of(days_between(date, today).is_some_and(|days| days > (seconds / 86_400) as i64))
                }
                _ => Truth::No,
            },
        }
    }

    /// Whether an element of a list fits; the first one that does is kept for the message.
    fn some(&mut self, variable: &SmolStr, list: &Operand, condition: &Condition) -> Truth {
        let elements = match self.list(list) {
            Ok(elements) => elements,
            Err(why) => return Truth::Unknown(why),
        };
        let mut result = Truth::No;
        for element in elements.iter() {
            let mark = self.bound.len();
            match self.with(variable, element.clone(), condition) {
                Truth::Yes => {
                    if let Value::Entity(entity) = element {
                        self.bound.insert(mark, (variable.clone(), *entity));
                    }
                    return Truth::Yes;
                }
                unknown @ Truth::Unknown(_) if result == Truth::No => result = unknown,
                _ => {}
            }
            self.bound.truncate(mark);
        }
        result
    }

    fn with(&mut self, variable: &SmolStr, element: Value, condition: &Condition) -> Truth {
        self.variables.push((variable.clone(), element));
        let truth = self.condition(condition);
        self.variables.pop();
        truth
    }

    /// Whether `test` holds of an element of a list.
    fn each(&mut self, list: &Operand, mut test: impl FnMut(&mut Self, Value) -> Truth) -> Truth {
        let elements = match self.list(list) {
            Ok(elements) => elements,
            Err(why) => return Truth::Unknown(why),
        };
        let mark = self.bound.len();
        let mut result = Truth::No;
        for element in elements.iter() {
            match test(self, element.clone()) {
                Truth::Yes => {
                    self.bound.truncate(mark);
                    return Truth::Yes;
                }
                unknown @ Truth::Unknown(_) if result == Truth::No => result = unknown,
                _ => {}
            }
        }
        self.bound.truncate(mark);
        result
    }

    fn list(&mut self, operand: &Operand) -> Result<Arc<[Value]>, Arc<str>> {
        match self.operand(operand) {
            Value::List(list) => Ok(list),
            Value::Unknown(why) => Err(why),
            Value::Absent => Ok(Arc::default()),
            one => Ok(Arc::from([one])),
        }
    }

    fn alike(&self, one: &Value, other: &Value) -> Truth {
        if let (Some(one), Some(other)) = (group(self.policy, one), group(self.policy, other))
            && (is_group(&one.1) || is_group(&other.1))
        {
            return match (one.0, other.0) {
                (Ok(one), Ok(other)) => self.policy.ground.same(one, other),
                (Err(why), _) | (_, Err(why)) => Truth::Unknown(why),
            };
        }
        one.same(other).unwrap_or(Truth::No)
    }

    fn two(&mut self, left: &Operand, right: &Operand, ask: impl Fn(&Policy<'_>, Leads, Leads) -> Truth) -> Truth {
        match (self.leads(left), self.leads(right)) {
            (Ok(one), Ok(other)) => ask(self.policy, one, other),
            (Err(why), _) | (_, Err(why)) => Truth::Unknown(why),
        }
    }

    fn is_in(&mut self, value: &Operand, list: &Operand) -> Truth {
        let value = self.operand(value);
        // Of all facets one is asked: only that one is proved.
        if let (Value::Word(word), Operand::Path(steps)) = (&value, list)
            && let Some((last, before)) = steps.split_last()
            && last.name == "facets"
            && let Value::Leads(leads) = self.path(before)
            && let Some(facet) = crate::model::rule_schema::Enumeration::Facet.values().iter().find(|facet| *facet == word)
        {
            return Truth::of(self.policy.has_facet(leads, facet));
        }
        let list = match self.list(list) {
            Ok(list) => list,
            Err(why) => return Truth::Unknown(why),
        };
        Truth::any(list.iter().map(|element| element.same(&value).unwrap_or(Truth::No)))
    }

    /// The group that an operand stands for: a list for all of its groups, nothing for nobody.
    fn leads(&mut self, operand: &Operand) -> Result<Leads, Arc<str>> {
        let value = self.operand(operand);
        match group(self.policy, &value) {
            Some((leads, _)) => leads,
            None => Ok(Leads::nobody()),
        }
    }

    fn operand(&mut self, operand: &Operand) -> Value {
        let policy = self.policy;
        let ground = &policy.ground;
        match operand {
            Operand::Text(text) => Value::Text(text.clone()),
            Operand::Number(number) => exact(number).map_or(Value::Absent, |number| Value::Number(Span::exact(number))),
            Operand::Percent(number) => exact(number).map_or(Value::Absent, |number| Value::Percent(Span::exact(number))),
            Operand::Seconds(seconds) => Value::Seconds(*seconds),
            Operand::Date(date) => Date::parse(date).map_or(Value::Absent, Value::Date),
            Operand::Flag(flag) => Value::flag(*flag),
            Operand::Word(word) => Value::Word(word.clone()),
            Operand::Named { kind, name } => named(policy, kind, name).map_or(Value::Absent, Value::Entity),
            Operand::List(of) => Value::List(of.iter().map(|operand| self.operand(operand)).collect()),
            Operand::Path(steps) => self.path(steps),
            Operand::Count(counted) => self.figure(counted, false),
            Operand::Share(counted) => self.figure(counted, true),
            Operand::Leads(predicate) => {
                let node = policy.node(predicate);
                Value::Leads(Leads { known: node, anonymous: node, guard: None, audience: None })
            }
            Operand::Silent(time) => self.act(time.as_deref(), |last| ground.silent(last)),
            Operand::Untold(time) => self.act(time.as_deref(), |last| ground.untold(last)),
            Operand::Unasked(time) => self.act(time.as_deref(), |last| ground.unasked(last)),
            Operand::Only(signals) => {
                let places: Vec<usize> = signals.iter().filter_map(|name| policy.signal(name)).map(|place| place as usize).collect();
                let some: Vec<crate::run::NodeId> =
                    signals.iter().map(|signal| ground.did(&crate::plan::EventPattern { signal: signal.clone(), filter: None }, None)).collect();
                let did = ground.or(&some);
                let others = ground.without_events(
                    (0..policy.plan.signals.len())
                        .filter(|place| !places.contains(place) && policy.plan.signals.get(*place).is_some_and(|signal| signal.kind.is_some())),
                    None,
                );
                Value::Leads(ground.both(Leads { known: did, anonymous: did, guard: None, audience: None }, others))
            }
            Operand::Everyone => Value::Leads(Leads::of(Terms::ALWAYS)),
            Operand::Anonymous => Value::Leads(Leads::unnamed(Terms::ALWAYS)),
            Operand::With(pair) => self.pair(pair, |policy, one, other| policy.ground.both(one, other)),
            Operand::Except(pair) => self.pair(pair, |policy, one, other| policy.ground.without(one, other)),
        }
    }

    fn pair(&mut self, pair: &(Operand, Operand), make: impl Fn(&Policy<'_>, Leads, Leads) -> Leads) -> Value {
        match (self.leads(&pair.0), self.leads(&pair.1)) {
            (Ok(one), Ok(other)) => Value::Leads(make(self.policy, one, other)),
            (Err(why), _) | (_, Err(why)) => Value::Unknown(why),
        }
    }

    fn act(&mut self, time: Option<&Operand>, make: impl Fn(Option<u64>) -> Leads) -> Value {
        match time.map(|time| self.operand(time)) {
            None => Value::Leads(make(None)),
            Some(Value::Seconds(seconds)) => Value::Leads(make(Some(seconds))),
            Some(Value::Unknown(why)) => Value::Unknown(why),
            Some(_) => Value::Absent,
        }
    }

    fn figure(&mut self, counted: &Counted, share: bool) -> Value {
        let list = match self.list(&counted.list) {
            Ok(list) => list,
            Err(why) => return Value::Unknown(why),
        };
        let all = list.len();
        let (mut yes, mut open) = (all, 0);
        let mut lacking: Option<Arc<str>> = None;
        if let (Some(variable), Some(condition)) = (&counted.variable, &counted.condition) {
            yes = 0;
            let mark = self.bound.len();
            for element in list.iter() {
                match self.with(variable, element.clone(), condition) {
                    Truth::Yes => yes += 1,
                    Truth::Unknown(why) => {
                        open += 1;
                        lacking.get_or_insert(why);
                    }
                    Truth::No => {}
                }
            }
            self.bound.truncate(mark);
        }
        self.open = lacking;
        if !share {
            return Value::Number(Span::between(yes as u64, Some((yes + open) as u64)));
        }
        let of = |count: usize| if all == 0 { 0 } else { count as i128 * 100_000_000_000 / all as i128 };
        Value::Percent(Span { low: of(yes), high: Some(of(yes + open)) })
    }

    fn path(&mut self, steps: &[PathStep]) -> Value {
        let Some((first, rest)) = steps.split_first() else { return Value::Absent };
        if first.name == "settings" {
            return rest.first().map_or(Value::Absent, |step| setting(&step.name, &self.policy.inputs.thresholds));
        }
        let start = match self.variables.iter().rev().find(|(name, _)| *name == first.name) {
            Some((_, value)) => value.clone(),
            None if first.name == "workspace" => Value::Entity(Entity::Workspace),
            None => return Value::Absent,
        };
        rest.iter().fold(start, |value, step| {
            let argument = step.argument.as_ref().map(|argument| self.operand(argument));
            step_to(self.policy, value, &step.name, argument.as_ref())
        })
    }
}

/// What a value has under a name; of a list what its elements have, each once.
pub(super) fn step_to(policy: &Policy<'_>, value: Value, name: &str, argument: Option<&Value>) -> Value {
    match value {
        Value::Entity(entity) => policy.attribute(entity, name, argument),
        Value::Leads(leads) => {
            let known = crate::model::rule_schema::Entity::Predicate.attributes().iter().find(|attribute| attribute.name == name);
            known.map_or(Value::Absent, |attribute| policy.group(leads, attribute.name))
        }
        Value::List(list) => {
            let mut found = Once::default();
            for element in list.iter() {
                match step_to(policy, element.clone(), name, argument) {
                    Value::Absent => {}
                    Value::Unknown(why) => return Value::Unknown(why),
                    Value::List(inner) => inner.iter().for_each(|value| found.add(value)),
                    one => found.add(&one),
                }
            }
            Value::List(found.values.into())
        }
        Value::Unknown(why) => Value::Unknown(why),
        _ => Value::Absent,
    }
}

/// Values, each once, in the order in which they came.
#[derive(Default)]
struct Once {
    values: Vec<Value>,
    entities: FxHashSet<Entity>,
}

impl Once {
    fn add(&mut self, value: &Value) {
        let new = match value {
            Value::Entity(entity) => self.entities.insert(*entity),
            value => !self.values.contains(value),
        };
        if new {
            self.values.push(value.clone());
        }
    }
}

fn is_group(value: &Value) -> bool {
    match value {
        Value::Leads(_) => true,
        Value::List(list) => list.iter().any(is_group),
        _ => false,
    }
}

/// The group that a value stands for, beside the value itself.
#[allow(clippy::type_complexity, reason = "taken apart at once")]
fn group(policy: &Policy<'_>, value: &Value) -> Option<(Result<Leads, Arc<str>>, Value)> {
    let leads = match value {
        Value::Leads(leads) => Ok(*leads),
        Value::Absent => Ok(Leads::nobody()),
        Value::Unknown(why) => Err(Arc::clone(why)),
        Value::List(list) => {
            let mut all = Vec::with_capacity(list.len());
            for element in list.iter() {
                match element {
                    Value::Leads(leads) => all.push(*leads),
                    Value::Unknown(why) => return Some((Err(Arc::clone(why)), value.clone())),
                    _ => return None,
                }
            }
            Ok(if all.is_empty() { Leads::nobody() } else { policy.ground.either(&all) })
        }
        _ => return None,
    };
    Some((leads, value.clone()))
}

fn span(value: &Value) -> Option<Span> {
    match value {
        Value::Number(span) | Value::Percent(span) => Some(*span),
        Value::Seconds(seconds) => Some(Span::whole(usize::try_from(*seconds).unwrap_or(usize::MAX))),
        _ => None,
    }
}

/// Whether a text says one of these phrases; the words of a name stand apart by `_`.
fn says(text: &str, phrases: &[SmolStr]) -> bool {
    let prose = Prose::of_text(&text.replace('_', " "));
    phrases.iter().any(|phrase| prose.says(phrase).is_some())
}

fn exact(number: &str) -> Option<i128> {
    crate::text::Decimal::parse(number, 9).ok().map(crate::text::Decimal::billionths)
}

/// A declaration, by its kind and name.
fn named(policy: &Policy<'_>, kind: &str, name: &str) -> Option<Entity> {
    let plan = policy.plan;
    let place = |found: Option<usize>| found.map(|place| place as u32);
    match kind {
        "signal" => policy.signal(name).map(Entity::Signal),
        "stage" => policy.stage(name),
        "icp" => place(plan.icps.iter().position(|icp| icp.name == name)).map(Entity::Icp),
        "segment" => place(plan.segments.iter().position(|segment| segment.name == name)).map(Entity::Segment),
        "journey" => place(plan.journeys.iter().position(|journey| journey.name == name)).map(Entity::Journey),
        "score" => place(plan.scores.iter().position(|score| score.name == name)).map(Entity::Score),
        "content" => policy.content(name).map(Entity::Content),
        "program" => place(plan.programs.iter().position(|program| program.name == name)).map(Entity::Program),
        "handoff" => place(plan.handoffs.iter().position(|handoff| handoff.name == name)).map(Entity::Handoff),
        _ => None,
    }
}

/// The days from one date to another.
fn days_between(from: Date, to: Date) -> Option<i64> {
    let start = crate::run::clock::day_start;
    Some((start(to)? - start(from)?) / crate::run::lead::DAY)
}
