//! An editor, as the server sees one: it opens files, types and asks.
#![allow(dead_code, reason = "each test uses its own part")]

use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

/// How long something may take before a test gives up: no measure of speed.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Editor {
    to: Option<Sender<Message>>,
    from: Receiver<Message>,
    server: Option<JoinHandle<bool>>,
    id: i32,
    /// Notifications and requests that came while something else was waited for.
    pub aside: Vec<Message>,
    /// What the server said it can do.
    pub capabilities: Value,
}

/// The address of a path.
pub fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

impl Editor {
    /// Starts a server for an editor with these capabilities, which has a folder open.
    pub fn with(folder: Option<&Path>, capabilities: Value, options: Value) -> Self {
        let (to, incoming) = unbounded();
        let (out, from) = unbounded();
        let server = std::thread::Builder::new().stack_size(nurture::db::parallel::STACK).spawn(move || nurture::lsp::serve_over(out, &incoming)).unwrap();
        let mut editor = Self { to: Some(to), from, server: Some(server), id: 0, aside: Vec::new(), capabilities: Value::Null };
        let folders = folder.map(|folder| json!([{ "uri": uri(folder), "name": "policy" }]));
        let params = json!({
            "processId": null, "rootUri": null, "workspaceFolders": folders, "capabilities": capabilities, "initializationOptions": options,
        });
        editor.capabilities = editor.ask("initialize", params).unwrap();
        editor.tell("initialized", json!({}));
        editor
    }

    /// Starts a server for an editor that counts in UTF-8.
    pub fn new(folder: Option<&Path>) -> Self {
        let capabilities = json!({
            "general": { "positionEncodings": ["utf-8", "utf-16"] },
            "workspace": { "workspaceEdit": { "documentChanges": true } },
            "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } },
        });
        Self::with(folder, capabilities, Value::Null)
    }

    pub fn tell(&self, method: &str, params: Value) {
        let _ = self.to.as_ref().unwrap().send(Message::Notification(Notification { method: method.to_owned(), params }));
    }

    /// Sends a request without waiting.
    pub fn send(&mut self, method: &str, params: Value) -> RequestId {
        self.id += 1;
        let id = RequestId::from(self.id);
        let _ = self.to.as_ref().unwrap().send(Message::Request(Request { id: id.clone(), method: method.to_owned(), params }));
        id
    }

    /// The answer to a request, or the code and the words of its refusal.
    pub fn answer(&mut self, id: &RequestId) -> Result<Value, (i32, String)> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.from.recv_deadline(end).unwrap() {
                Message::Response(response) if response.id == *id => return response.response_result.map_err(|error| (error.code, error.message)),
                other => self.aside.push(other),
            }
        }
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Result<Value, (i32, String)> {
        let id = self.send(method, params);
        self.answer(&id)
    }

    /// The next notification of this method for which something holds.
    pub fn wait_for(&mut self, method: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let fits = |message: &Message| match message {
            Message::Notification(notification) if notification.method == method && holds(&notification.params) => Some(notification.params.clone()),
            Message::Request(request) if request.method == method && holds(&request.params) => Some(request.params.clone()),
            _ => None,
        };
        if let Some(place) = self.aside.iter().position(|message| fits(message).is_some()) {
            return fits(&self.aside.remove(place)).unwrap();
        }
        let end = Instant::now() + PATIENCE;
        loop {
            let message = self.from.recv_deadline(end).unwrap_or_else(|_| panic!("{method} never came"));
            match fits(&message) {
                Some(params) => return params,
                None => self.aside.push(message),
            }
        }
    }

    /// Opens a file with a text.
    pub fn open(&self, path: &Path, text: &str) {
        self.open_as(&uri(path), text);
    }

    pub fn open_as(&self, uri: &str, text: &str) {
        self.tell("textDocument/didOpen", json!({ "textDocument": { "uri": uri, "languageId": "nurture", "version": 1, "text": text } }));
    }

    /// Replaces a range, given as (line, column) pairs.
    pub fn edit(&self, path: &Path, version: i32, from: (u32, u32), to: (u32, u32), text: &str) {
        let range = json!({ "start": { "line": from.0, "character": from.1 }, "end": { "line": to.0, "character": to.1 } });
        let changes = json!([{ "range": range, "text": text }]);
        self.tell("textDocument/didChange", json!({ "textDocument": { "uri": uri(path), "version": version }, "contentChanges": changes }));
    }

    /// Gives a file another text.
    pub fn replace(&self, path: &Path, version: i32, text: &str) {
        self.tell("textDocument/didChange", json!({ "textDocument": { "uri": uri(path), "version": version }, "contentChanges": [{ "text": text }] }));
    }

    /// The findings that are sent of a version of a file.
    pub fn findings(&mut self, path: &Path, version: i32) -> Vec<Value> {
        let address = uri(path);
        let sent = self.wait_for("textDocument/publishDiagnostics", |params| params["uri"] == address.as_str() && params["version"] == version);
        sent["diagnostics"].as_array().unwrap().clone()
    }

    /// Waits until the rulebook has spoken.
    pub fn judged(&mut self) {
        self.wait_for("nurture/judged", |_| true);
    }

    /// Waits until the rulebook has spoken of a version of a file.
    pub fn judged_at(&mut self, path: &Path, version: i32) {
        let address = uri(path);
        self.wait_for("nurture/judged", |judged| judged["versions"][&address] == version);
    }

    /// Waits until something is shown of a file of which something holds.
    pub fn shown(&mut self, address: &str, holds: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let fits = |params: &Value| params["uri"] == address && holds(params["diagnostics"].as_array().unwrap());
        self.wait_for("textDocument/publishDiagnostics", fits)["diagnostics"].as_array().unwrap().clone()
    }

    /// Asks about a place in a file.
    pub fn ask_at(&mut self, method: &str, path: &Path, line: u32, character: u32) -> Result<Value, (i32, String)> {
        self.ask(method, json!({ "textDocument": { "uri": uri(path) }, "position": { "line": line, "character": character } }))
    }

    /// Says goodbye; whether the server ended in order.
    pub fn end(mut self) -> bool {
        self.ask("shutdown", Value::Null).unwrap();
        self.tell("exit", Value::Null);
        self.server.take().unwrap().join().unwrap()
    }

    /// Hangs up without a word; whether the server took it for an end in order.
    pub fn hang_up(mut self) -> bool {
        self.to = None;
        self.server.take().unwrap().join().unwrap()
    }
}

/// The position of the n-th occurrence of a text, moved to the right: line and column in bytes.
pub fn place(text: &str, what: &str, nth: usize, by: usize) -> (u32, u32) {
    let at = text.match_indices(what).nth(nth).unwrap_or_else(|| panic!("{what} stands nowhere")).0 + by;
    let before = &text[..at];
    (before.matches('\n').count() as u32, (before.len() - before.rfind('\n').map_or(0, |at| at + 1)) as u32)
}
