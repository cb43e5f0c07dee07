//! Findings as one JSON document.

use schemars::JsonSchema;
use serde::Serialize;

use super::sources::Sources;
use crate::diagnostics::{Diagnostic, Span};

/// Version of the document; a change that breaks a reader raises it.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure<'a>>,
    diagnostics: Vec<Entry<'a>>,
}

/// Why the tool could not do its job.
#[derive(Serialize, JsonSchema)]
pub struct Failure<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

/// A finding.
#[derive(Serialize, JsonSchema)]
pub struct Entry<'a> {
    name: &'a str,
    severity: &'static str,
    message: &'a str,
    file: String,
    range: Range,
    labels: Vec<Label<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    fixes: Vec<Fix<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    #[schemars(default)]
    notes: &'a [String],
}

/// Where something stands: from `start` up to `end`.
#[derive(Serialize, JsonSchema)]
pub struct Range {
    start: Position,
    end: Position,
}

/// A place: both numbers from 1, columns in characters.
#[derive(Serialize, JsonSchema)]
pub struct Position {
    line: u32,
    column: u32,
}

/// A place that a finding speaks of.
#[derive(Serialize, JsonSchema)]
pub struct Label<'a> {
    file: String,
    range: Range,
    primary: bool,
    text: &'a str,
}

/// A way to mend a finding.
#[derive(Serialize, JsonSchema)]
pub struct Fix<'a> {
    title: &'a str,
    /// Whether it is sure to be what was meant.
    sure: bool,
    edits: Vec<Edit<'a>>,
}

/// A text to put in the place of another.
#[derive(Serialize, JsonSchema)]
pub struct Edit<'a> {
    file: String,
    range: Range,
    new: &'a str,
}

/// Renders diagnostics as JSON: `{version, diagnostics: [{name, severity, message, file, range, labels, help, fixes, notes}]}`,
/// lines and columns from 1, columns in characters. `error` says why the tool could not do its job, with what can be
/// done about it.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources<'_>, error: Option<(&str, Option<&str>)>) -> String {
    let document =
        Document { version: VERSION, error: error.map(|(message, help)| Failure { message, help }), diagnostics: listed(diagnostics, sources).collect() };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// The entries of diagnostics in the form of [`json`], for other documents.
pub fn entries(diagnostics: &[Diagnostic], sources: &Sources<'_>) -> serde_json::Value {
    serde_json::to_value(listed(diagnostics, sources).collect::<Vec<_>>()).unwrap_or_default()
}

fn listed<'d>(diagnostics: &'d [Diagnostic], sources: &'d Sources<'_>) -> impl Iterator<Item = Entry<'d>> {
    let range = |span: &Span| {
        let place = |offset: u32| {
            let place = sources.place(&span.file, offset);
            Position { line: place.line, column: place.column }
        };
        Range { start: place(span.range.start), end: place(span.range.end) }
    };
    diagnostics.iter().map(move |diagnostic| Entry {
        name: diagnostic.check.name(),
        severity: diagnostic.severity.name(),
        message: &diagnostic.message,
        file: sources.shown(&diagnostic.span.file),
        range: range(&diagnostic.span),
        labels: diagnostic
            .labels
            .iter()
            .map(|label| Label { file: sources.shown(&label.span.file), range: range(&label.span), primary: label.primary, text: &label.text })
            .collect(),
        help: diagnostic.help.as_deref(),
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| Fix {
                title: &fix.title,
                sure: fix.sure,
                edits: fix.edits.iter().map(|edit| Edit { file: sources.shown(&edit.span.file), range: range(&edit.span), new: &edit.new }).collect(),
            })
            .collect(),
        notes: &diagnostic.notes,
    })
}
