//! Makes policies of any size for benchmarks and stress tests: the kinds of declaration that people write, in the
//! proportion in which they write them, free of findings, and always the same for the same seed.
//!
//! Groups of leads are not empty: what a condition asks is kept as a set of bits, one a field or signal, and only
//! conditions that share no bit are joined by `and`. Every segment is asked for, and every content is sent.

use std::collections::BTreeSet;

/// A policy of about `bytes` bytes in one file (within 2 %), the same for the same seed. The smallest has about 900.
pub fn policy(bytes: usize, seed: u64) -> String {
    workspace(1, bytes, seed).into_iter().map(|(_, text)| text).collect()
}

/// A policy of `files` files of about `bytes` bytes each: (path, text). Below some 5,000 bytes a file it has a small
/// lead, one signal, segments and contents, and nothing else.
pub fn workspace(files: usize, bytes: usize, seed: u64) -> Vec<(String, String)> {
    let full = bytes >= HEAD.len() + 620;
    // The handoff and the limits name programs, where there is room for some.
    let rich = full && files * bytes >= HEAD.len() + 14_000;
    let mut maker = Maker {
        random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x6e75_7274_7572_65,
        start: (seed % 1_000) as usize,
        barred: if full { 0 } else { !(ROLE | EMPLOYEES | CONSENT | VISIT) },
        full,
        ..Maker::default()
    };
    (0..files)
        .map(|number| {
            let topic = pick_at(&TOPICS, number * 7);
            let (path, head) = match number {
                0 if full => ("lead.nurture".to_owned(), HEAD.to_owned() + &maker.ending(rich)),
                0 => ("lead.nurture".to_owned(), SMALL_HEAD.to_owned()),
                _ => (format!("{topic}/part_{number:03}.nurture"), format!("# What we know and send about {topic}.\n")),
            };
            (path, maker.file(head, bytes, number + 1 == files))
        })
        .collect()
}

const ROLE: u32 = 1;
const INDUSTRY: u32 = 1 << 1;
const EMPLOYEES: u32 = 1 << 3;
const CONSENT: u32 = 1 << 6;
const CUSTOMER: u32 = 1 << 7;
const VISIT: u32 = 1 << 12;
const DOWNLOAD: u32 = 1 << 13;
const ATTEND: u32 = 1 << 15;
const ASK: u32 = 1 << 16;
const CLICK: u32 = 1 << 18;
/// Every signal, and what follows from them.
const BEHAVIOUR: u32 = 0x7f << 12;
/// The facts behind the score `fit`.
const FIT: u32 = ROLE | INDUSTRY | EMPLOYEES | 1 << 4;

const SMALL_HEAD: &str = r#"# A small policy: who a lead is, and what there is to read.
lead {
  role: one of cfo, controller, it_director, analyst, payroll_lead
  employees: whole number from 1
  consent: one of none, single_opt_in, double_opt_in
}

signal visit implicit { page: text, seconds: whole number from 0 }
"#;

const HEAD: &str = r#"# What the rest of the policy speaks of: leads, signals, journeys, scores, limits.

## What we know about a lead, and the values it can take.
lead {
  ## What they do in their company. It decides which program speaks to them.
  role: one of cfo, controller, it_director, analyst, payroll_lead
  industry: one of fintech, healthcare, manufacturing, retail, logistics, other
  country: text optional
  employees: whole number from 1
  revenue: number from 0 optional
  interest: set of billing, payroll, planning, reporting, tax, treasury
  consent: one of none, single_opt_in, double_opt_in
  customer: flag
  created: date from 2015-01-01 to today
  ## When somebody of ours last sat down with them.
  last_meeting: moment optional
  email: address of email optional
  phone: address of call, sms optional
}

## A page of our site or of the product, and how long it was in front of them.
signal visit implicit { page: text, seconds: whole number from 0 }
signal download explicit { content: content }
signal register explicit { content: content }
signal attend explicit { content: content }
signal ask explicit request { topic: text }
signal sign_off explicit { days: whole number from 1 }

journey buying "How a finance team buys" {
  stage noticing {
    asks "Why does it take us so long?"
    while did visit(seconds >= 60) within 90 days
  }
  stage exploring {
    asks "Which ways are there to do better?"
    while did download within 90 days
  }
  stage requiring {
    asks "What must a tool do for us?"
    while did register within 60 days
  }
  stage comparing {
    asks "Who has done this already?"
    while did attend within 60 days
  }
  stage validating {
    asks "Will it pass our review?"
    while did ask within 45 days
  }
  stage agreeing {
    asks "How do I bring the others along?"
    while did ask(topic is "pricing") within 45 days and interest_level >= hot
  }
}

journey adopting "How a customer makes it their own" {
  for customer
  stage signing_in {
    asks "Where do we begin?"
    while did visit(page starts with "/app") within 45 days
  }
  stage importing {
    asks "How do we get our figures in?"
    while did visit(page starts with "/app/import") at least 2 times within 45 days
  }
  stage first_run {
    asks "What trips up a first run?"
    while did sign_off within 60 days
  }
  stage steady {
    asks "How do we take a day off the next one?"
    while did sign_off at least 3 times within 120 days
  }
  stage widening {
    asks "Who else could use it?"
    while did register(content.about is product) within 60 days
  }
  stage renewing {
    asks "Was it worth the money?"
    while did ask(topic is "renewal") within 60 days
  }
}

## How much a lead cares, by what they did lately. It fades, and it can fall.
score interest_level "Interest" {
  +2 for visit(seconds >= 60) at most 3 times per 7 days
  +20 for download
  +10 for register
  +25 for attend
  +30 for ask
  -40 for unsubscribe
  halves every 30 days
  from 0 to 100
  band warm from 30
  band hot from 70
}

score fit "Fit" {
  +40 when employees between 200 and 5_000
  +30 when role in [cfo, controller]
  +20 when revenue >= 20_000_000
  -30 when industry is other
  from 0 to 100
  band fair from 30
  band good from 60
}
"#;

const TOPICS: [&str; 24] = [
    "payroll", "billing", "forecasting", "procurement", "reporting", "treasury", "budgeting", "invoicing", "consolidation", "compliance", "planning",
    "migration", "onboarding", "reconciliation", "tax", "auditing", "leasing", "travel", "inventory", "purchasing", "collections", "approvals",
    "contracts", "pricing",
];
const MANNERS: [&str; 16] = [
    "early", "careful", "large", "small", "regional", "busy", "growing", "quiet", "curious", "local", "global", "lean", "senior", "new", "patient", "urgent",
];
const GROUPS: [&str; 16] = [
    "leaders", "owners", "evaluators", "readers", "teams", "newcomers", "reviewers", "champions", "clerks", "planners", "buyers", "visitors", "operators",
    "approvers", "sceptics", "returners",
];
const AIMS: [&str; 12] = ["shorten", "explain", "simplify", "share", "compare", "prepare", "calm", "repair", "begin", "review", "decide", "measure"];
const KINDS: [&str; 12] =
    ["guide", "checklist", "article", "video", "webinar", "event", "tool", "course", "research", "comparison", "case_study", "white_paper"];
const ABOUTS: [&str; 6] = ["problem", "market", "solution", "peers", "problem", "product"];
const ROLES: [&str; 5] = ["cfo", "controller", "it_director", "analyst", "payroll_lead"];
const INDUSTRIES: [&str; 5] = ["fintech", "healthcare", "manufacturing", "retail", "logistics"];
const COUNTRIES: [&str; 8] = ["US", "CA", "GB", "DE", "FR", "NL", "SE", "AU"];
const INTERESTS: [&str; 6] = ["billing", "payroll", "planning", "reporting", "tax", "treasury"];
const ASKED: [&str; 8] = ["pricing", "security", "data agreement", "visit", "renewal", "references", "rollout", "training"];
const STAGES: [&str; 12] = [
    "noticing", "exploring", "requiring", "comparing", "validating", "agreeing", "signing_in", "importing", "first_run", "steady", "widening", "renewing",
];
const OPENINGS: [&str; 14] = [
    "Where the time goes in", "What holds up", "Five short lessons on", "A checklist for", "Who else has to agree on", "What auditors ask about",
    "How a small team runs", "The questions to settle before you change", "What goes wrong first in", "How 312 teams measure", "A plan for calmer",
    "The quiet cost of", "Three ways to better", "What nine teams changed about",
];
const ENDINGS: [&str; 12] = [
    "", ", step by step", ", with the figures of last year", " when nobody has an hour to spare", ", told by those who did it", ", and what to leave out",
    " before the quarter ends", " without a new system", ", in half an hour", " in companies of your size", ", buying nothing included",
    " and how to put it right",
];
const QUESTIONS: [&str; 8] = [
    "Why does it take us so long to get through", "Which ways are there to do better at", "What must a tool do for us in", "Who has done this before for",
    "What will the auditors say about our", "How do I bring the others along on", "Which step comes first in", "What would a better month look like in",
];
const GIFTS: [&str; 8] = [
    "A worksheet that finds the three slowest steps of", "The numbers by industry and size for", "A plan to copy for", "The forty questions to put to any supplier of",
    "A list of what went wrong for others in", "A runbook with owners and times for", "A one-page case, with your own figures, for", "A map of who touches what in",
];
const REMARKS: [&str; 14] = [
    "The figures come from a survey that we repeat every spring.", "Sales asked for this after the autumn fair.", "Agreed with the regional teams; the wording is theirs.",
    "Opens do not count here, as machines open too.", "It goes out late, to people who talk to us anyway.", "Whoever asks gets an answer, whatever stage they are in.",
    "We looked at this again in September, and kept it.", "Nobody has to know us to make use of it.", "The next question is who has done this already.",
    "Two messages at most, of use in themselves, and then we stop.", "It replaces the spring version, which was too long.",
    "Those who must approve want to see the risks first.", "Help for people at work, so it never comes in the evening.", "Reviewed with the people it is for, who struck out half of it.",
];

/// The `number`th of `list`, counted round and round.
fn pick_at<'a>(list: &[&'a str], number: usize) -> &'a str {
    list.get(number % list.len().max(1)).copied().unwrap_or_default()
}

/// `number` with its thousands apart: 5_000.
fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{}_{:03}", thousands(number / 1_000), number % 1_000) }
}

/// A group of leads: its name, and the bits that it asks for.
type Group = (String, u32);

#[derive(Default)]
struct Maker {
    random: u64,
    start: usize,
    barred: u32,
    full: bool,
    /// How many there are of each kind: segments, contents, programs, icps, rules, tests.
    counts: [usize; 6],
    segments: Vec<Group>,
    icps: Vec<String>,
    contents: Vec<(String, usize)>,
    /// What nothing speaks of yet.
    unasked: Vec<Group>,
    unsent: Vec<(String, usize)>,
    predicates: BTreeSet<String>,
    written: usize,
    remarked: usize,
}

impl Maker {
    fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        pick_at(list, self.below(list.len()))
    }

    /// Two or three of `list`, different ones, as `[a, b]`.
    fn some(&mut self, list: &[&str], quoted: bool) -> String {
        let (from, count) = (self.below(list.len()), 2 + self.below(2));
        let chosen: Vec<String> = (0..count).map(|step| pick_at(list, from + step)).map(|word| if quoted { format!("\"{word}\"") } else { word.to_owned() }).collect();
        format!("[{}]", chosen.join(", "))
    }

    /// The name of the `number`th of its kind: words, and a number once they are used up.
    fn name(&self, number: usize, lists: [&[&str]; 3]) -> String {
        let every: usize = lists.iter().map(|list| list.len()).product();
        let mut left = ((number + self.start) % every) * 7_919 % every;
        let words = lists.map(|list| {
            let word = pick_at(list, left);
            left /= list.len().max(1);
            word
        });
        let again = (number + self.start) / every;
        if again == 0 { words.join("_") } else { format!("{}_{}", words.join("_"), again + 1) }
    }

    fn program_name(&self, number: usize) -> String {
        self.name(number, [&AIMS, &MANNERS, &TOPICS])
    }

    fn prose(&mut self) -> String {
        format!("{} {}{}", self.pick(&OPENINGS), self.pick(&TOPICS), self.pick(&ENDINGS))
    }

    fn date(&mut self) -> String {
        format!("2026-{:02}-{:02}", 1 + self.below(10), 1 + self.below(28))
    }

    /// The handoff and the limits; `rich` policies have programs that they can name.
    fn ending(&mut self, rich: bool) -> String {
        let (first, second) = (self.program_name(0), self.program_name(1));
        let back = if rich { format!("\n  back to {first} after 30 days when did not reply within 30 days") } else { String::new() };
        let prefer = if rich { format!("\n  prefer {first}, {second}") } else { String::new() };
        format!(
            "\nhandoff to_sales \"Sales-ready\" {{\n  when buying >= validating and interest_level >= hot and fit >= good\n  follow up within 1 day\n  \
             tell ask, attend, reply{back}\n}}\n\nlimits {{\n  at most 2 email per 7 days\n  at most 4 messages per 7 days\n  quiet from 20:00 to 08:00\n  \
             email needs consent in [single_opt_in, double_opt_in]\n  sms needs consent is double_opt_in\n  never call when adopting is signing_in{prefer}\n}}\n"
        )
    }

    /// One file, filled up to `bytes`.
    fn file(&mut self, mut text: String, bytes: usize, last: bool) -> String {
        self.written += text.len();
        self.remarked += text.lines().map(str::trim_start).filter(|line| line.starts_with('#')).map(str::len).sum::<usize>();
        loop {
            // What is still to be asked for or sent needs a program at the end.
            let waiting = self.unsent.len() + self.unasked.len();
            let reserve = if !(last && self.full) || waiting == 0 { 0 } else { 600 + 150 * self.unsent.len() + 60 * self.unasked.len() };
            let room = bytes.saturating_sub(text.len() + reserve);
            let Some(kind) = self.kind(room, last) else {
                if reserve == 0 {
                    break;
                }
                let program = self.collecting_program();
                self.add(&mut text, &program);
                continue;
            };
            let remark = self.remark(kind == 2, room);
            let room = room.saturating_sub(remark.len());
            let declaration = match kind {
                0 => self.segment(room),
                1 => self.content(last && (reserve == 0 || !self.full) && room < 900 || !self.full),
                2 => self.program(room),
                3 => self.icp(),
                4 => self.rule(),
                _ => self.test(),
            };
            self.add(&mut text, &(remark + &declaration));
        }
        self.fill(&mut text, bytes);
        text
    }

    fn add(&mut self, text: &mut String, declaration: &str) {
        text.push('\n');
        text.push_str(declaration);
        self.written += declaration.len() + 1;
    }

    /// Which kind comes next: the one that is furthest behind its share, if there is room for it.
    fn kind(&mut self, room: usize, last: bool) -> Option<usize> {
        if !self.full {
            let waits = !self.unasked.is_empty();
            return if waits { Some(1) } else { [(0, 850), (1, 560)].into_iter().find(|(_, least)| room >= *least).map(|(kind, _)| kind) };
        }
        if last && room >= 480 && room < 900 && self.unsent.is_empty() && self.unasked.is_empty() {
            return Some(1);
        }
        let spare = if last { 600 } else { 0 };
        let total: usize = self.counts.iter().sum();
        let wanted = [(35, 330 + spare), (35, 560 + spare), (20, 1_500), (4, 420 + spare), (3, 950), (3, 800)];
        let counts = self.counts;
        let ready = [true, true, self.contents.len() > 1 && self.segments.len() > 1, true, true, !self.contents.is_empty()];
        let mut best: Option<(usize, usize)> = None;
        for (kind, (((share, least), count), ready)) in wanted.into_iter().zip(counts).zip(ready).enumerate() {
            let behind = (share * (total + 3) + 10_000_000 + self.below(60)).saturating_sub(count * 100);
            if ready && room >= least && best.is_none_or(|(_, most)| behind > most) {
                best = Some((kind, behind));
            }
        }
        best.map(|(kind, _)| kind)
    }

    /// A comment before a declaration, as long as comments are less than their share of the whole.
    fn remark(&mut self, program: bool, room: usize) -> String {
        if self.remarked * 100 > self.written * 8 || room < 700 || !(program || self.chance(60)) {
            return String::new();
        }
        let text = match self.below(5) {
            0 => format!("# ---- {}\n\n", self.prose()),
            1 | 2 => format!("## {}\n", self.pick(&REMARKS)),
            _ => format!("## {}. {}\n", self.prose(), self.pick(&REMARKS)),
        };
        self.remarked += text.len();
        text
    }

    /// Comment lines up to `bytes`.
    fn fill(&mut self, text: &mut String, bytes: usize) {
        let mut left = bytes.saturating_sub(text.len() + 4);
        if left < 12 {
            return;
        }
        let start = text.len();
        text.push_str("\n#");
        let mut column = 1;
        'lines: loop {
            for word in self.pick(&REMARKS).split(' ') {
                if word.len() + 3 > left {
                    break 'lines;
                }
                if column + word.len() > 110 {
                    text.push_str("\n#");
                    (column, left) = (1, left.saturating_sub(2));
                }
                text.push(' ');
                text.push_str(word);
                (column, left) = (column + word.len() + 1, left.saturating_sub(word.len() + 1));
            }
        }
        let ending = if text.ends_with(['.', ',', ';']) { text.len() - 1 } else { text.len() };
        text.truncate(ending);
        text.push_str(".\n");
        (self.remarked, self.written) = (self.remarked + text.len() - start, self.written + text.len() - start);
    }

    /// A condition that shares no bit with `used`, which it adds to; empty when none is left.
    fn condition(&mut self, used: &mut u32) -> String {
        for _ in 0..60 {
            let kind = self.below(22);
            let bits = match kind {
                19 => BEHAVIOUR | CUSTOMER,
                20 => BEHAVIOUR,
                21 => FIT,
                simple => 1 << simple,
            };
            if *used & bits == 0 {
                *used |= bits;
                return self.asking(kind);
            }
        }
        String::new()
    }

    fn asking(&mut self, kind: usize) -> String {
        let days = 7 + self.below(174);
        let (some, topic) = (self.below(6), self.pick(&TOPICS));
        match kind {
            0 if some < 2 => format!("role is {}", self.pick(&ROLES)),
            0 if some < 4 => format!("role is not {}", self.pick(&ROLES)),
            0 => format!("role in {}", self.some(&ROLES, false)),
            1 => format!("industry in {}", self.some(&INDUSTRIES, false)),
            2 if some < 1 => "country is known".to_owned(),
            2 => format!("country in {}", self.some(&COUNTRIES, true)),
            3 if some < 2 => format!("employees >= {}", thousands(20 + 10 * self.below(400))),
            3 => {
                let from = 10 + 10 * self.below(150);
                format!("employees between {} and {}", thousands(from), thousands(from + 100 + 50 * self.below(120)))
            }
            4 if some < 1 => "revenue is known".to_owned(),
            4 => format!("revenue >= {}", thousands(500_000 * (1 + self.below(200)))),
            5 => format!("interest has {}", self.pick(&INTERESTS)),
            6 if some < 3 => "consent is double_opt_in".to_owned(),
            6 => "consent in [single_opt_in, double_opt_in]".to_owned(),
            7 if some < 2 => "customer".to_owned(),
            7 => "not customer".to_owned(),
            8 if some < 2 => format!("created within the last {days} days"),
            8 if some < 4 => format!("created older than {days} days"),
            8 => format!("created after 202{}-{:02}-01", 1 + self.below(5), 1 + self.below(12)),
            9 if some < 2 => "last_meeting is unknown".to_owned(),
            9 if some < 4 => format!("last_meeting within the last {days} days"),
            9 => format!("last_meeting after 2025-{:02}-{:02} 09:00", 1 + self.below(12), 1 + self.below(28)),
            10 => "email is known".to_owned(),
            11 => "phone is known".to_owned(),
            12 if some < 1 => format!("did not visit within {days} days"),
            12 if some < 3 => format!("did visit(page starts with \"/{topic}\" and seconds >= {}) within {days} days", 30 + 30 * self.below(12)),
            12 if some < 4 => format!("did visit(page contains any of {}) within {days} days", self.some(&TOPICS, true)),
            12 => format!("did visit(page starts with \"/{topic}\") at least {} times within {days} days", 2 + self.below(5)),
            13 if some < 2 => format!("did not download within {days} days"),
            13 if some < 4 || !self.full => format!("did download(content.about is {}) within {days} days", self.pick(&ABOUTS)),
            13 => format!("did download(content.kind in {}) within {days} days", self.some(&KINDS, false)),
            14 if some < 3 => format!("did not register within {days} days"),
            14 => format!("did register within {days} days"),
            15 => format!("did attend(content.stage has {}) within {days} days", self.pick(&STAGES)),
            16 if some < 3 => format!("did not ask within {days} days"),
            16 => format!("did ask(topic in {}) within {days} days", self.some(&ASKED, true)),
            17 => format!("did sign_off(days > {}) between 1 and {} times within {days} days", 2 + some, 2 + self.below(4)),
            18 if some < 3 => format!("did click at least {} times within {days} days", 2 + self.below(3)),
            18 => format!("did not reply within {days} days"),
            19 if some < 2 => format!("adopting in {}", self.some(STAGES.get(6..).unwrap_or_default(), false)),
            19 => format!("buying >= {}", pick_at(&STAGES, some)),
            20 if some < 3 => "interest_level >= warm".to_owned(),
            20 => format!("interest_level between {} and {}", 10 + self.below(30), 45 + self.below(40)),
            _ => "fit >= good".to_owned(),
        }
    }

    /// A segment that shares no bit with `used`: best one that nobody has asked for yet.
    fn group(&mut self, used: u32, waiting: bool) -> Option<Group> {
        if let Some(at) = self.unasked.iter().position(|(_, bits)| used & bits == 0).filter(|_| waiting) {
            return Some(self.unasked.remove(at));
        }
        (0..8).find_map(|_| {
            let at = self.below(self.segments.len());
            let found = self.segments.get(at).filter(|(_, bits)| used & bits == 0).cloned()?;
            self.unasked.retain(|(name, _)| *name != found.0);
            Some(found)
        })
    }

    /// One or two to eight conditions joined, none of which bars another.
    fn predicate(&mut self, most: usize) -> (Vec<String>, u32) {
        let mut count = (1 + self.below(4)).max(self.below(9)).clamp(1, most.clamp(1, 8));
        loop {
            let mut used = self.barred;
            let mut parts: Vec<String> = Vec::new();
            while parts.len() < count {
                let member = if self.full && self.chance(16) { self.group(used, false) } else { None };
                let part = match member {
                    Some((name, bits)) => {
                        used |= bits;
                        if self.chance(25) { format!("not in {name}") } else { format!("in {name}") }
                    }
                    None if self.chance(12) && count > 1 => match (self.condition(&mut used), self.condition(&mut used)) {
                        (left, right) if !left.is_empty() && !right.is_empty() => format!("({left} or {right})"),
                        (left, right) => left + &right,
                    },
                    None => self.condition(&mut used),
                };
                if part.is_empty() {
                    break;
                }
                parts.push(part);
            }
            if self.predicates.insert(parts.join(" ")) {
                return (parts, used & !self.barred);
            }
            count = (count + 1).min(8);
        }
    }

    fn segment(&mut self, room: usize) -> String {
        let (parts, bits) = self.predicate(if self.full { room.saturating_sub(230) / 100 } else { 2 });
        let [number, ..] = self.counts;
        let name = self.name(number, [&MANNERS, &TOPICS, &GROUPS]);
        let group = (name.clone(), bits);
        self.segments.push(group.clone());
        self.unasked.push(group);
        self.count(0);
        let title = format!("The {}", name.replace('_', " "));
        if parts.len() < 3 {
            return format!("segment {name} \"{title}\" where {}\n", parts.join(" and "));
        }
        let body = parts.join("\n    and ");
        if !self.chance(25) {
            return format!("segment {name} \"{title}\"\n  where {body}\n");
        }
        format!("segment {name} \"{title}\" {{\n  where {body}\n  objective \"Less time on {}\"\n}}\n", self.pick(&TOPICS))
    }

    fn count(&mut self, kind: usize) {
        if let Some(count) = self.counts.get_mut(kind) {
            *count += 1;
        }
    }

    fn icp(&mut self) -> String {
        let name = format!("{}_companies", self.name(self.icps.len(), [&MANNERS, &INDUSTRIES, &TOPICS]));
        let from = 50 + 10 * self.below(300);
        let text = format!(
            "icp {name} \"{}\" {{\n  where employees between {} and {} and industry in {}\n  objective \"{}\"\n  agreed by marketing, sales on {}\n}}\n",
            name.replace('_', " "),
            thousands(from),
            thousands(from + 500 + 10 * self.below(900)),
            self.some(&INDUSTRIES, false),
            format_args!("Fewer late nights over {}", self.pick(&TOPICS)),
            self.date(),
        );
        self.icps.push(name);
        self.count(3);
        text
    }

    fn content(&mut self, draft: bool) -> String {
        let [_, number, ..] = self.counts;
        let name = self.name(number, [&TOPICS, &MANNERS, &KINDS]);
        let kind = KINDS.iter().copied().find(|kind| name.contains(&format!("_{kind}"))).unwrap_or("guide");
        let topic = name.split('_').next().unwrap_or("payroll").to_owned();
        let stage = if self.chance(80) { self.below(6) } else { 6 + self.below(6) };
        let reader = match self.group(0, self.chance(35) || !self.full) {
            Some((segment, _)) if self.chance(60) || !self.full || !self.segments.iter().any(|(name, _)| *name != segment) => format!("in {segment}"),
            Some((segment, _)) => format!("in {segment} or role is {}", self.pick(&ROLES)),
            None => format!("role in {}", self.some(&ROLES, false)),
        };
        let also = if stage % 6 < 5 && self.chance(50) { format!(", {}", pick_at(&STAGES, stage + 1)) } else { String::new() };
        let stages = if self.full { format!("  stage {}{also}\n", pick_at(&STAGES, stage)) } else { String::new() };
        let (draft, title) = (if draft { "  draft\n" } else { "" }, self.prose());
        let more = match self.below(10) {
            0 => "  gated\n",
            1 => "  language en\n",
            2 => "  expires 2027-12-31\n",
            _ => "",
        };
        let text = format!(
            "content {name} \"{title}\" {{\n{draft}  kind {kind}\n  about {}\n  for {reader}\n{stages}  answers \"{} {topic}?\"\n  gives \"{} {topic}\"\n  \
             url \"https://ledgerline.example/{kind}/{}\"\n{more}  updated {}\n}}\n",
            self.pick(&ABOUTS),
            self.pick(&QUESTIONS),
            self.pick(&GIFTS),
            name.replace('_', "-"),
            self.date(),
        );
        if draft.is_empty() {
            self.contents.push((name.clone(), stage));
            self.unsent.push((name, stage));
        }
        self.count(1);
        text
    }

    /// A content to send: first those that nothing sends yet.
    fn next_content(&mut self) -> (String, usize) {
        if !self.unsent.is_empty() {
            return self.unsent.remove(0);
        }
        let at = self.below(self.contents.len());
        self.contents.get(at).cloned().unwrap_or_default()
    }

    fn subject(&mut self) -> String {
        match self.below(8) {
            0 => format!("What teams in {{country or your region}} changed about {}", self.pick(&TOPICS)),
            1 => format!("Which of your {} steps takes the longest?", self.pick(&TOPICS)),
            _ => self.prose(),
        }
    }
}
