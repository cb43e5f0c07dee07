//! `rule`: clauses, examples, and conditions over the policy.

use smol_str::SmolStr;

use super::items::bare;
use super::rule_atoms::{Env, describe};
use super::{Local, Resolved, Resolver, Space, all, optional};
use crate::diagnostics::{Check, Problem, Reported, closest, list_words};
use crate::model::rule_schema::{Entity, Kind, Many, Type};
use crate::model::schema::{self, Schema};
use crate::plan::{self, Condition};
use crate::syntax::ast::{Item, Name, Text};
use crate::syntax::rule_ast::{self, ConditionKind, Operand, Quantifier, Rule, RuleTest};
use crate::text::Range;

/// The pillars of the verdict.
pub const PILLARS: [&str; 4] = ["for_someone", "listens", "about_them", "leads_somewhere"];
const LEVELS: [&str; 3] = ["error", "warning", "advice"];

impl Resolver<'_> {
    pub(super) fn rule(&mut self, item: &Item, name: SmolStr, rule: &Rule) -> Resolved<plan::Rule> {
        let level = optional(rule.level.as_ref().map(|level| self.one_word(level, &LEVELS, "level")));
        let denies = optional(rule.denies.as_ref().map(|pillar| self.one_word(pillar, &PILLARS, "pillar of the verdict")));
        let shows = optional(rule.shows.as_ref().map(|pillar| self.one_word(pillar, &PILLARS, "pillar of the verdict")));
        if rule.is {
            for (clause, word) in [(&rule.level, "level"), (&rule.denies, "denies")] {
                if let Some(clause) = clause {
                    self.report(
                        Problem::new(Check::MisplacedClause, clause.at, format!("a rule that credits has no `{word}`"))
                            .help("only `isn't nurturing` rules report and deny"),
                    );
                }
            }
        } else if let Some(clause) = &rule.shows {
            self.report(
                Problem::new(Check::MisplacedClause, clause.at, "a rule that reports has no `shows`").help("write `denies`, or make it an `is nurturing` rule"),
            );
        }
        let mut env = Env::default();
        let (mut each, mut filter) = (None, Ok(None));
        if let Some((entity, condition)) = &rule.each {
            match Entity::from_name(&entity.text) {
                Some(found) => {
                    env.variables.push((SmolStr::new_static(found.name()), Type { kind: Kind::Entity(found), many: Many::One }));
                    each = Some(found);
                    filter = optional(condition.as_ref().map(|condition| self.condition(condition, &mut env)));
                }
                None => {
                    let known = Entity::ALL.iter().filter(|entity| **entity != Entity::Predicate).map(|entity| entity.name());
                    let mut problem = Problem::new(Check::RulePath, entity.at, format!("a rule cannot look at each `{}`", entity.text));
                    problem = match closest(&entity.text, known.clone()) {
                        Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), entity.at, meant, true),
                        None => problem.help(format!("it looks at each {}", list_words(known, "or", 20))),
                    };
                    self.report(problem);
                }
            }
        } else {
            let _: Resolved<()> = self.missing(item, "each", "say what it looks at: `each touch`, `each program` …");
        }
        let when = match &rule.when {
            Some(when) if each.is_some() => Some(self.condition(when, &mut env)),
            Some(_) => None,
            None => {
                let _: Resolved<()> = self.missing(item, "when", "say when it fires: `when …`");
                None
            }
        };
        if rule.because.is_none() {
            let _: Resolved<()> = self.missing(item, "because", "say why, in a sentence a marketer would say: `because \"…\"`");
        }
        if each.is_some() {
            for text in [&rule.because, &rule.instead].into_iter().flatten() {
                self.interpolated(text, &env);
            }
        }
        for (examples, word) in [(&rule.flags, "flags"), (&rule.passes, "passes")] {
            if examples.is_empty() {
                let help = if word == "flags" {
                    "add `flags { … }`: a policy that the rule must report"
                } else {
                    "add `passes { … }`: a policy that it must not report"
                };
                let _: Resolved<()> = self.missing(item, word, help);
            }
            for example in examples {
                let _ = self.example(&example.value);
            }
        }
        let (Some(each), Some(when), Some(because)) = (each, when, &rule.because) else { return Err(Reported::with_its_declaration()) };
        let level = level?.map(|level| match level.as_str() {
            "error" => plan::Level::Error,
            "advice" => plan::Level::Advice,
            _ => plan::Level::Warning,
        });
        Ok(bare!(Rule, name, {
            is: rule.is,
            level: if rule.is { None } else { Some(level.unwrap_or(plan::Level::Warning)) },
            denies: denies?,
            shows: shows?,
            each: SmolStr::new_static(each.name()),
            filter: filter?,
            when: when?,
            because: because.value.to_string(),
            instead: rule.instead.as_ref().map(|text| text.value.to_string()),
            origin: rule.source.as_ref().map(|text| text.value.to_string()),
        }))
    }

    fn one_word(&mut self, name: &Name, known: &[&str], noun: &str) -> Resolved<SmolStr> {
        if known.contains(&name.text.as_str()) {
            return Ok(name.text.clone());
        }
        let mut problem = Problem::new(Check::UnknownOption, name.at, format!("there is no {noun} `{}`", name.text));
        problem = match closest(&name.text, known.iter().copied()) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
            None => problem.help(format!("there are {}", list_words(known.iter().copied(), "and", 8))),
        };
        self.fail(problem)
    }

    /// Checks an example: its declarations see each other and what they need of the policy around them. What each is in the plan's form.
    pub(super) fn example(&mut self, items: &[Item]) -> Vec<Option<super::PlanItem>> {
        let mut local =
            Local { names: Default::default(), schema: Schema::builtin(), own_lead: items.iter().any(|item| item.kind() == crate::diagnostics::Kind::Lead) };
        let mut parts: Vec<schema::Part> = Vec::new();
        for item in items {
            let Some(name) = &item.name else {
                parts.extend(schema::part(item));
                continue;
            };
            let space = Space::of(item.kind());
            if local.names.insert((space, name.text.clone()), item.kind()).is_some() {
                let problem = Problem::new(Check::DuplicateName, name.at, format!("`{}` is declared twice in this example", name.text));
                self.report(problem);
            }
            parts.extend(schema::part(item));
        }
        if parts.is_empty() {
            local.schema = self.schema.clone();
        } else {
            // What the example declares goes before what stands around it.
            parts.iter().for_each(|part| local.schema.add(part));
            let around = self.schema;
            if let Some(lead) = &around.lead {
                local.schema.add(&schema::Part::Lead(lead.clone()));
            }
            for (name, signal) in &around.signals {
                local.schema.add(&schema::Part::Signal(name.clone(), signal.clone()));
            }
            for (name, stages) in &around.journeys {
                local.schema.add(&schema::Part::Journey(name.clone(), stages.clone()));
            }
            for (name, score) in &around.scores {
                local.schema.add(&schema::Part::Score(name.clone(), score.clone()));
            }
            local.schema.hidden.extend(around.hidden.iter().cloned());
        }
        let outer = self.local.replace(Box::new(local));
        let uses = self.uses.len();
        let made = items.iter().map(|item| self.item(item).ok()).collect();
        // An example is no use of what it speaks of.
        let named = self.uses.split_off(uses);
        let of_policy = |used: &super::Use| self.local.as_ref().is_none_or(|local| !local.names.contains_key(&(Space::of(used.kind), used.name.clone())));
        let named: Vec<super::Use> = named.into_iter().filter(of_policy).collect();
        self.in_examples.extend(named);
        self.local = outer;
        made
    }

    /// `{path}` in a message.
    fn interpolated(&mut self, text: &Text, env: &Env) {
        let mut rest = text.value.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            if let Some(after) = after.strip_prefix('{') {
                rest = after;
                continue;
            }
            let Some((inside, after)) = after.split_once('}') else {
                self.report(Problem::new(Check::BadPlaceholder, text.at, "a `{` in this text is not closed").help("write `{{` for a brace"));
                return;
            };
            rest = after;
            let path = inside.split('(').next().unwrap_or(inside).trim();
            let at = self.within_text(text, &format!("{{{inside}}}"));
            let parts: Vec<Name> =
                path.split('.').map(|part| Name { text: part.into(), at: self.within_text(&Text { value: text.value.clone(), at }, part) }).collect();
            let Some((first, steps)) = parts.split_first() else { continue };
            let known = env.told(&first.text).or_else(|| match first.text.as_str() {
                "workspace" => Some(Type { kind: Kind::Entity(Entity::Workspace), many: Many::One }),
                _ => None,
            });
            if first.text == "settings" {
                if let [setting] = steps {
                    let _ = self.setting(setting);
                }
                continue;
            }
            let Some(mut ty) = known else {
                let names: Vec<&str> = env.variables.iter().map(|(name, _)| name.as_str()).collect();
                self.report(
                    Problem::new(Check::BadPlaceholder, at, format!("`{{{inside}}}` names nothing that this rule knows"))
                        .help(format!("begin with {}", list_words(names, "or", 6))),
                );
                continue;
            };
            for step in steps {
                match self.attribute(ty, step) {
                    Ok((next, _)) => ty = next,
                    Err(_) => break,
                }
            }
        }
    }

    // ---- conditions ------------------------------------------------------------------------------------

    pub(super) fn condition(&mut self, condition: &rule_ast::Condition, env: &mut Env) -> Resolved<Condition> {
        match &condition.kind {
            ConditionKind::And(of) => all(of.iter().map(|part| self.condition(part, env)).collect::<Vec<_>>()).map(|of| Condition::And { of }),
            ConditionKind::Or(of) => all(of.iter().map(|part| self.condition(part, env)).collect::<Vec<_>>()).map(|of| Condition::Or { of }),
            ConditionKind::Not(times, inner) => {
                let of = self.condition(inner, env)?;
                Ok(if times % 2 == 0 { of } else { Condition::Not { of: Box::new(of) } })
            }
            ConditionKind::Quantified { quantifier, variable, list, condition } => {
                let (variable, list, condition) = self.over(variable, list, condition, env)?;
                let condition = Box::new(condition);
                Ok(match quantifier {
                    Quantifier::Some => Condition::Some { variable, list, condition },
                    Quantifier::All => Condition::All { variable, list, condition },
                    Quantifier::None => Condition::None { variable, list, condition },
                })
            }
            ConditionKind::Flag(operand) => {
                let (value, ty) = self.operand(operand, env, None)?;
                if ty.kind != Kind::Flag || ty.many != Many::One {
                    return self.fail(
                        Problem::new(Check::WrongType, operand.at, format!("this is {}, and no condition by itself", describe(ty)))
                            .help("compare it: `is`, `>`, `has`, `covers` …"),
                    );
                }
                Ok(Condition::Flag { value })
            }
            ConditionKind::Test(test) => self.rule_test(&test.0, &test.1, env),
            ConditionKind::Broken => Err(Reported::with_its_declaration()),
        }
    }

    /// A variable over a list, and what must hold of it.
    pub(super) fn over(
        &mut self,
        variable: &Name,
        list: &Operand,
        condition: &rule_ast::Condition,
        env: &mut Env,
    ) -> Resolved<(SmolStr, plan::Operand, Condition)> {
        let (operand, ty) = self.operand(list, env, None)?;
        if ty.many == Many::One {
            return self.fail(Problem::new(Check::WrongType, list.at, format!("this is {}, and not a list", describe(ty))));
        }
        if env.find(&variable.text).is_some() || ["workspace", "settings"].contains(&variable.text.as_str()) {
            return self
                .fail(Problem::new(Check::DuplicateName, variable.at, format!("`{}` has a meaning here already", variable.text)).help("choose another name"));
        }
        env.variables.push((variable.text.clone(), Type { kind: ty.kind, many: Many::One }));
        let depth = env.variables.len();
        let resolved = self.condition(condition, env);
        // Messages may speak of it, so that it stays known to them; conditions beside this one may reuse the name.
        env.variables.truncate(depth);
        if let Some(variable) = env.variables.pop() {
            env.told.push(variable);
        }
        Ok((variable.text.clone(), operand, resolved?))
    }

    fn rule_test(&mut self, left: &Operand, test: &RuleTest, env: &mut Env) -> Resolved<Condition> {
        match test {
            RuleTest::Known(known) => {
                let (value, ty, optional) = self.operand_of(left, env, None)?;
                if !optional {
                    return self.fail(
                        Problem::new(Check::NeverMissing, left.at, format!("this is {} and always there", describe(ty))).help(if ty.many == Many::One {
                            "leave the question out"
                        } else {
                            "ask `count(…) > 0`"
                        }),
                    );
                }
                Ok(if *known { Condition::Known { value } } else { Condition::Unknown { value } })
            }
            RuleTest::Empty => {
                let value = self.predicates(left, env)?;
                Ok(Condition::Empty { value })
            }
            RuleTest::Covers(right) => Ok(Condition::Covers { left: self.predicates(left, env)?, right: self.predicates(right, env)? }),
            RuleTest::Overlaps(right) => Ok(Condition::Overlaps { left: self.predicates(left, env)?, right: self.predicates(right, env)? }),
            RuleTest::Is(is, right) => {
                let ((left, left_ty), (right_value, right_ty)) = self.pair(left, right, env)?;
                if left_ty.many != Many::One || right_ty.many != Many::One {
                    if !(left_ty.kind == Kind::Predicate && right_ty.kind == Kind::Predicate) {
                        return self.fail(
                            Problem::new(
                                Check::WrongType,
                                right.at,
                                format!("{} is not compared with `is`", describe(if left_ty.many == Many::One { right_ty } else { left_ty })),
                            )
                            .help("ask `has`, `in`, or `some(x in … where …)`"),
                        );
                    }
                } else {
                    self.same_kind(left_ty, right_ty, right.at)?;
                }
                Ok(if *is { Condition::Is { left, right: right_value } } else { Condition::IsNot { left, right: right_value } })
            }
            RuleTest::Order(order, right) => {
                let ((left_value, left_ty), (right_value, right_ty)) = self.pair(left, right, env)?;
                self.ordered(left_ty, left.at)?;
                self.ordered(right_ty, right.at)?;
                self.same_kind(left_ty, right_ty, right.at)?;
                Ok(Condition::Compare { left: left_value, order: super::predicate::sign(*order), right: right_value })
            }
            RuleTest::Between(low, high) => {
                let (value, ty) = self.operand(left, env, None)?;
                self.ordered(ty, left.at)?;
                let (from, from_ty) = self.operand(low, env, Some(ty.kind))?;
                let (to, to_ty) = self.operand(high, env, Some(ty.kind))?;
                self.same_kind(ty, from_ty, low.at)?;
                self.same_kind(ty, to_ty, high.at)?;
                Ok(Condition::And {
                    of: vec![
                        Condition::Compare { left: value.clone(), order: plan::OrderSign::AtLeast, right: from },
                        Condition::Compare { left: value, order: plan::OrderSign::AtMost, right: to },
                    ],
                })
            }
            RuleTest::In(is, list) => {
                let ((value, ty), (list_value, list_ty)) = self.pair(left, list, env)?;
                if list_ty.many == Many::One {
                    return self.fail(
                        Problem::new(Check::WrongType, list.at, format!("this is {}, and not a list", describe(list_ty)))
                            .help("ask `is`, or write a list: `[a, b]`"),
                    );
                }
                if ty.many != Many::One {
                    return self.fail(Problem::new(Check::WrongType, left.at, format!("this is {}: ask `some(x in … where x in …)`", describe(ty))));
                }
                self.same_kind(ty, list_ty, list.at)?;
                Ok(if *is { Condition::In { value, list: list_value } } else { Condition::NotIn { value, list: list_value } })
            }
            RuleTest::Has(right) => {
                let ((list, list_ty), (value, ty)) = self.pair(left, right, env)?;
                if list_ty.many == Many::One {
                    return self.fail(Problem::new(Check::WrongType, left.at, format!("this is {}, and not a list", describe(list_ty))).help("ask `is`"));
                }
                self.same_kind(list_ty, ty, right.at)?;
                Ok(Condition::In { value, list })
            }
            RuleTest::Says(phrases) => {
                let (value, ty) = self.operand(left, env, None)?;
                if ty.kind != Kind::Text {
                    return self.fail(Problem::new(Check::WrongType, left.at, format!("this is {}, and only a text says something", describe(ty))));
                }
                if let Some(empty) = phrases.iter().find(|phrase| phrase.value.trim().is_empty()) {
                    return self.fail(Problem::new(Check::EmptyText, empty.at, "every text says the empty phrase"));
                }
                Ok(Condition::Says { value, phrases: phrases.iter().map(|phrase| phrase.value.clone()).collect() })
            }
            RuleTest::Older(right) => {
                let (value, ty) = self.operand(left, env, None)?;
                let (than, than_ty) = self.operand(right, env, Some(Kind::Duration))?;
                if ty.kind != Kind::Date {
                    return self.fail(Problem::new(Check::WrongType, left.at, format!("this is {}, and only a date has an age", describe(ty))));
                }
                if than_ty.kind != Kind::Duration {
                    return self.fail(Problem::new(Check::WrongType, right.at, format!("this is {}, and an age is a length of time", describe(than_ty))));
                }
                Ok(Condition::OlderThan { value, than })
            }
        }
    }

    /// Both sides of a comparison: a bare name on one side is read by the type of the other.
    #[allow(clippy::type_complexity, reason = "a pair of pairs, taken apart at once")]
    fn pair(&mut self, left: &Operand, right: &Operand, env: &mut Env) -> Resolved<((plan::Operand, Type), (plan::Operand, Type))> {
        if self.needs_type(left, env) && !self.needs_type(right, env) {
            let right = self.operand(right, env, None)?;
            let left = self.operand(left, env, Some(right.1.kind))?;
            return Ok((left, right));
        }
        let left = self.operand(left, env, None)?;
        let right = self.operand(right, env, Some(left.1.kind))?;
        Ok((left, right))
    }

    fn ordered(&mut self, ty: Type, at: Range) -> Resolved<()> {
        let comparable = matches!(ty.kind, Kind::Whole | Kind::Number | Kind::Percent | Kind::Duration | Kind::Date) && ty.many == Many::One;
        if comparable {
            return Ok(());
        }
        self.fail(
            Problem::new(Check::WrongType, at, format!("this is {}, and has no order", describe(ty)))
                .help("only numbers, percentages, times and dates are more or less"),
        )
    }

    fn same_kind(&mut self, left: Type, right: Type, at: Range) -> Resolved<()> {
        let number = |kind: Kind| matches!(kind, Kind::Whole | Kind::Number);
        if left.kind == right.kind || (number(left.kind) && number(right.kind)) {
            return Ok(());
        }
        let one = |ty: Type| describe(Type { kind: ty.kind, many: Many::One });
        self.fail(Problem::new(Check::WrongType, at, format!("{} is compared with {}", one(left), one(right))).here(format!("this is {}", describe(right))))
    }
}
