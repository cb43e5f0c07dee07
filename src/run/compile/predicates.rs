//! Predicates over leads as nodes.

use super::{Builder, Made, Once, Scope, Unfit, at_mut, circle, day, micro, no_such, seconds};
use crate::plan::{EventCount, EventPattern, OrderSign, Predicate, Window as Written};
use crate::run::policy::{List, Node, NodeId, Window};

const NEVER: NodeId = 0;
const ALWAYS: NodeId = 1;

impl Builder<'_> {
    pub(super) fn predicate(&mut self, predicate: &Predicate, scope: Scope) -> Made<NodeId> {
        Ok(match predicate {
            Predicate::Everyone => ALWAYS,
            Predicate::Identified => self.node(Node::Identified),
            Predicate::And { of } => {
                let of = of.iter().map(|part| self.predicate(part, scope)).collect::<Made<Vec<_>>>()?;
                self.and(of)
            }
            Predicate::Or { of } => {
                let of = of.iter().map(|part| self.predicate(part, scope)).collect::<Made<Vec<_>>>()?;
                self.or(of)
            }
            Predicate::Not { of } => {
                let of = self.predicate(of, scope)?;
                self.not(of)
            }
            Predicate::InSegment { segment: name } | Predicate::InIcp { icp: name } => self.group(name)?,
            Predicate::StageIn { journey, stages } => {
                let journey = self.journey_named(journey)?;
                let stages = stages.iter().map(|stage| self.stage_number(journey, stage)).collect::<Made<Vec<_>>>()?;
                let of = stages.into_iter().map(|stage| self.in_stage(journey, stage)).collect::<Made<Vec<_>>>()?;
                self.or(of)
            }
            Predicate::StageNotIn { journey, stages } => {
                let journey = self.journey_named(journey)?;
                let stages = stages.iter().map(|stage| self.stage_number(journey, stage)).collect::<Made<Vec<_>>>()?;
                let of = stages.into_iter().map(|stage| self.in_stage(journey, stage)).collect::<Made<Vec<_>>>()?;
                let one = self.or(of);
                let (known, none) = (self.stage_or_later(journey, 0)?, self.not(one));
                self.and(vec![known, none])
            }
            Predicate::StageCompare { journey, order, stage } => {
                let journey = self.journey_named(journey)?;
                let stage = self.stage_number(journey, stage)?;
                match order {
                    OrderSign::AtLeast => self.stage_or_later(journey, stage)?,
                    OrderSign::Above => self.stage_or_later(journey, stage + 1)?,
                    OrderSign::Below | OrderSign::AtMost => {
                        let beyond = self.stage_or_later(journey, if *order == OrderSign::Below { stage } else { stage + 1 })?;
                        let (known, not_beyond) = (self.stage_or_later(journey, 0)?, self.not(beyond));
                        self.and(vec![known, not_beyond])
                    }
                }
            }
            Predicate::StageKnown { journey } => {
                let journey = self.journey_named(journey)?;
                self.stage_or_later(journey, 0)?
            }
            Predicate::StageUnknown { journey } => {
                let journey = self.journey_named(journey)?;
                let known = self.stage_or_later(journey, 0)?;
                self.not(known)
            }
            Predicate::Score { score, order, value } => {
                let place = self.plan.scores.iter().position(|known| known.name == *score);
                let number = place.ok_or_else(|| Unfit(format!("the plan has no score `{score}`")))? as u32;
                self.score(number)?;
                let value = micro(value)?;
                match order {
                    OrderSign::AtLeast => self.at_least(number, value)?,
                    OrderSign::Above => self.at_least(number, value + 1)?,
                    OrderSign::Below => {
                        let not = self.at_least(number, value)?;
                        self.not(not)
                    }
                    OrderSign::AtMost => {
                        let not = self.at_least(number, value + 1)?;
                        self.not(not)
                    }
                }
            }
            Predicate::Count(count) => self.count(count, scope)?,
            test => self.fact(test)?,
        })
    }

    pub(super) fn count(&mut self, count: &EventCount, scope: Scope) -> Made<NodeId> {
        let pattern = EventPattern { signal: count.signal.clone(), filter: count.filter.clone() };
        let list = self.list(&pattern)?;
        let mut window = Window { last: None, since: None, anchor: if scope.goal { scope.program } else { None } };
        match &count.window {
            None => {}
            Some(Written::Seconds(length)) => window.last = Some(seconds(*length)),
            Some(Written::Since(date)) => {
                window.since = Some(day(date)?);
            }
            Some(Written::SinceJoining) => window.anchor = Some(scope.program.ok_or_else(outside)?),
            Some(Written::SinceTouch(label)) => {
                let program = scope.program.ok_or_else(outside)?;
                // The first anchors are the programs' joins.
                let next = (self.plan.programs.len() + self.labels.len()) as u32;
                let anchor = *self.labels.entry((program, label.clone())).or_insert(next);
                if anchor == next {
                    self.label_names.push((program, label.clone()));
                }
                window.anchor = Some(anchor);
            }
        }
        let bound = |this: &mut Self, least: u32| match least {
            0 => ALWAYS,
            _ if scope.nothing => NEVER,
            least => this.node(Node::Count { list, least, window }),
        };
        let mut parts = Vec::new();
        if let Some(least) = count.at_least {
            parts.push(bound(self, least));
        }
        if let Some(most) = count.at_most.and_then(|most| most.checked_add(1)) {
            let more = bound(self, most);
            parts.push(self.not(more));
        }
        Ok(self.and(parts))
    }

    /// The events of a signal that pass a filter.
    pub(super) fn list(&mut self, event: &EventPattern) -> Made<u32> {
        let signal = *self.names.signals.get(&event.signal).ok_or_else(|| Unfit(format!("the plan has no signal `{}`", event.signal)))?;
        let key = (signal, event.filter.clone());
        if let Some(list) = self.list_of.get(&key) {
            return Ok(*list);
        }
        let filter = event.filter.as_ref().map(|filter| self.filter(filter, signal)).transpose()?;
        // What is written in two ways may mean the same.
        let meaning = Self::list_meaning(signal, filter.as_ref());
        if let Some(list) = self.list_of_meaning.get(&meaning) {
            self.list_of.insert(key, *list);
            return Ok(*list);
        }
        let number = self.lists.len() as u32;
        self.list_of_meaning.insert(meaning, number);
        self.list_meanings.push(meaning);
        self.lists.push(List { signal, filter, kept: false, counts: Vec::new(), scores: Vec::new(), tracks: Vec::new(), joins: Vec::new() });
        self.list_of.insert(key, number);
        at_mut(&mut self.signals, signal)?.push(number);
        Ok(number)
    }

    /// A segment or icp.
    fn group(&mut self, name: &str) -> Made<NodeId> {
        match self.groups.get(name) {
            Some(Once::Done(node)) => return Ok(*node),
            Some(Once::Now) => return Err(circle()),
            Some(Once::NotYet) => {}
            None => return Err(Unfit(format!("the plan has no segment or icp `{name}`"))),
        }
        self.groups.insert(name.into(), Once::Now);
        let plan = self.plan;
        let segment = plan.segments.iter().find(|segment| segment.name == name).map(|segment| &segment.predicate);
        let predicate = segment.or_else(|| plan.icps.iter().find(|icp| icp.name == name).map(|icp| &icp.predicate)).ok_or_else(no_such)?;
        let node = self.predicate(predicate, Scope::LEAD)?;
        self.groups.insert(name.into(), Once::Done(node));
        Ok(node)
    }

    /// The score is at least `value` millionths. Folded where the score's range decides it.
    pub(super) fn at_least(&mut self, number: u32, value: i128) -> Made<NodeId> {
        self.score(number)?;
        let score = self.scores.get(number as usize).ok_or_else(no_such)?;
        if score.from.is_some_and(|from| value <= from) {
            return Ok(ALWAYS);
        }
        if score.to.is_some_and(|to| value > to) {
            return Ok(NEVER);
        }
        let node = self.node(Node::AtLeast(number, value));
        let score = at_mut(&mut self.scores, number)?;
        if !score.thresholds.contains(&(value, node)) {
            score.thresholds.push((value, node));
        }
        Ok(node)
    }

    pub(super) fn journey_named(&mut self, name: &str) -> Made<u32> {
        let place = self.plan.journeys.iter().position(|journey| journey.name == name);
        let number = place.ok_or_else(|| Unfit(format!("the plan has no journey `{name}`")))? as u32;
        self.journey(number)?;
        Ok(number)
    }

    /// The stages of a journey.
    pub(super) fn journey(&mut self, number: u32) -> Made<()> {
        match self.journey_state.get(number as usize) {
            Some(Once::Done(_)) => return Ok(()),
            Some(Once::NotYet) => {}
            _ => return Err(circle()),
        }
        *at_mut(&mut self.journey_state, number)? = Once::Now;
        let plan = self.plan;
        let journey = plan.journeys.get(number as usize).ok_or_else(no_such)?;
        let stages = journey.stages.iter().map(|stage| self.predicate(&stage.predicate, Scope::LEAD)).collect::<Made<Vec<_>>>()?;
        let mut from = vec![NEVER; stages.len() + 1];
        let mut rest = NEVER;
        for (place, stage) in stages.iter().enumerate().rev() {
            rest = self.or(vec![*stage, rest]);
            if let Some(slot) = from.get_mut(place) {
                *slot = rest;
            }
        }
        *at_mut(&mut self.journeys, number)? = stages;
        *at_mut(&mut self.from_stage, number)? = from;
        *at_mut(&mut self.journey_state, number)? = Once::Done(rest);
        Ok(())
    }

    pub(super) fn stage_number(&self, journey: u32, stage: &str) -> Made<u32> {
        let journey = self.plan.journeys.get(journey as usize).ok_or_else(no_such)?;
        let place = journey.stages.iter().position(|known| known.name == stage);
        Ok(place.ok_or_else(|| Unfit(format!("the journey `{}` has no stage `{stage}`", journey.name)))? as u32)
    }

    /// Whether the lead is in this stage or a later one.
    fn stage_or_later(&self, journey: u32, stage: u32) -> Made<NodeId> {
        self.from_stage.get(journey as usize).and_then(|from| from.get(stage as usize)).copied().ok_or_else(no_such)
    }

    /// Whether the lead is in this stage.
    pub(super) fn in_stage(&mut self, journey: u32, stage: u32) -> Made<NodeId> {
        let own = self.journeys.get(journey as usize).and_then(|stages| stages.get(stage as usize)).copied().ok_or_else(no_such)?;
        let later = self.stage_or_later(journey, stage + 1)?;
        let not_later = self.not(later);
        Ok(self.and(vec![own, not_later]))
    }

    pub(super) fn and(&mut self, mut of: Vec<NodeId>) -> NodeId {
        of.retain(|node| *node != ALWAYS);
        self.in_order(&mut of);
        match of.as_slice() {
            [] => ALWAYS,
            [one] => *one,
            _ if self.opposed(&of) => NEVER,
            _ => self.node(Node::And(of.into())),
        }
    }

    pub(super) fn or(&mut self, mut of: Vec<NodeId>) -> NodeId {
        of.retain(|node| *node != NEVER);
        self.in_order(&mut of);
        match of.as_slice() {
            [] => NEVER,
            [one] => *one,
            _ if self.opposed(&of) => ALWAYS,
            _ => self.node(Node::Or(of.into())),
        }
    }

    /// Each once, in an order that does not depend on what was asked before.
    fn in_order(&self, of: &mut Vec<NodeId>) {
        if of.len() > 1 {
            of.sort_unstable();
            of.dedup();
            of.sort_by_cached_key(|node| self.order(*node));
        }
    }

    /// Whether a node and its opposite, or both constants, are among some.
    fn opposed(&self, of: &[NodeId]) -> bool {
        let not = |node: &NodeId| if let Some(Node::Not(inner)) = self.nodes.get(*node as usize) { Some(*inner) } else { None };
        if of.iter().any(|node| *node == NEVER || *node == ALWAYS) {
            return true;
        }
        if of.len() <= 8 {
            return of.iter().filter_map(not).any(|inner| of.contains(&inner));
        }
        let all: rustc_hash::FxHashSet<NodeId> = of.iter().copied().collect();
        of.iter().filter_map(not).any(|inner| all.contains(&inner))
    }

    pub(super) fn not(&mut self, of: NodeId) -> NodeId {
        match (of, self.nodes.get(of as usize)) {
            (NEVER, _) => ALWAYS,
            (ALWAYS, _) => NEVER,
            (_, Some(Node::Not(inner))) => *inner,
            _ => self.node(Node::Not(of)),
        }
    }
}

fn outside() -> Unfit {
    Unfit("`since joining` or `since TOUCH` stands outside a program".to_owned())
}
