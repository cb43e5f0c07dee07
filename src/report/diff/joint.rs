//! Two plans in one: the new one as it is, and what the old one declares beside it under other names. So both speak of the
//! same leads, and whom the one takes in and the other does not is an ordinary question.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use smol_str::SmolStr;

use crate::plan::{Bounds, Content, DateBounds, Field, FieldType, Plan, Predicate, meaning};
use crate::text::{Date, Decimal};

/// What stands before the names of what the old plan declares. No name of the language has such a sign.
pub(super) const OLD: &str = "old:";

/// Kinds of items that have names of their own in both plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Segment,
    Icp,
    Journey,
    Score,
    Content,
    Program,
    Handoff,
}

/// New names by kind and old name.
pub(super) type Names = BTreeMap<(Kind, SmolStr), SmolStr>;

/// The JSON of an item or a plan in which names are others.
pub(super) fn renamed(value: &mut Value, names: &Names) {
    let one = |kind: Kind, name: &mut Value| {
        if let Some(new) = name.as_str().and_then(|name| names.get(&(kind, name.into()))) {
            *name = Value::from(new.as_str());
        }
    };
    // `journey.stage`
    let stage = |name: &mut Value| {
        if let Some((journey, stage)) = name.as_str().and_then(|name| name.rsplit_once('.'))
            && let Some(new) = names.get(&(Kind::Journey, journey.into()))
        {
            *name = Value::from(format!("{new}.{stage}"));
        }
    };
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| renamed(value, names)),
        Value::Object(map) => {
            let is_content = map.contains_key("about") && map.contains_key("gated");
            for (key, value) in map.iter_mut() {
                match key.as_str() {
                    "segment" => one(Kind::Segment, value),
                    "icp" => one(Kind::Icp, value),
                    "journey" => one(Kind::Journey, value),
                    "score" => one(Kind::Score, value),
                    "content" => one(Kind::Content, value),
                    "program" => one(Kind::Program, value),
                    "handoff" => one(Kind::Handoff, value),
                    "prefer" => value.as_array_mut().into_iter().flatten().for_each(|name| one(Kind::Program, name)),
                    "stage" => stage(value),
                    "stages" if is_content => value.as_array_mut().into_iter().flatten().for_each(stage),
                    _ => {}
                }
                renamed(value, names);
            }
        }
        _ => {}
    }
}

/// The names that what differs in the old plan has in the joint one. Both plans speak in new names, and ask for contents by name; what
/// is the same in both, with all that it speaks of, stands there once.
fn marks(old: &Plan, new: &Plan) -> Names {
    type Cards = BTreeMap<(Kind, SmolStr), (Value, BTreeSet<(Kind, SmolStr)>)>;
    fn cards(plan: &Plan) -> Cards {
        let mut found = Cards::new();
        macro_rules! add {
            ($($kind:ident $list:ident),*) => {$(
                for item in &plan.$list {
                    let value = meaning(item);
                    let mut spoken = BTreeSet::new();
                    spoken_of(&value, &mut spoken);
                    found.insert((Kind::$kind, item.name.clone()), (value, spoken));
                }
            )*};
        }
        add!(Segment segments, Icp icps, Journey journeys, Score scores, Handoff handoffs);
        found
    }
    let (before, after) = (cards(old), cards(new));
    let mut changed: BTreeSet<(Kind, SmolStr)> =
        before.iter().filter(|(key, card)| after.get(*key).is_none_or(|other| other.0 != card.0)).map(|(key, _)| key.clone()).collect();
    loop {
        let more: Vec<(Kind, SmolStr)> = before
            .iter()
            .filter(|(key, card)| !changed.contains(*key) && card.1.iter().any(|spoken| changed.contains(spoken)))
            .map(|(key, _)| key.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        changed.extend(more);
    }
    changed.into_iter().map(|(kind, name)| ((kind, name.clone()), format!("{OLD}{name}").into())).collect()
}

/// The named things that an item speaks of.
fn spoken_of(value: &Value, found: &mut BTreeSet<(Kind, SmolStr)>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| spoken_of(value, found)),
        Value::Object(map) => {
            for (key, value) in map {
                let kind = match key.as_str() {
                    "segment" => Some(Kind::Segment),
                    "icp" => Some(Kind::Icp),
                    "journey" => Some(Kind::Journey),
                    "score" => Some(Kind::Score),
                    "handoff" => Some(Kind::Handoff),
                    _ => None,
                };
                found.extend(kind.zip(value.as_str()).map(|(kind, name)| (kind, SmolStr::from(name))));
                spoken_of(value, found);
            }
        }
        _ => {}
    }
}

/// A predicate of a plan that asks for contents by name.
fn by_name(predicate: &Predicate, contents: &[Content]) -> Option<Value> {
    let mut value = serde_json::to_value(predicate).ok()?;
    named_contents(&mut value, contents);
    Some(value)
}

impl Joint {
    /// A predicate of the old plan, in new names, as it stands here.
    pub fn before(&self, predicate: &Predicate, old: &Plan) -> Option<Predicate> {
        let mut value = by_name(predicate, &old.contents)?;
        rename_fields(&mut value, &self.fields);
        renamed(&mut value, &self.marks);
        serde_json::from_value(value).ok()
    }

    /// A predicate of the new plan, as it stands here.
    pub fn after(&self, predicate: &Predicate, new: &Plan) -> Option<Predicate> {
        serde_json::from_value(by_name(predicate, &new.contents)?).ok()
    }

    /// The name here of something in the old plan, by its new name.
    pub fn old_name(&self, kind: Kind, name: &SmolStr) -> SmolStr {
        self.marks.get(&(kind, name.clone())).unwrap_or(name).clone()
    }
}

/// The old plan in the names of the new one.
pub(super) fn in_new_names(old: &Plan, renames: &Names) -> Option<Plan> {
    if renames.is_empty() {
        return Some(old.clone());
    }
    let mut value = serde_json::to_value(old).ok()?;
    renamed(&mut value, renames);
    let mut plan: Plan = serde_json::from_value(value).ok()?;
    let rename = |kind: Kind, name: &mut SmolStr| {
        if let Some(new) = renames.get(&(kind, name.clone())) {
            *name = new.clone();
        }
    };
    plan.segments.iter_mut().for_each(|item| rename(Kind::Segment, &mut item.name));
    plan.icps.iter_mut().for_each(|item| rename(Kind::Icp, &mut item.name));
    plan.journeys.iter_mut().for_each(|item| rename(Kind::Journey, &mut item.name));
    plan.scores.iter_mut().for_each(|item| rename(Kind::Score, &mut item.name));
    plan.contents.iter_mut().for_each(|item| rename(Kind::Content, &mut item.name));
    plan.programs.iter_mut().for_each(|item| rename(Kind::Program, &mut item.name));
    plan.handoffs.iter_mut().for_each(|item| rename(Kind::Handoff, &mut item.name));
    Some(plan)
}

/// The old plan with other names for fields that have nothing to do with those of the new one.
fn with_own_fields(mut old: Plan, new: &Plan) -> Option<(Plan, Vec<SmolStr>)> {
    let changed = |old: &[Field], new: &[Field]| -> Vec<SmolStr> {
        let other = |field: &&Field| new.iter().any(|known| known.name == field.name && either(&field.ty, &known.ty).is_none());
        old.iter().filter(other).map(|field| field.name.clone()).collect()
    };
    let mut names = changed(&old.lead.fields, &new.lead.fields);
    for signal in &old.signals {
        names.extend(new.signals.iter().filter(|known| known.name == signal.name).flat_map(|known| changed(&signal.fields, &known.fields)));
    }
    if names.is_empty() {
        return Some((old, names));
    }
    let mut value = serde_json::to_value(&old).ok()?;
    rename_fields(&mut value, &names);
    old = serde_json::from_value(value).ok()?;
    let mark = |fields: &mut Vec<Field>| {
        fields.iter_mut().filter(|field| names.contains(&field.name)).for_each(|field| field.name = format!("{OLD}{}", field.name).into())
    };
    mark(&mut old.lead.fields);
    old.signals.iter_mut().for_each(|signal| mark(&mut signal.fields));
    Some((old, names))
}

/// Gives what is asked of some fields the names of the old plan's own.
fn rename_fields(value: &mut Value, names: &[SmolStr]) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| rename_fields(value, names)),
        Value::Object(map) => {
            if let Some(field) = map.get_mut("field").filter(|field| field.as_str().is_some_and(|field| names.iter().any(|name| name == field))) {
                *field = Value::from(format!("{OLD}{}", field.as_str().unwrap_or_default()));
            }
            map.values_mut().for_each(|value| rename_fields(value, names));
        }
        _ => {}
    }
}

/// Two plans in one.
pub(super) struct Joint {
    /// The plan.
    pub plan: Plan,
    /// What the old plan declares otherwise, with its name here.
    marks: Names,
    /// Fields of the old plan that have nothing to do with those of the new one.
    fields: Vec<SmolStr>,
}

/// Both plans in one; `old` speaks in new names.
pub(super) fn joint(old: &Plan, new: &Plan) -> Option<Joint> {
    // What can be asked of a content is asked of the contents for which it is so: they may have changed.
    let named = |plan: &Plan| -> Option<Plan> {
        let mut value = serde_json::to_value(plan).ok()?;
        named_contents(&mut value, &plan.contents);
        let mut plan: Plan = serde_json::from_value(value).ok()?;
        plan.contents.iter_mut().for_each(|content| content.stages.clear());
        Some(plan)
    };
    let (old, mut joint) = (named(old)?, named(new)?);
    // A field that has another type now is another field: what the old plan asks of it is asked of values of the old type.
    let (old, fields_of_old) = with_own_fields(old, &joint)?;
    let marks = marks(&old, &joint);
    let mut value = serde_json::to_value(&old).ok()?;
    renamed(&mut value, &marks);
    let mut old: Plan = serde_json::from_value(value).ok()?;
    macro_rules! add {
        ($($kind:ident $list:ident),*) => {$(
            for mut item in std::mem::take(&mut old.$list) {
                if let Some(mark) = marks.get(&(Kind::$kind, item.name.clone())) {
                    item.name = mark.clone();
                    joint.$list.push(item);
                }
            }
        )*};
    }
    add!(Segment segments, Icp icps, Journey journeys, Score scores, Handoff handoffs);
    // A program that is there no longer keeps its name: what it sent is asked for by it.
    for mut program in old.programs {
        if joint.programs.iter().any(|known| known.name == program.name) {
            program.name = format!("{OLD}{}", program.name).into();
        }
        joint.programs.push(program);
    }
    joint.lead.fields = fields(&old.lead.fields, &joint.lead.fields);
    for signal in old.signals {
        match joint.signals.iter_mut().find(|known| known.name == signal.name) {
            Some(known) => known.fields = fields(&signal.fields, &known.fields),
            None => joint.signals.push(signal),
        }
    }
    for content in old.contents {
        if !joint.contents.iter().any(|known| known.name == content.name) {
            joint.contents.push(content);
        }
    }
    joint.rules.clear();
    joint.verdicts.clear();
    Some(Joint { plan: joint, marks, fields: fields_of_old })
}

/// Turns what is asked of a content's attributes into a list of the contents for which it is so. Of an asset that the policy
/// does not know every attribute is unknown, so it is in no such list.
fn named_contents(value: &mut Value, contents: &[Content]) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| named_contents(value, contents)),
        Value::Object(map) => {
            if let Some(listed) = listed(map, contents) {
                *value = listed;
                return;
            }
            map.values_mut().for_each(|value| named_contents(value, contents));
        }
        _ => {}
    }
}

fn listed(map: &Map<String, Value>, contents: &[Content]) -> Option<Value> {
    let op = map.get("op")?.as_str()?;
    let subject = map.get("subject")?;
    let attribute = subject.get("attribute")?.as_str()?;
    let field = subject.get("field")?;
    let inside = |value: &Value| value.as_object().and_then(|map| map.values().next()).cloned().unwrap_or(Value::Null);
    let values: Vec<Value> = map.get("values").and_then(Value::as_array).into_iter().flatten().chain(map.get("value")).map(inside).collect();
    let texts: Vec<&str> = map.get("any").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let holds = |content: &Content| -> Option<bool> {
        let own: Option<Value> = match attribute {
            "kind" => Some(content.kind.as_str().into()),
            "about" => Some(content.about.as_str().into()),
            "gated" => Some(content.gated.into()),
            "mobile" => Some(content.mobile.into()),
            "language" => content.language.as_ref().map(|language| language.as_str().into()),
            "stage" => None,
            _ => return None,
        };
        let text = own.as_ref().and_then(Value::as_str).unwrap_or("");
        Some(match op {
            "flag" => own == Some(Value::Bool(true)),
            "known" | "unknown" => own.is_some(),
            "in" => own.is_some_and(|own| values.contains(&own)),
            "not_in" => own.is_some_and(|own| !values.contains(&own)),
            "has" => values.iter().any(|value| value.as_str().is_some_and(|stage| content.stages.iter().any(|own| own == stage))),
            "text" => texts.iter().any(|part| match map.get("test").and_then(Value::as_str) {
                Some("contains") => text.contains(part),
                Some("starts_with") => text.starts_with(part),
                _ => own.is_some() && text.ends_with(part),
            }),
            _ => return None,
        })
    };
    let mut names = Vec::new();
    for content in contents {
        if holds(content)? {
            names.push(json!({ "content": content.name }));
        }
    }
    let found = if names.is_empty() { json!({ "op": "or", "of": [] }) } else { json!({ "op": "in", "subject": { "field": field }, "values": names }) };
    Some(if op == "unknown" { json!({ "op": "not", "of": found }) } else { found })
}

/// The fields of both: each may have every value that it may have in one of them.
fn fields(old: &[Field], new: &[Field]) -> Vec<Field> {
    let mut all: Vec<Field> = new.to_vec();
    for field in old {
        match all.iter_mut().find(|known| known.name == field.name) {
            None => all.push(field.clone()),
            Some(known) => {
                if let Some(ty) = either(&field.ty, &known.ty) {
                    known.ty = ty;
                    known.optional |= field.optional;
                }
            }
        }
    }
    all
}

/// The type that takes in both; nothing where they have nothing to do with each other.
pub(super) fn either(one: &FieldType, other: &FieldType) -> Option<FieldType> {
    let least = |a: &Option<SmolStr>, b: &Option<SmolStr>| farther(a, b, false);
    let most = |a: &Option<SmolStr>, b: &Option<SmolStr>| farther(a, b, true);
    let bounds = |a: &Bounds, b: &Bounds| Bounds { from: least(&a.from, &b.from), to: most(&a.to, &b.to) };
    Some(match (one, other) {
        (FieldType::WholeNumber(a), FieldType::WholeNumber(b)) => FieldType::WholeNumber(bounds(a, b)),
        (FieldType::Number(a) | FieldType::WholeNumber(a), FieldType::Number(b) | FieldType::WholeNumber(b)) => FieldType::Number(bounds(a, b)),
        (FieldType::Date(a), FieldType::Date(b)) => {
            FieldType::Date(DateBounds { from: least(&a.from, &b.from), to: most(&a.to, &b.to), to_today: a.to_today && b.to_today })
        }
        (FieldType::OneOf(a), FieldType::OneOf(b)) => FieldType::OneOf(union(a, b)),
        (FieldType::SetOf(a), FieldType::SetOf(b)) => FieldType::SetOf(union(a, b)),
        (FieldType::AddressOf(_), FieldType::AddressOf(b)) => FieldType::AddressOf(b.clone()),
        (a, b) if a == b => b.clone(),
        _ => return None,
    })
}

fn union(old: &[crate::plan::FieldOption], new: &[crate::plan::FieldOption]) -> Vec<crate::plan::FieldOption> {
    new.iter().chain(old.iter().filter(|option| !new.iter().any(|known| known.name == option.name))).cloned().collect()
}

/// Of two bounds the one that lets more in; none where one of them is none.
fn farther(one: &Option<SmolStr>, other: &Option<SmolStr>, high: bool) -> Option<SmolStr> {
    let (one, other) = (one.as_ref()?, other.as_ref()?);
    let above = match (Decimal::parse(one, 9), Decimal::parse(other, 9)) {
        (Ok(a), Ok(b)) => a > b,
        _ => Date::parse(one) > Date::parse(other),
    };
    Some(if above == high { one.clone() } else { other.clone() })
}
