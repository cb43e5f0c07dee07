//! Findings in the small forms that CI systems and reviewers' tools read: one function a form.

use serde_json::{Value, json};

use super::identity::identities;
use super::json::entries;
use super::sources::{Sources, clean};
use crate::diagnostics::{Diagnostic, Severity};

/// Why the tool could not do its job, with what can be done about it.
type Failure<'a> = Option<(&'a str, Option<&'a str>)>;

fn failure_text((message, help): (&str, Option<&str>)) -> String {
    help.map_or_else(|| clean(message).into_owned(), |help| format!("{} ({})", clean(message), clean(help)))
}

/// One JSON object a line: the entries of the JSON document, each with `type` `finding`; or `type` `error`.
pub fn json_lines(diagnostics: &[Diagnostic], sources: &Sources<'_>, error: Failure<'_>) -> String {
    let mut lines: Vec<Value> = Vec::new();
    if let Some((message, help)) = error {
        lines.push(json!({ "type": "error", "version": super::JSON_VERSION, "message": message, "help": help }));
    }
    if let Value::Array(entries) = entries(diagnostics, sources) {
        lines.extend(entries.into_iter().map(|mut entry| {
            if let Some(object) = entry.as_object_mut() {
                object.insert("type".to_owned(), "finding".into());
                object.insert("version".to_owned(), super::JSON_VERSION.into());
            }
            entry
        }));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Annotations of GitHub's workflows: `::error file=…,line=…::…`.
pub fn github(diagnostics: &[Diagnostic], sources: &Sources<'_>, error: Failure<'_>) -> String {
    // In a property a colon and a comma would end it.
    let text = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |value: &str| text(value).replace(':', "%3A").replace(',', "%2C");
    let mut out = error.map_or_else(String::new, |error| format!("::error title=nurture::{}\n", text(&failure_text(error))));
    for found in diagnostics {
        let command = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "notice",
        };
        let (start, end) = (sources.place(&found.span.file, found.span.range.start), sources.place(&found.span.file, found.span.range.end));
        // Columns are for one line only.
        let columns = if start.line == end.line { format!(",col={},endColumn={}", start.column, end.column) } else { String::new() };
        let mut said = found.message.clone();
        found.notes.iter().chain(&found.help).for_each(|line| said.push_str(&format!("\n{line}")));
        out.push_str(&format!(
            "::{command} file={},line={},endLine={}{columns},title={}::{}\n",
            property(&sources.shown(&found.span.file)),
            start.line,
            end.line,
            property(found.check.name()),
            text(&said)
        ));
    }
    out
}

/// GitLab's code quality report.
pub fn gitlab(diagnostics: &[Diagnostic], sources: &Sources<'_>, error: Failure<'_>) -> String {
    let mut issues: Vec<Value> = Vec::new();
    if let Some(error) = error {
        issues.push(json!({
            "description": format!("nurture: {}", failure_text(error)), "check_name": "nurture", "fingerprint": "00000000000000000000000000000000", "severity": "blocker",
            "location": { "path": "nurture.toml", "positions": { "begin": { "line": 1, "column": 1 }, "end": { "line": 1, "column": 1 } } },
        }));
    }
    let place = |file: &str, offset: u32| {
        let place = sources.place(file, offset);
        json!({ "line": place.line, "column": place.column })
    };
    for (found, identity) in diagnostics.iter().zip(identities(diagnostics)) {
        issues.push(json!({
            // GitLab does not show the name of a check.
            "description": format!("{}: {}", found.check.name(), clean(&found.message)),
            "check_name": found.check.name(),
            "fingerprint": identity,
            "severity": match found.severity { Severity::Error => "critical", Severity::Warning => "minor", Severity::Advice => "info" },
            "location": {
                "path": sources.shown(&found.span.file),
                "positions": { "begin": place(&found.span.file, found.span.range.start), "end": place(&found.span.file, found.span.range.end) },
            },
        }));
    }
    format!("{}\n", serde_json::to_string_pretty(&issues).unwrap_or_default())
}

/// Reviewdog's JSON.
pub fn rdjson(diagnostics: &[Diagnostic], sources: &Sources<'_>, error: Failure<'_>) -> String {
    let range = |span: &crate::diagnostics::Span| {
        let place = |offset: u32| {
            let place = sources.place(&span.file, offset);
            json!({ "line": place.line, "column": place.column })
        };
        json!({ "start": place(span.range.start), "end": place(span.range.end) })
    };
    let mut listed: Vec<Value> = Vec::new();
    if let Some(error) = error {
        listed.push(json!({ "message": failure_text(error), "location": { "path": "nurture.toml" }, "severity": "ERROR", "code": { "value": "nurture" } }));
    }
    for found in diagnostics {
        let mut said = found.message.clone();
        found.notes.iter().chain(&found.help).for_each(|line| said.push_str(&format!("\n{line}")));
        // Its suggestions are of the file that is spoken of.
        let suggestions: Vec<Value> = found
            .fixes
            .iter()
            .filter_map(|fix| if let [edit] = fix.edits.as_slice() { Some(edit) } else { None })
            .filter(|edit| edit.span.file == found.span.file)
            .map(|edit| json!({ "range": range(&edit.span), "text": edit.new }))
            .collect();
        listed.push(json!({
            "message": said,
            "location": { "path": sources.shown(&found.span.file), "range": range(&found.span) },
            "severity": match found.severity { Severity::Error => "ERROR", Severity::Warning => "WARNING", Severity::Advice => "INFO" },
            "code": { "value": found.check.name() },
            "suggestions": suggestions,
        }));
    }
    let document = json!({ "source": { "name": "nurture" }, "diagnostics": listed });
    format!("{}\n", serde_json::to_string_pretty(&document).unwrap_or_default())
}

/// Checkstyle's XML, grouped by file.
pub fn checkstyle(diagnostics: &[Diagnostic], sources: &Sources<'_>, error: Failure<'_>) -> String {
    let escaped = super::junit::escaped;
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n".to_owned();
    if let Some(error) = error {
        out.push_str(&format!(
            "  <file name=\"nurture.toml\">\n    <error line=\"1\" severity=\"error\" message=\"{}\" source=\"nurture\"/>\n  </file>\n",
            escaped(&failure_text(error))
        ));
    }
    for group in diagnostics.chunk_by(|one, other| one.span.file == other.span.file) {
        let Some(first) = group.first() else { continue };
        out.push_str(&format!("  <file name=\"{}\">\n", escaped(&sources.shown(&first.span.file))));
        for found in group {
            let place = sources.place(&found.span.file, found.span.range.start);
            let severity = match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "info",
            };
            out.push_str(&format!(
                "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\" message=\"{}\" source=\"nurture.{}\"/>\n",
                place.line,
                place.column,
                escaped(&found.message),
                escaped(found.check.name())
            ));
        }
        out.push_str("  </file>\n");
    }
    out.push_str("</checkstyle>\n");
    out
}

/// A comment under a pull request, or a job's summary: a table of findings, the worst first.
pub fn markdown(diagnostics: &[Diagnostic], sources: &Sources<'_>, error: Failure<'_>, before: &str) -> String {
    // What would end a cell or begin something else.
    let cell = |text: &str| clean(text).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('*', "\\*").replace('[', "\\[");
    let mut out = "## nurture\n\n".to_owned();
    if let Some(error) = error {
        out.push_str(&format!("**The policy was not checked**: {}\n", cell(&failure_text(error))));
        return out;
    }
    out.push_str(before);
    if diagnostics.is_empty() {
        out.push_str("Nothing was found.\n");
        return out;
    }
    out.push_str("| level | finding | where | what to do |\n|---|---|---|---|\n");
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|found| match found.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Advice => 2,
    });
    for found in sorted {
        let place = sources.place(&found.span.file, found.span.range.start);
        let file = sources.shown(&found.span.file);
        let link = super::sarif::address(&file);
        let notes: String = found.notes.iter().take(1).map(|note| format!("<br>{}", cell(note.lines().next().unwrap_or("").trim_end_matches(':')))).collect();
        out.push_str(&format!(
            "| {} | `{}`: {}{notes} | [{}:{}]({link}#L{}) | {} |\n",
            found.severity.name(),
            found.check.name(),
            cell(&found.message),
            cell(&file),
            place.line,
            place.line,
            found.help.as_deref().map_or_else(String::new, cell)
        ));
    }
    out
}
