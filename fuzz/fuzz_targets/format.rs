//! Any text is laid out or refused for a merge conflict, never because what came out would say something else; and laid out again it is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nurture::format::{Refused, format};

fuzz_target!(|text: &str| {
    match format(text) {
        Ok(once) => assert_eq!(format(&once.text).map(|twice| twice.text), Ok(once.text)),
        Err(refused) => assert!(matches!(refused, Refused::Conflict(_))),
    }
});
