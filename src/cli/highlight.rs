//! `nurture highlight`: a policy in colours, for pages and terminals.

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;

use super::lead::safe;
use super::output::{self, Stream};
use super::{Common, Format, Outcome};
use crate::db::load::{self, LoadError, MOST_BYTES};
use crate::db::settings::Settings;
use crate::db::{RootDb, SourceFile, Workspace};
use crate::ide::file_of;
use crate::ide::tokens::{Class, painted, pieces};
use crate::report::loading;

const AFTER: &str =
    "With --format html it writes a `pre` in which each word that means something has a class, such as `nu-keyword`; --page makes a whole page of it, with
colours for light and dark. With --format ansi it writes the colours of a terminal;
without a format it does so where there is one (--color).

Exit status:
  0  it was written
  2  the file cannot be read, or the command is wrong";

/// `nurture highlight`
#[derive(Args)]
#[command(after_help = AFTER)]
pub(super) struct Highlight {
    /// The file, or `-` for standard input
    file: PathBuf,
    /// A whole page, with a style sheet (HTML only)
    #[arg(long)]
    page: bool,
}

impl Highlight {
    pub fn run(&self, common: &Common) -> Outcome {
        let text = match self.text() {
            Ok(text) => text,
            Err(error) => return output::failed(common, &error),
        };
        let format = common.format();
        if self.page && format != Format::Html {
            let help = Some("write `--format html --page`".to_owned());
            return output::failed(common, &LoadError { message: "only HTML has pages".to_owned(), help });
        }
        let (db, file) = self.in_its_policy(&text).unwrap_or_else(|| alone(&text));
        let painted = painted(&db, file);
        let parts = pieces(&text, &painted);
        let out = if format == Format::Html {
            let code: String = parts.iter().map(|(piece, painted)| html(piece, painted.map(|painted| painted.class))).collect();
            let block = format!("<pre class=\"nurture\"><code>{code}</code></pre>\n");
            if self.page { page(&self.title(), &block) } else { block }
        } else if format != Format::Ansi && !output::color(common, Stream::Results) {
            safe(&text)
        } else {
            let line = |(piece, painted): &(&str, Option<crate::ide::tokens::Painted>)| ansi(piece, painted.map(|painted| painted.class));
            parts.iter().map(line).collect()
        };
        output::results(&out, Outcome::Clean)
    }

    /// The file in the policy around it, whose names it may speak of; nothing where that cannot be read.
    fn in_its_policy(&self, text: &str) -> Option<(RootDb, SourceFile)> {
        if self.file.as_os_str() == "-" {
            return None;
        }
        let current = std::env::current_dir().ok()?;
        let path = fs::canonicalize(&self.file).ok()?;
        let loaded = loading::load(load::find(std::slice::from_ref(&path), &current).ok()?).ok()?;
        let within = path.strip_prefix(&loaded.sources.root).ok()?.to_string_lossy().replace('\\', "/");
        let file = file_of(&loaded.db, &within).filter(|file| file.text(&loaded.db) == text)?;
        Some((loaded.db, file))
    }

    fn title(&self) -> String {
        self.file.file_name().map_or_else(|| "policy".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    fn text(&self) -> Result<String, LoadError> {
        let name = self.file.display();
        let mut bytes = Vec::new();
        let read = if self.file.as_os_str() == "-" {
            std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes)
        } else {
            fs::File::open(&self.file).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        };
        read.map_err(|error| LoadError { message: format!("cannot read `{name}`: {}", output::why_not_read(&error)), help: None })?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(LoadError { message: format!("`{name}` has more than {} MB", MOST_BYTES >> 20), help: None });
        }
        String::from_utf8(bytes)
            .map_err(|_| LoadError { message: format!("`{name}` is not UTF-8 text"), help: Some("save the file in the encoding UTF-8".to_owned()) })
    }
}

/// The file by itself.
fn alone(text: &str) -> (RootDb, SourceFile) {
    let db = RootDb::default();
    let file = SourceFile::at_rest(&db, "policy.nurture".into(), text.to_owned(), None);
    let _ = Workspace::of(&db, vec![file], Settings::default(), Vec::new());
    (db, file)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

fn html(piece: &str, class: Option<Class>) -> String {
    // What cannot be seen is shown to be there, as on a terminal.
    let piece = escaped(&safe(piece));
    class.map_or(piece.clone(), |class| format!("<span class=\"nu-{}\">{piece}</span>", class.name()))
}

/// A class on light ground, on dark ground, and on a terminal. The colours have a contrast of 4.5 to 1 and more to their ground (WCAG 2.1, AA).
fn colors(class: Class) -> (&'static str, &'static str, &'static str) {
    match class {
        Class::Keyword => ("#8b1a8b", "#d9a0e8", "35"),
        Class::Channel => ("#0b5cad", "#8cc8ff", "1;34"),
        Class::Comment => ("#5c6670", "#9aa5b1", "2"),
        Class::Doc => ("#2e6b3f", "#98c9a3", "32"),
        Class::Text => ("#9a3412", "#f0b48c", "33"),
        Class::Number => ("#0f6674", "#7fd4e0", "36"),
        Class::Operator => ("#3b4148", "#c9d1d9", "0"),
        Class::Group => ("#1d5fa8", "#8cc8ff", "34"),
        Class::Signal => ("#7a4a00", "#e6c07b", "33"),
        Class::Journey | Class::Score => ("#6d4bb0", "#bda7ff", "35"),
        Class::Content => ("#00695c", "#7cd6c5", "36"),
        Class::Program | Class::Handoff | Class::Rule => ("#14489e", "#9bb8ff", "1;34"),
        Class::Field => ("#3d4450", "#dde3ea", "0"),
        Class::Option => ("#8a3b66", "#f2a9cd", "31"),
        Class::Label => ("#3d4450", "#dde3ea", "4"),
    }
}

fn ansi(piece: &str, class: Option<Class>) -> String {
    let piece = safe(piece);
    match class.map(|class| colors(class).2) {
        Some(code) if code != "0" => format!("\u{1b}[{code}m{piece}\u{1b}[0m"),
        _ => piece,
    }
}

fn page(title: &str, block: &str) -> String {
    let style = |dark: bool| -> String {
        let rule = |class: Class| {
            let (light_color, dark_color, _) = colors(class);
            let more = match class {
                Class::Comment | Class::Doc => "; font-style: italic",
                Class::Program | Class::Channel | Class::Keyword => "; font-weight: 600",
                _ => "",
            };
            format!(".nu-{} {{ color: {}{more} }}\n", class.name(), if dark { dark_color } else { light_color })
        };
        Class::ALL.into_iter().map(rule).collect()
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n<style>\nbody {{ background: #fff; color: #24292f }}\n.nurture {{ font: 14px/1.5 \
         ui-monospace, monospace; overflow-x: auto }}\n{}@media (prefers-color-scheme: dark) {{\nbody {{ background: #16191d; color: #dde3ea }}\n{}}}\n</style>\n</head>\n<body>\n{block}</body>\n</html>\n",
        escaped(title),
        style(false),
        style(true)
    )
}
