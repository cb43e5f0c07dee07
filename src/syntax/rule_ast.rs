//! The syntax tree of a `rule`: predicates over the policy.

use smol_str::SmolStr;

use super::ast::{At, Item, Name, Order, Predicate, Text};
use crate::text::{Date, Decimal, Range};

/// `rule`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `is nurturing` (true) or `isn't nurturing`.
    pub is: bool,
    /// `level`
    pub level: Option<Name>,
    /// `denies PILLAR`
    pub denies: Option<Name>,
    /// `shows PILLAR`
    pub shows: Option<Name>,
    /// `each ENTITY where …`
    pub each: Option<(Name, Option<Condition>)>,
    /// `when`
    pub when: Option<Condition>,
    /// `because`
    pub because: Option<Text>,
    /// `instead`
    pub instead: Option<Text>,
    /// `source`
    pub source: Option<Text>,
    /// `flags`, one entry a clause.
    pub flags: Vec<At<Vec<Item>>>,
    /// `passes`, one entry a clause.
    pub passes: Vec<At<Vec<Item>>>,
}

/// A condition over the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Where it stands.
    pub at: Range,
    /// What it says.
    pub kind: ConditionKind,
}

/// What a condition says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConditionKind {
    /// All of them.
    And(Vec<Condition>),
    /// One of them.
    Or(Vec<Condition>),
    /// `not`, written so many times.
    Not(u32, Box<Condition>),
    /// `some(x in LIST where C)`
    Quantified {
        /// Some, all or none.
        quantifier: Quantifier,
        /// The variable.
        variable: Name,
        /// What it ranges over.
        list: Operand,
        /// What must hold.
        condition: Box<Condition>,
    },
    /// A flag by itself.
    Flag(Operand),
    /// A comparison.
    Test(Box<(Operand, RuleTest)>),
    /// Something that a syntax error hides.
    Broken,
}

/// Which of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one.
    Some,
    /// Each.
    All,
    /// Not one.
    None,
}

/// What a comparison of a rule asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleTest {
    /// `is V`, `is not V`
    Is(bool, Operand),
    /// `is known` (true), `is unknown`
    Known(bool),
    /// `is empty`
    Empty,
    /// An order.
    Order(Order, Operand),
    /// `between V and V`
    Between(Operand, Operand),
    /// `in L` (true), `not in L`
    In(bool, Operand),
    /// `has V`
    Has(Operand),
    /// `says ["…"]`
    Says(Vec<Text>),
    /// `covers P`
    Covers(Operand),
    /// `overlaps P`
    Overlaps(Operand),
    /// `older than D`
    Older(Operand),
}

/// A value of a rule: an atom, or predicates combined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    /// Where it stands.
    pub at: Range,
    /// The first atom.
    pub first: Box<Atom>,
    /// `with A` (true), `except A`, left to right.
    pub rest: Vec<(bool, Atom)>,
}

/// An atom of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atom {
    /// Where it stands.
    pub at: Range,
    /// What it is.
    pub kind: AtomKind,
}

/// What an atom is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtomKind {
    /// A text.
    Text(SmolStr),
    /// A number.
    Number(Decimal),
    /// A percentage.
    Percent(Decimal),
    /// A length of time in seconds.
    Duration(u64),
    /// A date.
    Date(Date),
    /// `[a, b]`
    List(Vec<Operand>),
    /// `count(L)` (false) or `share(L)`; with a variable `count(x in L where C)`
    Figure {
        /// Whether it is a share.
        share: bool,
        /// The variable and what must hold of it.
        filter: Option<(Name, Box<Condition>)>,
        /// The list.
        list: Box<Operand>,
    },
    /// `leads(P)`
    Leads(Box<Predicate>),
    /// `silent(D)`, `untold(D)`, `unasked(D)`
    Act(Name, Box<Operand>),
    /// `only(open, click)`
    Only(Vec<Name>),
    /// `touch.content.kind`
    Path(Vec<PathPart>),
    /// Something that was reported already.
    Broken,
}

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPart {
    /// Its name.
    pub name: Name,
    /// Its argument: `pressure(7 days)`.
    pub argument: Option<Operand>,
}
