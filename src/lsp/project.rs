//! A policy that an editor works on: its files, those that are open as the editor has them, and what the rulebook last said.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustc_hash::FxHashMap;
use salsa::Setter as _;
use smol_str::SmolStr;

use crate::db::load::{self, LoadError, SETTINGS, Sources};
use crate::db::{AT_REST, Asset, RootDb, SourceFile, TYPED, Workspace};
use crate::diagnostics::Diagnostic;
use crate::ide::proved::Proved;
use crate::plan::{Rule, Verdict};
use crate::proof::Memory;
use crate::report::baseline::{self, Baseline};
use crate::report::findings::{ByFile, findings_with};
use crate::report::loading;
use crate::text::Range;

/// Where the files of a policy come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Home {
    /// A folder, with all policy files in it.
    Folder(PathBuf),
    /// One file alone.
    File(PathBuf),
    /// A text that is no file.
    Text(String),
}

/// What the rulebook said.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Its findings, by file; ranges follow the edits that came after.
    pub findings: BTreeMap<SmolStr, Vec<Diagnostic>>,
    /// What each program is.
    pub verdicts: Vec<Verdict>,
    /// What was proved of groups.
    pub proved: Proved,
}

/// When a file was written, and how long it is.
type Stamp = (Option<SystemTime>, u64);

/// A policy.
pub struct Project {
    /// Where it comes from.
    pub home: Home,
    /// The folder that its paths are relative to.
    pub root: PathBuf,
    /// Its database.
    pub db: RootDb,
    /// What is wrong with its settings, and their text.
    pub settings: (Vec<Diagnostic>, String),
    /// Why it could not be loaded whole, or judged.
    pub trouble: Option<LoadError>,
    /// Grows with each change.
    pub revision: u64,
    /// What the whole policy showed when it was last looked at.
    pub of_policy: Arc<ByFile>,
    /// What the rulebook said last.
    pub judged: Judged,
    /// In which revision it was asked last.
    pub judged_at: Option<u64>,
    /// The addresses of open files, as the editor writes them: one file can have several.
    pub addresses: BTreeMap<SmolStr, String>,
    /// What was proved before.
    pub memory: Memory,
    /// The rules of its packs.
    pub packs: Arc<Vec<Rule>>,
    /// Findings that are known and not mended yet.
    pub known: Baseline,
    /// All files there ever were: an input of the database is never given back, so each path has one.
    inputs: FxHashMap<SmolStr, SourceFile>,
    /// Files that are open in the editor.
    open: BTreeSet<SmolStr>,
    /// Settings, baseline and texts, with their stamps when they were read.
    stamps: Vec<(PathBuf, Stamp)>,
}

fn stamp(path: &Path) -> Stamp {
    let data = fs::metadata(path).ok();
    (data.as_ref().and_then(|data| data.modified().ok()), data.map_or(0, |data| data.len()))
}

impl Project {
    /// Loads the policy of a home. What is open has its text from the editor afterwards.
    pub fn load(home: Home) -> Self {
        let (root, paths) = match &home {
            Home::Folder(folder) => (folder.clone(), vec![folder.clone()]),
            Home::File(file) => (file.parent().unwrap_or(Path::new("/")).to_owned(), vec![file.clone()]),
            Home::Text(_) => (PathBuf::new(), Vec::new()),
        };
        let mut trouble = None;
        let loaded = match &home {
            Home::Text(_) => None,
            _ => match load::find(&paths, &root).and_then(loading::load) {
                Ok(loaded) => Some(loaded),
                // A folder without policy files, or a file that is not saved yet, is a policy that is still empty.
                Err(_) if matches!(&home, Home::File(file) if !file.exists()) || !has_policy(&root) => None,
                Err(error) => {
                    trouble = Some(error);
                    in_part(&paths, &root)
                }
            },
        };
        let settings_path = root.join(SETTINGS);
        let with_settings = matches!(home, Home::Folder(_)) && settings_path.is_file();
        let mut project = Self {
            root,
            db: RootDb::default(),
            settings: (Vec::new(), String::new()),
            trouble,
            revision: 0,
            of_policy: Arc::default(),
            judged: Judged::default(),
            judged_at: None,
            addresses: BTreeMap::new(),
            memory: Memory::default(),
            packs: Arc::default(),
            known: Baseline::default(),
            inputs: FxHashMap::default(),
            open: BTreeSet::new(),
            stamps: Vec::new(),
            home,
        };
        if with_settings {
            project.stamps.push((settings_path.clone(), stamp(&settings_path)));
            project.read_baseline();
        }
        match loaded {
            Some(loaded) => project.take(loaded),
            None => drop(Workspace::of(&project.db, Vec::new(), Default::default(), Vec::new())),
        }
        project
    }

    fn take(&mut self, loaded: load::Loaded) {
        if let Some(error) = loading::unknown_rules(&loaded) {
            self.trouble = Some(error);
        }
        let mut packs = Vec::new();
        for (pack, db) in &loaded.packs {
            match loading::pack_rules(pack, db) {
                Ok(rules) => packs.extend(rules),
                Err(error) => self.trouble = Some(error),
            }
        }
        self.packs = Arc::new(packs);
        let (problems, text) = loaded.settings_problems;
        self.settings = (problems.iter().map(loading::settings_diagnostic).collect(), text);
        self.db = loaded.db;
        let workspace = Workspace::get(&self.db);
        self.inputs = workspace.files(&self.db).iter().map(|file| (file.path(&self.db).clone(), *file)).collect();
        for (path, _) in workspace.assets(&self.db) {
            let path = self.root.join(path.as_str());
            self.stamps.push((path.clone(), stamp(&path)));
        }
    }

    fn read_baseline(&mut self) {
        let path = self.root.join(baseline::FILE);
        self.stamps.push((path.clone(), stamp(&path)));
        match fs::read_to_string(&path).map(|text| Baseline::read(&text)) {
            Ok(Ok(baseline)) => self.known = baseline,
            Ok(Err(what)) => self.trouble = Some(LoadError { message: format!("`{}` is no baseline: {what}", baseline::FILE), help: None }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => self.trouble = Some(LoadError { message: format!("cannot read `{}`: {error}", baseline::FILE), help: None }),
        }
    }

    /// The path of a file in this policy, if it lies where its files lie.
    pub fn relative(&self, path: &Path) -> Option<SmolStr> {
        match &self.home {
            Home::Text(_) => None,
            Home::File(file) if file != path => None,
            _ => Some(path.strip_prefix(&self.root).ok()?.to_string_lossy().replace('\\', "/").into()),
        }
    }

    /// Where a file of this policy is.
    pub fn absolute(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A file of the policy.
    pub fn file(&self, path: &str) -> Option<SourceFile> {
        crate::ide::file_of(&self.db, path)
    }

    /// Its files, sorted by path.
    pub fn files(&self) -> &[SourceFile] {
        Workspace::get(&self.db).files(&self.db)
    }

    /// Takes the text of a file from the editor.
    pub fn open(&mut self, path: &SmolStr, text: String) {
        self.open.insert(path.clone());
        self.set(path, Some((text, None)));
    }

    /// How many files the editor has open.
    pub fn open_files(&self) -> usize {
        self.open.len()
    }

    /// Takes the text of a file from the disk again.
    pub fn close(&mut self, path: &SmolStr) {
        self.open.remove(path);
        self.reread(path);
    }

    /// Takes the text of a file from the disk, if the editor does not have it open.
    pub fn reread(&mut self, path: &SmolStr) {
        if !self.open.contains(path) {
            let text = load::read_file(&self.absolute(path)).ok();
            self.set(path, text);
        }
    }

    /// Gives a file another text; without one it goes.
    fn set(&mut self, path: &SmolStr, text: Option<(String, Option<crate::db::Damage>)>) {
        let there = self.file(path);
        let durability = if self.open.contains(path) { TYPED } else { AT_REST };
        match (text, self.inputs.get(path).copied()) {
            (None, _) => {
                if there.is_none() {
                    return;
                }
                let files = self.files().iter().copied().filter(|file| Some(*file) != there).collect();
                self.forget(path);
                self.set_files(files);
            }
            (Some((text, damage)), Some(input)) => {
                if input.text(&self.db) != text {
                    self.forget(path);
                } else if there.is_some() && input.damage(&self.db) == damage && durability == AT_REST {
                    return;
                }
                // Also where it is the same: that it is typed in from now on is looked at now, not at the first key.
                input.set_text(&mut self.db).with_durability(durability).to(text);
                if input.damage(&self.db) != damage {
                    input.set_damage(&mut self.db).to(damage);
                }
                if there.is_none() {
                    self.add(input);
                }
            }
            (Some((text, damage)), None) => {
                let input = SourceFile::at_rest(&self.db, path.clone(), text, damage);
                self.inputs.insert(path.clone(), input);
                self.add(input);
            }
        }
        self.changed();
    }

    fn add(&mut self, input: SourceFile) {
        let mut files = self.files().to_vec();
        files.push(input);
        files.sort_by(|a, b| a.path(&self.db).cmp(b.path(&self.db)));
        self.set_files(files);
    }

    fn set_files(&mut self, files: Vec<SourceFile>) {
        Workspace::get(&self.db).set_files(&mut self.db).to(files);
        self.changed();
    }

    /// Replaces a part of a file's text.
    pub fn edit(&mut self, file: SourceFile, at: Range, new: &str) {
        let mut text = file.text(&self.db).to_owned();
        let end = (at.end as usize).min(text.len());
        text.replace_range((at.start as usize).min(end)..end, new);
        let path = file.path(&self.db).clone();
        for list in self.judged.findings.values_mut() {
            list.retain_mut(|finding| moved(finding, &path, at, new.len() as u32));
        }
        file.set_text(&mut self.db).with_durability(TYPED).to(text);
        if file.damage(&self.db).is_some() {
            file.set_damage(&mut self.db).to(None);
        }
        self.changed();
    }

    /// Replaces the whole text of a file.
    pub fn replace(&mut self, file: SourceFile, text: String) {
        self.forget(&file.path(&self.db).clone());
        file.set_text(&mut self.db).with_durability(TYPED).to(text);
        self.changed();
    }

    /// Forgets what was said of places in a file: where its text changed is not known.
    fn forget(&mut self, path: &SmolStr) {
        self.judged.findings.remove(path);
        for finding in self.judged.findings.values_mut().flatten() {
            finding.labels.retain(|label| label.span.file != *path);
            finding.fixes.retain(|fix| fix.edits.iter().all(|edit| edit.span.file != *path));
        }
    }

    fn changed(&mut self) {
        self.revision += 1;
    }

    /// Reads the files that `text` clauses name, if some are named that were not read, or have changed.
    pub fn refresh_texts(&mut self) {
        if matches!(self.home, Home::Text(_)) {
            return;
        }
        let workspace = Workspace::get(&self.db);
        let named = load::named_by_all(&self.db, workspace);
        let known = workspace.assets(&self.db);
        let same = named.iter().eq(known.iter().map(|(path, _)| path));
        let others = [self.root.join(SETTINGS), self.root.join(baseline::FILE)];
        let texts_changed = || self.stamps.iter().any(|(path, known)| !others.contains(path) && *known != stamp(path));
        if same && !texts_changed() {
            return;
        }
        let assets = load::read_assets(&self.db, workspace, &self.root);
        let same = assets == workspace.assets(&self.db);
        self.stamps.retain(|(path, _)| others.contains(path));
        self.stamps.extend(assets.iter().map(|(path, _)| self.root.join(path.as_str())).map(|path| (path.clone(), stamp(&path))));
        if !same {
            self.set_assets(assets);
        }
    }

    fn set_assets(&mut self, assets: Vec<(SmolStr, Asset)>) {
        Workspace::get(&self.db).set_assets(&mut self.db).to(assets);
        self.changed();
    }

    /// Whether the settings or the baseline are other than they were read.
    pub fn settings_changed(&self) -> bool {
        let files = [self.root.join(SETTINGS), self.root.join(baseline::FILE)];
        self.stamps.iter().any(|(path, known)| files.contains(path) && *known != stamp(path))
    }

    /// Whether a path lies in one of its rule packs.
    pub fn has_in_packs(&self, path: &Path) -> bool {
        Workspace::get(&self.db).settings(&self.db).packs.iter().any(|pack| path.starts_with(self.root.join(pack.as_str())))
    }

    /// Whether all of it was read: settings, packs, files.
    pub fn is_whole(&self) -> bool {
        self.trouble.is_none() && self.settings.0.is_empty()
    }

    /// The texts of open files, by path.
    pub fn open_texts(&self) -> Vec<(SmolStr, String)> {
        self.open.iter().filter_map(|path| Some((path.clone(), self.file(path)?.text(&self.db).to_owned()))).collect()
    }

    /// What is to be shown of a file: what the language says, what the whole policy showed when it was last looked at, and what the
    /// rulebook said last.
    pub fn findings(&self, file: SourceFile) -> Vec<Diagnostic> {
        let of_policy = self.of_policy.0.get(file.path(&self.db)).map(Vec::as_slice).unwrap_or_default();
        let mut found = findings_with(&self.db, file, of_policy);
        found.extend(self.judged.findings.get(file.path(&self.db)).into_iter().flatten().cloned());
        found.sort_by(Diagnostic::order);
        found
    }
}

/// What of a policy can be read all the same: its files without settings and packs, so that names are known.
fn in_part(paths: &[PathBuf], root: &Path) -> Option<load::Loaded> {
    let mut sources = load::find(paths, root).ok()?;
    sources.settings = None;
    sources.files.retain(|file| load::read_file(file).is_ok());
    loading::load(sources).ok()
}

/// Whether there is something to be loaded in a folder.
fn has_policy(root: &Path) -> bool {
    fs::read_dir(root)
        .is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|entry| entry.path().extension().is_some_and(|extension| extension == "nurture"))))
}

/// Moves what was said of a text with an edit of it; false where the edit touches its own place.
fn moved(finding: &mut Diagnostic, path: &SmolStr, at: Range, new: u32) -> bool {
    let shift = |range: &mut Range| {
        if range.end <= at.start {
            return true;
        }
        let behind = range.start >= at.end;
        if behind {
            let by = |place: u32| place - (at.end - at.start) + new;
            *range = Range::new(by(range.start), by(range.end));
        }
        behind
    };
    if finding.span.file == *path && !shift(&mut finding.span.range) {
        return false;
    }
    finding.labels.retain_mut(|label| label.span.file != *path || shift(&mut label.span.range));
    finding.fixes.retain_mut(|fix| fix.edits.iter_mut().all(|edit| edit.span.file != *path || shift(&mut edit.span.range)));
    true
}

/// Where the policy of a file comes from: the workspace around it, a folder that the editor has open, or the file alone.
pub fn home_of(path: &Path, folders: &[PathBuf]) -> Home {
    let own = path.parent().unwrap_or(Path::new("/"));
    let workspace = own.ancestors().find(|folder| folder.join(SETTINGS).is_file());
    let around = || folders.iter().filter(|folder| own.starts_with(folder)).max_by_key(|folder| folder.components().count()).map(PathBuf::as_path);
    // A file in a hidden folder, or in one of tools, is nobody's but its own.
    match workspace.or_else(around).filter(|root| load::belongs(root, path)) {
        Some(root) => Home::Folder(root.to_owned()),
        None => Home::File(path.to_owned()),
    }
}

/// The homes in a folder that an editor has open: the folder, or the workspace around it, and workspaces inside it.
pub fn homes_in(folder: &Path) -> Vec<Home> {
    let mut homes = BTreeSet::new();
    if let Some(root) = folder.ancestors().find(|folder| folder.join(SETTINGS).is_file()) {
        homes.insert(Home::Folder(root.to_owned()));
    } else if load::find(&[folder.to_owned()], folder).is_ok_and(|sources: Sources| !sources.files.is_empty()) {
        homes.insert(Home::Folder(folder.to_owned()));
    }
    homes.extend(load::workspaces_in(folder).into_iter().map(Home::Folder));
    homes.into_iter().collect()
}
