//! `nurture explain`

use clap::Args;
use serde::Serialize;

use super::output::{self, Stream};
use super::{Common, Format, Outcome, markdown};
use crate::db::load::LoadError;
use crate::diagnostics::{Check, closest};

/// `nurture explain`
#[derive(Args)]
pub(super) struct Explain {
    /// The name of a check, as a finding shows it in brackets; without it, all checks are listed
    name: Option<String>,
}

#[derive(Serialize)]
struct Explanation {
    name: &'static str,
    severity: &'static str,
    summary: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    documentation: Option<&'static str>,
}

fn explanation(check: Check, whole: bool) -> Explanation {
    Explanation { name: check.name(), severity: check.severity().name(), summary: check.summary(), documentation: whole.then(|| check.page()) }
}

impl Explain {
    pub fn run(&self, common: &Common) -> Outcome {
        let json = common.format == Format::Json;
        let Some(name) = &self.name else {
            let list: Vec<Explanation> = Check::ALL.iter().map(|check| explanation(*check, false)).collect();
            let text = if json {
                format!("{}\n", serde_json::to_string_pretty(&list).unwrap_or_default())
            } else {
                list.iter().map(|entry| format!("{:<22} {:<8} {}\n", entry.name, entry.severity, entry.summary)).collect()
            };
            return output::results(&text, Outcome::Clean);
        };
        let Some(check) = Check::from_name(name) else {
            let meant = closest(name, Check::ALL.iter().map(|check| check.name()));
            return output::failed(
                common,
                &LoadError {
                    message: format!("there is no check `{name}`"),
                    help: Some(meant.map_or_else(|| "`nurture explain` lists them all".to_owned(), |meant| format!("did you mean `{meant}`?"))),
                },
            );
        };
        let text = match common.format {
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&explanation(check, true)).unwrap_or_default()),
            Format::Concise => format!("{} ({}): {}\n", check.name(), check.severity().name(), check.summary()),
            Format::Full | Format::Junit => {
                let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(80usize).clamp(40, 100);
                let page = markdown::readable(check.page(), width, output::color(common, Stream::Results));
                let (title, rest) = page.split_once('\n').unwrap_or((page.as_str(), ""));
                format!("{title} ({})\n{rest}", check.severity().name())
            }
        };
        output::results(&text, Outcome::Clean)
    }
}
