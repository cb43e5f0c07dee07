//! What the rulebook says of a policy: findings with their places, what is allowed and what was not decided, and the verdicts.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::book;
use super::contradiction;
use super::findings::{Allowance, allowances, diagnostic};
use super::{mends, places};
use crate::db::settings::Settings;
use crate::db::{Asset, RootDb, SourceFile, Workspace};
use crate::diagnostics::{Address, Check, Diagnostic, Finder, Kind, Part, Problem, Severity, Span, SpanLabel};
use crate::plan::{Condition, Level, Plan, Rule, Verdict};
use crate::proof::{Memory, Stop};
use crate::rules::census::Census;
use crate::rules::eval::{self, Hit, Judged};
use crate::rules::lint::{self, Idle};
use crate::rules::message::{describe, filled};
use crate::rules::policy::{Inputs, Policy};
use crate::rules::value::Entity;
use crate::rules::{verdict, who};
use crate::text::Date;

/// What is said where a finding of the whole policy is shown.
pub const WHOLE_POLICY: &str = "the policy begins here";
/// How many gaps a finding tells one by one.
const GAPS: usize = 6;
/// How many other touches that say the same are marked.
const TWINS: usize = 3;

/// What is asked besides the policy.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// How many real leads there are.
    pub census: Option<Census>,
    /// Whether what is allowed is shown all the same.
    pub show_allowed: bool,
    /// Rules of packs.
    pub packs: Vec<Rule>,
    /// What was proved in judgements before: who judges again after each edit passes the same one.
    pub memory: Option<Memory>,
    /// Whether nobody waits for the answers any more.
    pub stop: Option<Stop>,
}

/// A rule that was not decided, for lack of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotJudged {
    /// The rule.
    pub rule: SmolStr,
    /// What it lacked.
    pub why: String,
    /// Whether it does not fit the policy: a rule of a pack that speaks of what the policy does not have.
    pub misfit: bool,
}

/// What the rulebook says.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// What is to be shown, in order of file and place.
    pub findings: Vec<Diagnostic>,
    /// What each program is.
    pub verdicts: Vec<Verdict>,
    /// Rules that lacked an input, once each.
    pub not_judged: Vec<NotJudged>,
    /// What authors allow, with the reasons.
    pub allowed: Vec<Allowed>,
    /// How many questions went to the prover; what it remembered from judgements before is not counted.
    pub questions: u64,
}

/// A finding that an `allow` silences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The rule.
    pub rule: SmolStr,
    /// What it was found of.
    pub subject: String,
    /// Why it is allowed.
    pub because: SmolStr,
    /// The last day on which it is, if one is set.
    pub until: Option<Date>,
    /// Where the `allow` stands.
    pub at: Span,
}

/// The rules that judge a policy: its own, those of its packs, and the standard book's; the nearer one where names are the same.
pub fn rules_for<'r>(plan: &'r Plan, packs: &'r [Rule]) -> Vec<&'r Rule> {
    // What stands nearer goes before what stands farther: the policy's own, its packs', the standard book's.
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let mut rules: Vec<&Rule> = plan.rules.iter().chain(packs).chain(book::standard_rules()).filter(|rule| named.insert(rule.name.as_str())).collect();
    rules.sort_by(|a, b| a.name.cmp(&b.name));
    rules
}

/// What rules go by, besides the policy.
pub fn inputs(db: &RootDb, plan: &Plan, asked: &Asked) -> Inputs {
    let workspace = Workspace::get(db);
    inputs_of(workspace.settings(db), workspace.assets(db), plan, asked)
}

/// What rules go by, besides the policy, where it was taken out of the database.
pub fn inputs_of(settings: &Settings, assets: &[(SmolStr, Asset)], plan: &Plan, asked: &Asked) -> Inputs {
    Inputs {
        today: settings.as_of,
        thresholds: settings.thresholds.clone(),
        words: settings.words.clone(),
        census: asked.census.clone(),
        texts: book::texts(assets, plan),
        memory: asked.memory.clone(),
        stop: asked.stop.clone(),
    }
}

/// Judges a policy without errors of the language.
///
/// # Errors
/// When its plan does not hang together.
pub fn judge(db: &RootDb, plan: &Plan, asked: &Asked) -> Result<Judgement, crate::run::Unfit> {
    judge_by(db, plan, asked, rules_for(plan, &asked.packs))
}

/// Judges a policy by these rules alone.
///
/// # Errors
/// When its plan does not hang together.
pub fn judge_by(db: &RootDb, plan: &Plan, asked: &Asked, rules: Vec<&Rule>) -> Result<Judgement, crate::run::Unfit> {
    let policy = Policy::new(plan, inputs(db, plan, asked))?;
    Ok(tell(db, &policy, &hear(&policy, rules), asked))
}

/// What rules say of a policy, before it is put into words.
pub struct Heard<'r> {
    rules: Vec<&'r Rule>,
    judged: Judged,
    misfits: Vec<NotJudged>,
}

/// Asks the rules. Needs no database, so that whoever owns one may change it meanwhile.
pub fn hear<'r>(policy: &Policy<'_>, rules: Vec<&'r Rule>) -> Heard<'r> {
    let mut misfits = Vec::new();
    let rules: Vec<&Rule> = rules
        .into_iter()
        .filter(|rule| match lint::misfit(policy, rule) {
            None => true,
            Some(why) => {
                misfits.push(NotJudged { rule: rule.name.clone(), why, misfit: true });
                false
            }
        })
        .collect();
    let judged = eval::judge(policy, &rules);
    Heard { rules, judged, misfits }
}

/// Puts what rules say into words, with the places of a database that still holds the text of the plan.
pub fn tell(db: &RootDb, policy: &Policy<'_>, heard: &Heard<'_>, asked: &Asked) -> Judgement {
    let mut told = Telling { db, policy, rules: &heard.rules, judged: &heard.judged, asked }.judgement();
    told.not_judged.extend(heard.misfits.iter().cloned());
    told.not_judged.sort_by(|a, b| a.rule.cmp(&b.rule));
    told
}

pub(super) struct Telling<'a, 'p> {
    pub(super) db: &'a RootDb,
    pub(super) policy: &'a Policy<'p>,
    rules: &'a [&'a Rule],
    judged: &'a Judged,
    asked: &'a Asked,
}

/// A hit with its place.
pub(super) struct Placed<'a> {
    pub(super) hit: &'a Hit,
    span: Option<Span>,
}

impl Telling<'_, '_> {
    fn judgement(&self) -> Judgement {
        let files = Workspace::get(self.db).files(self.db);
        let by_path: FxHashMap<&str, SourceFile> = files.iter().map(|file| (file.path(self.db).as_str(), *file)).collect();
        let mut allows: BTreeMap<SmolStr, Vec<(Allowance<'_>, bool)>> = BTreeMap::new();
        for file in files {
            let own = allowances(self.db, *file);
            if !own.is_empty() {
                allows.insert(file.path(self.db).clone(), own.into_iter().map(|allowance| (allowance, false)).collect());
            }
        }
        let mut told = Judgement::default();
        let mut waived: verdict::Allowed = BTreeMap::new();
        let mut by_rule: Vec<Vec<Placed<'_>>> = self.rules.iter().map(|_| Vec::new()).collect();
        for hit in &self.judged.hits {
            let Some(rule) = self.rules.get(hit.rule).filter(|rule| !rule.is) else { continue };
            let span = places::place(self.db, self.policy, hit.subject);
            let silencing =
                span.as_ref().and_then(|span| allows.get_mut(&span.file).and_then(|list| silenced(list, &rule.name, span, self.policy.inputs.today)));
            if let Some((allowance, used)) = silencing {
                *used = true;
                let because = allowance.allow.because.as_ref().map(|because| because.value.clone()).unwrap_or_default();
                waived.insert((rule.name.clone(), hit.subject), because.clone());
                let file = span.as_ref().map(|span| span.file.clone()).unwrap_or_default();
                told.allowed.push(Allowed {
                    rule: rule.name.clone(),
                    subject: describe(self.policy, hit.subject),
                    because,
                    until: allowance.allow.until.as_ref().map(|until| until.value),
                    at: Span { file, range: allowance.at },
                });
                if !self.asked.show_allowed {
                    continue;
                }
            }
            if let Some(list) = by_rule.get_mut(hit.rule) {
                list.push(Placed { hit, span });
            }
        }
        for (number, hits) in by_rule.into_iter().enumerate() {
            if let Some(rule) = self.rules.get(number) {
                self.findings(rule, hits, &mut told.findings);
            }
        }
        self.undecided(&mut told);
        for (path, list) in &allows {
            let Some(file) = by_path.get(path.as_str()) else { continue };
            for (allowance, used) in list {
                self.unused(*file, allowance, *used, &mut told.findings);
            }
        }
        self.idle(&mut told.findings);
        told.verdicts = verdict::verdicts(self.policy, self.rules, self.judged, &waived);
        told.findings.sort_by(Diagnostic::order);
        told.findings.dedup();
        told.questions = self.policy.ground.asked();
        told
    }

    /// An `allow` of a rule that found nothing there.
    fn unused(&self, file: SourceFile, allowance: &Allowance<'_>, used: bool, found: &mut Vec<Diagnostic>) {
        let name = &allowance.allow.rule.text;
        // That it has ended is said already.
        if used
            || allowance.ended(self.policy.inputs.today)
            || allowance.allow.because.is_none()
            || Check::from_name(name).is_some()
            || !self.rules.iter().any(|rule| rule.name == *name)
        {
            return;
        }
        let problem = Problem::new(Check::UnusedAllow, allowance.at, format!("this `allow {name}` silences nothing"))
            .here("the rule finds nothing here")
            .help("remove it");
        let settings = Workspace::get(self.db).settings(self.db);
        if let Some(mut finding) = diagnostic(self.db, file, 0, &problem) {
            match settings.level(Check::UnusedAllow.name(), file.path(self.db)) {
                Some(Some(level)) => finding.severity = level,
                Some(None) => return,
                None => {}
            }
            found.push(finding);
        }
    }

    /// The level of a rule's findings in a file; `None` for off.
    fn level(&self, rule: &Rule, file: &str) -> Option<Severity> {
        let settings = Workspace::get(self.db).settings(self.db);
        settings.level(&rule.name, file).unwrap_or(Some(match rule.level {
            Some(Level::Error) => Severity::Error,
            Some(Level::Advice) => Severity::Advice,
            _ => Severity::Warning,
        }))
    }

    /// The findings of a rule: one cause, one finding.
    fn findings(&self, rule: &Rule, hits: Vec<Placed<'_>>, found: &mut Vec<Diagnostic>) {
        let mut groups: Vec<Vec<Placed<'_>>> = Vec::new();
        let mut by_cause: BTreeMap<String, usize> = BTreeMap::new();
        let mut asked = BTreeSet::new();
        verdict::names_of(&rule.when, &mut asked);
        let twins = asked.contains("twins");
        for placed in hits {
            let cause = self.cause(placed.hit, twins);
            match by_cause.get(&cause).and_then(|place| groups.get_mut(*place)) {
                Some(group) => group.push(placed),
                None => {
                    by_cause.insert(cause, groups.len());
                    groups.push(vec![placed]);
                }
            }
        }
        for group in groups {
            found.extend(self.finding(rule, &group));
        }
    }

    /// What two findings of a rule share that are one: the words, where the rule goes by those; the audience of their programs, and what
    /// closes them to everybody; or the things that they speak of.
    fn cause(&self, hit: &Hit, twins: bool) -> String {
        match hit.subject {
            Entity::Touch(program, step) if twins => format!("twins {:?}", self.policy.twins(program, step).first()),
            Entity::Touch(program, step) | Entity::Step(program, step) => {
                let closed = self.policy.closed(program, step);
                let audience = self.policy.plan.programs.get(program as usize).map(|program| crate::plan::normal(&program.audience.predicate));
                format!("audience {} {closed:?}", serde_json::to_string(&audience).unwrap_or_default())
            }
            subject => {
                let mut all: Vec<Entity> = hit.bound.iter().map(|(_, entity)| *entity).chain([subject]).collect();
                all.sort_unstable();
                all.dedup();
                format!("{all:?}")
            }
        }
    }

    fn finding(&self, rule: &Rule, group: &[Placed<'_>]) -> Option<Diagnostic> {
        let (first, rest) = group.split_first()?;
        let hit = first.hit;
        let span = first.span.clone().or_else(|| self.somewhere())?;
        let severity = self.level(rule, &span.file)?;
        let because = filled(self.policy, hit, &rule.each, &rule.because);
        let because = because.trim_end_matches('.');
        let message = match hit.subject {
            Entity::Workspace => because.to_owned(),
            subject => format!("{}: {}", describe(self.policy, subject), lower_first(because)),
        };
        // The words that the rule goes by, where it goes by some; else the thing itself.
        let mut asked = BTreeSet::new();
        verdict::names_of(&rule.when, &mut asked);
        let empty = asks_empty(&rule.when);
        let words = if empty { None } else { places::part(self.db, self.policy, hit.subject, &asked) };
        let mut labels = vec![SpanLabel { span: words.clone().unwrap_or_else(|| span.clone()), text: self.here(hit), primary: true }];
        if words.is_some() {
            labels.push(SpanLabel { span: span.clone(), text: String::new(), primary: false });
        }
        let span = words.unwrap_or(span);
        if let Entity::Touch(program, _) | Entity::Step(program, _) = hit.subject
            && let Some(audience) = places::audience(self.db, self.policy, program)
        {
            labels.push(SpanLabel { span: audience, text: "the audience".to_owned(), primary: false });
        }
        let mut named: BTreeSet<Entity> = BTreeSet::from([hit.subject]);
        for (_, entity) in &hit.bound {
            if named.insert(*entity)
                && let Some(other) = places::place(self.db, self.policy, *entity).filter(|other| *other != span)
            {
                let (own, other_name) = (describe(self.policy, hit.subject), describe(self.policy, *entity));
                let text = if own == other_name { format!("the other {own}") } else { format!("{other_name} is this one") };
                labels.push(SpanLabel { span: other, text, primary: false });
            }
        }
        if let Entity::Touch(program, step) = hit.subject
            && asked.contains("twins")
        {
            let twins = self.policy.twins(program, step).iter().map(|(program, step)| Entity::Touch(*program, *step));
            let others = twins.filter(|twin| named.insert(*twin)).filter_map(|twin| places::place(self.db, self.policy, twin)).take(TWINS);
            labels.extend(others.map(|other| SpanLabel { span: other, text: "this says the same".to_owned(), primary: false }));
        }
        if hit.witness.is_none() && empty {
            labels.extend(contradiction::labels(self.db, self.policy, hit.subject).into_iter().filter(|label| label.span != span));
        }
        let mut notes = Vec::new();
        if let Entity::Touch(program, step) | Entity::Step(program, step) = hit.subject
            && empty
            && let Some(why) = self.policy.closed(program, step)
        {
            notes.push(why.words().to_owned());
        }
        if let Some(witness) = &hit.witness {
            notes.push(format!("for example {}", who::of(self.policy.plan, witness)));
        }
        if asked.contains("unserved") || asked.contains("unstaged_unserved") {
            let gaps = self.policy.gaps_of(hit.subject);
            // One kind has the finding's own example.
            let own = gaps.len() > 1;
            let plan = self.policy.plan;
            let said: Vec<String> = gaps
                .iter()
                .map(|(kind, example)| match example {
                    Some(example) if own => format!("{} (for example {})", who::kind(plan, kind), who::of(plan, example)),
                    _ => who::kind(plan, kind),
                })
                .collect();
            if own {
                notes.pop();
                notes.extend(said.iter().take(GAPS).map(|gap| format!("nothing for {gap}")));
                if said.len() > GAPS {
                    notes.push(format!("nor for {} more kinds of lead", said.len() - GAPS));
                }
            } else {
                notes.extend(said.iter().map(|gap| format!("nothing for {gap}")));
            }
        }
        notes.extend(self.phrases(rule, hit));
        notes.extend(self.story(rule, hit));
        notes.extend(self.folded(hit, rest));
        let help = rule.instead.as_ref().map(|instead| lower_first(filled(self.policy, hit, &rule.each, instead).trim_end_matches('.')));
        Some(Diagnostic {
            check: Finder::Rule(rule.name.clone()),
            severity,
            message,
            span,
            labels,
            help,
            fixes: mends::fixes(self.db, self.policy, hit.subject, &asked),
            notes,
        })
    }

    /// What is said under the place itself.
    fn here(&self, hit: &Hit) -> String {
        match hit.subject {
            Entity::Workspace => WHOLE_POLICY.to_owned(),
            _ => String::new(),
        }
    }

    /// A place for what is true of the whole policy: its first declaration.
    fn somewhere(&self) -> Option<Span> {
        let programs = self.policy.programs().next();
        programs
            .and_then(|program| places::place(self.db, self.policy, Entity::Program(program)))
            .or_else(|| places::place(self.db, self.policy, Entity::Field(0)))
    }

    /// Rules of the policy's own that do nothing, or nothing of their own.
    fn idle(&self, found: &mut Vec<Diagnostic>) {
        for rule in &self.policy.plan.rules {
            let (message, here, help) = match lint::idle(rule, self.rules) {
                None => continue,
                Some(Idle::Never) => (
                    format!("the rule `{}` can never fire: its conditions contradict each other", rule.name),
                    "no policy fits it",
                    "mend `where` or `when`, or remove the rule",
                ),
                Some(Idle::Always) => (
                    format!("the rule `{}` fires for each {} that it looks at", rule.name, rule.each),
                    "its `when` leaves nothing out",
                    "say in `when` what is wrong with some of them",
                ),
                Some(Idle::Implied(other)) => (
                    format!("whatever the rule `{}` finds, `{other}` finds too", rule.name),
                    "nothing of its own",
                    "remove it, change its level instead, or say what it finds besides",
                ),
            };
            let Some(span) = super::findings::locate(self.db, &Address { kind: Kind::Rule, name: rule.name.clone(), nth: 0 }, Part::Name) else { continue };
            let settings = Workspace::get(self.db).settings(self.db);
            let Some(level) = settings.level(Check::IdleRule.name(), &span.file).unwrap_or(Some(Check::IdleRule.severity())) else { continue };
            let mut finding = Diagnostic::at(Check::IdleRule, level, span, message, here);
            finding.help = Some(help.to_owned());
            found.push(finding);
        }
    }

    /// What was not decided: said aloud where a proof gave up on a rule of level error, listed where an input was missing.
    fn undecided(&self, told: &mut Judgement) {
        let mut lacking: BTreeMap<SmolStr, String> = BTreeMap::new();
        let mut open: BTreeMap<usize, Vec<&eval::Undecided>> = BTreeMap::new();
        for undecided in &self.judged.undecided {
            let Some(rule) = self.rules.get(undecided.rule) else { continue };
            if crate::rules::truth::is_input(&undecided.why) {
                lacking.entry(rule.name.clone()).or_insert_with(|| undecided.why.to_string());
            } else if !rule.is {
                open.entry(undecided.rule).or_default().push(undecided);
            }
        }
        told.not_judged = lacking.into_iter().map(|(rule, why)| NotJudged { rule, why, misfit: false }).collect();
        for (number, list) in open {
            let Some(rule) = self.rules.get(number) else { continue };
            let Some(first) = list.first() else { continue };
            let Some(span) = places::place(self.db, self.policy, first.subject).or_else(|| self.somewhere()) else { continue };
            if self.level(rule, &span.file) != Some(Severity::Error) {
                continue;
            }
            let subject = describe(self.policy, first.subject);
            let mut finding = Diagnostic::at(
                Check::NotProved,
                Check::NotProved.severity(),
                span,
                format!("nobody knows whether `{}` holds of {subject}: {}", rule.name, first.why),
                "this was neither proved nor refuted",
            );
            if list.len() > 1 {
                finding.notes.push(format!("nor of {} more", list.len() - 1));
            }
            finding.help = Some(format!("`nurture explain {}` tells what is asked; say it simpler, or set a limit that bounds it", rule.name));
            told.findings.push(finding);
        }
    }
}

/// The `allow` that silences a finding there.
fn silenced<'l, 'a>(list: &'l mut [(Allowance<'a>, bool)], rule: &str, span: &Span, today: Option<Date>) -> Option<(&'l Allowance<'a>, &'l mut bool)> {
    let (allowance, used) = list.iter_mut().find(|(allowance, _)| {
        allowance.allow.because.is_some()
            && !allowance.ended(today)
            && allowance.allow.rule.text == rule
            && allowance.holds.start <= span.range.start
            && span.range.end <= allowance.holds.end
    })?;
    Some((allowance, used))
}

/// Whether a condition says that nobody is in a group.
fn asks_empty(condition: &Condition) -> bool {
    match condition {
        Condition::And { of } => of.iter().any(asks_empty),
        Condition::Empty { .. } => true,
        _ => false,
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        // "I", and names in capitals, stay.
        (Some(first), second) if first.is_uppercase() && second.is_none_or(|second| !second.is_uppercase()) && !text.starts_with("I ") => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}
