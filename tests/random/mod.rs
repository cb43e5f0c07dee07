//! Random policies, leads and streams of events. Times lie on a coarse grid, so that instants meet.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, reason = "each test uses its own part, and may stop at once")]

use nurture::plan::Plan;
use nurture::run::lead::{Change, DAY, Event, Fact, Instant, Lead};
use nurture::text::Decimal;

/// A small generator: the same seed gives the same numbers on every machine (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    pub fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.roll(list.len() as u64) as usize]
    }
}

/// What a random policy may hold.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Quiet and sending hours, moments, `runs`, dates: what ties a trace to the calendar.
    pub calendar: bool,
    /// Counts without a window, `since DATE`, `since joining`, `since TOUCH`.
    pub unbounded: bool,
    /// Limits, needs, never.
    pub limits: bool,
    /// Steps `again`.
    pub again: bool,
    /// `consent again when`.
    pub consent_again: bool,
}

pub const ALL: Kind = Kind { calendar: true, unbounded: true, limits: true, again: true, consent_again: true };

pub struct Writer<'d> {
    pub dice: &'d mut Dice,
    pub kind: Kind,
    pub segments: usize,
    pub labels: Vec<String>,
    inside: bool,
    /// Whether the program at hand is for people without a name.
    anonymous: bool,
}

const DURATIONS: [&str; 8] = ["6 hours", "12 hours", "1 day", "36 hours", "2 days", "3 days", "7 days", "14 days"];
const CONTENTS: [&str; 4] = ["guide", "paper", "talk", "offer"];

impl Writer<'_> {
    fn duration(&mut self) -> &'static str {
        self.dice.pick(&DURATIONS)
    }

    fn filter(&mut self, signal: &str) -> String {
        if self.dice.chance(45) {
            return String::new();
        }
        let text = match signal {
            "visit" => match self.dice.roll(5) {
                0 => "page starts with \"/a\"".to_owned(),
                1 => "page is \"/a/b\" or seconds >= 30".to_owned(),
                2 => "not (page contains \"b\")".to_owned(),
                3 => format!("seconds between 10 and {}", 20 + self.dice.roll(30)),
                _ => "page is not \"/c\" and seconds < 40".to_owned(),
            },
            "download" => match self.dice.roll(5) {
                0 => format!("content is {}", self.dice.pick(&CONTENTS)),
                1 => "content.kind is guide".to_owned(),
                2 => "content.about is not problem".to_owned(),
                3 => "content.stage has two".to_owned(),
                _ => "content.gated or content.language is unknown".to_owned(),
            },
            "book" => match self.dice.roll(3) {
                0 => "day within the next 3 days".to_owned(),
                1 => "day is known and day older than 1 days".to_owned(),
                _ => "day is unknown".to_owned(),
            },
            "click" | "open" if self.anonymous => return String::new(),
            "receive" | "click" | "open" => match self.dice.roll(4) {
                0 => "channel is email".to_owned(),
                1 => format!("content is {}", self.dice.pick(&CONTENTS)),
                2 => "program is p0".to_owned(),
                _ => "touch is unknown".to_owned(),
            },
            "join" | "leave" | "finish" | "convert" => "program is p0".to_owned(),
            "unsubscribe" | "complain" => "channel is email".to_owned(),
            _ => return String::new(),
        };
        format!("({text})")
    }

    fn signal(&mut self) -> &'static str {
        match self.dice.roll(20) {
            0..=6 => "visit",
            7..=11 => "download",
            12 => "book",
            13 => "click",
            14 => "receive",
            15 => "unsubscribe",
            16 => "reply",
            17 => self.dice.pick(&["join", "leave", "finish", "convert"]),
            _ => "ask",
        }
    }

    pub fn event(&mut self) -> String {
        let signal = self.signal();
        let filter = self.filter(signal);
        format!("{signal}{filter}")
    }

    fn did(&mut self) -> String {
        let event = self.event();
        let window = match self.dice.roll(10) {
            0 if self.kind.unbounded => String::new(),
            1 if self.kind.unbounded && self.kind.calendar => " since 2026-01-05".to_owned(),
            2 if self.kind.unbounded && self.inside => " since joining".to_owned(),
            3 | 4 if self.kind.unbounded && self.inside && !self.labels.is_empty() => {
                let label = self.labels[self.dice.roll(self.labels.len() as u64) as usize].clone();
                format!(" since {label}")
            }
            _ => format!(" within {}", self.duration()),
        };
        match self.dice.roll(8) {
            0 => format!("did not {event}{window}"),
            1 => format!("did {event} at least {} times{window}", 2 + self.dice.roll(2)),
            2 => format!("did {event} at most {} times{window}", 1 + self.dice.roll(2)),
            3 => format!("did {event} exactly {} times{window}", 1 + self.dice.roll(2)),
            4 => format!("did {event} between 1 and {} times{window}", 2 + self.dice.roll(2)),
            _ => format!("did {event}{window}"),
        }
    }

    fn leaf(&mut self) -> String {
        if self.anonymous {
            return self.did();
        }
        match self.dice.roll(16) {
            0 => "role is cfo".to_owned(),
            1 => "role not in [analyst, cfo]".to_owned(),
            2 => format!("size >= {}", self.dice.roll(100)),
            3 => "size is unknown".to_owned(),
            4 => "customer".to_owned(),
            5 => "likes has close".to_owned(),
            6 => "created within the last 14 days".to_owned(),
            7 => "renewal within the next 7 days".to_owned(),
            8 if self.segments > 0 => format!("in s{}", self.dice.roll(self.segments as u64)),
            9 => self
                .dice
                .pick(&["buying is one", "buying >= two", "buying is not one", "buying is unknown", "buying < three", "buying in [one, three]"])
                .to_owned(),
            10 => self.dice.pick(&["points >= warm", "points < 12", "points between 3 and 20", "points > 7"]).to_owned(),
            _ => self.did(),
        }
    }

    /// A predicate over leads; `deep` bounds its nesting.
    pub fn predicate(&mut self, deep: u32) -> String {
        match self.dice.roll(10) {
            0..=1 if deep > 0 => format!("({} and {})", self.predicate(deep - 1), self.predicate(deep - 1)),
            2..=3 if deep > 0 => format!("({} or {})", self.predicate(deep - 1), self.predicate(deep - 1)),
            4 if deep > 0 => format!("not ({})", self.predicate(deep - 1)),
            _ => self.leaf(),
        }
    }

    /// A predicate without journeys and scores, for what they depend on.
    fn base(&mut self, deep: u32) -> String {
        loop {
            let text = self.predicate(deep);
            if !text.contains("buying") && !text.contains("points") && !text.contains("in s") {
                return text;
            }
        }
    }

    fn steps(&mut self, depth: u32, label: &mut usize) -> String {
        let mut out = String::new();
        for _ in 0..1 + self.dice.roll(3) {
            let step = match self.dice.roll(12) {
                0 | 1 => format!("wait {}\n", self.duration()),
                2 => format!("wait until {} for at most {}\n", self.predicate(1), self.duration()),
                3 | 4 if depth > 0 => {
                    let mut text = format!("if {} {{\n{}}}", self.predicate(1), self.steps(depth - 1, label));
                    if self.dice.chance(30) {
                        text.push_str(&format!(" else if {} {{\n{}}}", self.predicate(1), self.steps(depth - 1, label)));
                    }
                    if self.dice.chance(50) {
                        text.push_str(&format!(" else {{\n{}}}", self.steps(depth - 1, label)));
                    }
                    text + "\n"
                }
                5 if depth > 0 => format!("split {{ 30% {{\n{}}} 70% {{\n{}}} }}\n", self.steps(depth - 1, label), self.steps(depth - 1, label)),
                _ => self.touch(label),
            };
            out.push_str(&step);
        }
        out
    }

    fn touch(&mut self, label: &mut usize) -> String {
        let message = !self.anonymous && self.dice.chance(75);
        let channel = self.dice.pick(if message { &["email", "email", "email", "sms", "call"] } else { &["ad", "post"] });
        let content = if self.dice.chance(80) { self.dice.pick(&CONTENTS) } else { "" };
        let mut text = format!("{channel} {content}");
        if self.labels.get(*label).is_some() && self.dice.chance(40) {
            text.push_str(&format!(" as {}", self.labels[*label]));
            *label += 1;
        }
        text.push_str(&format!(" \"words {}\"", self.dice.roll(1_000)));
        if self.kind.again && self.dice.chance(25) {
            text.push_str(" again");
        }
        let mut body = String::new();
        if self.dice.chance(20) {
            body.push_str(&format!(" only if {}", self.predicate(1)));
        }
        if self.dice.chance(10) {
            body.push_str(&format!(" reason {}", self.predicate(1)));
        }
        if self.dice.chance(20) {
            body.push_str(&format!(" drop after {}", self.duration()));
        }
        if body.is_empty() { text + "\n" } else { format!("{text} {{{body} }}\n") }
    }

    fn program(&mut self, number: usize) -> String {
        self.inside = true;
        self.labels = vec![format!("a{number}"), format!("b{number}")];
        let anonymous = self.dice.chance(15);
        self.anonymous = anonymous;
        // Labels are asked for only where they are given: the tracks are written first.
        let mut label = 0;
        let mut tracks = String::new();
        for track in 0..1 + self.dice.roll(3) {
            let trigger = match self.dice.roll(9) {
                0 | 1 => "on join".to_owned(),
                2 | 3 => self.dice.pick(&["on stage one", "on stage one, two", "on stage two, three", "on stage three"]).to_owned(),
                4 | 5 => format!("on {}", self.event()),
                6 if self.kind.calendar => "on 2026-01-12 at 09:00".to_owned(),
                _ => format!("every {}", self.dice.pick(&["2 days", "3 days", "36 hours", "7 days"])),
            };
            let _ = track;
            // A track that what programs do can start waits first, or it could start itself every second.
            let own = ["receive", "join", "leave", "finish", "convert"].iter().any(|signal| trigger.starts_with(&format!("on {signal}")));
            let wait = if own && trigger != "on join" { "wait 6 hours\n" } else { "" };
            tracks.push_str(&format!("{trigger} {{\n{wait}{}}}\n", self.steps(2, &mut label)));
        }
        let used: Vec<String> = self.labels.iter().take(label).cloned().collect();
        for unused in self.labels.clone().iter().skip(label) {
            tracks = tracks.replace(&format!(" since {unused}"), if self.kind.unbounded { " since joining" } else { " within 3 days" });
        }
        self.labels = used;
        let audience = if anonymous {
            self.dice.pick(&["anonymous", "anonymous and did visit within 7 days"]).to_owned()
        } else if self.dice.chance(40) {
            "everyone".to_owned()
        } else {
            loop {
                let text = self.predicate(1);
                if !text.contains("since ") {
                    break text;
                }
            }
        };
        let mut text = format!("program p{number} \"P{number}\" {{\naudience {audience}\njourney buying\n");
        match self.dice.roll(6) {
            0 => text.push_str(&format!("join when {}\n", if anonymous { "did visit within 7 days".to_owned() } else { self.predicate(1) })),
            1 => text.push_str(&format!("join on {}\n", self.event())),
            _ => {}
        }
        match self.dice.roll(5) {
            0 => text.push_str("rejoin never\n"),
            1 => text.push_str(&format!("rejoin after {}\n", self.duration())),
            _ => {}
        }
        if self.dice.chance(50) {
            let by = if self.dice.chance(50) { " by day 9" } else { "" };
            let stay = if self.dice.chance(40) { " and stay" } else { "" };
            self.anonymous = false;
            let goal = self.predicate(1);
            self.anonymous = anonymous;
            text.push_str(&format!("goal {goal}{by}{stay}\n"));
        }
        if self.dice.chance(40) && !anonymous {
            text.push_str(&format!("leave when {}\n", self.predicate(1)));
        }
        if self.kind.limits && self.dice.chance(40) {
            text.push_str(&format!("at most {} {} per {}\n", 1 + self.dice.roll(2), self.dice.pick(&["email", "messages", "sms", "ad"]), self.duration()));
        }
        if self.kind.calendar && self.dice.chance(25) {
            text.push_str(self.dice.pick(&[
                "send on mon to fri from 09:00 to 17:00\n",
                "send on tue, sat from 10:00 to 10:20\n",
                "send on mon to sun from 06:00 to 21:00\n",
            ]));
        }
        if self.kind.calendar && self.dice.chance(15) {
            text.push_str("runs from 2026-01-06 to 2026-01-20\n");
        }
        if self.dice.chance(10) {
            text.push_str("hold out 30%\n");
        }
        if self.dice.chance(4) {
            text.push_str("draft\n");
        }
        self.inside = false;
        self.anonymous = false;
        let leaves = self.dice.chance(15);
        let hands = self.dice.chance(15);
        if leaves {
            tracks.push_str("on reply {\nwait 6 hours\nleave\n}\n");
        }
        if hands {
            tracks.push_str("on ask {\nhandoff sales\n}\n");
        }
        text + &tracks + "}\n"
    }

    /// A whole policy, as declarations.
    pub fn policy(&mut self) -> Vec<String> {
        let mut items = vec![
            "lead {\n  role: one of cfo, controller, analyst\n  size: whole number from 0 optional\n  likes: set of close, billing\n  customer: flag\n  created: date\n  renewal: date optional\n  mail: address of email optional\n  phone: address of sms, call optional\n  timezone: text optional\n  consent: one of none, single, double\n}\n".to_owned(),
            "signal visit implicit { page: text, seconds: whole number from 0 }\n".to_owned(),
            "signal download explicit { content: content }\n".to_owned(),
            "signal book explicit { day: date optional }\n".to_owned(),
            "signal ask explicit request { topic: text }\n".to_owned(),
        ];
        items.push("content guide { kind guide about problem stage one answers \"?\" gives \"!\" url \"https://x.example/g\" language \"en\" }\n".to_owned());
        items.push(
            "content paper { kind white_paper about solution stage two, three gated answers \"?\" gives \"!\" url \"https://x.example/p\" }\n".to_owned(),
        );
        items.push("content talk { kind webinar about solution stage two answers \"?\" gives \"!\" url \"https://x.example/t\" language \"de\" }\n".to_owned());
        let draft = if self.dice.chance(20) { "draft " } else { "" };
        items.push(format!("content offer {{ {draft}kind pricing about product stage three answers \"?\" gives \"!\" url \"https://x.example/o\" }}\n"));
        let stages: Vec<String> = (0..3).map(|_| self.base(1)).collect();
        items.push(format!(
            "journey buying {{\nstage one {{ asks \"?\" while {} }}\nstage two {{ asks \"?\" while {} }}\nstage three {{ asks \"?\" while {} }}\n}}\n",
            stages[0], stages[1], stages[2]
        ));
        let mut score = "score points {\n".to_owned();
        for _ in 0..1 + self.dice.roll(3) {
            let points = self.dice.pick(&["+5", "+2.5", "+10", "-7", "+0.333333", "+40"]);
            let cap = if self.dice.chance(40) { format!(" at most {} times per {}", 1 + self.dice.roll(3), self.duration()) } else { String::new() };
            let event = self.event();
            score.push_str(&format!("{points} for {event}{cap}\n"));
        }
        if self.dice.chance(50) {
            let base = self.base(0);
            score.push_str(&format!("+6 when {base}\n"));
        }
        if self.dice.chance(70) {
            score.push_str(&format!("halves every {} days\n", self.dice.pick(&["1", "2", "3", "7", "30"])));
        }
        if self.dice.chance(60) {
            score.push_str(self.dice.pick(&["from 0 to 100\n", "from 0\n", "to 30\n"]));
        }
        score.push_str("band warm from 10\n}\n");
        items.push(score);
        for number in 0..self.dice.roll(3) as usize {
            let predicate = self.predicate(1);
            items.push(format!("segment s{number} where {predicate}\n"));
            self.segments = number + 1;
        }
        let programs = 1 + self.dice.roll(3) as usize;
        items.push("handoff sales {\n".to_owned());
        let place = items.len() - 1;
        for number in 0..programs {
            let program = self.program(number);
            items.push(program);
        }
        let when = self.predicate(1);
        let mut handoff = format!("handoff sales {{\nwhen {when}\nfollow up within 1 day\n");
        if self.dice.chance(70) {
            let after = if self.dice.chance(50) { " after 3 days" } else { "" };
            let when = self.predicate(1);
            handoff.push_str(&format!("back to p0{after} when {when}\n"));
        }
        items[place] = handoff + "}\n";
        if self.dice.chance(20) {
            let when = self.predicate(1);
            items.push(format!("handoff again_sales {{\nwhen {when}\nfollow up within 1 day\n}}\n"));
        }
        let mut limits = "limits {\n".to_owned();
        if self.kind.limits {
            for _ in 0..self.dice.roll(3) {
                limits.push_str(&format!(
                    "at most {} {} per {}\n",
                    1 + self.dice.roll(3),
                    self.dice.pick(&["email", "messages", "sms", "call", "ad", "messages"]),
                    self.duration()
                ));
            }
            if self.dice.chance(30) {
                limits.push_str("email needs consent in [single, double]\n");
            }
            if self.dice.chance(20) {
                let when = self.predicate(0);
                limits.push_str(&format!("never sms when {when}\n"));
            }
        }
        if self.kind.calendar && self.dice.chance(60) {
            limits.push_str(self.dice.pick(&[
                "quiet from 20:00 to 08:00\n",
                "quiet from 00:00 to 06:00\n",
                "quiet from 12:00 to 11:30\n",
                "quiet from 22:30 to 07:15\n",
            ]));
        }
        if self.kind.consent_again && self.dice.chance(40) {
            let when = self.predicate(0);
            limits.push_str(&format!("consent again when {when}\n"));
        }
        if programs > 1 && self.dice.chance(50) {
            limits.push_str("prefer p1\n");
        }
        items.push(limits + "}\n");
        // A declaration's keyword at the beginning of a line would start a declaration.
        items.into_iter().map(|item| item.trim_end().replace('\n', "\n  ") + "\n").collect()
    }
}

/// A random policy as text, one declaration an element.
pub fn policy(dice: &mut Dice, kind: Kind) -> Vec<String> {
    Writer { dice, kind, segments: 0, labels: Vec::new(), inside: false, anonymous: false }.policy()
}

/// A random predicate of a policy that [`policy`] wrote.
pub fn predicate(dice: &mut Dice, kind: Kind, deep: u32) -> String {
    Writer { dice, kind, segments: 0, labels: Vec::new(), inside: false, anonymous: false }.predicate(deep)
}

/// 2026-01-05, a Monday, in UTC.
pub const START: Instant = 1_767_571_200;

/// A random instant of the first `days` days, on a coarse grid more often than not.
fn instant(dice: &mut Dice, days: u64) -> Instant {
    let day = dice.roll(days) as i64 * DAY;
    START
        + day
        + match dice.roll(4) {
            0 => 0,
            1 | 2 => dice.roll(4) as i64 * 6 * 3_600,
            _ => dice.roll(86_400) as i64,
        }
}

fn value(dice: &mut Dice, plan: &Plan, field: u32) -> Fact {
    let date = |dice: &mut Dice| Fact::Instant(START + (dice.roll(40) as i64 - 20) * DAY);
    match plan.lead.fields[field as usize].name.as_str() {
        "role" => Fact::Option(dice.roll(3) as u32),
        "size" if dice.chance(30) => Fact::Missing,
        "size" => Fact::Number(Decimal::whole(dice.roll(100) as i64)),
        "likes" => Fact::Set((0..2).filter(|_| dice.chance(50)).collect()),
        "customer" => Fact::Flag(dice.chance(30)),
        "created" => date(dice),
        "renewal" if dice.chance(50) => Fact::Missing,
        "renewal" => date(dice),
        "mail" if dice.chance(10) => Fact::Missing,
        "mail" => Fact::Text("a@x.example".into()),
        "phone" if dice.chance(20) => Fact::Missing,
        "phone" => Fact::Text("1".into()),
        "timezone" => match dice.roll(4) {
            0 => Fact::Text("America/New_York".into()),
            1 => Fact::Text("Asia/Kolkata".into()),
            2 => Fact::Text("Nowhere".into()),
            _ => Fact::Missing,
        },
        _ => Fact::Option(dice.roll(3) as u32),
    }
}

/// A random event.
pub fn event(dice: &mut Dice, plan: &Plan, at: Instant) -> Event {
    let name = match dice.roll(20) {
        0..=7 => "visit",
        8..=12 => "download",
        13 => "ask",
        14 => "click",
        15 => "reply",
        16 => "book",
        17 => dice.pick(&["unsubscribe", "complain"]),
        18 => "receive",
        _ => "open",
    };
    let signal = plan.signals.iter().position(|signal| signal.name == name).unwrap();
    let fields = plan.signals[signal].fields.iter().map(|field| match (name, field.name.as_str()) {
        ("visit", "page") => Fact::Text(dice.pick(&["/a", "/a/b", "/c", "/b"]).into()),
        ("visit", _) => Fact::Number(Decimal::whole(dice.roll(60) as i64)),
        ("book", _) if dice.chance(30) => Fact::Missing,
        ("book", _) => Fact::Instant(START + dice.roll(20) as i64 * DAY),
        ("ask", _) => Fact::Text("price".into()),
        (_, "content") => Fact::Content(Some(dice.roll(5) as u32).filter(|content| *content < 4)),
        (_, "program") => Fact::Program(Some(0)),
        (_, "channel") if dice.chance(50) => Fact::Option(dice.roll(3) as u32),
        _ => Fact::Missing,
    });
    Event { at, signal: signal as u32, fields: fields.collect() }
}

/// A random lead with up to `most` events.
pub fn lead(dice: &mut Dice, plan: &Plan, most: u64) -> Lead {
    let facts = (0..plan.lead.fields.len() as u32).map(|field| value(dice, plan, field)).collect();
    let mut events: Vec<Event> = (0..dice.roll(most + 1))
        .map(|_| {
            let at = instant(dice, 30);
            event(dice, plan, at)
        })
        .collect();
    events.sort_by_key(|event| event.at);
    let zone = plan.lead.fields.iter().position(|field| field.name == "timezone").unwrap() as u32;
    let mut changes: Vec<Change> = (0..dice.roll(4))
        .map(|_| {
            let field = dice.roll(plan.lead.fields.len() as u64) as u32;
            Change { at: instant(dice, 30), field, value: value(dice, plan, field) }
        })
        // A clock that changes while a message is held is a case of its own.
        .filter(|change| change.field != zone)
        .collect();
    changes.sort_by_key(|change| change.at);
    let identified = match dice.roll(10) {
        0 => None,
        1..=3 => Some(instant(dice, 10)),
        _ => Some(START),
    };
    let deleted = if dice.chance(5) { Some(START + 20 * DAY) } else { None };
    let id = format!("lead {}", dice.roll(1_000_000));
    Lead { id: id.into(), identified, deleted: deleted.filter(|_| identified.is_some()), facts, changes, events }
}
