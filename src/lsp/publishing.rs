//! Which findings an editor is told, and when: what it has been told already is not said again.

use std::collections::BTreeSet;

use gen_lsp_types as lsp;
use serde_json::Value;

use super::convert::Converter;
use super::diagnostics;
use super::project::Home;
use super::server::Server;
use crate::db::load::SETTINGS;

impl Server {
    /// Asks the editor to ask again for what hangs on the rulebook.
    pub(super) fn refresh(&mut self) {
        if self.client.refreshes_lenses {
            self.ask("workspace/codeLens/refresh", Value::Null);
        }
        if self.client.refreshes_hints {
            self.ask("workspace/inlayHint/refresh", Value::Null);
        }
    }

    /// Sends what is to be shown of a document.
    pub(super) fn publish(&mut self, address: &str) {
        if self.client.pulls {
            return;
        }
        let Some((project, file)) = self.at(address) else { return };
        let found = diagnostics::of_file(Converter { project, encoding: self.client.encoding }, file);
        let version = self.documents.get(address).map(|document| document.version);
        self.send_diagnostics(address, version, found);
    }

    /// Sends what is to be shown of all files of a policy, where that is other than before.
    pub(super) fn publish_all(&mut self, home: &Home) {
        let Some(project) = self.projects.get(home) else { return };
        let converter = Converter { project, encoding: self.client.encoding };
        let mut all: Vec<(String, Vec<lsp::Diagnostic>)> =
            project.files().iter().map(|file| (converter.uri(*file).0, diagnostics::of_file(converter, *file))).collect();
        let trouble = project.trouble.as_ref().map(|trouble| trouble.message.clone());
        if diagnostics::has_settings(project) {
            all.push((converter.uri_of(SETTINGS).0, diagnostics::of_settings(project, self.client.encoding)));
        } else if trouble.is_some() && trouble.as_ref() != self.troubles.get(home) {
            self.show(1, trouble.as_deref().unwrap_or(""));
        }
        match trouble {
            Some(trouble) => drop(self.troubles.insert(home.clone(), trouble)),
            None => drop(self.troubles.remove(home)),
        }
        let now: BTreeSet<String> = all.iter().map(|(address, _)| address.clone()).collect();
        let before = self.shown.insert(home.clone(), now.clone()).unwrap_or_default();
        let mut changed = false;
        // Of files that are gone nothing is left to say.
        for address in before.difference(&now) {
            self.send_diagnostics(address, None, Vec::new());
            changed |= self.published.remove(address).is_some();
        }
        for (address, found) in all {
            let version = self.documents.get(&address).map(|document| document.version);
            if self.client.pulls {
                let fingerprint = diagnostics::fingerprint(&found);
                changed |= self.published.insert(address, fingerprint) != Some(fingerprint);
            } else {
                self.send_diagnostics(&address, version, found);
            }
        }
        if changed && self.client.refreshes_diagnostics {
            self.ask("workspace/diagnostic/refresh", Value::Null);
        }
    }

    pub(super) fn send_diagnostics(&mut self, address: &str, version: Option<i32>, found: Vec<lsp::Diagnostic>) {
        if self.client.pulls {
            return;
        }
        let fingerprint = diagnostics::fingerprint(&found);
        let before = self.published.get(address).copied();
        // Of a document each version is answered, so that an editor can wait for it; of other files only what is new.
        if version.is_none() && (before == Some(fingerprint) || (before.is_none() && found.is_empty())) {
            return;
        }
        if before == Some(fingerprint) && version.is_some() && self.told.get(address).copied() == version {
            return;
        }
        self.published.insert(address.to_owned(), fingerprint);
        if let Some(version) = version {
            self.told.insert(address.to_owned(), version);
        }
        let params = lsp::PublishDiagnosticsParams { uri: lsp::Uri(address.to_owned()), version, diagnostics: found };
        self.notify("textDocument/publishDiagnostics", serde_json::to_value(params).unwrap_or_default());
    }
}
