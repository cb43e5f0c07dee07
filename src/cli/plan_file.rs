//! Plans that were compiled before.

use std::path::Path;

use super::output::why_not_read;
use crate::db::load::LoadError;
use crate::plan::{FORMAT, Plan};

/// Reads a plan from its file.
pub(super) fn read(path: &Path) -> Result<Plan, LoadError> {
    let shown = path.display();
    let error = |message: String, help: &str| LoadError { message, help: Some(help.to_owned()) };
    let bytes = std::fs::read(path).map_err(|why| LoadError { message: format!("cannot read `{shown}`: {}", why_not_read(&why)), help: None })?;
    let text = String::from_utf8(bytes).map_err(|_| LoadError { message: format!("cannot read `{shown}`: it is no UTF-8 text"), help: None })?;
    // The version first: what follows may have another form.
    let version = serde_json::from_str::<serde_json::Value>(&text).ok().and_then(|value| value.get("format").and_then(serde_json::Value::as_u64));
    match version {
        Some(version) if version == u64::from(FORMAT) => {}
        Some(version) => {
            let message = format!("`{shown}` is a plan of format {version}, and this nurture reads format {FORMAT}");
            return Err(error(message, "compile it again with this version"));
        }
        None => return Err(error(format!("`{shown}` is no plan"), "`nurture compile -o plan.json` writes one")),
    }
    serde_json::from_str(&text).map_err(|why| {
        let said = why.to_string();
        let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what).to_owned();
        let message = format!("`{shown}` does not fit the form of a plan: line {}, column {}: {what}", why.line(), why.column());
        error(message, "`nurture schema` prints the form; `nurture compile -o plan.json` writes a plan")
    })
}
