//! What is said of each program: is it nurturing, and by what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::PlanName;

/// The verdict on a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The program.
    pub program: PlanName,
    /// Whether it is nurturing.
    pub standing: Standing,
    /// The four questions, in order.
    pub pillars: Vec<Pillar>,
    /// Good practices that it shows besides; they weigh nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub practices: Vec<SmolStr>,
}

/// Whether a program is nurturing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// All four pillars are shown.
    Is,
    /// A pillar is denied.
    Isnt,
    /// No pillar is denied, and not all are shown.
    NotShown,
    /// It is for customers only.
    NotJudged,
}

impl Standing {
    /// What is said of a program, behind its name.
    pub fn words(self) -> &'static str {
        match self {
            Self::Is => "is nurturing",
            Self::Isnt => "isn't nurturing",
            Self::NotShown => "is not shown to be nurturing",
            Self::NotJudged => "is not judged",
        }
    }
}

/// One of the four questions, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pillar {
    /// Which: `for_someone`, `listens`, `about_them`, `leads_somewhere`.
    pub pillar: SmolStr,
    /// The answer.
    pub state: PillarState,
    /// What it rests on, where it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// The rules that deny it, or those that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<SmolStr>,
    /// Why the author allows what denies it. It is denied all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<SmolStr>,
    /// Rules that bear on it and were not decided, each with what it lacked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_judged: Vec<String>,
}

/// The answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PillarState {
    /// A rule denies it.
    Denied,
    /// A practice shows it.
    Shown,
    /// Neither.
    NotShown,
}

/// What an answer rests on, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// On what the author says of the content.
    AsStated,
    /// On texts or a census.
    Measured,
    /// On proofs over conditions and paths.
    Proved,
}
