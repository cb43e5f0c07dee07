//! The coverage of a policy's tests, with the places of what they did not exercise.

use serde_json::{Value, json};

use super::sites::{Site, sites};
use crate::db::RootDb;
use crate::diagnostics::render::Sources;
use crate::plan::{Plan, Source, TestCase, predicate};
use crate::run::coverage::{self, Coverage, Unit};
use crate::run::lead::Lead;
use crate::run::story::Story;
use crate::run::trace::{Entry, StepId, What};
use crate::run::{Unfit, clock::Zone};

/// A coverage that can be told.
pub struct Told {
    /// What was covered.
    pub coverage: Coverage,
    /// What each unit is, in words, and where it stands, in the order of the coverage.
    units: Vec<(String, Place)>,
}

/// Where a unit stands: a place of the plan, or an offset of a file.
enum Place {
    Source(Source),
    Offset(smol_str::SmolStr, u32),
}

/// Runs the tests of a policy and tells what they exercised.
///
/// # Errors
/// When the plan does not hang together.
pub fn told(db: &RootDb, plan: &Plan, cases: &[TestCase]) -> Result<Told, Unfit> {
    let written = sites(db, plan);
    let asked: Vec<coverage::Site<'_>> = written
        .iter()
        .map(|site| coverage::Site { program: site.program, step: site.step, atoms: site.atoms.iter().map(|(_, atom)| atom).collect() })
        .collect();
    let coverage = coverage::coverage(plan, cases, &asked)?;
    let units = coverage.units.iter().map(|(unit, _)| described(plan, &written, unit)).collect();
    Ok(Told { coverage, units })
}

/// What a unit is, in words, and where it stands.
fn described(plan: &Plan, sites: &[Site], unit: &Unit) -> (String, Place) {
    let nobody = Lead::default();
    let zone = Zone::utc();
    let story = Story { plan, lead: &nobody, zone: &zone };
    let at = |what: What| {
        let source = story.source(&Entry { at: 0, what }).cloned().unwrap_or_default();
        Place::Source(source)
    };
    let step = |id: &StepId| at(What::PassedOver { step: *id });
    let program = |number: &u32| story.program(*number).to_owned();
    match unit {
        Unit::Program(number) => (format!("nobody joins {}", program(number)), at(What::Joined { program: *number })),
        Unit::Track(track) => (format!("{}: `{}` never starts", program(&track.program), story.track(*track)), at(What::Started { track: *track })),
        Unit::Way(id, way) => {
            let line = story.line(&Entry { at: 0, what: What::Chose { step: *id, way: *way } });
            let split = matches!(story.step(*id).map(|step| &step.action), Some(crate::plan::Action::Split { .. }));
            let word = if split { "is never taken" } else { "is never seen" };
            (format!("{line}: {word}"), step(id))
        }
        Unit::Wait(id, true_now) => {
            let line = story.line(&Entry { at: 0, what: What::Waited { step: *id, true_now: *true_now } });
            (format!("{line}: is never seen"), step(id))
        }
        Unit::Touch(id) => (format!("`{}` of {} never goes out", story.touch_name(*id), program(&id.program)), step(id)),
        Unit::Stage(journey, stage) => {
            let known = plan.journeys.get(*journey as usize);
            let name = known.and_then(|journey| journey.stages.get(*stage as usize)).map_or("", |stage| stage.name.as_str());
            let entry = What::Stage { journey: *journey, from: None, to: Some(*stage) };
            (format!("nobody is in {name} of {}", known.map_or("", |journey| journey.name.as_str())), at(entry))
        }
        Unit::Points(score, line) => {
            let text = story.score_line(*score, *line).unwrap_or_default();
            let name = plan.scores.get(*score as usize).map_or("", |score| score.name.as_str());
            (format!("{text} of {name} gives nobody points"), at(What::Score { score: *score, from: 0, to: 0, by: Vec::new() }))
        }
        Unit::Goal(number) => (format!("nobody reaches the goal of {}", program(number)), at(What::Goal { program: *number })),
        Unit::LeaveWhen(number) => (format!("nobody leaves {} by `leave when`", program(number)), at(What::Goal { program: *number })),
        Unit::Leave(id) => (format!("nobody comes to `leave` of {}", program(&id.program)), step(id)),
        Unit::Handoff(number) => {
            let name = plan.handoffs.get(*number as usize).map_or("", |handoff| handoff.name.as_str());
            (format!("nobody is handed off: {name}"), at(What::HandedOff { handoff: *number, by: None }))
        }
        Unit::Back(number, back) => {
            let line = story.line(&Entry { at: 0, what: What::Back { handoff: *number, back: *back } });
            (format!("nobody {line}"), at(What::Back { handoff: *number, back: *back }))
        }
        Unit::Condition(site, atom, outcome) => {
            let known = sites.get(*site as usize);
            let Some(((range, of), site)) = known.and_then(|site| site.atoms.get(*atom as usize)).zip(known) else {
                return (String::new(), Place::Source(Source::default()));
            };
            let owner = if site.owner.is_empty() { site.kind.keyword().to_owned() } else { format!("{} {}", site.kind.keyword(), site.owner) };
            let word = if *outcome { "true" } else { "false" };
            (format!("`{}` is never {word} ({} of {owner})", predicate(of), site.role), Place::Offset(site.file.clone(), range.start))
        }
    }
}

impl Told {
    /// What part was covered, in tenths of a percent, rounded down: 100% is reached by all of it only.
    fn permille(&self) -> usize {
        let (covered, all) = self.coverage.total();
        (covered * 1_000).checked_div(all).unwrap_or(1_000)
    }

    /// The part that was covered: `71.4%`.
    pub fn percent(&self) -> String {
        format!("{}.{}%", self.permille() / 10, self.permille() % 10)
    }

    /// Whether so many percent were covered.
    pub fn reaches(&self, min: u8) -> bool {
        self.permille() >= usize::from(min) * 10
    }

    /// What was not covered: words, file, line, column.
    fn missed(&self, sources: &Sources<'_>) -> Vec<(&Unit, &str, String, u32, u32)> {
        let units = self.coverage.units.iter().zip(&self.units).filter(|((_, hit), _)| !hit);
        let mut missed: Vec<_> = units
            .map(|((unit, _), (words, place))| match place {
                Place::Source(source) => (unit, words.as_str(), sources.shown(&source.file), source.line, source.column),
                Place::Offset(file, offset) => {
                    let place = sources.place(file, *offset);
                    (unit, words.as_str(), sources.shown(file), place.line, place.column)
                }
            })
            .collect();
        missed.sort_by(|a, b| (&a.2, a.3, a.4, a.1).cmp(&(&b.2, b.3, b.4, b.1)));
        missed
    }

    /// The coverage as a table, and the first `most` things that were not exercised.
    pub fn text(&self, sources: &Sources<'_>, most: usize) -> String {
        let missed = self.missed(sources);
        let mut out = String::new();
        for (_, words, file, line, column) in missed.iter().take(most) {
            out.push_str(&format!("{file}:{line}:{column}: {words}\n"));
        }
        if missed.len() > most {
            out.push_str(&format!("and {} more: see `--verbose` or `--format json`\n", missed.len() - most));
        }
        if !missed.is_empty() {
            out.push('\n');
        }
        for kind in Unit::KINDS {
            let (covered, all) = self.coverage.of(kind);
            if all > 0 {
                out.push_str(&format!("{kind:<12} {covered:>5} of {all}\n"));
            }
        }
        let (covered, all) = self.coverage.total();
        out.push_str(&format!("{:<12} {covered:>5} of {all}, {}\n", "coverage", self.percent()));
        out
    }

    /// The coverage as JSON: what was covered by kind, and each thing that was not.
    pub fn json(&self, sources: &Sources<'_>) -> Value {
        let kinds: Vec<Value> = Unit::KINDS
            .iter()
            .map(|kind| {
                let (covered, all) = self.coverage.of(kind);
                json!({ "kind": kind, "covered": covered, "all": all })
            })
            .collect();
        let missed: Vec<Value> = self
            .missed(sources)
            .into_iter()
            .map(|(unit, words, file, line, column)| json!({ "kind": unit.kind(), "what": words, "file": file, "line": line, "column": column }))
            .collect();
        let (covered, all) = self.coverage.total();
        json!({ "covered": covered, "all": all, "permille": self.permille(), "kinds": kinds, "missed": missed })
    }
}
