//! What other declarations need to know of leads, signals, journeys and scores: types and domains, without places.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::syntax::ast::{self, Body, Channel, Item};
use crate::text::{Date, Decimal};

/// The type of a field, with its domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    /// A number.
    Number {
        /// Whole numbers only.
        whole: bool,
        /// The least.
        from: Option<Decimal>,
        /// The most.
        to: Option<Decimal>,
    },
    /// Yes or no.
    Flag,
    /// A text.
    Text,
    /// A day.
    Date {
        /// The first.
        from: Option<Date>,
        /// The last.
        to: Option<Date>,
        /// Never in the future.
        to_today: bool,
    },
    /// A moment.
    Moment,
    /// One of these.
    OneOf(Arc<[Opt]>),
    /// Any of these.
    SetOf(Arc<[Opt]>),
    /// An address for messages on these channels.
    Address(Arc<[Channel]>),
    /// A content.
    Content,
    /// A program: a field of the built-in signals.
    Program,
    /// One of the stages of all journeys: an attribute of a content.
    Stages,
}

/// An option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opt {
    /// Its name.
    pub name: SmolStr,
    /// How it is stored, if otherwise.
    pub stored: Option<SmolStr>,
}

impl Ty {
    /// The type in words: "a whole number", "one of `a` and `b`".
    pub fn describe(&self) -> String {
        match self {
            Self::Number { whole: true, .. } => "a whole number".to_owned(),
            Self::Number { .. } => "a number".to_owned(),
            Self::Flag => "a flag".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Date { .. } => "a date".to_owned(),
            Self::Moment => "a moment".to_owned(),
            Self::OneOf(options) => format!("one of {}", options_list(options)),
            Self::SetOf(options) => format!("a set of {}", options_list(options)),
            Self::Address(_) => "an address".to_owned(),
            Self::Content => "a content".to_owned(),
            Self::Program => "a program".to_owned(),
            Self::Stages => "a list of stages".to_owned(),
        }
    }
}

/// The names of options, at most six.
pub fn options_list(options: &[Opt]) -> String {
    crate::diagnostics::list_words(options.iter().map(|option| option.name.as_str()), "or", 6)
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSchema {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub ty: Ty,
    /// Whether it can be missing.
    pub optional: bool,
}

/// A signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalSchema {
    /// How it comes about; `None` for what a program did.
    pub kind: Option<ast::SignalKind>,
    /// Whether it is built in.
    pub builtin: bool,
    /// Its fields.
    pub fields: Vec<FieldSchema>,
}

/// A score.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoreSchema {
    /// The least it can be.
    pub from: Option<Decimal>,
    /// The most it can be.
    pub to: Option<Decimal>,
    /// Its bands.
    pub bands: Vec<(SmolStr, Decimal)>,
}

/// The part of a schema that one declaration makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Of the `lead`.
    Lead(Vec<FieldSchema>),
    /// Of a signal.
    Signal(SmolStr, SignalSchema),
    /// Of a journey: its stages.
    Journey(SmolStr, Vec<SmolStr>),
    /// Of a score.
    Score(SmolStr, ScoreSchema),
    /// A declaration that a syntax error hides in part: what is unknown about it may stand in the hidden part.
    Hidden(ast::Kind, SmolStr),
}

/// All that predicates may speak of by type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The fields of the lead; `None` when there is no `lead`.
    pub lead: Option<Vec<FieldSchema>>,
    /// Signals, the built-in ones too.
    pub signals: FxHashMap<SmolStr, SignalSchema>,
    /// Journeys and their stages.
    pub journeys: FxHashMap<SmolStr, Vec<SmolStr>>,
    /// Scores.
    pub scores: FxHashMap<SmolStr, ScoreSchema>,
    /// For each stage name the journeys that have it, sorted.
    pub stages: FxHashMap<SmolStr, Vec<SmolStr>>,
    /// Declarations that syntax errors hide in part.
    pub hidden: Vec<(ast::Kind, SmolStr)>,
}

/// The signals that every policy has.
pub const BUILTIN: [&str; 11] = ["open", "click", "reply", "bounce", "unsubscribe", "complain", "receive", "join", "leave", "finish", "convert"];

impl Schema {
    /// A schema with the built-in signals only.
    pub fn builtin() -> Self {
        let channels: Arc<[Opt]> = Channel::ALL.iter().map(|channel| Opt { name: channel.name().into(), stored: None }).collect();
        let field = |name: &str, ty: Ty| FieldSchema { name: name.into(), ty, optional: true };
        let signals = BUILTIN.iter().map(|name| {
            let kind = match *name {
                "open" | "click" | "bounce" => Some(ast::SignalKind::Implicit),
                "reply" => Some(ast::SignalKind::Request),
                "unsubscribe" | "complain" => Some(ast::SignalKind::Explicit),
                _ => None,
            };
            let fields = vec![
                field("content", Ty::Content),
                field("program", Ty::Program),
                field("channel", Ty::OneOf(Arc::clone(&channels))),
                field("touch", Ty::Text),
            ];
            (SmolStr::new_static(name), SignalSchema { kind, builtin: true, fields })
        });
        Self { signals: signals.collect(), ..Self::default() }
    }

    /// Adds a part; the first `lead` and the first of each name stand.
    pub fn add(&mut self, part: &Part) {
        match part {
            Part::Lead(fields) => {
                self.lead.get_or_insert_with(|| fields.clone());
            }
            Part::Signal(name, signal) => {
                self.signals.entry(name.clone()).or_insert_with(|| signal.clone());
            }
            Part::Journey(name, stages) => {
                if self.journeys.contains_key(name) {
                    return;
                }
                for stage in stages {
                    let owners = self.stages.entry(stage.clone()).or_default();
                    if !owners.contains(name) {
                        owners.push(name.clone());
                        owners.sort_unstable();
                    }
                }
                self.journeys.insert(name.clone(), stages.clone());
            }
            Part::Score(name, score) => {
                self.scores.entry(name.clone()).or_insert_with(|| score.clone());
            }
            Part::Hidden(kind, name) => self.hidden.push((*kind, name.clone())),
        }
    }

    /// Whether a syntax error may hide what is missing of the declaration `name`; of the lead, when `kind` says so.
    pub fn hides(&self, kind: ast::Kind, name: &str) -> bool {
        self.hidden.iter().any(|(known, hidden)| *known == kind && (kind == ast::Kind::Lead || hidden == name))
    }

    /// The field of the lead called `name`.
    pub fn field(&self, name: &str) -> Option<&FieldSchema> {
        self.lead.as_ref()?.iter().find(|field| field.name == name)
    }
}

/// The part of the schema that a declaration makes, if it makes one.
pub fn part(item: &Item) -> Option<Part> {
    let name = || item.name.as_ref().map(|name| name.text.clone());
    match &item.body {
        Body::Lead(list) => Some(Part::Lead(fields(list))),
        Body::Signal(signal) => Some(Part::Signal(name()?, SignalSchema { kind: Some(signal.kind), builtin: false, fields: fields(&signal.fields) })),
        Body::Journey(journey) => Some(Part::Journey(name()?, journey.stages.iter().map(|stage| stage.name.text.clone()).collect())),
        Body::Score(score) => Some(Part::Score(
            name()?,
            ScoreSchema {
                from: score.from.map(|at| at.value),
                to: score.to.map(|at| at.value),
                bands: score.bands.iter().map(|band| (band.name.text.clone(), band.from.value)).collect(),
            },
        )),
        _ => None,
    }
}

fn fields(list: &[ast::Field]) -> Vec<FieldSchema> {
    list.iter()
        .map(|field| {
            let options = |list: &[ast::OptionValue]| -> Arc<[Opt]> {
                list.iter().map(|option| Opt { name: option.name.text.clone(), stored: option.stored.as_ref().map(|text| text.value.clone()) }).collect()
            };
            let ty = match &field.ty {
                ast::Type::Number { whole, from, to } => Ty::Number { whole: *whole, from: from.map(|at| at.value), to: to.map(|at| at.value) },
                ast::Type::Flag => Ty::Flag,
                ast::Type::Text => Ty::Text,
                ast::Type::Moment => Ty::Moment,
                ast::Type::Content => Ty::Content,
                ast::Type::Date { from, to, to_today } => Ty::Date { from: from.map(|at| at.value), to: to.map(|at| at.value), to_today: *to_today },
                ast::Type::OneOf(list) => Ty::OneOf(options(list)),
                ast::Type::SetOf(list) => Ty::SetOf(options(list)),
                ast::Type::AddressOf(list) => Ty::Address(list.iter().filter_map(|option| Channel::from_name(&option.name.text)).collect()),
            };
            // A flag or set is never missing; `optional` on one is reported where it stands.
            let optional = field.optional.is_some() && !matches!(ty, Ty::Flag | Ty::SetOf(_));
            FieldSchema { name: field.name.text.clone(), ty, optional }
        })
        .collect()
}
