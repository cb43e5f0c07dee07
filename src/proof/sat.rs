//! The SAT solver behind a small face: literals, clauses, solving under assumptions, within a budget.

use batsat::callbacks::Callbacks;
use batsat::clause::{self, lbool};
use batsat::{Solver, SolverInterface as _, SolverOpts};

pub use batsat::Lit;

/// What a search ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is a model.
    Satisfiable,
    /// There is none.
    Unsatisfiable,
    /// The budget was spent.
    GaveUp,
}

/// Counts conflicts; time plays no part, so that the same question has the same answer on every machine.
struct Budget {
    left: u64,
}

impl Callbacks for Budget {
    fn on_new_clause(&mut self, _: &[Lit], _: clause::Kind) {
        self.left = self.left.saturating_sub(1);
    }

    fn stop(&self) -> bool {
        self.left == 0
    }
}

/// A set of clauses.
pub struct Sat {
    solver: Solver<Budget>,
    truth: Lit,
}

impl Sat {
    /// No clauses; at most so many conflicts in all its searches.
    pub fn new(conflicts: u64) -> Self {
        // Clauses that are added count as well as learnt ones: they are added before the search begins.
        let mut solver = Solver::new(SolverOpts::default(), Budget { left: u64::MAX });
        let truth = Lit::new(solver.new_var_default(), true);
        solver.add_clause_reuse(&mut vec![truth]);
        let mut sat = Self { solver, truth };
        sat.budget(conflicts);
        sat
    }

    /// From now on at most so many conflicts.
    pub fn budget(&mut self, conflicts: u64) {
        self.solver.cb_mut().left = conflicts.max(1);
    }

    /// The literal that holds as `value` says.
    pub fn constant(&self, value: bool) -> Lit {
        if value { self.truth } else { !self.truth }
    }

    /// A literal that is free; the search tries false first.
    pub fn fresh(&mut self) -> Lit {
        Lit::new(self.solver.new_var_default(), true)
    }

    /// One of these must hold.
    pub fn clause(&mut self, lits: &[Lit]) {
        let mut lits = lits.to_vec();
        self.add(&mut lits);
    }

    fn add(&mut self, lits: &mut Vec<Lit>) {
        let left = self.solver.cb_mut().left;
        self.solver.add_clause_reuse(lits);
        self.solver.cb_mut().left = left;
    }

    /// A literal that holds when all of these do, and only then.
    pub fn all(&mut self, lits: &[Lit]) -> Lit {
        let mut parts: Vec<Lit> = lits.iter().copied().filter(|lit| *lit != self.truth).collect();
        if parts.contains(&!self.truth) {
            return !self.truth;
        }
        parts.sort_unstable();
        parts.dedup();
        match parts.as_slice() {
            [] => self.truth,
            [one] => *one,
            _ => {
                let whole = self.fresh();
                for part in &parts {
                    self.clause(&[!whole, *part]);
                }
                let mut last: Vec<Lit> = parts.iter().map(|part| !*part).collect();
                last.push(whole);
                self.add(&mut last);
                whole
            }
        }
    }

    /// A literal that holds when one of these does, and only then.
    pub fn any(&mut self, lits: &[Lit]) -> Lit {
        let negated: Vec<Lit> = lits.iter().map(|lit| !*lit).collect();
        !self.all(&negated)
    }

    /// Searches for a model in which these hold.
    pub fn solve(&mut self, assumed: &[Lit]) -> Verdict {
        let found = self.solver.solve_limited(assumed);
        if found == lbool::TRUE {
            Verdict::Satisfiable
        } else if found == lbool::FALSE {
            Verdict::Unsatisfiable
        } else {
            Verdict::GaveUp
        }
    }

    /// The truth of a literal in the model that was found last.
    pub fn holds(&self, lit: Lit) -> bool {
        self.solver.value_lit(lit) == lbool::TRUE
    }

    /// Which of the assumptions contradict each other, after a search that found no model.
    pub fn core(&self, assumed: &[Lit]) -> Vec<Lit> {
        // The solver's core holds the negations of the assumptions that it used.
        assumed.iter().copied().filter(|lit| self.solver.unsat_core_contains_lit(!*lit) || self.solver.unsat_core_contains_lit(*lit)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_hold_the_assumptions_that_contradict() {
        let mut sat = Sat::new(1000);
        let (a, b, c) = (sat.fresh(), sat.fresh(), sat.fresh());
        sat.clause(&[!a, !b]);
        assert_eq!(sat.solve(&[a, c]), Verdict::Satisfiable);
        assert!(sat.holds(a) && !sat.holds(b));
        assert_eq!(sat.solve(&[c, b, a]), Verdict::Unsatisfiable);
        assert_eq!(sat.core(&[c, b, a]), [b, a]);
    }

    #[test]
    fn a_spent_budget_is_no_answer() {
        // Nine pigeons and eight holes.
        let mut sat = Sat::new(20);
        let at: Vec<Vec<Lit>> = (0..9).map(|_| (0..8).map(|_| sat.fresh()).collect()).collect();
        for pigeon in &at {
            sat.clause(pigeon);
        }
        for (place, one) in at.iter().enumerate() {
            for other in at.iter().take(place) {
                one.iter().zip(other).for_each(|(one, other)| sat.clause(&[!*one, !*other]));
            }
        }
        assert_eq!(sat.solve(&[]), Verdict::GaveUp);
    }
}
