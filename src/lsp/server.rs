//! The loop of the server: one thread that reads messages in their order, changes the policies, and answers. Only the rulebook has
//! threads of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, after, never, select, unbounded};
use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};
use smol_str::SmolStr;

use super::client::Client;
use super::judge::{Running, Said};
use super::opening::{folders, initialized, settled};
use super::position::lines;
use super::project::{Home, Project, home_of, homes_in};
use super::uri;
use crate::db::SourceFile;
use crate::db::load::SETTINGS;

/// So long nothing may change before the other files are looked at, and the rulebook is asked.
const SETTLE: Duration = Duration::from_millis(80);

/// A document that the editor has open.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// Its policy.
    pub home: Home,
    /// Its path in it.
    pub path: SmolStr,
    /// Its version in the editor.
    pub version: i32,
}

/// Why a request has no answer.
pub(super) struct Refused {
    pub code: ErrorCode,
    pub why: String,
}

impl Refused {
    /// What was asked for cannot be done, for a reason that people can read.
    pub fn because(why: impl Into<String>) -> Self {
        Self { code: ErrorCode::RequestFailed, why: why.into() }
    }
}

/// The server.
pub(super) struct Server {
    pub(super) out: Sender<Message>,
    pub client: Client,
    pub(super) folders: Vec<PathBuf>,
    pub(super) projects: BTreeMap<Home, Project>,
    pub(super) documents: HashMap<String, Document>,
    /// Policies that changed, and when they are looked at as a whole.
    pub(super) due: BTreeMap<Home, Instant>,
    pub(super) running: BTreeMap<Home, Running>,
    /// The number of the last thread.
    pub(super) ticket: u64,
    /// The addresses of which something is shown, by policy.
    pub(super) shown: BTreeMap<Home, BTreeSet<String>>,
    /// What was said of troubles, by policy: once is enough.
    pub(super) troubles: BTreeMap<Home, String>,
    pub(super) judges: Sender<Said>,
    /// What was sent of each file, by its address.
    pub(super) published: HashMap<String, u64>,
    /// For which version of each document.
    pub(super) told: HashMap<String, i32>,
    pub(super) next_request: i32,
    pub(super) shut_down: bool,
}

/// Serves an editor over two channels; whether it said goodbye in order.
pub fn serve_over(out: Sender<Message>, incoming: &Receiver<Message>) -> bool {
    let Some(params) = initialized(&out, incoming) else { return false };
    let client = Client::of(&params);
    let (judges, said) = unbounded();
    let mut server = Server {
        out,
        folders: folders(&params),
        client,
        projects: BTreeMap::new(),
        documents: HashMap::new(),
        due: BTreeMap::new(),
        running: BTreeMap::new(),
        ticket: 0,
        shown: BTreeMap::new(),
        troubles: BTreeMap::new(),
        judges,
        published: HashMap::new(),
        told: HashMap::new(),
        next_request: 0,
        shut_down: false,
    };
    server.begin();
    server.run(incoming, &said)
}

impl Server {
    fn send(&self, message: Message) {
        // Whoever hangs up is not answered any more.
        let _ = self.out.send(message);
    }

    /// Says something that needs no answer.
    pub fn notify(&self, method: &str, params: Value) {
        self.send(Message::Notification(Notification { method: method.to_owned(), params }));
    }

    /// Shows a message to the user: 1 for an error, 2 for a warning, 3 for information.
    pub fn show(&self, kind: u8, message: &str) {
        self.notify("window/showMessage", json!({ "type": kind, "message": message }));
    }

    pub(super) fn ask(&mut self, method: &str, params: Value) {
        self.next_request += 1;
        self.send(Message::Request(Request { id: RequestId::from(self.next_request), method: method.to_owned(), params }));
    }

    /// Reads the policies of the folders, and asks to be told of their files.
    fn begin(&mut self) {
        if self.client.watches {
            let globs = ["**/*.nurture", "**/nurture.toml", "**/nurture.baseline.json", "**/*.md", "**/*.txt", "**/*.html"];
            let watchers: Vec<Value> = globs.iter().map(|glob| json!({ "globPattern": glob })).collect();
            let registration = json!({ "id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": { "watchers": watchers } });
            self.ask("client/registerCapability", json!({ "registrations": [registration] }));
        }
        for folder in self.folders.clone() {
            for home in homes_in(&folder) {
                self.load(&home);
            }
        }
    }

    fn load(&mut self, home: &Home) {
        if self.projects.contains_key(home) {
            return;
        }
        self.projects.insert(home.clone(), Project::load(home.clone()));
        self.due.insert(home.clone(), Instant::now());
    }

    fn run(&mut self, incoming: &Receiver<Message>, said: &Receiver<Said>) -> bool {
        let mut waiting: VecDeque<Message> = VecDeque::new();
        loop {
            // What waits is read at once, so that what was cancelled meanwhile is not worked on.
            waiting.extend(incoming.try_iter());
            if let Some(message) = waiting.pop_front() {
                if let Some(orderly) = self.message(message, &waiting) {
                    return orderly;
                }
                continue;
            }
            let due = self.due.values().min().copied();
            let timer = due.map_or_else(never, |due| after(due.saturating_duration_since(Instant::now())));
            select! {
                recv(incoming) -> message => match message {
                    Ok(message) => waiting.push_back(message),
                    Err(_) => return self.shut_down,
                },
                recv(said) -> said => if let Ok(said) = said {
                    self.guarded(|server| server.heard(said));
                },
                recv(timer) -> _ => self.settle(),
            }
        }
    }

    /// Does something that must not end the server, whatever happens.
    pub(super) fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let outcome = catch_unwind(AssertUnwindSafe(|| work(self)));
        if outcome.is_err() {
            self.notify("window/logMessage", json!({ "type": 1, "message": "this is a fault of nurture: please report it, with the policy if you can" }));
        }
        outcome.ok()
    }

    /// Takes a message; `Some` when it was the last.
    fn message(&mut self, message: Message, waiting: &VecDeque<Message>) -> Option<bool> {
        match message {
            Message::Request(request) => {
                let answer = self.answer(request, waiting);
                self.send(Message::Response(answer));
            }
            Message::Notification(notification) => {
                if notification.method == "exit" {
                    return Some(self.shut_down);
                }
                self.guarded(|server| server.notified(notification, waiting.is_empty()));
            }
            // We ask for nothing whose answer matters.
            Message::Response(_) => {}
        }
        None
    }

    fn answer(&mut self, request: Request, waiting: &VecDeque<Message>) -> Response {
        let id = request.id.clone();
        if request.method == "shutdown" {
            self.shut_down = true;
            self.running.values().for_each(|running| running.stop.now());
            return Response::new_ok(id, Value::Null);
        }
        if self.shut_down {
            return Response::new_err(id, ErrorCode::InvalidRequest as i32, "the server was shut down".to_owned());
        }
        if waiting.iter().any(|message| cancels(message, &id)) {
            return Response::new_err(id, ErrorCode::RequestCanceled as i32, "cancelled".to_owned());
        }
        match self.guarded(|server| server.request(request)) {
            Some(Ok(value)) => Response::new_ok(id, value),
            Some(Err(refused)) => Response::new_err(id, refused.code as i32, refused.why),
            None => Response::new_err(id, ErrorCode::InternalError as i32, "this is a fault of nurture: please report it".to_owned()),
        }
    }

    fn notified(&mut self, notification: Notification, idle: bool) {
        fn read<T: serde::de::DeserializeOwned>(params: Value) -> Option<T> {
            serde_json::from_value(params).ok()
        }
        let params = notification.params;
        match notification.method.as_str() {
            "textDocument/didOpen" => drop(read(params).map(|params| self.opened(params))),
            "textDocument/didChange" => drop(read(params).map(|params| self.edited(params, idle))),
            "textDocument/didClose" => drop(read(params).map(|params| self.closed(params))),
            "textDocument/didSave" => drop(read(params).map(|params| self.saved(params))),
            "workspace/didChangeWatchedFiles" => drop(read(params).map(|params| self.files_changed(params))),
            "workspace/didChangeWorkspaceFolders" => drop(read(params).map(|params| self.folders_changed(params))),
            _ => {}
        }
    }

    fn opened(&mut self, params: lsp::DidOpenTextDocumentParams) {
        let document = params.text_document;
        let address = document.uri.0;
        // Editors send settings and texts too, where they are told so: only policies are read here.
        let is_policy = match uri::to_path(&address) {
            Some(path) => path.extension().is_some_and(|extension| extension == "nurture"),
            None => serde_json::to_value(&document.language_id).is_ok_and(|language| language == "nurture"),
        };
        if !is_policy {
            return;
        }
        let home = self.home_at(&address);
        self.load(&home);
        let Some(project) = self.projects.get_mut(&home) else { return };
        let path = match uri::to_path(&address) {
            Some(path) => project.relative(&settled(&path)),
            None => Some(SmolStr::from(address.rsplit(['/', ':']).next().unwrap_or(&address))),
        };
        let Some(path) = path else { return };
        project.addresses.insert(path.clone(), address.clone());
        project.open(&path, document.text);
        project.refresh_texts();
        self.told.remove(&address);
        self.documents.insert(address.clone(), Document { home: home.clone(), path, version: document.version });
        self.shown.entry(home.clone()).or_default().insert(address.clone());
        self.publish(&address);
        self.due.insert(home, Instant::now());
    }

    fn edited(&mut self, params: lsp::DidChangeTextDocumentParams, idle: bool) {
        let address = params.text_document.text_document_identifier.uri.0;
        let encoding = self.client.encoding;
        let Some(document) = self.documents.get_mut(&address) else { return };
        document.version = params.text_document.version;
        let home = document.home.clone();
        let (Some(project), path) = (self.projects.get_mut(&home), document.path.clone()) else { return };
        let Some(file) = project.file(&path) else { return };
        for change in params.content_changes {
            match change {
                lsp::TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
                    let at = lines(&project.db, file).range(file.text(&project.db), change.range, encoding);
                    project.edit(file, at, &change.text);
                }
                lsp::TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => project.replace(file, change.text),
            }
        }
        // What is being judged is another policy now.
        if let Some(running) = self.running.get(&home)
            && running.revision != project.revision
        {
            running.stop.now();
        }
        // While more messages wait, most often edits, what this one brought is told with the last.
        if idle {
            self.publish(&address);
        }
        self.due.insert(home, Instant::now() + SETTLE);
    }

    fn closed(&mut self, params: lsp::DidCloseTextDocumentParams) {
        let address = params.text_document.uri.0;
        let Some(document) = self.documents.remove(&address) else { return };
        self.told.remove(&address);
        let Some(project) = self.projects.get_mut(&document.home) else { return };
        project.addresses.remove(&document.path);
        project.close(&document.path);
        if project.open_files() == 0 && !matches!(document.home, Home::Folder(_)) {
            // A file alone is a policy as long as it is looked at.
            self.drop_project(&document.home);
            return;
        }
        self.due.insert(document.home, Instant::now());
    }

    fn drop_project(&mut self, home: &Home) {
        if let Some(running) = self.running.remove(home) {
            running.stop.now();
        }
        self.projects.remove(home);
        self.due.remove(home);
        self.troubles.remove(home);
        for address in self.shown.remove(home).unwrap_or_default() {
            self.send_diagnostics(&address, None, Vec::new());
            self.published.remove(&address);
        }
    }

    fn saved(&mut self, params: lsp::DidSaveTextDocumentParams) {
        let Some(document) = self.documents.get(&params.text_document.uri.0) else { return };
        let home = document.home.clone();
        if self.projects.get(&home).is_some_and(Project::settings_changed) {
            self.reload(&home);
        }
        self.due.insert(home, Instant::now());
    }

    fn files_changed(&mut self, params: lsp::DidChangeWatchedFilesParams) {
        let paths: Vec<PathBuf> = params.changes.iter().filter_map(|change| uri::to_path(&change.uri.0)).map(|path| settled(&path)).collect();
        if paths.iter().any(|path| path.file_name().is_some_and(|name| name == SETTINGS)) {
            // Which policy a file belongs to may have changed.
            self.read_anew();
            return;
        }
        // A folder that is open, and held no policy so far.
        for path in paths.iter().filter(|path| path.is_file() && path.extension().is_some_and(|extension| extension == "nurture")) {
            let home = home_of(path, &self.folders);
            if matches!(&home, Home::Folder(root) if self.folders.iter().any(|folder| path.starts_with(folder) && root.starts_with(folder))) {
                self.load(&home);
            }
        }
        for home in self.projects.keys().cloned().collect::<Vec<_>>() {
            let Some(project) = self.projects.get_mut(&home) else { continue };
            let of_packs = paths.iter().any(|path| project.has_in_packs(path));
            if project.settings_changed() || of_packs || project.trouble.is_some() {
                self.reload(&home);
                continue;
            }
            for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "nurture")) {
                if home_of(path, &self.folders) == home
                    && let Some(path) = project.relative(path)
                {
                    project.reread(&path);
                }
            }
            self.due.insert(home, Instant::now());
        }
    }

    fn folders_changed(&mut self, params: lsp::DidChangeWorkspaceFoldersParams) {
        for folder in params.event.removed.iter().filter_map(|folder| uri::to_path(&folder.uri.0)) {
            let folder = settled(&folder);
            self.folders.retain(|known| *known != folder);
        }
        self.folders.extend(params.event.added.iter().filter_map(|folder| uri::to_path(&folder.uri.0)).map(|folder| settled(&folder)));
        self.read_anew();
    }

    /// Reads a policy from the disk again; open files keep their text.
    fn reload(&mut self, home: &Home) {
        if !self.projects.contains_key(home) {
            return;
        }
        let mut project = self.loaded_again(home);
        let Some(old) = self.projects.get(home) else { return };
        for (path, text) in old.open_texts() {
            project.open(&path, text);
        }
        project.addresses = old.addresses.clone();
        self.projects.insert(home.clone(), project);
        self.due.insert(home.clone(), Instant::now());
    }

    /// A policy as it is on the disk now, with what was proved of it; what still runs on the old one is stopped.
    fn loaded_again(&mut self, home: &Home) -> Project {
        if let Some(running) = self.running.remove(home) {
            running.stop.now();
        }
        let mut project = Project::load(home.clone());
        if let Some(old) = self.projects.get(home) {
            project.memory = old.memory.clone();
        }
        project
    }

    /// Reads all policies again: which there are has changed.
    fn read_anew(&mut self) {
        let mut open: Vec<(String, i32, String)> = Vec::new();
        for (address, document) in &self.documents {
            if let Some(project) = self.projects.get(&document.home)
                && let Some(file) = project.file(&document.path)
            {
                open.push((address.clone(), document.version, file.text(&project.db).to_owned()));
            }
        }
        open.sort();
        let mut wanted: BTreeSet<Home> = self.folders.iter().flat_map(|folder| homes_in(folder)).collect();
        for (address, ..) in &open {
            wanted.insert(self.home_at(address));
        }
        for home in self.projects.keys().cloned().collect::<Vec<_>>() {
            if !wanted.contains(&home) {
                self.drop_project(&home);
                continue;
            }
            // What was proved stays; which files are whose is looked up again.
            let project = self.loaded_again(&home);
            self.projects.insert(home.clone(), project);
            self.due.insert(home, Instant::now());
        }
        self.documents.clear();
        for home in wanted {
            self.load(&home);
        }
        for (address, version, text) in open {
            let text_document = lsp::TextDocumentItem { uri: lsp::Uri(address), language_id: lsp::LanguageKind::Custom("nurture".into()), version, text };
            self.opened(lsp::DidOpenTextDocumentParams { text_document });
        }
    }

    /// Where the policy of an address has its home: a text without a file is its own.
    fn home_at(&self, address: &str) -> Home {
        uri::to_path(address).map_or_else(|| Home::Text(address.to_owned()), |path| home_of(&settled(&path), &self.folders))
    }

    /// The policy and the file of an address.
    pub fn at(&self, address: &str) -> Option<(&Project, SourceFile)> {
        if let Some(document) = self.documents.get(address) {
            let project = self.projects.get(&document.home)?;
            return Some((project, project.file(&document.path)?));
        }
        let path = settled(&uri::to_path(address)?);
        let project = self.projects.get(&home_of(&path, &self.folders))?;
        let file = project.file(&project.relative(&path)?)?;
        Some((project, file))
    }

    /// The policy of an address: of any file in it, the settings too.
    pub fn project_at(&self, address: &str) -> Option<&Project> {
        if let Some((project, _)) = self.at(address) {
            return Some(project);
        }
        let path = settled(&uri::to_path(address)?);
        self.projects.get(&home_of(&path, &self.folders))
    }

    /// All policies.
    pub fn projects(&self) -> impl Iterator<Item = &Project> {
        self.projects.values()
    }

    /// The version of an open document.
    pub fn version(&self, address: &lsp::Uri) -> Option<i32> {
        self.documents.get(&address.0).map(|document| document.version)
    }
}

/// Whether a message cancels a request.
fn cancels(message: &Message, id: &RequestId) -> bool {
    let Message::Notification(notification) = message else { return false };
    let cancelled = || serde_json::from_value::<RequestId>(notification.params.get("id")?.clone()).ok();
    notification.method == "$/cancelRequest" && cancelled().as_ref() == Some(id)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    #[test]
    fn a_fault_in_a_request_is_an_answer_and_the_server_lives() {
        let (to, incoming) = unbounded();
        let (out, from) = unbounded();
        let server = std::thread::spawn(move || serve_over(out, &incoming));
        let ask = |id: i32, method: &str| {
            let params = json!({ "textDocument": { "uri": "untitled:x" }, "position": { "line": 0, "character": 0 }, "capabilities": {} });
            to.send(Message::Request(Request { id: RequestId::from(id), method: method.to_owned(), params })).unwrap();
            loop {
                if let Message::Response(response) = from.recv().unwrap() {
                    assert_eq!(response.id, RequestId::from(id));
                    return response.response_result;
                }
            }
        };
        assert!(ask(1, "initialize").is_ok());
        let fault = ask(2, "nurture/fault").unwrap_err();
        assert_eq!((fault.code, fault.message.as_str()), (-32603, "this is a fault of nurture: please report it"));
        assert!(ask(3, "textDocument/hover").is_ok());
        assert!(ask(4, "shutdown").is_ok());
        to.send(Message::Notification(Notification { method: "exit".to_owned(), params: Value::Null })).unwrap();
        assert!(server.join().unwrap());
    }
}
