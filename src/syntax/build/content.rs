//! `content`.

use super::{Builder, P, Rule, Seen, first_word};
use crate::syntax::ast::{At, Content, Path, Text};

impl Builder<'_> {
    pub(super) fn dotteds(&mut self, pair: P<'_>) -> Vec<Path> {
        pair.into_inner().map(|pair| self.dotted(&pair)).collect()
    }

    pub(super) fn content(&mut self, pairs: Vec<P<'_>>, seen: &mut Seen) -> Content {
        let mut content = Content::default();
        for pair in pairs {
            let at = self.at(&pair);
            let rule = pair.as_rule();
            let word = first_word(&pair);
            if !self.first(seen, rule, at, &word) {
                continue;
            }
            match rule {
                Rule::asset_kind => content.kind = pair.into_inner().next().map(|pair| self.name(&pair)),
                Rule::about => content.about = pair.into_inner().next().map(|pair| self.name(&pair)),
                Rule::for_clause => content.audience = self.predicate_in(pair),
                Rule::stages => content.stages = pair.into_inner().next().map(|pair| self.dotteds(pair)).unwrap_or_default(),
                Rule::answers => content.answers = self.text_in(pair),
                Rule::gives => content.gives = self.text_in(pair),
                Rule::url => content.url = self.text_in(pair),
                Rule::text_file => content.text = self.text_in(pair),
                Rule::gated => content.gated = Some(at),
                Rule::updated => content.updated = pair.into_inner().next().and_then(|pair| self.date(&pair)),
                Rule::expires => content.expires = pair.into_inner().next().and_then(|pair| self.date(&pair)),
                Rule::mobile => content.mobile = Some(At { value: pair.into_inner().next().is_none_or(|pair| pair.as_str().trim() == "yes"), at }),
                Rule::language => {
                    content.language = pair.into_inner().next().map(|pair| match pair.as_rule() {
                        Rule::string => self.string(&pair),
                        _ => Text { value: pair.as_str().into(), at: self.at(&pair) },
                    });
                }
                _ => {
                    let _: Option<()> = self.strange(at);
                }
            }
        }
        content
    }
}
