//! The language server, as an editor meets it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

#[path = "support/editor.rs"]
mod editor;
mod support;

use std::fs;

use editor::{Editor, place, uri};
use serde_json::{Value, json};

const LEAD: &str = "lead {\n  role: one of cfo, controller\n  email: address of email\n}\n\nsegment leaders where role is cfo\n";
const PROGRAM: &str = "program p {\n  audience in leaders\n  on join {\n    email \"Hello\"\n    wait 3 days\n    email \"Again\"\n  }\n}\n";

fn folder() -> tempfile::TempDir {
    let folder = support::folder("lead.nurture", LEAD);
    fs::write(folder.path().join("program.nurture"), PROGRAM).unwrap();
    folder
}

fn message(finding: &Value) -> &str {
    finding["message"].as_str().unwrap()
}

fn code(finding: &Value) -> &str {
    finding["code"].as_str().unwrap()
}

#[test]
fn what_is_wrong_is_told_at_once_and_goes_again() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    let mut editor = Editor::new(Some(folder.path()));
    assert_eq!(editor.capabilities["capabilities"]["positionEncoding"], "utf-8");
    editor.open(&path, PROGRAM);
    assert!(editor.findings(&path, 1).iter().all(|finding| finding["severity"] != 1));
    let (line, column) = place(PROGRAM, "leaders", 0, 0);
    editor.edit(&path, 2, (line, column), (line, column + 7), "leadres");
    let found = editor.findings(&path, 2);
    assert_eq!((code(&found[0]), message(&found[0])), ("unknown_name", "there is no segment or icp `leadres`\ndid you mean `leaders`?"));
    assert_eq!(found[0]["range"], json!({ "start": { "line": line, "character": column }, "end": { "line": line, "character": column + 7 } }));
    // The fix that the message offers, carried out by the editor.
    let actions = editor
        .ask("textDocument/codeAction", json!({ "textDocument": { "uri": uri(&path) }, "range": found[0]["range"], "context": { "diagnostics": found } }))
        .unwrap();
    let fix = actions.as_array().unwrap().iter().find(|action| action["title"] == "write `leaders`").unwrap();
    assert_eq!((&fix["isPreferred"], &fix["kind"], &fix["diagnostics"][0]["code"]), (&json!(true), &json!("quickfix"), &json!("unknown_name")));
    let edit = &fix["edit"]["documentChanges"][0];
    assert_eq!((&edit["textDocument"]["version"], &edit["edits"][0]["newText"]), (&json!(2), &json!("leaders")));
    editor.edit(&path, 3, (line, column), (line, column + 7), "leaders");
    assert!(editor.findings(&path, 3).iter().all(|finding| code(finding) != "unknown_name"));
    assert!(editor.end());
}

#[test]
fn the_rulebook_speaks_with_a_lead_and_moves_with_the_text() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&path, PROGRAM);
    editor.judged();
    let blast = PROGRAM.replace("in leaders", "everyone");
    editor.replace(&path, 2, &blast);
    let address = uri(&path);
    let has = |params: &Value, name: &str| {
        params["uri"] == address.as_str() && params["diagnostics"].as_array().unwrap().iter().any(|finding| finding["code"] == name)
    };
    let sent = editor.wait_for("textDocument/publishDiagnostics", |params| has(params, "blast_the_database"));
    let finding = sent["diagnostics"].as_array().unwrap().iter().find(|finding| finding["code"] == "blast_the_database").unwrap().clone();
    assert!(message(&finding).contains("for example a ") && message(&finding).contains("help: "), "{}", message(&finding));
    let line = finding["range"]["start"]["line"].as_u64().unwrap();
    // Two lines more above it, and it is two lines further down, at once.
    editor.edit(&path, 3, (0, 0), (0, 0), "# one\n# two\n");
    let found = editor.findings(&path, 3);
    let moved = found.iter().find(|finding| finding["code"] == "blast_the_database").unwrap();
    assert_eq!(moved["range"]["start"]["line"].as_u64().unwrap(), line + 2);
    // Mended, it goes.
    editor.replace(&path, 4, PROGRAM);
    editor.wait_for("textDocument/publishDiagnostics", |params| {
        params["uri"] == address.as_str() && params["version"] == 4 && !has(params, "blast_the_database")
    });
    assert!(editor.end());
}

#[test]
fn files_that_are_not_open_are_told_of_too() {
    let folder = folder();
    let lead = folder.path().join("lead.nurture");
    let program = folder.path().join("program.nurture");
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&lead, LEAD);
    editor.judged();
    editor.replace(&lead, 2, &LEAD.replace("segment leaders", "segment deciders"));
    let address = uri(&program);
    let sent = editor.wait_for("textDocument/publishDiagnostics", |params| {
        params["uri"] == address.as_str() && !params["diagnostics"].as_array().unwrap().is_empty() && params["diagnostics"][0]["code"] == "unknown_name"
    });
    assert!(sent.get("version").is_none());
    editor.replace(&lead, 3, LEAD);
    editor.wait_for("textDocument/publishDiagnostics", |params| {
        params["uri"] == address.as_str() && params["diagnostics"].as_array().unwrap().iter().all(|finding| finding["code"] != "unknown_name")
    });
    assert!(editor.end());
}

#[test]
fn an_editor_may_ask_for_findings() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    let capabilities = json!({ "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": { "refreshSupport": true } } });
    let mut editor = Editor::with(Some(folder.path()), capabilities, Value::Null);
    assert_eq!(editor.capabilities["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"], true);
    assert_eq!(editor.capabilities["capabilities"]["positionEncoding"], "utf-16");
    editor.open(&path, &PROGRAM.replace("leaders", "nobody_knows"));
    let document = json!({ "textDocument": { "uri": uri(&path) } });
    let report = editor.ask("textDocument/diagnostic", document.clone()).unwrap();
    assert_eq!((&report["kind"], &report["items"][0]["code"]), (&json!("full"), &json!("unknown_name")));
    let mut again = document;
    again["previousResultId"] = report["resultId"].clone();
    assert_eq!(editor.ask("textDocument/diagnostic", again).unwrap()["kind"], "unchanged");
    let all = editor.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    let files: Vec<&str> = all["items"].as_array().unwrap().iter().map(|item| item["uri"].as_str().unwrap()).collect();
    assert!(files.contains(&uri(&path).as_str()) && files.iter().any(|file| file.ends_with("lead.nurture")), "{files:?}");
    // When others may have changed, the editor is asked to ask again.
    editor.wait_for("workspace/diagnostic/refresh", |_| true);
    assert!(editor.aside.iter().all(|message| !matches!(message, lsp_server::Message::Notification(sent) if sent.method == "textDocument/publishDiagnostics")));
    assert!(editor.end());
}

#[test]
fn columns_are_counted_as_the_editor_counts() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    let text = PROGRAM.replace("\"Hello\"", "\"😀 žluť\" { only if role is cffo }");
    for (encodings, wanted) in [(json!(["utf-8"]), 42), (json!(["utf-16"]), 38), (Value::Null, 38)] {
        let mut editor = Editor::with(Some(folder.path()), json!({ "general": { "positionEncodings": encodings } }), Value::Null);
        editor.open(&path, &text);
        let found = editor.findings(&path, 1);
        let finding = found.iter().find(|finding| finding["code"] == "unknown_option").unwrap();
        assert_eq!(finding["range"]["start"]["character"], wanted, "{encodings}");
        assert!(editor.end());
    }
}

#[test]
fn names_are_followed_and_changed_over_files() {
    let folder = folder();
    let (lead, program) = (folder.path().join("lead.nurture"), folder.path().join("program.nurture"));
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&program, PROGRAM);
    let (line, column) = place(PROGRAM, "leaders", 0, 2);
    let definition = editor.ask_at("textDocument/definition", &program, line, column).unwrap();
    let (home, at) = place(LEAD, "leaders", 0, 0);
    assert_eq!(
        definition,
        json!([{ "uri": uri(&lead), "range": { "start": { "line": home, "character": at }, "end": { "line": home, "character": at + 7 } } }])
    );
    let prepared = editor.ask_at("textDocument/prepareRename", &program, line, column).unwrap();
    assert_eq!(prepared["placeholder"], "leaders");
    let mut rename = json!({ "textDocument": { "uri": uri(&program) }, "position": { "line": line, "character": column }, "newName": "deciders" });
    let edit = editor.ask("textDocument/rename", rename.clone()).unwrap();
    let files: Vec<(&str, &Value)> = edit["documentChanges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| (edit["textDocument"]["uri"].as_str().unwrap(), &edit["textDocument"]["version"]))
        .collect();
    assert_eq!(files, [(uri(&lead).as_str(), &Value::Null), (uri(&program).as_str(), &json!(1))]);
    rename["newName"] = json!("segment!");
    let (refused, why) = editor.ask("textDocument/rename", rename).unwrap_err();
    assert_eq!((refused, why.as_str()), (-32803, "`segment!` is no name: write letters from a to z, digits and underscores, and no digit first"));
    let mut asked =
        json!({ "textDocument": { "uri": uri(&program) }, "position": { "line": line, "character": column }, "context": { "includeDeclaration": true } });
    assert_eq!(editor.ask("textDocument/references", asked.clone()).unwrap().as_array().unwrap().len(), 2);
    asked["context"]["includeDeclaration"] = json!(false);
    assert_eq!(editor.ask("textDocument/references", asked).unwrap().as_array().unwrap().len(), 1);
    assert!(editor.end());
}

#[test]
fn layout_comes_as_edits() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    let mut editor = Editor::new(Some(folder.path()));
    let text = PROGRAM.replace("    wait 3 days", "  wait   3 days");
    editor.open(&path, &text);
    let options = json!({ "tabSize": 4, "insertSpaces": false });
    let edits = editor.ask("textDocument/formatting", json!({ "textDocument": { "uri": uri(&path) }, "options": options })).unwrap();
    assert_eq!(edits, json!([{ "range": { "start": { "line": 4, "character": 0 }, "end": { "line": 5, "character": 0 } }, "newText": "    wait 3 days\n" }]));
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 1, "character": 0 } });
    let none = editor.ask("textDocument/rangeFormatting", json!({ "textDocument": { "uri": uri(&path) }, "range": range, "options": options })).unwrap();
    assert_eq!(none, json!([]));
    editor.edit(&path, 2, (2, 11), (2, 11), "\n");
    let typed = json!({ "textDocument": { "uri": uri(&path) }, "position": { "line": 3, "character": 0 }, "ch": "\n", "options": options });
    let indent = editor.ask("textDocument/onTypeFormatting", typed).unwrap();
    assert_eq!(indent[0]["newText"], "    ");
    assert!(editor.end());
}

#[test]
fn the_plan_the_picture_and_a_story() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&path, PROGRAM);
    editor.judged();
    let document = json!({ "uri": uri(&path) });
    let plan = editor.ask("nurture/plan", json!({ "textDocument": document })).unwrap();
    assert_eq!((&plan["errors"], &plan["plan"]["programs"][0]["name"]), (&json!(0), &json!("p")));
    assert_eq!(plan["plan"]["verdicts"][0]["program"], "p");
    let graph = editor.ask("nurture/graph", json!({ "textDocument": document, "program": "p" })).unwrap();
    assert_eq!(graph["programs"][0]["nodes"].as_array().unwrap().len(), 5);
    assert!(graph["programs"][0]["verdict"].as_str().unwrap().contains("nurturing"));
    let lead =
        json!({ "id": "ada", "facts": { "role": "cfo", "email": "a@b.example" }, "timeline": [{ "at": "2026-03-02 09:00", "becomes": { "role": "cfo" } }] });
    let story = editor.ask("nurture/simulate", json!({ "textDocument": document, "lead": lead, "days": 10 })).unwrap();
    assert!(story["text"].as_str().unwrap().contains("2 emails from 1 program"), "{story}");
    let (_, why) = editor.ask("nurture/simulate", json!({ "textDocument": document, "lead": { "facts": { "rolle": "cfo" } } })).unwrap_err();
    assert!(why.contains("rolle"), "{why}");
    let explained = editor.ask("workspace/executeCommand", json!({ "command": "nurture.explain", "arguments": ["blast_the_database"] })).unwrap();
    assert!(explained["markdown"].as_str().unwrap().contains("isn't nurturing"));
    assert!(editor.end());
}

#[test]
fn tests_are_run_from_the_text() {
    let folder = folder();
    let path = folder.path().join("tests.nurture");
    let tests = "test \"two mails\" from 2026-01-05 {\n  lead { role: cfo, email: \"a@b.example\" }\n  day 0 { expect email from p }\n}\n\ntest \"sms\" from 2026-01-05 {\n  lead { role: cfo, email: \"a@b.example\" }\n  day 0 { expect sms }\n}\n";
    fs::write(&path, tests).unwrap();
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&path, tests);
    let lenses = editor.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri(&path) } })).unwrap();
    let commands: Vec<Value> =
        lenses.as_array().unwrap().iter().filter(|lens| lens["command"]["title"] == "run this test").map(|lens| lens["command"].clone()).collect();
    assert_eq!(commands.len(), 2);
    let run = |editor: &mut Editor, command: &Value| {
        editor.ask("workspace/executeCommand", json!({ "command": command["command"], "arguments": command["arguments"] })).unwrap()
    };
    assert_eq!(run(&mut editor, &commands[0]), json!({ "passed": true, "text": "passed: two mails" }));
    let failed = run(&mut editor, &commands[1]);
    assert!(failed["passed"] == false && failed["text"].as_str().unwrap().contains("expect sms"), "{failed}");
    editor.wait_for("window/showMessage", |params| params["message"].as_str().unwrap().contains("passed: two mails"));
    assert!(editor.end());
}

#[test]
fn files_outside_a_workspace_are_policies_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one.nurture"), folder.path().join("other.nurture"));
    fs::write(&one, LEAD).unwrap();
    fs::write(&other, PROGRAM).unwrap();
    let mut editor = Editor::new(None);
    editor.open(&other, PROGRAM);
    // The lead lies in another policy.
    assert!(!editor.findings(&other, 1).is_empty());
    editor.open_as("untitled:Untitled-1", LEAD);
    editor.wait_for("textDocument/publishDiagnostics", |params| params["uri"] == "untitled:Untitled-1");
    let hover =
        editor.ask("textDocument/hover", json!({ "textDocument": { "uri": "untitled:Untitled-1" }, "position": { "line": 1, "character": 3 } })).unwrap();
    assert!(hover["contents"]["value"].as_str().unwrap().contains("role: one of cfo, controller"));
    // Closed, what was said of it is taken back.
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(&other) } }));
    let address = uri(&other);
    editor.wait_for("textDocument/publishDiagnostics", |params| params["uri"] == address.as_str() && params["diagnostics"] == json!([]));
    assert!(editor.end());
}

#[test]
fn several_folders_and_files_that_come_and_go() {
    let (first, second) = (folder(), folder());
    let program = second.path().join("program.nurture");
    let mut editor = Editor::new(Some(first.path()));
    editor.open(&program, PROGRAM);
    assert!(editor.findings(&program, 1).iter().all(|finding| finding["severity"] != 1));
    // A workspace of its own is one, whatever the editor has open.
    let lead = second.path().join("lead.nurture");
    fs::remove_file(&lead).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(&lead), "type": 3 }] }));
    let address = uri(&program);
    let errors = |params: &Value| params["uri"] == address.as_str() && params["diagnostics"].as_array().unwrap().iter().any(|finding| finding["severity"] == 1);
    editor.wait_for("textDocument/publishDiagnostics", errors);
    fs::write(&lead, LEAD).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(&lead), "type": 1 }] }));
    editor.wait_for("textDocument/publishDiagnostics", |params| params["uri"] == address.as_str() && !errors(params));
    // Settings that are wrong are told where they stand.
    let settings = second.path().join("nurture.toml");
    fs::write(&settings, "timezone = \"Nowhere/Land\"\n").unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(&settings), "type": 2 }] }));
    let address = uri(&settings);
    let sent =
        editor.wait_for("textDocument/publishDiagnostics", |params| params["uri"] == address.as_str() && !params["diagnostics"].as_array().unwrap().is_empty());
    assert!(message(&sent["diagnostics"][0]).contains("there is no time zone `Nowhere/Land`"));
    assert!(editor.end());
}

#[test]
fn levels_and_baselines_hold_in_the_editor() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    let blast = PROGRAM.replace("in leaders", "everyone");
    fs::write(&path, &blast).unwrap();
    let (status, _, said) = support::run(folder.path(), &["baseline", "write"]);
    assert_eq!(status, 0, "{said}");
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&path, &blast);
    let address = uri(&path);
    let sent = editor.wait_for("textDocument/publishDiagnostics", |params| {
        params["uri"] == address.as_str() && params["diagnostics"].as_array().unwrap().iter().any(|finding| finding["code"] == "blast_the_database")
    });
    let finding = sent["diagnostics"].as_array().unwrap().iter().find(|finding| finding["code"] == "blast_the_database").unwrap();
    assert!(finding["severity"] == 4 && message(finding).ends_with("known from the baseline"), "{finding}");
    assert!(editor.end());
}

#[test]
fn the_protocol_is_kept() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    let mut editor = Editor::new(Some(folder.path()));
    let code = |answer: Result<Value, (i32, String)>| answer.unwrap_err().0;
    assert_eq!(code(editor.ask("textDocument/noSuchThing", json!({}))), -32601);
    assert_eq!(code(editor.ask("textDocument/hover", json!({ "position": 3 }))), -32602);
    assert_eq!(code(editor.ask("workspace/executeCommand", json!({ "command": "nurture.fly" }))), -32602);
    assert_eq!(editor.ask_at("textDocument/hover", &folder.path().join("nowhere.nurture"), 0, 0), Ok(Value::Null));
    editor.tell("textDocument/didChange", json!({ "nonsense": true }));
    editor.tell("$/setTrace", json!({ "value": "off" }));
    editor.open(&path, PROGRAM);
    // Positions beyond the text are its ends.
    for (line, column) in [(0, 9_999), (9_999, 0), (9_999, 9_999)] {
        assert!(editor.ask_at("textDocument/hover", &path, line, column).is_ok());
        assert!(editor.ask_at("textDocument/completion", &path, line, column).is_ok());
    }
    assert_eq!(code(editor.ask("initialize", json!({ "capabilities": {} }))), -32600);
    assert_eq!(editor.ask("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(code(editor.ask_at("textDocument/hover", &path, 0, 0)), -32600);
    assert!(editor.end());
    // Whoever hangs up without a word has not said goodbye.
    assert!(!Editor::new(None).hang_up());
}

#[test]
fn semantic_tokens_fit_the_text() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&path, PROGRAM);
    let tokens = editor.ask("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": uri(&path) } })).unwrap();
    let legend = editor.capabilities["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"].clone();
    let data: Vec<u64> = tokens["data"].as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect();
    let lines: Vec<&str> = PROGRAM.lines().collect();
    let (mut line, mut column) = (0usize, 0usize);
    let mut found = Vec::new();
    for token in data.chunks(5) {
        if token[0] > 0 {
            line += token[0] as usize;
            column = 0;
        }
        column += token[1] as usize;
        found.push((lines[line][column..column + token[2] as usize].to_owned(), legend[token[3] as usize].as_str().unwrap().to_owned(), token[4]));
    }
    let expected = [("program", "keyword", 0), ("p", "class", 1), ("audience", "keyword", 0), ("in", "keyword", 0), ("leaders", "type", 0)];
    assert_eq!(found[..5], expected.map(|(word, kind, bits)| (word.to_owned(), kind.to_owned(), bits)));
    assert!(found.contains(&("email".to_owned(), "function".to_owned(), 0)) && found.contains(&("\"Hello\"".to_owned(), "string".to_owned(), 0)));
    assert!(editor.end());
}

#[test]
fn a_gap_is_filled_by_a_draft() {
    let folder = support::folder(
        "lead.nurture",
        "lead {\n  role: one of cfo, controller\n  customer: flag\n  email: address of email\n}\nsignal visit implicit { page: text }\n",
    );
    let path = folder.path().join("policy.nurture");
    let text = "journey buying {\n  stage problem { asks \"Why \\\"so\\\" long?\" while did visit within 90 days }\n}\n\ncontent guide \"Guide\" {\n  kind guide\n  about problem\n  for role is cfo\n  stage problem\n  url \"https://x.example/g\"\n}\n\nprogram p {\n  audience not customer\n  journey buying\n  goal customer by day 90\n  on stage problem { email guide { only if role is cfo } }\n}\n";
    fs::write(&path, text).unwrap();
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&path, text);
    editor.judged();
    let (line, column) = place(text, "stage problem", 0, 8);
    let at = json!({ "line": line, "character": column });
    let actions = editor
        .ask("textDocument/codeAction", json!({ "textDocument": { "uri": uri(&path) }, "range": { "start": at, "end": at }, "context": { "diagnostics": [] } }))
        .unwrap();
    let action = actions
        .as_array()
        .unwrap()
        .iter()
        .find(|action| action["title"].as_str().unwrap().starts_with("begin a content for a controller"))
        .unwrap_or_else(|| panic!("{actions}"));
    let edit = &action["edit"]["documentChanges"][0]["edits"][0];
    let new = edit["newText"].as_str().unwrap();
    assert!(
        new.contains("content problem_content \"For a controller")
            && new.contains("\" {\n  draft\n")
            && new.contains("  for role is controller\n  stage problem\n  answers \"Why \\\"so\\\" long?\"\n"),
        "{new}"
    );
    // It is a policy that can be read.
    fs::write(&path, format!("{}{new}", text.trim_end())).unwrap();
    let (_, said, _) = support::run(folder.path(), &["check", "--no-rules", "--format", "concise"]);
    assert!(!said.contains("error"), "{said}");
    assert!(editor.end());
}

/// What waits and is cancelled is not worked on.
#[test]
fn what_was_cancelled_is_not_done() {
    use lsp_server::{Message, Notification, Request, RequestId};
    let (to, incoming) = crossbeam_channel::unbounded();
    let (out, from) = crossbeam_channel::unbounded();
    let request = |id: i32, method: &str| {
        Message::Request(Request { id: RequestId::from(id), method: method.to_owned(), params: json!({ "capabilities": {}, "query": "" }) })
    };
    let tell = |method: &str, params: Value| Message::Notification(Notification { method: method.to_owned(), params });
    // All of it is there before the server begins.
    let messages = [
        request(1, "initialize"),
        request(2, "workspace/symbol"),
        request(3, "workspace/symbol"),
        tell("$/cancelRequest", json!({ "id": 3 })),
        request(4, "shutdown"),
        tell("exit", Value::Null),
    ];
    messages.into_iter().for_each(|message| to.send(message).unwrap());
    assert!(nurture::lsp::serve_over(out, &incoming));
    let answers: Vec<(RequestId, bool)> = from
        .iter()
        .filter_map(|message| {
            if let Message::Response(answer) = message {
                Some((answer.id, answer.response_result.map_err(|error| assert_eq!(error.code, -32800)).is_ok()))
            } else {
                None
            }
        })
        .collect();
    assert_eq!(answers, [(1, true), (2, true), (3, false), (4, true)].map(|(id, well)| (RequestId::from(id), well)));
}

#[test]
fn an_edit_that_changes_nothing_loses_no_judgement() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&path, PROGRAM);
    for version in 2..30 {
        editor.tell("textDocument/didChange", json!({ "textDocument": { "uri": uri(&path), "version": version }, "contentChanges": [] }));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    editor.judged_at(&path, 29);
    // Settings that change while it is judged: the last word is of the last state.
    let settings = folder.path().join("nurture.toml");
    for round in 0..6 {
        let level = if round == 5 { "off" } else { "warning" };
        fs::write(&settings, format!("[levels]\nno_goal = \"{level}\"\n")).unwrap();
        editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(&settings), "type": 2 }] }));
        std::thread::sleep(std::time::Duration::from_millis(7));
    }
    editor.replace(&path, 30, &PROGRAM.replace("in leaders", "everyone"));
    editor.judged_at(&path, 30);
    let found = editor.shown(&uri(&path), |found| found.iter().any(|finding| finding["code"] == "blast_the_database"));
    assert!(found.iter().all(|finding| finding["code"] != "no_goal"));
    assert!(editor.end());
}

#[test]
fn what_is_gone_is_said_no_more() {
    let folder = folder();
    let (program, other) = (folder.path().join("program.nurture"), folder.path().join("other.nurture"));
    fs::write(&other, "segment x where role is cffo\n").unwrap();
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&program, PROGRAM);
    editor.shown(&uri(&other), |found| !found.is_empty());
    fs::remove_file(&other).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(&other), "type": 3 }] }));
    editor.shown(&uri(&other), <[Value]>::is_empty);
    // A file that was never saved.
    let new = folder.path().join("new.nurture");
    editor.open(&new, "segment y where role is cffo\n");
    editor.shown(&uri(&new), |found| !found.is_empty());
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(&new) } }));
    editor.shown(&uri(&new), <[Value]>::is_empty);
    // Opened again, it is told of again.
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(&program) } }));
    editor.open(&program, PROGRAM);
    editor.findings(&program, 1);
    assert!(editor.end());
}

#[test]
fn files_of_tools_and_hidden_ones_join_no_policy() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&path, PROGRAM);
    editor.judged();
    for inside in ["target/package", ".copy", "node_modules/x"] {
        let copy = folder.path().join(inside).join("lead.nurture");
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::write(&copy, LEAD).unwrap();
        editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(&copy), "type": 1 }] }));
        editor.open(&copy, LEAD);
        editor.findings(&copy, 1);
    }
    editor.edit(&path, 2, (0, 0), (0, 0), "\n");
    editor.judged_at(&path, 2);
    assert!(editor.findings(&path, 2).iter().all(|finding| finding["code"] != "duplicate_name"));
    assert!(editor.end());
}

#[test]
fn what_cannot_be_read_spoils_nothing_else() {
    let folder = folder();
    let path = folder.path().join("program.nurture");
    fs::write(folder.path().join("nurture.toml"), "packs = [\"nowhere\"]\n").unwrap();
    let mut editor = Editor::new(Some(folder.path()));
    editor.open(&path, PROGRAM);
    let told = editor.shown(&uri(&folder.path().join("nurture.toml")), |found| !found.is_empty());
    assert!(message(&told[0]).starts_with("there is no rule pack `nowhere`"), "{told:?}");
    // Names of other files are known all the same.
    editor.edit(&path, 2, (0, 0), (0, 0), "\n");
    assert!(editor.findings(&path, 2).iter().all(|finding| finding["severity"] != 1));
    assert!(editor.end());
}

#[test]
fn a_policy_behind_a_link_is_edited_where_it_is_open() {
    let folder = folder();
    let around = tempfile::tempdir().unwrap();
    let link = around.path().join("policy");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), &link).unwrap();
    #[cfg(not(unix))]
    return;
    let path = link.join("program.nurture");
    let mut editor = Editor::new(Some(&link));
    editor.open(&path, PROGRAM);
    editor.findings(&path, 1);
    let (line, column) = place(PROGRAM, "leaders", 0, 2);
    let rename = json!({ "textDocument": { "uri": uri(&path) }, "position": { "line": line, "character": column }, "newName": "deciders" });
    let edit = editor.ask("textDocument/rename", rename).unwrap();
    let files: Vec<&str> = edit["documentChanges"].as_array().unwrap().iter().map(|edit| edit["textDocument"]["uri"].as_str().unwrap()).collect();
    assert!(files.contains(&uri(&path).as_str()), "{files:?}");
    assert!(editor.end());
}
