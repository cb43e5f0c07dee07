//! Work on all cores, where there is enough of it.

use std::sync::Once;

use rayon::prelude::*;

use super::RootDb;

/// Fewer bytes than this are read by one thread: starting others would cost more than it saves.
const ENOUGH_BYTES: usize = 200_000;

/// Deeply nested text needs deep stacks: so many bytes each. Only what is used is taken from memory.
pub const STACK: usize = 64 << 20;

/// Whether `bytes` of policy are enough to start threads for; starts them if so.
pub fn worth(bytes: usize) -> bool {
    if bytes < ENOUGH_BYTES {
        return false;
    }
    start();
    true
}

/// Starts the threads, with stacks as deep as text can be.
pub fn start() {
    static START: Once = Once::new();
    // Where the threads run already, as in tests, they are as they are.
    START.call_once(|| drop(rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global()));
}

/// Applies `step` to each item with a handle of the database, on all cores if it is worth it; results in order.
pub fn map<T: Sync, R: Send>(db: &RootDb, items: &[T], parallel: bool, step: impl Fn(&RootDb, &T) -> R + Sync + Send) -> Vec<R> {
    if parallel { items.par_iter().map_with(db.clone(), |db, item| step(db, item)).collect() } else { items.iter().map(|item| step(db, item)).collect() }
}
