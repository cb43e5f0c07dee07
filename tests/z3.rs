//! The prover against Z3 on random questions. Needs Python with the package `z3-solver`: `.ci/run` installs it and runs this.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod random;
mod support;

use std::io::Write as _;
use std::process::{Command, Stdio};

use nurture::diagnostics::Severity;
use nurture::plan::{Plan, Predicate};
use nurture::proof::{Found, Prover, Universe};
use nurture::run::Terms;
use nurture::run::lead::DAY;
use random::{Dice, START};
use serde_json::json;

/// How many random policies are tried: more with `NURTURE_CASES`.
fn cases(usual: u64) -> u64 {
    std::env::var("NURTURE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn random_plan(dice: &mut Dice) -> Option<Plan> {
    (0..50).find_map(|_| {
        let text = random::policy(dice, random::ALL).concat();
        let wrong = support::check(&text).iter().any(|found| found.severity == Severity::Error);
        if wrong { None } else { nurture::report::plan::plan(&support::policy(&text)) }
    })
}

#[test]
#[ignore = "needs Python with z3-solver"]
fn agrees_with_z3() {
    let python = std::env::var("NURTURE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = support::root().join("tests/z3/agree.py");
    let mut child = Command::new(&python).arg(&script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let not = |predicate: &Predicate| Predicate::Not { of: Box::new(predicate.clone()) };
    for seed in 0..cases(260) {
        let mut dice = Dice::new(seed + 50_000);
        let Some(plan) = random_plan(&mut dice) else { continue };
        let parts: Vec<Predicate> = plan.segments.iter().map(|segment| segment.predicate.clone()).collect();
        if parts.is_empty() {
            continue;
        }
        let mut questions: Vec<Predicate> = parts.iter().flat_map(|part| [part.clone(), not(part)]).collect();
        for _ in 0..6 {
            let (one, other) = (&parts[dice.roll(parts.len() as u64) as usize], &parts[dice.roll(parts.len() as u64) as usize]);
            questions.push(Predicate::And { of: vec![one.clone(), not(other)] });
            questions.push(Predicate::And { of: vec![one.clone(), other.clone()] });
        }
        let mut terms = Terms::new(&plan).unwrap();
        let prover = Prover::new(START + 100 * DAY);
        let mut asked = Vec::new();
        for question in &questions {
            let node = terms.predicate(question, None).unwrap();
            let answer = match prover.find(&terms, node, Universe::Database) {
                Found::Lead(_) => "somebody",
                Found::Nobody => "nobody",
                Found::Unknown(_) => continue,
            };
            asked.push(json!({ "predicate": question, "answer": answer }));
        }
        writeln!(input, "{}", json!({ "plan": plan, "questions": asked })).unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    let agree: u32 = said.split(' ').next().unwrap().parse().unwrap();
    eprintln!("{said}");
    assert!(agree > 1_000, "{said}");
}
