//! `rule`: predicates over the policy.

use super::predicate::{Joined, Operand as Flat, order};
use super::{Builder, P, Rule as R, Seen, first_word};
use crate::diagnostics::{Check, Problem};
use crate::syntax::ast::{At, Item, Text};
use crate::syntax::rule_ast::{Atom, AtomKind, Condition, ConditionKind, Operand, PathPart, Quantifier, Rule, RuleTest};
use crate::text::Range;

impl Builder<'_> {
    pub(super) fn rule(&mut self, pairs: Vec<P<'_>>, seen: &mut Seen, at: Range) -> Option<Rule> {
        let mut rule = Rule {
            is: false,
            level: None,
            denies: None,
            shows: None,
            each: None,
            when: None,
            because: None,
            instead: None,
            source: None,
            flags: Vec::new(),
            passes: Vec::new(),
        };
        for pair in pairs {
            let place = self.at(&pair);
            let kind = pair.as_rule();
            match kind {
                R::verdict => rule.is = pair.into_inner().next().is_some_and(|pair| pair.as_rule() == R::is_nurturing),
                R::flags => rule.flags.push(At { value: self.examples(pair), at: place }),
                R::passes => rule.passes.push(At { value: self.examples(pair), at: place }),
                _ => {
                    let word = first_word(&pair);
                    if !self.first(seen, kind, place, &word) {
                        continue;
                    }
                    match kind {
                        R::level => rule.level = pair.into_inner().next().map(|pair| self.name(&pair)),
                        R::denies => rule.denies = pair.into_inner().next().map(|pair| self.name(&pair)),
                        R::shows => rule.shows = pair.into_inner().next().map(|pair| self.name(&pair)),
                        R::each => {
                            let mut inner = pair.into_inner();
                            let Some(entity) = inner.next() else { return self.strange(place) };
                            let entity = self.name(&entity);
                            let filter = inner.next().map(|condition| self.condition(condition));
                            rule.each = Some((entity, filter));
                        }
                        R::rule_when => rule.when = pair.into_inner().next().map(|condition| self.condition(condition)),
                        R::because => rule.because = self.text_in(pair),
                        R::instead => rule.instead = self.text_in(pair),
                        R::source => rule.source = self.text_in(pair),
                        _ => return self.strange(at),
                    }
                }
            }
        }
        Some(rule)
    }

    fn examples(&mut self, pair: P<'_>) -> Vec<Item> {
        pair.into_inner()
            .filter_map(|pair| {
                let item = self.item(pair)?;
                if matches!(item.kind(), super::super::ast::Kind::Rule | super::super::ast::Kind::Test) {
                    let problem = Problem::new(Check::MisplacedClause, item.keyword, format!("{} cannot stand in an example", item.kind().with_article()))
                        .help("an example holds the declarations that the rule judges");
                    self.report(problem);
                    return None;
                }
                Some(item)
            })
            .collect()
    }

    fn condition(&mut self, pair: P<'_>) -> Condition {
        let at = self.at(&pair);
        let mut operands: Vec<Flat<Condition>> = Vec::with_capacity(1);
        let mut words = Vec::new();
        let (mut nots, mut not_at) = (0u32, at);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                R::not => {
                    if nots == 0 {
                        not_at = self.at(&inner);
                    }
                    nots += 1;
                }
                R::and => words.push((true, self.at(&inner))),
                R::or => words.push((false, self.at(&inner))),
                _ => {
                    let mut at = self.at(&inner);
                    let mut value = self.cond_term(inner);
                    if nots > 0 {
                        at = not_at.cover(at);
                        value = Condition { at, kind: ConditionKind::Not(nots, Box::new(value)) };
                    }
                    operands.push(Flat { value, at });
                    nots = 0;
                }
            }
        }
        match self.join(operands, &words) {
            Joined::One(one) => one,
            Joined::And(all) => Condition { at, kind: ConditionKind::And(all) },
            Joined::Or(any) => Condition { at, kind: ConditionKind::Or(any) },
        }
    }

    fn cond_term(&mut self, pair: P<'_>) -> Condition {
        let at = self.at(&pair);
        let kind = match pair.as_rule() {
            R::cond_group => match pair.into_inner().next() {
                Some(inner) => return self.condition(inner),
                None => None,
            },
            R::quantified => self.quantified(pair),
            R::cond_test => self.cond_test(pair),
            _ => None,
        };
        let kind = kind.or_else(|| self.strange(at)).unwrap_or(ConditionKind::Broken);
        Condition { at, kind }
    }

    fn quantified(&mut self, pair: P<'_>) -> Option<ConditionKind> {
        let mut inner = pair.into_inner();
        let (word, variable, list, condition) = (inner.next()?, inner.next()?, inner.next()?, inner.next()?);
        let quantifier = match word.as_str() {
            "some" => Quantifier::Some,
            "all" => Quantifier::All,
            _ => Quantifier::None,
        };
        Some(ConditionKind::Quantified { quantifier, variable: self.name(&variable), list: self.operand(list), condition: Box::new(self.condition(condition)) })
    }

    fn cond_test(&mut self, pair: P<'_>) -> Option<ConditionKind> {
        let mut inner = pair.into_inner();
        let operand = inner.next()?;
        let operand = self.operand(operand);
        let Some(tail) = inner.next() else { return Some(ConditionKind::Flag(operand)) };
        let rule = tail.as_rule();
        let mut parts = tail.into_inner();
        let test = match rule {
            R::rule_is => match (parts.next()?, parts.next()) {
                (part, _) if part.as_rule() == R::is_known => RuleTest::Known(true),
                (part, _) if part.as_rule() == R::is_unknown => RuleTest::Known(false),
                (part, _) if part.as_rule() == R::is_empty => RuleTest::Empty,
                (_, Some(operand)) => RuleTest::Is(false, self.operand(operand)),
                (operand, None) => RuleTest::Is(true, self.operand(operand)),
            },
            R::rule_compare => {
                let (sign, operand) = (parts.next()?, parts.next()?);
                RuleTest::Order(order(sign.as_str()), self.operand(operand))
            }
            R::rule_between => {
                let (low, high) = (parts.next()?, parts.next()?);
                RuleTest::Between(self.operand(low), self.operand(high))
            }
            R::rule_says => {
                let phrases: Vec<Text> = parts.next()?.into_inner().map(|string| self.string(&string)).collect();
                RuleTest::Says(phrases)
            }
            _ => {
                let operand = parts.next()?;
                let operand = self.operand(operand);
                match rule {
                    R::rule_in => RuleTest::In(true, operand),
                    R::rule_not_in => RuleTest::In(false, operand),
                    R::rule_has => RuleTest::Has(operand),
                    R::rule_covers => RuleTest::Covers(operand),
                    R::rule_overlaps => RuleTest::Overlaps(operand),
                    R::rule_older => RuleTest::Older(operand),
                    _ => return None,
                }
            }
        };
        Some(ConditionKind::Test(Box::new((operand, test))))
    }

    fn operand(&mut self, pair: P<'_>) -> Operand {
        let at = self.at(&pair);
        let mut inner = pair.into_inner();
        let first = match inner.next() {
            Some(atom) => self.atom(atom),
            None => Atom { at, kind: AtomKind::Broken },
        };
        let mut rest = Vec::new();
        while let (Some(word), Some(atom)) = (inner.next(), inner.next()) {
            let with = word.into_inner().next().is_some_and(|word| word.as_rule() == R::with);
            rest.push((with, self.atom(atom)));
        }
        Operand { at, first: Box::new(first), rest }
    }

    fn atom(&mut self, pair: P<'_>) -> Atom {
        let at = self.at(&pair);
        let kind = match pair.as_rule() {
            R::string => AtomKind::Text(self.string(&pair).value),
            R::number => AtomKind::Number(self.decimal(&pair).value),
            R::percent => AtomKind::Percent(self.percent(&pair).value),
            R::duration => AtomKind::Duration(self.duration(pair).value),
            R::date => self.date(&pair).map_or(AtomKind::Broken, |date| AtomKind::Date(date.value)),
            R::rule_list => AtomKind::List(pair.into_inner().map(|operand| self.operand(operand)).collect()),
            R::leads => match pair.into_inner().next() {
                Some(predicate) => AtomKind::Leads(Box::new(self.predicate(predicate))),
                None => self.strange(at).unwrap_or(AtomKind::Broken),
            },
            R::figure => self.figure(pair).unwrap_or(AtomKind::Broken),
            R::act => self.act(pair).unwrap_or(AtomKind::Broken),
            R::rule_path => AtomKind::Path(pair.into_inner().filter_map(|part| self.path_part(part)).collect()),
            _ => self.strange(at).unwrap_or(AtomKind::Broken),
        };
        Atom { at, kind }
    }

    fn figure(&mut self, pair: P<'_>) -> Option<AtomKind> {
        let mut inner = pair.into_inner();
        let (word, second) = (inner.next()?, inner.next()?);
        let share = word.as_str() == "share";
        if second.as_rule() == R::operand {
            return Some(AtomKind::Figure { share, filter: None, list: Box::new(self.operand(second)) });
        }
        let (list, condition) = (inner.next()?, inner.next()?);
        let variable = self.name(&second);
        let list = Box::new(self.operand(list));
        Some(AtomKind::Figure { share, filter: Some((variable, Box::new(self.condition(condition)))), list })
    }

    fn act(&mut self, pair: P<'_>) -> Option<AtomKind> {
        let mut inner = pair.into_inner();
        let word = inner.next()?;
        let name = self.name(&word);
        let arguments: Vec<P<'_>> = inner.collect();
        if name.text == "only" {
            // `only(click)` is read as an operand, `only(open, click)` as words.
            let names = arguments
                .into_iter()
                .map(|pair| {
                    let at = self.at(&pair);
                    crate::syntax::ast::Name { text: pair.as_str().trim().into(), at }
                })
                .collect();
            return Some(AtomKind::Only(names));
        }
        match arguments.into_iter().next() {
            Some(operand) if operand.as_rule() == R::operand => Some(AtomKind::Act(name, Box::new(self.operand(operand)))),
            _ => {
                let problem =
                    Problem::new(Check::Syntax, name.at, format!("`{}` takes one length of time", name.text)).help(format!("write `{}(90 days)`", name.text));
                self.report(problem);
                Some(AtomKind::Broken)
            }
        }
    }

    fn path_part(&mut self, pair: P<'_>) -> Option<PathPart> {
        let mut inner = pair.into_inner();
        let name = inner.next()?;
        let name = self.name(&name);
        let argument = inner.next().map(|operand| self.operand(operand));
        Some(PathPart { name, argument })
    }
}
