//! `nurture fmt`: one layout, which keeps every word and every comment.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod random;
mod support;

use std::fs;
use std::path::PathBuf;

use nurture::format::{Refused, WIDTH, format};
use nurture::syntax::{parse, scan};
use random::{ALL, Dice};
use support::run;

/// The one layout of a text. Laid out again it is the same.
fn laid_out(text: &str) -> String {
    let once = format(text).unwrap_or_else(|refused| panic!("{refused:?}:\n{text}")).text;
    let twice = format(&once).unwrap_or_else(|refused| panic!("{refused:?}:\n{once}")).text;
    assert_eq!(once, twice, "of\n{text}");
    once
}

/// The syntax trees of a text, without their positions.
fn trees(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for chunk in scan(text).chunks {
        for item in parse(&chunk.body).items {
            let mut tree = String::new();
            let printed = format!("{item:?}");
            // `Range { start: 1, end: 2 }`
            for part in printed.split("Range { start: ") {
                tree.push_str(part.split_once(" }").filter(|(range, _)| range.contains("end: ") && range.len() < 40).map_or(part, |(_, rest)| rest));
            }
            found.push(tree);
        }
    }
    found
}

/// All policies of the project: examples, templates, the rulebook, verdicts, and blocks of the specifications and of the reference.
fn all() -> Vec<(PathBuf, String)> {
    let root = support::root();
    let mut found: Vec<(PathBuf, String)> = support::examples().into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
    for folder in ["src/rulebook", "tests/verdicts"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "nurture") {
                found.push((path.clone(), fs::read_to_string(path).unwrap()));
            }
        }
    }
    let mut pages = vec![root.join("grammar/REFERENCE.md"), root.join("README.md")];
    for folder in ["tests/spec", "src/diagnostics/checks"] {
        pages.extend(fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    for page in pages.into_iter().filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
        for block in fs::read_to_string(&page).unwrap().split("```nurture").skip(1) {
            if let Some((text, _)) = block.split_once('\n').and_then(|(_, text)| text.split_once("```")) {
                found.push((page.clone(), text.to_owned()));
            }
        }
    }
    assert!(found.len() > 200, "{}", found.len());
    found
}

#[test]
fn every_policy_keeps_its_trees() {
    for (path, text) in all().into_iter().filter(|(_, text)| !text.contains("<<<<<<<")) {
        let out = laid_out(&text);
        assert_eq!(trees(&text), trees(&out), "{}", path.display());
        assert_eq!(
            scan(&text).chunks.iter().flat_map(|chunk| parse(&chunk.body).problems).count(),
            scan(&out).chunks.iter().flat_map(|chunk| parse(&chunk.body).problems).count()
        );
    }
}

#[test]
fn our_own_policies_are_laid_out() {
    for (path, text) in all().into_iter().filter(|(path, _)| path.extension().is_some_and(|extension| extension == "nurture")) {
        assert!(laid_out(&text) == text, "`nurture fmt {}`", path.display());
        for line in text.lines() {
            // Texts and comments are never broken.
            assert!(line.chars().count() <= WIDTH as usize || line.contains(['"', '#']), "{}: {line}", path.display());
        }
    }
}

/// A text with other white space: everything on lines of its own, or as much as may be on one line.
fn mangled(text: &str, dice: &mut Dice, comments: bool) -> String {
    let mut out = String::new();
    for chunk in scan(text).chunks {
        let body = &chunk.body.text;
        let words: Vec<&str> = nurture::syntax::tokens::tokens(body).iter().map(|token| token.text(body)).collect();
        let mut end = 0;
        out.push('\n');
        for word in words {
            let at = end + body[end..].find(word).unwrap();
            // What stood together stays together: `2026-08-01`, `visit(`.
            if at > end {
                match dice.roll(6) {
                    0 => out.push_str("\n  "),
                    1 if comments => out.push_str(&format!(" # {}\n    ", dice.roll(100))),
                    2 if comments => out.push_str(&format!("\n# {}\n\t", dice.roll(100))),
                    3 => out.push_str("   "),
                    _ => out.push(' '),
                }
            }
            out.push_str(word);
            end = at + word.len();
        }
        out.push('\n');
    }
    out
}

/// The comments of a text, and what each stands before: the word that follows it.
fn comments(text: &str) -> Vec<(String, String)> {
    let (mut found, mut waiting): (Vec<(String, String)>, Vec<String>) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let mut quoted = false;
        let mut escaped = false;
        let end = line.char_indices().find(|(_, c)| {
            let ends = *c == '#' && !quoted;
            quoted ^= *c == '"' && !escaped;
            escaped = *c == '\\' && quoted && !escaped;
            ends
        });
        let end = end.map_or(line.len(), |(end, _)| end);
        // A comma between fields may come and go.
        if let Some(word) = nurture::syntax::tokens::tokens(&line[..end]).iter().map(|token| token.text(&line[..end])).find(|word| *word != ",") {
            found.extend(waiting.drain(..).map(|comment| (comment, word.to_owned())));
        }
        if end < line.len() {
            waiting.push(line[end..].trim_end().to_owned());
        }
    }
    found.extend(waiting.into_iter().map(|comment| (comment, String::new())));
    found
}

#[test]
fn the_layout_does_not_depend_on_what_it_was() {
    let mut dice = Dice::new(7);
    let mut texts: Vec<String> = (0..40).map(|_| random::policy(&mut dice, ALL).join("\n")).collect();
    texts.extend(support::examples().into_iter().map(|path| fs::read_to_string(path).unwrap()));
    for text in texts {
        // Without comments and empty lines, which are kept.
        let bare: String = laid_out(&mangled(&text, &mut dice, false)).lines().filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect();
        let other: String = laid_out(&mangled(&text, &mut dice, false)).lines().filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect();
        assert_eq!(bare, other);
        assert_eq!(trees(&bare), trees(&other));
        // Comments stand everywhere, and all of them remain.
        let marked = mangled(&text, &mut dice, true);
        let out = laid_out(&marked);
        let texts = |text: &str| comments(text).into_iter().map(|(comment, _)| comment).collect::<Vec<_>>();
        assert_eq!(texts(&marked), texts(&out));
        assert_eq!(trees(&marked), trees(&out));
    }
}

#[test]
fn every_prefix_is_survived() {
    for path in support::examples() {
        let text = fs::read_to_string(&path).unwrap();
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)).step_by(7) {
            let begin = text[..end].rfind("\n\n").and_then(|at| text[..at].rfind("\n\n")).unwrap_or(0);
            laid_out(&text[begin..end]);
        }
    }
}

#[test]
fn what_is_broken_is_left_alone() {
    let text = "segment   a where   role is cfo\n\n\nprogram p {\n     audience   everyone and\n  # a thought\n}\n\n\nsegment b\n  where role is cfo";
    let out = format(text).unwrap();
    assert_eq!(out.text, "segment a where role is cfo\n\nprogram p {\n     audience   everyone and\n  # a thought\n}\n\nsegment b where role is cfo\n");
    assert_eq!(out.left.len(), 1);
    assert!(matches!(format("segment a where x\n<<<<<<< ours\nsegment b where y\n=======\nsegment c where z\n>>>>>>> theirs\n"), Err(Refused::Conflict(_))));
    for text in ["", "\n\n", "# alone\n", "\u{feff}lead { }", "}}}", "\"", "## doc\n", "segment \u{e9} where x", "lead {\r\n}"] {
        laid_out(text);
    }
    let deep = format!("segment a where {}x{}\n", "(".repeat(300), ")".repeat(300));
    assert_eq!(laid_out(&deep), deep);
    let nested = format!("segment a where {}x{}\n", "(".repeat(250), ")".repeat(250));
    assert_eq!(trees(&nested), trees(&laid_out(&nested)));
}

#[test]
fn what_is_left_moves_nothing_around_it() {
    // Comments behind what is broken are left with it, and so is the indentation of its first line.
    let typing = "program p {\n  audience everyone and\n      # a thought\n\n      # more\n\n# about b\nsegment b where y\n";
    assert_eq!(laid_out(typing), typing);
    let between = "segment a where x\nsegment b where\nsegment c where y\n";
    assert_eq!(laid_out(between), between);
    let headless = "     hello\n     world\n\nsegment a where x\n";
    assert_eq!(laid_out(headless), headless);
    for text in [
        "  <<<<<<< ours\n",
        "  =======\nsegment a where x\n",
        "a\u{c}\n",
        "\u{c}",
        "\u{a0}\nsegment a where x",
        "segment a where x\u{a0}\nsegment b where y",
        "segment a where x\n\u{3000}\n",
    ] {
        laid_out(text);
    }
}

#[test]
fn a_comma_stays_where_it_is_needed() {
    assert_eq!(laid_out("lead { a: text, optional: flag }"), "lead {\n  a: text,\n  optional: flag\n}\n");
    assert_eq!(laid_out("test \"x\" {\n lead { a: 12, # c\n seconds: 5 }\n}"), "test \"x\" {\n  lead {\n    a: 12,  # c\n    seconds: 5\n  }\n}\n");
    let long: String = (0..14).map(|n| format!("field_{n}: 12, ")).collect();
    laid_out(&format!("test \"x\" {{ lead {{ {long} seconds: 5, day: 3 }} }}"));
    // Two comments around a comma are two comments; a doc comment before one would change whose it is.
    assert_eq!(laid_out("lead {\n a: flag # c\n , # d\n b: flag\n}"), "lead {\n  a: flag  # c\n  # d\n  b: flag\n}\n");
    let stray = "lead {\n a: flag\n ## doc b\n , b: text\n}\n";
    assert_eq!(laid_out(stray), stray);
}

#[test]
fn lines_end_as_most_do() {
    let ends = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
    let out = laid_out("segment   a where x\r\nsegment b where\r\nsegment c where y\nsegment d where z\r\n");
    assert_eq!(ends(&out), (4, 4));
    let out = laid_out("segment   a where x\r\nsegment b where\nsegment c where y\nsegment d where z\n");
    assert_eq!(ends(&out), (0, 4));
    assert_eq!(ends(&laid_out("\n  wh\r\nere\r\n")).0, 2);
}

#[test]
fn the_layout() {
    for (text, expected) in [
        // Comments stay where they are: before what follows, or behind what is on their line.
        ("# one\n\n\n\n## a doc\nsegment a \"A\" # behind\n where x # end\n# last", "# one\n\n## a doc\nsegment a \"A\"  # behind\n  where x  # end\n# last\n"),
        // Commas: between fields on one line, and nowhere else.
        ("signal v implicit{page:text seconds:whole number from 0,}", "signal v implicit { page: text, seconds: whole number from 0 }\n"),
        ("lead{a:flag,b:one of x,y,c:text}", "lead {\n  a: flag\n  b: one of x, y\n  c: text\n}\n"),
        // A label stands before its platform.
        ("program p{on join{ad x on linkedin as first}}", "program p {\n  on join {\n    ad x as first on linkedin\n  }\n}\n"),
        ("program p{on join{ad x on linkedin # where\n as first}}", "program p {\n  on join {\n    ad x on linkedin  # where\n      as first\n  }\n}\n"),
        (
            "program p{audience a and not(b or c)or d at most 2 email per 7days on join{if did v(page is\"x\")at least 2 times{leave}else if b{wait 2 days}else{}}}",
            "program p {\n  audience a and not (b or c) or d\n  at most 2 email per 7 days\n  on join {\n    if did v(page is \"x\") at least 2 times {\n      leave\n    } else if b {\n      wait 2 days\n    } else { }\n  }\n}\n",
        ),
        // A comment before `else` is about it.
        (
            "program p{on join{if a{leave}\n# about else\nelse{leave}}}",
            "program p {\n  on join {\n    if a {\n      leave\n    }\n    # about else\n    else {\n      leave\n    }\n  }\n}\n",
        ),
        // An empty line before a comment that stands last stays, and one behind it goes.
        ("program p {\n  audience y\n\n  # Later:\n  # goal z\n\n}", "program p {\n  audience y\n\n  # Later:\n  # goal z\n}\n"),
        // A comment that goes on under the one behind a line goes on.
        ("segment a where x # one\n                  # two\nsegment b where y", "segment a where x  # one\n                   # two\nsegment b where y\n"),
        ("limits # a\n { # b\n at most 2 email per 7 days }", "limits  # a\n{  # b\n  at most 2 email per 7 days\n}\n"),
        ("score s { from 0 to 100-5 when x }", "score s {\n  from 0 to 100\n  -5 when x\n}\n"),
        ("score s{+ 5 for v -3 when x>-7 from 0 to 100}", "score s {\n  +5 for v\n  -3 when x > -7\n  from 0 to 100\n}\n"),
        ("segment a where x segment b where y", "segment a where x\nsegment b where y\n"),
    ] {
        assert_eq!(laid_out(text), expected);
    }
    let many: Vec<String> = (0..40).map(|n| format!("\"country {n}\"")).collect();
    let out = laid_out(&format!("segment a where country in [{}] and x", many.join(",")));
    assert!(out.starts_with("segment a\n  where country in [\n      \"country 0\", \"country 1\","), "{out}");
    assert!(out.ends_with("\"country 39\"\n    ]\n    and x\n"), "{out}");
    assert!(out.lines().all(|line| line.len() <= WIDTH as usize), "{out}");
}

#[test]
fn the_command() {
    let folder = support::folder("a.nurture", "segment   a where x\n");
    let path = folder.path();
    fs::write(path.join("b.nurture"), "segment b where x\r\nsegment c {\r\n where x }\r\n").unwrap();
    fs::write(path.join("c.nurture"), "segment c where x\n").unwrap();
    let (code, out, err) = run(path, &["fmt", "--check"]);
    assert_eq!((code, out.as_str()), (1, "a.nurture\nb.nurture\n"), "{err}");
    assert!(err.contains("2 files are not laid out, 1 is"), "{err}");
    let (code, out, _) = run(path, &["fmt", "--diff", "a.nurture"]);
    assert_eq!((code, out.as_str()), (1, "--- a/a.nurture\n+++ b/a.nurture\n@@ -1 +1 @@\n-segment   a where x\n+segment a where x\n"));
    let (code, out, _) = run(path, &["fmt", "--check", "--format", "json"]);
    assert_eq!(code, 1);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&out).unwrap(),
        serde_json::json!({"changed": ["a.nurture", "b.nurture"], "left": [], "broken": {}, "written": false})
    );
    assert_eq!(run(path, &["fmt", "b.nurture"]).0, 0);
    assert_eq!(fs::read_to_string(path.join("b.nurture")).unwrap(), "segment b where x\r\n\r\nsegment c {\r\n  where x\r\n}\r\n");
    assert_eq!(fs::read_to_string(path.join("a.nurture")).unwrap(), "segment   a where x\n");
    // What cannot be laid out is named, and the others are.
    fs::write(path.join("c.nurture"), b"segment c where x is \"\xff\"\n").unwrap();
    fs::write(path.join("d.nurture"), "segment c where\n").unwrap();
    let (code, _, err) = run(path, &["fmt"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("`c.nurture` is left as it is: it is not UTF-8 text") && err.contains("d.nurture:1: left as it is for its syntax error"), "{err}");
    assert_eq!(fs::read_to_string(path.join("a.nurture")).unwrap(), "segment a where x\n");
    let output = assert_cmd::Command::cargo_bin("nurture").unwrap().args(["fmt", "-"]).write_stdin("segment   a\nwhere x").output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap().as_str()), (Some(0), "segment a where x\n"));
}
