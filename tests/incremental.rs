//! After an edit only that is done again which the edit can change: the executed queries are counted.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::collections::BTreeMap;

use nurture::db::load;
use nurture::db::settings::Settings;
use nurture::db::{QueryLog, RootDb, SourceFile, Workspace};
use nurture::report::findings::file_findings;
use salsa::Setter as _;

const LEAD: &str = "lead {\n  role: one of cfo, other\n  size: whole number from 1\n}\n";

/// `count` segments, each a chunk of its own.
fn segments(count: usize) -> String {
    (0..count).map(|number| format!("segment s{number} where size > {}\n", number + 1)).collect()
}

struct World {
    db: RootDb,
    log: QueryLog,
}

impl World {
    fn new(files: Vec<(&str, String)>) -> Self {
        let (db, log) = RootDb::recording();
        let files = files.into_iter().map(|(path, text)| (path.into(), text)).collect();
        let db = load::in_memory(db, files, Settings::default());
        let world = Self { db, log };
        world.run();
        world
    }

    fn file(&self, path: &str) -> SourceFile {
        *Workspace::get(&self.db).files(&self.db).iter().find(|file| file.path(&self.db) == path).unwrap()
    }

    /// Checks all files and counts the queries that were executed.
    fn run(&self) -> BTreeMap<String, usize> {
        self.log.lock().unwrap().clear();
        for file in Workspace::get(&self.db).files(&self.db) {
            file_findings(&self.db, *file);
        }
        let mut counts = BTreeMap::new();
        for query in self.log.lock().unwrap().drain(..) {
            *counts.entry(query).or_default() += 1;
        }
        counts
    }

    fn edit(&mut self, path: &str, text: String) -> BTreeMap<String, usize> {
        self.file(path).set_text(&mut self.db).to(text);
        self.run()
    }

    fn messages(&self, path: &str) -> Vec<String> {
        file_findings(&self.db, self.file(path)).iter().map(|finding| finding.message.clone()).collect()
    }
}

fn count(counts: &BTreeMap<String, usize>, query: &str) -> usize {
    counts.get(query).copied().unwrap_or(0)
}

fn world() -> World {
    World::new(vec![("a.nurture", format!("{LEAD}{}", segments(200))), ("b.nurture", segments(50).replace("segment s", "segment t"))])
}

#[test]
fn a_repeated_check_runs_nothing() {
    let world = world();
    assert_eq!(world.run(), BTreeMap::new());
}

#[test]
fn the_first_check_reads_each_chunk_once() {
    let (db, log) = RootDb::recording();
    let db = load::in_memory(db, vec![("a.nurture".into(), format!("{LEAD}{}", segments(200)))], Settings::default());
    let counts = World { db, log }.run();
    assert_eq!((count(&counts, "chunks"), count(&counts, "parsed"), count(&counts, "checked")), (1, 201, 201), "{counts:?}");
}

#[test]
fn a_comment_above_everything_reads_nothing_again() {
    let mut world = world();
    let counts = world.edit("a.nurture", format!("# a new comment\n\n{LEAD}{}", segments(200)));
    assert_eq!((count(&counts, "chunks"), count(&counts, "parsed"), count(&counts, "checked")), (1, 0, 0), "{counts:?}");
}

#[test]
fn an_edit_inside_one_declaration_checks_one() {
    let mut world = world();
    let counts = world.edit("a.nurture", format!("{LEAD}{}", segments(200)).replace("size > 7\n", "size > 7_000\n"));
    assert_eq!((count(&counts, "parsed"), count(&counts, "checked"), count(&counts, "index"), count(&counts, "schema")), (1, 1, 0, 0), "{counts:?}");
}

#[test]
fn a_comment_inside_a_declaration_checks_one() {
    let mut world = world();
    let counts = world.edit("a.nurture", format!("{LEAD}{}", segments(200)).replace("size > 7\n", "size > 7 # why\n"));
    // The comment is blank to the parser: only the length of the chunk's text could differ, and it is trimmed.
    assert_eq!((count(&counts, "parsed"), count(&counts, "checked")), (0, 0), "{counts:?}");
}

#[test]
fn a_missing_brace_spoils_one_declaration() {
    let mut world = world();
    let text = format!("{LEAD}{}", segments(200)).replace("segment s7 where size > 8\n", "segment s7 { where size > 8\n");
    let counts = world.edit("a.nurture", text);
    assert_eq!((count(&counts, "parsed"), count(&counts, "checked")), (1, 1), "{counts:?}");
    assert_eq!(world.messages("a.nurture"), ["a `}` is missing"]);
}

#[test]
fn a_rename_checks_who_looked_the_name_up() {
    let mut world = World::new(vec![
        ("a.nurture", format!("{LEAD}{}", segments(200))),
        ("b.nurture", "segment uses_it where in s5\nsegment other where in s6\n".to_owned()),
    ]);
    let counts = world.edit("a.nurture", format!("{LEAD}{}", segments(200)).replace("segment s5 ", "segment renamed "));
    // The renamed declaration, and the one that named it.
    assert_eq!((count(&counts, "parsed"), count(&counts, "checked"), count(&counts, "index")), (1, 2, 1), "{counts:?}");
    assert!(world.messages("b.nurture").iter().any(|message| message == "there is no segment or icp `s5`"));
}

#[test]
fn a_new_file_checks_itself_and_who_waited_for_it() {
    let mut world = World::new(vec![("a.nurture", format!("{LEAD}{}", segments(200))), ("b.nurture", "segment waits where in fresh\n".to_owned())]);
    assert!(world.messages("b.nurture").contains(&"there is no segment `fresh`".to_owned()));
    let file = SourceFile::at_rest(&world.db, "c.nurture".into(), "segment fresh where size > 1\n".to_owned(), None);
    let workspace = Workspace::get(&world.db);
    let mut files = workspace.files(&world.db).to_vec();
    files.push(file);
    workspace.set_files(&mut world.db).to(files);
    let counts = world.run();
    assert_eq!((count(&counts, "parsed"), count(&counts, "checked")), (1, 2), "{counts:?}");
    assert!(!world.messages("b.nurture").contains(&"there is no segment `fresh`".to_owned()));
}

#[test]
fn a_new_field_checks_everything_and_reads_one() {
    let mut world = world();
    let counts = world.edit("a.nurture", format!("{LEAD}{}", segments(200)).replace("role: one of", "extra: flag\n  role: one of"));
    assert_eq!((count(&counts, "parsed"), count(&counts, "schema")), (1, 1), "{counts:?}");
    assert_eq!(count(&counts, "checked"), 251, "the lead decides what every predicate may say");
}
