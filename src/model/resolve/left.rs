//! What the left side of a comparison names.

use smol_str::SmolStr;

use super::{Member, Resolved, Resolver, Scope, Space};
use crate::diagnostics::{Check, Kind, Part, Problem, closest};
use crate::model::schema::{FieldSchema, Opt, Ty};
use crate::plan::{ContentAttribute, Subject};
use crate::syntax::ast::{Name, Path};

/// What the left side of a comparison is.
pub(super) enum Left {
    /// A field, or an attribute of the content in it.
    Field(Subject, Ty, bool),
    /// A journey.
    Journey(SmolStr),
    /// A score.
    Score(SmolStr),
}

impl Resolver<'_> {
    /// What the left side names.
    pub(super) fn left(&mut self, path: &Path, scope: Scope<'_>) -> Resolved<Left> {
        let name = &path.first;
        self.asked = None;
        self.field = None;
        if let Scope::Event(signal) = scope {
            return self.event_field(path, signal);
        }
        if let Some(extra) = path.rest.first() {
            let help = match self.look_up(Space::Values, &name.text) {
                Some(Kind::Journey) => format!("ask `{} is {}`", name.text, extra.text),
                _ => "a field of a lead has no parts".to_owned(),
            };
            return self.fail(
                Problem::new(Check::UnknownName, path.at(), format!("`{}.{}` is nothing that can be asked of a lead", name.text, extra.text)).help(help),
            );
        }
        if let Some(field) = self.schema().field(&name.text).cloned() {
            let number = self.schema().lead.iter().flatten().position(|known| known.name == name.text).unwrap_or(0) as u32;
            self.asked = self.declaration(Kind::Lead, "", Part::Member(number));
            self.mention(Member::Field(None, name.text.clone()), name.at);
            self.field = Some((None, name.text.clone()));
            return Ok(Left::Field(Subject { field: name.text.clone(), attribute: None }, field.ty.clone(), field.optional));
        }
        match self.look_up(Space::Values, &name.text) {
            Some(Kind::Journey) => {
                self.used(Kind::Journey, name);
                self.asked = self.declaration(Kind::Journey, &name.text, Part::Name);
                Ok(Left::Journey(name.text.clone()))
            }
            Some(_) => {
                self.used(Kind::Score, name);
                self.asked = self.declaration(Kind::Score, &name.text, Part::Name);
                Ok(Left::Score(name.text.clone()))
            }
            None => self.unknown_left(name),
        }
    }

    pub(super) fn unknown_left<T>(&mut self, name: &Name) -> Resolved<T> {
        if self.schema().lead.is_none() || self.schema().hides(Kind::Lead, "") {
            // That there is no lead is said once, for the whole policy.
            return Err(crate::diagnostics::Reported::with_its_declaration());
        }
        if let Some(kind) = self.look_up(Space::Groups, &name.text) {
            return self.fail(Problem::new(Check::MisusedName, name.at, format!("`{}` is {}, not a field of the lead", name.text, kind.with_article())).fix(
                format!("write `in {}`", name.text),
                name.at,
                format!("in {}", name.text),
                true,
            ));
        }
        if self.schema().signals.contains_key(&name.text) {
            return self.fail(Problem::new(Check::MisusedName, name.at, format!("`{}` is a signal, not a field of the lead", name.text)).fix(
                format!("write `did {}`", name.text),
                name.at,
                format!("did {}", name.text),
                false,
            ));
        }
        if let Some([journey]) = self.schema().stages.get(&name.text).map(Vec::as_slice) {
            let right = format!("{journey} is {}", name.text);
            return self.fail(Problem::new(Check::MisusedName, name.at, format!("`{}` is a stage, not a field of the lead", name.text)).fix(
                format!("write `{right}`"),
                name.at,
                right,
                false,
            ));
        }
        if self.look_up(Space::Of(Kind::Content), &name.text).is_some() {
            return self.fail(
                Problem::new(Check::MisusedName, name.at, format!("`{}` is a content, not a field of the lead", name.text))
                    .help(format!("ask for an event: `did receive(content is {})`", name.text)),
            );
        }
        let mut known: Vec<SmolStr> = self.schema().lead.iter().flatten().map(|field| field.name.clone()).collect();
        known.extend(["everyone", "identified"].map(SmolStr::new_static));
        known.extend(self.candidates(Kind::Journey));
        known.extend(self.candidates(Kind::Score));
        let mut problem = Problem::new(Check::UnknownName, name.at, format!("a lead has no field `{}`", name.text));
        problem = match closest(&name.text, known.iter().map(SmolStr::as_str)) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
            None => problem.help("declare it in `lead`, or ask a journey, a score or `did …`"),
        };
        self.fail(problem)
    }

    pub(super) fn event_field(&mut self, path: &Path, signal: &str) -> Resolved<Left> {
        let name = &path.first;
        let fields: Vec<FieldSchema> = self.schema().signals.get(signal).map(|signal| signal.fields.clone()).unwrap_or_default();
        let Some(field) = fields.iter().find(|field| field.name == name.text) else {
            if self.schema().hides(Kind::Signal, signal) {
                return Err(crate::diagnostics::Reported::with_its_declaration());
            }
            let mut problem = Problem::new(Check::UnknownName, name.at, format!("the signal `{signal}` has no field `{}`", name.text));
            let names = fields.iter().map(|field| field.name.as_str());
            problem = match closest(&name.text, names.clone()) {
                Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
                None if self.schema().field(&name.text).is_some() => {
                    problem.help(format!("`{}` is a field of the lead: ask it outside the parentheses", name.text))
                }
                None if fields.is_empty() => problem.help(format!("`{signal}` has no fields")),
                None => problem.help(format!("it has {}", crate::diagnostics::list_words(names, "and", 6))),
            };
            return self.fail(problem);
        };
        let number = fields.iter().position(|known| known.name == name.text).unwrap_or(0) as u32;
        let builtin = self.schema().signals.get(signal).is_none_or(|signal| signal.builtin);
        self.asked = if builtin { None } else { self.declaration(Kind::Signal, signal, Part::Member(number)) };
        self.mention(Member::Field(Some(signal.into()), name.text.clone()), name.at);
        self.field = Some((Some(signal.into()), name.text.clone()));
        match path.rest.as_slice() {
            [] => Ok(Left::Field(Subject { field: name.text.clone(), attribute: None }, field.ty.clone(), field.optional)),
            [attribute] if field.ty == Ty::Content => {
                self.asked = None;
                // The options of a content's attributes are words of the language.
                self.field = None;
                let Some(known) = ContentAttribute::ALL.into_iter().find(|known| known.name() == attribute.text) else {
                    let names = ContentAttribute::ALL.iter().map(|known| known.name());
                    let mut problem = Problem::new(Check::UnknownName, attribute.at, format!("a content has no `{}` to ask for", attribute.text));
                    problem = match closest(&attribute.text, names.clone()) {
                        Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), attribute.at, meant, true),
                        None => problem.help(format!("it has {}", crate::diagnostics::list_words(names, "and", 6))),
                    };
                    return self.fail(problem);
                };
                let options = |words: &[&str]| Ty::OneOf(words.iter().map(|word| Opt { name: (*word).into(), stored: None }).collect());
                let ty = match known {
                    ContentAttribute::Kind => options(crate::model::rule_schema::Enumeration::ContentKind.values()),
                    ContentAttribute::About => options(crate::model::rule_schema::Enumeration::About.values()),
                    ContentAttribute::Stage => Ty::Stages,
                    ContentAttribute::Gated | ContentAttribute::Mobile => Ty::Flag,
                    ContentAttribute::Language => Ty::Text,
                };
                // Every attribute of a content that the policy does not declare is missing.
                Ok(Left::Field(Subject { field: name.text.clone(), attribute: Some(known) }, ty, true))
            }
            [extra, ..] => self.fail(
                Problem::new(Check::UnknownName, extra.at, format!("`{}` is {}: it has no parts", name.text, field.ty.describe()))
                    .help("only a content has parts, such as `content.kind`"),
            ),
        }
    }
}
