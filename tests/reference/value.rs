//! Predicates, stages and scores at an instant, from scratch over the whole history.

use std::cmp::{Ordering, Reverse};

use jiff::tz::TimeZone;
use nurture::plan::{
    ContentAttribute, Earned, EventCount, EventPattern, FieldOption, FieldType, OrderSign, Plan, Predicate, Subject, TextPlace, Value, Window,
};
use nurture::run::lead::{DAY, Event, Fact, Instant, Lead};
use nurture::text::Decimal;
use smol_str::SmolStr;

use super::clock::{self, Clock};

/// A plan, a lead, and what programs did to them ("events of the next second").
pub struct World<'a> {
    pub plan: &'a Plan,
    pub lead: &'a Lead,
    /// Programs' own doings so far. Like the lead's events, one counts at t only if its instant is not after t.
    pub own: Vec<Event>,
    /// The workspace's zone.
    pub zone: TimeZone,
}

/// What a predicate in a program knows of the membership.
pub struct Context<'c> {
    /// When the lead joined, if they are in the program.
    pub joined: Option<Instant>,
    /// The labelled touches sent in this membership.
    pub sent: &'c [(SmolStr, Instant)],
    /// Which events the `did`s written in the predicate itself count.
    pub dids: Dids,
}

/// Which events the `did`s written in a predicate itself count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dids {
    /// Those of their window.
    All,
    /// "In a `goal`, each `did` that is written in it also counts only what is later than the join."
    SinceJoining,
    /// None: for "the goal does not hold when every `did` written in it counts nothing".
    Nothing,
}

/// Outside of any program: "without one nothing counts".
pub const OUTSIDE: Context<'static> = Context { joined: None, sent: &[], dids: Dids::All };

/// Of whose fields a predicate speaks.
#[derive(Clone, Copy)]
enum Who<'e> {
    Lead,
    Event(&'e Event),
}

/// What is known of a subject, with names for numbers.
#[derive(Debug)]
enum Known {
    Missing,
    Number(Decimal),
    Flag(bool),
    Text(SmolStr),
    Instant(Instant),
    Option(SmolStr),
    Set(Vec<SmolStr>),
    Content(Option<SmolStr>),
    Program(Option<SmolStr>),
    Stages(Vec<SmolStr>),
}

impl<'a> World<'a> {
    pub fn new(plan: &'a Plan, lead: &'a Lead) -> Self {
        Self { plan, lead, own: Vec::new(), zone: TimeZone::get(&plan.settings.timezone).unwrap() }
    }

    /// Everything that was done up to `t`.
    pub fn events(&self, t: Instant) -> impl Iterator<Item = &Event> {
        self.lead.events.iter().chain(self.own.iter()).filter(move |event| event.at <= t)
    }

    /// In the database on [identified, deleted).
    pub fn identified(&self, t: Instant) -> bool {
        self.lead.identified.is_some_and(|since| since <= t) && self.lead.deleted.is_none_or(|deleted| t < deleted)
    }

    /// The value of a lead's field: "before it they are *anonymous* and every fact is missing".
    pub fn fact(&self, field: usize, t: Instant) -> Fact {
        if !self.identified(t) {
            return Fact::Missing;
        }
        match self.lead.changes.iter().rev().find(|change| change.at <= t && change.field as usize == field) {
            Some(change) => change.value.clone(),
            None => self.lead.facts[field].clone(),
        }
    }

    /// The value of a lead's field by name.
    pub fn fact_named(&self, name: &str, t: Instant) -> Fact {
        self.fact(self.plan.lead.fields.iter().position(|field| field.name.as_str() == name).unwrap(), t)
    }

    /// Whether `event` is one that `pattern` speaks of.
    pub fn matches(&self, pattern: &EventPattern, event: &Event) -> bool {
        self.is_of(&pattern.signal, pattern.filter.as_ref(), event)
    }

    fn is_of(&self, signal: &SmolStr, filter: Option<&Predicate>, event: &Event) -> bool {
        self.plan.signals[event.signal as usize].name == *signal && filter.is_none_or(|filter| self.test(filter, event.at, &OUTSIDE, Who::Event(event)))
    }

    /// The furthest stage of a journey whose `while` holds.
    pub fn stage(&self, journey: &str, t: Instant) -> Option<usize> {
        let journey = self.plan.journeys.iter().find(|known| known.name.as_str() == journey).unwrap();
        journey.stages.iter().rposition(|stage| self.holds(&stage.predicate, t, &OUTSIDE))
    }

    fn stage_place(&self, journey: &str, stage: &str) -> usize {
        let journey = self.plan.journeys.iter().find(|known| known.name.as_str() == journey).unwrap();
        journey.stages.iter().position(|known| known.name.as_str() == stage).unwrap()
    }

    /// Section "Scores", in millionths of a point.
    pub fn score(&self, name: &str, t: Instant) -> i128 {
        let score = self.plan.scores.iter().find(|score| score.name.as_str() == name).unwrap();
        let mut sum: i128 = 0;
        for line in &score.points {
            let points = millionths(&line.points);
            match &line.earned {
                Earned::When(predicate) => {
                    if self.holds(predicate, t, &OUTSIDE) {
                        sum += points;
                    }
                }
                Earned::For { event: pattern, cap } => {
                    let mut events: Vec<Instant> = self.events(t).filter(|event| self.matches(pattern, event)).map(|event| event.at).collect();
                    events.sort_by_key(|at| Reverse(*at));
                    // "The newest events first: an event counts unless n later ones that count lie in [time, time + D)."
                    let mut counted: Vec<Instant> = Vec::new();
                    for at in events {
                        let full = cap.as_ref().is_some_and(|cap| {
                            let later = counted.iter().filter(|other| at <= **other && **other < at + cap.seconds as i64).count();
                            later >= cap.most as usize
                        });
                        if full {
                            continue;
                        }
                        counted.push(at);
                        let days = (t - at).div_euclid(DAY);
                        sum += match score.halves_every_days {
                            None => points,
                            Some(half) => fade(points, &score.fade, days, i64::from(half)),
                        };
                    }
                }
            }
        }
        // "The sum is clamped once."
        if let Some(from) = &score.from {
            sum = sum.max(millionths(from));
        }
        if let Some(to) = &score.to {
            sum = sum.min(millionths(to));
        }
        sum
    }

    /// Whether a predicate over the lead holds.
    pub fn holds(&self, predicate: &Predicate, t: Instant, context: &Context<'_>) -> bool {
        self.test(predicate, t, context, Who::Lead)
    }

    fn test(&self, predicate: &Predicate, t: Instant, context: &Context<'_>, who: Who<'_>) -> bool {
        match predicate {
            Predicate::Everyone => true,
            Predicate::Identified => self.identified(t),
            Predicate::And { of } => of.iter().all(|part| self.test(part, t, context, who)),
            Predicate::Or { of } => of.iter().any(|part| self.test(part, t, context, who)),
            Predicate::Not { of } => !self.test(of, t, context, who),
            // "Segments, stages and scores named in a goal mean what they mean everywhere."
            Predicate::InSegment { segment } => {
                let segment = self.plan.segments.iter().find(|known| known.name == *segment).unwrap();
                self.holds(&segment.predicate, t, &OUTSIDE)
            }
            Predicate::InIcp { icp } => {
                let icp = self.plan.icps.iter().find(|known| known.name == *icp).unwrap();
                self.holds(&icp.predicate, t, &OUTSIDE)
            }
            Predicate::Flag { subject } => matches!(self.known(subject, t, who), Known::Flag(true)),
            Predicate::Known { subject } => !matches!(self.known(subject, t, who), Known::Missing),
            Predicate::Unknown { subject } => matches!(self.known(subject, t, who), Known::Missing),
            Predicate::In { subject, values } => match self.known(subject, t, who) {
                Known::Missing => false,
                known => values.iter().any(|value| self.same(&known, value)),
            },
            Predicate::NotIn { subject, values } => match self.known(subject, t, who) {
                Known::Missing => false,
                known => !values.iter().any(|value| self.same(&known, value)),
            },
            Predicate::Compare { subject, order, value } => match self.known(subject, t, who) {
                Known::Missing => false,
                Known::Number(number) => {
                    let Value::Number(text) = value else { panic!("a number is compared with {value:?}") };
                    in_order(*order, number.cmp(&decimal(text)))
                }
                Known::Instant(instant) => in_order(*order, instant.cmp(&self.instant_of(value))),
                known => panic!("{known:?} has no order"),
            },
            Predicate::Text { subject, test, any } => match self.known(subject, t, who) {
                Known::Missing => false,
                Known::Text(text) => any.iter().any(|part| match test {
                    TextPlace::Contains => text.contains(part.as_str()),
                    TextPlace::StartsWith => text.starts_with(part.as_str()),
                    TextPlace::EndsWith => text.ends_with(part.as_str()),
                }),
                known => panic!("{known:?} is no text"),
            },
            Predicate::Has { subject, value } => match (self.known(subject, t, who), value) {
                (Known::Missing, _) => false,
                (Known::Set(options), Value::Option(option)) => options.contains(option),
                (Known::Stages(stages), Value::Stage(stage)) => stages.contains(stage),
                (known, value) => panic!("{known:?} cannot have {value:?}"),
            },
            Predicate::WithinLast { subject, seconds } => self.date(subject, t, who).is_some_and(|date| t - (*seconds as i64) < date && date <= t),
            Predicate::WithinNext { subject, seconds } => self.date(subject, t, who).is_some_and(|date| t < date && date <= t + *seconds as i64),
            Predicate::OlderThan { subject, seconds } => self.date(subject, t, who).is_some_and(|date| date <= t - *seconds as i64),
            Predicate::StageIn { journey, stages } => {
                self.stage(journey, t).is_some_and(|stage| stages.iter().any(|named| self.stage_place(journey, named) == stage))
            }
            Predicate::StageNotIn { journey, stages } => {
                self.stage(journey, t).is_some_and(|stage| !stages.iter().any(|named| self.stage_place(journey, named) == stage))
            }
            Predicate::StageCompare { journey, order, stage } => {
                self.stage(journey, t).is_some_and(|now| in_order(*order, now.cmp(&self.stage_place(journey, stage))))
            }
            Predicate::StageKnown { journey } => self.stage(journey, t).is_some(),
            Predicate::StageUnknown { journey } => self.stage(journey, t).is_none(),
            Predicate::Score { score, order, value } => in_order(*order, self.score(score, t).cmp(&millionths(value))),
            Predicate::Count(count) => {
                let number = self.count(count, t, context);
                count.at_least.is_none_or(|least| number >= least as usize) && count.at_most.is_none_or(|most| number <= most as usize)
            }
        }
    }

    /// Section "Windows".
    fn count(&self, count: &EventCount, t: Instant, context: &Context<'_>) -> usize {
        let counts = |event: &Event| {
            let in_window = match &count.window {
                None => true,
                Some(Window::Seconds(seconds)) => t - (*seconds as i64) < event.at && event.at <= t,
                Some(Window::Since(date)) => event.at >= clock::first_instant_utc(date),
                Some(Window::SinceJoining) => context.joined.is_some_and(|joined| event.at > joined),
                Some(Window::SinceTouch(label)) => {
                    let latest = context.sent.iter().filter(|(sent, _)| sent == label).map(|(_, at)| *at).max();
                    latest.is_some_and(|sent| event.at > sent)
                }
            };
            let by_goal = match context.dids {
                Dids::All => true,
                Dids::SinceJoining => context.joined.is_some_and(|joined| event.at > joined),
                Dids::Nothing => false,
            };
            in_window && by_goal && self.is_of(&count.signal, count.filter.as_ref(), event)
        };
        self.events(t).filter(|event| counts(event)).count()
    }

    fn known(&self, subject: &Subject, t: Instant, who: Who<'_>) -> Known {
        let fields = match who {
            Who::Lead => &self.plan.lead.fields,
            Who::Event(event) => &self.plan.signals[event.signal as usize].fields,
        };
        let place = fields.iter().position(|field| field.name == subject.field).unwrap();
        let fact = match who {
            Who::Lead => self.fact(place, t),
            Who::Event(event) => event.fields[place].clone(),
        };
        let known = match fact {
            Fact::Missing => Known::Missing,
            Fact::Number(number) => Known::Number(number),
            Fact::Flag(flag) => Known::Flag(flag),
            Fact::Text(text) => Known::Text(text),
            Fact::Instant(instant) => Known::Instant(instant),
            Fact::Option(option) => Known::Option(options(&fields[place].ty)[option as usize].name.clone()),
            Fact::Set(set) => Known::Set(set.iter().map(|option| options(&fields[place].ty)[*option as usize].name.clone()).collect()),
            Fact::Content(content) => Known::Content(content.map(|content| self.plan.contents[content as usize].name.clone())),
            Fact::Program(program) => Known::Program(program.map(|program| self.plan.programs[program as usize].name.clone())),
        };
        let Some(attribute) = subject.attribute else { return known };
        // A missing content, and "another asset, of which every attribute is unknown".
        let Known::Content(Some(name)) = known else { return Known::Missing };
        let content = self.plan.contents.iter().find(|content| content.name == name).unwrap();
        match attribute {
            ContentAttribute::Kind => Known::Option(content.kind.clone()),
            ContentAttribute::About => Known::Option(content.about.clone()),
            ContentAttribute::Stage => Known::Stages(content.stages.clone()),
            ContentAttribute::Gated => Known::Flag(content.gated),
            ContentAttribute::Mobile => Known::Flag(content.mobile),
            ContentAttribute::Language => content.language.clone().map_or(Known::Missing, Known::Text),
        }
    }

    fn date(&self, subject: &Subject, t: Instant, who: Who<'_>) -> Option<Instant> {
        match self.known(subject, t, who) {
            Known::Missing => None,
            Known::Instant(instant) => Some(instant),
            known => panic!("{known:?} is no date"),
        }
    }

    fn same(&self, known: &Known, value: &Value) -> bool {
        match (known, value) {
            (Known::Number(number), Value::Number(text)) => *number == decimal(text),
            (Known::Flag(flag), Value::Flag(other)) => flag == other,
            (Known::Text(text), Value::Text(other)) => text == other,
            (Known::Instant(instant), Value::Date(_) | Value::Moment(_)) => *instant == self.instant_of(value),
            (Known::Option(option), Value::Option(other)) => option == other,
            (Known::Content(content), Value::Content(other)) => content.as_ref() == Some(other),
            (Known::Program(program), Value::Program(other)) => program.as_ref() == Some(other),
            _ => panic!("{known:?} is compared with {value:?}"),
        }
    }

    fn instant_of(&self, value: &Value) -> Instant {
        match value {
            Value::Date(text) => clock::first_instant_utc(text),
            Value::Moment(text) => clock::moment(&self.zone, text),
            _ => panic!("{value:?} is no date"),
        }
    }

    /// "The zone in the text field `timezone`, where it is declared, known and the name of a zone; else the workspace's."
    pub fn own_clock(&self) -> Clock {
        let mut starts = vec![Instant::MIN];
        starts.extend(self.lead.identified);
        starts.extend(self.lead.changes.iter().map(|change| change.at));
        starts.sort_unstable();
        starts.dedup();
        let zone_at = |t: Instant| {
            let named = match &self.plan.limits.timezone_field {
                Some(field) => self.fact_named(field, t),
                None => Fact::Missing,
            };
            let Fact::Text(name) = named else { return self.zone.clone() };
            TimeZone::get(&name).unwrap_or_else(|_| self.zone.clone())
        };
        Clock { zones: starts.into_iter().map(|start| (start, zone_at(start))).collect() }
    }
}

/// "After d whole days since the event, `p x fade[d mod h] div 10^9 >> (d div h)` millionths of a point, with the sign of
/// p put back at the end."
fn fade(points: i128, table: &[u32], days: i64, half: i64) -> i128 {
    let left = points.abs() * i128::from(table[(days % half) as usize]) / 1_000_000_000;
    let halvings = days / half;
    let left = if halvings > 120 { 0 } else { left >> halvings };
    if points < 0 { -left } else { left }
}

fn options(ty: &FieldType) -> &[FieldOption] {
    match ty {
        FieldType::OneOf(options) | FieldType::SetOf(options) => options,
        _ => panic!("{ty:?} has no options"),
    }
}

fn in_order(order: OrderSign, is: Ordering) -> bool {
    match order {
        OrderSign::Below => is.is_lt(),
        OrderSign::AtMost => is.is_le(),
        OrderSign::Above => is.is_gt(),
        OrderSign::AtLeast => is.is_ge(),
    }
}

/// A number of the plan.
pub fn decimal(text: &str) -> Decimal {
    Decimal::parse(text, 9).unwrap()
}

/// A number of the plan with at most 6 places, in millionths.
pub fn millionths(text: &str) -> i128 {
    Decimal::parse(text, 6).unwrap().billionths() / 1_000
}
