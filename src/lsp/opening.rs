//! How an editor and the server begin: `initialize`, the folders that are open, and what the server can do.

use std::path::{Path, PathBuf};

use crossbeam_channel::{Receiver, Sender};
use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, Message, Response};

use super::client::Client;
use super::convert::{TOKEN_MODIFIERS, TOKEN_TYPES};
use super::uri;

/// Waits for `initialize`, and answers it; all else is refused until then.
pub(super) fn initialized(out: &Sender<Message>, incoming: &Receiver<Message>) -> Option<lsp::InitializeParams> {
    while let Ok(message) = incoming.recv() {
        match message {
            Message::Request(request) if request.method == "initialize" => {
                let params = match serde_json::from_value::<lsp::InitializeParams>(request.params) {
                    Ok(params) => params,
                    Err(error) => {
                        let why = format!("these are no parameters of `initialize`: {error}");
                        out.send(Message::Response(Response::new_err(request.id, ErrorCode::InvalidParams as i32, why))).ok()?;
                        continue;
                    }
                };
                let result = lsp::InitializeResult {
                    capabilities: capabilities(&Client::of(&params)),
                    server_info: Some(lsp::ServerInfo { name: "nurture".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) }),
                };
                out.send(Message::Response(Response::new_ok(request.id, result))).ok()?;
                return Some(params);
            }
            Message::Request(request) => {
                let refused = Response::new_err(request.id, ErrorCode::ServerNotInitialized as i32, "`initialize` comes first".to_owned());
                out.send(Message::Response(refused)).ok()?;
            }
            Message::Notification(notification) if notification.method == "exit" => return None,
            _ => {}
        }
    }
    None
}

/// The folders that a client has open.
#[allow(deprecated, reason = "clients of before workspace folders say their root so")]
pub(super) fn folders(params: &lsp::InitializeParams) -> Vec<PathBuf> {
    let named = match &params.workspace_folders_initialize_params.workspace_folders {
        Some(lsp::WorkspaceFolders::WorkspaceFolderList(list)) => list.iter().filter_map(|folder| uri::to_path(&folder.uri.0)).collect(),
        _ => Vec::new(),
    };
    let root = || params.root_uri.as_ref().and_then(|root| uri::to_path(&root.0));
    let all: Vec<PathBuf> = if named.is_empty() { root().into_iter().collect() } else { named };
    all.into_iter().map(|folder| settled(&folder)).collect()
}

/// A path without links and detours, where it exists.
pub(super) fn settled(path: &Path) -> PathBuf {
    if let Ok(path) = std::fs::canonicalize(path) {
        return path;
    }
    // A file that is not there yet lies in a folder that is.
    match (path.parent().and_then(|folder| std::fs::canonicalize(folder).ok()), path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// What the server can do for a client.
fn capabilities(client: &Client) -> lsp::ServerCapabilities {
    let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
    lsp::ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(lsp::TextDocumentSync::Options(lsp::TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(lsp::TextDocumentSyncKind::Incremental),
            save: Some(lsp::Save::Bool(true)),
            ..Default::default()
        })),
        completion_provider: Some(lsp::CompletionOptions { trigger_characters: words(&[" ", "(", "[", ":", ".", "{", "\""]), ..Default::default() }),
        hover_provider: Some(true.into()),
        signature_help_provider: Some(lsp::SignatureHelpOptions {
            trigger_characters: words(&["("]),
            retrigger_characters: words(&[" ", ","]),
            ..Default::default()
        }),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        document_symbol_provider: Some(true.into()),
        workspace_symbol_provider: Some(true.into()),
        code_action_provider: Some(lsp::CodeActionProvider::CodeActionOptions(lsp::CodeActionOptions {
            code_action_kinds: Some(vec![lsp::CodeActionKind::QuickFix, lsp::CodeActionKind::RefactorExtract, lsp::CodeActionKind::RefactorInline]),
            ..Default::default()
        })),
        code_lens_provider: Some(lsp::CodeLensOptions { resolve_provider: Some(true), ..Default::default() }),
        document_link_provider: Some(lsp::DocumentLinkOptions::default()),
        document_formatting_provider: Some(true.into()),
        document_range_formatting_provider: Some(true.into()),
        document_on_type_formatting_provider: Some(lsp::DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".to_owned(),
            more_trigger_character: words(&["\n"]),
        }),
        rename_provider: Some(lsp::RenameProvider::RenameOptions(lsp::RenameOptions { prepare_provider: Some(true), ..Default::default() })),
        folding_range_provider: Some(true.into()),
        selection_range_provider: Some(true.into()),
        execute_command_provider: Some(lsp::ExecuteCommandOptions { commands: super::commands::NAMES.map(str::to_owned).to_vec(), ..Default::default() }),
        call_hierarchy_provider: Some(true.into()),
        semantic_tokens_provider: Some(lsp::SemanticTokensProvider::SemanticTokensOptions(lsp::SemanticTokensOptions {
            legend: lsp::SemanticTokensLegend {
                token_types: TOKEN_TYPES.map(str::to_owned).to_vec(),
                token_modifiers: TOKEN_MODIFIERS.map(str::to_owned).to_vec(),
            },
            range: Some(lsp::SemanticTokensOptionsRange::Bool(true)),
            full: Some(lsp::Full::Bool(true)),
            ..Default::default()
        })),
        inlay_hint_provider: Some(true.into()),
        diagnostic_provider: client.pulls.then(|| {
            lsp::DiagnosticProvider::DiagnosticOptions(lsp::DiagnosticOptions {
                identifier: Some("nurture".to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                ..Default::default()
            })
        }),
        workspace: Some(lsp::WorkspaceOptions {
            workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(lsp::ChangeNotifications::Bool(true)),
            }),
            ..Default::default()
        }),
        ..Default::default()
    }
}
