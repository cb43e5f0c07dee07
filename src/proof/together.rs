//! How many conditions on facts can hold together: the bound behind worst-case contact.

use super::Universe;
use super::events::reached;
use super::find::Prover;
use super::sat::{Lit, Sat, Verdict};
use crate::run::{NodeId, Terms};

/// Conflicts that the search may cost.
const BUDGET: u64 = 20_000;
/// Sums beyond this are not told apart.
const MOST: usize = 64;

/// The greatest weight of conditions that hold together, and which they are: no lead has more, whatever happens. At most one of each
/// group of `exclusive` counts, and of each of `barred` one at least does not. All must lie within `within`.
pub(crate) fn heaviest(
    terms: &Terms<'_>,
    prover: &Prover,
    within: NodeId,
    items: &[(NodeId, u64)],
    exclusive: &[Vec<usize>],
    barred: &[Vec<usize>],
) -> (u64, Vec<usize>) {
    let all: u64 = items.iter().map(|(_, weight)| *weight).sum();
    let mut sat = Sat::new(BUDGET);
    let roots: Vec<NodeId> = items.iter().map(|(node, _)| *node).chain([within]).collect();
    let cone = prover.cone(terms, &mut sat, &roots, Universe::Database);
    let inside = cone.lit(&sat, within);
    sat.clause(&[inside]);
    let chosen: Vec<Lit> = items
        .iter()
        .map(|(node, _)| {
            let holds = cone.lit(&sat, *node);
            let chosen = sat.fresh();
            sat.clause(&[!chosen, holds]);
            chosen
        })
        .collect();
    for group in exclusive {
        for (place, one) in group.iter().enumerate() {
            for other in group.iter().take(place) {
                if let (Some(one), Some(other)) = (chosen.get(*one), chosen.get(*other)) {
                    sat.clause(&[!*one, !*other]);
                }
            }
        }
    }
    for set in barred {
        let not_all: Vec<Lit> = set.iter().filter_map(|place| chosen.get(*place)).map(|lit| !*lit).collect();
        sat.clause(&not_all);
    }
    let counted: Vec<Lit> =
        items.iter().zip(&chosen).flat_map(|((_, weight), lit)| std::iter::repeat_n(*lit, usize::try_from(*weight).unwrap_or(MOST).min(MOST))).collect();
    let (mut low, mut high) = (0usize, counted.len().min(MOST));
    let reached = reached(&mut sat, &counted, high);
    let mut best: Vec<usize> = Vec::new();
    while low < high {
        let middle = (low + high).div_ceil(2);
        let Some(enough) = reached.get(middle) else { break };
        match sat.solve(&[*enough]) {
            Verdict::Satisfiable => {
                best = (0..items.len()).filter(|place| chosen.get(*place).is_some_and(|lit| sat.holds(*lit))).collect();
                low = middle;
            }
            Verdict::Unsatisfiable => high = middle - 1,
            // What is not proved stays possible.
            Verdict::GaveUp => return (all, best),
        }
    }
    if low >= MOST {
        return (all, best);
    }
    (low as u64, best)
}
