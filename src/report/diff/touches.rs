//! Touches, before and after: which come, which go, which move, and to whom they go out.

use std::collections::BTreeMap;

use super::leads::Shift;
use super::programs::{Ground, Twin, follow};
use super::{Change, Class};
use crate::plan::{Action, Piece, Plan, Predicate, Program, Step, Template, Touch, Trigger, duration, event, normal, words};
use crate::proof::Universe;

/// A touch where it stands.
struct Placed<'p> {
    step: &'p Step,
    touch: &'p Touch,
    /// Its place among the steps.
    place: usize,
    /// What starts its track, in words.
    track: String,
    /// How long after the start of its track it is due, at the least and at the most: seconds.
    due: (u64, u64),
    /// What has to hold on the way to it and of it, in words.
    conditions: Vec<String>,
}

fn template(template: &Template) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.to_string(),
        Piece::Field { name, fallback: None } => format!("{{{name}}}"),
        Piece::Field { name, fallback: Some(words) } => format!("{{{name} or {words}}}"),
    };
    template.iter().map(piece).collect()
}

/// A touch in one line.
fn named(touch: &Touch) -> String {
    let content = touch.content.as_ref().map_or(String::new(), |content| format!(" {content}"));
    match &touch.subject {
        Some(subject) if touch.content.is_none() => format!("{} {}", touch.channel.name(), words::quoted(&template(subject))),
        _ => format!("{}{content}", touch.channel.name()),
    }
}

fn trigger(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Join => "on join".to_owned(),
        Trigger::Stage { stages, .. } => format!("on stage {}", stages.join(", ")),
        Trigger::Signal(of) => format!("on {}", event(of)),
        Trigger::EverySeconds(seconds) => format!("every {}", duration(*seconds)),
        Trigger::Moment(moment) => format!("on {}", moment.replace('T', " at ")),
    }
}

fn due((least, most): (u64, u64)) -> String {
    let day = |seconds: u64| if seconds.is_multiple_of(86_400) { format!("day {}", seconds / 86_400) } else { duration(seconds) };
    if least == most { day(least) } else { format!("{} to {}", day(least), day(most)) }
}

/// The touches of a program, in the order written.
fn placed(program: &Program) -> Vec<Placed<'_>> {
    // Steps stand in the order in which they can be come to.
    let mut arrived: BTreeMap<u32, ((u64, u64), Vec<String>)> = BTreeMap::new();
    let arrive = |id: Option<u32>, at: (u64, u64), conditions: Vec<String>, arrived: &mut BTreeMap<u32, ((u64, u64), Vec<String>)>| {
        let Some(id) = id else { return };
        arrived
            .entry(id)
            .and_modify(|(known, shared)| {
                *known = (known.0.min(at.0), known.1.max(at.1));
                // Where ways meet, what all of them ask for remains.
                shared.retain(|condition| conditions.contains(condition));
            })
            .or_insert((at, conditions));
    };
    for track in &program.tracks {
        arrive(track.first, (0, 0), Vec::new(), &mut arrived);
    }
    let mut found = Vec::new();
    for (place, step) in program.steps.iter().enumerate() {
        let Some((at, conditions)) = arrived.get(&step.id).cloned() else { continue };
        let with = |condition: String| conditions.iter().cloned().chain([condition]).collect::<Vec<_>>();
        match &step.action {
            Action::Touch(touch) => {
                arrive(touch.next, at, conditions.clone(), &mut arrived);
                let mut conditions = conditions;
                conditions.extend(touch.only_if.iter().map(|predicate| format!("only if {}", words::predicate(&normal(predicate)))));
                conditions.extend(touch.reason.iter().map(|predicate| format!("reason {}", words::predicate(&normal(predicate)))));
                let track = program.tracks.get(step.track as usize).map_or(String::new(), |track| trigger(&track.trigger));
                found.push(Placed { step, touch, place, track, due: at, conditions });
            }
            Action::Wait { seconds, next } => {
                let later = (at.0.saturating_add(*seconds), at.1.saturating_add(*seconds));
                arrive(*next, later, conditions, &mut arrived);
            }
            Action::WaitUntil { at_most_seconds, next, .. } => arrive(*next, (at.0, at.1.saturating_add(*at_most_seconds)), conditions, &mut arrived),
            Action::If { branches, otherwise } => {
                for branch in branches {
                    arrive(branch.next, at, with(format!("if {}", words::predicate(&normal(&branch.when)))), &mut arrived);
                }
                let all: Vec<Predicate> = branches.iter().map(|branch| normal(&branch.when)).collect();
                let none = all.iter().map(words::predicate).collect::<Vec<_>>().join(" or ");
                arrive(*otherwise, at, with(format!("unless {none}")), &mut arrived);
            }
            Action::Split { split, arms } => {
                for (number, arm) in arms.iter().enumerate() {
                    arrive(arm.next, at, with(format!("the {}% of part {} of split {split}", arm.percent, number + 1)), &mut arrived);
                }
            }
            Action::Handoff { .. } | Action::Leave => {}
        }
    }
    found
}

/// Which touches of the two are the same: places in both lists. What tells more comes first.
fn matched(old: &[Placed<'_>], new: &[Placed<'_>]) -> Vec<(usize, usize)> {
    type Same = fn(&Placed<'_>, &Placed<'_>) -> bool;
    let same: [Same; 5] = [
        |a, b| a.touch.label.is_some() && a.touch.label == b.touch.label && a.touch.channel == b.touch.channel,
        |a, b| a.track == b.track && a.due == b.due && a.conditions == b.conditions && named(a.touch) == named(b.touch) && a.touch.subject == b.touch.subject,
        |a, b| a.track == b.track && named(a.touch) == named(b.touch),
        |a, b| named(a.touch) == named(b.touch),
        |a, b| a.track == b.track && a.due == b.due && a.conditions == b.conditions && a.touch.channel == b.touch.channel,
    ];
    let mut found: Vec<(usize, usize)> = Vec::new();
    for is_same in same {
        for (place, touch) in old.iter().enumerate() {
            if found.iter().any(|(known, _)| *known == place) {
                continue;
            }
            let free = |other: &usize| !found.iter().any(|(_, known)| known == other);
            if let Some(other) = (0..new.len()).filter(free).find(|other| new.get(*other).is_some_and(|other| is_same(touch, other))) {
                found.push((place, other));
            }
        }
    }
    found.sort_unstable();
    found
}

fn where_it_stands(touch: &Placed<'_>) -> String {
    let conditions = if touch.conditions.is_empty() { String::new() } else { format!(", {}", touch.conditions.join(", ")) };
    format!("{}, {}{conditions}", touch.track, due(touch.due))
}

/// Compares the touches of a program. `audience` is how its audience changed: what follows from that is told there.
pub(super) fn compare(ground: &Ground<'_>, twin: Twin<'_>, audience: &Shift, changes: &mut Vec<Change>) {
    let (own, old, new) = (placed(twin.old), placed(twin.renamed), placed(twin.new));
    let pairs = matched(&old, &new);
    for (_, touch) in own.iter().enumerate().filter(|(place, _)| !pairs.iter().any(|(known, _)| known == place)) {
        let change = Change::new(Class::Safe, format!("program {}", twin.new.name), format!("no longer has {}", named(touch.touch)));
        changes.push(change.was(where_it_stands(touch)).at(&twin.new.source));
    }
    for (place, touch) in new.iter().enumerate() {
        let item = format!("program {}", twin.new.name);
        let Some((before, _)) = pairs.iter().find(|(_, known)| *known == place) else {
            let change = Change::new(Class::WidensReach, item, format!("has a new touch: {}", named(touch.touch)));
            let mut change = change.is(where_it_stands(touch)).at(&touch.step.source);
            if let Some(guard) = guard(ground, twin.new_number, touch.place, twin.universe) {
                (change.newly_in, change.open) = ground.both.somebody(guard, twin.universe);
            }
            changes.push(change);
            continue;
        };
        if let (Some(before), Some(own)) = (old.get(*before), own.get(*before)) {
            one(ground, twin, audience, (own, before, touch), changes);
        }
    }
    tracks(twin, changes);
    other_steps(twin, changes);
}

/// To whom a touch can go out.
fn guard(ground: &Ground<'_>, program: Option<u32>, place: usize, universe: Universe) -> Option<crate::run::NodeId> {
    let guards = ground.both.guards(program?)?;
    let leads = guards.steps.get(place)?.guard;
    Some(if universe == Universe::Database { leads.known } else { leads.anonymous })
}

fn one(ground: &Ground<'_>, twin: Twin<'_>, audience: &Shift, (own, before, touch): (&Placed<'_>, &Placed<'_>, &Placed<'_>), changes: &mut Vec<Change>) {
    let item = format!("{} of program {}", named(touch.touch), twin.new.name);
    let push = |changes: &mut Vec<Change>, change: Change| changes.push(change.at(&touch.step.source));
    if before.track != touch.track {
        let change = Change::new(Class::WidensReach, &item, "moved to another track").was(where_it_stands(own)).is(where_it_stands(touch));
        push(changes, change);
    } else if before.due != touch.due {
        let sooner = touch.due.0 < before.due.0;
        let change = Change::new(Class::Safe, &item, if sooner { "goes out sooner" } else { "goes out later" });
        push(changes, change.was(due(before.due)).is(due(touch.due)));
    }
    let asked = before.conditions != touch.conditions;
    let nodes = (guard(ground, twin.old_number, own.place, twin.universe), guard(ground, twin.new_number, touch.place, twin.universe));
    if let (Some(guarded), Some(guards)) = nodes {
        // Whoever came or went with the audience is told of there.
        let among = match (ground.before(&twin.renamed.audience.predicate, twin.old_number), ground.after(&twin.new.audience.predicate, twin.new_number)) {
            (Some(one), Some(other)) => ground.both.policy.ground.and(&[one, other]),
            _ => crate::run::Terms::ALWAYS,
        };
        let shift = ground.both.shift(guarded, guards, among, twin.universe);
        if asked {
            let conditions = |touch: &Placed<'_>| if touch.conditions.is_empty() { "no condition".to_owned() } else { touch.conditions.join(", ") };
            let words = match (&shift.newly_in, &shift.newly_out) {
                _ if shift.open.is_some() => "has other conditions, and to whom it goes is not proved",
                (Some(_), Some(_)) => "goes to others",
                (Some(_), None) => "goes to more leads",
                (None, Some(_)) => "goes to fewer leads",
                (None, None) => "has other conditions, and goes to the same leads",
            };
            let change = Change::new(Class::Safe, &item, words).was(conditions(own)).is(conditions(touch));
            push(changes, change.shift(shift, Class::WidensReach));
        } else if !shift.is_none() && audience.is_none() {
            let mut causes = std::collections::BTreeSet::new();
            for (plan, touch) in [(ground.renamed, before), (ground.new, touch)] {
                causes.extend(causes_of(ground, plan, twin, touch));
            }
            follow(changes, &causes, &item, &shift, Class::WidensReach);
        }
    }
    let text = |of: Option<&Template>| of.map(template);
    let says = |changes: &mut Vec<Change>, what: &str, old: Option<String>, new: Option<String>, class: Class| {
        if old != new {
            let mut change = Change::new(class, &item, what);
            (change.before, change.after) = (old, new);
            push(changes, change);
        }
    };
    let (a, b) = (before.touch, touch.touch);
    says(changes, "carries another content", a.content.as_ref().map(ToString::to_string), b.content.as_ref().map(ToString::to_string), Class::Safe);
    says(changes, "says something else", text(a.subject.as_ref()), text(b.subject.as_ref()), Class::Safe);
    says(changes, "has another preview", text(a.preview.as_ref()), text(b.preview.as_ref()), Class::Safe);
    says(changes, "comes from somebody else", text(a.from.as_ref()), text(b.from.as_ref()), Class::Safe);
    says(changes, "invites to something else", text(a.invites.as_ref()), text(b.invites.as_ref()), Class::Safe);
    says(changes, "has another goal", a.goal.clone(), b.goal.clone(), Class::Safe);
    says(changes, "is shown elsewhere", a.platform.as_ref().map(ToString::to_string), b.platform.as_ref().map(ToString::to_string), Class::Safe);
    let once = |touch: &Touch| Some(if touch.once.is_some() { "once a lead" } else { "again and again" }.to_owned());
    says(changes, "may be repeated otherwise", once(a), once(b), if a.once.is_some() && b.once.is_none() { Class::WidensReach } else { Class::Safe });
    let drop = |touch: &Touch| Some(format!("after {}", duration(touch.drop_after_seconds)));
    let held = if b.drop_after_seconds > a.drop_after_seconds { Class::WidensReach } else { Class::Safe };
    says(changes, "is dropped at another time", drop(a), drop(b), held);
    super::data::allowed(&item, &a.allows, &b.allows, &touch.step.source, changes);
}

/// The changes on which a touch's guard depends.
fn causes_of(ground: &Ground<'_>, plan: &Plan, twin: Twin<'_>, touch: &Placed<'_>) -> std::collections::BTreeSet<usize> {
    let program = if std::ptr::eq(plan, ground.new) { twin.new } else { twin.renamed };
    let mut asked: Vec<Predicate> = touch.touch.only_if.iter().chain(&touch.touch.reason).cloned().collect();
    asked.extend(program.leave_when.clone());
    asked.extend(program.goal.iter().map(|goal| goal.predicate.clone()));
    for step in program.steps.iter().filter(|step| step.track == touch.step.track) {
        if let Action::If { branches, .. } = &step.action {
            asked.extend(branches.iter().map(|branch| branch.when.clone()));
        }
    }
    if let Some(Trigger::Stage { journey, stages }) = program.tracks.get(touch.step.track as usize).map(|track| &track.trigger) {
        asked.push(Predicate::StageIn { journey: journey.clone(), stages: stages.clone() });
    }
    ground.named.below(plan, &Predicate::And { of: asked })
}

/// Allows of tracks.
fn tracks(twin: Twin<'_>, changes: &mut Vec<Change>) {
    for track in &twin.new.tracks {
        let words = trigger(&track.trigger);
        if let Some(before) = twin.renamed.tracks.iter().find(|known| trigger(&known.trigger) == words) {
            super::data::allowed(&format!("track `{words}` of program {}", twin.new.name), &before.allows, &track.allows, &track.source, changes);
        }
    }
}

/// What a program does besides touches: how often it hands off, leaves, splits and waits until something holds.
fn other_steps(twin: Twin<'_>, changes: &mut Vec<Change>) {
    let steps = |program: &Program| -> BTreeMap<String, usize> {
        let mut found = BTreeMap::new();
        for step in &program.steps {
            let track = program.tracks.get(step.track as usize).map_or(String::new(), |track| trigger(&track.trigger));
            let what = match &step.action {
                Action::Handoff { handoff } => format!("handoff {handoff}"),
                Action::Leave => "leave".to_owned(),
                Action::WaitUntil { until, at_most_seconds, .. } => {
                    format!("wait until {} for at most {}", words::predicate(&normal(until)), duration(*at_most_seconds))
                }
                Action::Split { arms, .. } => format!("split {}", arms.iter().map(|arm| format!("{}%", arm.percent)).collect::<Vec<_>>().join(", ")),
                _ => continue,
            };
            *found.entry(format!("{what} ({track})")).or_insert(0) += 1;
        }
        found
    };
    let (old, new) = (steps(twin.renamed), steps(twin.new));
    let item = format!("program {}", twin.new.name);
    for (what, count) in &old {
        if new.get(what).copied().unwrap_or(0) < *count {
            // Whoever left or was handed over there goes on.
            let class = if what.starts_with("handoff") || what.starts_with("leave") { Class::WidensReach } else { Class::Safe };
            changes.push(Change::new(class, &item, format!("no longer has the step {what}")).at(&twin.new.source));
        }
    }
    for (what, count) in &new {
        if old.get(what).copied().unwrap_or(0) < *count {
            changes.push(Change::new(Class::Safe, &item, format!("has a new step: {what}")).at(&twin.new.source));
        }
    }
}
