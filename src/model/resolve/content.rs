//! `content`.

use smol_str::SmolStr;

use super::items::bare;
use super::{Resolved, Resolver, all, optional};
use crate::db::Asset;
use crate::diagnostics::{Check, Problem, closest, list_words};
use crate::model::rule_schema::Enumeration;
use crate::plan;
use crate::syntax::ast::{self, Channel, Item, Name, Text};

impl Resolver<'_> {
    pub(super) fn content(&mut self, item: &Item, name: SmolStr, content: &ast::Content) -> Resolved<plan::Content> {
        if Channel::from_name(&name).is_some() {
            self.report(
                Problem::new(Check::ReservedName, item.name_at(), format!("`{name}` is a channel and cannot name a content"))
                    .help(format!("choose another name, such as `{name}_`")),
            );
        }
        let kind = content.kind.as_ref().map(|kind| self.word_of(kind, Enumeration::ContentKind, "kind of content"));
        let about = content.about.as_ref().map(|about| self.word_of(about, Enumeration::About, "subject of a content"));
        let predicate = optional(content.audience.as_ref().map(|predicate| self.predicate(predicate)));
        let stages = all(content.stages.iter().map(|path| self.stage_path(path)).collect::<Vec<_>>());
        if let Ok(found) = &stages {
            for (index, (stage, path)) in found.iter().zip(&content.stages).enumerate() {
                if let Some(first) = found.iter().take(index).position(|known| known == stage).and_then(|first| content.stages.get(first)) {
                    self.report(
                        Problem::new(Check::DuplicateName, path.at(), format!("the stage `{}` stands here twice", stage.1)).also(first.at(), "already here"),
                    );
                }
            }
        }
        let text = optional(content.text.as_ref().map(|text| self.text_file(text)));
        let kind = match kind {
            Some(kind) => kind,
            None => self.missing(item, "kind", "say what it is: `kind guide`, `webinar`, `checklist` …"),
        };
        let about = match about {
            Some(about) => about,
            None => self.missing(item, "about", "say what it is about: `about problem`, `market`, `solution`, `peers`, `product` or `company`"),
        };
        if let Some(url) = &content.url {
            self.url(url);
        }
        if let (Some(updated), Some(expires)) = (content.updated, content.expires)
            && expires.value < updated.value
        {
            self.report(Problem::new(Check::EmptyRange, expires.at, "this content expired before it was updated").also(updated.at, "updated here"));
        }
        let string = |text: &Option<Text>| text.as_ref().map(|text| text.value.to_string());
        Ok(bare!(Content, name, {
            kind: kind?,
            about: about?,
            predicate: predicate?.unwrap_or(plan::Predicate::Everyone),
            stages: stages?.into_iter().map(|(journey, stage)| SmolStr::from(format!("{journey}.{stage}"))).collect(),
            answers: string(&content.answers),
            gives: string(&content.gives),
            url: string(&content.url),
            text: text?,
            gated: content.gated.is_some(),
            mobile: content.mobile.is_none_or(|mobile| mobile.value),
            updated: content.updated.map(|date| date.value.to_string().into()),
            expires: content.expires.map(|date| date.value.to_string().into()),
            language: content.language.as_ref().map(|language| language.value.clone()),
            draft: item.common.draft.is_some(),
        }))
    }

    /// A word of an enumeration.
    pub(super) fn word_of(&mut self, name: &Name, of: Enumeration, noun: &str) -> Resolved<SmolStr> {
        let known = of.values();
        if known.contains(&name.text.as_str()) {
            return Ok(name.text.clone());
        }
        let mut problem = Problem::new(Check::UnknownOption, name.at, format!("`{}` is no {noun}", name.text));
        problem = match closest(&name.text, known.iter().copied()) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
            None => problem.help(format!("there are {}", list_words(known.iter().copied(), "and", 20))),
        };
        self.fail(problem)
    }

    fn url(&mut self, url: &Text) {
        let rest = url.value.strip_prefix("https://").or_else(|| url.value.strip_prefix("http://"));
        let good = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) && !url.value.contains(char::is_whitespace);
        if !good {
            let with = format!("\"https://{}\"", url.value);
            let mut problem = Problem::new(Check::WrongType, url.at, "this is no address of a page").help("write it whole: \"https://host/page\"");
            if url.value.contains('.') && !url.value.contains(char::is_whitespace) && !url.value.contains("://") {
                problem = problem.fix("write `https://`", url.at, with, false);
            }
            self.report(problem);
        }
    }

    fn text_file(&mut self, text: &Text) -> Resolved<plan::TextFile> {
        let named = &text.value;
        match self.asset(named) {
            Some((file, Asset::Read { sha256, .. })) => Ok(plan::TextFile { file, sha256 }),
            Some((file, Asset::Missing)) => self.fail(
                Problem::new(Check::MissingTextFile, text.at, format!("there is no file `{file}`"))
                    .here("the text of this content")
                    .help("the path begins at the folder of this policy file"),
            ),
            Some((file, Asset::Unusable(why))) => self.fail(Problem::new(Check::MissingTextFile, text.at, format!("cannot read `{file}`: {why}"))),
            None => self.fail(
                Problem::new(Check::MissingTextFile, text.at, format!("`{named}` leads out of the policy's folder"))
                    .help("text files lie beside the policy: write a path such as \"content/guide.md\""),
            ),
        }
    }
}
