//! What the trace is told of stages and scores, and by which names it calls things.

use super::super::policy::Watch;
use super::super::trace::{Entry, Sink, StepId, TrackId, What};
use super::Player;

impl Player<'_> {
    pub(super) fn tell_stages<S: Sink>(&mut self, record: bool, sink: &mut S) {
        let policy = self.policy;
        for (number, stages) in (0..).zip(&policy.journeys) {
            let to = stages.iter().rposition(|node| self.holds(*node)).map(|place| place as u32);
            if let Some(from) = self.stages.get_mut(number as usize).filter(|from| **from != to) {
                if record {
                    sink.record(Entry { at: self.now, what: What::Stage { journey: number, from: *from, to } });
                }
                *from = to;
            }
        }
    }

    /// Each score, and which of its `when` lines hold.
    pub(super) fn scores(&self) -> Vec<(i128, Vec<bool>)> {
        let standing =
            |number: usize| self.policy.scores.get(number).map_or_else(Vec::new, |score| score.when.iter().map(|(node, _)| self.holds(*node)).collect());
        (0..self.policy.scores.len()).map(|number| (self.values.score(number as u32), standing(number))).collect()
    }

    pub(super) fn tell_scores<S: Sink>(&mut self, before: &[(i128, Vec<bool>)], input: bool, sink: &mut S) {
        let policy = self.policy;
        for (score, own) in (0..).zip(&policy.scores) {
            let to = self.values.score(score);
            let mut by: Vec<u32> = own.events.iter().filter(|line| self.values.last_event(line.list) == Some(self.now)).map(|line| line.place).collect();
            let from = match before.get(score as usize) {
                Some((from, standing)) if input => {
                    let turned = own.when.iter().zip(&own.when_places).zip(standing).filter(|(((node, _), _), before)| self.holds(*node) != **before);
                    by.extend(turned.map(|((_, place), _)| *place));
                    by.sort_unstable();
                    *from
                }
                _ if self.turned.contains(&Watch::Band(score)) => {
                    self.values.now -= 1;
                    let from = self.values.score(score);
                    self.values.now += 1;
                    from
                }
                _ => continue,
            };
            if from != to {
                sink.record(Entry { at: self.now, what: What::Score { score, from, to, by } });
            }
        }
    }

    pub(super) fn record<S: Sink>(&self, sink: &mut S, what: What) {
        if S::ACTIVE {
            sink.record(Entry { at: self.now, what });
        }
    }

    pub(super) fn track_id(&self, track: u32) -> TrackId {
        let own = self.policy.tracks.get(track as usize);
        let program = own.map_or(0, |own| own.program);
        let start = self.policy.programs.get(program as usize).map_or(0, |program| program.tracks.start);
        TrackId { program, track: track - start }
    }

    pub(super) fn step_id(&self, track: u32, step: u32) -> StepId {
        let program = self.policy.tracks.get(track as usize).map_or(0, |own| own.program);
        let start = self.policy.programs.get(program as usize).map_or(0, |program| program.steps.start);
        StepId { program, step: step - start }
    }
}
