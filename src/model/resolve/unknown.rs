//! Where an unknown value slips through a negation: `not (x is a)` takes in a lead whose `x` is unknown, and
//! `x is not a` does not.

use smol_str::SmolStr;

use super::{Resolver, Space};
use crate::diagnostics::{Check, Kind, Problem};
use crate::syntax::ast::{Ask, Comparison, Predicate, PredicateKind};
use crate::text::Range;

/// What a negation is, around a comparison.
#[derive(Clone, Copy)]
struct Negation {
    /// The `not`.
    at: Range,
    /// Whether it negates this one comparison alone.
    alone: bool,
}

impl Resolver<'_> {
    /// Reports each comparison of an optional field (or of a journey, whose stage can be unknown) that is negated,
    /// unless what stands beside it asks whether the value is known, or holds only if it is.
    pub(super) fn slipping(&mut self, predicate: &Predicate) {
        self.slip(predicate, None, &mut Vec::new());
    }

    fn slip(&mut self, predicate: &Predicate, negation: Option<Negation>, known: &mut Vec<SmolStr>) {
        match &predicate.kind {
            PredicateKind::Not(times, inner) => {
                let negation = match negation {
                    same if times % 2 == 0 => same,
                    Some(_) => None,
                    None => {
                        Some(Negation { at: Range::new(predicate.at.start, predicate.at.start + 3), alone: matches!(inner.kind, PredicateKind::Compare(_)) })
                    }
                };
                self.slip(inner, negation, known);
            }
            PredicateKind::And(of) | PredicateKind::Or(of) => {
                let depth = known.len();
                // Whoever asks beside it whether the value is known has thought of it.
                known.extend(of.iter().filter_map(asks_known));
                if matches!(predicate.kind, PredicateKind::And(_)) && negation.is_none() {
                    known.extend(of.iter().flat_map(implies_known));
                }
                for part in of {
                    self.slip(part, negation, known);
                    // Said once of each field.
                    if let (PredicateKind::Compare(comparison), Some(_)) = (&part.kind, negation) {
                        known.push(comparison.path.first.text.clone());
                    }
                }
                known.truncate(depth);
            }
            PredicateKind::Compare(comparison) => {
                if let Some(negation) = negation {
                    self.negated(comparison, negation, predicate.at, known);
                }
            }
            _ => {}
        }
    }

    fn negated(&mut self, comparison: &Comparison, negation: Negation, at: Range, known: &[SmolStr]) {
        let name = &comparison.path.first.text;
        let field = self.schema().field(name);
        let journey = field.is_none() && self.look_up(Space::Values, name) == Some(Kind::Journey);
        if !(journey || field.is_some_and(|field| field.optional)) || known.contains(name) || matches!(comparison.test, Ask::Known(_)) {
            return;
        }
        let (who, when) = if journey {
            (format!("this takes in leads who are in no stage of `{name}`"), "false in no stage".to_owned())
        } else {
            (format!("this takes in leads whose `{name}` is unknown"), format!("false when `{name}` is unknown"))
        };
        let mut problem = Problem::new(Check::SlippingUnknown, at, who).here(when).also(negation.at, "and turned into true here");
        let opposite = match &comparison.test {
            Ask::Is(true, _) if negation.alone => Some(format!("`{name} is not …`")),
            Ask::In(true, _) if negation.alone => Some(format!("`{name} not in […]`")),
            _ => None,
        };
        problem = match opposite {
            Some(opposite) => problem.help(format!("write {opposite} to leave them out, or add `or {name} is unknown` to say that they are meant")),
            None => problem.help(format!("write `{name} is known and` before the `not` to leave them out")),
        };
        self.report(problem);
    }
}

/// The field that a part asks to be known or unknown.
fn asks_known(part: &Predicate) -> Option<SmolStr> {
    match &part.kind {
        PredicateKind::Compare(comparison) if matches!(comparison.test, Ask::Known(_)) => Some(comparison.path.first.text.clone()),
        _ => None,
    }
}

/// The fields that must be known for a predicate to hold.
fn implies_known(predicate: &Predicate) -> Vec<SmolStr> {
    match &predicate.kind {
        PredicateKind::Compare(comparison) => match comparison.test {
            Ask::Known(false) => Vec::new(),
            _ => vec![comparison.path.first.text.clone()],
        },
        PredicateKind::And(of) => of.iter().flat_map(implies_known).collect(),
        PredicateKind::Or(of) => {
            let mut parts = of.iter().map(implies_known);
            let first = parts.next().unwrap_or_default();
            parts.fold(first, |both, part| both.into_iter().filter(|name| part.contains(name)).collect())
        }
        _ => Vec::new(),
    }
}
