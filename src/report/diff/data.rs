//! What data must look like, and what judges a policy: fields, signals, settings, rules, levels, verdicts.

use std::collections::BTreeMap;

use super::joint::either;
use super::{Change, Class, Side};
use crate::plan::{Allow, Field, FieldOption, FieldType, Level, Plan, Source, Standing, meaning};

/// A type as the language writes it.
fn written(field: &Field) -> String {
    let bounds = |from: &Option<smol_str::SmolStr>, to: &Option<smol_str::SmolStr>| {
        let part = |word: &str, bound: &Option<smol_str::SmolStr>| bound.as_ref().map_or(String::new(), |bound| format!(" {word} {bound}"));
        format!("{}{}", part("from", from), part("to", to))
    };
    let stored = |option: &FieldOption| option.stored.as_ref().map_or(String::new(), |stored| format!(" \"{stored}\""));
    let options = |options: &[FieldOption]| options.iter().map(|option| format!("{}{}", option.name, stored(option))).collect::<Vec<_>>().join(", ");
    let ty = match &field.ty {
        FieldType::Number(of) => format!("number{}", bounds(&of.from, &of.to)),
        FieldType::WholeNumber(of) => format!("whole number{}", bounds(&of.from, &of.to)),
        FieldType::Flag => "flag".to_owned(),
        FieldType::Text => "text".to_owned(),
        FieldType::Date(of) => format!("date{}{}", bounds(&of.from, &of.to), if of.to_today { " to today" } else { "" }),
        FieldType::Moment => "moment".to_owned(),
        FieldType::OneOf(of) => format!("one of {}", options(of)),
        FieldType::SetOf(of) => format!("set of {}", options(of)),
        FieldType::AddressOf(of) => format!("address of {}", of.iter().map(|channel| channel.name()).collect::<Vec<_>>().join(", ")),
        FieldType::Content => "content".to_owned(),
        FieldType::Program => "program".to_owned(),
    };
    format!("{ty}{}", if field.optional { " optional" } else { "" })
}

/// Whether every value that fitted still fits.
fn takes_all(old: &Field, new: &Field) -> bool {
    let mut plain = new.ty.clone();
    let stored = |ty: &FieldType| match ty {
        FieldType::OneOf(options) | FieldType::SetOf(options) => options.iter().map(|option| (option.name.clone(), option.stored.clone())).collect(),
        _ => Vec::new(),
    };
    let kept = stored(&old.ty).iter().all(|option| stored(&new.ty).contains(option));
    if let (FieldType::OneOf(options) | FieldType::SetOf(options), true) = (&mut plain, kept) {
        options.sort_unstable();
    }
    let mut union = either(&old.ty, &new.ty);
    if let Some(FieldType::OneOf(options) | FieldType::SetOf(options)) = &mut union {
        options.sort_unstable();
    }
    kept && union == Some(plain) && (new.optional || !old.optional)
}

/// Compares the fields of a lead or of a signal.
fn fields(item: &str, old: &[Field], new: &[Field], source: &Source, changes: &mut Vec<Change>) {
    for field in old {
        let Some(after) = new.iter().find(|known| known.name == field.name) else {
            changes.push(Change::new(Class::BreaksConsumers, item, format!("no longer has the field {}", field.name)).was(written(field)).at(source));
            continue;
        };
        if written(field) == written(after) && field.means == after.means && takes_all(field, after) {
            continue;
        }
        // Rows that were refused are taken, and whoever an audience does not leave out hears from it.
        let class = if takes_all(field, after) { Class::WidensReach } else { Class::BreaksConsumers };
        let message = match class {
            Class::WidensReach => format!("its field {} takes more values: rows that were refused are taken", field.name),
            _ => format!("its field {} no longer takes all that it took", field.name),
        };
        if written(field) == written(after) && field.means != after.means {
            changes.push(Change::new(Class::Safe, item, format!("its field {} means something else", field.name)).at(source));
        } else {
            changes.push(Change::new(class, item, message).was(written(field)).is(written(after)).at(source).widening());
        }
    }
    for field in new.iter().filter(|field| !old.iter().any(|known| known.name == field.name)) {
        // Data without it is refused.
        let needed = !field.optional && !matches!(field.ty, FieldType::Flag | FieldType::SetOf(_));
        let class = if needed { Class::BreaksConsumers } else { Class::Safe };
        changes.push(Change::new(class, item, format!("has a new field {}", field.name)).is(written(field)).at(source));
    }
}

/// Compares what data must look like.
pub(super) fn compare(old: &Plan, new: &Plan, changes: &mut Vec<Change>) {
    fields("lead", &old.lead.fields, &new.lead.fields, &new.lead.source, changes);
    for signal in &old.signals {
        let item = format!("signal {}", signal.name);
        let Some(after) = new.signals.iter().find(|known| known.name == signal.name) else {
            changes.push(Change::new(Class::BreaksConsumers, item, "is gone").at(&signal.source));
            continue;
        };
        fields(&item, &signal.fields, &after.fields, &after.source, changes);
        if (signal.kind, signal.request) != (after.kind, after.request) {
            changes.push(Change::new(Class::Safe, item, "comes about in another way").at(&after.source));
        }
    }
    for signal in new.signals.iter().filter(|signal| !old.signals.iter().any(|known| known.name == signal.name)) {
        changes.push(Change::new(Class::Safe, format!("signal {}", signal.name), "is new").at(&signal.source));
    }
    if old.settings.timezone != new.settings.timezone {
        let change = Change::new(Class::WeakensLimits, "settings", "quiet and sending hours go by another zone");
        changes.push(change.was(old.settings.timezone.as_str()).is(new.settings.timezone.as_str()));
    }
    if old.settings.as_of != new.settings.as_of {
        let day = |plan: &Plan| plan.settings.as_of.as_ref().map_or("not said".to_owned(), ToString::to_string);
        changes.push(Change::new(Class::Safe, "settings", "today is another day").was(day(old)).is(day(new)));
    }
}

fn rank(level: &str) -> u8 {
    match level {
        "error" => 3,
        "warning" => 2,
        "advice" => 1,
        _ => 0,
    }
}

fn level(level: Option<Level>) -> &'static str {
    match level {
        Some(Level::Error) => "error",
        Some(Level::Warning) => "warning",
        Some(Level::Advice) => "advice",
        None => "credit",
    }
}

/// Compares rules, their levels and thresholds, and the verdicts.
pub(super) fn rules(old: &Side, new: &Side, changes: &mut Vec<Change>) {
    for rule in &old.plan.rules {
        let item = format!("rule {}", rule.name);
        let Some(after) = new.plan.rules.iter().find(|known| known.name == rule.name) else {
            let class = if rule.is { Class::Safe } else { Class::WeakensLimits };
            changes.push(Change::new(class, item, "is gone").at(&rule.source));
            continue;
        };
        if rule.level != after.level {
            let class = if rank(level(after.level)) < rank(level(rule.level)) { Class::WeakensLimits } else { Class::Safe };
            changes.push(Change::new(class, &item, "has another level").was(level(rule.level)).is(level(after.level)).at(&after.source));
        }
        let plain = |rule: &crate::plan::Rule| meaning(&crate::plan::Rule { level: None, ..rule.clone() });
        if plain(rule) != plain(after) {
            changes.push(Change::new(Class::WeakensLimits, item, "asks something else: read it").at(&after.source));
        }
    }
    for rule in new.plan.rules.iter().filter(|rule| !old.plan.rules.iter().any(|known| known.name == rule.name)) {
        if crate::rulebook::is_standard(&rule.name) {
            changes.push(Change::new(Class::WeakensLimits, format!("rule {}", rule.name), "stands in place of the standard rule: read it").at(&rule.source));
            continue;
        }
        changes.push(Change::new(Class::Safe, format!("rule {}", rule.name), "is new").at(&rule.source));
    }
    if let (Some(old), Some(new)) = (&old.settled, &new.settled) {
        let said = |map: &BTreeMap<String, String>, name: &str| map.get(name).cloned().unwrap_or_else(|| "its own".to_owned());
        let names = |one: &BTreeMap<String, String>, other: &BTreeMap<String, String>| -> Vec<String> {
            let mut names: Vec<String> = one.keys().chain(other.keys()).cloned().collect();
            names.sort_unstable();
            names.dedup();
            names.retain(|name| one.get(name) != other.get(name));
            names
        };
        for name in names(&old.levels, &new.levels) {
            let (before, after) = (said(&old.levels, &name), said(&new.levels, &name));
            // Its own level may be any: only what is surely stricter is safe.
            let stricter = after == "error" || (before != "its own" && after != "its own" && rank(&after) >= rank(&before));
            let class = if stricter { Class::Safe } else { Class::WeakensLimits };
            changes.push(Change::new(class, format!("level of {name}"), "is another").was(before).is(after));
        }
        for name in names(&old.packs, &new.packs) {
            let (class, message) = match (old.packs.contains_key(&name), new.packs.contains_key(&name)) {
                (true, false) => (Class::WeakensLimits, "is gone"),
                (false, true) => (Class::Safe, "is new"),
                _ => (Class::WeakensLimits, "is another: read it"),
            };
            changes.push(Change::new(class, name, message));
        }
        for name in names(&old.thresholds, &new.thresholds) {
            changes.push(
                Change::new(Class::WeakensLimits, format!("threshold {name}"), "is another").was(said(&old.thresholds, &name)).is(said(&new.thresholds, &name)),
            );
        }
    }
    for verdict in &new.plan.verdicts {
        let Some(before) = old.plan.verdicts.iter().find(|known| known.program == verdict.program) else { continue };
        if before.standing != verdict.standing {
            let good = |standing: Standing| match standing {
                Standing::Is => 3,
                Standing::NotJudged => 2,
                Standing::NotShown => 1,
                Standing::Isnt => 0,
            };
            let class = if good(verdict.standing) < good(before.standing) { Class::WeakensLimits } else { Class::Safe };
            let change = Change::new(class, format!("verdict of program {}", verdict.program), "is another");
            changes.push(change.was(before.standing.words()).is(verdict.standing.words()));
        }
    }
}

/// Rules that items may break, and might not before. `old` speaks in new names.
pub(super) fn allows(old: &Plan, new: &Plan, changes: &mut Vec<Change>) {
    fn all(plan: &Plan) -> Vec<(String, &[Allow], &Source)> {
        let mut found: Vec<(String, &[Allow], &Source)> = Vec::new();
        macro_rules! add {
            ($($word:literal $list:ident),*) => {$(
                found.extend(plan.$list.iter().map(|item| (format!("{} {}", $word, item.name), item.allows.as_slice(), &item.source)));
            )*};
        }
        add!("signal" signals, "icp" icps, "segment" segments, "journey" journeys, "score" scores, "content" contents, "program" programs, "handoff" handoffs, "rule" rules);
        for journey in &plan.journeys {
            found.extend(journey.stages.iter().map(|stage| (format!("stage {}.{}", journey.name, stage.name), stage.allows.as_slice(), &stage.source)));
        }
        found.push(("lead".to_owned(), plan.lead.allows.as_slice(), &plan.lead.source));
        found.push(("limits".to_owned(), plan.limits.allows.as_slice(), plan.limits.sources.first().unwrap_or(&plan.lead.source)));
        found
    }
    let before = all(old);
    for (item, allows, source) in all(new) {
        let known = before.iter().find(|(known, ..)| *known == item).map_or(&[][..], |(_, allows, _)| *allows);
        allowed(&item, known, allows, source, changes);
    }
}

/// Rules that one item may break, and might not before.
pub(super) fn allowed(item: &str, old: &[Allow], new: &[Allow], source: &Source, changes: &mut Vec<Change>) {
    for allow in new.iter().filter(|allow| !old.iter().any(|known| known.rule == allow.rule && known.until == allow.until)) {
        let until = allow.until.as_ref().map_or(String::new(), |day| format!(" until {day}"));
        let message = format!("may break `{}`{until}, because \"{}\"", allow.rule, allow.because);
        changes.push(Change::new(Class::WeakensLimits, item, message).at(source));
    }
    for allow in old.iter().filter(|allow| !new.iter().any(|known| known.rule == allow.rule)) {
        changes.push(Change::new(Class::Safe, item, format!("may no longer break `{}`", allow.rule)).at(source));
    }
}
