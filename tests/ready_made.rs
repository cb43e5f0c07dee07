//! What is ready-made for CI: each script is run as the system would run it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

/// The folder of the binary, to be put on the path.
fn path_with_nurture() -> std::ffi::OsString {
    let binary = assert_cmd::cargo::cargo_bin("nurture");
    let mut paths = vec![binary.parent().unwrap().to_owned()];
    paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    std::env::join_paths(paths).unwrap()
}

/// The lines of the block that begins behind `head` in a file of YAML, without their indentation.
fn block(text: &str, head: &str) -> String {
    let (before, rest) = text.split_once(head).unwrap();
    let indent = before.lines().last().map_or(0, str::len);
    let lines: Vec<&str> = rest.lines().skip(1).take_while(|line| line.is_empty() || line.len() - line.trim_start().len() > indent).collect();
    lines.iter().map(|line| format!("{}\n", line.get(indent + 2..).unwrap_or(""))).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn bash(folder: &Path, script: &str, env: &[(&str, &str)]) -> Option<i32> {
    let mut command = Command::new("bash");
    command.current_dir(folder).args(["-e", "-o", "pipefail", "-c", script]).env("PATH", path_with_nurture()).envs(env.iter().copied());
    command.output().unwrap().status.code()
}

#[test]
#[ignore = "needs bash and git"]
fn the_action_of_github() {
    let action = fs::read_to_string(support::root().join("editors/ci/action.yml")).unwrap();
    let script = block(&action, "run: |");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let run = |policy: &Path, against: &str, fail_on: &str| {
        for file in ["summary", "output"] {
            fs::write(path.join(file), "").unwrap();
        }
        let (summary, output) = (path.join("summary"), path.join("output"));
        let env = [
            ("POLICY", policy.to_str().unwrap()),
            ("SARIF", "out.sarif"),
            ("ERROR_ON", "error"),
            ("AGAINST", against),
            ("FAIL_ON", fail_on),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
            ("GITHUB_OUTPUT", output.to_str().unwrap()),
        ];
        assert_eq!(bash(path, &script, &env), Some(0));
        assert!(serde_json::from_str::<serde_json::Value>(&fs::read_to_string(path.join("out.sarif")).unwrap()).is_ok());
        (fs::read_to_string(output).unwrap(), fs::read_to_string(summary).unwrap())
    };
    let (output, summary) = run(&support::root().join("examples/isnt"), "", "");
    assert_eq!(output, "status=1\n");
    assert!(summary.starts_with("## nurture\n\n| program | verdict | missing |"), "{summary}");
    // With a revision to compare with.
    let policy = path.join("policy");
    copy(&support::root().join("examples/ledgerline"), &policy);
    for args in [&["init", "-q"][..], &["add", "-A"], &["commit", "-qm", "one"]] {
        support::git(&policy, args);
    }
    let customers = policy.join("customers.nurture");
    let text = fs::read_to_string(&customers).unwrap();
    assert!(text.contains("where role in [cfo, controller]"));
    fs::write(&customers, text.replace("where role in [cfo, controller]", "where role in [cfo, controller, analyst]")).unwrap();
    let (output, summary) = run(&policy, "HEAD", "");
    assert!(output == "status=0\n" && summary.contains("## What changes for leads"), "{output}{summary}");
    assert_eq!(run(&policy, "HEAD", "widens-reach").0, "status=1\n");
    assert_eq!(run(&policy, "nowhere", "").0, "status=2\n");
    // The last step ends as the first one found.
    assert!(action.contains("run: exit \"$STATUS\"") && action.contains("STATUS: ${{ steps.check.outputs.status }}"));
}

#[test]
#[ignore = "needs bash"]
fn the_template_of_gitlab() {
    let template = fs::read_to_string(support::root().join("editors/ci/gitlab.yml")).unwrap();
    let script = template.split_once("script:\n").unwrap().1.lines().next().unwrap().trim().trim_start_matches("- ").to_owned();
    let folder = tempfile::tempdir().unwrap();
    let isnt = support::root().join("examples/isnt");
    assert_eq!(bash(folder.path(), &script, &[("POLICY", isnt.to_str().unwrap())]), Some(1));
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(folder.path().join("gl-code-quality-report.json")).unwrap()).unwrap();
    assert!(report.as_array().unwrap().len() > 5);
    let junit = fs::read_to_string(folder.path().join("nurture.xml")).unwrap();
    assert!(roxmltree::Document::parse(&junit).unwrap().root_element().has_tag_name("testsuites"));
    // What it keeps is what it writes.
    for file in ["gl-code-quality-report.json", "nurture.xml"] {
        assert!(template.split_once("artifacts:").unwrap().1.contains(file));
    }
}
