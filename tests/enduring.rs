//! The server is never down: thousands of edits and questions at random, half-typed text and places that are not there, and afterwards it
//! answers as one that was started on the same text.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

#[path = "support/editor.rs"]
mod editor;
mod support;

use std::fs;
use std::path::PathBuf;

use editor::{Editor, uri};
use serde_json::{Value, json};

/// A generator of numbers that is the same everywhere (Numerical Recipes' linear congruence, upper half).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

/// What may be typed: pieces of the language, and what is none.
const TYPED: [&str; 30] = [
    "a",
    " ",
    "\n",
    "{",
    "}",
    "(",
    ")",
    "\"",
    "segment x where ",
    "email ",
    "role is ",
    "and ",
    "or not ",
    "in ",
    "did ",
    "since ",
    "wait 3 days\n",
    "lead ",
    "#",
    "## doc\n",
    "program p {\n",
    "é",
    "😀",
    "\t",
    "\r\n",
    "[",
    "9",
    "allow ",
    "\u{0}",
    "on join {",
];

const QUESTIONS: [&str; 18] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/definition",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
    "textDocument/prepareCallHierarchy",
    "textDocument/references",
    "textDocument/rename",
    "textDocument/documentSymbol",
    "textDocument/semanticTokens/full",
    "textDocument/foldingRange",
    "textDocument/codeLens",
    "textDocument/documentLink",
    "textDocument/formatting",
    "textDocument/codeAction",
    "textDocument/inlayHint",
    "textDocument/selectionRange",
];

/// The text, as the editor keeps it: edits are of bytes, at the boundaries of characters.
struct Buffer {
    path: PathBuf,
    text: String,
    version: i32,
}

/// A position of a byte: line and column in bytes; lines end as the protocol says.
fn position(text: &str, at: usize) -> (u32, u32) {
    let before = &text[..at];
    let (mut line, mut start) = (0, 0);
    let bytes = before.as_bytes();
    for (place, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && text.as_bytes().get(place + 1) != Some(&b'\n')) {
            line += 1;
            start = place + 1;
        }
    }
    (line, (at - start) as u32)
}

impl Buffer {
    fn boundary(&self, dice: &mut Dice) -> usize {
        let mut at = dice.below(self.text.len() + 1);
        // Between the two halves of a line end there is no place.
        while !self.text.is_char_boundary(at) || (at > 0 && self.text[..at].ends_with('\r') && self.text[at..].starts_with('\n')) {
            at += 1;
        }
        at
    }

    fn edit(&mut self, editor: &Editor, dice: &mut Dice) {
        let from = self.boundary(dice);
        let mut to = from;
        if dice.below(3) == 0 {
            to = (from + dice.below(30)).min(self.text.len());
            while !self.text.is_char_boundary(to) || (to > 0 && self.text[..to].ends_with('\r') && self.text[to..].starts_with('\n')) {
                to += 1;
            }
        }
        let new = if self.text.len() > 6_000 && dice.below(2) == 0 { "" } else { TYPED[dice.below(TYPED.len())] };
        self.version += 1;
        editor.edit(&self.path, self.version, position(&self.text, from), position(&self.text, to), new);
        self.text.replace_range(from..to, new);
    }
}

fn ask(editor: &mut Editor, buffer: &Buffer, dice: &mut Dice) {
    let method = QUESTIONS[dice.below(QUESTIONS.len())];
    let place = |dice: &mut Dice| json!({ "line": dice.below(400), "character": dice.below(140) });
    let start = place(dice);
    let document = json!({ "uri": uri(&buffer.path) });
    let name = ["x", "leaders", "2", ""][dice.below(4)];
    let params = json!({
        "textDocument": document, "position": start, "newName": name, "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1, "isRetrigger": false },
        "range": { "start": start, "end": place(dice) }, "positions": [start], "options": { "tabSize": 2, "insertSpaces": true },
    });
    // A refusal is an answer; a fault is not.
    if let Err((code, why)) = editor.ask(method, params) {
        assert!(code == -32803, "{method}: {code} {why}");
    }
}

/// What a server answers about files.
fn answers(editor: &mut Editor, files: &[(PathBuf, String)]) -> Vec<Value> {
    let mut all = Vec::new();
    let found = editor.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    all.push(found);
    for (path, _) in files {
        let document = json!({ "textDocument": { "uri": uri(path) } });
        for method in
            ["textDocument/documentSymbol", "textDocument/semanticTokens/full", "textDocument/foldingRange", "textDocument/documentLink", "nurture/graph"]
        {
            all.push(editor.ask(method, document.clone()).unwrap());
        }
        for line in [0, 3, 11, 40] {
            all.push(editor.ask_at("textDocument/hover", path, line, 4).unwrap());
            all.push(editor.ask_at("textDocument/completion", path, line, 4).unwrap());
        }
    }
    all
}

/// Plays so many random edits, with questions between them; the server must then answer as a fresh one.
fn endures(rounds: usize, seed: u64, questions: bool) {
    let ledgerline = support::root().join("examples/ledgerline");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("nurture.toml"), "").unwrap();
    let folder_path = fs::canonicalize(folder.path()).unwrap();
    let mut buffers: Vec<Buffer> = Vec::new();
    for name in ["lead.nurture", "journey.nurture", "programs.nurture"] {
        let text = fs::read_to_string(ledgerline.join(name)).unwrap();
        fs::write(folder.path().join(name), &text).unwrap();
        buffers.push(Buffer { path: folder_path.join(name), text, version: 1 });
    }
    let mut editor = Editor::new(Some(&folder_path));
    for buffer in &buffers {
        editor.open(&buffer.path, &buffer.text);
    }
    let mut dice = Dice(seed);
    for round in 0..rounds {
        let number = dice.below(buffers.len());
        buffers[number].edit(&editor, &mut dice);
        if questions && round % 2 == 0 {
            ask(&mut editor, &buffers[number], &mut dice);
        }
        if round % 500 == 499 {
            // Back to something whole now and then, or soon all is one broken declaration.
            let name = buffers[number].path.file_name().unwrap().to_owned();
            buffers[number].text = fs::read_to_string(ledgerline.join(name)).unwrap();
            buffers[number].version += 1;
            editor.replace(&buffers[number].path, buffers[number].version, &buffers[number].text);
        }
        editor.aside.clear();
    }
    // One more key each, and all is looked at as a whole.
    for buffer in &mut buffers {
        buffer.version += 1;
        editor.edit(&buffer.path, buffer.version, position(&buffer.text, buffer.text.len()), position(&buffer.text, buffer.text.len()), "\n");
        buffer.text.push('\n');
    }
    let files: Vec<(PathBuf, String)> = buffers.iter().map(|buffer| (buffer.path.clone(), buffer.text.clone())).collect();
    // The whole policy was looked at as it is now: each file in its last version.
    let settled = |editor: &mut Editor, version: &dyn Fn(&Buffer) -> i32| {
        let all = |judged: &Value| buffers.iter().all(|buffer| judged["versions"][uri(&buffer.path)] == version(buffer));
        editor.wait_for("nurture/judged", all);
    };
    settled(&mut editor, &|buffer| buffer.version);
    let here = answers(&mut editor, &files);
    let mut fresh = Editor::new(Some(&folder_path));
    for (path, text) in &files {
        fresh.open(path, text);
    }
    settled(&mut fresh, &|_| 1);
    let there = answers(&mut fresh, &files);
    for (one, other) in here.iter().zip(&there) {
        // Versions are the editor's own.
        assert_eq!(without_versions(one), without_versions(other));
    }
    assert!(editor.end() && fresh.end());
}

fn without_versions(answer: &Value) -> Value {
    match answer {
        Value::Object(map) => {
            map.iter().filter(|(key, _)| *key != "version" && *key != "resultId").map(|(key, value)| (key.clone(), without_versions(value))).collect()
        }
        Value::Array(list) => list.iter().map(without_versions).collect(),
        other => other.clone(),
    }
}

#[test]
fn ten_thousand_edits_and_questions_leave_it_well() {
    for seed in [1, 2] {
        endures(5_000, seed, true);
    }
}

/// Memory in KB, where the system tells it.
fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

#[test]
#[ignore = "measures the memory of the process: other tests in it would count"]
fn memory_stays_flat_over_a_hundred_thousand_edits() {
    let folder = support::folder("lead.nurture", "lead { role: one of cfo, controller }\n");
    let path = fs::canonicalize(folder.path()).unwrap().join("lead.nurture");
    let mut editor = Editor::new(Some(path.parent().unwrap()));
    let text = "lead { role: one of cfo, controller }\n".to_owned() + &"segment a where role is cfo\nsegment b where in a\n".repeat(3);
    editor.open(&path, &text);
    let mut version = 1;
    let mut edit = |editor: &mut Editor, round: usize| {
        let at = (1 + (round % 6) as u32, 8);
        let (to, new) = if round.is_multiple_of(2) { (at, ["x", "\n", "q{"][round % 3]) } else { ((at.0, at.1 + 1), "") };
        version += 1;
        editor.edit(&path, version, at, to, new);
        if round % 50 == 49 {
            version += 1;
            editor.replace(&path, version, &text);
        }
        if round % 100 == 99 {
            editor.findings(&path, version);
            editor.aside.clear();
        }
    };
    for round in 0..20_000 {
        edit(&mut editor, round);
    }
    let before = memory();
    for round in 20_000..100_000 {
        edit(&mut editor, round);
    }
    if let (Some(before), Some(after)) = (before, memory()) {
        assert!(after < before + 20_000, "{before} KB after 20,000 edits, {after} KB after 100,000");
    }
    assert!(editor.end());
}
