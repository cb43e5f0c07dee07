//! Loads a policy and what its settings name: for commands and for editors.

use smol_str::SmolStr;

use super::findings::findings;
use crate::db::load::{self, LoadError, Loaded, SETTINGS, Sources, Vocabulary};
use crate::db::settings::Named;
use crate::db::{RootDb, Workspace};
use crate::diagnostics::{Check, Diagnostic, Kind, Severity, Span, SpanEdit, SpanFix, SpanLabel};
use crate::model::names::{index, schema};
use crate::model::rule_schema::SETTINGS as THRESHOLDS;
use crate::rulebook;

/// Reads the files of a policy, with all names that its settings may use.
///
/// # Errors
/// When a file cannot be read.
pub fn load(sources: Sources) -> Result<Loaded, LoadError> {
    let names: Vec<&str> =
        Check::ALL.iter().filter(|check| check.severity() != Severity::Error).map(|check| check.name()).chain(rulebook::standard()).collect();
    let thresholds: Vec<(&str, &str)> = THRESHOLDS.iter().map(|setting| (setting.name, setting.default)).collect();
    let named = |name: &str| match Check::from_name(name) {
        Some(check) if check.severity() == Severity::Error => Named::Fixed,
        // Whether the policy has a rule of that name is known once it is read.
        _ => Named::Free,
    };
    load::load(sources, &Vocabulary { named: &named, names: &names, thresholds: &thresholds })
}

/// The rules of a pack, with its path before their files.
///
/// # Errors
/// When the pack has errors, or rules that lack the lead of which they speak.
pub fn pack_rules(pack: &SmolStr, db: &RootDb) -> Result<Vec<crate::plan::Rule>, LoadError> {
    if findings(db).iter().any(|finding| finding.severity == Severity::Error) {
        return Err(LoadError {
            message: format!("the rule pack `{pack}` has errors: nothing was judged"),
            help: Some(format!("`nurture check` in `{pack}` shows them")),
        });
    }
    let read = super::book::rules_of(db);
    if schema(db).lead.is_none() && read.len() < index(db).names(db, Kind::Rule).len() {
        let help = Some("declare the lead and the signals that its rules and their examples speak of".to_owned());
        return Err(LoadError { message: format!("the rule pack `{pack}` has no `lead`"), help });
    }
    let with_path = |(mut rule, ..): (crate::plan::Rule, _, _)| {
        rule.source.file = format!("{}/{}", pack.trim_end_matches('/'), rule.source.file).into();
        rule
    };
    Ok(read.into_iter().map(with_path).collect())
}

/// A name in `[levels]` that neither the language, nor the rulebook, nor the policy knows.
pub fn unknown_rules(loaded: &Loaded) -> Option<LoadError> {
    let settings = Workspace::get(&loaded.db).settings(&loaded.db);
    if settings.levels.is_empty() && settings.path_levels.is_empty() {
        // Nothing to ask, and asking would read the whole policy on one core.
        return None;
    }
    for (path, _) in &settings.path_levels {
        let files = Workspace::get(&loaded.db).files(&loaded.db);
        if !files.iter().any(|file| crate::db::settings::under(file.path(&loaded.db), path)) {
            return Some(LoadError {
                message: format!("`{}{SETTINGS}` sets levels for `{path}`, and no policy file lies there", loaded.sources.prefix),
                help: Some("write a file or a folder of this policy, from its root".to_owned()),
            });
        }
    }
    let own = index(&loaded.db).names(&loaded.db, Kind::Rule);
    let packed: Vec<&str> = loaded.packs.iter().flat_map(|(_, db)| index(db).names(db, Kind::Rule)).collect();
    let known = |name: &str| Check::from_name(name).is_some() || rulebook::is_standard(name) || own.contains(&name) || packed.contains(&name);
    let name = settings.levels.keys().chain(settings.path_levels.iter().flat_map(|(_, levels)| levels.keys())).find(|name| !known(name))?;
    let mut all: Vec<&str> = rulebook::standard().chain(Check::ALL.iter().map(|check| check.name())).collect();
    all.extend(own.iter());
    all.extend(packed.iter());
    let meant = crate::diagnostics::closest(name, all.iter().copied());
    Some(LoadError {
        message: format!("`{}{SETTINGS}` sets the level of `{name}`, and there is no such rule or check", loaded.sources.prefix),
        help: Some(meant.map_or_else(|| "`nurture explain` lists the checks".to_owned(), |meant| format!("did you mean `{meant}`?"))),
    })
}

/// A problem of the settings, with its place in `nurture.toml`.
pub fn settings_diagnostic(problem: &crate::diagnostics::Problem) -> Diagnostic {
    let span = |range| Span { file: SETTINGS.into(), range };
    let label = problem.labels.first().map_or("", |label| label.text.as_str());
    Diagnostic {
        check: problem.check.into(),
        severity: Severity::Error,
        message: problem.message.clone(),
        span: span(problem.range()),
        labels: vec![SpanLabel { span: span(problem.range()), text: label.to_owned(), primary: true }],
        help: problem.help.clone(),
        fixes: problem
            .fixes
            .iter()
            .map(|fix| SpanFix {
                title: fix.title.clone(),
                edits: fix.edits.iter().map(|edit| SpanEdit { span: span(edit.at), new: edit.new.clone() }).collect(),
                sure: fix.sure,
            })
            .collect(),
        notes: Vec::new(),
    }
}
