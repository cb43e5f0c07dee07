//! What an editor asks, at every word of every example and at chosen ones.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use nurture::db::load;
use nurture::db::settings::Settings;
use nurture::db::{RootDb, SourceFile, Workspace, chunks};
use nurture::diagnostics::Severity;
use nurture::ide::complete::complete;
use nurture::ide::hover::{Known, hover};
use nurture::ide::names::{Symbol, declarations, occurrences, references, symbol_at};
use nurture::ide::proved::Proved;
use nurture::ide::tokens::{Class, painted};
use nurture::ide::{Change, actions, file_of, graph, hierarchy, hints, lens, links, outline, rename, shape, signature};
use nurture::report::findings::findings;
use nurture::text::Range;

/// A policy that can be asked all that there is.
const POLICY: &str = r#"
## Who they are.
lead {
  ## What they do.
  role: one of cfo, controller "ctl", analyst
  size: whole number from 1
  interest: set of close, audit
  email: address of email
  name: text optional
  customer: flag
}

## They looked at a page.
signal visit implicit {
  ## Which one.
  page: text, seconds: whole number
}
signal download explicit { item: content }

segment leaders "The people who decide" where role in [cfo, controller]

journey buying "How they buy" {
  stage problem "Why bother?" {
    asks "Why does it take so long?"
    while everyone
  }
  stage choice "Which one?" {
    asks "Which one?"
    while did download within 60 days
  }
}

score heat {
  +5 for visit(page starts with "/close") at most 3 times per 1 day
  +10 when role is cfo
  from 0 to 100
  band warm from 40
}

content guide "Where the days go" {
  kind guide
  about problem
  for in leaders
  stage problem
  url "https://example.com/guide"
}
content runbook "The runbook" { kind checklist about solution stage choice url "https://example.com/runbook" }

program faster "Close faster" {
  audience in leaders and not customer
  journey buying
  goal did download(item is runbook) by day 60
  on join {
    email guide as opener "Hello {name or there}"
    wait 3 days
    if did visit(page is "/close") since opener {
      email runbook "The runbook"
    } else {
      wait 4 days
      web guide "Again?" { only if heat >= warm }
    }
  }
  on stage choice { email runbook "For your choice" }
  on download(item is guide) { handoff sales }
}

handoff sales { when heat >= warm or did reply follow up within 1 day }

test "A cfo gets the guide" from 2026-01-05 {
  lead { role: cfo, size: 10, email: "a@b.example", interest: [close], customer: no }
  day 0 { did visit(page: "/close", seconds: 3) expect email guide from faster }
}
"#;

fn db(text: &str) -> (RootDb, SourceFile) {
    let db = support::policy(text);
    let file = Workspace::get(&db).files(&db)[0];
    (db, file)
}

/// Words that no other policy of these tests holds.
const RARE: &str = r#"
lead { name: text optional customer: flag }
signal visit implicit { page: text }
segment some where name contains "x" or name ends with "y" or did visit exactly 2 times within 1 hour
content page "A page" { kind guide about problem url "https://example.com" mobile no }
program slow {
  audience in some
  rejoin always
  send on wed, sat to sun from 09:00 to 17:00
  on join {
    wait 1 minute
    email page
    wait 5 minutes
    wait 1 second
    leave
  }
}
test "x" from 2026-01-05 { lead { customer: yes } day 0 { expect no email } }
"#;

/// The offset of the n-th occurrence of a text, moved to the right.
fn at(text: &str, what: &str, nth: usize, by: usize) -> u32 {
    (text.match_indices(what).nth(nth).unwrap_or_else(|| panic!("{what} stands nowhere")).0 + by) as u32
}

/// Policies that the compiler reads without an error, each as one database: examples, templates, and the one above.
fn policies() -> Vec<RootDb> {
    let mut by_folder: BTreeMap<std::path::PathBuf, Vec<(smol_str::SmolStr, String)>> = BTreeMap::new();
    for path in support::examples() {
        let name = path.file_name().unwrap().to_string_lossy().as_ref().into();
        by_folder.entry(path.parent().unwrap().to_owned()).or_default().push((name, fs::read_to_string(&path).unwrap()));
    }
    let mut all: Vec<RootDb> = by_folder.into_values().map(|texts| load::in_memory(RootDb::default(), texts, Settings::default())).collect();
    all.push(support::policy(POLICY));
    all.push(support::policy(RARE));
    // The examples of the reference are of one company.
    let reference = fs::read_to_string(support::root().join("grammar/REFERENCE.md")).unwrap();
    let fences = reference.split("```nurture\n").skip(1).map(|part| part.split("\n```").next().unwrap_or(""));
    all.push(support::policy(&fences.collect::<Vec<_>>().join("\n")));
    all.push(nurture::report::book::standard_db());
    all
}

fn nothing() -> Proved {
    Proved::default()
}

#[test]
fn the_policy_of_these_tests_is_well() {
    let found: Vec<String> = support::check(POLICY).into_iter().filter(|finding| finding.severity == Severity::Error).map(|finding| finding.message).collect();
    assert_eq!(found, Vec::<String>::new());
}

/// At each word of each policy that word is offered: keywords by the grammar, names by what the sentence asks for.
#[test]
fn what_stands_there_is_offered() {
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    let mut offered_keywords: BTreeSet<&str> = BTreeSet::new();
    let mut words = 0;
    for db in policies() {
        for file in Workspace::get(&db).files(&db).to_vec() {
            let text = file.text(&db).to_owned();
            let mut named: BTreeMap<u32, Symbol> = BTreeMap::new();
            for chunk in &chunks(&db, file).chunks {
                for occurrence in occurrences(&db, *chunk) {
                    if occurrence.declares {
                        named.remove(&(occurrence.at.start + chunk.start(&db)));
                    } else {
                        named.insert(occurrence.at.start + chunk.start(&db), occurrence.symbol);
                    }
                }
            }
            for one in painted(&db, file) {
                let word = one.at.of(&text);
                if one.declares || matches!(one.class, Class::Comment | Class::Doc | Class::Text | Class::Number | Class::Operator) {
                    continue;
                }
                let keyword = matches!(one.class, Class::Keyword | Class::Channel) || matches!(word, "yes" | "no");
                // A field that is declared may be called like a word of the language; so may what the example of a rule declares.
                let before = text[..one.at.start as usize].trim_end();
                let in_rule =
                    chunks(&db, file).chunks.iter().rfind(|chunk| chunk.start(&db) <= one.at.start).is_some_and(|chunk| chunk.head(&db).starts_with("rule"));
                let named_so = in_rule && keyword && (before.ends_with('(') || before.ends_with("program"));
                if text[one.at.end as usize..].trim_start().starts_with(':') || named_so {
                    continue;
                }
                if !keyword && !named.contains_key(&one.at.start) {
                    continue;
                }
                words += 1;
                let offers = complete(&db, file, one.at.start).map(|completion| completion.offers).unwrap_or_default();
                let there = offers.iter().any(|offer| offer.label == word || offer.label.ends_with(&format!(".{word}")));
                if there {
                    if let Some(known) = nurture::syntax::keywords().iter().find(|known| **known == word) {
                        offered_keywords.insert(known);
                    }
                } else {
                    let line = text[..one.at.start as usize].lines().last().unwrap_or("").trim().to_owned();
                    *missing.entry(format!("{:?} {word} behind `{}`", one.class, &line[line.len().saturating_sub(30)..])).or_default() += 1;
                }
            }
        }
    }
    assert!(words > 5_000, "{words}");
    let count: usize = missing.values().sum();
    assert!(count == 0, "{count} of {words} words are not offered: {:#?}", missing.iter().take(60).collect::<Vec<_>>());
    let never: Vec<&&str> = nurture::syntax::keywords().iter().filter(|word| !offered_keywords.contains(**word)).collect();
    assert!(never.is_empty(), "no policy of these tests holds the words {never:?}: they were not tried");
}

/// Every name leads to its declaration, and its declaration's references lead back.
#[test]
fn names_lead_there_and_back() {
    let mut tried = 0;
    for db in policies() {
        for file in Workspace::get(&db).files(&db).to_vec() {
            for chunk in &chunks(&db, file).chunks {
                for occurrence in occurrences(&db, *chunk) {
                    let here = occurrence.at.shift(chunk.start(&db));
                    let (symbol, spot) = symbol_at(&db, file, here.start).unwrap();
                    assert_eq!(spot.at.of(file.text(&db)), symbol.name().as_str());
                    let declared = declarations(&db, &symbol);
                    if let Some(first) = declared.first() {
                        tried += 1;
                        assert_eq!(first.at.of(first.file.text(&db)), symbol.name().as_str(), "{symbol:?}");
                        assert!(references(&db, &symbol, true).iter().any(|known| known.file == file && known.at == here), "{symbol:?}");
                    }
                }
            }
        }
    }
    assert!(tried > 2_000, "{tried}");
}

#[test]
fn completion_goes_by_the_sentence() {
    let (db, file) = db(POLICY);
    let labels = |what: &str, nth: usize| -> Vec<String> {
        let offset = at(POLICY, what, nth, what.len());
        complete(&db, file, offset).unwrap().offers.into_iter().map(|offer| offer.label).collect()
    };
    assert_eq!(labels("role in [", 0)[..3], ["cfo", "controller", "analyst"]);
    assert_eq!(labels("+10 when role is ", 0)[..3], ["cfo", "controller", "analyst"]);
    assert_eq!(labels("goal did ", 0)[..2], ["download", "visit"]);
    assert_eq!(labels("on stage ", 0)[..2], ["problem", "choice"]);
    assert_eq!(labels("heat >= ", 0)[0], "warm");
    assert_eq!(labels("did visit(", 0)[..2], ["page", "seconds"]);
    assert_eq!(labels("since ", 0)[0], "opener");
    assert_eq!(labels("did download(item is ", 0)[..2], ["guide", "runbook"]);
    // Made for this stage goes first.
    assert_eq!(labels("on stage choice { email ", 0)[0], "runbook");
    assert_eq!(labels("expect email guide from ", 0)[0], "faster");
    assert_eq!(labels("Hello {", 0)[0], "role");
    assert!(labels("kind ", 0).contains(&"case_study".to_owned()));
    // Nothing in a comment, and nothing but fields in a text.
    assert!(complete(&db, file, at(POLICY, "## Who", 0, 5)).is_none());
    assert!(complete(&db, file, at(POLICY, "The people", 0, 5)).is_none());
}

#[test]
fn completion_lives_with_half_a_policy() {
    for (text, wanted) in [
        ("segm", "segment"),
        ("lead { role: one of cfo }\nsegment a where ro", "role"),
        ("lead { role: one of cfo }\nsegment a where role is ", "cfo"),
        ("lead { role: one of cfo }\nprogram p {\n  audience ??? \n  on join {\n    em", "email"),
        ("lead { role: one of cfo }\nprogram p {\n  audience role is cfo\n  on jo", "join"),
        ("program p {\n  hold ", "out"),
        ("rule r isn't nurturing {\n  each program\n  when program.", "touches"),
        ("rule r isn't nurturing {\n  each program\n  when some(t in program.touches where t.", "channel"),
        ("rule r isn't nurturing {\n  each program\n  when program.messages > settings.", "max_run"),
        ("test \"x\" from 2026-01-05 { lead { ", "}"),
    ] {
        let (db, file) = db(text);
        let offers = complete(&db, file, text.len() as u32).unwrap().offers;
        let found = wanted == "}" || offers.iter().any(|offer| offer.label == wanted);
        assert!(found, "{wanted} is not offered behind {text:?}: {:?}", offers.iter().map(|offer| &offer.label).collect::<Vec<_>>());
    }
}

#[test]
fn hover_says_what_it_is() {
    let (db, file) = db(POLICY);
    let page = |what: &str, nth: usize, by: usize| {
        hover(&db, file, at(POLICY, what, nth, by), Known { proved: &nothing(), verdicts: &[] }).map(|(page, _)| page).unwrap_or_default()
    };
    let segment = page("in leaders", 0, 4);
    assert!(segment.starts_with("```nurture\nsegment leaders \"The people who decide\" where role in [cfo, controller]\n```\n"), "{segment}");
    assert!(segment.contains("In the plan: `role in [cfo, controller]`") && segment.contains("Named in 2 places."), "{segment}");
    assert!(page("role in [", 0, 1).contains("role: one of cfo, controller, analyst") && page("role in [", 0, 1).contains("What they do."));
    assert!(page("controller]", 0, 1).contains("Stored as \"ctl\"."));
    assert!(page("did visit(", 0, 5).contains("They looked at a page."));
    assert!(page("(page starts", 0, 1).contains("Which one."));
    let stage = page("on stage choice", 0, 10);
    assert!(stage.contains("Stage 2 of 2 of `buying`") && stage.contains("Which one?"), "{stage}");
    assert!(page("heat >= warm", 0, 9).contains("The score `heat` from 40 and above."));
    assert!(page("since opener", 0, 7).contains("email guide as opener"));
    assert!(page("did reply", 0, 5).contains("Built in: they answered"));
    assert!(page("wait 3", 0, 1).contains("the track rests for that long") && page("role in [", 0, 5).is_empty());
    assert!(page("program faster", 0, 9).contains("In the plan: 3 tracks, 3 emails and 1 web."), "{}", page("program faster", 0, 9));
    assert_eq!(page("Why does it", 0, 2), "");
}

#[test]
fn a_signal_shows_its_fields() {
    let (db, file) = db(POLICY);
    let found = signature::signature(&db, file, at(POLICY, "visit(page is", 0, 10)).unwrap();
    assert_eq!(found.label, "visit(page: text, seconds: whole number)");
    assert_eq!((found.active, found.doc.as_str(), found.fields[0].1.as_str()), (Some(0), "They looked at a page.", "Which one."));
    assert!(signature::signature(&db, file, at(POLICY, "wait 3", 0, 3)).is_none());
}

fn renamed(text: &str, what: &str, by: usize, new: &str) -> Result<String, String> {
    let (db, file) = db(text);
    let changes = rename::rename(&db, file, at(text, what, 0, by), new)?;
    Ok(rename::changed(text, file, &changes))
}

#[test]
fn renaming_changes_no_meaning() {
    let to = |what: &str, by: usize, new: &str| renamed(POLICY, what, by, new).unwrap();
    let errors = |text: &str| support::check(text).into_iter().filter(|finding| finding.severity == Severity::Error).count();
    for (what, by, old, new) in [
        ("in leaders", 4, "leaders", "deciders"),
        ("role in", 1, "role", "position"),
        ("did visit", 5, "visit", "looked"),
        ("page is", 1, "page", "path"),
        ("stage choice", 7, "choice", "selection"),
        ("journey buying", 9, "buying", "purchase"),
        ("heat >= warm", 1, "heat", "temperature"),
        ("band warm", 6, "warm", "hot"),
        ("since opener", 7, "opener", "first"),
        ("email guide", 7, "guide", "handbook"),
        ("handoff sales", 9, "sales", "team"),
        ("program faster", 9, "faster", "quick"),
        ("{name or", 1, "name", "first_name"),
    ] {
        let text = to(what, by, new);
        assert_eq!(errors(&text), 0, "{new}\n{text}");
        // Other words that look like it stay: `kind guide` is no content.
        let words = |text: &str, word: &str| text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|known| *known == word).count();
        let kept = usize::from(old == "guide") * 3 + usize::from(["buying", "page", "choice", "faster", "role"].contains(&old));
        assert!(words(&text, old) <= kept, "{old} stands in\n{text}");
    }
    // What data hold stays as it is.
    assert!(to("is cfo", 3, "finance_chief").contains("one of finance_chief \"cfo\", controller"));
    assert!(to("controller]", 1, "comptroller").contains("comptroller \"ctl\""));
}

#[test]
fn renaming_refuses_what_would_change_a_meaning() {
    let why = |what: &str, by: usize, new: &str| renamed(POLICY, what, by, new).unwrap_err();
    assert_eq!(why("in leaders", 4, "2nd"), "`2nd` is no name: write letters from a to z, digits and underscores, and no digit first");
    assert_eq!(why("in leaders", 4, "and"), "`and` is a word of the language, and cannot be a name");
    assert_eq!(why("did visit", 5, "download"), "`download` is already a signal: choose another name");
    assert_eq!(why("did visit", 5, "open"), "`open` is already a built-in signal: choose another name");
    assert_eq!(why("heat >=", 1, "role"), "`role` is already a field of the lead: choose another name");
    assert_eq!(why("role in", 1, "heat"), "`heat` is already a score: choose another name");
    assert_eq!(why("stage choice", 7, "problem"), "`problem` is already a stage of `buying`: choose another name");
    assert_eq!(why("did reply", 5, "answer"), "`reply` is built in, and keeps its name");
    assert_eq!(why("wait 3", 1, "x"), "there is no name here");
    assert_eq!(why("A cfo gets", 1, "x"), "there is no name here");
    let broken = format!("{POLICY}\nsegment other where in leaders and\n");
    assert_eq!(
        renamed(&broken, "segment leaders", 9, "x").unwrap_err(),
        "a declaration of `policy.nurture` that names `leaders` has a syntax error: mend it first, or a name would stay behind"
    );
}

/// The text after the action of this title.
fn act(text: &str, range: Range, title: &str) -> String {
    let (db, file) = db(text);
    let own = findings(&db);
    let all = actions::actions(&db, file, range, &own, &nothing());
    let action =
        all.iter().find(|action| action.title == title).unwrap_or_else(|| panic!("{title}: {:?}", all.iter().map(|action| &action.title).collect::<Vec<_>>()));
    rename::changed(text, file, &action.changes)
}

#[test]
fn actions_do_what_they_say() {
    let errors =
        |text: &str| support::check(text).into_iter().filter(|finding| finding.severity == Severity::Error).map(|finding| finding.message).collect::<Vec<_>>();
    let select = |what: &str| {
        let start = at(POLICY, what, 0, 0);
        Range::new(start, start + what.len() as u32)
    };
    // A condition gets a name.
    let text = act(POLICY, select("in leaders and not customer"), "name this condition: extract a segment");
    assert!(text.contains("segment new_segment where in leaders and not customer\n\nprogram faster") && text.contains("audience in new_segment\n"), "{text}");
    assert_eq!(errors(&text), Vec::<String>::new());
    // What counts since a touch stays where it is.
    let (db_, file) = db(POLICY);
    let since = actions::actions(&db_, file, select("did visit(page is \"/close\") since opener"), &[], &nothing());
    assert!(since.iter().all(|action| action.sort != actions::Sort::Extract));
    // A segment is written out, here and everywhere.
    let here = at(POLICY, "in leaders and", 0, 5);
    let text = act(POLICY, Range::at(here), "write out the segment `leaders` here");
    assert!(text.contains("audience role in [cfo, controller] and not customer"), "{text}");
    let declared = at(POLICY, "segment leaders", 0, 9);
    let text = act(POLICY, Range::at(declared), "write out the segment `leaders` everywhere, and remove it");
    assert!(!text.contains("leaders") && errors(&text).is_empty(), "{text}");
    // Fixes of findings, and allowing them.
    let wrong = POLICY.replace("goal did download", "goal did downlaod");
    let start = at(&wrong, "downlaod", 0, 2);
    assert_eq!(act(&wrong, Range::at(start), "write `download`"), POLICY);
    let unused = format!("{POLICY}\nsegment nobody where role is cfo\n");
    let text = act(&unused, Range::at(at(&unused, "nobody", 0, 1)), "allow `unused_declaration` for this segment, with a reason");
    assert!(text.contains("segment nobody {\n  where role is cfo\n  allow unused_declaration because \"…\"\n}"), "{text}");
    assert_eq!(errors(&text), Vec::<String>::new());
}

#[test]
fn actions_keep_doc_comments_and_titles() {
    let text = "lead { role: one of cfo, ceo size: number }\n\n## Of the next one.\n## Two lines.\nsegment everywhere_x \"Where where\" where role is cfo and size > 3\n";
    let start = at(text, "size > 3", 0, 0);
    let named = act(text, Range::new(start, start + 8), "name this condition: extract a segment");
    assert!(named.contains("}\n\nsegment new_segment where size > 3\n\n## Of the next one.\n## Two lines.\nsegment everywhere_x"), "{named}");
    let allowed = act(text, Range::at(at(text, "everywhere", 0, 1)), "allow `unused_declaration` for this segment, with a reason");
    assert!(allowed.contains("segment everywhere_x \"Where where\" {\n  where role is cfo and size > 3\n  allow"), "{allowed}");
    let used = format!("{text}segment b where in everywhere_x\n");
    let gone = act(&used, Range::at(at(&used, "everywhere", 0, 1)), "write out the segment `everywhere_x` everywhere, and remove it");
    assert_eq!(gone, "lead { role: one of cfo, ceo size: number }\n\nsegment b where (role is cfo and size > 3)\n");
}

#[test]
fn a_field_keeps_what_it_means() {
    let text = "lead {\n  role: one of cfo, ceo optional\n  size: number\n}\nsegment a where role is cfo\n";
    assert!(renamed(text, "role is", 1, "position").unwrap().contains("  position: one of cfo, ceo optional means role\n"));
    let plain = "lead {\n  who: one of cfo, ceo\n}\nsegment a where who is cfo\n";
    assert_eq!(renamed(plain, "who is", 1, "role").unwrap_err(), "a field called `role` means the lead's role, and `who` does not: choose another name");
    assert!(renamed(plain, "who is", 1, "whoever").is_ok());
}

#[test]
fn an_allow_stands_in_the_smallest_part() {
    use nurture::diagnostics::{Diagnostic, Finder, Span};
    let (db, file) = db(POLICY);
    for (what, title, wanted) in [
        ("email guide as", "allow `x` for this touch, with a reason", "email guide as opener \"Hello {name or there}\" { allow x because \"…\" }"),
        ("web guide", "allow `x` for this touch, with a reason", "{ only if heat >= warm allow x because \"…\" }"),
        ("program faster", "allow `x` for this program, with a reason", "  on download(item is guide) { handoff sales }\n  allow x because \"…\"\n}"),
        ("signal download", "allow `x` for this signal, with a reason", "{ item: content allow x because \"…\" }"),
    ] {
        let start = at(POLICY, what, 0, 0);
        let span = Span { file: "policy.nurture".into(), range: Range::new(start, start + 3) };
        let finding = Diagnostic::at(Finder::Rule("x".into()), Severity::Warning, span, "x".to_owned(), "");
        let all = actions::actions(&db, file, Range::at(start), &[finding], &nothing());
        let action = all.iter().find(|action| action.title == title).unwrap();
        let text = rename::changed(POLICY, file, &action.changes);
        assert!(text.contains(wanted), "{text}");
    }
}

#[test]
fn nobody_comes_out_of_what_leaves() {
    let text = "lead { role: one of cfo }\nprogram p {\n  audience everyone\n  on join {\n    if role is cfo { wait 10 days leave }\n    email \"a\"\n    wait 2 days\n    email \"b\"\n  }\n}\n";
    let (db, file) = db(text);
    let all = hints::hints(&db, file, Range::new(0, text.len() as u32), &nothing());
    assert_eq!(all.iter().map(|hint| hint.label.as_str()).collect::<Vec<_>>(), ["day 0", "day 2"]);
}

#[test]
fn hints_count_days_and_stages() {
    let (db, file) = db(POLICY);
    let all = hints::hints(&db, file, Range::new(0, POLICY.len() as u32), &nothing());
    let labels: Vec<&str> = all.iter().map(|hint| hint.label.as_str()).collect();
    assert_eq!(labels, ["1 of 2", "2 of 2", "day 0", "day 3", "day 7"]);
    let behind = |label: &str| all.iter().find(|hint| hint.label == label).map(|hint| POLICY[..hint.at as usize].lines().last().unwrap().trim()).unwrap();
    assert_eq!(behind("day 7"), "web guide \"Again?\"");
}

#[test]
fn the_rest_of_what_an_editor_shows() {
    let (db, file) = db(POLICY);
    let outline = outline::outline(&db, file);
    let names: Vec<&str> = outline.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["lead", "visit", "download", "leaders", "buying", "heat", "guide", "runbook", "faster", "sales", "A cfo gets the guide"]);
    let tracks: Vec<&str> = outline[8].parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(tracks, ["on join", "on stage choice", "on download(item is guide)"]);
    assert!(outline.iter().all(|entry| entry.at.start <= entry.name_at.start && entry.name_at.end <= entry.at.end.max(entry.name_at.end)));
    let found: Vec<String> = outline::search(&db, "ldrs", 10).into_iter().map(|(entry, ..)| entry.name).collect();
    assert_eq!(found, ["leaders"]);

    let links: Vec<String> = links::links(&db, file).into_iter().map(|(at, _)| at.of(POLICY).to_owned()).collect();
    assert_eq!(links, ["https://example.com/guide", "https://example.com/runbook"]);

    let lenses = lens::lenses(&db, file, &[]);
    assert!(lenses.iter().any(|(_, lens)| matches!(lens, lens::Lens::Test(title) if title == "A cfo gets the guide")));
    assert_eq!(lens::named(&db, &Symbol::Declared(nurture::diagnostics::Kind::Segment, "leaders".into())).0, "named in 2 places");

    let around = shape::around(&db, file, at(POLICY, "heat >= warm }", 0, 9));
    let texts: Vec<&str> = around.iter().map(|range| range.of(POLICY)).collect();
    assert_eq!(texts[0], "warm");
    assert!(texts.contains(&"heat >= warm") && texts.contains(&"web guide \"Again?\" { only if heat >= warm }"), "{texts:?}");
    assert!(around.windows(2).all(|pair| pair[1].start <= pair[0].start && pair[0].end <= pair[1].end));

    let folds = shape::folds(&db, file);
    assert!(folds.iter().any(|(range, _)| range.of(POLICY).starts_with("{\n    email guide as opener")));
}

#[test]
fn who_speaks_of_whom() {
    let (db, file) = db(POLICY);
    let at_name = |what: &str, by: usize| hierarchy::speaker_at(&db, file, at(POLICY, what, 0, by)).unwrap();
    let names = |calls: Vec<(hierarchy::Speaker, Vec<nurture::ide::Spot>)>| calls.into_iter().map(|(speaker, _)| speaker.name).collect::<Vec<_>>();
    let leaders = at_name("segment leaders", 9);
    assert_eq!(names(hierarchy::incoming(&db, &leaders.who)), ["guide", "faster"]);
    let download = at_name("signal download", 8);
    assert_eq!(names(hierarchy::incoming(&db, &download.who)), ["buying", "faster", "on download(item is guide)"]);
    let track = at_name("on stage choice {", 1);
    assert_eq!(track.name, "on stage choice");
    assert_eq!(names(hierarchy::incoming(&db, &track.who)), ["buying"]);
    assert_eq!(names(hierarchy::outgoing(&db, &track.who)), ["buying", "runbook"]);
    let program = at_name("program faster", 9);
    let spoken = names(hierarchy::outgoing(&db, &program.who));
    assert_eq!(spoken[..3], ["on join", "on stage choice", "on download(item is guide)"]);
    assert!(spoken.contains(&"leaders".to_owned()) && spoken.contains(&"sales".to_owned()));
}

#[test]
fn a_program_is_drawn_whole() {
    let (db, _) = db(POLICY);
    let graph = graph::graphs(&db, Some("faster")).remove(0);
    let kinds: Vec<&str> = graph.nodes.iter().map(|node| node.kind).collect();
    assert_eq!(kinds, ["audience", "track", "touch", "wait", "if", "touch", "wait", "touch", "track", "touch", "track", "handoff", "goal"]);
    let labels: Vec<_> = graph.edges.iter().map(|edge| (graph.nodes[edge.from].kind, graph.nodes[edge.to].kind, edge.label.as_deref())).collect();
    assert!(labels.contains(&("if", "touch", Some("did visit(page is \"/close\") since opener"))), "{labels:?}");
    assert!(labels.contains(&("if", "wait", Some("otherwise"))));
    assert_eq!(graph.nodes[7].day.map(|day| (day.from, day.to)), Some((7, 7)));
    // All is led to, from the audience.
    let mut reached = BTreeSet::from([0]);
    for _ in 0..graph.nodes.len() {
        reached.extend(graph.edges.iter().filter(|edge| reached.contains(&edge.from)).map(|edge| edge.to).collect::<Vec<_>>());
    }
    assert_eq!(reached.len(), graph.nodes.len());
    assert_eq!(graph::graphs(&db, Some("no_such")).len(), 0);
    assert_eq!(graph::graphs(&db, None).len(), 1);
}

/// Nothing that an editor asks stops at a text that is cut off anywhere.
#[test]
fn every_prefix_is_survived() {
    let ends: Vec<usize> = POLICY.char_indices().map(|(at, _)| at).step_by(7).collect();
    for end in ends {
        let text = &POLICY[..end];
        let (db, file) = db(text);
        let proved = nothing();
        let known = Known { proved: &proved, verdicts: &[] };
        for offset in [0, end as u32 / 2, end as u32] {
            let _ = complete(&db, file, offset);
            let _ = hover(&db, file, offset, known);
            let _ = signature::signature(&db, file, offset);
            let _ = rename::prepared(&db, file, offset);
            let _ = hierarchy::speaker_at(&db, file, offset).map(|speaker| (hierarchy::incoming(&db, &speaker.who), hierarchy::outgoing(&db, &speaker.who)));
            let _ = actions::actions(&db, file, Range::at(offset), &findings(&db), &proved);
            let _ = shape::around(&db, file, offset);
        }
        let _ = (outline::outline(&db, file), links::links(&db, file), graph::graphs(&db, None), shape::folds(&db, file));
        let painted = painted(&db, file);
        assert!(painted.windows(2).all(|pair| pair[0].at.end <= pair[1].at.start), "{end}");
        let _ = hints::hints(&db, file, Range::new(0, end as u32), &proved);
    }
}

#[test]
fn changes_apply_in_order() {
    let (db, file) = db("abc");
    let spot = |from, to| nurture::ide::Spot { file, at: Range::new(from, to) };
    let changes = [Change { spot: spot(2, 3), new: "Z".into() }, Change { spot: spot(0, 1), new: "X".into() }];
    assert_eq!(rename::changed("abc", file, &changes), "XbZ");
    assert!(file_of(&db, "policy.nurture").is_some() && file_of(&db, "other").is_none());
}
