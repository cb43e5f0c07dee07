//! The executor: the phases of section "One instant", at every instant of a set that holds all at which anything can
//! change, and more.

use std::collections::BTreeSet;

use nurture::plan::{Action, Channel, Earned, FieldType, Join, Plan, Predicate, Program, Rejoin, Touch, Trigger, Window};
use nurture::run::lead::{DAY, Event, Fact, Instant, Lead};
use nurture::run::trace::{Ending, Entry, Holding, Leaving, Skipping, StepId, TrackId, What};
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;

use super::clock::{self, Clock, Hours};
use super::value::{Context, Dids, OUTSIDE, World, decimal, millionths};

/// What happens to `lead` in `[from, until)`, in order. Neither `Score` nor `UnknownZone` entries are made.
pub fn play(plan: &Plan, lead: &Lead, from: Instant, until: Instant) -> Vec<Entry> {
    let mut player = Player::new(plan, lead, from, until);
    player.foresee();
    while let Some(t) = player.instants.pop_first() {
        player.instant(t);
    }
    player.entries
}

struct Player<'a> {
    plan: &'a Plan,
    world: World<'a>,
    clock: Clock,
    from: Instant,
    until: Instant,
    /// Instants still to be looked at.
    instants: BTreeSet<Instant>,
    watched: Watched,
    entries: Vec<Entry>,
    /// Places of programs and handoffs, in the order of their names.
    programs: Vec<usize>,
    handoffs: Vec<usize>,
    members: Vec<Member>,
    sales: Option<WithSales>,
    /// For each handoff: `None` if it never took the lead, else whether its `when` has been false since.
    taken: Vec<Option<bool>>,
    bars: Vec<Bar>,
    sent: Vec<Sent>,
    /// The stage of each journey at the instant before, and now.
    stages_before: Vec<Option<usize>>,
    stages: Vec<Option<usize>>,
    /// Which programs the lead was in at the instant before.
    was_in: Vec<bool>,
}

/// What makes predicates change with time alone.
#[derive(Default)]
struct Watched {
    /// `within D`, by signal.
    windows: BTreeSet<(SmolStr, i64)>,
    /// Windows over dates.
    dates: BTreeSet<i64>,
    /// Fading points: signal, points in millionths, half-life in days.
    fading: Vec<(SmolStr, i128, i64)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Out,
    In(Instant),
    Spent,
}

struct Member {
    state: State,
    /// Whether they were ever in.
    ever: bool,
    last_left: Option<Instant>,
    /// Sales gave the lead back to this program: it takes them whatever `rejoin` says.
    welcome: bool,
    goal_seen: bool,
    tracks: Vec<Option<Run>>,
    /// Labelled touches sent in this membership.
    labels: Vec<(SmolStr, Instant)>,
    /// The `once` keys that this program has sent, ever.
    once: BTreeSet<SmolStr>,
}

/// A running track.
#[derive(Clone, Copy)]
struct Run {
    started: Instant,
    place: Place,
}

/// Where a running track is. Steps here are places in the program's list.
#[derive(Clone, Copy)]
enum Place {
    /// Before this step, by its id; at its end if there is none.
    Before(Option<u32>),
    Waiting {
        deadline: Instant,
        next: Option<u32>,
    },
    WaitingUntil {
        step: usize,
        deadline: Instant,
    },
    Held {
        step: usize,
        since: Instant,
    },
}

struct WithSales {
    handoff: usize,
    since: Instant,
    /// For each way back: whether its P has been false at some instant from the handoff on.
    was_false: Vec<bool>,
}

struct Bar {
    at: Instant,
    /// `None`: all messages.
    channel: Option<Channel>,
}

struct Sent {
    at: Instant,
    program: usize,
    channel: Channel,
    message: bool,
}

/// The order of phase 6. `false` (held) comes before `true`.
type Age = (bool, Instant, Instant, usize, SmolStr, usize);

impl<'a> Player<'a> {
    fn new(plan: &'a Plan, lead: &'a Lead, from: Instant, until: Instant) -> Self {
        let world = World::new(plan, lead);
        let mut programs: Vec<usize> = (0..plan.programs.len()).collect();
        programs.sort_by_key(|p| plan.programs[*p].name.clone());
        let mut handoffs: Vec<usize> = (0..plan.handoffs.len()).collect();
        handoffs.sort_by_key(|h| plan.handoffs[*h].name.clone());
        let member = |program: &Program| Member {
            state: State::Out,
            ever: false,
            last_left: None,
            welcome: false,
            goal_seen: false,
            tracks: vec![None; program.tracks.len()],
            labels: Vec::new(),
            once: BTreeSet::new(),
        };
        Self {
            plan,
            clock: world.own_clock(),
            world,
            from,
            until,
            instants: BTreeSet::new(),
            watched: watched(plan),
            entries: Vec::new(),
            programs,
            handoffs,
            members: plan.programs.iter().map(member).collect(),
            sales: None,
            taken: vec![None; plan.handoffs.len()],
            bars: Vec::new(),
            sent: Vec::new(),
            stages_before: Vec::new(),
            stages: Vec::new(),
            was_in: vec![false; plan.programs.len()],
        }
    }

    // Instants.

    /// Has `t` looked at.
    fn at(&mut self, t: Instant) {
        if t < self.until {
            self.instants.insert(t);
        }
    }

    /// All instants that are known before anything runs.
    fn foresee(&mut self) {
        let (plan, lead) = (self.plan, self.world.lead);
        self.at(self.from);
        for t in [lead.identified, lead.deleted].into_iter().flatten() {
            self.at(t);
        }
        for fact in &lead.facts {
            self.watch_fact(fact);
        }
        for change in &lead.changes {
            self.at(change.at);
            self.watch_fact(&change.value);
        }
        for event in &lead.events {
            self.watch_event(event);
        }
        for program in &plan.programs {
            if let Some((begin, end)) = self.runs(program) {
                self.at(begin);
                self.at(end);
            }
            for track in &program.tracks {
                if let Trigger::Moment(moment) = &track.trigger {
                    self.at(clock::moment(&self.world.zone, moment));
                }
            }
        }
    }

    /// A date d: d, and d ± D for each window over dates.
    fn watch_fact(&mut self, fact: &Fact) {
        let Fact::Instant(date) = fact else { return };
        self.at(*date);
        for length in self.watched.dates.clone() {
            self.at(*date - length);
            self.at(*date + length);
        }
    }

    /// An event: its instant, the ends of the windows that it falls out of, and each day on which its points fade.
    fn watch_event(&mut self, event: &Event) {
        self.at(event.at);
        for fact in &event.fields {
            self.watch_fact(fact);
        }
        let signal = &self.plan.signals[event.signal as usize].name;
        let lengths: Vec<i64> = self.watched.windows.iter().filter(|(of, _)| of == signal).map(|(_, length)| *length).collect();
        for length in lengths {
            self.at(event.at + length);
        }
        let fading: Vec<(i128, i64)> = self.watched.fading.iter().filter(|(of, ..)| of == signal).map(|(_, points, half)| (*points, *half)).collect();
        for (points, half) in fading {
            let mut days = 1;
            loop {
                let t = event.at + days * DAY;
                self.at(t);
                if t >= self.until || points.abs() >> (days / half).min(120) == 0 {
                    break;
                }
                days += 1;
            }
        }
    }

    /// Records what happened. Whatever programs do can matter a second later.
    fn record(&mut self, t: Instant, what: What) {
        if t >= self.from {
            self.entries.push(Entry { at: t, what });
            self.at(t + 1);
        }
    }

    // One instant.

    fn instant(&mut self, t: Instant) {
        let (plan, lead) = (self.plan, self.world.lead);
        if lead.deleted.is_some_and(|deleted| deleted < t) {
            return;
        }
        self.was_in = self.members.iter().map(|member| matches!(member.state, State::In(_))).collect();
        // Phase 0.
        if lead.identified == Some(t) {
            self.record(t, What::Identified);
        }
        if lead.deleted == Some(t) {
            // "Deletion ends everything: the lead leaves each program that they are in, and nothing follows."
            self.record(t, What::Deleted);
            for p in self.programs.clone() {
                if self.is_in(p) {
                    self.leave(p, t, Leaving::Deleted, State::Out);
                }
            }
            return;
        }
        for (number, change) in lead.changes.iter().enumerate() {
            if change.at == t {
                self.record(t, What::Fact { change: number as u32 });
            }
        }
        for (number, event) in lead.events.iter().enumerate() {
            if event.at == t {
                self.record(t, What::Event { event: number as u32 });
                self.bar(event, t);
            }
        }
        self.lift(t);
        if t < self.from {
            return;
        }
        self.stages = self.stages_at(t);
        if t == self.from {
            let known_before = lead.first_instant().is_some_and(|first| first < t);
            self.stages_before = if known_before { self.stages_at(t - 1) } else { vec![None; plan.journeys.len()] };
        }
        for journey in 0..plan.journeys.len() {
            let (from, to) = (self.stages_before[journey], self.stages[journey]);
            if from != to {
                self.record(t, What::Stage { journey: journey as u32, from: from.map(|stage| stage as u32), to: to.map(|stage| stage as u32) });
            }
        }
        self.goals(t);
        self.sales(t);
        self.membership(t);
        self.end_tracks(t);
        self.start_tracks(t);
        self.steps(t);
        self.stages_before = std::mem::take(&mut self.stages);
    }

    fn stages_at(&self, t: Instant) -> Vec<Option<usize>> {
        self.plan.journeys.iter().map(|journey| self.world.stage(&journey.name, t)).collect()
    }

    /// "An `unsubscribe` or `complain` bars its channel, or all messages when it names none."
    fn bar(&mut self, event: &Event, t: Instant) {
        let signal = &self.plan.signals[event.signal as usize];
        if !matches!(signal.name.as_str(), "unsubscribe" | "complain") {
            return;
        }
        let place = signal.fields.iter().position(|field| field.name.as_str() == "channel").unwrap();
        let channel = match &event.fields[place] {
            Fact::Option(option) => {
                let FieldType::OneOf(options) = &signal.fields[place].ty else { panic!("`channel` is one of the channels") };
                let name = options[*option as usize].name.as_str();
                Some(CHANNELS.into_iter().find(|channel| channel_name(*channel) == name).unwrap())
            }
            _ => None,
        };
        self.bars.push(Bar { at: t, channel });
        self.record(t, What::Barred { channel });
    }

    /// "When `consent again when P` becomes true (false at the instant before, true now), all bars from before this
    /// instant fall."
    fn lift(&mut self, t: Instant) {
        let Some(predicate) = &self.plan.limits.consent_again else { return };
        let older = self.bars.iter().any(|bar| bar.at < t);
        if older && self.world.holds(predicate, t, &OUTSIDE) && !self.world.holds(predicate, t - 1, &OUTSIDE) {
            self.bars.retain(|bar| bar.at >= t);
            self.record(t, What::Lifted);
        }
    }

    fn is_in(&self, p: usize) -> bool {
        matches!(self.members[p].state, State::In(_))
    }

    /// What predicates of a program know of this lead's membership.
    fn context(&self, p: usize) -> Context<'_> {
        match self.members[p].state {
            State::In(joined) => Context { joined: Some(joined), sent: &self.members[p].labels, dids: Dids::All },
            State::Out | State::Spent => OUTSIDE,
        }
    }

    /// A predicate of a program.
    fn holds_in(&self, p: usize, predicate: &Predicate, t: Instant) -> bool {
        self.world.holds(predicate, t, &self.context(p))
    }

    /// Ends a membership and all its tracks.
    fn leave(&mut self, p: usize, t: Instant, why: Leaving, then: State) {
        self.record(t, What::Left { program: p as u32, why });
        for k in 0..self.members[p].tracks.len() {
            if self.members[p].tracks[k].is_some() {
                self.end_track(p, k, t, Ending::ProgramLeft);
            }
        }
        let member = &mut self.members[p];
        member.state = then;
        member.last_left = Some(t);
        member.labels.clear();
        if let Rejoin::AfterSeconds(seconds) = self.plan.programs[p].rejoin {
            self.at(t + seconds as i64);
        }
        self.own("leave", t, p, None);
    }

    fn end_track(&mut self, p: usize, k: usize, t: Instant, why: Ending) {
        let run = self.members[p].tracks[k].take().unwrap();
        if let Place::Held { step, .. } = run.place {
            self.record(t, What::Dropped { step: step_id(p, step) });
        }
        self.record(t, What::Ended { track: TrackId { program: p as u32, track: k as u32 }, why });
        if why == Ending::Finished {
            self.own("finish", t, p, None);
        }
    }

    /// "Programs' own doings are events of the next second."
    fn own(&mut self, signal: &str, t: Instant, p: usize, touch: Option<&Touch>) {
        let plan = self.plan;
        let number = plan.signals.iter().position(|known| known.name.as_str() == signal).unwrap();
        let content = touch.and_then(|touch| touch.content.as_ref());
        let fields = plan.signals[number].fields.iter().map(|field| match field.name.as_str() {
            "program" => Fact::Program(Some(p as u32)),
            "content" => match content {
                Some(name) => Fact::Content(plan.contents.iter().position(|known| known.name == *name).map(|place| place as u32)),
                None => Fact::Missing,
            },
            "channel" => match (touch, &field.ty) {
                (Some(touch), FieldType::OneOf(options)) => {
                    Fact::Option(options.iter().position(|option| option.name.as_str() == channel_name(touch.channel)).unwrap() as u32)
                }
                _ => Fact::Missing,
            },
            "touch" => match touch.and_then(|touch| touch.label.clone()) {
                Some(label) => Fact::Text(label),
                None => Fact::Missing,
            },
            _ => Fact::Missing,
        });
        let event = Event { at: t + 1, signal: number as u32, fields: fields.collect() };
        self.watch_event(&event);
        self.world.own.push(event);
    }

    // Phase 1.

    fn goals(&mut self, t: Instant) {
        let plan = self.plan;
        for p in self.programs.clone() {
            let (State::In(joined), Some(goal)) = (self.members[p].state, &plan.programs[p].goal) else { continue };
            if self.members[p].goal_seen || goal.within_seconds.is_some_and(|within| t > joined + within as i64) {
                continue;
            }
            let context = Context { dids: Dids::SinceJoining, ..self.context(p) };
            if !self.world.holds(&goal.predicate, t, &context) {
                continue;
            }
            self.members[p].goal_seen = true;
            self.record(t, What::Goal { program: p as u32 });
            self.own("convert", t, p, None);
            if goal.ends {
                self.leave(p, t, Leaving::Goal, State::Spent);
            }
        }
    }

    // Phase 2.

    fn sales(&mut self, t: Instant) {
        let plan = self.plan;
        // Ways back.
        if let Some(with) = &mut self.sales {
            for (n, back) in plan.handoffs[with.handoff].back.iter().enumerate() {
                with.was_false[n] |= !self.world.holds(&back.when, t, &OUTSIDE);
            }
        }
        if let Some(with) = &self.sales {
            let (h, handoff) = (with.handoff, &plan.handoffs[with.handoff]);
            let due = (0..handoff.back.len()).find(|n| {
                let back = &handoff.back[*n];
                let in_time = match back.after_seconds {
                    None => with.was_false[*n],
                    Some(after) => t >= with.since + after as i64,
                };
                in_time && self.world.holds(&back.when, t, &OUTSIDE)
            });
            if let Some(n) = due {
                self.sales = None;
                self.record(t, What::Back { handoff: h as u32, back: n as u32 });
                // "Its program takes the lead even if it is spent or says `rejoin`."
                let p = plan.programs.iter().position(|program| program.name == handoff.back[n].program).unwrap();
                self.members[p].welcome = true;
                if self.members[p].state == State::Spent {
                    self.members[p].state = State::Out;
                }
            }
        }
        // Handoffs by `when`.
        for h in self.handoffs.clone() {
            let now = self.world.holds(&plan.handoffs[h].predicate, t, &OUTSIDE);
            if let Some(was_false) = &mut self.taken[h] {
                *was_false |= !now;
            }
            if now && self.sales.is_none() && self.world.identified(t) && self.taken[h] != Some(false) {
                self.hand_off(h, None, t);
            }
        }
    }

    /// Sales takes the lead: "all programs end for this lead, in order of name", and "a membership that was *spent* stays
    /// so".
    fn hand_off(&mut self, h: usize, by: Option<StepId>, t: Instant) {
        let handoff = &self.plan.handoffs[h];
        self.record(t, What::HandedOff { handoff: h as u32, by });
        self.taken[h] = Some(!self.world.holds(&handoff.predicate, t, &OUTSIDE));
        let was_false = handoff.back.iter().map(|back| !self.world.holds(&back.when, t, &OUTSIDE)).collect();
        self.sales = Some(WithSales { handoff: h, since: t, was_false });
        for after in handoff.back.iter().filter_map(|back| back.after_seconds) {
            self.at(t + after as i64);
        }
        for p in self.programs.clone() {
            if self.is_in(p) {
                self.leave(p, t, Leaving::HandedOff, State::Out);
            }
        }
    }

    // Phase 3.

    fn membership(&mut self, t: Instant) {
        for p in self.programs.clone() {
            let program = &self.plan.programs[p];
            // "A program *fits* if the lead is anonymous as its audience says."
            let fits = program.audience.anonymous != self.world.identified(t);
            let audience = fits && self.holds_in(p, &program.audience.predicate, t);
            let leave_when = program.leave_when.as_ref().is_some_and(|predicate| self.holds_in(p, predicate, t));
            let over = self.runs(program).is_some_and(|(_, end)| t >= end);
            let state = self.members[p].state;
            match state {
                State::In(_) => {
                    let why = if self.sales.is_some() {
                        Some(Leaving::HandedOff)
                    } else if over {
                        Some(Leaving::ProgramOver)
                    } else if !audience {
                        Some(Leaving::Audience)
                    } else if leave_when {
                        Some(Leaving::LeaveWhen)
                    } else {
                        None
                    };
                    if let Some(why) = why {
                        self.leave(p, t, why, State::Out);
                    }
                }
                State::Spent => {
                    if !audience {
                        self.members[p].state = State::Out;
                        // "The lead may join at the next instant."
                        self.at(t + 1);
                    }
                }
                State::Out => {
                    let begun = self.runs(program).is_none_or(|(begin, _)| t >= begin);
                    let may = audience && !leave_when && self.sales.is_none() && begun && !over && !program.draft && !self.held_out(program);
                    if may && self.entry_is_open(p, t) && self.may_rejoin(p, t) && !self.goal_holds_without_dids(p, t) {
                        self.join(p, t);
                    }
                }
            }
        }
    }

    /// "`join when` holds or an event of `join on` is at this instant".
    fn entry_is_open(&self, p: usize, t: Instant) -> bool {
        match &self.plan.programs[p].join {
            None => true,
            Some(Join::When(predicate)) => self.holds_in(p, predicate, t),
            Some(Join::On(pattern)) => self.world.events(t).any(|event| event.at == t && self.world.matches(pattern, event)),
        }
    }

    /// "`rejoin` allows it (`after D`: `t >= last leaving + D`, whatever made them leave; `never`: they were never in)".
    fn may_rejoin(&self, p: usize, t: Instant) -> bool {
        let member = &self.members[p];
        member.welcome
            || match self.plan.programs[p].rejoin {
                Rejoin::Always => true,
                Rejoin::Never => !member.ever,
                Rejoin::AfterSeconds(seconds) => member.last_left.is_none_or(|left| t >= left + seconds as i64),
            }
    }

    /// Whether "the goal holds when every `did` written in it counts nothing".
    fn goal_holds_without_dids(&self, p: usize, t: Instant) -> bool {
        let context = Context { dids: Dids::Nothing, ..OUTSIDE };
        self.plan.programs[p].goal.as_ref().is_some_and(|goal| self.world.holds(&goal.predicate, t, &context))
    }

    /// "A lead is held out if `100 v / 2^64 < N`."
    fn held_out(&self, program: &Program) -> bool {
        let Some(percent) = &program.hold_out_percent else { return false };
        share(hash(&[self.world.lead.id.as_str(), program.name.as_str()])) < decimal(percent).billionths() << 64
    }

    fn join(&mut self, p: usize, t: Instant) {
        let member = &mut self.members[p];
        member.state = State::In(t);
        member.ever = true;
        member.welcome = false;
        member.goal_seen = false;
        member.labels.clear();
        self.record(t, What::Joined { program: p as u32 });
        self.own("join", t, p, None);
        for track in &self.plan.programs[p].tracks {
            if let Trigger::EverySeconds(every) = track.trigger {
                self.at(t + every as i64);
            }
        }
    }

    /// The instants at which `runs` begins and is over.
    fn runs(&self, program: &Program) -> Option<(Instant, Instant)> {
        let runs = program.runs.as_ref()?;
        let begin = clock::day_begins(&self.world.zone, clock::day(&runs.from));
        let end = clock::day(&runs.to).tomorrow().map_or(Instant::MAX, |day| clock::day_begins(&self.world.zone, day));
        Some((begin, end))
    }

    // Phase 4.

    fn in_stages(&self, journey: &str, stages: &[SmolStr], at: &[Option<usize>]) -> bool {
        let j = self.plan.journeys.iter().position(|known| known.name.as_str() == journey).unwrap();
        at[j].is_some_and(|stage| stages.contains(&self.plan.journeys[j].stages[stage].name))
    }

    fn end_tracks(&mut self, t: Instant) {
        for p in self.programs.clone() {
            for (k, track) in self.plan.programs[p].tracks.iter().enumerate() {
                let Trigger::Stage { journey, stages } = &track.trigger else { continue };
                if self.members[p].tracks[k].is_some() && !self.in_stages(journey, stages, &self.stages) {
                    self.end_track(p, k, t, Ending::StageLeft);
                }
            }
        }
    }

    // Phase 5.

    fn start_tracks(&mut self, t: Instant) {
        for p in self.programs.clone() {
            for (k, track) in self.plan.programs[p].tracks.iter().enumerate() {
                let State::In(joined) = self.members[p].state else { continue };
                let triggered = match &track.trigger {
                    Trigger::Join => joined == t,
                    // "When being in the program and in one of the stages became true".
                    Trigger::Stage { journey, stages } => {
                        self.in_stages(journey, stages, &self.stages) && !(self.was_in[p] && self.in_stages(journey, stages, &self.stages_before))
                    }
                    Trigger::Signal(pattern) => self.world.events(t).any(|event| event.at == t && self.world.matches(pattern, event)),
                    Trigger::EverySeconds(every) => t > joined && (t - joined) % (*every as i64) == 0,
                    Trigger::Moment(moment) => clock::moment(&self.world.zone, moment) == t,
                };
                if !triggered {
                    continue;
                }
                if let Trigger::EverySeconds(every) = track.trigger {
                    self.at(t + every as i64);
                }
                let id = TrackId { program: p as u32, track: k as u32 };
                if self.members[p].tracks[k].is_some() {
                    self.record(t, What::NotStarted { track: id });
                } else {
                    self.members[p].tracks[k] = Some(Run { started: t, place: Place::Before(track.first) });
                    self.record(t, What::Started { track: id });
                }
            }
        }
    }

    // Phase 6.

    /// "Held ones first, by the instant at which they were first held; then by the instant at which the track started;
    /// then by the program's place in `prefer` (those not named come after); then the program's name; then the track's
    /// place."
    fn age(&self, p: usize, k: usize) -> Age {
        let run = self.members[p].tracks[k].as_ref().unwrap();
        let (not_held, since) = match run.place {
            Place::Held { since, .. } => (false, since),
            _ => (true, 0),
        };
        let name = &self.plan.programs[p].name;
        let prefer = self.plan.limits.prefer.iter().position(|preferred| preferred == name).unwrap_or(usize::MAX);
        (not_held, since, run.started, prefer, name.clone(), k)
    }

    fn steps(&mut self, t: Instant) {
        let mut running: Vec<(Age, usize, usize)> = Vec::new();
        for p in 0..self.members.len() {
            for k in 0..self.members[p].tracks.len() {
                if self.members[p].tracks[k].is_some() {
                    running.push((self.age(p, k), p, k));
                }
            }
        }
        running.sort();
        for (_, p, k) in running {
            // Another track may have ended it at this instant.
            if self.members[p].tracks[k].is_some() {
                self.advance(p, k, t);
            }
        }
    }

    fn set_place(&mut self, p: usize, k: usize, place: Place) {
        self.members[p].tracks[k].as_mut().unwrap().place = place;
    }

    /// "Each goes on until it waits, is held or ends."
    fn advance(&mut self, p: usize, k: usize, t: Instant) {
        let program = &self.plan.programs[p];
        let place = self.members[p].tracks[k].as_ref().unwrap().place;
        let mut next = match place {
            Place::Before(next) => next,
            Place::Waiting { deadline, next } => {
                if t < deadline {
                    return;
                }
                next
            }
            Place::WaitingUntil { step, deadline } => {
                let Action::WaitUntil { until, next, .. } = &program.steps[step].action else { panic!("no `wait until`") };
                // "If P holds at t + D it counts as come true."
                let true_now = self.holds_in(p, until, t);
                if !true_now && t < deadline {
                    return;
                }
                self.record(t, What::Waited { step: step_id(p, step), true_now });
                *next
            }
            Place::Held { step, since } => {
                let Action::Touch(touch) = &program.steps[step].action else { panic!("no touch") };
                // "When it was first held for `drop after`, it is skipped at that instant, whatever else is true."
                if t >= since + touch.drop_after_seconds as i64 {
                    self.record(t, What::Skipped { step: step_id(p, step), why: Skipping::HeldTooLong });
                    touch.next
                } else if !self.released(p, k, touch, step, since, t) {
                    self.watch_hold(p, touch, step, since, t);
                    return;
                } else if let Some(next) = self.pass_over_or_skip(p, touch, step, t) {
                    // "Then 1 and 2 are asked again, and it is sent."
                    next
                } else {
                    self.send(p, touch, step, t, Some(since));
                    touch.next
                }
            }
        };
        loop {
            self.set_place(p, k, Place::Before(next));
            let Some(id) = next else {
                self.end_track(p, k, t, Ending::Finished);
                return;
            };
            let step = program.steps.iter().position(|step| step.id == id).unwrap();
            match &program.steps[step].action {
                Action::Wait { seconds, next: after } => {
                    let deadline = t + *seconds as i64;
                    if t < deadline {
                        self.set_place(p, k, Place::Waiting { deadline, next: *after });
                        self.at(deadline);
                        return;
                    }
                    next = *after;
                }
                Action::WaitUntil { until, at_most_seconds, next: after } => {
                    let deadline = t + *at_most_seconds as i64;
                    let true_now = self.holds_in(p, until, t);
                    if !true_now && t < deadline {
                        self.set_place(p, k, Place::WaitingUntil { step, deadline });
                        self.at(deadline);
                        // "The first instant at which P holds": a touch that runs later at this instant may have made it true.
                        self.at(t + 1);
                        return;
                    }
                    self.record(t, What::Waited { step: step_id(p, step), true_now });
                    next = *after;
                }
                Action::If { branches, otherwise } => {
                    let way = branches.iter().position(|branch| self.holds_in(p, &branch.when, t));
                    self.record(t, What::Chose { step: step_id(p, step), way: way.map(|way| way as u32) });
                    next = way.map_or(*otherwise, |way| branches[way].next);
                }
                Action::Split { split, arms } => {
                    // "The arm is the first whose sum of shares up to and with it is greater than `100 u / 2^64`."
                    let u = hash(&[self.world.lead.id.as_str(), program.name.as_str(), split.as_str()]);
                    let mut sum: i128 = 0;
                    let way = arms.iter().position(|arm| {
                        sum += decimal(&arm.percent).billionths();
                        sum << 64 > share(u)
                    });
                    let way = way.unwrap();
                    self.record(t, What::Chose { step: step_id(p, step), way: Some(way as u32) });
                    next = arms[way].next;
                }
                Action::Handoff { handoff } => {
                    // "Hands over whatever `when` says."
                    let h = self.plan.handoffs.iter().position(|known| known.name == *handoff).unwrap();
                    self.hand_off(h, Some(step_id(p, step)), t);
                    return;
                }
                Action::Leave => {
                    self.leave(p, t, Leaving::Step(step_id(p, step)), State::Spent);
                    return;
                }
                Action::Touch(touch) => {
                    if let Some(after) = self.pass_over_or_skip(p, touch, step, t) {
                        next = after;
                        continue;
                    }
                    if let Some(why) = self.holding(p, k, touch, t) {
                        self.set_place(p, k, Place::Held { step, since: t });
                        let until = match why {
                            Holding::Behind(_) => None,
                            _ => self.could_go_at(p, touch, step, t),
                        };
                        self.record(t, What::Held { step: step_id(p, step), why, until });
                        self.watch_hold(p, touch, step, t, t);
                        return;
                    }
                    self.send(p, touch, step, t, None);
                    next = touch.next;
                }
            }
        }
    }

    // Sending.

    /// 1 and 2 of section "Sending": if the touch is passed over or skipped, what follows it.
    fn pass_over_or_skip(&mut self, p: usize, touch: &Touch, step: usize, t: Instant) -> Option<Option<u32>> {
        let program = &self.plan.programs[p];
        // 1. "A message whose `once` key this program has sent this lead before."
        if touch.message && touch.once.as_ref().is_some_and(|key| self.members[p].once.contains(key)) {
            self.record(t, What::PassedOver { step: step_id(p, step) });
            // "If the step after it is a plain `wait`, that is passed over too."
            if let Some(id) = touch.next {
                let after = program.steps.iter().position(|step| step.id == id).unwrap();
                if let Action::Wait { next, .. } = &program.steps[after].action {
                    self.record(t, What::WaitPassedOver { step: step_id(p, after) });
                    return Some(*next);
                }
            }
            return Some(touch.next);
        }
        // 2.
        let why = self.skipping(p, touch, t)?;
        self.record(t, What::Skipped { step: step_id(p, step), why });
        Some(touch.next)
    }

    /// "The first that is true is the reason."
    fn skipping(&self, p: usize, touch: &Touch, t: Instant) -> Option<Skipping> {
        let plan = self.plan;
        let draft = touch.content.as_ref().is_some_and(|name| plan.contents.iter().any(|content| content.name == *name && content.draft));
        let rules = plan.limits.channels.iter().find(|rules| rules.channel == touch.channel);
        // "The lead declares addresses for its channel and none is known (an address that is the empty text is not known)."
        let no_address = rules.is_some_and(|rules| {
            let known = |name: &SmolStr| matches!(self.world.fact_named(name, t), Fact::Text(text) if !text.is_empty());
            !rules.addresses.is_empty() && !rules.addresses.iter().any(known)
        });
        let barred = self.bars.iter().any(|bar| match bar.channel {
            Some(channel) => channel == touch.channel,
            None => touch.message,
        });
        let needs = rules.and_then(|rules| rules.needs.as_ref()).is_none_or(|needs| self.world.holds(needs, t, &OUTSIDE));
        let never = rules.and_then(|rules| rules.never.as_ref()).is_some_and(|never| self.world.holds(never, t, &OUTSIDE));
        if draft {
            Some(Skipping::Draft)
        } else if !touch.only_if.as_ref().is_none_or(|predicate| self.holds_in(p, predicate, t)) {
            Some(Skipping::OnlyIf)
        } else if !touch.reason.as_ref().is_none_or(|predicate| self.holds_in(p, predicate, t)) {
            Some(Skipping::Reason)
        } else if touch.message && !self.world.identified(t) {
            Some(Skipping::Anonymous)
        } else if no_address {
            Some(Skipping::NoAddress)
        } else if barred {
            Some(Skipping::Barred)
        } else if !needs {
            Some(Skipping::Needs)
        } else if never {
            Some(Skipping::Never)
        } else {
            None
        }
    }

    /// 3. Why a touch that was not held before cannot go now.
    fn holding(&self, p: usize, k: usize, touch: &Touch, t: Instant) -> Option<Holding> {
        if let Some(older) = self.older(p, k, touch) {
            return Some(Holding::Behind(older));
        }
        if let Some(limit) = self.limit(p, touch, t) {
            return Some(limit);
        }
        let hours = self.hours(p, t);
        if touch.message && hours.quiet(t) {
            return Some(Holding::Quiet);
        }
        (touch.message && hours.outside(t)).then_some(Holding::SendingHours)
    }

    /// "An older held message of its channel (of any program) waits; older is what comes first in the order of phase 6":
    /// the oldest of them.
    fn older(&self, p: usize, k: usize, touch: &Touch) -> Option<StepId> {
        if !touch.message {
            return None;
        }
        let own = self.age(p, k);
        let mut oldest: Option<(Age, StepId)> = None;
        for (other, member) in self.members.iter().enumerate() {
            for (track, run) in member.tracks.iter().enumerate() {
                let Some(Run { place: Place::Held { step, .. }, .. }) = run else { continue };
                let Action::Touch(held) = &self.plan.programs[other].steps[*step].action else { panic!("no touch") };
                if !held.message || held.channel != touch.channel {
                    continue;
                }
                let age = self.age(other, track);
                if age < own && oldest.as_ref().is_none_or(|(known, _)| age < *known) {
                    oldest = Some((age, step_id(other, *step)));
                }
            }
        }
        oldest.map(|(_, step)| step)
    }

    /// "`at most n per D` lets a touch of its channels go at t if fewer than n were sent in `(t - D, t]`."
    fn limit(&self, p: usize, touch: &Touch, t: Instant) -> Option<Holding> {
        let full = |cap: &nurture::plan::Cap, program: Option<usize>| {
            let counted = self.sent.iter().filter(|sent| {
                program.is_none_or(|program| sent.program == program)
                    && cap.channels.contains(&sent.channel)
                    && t - (cap.seconds as i64) < sent.at
                    && sent.at <= t
            });
            cap.channels.contains(&touch.channel) && counted.count() >= cap.most as usize
        };
        if let Some(n) = self.plan.programs[p].caps.iter().position(|cap| full(cap, Some(p))) {
            return Some(Holding::ProgramCap(n as u32));
        }
        self.plan.limits.caps.iter().position(|cap| full(cap, None)).map(|n| Holding::Cap(n as u32))
    }

    fn hours(&self, p: usize, now: Instant) -> Hours<'_> {
        Hours { clock: &self.clock, quiet: self.plan.limits.quiet.as_ref(), send_on: self.plan.programs[p].send_on.as_ref(), now }
    }

    /// How long after an opening a held touch waits: "`k mod min(3600, length of this opening)` seconds, where k is the
    /// first 8 bytes of SHA-256 of `id NUL program NUL step N`".
    fn offset(&self, p: usize, step: usize, opened: Instant, now: Instant) -> i64 {
        let program = &self.plan.programs[p];
        let label = format!("step {}", program.steps[step].id);
        let k = hash(&[self.world.lead.id.as_str(), program.name.as_str(), label.as_str()]);
        (k % self.hours(p, now).length(opened) as u64) as i64
    }

    /// Whether a touch that is held since `since` may go at `x`, as told at `now`, but for older ones.
    fn may_go(&self, p: usize, touch: &Touch, step: usize, since: Instant, x: Instant, now: Instant) -> bool {
        if self.limit(p, touch, x).is_some() {
            return false;
        }
        if !touch.message {
            return true;
        }
        // "3,600 s have passed since the lead's last message (for messages only)."
        if self.last_message().is_some_and(|last| x < last + 3_600) {
            return false;
        }
        // "The hours are open; if they were opened after it was first held, at least `k mod …` seconds have passed since."
        let hours = self.hours(p, now);
        hours.open(x) && hours.opened(x, since).is_none_or(|opened| x >= opened + self.offset(p, step, opened, now))
    }

    fn last_message(&self) -> Option<Instant> {
        self.sent.iter().filter(|sent| sent.message).map(|sent| sent.at).max()
    }

    /// Whether a held touch is asked again at `t`.
    fn released(&self, p: usize, k: usize, touch: &Touch, step: usize, since: Instant, t: Instant) -> bool {
        self.older(p, k, touch).is_none() && self.may_go(p, touch, step, since, t, t)
    }

    /// The first instant after `t` at which a touch that is held from `t` on could go if nothing else happened, if that is
    /// before it is dropped.
    fn could_go_at(&self, p: usize, touch: &Touch, step: usize, t: Instant) -> Option<Instant> {
        let drop = t + touch.drop_after_seconds as i64;
        let mut candidates = BTreeSet::from([t + 1]);
        for cap in self.plan.programs[p].caps.iter().chain(&self.plan.limits.caps) {
            candidates.extend(self.sent.iter().map(|sent| sent.at + cap.seconds as i64));
        }
        if touch.message {
            candidates.extend(self.last_message().map(|last| last + 3_600));
            let hours = self.hours(p, t);
            let mut x = t;
            while let Some(opened) = hours.next_opening(x, drop) {
                candidates.insert(opened);
                candidates.insert(opened + self.offset(p, step, opened, t));
                x = opened;
            }
        }
        candidates.into_iter().filter(|x| *x > t && *x < drop).find(|x| self.may_go(p, touch, step, t, *x, t))
    }

    /// Has the instants looked at at which a held touch is dropped or its hours let it go. What limits and other messages
    /// do was foreseen at each sending.
    fn watch_hold(&mut self, p: usize, touch: &Touch, step: usize, since: Instant, t: Instant) {
        let drop = since + touch.drop_after_seconds as i64;
        self.at(drop);
        if !touch.message {
            return;
        }
        let hours = self.hours(p, t);
        let next = if hours.open(t) {
            hours.opened(t, since).map(|opened| opened + self.offset(p, step, opened, t)).filter(|x| *x > t)
        } else {
            hours.next_opening(t, drop)
        };
        if let Some(next) = next {
            self.at(next);
        }
    }

    /// 4.
    fn send(&mut self, p: usize, touch: &Touch, step: usize, t: Instant, held_since: Option<Instant>) {
        self.record(t, What::Sent { step: step_id(p, step), held_since });
        self.sent.push(Sent { at: t, program: p, channel: touch.channel, message: touch.message });
        if touch.message {
            let again = touch.content.as_ref().map(|content| SmolStr::from(format!("content {content}")));
            self.members[p].once.extend(touch.once.clone().or(again));
            self.own("receive", t, p, Some(touch));
        }
        if let Some(label) = &touch.label {
            self.members[p].labels.push((label.clone(), t));
        }
        self.at(t + 3_600);
        for cap in self.plan.programs.iter().flat_map(|program| &program.caps).chain(&self.plan.limits.caps) {
            self.at(t + cap.seconds as i64);
        }
    }
}

fn step_id(program: usize, step: usize) -> StepId {
    StepId { program: program as u32, step: step as u32 }
}

/// The first 8 bytes, big-endian, of SHA-256 of the parts with NUL between them.
fn hash(parts: &[&str]) -> u64 {
    let digest = Sha256::digest(parts.join("\0").as_bytes());
    u64::from_be_bytes(digest[..8].try_into().unwrap())
}

/// `100 u`, to be compared with billionths of a percent times 2^64.
fn share(u: u64) -> i128 {
    i128::from(u) * 100 * 1_000_000_000
}

const CHANNELS: [Channel; 8] = [Channel::Email, Channel::Sms, Channel::Call, Channel::Letter, Channel::Chat, Channel::Ad, Channel::Post, Channel::Web];

fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Sms => "sms",
        Channel::Call => "call",
        Channel::Letter => "letter",
        Channel::Chat => "chat",
        Channel::Ad => "ad",
        Channel::Post => "post",
        Channel::Web => "web",
    }
}

/// All windows of the plan, and all points that fade.
fn watched(plan: &Plan) -> Watched {
    let mut watched = Watched::default();
    let mut predicates: Vec<&Predicate> = Vec::new();
    predicates.extend(plan.segments.iter().map(|segment| &segment.predicate));
    predicates.extend(plan.icps.iter().map(|icp| &icp.predicate));
    predicates.extend(plan.journeys.iter().flat_map(|journey| &journey.stages).map(|stage| &stage.predicate));
    for score in &plan.scores {
        for line in &score.points {
            match &line.earned {
                Earned::When(predicate) => predicates.push(predicate),
                Earned::For { event, .. } => {
                    predicates.extend(&event.filter);
                    if let Some(half) = score.halves_every_days {
                        watched.fading.push((event.signal.clone(), millionths(&line.points), i64::from(half)));
                    }
                }
            }
        }
    }
    for program in &plan.programs {
        predicates.push(&program.audience.predicate);
        match &program.join {
            Some(Join::When(predicate)) => predicates.push(predicate),
            Some(Join::On(pattern)) => predicates.extend(&pattern.filter),
            None => {}
        }
        predicates.extend(program.goal.iter().map(|goal| &goal.predicate));
        predicates.extend(&program.leave_when);
        for track in &program.tracks {
            if let Trigger::Signal(pattern) = &track.trigger {
                predicates.extend(&pattern.filter);
            }
        }
        for step in &program.steps {
            match &step.action {
                Action::Touch(touch) => {
                    predicates.extend(&touch.only_if);
                    predicates.extend(&touch.reason);
                }
                Action::WaitUntil { until, .. } => predicates.push(until),
                Action::If { branches, .. } => predicates.extend(branches.iter().map(|branch| &branch.when)),
                Action::Wait { .. } | Action::Split { .. } | Action::Handoff { .. } | Action::Leave => {}
            }
        }
    }
    for handoff in &plan.handoffs {
        predicates.push(&handoff.predicate);
        predicates.extend(handoff.back.iter().map(|back| &back.when));
    }
    predicates.extend(&plan.limits.consent_again);
    for rules in &plan.limits.channels {
        predicates.extend(&rules.needs);
        predicates.extend(&rules.never);
    }
    for predicate in predicates {
        watch(predicate, &mut watched);
    }
    watched
}

fn watch(predicate: &Predicate, watched: &mut Watched) {
    match predicate {
        Predicate::And { of } | Predicate::Or { of } => of.iter().for_each(|part| watch(part, watched)),
        Predicate::Not { of } => watch(of, watched),
        Predicate::WithinLast { seconds, .. } | Predicate::WithinNext { seconds, .. } | Predicate::OlderThan { seconds, .. } => {
            watched.dates.insert(*seconds as i64);
        }
        Predicate::Count(count) => {
            if let Some(Window::Seconds(seconds)) = count.window {
                watched.windows.insert((count.signal.clone(), seconds as i64));
            }
            if let Some(filter) = &count.filter {
                watch(filter, watched);
            }
        }
        _ => {}
    }
}
