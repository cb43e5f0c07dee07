//! What an editor shows of the word under the cursor, as Markdown.

use smol_str::SmolStr;

use super::names::{Symbol, count, declarations, item_of, symbol_at};
use super::offered::written_field;
use super::proved::Proved;
use super::{Spot, item_at, reference, word_at};
use crate::db::{Chunk, RootDb, SourceFile};
use crate::diagnostics::{Check, Kind};
use crate::model::names::schema;
use crate::model::rule_schema::SETTINGS;
use crate::model::schema::{BUILTIN, FieldSchema, Ty};
use crate::model::{Member, lowered};
use crate::plan::Verdict;
use crate::report::book;
use crate::syntax::ast::{Body, Item, SignalKind};
use crate::syntax::line::{Part, ends_in};
use crate::text::Range;

/// More lines than this of a declaration are cut.
const MOST_LINES: usize = 14;

/// What is known besides the text.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What was proved of groups.
    pub proved: &'a Proved,
    /// What each program is.
    pub verdicts: &'a [Verdict],
}

/// A page about the word at an offset, and where the word stands.
pub fn hover(db: &RootDb, file: SourceFile, offset: u32, known: Known<'_>) -> Option<(String, Spot)> {
    if let Some((symbol, spot)) = symbol_at(db, file, offset) {
        return Some((page(db, &symbol, known)?, spot));
    }
    let text = file.text(db);
    let at = word_at(text, offset);
    let word = at.of(text);
    if word.is_empty() || in_comment(text, at.start) || in_text(text, at.start) {
        return None;
    }
    let around = item_at(db, file, offset);
    if let Some((_, _, item)) = around
        && allowed(db, item, offset, file)
        && let Some(page) = rule_page(db, word)
    {
        return Some((page, Spot { file, at }));
    }
    if !crate::syntax::keywords().contains(&word) && crate::syntax::ast::Channel::from_name(word).is_none() && !is_fixed(word) {
        return None;
    }
    let next = text.get(at.end as usize..).unwrap_or("").trim_start();
    let next = next.split(char::is_whitespace).next().unwrap_or("");
    let row = reference::of(word, around.map(|(.., item)| item.kind().keyword()), Some(next))?;
    Some((format!("`{}`\n\n{}", row.clause, row.meaning), Spot { file, at }))
}

/// Whether a word is one of a fixed list, such as a kind of content.
fn is_fixed(word: &str) -> bool {
    use crate::model::rule_schema::Enumeration;
    [Enumeration::ContentKind, Enumeration::About].iter().any(|list| list.values().contains(&word))
}

/// Whether an offset lies in a comment.
pub fn in_comment(text: &str, offset: u32) -> bool {
    ends_in(before(text, offset)) == Part::Comment
}

/// Whether an offset lies between quotes.
pub fn in_text(text: &str, offset: u32) -> bool {
    ends_in(before(text, offset)) == Part::Text
}

/// The line of an offset, up to it.
fn before(text: &str, offset: u32) -> &str {
    let line_start = text.get(..offset as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    Range::new(line_start as u32, offset).of(text)
}

/// Whether an offset stands at the rule of an `allow`.
fn allowed(db: &RootDb, item: &Item, offset: u32, file: SourceFile) -> bool {
    let Some(chunk) = super::chunk_at(db, file, offset) else { return false };
    let inside = offset.saturating_sub(chunk.start(db));
    let before = Range::new(item.at.start, inside).of(&chunk.body(db).text);
    let mut words = before.split_whitespace().rev();
    // The cursor may stand behind letters of the rule's name.
    words.next() == Some("allow") || words.next() == Some("allow")
}

/// A page about a rule or a check.
pub fn rule_page(db: &RootDb, name: &str) -> Option<String> {
    if let Some(check) = Check::from_name(name) {
        return Some(check.page().to_owned());
    }
    let own = book::rules_of(db).into_iter().find(|(rule, ..)| rule.name == name).map(|(rule, ..)| rule);
    let rule = own.or_else(|| book::standard_rules().iter().find(|rule| rule.name == name).cloned())?;
    let because = general(&rule.because);
    let mut page = format!("**{}**: {} nurturing\n\n{because}\n", rule.name, if rule.is { "is" } else { "isn't" });
    if let Some(instead) = &rule.instead {
        page.push_str(&format!("\n*What to do instead:* {}\n", general(instead)));
    }
    if let Some(source) = &rule.origin {
        page.push_str(&format!("\n*Source:* {source}\n"));
    }
    Some(page)
}

/// What a rule says of anything: settings by their values, the rest left open.
fn general(text: &str) -> String {
    crate::rules::message::filled_by(text, |path| {
        let setting = path.strip_prefix("settings.").and_then(|name| SETTINGS.iter().find(|setting| setting.name == name));
        setting.map_or_else(|| "…".to_owned(), |setting| setting.default.to_owned())
    })
}

/// A page about something that is declared.
fn page(db: &RootDb, symbol: &Symbol, known: Known<'_>) -> Option<String> {
    match symbol {
        Symbol::Declared(Kind::Rule, name) if item_of(db, Kind::Rule, name).is_none() => rule_page(db, name),
        Symbol::Declared(kind, name) => Some(declaration(db, *kind, name, known)),
        Symbol::Member(member) => self::member(db, member, known),
    }
}

fn fence(code: &str) -> String {
    format!("```nurture\n{code}\n```\n")
}

fn declaration(db: &RootDb, kind: Kind, name: &SmolStr, known: Known<'_>) -> String {
    let Some((chunk, item)) = item_of(db, kind, name) else {
        if kind == Kind::Signal && BUILTIN.contains(&name.as_str()) {
            return builtin(db, name);
        }
        return format!("{} `{name}`: a syntax error hides what it says", kind.keyword());
    };
    let mut page = fence(&cut(&written(db, chunk, item)));
    let mut say = |text: String| {
        page.push('\n');
        page.push_str(&text);
        page.push('\n');
    };
    if let Some(doc) = &item.doc {
        say(doc.to_string());
    }
    if let Some(group) = known.proved.groups.get(&(kind, name.clone())) {
        let whose = match kind {
            Kind::Program => "Its audience. ",
            Kind::Content => "Whom it is for. ",
            _ => "",
        };
        say(format!("{whose}{}", group.sentences().join("  \n")));
    }
    if let Some(verdict) = known.verdicts.iter().find(|verdict| kind == Kind::Program && verdict.program == *name) {
        say(format!("Verdict: **{}**.", verdict.standing.words()));
    }
    if let Some(plan) = in_plan(db, chunk, item) {
        say(plan);
    }
    let uses = count(db, kind, name);
    if !matches!(kind, Kind::Test | Kind::Lead | Kind::Limits) {
        say(match uses {
            0 => "Nothing names it.".to_owned(),
            1 => "Named in 1 place.".to_owned(),
            uses => format!("Named in {uses} places."),
        });
    }
    page
}

/// The text of a declaration.
pub fn written(db: &RootDb, chunk: Chunk<'_>, item: &Item) -> String {
    let at = item.at.shift(chunk.start(db));
    at.of(chunk.file(db).text(db)).trim_end().to_owned()
}

fn cut(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= MOST_LINES {
        return text.to_owned();
    }
    let mut shown: Vec<&str> = lines.iter().take(MOST_LINES - 1).copied().collect();
    let more = format!("  # … {} lines more", lines.len() - shown.len());
    shown.push(&more);
    shown.join("\n")
}

/// What a declaration is in the plan, where that says more than its text.
fn in_plan(db: &RootDb, chunk: Chunk<'_>, item: &Item) -> Option<String> {
    use crate::model::PlanItem;
    let place = crate::db::parsed(db, chunk).items.iter().position(|known| std::ptr::eq(known, item))?;
    let lowered = lowered(db, chunk).get(place)?.as_ref()?;
    let predicate = match lowered {
        PlanItem::Segment(segment) => &segment.predicate,
        PlanItem::Icp(icp) => &icp.predicate,
        PlanItem::Program(program) => return Some(format!("In the plan: {}.", touches(program))),
        _ => return None,
    };
    Some(format!("In the plan: `{}`", crate::plan::words::predicate(&crate::plan::normal(predicate))))
}

/// How many touches a program has: "2 tracks, 3 emails and 1 call".
fn touches(program: &crate::plan::Program) -> String {
    let count = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 || matches!(noun, "sms" | "web") { "" } else { "s" });
    let of = |channel: crate::plan::Channel| {
        let sends = |step: &&crate::plan::Step| matches!(&step.action, crate::plan::Action::Touch(touch) if touch.channel == channel);
        program.steps.iter().filter(sends).count()
    };
    let channels = crate::plan::Channel::ALL.into_iter().map(|channel| (channel, of(channel))).filter(|(_, number)| *number > 0);
    let parts: Vec<String> = channels.map(|(channel, number)| count(number, channel.name())).collect();
    let list = crate::diagnostics::list_words(parts.iter().map(String::as_str), "and", 8).replace('`', "");
    format!("{}, {}", count(program.tracks.len(), "track"), if list.is_empty() { "no touches".to_owned() } else { list })
}

fn builtin(db: &RootDb, name: &str) -> String {
    let mut page = fence(&signature(db, name));
    if let Some(row) = reference::of(name, Some("signal"), None) {
        page.push_str(&format!("\nBuilt in: {}.\n", row.meaning));
    }
    page
}

/// A signal with its fields: `visit(page: text, seconds: whole number)`.
pub fn signature(db: &RootDb, name: &str) -> String {
    let fields = schema(db).signals.get(name).map(|signal| signal.fields.as_slice()).unwrap_or_default();
    let fields: Vec<String> = fields.iter().map(field_words).collect();
    format!("{name}({})", fields.join(", "))
}

/// A field as it is declared: `page: text optional`.
pub fn field_words(field: &FieldSchema) -> String {
    format!("{}: {}{}", field.name, type_words(&field.ty), if field.optional { " optional" } else { "" })
}

/// A type as the language writes it.
pub fn type_words(ty: &Ty) -> String {
    let options = |options: &[crate::model::schema::Opt]| {
        let shown: Vec<&str> = options.iter().take(8).map(|option| option.name.as_str()).collect();
        format!("{}{}", shown.join(", "), if options.len() > 8 { ", …" } else { "" })
    };
    let ends = |from: Option<String>, to: Option<String>| {
        let part = |word: &str, end: Option<String>| end.map_or_else(String::new, |end| format!(" {word} {end}"));
        format!("{}{}", part("from", from), part("to", to))
    };
    match ty {
        Ty::Number { whole, from, to } => {
            format!("{}number{}", if *whole { "whole " } else { "" }, ends(from.map(|from| from.to_string()), to.map(|to| to.to_string())))
        }
        Ty::Flag => "flag".to_owned(),
        Ty::Text => "text".to_owned(),
        Ty::Date { from, to, to_today } => {
            let to = if *to_today { Some("today".to_owned()) } else { to.map(|to| to.to_string()) };
            format!("date{}", ends(from.map(|from| from.to_string()), to))
        }
        Ty::Moment => "moment".to_owned(),
        Ty::OneOf(list) => format!("one of {}", options(list)),
        Ty::SetOf(list) => format!("set of {}", options(list)),
        Ty::Address(channels) => format!("address of {}", channels.iter().map(|channel| channel.name()).collect::<Vec<_>>().join(", ")),
        Ty::Content => "content".to_owned(),
        Ty::Program => "program".to_owned(),
        Ty::Stages => "stages".to_owned(),
    }
}

fn member(db: &RootDb, member: &Member, known: Known<'_>) -> Option<String> {
    let symbol = Symbol::Member(member.clone());
    let mut page;
    match member {
        Member::Field(signal, name) | Member::Option(signal, name, _) => {
            let fields = match signal {
                None => schema(db).lead.as_deref().unwrap_or_default(),
                Some(signal) => schema(db).signals.get(signal)?.fields.as_slice(),
            };
            let field = fields.iter().find(|field| field.name == *name)?;
            page = fence(&field_words(field));
            page.push_str(&format!("\n{}\n", if let Member::Option(_, _, option) = member { format!("`{option}`: {}", symbol.what()) } else { symbol.what() }));
            let written = written_field(db, signal.as_deref(), name);
            if let Some(doc) = written.and_then(|field| field.doc.as_ref()) {
                page.push_str(&format!("\n{doc}\n"));
            }
            if let Some(means) = written.and_then(|field| field.means.as_ref()) {
                page.push_str(&format!("\nIt means the lead's {}.\n", means.text));
            }
            if let (Member::Option(_, _, option), Ty::OneOf(options) | Ty::SetOf(options)) = (member, &field.ty)
                && let Some(stored) = options.iter().find(|known| known.name == *option).and_then(|known| known.stored.as_ref())
            {
                page.push_str(&format!("\nStored as \"{stored}\".\n"));
            }
        }
        Member::Stage(journey, name) => {
            let (_, item) = item_of(db, Kind::Journey, journey)?;
            let Body::Journey(of) = &item.body else { return None };
            let place = of.stages.iter().position(|stage| stage.name.text == *name)?;
            let stage = of.stages.get(place)?;
            let title = stage.title.as_ref().map_or_else(String::new, |title| format!(" \"{}\"", title.value));
            page = fence(&format!("stage {name}{title}"));
            page.push_str(&format!("\nStage {} of {} of `{journey}`.\n", place + 1, of.stages.len()));
            if let Some(asks) = &stage.asks {
                page.push_str(&format!("\nThe buyer asks: \"{}\"\n", asks.value));
            }
            if let Some(doc) = &stage.doc {
                page.push_str(&format!("\n{doc}\n"));
            }
            if let Some(group) = known.proved.stages.get(&(journey.clone(), name.clone())) {
                page.push_str(&format!("\n{}\n", group.sentences().join("  \n")));
            }
        }
        Member::Band(score, name) => {
            let bands = &schema(db).scores.get(score)?.bands;
            let place = bands.iter().position(|(band, _)| band == name)?;
            let (_, from) = bands.get(place)?;
            page = fence(&format!("band {name} from {from}"));
            let below = bands.get(place + 1).map_or_else(|| "and above".to_owned(), |(_, next)| format!("to below {next}"));
            page.push_str(&format!("\nThe score `{score}` from {from} {below}.\n"));
        }
        Member::Label(program, label) => {
            page = format!("The touch `{label}` of the program `{program}`.\n");
            if let Some(spot) = declarations(db, &symbol).first() {
                let text = spot.file.text(db);
                let line = text.get(..spot.at.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
                page.push_str(&format!("\n{}", fence(text.get(line..).unwrap_or("").lines().next().unwrap_or("").trim())));
            }
        }
    }
    Some(page)
}

/// How a signal comes about, in words.
pub fn signal_kind(kind: Option<SignalKind>) -> &'static str {
    match kind {
        Some(SignalKind::Implicit) => "implicit signal",
        Some(SignalKind::Explicit) => "explicit signal",
        Some(SignalKind::Request) => "explicit request",
        None => "built-in signal",
    }
}
