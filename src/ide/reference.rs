//! What the reference says of a word of the language: rows of its tables.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// The reference, as it is printed.
const REFERENCE: &str = include_str!("../../grammar/REFERENCE.md");

/// A row that tells of a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The section it stands in, in small letters: "program", "journey and stage".
    pub section: String,
    /// The place of the word in the clause.
    pub place: usize,
    /// The clause, as it is written.
    pub clause: &'static str,
    /// What it means, in Markdown.
    pub meaning: &'static str,
}

fn rows() -> &'static FxHashMap<&'static str, Vec<Row>> {
    static ROWS: OnceLock<FxHashMap<&'static str, Vec<Row>>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut rows: FxHashMap<&'static str, Vec<Row>> = FxHashMap::default();
        let mut section = String::new();
        for line in REFERENCE.lines() {
            if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
                section = heading.to_lowercase();
                continue;
            }
            let Some(cells) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else { continue };
            let cells: Vec<&str> = cells.split(" | ").collect();
            let [first, meaning, ..] = cells.as_slice() else { continue };
            for code in first.split('`').skip(1).step_by(2) {
                let words = code.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '\''))).filter(|word| !word.is_empty());
                for (place, word) in words.enumerate().filter(|(_, word)| word.len() > 1 && word.starts_with(|c: char| c.is_ascii_lowercase())) {
                    rows.entry(word).or_default().push(Row { section: section.clone(), place, clause: code, meaning });
                }
            }
        }
        rows
    })
}

/// Words that only join others: what they mean depends on all around them.
const JOINTS: [&str; 33] = [
    "and", "as", "at", "back", "by", "day", "every", "for", "from", "if", "in", "is", "last", "least", "most", "next", "not", "of", "on", "or", "out", "per",
    "than", "the", "times", "to", "until", "up", "when", "where", "while", "with", "within",
];

/// Whether a clause goes on as the text does: `leave when …` is not `leave`, and `goal "…"` is not `goal PREDICATE`.
fn goes_on(clause: &str, next: &str) -> bool {
    match clause.split_whitespace().nth(1) {
        Some(second) if second.starts_with(|c: char| c.is_ascii_lowercase()) => second == next,
        Some(second) if second.starts_with('"') => next.starts_with('"'),
        Some(_) => !next.starts_with('"') && next != "when",
        None => next != "when",
    }
}

/// What the reference says of a word, best where it stands in a declaration that begins with `keyword` and where the word behind it is
/// `next`; nothing of a word that only joins others.
pub fn of(word: &str, keyword: Option<&str>, next: Option<&str>) -> Option<&'static Row> {
    if JOINTS.contains(&word) {
        return None;
    }
    let distance = |row: &Row| -> usize {
        if keyword.is_some_and(|keyword| row.section.split(' ').any(|part| part == keyword)) {
            0
        } else if keyword == Some("program") && matches!(row.section.as_str(), "tracks" | "steps" | "touches") {
            1
        } else if matches!(row.section.as_str(), "declarations" | "predicates") {
            2
        } else {
            3
        }
    };
    let fits = |row: &&Row| row.place > 0 || next.is_none_or(|next| goes_on(row.clause, next));
    rows().get(word)?.iter().filter(fits).min_by_key(|row| (2 * distance(row) + usize::from(row.place > 0), row.place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_clause_that_is_meant() {
        let clause = |word, keyword| of(word, Some(keyword), None).map(|row| row.clause);
        assert_eq!(clause("hold", "program"), Some("hold out N%"));
        assert_eq!(clause("kind", "content"), Some("kind WORD"));
        assert_eq!(clause("within", "segment"), None);
        let next = |word, next| of(word, Some("program"), Some(next)).map(|row| row.clause);
        assert_eq!(next("leave", "when"), Some("leave when PREDICATE"));
        assert_eq!(next("leave", "}"), Some("leave"));
        assert_eq!(next("goal", "did"), Some("goal PREDICATE"));
        assert_eq!(next("goal", "\"They"), Some("goal \"…\""));
        assert_eq!(clause("segment", "program"), Some("segment"));
        assert_eq!(clause("xyzzy", "program"), None);
    }
}
