//! `check --watch`, `--changed-since`, `--timings`: what changes while one works.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use support::{git, run};

const POLICY: &str = "lead {\n  role: one of cfo, controller\n  email: address of email optional\n}\nsegment chiefs where role is cfo\nprogram p {\n  audience in chiefs\n  owner \"a@x.example\"\n  on join {\n    email \"Where the days go\"\n  }\n}\n";

/// A process that is watched, and ended whatever happens.
struct Watcher {
    child: Child,
    lines: Receiver<String>,
}

impl Watcher {
    fn new(folder: &Path, args: &[&str]) -> Self {
        let binary = assert_cmd::cargo::cargo_bin("nurture");
        let mut child = Command::new(binary).current_dir(folder).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (send, lines) = channel();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        for stream in [Box::new(BufReader::new(out)) as Box<dyn std::io::BufRead + Send>, Box::new(BufReader::new(err))] {
            let send = send.clone();
            std::thread::spawn(move || stream.lines().map_while(Result::ok).for_each(|line| drop(send.send(line))));
        }
        Self { child, lines }
    }

    /// Waits for a line that holds some words, a minute at most; what was said before it.
    #[track_caller]
    fn says(&self, words: &str) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) if line.contains(words) => return seen,
                Ok(line) => seen.push(line),
                Err(_) => panic!("`{words}` was not said: {seen:?}"),
            }
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_policy_is_watched() {
    let folder = support::folder("p.nurture", POLICY);
    let path = folder.path();
    let watcher = Watcher::new(path, &["check", "--watch"]);
    watcher.says("waiting for a file to change");
    fs::write(path.join("p.nurture"), POLICY.replace("in chiefs", "in chefs")).unwrap();
    watcher.says("there is no segment or icp `chefs`");
    // What the rulebook says comes with it.
    fs::write(path.join("p.nurture"), POLICY.replace("in chiefs", "everyone")).unwrap();
    watcher.says("error[blast_the_database]");
    // Files come and go.
    fs::write(path.join("q.nurture"), "segment b where rolle is cfo\n").unwrap();
    watcher.says("a lead has no field `rolle`");
    fs::remove_file(path.join("q.nurture")).unwrap();
    watcher.says("error[blast_the_database]");
    // Settings too, and what cannot be read is said and waited for.
    fs::write(path.join("nurture.toml"), "tmezone = \"UTC\"\n").unwrap();
    watcher.says("tmezone");
    fs::write(path.join("nurture.toml"), "[levels]\nblast_the_database = \"warning\"\n").unwrap();
    watcher.says("warning[blast_the_database]");
}

/// A save while the rulebook works ends that work: what it would have said of the text before is never said.
#[test]
fn a_save_ends_a_judgement() {
    let arms: Vec<String> = (0..1_200).map(|size| format!("if size < {} {{ email \"Words for {size}\" }}", size + 2)).collect();
    let head = "lead {\n  role: one of cfo, controller\n  size: whole number from 1\n  email: address of email optional\n}\n";
    let large = format!("{head}program outsized {{\n  audience role is cfo\n  on join {{\n    {}\n  }}\n}}\n", arms.join(" else "));
    let folder = support::folder("p.nurture", &large);
    let path = folder.path();
    let watcher = Watcher::new(path, &["check", "--watch"]);
    std::thread::sleep(Duration::from_millis(1_500));
    fs::write(path.join("p.nurture"), format!("{head}program small {{ audience everyone on join {{ email \"News\" }} }}\n")).unwrap();
    let before = watcher.says("error[blast_the_database]");
    assert!(before.iter().all(|line| !line.contains("outsized")), "{before:?}");
    // One that changes nothing ends it too, and it begins again.
    let fewer = format!("{head}program smaller {{\n  audience role is cfo\n  on join {{\n    {}\n  }}\n}}\n", arms[..250].join(" else "));
    fs::write(path.join("p.nurture"), &fewer).unwrap();
    std::thread::sleep(Duration::from_millis(400));
    fs::write(path.join("p.nurture"), &fewer).unwrap();
    watcher.says("error[no_goal]: `smaller`");
}

#[test]
fn standard_input_cannot_be_watched() {
    let output = assert_cmd::Command::cargo_bin("nurture").unwrap().args(["check", "--watch", "-"]).write_stdin(POLICY).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("standard input cannot be watched"));
}

#[test]
fn timings_name_each_phase() {
    let folder = support::folder("p.nurture", POLICY);
    let (_, out, err) = run(folder.path(), &["check", "--timings"]);
    for phase in ["reading files", "the language: syntax, names, types", "the plan", "the rulebook: rules and proofs", "in all"] {
        assert!(err.lines().any(|line| line.ends_with(phase) && line.contains(" ms  ")), "{err}");
    }
    assert!(!out.contains(" ms  "));
}

#[test]
fn the_version_tells_what_the_build_does() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = run(folder.path(), &["--version", "--verbose"]);
    assert_eq!(code, 0);
    assert!(out.starts_with(&format!("nurture {}\nplan format: 1\nrulebook: ", env!("CARGO_PKG_VERSION"))), "{out}");
    assert!(run(folder.path(), &["--version"]).1.lines().count() == 1);
}

#[test]
#[ignore = "needs git"]
fn what_was_found_before_is_left_out() {
    let folder = support::folder("p.nurture", &POLICY.replace("in chiefs", "everyone"));
    let path = folder.path();
    git(path, &["init", "-q"]);
    git(path, &["add", "-A"]);
    git(path, &["commit", "-qm", "one"]);
    assert_eq!(run(path, &["check"]).0, 1);
    let (code, out, err) = run(path, &["check", "--changed-since", "HEAD"]);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("found at HEAD already"), "{err}");
    // It moves, and another comes: the other alone is told.
    let more = "program q {\n  audience role is cfo or role is controller\n  owner \"a@x.example\"\n  on join {\n    email \"Other words\"\n  }\n}\n";
    fs::write(path.join("p.nurture"), format!("# moved\n{}{more}", POLICY.replace("in chiefs", "everyone"))).unwrap();
    let (code, out, _) = run(path, &["check", "--changed-since", "HEAD", "--format", "concise"]);
    assert_eq!(code, 1);
    assert!(out.lines().all(|line| !line.contains("p.nurture:8:")) && out.contains("blast_the_database"), "{out}");
    let (code, _, err) = run(path, &["check", "--changed-since", "nowhere"]);
    assert!(code == 2 && err.contains("git knows no revision `nowhere`"), "{err}");
    // A policy that was not there yet is new as a whole.
    fs::create_dir(path.join("inner")).unwrap();
    fs::write(path.join("inner/nurture.toml"), "").unwrap();
    fs::write(path.join("inner/p.nurture"), POLICY.replace("in chiefs", "everyone")).unwrap();
    assert_eq!(run(&path.join("inner"), &["check", "--changed-since", "HEAD"]).0, 1);
}
