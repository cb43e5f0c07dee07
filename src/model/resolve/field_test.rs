//! What can be asked of a field, by its type.

use super::predicate::sign;
use super::{Resolved, Resolver, all};
use crate::diagnostics::{Check, Problem};
use crate::model::schema::Ty;
use crate::plan::{OrderSign, Predicate, Subject};
use crate::syntax::ast::{Ask, Comparison, Order, TextTest, Value, ValueKind};

impl Resolver<'_> {
    /// A comparison that this type does not know.
    pub(super) fn unfit<T>(&mut self, comparison: &Comparison, ty: &str, help: String) -> Resolved<T> {
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

    pub(super) fn field_test(&mut self, comparison: &Comparison, subject: Subject, ty: &Ty, optional: bool) -> Resolved<Predicate> {
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

    pub(super) fn flag_value(&mut self, comparison: &Comparison, value: &Value, is: bool) -> Resolved<Predicate> {
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

    pub(super) fn empty_range<T>(&mut self, low: &Value, high: &Value) -> Resolved<T> {
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
}
