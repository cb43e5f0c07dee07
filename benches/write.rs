//! Writes the policies of the benches into a folder, so that whole commands can be measured:
//! `cargo bench --bench write -- FOLDER`.

#![allow(missing_docs, reason = "a program of its own")]

use std::path::Path;
use std::{env, fs, io};

mod generator;

fn main() -> io::Result<()> {
    // Cargo adds `--bench`; a bench run without a folder has nothing to write.
    let Some(folder) = env::args().skip(1).find(|argument| !argument.starts_with('-')) else { return Ok(()) };
    let folder = Path::new(&folder);
    for (name, bytes) in [("1KB", 1_000), ("100KB", 100_000), ("1MB", 1_000_000), ("10MB", 10_000_000)] {
        let place = folder.join(name);
        fs::create_dir_all(&place)?;
        fs::write(place.join("policy.nurture"), generator::policy(bytes, 1))?;
    }
    for (path, text) in generator::workspace(1_000, 5_000, 1) {
        let path = folder.join("1000x5KB").join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}
