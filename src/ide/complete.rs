//! What may stand at the cursor: keywords by the grammar itself, names by what the sentence asks for.

use super::offered::{self, Offer};
use super::signature::open_call;
use super::snippets::{CLAUSES, DECLARATIONS};
use super::tokens::Class;
use super::{chunk_at, hover, reference, word_at};
use crate::db::{RootDb, SourceFile};
use crate::diagnostics::Kind;
use crate::model::names::schema;
use crate::model::resolve::PILLARS;
use crate::model::rule_schema::{Entity, Enumeration, FACETS_BY_NAME, Kind as RuleKind, Many, SETTINGS, Type};
use crate::model::schema::Ty;
use crate::syntax::ast::Channel;
use crate::syntax::tokens::{TokenKind, tokens};
use crate::text::Range;

/// What is offered, and what it replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The word at the cursor.
    pub replaces: Range,
    /// What may stand there instead, best first.
    pub offers: Vec<Offer>,
    /// Whether there is more than is offered: what is typed next may bring others.
    pub more: bool,
}

/// What may stand at an offset.
pub fn complete(db: &RootDb, file: SourceFile, offset: u32) -> Option<Completion> {
    let text = file.text(db);
    let offset = (0..=offset.min(text.len() as u32)).rev().find(|at| text.is_char_boundary(*at as usize))?;
    if hover::in_comment(text, offset) {
        return None;
    }
    let word = word_at(text, offset);
    let replaces = Range::new(word.start, word.end);
    if hover::in_text(text, offset) {
        return Some(Completion { replaces, offers: placeholders(db, text, offset)?, more: false });
    }
    let line_start = text.get(..word.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1) as u32;
    let chunk = chunk_at(db, file, word.start.saturating_sub(1));
    let chunk = chunk.filter(|chunk| chunk.start(db) < word.start);
    let body = chunk.map(|chunk| (chunk.start(db), chunk.body(db).text.as_str()));
    let before = body.map_or("", |(start, body)| Range::new(0, word.start.saturating_sub(start)).of(body));
    // A word in column 0 begins a declaration, whatever is open.
    let begins = word.start == line_start;
    let before = if begins { "" } else { before };
    // White space at the end of a chunk is no part of it, and parts words all the same.
    let padded;
    let before = match body {
        Some((start, body)) if !begins && (word.start.saturating_sub(start)) as usize > body.len() => {
            padded = format!("{body} ");
            padded.as_str()
        }
        _ => before,
    };
    let mut expected = crate::syntax::continuations(&hollow(before));
    let repaired;
    let mut read = before;
    if expected.is_empty() && !before.trim().is_empty() {
        repaired = enclosing(before);
        expected = crate::syntax::continuations(&hollow(&repaired));
        read = &repaired;
    }
    let place = Place::new(db, read, Range::new(word.start, offset).of(text));
    let mut offers = Vec::new();
    if expected.iter().any(|word| word == "a") || place.is_rule() {
        offers = place.names();
    }
    // `CHANNEL needs …` begins with a name of its own.
    if place.keyword() == "limits" && expected.iter().any(|word| word == "prefer") {
        offers.extend(offered::words(&Channel::ALL.map(Channel::name), "channel"));
    }
    let keyword = (!before.is_empty()).then(|| place.keyword());
    for word in expected.iter().filter(|word| word.len() > 1 && word.starts_with(|c: char| c.is_ascii_lowercase())) {
        // The grammar lets it stand in every body; only these have one.
        if word == "objective" && !matches!(keyword, Some("segment" | "icp")) {
            continue;
        }
        // In the filter of an event nothing is asked of a lead.
        if place.signal_at_hand().is_some() && matches!(word.as_str(), "did" | "everyone" | "identified" | "in") && place.begins_condition() {
            continue;
        }
        let declares = Kind::from_keyword(word).is_some();
        if declares && !begins && !(place.holds_declarations() || is_clause(word, keyword)) {
            continue;
        }
        offers.push(keyword_offer(word, begins || place.holds_declarations(), keyword));
    }
    offers.sort_by_key(|offer| offer.rank);
    let mut seen: Vec<(String, bool)> = Vec::new();
    offers.retain(|offer| {
        let key = (offer.label.clone(), offer.class == Class::Keyword);
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
    let more = offers.len() >= offered::MOST;
    Some(Completion { replaces, offers, more })
}

/// Whether a word that begins declarations is a clause of a declaration too: `journey` and `handoff` in a program, `content` as a type.
fn is_clause(word: &str, keyword: Option<&str>) -> bool {
    matches!((word, keyword), ("journey" | "handoff", Some("program")) | ("content", Some("signal")) | ("lead", Some("test")) | ("handoff", Some("test")))
}

fn keyword_offer(word: &str, begins: bool, keyword: Option<&str>) -> Offer {
    let class = if Channel::from_name(word).is_some() { Class::Channel } else { Class::Keyword };
    let mut offer = Offer::new(word, class, "");
    if let Some(row) = reference::of(word, keyword, None) {
        offer.detail = row.clause.to_owned();
        offer.doc = row.meaning.to_owned();
    }
    let snippets = if begins { DECLARATIONS.iter() } else { CLAUSES.iter() };
    offer.snippet = snippets.clone().find(|snippet| snippet.keyword == word).map(|snippet| snippet.body.to_owned());
    offer
}

/// The fields that may be filled into a text, where a brace is open in it.
fn placeholders(db: &RootDb, text: &str, offset: u32) -> Option<Vec<Offer>> {
    let before = text.get(..offset as usize)?;
    let line = before.rsplit('\n').next()?;
    let open = line.rfind('{')?;
    let inside = line.get(open + 1..)?;
    if inside.contains(['}', '"']) || line.get(..open)?.ends_with('{') {
        return None;
    }
    let lead = schema(db).lead.as_ref()?;
    let fits: Vec<_> = lead.iter().filter(|field| !matches!(field.ty, Ty::Flag | Ty::SetOf(_))).cloned().collect();
    let mut offers = offered::fields(&fits, &|field| offered::field_doc(db, None, field));
    for (offer, field) in offers.iter_mut().zip(&fits) {
        if field.optional {
            offer.snippet = Some(format!("{} or ${{1:words that fit everyone}}", field.name));
        }
    }
    Some(offers)
}

/// A text with nothing between the braces that are closed: what may follow it is the same, and is found out sooner.
fn hollow(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    for token in tokens(text) {
        out.push_str(Range::new(at, token.at.start).of(text));
        match token.text(text) {
            "{" => {
                out.push('{');
                open.push(out.len());
            }
            "}" => {
                if let Some(begun) = open.pop() {
                    out.truncate(begun);
                    out.push(' ');
                }
                out.push('}');
            }
            word => out.push_str(word),
        }
        at = token.at.end;
    }
    out.push_str(text.get(at as usize..).unwrap_or(""));
    out
}

/// What is open at the end of a text, and the sentence at the cursor: for where something before it does not fit the grammar.
fn enclosing(before: &str) -> String {
    // The heads of the blocks that are open, each from its own sentence's beginning.
    let mut open: Vec<usize> = Vec::new();
    let mut sentence = 0;
    let mut starts: Vec<(usize, usize)> = Vec::new();
    for token in tokens(before) {
        match token.text(before) {
            "{" => {
                starts.push((sentence, token.at.end as usize));
                open.push(token.at.end as usize);
                sentence = token.at.end as usize;
            }
            "}" => {
                starts.pop();
                open.pop();
                sentence = token.at.end as usize;
            }
            _ => {}
        }
    }
    let mut text = String::new();
    for (from, to) in starts {
        // Only the last line of what led to a block: what stands before it is other sentences.
        let head = before.get(from..to).unwrap_or("");
        let line = head.rfind('\n').map_or(0, |at| at + 1);
        text.push_str(head.get(line..).unwrap_or(""));
        text.push(' ');
    }
    let rest = before.get(sentence..).unwrap_or("");
    let line = rest.rfind('\n').map_or(0, |at| at + 1);
    text.push_str(rest.get(line..).unwrap_or(""));
    text
}

/// The place of the cursor: the words before it.
struct Place<'a> {
    db: &'a RootDb,
    text: &'a str,
    /// What of the word at the cursor is typed.
    typed: &'a str,
    words: Vec<&'a str>,
}

impl<'a> Place<'a> {
    fn new(db: &'a RootDb, text: &'a str, typed: &'a str) -> Self {
        let words = tokens(text).into_iter().filter(|token| token.kind != TokenKind::Invisible).map(|token| token.text(text)).collect();
        Self { db, text, typed, words }
    }

    /// The n-th word before the cursor, from 1.
    fn back(&self, n: usize) -> &'a str {
        self.words.len().checked_sub(n).and_then(|place| self.words.get(place)).copied().unwrap_or("")
    }

    fn head(&self) -> &'a str {
        self.words.first().copied().unwrap_or("")
    }

    fn is_rule(&self) -> bool {
        self.head() == "rule" && self.example().is_none() && !self.in_leads()
    }

    /// Whether the cursor stands within `leads(…)`: there a rule speaks of leads.
    fn in_leads(&self) -> bool {
        let mut open: Vec<&str> = Vec::new();
        let mut before = "";
        for word in &self.words {
            match *word {
                "(" => open.push(before),
                ")" => drop(open.pop()),
                _ => {}
            }
            before = word;
        }
        open.contains(&"leads")
    }

    /// What of a rule's example stands before the cursor, where it stands in one.
    fn example(&self) -> Option<usize> {
        if self.head() != "rule" {
            return None;
        }
        let mut depth = 0usize;
        let mut begun = None;
        for (place, word) in self.words.iter().enumerate() {
            match *word {
                "{" => {
                    let before = place.checked_sub(1).and_then(|place| self.words.get(place)).copied();
                    if depth == 1 && matches!(before, Some("flags" | "passes")) {
                        begun = Some(place);
                    }
                    depth += 1;
                }
                "}" => {
                    depth = depth.saturating_sub(1);
                    if depth == 1 {
                        begun = None;
                    }
                }
                _ => {}
            }
        }
        begun
    }

    /// Whether declarations may stand at the cursor: directly in the example of a rule.
    fn holds_declarations(&self) -> bool {
        self.example().is_some_and(|begun| {
            let rest = self.words.get(begun + 1..).unwrap_or_default();
            rest.iter().filter(|word| **word == "{").count() == rest.iter().filter(|word| **word == "}").count()
        })
    }

    /// The declaration's keyword; in an example that of the declaration in it.
    fn keyword(&self) -> &'a str {
        let Some(begun) = self.example() else { return self.head() };
        let (mut depth, mut keyword) = (0usize, "");
        for word in self.words.get(begun + 1..).unwrap_or_default() {
            match *word {
                "{" => depth += 1,
                "}" => depth = depth.saturating_sub(1),
                word if depth == 0 && Kind::from_keyword(word).is_some() => keyword = word,
                _ => {}
            }
        }
        keyword
    }

    /// The names that may stand at the cursor.
    fn names(&self) -> Vec<Offer> {
        let db = self.db;
        if self.is_rule() {
            return self.rule_names();
        }
        let last = self.back(1);
        if let Some(list) = self.list_head() {
            return list;
        }
        match last {
            "did" => return offered::signals(db, self.typed),
            "not" if self.back(2) == "did" => return offered::signals(db, self.typed),
            "on" if matches!(self.keyword(), "program") => return offered::signals(db, self.typed),
            "for" if self.keyword() == "score" => return offered::signals(db, self.typed),
            "tell" => return offered::signals(db, self.typed),
            "in" if self.is_membership(2) => return self.groups(),
            "journey" if self.keyword() == "program" => return offered::declared(db, Kind::Journey, self.typed),
            "handoff" => return offered::declared(db, Kind::Handoff, self.typed),
            "to" if self.back(2) == "back" => return offered::declared(db, Kind::Program, self.typed),
            "prefer" => return offered::declared(db, Kind::Program, self.typed),
            "from" if self.keyword() == "test" => return offered::declared(db, Kind::Program, self.typed),
            "kind" if self.keyword() == "content" => return offered::words(Enumeration::ContentKind.values(), "kind of content"),
            "about" if self.keyword() == "content" => return offered::words(Enumeration::About.values(), "topic of content"),
            "stage" => return offered::stages(db, self.journey_at_hand().as_deref()),
            "means" => return offered::words(&FACETS_BY_NAME.iter().map(|(facet, _)| *facet).collect::<Vec<_>>(), "what a field says of a lead"),
            "allow" => return offered::rules(db, self.typed),
            "since" => return self.labels(),
            "of" if self.back(2) == "address" => return offered::words(&["email", "sms", "call", "letter", "chat"], "channel"),
            // What gets a name that is new.
            "as" | "band" | "by" | "segment" | "icp" | "signal" | "score" | "content" | "program" | "rule" => return Vec::new(),
            _ => {}
        }
        if self.back(2) == "most" && last.starts_with(|c: char| c.is_ascii_digit()) {
            let mut channels: Vec<&str> = Channel::ALL.iter().map(|channel| channel.name()).collect();
            channels.insert(0, "messages");
            return offered::words(&channels, "channel");
        }
        if last == "never" {
            return offered::words(&Channel::ALL.map(Channel::name), "channel");
        }
        if Channel::from_name(last).is_some() && matches!(self.keyword(), "program" | "test") {
            return self.contents();
        }
        if let Some(values) = self.values() {
            return values;
        }
        // Fields that are declared get new names; channels of limits are offered with the clauses.
        if matches!(self.keyword(), "lead" | "signal") || (self.keyword() == "limits" && !self.is_membership(1)) {
            return Vec::new();
        }
        self.left_sides()
    }

    /// The names of a list that goes on behind a comma.
    fn list_head(&self) -> Option<Vec<Offer>> {
        if self.back(1) != "," {
            return None;
        }
        let place = self.words.iter().rposition(|word| matches!(*word, "stage" | "prefer" | "tell" | "by" | "of" | "[" | "{" | "(" | ":"))?;
        match *self.words.get(place)? {
            "stage" => Some(offered::stages(self.db, self.journey_at_hand().as_deref())),
            "prefer" => Some(offered::declared(self.db, Kind::Program, self.typed)),
            "tell" => Some(offered::signals(self.db, self.typed)),
            "of" if self.words.get(place.wrapping_sub(1)) == Some(&"address") => Some(offered::words(&["email", "sms", "call", "letter", "chat"], "channel")),
            "of" | "by" => Some(Vec::new()),
            _ => None,
        }
    }

    /// Whether a condition, or a term of one, begins at the cursor.
    fn begins_condition(&self) -> bool {
        matches!(self.back(1), "(" | "and" | "or" | "not")
    }

    /// Whether an `in` whose word before is the n-th asks for a group.
    fn is_membership(&self, n: usize) -> bool {
        matches!(
            self.back(n),
            "and" | "or" | "not" | "where" | "audience" | "(" | "when" | "if" | "until" | "while" | "for" | "goal" | "reason" | "needs" | "expect" | ""
        )
    }

    fn groups(&self) -> Vec<Offer> {
        let mut found = offered::declared(self.db, Kind::Segment, self.typed);
        found.extend(offered::declared(self.db, Kind::Icp, self.typed));
        found
    }

    /// The journey that the program at hand follows.
    fn journey_at_hand(&self) -> Option<String> {
        let place = self.words.iter().rposition(|word| *word == "journey").filter(|_| self.keyword() == "program")?;
        let name = self.words.get(place + 1)?;
        schema(self.db).journeys.contains_key(*name).then(|| (*name).to_owned())
    }

    /// The labels of the touches before the cursor.
    fn labels(&self) -> Vec<Offer> {
        let labels = self.words.windows(2).filter(|pair| pair.first() == Some(&"as")).filter_map(|pair| pair.get(1));
        labels.map(|label| Offer::new(*label, Class::Label, "touch").ranked(1)).collect()
    }

    /// Contents, those first that fit the stages of the track and the audience.
    fn contents(&self) -> Vec<Offer> {
        let mut stages = Vec::new();
        // The track at hand begins with the last `on` or `every` before an open brace.
        if let Some(place) = self.words.iter().rposition(|word| *word == "on")
            && self.words.get(place + 1) == Some(&"stage")
        {
            let names = self.words.get(place + 2..).unwrap_or_default().iter().take_while(|word| **word != "{");
            stages.extend(names.filter(|word| !matches!(**word, "," | ".")).map(|word| (*word).to_owned()));
        }
        let mut groups = Vec::new();
        if let Some(place) = self.words.iter().position(|word| *word == "audience") {
            let clause = self.words.get(place + 1..).unwrap_or_default();
            let until = clause.iter().position(|word| matches!(*word, "on" | "goal" | "owner" | "journey" | "leave" | "join" | "{" | "every"));
            let clause = clause.get(..until.unwrap_or(clause.len())).unwrap_or_default();
            for (place, _) in clause.iter().enumerate().filter(|(_, word)| **word == "in") {
                // Who is left out is not who is meant.
                let out = place.checked_sub(1).and_then(|before| clause.get(before)) == Some(&"not");
                groups.extend(clause.get(place + 1).filter(|_| !out).map(|word| (*word).to_owned()));
            }
        }
        offered::contents(self.db, &stages, &groups, self.typed)
    }

    /// The values of what stands before the cursor, where a value is asked for.
    fn values(&self) -> Option<Vec<Offer>> {
        let last = self.back(1);
        // `field: value` and `field becomes value`
        if (last == ":" || last == "becomes") && self.keyword() == "test" {
            let signal = open_call(self.text).map(|(name, _)| name);
            return Some(self.field_values(self.back(2), signal));
        }
        let operand = match last {
            "is" | "has" | "before" | "after" | "<" | "<=" | ">" | ">=" | "between" => 2,
            "not" if self.back(2) == "is" => 3,
            "[" if self.back(2) == "in" => {
                if self.back(3) == "not" {
                    4
                } else {
                    3
                }
            }
            "[" if matches!(self.back(2), ":" | "becomes") => 3,
            "and" if self.back(3) == "between" => 4,
            "," => {
                let open = self.words.iter().rposition(|word| *word == "[")?;
                if self.words.get(open..)?.contains(&"]") {
                    return None;
                }
                let n = self.words.len() - open;
                match self.back(n + 1) {
                    ":" | "becomes" => n + 2,
                    "in" if self.back(n + 2) == "not" => n + 3,
                    "in" => n + 2,
                    _ => return None,
                }
            }
            _ => return None,
        };
        let name = self.back(operand);
        // `content.kind is …`
        if self.back(operand + 1) == "." {
            return Some(match name {
                "kind" => offered::words(Enumeration::ContentKind.values(), "kind of content"),
                "about" => offered::words(Enumeration::About.values(), "topic of content"),
                "stage" => offered::stages(self.db, None),
                _ => Vec::new(),
            });
        }
        let schema = schema(self.db);
        if schema.journeys.contains_key(name) {
            return Some(offered::stages(self.db, Some(name)));
        }
        if schema.scores.contains_key(name) {
            return Some(offered::bands(self.db, name));
        }
        Some(self.field_values(name, self.signal_at_hand()))
    }

    /// The signal in whose filter the cursor stands.
    fn signal_at_hand(&self) -> Option<&'a str> {
        open_call(self.text).map(|(name, _)| name).filter(|name| schema(self.db).signals.contains_key(*name))
    }

    fn field_values(&self, name: &str, signal: Option<&str>) -> Vec<Offer> {
        let schema = schema(self.db);
        let of_signal = signal.and_then(|signal| schema.signals.get(signal)).and_then(|signal| signal.fields.iter().find(|field| field.name == name));
        let field = of_signal.or_else(|| schema.field(name));
        field.map(|field| offered::values(self.db, &field.ty, name, self.typed)).unwrap_or_default()
    }

    /// What a condition, or a fact of a test, may begin with.
    fn left_sides(&self) -> Vec<Offer> {
        let schema = schema(self.db);
        if self.back(1) == "." && schema.journeys.contains_key(self.back(2)) {
            return offered::stages(self.db, Some(self.back(2)));
        }
        if self.back(1) == "." {
            let attributes = crate::plan::ContentAttribute::ALL.map(|attribute| attribute.name());
            return offered::words(&attributes, "attribute of a content");
        }
        if let Some(signal) = self.signal_at_hand() {
            let fields = schema.signals.get(signal).map(|signal| signal.fields.as_slice()).unwrap_or_default();
            return offered::fields(fields, &|field| offered::field_doc(self.db, Some(signal), field));
        }
        let lead = schema.lead.as_deref().unwrap_or_default();
        let mut found = offered::fields(lead, &|field| offered::field_doc(self.db, None, field));
        if self.in_facts() {
            let given: Vec<&str> = self.words.windows(2).filter(|pair| pair.get(1) == Some(&":")).filter_map(|pair| pair.first().copied()).collect();
            found.retain(|offer| !given.contains(&offer.label.as_str()));
            for offer in &mut found {
                offer.snippet = Some(format!("{}: $0", offer.label));
            }
            return found;
        }
        found.extend(offered::declared(self.db, Kind::Journey, self.typed));
        found.extend(offered::declared(self.db, Kind::Score, self.typed));
        found
    }

    /// Whether the cursor stands among the facts of a test's lead.
    fn in_facts(&self) -> bool {
        if self.keyword() != "test" {
            return false;
        }
        let Some(open) = self.words.iter().rposition(|word| *word == "{") else { return false };
        let before = |n: usize| open.checked_sub(n).and_then(|place| self.words.get(place)).copied().unwrap_or("");
        let closed = self.words.get(open..).is_some_and(|rest| rest.contains(&"}"));
        !closed && (before(1) == "lead" || before(2) == "lead")
    }

    /// What may stand in a rule's condition or clause.
    fn rule_names(&self) -> Vec<Offer> {
        let db = self.db;
        match self.back(1) {
            "each" => {
                let names: Vec<&str> = Entity::ALL.iter().filter(|entity| **entity != Entity::Predicate).map(|entity| entity.name()).collect();
                return offered::words(&names, "what the rule looks at");
            }
            "level" => return offered::words(&["error", "warning", "advice"], "level"),
            "denies" | "shows" => return offered::words(&PILLARS, "pillar of the verdict"),
            "allow" => return offered::rules(db, self.typed),
            "." if schema(db).journeys.contains_key(self.back(2)) => return offered::stages(db, Some(self.back(2))),
            "." => return self.rule_type().map(offered::attributes).unwrap_or_else(|| self.settings()),
            "rule" | "(" if self.back(1) == "rule" => return Vec::new(),
            _ => {}
        }
        let in_condition = self.words.iter().any(|word| matches!(*word, "when" | "where" | "each"));
        if !in_condition {
            return Vec::new();
        }
        // The words of a list that the left side can be.
        let open = self.words.iter().rposition(|word| *word == "[").filter(|open| self.words.get(*open..).is_some_and(|rest| !rest.contains(&"]")));
        if open.is_some() || matches!(self.back(1), "is" | "has") || (self.back(1) == "not" && self.back(2) == "is") {
            let inside = open.map_or(0, |open| self.words.len() - open);
            let before = self.words.iter().rev().skip(inside);
            let skip = inside + before.take_while(|word| matches!(**word, "is" | "has" | "in" | "not")).count();
            let left = Place { db, text: self.text, typed: self.typed, words: self.words.get(..self.words.len() - skip).unwrap_or_default().to_vec() };
            match left.path_type() {
                Some(Type { kind: RuleKind::Enum(list), .. }) => return offered::words(list.values(), list.name()),
                Some(Type { kind: RuleKind::Flag, .. }) => return offered::words(&["yes", "no"], ""),
                _ => {}
            }
        }
        let mut found: Vec<Offer> = self.variables().into_iter().map(|(name, ty)| Offer::new(name, Class::Field, ty.describe()).ranked(1)).collect();
        // What a list of the policy's own things is compared with.
        for offers in [offered::signals(db, self.typed), offered::declared(db, Kind::Journey, self.typed), offered::declared(db, Kind::Program, self.typed)] {
            found.extend(offers.into_iter().map(|offer| offer.ranked(5)));
        }
        found.extend(["workspace", "settings", "everyone", "anonymous"].map(|word| Offer::new(word, Class::Keyword, "").ranked(4)));
        found
    }

    fn settings(&self) -> Vec<Offer> {
        if self.back(2) != "settings" {
            return Vec::new();
        }
        SETTINGS
            .iter()
            .map(|setting| Offer::new(setting.name, Class::Field, format!("{} if not set", setting.default)).doc(setting.meaning).ranked(1))
            .collect()
    }

    /// The variables of a rule with their types.
    fn variables(&self) -> Vec<(String, Type)> {
        let mut found = Vec::new();
        if let Some(place) = self.words.iter().position(|word| *word == "each")
            && let Some(entity) = self.words.get(place + 1).and_then(|name| Entity::from_name(name))
        {
            found.push((entity.name().to_owned(), Type { kind: RuleKind::Entity(entity), many: Many::One }));
        }
        // `some(t in program.touches where …`
        for (place, word) in self.words.iter().enumerate() {
            if matches!(*word, "some" | "all" | "none" | "count" | "share")
                && self.words.get(place + 1) == Some(&"(")
                && self.words.get(place + 3) == Some(&"in")
                && let Some(name) = self.words.get(place + 2)
            {
                let rest = self.words.get(place + 4..).unwrap_or_default();
                let path: Vec<&str> =
                    rest.iter().take_while(|word| **word == "." || word.starts_with(|c: char| c.is_ascii_lowercase()) && **word != "where").copied().collect();
                if let Some(ty) = type_of(&path, &found) {
                    found.push(((*name).to_owned(), Type { many: Many::One, ..ty }));
                }
            }
        }
        found
    }

    /// The type of what stands before the dot at the cursor.
    fn rule_type(&self) -> Option<Type> {
        let rest = self.words.get(..self.words.len().checked_sub(1)?)?;
        Place { db: self.db, text: self.text, typed: self.typed, words: rest.to_vec() }.path_type()
    }

    /// The type of the path that ends at the cursor.
    fn path_type(&self) -> Option<Type> {
        let mut start = self.words.len().checked_sub(1)?;
        while start >= 2 && self.words.get(start - 1) == Some(&".") {
            start -= 2;
        }
        type_of(self.words.get(start..)?, &self.variables())
    }
}

/// The type of a path of a rule.
fn type_of(path: &[&str], variables: &[(String, Type)]) -> Option<Type> {
    let mut parts = path.iter().filter(|part| **part != ".");
    let first = parts.next()?;
    let mut ty = match variables.iter().rev().find(|(name, _)| name == first) {
        Some((_, ty)) => *ty,
        None if *first == "workspace" => Type { kind: RuleKind::Entity(Entity::Workspace), many: Many::One },
        None => return None,
    };
    for part in parts {
        let entity = match ty.kind {
            RuleKind::Entity(entity) => entity,
            RuleKind::Predicate => Entity::Predicate,
            _ => return None,
        };
        ty = entity.attributes().iter().find(|attribute| attribute.name == *part)?.ty;
    }
    Some(ty)
}
