use serde::Serialize;

use super::region::Region;
use crate::{Diagnostic, Sources};

/// A diagnostic as `--json` shows it. Columns count characters from 1; the end is the place after the last character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonDiagnostic<'a> {
    pub code: &'static str,
    pub severity: &'static str,
    pub file: &'a str,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    pub message: &'a str,
    pub hint: Option<&'a str>,
    pub fixable: bool,
}

/// The diagnostics as values to be serialised, alone or inside a larger answer.
pub fn json<'a>(sources: &'a Sources, diagnostics: &'a [Diagnostic]) -> Vec<JsonDiagnostic<'a>> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let source = sources.get(diagnostic.file);
            let region = Region::shown(source, diagnostic.span);
            JsonDiagnostic {
                code: diagnostic.code,
                severity: diagnostic.severity.as_str(),
                file: &source.path,
                line: region.start.line,
                column: region.start.column,
                end_line: region.end.line,
                end_column: region.end.column,
                message: &diagnostic.message,
                hint: diagnostic.hint.as_deref(),
                fixable: diagnostic.fix.is_some(),
            }
        })
        .collect()
}
