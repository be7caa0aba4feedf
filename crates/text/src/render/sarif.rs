use std::collections::HashMap;
use std::io;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::region::Region;
use crate::{Diagnostic, Edit, Fix, Severity, Source, Sources, Span};

/// Who found what is reported.
#[derive(Clone, Copy, Debug)]
pub struct Tool<'a> {
    pub version: &'a str,
    pub rules: &'a [Rule<'a>],
}

/// What a code stands for.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    pub code: &'a str,
    /// One sentence.
    pub summary: &'a str,
    /// Markdown.
    pub documentation: &'a str,
}

/// Writes a SARIF 2.1.0 log with one run.
pub fn sarif(out: &mut dyn io::Write, sources: &Sources, diagnostics: &[Diagnostic], tool: Tool<'_>) -> io::Result<()> {
    let indices: HashMap<&str, usize> = tool.rules.iter().enumerate().map(|(index, rule)| (rule.code, index)).collect();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: ToolComponent {
                driver: Driver {
                    name: "etude",
                    version: tool.version,
                    semantic_version: tool.version,
                    rules: tool.rules.iter().map(rule).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: diagnostics
                .iter()
                .map(|diagnostic| result(sources.get(diagnostic.file), diagnostic, &indices))
                .collect(),
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule<'a>(rule: &Rule<'a>) -> ReportingDescriptor<'a> {
    ReportingDescriptor {
        id: rule.code,
        short_description: Text { text: rule.summary },
        // Viewers that cannot show Markdown fall back on `text`, and the standard asks for both.
        full_description: Text { text: rule.summary },
        help: Documentation { text: rule.documentation.trim(), markdown: rule.documentation.trim() },
    }
}

fn result<'a>(source: &Source, diagnostic: &'a Diagnostic, indices: &HashMap<&str, usize>) -> ResultObject<'a> {
    let text = match &diagnostic.hint {
        Some(hint) => message(&format!("{}\nhint: {hint}", diagnostic.message)),
        None => message(&diagnostic.message),
    };
    ResultObject {
        rule_id: diagnostic.code,
        rule_index: indices.get(diagnostic.code).copied(),
        level: level(diagnostic.severity),
        message: text,
        locations: [location(source, diagnostic.span, None)],
        related_locations: diagnostic
            .labels
            .iter()
            .map(|label| location(source, label.span, Some(message(&label.message))))
            .collect(),
        fixes: diagnostic.fix.iter().map(|fix| fix_object(source, fix)).collect(),
    }
}

/// A message object. In these, and only in these, braces are placeholders (§3.11.5), so ours are doubled.
fn message(text: &str) -> Text<String> {
    Text { text: text.replace('{', "{{").replace('}', "}}") }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn location(source: &Source, span: Span, message: Option<Text<String>>) -> Location {
    let physical_location = PhysicalLocation {
        artifact_location: artifact(source),
        region: RegionObject::new(Region::shown(source, span)),
    };
    Location { physical_location, message }
}

fn fix_object<'a>(source: &Source, fix: &'a Fix) -> FixObject<'a> {
    FixObject {
        description: message(&fix.title),
        artifact_changes: [ArtifactChange {
            artifact_location: artifact(source),
            replacements: fix.edits.iter().map(|edit| replacement(source, edit)).collect(),
        }],
    }
}

fn replacement<'a>(source: &Source, edit: &'a Edit) -> Replacement<'a> {
    Replacement {
        deleted_region: RegionObject::new(Region::exact(source, edit.span)),
        inserted_content: (!edit.replacement.is_empty()).then_some(Text { text: &edit.replacement }),
    }
}

fn artifact(source: &Source) -> ArtifactLocation {
    ArtifactLocation { uri: uri(&source.path) }
}

/// What may stand in a path as it is (RFC 3986, `unreserved`). A colon is escaped: in the first segment of a relative
/// reference it would make a scheme of what precedes it.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A path as a URI reference: relative if the path is.
fn uri(path: &str) -> String {
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", utf8_percent_encode(path, ESCAPED))
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: ToolComponent<'a>,
    column_kind: &'static str,
    results: Vec<ResultObject<'a>>,
}

#[derive(Serialize)]
struct ToolComponent<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    semantic_version: &'a str,
    rules: Vec<ReportingDescriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor<'a> {
    id: &'a str,
    short_description: Text<&'a str>,
    full_description: Text<&'a str>,
    help: Documentation<'a>,
}

#[derive(Serialize)]
struct Text<T> {
    text: T,
}

#[derive(Serialize)]
struct Documentation<'a> {
    text: &'a str,
    markdown: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultObject<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text<String>,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixObject<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: RegionObject,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionObject {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

impl RegionObject {
    fn new(region: Region) -> Self {
        Self {
            start_line: region.start.line,
            start_column: region.start.column,
            end_line: region.end.line,
            end_column: region.end.column,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixObject<'a> {
    description: Text<String>,
    artifact_changes: [ArtifactChange<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: RegionObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Text<&'a str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_of_a_message_are_no_placeholders() {
        assert_eq!(message("`{quiz}` has no answer").text, "`{{quiz}}` has no answer");
    }

    #[test]
    fn a_path_becomes_a_relative_reference() {
        assert_eq!(uri("a b/ü:#?.md"), "a%20b/%C3%BC%3A%23%3F.md");
        assert_eq!(uri("../lessons/01-tasks.md"), "../lessons/01-tasks.md");
    }

    #[test]
    fn an_absolute_path_becomes_a_file_uri() {
        assert_eq!(uri("/courses/a.md"), "file:///courses/a.md");
    }
}
