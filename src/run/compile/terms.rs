//! A plan's predicates as one graph that can grow: what the prover and the rules ask about.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Builder, Made, Meaning, Scope, Score, Unfit};
use crate::plan::{EventCount, EventPattern, Plan, Predicate};
use crate::run::clock::Zone;
use crate::run::policy::{List, Node, NodeId, Window};

/// Predicates over leads, as nodes of one graph in which equal ones are one node. Segments, journeys and scores are followed,
/// so that a node means the same wherever it stands.
pub struct Terms<'p> {
    builder: Builder<'p>,
}

impl<'p> Terms<'p> {
    /// A node that never holds.
    pub const NEVER: NodeId = 0;
    /// A node that always holds.
    pub const ALWAYS: NodeId = 1;

    /// The predicates of a plan's segments, journeys and scores; more are added when they are asked for.
    ///
    /// # Errors
    /// When the plan names what it does not have, or a declaration depends on itself.
    pub fn new(plan: &'p Plan) -> Result<Self, Unfit> {
        let zone = Zone::named(&plan.settings.timezone).ok_or_else(|| Unfit(format!("there is no time zone `{}`", plan.settings.timezone)))?;
        let mut builder = Builder::new(plan, zone);
        builder.scores.resize_with(plan.scores.len(), Score::default);
        for journey in 0..plan.journeys.len() {
            builder.journey(journey as u32)?;
        }
        for score in 0..plan.scores.len() {
            builder.score(score as u32)?;
        }
        Ok(Self { builder })
    }

    /// The plan.
    pub fn plan(&self) -> &'p Plan {
        self.builder.plan
    }

    /// A predicate of the program given, or of no program.
    ///
    /// # Errors
    /// When it names what the plan does not have.
    pub fn predicate(&mut self, predicate: &Predicate, program: Option<u32>) -> Made<NodeId> {
        self.builder.predicate(predicate, program.map_or(Scope::LEAD, Scope::program))
    }

    /// The goal of a program: each `did` counts what is later than the join.
    ///
    /// # Errors
    /// When it names what the plan does not have.
    pub fn goal(&mut self, predicate: &Predicate, program: u32) -> Made<NodeId> {
        self.builder.predicate(predicate, Scope { goal: true, ..Scope::program(program) })
    }

    /// Whether a lead is in a stage of a journey, by their places: in it and in none later.
    pub fn in_stage(&mut self, journey: u32, stage: u32) -> NodeId {
        match self.builder.journeys.get(journey as usize) {
            Some(stages) if (stage as usize) < stages.len() => self.builder.in_stage(journey, stage).unwrap_or(Self::NEVER),
            _ => Self::NEVER,
        }
    }

    /// At least one event of a pattern: ever, or in the last so many seconds.
    ///
    /// # Errors
    /// When it names what the plan does not have.
    pub fn did(&mut self, event: &EventPattern, last: Option<i64>) -> Made<NodeId> {
        let list = self.builder.list(event)?;
        Ok(self.count(list, 1, Window { last, since: None, anchor: None }))
    }

    /// What `count` says, of no program.
    ///
    /// # Errors
    /// When it names what the plan does not have.
    pub fn counted(&mut self, count: &EventCount) -> Made<NodeId> {
        self.builder.count(count, Scope::LEAD)
    }

    pub(crate) fn count(&mut self, list: u32, least: u32, window: Window) -> NodeId {
        if least == 0 { Self::ALWAYS } else { self.builder.node(Node::Count { list, least, window }) }
    }

    /// A score is at least so many millionths of a point.
    ///
    /// # Errors
    /// When there is no such score.
    pub fn at_least(&mut self, score: u32, value: i128) -> Made<NodeId> {
        self.builder.at_least(score, value)
    }

    /// All of these.
    pub fn and(&mut self, of: Vec<NodeId>) -> NodeId {
        self.builder.and(of)
    }

    /// One of these.
    pub fn or(&mut self, of: Vec<NodeId>) -> NodeId {
        self.builder.or(of)
    }

    /// Not this.
    pub fn not(&mut self, of: NodeId) -> NodeId {
        self.builder.not(of)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.builder.nodes.len()
    }

    /// Never: the two constants are always there.
    pub fn is_empty(&self) -> bool {
        self.builder.nodes.is_empty()
    }

    pub(crate) fn add(&mut self, node: Node) -> NodeId {
        self.builder.node(node)
    }

    pub(crate) fn node(&self, node: NodeId) -> &Node {
        self.builder.nodes.get(node as usize).unwrap_or(&Node::Constant(false))
    }

    pub(crate) fn list(&self, list: u32) -> Option<&List> {
        self.builder.lists.get(list as usize)
    }

    /// The list of an event pattern.
    ///
    /// # Errors
    /// When it names what the plan does not have.
    pub fn list_of(&mut self, event: &EventPattern) -> Made<u32> {
        self.builder.list(event)
    }

    /// What a node means, whatever its number.
    pub(crate) fn meaning(&self, node: NodeId) -> Meaning {
        self.builder.meanings.get(node as usize).copied().unwrap_or(0)
    }

    /// The node of a meaning.
    pub(crate) fn node_of(&self, meaning: Meaning) -> Option<NodeId> {
        self.builder.known.get(&meaning).copied()
    }

    /// Where a node stands among others, and a list among others: the same whatever was asked before.
    pub(crate) fn order(&self, node: NodeId) -> impl Ord + use<> {
        self.builder.order(node)
    }

    /// What a list means, whatever its number.
    pub(crate) fn list_meaning(&self, list: u32) -> Meaning {
        self.builder.list_meanings.get(list as usize).copied().unwrap_or(0)
    }

    /// What an anchor counts from, by name: a program's join, or a label of it.
    pub(crate) fn anchor_name(&self, anchor: u32) -> Option<(u32, Option<SmolStr>)> {
        self.builder.anchor_name(anchor)
    }

    /// The anchor of a program's join, or of a label.
    pub(crate) fn anchor(&self, (program, label): &(u32, Option<SmolStr>)) -> Option<u32> {
        match label {
            None => Some(*program),
            Some(label) => self.builder.labels.get(&(*program, label.clone())).copied(),
        }
    }

    pub(crate) fn score(&self, score: u32) -> Option<&Score> {
        self.builder.scores.get(score as usize)
    }

    /// The workspace's time zone.
    pub fn zone(&self) -> &Arc<Zone> {
        &self.builder.zone
    }

    /// What a node is made of directly: parts, or the `when` lines of a score.
    pub(crate) fn children(&self, node: NodeId) -> Vec<NodeId> {
        self.builder.children(node)
    }
}
