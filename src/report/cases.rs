//! The policy tests of a workspace, and how they went as findings with their places.

use smol_str::SmolStr;

use crate::db::{RootDb, Workspace, chunks, parsed};
use crate::diagnostics::{Check, Diagnostic, Severity, Span, SpanLabel};
use crate::model::{PlanItem, lowered};
use crate::plan::{Action, Channel, Plan, Predicate, TestCase, TestStep, Touch, predicate};
use crate::run::case::{Failure, Line, Outcome, Why};
use crate::run::lead::{DAY, Instant};
use crate::run::story::Story;
use crate::run::trace::{Entry, What};
use crate::syntax::ast::Body;
use crate::text::Range;

/// Where a test stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub file: SmolStr,
    /// Its title.
    pub name_at: Range,
    /// The lines of its days.
    lines: Vec<Vec<Range>>,
}

impl Written {
    /// The finding of a test whose values do not fit the plan; the compiler lets none through.
    pub fn unfit(&self) -> Diagnostic {
        let span = Span { file: self.file.clone(), range: self.name_at };
        let message = "this test cannot be run: a value of it does not fit the policy".to_owned();
        let help = Some("this is a fault of nurture: please report it".to_owned());
        Diagnostic { help, ..Diagnostic::at(Check::TestFailed, Severity::Error, span, message, "this test") }
    }

    /// Where a line of it stands.
    pub fn line(&self, line: Line) -> Range {
        self.lines.get(line.day as usize).and_then(|day| day.get(line.step as usize)).copied().unwrap_or(self.name_at)
    }
}

/// All tests of the workspace, in the order of files and places, with where they stand. Tests with errors are left out.
pub fn cases(db: &RootDb) -> (Vec<TestCase>, Vec<Written>) {
    let (mut cases, mut places) = (Vec::new(), Vec::new());
    for file in Workspace::get(db).files(db) {
        for chunk in &chunks(db, *file).chunks {
            if !chunk.head(db).starts_with("test") && !chunk.body(db).text.contains("test ") {
                continue;
            }
            let start = chunk.start(db);
            for (item, lowered) in parsed(db, *chunk).items.iter().zip(lowered(db, *chunk)) {
                let (Body::Test(test), Some(PlanItem::Test(case))) = (&item.body, lowered) else { continue };
                let lines = test.days.iter().map(|day| day.steps.iter().map(|step| step.at.shift(start)).collect()).collect();
                cases.push((**case).clone());
                places.push(Written { file: file.path(db).clone(), name_at: item.name_at().shift(start), lines });
            }
        }
    }
    (cases, places)
}

/// The findings of a test that failed: one for each expectation that did not hold.
pub fn findings(plan: &Plan, case: &TestCase, written: &Written, outcome: &Outcome, zone: &crate::run::clock::Zone) -> Vec<Diagnostic> {
    let story = Story { plan, lead: &outcome.lead, zone };
    outcome.failures.iter().filter_map(|failure| finding(&story, case, written, outcome, failure)).collect()
}

fn finding(story: &Story<'_>, case: &TestCase, written: &Written, outcome: &Outcome, failure: &Failure) -> Option<Diagnostic> {
    let day = case.days.get(failure.line.day as usize)?;
    let step = day.steps.get(failure.line.step as usize)?;
    let span = Span { file: written.file.clone(), range: written.line(failure.line) };
    let (message, here) = said(story, outcome, failure, step, day.number);
    let mut finding = Diagnostic::at(Check::TestFailed, Severity::Error, span, message, &here);
    let test = Span { file: written.file.clone(), range: written.name_at };
    finding.labels.push(SpanLabel { span: test, text: "in this test".to_owned(), primary: false });
    finding.notes = around(story, outcome, failure);
    Some(finding)
}

/// Headline, and what was true instead.
fn said(story: &Story<'_>, outcome: &Outcome, failure: &Failure, step: &TestStep, day: u32) -> (String, String) {
    match (step, &failure.why) {
        (TestStep::Expect(expected), _) => (format!("`{}` does not hold on day {day}", predicate(expected)), instead(story, outcome, expected, failure.at)),
        (TestStep::ExpectTouch { channel, content, from, .. }, why) => {
            let mut touch = channel.map_or("a message", Channel::name).to_owned();
            if let Some(content) = content {
                touch.push_str(&format!(" {content}"));
            }
            let by = from.as_ref().map_or_else(String::new, |from| format!(" from {from}"));
            match why {
                Why::Happened(place) => (format!("{}{by} goes out on day {day}", tick(&touch)), entry_of(story, outcome, *place)),
                Why::Missing(places) => {
                    let here = places.first().map_or_else(|| nearest(story, outcome, step, failure.at), |place| entry_of(story, outcome, *place));
                    (format!("{}{by} does not go out on day {day}", tick(&touch)), here)
                }
                Why::False => (String::new(), String::new()),
            }
        }
        (TestStep::ExpectHandoff { name, .. }, why) => {
            let name = name.as_deref().map_or_else(String::new, |name| format!(" to {name}"));
            match why {
                Why::Happened(place) => (format!("the lead is handed off{name} on day {day}"), entry_of(story, outcome, *place)),
                _ => (format!("the lead is not handed off{name} on day {day}"), "nothing hands them off within the day".to_owned()),
            }
        }
        _ => (String::new(), String::new()),
    }
}

/// What the policy writes, in backticks.
fn tick(touch: &str) -> String {
    if touch == "a message" { touch.to_owned() } else { format!("`{touch}`") }
}

fn entry_of(story: &Story<'_>, outcome: &Outcome, place: usize) -> String {
    outcome.trace.get(place).map_or_else(String::new, |entry| format!("{}: {}", story.time(entry.at), story.line(entry)))
}

/// When such a touch went out instead, if it did.
fn nearest(story: &Story<'_>, outcome: &Outcome, step: &TestStep, at: Instant) -> String {
    let TestStep::ExpectTouch { channel, content, from, .. } = step else { return String::new() };
    let same_touch = |touch: &Touch, program: &str| {
        channel.map_or(touch.message, |channel| touch.channel == channel)
            && (content.is_none() || touch.content == *content)
            && from.as_deref().is_none_or(|from| program == from)
    };
    let same = |entry: &&Entry| match &entry.what {
        What::Sent { step, .. } => story.touch(*step).is_some_and(|touch| same_touch(touch, story.program(step.program))),
        _ => false,
    };
    match outcome.trace.iter().filter(same).min_by_key(|entry| (entry.at - at).abs()) {
        Some(entry) => format!("it goes out at {}, on day {}", story.time(entry.at), (entry.at - outcome.from) / DAY),
        None if !exists(story, &same_touch) => "no program has such a touch".to_owned(),
        None => match from {
            Some(from) if story.plan.programs.iter().any(|program| program.name == *from && program.draft) => format!("{from} is a draft: it sends nothing"),
            Some(from) if !outcome.trace.iter().any(|entry| matches!(entry.what, What::Joined { program } if story.program(program) == from)) => {
                format!("the lead is never in {from}: `nurture why` tells what stands in the way")
            }
            _ => "no program tries to send it".to_owned(),
        },
    }
}

/// Whether a program has such a touch at all.
fn exists(story: &Story<'_>, same: &impl Fn(&Touch, &str) -> bool) -> bool {
    story.plan.programs.iter().any(|program| program.steps.iter().any(|step| matches!(&step.action, Action::Touch(touch) if same(touch, &program.name))))
}

/// What is true where a predicate does not hold: the values that it asks of.
fn instead(story: &Story<'_>, outcome: &Outcome, expected: &Predicate, at: Instant) -> String {
    if outcome.lead.deleted.is_some_and(|deleted| deleted <= at) {
        return "the lead is deleted: nothing holds of them".to_owned();
    }
    let mut told: Vec<String> = Vec::new();
    let mut tell = |text: String| {
        if !told.contains(&text) {
            told.push(text);
        }
    };
    expected.walk(&mut |part| match part {
        Predicate::StageIn { journey, .. }
        | Predicate::StageNotIn { journey, .. }
        | Predicate::StageCompare { journey, .. }
        | Predicate::StageKnown { journey }
        | Predicate::StageUnknown { journey } => {
            let known = story.plan.journeys.iter().position(|known| known.name == *journey);
            let stage = outcome.trace.iter().rev().filter(|entry| entry.at <= at).find_map(|entry| match entry.what {
                What::Stage { journey, to, .. } if Some(journey as usize) == known => Some(to),
                _ => None,
            });
            let stages = known.and_then(|known| story.plan.journeys.get(known)).map(|journey| &journey.stages);
            let name = stage.flatten().and_then(|stage| stages?.get(stage as usize)).map(|stage| stage.name.as_str());
            tell(name.map_or_else(|| format!("`{journey}` is unknown"), |name| format!("`{journey}` is {name}")));
        }
        Predicate::Score { score, .. } => {
            if let Some(value) = story.score_at(score, at) {
                tell(format!("`{score}` is {}", crate::run::story::rounded(value)));
            }
        }
        Predicate::Count(count) => tell(format!("`{}` {}", predicate(part), if count.at_most == Some(0) { "is false: they did" } else { "is false" })),
        Predicate::InSegment { segment: name } | Predicate::InIcp { icp: name } => {
            let holds = crate::run::look::ask(story.plan, &outcome.lead, at, &[part]).is_some_and(|look| look.holds.first() == Some(&true));
            tell(format!("the lead is {}in {name}", if holds { "" } else { "not " }));
        }
        part => {
            if let Some((field, fact)) = story.fact_at(part, at) {
                tell(format!("`{}` is {}", field.name, story.fact(field, &fact)));
            }
        }
    });
    told.join(", ")
}

/// What happened around an instant: a few lines before and after.
fn around(story: &Story<'_>, outcome: &Outcome, failure: &Failure) -> Vec<String> {
    let telling = |entry: &&Entry| !matches!(entry.what, What::WaitPassedOver { .. } | What::Waits { .. });
    let from = outcome.trace.iter().filter(telling).position(|entry| entry.at >= failure.at).unwrap_or(usize::MAX);
    let lines: Vec<&Entry> = outcome.trace.iter().filter(telling).collect();
    let start = from.min(lines.len()).saturating_sub(3);
    let near = lines.iter().skip(start).take_while(|entry| entry.at < failure.at + DAY).take(9);
    let mut shown: Vec<String> = near.map(|entry| format!("  {}  {}", story.time(entry.at), story.line(entry))).collect();
    let head = if shown.is_empty() { "nothing happens to this lead around that day" } else { "what happened around that day:" };
    shown.insert(0, head.to_owned());
    shown
}
