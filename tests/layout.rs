//! The house: folders use those above them and none below, and the reference knows every keyword.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The folders of `src`, top down: each may use the ones before it.
const ORDER: [&str; 15] =
    ["text", "diagnostics", "syntax", "format", "plan", "run", "proof", "db", "rulebook", "model", "rules", "report", "ide", "lsp", "cli"];

fn rust_files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn folders_use_only_those_above_them() {
    let src = support::root().join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&src).unwrap();
        let folder = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let Some(own) = ORDER.iter().position(|known| *known == folder) else {
            assert!(["lib.rs", "main.rs"].contains(&folder.as_str()), "{folder} has no place in the order");
            continue;
        };
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            for (at, _) in line.match_indices("crate::") {
                let used: String = line[at + 7..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                if ORDER.iter().position(|known| *known == used).is_some_and(|place| place > own) {
                    wrong.push(format!("{}:{}: {folder} uses {used}", relative.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_parser_names_pest() {
    let src = support::root().join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let naming: Vec<String> = files
        .iter()
        .filter(|file| fs::read_to_string(file).unwrap().contains("pest::"))
        .map(|file| file.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/"))
        .collect();
    assert!(naming.iter().all(|file| file == "syntax/parse.rs" || file == "syntax/build/mod.rs"), "{naming:?}");
}

/// The words of a text.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '\''))).map(|word| word.trim_matches('\'')).collect()
}

/// The alphabetic literals of the grammar.
fn keywords() -> &'static [&'static str] {
    let found = nurture::syntax::keywords();
    assert!(found.len() > 150 && found.windows(2).all(|pair| pair[0] < pair[1]));
    found
}

/// Each editor knows each word of the language: keywords, channels, kinds and topics of content. What completion offers is held to the same
/// list in tests/ide.rs.
#[test]
fn every_editor_knows_every_word() {
    use nurture::model::rule_schema::Enumeration;
    let mut all: BTreeSet<&str> = keywords().iter().copied().collect();
    for list in [Enumeration::Channel, Enumeration::ContentKind, Enumeration::About] {
        all.extend(list.values());
    }
    let grammars: [&[&str]; 6] = [
        &["vscode/syntaxes/nurture.tmLanguage.json"],
        &["tree-sitter-nurture/grammar.js", "tree-sitter-nurture/queries/highlights.scm"],
        &["vim/syntax/nurture.vim"],
        &["emacs/nurture-mode.el"],
        &["highlightjs/nurture.js"],
        &["pygments/nurture_lexer/__init__.py"],
    ];
    let mut missing = Vec::new();
    for files in grammars {
        let read = |file: &&str| fs::read_to_string(support::root().join("editors").join(file)).unwrap();
        let text: String = files.iter().map(read).collect();
        let grammar = files[0];
        // Words stand between the signs of patterns too: `\\b(?:email|sms)\\b`.
        let text = text.replace("\\\\b", " ").replace("\\b", " ").replace("\\\\s", " ").replace("\\s", " ").replace("\\<", " ").replace("\\>", " ");
        let known = words(&text);
        // `hours?` is both `hour` and `hours`.
        let knows = |word: &str| known.contains(word) || text.contains(&format!("{word}s?"));
        missing.extend(all.iter().filter(|word| !knows(word)).map(|word| format!("{grammar}: {word}")));
    }
    // Sublime and the JetBrains editors read VS Code's grammar; Neovim Vim's or tree-sitter's; Helix and Zed tree-sitter's.
    let reference = fs::read_to_string(support::root().join("grammar/REFERENCE.md")).unwrap();
    let known = words(&reference);
    missing.extend(all.iter().filter(|word| !known.contains(**word)).map(|word| format!("REFERENCE.md: {word}")));
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_reference_knows_every_keyword() {
    let reference = fs::read_to_string(support::root().join("grammar/REFERENCE.md")).unwrap();
    let words = words(&reference);
    let missing: Vec<&&str> = keywords().iter().filter(|word| !words.contains(**word)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_reference_holds_correct_syntax() {
    let reference = fs::read_to_string(support::root().join("grammar/REFERENCE.md")).unwrap();
    let mut fences = 0;
    for part in reference.split("```nurture\n").skip(1) {
        let text = part.split("\n```").next().unwrap_or("");
        fences += 1;
        for chunk in nurture::syntax::scan(text).chunks {
            let problems = nurture::syntax::parse(&chunk.body).problems;
            assert!(problems.is_empty(), "{:?} in\n{text}", problems.first());
        }
    }
    assert!(fences > 10);
}

/// Each standard rule is whole: typed, with examples, and without a finding of its own.
#[test]
fn the_rulebook_is_well_typed() {
    let found = nurture::report::findings::findings(&nurture::report::book::standard_db());
    let wrong: Vec<&str> =
        found.iter().filter(|finding| finding.check != nurture::diagnostics::Check::UnusedDeclaration).map(|finding| finding.message.as_str()).collect();
    assert_eq!(wrong, Vec::<&str>::new());
    assert!(nurture::rulebook::standard().count() >= 140);
}
