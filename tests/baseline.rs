//! A baseline lets a team begin with what it has: only what is new stops a build, and what is mended leaves the file.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::fs;

use support::run;

const FILE: &str = "nurture.baseline.json";
const LEAD: &str = "lead { role: one of cfo, controller }\n";
const NEWS: &str = "program news { audience everyone on join { email \"Our news\" } }\n";
const MORE: &str = "program more { audience everyone on join { email \"More news\" } }\n";

fn policy(text: &str) -> tempfile::TempDir {
    support::folder("a.nurture", text)
}

#[test]
fn only_what_is_new_stops_a_build() {
    let folder = policy(&format!("{LEAD}{NEWS}"));
    let path = folder.path();
    assert_eq!(run(path, &["check"]).0, 1);
    let (code, _, err) = run(path, &["baseline", "write"]);
    assert!(code == 0 && err.contains("findings to nurture.baseline.json"), "{err}");
    let (code, out, err) = run(path, &["check", "--strict"]);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("known from the baseline"), "what is put off stays in sight: {err}");
    assert_eq!(run(path, &["check", "--no-baseline"]).0, 1);
    // A plan is made of what the team knows of, and says what each program is; of nothing else that the rules refuse.
    let (code, plan, err) = run(path, &["compile"]);
    assert!(code == 0 && plan.contains("\"isnt\"") && err.contains("known from the baseline"), "{err}");
    assert_eq!(run(path, &["compile", "--no-baseline"]).0, 1);
    // Moved and renamed it is still known; what is new is not.
    fs::rename(path.join("a.nurture"), path.join("b.nurture")).unwrap();
    fs::write(path.join("b.nurture"), format!("# Moved.\n\n{LEAD}\n{NEWS}")).unwrap();
    assert_eq!(run(path, &["check", "--strict"]).0, 0);
    fs::write(path.join("b.nurture"), format!("{LEAD}{NEWS}{MORE}")).unwrap();
    let (code, out, _) = run(path, &["check", "--format", "concise"]);
    assert!(code == 1 && out.contains("of `more`") && !out.contains("blast_the_database] `email` of `news`"), "{out}");
    let (code, out, err) = run(path, &["baseline", "check", "--format", "concise"]);
    assert!(code == 1 && out.contains("of `more`") && err.contains("new"), "{out} {err}");
}

#[test]
fn a_baseline_only_shrinks() {
    let folder = policy(&format!("{LEAD}{NEWS}{MORE}"));
    let path = folder.path();
    assert_eq!(run(path, &["baseline", "write"]).0, 0);
    let before = fs::read_to_string(path.join(FILE)).unwrap();
    let (code, _, err) = run(path, &["baseline", "write"]);
    assert_eq!((code, err.contains("it may only shrink")), (2, true), "{err}");
    let (_, _, err) = run(path, &["baseline", "prune"]);
    assert!(err.contains("nothing is gone"), "{err}");
    assert_eq!(fs::read_to_string(path.join(FILE)).unwrap(), before);
    // What was mended is told, stops a strict check, and leaves the file; what is new does not enter it.
    fs::write(path.join("a.nurture"), format!("{LEAD}{NEWS}{}", NEWS.replace("news", "other").replace("Our", "Their"))).unwrap();
    let (code, _, err) = run(path, &["check", "--strict", "--format", "concise"]);
    assert!(code == 1 && err.contains("of the baseline are gone"), "{err}");
    let (_, out, _) = run(path, &["baseline", "check", "--format", "concise"]);
    assert!(out.contains("gone: blast_the_database `email` of `more`"), "{out}");
    let (code, _, err) = run(path, &["baseline", "prune"]);
    assert!(code == 0 && err.contains("took out"), "{err}");
    let after = fs::read_to_string(path.join(FILE)).unwrap();
    assert!(after.len() < before.len() && !after.contains("`more`") && !after.contains("`other`"), "{after}");
    let (_, _, err) = run(path, &["check", "--strict"]);
    assert!(!err.contains("gone"), "{err}");
}

#[test]
fn bad_baselines_lose_nothing() {
    let folder = policy(&format!("{LEAD}{NEWS}"));
    let path = folder.path();
    for command in [["baseline", "check"], ["baseline", "prune"]] {
        let (code, _, err) = run(path, &command);
        assert_eq!((code, err.contains("there is no baseline")), (2, true), "{err}");
    }
    for (text, said) in [
        ("{", "is no baseline"),
        ("{\"version\": 7, \"findings\": []}", "it has version 7, and this nurture reads version 1"),
        ("{\"findings\": []}", "it does not say its `version`"),
        ("{\"version\": 1, \"findings\": [{\"name\": 3}]}", "is no baseline"),
    ] {
        fs::write(path.join(FILE), text).unwrap();
        for command in [vec!["check"], vec!["baseline", "check"], vec!["baseline", "prune"], vec!["baseline", "write"]] {
            let (code, _, err) = run(path, &command);
            assert_eq!((code, err.contains(said)), (2, true), "{command:?} {text}: {err}");
            assert_eq!(fs::read_to_string(path.join(FILE)).unwrap(), text);
        }
    }
    fs::remove_file(path.join(FILE)).unwrap();
    // With an error of the language in the way no rule is asked, and nothing can be put off.
    fs::write(path.join("a.nurture"), format!("{LEAD}{}", NEWS.replace("everyone", "role is cfoo"))).unwrap();
    let (code, _, err) = run(path, &["baseline", "write"]);
    assert!(code == 1 && err.contains("no baseline") && !path.join(FILE).exists(), "{err}");
    assert_eq!(run(path, &["baseline", "write", "-"]).0, 2);
}
