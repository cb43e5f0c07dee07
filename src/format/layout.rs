//! The one layout: where lines begin, and how far they are indented. White space alone is chosen here.

use super::words::{Word, Words};
use crate::syntax::outline::{Braces, Form};

/// A line is no longer than this where it can be broken: characters.
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

/// What separates two statements.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// No empty line.
    Close,
    /// An empty line where there is one.
    Keep,
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
            sum += word.width + u32::from(word.comma) + u32::from(index > 0 && !word.close);
            widths.push(sum);
        }
        let out = String::with_capacity(text.len() + text.len() / 8);
        Self { text, words: &words.words, comments: &words.comments, pieces, widths, out, column: 0, line: 0, head: 0, told: 0 }
    }

    /// Lays out the whole file. A piece in `tops` is a declaration or a chunk that is left as it is.
    pub fn file(mut self, tops: &[usize]) -> String {
        let mut tall_before = false;
        let mut begun = false;
        for top in tops {
            let Some(piece) = self.piece(*top) else { continue };
            let raw = self.words.get(piece.first).is_some_and(|word| word.raw);
            let tall = raw || piece.tall || self.marked(piece.first, piece.last) || self.width(piece.first, piece.last) > WIDTH;
            let gap = match begun {
                false => Gap::Close,
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
            (tall_before, begun) = (tall, true);
        }
        // What remains are comments at the end.
        self.begin(self.words.len(), 0, 0, if begun { Gap::Keep } else { Gap::Close });
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
        let comma = u32::from(self.words.get(last).is_some_and(|word| word.comma));
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
        let mut gap = gap;
        // One empty line is enough, wherever it is.
        if gap == Gap::Empty && (blank || comments.iter().any(|comment| comment.alone && comment.blank)) {
            gap = Gap::Keep;
        }
        let fresh = self.out.is_empty();
        let mut lines = false;
        for comment in comments {
            if comment.alone || fresh {
                if !fresh || lines {
                    self.line_with(gap, comment.blank, remarks);
                }
                gap = Gap::Keep;
                lines = true;
            } else {
                self.out.push_str("  ");
            }
            self.out.push_str(comment.at.of(self.text));
        }
        if (!fresh || lines) && word < self.words.len() {
            self.line_with(gap, blank, indent);
        }
    }

    fn line_with(&mut self, gap: Gap, blank: bool, indent: u32) {
        if gap == Gap::Empty || (gap == Gap::Keep && blank) {
            self.new_line(0);
        }
        self.new_line(indent);
    }

    /// Writes a word behind what the line has.
    fn put(&mut self, index: usize, indent: u32, comma: bool) {
        let Some(word) = self.words.get(index) else { return };
        if word.comments > self.told {
            self.begin(index, indent + STEP, indent + STEP, Gap::Close);
        }
        let begins = self.out.is_empty() || self.out.ends_with([' ', '\n']);
        if !begins && !word.close {
            self.out.push(' ');
            self.column += 1;
        }
        self.out.push_str(word.at.of(self.text));
        self.column += word.width;
        if comma && word.comma {
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
            Form::Braced(_) => self.braced(index, piece, indent, tail),
            Form::Round { .. } => self.round(index, piece, indent, tail),
            Form::List => self.list(index, piece, indent, tail),
            Form::Commas => self.filled(index, piece.first, piece.last, indent, indent + STEP, tail),
            Form::Chain => self.chain(index, piece, indent, indent + STEP, tail),
            Form::Plain | Form::Joint | Form::Field | Form::Follows => self.run(index, piece.first, piece.last, indent, tail),
        }
    }

    /// Whether a piece fits on the line.
    fn fits(&self, piece: &Piece, tail: u32) -> bool {
        let space = u32::from(!self.out.ends_with([' ', '\n']));
        !piece.tall && !self.marked(piece.first, piece.last) && self.column + space + self.width(piece.first, piece.last) + tail <= WIDTH
    }

    /// Writes words of a piece one behind the other, and pieces among them as they need.
    fn run(&mut self, parent: usize, first: usize, last: usize, indent: u32, tail: u32) {
        let mut inside = self.inside(parent).skip_while(|(_, piece)| piece.first < first).peekable();
        let mut at = first;
        while at <= last {
            match inside.next_if(|(_, piece)| piece.first == at) {
                Some((child, piece)) => {
                    let next = inside.peek().map(|(_, piece)| *piece).filter(|next| next.first <= last);
                    let tail = match next {
                        _ if piece.last >= last => tail,
                        // A brace stands on the line of what is before it.
                        Some(next) if matches!(next.form, Form::Braced(_)) => STEP + self.span(piece.last + 1, next.first),
                        Some(next) => self.span(piece.last + 1, next.first),
                        None => self.span(piece.last + 1, last + 1) + tail,
                    };
                    // A statement that does not fit has its braces open: `if … { … } else { … }` all of them.
                    let opened = matches!(piece.form, Form::Braced(_)) && piece.last > piece.first + 1;
                    if opened && self.piece(parent).is_some_and(|parent| parent.form == Form::Plain) {
                        self.braced(child, piece, indent, tail);
                    } else {
                        self.node(child, indent, tail);
                    }
                    at = piece.last + 1;
                }
                None => {
                    self.put(at, indent, false);
                    at += 1;
                }
            }
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
        let mut first = piece.first;
        for (number, joint) in joints.iter().copied().chain([piece.last + 1]).enumerate() {
            let room = if joint > piece.last { tail } else { 0 };
            if number > 0 {
                self.begin(first, hang, hang, Gap::Close);
            }
            let indent = if number > 0 { hang } else { indent };
            if joint > first {
                self.run(index, first, joint - 1, indent, room);
            }
            first = joint;
        }
    }

    /// Something in round brackets: what is inside on lines of its own.
    fn round(&mut self, index: usize, piece: Piece, indent: u32, tail: u32) {
        let Some(open) = (piece.first..=piece.last).find(|word| self.text_of(*word) == "(") else {
            return self.run(index, piece.first, piece.last, indent, tail);
        };
        // What stands behind the closing bracket belongs to the line.
        (piece.first..=open).for_each(|word| self.put(word, indent, false));
        let inner = indent + STEP;
        let Some(last) = piece.last.checked_sub(1).filter(|last| *last > open) else { return self.put(piece.last, indent, false) };
        self.begin(open + 1, inner, inner, Gap::Close);
        let only = self.inside(index).find(|(_, child)| child.form == Form::Chain && child.first == open + 1 && child.last == last);
        let fields = self.inside(index).any(|(_, child)| child.form == Form::Field);
        match only {
            Some((child, chain)) if !self.fits(&chain, 0) => self.chain(child, chain, inner, inner, 0),
            _ if fields => self.statements(index, open + 1, inner, true),
            _ => self.run(index, open + 1, last, inner, 0),
        }
        self.begin(piece.last, indent, inner, Gap::Close);
        self.put(piece.last, indent, false);
    }

    /// `[…]`, filled.
    fn list(&mut self, index: usize, piece: Piece, indent: u32, _tail: u32) {
        let inner = indent + STEP;
        self.put(piece.first, indent, false);
        if piece.last > piece.first + 1 {
            self.begin(piece.first + 1, inner, inner, Gap::Close);
            self.filled(index, piece.first + 1, piece.last - 1, inner, inner, 0);
            self.begin(piece.last, indent, inner, Gap::Close);
        }
        self.put(piece.last, indent, false);
    }

    /// Words with commas: as many on a line as fit; further lines begin at `hang`.
    fn filled(&mut self, parent: usize, first: usize, last: usize, indent: u32, hang: u32, tail: u32) {
        let mut at = first;
        let mut line = indent;
        let inside: Vec<Piece> = self.inside(parent).map(|(_, piece)| piece).collect();
        let mut inside = inside.into_iter().peekable();
        while at <= last {
            // An item ends with its comma; a comma inside another piece is that piece's.
            let mut end = at;
            while end < last && self.text_of(end) != "," {
                while inside.next_if(|piece| piece.last < end).is_some() {}
                end = match inside.peek().filter(|piece| piece.first == end && piece.last > end) {
                    Some(piece) => piece.last,
                    None => end + 1,
                };
                if self.text_of(end) != "," && self.text_of(end + 1) == "," && end < last {
                    end += 1;
                }
            }
            let room = if end >= last { tail } else { 0 };
            if at > first && self.column + 1 + self.width(at, end) + room > WIDTH && self.words.get(at).is_some_and(|word| word.comments <= self.told) {
                self.begin(at, hang, hang, Gap::Close);
                line = hang;
            }
            self.run(parent, at, end, line, room);
            at = end + 1;
        }
    }

    /// The statements of a piece that begin at `from` or later, each on its line; or as many on a line as fit.
    fn statements(&mut self, index: usize, from: usize, indent: u32, filled: bool) {
        let mut before: Option<usize> = None;
        for (child, piece) in self.inside(index).skip_while(|(_, piece)| piece.first < from) {
            let marked = self.words.get(piece.first).is_some_and(|word| word.comments > self.told);
            let goes_on = match before.and_then(|before| self.words.get(before)) {
                _ if marked => false,
                // In round brackets the first one's line has begun.
                None => self.out.ends_with([' ', '\n']),
                Some(_) if piece.form == Form::Follows => true,
                Some(word) if filled && word.comma => {
                    let comma = self.words.get(piece.last).is_some_and(|word| word.comma);
                    self.column + 2 + self.width(piece.first, piece.last) + u32::from(comma) <= WIDTH && !piece.tall && !self.marked(piece.first, piece.last)
                }
                Some(_) => false,
            };
            if goes_on && filled && before.is_some() {
                self.out.push(',');
                self.column += 1;
            }
            if !goes_on {
                self.begin(piece.first, indent, indent, if before.is_none() { Gap::Close } else { Gap::Keep });
            }
            self.head = self.line;
            self.node(child, indent, 0);
            before = Some(piece.last);
        }
    }

    /// Words, and statements between braces.
    fn braced(&mut self, index: usize, piece: Piece, indent: u32, tail: u32) {
        let Some(open) = (piece.first..=piece.last).find(|word| self.text_of(*word) == "{") else {
            return self.bare(index, piece, indent, tail);
        };
        if open > piece.first {
            self.run(index, piece.first, open - 1, indent, STEP);
            if self.line != self.head {
                self.begin(open, indent, indent, Gap::Close);
            }
        } else if self.line != self.head {
            self.begin(open, indent, indent, Gap::Close);
        }
        self.put(open, indent, false);
        self.statements(index, open + 1, indent + STEP, piece.form == Form::Braced(Braces::Filled));
        if piece.last > open + 1 || self.words.get(piece.last).is_some_and(|word| word.comments > self.told) {
            self.begin(piece.last, indent, indent + STEP, Gap::Close);
        }
        self.put(piece.last, indent, false);
        self.head = self.line;
    }

    /// A declaration without braces: its `where` goes on a line of its own.
    fn bare(&mut self, index: usize, piece: Piece, indent: u32, tail: u32) {
        let clause = self.inside(index).find(|(_, child)| child.last == piece.last && child.first > piece.first + 1);
        let Some((child, clause)) = clause else { return self.run(index, piece.first, piece.last, indent, tail) };
        self.run(index, piece.first, clause.first - 1, indent, 0);
        self.begin(clause.first, indent + STEP, indent + STEP, Gap::Close);
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
