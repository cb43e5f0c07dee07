//! Work that may be stopped from outside: nobody waits for its answer any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A wish that work should stop. Shared by its clones.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

/// What unwinds the stack of work that was stopped. No panic: nothing is printed.
#[derive(Debug)]
pub struct Stopped;

impl Stop {
    /// Asks for the end of the work.
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the end was asked for.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Unwinds with [`Stopped`] if the end was asked for: who begins such work catches it.
    pub fn check(&self) {
        if self.asked() {
            std::panic::resume_unwind(Box::new(Stopped));
        }
    }
}
