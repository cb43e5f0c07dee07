//! Renderings of diagnostics.

mod concise;
mod full;
mod json;
mod sources;

pub use concise::concise;
pub use full::full;
pub use json::{VERSION as JSON_VERSION, json};
pub use sources::{Sources, clean};
