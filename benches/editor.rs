//! How long an editor waits: from a key pressed to fresh findings of the file, for a hover and for a completion, measured by a client
//! over standard input and output. `cargo bench --bench editor`; with `-- edits 100000` also how memory goes over many edits.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a program of its own, which may stop at once")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

#[allow(dead_code, reason = "each bench uses its own part")]
mod generator;

/// So many keys are pressed.
const EDITS: usize = 200;
/// The file that is edited has so many lines.
const LINES: usize = 5_000;
/// So many files lie in the workspace.
const FILES: usize = 200;

struct Client {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    id: i32,
}

impl Client {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_nurture")).arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut client = Self { child, to, from, id: 0 };
        let folders = json!([{ "uri": format!("file://{}", folder.display()), "name": "bench" }]);
        client.ask("initialize", json!({ "processId": null, "rootUri": null, "capabilities": {}, "workspaceFolders": folders }));
        client.tell("initialized", json!({}));
        client
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.to.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.from.read_line(&mut line).unwrap();
            match line.trim().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().unwrap(),
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut text = vec![0; length];
        self.from.read_exact(&mut text).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    fn wait(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.read();
            if fits(&message) {
                return message;
            }
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.id += 1;
        let id = self.id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(|message| message.get("method").is_none() && message["id"] == id)
    }

    fn edit(&mut self, uri: &str, version: usize, range: &Value, text: &str) {
        let changes = json!([{ "range": range, "text": text }]);
        self.tell("textDocument/didChange", json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes }));
    }

    fn told(&mut self, uri: &str, version: usize) {
        self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri && message["params"]["version"] == version
        });
    }

    /// Memory in MB: what it takes now, and what it took at most.
    fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let of = |key: &str| status.lines().find_map(|line| line.strip_prefix(key)).and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        (of("VmRSS:").unwrap_or(0) / 1024, of("VmHWM:").unwrap_or(0) / 1024)
    }
}

/// A workspace in which names go from file to file, one of them long.
fn workspace(folder: &Path) -> String {
    let mut files = generator::workspace(FILES + 60, 5_000, 1).into_iter();
    let mut long = String::new();
    let mut rest = Vec::new();
    for (path, text) in files.by_ref() {
        if path.ends_with(".nurture") && long.lines().count() < LINES && !text.contains("\nlead {") && !text.starts_with("lead") {
            long.push_str(&text);
        } else {
            rest.push((path, text));
        }
    }
    for (path, text) in rest {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::write(folder.join("long.nurture"), &long).unwrap();
    std::fs::write(folder.join("nurture.toml"), "").unwrap();
    long
}

fn show(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let ms = |place: usize| times[place.min(times.len() - 1)].as_secs_f64() * 1e3;
    println!("{what:<34} median {:6.2} ms   99th percentile {:6.2} ms   at most {:6.2} ms", ms(times.len() / 2), ms(times.len() * 99 / 100), ms(times.len()));
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let many: Option<usize> = arguments.iter().position(|argument| argument == "edits").and_then(|place| arguments.get(place + 1)?.parse().ok());
    let folder = tempfile::tempdir().unwrap();
    let root = std::fs::canonicalize(folder.path()).unwrap();
    let text = workspace(&root);
    let uri = format!("file://{}", root.join("long.nurture").display());
    let mut client = Client::start(&root);
    let begun = Instant::now();
    client.tell("textDocument/didOpen", json!({ "textDocument": { "uri": uri, "languageId": "nurture", "version": 1, "text": text } }));
    client.told(&uri, 1);
    println!("{} lines, {} KB in the file; first findings after {:.0} ms", text.lines().count(), text.len() / 1000, begun.elapsed().as_secs_f64() * 1e3);
    let lines: Vec<&str> = text.lines().collect();
    let written: Vec<usize> = (0..lines.len()).filter(|line| !lines[*line].trim().is_empty() && !lines[*line].starts_with('#')).collect();
    let mut version = 1;
    let mut key = |client: &mut Client, round: usize| {
        // Keys all over the file: letters, spaces, a brace or a new line now and then; each is taken back.
        let line = written[(round * 7_919) % written.len()];
        let column = if round.is_multiple_of(2) { lines[line].len() } else { (round * 31) % (lines[line].len() + 1) };
        let typed = ["a", "x", " ", "}", "y", "\n", "z", "1"][round % 8];
        let at = json!({ "line": line, "character": column });
        version += 1;
        let pressed = Instant::now();
        client.edit(&uri, version, &json!({ "start": at, "end": at }), typed);
        client.told(&uri, version);
        let took = pressed.elapsed();
        let end = if typed == "\n" { json!({ "line": line + 1, "character": 0 }) } else { json!({ "line": line, "character": column + 1 }) };
        version += 1;
        client.edit(&uri, version, &json!({ "start": at, "end": end }), "");
        client.told(&uri, version);
        (took, json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": column } }))
    };
    if let Some(many) = many {
        for round in 0..many {
            key(&mut client, round);
            if round % (many / 10).max(1) == 0 {
                println!("{round:>8} edits: {} MB, at most {} MB", client.memory().0, client.memory().1);
            }
        }
        println!("{many:>8} edits: {} MB, at most {} MB", client.memory().0, client.memory().1);
        return;
    }
    let (mut keys, mut hovers, mut completions) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..EDITS {
        let (took, place) = key(&mut client, round);
        keys.push(took);
        for (method, times) in [("textDocument/hover", &mut hovers), ("textDocument/completion", &mut completions)] {
            let asked = Instant::now();
            client.ask(method, place.clone());
            times.push(asked.elapsed());
        }
    }
    show("a key to fresh findings", keys);
    show("a hover", hovers);
    show("a completion", completions);
    // The same while the rulebook works: pauses long enough for it to begin.
    let mut keys = Vec::new();
    for round in 0..EDITS / 2 {
        std::thread::sleep(Duration::from_millis(100 + (round as u64 * 37) % 150));
        keys.push(key(&mut client, round).0);
    }
    show("a key while the rulebook works", keys);
    println!("memory: {} MB, at most {} MB", client.memory().0, client.memory().1);
    let _ = client.child.kill();
    let _ = client.child.wait();
}
