//! `program` with its tracks and steps, `handoff`, `limits`.

use super::{Builder, P, Rule, Seen, first_word};
use crate::diagnostics::{Check, Edit, Problem};
use crate::syntax::ast::{
    At, Audience, Back, Channel, Common, Frequency, Goal, Handoff, Join, Limits, Name, PredicateKind, Program, Rejoin, SendOn, Step, StepKind, Touch, Track,
    Trigger,
};
use crate::text::{Range, TimeOfDay};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Builder<'_> {
    pub(super) fn program(&mut self, pairs: Vec<P<'_>>, seen: &mut Seen) -> Program {
        let mut program = Program::default();
        for pair in pairs {
            let at = self.at(&pair);
            let rule = pair.as_rule();
            match rule {
                Rule::track => program.tracks.extend(self.track(pair)),
                Rule::leave_when => program.leave_when.extend(self.predicate_in(pair)),
                Rule::frequency => program.frequencies.extend(self.frequency(pair)),
                _ => {
                    let word = first_word(&pair);
                    if self.first(seen, rule, at, &word) {
                        self.program_clause(&mut program, pair, at);
                    }
                }
            }
        }
        program
    }

    fn program_clause(&mut self, program: &mut Program, pair: P<'_>, at: Range) {
        match pair.as_rule() {
            Rule::audience => {
                let mut audience = Audience { anonymous: None, predicate: None, at };
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::anonymous => audience.anonymous = Some(self.at(&inner)),
                        _ => {
                            let at = self.at(&inner);
                            let predicate = self.predicate(inner);
                            if audience.anonymous.is_some() && matches!(predicate.kind, PredicateKind::Or(_)) && predicate.at.start == at.start {
                                let problem = Problem::new(Check::MixedAndOr, at, "`and` and `or` are mixed without parentheses")
                                    .here("this stands behind `anonymous and`")
                                    .fix_all(
                                        "set parentheses around it",
                                        vec![Edit { at: Range::at(at.start), new: "(".to_owned() }, Edit { at: Range::at(at.end), new: ")".to_owned() }],
                                        true,
                                    );
                                self.report(problem);
                            }
                            audience.predicate = Some(predicate);
                        }
                    }
                }
                program.audience = Some(audience);
            }
            Rule::join_clause => {
                program.join = pair.into_inner().next().and_then(|inner| match inner.as_rule() {
                    Rule::join_when => self.predicate_in(inner).map(Join::When),
                    _ => inner.into_inner().next().and_then(|event| self.event(event)).map(Join::On),
                });
            }
            Rule::rejoin => {
                let value = match pair.into_inner().next() {
                    Some(inner) if inner.as_rule() == Rule::duration => Rejoin::After(self.duration(inner).value),
                    Some(inner) if inner.as_rule() == Rule::rejoin_never => Rejoin::Never,
                    _ => Rejoin::Always,
                };
                program.rejoin = Some(At { value, at });
            }
            Rule::follows => program.journey = pair.into_inner().next().map(|pair| self.name(&pair)),
            Rule::goal => {
                let (mut predicate, mut by_day, mut and_stay) = (None, None, false);
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::predicate => predicate = Some(self.predicate(inner)),
                        Rule::goal_by => by_day = inner.into_inner().next().map(|pair| self.count(&pair)),
                        _ => and_stay = true,
                    }
                }
                program.goal = predicate.map(|predicate| Goal { predicate, by_day, and_stay, at });
            }
            Rule::owner => program.owner = self.text_in(pair),
            Rule::send_on => program.send_on = self.send_on(pair, at),
            Rule::runs => {
                let mut dates = pair.into_inner();
                let from = dates.next().and_then(|date| self.date(&date));
                let to = dates.next().and_then(|date| self.date(&date));
                program.runs = from.zip(to);
            }
            Rule::hold_out => {
                program.hold_out = pair.into_inner().next().map(|pair| self.percent(&pair));
            }
            _ => {
                let _: Option<()> = self.strange(at);
            }
        }
    }

    fn send_on(&mut self, pair: P<'_>, at: Range) -> Option<SendOn> {
        let mut days: Vec<u8> = Vec::new();
        let mut times: Vec<At<TimeOfDay>> = Vec::new();
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::time {
                times.push(self.time(&inner)?);
                continue;
            }
            let ends: Vec<u8> = inner.into_inner().filter_map(|day| DAYS.iter().position(|name| *name == day.as_str()).map(|day| day as u8)).collect();
            let (Some(from), Some(to)) = (ends.first(), ends.last()) else { continue };
            // `fri to mon` goes over the week's end.
            let mut day = *from;
            loop {
                days.push(day);
                if day == *to {
                    break;
                }
                day = (day + 1) % 7;
            }
        }
        days.sort_unstable();
        days.dedup();
        let mut times = times.into_iter();
        Some(SendOn { days, hours: times.next().zip(times.next()), at })
    }

    fn frequency(&mut self, pair: P<'_>) -> Option<Frequency> {
        let at = self.at(&pair);
        let mut inner = pair.into_inner();
        let (Some(most), Some(limited), Some(per)) = (inner.next(), inner.next(), inner.next()) else { return self.strange(at) };
        Some(Frequency { most: self.count(&most), limited: self.name(&limited), per: self.duration(per), at })
    }

    fn track(&mut self, pair: P<'_>) -> Option<Track> {
        let at = self.at(&pair);
        let doc = self.doc(pair.as_span().start());
        let mut inner = pair.into_inner();
        let Some(trigger) = inner.next() else { return self.strange(at) };
        let trigger_at = self.at(&trigger);
        let trigger = match trigger.as_rule() {
            Rule::on_join => Trigger::Join,
            Rule::on_stage => Trigger::Stage(trigger.into_inner().next().map(|pair| self.dotteds(pair)).unwrap_or_default()),
            Rule::on_signal => Trigger::Signal(trigger.into_inner().next().and_then(|event| self.event(event))?),
            Rule::every => Trigger::Every(self.duration_in(trigger)?),
            _ => {
                let mut inner = trigger.into_inner();
                let date = inner.next().and_then(|pair| self.date(&pair));
                let time = inner.next().and_then(|pair| self.time(&pair));
                Trigger::Moment(date?, time?)
            }
        };
        let (mut steps, mut allows) = (Vec::new(), Vec::new());
        for pair in inner {
            if pair.as_rule() == Rule::allow {
                allows.extend(self.allow(pair));
            } else {
                steps.extend(self.step(pair));
            }
        }
        Some(Track { trigger, trigger_at, steps, allows, doc })
    }

    fn block(&mut self, pair: P<'_>) -> Vec<Step> {
        pair.into_inner().filter_map(|pair| self.step(pair)).collect()
    }

    fn step(&mut self, pair: P<'_>) -> Option<Step> {
        let at = self.at(&pair);
        let kind = match pair.as_rule() {
            Rule::touch => StepKind::Touch(Box::new(self.touch(pair)?)),
            Rule::wait => StepKind::Wait(self.duration_in(pair)?),
            Rule::wait_until => {
                let mut inner = pair.into_inner();
                let (Some(predicate), Some(most)) = (inner.next(), inner.next()) else { return self.strange(at) };
                StepKind::WaitUntil(self.predicate(predicate), self.duration(most))
            }
            Rule::if_step => {
                let (mut branches, mut otherwise) = (Vec::new(), None);
                let mut condition = None;
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::predicate => condition = Some(self.predicate(inner)),
                        Rule::block => branches.extend(condition.take().map(|condition| (condition, self.block(inner)))),
                        Rule::else_if => {
                            let mut parts = inner.into_inner();
                            let (Some(predicate), Some(block)) = (parts.next(), parts.next()) else { return self.strange(at) };
                            branches.push((self.predicate(predicate), self.block(block)));
                        }
                        _ => otherwise = inner.into_inner().next().map(|block| self.block(block)),
                    }
                }
                StepKind::If(branches, otherwise)
            }
            Rule::split => {
                let mut name = None;
                let mut arms = Vec::new();
                for inner in pair.into_inner() {
                    if inner.as_rule() == Rule::name {
                        name = Some(self.name(&inner));
                        continue;
                    }
                    let mut parts = inner.into_inner();
                    let (Some(share), Some(block)) = (parts.next(), parts.next()) else { return self.strange(at) };
                    arms.push((self.percent(&share), self.block(block)));
                }
                StepKind::Split(name, arms)
            }
            Rule::handoff_step => {
                let Some(name) = pair.into_inner().next() else { return self.strange(at) };
                StepKind::Handoff(self.name(&name))
            }
            Rule::leave => StepKind::Leave,
            _ => return self.strange(at),
        };
        Some(Step { at, kind })
    }

    fn touch(&mut self, pair: P<'_>) -> Option<Touch> {
        let at = self.at(&pair);
        let doc = self.doc(pair.as_span().start());
        let mut inner = pair.into_inner();
        let Some(channel) = inner.next().and_then(|pair| self.channel(&pair)) else { return self.strange(at) };
        let mut touch = Touch {
            channel,
            content: None,
            label: None,
            platform: None,
            subject: None,
            again: false,
            only_if: None,
            reason: None,
            goal: None,
            from: None,
            preview: None,
            invites: None,
            drop_after: None,
            common: Common::default(),
            doc,
        };
        let mut seen = Seen::default();
        for pair in inner {
            let at = self.at(&pair);
            match pair.as_rule() {
                Rule::carries => touch.content = Some(self.name(&pair)),
                Rule::title => touch.subject = self.text_in(pair),
                Rule::again => touch.again = true,
                rule @ (Rule::label | Rule::platform) => {
                    let word = if rule == Rule::label { "as" } else { "on" };
                    if self.first(&mut seen, rule, at, word) {
                        let name = pair.into_inner().next().map(|pair| self.declared(&pair));
                        if let Some(name) = &name {
                            self.no_channel(name);
                        }
                        if rule == Rule::label { touch.label = name } else { touch.platform = name }
                    }
                }
                _ => self.touch_body(&mut touch, pair),
            }
        }
        Some(touch)
    }

    /// Channel and step words name no label or platform.
    fn no_channel(&mut self, name: &Name) {
        if Channel::from_name(&name.text).is_some() {
            let problem = Problem::new(Check::ReservedName, name.at, format!("`{}` is a channel and cannot be a name here", name.text))
                .help(format!("choose another name, such as `{}_`", name.text));
            self.report(problem);
        }
    }

    fn touch_body(&mut self, touch: &mut Touch, pair: P<'_>) {
        let mut seen = Seen::default();
        for pair in pair.into_inner() {
            let Some(pair) = self.common(pair, &mut touch.common, &mut seen) else { continue };
            let at = self.at(&pair);
            let rule = pair.as_rule();
            let word = first_word(&pair);
            if !self.first(&mut seen, rule, at, &word) {
                continue;
            }
            match rule {
                Rule::only_if => touch.only_if = self.predicate_in(pair),
                Rule::reason => touch.reason = self.predicate_in(pair),
                Rule::touch_goal => touch.goal = self.text_in(pair),
                Rule::sender => touch.from = self.text_in(pair),
                Rule::preview => touch.preview = self.text_in(pair),
                Rule::invites => touch.invites = self.text_in(pair),
                _ => touch.drop_after = self.duration_in(pair),
            }
        }
    }

    pub(super) fn channel(&mut self, pair: &P<'_>) -> Option<At<Channel>> {
        let at = self.at(pair);
        Channel::from_name(pair.as_str()).map(|value| At { value, at })
    }

    pub(super) fn handoff(&mut self, pairs: Vec<P<'_>>, seen: &mut Seen) -> Handoff {
        let mut handoff = Handoff::default();
        for pair in pairs {
            let at = self.at(&pair);
            let rule = pair.as_rule();
            if rule == Rule::back {
                handoff.back.extend(self.back(pair));
                continue;
            }
            let word = match rule {
                Rule::handoff_when => "when",
                Rule::follow_up => "follow up",
                _ => "tell",
            };
            if !self.first(seen, rule, at, word) {
                continue;
            }
            match rule {
                Rule::handoff_when => handoff.when = self.predicate_in(pair),
                Rule::follow_up => handoff.follow_up = self.duration_in(pair),
                _ => handoff.tell = self.names(pair),
            }
        }
        handoff
    }

    fn back(&mut self, pair: P<'_>) -> Option<Back> {
        let at = self.at(&pair);
        let (mut program, mut after, mut when) = (None, None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name => program = Some(self.name(&inner)),
                Rule::duration => after = Some(self.duration(inner)),
                _ => when = Some(self.predicate(inner)),
            }
        }
        match (program, when) {
            (Some(program), Some(when)) => Some(Back { program, after, when }),
            _ => self.strange(at),
        }
    }

    pub(super) fn limits(&mut self, pairs: Vec<P<'_>>, seen: &mut Seen) -> Limits {
        let mut limits = Limits::default();
        for pair in pairs {
            let at = self.at(&pair);
            let rule = pair.as_rule();
            match rule {
                Rule::frequency => limits.frequencies.extend(self.frequency(pair)),
                Rule::needs | Rule::never => {
                    let mut inner = pair.into_inner();
                    if let (Some(limited), Some(predicate)) = (inner.next(), inner.next()) {
                        let entry = (self.name(&limited), self.predicate(predicate));
                        if rule == Rule::needs { limits.needs.push(entry) } else { limits.never.push(entry) }
                    }
                }
                Rule::quiet => {
                    if self.first(seen, rule, at, "quiet") {
                        let mut times = pair.into_inner();
                        let from = times.next().and_then(|time| self.time(&time));
                        let to = times.next().and_then(|time| self.time(&time));
                        limits.quiet = from.zip(to);
                    }
                }
                Rule::consent_again => {
                    if self.first(seen, rule, at, "consent again") {
                        limits.consent_again = self.predicate_in(pair);
                    }
                }
                _ => {
                    if self.first(seen, rule, at, "prefer") {
                        limits.prefer = pair.into_inner().next().map(|names| self.names(names)).unwrap_or_default();
                    }
                }
            }
        }
        limits
    }
}
