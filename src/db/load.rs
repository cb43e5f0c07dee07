//! From paths to inputs: finds the workspace, reads its files and what they name.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;
use smol_str::SmolStr;

use super::settings::{self, Settings};
use super::{Asset, Damage, Db, RootDb, SourceFile, Workspace, chunks, parallel, parsed};
use crate::diagnostics::Problem;
use crate::plan::bytes_fingerprint;
use crate::syntax::ast::{Body, Item};

/// A policy file has at most so many bytes.
pub const MOST_BYTES: u64 = 64 << 20;
/// A file of text has at most so many bytes.
pub const MOST_TEXT_BYTES: u64 = 4 << 20;
/// More files than this are read by several threads.
const MANY_FILES: usize = 64;
/// The name of the settings file.
pub const SETTINGS: &str = "nurture.toml";
/// The name by which standard input is spoken of.
pub const STDIN: &str = "<stdin>";

/// Why a policy could not be loaded.
#[derive(Debug)]
pub struct LoadError {
    /// What happened, in one line.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl LoadError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn io(path: &Path, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
            _ => error.to_string(),
        };
        Self::new(format!("cannot read `{}`: {why}", shown(path)))
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Which files make the policy, before they are read.
#[derive(Debug)]
pub struct Sources {
    /// The folder that paths are relative to.
    pub root: PathBuf,
    /// The root as the user would write it before a path of the workspace: empty, or ending in `/`.
    pub prefix: String,
    /// The files, sorted by path.
    pub files: Vec<PathBuf>,
    /// The text of standard input, where that is the policy.
    pub stdin: Option<Vec<u8>>,
    /// The settings file, if there is one.
    pub settings: Option<PathBuf>,
    /// Paths, relative to the root, that were asked for; empty for all.
    pub asked: Vec<SmolStr>,
}

impl Sources {
    /// Whether what stands in a file of the policy was asked for.
    pub fn asks_for(&self, file: &str) -> bool {
        self.asked.is_empty() || self.asked.iter().any(|path| path.is_empty() || settings::under(file, path))
    }
}

/// A path as users write it, with `/`.
fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Finds the files of the policy that `paths` name: a folder, files, or `-` for standard input. Without paths, the
/// workspace around `current`.
///
/// # Errors
/// When a path does not exist or cannot be read, when paths lie in different workspaces, or when there is no policy.
pub fn find(paths: &[PathBuf], current: &Path) -> Result<Sources, LoadError> {
    if paths.iter().any(|path| path.as_os_str() == "-") {
        if paths.len() > 1 {
            return Err(LoadError::new("`-` (standard input) is a policy by itself").help("name either `-` or files and folders"));
        }
        let mut text = Vec::new();
        let read = io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut text);
        read.map_err(|error| LoadError::new(format!("cannot read standard input: {error}")))?;
        return Ok(Sources { root: current.to_owned(), prefix: String::new(), files: Vec::new(), stdin: Some(text), settings: None, asked: Vec::new() });
    }
    let named: Vec<PathBuf> = if paths.is_empty() { vec![PathBuf::from(".")] } else { paths.to_vec() };
    let mut root: Option<(PathBuf, bool)> = None;
    let mut places = Vec::new();
    for path in &named {
        let full = current.join(path);
        let full = fs::canonicalize(&full).map_err(|error| LoadError::io(path, &error))?;
        let is_folder = full.is_dir();
        if !is_folder && full.extension().is_none_or(|extension| extension != "nurture") {
            return Err(LoadError::new(format!("`{}` is no policy file", shown(path))).help("policy files end in `.nurture`"));
        }
        let folder = if is_folder { full.as_path() } else { full.parent().unwrap_or(Path::new("/")) };
        let workspace = folder.ancestors().find(|folder| folder.join(SETTINGS).is_file());
        let own = (workspace.unwrap_or(folder).to_owned(), workspace.is_some());
        match &root {
            Some(known) if *known != own && (known.1 || own.1) => {
                return Err(LoadError::new(format!(
                    "`{}` lies in another workspace than `{}`",
                    shown(path),
                    named.first().map_or(String::new(), |path| shown(path))
                ))
                .help("check one workspace at a time"));
            }
            _ => {}
        }
        root.get_or_insert(own);
        places.push((full, is_folder));
    }
    let Some((mut root, is_workspace)) = root else { return Err(LoadError::new("no files were named")) };
    if !is_workspace {
        // Files without a workspace: paths are relative to the folder that holds them all.
        for (place, is_folder) in &places {
            let folder = if *is_folder { place.as_path() } else { place.parent().unwrap_or(place) };
            while !folder.starts_with(&root) && root.pop() {}
        }
    }
    let mut files = BTreeSet::new();
    let mut asked = Vec::new();
    let relative = |path: &Path| SmolStr::from(shown(path.strip_prefix(&root).unwrap_or(path)));
    if is_workspace {
        collect(&root, &mut files)?;
        asked = places.iter().filter(|(place, _)| *place != root).map(|(place, _)| relative(place)).collect();
        if places.iter().any(|(place, _)| *place == root) {
            asked.clear();
        }
        files.extend(places.iter().filter(|(_, is_folder)| !is_folder).map(|(place, _)| place.clone()));
    } else {
        for (place, is_folder) in &places {
            if *is_folder {
                collect(place, &mut files)?;
            } else {
                files.insert(place.clone());
            }
        }
    }
    if files.is_empty() {
        let place = named.first().map_or(String::new(), |path| shown(path));
        return Err(LoadError::new(format!("there is no `.nurture` file in `{place}`")).help("`nurture new DIR` begins a policy"));
    }
    let prefix = if named.iter().all(|path| path.is_absolute()) { format!("{}/", shown(&root).trim_end_matches('/')) } else { prefix_of(&root, current) };
    Ok(Sources { settings: is_workspace.then(|| root.join(SETTINGS)), root, prefix, files: files.into_iter().collect(), stdin: None, asked })
}

/// How `root` is written from `current`: nothing, `folder/`, `../` or the whole path.
fn prefix_of(root: &Path, current: &Path) -> String {
    let current = fs::canonicalize(current).unwrap_or_else(|_| current.to_owned());
    if let Ok(inner) = root.strip_prefix(&current) {
        let inner = shown(inner);
        return if inner.is_empty() { inner } else { format!("{inner}/") };
    }
    let mut up = String::new();
    for folder in current.ancestors() {
        if let Ok(inner) = root.strip_prefix(folder) {
            let inner = shown(inner);
            return if inner.is_empty() { up } else { format!("{up}{inner}/") };
        }
        up.push_str("../");
    }
    format!("{}/", shown(root))
}

/// Whether what is called so belongs to nobody's policy: hidden folders, and those of tools.
fn is_foreign(name: &str, is_folder: bool) -> bool {
    name.starts_with('.') || (is_folder && (name == "node_modules" || name == "target"))
}

/// Whether a file under `root` is one of its policy: not in a folder that belongs to somebody else.
pub fn belongs(root: &Path, file: &Path) -> bool {
    let Ok(inside) = file.strip_prefix(root) else { return false };
    let mut folder = root.to_owned();
    let mut names = inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).peekable();
    while let Some(name) = names.next() {
        let is_folder = names.peek().is_some();
        folder.push(&name);
        if is_foreign(&name, is_folder) || (is_folder && folder.join(SETTINGS).is_file()) {
            return false;
        }
    }
    true
}

/// All policy files under `folder`, each once, however links point at it. Folders that begin with a dot, and folders
/// with settings of their own, belong to somebody else.
fn collect(folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<(), LoadError> {
    let mut found = Vec::new();
    let mut links = false;
    let walk = walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(is_foreign(&name, entry.file_type().is_dir()) || (entry.file_type().is_dir() && entry.path().join(SETTINGS).is_file()))
    });
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            // A link that leads back up: what it leads to is read anyway.
            Err(error) if error.loop_ancestor().is_some() => continue,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let is_policy = path.extension().is_some_and(|extension| extension == "nurture");
                let broken_link = fs::symlink_metadata(&path).is_ok_and(|data| data.file_type().is_symlink());
                // Editors mark a file that is open by a link to nowhere beside it, `.#policy.nurture`.
                let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
                if broken_link && (!is_policy || hidden) {
                    continue;
                }
                let error = error.into_io_error().unwrap_or_else(|| io::Error::other("it could not be opened"));
                return Err(LoadError::io(&path, &error).help("a part of the policy would be missing, so nothing was checked"));
            }
        };
        links |= entry.path_is_symlink();
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == "nurture") {
            found.push(entry.into_path());
        }
    }
    // Only links can lead to one file by two ways.
    let mut seen = BTreeSet::new();
    for path in found {
        if !links || seen.insert(fs::canonicalize(&path).map_err(|error| LoadError::io(&path, &error))?) {
            files.insert(path);
        }
    }
    Ok(())
}

/// The folders under `folder` that are workspaces of their own, sorted; what cannot be read is passed over.
pub fn workspaces_in(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !is_foreign(&name, entry.file_type().is_dir())
    });
    let settings = walk.filter_map(Result::ok).filter(|entry| entry.depth() > 1 && entry.file_type().is_file() && entry.file_name() == SETTINGS);
    settings.filter_map(|entry| Some(entry.path().parent()?.to_owned())).collect()
}

/// A policy in a database, ready to be asked.
pub struct Loaded {
    /// The database.
    pub db: RootDb,
    /// Where it came from.
    pub sources: Sources,
    /// What is wrong with `nurture.toml`, and its text.
    pub settings_problems: (Vec<Problem>, String),
    /// The rule packs that the settings name, as they are written, each a policy of its own.
    pub packs: Vec<(SmolStr, RootDb)>,
}

/// The text of a file, and what is wrong with it.
fn decode(bytes: Vec<u8>) -> (String, Option<Damage>) {
    if bytes.len() as u64 > MOST_BYTES {
        return (String::new(), Some(Damage::TooLarge(bytes.len() as u64)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let at = error.utf8_error().valid_up_to() as u32;
            (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(Damage::NotUtf8(at)))
        }
    }
}

/// Reads a policy file: its text, and why it is not the file's if it is not.
///
/// # Errors
/// When it cannot be read.
pub fn read_file(path: &Path) -> Result<(String, Option<Damage>), LoadError> {
    let open = |path: &Path| -> io::Result<(String, Option<Damage>)> {
        let size = fs::metadata(path)?.len();
        if size > MOST_BYTES {
            return Ok((String::new(), Some(Damage::TooLarge(size))));
        }
        let mut bytes = Vec::with_capacity(size as usize + 1);
        fs::File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(decode(bytes))
    };
    open(path).map_err(|error| LoadError::io(path, &error).help("a part of the policy would be missing, so nothing was checked"))
}

/// Which names `[levels]` may use, and which thresholds there are.
pub struct Vocabulary<'a> {
    /// What a name is.
    pub named: &'a (dyn Fn(&str) -> settings::Named + Sync),
    /// All names, for suggestions.
    pub names: &'a [&'a str],
    /// Thresholds with their defaults.
    pub thresholds: &'a [(&'a str, &'a str)],
}

/// Reads the files of a policy into a database.
///
/// # Errors
/// When a file cannot be read: nothing is checked then, for a part of the policy would be missing.
pub fn load(sources: Sources, vocabulary: &Vocabulary<'_>) -> Result<Loaded, LoadError> {
    load_one(sources, vocabulary, true)
}

fn load_one(mut sources: Sources, vocabulary: &Vocabulary<'_>, with_packs: bool) -> Result<Loaded, LoadError> {
    let read = |path: &PathBuf| {
        let (text, damage) = read_file(path)?;
        Ok((SmolStr::from(shown(path.strip_prefix(&sources.root).unwrap_or(path))), text, damage))
    };
    let many = sources.files.len() > MANY_FILES && parallel::worth(usize::MAX);
    let texts: Result<Vec<(SmolStr, String, Option<Damage>)>, LoadError> =
        if many { sources.files.par_iter().map(read).collect() } else { sources.files.iter().map(read).collect() };
    let mut texts = texts?;
    if let Some(bytes) = sources.stdin.take() {
        let (text, damage) = decode(bytes);
        texts.push((STDIN.into(), text, damage));
    }
    texts.sort_by(|a, b| a.0.cmp(&b.0));
    let (settings, problems, settings_text) = match &sources.settings {
        None => (Settings::default(), Vec::new(), String::new()),
        Some(path) => {
            let text = fs::read(path).map_err(|error| LoadError::io(path, &error))?;
            let text = String::from_utf8(text).map_err(|_| LoadError::new(format!("`{}` is not UTF-8 text", shown(path))))?;
            let (settings, problems) = settings::read(&text, vocabulary.named, vocabulary.names, vocabulary.thresholds);
            (settings, problems, text)
        }
    };
    let mut db = RootDb::default();
    let files: Vec<SourceFile> = texts.into_iter().map(|(path, text, damage)| SourceFile::at_rest(&db, path, text, damage)).collect();
    let workspace = Workspace::of(&db, files, settings, Vec::new());
    let assets = read_assets(&db, workspace, &sources.root);
    if !assets.is_empty() {
        use salsa::Setter as _;
        workspace.set_assets(&mut db).to(assets);
    }
    let named = Workspace::get(&db).settings(&db).packs.clone();
    if !with_packs && !named.is_empty() {
        return Err(LoadError::new("a rule pack names packs of its own").help("name them all in the policy's nurture.toml, and not the policy itself"));
    }
    let packs = load_packs(&named, &sources, vocabulary)?;
    if !packs.is_empty() {
        use salsa::Setter as _;
        let workspace = Workspace::get(&db);
        let mut settings = workspace.settings(&db).clone();
        settings.pack_rules = packs.iter().flat_map(|(_, pack)| rule_names(pack)).collect();
        workspace.set_settings(&mut db).to(settings);
    }
    Ok(Loaded { db, sources, settings_problems: (problems, settings_text), packs })
}

/// The names of the rules of a policy.
fn rule_names(db: &RootDb) -> Vec<SmolStr> {
    let mut names = Vec::new();
    for file in Workspace::get(db).files(db) {
        for chunk in chunks(db, *file).chunks.iter().filter(|chunk| chunk.head(db).starts_with("rule")) {
            names.extend(
                parsed(db, *chunk).items.iter().filter(|item| matches!(item.body, Body::Rule(_))).filter_map(|item| Some(item.name.as_ref()?.text.clone())),
            );
        }
    }
    names
}

/// Loads the rule packs of a workspace. A pack is a workspace of its own: its rules, and the lead and signals of their examples.
fn load_packs(packs: &[SmolStr], sources: &Sources, vocabulary: &Vocabulary<'_>) -> Result<Vec<(SmolStr, RootDb)>, LoadError> {
    let mut loaded = Vec::with_capacity(packs.len());
    for pack in packs {
        let folder = sources.root.join(pack.as_str());
        if !folder.is_dir() {
            return Err(LoadError::new(format!("there is no rule pack `{pack}`")).help("`packs` names folders, from the folder of nurture.toml"));
        }
        if !folder.join(SETTINGS).is_file() {
            return Err(LoadError::new(format!("the rule pack `{pack}` has no {SETTINGS}"))
                .help("put one there, an empty one will do: a pack is a workspace of its own, and can be checked and tested by itself"));
        }
        let found = find(&[folder], &sources.root)?;
        let inner = load_one(found, vocabulary, false)?;
        loaded.push((pack.clone(), inner.db));
    }
    Ok(loaded)
}

/// A policy of texts that are in memory, by path, with its settings; `text` clauses find no files.
pub fn in_memory(db: RootDb, texts: Vec<(SmolStr, String)>, settings: Settings) -> RootDb {
    in_memory_with(db, texts, settings, &[])
}

/// A policy of texts that are in memory, with the files that its `text` clauses find, by path.
pub fn in_memory_with(db: RootDb, texts: Vec<(SmolStr, String)>, settings: Settings, files: &[(&str, &str)]) -> RootDb {
    let read = |text: &str| Asset::Read { sha256: bytes_fingerprint(text.as_bytes()), text: text.into() };
    let mut assets: Vec<(SmolStr, Asset)> = files.iter().map(|(path, text)| (SmolStr::from(*path), read(text))).collect();
    assets.sort_by(|a, b| a.0.cmp(&b.0));
    let mut texts = texts;
    texts.sort();
    let files: Vec<SourceFile> = texts.into_iter().map(|(path, text)| SourceFile::at_rest(&db, path, text, None)).collect();
    let _ = Workspace::of(&db, files, settings, assets);
    db
}

/// Where the `text` clause of a file at `file` leads, relative to the workspace; `None` if it leads out of it.
pub fn asset_path(file: &str, named: &str) -> Option<SmolStr> {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let mut parts: Vec<String> = Vec::new();
    for part in folder.join(named).components() {
        match part {
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/").into())
}

/// The paths of all files that `text` clauses name.
pub fn named_by_all(db: &RootDb, workspace: Workspace) -> BTreeSet<SmolStr> {
    let parallel = parallel::worth(workspace.bytes(db));
    let found = parallel::map(db, workspace.files(db), parallel, |db, file| named_texts(db, *file));
    found.into_iter().flatten().collect()
}

/// Reads the files that `text` clauses name.
pub fn read_assets(db: &RootDb, workspace: Workspace, root: &Path) -> Vec<(SmolStr, Asset)> {
    named_by_all(db, workspace).into_iter().map(|path| (path.clone(), read_asset(&root.join(path.as_str())))).collect()
}

/// The paths that the `text` clauses of a file name.
fn named_texts(db: &dyn Db, file: SourceFile) -> Vec<SmolStr> {
    let mut found = Vec::new();
    // Only what can hold the clause is read here: all else waits until it is checked.
    let holds = |head: &str| head.starts_with("content") || head.starts_with("rule");
    for chunk in chunks(db, file).chunks.iter().filter(|chunk| holds(chunk.head(db)) && chunk.body(db).text.contains("text \"")) {
        texts_of(&parsed(db, *chunk).items, file.path(db), &mut found);
    }
    found
}

fn texts_of(items: &[Item], file: &str, found: &mut Vec<SmolStr>) {
    for item in items {
        match &item.body {
            Body::Content(content) => found.extend(content.text.iter().filter_map(|text| asset_path(file, &text.value))),
            Body::Rule(rule) => rule.flags.iter().chain(&rule.passes).for_each(|example| texts_of(&example.value, file, found)),
            _ => {}
        }
    }
}

fn read_asset(path: &Path) -> Asset {
    let read = || -> io::Result<Result<String, SmolStr>> {
        let data = fs::metadata(path)?;
        if data.is_dir() {
            return Ok(Err("it is a folder".into()));
        }
        if data.len() > MOST_TEXT_BYTES {
            return Ok(Err(format!("it has more than {} MB", MOST_TEXT_BYTES >> 20).into()));
        }
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(MOST_TEXT_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".into()))
    };
    match read() {
        Ok(Ok(text)) => Asset::Read { sha256: bytes_fingerprint(text.as_bytes()), text: text.into() },
        Ok(Err(why)) => Asset::Unusable(why),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Asset::Missing,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Asset::Unusable("you may not read it".into()),
        Err(error) => Asset::Unusable(error.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_files_stay_in_the_workspace() {
        assert_eq!(asset_path("content/a.nurture", "../b.md").as_deref(), Some("b.md"));
        assert_eq!(asset_path("a.nurture", "content/./b.md").as_deref(), Some("content/b.md"));
        assert_eq!(asset_path("a.nurture", "../b.md"), None);
        assert_eq!(asset_path("a.nurture", "/etc/passwd"), None);
        assert_eq!(asset_path("a.nurture", ""), None);
    }
}
