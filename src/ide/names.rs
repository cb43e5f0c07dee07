//! Names: what stands at a place, where it is declared, and all places that name it.

use smol_str::SmolStr;

use super::{Spot, chunk_at, touches};
use crate::db::{Chunk, Db, SourceFile, Workspace, chunks, parsed};
use crate::diagnostics::Kind;
use crate::model::{Member, checked};
use crate::syntax::ast::{Body, Field, Item, Name, Program, Step, StepKind, Type};
use crate::text::Range;

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbol {
    /// A declaration.
    Declared(Kind, SmolStr),
    /// A part of one.
    Member(Member),
}

impl Symbol {
    /// The name.
    pub fn name(&self) -> &SmolStr {
        match self {
            Self::Declared(_, name) => name,
            Self::Member(Member::Field(_, name) | Member::Option(_, _, name) | Member::Stage(_, name) | Member::Band(_, name) | Member::Label(_, name)) => name,
        }
    }

    /// What it is, in words: "segment", "stage of `buying`".
    pub fn what(&self) -> String {
        match self {
            Self::Declared(kind, _) => kind.keyword().to_owned(),
            Self::Member(Member::Field(None, _)) => "field of the lead".to_owned(),
            Self::Member(Member::Field(Some(signal), _)) => format!("field of the signal `{signal}`"),
            Self::Member(Member::Option(_, field, _)) => format!("option of `{field}`"),
            Self::Member(Member::Stage(journey, _)) => format!("stage of `{journey}`"),
            Self::Member(Member::Band(score, _)) => format!("band of `{score}`"),
            Self::Member(Member::Label(program, _)) => format!("touch of `{program}`"),
        }
    }
}

/// A place that names something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// What.
    pub symbol: Symbol,
    /// Where, in its chunk.
    pub at: Range,
    /// Whether it is declared there.
    pub declares: bool,
}

/// All places of a chunk that name something, in order.
pub fn occurrences(db: &dyn Db, chunk: Chunk<'_>) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for item in &parsed(db, chunk).items {
        declares(item, &mut |symbol, name| found.push(Occurrence { symbol, at: name.at, declares: true }));
    }
    let checked = checked(db, chunk);
    // A bare stage is a use of its journey too; the stage is what stands there.
    let stages: Vec<Range> = checked.mentions.iter().map(|mention| mention.at).collect();
    let uses = checked.uses.iter().chain(&checked.in_examples).filter(|used| !(used.kind == Kind::Journey && stages.contains(&used.at)));
    found.extend(uses.map(|used| Occurrence { symbol: Symbol::Declared(used.kind, used.name.clone()), at: used.at, declares: false }));
    found.extend(checked.mentions.iter().map(|mention| Occurrence { symbol: Symbol::Member(mention.member.clone()), at: mention.at, declares: false }));
    found.sort_by_key(|occurrence| (occurrence.at, !occurrence.declares));
    found.dedup();
    found
}

/// All that a declaration declares, itself first.
fn declares<'i>(item: &'i Item, found: &mut impl FnMut(Symbol, &'i Name)) {
    let name = item.name.as_ref();
    let own = name.map(|name| name.text.clone()).unwrap_or_default();
    // A test has a title, and nothing names it.
    if let Some(name) = name.filter(|_| item.kind() != Kind::Test) {
        found(Symbol::Declared(item.kind(), own.clone()), name);
    }
    match &item.body {
        Body::Lead(fields) => declares_fields(None, fields, found),
        Body::Signal(signal) => declares_fields(Some(own), &signal.fields, found),
        Body::Journey(journey) => {
            journey.stages.iter().for_each(|stage| found(Symbol::Member(Member::Stage(own.clone(), stage.name.text.clone())), &stage.name));
        }
        Body::Score(score) => score.bands.iter().for_each(|band| found(Symbol::Member(Member::Band(own.clone(), band.name.text.clone())), &band.name)),
        Body::Program(program) => labels(program, &mut |label| found(Symbol::Member(Member::Label(own.clone(), label.text.clone())), label)),
        _ => {}
    }
}

fn declares_fields<'i>(signal: Option<SmolStr>, fields: &'i [Field], found: &mut impl FnMut(Symbol, &'i Name)) {
    for field in fields {
        found(Symbol::Member(Member::Field(signal.clone(), field.name.text.clone())), &field.name);
        if let Type::OneOf(options) | Type::SetOf(options) = &field.ty {
            for option in options {
                found(Symbol::Member(Member::Option(signal.clone(), field.name.text.clone(), option.name.text.clone())), &option.name);
            }
        }
    }
}

/// The labels of a program's touches, in order.
pub fn labels<'p>(program: &'p Program, found: &mut impl FnMut(&'p Name)) {
    program.tracks.iter().for_each(|track| {
        steps(&track.steps, &mut |step| {
            if let StepKind::Touch(touch) = &step.kind
                && let Some(label) = &touch.label
            {
                found(label);
            }
        })
    });
}

/// All steps, those inside a branch before what follows it.
pub fn steps<'p>(list: &'p [Step], found: &mut impl FnMut(&'p Step)) {
    for step in list {
        found(step);
        match &step.kind {
            StepKind::If(branches, otherwise) => {
                branches.iter().for_each(|(_, inner)| steps(inner, found));
                otherwise.iter().for_each(|inner| steps(inner, found));
            }
            StepKind::Split(_, arms) => arms.iter().for_each(|(_, inner)| steps(inner, found)),
            _ => {}
        }
    }
}

/// What is named at an offset, and where the name stands.
pub fn symbol_at(db: &dyn Db, file: SourceFile, offset: u32) -> Option<(Symbol, Spot)> {
    let chunk = chunk_at(db, file, offset)?;
    let start = chunk.start(db);
    let inside = offset.checked_sub(start)?;
    let found = occurrences(db, chunk)
        .into_iter()
        .filter(|occurrence| touches(occurrence.at, inside))
        .min_by_key(|occurrence| occurrence.at.end - occurrence.at.start)?;
    Some((found.symbol, Spot { file, at: found.at.shift(start) }))
}

/// The places that name a symbol, in the order of files and places; of its declarations only where `declared` is asked.
pub fn references(db: &dyn Db, symbol: &Symbol, declared: bool) -> Vec<Spot> {
    let mut found = Vec::new();
    for file in Workspace::get(db).files(db) {
        found.extend(references_in(db, *file, symbol).into_iter().filter(|(_, declares)| declared || !declares).map(|(spot, _)| spot));
    }
    found
}

/// The places of a file that name a symbol, and whether it is declared there.
pub fn references_in(db: &dyn Db, file: SourceFile, symbol: &Symbol) -> Vec<(Spot, bool)> {
    let mut found = Vec::new();
    let name = symbol.name().as_str();
    for chunk in &chunks(db, file).chunks {
        // Most chunks do not hold the word at all.
        if !chunk.body(db).text.contains(name) {
            continue;
        }
        let start = chunk.start(db);
        let own = occurrences(db, *chunk).into_iter().filter(|occurrence| occurrence.symbol == *symbol);
        found.extend(own.map(|occurrence| (Spot { file, at: occurrence.at.shift(start) }, occurrence.declares)));
    }
    found
}

/// How many places name a declaration.
pub fn count(db: &dyn Db, kind: Kind, name: &str) -> usize {
    let mut found = 0;
    for file in Workspace::get(db).files(db) {
        for chunk in chunks(db, *file).chunks.iter().filter(|chunk| chunk.body(db).text.contains(name)) {
            let checked = checked(db, *chunk);
            let own = checked.uses.iter().chain(&checked.in_examples).filter(|used| used.kind == kind && used.name == name);
            // A bare stage is a use of its journey too; the stage is what stands there.
            found += own.filter(|used| kind != Kind::Journey || !checked.mentions.iter().any(|mention| mention.at == used.at)).count();
        }
    }
    found
}

/// Where a symbol is declared: several places if it is declared several times.
pub fn declarations(db: &dyn Db, symbol: &Symbol) -> Vec<Spot> {
    let (kind, owner) = match symbol {
        Symbol::Declared(kind, name) => (*kind, name.clone()),
        Symbol::Member(Member::Field(None, _) | Member::Option(None, ..)) => (Kind::Lead, SmolStr::default()),
        Symbol::Member(Member::Field(Some(signal), _) | Member::Option(Some(signal), ..)) => (Kind::Signal, signal.clone()),
        Symbol::Member(Member::Stage(journey, _)) => (Kind::Journey, journey.clone()),
        Symbol::Member(Member::Band(score, _)) => (Kind::Score, score.clone()),
        Symbol::Member(Member::Label(program, _)) => (Kind::Program, program.clone()),
    };
    let mut found = Vec::new();
    for (chunk, item) in items_of(db, kind, &owner) {
        let start = chunk.start(db);
        declares(item, &mut |declared, name| {
            if declared == *symbol {
                found.push(Spot { file: chunk.file(db), at: name.at.shift(start) });
            }
        });
    }
    found
}

/// The declarations of a name, in the order of files and places; those that a syntax error hides are left out.
pub fn items_of<'db>(db: &'db dyn Db, kind: Kind, name: &str) -> Vec<(Chunk<'db>, &'db Item)> {
    use crate::model::names::{Space, Symbol as Interned, index};
    let symbol = Interned::new(db, Space::of(kind), SmolStr::from(name));
    let sites = index(db).sites.get(&symbol).map(Vec::as_slice).unwrap_or_default();
    let own = sites.iter().filter(|site| site.kind == kind);
    own.filter_map(|site| Some((site.chunk, parsed(db, site.chunk).items.get(site.item? as usize)?))).collect()
}

/// The first declaration of a name.
pub fn item_of<'db>(db: &'db dyn Db, kind: Kind, name: &str) -> Option<(Chunk<'db>, &'db Item)> {
    items_of(db, kind, name).into_iter().next()
}
