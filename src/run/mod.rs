//! Runs a plan for one lead over time. See `grammar/EXECUTION.md` for the meaning, to the second.

pub mod case;
pub mod clock;
mod compile;
mod convert;
pub mod coverage;
mod hash;
pub mod inbox;
pub mod input;
pub mod lead;
pub mod look;
mod play;
pub(crate) mod policy;
mod question;
pub mod record;
mod score;
pub mod still;
pub mod story;
pub mod trace;
mod values;
pub mod why;

pub(crate) use compile::{Hashed, Meaning};
pub use compile::{Terms, Unfit};
pub use convert::Converter;
pub use play::Player;
pub use policy::{NodeId, Policy};
