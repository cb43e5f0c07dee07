//! The one layout: where lines begin, and how far they are indented. White space alone is chosen here.

use super::words::{Comma, Word, Words};
use crate::syntax::outline::{Braces, Form};

/// A line is no longer than this where it can be broken, comments behind it not counted: characters.
pub const WIDTH: u32 = 120;
/// How much deeper what stands inside something is indented: characters.
const STEP: u32 = 2;

/// A part, with words instead of bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub form: Form,
    /// Its first word.
    pub first: usize,
    /// Its last word.
    pub last: usize,
    /// The index of the first piece behind it that is not inside it.
    pub after: usize,
    /// Whether declarations are written short here.
    pub short: bool,
    /// Whether it never stands on one line.
    pub tall: bool,
}

/// What separates a line from the one before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// No empty line, not even around comments: inside a statement.
    Never,
    /// No empty line before it or the first comment before it: the first in its braces.
    First,
    /// An empty line where there is one.
    Keep,
    /// An empty line where there is one before a comment, and none before the brace that closes.
    Last,
    /// An empty line.
    Empty,
}

pub(super) struct Layout<'a> {
    text: &'a str,
    words: &'a [Word],
    comments: &'a [super::words::Comment],
    pieces: &'a [Piece],
    /// How wide the words before each are on one line, with their spaces.
    widths: Vec<u32>,
    out: String,
    /// How many characters the line at hand has.
    column: u32,
    /// How many lines are finished.
    line: usize,
    /// The line on which the statement at hand began, or its last closing brace stood.
    head: usize,
    /// How many comments are written.
    told: usize,
}

impl<'a> Layout<'a> {
    pub fn new(text: &'a str, words: &'a Words, pieces: &'a [Piece]) -> Self {
        let mut widths = Vec::with_capacity(words.words.len() + 1);
        let mut sum = 0;
        widths.push(sum);
        for (index, word) in words.words.iter().enumerate() {
            sum += word.width + u32::from(word.comma != Comma::No) + u32::from(index > 0 && !word.close);
            widths.push(sum);
        }
        let out = String::with_capacity(text.len() + text.len() / 8);
        Self { text, words: &words.words, comments: &words.comments, pieces, widths, out, column: 0, line: 0, head: 0, told: 0 }
    }

    /// Lays out the whole file. A piece in `tops` is a declaration or a chunk that is left as it is.
    pub fn file(mut self, tops: &[usize]) -> String {
        let mut tall_before = false;
        let mut raw_before = false;
        let mut begun = false;
        for top in tops {
            let Some(piece) = self.piece(*top) else { continue };
            let raw = self.words.get(piece.first).is_some_and(|word| word.raw);
            let tall = raw || piece.tall || self.marked(piece.first, piece.last) || self.width(piece.first, piece.last) > WIDTH;
            let gap = match begun {
                false => Gap::First,
                // What is left as it is does not move what is around it.
                true if raw || raw_before => Gap::Keep,
                true if tall || tall_before => Gap::Empty,
                true => Gap::Keep,
            };
            self.begin(piece.first, 0, 0, gap);
            self.head = self.line;
            if raw {
                self.raw(piece.first);
            } else {
                self.node(*top, 0, 0);
            }
            (tall_before, raw_before, begun) = (tall, raw, true);
        }
        // What remains are comments at the end.
        self.begin(self.words.len(), 0, 0, if begun { Gap::Keep } else { Gap::First });
        let written = self.out.trim_end_matches([' ', '\n']).len();
        self.out.truncate(written);
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }

    fn piece(&self, index: usize) -> Option<Piece> {
        self.pieces.get(index).copied()
    }

    /// The pieces directly inside one.
    fn inside(&self, index: usize) -> impl Iterator<Item = (usize, Piece)> + use<'a> {
        let pieces = self.pieces;
        let end = pieces.get(index).map_or(0, |piece| piece.after);
        let next = move |at: usize| pieces.get(at).filter(|_| at < end).map(|piece| (at, *piece));
        std::iter::successors(next(index + 1), move |(_, piece)| next(piece.after))
    }

    /// How wide words are on one line, from the first to the last.
    fn width(&self, first: usize, last: usize) -> u32 {
        let at = |index: usize| self.widths.get(index).copied().unwrap_or(0);
        let space = u32::from(first > 0 && self.words.get(first).is_some_and(|word| !word.close));
        let comma = u32::from(self.words.get(last).is_some_and(|word| word.comma != Comma::No));
        at(last + 1).saturating_sub(at(first)).saturating_sub(space).saturating_sub(comma)
    }

    /// Whether a comment stands between these words.
    fn marked(&self, first: usize, last: usize) -> bool {
        let at = |index: usize| self.words.get(index).map(|word| word.comments);
        at(first) != at(last)
    }

    fn text_of(&self, index: usize) -> &'a str {
        self.words.get(index).map_or("", |word| word.at.of(self.text))
    }

    fn new_line(&mut self, indent: u32) {
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        self.out.push('\n');
        self.line += 1;
        self.column = indent;
        self.out.extend(std::iter::repeat_n(' ', indent as usize));
    }

    /// Begins the line on which a word stands: comments before it first, those on lines of their own indented by `remarks`.
    fn begin(&mut self, word: usize, indent: u32, remarks: u32, gap: Gap) {
        let until = self.words.get(word).map_or(self.comments.len(), |word| word.comments);
        let blank = self.words.get(word).is_some_and(|word| word.blank);
        let comments = self.comments.get(self.told..until).unwrap_or_default();
        self.told = self.told.max(until);
        let fresh = self.out.is_empty();
        // One empty line is enough, wherever it is.
        let mut gap = match gap {
            Gap::Empty if blank || comments.iter().any(|comment| comment.alone && comment.blank) => Gap::Keep,
            gap => gap,
        };
        // The comment behind a line, and the column at which it was and is.
        let mut behind: Option<(u32, u32)> = None;
        for (number, comment) in comments.iter().enumerate() {
            let goes_on = behind.filter(|(was, _)| comment.alone && !comment.blank && comment.column == *was && *was > 0);
            if number == 0 && !comment.alone && !fresh {
                self.out.push_str("  ");
                behind = Some((comment.column, self.column + 2));
            } else if let Some((_, column)) = goes_on {
                self.new_line(column);
            } else {
                behind = None;
                if !fresh || number > 0 {
                    self.line_with(gap != Gap::Never && gap != Gap::First && (gap == Gap::Empty || comment.blank), remarks);
                }
                gap = match gap {
                    Gap::Never | Gap::Last => gap,
                    _ => Gap::Keep,
                };
            }
            self.out.push_str(comment.at.of(self.text));
        }
        if (!fresh || !comments.is_empty()) && word < self.words.len() {
            let empty = match gap {
                Gap::Never | Gap::First | Gap::Last => false,
                Gap::Keep => blank,
                Gap::Empty => true,
            };
            self.line_with(empty, indent);
        }
    }

    fn line_with(&mut self, empty: bool, indent: u32) {
        if empty {
            self.new_line(0);
        }
        self.new_line(indent);
    }

    /// Whether comments stand before a word that are not written yet.
    fn awaits(&self, word: usize) -> bool {
        self.words.get(word).is_some_and(|word| word.comments > self.told)
    }

    /// Whether nothing stands on the line at hand.
    fn is_fresh(&self) -> bool {
        self.out.is_empty() || self.out.ends_with([' ', '\n'])
    }

    /// Writes a word behind what the line has; its comma too, if another word follows on the line.
    fn put(&mut self, index: usize, indent: u32, comma: bool) {
        let Some(word) = self.words.get(index) else { return };
        if self.awaits(index) {
            self.begin(index, indent + STEP, indent + STEP, Gap::Never);
        }
        if !self.is_fresh() && !word.close {
            self.out.push(' ');
            self.column += 1;
        }
        self.out.push_str(word.at.of(self.text));
        self.column += word.width;
        if word.comma == Comma::Needed || (comma && word.comma == Comma::Between) {
            self.out.push(',');
            self.column += 1;
        }
    }

    /// Writes a chunk as it is.
    fn raw(&mut self, index: usize) {
        let text = self.text_of(index);
        self.out.push_str(text);
        self.line += text.matches('\n').count();
        self.column = 0;
    }

    /// Writes a piece; `tail` is how many characters have to stand on its last line behind it.
    fn node(&mut self, index: usize, indent: u32, tail: u32) {
        let Some(piece) = self.piece(index) else { return };
        if self.fits(&piece, tail) {
            (piece.first..=piece.last).for_each(|word| self.put(word, indent, word != piece.last));
            return;
        }
        match piece.form {
            Form::Braced(_) => self.braced(index, piece, indent, tail, false),
            Form::Round { .. } => self.round(index, piece, indent, tail),
            Form::List => self.list(index, piece, indent),
            Form::Commas => self.filled(index, (piece.first, piece.last), indent, indent + STEP, tail),
            Form::Chain { inner } => self.chain(index, piece, indent, indent + if inner { 2 * STEP } else { STEP }, tail),
            Form::Plain | Form::Joint | Form::Field | Form::Follows => {
                self.run(index, index + 1, (piece.first, piece.last), indent, tail);
            }
        }
    }

    /// Whether a piece fits on the line.
    fn fits(&self, piece: &Piece, tail: u32) -> bool {
        let space = u32::from(!self.is_fresh());
        !piece.tall && !self.marked(piece.first, piece.last) && self.column + space + self.width(piece.first, piece.last) + tail <= WIDTH
    }

    /// Writes words of a piece one behind the other, and the pieces among them, from `next` on, as they need. Returns the piece that
    /// comes next.
    fn run(&mut self, parent: usize, mut next: usize, (first, last): (usize, usize), indent: u32, tail: u32) -> usize {
        let whole = self.piece(parent);
        let end = whole.map_or(0, |whole| whole.after);
        let plain = whole.is_some_and(|whole| whole.form == Form::Plain);
        let mut at = first;
        while at <= last {
            let Some(piece) = self.piece(next).filter(|piece| next < end && piece.first == at) else {
                if self.awaits(at) && self.text_of(at) == "else" {
                    // As the statement that it belongs to, and so is its brace.
                    self.begin(at, indent, indent, Gap::Never);
                    self.head = self.line;
                }
                self.put(at, indent, false);
                at += 1;
                continue;
            };
            let child = next;
            next = piece.after;
            let sibling = self.piece(next).filter(|sibling| next < end && sibling.first <= last);
            let tail = match sibling {
                _ if piece.last >= last => tail,
                // A brace stands on the line of what is before it.
                Some(sibling) if matches!(sibling.form, Form::Braced(_)) => STEP + self.span(piece.last + 1, sibling.first),
                Some(sibling) => self.span(piece.last + 1, sibling.first) + self.unbroken(next, 0),
                None => self.span(piece.last + 1, last + 1) + tail,
            };
            let line = self.line;
            // A statement that does not fit has its braces open: `if … { … } else { … }` all of them.
            if plain && matches!(piece.form, Form::Braced(_)) {
                let several = sibling.is_some_and(|sibling| matches!(sibling.form, Form::Braced(_) | Form::Chain { .. }))
                    || piece.first.checked_sub(1).is_some_and(|before| self.text_of(before) == "else");
                if several || piece.last > piece.first + 1 {
                    let opened = several && !self.fits(&piece, tail);
                    self.braced(child, piece, indent, tail, opened);
                } else {
                    self.node(child, indent, tail);
                }
            } else {
                self.node(child, indent, tail);
            }
            at = piece.last + 1;
            // What belongs to a whole condition does not stick to its last term: `by day 90`, `for at most 7 days`.
            let apart = plain && matches!(piece.form, Form::Chain { inner: false }) && self.line > line && at <= last;
            if apart && sibling.is_none_or(|sibling| sibling.first != at) && !self.words.get(at).is_some_and(|word| word.close || word.first == b'{') {
                self.begin(at, indent + STEP, indent + STEP, Gap::Never);
            }
        }
        next
    }

    /// How much room a piece takes, with the space before it, up to where it can first be broken.
    fn unbroken(&self, index: usize, deep: u32) -> u32 {
        let Some(piece) = self.piece(index) else { return 0 };
        let open = |sign: &str| (piece.first..=piece.last).find(|word| self.text_of(*word) == sign).unwrap_or(piece.last);
        match piece.form {
            Form::Round { .. } => return self.span(piece.first, open("(") + 1),
            Form::List => return self.span(piece.first, piece.first + 1),
            Form::Commas => return self.span(piece.first, open(",") + 1),
            _ => {}
        }
        // Deeper than any reader looks: taken as if it could not be broken.
        let child = self.piece(index + 1).filter(|_| index + 1 < piece.after && deep < 64);
        match child {
            Some(child) if child.form == Form::Joint => self.span(piece.first, child.first),
            Some(child) => self.span(piece.first, child.first) + self.unbroken(index + 1, deep + 1),
            None => self.span(piece.first, piece.last + 1),
        }
    }

    /// How much room the words from `first` up to `end`, which is not among them, take with the space before them.
    fn span(&self, first: usize, end: usize) -> u32 {
        let at = |index: usize| self.widths.get(index).copied().unwrap_or(0);
        at(end).saturating_sub(at(first))
    }

    /// Terms, each on its line behind what joins it to the one before.
    fn chain(&mut self, index: usize, piece: Piece, indent: u32, hang: u32, tail: u32) {
        let joints: Vec<usize> = self.inside(index).filter(|(_, piece)| piece.form == Form::Joint).map(|(_, piece)| piece.first).collect();
        // What a term opens stands deeper than what joins the terms.
        let indent = if joints.is_empty() { indent } else { hang };
        let mut next = index + 1;
        let mut first = piece.first;
        for joint in joints.into_iter().chain([piece.last + 1]) {
            let room = if joint > piece.last { tail } else { 0 };
            if first > piece.first {
                self.begin(first, hang, hang, Gap::Never);
            }
            if joint > first {
                next = self.run(index, next, (first, joint - 1), indent, room);
            }
            first = joint;
        }
    }

    /// Something in round brackets: what is inside on lines of its own.
    fn round(&mut self, index: usize, piece: Piece, indent: u32, tail: u32) {
        let open = (piece.first..=piece.last).find(|word| self.text_of(*word) == "(");
        let Some(open) = open.filter(|open| open + 1 < piece.last) else {
            self.run(index, index + 1, (piece.first, piece.last), indent, tail);
            return;
        };
        (piece.first..=open).for_each(|word| self.put(word, indent, false));
        let (inner, last) = (indent + STEP, piece.last - 1);
        self.begin(open + 1, inner, inner, Gap::First);
        let (child, chain) = self.inside(index).next().map_or((index, piece), |found| found);
        if matches!(chain.form, Form::Chain { .. }) && (chain.first, chain.last) == (open + 1, last) && !self.fits(&chain, 0) {
            self.chain(child, chain, inner, inner, 0);
        } else if chain.form == Form::Field {
            self.statements(index, open + 1, inner, true);
        } else {
            // `x in LIST`, and what is asked of each on a line of its own where it has to be.
            let asked = (open + 1..=last)
                .find(|word| self.text_of(*word) == "where" && !self.inside(index).any(|(_, piece)| piece.first <= *word && *word <= piece.last));
            match asked.filter(|asked| *asked > open + 1 && (self.marked(open + 1, last) || self.column + self.width(open + 1, last) > WIDTH)) {
                Some(asked) => {
                    let next = self.run(index, index + 1, (open + 1, asked - 1), inner, 0);
                    self.begin(asked, inner + STEP, inner + STEP, Gap::Never);
                    self.run(index, next, (asked, last), inner + STEP, 0);
                }
                None => {
                    self.run(index, index + 1, (open + 1, last), inner, 0);
                }
            }
        }
        self.begin(piece.last, indent, inner, Gap::Last);
        self.put(piece.last, indent, false);
    }

    /// `[…]`, filled.
    fn list(&mut self, index: usize, piece: Piece, indent: u32) {
        let inner = indent + STEP;
        self.put(piece.first, indent, false);
        if piece.last > piece.first + 1 {
            self.begin(piece.first + 1, inner, inner, Gap::First);
            self.filled(index, (piece.first + 1, piece.last - 1), inner, inner, 0);
        }
        if piece.last > piece.first + 1 || self.awaits(piece.last) {
            self.begin(piece.last, indent, inner, Gap::Last);
        }
        self.put(piece.last, indent, false);
    }

    /// Words with commas: as many on a line as fit; further lines begin at `hang`.
    fn filled(&mut self, parent: usize, (first, last): (usize, usize), indent: u32, hang: u32, tail: u32) {
        let mut next = parent + 1;
        let mut at = first;
        let mut line = indent;
        while at <= last {
            let end = self.item_end(parent, next, at, last);
            let room = if end >= last { tail } else { 0 };
            if at > first && (self.awaits(at) || self.column + 1 + self.width(at, end) + room > WIDTH) {
                self.begin(at, hang, hang, Gap::Never);
                line = hang;
            }
            next = self.run(parent, next, (at, end), line, room);
            at = end + 1;
        }
    }

    /// The last word of an item of a list: its comma. Commas inside another piece are that piece's.
    fn item_end(&self, parent: usize, mut next: usize, from: usize, last: usize) -> usize {
        let end = self.piece(parent).map_or(0, |parent| parent.after);
        let mut at = from;
        while at < last && self.text_of(at) != "," {
            at = match self.piece(next).filter(|piece| next < end && piece.first == at) {
                Some(piece) => {
                    next = piece.after;
                    piece.last + 1
                }
                None => at + 1,
            };
        }
        at.min(last)
    }

    /// The statements of a piece that begin at `from` or later, each on its line; or as many on a line as fit.
    fn statements(&mut self, index: usize, from: usize, indent: u32, filled: bool) {
        let mut before: Option<usize> = None;
        let mut line = self.line;
        for (child, piece) in self.inside(index).skip_while(|(_, piece)| piece.first < from) {
            let comma = before.and_then(|before| self.words.get(before)).map_or(Comma::No, |word| word.comma);
            let goes_on = match before {
                _ if self.awaits(piece.first) => false,
                // In round brackets the first one's line has begun.
                None => self.is_fresh(),
                Some(_) if piece.form == Form::Follows => true,
                // Behind what took several lines there is a new one.
                Some(_) if filled && comma != Comma::No && self.line == line => {
                    let own = self.words.get(piece.last).is_some_and(|word| word.comma != Comma::No);
                    self.column + 2 + self.width(piece.first, piece.last) + u32::from(own) <= WIDTH && !piece.tall && !self.marked(piece.first, piece.last)
                }
                Some(_) => false,
            };
            if goes_on && comma == Comma::Between {
                self.out.push(',');
                self.column += 1;
            }
            if !goes_on {
                self.begin(piece.first, indent, indent, if before.is_none() { Gap::First } else { Gap::Keep });
            }
            line = self.line;
            self.head = self.line;
            self.node(child, indent, 0);
            before = Some(piece.last);
        }
    }

    /// Whether a brace may stand on the line at hand: the first of its statement, or one that only closes brackets.
    fn takes_brace(&self) -> bool {
        let line = self.out.rsplit('\n').next().unwrap_or("");
        self.line == self.head || line.trim_start().starts_with([')', ']'])
    }

    /// Words, and statements between braces. With `opened` they stand on lines of their own also where there is none.
    fn braced(&mut self, index: usize, piece: Piece, indent: u32, tail: u32, opened: bool) {
        let Some(open) = (piece.first..=piece.last).find(|word| self.text_of(*word) == "{") else {
            return self.bare(index, piece, indent, tail);
        };
        if open > piece.first {
            self.run(index, index + 1, (piece.first, open - 1), indent, STEP);
        }
        if self.awaits(open) || !self.takes_brace() {
            self.begin(open, indent, indent, Gap::Never);
        }
        self.put(open, indent, false);
        self.statements(index, open + 1, indent + STEP, piece.form == Form::Braced(Braces::Filled));
        if piece.last > open + 1 || self.awaits(piece.last) || opened {
            let gap = if piece.last > open + 1 { Gap::Last } else { Gap::First };
            self.begin(piece.last, indent, indent + STEP, gap);
        }
        self.put(piece.last, indent, false);
        self.head = self.line;
    }

    /// A declaration without braces: its `where` goes on a line of its own.
    fn bare(&mut self, index: usize, piece: Piece, indent: u32, tail: u32) {
        let clause = self.inside(index).find(|(_, child)| child.last == piece.last && child.first > piece.first + 1);
        let Some((child, clause)) = clause else {
            self.run(index, index + 1, (piece.first, piece.last), indent, tail);
            return;
        };
        self.run(index, index + 1, (piece.first, clause.first - 1), indent, 0);
        self.begin(clause.first, indent + STEP, indent + STEP, Gap::Never);
        self.node(child, indent + STEP, tail);
    }
}

/// Whether a part never stands on one line: braces with a line for each statement.
pub(super) fn is_tall(form: Form, short: bool, statements: usize) -> bool {
    match form {
        Form::Braced(Braces::Open) => !short && statements > 0,
        Form::Braced(Braces::Steps) => statements > usize::from(short),
        Form::Braced(Braces::One) => statements > 1,
        Form::Braced(Braces::Clauses) => !short && statements > 1,
        _ => false,
    }
}
