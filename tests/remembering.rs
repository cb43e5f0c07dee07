//! Who judges again after each edit proves again only what the edit changes, and says what a fresh judgement says.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod random;
mod support;

use nurture::db::RootDb;
use nurture::db::load;
use nurture::db::settings::Settings;
use nurture::diagnostics::Severity;
use nurture::proof::Memory;
use nurture::report::judgement::{Asked, judge};
use nurture::text::Date;
use random::Dice;

/// The files of the example, by path: its policy, or the texts of its contents.
fn example(folder: &str, extension: &str) -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ledgerline").join(folder);
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|of| of == extension))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

fn ledgerline() -> Vec<(String, String)> {
    example("", "nurture")
}

/// What is said of a policy, and how many questions that took.
fn told(files: &[(String, String)], memory: Option<&Memory>) -> (String, u64) {
    let settings = Settings { as_of: Date::new(2026, 11, 1), ..Settings::default() };
    let texts: Vec<(String, String)> = example("content", "md").into_iter().map(|(path, text)| (format!("content/{path}"), text)).collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let db = load::in_memory_with(RootDb::default(), files.iter().map(|(path, text)| (path.into(), text.clone())).collect(), settings, &texts);
    let plan = nurture::report::plan::plan(&db).unwrap();
    let told = judge(&db, &plan, &Asked { memory: memory.cloned(), ..Asked::default() }).unwrap();
    (format!("{}\n{:?}\n{:?}", support::rendered(&db, &told.findings), told.verdicts, told.not_judged), told.questions)
}

/// The files with one text in place of another, which stands there once.
fn edited(files: &[(String, String)], from: &str, to: &str) -> Vec<(String, String)> {
    assert_eq!(files.iter().map(|(_, text)| text.matches(from).count()).sum::<usize>(), 1, "{from}");
    files.iter().map(|(path, text)| (path.clone(), text.replace(from, to))).collect()
}

#[test]
fn nothing_is_proved_twice() {
    let files = ledgerline();
    let memory = Memory::default();
    let (first, questions) = told(&files, Some(&memory));
    assert!(questions > 500, "{questions}");
    assert_eq!(told(&files, Some(&memory)), (first.clone(), 0));
    assert_eq!(told(&files, None).0, first);
    // Neither comments nor places are part of a question.
    let above: Vec<(String, String)> = files.iter().map(|(path, text)| (path.clone(), format!("# A comment above everything.\n\n{text}"))).collect();
    assert_eq!(told(&above, Some(&memory)).1, 0);
}

#[test]
fn an_edit_in_one_program_proves_little_again() {
    let files = ledgerline();
    let (_, all) = told(&files, None);
    let edits = [
        // Whom one program is for, whom a touch is for, and what an `if` asks.
        (
            "audience in mid_market and in evaluators and not in customers",
            "audience in mid_market and in evaluators and employees < 3_000 and not in customers",
            3,
        ),
        ("only if role is controller and did not attend(content is live_close)", "only if role is cfo and did not attend(content is live_close)", 3),
        ("if did attend(content is live_close) within 14 days {", "if did attend(content is live_close) within 21 days {", 3),
    ];
    for (from, to, share) in edits {
        let memory = Memory::default();
        told(&files, Some(&memory));
        let files = edited(&files, from, to);
        let (warm, asked) = told(&files, Some(&memory));
        assert!(asked > 0 && asked * share < all, "{from}: {asked} of {all}");
        assert_eq!(warm, told(&files, None).0, "{from}");
    }
    // Neither a title nor how long a track waits is part of a question about who it is for.
    for (from, to) in [("\"A useful word for those we lost sight of\"", "\"A word for those we lost sight of\""), ("    wait 12 days\n", "    wait 13 days\n")]
    {
        let memory = Memory::default();
        told(&files, Some(&memory));
        let (warm, asked) = told(&edited(&files, from, to), Some(&memory));
        assert_eq!(asked, 0, "{from}");
        assert_eq!(warm, told(&edited(&files, from, to), None).0, "{from}");
    }
}

/// A declaration is taken away, and put back: each time what is said is what a fresh judgement says.
#[test]
fn what_is_remembered_is_what_would_be_found() {
    let mut compared = 0;
    for seed in 0..std::env::var("NURTURE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(25u64) {
        let mut dice = Dice::new(seed + 11_000);
        let items = random::policy(&mut dice, random::ALL);
        let right = |items: &[String]| support::check(&items.concat()).iter().all(|found| found.severity != Severity::Error);
        if !right(&items) {
            continue;
        }
        let files = |items: &[String]| vec![("policy.nurture".to_owned(), items.concat())];
        let memory = Memory::default();
        assert_eq!(told(&files(&items), Some(&memory)).0, told(&files(&items), None).0, "seed {seed}");
        for place in 0..items.len() {
            let mut fewer = items.clone();
            fewer.remove(place);
            if right(&fewer) && nurture::report::plan::plan(&support::policy(&fewer.concat())).is_some() {
                assert_eq!(told(&files(&fewer), Some(&memory)).0, told(&files(&fewer), None).0, "seed {seed} without item {place}");
                compared += 1;
            }
        }
        assert_eq!(told(&files(&items), Some(&memory)).0, told(&files(&items), None).0, "seed {seed}");
    }
    assert!(compared > 20, "{compared}");
}

/// What was proved of one lead says nothing of another, though the questions are written alike.
#[test]
fn answers_stand_on_their_ground() {
    let of = |size: &str| {
        let text = format!(
            "lead {{ size: {size} from 1 }}
limits {{ at most 1 email per 7 days }}
program small {{ audience size < 6 on join {{ email \"One\" email \"Two\" }} }}
program large {{ audience size > 5 on join {{ email \"Three\" email \"Four\" }} }}
"
        );
        vec![("policy.nurture".to_owned(), text)]
    };
    // Nobody is in both as long as sizes are whole.
    let memory = Memory::default();
    let (whole, any) = (told(&of("whole number"), Some(&memory)).0, told(&of("number"), Some(&memory)).0);
    assert_ne!(whole, any);
    assert_eq!((whole, any), (told(&of("whole number"), None).0, told(&of("number"), None).0));
}

/// Whoever does not wait for an answer any more ends the work: at once where nothing is begun, and without a word.
#[test]
fn work_that_nobody_waits_for_stops() {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use nurture::proof::{Stop, Stopped};
    use nurture::report::judgement::{Asked, judge};

    let loaded = support::workspace(&support::root().join("examples/ledgerline"));
    let plan = nurture::report::plan::plan(&loaded.db).unwrap();
    let stop = Stop::default();
    stop.now();
    let asked = Asked { stop: Some(stop), ..Asked::default() };
    let outcome = catch_unwind(AssertUnwindSafe(|| judge(&loaded.db, &plan, &asked).map(|judged| judged.questions)));
    assert!(outcome.unwrap_err().is::<Stopped>());
    let asked = Asked { stop: Some(Stop::default()), ..Asked::default() };
    assert!(judge(&loaded.db, &plan, &asked).unwrap().questions > 0);
}
