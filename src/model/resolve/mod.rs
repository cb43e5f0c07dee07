//! Checks a declaration and lowers it into the plan's form, in one walk.

mod content;
mod event;
mod field_test;
mod items;
mod left;
mod predicate;
mod program;
mod rule;
mod rule_atoms;
mod stage_test;
mod templates;
mod test;
mod unknown;
mod value;

pub(crate) use items::{allowed, channel};
pub use rule::PILLARS;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::names::{Space, Symbol, lookup, names_by_kind, schema};
use super::schema::Schema;
use crate::db::{Asset, Chunk, Db, Workspace, parsed};
use crate::diagnostics::{Address, Check, Kind, Part, Place, Problem, Reported, closest};
use crate::plan;
use crate::syntax::ast::{self, Body, Item, Name};
use crate::text::Range;

/// What a declaration speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The declaration of the chunk that speaks.
    pub owner: u32,
    /// The kind of what it names.
    pub kind: Kind,
    /// Its name.
    pub name: SmolStr,
    /// Where.
    pub at: Range,
    /// Whether what it means depends on it: a predicate, not only a mention.
    pub defines: bool,
}

/// A part of a declaration, by what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Member {
    /// A field: of a signal, or of the lead.
    Field(Option<SmolStr>, SmolStr),
    /// An option of a field: the signal, the field, the option.
    Option(Option<SmolStr>, SmolStr, SmolStr),
    /// A stage of a journey.
    Stage(SmolStr, SmolStr),
    /// A band of a score.
    Band(SmolStr, SmolStr),
    /// The label of a touch: of the program that has it.
    Label(SmolStr, SmolStr),
}

/// A place that names a part of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// What it names.
    pub member: Member,
    /// Where.
    pub at: Range,
}

/// A chunk, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What its declarations speak of, in order.
    pub uses: Vec<Use>,
    /// Which parts of declarations they name: for editors.
    pub mentions: Vec<Mention>,
    /// What the examples of rules name of the policy around them: no use of it, but a place that names it.
    pub in_examples: Vec<Use>,
}

/// A declaration in the form of the plan, still without source, fingerprint, refs and allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanItem {
    /// `lead`
    Lead(plan::Lead),
    /// `signal`
    Signal(plan::Signal),
    /// `icp`
    Icp(plan::Icp),
    /// `segment`
    Segment(plan::Segment),
    /// `journey`
    Journey(plan::Journey),
    /// `score`
    Score(plan::Score),
    /// `content`
    Content(plan::Content),
    /// `program`
    Program(Box<plan::Program>),
    /// `handoff`
    Handoff(plan::Handoff),
    /// `limits`
    Limits(Box<LimitsPart>),
    /// `rule`
    Rule(Box<plan::Rule>),
    /// `test`: not in the plan.
    Test(Box<plan::TestCase>),
}

/// One `limits` declaration; the plan merges them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitsPart {
    /// How much one lead gets at most.
    pub caps: Vec<plan::Cap>,
    /// Hours in which no message goes out.
    pub quiet: Option<plan::Quiet>,
    /// What must hold of who gets these channels.
    pub needs: Vec<(Vec<plan::Channel>, plan::Predicate)>,
    /// Who never gets these channels.
    pub never: Vec<(Vec<plan::Channel>, plan::Predicate)>,
    /// What lifts an unsubscribe or complaint.
    pub consent_again: Option<plan::Predicate>,
    /// Programs that go first.
    pub prefer: Vec<SmolStr>,
}

/// Checks the declarations of a chunk.
#[salsa::tracked]
pub fn checked<'db>(db: &'db dyn Db, chunk: Chunk<'db>) -> Checked {
    let parsed = parsed(db, chunk);
    if parsed.broken {
        // Its syntax errors are said; what else it holds is not known well enough to be judged.
        return Checked::default();
    }
    let mut checked = Checked::default();
    for (item, owner) in parsed.items.iter().zip(0..) {
        let mut resolver = Resolver::new(db, chunk, owner);
        let _ = resolver.item(item);
        checked.problems.append(&mut resolver.problems);
        checked.uses.append(&mut resolver.uses);
        checked.mentions.append(&mut resolver.mentions);
        checked.in_examples.append(&mut resolver.in_examples);
    }
    checked
}

/// The declarations of a chunk in the form of the plan; `None` where one has an error.
#[salsa::tracked(returns(deref))]
pub fn lowered<'db>(db: &'db dyn Db, chunk: Chunk<'db>) -> Vec<Option<PlanItem>> {
    let parsed = parsed(db, chunk);
    if parsed.broken {
        return vec![None; parsed.items.len()];
    }
    parsed
        .items
        .iter()
        .zip(0..)
        .map(|(item, owner)| {
            let mut resolver = Resolver::new(db, chunk, owner);
            resolver.item(item).ok()
        })
        .collect()
}

/// An example of a rule, in the form of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleExample {
    /// Whether the rule must report it; else it must not.
    pub flags: bool,
    /// Where it stands in its chunk.
    pub at: Range,
    /// Its declarations, in order; `None` for one that has an error.
    pub items: Vec<Option<PlanItem>>,
}

/// The examples of each rule of a chunk, by the rule's place among its declarations.
#[salsa::tracked(returns(deref))]
pub fn rule_examples<'db>(db: &'db dyn Db, chunk: Chunk<'db>) -> Vec<(u32, Vec<RuleExample>)> {
    let parsed = parsed(db, chunk);
    if parsed.broken {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (item, owner) in parsed.items.iter().zip(0..) {
        let Body::Rule(rule) = &item.body else { continue };
        let mut made = Vec::new();
        for (examples, flags) in [(&rule.flags, true), (&rule.passes, false)] {
            for example in examples {
                let mut resolver = Resolver::new(db, chunk, owner);
                made.push(RuleExample { flags, at: example.at, items: resolver.example(&example.value) });
            }
        }
        found.push((owner, made));
    }
    found
}

/// A declaration that was changed, in the place of number `owner` of its chunk, in the form of the plan; `None` if it has
/// an error now.
pub fn relowered(db: &dyn Db, chunk: Chunk<'_>, owner: u32, item: &Item) -> Option<PlanItem> {
    let mut resolver = Resolver::new(db, chunk, owner);
    let made = resolver.item(item).ok()?;
    resolver.problems.iter().all(|problem| problem.check.severity() != crate::diagnostics::Severity::Error).then_some(made)
}

/// The result of resolving something: its form in the plan, or the proof that a problem was reported.
pub(super) type Resolved<T> = Result<T, Reported>;

/// Names that an example of a rule declares for itself.
#[derive(Default)]
struct Local {
    names: FxHashMap<(Space, SmolStr), Kind>,
    schema: Schema,
    /// Whether it declares a lead of its own.
    own_lead: bool,
}

/// What predicates speak of, and what they may ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scope<'a> {
    /// Leads in the database.
    Lead,
    /// People who are not in the database.
    Anonymous,
    /// The fields of one event of a signal.
    Event(&'a str),
}

struct Resolver<'db> {
    db: &'db dyn Db,
    chunk: Chunk<'db>,
    schema: &'db Schema,
    local: Option<Box<Local>>,
    owner: u32,
    problems: Vec<Problem>,
    uses: Vec<Use>,
    mentions: Vec<Mention>,
    in_examples: Vec<Use>,
    /// The signal and the field of which the comparison or fact at hand asks.
    field: Option<(Option<SmolStr>, SmolStr)>,
    /// The name of the declaration at hand.
    own: SmolStr,
    /// The labels of the program at hand: `since` may name them. `None` outside programs.
    labels: Option<Vec<SmolStr>>,
    /// Whether what is resolved depends on what it names.
    defining: bool,
    /// Where that is declared of which the comparison at hand asks, for the second label of its problems.
    asked: Option<Place>,
    /// Where the program at hand says that its people are not in the database.
    anonymous: Option<Range>,
}

impl<'db> Resolver<'db> {
    fn new(db: &'db dyn Db, chunk: Chunk<'db>, owner: u32) -> Self {
        Self {
            db,
            chunk,
            schema: schema(db),
            local: None,
            owner,
            problems: Vec::new(),
            uses: Vec::new(),
            mentions: Vec::new(),
            in_examples: Vec::new(),
            field: None,
            own: SmolStr::default(),
            labels: None,
            defining: false,
            asked: None,
            anonymous: None,
        }
    }

    fn schema(&self) -> &Schema {
        self.local.as_ref().map_or(self.schema, |local| &local.schema)
    }

    fn report(&mut self, problem: Problem) -> Reported {
        problem.report(&mut self.problems)
    }

    /// Where a declaration of this name stands, for a second label; nothing inside an example.
    fn declaration(&self, kind: Kind, name: &str, part: Part) -> Option<Place> {
        self.local.is_none().then(|| Place::There(Address { kind, name: name.into(), nth: 0 }, part))
    }

    /// Reports a problem of a comparison, with the place where what it asks of is declared.
    fn fail_asked<T>(&mut self, problem: Problem, said: &str) -> Resolved<T> {
        let problem = match self.asked.clone() {
            Some(place) => problem.also_at(place, said),
            None => problem,
        };
        self.fail(problem)
    }

    fn fail<T>(&mut self, problem: Problem) -> Resolved<T> {
        Err(self.report(problem))
    }

    /// The kind of what is declared under `name` in `space`.
    fn look_up(&self, space: Space, name: &str) -> Option<Kind> {
        if let Some(local) = &self.local {
            if let Some(kind) = local.names.get(&(space, name.into())) {
                return Some(*kind);
            }
            // Examples do not see the programs and contents around them.
            if matches!(space, Space::Of(Kind::Content | Kind::Program | Kind::Handoff)) {
                return None;
            }
        }
        let name = SmolStr::from(name);
        lookup(self.db, Symbol::new(self.db, space, name))
    }

    /// The names of a kind that could be meant.
    fn candidates(&self, kind: Kind) -> Vec<SmolStr> {
        let mut names: Vec<SmolStr> = match (kind, &self.local) {
            (Kind::Signal, _) => self.schema().signals.keys().cloned().collect(),
            (Kind::Content | Kind::Program | Kind::Handoff, Some(_)) => Vec::new(),
            _ => names_by_kind(self.db).get(&kind).cloned().unwrap_or_default(),
        };
        if let Some(local) = &self.local {
            names.extend(local.names.iter().filter(|(_, known)| **known == kind).map(|((_, name), _)| name.clone()));
        }
        names.sort_unstable();
        names
    }

    fn used(&mut self, kind: Kind, name: &Name) {
        self.uses.push(Use { owner: self.owner, kind, name: name.text.clone(), at: name.at, defines: self.defining });
    }

    /// Notes that a part of a declaration is named; not where an example of a rule declares that by itself.
    fn mention(&mut self, member: Member, at: Range) {
        let own = self.local.as_ref().is_some_and(|local| match &member {
            Member::Field(None, _) | Member::Option(None, ..) => local.own_lead,
            Member::Field(Some(signal), _) | Member::Option(Some(signal), ..) => local.names.contains_key(&(Space::Of(Kind::Signal), signal.clone())),
            Member::Stage(owner, _) | Member::Band(owner, _) => local.names.contains_key(&(Space::Values, owner.clone())),
            Member::Label(..) => true,
        });
        if !own {
            self.mentions.push(Mention { member, at });
        }
    }

    /// A name that must be a declaration of `kind`.
    fn named(&mut self, kind: Kind, name: &Name) -> Resolved<SmolStr> {
        match self.look_up(Space::of(kind), &name.text) {
            Some(found) if found == kind => {
                self.used(kind, name);
                Ok(name.text.clone())
            }
            Some(found) => self.misused(kind, found, name),
            None => self.unknown(kind, name),
        }
    }

    /// Reports a name that no declaration of `kind` has.
    fn unknown<T>(&mut self, kind: Kind, name: &Name) -> Resolved<T> {
        if let Some(other) = self.elsewhere(&name.text)
            && other != kind
        {
            return self.misused(kind, other, name);
        }
        let candidates = self.candidates(kind);
        let mut problem = Problem::new(Check::UnknownName, name.at, format!("there is no {} `{}`", kind.keyword(), name.text));
        problem = match closest(&name.text, candidates.iter().map(SmolStr::as_str)) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
            None if self.local.is_some() && matches!(kind, Kind::Content | Kind::Program) => problem.help("an example declares its own content and programs"),
            None if candidates.is_empty() => problem.help(format!("no {} is declared", kind.keyword())),
            None => problem.help(format!("declare it: `{} {} …`", kind.keyword(), name.text)),
        };
        self.fail(problem)
    }

    /// Reports a name of another kind, with the place where it is declared.
    fn misused<T>(&mut self, wanted: Kind, found: Kind, name: &Name) -> Resolved<T> {
        let message = format!("`{}` is {}, not {}", name.text, found.with_article(), wanted.with_article());
        let mut problem = Problem::new(Check::MisusedName, name.at, message).here(format!("{} is needed here", wanted.with_article()));
        if let Some(place) = self.declaration(found, &name.text, Part::Name) {
            problem = problem.also_at(place, "declared here");
        }
        self.fail(problem)
    }

    /// A kind under which the name is declared, if it is.
    fn elsewhere(&self, name: &str) -> Option<Kind> {
        [Space::Groups, Space::Values, Space::Of(Kind::Signal), Space::Of(Kind::Content), Space::Of(Kind::Program), Space::Of(Kind::Handoff)]
            .into_iter()
            .find_map(|space| self.look_up(space, name))
    }

    /// The state of the file that a `text` clause of this file names.
    fn asset(&self, named: &str) -> Option<(SmolStr, Asset)> {
        let path = crate::db::load::asset_path(self.chunk.file(self.db).path(self.db), named)?;
        let assets = Workspace::get(self.db).assets(self.db);
        let found = assets.binary_search_by(|(known, _)| known.cmp(&path)).ok().and_then(|index| assets.get(index));
        Some(found.cloned().unwrap_or((path, Asset::Missing)))
    }

    /// A declaration.
    fn item(&mut self, item: &Item) -> Resolved<PlanItem> {
        self.allows(&item.common.allows);
        let name = item.name.as_ref().map_or_else(SmolStr::default, |name| name.text.clone());
        self.own = name.clone();
        if let Some(objective) = &item.common.objective
            && !matches!(item.body, Body::Segment(_) | Body::Icp(_))
        {
            self.report(
                Problem::new(Check::MisplacedClause, objective.at, format!("{} has no `objective`", item.kind().with_article()))
                    .help("an `icp` or a `segment` says what its people want"),
            );
        }
        if let Some(draft) = item.common.draft
            && !matches!(item.body, Body::Program(_) | Body::Content(_))
        {
            self.report(Problem::new(Check::MisplacedClause, draft, format!("{} cannot be a draft", item.kind().with_article())));
        }
        self.defining = matches!(item.body, Body::Segment(_) | Body::Icp(_) | Body::Journey(_) | Body::Score(_));
        match &item.body {
            Body::Lead(fields) => self.lead(fields).map(PlanItem::Lead),
            Body::Signal(signal) => self.signal(item, name, signal).map(PlanItem::Signal),
            Body::Icp(icp) => self.icp(item, name, icp).map(PlanItem::Icp),
            Body::Segment(predicate) => self.segment(item, name, predicate.as_deref()).map(PlanItem::Segment),
            Body::Journey(journey) => self.journey(item, name, journey).map(PlanItem::Journey),
            Body::Score(score) => self.score(item, name, score).map(PlanItem::Score),
            Body::Content(content) => self.content(item, name, content).map(PlanItem::Content),
            Body::Program(program) => self.program(item, name, program).map(|program| PlanItem::Program(Box::new(program))),
            Body::Handoff(handoff) => self.handoff(item, name, handoff).map(PlanItem::Handoff),
            Body::Limits(limits) => self.limits(limits).map(|limits| PlanItem::Limits(Box::new(limits))),
            Body::Rule(rule) => self.rule(item, name, rule).map(|rule| PlanItem::Rule(Box::new(rule))),
            Body::Test(test) => self.test(item, test).map(|case| PlanItem::Test(Box::new(case))),
        }
    }

    /// The rules that `allow` names must exist.
    fn allows(&mut self, allows: &[ast::Allow]) {
        for allow in allows {
            let name = &allow.rule;
            let is_check = Check::from_name(&name.text).is_some();
            let packed = || Workspace::get(self.db).settings(self.db).pack_rules.contains(&name.text);
            if is_check || crate::rulebook::is_standard(&name.text) || packed() || self.look_up(Space::Of(Kind::Rule), &name.text).is_some() {
                if !is_check {
                    self.uses.push(Use { owner: self.owner, kind: Kind::Rule, name: name.text.clone(), at: name.at, defines: false });
                }
                continue;
            }
            let mut known: Vec<SmolStr> = self.candidates(Kind::Rule);
            known.extend(crate::rulebook::standard().map(SmolStr::from));
            known.extend(Workspace::get(self.db).settings(self.db).pack_rules.iter().cloned());
            known.extend(Check::ALL.iter().map(|check| SmolStr::new_static(check.name())));
            let mut problem = Problem::new(Check::UnknownName, name.at, format!("there is no rule `{}`", name.text));
            problem = match closest(&name.text, known.iter().map(SmolStr::as_str)) {
                Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
                None => problem.help("`allow` names a rule or check, as its finding does"),
            };
            self.report(problem);
        }
    }

    /// A clause that a declaration must have.
    fn missing<T>(&mut self, item: &Item, clause: &str, help: &str) -> Resolved<T> {
        let kind = item.kind();
        let subject = match &item.name {
            Some(name) if kind != Kind::Test => format!("{} `{}`", kind.keyword(), name.text),
            _ => kind.with_article().to_owned(),
        };
        self.fail(Problem::new(Check::MissingClause, item.name_at(), format!("{subject} has no `{clause}`")).help(help))
    }
}

/// Collects results: all of them, or the first proof that one was reported. Everything is resolved either way.
fn all<T>(results: impl IntoIterator<Item = Resolved<T>>) -> Resolved<Vec<T>> {
    let mut values = Vec::new();
    let mut reported = None;
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(proof) => reported = Some(proof),
        }
    }
    match reported {
        None => Ok(values),
        Some(proof) => Err(proof),
    }
}

/// The result of something that may be absent.
fn optional<T>(result: Option<Resolved<T>>) -> Resolved<Option<T>> {
    result.transpose()
}
