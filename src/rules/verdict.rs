//! Whether each program is nurturing: four pillars, each denied, shown or not shown (RULES, section 6).

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::eval::Judged;
use super::policy::Policy;
use super::value::{Entity, Value};
use crate::plan::{Condition, Counted, Grade, Operand, PathStep, Pillar, PillarState, Rule, Standing, Verdict};

/// The four pillars, in order, with the question of each.
pub const PILLARS: [(&str, &str); 4] = [
    ("for_someone", "Is it for someone, rather than everyone?"),
    ("listens", "Does what they do change what comes next?"),
    ("about_them", "Is it about them?"),
    ("leads_somewhere", "Does it go somewhere, over time?"),
];

/// A denial that the author allows, and why.
pub type Allowed = BTreeMap<(SmolStr, Entity), SmolStr>;

/// The verdict on every program that is no draft. `allowed` are findings that the author allows: they still deny.
pub fn verdicts(policy: &Policy<'_>, rules: &[&Rule], judged: &Judged, allowed: &Allowed) -> Vec<Verdict> {
    policy.programs().map(|program| verdict(policy, rules, judged, allowed, program)).collect()
}

fn verdict(policy: &Policy<'_>, rules: &[&Rule], judged: &Judged, allowed: &Allowed, program: u32) -> Verdict {
    let name = policy.plan.programs.get(program as usize).map(|program| program.name.clone()).unwrap_or_default();
    let sent = sent(policy, program);
    // Whose finding a subject is: the program's own, or of content that it sends.
    let concerns = |subject: Entity| match subject {
        Entity::Program(place) | Entity::Track(place, _) | Entity::Touch(place, _) | Entity::Step(place, _) => place == program,
        Entity::Content(content) => sent.contains(&content),
        _ => false,
    };
    let mut pillars = Vec::new();
    for (pillar, _) in PILLARS {
        let mut denied: BTreeMap<SmolStr, Option<SmolStr>> = BTreeMap::new();
        let mut shown: BTreeSet<SmolStr> = BTreeSet::new();
        let mut grade = Grade::AsStated;
        for hit in judged.hits.iter().filter(|hit| concerns(hit.subject)) {
            let Some(rule) = rules.get(hit.rule) else { continue };
            if rule.denies.as_deref() == Some(pillar) {
                let why = allowed.get(&(rule.name.clone(), hit.subject)).cloned();
                // One denial that nobody allows is told as such.
                let entry = denied.entry(rule.name.clone()).or_insert_with(|| why.clone());
                if why.is_none() {
                    *entry = None;
                }
            }
            if rule.shows.as_deref() == Some(pillar) && hit.subject == Entity::Program(program) {
                shown.insert(rule.name.clone());
                grade = grade.max(grade_of(policy, rule, program));
            }
        }
        let undecided: BTreeSet<String> = judged
            .undecided
            .iter()
            .filter(|undecided| concerns(undecided.subject))
            .filter(|undecided| rules.get(undecided.rule).is_some_and(|rule| rule.denies.as_deref() == Some(pillar) || rule.shows.as_deref() == Some(pillar)))
            .filter_map(|undecided| Some(format!("{}: {}", rules.get(undecided.rule)?.name, undecided.why)))
            .collect();
        let state = if !denied.is_empty() {
            PillarState::Denied
        } else if !shown.is_empty() {
            PillarState::Shown
        } else {
            PillarState::NotShown
        };
        pillars.push(Pillar {
            pillar: SmolStr::new_static(pillar),
            state,
            grade: (state == PillarState::Shown).then_some(grade),
            allowed: denied.values().flatten().cloned().collect(),
            rules: if state == PillarState::Denied { denied.into_keys().collect() } else { shown.into_iter().collect() },
            not_judged: undecided.into_iter().collect(),
        });
    }
    let standing = if is_for_customers(policy, program) {
        Standing::NotJudged
    } else if pillars.iter().any(|pillar| pillar.state == PillarState::Denied) {
        Standing::Isnt
    } else if pillars.iter().all(|pillar| pillar.state == PillarState::Shown) {
        Standing::Is
    } else {
        Standing::NotShown
    };
    let practices: BTreeSet<SmolStr> = judged
        .hits
        .iter()
        .filter(|hit| hit.subject == Entity::Program(program))
        .filter_map(|hit| rules.get(hit.rule))
        .filter(|rule| rule.is && rule.shows.is_none())
        .map(|rule| rule.name.clone())
        .collect();
    Verdict { program: name, standing, pillars, practices: practices.into_iter().collect() }
}

/// Whether a program is proved to hold customers only: what comes after the purchase is not judged.
fn is_for_customers(policy: &Policy<'_>, program: u32) -> bool {
    let audience = policy.audience(program);
    policy.ground.covers(policy.customers(), audience).is_yes()
}

/// The contents that a program sends.
fn sent(policy: &Policy<'_>, program: u32) -> BTreeSet<u32> {
    policy
        .touches_of(program)
        .iter()
        .copied()
        .filter_map(|step| policy.touch(program, step)?.content.as_ref())
        .filter_map(|name| policy.content(name))
        .collect()
}

/// What a rule's word rests on for a program.
fn grade_of(policy: &Policy<'_>, rule: &Rule, program: u32) -> Grade {
    let mut read: BTreeSet<&str> = BTreeSet::new();
    names_of(&rule.when, &mut read);
    if let Some(filter) = &rule.filter {
        names_of(filter, &mut read);
    }
    let stated = ["kind", "about", "answers", "gives", "sells", "for", "for_all", "gated", "invites", "asks", "contents"];
    if !stated.iter().any(|name| read.contains(name)) {
        return if ["reach", "size", "self_talk", "text"].iter().any(|name| read.contains(name)) { Grade::Measured } else { Grade::Proved };
    }
    // Labels stand behind it; texts that speak of the reader bear them out.
    let contents = sent(policy, program);
    let limit = super::value::setting("self_talk", &policy.inputs.thresholds);
    let bears_out = |content: &u32| match (policy.attribute(Entity::Content(*content), "self_talk", None), &limit) {
        (Value::Percent(share), Value::Percent(limit)) => share.compare(crate::plan::OrderSign::AtMost, *limit) == Some(true),
        _ => false,
    };
    if !contents.is_empty() && contents.iter().all(bears_out) { Grade::Measured } else { Grade::AsStated }
}

/// The attributes that a condition reads.
pub fn names_of<'r>(condition: &'r Condition, found: &mut BTreeSet<&'r str>) {
    match condition {
        Condition::And { of } | Condition::Or { of } => of.iter().for_each(|part| names_of(part, found)),
        Condition::Not { of } => names_of(of, found),
        Condition::Some { list, condition, .. } | Condition::All { list, condition, .. } | Condition::None { list, condition, .. } => {
            names_in(list, found);
            names_of(condition, found);
        }
        Condition::Flag { value } | Condition::Known { value } | Condition::Unknown { value } | Condition::Empty { value } | Condition::Says { value, .. } => {
            names_in(value, found)
        }
        Condition::Is { left, right } | Condition::IsNot { left, right } | Condition::Covers { left, right } | Condition::Overlaps { left, right } => {
            names_in(left, found);
            names_in(right, found);
        }
        Condition::Compare { left, right, .. } => {
            names_in(left, found);
            names_in(right, found);
        }
        Condition::In { value, list } | Condition::NotIn { value, list } => {
            names_in(value, found);
            names_in(list, found);
        }
        Condition::OlderThan { value, than } => {
            names_in(value, found);
            names_in(than, found);
        }
    }
}

fn names_in<'r>(operand: &'r Operand, found: &mut BTreeSet<&'r str>) {
    match operand {
        Operand::Path(steps) => {
            // What a signal is of, and what a content says of itself, are two things.
            let of_content = steps.iter().any(|step: &PathStep| matches!(step.name.as_str(), "content" | "contents"));
            found.extend(steps.iter().skip(1).map(|step| step.name.as_str()).filter(|name| of_content || !matches!(*name, "kind" | "for")));
        }
        Operand::List(of) => of.iter().for_each(|operand| names_in(operand, found)),
        Operand::Count(counted) | Operand::Share(counted) => {
            let Counted { list, condition, .. } = &**counted;
            names_in(list, found);
            if let Some(condition) = condition {
                names_of(condition, found);
            }
        }
        Operand::With(pair) | Operand::Except(pair) => {
            names_in(&pair.0, found);
            names_in(&pair.1, found);
        }
        _ => {}
    }
}
