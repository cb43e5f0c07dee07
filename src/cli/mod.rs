//! The command line: one file a command.

mod ask;
mod check;
mod compile;
mod explain;
mod lead;
mod markdown;
mod new;
mod output;
mod policy;
mod progress;
mod rule_examples;
mod rules;
mod schema;
mod simulate;
mod test;
mod verdict;
mod why;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// How findings are shown
    #[arg(long, visible_alias = "output-format", global = true, value_enum, default_value_t = Format::Full)]
    format: Format,
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

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the text they speak of, for people
    Full,
    /// One line a finding
    Concise,
    /// One JSON document
    Json,
    /// JUnit XML, for CI systems
    Junit,
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
    /// Print the plan of a policy as JSON
    #[command(after_help = EXIT_STATUS)]
    Compile(compile::Compile),
    /// Run the tests of a policy
    Test(test::Test),
    /// Play one lead: what they hear, when, from which program, and why
    Simulate(simulate::Simulate),
    /// Say why a lead did or did not get a touch, and what would have changed it
    Why(why::Why),
    /// Print a JSON Schema: of the plan, of a lead's file, or of a census
    Schema(schema::Schema),
    /// Explain a check or a rule: what it finds, why, and how to mend it
    #[command(after_help = EXIT_STATUS)]
    Explain(explain::Explain),
    /// Begin a policy: a small, good one, with comments that teach
    #[command(after_help = EXIT_STATUS)]
    New(new::New),
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

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let run = std::thread::Builder::new().name("main".to_owned()).stack_size(STACK).spawn(move || match cli.command {
        Command::Check(command) => command.run(&cli.common),
        Command::Compile(command) => command.run(&cli.common),
        Command::Verdict(command) => command.run(&cli.common),
        Command::Ask(command) => command.run(&cli.common),
        Command::Rules(command) => command.run(&cli.common),
        Command::Test(command) => command.run(&cli.common),
        Command::Simulate(command) => command.run(&cli.common),
        Command::Why(command) => command.run(&cli.common),
        Command::Schema(command) => command.run(&cli.common),
        Command::Explain(command) => command.run(&cli.common),
        Command::New(command) => command.run(&cli.common),
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
