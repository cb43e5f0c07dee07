//! Predicates over leads, and over the fields of one event.

use smol_str::SmolStr;

use super::left::Left;
use super::{Resolved, Resolver, Scope, Space, all};
use crate::diagnostics::{Check, Kind, Problem, closest};
use crate::model::schema::Ty;
use crate::plan::{OrderSign, Predicate};
use crate::syntax::ast::{self, Comparison, Name, Order, PredicateKind};

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
