//! What declarations other than programs, rules and tests say.

use super::{At, Common, Duration, Event, Frequency, Name, Path, Predicate, Text};
use crate::text::{Date, Decimal, Range, TimeOfDay};

/// A field of the lead or of a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// Where the type stands.
    pub type_at: Range,
    /// `optional`, where written.
    pub optional: Option<Range>,
    /// `means FACET`
    pub means: Option<Name>,
    /// Its doc comment.
    pub doc: Option<Box<str>>,
}

/// A type with its domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `number`, `whole number`
    Number {
        /// Whole numbers only.
        whole: bool,
        /// `from N`
        from: Option<At<Decimal>>,
        /// `to N`
        to: Option<At<Decimal>>,
    },
    /// `flag`
    Flag,
    /// `text`
    Text,
    /// `date`
    Date {
        /// `from D`
        from: Option<At<Date>>,
        /// `to D`
        to: Option<At<Date>>,
        /// `to today`
        to_today: bool,
    },
    /// `moment`
    Moment,
    /// `one of a, b`
    OneOf(Vec<OptionValue>),
    /// `set of a, b`
    SetOf(Vec<OptionValue>),
    /// `address of email, sms`
    AddressOf(Vec<OptionValue>),
    /// `content`
    Content,
}

/// One option of a `one of` or `set of`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionValue {
    /// Its name.
    pub name: Name,
    /// How it is stored in the data, if otherwise.
    pub stored: Option<Text>,
}

/// How a signal comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignalKind {
    /// Behaviour.
    Implicit,
    /// They told us.
    Explicit,
    /// They asked us to get in touch.
    Request,
}

/// `signal`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// How it comes about.
    pub kind: SignalKind,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// `icp`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icp {
    /// Who fits.
    pub predicate: Option<Predicate>,
    /// Who agreed on it.
    pub agreed_by: Vec<Name>,
    /// When.
    pub agreed_on: Option<At<Date>>,
}

/// `journey`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// Whose it is.
    pub audience: Option<Predicate>,
    /// Its stages, in order.
    pub stages: Vec<Stage>,
}

/// `stage`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: Option<Text>,
    /// The buyer's question.
    pub asks: Option<Text>,
    /// The evidence.
    pub evidence: Option<Predicate>,
    /// Shared clauses.
    pub common: Common,
    /// Its doc comment.
    pub doc: Option<Box<str>>,
}

/// `score`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// Its lines, in order.
    pub points: Vec<Points>,
    /// `halves every D`
    pub halves: Option<Duration>,
    /// `from N`
    pub from: Option<At<Decimal>>,
    /// `to N`
    pub to: Option<At<Decimal>>,
    /// `band NAME from N`
    pub bands: Vec<Band>,
}

/// `band NAME from N`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Its name.
    pub name: Name,
    /// Where it begins.
    pub from: At<Decimal>,
}

/// A line of a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Points {
    /// Points, with their sign.
    pub points: At<Decimal>,
    /// What earns them.
    pub earned: Earned,
    /// The whole line.
    pub at: Range,
}

/// What earns points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Earned {
    /// `for SIGNAL(…) at most N times per D`
    For(Event, Option<Cap>),
    /// `when P`
    When(Predicate),
}

/// `at most N times per D`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cap {
    /// N.
    pub times: At<u32>,
    /// D.
    pub per: Duration,
}

/// `content`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// `kind`
    pub kind: Option<Name>,
    /// `about`
    pub about: Option<Name>,
    /// `for`
    pub audience: Option<Predicate>,
    /// `stage`
    pub stages: Vec<Path>,
    /// `answers`
    pub answers: Option<Text>,
    /// `gives`
    pub gives: Option<Text>,
    /// `url`
    pub url: Option<Text>,
    /// `text`
    pub text: Option<Text>,
    /// `gated`
    pub gated: Option<Range>,
    /// `updated`
    pub updated: Option<At<Date>>,
    /// `expires`
    pub expires: Option<At<Date>>,
    /// `mobile no`
    pub mobile: Option<At<bool>>,
    /// `language`
    pub language: Option<Text>,
}

/// `handoff`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handoff {
    /// Who is ready.
    pub when: Option<Predicate>,
    /// `follow up within D`
    pub follow_up: Option<Duration>,
    /// `tell SIGNAL, …`
    pub tell: Vec<Name>,
    /// `back to PROGRAM after D when P`
    pub back: Vec<Back>,
}

/// `back to PROGRAM after D when P`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// Where they go.
    pub program: Name,
    /// How long sales keeps them at least.
    pub after: Option<Duration>,
    /// What must become true.
    pub when: Predicate,
}

/// `limits`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// `at most N CHANNEL per D`
    pub frequencies: Vec<Frequency>,
    /// `quiet from T to T`
    pub quiet: Option<(At<TimeOfDay>, At<TimeOfDay>)>,
    /// `CHANNEL needs P`
    pub needs: Vec<(Name, Predicate)>,
    /// `never CHANNEL when P`
    pub never: Vec<(Name, Predicate)>,
    /// `consent again when P`
    pub consent_again: Option<Predicate>,
    /// `prefer PROGRAM, …`
    pub prefer: Vec<Name>,
}
