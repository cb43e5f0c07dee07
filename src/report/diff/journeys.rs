//! Journeys, scores and contents, before and after.

use super::joint::Kind;
use super::leads::{Both, Named};
use super::pairs::Pairs;
use super::{Change, Class};
use crate::plan::{Content, Earned, Journey, Plan, Points, Predicate, Score, duration, event, meaning, normal, words};

/// Compares what is compared by its parts. `old` speaks in new names.
pub(super) fn compare(old: &Plan, new: &Plan, both: &Both<'_>, pairs: &Pairs, named: &mut Named, changes: &mut Vec<Change>) {
    for journey in &new.journeys {
        let item = format!("journey {}", journey.name);
        let Some(before) = old.journeys.iter().find(|known| known.name == journey.name) else {
            changes.push(Change::new(Class::Safe, item, "is new").at(&journey.source));
            continue;
        };
        if let Some(was) = pairs.old_name(Kind::Journey, &journey.name) {
            changes.push(Change::new(Class::Safe, &item, format!("was called {was}")).at(&journey.source));
        }
        one_journey(before, journey, both, named, changes);
    }
    for journey in old.journeys.iter().filter(|journey| !new.journeys.iter().any(|known| known.name == journey.name)) {
        changes.push(Change::new(Class::Safe, format!("journey {}", journey.name), "is gone").at(&journey.source));
    }
    for score in &new.scores {
        let item = format!("score {}", score.name);
        let Some(before) = old.scores.iter().find(|known| known.name == score.name) else {
            changes.push(Change::new(Class::Safe, item, "is new").at(&score.source));
            continue;
        };
        if let Some(was) = pairs.old_name(Kind::Score, &score.name) {
            changes.push(Change::new(Class::Safe, &item, format!("was called {was}")).at(&score.source));
        }
        one_score(before, score, named, changes);
    }
    for score in old.scores.iter().filter(|score| !new.scores.iter().any(|known| known.name == score.name)) {
        changes.push(Change::new(Class::Safe, format!("score {}", score.name), "is gone").at(&score.source));
    }
    for content in &new.contents {
        let item = format!("content {}", content.name);
        let Some(before) = old.contents.iter().find(|known| known.name == content.name) else {
            named.push(Kind::Content, &content.name, changes.len());
            changes.push(Change::new(Class::Safe, item, "is new").at(&content.source));
            continue;
        };
        if let Some(was) = pairs.old_name(Kind::Content, &content.name) {
            // Who had it is known by its name.
            let message = format!("was called {was}: whoever runs the plan has to carry over who had it");
            changes.push(Change::new(Class::BreaksConsumers, &item, message).widening().at(&content.source));
        }
        one_content(before, content, named, changes);
    }
    for content in old.contents.iter().filter(|content| !new.contents.iter().any(|known| known.name == content.name)) {
        named.push(Kind::Content, &content.name, changes.len());
        changes.push(Change::new(Class::Safe, format!("content {}", content.name), "is gone").at(&content.source));
    }
}

fn one_journey(before: &Journey, journey: &Journey, both: &Both<'_>, named: &mut Named, changes: &mut Vec<Change>) {
    let item = format!("journey {}", journey.name);
    if normal(&before.predicate) != normal(&journey.predicate) {
        named.push(Kind::Journey, &journey.name, changes.len());
        let change = Change::new(Class::Safe, &item, "is for other leads");
        changes.push(change.was(words::predicate(&before.predicate)).is(words::predicate(&journey.predicate)).at(&journey.source));
    }
    let list = |journey: &Journey| journey.stages.iter().map(|stage| stage.name.to_string()).collect::<Vec<_>>().join(", ");
    if list(before) != list(journey) {
        named.push(Kind::Journey, &journey.name, changes.len());
        changes.push(Change::new(Class::Safe, &item, "has other stages").was(list(before)).is(list(journey)).at(&journey.source));
    }
    for stage in &journey.stages {
        let Some(old) = before.stages.iter().find(|known| known.name == stage.name) else { continue };
        if normal(&old.predicate) == normal(&stage.predicate) {
            continue;
        }
        let standing = |journey: smol_str::SmolStr| Predicate::StageIn { journey, stages: vec![stage.name.clone()] };
        let shift = both.shifted(&standing(both.joint.old_name(Kind::Journey, &journey.name)), &standing(journey.name.clone()));
        named.push(Kind::Journey, &journey.name, changes.len());
        let change = Change::new(Class::Safe, format!("stage {}.{}", journey.name, stage.name), format!("by its evidence {}", shift.words()));
        changes.push(change.was(words::predicate(&old.predicate)).is(words::predicate(&stage.predicate)).at(&stage.source).shift(shift, Class::Safe));
    }
}

fn line(points: &Points) -> String {
    let sign = if points.points.starts_with('-') { "" } else { "+" };
    match &points.earned {
        Earned::When(predicate) => format!("{sign}{} when {}", points.points, words::predicate(predicate)),
        Earned::For { event: of, cap } => {
            let cap = cap.as_ref().map_or(String::new(), |cap| format!(" at most {} times per {}", cap.most, duration(cap.seconds)));
            format!("{sign}{} for {}{cap}", points.points, event(of))
        }
    }
}

fn one_score(before: &Score, score: &Score, named: &mut Named, changes: &mut Vec<Change>) {
    let item = format!("score {}", score.name);
    let place = changes.len();
    let lines = |score: &Score| score.points.iter().map(line).collect::<Vec<_>>();
    let (old, new) = (lines(before), lines(score));
    // `+20 for download` has become `+40 for download`: what earns them is the same.
    let earned = |line: &str| line.split_once(' ').map(|(_, earned)| earned.to_owned());
    let mut come: Vec<&String> = new.iter().filter(|line| !old.contains(line)).collect();
    for gone in old.iter().filter(|line| !new.contains(line)) {
        let change = Change::new(Class::Safe, &item, "no longer counts").was(gone).at(&score.source);
        changes.push(match come.iter().position(|line| earned(line) == earned(gone)) {
            Some(place) => Change { message: "counts otherwise".to_owned(), ..change }.is(come.remove(place)),
            None => change,
        });
    }
    for come in come {
        changes.push(Change::new(Class::Safe, &item, "counts").is(come).at(&score.source));
    }
    let half = |score: &Score| score.halves_every_days.map_or("never".to_owned(), |days| format!("every {days} days"));
    if before.halves_every_days != score.halves_every_days {
        changes.push(Change::new(Class::Safe, &item, "halves at another pace").was(half(before)).is(half(score)).at(&score.source));
    }
    let range = |score: &Score| {
        let end = |end: &Option<smol_str::SmolStr>| end.as_ref().map_or("no bound".to_owned(), ToString::to_string);
        format!("from {} to {}", end(&score.from), end(&score.to))
    };
    if range(before) != range(score) {
        changes.push(Change::new(Class::Safe, &item, "has another range").was(range(before)).is(range(score)).at(&score.source));
    }
    for band in &score.bands {
        let item = format!("band {}.{}", score.name, band.name);
        match before.bands.iter().find(|known| known.name == band.name) {
            None => changes.push(Change::new(Class::Safe, item, format!("is new, from {}", band.from)).at(&score.source)),
            Some(old) if old.from != band.from => {
                changes.push(
                    Change::new(Class::Safe, item, "begins elsewhere").was(format!("from {}", old.from)).is(format!("from {}", band.from)).at(&score.source),
                );
            }
            Some(_) => {}
        }
    }
    for band in before.bands.iter().filter(|band| !score.bands.iter().any(|known| known.name == band.name)) {
        changes.push(Change::new(Class::Safe, format!("band {}.{}", score.name, band.name), "is gone").at(&score.source));
    }
    if changes.len() > place {
        named.push(Kind::Score, &score.name, place);
    }
}

fn one_content(before: &Content, content: &Content, named: &mut Named, changes: &mut Vec<Change>) {
    if meaning(before) == meaning(content) && before.title == content.title {
        return;
    }
    let item = format!("content {}", content.name);
    let mut push = |asked: bool, what: &str, old: Option<String>, new: Option<String>, class: Class| {
        if old == new {
            return;
        }
        if asked {
            named.push(Kind::Content, &content.name, changes.len());
        }
        let mut change = Change::new(class, &item, what).at(&content.source);
        (change.before, change.after) = (old, new);
        changes.push(change);
    };
    let text = |text: &Option<String>| text.clone();
    push(true, "is of another kind", Some(before.kind.to_string()), Some(content.kind.to_string()), Class::Safe);
    push(true, "is about something else", Some(before.about.to_string()), Some(content.about.to_string()), Class::Safe);
    let stages = |content: &Content| Some(content.stages.join(", ")).filter(|stages| !stages.is_empty());
    push(true, "was made for other stages", stages(before), stages(content), Class::Safe);
    push(false, "was made for others", Some(words::predicate(&normal(&before.predicate))), Some(words::predicate(&normal(&content.predicate))), Class::Safe);
    push(false, "has another title", text(&before.title), text(&content.title), Class::Safe);
    push(false, "answers another question", text(&before.answers), text(&content.answers), Class::Safe);
    push(false, "gives something else", text(&before.gives), text(&content.gives), Class::Safe);
    push(false, "has another page", text(&before.url), text(&content.url), Class::BreaksConsumers);
    let file = |content: &Content| content.text.as_ref().map(|text| text.file.to_string());
    push(false, "has another text", file(before), file(content), Class::Safe);
    if file(before) == file(content) && before.text != content.text {
        push(false, "says something else in its text", file(before), None, Class::Safe);
    }
    let gate = |content: &Content| Some(if content.gated { "gated" } else { "free" }.to_owned());
    push(true, "asks otherwise who you are", gate(before), gate(content), Class::Safe);
    let day = |day: &Option<smol_str::SmolStr>| day.as_ref().map(ToString::to_string);
    push(false, "was looked at on another day", day(&before.updated), day(&content.updated), Class::Safe);
    push(false, "expires on another day", day(&before.expires), day(&content.expires), Class::Safe);
    push(true, "is in another language", day(&before.language), day(&content.language), Class::Safe);
    let phone = |content: &Content| Some(if content.mobile { "reads well on a phone" } else { "does not read well on a phone" }.to_owned());
    push(true, "reads otherwise on a phone", phone(before), phone(content), Class::Safe);
    // A draft is sent to nobody.
    let draft = |content: &Content| Some(if content.draft { "a draft" } else { "live" }.to_owned());
    push(false, "goes live or is taken back", draft(before), draft(content), if before.draft { Class::WidensReach } else { Class::Safe });
}
