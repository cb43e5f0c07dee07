//! Values of rules: paths through the policy, literals, groups of leads.

use smol_str::SmolStr;

use super::{Resolved, Resolver, all};
use crate::diagnostics::{Check, Kind as Decl, Problem, Reported, closest, list_words};
use crate::model::rule_schema::{Entity, Kind, Many, SETTINGS, Type};
use crate::plan::{self, Counted, PathStep};
use crate::syntax::ast::Name;
use crate::syntax::rule_ast::{Atom, AtomKind, Operand, PathPart};
use crate::text::Range;

/// What names mean in a rule.
#[derive(Default)]
pub(super) struct Env {
    /// The entity at hand and the variables around, innermost last.
    pub variables: Vec<(SmolStr, Type)>,
    /// Variables of conditions that were left: messages may speak of them.
    pub told: Vec<(SmolStr, Type)>,
}

impl Env {
    /// The type of a variable; for messages also of those that were left.
    pub fn find(&self, name: &str) -> Option<Type> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, ty)| *ty)
    }

    /// Whether messages may speak of `name`.
    pub fn told(&self, name: &str) -> Option<Type> {
        self.find(name).or_else(|| self.told.iter().find(|(known, _)| known == name).map(|(_, ty)| *ty))
    }
}

const ONE: Many = Many::One;

fn one(kind: Kind) -> Type {
    Type { kind, many: ONE }
}

/// A type in words.
pub(super) fn describe(ty: Type) -> String {
    ty.describe()
}

const ACTS: [&str; 3] = ["silent", "untold", "unasked"];

impl Resolver<'_> {
    /// Whether an operand is a bare name that only the other side's type explains.
    pub(super) fn needs_type(&self, operand: &Operand, env: &Env) -> bool {
        match (&operand.first.kind, operand.rest.is_empty()) {
            (AtomKind::Path(parts), true) => match parts.first() {
                Some(first) => {
                    let name = first.name.text.as_str();
                    env.find(name).is_none() && !["workspace", "settings", "everyone", "anonymous"].contains(&name) && !ACTS.contains(&name)
                }
                None => false,
            },
            (AtomKind::List(list), true) => list.iter().all(|operand| self.needs_type(operand, env)),
            _ => false,
        }
    }

    pub(super) fn operand(&mut self, operand: &Operand, env: &mut Env, expected: Option<Kind>) -> Resolved<(plan::Operand, Type)> {
        self.operand_of(operand, env, expected).map(|(value, ty, _)| (value, ty))
    }

    /// An operand, its type, and whether it can be absent.
    pub(super) fn operand_of(&mut self, operand: &Operand, env: &mut Env, expected: Option<Kind>) -> Resolved<(plan::Operand, Type, bool)> {
        let first = self.atom(&operand.first, env, expected);
        if operand.rest.is_empty() {
            return first;
        }
        let (mut value, ty, _) = first?;
        self.leads_needed(ty, operand.first.at)?;
        for (with, atom) in &operand.rest {
            let (right, ty, _) = self.atom(atom, env, Some(Kind::Predicate))?;
            self.leads_needed(ty, atom.at)?;
            let pair = Box::new((value, right));
            value = if *with { plan::Operand::With(pair) } else { plan::Operand::Except(pair) };
        }
        Ok((value, one(Kind::Predicate), false))
    }

    fn leads_needed(&mut self, ty: Type, at: Range) -> Resolved<()> {
        if ty.kind == Kind::Predicate {
            return Ok(());
        }
        self.fail(
            Problem::new(Check::WrongType, at, format!("this is {}, and not a group of leads", describe(ty)))
                .help("only groups of leads cover, overlap, or are combined by `with` and `except`"),
        )
    }

    /// A group of leads, or several that stand for all of them.
    pub(super) fn predicates(&mut self, operand: &Operand, env: &mut Env) -> Resolved<plan::Operand> {
        let (value, ty) = self.operand(operand, env, Some(Kind::Predicate))?;
        self.leads_needed(ty, operand.at)?;
        Ok(value)
    }

    fn atom(&mut self, atom: &Atom, env: &mut Env, expected: Option<Kind>) -> Resolved<(plan::Operand, Type, bool)> {
        let plain = |value: plan::Operand, kind: Kind| Ok((value, one(kind), false));
        match &atom.kind {
            AtomKind::Text(text) => plain(plan::Operand::Text(text.clone()), Kind::Text),
            AtomKind::Number(number) => {
                let kind = if number.is_whole() { Kind::Whole } else { Kind::Number };
                plain(plan::Operand::Number(number.to_string().into()), kind)
            }
            AtomKind::Percent(number) => plain(plan::Operand::Percent(number.to_string().into()), Kind::Percent),
            AtomKind::Duration(seconds) => plain(plan::Operand::Seconds(*seconds), Kind::Duration),
            AtomKind::Date(date) => plain(plan::Operand::Date(date.to_string().into()), Kind::Date),
            AtomKind::List(list) => {
                let items = all(list.iter().map(|operand| self.operand(operand, env, expected)).collect::<Vec<_>>())?;
                let kind = items.first().map_or(expected.unwrap_or(Kind::Text), |(_, ty)| ty.kind);
                if let Some((at, (_, ty))) = list.iter().map(|operand| operand.at).zip(&items).find(|(_, (_, ty))| ty.kind != kind) {
                    return self.fail(Problem::new(
                        Check::WrongType,
                        at,
                        format!("this list begins with {}, and this is {}", describe(one(kind)), describe(*ty)),
                    ));
                }
                Ok((plan::Operand::List(items.into_iter().map(|(value, _)| value).collect()), Type { kind, many: Many::List }, false))
            }
            AtomKind::Figure { share, filter, list } => {
                let counted = match filter {
                    Some((variable, condition)) => {
                        let (variable, list, condition) = self.over(variable, list, condition, env)?;
                        Counted { list, variable: Some(variable), condition: Some(condition) }
                    }
                    None => {
                        let (value, ty) = self.operand(list, env, None)?;
                        if ty.many == ONE {
                            return self.fail(Problem::new(Check::WrongType, list.at, format!("this is {}, and not a list to count", describe(ty))));
                        }
                        Counted { list: value, variable: None, condition: None }
                    }
                };
                let counted = Box::new(counted);
                if *share { plain(plan::Operand::Share(counted), Kind::Percent) } else { plain(plan::Operand::Count(counted), Kind::Whole) }
            }
            AtomKind::Leads(predicate) => {
                let predicate = self.predicate(predicate)?;
                plain(plan::Operand::Leads(Box::new(predicate)), Kind::Predicate)
            }
            AtomKind::Act(name, argument) => {
                let (value, ty) = self.operand(argument, env, Some(Kind::Duration))?;
                if ty.kind != Kind::Duration {
                    return self.fail(Problem::new(
                        Check::WrongType,
                        argument.at,
                        format!("`{}` takes a length of time, and this is {}", name.text, describe(ty)),
                    ));
                }
                plain(act(&name.text, Some(Box::new(value))), Kind::Predicate)
            }
            AtomKind::Only(signals) => {
                let signals = all(signals.iter().map(|signal| self.signal_name(signal)).collect::<Vec<_>>())?;
                plain(plan::Operand::Only(signals), Kind::Predicate)
            }
            AtomKind::Path(parts) => self.path(parts, env, expected, atom.at),
            AtomKind::Broken => Err(Reported::with_its_declaration()),
        }
    }

    fn path(&mut self, parts: &[PathPart], env: &mut Env, expected: Option<Kind>, at: Range) -> Resolved<(plan::Operand, Type, bool)> {
        let Some((first, rest)) = parts.split_first() else { return Err(Reported::with_its_declaration()) };
        let name = first.name.text.as_str();
        if let Some(ty) = env.find(name) {
            return self.attributes(first, rest, ty, env);
        }
        match name {
            "workspace" => return self.attributes(first, rest, one(Kind::Entity(Entity::Workspace)), env),
            "settings" => {
                let [setting] = rest else {
                    return self.fail(Problem::new(Check::RulePath, at, "`settings` is followed by the name of one").help("write `settings.told`"));
                };
                let kind = self.setting(&setting.name)?;
                let steps = [first, setting].map(|part| PathStep { name: part.name.text.clone(), argument: None });
                return Ok((plan::Operand::Path(steps.into()), one(kind), false));
            }
            "everyone" if rest.is_empty() => return Ok((plan::Operand::Everyone, one(Kind::Predicate), false)),
            "anonymous" if rest.is_empty() => return Ok((plan::Operand::Anonymous, one(Kind::Predicate), false)),
            act_name if ACTS.contains(&act_name) && rest.is_empty() => return Ok((act(act_name, None), one(Kind::Predicate), false)),
            _ => {}
        }
        self.by_type(first, rest, expected, env)
    }

    /// A name that only the type on the other side explains.
    fn by_type(&mut self, first: &PathPart, rest: &[PathPart], expected: Option<Kind>, env: &Env) -> Resolved<(plan::Operand, Type, bool)> {
        let name = &first.name;
        let named = |kind: Decl, name: SmolStr| plan::Operand::Named { kind: SmolStr::new_static(kind.keyword()), name };
        match (expected, rest) {
            (Some(Kind::Flag), []) if matches!(name.text.as_str(), "yes" | "no") => {
                return Ok((plan::Operand::Flag(name.text == "yes"), one(Kind::Flag), false));
            }
            (Some(Kind::Enum(of)), []) => {
                if of.values().contains(&name.text.as_str()) {
                    return Ok((plan::Operand::Word(name.text.clone()), one(Kind::Enum(of)), false));
                }
                let mut problem = Problem::new(Check::UnknownOption, name.at, format!("`{}` is no {}", name.text, of.name()));
                problem = match closest(&name.text, of.values().iter().copied()) {
                    Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
                    None => problem.help(format!("there are {}", list_words(of.values().iter().copied(), "and", 20))),
                };
                return self.fail(problem);
            }
            (Some(Kind::Entity(Entity::Signal)), []) => {
                let signal = self.signal_name(name)?;
                return Ok((named(Decl::Signal, signal), one(Kind::Entity(Entity::Signal)), false));
            }
            (Some(Kind::Entity(Entity::Stage)), _) => {
                let path = crate::syntax::ast::Path { first: name.clone(), rest: rest.iter().map(|part| part.name.clone()).collect() };
                let (journey, stage) = self.stage_path(&path)?;
                let value = plan::Operand::Named { kind: "stage".into(), name: format!("{journey}.{stage}").into() };
                return Ok((value, one(Kind::Entity(Entity::Stage)), false));
            }
            (Some(Kind::Entity(entity)), []) => {
                let kind = match entity {
                    Entity::Icp => Some(Decl::Icp),
                    Entity::Segment => Some(Decl::Segment),
                    Entity::Journey => Some(Decl::Journey),
                    Entity::Score => Some(Decl::Score),
                    Entity::Content => Some(Decl::Content),
                    Entity::Program => Some(Decl::Program),
                    Entity::Handoff => Some(Decl::Handoff),
                    _ => None,
                };
                if let Some(kind) = kind {
                    let found = self.named(kind, name)?;
                    return Ok((named(kind, found), one(Kind::Entity(entity)), false));
                }
            }
            _ => {}
        }
        let mut known: Vec<SmolStr> = env.variables.iter().map(|(name, _)| name.clone()).collect();
        known.extend(["workspace", "settings", "everyone", "anonymous"].map(SmolStr::new_static));
        let mut problem = Problem::new(Check::RulePath, name.at, format!("`{}` means nothing here", name.text));
        problem = match closest(&name.text, known.iter().map(SmolStr::as_str)) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
            None => problem.help(format!("a path begins with {}", list_words(known.iter().map(SmolStr::as_str), "or", 8))),
        };
        self.fail(problem)
    }

    fn attributes(&mut self, first: &PathPart, rest: &[PathPart], start: Type, env: &mut Env) -> Resolved<(plan::Operand, Type, bool)> {
        let mut steps = vec![PathStep { name: first.name.text.clone(), argument: None }];
        let (mut ty, mut absent) = (start, false);
        if let Some(argument) = &first.argument {
            return self.fail(Problem::new(Check::RulePath, argument.at, format!("`{}` takes nothing in parentheses", first.name.text)));
        }
        for part in rest {
            let (next, attribute) = self.attribute(ty, &part.name)?;
            let argument = match (attribute.argument, &part.argument) {
                (None, None) => None,
                (Some(kind), Some(argument)) => {
                    let (value, found) = self.operand(argument, env, Some(kind))?;
                    if found.kind != kind {
                        return self.fail(Problem::new(
                            Check::WrongType,
                            argument.at,
                            format!("`{}` takes {}, and this is {}", attribute.name, describe(one(kind)), describe(found)),
                        ));
                    }
                    Some(value)
                }
                (Some(kind), None) => {
                    return self.fail(
                        Problem::new(Check::RulePath, part.name.at, format!("`{}` takes {}", attribute.name, describe(one(kind))))
                            .help(format!("write `{}(7 days)`", attribute.name)),
                    );
                }
                (None, Some(argument)) => {
                    return self.fail(Problem::new(Check::RulePath, argument.at, format!("`{}` takes nothing in parentheses", attribute.name)));
                }
            };
            absent = (absent || attribute.optional) && next.many == ONE;
            ty = next;
            steps.push(PathStep { name: part.name.text.clone(), argument });
        }
        Ok((plan::Operand::Path(steps), ty, absent))
    }

    /// The attribute `name` of what a path has led to.
    pub(super) fn attribute(&mut self, ty: Type, name: &Name) -> Resolved<(Type, &'static crate::model::rule_schema::Attribute)> {
        let entity = match ty.kind {
            Kind::Entity(entity) => entity,
            Kind::Predicate => Entity::Predicate,
            _ => {
                return self
                    .fail(Problem::new(Check::RulePath, name.at, format!("{} has no `{}`", describe(one(ty.kind)), name.text)).help("a path ends here"));
            }
        };
        let attributes = entity.attributes();
        let Some(attribute) = attributes.iter().find(|attribute| attribute.name == name.text) else {
            let owner = if entity == Entity::Predicate { "a group of leads".to_owned() } else { format!("a {}", entity.name()) };
            let known = attributes.iter().map(|attribute| attribute.name);
            let mut problem = Problem::new(Check::RulePath, name.at, format!("{owner} has no `{}`", name.text));
            problem = match closest(&name.text, known.clone()) {
                Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
                None => problem,
            };
            return self.fail(problem.help(format!("it has {}", list_words(known, "and", 30))));
        };
        // A path through a list gives the list of what its elements have.
        let many = if ty.many == ONE { attribute.ty.many } else { Many::List };
        Ok((Type { kind: attribute.ty.kind, many }, attribute))
    }

    /// The kind of a setting.
    pub(super) fn setting(&mut self, name: &Name) -> Resolved<Kind> {
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name.text) {
            return Ok(setting.kind);
        }
        let known = SETTINGS.iter().map(|setting| setting.name);
        let mut problem = Problem::new(Check::RulePath, name.at, format!("there is no setting `{}`", name.text));
        problem = match closest(&name.text, known.clone()) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
            None => problem.help(format!("there are {}", list_words(known, "and", 30))),
        };
        self.fail(problem)
    }
}

fn act(name: &str, argument: Option<Box<plan::Operand>>) -> plan::Operand {
    match name {
        "silent" => plan::Operand::Silent(argument),
        "untold" => plan::Operand::Untold(argument),
        _ => plan::Operand::Unasked(argument),
    }
}
