//! What a text leads to: pages, and files of text.

use smol_str::SmolStr;

use crate::db::load::asset_path;
use crate::db::{Db, SourceFile, chunks, parsed};
use crate::syntax::ast::{Body, Text};
use crate::text::Range;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A page.
    Page(SmolStr),
    /// A file, by its path in the policy.
    File(SmolStr),
}

/// The links of a file, without their quotes.
pub fn links(db: &dyn Db, file: SourceFile) -> Vec<(Range, Target)> {
    let mut found = Vec::new();
    for chunk in &chunks(db, file).chunks {
        let start = chunk.start(db);
        for item in &parsed(db, *chunk).items {
            let inside = |text: &Text| Range::new(text.at.start + 1, text.at.end.saturating_sub(1).max(text.at.start + 1)).shift(start);
            let Body::Content(content) = &item.body else { continue };
            if let Some(url) = &content.url
                && (url.value.starts_with("https://") || url.value.starts_with("http://"))
            {
                found.push((inside(url), Target::Page(url.value.clone())));
            }
            if let Some(text) = &content.text
                && let Some(path) = asset_path(file.path(db), &text.value)
            {
                found.push((inside(text), Target::File(path)));
            }
        }
    }
    found
}
