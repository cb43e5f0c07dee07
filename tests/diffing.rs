//! `nurture diff`: what a change changes for leads, each claim with a lead that was held against both policies.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod random;
mod support;

use std::fs;
use std::process::Command;

use nurture::db::RootDb;
use nurture::db::load;
use nurture::db::settings::Settings;
use nurture::plan::{Plan, Predicate};
use nurture::report::diff::{Change, Class, Difference, Side, difference};
use nurture::report::findings::findings;
use nurture::report::plan::plan;
use nurture::run::{self, input, look};
use random::{ALL, Dice};
use support::{git, run};

const BASE: &str = r#"lead {
  role: one of cfo, controller, analyst
  size: whole number from 1 to 10_000
  country: text optional
  consent: one of none, given
  customer: flag
  email: address of email optional
}
signal visit implicit { page: text }
signal download explicit { content: content }
segment leaders "Leaders" where role in [cfo, controller]
journey buying {
  stage looking { while did visit within 30 days }
  stage choosing { while did download(content.kind is comparison) within 30 days }
}
score heat {
  +5 for visit
  +20 for download
  from 0 to 100
  band hot from 50
}
content guide "Guide" { kind guide about problem url "https://x.example/guide" }
content table "Table" { kind comparison about solution url "https://x.example/table" }
program close "Close faster" {
  audience in leaders and not customer
  journey buying
  goal did visit(page is "/price") by day 90
  leave when did unsubscribe
  rejoin never
  at most 2 email per 7 days
  send on mon to fri from 09:00 to 17:00
  hold out 10%
  on join {
    email guide "Where the days go"
    wait 5 days
    email table "Three ways" { only if size >= 100 }
  }
  on stage choosing {
    if heat >= hot { leave }
    email "A question"
  }
}
handoff sales { when did visit(page is "/price") follow up within 1 day }
limits {
  at most 4 messages per 7 days
  quiet from 20:00 to 08:00
  email needs consent is given
}
"#;

fn made(text: &str) -> Plan {
    read(text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
}

fn read(text: &str) -> Result<Plan, Vec<String>> {
    let db: RootDb = load::in_memory(RootDb::default(), vec![("policy.nurture".into(), text.to_owned())], Settings::default());
    let errors: Vec<String> =
        findings(&db).into_iter().filter(|found| found.severity == nurture::diagnostics::Severity::Error).map(|found| found.message).collect();
    plan(&db).filter(|_| errors.is_empty()).ok_or(errors)
}

fn compared(old: &str, new: &str) -> Difference {
    difference(&Side { plan: made(old), settled: None }, &Side { plan: made(new), settled: None }).unwrap()
}

/// What becomes of the base when words of it are others.
fn edited(edits: &[(&str, &str)]) -> Difference {
    let mut text = BASE.to_owned();
    for (old, new) in edits {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    compared(BASE, &text)
}

fn line(change: &Change) -> String {
    let who = |word: &str, shown: &Option<nurture::report::diff::Shown>| shown.as_ref().map_or(String::new(), |shown| format!(" | {word} {}", shown.who));
    let part = |word: &str, text: &Option<String>| text.as_ref().map_or(String::new(), |text| format!(" | {word} {text}"));
    format!(
        "{}: {}: {}{}{}{}{}{}",
        change.class.name(),
        change.item,
        change.message,
        part("was", &change.before),
        part("is", &change.after),
        who("in", &change.newly_in),
        who("out", &change.newly_out),
        change.follows.iter().map(|text| format!(" | so {text}")).collect::<String>()
    )
}

#[track_caller]
fn tells(edits: &[(&str, &str)], expected: &[&str]) {
    let found = edited(edits);
    assert_eq!(found.changes.iter().map(line).collect::<Vec<_>>(), expected);
}

#[test]
fn nothing_changes_by_itself() {
    let same = compared(BASE, BASE);
    assert!(same.same && same.changes.is_empty() && same.newly_reached.is_none());
    let laid_out = compared(BASE, &nurture::format::format(BASE).unwrap().text);
    assert!(laid_out.same && laid_out.changes.is_empty());
    let mut dice = Dice::new(3);
    for _ in 0..12 {
        let text = random::policy(&mut dice, ALL).join("\n");
        let Ok(plan) = read(&text) else { continue };
        let found = difference(&Side { plan: plan.clone(), settled: None }, &Side { plan, settled: None }).unwrap();
        assert!(found.same && found.changes.is_empty());
    }
}

#[test]
fn a_group_that_changes_is_told_once_with_what_follows() {
    let found = edited(&[("where role in [cfo, controller]", "where role in [cfo, controller, analyst]")]);
    assert_eq!(found.newly_reached.unwrap().lead["facts"]["role"], "analyst");
    assert_eq!(
        found.changes.iter().map(line).collect::<Vec<_>>(),
        [
            "widens-reach: segment leaders: takes in more leads | was role in [cfo, controller] | is role in [cfo, controller, analyst] | in an analyst | so the audience of program close takes in more leads: newly in is an analyst who is no customer"
        ]
    );
    let narrower = edited(&[("where role in [cfo, controller]", "where role is cfo")]);
    assert!(narrower.newly_reached.is_none() && narrower.reach_open.is_none());
    assert_eq!(narrower.changes[0].class, Class::Safe);
    assert_eq!(narrower.changes[0].newly_out.as_ref().unwrap().who, "a controller");
}

#[test]
fn other_words_for_the_same_leads_are_safe() {
    tells(
        &[("audience in leaders and not customer", "audience not (customer or role is analyst)")],
        &[
            "safe: program close: its audience is written otherwise and takes in the same leads | was in leaders and not customer | is not (customer or role is analyst)",
        ],
    );
}

#[test]
fn whom_a_program_takes_in() {
    tells(
        &[("audience in leaders and not customer", "audience in leaders")],
        &["widens-reach: program close: its audience takes in more leads | was in leaders and not customer | is in leaders | in a cfo who is a customer"],
    );
    tells(&[("rejoin never", "rejoin after 90 days")], &["widens-reach: program close: leads come back sooner | was rejoin never | is rejoin after 90 days"]);
    tells(&[("hold out 10%", "hold out 5%")], &["widens-reach: program close: fewer are held out | was 10% | is 5%"]);
    let leaves = edited(&[("leave when did unsubscribe", "leave when did unsubscribe within 30 days")]);
    let told: Vec<String> = leaves.changes.iter().map(line).collect();
    assert_eq!(told.len(), 1);
    let begins = "widens-reach: program close: of those who left, some stay now | was did unsubscribe | is did unsubscribe within 30 days";
    assert!(told[0].starts_with(begins) && told[0].contains("31 days ago | so email guide of program close takes in more leads"), "{told:?}");
    tells(
        &[(" by day 90", " by day 60")],
        &[
            "widens-reach: program close: its goal ends it for fewer: its day comes sooner | was did visit(page is \"/price\") by day 90 | is did visit(page is \"/price\") by day 60",
        ],
    );
}

#[test]
fn touches_come_go_and_move() {
    tells(
        &[("wait 5 days", "wait 3 days")],
        &["widens-reach: email table of program close: goes out sooner, also to who would have left by then | was day 5 | is day 3"],
    );
    tells(&[("    email guide \"Where the days go\"\n", "")], &["safe: program close: no longer has email guide | was on join, day 0"]);
    tells(
        &[("    email \"A question\"\n", "    email \"A question\"\n    wait 2 days\n    email guide \"Once more\" again\n")],
        &[
            "widens-reach: program close: has a new touch: email guide | is on stage buying.choosing, day 2, unless heat >= 50 | in a cfo with an email whose `consent` is given, who is no customer and who did download(table), 1 day ago",
        ],
    );
    tells(
        &[("only if size >= 100", "only if size >= 50")],
        &[
            "widens-reach: email table of program close: goes to more leads | was only if size >= 100 | is only if size >= 50 | in a cfo with 50 size and an email whose `consent` is given, who is no customer and who did nothing",
        ],
    );
    tells(
        &[("\"A question\"", "\"Another question\"")],
        &["safe: email \"Another question\" of program close: says something else | was A question | is Another question"],
    );
}

#[test]
fn what_seems_safe_and_is_not() {
    // Each of these lets somebody hear more, and none may pass for safe.
    for (old, new) in [
        ("  email needs consent is given\n", ""),
        (" by day 90", " by day 5"),
        ("wait 5 days", "wait 1 day"),
        ("if heat >= hot { leave }", "if heat >= hot { wait 1 day leave }"),
        ("email guide \"Where", "email table \"Where"),
        ("on stage choosing", "on stage looking"),
        ("email: address of email optional", "email: address of email, sms optional"),
        ("to 10_000", "to 100_000"),
        ("program close ", "program closer "),
        ("hold out 10%\n", "\n"),
    ] {
        let found = edited(&[(old, new)]);
        assert!(found.changes.iter().any(|change| change.widens_reach), "{old}: {:?}", found.changes.iter().map(line).collect::<Vec<_>>());
    }
    // What a named group brings about is told wherever it is asked for: at the join, at the exit, in a trigger.
    for (clause, name) in
        [("join when in big", "who joins"), ("leave when not in big", "who stays in"), ("goal did visit and not in big", "whom its goal leaves in")]
    {
        let policy = |size: u32| {
            let text = BASE
                .replace("rejoin never", &format!("rejoin never\n  {clause}"))
                .replace("segment leaders", &format!("segment big where size >= {size}\nsegment leaders"));
            let text = if clause.starts_with("leave") { text.replace("  leave when did unsubscribe\n", "") } else { text };
            if clause.starts_with("goal") { text.replace("  goal did visit(page is \"/price\") by day 90\n", "") } else { text }
        };
        let found = compared(&policy(50), &policy(5));
        assert!(
            found.changes[0].widens_reach && found.changes[0].follows.iter().any(|text| text.starts_with(name)),
            "{clause}: {:?}",
            found.changes.iter().map(line).collect::<Vec<_>>()
        );
    }
    // A split's shares, and contents that come.
    let split =
        |share: u32| BASE.replace("    wait 5 days\n", &format!("    split {{ {share}% {{ email \"One\" }} {}% {{ }} }}\n    wait 5 days\n", 100 - share));
    assert!(compared(&split(10), &split(90)).changes.iter().any(|change| change.widens_reach && change.message.contains("another share")));
    let guides = BASE.replace("audience in leaders and not customer", "audience did download(content.kind is guide)");
    let more = format!("{guides}content third \"Third\" {{ kind guide about problem }}\n");
    assert!(compared(&guides, &more).changes.iter().any(|change| change.widens_reach));
    // A field of another type is another field.
    let found = compared(BASE, &BASE.replace("country: text optional", "country: one of us, uk optional"));
    assert!(found.changes.iter().any(|change| change.class == Class::BreaksConsumers));
}

#[test]
fn limits_give_way_or_hold_more() {
    tells(
        &[("at most 4 messages", "at most 3 messages")],
        &["safe: limits: holds back more than before | was at most 4 messages per 7 days | is at most 3 messages per 7 days"],
    );
    tells(
        &[("at most 4 messages per 7 days", "at most 4 messages per 5 days")],
        &["weakens-limits: limits: holds back less than before | was at most 4 messages per 7 days | is at most 4 messages per 5 days"],
    );
    tells(&[("  at most 4 messages per 7 days\n", "")], &["weakens-limits: limits: no longer has a limit | was at most 4 messages per 7 days"]);
    tells(
        &[("quiet from 20:00 to 08:00", "quiet from 19:00 to 09:00")],
        &["safe: limits: more hours are quiet | was from 20:00 to 08:00 | is from 19:00 to 09:00"],
    );
    tells(
        &[("quiet from 20:00 to 08:00", "quiet from 19:00 to 07:00")],
        &["weakens-limits: limits: quiet hours are others | was from 20:00 to 08:00 | is from 19:00 to 07:00"],
    );
    tells(
        &[("mon to fri from", "mon to sat from")],
        &[
            "weakens-limits: program close: sends at times at which it did not | was send on mon, tue, wed, thu, fri from 09:00 to 17:00 | is send on mon, tue, wed, thu, fri, sat from 09:00 to 17:00",
        ],
    );
    tells(
        &[("at most 2 email per 7 days", "at most 3 email per 7 days")],
        &["weakens-limits: program close: holds back less than before | was at most 2 email per 7 days | is at most 3 email per 7 days"],
    );
    let consent = edited(&[("  email needs consent is given\n", "")]);
    assert_eq!(
        line(&consent.changes[0]),
        "weakens-limits: limits: whom email may reach changes: it lets more through | was email needs consent is given | is nothing | in a lead whose `consent` is none"
    );
    tells(
        &[("  leave when", "  allow one_shot because \"we know\"\n  leave when")],
        &["weakens-limits: program close: may break `one_shot`, because \"we know\""],
    );
}

#[test]
fn names_are_not_meaning() {
    let found = edited(&[("segment leaders", "segment chiefs"), ("in leaders", "in chiefs"), ("buying", "choosing_well"), ("heat", "warmth")]);
    assert!(found.newly_reached.is_none() && found.reach_open.is_none());
    assert_eq!(
        found.changes.iter().map(line).collect::<Vec<_>>(),
        ["safe: segment chiefs: was called leaders", "safe: journey choosing_well: was called buying", "safe: score warmth: was called heat"]
    );
    // A title tells who it is when more has changed.
    let found = edited(&[("segment leaders", "segment chiefs"), ("in leaders", "in chiefs"), ("where role in [cfo, controller]", "where role is cfo")]);
    assert_eq!(line(&found.changes[0]), "safe: segment chiefs: was called leaders");
    assert!(found.changes[1].newly_out.is_some());
    let found = edited(&[("program close ", "program faster ")]);
    assert_eq!(
        found.changes.iter().map(line).collect::<Vec<_>>(),
        [
            "breaks-consumers: program faster: was called close; who gets which part of a split, or is held out, is drawn anew: whoever runs it has to carry over who was in it and what they got"
        ]
    );
}

#[test]
fn data_stages_and_labels_are_renamed() {
    let labelled = |text: &str| {
        text.replace("email guide \"Where", "email guide as opener \"Where").replace("only if size >= 100", "only if size >= 100 and did click since opener")
    };
    let renamed = |edits: &[(&str, &str)]| {
        let old = labelled(BASE);
        let mut new = old.clone();
        for (from, to) in edits {
            assert!(new.contains(from), "{from}");
            new = new.replace(from, to);
        }
        let found = compared(&old, &new);
        assert!(found.newly_reached.is_none() && found.reach_open.is_none(), "{edits:?} {found:?}");
        found.changes.iter().map(line).collect::<Vec<_>>()
    };
    const MORE: &str = "data has to come under the new name, and if it is other data, others hear from it";
    // What a field says of a lead is told by its name, unless it is written.
    assert_eq!(
        renamed(&[("role", "position")]),
        [format!("breaks-consumers: lead: its field position was called role: {MORE}"), "safe: lead: its field position means something else".to_owned()]
    );
    // Where messages go, and what asks for consent.
    assert_eq!(
        renamed(&[("  email: address", "  mail_to: address"), ("consent", "opt_in")]),
        [
            format!("breaks-consumers: lead: its field opt_in was called consent: {MORE}"),
            format!("breaks-consumers: lead: its field mail_to was called email: {MORE}"),
        ]
    );
    assert_eq!(
        renamed(&[("visit", "page_view"), ("page:", "path:"), ("page is", "path is")]),
        [
            format!("breaks-consumers: signal page_view: was called visit: {MORE}"),
            format!("breaks-consumers: signal page_view: its field path was called page: {MORE}"),
        ]
    );
    assert_eq!(renamed(&[("choosing", "comparing")]), ["safe: stage buying.comparing: was called choosing"]);
    assert_eq!(renamed(&[("hot", "glowing")]), ["safe: band heat.glowing: was called hot"]);
    assert_eq!(
        renamed(&[("opener", "first_mail")]),
        ["breaks-consumers: program close: its touch `as first_mail` was called opener: whoever runs the plan has to carry over when it was sent"]
    );
    let lines = |old: &str, new: &str| compared(old, new).changes.iter().map(line).collect::<Vec<_>>();
    // Of another type, asked for in other places, described in other words, or where something else has changed as well: it is another.
    let other = renamed_and(&[("  size: whole number from 1 to 10_000\n", "  staff: number from 1\n"), ("size", "staff")]);
    assert!(other.iter().any(|line| line.contains("no longer has the field size")), "{other:?}");
    let apart = renamed_and(&[("role", "position"), ("position in [cfo, controller]", "position is controller")]);
    assert!(apart.iter().any(|line| line.contains("no longer has the field role")), "{apart:?}");
    let described = |name: &str, doc: &str| BASE.replace("  customer: flag\n", &format!("  customer: flag\n  ## {doc}\n  {name}: text optional\n"));
    assert_eq!(lines(&described("fax", "Where faxes go."), &described("fax_number", "Where faxes go.")).len(), 1);
    assert_eq!(lines(&described("fax", "Where faxes go."), &described("city", "Where they live.")).len(), 2);
}

fn renamed_and(edits: &[(&str, &str)]) -> Vec<String> {
    edited(edits).changes.iter().map(line).collect()
}

/// What takes the place of another is not taken for it: a consent that is gone is told, with somebody who is mailed without it.
#[test]
fn another_datum_is_no_rename() {
    let policy = |field: &str, audience: &str, only_if: &str| {
        format!(
            "lead {{\n  role: one of cfo, analyst\n{field}  email: address of email\n}}\nsignal visit implicit {{ page: text }}\nprogram p \"P\" {{\n  audience {audience}\n  goal did visit(page is \"/price\") by day 60\n  owner \"x\"\n  on join {{ email \"Hello there\"{only_if} }}\n}}\n"
        )
    };
    let old = policy("  ## They said yes to our mails.\n  agreed: flag\n", "role is cfo", " { only if agreed }");
    for doc in ["  ## They pay for the gold service.\n", ""] {
        let new = policy(&format!("{doc}  vip: flag\n"), "role is cfo and vip", "");
        let found = compared(&old, &new);
        assert!(found.newly_reached.is_some(), "{found:?}");
    }
    let another = |found: &Difference| {
        let weakened = found.changes.iter().any(|change| change.class == Class::WeakensLimits);
        weakened && found.changes.iter().all(|change| !change.message.contains("was called"))
    };
    // In its very place: other words for what it is, or another meaning, make it another.
    let limited = |field: &str, name: &str| format!("{}limits {{ email needs {name} }}\n", policy(field, "role is cfo", ""));
    let old = limited("  ## They said yes to our mails.\n  agreed: flag\n", "agreed");
    assert!(another(&compared(&old, &limited("  ## They came to our stand.\n  met: flag\n", "met"))));
    let old = limited("  agreed: flag means consent\n", "agreed");
    assert!(another(&compared(&old, &limited("  met: flag means customer\n", "met"))));
    // And where nothing tells them apart, a build that must not widen reach stops.
    let found = compared(&limited("  agreed: flag\n", "agreed"), &limited("  met: flag\n", "met"));
    assert!(found.changes.iter().any(|change| change.widens_reach && change.message.contains("was called agreed")), "{found:?}");
    // Two of one use, and one of two: neither.
    let two = |fields: &str, email: &str, sms: &str| format!("{}limits {{ email needs {email} sms needs {sms} }}\n", policy(fields, "role is cfo", ""));
    let found = compared(&two("  mail_ok: flag\n  sms_ok: flag\n", "mail_ok", "sms_ok"), &two("  mail_ok: flag\n  vip: flag\n", "vip", "mail_ok"));
    assert!(found.changes.iter().all(|change| !change.message.contains("was called")), "{found:?}");
}

/// When something is asked on the way, and which wait goes with which condition.
#[test]
fn steps_that_follow_each_other_otherwise() {
    let policy = |steps: &str| {
        let lead = "lead {\n  role: one of cfo, analyst\n  email: address of email\n}\nsignal visit implicit\n";
        format!("{lead}program p \"P\" {{ audience everyone leave when did visit within 1 day goal did visit by day 60 owner \"x\" on join {{ {steps} }} }}\n")
    };
    let widened = |old: &str, new: &str| {
        let found = compared(&policy(old), &policy(new));
        found.changes.iter().any(|change| change.class == Class::WidensReach)
    };
    assert!(widened("if role is cfo { wait 30 days email \"One\" }", "wait 30 days if role is cfo { email \"One\" }"));
    assert!(widened("if role is cfo { wait 30 days } email \"One\"", "if role is analyst { wait 30 days } email \"One\""));
    assert!(widened("split t { 50% { wait 30 days } 50% { } } email \"One\"", "split t { 50% { } 50% { wait 30 days } } email \"One\""));
    assert!(!widened("if role is cfo { wait 30 days } email \"One\"", "if role in [cfo] { wait 30 days } email \"One\""));
}

/// Whom a new handoff gives back joins anew.
#[test]
fn a_handoff_that_gives_back() {
    let back = format!("{BASE}handoff more {{ when heat >= hot follow up within 1 day tell visit back to close after 2 days when customer }}\n");
    assert!(compared(BASE, &back).changes.iter().any(|change| change.class == Class::WidensReach));
}

/// Labels that events are asked for by their text.
#[test]
fn a_label_that_is_asked_for_as_text() {
    let policy = |label: &str, text: &str| {
        format!(
            "lead {{\n  role: one of cfo, analyst\n  email: address of email\n}}\nsignal visit implicit\nprogram p \"P\" {{ audience role is cfo goal did visit by day 60 owner \"x\" on join {{ email as {label} \"One\" }} }}\nprogram q \"Q\" {{ audience role is cfo goal did visit by day 60 owner \"x\" on join {{ wait 1 day email \"Two\" {{ only if did not receive(touch is \"{text}\") }} }} }}\n"
        )
    };
    let lines = |found: Difference| found.changes.iter().map(line).collect::<Vec<_>>();
    let both = lines(compared(&policy("opener", "opener"), &policy("first", "first")));
    assert!(both.len() == 1 && both[0].contains("was called opener"), "{both:?}");
    let left = compared(&policy("opener", "opener"), &policy("first", "opener"));
    assert!(left.changes.iter().any(|change| change.class == Class::WidensReach), "{left:?}");
    // One that is gone, or that another subject hides.
    for new in [policy("opener", "opener").replace(" as opener", ""), policy("starter", "opener").replace("\"One\"", "\"One more\"")] {
        let gone = compared(&policy("opener", "opener"), &new);
        assert!(gone.changes.iter().any(|change| change.widens_reach && change.message.contains("called opener any more")), "{gone:?}");
    }
}

#[test]
fn data_that_no_longer_fits() {
    tells(
        &[("analyst\n", "analyst, intern\n")],
        &[
            "widens-reach: lead: its field role takes more values: rows that were refused are taken | was one of cfo, controller, analyst | is one of cfo, controller, analyst, intern",
        ],
    );
    tells(
        &[("one of cfo, controller, analyst\n", "one of cfo, controller\n")],
        &["breaks-consumers: lead: its field role no longer takes all that it took | was one of cfo, controller, analyst | is one of cfo, controller"],
    );
    tells(&[("  customer: flag\n", "  customer: flag\n  region: text\n")], &["breaks-consumers: lead: has a new field region | is text"]);
    tells(&[("  customer: flag\n", "  customer: flag\n  region: text optional\n")], &["safe: lead: has a new field region | is text optional"]);
    tells(
        &[("to 10_000", "to 1_000")],
        &["breaks-consumers: lead: its field size no longer takes all that it took | was whole number from 1 to 10000 | is whole number from 1 to 1000"],
    );
}

#[test]
fn what_a_content_is_matters_to_those_who_took_it() {
    let found = edited(&[("content guide \"Guide\" { kind guide", "content guide \"Guide\" { kind comparison")]);
    let kind = &found.changes[0];
    assert_eq!((kind.class, kind.message.as_str()), (Class::WidensReach, "is of another kind"));
    assert!(kind.follows.iter().any(|text| text.contains("\"A question\"") && text.contains("download(guide)")), "{kind:?}");
}

#[test]
fn programs_come_and_go() {
    let new = "program more { audience customer owner \"a@x.example\" on join { email \"News\" } }\n";
    let found = compared(BASE, &format!("{BASE}{new}"));
    assert_eq!(found.changes.iter().map(line).collect::<Vec<_>>(), ["widens-reach: program more: is new | is customer | in a lead who is a customer"]);
    assert_eq!(found.newly_reached.unwrap().lead["facts"]["customer"], true);
    let gone = compared(&format!("{BASE}{new}"), BASE);
    assert_eq!(gone.changes.iter().map(line).collect::<Vec<_>>(), ["breaks-consumers: program more: is gone | was customer"]);
    let draft = compared(BASE, &format!("{BASE}{}", new.replace("customer owner", "customer draft owner")));
    assert_eq!(draft.changes[0].class, Class::Safe);
}

/// A lead that is shown, held against a policy's own evaluator.
fn holds(plan: &Plan, shown: &serde_json::Value, predicate: &Predicate) -> bool {
    let policy = run::Policy::new(plan, &[], true).unwrap();
    let now = shown["now"].as_str().unwrap();
    let lead = input::read(&serde_json::json!({ "facts": shown["facts"], "timeline": shown["timeline"] }).to_string(), plan, &policy);
    let lead = lead.unwrap_or_else(|refused| panic!("{}: {shown}", refused.message)).lead;
    let at = nurture::run::clock::read_instant(now, policy.zone()).unwrap();
    look::ask(plan, &lead, at, &[predicate]).unwrap().holds[0]
}

#[test]
fn who_is_shown_is_in_the_one_and_not_in_the_other() {
    let mut dice = Dice::new(11);
    let (mut shown, mut same) = (0, 0);
    for _ in 0..60 {
        let base = random::policy(&mut dice, ALL).join("\n");
        let (one, other) = (random::predicate(&mut dice, ALL, 2), random::predicate(&mut dice, ALL, 2));
        let with = |predicate: &str| format!("{base}\nsegment compared where {predicate}\n");
        let (Ok(old), Ok(new)) = (read(&with(&one)), read(&with(&other))) else { continue };
        let of = |plan: &Plan| plan.segments.iter().find(|segment| segment.name == "compared").unwrap().predicate.clone();
        let (before, after) = (of(&old), of(&new));
        let found = difference(&Side { plan: old.clone(), settled: None }, &Side { plan: new.clone(), settled: None }).unwrap();
        let Some(change) = found.changes.iter().find(|change| change.item == "segment compared") else {
            same += 1;
            continue;
        };
        for (lead, was, is) in [(&change.newly_in, false, true), (&change.newly_out, true, false)] {
            if let Some(lead) = lead {
                shown += 1;
                assert_eq!((holds(&old, &lead.lead, &before), holds(&new, &lead.lead, &after)), (was, is), "{one}\n{other}\n{}", lead.lead);
            }
        }
    }
    assert!(shown > 40 && same < 20, "{shown} {same}");
}

#[test]
fn the_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for (name, text) in [("old", BASE.to_owned()), ("new", BASE.replace("at most 4 messages", "at most 5 messages")), ("broken", "segment a where".to_owned())]
    {
        fs::create_dir(path.join(name)).unwrap();
        fs::write(path.join(name).join("nurture.toml"), "").unwrap();
        fs::write(path.join(name).join("p.nurture"), text).unwrap();
    }
    let (code, out, err) = run(path, &["diff", "old", "new"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("weakens a limit or consent\n  limits: holds back less than before  (p.nurture:44)\n    was        at most 4 messages per 7 days"),
        "{out}"
    );
    assert!(err.contains("1 change weakens a limit or consent"), "{err}");
    assert_eq!(run(path, &["diff", "old", "new", "--fail-on", "weakens-limits"]).0, 1);
    assert_eq!(run(path, &["diff", "old", "new", "--fail-on", "widens-reach,breaks-consumers"]).0, 0);
    assert_eq!(run(path, &["diff", "new", "old", "--fail-on", "weakens-limits"]).0, 0);
    let (_, json, _) = run(path, &["diff", "old", "new", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["same"], &json["changes"][0]["class"]), (&false.into(), &"weakens-limits".into()));
    assert!(run(path, &["diff", "old", "new", "--format", "markdown"]).1.starts_with("## What changes for leads\n"));
    // Plans.
    assert_eq!(run(path, &["compile", "old", "-q", "-o", "old.json", "--no-rules"]).0, 0);
    let (code, out, _) = run(path, &["diff", "old.json", "new", "--format", "concise"]);
    assert_eq!((code, out.as_str()), (0, "weakens-limits: limits: holds back less than before\n"));
    let other = fs::read_to_string(path.join("old.json")).unwrap().replace("\"format\": 1", "\"format\": 99");
    fs::write(path.join("other.json"), other).unwrap();
    for (old, said) in [
        ("other.json", "is a plan of format 99"),
        ("missing.json", "there is no such file"),
        ("missing", "there is no such file"),
        ("git:", "`git:` names no revision"),
        ("broken", "nothing was compared"),
    ] {
        let (code, out, err) = run(path, &["diff", old, "new"]);
        assert!(code == 2 && format!("{out}{err}").contains(said), "{old}: {code} {out}{err}");
    }
}

#[test]
#[ignore = "needs git"]
fn revisions_of_git() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policies/acme");
    fs::create_dir_all(path.join("content")).unwrap();
    fs::write(path.join("nurture.toml"), "").unwrap();
    fs::write(path.join("content/guide.md"), "Words.\n").unwrap();
    let text = BASE.replace("about problem url", "about problem text \"content/guide.md\" url");
    fs::write(path.join("p.nurture"), &text).unwrap();
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "one"]);
    fs::write(path.join("p.nurture"), text.replace("wait 5 days", "wait 4 days")).unwrap();
    let (code, out, err) = run(&path, &["diff", "git:HEAD"]);
    assert!(code == 0 && out.contains("goes out sooner"), "{out}{err}");
    assert!(run(folder.path(), &["diff", "git:HEAD", "policies/acme"]).1.contains("goes out sooner"));
    // Nothing is left behind, and nothing is staged.
    let status = Command::new("git").current_dir(&path).args(["status", "--porcelain"]).output().unwrap();
    assert_eq!(String::from_utf8(status.stdout).unwrap(), " M policies/acme/p.nurture\n");
    git(folder.path(), &["commit", "-qam", "two"]);
    assert!(run(&path, &["diff", "git:HEAD~1", "git:HEAD"]).1.contains("goes out sooner"));
    for (revision, said) in [("git:nowhere", "git knows no revision `nowhere`"), ("git:--help", "git knows no revision `--help`")] {
        let (code, _, err) = run(&path, &["diff", revision]);
        assert!(code == 2 && err.contains(said), "{err}");
    }
    // A policy that has moved is found where it was.
    git(folder.path(), &["mv", "policies/acme", "policies/emea"]);
    git(folder.path(), &["commit", "-qm", "moved"]);
    let moved = folder.path().join("policies/emea");
    let (code, _, err) = run(&moved, &["diff", "git:HEAD~1"]);
    assert!(code == 2 && err.contains("`git:HEAD~1:PATH`"), "{err}");
    let (code, out, err) = run(&moved, &["diff", "git:HEAD~1:policies/acme"]);
    assert!(code == 0 && err.contains("nothing changes"), "{out}{err}");
    assert!(run(&moved, &["diff", "git:HEAD~2:./policies/acme/p.nurture"]).1.contains("goes out sooner"));
    for (path, said) in [("git:HEAD:policies/acme", "has no policy at `policies/acme`"), ("git:HEAD:../x", "is no path in the repository")] {
        let (code, _, err) = run(&moved, &["diff", path]);
        assert!(code == 2 && err.contains(said), "{err}");
    }
    git(folder.path(), &["mv", "policies/emea", "policies/acme"]);
    git(folder.path(), &["commit", "-qm", "back"]);
    // A hook's own repository is not the policy's.
    let hooked = assert_cmd::Command::cargo_bin("nurture").unwrap().current_dir(&path).env("GIT_DIR", "/nowhere").args(["diff", "git:HEAD"]).output().unwrap();
    assert_eq!(hooked.status.code(), Some(0));
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("p.nurture"), BASE).unwrap();
    let (code, _, err) = run(outside.path(), &["diff", "git:HEAD"]);
    assert!(code == 2 && err.contains("is in no git repository"), "{err}");
}
