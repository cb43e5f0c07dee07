//! Whole policies, honest and not, with the verdict and the errors that each must get: the first lines of each file say so.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::collections::BTreeSet;
use std::fs;

use nurture::diagnostics::Severity;
use nurture::plan::{PillarState, Standing, Verdict};
use nurture::report::judgement::{Asked, judge};

fn said(verdict: &Verdict) -> String {
    let of = |state: PillarState| {
        let names: Vec<&str> = verdict.pillars.iter().filter(|pillar| pillar.state == state).map(|pillar| pillar.pillar.as_str()).collect();
        names.join(", ")
    };
    match verdict.standing {
        Standing::Is => "is nurturing".to_owned(),
        Standing::Isnt => format!("isn't nurturing ({})", of(PillarState::Denied)),
        Standing::NotShown => format!("not shown ({})", of(PillarState::NotShown)),
        Standing::NotJudged => "not judged".to_owned(),
    }
}

#[test]
fn each_policy_gets_the_verdict_that_it_deserves() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    let mut files: Vec<_> = fs::read_dir(support::root().join("tests/verdicts")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let db = support::policy(&text);
        let language: Vec<_> = support::check(&text).into_iter().filter(|found| found.severity == Severity::Error).collect();
        assert!(language.is_empty(), "{name}: {}", support::rendered(&db, &language));
        let plan = nurture::report::plan::plan(&db).unwrap();
        let told = judge(&db, &plan, &Asked::default()).unwrap();
        let errors: BTreeSet<&str> = told.findings.iter().filter(|found| found.severity == Severity::Error).map(|found| found.check.name()).collect();
        let errors = if errors.is_empty() { "none".to_owned() } else { errors.into_iter().collect::<Vec<_>>().join(", ") };
        for line in text.lines().take_while(|line| line.starts_with('#')) {
            tried += 1;
            if let Some(rest) = line.strip_prefix("# verdict ") {
                let (program, wanted) = rest.split_once(": ").unwrap();
                let found = told.verdicts.iter().find(|verdict| verdict.program == program).unwrap_or_else(|| panic!("{name} has no program {program}"));
                if said(found) != wanted {
                    wrong.push(format!("{name}: {program}: {}, and should be: {wanted}\n    {:?}", said(found), found.pillars));
                }
            } else if let Some(wanted) = line.strip_prefix("# errors: ") {
                if errors != wanted {
                    let shown: Vec<_> = told.findings.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
                    wrong.push(format!("{name}: errors {errors}\n{name}: wanted {wanted}\n{}", support::rendered(&db, &shown)));
                }
            } else {
                tried -= 1;
            }
        }
    }
    assert!(tried > 30);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
