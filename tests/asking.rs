//! `nurture ask`: answers, examples that replay, contradictions, and mistakes in plain words.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use nurture::report::questions::{answer, read};
use nurture::run::lead::DAY;
use nurture::run::look;

const POLICY: &str = r#"
lead {
  role: one of cfo, controller, analyst
  industry: one of fintech, retail
  employees: whole number from 1
  score: number from 0 to 10 optional
  created: date from 2015-01-01 to today
  consent: one of none, single optional
  customer: flag
}
signal visit implicit { page: text, seconds: whole number from 0 }
signal download explicit { content: content }
segment chiefs where role is cfo
segment large where employees >= 500
segment large_chiefs where in chiefs and in large
segment nobody where role is cfo and role is controller
segment keen where did visit at least 3 times within 30 days
score warmth { +5 for visit at most 3 times per 7 days +30 for download +10 when role is cfo halves every 30 days from 0 to 100 }
program p { audience in chiefs on join { call "answer their question" } }
"#;

/// The answer of each question: `yes`, `no` or `unknown`, with what contradicts each other.
fn asked(questions: &[&str]) -> Vec<(String, Vec<String>)> {
    let mut db = support::policy(POLICY);
    let plan = nurture::report::plan::plan(&db).unwrap();
    let texts: Vec<String> = questions.iter().map(|text| (*text).to_owned()).collect();
    let read = read(&mut db, &plan, &texts);
    let answers = answer(&plan, 1_767_268_800 + 300 * DAY, &read).unwrap();
    read.iter()
        .zip(answers)
        .map(|(question, answer)| match (question, answer) {
            (Ok(question), Some(answer)) => {
                if let Some(example) = &answer.example {
                    // Whoever is shown is in the left group, save where they are to be left out of it.
                    let looked = look::ask(&plan, &example.still.lead, example.still.now, &[&question.left]).unwrap();
                    let left_out = answer.shows.contains("not in the first");
                    assert_eq!(looked.holds[0], !left_out, "{question:?}");
                }
                (answer.yes.map_or("unknown", |yes| if yes { "yes" } else { "no" }).to_owned(), answer.because)
            }
            (Err(mistake), _) => (format!("{} at {}", mistake.message, mistake.at.start), mistake.help.clone().into_iter().collect()),
            (Ok(_), None) => panic!("no answer"),
        })
        .collect()
}

#[test]
fn questions_are_answered() {
    let cases = [
        ("in chiefs covers in large_chiefs", "yes"),
        ("in large_chiefs covers in chiefs", "no"),
        ("in chiefs overlaps in large", "yes"),
        ("in nobody is empty", "yes"),
        ("in chiefs is empty", "no"),
        ("in chiefs is role in [cfo]", "yes"),
        ("role is cfo is in chiefs", "yes"),
        ("consent is not none is not (consent is none)", "no"),
        ("consent is known or consent is unknown covers everyone", "yes"),
        ("employees > 5 and employees < 6 is empty", "yes"),
        ("score > 5 and score < 6 is empty", "no"),
        ("audience of p overlaps customer", "yes"),
        ("in keen overlaps did not visit", "no"),
        ("in keen overlaps did not visit within 20 days", "yes"),
        ("created before 2020-01-01 and created within the last 30 days is empty", "no"),
        ("created before 2015-01-01 is empty", "yes"),
        ("did visit(page starts with \"/a\") and did visit(page starts with \"/b\") and did visit exactly 1 times is empty", "yes"),
        ("did visit(page contains \"a\") and did visit(page contains \"b\") and did visit exactly 1 times is empty", "no"),
        ("did visit(page is \"/a\") at least 2 times and did visit(page is \"/b\") at least 2 times and did visit at most 3 times is empty", "yes"),
        (
            "did not visit(page is \"/a\") within 7 days and did visit(page is \"/a\") within 30 days and did visit within 7 days and did visit at most 1 times within 30 days is empty",
            "yes",
        ),
        // Three visits a week: 5, fading, and 10 for the role.
        ("warmth >= 90 and did not download is empty", "no"),
        ("warmth >= 26 and did not download and did visit at most 3 times is empty", "yes"),
        ("warmth >= 60 and did not download is empty", "no"),
        ("warmth >= 40 and did not visit and role is analyst overlaps did download exactly 1 times", "no"),
        ("role is controller and in large covers in nobody", "no"),
    ];
    let answers = asked(&cases.map(|(question, _)| question));
    for ((question, wanted), (found, because)) in cases.iter().zip(&answers) {
        assert_eq!(found, wanted, "{question} ({because:?})");
    }
}

#[test]
fn a_no_tells_the_fewest_conditions_that_contradict_each_other() {
    let answers = asked(&["in large and in nobody and customer is empty", "employees >= 10 and industry is retail and employees < 5 is empty"]);
    assert_eq!(answers[0].1, ["role is cfo", "role is controller"]);
    assert_eq!(answers[1].1, ["employees >= 10", "employees <= 4"]);
}

#[test]
fn mistakes_are_told_where_they_stand() {
    let answers = asked(&["in chief is empty", "role is cto covers everyone", "hello", "role is cfo", ""]);
    assert_eq!(answers[0].0, "there is no segment or icp `chief` at 3");
    assert!(answers[1].0.contains("`cto`"), "{}", answers[1].0);
    for (found, help) in &answers[2..] {
        assert!(!found.contains("Rust") && !help.is_empty(), "{found} {help:?}");
    }
}
