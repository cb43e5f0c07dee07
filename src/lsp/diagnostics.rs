//! Findings, as editors show them.

use std::hash::{Hash as _, Hasher as _};

use gen_lsp_types as lsp;
use gen_lsp_types::{DiagnosticSeverity, DiagnosticTag};

use super::convert::Converter;
use super::project::Project;
use crate::db::load::SETTINGS;
use crate::diagnostics::{Diagnostic, Severity, SpanLabel};
use crate::ide::file_of;
use crate::text::Range;

/// What is to be shown of a file, in the protocol's form.
pub fn of_file(converter: Converter<'_>, file: crate::db::SourceFile) -> Vec<lsp::Diagnostic> {
    converter.project.findings(file).iter().map(|finding| converted(converter, finding)).collect()
}

/// What is wrong with the settings.
pub fn of_settings(project: &Project, encoding: super::position::Encoding) -> Vec<lsp::Diagnostic> {
    let (found, text) = &project.settings;
    let lines = super::position::Lines::new(text);
    let mut all: Vec<lsp::Diagnostic> = found
        .iter()
        .map(|finding| lsp::Diagnostic {
            range: lines.positions(text, finding.span.range, encoding),
            severity: Some(DiagnosticSeverity::Error),
            code: Some(lsp::Code::String(finding.check.name().to_owned())),
            source: Some("nurture".to_owned()),
            message: lsp::Message::String(message(finding, finding.labels.iter().find(|label| label.primary))),
            ..lsp::Diagnostic::default()
        })
        .collect();
    if let Some(trouble) = &project.trouble {
        let help = trouble.help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
        all.push(lsp::Diagnostic {
            range: lines.positions(text, Range::new(0, text.lines().next().map_or(0, str::len) as u32), encoding),
            severity: Some(DiagnosticSeverity::Error),
            source: Some("nurture".to_owned()),
            message: lsp::Message::String(format!("{}{help}", trouble.message)),
            ..lsp::Diagnostic::default()
        });
    }
    all
}

/// Whether the settings of a policy have a file of their own.
pub fn has_settings(project: &Project) -> bool {
    matches!(project.home, super::project::Home::Folder(_)) && project.absolute(SETTINGS).is_file()
}

fn converted(converter: Converter<'_>, finding: &Diagnostic) -> lsp::Diagnostic {
    let db = &converter.project.db;
    let file = file_of(db, &finding.span.file);
    let range = file.map_or_else(lsp::Range::default, |file| converter.range(file, finding.span.range));
    let own = finding.labels.iter().find(|label| label.primary);
    let known = converter.project.known.knows(finding);
    let severity = match finding.severity {
        // What a baseline knows stays in sight and out of the way.
        _ if known => DiagnosticSeverity::Hint,
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Advice => DiagnosticSeverity::Information,
    };
    let related: Vec<lsp::DiagnosticRelatedInformation> = finding
        .labels
        .iter()
        .filter(|label| !label.primary && !label.text.is_empty())
        .filter_map(|label| {
            let file = file_of(db, &label.span.file)?;
            let location = lsp::Location { uri: converter.uri(file), range: converter.range(file, label.span.range) };
            Some(lsp::DiagnosticRelatedInformation { location, message: label.text.clone() })
        })
        .collect();
    let name = finding.check.name();
    let tags = matches!(name, "unused_declaration" | "unreachable_step" | "after_leave" | "unused_allow").then(|| vec![DiagnosticTag::Unnecessary]);
    let mut said = message(finding, own);
    if known {
        said.push_str("\nknown from the baseline");
    }
    lsp::Diagnostic {
        range,
        severity: Some(severity),
        code: Some(lsp::Code::String(name.to_owned())),
        source: Some("nurture".to_owned()),
        message: lsp::Message::String(said),
        tags,
        related_information: (!related.is_empty()).then_some(related),
        ..lsp::Diagnostic::default()
    }
}

/// The headline, what is said at the place, the evidence, and what to do.
fn message(finding: &Diagnostic, own: Option<&SpanLabel>) -> String {
    let mut said = finding.message.clone();
    if let Some(own) = own.filter(|own| !own.text.is_empty()) {
        said.push_str(&format!("\n{}", own.text));
    }
    for note in &finding.notes {
        said.push_str(&format!("\n{note}"));
    }
    if let Some(help) = &finding.help {
        said.push_str(&format!("\nhelp: {help}"));
    }
    said
}

/// What tells whether findings are others than before.
pub fn fingerprint(found: &[lsp::Diagnostic]) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    for finding in found {
        // A change of any part is a change.
        format!("{finding:?}").hash(&mut hasher);
    }
    found.len().hash(&mut hasher);
    hasher.finish()
}
