//! Cuts a file into chunks: a chunk begins at each declaration keyword in column 0, at any bracket depth, so
//! that a missing bracket spoils one declaration and never the file. Comments are replaced by spaces.

use smol_str::SmolStr;

use super::MOST_NESTED;
use crate::diagnostics::{Check, Kind, Problem};
use crate::text::Range;

/// A file, cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The chunks, in order.
    pub chunks: Vec<ChunkText>,
    /// What is wrong with the file as a whole; ranges are of the file.
    pub problems: Vec<Problem>,
}

/// The text of one chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkText {
    /// The first two words, which tell it from the others: "segment finance_leaders".
    pub head: SmolStr,
    /// Where it begins in the file.
    pub start: u32,
    /// What it says; the same wherever the chunk stands.
    pub body: ChunkBody,
}

/// What a chunk says, without its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChunkBody {
    /// Its text, with comments replaced by spaces.
    pub text: String,
    /// Its doc comments.
    pub docs: Vec<Doc>,
    /// The bracket that is nested too deeply, if one is.
    pub too_deep: Option<Range>,
}

/// A doc comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc {
    /// Where the text begins that it belongs to, relative to the chunk. 0 is the declaration itself.
    pub at: u32,
    /// Where it stands itself, relative to the chunk; for the declaration's own it lies before the chunk and is empty.
    pub place: Range,
    /// What it says, lines joined.
    pub text: Box<str>,
}

struct PendingDoc {
    place: Range,
    text: String,
}

struct Scanner<'t> {
    text: &'t str,
    blanked: Vec<u8>,
    starts: Vec<(usize, Option<usize>)>,
    docs: Vec<(usize, PendingDoc)>,
    problems: Vec<Problem>,
}

/// Cuts `text`. Never fails: what cannot be understood becomes a chunk that the parser explains.
pub fn scan(text: &str) -> Scan {
    let mut scanner = Scanner { text, blanked: text.as_bytes().to_vec(), starts: Vec::new(), docs: Vec::new(), problems: Vec::new() };
    scanner.run();
    scanner.finish()
}

impl Scanner<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn line_end(&self, from: usize) -> usize {
        self.text.as_bytes().get(from..).and_then(|rest| rest.iter().position(|b| *b == b'\n')).map_or(self.text.len(), |n| from + n)
    }

    fn blank(&mut self, from: usize, to: usize) {
        for byte in self.blanked.get_mut(from..to).into_iter().flatten() {
            if *byte != b'\n' && *byte != b'\r' {
                *byte = b' ';
            }
        }
    }

    fn run(&mut self) {
        let mut at = 0;
        if self.text.starts_with('\u{feff}') {
            self.problems.push(
                Problem::new(Check::ByteOrderMark, Range::new(0, 3), "the file begins with an invisible byte-order mark")
                    .here("three bytes that some editors write before the text")
                    .fix("remove it", Range::new(0, 3), "", true),
            );
            self.blank(0, 3);
            at = 3;
        }
        let (mut round, mut curly) = (0usize, 0usize);
        let mut too_deep = None;
        let mut line_start = true;
        let mut pending: Option<PendingDoc> = None;
        let flush = |docs: &mut Vec<(usize, PendingDoc)>, pending: &mut Option<PendingDoc>, at: usize| {
            if let Some(doc) = pending.take() {
                docs.push((at, doc));
            }
        };
        while at < self.text.len() {
            let byte = self.byte(at);
            if line_start {
                line_start = false;
                if byte.is_ascii_lowercase() && self.is_keyword(at) {
                    if let Some((_, deep)) = self.starts.last_mut() {
                        *deep = too_deep.take();
                    } else if too_deep.is_some() {
                        self.starts.push((0, too_deep.take()));
                    }
                    self.starts.push((at, None));
                    (round, curly) = (0, 0);
                } else if matches!(byte, b'<' | b'=' | b'>' | b'|')
                    && let Some(end) = self.conflict(at)
                {
                    at = end;
                    line_start = true;
                    continue;
                }
            }
            match byte {
                b'\n' => {
                    line_start = true;
                    at += 1;
                    continue;
                }
                b' ' | b'\t' | b'\r' => {
                    at += 1;
                    continue;
                }
                b'#' => {
                    let end = self.line_end(at);
                    let body = self.text.get(at..end).unwrap_or("");
                    if let Some(doc) = body.strip_prefix("##")
                        && !doc.starts_with('#')
                    {
                        let line = doc.trim();
                        let place = Range::new(at as u32, end as u32);
                        match &mut pending {
                            Some(doc) => {
                                doc.text.push('\n');
                                doc.text.push_str(line);
                                doc.place = doc.place.cover(place);
                            }
                            None => pending = Some(PendingDoc { place, text: line.to_owned() }),
                        }
                    }
                    self.blank(at, end);
                    at = end;
                    continue;
                }
                _ => {}
            }
            flush(&mut self.docs, &mut pending, at);
            match byte {
                b'"' => at = self.string_end(at),
                b'(' | b'[' => {
                    round += 1;
                    if round > MOST_NESTED && too_deep.is_none() {
                        too_deep = Some(at);
                    }
                    at += 1;
                }
                b')' | b']' => {
                    round = round.saturating_sub(1);
                    at += 1;
                }
                b'{' => {
                    curly += 1;
                    if curly > MOST_NESTED && too_deep.is_none() {
                        too_deep = Some(at);
                    }
                    at += 1;
                }
                b'}' => {
                    curly = curly.saturating_sub(1);
                    at += 1;
                }
                _ => at += 1,
            }
        }
        match self.starts.last_mut() {
            Some((_, deep)) => *deep = too_deep,
            None if too_deep.is_some() => self.starts.push((0, too_deep)),
            None => {}
        }
        if let Some(doc) = pending {
            self.problems.push(stray(doc.place));
        }
    }

    fn is_keyword(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or("");
        let end = rest.bytes().position(|b| !(b.is_ascii_alphanumeric() || b == b'_')).unwrap_or(rest.len());
        rest.get(..end).is_some_and(|word| Kind::from_keyword(word).is_some())
    }

    /// The end of the string that begins at `at`: behind its closing quote, or the end of its line.
    fn string_end(&self, at: usize) -> usize {
        let mut at = at + 1;
        while at < self.text.len() {
            match self.byte(at) {
                b'"' => return at + 1,
                b'\n' => return at,
                b'\\' if self.byte(at + 1) != b'\n' => at += 2,
                _ => at += 1,
            }
        }
        self.text.len()
    }

    /// Reports the merge conflict whose first marker stands at `at`, keeps its first side and blanks the rest.
    /// Returns where the scan goes on, or `None` if this is no marker.
    fn conflict(&mut self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        let marker = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].into_iter().find(|marker| rest.starts_with(marker))?;
        let end = self.line_end(at);
        let after = rest.as_bytes().get(marker.len()).copied().unwrap_or(b'\n');
        if !matches!(after, b' ' | b'\n' | b'\r') {
            return None;
        }
        let mut problem = Problem::new(
            Check::MergeConflict,
            Range::new(at as u32, self.text.get(at..end)?.trim_end().len() as u32 + at as u32),
            "a merge conflict was left here",
        )
        .help("keep one of the two sides, or both joined, and delete the three marker lines");
        self.blank(at, end);
        if marker != "<<<<<<<" {
            self.problems.push(problem.here("a marker without the others"));
            return Some(end);
        }
        // The other side is blanked as well: both together would be duplicates of each other.
        let lines: Vec<usize> = rest.match_indices('\n').map(|(n, _)| at + n + 1).collect();
        let find = |wanted: &str, from: usize| {
            lines.iter().copied().find(|start| *start > from && self.text.get(*start..).is_some_and(|line| line.starts_with(wanted)))
        };
        problem = problem.here("one side begins here");
        let middle = find("=======", at);
        let close = middle.and_then(|middle| find(">>>>>>>", middle));
        if let (Some(middle), Some(close)) = (middle, close) {
            let close_end = self.line_end(close);
            problem = problem
                .also(Range::new(middle as u32, middle as u32 + 7), "the other side begins here")
                .also(Range::new(close as u32, close as u32 + 7), "and ends here");
            // With the text that both sides come from between them, it is blanked too.
            let kept_end = find("|||||||", at).filter(|base| *base < middle).unwrap_or(middle);
            self.blank(kept_end, close_end);
            // The blanked part must not be read for keywords and comments: the scan reads `text`, so it jumps.
            self.problems.push(problem);
            let kept = self.text.get(end..kept_end).unwrap_or("");
            return Some(if kept.is_empty() { close_end } else { self.scan_kept(end, kept_end, close_end) });
        }
        self.problems.push(problem);
        Some(end)
    }

    /// Declarations of the kept side are chunks like others; the scan goes on behind the conflict.
    fn scan_kept(&mut self, from: usize, to: usize, end: usize) -> usize {
        let mut at = from;
        while at < to {
            if self.byte(at) == b'\n' && at + 1 < to && self.byte(at + 1).is_ascii_lowercase() && self.is_keyword(at + 1) {
                self.starts.push((at + 1, None));
            }
            match self.byte(at) {
                b'#' => {
                    let stop = self.line_end(at).min(to);
                    self.blank(at, stop);
                    at = stop;
                }
                b'"' => at = self.string_end(at).max(at + 1),
                _ => at += 1,
            }
        }
        end
    }

    fn finish(self) -> Scan {
        let Scanner { text, blanked, mut starts, docs, mut problems } = self;
        // Only ASCII bytes were written, and over whole characters: this cannot fail, and if it did, the text stands.
        let blanked = String::from_utf8(blanked).unwrap_or_else(|_| text.to_owned());
        let first = starts.first().map_or(blanked.len(), |(start, _)| *start);
        let headless = blanked.get(..first).map_or(0, |lead| lead.len() - lead.trim_start().len());
        if headless < first {
            starts.insert(0, (headless, None));
        }
        let mut docs = docs.into_iter().peekable();
        let mut chunks = Vec::with_capacity(starts.len());
        for (index, (start, too_deep)) in starts.iter().enumerate() {
            let end = starts.get(index + 1).map_or(blanked.len(), |(next, _)| *next);
            let chunk = blanked.get(*start..end).unwrap_or("").trim_end();
            let base = *start as u32;
            let mut own = Vec::new();
            while let Some((at, doc)) = docs.next_if(|(at, _)| *at < end) {
                if at < *start {
                    problems.push(stray(doc.place));
                    continue;
                }
                let relative = |place: u32| place.saturating_sub(base);
                own.push(Doc {
                    at: at as u32 - base,
                    place: if doc.place.start < base { Range::at(0) } else { Range::new(relative(doc.place.start), relative(doc.place.end)) },
                    text: doc.text.into(),
                });
            }
            let mut words = chunk.split_ascii_whitespace();
            let mut head = words.next().unwrap_or("").chars().take(64).collect::<String>();
            if let Some(second) = words.next() {
                head.push(' ');
                head.extend(second.chars().take(64));
            }
            chunks.push(ChunkText {
                head: head.into(),
                start: base,
                body: ChunkBody { text: chunk.to_owned(), docs: own, too_deep: too_deep.map(|at| Range::new(at as u32 - base, at as u32 - base + 1)) },
            });
        }
        Scan { chunks, problems }
    }
}

fn stray(place: Range) -> Problem {
    Problem::new(Check::StrayDoc, place, "this doc comment belongs to nothing")
        .here("no declaration, stage, track, touch or field follows it")
        .help("write `#` for a remark that is not part of the plan")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(text: &str) -> Vec<String> {
        scan(text).chunks.iter().map(|chunk| chunk.head.to_string()).collect()
    }

    #[test]
    fn cuts_at_keywords_in_column_0() {
        let text = "## who\nlead {\n  a: flag\nsegment x where a # segment y\n  segment z where a\nicp y where a";
        assert_eq!(heads(text), ["lead {", "segment x", "icp y"]);
        let scan = scan(text);
        assert_eq!(scan.chunks[0].body.docs[0].at, 0);
        assert_eq!(&*scan.chunks[0].body.docs[0].text, "who");
        assert!(!scan.chunks[1].body.text.contains('#'));
    }

    #[test]
    fn strings_and_apostrophes_hide_nothing() {
        assert_eq!(heads("rule a isn't nurturing {\nsegment b where \"# \\\" x\nicp c"), ["rule a", "segment b", "icp c"]);
    }

    #[test]
    fn text_before_the_first_keyword_is_a_chunk() {
        assert_eq!(heads("\n  hello world\nlead {}"), ["hello world", "lead {}"]);
        assert_eq!(heads("# only\n\n"), Vec::<String>::new());
    }

    #[test]
    fn a_conflict_is_one_problem_and_its_first_side_stays() {
        let text = "lead {}\n<<<<<<< ours\nsegment a where x\n=======\nsegment a where y\n>>>>>>> theirs\nsegment b where x\n";
        let scan = scan(text);
        assert_eq!(scan.problems.len(), 1);
        assert_eq!(heads(text), ["lead {}", "segment a", "segment b"]);
        assert_eq!(scan.chunks[1].body.text, "segment a where x");
    }

    #[test]
    fn deep_nesting_is_noticed() {
        let text = format!("segment a where {}x", "(".repeat(257));
        assert!(scan(&text).chunks[0].body.too_deep.is_some());
        let text = format!("segment a where {}x", "(".repeat(256));
        assert!(scan(&text).chunks[0].body.too_deep.is_none());
    }

    #[test]
    fn offsets_of_inner_docs() {
        let text = "lead {\n  ## the role\n  role: text\n}";
        let scan = scan(text);
        let doc = &scan.chunks[0].body.docs[0];
        assert_eq!(scan.chunks[0].body.text.get(doc.at as usize..doc.at as usize + 4), Some("role"));
    }
}
