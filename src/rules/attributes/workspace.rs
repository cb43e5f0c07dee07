//! Attributes of the workspace, of fields and their values, of signals, icps and segments.

use super::super::facet_of;
use super::super::leads::{Leads, is_act};
use super::super::policy::Policy;
use super::super::truth::Span;
use super::super::value::{Entity, Value};
use crate::plan::{Action, Earned, EventPattern, FieldType, Predicate, Subject, Trigger};
use crate::proof::Universe;
use crate::run::policy::Node;
use crate::run::{NodeId, Terms};
use crate::text::Date;

impl Policy<'_> {
    pub(super) fn workspace(&self, name: &str) -> Value {
        match name {
            "programs" => Value::entities(self.entities("program")),
            "journeys" => Value::entities(self.entities("journey")),
            "contents" => Value::entities(self.entities("content")),
            "segments" => Value::entities(self.entities("segment")),
            "signals" => Value::entities(self.entities("signal")),
            "scores" => Value::entities(self.entities("score")),
            "icps" => Value::entities(self.entities("icp")),
            "handoffs" => Value::entities(self.entities("handoff")),
            "limits" => Value::entities(self.entities("limit")),
            "customers" => Value::Leads(self.customers()),
            "settled" => {
                let handed = self.plan.handoffs.iter().map(|handoff| Leads::of(self.node(&handoff.predicate)));
                let went = ["unsubscribe", "complain"].map(|signal| Leads::of(self.ground.did(&EventPattern { signal: signal.into(), filter: None }, None)));
                let all: Vec<Leads> = [self.customers()].into_iter().chain(handed).chain(went).collect();
                Value::Leads(self.ground.either(&all))
            }
            "today" => self.inputs.today.map_or(Value::Absent, Value::Date),
            _ => Value::Absent,
        }
    }

    /// Leads whose field with facet `customer` says so.
    pub fn customers(&self) -> Leads {
        let found: Vec<NodeId> = self
            .plan
            .lead
            .fields
            .iter()
            .filter(|field| facet_of(field) == "customer")
            .filter_map(|field| {
                let subject = Subject { field: field.name.clone(), attribute: None };
                match &field.ty {
                    FieldType::Flag => Some(self.node(&Predicate::Flag { subject })),
                    FieldType::OneOf(options) => {
                        let yes = options.iter().filter(|option| matches!(option.name.as_str(), "yes" | "customer" | "active" | "current"));
                        let values: Vec<crate::plan::Value> = yes.map(|option| crate::plan::Value::Option(option.name.clone())).collect();
                        (!values.is_empty()).then(|| self.node(&Predicate::In { subject, values }))
                    }
                    FieldType::Date(_) | FieldType::Moment => Some(self.node(&Predicate::Known { subject })),
                    _ => None,
                }
            })
            .collect();
        Leads::of(self.ground.or(&found))
    }

    pub(super) fn values_of(&self, field: u32) -> u32 {
        match self.plan.lead.fields.get(field as usize).map(|field| &field.ty) {
            Some(FieldType::Flag) => 2,
            Some(FieldType::OneOf(options) | FieldType::SetOf(options)) => options.len() as u32,
            _ => 0,
        }
    }

    pub(super) fn field(&self, field: u32, name: &str) -> Value {
        let Some(of) = self.plan.lead.fields.get(field as usize) else { return Value::Absent };
        match name {
            "name" => Value::Text(of.name.clone()),
            "facet" => Value::Word(facet_of(of).into()),
            "values" => Value::entities((0..self.values_of(field)).map(|value| Entity::Value(field, value))),
            _ => Value::Absent,
        }
    }

    pub(super) fn field_value(&self, field: u32, value: u32, name: &str) -> Value {
        let Some(of) = self.plan.lead.fields.get(field as usize) else { return Value::Absent };
        let subject = Subject { field: of.name.clone(), attribute: None };
        let node = match (&of.ty, name) {
            (FieldType::Flag, "members") => {
                let yes = self.node(&Predicate::Flag { subject });
                if value == 1 { yes } else { self.ground.not(yes) }
            }
            (FieldType::OneOf(options), "members") => match options.get(value as usize) {
                Some(option) => self.node(&Predicate::In { subject, values: vec![crate::plan::Value::Option(option.name.clone())] }),
                None => return Value::Absent,
            },
            (FieldType::SetOf(options), "members") => match options.get(value as usize) {
                Some(option) => self.node(&Predicate::Has { subject, value: crate::plan::Value::Option(option.name.clone()) }),
                None => return Value::Absent,
            },
            _ => return Value::Absent,
        };
        Value::Leads(Leads::of(node))
    }

    pub(super) fn signal_attribute(&self, signal: u32, name: &str) -> Value {
        let Some(of) = self.plan.signals.get(signal as usize) else { return Value::Absent };
        match name {
            "name" => Value::Text(of.name.clone()),
            "kind" => match of.kind {
                Some(crate::plan::SignalKind::Implicit) => Value::Word("implicit".into()),
                Some(crate::plan::SignalKind::Explicit) => Value::Word("explicit".into()),
                None => Value::Absent,
            },
            "request" => Value::flag(of.request),
            "builtin" => Value::flag(of.builtin),
            "measured" => Value::flag(of.fields.iter().any(|field| matches!(field.ty, FieldType::Number(_) | FieldType::WholeNumber(_)))),
            "carries_content" => Value::flag(of.fields.iter().any(|field| field.ty == FieldType::Content)),
            "tells_which" => Value::flag(of.fields.iter().any(|field| {
                matches!(field.ty, FieldType::Content | FieldType::Text | FieldType::OneOf(_) | FieldType::SetOf(_) | FieldType::Program)
            })),
            "depth_scored" => Value::flag(self.plan.scores.iter().flat_map(|score| &score.points).any(|line| {
                matches!(&line.earned, Earned::For { event, .. } if event.signal == of.name && event.filter.as_ref().is_some_and(|filter| {
                    asks(filter, &|field| of.fields.iter().any(|known| known.name == *field && matches!(known.ty, FieldType::Number(_) | FieldType::WholeNumber(_))))
                }))
            })),
            "filtered" => Value::flag(self.filtered(&of.name)),
            "once" => {
                // One such event, whatever its fields, and nothing else that a lead can do.
                let own = EventPattern { signal: of.name.clone(), filter: None };
                let mut terms = self.ground.terms.borrow_mut();
                let count = |at_least, at_most| crate::plan::EventCount { signal: of.name.clone(), filter: None, at_least, at_most, window: None };
                let once = terms.counted(&count(Some(1), Some(1))).unwrap_or(Terms::NEVER);
                drop(terms);
                let _ = own;
                let others = self.ground.without_events(
                    (0..self.plan.signals.len()).filter(|place| *place != signal as usize && self.plan.signals.get(*place).is_some_and(|other| other.kind.is_some())),
                    None,
                );
                Value::Leads(self.ground.both(Leads { known: once, anonymous: once, guard: None, audience: None }, others))
            }
            "points" => self.most_points(signal),
            _ => Value::Absent,
        }
    }

    /// Whether something in use asks which page, content or topic an event of a signal was.
    fn filtered(&self, signal: &str) -> bool {
        let mut patterns: Vec<(&str, Option<&Predicate>)> = Vec::new();
        let in_event = |event: &'_ EventPattern| -> bool { event.signal == signal && event.filter.is_some() };
        let counts = |predicate: &Predicate| counts_filtered(predicate, signal);
        let plan = self.plan;
        patterns.clear();
        let mut predicates: Vec<&Predicate> = plan.segments.iter().map(|segment| &segment.predicate).collect();
        predicates.extend(plan.icps.iter().map(|icp| &icp.predicate));
        predicates.extend(plan.journeys.iter().flat_map(|journey| journey.stages.iter().map(|stage| &stage.predicate)));
        predicates.extend(plan.handoffs.iter().map(|handoff| &handoff.predicate));
        let mut events: Vec<&EventPattern> = Vec::new();
        for line in plan.scores.iter().flat_map(|score| &score.points) {
            match &line.earned {
                Earned::For { event, .. } => events.push(event),
                Earned::When(predicate) => predicates.push(predicate),
            }
        }
        for program in plan.programs.iter().filter(|program| !program.draft) {
            predicates.push(&program.audience.predicate);
            predicates.extend(program.leave_when.iter().chain(program.goal.iter().map(|goal| &goal.predicate)));
            match &program.join {
                Some(crate::plan::Join::On(event)) => events.push(event),
                Some(crate::plan::Join::When(predicate)) => predicates.push(predicate),
                None => {}
            }
            events.extend(program.tracks.iter().filter_map(|track| if let Trigger::Signal(event) = &track.trigger { Some(event) } else { None }));
            for step in &program.steps {
                match &step.action {
                    Action::Touch(touch) => predicates.extend(touch.only_if.iter().chain(&touch.reason)),
                    Action::WaitUntil { until, .. } => predicates.push(until),
                    Action::If { branches, .. } => predicates.extend(branches.iter().map(|branch| &branch.when)),
                    _ => {}
                }
            }
        }
        events.into_iter().any(in_event) || predicates.into_iter().any(counts)
    }

    /// The most points that one event of a signal earns, in any score: the lines that one event can match together.
    fn most_points(&self, signal: u32) -> Value {
        let mut best = 0i128;
        let terms = self.ground.terms.borrow();
        for number in 0..self.plan.scores.len() as u32 {
            let Some(score) = terms.score(number) else { continue };
            let lines: Vec<(u32, i128)> = score
                .events
                .iter()
                .filter(|line| terms.list(line.list).is_some_and(|list| list.signal == signal))
                .map(|line| (line.list, line.points))
                .collect();
            best = best.max(crate::proof::most_points(&terms, signal, &lines));
        }
        // Points are millionths.
        Value::Number(Span::exact(best * 1_000))
    }

    pub(super) fn icp(&self, icp: u32, name: &str) -> Value {
        let Some(of) = self.plan.icps.get(icp as usize) else { return Value::Absent };
        match name {
            "name" => Value::Text(of.name.clone()),
            "where" => Value::Leads(Leads::of(self.node(&of.predicate))),
            "objective" => Value::text(of.objective.as_deref()),
            "agreed_by" => Value::List(of.agreed_by.iter().map(|who| Value::Text(who.clone())).collect()),
            "agreed_on" => of.agreed_on.as_deref().and_then(Date::parse).map_or(Value::Absent, Value::Date),
            _ => Value::Absent,
        }
    }

    pub(super) fn segment(&self, segment: u32, name: &str) -> Value {
        let Some(of) = self.plan.segments.get(segment as usize) else { return Value::Absent };
        match name {
            "name" => Value::Text(of.name.clone()),
            "where" => Value::Leads(Leads::of(self.node(&of.predicate))),
            _ => Value::Absent,
        }
    }

    /// Scores that a predicate asks for, by their places.
    pub(super) fn scores_of(&self, leads: Leads) -> Vec<u32> {
        let terms = self.ground.terms.borrow();
        let mut found: Vec<u32> = [leads.known, leads.anonymous]
            .into_iter()
            .flat_map(|node| crate::proof::rewrite::leaves(&terms, node))
            .filter_map(|leaf| if let Node::AtLeast(score, _) = terms.node(leaf) { Some(*score) } else { None })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether a signal is something that a lead does.
    pub fn acts(&self, signal: u32) -> bool {
        self.plan.signals.get(signal as usize).is_some_and(is_act)
    }

    /// Of whom a program speaks.
    pub(super) fn universe(&self, program: u32) -> Universe {
        if self.is_anonymous(program) { Universe::Anonymous } else { Universe::Database }
    }
}

/// Whether a filter asks for a field of those.
fn asks(filter: &Predicate, of: &dyn Fn(&smol_str::SmolStr) -> bool) -> bool {
    let mut found = false;
    filter.walk(&mut |part| {
        let subject = match part {
            Predicate::Compare { subject, .. } | Predicate::In { subject, .. } | Predicate::NotIn { subject, .. } => Some(subject),
            _ => None,
        };
        found |= subject.is_some_and(|subject| of(&subject.field));
    });
    found
}

/// Whether a predicate counts events of a signal with a filter.
fn counts_filtered(predicate: &Predicate, signal: &str) -> bool {
    let mut found = false;
    predicate.walk(&mut |part| found |= matches!(part, Predicate::Count(count) if count.signal == signal && count.filter.is_some()));
    found
}
