//! Runs policy tests: one lead, a timeline, and what is expected.

use super::convert::Converter;
use super::lead::{Change, DAY, Instant, Lead};
use super::play::Player;
use super::policy::{NodeId, Policy};
use super::trace::{Entry, Trace, What};
use crate::plan::{Action, Channel, Plan, Predicate, TestCase, TestStep};
use crate::text::Date;

/// A line of a test: day and step, by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line {
    /// The day's place in the test.
    pub day: u32,
    /// The line's place in the day.
    pub step: u32,
}

/// An expectation that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where it stands.
    pub line: Line,
    /// The instant at which it was asked.
    pub at: Instant,
    /// What was true instead.
    pub why: Why,
}

/// Why an expectation did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The predicate did not hold.
    False,
    /// No such touch was sent, or the lead was not handed off: the places of what happened in the trace instead, if
    /// something about that touch did.
    Missing(Vec<usize>),
    /// It was not to happen, and it did: its place in the trace.
    Happened(usize),
}

/// How a test went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The lead, as played.
    pub lead: Lead,
    /// From when on.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
    /// What happened.
    pub trace: Vec<Entry>,
    /// What did not hold, in order.
    pub failures: Vec<Failure>,
}

/// Tests together with the policy that they ask.
pub struct Cases<'a> {
    plan: &'a Plan,
    policy: Policy,
    cases: &'a [TestCase],
    /// For each test, the nodes of its predicates in order.
    expected: Vec<Vec<NodeId>>,
}

impl<'a> Cases<'a> {
    /// Makes a policy ready for its tests.
    ///
    /// # Errors
    /// When the plan does not hang together: see [`Policy::new`].
    pub fn new(plan: &'a Plan, cases: &'a [TestCase]) -> Result<Self, super::Unfit> {
        Self::with(plan, cases, &[], true)
    }

    /// Makes a policy ready for its tests, without what only a trace tells: where nothing but passing or failing counts.
    ///
    /// # Errors
    /// When the plan does not hang together.
    pub fn quick(plan: &'a Plan, cases: &'a [TestCase]) -> Result<Self, super::Unfit> {
        Self::with(plan, cases, &[], false)
    }

    /// With `more` predicates, whose nodes come after those of the tests in [`Policy::extra`], and what a trace tells only
    /// with `all`.
    pub(super) fn with(plan: &'a Plan, cases: &'a [TestCase], more: &[(Option<u32>, &Predicate)], all: bool) -> Result<Self, super::Unfit> {
        let own = |case: &'a TestCase| {
            case.days.iter().flat_map(|day| &day.steps).filter_map(|step| if let TestStep::Expect(predicate) = step { Some(predicate) } else { None })
        };
        let mut asked: Vec<(Option<u32>, &Predicate)> = cases.iter().flat_map(own).map(|predicate| (None, predicate)).collect();
        asked.extend_from_slice(more);
        let policy = Policy::new(plan, &asked, all)?;
        let mut rest = policy.extra();
        let mut expected = Vec::new();
        for case in cases {
            let (mine, others) = rest.split_at_checked(own(case).count()).unwrap_or((rest, &[]));
            expected.push(mine.to_vec());
            rest = others;
        }
        Ok(Self { plan, policy, cases, expected })
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// A player for the policy.
    pub fn player(&self) -> Player<'_> {
        Player::new(&self.policy)
    }

    /// The lead of a test, and its first instant.
    fn lead(&self, case: &TestCase) -> Option<(Lead, Instant)> {
        let zone = self.policy.zone();
        let from = case.from.or_else(|| Date::new(2026, 1, 1))?;
        // Day 0 begins at noon of that date, by the workspace's clock.
        let start = zone.instant(super::clock::day_start(from)? + DAY / 2);
        let convert = Converter { plan: self.plan, policy: &self.policy };
        let fields = &self.plan.lead.fields;
        let mut lead = Lead { id: case.id.clone().unwrap_or_else(|| "lead".into()), facts: convert.facts(fields, &case.facts)?, ..Lead::default() };
        let mut identified = Some(start);
        for day in &case.days {
            let at = start + i64::from(day.number) * DAY;
            for step in &day.steps {
                match step {
                    TestStep::Identified => {
                        // Known from the start, unless some day says that they become so.
                        if identified == Some(start) && lead.identified.is_none() {
                            identified = None;
                        }
                        lead.identified = lead.identified.or(Some(at));
                    }
                    TestStep::Deleted => lead.deleted = lead.deleted.or(Some(at)),
                    TestStep::Did(signal, given) => lead.events.push(convert.event(at, signal, given)?),
                    TestStep::Becomes(name, given) => {
                        let place = fields.iter().position(|field| field.name == *name)?;
                        lead.changes.push(Change { at, field: place as u32, value: convert.given(fields.get(place)?, given)? });
                    }
                    _ => {}
                }
            }
        }
        lead.identified = lead.identified.or(identified);
        Some((lead, start))
    }

    /// Runs a test; `None` only if a value of it does not fit the plan, which the compiler does not let happen.
    pub fn run(&self, number: usize, player: &mut Player<'_>) -> Option<Outcome> {
        self.run_with(number, player, |_| {})
    }

    /// Runs a test, and shows each instant when all of it has happened.
    pub(super) fn run_with(&self, number: usize, player: &mut Player<'_>, mut look: impl FnMut(&Player<'_>)) -> Option<Outcome> {
        let (case, expected) = (self.cases.get(number)?, self.expected.get(number)?);
        let (lead, from) = self.lead(case)?;
        let until = from + (case.days.last().map_or(0, |day| i64::from(day.number)) + 1) * DAY;
        // What is expected of a day's instant, in order.
        let mut nodes = expected.iter().copied();
        let mut asked: Vec<(Line, Instant, NodeId)> = Vec::new();
        for (number, day) in (0..).zip(&case.days) {
            for (place, step) in (0..).zip(&day.steps) {
                if let TestStep::Expect(_) = step {
                    asked.push((Line { day: number, step: place }, from + i64::from(day.number) * DAY, nodes.next()?));
                }
            }
        }
        // What holds is noted at each instant: an expectation's is the last one at or before it.
        let mut holds: Vec<bool> = vec![false; asked.len()];
        let mut trace = Trace::default();
        player.play_with(&lead, from, until, &mut trace, |player, now| {
            for ((_, at, node), holds) in asked.iter().zip(&mut holds) {
                if now <= *at {
                    *holds = player.holds(*node);
                }
            }
            look(player);
        });
        // Nothing holds of a lead who is deleted.
        let gone = |at: Instant| lead.deleted.is_some_and(|deleted| deleted <= at);
        let mut failures: Vec<Failure> = Vec::new();
        for ((line, at, _), holds) in asked.iter().zip(&holds) {
            if !*holds || gone(*at) {
                failures.push(Failure { line: *line, at: *at, why: Why::False });
            }
        }
        for (number, day) in (0..).zip(&case.days) {
            let start = from + i64::from(day.number) * DAY;
            for (place, step) in (0..).zip(&day.steps) {
                let line = Line { day: number, step: place };
                if let Some(why) = self.failed(step, start, &trace.entries) {
                    failures.push(Failure { line, at: start, why });
                }
            }
        }
        failures.sort_by_key(|failure| failure.line);
        Some(Outcome { lead, from, until, trace: trace.entries, failures })
    }

    /// Why an expectation of what happens within a day from `start` fails, if it does.
    fn failed(&self, step: &TestStep, start: Instant, trace: &[Entry]) -> Option<Why> {
        let day = trace.iter().enumerate().filter(|(_, entry)| start <= entry.at && entry.at < start + DAY);
        match step {
            TestStep::ExpectTouch { no, channel, content, from } => {
                let about = |what: &What, sent: bool| match what {
                    What::Sent { step, .. } => self.is_touch(*step, *channel, content.as_deref(), from.as_deref()),
                    What::Held { step, .. } | What::Skipped { step, .. } | What::PassedOver { step } | What::Dropped { step } if !sent => {
                        self.is_touch(*step, *channel, content.as_deref(), from.as_deref())
                    }
                    _ => false,
                };
                let happened = day.clone().find(|(_, entry)| about(&entry.what, true)).map(|(place, _)| place);
                match (happened, no) {
                    (Some(place), true) => Some(Why::Happened(place)),
                    (None, false) => Some(Why::Missing(day.filter(|(_, entry)| about(&entry.what, false)).map(|(place, _)| place).collect())),
                    _ => None,
                }
            }
            TestStep::ExpectHandoff { no, name } => {
                let number = name.as_ref().and_then(|name| self.plan.handoffs.iter().position(|handoff| handoff.name == *name));
                let happened =
                    day.clone().find(|(_, entry)| matches!(entry.what, What::HandedOff { handoff, .. } if name.is_none() || Some(handoff as usize) == number));
                match (happened, no) {
                    (Some((place, _)), true) => Some(Why::Happened(place)),
                    (None, false) => Some(Why::Missing(Vec::new())),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn is_touch(&self, step: super::trace::StepId, channel: Option<Channel>, content: Option<&str>, from: Option<&str>) -> bool {
        let Some(program) = self.plan.programs.get(step.program as usize) else { return false };
        let Some(Action::Touch(touch)) = program.steps.get(step.step as usize).map(|step| &step.action) else { return false };
        channel.map_or(touch.message, |channel| touch.channel == channel)
            && content.is_none_or(|content| touch.content.as_deref() == Some(content))
            && from.is_none_or(|from| program.name == from)
    }
}
