//! What tells that a finding is the same as one of an earlier run: what it says of what, not where it stands.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::diagnostics::Diagnostic;

/// What a finding says of what, as 32 hexadecimal digits: the same for all that say the same.
pub fn identity(found: &Diagnostic) -> String {
    hashed(found.check.name(), &without_figures(&found.message), 0)
}

fn hashed(name: &str, said: &str, number: usize) -> String {
    let hash = Sha256::digest(format!("nurture/v1\n{name}\n{said}\n{number}").as_bytes());
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// For each finding 32 hexadecimal digits: the same after its text was moved, its file renamed or formatted anew, or when a figure in it
/// became another. Findings that say the same are told apart by their number.
pub fn identities(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut seen: BTreeMap<(&str, String), usize> = BTreeMap::new();
    diagnostics
        .iter()
        .map(|found| {
            let said = without_figures(&found.message);
            let number = seen.entry((found.check.name(), said.clone())).or_insert(0);
            *number += 1;
            hashed(found.check.name(), &said, *number)
        })
        .collect()
}

/// A message with `#` for each number that is not part of what is quoted in it.
fn without_figures(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let (mut quoted, mut figure) = (false, false);
    for c in message.chars() {
        quoted ^= c == '`';
        let digit = !quoted && c.is_ascii_digit();
        match (digit, figure) {
            (true, false) => out.push('#'),
            (true, true) => {}
            (false, _) => out.push(c),
        }
        figure = digit;
    }
    out
}
