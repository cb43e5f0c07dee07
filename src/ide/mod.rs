//! What an editor asks of a policy, as pure functions: bytes in, bytes out. Nothing here knows of a protocol.

pub mod actions;
pub mod complete;
pub mod graph;
pub mod hierarchy;
pub mod hints;
pub mod hover;
pub mod lens;
pub mod links;
pub mod names;
pub mod offered;
pub mod outline;
pub mod predicates;
pub mod proved;
pub mod reference;
pub mod rename;
pub mod shape;
pub mod signature;
pub mod snippets;
pub mod tokens;
pub mod typing;

use crate::db::{Chunk, Db, SourceFile, chunks, parsed};
use crate::syntax::ast::Item;
use crate::text::Range;

/// A range of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spot {
    /// The file.
    pub file: SourceFile,
    /// The bytes.
    pub at: Range,
}

/// A change of a file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is replaced.
    pub spot: Spot,
    /// By what.
    pub new: String,
}

/// The file of a path.
pub fn file_of(db: &dyn Db, path: &str) -> Option<SourceFile> {
    let files = crate::db::Workspace::get(db).files(db);
    let place = files.binary_search_by(|file| file.path(db).as_str().cmp(path)).ok()?;
    files.get(place).copied()
}

/// The chunk of a file that an offset lies in: the last that begins before it.
pub fn chunk_at(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Chunk<'_>> {
    let all = &chunks(db, file).chunks;
    let place = all.partition_point(|chunk| chunk.start(db) <= offset).checked_sub(1)?;
    all.get(place).copied()
}

/// The declaration around an offset, with its chunk and its place in it.
pub fn item_at(db: &dyn Db, file: SourceFile, offset: u32) -> Option<(Chunk<'_>, u32, &Item)> {
    let chunk = chunk_at(db, file, offset)?;
    let inside = offset.checked_sub(chunk.start(db))?;
    let items = &parsed(db, chunk).items;
    let (number, item) = (0..).zip(items).find(|(_, item)| item.at.start <= inside && inside <= item.at.end)?;
    Some((chunk, number, item))
}

/// Whether an offset lies in a range or at its end: a cursor behind a word is at the word.
pub fn touches(range: Range, offset: u32) -> bool {
    range.start <= offset && offset <= range.end
}

/// Whether a byte can stand in a name.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The word that an offset lies in or stands behind; an empty range where there is none.
pub fn word_at(text: &str, offset: u32) -> Range {
    let bytes = text.as_bytes();
    let offset = (offset as usize).min(bytes.len());
    let before = bytes.get(..offset).unwrap_or_default().iter().rev().take_while(|byte| is_word(**byte)).count();
    let after = bytes.get(offset..).unwrap_or_default().iter().take_while(|byte| is_word(**byte)).count();
    Range::new((offset - before) as u32, (offset + after) as u32)
}
