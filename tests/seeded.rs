//! Of 100 mistakes seeded in a 100 KB file, 100 are found within two lines of their place, and none is invented.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use nurture::diagnostics::Severity;
use nurture::text::LineIndex;

#[path = "../benches/generator.rs"]
#[allow(dead_code, reason = "the benches use the rest")]
mod generator;

/// A way to spoil a declaration: gives the spoilt text and the byte at which it is spoilt, if the declaration allows it.
type Spoil = fn(&str) -> Option<(String, usize)>;

/// Replaces the first `from` that stands neither in a text nor in a comment.
fn replace(text: &str, from: &str, to: &str) -> Option<(String, usize)> {
    let code = |at: &usize| {
        let line = text[..*at].rfind('\n').map_or(0, |start| start + 1);
        let before = &text[line..*at];
        before.matches('"').count().is_multiple_of(2) && !before.contains('#')
    };
    let at = text.match_indices(from).map(|(at, _)| at).find(code)?;
    Some((format!("{}{to}{}", &text[..at], &text[at + from.len()..]), at))
}

/// At most one syntax error a declaration.
const SYNTAX: &[Spoil] = &[
    |text| replace(text, " is ", " == "),
    |text| replace(text, " and ", " && "),
    |text| replace(text, " or ", " || "),
    |text| replace(text, " not ", " !"),
    |text| replace(text, " is not ", " != "),
    |text| replace(text, " not in [", " is not in ["),
    |text| replace(text, " in [", " is in ["),
    |text| replace(text, "]", ",]"),
    |text| replace(text, "where ", "whre "),
    |text| replace(text, "where ", "WHERE "),
    |text| replace(text, "audience ", "audiense "),
    |text| replace(text, "kind ", "kind: "),
    |text| {
        replace(text, "answers \"", "answers '").and_then(|(text, at)| {
            let end = at + 9 + text[at + 9..].find('"')?;
            Some((format!("{}'{}", &text[..end], &text[end + 1..]), at))
        })
    },
    |text| {
        replace(text, "gives \"", "gives \u{201c}").and_then(|(text, at)| {
            let end = at + 10 + text[at + 10..].find('"')?;
            Some((format!("{}\u{201d}{}", &text[..end], &text[end + 1..]), at))
        })
    },
    |text| replace(text, " days", " months"),
    |text| replace(text, " days\n", "\n"),
    |text| replace(text, "updated ", "updated\u{a0}"),
    |text| replace(text, "{\n", "{ ;\n"),
    |text| {
        let at = text.rfind("}")?;
        Some((format!("{}{}", &text[..at], &text[at + 1..]), at))
    },
    |text| replace(text, "owner \"", "ownr \""),
    |text| replace(text, "else {", "otherwise {"),
    |text| replace(text, "  about ", "  about about "),
    |text| {
        let at = text.find("url \"")?;
        let end = at + 5 + text[at + 5..].find('"')?;
        Some((format!("{}{}", &text[..end], &text[end + 1..]), at))
    },
    |text| replace(text, " times", " time"),
    |text| replace(text, " within ", " inside "),
];

/// Names and types, in other declarations.
const MEANING: &[Spoil] = &[
    |text| replace(text, "kind guide", "kind guild"),
    |text| replace(text, "about problem", "about problems"),
    |text| replace(text, "role is ", "rolle is "),
    |text| replace(text, "role in [", "role in [nobody, "),
    |text| replace(text, "updated 2026-0", "updated 2026-4"),
    |text| replace(text, "journey ", "journey no_such_"),
];

#[test]
fn a_hundred_mistakes_are_found_where_they_are() {
    let whole = generator::policy(100_000, 7);
    assert!(support::check(&whole).iter().all(|finding| finding.severity != Severity::Error), "the policy is right before it is spoilt");
    let mut starts: Vec<usize> = vec![0];
    starts.extend(
        whole
            .match_indices('\n')
            .map(|(at, _)| at + 1)
            .filter(|at| ["segment ", "content ", "program "].iter().any(|keyword| whole[*at..].starts_with(keyword))),
    );
    starts.push(whole.len());
    let mut text = String::new();
    let mut places = Vec::new();
    let mut syntax = 0;
    for (number, pair) in starts.windows(2).enumerate() {
        let declaration = &whole[pair[0]..pair[1]];
        // The lead, signals, journeys and scores stay whole: who hides a name would be asked for what speaks of it.
        let keep = number == 0 || places.len() == 100;
        let spoils = if places.len() % 4 == 3 { MEANING } else { SYNTAX };
        let spoilt = (!keep)
            .then(|| (0..spoils.len()).find_map(|offset| spoils[(number + offset) % spoils.len()](declaration).filter(|(spoilt, _)| spoilt != declaration)))
            .flatten();
        match spoilt {
            Some((spoilt, at)) => {
                places.push(text.len() + at);
                syntax += usize::from(std::ptr::eq(spoils, SYNTAX));
                text.push_str(&spoilt);
            }
            None => text.push_str(declaration),
        }
    }
    assert_eq!(places.len(), 100);
    assert!(syntax > 60);
    let lines = LineIndex::new(&text);
    let found: Vec<(usize, String)> = support::check(&text)
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| (lines.line_of(finding.span.range.start), format!("{}: {}", finding.check.name(), finding.message)))
        .collect();
    let near = |line: usize, place: usize| lines.line_of(place as u32).abs_diff(line) <= 2;
    let missed: Vec<String> = places
        .iter()
        .filter(|place| !found.iter().any(|(line, _)| near(*line, **place)))
        .map(|place| format!("{}: {}", lines.line_of(*place as u32) + 1, text[*place..].lines().take(3).collect::<Vec<_>>().join(" | ")))
        .collect();
    let invented: Vec<String> =
        found.iter().filter(|(line, _)| !places.iter().any(|place| near(*line, *place))).map(|(line, message)| format!("{}: {message}", line + 1)).collect();
    assert!(missed.is_empty(), "missed:\n{}\ninvented:\n{}", missed.join("\n"), invented.join("\n"));
    assert!(invented.is_empty(), "invented:\n{}", invented.join("\n"));
    let twice: Vec<String> = places
        .iter()
        .map(|place| (place, found.iter().filter(|(line, _)| near(*line, *place)).collect::<Vec<_>>()))
        .filter(|(_, messages)| messages.len() > 1)
        .map(|(place, messages)| format!("{}: {messages:?}", text[*place..].lines().next().unwrap_or("")))
        .collect();
    assert!(found.len() == 100, "one mistake, one message, and there are {}:\n{}", found.len(), twice.join("\n"));
}
