//! Attributes of contents.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::super::leads::Leads;
use super::super::policy::Policy;
use super::super::pressure::Figure;
use super::super::prose::ENOUGH;
use super::super::truth::Span;
use super::super::value::{Entity, Value};
use crate::plan::Content;
use crate::text::Date;

const SELLING: [&str; 7] = ["brochure", "datasheet", "demo", "trial", "pricing", "announcement", "release_notes"];

impl Policy<'_> {
    /// The messages that carry a content or a copy of it.
    fn direct_with(&self, content: u32) -> Vec<(u32, u32)> {
        let mut touches: Vec<(u32, u32)> = self.copies(content).iter().flat_map(|content| self.touches_with(*content)).copied().collect();
        touches.retain(|(program, step)| self.touch(*program, *step).is_some_and(|touch| touch.message));
        touches.sort_unstable();
        touches
    }

    /// A content and those that are the same under another name: on one page, of one text, or alike in all that they say.
    fn copies(&self, content: u32) -> &[u32] {
        let all = self.copies.get_or_init(|| {
            let mut alike: FxHashMap<String, Vec<u32>> = FxHashMap::default();
            let marks: Vec<Vec<String>> = self.plan.contents.iter().map(marks).collect();
            for (place, marks) in (0..).zip(&marks) {
                marks.iter().for_each(|mark| alike.entry(mark.clone()).or_default().push(place));
            }
            let copies = |(place, marks): (u32, &Vec<String>)| -> Vec<u32> {
                let all: BTreeSet<u32> = marks.iter().filter_map(|mark| alike.get(mark)).flatten().copied().chain([place]).collect();
                all.into_iter().collect()
            };
            (0..).zip(&marks).map(copies).collect()
        });
        all.get(content as usize).map_or(&[], Vec::as_slice)
    }

    pub(super) fn content_attribute(&self, content: u32, name: &str) -> Value {
        let Some(of) = self.plan.contents.get(content as usize) else { return Value::Absent };
        match name {
            "name" => Value::Text(of.name.clone()),
            "title" => Value::text(of.title.as_deref()),
            "kind" => Value::Word(of.kind.clone()),
            "about" => Value::Word(of.about.clone()),
            "for" => Value::Leads(Leads { anonymous: self.node(&of.predicate), ..Leads::of(self.node(&of.predicate)) }),
            "for_all" => Value::Flag(self.is_everyone(self.node(&of.predicate))),
            "stages" => Value::entities(of.stages.iter().filter_map(|stage| self.stage(stage))),
            "answers" => Value::text(of.answers.as_deref()),
            "gives" => Value::text(of.gives.as_deref()),
            "url" => Value::text(of.url.as_deref()),
            "home_page" => Value::flag(self.is_home_page(of)),
            "text" if self.unlisted(of).is_err() => {
                Value::Unknown(format!("{} `{}`", super::super::truth::NO_WORDS, of.language.as_deref().unwrap_or("")).into())
            }
            "text" => match (&of.text, self.inputs.texts.get(&of.name)) {
                (_, Some(prose)) => Value::Text(prose.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ").into()),
                (Some(_), None) => Value::Unknown(super::super::truth::NO_TEXT.into()),
                (None, None) => Value::Absent,
            },
            "self_talk" => self.self_talk(of),
            "sells" => Value::flag(SELLING.contains(&of.kind.as_str()) || matches!(of.about.as_str(), "product" | "company")),
            "gated" => Value::flag(of.gated),
            "mobile" => Value::flag(of.mobile),
            "updated" => of.updated.as_deref().and_then(Date::parse).map_or(Value::Absent, Value::Date),
            "touches" => Value::entities(self.touches_with(content).iter().map(|(program, step)| Entity::Touch(*program, *step))),
            "sent_to" => {
                let guards = self.direct_with(content).into_iter().filter_map(|(program, step)| Some(self.guards(program)?.steps.get(step as usize)?.guard));
                Value::List(guards.map(Value::Leads).collect())
            }
            "barred" => {
                let touches = self.direct_with(content);
                let barred: Vec<_> = touches
                    .iter()
                    .filter_map(|(program, step)| self.touch(*program, *step))
                    .map(|touch| super::super::guards::channel(&self.ground, touch.channel).barred)
                    .collect();
                // Barred from one of them: whether another reaches them is no choice of readers either.
                Value::Leads(if barred.is_empty() { Leads::nobody() } else { Leads::of(self.ground.or(&barred)) })
            }
            "done" => {
                let mut programs: Vec<u32> = self.direct_with(content).into_iter().map(|(program, _)| program).collect();
                programs.dedup();
                let done: Vec<Leads> = programs.into_iter().filter_map(|program| self.guards(program)).map(|guards| guards.done).collect();
                Value::Leads(if done.is_empty() { Leads::nobody() } else { self.ground.either(&done) })
            }
            "repeats" => self.loaded(Figure::Repeats(content)),
            _ => Value::Absent,
        }
    }

    /// Whether a page is the front door of a site on which other content of the policy has pages.
    fn is_home_page(&self, content: &Content) -> bool {
        let Some((host, path)) = content.url.as_deref().and_then(host_and_path) else { return false };
        is_front_door(path)
            && self
                .plan
                .contents
                .iter()
                .filter_map(|other| other.url.as_deref().and_then(host_and_path))
                .any(|(other, path)| other.eq_ignore_ascii_case(host) && !is_front_door(path))
    }

    /// The word lists for a content's language: none of its own for English; why not, where there are none.
    #[allow(clippy::type_complexity, reason = "two lists of words")]
    fn unlisted(&self, content: &Content) -> Result<Option<&(Vec<smol_str::SmolStr>, Vec<smol_str::SmolStr>)>, std::sync::Arc<str>> {
        let Some(language) = content.language.as_deref().filter(|language| !is_english(language)) else { return Ok(None) };
        let first = language.split(['-', '_']).next().unwrap_or("").to_lowercase();
        let lists = self.inputs.words.get(language.to_lowercase().as_str()).or_else(|| self.inputs.words.get(first.as_str()));
        lists.map(Some).ok_or_else(|| format!("{} `{language}`", super::super::truth::NO_WORDS).into())
    }

    fn self_talk(&self, content: &Content) -> Value {
        let Some(prose) = self.inputs.texts.get(&content.name) else { return Value::Unknown(super::super::truth::NO_TEXT.into()) };
        let lists = match self.unlisted(content) {
            Err(why) => return Value::Unknown(why),
            Ok(lists) => lists,
        };
        let (us, you) = prose.about(lists);
        if us + you < ENOUGH {
            return Value::Unknown(
                format!("{}: it has {} words about us or the reader, and {ENOUGH} are needed", super::super::truth::TOO_SHORT, us + you).into(),
            );
        }
        // Hundredths, in billionths.
        Value::Percent(Span::exact(us as i128 * 100_000_000_000 / (us + you) as i128))
    }
}

/// The languages of ISO 639-1 that sites have pages in: the first words of their addresses.
const LANGUAGES: &str = "ar bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka kk ko lt lv mk ms mt nb nl nn no pl pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh";

/// `en`, `en-GB`
pub(crate) fn is_english(language: &str) -> bool {
    let first = language.split(['-', '_']).next().unwrap_or("");
    first.eq_ignore_ascii_case("en") || first.eq_ignore_ascii_case("english")
}

/// What tells that another content is the same.
fn marks(content: &Content) -> Vec<String> {
    let page = content.url.as_deref().and_then(host_and_path).filter(|(_, path)| !is_front_door(path));
    let page = page.map(|(host, path)| format!("page {}{}", host.to_lowercase(), path.trim_end_matches('/')));
    let text = content.text.as_ref().map(|text| format!("text {}", text.sha256));
    // What has a page or a text of its own is told by those.
    let plain = page.is_none() && text.is_none();
    let said = content.answers.as_ref().zip(content.gives.as_ref()).filter(|_| plain).map(|(answers, gives)| format!("said {answers:?} {gives:?}"));
    page.into_iter().chain(text).chain(said).collect()
}

fn host_and_path(url: &str) -> Option<(&str, &str)> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = (rest.get(..end)?, rest.get(end..)?);
    Some((host.strip_prefix("www.").unwrap_or(host), path.split(['?', '#']).next().unwrap_or("")))
}

/// No path, or one that only says "index", "home" or a language.
fn is_front_door(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => true,
        [one] => {
            let one = one.to_ascii_lowercase();
            let language = one.len() == 2 || (one.len() == 5 && one.as_bytes().get(2).is_some_and(|dash| matches!(dash, b'-' | b'_')));
            matches!(one.as_str(), "index.html" | "index.htm" | "index.php" | "home" | "home.html")
                || (language && LANGUAGES.split(' ').any(|code| one.starts_with(code)))
        }
        _ => false,
    }
}
