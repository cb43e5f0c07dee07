//! Literate specifications: policy and message side by side.
//!
//! In `tests/spec/*.md` each ```` ```nurture ```` block is a policy; where it does not declare a `lead` of its own, the
//! page's first block goes before it. The ```` ```text ```` block behind it is what `nurture check` says. With
//! `UPDATE_SPEC=1` in the environment the pages are rewritten: read them before you keep them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::fs;

use nurture::db::RootDb;
use nurture::db::load;
use nurture::db::settings::Settings;

fn said(shared: &str, text: &str) -> String {
    let mut files = vec![("policy.nurture".into(), text.to_owned())];
    if !text.starts_with("lead {") {
        files.push(("shared.nurture".into(), shared.to_owned()));
    }
    let db = load::in_memory(RootDb::default(), files, Settings::default());
    let mut found = nurture::report::findings::findings(&db);
    found.retain(|finding| finding.check != nurture::diagnostics::Check::UnusedDeclaration || text.contains("# unused"));
    found.retain(|finding| finding.span.file == "policy.nurture");
    support::rendered(&db, &found)
}

#[test]
fn policies_and_messages() {
    let update = std::env::var_os("UPDATE_SPEC").is_some();
    let mut wrong = Vec::new();
    let mut blocks = 0;
    let mut pages: Vec<_> = fs::read_dir(support::root().join("tests/spec")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    for path in pages {
        let page = fs::read_to_string(&path).unwrap();
        let mut parts = page.split("```nurture\n");
        let mut out = parts.next().unwrap_or("").to_owned();
        let mut shared: Option<String> = None;
        for part in parts {
            let (text, rest) = part.split_once("```\n").unwrap();
            let shared_text = shared.get_or_insert_with(|| text.to_owned()).clone();
            let expected = said(&shared_text, text);
            let (old, rest) = match rest.strip_prefix("\n```text\n") {
                Some(rest) => rest.split_once("```\n").unwrap(),
                None => ("", rest),
            };
            blocks += 1;
            if old != expected {
                wrong.push(format!("{}:\n{text}\n--- is\n{expected}--- was\n{old}", path.display()));
            }
            out.push_str(&format!("```nurture\n{text}```\n"));
            if !expected.is_empty() {
                out.push_str(&format!("\n```text\n{expected}```\n"));
            }
            out.push_str(rest);
        }
        if update {
            fs::write(&path, out).unwrap();
        }
    }
    assert!(blocks > 40);
    assert!(update || wrong.is_empty(), "{}", wrong.join("\n"));
}
