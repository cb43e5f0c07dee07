//! Rules about rules: one that can never fire, one that fires whatever it looks at, one that another says already.
//!
//! Conditions are held against each other as plain logic: what a comparison asks of the policy is not looked into, save that numbers are
//! ordered and that a word is one word at a time. So what is said here holds of every policy.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::policy::Policy;
use crate::plan::{Condition, Operand, OrderSign, Rule};
use crate::proof::sat::{Lit, Sat, Verdict};
use crate::text::Decimal;

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Its conditions contradict each other.
    Never,
    /// Its `when` follows from its `where`, or asks nothing.
    Always,
    /// Whatever it reports, another reports too.
    Implied(SmolStr),
}

/// Conflicts that holding two rules against each other may cost.
const BUDGET: u64 = 2_000;

/// What is wrong with `rule`, beside the others.
pub fn idle(rule: &Rule, others: &[&Rule]) -> Option<Idle> {
    let mut logic = Logic::new();
    let (filter, when) = logic.rule(rule);
    logic.finish();
    if logic.sat.solve(&[filter, when]) == Verdict::Unsatisfiable {
        return Some(Idle::Never);
    }
    if logic.sat.solve(&[filter, !when]) == Verdict::Unsatisfiable {
        return Some(Idle::Always);
    }
    others
        .iter()
        .filter(|other| other.name != rule.name && other.each == rule.each && other.is == rule.is)
        .find(|other| {
            let mut logic = Logic::new();
            let (filter, when) = logic.rule(rule);
            let (other_filter, other_when) = logic.rule(other);
            let fires = logic.sat.all(&[other_filter, other_when]);
            logic.finish();
            logic.sat.solve(&[filter, when, !fires]) == Verdict::Unsatisfiable
        })
        .map(|other| Idle::Implied(other.name.clone()))
}

/// Conditions as clauses.
struct Logic {
    sat: Sat,
    /// What is asked, by what it asks: the entity after `each` is called the same everywhere.
    asked: BTreeMap<String, Lit>,
    /// For each figure, whether it lies below (or at) a number.
    lines: BTreeMap<String, BTreeMap<(i128, bool), Lit>>,
    /// For each value, whether it is a word.
    words: BTreeMap<String, BTreeMap<String, Lit>>,
}

impl Logic {
    fn new() -> Self {
        Self { sat: Sat::new(BUDGET), asked: BTreeMap::new(), lines: BTreeMap::new(), words: BTreeMap::new() }
    }

    fn rule(&mut self, rule: &Rule) -> (Lit, Lit) {
        let filter = rule.filter.as_ref().map_or(self.sat.constant(true), |filter| self.condition(filter));
        let when = self.condition(&rule.when);
        (filter, when)
    }

    /// Joins what was asked: lower than one number is lower than the next, and a word is no other word.
    fn finish(&mut self) {
        for line in self.lines.values() {
            for ((_, low), (_, high)) in line.iter().zip(line.iter().skip(1)) {
                self.sat.clause(&[!*low, *high]);
            }
        }
        for words in self.words.values() {
            for (place, one) in words.values().enumerate() {
                for other in words.values().take(place) {
                    self.sat.clause(&[!*one, !*other]);
                }
            }
        }
    }

    fn condition(&mut self, condition: &Condition) -> Lit {
        match condition {
            Condition::And { of } => {
                let of: Vec<Lit> = of.iter().map(|part| self.condition(part)).collect();
                self.sat.all(&of)
            }
            Condition::Or { of } => {
                let of: Vec<Lit> = of.iter().map(|part| self.condition(part)).collect();
                self.sat.any(&of)
            }
            Condition::Not { of } => !self.condition(of),
            Condition::Compare { left, order, right } => match number(right) {
                Some(value) => {
                    let (point, flip) = match order {
                        OrderSign::Below => ((value, false), false),
                        OrderSign::AtMost => ((value, true), false),
                        OrderSign::AtLeast => ((value, false), true),
                        OrderSign::Above => ((value, true), true),
                    };
                    let key = key(left);
                    let known = self.lines.entry(key).or_default().get(&point).copied();
                    let below = known.unwrap_or_else(|| self.sat.fresh());
                    self.lines.entry(self::key(left)).or_default().insert(point, below);
                    if flip { !below } else { below }
                }
                None => self.opaque(condition),
            },
            Condition::Is { left, right: Operand::Word(word) } => self.word(left, word),
            Condition::In { value, list: Operand::List(list) } if list.iter().all(|one| matches!(one, Operand::Word(_))) => {
                let of: Vec<Lit> = list.iter().filter_map(|one| if let Operand::Word(word) = one { Some(self.word(value, word)) } else { None }).collect();
                self.sat.any(&of)
            }
            other => self.opaque(other),
        }
    }

    fn word(&mut self, value: &Operand, word: &str) -> Lit {
        let words = self.words.entry(key(value)).or_default();
        if let Some(known) = words.get(word) {
            return *known;
        }
        let lit = self.sat.fresh();
        words.insert(word.to_owned(), lit);
        lit
    }

    fn opaque(&mut self, condition: &Condition) -> Lit {
        let key = serde_json::to_string(&condition).unwrap_or_default();
        if let Some(known) = self.asked.get(&key) {
            return *known;
        }
        let lit = self.sat.fresh();
        self.asked.insert(key, lit);
        lit
    }
}

fn key(operand: &Operand) -> String {
    serde_json::to_string(operand).unwrap_or_default()
}

/// A number, percentage or length of time that is written out.
fn number(operand: &Operand) -> Option<i128> {
    match operand {
        Operand::Number(text) | Operand::Percent(text) => Decimal::parse(text, 9).ok().map(Decimal::billionths),
        Operand::Seconds(seconds) => Some(i128::from(*seconds) * 1_000_000_000),
        _ => None,
    }
}

/// Why a rule cannot be asked of a policy: it speaks of leads in words that the policy does not have. Rules of packs are written for
/// another lead.
pub fn misfit(policy: &Policy<'_>, rule: &Rule) -> Option<String> {
    let mut why = None;
    rule.walk(&mut |operand| match operand {
        Operand::Leads(predicate) if why.is_none() => why = policy.ground.terms.borrow_mut().predicate(predicate, None).err().map(|unfit| unfit.0),
        Operand::Only(signals) if why.is_none() => {
            why = signals.iter().find(|name| policy.signal(name).is_none()).map(|name| format!("the plan has no signal `{name}`"));
        }
        _ => {}
    });
    why.map(|why| why.replace("of the plan", "of this policy").replace("the plan", "this policy"))
}
