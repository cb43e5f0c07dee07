//! One line a finding: `file:line:column: level[name] headline`.

use super::sources::{Sources, clean};
use crate::diagnostics::Diagnostic;

/// Renders diagnostics, one a line.
pub fn concise(diagnostics: &[Diagnostic], sources: &Sources<'_>) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let place = sources.place(&diagnostic.span.file, diagnostic.span.range.start);
        out.push_str(&format!(
            "{}:{}:{}: {}[{}] {}\n",
            sources.shown(&diagnostic.span.file),
            place.line,
            place.column,
            diagnostic.severity.name(),
            diagnostic.check.name(),
            clean(&diagnostic.message)
        ));
    }
    out
}
