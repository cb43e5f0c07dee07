//! Names of the workspace: which there are, of which kind, and where. Nothing here holds a range.

#![allow(missing_docs, reason = "salsa makes functions without docs; what is written here has them")]

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::schema::{Part, Schema, part};
use crate::db::{Chunk, Db, SourceFile, Workspace, chunks, parsed};
use crate::diagnostics::{Address, Kind};
use crate::syntax::ast::Item;

/// Names that must differ from each other share a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Space {
    /// Fields of the lead, journeys, scores.
    Values,
    /// Segments and icps.
    Groups,
    /// Each other kind by itself.
    Of(Kind),
}

impl Space {
    /// The space of a kind.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Journey | Kind::Score => Self::Values,
            Kind::Segment | Kind::Icp => Self::Groups,
            kind => Self::Of(kind),
        }
    }
}

/// A declaration of a chunk, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its kind.
    pub kind: Kind,
    /// Its name; empty for `lead` and `limits`.
    pub name: SmolStr,
    /// Its place among the chunk's declarations; `None` when a syntax error hides it.
    pub item: Option<u32>,
}

/// The declarations of a chunk.
#[salsa::tracked(returns(deref))]
pub fn declared<'db>(db: &'db dyn Db, chunk: Chunk<'db>) -> Vec<Declared> {
    let parsed = parsed(db, chunk);
    let seen = parsed.items.iter().zip(0..).map(|(item, index)| Declared {
        kind: item.kind(),
        name: item.name.as_ref().map_or_else(SmolStr::default, |name| name.text.clone()),
        item: Some(index),
    });
    let hidden = parsed.hidden.iter().map(|(kind, name)| Declared { kind: *kind, name: name.text.clone(), item: None });
    seen.chain(hidden).collect()
}

/// The parts of the schema that a chunk makes.
#[salsa::tracked(returns(deref))]
pub fn schema_parts<'db>(db: &'db dyn Db, chunk: Chunk<'db>) -> Vec<Part> {
    let head = chunk.head(db);
    if ["segment", "content", "program", "icp", "rule", "test", "handoff", "limits"].iter().any(|keyword| head.starts_with(keyword)) {
        // Declarations behind the first on one line are rare: only then is the chunk read for them.
        if declared(db, chunk).len() < 2 {
            return Vec::new();
        }
    }
    let parsed = parsed(db, chunk);
    let mut parts: Vec<Part> = parsed.items.iter().filter_map(part).collect();
    if parsed.broken {
        parts.extend(declared(db, chunk).iter().map(|found| Part::Hidden(found.kind, found.name.clone())));
    }
    parts
}

/// Where a name is declared.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Site<'db> {
    /// Its kind.
    pub kind: Kind,
    /// The chunk.
    pub chunk: Chunk<'db>,
    /// Its place among the chunk's declarations; `None` when a syntax error hides it.
    pub item: Option<u32>,
}

/// All names of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct Index<'db> {
    /// For each space and name, all declarations in the order of files and places.
    pub sites: FxHashMap<Symbol<'db>, Vec<Site<'db>>>,
}

impl<'db> Index<'db> {
    /// The declaration that an address means.
    pub fn site(&self, db: &'db dyn Db, address: &Address) -> Option<&Site<'db>> {
        let sites = self.sites.get(&Symbol::new(db, Space::of(address.kind), address.name.clone()))?;
        sites.iter().filter(|site| site.kind == address.kind).nth(address.nth as usize)
    }

    /// The names of a kind, sorted.
    pub fn names(&self, db: &'db dyn Db, kind: Kind) -> Vec<&'db str> {
        let space = Space::of(kind);
        let mut names: Vec<&str> = self
            .sites
            .iter()
            .filter(|(symbol, sites)| symbol.space(db) == space && sites.iter().any(|site| site.kind == kind))
            .map(|(symbol, _)| symbol.name(db).as_str())
            .collect();
        names.sort_unstable();
        names
    }
}

/// The declarations of a file, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct FileSites<'db> {
    sites: Vec<(Symbol<'db>, Site<'db>)>,
}

/// The names of a file: what the workspace's names are put together from, so that an edit of one file leaves the others alone.
#[salsa::tracked]
fn file_sites<'db>(db: &'db dyn Db, file: SourceFile) -> FileSites<'db> {
    let mut sites = Vec::new();
    for chunk in &chunks(db, file).chunks {
        for found in declared(db, *chunk) {
            let symbol = Symbol::new(db, Space::of(found.kind), found.name.clone());
            sites.push((symbol, Site { kind: found.kind, chunk: *chunk, item: found.item }));
        }
    }
    FileSites { sites }
}

/// The names of the workspace.
#[salsa::tracked]
pub fn index<'db>(db: &'db dyn Db) -> Index<'db> {
    let mut index = Index::default();
    for file in Workspace::get(db).files(db) {
        for (symbol, site) in &file_sites(db, *file).sites {
            index.sites.entry(*symbol).or_default().push(site.clone());
        }
    }
    index
}

/// The parts of the schema that a file makes.
#[salsa::tracked(returns(deref))]
fn file_schema_parts(db: &dyn Db, file: SourceFile) -> Vec<Part> {
    chunks(db, file).chunks.iter().flat_map(|chunk| schema_parts(db, *chunk)).cloned().collect()
}

/// The schema of the workspace.
#[salsa::tracked]
pub fn schema(db: &dyn Db) -> Schema {
    let mut schema = Schema::builtin();
    for file in Workspace::get(db).files(db) {
        file_schema_parts(db, *file).iter().for_each(|part| schema.add(part));
    }
    schema
}

/// The names of each kind, sorted: for suggestions.
#[salsa::tracked]
pub fn names_by_kind(db: &dyn Db) -> BTreeMap<Kind, Vec<SmolStr>> {
    Kind::ALL.into_iter().map(|kind| (kind, index(db).names(db, kind).into_iter().map(SmolStr::from).collect())).collect()
}

/// A name in a space: the key of a look-up.
#[salsa::interned(debug)]
pub struct Symbol<'db> {
    /// The space.
    #[returns(copy)]
    pub space: Space,
    /// The name.
    #[returns(ref)]
    pub name: SmolStr,
}

/// The kind of the first declaration of a name. A query of its own, so that who looks up one name is not checked again
/// when another is declared.
#[salsa::tracked(returns(copy))]
pub fn lookup<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<Kind> {
    index(db).sites.get(&symbol)?.first().map(|site| site.kind)
}

/// The syntax tree of a declaration.
pub fn item<'db>(db: &'db dyn Db, chunk: Chunk<'db>, item: u32) -> Option<&'db Item> {
    parsed(db, chunk).items.get(item as usize)
}
