//! From what `ide` says to what the protocol says: bytes become positions, files become addresses.

use gen_lsp_types as lsp;
use gen_lsp_types::{CompletionItemKind, SymbolKind};

use super::position::{Encoding, lines};
use super::project::Project;
use super::uri;
use crate::db::SourceFile;
use crate::diagnostics::Kind;
use crate::ide::outline::{Entry, What};
use crate::ide::tokens::{Class, Painted};
use crate::ide::{Change, Spot};
use crate::text::Range;

/// Speaks of one policy to one client.
#[derive(Clone, Copy)]
pub struct Converter<'a> {
    /// The policy.
    pub project: &'a Project,
    /// How the client counts columns.
    pub encoding: Encoding,
}

impl Converter<'_> {
    /// The address of a file.
    pub fn uri(&self, file: SourceFile) -> lsp::Uri {
        self.uri_of(file.path(&self.project.db))
    }

    /// The address of a path of the policy.
    pub fn uri_of(&self, path: &str) -> lsp::Uri {
        if let Some(address) = self.project.addresses.get(path) {
            return lsp::Uri(address.clone());
        }
        lsp::Uri(match &self.project.home {
            super::project::Home::Text(uri) => uri.clone(),
            _ => uri::of_path(&self.project.absolute(path)),
        })
    }

    /// The positions of a range of a file.
    pub fn range(&self, file: SourceFile, range: Range) -> lsp::Range {
        let db = &self.project.db;
        lines(db, file).positions(file.text(db), range, self.encoding)
    }

    /// The position of a byte of a file.
    pub fn position(&self, file: SourceFile, offset: u32) -> lsp::Position {
        let db = &self.project.db;
        lines(db, file).position(file.text(db), offset, self.encoding)
    }

    /// The byte of a position.
    pub fn offset(&self, file: SourceFile, position: lsp::Position) -> u32 {
        let db = &self.project.db;
        lines(db, file).offset(file.text(db), position, self.encoding)
    }

    /// The bytes of two positions.
    pub fn bytes(&self, file: SourceFile, range: lsp::Range) -> Range {
        let db = &self.project.db;
        lines(db, file).range(file.text(db), range, self.encoding)
    }

    /// A place.
    pub fn location(&self, spot: Spot) -> lsp::Location {
        lsp::Location { uri: self.uri(spot.file), range: self.range(spot.file, spot.at) }
    }

    /// Edits of a file.
    pub fn edits(&self, file: SourceFile, edits: Vec<(Range, String)>) -> Vec<lsp::TextEdit> {
        edits.into_iter().map(|(at, new_text)| lsp::TextEdit { range: self.range(file, at), new_text }).collect()
    }

    /// Changes of the policy, file by file in the order of their paths.
    pub fn workspace_edit(&self, changes: &[Change], version: impl Fn(&lsp::Uri) -> Option<i32>, with_versions: bool) -> lsp::WorkspaceEdit {
        let db = &self.project.db;
        let mut files: Vec<SourceFile> = changes.iter().map(|change| change.spot.file).collect();
        files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
        files.dedup();
        let of = |file: SourceFile| -> Vec<lsp::TextEdit> {
            let mut own: Vec<&Change> = changes.iter().filter(|change| change.spot.file == file).collect();
            own.sort_by_key(|change| change.spot.at);
            // Lines end as those of the file do.
            let windows = file.text(db).contains("\r\n");
            let text = |new: &str| if windows && !new.contains('\r') { new.replace('\n', "\r\n") } else { new.to_owned() };
            own.into_iter().map(|change| lsp::TextEdit { range: self.range(file, change.spot.at), new_text: text(&change.new) }).collect()
        };
        if !with_versions {
            let changes = files.into_iter().map(|file| (self.uri(file), of(file))).collect();
            return lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() };
        }
        let edit = |file: SourceFile| {
            let uri = self.uri(file);
            let version = version(&uri);
            lsp::DocumentChange::TextDocumentEdit(lsp::TextDocumentEdit {
                text_document: lsp::OptionalVersionedTextDocumentIdentifier { version, text_document_identifier: lsp::TextDocumentIdentifier { uri } },
                edits: of(file).into_iter().map(lsp::Edit::TextEdit).collect(),
            })
        };
        lsp::WorkspaceEdit { document_changes: Some(files.into_iter().map(edit).collect()), ..lsp::WorkspaceEdit::default() }
    }

    /// A declaration with its parts.
    pub fn symbol(&self, file: SourceFile, entry: &Entry) -> lsp::DocumentSymbol {
        let children: Vec<lsp::DocumentSymbol> = entry.parts.iter().map(|part| self.symbol(file, part)).collect();
        #[allow(deprecated, reason = "the field has to be given")]
        lsp::DocumentSymbol {
            name: if entry.name.is_empty() { "unnamed".to_owned() } else { entry.name.clone() },
            detail: (!entry.detail.is_empty()).then(|| entry.detail.clone()),
            kind: symbol_kind(entry.what),
            tags: None,
            deprecated: None,
            range: self.range(file, entry.at.cover(entry.name_at)),
            selection_range: self.range(file, entry.name_at),
            children: (!children.is_empty()).then_some(children),
        }
    }

    /// Words with their colours, as differences; those over line ends are left out.
    pub fn tokens(&self, file: SourceFile, painted: &[Painted]) -> Vec<lsp::SemanticToken> {
        let mut found = Vec::with_capacity(painted.len());
        let (mut line, mut column) = (0, 0);
        for one in painted {
            let at = self.range(file, one.at);
            let Some((kind, modifiers)) = token_type(one).filter(|_| at.start.line == at.end.line) else { continue };
            let delta_line = at.start.line - line;
            found.push(lsp::SemanticToken {
                delta_line,
                delta_start: if delta_line == 0 { at.start.character - column } else { at.start.character },
                length: at.end.character - at.start.character,
                token_type: kind,
                token_modifiers_bitset: modifiers,
            });
            (line, column) = (at.start.line, at.start.character);
        }
        found
    }
}

/// What a declaration or a part of it is to editors.
pub fn symbol_kind(what: What) -> SymbolKind {
    match what {
        What::Declared(kind) => match kind {
            Kind::Lead => SymbolKind::Object,
            Kind::Signal => SymbolKind::Event,
            Kind::Icp | Kind::Segment => SymbolKind::Class,
            Kind::Journey => SymbolKind::Enum,
            Kind::Score => SymbolKind::Number,
            Kind::Content => SymbolKind::File,
            Kind::Program => SymbolKind::Module,
            Kind::Handoff => SymbolKind::Interface,
            Kind::Limits => SymbolKind::Constant,
            Kind::Rule => SymbolKind::Function,
            Kind::Test => SymbolKind::Method,
        },
        What::Part(Class::Field) => SymbolKind::Field,
        What::Part(Class::Channel) => SymbolKind::Event,
        What::Part(_) => SymbolKind::EnumMember,
        What::Track => SymbolKind::Function,
    }
}

/// What is offered, to editors.
pub fn item_kind(class: Class, snippet: bool) -> CompletionItemKind {
    match class {
        Class::Keyword if snippet => CompletionItemKind::Snippet,
        Class::Keyword | Class::Channel => CompletionItemKind::Keyword,
        Class::Group => CompletionItemKind::Class,
        Class::Signal => CompletionItemKind::Event,
        Class::Journey => CompletionItemKind::Enum,
        Class::Score => CompletionItemKind::Value,
        Class::Content => CompletionItemKind::File,
        Class::Program => CompletionItemKind::Module,
        Class::Handoff => CompletionItemKind::Interface,
        Class::Rule => CompletionItemKind::Function,
        Class::Field => CompletionItemKind::Field,
        Class::Option => CompletionItemKind::EnumMember,
        Class::Label => CompletionItemKind::Reference,
        Class::Comment | Class::Doc | Class::Text | Class::Number | Class::Operator => CompletionItemKind::Text,
    }
}

/// The names of token types, in the order of their numbers: those of the protocol, so that every theme has colours for them.
pub const TOKEN_TYPES: [&str; 14] =
    ["keyword", "comment", "string", "number", "operator", "type", "event", "interface", "variable", "struct", "class", "function", "property", "enumMember"];
/// The names of token modifiers, in the order of their bits.
pub const TOKEN_MODIFIERS: [&str; 3] = ["declaration", "documentation", "defaultLibrary"];

fn token_type(painted: &Painted) -> Option<(u32, u32)> {
    let name = match painted.class {
        Class::Keyword => "keyword",
        Class::Comment | Class::Doc => "comment",
        Class::Text => "string",
        Class::Number => "number",
        Class::Operator => "operator",
        Class::Group => "type",
        Class::Signal => "event",
        Class::Journey => "interface",
        Class::Score | Class::Label => "variable",
        Class::Content => "struct",
        Class::Program => "class",
        Class::Handoff | Class::Rule | Class::Channel => "function",
        Class::Field => "property",
        Class::Option => "enumMember",
    };
    let kind = TOKEN_TYPES.iter().position(|known| *known == name)? as u32;
    let modifiers = u32::from(painted.declares) | u32::from(painted.class == Class::Doc) << 1 | u32::from(painted.builtin) << 2;
    Some((kind, modifiers))
}

/// A text of Markdown.
pub fn markdown(value: String) -> lsp::MarkupContent {
    lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value }
}
