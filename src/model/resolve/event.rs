//! Events: `did SIGNAL …`, and what starts joins, tracks and points.

use super::{Member, Resolved, Resolver, Scope};
use crate::diagnostics::{Check, Kind, Problem, closest};
use crate::plan::{self, EventCount, EventPattern, Predicate};
use crate::syntax::ast::{Count, Did, Event, Name, Window};

impl Resolver<'_> {
    /// A signal by name.
    pub(super) fn signal_name(&mut self, name: &Name) -> Resolved<smol_str::SmolStr> {
        if self.schema().signals.contains_key(&name.text) {
            self.used(Kind::Signal, name);
            return Ok(name.text.clone());
        }
        if self.schema().hides(Kind::Signal, &name.text) {
            return Err(crate::diagnostics::Reported::with_its_declaration());
        }
        let stem = name.text.strip_suffix("ed").or_else(|| name.text.strip_suffix('s'));
        let verb = stem.filter(|stem| self.schema().signals.contains_key(*stem)).map(str::to_owned);
        if let Some(verb) = verb {
            return self.fail(
                Problem::new(Check::UnknownName, name.at, format!("there is no signal `{}`", name.text)).here(format!("did you mean `{verb}`?")).fix(
                    format!("write `{verb}`"),
                    name.at,
                    verb,
                    true,
                ),
            );
        }
        let known = self.candidates(Kind::Signal);
        let mut problem = Problem::new(Check::UnknownName, name.at, format!("there is no signal `{}`", name.text));
        problem = match closest(&name.text, known.iter().map(smol_str::SmolStr::as_str)) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
            None => match self.elsewhere(&name.text) {
                Some(kind) => Problem::new(Check::MisusedName, name.at, format!("`{}` is {}, not a signal", name.text, kind.with_article()))
                    .help("`did` and `on` ask for what a lead does: a signal"),
                None => problem.help(format!("declare it: `signal {} implicit`", name.text)),
            },
        };
        self.fail(problem)
    }

    /// Events of a signal.
    pub(super) fn event(&mut self, event: &Event) -> Resolved<EventPattern> {
        let signal = self.signal_name(&event.signal)?;
        let filter = event.filter.as_ref().map(|filter| self.scoped(filter, Scope::Event(&signal))).transpose()?;
        Ok(EventPattern { signal, filter })
    }

    pub(super) fn did(&mut self, did: &Did) -> Resolved<Predicate> {
        let event = self.event(&did.event);
        let window = did.window.as_ref().map(|window| self.window(window)).transpose();
        let (mut at_least, mut at_most) = (Some(1), None);
        if did.not.is_some() {
            (at_least, at_most) = (None, Some(0));
        } else if let Some(count) = did.count {
            (at_least, at_most) = match count.value {
                Count::AtLeast(least) => {
                    if least == 0 {
                        self.report(
                            Problem::new(Check::AlwaysTrueCount, count.at, "`at least 0 times` holds for every lead")
                                .here("nobody does less")
                                .help("write `at least 1 times`, or leave the condition out"),
                        );
                    }
                    (Some(least), None)
                }
                Count::AtMost(most) => (None, Some(most)),
                Count::Exactly(0) => (None, Some(0)),
                Count::Exactly(times) => (Some(times), Some(times)),
                Count::Between(low, high) => {
                    if low > high {
                        self.report(
                            Problem::new(Check::ImpossibleCount, count.at, format!("no count lies between {low} and {high}"))
                                .here("the first is the greater")
                                .fix("swap them", count.at, format!("between {high} and {low} times"), false),
                        );
                        event?;
                        return Err(crate::diagnostics::Reported::with_its_declaration());
                    }
                    (Some(low), Some(high))
                }
            };
        }
        let EventPattern { signal, filter } = event?;
        Ok(Predicate::Count(Box::new(EventCount { signal, filter, at_least, at_most, window: window? })))
    }

    fn window(&mut self, window: &crate::syntax::ast::At<Window>) -> Resolved<plan::Window> {
        match &window.value {
            Window::Within(seconds) => Ok(plan::Window::Seconds(*seconds)),
            Window::Since(date) => Ok(plan::Window::Since(date.to_string().into())),
            Window::Joining if self.labels.is_some() => Ok(plan::Window::SinceJoining),
            Window::Joining => self.fail(
                Problem::new(Check::MisplacedClause, window.at, "`since joining` stands outside a program")
                    .here("only a program is joined")
                    .help("write `within …`, or move the condition into a program"),
            ),
            Window::Touch(label) => {
                let Some(labels) = self.labels.clone() else {
                    return self.fail(
                        Problem::new(Check::MisplacedClause, window.at, format!("`since {label}` stands outside a program"))
                            .here("labels of touches are known in their program only")
                            .help("write `within …` or `since DATE`"),
                    );
                };
                if labels.contains(label) {
                    // The label is the last word of the window.
                    let at = crate::text::Range::new(window.at.end.saturating_sub(label.len() as u32), window.at.end);
                    let program = self.own.clone();
                    self.mention(Member::Label(program, label.clone()), at);
                    return Ok(plan::Window::SinceTouch(label.clone()));
                }
                let mut problem = Problem::new(Check::UnknownName, window.at, format!("no touch of this program is called `{label}`"));
                problem = match closest(label, labels.iter().map(smol_str::SmolStr::as_str)) {
                    Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), window.at, format!("since {meant}"), true),
                    None => problem.help(format!("name the touch: `email … as {label}`")),
                };
                self.fail(problem)
            }
        }
    }
}
