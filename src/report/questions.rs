//! Questions about a policy's leads: read, answered, and with what shows the answer.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use salsa::Setter as _;
use serde_json::{Value as Json, json};
use smol_str::SmolStr;

use crate::db::{RootDb, SourceFile, Workspace, chunks, parsed};
use crate::model::{PlanItem, checked, lowered};
use crate::plan::{Field, FieldType, Plan, Predicate, words};
use crate::proof::{Example, Found, Prover, Universe};
use crate::run::clock::Zone;
use crate::run::lead::Fact;
use crate::run::{NodeId, Terms};
use crate::text::Range;

/// What is asked of one group of leads, or of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `A is empty`
    Empty,
    /// `A covers B`
    Covers,
    /// `A overlaps B`
    Overlaps,
    /// `A is B`
    Same,
}

/// A question that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub relation: Relation,
    /// Of whom.
    pub left: Predicate,
    /// And of whom else.
    pub right: Option<Predicate>,
}

/// Why a question could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// Where in the question.
    pub at: Range,
    /// What to do.
    pub help: Option<String>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Yes, no, or not decided.
    pub yes: Option<bool>,
    /// A lead that shows it.
    pub example: Option<Example>,
    /// What contradicts each other, where nobody is found: conditions, as one writes them.
    pub because: Vec<String>,
    /// What was not found out.
    pub unknown: Option<String>,
    /// What the lead shows.
    pub shows: &'static str,
}

/// One side of a question, and where it begins.
struct Side<'q> {
    text: &'q str,
    start: usize,
}

/// Where a question can be parted: its relation, and its sides.
fn parts(question: &str) -> Vec<(Relation, Side<'_>, Option<Side<'_>>)> {
    let mut found = Vec::new();
    let bytes = question.as_bytes();
    let (mut depth, mut quoted, mut at) = (0i32, false, 0);
    let side = |from: usize, to: usize| -> Side<'_> {
        let text = question.get(from..to).unwrap_or("");
        let trimmed = text.trim_start();
        Side { start: from + text.len() - trimmed.len(), text: trimmed.trim_end() }
    };
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'(' | b'[' if !quoted => depth += 1,
            b')' | b']' if !quoted => depth -= 1,
            b'a'..=b'z' if !quoted && depth == 0 => {
                let end = bytes.iter().skip(at).position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').map_or(bytes.len(), |length| at + length);
                let relation = match question.get(at..end) {
                    Some("covers") => Some(Relation::Covers),
                    Some("overlaps") => Some(Relation::Overlaps),
                    Some("is") if question.get(end..).is_some_and(|rest| rest.trim() == "empty") => Some(Relation::Empty),
                    Some("is") => Some(Relation::Same),
                    _ => None,
                };
                if let Some(relation) = relation {
                    let right = (relation != Relation::Empty).then(|| side(end, question.len()));
                    found.push((relation, side(0, at), right));
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    // `covers` and `overlaps` are no words of predicates, so they part a question for sure; then `is empty`, and `is` last.
    found.sort_by_key(|(relation, ..)| match relation {
        Relation::Covers | Relation::Overlaps => 0,
        Relation::Empty => 1,
        Relation::Same => 2,
    });
    found
}

/// A way to part a question: its relation, and for each side its number and where it begins.
type Way = (Relation, (usize, usize), Option<(usize, usize)>);

const BEFORE: &str = "segment question where ";

/// Reads questions about a policy. Their words are read by the policy's own language.
pub fn read(db: &mut RootDb, plan: &Plan, questions: &[String]) -> Vec<Result<Question, Mistake>> {
    // Each side of each way to part a question is a segment in a file of its own.
    let mut sides: Vec<String> = Vec::new();
    let parted: Vec<Vec<Way>> = questions
        .iter()
        .map(|question| {
            parts(question)
                .into_iter()
                .map(|(relation, left, right)| {
                    let mut add = |side: &Side<'_>| {
                        sides.push(side.text.replace(['\n', '\r'], " "));
                        (sides.len() - 1, side.start)
                    };
                    (relation, add(&left), right.as_ref().map(add))
                })
                .collect()
        })
        .collect();
    let workspace = Workspace::get(db);
    let before = workspace.files(db).to_vec();
    let files: Vec<SourceFile> =
        sides.iter().enumerate().map(|(number, side)| SourceFile::new(db, format!("question {number}").into(), format!("{BEFORE}{side}\n"), None)).collect();
    workspace.set_files(db).to(before.iter().chain(&files).copied().collect());
    let made: Vec<Result<Predicate, Mistake>> = files.iter().zip(&sides).map(|(file, side)| predicate(db, plan, *file, side)).collect();
    workspace.set_files(db).to(before);
    questions
        .iter()
        .zip(parted)
        .map(|(question, ways)| {
            let mut first: Option<Mistake> = None;
            for (relation, left, right) in ways {
                let of = |(number, start): (usize, usize)| -> Result<Predicate, Mistake> {
                    match made.get(number) {
                        Some(Ok(predicate)) => Ok(predicate.clone()),
                        Some(Err(mistake)) => Err(Mistake { at: mistake.at.shift(start as u32), ..mistake.clone() }),
                        None => Err(nothing(question)),
                    }
                };
                match (of(left), right.map(of).transpose()) {
                    (Ok(left), Ok(right)) => return Ok(Question { relation, left, right }),
                    (Err(mistake), _) | (_, Err(mistake)) => {
                        first.get_or_insert(mistake);
                    }
                }
            }
            Err(first.unwrap_or_else(|| nothing(question)))
        })
        .collect()
}

fn nothing(question: &str) -> Mistake {
    Mistake {
        message: "this asks nothing".to_owned(),
        at: Range::new(0, question.len() as u32),
        help: Some("write `A is empty`, `A covers B`, `A overlaps B` or `A is B`, where A and B are conditions as in a segment".to_owned()),
    }
}

/// The predicate of one side.
fn predicate(db: &RootDb, plan: &Plan, file: SourceFile, side: &str) -> Result<Predicate, Mistake> {
    if let Some(name) = side.strip_prefix("audience of ") {
        let name = name.trim();
        if name.contains(' ') {
            return Err(Mistake {
                message: "`audience of PROGRAM` stands by itself".to_owned(),
                at: Range::new(0, side.len() as u32),
                help: Some("ask `audience of PROGRAM overlaps …`, or write the audience's conditions out".to_owned()),
            });
        }
        let known = plan.programs.iter().find(|program| program.name == name && !program.audience.anonymous);
        return known.map(|program| program.audience.predicate.clone()).ok_or_else(|| Mistake {
            message: format!("there is no program `{name}` for leads in the database"),
            at: Range::new(0, side.len() as u32),
            help: crate::diagnostics::closest(name, plan.programs.iter().map(|program| program.name.as_str())).map(|meant| format!("did you mean `{meant}`?")),
        });
    }
    if side.is_empty() {
        return Err(nothing(side));
    }
    if side.matches('"').count() % 2 == 1 && !side.contains("\\\"") {
        let at = side.rfind('"').unwrap_or(0) as u32;
        return Err(Mistake { message: "a text is not closed".to_owned(), at: Range::new(at, side.len() as u32), help: Some("end it with `\"`".to_owned()) });
    }
    let own = &chunks(db, file).chunks;
    let problems = own.iter().flat_map(|chunk| parsed(db, *chunk).problems.iter().chain(&checked(db, *chunk).problems));
    let error = problems.into_iter().find(|problem| problem.check.severity() == crate::diagnostics::Severity::Error);
    if let Some(problem) = error {
        let length = side.len() as u32;
        let range = problem.range();
        let before = BEFORE.len() as u32;
        let at = Range::new(range.start.saturating_sub(before).min(length), range.end.saturating_sub(before).min(length));
        return Err(Mistake {
            message: problem.message.clone(),
            at,
            help: problem.help.clone().or_else(|| problem.fixes.first().map(|fix| fix.title.clone())),
        });
    }
    match own.as_slice() {
        [chunk] => match lowered(db, *chunk) {
            [Some(PlanItem::Segment(segment))] => Ok(segment.predicate.clone()),
            _ => Err(nothing(side)),
        },
        _ => Err(nothing(side)),
    }
}

/// Answers questions, on all cores, in their order.
///
/// # Errors
/// When the plan does not hang together.
pub fn answer(plan: &Plan, now: crate::run::lead::Instant, questions: &[Result<Question, Mistake>]) -> Result<Vec<Option<Answer>>, crate::run::Unfit> {
    let mut terms = Terms::new(plan)?;
    let mut asked: Vec<Option<(&Question, NodeId, Option<NodeId>)>> = Vec::with_capacity(questions.len());
    let mut pairs: Vec<Option<(NodeId, NodeId)>> = Vec::with_capacity(questions.len());
    for question in questions {
        let Ok(question) = question else {
            asked.push(None);
            pairs.push(None);
            continue;
        };
        let left = terms.predicate(&question.left, None)?;
        let right = question.right.as_ref().map(|right| terms.predicate(right, None)).transpose()?;
        // Who is in the one and not in the other, both ways.
        let (not_left, not_right) = (terms.not(left), right.map(|right| terms.not(right)));
        let only_right = right.map(|right| terms.and(vec![right, not_left]));
        let only_left = not_right.map(|not_right| terms.and(vec![left, not_right]));
        pairs.push(only_left.zip(only_right));
        asked.push(Some((question, left, right)));
    }
    let prover = Prover::new(now);
    let terms = &terms;
    let work: Vec<_> = asked.into_iter().zip(pairs).collect();
    Ok(work.into_par_iter().map(|(asked, pair)| asked.map(|(question, left, right)| one(plan, terms, &prover, question, left, right, pair))).collect())
}

fn one(plan: &Plan, terms: &Terms<'_>, prover: &Prover, question: &Question, left: NodeId, right: Option<NodeId>, pair: Option<(NodeId, NodeId)>) -> Answer {
    let find = |node: NodeId| prover.find(terms, node, Universe::Database);
    let both = |found: Found, if_found: bool, shows: &'static str, parts: &[&Predicate]| -> Answer {
        match found {
            Found::Lead(example) => Answer { yes: Some(if_found), example: Some(*example), because: Vec::new(), unknown: None, shows },
            Found::Nobody => Answer { yes: Some(!if_found), example: None, because: contradiction(plan, prover, parts), unknown: None, shows },
            Found::Unknown(why) => Answer { yes: None, example: None, because: Vec::new(), unknown: Some(why), shows },
        }
    };
    match (question.relation, right, pair) {
        (Relation::Overlaps, Some(right), _) => {
            let (found, _) = prover.find_all(terms, &[left, right], Universe::Database);
            both(found, true, "is in both", &question.right.iter().chain([&question.left]).collect::<Vec<_>>())
        }
        (Relation::Covers, Some(right), Some((_, only_right))) => {
            let mut answer = both(find(only_right), false, "is in the second and not in the first", &[]);
            if answer.yes == Some(true) {
                // Nothing is covered where nobody is.
                match find(right) {
                    Found::Nobody => answer = Answer { yes: Some(false), because: vec!["nobody is in the second".to_owned()], ..answer },
                    Found::Lead(example) => answer = Answer { example: Some(*example), shows: "is in both, as is everybody in the second", ..answer },
                    Found::Unknown(why) => answer = Answer { yes: None, unknown: Some(why), ..answer },
                }
            }
            answer
        }
        (Relation::Same, _, Some((only_left, only_right))) => {
            let first = both(find(only_left), false, "is in the first and not in the second", &[]);
            if first.yes == Some(false) {
                return first;
            }
            let second = both(find(only_right), false, "is in the second and not in the first", &[]);
            if second.yes == Some(false) || first.yes == Some(true) { second } else { first }
        }
        _ => both(find(left), false, "is in it", &[&question.left]),
    }
}

/// The fewest conditions that contradict each other, as one writes them.
fn contradiction(plan: &Plan, prover: &Prover, of: &[&Predicate]) -> Vec<String> {
    let mut said: Vec<String> = core(plan, prover, of, None).into_iter().map(words::predicate).collect();
    said.dedup();
    said
}

/// The fewest of the conditions that must all hold (of a program, if one is given) which contradict each other; none where they do not, or
/// where that was not found.
pub fn core<'p>(plan: &'p Plan, prover: &Prover, of: &[&'p Predicate], program: Option<u32>) -> Vec<&'p Predicate> {
    let mut parts: Vec<&Predicate> = Vec::new();
    of.iter().for_each(|predicate| conjuncts(plan, predicate, &mut parts, 0));
    let Ok(mut terms) = Terms::new(plan) else { return Vec::new() };
    let nodes: Vec<NodeId> = parts.iter().map(|part| terms.predicate(part, program).unwrap_or(Terms::ALWAYS)).collect();
    let (Found::Nobody, mut core) = prover.find_all(&terms, &nodes, Universe::Database) else { return Vec::new() };
    // What can be left out is left out.
    let mut place = 0;
    while place < core.len() {
        let rest: Vec<usize> = core.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, part)| *part).collect();
        let left: Vec<NodeId> = rest.iter().filter_map(|part| nodes.get(*part).copied()).collect();
        if matches!(prover.find_all(&terms, &left, Universe::Database).0, Found::Nobody) {
            core = rest;
        } else {
            place += 1;
        }
    }
    core.iter().filter_map(|part| parts.get(*part).copied()).collect()
}

/// The parts that must all hold, those of segments and icps among them.
fn conjuncts<'p>(plan: &'p Plan, predicate: &'p Predicate, found: &mut Vec<&'p Predicate>, depth: usize) {
    match predicate {
        Predicate::And { of } => of.iter().for_each(|part| conjuncts(plan, part, found, depth)),
        Predicate::InSegment { segment } if depth < 64 => {
            if let Some(segment) = plan.segments.iter().find(|known| known.name == *segment) {
                conjuncts(plan, &segment.predicate, found, depth + 1);
            }
        }
        Predicate::InIcp { icp } if depth < 64 => {
            if let Some(icp) = plan.icps.iter().find(|known| known.name == *icp) {
                conjuncts(plan, &icp.predicate, found, depth + 1);
            }
        }
        other => found.push(other),
    }
}

/// A lead in the form that `simulate` reads.
pub fn lead_json(plan: &Plan, zone: &Zone, example: &Example) -> Json {
    let still = &example.still;
    let facts: serde_json::Map<String, Json> =
        plan.lead.fields.iter().zip(0..).map(|(field, number)| (field.name.to_string(), fact_json(plan, zone, field, still.fact(number)))).collect();
    let timeline: Vec<Json> = still
        .lead
        .events
        .iter()
        .filter_map(|event| {
            let signal = plan.signals.get(event.signal as usize)?;
            let with: serde_json::Map<String, Json> = signal
                .fields
                .iter()
                .zip(event.fields.iter())
                .filter(|(_, fact)| **fact != Fact::Missing)
                .map(|(field, fact)| (field.name.to_string(), fact_json(plan, zone, field, fact)))
                .collect();
            Some(json!({ "at": crate::run::clock::show(zone.local(event.at)), "did": signal.name, "with": with }))
        })
        .collect();
    json!({ "now": crate::run::clock::show(zone.local(still.now)), "facts": facts, "timeline": timeline })
}

fn fact_json(plan: &Plan, zone: &Zone, field: &Field, fact: &Fact) -> Json {
    let option = |number: u32| -> Json {
        match &field.ty {
            FieldType::OneOf(options) | FieldType::SetOf(options) => options.get(number as usize).map_or(Json::Null, |option| option.name.as_str().into()),
            _ => Json::Null,
        }
    };
    let name = |name: Option<&SmolStr>| name.map_or_else(|| Json::from("another"), |name| Json::from(name.as_str()));
    match fact {
        Fact::Missing => Json::Null,
        Fact::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or(Json::Null),
        Fact::Flag(is) => Json::Bool(*is),
        Fact::Text(text) => Json::from(text.as_str()),
        Fact::Instant(at) if field.ty == FieldType::Moment => crate::run::clock::show(zone.local(*at)).into(),
        Fact::Instant(at) => crate::run::clock::show(*at).split(' ').next().unwrap_or("").into(),
        Fact::Option(number) => option(*number),
        Fact::Set(options) => options.iter().map(|number| option(*number)).collect(),
        Fact::Content(number) => name(number.and_then(|number| plan.contents.get(number as usize)).map(|content| &content.name)),
        Fact::Program(number) => name(number.and_then(|number| plan.programs.get(number as usize)).map(|program| &program.name)),
    }
}
