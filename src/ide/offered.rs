//! What is offered at a cursor, and the names among it.

use smol_str::SmolStr;

use super::tokens::Class;
use crate::db::Db;
use crate::diagnostics::Kind;
use crate::model::names::{names_by_kind, schema};
use crate::model::rule_schema::{Entity, Kind as RuleKind, Type};
use crate::model::schema::{FieldSchema, Ty};
use crate::syntax::ast::{Body, Field, Item, PredicateKind};

/// Something that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// How it is shown, and what is compared with what was typed.
    pub label: String,
    /// What it is.
    pub class: Class,
    /// A few words behind it.
    pub detail: String,
    /// What is said of it, in Markdown.
    pub doc: String,
    /// What is written, where that is more than the label: a snippet.
    pub snippet: Option<String>,
    /// What goes before goes first.
    pub rank: u8,
}

impl Offer {
    pub(super) fn new(label: impl Into<String>, class: Class, detail: impl Into<String>) -> Self {
        Self { label: label.into(), class, detail: detail.into(), doc: String::new(), snippet: None, rank: 5 }
    }

    pub(super) fn doc(mut self, doc: impl Into<String>) -> Self {
        self.doc = doc.into();
        self
    }

    pub(super) fn ranked(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }
}

fn class(kind: Kind) -> Class {
    match kind {
        Kind::Segment | Kind::Icp => Class::Group,
        Kind::Signal => Class::Signal,
        Kind::Journey => Class::Journey,
        Kind::Score => Class::Score,
        Kind::Content => Class::Content,
        Kind::Program => Class::Program,
        Kind::Handoff => Class::Handoff,
        Kind::Rule => Class::Rule,
        Kind::Lead | Kind::Limits | Kind::Test => Class::Keyword,
    }
}

/// So many declarations of a kind are offered at once: more than anybody reads. What is typed further brings the others.
pub const MOST: usize = 120;

/// Whether a name holds the letters that were typed, in their order, whatever their case.
pub fn fits(name: &str, typed: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

/// The names of a kind that what was typed can mean.
fn names<'db>(db: &'db dyn Db, kind: Kind, typed: &str) -> impl Iterator<Item = &'db SmolStr> {
    names_by_kind(db).get(&kind).into_iter().flatten().filter(move |name| fits(name, typed))
}

/// The declarations of a kind that what was typed can mean.
pub(super) fn declared(db: &dyn Db, kind: Kind, typed: &str) -> Vec<Offer> {
    names(db, kind, typed).take(MOST).map(|name| one(db, kind, name)).collect()
}

fn one(db: &dyn Db, kind: Kind, name: &str) -> Offer {
    let item = super::names::item_of(db, kind, name).map(|(_, item)| item);
    let title = item.and_then(|item| item.title.as_ref()).map_or_else(|| kind.keyword().to_owned(), |title| title.value.to_string());
    let doc = item.and_then(|item| item.doc.as_deref()).unwrap_or("");
    Offer::new(name, class(kind), title).doc(doc).ranked(3)
}

/// Signals, those that are built in last.
pub(super) fn signals(db: &dyn Db, typed: &str) -> Vec<Offer> {
    let mut names: Vec<(&SmolStr, bool)> =
        schema(db).signals.iter().filter(|(name, _)| fits(name, typed)).map(|(name, signal)| (name, signal.builtin)).collect();
    names.sort_unstable();
    names.truncate(MOST);
    let offer = |(name, builtin): (&SmolStr, bool)| {
        let offer = if builtin { Offer::new(name.as_str(), Class::Signal, "built-in signal") } else { one(db, Kind::Signal, name) };
        let fields: Vec<String> = schema(db).signals.get(name).map(|signal| signal.fields.iter().map(super::hover::field_words).collect()).unwrap_or_default();
        let doc = format!("`{name}({})`\n\n{}", fields.join(", "), offer.doc);
        offer.doc(doc.trim_end()).ranked(if builtin { 4 } else { 3 })
    };
    names.into_iter().map(offer).collect()
}

/// Fields.
pub(super) fn fields(list: &[FieldSchema], docs: &dyn Fn(&str) -> String) -> Vec<Offer> {
    list.iter().map(|field| Offer::new(field.name.as_str(), Class::Field, super::hover::type_words(&field.ty)).doc(docs(&field.name)).ranked(2)).collect()
}

/// The doc comment of a field, of the lead or of a signal.
pub(super) fn field_doc(db: &dyn Db, signal: Option<&str>, field: &str) -> String {
    written_field(db, signal, field).and_then(|field| field.doc.as_deref()).unwrap_or("").to_owned()
}

/// Where a field of the lead, or of a signal, is written.
pub(super) fn written_field<'db>(db: &'db dyn Db, signal: Option<&str>, field: &str) -> Option<&'db Field> {
    let (kind, name) = signal.map_or((Kind::Lead, ""), |signal| (Kind::Signal, signal));
    let (_, item) = super::names::item_of(db, kind, name)?;
    let fields = match &item.body {
        Body::Lead(fields) => fields,
        Body::Signal(signal) => &signal.fields,
        _ => return None,
    };
    fields.iter().find(|known| known.name.text == field)
}

/// The values that a field can have.
pub(super) fn values(db: &dyn Db, ty: &Ty, name: &str, typed: &str) -> Vec<Offer> {
    match ty {
        Ty::OneOf(options) | Ty::SetOf(options) => options
            .iter()
            .map(|option| {
                let stored = option.stored.as_ref().map_or_else(String::new, |stored| format!("stored as \"{stored}\""));
                Offer::new(option.name.as_str(), Class::Option, format!("option of {name}")).doc(stored).ranked(1)
            })
            .collect(),
        Ty::Flag => ["yes", "no"].map(|word| Offer::new(word, Class::Option, "").ranked(1)).into(),
        Ty::Content => declared(db, Kind::Content, typed),
        Ty::Program => declared(db, Kind::Program, typed),
        Ty::Stages => stages(db, None),
        Ty::Number { .. } | Ty::Text | Ty::Date { .. } | Ty::Moment | Ty::Address(_) => Vec::new(),
    }
}

/// Stages: of one journey, or of all, those that several journeys have with their journey before them.
pub(super) fn stages(db: &dyn Db, journey: Option<&str>) -> Vec<Offer> {
    let schema = schema(db);
    let mut names: Vec<&SmolStr> = schema.journeys.keys().filter(|known| journey.is_none_or(|journey| *known == journey)).collect();
    names.sort_unstable();
    let mut found = Vec::new();
    for name in names {
        let item = super::names::item_of(db, Kind::Journey, name).map(|(_, item)| item);
        for (place, stage) in schema.journeys.get(name).into_iter().flatten().enumerate() {
            let shared = journey.is_none() && schema.stages.get(stage).is_some_and(|owners| owners.len() > 1);
            let label = if shared { format!("{name}.{stage}") } else { stage.to_string() };
            let asks = match item.map(|item| &item.body) {
                Some(Body::Journey(journey)) => journey.stages.iter().find(|known| known.name.text == *stage).and_then(|stage| stage.asks.as_ref()),
                _ => None,
            };
            // In the order of buying.
            let mut offer = Offer::new(label, Class::Option, format!("stage {} of {name}", place + 1)).doc(asks.map_or("", |asks| &asks.value)).ranked(1);
            offer.rank = 1;
            found.push(offer);
        }
    }
    found
}

/// The bands of a score.
pub(super) fn bands(db: &dyn Db, score: &str) -> Vec<Offer> {
    let bands = schema(db).scores.get(score).map(|score| score.bands.as_slice()).unwrap_or_default();
    bands.iter().map(|(name, from)| Offer::new(name.as_str(), Class::Option, format!("from {from}")).ranked(1)).collect()
}

/// Rules and checks that an `allow` may name.
pub(super) fn rules(db: &dyn Db, typed: &str) -> Vec<Offer> {
    let mut found = declared(db, Kind::Rule, typed);
    for rule in crate::report::book::standard_rules().iter().filter(|rule| !rule.is) {
        found.push(Offer::new(rule.name.as_str(), Class::Rule, "rule").doc(rule.because.as_str()).ranked(4));
    }
    for check in crate::diagnostics::Check::ALL.iter().filter(|check| check.severity() != crate::diagnostics::Severity::Error) {
        found.push(Offer::new(check.name(), Class::Rule, "check").doc(check.summary()).ranked(5));
    }
    found
}

/// Words of a fixed list.
pub(super) fn words(list: &[&str], detail: &str) -> Vec<Offer> {
    list.iter().map(|word| Offer::new(*word, Class::Option, detail).ranked(1)).collect()
}

/// Contents, those first that were made for the stages and groups at hand.
pub(super) fn contents(db: &dyn Db, stages: &[String], groups: &[String], typed: &str) -> Vec<Offer> {
    let fits_here = |item: &Item| {
        let Body::Content(content) = &item.body else { return (false, false) };
        let stage = content.stages.iter().any(|path| stages.contains(&path.rest.last().unwrap_or(&path.first).text.to_string()));
        let group = content.audience.as_ref().is_none_or(|audience| names_one(audience, groups));
        (stage, group)
    };
    let rank = |(stage, group)| match (stage, group) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        _ => 3,
    };
    let offer = |(name, (stage, group)): (&SmolStr, (bool, bool))| {
        let offer = one(db, Kind::Content, name);
        let fit = match (stage, group) {
            (true, true) => "made for this stage and audience",
            (true, false) => "made for this stage",
            (false, true) if !groups.is_empty() => "made for this audience",
            _ => "",
        };
        let doc = format!("{fit}\n\n{}", offer.doc);
        offer.doc(doc.trim()).ranked(rank((stage, group)))
    };
    let fit = |name| super::names::item_of(db, Kind::Content, name).map_or((false, false), |(_, item)| fits_here(item));
    let mut all: Vec<(&SmolStr, (bool, bool))> = names(db, Kind::Content, typed).map(|name| (name, fit(name))).collect();
    all.sort_by_key(|(_, fit)| rank(*fit));
    all.into_iter().take(MOST).map(offer).collect()
}

/// Whether a condition asks for one of these groups, or for everyone.
fn names_one(predicate: &crate::syntax::ast::Predicate, groups: &[String]) -> bool {
    match &predicate.kind {
        PredicateKind::And(parts) | PredicateKind::Or(parts) => parts.iter().any(|part| names_one(part, groups)),
        PredicateKind::In(name) => groups.iter().any(|group| *group == name.text),
        PredicateKind::Everyone => true,
        _ => false,
    }
}

/// The attributes of a type of rules.
pub(super) fn attributes(ty: Type) -> Vec<Offer> {
    let entity = match ty.kind {
        RuleKind::Entity(entity) => entity,
        RuleKind::Predicate => Entity::Predicate,
        _ => return Vec::new(),
    };
    let offer = |attribute: &crate::model::rule_schema::Attribute| {
        let mut offer = Offer::new(attribute.name, Class::Field, attribute.ty.describe()).doc(attribute.meaning).ranked(1);
        if attribute.argument.is_some() {
            offer.snippet = Some(format!("{}($1)$0", attribute.name));
        }
        offer
    };
    entity.attributes().iter().map(offer).collect()
}
