//! What stands behind a finding, line by line: what else the same holds of, the phrases in a text, the story that was played.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::judgement::{Placed, Telling};
use crate::db::{Asset, Workspace};
use crate::plan::{Condition, Rule};
use crate::rules::eval::Hit;
use crate::rules::message::describe;
use crate::rules::pressure::Figure;
use crate::rules::value::Entity;

impl Telling<'_, '_> {
    /// The rest of a group in a line or two.
    pub(super) fn folded(&self, first: &Hit, rest: &[Placed<'_>]) -> Vec<String> {
        let program_of = |hit: &Hit| match hit.subject {
            Entity::Touch(program, _) | Entity::Step(program, _) => Some(program),
            _ => None,
        };
        let own = program_of(first);
        let (mut here, mut elsewhere) = (Vec::new(), BTreeSet::new());
        for placed in rest {
            match program_of(placed.hit) {
                program if program == own => {
                    let short = describe(self.policy, placed.hit.subject);
                    here.push(short.split(" of `").next().unwrap_or(&short).to_owned());
                }
                Some(program) => {
                    elsewhere.insert(describe(self.policy, Entity::Program(program)));
                }
                None => {}
            }
        }
        let mut lines = Vec::new();
        if !here.is_empty() {
            here.dedup();
            lines.push(format!("the same holds of {}", and_more(&here, 4, "touch", "touches")));
        }
        if !elsewhere.is_empty() {
            let list: Vec<String> = elsewhere.into_iter().collect();
            let verb = if list.len() == 1 { "has" } else { "have" };
            lines.push(format!("and {} {verb} the same audience", and_more(&list, 4, "program", "programs")));
        }
        lines
    }

    /// Where the phrases stand that a rule found in a content's text file.
    pub(super) fn phrases(&self, rule: &Rule, hit: &Hit) -> Vec<String> {
        let Entity::Content(content) = hit.subject else { return Vec::new() };
        let prose = self.policy.plan.contents.get(content as usize).and_then(|content| self.policy.inputs.texts.get(&content.name));
        let Some(prose) = prose else { return Vec::new() };
        let mut wanted = Vec::new();
        phrases_of(&rule.when, &mut wanted);
        let assets = Workspace::get(self.db).assets(self.db);
        let text = assets.iter().find(|(file, _)| *file == prose.file).and_then(|(_, asset)| match asset {
            Asset::Read { text, .. } => Some(text),
            _ => None,
        });
        let Some(text) = text else { return Vec::new() };
        wanted
            .into_iter()
            .filter_map(|phrase| {
                let at = prose.says(phrase)?;
                let line = text.get(..at.start)?.matches('\n').count() + 1;
                Some(format!("{}, line {line}: \"{}\"", prose.file, text.get(at)?.split_whitespace().collect::<Vec<_>>().join(" ")))
            })
            .take(5)
            .collect()
    }

    /// The story that was played, where a figure rests on one.
    pub(super) fn story(&self, rule: &Rule, hit: &Hit) -> Vec<String> {
        let (figure, name) = match hit.subject {
            Entity::Program(program) => (Figure::Pressure(program, 7 * 86_400), "pressure"),
            Entity::Content(content) => (Figure::Repeats(content), "repeats"),
            Entity::Limit(limit) => (Figure::Demand(limit), "demand"),
            _ => return Vec::new(),
        };
        let asks = serde_json::to_string(&rule.when).unwrap_or_default();
        if !asks.contains(&format!("\"{name}\"")) {
            return Vec::new();
        }
        let Some(load) = self.policy.known_load(figure) else { return Vec::new() };
        let Some(story) = &load.story else { return Vec::new() };
        let figures = match load.high {
            Some(high) if high == load.low => format!("{} is the most that there can be; this was played:", load.low),
            Some(high) => format!("at least {} (this was played), at most {high} (a bound):", load.low),
            None => format!("at least {} (this was played), and as often as they act:", load.low),
        };
        let mut lines = vec![figures];
        let zone = self.policy.ground.terms.borrow().zone().clone();
        let said = crate::run::story::Story { plan: self.policy.plan, lead: &story.lead, zone: &zone };
        for place in story.counted.iter().take(8) {
            if let Some(entry) = story.entries.get(*place)
                && let crate::run::trace::What::Sent { step, .. } = &entry.what
            {
                lines.push(format!("  {}  {} from {}", said.time(entry.at), said.touch_name(*step), said.program(step.program)));
            }
        }
        if story.counted.len() > 8 {
            lines.push(format!("  and {} more", story.counted.len() - 8));
        }
        lines
    }
}

/// The phrases that a condition looks for.
fn phrases_of<'r>(condition: &'r Condition, found: &mut Vec<&'r str>) {
    match condition {
        Condition::And { of } | Condition::Or { of } => of.iter().for_each(|part| phrases_of(part, found)),
        Condition::Not { of } => phrases_of(of, found),
        Condition::Some { condition, .. } | Condition::All { condition, .. } | Condition::None { condition, .. } => phrases_of(condition, found),
        Condition::Says { phrases, .. } => found.extend(phrases.iter().map(SmolStr::as_str)),
        _ => {}
    }
}

/// Some of a list, and how many more.
pub(super) fn and_more(list: &[String], most: usize, one: &str, many: &str) -> String {
    if list.len() <= most {
        return crate::diagnostics::list_words(list.iter().map(|word| word.trim_matches('`')), "and", most);
    }
    let shown = list.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    let more = list.len() - most;
    format!("{shown} and {more} more {}", if more == 1 { one } else { many })
}
