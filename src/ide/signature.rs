//! The fields of a signal, while its filter is written.

use super::hover::{field_words, signal_kind};
use super::names::item_of;
use crate::db::{Db, SourceFile};
use crate::diagnostics::Kind;
use crate::model::names::schema;
use crate::syntax::ast::Body;

/// A signal whose filter is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The signal with its fields.
    pub label: String,
    /// What is said of it.
    pub doc: String,
    /// Each field: as it stands in the label, with what is said of it.
    pub fields: Vec<(String, String)>,
    /// The field at the cursor.
    pub active: Option<u32>,
}

/// The signal in whose round brackets an offset lies.
pub fn signature(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Signature> {
    let text = file.text(db).get(..offset as usize)?;
    let (name, inside) = open_call(text)?;
    let signal = schema(db).signals.get(name)?;
    let written = item_of(db, Kind::Signal, name).map(|(_, item)| item);
    let docs = |field: &str| {
        let Some(Body::Signal(signal)) = written.map(|item| &item.body) else { return String::new() };
        let field = signal.fields.iter().find(|known| known.name.text == field);
        field.and_then(|field| field.doc.as_deref()).unwrap_or("").to_owned()
    };
    let fields: Vec<(String, String)> = signal.fields.iter().map(|field| (field_words(field), docs(&field.name))).collect();
    let labels: Vec<&str> = fields.iter().map(|(label, _)| label.as_str()).collect();
    // The field that was named last.
    let last = inside.split(|c: char| !(c.is_alphanumeric() || c == '_')).rev().find_map(|word| signal.fields.iter().position(|field| field.name == word));
    Some(Signature {
        label: format!("{name}({})", labels.join(", ")),
        doc: written.and_then(|item| item.doc.as_deref()).map_or_else(|| signal_kind(signal.kind).to_owned(), str::to_owned),
        active: last.map(|place| place as u32),
        fields,
    })
}

/// The name before the innermost round bracket that is still open at the end of a text, and what stands behind the bracket.
pub fn open_call(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate().rev().take(4_000) {
        match byte {
            b')' => depth += 1,
            b'(' if depth == 0 => {
                let (before, inside) = (text.get(..at)?, text.get(at + 1..)?);
                let name = before.get(
                    before
                        .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
                        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8))..,
                )?;
                return (!name.is_empty()).then_some((name, inside));
            }
            b'(' => depth -= 1,
            b'{' | b'}' => return None,
            _ => {}
        }
    }
    None
}
