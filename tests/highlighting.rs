//! `nurture highlight`: a policy in colours.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::fs;

const TEXT: &str = "lead { role: one of cfo }\n## Whom <we> know & like.\nsegment a \"x \\\"y\\\"\" where role is cfo # all\n";

fn highlight(text: &str, args: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.nurture"), text).unwrap();
    let mut all = vec!["highlight", "a.nurture"];
    all.extend(args);
    support::run(folder.path(), &all)
}

/// A text without its tags, and with its characters as they were.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut tag = false;
    for c in html.chars() {
        match c {
            '<' => tag = true,
            '>' if tag => tag = false,
            c if !tag => out.push(c),
            _ => {}
        }
    }
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn html_has_a_class_for_each_word_and_loses_nothing() {
    let (status, out, err) = highlight(TEXT, &["--format", "html"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.starts_with("<pre class=\"nurture\"><code><span class=\"nu-keyword\">lead</span> { <span class=\"nu-field\">role</span>: "), "{out}");
    assert!(out.contains("<span class=\"nu-doc\">## Whom &lt;we&gt; know &amp; like.</span>"), "{out}");
    assert!(out.contains("<span class=\"nu-group\">a</span> <span class=\"nu-text\">&quot;x \\&quot;y\\&quot;&quot;</span>"), "{out}");
    assert!(out.contains("<span class=\"nu-option\">cfo</span> <span class=\"nu-comment\"># all</span>"), "{out}");
    assert_eq!(plain(&out).trim_end(), TEXT.trim_end());
    let (_, page, _) = highlight(TEXT, &["--format", "html", "--page"]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains(&out) && page.contains("prefers-color-scheme: dark"));
}

#[test]
fn every_example_keeps_its_text() {
    for path in support::examples() {
        let text = fs::read_to_string(&path).unwrap();
        let (status, out, _) = highlight(&text, &["--format", "html"]);
        assert_eq!((status, plain(&out).trim_end()), (0, text.trim_end()), "{}", path.display());
    }
}

#[test]
fn a_terminal_is_safe_from_what_a_file_holds() {
    let (status, out, _) = highlight("segment a where x is \"\u{1b}[2J\" # \u{7}\n", &["--format", "ansi"]);
    assert_eq!(status, 0);
    assert!(out.starts_with("\u{1b}[35msegment\u{1b}[0m \u{1b}[34ma\u{1b}[0m "), "{out:?}");
    assert!(!out.contains("\u{1b}[2J") && !out.contains('\u{7}'), "{out:?}");
    let (_, html, _) = highlight("segment a # \u{7}\n", &["--format", "html"]);
    assert!(!html.contains('\u{7}'), "{html:?}");
}

#[test]
fn what_cannot_be_done_is_said() {
    let said = |args: &[&str]| {
        let (status, out, err) = highlight(TEXT, args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        err
    };
    assert_eq!(said(&["--format", "json"]), "error: `nurture highlight` does not write json\n  help: it writes html or ansi\n");
    assert_eq!(said(&["--format", "html=x.html"]), "error: `nurture highlight` writes to the standard output\n  help: redirect it: `> page.html`\n");
    assert_eq!(said(&["--page"]), "error: only HTML has pages\n  help: write `--format html --page`\n");
    let folder = tempfile::tempdir().unwrap();
    let (status, _, err) = support::run(folder.path(), &["highlight", "nowhere.nurture"]);
    assert_eq!((status, err.as_str()), (2, "error: cannot read `nowhere.nurture`: there is no such file\n"));
    fs::write(folder.path().join("bad.nurture"), [b'a', 0xff]).unwrap();
    let (status, _, err) = support::run(folder.path(), &["highlight", "bad.nurture"]);
    assert_eq!((status, err.as_str()), (2, "error: `bad.nurture` is not UTF-8 text\n  help: save the file in the encoding UTF-8\n"));
    let (status, _, err) = support::run(folder.path(), &["check", "--format", "ansi"]);
    assert_eq!((status, err.lines().next().unwrap()), (2, "error: only `nurture highlight` writes ansi"));
}
