//! What the policies call their data, stages, bands and touches. What has another name and is otherwise the same is told as a rename, once,
//! and the old plan is read in the new words: so nothing that speaks of it has changed. A datum is taken for the same only where it is asked
//! for in the same places; else it is another, and whom that lets in is told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::joint::{Kind, Names};
use super::pairs::pairs as items;
use super::{Change, Class};
use crate::plan::{Action, Band, Field, Journey, Plan, Program, Source, Touch};

/// Where a name belongs: journeys and programs by the names that they have in that plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Signals,
    Lead,
    Signal(SmolStr),
    Journey(SmolStr),
    Program(SmolStr),
    /// The label of a touch, where events are asked for it by its text.
    Touches,
}

/// Other names by where they belong and the name.
type Words = BTreeMap<(Of, SmolStr), SmolStr>;

/// What stands for a name that is looked for.
const BLANK: &str = "\u{b7}";
/// What stands for other names that only one of the plans has.
const OTHER: &str = "?";

/// The old plan in the new words, and what was called otherwise. `None` when it cannot be read again.
pub(super) fn in_new_words(old: &Plan, new: &Plan, changes: &mut Vec<Change>) -> Option<Plan> {
    let names = items(old, new).names;
    let mut plan = old.clone();
    let mut words = Words::new();
    // Signals first: what is asked of an event stands below its signal.
    {
        let (leaves, new_leaves) = (Leaves::of(&plan, new, &names)?, Leaves::of(new, &plan, &Names::new())?);
        let gone = missing(&plan.signals, &new.signals, |signal| &signal.name);
        let come = missing(&new.signals, &plan.signals, |signal| &signal.name);
        let mut found = Vec::new();
        for one in &gone {
            for other in come.iter().filter(|other| (one.kind, one.request) == (other.kind, other.request) && types(&one.fields) == types(&other.fields)) {
                let docs = (one.doc.as_deref(), other.doc.as_deref());
                if let Some(used) = alike(&Of::Signals, (&one.name, &other.name), docs, &leaves, &new_leaves) {
                    found.push((one.name.clone(), other.name.clone(), used));
                }
            }
        }
        for (was, is, used) in alone(found) {
            let source = new.signals.iter().find(|signal| signal.name == is).map(|signal| &signal.source);
            renamed_data(changes, format!("signal {is}"), format!("was called {was}"), used, source);
            words.insert((Of::Signals, was), is);
        }
    }
    plan = reworded(plan, &words)?;
    words.clear();
    // Fields of the lead and of signals.
    {
        let (leaves, new_leaves) = (Leaves::of(&plan, new, &names)?, Leaves::of(new, &plan, &Names::new())?);
        let mut fields = |of: Of, item: &str, old: &[Field], new: &[Field], source: &Source| {
            let mut found = Vec::new();
            for one in missing(old, new, |field| &field.name) {
                let like = |other: &&&Field| types(std::slice::from_ref(one)) == types(std::slice::from_ref(**other)) && !differ(&one.means, &other.means);
                for other in missing(new, old, |field| &field.name).iter().filter(like) {
                    let docs = (one.doc.as_deref(), other.doc.as_deref());
                    if let Some(used) = alike(&of, (&one.name, &other.name), docs, &leaves, &new_leaves) {
                        found.push((one.name.clone(), other.name.clone(), used));
                    }
                }
            }
            for (was, is, used) in alone(found) {
                renamed_data(changes, item.to_owned(), format!("its field {is} was called {was}"), used, Some(source));
                words.insert((of.clone(), was), is);
            }
        };
        fields(Of::Lead, "lead", &plan.lead.fields, &new.lead.fields, &new.lead.source);
        for signal in &plan.signals {
            if let Some(after) = new.signals.iter().find(|known| known.name == signal.name) {
                fields(Of::Signal(signal.name.clone()), &format!("signal {}", signal.name), &signal.fields, &after.fields, &after.source);
            }
        }
    }
    plan = reworded(plan, &words)?;
    words.clear();
    // Stages of a journey, bands of a score, and labels of a program.
    let kept = |kind: Kind, name: &SmolStr| names.get(&(kind, name.clone())).unwrap_or(name).clone();
    for journey in &plan.journeys {
        let Some(after) = new.journeys.iter().find(|known| known.name == kept(Kind::Journey, &journey.name)) else { continue };
        for (was, is) in stages(journey, after) {
            let source = after.stages.iter().find(|stage| stage.name == is).map(|stage| &stage.source);
            push(changes, Change::new(Class::Safe, format!("stage {}.{is}", after.name), format!("was called {was}")), source);
            words.insert((Of::Journey(journey.name.clone()), was), is);
        }
    }
    let mut bands: BTreeMap<(SmolStr, SmolStr), SmolStr> = BTreeMap::new();
    for score in &plan.scores {
        let Some(after) = new.scores.iter().find(|known| known.name == kept(Kind::Score, &score.name)) else { continue };
        for (was, is) in bands_of(&score.bands, &after.bands) {
            push(changes, Change::new(Class::Safe, format!("band {}.{is}", after.name), format!("was called {was}")), Some(&after.source));
            bands.insert((score.name.clone(), was), is);
        }
    }
    for program in &plan.programs {
        let Some(after) = new.programs.iter().find(|known| known.name == kept(Kind::Program, &program.name)) else { continue };
        for (was, is) in labels(program, after) {
            let message = format!("its touch `as {is}` was called {was}: whoever runs the plan has to carry over when it was sent");
            push(changes, Change::new(Class::BreaksConsumers, format!("program {}", after.name), message).widening(), Some(&after.source));
            // Events are asked for a label by its text, whatever program it is of.
            let labelled = |program: &&Program| touches(program).any(|touch| touch.label.as_ref() == Some(&was));
            if plan.programs.iter().filter(labelled).count() == 1 {
                words.insert((Of::Touches, was.clone()), is.clone());
            }
            words.insert((Of::Program(program.name.clone()), was), is);
        }
        // What asks for a label that is gone is told nothing any more.
        let kept: BTreeSet<&SmolStr> = touches(after).filter_map(|touch| touch.label.as_ref()).collect();
        let renamed = |label: &SmolStr| words.contains_key(&(Of::Program(program.name.clone()), label.clone()));
        for label in touches(program).filter_map(|touch| touch.label.as_ref()).filter(|label| !kept.contains(label) && !renamed(label)) {
            let message = format!("no touch of it is called {label} any more: what asks for that is true of others");
            push(changes, Change::new(Class::BreaksConsumers, format!("program {}", after.name), message).widening(), Some(&after.source));
        }
    }
    plan = reworded(plan, &words)?;
    for score in &mut plan.scores {
        for band in &mut score.bands {
            if let Some(new) = bands.get(&(score.name.clone(), band.name.clone())) {
                band.name = new.clone();
            }
        }
    }
    Some(plan)
}

fn push(changes: &mut Vec<Change>, change: Change, source: Option<&Source>) {
    changes.push(match source {
        Some(source) => change.at(source),
        None => change,
    });
}

/// Data under another name. That it is the same is taken from where it is asked for: nothing proves it.
fn renamed_data(changes: &mut Vec<Change>, item: String, message: String, used: bool, source: Option<&Source>) {
    let more = if used { ", and if it is other data, others hear from it" } else { "" };
    let change = Change::new(Class::BreaksConsumers, item, format!("{message}: data has to come under the new name{more}"));
    push(changes, if used { change.widening() } else { change }, source);
}

fn missing<'a, T>(one: &'a [T], other: &[T], name: impl Fn(&T) -> &SmolStr) -> Vec<&'a T> {
    let known: BTreeSet<&SmolStr> = other.iter().map(&name).collect();
    one.iter().filter(|item| !known.contains(name(item))).collect()
}

/// What fields take, whatever they are called.
fn types(fields: &[Field]) -> Vec<Value> {
    fields.iter().map(|field| serde_json::to_value((&field.ty, field.optional)).unwrap_or_default()).collect()
}

/// Whether two texts are both there and not the same.
fn differ<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
    one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| one != other)
}

/// Whether what is gone is what has come: asked for in the same places, by the same comparisons, or, where nobody asks for it, described in the
/// same words. `Some` tells whether anybody does.
fn alike(of: &Of, (was, is): (&SmolStr, &SmolStr), (doc, new_doc): (Option<&str>, Option<&str>), old: &Leaves, new: &Leaves) -> Option<bool> {
    if differ(&doc, &new_doc) {
        return None;
    }
    let (before, after) = (old.uses(of, was), new.uses(of, is));
    if before.is_empty() && after.is_empty() {
        return (doc.is_some() && doc == new_doc).then_some(false);
    }
    let both = shared(&before, &after);
    let (fewer, more) = (before.len().min(after.len()), before.len().max(after.len()));
    (both > 0 && both == fewer && 2 * both >= more).then_some(true)
}

/// Those of which each side has one partner alone.
fn alone(found: Vec<(SmolStr, SmolStr, bool)>) -> Vec<(SmolStr, SmolStr, bool)> {
    let rival = |was: &SmolStr, is: &SmolStr| found.iter().any(|(one, other, _)| (one == was) != (other == is));
    found.iter().filter(|(was, is, _)| !rival(was, is)).cloned().collect()
}

/// How many texts are in both lists.
fn shared(one: &[String], other: &[String]) -> usize {
    let mut left: Vec<&String> = other.iter().collect();
    let found = one.iter().filter(|text| left.iter().position(|known| known == text).map(|place| left.swap_remove(place)).is_some());
    found.count()
}

/// The smallest parts of a plan that speak of data, each with the place where it stands: comparisons, patterns of events, addresses, and what
/// touches say.
struct Leaves {
    found: Vec<(String, Value)>,
    /// Names that the other plan does not have.
    others: Words,
}

impl Leaves {
    /// Those of a plan; its items are named as `names` says.
    fn of(plan: &Plan, other: &Plan, names: &Names) -> Option<Self> {
        let mut found = Vec::new();
        let whole = serde_json::to_value(Plan { rules: Vec::new(), verdicts: Vec::new(), ..plan.clone() }).ok()?;
        for (list, value) in whole.as_object()? {
            let kind = match list.as_str() {
                "segments" => Some(Kind::Segment),
                "icps" => Some(Kind::Icp),
                "journeys" => Some(Kind::Journey),
                "scores" => Some(Kind::Score),
                "contents" => Some(Kind::Content),
                "programs" => Some(Kind::Program),
                "handoffs" => Some(Kind::Handoff),
                _ => None,
            };
            match (kind, value) {
                (Some(kind), Value::Array(items)) => {
                    for item in items {
                        let name: SmolStr = item.get("name").and_then(Value::as_str).unwrap_or_default().into();
                        let name = names.get(&(kind, name.clone())).unwrap_or(&name);
                        collect(item, &format!("{list}.{name}"), &mut found);
                    }
                }
                _ => collect(value, list, &mut found),
            }
        }
        Some(Self { found, others: others(plan, other) })
    }

    /// Those that speak of something, with its name left out.
    fn uses(&self, of: &Of, name: &SmolStr) -> Vec<String> {
        let own = ((of.clone(), name.clone()), SmolStr::from(BLANK));
        let blank = Words::from([own.clone()]);
        let mut all = self.others.clone();
        all.extend([own]);
        let with_blank = |(path, leaf): &(String, Value)| {
            let mut made = leaf.clone();
            reword(&mut made, &blank, None, None);
            if made == *leaf {
                return None;
            }
            let mut made = leaf.clone();
            reword(&mut made, &all, None, None);
            Some(format!("{path} {made}"))
        };
        self.found.iter().filter_map(with_blank).collect()
    }
}

/// Blanks for the signals and fields that the other plan does not have under these names.
fn others(plan: &Plan, other: &Plan) -> Words {
    let mut words = Words::new();
    let blank = || SmolStr::from(OTHER);
    words.extend(missing(&plan.lead.fields, &other.lead.fields, |field| &field.name).into_iter().map(|field| ((Of::Lead, field.name.clone()), blank())));
    for signal in &plan.signals {
        let known = other.signals.iter().find(|known| known.name == signal.name);
        let fields = known.map_or(&[][..], |known| known.fields.as_slice());
        for (place, field) in signal.fields.iter().enumerate().filter(|(_, field)| !fields.iter().any(|known| known.name == field.name)) {
            // Of a signal that is gone as a whole the fields are told by their places.
            let blank = if known.is_some() { blank() } else { format!("{OTHER}{place}").into() };
            words.insert((Of::Signal(signal.name.clone()), field.name.clone()), blank);
        }
        if known.is_none() {
            words.insert((Of::Signals, signal.name.clone()), blank());
        }
    }
    words
}

fn collect(value: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect(value, path, found)),
        Value::Object(map) => {
            let op = map.get("op").and_then(Value::as_str);
            let joins = matches!(op, Some("and" | "or" | "not"));
            if (op.is_some() && !joins) || map.get("signal").is_some_and(Value::is_string) {
                found.push((path.to_owned(), value.clone()));
                return;
            }
            for key in ["addresses", "tell", "timezone_field"] {
                if let Some(named) = map.get(key).filter(|named| !named.is_object()) {
                    // Addresses stand beside the channel that they are of.
                    let beside = map.get("channel").filter(|_| key == "addresses").map(|channel| ("channel".to_owned(), channel.clone()));
                    let said: Map<String, Value> = beside.into_iter().chain([(key.to_owned(), named.clone())]).collect();
                    found.push((path.to_owned(), Value::Object(said)));
                }
            }
            for key in ["subject", "preview", "invites", "from"] {
                if let Some(template) = map.get(key).filter(|said| said.is_array()) {
                    found.push((format!("{path}.{key}"), template.clone()));
                }
            }
            // Of several channels each has its own rules.
            let channel = map.get("channel").and_then(Value::as_str).map_or_else(|| path.to_owned(), |channel| format!("{path}.{channel}"));
            let path = channel.as_str();
            for (key, value) in map {
                // What joins conditions is no place of its own, but for what turns them round.
                let transparent = key == "of" && op != Some("not");
                let below = if transparent { path.to_owned() } else { format!("{path}.{}", if key == "of" { "not" } else { key }) };
                collect(value, &below, found);
            }
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
        let own = signal.name.clone();
        signal.fields.iter_mut().for_each(|field| rename(Of::Signal(own.clone()), &mut field.name));
        rename(Of::Signals, &mut signal.name);
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
            let (journey, of_signal, kind) = (text(map, "journey"), text(map, "signal"), text(map, "kind"));
            // Programs alone have steps and tracks.
            let own = (map.contains_key("steps") && map.contains_key("tracks")).then(|| text(map, "name")).flatten();
            let program = own.as_ref().or(program);
            // Which touch an event is of is told by its label.
            let touch = signal.is_some() && map.get("subject").and_then(|subject| subject.get("field")).and_then(Value::as_str) == Some("touch");
            let one = |of: Of, name: &mut Value| {
                if let Some(new) = name.as_str().and_then(|name| words.get(&(of, name.into()))) {
                    *name = Value::from(new.as_str());
                }
            };
            let all = |of: Of, names: &mut Value| names.as_array_mut().into_iter().flatten().for_each(|name| one(of.clone(), name));
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
            for (key, value) in map.iter_mut() {
                match key.as_str() {
                    "signal" => one(Of::Signals, value),
                    "tell" | "only" => all(Of::Signals, value),
                    "field" if value.is_string() => one(signal.map_or(Of::Lead, |signal| Of::Signal(signal.clone())), value),
                    // What a text says of the lead.
                    "field" => value.get_mut("name").into_iter().for_each(|name| one(Of::Lead, name)),
                    "timezone_field" => one(Of::Lead, value),
                    "addresses" => all(Of::Lead, value),
                    "stage" => stage(value),
                    "stages" => value.as_array_mut().into_iter().flatten().for_each(stage),
                    "label" | "since_touch" => program.into_iter().for_each(|program| one(Of::Program(program.clone()), value)),
                    "values" if touch => {
                        value.as_array_mut().into_iter().flatten().filter_map(|value| value.get_mut("text")).for_each(|text| one(Of::Touches, text))
                    }
                    // A declaration that a rule names.
                    "name" if kind.as_deref() == Some("signal") => one(Of::Signals, value),
                    "name" if kind.as_deref() == Some("stage") => full_stage(value),
                    _ => {}
                }
                let signal = if key == "filter" { of_signal.as_ref().or(signal) } else { signal };
                reword(value, words, signal, program);
            }
        }
        _ => {}
    }
}

/// Stages of one journey under other names: those with the same evidence, or that ask the same question.
fn stages(old: &Journey, new: &Journey) -> Vec<(SmolStr, SmolStr)> {
    // Evidence may name stages: those that only one of the journeys has are left out.
    let cards = |journey: &Journey, other: &Journey| -> Vec<(SmolStr, String, Option<String>)> {
        let gone = missing(&journey.stages, &other.stages, |stage| &stage.name);
        let blanks: Words = gone.iter().map(|stage| ((Of::Journey(journey.name.clone()), stage.name.clone()), SmolStr::from(OTHER))).collect();
        let card = |stage: &&crate::plan::Stage| {
            let mut evidence = serde_json::to_value(crate::plan::normal(&stage.predicate)).unwrap_or_default();
            reword(&mut evidence, &blanks, None, None);
            (stage.name.clone(), evidence.to_string(), stage.asks.clone())
        };
        gone.iter().map(card).collect()
    };
    let (mut gone, mut come) = (cards(old, new), cards(new, old));
    type Card = (SmolStr, String, Option<String>);
    let same: [fn(&Card, &Card) -> bool; 2] = [|one, other| one.1 == other.1, |one, other| one.2.is_some() && one.2 == other.2];
    let mut found = Vec::new();
    for is_same in same {
        for one in gone.clone() {
            let like: Vec<SmolStr> = come.iter().filter(|other| is_same(&one, other)).map(|(name, ..)| name.clone()).collect();
            let rivals = gone.iter().filter(|rival| is_same(rival, &one)).count();
            if let ([other], 1) = (like.as_slice(), rivals) {
                found.push((one.0.clone(), other.clone()));
                gone.retain(|(name, ..)| *name != one.0);
                come.retain(|(name, ..)| name != other);
            }
        }
    }
    found
}

/// Bands that begin where one began that is gone.
fn bands_of(old: &[Band], new: &[Band]) -> Vec<(SmolStr, SmolStr)> {
    let (gone, come) = (missing(old, new, |band| &band.name), missing(new, old, |band| &band.name));
    let only = |bands: &[&Band], from: &SmolStr| bands.iter().filter(|band| band.from == *from).count() == 1;
    let pairs = gone.iter().filter(|band| only(&gone, &band.from) && only(&come, &band.from));
    pairs.filter_map(|band| Some((band.name.clone(), come.iter().find(|other| other.from == band.from)?.name.clone()))).collect()
}

fn touches(program: &Program) -> impl Iterator<Item = &Touch> {
    program.steps.iter().filter_map(|step| if let Action::Touch(touch) = &step.action { Some(&**touch) } else { None })
}

/// Labels of touches that are the same but for them.
fn labels(old: &Program, new: &Program) -> Vec<(SmolStr, SmolStr)> {
    let of = |program: &Program| -> BTreeSet<SmolStr> { touches(program).filter_map(|touch| touch.label.clone()).collect() };
    let (before, after) = (of(old), of(new));
    // A touch may ask for others by their labels: those that only one of the programs has are left out.
    let cards = |program: &Program, other: &BTreeSet<SmolStr>| -> Vec<(SmolStr, Value)> {
        let own = &program.name;
        let blanks: Words = of(program).difference(other).map(|label| ((Of::Program(own.clone()), label.clone()), SmolStr::from(OTHER))).collect();
        let card = |touch: &Touch| {
            let label = touch.label.clone().filter(|label| !other.contains(label))?;
            let mut value = serde_json::to_value(touch.bare()).unwrap_or_default();
            reword(&mut value, &blanks, None, Some(own));
            Some((label, value))
        };
        touches(program).filter_map(card).collect()
    };
    let (gone, come) = (cards(old, &after), cards(new, &before));
    let mut found = Vec::new();
    for (label, touch) in &gone {
        let like: Vec<&(SmolStr, Value)> = come.iter().filter(|(_, other)| other == touch).collect();
        if let ([(new, _)], 1) = (like.as_slice(), gone.iter().filter(|(_, other)| other == touch).count()) {
            found.push((label.clone(), new.clone()));
        }
    }
    found
}
