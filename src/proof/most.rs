//! The most that points can come to: of one event, and of a score.

use super::Universe;
use super::cone::Cone;
use super::filters::{Filters, Shape};
use super::points::{self, Known};
use super::sat::{Lit, Sat, Verdict};
use crate::run::Terms;

/// Conflicts that finding the most may cost.
const BUDGET: u64 = 5_000;
/// Lines beyond this number are taken together: the bound is then above what can be reached.
const LINES: usize = 14;

/// The most that lines which can hold together come to; each with its literal. An upper bound where the budget is spent.
fn most(sat: &mut Sat, lines: &[(Lit, i128)]) -> i128 {
    let mut lines: Vec<(Lit, i128)> = lines.to_vec();
    lines.sort_by_key(|(lit, points)| (-points.abs(), *lit));
    if lines.len() > LINES {
        return lines.iter().map(|(_, points)| (*points).max(0)).sum();
    }
    fn search(sat: &mut Sat, lines: &[(Lit, i128)], chosen: &mut Vec<Lit>, sum: i128, best: &mut Option<i128>) {
        let hope: i128 = sum + lines.iter().map(|(_, points)| (*points).max(0)).sum::<i128>();
        if best.is_some_and(|best| hope <= best) || sat.solve(chosen) == Verdict::Unsatisfiable {
            return;
        }
        let Some(((lit, points), rest)) = lines.split_first() else {
            *best = Some(best.map_or(sum, |best| best.max(sum)));
            return;
        };
        // What helps is tried first.
        for is in [*points > 0, *points <= 0] {
            chosen.push(lit.apply_sign(is));
            search(sat, rest, chosen, if is { sum + points } else { sum }, best);
            chosen.pop();
        }
    }
    let mut best = None;
    search(sat, &lines, &mut Vec::new(), 0, &mut best);
    best.unwrap_or(0)
}

/// The most points that one event of a signal can earn by some lines of a score: lists with their points.
pub(crate) fn points_of_one(terms: &Terms<'_>, signal: u32, lines: &[(u32, i128)]) -> i128 {
    let mut sat = Sat::new(BUDGET);
    let lists: Vec<u32> = lines.iter().map(|(list, _)| *list).collect();
    let shape = Shape::new(terms, &mut sat, signal, &lists);
    let lines: Vec<(Lit, i128)> = shape.lits.into_iter().zip(lines.iter().map(|(_, points)| *points)).collect();
    most(&mut sat, &lines)
}

/// The most that a score can be, in millionths of a point, clamped: no lead has more. `None` where nothing bounds it.
pub(crate) fn highest(terms: &Terms<'_>, filters: &Filters, score: u32) -> Option<i128> {
    let of = terms.score(score)?;
    let when: Vec<u32> = of.when.iter().map(|(node, _)| *node).collect();
    let mut sat = Sat::new(BUDGET);
    let cone = Cone::new(terms, filters, &mut sat, &when, Universe::Database);
    let lines: Vec<(Lit, i128)> = of.when.iter().map(|(node, points)| (cone.lit(&sat, *node), *points)).collect();
    let standing = most(&mut sat, &lines);
    // What the events can give besides: as if no `when` line stood.
    let none = Known { counts: Vec::new(), nodes: of.when.iter().map(|(node, _)| (*node, false)).collect() };
    let events = points::events_at_most(terms, filters, score, &none);
    match events {
        Some(events) => Some(of.clamped(standing + events)),
        None => of.to,
    }
}
