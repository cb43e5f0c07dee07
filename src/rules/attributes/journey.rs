//! Attributes of journeys, stages, scores, handoffs and limits.

use std::collections::BTreeSet;

use super::super::facet_of;
use super::super::leads::Leads;
use super::super::policy::{LimitKind, Policy};
use super::super::pressure::Figure;
use super::super::tracks;
use super::super::truth::{Span, Truth};
use super::super::value::{Entity, Value};
use crate::plan::{Channel, FieldType};
use crate::proof::rewrite;
use crate::run::policy::Node;
use crate::run::{NodeId, Terms};
use crate::text::Decimal;

/// The most kinds of lead that are looked at one by one.
const KINDS: usize = 10_000;

impl Policy<'_> {
    pub(super) fn stages_of(&self, journey: u32) -> Vec<Entity> {
        let count = self.plan.journeys.get(journey as usize).map_or(0, |journey| journey.stages.len());
        (0..count as u32).map(|stage| Entity::Stage(journey, stage)).collect()
    }

    /// Leads that are in a stage.
    pub fn members(&self, journey: u32, stage: u32) -> Leads {
        let node = self.ground.terms.borrow_mut().in_stage(journey, stage);
        Leads { known: node, anonymous: node, guard: None, audience: None }
    }

    fn third(&self, journey: u32, early: bool) -> Leads {
        let count = self.plan.journeys.get(journey as usize).map_or(0, |journey| journey.stages.len());
        let third = (count / 3).max(1);
        if early && count < 2 {
            return Leads::nobody();
        }
        let stages = if early { 0..third } else { count.saturating_sub(third)..count };
        let members: Vec<Leads> = stages.map(|stage| self.members(journey, stage as u32)).collect();
        // Whose journey it is: others may look alike, and buy in another way.
        let whose = self.plan.journeys.get(journey as usize).map_or(Terms::ALWAYS, |journey| self.node(&journey.predicate));
        self.ground.both(self.ground.either(&members), Leads { anonymous: whose, ..Leads::of(whose) })
    }

    pub(super) fn programs_of(&self, journey: u32) -> Vec<u32> {
        let Some(of) = self.plan.journeys.get(journey as usize) else { return Vec::new() };
        self.programs().filter(|program| self.plan.programs.get(*program as usize).is_some_and(|program| program.journey.as_ref() == Some(&of.name))).collect()
    }

    pub(super) fn journey(&self, journey: u32, name: &str) -> Value {
        let Some(of) = self.plan.journeys.get(journey as usize) else { return Value::Absent };
        match name {
            "name" => Value::Text(of.name.clone()),
            "stages" => Value::entities(self.stages_of(journey)),
            "for" => Value::Leads(Leads::of(self.node(&of.predicate))),
            "for_all" => Value::Flag(self.is_everyone(self.node(&of.predicate))),
            "programs" => Value::entities(self.programs_of(journey).into_iter().map(Entity::Program)),
            "early" => Value::Leads(self.third(journey, true)),
            "late" => Value::Leads(self.third(journey, false)),
            "unstaged_unserved" => self.unserved(Entity::Journey(journey), journey),
            _ => Value::Absent,
        }
    }

    /// Whether every lead is in a node.
    pub(super) fn is_everyone(&self, node: NodeId) -> Truth {
        !self.ground.some(self.ground.not(node))
    }

    pub(super) fn stage_attribute(&self, journey: u32, stage: u32, name: &str) -> Value {
        let Some(of) = self.plan.journeys.get(journey as usize) else { return Value::Absent };
        let Some(own) = of.stages.get(stage as usize) else { return Value::Absent };
        let full = format!("{}.{}", of.name, own.name);
        match name {
            "name" => Value::Text(own.name.clone()),
            "journey" => Value::Entity(Entity::Journey(journey)),
            "number" => Value::whole(stage as usize + 1),
            "last" => Value::flag(stage as usize + 1 == of.stages.len()),
            "asks" => Value::text(own.asks.as_deref()),
            "while" => Value::Leads(Leads::of(self.node(&own.predicate))),
            "members" => Value::Leads(self.members(journey, stage)),
            "next" => {
                if stage as usize + 1 < of.stages.len() {
                    Value::Entity(Entity::Stage(journey, stage + 1))
                } else {
                    Value::Absent
                }
            }
            "touches" => {
                let touches = self.touches();
                Value::entities(
                    touches
                        .iter()
                        .copied()
                        .filter(|(program, step)| self.stages_at(*program, *step).contains(&(journey, stage)))
                        .map(|(p, s)| Entity::Touch(p, s)),
                )
            }
            "contents" => Value::entities(
                self.contents()
                    .filter(|content| self.plan.contents.get(*content as usize).is_some_and(|content| content.stages.iter().any(|known| *known == full)))
                    .map(Entity::Content),
            ),
            "unserved" => self.unserved(Entity::Stage(journey, stage), journey),
            _ => Value::Absent,
        }
    }

    /// The stages that a lead can be in when a touch goes out.
    pub(super) fn stages_at(&self, program: u32, step: u32) -> BTreeSet<(u32, u32)> {
        let Value::List(stages) = self.attribute(Entity::Touch(program, step), "stages", None) else { return BTreeSet::new() };
        stages.iter().filter_map(|stage| if let Value::Entity(Entity::Stage(journey, stage)) = stage { Some((*journey, *stage)) } else { None }).collect()
    }

    /// The fields that make the kind of a lead: what they do, where they work, what they want.
    pub(super) fn kind_fields(&self) -> Vec<u32> {
        (0..)
            .zip(&self.plan.lead.fields)
            .filter(|(_, field)| {
                matches!(field.ty, FieldType::OneOf(_) | FieldType::SetOf(_)) && matches!(facet_of(field), "role" | "industry" | "interest" | "solution")
            })
            .map(|(number, _)| number)
            .collect()
    }

    /// Every combination of the ways in which a node asks for some fields, with how many kinds of lead each stands for; `None` where they
    /// are too many. With `single` sets hold one option at most.
    pub(super) fn combinations(&self, fields: &[u32], node: NodeId, single: bool) -> Option<Vec<Combination>> {
        let mut found = vec![Combination { values: Vec::new(), count: 1 }];
        for field in fields {
            let regions = rewrite::regions(self.plan, &self.ground.terms.borrow(), node, *field, self.now, single);
            let mut next = Vec::with_capacity(found.len() * regions.len());
            for kind in &found {
                for (value, count) in &regions {
                    let mut values = kind.values.clone();
                    values.push((*field, value.clone()));
                    next.push(Combination { values, count: kind.count.saturating_mul(*count) });
                }
            }
            if next.len() > KINDS {
                return None;
            }
            found = next;
        }
        Some(found)
    }

    /// Leads of a kind.
    pub(super) fn of_kind(&self, kind: &Combination) -> NodeId {
        let tests: Vec<NodeId> = kind.values.iter().map(|(field, value)| self.has_value(*field, value)).collect();
        self.ground.and(&tests)
    }

    /// Leads with this value of a field.
    pub(super) fn has_value(&self, field: u32, value: &crate::run::lead::Fact) -> NodeId {
        use crate::run::lead::Fact;
        use crate::run::policy::{Key, Test};
        let mut terms = self.ground.terms.borrow_mut();
        match value {
            Fact::Missing => terms.add(Node::Fact(field, Test::Unknown)),
            Fact::Option(option) if *option < 64 => terms.add(Node::Fact(field, Test::Options(1 << option, true))),
            Fact::Option(option) => terms.add(Node::Fact(field, Test::In([Key::Option(*option)].into(), true))),
            Fact::Set(options) => {
                // Of the options that anything asks for, these and no others.
                let all = match self.plan.lead.fields.get(field as usize).map(|field| &field.ty) {
                    Some(FieldType::SetOf(all)) => all.len() as u32,
                    _ => 0,
                };
                let mut asked = Vec::new();
                for option in 0..all {
                    let has = terms.add(Node::Fact(field, Test::Has(option)));
                    asked.push(if options.contains(&option) { has } else { terms.not(has) });
                }
                terms.and(asked)
            }
            Fact::Flag(value) => {
                let yes = terms.add(Node::Fact(field, Test::Flag));
                if *value { yes } else { terms.not(yes) }
            }
            _ => Terms::ALWAYS,
        }
    }

    pub(super) fn score(&self, score: u32, name: &str) -> Value {
        let Some(of) = self.plan.scores.get(score as usize) else { return Value::Absent };
        match name {
            "name" => Value::Text(of.name.clone()),
            "highest" => {
                let highest = self.ground.highest(score);
                let low = of.bands.iter().filter_map(|band| Decimal::parse(&band.from, 6).ok()).map(Decimal::billionths);
                match highest {
                    Some(highest) => Value::Number(Span::exact(highest * 1_000)),
                    // No bound: as much as one likes, up to where the range ends.
                    None => {
                        let to = of.to.as_deref().and_then(|to| Decimal::parse(to, 9).ok()).map(Decimal::billionths);
                        Value::Number(Span { low: to.unwrap_or_else(|| low.max().unwrap_or(0)), high: to })
                    }
                }
            }
            "halves" => of.halves_every_days.map_or(Value::Absent, |days| Value::Seconds(u64::from(days) * 86_400)),
            "scored" => {
                let terms = self.ground.terms.borrow();
                let signals: BTreeSet<u32> =
                    terms.score(score).into_iter().flat_map(|score| &score.events).filter_map(|line| terms.list(line.list)).map(|list| list.signal).collect();
                Value::entities(signals.into_iter().map(Entity::Signal))
            }
            "fits" => {
                let when: Vec<NodeId> =
                    self.ground.terms.borrow().score(score).map_or_else(Vec::new, |score| score.when.iter().map(|(node, _)| *node).collect());
                let fields: BTreeSet<u32> = when.into_iter().flat_map(|node| self.fields_of(node)).collect();
                Value::entities(fields.into_iter().map(Entity::Field))
            }
            "negative" => Value::flag(of.points.iter().any(|line| line.points.starts_with('-'))),
            "read" => Value::flag(self.score_is_read(score)),
            "bands" => Value::entities((0..of.bands.len() as u32).map(|band| Entity::Band(score, band))),
            _ => Value::Absent,
        }
    }

    /// Whether a stage, handoff or program that is used reads a score, or a segment that such a thing asks for.
    fn score_is_read(&self, score: u32) -> bool {
        let reads = |leads: Leads| self.scores_of(leads).contains(&score);
        let of = |node: NodeId| Leads::of(node);
        let plan = self.plan;
        plan.journeys.iter().flat_map(|journey| &journey.stages).any(|stage| reads(of(self.node(&stage.predicate))))
            || plan.handoffs.iter().any(|handoff| reads(of(self.node(&handoff.predicate))))
            || self.programs().collect::<Vec<_>>().into_iter().any(|number| {
                let Some(guards) = self.guards(number) else { return false };
                let own = guards.steps.iter().map(|step| step.guard).chain([guards.audience, guards.exit]).chain(guards.goal);
                own.into_iter().any(reads)
                    || plan.programs.get(number as usize).is_some_and(|program| {
                        program.steps.iter().any(|step| match &step.action {
                            crate::plan::Action::WaitUntil { until, .. } => {
                                let node = self.ground.terms.borrow_mut().predicate(until, Some(number));
                                node.is_ok_and(|node| self.scores_of(Leads::of(node)).contains(&score))
                            }
                            _ => false,
                        })
                    })
            })
    }

    pub(super) fn band(&self, score: u32, band: u32, name: &str) -> Value {
        let Some(of) = self.plan.scores.get(score as usize).and_then(|score| score.bands.get(band as usize)) else { return Value::Absent };
        match name {
            "name" => Value::Text(of.name.clone()),
            "from" => Decimal::parse(&of.from, 9).map_or(Value::Absent, |from| Value::Number(Span::exact(from.billionths()))),
            _ => Value::Absent,
        }
    }

    pub(super) fn handoff(&self, handoff: u32, name: &str) -> Value {
        let Some(of) = self.plan.handoffs.get(handoff as usize) else { return Value::Absent };
        match name {
            "name" => Value::Text(of.name.clone()),
            "when" => Value::Leads(Leads::of(self.node(&of.predicate))),
            "within" => of.follow_up_seconds.map_or(Value::Absent, Value::Seconds),
            "tells" => Value::entities(of.tell.iter().filter_map(|name| self.signal(name)).map(Entity::Signal)),
            "back" => {
                let place = |name: &str| self.plan.programs.iter().position(|program| program.name == name).map(|place| Entity::Program(place as u32));
                Value::entities(of.back.iter().filter_map(|back| place(&back.program)))
            }
            "scores" => {
                let node = self.node(&of.predicate);
                let scores = self.scores_of(Leads::of(node));
                // A score that the rest outweighs is no measure: some lead must be let in or kept out by it.
                let depends = |score: &u32| {
                    let mut terms = self.ground.terms.borrow_mut();
                    let asked: Vec<NodeId> = rewrite::leaves(&terms, node)
                        .into_iter()
                        .filter(|leaf| matches!(terms.node(*leaf), Node::AtLeast(known, _) if known == score))
                        .collect();
                    let (all, none) = (rewrite::replaced(&mut terms, node, &asked, true), rewrite::replaced(&mut terms, node, &asked, false));
                    drop(terms);
                    all != none
                        && !matches!(
                            self.ground.some(self.ground.or(&[self.ground.and(&[all, self.ground.not(none)]), self.ground.and(&[none, self.ground.not(all)])])),
                            Truth::No
                        )
                };
                Value::entities(scores.into_iter().filter(depends).map(Entity::Score))
            }
            _ => Value::Absent,
        }
    }

    pub(super) fn limit(&self, limit: u32, name: &str) -> Value {
        let Some(of) = self.limits.get(limit as usize) else { return Value::Absent };
        match (name, &of.kind) {
            ("name", kind) => Value::Text(limit_text(kind).into()),
            ("kind", kind) => Value::Word(
                match kind {
                    LimitKind::Frequency(_) => "frequency",
                    LimitKind::Needs(..) => "needs",
                    LimitKind::Never(..) => "never",
                    LimitKind::Quiet(..) => "quiet",
                }
                .into(),
            ),
            ("most", LimitKind::Frequency(cap)) => Value::whole(cap.most as usize),
            ("demand", LimitKind::Frequency(_)) => self.loaded(Figure::Demand(limit)),
            _ => Value::Absent,
        }
    }

    /// Signals that a group of leads depends on.
    pub(super) fn signals_of(&self, leads: Leads) -> BTreeSet<u32> {
        let mut found = tracks::signals(&self.ground, leads.known);
        if leads.anonymous != leads.known {
            found.extend(tracks::signals(&self.ground, leads.anonymous));
        }
        found
    }
}

/// A limit, as one writes it.
fn limit_text(kind: &LimitKind) -> String {
    let days = |seconds: u64| {
        let (count, unit) = if seconds.is_multiple_of(86_400) { (seconds / 86_400, "day") } else { (seconds / 3_600, "hour") };
        format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
    };
    match kind {
        LimitKind::Frequency(cap) => {
            let messages: Vec<Channel> = Channel::ALL.into_iter().take(5).collect();
            let what =
                if cap.channels == messages { "messages".to_owned() } else { cap.channels.iter().map(|channel| channel.name()).collect::<Vec<_>>().join(", ") };
            format!("at most {} {what} per {}", cap.most, days(cap.seconds))
        }
        LimitKind::Needs(channel, _) => format!("{} needs", channel.name()),
        LimitKind::Never(channel, _) => format!("never {}", channel.name()),
        LimitKind::Quiet(from, to) => format!("quiet from {:02}:{:02} to {:02}:{:02}", from / 60, from % 60, to / 60, to % 60),
    }
}

/// A combination of values that leads can have.
pub(super) struct Combination {
    pub values: Vec<(u32, crate::run::lead::Fact)>,
    /// How many combinations of values it stands for.
    pub count: u64,
}
