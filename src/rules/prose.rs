//! The words of a text: what a phrase occurs in, and whom it speaks of.

use std::ops::Range;

use html5gum::{DefaultEmitter, Span, Token, Tokenizer};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use smol_str::SmolStr;

/// A word, without case and punctuation, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: SmolStr,
    /// Its bytes in the file.
    pub at: Range<usize>,
    /// Whether it is in a heading.
    pub heading: bool,
}

/// The words of a text, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    /// The file it comes from; empty for a text of the policy itself.
    pub file: SmolStr,
    /// Its words.
    pub words: Vec<Word>,
}

/// From so many words about us or the reader on their share says something.
pub const ENOUGH: usize = 30;

const US: [&str; 10] = ["we", "our", "ours", "us", "ourselves", "we're", "we've", "we'll", "we'd", "let's"];
const YOU: [&str; 9] = ["you", "your", "yours", "yourself", "yourselves", "you're", "you've", "you'll", "you'd"];

impl Prose {
    /// The words of a file: Markdown, HTML or MJML by its name, else plain text.
    pub fn of_file(file: &str, text: &str) -> Self {
        let name = file.to_ascii_lowercase();
        let mut prose = if name.ends_with(".html") || name.ends_with(".htm") || name.ends_with(".mjml") {
            Self::of_markup(text, 0)
        } else if name.ends_with(".txt") {
            Self::of_text(text)
        } else {
            Self::of_markdown(text)
        };
        prose.file = file.into();
        prose
    }

    /// The words of a plain text. Names are split at `_`.
    pub fn of_text(text: &str) -> Self {
        let mut prose = Self::default();
        prose.add(text, 0, false);
        prose
    }

    fn of_markdown(text: &str) -> Self {
        let mut prose = Self::default();
        let (mut heading, mut code) = (false, false);
        for (event, range) in
            Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS).into_offset_iter()
        {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = true,
                Event::End(TagEnd::Heading(_)) => heading = false,
                Event::Start(Tag::CodeBlock(_) | Tag::MetadataBlock(_)) => code = true,
                Event::End(TagEnd::CodeBlock | TagEnd::MetadataBlock(_)) => code = false,
                // What stands in the file, where it is as it is read; else the text itself, at the place of the whole.
                Event::Text(part) if !code => match text.get(range.clone()) {
                    Some(written) if *written == *part => prose.add(written, range.start, heading),
                    _ => prose.add_at(&part, range, heading),
                },
                Event::Html(_) | Event::InlineHtml(_) => {
                    if let Some(written) = text.get(range.clone()) {
                        prose.words.extend(Self::of_markup(written, range.start).words);
                    }
                }
                _ => {}
            }
        }
        prose
    }

    fn of_markup(text: &str, start: usize) -> Self {
        let mut prose = Self::default();
        let mut heading = false;
        let mut skipped: Option<Vec<u8>> = None;
        let tokens = Tokenizer::new_with_emitter(text, DefaultEmitter::<usize>::new_with_span());
        for token in tokens {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) if skipped.is_none() => {
                    let name: &[u8] = &tag.name;
                    if matches!(name, b"script" | b"style" | b"title" | b"mj-style" | b"mj-title" | b"mj-attributes" | b"mj-raw") && !tag.self_closing {
                        skipped = Some(name.to_vec());
                    }
                    heading |= is_heading(name);
                }
                Token::EndTag(tag) => {
                    let name: &[u8] = &tag.name;
                    if skipped.as_deref() == Some(name) {
                        skipped = None;
                    }
                    if is_heading(name) {
                        heading = false;
                    }
                }
                Token::String(part) if skipped.is_none() => {
                    let Span { start: from, end } = part.span;
                    // An entity is no word: it is blanked out, so that the words about it keep their places.
                    match text.get(from..end) {
                        Some(written) => prose.add(&without_entities(written), start + from, heading),
                        None => prose.add_at(&String::from_utf8_lossy(&part.value), start + from..start + end, heading),
                    }
                }
                _ => {}
            }
        }
        prose
    }

    fn add(&mut self, text: &str, start: usize, heading: bool) {
        for (at, word) in words(text) {
            self.words.push(Word { text: word, at: start + at.start..start + at.end, heading });
        }
    }

    fn add_at(&mut self, text: &str, at: Range<usize>, heading: bool) {
        self.words.extend(words(text).map(|(_, text)| Word { text, at: at.clone(), heading }));
    }

    /// Where one of some phrases occurs as whole words.
    pub fn says(&self, phrase: &str) -> Option<Range<usize>> {
        let wanted: Vec<SmolStr> = words(phrase).map(|(_, word)| word).collect();
        if wanted.is_empty() {
            return None;
        }
        let found = self.words.windows(wanted.len()).find(|window| window.iter().zip(&wanted).all(|(word, wanted)| word.text == *wanted))?;
        Some(found.first()?.at.start..found.last()?.at.end)
    }

    /// How many words speak of us, and how many of the reader, by the lists of a language (English without); headings are left out.
    pub fn about(&self, lists: Option<&(Vec<SmolStr>, Vec<SmolStr>)>) -> (usize, usize) {
        let (mut us, mut you) = (0, 0);
        for word in self.words.iter().filter(|word| !word.heading) {
            let text = word.text.as_str();
            let (of_us, of_you) = match lists {
                None => (US.contains(&text), YOU.contains(&text)),
                Some((own, theirs)) => (own.iter().any(|known| known == text), theirs.iter().any(|known| known == text)),
            };
            us += usize::from(of_us);
            you += usize::from(of_you);
        }
        (us, you)
    }
}

/// A text with `&amp;` and the like turned into as many blanks.
fn without_entities(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        out.push_str(before);
        let end = entity
            .find(';')
            .filter(|end| entity.get(1..*end).is_some_and(|name| name.len() < 12 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#')));
        let length = end.map_or(1, |end| end + 1);
        out.push_str(&" ".repeat(length));
        rest = entity.get(length..).unwrap_or("");
    }
    out.push_str(rest);
    out.into()
}

fn is_heading(name: &[u8]) -> bool {
    matches!(name, b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6")
}

/// Words: letters and digits, with apostrophes inside; small letters.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, SmolStr)> + '_ {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}');
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while rest.next_if(|(_, c)| !part(*c)).is_some() {}
        let (start, _) = *rest.peek()?;
        let mut end = start;
        while let Some((at, c)) = rest.next_if(|(_, c)| part(*c)) {
            end = at + c.len_utf8();
        }
        let word = text.get(start..end)?;
        let folded: String = word.trim_matches(['\'', '\u{2019}']).replace('\u{2019}', "'").to_lowercase();
        Some((start..end, folded.into()))
    })
    .filter(|(_, word): &(Range<usize>, SmolStr)| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words_whatever_stands_between() {
        let prose = Prose::of_text("Just *touching base*, as we said: touch-base today!");
        assert!(prose.says("touch base").is_some());
        assert!(prose.says("Touching  base").is_some());
        assert!(prose.says("touch bas").is_none());
        assert_eq!(Prose::of_text("are_you_ready").says("you ready"), Some(4..13));
    }

    #[test]
    fn markup_is_no_text() {
        let html = "<html><head><style>we we</style></head><body><h1>We</h1><p>You &amp; <b>we</b></p></body></html>";
        let prose = Prose::of_file("a.html", html);
        assert_eq!(prose.about(None), (1, 1));
        let at = prose.says("you").unwrap();
        assert_eq!(&html[at], "You");
        let mjml = "<mjml><mj-body><mj-text>Ready to buy?</mj-text></mj-body></mjml>";
        assert!(Prose::of_file("a.mjml", mjml).says("ready to buy").is_some());
        let markdown = "# We\n\nYou read *this*.\n\n```\nwe we we\n```\n<p>our</p>\n";
        assert_eq!(Prose::of_file("a.md", markdown).about(None), (1, 1));
    }
}
