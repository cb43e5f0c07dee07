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
    facts: BTreeMap<String, Value>,
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
    with: BTreeMap<String, Value>,
    /// Facts that became others, by name.
    #[serde(default)]
    becomes: BTreeMap<String, Value>,
}

/// The JSON Schema (draft 2020-12) of a lead's file.
pub fn schema() -> Value {
    let mut value = schemars::schema_for!(LeadFile).to_value();
    if let Some(object) = value.as_object_mut() {
        object.insert("title".to_owned(), "A lead for nurture simulate and nurture why".into());
    }
    value
}

pub(super) fn read(text: &str, reader: &Reader<'_>) -> Result<Lead, Refused> {
    let index = LineIndex::new(text);
    let file: LeadFile = serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        let message = said.rsplit_once(" at line ").map_or(said.as_str(), |(message, _)| message);
        let (line, column) = (error.line() as u32, error.column() as u32);
        let message =
            if error.is_data() { plain(message) } else { format!("this is no right JSON: {}", message.replace("EOF while parsing", "the text ends within")) };
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
    for (name, value) in &file.facts {
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
                for (field, value) in &happening.with {
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
            None if happening.becomes.is_empty() => {
                return Err(refuse(&place, Wrong::new("nothing happens here").help("say what the lead `did`, or what `becomes` another")));
            }
            None if !happening.with.is_empty() => return Err(refuse(&inside(&["with"]), Wrong::new("`with` goes with `did`"))),
            None => {}
        }
        for (name, value) in &happening.becomes {
            let mut way = inside(&["becomes"]);
            way.push(Way::Key(name));
            lead.changes.push(written(value).and_then(|written| reader.change(at, name, &written)).map_err(|wrong| refuse(&way, wrong))?);
        }
    }
    Ok(lead)
}

/// What the JSON library says of a value of the wrong form, in words without its own terms.
fn plain(message: &str) -> String {
    message
        .replace("invalid type: map", "an object stands here")
        .replace("invalid type: sequence", "a list stands here")
        .replace("invalid type: ", "")
        .replace(", expected a map", ", and an object is needed")
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
