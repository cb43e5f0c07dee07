//! Predicates over leads.

use super::{Builder, P, Rule};
use crate::diagnostics::{Check, Edit, Problem};
use crate::syntax::ast::{Ask, At, Comparison, Count, Did, Event, Order, Predicate, PredicateKind, TextTest, Value, Window};
use crate::text::Range;

/// One operand of a flat list of `and` and `or`: what stands before it, and where it stands.
pub(super) struct Operand<T> {
    pub value: T,
    pub at: Range,
}

/// A flat list of operands, all joined by one word.
pub(super) enum Joined<T> {
    One(T),
    And(Vec<T>),
    Or(Vec<T>),
}

impl Builder<'_> {
    pub(super) fn predicate(&mut self, pair: P<'_>) -> Predicate {
        let at = self.at(&pair);
        let mut operands: Vec<Operand<Predicate>> = Vec::with_capacity(1);
        let mut words: Vec<(bool, Range)> = Vec::new();
        let (mut nots, mut not_at) = (0u32, at);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::not => {
                    if nots == 0 {
                        not_at = self.at(&inner);
                    }
                    nots += 1;
                }
                Rule::and => words.push((true, self.at(&inner))),
                Rule::or => words.push((false, self.at(&inner))),
                _ => {
                    let place = self.at(&inner);
                    let mut value = self.term(inner);
                    let mut at = place;
                    if nots > 0 {
                        at = not_at.cover(place);
                        value = Predicate { at, kind: PredicateKind::Not(nots, Box::new(value)) };
                    }
                    operands.push(Operand { value, at });
                    nots = 0;
                }
            }
        }
        match self.join(operands, &words) {
            Joined::One(one) => one,
            Joined::And(all) => Predicate { at, kind: PredicateKind::And(all) },
            Joined::Or(any) => Predicate { at, kind: PredicateKind::Or(any) },
        }
    }

    /// Joins operands; `and` mixed with `or` is reported, with both readings as fixes.
    pub(super) fn join<T>(&mut self, mut operands: Vec<Operand<T>>, words: &[(bool, Range)]) -> Joined<T> {
        if operands.len() == 1
            && let Some(one) = operands.pop()
        {
            return Joined::One(one.value);
        }
        let and = words.first().is_none_or(|(and, _)| *and);
        if let (Some((_, first)), Some((_, other))) = (words.first(), words.iter().find(|(word, _)| *word != and)) {
            let places: Vec<Range> = operands.iter().map(|operand| operand.at).collect();
            let mut problem = Problem::new(Check::MixedAndOr, *other, "`and` and `or` are mixed without parentheses")
                .here("which belongs together?")
                .also(*first, "the other word stands here")
                .help("set parentheses around what belongs together");
            for (binds, title) in [(true, "group what `and` joins"), (false, "group what `or` joins")] {
                let edits = grouped(&places, words, binds);
                let title = self.written(&places, &edits).unwrap_or_else(|| title.to_owned());
                problem = problem.fix_all(title, edits, false);
            }
            self.report(problem);
        }
        let values = operands.into_iter().map(|operand| operand.value).collect();
        if and { Joined::And(values) } else { Joined::Or(values) }
    }

    /// "write …" with the text as the edits make it, where it is short enough to be read at a glance.
    fn written(&self, places: &[Range], edits: &[Edit]) -> Option<String> {
        let whole = places.first()?.cover(*places.last()?);
        if self.copy.is_some() || whole.end - whole.start > 80 || whole.of(self.text).contains('\n') {
            return None;
        }
        let mut text = String::new();
        let mut done = whole.start;
        for edit in edits {
            text.push_str(Range::new(done, edit.at.start).of(self.text));
            text.push_str(&edit.new);
            done = edit.at.end;
        }
        text.push_str(Range::new(done, whole.end).of(self.text));
        Some(format!("write `{text}`"))
    }

    fn term(&mut self, pair: P<'_>) -> Predicate {
        let at = self.at(&pair);
        let kind = match pair.as_rule() {
            Rule::group => match pair.into_inner().next() {
                Some(inner) => return self.predicate(inner),
                None => self.strange(at).unwrap_or(PredicateKind::Broken),
            },
            Rule::everyone => PredicateKind::Everyone,
            Rule::identified => PredicateKind::Identified,
            Rule::membership => match pair.into_inner().next() {
                Some(name) => PredicateKind::In(self.name(&name)),
                None => self.strange(at).unwrap_or(PredicateKind::Broken),
            },
            Rule::did => match self.did(pair) {
                Some(did) => PredicateKind::Did(Box::new(did)),
                None => PredicateKind::Broken,
            },
            Rule::comparison => match self.comparison(pair) {
                Some(comparison) => PredicateKind::Compare(Box::new(comparison)),
                None => PredicateKind::Broken,
            },
            _ => self.strange(at).unwrap_or(PredicateKind::Broken),
        };
        Predicate { at, kind }
    }

    fn comparison(&mut self, pair: P<'_>) -> Option<Comparison> {
        let at = self.at(&pair);
        let mut inner = pair.into_inner();
        let Some(path) = inner.next() else { return self.strange(at) };
        let path = self.dotted(&path);
        let Some(tail) = inner.next() else {
            return Some(Comparison { test_at: path.at(), path, test: Ask::Flag });
        };
        let test_at = self.at(&tail);
        let rule = tail.as_rule();
        let mut parts = tail.into_inner();
        let test = match rule {
            Rule::is_tail => match (parts.next(), parts.next()) {
                (Some(part), _) if part.as_rule() == Rule::is_known => Ask::Known(true),
                (Some(part), _) if part.as_rule() == Rule::is_unknown => Ask::Known(false),
                (Some(_), Some(value)) => Ask::Is(false, self.value(value)),
                (Some(value), None) => Ask::Is(true, self.value(value)),
                _ => return self.strange(test_at),
            },
            Rule::in_list | Rule::not_in_list => {
                let values = parts.next().map(|list| self.values(list)).unwrap_or_default();
                Ask::In(rule == Rule::in_list, values)
            }
            Rule::compare => {
                let (Some(op), Some(value)) = (parts.next(), parts.next()) else { return self.strange(test_at) };
                Ask::Order(order(op.as_str()), self.value(value))
            }
            Rule::between => {
                let (Some(low), Some(high)) = (parts.next(), parts.next()) else { return self.strange(test_at) };
                Ask::Between(self.value(low), self.value(high))
            }
            Rule::contains => Ask::Text(TextTest::Contains, self.text_values(parts.next())),
            Rule::starts => Ask::Text(TextTest::StartsWith, self.text_values(parts.next())),
            Rule::ends => Ask::Text(TextTest::EndsWith, self.text_values(parts.next())),
            Rule::within_span => {
                let (Some(direction), Some(duration)) = (parts.next(), parts.next()) else { return self.strange(test_at) };
                Ask::Within(direction.as_rule() == Rule::last, self.duration(duration))
            }
            rule => {
                let Some(part) = parts.next() else { return self.strange(test_at) };
                match rule {
                    Rule::has => Ask::Has(self.value(part)),
                    Rule::before => Ask::Before(self.value(part)),
                    Rule::after => Ask::After(self.value(part)),
                    Rule::older => Ask::Older(self.duration(part)),
                    _ => return self.strange(test_at),
                }
            }
        };
        Some(Comparison { path, test, test_at })
    }

    fn text_values(&mut self, pair: Option<P<'_>>) -> Vec<Value> {
        match pair {
            Some(pair) if pair.as_rule() == Rule::any_of => pair.into_inner().next().map(|list| self.values(list)).unwrap_or_default(),
            Some(pair) => vec![self.value(pair)],
            None => Vec::new(),
        }
    }

    /// `SIGNAL(…)`
    pub(super) fn event(&mut self, pair: P<'_>) -> Option<Event> {
        let at = self.at(&pair);
        let mut inner = pair.into_inner();
        let Some(signal) = inner.next() else { return self.strange(at) };
        let signal = self.name(&signal);
        let filter = inner.next().and_then(|filter| self.predicate_in(filter));
        Some(Event { signal, filter })
    }

    fn did(&mut self, pair: P<'_>) -> Option<Did> {
        let at = self.at(&pair);
        let (mut not, mut event, mut count, mut window) = (None, None, None, None);
        for inner in pair.into_inner() {
            let at = self.at(&inner);
            match inner.as_rule() {
                Rule::did_not => not = Some(at),
                Rule::event => event = self.event(inner),
                Rule::count => count = inner.into_inner().next().and_then(|pair| self.count_of(pair, at)),
                _ => window = inner.into_inner().next().and_then(|pair| self.window(pair, at)),
            }
        }
        let Some(event) = event else { return self.strange(at) };
        if let (Some(not), Some(count)) = (not, &count) {
            let problem = Problem::new(Check::MisplacedClause, count.at, "`did not` takes no count")
                .here("does this mean fewer times, or not at all?")
                .also(not, "`did not` means: not once")
                .help(format!("write `did {} at most N times`, or leave out the count", event.signal.text));
            self.report(problem);
        }
        Some(Did { not, event, count, window })
    }

    fn count_of(&mut self, pair: P<'_>, at: Range) -> Option<At<Count>> {
        let rule = pair.as_rule();
        let mut numbers = pair.into_inner().map(|number| self.count(&number).value);
        let value = match (rule, numbers.next(), numbers.next()) {
            (Rule::at_least, Some(n), _) => Count::AtLeast(n),
            (Rule::at_most, Some(n), _) => Count::AtMost(n),
            (Rule::exactly, Some(n), _) => Count::Exactly(n),
            (_, Some(low), Some(high)) => Count::Between(low, high),
            _ => return self.strange(at),
        };
        Some(At { value, at })
    }

    fn window(&mut self, pair: P<'_>, at: Range) -> Option<At<Window>> {
        let rule = pair.as_rule();
        let inner = pair.into_inner().next();
        let value = match (rule, inner) {
            (Rule::within_window, Some(duration)) => Window::Within(self.duration(duration).value),
            (_, Some(inner)) if inner.as_rule() == Rule::joining => Window::Joining,
            (_, Some(inner)) if inner.as_rule() == Rule::date => Window::Since(self.date(&inner)?.value),
            (_, Some(inner)) => Window::Touch(inner.as_str().into()),
            _ => return self.strange(at),
        };
        Some(At { value, at })
    }
}

/// The order that a sign asks for.
pub(super) fn order(sign: &str) -> Order {
    match sign {
        "<" => Order::Below,
        "<=" => Order::AtMost,
        ">" => Order::Above,
        _ => Order::AtLeast,
    }
}

/// Parentheses around each run of operands that the word (`and` if `binds`) joins.
fn grouped(places: &[Range], words: &[(bool, Range)], binds: bool) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut index = 0;
    while index < places.len() {
        let run = words.get(index..).map_or(0, |rest| rest.iter().take_while(|(and, _)| *and == binds).count());
        if run > 0
            && let (Some(first), Some(last)) = (places.get(index), places.get(index + run))
        {
            edits.push(Edit { at: Range::at(first.start), new: "(".to_owned() });
            edits.push(Edit { at: Range::at(last.end), new: ")".to_owned() });
        }
        index += run + 1;
    }
    edits
}
