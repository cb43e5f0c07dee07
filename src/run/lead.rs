//! One lead as the executor sees them: facts, what they did, and when.
//!
//! Names are numbers here, in the order of the plan's lists: a signal is its place in `plan.signals`, a field its place
//! in its signal or in the lead, an option its place in its field.

use smol_str::SmolStr;

use crate::text::Decimal;

/// Whole seconds since 1970-01-01 00:00:00 UTC, without leap seconds.
pub type Instant = i64;
/// Who came before this was always there: it is no instant that data can name.
const ALWAYS: Instant = Instant::MIN / 8;

/// One day in seconds.
pub const DAY: i64 = 86_400;

/// The value of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fact {
    /// Nothing is known.
    #[default]
    Missing,
    /// A number, whole or not.
    Number(Decimal),
    /// Yes or no.
    Flag(bool),
    /// A text in Unicode NFC, or an address.
    Text(SmolStr),
    /// A moment, or the first instant of a day in UTC.
    Instant(Instant),
    /// An option of a `one of`.
    Option(u32),
    /// Options of a `set of`, sorted.
    Set(Vec<u32>),
    /// A content of the plan, or another one.
    Content(Option<u32>),
    /// A program of the plan, or another one.
    Program(Option<u32>),
}

impl Fact {
    /// A set of options, each once.
    pub fn set(mut options: Vec<u32>) -> Self {
        options.sort_unstable();
        options.dedup();
        Self::Set(options)
    }
}

/// Something a lead did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// The signal.
    pub signal: u32,
    /// The values of the signal's fields, one each, in their order.
    pub fields: Box<[Fact]>,
}

/// A fact that becomes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Instant,
    /// The field of the lead.
    pub field: u32,
    /// Its new value.
    pub value: Fact,
}

/// A lead and their history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lead {
    /// Unique among leads: it decides splits, hold-outs and the second at which a held message goes out.
    pub id: SmolStr,
    /// From when on they are in the database; until then they are anonymous and have no facts.
    pub identified: Option<Instant>,
    /// From when on they are deleted.
    pub deleted: Option<Instant>,
    /// The values of the lead's fields at first, one each, in their order.
    pub facts: Vec<Fact>,
    /// How the facts change, in order of time.
    pub changes: Vec<Change>,
    /// What they did, in order of time.
    pub events: Vec<Event>,
}

impl Lead {
    /// A fact at an instant; missing while they are anonymous or deleted.
    pub fn fact_at(&self, field: u32, at: Instant) -> Fact {
        if self.identified.is_none_or(|from| at < from) || self.deleted.is_some_and(|from| at >= from) {
            return Fact::Missing;
        }
        let change = self.changes.iter().rev().find(|change| change.field == field && change.at <= at);
        change.map(|change| &change.value).or_else(|| self.facts.get(field as usize)).cloned().unwrap_or_default()
    }

    /// The instant at which something is first known of them.
    pub fn first_instant(&self) -> Option<Instant> {
        let firsts = [self.identified, self.changes.first().map(|change| change.at), self.events.first().map(|event| event.at)];
        firsts.into_iter().flatten().min()
    }

    /// The first instant at which something is said to have happened: who was always in the database says nothing about when.
    pub fn first_known(&self) -> Option<Instant> {
        let known = self.identified.filter(|at| *at > ALWAYS);
        let firsts = [known, self.deleted, self.changes.first().map(|change| change.at), self.events.first().map(|event| event.at)];
        firsts.into_iter().flatten().min()
    }

    /// The last instant at which something is said to have happened.
    pub fn last_known(&self) -> Option<Instant> {
        self.last_instant().filter(|at| *at > ALWAYS)
    }

    /// The last instant of which something is known.
    pub fn last_instant(&self) -> Option<Instant> {
        let lasts = [self.identified, self.deleted, self.changes.last().map(|change| change.at), self.events.last().map(|event| event.at)];
        lasts.into_iter().flatten().max()
    }
}
