//! Touches, before and after: which come, which go, which move, and to whom they go out.

use std::collections::{BTreeMap, BTreeSet};

use super::programs::{Ground, Twin, follow};
use super::{Change, Class};
use crate::plan::{Action, Piece, Plan, Predicate, Program, Step, Template, Touch, Trigger, duration, event, normal, words};
use crate::proof::Universe;

/// What stands before the name of a split in a condition.
const SHARE: &str = " split ";

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
        Trigger::Stage { journey, stages } => format!("on stage {}", stages.iter().map(|stage| format!("{journey}.{stage}")).collect::<Vec<_>>().join(", ")),
        Trigger::Signal(of) => format!("on {}", event(of)),
        Trigger::EverySeconds(seconds) => format!("every {}", duration(*seconds)),
        Trigger::Moment(moment) => format!("on {}", moment.replace('T', " at ")),
    }
}

fn due((least, most): (u64, u64)) -> String {
    let day = |seconds: u64| if seconds.is_multiple_of(86_400) { format!("day {}", seconds / 86_400) } else { duration(seconds) };
    if least == most { day(least) } else { format!("{} to {}", day(least), day(most)) }
}

/// The touches of a program, in the order written; and where it hands over or lets go, in words.
fn placed(program: &Program) -> (Vec<Placed<'_>>, Vec<String>) {
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
    let mut others = Vec::new();
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
                    arrive(arm.next, at, with(format!("the {}% of part {} of{SHARE}{split}", arm.percent, number + 1)), &mut arrived);
                }
            }
            Action::Handoff { .. } | Action::Leave => {
                let what = match &step.action {
                    Action::Handoff { handoff } => format!("handoff {handoff}"),
                    _ => "leave".to_owned(),
                };
                let track = program.tracks.get(step.track as usize).map_or(String::new(), |track| trigger(&track.trigger));
                let conditions = if conditions.is_empty() { String::new() } else { format!(", {}", conditions.join(", ")) };
                others.push(format!("{what}: {track}, {}{conditions}", due(at)));
            }
        }
    }
    (found, others)
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

/// Compares the touches of a program, among those whom both audiences take in. `entry` are the changes of who comes into it and stays.
pub(super) fn compare(ground: &Ground<'_>, twin: Twin<'_>, entry: &BTreeSet<usize>, changes: &mut Vec<Change>) {
    let ((own, _), (old, others_before), (new, others)) = (placed(twin.old), placed(twin.renamed), placed(twin.new));
    let pairs = matched(&old, &new);
    for (_, touch) in own.iter().enumerate().filter(|(place, _)| !pairs.iter().any(|(known, _)| known == place)) {
        // Where it was sent once, a later one of the same content goes out in its place.
        let another =
            twin.new.steps.iter().any(|step| matches!(&step.action, Action::Touch(other) if other.content == touch.touch.content && other.content.is_some()));
        let (class, more) =
            if another && touch.touch.once.is_some() { (Class::WidensReach, ", and a later one may go out in its place") } else { (Class::Safe, "") };
        let change = Change::new(class, format!("program {}", twin.new.name), format!("no longer has {}{more}", named(touch.touch)));
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
            one(ground, twin, (own, before, touch), entry, changes);
        }
    }
    tracks(twin, changes);
    ends(twin, &others_before, &others, changes);
    other_steps(twin, changes);
}

/// To whom a touch can go out.
fn guard(ground: &Ground<'_>, program: Option<u32>, place: usize, universe: Universe) -> Option<crate::run::NodeId> {
    let guards = ground.both.guards(program?)?;
    let leads = guards.steps.get(place)?.guard;
    Some(if universe == Universe::Database { leads.known } else { leads.anonymous })
}

fn one(ground: &Ground<'_>, twin: Twin<'_>, (own, before, touch): (&Placed<'_>, &Placed<'_>, &Placed<'_>), entry: &BTreeSet<usize>, changes: &mut Vec<Change>) {
    let item = format!("{} of program {}", named(touch.touch), twin.new.name);
    let push = |changes: &mut Vec<Change>, change: Change| changes.push(change.at(&touch.step.source));
    if before.track != touch.track {
        let change = Change::new(Class::WidensReach, &item, "moved to another track").was(where_it_stands(own)).is(where_it_stands(touch));
        push(changes, change);
    } else if before.due != touch.due {
        let ((a, b), (c, d)) = (before.due, touch.due);
        // Who would have left by then gets it now, and what is asked on the way is asked at another time.
        let sooner = c < a || d < b;
        let (class, message) = match (sooner, c > a || d > b) {
            (true, false) => (Class::WidensReach, "goes out sooner, also to who would have left by then"),
            (_, true) if !touch.conditions.is_empty() || sooner => {
                (Class::WidensReach, "goes out at another time, at which its conditions may hold for others")
            }
            _ => (Class::Safe, "goes out later"),
        };
        push(changes, Change::new(class, &item, message).was(due(before.due)).is(due(touch.due)));
    }
    let shares = |touch: &Placed<'_>| touch.conditions.iter().filter(|condition| condition.contains(SHARE)).cloned().collect::<Vec<_>>();
    if shares(before) != shares(touch) {
        let said = |touch: &Placed<'_>| if shares(touch).is_empty() { "everybody".to_owned() } else { shares(touch).join(", ") };
        push(changes, Change::new(Class::WidensReach, &item, "goes to another share of leads").was(said(before)).is(said(touch)));
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
                (None, None) => "has other conditions, and of both audiences goes to the same leads",
            };
            let change = Change::new(Class::Safe, &item, words).was(conditions(own)).is(conditions(touch));
            push(changes, change.shift(shift, Class::WidensReach));
        } else if !shift.is_none() {
            let mut causes = BTreeSet::new();
            for (plan, touch) in [(ground.renamed, before), (ground.new, touch)] {
                causes.extend(causes_of(ground, plan, twin, touch));
            }
            // Who stays in the program gets its touches.
            follow(changes, if causes.is_empty() { entry } else { &causes }, &item, &shift, Class::WidensReach);
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
    // What was sent once is known by its key: another key goes out to who had the one before.
    let again = if a.once != b.once { Class::WidensReach } else { Class::Safe };
    says(changes, "carries another content", a.content.as_ref().map(ToString::to_string), b.content.as_ref().map(ToString::to_string), again);
    says(changes, "says something else", text(a.subject.as_ref()), text(b.subject.as_ref()), again);
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
fn causes_of(ground: &Ground<'_>, plan: &Plan, twin: Twin<'_>, touch: &Placed<'_>) -> BTreeSet<usize> {
    let program = if std::ptr::eq(plan, ground.new) { twin.new } else { twin.renamed };
    let mut asked: Vec<Predicate> = touch.touch.only_if.iter().chain(&touch.touch.reason).cloned().collect();
    asked.extend(program.leave_when.clone());
    asked.extend(program.goal.iter().map(|goal| goal.predicate.clone()));
    for step in program.steps.iter().filter(|step| step.track == touch.step.track) {
        if let Action::If { branches, .. } = &step.action {
            asked.extend(branches.iter().map(|branch| branch.when.clone()));
        }
    }
    asked.extend(program.tracks.get(touch.step.track as usize).and_then(|track| super::programs::started(&track.trigger)));
    if let Some(crate::plan::Join::On(event)) = &program.join {
        asked.push(super::programs::did(event));
    } else if let Some(crate::plan::Join::When(predicate)) = &program.join {
        asked.push(predicate.clone());
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

/// Where a program hands over and lets go: whoever is no longer let go there goes on.
fn ends(twin: Twin<'_>, old: &[String], new: &[String], changes: &mut Vec<Change>) {
    let item = format!("program {}", twin.new.name);
    for gone in old.iter().filter(|end| !new.contains(end)) {
        changes.push(Change::new(Class::WidensReach, &item, "no longer lets go there").was(gone.as_str()).at(&twin.new.source));
    }
    for come in new.iter().filter(|end| !old.contains(end)) {
        changes.push(Change::new(Class::Safe, &item, "lets go there").is(come.as_str()).at(&twin.new.source));
    }
}

/// What a program does besides touches: how often it splits and waits until something holds.
fn other_steps(twin: Twin<'_>, changes: &mut Vec<Change>) {
    let steps = |program: &Program| -> BTreeMap<String, usize> {
        let mut found = BTreeMap::new();
        for step in &program.steps {
            let track = program.tracks.get(step.track as usize).map_or(String::new(), |track| trigger(&track.trigger));
            let what = match &step.action {
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
            // Whoever waited there goes on at another time; whoever had a part of a split may have another.
            changes.push(Change::new(Class::WidensReach, &item, format!("no longer has the step {what}")).at(&twin.new.source));
        }
    }
    for (what, count) in &new {
        if old.get(what).copied().unwrap_or(0) < *count {
            changes.push(Change::new(Class::Safe, &item, format!("has a new step: {what}")).at(&twin.new.source));
        }
    }
}
