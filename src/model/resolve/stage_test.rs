//! What can be asked of a journey and of a score.

use smol_str::SmolStr;

use super::predicate::sign;
use super::{Member, Resolved, Resolver, all};
use crate::diagnostics::{Check, Kind, Problem, closest};
use crate::plan::{OrderSign, Predicate};
use crate::syntax::ast::{Ask, Comparison, Name, Order, Value, ValueKind};

impl Resolver<'_> {
    pub(super) fn stage_test(&mut self, comparison: &Comparison, journey: SmolStr) -> Resolved<Predicate> {
        match &comparison.test {
            Ask::Known(true) => Ok(Predicate::StageKnown { journey }),
            Ask::Known(false) => Ok(Predicate::StageUnknown { journey }),
            Ask::Is(is, value) => {
                let stages = vec![self.stage_of(value, &journey)?];
                Ok(if *is { Predicate::StageIn { journey, stages } } else { Predicate::StageNotIn { journey, stages } })
            }
            Ask::In(is, list) => {
                let stages = all(list.iter().map(|value| self.stage_of(value, &journey)).collect::<Vec<_>>())?;
                self.repeated(list, &stages);
                Ok(if *is { Predicate::StageIn { journey, stages } } else { Predicate::StageNotIn { journey, stages } })
            }
            Ask::Order(order, value) => {
                let stage = self.stage_of(value, &journey)?;
                let stages = self.schema().journeys.get(&journey).cloned().unwrap_or_default();
                let (first, last) = (stages.first() == Some(&stage), stages.last() == Some(&stage));
                if matches!(order, Order::Below) && first || matches!(order, Order::Above) && last {
                    let (which, word) = if first && matches!(order, Order::Below) { ("first", "before") } else { ("last", "after") };
                    return self.fail_asked(
                        Problem::new(Check::OutOfDomain, comparison.test_at, format!("no stage comes {word} `{stage}`"))
                            .here(format!("it is the {which} of `{journey}`"))
                            .help(format!("`{journey} is unknown` asks for leads in no stage")),
                        "declared here",
                    );
                }
                Ok(Predicate::StageCompare { journey, order: sign(*order), stage })
            }
            Ask::Between(low, high) => {
                let (from, to) = (self.stage_of(low, &journey)?, self.stage_of(high, &journey)?);
                let place = |stage: &str| self.schema().journeys.get(&journey).and_then(|stages| stages.iter().position(|known| known == stage));
                if place(&from) > place(&to) {
                    return self.empty_range(low, high);
                }
                Ok(Predicate::And {
                    of: vec![
                        Predicate::StageCompare { journey: journey.clone(), order: OrderSign::AtLeast, stage: from },
                        Predicate::StageCompare { journey, order: OrderSign::AtMost, stage: to },
                    ],
                })
            }
            _ => self.unfit(comparison, "a journey", format!("ask its stage: `{journey} is …`, `{journey} >= …` or `{journey} in […]`")),
        }
    }

    /// A stage of a journey, by name alone or as `journey.stage`.
    pub(super) fn stage_of(&mut self, value: &Value, journey: &SmolStr) -> Resolved<SmolStr> {
        let ValueKind::Path(path) = &value.kind else {
            if value.kind == ValueKind::Broken {
                return Err(crate::diagnostics::Reported::with_its_declaration());
            }
            return self.fail(Problem::new(Check::WrongType, value.at, format!("`{journey}` is a journey: it is compared with one of its stages")));
        };
        let stage = match path.rest.as_slice() {
            [] => &path.first,
            [stage] if path.first.text == *journey => stage,
            [_, ..] => {
                return self.fail(
                    Problem::new(Check::MisusedName, value.at, format!("a stage of `{}` is compared with `{journey}`", path.first.text))
                        .help(format!("write a stage of `{journey}`")),
                );
            }
        };
        let stages = self.schema().journeys.get(journey).cloned().unwrap_or_default();
        if stages.contains(&stage.text) {
            self.mention(Member::Stage(journey.clone(), stage.text.clone()), stage.at);
            return Ok(stage.text.clone());
        }
        self.unknown_stage(stage, journey, &stages)
    }

    pub(super) fn unknown_stage<T>(&mut self, stage: &Name, journey: &str, stages: &[SmolStr]) -> Resolved<T> {
        if self.schema().hides(Kind::Journey, journey) {
            return Err(crate::diagnostics::Reported::with_its_declaration());
        }
        let names = stages.iter().map(SmolStr::as_str);
        let mut problem = Problem::new(Check::UnknownName, stage.at, format!("the journey `{journey}` has no stage `{}`", stage.text));
        problem = match closest(&stage.text, names.clone()) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), stage.at, meant, true),
            None if stages.is_empty() => problem,
            None => problem.help(format!("it has {}", crate::diagnostics::list_words(names, "and", 8))),
        };
        self.fail(problem)
    }

    pub(super) fn score_test(&mut self, comparison: &Comparison, score: SmolStr) -> Resolved<Predicate> {
        match &comparison.test {
            Ask::Order(order, value) => {
                let at = value.at;
                let value = self.score_value(value, &score, Some(*order))?;
                let known = self.schema().scores.get(&score).cloned().unwrap_or_default();
                if matches!(order, Order::Below) && known.from == Some(value) || matches!(order, Order::Above) && known.to == Some(value) {
                    let (word, end) = if matches!(order, Order::Below) { ("less", "begins") } else { ("more", "ends") };
                    return self.fail_asked(
                        Problem::new(Check::OutOfDomain, at, format!("`{score}` is never {word} than {value}")).here(format!("its range {end} there")),
                        "declared here",
                    );
                }
                Ok(Predicate::Score { score, order: sign(*order), value: value.to_string().into() })
            }
            Ask::Between(low, high) => {
                let (from, to) = (self.score_value(low, &score, None)?, self.score_value(high, &score, None)?);
                if from > to {
                    return self.empty_range(low, high);
                }
                Ok(Predicate::And {
                    of: vec![
                        Predicate::Score { score: score.clone(), order: OrderSign::AtLeast, value: from.to_string().into() },
                        Predicate::Score { score, order: OrderSign::AtMost, value: to.to_string().into() },
                    ],
                })
            }
            _ => self.unfit(comparison, "a score", format!("ask `{score} >= …`, with a number or a band")),
        }
    }
}
