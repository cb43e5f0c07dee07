//! Rules over random policies: nothing stops the judge, what it says is the same each time, and more knowledge only decides more.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod random;
mod support;

use std::collections::BTreeSet;

use nurture::diagnostics::Severity;
use nurture::plan::Plan;
use nurture::report::judgement::{self, Asked, judge};
use nurture::rules::census::Census;
use nurture::rules::eval;
use nurture::rules::policy::Policy;
use nurture::rules::value::Entity;
use random::Dice;

fn random_policy(dice: &mut Dice) -> (String, Plan) {
    for _ in 0..60 {
        let text = random::policy(dice, random::ALL).concat();
        if support::check(&text).iter().all(|found| found.severity != Severity::Error) {
            let plan = nurture::report::plan::plan(&support::policy(&text)).unwrap();
            return (text, plan);
        }
    }
    panic!("no random policy is right")
}

/// How many random policies are tried: more with `NURTURE_CASES`.
fn cases(usual: u64) -> u64 {
    std::env::var("NURTURE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn random_policies_are_judged_and_judged_alike() {
    let only: Option<u64> = std::env::var("NURTURE_SEED").ok().and_then(|text| text.parse().ok());
    let mut findings = 0;
    for seed in only.map_or(0..cases(25), |seed| seed..seed + 1) {
        let mut dice = Dice::new(seed + 7_000);
        let (text, plan) = random_policy(&mut dice);
        let told = || {
            let db = support::policy(&text);
            let told = judge(&db, &plan, &Asked::default()).unwrap();
            (support::rendered(&db, &told.findings), told.verdicts)
        };
        let (first, second) = (told(), told());
        assert_eq!(first, second, "seed {seed}");
        findings += first.0.lines().count();
    }
    assert!(only.is_some() || findings > 100);
}

#[test]
fn a_census_turns_only_what_was_not_decided() {
    for seed in 0..cases(12) {
        let mut dice = Dice::new(seed + 8_000);
        let (text, plan) = random_policy(&mut dice);
        let db = support::policy(&text);
        let rules = judgement::rules_for(&plan, &[]);
        let asked = |census: Option<Census>| {
            let policy = Policy::new(&plan, judgement::inputs(&db, &plan, &Asked { census, ..Asked::default() })).unwrap();
            let judged = eval::judge(&policy, &rules);
            let hits: BTreeSet<(usize, Entity)> = judged.hits.iter().map(|hit| (hit.rule, hit.subject)).collect();
            let open: BTreeSet<(usize, Entity)> = judged.undecided.iter().map(|open| (open.rule, open.subject)).collect();
            (hits, open)
        };
        let (before, open) = asked(None);
        let (after, still_open) = asked(Some(Census::imagined(&plan).unwrap()));
        for hit in &before {
            assert!(after.contains(hit), "seed {seed}: {} of {:?} went away", rules[hit.0].name, hit.1);
        }
        for hit in after.difference(&before) {
            assert!(open.contains(hit), "seed {seed}: {} of {:?} was decided before", rules[hit.0].name, hit.1);
        }
        assert!(still_open.is_subset(&open), "seed {seed}");
    }
}

/// Texts in another language are judged by the lists of the settings, and not at all without.
#[test]
fn texts_are_judged_in_their_language() {
    use nurture::db::RootDb;
    use nurture::db::load;
    use nurture::db::settings::{Named, read};
    let policy = r#"lead { role: one of cfo, controller }
content ours { kind article about problem language "de" text "ours.md" gives "Zahlen" answers "Was nun?" url "https://x.example/u" }
program p { audience role is cfo goal did reply by day 30 on join { email ours "Was nun?" } }
"#;
    let text = "Wir sind gut. Unser Haus ist unser Stolz, und wir zeigen es uns. ".repeat(10);
    let told = |settings: &str| {
        let (settings, problems) = read(settings, &|_| Named::Free, &[], &[]);
        assert!(problems.is_empty(), "{problems:?}");
        let db = load::in_memory_with(RootDb::default(), vec![("p.nurture".into(), policy.to_owned())], settings, &[("ours.md", &text)]);
        let plan = nurture::report::plan::plan(&db).unwrap();
        judge(&db, &plan, &Asked::default()).unwrap()
    };
    let without = told("");
    assert!(without.findings.iter().all(|found| found.check.name() != "self_talk"));
    assert!(without.not_judged.iter().any(|lacking| lacking.rule == "self_talk" && lacking.why.contains("`de`")), "{:?}", without.not_judged);
    let with = told("[words.de]\nus = [\"wir\", \"uns\", \"unser\"]\nyou = [\"du\", \"sie\", \"ihr\"]\n");
    let found = with.findings.iter().find(|found| found.check.name() == "self_talk").unwrap();
    assert_eq!(&policy[found.span.range.start as usize..found.span.range.end as usize], "\"ours.md\"");
}

/// Why nobody is in a segment: the conditions that contradict each other, each where it stands.
#[test]
fn contradictions_are_underlined() {
    let text = "lead { role: one of cfo, controller employees: whole number from 1 }\nsegment large where employees >= 500\nsegment small_large where in large and role is cfo and employees < 100\n";
    let db = support::policy(text);
    let plan = nurture::report::plan::plan(&db).unwrap();
    let told = judge(&db, &plan, &Asked::default()).unwrap();
    let found = told.findings.iter().find(|found| found.check.name() == "empty_segment").unwrap();
    let underlined: BTreeSet<&str> = found.labels.iter().map(|label| &text[label.span.range.start as usize..label.span.range.end as usize]).collect();
    assert_eq!(underlined, BTreeSet::from(["small_large", "employees >= 500", "employees < 100"]));
}

/// What a policy's contents are called decides nothing but ties: not how much one lead is found to get.
#[test]
fn names_of_contents_decide_nothing() {
    let from = support::root().join("examples/ledgerline");
    let found = |old: &str, new: &str| {
        let folder = tempfile::tempdir().unwrap();
        copy(&from, folder.path(), &|text| renamed(text, old, new));
        let (_, out, _) = support::run(folder.path(), &["check", "--no-allow", "--format", "concise"]);
        let mut rules: Vec<String> = out.lines().filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned())).collect();
        rules.sort();
        rules
    };
    let before = found("close_course", "close_course");
    assert!(before.iter().filter(|rule| *rule == "held_touches").count() == 3, "{before:?}");
    for name in ["close_course", "second_close", "board_brief"] {
        for first in ["aaa", "zzz"] {
            assert_eq!(found(name, &format!("{first}_{name}")), before, "{first}_{name}");
        }
    }
}

fn renamed(text: &str, old: &str, new: &str) -> String {
    // Names alone, and no files that are called alike.
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::new();
    let mut rest = text;
    while let Some(place) = rest.find(old) {
        let (before, behind) = (&rest[..place], &rest[place + old.len()..]);
        let own = !before.ends_with(|c| word(c) || c == '/') && !behind.starts_with(|c| word(c) || c == '.');
        out.push_str(before);
        out.push_str(if own { new } else { old });
        rest = behind;
    }
    out + rest
}

fn copy(from: &std::path::Path, to: &std::path::Path, change: &dyn Fn(&str) -> String) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let new = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir(&new).unwrap();
            copy(&path, &new, change);
        } else {
            std::fs::write(new, change(&std::fs::read_to_string(&path).unwrap())).unwrap();
        }
    }
}

/// Whoever is said to be handed to sales is, when they are played.
#[test]
fn whoever_is_said_to_be_handed_off_is() {
    use nurture::run::trace::{Trace, What};
    let mut played = 0;
    for seed in 0..cases(60) {
        let mut dice = Dice::new(seed + 9_000);
        let (_, plan) = random_policy(&mut dice);
        let rules = judgement::rules_for(&plan, &[]);
        let policy = Policy::new(&plan, judgement::inputs(&support::policy(""), &plan, &Asked::default())).unwrap();
        let running = nurture::run::Policy::new(&plan, &[], false).unwrap();
        for hit in eval::judge(&policy, &rules).hits {
            let (Entity::Handoff(_), Some(witness)) = (hit.subject, &hit.witness) else { continue };
            if !witness.still.identified() {
                continue;
            }
            let mut lead = witness.still.lead.clone();
            let from = lead.events.first().map_or(witness.still.now, |event| event.at).min(witness.still.now) - 3_600;
            lead.identified = Some(from);
            let mut trace = Trace::default();
            nurture::run::Player::new(&running).play(&lead, from, witness.still.now + 1, &mut trace);
            let handed = trace.entries.iter().any(|entry| matches!(entry.what, What::HandedOff { .. }));
            assert!(handed, "seed {seed}: {} says that somebody is handed off, and nobody is", rules[hit.rule].name);
            played += 1;
        }
    }
    assert!(played > 20, "{played}");
}
