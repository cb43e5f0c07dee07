//! `nurture check --fix`: mends what is sure to be meant, and shows beforehand what would change.

use std::collections::BTreeMap;

use salsa::Setter as _;
use smol_str::SmolStr;

use super::output;
use super::policy::Ready;
use crate::db::load::LoadError;
use crate::db::{SourceFile, Workspace};
use crate::diagnostics::{Diagnostic, SpanEdit};
use crate::report::findings::findings;

/// One mend can bring another mistake to light; more rounds than this are not needed by any.
const ROUNDS: usize = 100;

/// What was mended, in memory.
#[derive(Default)]
pub(super) struct Mended {
    /// How many fixes were made.
    pub fixes: usize,
    /// How many more there are that change what the text means, and were left.
    pub left: usize,
    /// Files with their text before and after, by path.
    pub files: BTreeMap<SmolStr, (String, String)>,
}

/// Makes the fixes of the files that were asked for: those that are sure, or all where there is one for a finding. First those of the
/// language; where it has none left, those of what the rulebook finds, which `judged` tells.
pub(super) fn mend(ready: &mut Ready, all: bool, mut judged: impl FnMut(&mut Ready) -> Vec<Diagnostic>) -> Mended {
    let mut mended = Mended::default();
    let mut by_rules = false;
    for _ in 0..ROUNDS {
        let mut edits: BTreeMap<SmolStr, Vec<SpanEdit>> = BTreeMap::new();
        let mut count = 0;
        mended.left = 0;
        let mut found = findings(&ready.loaded.db);
        if by_rules {
            found.extend(judged(ready));
        }
        for found in found {
            let chosen = match (found.fixes.iter().find(|fix| fix.sure), found.fixes.as_slice()) {
                (Some(sure), _) => sure,
                // Of several that differ in meaning only a person can choose.
                (None, [only]) if all => only,
                (None, fixes) => {
                    mended.left += usize::from(!fixes.is_empty());
                    continue;
                }
            };
            let fits = chosen.edits.iter().all(|edit| {
                ready.loaded.sources.asks_for(&edit.span.file) && edits.get(&edit.span.file).is_none_or(|others| others.iter().all(|other| apart(edit, other)))
            });
            if fits && !chosen.edits.is_empty() {
                count += 1;
                chosen.edits.iter().for_each(|edit| edits.entry(edit.span.file.clone()).or_default().push(edit.clone()));
            }
        }
        if count == 0 {
            if by_rules {
                break;
            }
            by_rules = true;
            continue;
        }
        let mut changed = false;
        for (path, edits) in edits {
            let db = &ready.loaded.db;
            let file: Option<SourceFile> = Workspace::get(db).files(db).iter().copied().find(|file| *file.path(db) == path && file.damage(db).is_none());
            let Some(file) = file else { continue };
            let before = file.text(db).to_owned();
            let Some(after) = applied(&before, edits).filter(|after| *after != before) else { continue };
            changed = true;
            mended.files.entry(path).or_insert_with(|| (before, String::new())).1.clone_from(&after);
            file.set_text(&mut ready.loaded.db).to(after);
        }
        if !changed {
            break;
        }
        mended.fixes += count;
    }
    mended
}

/// Whether two edits leave each other alone.
fn apart(one: &SpanEdit, other: &SpanEdit) -> bool {
    let (one, other) = (one.span.range, other.span.range);
    one.end < other.start || other.end < one.start || (one.end == other.start && one != other) || (other.end == one.start && one != other)
}

/// A text with edits made, which do not overlap; `None` where one lies outside it.
fn applied(text: &str, mut edits: Vec<SpanEdit>) -> Option<String> {
    edits.sort_by_key(|edit| (edit.span.range.start, edit.span.range.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in &edits {
        let (start, end) = (edit.span.range.start as usize, edit.span.range.end as usize);
        out.push_str(text.get(at..start)?);
        out.push_str(&edit.new);
        text.get(start..end)?;
        at = end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

impl Mended {
    /// What changed, as a diff that `git apply` takes.
    pub fn diff(&self, prefix: &str) -> String {
        self.files.iter().map(|(path, (before, after))| output::unified(&format!("{prefix}{path}"), before, after)).collect()
    }

    /// Writes the files, each in one go.
    pub fn write(&self, ready: &Ready) -> Result<(), LoadError> {
        self.files.iter().try_for_each(|(path, (_, after))| {
            let file = ready.loaded.sources.root.join(path.as_str());
            output::replace(&file, after)
        })
    }
}
