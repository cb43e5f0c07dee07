//! Any text is checked, rendered and, where it is a policy, compiled without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nurture::db::settings::Settings;
use nurture::db::{RootDb, Workspace, line_index, load};
use nurture::diagnostics::Severity;
use nurture::diagnostics::render::{Sources, concise, full, json};

fuzz_target!(|text: &str| {
    let db = load::in_memory(RootDb::default(), vec![("fuzz.nurture".into(), text.to_owned())], Settings::default());
    let found = nurture::report::findings::findings(&db);
    let mut sources = Sources::new("");
    for file in Workspace::get(&db).files(&db) {
        sources.add(file.path(&db).clone(), file.text(&db), line_index(&db, *file));
    }
    let shown = full(&found, &sources, false);
    assert!(!shown.contains('\u{1b}'));
    concise(&found, &sources);
    json(&found, &sources, None);
    if found.iter().all(|finding| finding.severity != Severity::Error) && text.contains("lead") {
        nurture::report::plan::plan(&db);
    }
});
