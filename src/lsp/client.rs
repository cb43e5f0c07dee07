//! What the editor can do.

use std::collections::BTreeSet;

use gen_lsp_types::InitializeParams;

use super::position::Encoding;

/// What the editor can do, as far as it matters.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// How it counts columns.
    pub encoding: Encoding,
    /// Whether it asks for findings; else they are sent.
    pub pulls: bool,
    /// Whether findings can be asked for anew.
    pub refreshes_diagnostics: bool,
    /// Whether lenses can be asked for anew.
    pub refreshes_lenses: bool,
    /// Whether hints can be asked for anew.
    pub refreshes_hints: bool,
    /// Whether it watches files for us.
    pub watches: bool,
    /// Whether it fills in snippets.
    pub snippets: bool,
    /// Whether it takes edits with the versions of documents.
    pub document_changes: bool,
    /// Commands that it carries out itself.
    pub commands: BTreeSet<String>,
}

impl Client {
    /// Reads what an editor says of itself.
    pub fn of(params: &InitializeParams) -> Self {
        let all = &params.capabilities;
        let workspace = all.workspace.as_ref();
        let document = all.text_document.as_ref();
        let options = params.initialization_options.as_ref();
        let said = |flag: Option<bool>| flag.unwrap_or(false);
        let refreshes_diagnostics = said(workspace.and_then(|workspace| workspace.diagnostics.as_ref()).and_then(|diagnostics| diagnostics.refresh_support));
        let can_pull = document.is_some_and(|document| document.diagnostic.is_some());
        let pulls = match options.and_then(|options| options.get("diagnostics")).and_then(|wish| wish.as_str()) {
            Some("push") => false,
            Some("pull") => can_pull,
            _ => can_pull && refreshes_diagnostics,
        };
        let commands = options.and_then(|options| options.get("commands")).and_then(|commands| commands.as_array());
        Self {
            encoding: Encoding::chosen(all.general.as_ref().and_then(|general| general.position_encodings.as_deref())),
            pulls,
            refreshes_diagnostics,
            refreshes_lenses: said(workspace.and_then(|workspace| workspace.code_lens.as_ref()).and_then(|lens| lens.refresh_support)),
            refreshes_hints: said(workspace.and_then(|workspace| workspace.inlay_hint.as_ref()).and_then(|hint| hint.refresh_support)),
            watches: said(workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref()).and_then(|watch| watch.dynamic_registration)),
            snippets: said(
                document.and_then(|document| document.completion.as_ref()).and_then(|of| of.completion_item.as_ref()).and_then(|item| item.snippet_support),
            ),
            document_changes: said(workspace.and_then(|workspace| workspace.workspace_edit.as_ref()).and_then(|edit| edit.document_changes)),
            commands: commands.into_iter().flatten().filter_map(|command| command.as_str().map(str::to_owned)).collect(),
        }
    }
}
