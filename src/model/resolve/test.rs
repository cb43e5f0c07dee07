//! `test`: resolved and typed, so that it can be run.

use smol_str::SmolStr;

use super::{Member, Resolved, Resolver, all};
use crate::diagnostics::{Check, Kind, Problem, Reported};
use crate::model::schema::{FieldSchema, Ty};
use crate::plan::{Given, PlanName, TestCase, TestDay, TestStep};
use crate::syntax::ast::{self, DayStepKind, Fact, FactValue, Item, Name, ValueKind};

impl Resolver<'_> {
    pub(super) fn test(&mut self, item: &Item, test: &ast::Test) -> Resolved<TestCase> {
        let problems = self.problems.len();
        let fields = self.schema().lead.clone();
        let mut case = TestCase {
            title: item.name.as_ref().map(|name| name.text.clone()).unwrap_or_default(),
            from: test.from.map(|from| from.value),
            id: test.id.as_ref().map(|id| id.value.clone()),
            ..TestCase::default()
        };
        match (&test.lead, fields) {
            (Some(lead), Some(fields)) => {
                case.facts = self.facts(&lead.value, &fields, None, lead.at, self.schema().hides(Kind::Lead, ""));
            }
            (None, _) => {
                let _: Resolved<()> = self.missing(item, "lead", "say who the lead is: `lead { field: value, … }`");
            }
            _ => {}
        }
        let mut last: Option<ast::At<u32>> = None;
        for day in &test.days {
            if let Some(before) = last.filter(|before| before.value >= day.number.value) {
                let again = before.value == day.number.value;
                let what = if again { "stands here a second time" } else { "comes before the day above it" };
                self.report(
                    Problem::new(Check::TestDay, day.number.at, format!("day {} {what}", day.number.value))
                        .also(before.at, format!("day {}", before.value))
                        .help(if again { "write both in one block" } else { "write the days in their order" }),
                );
            }
            last = Some(day.number);
            let steps = day.steps.iter().filter_map(|step| self.day_step(&step.kind)).collect();
            case.days.push(TestDay { number: day.number.value, steps });
        }
        if self.problems.len() > problems { Err(Reported::with_its_declaration()) } else { Ok(case) }
    }

    /// A line of a day; nothing if a problem of it was reported.
    fn day_step(&mut self, step: &DayStepKind) -> Option<TestStep> {
        Some(match step {
            DayStepKind::Did(signal, facts) => {
                let name = self.signal_name(signal).ok()?;
                let fields = self.schema().signals.get(&name).map(|signal| signal.fields.clone()).unwrap_or_default();
                let hidden = self.schema().hides(Kind::Signal, &name);
                let facts = self.facts(facts, &fields, Some(&name), signal.at, hidden);
                TestStep::Did(name, facts)
            }
            DayStepKind::Becomes(fact) => {
                let fields = self.schema().lead.clone().unwrap_or_default();
                TestStep::Becomes(fact.field.text.clone(), self.fact(fact, &fields, None).ok()?)
            }
            DayStepKind::Identified => TestStep::Identified,
            DayStepKind::Deleted => TestStep::Deleted,
            DayStepKind::Expect(predicate) => TestStep::Expect(self.scoped(predicate, super::Scope::Lead).ok()?),
            DayStepKind::ExpectTouch { no, channel, content, from } => {
                let content = content.as_ref().map(|content| self.named(Kind::Content, content));
                let from = from.as_ref().map(|program| self.named(Kind::Program, program));
                TestStep::ExpectTouch {
                    no: *no,
                    channel: channel.map(|channel| super::items::channel(channel.value)),
                    content: content.transpose().ok()?,
                    from: from.transpose().ok()?,
                }
            }
            DayStepKind::ExpectHandoff { no, name } => {
                let name = name.as_ref().map(|name| self.named(Kind::Handoff, name));
                TestStep::ExpectHandoff { no: *no, name: name.transpose().ok()? }
            }
        })
    }

    /// Facts must be of known fields, each once, of the right type, and none that is never missing may be missing.
    fn facts(&mut self, facts: &[Fact], fields: &[FieldSchema], signal: Option<&SmolStr>, at: crate::text::Range, hidden: bool) -> Vec<(PlanName, Given)> {
        let owner = signal.map_or_else(|| "the lead".to_owned(), |signal| format!("`{signal}`"));
        let mut given = Vec::new();
        for (index, fact) in facts.iter().enumerate() {
            if let Some(first) = facts.iter().take(index).find(|known| known.field.text == fact.field.text) {
                self.report(
                    Problem::new(Check::DuplicateName, fact.field.at, format!("`{}` is given twice", fact.field.text)).also(first.field.at, "first given here"),
                );
            }
            if !hidden || fields.iter().any(|field| field.name == fact.field.text) {
                given.extend(self.fact(fact, fields, signal).map(|value| (fact.field.text.clone(), value)));
            }
        }
        if hidden {
            return given;
        }
        let missing: Vec<&str> = fields
            .iter()
            .filter(|field| !field.optional && !matches!(field.ty, Ty::SetOf(_)) && !facts.iter().any(|fact| fact.field.text == field.name))
            .map(|field| field.name.as_str())
            .collect();
        if !missing.is_empty() {
            let list = crate::diagnostics::list_words(missing.iter().copied(), "and", 6);
            let verb = if missing.len() == 1 { "is" } else { "are" };
            self.report(
                Problem::new(Check::MissingValue, at, format!("{list} of {owner} {verb} not given"))
                    .here("fields that are never missing must be given")
                    .help(format!("add `{}: …`", missing.first().copied().unwrap_or(""))),
            );
        }
        given
    }

    fn fact(&mut self, fact: &Fact, fields: &[FieldSchema], signal: Option<&SmolStr>) -> Resolved<Given> {
        let Name { text: name, at } = &fact.field;
        let owner = signal.map_or_else(|| "the lead".to_owned(), |signal| format!("`{signal}`"));
        let Some(field) = fields.iter().find(|field| field.name == *name) else {
            if signal.is_none() && (self.schema().lead.is_none() || self.schema().hides(Kind::Lead, "")) {
                return Err(Reported::with_its_declaration());
            }
            let mut problem = Problem::new(Check::UnknownName, *at, format!("{owner} has no field `{name}`"));
            let names = fields.iter().map(|field| field.name.as_str());
            problem = match crate::diagnostics::closest(name, names.clone()) {
                Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), *at, meant, true),
                None if fields.is_empty() => problem,
                None => problem.help(format!("it has {}", crate::diagnostics::list_words(names, "and", 8))),
            };
            return self.fail(problem);
        };
        self.mention(Member::Field(signal.cloned(), name.clone()), *at);
        self.field = Some((signal.cloned(), name.clone()));
        match (&fact.value, &field.ty) {
            (FactValue::Unknown(at), ty) => {
                if !field.optional {
                    let help = match ty {
                        Ty::SetOf(_) => "write the empty set: `[]`".to_owned(),
                        _ => format!("give a value, or declare `{name}` as `optional`"),
                    };
                    return self.fail(Problem::new(Check::NeverMissing, *at, format!("`{name}` is never unknown")).help(help));
                }
                Ok(Given::Unknown)
            }
            (FactValue::List(_, values), Ty::SetOf(options)) => {
                let ty = Ty::OneOf(options.clone());
                let resolved = all(values.iter().map(|value| self.value(value, &ty, name)).collect::<Vec<_>>())?;
                self.repeated(values, &resolved);
                Ok(Given::List(resolved))
            }
            (FactValue::List(at, _), ty) => {
                self.fail(Problem::new(Check::WrongType, *at, format!("`{name}` is {}, and this is a list", ty.describe())).help("only a set takes a list"))
            }
            (FactValue::One(value), Ty::SetOf(_)) => {
                let written = value.at.of(&self.chunk.body(self.db).text).to_owned();
                self.fail(Problem::new(Check::WrongType, value.at, format!("`{name}` is a set, and this is one value")).fix(
                    format!("write `[{written}]`"),
                    value.at,
                    format!("[{written}]"),
                    true,
                ))
            }
            // A test may use a content that the policy does not know only by declaring it.
            (FactValue::One(value), Ty::Flag) => match &value.kind {
                ValueKind::Path(path) if path.rest.is_empty() && matches!(path.first.text.as_str(), "true" | "false") => {
                    let right = if path.first.text == "true" { "yes" } else { "no" };
                    self.fail(Problem::new(Check::WrongType, value.at, format!("`{}` is written `{right}`", path.first.text)).fix(
                        format!("write `{right}`"),
                        value.at,
                        right,
                        true,
                    ))
                }
                _ => self.value(value, &field.ty, name).map(Given::One),
            },
            (FactValue::One(value), ty) => self.value(value, ty, name).map(Given::One),
        }
    }
}
