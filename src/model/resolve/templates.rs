//! Texts with places to fill in: `Hello {name or there}`.

use super::{Member, Resolved, Resolver};
use crate::diagnostics::{Check, Kind, Problem, closest};
use crate::model::schema::Ty;
use crate::plan::{Piece, Template};
use crate::syntax::ast::Text;
use crate::text::Range;

impl Resolver<'_> {
    /// Where `part` stands in a text, in the source; the whole text if it was written with escapes.
    pub(super) fn within_text(&self, text: &Text, part: &str) -> Range {
        let written = text.at.of(&self.chunk.body(self.db).text);
        match written.find(part) {
            Some(at) => Range::new(text.at.start + at as u32, text.at.start + (at + part.len()) as u32),
            None => text.at,
        }
    }

    pub(super) fn template(&mut self, text: &Text) -> Resolved<Template> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text.value.as_str();
        let mut result = Ok(());
        while let Some((before, after)) = rest.split_once('{') {
            plain.push_str(before);
            if let Some(after) = after.strip_prefix('{') {
                plain.push('{');
                rest = after;
                continue;
            }
            let Some((inside, after)) = after.split_once('}') else {
                return self.fail(
                    Problem::new(Check::BadPlaceholder, text.at, "a `{` in this text is not closed").help("write `{{` for a brace, or `{FIELD or fallback}`"),
                );
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain).into()));
            }
            match self.placeholder(text, inside) {
                Ok(piece) => pieces.push(piece),
                Err(reported) => result = Err(reported),
            }
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(plain.into()));
        }
        result.map(|()| pieces)
    }

    fn placeholder(&mut self, text: &Text, inside: &str) -> Resolved<Piece> {
        let at = self.within_text(text, &format!("{{{inside}}}"));
        let (name, fallback) = match inside.split_once(" or ") {
            Some((name, fallback)) => (name.trim(), Some(fallback.trim())),
            None => (inside.trim(), None),
        };
        if let Some(anonymous) = self.anonymous {
            return self.fail(
                Problem::new(Check::BadPlaceholder, at, "nothing is known of people who are not in the database")
                    .here("there is nothing to fill in")
                    .also(anonymous, "the audience is `anonymous` here"),
            );
        }
        let Some(field) = self.schema().field(name).cloned() else {
            if self.schema().lead.is_none() || self.schema().hides(Kind::Lead, "") {
                return Err(crate::diagnostics::Reported::with_its_declaration());
            }
            let names: Vec<String> = self.schema().lead.iter().flatten().map(|field| field.name.to_string()).collect();
            let problem = Problem::new(Check::BadPlaceholder, at, format!("`{{{inside}}}` names no field of the lead"));
            return self.fail(match closest(name, names.iter().map(String::as_str)) {
                Some(meant) => problem.here(format!("did you mean `{{{meant}}}`?")),
                None => problem.help("write a field of the lead between the braces, or `{{` for a brace"),
            });
        };
        let brace = Range::new(at.start + 1, at.end.saturating_sub(1));
        if at != text.at
            && let Some(before) = brace.of(&self.chunk.body(self.db).text).find(name)
        {
            let start = brace.start + before as u32;
            self.mention(Member::Field(None, field.name.clone()), Range::new(start, start + name.len() as u32));
        }
        if matches!(field.ty, Ty::Flag | Ty::SetOf(_)) {
            return self.fail(
                Problem::new(Check::BadPlaceholder, at, format!("`{name}` is {}, and cannot be filled into a text", field.ty.describe()))
                    .help("fill in a text, a number, a date or an option"),
            );
        }
        if field.optional && fallback.is_none_or(str::is_empty) {
            return self.fail(
                Problem::new(Check::BadPlaceholder, at, format!("`{name}` can be unknown, and then `{{{name}}}` would be empty"))
                    .here("what do these leads read?")
                    .help(format!("write `{{{name} or …}}` with words that fit everyone")),
            );
        }
        Ok(Piece::Field { name: field.name, fallback: fallback.map(Into::into) })
    }
}
