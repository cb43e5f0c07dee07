//! The command line: one file a command.

mod ask;
mod baseline;
mod check;
mod compile;
mod diff;
mod explain;
mod fix;
mod fmt;
mod git;
mod highlight;
mod lead;
mod lsp;
mod markdown;
mod new;
mod output;
mod pages;
mod plan_file;
mod policy;
mod progress;
mod rule_examples;
mod rules;
mod schema;
mod simulate;
mod test;
mod verdict;
mod watch;
mod why;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::db::load::LoadError;
use crate::db::parallel::STACK;

const EXIT_STATUS: &str = "Exit status:
  0  clean: nothing of level error was found
  1  something of level error was found; later commands also: a test failed, a check did not hold
  2  the tool could not do its job: wrong usage, a file that cannot be read or written, bad settings";

/// Checks and compiles lead-nurturing policies.
#[derive(Parser)]
#[command(name = "nurture", version, about, after_help = EXIT_STATUS, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Args, Clone)]
struct Common {
    /// How results are written: full, concise, json, junit (`highlight`: html, ansi); `check` also json-lines, sarif, github, gitlab, checkstyle, rdjson,
    /// markdown, and several in one run, each but one into a file: `--format full --format sarif=out.sarif`
    #[arg(long = "format", visible_alias = "output-format", global = true, value_name = "FORMAT[=FILE]", value_parser = format_to)]
    formats: Vec<FormatTo>,
    /// When to use colours (NO_COLOR in the environment turns `auto` off)
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// Say nothing but results: no summary, no progress
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say what was read, and how long it took
    #[arg(long, short, global = true)]
    verbose: bool,
}

/// A format, and the file that it is written into; standard output without one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FormatTo {
    format: Format,
    file: Option<PathBuf>,
}

fn format_to(text: &str) -> Result<FormatTo, String> {
    let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
    let format = Format::from_str(name, true).map_err(|_| {
        let all: Vec<String> = Format::value_variants().iter().filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned())).collect();
        let meant = crate::diagnostics::closest(name, all.iter().map(String::as_str));
        meant.map_or_else(|| format!("the formats are {}", all.join(", ")), |meant| format!("did you mean `{meant}`?"))
    })?;
    match file {
        Some("") => Err(format!("name a file after `{name}=`")),
        file => Ok(FormatTo { format, file: file.map(PathBuf::from) }),
    }
}

impl Common {
    /// The format of standard output.
    fn format(&self) -> Format {
        self.formats.iter().find(|to| to.file.is_none()).map_or(Format::Full, |to| to.format)
    }

    /// The formats that are written into files, with the files.
    fn files(&self) -> impl Iterator<Item = (Format, &std::path::Path)> {
        self.formats.iter().filter_map(|to| Some((to.format, to.file.as_deref()?)))
    }

    /// What is wrong with the formats that were asked for of a command, which may check policies, or write pages.
    fn problem(&self, checks: bool, pages: bool, highlights: bool) -> Option<LoadError> {
        let of_colors = |to: &&FormatTo| matches!(to.format, Format::Html | Format::Ansi);
        if let Some(to) = self.formats.iter().find(|to| of_colors(to) != highlights || (highlights && to.file.is_some())) {
            let name = to.format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
            let (message, help) = match (highlights, to.file.is_some()) {
                (false, _) => (format!("only `nurture highlight` writes {name}"), "`nurture check --help` tells what other commands write"),
                (true, true) => ("`nurture highlight` writes to the standard output".to_owned(), "redirect it: `> page.html`"),
                (true, false) => (format!("`nurture highlight` does not write {name}"), "it writes html or ansi"),
            };
            return Some(LoadError { message, help: Some(help.to_owned()) });
        }
        if highlights {
            return None;
        }
        if self.formats.iter().filter(|to| to.file.is_none()).count() > 1 {
            let help = Some("let all but one name a file, such as `--format sarif=out.sarif`".to_owned());
            return Some(LoadError { message: "two formats want the standard output".to_owned(), help });
        }
        let mut files: Vec<&std::path::Path> = self.files().map(|(_, file)| file).collect();
        files.sort_unstable();
        if let Some([one, _]) = files.windows(2).find(|pair| matches!(pair, [one, other] if one == other)) {
            return Some(LoadError { message: format!("two formats want the file `{}`", one.display()), help: Some("name a file for each".to_owned()) });
        }
        if checks {
            return None;
        }
        let name = |format: Format| format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
        if let Some(to) = self.formats.iter().find(|to| to.file.is_some() || (to.format.of_findings() && !(pages && to.format == Format::Markdown))) {
            let message = if to.file.is_some() {
                "only `nurture check` writes several formats".to_owned()
            } else {
                format!("only `nurture check` writes {}", name(to.format))
            };
            return Some(LoadError { message, help: Some("this command writes full, concise or json to the standard output".to_owned()) });
        }
        None
    }
}

impl Format {
    /// Whether it is a form for findings and nothing else.
    fn of_findings(self) -> bool {
        !matches!(self, Self::Full | Self::Concise | Self::Json | Self::Junit)
    }

    /// Whether people read it, and a summary may stand beside it.
    fn for_people(self) -> bool {
        matches!(self, Self::Full | Self::Concise | Self::Html | Self::Ansi)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the text they speak of, for people
    Full,
    /// One line a finding
    Concise,
    /// One JSON document
    Json,
    /// JUnit XML, for CI systems
    Junit,
    /// One JSON object a line
    JsonLines,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub's workflows
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// Checkstyle's XML
    Checkstyle,
    /// Reviewdog's JSON
    Rdjson,
    /// A comment under a pull request, or a job's summary
    Markdown,
    /// A page's markup: `nurture highlight` only
    Html,
    /// Colours of a terminal: `nurture highlight` only
    Ansi,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Subcommand)]
enum Command {
    /// Say what is wrong with a policy
    #[command(after_help = EXIT_STATUS)]
    Check(check::Check),
    /// Say of each program whether it is nurturing, and by what
    #[command(after_help = EXIT_STATUS)]
    Verdict(verdict::VerdictPage),
    /// Ask something of a policy's leads: who is in a group, whether one holds another
    Ask(ask::Ask),
    /// List the rules, their levels and why each level holds
    #[command(after_help = EXIT_STATUS)]
    Rules(rules::Rules),
    /// Keep what is known and not mended yet, so that only what is new stops a build
    Baseline(baseline::BaselineCommand),
    /// Write policies in the one layout
    #[command(after_help = EXIT_STATUS)]
    Fmt(fmt::Fmt),
    /// Say what a change of a policy changes for leads: who is newly reached, which limits give way
    Diff(diff::Diff),
    /// Print the plan of a policy as JSON
    #[command(after_help = EXIT_STATUS)]
    Compile(compile::Compile),
    /// Run the tests of a policy
    Test(test::Test),
    /// Play one lead: what they hear, when, from which program, and why
    Simulate(simulate::Simulate),
    /// Say why a lead did or did not get a touch, and what would have changed it
    Why(why::Why),
    /// Print a JSON Schema: of the plan, of a lead's file, of a census, or of findings
    Schema(schema::Schema),
    /// Explain a check or a rule: what it finds, why, and how to mend it
    #[command(after_help = EXIT_STATUS)]
    Explain(explain::Explain),
    /// Begin a policy: a small, good one, with comments that teach
    #[command(after_help = EXIT_STATUS)]
    New(new::New),
    /// Write a policy in colours, for a page or a terminal
    Highlight(highlight::Highlight),
    /// Serve an editor: findings, names, completion and all else while a policy is written
    Lsp(lsp::Lsp),
    /// Print what a shell needs to complete commands: bash, elvish, fish, powershell or zsh
    Completions(pages::Completions),
    /// Write manual pages into a folder
    Man(pages::Man),
}

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// Nothing of level error.
    Clean,
    /// Something of level error.
    Findings,
    /// The tool could not do its job.
    Failed,
    /// A question that was not decided.
    Open,
}

/// What `--version --verbose` says: what has to be known to tell whether two builds do the same.
fn build() -> String {
    format!(
        "nurture {}\nplan format: {}\nrulebook: {} rules\nchecks: {}\nbuilt for: {}-{}\n",
        env!("CARGO_PKG_VERSION"),
        crate::plan::FORMAT,
        crate::rulebook::standard().count(),
        crate::diagnostics::Check::ALL.len(),
        std::env::consts::ARCH,
        std::env::consts::OS,
    )
}

/// Whether the arguments ask for the version, with all there is to it.
fn asks_for_build(arguments: &[std::ffi::OsString]) -> bool {
    let any = |words: [&str; 2]| arguments.iter().any(|argument| words.iter().any(|word| argument == word));
    any(["--version", "-V"]) && any(["--verbose", "-v"]) && arguments.len() == 2
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let arguments: Vec<std::ffi::OsString> = std::env::args_os().skip(1).collect();
    if asks_for_build(&arguments) {
        return ExitCode::from(if output::results(&build(), Outcome::Clean) == Outcome::Clean { 0 } else { 2 });
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let pages = matches!(cli.command, Command::Verdict(_) | Command::Rules(_) | Command::Diff(_));
    if let Some(problem) = cli.common.problem(matches!(cli.command, Command::Check(_)), pages, matches!(cli.command, Command::Highlight(_))) {
        output::plainly(&problem);
        return ExitCode::from(2);
    }
    let run = std::thread::Builder::new().name("main".to_owned()).stack_size(STACK).spawn(move || match cli.command {
        Command::Check(command) => command.run(&cli.common),
        Command::Fmt(command) => command.run(&cli.common),
        Command::Diff(command) => command.run(&cli.common),
        Command::Compile(command) => command.run(&cli.common),
        Command::Verdict(command) => command.run(&cli.common),
        Command::Ask(command) => command.run(&cli.common),
        Command::Rules(command) => command.run(&cli.common),
        Command::Baseline(command) => command.run(&cli.common),
        Command::Test(command) => command.run(&cli.common),
        Command::Simulate(command) => command.run(&cli.common),
        Command::Why(command) => command.run(&cli.common),
        Command::Schema(command) => command.run(&cli.common),
        Command::Explain(command) => command.run(&cli.common),
        Command::New(command) => command.run(&cli.common),
        Command::Highlight(command) => command.run(&cli.common),
        Command::Lsp(command) => command.run(),
        Command::Completions(command) => command.run(&cli.common),
        Command::Man(command) => command.run(&cli.common),
    });
    let outcome = match run.map(std::thread::JoinHandle::join) {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => {
            output::message("this is a fault of nurture, not of your policy: please report it, with the policy if you can");
            Outcome::Failed
        }
        Err(error) => {
            output::message(&format!("error: cannot start: {error}"));
            Outcome::Failed
        }
    };
    ExitCode::from(match outcome {
        Outcome::Clean => 0,
        Outcome::Findings => 1,
        Outcome::Failed => 2,
        Outcome::Open => 3,
    })
}
