//! Findings as SARIF 2.1.0, within the limits of GitHub's code scanning.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::identity::identities;
use super::sources::{Sources, clean};
use crate::diagnostics::{Check, Diagnostic, Severity, Span};

/// The most results that GitHub takes in one run; what is worst comes first, so that it is never cut off.
const MOST: usize = 25_000;
/// The most characters that GitHub takes of a description.
const LONG: usize = 1_024;

/// A check or rule, as the document describes it.
pub struct Described {
    /// What it finds, in a line.
    pub summary: String,
    /// What to do about it, or where to read on.
    pub help: String,
    /// Its level where nothing else is set.
    pub level: Severity,
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn short(text: &str) -> String {
    let text = clean(text);
    if text.chars().count() <= LONG { text.into_owned() } else { text.chars().take(LONG - 1).chain(['\u{2026}']).collect() }
}

/// A path as part of an address: what is no letter, digit or harmless sign is written in hexadecimal.
pub(super) fn address(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Renders findings; `describe` tells of the checks and rules by name. `error` says why the tool could not do its job.
pub fn sarif(diagnostics: &[Diagnostic], sources: &Sources<'_>, describe: &dyn Fn(&str) -> Described, error: Option<(&str, Option<&str>)>) -> String {
    let region = |span: &Span| {
        let (start, end) = (sources.place(&span.file, span.range.start), sources.place(&span.file, span.range.end));
        json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column.max(if end.line == start.line { start.column + 1 } else { 1 }) })
    };
    let physical =
        |span: &Span| json!({ "artifactLocation": { "uri": address(&sources.shown(&span.file)), "uriBaseId": "%SRCROOT%" }, "region": region(span) });
    let mut order: Vec<usize> = (0..diagnostics.len()).collect();
    order.sort_by_key(|place| {
        diagnostics.get(*place).map_or(0, |found| match found.severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Advice => 2,
        })
    });
    order.truncate(MOST);
    let names: Vec<&str> = order
        .iter()
        .filter_map(|place| diagnostics.get(*place))
        .map(|found| found.check.name())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    let numbers: BTreeMap<&str, usize> = names.iter().enumerate().map(|(number, name)| (*name, number)).collect();
    let rules: Vec<Value> = names
        .iter()
        .map(|name| {
            let of = describe(name);
            json!({
                "id": name,
                "name": name,
                "shortDescription": { "text": short(&of.summary) },
                "fullDescription": { "text": short(&of.summary) },
                "help": { "text": short(&of.help) },
                "defaultConfiguration": { "level": level(of.level) },
                "properties": { "problem.severity": match of.level { Severity::Error => "error", Severity::Warning => "warning", Severity::Advice => "recommendation" } },
            })
        })
        .collect();
    let identities = identities(diagnostics);
    let results: Vec<Value> = order
        .iter()
        .filter_map(|place| Some((diagnostics.get(*place)?, identities.get(*place)?)))
        .map(|(found, identity)| {
            let help = found.help.as_ref().map_or(String::new(), |help| format!("\n{}", clean(help)));
            let mut result = json!({
                "ruleId": found.check.name(),
                "ruleIndex": numbers.get(found.check.name()),
                "level": level(found.severity),
                "message": { "text": format!("{}{help}", clean(&found.message)) },
                "locations": [{ "physicalLocation": physical(&found.span) }],
                "fingerprints": { "nurture/v1": identity },
            });
            let related: Vec<Value> = found
                .labels
                .iter()
                .filter(|label| !label.primary)
                .enumerate()
                .map(|(id, label)| json!({ "id": id + 1, "physicalLocation": physical(&label.span), "message": { "text": if label.text.is_empty() { "here".into() } else { clean(&label.text) } } }))
                .collect();
            let steps: Vec<Value> = found
                .notes
                .iter()
                .flat_map(|note| note.lines())
                .map(|line| json!({ "location": { "physicalLocation": physical(&found.span), "message": { "text": clean(line.trim()) } } }))
                .collect();
            let fixes: Vec<Value> = found
                .fixes
                .iter()
                .map(|fix| {
                    let mut files: BTreeMap<String, Vec<Value>> = BTreeMap::new();
                    for edit in &fix.edits {
                        files.entry(address(&sources.shown(&edit.span.file))).or_default().push(json!({
                            "deletedRegion": { "startLine": sources.place(&edit.span.file, edit.span.range.start).line, "startColumn": sources.place(&edit.span.file, edit.span.range.start).column,
                                "endLine": sources.place(&edit.span.file, edit.span.range.end).line, "endColumn": sources.place(&edit.span.file, edit.span.range.end).column },
                            "insertedContent": { "text": edit.new },
                        }));
                    }
                    let changes: Vec<Value> = files.into_iter().map(|(uri, edits)| json!({ "artifactLocation": { "uri": uri, "uriBaseId": "%SRCROOT%" }, "replacements": edits })).collect();
                    json!({ "description": { "text": clean(&fix.title) }, "artifactChanges": changes })
                })
                .collect();
            if let Some(object) = result.as_object_mut() {
                if !related.is_empty() {
                    object.insert("relatedLocations".to_owned(), related.into());
                }
                // Who it happens to, and what they get, step by step.
                if !steps.is_empty() {
                    object.insert("codeFlows".to_owned(), json!([{ "threadFlows": [{ "locations": steps }] }]));
                }
                if !fixes.is_empty() {
                    object.insert("fixes".to_owned(), fixes.into());
                }
            }
            result
        })
        .collect();
    let mut invocation = json!({ "executionSuccessful": error.is_none() });
    if let (Some((message, help)), Some(object)) = (error, invocation.as_object_mut()) {
        let text = help.map_or_else(|| message.to_owned(), |help| format!("{message}\n{help}"));
        object.insert("toolExecutionNotifications".to_owned(), json!([{ "level": "error", "message": { "text": text } }]));
    }
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "nurture", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }],
    });
    format!("{}\n", serde_json::to_string_pretty(&document).unwrap_or_default())
}

/// A check of the language, described by its own page; `None` for a rule.
pub fn described_check(name: &str) -> Option<Described> {
    let check = Check::from_name(name)?;
    Some(Described { summary: check.summary().to_owned(), help: format!("`nurture explain {name}` tells why, and how to mend it."), level: check.severity() })
}
