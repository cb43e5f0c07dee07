//! The examples of a policy's own rules, as tests.

use serde_json::{Value, json};

use super::Common;
use super::output::{self, Stream};
use super::policy::Ready;
use crate::diagnostics::render::{self, JunitCase, Sources};
use crate::diagnostics::{Check, Diagnostic, Severity, Span};
use crate::plan::Plan;
use crate::report::book::{Tried, Wrong, try_examples};
use crate::report::judgement::{Asked, inputs};

/// The examples that were tried, and what went wrong.
pub(super) struct Examples {
    tried: Vec<Tried>,
    /// A finding for each that did not come out.
    pub findings: Vec<Diagnostic>,
}

impl Examples {
    /// Tries the examples of the rules in the files that were asked for.
    pub fn tried(ready: &Ready, plan: &Plan) -> Self {
        let db = &ready.loaded.db;
        let mut tried = if plan.rules.is_empty() { Vec::new() } else { try_examples(db, Some(plan), &inputs(db, plan, &Asked::default())) };
        tried.retain(|example| ready.loaded.sources.asks_for(&example.file));
        let findings = tried.iter().filter_map(finding).collect();
        Self { tried, findings }
    }

    /// Nothing was tried.
    pub fn none() -> Self {
        Self { tried: Vec::new(), findings: Vec::new() }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.tried.len()
    }

    /// A line for each rule, with what went wrong.
    pub fn text(&self, common: &Common, sources: &Sources<'_>) -> String {
        let color = output::color(common, Stream::Results);
        let mut out = String::new();
        let mut rest = self.tried.as_slice();
        while let Some(first) = rest.first() {
            let count = rest.iter().take_while(|example| example.rule == first.rule).count();
            let (own, others) = rest.split_at(count);
            rest = others;
            let failed = own.iter().filter(|example| example.wrong.is_some()).count();
            let word = if failed == 0 { "ok    " } else { "failed" };
            if failed > 0 || !common.quiet {
                out.push_str(&format!("{word}  rule {} ({count} examples)\n", first.rule));
            }
            let found: Vec<Diagnostic> = own.iter().filter_map(finding).collect();
            if !found.is_empty() {
                out.push('\n');
                out.push_str(&render::full(&found, sources, color));
            }
        }
        out
    }

    /// The examples as JSON.
    pub fn json(&self, sources: &Sources<'_>) -> Value {
        let of = |example: &Tried| {
            let place = sources.place(&example.file, example.at.start);
            let found: Vec<Diagnostic> = finding(example).into_iter().collect();
            json!({
                "rule": example.rule,
                "example": if example.flags { "flags" } else { "passes" },
                "file": sources.shown(&example.file),
                "line": place.line,
                "column": place.column,
                "passed": example.wrong.is_none(),
                "failures": render::entries(&found, sources),
            })
        };
        Value::Array(self.tried.iter().map(of).collect())
    }

    /// The examples as cases of JUnit.
    pub fn junit(&self, sources: &Sources<'_>) -> Vec<JunitCase> {
        let of = |example: &Tried| {
            let place = sources.place(&example.file, example.at.start);
            let failures = finding(example).map(|finding| (finding.message.clone(), render::full(std::slice::from_ref(&finding), sources, false)));
            JunitCase {
                name: format!("rule {} {} (line {})", example.rule, if example.flags { "flags" } else { "passes" }, place.line),
                class: sources.shown(&example.file),
                seconds: 0.0,
                failures: failures.into_iter().collect(),
            }
        };
        self.tried.iter().map(of).collect()
    }
}

fn finding(example: &Tried) -> Option<Diagnostic> {
    let wrong = example.wrong.as_ref()?;
    let rule = &example.rule;
    let (message, here, help) = match wrong {
        Wrong::Broken(why) => (format!("an example of `{rule}` cannot be judged: {why}"), "this example", None),
        Wrong::NotReported => (
            format!("`{rule}` does not report its own example"),
            "the rule must report this, and does not",
            Some("what the rule reports must be declared in the example; mend the example, or the rule's `where` and `when`".to_owned()),
        ),
        Wrong::NotDecided(why) => (format!("`{rule}` does not decide its own example: {why}"), "the rule must report this", None),
        Wrong::Reported(what) => {
            (format!("`{rule}` reports an example that it must let pass"), "the rule must report nothing here", Some(format!("it reports {}", what.join(", "))))
        }
    };
    let span = Span { file: example.file.clone(), range: example.at };
    let mut finding = Diagnostic::at(Check::TestFailed, Severity::Error, span, message, here);
    finding.help = help;
    Some(finding)
}
