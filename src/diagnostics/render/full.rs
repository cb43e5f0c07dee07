//! Findings with the text they speak of, for people.

use codespan_reporting::diagnostic::{Diagnostic as Report, Label, LabelStyle, Severity as Level};
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::termcolor::{Ansi, NoColor};
use codespan_reporting::term::{Chars, Config, DisplayStyle, emit_to_write_style};

use super::sources::{Sources, clean};
use crate::diagnostics::{Diagnostic, Severity};

/// Lines longer than this are not shown: one line of a machine-made file could fill the screen.
const LONGEST_LINE: usize = 400;

struct View<'s> {
    sources: &'s Sources<'s>,
}

impl<'a> Files<'a> for View<'_> {
    type FileId = &'a str;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: &'a str) -> Result<String, Error> {
        Ok(self.sources.shown(id))
    }

    fn source(&'a self, id: &'a str) -> Result<&'a str, Error> {
        Ok(self.sources.text(id))
    }

    fn line_index(&'a self, id: &'a str, byte: usize) -> Result<usize, Error> {
        self.sources.lines(id).map(|lines| lines.line_of(byte as u32)).ok_or(Error::FileMissing)
    }

    fn line_range(&'a self, id: &'a str, line: usize) -> Result<std::ops::Range<usize>, Error> {
        let lines = self.sources.lines(id).ok_or(Error::FileMissing)?;
        let start = lines.start_of(line).ok_or(Error::LineTooLarge { given: line, max: lines.lines() })?;
        let end = lines.start_of(line + 1).map_or(self.sources.text(id).len(), |end| end as usize);
        Ok(start as usize..end)
    }
}

/// Renders diagnostics with the text they speak of; with ANSI colours if `color`, with plain ASCII lines if `ascii`.
pub fn full(diagnostics: &[Diagnostic], sources: &Sources<'_>, color: bool) -> String {
    let config = Config { chars: Chars::box_drawing(), tab_width: 4, ..Config::default() };
    let view = View { sources };
    let mut out: Vec<u8> = Vec::new();
    for diagnostic in diagnostics {
        let long = diagnostic.labels.iter().any(|label| {
            let Some(lines) = sources.lines(&label.span.file) else { return true };
            let line = lines.line_of(label.span.range.start);
            let end = lines.start_of(line + 1).map_or(sources.text(&label.span.file).len(), |end| end as usize);
            end.saturating_sub(lines.start_of(line).unwrap_or(0) as usize) > LONGEST_LINE
        });
        let report = report(diagnostic, sources);
        let config = if long { Config { display_style: DisplayStyle::Medium, ..config.clone() } } else { config.clone() };
        let begun = out.len();
        let written = if color {
            emit_to_write_style(&mut Ansi::new(&mut out), &config, &view, &report)
        } else {
            emit_to_write_style(&mut NoColor::new(&mut out), &config, &view, &report)
        };
        if written.is_err() {
            // A place outside its text: the headline is still worth saying.
            out.extend(super::concise(std::slice::from_ref(diagnostic), sources).into_bytes());
        }
        if diagnostic.severity == Severity::Advice {
            name_advice(&mut out, begun, diagnostic.check.name());
        }
        if !out.ends_with(b"\n\n") {
            out.push(b'\n');
        }
    }
    let text = String::from_utf8_lossy(&out);
    // Trailing blanks help nobody and break comparisons.
    let mut trimmed = String::with_capacity(text.len());
    for line in text.lines() {
        trimmed.push_str(line.trim_end());
        trimmed.push('\n');
    }
    trimmed
}

/// The renderer's mildest level is called "help"; ours is "advice".
fn name_advice(out: &mut Vec<u8>, begun: usize, name: &str) {
    let known = format!("help[{name}]");
    let tail = out.split_off(begun);
    let text = String::from_utf8_lossy(&tail).replacen(&known, &format!("advice[{name}]"), 1);
    out.extend(text.into_bytes());
}

fn report<'d>(diagnostic: &'d Diagnostic, sources: &Sources<'_>) -> Report<&'d str> {
    let level = match diagnostic.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Advice => Level::Help,
    };
    let labels = diagnostic.labels.iter().map(|label| {
        let length = sources.text(&label.span.file).len();
        let start = (label.span.range.start as usize).min(length);
        let end = (label.span.range.end as usize).clamp(start, length);
        let style = if label.primary { LabelStyle::Primary } else { LabelStyle::Secondary };
        Label::new(style, label.span.file.as_str(), start..end).with_message(clean(&label.text))
    });
    let help = diagnostic.help.iter().map(|help| format!("help: {}", clean(help)));
    let fixes = diagnostic.fixes.iter().map(|fix| format!("fix: {}", clean(&fix.title)));
    let notes = (!diagnostic.notes.is_empty()).then(|| diagnostic.notes.iter().map(|line| clean(line).into_owned()).collect::<Vec<_>>().join("\n"));
    Report::new(level)
        .with_code(diagnostic.check.name())
        .with_message(clean(&diagnostic.message))
        .with_labels(labels.collect())
        .with_notes(notes.into_iter().chain(help).chain(fixes).collect())
}
