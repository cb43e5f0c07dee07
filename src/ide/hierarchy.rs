//! Who speaks of whom: declarations, and tracks with what starts them.

use super::Spot;
use super::names::{Symbol, declarations, item_of, occurrences, references};
use crate::db::{Chunk, Db, SourceFile};
use crate::diagnostics::Kind;
use crate::model::Member;
use crate::syntax::ast::{Body, Item};
use crate::text::Range;

/// Something that speaks, or is spoken of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// What it is: a declaration, or a track of a program.
    pub who: Who,
    /// Its name, or what starts the track.
    pub name: String,
    /// What it is, in words.
    pub detail: String,
    /// All of it.
    pub at: Spot,
    /// Its name.
    pub name_at: Spot,
}

/// What speaks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// A declaration.
    Declared(Kind, smol_str::SmolStr),
    /// A track: its program, and its place there.
    Track(smol_str::SmolStr, u32),
}

/// The speaker at an offset.
pub fn speaker_at(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Speaker> {
    if let Some((symbol, _)) = super::names::symbol_at(db, file, offset) {
        let owner = match symbol {
            Symbol::Declared(kind, name) => Who::Declared(kind, name),
            Symbol::Member(Member::Stage(journey, _)) => Who::Declared(Kind::Journey, journey),
            Symbol::Member(Member::Field(Some(signal), _) | Member::Option(Some(signal), ..)) => Who::Declared(Kind::Signal, signal),
            Symbol::Member(Member::Band(score, _)) => Who::Declared(Kind::Score, score),
            Symbol::Member(Member::Label(program, _)) => Who::Declared(Kind::Program, program),
            Symbol::Member(_) => return None,
        };
        return speaker(db, &owner);
    }
    let (chunk, _, item) = super::item_at(db, file, offset)?;
    let inside = offset.saturating_sub(chunk.start(db));
    speaker(db, &owner_of(item, inside)?)
}

/// The speaker of a declaration or track.
pub fn speaker(db: &dyn Db, who: &Who) -> Option<Speaker> {
    match who {
        Who::Declared(kind, name) => {
            let (chunk, item) = item_of(db, *kind, name)?;
            let (file, start) = (chunk.file(db), chunk.start(db));
            let title = item.title.as_ref().map_or_else(String::new, |title| format!(" \"{}\"", title.value));
            Some(Speaker {
                who: who.clone(),
                name: name.to_string(),
                detail: format!("{}{title}", kind.keyword()),
                at: Spot { file, at: trimmed(db, chunk, item.at).shift(start) },
                name_at: Spot { file, at: item.name_at().shift(start) },
            })
        }
        Who::Track(program, place) => {
            let (chunk, item) = item_of(db, Kind::Program, program)?;
            let Body::Program(written) = &item.body else { return None };
            let track = written.tracks.get(*place as usize)?;
            let (file, start) = (chunk.file(db), chunk.start(db));
            let trigger = trimmed(db, chunk, track.trigger_at);
            let end = track.steps.last().map_or(track.trigger_at, |step| step.at);
            Some(Speaker {
                who: who.clone(),
                name: trigger.of(&chunk.body(db).text).split_whitespace().collect::<Vec<_>>().join(" "),
                detail: format!("track of {program}"),
                at: Spot { file, at: trimmed(db, chunk, track.trigger_at.cover(end)).shift(start) },
                name_at: Spot { file, at: trigger.shift(start) },
            })
        }
    }
}

fn trimmed(db: &dyn Db, chunk: Chunk<'_>, at: Range) -> Range {
    let text = at.of(&chunk.body(db).text);
    Range::new(at.start, at.start + text.trim_end().len() as u32)
}

/// The declaration, or the track of it, in which a place of its chunk lies.
fn owner_of(item: &Item, inside: u32) -> Option<Who> {
    let name = item.name.as_ref()?.text.clone();
    if let Body::Program(program) = &item.body {
        for (track, place) in program.tracks.iter().zip(0..) {
            let end = track.steps.last().map_or(track.trigger_at, |step| step.at);
            let all = track.trigger_at.cover(end);
            if all.start <= inside && inside <= all.end {
                return Some(Who::Track(name, place));
            }
        }
    }
    Some(Who::Declared(item.kind(), name))
}

/// Who speaks of it, each with the places where it does.
pub fn incoming(db: &dyn Db, who: &Who) -> Vec<(Speaker, Vec<Spot>)> {
    let Who::Declared(kind, name) = who else {
        let Who::Track(program, place) = who else { return Vec::new() };
        return started_by(db, program, *place);
    };
    let mut found: Vec<(Who, Vec<Spot>)> = Vec::new();
    let mut spots = references(db, &Symbol::Declared(*kind, name.clone()), false);
    if *kind == Kind::Journey {
        // Whoever names a stage speaks of its journey.
        let stages = item_of(db, *kind, name).map(|(_, item)| item);
        if let Some(Body::Journey(journey)) = stages.map(|item| &item.body) {
            for stage in &journey.stages {
                spots.extend(references(db, &Symbol::Member(Member::Stage(name.clone(), stage.name.text.clone())), false));
            }
        }
    }
    for spot in spots {
        let Some((chunk, _, item)) = super::item_at(db, spot.file, spot.at.start) else { continue };
        let Some(owner) = owner_of(item, spot.at.start.saturating_sub(chunk.start(db))) else { continue };
        match found.iter_mut().find(|(known, _)| *known == owner) {
            Some((_, spots)) => spots.push(spot),
            None => found.push((owner, vec![spot])),
        }
    }
    found.into_iter().filter_map(|(who, spots)| Some((speaker(db, &who)?, spots))).collect()
}

/// What starts a track: the signal, the journey, or its program.
fn started_by(db: &dyn Db, program: &str, place: u32) -> Vec<(Speaker, Vec<Spot>)> {
    let Some((chunk, item)) = item_of(db, Kind::Program, program) else { return Vec::new() };
    let Body::Program(written) = &item.body else { return Vec::new() };
    let Some(track) = written.tracks.get(place as usize) else { return Vec::new() };
    let (file, start) = (chunk.file(db), chunk.start(db));
    let named = spoken_in(db, chunk, track.trigger_at);
    if named.is_empty() {
        let own = Who::Declared(Kind::Program, program.into());
        let at = Spot { file, at: trimmed(db, chunk, track.trigger_at).shift(start) };
        return speaker(db, &own).map(|speaker| (speaker, vec![at])).into_iter().collect();
    }
    named.into_iter().filter_map(|(who, spots)| Some((speaker(db, &who)?, spots))).collect()
}

/// Whom a range of a chunk speaks of.
fn spoken_in(db: &dyn Db, chunk: Chunk<'_>, within: Range) -> Vec<(Who, Vec<Spot>)> {
    let (file, start) = (chunk.file(db), chunk.start(db));
    let mut found: Vec<(Who, Vec<Spot>)> = Vec::new();
    for occurrence in occurrences(db, chunk) {
        if occurrence.declares || occurrence.at.start < within.start || occurrence.at.end > within.end {
            continue;
        }
        let who = match &occurrence.symbol {
            Symbol::Declared(kind, name) => Who::Declared(*kind, name.clone()),
            Symbol::Member(Member::Stage(journey, _)) => Who::Declared(Kind::Journey, journey.clone()),
            Symbol::Member(_) => continue,
        };
        if declarations(db, &Symbol::Declared(kind_of(&who), name_of(&who))).is_empty() {
            continue;
        }
        let spot = Spot { file, at: occurrence.at.shift(start) };
        match found.iter_mut().find(|(known, _)| *known == who) {
            Some((_, spots)) => spots.push(spot),
            None => found.push((who, vec![spot])),
        }
    }
    found
}

fn kind_of(who: &Who) -> Kind {
    if let Who::Declared(kind, _) = who { *kind } else { Kind::Program }
}

fn name_of(who: &Who) -> smol_str::SmolStr {
    match who {
        Who::Declared(_, name) | Who::Track(name, _) => name.clone(),
    }
}

/// Of whom it speaks, each with the places where it does.
pub fn outgoing(db: &dyn Db, who: &Who) -> Vec<(Speaker, Vec<Spot>)> {
    let Some((chunk, item)) = item_of(db, kind_of(who), &name_of(who)) else { return Vec::new() };
    let within = match (who, &item.body) {
        (Who::Track(_, place), Body::Program(program)) => match program.tracks.get(*place as usize) {
            Some(track) => track.steps.iter().fold(track.trigger_at, |all, step| all.cover(step.at)),
            None => return Vec::new(),
        },
        _ => item.at,
    };
    let mut found: Vec<(Who, Vec<Spot>)> = spoken_in(db, chunk, within);
    // A declaration that speaks of itself is shown once, as itself.
    found.retain(|(spoken, _)| spoken != who);
    if let (Who::Declared(Kind::Program, name), Body::Program(program)) = (who, &item.body) {
        let (file, start) = (chunk.file(db), chunk.start(db));
        let tracks = program
            .tracks
            .iter()
            .zip(0..)
            .map(|(track, place)| (Who::Track(name.clone(), place), vec![Spot { file, at: trimmed(db, chunk, track.trigger_at).shift(start) }]));
        found.splice(0..0, tracks);
    }
    found.into_iter().filter_map(|(who, spots)| Some((speaker(db, &who)?, spots))).collect()
}
