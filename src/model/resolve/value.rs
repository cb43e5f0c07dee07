//! Values on the right of a comparison, by the type of its left side.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{Member, Resolved, Resolver};
use crate::diagnostics::{Check, Kind, Problem, Reported, closest, list_words};
use crate::model::schema::{Opt, Ty, options_list};
use crate::plan;
use crate::syntax::ast::{Order, Path, Value, ValueKind};
use crate::text::{Date, Decimal, Range};

impl Resolver<'_> {
    /// A value that a field `name` of type `ty` can have.
    pub(super) fn value(&mut self, value: &Value, ty: &Ty, name: &str) -> Resolved<plan::Value> {
        if value.kind == ValueKind::Broken {
            return Err(Reported::with_its_declaration());
        }
        match ty {
            Ty::Number { .. } => self.number(value, ty, name).map(|number| plan::Value::Number(number.to_string().into())),
            Ty::Text | Ty::Address(_) => match &value.kind {
                ValueKind::Text(text) => Ok(plan::Value::Text(text.clone())),
                _ => self.text_needed(value),
            },
            Ty::OneOf(options) | Ty::SetOf(options) => self.option(value, options, name),
            Ty::Date { from, to, .. } => {
                let ValueKind::Date(date) = value.kind else { return self.mismatch(value, name, ty, "a date, such as `2026-08-01`") };
                self.date_in(date, *from, *to, value.at, name)?;
                Ok(plan::Value::Date(date.to_string().into()))
            }
            Ty::Moment => match value.kind {
                ValueKind::Moment(date, time) => Ok(plan::Value::Moment(format!("{date}T{time}").into())),
                ValueKind::Date(date) => Ok(plan::Value::Date(date.to_string().into())),
                _ => self.mismatch(value, name, ty, "a moment, such as `2026-12-01 09:00`"),
            },
            Ty::Content => match &value.kind {
                ValueKind::Path(path) if path.rest.is_empty() => self.named(Kind::Content, &path.first).map(plan::Value::Content),
                _ => self.mismatch(value, name, ty, "the name of a content"),
            },
            Ty::Program => match &value.kind {
                ValueKind::Path(path) if path.rest.is_empty() => self.named(Kind::Program, &path.first).map(plan::Value::Program),
                ValueKind::Text(text) => {
                    let plain = text.as_str().to_owned();
                    self.fail(Problem::new(Check::WrongType, value.at, "a program is named without quotes").fix(
                        format!("write `{plain}`"),
                        value.at,
                        plain,
                        true,
                    ))
                }
                _ => self.mismatch(value, name, ty, "the name of a program"),
            },
            Ty::Flag => match &value.kind {
                ValueKind::Path(path) if path.rest.is_empty() && matches!(path.first.text.as_str(), "yes" | "no") => {
                    Ok(plan::Value::Flag(path.first.text == "yes"))
                }
                _ => self.mismatch(value, name, ty, "`yes` or `no`"),
            },
            Ty::Stages => self.stage_value(value),
        }
    }

    fn written(&self, at: Range) -> String {
        at.of(&self.chunk.body(self.db).text).to_owned()
    }

    fn mismatch<T>(&mut self, value: &Value, name: &str, ty: &Ty, wanted: &str) -> Resolved<T> {
        let written = self.written(value.at);
        self.fail_asked(
            Problem::new(Check::WrongType, value.at, format!("`{name}` is {}, and {written} is {}", ty.describe(), noun(&value.kind)))
                .help(format!("write {wanted}")),
            "declared here",
        )
    }

    pub(super) fn text_needed<T>(&mut self, value: &Value) -> Resolved<T> {
        let written = self.written(value.at);
        let problem = Problem::new(Check::WrongType, value.at, format!("a text is needed here, and {written} is {}", noun(&value.kind)));
        if matches!(written.as_str(), "null" | "none" | "nil" | "NULL" | "None" | "empty" | "missing") {
            return self.fail(
                Problem::new(Check::ForeignWord, value.at, format!("there is no `{written}`: a missing value is asked for otherwise"))
                    .help("write `is unknown` or `is known`; for the empty text write `is \"\"`"),
            );
        }
        let plain = matches!(&value.kind, ValueKind::Path(path) if path.rest.is_empty());
        self.fail(if plain { problem.fix("set it in quotes", value.at, format!("\"{written}\""), true) } else { problem.help("write it in double quotes") })
    }

    /// A number that a field can have.
    pub(super) fn number(&mut self, value: &Value, ty: &Ty, name: &str) -> Resolved<Decimal> {
        let ValueKind::Number(number) = value.kind else {
            return match value.kind {
                ValueKind::Broken => Err(Reported::with_its_declaration()),
                _ => self.mismatch(value, name, ty, "a number"),
            };
        };
        let Ty::Number { whole, from, to } = ty else { return Ok(number) };
        if *whole && !number.is_whole() {
            let low = number.floor();
            return self.fail_asked(
                Problem::new(Check::FractionForWhole, value.at, format!("`{name}` is a whole number, and {number} is none"))
                    .here(format!("{low} or {}?", low.plus(Decimal::whole(1)))),
                "declared here",
            );
        }
        let (below, above) = (from.is_some_and(|from| number < from), to.is_some_and(|to| number > to));
        if below || above {
            return self.fail_asked(
                Problem::new(Check::OutOfDomain, value.at, format!("`{name}` is never {number}"))
                    .here(format!("it goes {}", bounds(from.map(|n| n.to_string()), to.map(|n| n.to_string()))))
                    .help(format!("use a number that `{name}` can be, or widen its domain where it is declared")),
                "declared here",
            );
        }
        Ok(number)
    }

    fn date_in(&mut self, date: Date, from: Option<Date>, to: Option<Date>, at: Range, name: &str) -> Resolved<()> {
        if from.is_some_and(|from| date < from) || to.is_some_and(|to| date > to) {
            return self.fail_asked(
                Problem::new(Check::OutOfDomain, at, format!("`{name}` is never {date}"))
                    .here(format!("it goes {}", bounds(from.map(|d| d.to_string()), to.map(|d| d.to_string())))),
                "declared here",
            );
        }
        Ok(())
    }

    fn option(&mut self, value: &Value, options: &[Opt], name: &str) -> Resolved<plan::Value> {
        let list = options_list(options);
        match &value.kind {
            ValueKind::Path(path) if path.rest.is_empty() => {
                let word = &path.first;
                if options.iter().any(|option| option.name == word.text) {
                    if let Some((signal, field)) = self.field.clone() {
                        self.mention(Member::Option(signal, field, word.text.clone()), word.at);
                    }
                    return Ok(plan::Value::Option(word.text.clone()));
                }
                let mut problem = Problem::new(Check::UnknownOption, word.at, format!("`{name}` is never `{}`", word.text));
                if matches!(word.text.to_lowercase().as_str(), "known" | "unknown") {
                    let lower = word.text.to_lowercase();
                    return self.fail(Problem::new(Check::ForeignWord, word.at, format!("keywords are written small: `{lower}`")).fix(
                        format!("write `{lower}`"),
                        word.at,
                        lower,
                        true,
                    ));
                }
                let by_stored = options.iter().find(|option| option.stored.as_deref() == Some(word.text.as_str()));
                let meant = by_stored.map(|option| option.name.as_str()).or_else(|| closest(&word.text, options.iter().map(|option| option.name.as_str())));
                problem = match meant {
                    Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), word.at, meant, true),
                    None => problem.help(format!("it is one of {list}")),
                };
                self.fail_asked(problem, "its options are declared here")
            }
            ValueKind::Text(text) => {
                let found = options.iter().find(|option| option.name == *text || option.stored.as_ref() == Some(text));
                let problem = Problem::new(Check::WrongType, value.at, format!("an option of `{name}` is written without quotes"));
                self.fail(match found {
                    Some(option) => problem.fix(format!("write `{}`", option.name), value.at, option.name.as_str(), true),
                    None => problem.help(format!("it is one of {list}")),
                })
            }
            _ => {
                let written = self.written(value.at);
                self.fail(
                    Problem::new(Check::WrongType, value.at, format!("`{name}` is one of {list}, and {written} is {}", noun(&value.kind)))
                        .help("write one of its options"),
                )
            }
        }
    }

    /// Values that stand twice in a list.
    pub(super) fn repeated<T: std::hash::Hash + Eq>(&mut self, list: &[Value], values: &[T]) {
        let mut seen: FxHashMap<&T, Range> = FxHashMap::default();
        for (value, at) in values.iter().zip(list.iter().map(|value| value.at)) {
            if let Some(first) = seen.insert(value, at) {
                let text = format!("{} stands in this list twice", at.of(&self.chunk.body(self.db).text));
                self.report(Problem::new(Check::DuplicateName, at, text).also(first, "already here"));
            }
        }
    }

    /// A stage of any journey, as `journey.stage`, or by its name if only one journey has it.
    pub(super) fn stage_value(&mut self, value: &Value) -> Resolved<plan::Value> {
        match &value.kind {
            ValueKind::Path(path) => self.stage_path(path).map(|(journey, stage)| plan::Value::Stage(format!("{journey}.{stage}").into())),
            ValueKind::Broken => Err(Reported::with_its_declaration()),
            _ => {
                let written = self.written(value.at);
                self.fail(Problem::new(Check::WrongType, value.at, format!("a stage is needed here, and {written} is {}", noun(&value.kind))))
            }
        }
    }

    /// The journey and the stage that a path names.
    pub(super) fn stage_path(&mut self, path: &Path) -> Resolved<(SmolStr, SmolStr)> {
        if let [stage] = path.rest.as_slice() {
            let defining = std::mem::replace(&mut self.defining, false);
            let journey = self.named(Kind::Journey, &path.first);
            self.defining = defining;
            let journey = journey?;
            let stages = self.schema().journeys.get(&journey).cloned().unwrap_or_default();
            if stages.contains(&stage.text) {
                self.mention(Member::Stage(journey.clone(), stage.text.clone()), stage.at);
                return Ok((journey, stage.text.clone()));
            }
            return self.unknown_stage(stage, &journey, &stages);
        }
        if !path.rest.is_empty() {
            return self.fail(Problem::new(Check::UnknownName, path.at(), "a stage is written `journey.stage`"));
        }
        let name = &path.first;
        let owners = self.schema().stages.get(&name.text).cloned().unwrap_or_default();
        match owners.as_slice() {
            [journey] => {
                // Which stages a content is for is written down, so naming one depends on no evidence.
                let owner = self.owner;
                self.uses.push(super::Use { owner, kind: Kind::Journey, name: journey.clone(), at: name.at, defines: false });
                self.mention(Member::Stage(journey.clone(), name.text.clone()), name.at);
                Ok((journey.clone(), name.text.clone()))
            }
            [] => {
                if self.schema().hidden.iter().any(|(kind, _)| *kind == Kind::Journey) {
                    return Err(Reported::with_its_declaration());
                }
                let mut known: Vec<SmolStr> = self.schema().stages.keys().cloned().collect();
                known.sort_unstable();
                let mut problem = Problem::new(Check::UnknownName, name.at, format!("there is no stage `{}`", name.text));
                problem = match closest(&name.text, known.iter().map(SmolStr::as_str)) {
                    Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
                    None if known.is_empty() => problem.help("no journey is declared"),
                    None => problem.help(format!("there are {}", list_words(known.iter().map(SmolStr::as_str), "and", 8))),
                };
                self.fail(problem)
            }
            several => {
                let ways: Vec<String> = several.iter().map(|journey| format!("{journey}.{}", name.text)).collect();
                self.fail(
                    Problem::new(Check::MisusedName, name.at, format!("several journeys have a stage `{}`", name.text))
                        .here("which is meant?")
                        .help(format!("write {}", list_words(ways.iter().map(String::as_str), "or", 6))),
                )
            }
        }
    }

    /// What a score is compared with: a number in its range, or a band.
    pub(super) fn score_value(&mut self, value: &Value, score: &SmolStr, order: Option<Order>) -> Resolved<Decimal> {
        let known = self.schema().scores.get(score).cloned().unwrap_or_default();
        match &value.kind {
            ValueKind::Number(number) => {
                let outside = known.from.is_some_and(|from| *number < from) || known.to.is_some_and(|to| *number > to);
                if outside {
                    return self.fail_asked(
                        Problem::new(Check::OutOfDomain, value.at, format!("`{score}` is never {number}"))
                            .here(format!("it goes {}", bounds(known.from.map(|n| n.to_string()), known.to.map(|n| n.to_string())))),
                        "declared here",
                    );
                }
                Ok(*number)
            }
            ValueKind::Path(path) if path.rest.is_empty() => {
                let band = &path.first;
                let Some((_, from)) = known.bands.iter().find(|(name, _)| *name == band.text) else {
                    if self.schema().hides(Kind::Score, score) {
                        return Err(Reported::with_its_declaration());
                    }
                    let names = known.bands.iter().map(|(name, _)| name.as_str());
                    let mut problem = Problem::new(Check::UnknownName, band.at, format!("the score `{score}` has no band `{}`", band.text));
                    problem = match closest(&band.text, names.clone()) {
                        Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), band.at, meant, true),
                        None if known.bands.is_empty() => problem.help("it has no bands: compare it with a number"),
                        None => problem.help(format!("it has {}", list_words(names, "and", 8))),
                    };
                    return self.fail(problem);
                };
                if !matches!(order, Some(Order::Below | Order::AtLeast)) {
                    let written = order.map_or("between", Order::sign);
                    return self.fail(
                        Problem::new(Check::WrongType, value.at, format!("a band begins at a number, so `{written}` a band says nothing clear"))
                            .help(format!("write `{score} >= {0}` or `{score} < {0}`", band.text)),
                    );
                }
                let from = *from;
                self.mention(Member::Band(score.clone(), band.text.clone()), band.at);
                Ok(from)
            }
            ValueKind::Broken => Err(Reported::with_its_declaration()),
            _ => {
                let written = self.written(value.at);
                self.fail(
                    Problem::new(Check::WrongType, value.at, format!("`{score}` is a score, and {written} is {}", noun(&value.kind)))
                        .help("compare it with a number or a band"),
                )
            }
        }
    }
}

/// "from 1 to 5", "from 1 up", "up to 5".
fn bounds(from: Option<String>, to: Option<String>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("from {from} to {to}"),
        (Some(from), None) => format!("from {from} up"),
        (None, Some(to)) => format!("up to {to}"),
        (None, None) => "everywhere".to_owned(),
    }
}

/// What a value is, in words.
fn noun(kind: &ValueKind) -> &'static str {
    match kind {
        ValueKind::Path(_) => "a name",
        ValueKind::Text(_) => "a text",
        ValueKind::Number(_) => "a number",
        ValueKind::Percent(_) => "a percentage",
        ValueKind::Duration(_) => "a length of time",
        ValueKind::Date(_) => "a date",
        ValueKind::Moment(..) => "a moment",
        ValueKind::Broken => "nothing",
    }
}
