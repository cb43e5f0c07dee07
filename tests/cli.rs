//! The command line as its users meet it: exit status, streams, files.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

fn nurture() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nurture"));
    command.env_remove("NO_COLOR").current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said { code: output.status.code().unwrap(), out: String::from_utf8(output.stdout).unwrap(), err: String::from_utf8(output.stderr).unwrap() }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

const GOOD: &str = "lead {\n  role: one of cfo, other\n}\n";
const BAD: &str = "lead {\n  role: one of cfo, other\n}\nsegment a where role is cfoo\n";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn check_tells_by_its_exit_status() {
    let said = run(nurture().args(["check", "examples/ledgerline"]));
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
    assert!(said.err.starts_with("all 6 programs are nurturing\nall is well: "), "{}", said.err);
    let said = run(nurture().args(["check", "-"]).write_stdin(BAD));
    assert_eq!(said.code, 1);
    assert!(said.out.contains("error[unknown_option]: `role` is never `cfoo`") && said.out.contains("<stdin>:4:25"), "{}", said.out);
    assert!(said.err.starts_with("1 error and 1 piece of advice"), "{}", said.err);
    let said = run(nurture().args(["check", "no/such/folder"]));
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert_eq!(said.err, "error: cannot read `no/such/folder`: there is no such file or folder\n");
    assert_eq!(run(nurture().args(["check", "--no-such-flag"])).code, 2);
    assert_eq!(run(nurture().arg("--help")).code, 0);
    assert!(run(nurture().args(["check", "--help"])).out.contains("Exit status:"));
}

#[test]
fn formats() {
    let said = run(nurture().args(["check", "-", "--format", "concise", "--quiet"]).write_stdin(BAD));
    assert_eq!(said.out, "<stdin>:4:9: advice[unused_declaration] the segment `a` is not used\n<stdin>:4:25: error[unknown_option] `role` is never `cfoo`\n");
    assert_eq!(said.err, "");
    let said = run(nurture().args(["check", "-", "--output-format", "json"]).write_stdin(BAD));
    let document = json(&said.out);
    assert_eq!(document["version"], 1);
    let finding = &document["diagnostics"][1];
    assert_eq!((&finding["name"], &finding["severity"], &finding["file"]), (&"unknown_option".into(), &"error".into(), &"<stdin>".into()));
    assert_eq!(finding["range"], serde_json::json!({"start": {"line": 4, "column": 25}, "end": {"line": 4, "column": 29}}));
    assert_eq!(finding["fixes"][0]["edits"][0]["new"], "cfo");
    // Failures keep the format too.
    let said = run(nurture().args(["check", "no/such/folder", "--format", "json"]));
    assert_eq!(said.code, 2);
    assert!(json(&said.out)["error"]["message"].as_str().unwrap().contains("no such file"));
}

#[test]
fn colours_are_asked_for() {
    let plain = run(nurture().args(["check", "-"]).write_stdin(BAD)).out;
    assert!(!plain.contains('\u{1b}'));
    let colored = run(nurture().args(["check", "-", "--color", "always"]).write_stdin(BAD)).out;
    assert!(colored.contains('\u{1b}') && colored.contains("advice[unused_declaration]"), "{colored:?}");
    let never = run(nurture().args(["check", "-", "--color", "never"]).write_stdin(BAD)).out;
    assert_eq!(plain, never);
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let text = format!("{GOOD}segment a where role is \u{1b}]0;gone\u{7}\nsegment b where role is x\u{202e}y\n");
    let said = run(nurture().args(["check", "-"]).write_stdin(text));
    assert_eq!(said.code, 1);
    assert!(!said.out.contains('\u{1b}') && !said.out.contains('\u{7}') && !said.out.contains('\u{202e}'), "{:?}", said.out);
}

#[test]
fn compile_prints_the_plan_and_nothing_else() {
    let said = run(nurture().args(["compile", "examples/ledgerline"]));
    assert_eq!(said.code, 0, "{}", said.err);
    let plan = json(&said.out);
    assert_eq!(plan["format"], 1);
    assert!(plan["programs"].as_array().unwrap().len() >= 5);
    assert_eq!(said.out, run(nurture().args(["compile", "examples/ledgerline"])).out, "the same input gives the same bytes");
}

#[test]
fn a_policy_with_errors_writes_nothing() {
    let folder = folder(&[("a.nurture", BAD)]);
    let plan = folder.path().join("plan.json");
    fs::write(&plan, "old").unwrap();
    let said = run(nurture().current_dir(folder.path()).args(["compile", "-o", "plan.json"]));
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("1 error stands in the way of a plan: nothing was written"), "{}", said.err);
    assert_eq!(fs::read_to_string(&plan).unwrap(), "old");
}

#[test]
fn output_is_whole_or_untouched() {
    let folder = folder(&[("a.nurture", GOOD), ("sub/keep.txt", "")]);
    let said = run(nurture().current_dir(folder.path()).args(["compile", "-o", "plan.json"]));
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
    json(&fs::read_to_string(folder.path().join("plan.json")).unwrap());
    for (target, why) in [("no/such/plan.json", "there is no such folder"), ("sub", "it is a folder"), ("a.nurture", "looks like a part of the policy")] {
        let said = run(nurture().current_dir(folder.path()).args(["compile", "-o", target]));
        assert_eq!(said.code, 2, "{target}");
        assert!(said.err.contains(why), "{target}: {}", said.err);
    }
    assert_eq!(fs::read_to_string(folder.path().join("a.nurture")).unwrap(), GOOD);
    let left: Vec<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left.len(), 3, "no temporary file is left: {left:?}");
}

#[test]
fn a_named_file_loads_its_workspace_and_reports_itself() {
    let folder = folder(&[
        ("nurture.toml", ""),
        ("lead.nurture", GOOD),
        ("a.nurture", "segment a where role is cfoo\n"),
        ("b.nurture", "segment b where role is cfoo\n"),
    ]);
    let said = run(nurture().current_dir(folder.path()).args(["check", "a.nurture", "--format", "concise"]));
    assert_eq!(said.code, 1);
    assert!(said.out.contains("a.nurture:1:25") && !said.out.contains("b.nurture"), "{}", said.out);
    assert!(said.err.contains("1 error in files that were not asked for"), "{}", said.err);
    let said = run(nurture().current_dir(folder.path().join(".")).args(["check", "lead.nurture"]));
    assert_eq!(said.code, 0);
}

#[test]
fn settings_are_read_strictly() {
    let with = |settings: &str| folder(&[("nurture.toml", settings), ("a.nurture", GOOD)]);
    let wrong = with("timezon = \"UTC\"\n");
    let said = run(nurture().current_dir(wrong.path()).arg("check"));
    assert_eq!(said.code, 2);
    assert!(said.out.contains("there is no setting `timezon`") && said.out.contains("did you mean `timezone`?"), "{}", said.out);
    for settings in ["[levels]\nsyntax = \"off\"\n", "[levels]\nunused_declaratio = \"off\"\n", "[thresholds]\ntold = 5\n", "as_of = \"soon\"\n", "x = [\n"] {
        let wrong = with(settings);
        assert_eq!(run(nurture().current_dir(wrong.path()).arg("check")).code, 2, "{settings}");
    }
    let folder = folder(&[("nurture.toml", "[levels]\nunused_declaration = \"error\"\n"), ("a.nurture", &format!("{GOOD}segment a where role is cfo\n"))]);
    let said = run(nurture().current_dir(folder.path()).arg("check"));
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.out.starts_with("error[unused_declaration]"), "{}", said.out);
    assert_eq!(run(nurture().current_dir(folder.path()).args(["check", "--as-of", "2026-02-30"])).code, 2);
}

#[test]
fn bytes_that_are_no_text() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.nurture"), b"lead {\n  role: one of \xff\xfe, cfo\n}\n").unwrap();
    let said = run(nurture().current_dir(folder.path()).args(["check", "--format", "concise"]));
    assert_eq!(said.code, 1);
    assert!(said.out.contains("a.nurture:2:16: error[not_utf8]"), "{}", said.out);
    fs::write(folder.path().join("a.nurture"), vec![b' '; 70 << 20]).unwrap();
    let said = run(nurture().current_dir(folder.path()).args(["check", "--format", "concise"]));
    assert_eq!(said.code, 1);
    assert!(said.out.contains("error[too_large] this file has 70 MB"), "{}", said.out);
}

#[test]
fn empty_policies() {
    let folder = folder(&[("a.txt", "")]);
    let said = run(nurture().current_dir(folder.path()).arg("check"));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("there is no `.nurture` file"), "{}", said.err);
    assert_eq!(run(nurture().args(["check", "-"]).write_stdin("")).code, 0);
    assert_eq!(run(nurture().args(["check", "-"]).write_stdin("# words only\n")).code, 0);
    let said = run(nurture().args(["compile", "-"]).write_stdin(""));
    assert_eq!(said.code, 1, "a plan needs a lead: {}", said.err);
}

#[cfg(unix)]
#[test]
fn links_and_unreadable_files() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = folder(&[("policy/a.nurture", GOOD), ("policy/sub/b.nurture", "segment b where role is cfo\n")]);
    let policy = folder.path().join("policy");
    symlink(&policy, policy.join("sub/loop")).unwrap();
    symlink(policy.join("a.nurture"), policy.join("again.nurture")).unwrap();
    let said = run(nurture().current_dir(&policy).args(["check", "--format", "concise"]));
    assert_eq!((said.code, said.out.matches("duplicate").count()), (0, 0), "{}{}", said.out, said.err);
    symlink(policy.join("gone"), policy.join("gone.nurture")).unwrap();
    let said = run(nurture().current_dir(&policy).arg("check"));
    assert_eq!(said.code, 2, "a part of the policy is missing: {}", said.out);
    fs::remove_file(policy.join("gone.nurture")).unwrap();
    fs::set_permissions(policy.join("a.nurture"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(policy.join("a.nurture")).is_err() {
        let said = run(nurture().current_dir(&policy).arg("check"));
        assert_eq!(said.code, 2);
        assert!(said.err.contains("you may not read it"), "{}", said.err);
    }
}

#[test]
fn explain() {
    let said = run(nurture().args(["explain", "mixed_and_or"]));
    assert_eq!(said.code, 0);
    assert!(said.out.starts_with("mixed_and_or (error)\n") && !said.out.contains("```") && !said.out.contains("##"), "{}", said.out);
    let page = json(&run(nurture().args(["explain", "mixed_and_or", "--format", "json"])).out);
    assert_eq!((&page["name"], &page["severity"]), (&"mixed_and_or".into(), &"error".into()));
    let said = run(nurture().args(["explain", "mixed_and_o"]));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("did you mean `mixed_and_or`?"), "{}", said.err);
    assert!(run(nurture().arg("explain")).out.lines().count() > 50);
}

#[test]
fn a_new_policy_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(nurture().current_dir(folder.path()).args(["new", "my/policy"]));
    assert_eq!(said.code, 0, "{}", said.err);
    let said = run(nurture().current_dir(folder.path()).args(["check", "my/policy"]));
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
    assert_eq!(run(nurture().current_dir(folder.path()).args(["compile", "my/policy", "-o", "plan.json"])).code, 0);
    // Nothing that is there is touched.
    let before = listing(&folder.path().join("my/policy"));
    let said = run(nurture().current_dir(folder.path()).args(["new", "my/policy"]));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("is there already, and nothing was changed"), "{}", said.err);
    assert_eq!(listing(&folder.path().join("my/policy")), before);
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(run(nurture().current_dir(folder.path()).args(["new", "empty"])).code, 0);
    assert_eq!(listing(&folder.path().join("empty")), before);
}

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn schema_is_json() {
    let said = run(nurture().arg("schema"));
    assert_eq!(said.code, 0);
    assert_eq!(json(&said.out)["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn verbose_and_quiet() {
    let said = run(nurture().args(["check", "examples/ledgerline", "--verbose"]));
    assert!(said.err.contains("15 files") && said.err.contains("examples/ledgerline/lead.nurture"), "{}", said.err);
    let said = run(nurture().args(["check", "examples/ledgerline", "--quiet"]));
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
}
