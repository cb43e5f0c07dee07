//! A baseline: findings that a team knows of and has not mended yet. It follows what findings say, not where they stand, and only shrinks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostics::render::identity;
use crate::diagnostics::{Diagnostic, Finder, Severity};

/// The file of a workspace's baseline, beside `nurture.toml`.
pub const FILE: &str = "nurture.baseline.json";

/// The version of the file.
const VERSION: u64 = 1;

/// Findings that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u64,
    findings: Vec<Known>,
}

/// A finding that is known, as often as it was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The check or rule.
    pub name: String,
    /// What it said, for people: the identity counts.
    pub message: String,
    /// What tells it from others.
    pub identity: String,
    /// How many findings say this.
    pub count: usize,
}

/// Findings held against a baseline.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Those that it does not know, in their order.
    pub new: Vec<Diagnostic>,
    /// How many it knows.
    pub known: usize,
    /// What it knows and is there no more, with how often that is.
    pub gone: Vec<Known>,
}

/// Whether a finding may be put off. An error of the language may not: with one in the way, no rule is asked.
fn may_wait(found: &Diagnostic) -> bool {
    !(found.severity == Severity::Error && matches!(found.check, Finder::Check(_)))
}

impl Baseline {
    /// The baseline of these findings.
    pub fn of(findings: &[Diagnostic]) -> Self {
        let mut known: BTreeMap<String, Known> = BTreeMap::new();
        for found in findings.iter().filter(|found| may_wait(found)) {
            let identity = identity(found);
            known
                .entry(identity.clone())
                .or_insert_with(|| Known { name: found.check.name().to_owned(), message: found.message.clone(), identity, count: 0 })
                .count += 1;
        }
        let mut findings: Vec<Known> = known.into_values().collect();
        findings.sort();
        Self { version: VERSION, findings }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// What is wrong with the text, in plain words.
    pub fn read(text: &str) -> Result<Self, String> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| crate::run::input::plain_json_error(&error))?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(VERSION) => {}
            Some(other) => return Err(format!("it has version {other}, and this nurture reads version {VERSION}")),
            None => return Err("it does not say its `version`".to_owned()),
        }
        let read: Self = serde_json::from_value(value).map_err(|error| crate::run::input::plain_json_error(&error))?;
        let mut seen: Vec<&str> = read.findings.iter().map(|known| known.identity.as_str()).collect();
        seen.sort_unstable();
        match seen.windows(2).find(|pair| matches!(pair, [one, other] if one == other)) {
            Some([twice, _]) => Err(format!("it has `{twice}` twice")),
            _ => Ok(read),
        }
    }

    /// The text of the file: the same for the same findings, a line a field, so that a change is easy to review.
    pub fn text(&self) -> String {
        format!("{}\n", serde_json::to_string_pretty(self).unwrap_or_default())
    }

    /// How many findings it knows.
    pub fn len(&self) -> usize {
        self.findings.iter().map(|known| known.count).sum()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether a finding is one that it knows, however often it is found.
    pub fn knows(&self, found: &Diagnostic) -> bool {
        if self.findings.is_empty() || !may_wait(found) {
            return false;
        }
        let identity = identity(found);
        self.findings.iter().any(|known| known.identity == identity)
    }

    /// Parts findings into new ones and known ones. Of several that say the same the last ones are new.
    pub fn compare(&self, findings: &[Diagnostic]) -> Compared {
        let mut left: BTreeMap<&str, usize> = self.findings.iter().map(|known| (known.identity.as_str(), known.count)).collect();
        let mut compared = Compared::default();
        for found in findings {
            match left.get_mut(identity(found).as_str()).filter(|count| **count > 0 && may_wait(found)) {
                Some(count) => {
                    *count -= 1;
                    compared.known += 1;
                }
                None => compared.new.push(found.clone()),
            }
        }
        compared.gone = self
            .findings
            .iter()
            .filter_map(|known| left.get(known.identity.as_str()).filter(|count| **count > 0).map(|count| Known { count: *count, ..known.clone() }))
            .collect();
        compared
    }

    /// The baseline without what is gone.
    pub fn without(&self, gone: &[Known]) -> Self {
        let less = |known: &Known| known.count - gone.iter().find(|gone| gone.identity == known.identity).map_or(0, |gone| gone.count.min(known.count));
        let findings = self.findings.iter().map(|known| Known { count: less(known), ..known.clone() }).filter(|known| known.count > 0).collect();
        Self { version: VERSION, findings }
    }
}
