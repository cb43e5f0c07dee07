//! The JSON Schema of the plan, made from its types.

use super::Plan;

/// The JSON Schema (draft 2020-12) of the plan document.
pub fn schema() -> serde_json::Value {
    let mut value = schemars::schema_for!(Plan).to_value();
    if let Some(object) = value.as_object_mut() {
        object.insert("title".to_owned(), "The plan of a nurture policy".into());
    }
    value
}
