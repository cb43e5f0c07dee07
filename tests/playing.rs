//! `nurture test`, `simulate` and `why` as their users meet them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::Value;

const POLICY: &str = r#"lead {
  role: one of cfo, controller, analyst
  employees: whole number from 1
  likes: set of close, billing
  customer: flag
  created: date from 2015-01-01 to today
  revenue: number from 0 optional
  email: address of email optional
}
signal visit implicit { page: text, seconds: whole number from 0 }
signal download explicit { content: content }
content guide { kind guide about problem answers "Why?" gives "A worksheet" url "https://x.example/guide" }
content offer { kind pricing about product answers "How much?" gives "A list" url "https://x.example/offer" }
score interest {
  +5 for visit at most 3 times per 7 days
  +20 for download
  halves every 30 days
  band warm from 20
}
program keen {
  audience role in [cfo, controller] and not customer
  goal did reply by day 90
  on visit(page starts with "/close") {
    email guide as opener "{role or You}, three steps"
    wait 3 days
    if interest >= warm {
      email offer "What it costs"
    } else {
      ad guide on linkedin
    }
  }
  leave when did unsubscribe
}
limits {
  at most 1 email per 7 days
  quiet from 20:00 to 08:00
}
"#;

const GOOD_TEST: &str = r#"test "a finance chief gets the guide" {
  lead { role: cfo, employees: 40, likes: [], customer: no, created: 2025-11-10, email: "a@b.example" }
  day 0 {
    did visit(page: "/close", seconds: 30)
    expect email guide from keen
    expect interest between 5 and 5
  }
  day 3 { expect ad guide expect no messages }
}
"#;

struct Said {
    code: i32,
    out: String,
    err: String,
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            fs::write(folder.path().join(path), text).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Said {
        self.with_input(args, "")
    }

    fn with_input(&self, args: &[&str], input: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nurture"));
        let output = command.env_remove("NO_COLOR").current_dir(self.0.path()).args(args).write_stdin(input).output().unwrap();
        Said { code: output.status.code().unwrap(), out: String::from_utf8(output.stdout).unwrap(), err: String::from_utf8(output.stderr).unwrap() }
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn tests_pass_and_fail() {
    let folder = Folder::new(&[("policy.nurture", POLICY), ("tests.nurture", GOOD_TEST)]);
    let said = folder.run(&["test"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.starts_with("ok      a finance chief gets the guide (") && said.err.starts_with("1 test passed in "), "{}{}", said.out, said.err);
    let wrong = GOOD_TEST.replace("expect email guide from keen", "expect no email guide").replace("between 5 and 5", ">= warm");
    fs::write(folder.path("tests.nurture"), wrong).unwrap();
    let said = folder.run(&["test"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("error[test_failed]: `email guide` goes out on day 0"), "{}", said.out);
    assert!(said.out.contains("2026-01-01 12:00: `email guide` is sent by keen"), "{}", said.out);
    assert!(said.out.contains("`interest >= 20` does not hold on day 0") && said.out.contains("`interest` is 5"), "{}", said.out);
    assert!(said.out.contains("what happened around that day:") && said.err.starts_with("1 of 1 test failed"), "{}{}", said.out, said.err);
    let said = folder.run(&["test", "--filter", "NOBODY"]);
    assert_eq!((said.code, said.err.as_str()), (2, "error: no test has `NOBODY` in its title\n"));
    let said = folder.run(&["test", "--filter", "FINANCE", "--format", "concise", "-q"]);
    assert_eq!(said.code, 1);
    assert!(said.out.lines().all(|line| line.starts_with("tests.nurture:") && line.contains("error[test_failed]")), "{}", said.out);
}

#[test]
fn results_of_tests_for_machines() {
    let folder =
        Folder::new(&[("policy.nurture", POLICY), ("tests.nurture", &GOOD_TEST.replace("expect ad guide", "expect sms & <guide>").replace(" & <guide>", ""))]);
    let said = folder.run(&["test", "--format", "json", "--coverage"]);
    let document = json(&said.out);
    assert_eq!((said.code, document["version"].as_u64()), (1, Some(1)));
    let test = &document["tests"][0];
    assert_eq!((test["name"].as_str(), test["passed"].as_bool(), test["line"].as_u64()), (Some("a finance chief gets the guide"), Some(false), Some(1)));
    assert_eq!(test["failures"][0]["name"], "test_failed");
    assert!(document["coverage"]["covered"].as_u64() < document["coverage"]["all"].as_u64());
    let missed = document["coverage"]["missed"].as_array().unwrap();
    assert!(
        missed.iter().any(|unit| unit["what"] == "`email offer` of keen never goes out" && unit["file"] == "policy.nurture" && unit["line"] == 27),
        "{missed:?}"
    );
    let said = folder.run(&["test", "--format", "junit"]);
    assert_eq!(said.code, 1);
    assert!(
        said.out.contains("<testsuite name=\"nurture test\" tests=\"1\" failures=\"1\"") && said.out.contains("classname=\"tests.nurture\""),
        "{}",
        said.out
    );
    assert!(said.out.contains("<failure message=\"`sms` does not go out on day 3\" type=\"expectation\">"), "{}", said.out);
}

#[test]
fn coverage_follows_meaning() {
    let folder = Folder::new(&[("policy.nurture", POLICY), ("tests.nurture", GOOD_TEST)]);
    let covered = |folder: &Folder| {
        let document = json(&folder.run(&["test", "--format", "json", "--coverage"]).out);
        (document["coverage"]["covered"].as_u64().unwrap(), document["coverage"]["all"].as_u64().unwrap())
    };
    let before = covered(&folder);
    let one_line: String = POLICY.replace("  ", " ").lines().map(|line| format!("{line}{}", if line.starts_with(' ') { "\n\n" } else { "\n" })).collect();
    fs::write(folder.path("policy.nurture"), one_line).unwrap();
    assert_eq!(covered(&folder), before);
    let percent = before.0 * 100 / before.1;
    let said = folder.run(&["test", "--min", &percent.to_string()]);
    assert_eq!(said.code, 0, "{}", said.err);
    let said = folder.run(&["test", "--min", &(percent + 1).to_string()]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains(&format!("does not reach the {}% asked for", percent + 1)), "{}", said.err);
    assert_eq!(folder.run(&["test", "--min", "101"]).code, 2);
}

#[test]
fn changes_that_no_test_notices() {
    let folder = Folder::new(&[("policy.nurture", POLICY), ("tests.nurture", GOOD_TEST)]);
    let said = folder.run(&["test", "--mutate", "--format", "json"]);
    let document = json(&said.out);
    let mutants = document["mutants"].as_array().unwrap().clone();
    let noticed = |line: u64, what: &str| {
        mutants.iter().find(|mutant| mutant["line"] == line && mutant["what"] == what).map(|mutant| mutant["noticed"].as_bool().unwrap())
    };
    assert_eq!(noticed(25, "3 days become 6 days"), Some(true));
    assert_eq!(noticed(32, "`did` becomes `did not`"), Some(true));
    assert_eq!(noticed(23, "any `visit` counts"), Some(false));
    assert_eq!(noticed(26, "this condition is turned round"), Some(true));
    assert_eq!(noticed(35, "1 becomes 2"), Some(false));
    let again = json(&folder.run(&["test", "--mutate", "--format", "json"]).out);
    assert_eq!(again["mutants"], document["mutants"], "the same every time");
    let few = json(&folder.run(&["test", "--mutate", "--limit", "5", "--format", "json"]).out);
    assert_eq!(few["mutants"].as_array().unwrap().len(), 5);
    assert_eq!(folder.run(&["test", "--limit", "5"]).code, 2, "`--limit` goes with `--mutate`");
}

const LEAD: &str = r#"{ "id": "ada",
  "facts": { "role": "cfo", "employees": 40, "customer": false, "created": "2025-11-10", "email": "a@b.example" },
  "timeline": [
    { "at": "2026-03-02 21:30", "did": "visit", "with": { "page": "/close", "seconds": 30 } },
    { "at": "2026-03-04T09:00:00+01:00", "did": "download", "with": { "content": "guide" } },
    { "at": "2026-03-30", "becomes": { "customer": true } } ] }"#;

const ROWS: &str = "at,what,id,role,employees,customer,created,email,page,seconds,content
,lead,ada,cfo,40,no,2025-11-10,a@b.example,,,
2026-03-02 21:30,visit,,,,,,,/close,30,
2026-03-04T09:00:00+01:00,download,,,,,,,,,guide
2026-03-30,lead,,,,yes,,,,,
";

#[test]
fn a_lead_is_played() {
    let folder = Folder::new(&[("policy.nurture", POLICY), ("ada.json", LEAD), ("ada.csv", ROWS)]);
    let said = folder.run(&["simulate", "--lead", "ada.json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let expected = "Mon 2026-03-02 21:30
  did visit(page: \"/close\", seconds: 30)
  joins keen: `role in [cfo, controller] and not customer`
  `email guide` of keen is held until 2026-03-03 08:14:13: it is quiet from 20:00 to 08:00

Tue 2026-03-03 08:14:13
  > email guide: cfo, three steps
    from keen, on visit(page starts with \"/close\") (policy.nurture:24)
    held since 2026-03-02 21:30

Wed 2026-03-04 08:00
  did download(content: guide)
  interest: from 4.88 to 24.88, warm now, by `+20 for download`

Fri 2026-03-06 08:14:13
  `email offer` of keen is held until 2026-03-10 08:43:05: `at most 1 email per 7 days` is used up

Tue 2026-03-10 08:43:05
  > email offer: What it costs
    from keen, on visit(page starts with \"/close\") (policy.nurture:27)
    held since 2026-03-06 08:14:13
";
    assert!(said.out.starts_with(expected), "{}", said.out);
    assert_eq!(said.err, "2 emails from 1 program\n");
    let rows = folder.run(&["simulate", "--lead", "ada.csv"]);
    assert_eq!(rows.out, said.out, "{}", rows.err);
    let stdin = folder.with_input(&["simulate", "--lead", "-"], LEAD);
    assert_eq!(stdin.out, said.out, "{}", stdin.err);
    // A compiled plan alone can be played.
    assert_eq!(folder.run(&["compile", "--no-rules", "-o", "plan.json"]).code, 0);
    assert_eq!(folder.run(&["simulate", "plan.json", "--lead", "ada.json"]).out, said.out);
    let lines = folder.run(&["simulate", "--lead", "ada.json", "--format", "json"]).out;
    let sent: Vec<Value> = lines.lines().map(json).filter(|entry| entry["what"] == "sent").collect();
    assert_eq!((sent.len(), sent[0]["at"].as_str(), sent[0]["content"].as_str()), (2, Some("2026-03-03T08:14:13Z"), Some("guide")));
    let at = json(&folder.run(&["simulate", "--lead", "ada.json", "--at", "2026-03-05", "--format", "json"]).out);
    assert_eq!((at["scores"]["interest"].as_str(), &at["programs"]), (Some("24.774208"), &serde_json::json!(["keen"])));
    let shorter = folder.run(&["simulate", "--lead", "ada.json", "--from", "2026-03-03", "--until", "2026-03-03"]);
    assert_eq!((shorter.code, shorter.out.as_str()), (0, "Tue 2026-03-03 00:00\n  joins keen: `role in [cfo, controller] and not customer`\n"));
}

#[test]
fn leads_that_do_not_fit_are_refused() {
    let folder = Folder::new(&[("policy.nurture", POLICY)]);
    let refused = |text: &str, said: &str| {
        let answer = folder.with_input(&["simulate", "--lead", "-"], text);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{text}");
        assert!(answer.err.contains(said), "{text}\n--- {}", answer.err);
    };
    refused(&LEAD.replace("\"cfo\"", "\"cfoo\""), "error: <stdin>:2:22: `role` is never `cfoo`\n  help: did you mean `cfo`?");
    refused(&LEAD.replace("\"employees\": 40", "\"employees\": 0"), "<stdin>:2:42: `employees` cannot be `0`");
    refused(&LEAD.replace("\"employees\": 40", "\"employees\": 2.5"), "`employees` is a whole number, and 2.5 is none");
    refused(&LEAD.replace("\"employees\": 40, ", ""), "<stdin>:2:12: `employees` of the lead is not given");
    refused(&LEAD.replace("\"email\"", "\"mail\""), "the lead has no field `mail`");
    refused(&LEAD.replace("\"visit\"", "\"vist\""), "<stdin>:4:40: the policy has no signal `vist`\n  help: did you mean `visit`?");
    refused(&LEAD.replace(", \"seconds\": 30", ""), "<stdin>:4:5: `seconds` of `visit` is not given");
    refused(&LEAD.replace("2026-03-02 21:30", "yesterday"), "<stdin>:4:13: `yesterday` is no moment");
    refused(&LEAD.replace("\"customer\": false", "\"customer\": 3"), "`customer` cannot be 3");
    refused(&LEAD.replace("\"id\"", "\"idd\""), "<stdin>:1:");
    refused("{ \"facts\": ", "this is no right JSON");
    refused("", "the file is empty");
    refused("[{}]", "this is a list, and one lead is one object");
    refused(&LEAD.replace("\"id\": \"ada\"", "\"id\": 5"), "5 stands here, and a text is needed");
    refused(&LEAD.replace("\"role\": \"cfo\"", "\"role\": \"cfo\", \"role\": \"cfo\""), "`role` is given twice");
    refused(
        &LEAD.replace("\"id\": \"ada\"", "\"id\": \"ada\", \"deleted\": \"2026-01-01\", \"identified\": \"2026-02-01\""),
        "deleted before they are in the database",
    );
    refused(&ROWS.replace("visit,,", "visit,bob,"), "this file holds more than one lead: `ada` and `bob`");
    refused(&ROWS.replace("/close,30", "\"/close,30"), "<stdin>:3:1: a quote in this row is never closed");
    refused(&ROWS.replace(',', ";"), "the columns are separated by semicolons");
    refused(&ROWS.replace("cfo,40", "cfoo,40"), "<stdin>:2:11: `role` is never `cfoo`");
    refused(&ROWS.replace("visit,", "vist,"), "<stdin>:3:18: the policy has no signal `vist`");
    refused(&ROWS.replace("content\n", "contents\n"), "neither the lead nor a signal has a field `contents`");
    refused(&ROWS.replace("2026-03-30", "soon"), "<stdin>:5:1: `soon` is no moment");
    let said = folder.with_input(&["simulate", "--lead", "-", "--from", "2026-03-02", "--until", "2026-03-01"], LEAD);
    assert!(said.code == 2 && said.err.contains("`--until` must come after `--from`"), "{}", said.err);
    let said = folder.run(&["simulate", "--lead", "gone.json"]);
    assert_eq!((said.code, said.err.as_str()), (2, "error: cannot read `gone.json`: there is no such file\n"));
    fs::write(folder.path("plan.json"), "{\"format\": 99}").unwrap();
    let said = folder.with_input(&["simulate", "plan.json", "--lead", "-"], LEAD);
    assert!(said.code == 2 && said.err.contains("is a plan of format 99, and this nurture reads format 1"), "{}", said.err);
}

#[test]
fn why_they_did_not_get_it() {
    let folder = Folder::new(&[("policy.nurture", POLICY), ("ada.json", LEAD)]);
    let why = |lead: &str, touch: &str| {
        fs::write(folder.path("lead.json"), lead).unwrap();
        let said = folder.run(&["why", "--lead", "lead.json", "--touch", touch]);
        assert_eq!(said.code, 0, "{}", said.err);
        said.out
    };
    let out = why(LEAD, "keen.opener");
    assert!(out.starts_with("`email guide` of keen (policy.nurture:24)\n  went out at 2026-03-03 08:14:13\n"), "{out}");
    assert!(out.ends_with("it would not have gone out if role were analyst (it is cfo)\n"), "{out}");
    let out = why(&LEAD.replace("\"cfo\"", "\"analyst\""), "keen.opener");
    assert!(out.contains("the lead never joins keen: `audience` needs `role in [cfo, controller]`, which does not hold (role is analyst)"), "{out}");
    assert!(out.contains("it would have gone out if role were cfo (it is analyst)"), "{out}");
    let out = why(&LEAD.replace(", \"email\": \"a@b.example\"", ""), "keen.opener");
    assert!(out.contains("is skipped: no address for email is known") && out.contains("if email were \"someone@example.com\" (it is unknown)"), "{out}");
    let out = why(LEAD, "guide");
    assert!(out.contains("`ad guide` of keen") && out.contains("the lead goes another way: keen: `if interest >= 20` holds"), "{out}");
    let said = folder.run(&["why", "--lead", "ada.json", "--touch", "keen.openr"]);
    assert!(said.code == 2 && said.err.contains("no touch sends `keen.openr`") && said.err.contains("did you mean `keen.opener`?"), "{}", said.err);
    let document = json(&folder.run(&["why", "--lead", "ada.json", "--touch", "offer", "--format", "json"]).out);
    assert_eq!(document["answers"][0]["sent"][0], "2026-03-10T08:43:05Z");
}

#[test]
fn watching_sees_a_change() {
    use std::io::{BufRead as _, BufReader};
    let folder = Folder::new(&[("policy.nurture", POLICY), ("tests.nurture", GOOD_TEST)]);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_nurture"))
        .args(["test", "--watch"])
        .current_dir(folder.0.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.next().unwrap().starts_with("1 test passed"));
    assert_eq!(said.next().unwrap(), "waiting for a file to change");
    fs::write(folder.path("tests.nurture"), GOOD_TEST.replace("expect no messages", "expect messages from keen")).unwrap();
    assert!(said.next().unwrap().starts_with("1 of 1 test failed"));
    child.kill().unwrap();
    child.wait().unwrap();
}
