//! The executor against a slow one that is written from the meaning alone, and the promises of every trace.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod random;
mod reference;
mod support;

use nurture::plan::Plan;
use nurture::run::lead::{DAY, Instant, Lead};
use nurture::run::trace::{Entry, Trace, What};
use nurture::run::{Player, Policy};
use random::{Dice, START};

/// The plan of a policy without errors.
fn compiled(text: &str) -> Result<Plan, String> {
    let db = support::policy(text);
    let found: Vec<_> = support::check(text).into_iter().filter(|found| found.severity == nurture::diagnostics::Severity::Error).collect();
    if found.is_empty() { Ok(nurture::report::plan::plan(&db).unwrap()) } else { Err(support::rendered(&db, &found)) }
}

/// A random policy that has no errors, with its declarations. Few have.
fn random_policy(dice: &mut Dice, kind: random::Kind) -> (Vec<String>, Plan) {
    let mut said = String::new();
    for _ in 0..50 {
        let items = random::policy(dice, kind);
        match compiled(&items.concat()) {
            Ok(plan) => return (items, plan),
            Err(found) => said = found,
        }
    }
    panic!("no random policy is right: {said}")
}

fn played(policy: &Policy, lead: &Lead, from: Instant, until: Instant) -> Vec<Entry> {
    let mut trace = Trace::default();
    Player::new(policy).play(lead, from, until, &mut trace);
    trace.entries
}

/// How many random policies are tried: more with `NURTURE_CASES`.
fn cases(usual: u64) -> u64 {
    std::env::var("NURTURE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn agrees_with_the_reference() {
    let only: Option<u64> = std::env::var("NURTURE_SEED").ok().and_then(|text| text.parse().ok());
    let (mut entries, mut sent, mut held) = (0, 0, 0);
    for seed in only.map_or(0..cases(400), |seed| seed..seed + 1) {
        if std::env::var_os("NURTURE_CASES").is_some() {
            eprintln!("seed {seed}");
        }
        let mut dice = Dice::new(seed);
        let (items, plan) = random_policy(&mut dice, random::ALL);
        let text = items.concat();
        let policy = Policy::new(&plan, &[], true).unwrap();
        for _ in 0..8 {
            let lead = random::lead(&mut dice, &plan, 12);
            let from = if dice.chance(20) { START + 5 * DAY } else { START };
            let until = from + 45 * DAY;
            let fast: Vec<Entry> =
                played(&policy, &lead, from, until).into_iter().filter(|entry| !matches!(entry.what, What::Score { .. } | What::UnknownZone | What::Waits { .. })).collect();
            if fast.len() > 5_000 {
                // Programs that start each other without end: the slow one would take too long.
                continue;
            }
            let slow = reference::play(&plan, &lead, from, until);
            if fast != slow {
                let place = fast.iter().zip(&slow).position(|(a, b)| a != b).unwrap_or(fast.len().min(slow.len()));
                let show = |list: &[Entry]| list.iter().skip(place.saturating_sub(12)).take(18).map(|entry| format!("{} {:?}\n", (entry.at - START) as f64 / 86_400.0, entry.what)).collect::<String>();
                panic!("seed {seed}: entry {place}\n--- fast\n{}--- slow\n{}\n{lead:?}\n{text}", show(&fast), show(&slow));
            }
            entries += fast.len();
            sent += fast.iter().filter(|entry| matches!(entry.what, What::Sent { .. })).count();
            held += fast.iter().filter(|entry| matches!(entry.what, What::Held { .. })).count();
        }
    }
    assert!(only.is_some() || (entries > 5_000 && sent > 300 && held > 100), "{entries} entries, {sent} sent, {held} held: too few to mean anything");
}

#[test]
#[ignore = "prints a random policy"]
fn show() {
    let seed: u64 = std::env::var("NURTURE_SEED").unwrap().parse().unwrap();
    println!("{}", random::policy(&mut Dice::new(seed), random::ALL).concat());
}
