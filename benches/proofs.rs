//! How long questions about leads take: `cargo bench --bench proofs`. Each is asked once, with its example or proof. With a file after
//! `--` the questions are written there, one set a line, so that Z3 can be asked the same:
//! `cargo bench --bench proofs -- FILE; python3 tests/z3/agree.py --time < FILE`.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a program of its own")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use nurture::db::RootDb;
use nurture::db::load;
use nurture::db::settings::Settings;
use nurture::plan::{Plan, Predicate};
use nurture::proof::{Found, Prover, Universe};
use nurture::run::Terms;

/// Numbers that look like chance, and are the same on every machine (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }

    fn condition(&mut self) -> String {
        let field = self.roll(8);
        let value = 50 + self.roll(20) * 50;
        match self.roll(10) {
            0..=2 => format!("n{field} {} {value}", ["<", "<=", ">", ">="][self.roll(4) as usize]),
            3 => format!("t{} is \"v{}\"", self.roll(6), self.roll(6)),
            4 => format!("t{} starts with \"v{}\"", self.roll(6), self.roll(3)),
            5 => format!("k{} in [a, b]", self.roll(4)),
            6 => format!("f{}", self.roll(4)),
            _ => {
                let days = [7, 14, 30, 90][self.roll(4) as usize];
                let count = 1 + self.roll(3);
                format!("did s{}(page starts with \"/{}\") at least {count} times within {days} days", self.roll(5), ["a", "b", "a/b"][self.roll(3) as usize])
            }
        }
    }

    /// A tree of so many conditions.
    fn tree(&mut self, conditions: u64) -> String {
        if conditions <= 1 {
            let one = self.condition();
            return if self.roll(4) == 0 { format!("not ({one})") } else { one };
        }
        // Not too lopsided: a policy may nest only so deep.
        let quarter = conditions / 4;
        let left = (quarter + self.roll(conditions - 2 * quarter)).clamp(1, conditions - 1);
        let word = if self.roll(2) == 0 { "and" } else { "or" };
        format!("({} {word} {})", self.tree(left), self.tree(conditions - left))
    }
}

/// A policy of segments with these numbers of conditions.
fn policy(dice: &mut Dice, sizes: &[u64]) -> Plan {
    let mut text = "lead {\n".to_owned();
    (0..8).for_each(|n| writeln!(text, "  n{n}: whole number from 0").unwrap());
    (0..6).for_each(|n| writeln!(text, "  t{n}: text").unwrap());
    (0..4).for_each(|n| writeln!(text, "  k{n}: one of a, b, c, d").unwrap());
    (0..4).for_each(|n| writeln!(text, "  f{n}: flag").unwrap());
    text.push_str("}\n");
    (0..5).for_each(|n| writeln!(text, "signal s{n} implicit {{ page: text }}").unwrap());
    for (number, size) in sizes.iter().enumerate() {
        writeln!(text, "segment g{number} where {}", dice.tree(*size)).unwrap();
    }
    let db = load::in_memory(RootDb::default(), vec![("policy.nurture".into(), text)], Settings::default());
    let found = nurture::report::findings::findings(&db);
    let wrong = found.iter().find(|found| found.severity == nurture::diagnostics::Severity::Error);
    assert!(wrong.is_none(), "{wrong:?}");
    nurture::report::plan::plan(&db).unwrap()
}

fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3
}

/// Asks whether each segment is empty, whether it covers everyone, and pairs of them.
fn measure(name: &str, plan: &Plan, written: &mut Vec<String>) {
    let mut terms = Terms::new(plan).unwrap();
    let prover = Prover::new(1_767_268_800);
    let segment = |place: usize| Predicate::InSegment { segment: plan.segments[place % plan.segments.len()].name.clone() };
    let not = |of: Predicate| Predicate::Not { of: Box::new(of) };
    let asked: Vec<Predicate> = (0..plan.segments.len())
        .flat_map(|place| [segment(place), not(segment(place)), Predicate::And { of: vec![not(segment(place)), segment(place + 1)] }])
        .collect();
    let questions: Vec<u32> = asked.iter().map(|predicate| terms.predicate(predicate, None).unwrap()).collect();
    let (mut yes, mut no, mut open) = (0, 0, 0);
    let mut answers = Vec::new();
    let mut times: Vec<Duration> = questions
        .iter()
        .zip(&asked)
        .map(|(question, predicate)| {
            let start = Instant::now();
            let found = prover.find(&terms, *question, Universe::Database);
            let taken = start.elapsed();
            let answer = match found {
                Found::Lead(_) => {
                    yes += 1;
                    "somebody"
                }
                Found::Nobody => {
                    no += 1;
                    "nobody"
                }
                Found::Unknown(_) => {
                    open += 1;
                    "unknown"
                }
            };
            answers.push(serde_json::json!({ "predicate": predicate, "answer": answer }));
            taken
        })
        .collect();
    answers.retain(|answer| answer["answer"] != "unknown");
    written.push(serde_json::json!({ "plan": plan, "questions": answers }).to_string());
    println!(
        "{name}: {} questions ({yes} somebody, {no} nobody, {open} unknown): median {:.3} ms, 99th percentile {:.3} ms, most {:.3} ms",
        questions.len(),
        percentile(&mut times, 50),
        percentile(&mut times, 99),
        percentile(&mut times, 100)
    );
}

fn main() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let sizes: Vec<u64> = (0..300).map(|_| 2 + dice.roll(15)).collect();
    let mut written = Vec::new();
    measure("2 to 16 conditions", &policy(&mut dice, &sizes), &mut written);
    measure("200 conditions", &policy(&mut dice, &[200; 40]), &mut written);
    let plan = policy(&mut dice, &(0..200).map(|_| 2 + dice_size()).collect::<Vec<u64>>());
    let mut terms = Terms::new(&plan).unwrap();
    let nodes: Vec<u32> = plan.segments.iter().map(|segment| terms.predicate(&Predicate::InSegment { segment: segment.name.clone() }, None).unwrap()).collect();
    let mut pairs = Vec::new();
    for (place, one) in nodes.iter().enumerate() {
        for other in nodes.iter().take(place) {
            pairs.push(terms.and(vec![*one, *other]));
        }
    }
    let prover = Prover::new(1_767_268_800);
    let start = Instant::now();
    let found = pairs.iter().filter(|pair| matches!(prover.find(&terms, **pair, Universe::Database), Found::Lead(_))).count();
    println!("all {} pairs of 200 segments: {found} overlap, {:.2} s", pairs.len(), start.elapsed().as_secs_f64());
    if let Some(file) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) {
        std::fs::write(file, written.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }
}

/// About the size of a real segment.
fn dice_size() -> u64 {
    4
}
