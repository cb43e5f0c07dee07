//! Programs as tracks and steps.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{Builder, Made, Scope, Unfit, cap, day, no_such, seconds};
use crate::plan::{self, Action};
use crate::run::clock::Hours;
use crate::run::lead::DAY;
use crate::run::policy::{Goal, NodeId, Program, Step, Touch, Track, Trigger, Watch};
use crate::text::Decimal;

impl Builder<'_> {
    #[allow(clippy::too_many_arguments, reason = "the tables of the policy that is made")]
    pub(super) fn program(
        &mut self,
        number: u32,
        programs: &mut Vec<Program>,
        tracks: &mut Vec<Track>,
        steps: &mut Vec<Step>,
        once: &mut u32,
        roots: &mut Vec<(NodeId, Option<Watch>)>,
        asked: &mut Vec<NodeId>,
    ) -> Made<()> {
        let plan = self.plan;
        let written = plan.programs.get(number as usize).ok_or_else(no_such)?;
        let scope = Scope::program(number);
        let watch = Some(Watch::Program(number));
        let (first_root, first_asked) = (roots.len(), asked.len());
        let audience = self.predicate(&written.audience.predicate, scope)?;
        roots.push((audience, watch));
        let (mut join_when, mut join_on) = (None, None);
        match &written.join {
            Some(plan::Join::When(predicate)) => {
                let node = self.predicate(predicate, scope)?;
                roots.push((node, watch));
                join_when = Some(node);
            }
            Some(plan::Join::On(event)) => join_on = Some(self.list(event)?),
            None => {}
        }
        let goal = match &written.goal {
            Some(goal) => {
                let node = self.predicate(&goal.predicate, Scope { goal: true, ..scope })?;
                let without_events = self.predicate(&goal.predicate, Scope { nothing: true, ..scope })?;
                roots.extend([(node, watch), (without_events, watch)]);
                Some(Goal { node, without_events, within: goal.within_seconds.map(seconds), ends: goal.ends })
            }
            None => None,
        };
        let leave_when = written.leave_when.as_ref().map(|predicate| self.predicate(predicate, scope)).transpose()?;
        roots.extend(leave_when.map(|node| (node, watch)));
        let runs = match &written.runs {
            Some(runs) => {
                // First instants of days in the workspace's zone: the one after the last ends it.
                Some((self.zone.instant(day(&runs.from)?), self.zone.instant(day(&runs.to)? + DAY)))
            }
            None => None,
        };
        let hold_out = written.hold_out_percent.as_deref().map(percent).transpose()?;
        let first_track = tracks.len() as u32;
        let first_step = steps.len() as u32;
        let last = written.steps.len() as u32;
        // All lead to later steps: so no instant can go round in a circle.
        let forward = |step: &plan::Step| step.action.nexts().into_iter().all(|next| step.id < next && next <= last);
        let begun = written.tracks.iter().all(|track| track.first.is_none_or(|first| (1..=last).contains(&first)));
        if !begun || !written.steps.iter().all(forward) {
            return Err(Unfit(format!("the steps of the program `{}` do not lead forward to steps that it has", written.name)));
        }
        let place = |id: Option<u32>| id.and_then(|id| id.checked_sub(1)).map(|place| place + first_step);
        for track in &written.tracks {
            let trigger = match &track.trigger {
                plan::Trigger::Join => Trigger::Join,
                plan::Trigger::Signal(event) => Trigger::Signal(self.list(event)?),
                plan::Trigger::EverySeconds(0) => return Err(Unfit(format!("a track of the program `{}` starts every 0 seconds", written.name))),
                plan::Trigger::EverySeconds(every) => Trigger::Every(seconds(*every).max(1)),
                plan::Trigger::Moment(moment) => Trigger::Moment(self.instant(moment)?),
                plan::Trigger::Stage { journey, stages } => {
                    let stage = plan::Predicate::StageIn { journey: journey.clone(), stages: stages.clone() };
                    let node = self.predicate(&stage, Scope::LEAD)?;
                    roots.push((node, watch));
                    Trigger::Stage(node)
                }
            };
            tracks.push(Track { program: number, trigger, first: place(track.first) });
        }
        let mut keys: FxHashMap<SmolStr, u32> = FxHashMap::default();
        for (id, step) in (1..).zip(&written.steps) {
            if step.id != id {
                return Err(Unfit(format!("the steps of the program `{}` are not numbered from 1 on", written.name)));
            }
            let made = match &step.action {
                Action::Touch(touch) => {
                    let only_if = touch.only_if.as_ref().map(|predicate| self.predicate(predicate, scope)).transpose()?;
                    let reason = touch.reason.as_ref().map(|predicate| self.predicate(predicate, scope)).transpose()?;
                    asked.extend(only_if.iter().chain(&reason));
                    let content = match &touch.content {
                        Some(name) => Some(*self.names.contents.get(name).ok_or_else(|| Unfit(format!("the plan has no content `{name}`")))?),
                        None => None,
                    };
                    let draft = content.and_then(|content| plan.contents.get(content as usize)).is_some_and(|content| content.draft);
                    // What goes out `again` is not passed over, but has gone out.
                    let again = touch.content.as_ref().filter(|_| touch.message).map(|content| SmolStr::from(format!("content {content}")));
                    let received = touch.once.clone().or(again).map(|key| {
                        *keys.entry(key).or_insert_with(|| {
                            *once += 1;
                            *once - 1
                        })
                    });
                    Step::Touch(Box::new(Touch {
                        channel: touch.channel,
                        message: touch.message,
                        content,
                        draft,
                        label: touch.label.clone(),
                        anchor: None,
                        once: received.filter(|_| touch.once.is_some()),
                        received,
                        only_if,
                        reason,
                        drop_after: seconds(touch.drop_after_seconds).max(1),
                        next: place(touch.next),
                    }))
                }
                Action::Wait { seconds: length, next } => Step::Wait { seconds: seconds(*length), next: place(*next) },
                Action::WaitUntil { until, at_most_seconds, next } => {
                    let until = self.predicate(until, scope)?;
                    roots.push((until, Some(Watch::Wait)));
                    Step::WaitUntil { until, most: seconds(*at_most_seconds), next: place(*next) }
                }
                Action::If { branches, otherwise } => {
                    let mut made = Vec::new();
                    for branch in branches {
                        let when = self.predicate(&branch.when, scope)?;
                        asked.push(when);
                        made.push((when, place(branch.next)));
                    }
                    Step::If { branches: made, otherwise: place(*otherwise) }
                }
                Action::Split { split, arms } => {
                    let mut sum = 0;
                    let mut made = Vec::new();
                    for arm in arms {
                        sum += percent(&arm.percent)?;
                        made.push((sum, place(arm.next)));
                    }
                    Step::Split { name: split.clone(), arms: made }
                }
                Action::Handoff { handoff } => {
                    let number = plan.handoffs.iter().position(|known| known.name == *handoff);
                    Step::Handoff(number.ok_or_else(|| Unfit(format!("the plan has no handoff `{handoff}`")))? as u32)
                }
                Action::Leave => Step::Leave,
            };
            steps.push(made);
        }
        if written.draft {
            // Nobody is ever in it: nothing of it is followed.
            roots.truncate(first_root);
            asked.truncate(first_asked);
        }
        let own = first_step..steps.len() as u32;
        // Which labels something asks for is known only now.
        for step in steps.get_mut(own.start as usize..).unwrap_or_default() {
            if let Step::Touch(touch) = step {
                touch.anchor = touch.label.as_ref().and_then(|label| self.labels.get(&(number, label.clone())).copied());
            }
        }
        let mut labels: Vec<u32> = self.labels.iter().filter(|((program, _), _)| *program == number).map(|(_, anchor)| *anchor).collect();
        labels.sort_unstable();
        let limits = &plan.limits;
        programs.push(Program {
            name: written.name.clone(),
            draft: written.draft,
            anonymous: written.audience.anonymous,
            audience,
            join_when,
            join_on,
            rejoin: written.rejoin,
            goal,
            leave_when,
            caps: written.caps.iter().map(cap).collect(),
            hours: Hours::new(limits.quiet.as_ref(), written.send_on.as_ref()),
            runs,
            hold_out,
            tracks: first_track..tracks.len() as u32,
            steps: own,
            preferred: limits.prefer.iter().position(|name| *name == written.name).map_or(u32::MAX, |place| place as u32),
            labels,
        });
        Ok(())
    }
}

/// A percentage of the plan in billionths of a percent.
fn percent(text: &str) -> Made<i128> {
    Decimal::parse(text, 9).map(Decimal::billionths).map_err(|_| Unfit(format!("`{text}` is no percentage")))
}
