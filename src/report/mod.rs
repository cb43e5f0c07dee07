//! What the policy as a whole is told by: its findings, with absolute places, and the plan document.

pub mod baseline;
pub mod book;
pub mod cases;
mod contradiction;
pub mod covered;
pub mod diff;
mod evidence;
pub mod findings;
pub mod judgement;
pub mod loading;
mod mends;
pub mod mutants;
mod places;
pub mod plan;
pub mod questions;
pub mod sites;
