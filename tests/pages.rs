//! The page of each check is its test: the wrong example is reported by it, the right one is free of errors.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use nurture::db::settings::{self, Named};
use nurture::diagnostics::{Check, Severity};

/// The first fenced block of `language` under the heading.
fn example(page: &str, heading: &str, language: &str) -> Option<String> {
    let section = page.split_once(&format!("\n## {heading}\n"))?.1;
    let section = ["\n## Right\n", "\n## How to mend it\n"].iter().fold(section, |section, next| section.split(next).next().unwrap_or(section));
    let body = section.split_once(&format!("```{language}\n"))?.1;
    Some(body.split_once("\n```")?.0.to_owned() + "\n")
}

/// Checks whose mistakes no text can show: they have tests of their own in `robust.rs`.
const BEYOND_TEXT: [Check; 5] = [Check::NotProved, Check::NotUtf8, Check::TooLarge, Check::TooDeep, Check::ByteOrderMark];

#[test]
fn examples_do_what_they_say() {
    let mut wrong = Vec::new();
    for check in Check::ALL {
        let (name, page) = (check.name(), check.page());
        assert!(page.starts_with(&format!("# {name}\n")), "{name}: the page begins with its name");
        assert!(page.contains("\n## How to mend it\n"), "{name}: the page says what to do");
        if BEYOND_TEXT.contains(check) {
            continue;
        }
        if *check == Check::UnknownSetting {
            let read = |text: &str| settings::read(text, &|_| Named::Free, &[], &[]).1;
            assert!(!read(&example(page, "Wrong", "toml").unwrap()).is_empty());
            assert!(read(&example(page, "Right", "toml").unwrap()).is_empty());
            continue;
        }
        if *check == Check::TestFailed {
            let failed = |text: &str| {
                let db = support::policy(text);
                assert!(support::check(text).iter().all(|finding| finding.severity != Severity::Error));
                let plan = nurture::report::plan::plan(&db).unwrap();
                let (cases, _) = nurture::report::cases::cases(&db);
                let cases = nurture::run::case::Cases::new(&plan, &cases).unwrap();
                cases.run(0, &mut cases.player()).unwrap().failures.len()
            };
            assert_eq!(failed(&example(page, "Wrong", "nurture").unwrap()), 1);
            assert_eq!(failed(&example(page, "Right", "nurture").unwrap()), 0);
            continue;
        }
        if *check == Check::IdleRule {
            let idle = |text: &str| {
                let db = support::policy(text);
                let plan = nurture::report::plan::plan(&db).unwrap();
                let told = nurture::report::judgement::judge(&db, &plan, &nurture::report::judgement::Asked::default()).unwrap();
                told.findings.iter().any(|found| found.check == Check::IdleRule)
            };
            assert!(idle(&example(page, "Wrong", "nurture").unwrap()));
            assert!(!idle(&example(page, "Right", "nurture").unwrap()));
            continue;
        }
        if *check == Check::UnnoticedChange {
            let unnoticed = |text: &str| {
                let db = support::policy(text);
                let plan = nurture::report::plan::plan(&db).unwrap();
                let (cases, _) = nurture::report::cases::cases(&db);
                let tried = nurture::report::mutants::tried(&db, &plan, &cases, 100, |_, _| {});
                tried.iter().any(|mutant| mutant.what == "this condition is turned round" && !mutant.noticed)
            };
            assert!(unnoticed(&example(page, "Wrong", "nurture").unwrap()));
            assert!(!unnoticed(&example(page, "Right", "nurture").unwrap()));
            continue;
        }
        let (Some(bad), Some(good)) = (example(page, "Wrong", "nurture"), example(page, "Right", "nurture")) else {
            wrong.push(format!("{name}: an example is missing"));
            continue;
        };
        // One needs to know what day it is.
        let checked = |text: &str| {
            if *check == Check::EndedAllow {
                let settings = nurture::db::settings::Settings { as_of: nurture::text::Date::new(2026, 11, 1), ..Default::default() };
                let files = vec![("policy.nurture".into(), text.to_owned())];
                return nurture::report::findings::findings(&nurture::db::load::in_memory(nurture::db::RootDb::default(), files, settings));
            }
            support::check(text)
        };
        let found = checked(&bad);
        if !found.iter().any(|finding| finding.check == *check) {
            wrong.push(format!(
                "{name}: the wrong example is not reported by it, but by {:?}",
                found.iter().map(|f| (f.check.name(), &f.message)).collect::<Vec<_>>()
            ));
        }
        let others: Vec<_> = found.iter().filter(|finding| finding.check != *check && finding.severity != Severity::Advice).collect();
        if !others.is_empty() {
            wrong
                .push(format!("{name}: the wrong example holds other mistakes: {:?}", others.iter().map(|f| (f.check.name(), &f.message)).collect::<Vec<_>>()));
        }
        for finding in checked(&good) {
            if finding.check == *check || finding.severity == Severity::Error {
                wrong.push(format!("{name}: the right example is reported: {} {}", finding.check.name(), finding.message));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
