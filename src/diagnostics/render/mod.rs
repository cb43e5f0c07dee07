//! Renderings of diagnostics.

mod concise;
mod full;
mod identity;
mod json;
mod junit;
mod machines;
mod sarif;
mod sources;

pub use concise::concise;
pub use full::full;
pub use identity::{identities, identity};
pub use json::{Entry as JsonEntry, Failure as JsonFailure, VERSION as JSON_VERSION, entries, json};
pub use junit::{JunitCase, junit};
pub use machines::{checkstyle, github, gitlab, json_lines, markdown, rdjson};
pub use sarif::{Described, described_check, sarif};
pub use sources::{Sources, clean};
