//! Proofs about predicates over leads: whether some lead is in one, with a lead that shows it, or a proof that none is.
//!
//! Every question comes down to one: is there a lead for whom a node holds? The node and what lies below it become clauses
//! (`cone`, `column`); the solver finds truth values or proves that there are none (`sat`); from truth values a lead is built
//! (`choose`, `events`) and held against the evaluator before anything is claimed (`find`).

mod choose;
mod column;
mod cone;
mod events;
mod filters;
mod find;
mod kinds;
mod memory;
mod most;
mod needed;
mod points;
pub(crate) mod rewrite;
mod samples;
pub(crate) mod sat;
mod scores;
mod stop;
mod together;

pub use find::{Example, Found, Prover};
pub use kinds::{Told, Unserved};
pub use memory::{Memory, Remembering};
pub(crate) use most::points_of_one as most_points;
pub use samples::Samples;
pub use stop::{Stop, Stopped};

/// Of whom a question speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Universe {
    /// Leads in the database.
    Database,
    /// People who are not: nothing is known of them but what they did.
    Anonymous,
}
