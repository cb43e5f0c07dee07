//! Attributes of groups of leads: what decides who is in one, and how many they are.

use std::collections::BTreeSet;

use super::super::facet_of;
use super::super::leads::Leads;
use super::super::policy::Policy;
use super::super::truth::{Span, Truth};
use super::super::value::{Entity, Value};
use crate::plan::FieldType;
use crate::proof::{Universe, rewrite};
use crate::run::policy::{Node, Test};
use crate::run::{NodeId, Terms};

/// Groups that depend on more ways than this for one facet are not looked at one by one.
const WAYS: usize = 4_096;

impl Policy<'_> {
    /// An attribute of a group.
    pub fn group(&self, leads: Leads, name: &'static str) -> Value {
        if let Some(known) = self.groups.borrow().get(&(leads, name)) {
            return known.clone();
        }
        let value = match name {
            "fields" => {
                let fields: BTreeSet<u32> = self.fields_of(leads.known).into_iter().collect();
                Value::entities(fields.into_iter().map(Entity::Field))
            }
            "signals" => Value::entities(self.signals_of(leads).into_iter().map(Entity::Signal)),
            "facets" => self.facets(leads),
            "breadth" => self.breadth(leads),
            "stuck" => {
                let forever = match super::super::value::setting("forever", &self.inputs.thresholds) {
                    Value::Seconds(seconds) => i64::try_from(seconds).unwrap_or(i64::MAX),
                    _ => i64::MAX,
                };
                let mut terms = self.ground.terms.borrow_mut();
                let (end, never) = (rewrite::in_the_end(&mut terms, leads.known, forever), rewrite::without_acts(&mut terms, leads.known));
                drop(terms);
                Value::Leads(Leads::of(self.ground.and(&[end, self.ground.not(never)])))
            }
            "size" => self.size(leads).map_or_else(Value::Unknown, Value::Number),
            "reach" => match (self.size(leads), &self.inputs.census) {
                (Ok(size), Some(census)) if census.total > 0 => {
                    let share = |count: i128| count * 100 / i128::from(census.total);
                    Value::Percent(Span { low: share(size.low), high: size.high.map(share) })
                }
                (Err(why), _) => Value::Unknown(why),
                _ => Value::Percent(Span::exact(0)),
            },
            _ => Value::Absent,
        };
        self.groups.borrow_mut().insert((leads, name), value.clone());
        value
    }

    /// Fields that a node asks for, by their places.
    pub(super) fn asked_fields(&self, node: NodeId) -> BTreeSet<u32> {
        let terms = self.ground.terms.borrow();
        rewrite::leaves(&terms, node)
            .into_iter()
            .filter_map(|leaf| match terms.node(leaf) {
                Node::Fact(field, _) | Node::Clock(field, _) => Some(*field),
                _ => None,
            })
            .collect()
    }

    /// The node with some fields fixed, once for each way in which the tests of them can come out.
    fn ways(&self, node: NodeId, fields: &[u32]) -> Option<Vec<NodeId>> {
        let kinds = self.combinations(fields, node, false)?;
        let size = rewrite::leaves(&self.ground.terms.borrow(), node).len();
        if kinds.len() > WAYS || !self.ground.may_rewrite(kinds.len().saturating_mul(size)) {
            return None;
        }
        let mut terms = self.ground.terms.borrow_mut();
        Some(kinds.into_iter().map(|kind| rewrite::fixed(&mut terms, node, &kind.values)).collect())
    }

    /// Fields on which a node depends: with one value a lead is in, with another, all else equal, out.
    pub(super) fn fields_of(&self, node: NodeId) -> Vec<u32> {
        let asked = self.asked_fields(node);
        // What one comparison asks decides by itself.
        if let Node::Fact(field, _) | Node::Clock(field, _) = self.ground.terms.borrow().node(node) {
            return vec![*field];
        }
        asked.into_iter().filter(|field| self.depends(node, *field)).collect()
    }

    fn depends(&self, node: NodeId, field: u32) -> bool {
        // A date against the clock is moved by time as well: it is asked, so it matters.
        let clocked = {
            let terms = self.ground.terms.borrow();
            rewrite::leaves(&terms, node).into_iter().any(|leaf| matches!(terms.node(leaf), Node::Clock(known, _) if *known == field))
        };
        if clocked {
            return true;
        }
        let Some(ways) = self.ways(node, &[field]) else { return true };
        let (some, all) = (self.ground.or(&ways), self.ground.and(&ways));
        if some == all {
            return false;
        }
        !self.ground.excludes(self.ground.and(&[some, self.ground.not(all)]))
    }

    /// What decides for every lead in a group (RULES, `predicate.facets`).
    pub(super) fn facets(&self, leads: Leads) -> Value {
        let all = crate::model::rule_schema::Enumeration::Facet.values();
        Value::List(all.iter().filter(|facet| self.has_facet(leads, facet)).map(|facet| Value::Word((*facet).into())).collect())
    }

    /// Whether a facet decides for every lead in a group.
    pub fn has_facet(&self, leads: Leads, facet: &'static str) -> bool {
        let leads = leads.guard.and_then(|(program, step)| self.guards(program)?.steps.get(step as usize).map(|step| step.chosen)).unwrap_or(leads);
        if let Some(known) = self.facets.borrow().get(&(leads, facet)) {
            return *known;
        }
        let has = self.decides(leads, facet);
        self.facets.borrow_mut().insert((leads, facet), has);
        has
    }

    fn decides(&self, leads: Leads, facet: &str) -> bool {
        let universe = if leads.known == Terms::NEVER && leads.anonymous != Terms::NEVER { Universe::Anonymous } else { Universe::Database };
        let node = if universe == Universe::Anonymous { leads.anonymous } else { leads.known };
        let nobody = |node: NodeId| matches!(self.ground.some_of(node, universe), Truth::No);
        match facet {
            "behaviour" => {
                let silent = self.ground.silent(None);
                nobody(self.ground.and(&[node, silent.known]))
            }
            "stage" => self.asks_for_a_stage(node, universe),
            "score" => {
                let scored: Vec<NodeId> = {
                    let terms = self.ground.terms.borrow();
                    rewrite::leaves(&terms, node).into_iter().filter(|leaf| matches!(terms.node(*leaf), Node::AtLeast(..))).collect()
                };
                scored.iter().any(|leaf| nobody(self.ground.and(&[node, *leaf])) || nobody(self.ground.and(&[node, self.ground.not(*leaf)])))
            }
            _ if universe == Universe::Anonymous => false,
            facet => {
                let fields: Vec<u32> = self
                    .asked_fields(node)
                    .into_iter()
                    .filter(|field| self.plan.lead.fields.get(*field as usize).is_some_and(|of| facet_of(of) == facet))
                    .collect();
                if fields.is_empty() {
                    return false;
                }
                let timed: Vec<NodeId> = {
                    let terms = self.ground.terms.borrow();
                    rewrite::leaves(&terms, node)
                        .into_iter()
                        .filter(|leaf| matches!(terms.node(*leaf), Node::Clock(field, _) if fields.contains(field)))
                        .collect()
                };
                // Who is in only because nothing is known of them was not chosen by what they are.
                let known: Vec<NodeId> = fields.iter().map(|field| self.is_told(*field)).collect();
                if nobody(self.ground.and(&[node, self.ground.or(&known)])) {
                    return false;
                }
                // A date against the clock: with some date the lead would be out, if they are with all such tests turned round.
                if !timed.is_empty() {
                    return nobody(self.all_ways(node, &timed));
                }
                self.ways(node, &fields).is_some_and(|ways| nobody(self.ground.and(&ways)))
            }
        }
    }

    /// Leads of whom something is known in a field: of a set, an option.
    fn is_told(&self, field: u32) -> NodeId {
        let mut terms = self.ground.terms.borrow_mut();
        match self.plan.lead.fields.get(field as usize) {
            Some(of) if matches!(of.ty, FieldType::SetOf(_)) => {
                let options: Vec<NodeId> = (0..self.values_of(field)).map(|option| terms.add(Node::Fact(field, Test::Has(option)))).collect();
                terms.or(options)
            }
            Some(of) if of.optional => terms.add(Node::Fact(field, Test::Known)),
            _ => Terms::ALWAYS,
        }
    }

    /// Whether everyone who did nothing is in a node, save for those whom nothing is owed: customers, handed off, barred.
    fn holds_all_silent(&self, node: NodeId) -> bool {
        let Value::Leads(settled) = self.attribute(Entity::Workspace, "settled", None) else { return false };
        let mut out = vec![settled.known];
        for channel in &self.plan.limits.channels {
            if channel.message {
                out.push(super::super::guards::channel(&self.ground, channel.channel).barred);
            }
        }
        let idle = self.ground.and(&[self.ground.silent(None).known, self.ground.not(self.ground.or(&out))]);
        let nobody = |node: NodeId| matches!(self.ground.some(node), Truth::No);
        !nobody(idle) && nobody(self.ground.and(&[idle, self.ground.not(node)]))
    }

    /// The node whatever some leaves are: for each combination of their truths.
    fn all_ways(&self, node: NodeId, leaves: &[NodeId]) -> NodeId {
        let mut terms = self.ground.terms.borrow_mut();
        let mut ways = vec![node];
        for leaf in leaves.iter().take(8) {
            ways = ways.into_iter().flat_map(|way| [true, false].map(|is| rewrite::replaced(&mut terms, way, &[*leaf], is))).collect();
        }
        terms.and(ways)
    }

    /// Whether a group holds leads of some stages only: in no journey's every stage, and each in one.
    fn asks_for_a_stage(&self, node: NodeId, universe: Universe) -> bool {
        let nobody = |node: NodeId| matches!(self.ground.some_of(node, universe), Truth::No);
        // A stage at which everyone is who did nothing is no choice.
        if universe == Universe::Database && self.holds_all_silent(node) {
            return false;
        }
        (0..self.plan.journeys.len() as u32).any(|journey| {
            let members: Vec<NodeId> = self
                .stages_of(journey)
                .into_iter()
                .filter_map(|stage| if let Entity::Stage(journey, stage) = stage { Some(self.members(journey, stage).known) } else { None })
                .collect();
            // Nothing that the journey asks is asked here: no need to prove it.
            let shared = {
                let terms = self.ground.terms.borrow();
                let own: rustc_hash::FxHashSet<NodeId> = rewrite::leaves(&terms, node).into_iter().collect();
                members.iter().flat_map(|member| rewrite::leaves(&terms, *member)).any(|leaf| own.contains(&leaf))
            };
            if !shared {
                return false;
            }
            let any = self.ground.or(&members);
            nobody(self.ground.and(&[node, self.ground.not(any)])) && members.iter().any(|member| nobody(self.ground.and(&[node, *member])) && !nobody(*member))
        })
    }

    /// The share of all kinds of lead in which somebody who did nothing is in the group.
    fn breadth(&self, leads: Leads) -> Value {
        let kinds = self.kind_fields();
        if kinds.is_empty() {
            return Value::Unknown(super::super::truth::NO_KINDS.into());
        }
        let silent = self.ground.silent(None);
        let node = self.ground.and(&[leads.known, silent.known]);
        let asked = self.asked_fields(node);
        let fields: Vec<u32> = kinds.into_iter().filter(|field| asked.contains(field)).collect();
        let Some(kinds) = self.combinations(&fields, node, true) else {
            return Value::Unknown("there are too many kinds of lead to look at one by one".into());
        };
        let (mut inside, mut all, mut open) = (0u128, 0u128, 0u128);
        for kind in kinds {
            let of_kind = self.ground.and(&[self.of_kind(&kind), node]);
            all += u128::from(kind.count);
            match self.ground.some(of_kind) {
                Truth::Yes => inside += u128::from(kind.count),
                Truth::No => {}
                Truth::Unknown(_) => open += u128::from(kind.count),
            }
        }
        let share = |count: u128| (count * 100_000_000_000 / all.max(1)) as i128;
        Value::Percent(Span { low: share(inside), high: Some(share(inside + open)) })
    }

    /// How many real leads are in a group now, by a census: what it counts lies within the group, or holds it.
    fn size(&self, leads: Leads) -> Result<Span, std::sync::Arc<str>> {
        let Some(census) = &self.inputs.census else { return Err(super::super::truth::NO_CENSUS.into()) };
        let counted = |program: u32| self.plan.programs.get(program as usize).and_then(|program| census.programs.get(&program.name));
        if let Some(count) = leads.audience.and_then(counted) {
            return Ok(Span::whole(*count as usize));
        }
        // A touch that everyone in the audience gets who is not barred or gone: the audience is its reach.
        if let Some((program, step)) = leads.guard
            && self.guards(program).and_then(|guards| guards.steps.get(step as usize)).is_some_and(|step| step.plain)
            && let Some(count) = counted(program)
        {
            return Ok(Span::whole(*count as usize));
        }
        let mut span = Span { low: 0, high: Span::whole(census.total as usize).high };
        let groups = census.segments.iter().filter_map(|(name, count)| {
            let segment = self.plan.segments.iter().find(|segment| segment.name == *name).map(|segment| &segment.predicate);
            let predicate = segment.or_else(|| self.plan.icps.iter().find(|icp| icp.name == *name).map(|icp| &icp.predicate))?;
            Some((self.node(predicate), *count))
        });
        let programs = census.programs.iter().filter_map(|(name, count)| {
            let place = self.plan.programs.iter().position(|program| program.name == *name)?;
            Some((self.audience(place as u32).known, *count))
        });
        for (node, count) in groups.chain(programs) {
            let count = Span::whole(count as usize).low;
            if node == leads.known {
                return Ok(Span::exact(count));
            }
            if matches!(self.ground.some(self.ground.and(&[node, self.ground.not(leads.known)])), Truth::No) {
                span.low = span.low.max(count);
            }
            if matches!(self.ground.some(self.ground.and(&[leads.known, self.ground.not(node)])), Truth::No) {
                span.high = span.high.map(|high| high.min(count));
            }
        }
        Ok(span)
    }
}
