//! `program`: clauses, and tracks as step graphs.

use smol_str::SmolStr;

use super::items::{allowed, bare, channel};
use super::{Member, Resolved, Resolver, Scope, all, optional};
use crate::diagnostics::{Check, Kind, Problem, Reported};
use crate::plan::{self, Action, Source};
use crate::syntax::ast::{self, Item, Name, Rejoin, Step, StepKind, Touch, Track, Trigger};
use crate::text::{Decimal, Range};

/// Held touches are skipped after so long, if nothing else is said.
const DROP_AFTER: u64 = 7 * 86_400;

/// The steps of a program while they are numbered.
#[derive(Default)]
struct Graph {
    steps: Vec<plan::Step>,
    splits: u32,
    split_names: Vec<Name>,
    /// Whether the program speaks of people who are not in the database.
    anonymous: Option<Range>,
    failed: Option<Reported>,
}

impl Graph {
    fn keep<T>(&mut self, result: Resolved<T>) -> Option<T> {
        result.map_err(|reported| self.failed = Some(reported)).ok()
    }

    /// Takes the next number.
    fn number(&mut self, track: u32, source: Source) -> usize {
        let id = self.steps.len() as u32 + 1;
        self.steps.push(plan::Step { id, track, action: Action::Leave, source });
        self.steps.len() - 1
    }

    fn set(&mut self, index: usize, action: Action) {
        if let Some(step) = self.steps.get_mut(index) {
            step.action = action;
        }
    }
}

/// A place in the chunk, kept as a source until the plan is put together: `line` holds the offset.
pub(crate) fn offset(at: Range) -> Source {
    Source { file: SmolStr::default(), line: at.start, column: 0 }
}

impl Resolver<'_> {
    pub(super) fn program(&mut self, item: &Item, name: SmolStr, program: &ast::Program) -> Resolved<plan::Program> {
        let mut labels = Vec::new();
        for track in &program.tracks {
            collect_labels(&track.steps, &mut labels);
        }
        for (index, label) in labels.iter().enumerate() {
            if let Some(first) = labels.iter().take(index).find(|known| known.text == label.text) {
                self.report(
                    Problem::new(Check::DuplicateName, label.at, format!("two touches of this program are called `{}`", label.text))
                        .also(first.at, "the other one"),
                );
            }
        }
        self.anonymous = program.audience.as_ref().and_then(|audience| audience.anonymous);
        self.labels = Some(labels.iter().map(|label| label.text.clone()).collect());
        let result = self.program_clauses(item, name, program);
        self.labels = None;
        self.anonymous = None;
        result
    }

    fn program_clauses(&mut self, item: &Item, name: SmolStr, program: &ast::Program) -> Resolved<plan::Program> {
        let audience = program.audience.as_ref().map(|audience| self.audience(audience));
        let anonymous = program.audience.as_ref().and_then(|audience| audience.anonymous);
        let join = optional(program.join.as_ref().map(|join| match join {
            ast::Join::When(predicate) => self.predicate(predicate).map(plan::Join::When),
            ast::Join::On(event) => self.event(event).map(plan::Join::On),
        }));
        let journey = optional(program.journey.as_ref().map(|journey| self.named(Kind::Journey, journey)));
        let goal = optional(program.goal.as_ref().map(|goal| {
            if let Some(by) = goal.by_day.filter(|by| by.value == 0) {
                self.report(Problem::new(Check::BadNumber, by.at, "the first day of a program is day 1").help("write how many days its leads have"));
            }
            // A goal is reached by people who are known by then.
            let anonymous = self.anonymous.take();
            let predicate = self.predicate(&goal.predicate);
            self.anonymous = anonymous;
            let predicate = predicate?;
            Ok(plan::Goal { predicate, within_seconds: goal.by_day.map(|by| u64::from(by.value) * 86_400), ends: !goal.and_stay })
        }));
        let leave_when = all(program.leave_when.iter().map(|predicate| self.predicate(predicate)).collect::<Vec<_>>());
        let caps = all(program.frequencies.iter().map(|frequency| self.frequency(frequency)).collect::<Vec<_>>());
        let send_on = optional(program.send_on.as_ref().map(|hours| self.send_on(hours)));
        if let Some((from, to)) = program.runs
            && from.value > to.value
        {
            self.report(Problem::new(Check::EmptyRange, from.at.cover(to.at), "this program ends before it begins").help("write the earlier day first"));
        }
        let hundred = Decimal::whole(100);
        if let Some(part) = program.hold_out.filter(|part| part.value >= hundred || part.value == Decimal::ZERO) {
            self.report(
                Problem::new(
                    Check::OutOfDomain,
                    part.at,
                    format!("holding out {}% leaves {}", part.value, if part.value == Decimal::ZERO { "everybody in" } else { "nobody in" }),
                )
                .help("write a percentage between 0 and 100"),
            );
        }
        let mut graph = Graph { anonymous, ..Graph::default() };
        let mut tracks = Vec::new();
        for (track, number) in program.tracks.iter().zip(0..) {
            self.allows(&track.allows);
            let trigger = self.trigger(track, program);
            let first = self.steps(&track.steps, number, &mut graph);
            if let Some(trigger) = graph.keep(trigger) {
                tracks.push(plan::Track {
                    trigger,
                    doc: track.doc.as_ref().map(|doc| doc.to_string()),
                    first,
                    allows: allowed(&track.allows),
                    source: offset(track.trigger_at),
                });
            }
        }
        let Some(audience) = audience else { return self.missing(item, "audience", "say whom it is for: `audience …`") };
        if let Some(reported) = graph.failed {
            return Err(reported);
        }
        let leave_when = leave_when?;
        Ok(bare!(Program, name, {
            audience: audience?,
            join: join?,
            rejoin: match program.rejoin.map(|rejoin| rejoin.value) {
                None | Some(Rejoin::Always) => plan::Rejoin::Always,
                Some(Rejoin::Never) => plan::Rejoin::Never,
                Some(Rejoin::After(seconds)) => plan::Rejoin::AfterSeconds(seconds),
            },
            journey: journey?,
            goal: goal?,
            owner: program.owner.as_ref().map(|owner| owner.value.to_string()),
            leave_when: match leave_when.len() {
                0 => None,
                1 => leave_when.into_iter().next(),
                _ => Some(plan::Predicate::Or { of: leave_when }),
            },
            caps: caps?,
            send_on: send_on?,
            runs: program.runs.map(|(from, to)| plan::Runs { from: from.value.to_string().into(), to: to.value.to_string().into() }),
            hold_out_percent: program.hold_out.map(|part| part.value.to_string().into()),
            draft: item.common.draft.is_some(),
            tracks,
            steps: graph.steps,
        }))
    }

    fn audience(&mut self, audience: &ast::Audience) -> Resolved<plan::Audience> {
        let anonymous = audience.anonymous.is_some();
        let predicate = match &audience.predicate {
            Some(predicate) if anonymous => self.scoped(predicate, Scope::Anonymous)?,
            Some(predicate) => self.predicate(predicate)?,
            None => plan::Predicate::Everyone,
        };
        Ok(plan::Audience { anonymous, predicate })
    }

    fn send_on(&mut self, send_on: &ast::SendOn) -> Resolved<plan::SendingHours> {
        if let Some((from, to)) = send_on.hours
            && from.value >= to.value
        {
            return self.fail(
                Problem::new(Check::EmptyRange, from.at.cover(to.at), "these sending hours end before they begin")
                    .help("hours lie within one day: `from 09:00 to 17:00`"),
            );
        }
        Ok(plan::SendingHours {
            days: send_on.days.iter().map(|day| day + 1).collect(),
            from_minute: send_on.hours.map(|(from, _)| from.value.minutes()),
            to_minute: send_on.hours.map(|(_, to)| to.value.minutes()),
        })
    }

    fn trigger(&mut self, track: &Track, program: &ast::Program) -> Resolved<plan::Trigger> {
        match &track.trigger {
            Trigger::Join => Ok(plan::Trigger::Join),
            Trigger::Every(every) => Ok(plan::Trigger::EverySeconds(every.value)),
            Trigger::Moment(date, time) => Ok(plan::Trigger::Moment(format!("{}T{}", date.value, time.value).into())),
            Trigger::Signal(event) => self.event(event).map(plan::Trigger::Signal),
            Trigger::Stage(paths) => {
                let mut stages: Vec<(SmolStr, SmolStr)> = Vec::new();
                for path in paths {
                    // A bare name is a stage of the program's journey, if it names one.
                    let stage = match &program.journey {
                        Some(journey) if path.rest.is_empty() && self.schema().journeys.contains_key(&journey.text) => {
                            let known = self.schema().journeys.get(&journey.text).cloned().unwrap_or_default();
                            if known.contains(&path.first.text) {
                                self.mention(Member::Stage(journey.text.clone(), path.first.text.clone()), path.first.at);
                                Ok((journey.text.clone(), path.first.text.clone()))
                            } else {
                                self.unknown_stage(&path.first, &journey.text, &known)
                            }
                        }
                        _ => self.stage_path(path),
                    }?;
                    if stages.contains(&stage) {
                        self.report(Problem::new(Check::DuplicateName, path.at(), format!("the stage `{}` stands here twice", stage.1)));
                    }
                    if let Some((journey, _)) = stages.first().filter(|(journey, _)| *journey != stage.0) {
                        return self.fail(
                            Problem::new(Check::MisusedName, path.at(), format!("one track follows stages of one journey, and this is of `{}`", stage.0))
                                .help(format!("the first one is of `{journey}`: write a track for each")),
                        );
                    }
                    stages.push(stage);
                }
                let journey = stages.first().map(|(journey, _)| journey.clone()).unwrap_or_default();
                Ok(plan::Trigger::Stage { journey, stages: stages.into_iter().map(|(_, stage)| stage).collect() })
            }
        }
    }

    /// Numbers and lowers a list of steps; gives the first one's number. What follows the last is not known yet:
    /// `joined` sets it.
    fn steps(&mut self, steps: &[Step], track: u32, graph: &mut Graph) -> Option<u32> {
        self.sequence(steps, track, graph, &mut Vec::new()).0
    }

    /// Lowers a list of steps: the number of its first, and whether nobody comes out of it. `open` receives the places
    /// whose `next` is the step that follows the list.
    fn sequence(&mut self, steps: &[Step], track: u32, graph: &mut Graph, open: &mut Vec<Next>) -> (Option<u32>, bool) {
        let mut first = None;
        let mut ends = false;
        let mut dangling: Vec<Next> = Vec::new();
        let mut ended: Option<&Step> = None;
        for step in steps {
            if let Some(end) = ended.take() {
                let (word, here) = match end.kind {
                    StepKind::Handoff(_) => ("behind `handoff`", "the program ends here for this lead"),
                    StepKind::Leave => ("behind `leave`", "the program ends here for this lead"),
                    _ => ("behind branches that all leave", "nobody comes out of this"),
                };
                self.report(
                    Problem::new(Check::AfterLeave, step.at, format!("this step is never reached: it stands {word}"))
                        .here("nobody gets here")
                        .also(end.at, here)
                        .help("remove it, or put it before"),
                );
            }
            let index = graph.number(track, offset(step.at));
            let id = index as u32 + 1;
            first.get_or_insert(id);
            for next in dangling.drain(..) {
                next.join(&mut graph.steps, id);
            }
            if self.step(step, index, track, graph, &mut dangling) {
                ended = Some(step);
                ends = true;
            }
        }
        open.append(&mut dangling);
        (first, ends)
    }

    /// Lowers a step; true if nothing can follow it.
    fn step(&mut self, step: &Step, index: usize, track: u32, graph: &mut Graph, open: &mut Vec<Next>) -> bool {
        match &step.kind {
            StepKind::Touch(touch) => {
                let touch = self.touch(touch, index as u32 + 1, graph.anonymous);
                if let Some(touch) = graph.keep(touch) {
                    graph.set(index, Action::Touch(Box::new(touch)));
                }
                open.push(Next { step: index, way: Way::Only });
                false
            }
            StepKind::Wait(duration) => {
                graph.set(index, Action::Wait { seconds: duration.value, next: None });
                open.push(Next { step: index, way: Way::Only });
                false
            }
            StepKind::WaitUntil(predicate, most) => {
                let until = self.predicate(predicate);
                if let Some(until) = graph.keep(until) {
                    graph.set(index, Action::WaitUntil { until, at_most_seconds: most.value, next: None });
                }
                open.push(Next { step: index, way: Way::Only });
                false
            }
            StepKind::If(branches, otherwise) => {
                let mut lowered = Vec::new();
                let mut ways: Vec<(Way, Option<u32>)> = Vec::new();
                let mut all_end = otherwise.is_some();
                for (number, (predicate, steps)) in branches.iter().enumerate() {
                    let when = self.predicate(predicate);
                    let (next, ends) = self.sequence(steps, track, graph, open);
                    all_end &= ends;
                    if next.is_none() {
                        ways.push((Way::Branch(number), None));
                    }
                    if let Some(when) = graph.keep(when) {
                        lowered.push(plan::Branch { when, next });
                    }
                }
                let (other, ends) = otherwise.as_ref().map_or((None, false), |steps| self.sequence(steps, track, graph, open));
                all_end &= ends;
                if other.is_none() {
                    ways.push((Way::Otherwise, None));
                }
                graph.set(index, Action::If { branches: lowered, otherwise: other });
                open.extend(ways.into_iter().map(|(way, _)| Next { step: index, way }));
                all_end
            }
            StepKind::Split(name, arms) => {
                graph.splits += 1;
                if let Some(name) = name {
                    if let Some(first) = graph.split_names.iter().find(|known| known.text == name.text) {
                        self.report(
                            Problem::new(Check::DuplicateName, name.at, format!("two splits of this program are called `{}`", name.text))
                                .here("they would divide the leads in the same way")
                                .also(first.at, "the other one"),
                        );
                    }
                    graph.split_names.push(name.clone());
                }
                let split = name.as_ref().map_or_else(|| SmolStr::from(graph.splits.to_string()), |name| name.text.clone());
                let sum = arms.iter().fold(Decimal::ZERO, |sum, (share, _)| sum.plus(share.value));
                if sum != Decimal::whole(100) {
                    let last = arms.last().map_or(step.at, |(share, _)| share.at);
                    let mut problem = Problem::new(Check::SplitSum, last, format!("the arms of this split sum to {sum}%, not to 100%"));
                    if let Some((share, _)) = arms.first().filter(|_| arms.len() > 1) {
                        problem = problem.also(share.at, "from here on");
                    }
                    self.report(problem.help("an empty arm holds out: `10% { }`"));
                }
                let mut lowered = Vec::new();
                let mut all_end = !arms.is_empty();
                for (number, (share, steps)) in arms.iter().enumerate() {
                    let (next, ends) = self.sequence(steps, track, graph, open);
                    all_end &= ends;
                    if next.is_none() {
                        open.push(Next { step: index, way: Way::Arm(number) });
                    }
                    lowered.push(plan::Arm { percent: share.value.to_string().into(), next });
                }
                graph.set(index, Action::Split { split, arms: lowered });
                all_end
            }
            StepKind::Handoff(name) => {
                let handoff = self.named(Kind::Handoff, name);
                if let Some(anonymous) = graph.anonymous {
                    self.report(
                        Problem::new(Check::AnonymousChannel, step.at, "people who are not in the database cannot be handed to sales")
                            .also(anonymous, "the audience is `anonymous` here"),
                    );
                }
                if let Some(handoff) = graph.keep(handoff) {
                    graph.set(index, Action::Handoff { handoff });
                }
                true
            }
            StepKind::Leave => {
                graph.set(index, Action::Leave);
                true
            }
        }
    }

    fn touch(&mut self, touch: &Touch, id: u32, anonymous: Option<Range>) -> Resolved<plan::Touch> {
        self.allows(&touch.common.allows);
        let kind = touch.channel.value;
        if let Some(anonymous) = anonymous
            && kind.is_message()
        {
            self.report(
                Problem::new(Check::AnonymousChannel, touch.channel.at, format!("`{}` cannot reach people who are not in the database", kind.name()))
                    .here("a message needs a known person")
                    .also(anonymous, "the audience is `anonymous` here")
                    .help("reach them by `ad`, `post` or `web`"),
            );
        }
        if let Some(objective) = &touch.common.objective {
            self.report(Problem::new(Check::MisplacedClause, objective.at, "a touch has no `objective`").help("say what it is to bring about: `goal \"…\"`"));
        }
        let content = optional(touch.content.as_ref().map(|content| self.named(Kind::Content, content)));
        let template = |this: &mut Self, text: &Option<ast::Text>| optional(text.as_ref().map(|text| this.template(text)));
        let subject = template(self, &touch.subject);
        let from = template(self, &touch.from);
        let preview = template(self, &touch.preview);
        let invites = template(self, &touch.invites);
        let only_if = optional(touch.only_if.as_ref().map(|predicate| self.predicate(predicate)));
        let reason = optional(touch.reason.as_ref().map(|predicate| self.predicate(predicate)));
        let content = content?;
        let once = (kind.is_message() && !touch.again)
            .then(|| content.as_ref().map_or_else(|| SmolStr::from(format!("step {id}")), |content| SmolStr::from(format!("content {content}"))));
        Ok(plan::Touch {
            channel: channel(kind),
            message: kind.is_message(),
            content,
            label: touch.label.as_ref().map(|label| label.text.clone()),
            platform: touch.platform.as_ref().map(|platform| platform.text.clone()),
            subject: subject?,
            once,
            only_if: only_if?,
            reason: reason?,
            goal: touch.goal.as_ref().map(|goal| goal.value.to_string()),
            from: from?,
            preview: preview?,
            invites: invites?,
            drop_after_seconds: touch.drop_after.map_or(DROP_AFTER, |after| after.value),
            refs: touch.common.refs.iter().map(|text| text.value.clone()).collect(),
            allows: allowed(&touch.common.allows),
            doc: touch.doc.as_ref().map(|doc| doc.to_string()),
            next: None,
        })
    }
}

/// A `next` that is not set yet.
struct Next {
    step: usize,
    way: Way,
}

/// Which `next` of a step.
enum Way {
    Only,
    Branch(usize),
    Otherwise,
    Arm(usize),
}

impl Next {
    fn join(&self, steps: &mut [plan::Step], id: u32) {
        let Some(step) = steps.get_mut(self.step) else { return };
        match (&mut step.action, &self.way) {
            (Action::Touch(touch), Way::Only) => touch.next = Some(id),
            (Action::Wait { next, .. } | Action::WaitUntil { next, .. }, Way::Only) => *next = Some(id),
            (Action::If { branches, .. }, Way::Branch(number)) => {
                if let Some(branch) = branches.get_mut(*number) {
                    branch.next = Some(id);
                }
            }
            (Action::If { otherwise, .. }, Way::Otherwise) => *otherwise = Some(id),
            (Action::Split { arms, .. }, Way::Arm(number)) => {
                if let Some(arm) = arms.get_mut(*number) {
                    arm.next = Some(id);
                }
            }
            _ => {}
        }
    }
}

fn collect_labels(steps: &[Step], labels: &mut Vec<Name>) {
    for step in steps {
        match &step.kind {
            StepKind::Touch(touch) => labels.extend(touch.label.clone()),
            StepKind::If(branches, otherwise) => {
                branches.iter().for_each(|(_, steps)| collect_labels(steps, labels));
                if let Some(steps) = otherwise {
                    collect_labels(steps, labels);
                }
            }
            StepKind::Split(_, arms) => arms.iter().for_each(|(_, steps)| collect_labels(steps, labels)),
            _ => {}
        }
    }
}
