//! Renderings of diagnostics.

mod concise;
mod full;
mod json;
mod junit;
mod sources;

pub use concise::concise;
pub use full::full;
pub use json::{VERSION as JSON_VERSION, entries, json};
pub use junit::{JunitCase, junit};
pub use sources::{Sources, clean};
