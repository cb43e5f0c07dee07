//! Results go to standard output, messages to standard error.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use similar::TextDiff;

use super::{Color, Common, Format, Outcome};
use crate::db::load::LoadError;
use crate::diagnostics::render::{self, Sources};
use crate::diagnostics::{Diagnostic, Severity};
use crate::report::judgement::Judgement;

/// Where something is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output.
    Results,
    /// Standard error.
    Messages,
}

/// Whether a stream goes to a terminal.
pub(super) fn is_terminal(stream: Stream) -> bool {
    match stream {
        Stream::Results => io::stdout().is_terminal(),
        Stream::Messages => io::stderr().is_terminal(),
    }
}

/// Whether a stream is written in colour.
pub(super) fn color(common: &Common, stream: Stream) -> bool {
    match common.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let terminal = is_terminal(stream);
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

/// Says why the tool could not do its job, in each form that was asked for.
pub(super) fn failed(common: &Common, error: &LoadError) -> Outcome {
    let told = Told { diagnostics: &[], sources: &Sources::default(), error: Some((&error.message, error.help.as_deref())), extra: &Extra::default() };
    told.write_files(common);
    if common.format().for_people() {
        plainly(error);
        return Outcome::Failed;
    }
    results(&told.rendered(common.format(), false), Outcome::Failed)
}

/// Says what went wrong, for people.
pub(super) fn plainly(error: &LoadError) {
    message(&format!("error: {}", render::clean(&error.message)));
    if let Some(help) = &error.help {
        message(&format!("  help: {}", render::clean(help)));
    }
}

/// Says that a command has no JUnit form, if one was asked for.
pub(super) fn no_junit(common: &Common, command: &str) -> Option<Outcome> {
    (common.format() == Format::Junit).then(|| {
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

/// What is told besides findings.
#[derive(Default)]
pub(super) struct Extra<'a> {
    /// Checks and rules by name, for forms that describe them.
    pub rules: BTreeMap<String, render::Described>,
    /// What the rulebook says of programs.
    pub judgement: Option<&'a Judgement>,
}

/// What a command found, or why it could not look.
pub(super) struct Told<'a> {
    pub diagnostics: &'a [Diagnostic],
    pub sources: &'a Sources<'a>,
    pub error: Option<(&'a str, Option<&'a str>)>,
    pub extra: &'a Extra<'a>,
}

impl Told<'_> {
    /// Renders it in a form.
    pub fn rendered(&self, format: Format, color: bool) -> String {
        let Self { diagnostics, sources, error, extra } = *self;
        match format {
            // What is only for `highlight` says what went wrong as people read it.
            Format::Full | Format::Html | Format::Ansi => render::full(diagnostics, sources, color),
            Format::Concise => render::concise(diagnostics, sources),
            Format::Json => super::verdict::with_verdicts(&render::json(diagnostics, sources, error), extra.judgement),
            Format::Junit => render::junit("nurture check", &error.map_or_else(|| cases(diagnostics, sources), |error| vec![failed_case(error)])),
            Format::JsonLines => render::json_lines(diagnostics, sources, error),
            Format::Github => render::github(diagnostics, sources, error),
            Format::Gitlab => render::gitlab(diagnostics, sources, error),
            Format::Checkstyle => render::checkstyle(diagnostics, sources, error),
            Format::Rdjson => render::rdjson(diagnostics, sources, error),
            Format::Markdown => render::markdown(diagnostics, sources, error, &super::verdict::table(extra.judgement)),
            Format::Sarif => {
                let describe = |name: &str| match extra.rules.get(name) {
                    Some(of) => render::Described { summary: of.summary.clone(), help: of.help.clone(), level: of.level },
                    None => render::described_check(name).unwrap_or_else(|| render::Described {
                        summary: name.replace('_', " "),
                        help: format!("`nurture explain {name}` tells more."),
                        level: Severity::Warning,
                    }),
                };
                render::sarif(diagnostics, sources, &describe, error)
            }
        }
    }

    /// Writes it into the files that were asked for, each in one go. `false` when one could not be written; why has been said then.
    pub fn write_files(&self, common: &Common) -> bool {
        let mut all = true;
        for (format, file) in common.files() {
            // Words for people are for people in a file, too.
            let mut text = self.rendered(format, false);
            if let (true, Some((error, help))) = (format.for_people(), self.error) {
                text = help.map_or_else(|| format!("error: {error}\n"), |help| format!("error: {error}\n  help: {help}\n"));
            }
            if let Err(error) = write_whole(file, &text) {
                plainly(&error);
                all = false;
            }
        }
        all
    }
}

/// Renders findings as the user asked for.
pub(super) fn findings(common: &Common, stream: Stream, diagnostics: &[Diagnostic], sources: &Sources<'_>) -> String {
    Told { diagnostics, sources, error: None, extra: &Extra::default() }.rendered(common.format(), color(common, stream))
}

/// The failure of the tool as a test that failed.
fn failed_case((message, help): (&str, Option<&str>)) -> render::JunitCase {
    let failure = (message.to_owned(), help.unwrap_or_default().to_owned());
    render::JunitCase { name: "nurture".to_owned(), class: "nurture".to_owned(), seconds: 0.0, failures: vec![failure] }
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

/// Writes a file in one go: to a temporary file beside it, which then takes its place.
pub(super) fn write_whole(path: &Path, text: &str) -> Result<(), LoadError> {
    if path.extension().is_some_and(|extension| extension == "nurture" || extension == "toml") {
        return Err(LoadError {
            message: format!("`{}` looks like a part of the policy, and was not overwritten", path.display()),
            help: Some("give the file another name".to_owned()),
        });
    }
    replace(path, text)
}

/// What changes in a file, as a diff that `git apply` takes.
pub(super) fn unified(path: &str, before: &str, after: &str) -> String {
    let path = path.trim_start_matches("../").trim_start_matches(['/']);
    // A line ends with a line feed, and with nothing else that a text may hold.
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    TextDiff::configure().newline_terminated(true).diff_slices(&old, &new).unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

/// Puts a text in the place of a file, whatever it is: to a temporary file beside it, which then takes its place.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), LoadError> {
    let fail = |error: std::io::Error| LoadError { message: format!("cannot write `{}`: {}", path.display(), why(&error)), help: None };
    if path.is_dir() {
        return Err(LoadError { message: format!("cannot write `{}`: it is a folder", path.display()), help: None });
    }
    // A pipe or a device is written into: there is nothing to keep whole.
    if fs::metadata(path).is_ok_and(|data| !data.is_file()) {
        let mut file = fs::OpenOptions::new().write(true).open(path).map_err(fail)?;
        return file.write_all(text.as_bytes()).map_err(fail);
    }
    if fs::metadata(path).is_ok_and(|data| data.permissions().readonly()) {
        return Err(LoadError { message: format!("cannot write `{}`: it can only be read", path.display()), help: None });
    }
    // A link stays a link: what it leads to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new().prefix(".nurture-").tempfile_in(folder).map_err(fail)?;
    file.write_all(text.as_bytes()).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    let permissions = match fs::metadata(&target) {
        Ok(known) => Some(known.permissions()),
        Err(_) => readable_by_all(),
    };
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions).map_err(fail)?;
    }
    file.persist(&target).map_err(|error| fail(error.error))?;
    Ok(())
}

/// What a new file is given: a temporary file is its owner's alone.
#[cfg(unix)]
fn readable_by_all() -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all() -> Option<fs::Permissions> {
    None
}
