//! A lead as CSV: one row an event or a change of facts, fields as columns.
//!
//! The columns `at` and `what` must be there. A row whose `what` is a signal is an event; one that says `lead` gives facts: at
//! first where `at` is empty, else from then on. `identified` and `deleted` are what they say. An empty cell gives nothing.

use ::csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use super::{Reader, Refused, Written, Wrong};
use crate::run::convert::nothing;
use crate::run::lead::Lead;

pub(super) fn read(text: &str, reader: &Reader<'_>) -> Result<Lead, Refused> {
    let mut rows = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(text.as_bytes());
    let refused = |line: u64, column: u32, wrong: Wrong| Refused { line: line.max(1) as u32, column, message: wrong.message, help: wrong.help };
    let broken = |error: ::csv::Error| {
        let line = error.position().map_or(1, ::csv::Position::line);
        let message = match error.kind() {
            ErrorKind::Utf8 { .. } => "this row is no UTF-8 text".to_owned(),
            _ => "this row is no right CSV".to_owned(),
        };
        refused(line, 1, Wrong::new(message))
    };
    if let Some(line) = unclosed_quote(text) {
        return Err(refused(line, 1, Wrong::new("a quote in this row is never closed").help("close it, or write `\"\"` for a quote inside a quoted cell")));
    }
    let words = ["lead", "identified", "anonymous", "deleted"];
    if let Some(signal) = reader.plan.signals.iter().find(|signal| words.contains(&signal.name.as_str())) {
        let wrong = Wrong::new(format!("in CSV `{0}` says what becomes of the lead, and this policy has a signal `{0}`", signal.name));
        return Err(refused(1, 1, wrong.help("give the lead as JSON")));
    }
    if let Some(field) = reader.plan.lead.fields.iter().find(|field| ["at", "what", "id"].contains(&field.name.as_str())) {
        let wrong = Wrong::new(format!("in CSV the column `{0}` has its own meaning, and the lead has a field `{0}`", field.name));
        return Err(refused(1, 1, wrong.help("give the lead as JSON")));
    }
    let head = rows.headers().map_err(broken)?.clone();
    let place = |name: &str| head.iter().position(|column| column == name);
    let (Some(at), Some(what)) = (place("at"), place("what")) else {
        let other = [(';', "semicolons"), ('\t', "tabs")].into_iter().find(|(sign, _)| head.len() == 1 && head.iter().any(|cell| cell.contains(*sign)));
        if let Some((_, name)) = other {
            return Err(refused(1, 1, Wrong::new(format!("the columns are separated by {name}")).help("separate them by commas")));
        }
        let wrong = Wrong::new("the first row names the columns, and `at` and `what` must be among them");
        return Err(refused(1, 1, wrong.help("write `at,what,FIELD,…`; or give the lead as JSON: `nurture schema lead` prints its form")));
    };
    for (number, name) in head.iter().enumerate() {
        if head.iter().take(number).any(|known| known == name) {
            return Err(refused(1, column(&head, number), Wrong::new(format!("the column `{name}` stands here twice"))));
        }
        let known = ["at", "what", "id"].contains(&name)
            || reader.plan.lead.fields.iter().any(|field| field.name == name)
            || reader.plan.signals.iter().any(|signal| signal.fields.iter().any(|field| field.name == name));
        if !known {
            let wrong = Wrong::new(format!("neither the lead nor a signal has a field `{name}`"));
            let fields = reader.plan.lead.fields.iter().chain(reader.plan.signals.iter().flat_map(|signal| &signal.fields));
            let meant = crate::diagnostics::closest(name, fields.map(|field| field.name.as_str()));
            let wrong = match meant {
                Some(meant) => wrong.help(format!("did you mean `{meant}`?")),
                None => wrong,
            };
            return Err(refused(1, column(&head, number), wrong));
        }
    }
    let fields = &reader.plan.lead.fields;
    let mut lead = Lead { id: "lead".into(), facts: fields.iter().map(nothing).collect(), ..Lead::default() };
    let mut given = vec![false; fields.len()];
    let mut identified = None;
    let mut never = false;
    let mut named: Option<String> = None;
    for row in rows.records() {
        let row = row.map_err(broken)?;
        let line = row.position().map_or(1, ::csv::Position::line);
        let refuse = |number: usize, wrong: Wrong| refused(line, column(&row, number), wrong);
        if row.len() > head.len() {
            return Err(refuse(head.len(), Wrong::new(format!("this row has {} cells, and the first row names {} columns", row.len(), head.len()))));
        }
        if row.iter().all(str::is_empty) {
            continue;
        }
        let cells: Vec<(usize, &str, &str)> = head.iter().zip(&row).enumerate().map(|(number, (name, cell))| (number, name, cell)).collect();
        let values = || cells.iter().filter(|(number, name, cell)| *number != at && *number != what && *name != "id" && !cell.is_empty());
        if let Some((_, _, id)) = cells.iter().find(|(_, name, cell)| *name == "id" && !cell.is_empty()) {
            if named.as_ref().is_some_and(|known| known != id) {
                let wrong = Wrong::new(format!("this file holds more than one lead: `{}` and `{id}`", lead.id));
                return Err(refuse(place("id").unwrap_or(at), wrong.help("keep the rows of one")));
            }
            lead.id = (*id).into();
            named = Some((*id).to_owned());
        }
        let moment = row.get(at).filter(|text| !text.is_empty());
        let when = moment.map(|text| reader.instant(text).map_err(|wrong| refuse(at, wrong))).transpose()?;
        let needed = || when.ok_or_else(|| refuse(at, Wrong::new("this row says not when it happened").help("give a moment in `at`")));
        match row.get(what).unwrap_or("") {
            "lead" => {
                for (number, name, cell) in values() {
                    let written = if *cell == "unknown" { Written::Nothing } else { Written::Text(cell) };
                    let change = reader.change(when.unwrap_or(0), name, &written).map_err(|wrong| refuse(*number, wrong))?;
                    if when.is_some() {
                        lead.changes.push(change);
                    } else if let (Some(slot), Some(given)) = (lead.facts.get_mut(change.field as usize), given.get_mut(change.field as usize)) {
                        if *given {
                            return Err(refuse(
                                *number,
                                Wrong::new(format!("`{name}` is given twice for the beginning")).help("say in `at` since when it is another"),
                            ));
                        }
                        (*slot, *given) = (change.value, true);
                    }
                }
            }
            "identified" => {
                identified = Some(needed()?);
                never = false;
            }
            "anonymous" => never = identified.is_none(),
            "deleted" => lead.deleted = Some(needed()?),
            "" => return Err(refuse(what, Wrong::new("this row says not what happened").help("write a signal, or `lead` for facts, in `what`"))),
            signal => {
                let at = needed()?;
                let signal = reader.signal(signal).map_err(|wrong| refuse(what, wrong))?;
                let given = values().map(|(_, name, cell)| (*name, Written::Text(cell)));
                let event = reader.event(at, signal, given).map_err(|(field, wrong)| {
                    let number = field.and_then(&place).unwrap_or(what);
                    refuse(number, wrong)
                })?;
                lead.events.push(event);
            }
        }
    }
    if let Some(wrong) = reader.missing(&given) {
        return Err(refused(1, 1, wrong.help("give them in a row whose `what` is `lead` and whose `at` is empty")));
    }
    lead.identified = if never { None } else { Some(identified.unwrap_or(crate::run::lead::Instant::MIN / 4)) };
    Ok(lead)
}

/// The line on which a quote opens that is never closed.
fn unclosed_quote(text: &str) -> Option<u64> {
    let (mut line, mut opened, mut fresh) = (1, None, true);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, opened) {
            ('"', Some(_)) if chars.peek() == Some(&'"') => {
                chars.next();
            }
            ('"', Some(_)) => opened = None,
            ('"', None) if fresh => opened = Some(line),
            _ => {}
        }
        line += u64::from(c == '\n');
        fresh = matches!(c, ',' | '\n') || (fresh && c == ' ');
    }
    opened
}

/// The column in characters at which a cell stands, if no cell before it is quoted.
fn column(row: &StringRecord, number: usize) -> u32 {
    row.iter().take(number).map(|cell| cell.chars().count() as u32 + 1).sum::<u32>() + 1
}
