//! `nurture.toml`. It has a schema of its own: an unknown key is an error, never ignored.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use toml_edit::{Document, Item, TableLike, Value};

use crate::diagnostics::{Check, Problem, Severity, closest, list_words};
use crate::text::{Date, Decimal, Range};

/// The settings of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The time zone of quiet hours, moments and runs: an IANA name.
    pub timezone: SmolStr,
    /// The day that "today" means.
    pub as_of: Option<Date>,
    /// Levels of rules and checks, `None` for off.
    pub levels: BTreeMap<SmolStr, Option<Severity>>,
    /// Levels that hold for files under a path only.
    pub path_levels: Vec<(SmolStr, BTreeMap<SmolStr, Option<Severity>>)>,
    /// Thresholds of the rules, as they are written.
    pub thresholds: BTreeMap<SmolStr, SmolStr>,
    /// Words about us and about the reader, by language: what texts in other languages than English are judged by.
    pub words: BTreeMap<SmolStr, (Vec<SmolStr>, Vec<SmolStr>)>,
    /// Folders of rule packs, as they are written.
    pub packs: Vec<SmolStr>,
    /// The names of the rules in these packs, known once they are loaded.
    pub pack_rules: Vec<SmolStr>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timezone: "UTC".into(),
            as_of: None,
            levels: BTreeMap::new(),
            path_levels: Vec::new(),
            thresholds: BTreeMap::new(),
            words: BTreeMap::new(),
            packs: Vec::new(),
            pack_rules: Vec::new(),
        }
    }
}

impl Settings {
    /// The level of a finding of `name` in `file` by these settings, if they say one; `Some(None)` is off.
    pub fn level(&self, name: &str, file: &str) -> Option<Option<Severity>> {
        let by_path = self.path_levels.iter().rev().filter(|(path, _)| under(file, path)).find_map(|(_, levels)| levels.get(name));
        by_path.or_else(|| self.levels.get(name)).copied()
    }
}

/// Whether `file` is `path`, or lies in the folder `path`.
pub(crate) fn under(file: &str, path: &str) -> bool {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    file == path || file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
}

/// The kind of value that a threshold has, told from its default.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Threshold {
    Percent,
    Days,
    Whole,
}

/// Reads the text of a `nurture.toml`. `known` says which names of rules and checks there are, and which thresholds
/// with their defaults. Problems have ranges of the file.
pub fn read(text: &str, rules: &dyn Fn(&str) -> Named, rule_names: &[&str], thresholds: &[(&str, &str)]) -> (Settings, Vec<Problem>) {
    let mut reader = Reader { settings: Settings::default(), problems: Vec::new(), rules, rule_names, thresholds };
    match Document::parse(text) {
        Err(error) => {
            let range = error.span().map_or(Range::at(0), range);
            let message = error.message().lines().next().unwrap_or("").trim_end_matches('.').to_owned();
            reader.problems.push(
                Problem::new(Check::UnknownSetting, range, "nurture.toml is not TOML")
                    .here(if message.is_empty() { "here".to_owned() } else { message })
                    .help("write `key = \"value\"`, one a line"),
            );
        }
        Ok(document) => reader.root(document.as_table()),
    }
    (reader.settings, reader.problems)
}

/// What a name in `[levels]` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A rule, or a check that may be switched off.
    Free,
    /// A check whose findings stop the plan: its level stands.
    Fixed,
    /// Nothing.
    Unknown,
}

struct Reader<'a> {
    settings: Settings,
    problems: Vec<Problem>,
    rules: &'a dyn Fn(&str) -> Named,
    rule_names: &'a [&'a str],
    thresholds: &'a [(&'a str, &'a str)],
}

fn range(span: std::ops::Range<usize>) -> Range {
    Range::new(span.start as u32, span.end as u32)
}

const KEYS: [&str; 6] = ["timezone", "as_of", "levels", "thresholds", "packs", "words"];

impl Reader<'_> {
    fn report(&mut self, at: Range, message: String) {
        self.problems.push(Problem::new(Check::UnknownSetting, at, message));
    }

    fn unknown(&mut self, at: Range, what: &str, name: &str, known: &[&str]) {
        let mut problem = Problem::new(Check::UnknownSetting, at, format!("there is no {what} `{name}`"));
        problem = match closest(name, known.iter().copied()) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), at, meant, true),
            None if known.len() <= 12 => problem.help(format!("there are {}", list_words(known.iter().copied(), "and", 12))),
            None => problem.help(format!("there are {}", list_words(known.iter().copied(), "and", 24))),
        };
        self.problems.push(problem);
    }

    fn root(&mut self, table: &dyn TableLike) {
        for (key, at, item) in entries(table) {
            let value_at = item.span().map_or(at, range);
            match key {
                "timezone" => match item.as_str() {
                    Some(zone) if jiff::tz::TimeZone::get(zone).is_ok() => self.settings.timezone = zone.into(),
                    Some(zone) => self.problems.push(
                        Problem::new(Check::UnknownSetting, value_at, format!("there is no time zone `{zone}`"))
                            .help("use a name such as \"Europe/Berlin\" or \"UTC\""),
                    ),
                    None => self.wrong(value_at, "timezone", "a name such as \"Europe/Berlin\""),
                },
                "as_of" => {
                    let text = match item.as_value() {
                        Some(Value::String(text)) => Some(text.value().clone()),
                        Some(Value::Datetime(date)) => Some(date.value().to_string()),
                        _ => None,
                    };
                    match text.as_deref().and_then(Date::parse) {
                        Some(date) => self.settings.as_of = Some(date),
                        None => self.wrong(value_at, "as_of", "a date such as \"2026-11-01\""),
                    }
                }
                "levels" => self.levels(item, value_at),
                "thresholds" => self.thresholds(item, value_at),
                "words" => self.words(item, value_at),
                "packs" => {
                    let list: Option<Vec<SmolStr>> = item.as_array().and_then(|array| array.iter().map(|value| value.as_str().map(SmolStr::from)).collect());
                    match list {
                        Some(list) if list.iter().all(|path| !path.trim().is_empty()) => self.settings.packs = list,
                        _ => self.wrong(value_at, "packs", "a list of folders, such as [\"rules/b2b\"]"),
                    }
                }
                _ => self.unknown(at, "setting", key, &KEYS),
            }
        }
    }

    /// `[words.de]` with `us = ["wir", …]` and `you = ["du", …]`.
    fn words(&mut self, item: &Item, at: Range) {
        let Some(table) = item.as_table_like() else { return self.wrong(at, "words", "a table by language: [words.de]") };
        for (language, at, item) in entries(table) {
            let mut lists = (Vec::new(), Vec::new());
            let Some(inner) = item.as_table_like() else {
                self.wrong(at, language, "a table with `us` and `you`");
                continue;
            };
            for (key, at, item) in entries(inner) {
                let value_at = item.span().map_or(at, range);
                let list: Option<Vec<SmolStr>> =
                    item.as_array().and_then(|array| array.iter().map(|value| value.as_str().map(|word| word.to_lowercase().into())).collect());
                match (key, list) {
                    ("us", Some(list)) => lists.0 = list,
                    ("you", Some(list)) => lists.1 = list,
                    ("us" | "you", None) => self.wrong(value_at, key, "a list of words in quotes"),
                    _ => self.unknown(at, "list of words", key, &["us", "you"]),
                }
            }
            if lists.0.is_empty() || lists.1.is_empty() {
                self.report(at, format!("`{language}` needs both lists of words, `us` and `you`"));
            }
            self.settings.words.insert(language.to_lowercase().into(), lists);
        }
    }

    fn wrong(&mut self, at: Range, key: &str, wanted: &str) {
        self.report(at, format!("`{key}` is {wanted}"));
    }

    fn levels(&mut self, item: &Item, at: Range) {
        let Some(table) = item.as_table_like() else { return self.wrong(at, "levels", "a table: [levels]") };
        let mut levels = BTreeMap::new();
        for (name, at, item) in entries(table) {
            if let Some(inner) = item.as_table_like() {
                let mut own = BTreeMap::new();
                for (name, at, item) in entries(inner) {
                    self.level(&mut own, name, at, item);
                }
                self.settings.path_levels.push((name.into(), own));
            } else {
                self.level(&mut levels, name, at, item);
            }
        }
        self.settings.path_levels.sort_by(|a, b| a.0.cmp(&b.0));
        self.settings.levels = levels;
    }

    fn level(&mut self, levels: &mut BTreeMap<SmolStr, Option<Severity>>, name: &str, at: Range, item: &Item) {
        let value_at = item.span().map_or(at, range);
        let level = match item.as_str() {
            Some("off") => None,
            Some("advice") => Some(Severity::Advice),
            Some("warning") => Some(Severity::Warning),
            Some("error") => Some(Severity::Error),
            _ => return self.wrong(value_at, name, "a level: \"off\", \"advice\", \"warning\" or \"error\""),
        };
        match (self.rules)(name) {
            Named::Free => {
                levels.insert(name.into(), level);
            }
            Named::Fixed if level == Some(Severity::Error) => {}
            Named::Fixed => {
                self.report(at, format!("`{name}` is an error of the language: its level cannot be changed"));
            }
            Named::Unknown => self.unknown(at, "rule or check", name, self.rule_names),
        }
    }

    fn thresholds(&mut self, item: &Item, at: Range) {
        let Some(table) = item.as_table_like() else { return self.wrong(at, "thresholds", "a table: [thresholds]") };
        let known: Vec<&str> = self.thresholds.iter().map(|(name, _)| *name).collect();
        for (name, at, item) in entries(table) {
            let value_at = item.span().map_or(at, range);
            let Some((_, default)) = self.thresholds.iter().find(|(known, _)| *known == name) else {
                self.unknown(at, "threshold", name, &known);
                continue;
            };
            let kind = if default.ends_with('%') {
                Threshold::Percent
            } else if default.contains("day") {
                Threshold::Days
            } else {
                Threshold::Whole
            };
            let text: Option<SmolStr> = match item.as_value() {
                Some(Value::String(text)) => Some(text.value().into()),
                Some(Value::Integer(number)) => Some(number.value().to_string().into()),
                _ => None,
            };
            let fits = text.as_deref().is_some_and(|text| match kind {
                Threshold::Percent => {
                    text.strip_suffix('%').is_some_and(|number| Decimal::parse(number, 6).is_ok_and(|n| n >= Decimal::ZERO && n <= Decimal::whole(100)))
                }
                Threshold::Days => text
                    .split_once(' ')
                    .is_some_and(|(n, unit)| n.parse::<u32>().is_ok_and(|n| n > 0) && ["day", "days", "week", "weeks", "hour", "hours"].contains(&unit)),
                Threshold::Whole => text.parse::<u32>().is_ok(),
            });
            match text {
                Some(text) if fits => {
                    self.settings.thresholds.insert(name.into(), text);
                }
                _ => self.wrong(
                    value_at,
                    name,
                    match kind {
                        Threshold::Percent => "a percentage in quotes, from \"0%\" to \"100%\"",
                        Threshold::Days => "a length of time in quotes, such as \"90 days\"",
                        Threshold::Whole => "a whole number",
                    },
                ),
            }
        }
    }
}

/// The entries of a table with the place of each key.
fn entries(table: &dyn TableLike) -> Vec<(&str, Range, &Item)> {
    table
        .iter()
        .map(|(key, item)| {
            let at = table.key(key).and_then(toml_edit::Key::span).map_or(Range::at(0), range);
            (key, at, item)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> (Settings, Vec<String>) {
        let rules = |name: &str| match name {
            "blast" => Named::Free,
            "syntax" => Named::Fixed,
            _ => Named::Unknown,
        };
        let (settings, problems) = read(text, &rules, &["blast", "syntax"], &[("told", "90 days"), ("breadth", "75%"), ("max_run", "3")]);
        (settings, problems.into_iter().map(|problem| problem.message).collect())
    }

    #[test]
    fn a_good_file() {
        let (settings, problems) = read_all(
            "timezone = \"Europe/Berlin\"\nas_of = 2026-11-01\n[levels]\nblast = \"off\"\n\"old/\" = { blast = \"advice\" }\n[thresholds]\ntold = \"30 days\"\nmax_run = 4\n",
        );
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(settings.timezone, "Europe/Berlin");
        assert_eq!(settings.level("blast", "a.nurture"), Some(None));
        assert_eq!(settings.level("blast", "old/a.nurture"), Some(Some(Severity::Advice)));
        assert_eq!(settings.thresholds.get("told").map(SmolStr::as_str), Some("30 days"));
    }

    #[test]
    fn nothing_unknown_is_accepted() {
        let (_, problems) = read_all("timezon = \"UTC\"\n[levels]\nsyntax = \"off\"\nblats = \"off\"\nblast = \"loud\"\n[thresholds]\ntold = 3\nx = 1\n");
        assert_eq!(problems.len(), 6, "{problems:?}");
        let (_, problems) = read_all("timezone = \"Mars/Olympus\"\nas_of = \"soon\"");
        assert_eq!(problems.len(), 2, "{problems:?}");
        let (_, problems) = read_all("timezone = ");
        assert_eq!(problems, ["nurture.toml is not TOML"]);
    }
}
