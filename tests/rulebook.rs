//! The standard rulebook: each rule's own examples.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

use nurture::report::book;
use nurture::rules::policy::Inputs;
use nurture::text::Date;

#[test]
fn each_rule_reports_what_it_flags_and_nothing_that_it_passes() {
    let db = book::standard_db();
    let inputs = Inputs { today: Date::new(2026, 11, 1), ..Inputs::default() };
    let tried = book::try_examples(&db, None, &inputs);
    let wrong: Vec<String> = tried
        .iter()
        .filter_map(|tried| {
            let why = tried.wrong.as_ref()?;
            let text = nurture::rulebook::FILES.iter().find(|(name, _)| *name == tried.file).unwrap().1;
            let line = text[..tried.at.start as usize].matches('\n').count() + 1;
            Some(format!("{}:{line} {} {}: {why:?}", tried.file, tried.rule, if tried.flags { "flags" } else { "passes" }))
        })
        .collect();
    assert!(tried.len() > 300, "{}", tried.len());
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), tried.len(), wrong.join("\n"));
}

/// No standard rule is idle, and none says what another says.
#[test]
fn no_standard_rule_is_idle() {
    let rules: Vec<&nurture::plan::Rule> = book::standard_rules().iter().collect();
    let idle: Vec<String> = rules.iter().filter_map(|rule| Some(format!("{}: {:?}", rule.name, nurture::rules::lint::idle(rule, &rules)?))).collect();
    assert_eq!(idle, Vec::<String>::new());
}
