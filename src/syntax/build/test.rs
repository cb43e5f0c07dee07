//! `test`.

use super::{Builder, P, Rule, Seen};
use crate::syntax::ast::{At, Day, DayStep, DayStepKind, Fact, FactValue, Test};

impl Builder<'_> {
    pub(super) fn test(&mut self, pairs: Vec<P<'_>>, seen: &mut Seen) -> Test {
        let mut test = Test::default();
        for pair in pairs {
            let at = self.at(&pair);
            match pair.as_rule() {
                Rule::date => test.from = self.date(&pair),
                Rule::test_lead => {
                    if self.first(seen, Rule::test_lead, at, "lead") {
                        for part in pair.into_inner() {
                            match part.as_rule() {
                                Rule::string => test.id = Some(self.string(&part)),
                                _ => test.lead = Some(At { value: self.facts(part), at }),
                            }
                        }
                    }
                }
                _ => {
                    let mut inner = pair.into_inner();
                    if let Some(number) = inner.next() {
                        let number = self.count(&number);
                        let steps = inner.filter_map(|step| self.day_step(step)).collect();
                        test.days.push(Day { number, steps });
                    }
                }
            }
        }
        test
    }

    fn facts(&mut self, pair: P<'_>) -> Vec<Fact> {
        pair.into_inner().filter_map(|fact| self.fact(fact)).collect()
    }

    fn fact(&mut self, pair: P<'_>) -> Option<Fact> {
        let at = self.at(&pair);
        let mut inner = pair.into_inner();
        let (Some(name), Some(value)) = (inner.next(), inner.next()) else { return self.strange(at) };
        let field = self.name(&name);
        Some(Fact { field, value: self.fact_value(value) })
    }

    fn fact_value(&mut self, pair: P<'_>) -> FactValue {
        let at = self.at(&pair);
        match pair.as_rule() {
            Rule::fact_unknown => FactValue::Unknown(at),
            Rule::fact_list => FactValue::List(at, self.values(pair)),
            _ => FactValue::One(self.value(pair)),
        }
    }

    fn day_step(&mut self, pair: P<'_>) -> Option<DayStep> {
        let at = self.at(&pair);
        let kind = match pair.as_rule() {
            Rule::test_did => {
                let mut inner = pair.into_inner();
                let Some(signal) = inner.next() else { return self.strange(at) };
                let signal = self.name(&signal);
                DayStepKind::Did(signal, inner.filter_map(|fact| self.fact(fact)).collect())
            }
            Rule::test_becomes => DayStepKind::Becomes(self.fact(pair)?),
            Rule::test_identified => DayStepKind::Identified,
            Rule::test_deleted => DayStepKind::Deleted,
            Rule::expectation => {
                let Some(inner) = pair.into_inner().next() else { return self.strange(at) };
                match inner.as_rule() {
                    Rule::predicate => DayStepKind::Expect(self.predicate(inner)),
                    Rule::expect_handoff => {
                        let (mut no, mut name) = (false, None);
                        for part in inner.into_inner() {
                            match part.as_rule() {
                                Rule::expect_no => no = true,
                                _ => name = Some(self.name(&part)),
                            }
                        }
                        DayStepKind::ExpectHandoff { no, name }
                    }
                    Rule::expect_messages => {
                        let (mut no, mut from) = (false, None);
                        for part in inner.into_inner() {
                            match part.as_rule() {
                                Rule::expect_no => no = true,
                                _ => from = part.into_inner().next().map(|name| self.name(&name)),
                            }
                        }
                        DayStepKind::ExpectTouch { no, channel: None, content: None, from }
                    }
                    _ => {
                        let (mut no, mut channel, mut content, mut from) = (false, None, None, None);
                        for part in inner.into_inner() {
                            match part.as_rule() {
                                Rule::expect_no => no = true,
                                Rule::channel => channel = self.channel(&part),
                                Rule::expect_from => from = part.into_inner().next().map(|name| self.name(&name)),
                                _ => content = Some(self.name(&part)),
                            }
                        }
                        if channel.is_none() {
                            return self.strange(at);
                        }
                        DayStepKind::ExpectTouch { no, channel, content, from }
                    }
                }
            }
            _ => return self.strange(at),
        };
        Some(DayStep { at, kind })
    }
}
