//! Results go to standard output, messages to standard error.

use std::io::{self, IsTerminal as _, Write as _};

use clap::ValueEnum;

use super::{Color, Common, Format, Outcome};
use crate::db::load::LoadError;
use crate::diagnostics::render::{self, Sources};
use crate::diagnostics::{Diagnostic, Severity};

/// Where something is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output.
    Results,
    /// Standard error.
    Messages,
}

/// How a page is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Page {
    /// For a terminal
    Text,
    /// Markdown, for a page
    Markdown,
}

/// Whether a stream is written in colour.
pub(super) fn color(common: &Common, stream: Stream) -> bool {
    match common.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let terminal = match stream {
                Stream::Results => io::stdout().is_terminal(),
                Stream::Messages => io::stderr().is_terminal(),
            };
            let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            terminal && !plain
        }
    }
}

/// Writes to a stream. A reader that went away (`| head`) is no failure.
pub(super) fn write(stream: Stream, text: &str) -> io::Result<()> {
    let written = match stream {
        Stream::Results => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        }
        Stream::Messages => io::stderr().lock().write_all(text.as_bytes()),
    };
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes results; the outcome is a failure if they cannot be written.
pub(super) fn results(text: &str, outcome: Outcome) -> Outcome {
    match write(Stream::Results, text) {
        Ok(()) => outcome,
        Err(error) => {
            message(&format!("error: cannot write the results: {error}"));
            Outcome::Failed
        }
    }
}

/// A line for people, on standard error.
pub(super) fn message(text: &str) {
    let _ = write(Stream::Messages, &format!("{text}\n"));
}

/// Says why the tool could not do its job.
pub(super) fn failed(common: &Common, error: &LoadError) -> Outcome {
    if common.format == Format::Json {
        let text = render::json(&[], &Sources::default(), Some((&error.message, error.help.as_deref())));
        return results(&text, Outcome::Failed);
    }
    if common.format == Format::Junit {
        let failure = (error.message.clone(), error.help.clone().unwrap_or_default());
        let case = render::JunitCase { name: "nurture".to_owned(), class: "nurture".to_owned(), seconds: 0.0, failures: vec![failure] };
        return results(&render::junit("nurture", &[case]), Outcome::Failed);
    }
    message(&format!("error: {}", render::clean(&error.message)));
    if let Some(help) = &error.help {
        message(&format!("  help: {}", render::clean(help)));
    }
    Outcome::Failed
}

/// Says that a command has no JUnit form, if one was asked for.
pub(super) fn no_junit(common: &Common, command: &str) -> Option<Outcome> {
    (common.format == Format::Junit).then(|| {
        let help = Some("`--format json` is for machines".to_owned());
        failed(common, &LoadError { message: format!("`nurture {command}` runs no tests, and has no JUnit form"), help })
    })
}

/// Why a file could not be read, in plain words.
pub(super) fn why_not_read(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => why(error),
    }
}

/// Why a file cannot be written, in plain words.
pub(super) fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not write there".to_owned(),
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => "a file stands in the way".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk can only be read".to_owned(),
        kind => kind.to_string(),
    }
}

/// Renders findings as the user asked for.
pub(super) fn findings(common: &Common, stream: Stream, diagnostics: &[Diagnostic], sources: &Sources<'_>) -> String {
    match common.format {
        Format::Full => render::full(diagnostics, sources, color(common, stream)),
        Format::Concise => render::concise(diagnostics, sources),
        Format::Json => render::json(diagnostics, sources, None),
        Format::Junit => render::junit("nurture check", &cases(diagnostics, sources)),
    }
}

/// Each finding as a test that failed; one that passed where there are none.
fn cases(diagnostics: &[Diagnostic], sources: &Sources<'_>) -> Vec<render::JunitCase> {
    let case = |name: String, class: String, failures| render::JunitCase { name, class, seconds: 0.0, failures };
    if diagnostics.is_empty() {
        return vec![case("no findings".to_owned(), "nurture".to_owned(), Vec::new())];
    }
    let of = |found: &Diagnostic| {
        let place = sources.place(&found.span.file, found.span.range.start);
        let file = sources.shown(&found.span.file);
        let text = render::full(std::slice::from_ref(found), sources, false);
        case(format!("{}:{}:{} {}", file, place.line, place.column, found.check.name()), file, vec![(found.message.clone(), text)])
    };
    diagnostics.iter().map(of).collect()
}

/// "2 errors, 1 warning and 3 pieces of advice"; empty when there are none.
pub(super) fn counted(diagnostics: &[Diagnostic]) -> String {
    let count = |level: Severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == level).count();
    let plural = |n: usize, one: &str, many: &str| (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }));
    let parts: Vec<String> = [
        plural(count(Severity::Error), "error", "errors"),
        plural(count(Severity::Warning), "warning", "warnings"),
        plural(count(Severity::Advice), "piece of advice", "pieces of advice"),
    ]
    .into_iter()
    .flatten()
    .collect();
    match parts.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// How many findings stop a plan.
pub(super) fn errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
}
