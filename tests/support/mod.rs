//! What several tests need.
#![allow(dead_code, reason = "each test uses its own part")]

use std::fs;
use std::path::{Path, PathBuf};

use nurture::db::load::{self, Loaded, Vocabulary};
use nurture::db::settings::{Named, Settings};
use nurture::db::{RootDb, Workspace, line_index};
use nurture::diagnostics::Diagnostic;
use nurture::diagnostics::render::Sources;
use nurture::report::findings::findings;

/// A policy of one file.
pub fn policy(text: &str) -> RootDb {
    load::in_memory(RootDb::default(), vec![("policy.nurture".into(), text.to_owned())], Settings::default())
}

/// The findings of a policy of one file.
pub fn check(text: &str) -> Vec<Diagnostic> {
    findings(&policy(text))
}

/// Findings as people see them, without colours.
pub fn rendered(db: &RootDb, found: &[Diagnostic]) -> String {
    let mut sources = Sources::new("");
    for file in Workspace::get(db).files(db) {
        sources.add(file.path(db).clone(), file.text(db), line_index(db, *file));
    }
    nurture::diagnostics::render::full(found, &sources, false)
}

/// The root of the project.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A workspace on disk.
pub fn workspace(folder: &Path) -> Loaded {
    let sources = load::find(&[folder.to_owned()], Path::new("/")).unwrap();
    load::load(sources, &Vocabulary { named: &|_| Named::Free, names: &[], thresholds: &[] }).map_err(|error| error.message).unwrap()
}

/// All `.nurture` files of the examples.
pub fn examples() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "nurture") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join("examples"), &mut found);
    walk(&root().join("src/cli/template"), &mut found);
    assert!(found.len() > 10);
    found
}

/// What a run of the command line said: its exit status, standard output and standard error.
pub fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = assert_cmd::Command::cargo_bin("nurture").unwrap().current_dir(folder).args(args).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// A workspace of one file: its name and its text.
pub fn folder(name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("nurture.toml"), "").unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    folder
}

/// Runs git in a folder, as somebody.
pub fn git(folder: &Path, args: &[&str]) {
    let done = std::process::Command::new("git").current_dir(folder).args(["-c", "user.name=n", "-c", "user.email=n@x.example"]).args(args).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
