//! The prover against the evaluator: every lead that it shows is replayed, and every "nobody" is attacked by random leads.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod random;
mod support;

use nurture::plan::{Plan, Predicate};
use nurture::proof::{Found, Prover, Universe};
use nurture::run::lead::DAY;
use nurture::run::{Policy, Terms, look};
use random::{Dice, START};

/// How many random policies are tried: more with `NURTURE_CASES`.
fn cases(usual: u64) -> u64 {
    std::env::var("NURTURE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The predicates of a plan that speak of leads, outside of programs' own time.
fn predicates(plan: &Plan) -> Vec<Predicate> {
    let mut found: Vec<Predicate> = plan.segments.iter().map(|segment| segment.predicate.clone()).collect();
    found.extend(plan.icps.iter().map(|icp| icp.predicate.clone()));
    found.extend(plan.journeys.iter().flat_map(|journey| journey.stages.iter().map(|stage| stage.predicate.clone())));
    found.extend(plan.handoffs.iter().map(|handoff| handoff.predicate.clone()));
    found.extend(plan.programs.iter().filter(|program| !program.audience.anonymous).map(|program| program.audience.predicate.clone()));
    found
}

fn not(predicate: &Predicate) -> Predicate {
    Predicate::Not { of: Box::new(predicate.clone()) }
}

#[test]
fn every_example_is_one_and_every_nobody_is_nobody() {
    let only: Option<u64> = std::env::var("NURTURE_SEED").ok().and_then(|text| text.parse().ok());
    let (mut leads, mut nobody, mut unknown) = (0u32, 0u32, 0u32);
    let mut reasons: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
    for seed in only.map_or(0..cases(300), |seed| seed..seed + 1) {
        let mut dice = Dice::new(seed + 90_000);
        let Some((_, plan)) = random_plan(&mut dice) else { continue };
        let parts = predicates(&plan);
        if parts.is_empty() {
            continue;
        }
        let mut questions: Vec<Predicate> = Vec::new();
        for one in &parts {
            questions.push(one.clone());
            questions.push(not(one));
        }
        for _ in 0..12 {
            let (one, other) = (&parts[dice.roll(parts.len() as u64) as usize], &parts[dice.roll(parts.len() as u64) as usize]);
            let of = match dice.roll(4) {
                0 => vec![one.clone(), other.clone()],
                1 => vec![one.clone(), not(other)],
                2 => vec![not(one), other.clone()],
                _ => vec![not(one), not(other)],
            };
            questions.push(Predicate::And { of });
        }
        let mut terms = Terms::new(&plan).unwrap();
        let prover = Prover::new(START + 100 * DAY);
        let extra: Vec<(Option<u32>, &Predicate)> = questions.iter().map(|question| (None, question)).collect();
        let policy = Policy::new(&plan, &extra, true).unwrap();
        let mut never: Vec<usize> = Vec::new();
        for (number, question) in questions.iter().enumerate() {
            let node = terms.predicate(question, None).unwrap();
            match prover.find(&terms, node, Universe::Database) {
                Found::Lead(example) => {
                    leads += 1;
                    let looked = look::of(&policy, &example.still.lead, example.still.now);
                    assert!(looked.holds[number], "seed {seed}: {question:?}\n{example:?}");
                }
                Found::Nobody => {
                    nobody += 1;
                    never.push(number);
                }
                Found::Unknown(why) => {
                    unknown += 1;
                    *reasons.entry(why).or_default() += 1;
                    if only.is_some() {
                        eprintln!("unknown: {}", serde_json::to_string(question).unwrap());
                    }
                }
            }
        }
        for _ in 0..60 {
            let lead = random::lead(&mut dice, &plan, 14);
            let at = START + dice.roll(60 * 24) as i64 * 3600;
            let looked = look::of(&policy, &lead, at.max(lead.identified.unwrap_or(at)));
            for number in &never {
                assert!(!looked.holds.get(*number).copied().unwrap_or(false), "seed {seed}: {:?}\n{lead:?} at {at}", questions[*number]);
            }
        }
    }
    eprintln!("{leads} leads, {nobody} nobody, {unknown} unknown: {reasons:?}");
    assert!(only.is_some() || (leads > 1000 && nobody > 100));
    assert!(unknown * 50 <= leads + nobody, "{unknown} unknown: {reasons:?}");
}

fn random_plan(dice: &mut Dice) -> Option<(String, Plan)> {
    (0..50).find_map(|_| {
        let text = random::policy(dice, random::ALL).concat();
        let found = support::check(&text);
        let wrong = found.iter().any(|found| found.severity == nurture::diagnostics::Severity::Error);
        if wrong { None } else { Some((text.clone(), nurture::report::plan::plan(&support::policy(&text))?)) }
    })
}
