//! What stands above a declaration: what a program is, a test that can be run, how often something is named.

use smol_str::SmolStr;

use super::Spot;
use super::names::{Symbol, references};
use crate::db::{Db, SourceFile, chunks, parsed};
use crate::diagnostics::Kind;
use crate::plan::{PillarState, Standing, Verdict};
use crate::text::Range;

/// What a lens says, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lens {
    /// What a program is: in words, and the program.
    Verdict(String, SmolStr),
    /// A test that can be run, by its title.
    Test(SmolStr),
    /// A declaration that is named in places.
    References(Symbol),
}

/// The lenses of a file, each with the name it stands above. How often something is named is asked later, one by one.
pub fn lenses(db: &dyn Db, file: SourceFile, verdicts: &[Verdict]) -> Vec<(Range, Lens)> {
    let mut found = Vec::new();
    for chunk in &chunks(db, file).chunks {
        let start = chunk.start(db);
        for item in &parsed(db, *chunk).items {
            let at = item.name_at().shift(start);
            let Some(name) = &item.name else { continue };
            match item.kind() {
                Kind::Test => found.push((at, Lens::Test(name.text.clone()))),
                Kind::Program => {
                    if let Some(verdict) = verdicts.iter().find(|verdict| verdict.program == name.text) {
                        found.push((at, Lens::Verdict(said(verdict), name.text.clone())));
                    }
                }
                _ => {}
            }
            if !matches!(item.kind(), Kind::Test | Kind::Limits | Kind::Lead) {
                found.push((at, Lens::References(Symbol::Declared(item.kind(), name.text.clone()))));
            }
        }
    }
    found
}

/// What a program is, with the pillars that it lacks.
fn said(verdict: &Verdict) -> String {
    let wanted = match verdict.standing {
        Standing::Isnt => PillarState::Denied,
        Standing::NotShown => PillarState::NotShown,
        _ => return verdict.standing.words().to_owned(),
    };
    let lacking: Vec<&str> = verdict.pillars.iter().filter(|pillar| pillar.state == wanted).map(|pillar| pillar.pillar.as_str()).collect();
    let word = if verdict.standing == Standing::Isnt { "not" } else { "open:" };
    format!("{} ({word} {})", verdict.standing.words(), lacking.join(", "))
}

/// Where something is named, and that in words.
pub fn named(db: &dyn Db, symbol: &Symbol) -> (String, Vec<Spot>) {
    let spots = references(db, symbol, false);
    let said = match spots.len() {
        0 => "not named anywhere".to_owned(),
        1 => "named in 1 place".to_owned(),
        more => format!("named in {more} places"),
    };
    (said, spots)
}
