//! Makes policies of any size for benchmarks and stress tests: the kinds of declaration that people write, in the
//! proportion in which they write them, free of findings, and always the same for the same seed.
//!
//! Texts come from `WORDS`, where `$key` stands for one of the entries of `key`, `$keys` for a list of them and
//! `$5_14` for a number. Groups of leads are not empty: what a condition asks is kept as bits, one a field or signal,
//! and `and` joins only what shares none. Every segment is asked for, and every content is sent or a draft.

use std::collections::{BTreeMap, BTreeSet};

/// A policy of about `bytes` bytes in one file (within 2 %), the same for the same seed; `bytes` is 1,000 or more.
pub fn policy(bytes: usize, seed: u64) -> String {
    workspace(1, bytes, seed).into_iter().map(|(_, text)| text).collect()
}

/// A policy of `files` files of about `bytes` bytes each: (path, text). Below some 5,000 bytes a file there is a small
/// lead, a signal, segments and contents, and nothing else.
pub fn workspace(files: usize, bytes: usize, seed: u64) -> Vec<(String, String)> {
    let full = bytes >= HEAD.len() + 150;
    let mut maker = Maker { random: seed, start: (seed % 1_000) as usize, full, barred: if full { 0 } else { !SMALL }, ..Maker::default() };
    // The handoff and the limits name programs, where there is room for some.
    let rich = |text: String| if full && files * bytes >= HEAD.len() + 15_000 { text } else { String::new() };
    maker.set("back", rich(format!("\n  back to {} after 30 days when did not reply within 30 days", naming(2, maker.start))));
    maker.set("prefer", rich(format!("\n  prefer {}, {}", naming(2, maker.start), naming(2, maker.start + 1))));
    maker.slots.extend((!full).then(|| ("placed", String::new())));
    let file = |number| match (number, pick_at(list("topic"), number * 7)) {
        (0, _) => ("lead.nurture".to_owned(), maker.file(if full { HEAD } else { SMALL_HEAD }, bytes, files == 1)),
        (_, topic) => {
            (format!("{topic}/part_{number:03}.nurture"), maker.file(&format!("# What we know and send about {topic}.\n"), bytes, number + 1 == files))
        }
    };
    (0..files).map(file).collect()
}

/// Bits of the conditions below: industry and size, customers, `ask` and `attend`, all signals and what follows from them.
const COMPANY: u32 = 0b110;
const CUSTOMER: u32 = 1 << 5;
const TOLD: [u32; 2] = [1 << 14, 1 << 15];
const BEHAVIOUR: u32 = 0xff << 12;
/// What a small policy knows: role, size, consent, visits.
const SMALL: u32 = 0b10011 | 1 << 12;

/// What a condition can ask: its bits, and ways to write it.
#[rustfmt::skip]
const CONDITIONS: &[(u32, &[&str])] = &[
    (1, &["role is $role", "role is not $role", "role in $roles"]),
    (1 << 1, &["employees >= $20_4000", "employees between $10_900 and $1000_6000", "employees < $500_5000"]),
    (1 << 2, &["industry in $industrys", "industry is $industry", "industry not in $industrys"]),
    (1 << 3, &["revenue is known", "revenue >= $1000000_90000000", "revenue between $500000_900000.50 and $1000000_90000000"]),
    (1 << 4, &["consent is double_opt_in", "consent in [single_opt_in, double_opt_in]"]), (CUSTOMER, &["not customer", "not customer", "customer"]),
    (1 << 6, &["country in $countrys", "country is $country", "country is known"]), (1 << 7, &["interest has $interest", "interest has $interest", "not interest has $interest"]),
    (1 << 8, &["created within the last $30_360 days", "created older than $30_360 days", "created after 202$1_5-0$1_9-01"]),
    (1 << 9, &["last_meeting is unknown", "last_meeting within the last $7_180 days", "last_meeting after 2025-0$1_9-1$0_9 09:30"]), (1 << 10, &["email is known"]), (1 << 11, &["phone is known"]),
    (1 << 12, &["did visit(page starts with $page) at least $2_6 times within $7_180 days", "did not visit within $20_180 days", "did visit(page starts with $page and seconds >= $30_400) within $7_180 days", "did visit(page contains any of $pages) within $7_180 days"]),
    (1 << 13, &["did download(content.about is $about) within $7_180 days", "did not download within $7_180 days", "did download(content.kind in $kinds) at least 2 times within $30_180 days", "did download(content.stage has $stage) since 2026-0$1_9-01"]),
    (1 << 14, &["did ask(topic in $askeds) within $7_180 days", "did not ask within $7_180 days"]), (1 << 15, &["did attend(content.stage has $stage) within $7_180 days", "did attend within $7_180 days", "did not attend within $7_180 days"]),
    (1 << 16, &["did click at least $2_4 times within $7_90 days", "did click within $7_90 days"]),
    (1 << 17, &["did sign_off(days > $3_9) between 1 and $2_6 times within $30_180 days", "did sign_off exactly $1_3 times within $30_180 days"]), (1 << 18, &["did register within $7_180 days", "did not register within $7_180 days"]), (1 << 19, &["did reply within $7_90 days", "did not reply within $7_90 days"]),
    (BEHAVIOUR | CUSTOMER, &["buying >= $early", "buying in [exploring, requiring, comparing]", "adopting is $late"]),
    (BEHAVIOUR | 1, &["interest_level >= warm", "interest_level between $10_30 and $45_80"]), (0b1111, &["fit >= good", "fit between 20 and 90"]),
];

/// How a track begins, with the bits that must be free for it.
#[rustfmt::skip]
const TRIGGERS: &[(u32, &str)] = &[
    (BEHAVIOUR, "on stage $pair"), (0, "on join"), (1 << 13, "on download(content is $known)"), (1 << 14, "on ask(topic is $asked)"), (1 << 12, "on visit(page starts with $page)"), (BEHAVIOUR, "on stage $pair"), (1 << 15, "on attend(content.kind is webinar)"), (0, "every $20_60 days"),
];

/// What a track does, with the bits that must be free for it. `$same` is the content named last.
#[rustfmt::skip]
const BEATS: &[(u32, &str)] = &[
    (0, "email $asset \"$subject\"\n    wait $2_9 days\n    email $asset \"$subject\""),
    (0, "email $asset \"$subject\" {\n      from \"$sender\"\n      preview \"$prose\"\n    }\n    wait $3_9 days"),
    (1 << 13, "email $asset \"$subject\"\n    wait until did download(content is $same) for at most $5_14 days\n    if did download(content is $same) within 14 days {\n      email $asset \"$subject\"\n    } else {\n      ad $same on linkedin \"$prose\"\n    }"),
    (1 << 16, "email $asset as $label \"$subject\"\n    wait until did click since $label for at most $5_14 days\n    if did click since $label {\n      email $asset \"$subject\" {\n        only if $if\n      }\n    }"),
    (0, "if $if {\n      web $asset \"$prose\"\n    } else if $if {\n      sms $asset \"$prose\" { only if $if }\n    } else {\n      # Nothing is known that would make another message worth their time.\n      wait $3_9 days\n    }"),
    (0, "split {\n      45% { email $asset \"$subject\" }\n      45% { email $same \"$subject\" }\n      10% { }\n    }\n    wait 1 week"),
];

const SMALL_HEAD: &str = "# Who a lead is, and what there is to read.\nlead {\n  role: one of cfo, controller, it_director, analyst, payroll_lead\n  \
    employees: whole number from 1\n  consent: one of none, single_opt_in, double_opt_in\n}\n\nsignal visit implicit { page: text, seconds: whole number from 0 }\n";

const HEAD: &str = r#"## What we know about a lead. The role decides which program speaks to them.
lead {
  role: one of cfo, controller, it_director, analyst, payroll_lead
  industry: one of fintech, healthcare, manufacturing, retail, logistics, other
  country: text optional, employees: whole number from 1, revenue: number from 0 optional
  interest: set of billing, payroll, planning, reporting, tax, treasury
  consent: one of none, single_opt_in, double_opt_in
  customer: flag, created: date from 2015-01-01 to today, last_meeting: moment optional
  email: address of email optional, phone: address of call, sms optional
}
signal visit implicit { page: text, seconds: whole number from 0 }
signal download explicit { content: content }
signal register explicit { content: content }
signal attend explicit { content: content }
signal ask explicit request { topic: text }
signal sign_off explicit { days: whole number from 1 }

journey buying "How a finance team buys" {
  stage noticing { asks "Why does it take us so long?" while did visit(seconds >= 60) within 90 days }
  stage exploring { asks "Which ways are there to do better?" while did download within 90 days }
  stage requiring { asks "What must a tool do for us?" while did register within 60 days }
  stage comparing { asks "Who has done this already?" while did attend within 60 days }
  stage validating { asks "Will it pass our review?" while did ask within 45 days }
  stage agreeing { asks "How do I bring the others along?" while did ask(topic is "pricing") within 45 days and interest_level >= hot }
}
journey adopting "How a customer makes it their own" {
  for customer
  stage signing_in { asks "Where do we begin?" while did visit(page starts with "/app") within 45 days }
  stage importing { asks "How do we get our figures in?" while did visit(page starts with "/app/import") at least 2 times within 45 days }
  stage first_run { asks "What trips up a first run?" while did sign_off within 60 days }
  stage steady { asks "How do we take a day off the next one?" while did sign_off at least 3 times within 120 days }
  stage widening { asks "Who else could use it?" while did register(content.about is product) within 60 days }
  stage renewing { asks "Was it worth the money?" while did ask(topic is "renewal") within 60 days }
}
## How much a lead cares, by what they did lately. It fades, and it can fall.
score interest_level "Interest" {
  +2 for visit(seconds >= 60) at most 3 times per 7 days
  +20 for download  +10 for register  +25 for attend  +30 for ask  -40 for unsubscribe
  +5 when role in [cfo, controller]  halves every 30 days
  from 0 to 100  band warm from 30  band hot from 70
}
score fit "Fit" {
  +40 when employees between 200 and 5_000  +30 when role in [cfo, controller]
  +20 when revenue >= 20_000_000  -30 when industry is other
  from 0 to 100  band good from 60
}
handoff to_sales "Sales-ready" {
  when buying >= validating and interest_level >= hot and fit >= good
  follow up within 1 day  tell ask, attend, reply$back
}
limits {
  at most 2 email per 7 days  at most 4 messages per 7 days  quiet from 20:00 to 08:00
  email needs consent in [single_opt_in, double_opt_in]  sms needs consent is double_opt_in
  never call when adopting is signing_in$prefer
}
"#;

#[rustfmt::skip]
const WORDS: &[(&str, &[&str])] = &[
    ("topic", &["payroll", "billing", "forecasting", "procurement", "reporting", "treasury", "budgeting", "invoicing", "consolidation", "compliance", "planning", "migration", "onboarding", "reconciliation", "tax", "auditing", "leasing", "travel", "inventory", "purchasing", "collections", "approvals", "contracts", "pricing"]), ("manner", &["early", "careful", "large", "small", "regional", "busy", "quiet", "curious", "local", "global", "lean", "senior", "new", "patient", "urgent", "growing"]),
    ("group", &["leaders", "owners", "evaluators", "readers", "teams", "newcomers", "reviewers", "champions", "clerks", "planners", "buyers", "operators"]), ("thing", &["primer", "figures", "lessons", "notes", "map", "story", "questions", "plan", "runbook", "worksheet", "tour", "workshop"]),
    ("aim", &["shorten", "explain", "simplify", "share", "compare", "prepare", "calm", "repair", "begin", "review", "decide", "measure"]), ("kind", &["guide", "checklist", "article", "video", "webinar", "event", "tool", "course", "research", "comparison", "case_study", "white_paper"]),
    ("about", &["problem", "market", "solution", "peers", "product"]), ("role", &["cfo", "controller", "it_director", "analyst", "payroll_lead"]), ("industry", &["fintech", "healthcare", "manufacturing", "retail", "logistics"]), ("country", &["\"US\"", "\"CA\"", "\"GB\"", "\"DE\"", "\"FR\"", "\"NL\"", "\"SE\"", "\"AU\""]),
    ("interest", &["billing", "payroll", "planning", "reporting", "tax", "treasury"]), ("page", &["\"/payroll\"", "\"/billing\"", "\"/security\"", "\"/close\"", "\"/stories\"", "\"/compare\"", "\"/tools\"", "\"/app/ledger\"", "\"/events\"", "\"/learn\""]), ("asked", &["\"pricing\"", "\"security\"", "\"data agreement\"", "\"visit\"", "\"renewal\"", "\"references\"", "\"rollout\"", "\"training\""]),
    ("early", &["noticing", "exploring", "requiring", "comparing", "validating"]), ("late", &["signing_in", "importing", "first_run", "steady", "widening", "renewing"]), ("stage", &["$early", "$late"]), ("placed", &["  stage $steps\n"]), ("steps", &["noticing", "exploring", "exploring, requiring", "requiring, comparing", "comparing, validating", "validating, agreeing", "$late"]),
    ("opening", &["Where the time goes in", "What holds up", "Five short lessons on", "A checklist for", "Who else has to agree on", "What auditors ask about", "How a small team runs", "What to settle before you change", "What goes wrong first in", "How 312 teams measure", "A plan for calmer", "The quiet cost of", "Three ways to better"]),
    ("ending", &["", ", step by step", ", with the figures of last year", " when nobody has an hour to spare", ", told by those who did it", ", and what to leave out", " before the quarter ends", " without a new system", ", in half an hour", " in companies of your size", ", buying nothing included", " and how to put it right"]),
    ("prose", &["$opening $topic$ending"]), ("subject", &["$prose", "$prose", "$prose", "What teams in {country or your region} changed about $topic", "Which of your $topic steps takes the longest?"]),
    ("question", &["Why does it take us so long to get through $topic?", "Which ways are there to do better at $topic?", "What must a tool do for us in $topic?", "Who has done this before for $topic?", "What will the auditors say about our $topic?", "How do I bring the others along on $topic?"]),
    ("gift", &["A worksheet that finds the three slowest steps of $topic", "The numbers by industry and size for $topic", "A runbook with owners and times for $topic", "The forty questions to put to any supplier of $topic tools", "A list of what went wrong for others in $topic", "A one-page case for $topic, with your own figures"]),
    ("remark", &["The figures come from a survey that we repeat every spring.", "Sales asked for this after the autumn fair.", "Agreed with the regional teams; the wording is theirs.", "Opens do not count here, as machines open too.", "It goes out late, to people who talk to us anyway.", "Whoever asks gets an answer, whatever stage they are in.", "We looked at this again in September, and kept it.", "Nobody has to know us to make use of it.", "The next question is who has done this already.", "Two messages at most, of use in themselves, and then we stop.", "It replaces the spring version, which was too long.", "Those who must approve want to see the risks first."]),
    ("comment", &["# ---- $prose\n\n", "## $remark\n", "## $prose. $remark\n", "## $prose. $remark\n"]), ("note", &["$remark", "To do: $prose.", "Wanted: $gift.", "Asked at the last review: $question"]),
    ("sender", &["Maya Okafor <maya@ledgerline.example>", "Tomas Lindqvist <tomas@ledgerline.example>", "Sam Adeyemi <sam@ledgerline.example>"]), ("pair", &["noticing, exploring", "requiring, comparing", "comparing, validating", "validating, agreeing"]), ("program", &["program $name \"$prose\" {\n  audience $audience\n  goal $goal by day $60_270\n  owner \"$owner\"\n$option"]),
    ("owner", &["demand-gen@ledgerline.example", "success@ledgerline.example", "events@ledgerline.example"]), ("goal", &["did ask(topic is $asked)", "did ask", "did ask(topic in $askeds) or did reply"]), ("option", &["", "", "  rejoin never\n", "  rejoin after $90_360 days\n", "  hold out 10%\n", "  send on mon to fri from 09:00 to 17:00\n", "  ref \"sfmc:$name\"\n"]),
    ("exit", &["did unsubscribe within 30 days", "did unsubscribe within 30 days or did complain"]), ("more", &["", "", "", "", "  gated\n", "  language en\n", "  expires 2027-12-31\n", "  ref \"cms:$topic/$100_999\"\n"]),
    ("content", &["content $name \"$prose\" {\n$draft  kind $kind\n  about $about\n  for $reader\n$placed  answers \"$question\"\n  gives \"$gift\"\n  url \"https://ledgerline.example/$topic/$name\"\n$more  updated 2026-0$1_9-1$0_9\n}\n"]),
    ("open", &["program $name \"$prose\" {\n  audience anonymous\n  goal identified by day $60_120\n  owner \"$owner\"\n\n  every $10_40 days {\n    post $asset on linkedin \"$prose\" {\n      invites \"Get the worksheet\"\n    }\n  }\n\n  on visit(page starts with $page) {\n    web $asset \"$prose\" {\n      invites \"Have the numbers for your industry sent to you\"\n    }\n  }\n}\n"]),
    ("icp", &["icp $name \"$prose\" {\n  where employees between $50_900 and $1000_9000 and industry in $industrys\n  objective \"Fewer late nights over $topic\"\n  agreed by marketing, sales on 2026-0$1_9-1$0_9\n}\n"]),
    ("last", &["    handoff to_sales\n", "    wait $2_5 days\n    call \"go through the $topic notes with whoever runs the review\" {\n      reason $why within 14 days\n      goal \"learn what the review of $topic still lacks\"\n      drop after 2 days\n    }\n"]), ("rule", &[
        "rule $name isn't nurturing {\n  level warning\n  each touch where touch.channel in [email, ad]\n  when touch.stages has buying.noticing and touch.content.gated\n  because \"Someone who has just noticed a problem is not ready to say who they are.\"\n  instead \"Give {touch.content.title} freely here.\"\n  flags {\n    content paper { kind white_paper about problem gated answers \"Why?\" gives \"Figures\" url \"https://x.example/p\" }\n    program p { audience role is $role journey buying on stage noticing { email paper \"$prose\" } }\n  }\n  passes {\n    content paper { kind white_paper about problem answers \"Why?\" gives \"Figures\" url \"https://x.example/p\" }\n    program p { audience role is $role journey buying on stage noticing { email paper \"$prose\" } }\n  }\n}\n",
        "rule $name isn't nurturing {\n  level error\n  each touch where touch.channel is sms\n  when touch.guard overlaps leads(consent in [none, single_opt_in])\n  because \"A phone is closer than an inbox: we text only people who said yes twice.\"\n  flags {\n    program p { audience role is $role on join { sms \"$prose\" } }\n  }\n  passes {\n    program p { audience role is $role on join { sms \"$prose\" { only if consent is double_opt_in } } }\n  }\n}\n",
        "rule $name is nurturing {\n  each program\n  when some(t in program.touches where t.direct and t.content.about is peers)\n  because \"People trust people in their own line: some of it comes from those who did it.\"\n  flags {\n    content story { kind case_study about peers answers \"Who did it?\" gives \"$gift\" url \"https://x.example/s\" }\n    program p { audience role is $role on join { email story \"$prose\" } }\n  }\n  passes {\n    content paper { kind $kind about market answers \"What is new?\" gives \"$gift\" url \"https://x.example/m\" }\n    program p { audience role is $role on join { email paper \"$prose\" } }\n  }\n}\n",
        "rule $name isn't nurturing {\n  level advice\n  each program where program.goal_by is known\n  when program.goal_by > $200_270 days\n  because \"Nobody looks at a date that is most of a year away.\"\n  flags {\n    program p { audience role is $role goal did ask by day $280_360 on join { email \"$prose\" } }\n  }\n  passes {\n    program p { audience role is $role goal did ask by day $60_190 on join { email \"$prose\" } }\n  }\n}\n"]),
    ("person", &["lead { role: controller, industry: $industry, country: $country, employees: $210_4900, interest: [$interest], customer: no, created: 2025-1$0_2-1$0_9, email: \"$role@$topic.example\""]), ("test", &[
        "test \"$called: from a page to a session\" from 2026-03-02 {\n  $person, consent: single_opt_in }\n  day 0 {\n    did visit(page: $page, seconds: $60_400)\n    expect buying is noticing\n    expect no handoff\n  }\n  day $2_9 {\n    did download(content: $known)\n    expect buying is exploring\n    expect interest_level >= 20\n  }\n  day $12_19 {\n    did attend(content: $known)\n    expect buying is comparing\n    expect no sms\n  }\n}\n",
        "test \"$called: whoever asks goes to sales\" from 2026-05-04 {\n  $person, consent: double_opt_in }\n  day 0 {\n    did download(content: $known)\n    did attend(content: $known)\n    expect interest_level >= warm\n    expect fit >= good\n    expect no handoff\n  }\n  day 1 {\n    did ask(topic: \"security\")\n    expect buying is validating\n    expect handoff to_sales\n  }\n}\n",
        "test \"$called: without consent there is silence\" {\n  $person, consent: none }\n  day 0 {\n    did visit(page: $page, seconds: $60_400)\n    expect no email\n  }\n  day 91 {\n    expect buying is unknown\n    expect no email\n  }\n}\n"]),
];

/// The entries of a key.
fn list(key: &str) -> &'static [&'static str] {
    WORDS.iter().find(|(name, _)| *name == key).map_or(&[], |(_, entries)| entries)
}

/// The `number`th of `list`, counted round and round.
fn pick_at(list: &[&'static str], number: usize) -> &'static str {
    list.get(number % list.len().max(1)).copied().unwrap_or_default()
}

/// `number` with its thousands apart: 5_000.
fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{}_{:03}", thousands(number / 1_000), number % 1_000) }
}

/// The `number`th name of a kind: words, and a number once they are used up.
fn naming(kind: usize, number: usize) -> String {
    let kinds =
        [["manner", "topic", "group"], ["topic", "manner", "thing"], ["aim", "manner", "topic"], ["manner", "industry", "group"], ["aim", "topic", "thing"]];
    let lists = kinds.get(kind.min(4)).copied().unwrap_or_default().map(list);
    let every = lists.iter().map(|list| list.len()).product::<usize>().max(1);
    let (mixed, mut step) = (number % every * 7_919 % every, 1);
    let words = lists.map(|list| (pick_at(list, mixed / step), step *= list.len()).0).join("_");
    if number < every { words } else { format!("{words}_{}", number / every + 1) }
}

#[derive(Default)]
struct Maker {
    random: u64,
    full: bool,
    start: usize,
    barred: u32,
    /// How many there are of each kind, the segments and icps with their bits, contents, and what nothing speaks of yet.
    counts: [usize; 6],
    groups: Vec<(String, u32)>,
    contents: Vec<String>,
    unasked: Vec<(String, u32)>,
    unsent: Vec<String>,
    predicates: BTreeSet<String>,
    /// Bytes so far, and how many of them are comments.
    written: usize,
    remarked: usize,
    /// What some keys stand for just now, and the bits that `$if` must not touch.
    slots: BTreeMap<&'static str, String>,
    guard: u32,
}

impl Maker {
    fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    /// The text with every `$key` filled in.
    fn expand(&mut self, template: &str) -> String {
        let mut parts = template.split('$');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let number = part.starts_with(|letter: char| letter.is_ascii_digit());
            let goes_on = |letter: char| if number { letter.is_ascii_digit() || letter == '_' } else { letter.is_ascii_lowercase() };
            let (key, rest) = part.split_at(part.find(|letter| !goes_on(letter)).unwrap_or(part.len()));
            text = text + &self.value(key) + rest;
        }
        text
    }

    /// Keeps what a key stands for from now on; a name brings its topic with it.
    fn set(&mut self, key: &'static str, value: String) -> String {
        if key == "name" || key == "same" {
            self.slots.remove("topic");
            let topic = value.split('_').find(|word| list("topic").contains(word));
            self.slots.extend(topic.map(|topic| ("topic", topic.to_owned())));
        }
        self.slots.insert(key, value.clone());
        value
    }

    fn value(&mut self, key: &str) -> String {
        let random = self.below(1 << 30);
        match (key, list(key), key.strip_suffix('s').map(list)) {
            _ if self.slots.contains_key(key) => self.slots.get(key).cloned().unwrap_or_default(),
            ("known", ..) => self.contents.get(random % self.contents.len().max(1)).cloned().unwrap_or_default(),
            ("asset", ..) => {
                // First those that nothing sends yet.
                let content = if self.unsent.is_empty() { self.value("known") } else { self.unsent.remove(0) };
                self.set("same", content)
            }
            ("if", ..) => {
                let (guard, asked) = self.condition(self.guard);
                self.guard = guard;
                if asked.is_empty() { "did open within 90 days".to_owned() } else { asked }
            }
            ("reader", ..) => Some(self.member(0, !self.full || random < 1 << 28).1)
                .filter(|group| !group.is_empty())
                .unwrap_or_else(|| self.expand("did visit(seconds >= $30_400) within $7_180 days")),
            (_, [], Some(several)) => {
                let chosen: Vec<&str> = (0..2 + self.below(2)).map(|step| pick_at(several, random + step)).collect();
                format!("[{}]", chosen.join(", "))
            }
            (_, [], None) => {
                let (least, most) = key.split_once('_').unwrap_or_default();
                let (least, most): (usize, usize) = (least.parse().unwrap_or(0), most.parse().unwrap_or(0));
                let found = least + random % (most.saturating_sub(least) + 1);
                thousands(if most < 500 { found } else { found / 10 * 10 })
            }
            (_, entries, _) => self.expand(pick_at(entries, random)),
        }
    }

    /// Names the next of a kind.
    fn named(&mut self, kind: usize) -> String {
        let name = naming(kind, self.counts.get(kind).copied().unwrap_or_default() + self.start);
        self.counts.iter_mut().skip(kind).take(1).for_each(|count| *count += 1);
        self.set("called", name.replace('_', " "));
        self.set("name", name)
    }

    /// One file, filled up to `bytes`.
    fn file(&mut self, head: &str, bytes: usize, last: bool) -> String {
        let mut text = self.expand(head);
        self.count(&text);
        let spare = if last && self.full { 620 } else { 0 };
        loop {
            // What nothing speaks of yet gets a program at the end.
            let waiting = 160 * self.unsent.len() + 50 * self.unasked.len();
            let left = bytes.saturating_sub(text.len() + if spare > 0 && waiting > 0 { 400 + waiting } else { 0 });
            let kind = self.kind(left.saturating_sub(spare));
            let quiet = kind.is_none() || self.remarked * 100 > self.written * 8 || left < 900 + spare;
            let comment = if quiet { String::new() } else { self.value("comment") };
            let room = left.saturating_sub(spare + comment.len());
            let declaration = match kind {
                Some(0) => self.segment(room),
                Some(1) => self.content(!self.full),
                Some(2) => self.program(room),
                Some(kind) => {
                    let name = self.named(kind);
                    self.groups.extend((kind == 3).then_some((name, COMPANY)));
                    self.value(pick_at(&["icp", "rule", "test"], kind - 3))
                }
                None if spare > 0 && waiting > 0 => self.collecting(),
                None if spare > 0 && left >= 560 => self.content(true),
                None => break,
            };
            let declaration = format!("\n{comment}{declaration}");
            self.count(&declaration);
            text += &declaration;
        }
        // Comments up to the size wanted.
        let start = text.len();
        while text.len() + 14 < bytes {
            text += if text.len() == start { "\n# " } else { "# " };
            let note = self.value("note");
            let short = note.get(..bytes.saturating_sub(text.len())).and_then(|cut| cut.rsplit_once(' ')).map_or(note.as_str(), |(cut, _)| cut);
            text = text + short + "\n";
        }
        self.count(text.get(start..).unwrap_or_default());
        text
    }

    fn count(&mut self, text: &str) {
        self.written += text.len();
        self.remarked += text.lines().filter(|line| line.trim_start().starts_with('#')).map(str::len).sum::<usize>();
    }

    /// Which kind comes next: the one that is furthest behind its share, if there is room for it.
    fn kind(&mut self, room: usize) -> Option<usize> {
        if !self.full {
            return if !self.unasked.is_empty() || (560..700).contains(&room) { Some(1) } else { (room >= 700).then_some(0) };
        }
        let (total, begun) = (self.counts.iter().sum::<usize>(), if self.contents.len() > 1 { 0 } else { usize::MAX });
        let wanted = [(35, 330), (35, 560), (20, begun.max(1_500)), (4, 420), (3, begun.max(1_050)), (3, begun.max(800))];
        let ready = wanted.into_iter().zip(self.counts).enumerate().filter(|(_, ((_, least), _))| room >= *least);
        ready.map(|(kind, ((share, _), count))| ((1 << 30) + share * (total + 3) - count * 100 + self.below(60), kind)).max().map(|(_, kind)| kind)
    }

    /// A condition that shares no bit with `used`, and the bits with its own; empty when none is left.
    fn condition(&mut self, used: u32) -> (u32, String) {
        let free: Vec<_> = CONDITIONS.iter().filter(|(bits, _)| used & bits == 0).collect();
        let (at, way) = (self.below(free.len()), self.below(12));
        free.get(at).map_or((used, String::new()), |(bits, ways)| (used | bits, self.expand(pick_at(ways, way))))
    }

    /// The same for a group: one that nobody has asked for yet, if those come first.
    fn member(&mut self, used: u32, waiting: bool) -> (u32, String) {
        let tries: Vec<usize> = (0..8).map(|_| self.below(self.groups.len())).collect();
        let first = self.unasked.iter().filter(|_| waiting);
        let all = first.chain(tries.into_iter().filter_map(|at| self.groups.get(at)));
        let Some((found, bits)) = all.into_iter().find(|(_, bits)| used & bits == 0).cloned() else { return (used, String::new()) };
        self.unasked.retain(|(name, _)| *name != found);
        (used | bits, format!("in {found}"))
    }

    fn segment(&mut self, room: usize) -> String {
        let most = if self.full { (room.saturating_sub(200) / 120).clamp(1, 8) } else { 2 };
        let mut count = (1 + self.below(4)).max(self.below(9)).min(most);
        let barred = if self.full || !self.groups.is_empty() { self.barred } else { !(1 << 12) }; // the one signal of a small policy
        let (parts, used) = loop {
            let (mut used, mut parts) = (barred, Vec::new());
            for _ in 0..count {
                let choice = self.below(24);
                let (own, left) = if choice < 4 && self.full { self.member(used, false) } else { self.condition(used) };
                let (both, right) = if choice > 20 && count > 1 { self.condition(own) } else { (own, String::new()) };
                used = both;
                let left = if choice == 0 && left.starts_with("in ") { format!("not {left}") } else { left };
                parts.push(if right.is_empty() { left } else { format!("({left} or {right})") });
            }
            parts.retain(|part| !part.is_empty());
            if !parts.is_empty() && self.predicates.insert(parts.join(" ")) {
                break (parts, used & !barred);
            }
            count = (count + 1).min(8);
        };
        let name = self.named(0);
        self.groups.push((name.clone(), used));
        self.unasked.push((name.clone(), used));
        let clause = match parts.len() {
            0..3 => format!(" where {}", parts.join(" and ")),
            3..6 => format!("\n  where {}", parts.join("\n    and ")),
            _ => format!(" {{\n  where {}\n  objective \"Less time on $topic\"\n}}", parts.join("\n    and ")),
        };
        self.expand(&format!("segment {name} \"The $called\"{clause}\n"))
    }

    fn content(&mut self, draft: bool) -> String {
        let name = self.named(1);
        self.set("draft", if draft { "  draft\n" } else { "" }.to_owned());
        self.unsent.extend((!draft).then(|| name.clone()));
        self.contents.extend((!draft).then_some(name));
        self.value("content")
    }

    fn program(&mut self, room: usize) -> String {
        self.named(2);
        if self.below(16) == 0 {
            return self.value("open");
        }
        let (mut used, mut parts) = (0, Vec::new());
        for _ in 0..1 + self.below(3) {
            let (both, part) = self.member(used, true);
            used = both;
            parts.extend(Some(part).filter(|part| !part.is_empty()));
        }
        let customers = used & CUSTOMER == 0 && self.below(5) == 0;
        let (journey, who, pair) = if customers { ("adopting", "customer", "$late") } else { ("buying", "not customer", "$pair") };
        parts.extend((used & CUSTOMER == 0).then(|| who.to_owned()));
        used |= CUSTOMER;
        self.set("audience", format!("{}\n  journey {journey}", parts.join(" and ")));
        let mut text = self.value("program");
        let (first, tracks) = (self.below(TRIGGERS.len()), 1 + self.below(4));
        let triggers = TRIGGERS.iter().cycle().skip(first).take(TRIGGERS.len()).filter(|(bits, _)| used & bits == 0).take(tracks);
        for (number, (bits, trigger)) in triggers.enumerate() {
            let room = if number == 0 || text.len() + 1_050 < room { room } else { break };
            let trigger = self.expand(&trigger.replace("$pair", pair));
            text += &format!("\n  {trigger} {{\n");
            for beat in 0..1 + self.below(3) {
                let start = self.below(BEATS.len());
                let next = BEATS.iter().cycle().skip(start).find(|(asks, _)| used & asks == 0).filter(|_| beat == 0 || text.len() + 1_050 < room);
                let Some((asks, steps)) = next else { break };
                self.guard = used | bits | asks;
                self.set("label", format!("opener_{number}_{beat}"));
                text += &self.expand(&format!("    {steps}\n"));
            }
            if TOLD.contains(bits) {
                self.set("why", trigger.replacen("on", "did", 1));
                text += &self.value("last");
            }
            text += "  }\n";
        }
        text + &self.expand("\n  leave when $exit\n  at most 1 email per $2_5 days\n}\n")
    }

    /// A program for all that nothing speaks of yet.
    fn collecting(&mut self) -> String {
        self.named(2);
        let groups: Vec<String> = self.unasked.drain(..).map(|(name, _)| format!("in {name}")).collect();
        self.set("audience", if groups.is_empty() { "not customer".to_owned() } else { groups.join("\n    or ") });
        let touches = "    email $asset \"$prose\"\n    wait $2_9 days\n".repeat(self.unsent.len().max(1));
        self.value("program") + &self.expand(&format!("\n  on join {{\n{touches}  }}\n\n  leave when $exit\n}}\n"))
    }
}
