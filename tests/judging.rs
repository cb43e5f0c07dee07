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
