//! Limits, before and after: what gives way, and for whom.

use super::programs::Ground;
use super::{Change, Class};
use crate::plan::{Cap, Channel, ChannelRules, Limits, Predicate, Quiet, SendingHours, Source, duration, normal, words};
use crate::proof::Universe;
use crate::run::Terms;

/// How a cap is written.
fn written(cap: &Cap) -> String {
    let messages = Channel::ALL.iter().filter(|channel| cap.channels.contains(channel)).count();
    let what = match cap.channels.as_slice() {
        [one] => one.name().to_owned(),
        _ if messages == cap.channels.len() && messages > 1 => "messages".to_owned(),
        many => many.iter().map(|channel| channel.name()).collect::<Vec<_>>().join(", "),
    };
    format!("at most {} {what} per {}", cap.most, duration(cap.seconds))
}

/// Whether whoever keeps `one` keeps `other` too, whatever the times: as few in as long a window, or fewer in a longer one.
fn implies(one: &Cap, other: &Cap) -> bool {
    other.channels.iter().all(|channel| one.channels.contains(channel)) && one.most <= other.most && one.seconds >= other.seconds
}

/// Compares caps: one that no cap of today makes sure of has given way.
pub(super) fn caps(item: &str, old: &[Cap], new: &[Cap], source: &Source, changes: &mut Vec<Change>) {
    for cap in old.iter().filter(|cap| !new.contains(cap)) {
        let channels = |other: &&Cap| other.channels == cap.channels;
        let instead = new.iter().filter(|cap| !old.contains(cap)).find(channels);
        let kept = new.iter().any(|other| implies(other, cap));
        let (class, message) = match (kept, instead) {
            (true, _) => (Class::Safe, "holds back more than before"),
            (false, Some(_)) => (Class::WeakensLimits, "holds back less than before"),
            (false, None) => (Class::WeakensLimits, "no longer has a limit"),
        };
        let mut change = Change::new(class, item, message).was(written(cap)).at(source);
        change.after = instead.map(written);
        changes.push(change);
    }
    for cap in new.iter().filter(|cap| !old.contains(cap)) {
        let instead = old.iter().filter(|cap| !new.contains(cap)).any(|other| other.channels == cap.channels);
        if !instead {
            changes.push(Change::new(Class::Safe, item, "has a new limit").is(written(cap)).at(source));
        }
    }
}

/// The minutes of a week in which messages may go out.
fn open_minutes(hours: Option<&SendingHours>) -> Vec<bool> {
    const DAY: usize = 1440;
    let mut open = vec![true; 7 * DAY];
    if let Some(hours) = hours {
        let (from, to) = (hours.from_minute.map_or(0, usize::from), hours.to_minute.map_or(DAY, usize::from));
        for (minute, slot) in open.iter_mut().enumerate() {
            let (day, minute) = ((minute / DAY + 1) as u8, minute % DAY);
            let within = if from < to { minute >= from && minute < to } else { minute >= from || minute < to };
            *slot = (hours.days.is_empty() || hours.days.contains(&day)) && within;
        }
    }
    open
}

/// Whether messages may go out at a minute at which they might not before.
fn opens(old: &[bool], new: &[bool]) -> bool {
    old.iter().zip(new).any(|(old, new)| !old && *new)
}

fn time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Compares when messages of a program may go out.
pub(super) fn sending_hours(item: &str, old: Option<&SendingHours>, new: Option<&SendingHours>, source: &Source, changes: &mut Vec<Change>) {
    if old == new {
        return;
    }
    let said = |hours: Option<&SendingHours>| match hours {
        None => "at any time".to_owned(),
        Some(hours) => {
            const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            let days: Vec<&str> = hours.days.iter().filter_map(|day| NAMES.get(usize::from(day.wrapping_sub(1))).copied()).collect();
            let span = hours.from_minute.zip(hours.to_minute).map_or(String::new(), |(from, to)| format!(" from {} to {}", time(from), time(to)));
            format!("send on {}{span}", days.join(", "))
        }
    };
    let wider = opens(&open_minutes(old), &open_minutes(new));
    let (class, message) = if wider { (Class::WeakensLimits, "sends at times at which it did not") } else { (Class::Safe, "sends at fewer times") };
    changes.push(Change::new(class, item, message).was(said(old)).is(said(new)).at(source));
}

/// Compares the limits over all programs.
pub(super) fn compare(ground: &Ground<'_>, changes: &mut Vec<Change>) {
    let (old, new) = (&ground.renamed.limits, &ground.new.limits);
    let own = &ground.old.limits;
    let source = new.sources.first().or(old.sources.first()).cloned().unwrap_or_default();
    caps("limits", &old.caps, &new.caps, &source, changes);
    if old.quiet != new.quiet {
        let said = |quiet: &Option<Quiet>| {
            quiet.as_ref().map_or("at no time".to_owned(), |quiet| format!("from {} to {}", time(quiet.from_minute), time(quiet.to_minute)))
        };
        let loud = |quiet: &Option<Quiet>| {
            let outside = quiet.as_ref().map(|quiet| SendingHours { days: Vec::new(), from_minute: Some(quiet.to_minute), to_minute: Some(quiet.from_minute) });
            open_minutes(outside.as_ref())
        };
        let wider = opens(&loud(&old.quiet), &loud(&new.quiet));
        let (class, message) = if wider { (Class::WeakensLimits, "quiet hours are others") } else { (Class::Safe, "more hours are quiet") };
        changes.push(Change::new(class, "limits", message).was(said(&old.quiet)).is(said(&new.quiet)).at(&source));
    }
    let rules = |limits: &Limits, channel: Channel| -> Option<ChannelRules> { limits.channels.iter().find(|rules| rules.channel == channel).cloned() };
    for channel in Channel::ALL {
        let (own, before, after) = (rules(own, channel), rules(old, channel), rules(new, channel));
        let part = |rules: &Option<ChannelRules>, needs: bool| rules.as_ref().and_then(|rules| if needs { rules.needs.clone() } else { rules.never.clone() });
        for needs in [true, false] {
            one(ground, channel, needs, [part(&own, needs), part(&before, needs), part(&after, needs)], &source, changes);
        }
        let addresses = |rules: &Option<ChannelRules>| rules.as_ref().map_or(String::new(), |rules| rules.addresses.join(", "));
        if addresses(&before) != addresses(&after) {
            let change = Change::new(Class::BreaksConsumers, format!("{} addresses", channel.name()), "are other fields").widening();
            changes.push(change.was(addresses(&before)).is(addresses(&after)).at(&source));
        }
    }
    let again = |limits: &Limits| limits.consent_again.as_ref().map(normal);
    if let (Some(before), Some(after), true) = (&old.consent_again, &new.consent_again, again(old) == again(new))
        && let (Some(one), Some(other)) = (ground.before(before, None), ground.after(after, None))
    {
        let shift = ground.both.shift(one, other, Terms::ALWAYS, Universe::Database);
        if !shift.is_none() {
            let causes = ground.causes(before, after);
            super::programs::follow(changes, &causes, "whom an unsubscribe no longer holds", &shift, Class::WeakensLimits);
        }
    }
    if again(old) != again(new) {
        let nobody = Predicate::Or { of: Vec::new() };
        let said = |of: &Option<Predicate>| of.as_ref().map_or("nothing".to_owned(), words::predicate);
        let change = Change::new(Class::Safe, "limits", "something else lifts an unsubscribe").was(said(&own.consent_again)).is(said(&new.consent_again));
        let (before, after) = (old.consent_again.as_ref().unwrap_or(&nobody), new.consent_again.as_ref().unwrap_or(&nobody));
        changes.push(shifted(ground, change.at(&source), before, after, false));
    }
    if old.prefer != new.prefer {
        let said = |limits: &Limits| limits.prefer.join(", ");
        changes.push(Change::new(Class::Safe, "limits", "other programs go first").was(said(old)).is(said(new)).at(&source));
    }
    if old.timezone_field != new.timezone_field {
        let said = |limits: &Limits| limits.timezone_field.as_ref().map_or("the workspace's".to_owned(), |field| format!("that of `{field}`"));
        changes.push(Change::new(Class::WeakensLimits, "limits", "quiet hours go by another clock").was(said(old)).is(said(new)).at(&source));
    }
}

/// Compares `CHANNEL needs …` or `never CHANNEL when …`.
fn one(ground: &Ground<'_>, channel: Channel, needs: bool, [own, before, after]: [Option<Predicate>; 3], source: &Source, changes: &mut Vec<Change>) {
    if before.as_ref().map(normal) == after.as_ref().map(normal) {
        // What it speaks of may have changed.
        let (Some(before), Some(after)) = (&before, &after) else { return };
        let (Some(old), Some(new)) = (ground.before(before, None), ground.after(after, None)) else { return };
        let not = |node| if needs { node } else { ground.both.policy.ground.not(node) };
        let shift = ground.both.shift(not(old), not(new), Terms::ALWAYS, Universe::Database);
        if !shift.is_none() {
            let causes = ground.causes(before, after);
            super::programs::follow(changes, &causes, &format!("whom {} may reach", channel.name()), &shift, Class::WeakensLimits);
        }
        return;
    }
    let said = |of: &Option<Predicate>| {
        of.as_ref().map_or("nothing".to_owned(), |of| {
            if needs { format!("{} needs {}", channel.name(), words::predicate(of)) } else { format!("never {} when {}", channel.name(), words::predicate(of)) }
        })
    };
    let change = Change::new(Class::Safe, "limits", format!("whom {} may reach changes", channel.name())).was(said(&own)).is(said(&after)).at(source);
    let unasked = if needs { Predicate::Everyone } else { Predicate::Or { of: Vec::new() } };
    changes.push(shifted(ground, change, before.as_ref().unwrap_or(&unasked), after.as_ref().unwrap_or(&unasked), !needs));
}

/// A change of whom a limit lets through: with `held`, the predicates say whom it holds back.
fn shifted(ground: &Ground<'_>, change: Change, before: &Predicate, after: &Predicate, held: bool) -> Change {
    let (Some(old), Some(new)) = (ground.before(before, None), ground.after(after, None)) else {
        return Change { class: Class::WeakensLimits, ..change };
    };
    let not = |node| if held { ground.both.policy.ground.not(node) } else { node };
    let shift = ground.both.shift(not(old), not(new), Terms::ALWAYS, Universe::Database);
    let message = match (&shift.newly_in, &shift.newly_out) {
        _ if shift.open.is_some() => format!("{}, and for whom is not proved", change.message),
        (Some(_), _) => format!("{}: it lets more through", change.message),
        (None, Some(_)) => format!("{}: it lets fewer through", change.message),
        (None, None) => format!("{} in words alone", change.message),
    };
    Change { message, ..change }.shift(shift, Class::WeakensLimits)
}
