//! What an instant's events and turned predicates mean for programs: bars, consent, and what is to be looked at.

use super::super::lead::{Event, Fact};
use super::super::policy::Watch;
use super::super::trace::{Entry, Sink, What};
use super::Player;

impl Player<'_> {
    /// An event that asks to hear no more.
    pub(super) fn bar<S: Sink>(&mut self, event: &Event, record: bool, sink: &mut S) {
        let builtin = &self.policy.builtin;
        if Some(event.signal) != builtin.unsubscribe && Some(event.signal) != builtin.complain {
            return;
        }
        let named = match builtin.channel.and_then(|place| event.fields.get(place)) {
            Some(Fact::Option(option)) => builtin.channels.get(*option as usize).copied().flatten(),
            _ => None,
        };
        let bar = named.and_then(|channel| self.bars.get_mut(channel as usize)).unwrap_or(&mut self.barred);
        self.barred_anew |= bar.replace(self.now).is_some_and(|old| old < self.now);
        if record {
            sink.record(Entry { at: self.now, what: What::Barred { channel: named } });
        }
    }

    /// Hears what turned: consent, and what programs, handoffs and waits look at.
    pub(super) fn hear<S: Sink>(&mut self, record: bool, first: bool, sink: &mut S) {
        let policy = self.policy;
        self.turned.clear();
        self.turned.append(&mut self.values.turned);
        let mut consent = false;
        for place in 0..self.turned.len() {
            match self.turned.get(place).copied() {
                Some(Watch::Program(program)) if self.concerns(program) => self.mark(program),
                Some(Watch::Handoff) => self.handoffs_marked = true,
                Some(Watch::Consent) => consent = true,
                Some(Watch::Wait) => self.work = true,
                _ => {}
            }
        }
        // What holds from the first instant on did not become true.
        if consent && !first && policy.consent_again.is_some_and(|node| self.holds(node)) {
            let now = self.now;
            let mut lifted = self.barred_anew;
            for bar in self.bars.iter_mut().chain(std::iter::once(&mut self.barred)) {
                if bar.take_if(|at| *at < now).is_some() {
                    lifted = true;
                }
            }
            if lifted && record {
                sink.record(Entry { at: now, what: What::Lifted });
            }
        }
        let mut fired = std::mem::take(&mut self.values.fired);
        fired.sort_unstable();
        fired.dedup();
        for list in fired.drain(..) {
            if let Some(list) = policy.lists.get(list as usize) {
                self.fired.extend_from_slice(&list.tracks);
                self.invited.extend_from_slice(&list.joins);
            }
        }
        self.values.fired = fired;
    }
}
