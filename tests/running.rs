//! The executor against a slow one that is written from the meaning alone, and the promises of every trace.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod random;
mod reference;
mod support;

use nurture::plan::Plan;
use nurture::run::lead::{DAY, Instant, Lead};
use nurture::run::trace::{Entry, Trace, What};
use nurture::run::{Player, Policy};
use random::{Dice, START};

/// The plan of a policy without errors.
fn compiled(text: &str) -> Result<Plan, String> {
    let db = support::policy(text);
    let found: Vec<_> = support::check(text).into_iter().filter(|found| found.severity == nurture::diagnostics::Severity::Error).collect();
    if found.is_empty() { Ok(nurture::report::plan::plan(&db).unwrap()) } else { Err(support::rendered(&db, &found)) }
}

/// A random policy that has no errors, with its declarations. Few have.
fn random_policy(dice: &mut Dice, kind: random::Kind) -> (Vec<String>, Plan) {
    let mut said = String::new();
    for _ in 0..50 {
        let items = random::policy(dice, kind);
        match compiled(&items.concat()) {
            Ok(plan) => return (items, plan),
            Err(found) => said = found,
        }
    }
    panic!("no random policy is right: {said}")
}

fn played(policy: &Policy, lead: &Lead, from: Instant, until: Instant) -> Vec<Entry> {
    let mut trace = Trace::default();
    Player::new(policy).play(lead, from, until, &mut trace);
    trace.entries
}

/// How many random policies are tried: more with `NURTURE_CASES`.
fn cases(usual: u64) -> u64 {
    std::env::var("NURTURE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn agrees_with_the_reference() {
    let only: Option<u64> = std::env::var("NURTURE_SEED").ok().and_then(|text| text.parse().ok());
    let (mut entries, mut sent, mut held) = (0, 0, 0);
    for seed in only.map_or(0..cases(400), |seed| seed..seed + 1) {
        if std::env::var_os("NURTURE_CASES").is_some() {
            eprintln!("seed {seed}");
        }
        let mut dice = Dice::new(seed);
        let (items, plan) = random_policy(&mut dice, random::ALL);
        let text = items.concat();
        let policy = Policy::new(&plan, &[], true).unwrap();
        for _ in 0..8 {
            let lead = random::lead(&mut dice, &plan, 12);
            let from = if dice.chance(20) { START + 5 * DAY } else { START };
            let until = from + 45 * DAY;
            let fast: Vec<Entry> = played(&policy, &lead, from, until)
                .into_iter()
                .filter(|entry| !matches!(entry.what, What::Score { .. } | What::UnknownZone | What::Waits { .. }))
                .collect();
            if fast.len() > 5_000 {
                // Programs that start each other without end: the slow one would take too long.
                continue;
            }
            let slow = reference::play(&plan, &lead, from, until);
            if fast != slow {
                let place = fast.iter().zip(&slow).position(|(a, b)| a != b).unwrap_or(fast.len().min(slow.len()));
                let show = |list: &[Entry]| {
                    list.iter()
                        .skip(place.saturating_sub(12))
                        .take(18)
                        .map(|entry| format!("{} {:?}\n", (entry.at - START) as f64 / 86_400.0, entry.what))
                        .collect::<String>()
                };
                panic!("seed {seed}: entry {place}\n--- fast\n{}--- slow\n{}\n{lead:?}\n{text}", show(&fast), show(&slow));
            }
            entries += fast.len();
            sent += fast.iter().filter(|entry| matches!(entry.what, What::Sent { .. })).count();
            held += fast.iter().filter(|entry| matches!(entry.what, What::Held { .. })).count();
        }
    }
    assert!(only.is_some() || (entries > 5_000 && sent > 300 && held > 100), "{entries} entries, {sent} sent, {held} held: too few to mean anything");
}

/// The random policies of a property, each with its plan and the policy made of it.
fn each(count: u64, salt: u64, kind: random::Kind, mut check: impl FnMut(&mut Dice, &[String], &Plan, &Policy)) {
    for seed in 0..cases(count) {
        let mut dice = Dice::new(seed ^ (salt << 32));
        let (items, plan) = random_policy(&mut dice, kind);
        let policy = Policy::new(&plan, &[], true).unwrap();
        check(&mut dice, &items, &plan, &policy);
    }
}

/// What a trace says, by name and place: the same for plans that number things otherwise.
fn told(plan: &Plan, lead: &Lead, entries: &[Entry]) -> Vec<(Instant, String)> {
    let zone = nurture::run::clock::Zone::utc();
    let story = nurture::run::story::Story { plan, lead, zone: &zone };
    entries.iter().map(|entry| (entry.at, story.line(entry))).collect()
}

#[test]
fn the_order_of_declarations_means_nothing() {
    each(60, 1, random::ALL, |dice, items, plan, policy| {
        let mut other: Vec<String> = items.to_vec();
        for place in (1..other.len()).rev() {
            other.swap(place, dice.roll(place as u64 + 1) as usize);
        }
        let shuffled = compiled(&other.concat()).unwrap();
        assert_eq!(shuffled.fingerprint, plan.fingerprint);
        let policy_of_other = Policy::new(&shuffled, &[], true).unwrap();
        let lead = random::lead(dice, plan, 12);
        let until = START + 45 * DAY;
        let (a, b) = (played(policy, &lead, START, until), played(&policy_of_other, &lead, START, until));
        assert_eq!(told(plan, &lead, &a), told(&shuffled, &lead, &b));
    });
}

#[test]
fn moving_all_instants_moves_the_trace() {
    let kind = random::Kind { calendar: false, ..random::ALL };
    each(100, 2, kind, |dice, _, plan, policy| {
        let lead = random::lead(dice, plan, 12);
        let by = (1 + dice.roll(400) as i64) * DAY;
        let move_fact = |fact: &mut nurture::run::lead::Fact| {
            if let nurture::run::lead::Fact::Instant(at) = fact {
                *at += by;
            }
        };
        let mut moved = lead.clone();
        moved.facts.iter_mut().for_each(move_fact);
        for change in &mut moved.changes {
            change.at += by;
            move_fact(&mut change.value);
        }
        for event in &mut moved.events {
            event.at += by;
            event.fields.iter_mut().for_each(move_fact);
        }
        moved.identified = moved.identified.map(|at| at + by);
        moved.deleted = moved.deleted.map(|at| at + by);
        let until = START + 45 * DAY;
        let mut expected = played(policy, &lead, START, until);
        for entry in &mut expected {
            entry.at += by;
            match &mut entry.what {
                What::Held { until: Some(at), .. } | What::Waits { until: at, .. } | What::Sent { held_since: Some(at), .. } => *at += by,
                _ => {}
            }
        }
        assert_eq!(played(policy, &moved, START + by, until + by), expected);
    });
}

#[test]
fn what_lies_outside_every_window_changes_nothing() {
    let kind = random::Kind { unbounded: false, ..random::ALL };
    each(100, 3, kind, |dice, items, plan, policy| {
        // Points that never fade, and unsubscribes that nothing lifts, are remembered for ever.
        if plan.scores.iter().any(|score| score.halves_every_days.is_none()) {
            return;
        }
        let mut lead = random::lead(dice, plan, 12);
        // The lead is known long before, so that both histories begin at the same instant.
        lead.identified = Some(START - 6 * 365 * DAY);
        let until = START + 45 * DAY;
        let expected = played(policy, &lead, START, until);
        let mut other = lead.clone();
        // Half-lives are at most 30 days, and windows 14 days: five years ago nothing is left.
        let old = random::event(dice, plan, START - 5 * 365 * DAY);
        let name = plan.signals[old.signal as usize].name.as_str();
        if matches!(name, "unsubscribe" | "complain") {
            return;
        }
        other.events.insert(0, old);
        let mut found = played(policy, &other, START, until);
        for entry in &mut found {
            if let What::Event { event } = &mut entry.what {
                *event -= 1;
            }
        }
        if found != expected {
            let (a, b) = found.iter().zip(&expected).find(|(a, b)| a != b).unwrap();
            panic!("{a:?}\n{b:?}\n{other:?}\n{}", items.concat());
        }
    });
}

#[test]
fn one_more_event_never_lowers_a_score_of_positive_points() {
    each(150, 4, random::ALL, |dice, _, plan, policy| {
        let score = &plan.scores[0];
        if score.points.iter().any(|line| line.points.starts_with('-') || matches!(line.earned, nurture::plan::Earned::When(_))) {
            return;
        }
        let lead = Lead { deleted: None, ..random::lead(dice, plan, 15) };
        let at = START + dice.roll(35 * 86_400) as i64;
        let mut other = lead.clone();
        let when = START + dice.roll((at - START + 1) as u64) as i64;
        other.events.push(random::event(dice, plan, when));
        other.events.sort_by_key(|event| event.at);
        let value = |lead: &Lead| nurture::run::look::of(policy, lead, at).scores[0];
        assert!(value(&other) >= value(&lead), "{lead:?} {other:?} at {at}");
    });
}

#[test]
fn scores_and_predicates_agree_with_the_reference() {
    each(120, 5, random::ALL, |dice, _, plan, _| {
        let predicates: Vec<&nurture::plan::Predicate> = plan
            .segments
            .iter()
            .map(|segment| &segment.predicate)
            .chain(plan.journeys.iter().flat_map(|journey| journey.stages.iter().map(|stage| &stage.predicate)))
            .chain(plan.handoffs.iter().map(|handoff| &handoff.predicate))
            .collect();
        for _ in 0..4 {
            let lead = random::lead(dice, plan, 15);
            let at = START + dice.roll(40 * 86_400) as i64;
            let look = nurture::run::look::ask(plan, &lead, at, &predicates).unwrap();
            if lead.deleted.is_some_and(|deleted| deleted <= at) {
                continue;
            }
            assert_eq!(look.scores[0], reference::score(plan, &lead, "points", at));
            for (predicate, holds) in predicates.iter().zip(&look.holds) {
                assert_eq!(*holds, reference::holds(plan, &lead, predicate, at), "{predicate:?} at {at} of {lead:?}");
            }
        }
    });
}

/// The touches of a trace, in order.
fn sent<'p>(plan: &'p Plan, entries: &[Entry]) -> Vec<(Instant, u32, &'p nurture::plan::Touch)> {
    let touch = |entry: &Entry| {
        let What::Sent { step, .. } = entry.what else { return None };
        match &plan.programs[step.program as usize].steps[step.step as usize].action {
            nurture::plan::Action::Touch(touch) => Some((entry.at, step.program, &**touch)),
            _ => None,
        }
    };
    entries.iter().filter_map(touch).collect()
}

#[test]
fn every_trace_keeps_the_promises() {
    let (mut touches, mut bars) = (0, 0);
    each(150, 6, random::ALL, |dice, _, plan, policy| {
        for _ in 0..6 {
            let lead = random::lead(dice, plan, 15);
            let entries = played(policy, &lead, START, START + 60 * DAY);
            let sent = sent(plan, &entries);
            touches += sent.len();
            // Limits are never broken.
            let kept = |cap: &nurture::plan::Cap, program: Option<u32>| {
                let counted: Vec<Instant> = sent
                    .iter()
                    .filter(|(_, from, touch)| cap.channels.contains(&touch.channel) && program.is_none_or(|program| program == *from))
                    .map(|(at, ..)| *at)
                    .collect();
                counted.iter().all(|at| counted.iter().filter(|other| at - (cap.seconds as i64) < **other && **other <= *at).count() <= cap.most as usize)
            };
            assert!(plan.limits.caps.iter().all(|cap| kept(cap, None)));
            assert!((0..).zip(&plan.programs).all(|(number, program)| program.caps.iter().all(|cap| kept(cap, Some(number)))));
            // No program sends one content twice as a message, unless it says `again`.
            for (place, (_, program, touch)) in sent.iter().enumerate() {
                let before = &sent[..place];
                if touch.message && touch.once.is_some() {
                    assert!(!before.iter().any(|(_, other, known)| other == program && known.message && known.once == touch.once));
                }
            }
            // Whoever asked to hear no more hears no more, until they may be written to again.
            let mut barred: Vec<Option<nurture::plan::Channel>> = Vec::new();
            for entry in &entries {
                match &entry.what {
                    What::Barred { channel } => {
                        bars += 1;
                        barred.push(*channel);
                    }
                    What::Lifted => barred.clear(),
                    What::Sent { step, .. } => {
                        let nurture::plan::Action::Touch(touch) = &plan.programs[step.program as usize].steps[step.step as usize].action else { panic!() };
                        assert!(!barred.contains(&Some(touch.channel)));
                        assert!(!touch.message || !barred.contains(&None));
                    }
                    _ => {}
                }
            }
            // No instant takes more steps than the policy has.
            let steps: usize = plan.programs.iter().map(|program| program.steps.len()).sum();
            for at in entries.iter().map(|entry| entry.at).collect::<std::collections::BTreeSet<_>>() {
                let taken = entries.iter().filter(|entry| entry.at == at).filter(|entry| {
                    matches!(entry.what, What::Sent { .. } | What::Skipped { .. } | What::PassedOver { .. } | What::Chose { .. } | What::Waits { .. })
                });
                assert!(taken.count() <= steps);
            }
        }
    });
    assert!(touches > 500 && bars > 100, "{touches} touches, {bars} bars: too few to mean anything");
}

/// What these tests of a policy expect and does not happen.
fn failing(text: &str) -> Vec<String> {
    let db = support::policy(text);
    let plan = compiled(text).unwrap();
    let (cases, _) = nurture::report::cases::cases(&db);
    assert!(!cases.is_empty());
    let tests = nurture::run::case::Cases::new(&plan, &cases).unwrap();
    let outcome = |number: usize| tests.run(number, &mut tests.player()).unwrap();
    (0..cases.len())
        .flat_map(|number| {
            let outcome = outcome(number);
            let trace = told(&plan, &outcome.lead, &outcome.trace);
            outcome.failures.into_iter().map(move |failure| format!("{failure:?}\n{trace:#?}"))
        })
        .collect()
}

const COMMON: &str = r#"
lead { role: one of cfo, other  email: address of email  timezone: text optional }
signal visit implicit { page: text }
signal fetch explicit
content guide { kind guide about problem answers "?" gives "!" url "https://x.example/g" }
content paper { kind white_paper about solution answers "?" gives "!" url "https://x.example/p" }
content offer { kind pricing about product answers "?" gives "!" url "https://x.example/o" }
"#;

#[test]
fn who_waited_behind_a_dropped_message_goes_in_the_next_second() {
    let text = format!(
        r#"{COMMON}
program a {{ audience everyone rejoin never goal did reply by day 90 at most 1 email per 14 days
  on join {{ email guide "x" wait 1 day email paper "y" }}
  on visit {{ wait 1 day leave }} }}
program b {{ audience everyone rejoin never goal did reply by day 90 on join {{ wait 2 days email offer "z" }} }}
test "the offer waits behind the paper, until the paper is dropped" {{
  lead {{ role: cfo, email: "a@b.example" }}
  day 2 {{ did visit(page: "/") expect no email offer }}
  day 3 {{ expect email offer from b expect no email paper }}
}}
"#
    );
    assert_eq!(failing(&text), Vec::<String>::new());
}

#[test]
fn what_a_track_waits_for_is_asked_at_its_turn() {
    let text = format!(
        r#"{COMMON}
program p {{ audience everyone goal did reply by day 90
  on fetch {{ wait 5 days ad guide as opener "z" }}
  on visit {{ wait until did click since opener for at most 30 days email paper "p" }} }}
test "the second opener makes the click an old one" {{
  lead {{ role: cfo, email: "a@b.example" }}
  day 0 {{ did fetch }}
  day 7 {{ did fetch }}
  day 8 {{ did visit(page: "/") }}
  day 12 {{ did click expect ad guide expect no email paper }}
  day 20 {{ expect no email paper }}
  day 38 {{ expect email paper }}
}}
"#
    );
    assert_eq!(failing(&text), Vec::<String>::new());
}

#[test]
fn another_clock_opens_other_hours() {
    let text = format!(
        r#"{COMMON}
program p {{ audience everyone goal did reply by day 90 send on wed from 12:00 to 12:30
  on visit {{ email guide "z" {{ drop after 56 hours }} }} }}
test "by the clock of Honolulu it would be dropped first" from 2026-01-05 {{
  lead {{ role: cfo, email: "a@b.example", timezone: "Pacific/Honolulu" }}
  day 0 {{ did visit(page: "/") expect no email }}
  day 2 {{ timezone becomes "UTC" expect email guide }}
}}
test "and so it is" from 2026-01-05 {{
  lead {{ role: cfo, email: "a@b.example", timezone: "Pacific/Honolulu" }}
  day 0 {{ did visit(page: "/") expect no email }}
  day 2 {{ expect no email }}
}}
"#
    );
    assert_eq!(failing(&text), Vec::<String>::new());
}

#[test]
fn programs_that_start_each_other_without_end_are_stopped() {
    let text = format!(
        r#"{COMMON}
program p {{ audience everyone goal did reply by day 90 on finish {{ ad guide "z" }} on visit {{ ad offer "z" }} }}
"#
    );
    let plan = compiled(&text).unwrap();
    let policy = Policy::new(&plan, &[], true).unwrap();
    let visit = plan.signals.iter().position(|signal| signal.name == "visit").unwrap() as u32;
    let event = nurture::run::lead::Event { at: START, signal: visit, fields: [nurture::run::lead::Fact::Text("/".into())].into() };
    let lead = Lead { id: "a".into(), identified: Some(START), events: vec![event], ..Lead::default() };
    let entries = played(&policy, &lead, START, START + 60 * DAY);
    assert_eq!(entries.last().map(|entry| &entry.what), Some(&What::Stopped));
    // Many programs that each do something every day are no such thing.
    let many: String =
        (0..40).map(|number| format!("program p{number} {{ audience everyone goal did reply by day 90 every 1 day {{ ad guide \"x\" }} }}\n")).collect();
    let text = format!(
        "{COMMON}{many}segment busy where did finish within 7 days\nprogram q {{ audience in busy goal did reply by day 90 on join {{ ad offer \"x\" }} }}\n"
    );
    let plan = compiled(&text).unwrap();
    let policy = Policy::new(&plan, &[], true).unwrap();
    let lead = Lead { events: Vec::new(), ..lead };
    let entries = played(&policy, &lead, START, START + 1_000 * DAY);
    assert!(entries.len() > 40_000 && !entries.iter().any(|entry| entry.what == What::Stopped));
}

#[test]
fn plans_that_do_not_hang_together_are_refused() {
    let text = format!("{COMMON}program p {{ audience everyone goal did reply by day 90 on join {{ email guide \"a\" wait 1 day email paper \"b\" }} }}\n");
    let plan = compiled(&text).unwrap();
    let refused = |change: &dyn Fn(&mut Plan)| {
        let mut other = plan.clone();
        change(&mut other);
        Policy::new(&other, &[], true).err().map(|unfit| unfit.0)
    };
    assert_eq!(refused(&|_| {}), None);
    for next in [0, 1, 2, 9, u32::MAX] {
        let said = refused(&|plan| {
            if let nurture::plan::Action::Wait { next: slot, .. } = &mut plan.programs[0].steps[1].action {
                *slot = Some(next);
            }
        });
        assert_eq!(said.as_deref(), Some("the steps of the program `p` do not lead forward to steps that it has"), "{next}");
    }
    assert!(refused(&|plan| plan.programs[0].tracks[0].first = Some(7)).is_some());
    assert!(refused(&|plan| plan.programs[0].steps[1].id = 1).is_some());
    assert!(refused(&|plan| plan.programs.push(plan.programs[0].clone())).is_some());
    assert!(refused(&|plan| plan.settings.timezone = "Nowhere".into()).is_some());
    assert!(refused(&|plan| plan.programs[0].audience.predicate = nurture::plan::Predicate::InSegment { segment: "x".into() }).is_some());
}

#[test]
#[ignore = "prints a random policy"]
fn show() {
    let seed: u64 = std::env::var("NURTURE_SEED").unwrap().parse().unwrap();
    println!("{}", random::policy(&mut Dice::new(seed), random::ALL).concat());
}
