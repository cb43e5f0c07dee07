//! A lead as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::locate::{Way, locate};
use super::{Reader, Refused, Written, Wrong};
use crate::run::convert::nothing;
use crate::run::lead::Lead;
use crate::text::LineIndex;

/// Values by name, each once.
#[derive(Debug, Default)]
struct Named(BTreeMap<String, Value>);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> serde::de::Visitor<'de> for Each {
            type Value = Named;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object with values by name")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Named, A::Error> {
                let mut named = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if named.contains_key(&name) {
                        return Err(serde::de::Error::custom(format!("`{name}` is given twice")));
                    }
                    named.insert(name, value);
                }
                Ok(Named(named))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

/// A lead and their history.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LeadFile {
    /// Unique among leads: it decides splits, hold-outs, and the second at which a held message goes out.
    #[serde(default)]
    id: Option<String>,
    /// Since when they are in the database: a moment, or `false` for never. Since ever, if not said.
    #[serde(default)]
    identified: Option<Value>,
    /// When they are deleted.
    #[serde(default)]
    deleted: Option<String>,
    /// The values of the lead's fields at first, by name. An option is given by its name or stored value, a set as a list, a
    /// date as `2026-03-02`, an unknown value as `null`.
    #[schemars(with = "BTreeMap<String, Value>")]
    facts: Named,
    /// What happened, best in order of time.
    #[serde(default)]
    timeline: Vec<Happening>,
}

/// Something that happened: what the lead did, or facts that became others.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Happening {
    /// When: `2026-03-02 09:30` by the workspace's clock, or `2026-03-02T09:30:00Z`.
    at: String,
    /// The signal.
    #[serde(default)]
    did: Option<String>,
    /// The values of the signal's fields, by name.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Value>")]
    with: Named,
    /// Facts that became others, by name.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Value>")]
    becomes: Named,
}

/// The JSON Schema (draft 2020-12) of a lead's file.
pub fn schema() -> Value {
    let mut value = schemars::schema_for!(LeadFile).to_value();
    if let Some(object) = value.as_object_mut() {
        object.insert("title".to_owned(), "A lead for nurture simulate and nurture why".into());
    }
    value
}

/// What is wrong with a JSON file, in plain words, with its line.
pub fn plain_error(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let message = said.rsplit_once(" at line ").map_or(said.as_str(), |(message, _)| message);
    let message = if error.is_data() { plain(message) } else { broken(message) };
    format!("{message} (line {})", error.line().max(1))
}

pub(super) fn read(text: &str, reader: &Reader<'_>) -> Result<Lead, Refused> {
    let index = LineIndex::new(text);
    let file: LeadFile = serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        let message = said.rsplit_once(" at line ").map_or(said.as_str(), |(message, _)| message);
        let (line, column) = (error.line() as u32, error.column() as u32);
        let message = if error.is_data() { plain(message) } else { broken(message) };
        Refused { line: line.max(1), column: column.max(1), message, help: Some("`nurture schema lead` prints the form of the file".to_owned()) }
    })?;
    let refuse = |way: &[Way<'_>], wrong: Wrong| {
        let place = index.line_column(text, locate(text, way) as u32);
        Refused { line: place.line, column: place.column, message: wrong.message, help: wrong.help }
    };
    let fields = &reader.plan.lead.fields;
    let mut lead = Lead { id: file.id.as_deref().unwrap_or("lead").into(), facts: fields.iter().map(nothing).collect(), ..Lead::default() };
    lead.identified = match &file.identified {
        None | Some(Value::Bool(true)) => Some(crate::run::lead::Instant::MIN / 4),
        Some(Value::Bool(false)) => None,
        Some(Value::String(moment)) => Some(reader.instant(moment).map_err(|wrong| refuse(&[Way::Key("identified")], wrong))?),
        Some(_) => return Err(refuse(&[Way::Key("identified")], Wrong::new("`identified` is a moment, or `false` for never"))),
    };
    lead.deleted = match &file.deleted {
        None => None,
        Some(moment) => Some(reader.instant(moment).map_err(|wrong| refuse(&[Way::Key("deleted")], wrong))?),
    };
    let mut given = vec![false; fields.len()];
    for (name, value) in &file.facts.0 {
        let way = [Way::Key("facts"), Way::Key(name)];
        let change = written(value).and_then(|written| reader.change(0, name, &written)).map_err(|wrong| refuse(&way, wrong))?;
        if let (Some(slot), Some(given)) = (lead.facts.get_mut(change.field as usize), given.get_mut(change.field as usize)) {
            (*slot, *given) = (change.value, true);
        }
    }
    if let Some(wrong) = reader.missing(&given) {
        return Err(refuse(&[Way::Key("facts")], wrong));
    }
    for (number, happening) in file.timeline.iter().enumerate() {
        let place = [Way::Key("timeline"), Way::Element(number)];
        let inside = |keys: &[&'static str]| place.iter().cloned().chain(keys.iter().map(|key| Way::Key(key))).collect::<Vec<_>>();
        let at = reader.instant(&happening.at).map_err(|wrong| refuse(&inside(&["at"]), wrong))?;
        match &happening.did {
            Some(name) => {
                let signal = reader.signal(name).map_err(|wrong| refuse(&inside(&["did"]), wrong))?;
                let mut values = Vec::new();
                for (field, value) in &happening.with.0 {
                    let mut way = inside(&["with"]);
                    way.push(Way::Key(field));
                    values.push((field.as_str(), written(value).map_err(|wrong| refuse(&way, wrong))?));
                }
                let event = reader.event(at, signal, values.into_iter()).map_err(|(field, wrong)| {
                    let mut way = inside(&[]);
                    way.extend(field.into_iter().flat_map(|field| [Way::Key("with"), Way::Key(field)]));
                    refuse(&way, wrong)
                })?;
                lead.events.push(event);
            }
            None if happening.becomes.0.is_empty() => {
                return Err(refuse(&place, Wrong::new("nothing happens here").help("say what the lead `did`, or what `becomes` another")));
            }
            None if !happening.with.0.is_empty() => return Err(refuse(&inside(&["with"]), Wrong::new("`with` goes with `did`"))),
            None => {}
        }
        for (name, value) in &happening.becomes.0 {
            let mut way = inside(&["becomes"]);
            way.push(Way::Key(name));
            lead.changes.push(written(value).and_then(|written| reader.change(at, name, &written)).map_err(|wrong| refuse(&way, wrong))?);
        }
    }
    Ok(lead)
}

/// What the JSON library says of a value of the wrong form, in words without its own terms.
fn plain(message: &str) -> String {
    let kinds =
        [("map", "an object"), ("sequence", "a list"), ("null", "`null`"), ("boolean `false`", "`false`"), ("boolean `true`", "`true`"), ("unit", "`null`")];
    if let Some((found, wanted)) = message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected ")) {
        let found = kinds.iter().find(|(kind, _)| *kind == found).map_or_else(
            || {
                let value = found.split_once('`').map_or(found, |(_, value)| value.trim_end_matches('`'));
                if found.starts_with("string") { format!("the text {}", found.trim_start_matches("string ")) } else { value.to_owned() }
            },
            |(_, words)| (*words).to_owned(),
        );
        let wanted = match wanted {
            "a string" | "a borrowed string" | "str" => "a text",
            "a sequence" => "a list",
            "a map" | "struct LeadFile" | "struct Happening" => "an object",
            other => other,
        };
        return format!("{found} stands here, and {wanted} is needed");
    }
    message
        .replace("missing field", "there is no")
        .replace("unknown field", "there is no key")
        .replace(", expected one of", ": the keys are")
        .replace("duplicate field", "this key stands here twice:")
}

/// What the JSON library says of a text that is no JSON.
fn broken(message: &str) -> String {
    let said = match message {
        m if m.starts_with("EOF while parsing") => "the text ends in the middle",
        "trailing characters" => "something stands behind its end",
        "trailing comma" => "a comma stands before a closing bracket",
        "recursion limit exceeded" => "its brackets are nested too deeply",
        "number out of range" => "a number is too large",
        "expected value" => "a value is missing here",
        m if m.starts_with("control character") => "a text holds a line break or another control character",
        m if m.contains("escape") || m.contains("surrogate") => "a backslash in a text begins nothing that JSON knows",
        other => other,
    };
    format!("this is no right JSON: {said}")
}

fn written(value: &Value) -> Result<Written<'_>, Wrong> {
    Ok(match value {
        Value::Null => Written::Nothing,
        Value::Bool(flag) => Written::Flag(*flag),
        // Doubles are read through their shortest decimal form.
        Value::Number(number) => Written::Number(number.to_string()),
        Value::String(text) => Written::Text(text),
        Value::Array(items) => {
            Written::List(items.iter().map(|item| item.as_str().ok_or_else(|| Wrong::new("a list holds texts"))).collect::<Result<Vec<&str>, Wrong>>()?)
        }
        Value::Object(_) => return Err(Wrong::new("an object stands here, and a value is needed")),
    })
}
