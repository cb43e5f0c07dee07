//! What happened to a lead, in words that a marketer reads.

use smol_str::SmolStr;

use super::clock::{Zone, day_of, show};
use super::lead::{Fact, Instant, Lead};
use super::trace::{Ending, Entry, Holding, Leaving, Skipping, StepId, TrackId, What};
use crate::plan::{self, Action, Cap, Field, FieldType, Piece, Plan, Source, Template, Touch, Trigger, duration, event, predicate, quoted};

/// Tells what entries of a trace mean.
#[derive(Clone, Copy)]
pub struct Story<'a> {
    /// The plan that was played.
    pub plan: &'a Plan,
    /// The lead who was played.
    pub lead: &'a Lead,
    /// The clock by which times are told.
    pub zone: &'a Zone,
}

/// A score in points, from millionths.
pub fn points(micro: i128) -> String {
    let sign = if micro < 0 { "-" } else { "" };
    let size = micro.unsigned_abs();
    let fraction = format!("{:06}", size % 1_000_000);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{}", size / 1_000_000) } else { format!("{sign}{}.{fraction}", size / 1_000_000) }
}

/// A score for reading: in hundredths of a point, towards zero, so that it never seems to reach what it does not.
pub fn rounded(micro: i128) -> String {
    points(micro / 10_000 * 10_000)
}

impl<'a> Story<'a> {
    /// An instant by the clock of the story.
    pub fn time(&self, at: Instant) -> String {
        show(self.zone.local(at))
    }

    /// A step of a program.
    pub fn step(&self, id: StepId) -> Option<&'a plan::Step> {
        self.plan.programs.get(id.program as usize)?.steps.get(id.step as usize)
    }

    /// The touch of a step.
    pub fn touch(&self, id: StepId) -> Option<&'a Touch> {
        match &self.step(id)?.action {
            Action::Touch(touch) => Some(touch),
            _ => None,
        }
    }

    /// The name of a program.
    pub fn program(&self, number: u32) -> &'a str {
        self.plan.programs.get(number as usize).map_or("", |program| program.name.as_str())
    }

    /// A touch as the policy writes it: `email close_guide`.
    pub fn touch_name(&self, id: StepId) -> String {
        let Some(touch) = self.touch(id) else { return format!("step {}", id.step + 1) };
        let mut text = touch.channel.name().to_owned();
        match (&touch.content, &touch.subject) {
            (Some(content), _) => text.push_str(&format!(" {content}")),
            (None, Some(subject)) => text.push_str(&format!(" {}", quoted(&self.filled(subject)))),
            _ => {}
        }
        text
    }

    /// A template with the lead's own words in it.
    pub fn filled(&self, template: &Template) -> String {
        template
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.to_string(),
                Piece::Field { name, fallback } => {
                    let place = self.plan.lead.fields.iter().position(|field| field.name == *name);
                    let fact = place.and_then(|place| Some((self.plan.lead.fields.get(place)?, self.lead.facts.get(place)?)));
                    match fact {
                        Some((field, fact)) if *fact != Fact::Missing => self.bare_fact(field, fact),
                        _ => fallback.as_deref().unwrap_or("").to_owned(),
                    }
                }
            })
            .collect()
    }

    /// A track by its trigger: `on stage noticing`.
    pub fn track(&self, id: TrackId) -> String {
        let track = self.plan.programs.get(id.program as usize).and_then(|program| program.tracks.get(id.track as usize));
        match track.map(|track| &track.trigger) {
            Some(Trigger::Join) => "on join".to_owned(),
            Some(Trigger::Stage { stages, .. }) => format!("on stage {}", stages.join(", ")),
            Some(Trigger::Signal(pattern)) => format!("on {}", event(pattern)),
            Some(Trigger::EverySeconds(seconds)) => format!("every {}", duration(*seconds)),
            Some(Trigger::Moment(moment)) => format!("on {}", moment.replacen('T', " at ", 1)),
            None => String::new(),
        }
    }

    fn track_source(&self, id: TrackId) -> Option<&'a Source> {
        Some(&self.plan.programs.get(id.program as usize)?.tracks.get(id.track as usize)?.source)
    }

    /// A value as the language writes it.
    pub fn fact(&self, field: &Field, fact: &Fact) -> String {
        match fact {
            Fact::Text(text) => quoted(text),
            fact => self.bare_fact(field, fact),
        }
    }

    fn bare_fact(&self, field: &Field, fact: &Fact) -> String {
        let option = |number: &u32| match &field.ty {
            FieldType::OneOf(options) | FieldType::SetOf(options) => options.get(*number as usize).map_or_else(String::new, |option| option.name.to_string()),
            _ => String::new(),
        };
        match fact {
            Fact::Missing => "unknown".to_owned(),
            Fact::Number(number) => number.to_string(),
            Fact::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Fact::Text(text) => text.to_string(),
            Fact::Instant(at) => match field.ty {
                FieldType::Date(_) => day_of(*at).map_or_else(String::new, |day| day.to_string()),
                _ => self.time(*at),
            },
            Fact::Option(number) => option(number),
            Fact::Set(numbers) => format!("[{}]", numbers.iter().map(option).collect::<Vec<_>>().join(", ")),
            Fact::Content(number) => {
                number.and_then(|number| self.plan.contents.get(number as usize)).map_or("another content", |content| content.name.as_str()).to_owned()
            }
            Fact::Program(number) => number.map_or("another program", |number| self.program(number)).to_owned(),
        }
    }

    /// What a lead did: `download(content: close_guide)`.
    pub fn did(&self, number: u32) -> String {
        let Some(event) = self.lead.events.get(number as usize) else { return String::new() };
        let Some(signal) = self.plan.signals.get(event.signal as usize) else { return String::new() };
        let given: Vec<String> = signal
            .fields
            .iter()
            .zip(&event.fields)
            .filter(|(_, fact)| **fact != Fact::Missing)
            .map(|(field, fact)| format!("{}: {}", field.name, self.fact(field, fact)))
            .collect();
        if given.is_empty() { signal.name.to_string() } else { format!("{}({})", signal.name, given.join(", ")) }
    }

    fn cap(&self, cap: &Cap) -> String {
        let of_messages = || self.plan.limits.channels.iter().filter(|rules| rules.message);
        let messages = of_messages().count() == cap.channels.len() && of_messages().all(|rules| cap.channels.contains(&rules.channel));
        let what = if messages { "messages".to_owned() } else { cap.channels.iter().map(|channel| channel.name()).collect::<Vec<_>>().join(" and ") };
        format!("at most {} {what} per {}", cap.most, duration(cap.seconds))
    }

    /// Why a touch is held.
    pub fn holding(&self, id: StepId, why: Holding) -> String {
        match why {
            Holding::Behind(step) => format!("`{}` of {} is held and goes first", self.touch_name(step), self.program(step.program)),
            Holding::ProgramCap(place) => {
                let cap = self.plan.programs.get(id.program as usize).and_then(|program| program.caps.get(place as usize));
                cap.map_or_else(String::new, |cap| format!("`{}` of {} is used up", self.cap(cap), self.program(id.program)))
            }
            Holding::Cap(place) => self.plan.limits.caps.get(place as usize).map_or_else(String::new, |cap| format!("`{}` is used up", self.cap(cap))),
            Holding::Quiet => {
                let quiet = self.plan.limits.quiet.as_ref();
                let hour = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
                quiet.map_or_else(String::new, |quiet| format!("it is quiet from {} to {}", hour(quiet.from_minute), hour(quiet.to_minute)))
            }
            Holding::SendingHours => {
                let hours = self.plan.programs.get(id.program as usize).and_then(|program| program.send_on.as_ref());
                let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                let days: Vec<&str> =
                    hours.iter().flat_map(|hours| &hours.days).filter_map(|day| names.get(usize::from(*day).checked_sub(1)?).copied()).collect();
                let hour = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
                let times = hours
                    .and_then(|hours| hours.from_minute.zip(hours.to_minute))
                    .map_or_else(String::new, |(from, to)| format!(" from {} to {}", hour(from), hour(to)));
                format!("{} sends on {}{times} only", self.program(id.program), days.join(", "))
            }
        }
    }

    /// Why a touch was skipped.
    pub fn skipping(&self, id: StepId, why: Skipping) -> String {
        let Some(touch) = self.touch(id) else { return String::new() };
        let channel = touch.channel.name();
        let rules = self.plan.limits.channels.iter().find(|rules| rules.channel == touch.channel);
        let said = |of: Option<&plan::Predicate>| of.map_or_else(String::new, predicate);
        match why {
            Skipping::HeldTooLong => format!("it was held for {}", duration(touch.drop_after_seconds)),
            Skipping::Draft => format!("{} is a draft", touch.content.as_deref().unwrap_or("")),
            Skipping::OnlyIf => format!("`only if {}` does not hold", said(touch.only_if.as_ref())),
            Skipping::Reason => format!("`reason {}` does not hold", said(touch.reason.as_ref())),
            Skipping::Anonymous => "the lead is not in the database".to_owned(),
            Skipping::NoAddress => format!("no address for {channel} is known"),
            Skipping::Barred => format!("the lead asked for no more {channel}"),
            Skipping::Needs => format!("`{channel} needs {}` does not hold", said(rules.and_then(|rules| rules.needs.as_ref()))),
            Skipping::Never => format!("`never {channel} when {}` holds", said(rules.and_then(|rules| rules.never.as_ref()))),
        }
    }

    /// Why a lead left a program.
    pub fn leaving(&self, program: u32, why: Leaving) -> String {
        let plan = self.plan.programs.get(program as usize);
        match why {
            Leaving::Deleted => "the lead was deleted".to_owned(),
            Leaving::Goal => "the goal is reached".to_owned(),
            Leaving::HandedOff => "sales has the lead".to_owned(),
            Leaving::Audience => match plan {
                Some(plan) if plan.audience.anonymous => "the lead has a name now, or the audience no longer holds".to_owned(),
                Some(plan) => format!("the audience `{}` no longer holds", predicate(&plan.audience.predicate)),
                None => String::new(),
            },
            Leaving::LeaveWhen => format!("`leave when {}` holds", plan.and_then(|plan| plan.leave_when.as_ref()).map_or_else(String::new, predicate)),
            Leaving::ProgramOver => "the program is over".to_owned(),
            Leaving::Step(_) => "at a step `leave`".to_owned(),
        }
    }

    fn stage(&self, journey: u32, stage: Option<u32>) -> &'a str {
        let stages = self.plan.journeys.get(journey as usize).map(|journey| &journey.stages);
        stage.and_then(|stage| stages?.get(stage as usize)).map_or("no stage", |stage| stage.name.as_str())
    }

    /// An entry in one line, without its time.
    pub fn line(&self, entry: &Entry) -> String {
        match &entry.what {
            What::Identified => "is in the database now".to_owned(),
            What::Deleted => "is deleted".to_owned(),
            What::Fact { change } => {
                let change = self.lead.changes.get(*change as usize);
                let field = change.and_then(|change| self.plan.lead.fields.get(change.field as usize));
                change.zip(field).map_or_else(String::new, |(change, field)| format!("{} becomes {}", field.name, self.fact(field, &change.value)))
            }
            What::Event { event } => format!("did {}", self.did(*event)),
            What::Barred { channel: Some(channel) } => format!("wants no more {}", channel.name()),
            What::Barred { channel: None } => "wants no more messages".to_owned(),
            What::Lifted => match &self.plan.limits.consent_again {
                Some(again) => format!("may be written to again: `consent again when {}` became true", predicate(again)),
                None => "may be written to again".to_owned(),
            },
            What::Stopped => "is played no further: what the programs did makes them do it again, without end".to_owned(),
            What::UnknownZone => {
                let field = self.plan.limits.timezone_field.as_ref().and_then(|name| self.plan.lead.fields.iter().position(|field| field.name == *name));
                let zone = field.map_or(Fact::Missing, |field| self.lead.fact_at(field as u32, entry.at));
                let zone = if let Fact::Text(zone) = zone { zone } else { SmolStr::default() };
                format!("no clock is known by the name {}: the workspace's is used for this lead", quoted(&zone))
            }
            What::Stage { journey, from, to } => {
                let name = self.plan.journeys.get(*journey as usize).map_or("", |journey| journey.name.as_str());
                let evidence = |stage: &u32| self.plan.journeys.get(*journey as usize).and_then(|journey| journey.stages.get(*stage as usize));
                let why = match (to, from) {
                    (Some(to), from) if from.is_none_or(|from| from < *to) => {
                        evidence(to).map_or_else(String::new, |stage| format!(": `{}`", predicate(&stage.predicate)))
                    }
                    (_, Some(from)) => evidence(from).map_or_else(String::new, |stage| format!(": `{}` no longer holds", predicate(&stage.predicate))),
                    _ => String::new(),
                };
                format!("{name}: from {} to {}{why}", self.stage(*journey, *from), self.stage(*journey, *to))
            }
            What::Score { score, from, to, by } => {
                let known = self.plan.scores.get(*score as usize);
                let name = |band: usize| known.and_then(|score| score.bands.get(band)).map_or("", |band| band.name.as_str());
                let band = match (self.band(*score, *from), self.band(*score, *to)) {
                    (a, b) if a == b => String::new(),
                    (_, Some(to)) => format!(", {} now", name(to)),
                    (Some(from), None) => format!(", no longer {}", name(from)),
                    (None, None) => String::new(),
                };
                let lines: Vec<String> = by.iter().filter_map(|line| self.score_line(*score, *line)).collect();
                let why = if lines.is_empty() { ", fading".to_owned() } else { format!(", by {}", lines.join(" and ")) };
                format!("{}: from {} to {}{band}{why}", known.map_or("", |score| score.name.as_str()), rounded(*from), rounded(*to))
            }
            What::Goal { program } => {
                let goal = self.plan.programs.get(*program as usize).and_then(|program| program.goal.as_ref());
                format!("reached the goal of {}: `{}`", self.program(*program), goal.map_or_else(String::new, |goal| predicate(&goal.predicate)))
            }
            What::Back { handoff, back } => {
                let way = self.plan.handoffs.get(*handoff as usize).and_then(|handoff| handoff.back.get(*back as usize));
                match way {
                    Some(way) => format!("comes back from sales to {}: `{}`", way.program, predicate(&way.when)),
                    None => "comes back from sales".to_owned(),
                }
            }
            What::HandedOff { handoff, by } => {
                let handoff = self.plan.handoffs.get(*handoff as usize);
                let name = handoff.map_or("", |handoff| handoff.name.as_str());
                match (by, handoff) {
                    (Some(step), _) => format!("handed off: {name}, at a step of {}", self.program(step.program)),
                    (None, Some(handoff)) => format!("handed off: {name}, as `{}`", predicate(&handoff.predicate)),
                    (None, None) => format!("handed off: {name}"),
                }
            }
            What::Joined { program } => {
                let audience = self.plan.programs.get(*program as usize).map(|program| &program.audience);
                let who = audience.map_or_else(String::new, |audience| match (audience.anonymous, &audience.predicate) {
                    (true, plan::Predicate::Everyone) => "anonymous".to_owned(),
                    (true, other) => format!("anonymous and {}", predicate(other)),
                    (false, other) => predicate(other),
                });
                let join = match self.plan.programs.get(*program as usize).and_then(|program| program.join.as_ref()) {
                    Some(plan::Join::When(when)) => format!(" and `join when {}`", predicate(when)),
                    Some(plan::Join::On(on)) => format!(" and `join on {}`", event(on)),
                    None => String::new(),
                };
                format!("joins {}: `{who}`{join}", self.program(*program))
            }
            What::Left { program, why } => format!("leaves {}: {}", self.program(*program), self.leaving(*program, *why)),
            What::Started { track } => format!("{}: `{}` starts", self.program(track.program), self.track(*track)),
            What::NotStarted { track } => format!("{}: `{}` is running already and does not start again", self.program(track.program), self.track(*track)),
            What::Ended { track, why } => {
                let why = match why {
                    Ending::Finished => "is done",
                    Ending::StageLeft => "ends: the lead is in none of its stages",
                    Ending::ProgramLeft => "ends with the program",
                };
                format!("{}: `{}` {why}", self.program(track.program), self.track(*track))
            }
            What::Sent { step, held_since } => {
                let verb = if self.touch(*step).is_some_and(|touch| touch.message) { "is sent" } else { "is shown" };
                let held = held_since.map_or_else(String::new, |since| format!(", held since {}", self.time(since)));
                format!("`{}` {verb} by {}{held}", self.touch_name(*step), self.program(step.program))
            }
            What::Held { step, why, until } => {
                let until = until.map_or_else(String::new, |until| format!(" until {}", self.time(until)));
                format!("`{}` of {} is held{until}: {}", self.touch_name(*step), self.program(step.program), self.holding(*step, *why))
            }
            What::Skipped { step, why } => format!("`{}` of {} is skipped: {}", self.touch_name(*step), self.program(step.program), self.skipping(*step, *why)),
            What::PassedOver { step } => format!("`{}` of {} is passed over: the lead has it already", self.touch_name(*step), self.program(step.program)),
            What::WaitPassedOver { step } => format!("the wait after it in {} is passed over too", self.program(step.program)),
            What::Dropped { step } => format!("`{}` of {} is dropped: its track ends while it is held", self.touch_name(*step), self.program(step.program)),
            What::Waits { step, until } => match self.step(*step).map(|step| &step.action) {
                Some(Action::WaitUntil { until: what, .. }) => {
                    format!("{} waits until `{}`, at most until {}", self.program(step.program), predicate(what), self.time(*until))
                }
                _ => format!("{} waits until {}", self.program(step.program), self.time(*until)),
            },
            What::Waited { step, true_now } => {
                let until = match self.step(*step).map(|step| &step.action) {
                    Some(Action::WaitUntil { until, .. }) => predicate(until),
                    _ => String::new(),
                };
                let how = if *true_now { "came true" } else { "did not come true in time" };
                format!("{}: `wait until {until}` goes on: it {how}", self.program(step.program))
            }
            What::Chose { step, way } => self.chose(*step, *way),
        }
    }

    /// A line of a score as the policy writes it: `+5 for visit`.
    pub fn score_line(&self, score: u32, line: u32) -> Option<String> {
        let line = self.plan.scores.get(score as usize)?.points.get(line as usize)?;
        let sign = if line.points.starts_with('-') { "" } else { "+" };
        Some(match &line.earned {
            plan::Earned::For { event: pattern, .. } => format!("`{sign}{} for {}`", line.points, event(pattern)),
            plan::Earned::When(when) => format!("`{sign}{} when {}`", line.points, predicate(when)),
        })
    }

    /// The band of a score in which a value lies, by its place.
    pub fn band(&self, score: u32, value: i128) -> Option<usize> {
        let bands = &self.plan.scores.get(score as usize)?.bands;
        bands.iter().rposition(|band| crate::text::Decimal::parse(&band.from, 6).is_ok_and(|from| value * 1_000 >= from.billionths()))
    }

    fn chose(&self, step: StepId, way: Option<u32>) -> String {
        let program = self.program(step.program);
        match (self.step(step).map(|step| &step.action), way) {
            (Some(Action::If { branches, .. }), Some(way)) => {
                let when = branches.get(way as usize).map_or_else(String::new, |branch| predicate(&branch.when));
                format!("{program}: `{}if {when}` holds", if way == 0 { "" } else { "else " })
            }
            (Some(Action::If { branches, .. }), None) => {
                let when: Vec<String> = branches.iter().map(|branch| format!("`if {}`", predicate(&branch.when))).collect();
                format!("{program}: {} {} not hold", when.join(" and "), if when.len() == 1 { "does" } else { "do" })
            }
            (Some(Action::Split { split, arms }), way) => {
                let arm = way.and_then(|way| arms.get(way as usize));
                format!("{program}: split {split}, arm {} of {} ({}%)", way.map_or(0, |way| way + 1), arms.len(), arm.map_or("0", |arm| arm.percent.as_str()))
            }
            _ => String::new(),
        }
    }

    /// A score at an instant, in millionths of a point.
    pub fn score_at(&self, score: &str, at: Instant) -> Option<i128> {
        let number = self.plan.scores.iter().position(|known| known.name == score)?;
        super::look::at(self.plan, self.lead, at)?.score(number as u32)
    }

    /// The field that a test asks, with its value at an instant.
    pub fn fact_at(&self, test: &plan::Predicate, at: Instant) -> Option<(&'a Field, Fact)> {
        let subject = super::compile::subject(test)?;
        let place = self.plan.lead.fields.iter().position(|field| field.name == subject.field)?;
        Some((self.plan.lead.fields.get(place)?, self.lead.fact_at(place as u32, at)))
    }

    /// The clause of the plan that an entry speaks of, for its place in the source.
    pub fn source(&self, entry: &Entry) -> Option<&'a Source> {
        let of_step = |id: &StepId| self.step(*id).map(|step| &step.source);
        let of_program = |number: &u32| self.plan.programs.get(*number as usize).map(|program| &program.source);
        match &entry.what {
            What::Sent { step, .. }
            | What::Held { step, .. }
            | What::Skipped { step, .. }
            | What::PassedOver { step }
            | What::WaitPassedOver { step }
            | What::Dropped { step }
            | What::Waits { step, .. }
            | What::Waited { step, .. }
            | What::Chose { step, .. }
            | What::Left { why: Leaving::Step(step), .. }
            | What::HandedOff { by: Some(step), .. } => of_step(step),
            What::Goal { program } | What::Joined { program } | What::Left { program, .. } => of_program(program),
            What::Started { track } | What::NotStarted { track } | What::Ended { track, .. } => self.track_source(*track),
            What::Stage { journey, from, to } => {
                let stages = &self.plan.journeys.get(*journey as usize)?.stages;
                let rises = to.is_some_and(|to| from.is_none_or(|from| from < to));
                stages.get(if rises { (*to)? } else { (*from)? } as usize).map(|stage| &stage.source)
            }
            What::Score { score, .. } => self.plan.scores.get(*score as usize).map(|score| &score.source),
            What::HandedOff { handoff, .. } | What::Back { handoff, .. } => self.plan.handoffs.get(*handoff as usize).map(|handoff| &handoff.source),
            What::Lifted => self.plan.limits.sources.first(),
            _ => None,
        }
    }
}
