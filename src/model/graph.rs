//! What only the whole policy shows: names declared twice, circles, what nobody speaks of, shared pages, no lead.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::names::{Space, Symbol, declared, index, schema};
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
pub fn policy_problems<'db>(db: &'db dyn Db) -> Vec<PolicyProblem> {
    let mut found = duplicates(db);
    found.extend(no_lead(db));
    found.extend(circles(db));
    found.extend(unused(db));
    found.extend(shared_sources(db));
    found.extend(shared_limits(db));
    found
}

/// All declarations in the order of files and places, each with its address.
fn addresses<'db>(db: &'db dyn Db) -> Vec<(Address, Chunk<'db>, Option<u32>)> {
    let mut counts: FxHashMap<(Kind, SmolStr), u32> = FxHashMap::default();
    let mut found = Vec::new();
    for file in Workspace::get(db).files(db) {
        for chunk in &chunks(db, *file).chunks {
            for declaration in declared(db, *chunk) {
                let nth = counts.entry((declaration.kind, declaration.name.clone())).or_default();
                found.push((Address { kind: declaration.kind, name: declaration.name.clone(), nth: *nth }, *chunk, declaration.item));
                *nth += 1;
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

fn no_lead(db: &dyn Db) -> Option<PolicyProblem> {
    if index(db).sites.contains_key(&Symbol::new(db, Space::Of(Kind::Lead), SmolStr::default())) {
        return None;
    }
    // Rules and signals alone are a pack that another policy uses.
    let (first, ..) = addresses(db).into_iter().find(|(address, ..)| !matches!(address.kind, Kind::Rule | Kind::Signal))?;
    let problem = problem(Check::MissingClause, &first, Part::Name, "the policy has no `lead`", "who is this about?")
        .help("declare what is known of a lead: `lead { role: one of cfo, controller }`");
    Some((first, problem))
}

const DEFINED: [Kind; 4] = [Kind::Segment, Kind::Icp, Kind::Journey, Kind::Score];

/// Circles among segments, icps, journeys and scores: each strongly connected group once, by its shortest circle.
fn circles(db: &dyn Db) -> Vec<PolicyProblem> {
    type Node = (Kind, SmolStr);
    // For each node what it asks of, with the place: the number of the use in its chunk.
    let mut edges: BTreeMap<Node, BTreeMap<Node, u32>> = BTreeMap::new();
    for (address, chunk, item) in addresses(db) {
        if !DEFINED.contains(&address.kind) || address.nth > 0 {
            continue;
        }
        let Some(item) = item else { continue };
        let own = edges.entry((address.kind, address.name)).or_default();
        for (used, number) in checked(db, chunk).uses.iter().zip(0..) {
            if used.owner == item && used.defines && DEFINED.contains(&used.kind) {
                own.entry((used.kind, used.name.clone())).or_insert(number);
            }
        }
    }
    // Nodes that nobody asks of, or that ask of nobody, are in no circle: peel them off until none is left.
    let mut asked: BTreeMap<&Node, usize> = BTreeMap::new();
    for target in edges.values().flat_map(BTreeMap::keys) {
        *asked.entry(target).or_default() += 1;
    }
    let mut free: Vec<&Node> = edges.keys().filter(|node| !asked.contains_key(*node)).collect();
    let mut left: BTreeSet<&Node> = edges.keys().collect();
    while let Some(node) = free.pop() {
        left.remove(node);
        for target in edges.get(node).into_iter().flat_map(BTreeMap::keys) {
            if let Some(count) = asked.get_mut(target) {
                *count -= 1;
                if *count == 0 && left.contains(target) {
                    free.push(target);
                }
            }
        }
    }
    let mut found = Vec::new();
    let mut told: BTreeSet<&Node> = BTreeSet::new();
    for start in left.iter().copied() {
        if told.contains(start) {
            continue;
        }
        let Some(circle) = shortest_circle(start, &edges, &left) else { continue };
        told.extend(circle.iter().copied());
        let address = |node: &Node| Address { kind: node.0, name: node.1.clone(), nth: 0 };
        let place = |from: &Node, to: &Node| {
            let number = edges.get(from).and_then(|targets| targets.get(to)).copied().unwrap_or(0);
            Place::There(address(from), Part::Use(number))
        };
        let message = match circle.as_slice() {
            [one] if one.0 == Kind::Journey => format!("a stage of `{}` asks for its own journey", one.1),
            [one] => format!("the {} `{}` is defined by itself", one.0.keyword(), one.1),
            several => {
                let names: Vec<String> = several.iter().chain(several.first()).map(|node| format!("`{}`", node.1)).collect();
                format!("these are defined by each other in a circle: {}", names.join(" -> "))
            }
        };
        let mut problem =
            Problem::new(Check::CircularDefinition, Range::default(), message).help("break the circle: nothing can be defined by what it defines");
        problem.labels.clear();
        for (index, node) in circle.iter().enumerate() {
            let Some(next) = circle.get(index + 1).or(circle.first()) else { continue };
            problem.labels.push(Label { place: place(node, next), text: format!("`{}` asks `{}`", node.1, next.1), primary: index == 0 });
        }
        found.push((address(start), problem));
    }
    found
}

/// The shortest way from `start` back to itself.
fn shortest_circle<'e>(
    start: &'e (Kind, SmolStr),
    edges: &'e BTreeMap<(Kind, SmolStr), BTreeMap<(Kind, SmolStr), u32>>,
    among: &BTreeSet<&'e (Kind, SmolStr)>,
) -> Option<Vec<&'e (Kind, SmolStr)>> {
    let mut from: BTreeMap<&(Kind, SmolStr), &(Kind, SmolStr)> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for target in edges.get(node)?.keys() {
            if target == start {
                let mut circle = vec![node];
                let mut at = node;
                while at != start {
                    at = from.get(at)?;
                    circle.push(at);
                }
                circle.reverse();
                return Some(circle);
            }
            if let Some(target) = among.get(target).copied()
                && !from.contains_key(target)
            {
                from.insert(target, node);
                queue.push_back(target);
            }
        }
    }
    None
}

/// Declarations that nothing but tests, and nothing but themselves, speaks of.
fn unused(db: &dyn Db) -> Vec<PolicyProblem> {
    let all = addresses(db);
    if all.iter().any(|(_, chunk, _)| parsed(db, *chunk).broken) {
        // What a broken declaration speaks of is not known.
        return Vec::new();
    }
    let mut used: FxHashSet<(Kind, &str)> = FxHashSet::default();
    for (address, chunk, item) in &all {
        if address.kind == Kind::Test {
            continue;
        }
        for found in checked(db, *chunk).uses.iter().filter(|found| Some(found.owner) == *item) {
            if !(found.kind == address.kind && found.name == address.name) {
                used.insert((found.kind, found.name.as_str()));
            }
        }
    }
    all.iter()
        .filter(|(address, chunk, item)| {
            let matters = matches!(address.kind, Kind::Signal | Kind::Segment | Kind::Journey | Kind::Score | Kind::Content);
            let draft = || {
                let item = item.and_then(|item| parsed(db, *chunk).items.get(item as usize));
                item.is_some_and(|item| item.common.draft.is_some())
            };
            matters && address.nth == 0 && !used.contains(&(address.kind, address.name.as_str())) && !draft()
        })
        .map(|(address, ..)| {
            let (what, help) = match address.kind {
                Kind::Signal => ("nobody listens to it", "ask `did …`, start a track with it, or give points for it"),
                Kind::Content => ("no touch sends it", "send it from a program, or mark it as `draft`"),
                Kind::Journey => ("no program follows it, and nothing asks for its stages", "name it in a program: `journey …`"),
                Kind::Score => ("nothing depends on it", "ask it in a stage, a segment or a handoff"),
                _ => ("nothing asks for it", "ask `in …` in a program or a segment, or remove it"),
            };
            let message = format!("the {} `{}` is not used", address.kind.keyword(), address.name);
            (address.clone(), problem(Check::UnusedDeclaration, address, Part::Name, message, what).help(help))
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
fn shared_limits(db: &dyn Db) -> Vec<PolicyProblem> {
    let mut first: BTreeMap<&str, Address> = BTreeMap::new();
    let mut found = Vec::new();
    for (address, chunk, item) in addresses(db) {
        let Some(Body::Limits(limits)) = item.and_then(|item| parsed(db, chunk).items.get(item as usize)).map(|item| &item.body) else { continue };
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
