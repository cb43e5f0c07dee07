//! Any text ends in findings: no panic, no hang.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::fs;

use nurture::diagnostics::{Check, Severity};
use nurture::syntax::tokens::tokens;
use nurture::syntax::{MOST_NESTED, parse, scan};
use proptest::prelude::*;

/// Reads a text as a file of its own.
fn read(text: &str) -> Vec<nurture::diagnostics::Problem> {
    let scan = scan(text);
    let mut problems = scan.problems;
    for chunk in &scan.chunks {
        for mut problem in parse(&chunk.body).problems {
            let range = problem.range();
            assert!(range.start <= range.end && range.end as usize <= chunk.body.text.len().max(1), "{problem:?}");
            assert!(!problem.message.is_empty());
            problem.labels.truncate(1);
            problems.push(problem);
        }
    }
    problems
}

#[test]
fn every_prefix_of_every_example_is_survived() {
    for path in support::examples() {
        let text = fs::read_to_string(&path).unwrap();
        // Whole declarations before the cut are the same in each prefix: the last ones are read again and again.
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let begin = text[..end].rfind("\n\n").and_then(|at| text[..at].rfind("\n\n")).unwrap_or(0);
            read(&text[begin..end]);
        }
    }
}

#[test]
fn every_token_can_be_missing() {
    for path in support::examples() {
        let text = fs::read_to_string(&path).unwrap();
        for chunk in scan(&text).chunks {
            let body = &chunk.body.text;
            for token in tokens(body) {
                let without = format!("{}{}", &body[..token.at.start as usize], &body[token.at.end as usize..]);
                read(&without);
            }
        }
    }
}

#[test]
fn a_comment_fits_into_every_gap() {
    for path in support::examples() {
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(read(&text), [], "{}", path.display());
        for chunk in scan(&text).chunks {
            let body = &chunk.body.text;
            for token in tokens(body) {
                let at = token.at.end as usize;
                // `content.kind`, `25%`, `20:00` and `2026-01-01` are one word to a reader.
                if ["-", ":", "."].contains(&token.text(body))
                    || body[at..].starts_with(['.', '-', ':', '%'])
                    || body[..token.at.start as usize].ends_with(['.', '-', ':'])
                {
                    continue;
                }
                let with = format!("{} # a comment {{ ( \"\n {}", &body[..at], &body[at..]);
                assert_eq!(read(&with), [], "{with}");
            }
        }
    }
}

#[test]
fn deep_nesting_is_one_error() {
    for bracket in ["(", "{", "["] {
        let problems = read(&format!("segment a where {}", bracket.repeat(10_000)));
        assert_eq!(problems.iter().map(|problem| problem.check).collect::<Vec<_>>(), [Check::TooDeep], "{bracket}");
    }
    let nested = |depth: usize| format!("segment a where {}role is cfo{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(read(&nested(MOST_NESTED)), []);
    assert_eq!(read(&nested(MOST_NESTED + 1)).len(), 1);
    let blocks = |depth: usize| format!("program p {{\n audience everyone\n on join {{\n{}{}\n}}\n}}", "if a {\n".repeat(depth), "}\n".repeat(depth));
    assert_eq!(read(&blocks(MOST_NESTED - 2)), []);
    assert_eq!(read(&blocks(MOST_NESTED - 1)).len(), 1);
    assert_eq!(read(&format!("segment a where {}role is cfo", "not ".repeat(10_000))), []);
    assert_eq!(read(&format!("segment a where a{}", " and a".repeat(50_000))), []);
    let chain = format!("program p {{ audience everyone on join {{ if a {{ }} {} }} }}", "else if a { } ".repeat(5_000));
    assert_eq!(read(&chain), []);
}

#[test]
fn a_byte_order_mark_is_a_warning() {
    let found = support::check("\u{feff}lead {\n  role: one of cfo, other\n}\n");
    assert_eq!(found.iter().map(|finding| (finding.check.check(), finding.severity)).collect::<Vec<_>>(), [(Some(Check::ByteOrderMark), Severity::Warning)]);
}

#[test]
fn a_circle_of_ten_thousand_is_found() {
    let mut text = "lead {\n  role: one of cfo, other\n}\n".to_owned();
    for number in 0..10_000 {
        text.push_str(&format!("segment s{number} where in s{}\n", (number + 1) % 10_000));
    }
    let found = support::check(&text);
    assert_eq!(found.iter().filter(|finding| finding.check == Check::CircularDefinition).count(), 1);
}

/// Pieces that a policy is made of, and some that it is not.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "\n", "\nlead {", "\nsegment a where", "\nprogram p {", "\ncontent c {", "\nrule r isn't nurturing {", "\njourney j {", "\nscore s {",
            "\ntest \"t\" {", "\nlimits {", "\nhandoff h {", "}", "{", "(", ")", "[", "]", "\"", ",", "and", "or", "not", "is", "in", "did", "at least 2 times",
            "within 5 days", "role", "cfo", "role is cfo", "on join {", "email c", "wait 3 days", "if", "else", "stage x {", "while", "where", "when", "for", "#",
            "##", "5", "25%", "2026-01-01", ":", ".", "==", "&&", "'", "\u{201c}", "\u{a0}", "//", ";", "everyone", "audience", "goal", "by day 5", "split {",
            "50% {", "expect", "day 0 {", "lead { ", "<<<<<<< a\n", "=======\n", ">>>>>>> b\n", "\u{feff}", "\\", "+5 for", "band b from 3",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
        1 => any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn any_text_ends_in_findings(pieces in prop::collection::vec(piece(), 0..60)) {
        let text = pieces.join(" ");
        let db = support::policy(&text);
        let found = nurture::report::findings::findings(&db);
        let shown = support::rendered(&db, &found);
        for forbidden in ["Rule::", "panicked", "chunk", "is_tail", "cond_test", "unwrap"] {
            prop_assert!(!shown.lines().filter(|line| !line.contains('│')).any(|line| line.contains(forbidden)), "{}", shown);
        }
    }

    #[test]
    fn any_bytes_end_in_findings(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        support::check(&String::from_utf8_lossy(&bytes));
    }
}
