//! Where an unknown value slips through a negation: `not (x is a)` takes in a lead whose `x` is unknown, and
//! `x is not a` does not.

use smol_str::SmolStr;

use super::Resolver;
use crate::diagnostics::{Check, Problem};
use crate::syntax::ast::{Ask, Comparison, Predicate, PredicateKind};
use crate::text::Range;

impl Resolver<'_> {
    /// Reports each comparison of an optional field that is negated, unless the conditions beside it ask whether the
    /// field is known.
    pub(super) fn slipping(&mut self, predicate: &Predicate) {
        let mut known = Vec::new();
        self.slip(predicate, None, &mut known);
    }

    fn slip(&mut self, predicate: &Predicate, negation: Option<Range>, known: &mut Vec<SmolStr>) {
        match &predicate.kind {
            PredicateKind::Not(times, inner) => {
                let negation = if times % 2 == 0 {
                    negation
                } else if negation.is_some() {
                    None
                } else {
                    Some(Range::new(predicate.at.start, inner.at.start))
                };
                self.slip(inner, negation, known);
            }
            PredicateKind::And(of) | PredicateKind::Or(of) => {
                let depth = known.len();
                // Whoever asks beside it whether the field is known has thought of it.
                known.extend(of.iter().filter_map(asks_known));
                for part in of {
                    self.slip(part, negation, known);
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

    fn negated(&mut self, comparison: &Comparison, negation: Range, at: Range, known: &[SmolStr]) {
        let name = &comparison.path.first.text;
        let optional = self.schema().field(name).is_some_and(|field| field.optional);
        if !optional || known.contains(name) || matches!(comparison.test, Ask::Known(_)) {
            return;
        }
        let not = Range::new(negation.start, negation.start + 3);
        let mut problem = Problem::new(Check::SlippingUnknown, at, format!("this takes in leads whose `{name}` is unknown"))
            .here(format!("false when `{name}` is unknown"))
            .also(not, "and turned into true here");
        let opposite = match &comparison.test {
            Ask::Is(true, _) => Some(format!("`{name} is not …`")),
            Ask::In(true, _) => Some(format!("`{name} not in […]`")),
            _ => None,
        };
        problem = match opposite {
            Some(opposite) => problem.help(format!("write {opposite} to leave them out, or add `or {name} is unknown` to say that they are meant")),
            None => problem.help(format!("add `{name} is known and` to leave them out")),
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
