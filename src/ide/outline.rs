//! What a file declares, for lists and searches.

use super::Spot;
use super::tokens::Class;
use crate::db::{Db, SourceFile, Workspace, chunks, parsed};
use crate::diagnostics::Kind;
use crate::syntax::ast::{Body, Field, Item, Name, StepKind, Trigger};
use crate::text::Range;

/// Something that is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// What more is said of it: its title, its type.
    pub detail: String,
    /// What it is.
    pub what: What,
    /// All of it, in the file.
    pub at: Range,
    /// Its name, in the file.
    pub name_at: Range,
    /// What is declared in it.
    pub parts: Vec<Entry>,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A declaration.
    Declared(Kind),
    /// A part of one.
    Part(Class),
    /// A track.
    Track,
}

/// The declarations of a file, in order, with their parts.
pub fn outline(db: &dyn Db, file: SourceFile) -> Vec<Entry> {
    let mut found = Vec::new();
    for chunk in &chunks(db, file).chunks {
        let start = chunk.start(db);
        let parsed = parsed(db, *chunk);
        found.extend(parsed.items.iter().map(|item| entry(item, start, &chunk.body(db).text)));
        found.extend(parsed.hidden.iter().filter(|(_, name)| !name.text.is_empty()).map(|(kind, name)| Entry {
            name: name.text.to_string(),
            detail: String::new(),
            what: What::Declared(*kind),
            at: name.at.shift(start),
            name_at: name.at.shift(start),
            parts: Vec::new(),
        }));
    }
    found
}

fn entry(item: &Item, start: u32, text: &str) -> Entry {
    let trimmed = item.at.of(text).trim_end().len() as u32;
    Entry {
        name: item.name.as_ref().map_or_else(|| item.kind().keyword().to_owned(), |name| name.text.to_string()),
        detail: item.title.as_ref().map_or_else(String::new, |title| title.value.to_string()),
        what: What::Declared(item.kind()),
        at: Range::new(item.at.start, item.at.start + trimmed).shift(start),
        name_at: item.name_at().shift(start),
        parts: parts(item, start, text),
    }
}

fn parts(item: &Item, start: u32, text: &str) -> Vec<Entry> {
    let part = |name: &Name, at: Range, detail: &str, class: Class| Entry {
        name: name.text.to_string(),
        detail: detail.to_owned(),
        what: What::Part(class),
        at: at.cover(name.at).shift(start),
        name_at: name.at.shift(start),
        parts: Vec::new(),
    };
    let fields = |fields: &[Field]| fields.iter().map(|field| part(&field.name, field.type_at, field.type_at.of(text).trim(), Class::Field)).collect();
    match &item.body {
        Body::Lead(list) => fields(list),
        Body::Signal(signal) => fields(&signal.fields),
        Body::Journey(journey) => journey
            .stages
            .iter()
            .map(|stage| {
                let end = stage.evidence.as_ref().map_or(stage.name.at, |evidence| evidence.at);
                part(&stage.name, end, stage.title.as_ref().map_or("", |title| &title.value), Class::Option)
            })
            .collect(),
        Body::Score(score) => score.bands.iter().map(|band| part(&band.name, band.from.at, &format!("from {}", band.from.value), Class::Option)).collect(),
        Body::Program(program) => program
            .tracks
            .iter()
            .map(|track| {
                let end = track.steps.last().map_or(track.trigger_at, |step| step.at);
                let trimmed = |at: Range| Range::new(at.start, at.start + at.of(text).trim_end().len() as u32);
                let mut touches = Vec::new();
                super::names::steps(&track.steps, &mut |step| {
                    if let StepKind::Touch(touch) = &step.kind {
                        let name = touch.label.as_ref().or(touch.content.as_ref());
                        touches.push(Entry {
                            name: format!("{} {}", touch.channel.value.name(), name.map_or("", |name| name.text.as_str())).trim_end().to_owned(),
                            detail: touch.subject.as_ref().map_or_else(String::new, |subject| subject.value.to_string()),
                            what: What::Part(Class::Channel),
                            at: trimmed(step.at).cover(touch.channel.at).shift(start),
                            name_at: touch.channel.at.shift(start),
                            parts: Vec::new(),
                        });
                    }
                });
                Entry {
                    name: trimmed(track.trigger_at).of(text).split_whitespace().collect::<Vec<_>>().join(" "),
                    detail: match &track.trigger {
                        Trigger::Every(_) | Trigger::Moment(..) => String::new(),
                        _ => track.doc.as_deref().map_or_else(String::new, |doc| doc.lines().next().unwrap_or("").to_owned()),
                    },
                    what: What::Track,
                    at: trimmed(track.trigger_at.cover(end)).shift(start),
                    name_at: trimmed(track.trigger_at).shift(start),
                    parts: touches,
                }
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Declarations, stages, fields, bands of the whole policy whose name or title holds the letters of `query` in their order.
pub fn search(db: &dyn Db, query: &str, most: usize) -> Vec<(Entry, Spot, Option<String>)> {
    let mut found = Vec::new();
    for file in Workspace::get(db).files(db) {
        for entry in outline(db, *file) {
            let parts: Vec<Entry> = entry.parts.iter().filter(|part| matches!(part.what, What::Part(class) if class != Class::Channel)).cloned().collect();
            let owner = Some(entry.name.clone());
            let all = std::iter::once((entry, None)).chain(parts.into_iter().map(|part| (part, owner.clone())));
            for (entry, owner) in all {
                if super::offered::fits(&entry.name, query) || super::offered::fits(&entry.detail, query) {
                    let spot = Spot { file: *file, at: entry.name_at };
                    found.push((entry, spot, owner));
                    if found.len() == most {
                        return found;
                    }
                }
            }
        }
    }
    found
}
