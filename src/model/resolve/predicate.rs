//! Predicates over leads, and over the fields of one event.

use smol_str::SmolStr;

use super::{Resolved, Resolver, Scope, Space, all};
use crate::diagnostics::{Check, Kind, Part, Problem, closest};
use crate::model::schema::{FieldSchema, Opt, Ty};
use crate::plan::{ContentAttribute, OrderSign, Predicate, Subject};
use crate::syntax::ast::{self, Ask, Comparison, Name, Order, Path, PredicateKind, TextTest, Value, ValueKind};

/// What the left side of a comparison is.
enum Left {
    /// A field, or an attribute of the content in it.
    Field(Subject, Ty, bool),
    /// A journey.
    Journey(SmolStr),
    /// A score.
    Score(SmolStr),
}

impl Resolver<'_> {
    /// A predicate over leads in the database; unknown values that slip through a negation are reported too.
    pub(super) fn predicate(&mut self, predicate: &ast::Predicate) -> Resolved<Predicate> {
        let scope = if self.anonymous.is_some() { Scope::Anonymous } else { Scope::Lead };
        let resolved = self.scoped(predicate, scope);
        if resolved.is_ok() {
            self.slipping(predicate);
        }
        resolved
    }

    pub(super) fn scoped(&mut self, predicate: &ast::Predicate, scope: Scope<'_>) -> Resolved<Predicate> {
        match &predicate.kind {
            PredicateKind::And(of) => all(of.iter().map(|part| self.scoped(part, scope)).collect::<Vec<_>>()).map(|of| Predicate::And { of }),
            PredicateKind::Or(of) => all(of.iter().map(|part| self.scoped(part, scope)).collect::<Vec<_>>()).map(|of| Predicate::Or { of }),
            PredicateKind::Not(times, inner) => {
                let of = self.scoped(inner, scope)?;
                Ok(if times % 2 == 0 { of } else { Predicate::Not { of: Box::new(of) } })
            }
            PredicateKind::Everyone | PredicateKind::Identified | PredicateKind::In(_) | PredicateKind::Did(_) if matches!(scope, Scope::Event(_)) => {
                let signal = if let Scope::Event(signal) = scope { signal } else { "" };
                self.fail(
                    Problem::new(Check::MisplacedClause, predicate.at, "this speaks of a lead, and a filter speaks of one event")
                        .help(format!("ask the fields of `{signal}` here, and the lead outside the parentheses")),
                )
            }
            PredicateKind::Everyone | PredicateKind::In(_) | PredicateKind::Compare(_) if scope == Scope::Anonymous => self.fail(
                Problem::new(Check::MisplacedClause, predicate.at, "nothing is known of people who are not in the database but what they did")
                    .here("only `did …` can be asked of them"),
            ),
            PredicateKind::Everyone => Ok(Predicate::Everyone),
            PredicateKind::Identified => Ok(Predicate::Identified),
            PredicateKind::In(name) => self.membership(name),
            PredicateKind::Did(did) => self.did(did),
            PredicateKind::Compare(comparison) => self.comparison(comparison, scope),
            PredicateKind::Broken => Err(crate::diagnostics::Reported::with_its_declaration()),
        }
    }

    fn membership(&mut self, name: &Name) -> Resolved<Predicate> {
        match self.look_up(Space::Groups, &name.text) {
            Some(Kind::Icp) => {
                self.used(Kind::Icp, name);
                Ok(Predicate::InIcp { icp: name.text.clone() })
            }
            Some(_) => {
                self.used(Kind::Segment, name);
                Ok(Predicate::InSegment { segment: name.text.clone() })
            }
            None => {
                if let Some(field) = self.schema().field(&name.text) {
                    let help = match &field.ty {
                        Ty::Flag => format!("a flag is a condition by itself: write `{}`", name.text),
                        _ => format!("ask its value: `{} is …`", name.text),
                    };
                    return self.fail(Problem::new(Check::MisusedName, name.at, format!("`{}` is a field of the lead, not a segment", name.text)).help(help));
                }
                let icps = self.candidates(Kind::Icp);
                let segments = self.candidates(Kind::Segment);
                if let Some(meant) = closest(&name.text, icps.iter().chain(&segments).map(SmolStr::as_str)).map(SmolStr::from) {
                    return self.fail(
                        Problem::new(Check::UnknownName, name.at, format!("there is no segment or icp `{}`", name.text))
                            .here(format!("did you mean `{meant}`?"))
                            .fix(format!("write `{meant}`"), name.at, meant.as_str(), true),
                    );
                }
                self.unknown(Kind::Segment, name)
            }
        }
    }

    /// What the left side names.
    fn left(&mut self, path: &Path, scope: Scope<'_>) -> Resolved<Left> {
        let name = &path.first;
        self.asked = None;
        if let Scope::Event(signal) = scope {
            return self.event_field(path, signal);
        }
        if let Some(extra) = path.rest.first() {
            let help = match self.look_up(Space::Values, &name.text) {
                Some(Kind::Journey) => format!("ask `{} is {}`", name.text, extra.text),
                _ => "a field of a lead has no parts".to_owned(),
            };
            return self.fail(
                Problem::new(Check::UnknownName, path.at(), format!("`{}.{}` is nothing that can be asked of a lead", name.text, extra.text)).help(help),
            );
        }
        if let Some(field) = self.schema().field(&name.text).cloned() {
            let number = self.schema().lead.iter().flatten().position(|known| known.name == name.text).unwrap_or(0) as u32;
            self.asked = self.declaration(Kind::Lead, "", Part::Member(number));
            return Ok(Left::Field(Subject { field: name.text.clone(), attribute: None }, field.ty.clone(), field.optional));
        }
        match self.look_up(Space::Values, &name.text) {
            Some(Kind::Journey) => {
                self.used(Kind::Journey, name);
                self.asked = self.declaration(Kind::Journey, &name.text, Part::Name);
                Ok(Left::Journey(name.text.clone()))
            }
            Some(_) => {
                self.used(Kind::Score, name);
                self.asked = self.declaration(Kind::Score, &name.text, Part::Name);
                Ok(Left::Score(name.text.clone()))
            }
            None => self.unknown_left(name),
        }
    }

    fn unknown_left<T>(&mut self, name: &Name) -> Resolved<T> {
        if self.schema().lead.is_none() || self.schema().hides(Kind::Lead, "") {
            // That there is no lead is said once, for the whole policy.
            return Err(crate::diagnostics::Reported::with_its_declaration());
        }
        if let Some(kind) = self.look_up(Space::Groups, &name.text) {
            return self.fail(Problem::new(Check::MisusedName, name.at, format!("`{}` is {}, not a field of the lead", name.text, kind.with_article())).fix(
                format!("write `in {}`", name.text),
                name.at,
                format!("in {}", name.text),
                true,
            ));
        }
        if self.schema().signals.contains_key(&name.text) {
            return self.fail(Problem::new(Check::MisusedName, name.at, format!("`{}` is a signal, not a field of the lead", name.text)).fix(
                format!("write `did {}`", name.text),
                name.at,
                format!("did {}", name.text),
                false,
            ));
        }
        if let Some([journey]) = self.schema().stages.get(&name.text).map(Vec::as_slice) {
            let right = format!("{journey} is {}", name.text);
            return self.fail(Problem::new(Check::MisusedName, name.at, format!("`{}` is a stage, not a field of the lead", name.text)).fix(
                format!("write `{right}`"),
                name.at,
                right,
                false,
            ));
        }
        if self.look_up(Space::Of(Kind::Content), &name.text).is_some() {
            return self.fail(
                Problem::new(Check::MisusedName, name.at, format!("`{}` is a content, not a field of the lead", name.text))
                    .help(format!("ask for an event: `did receive(content is {})`", name.text)),
            );
        }
        let mut known: Vec<SmolStr> = self.schema().lead.iter().flatten().map(|field| field.name.clone()).collect();
        known.extend(["everyone", "identified"].map(SmolStr::new_static));
        known.extend(self.candidates(Kind::Journey));
        known.extend(self.candidates(Kind::Score));
        let mut problem = Problem::new(Check::UnknownName, name.at, format!("a lead has no field `{}`", name.text));
        problem = match closest(&name.text, known.iter().map(SmolStr::as_str)) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
            None => problem.help("declare it in `lead`, or ask a journey, a score or `did …`"),
        };
        self.fail(problem)
    }

    fn comparison(&mut self, comparison: &Comparison, scope: Scope<'_>) -> Resolved<Predicate> {
        let left = self.left(&comparison.path, scope)?;
        let told = self.problems.len();
        let resolved = match left {
            Left::Journey(journey) => self.stage_test(comparison, journey),
            Left::Score(score) => self.score_test(comparison, score),
            Left::Field(subject, ty, optional) => self.field_test(comparison, subject, &ty, optional),
        };
        if resolved.is_err() && !matches!(scope, Scope::Event(_)) && self.schema().hides(Kind::Lead, "") {
            // A field of a lead with a syntax error may be otherwise than it was read: nobody is blamed for it.
            self.problems.truncate(told);
        }
        resolved
    }

    fn event_field(&mut self, path: &Path, signal: &str) -> Resolved<Left> {
        let name = &path.first;
        let fields: Vec<FieldSchema> = self.schema().signals.get(signal).map(|signal| signal.fields.clone()).unwrap_or_default();
        let Some(field) = fields.iter().find(|field| field.name == name.text) else {
            if self.schema().hides(Kind::Signal, signal) {
                return Err(crate::diagnostics::Reported::with_its_declaration());
            }
            let mut problem = Problem::new(Check::UnknownName, name.at, format!("the signal `{signal}` has no field `{}`", name.text));
            let names = fields.iter().map(|field| field.name.as_str());
            problem = match closest(&name.text, names.clone()) {
                Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
                None if self.schema().field(&name.text).is_some() => {
                    problem.help(format!("`{}` is a field of the lead: ask it outside the parentheses", name.text))
                }
                None if fields.is_empty() => problem.help(format!("`{signal}` has no fields")),
                None => problem.help(format!("it has {}", crate::diagnostics::list_words(names, "and", 6))),
            };
            return self.fail(problem);
        };
        let number = fields.iter().position(|known| known.name == name.text).unwrap_or(0) as u32;
        let builtin = self.schema().signals.get(signal).is_none_or(|signal| signal.builtin);
        self.asked = if builtin { None } else { self.declaration(Kind::Signal, signal, Part::Member(number)) };
        match path.rest.as_slice() {
            [] => Ok(Left::Field(Subject { field: name.text.clone(), attribute: None }, field.ty.clone(), field.optional)),
            [attribute] if field.ty == Ty::Content => {
                self.asked = None;
                let Some(known) = ContentAttribute::ALL.into_iter().find(|known| known.name() == attribute.text) else {
                    let names = ContentAttribute::ALL.iter().map(|known| known.name());
                    let mut problem = Problem::new(Check::UnknownName, attribute.at, format!("a content has no `{}` to ask for", attribute.text));
                    problem = match closest(&attribute.text, names.clone()) {
                        Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), attribute.at, meant, true),
                        None => problem.help(format!("it has {}", crate::diagnostics::list_words(names, "and", 6))),
                    };
                    return self.fail(problem);
                };
                let options = |words: &[&str]| Ty::OneOf(words.iter().map(|word| Opt { name: (*word).into(), stored: None }).collect());
                let ty = match known {
                    ContentAttribute::Kind => options(crate::model::rule_schema::Enumeration::ContentKind.values()),
                    ContentAttribute::About => options(crate::model::rule_schema::Enumeration::About.values()),
                    ContentAttribute::Stage => Ty::Stages,
                    ContentAttribute::Gated | ContentAttribute::Mobile => Ty::Flag,
                    ContentAttribute::Language => Ty::Text,
                };
                // Every attribute of a content that the policy does not declare is missing.
                Ok(Left::Field(Subject { field: name.text.clone(), attribute: Some(known) }, ty, true))
            }
            [extra, ..] => self.fail(
                Problem::new(Check::UnknownName, extra.at, format!("`{}` is {}: it has no parts", name.text, field.ty.describe()))
                    .help("only a content has parts, such as `content.kind`"),
            ),
        }
    }

    /// A comparison that this type does not know.
    fn unfit<T>(&mut self, comparison: &Comparison, ty: &str, help: String) -> Resolved<T> {
        let name = comparison.path.rest.last().unwrap_or(&comparison.path.first);
        let asked = match &comparison.test {
            Ask::Flag => "stands here like a flag".to_owned(),
            Ask::Is(true, _) => "is compared with `is`".to_owned(),
            Ask::Is(false, _) => "is compared with `is not`".to_owned(),
            Ask::Known(_) => "is asked whether it is known".to_owned(),
            Ask::In(..) => "is compared with a list".to_owned(),
            Ask::Order(order, _) => format!("is compared with `{}`", order.sign()),
            Ask::Between(..) => "is compared with `between`".to_owned(),
            Ask::Text(test, _) => format!("is compared with `{}`", test.words()),
            Ask::Has(_) => "is compared with `has`".to_owned(),
            Ask::Before(_) => "is compared with `before`".to_owned(),
            Ask::After(_) => "is compared with `after`".to_owned(),
            Ask::Within(..) => "is compared with `within the …`".to_owned(),
            Ask::Older(_) => "is compared with `older than`".to_owned(),
        };
        self.fail_asked(Problem::new(Check::WrongType, comparison.test_at, format!("`{}` is {ty}, and {asked}", name.text)).help(help), "declared here")
    }

    fn field_test(&mut self, comparison: &Comparison, subject: Subject, ty: &Ty, optional: bool) -> Resolved<Predicate> {
        let name = comparison.path.rest.last().unwrap_or(&comparison.path.first).text.clone();
        let unfit = |this: &mut Self, help: String| this.unfit(comparison, &ty.describe(), help);
        match &comparison.test {
            Ask::Known(known) => {
                if !optional {
                    let holds = if *known { "always" } else { "never" };
                    return self.fail_asked(
                        Problem::new(Check::NeverMissing, comparison.test_at, format!("`{name}` is never missing, so this {holds} holds")).help(match ty {
                            Ty::SetOf(_) => format!("an unknown set is empty: ask `{name} has …`"),
                            Ty::Flag => format!("a flag is yes or no: ask `{name}` or `not {name}`"),
                            _ => format!("leave it out, or declare `{name}` as `optional`"),
                        }),
                        "declared here, not as `optional`",
                    );
                }
                Ok(if *known { Predicate::Known { subject } } else { Predicate::Unknown { subject } })
            }
            Ask::Flag => match ty {
                Ty::Flag => Ok(Predicate::Flag { subject }),
                _ => {
                    let help = match ty {
                        Ty::SetOf(_) | Ty::Stages => format!("ask `{name} has …`"),
                        Ty::Text | Ty::Address(_) => format!("ask `{name} is \"…\"` or `{name} contains \"…\"`"),
                        Ty::Date { .. } | Ty::Moment => format!("ask `{name} within the last 30 days`, `before` or `after`"),
                        Ty::Number { .. } => format!("ask `{name} >= …`"),
                        _ => format!("ask `{name} is …`"),
                    };
                    let at = comparison.path.at();
                    self.fail(Problem::new(Check::WrongType, at, format!("`{name}` is {}, and no condition by itself", ty.describe())).help(help))
                }
            },
            Ask::Is(is, value) => match ty {
                Ty::Flag => self.flag_value(comparison, value, *is),
                Ty::SetOf(_) | Ty::Stages => unfit(self, format!("a set holds values: ask `{name} has …`")),
                _ => {
                    let values = vec![self.value(value, ty, &name)?];
                    Ok(if *is { Predicate::In { subject, values } } else { Predicate::NotIn { subject, values } })
                }
            },
            Ask::In(is, list) => match ty {
                Ty::Flag => unfit(self, format!("write `{name}` or `not {name}`")),
                Ty::SetOf(_) | Ty::Stages => unfit(self, format!("ask `{name} has …`, joined by `or`")),
                _ => {
                    let values = all(list.iter().map(|value| self.value(value, ty, &name)).collect::<Vec<_>>())?;
                    self.repeated(list, &values);
                    Ok(if *is { Predicate::In { subject, values } } else { Predicate::NotIn { subject, values } })
                }
            },
            Ask::Order(order, value) => match ty {
                Ty::Number { whole, .. } => {
                    let number = self.number(value, ty, &name)?;
                    if let Ty::Number { from, to, .. } = ty
                        && (matches!(order, Order::Below) && *from == Some(number) || matches!(order, Order::Above) && *to == Some(number))
                    {
                        let (word, end) = if matches!(order, Order::Below) { ("less", "begins") } else { ("more", "ends") };
                        return self.fail_asked(
                            Problem::new(Check::OutOfDomain, comparison.test_at, format!("`{name}` is never {word} than {number}"))
                                .here(format!("its domain {end} there")),
                            "declared here",
                        );
                    }
                    let (order, number) = match (order, whole) {
                        // On whole numbers `<` is said as `<=`: the same leads, the same plan.
                        (Order::Below, true) => (OrderSign::AtMost, number.plus(crate::text::Decimal::whole(-1))),
                        (Order::Above, true) => (OrderSign::AtLeast, number.plus(crate::text::Decimal::whole(1))),
                        (order, _) => (sign(*order), number),
                    };
                    Ok(Predicate::Compare { subject, order, value: crate::plan::Value::Number(number.to_string().into()) })
                }
                Ty::Date { .. } | Ty::Moment => {
                    let word = match order {
                        Order::Below | Order::AtMost => "before",
                        _ => "after",
                    };
                    let inclusive = matches!(order, Order::AtMost | Order::AtLeast);
                    let help = if inclusive {
                        format!(
                            "`{name} {word} D` leaves out D itself: write `not ({name} {} D)`, or name the next day",
                            if word == "before" { "after" } else { "before" }
                        )
                    } else {
                        format!("write `{name} {word} …`")
                    };
                    unfit(self, help)
                }
                Ty::OneOf(_) => unfit(self, format!("its options have no order: ask `{name} in […]`")),
                _ => unfit(self, "only numbers, scores and stages are compared so".to_owned()),
            },
            Ask::Between(low, high) => match ty {
                Ty::Number { .. } => {
                    let (from, to) = (self.number(low, ty, &name)?, self.number(high, ty, &name)?);
                    if from > to {
                        return self.empty_range(low, high);
                    }
                    let number = |value: crate::text::Decimal| crate::plan::Value::Number(value.to_string().into());
                    Ok(Predicate::And {
                        of: vec![
                            Predicate::Compare { subject: subject.clone(), order: OrderSign::AtLeast, value: number(from) },
                            Predicate::Compare { subject, order: OrderSign::AtMost, value: number(to) },
                        ],
                    })
                }
                Ty::Date { .. } | Ty::Moment => {
                    let (from, to) = (self.value(low, ty, &name)?, self.value(high, ty, &name)?);
                    if from > to {
                        return self.empty_range(low, high);
                    }
                    Ok(Predicate::And {
                        of: vec![
                            Predicate::Compare { subject: subject.clone(), order: OrderSign::AtLeast, value: from },
                            Predicate::Compare { subject, order: OrderSign::AtMost, value: to },
                        ],
                    })
                }
                _ => unfit(self, "only numbers, dates and scores lie between two values".to_owned()),
            },
            Ask::Text(test, list) => match ty {
                Ty::Text | Ty::Address(_) => {
                    let mut any = Vec::new();
                    for value in list {
                        match &value.kind {
                            ValueKind::Text(text) if text.is_empty() => {
                                return self.fail(
                                    Problem::new(Check::EmptyText, value.at, "every text holds the empty text")
                                        .help(format!("write what `{name}` must hold, or `{name} is \"\"`")),
                                );
                            }
                            ValueKind::Text(text) => any.push(text.clone()),
                            _ => return self.text_needed(value),
                        }
                    }
                    let test = match test {
                        TextTest::Contains => crate::plan::TextPlace::Contains,
                        TextTest::StartsWith => crate::plan::TextPlace::StartsWith,
                        TextTest::EndsWith => crate::plan::TextPlace::EndsWith,
                    };
                    Ok(Predicate::Text { subject, test, any })
                }
                Ty::SetOf(_) => unfit(self, format!("ask `{name} has …`")),
                _ => unfit(self, format!("only a text has parts: ask `{name} is …`")),
            },
            Ask::Has(value) => match ty {
                Ty::SetOf(options) => {
                    let value = self.value(value, &Ty::OneOf(options.clone()), &name)?;
                    Ok(Predicate::Has { subject, value })
                }
                Ty::Stages => {
                    let value = self.stage_value(value)?;
                    Ok(Predicate::Has { subject, value })
                }
                Ty::Text => unfit(self, format!("ask `{name} contains \"…\"`")),
                _ => unfit(self, format!("only a set holds values: ask `{name} is …`")),
            },
            Ask::Before(value) | Ask::After(value) => match ty {
                Ty::Date { .. } | Ty::Moment => {
                    let order = if matches!(comparison.test, Ask::Before(_)) { OrderSign::Below } else { OrderSign::Above };
                    let value = self.value(value, ty, &name)?;
                    Ok(Predicate::Compare { subject, order, value })
                }
                _ => unfit(self, "only a date is before or after another".to_owned()),
            },
            Ask::Within(last, duration) => match ty {
                Ty::Date { to_today: true, .. } if !*last => self
                    .fail_asked(Problem::new(Check::OutOfDomain, comparison.test_at, format!("`{name}` is never in the future")), "declared here, up to today"),
                Ty::Date { .. } | Ty::Moment => {
                    let seconds = duration.value;
                    Ok(if *last { Predicate::WithinLast { subject, seconds } } else { Predicate::WithinNext { subject, seconds } })
                }
                _ => unfit(self, "only a date lies within a time".to_owned()),
            },
            Ask::Older(duration) => match ty {
                Ty::Date { .. } | Ty::Moment => Ok(Predicate::OlderThan { subject, seconds: duration.value }),
                _ => unfit(self, "only a date has an age".to_owned()),
            },
        }
    }

    fn flag_value(&mut self, comparison: &Comparison, value: &Value, is: bool) -> Resolved<Predicate> {
        let name = &comparison.path.at();
        let written = name.of(self.chunk.body(self.db).text.as_str()).to_owned();
        let said = match &value.kind {
            ValueKind::Path(path) if path.rest.is_empty() => match path.first.text.as_str() {
                "yes" | "true" => Some(is),
                "no" | "false" => Some(!is),
                _ => None,
            },
            _ => None,
        };
        let at = name.cover(comparison.test_at);
        let mut problem = Problem::new(Check::WrongType, comparison.test_at, format!("`{written}` is a flag: it is a condition by itself"));
        problem = match said {
            Some(yes) => {
                let right = if yes { written } else { format!("not {written}") };
                problem.fix(format!("write `{right}`"), at, right.clone(), true)
            }
            None => problem.help(format!("write `{written}` or `not {written}`")),
        };
        self.fail(problem)
    }

    fn empty_range<T>(&mut self, low: &Value, high: &Value) -> Resolved<T> {
        let text = self.chunk.body(self.db).text.as_str();
        let swapped = format!("{} and {}", high.at.of(text), low.at.of(text));
        let at = low.at.cover(high.at);
        self.fail(Problem::new(Check::EmptyRange, at, "nothing lies between these: the first is the greater").here("no lead is in it").fix(
            "swap them",
            at,
            swapped,
            false,
        ))
    }

    fn stage_test(&mut self, comparison: &Comparison, journey: SmolStr) -> Resolved<Predicate> {
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
    fn stage_of(&mut self, value: &Value, journey: &SmolStr) -> Resolved<SmolStr> {
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

    fn score_test(&mut self, comparison: &Comparison, score: SmolStr) -> Resolved<Predicate> {
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

/// The sign of an order.
pub(super) fn sign(order: Order) -> OrderSign {
    match order {
        Order::Below => OrderSign::Below,
        Order::AtMost => OrderSign::AtMost,
        Order::Above => OrderSign::Above,
        Order::AtLeast => OrderSign::AtLeast,
    }
}
