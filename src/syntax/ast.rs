//! The syntax tree of one chunk. All ranges are relative to the chunk's text, so that a tree stays equal
//! when only text around it changes.

use smol_str::SmolStr;

pub use crate::diagnostics::Kind;
use crate::text::{Date, Decimal, Range, TimeOfDay};

/// A name where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: SmolStr,
    /// Where.
    pub at: Range,
}

/// A `"…"` where it stands, with escapes resolved and in Unicode NFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it says.
    pub value: SmolStr,
    /// Where, quotes included.
    pub at: Range,
}

/// A value with the place where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub at: Range,
}

/// A length of time.
pub type Duration = At<u64>;

/// A name with dots: `content.kind`, `buying.validation`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The first name.
    pub first: Name,
    /// What follows its dots.
    pub rest: Vec<Name>,
}

impl Path {
    /// From the first name to the last.
    pub fn at(&self) -> Range {
        self.rest.last().map_or(self.first.at, |last| self.first.at.cover(last.at))
    }
}

/// One declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// From the keyword to the end.
    pub at: Range,
    /// The keyword.
    pub keyword: Range,
    /// Its name; for a `test` its title. `lead` and `limits` have none.
    pub name: Option<Name>,
    /// Its title.
    pub title: Option<Text>,
    /// The doc comment above it.
    pub doc: Option<Box<str>>,
    /// What may stand in every body.
    pub common: Common,
    /// What it declares.
    pub body: Body,
}

impl Item {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match &self.body {
            Body::Lead(_) => Kind::Lead,
            Body::Signal(_) => Kind::Signal,
            Body::Icp(_) => Kind::Icp,
            Body::Segment(_) => Kind::Segment,
            Body::Journey(_) => Kind::Journey,
            Body::Score(_) => Kind::Score,
            Body::Content(_) => Kind::Content,
            Body::Program(_) => Kind::Program,
            Body::Handoff(_) => Kind::Handoff,
            Body::Limits(_) => Kind::Limits,
            Body::Rule(_) => Kind::Rule,
            Body::Test(_) => Kind::Test,
        }
    }

    /// Where its name stands, or its keyword if it has none.
    pub fn name_at(&self) -> Range {
        self.name.as_ref().map_or(self.keyword, |name| name.at)
    }
}

/// Clauses that may stand in every body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// `allow RULE because "…"`
    pub allows: Vec<Allow>,
    /// `ref "system:key"`
    pub refs: Vec<Text>,
    /// `objective "…"`
    pub objective: Option<Text>,
    /// `draft`
    pub draft: Option<Range>,
}

/// `allow RULE because "…"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The rule or check.
    pub rule: Name,
    /// Why.
    pub because: Option<Text>,
    /// The whole clause.
    pub at: Range,
}

/// What a declaration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `lead`
    Lead(Vec<Field>),
    /// `signal`
    Signal(Box<Signal>),
    /// `icp`
    Icp(Box<Icp>),
    /// `segment`
    Segment(Option<Box<Predicate>>),
    /// `journey`
    Journey(Box<Journey>),
    /// `score`
    Score(Box<Score>),
    /// `content`
    Content(Box<Content>),
    /// `program`
    Program(Box<Program>),
    /// `handoff`
    Handoff(Box<Handoff>),
    /// `limits`
    Limits(Box<Limits>),
    /// `rule`
    Rule(Box<super::rule_ast::Rule>),
    /// `test`
    Test(Box<Test>),
}

// ---- lead and signal -------------------------------------------------------------------------------

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

// ---- icp, journey, score ---------------------------------------------------------------------------

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

// ---- content ---------------------------------------------------------------------------------------

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

// ---- program ---------------------------------------------------------------------------------------

/// `program`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// `audience`
    pub audience: Option<Audience>,
    /// `join when`, `join on`
    pub join: Option<Join>,
    /// `rejoin`
    pub rejoin: Option<At<Rejoin>>,
    /// `journey NAME`
    pub journey: Option<Name>,
    /// `goal`
    pub goal: Option<Goal>,
    /// `owner`
    pub owner: Option<Text>,
    /// `leave when`
    pub leave_when: Vec<Predicate>,
    /// `at most N CHANNEL per D`
    pub frequencies: Vec<Frequency>,
    /// `send on`
    pub send_on: Option<SendOn>,
    /// `runs from D to D`
    pub runs: Option<(At<Date>, At<Date>)>,
    /// `hold out N%`
    pub hold_out: Option<At<Decimal>>,
    /// Its tracks, in order.
    pub tracks: Vec<Track>,
}

/// Whom a program is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// `anonymous`, where written.
    pub anonymous: Option<Range>,
    /// The predicate; absent only beside `anonymous`.
    pub predicate: Option<Predicate>,
    /// The whole clause.
    pub at: Range,
}

/// What must happen for a lead to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Join {
    /// `join when P`
    When(Predicate),
    /// `join on SIGNAL(…)`
    On(Event),
}

/// Whether a lead may come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejoin {
    /// Whenever the audience holds again.
    Always,
    /// Once only.
    Never,
    /// After so many seconds.
    After(u64),
}

/// `goal P by day N and stay`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// What must come true.
    pub predicate: Predicate,
    /// The deadline, in days from the join.
    pub by_day: Option<At<u32>>,
    /// Whether reaching it ends nothing.
    pub and_stay: bool,
    /// The whole clause.
    pub at: Range,
}

/// `at most N CHANNEL per D`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// N.
    pub most: At<u32>,
    /// The channel, or `messages`.
    pub limited: Name,
    /// D.
    pub per: Duration,
    /// The whole clause.
    pub at: Range,
}

/// `send on mon to fri from 09:00 to 17:00`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendOn {
    /// The days, 0 for Monday to 6 for Sunday, sorted, each once.
    pub days: Vec<u8>,
    /// The hours.
    pub hours: Option<(At<TimeOfDay>, At<TimeOfDay>)>,
    /// The whole clause.
    pub at: Range,
}

/// A track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// What starts it.
    pub trigger: Trigger,
    /// Where the trigger stands.
    pub trigger_at: Range,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Its allows.
    pub allows: Vec<Allow>,
    /// Its doc comment.
    pub doc: Option<Box<str>>,
}

/// What starts a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// `on join`
    Join,
    /// `on stage A, B`
    Stage(Vec<Path>),
    /// `on SIGNAL(…)`
    Signal(Event),
    /// `every D`
    Every(Duration),
    /// `on DATE at TIME`
    Moment(At<Date>, At<TimeOfDay>),
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The whole step.
    pub at: Range,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A touch.
    Touch(Box<Touch>),
    /// `wait D`
    Wait(Duration),
    /// `wait until P for at most D`
    WaitUntil(Predicate, Duration),
    /// `if P { } else if P { } else { }`
    If(Vec<(Predicate, Vec<Step>)>, Option<Vec<Step>>),
    /// `split NAME? { N% { } … }`
    Split(Option<Name>, Vec<(At<Decimal>, Vec<Step>)>),
    /// `handoff NAME`
    Handoff(Name),
    /// `leave`
    Leave,
}

/// A channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// E-mail.
    Email,
    /// Text message.
    Sms,
    /// Telephone call.
    Call,
    /// Letter on paper.
    Letter,
    /// Chat message.
    Chat,
    /// Re-targeted advertisement.
    Ad,
    /// Social or community post.
    Post,
    /// What the site shows this visitor.
    Web,
}

impl Channel {
    /// All channels, messages first.
    pub const ALL: [Channel; 8] =
        [Channel::Email, Channel::Sms, Channel::Call, Channel::Letter, Channel::Chat, Channel::Ad, Channel::Post, Channel::Web];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Letter => "letter",
            Self::Chat => "chat",
            Self::Ad => "ad",
            Self::Post => "post",
            Self::Web => "web",
        }
    }

    /// The channel called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// Whether it goes to one person whom we know: a message, not an impression.
    pub fn is_message(self) -> bool {
        !matches!(self, Self::Ad | Self::Post | Self::Web)
    }
}

/// A touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Its channel.
    pub channel: At<Channel>,
    /// What it carries.
    pub content: Option<Name>,
    /// `as LABEL`
    pub label: Option<Name>,
    /// `on PLATFORM`
    pub platform: Option<Name>,
    /// Subject, headline or purpose.
    pub subject: Option<Text>,
    /// `again`
    pub again: bool,
    /// `only if P`
    pub only_if: Option<Predicate>,
    /// `reason P`
    pub reason: Option<Predicate>,
    /// `goal "…"`
    pub goal: Option<Text>,
    /// `from "…"`
    pub from: Option<Text>,
    /// `preview "…"`
    pub preview: Option<Text>,
    /// `invites "…"`
    pub invites: Option<Text>,
    /// `drop after D`
    pub drop_after: Option<Duration>,
    /// Shared clauses.
    pub common: Common,
    /// Its doc comment.
    pub doc: Option<Box<str>>,
}

// ---- handoff, limits ---------------------------------------------------------------------------------

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

// ---- predicates --------------------------------------------------------------------------------------

/// A predicate over leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    /// Where it stands.
    pub at: Range,
    /// What it says.
    pub kind: PredicateKind,
}

/// What a predicate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PredicateKind {
    /// All of them.
    And(Vec<Predicate>),
    /// One of them.
    Or(Vec<Predicate>),
    /// `not`, written so many times.
    Not(u32, Box<Predicate>),
    /// `everyone`
    Everyone,
    /// `identified`
    Identified,
    /// `in NAME`
    In(Name),
    /// A comparison, or a flag by itself.
    Compare(Box<Comparison>),
    /// `did SIGNAL …`
    Did(Box<Did>),
    /// Something that a syntax error hides.
    Broken,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What is asked of.
    pub path: Path,
    /// What is asked.
    pub test: Ask,
    /// Where what is asked stands.
    pub test_at: Range,
}

/// What a comparison asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Nothing more: a flag.
    Flag,
    /// `is V`, `is not V`
    Is(bool, Value),
    /// `is known` (true), `is unknown`
    Known(bool),
    /// `in [V, …]` (true), `not in [V, …]`
    In(bool, Vec<Value>),
    /// `<`, `<=`, `>`, `>=`
    Order(Order, Value),
    /// `between V and V`
    Between(Value, Value),
    /// `contains`, `starts with`, `ends with`
    Text(TextTest, Vec<Value>),
    /// `has V`
    Has(Value),
    /// `before D`
    Before(Value),
    /// `after D`
    After(Value),
    /// `within the last D` (true), `within the next D`
    Within(bool, Duration),
    /// `older than D`
    Older(Duration),
}

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

impl Order {
    /// The sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// A test of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextTest {
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
}

impl TextTest {
    /// The words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::StartsWith => "starts with",
            Self::EndsWith => "ends with",
        }
    }
}

/// A value where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Where.
    pub at: Range,
    /// The value.
    pub kind: ValueKind,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A name, dotted or not.
    Path(Box<Path>),
    /// A text.
    Text(SmolStr),
    /// A number.
    Number(Decimal),
    /// A percentage, in percent.
    Percent(Decimal),
    /// A length of time, in seconds.
    Duration(u64),
    /// A date.
    Date(Date),
    /// A moment, in the workspace's time zone.
    Moment(Date, TimeOfDay),
    /// Something that was reported already.
    Broken,
}

/// `SIGNAL(predicate over its fields)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The signal.
    pub signal: Name,
    /// What must be true of the event.
    pub filter: Option<Predicate>,
}

/// `did SIGNAL(…) count? window?`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Did {
    /// `did not`
    pub not: Option<Range>,
    /// What happened.
    pub event: Event,
    /// How often.
    pub count: Option<At<Count>>,
    /// When.
    pub window: Option<At<Window>>,
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// `at least N times`
    AtLeast(u32),
    /// `at most N times`
    AtMost(u32),
    /// `exactly N times`
    Exactly(u32),
    /// `between N and M times`
    Between(u32, u32),
}

/// Since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// `within D`
    Within(u64),
    /// `since DATE`
    Since(Date),
    /// `since joining`
    Joining,
    /// `since TOUCH`
    Touch(SmolStr),
}

// ---- tests ---------------------------------------------------------------------------------------------

/// `test`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Test {
    /// `from D`
    pub from: Option<At<Date>>,
    /// The lead's facts at the start.
    pub lead: Option<At<Vec<Fact>>>,
    /// Its days, in the order written.
    pub days: Vec<Day>,
}

/// `FIELD: VALUE`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The field.
    pub field: Name,
    /// Its value.
    pub value: FactValue,
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactValue {
    /// One value.
    One(Value),
    /// A list.
    List(Range, Vec<Value>),
    /// `unknown`
    Unknown(Range),
}

impl FactValue {
    /// Where it stands.
    pub fn at(&self) -> Range {
        match self {
            Self::One(value) => value.at,
            Self::List(at, _) | Self::Unknown(at) => *at,
        }
    }
}

/// `day N { … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// N.
    pub number: At<u32>,
    /// What happens and is expected, in the order written.
    pub steps: Vec<DayStep>,
}

/// A line of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayStep {
    /// The whole line.
    pub at: Range,
    /// What it says.
    pub kind: DayStepKind,
}

/// What a line of a day says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayStepKind {
    /// `did SIGNAL(field: value)`
    Did(Name, Vec<Fact>),
    /// `FIELD becomes V`
    Becomes(Fact),
    /// `becomes identified`
    Identified,
    /// `is deleted`
    Deleted,
    /// `expect PREDICATE`
    Expect(Predicate),
    /// `expect no? CHANNEL CONTENT? (from P)?`
    ExpectTouch {
        /// Whether it is expected not to happen.
        no: bool,
        /// The channel.
        channel: At<Channel>,
        /// The content.
        content: Option<Name>,
        /// The program.
        from: Option<Name>,
    },
    /// `expect no? handoff NAME?`
    ExpectHandoff {
        /// Whether it is expected not to happen.
        no: bool,
        /// The handoff.
        name: Option<Name>,
    },
}
