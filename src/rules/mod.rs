//! Rules over the policy.

mod attributes;
pub mod census;
pub mod eval;
pub mod guards;
pub mod leads;
pub mod lint;
pub mod message;
pub mod policy;
pub mod pressure;
pub mod prose;
mod stories;
pub mod tracks;
pub mod truth;
pub mod value;
pub mod verdict;
pub mod who;

use crate::model::rule_schema::FACETS_BY_NAME;
use crate::plan::{Field, FieldType};

/// What a field says about a lead: as written, else told from its name, else from its type; `other` where nothing tells.
pub fn facet_of(field: &Field) -> &str {
    if let Some(means) = &field.means {
        return means;
    }
    let of = |name: &str| FACETS_BY_NAME.iter().find(|(_, names)| names.contains(&name)).map(|(facet, _)| *facet);
    of(&field.name).unwrap_or(match field.ty {
        // A day says when, and a number how much, whatever they are called.
        FieldType::Date(_) | FieldType::Moment => "time",
        FieldType::Number(_) | FieldType::WholeNumber(_) => "size",
        _ => "other",
    })
}
