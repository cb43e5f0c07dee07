//! What is proved of the groups of leads that a policy names: who is in them, and how many kinds of lead.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::diagnostics::Kind;
use crate::plan::{FieldType, Plan};
use crate::proof::{Found, Universe};
use crate::rules::leads::Leads;
use crate::rules::policy::{self, Common, Policy};
use crate::rules::value::{Entity, Value};
use crate::rules::who;
use crate::run::Terms;
use crate::run::lead::Fact;

/// So many kinds of lead are told of a stage.
const MOST_GAPS: usize = 6;

/// Who is in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody: that is proved.
    Nobody,
    /// Everybody who is in the database: that is proved.
    Everyone,
    /// Somebody, for example this lead, and somebody is not, for example that one.
    Some {
        /// A lead in it.
        inside: String,
        /// A lead who is not in it.
        outside: Option<String>,
    },
    /// It was neither proved nor refuted that somebody is.
    Unknown,
}

/// A group, and what is proved of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Who is in it.
    pub who: Who,
    /// Of the kinds of lead, the percentage of which somebody is in it: at least and at most.
    pub breadth: Option<(u8, u8)>,
}

/// What is proved, by kind and name: segments, icps, contents (whom they are for), programs (their audience), handoffs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proved {
    /// The groups.
    pub groups: BTreeMap<(Kind, SmolStr), Group>,
    /// The stages: by journey and stage.
    pub stages: BTreeMap<(SmolStr, SmolStr), Group>,
    /// Kinds of lead that nothing serves: by journey and stage.
    pub gaps: BTreeMap<(SmolStr, SmolStr), Vec<Gap>>,
}

/// A kind of lead that nothing serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Who they are, in words.
    pub words: String,
    /// Who they are, as the language writes it; nothing where nothing tells them apart.
    pub predicate: Option<String>,
}

/// Asks of each group that the policy names who is in it.
pub fn proved(policy: &Policy<'_>) -> Proved {
    let plan = policy.plan;
    let mut proved = Proved::default();
    let of = |predicate| Leads::of(policy.node(predicate));
    let groups = plan.segments.iter().map(|item| (Kind::Segment, &item.name, of(&item.predicate)));
    let groups = groups.chain(plan.icps.iter().map(|item| (Kind::Icp, &item.name, of(&item.predicate))));
    let groups = groups.chain(plan.contents.iter().map(|item| (Kind::Content, &item.name, of(&item.predicate))));
    let groups = groups.chain(plan.handoffs.iter().map(|item| (Kind::Handoff, &item.name, of(&item.predicate))));
    let groups = groups.chain((0..).zip(&plan.programs).map(|(number, item)| (Kind::Program, &item.name, policy.audience(number))));
    for (kind, name, leads) in groups {
        proved.groups.insert((kind, name.clone()), group(policy, leads));
    }
    for (number, journey) in (0..).zip(&plan.journeys) {
        for (place, stage) in (0..).zip(&journey.stages) {
            let leads = policy.members(number, place);
            let key = (journey.name.clone(), stage.name.clone());
            proved.stages.insert(key.clone(), group(policy, leads));
            let gaps = policy.gaps_of(Entity::Stage(number, place));
            let mut gaps: Vec<Gap> =
                gaps.iter().map(|(kind, _)| Gap { words: who::kind(plan, kind), predicate: predicate(plan, kind) }).take(MOST_GAPS).collect();
            if gaps.is_empty() {
                gaps.extend(without_content(policy, number, place));
            }
            if !gaps.is_empty() {
                proved.gaps.insert(key, gaps);
            }
        }
    }
    proved
}

/// Somebody at a stage for whom there is no content, though a program of the journey is for them: as the rule `content_gap` asks.
fn without_content(policy: &Policy<'_>, journey: u32, stage: u32) -> Option<Gap> {
    let plan = policy.plan;
    let name = &plan.journeys.get(journey as usize)?.name;
    let Value::List(contents) = policy.attribute(Entity::Stage(journey, stage), "contents", None) else { return None };
    let made_for = |content: &Value| match content {
        Value::Entity(Entity::Content(place)) => plan.contents.get(*place as usize).map(|content| policy.node(&content.predicate)),
        _ => None,
    };
    let served: Vec<_> = contents.iter().filter_map(made_for).collect();
    let programs = (0..).zip(&plan.programs).filter(|(_, program)| program.journey.as_ref() == Some(name));
    let audiences: Vec<_> = programs.map(|(number, _)| policy.audience(number).known).collect();
    let Value::Leads(settled) = policy.attribute(Entity::Workspace, "settled", None) else { return None };
    let ground = &policy.ground;
    let node = ground.and(&[policy.members(journey, stage).known, ground.or(&audiences), ground.not(settled.known), ground.not(ground.or(&served))]);
    let found = ground.find(node, Universe::Database);
    let example = found.example()?;
    let mut parts = Vec::new();
    for number in &example.fields {
        let field = plan.lead.fields.get(*number as usize)?;
        let (FieldType::OneOf(options) | FieldType::SetOf(options)) = &field.ty else { continue };
        let option = |place: &u32| options.get(*place as usize).map(|option| option.name.as_str());
        match example.still.fact(*number) {
            Fact::Option(place) => parts.extend(option(place).map(|option| format!("{} is {option}", field.name))),
            Fact::Set(places) => parts.extend(places.iter().filter_map(option).map(|option| format!("{} has {option}", field.name))),
            _ => {}
        }
    }
    Some(Gap { words: who::of(plan, example), predicate: (!parts.is_empty()).then(|| parts.join(" and ")) })
}

/// A kind of lead as the language writes it.
fn predicate(plan: &Plan, kind: &policy::Kind) -> Option<String> {
    let mut parts = Vec::new();
    for (number, common) in kind {
        let field = plan.lead.fields.get(*number as usize)?;
        let option = |number: u32| match &field.ty {
            FieldType::OneOf(options) | FieldType::SetOf(options) => options.get(number as usize).map(|option| option.name.to_string()),
            _ => None,
        };
        match common {
            Common::Holds(with, without) => {
                parts.extend(with.iter().filter_map(|place| Some(format!("{} has {}", field.name, option(*place)?))));
                parts.extend(without.iter().filter_map(|place| Some(format!("not {} has {}", field.name, option(*place)?))));
            }
            Common::Values { inside, .. } => {
                let options: Vec<String> = inside.iter().filter_map(|fact| if let Fact::Option(place) = fact { option(*place) } else { None }).collect();
                match (options.as_slice(), inside.as_slice()) {
                    ([], [Fact::Flag(yes)]) => parts.push(if *yes { field.name.to_string() } else { format!("not {}", field.name) }),
                    ([], _) => {}
                    ([one], _) => parts.push(format!("{} is {one}", field.name)),
                    (several, _) => parts.push(format!("{} in [{}]", field.name, several.join(", "))),
                }
            }
        }
    }
    (!parts.is_empty()).then(|| parts.join(" and "))
}

fn group(policy: &Policy<'_>, leads: Leads) -> Group {
    let unnamed = leads.known == Terms::NEVER && leads.anonymous != Terms::NEVER;
    let (node, universe) = if unnamed { (leads.anonymous, Universe::Anonymous) } else { (leads.known, Universe::Database) };
    let inside = policy.ground.find(node, universe);
    let who = match &*inside {
        Found::Nobody => Who::Nobody,
        Found::Unknown(_) => Who::Unknown,
        Found::Lead(example) => {
            let inside = who::of(policy.plan, example);
            match &*policy.ground.find(policy.ground.not(node), universe) {
                Found::Nobody => Who::Everyone,
                Found::Lead(example) => Who::Some { inside, outside: Some(who::of(policy.plan, example)) },
                Found::Unknown(_) => Who::Some { inside, outside: None },
            }
        }
    };
    let breadth = match policy.group(leads, "breadth") {
        // In billionths of a percent: down for "at least", up for "at most".
        Value::Percent(span) if !unnamed => {
            let whole = |part: i128| u8::try_from(part).unwrap_or(100).min(100);
            let low = whole(span.low.div_euclid(1_000_000_000));
            // What is known exactly is one figure, not two.
            let high = span.high.filter(|high| *high != span.low).map(|high| whole((high + 999_999_999).div_euclid(1_000_000_000)));
            Some((low, if span.high == Some(span.low) { low } else { high.unwrap_or(100) }))
        }
        _ => None,
    };
    Group { who, breadth }
}

impl Group {
    /// The breadth in words: "a third of the kinds", by role, industry and interest.
    pub fn share(&self) -> Option<String> {
        let (low, high) = self.breadth?;
        Some(match (low, high) {
            // Of those who did nothing nobody is in it: what they did decides, and kinds say little.
            (0, 0) => return None,
            (100, 100) => "every kind".to_owned(),
            (low, high) if low == high => format!("{} of the kinds", fraction(low)),
            (low, high) => format!("{low} to {high}% of the kinds"),
        })
    }

    /// A few words, for the end of a line.
    pub fn brief(&self) -> String {
        match (&self.who, self.share()) {
            (Who::Nobody, _) => "nobody".to_owned(),
            (Who::Everyone, _) => "everyone".to_owned(),
            (Who::Unknown, _) => "not decided who".to_owned(),
            (Who::Some { .. }, Some(share)) => format!("leads of {share}"),
            (Who::Some { .. }, None) => "some leads".to_owned(),
        }
    }

    /// Sentences, for a page.
    pub fn sentences(&self) -> Vec<String> {
        let mut said = match &self.who {
            Who::Nobody => vec!["Proved: it covers **no one**.".to_owned()],
            Who::Everyone => vec!["Proved: it covers **everyone** in the database.".to_owned()],
            Who::Unknown => vec!["Whether anybody is in it was neither proved nor refuted.".to_owned()],
            Who::Some { inside, outside } => {
                let mut said = vec![format!("In it, for example: {inside}.")];
                said.extend(outside.as_ref().map(|outside| format!("Not in it, for example: {outside}.")));
                said
            }
        };
        if matches!(self.who, Who::Some { .. }) {
            said.extend(self.share().map(|share| format!("It holds leads of {share}, by what tells leads apart (role, industry, interest).")));
        }
        said
    }
}

/// A percentage as people say it, where there is a word for it.
fn fraction(percent: u8) -> String {
    match percent {
        25 => "a quarter".to_owned(),
        33 => "a third".to_owned(),
        50 => "half".to_owned(),
        66 | 67 => "two thirds".to_owned(),
        75 => "three quarters".to_owned(),
        percent => format!("{percent}%"),
    }
}
