//! Rules at the command line: findings, verdicts, levels, allow, census, packs, explain, questions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn nurture(folder: &Path, args: &[&str]) -> Said {
    with_input(folder, args, "")
}

fn with_input(folder: &Path, args: &[&str], input: &str) -> Said {
    let output = Command::cargo_bin("nurture").unwrap().current_dir(folder).args(args).write_stdin(input).output().unwrap();
    Said { code: output.status.code().unwrap(), out: String::from_utf8(output.stdout).unwrap(), err: String::from_utf8(output.stderr).unwrap() }
}

const LEAD: &str = "lead {\n  role: one of cfo, controller\n  consent: one of none, single\n  customer: flag\n}\nsignal visit implicit { page: text }\n";
const BLAST: &str = "content news { kind newsletter about company gives \"Figures\" url \"https://x.example/n\" }\nprogram p \"News\" {\n  audience everyone\n  goal did reply by day 90\n  on join {\n    email news \"Our news\"\n  }\n  leave when did unsubscribe\n}\n";

fn workspace(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_blast_stops_the_plan_and_no_allow_makes_it_nurturing() {
    let folder = workspace(&[("nurture.toml", ""), ("lead.nurture", LEAD), ("p.nurture", BLAST)]);
    let said = nurture(folder.path(), &["check"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("error[blast_the_database]: `email news` of `p`: the whole database gets it"), "{}", said.out);
    assert!(said.out.contains("for example a lead who is no customer and who did nothing"), "{}", said.out);
    assert!(said.err.contains("`p` isn't nurturing: "), "{}", said.err);
    assert_eq!(nurture(folder.path(), &["compile"]).code, 1, "an error of a rule stops the plan");
    assert_eq!(nurture(folder.path(), &["compile", "--no-rules"]).code, 0);
    // With a reason it compiles, and is no nurturing all the same.
    let allowed =
        BLAST.replace("    email news \"Our news\"", "    email news \"Our news\" { allow blast_the_database because \"The law asks us to tell everyone.\" }");
    fs::write(folder.path().join("p.nurture"), allowed).unwrap();
    let said = nurture(folder.path(), &["check", "--format", "json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert!(!said.out.contains("\"blast_the_database\",\n      \"severity\""), "{}", said.out);
    let pillar = &document["verdicts"][0]["pillars"][0];
    assert_eq!((&pillar["pillar"], &pillar["state"]), (&"for_someone".into(), &"denied".into()));
    assert_eq!(pillar["allowed"][0], "The law asks us to tell everyone.");
    assert_eq!(document["verdicts"][0]["standing"], "isnt");
    assert!(nurture(folder.path(), &["check", "--no-allow"]).out.contains("error[blast_the_database]"));
    let listed = nurture(folder.path(), &["rules", "--allowed"]);
    assert_eq!(listed.out, "p.nurture:6: blast_the_database of `email news` of `p`: The law asks us to tell everyone.\n");
    // Off in the settings is no yes either.
    fs::write(folder.path().join("p.nurture"), BLAST).unwrap();
    fs::write(folder.path().join("nurture.toml"), "[levels]\nblast_the_database = \"off\"\n").unwrap();
    let said = nurture(folder.path(), &["check"]);
    assert!(!said.out.contains("blast_the_database") && said.err.contains("`p` isn't nurturing: for_someone"), "{}", said.err);
}

#[test]
fn an_allow_that_silences_nothing_is_told() {
    let honest = BLAST.replace("audience everyone", "audience role is cfo\n  allow blast_the_database because \"We thought so.\"");
    let folder = workspace(&[("nurture.toml", ""), ("lead.nurture", LEAD), ("p.nurture", &honest)]);
    let said = nurture(folder.path(), &["check"]);
    assert!(said.out.contains("warning[unused_allow]: this `allow blast_the_database` silences nothing"), "{}", said.out);
    assert!(!said.out.contains("error[blast_the_database]"));
}

/// What is put off until a day comes back on the day after; where nobody says what day it is, nothing ends.
#[test]
fn an_allow_ends_on_its_day() {
    let put_off = BLAST.replace(
        "    email news \"Our news\"",
        "    email news \"Our news\" { allow blast_the_database because \"The list is cut in January.\" until 2027-01-31 }",
    );
    let folder = workspace(&[("nurture.toml", ""), ("lead.nurture", LEAD), ("p.nurture", &put_off)]);
    for day in [None, Some("2027-01-31")] {
        let args: Vec<&str> = ["check"].into_iter().chain(day.into_iter().flat_map(|day| ["--as-of", day])).collect();
        let said = nurture(folder.path(), &args);
        assert!(!said.out.contains("error[blast_the_database]") && !said.out.contains("ended_allow"), "{day:?}: {}", said.out);
    }
    let said = nurture(folder.path(), &["check", "--as-of", "2027-02-01"]);
    assert!(said.out.contains("error[blast_the_database]"), "{}", said.out);
    assert!(said.out.contains("warning[ended_allow]: this `allow blast_the_database` ended on 2027-01-31"), "{}", said.out);
    assert!(!said.out.contains("unused_allow"), "one mistake, one message: {}", said.out);
    let listed = nurture(folder.path(), &["rules", "--allowed", "--format", "json"]);
    assert!(listed.out.contains("\"until\": \"2027-01-31\""), "{}", listed.out);
    let plan: Value = serde_json::from_str(&nurture(folder.path(), &["compile", "--no-rules"]).out).unwrap();
    assert!(plan.to_string().contains("\"until\":\"2027-01-31\""));
}

#[test]
fn a_census_measures_reach() {
    let audience = BLAST.replace("audience everyone", "audience role is cfo");
    let folder = workspace(&[
        ("nurture.toml", ""),
        ("lead.nurture", LEAD),
        ("p.nurture", &audience),
        ("census.json", "{\"total\": 1000, \"programs\": {\"p\": 900}}"),
        ("twice.json", "{\"total\": 1000, \"programs\": {\"p\": 900, \"p\": 10}}"),
        ("wrong.json", "{\"total\": 10, \"programs\": {\"p\": 900}}"),
        ("unknown.json", "{\"total\": 10, \"segments\": {\"nobody\": 1}}"),
        ("broken.json", "{\"total\": }"),
    ]);
    let said = nurture(folder.path(), &["check", "--verbose"]);
    assert!(said.err.contains("not judged: wide_reach: there is no census"), "{}", said.err);
    assert!(!said.out.contains("wide_reach"));
    let said = nurture(folder.path(), &["check", "--census", "census.json"]);
    assert!(said.out.contains("warning[wide_reach]") && said.out.contains("50%"), "{}", said.out);
    for (file, told) in [
        ("wrong.json", "only 10 in all"),
        ("unknown.json", "none of that name"),
        ("broken.json", "is no census"),
        ("twice.json", "it says `p` twice"),
        ("none.json", "cannot read"),
    ] {
        let said = nurture(folder.path(), &["check", "--census", file]);
        assert_eq!(said.code, 2, "{file}");
        assert!(said.err.contains(told), "{file}: {}", said.err);
    }
    let schema: Value = serde_json::from_str(&nurture(folder.path(), &["schema", "census"]).out).unwrap();
    let document: Value = serde_json::from_str("{\"total\": 1000, \"programs\": {\"p\": 900}}").unwrap();
    assert!(jsonschema::is_valid(&schema, &document));
}

const RULE: &str = r#"rule short_subjects isn't nurturing {
  level error
  each touch where touch.direct
  when touch.subject is "Our news"
  because "A subject says what is in it for the reader."
  instead "Name what the reader learns."
  flags { program q { audience role is cfo on join { email "Our news" } } }
  passes { program q { audience role is cfo on join { email "Three steps to a faster close" } } }
}
"#;

#[test]
fn own_rules_and_packs_judge_beside_the_standard_ones() {
    let honest = BLAST.replace("audience everyone", "audience role is cfo");
    let folder = workspace(&[
        ("nurture.toml", "packs = [\"house\"]\n"),
        ("lead.nurture", LEAD),
        ("p.nurture", &honest),
        ("house/nurture.toml", ""),
        ("house/lead.nurture", LEAD),
        ("house/rules.nurture", RULE),
    ]);
    let said = nurture(folder.path(), &["check"]);
    assert!(said.out.contains("error[short_subjects]: `email news` of `p`: a subject says what is in it for the reader"), "{}", said.out);
    // The words that the rule goes by are underlined.
    assert!(said.out.contains("p.nurture:6:16"), "{}", said.out);
    let rules = nurture(folder.path(), &["rules"]).out;
    assert!(rules.lines().any(|line| line.starts_with("short_subjects") && line.ends_with("[house/rules.nurture]")), "{rules}");
    let said = nurture(folder.path(), &["test", "house"]);
    assert!(said.code == 0 && said.err.contains("2 examples of rules passed"), "{} {}", said.out, said.err);
    fs::write(folder.path().join("house/rules.nurture"), RULE.replace("is \"Our news\"", "is \"Your news\"")).unwrap();
    let said = nurture(folder.path(), &["test", "house"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("error[test_failed]: `short_subjects` does not report its own example"), "{}", said.out);
    // A rule that speaks of what the policy does not have judges nothing, and says so.
    fs::write(folder.path().join("house/lead.nurture"), LEAD.replace("customer: flag", "customer: flag\n  tier: one of gold, silver")).unwrap();
    fs::write(folder.path().join("house/rules.nurture"), RULE.replace("where touch.direct", "where touch.guard overlaps leads(tier is gold)")).unwrap();
    let said = nurture(folder.path(), &["check"]);
    assert!(said.err.contains("not judged: short_subjects: this policy has no field `tier`"), "{}", said.err);
    fs::write(folder.path().join("house/lead.nurture"), LEAD).unwrap();
    fs::write(folder.path().join("house/rules.nurture"), RULE.replace("touch.direct", "touch.direkt")).unwrap();
    let said = nurture(folder.path(), &["check"]);
    assert_eq!((said.code, said.err.contains("the rule pack `house` has errors")), (2, true), "{}", said.err);
    fs::write(folder.path().join("nurture.toml"), "packs = [\"nowhere\"]\n").unwrap();
    let said = nurture(folder.path(), &["check"]);
    assert_eq!((said.code, said.err.contains("there is no rule pack `nowhere`")), (2, true), "{}", said.err);
}

#[test]
fn rules_are_explained_with_what_is_said_of_their_example() {
    let folder = workspace(&[]);
    let said = nurture(folder.path(), &["explain", "blast_the_database"]);
    for part in [
        "isn't nurturing",
        "What it reports",
        "What is said of it",
        "error[blast_the_database]",
        "What it lets pass",
        "allow blast_the_database because",
        "Source: claims 29 and 48",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
    let settings = nurture(folder.path(), &["explain", "untargeted"]).out;
    assert!(settings.contains("breadth = \"75%\""), "{settings}");
    let said = nurture(folder.path(), &["explain", "blast_the_databas"]);
    assert!(said.code == 2 && said.err.contains("did you mean `blast_the_database`?"), "{}", said.err);
    // Each rule of the book has its page.
    let names: Vec<&str> = nurture::rulebook::standard().collect();
    for name in names.iter().step_by(9) {
        assert_eq!(nurture(folder.path(), &["explain", name]).code, 0, "{name}");
    }
}

#[test]
fn a_question_ends_with_its_answer() {
    let folder = workspace(&[("nurture.toml", ""), ("lead.nurture", LEAD), ("s.nurture", "segment chiefs where role is cfo\n")]);
    let said = nurture(folder.path(), &["ask", "in chiefs covers role is cfo"]);
    assert_eq!((said.code, said.out.lines().next()), (0, Some("yes")), "{}", said.err);
    let said = nurture(folder.path(), &["ask", ".", "in chiefs is empty"]);
    assert_eq!((said.code, said.out.as_str()), (1, "no\n  for example a cfo: is in it\n"));
    let said = nurture(folder.path(), &["ask", "in chiefs and role is controller is empty"]);
    assert_eq!((said.code, said.out.as_str()), (0, "yes\n  because `role is cfo` and `role is controller` cannot hold together\n"));
    let said = nurture(folder.path(), &["ask", "in chief is empty"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("there is no segment or icp `chief`\n  in chief is empty\n     ^^^^^"), "{}", said.err);
    let questions = "in chiefs is empty\n# a comment\n\nrole is cfo overlaps customer\nhello\n";
    let said = with_input(folder.path(), &["ask", "--format", "json", ".", "-"], questions);
    let answers: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<&str> = answers.iter().map(|answer| answer["answer"].as_str().unwrap()).collect();
    assert_eq!((said.code, told), (2, vec!["no", "yes", "unknown"]));
    assert_eq!(answers[1]["example"]["lead"]["facts"]["role"], "cfo");
    assert!(answers[2]["error"].is_string());
    // A lead that was named can be played.
    let lead = &answers[1]["example"]["lead"];
    let file = serde_json::json!({ "facts": lead["facts"], "timeline": lead["timeline"] });
    fs::write(folder.path().join("example.json"), file.to_string()).unwrap();
    assert_eq!(nurture(folder.path(), &["simulate", "--lead", "example.json", "--from", "2026-01-01"]).code, 0);
}

#[test]
fn the_page_for_the_manager() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let said = nurture(root, &["verdict", "examples/isnt", "--format", "markdown"]);
    assert_eq!(said.code, 1);
    assert!(said.out.starts_with("# Is it nurturing?\n\n0 of 12 programs are nurturing;"), "{}", said.out);
    assert!(said.out.contains("| Is it for someone, rather than everyone? | no |"), "{}", said.out);
    let said = nurture(root, &["verdict", "examples/ledgerline"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("`first_close` (The first three closes with Ledgerline) is not judged: it is for customers"), "{}", said.out);
    let said = nurture(root, &["verdict", "examples/journeys"]);
    assert!(said.out.contains("drafts"), "{}", said.out);
}
