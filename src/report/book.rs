//! The standard rulebook, ready to judge by, and the examples that test rules.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;

use super::plan::{Frame, assembled, finished};
use crate::db::settings::Settings;
use crate::db::{Asset, Chunk, RootDb, Workspace, chunks, load, parsed};
use crate::model::{PlanItem, RuleExample, lowered, rule_examples};
use crate::plan::{Plan, Rule};
use crate::rules::eval::{self, Judged};
use crate::rules::policy::{Inputs, Policy};
use crate::rules::prose::Prose;
use crate::rules::value::Entity;
use crate::syntax::ast::{Body, Item};
use crate::text::{Date, Range};
use crate::{plan, rulebook};

/// The name of the file in which the world of the standard rules' examples stands.
pub const WORLD: &str = "world.nurture";

/// The rules of the standard book, by name.
pub fn standard_rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let db = standard_db();
        let mut rules: Vec<Rule> = rules_of(&db).into_iter().map(|(rule, ..)| rule).collect();
        rules.sort_by(|a, b| a.name.cmp(&b.name));
        rules
    })
}

/// The standard book as a policy: its files and its world.
pub fn standard_db() -> RootDb {
    let texts = rulebook::FILES.iter().copied().chain([(WORLD, rulebook::WORLD)]).map(|(name, text)| (SmolStr::from(name), text.to_owned()));
    let settings = Settings { as_of: Date::new(2026, 11, 1), ..Settings::default() };
    load::in_memory_with(RootDb::default(), texts.collect(), settings, &rulebook::TEXTS)
}

/// The rules of a policy, with their chunks and places, in the order of files.
pub fn rules_of(db: &RootDb) -> Vec<(Rule, Chunk<'_>, u32)> {
    let mut found = Vec::new();
    for file in Workspace::get(db).files(db) {
        for chunk in &chunks(db, *file).chunks {
            for ((item, made), owner) in parsed(db, *chunk).items.iter().zip(lowered(db, *chunk)).zip(0..) {
                if let Some(made @ PlanItem::Rule(_)) = made
                    && let (PlanItem::Rule(rule), _) = finished(db, *file, *chunk, item, made.clone())
                {
                    found.push((*rule, *chunk, owner));
                }
            }
        }
    }
    found
}

/// An example of a rule as a policy of its own, with the world around it: what a user sees when they copy it.
pub fn example_policy(db: &RootDb, chunk: Chunk<'_>, at: Range, items: &[Item]) -> Option<RootDb> {
    let body = &chunk.body(db).text;
    let written = body.get(at.start as usize..at.end as usize)?;
    let inside = written.split_once('{').map_or(written, |(_, rest)| rest);
    let inside = inside.rsplit_once('}').map_or(inside, |(rest, _)| rest);
    let declared: Vec<(&str, SmolStr)> =
        items.iter().map(|item| (item.kind().keyword(), item.name.as_ref().map_or_else(SmolStr::default, |name| name.text.clone()))).collect();
    let mut world = String::new();
    for file in Workspace::get(db).files(db) {
        for chunk in &chunks(db, *file).chunks {
            let parsed = parsed(db, *chunk);
            let [item] = parsed.items.as_slice() else { continue };
            let wanted = matches!(item.body, Body::Lead(_) | Body::Signal(_) | Body::Segment(_) | Body::Icp(_) | Body::Journey(_) | Body::Score(_));
            let name = item.name.as_ref().map_or_else(SmolStr::default, |name| name.text.clone());
            if wanted && !declared.contains(&(item.kind().keyword(), name)) {
                world.push_str(&chunk.body(db).text);
                world.push('\n');
            }
        }
    }
    let files = vec![(SmolStr::from(EXAMPLE), dedented(inside)), (SmolStr::from(WORLD), world)];
    let settings = Settings { as_of: Date::new(2026, 11, 1), ..Settings::default() };
    Some(load::in_memory_with(RootDb::default(), files, settings, &rulebook::TEXTS))
}

/// The name of the file in which an example is shown.
pub const EXAMPLE: &str = "example.nurture";

/// A text without the indentation that all its lines share.
pub fn dedented(text: &str) -> String {
    let lines: Vec<&str> = text.lines().skip_while(|line| line.trim().is_empty()).collect();
    let shared = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let mut out: String = lines.iter().map(|line| format!("{}\n", line.get(shared..).unwrap_or("").trim_end())).collect();
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// How an example of a rule went.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The rule.
    pub rule: SmolStr,
    /// Whether it had to be reported.
    pub flags: bool,
    /// The file.
    pub file: SmolStr,
    /// Where it stands in the file.
    pub at: Range,
    /// What went wrong, if something did.
    pub wrong: Option<Wrong>,
}

/// Why an example did not come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It has errors, or does not hang together with what stands around it.
    Broken(String),
    /// The rule had to report something, and did not.
    NotReported,
    /// It had to, and what it lacked to decide was this.
    NotDecided(Arc<str>),
    /// The rule reported these, and had to report nothing.
    Reported(Vec<String>),
}

/// Tries the examples of all rules of a policy.
pub fn try_examples(db: &RootDb, around: Option<&Plan>, inputs: &Inputs) -> Vec<Tried> {
    let mut tried = Vec::new();
    for (rule, chunk, owner) in rules_of(db) {
        let Some(item) = parsed(db, chunk).items.get(owner as usize) else { continue };
        let Body::Rule(written) = &item.body else { continue };
        let all: Vec<&[Item]> = written.flags.iter().chain(&written.passes).map(|example| example.value.as_slice()).collect();
        let made = rule_examples(db, chunk).iter().find(|(known, _)| *known == owner).map(|(_, made)| made.as_slice()).unwrap_or_default();
        for (items, example) in all.into_iter().zip(made) {
            let wrong = try_example(db, around, inputs, &rule, chunk, items, example);
            let file = chunk.file(db).path(db).clone();
            tried.push(Tried { rule: rule.name.clone(), flags: example.flags, file, at: example.at.shift(chunk.start(db)), wrong });
        }
    }
    tried
}

fn try_example(db: &RootDb, around: Option<&Plan>, inputs: &Inputs, rule: &Rule, chunk: Chunk<'_>, items: &[Item], example: &RuleExample) -> Option<Wrong> {
    let Some((plan, own)) = example_plan(db, around, chunk, items, example) else { return Some(Wrong::Broken("it has errors".to_owned())) };
    let census = crate::rules::census::Census::imagined(&plan).ok();
    let inputs = Inputs { texts: texts(Workspace::get(db).assets(db), &plan), census, memory: None, ..inputs.clone() };
    let policy = match Policy::new(&plan, inputs) {
        Ok(policy) => policy,
        Err(unfit) => return Some(Wrong::Broken(unfit.0)),
    };
    let judged = eval::judge(&policy, &[rule]);
    verdict(&policy, &judged, &own, example.flags)
}

fn verdict(policy: &Policy<'_>, judged: &Judged, own: &Own, flags: bool) -> Option<Wrong> {
    let mine: Vec<Entity> = judged.hits.iter().map(|hit| hit.subject).filter(|subject| own.has(policy.plan, *subject)).collect();
    match (flags, mine.is_empty()) {
        (true, true) => Some(match judged.undecided.iter().find(|undecided| own.has(policy.plan, undecided.subject)) {
            Some(undecided) => Wrong::NotDecided(Arc::clone(&undecided.why)),
            None => Wrong::NotReported,
        }),
        (false, false) => Some(Wrong::Reported(mine.iter().map(|subject| crate::rules::message::describe(policy, *subject)).collect())),
        _ => None,
    }
}

/// The names that an example declares.
struct Own(BTreeMap<(&'static str, SmolStr), ()>);

impl Own {
    /// Whether an entity is declared in the example, or is the workspace.
    fn has(&self, plan: &Plan, entity: Entity) -> bool {
        let declared = |kind: &'static str, name: Option<&SmolStr>| name.is_some_and(|name| self.0.contains_key(&(kind, name.clone())));
        let lead = || self.0.contains_key(&("lead", SmolStr::default()));
        match entity {
            Entity::Workspace => true,
            Entity::Field(_) | Entity::Value(..) => lead(),
            Entity::Signal(place) => declared("signal", plan.signals.get(place as usize).map(|item| &item.name)),
            Entity::Icp(place) => declared("icp", plan.icps.get(place as usize).map(|item| &item.name)),
            Entity::Segment(place) => declared("segment", plan.segments.get(place as usize).map(|item| &item.name)),
            Entity::Journey(place) | Entity::Stage(place, _) => declared("journey", plan.journeys.get(place as usize).map(|item| &item.name)),
            Entity::Score(place) | Entity::Band(place, _) => declared("score", plan.scores.get(place as usize).map(|item| &item.name)),
            Entity::Content(place) => declared("content", plan.contents.get(place as usize).map(|item| &item.name)),
            Entity::Program(place) | Entity::Track(place, _) | Entity::Touch(place, _) | Entity::Step(place, _) => {
                declared("program", plan.programs.get(place as usize).map(|item| &item.name))
            }
            Entity::Handoff(place) => declared("handoff", plan.handoffs.get(place as usize).map(|item| &item.name)),
            Entity::Limit(_) => true,
        }
    }
}

/// The plan of an example in the world around it, and what is its own.
fn example_plan(db: &RootDb, around: Option<&Plan>, chunk: Chunk<'_>, items: &[Item], example: &RuleExample) -> Option<(Plan, Own)> {
    let file = chunk.file(db);
    let mut made: Vec<(PlanItem, plan::Source)> = Vec::new();
    let mut own = BTreeMap::new();
    for (item, lowered) in items.iter().zip(&example.items) {
        own.insert((item.kind().keyword(), item.name.as_ref().map_or_else(SmolStr::default, |name| name.text.clone())), ());
        made.push(finished(db, file, chunk, item, lowered.clone()?));
    }
    let declares = |kind: &'static str, name: &SmolStr| own.contains_key(&(kind, name.clone()));
    let own_lead = declares("lead", &SmolStr::default());
    let mut all = made;
    match around {
        Some(world) => {
            let mut add = |item: PlanItem| all.push((item, plan::Source::default()));
            if !own_lead {
                add(PlanItem::Lead(world.lead.clone()));
                // What stands on the lead's fields comes with it.
                world.segments.iter().filter(|item| !declares("segment", &item.name)).for_each(|item| add(PlanItem::Segment(item.clone())));
                world.icps.iter().filter(|item| !declares("icp", &item.name)).for_each(|item| add(PlanItem::Icp(item.clone())));
                world.journeys.iter().filter(|item| !declares("journey", &item.name)).for_each(|item| add(PlanItem::Journey(item.clone())));
                world.scores.iter().filter(|item| !declares("score", &item.name)).for_each(|item| add(PlanItem::Score(item.clone())));
                for item in world.contents.iter().filter(|item| !declares("content", &item.name)) {
                    // Stages may ask for them; they are not there for rules.
                    add(PlanItem::Content(plan::Content { draft: true, ..item.clone() }));
                }
            }
            world.signals.iter().filter(|item| !item.builtin && !declares("signal", &item.name)).for_each(|item| add(PlanItem::Signal(item.clone())));
        }
        None => {
            for file in Workspace::get(db).files(db) {
                for chunk in &chunks(db, *file).chunks {
                    for (item, lowered) in parsed(db, *chunk).items.iter().zip(lowered(db, *chunk)) {
                        let name = item.name.as_ref().map_or_else(SmolStr::default, |name| name.text.clone());
                        let world = match &item.body {
                            Body::Lead(_) => true,
                            Body::Signal(_) | Body::Segment(_) | Body::Icp(_) | Body::Journey(_) | Body::Score(_) => {
                                !own_lead || matches!(item.body, Body::Signal(_))
                            }
                            _ => false,
                        };
                        if world && !declares(item.kind().keyword(), &name) {
                            all.push(finished(db, *file, *chunk, item, lowered.clone()?));
                        }
                    }
                }
            }
        }
    }
    Some((assembled(Frame::of(db), all)?, Own(own)))
}

/// The words of the texts that contents name.
pub fn texts(assets: &[(SmolStr, Asset)], plan: &Plan) -> BTreeMap<SmolStr, Arc<Prose>> {
    let of = |content: &plan::Content| {
        let file = &content.text.as_ref()?.file;
        let found = assets.binary_search_by(|(known, _)| known.cmp(file)).ok().and_then(|place| assets.get(place))?;
        match &found.1 {
            Asset::Read { text, .. } => Some(Arc::new(Prose::of_file(file, text))),
            _ => None,
        }
    };
    plan.contents.iter().filter_map(|content| Some((content.name.clone(), of(content)?))).collect()
}
