//! Programs and handoffs, before and after.

use std::collections::BTreeSet;

use super::leads::{Both, Named, Shift};
use super::{Change, Class, limits, touches};
use crate::plan::{EventCount, EventPattern, Goal, Handoff, Join, Plan, Predicate, Program, Rejoin, Trigger, duration, event, normal, words};
use crate::proof::Universe;
use crate::run::{NodeId, Terms};

/// Both plans, and what is known of them.
pub(super) struct Ground<'g> {
    /// The old plan in its own names, as the joint one knows it.
    pub old: &'g Plan,
    /// The same in the names of the new one.
    pub renamed: &'g Plan,
    pub new: &'g Plan,
    pub both: &'g Both<'g>,
    pub named: &'g Named,
}

impl Ground<'_> {
    /// A predicate of a program of the old plan, in new names, as a question.
    pub fn before(&self, predicate: &Predicate, program: Option<u32>) -> Option<NodeId> {
        let anchor = program.map(|program| self.both.joins_of(program));
        self.both.node(&self.both.joint.before(predicate, self.renamed)?, anchor)
    }

    /// A predicate of a program of the new plan, as a question.
    pub fn after(&self, predicate: &Predicate, program: Option<u32>) -> Option<NodeId> {
        self.both.node(&self.both.joint.after(predicate, self.new)?, program)
    }

    /// The places of the changes on which a predicate depends, as it was and as it is.
    pub fn causes(&self, before: &Predicate, after: &Predicate) -> BTreeSet<usize> {
        let mut causes = self.named.below(self.new, after);
        causes.extend(self.named.below(self.renamed, before));
        causes
    }
}

/// A program of both plans: how it was, in its own names and in new ones, and how it is, with its number in the joint plan.
#[derive(Clone, Copy)]
pub(super) struct Twin<'t> {
    pub old: &'t Program,
    pub renamed: &'t Program,
    pub new: &'t Program,
    pub old_number: Option<u32>,
    pub new_number: Option<u32>,
    pub universe: Universe,
}

fn text(predicate: Option<&Predicate>) -> String {
    predicate.map_or_else(|| "nothing".to_owned(), words::predicate)
}

/// Compares programs and handoffs.
pub(super) fn compare(ground: &Ground<'_>, changes: &mut Vec<Change>) {
    let Ground { old, renamed, new, both, .. } = *ground;
    for (program, own) in renamed.programs.iter().zip(&old.programs) {
        let Some(after) = new.programs.iter().find(|known| known.name == program.name) else {
            let class = if own.draft { Class::Safe } else { Class::BreaksConsumers };
            changes.push(Change::new(class, format!("program {}", own.name), "is gone").was(words::predicate(&own.audience.predicate)).at(&own.source));
            continue;
        };
        let universe = if after.audience.anonymous && own.audience.anonymous { Universe::Anonymous } else { Universe::Database };
        let (old_number, new_number) = (both.program(&program.name, true), both.program(&after.name, false));
        one(ground, Twin { old: own, renamed: program, new: after, old_number, new_number, universe }, changes);
    }
    for program in new.programs.iter().filter(|program| !renamed.programs.iter().any(|known| known.name == program.name)) {
        added(ground, program, changes);
    }
    for (handoff, own) in renamed.handoffs.iter().zip(&old.handoffs) {
        match new.handoffs.iter().find(|known| known.name == handoff.name) {
            None => {
                // Whom sales took was not written to.
                changes.push(
                    Change::new(Class::WidensReach, format!("handoff {}", own.name), "is gone: whom it took goes on hearing from programs")
                        .was(text(Some(&own.predicate)))
                        .at(&own.source),
                );
            }
            Some(after) => one_handoff(ground, own, handoff, after, changes),
        }
    }
    for handoff in new.handoffs.iter().filter(|handoff| !renamed.handoffs.iter().any(|known| known.name == handoff.name)) {
        // Whom sales gives back joins anew.
        let (class, message) =
            if handoff.back.is_empty() { (Class::Safe, "is new") } else { (Class::WidensReach, "is new, and whom it gives back joins anew") };
        changes.push(Change::new(class, format!("handoff {}", handoff.name), message).is(text(Some(&handoff.predicate))).at(&handoff.source));
    }
}

fn added(ground: &Ground<'_>, program: &Program, changes: &mut Vec<Change>) {
    let item = format!("program {}", program.name);
    if program.draft {
        changes.push(Change::new(Class::Safe, item, "is new, a draft").is(text(Some(&program.audience.predicate))).at(&program.source));
        return;
    }
    let mut change = Change::new(Class::WidensReach, item, "is new").is(text(Some(&program.audience.predicate))).at(&program.source);
    let universe = if program.audience.anonymous { Universe::Anonymous } else { Universe::Database };
    if let Some(node) = ground.after(&program.audience.predicate, ground.both.program(&program.name, false)) {
        (change.newly_in, change.open) = ground.both.somebody(node, universe);
    }
    changes.push(change);
}

fn one(ground: &Ground<'_>, twin: Twin<'_>, changes: &mut Vec<Change>) {
    let Twin { old, renamed, new, .. } = twin;
    let item = format!("program {}", new.name);
    let push = |changes: &mut Vec<Change>, change: Change| changes.push(change.at(&new.source));
    if old.name != new.name {
        // What was sent, and whether they may come back, is kept by the program's name.
        let split = new.hold_out_percent.is_some() || new.steps.iter().any(|step| matches!(step.action, crate::plan::Action::Split { .. }));
        let drawn = if split { "; who gets which part of a split, or is held out, is drawn anew" } else { "" };
        let message = format!("was called {}{drawn}: whoever runs it has to carry over who was in it and what they got", old.name);
        push(changes, Change::new(Class::BreaksConsumers, &item, message).widening());
    }
    match (old.draft, new.draft) {
        (true, false) => {
            let mut change = Change::new(Class::WidensReach, &item, "goes live").is(text(Some(&new.audience.predicate)));
            if let Some(node) = ground.after(&new.audience.predicate, twin.new_number) {
                (change.newly_in, change.open) = ground.both.somebody(node, twin.universe);
            }
            push(changes, change);
            return;
        }
        (false, true) => {
            push(changes, Change::new(Class::Safe, &item, "is a draft now, and sends nothing"));
            return;
        }
        (true, true) => {
            if crate::plan::meaning(renamed) != crate::plan::meaning(new) {
                push(changes, Change::new(Class::Safe, &item, "changed, and is a draft"));
            }
            return;
        }
        (false, false) => {}
    }
    let same = crate::plan::meaning(renamed) == crate::plan::meaning(new);
    if same && ground.causes(&Predicate::And { of: predicates(renamed) }, &Predicate::And { of: predicates(new) }).is_empty() {
        owner(&item, old, new, changes);
        return;
    }
    let begun = changes.len();
    audience(ground, twin, &item, changes);
    entry(ground, twin, &item, changes);
    let own = (begun..changes.len()).collect();
    owner(&item, old, new, changes);
    limits::caps(&item, &renamed.caps, &new.caps, &new.source, changes);
    limits::sending_hours(&item, old.send_on.as_ref(), new.send_on.as_ref(), &new.source, changes);
    let told = changes.len();
    touches::compare(ground, twin, &own, changes);
    if changes.len() == told && crate::rules::tracks::courses(renamed) != crate::rules::tracks::courses(new) {
        let message = "its steps follow each other otherwise: what is asked on the way is asked at another time, or of others";
        changes.push(Change::new(Class::WidensReach, &item, message).at(&new.source));
    }
}

/// That an event of a pattern happened, whenever.
pub(super) fn did(event: &EventPattern) -> Predicate {
    let count = EventCount { signal: event.signal.clone(), filter: event.filter.clone(), at_least: Some(1), at_most: None, window: None };
    Predicate::Count(Box::new(count))
}

/// What has to hold for a track to start, if something has.
pub(super) fn started(trigger: &Trigger) -> Option<Predicate> {
    match trigger {
        Trigger::Stage { journey, stages } => Some(Predicate::StageIn { journey: journey.clone(), stages: stages.clone() }),
        Trigger::Signal(event) => Some(did(event)),
        _ => None,
    }
}

/// All predicates of a program.
fn predicates(program: &Program) -> Vec<Predicate> {
    let mut found = vec![program.audience.predicate.clone()];
    match &program.join {
        Some(Join::When(predicate)) => found.push(predicate.clone()),
        Some(Join::On(event)) => found.push(did(event)),
        None => {}
    }
    found.extend(program.leave_when.clone());
    found.extend(program.goal.as_ref().map(|goal| goal.predicate.clone()));
    for track in &program.tracks {
        found.extend(started(&track.trigger));
    }
    for step in &program.steps {
        match &step.action {
            crate::plan::Action::Touch(touch) => found.extend(touch.only_if.iter().chain(&touch.reason).cloned()),
            crate::plan::Action::WaitUntil { until, .. } => found.push(until.clone()),
            crate::plan::Action::If { branches, .. } => found.extend(branches.iter().map(|branch| branch.when.clone())),
            _ => {}
        }
    }
    found
}

/// Compares whom a program is for. What a named group brought about is told under its change.
fn audience(ground: &Ground<'_>, twin: Twin<'_>, item: &str, changes: &mut Vec<Change>) {
    let Twin { old, renamed, new, .. } = twin;
    if old.audience.anonymous != new.audience.anonymous {
        let message = if new.audience.anonymous { "is for people without a name now" } else { "is for leads of the database now" };
        changes.push(Change::new(Class::WidensReach, item, message).is(text(Some(&new.audience.predicate))).at(&new.source));
        return;
    }
    let nodes = (ground.before(&renamed.audience.predicate, twin.old_number), ground.after(&new.audience.predicate, twin.new_number));
    let (Some(before), Some(after)) = nodes else {
        let change = Change::new(Class::WidensReach, item, "its audience could not be compared");
        changes.push(change.was(text(Some(&old.audience.predicate))).is(text(Some(&new.audience.predicate))).at(&new.source));
        return;
    };
    let shift = ground.both.shift(before, after, Terms::ALWAYS, twin.universe);
    if normal(&renamed.audience.predicate) != normal(&new.audience.predicate) {
        let change = Change::new(Class::Safe, item, format!("its audience {}", shift.words()));
        let change = change.was(text(Some(&old.audience.predicate))).is(text(Some(&new.audience.predicate))).at(&new.source);
        changes.push(change.shift(shift, Class::WidensReach));
    } else if !shift.is_none() {
        let causes = ground.causes(&renamed.audience.predicate, &new.audience.predicate);
        follow(changes, &causes, &format!("the audience of program {}", new.name), &shift, Class::WidensReach);
    }
}

/// Tells under what changed what follows from it; by itself where nothing is known that brought it about.
pub(super) fn follow(changes: &mut Vec<Change>, causes: &BTreeSet<usize>, what: &str, shift: &Shift, wider: Class) {
    let shown = match (&shift.newly_in, &shift.newly_out) {
        (Some(who), _) => format!(": newly in is {}", who.who),
        (None, Some(who)) => format!(": newly out is {}", who.who),
        (None, None) => String::new(),
    };
    let mut told = false;
    for cause in causes {
        let Some(change) = changes.get_mut(*cause) else { continue };
        if shift.newly_in.is_some() || shift.open.is_some() {
            change.class = change.class.max(wider);
            change.widens_reach = true;
        }
        // Of several causes each may be the one; it is told once.
        if !told {
            change.follows.push(format!("{what} {}{shown}", shift.words()));
        }
        told = true;
    }
    if !told {
        changes.push(Change::new(Class::Safe, what, shift.words()).shift(shift.clone(), wider));
    }
}

/// Compares who joins, who leaves, and when a program ends for somebody.
fn entry(ground: &Ground<'_>, twin: Twin<'_>, item: &str, changes: &mut Vec<Change>) {
    let Twin { old, renamed, new, .. } = twin;
    let join = |program: &Program| match &program.join {
        None => "everybody in its audience joins".to_owned(),
        Some(Join::When(predicate)) => format!("join when {}", words::predicate(predicate)),
        Some(Join::On(of)) => format!("join on {}", event(of)),
    };
    let normal_join = |program: &Program| match program.join.clone() {
        Some(Join::When(predicate)) => Some(Join::When(normal(&predicate))),
        other => other,
    };
    let node = |program: &Program, before: bool| {
        let predicate = match &program.join {
            None => return Some(Terms::ALWAYS),
            Some(Join::When(predicate)) => predicate.clone(),
            Some(Join::On(event)) => did(event),
        };
        if before { ground.before(&predicate, twin.old_number) } else { ground.after(&predicate, twin.new_number) }
    };
    let shift = match (node(renamed, true), node(new, false)) {
        (Some(before), Some(after)) => {
            let audience = ground.after(&new.audience.predicate, twin.new_number).unwrap_or(Terms::ALWAYS);
            ground.both.shift(before, after, audience, twin.universe)
        }
        _ => Shift { open: Some("one of the two could not be read".to_owned()), ..Shift::default() },
    };
    if normal_join(renamed) != normal_join(new) {
        let message = format!("who joins {}", shift.words());
        let change = Change::new(Class::Safe, item, message).was(join(old)).is(join(new)).at(&new.source).shift(shift, Class::WidensReach);
        // An event joins at its instant, a condition whenever it holds: who has both joins at other times.
        let kind = |program: &Program| matches!(program.join, Some(Join::On(_)));
        let eased = kind(old) && !kind(new);
        changes.push(if eased { Change { class: Class::WidensReach, ..change.widening() } } else { change });
    } else if !shift.is_none() {
        let causes = ground.causes(&Predicate::And { of: predicates(renamed) }, &Predicate::And { of: predicates(new) });
        follow(changes, &causes, &format!("who joins program {}", new.name), &shift, Class::WidensReach);
    }
    let leave = |program: &Program| program.leave_when.clone().map(|predicate| normal(&predicate));
    let nobody = Predicate::Or { of: Vec::new() };
    let before = ground.before(renamed.leave_when.as_ref().unwrap_or(&nobody), twin.old_number);
    let after = ground.after(new.leave_when.as_ref().unwrap_or(&nobody), twin.new_number);
    if leave(renamed) != leave(new) {
        let change = Change::new(Class::Safe, item, "others leave").was(text(old.leave_when.as_ref())).is(text(new.leave_when.as_ref()));
        changes.push(stays(ground, twin, change.at(&new.source), before, after, "of those who left, some stay now", "some leave now who stayed"));
    } else {
        stays_by(ground, twin, before, after, "who stays in", changes);
    }
    let mut push = |change: Change| changes.push(change.at(&new.source));
    let rank = |rejoin: Rejoin| match rejoin {
        Rejoin::Never => (0, 0),
        Rejoin::AfterSeconds(seconds) => (1, u64::MAX - seconds),
        Rejoin::Always => (2, 0),
    };
    let rejoin = |rejoin: Rejoin| match rejoin {
        Rejoin::Never => "rejoin never".to_owned(),
        Rejoin::AfterSeconds(seconds) => format!("rejoin after {}", duration(seconds)),
        Rejoin::Always => "rejoin always".to_owned(),
    };
    if old.rejoin != new.rejoin {
        let wider = rank(new.rejoin) > rank(old.rejoin);
        let (class, message) = if wider { (Class::WidensReach, "leads come back sooner") } else { (Class::Safe, "leads come back later") };
        push(Change::new(class, item, message).was(rejoin(old.rejoin)).is(rejoin(new.rejoin)));
    }
    if renamed.journey != new.journey {
        let name = |program: &Program| program.journey.as_ref().map_or("none".to_owned(), ToString::to_string);
        push(Change::new(Class::Safe, item, "follows another journey").was(name(old)).is(name(new)));
    }
    goal(ground, twin, item, changes);
    let mut push = |change: Change| changes.push(change.at(&new.source));
    if old.runs != new.runs {
        let days = |program: &Program| program.runs.as_ref().map_or("always".to_owned(), |runs| format!("from {} to {}", runs.from, runs.to));
        let longer = match (&old.runs, &new.runs) {
            (Some(old), Some(new)) => new.from < old.from || new.to > old.to,
            (old, _) => old.is_some(),
        };
        let (class, message) = if longer { (Class::WidensReach, "runs on other days") } else { (Class::Safe, "runs on fewer days") };
        push(Change::new(class, item, message).was(days(old)).is(days(new)));
    }
    if old.hold_out_percent != new.hold_out_percent {
        let share = |program: &Program| program.hold_out_percent.as_ref().map_or("nobody".to_owned(), |percent| format!("{percent}%"));
        let figure = |program: &Program| program.hold_out_percent.as_ref().and_then(|percent| crate::text::Decimal::parse(percent, 9).ok());
        let fewer = figure(new) < figure(old);
        let (class, message) = if fewer { (Class::WidensReach, "fewer are held out") } else { (Class::Safe, "more are held out") };
        push(Change::new(class, item, message).was(share(old)).is(share(new)));
    }
}

/// Tells of who stays in a program and did not where that follows from something else.
fn stays_by(ground: &Ground<'_>, twin: Twin<'_>, before: Option<NodeId>, after: Option<NodeId>, what: &str, changes: &mut Vec<Change>) {
    let (Some(before), Some(after)) = (before, after) else { return };
    let among = ground.after(&twin.new.audience.predicate, twin.new_number).unwrap_or(Terms::ALWAYS);
    let nodes = &ground.both.policy.ground;
    let shift = ground.both.shift(nodes.not(before), nodes.not(after), among, twin.universe);
    if !shift.is_none() {
        let causes = ground.causes(&Predicate::And { of: predicates(twin.renamed) }, &Predicate::And { of: predicates(twin.new) });
        follow(changes, &causes, &format!("{what} program {}", twin.new.name), &shift, Class::WidensReach);
    }
}

/// A change of what ends a program for leads: who stays now and did not is who is newly in.
fn stays(ground: &Ground<'_>, twin: Twin<'_>, mut change: Change, before: Option<NodeId>, after: Option<NodeId>, more: &str, fewer: &str) -> Change {
    let (Some(before), Some(after)) = (before, after) else {
        change.class = Class::WidensReach;
        return change;
    };
    let among = ground.after(&twin.new.audience.predicate, twin.new_number).unwrap_or(Terms::ALWAYS);
    let ground = ground.both;
    let (stayed, stay) = (ground.policy.ground.not(before), ground.policy.ground.not(after));
    let shift = ground.shift(stayed, stay, among, twin.universe);
    change.message = match (&shift.newly_in, &shift.newly_out) {
        _ if shift.open.is_some() => format!("{}, and for whom is not proved", change.message),
        (Some(_), _) => more.to_owned(),
        (None, Some(_)) => fewer.to_owned(),
        (None, None) => "is written otherwise and ends for the same leads".to_owned(),
    };
    change.shift(shift, Class::WidensReach)
}

fn goal(ground: &Ground<'_>, twin: Twin<'_>, item: &str, changes: &mut Vec<Change>) {
    let Twin { old, renamed, new, .. } = twin;
    let said = |goal: &Option<Goal>| match goal {
        None => "none".to_owned(),
        Some(goal) => {
            let by = goal.within_seconds.map_or(String::new(), |seconds| format!(" by day {}", seconds / 86_400));
            format!("{}{by}{}", words::predicate(&goal.predicate), if goal.ends { "" } else { " and stay" })
        }
    };
    let plain = |goal: &Option<Goal>| goal.clone().map(|goal| Goal { predicate: normal(&goal.predicate), ..goal });
    let (plain_before, plain_after) = (plain(&renamed.goal), plain(&new.goal));
    let nobody = Predicate::Or { of: Vec::new() };
    let of = |goal: &Option<Goal>| goal.as_ref().filter(|goal| goal.ends).map_or(nobody.clone(), |goal| goal.predicate.clone());
    let (before, after) = (ground.before(&of(&renamed.goal), twin.old_number), ground.after(&of(&new.goal), twin.new_number));
    if plain_before == plain_after {
        return stays_by(ground, twin, before, after, "whom its goal leaves in", changes);
    }
    let change = Change::new(Class::Safe, item, "has another goal").was(said(&old.goal)).is(said(&new.goal)).at(&new.source);
    let ends = |goal: &Option<Goal>| goal.as_ref().is_some_and(|goal| goal.ends);
    let days = |goal: &Option<Goal>| goal.as_ref().and_then(|goal| goal.within_seconds).unwrap_or(u64::MAX);
    // Whoever reaches it after its day goes on.
    let shorter = ends(&new.goal) && days(&new.goal) < days(&old.goal);
    let moved = plain_before.map(|goal| goal.predicate) != plain_after.map(|goal| goal.predicate) || ends(&old.goal) != ends(&new.goal);
    let change = if moved {
        stays(ground, twin, change, before, after, "its goal ends it for fewer", "its goal ends it for more")
    } else {
        Change { message: if shorter { "its goal ends it for fewer: its day comes sooner" } else { "its goal has another day" }.to_owned(), ..change }
    };
    changes.push(if shorter { Change { class: change.class.max(Class::WidensReach), ..change.widening() } } else { change });
}

fn owner(item: &str, old: &Program, new: &Program, changes: &mut Vec<Change>) {
    if old.owner != new.owner {
        let name = |program: &Program| program.owner.clone().unwrap_or_else(|| "nobody".to_owned());
        changes.push(Change::new(Class::Safe, item, "has another owner").was(name(old)).is(name(new)).at(&new.source));
    }
}

fn one_handoff(ground: &Ground<'_>, own: &Handoff, renamed: &Handoff, new: &Handoff, changes: &mut Vec<Change>) {
    let item = format!("handoff {}", new.name);
    let push = |changes: &mut Vec<Change>, change: Change| changes.push(change.at(&new.source));
    if own.name != new.name {
        let message = format!("was called {}: whoever runs the plan has to carry over whom sales has", own.name);
        push(changes, Change::new(Class::BreaksConsumers, &item, message).widening());
    }
    let shift = match (ground.before(&renamed.predicate, None), ground.after(&new.predicate, None)) {
        (Some(before), Some(after)) => ground.both.shift(before, after, Terms::ALWAYS, Universe::Database),
        _ => Shift { open: Some("one of the two could not be read".to_owned()), ..Shift::default() },
    };
    if normal(&renamed.predicate) != normal(&new.predicate) {
        let change = Change::new(Class::Safe, &item, shift.words()).was(text(Some(&own.predicate))).is(text(Some(&new.predicate)));
        push(changes, change.shift(shift, Class::WidensReach));
    } else if !shift.is_none() {
        let causes = ground.causes(&renamed.predicate, &new.predicate);
        follow(changes, &causes, &format!("handoff {}", new.name), &shift, Class::WidensReach);
    }
    if own.follow_up_seconds != new.follow_up_seconds {
        let within = |handoff: &Handoff| handoff.follow_up_seconds.map_or("at some time".to_owned(), |seconds| format!("within {}", duration(seconds)));
        push(changes, Change::new(Class::Safe, &item, "sales follows up at another pace").was(within(own)).is(within(new)));
    }
    let told = |handoff: &Handoff| handoff.tell.join(", ");
    if told(renamed) != told(new) {
        push(changes, Change::new(Class::Safe, &item, "sales is told something else").was(told(own)).is(told(new)));
    }
    let back = |handoff: &Handoff| -> String {
        let one = |back: &crate::plan::Back| {
            let after = back.after_seconds.map_or(String::new(), |seconds| format!(" after {}", duration(seconds)));
            format!("back to {}{after} when {}", back.program, words::predicate(&normal(&back.when)))
        };
        let mut all: Vec<String> = handoff.back.iter().map(one).collect();
        all.sort_unstable();
        if all.is_empty() { "never".to_owned() } else { all.join("; ") }
    };
    for (before, after) in renamed.back.iter().zip(&new.back).filter(|_| back(renamed) == back(new)) {
        let nodes = (ground.before(&before.when, None), ground.after(&after.when, None));
        let shift = match nodes {
            (Some(before), Some(after)) => ground.both.shift(before, after, Terms::ALWAYS, Universe::Database),
            _ => continue,
        };
        if !shift.is_none() {
            let causes = ground.causes(&before.when, &after.when);
            follow(changes, &causes, &format!("whom {item} gives back"), &shift, Class::WidensReach);
        }
    }
    if back(renamed) != back(new) {
        push(changes, Change::new(Class::WidensReach, &item, "gives leads back otherwise").was(back(own)).is(back(new)));
    }
}
