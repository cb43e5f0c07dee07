//! Policies as they were in git: a revision's files, written into a temporary folder. The work tree and the index stay as they are.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::db::load::LoadError;

/// The files of a folder at a revision.
pub(super) struct Checkout {
    /// Removed when it is no longer needed.
    _folder: TempDir,
    /// The folder, as it was.
    pub path: PathBuf,
}

fn error(message: impl Into<String>, help: Option<&str>) -> LoadError {
    LoadError { message: message.into(), help: help.map(str::to_owned) }
}

/// What git says to a command in a folder; `None` where it says no.
fn git<A: AsRef<OsStr>>(folder: &Path, index: Option<&Path>, args: &[A], input: Option<&[u8]>) -> Result<Option<Vec<u8>>, LoadError> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(args).stdout(Stdio::piped()).stderr(Stdio::null());
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    // A hook says where its own repository is: this asks for the one around the folder.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE"] {
        command.env_remove(name);
    }
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    let cannot = |why: std::io::Error| match why.kind() {
        std::io::ErrorKind::NotFound => error("git is not installed, and a revision was asked for", Some("install git, or name a folder or a plan")),
        _ => error(format!("cannot run git: {why}"), None),
    };
    let mut child = command.spawn().map_err(cannot)?;
    if let (Some(input), Some(mut pipe)) = (input, child.stdin.take()) {
        // What git does not read it does not need.
        let _ = pipe.write_all(input);
    }
    let output = child.wait_with_output().map_err(cannot)?;
    Ok(output.status.success().then_some(output.stdout))
}

/// A path of the repository, without detours.
fn inside(path: &str) -> Result<PathBuf, LoadError> {
    let plain = |part: &Component<'_>| matches!(part, Component::Normal(_));
    let parts: Vec<_> = Path::new(path).components().filter(|part| *part != Component::CurDir).collect();
    if !parts.iter().all(plain) {
        return Err(error(format!("`{path}` is no path in the repository"), Some("write it from the top of the repository: `git:main:policies/emea`")));
    }
    Ok(parts.into_iter().collect())
}

/// The files that `folder` had at a revision, or those at a path of the repository around it: of a policy that has moved since. `None` where
/// there were none.
///
/// # Errors
/// When git is missing, the folder is in no repository, the revision is unknown, or the path leads out of the repository.
pub(super) fn checkout(folder: &Path, revision: &str, at: Option<&str>) -> Result<Option<Checkout>, LoadError> {
    let at = at.map(inside).transpose()?;
    let line = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned();
    let shown = folder.display();
    let top = git(folder, None, &["rev-parse", "--show-toplevel"], None)?
        .map(line)
        .ok_or_else(|| error(format!("`{shown}` is in no git repository, so it has no revision `{revision}`"), Some("name a folder or a plan instead")))?;
    let prefix = match &at {
        Some(path) => path.to_string_lossy().into_owned(),
        None => git(folder, None, &["rev-parse", "--show-prefix"], None)?.map(line).unwrap_or_default(),
    };
    let top = PathBuf::from(top);
    let commit =
        git(&top, None, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")], None)?.map(line).ok_or_else(|| {
            error(format!("git knows no revision `{revision}`"), Some("`git log --oneline` lists revisions; in CI fetch them first, with enough depth"))
        })?;
    let cannot = |why: std::io::Error| error(format!("cannot write a temporary folder: {why}"), None);
    let temporary = tempfile::Builder::new().prefix("nurture-").tempdir().map_err(cannot)?;
    let (index, tree) = (temporary.path().join("index"), temporary.path().join("tree"));
    std::fs::create_dir(&tree).map_err(cannot)?;
    let failed = || error(format!("git could not give the files of revision `{revision}`"), None);
    git(&top, Some(&index), &["read-tree", &commit], None)?.ok_or_else(failed)?;
    // Of a file its whole folder: texts stand beside it.
    let around = Path::new(&prefix).extension().map_or(Path::new(&prefix), |_| Path::new(&prefix).parent().unwrap_or(Path::new("")));
    let around = around.to_string_lossy();
    let pathspec = if around.is_empty() { ".".to_owned() } else { format!(":(literal){around}") };
    // Packs, and what links lead to, may lie elsewhere in the repository.
    let wanted = ["ls-files", "-z", "--", &pathspec, ":(glob)**/*.nurture", ":(glob)**/nurture.toml"];
    let listed = git(&top, Some(&index), &wanted, None)?.ok_or_else(failed)?;
    let mut into = std::ffi::OsString::from("--prefix=");
    into.push(&tree);
    into.push("/");
    git(&top, Some(&index), &[OsStr::new("checkout-index"), OsStr::new("-z"), OsStr::new("--stdin"), OsStr::new("-f"), &into], Some(&listed))?
        .ok_or_else(failed)?;
    let path = tree.join(&prefix);
    if !path.exists() || listed.is_empty() {
        return Ok(None);
    }
    Ok(Some(Checkout { _folder: temporary, path }))
}
