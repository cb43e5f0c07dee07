//! Small changes of a declaration, one at a time: a condition, a threshold, a window, a wait, a connective.

use crate::plan::duration;
use crate::syntax::ast::{
    Ask, At, Body, Count, Did, Duration, Earned, Event, Item, Join, Order, Predicate, PredicateKind, Program, Step, StepKind, ValueKind, Window,
};
use crate::text::{Decimal, Range};

/// A change that was made: where, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it was made.
    pub at: Range,
    /// What was changed, in words that go on after "when": "`>=` becomes `>`".
    pub what: String,
}

/// Makes the change number `number` of a declaration, if it has so many. Tests, rules and drafts have none.
pub fn change(item: &mut Item, number: usize) -> Option<Change> {
    let mut changer = Changer { left: number, made: None };
    if item.common.draft.is_none() {
        changer.item(&mut item.body);
    }
    changer.made
}

/// Walks a declaration in order until the change that is asked for.
struct Changer {
    left: usize,
    made: Option<Change>,
}

impl Changer {
    /// One more change is possible here: true if it is the one.
    fn here(&mut self, at: Range, what: impl FnOnce() -> String) -> bool {
        if self.made.is_some() {
            return false;
        }
        if self.left > 0 {
            self.left -= 1;
            return false;
        }
        self.made = Some(Change { at, what: what() });
        true
    }

    fn item(&mut self, body: &mut Body) {
        match body {
            Body::Segment(Some(predicate)) => self.predicate(predicate),
            Body::Icp(icp) => icp.predicate.iter_mut().for_each(|predicate| self.predicate(predicate)),
            Body::Journey(journey) => journey.stages.iter_mut().filter_map(|stage| stage.evidence.as_mut()).for_each(|evidence| self.predicate(evidence)),
            Body::Score(score) => {
                for line in &mut score.points {
                    self.number(&mut line.points, "points");
                    match &mut line.earned {
                        Earned::When(predicate) => self.predicate(predicate),
                        Earned::For(event, cap) => {
                            self.event(event);
                            if let Some(cap) = cap {
                                self.count_more(&mut cap.times);
                                self.length(&mut cap.per);
                            }
                        }
                    }
                }
                score.halves.iter_mut().for_each(|halves| self.length(halves));
            }
            Body::Handoff(handoff) => {
                handoff.when.iter_mut().for_each(|when| self.predicate(when));
                for back in &mut handoff.back {
                    back.after.iter_mut().for_each(|after| self.length(after));
                    self.predicate(&mut back.when);
                }
            }
            Body::Limits(limits) => {
                for frequency in &mut limits.frequencies {
                    self.count_more(&mut frequency.most);
                    self.length(&mut frequency.per);
                }
                limits.needs.iter_mut().chain(&mut limits.never).for_each(|(_, predicate)| self.predicate(predicate));
                limits.consent_again.iter_mut().for_each(|again| self.predicate(again));
            }
            Body::Program(program) => self.program(program),
            _ => {}
        }
    }

    fn program(&mut self, program: &mut Program) {
        program.audience.iter_mut().filter_map(|audience| audience.predicate.as_mut()).for_each(|predicate| self.predicate(predicate));
        match &mut program.join {
            Some(Join::When(predicate)) => self.predicate(predicate),
            Some(Join::On(event)) => self.event(event),
            None => {}
        }
        if let Some(goal) = &mut program.goal {
            self.predicate(&mut goal.predicate);
            goal.by_day.iter_mut().for_each(|by| self.count_more(by));
        }
        program.leave_when.iter_mut().for_each(|leave| self.predicate(leave));
        for frequency in &mut program.frequencies {
            self.count_more(&mut frequency.most);
            self.length(&mut frequency.per);
        }
        for track in &mut program.tracks {
            match &mut track.trigger {
                crate::syntax::ast::Trigger::Signal(event) => self.event(event),
                crate::syntax::ast::Trigger::Every(every) => self.length(every),
                _ => {}
            }
            self.steps(&mut track.steps);
        }
    }

    fn steps(&mut self, steps: &mut [Step]) {
        for step in steps {
            match &mut step.kind {
                StepKind::Touch(touch) => {
                    touch.only_if.iter_mut().chain(&mut touch.reason).for_each(|predicate| self.predicate(predicate));
                    touch.drop_after.iter_mut().for_each(|after| self.length(after));
                }
                StepKind::Wait(length) => self.length(length),
                StepKind::WaitUntil(predicate, most) => {
                    self.predicate(predicate);
                    self.length(most);
                }
                StepKind::If(branches, otherwise) => {
                    for (predicate, steps) in branches {
                        self.predicate(predicate);
                        self.steps(steps);
                    }
                    otherwise.iter_mut().for_each(|steps| self.steps(steps));
                }
                StepKind::Split(_, arms) => arms.iter_mut().for_each(|(_, steps)| self.steps(steps)),
                StepKind::Handoff(_) | StepKind::Leave => {}
            }
        }
    }

    fn predicate(&mut self, predicate: &mut Predicate) {
        if self.made.is_some() {
            return;
        }
        let at = predicate.at;
        match &mut predicate.kind {
            PredicateKind::And(parts) => {
                if self.here(at, || "`and` becomes `or`".to_owned()) {
                    predicate.kind = PredicateKind::Or(std::mem::take(parts));
                } else {
                    self.parts(parts);
                }
            }
            PredicateKind::Or(parts) => {
                if self.here(at, || "`or` becomes `and`".to_owned()) {
                    predicate.kind = PredicateKind::And(std::mem::take(parts));
                } else {
                    self.parts(parts);
                }
            }
            PredicateKind::Not(times, inner) => {
                if self.here(at, || "`not` is left out".to_owned()) {
                    *times += 1;
                } else {
                    self.predicate(inner);
                }
            }
            PredicateKind::Did(did) => self.did(did, at),
            PredicateKind::Compare(comparison) => {
                let test_at = comparison.test_at;
                self.comparison(&mut comparison.test, test_at);
                self.negate(predicate, at);
            }
            PredicateKind::In(_) | PredicateKind::Identified => self.negate(predicate, at),
            PredicateKind::Everyone | PredicateKind::Broken => {}
        }
    }

    /// Each part of a connective is left out in turn, and changed by itself.
    fn parts(&mut self, parts: &mut Vec<Predicate>) {
        for place in 0..parts.len() {
            if parts.len() > 1 && parts.get(place).is_some_and(|part| self.here(part.at, || "this condition is left out".to_owned())) {
                parts.remove(place);
                return;
            }
            if let Some(part) = parts.get_mut(place) {
                self.predicate(part);
            }
        }
    }

    fn negate(&mut self, predicate: &mut Predicate, at: Range) {
        if self.here(at, || "this condition is turned round".to_owned()) {
            let kind = std::mem::replace(&mut predicate.kind, PredicateKind::Broken);
            predicate.kind = PredicateKind::Not(1, Box::new(Predicate { at, kind }));
        }
    }

    fn comparison(&mut self, test: &mut Ask, at: Range) {
        match test {
            Ask::Order(order, value) => {
                let other = match order {
                    Order::Below => Order::AtMost,
                    Order::AtMost => Order::Below,
                    Order::Above => Order::AtLeast,
                    Order::AtLeast => Order::Above,
                };
                let (old, new) = (order.sign(), other.sign());
                if self.here(at, || format!("`{old}` becomes `{new}`")) {
                    *order = other;
                } else {
                    self.value(&mut value.kind, value.at, 1);
                }
            }
            Ask::Between(low, high) => {
                self.value(&mut low.kind, low.at, 1);
                self.value(&mut high.kind, high.at, -1);
            }
            Ask::In(_, list) => {
                for place in 0..list.len() {
                    if list.len() > 1 && list.get(place).is_some_and(|value| self.here(value.at, || "this value is left out of the list".to_owned())) {
                        list.remove(place);
                        return;
                    }
                }
            }
            Ask::Within(_, length) | Ask::Older(length) => self.length(length),
            _ => {}
        }
    }

    fn value(&mut self, kind: &mut ValueKind, at: Range, by: i64) {
        if let ValueKind::Number(number) = kind {
            let other = number.plus(Decimal::whole(by));
            if self.here(at, || format!("{number} becomes {other}")) {
                *number = other;
            }
        }
    }

    fn number(&mut self, number: &mut At<Decimal>, what: &str) {
        let other = number.value.plus(number.value);
        if self.here(number.at, || format!("{} {what} become {other}", number.value)) {
            number.value = other;
        }
    }

    fn did(&mut self, did: &mut Did, at: Range) {
        if did.count.is_none() {
            let (old, new) = if did.not.is_some() { ("did not", "did") } else { ("did", "did not") };
            if self.here(at, || format!("`{old}` becomes `{new}`")) {
                did.not = if did.not.is_some() { None } else { Some(at) };
                return;
            }
        }
        self.event(&mut did.event);
        if let Some(count) = &mut did.count {
            let other = match count.value {
                Count::AtLeast(n) => Count::AtLeast(n.saturating_add(1)),
                Count::AtMost(n) => Count::AtMost(n.saturating_add(1)),
                Count::Exactly(n) => Count::Exactly(n.saturating_add(1)),
                Count::Between(low, high) => Count::Between(low, high.saturating_add(1)),
            };
            if self.here(count.at, || "it asks for one more".to_owned()) {
                count.value = other;
            }
        }
        if let Some(window) = &mut did.window
            && let Window::Within(seconds) = &mut window.value
        {
            let mut length = At { value: *seconds, at: window.at };
            self.length(&mut length);
            *seconds = length.value;
        }
    }

    fn event(&mut self, event: &mut Event) {
        if let Some(filter) = &mut event.filter {
            let at = filter.at;
            if self.here(at, || format!("any `{}` counts", event.signal.text)) {
                event.filter = None;
            } else {
                self.predicate(filter);
            }
        }
    }

    /// A length of time becomes twice as long, or half of it.
    fn length(&mut self, length: &mut Duration) {
        let seconds = length.value;
        if self.here(length.at, || format!("{} become {}", duration(seconds), duration(seconds.saturating_mul(2)))) {
            length.value = seconds.saturating_mul(2);
        }
        if seconds.is_multiple_of(2) && seconds >= 2 && self.here(length.at, || format!("{} become {}", duration(seconds), duration(seconds / 2))) {
            length.value = seconds / 2;
        }
    }

    fn count_more(&mut self, count: &mut At<u32>) {
        let more = count.value.saturating_add(1);
        if self.here(count.at, || format!("{} becomes {more}", count.value)) {
            count.value = more;
        }
    }
}
