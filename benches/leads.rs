//! How many leads a second one core plays: `cargo bench --bench leads`.
//!
//! The policy is `examples/ledgerline`; each lead has 10 events within 90 days and is played from the first of them to
//! the end of the 90 days. Leads are made before, and reading them is not measured; they are few enough to stay in the cache,
//! as a lead does that has just been read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "a bench may stop at once")]

use std::path::Path;
use std::time::Instant as Clock;

use nurture::db::load::{self, Vocabulary};
use nurture::db::settings::Named;
use nurture::plan::{FieldType, Plan};
use nurture::run::lead::{DAY, Event, Fact, Lead};
use nurture::run::trace::{Entry, Nothing, Sink, Trace, What};
use nurture::run::{Player, Policy};
use nurture::text::Decimal;

/// As the program itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 2026-03-02, a Monday.
const START: i64 = 1_772_409_600;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn fact(dice: &mut Dice, name: &str, ty: &FieldType) -> Fact {
    match ty {
        FieldType::OneOf(options) => Fact::Option(dice.roll(options.len() as u64) as u32),
        FieldType::SetOf(options) => Fact::Set((0..options.len() as u32).filter(|_| dice.roll(2) == 0).collect()),
        FieldType::Flag => Fact::Flag(dice.roll(10) == 0),
        FieldType::WholeNumber(_) | FieldType::Number(_) if name == "seconds" => Fact::Number(Decimal::whole(dice.roll(600) as i64)),
        FieldType::WholeNumber(_) | FieldType::Number(_) => Fact::Number(Decimal::whole(1 + dice.roll(6_000) as i64)),
        FieldType::Date(_) | FieldType::Moment => Fact::Instant(START - dice.roll(400) as i64 * DAY),
        FieldType::Content => Fact::Content(Some(dice.roll(12) as u32)),
        FieldType::Program => Fact::Missing,
        FieldType::Text if name == "timezone" => Fact::Text(["Europe/London", "America/Chicago", "Europe/Berlin"][dice.roll(3) as usize].into()),
        FieldType::Text if name == "page" => Fact::Text(["/close/why", "/close/calendar", "/blog/ledger", "/security", "/"][dice.roll(5) as usize].into()),
        FieldType::Text if name == "country" => Fact::Text(["US", "GB", "DE"][dice.roll(3) as usize].into()),
        _ => Fact::Text("someone@works.example".into()),
    }
}

fn lead(dice: &mut Dice, plan: &Plan, number: u64) -> Lead {
    let facts = plan.lead.fields.iter().map(|field| if field.optional && dice.roll(3) == 0 { Fact::Missing } else { fact(dice, &field.name, &field.ty) });
    let facts = facts.collect();
    let names = ["visit", "visit", "visit", "visit", "visit", "download", "download", "attend", "open", "click", "ask", "reply", "unsubscribe"];
    let mut events: Vec<Event> = (0..10)
        .map(|_| {
            let roll = dice.roll(names.len() as u64 * 4 - 3) as usize / 4;
            let signal = plan.signals.iter().position(|signal| signal.name == names[roll]).unwrap();
            let fields = plan.signals[signal].fields.iter().map(|field| if field.optional { Fact::Missing } else { fact(dice, &field.name, &field.ty) });
            let fields = fields.collect();
            Event { at: START + dice.roll(90 * DAY as u64) as i64, signal: signal as u32, fields }
        })
        .collect();
    events.sort_by_key(|event| event.at);
    Lead { id: format!("lead {number}").into(), identified: Some(START), facts, events, ..Lead::default() }
}

/// Counts what went out.
#[derive(Default)]
struct Count {
    sent: u64,
    entries: u64,
}

impl Sink for Count {
    const ACTIVE: bool = true;
    fn record(&mut self, entry: Entry) {
        self.entries += 1;
        self.sent += u64::from(matches!(entry.what, What::Sent { .. }));
    }
}

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ledgerline");
    let sources = load::find(&[folder], Path::new("/")).expect("the example is there");
    let loaded = load::load(sources, &Vocabulary { named: &|_| Named::Free, names: &[], thresholds: &[] }).expect("the example is read");
    let plan = nurture::report::plan::plan(&loaded.db).expect("the example is right");
    let policy = Policy::new(&plan, &[], false).expect("the plan hangs together");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let leads: Vec<Lead> = (0..2_000).map(|number| lead(&mut dice, &plan, number)).collect();
    let until = START + 90 * DAY;
    let mut player = Player::new(&policy);
    let mut count = Count::default();
    for lead in &leads {
        player.play(lead, START, until, &mut count);
    }
    println!("{} leads with 10 events each: {} touches went out, {} entries of trace", leads.len(), count.sent, count.entries);
    let rate = |what: &str, play: &mut dyn FnMut(&Lead)| {
        let mut best = f64::MAX;
        for _ in 0..100 {
            let begun = Clock::now();
            leads.iter().for_each(&mut *play);
            best = best.min(begun.elapsed().as_secs_f64());
        }
        println!("{what:<28} {:>9.0} leads a second, {:.2} µs a lead", leads.len() as f64 / best, best * 1e6 / leads.len() as f64);
    };
    rate("without a trace", &mut |lead| player.play(lead, START, until, &mut Nothing));
    let mut trace = Trace::default();
    let mut player = Player::new(&policy);
    rate("with its trace", &mut |lead| {
        trace.entries.clear();
        player.play(lead, START, until, &mut trace);
    });
    let begun = Clock::now();
    for _ in 0..100 {
        Policy::new(&plan, &[], false).expect("the plan hangs together");
    }
    println!("making the policy ready       {:.0} µs", begun.elapsed().as_secs_f64() * 1e4);
    let all = Policy::new(&plan, &[], true).expect("the plan hangs together");
    let mut player = Player::new(&all);
    rate("following everything, traced", &mut |lead| {
        trace.entries.clear();
        player.play(lead, START, until, &mut trace);
    });
}
