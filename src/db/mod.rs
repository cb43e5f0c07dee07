//! The database: inputs, and the queries that read text. What depends on what is recorded by salsa, so that after an
//! edit only that is done again which the edit can change.

#![allow(missing_docs, reason = "salsa makes functions without docs; what is written here has them")]

pub mod load;
pub mod parallel;
pub mod settings;

use std::sync::{Arc, Mutex, PoisonError};

use smol_str::SmolStr;

use crate::diagnostics::{Check, Problem};
use crate::syntax::{self, ChunkBody, Parsed};
use crate::text::{LineIndex, Range};
use settings::Settings;

/// What queries ask of the database.
#[salsa::db]
pub trait Db: salsa::Database {}

/// The database.
#[salsa::db]
#[derive(Clone, Default)]
pub struct RootDb {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for RootDb {}

#[salsa::db]
impl Db for RootDb {}

/// Names of the queries that were executed, in order.
pub type QueryLog = Arc<Mutex<Vec<String>>>;

impl RootDb {
    /// An empty database, and a log of the queries that it executes: for tests of incrementality.
    pub fn recording() -> (Self, QueryLog) {
        let log = QueryLog::default();
        let sink = Arc::clone(&log);
        let storage = salsa::Storage::new(Some(Box::new(move |event: salsa::Event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                let name = format!("{database_key:?}");
                let name = name.split('(').next().unwrap_or("").to_owned();
                sink.lock().unwrap_or_else(PoisonError::into_inner).push(name);
            }
        })));
        (Self { storage }, log)
    }
}

/// A file of the policy.
#[salsa::input(debug)]
pub struct SourceFile {
    /// Its path with `/`, relative to the workspace.
    #[returns(ref)]
    pub path: SmolStr,
    /// Its text. Where the file is not UTF-8, what could not be read is replaced.
    #[returns(deref)]
    pub text: String,
    /// Why the text is not the file's.
    #[returns(copy)]
    pub damage: Option<Damage>,
}

/// Why a file could not be taken as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Damage {
    /// It is not UTF-8; the first bad byte stands here in the text.
    NotUtf8(u32),
    /// It has more bytes than a policy can have: so many.
    TooLarge(u64),
}

/// A file that a `text` clause names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asset {
    /// It was read.
    Read {
        /// SHA-256 of its bytes.
        sha256: SmolStr,
        /// Its text.
        text: Arc<str>,
    },
    /// There is no such file.
    Missing,
    /// It cannot be used, for this reason.
    Unusable(SmolStr),
}

/// The policy: one per database.
#[salsa::input(singleton, debug)]
pub struct Workspace {
    /// Its files, sorted by path.
    #[returns(deref)]
    pub files: Vec<SourceFile>,
    /// Its settings.
    #[returns(ref)]
    pub settings: Settings,
    /// The files that its `text` clauses name, sorted by path.
    #[returns(deref)]
    pub assets: Vec<(SmolStr, Asset)>,
}

impl SourceFile {
    /// A file as it lies on the disk: it is looked at again only where one like it changes. A file that somebody types in is given
    /// [`TYPED`] with its text.
    pub fn at_rest(db: &dyn Db, path: SmolStr, text: String, damage: Option<Damage>) -> Self {
        Self::builder(path, text, damage).durability(AT_REST).new(db)
    }
}

/// The durability of what seldom changes.
pub const AT_REST: salsa::Durability = salsa::Durability::MEDIUM;
/// The durability of a text that somebody types in.
pub const TYPED: salsa::Durability = salsa::Durability::LOW;

impl Workspace {
    /// A policy of these files.
    pub fn of(db: &dyn Db, files: Vec<SourceFile>, settings: Settings, assets: Vec<(SmolStr, Asset)>) -> Self {
        Self::builder(files, settings, assets).durability(AT_REST).new(db)
    }

    /// How many bytes of text the policy has.
    pub fn bytes(self, db: &dyn Db) -> usize {
        self.files(db).iter().map(|file| file.text(db).len()).sum()
    }
}

/// A chunk of a file: what lies between two declaration keywords in column 0.
#[salsa::tracked(debug)]
pub struct Chunk<'db> {
    /// The file.
    #[returns(copy)]
    pub file: SourceFile,
    /// Its first two words; with the file they tell chunks apart.
    #[returns(ref)]
    pub head: SmolStr,
    /// What it says.
    #[tracked]
    #[returns(ref)]
    pub body: ChunkBody,
    /// Where it begins in the file: read by reports only, or every new line would do everything again.
    #[tracked]
    #[returns(copy)]
    pub start: u32,
}

/// A file, cut into chunks.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Chunks<'db> {
    /// The chunks, in order.
    pub chunks: Vec<Chunk<'db>>,
    /// What is wrong with the file as a whole; ranges are of the file.
    pub problems: Vec<Problem>,
}

/// Cuts a file into chunks.
#[salsa::tracked]
pub fn chunks<'db>(db: &'db dyn Db, file: SourceFile) -> Chunks<'db> {
    let mut problems = Vec::new();
    match file.damage(db) {
        Some(Damage::NotUtf8(at)) => problems.push(
            Problem::new(Check::NotUtf8, Range::new(at, at + 3), "this file is not UTF-8 text")
                .here("the first byte that cannot be read")
                .help("save the file in the encoding UTF-8"),
        ),
        Some(Damage::TooLarge(bytes)) => problems.push(
            Problem::new(Check::TooLarge, Range::at(0), format!("this file has {} MB: a policy file has at most {} MB", bytes >> 20, load::MOST_BYTES >> 20))
                .help("cut it into several files: all `.nurture` files of a folder form one policy"),
        ),
        None => {}
    }
    let mut scan = syntax::scan(file.text(db));
    if problems.is_empty() {
        problems.append(&mut scan.problems);
    }
    let chunks = scan.chunks.into_iter().map(|chunk| Chunk::new(db, file, chunk.head, chunk.body, chunk.start)).collect();
    Chunks { chunks, problems }
}

/// Reads a chunk.
#[salsa::tracked]
pub fn parsed<'db>(db: &'db dyn Db, chunk: Chunk<'db>) -> Parsed {
    syntax::parse(chunk.body(db))
}

/// The lines of a file.
#[salsa::tracked]
pub fn line_index(db: &dyn Db, file: SourceFile) -> LineIndex {
    LineIndex::new(file.text(db))
}
