//! What the policy as a whole is told by: its findings, with absolute places, and the plan document.

pub mod findings;
pub mod plan;
