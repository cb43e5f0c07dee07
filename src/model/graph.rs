//! What only the whole policy shows: names declared twice, circles, what nobody speaks of, shared pages, no lead.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::names::{Declared, Space, Symbol, declared, index, schema};
use super::resolve::checked;
use crate::db::load::asset_path;
use crate::db::{Chunk, Db, Workspace, chunks, parsed};
use crate::diagnostics::{Address, Check, Kind, Label, Part, Place, Problem};
use crate::syntax::ast::Body;
use crate::text::Range;

/// A problem of the whole policy, with the declaration that it is reported at.
pub type PolicyProblem = (Address, Problem);

/// A problem whose own place is a part of a declaration.
fn problem(check: Check, address: &Address, part: Part, message: impl Into<String>, here: impl Into<String>) -> Problem {
    let mut problem = Problem::new(check, Range::default(), message);
    problem.labels = vec![Label { place: Place::There(address.clone(), part), text: here.into(), primary: true }];
    problem
}

/// The problems of the whole policy.
#[salsa::tracked(returns(deref))]
pub fn policy_problems(db: &dyn Db) -> Vec<PolicyProblem> {
    let all = entries(db);
    let mut found = duplicates(db);
    found.extend(no_lead(db, &all));
    found.extend(circles(db, &all));
    found.extend(unused(db, &all));
    found.extend(shared_sources(db));
    found.extend(shared_limits(db, &all));
    found
}

/// A declaration of the policy.
struct Entry<'db> {
    declared: &'db Declared,
    /// Which one of its kind and name it is, from 0.
    nth: u32,
    chunk: Chunk<'db>,
}

impl Entry<'_> {
    fn address(&self) -> Address {
        Address { kind: self.declared.kind, name: self.declared.name.clone(), nth: self.nth }
    }
}

/// All declarations in the order of files and places.
fn entries<'db>(db: &'db dyn Db) -> Vec<Entry<'db>> {
    let mut counts: FxHashMap<(Kind, &str), u32> = FxHashMap::default();
    let mut found = Vec::new();
    for file in Workspace::get(db).files(db) {
        for chunk in &chunks(db, *file).chunks {
            for declaration in declared(db, *chunk) {
                let next = counts.entry((declaration.kind, declaration.name.as_str())).or_default();
                found.push(Entry { declared: declaration, nth: *next, chunk: *chunk });
                *next += 1;
            }
        }
    }
    found
}

/// The addresses of a symbol's sites, in order.
fn site_addresses(db: &dyn Db, symbol: Symbol<'_>) -> Vec<Address> {
    let mut counts: BTreeMap<Kind, u32> = BTreeMap::new();
    let sites = index(db).sites.get(&symbol).map(Vec::as_slice).unwrap_or_default();
    sites
        .iter()
        .map(|site| {
            let nth = counts.entry(site.kind).or_default();
            let address = Address { kind: site.kind, name: symbol.name(db).clone(), nth: *nth };
            *nth += 1;
            address
        })
        .collect()
}

fn duplicates(db: &dyn Db) -> Vec<PolicyProblem> {
    let mut symbols: Vec<Symbol<'_>> =
        index(db).sites.iter().filter(|(symbol, sites)| sites.len() > 1 && symbol.space(db) != Space::Of(Kind::Limits)).map(|(symbol, _)| *symbol).collect();
    symbols.sort_by(|a, b| (a.space(db), a.name(db)).cmp(&(b.space(db), b.name(db))));
    let mut found = Vec::new();
    for symbol in symbols {
        let addresses = site_addresses(db, symbol);
        let Some((first, rest)) = addresses.split_first() else { continue };
        for address in rest {
            let name = &address.name;
            let (message, help) = if address.kind == Kind::Lead {
                ("`lead` is declared twice".to_owned(), Some("a policy has one lead: join the two"))
            } else if address.kind == first.kind {
                (format!("the {} `{name}` is declared twice", address.kind.keyword()), None)
            } else {
                (
                    format!("`{name}` is both {} and {}", first.kind.with_article(), address.kind.with_article()),
                    Some("these kinds share their names, so that a sentence has one meaning: rename one"),
                )
            };
            let mut problem = problem(Check::DuplicateName, address, Part::Name, message, "declared again")
                .also_at(Place::There(first.clone(), Part::Name), "first declared here");
            problem.help = help.map(str::to_owned);
            found.push((address.clone(), problem));
        }
    }
    // Fields share their names with journeys and scores.
    let lead = Address { kind: Kind::Lead, name: SmolStr::default(), nth: 0 };
    for (field, number) in schema(db).lead.iter().flatten().zip(0..) {
        let symbol = Symbol::new(db, Space::Values, field.name.clone());
        if let Some(other) = site_addresses(db, symbol).first() {
            let message = format!("`{}` is both a field of the lead and {}", field.name, other.kind.with_article());
            let problem = problem(Check::DuplicateName, other, Part::Name, message, "declared again")
                .also_at(Place::There(lead.clone(), Part::Member(number)), "the field is declared here")
                .help("these share their names, so that a sentence has one meaning: rename one");
            found.push((other.clone(), problem));
        }
    }
    found
}

fn no_lead(db: &dyn Db, all: &[Entry<'_>]) -> Option<PolicyProblem> {
    if index(db).sites.contains_key(&Symbol::new(db, Space::Of(Kind::Lead), SmolStr::default())) {
        return None;
    }
    // Rules and signals alone are a pack that another policy uses.
    let first = all.iter().find(|entry| !matches!(entry.declared.kind, Kind::Rule | Kind::Signal))?.address();
    let problem = problem(Check::MissingClause, &first, Part::Name, "the policy has no `lead`", "who is this about?")
        .help("declare what is known of a lead: `lead { role: one of cfo, controller }`");
    Some((first, problem))
}

const DEFINED: [Kind; 4] = [Kind::Segment, Kind::Icp, Kind::Journey, Kind::Score];

/// What one declaration asks of others: for each its number, and the place as the number of the use in its chunk.
type Edges = Vec<(usize, u32)>;

/// Circles among segments, icps, journeys and scores: each is told once, the shortest way round.
fn circles(db: &dyn Db, all: &[Entry<'_>]) -> Vec<PolicyProblem> {
    let nodes: Vec<&Entry<'_>> = all.iter().filter(|entry| DEFINED.contains(&entry.declared.kind) && entry.nth == 0 && entry.declared.item.is_some()).collect();
    let numbers: FxHashMap<(Kind, &str), usize> =
        nodes.iter().enumerate().map(|(number, node)| ((node.declared.kind, node.declared.name.as_str()), number)).collect();
    let mut asked = vec![0usize; nodes.len()];
    let edges: Vec<Edges> = nodes
        .iter()
        .map(|node| {
            let mut own: Edges = Vec::new();
            for (used, place) in checked(db, node.chunk).uses.iter().zip(0..) {
                if Some(used.owner) == node.declared.item
                    && used.defines
                    && let Some(target) = numbers.get(&(used.kind, used.name.as_str()))
                    && !own.iter().any(|(known, _)| known == target)
                {
                    own.push((*target, place));
                    if let Some(count) = asked.get_mut(*target) {
                        *count += 1;
                    }
                }
            }
            own
        })
        .collect();
    // Who is asked by nobody is in no circle: peel them off until none is left.
    let mut left = vec![true; nodes.len()];
    let mut free: Vec<usize> = (0..nodes.len()).filter(|node| asked.get(*node) == Some(&0)).collect();
    while let Some(node) = free.pop() {
        if let Some(here) = left.get_mut(node) {
            *here = false;
        }
        for (target, _) in edges.get(node).into_iter().flatten() {
            if let Some(count) = asked.get_mut(*target) {
                *count -= 1;
                if *count == 0 {
                    free.push(*target);
                }
            }
        }
    }
    let mut found = Vec::new();
    let mut told: FxHashSet<usize> = FxHashSet::default();
    for start in (0..nodes.len()).filter(|node| left.get(*node) == Some(&true)) {
        if told.contains(&start) {
            continue;
        }
        let Some(circle) = shortest_circle(start, &edges, &left) else { continue };
        told.extend(circle.iter().copied());
        let members: Vec<&Entry<'_>> = circle.iter().filter_map(|node| nodes.get(*node).copied()).collect();
        let name = |entry: &Entry<'_>| entry.declared.name.clone();
        let message = match members.as_slice() {
            [one] if one.declared.kind == Kind::Journey => format!("the journey `{}` asks for its own stage", name(one)),
            [one] => format!("the {} `{}` is defined by itself", one.declared.kind.keyword(), name(one)),
            several => {
                let names: Vec<String> = several.iter().chain(several.first()).map(|entry| format!("`{}`", name(entry))).collect();
                // A long circle is told by its beginning: all of it is labelled where it stands.
                if names.len() > 8 {
                    format!(
                        "{} declarations are defined by each other in a circle, beginning with {}",
                        several.len(),
                        names.iter().take(3).cloned().collect::<Vec<_>>().join(" -> ")
                    )
                } else {
                    format!("these are defined by each other in a circle: {}", names.join(" -> "))
                }
            }
        };
        let mut problem =
            Problem::new(Check::CircularDefinition, Range::default(), message).help("break the circle: nothing can be defined by what it defines");
        problem.labels.clear();
        for (index, (node, entry)) in circle.iter().zip(&members).enumerate() {
            let next = circle.get(index + 1).or(circle.first()).copied().unwrap_or(*node);
            let place = edges.get(*node).and_then(|own| own.iter().find(|(target, _)| *target == next)).map_or(0, |(_, place)| *place);
            let asked = nodes.get(next).map(|entry| name(entry)).unwrap_or_default();
            let text = format!("`{}` asks `{asked}`", name(entry));
            problem.labels.push(Label { place: Place::There(entry.address(), Part::Use(place)), text, primary: index == 0 });
        }
        if let Some(first) = members.first() {
            found.push((first.address(), problem));
        }
    }
    found
}

/// The shortest way from `start` back to itself.
fn shortest_circle(start: usize, edges: &[Edges], among: &[bool]) -> Option<Vec<usize>> {
    let mut from: FxHashMap<usize, usize> = FxHashMap::default();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for (target, _) in edges.get(node)? {
            if *target == start {
                let mut circle = vec![node];
                let mut at = node;
                while at != start {
                    at = *from.get(&at)?;
                    circle.push(at);
                }
                circle.reverse();
                return Some(circle);
            }
            if among.get(*target) == Some(&true) && !from.contains_key(target) {
                from.insert(*target, node);
                queue.push_back(*target);
            }
        }
    }
    None
}

/// Declarations that nothing but tests, and nothing but themselves, speaks of.
fn unused(db: &dyn Db, all: &[Entry<'_>]) -> Vec<PolicyProblem> {
    if all.iter().any(|entry| parsed(db, entry.chunk).broken) {
        // What a broken declaration speaks of is not known.
        return Vec::new();
    }
    let mut used: FxHashSet<(Kind, &str)> = FxHashSet::default();
    for entry in all.iter().filter(|entry| entry.declared.kind != Kind::Test) {
        let own = (entry.declared.kind, entry.declared.name.as_str());
        let uses = checked(db, entry.chunk).uses.iter().filter(|used| Some(used.owner) == entry.declared.item);
        used.extend(uses.map(|used| (used.kind, used.name.as_str())).filter(|used| *used != own));
    }
    all.iter()
        .filter(|entry| {
            let matters = matches!(entry.declared.kind, Kind::Signal | Kind::Segment | Kind::Journey | Kind::Score | Kind::Content);
            let draft = || {
                let item = entry.declared.item.and_then(|item| parsed(db, entry.chunk).items.get(item as usize));
                item.is_some_and(|item| item.common.draft.is_some())
            };
            matters && entry.nth == 0 && !used.contains(&(entry.declared.kind, entry.declared.name.as_str())) && !draft()
        })
        .map(|entry| {
            let address = entry.address();
            let (what, help) = match address.kind {
                Kind::Signal => ("nobody listens to it", "ask `did …`, start a track with it, or give points for it"),
                Kind::Content => ("no touch sends it", "send it from a program, or mark it as `draft`"),
                Kind::Journey => ("no program follows it, and nothing asks for its stages", "name it in a program: `journey …`"),
                Kind::Score => ("nothing depends on it", "ask it in a stage, a segment or a handoff"),
                _ => ("nothing asks for it", "ask `in …` in a program or a segment, or remove it"),
            };
            let message = format!("the {} `{}` is not used", address.kind.keyword(), address.name);
            let problem = problem(Check::UnusedDeclaration, &address, Part::Name, message, what).help(help);
            (address, problem)
        })
        .collect()
}

/// The page and the text file of each content of a chunk.
#[salsa::tracked(returns(deref))]
fn content_sources<'db>(db: &'db dyn Db, chunk: Chunk<'db>) -> Vec<(SmolStr, Option<SmolStr>, Option<SmolStr>)> {
    let file = chunk.file(db).path(db);
    parsed(db, chunk)
        .items
        .iter()
        .filter_map(|item| match &item.body {
            Body::Content(content) => {
                let url = content.url.as_ref().map(|url| url.value.clone());
                let text = content.text.as_ref().and_then(|text| asset_path(file, &text.value));
                Some((item.name.as_ref()?.text.clone(), url, text))
            }
            _ => None,
        })
        .collect()
}

/// Contents with one page or one text file: they would be told apart where a reader cannot.
fn shared_sources(db: &dyn Db) -> Vec<PolicyProblem> {
    let mut first: FxHashMap<(Part, SmolStr), Address> = FxHashMap::default();
    let mut found = Vec::new();
    for file in Workspace::get(db).files(db) {
        for chunk in &chunks(db, *file).chunks {
            if !chunk.head(db).starts_with("content") {
                continue;
            }
            for (name, url, text) in content_sources(db, *chunk) {
                let address = Address { kind: Kind::Content, name: name.clone(), nth: 0 };
                for (part, value) in [(Part::Url, url), (Part::TextFile, text)] {
                    let Some(value) = value else { continue };
                    match first.get(&(part, value.clone())) {
                        None => {
                            first.insert((part, value.clone()), address.clone());
                        }
                        Some(before) if *before == address => {}
                        Some(before) => {
                            let noun = if part == Part::Url { "page" } else { "text file" };
                            let message = format!("`{}` and `{name}` have the same {noun}", before.name);
                            let problem = problem(Check::SharedSource, &address, part, message, "the same again")
                                .also_at(Place::There(before.clone(), part), format!("the {noun} of `{}`", before.name))
                                .help("one asset is one content: a reader cannot tell two with one page apart");
                            found.push((address.clone(), problem));
                        }
                    }
                }
            }
        }
    }
    found
}

/// Clauses that one `limits` of the policy may have.
fn shared_limits(db: &dyn Db, all: &[Entry<'_>]) -> Vec<PolicyProblem> {
    let mut first: BTreeMap<&str, Address> = BTreeMap::new();
    let mut found = Vec::new();
    for entry in all.iter().filter(|entry| entry.declared.kind == Kind::Limits) {
        let address = entry.address();
        let item = entry.declared.item.and_then(|item| parsed(db, entry.chunk).items.get(item as usize));
        let Some(Body::Limits(limits)) = item.map(|item| &item.body) else { continue };
        let clauses = [("quiet", limits.quiet.is_some()), ("consent again", limits.consent_again.is_some()), ("prefer", !limits.prefer.is_empty())];
        for (clause, _) in clauses.into_iter().filter(|(_, has)| *has) {
            match first.get(clause) {
                None => {
                    first.insert(clause, address.clone());
                }
                Some(before) => {
                    let message = format!("two `limits` say `{clause}`");
                    let problem = problem(Check::DuplicateClause, &address, Part::Name, message, "again in this one")
                        .also_at(Place::There(before.clone(), Part::Name), "first said in this one")
                        .help("several `limits` are one: say it once");
                    found.push((address.clone(), problem));
                }
            }
        }
    }
    found
}
