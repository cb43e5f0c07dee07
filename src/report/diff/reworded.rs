//! What the policies call their data, stages and touches. What has another name and is otherwise the same is told as a rename, once, and
//! the old plan is read in the new words: so nothing that speaks of it has changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::{Change, Class};
use crate::plan::{Field, Journey, Plan, Program, Signal, Source, Stage, normal};

/// Where a name belongs; signals and journeys by their new names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Signals,
    Lead,
    Signal(SmolStr),
    Journey(SmolStr),
    Program(SmolStr),
}

/// New names by where they belong and old name.
type Words = BTreeMap<(Of, SmolStr), SmolStr>;

/// What stands for a name that is looked for.
const BLANK: &str = "\u{b7}";

/// The old plan in the new words, and what was called otherwise. `None` when it cannot be read again.
pub(super) fn in_new_words(old: &Plan, new: &Plan, changes: &mut Vec<Change>) -> Option<Plan> {
    let mut plan = old.clone();
    let new_leaves = Leaves::of(new)?;
    // Signals first: what is asked of an event stands below its signal.
    let signals = {
        let alike = |one: &Signal, other: &Signal| (one.kind, one.request) == (other.kind, other.request) && types(&one.fields) == types(&other.fields);
        let named = |signal: &Signal| Named { name: signal.name.clone(), doc: signal.doc.clone() };
        let (gone, come) = (missing(&plan.signals, &new.signals, |signal| &signal.name), missing(&new.signals, &plan.signals, |signal| &signal.name));
        pairs(&Of::Signals, &gone, &come, alike, named, &Leaves::of(&plan)?, &new_leaves)
    };
    for (was, is) in &signals {
        let source = new.signals.iter().find(|signal| signal.name == *is).map(|signal| &signal.source);
        push(changes, format!("signal {is}"), format!("was called {was}: events have to come under its new name"), Class::BreaksConsumers, source);
    }
    plan = reworded(plan, &signals.iter().map(|(was, is)| ((Of::Signals, was.clone()), is.clone())).collect())?;
    // Fields of the lead and of signals.
    let mut words = Words::new();
    let leaves = Leaves::of(&plan)?;
    let mut fields = |of: Of, item: &str, old: &[Field], new: &[Field], source: &Source| {
        let named = |field: &Field| Named { name: field.name.clone(), doc: field.doc.clone() };
        let alike = |one: &Field, other: &Field| types(std::slice::from_ref(one)) == types(std::slice::from_ref(other));
        for (was, is) in pairs(&of, &missing(old, new, |field| &field.name), &missing(new, old, |field| &field.name), alike, named, &leaves, &new_leaves) {
            let message = format!("its field {is} was called {was}: data has to bring it under its new name");
            push(changes, item.to_owned(), message, Class::BreaksConsumers, Some(source));
            words.insert((of.clone(), was), is);
        }
    };
    fields(Of::Lead, "lead", &plan.lead.fields, &new.lead.fields, &new.lead.source);
    for signal in &plan.signals {
        if let Some(after) = new.signals.iter().find(|known| known.name == signal.name) {
            fields(Of::Signal(signal.name.clone()), &format!("signal {}", signal.name), &signal.fields, &after.fields, &after.source);
        }
    }
    plan = reworded(plan, &words)?;
    // Stages of a journey, and labels of a program, under the name that it keeps.
    let mut words = Words::new();
    for journey in &plan.journeys {
        let Some(after) = new.journeys.iter().find(|known| known.name == journey.name) else { continue };
        for (was, is) in stages(journey, after) {
            let source = after.stages.iter().find(|stage| stage.name == is).map(|stage| &stage.source);
            push(changes, format!("stage {}.{is}", journey.name), format!("was called {was}"), Class::Safe, source);
            words.insert((Of::Journey(journey.name.clone()), was), is);
        }
    }
    plan = reworded(plan, &words)?;
    let mut words = Words::new();
    for program in &plan.programs {
        let Some(after) = new.programs.iter().find(|known| known.name == program.name) else { continue };
        for (was, is) in labels(program, after) {
            let message = format!("its touch `as {is}` was called {was}: whoever runs the plan has to carry over when it was sent");
            push(changes, format!("program {}", program.name), message, Class::BreaksConsumers, Some(&after.source));
            words.insert((Of::Program(program.name.clone()), was), is);
        }
    }
    reworded(plan, &words)
}

fn push(changes: &mut Vec<Change>, item: String, message: String, class: Class, source: Option<&Source>) {
    let change = Change::new(class, item, message);
    changes.push(match source {
        Some(source) => change.at(source),
        None => change,
    });
}

fn missing<'a, T>(one: &'a [T], other: &[T], name: impl Fn(&T) -> &SmolStr) -> Vec<&'a T> {
    let known: BTreeSet<&SmolStr> = other.iter().map(&name).collect();
    one.iter().filter(|item| !known.contains(name(item))).collect()
}

/// What fields take, whatever they are called.
fn types(fields: &[Field]) -> Vec<Value> {
    fields.iter().map(|field| serde_json::to_value((&field.ty, field.optional)).unwrap_or_default()).collect()
}

struct Named {
    name: SmolStr,
    doc: Option<String>,
}

/// Which of what is gone is which of what has come: alike, and asked for in the same places, or, where nobody asks for them, described in
/// the same words.
fn pairs<T>(
    of: &Of,
    gone: &[&T],
    come: &[&T],
    alike: impl Fn(&T, &T) -> bool,
    named: impl Fn(&T) -> Named,
    old: &Leaves,
    new: &Leaves,
) -> Vec<(SmolStr, SmolStr)> {
    let mut found: Vec<(u32, SmolStr, SmolStr)> = Vec::new();
    for one in gone {
        for other in come.iter().filter(|other| alike(one, other)) {
            let (was, is) = (named(one), named(other));
            let (before, after) = (old.uses(of, &was.name), new.uses(of, &is.name));
            let share =
                if before.is_empty() && after.is_empty() { if was.doc.is_some() && was.doc == is.doc { 100 } else { 0 } } else { shared(&before, &after) };
            if share >= 50 {
                found.push((share, was.name, is.name));
            }
        }
    }
    // The likest first; of two that are as like neither.
    found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| (&one.1, &one.2).cmp(&(&other.1, &other.2))));
    let mut told: Vec<(SmolStr, SmolStr)> = Vec::new();
    for (share, was, is) in &found {
        let rival = found.iter().any(|(other, one, two)| other == share && (one == was) != (two == is));
        if !rival && !told.iter().any(|(one, two)| one == was || two == is) {
            told.push((was.clone(), is.clone()));
        }
    }
    told
}

/// How many hundredths of the longer list are in both.
fn shared(one: &[String], other: &[String]) -> u32 {
    let mut left: Vec<&String> = other.iter().collect();
    let mut both = 0;
    for text in one {
        if let Some(place) = left.iter().position(|known| *known == text) {
            left.swap_remove(place);
            both += 100;
        }
    }
    (both / one.len().max(other.len()).max(1)) as u32
}

/// The smallest parts of a plan that speak of data: comparisons, patterns of events, addresses, and what touches say.
struct Leaves(Vec<Value>);

impl Leaves {
    fn of(plan: &Plan) -> Option<Self> {
        let mut found = Vec::new();
        collect(&serde_json::to_value(Plan { rules: Vec::new(), verdicts: Vec::new(), ..plan.clone() }).ok()?, &mut found);
        Some(Self(found))
    }

    /// Those that speak of something, with its name left out.
    fn uses(&self, of: &Of, name: &SmolStr) -> Vec<String> {
        let blank = Words::from([((of.clone(), name.clone()), BLANK.into())]);
        let with_blank = |leaf: &Value| {
            let mut made = leaf.clone();
            reword(&mut made, &blank, None, None);
            (made != *leaf).then(|| made.to_string())
        };
        self.0.iter().filter_map(with_blank).collect()
    }
}

fn collect(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect(value, found)),
        Value::Object(map) => {
            let op = map.get("op").and_then(Value::as_str);
            let joins = matches!(op, Some("and" | "or" | "not"));
            if (op.is_some() && !joins) || map.get("signal").is_some_and(Value::is_string) {
                found.push(value.clone());
                return;
            }
            if map.contains_key("addresses") || map.contains_key("tell") {
                let said = ["channel", "addresses", "tell"].iter().filter_map(|key| Some(((*key).to_owned(), map.get(*key)?.clone())));
                found.push(Value::Object(said.collect()));
            }
            for key in ["subject", "preview", "invites", "from"] {
                if let Some(template) = map.get(key).filter(|said| said.is_array()) {
                    found.push(template.clone());
                }
            }
            map.values().for_each(|value| collect(value, found));
        }
        _ => {}
    }
}

/// A plan in other words.
fn reworded(plan: Plan, words: &Words) -> Option<Plan> {
    if words.is_empty() {
        return Some(plan);
    }
    let mut value = serde_json::to_value(&plan).ok()?;
    reword(&mut value, words, None, None);
    let mut plan: Plan = serde_json::from_value(value).ok()?;
    let rename = |of: Of, name: &mut SmolStr| {
        if let Some(new) = words.get(&(of, name.clone())) {
            *name = new.clone();
        }
    };
    plan.lead.fields.iter_mut().for_each(|field| rename(Of::Lead, &mut field.name));
    for signal in &mut plan.signals {
        rename(Of::Signals, &mut signal.name);
        signal.fields.iter_mut().for_each(|field| rename(Of::Signal(signal.name.clone()), &mut field.name));
    }
    for journey in &mut plan.journeys {
        journey.stages.iter_mut().for_each(|stage| rename(Of::Journey(journey.name.clone()), &mut stage.name));
    }
    Some(plan)
}

/// Other words in the JSON of a plan or of a part of one: within what is asked of an event of a signal, or in a program.
fn reword(value: &mut Value, words: &Words, signal: Option<&SmolStr>, program: Option<&SmolStr>) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| reword(value, words, signal, program)),
        Value::Object(map) => {
            let text = |map: &Map<String, Value>, key: &str| map.get(key).and_then(Value::as_str).map(SmolStr::from);
            let (journey, of_signal) = (text(map, "journey"), text(map, "signal"));
            let new_signal = of_signal.map(|name| words.get(&(Of::Signals, name.clone())).unwrap_or(&name).clone());
            // Programs alone have steps and tracks.
            let own = (map.contains_key("steps") && map.contains_key("tracks")).then(|| text(map, "name")).flatten();
            let program = own.as_ref().or(program);
            let one = |of: Of, name: &mut Value| {
                if let Some(new) = name.as_str().and_then(|name| words.get(&(of, name.into()))) {
                    *name = Value::from(new.as_str());
                }
            };
            let full_stage = |name: &mut Value| {
                if let Some((journey, stage)) = name.as_str().and_then(|name| name.split_once('.'))
                    && let Some(new) = words.get(&(Of::Journey(journey.into()), stage.into()))
                {
                    *name = Value::from(format!("{journey}.{new}"));
                }
            };
            let stage = |name: &mut Value| match &journey {
                Some(journey) => one(Of::Journey(journey.clone()), name),
                None => full_stage(name),
            };
            let kind = text(map, "kind");
            for (key, value) in map.iter_mut() {
                match key.as_str() {
                    "signal" => one(Of::Signals, value),
                    "tell" => value.as_array_mut().into_iter().flatten().for_each(|name| one(Of::Signals, name)),
                    "field" if value.is_string() => one(signal.map_or(Of::Lead, |signal| Of::Signal(signal.clone())), value),
                    // What a text says of the lead.
                    "field" => value.get_mut("name").into_iter().for_each(|name| one(Of::Lead, name)),
                    "addresses" => value.as_array_mut().into_iter().flatten().for_each(|name| one(Of::Lead, name)),
                    "stage" => stage(value),
                    "stages" => value.as_array_mut().into_iter().flatten().for_each(stage),
                    "label" | "since_touch" => program.into_iter().for_each(|program| one(Of::Program(program.clone()), value)),
                    // A declaration that a rule names.
                    "name" if kind.as_deref() == Some("signal") => one(Of::Signals, value),
                    "name" if kind.as_deref() == Some("stage") => full_stage(value),
                    _ => {}
                }
                let signal = if key == "filter" { new_signal.as_ref().or(signal) } else { signal };
                reword(value, words, signal, program);
            }
        }
        _ => {}
    }
}

/// Stages of one journey under other names: those with the same evidence, or that ask the same question.
fn stages(old: &Journey, new: &Journey) -> Vec<(SmolStr, SmolStr)> {
    let mut gone = missing(&old.stages, &new.stages, |stage| &stage.name);
    let mut come = missing(&new.stages, &old.stages, |stage| &stage.name);
    type Same = fn(&Stage, &Stage) -> bool;
    let same: [Same; 2] = [|one, other| normal(&one.predicate) == normal(&other.predicate), |one, other| one.asks.is_some() && one.asks == other.asks];
    let mut found = Vec::new();
    for is_same in same {
        for one in gone.clone() {
            let like: Vec<&Stage> = come.iter().copied().filter(|other| is_same(one, other)).collect();
            let rivals = gone.iter().filter(|rival| like.iter().any(|other| is_same(rival, other))).count();
            if let ([other], 1) = (like.as_slice(), rivals) {
                found.push((one.name.clone(), other.name.clone()));
                gone.retain(|stage| stage.name != one.name);
                come.retain(|stage| stage.name != other.name);
            }
        }
    }
    found
}

/// Labels of touches that are the same but for them.
fn labels(old: &Program, new: &Program) -> Vec<(SmolStr, SmolStr)> {
    use crate::plan::{Action, Touch};
    let labelled = |program: &Program| -> Vec<(SmolStr, Value)> {
        let touches = program.steps.iter().filter_map(|step| if let Action::Touch(touch) = &step.action { Some(touch) } else { None });
        let plain = |touch: &Touch| {
            let bare = Touch { label: None, next: None, doc: None, refs: Vec::new(), allows: Vec::new(), ..touch.clone() };
            serde_json::to_value(bare).unwrap_or_default()
        };
        touches.filter_map(|touch| Some((touch.label.clone()?, plain(touch)))).collect()
    };
    let (before, after) = (labelled(old), labelled(new));
    let gone: Vec<&(SmolStr, Value)> = before.iter().filter(|(label, _)| !after.iter().any(|(known, _)| known == label)).collect();
    let come: Vec<&(SmolStr, Value)> = after.iter().filter(|(label, _)| !before.iter().any(|(known, _)| known == label)).collect();
    let mut found = Vec::new();
    for (label, touch) in &gone {
        let like: Vec<&&(SmolStr, Value)> = come.iter().filter(|(_, other)| other == touch).collect();
        if let ([(new, _)], 1) = (like.as_slice(), gone.iter().filter(|(_, other)| other == touch).count()) {
            found.push((label.clone(), new.clone()));
        }
    }
    found
}
