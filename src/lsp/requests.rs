//! Requests: each is read, asked of `ide`, and answered in the protocol's form.

use gen_lsp_types as lsp;
use gen_lsp_types::Request as _;
use lsp_server::{ErrorCode, Request};
use serde_json::{Value, json};

use super::convert::{Converter, item_kind, markdown, symbol_kind};
use super::diagnostics;
use super::server::{Refused, Server};
use super::uri;
use crate::db::SourceFile;
use crate::ide::complete::{Completion, complete};
use crate::ide::hierarchy::{Speaker, Who};
use crate::ide::hover::Known;
use crate::ide::lens::Lens;
use crate::ide::links::Target;
use crate::ide::names::{declarations, references, references_in, symbol_at};
use crate::ide::{actions, hierarchy, hints, hover, lens, links, outline, rename, shape, signature, tokens, typing};
use crate::text::Range;

/// So many symbols of a workspace are listed.
const MOST_SYMBOLS: usize = 500;

type Answer<T> = Result<T, Refused>;

/// The answer to a request of this type, if the method is its.
macro_rules! answered {
    ($server:ident, $request:ident, $($kind:ident => $handler:ident,)*) => {
        $(
            if $request.method == lsp::$kind::METHOD.as_str() {
                let params = read::<<lsp::$kind as lsp::Request>::Params>($request.params)?;
                let result: <lsp::$kind as lsp::Request>::Result = $server.$handler(params)?;
                return serde_json::to_value(result).map_err(|error| Refused { code: ErrorCode::InternalError, why: error.to_string() });
            }
        )*
    };
}

fn read<T: serde::de::DeserializeOwned>(params: Value) -> Answer<T> {
    serde_json::from_value(params).map_err(|error| Refused { code: ErrorCode::InvalidParams, why: format!("these parameters do not fit: {error}") })
}

impl Server {
    /// The answer to a request.
    pub fn request(&mut self, request: Request) -> Answer<Value> {
        answered!(self, request,
            DocumentDiagnosticRequest => document_diagnostics,
            CompletionRequest => completion,
            HoverRequest => hover,
            SignatureHelpRequest => signature_help,
            DefinitionRequest => definition,
            ReferencesRequest => references,
            DocumentHighlightRequest => highlights,
            DocumentSymbolRequest => document_symbols,
            WorkspaceSymbolRequest => workspace_symbols,
            SemanticTokensRequest => semantic_tokens,
            SemanticTokensRangeRequest => semantic_tokens_in,
            InlayHintRequest => inlay_hints,
            CodeLensRequest => code_lenses,
            CodeLensResolveRequest => code_lens,
            CodeActionRequest => code_actions,
            FoldingRangeRequest => folding_ranges,
            SelectionRangeRequest => selection_ranges,
            DocumentLinkRequest => document_links,
            DocumentFormattingRequest => formatting,
            DocumentRangeFormattingRequest => range_formatting,
            DocumentOnTypeFormattingRequest => on_type_formatting,
            PrepareRenameRequest => prepare_rename,
            RenameRequest => rename,
            CallHierarchyPrepareRequest => prepare_call_hierarchy,
            CallHierarchyIncomingCallsRequest => incoming_calls,
            CallHierarchyOutgoingCallsRequest => outgoing_calls,
            WorkspaceDiagnosticRequest => workspace_diagnostics,
            ExecuteCommandRequest => execute,
        );
        match request.method.as_str() {
            // A fault, for the test that the server outlives it.
            #[cfg(test)]
            "nurture/fault" => std::panic::panic_any("a fault"),
            "initialize" => Err(Refused { code: ErrorCode::InvalidRequest, why: "`initialize` was said already".to_owned() }),
            "nurture/plan" => self.plan(read(request.params)?),
            "nurture/graph" => self.graph(read(request.params)?),
            "nurture/simulate" => self.simulate(read(request.params)?),
            other => Err(Refused { code: ErrorCode::MethodNotFound, why: format!("there is no request `{other}`") }),
        }
    }

    /// The policy, the file, and the byte of a position.
    fn place(&self, params: &lsp::TextDocumentPositionParams) -> Option<(Converter<'_>, SourceFile, u32)> {
        let (converter, file) = self.file(&params.text_document)?;
        Some((converter, file, converter.offset(file, params.position)))
    }

    fn file(&self, document: &lsp::TextDocumentIdentifier) -> Option<(Converter<'_>, SourceFile)> {
        let (project, file) = self.at(&document.uri.0)?;
        Some((Converter { project, encoding: self.client.encoding }, file))
    }

    fn document_diagnostics(&mut self, params: lsp::DocumentDiagnosticParams) -> Answer<lsp::DocumentDiagnosticReport> {
        let of_settings = || {
            let project = self.project_at(&params.text_document.uri.0)?;
            let converter = Converter { project, encoding: self.client.encoding };
            let own = converter.uri_of(crate::db::load::SETTINGS) == params.text_document.uri;
            own.then(|| diagnostics::of_settings(project, self.client.encoding))
        };
        let of_file = self.file(&params.text_document).map(|(converter, file)| diagnostics::of_file(converter, file));
        let items = of_file.or_else(of_settings).unwrap_or_default();
        let id = format!("{:x}", diagnostics::fingerprint(&items));
        if params.previous_result_id.as_ref() == Some(&id) {
            let unchanged_document_diagnostic_report = lsp::UnchangedDocumentDiagnosticReport { result_id: id };
            return Ok(lsp::DocumentDiagnosticReport::RelatedUnchangedDocumentDiagnosticReport(lsp::RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report,
            }));
        }
        let full_document_diagnostic_report = lsp::FullDocumentDiagnosticReport { result_id: Some(id), items };
        Ok(lsp::DocumentDiagnosticReport::RelatedFullDocumentDiagnosticReport(lsp::RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report,
        }))
    }

    fn workspace_diagnostics(&mut self, params: lsp::WorkspaceDiagnosticParams) -> Answer<lsp::WorkspaceDiagnosticReport> {
        let mut items = Vec::new();
        let mut before: std::collections::BTreeMap<String, String> = params.previous_result_ids.into_iter().map(|known| (known.uri.0, known.value)).collect();
        for project in self.projects() {
            let converter = Converter { project, encoding: self.client.encoding };
            let files = project.files().iter().map(|file| (converter.uri(*file), diagnostics::of_file(converter, *file)));
            let settings = diagnostics::has_settings(project)
                .then(|| (converter.uri_of(crate::db::load::SETTINGS), diagnostics::of_settings(project, self.client.encoding)));
            for (uri, found) in files.chain(settings) {
                let id = format!("{:x}", diagnostics::fingerprint(&found));
                let version = self.version(&uri);
                let same = before.remove(&uri.0).is_some_and(|known| known == id);
                items.push(if same {
                    lsp::WorkspaceDocumentDiagnosticReport::WorkspaceUnchangedDocumentDiagnosticReport(lsp::WorkspaceUnchangedDocumentDiagnosticReport {
                        uri,
                        version,
                        unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id: id },
                    })
                } else {
                    lsp::WorkspaceDocumentDiagnosticReport::WorkspaceFullDocumentDiagnosticReport(lsp::WorkspaceFullDocumentDiagnosticReport {
                        uri,
                        version,
                        full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport { result_id: Some(id), items: found },
                    })
                });
            }
        }
        // Of files that are gone nothing is left to say.
        for uri in before.into_keys() {
            items.push(lsp::WorkspaceDocumentDiagnosticReport::WorkspaceFullDocumentDiagnosticReport(lsp::WorkspaceFullDocumentDiagnosticReport {
                uri: lsp::Uri(uri),
                version: None,
                full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport::default(),
            }));
        }
        Ok(lsp::WorkspaceDiagnosticReport { items })
    }

    fn completion(&mut self, params: lsp::CompletionParams) -> Answer<Option<lsp::CompletionResponse>> {
        let Some((converter, file, offset)) = self.place(&params.text_document_position_params) else { return Ok(None) };
        let Some(Completion { replaces, offers, more }) = complete(&converter.project.db, file, offset) else { return Ok(None) };
        let range = converter.range(file, replaces);
        let snippets = self.client.snippets;
        let item = |(place, offer): (usize, crate::ide::offered::Offer)| {
            let snippet = offer.snippet.filter(|_| snippets);
            let new_text = snippet.clone().unwrap_or_else(|| offer.label.clone());
            lsp::CompletionItem {
                kind: Some(item_kind(offer.class, snippet.is_some())),
                detail: (!offer.detail.is_empty()).then_some(offer.detail),
                documentation: (!offer.doc.is_empty()).then(|| lsp::Documentation::MarkupContent(markdown(offer.doc))),
                sort_text: Some(format!("{place:04}")),
                filter_text: Some(offer.label.clone()),
                insert_text_format: Some(if snippet.is_some() { lsp::InsertTextFormat::Snippet } else { lsp::InsertTextFormat::PlainText }),
                text_edit: Some(lsp::CompletionItemTextEdit::TextEdit(lsp::TextEdit { range, new_text })),
                label: offer.label,
                ..Default::default()
            }
        };
        let items = offers.into_iter().enumerate().map(item).collect();
        Ok(Some(lsp::CompletionResponse::CompletionList(lsp::CompletionList { is_incomplete: more, items, ..Default::default() })))
    }

    fn hover(&mut self, params: lsp::HoverParams) -> Answer<Option<lsp::Hover>> {
        let Some((converter, file, offset)) = self.place(&params.text_document_position_params) else { return Ok(None) };
        let judged = &converter.project.judged;
        let known = Known { proved: &judged.proved, verdicts: &judged.verdicts };
        let page = hover::hover(&converter.project.db, file, offset, known);
        Ok(page.map(|(page, spot)| lsp::Hover { contents: lsp::Contents::MarkupContent(markdown(page)), range: Some(converter.range(spot.file, spot.at)) }))
    }

    fn signature_help(&mut self, params: lsp::SignatureHelpParams) -> Answer<Option<lsp::SignatureHelp>> {
        let Some((converter, file, offset)) = self.place(&params.text_document_position_params) else { return Ok(None) };
        let Some(found) = signature::signature(&converter.project.db, file, offset) else { return Ok(None) };
        let parameter = |(label, doc): (String, String)| lsp::ParameterInformation {
            label: lsp::ParameterInformationLabel::String(label),
            documentation: (!doc.is_empty()).then_some(lsp::Documentation::String(doc)),
        };
        let signature = lsp::SignatureInformation {
            label: found.label,
            documentation: (!found.doc.is_empty()).then(|| lsp::Documentation::MarkupContent(markdown(found.doc))),
            parameters: Some(found.fields.into_iter().map(parameter).collect()),
            active_parameter: None,
        };
        let active_parameter = found.active.map(lsp::ActiveParameter::Int);
        Ok(Some(lsp::SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter }))
    }

    fn definition(&mut self, params: lsp::DefinitionParams) -> Answer<Option<lsp::DefinitionResponse>> {
        let Some((converter, file, offset)) = self.place(&params.text_document_position_params) else { return Ok(None) };
        let db = &converter.project.db;
        let Some((symbol, _)) = symbol_at(db, file, offset) else {
            // A text clause leads to its file.
            let target = links::links(db, file).into_iter().find(|(at, _)| crate::ide::touches(*at, offset));
            let Some((_, Target::File(path))) = target else { return Ok(None) };
            if matches!(converter.project.home, super::project::Home::Text(_)) {
                return Ok(None);
            }
            let location = lsp::Location { uri: converter.uri_of(&path), range: lsp::Range::default() };
            return Ok(Some(lsp::DefinitionResponse::Definition(lsp::Definition::Location(location))));
        };
        let found: Vec<lsp::Location> = declarations(db, &symbol).into_iter().map(|spot| converter.location(spot)).collect();
        Ok((!found.is_empty()).then_some(lsp::DefinitionResponse::Definition(lsp::Definition::LocationList(found))))
    }

    fn references(&mut self, params: lsp::ReferenceParams) -> Answer<Option<Vec<lsp::Location>>> {
        let Some((converter, file, offset)) = self.place(&params.text_document_position_params) else { return Ok(None) };
        let Some((symbol, _)) = symbol_at(&converter.project.db, file, offset) else { return Ok(None) };
        let spots = references(&converter.project.db, &symbol, params.context.include_declaration);
        Ok(Some(spots.into_iter().map(|spot| converter.location(spot)).collect()))
    }

    fn highlights(&mut self, params: lsp::DocumentHighlightParams) -> Answer<Option<Vec<lsp::DocumentHighlight>>> {
        let Some((converter, file, offset)) = self.place(&params.text_document_position_params) else { return Ok(None) };
        let Some((symbol, _)) = symbol_at(&converter.project.db, file, offset) else { return Ok(None) };
        let highlight = |(spot, declares): (crate::ide::Spot, bool)| lsp::DocumentHighlight {
            range: converter.range(file, spot.at),
            kind: Some(if declares { lsp::DocumentHighlightKind::Write } else { lsp::DocumentHighlightKind::Read }),
        };
        Ok(Some(references_in(&converter.project.db, file, &symbol).into_iter().map(highlight).collect()))
    }

    fn document_symbols(&mut self, params: lsp::DocumentSymbolParams) -> Answer<Option<lsp::DocumentSymbolResponse>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        let entries = outline::outline(&converter.project.db, file);
        Ok(Some(lsp::DocumentSymbolResponse::DocumentSymbolList(entries.iter().map(|entry| converter.symbol(file, entry)).collect())))
    }

    fn workspace_symbols(&mut self, params: lsp::WorkspaceSymbolParams) -> Answer<Option<lsp::WorkspaceSymbolResponse>> {
        let mut found = Vec::new();
        for project in self.projects() {
            let converter = Converter { project, encoding: self.client.encoding };
            let most = MOST_SYMBOLS.saturating_sub(found.len());
            for (entry, spot, owner) in outline::search(&project.db, &params.query, most) {
                found.push(lsp::WorkspaceSymbol {
                    location: lsp::WorkspaceSymbolLocation::Location(converter.location(spot)),
                    data: None,
                    base_symbol_information: lsp::BaseSymbolInformation {
                        kind: symbol_kind(entry.what),
                        name: entry.name,
                        tags: None,
                        container_name: owner.or_else(|| (!entry.detail.is_empty()).then_some(entry.detail)),
                    },
                });
            }
        }
        Ok(Some(lsp::WorkspaceSymbolResponse::WorkspaceSymbolList(found)))
    }

    fn semantic_tokens(&mut self, params: lsp::SemanticTokensParams) -> Answer<Option<lsp::SemanticTokens>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        let painted = tokens::painted(&converter.project.db, file);
        Ok(Some(lsp::SemanticTokens { result_id: None, data: converter.tokens(file, &painted) }))
    }

    fn semantic_tokens_in(&mut self, params: lsp::SemanticTokensRangeParams) -> Answer<Option<lsp::SemanticTokens>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        let within = converter.bytes(file, params.range);
        let mut painted = tokens::painted(&converter.project.db, file);
        painted.retain(|one| one.at.start <= within.end && within.start <= one.at.end);
        Ok(Some(lsp::SemanticTokens { result_id: None, data: converter.tokens(file, &painted) }))
    }

    fn inlay_hints(&mut self, params: lsp::InlayHintParams) -> Answer<Option<Vec<lsp::InlayHint>>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        let within = converter.bytes(file, params.range);
        let found = hints::hints(&converter.project.db, file, within, &converter.project.judged.proved);
        let hint = |hint: hints::Hint| lsp::InlayHint {
            position: converter.position(file, hint.at),
            label: lsp::Label::String(hint.label),
            kind: None,
            text_edits: None,
            tooltip: Some(lsp::Tooltip::MarkupContent(markdown(hint.tooltip))),
            padding_left: Some(true),
            padding_right: None,
            data: None,
        };
        Ok(Some(found.into_iter().map(hint).collect()))
    }

    fn code_lenses(&mut self, params: lsp::CodeLensParams) -> Answer<Option<Vec<lsp::CodeLens>>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        let uri = &params.text_document.uri;
        let command = |title: String, command: &str, arguments: Vec<Value>| lsp::Command {
            title,
            command: command.to_owned(),
            arguments: Some(arguments),
            tooltip: None,
        };
        let lens = |(at, lens): (Range, Lens)| {
            let range = converter.range(file, at);
            match lens {
                Lens::Verdict(said, program) => {
                    // An editor that can draw the program does so; any other only shows what is said.
                    let name = if self.client.commands.contains("nurture.showJourney") { "nurture.showJourney" } else { "" };
                    lsp::CodeLens { range, command: Some(command(said, name, vec![json!(uri), json!(program)])), data: None }
                }
                Lens::Test(title) => {
                    let run = command("run this test".to_owned(), "nurture.runTest", vec![json!(uri), json!(title)]);
                    lsp::CodeLens { range, command: Some(run), data: None }
                }
                Lens::References(_) => lsp::CodeLens { range, command: None, data: Some(json!({ "uri": uri })) },
            }
        };
        Ok(Some(lens::lenses(&converter.project.db, file, &converter.project.judged.verdicts).into_iter().map(lens).collect()))
    }

    /// How often something is named is looked up for the lenses that are in sight.
    fn code_lens(&mut self, mut lens: lsp::CodeLens) -> Answer<lsp::CodeLens> {
        let address = lens.data.as_ref().and_then(|data| data.get("uri")).and_then(Value::as_str).unwrap_or("").to_owned();
        let document = lsp::TextDocumentIdentifier { uri: lsp::Uri(address) };
        let Some((converter, file)) = self.file(&document) else { return Ok(lens) };
        let offset = converter.offset(file, lens.range.start);
        let Some((symbol, _)) = symbol_at(&converter.project.db, file, offset) else { return Ok(lens) };
        let (title, spots) = lens::named(&converter.project.db, &symbol);
        let shows = self.client.commands.contains("nurture.showReferences") && !spots.is_empty();
        let locations: Vec<lsp::Location> = spots.into_iter().map(|spot| converter.location(spot)).collect();
        lens.command = Some(lsp::Command {
            title,
            tooltip: None,
            command: if shows { "nurture.showReferences".to_owned() } else { String::new() },
            arguments: shows.then(|| vec![json!(document.uri), json!(lens.range.start), json!(locations)]),
        });
        Ok(lens)
    }

    fn code_actions(&mut self, params: lsp::CodeActionParams) -> Answer<Option<Vec<lsp::CodeActionResponse>>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        let project = converter.project;
        let range = converter.bytes(file, params.range);
        let findings = project.findings(file);
        let shown = diagnostics::of_file(converter, file);
        let wanted = |kind: &lsp::CodeActionKind| {
            let name = |kind: &lsp::CodeActionKind| serde_json::to_value(kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
            params.context.only.as_ref().is_none_or(|only| only.iter().any(|only| name(kind).starts_with(&name(only))))
        };
        let mut found = Vec::new();
        for action in actions::actions(&project.db, file, range, &findings, &project.judged.proved) {
            let kind = match action.sort {
                actions::Sort::Fix => lsp::CodeActionKind::QuickFix,
                actions::Sort::Extract => lsp::CodeActionKind::RefactorExtract,
                actions::Sort::Inline => lsp::CodeActionKind::RefactorInline,
            };
            if !wanted(&kind) {
                continue;
            }
            let edit = converter.workspace_edit(&action.changes, |uri| self.version(uri), self.client.document_changes);
            found.push(lsp::CodeActionResponse::CodeAction(lsp::CodeAction {
                title: action.title,
                kind: Some(kind),
                diagnostics: action.mends.and_then(|place| shown.get(place)).map(|finding| vec![finding.clone()]),
                is_preferred: action.sure.then_some(true),
                edit: Some(edit),
                ..Default::default()
            }));
        }
        Ok(Some(found))
    }

    fn folding_ranges(&mut self, params: lsp::FoldingRangeParams) -> Answer<Option<Vec<lsp::FoldingRange>>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        let fold = |(at, fold): (Range, shape::Fold)| {
            let range = converter.range(file, at);
            // The line of the closing brace stays in sight.
            let end_line = if fold == shape::Fold::Braces { range.end.line.saturating_sub(1) } else { range.end.line };
            lsp::FoldingRange {
                start_line: range.start.line,
                end_line: end_line.max(range.start.line),
                kind: (fold == shape::Fold::Comments).then_some(lsp::FoldingRangeKind::Comment),
                ..Default::default()
            }
        };
        let folds = shape::folds(&converter.project.db, file).into_iter().map(fold).filter(|fold| fold.end_line > fold.start_line);
        Ok(Some(folds.collect()))
    }

    fn selection_ranges(&mut self, params: lsp::SelectionRangeParams) -> Answer<Option<Vec<lsp::SelectionRange>>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        let around = |position: &lsp::Position| {
            let ranges = shape::around(&converter.project.db, file, converter.offset(file, *position));
            let nested =
                ranges.into_iter().rev().fold(None, |parent, range| Some(Box::new(lsp::SelectionRange { range: converter.range(file, range), parent })));
            nested.map_or_else(|| lsp::SelectionRange { range: lsp::Range { start: *position, end: *position }, parent: None }, |range| *range)
        };
        Ok(Some(params.positions.iter().map(around).collect()))
    }

    fn document_links(&mut self, params: lsp::DocumentLinkParams) -> Answer<Option<Vec<lsp::DocumentLink>>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        // A text that is no file lies in no folder.
        if matches!(converter.project.home, super::project::Home::Text(_)) {
            return Ok(None);
        }
        let link = |(at, target): (Range, Target)| {
            let (target, tooltip) = match target {
                Target::Page(url) => (lsp::Uri(url.to_string()), "open the page"),
                Target::File(path) => (lsp::Uri(uri::of_path(&converter.project.absolute(&path))), "open the text"),
            };
            lsp::DocumentLink { range: converter.range(file, at), target: Some(target), tooltip: Some(tooltip.to_owned()), data: None }
        };
        Ok(Some(links::links(&converter.project.db, file).into_iter().map(link).collect()))
    }

    fn formatting(&mut self, params: lsp::DocumentFormattingParams) -> Answer<Option<Vec<lsp::TextEdit>>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        Ok(Some(converter.edits(file, typing::layout(file.text(&converter.project.db)))))
    }

    fn range_formatting(&mut self, params: lsp::DocumentRangeFormattingParams) -> Answer<Option<Vec<lsp::TextEdit>>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        let within = converter.bytes(file, params.range);
        Ok(Some(converter.edits(file, typing::layout_in(file.text(&converter.project.db), within))))
    }

    fn on_type_formatting(&mut self, params: lsp::DocumentOnTypeFormattingParams) -> Answer<Option<Vec<lsp::TextEdit>>> {
        let Some((converter, file)) = self.file(&params.text_document) else { return Ok(None) };
        let offset = converter.offset(file, params.position);
        let edits = match params.ch.as_str() {
            "\n" => typing::indented(file.text(&converter.project.db), offset).into_iter().collect(),
            _ => typing::closed(&converter.project.db, file, offset.saturating_sub(1)),
        };
        Ok(Some(converter.edits(file, edits)))
    }

    fn prepare_rename(&mut self, params: lsp::PrepareRenameParams) -> Answer<Option<lsp::PrepareRenameResult>> {
        let Some((converter, file, offset)) = self.place(&params.text_document_position_params) else { return Ok(None) };
        let (symbol, spot) = rename::prepared(&converter.project.db, file, offset).map_err(Refused::because)?;
        let placeholder = symbol.name().to_string();
        Ok(Some(lsp::PrepareRenameResult::PrepareRenamePlaceholder(lsp::PrepareRenamePlaceholder { range: converter.range(spot.file, spot.at), placeholder })))
    }

    fn rename(&mut self, params: lsp::RenameParams) -> Answer<Option<lsp::WorkspaceEdit>> {
        let Some((converter, file, offset)) = self.place(&params.text_document_position_params) else { return Ok(None) };
        let changes = rename::rename(&converter.project.db, file, offset, params.new_name.trim()).map_err(Refused::because)?;
        Ok(Some(converter.workspace_edit(&changes, |uri| self.version(uri), self.client.document_changes)))
    }

    fn prepare_call_hierarchy(&mut self, params: lsp::CallHierarchyPrepareParams) -> Answer<Option<Vec<lsp::CallHierarchyItem>>> {
        let Some((converter, file, offset)) = self.place(&params.text_document_position_params) else { return Ok(None) };
        let speaker = hierarchy::speaker_at(&converter.project.db, file, offset);
        Ok(speaker.map(|speaker| vec![hierarchy_item(converter, &speaker)]))
    }

    fn incoming_calls(&mut self, params: lsp::CallHierarchyIncomingCallsParams) -> Answer<Option<Vec<lsp::CallHierarchyIncomingCall>>> {
        let document = lsp::TextDocumentIdentifier { uri: params.item.uri.clone() };
        let (Some((converter, _)), Some(who)) = (self.file(&document), who_of(&params.item)) else { return Ok(None) };
        let call = |(speaker, spots): (Speaker, Vec<crate::ide::Spot>)| lsp::CallHierarchyIncomingCall {
            from_ranges: spots.iter().map(|spot| converter.range(spot.file, spot.at)).collect(),
            from: hierarchy_item(converter, &speaker),
        };
        Ok(Some(hierarchy::incoming(&converter.project.db, &who).into_iter().map(call).collect()))
    }

    fn outgoing_calls(&mut self, params: lsp::CallHierarchyOutgoingCallsParams) -> Answer<Option<Vec<lsp::CallHierarchyOutgoingCall>>> {
        let document = lsp::TextDocumentIdentifier { uri: params.item.uri.clone() };
        let (Some((converter, _)), Some(who)) = (self.file(&document), who_of(&params.item)) else { return Ok(None) };
        let call = |(speaker, spots): (Speaker, Vec<crate::ide::Spot>)| lsp::CallHierarchyOutgoingCall {
            from_ranges: spots.iter().map(|spot| converter.range(spot.file, spot.at)).collect(),
            to: hierarchy_item(converter, &speaker),
        };
        Ok(Some(hierarchy::outgoing(&converter.project.db, &who).into_iter().map(call).collect()))
    }
}

fn hierarchy_item(converter: Converter<'_>, speaker: &Speaker) -> lsp::CallHierarchyItem {
    let (kind, data) = match &speaker.who {
        Who::Declared(kind, name) => (symbol_kind(outline::What::Declared(*kind)), json!({ "kind": kind.keyword(), "name": name })),
        Who::Track(program, place) => (lsp::SymbolKind::Function, json!({ "program": program, "track": place })),
    };
    lsp::CallHierarchyItem {
        name: speaker.name.clone(),
        kind,
        tags: None,
        detail: Some(speaker.detail.clone()),
        uri: converter.uri(speaker.at.file),
        range: converter.range(speaker.at.file, speaker.at.at),
        selection_range: converter.range(speaker.name_at.file, speaker.name_at.at),
        data: Some(data),
    }
}

/// Whom an item of the hierarchy means.
fn who_of(item: &lsp::CallHierarchyItem) -> Option<Who> {
    let data = item.data.as_ref()?;
    let text = |key: &str| data.get(key).and_then(Value::as_str);
    match (text("kind"), text("name"), text("program"), data.get("track").and_then(Value::as_u64)) {
        (Some(kind), Some(name), ..) => Some(Who::Declared(crate::diagnostics::Kind::from_keyword(kind)?, name.into())),
        (_, _, Some(program), Some(track)) => Some(Who::Track(program.into(), u32::try_from(track).ok()?)),
        _ => None,
    }
}
