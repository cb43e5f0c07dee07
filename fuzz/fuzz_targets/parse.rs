//! Any text is cut and read without a panic, and every place lies in its chunk.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nurture::syntax::{parse, scan};

fuzz_target!(|text: &str| {
    for chunk in scan(text).chunks {
        for problem in parse(&chunk.body).problems {
            let range = problem.range();
            assert!(range.start <= range.end && range.end as usize <= chunk.body.text.len());
        }
    }
});
