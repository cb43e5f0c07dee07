//! Reads one lead from a small file: JSON or CSV. What does not fit the plan is refused, with its line and column.

mod csv;
mod json;
mod locate;

use unicode_normalization::UnicodeNormalization as _;

use super::clock::read_instant;
use super::convert::nothing;
use super::lead::{Change, Event, Fact, Instant, Lead};
use super::policy::Policy;
use crate::diagnostics::{closest, list_words};
use crate::plan::{Field, FieldOption, FieldType, Plan};
use crate::text::{Date, Decimal, DecimalError};

pub use json::{plain_error as plain_json_error, schema};

/// What is wrong with a lead's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// What is wrong, before it is known where.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wrong {
    message: String,
    help: Option<String>,
}

impl Wrong {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A lead that was read.
#[derive(Clone, Debug)]
pub struct Read {
    /// The lead, with events and changes in order of time.
    pub lead: Lead,
    /// Whether the file was not in order of time, and was sorted.
    pub sorted: bool,
    /// What is right, but perhaps not meant.
    pub notes: Vec<String>,
}

/// Reads a lead: JSON if the text begins with `{`, else CSV.
///
/// # Errors
/// The first thing that is wrong.
pub fn read(text: &str, plan: &Plan, policy: &Policy) -> Result<Read, Refused> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let reader = Reader { plan, policy, unknown: std::cell::RefCell::default() };
    let refuse = |message: &str, help: &str| Err(Refused { line: 1, column: 1, message: message.to_owned(), help: Some(help.to_owned()) });
    let mut read = match text.trim_start().chars().next() {
        None => return refuse("the file is empty", "`nurture schema lead` prints the form of a lead"),
        Some('[') => return refuse("this is a list, and one lead is one object", "write `{ \"facts\": { … }, \"timeline\": [ … ] }`"),
        Some('{') => json::read(text, &reader)?,
        Some(_) => csv::read(text, &reader)?,
    };
    if let (Some(identified), Some(deleted)) = (read.identified, read.deleted)
        && identified >= deleted
    {
        return refuse("the lead is deleted before they are in the database", "give a later `deleted`, or an earlier `identified`");
    }
    let sorted = |times: &mut dyn Iterator<Item = Instant>| {
        let times: Vec<Instant> = times.collect();
        times.is_sorted()
    };
    let in_order = sorted(&mut read.events.iter().map(|event| event.at)) && sorted(&mut read.changes.iter().map(|change| change.at));
    read.events.sort_by_key(|event| event.at);
    read.changes.sort_by_key(|change| change.at);
    let notes = notes(&read, &reader.unknown.into_inner());
    Ok(Read { lead: read, sorted: !in_order, notes })
}

/// What files of either form are read against.
struct Reader<'a> {
    plan: &'a Plan,
    policy: &'a Policy,
    /// Contents and programs that the policy does not declare.
    unknown: std::cell::RefCell<Vec<String>>,
}

/// What is right, but perhaps not meant.
fn notes(lead: &Lead, unknown: &[String]) -> Vec<String> {
    let mut notes = unknown.to_vec();
    notes.sort_unstable();
    notes.dedup();
    if let Some(deleted) = lead.deleted {
        let late = lead.events.iter().map(|event| event.at).chain(lead.changes.iter().map(|change| change.at)).filter(|at| *at >= deleted).count();
        if late > 0 {
            notes.push(format!("{late} of what happened comes when the lead is deleted, and plays no part"));
        }
    }
    notes
}

impl Reader<'_> {
    fn instant(&self, text: &str) -> Result<Instant, Wrong> {
        read_instant(text.trim(), self.policy.zone()).ok_or_else(|| {
            Wrong::new(format!("`{text}` is no moment")).help("there is no such day or hour, or it is not written `2026-03-02 09:30` or `2026-03-02T09:30:00Z`")
        })
    }

    fn lead_field(&self, name: &str) -> Result<u32, Wrong> {
        let fields = &self.plan.lead.fields;
        fields.iter().position(|field| field.name == name).map(|place| place as u32).ok_or_else(|| no_field("the lead", name, fields))
    }

    fn signal(&self, name: &str) -> Result<u32, Wrong> {
        let known = || self.plan.signals.iter().map(|signal| signal.name.as_str());
        self.policy.signal(name).ok_or_else(|| {
            let wrong = Wrong::new(format!("the policy has no signal `{name}`"));
            match closest(name, known()) {
                Some(meant) => wrong.help(format!("did you mean `{meant}`?")),
                None => wrong.help(format!("it has {}", list_words(known(), "and", 20))),
            }
        })
    }

    /// The value of a field from how it is written.
    fn fact(&self, field: &Field, written: &Written<'_>) -> Result<Fact, Wrong> {
        let name = &field.name;
        let fact = match (written, &field.ty) {
            (Written::Nothing, _) if field.optional || matches!(field.ty, FieldType::SetOf(_)) => nothing(field),
            (Written::Nothing, _) => return Err(Wrong::new(format!("`{name}` is never unknown")).help("give a value")),
            (Written::List(items), FieldType::SetOf(options)) => {
                Fact::set(items.iter().map(|item| option(name, options, item)).collect::<Result<Vec<u32>, Wrong>>()?)
            }
            (Written::List(_), _) => return Err(Wrong::new(format!("`{name}` has one value, and this is a list"))),
            (Written::Flag(flag), FieldType::Flag) => Fact::Flag(*flag),
            (Written::Flag(_), _) => return Err(Wrong::new(format!("`{name}` is no flag, and this is yes or no"))),
            (Written::Text(text), ty) => self.of_text(field, ty, text)?,
            (Written::Number(text), FieldType::Number(_) | FieldType::WholeNumber(_)) => self.of_text(field, &field.ty, text)?,
            (Written::Number(text), FieldType::Text | FieldType::AddressOf(_)) => {
                return Err(Wrong::new(format!("`{name}` is a text, and {text} is a number")).help(format!("write it in quotes: \"{text}\"")));
            }
            (Written::Number(text), _) => return Err(Wrong::new(format!("`{name}` cannot be {text}")).help(expected(field))),
        };
        Ok(fact)
    }

    fn of_text(&self, field: &Field, ty: &FieldType, text: &str) -> Result<Fact, Wrong> {
        let name = &field.name;
        let refuse = || Wrong::new(format!("`{name}` cannot be `{text}`")).help(expected(field));
        Ok(match ty {
            FieldType::Text | FieldType::AddressOf(_) => Fact::Text(text.nfc().collect::<String>().into()),
            FieldType::OneOf(options) => Fact::Option(option(name, options, text)?),
            FieldType::SetOf(options) => {
                let items = text.split('|').map(str::trim).filter(|item| !item.is_empty());
                Fact::set(items.map(|item| option(name, options, item)).collect::<Result<Vec<u32>, Wrong>>()?)
            }
            FieldType::Flag => match text {
                // Spreadsheets write them in capitals.
                _ if ["yes", "true"].iter().any(|yes| text.eq_ignore_ascii_case(yes)) => Fact::Flag(true),
                _ if ["no", "false"].iter().any(|no| text.eq_ignore_ascii_case(no)) => Fact::Flag(false),
                _ => return Err(refuse()),
            },
            FieldType::Number(bounds) | FieldType::WholeNumber(bounds) => {
                let number = Decimal::parse(text, 9).map_err(|error| match error {
                    DecimalError::TooManyPlaces => Wrong::new(format!("`{name}` cannot be {text}: numbers have at most 9 decimal places")),
                    DecimalError::TooLarge => Wrong::new(format!("`{name}` cannot be {text}: numbers have at most 15 digits before the point")),
                    DecimalError::NotANumber if text.contains(['e', 'E']) && text.parse::<f64>().is_ok() => {
                        Wrong::new(format!("`{name}` cannot be {text}: numbers are written out, with at most 15 digits before the point and 9 behind it"))
                    }
                    DecimalError::NotANumber => refuse(),
                })?;
                if matches!(ty, FieldType::WholeNumber(_)) && !number.is_whole() {
                    return Err(Wrong::new(format!("`{name}` is a whole number, and {text} is none")));
                }
                if !bounds.hold(number) {
                    return Err(refuse());
                }
                Fact::Number(number)
            }
            FieldType::Date(bounds) => {
                let date = Date::parse(text).filter(|date| bounds.hold(*date)).ok_or_else(refuse)?;
                Fact::Instant(super::clock::day_start(date).ok_or_else(refuse)?)
            }
            FieldType::Moment => Fact::Instant(self.instant(text)?),
            FieldType::Content => {
                let names = &self.policy.names.contents;
                self.note_unknown("content", text, names.contains_key(text), self.plan.contents.iter().map(|content| content.name.as_str()));
                Fact::Content(names.get(text).copied())
            }
            FieldType::Program => {
                let names = &self.policy.names.programs;
                self.note_unknown("program", text, names.contains_key(text), self.plan.programs.iter().map(|program| program.name.as_str()));
                Fact::Program(names.get(text).copied())
            }
        })
    }

    /// A content or program of somewhere else is right; a slip of the pen is not.
    fn note_unknown<'n>(&self, kind: &str, text: &str, known: bool, names: impl Iterator<Item = &'n str>) {
        if !known {
            let meant = closest(text, names).map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
            self.unknown.borrow_mut().push(format!("`{text}` is no {kind} of this policy, and is taken for another one{meant}"));
        }
    }

    /// An event, its fields by name.
    fn event<'w>(&self, at: Instant, signal: u32, given: impl Iterator<Item = (&'w str, Written<'w>)>) -> Result<Event, (Option<&'w str>, Wrong)> {
        let known = self.plan.signals.get(signal as usize).ok_or_else(|| (None, Wrong::new("there is no such signal")))?;
        let mut fields: Vec<Fact> = known.fields.iter().map(nothing).collect();
        let mut seen = vec![false; fields.len()];
        for (name, written) in given {
            let place = known.fields.iter().position(|field| field.name == name);
            let owner = format!("`{}`", known.name);
            let place = place.ok_or_else(|| (Some(name), no_field(&owner, name, &known.fields)))?;
            if let (Some(field), Some(slot), Some(seen)) = (known.fields.get(place), fields.get_mut(place), seen.get_mut(place)) {
                *slot = self.fact(field, &written).map_err(|wrong| (Some(name), wrong))?;
                *seen = true;
            }
        }
        let missing = known.fields.iter().zip(&seen).filter(|(field, seen)| !**seen && !field.optional && !matches!(field.ty, FieldType::SetOf(_)));
        let missing: Vec<&str> = missing.map(|(field, _)| field.name.as_str()).collect();
        if !missing.is_empty() {
            let list = list_words(missing.iter().copied(), "and", 6);
            let wrong = Wrong::new(format!("{list} of `{}` {} not given", known.name, if missing.len() == 1 { "is" } else { "are" }));
            return Err((None, wrong.help(format!("fields that are never unknown must be given: add {list}"))));
        }
        Ok(Event { at, signal, fields: fields.into() })
    }

    fn change(&self, at: Instant, name: &str, written: &Written<'_>) -> Result<Change, Wrong> {
        let field = self.lead_field(name)?;
        let known = self.plan.lead.fields.get(field as usize).ok_or_else(|| Wrong::new("there is no such field"))?;
        Ok(Change { at, field, value: self.fact(known, written)? })
    }

    /// The fields of the lead that must be given, and were not.
    fn missing(&self, given: &[bool]) -> Option<Wrong> {
        let fields = self.plan.lead.fields.iter().zip(given);
        let missing: Vec<&str> = fields
            .filter(|(field, given)| !**given && !field.optional && !matches!(field.ty, FieldType::SetOf(_)))
            .map(|(field, _)| field.name.as_str())
            .collect();
        missing.first()?;
        let list = list_words(missing.iter().copied(), "and", 8);
        let verb = if missing.len() == 1 { "is" } else { "are" };
        Some(Wrong::new(format!("{list} of the lead {verb} not given")).help(format!("fields that are never unknown must be given: add {list}")))
    }
}

/// A value as it is written in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Written<'a> {
    Nothing,
    Text(&'a str),
    Number(String),
    Flag(bool),
    List(Vec<&'a str>),
}

fn option(name: &str, options: &[FieldOption], text: &str) -> Result<u32, Wrong> {
    let place = options.iter().position(|option| option.name == text || option.stored.as_deref() == Some(text));
    place.map(|place| place as u32).ok_or_else(|| {
        let names = || options.iter().map(|option| option.name.as_str());
        let wrong = Wrong::new(format!("`{name}` is never `{text}`"));
        match closest(text, names()) {
            Some(meant) => wrong.help(format!("did you mean `{meant}`?")),
            None if text.contains([';', ',', '[']) => {
                let two: Vec<&str> = names().take(2).collect();
                wrong.help(format!("in CSV several values stand with `|` between them: `{}`", two.join("|")))
            }
            None => wrong.help(format!("it is one of {}", list_words(names(), "or", 12))),
        }
    })
}

fn no_field(owner: &str, name: &str, fields: &[Field]) -> Wrong {
    let names = || fields.iter().map(|field| field.name.as_str());
    let wrong = Wrong::new(format!("{owner} has no field `{name}`"));
    match closest(name, names()) {
        Some(meant) => wrong.help(format!("did you mean `{meant}`?")),
        None if fields.is_empty() => wrong,
        None => wrong.help(format!("it has {}", list_words(names(), "and", 20))),
    }
}

/// What a field can be, in words.
fn expected(field: &Field) -> String {
    let range = |from: &Option<smol_str::SmolStr>, to: &Option<smol_str::SmolStr>| match (from, to) {
        (Some(from), Some(to)) => format!(" from {from} to {to}"),
        (Some(from), None) => format!(" from {from}"),
        (None, Some(to)) => format!(" up to {to}"),
        (None, None) => String::new(),
    };
    match &field.ty {
        FieldType::Number(bounds) => format!("it is a number{}", range(&bounds.from, &bounds.to)),
        FieldType::WholeNumber(bounds) => format!("it is a whole number{}", range(&bounds.from, &bounds.to)),
        FieldType::Flag => "it is yes or no".to_owned(),
        FieldType::Text | FieldType::AddressOf(_) => "it is a text".to_owned(),
        FieldType::Date(bounds) => format!("it is a date{}, such as `2026-03-02`", range(&bounds.from, &bounds.to)),
        FieldType::Moment => "it is a moment, such as `2026-03-02 09:30`".to_owned(),
        FieldType::OneOf(options) => format!("it is one of {}", list_words(options.iter().map(|option| option.name.as_str()), "or", 12)),
        FieldType::SetOf(options) => {
            format!("it is a list (in CSV with `|` between) of {}", list_words(options.iter().map(|option| option.name.as_str()), "and", 12))
        }
        FieldType::Content => "it is the name of a content".to_owned(),
        FieldType::Program => "it is the name of a program".to_owned(),
    }
}
