//! How many real leads there are: an input that comes from the database, counted by segment and program.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A count of the real database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Census {
    /// How many leads there are in all.
    pub total: u64,
    /// How many leads each segment or icp holds now.
    #[serde(default)]
    pub segments: BTreeMap<SmolStr, u64>,
    /// How many leads the audience of each program holds now.
    #[serde(default)]
    pub programs: BTreeMap<SmolStr, u64>,
}

impl Census {
    /// What is wrong with it, if something is: a count above the total, or a name that the policy does not have.
    pub fn problem(&self, plan: &crate::plan::Plan) -> Option<String> {
        for (what, counts) in [("segment", &self.segments), ("program", &self.programs)] {
            for (name, count) in counts {
                let known = match what {
                    "segment" => plan.segments.iter().any(|segment| segment.name == *name) || plan.icps.iter().any(|icp| icp.name == *name),
                    _ => plan.programs.iter().any(|program| program.name == *name),
                };
                if !known {
                    return Some(format!("the census counts the {what} `{name}`, and this policy has none of that name"));
                }
                if *count > self.total {
                    return Some(format!("the census counts {count} leads in the {what} `{name}`, and only {} in all", self.total));
                }
            }
        }
        None
    }
}
