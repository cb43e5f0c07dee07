//! The normal form behind fingerprints: what is written differently but means the same becomes the same.
//!
//! `and` and `or` are flattened, sorted and rid of repetitions; lists of values are sorted; double negations and
//! negated counts are resolved. Negation never moves into a comparison: `not (x is a)` takes in a lead whose `x` is
//! missing, and `x is not a` does not.

use super::document::{Content, Handoff, Icp, Journey, Lead, Limits, Program, Rule, Score, Segment, Signal};
use super::{Action, Condition, Earned, EventPattern, FieldType, Join, Predicate, Trigger};

/// What has a normal form.
pub trait Normal {
    /// Brings it into its normal form.
    fn normalize(&mut self);
}

/// The normal form of a predicate.
pub fn normal(predicate: &Predicate) -> Predicate {
    let mut copy = predicate.clone();
    copy.normalize();
    copy
}

impl Normal for Predicate {
    fn normalize(&mut self) {
        match self {
            Predicate::And { of } => {
                let mut flat = flattened(of, |part| matches!(part, Predicate::And { .. }));
                flat.sort_unstable();
                flat.dedup();
                *self = Predicate::all(flat);
            }
            Predicate::Or { of } => {
                let mut flat = flattened(of, |part| matches!(part, Predicate::Or { .. }));
                flat.sort_unstable();
                flat.dedup();
                *self = match (flat.len(), flat.pop()) {
                    (1, Some(one)) => one,
                    (_, Some(last)) => {
                        flat.push(last);
                        Predicate::Or { of: flat }
                    }
                    _ => Predicate::Or { of: flat },
                };
            }
            Predicate::Not { of } => {
                of.normalize();
                let inner = std::mem::replace(of.as_mut(), Predicate::Everyone);
                *self = match inner {
                    Predicate::Not { of } => *of,
                    Predicate::Count(mut count) => {
                        let flipped = match (count.at_least, count.at_most) {
                            (Some(least @ 1..), None) => Some((None, Some(least - 1))),
                            (None, Some(most)) => most.checked_add(1).map(|least| (Some(least), None)),
                            _ => None,
                        };
                        match flipped {
                            Some((at_least, at_most)) => {
                                (count.at_least, count.at_most) = (at_least, at_most);
                                Predicate::Count(count)
                            }
                            None => Predicate::Not { of: Box::new(Predicate::Count(count)) },
                        }
                    }
                    inner => Predicate::Not { of: Box::new(inner) },
                };
            }
            Predicate::In { values, .. } | Predicate::NotIn { values, .. } => {
                values.sort_unstable();
                values.dedup();
            }
            Predicate::StageIn { stages, .. } | Predicate::StageNotIn { stages, .. } => {
                stages.sort_unstable();
                stages.dedup();
            }
            Predicate::Text { any, .. } => {
                any.sort_unstable();
                any.dedup();
            }
            Predicate::Count(count) => {
                if let Some(filter) = &mut count.filter {
                    filter.normalize();
                }
                // Exactly 0 and at most 0 are the same, and at least 0 asks nothing beside an upper bound.
                if count.at_least == Some(0) && count.at_most.is_some() {
                    count.at_least = None;
                }
            }
            _ => {}
        }
    }
}

fn flattened(parts: &mut Vec<Predicate>, same: fn(&Predicate) -> bool) -> Vec<Predicate> {
    let mut flat = Vec::with_capacity(parts.len());
    for mut part in std::mem::take(parts) {
        part.normalize();
        if same(&part) {
            match part {
                Predicate::And { of } | Predicate::Or { of } => flat.extend(of),
                other => flat.push(other),
            }
        } else {
            flat.push(part);
        }
    }
    flat
}

impl Normal for EventPattern {
    fn normalize(&mut self) {
        self.filter.normalize();
    }
}

impl<T: Normal> Normal for Option<T> {
    fn normalize(&mut self) {
        if let Some(inner) = self {
            inner.normalize();
        }
    }
}

fn sort_fields(fields: &mut [super::Field]) {
    for field in fields.iter_mut() {
        match &mut field.ty {
            FieldType::OneOf(options) | FieldType::SetOf(options) => options.sort_unstable(),
            FieldType::AddressOf(channels) => channels.sort_unstable(),
            _ => {}
        }
    }
    fields.sort_by(|a, b| a.name.cmp(&b.name));
}

impl Normal for Lead {
    fn normalize(&mut self) {
        sort_fields(&mut self.fields);
    }
}

impl Normal for Signal {
    fn normalize(&mut self) {
        sort_fields(&mut self.fields);
    }
}

impl Normal for Icp {
    fn normalize(&mut self) {
        self.predicate.normalize();
        self.agreed_by.sort_unstable();
    }
}

impl Normal for Segment {
    fn normalize(&mut self) {
        self.predicate.normalize();
    }
}

impl Normal for Journey {
    fn normalize(&mut self) {
        self.predicate.normalize();
        self.stages.iter_mut().for_each(|stage| stage.predicate.normalize());
    }
}

impl Normal for Score {
    fn normalize(&mut self) {
        for line in &mut self.points {
            match &mut line.earned {
                Earned::For { event, .. } => event.normalize(),
                Earned::When(predicate) => predicate.normalize(),
            }
        }
        self.points.sort_by_cached_key(|line| serde_json::to_string(line).unwrap_or_default());
        self.bands.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

impl Normal for Content {
    fn normalize(&mut self) {
        self.predicate.normalize();
        self.stages.sort_unstable();
    }
}

impl Normal for Program {
    fn normalize(&mut self) {
        self.audience.predicate.normalize();
        match &mut self.join {
            Some(Join::When(predicate)) => predicate.normalize(),
            Some(Join::On(event)) => event.normalize(),
            None => {}
        }
        if let Some(goal) = &mut self.goal {
            goal.predicate.normalize();
        }
        self.leave_when.normalize();
        self.caps.sort_unstable();
        for track in &mut self.tracks {
            match &mut track.trigger {
                Trigger::Signal(event) => event.normalize(),
                Trigger::Stage { stages, .. } => stages.sort_unstable(),
                _ => {}
            }
        }
        for step in &mut self.steps {
            match &mut step.action {
                Action::Touch(touch) => {
                    touch.only_if.normalize();
                    touch.reason.normalize();
                }
                Action::WaitUntil { until, .. } => until.normalize(),
                Action::If { branches, .. } => branches.iter_mut().for_each(|branch| branch.when.normalize()),
                _ => {}
            }
        }
    }
}

impl Normal for Handoff {
    fn normalize(&mut self) {
        self.predicate.normalize();
        self.tell.sort_unstable();
        self.back.iter_mut().for_each(|back| back.when.normalize());
        self.back.sort_by_cached_key(|back| serde_json::to_string(back).unwrap_or_default());
    }
}

impl Normal for Limits {
    fn normalize(&mut self) {
        self.caps.sort_unstable();
        for channel in &mut self.channels {
            channel.needs.normalize();
            channel.never.normalize();
            channel.addresses.sort_unstable();
        }
        self.consent_again.normalize();
    }
}

impl Normal for Rule {
    fn normalize(&mut self) {
        self.filter.normalize();
        self.when.normalize();
    }
}

impl Normal for Condition {
    fn normalize(&mut self) {
        match self {
            Condition::And { of } | Condition::Or { of } => {
                of.iter_mut().for_each(Normal::normalize);
                of.sort_unstable();
                of.dedup();
            }
            Condition::Not { of } => of.normalize(),
            Condition::Some { condition, .. } | Condition::All { condition, .. } | Condition::None { condition, .. } => condition.normalize(),
            _ => {}
        }
    }
}
