//! `check --fix`: what is sure is mended, what is not is left, and nothing else changes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::fs;

use assert_cmd::Command;
use support::run;

fn policy(text: &str) -> tempfile::TempDir {
    support::folder("p.nurture", text)
}

const LEAD: &str = "lead {\n  role: one of cfo, controller # who they are\n  employees: whole number from 1\n}\nsignal visit implicit { page: text }\n";
const WRONG: &str = "segment a where role == cfo && employees >= 10 # large\nsegment b where did vist within 7 days\nprogram p { audience in a or in b on join { email \u{201c}Hello\u{201d} } }\n";
const RIGHT: &str = "segment a where role is cfo and employees >= 10 # large\nsegment b where did visit within 7 days\nprogram p { audience in a or in b on join { email \"Hello\" } }\n";

#[test]
fn what_is_sure_is_mended() {
    let folder = policy(&format!("{LEAD}{WRONG}"));
    let path = folder.path();
    let (code, out, _) = run(path, &["check", "--diff", "--no-rules"]);
    assert_eq!(code, 1);
    assert!(
        out.starts_with("--- a/p.nurture\n+++ b/p.nurture\n@@") && out.contains("-segment b where did vist") && out.contains("+segment b where did visit"),
        "{out}"
    );
    assert_eq!(fs::read_to_string(path.join("p.nurture")).unwrap(), format!("{LEAD}{WRONG}"), "a diff changes nothing");
    let (code, out, err) = run(path, &["check", "--fix", "--no-rules"]);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("made 4 fixes in 1 file"), "{err}");
    assert_eq!(fs::read_to_string(path.join("p.nurture")).unwrap(), format!("{LEAD}{RIGHT}"));
    // What is right stays as it is, to the byte and to the time of its writing.
    let written = fs::metadata(path.join("p.nurture")).unwrap().modified().unwrap();
    let (code, _, err) = run(path, &["check", "--fix", "--no-rules"]);
    assert!(code == 0 && !err.contains("made"), "{err}");
    assert_eq!(fs::metadata(path.join("p.nurture")).unwrap().modified().unwrap(), written);
    assert_eq!(run(path, &["check", "--diff", "--no-rules"]).0, 0);
}

#[test]
fn lines_end_as_they_did() {
    let folder = policy(&format!("{LEAD}{WRONG}").replace('\n', "\r\n"));
    assert_eq!(run(folder.path(), &["check", "--fix", "--no-rules"]).0, 0);
    assert_eq!(fs::read_to_string(folder.path().join("p.nurture")).unwrap(), format!("{LEAD}{RIGHT}").replace('\n', "\r\n"));
}

#[test]
fn what_may_change_the_meaning_is_left_to_people() {
    let mixed = format!("{LEAD}program p {{ audience role is cfo and employees > 10 or role is controller on join {{ email \"Hello\" }} }}\n");
    let folder = policy(&mixed);
    for (flag, said) in [("--fix", "1 finding could be mended"), ("--unsafe-fixes", "1 finding can be mended in several ways: choose by hand")] {
        let (code, _, err) = run(folder.path(), &["check", flag, "--no-rules"]);
        assert!(code == 1 && err.contains(said), "{err}");
        assert_eq!(fs::read_to_string(folder.path().join("p.nurture")).unwrap(), mixed);
    }
}

#[test]
fn fixes_lose_nothing() {
    // Only what was asked for.
    let folder = policy(&format!("{LEAD}{WRONG}"));
    let other =
        WRONG.replace("segment a", "segment c").replace("segment b", "segment d").replace("program p", "program q").replace("in a or in b", "in c or in d");
    fs::write(folder.path().join("q.nurture"), &other).unwrap();
    run(folder.path(), &["check", "p.nurture", "--fix", "--no-rules"]);
    assert_eq!(fs::read_to_string(folder.path().join("p.nurture")).unwrap(), format!("{LEAD}{RIGHT}"));
    assert_eq!(fs::read_to_string(folder.path().join("q.nurture")).unwrap(), other);
    // A file that is no text is not written.
    let bytes = b"lead { role: one of cfo, other }\nsegment a where role == cfo # \xff\n";
    fs::write(folder.path().join("p.nurture"), bytes).unwrap();
    run(folder.path(), &["check", "--fix", "--no-rules"]);
    assert_eq!(fs::read(folder.path().join("p.nurture")).unwrap(), bytes);
    let output = Command::cargo_bin("nurture").unwrap().args(["check", "-", "--fix"]).write_stdin(format!("{LEAD}{WRONG}")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = Command::cargo_bin("nurture").unwrap().args(["check", "-", "--diff"]).write_stdin(format!("{LEAD}{WRONG}")).output().unwrap();
    assert!(output.status.code() == Some(1) && String::from_utf8(output.stdout).unwrap().contains("+segment a where role is cfo and"));
}

const WHOLE: &str = r#"lead {
  role: one of cfo, controller
  email: address of email optional
}
signal visit implicit { page: text }
journey buying {
  stage looking {
    asks "Why is it so slow?"
    while did visit
  }
  stage choosing {
    asks "Which way out?"
    while did visit(page is "/compare") within 90 days
  }
}
content story "A story" { kind case_study about peers gives "Their plan" url "https://acme.example/story" }
program p {
  audience role is cfo
  owner "a@x.example"
  on join {
    email "Where the days go"
    wait 3 days
    email "For controllers" { only if role is controller }
    email "What others did"
  }
  every 7 days {
    email story "How one team closes in four days" again
  }
}
"#;

#[test]
fn what_nobody_can_get_is_removed() {
    let folder = policy(WHOLE);
    let path = folder.path();
    assert!(run(path, &["check", "--format", "concise"]).1.contains("unreachable_step"));
    let (_, out, err) = run(path, &["check", "--fix", "--format", "concise"]);
    assert!(err.contains("made 1 fix in 1 file") && !out.contains("unreachable_step"), "{out}{err}");
    // What hangs on it stays: a label that is asked for, a wait behind it.
    for kept in [
        WHOLE.replace("\"For controllers\" {", "as sec \"For controllers\" {"),
        WHOLE.replace("    email \"What others did\"\n", "    wait 2 days\n    email \"What others did\"\n"),
    ] {
        let other = policy(&kept);
        assert!(!run(other.path(), &["check", "--fix"]).2.contains("made"));
        assert_eq!(fs::read_to_string(other.path().join("p.nurture")).unwrap(), kept);
    }
    // Proved, and told: nobody fares otherwise.
    assert!(err.contains("nobody is newly let in by audiences and conditions: proved") && err.contains("no longer has email \"For controllers\""), "{err}");
    assert_eq!(fs::read_to_string(path.join("p.nurture")).unwrap(), WHOLE.replace("    email \"For controllers\" { only if role is controller }\n", ""));
}

#[test]
fn what_changes_the_meaning_says_for_whom() {
    let folder = policy(WHOLE);
    let path = folder.path();
    let (_, diff, err) = run(path, &["check", "--diff", "--unsafe-fixes"]);
    assert!(diff.contains("+    while did visit within 90 days") && diff.contains("+    email story \"How one team closes in four days\"\n"), "{diff}");
    assert!(err.contains("stage buying.looking: by its evidence takes in fewer leads") && err.contains("newly out  for example a lead who did visit"), "{err}");
    assert_eq!(fs::read_to_string(path.join("p.nurture")).unwrap(), WHOLE, "a diff changes nothing");
    let (_, out, _) = run(path, &["check", "--unsafe-fixes", "--format", "concise"]);
    assert!(!out.contains("one_way_stage") && !out.contains("same_content_again") && !out.contains("unreachable_step"), "{out}");
    let text = fs::read_to_string(path.join("p.nurture")).unwrap();
    assert_eq!(
        text,
        WHOLE
            .replace("while did visit\n", "while did visit within 90 days\n")
            .replace(" again\n", "\n")
            .replace("    email \"For controllers\" { only if role is controller }\n", "")
    );
}
