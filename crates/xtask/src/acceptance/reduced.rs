//! What may be kept of a document: where things are and what they were taken for.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::{Deserialize, Serialize};

/// `etude show --json`, the part that is compared.
#[derive(Deserialize)]
pub(super) struct Show {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    snippets: Vec<Snippet>,
    prompts: Vec<Prompt>,
}

#[derive(Deserialize)]
struct Snippet {
    index: u32,
    lang: Option<String>,
    kind: String,
    line_start: u32,
    line_end: u32,
    indent: u32,
    claims: Vec<Claim>,
}

#[derive(Deserialize)]
struct Claim {
    kind: String,
    line: u32,
}

#[derive(Deserialize)]
struct Prompt {
    line: u32,
    form: String,
}

/// `etude check --json`, the part that is compared.
#[derive(Deserialize)]
pub(super) struct Check {
    diagnostics: Vec<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    code: String,
    severity: String,
    line: u32,
}

/// A snippet in one line of the snapshot.
#[derive(Serialize)]
struct Row<'a> {
    index: u32,
    kind: &'a str,
    lang: Option<&'a str>,
    lines: [u32; 2],
    indent: u32,
    claims: Vec<String>,
}

/// The snapshot: JSON with one line for each thing, so that a difference names what has changed.
pub(super) fn reduce(show: &Show, check: &Check) -> Result<String> {
    let mut rows = Vec::new();
    let mut prompts: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for file in &show.files {
        for snippet in &file.snippets {
            rows.push(serde_json::to_string(&Row {
                index: snippet.index,
                kind: &snippet.kind,
                lang: snippet.lang.as_deref(),
                lines: [snippet.line_start, snippet.line_end],
                indent: snippet.indent,
                claims: snippet.claims.iter().map(|claim| format!("{}@{}", claim.kind, claim.line)).collect(),
            })?);
        }
        for prompt in &file.prompts {
            prompts.entry(&prompt.form).or_default().push(prompt.line);
        }
    }
    let mut forms = Vec::new();
    for (form, lines) in &prompts {
        forms.push(serde_json::to_string(&serde_json::json!({ "form": form, "count": lines.len(), "lines": lines }))?);
    }
    let mut diagnostics = Vec::new();
    for Diagnostic { code, severity, line } in &check.diagnostics {
        diagnostics.push(serde_json::to_string(&format!("{severity} {code}@{line}"))?);
    }
    let lists = [("snippets", rows), ("prompts", forms), ("diagnostics", diagnostics)];
    let lists: Vec<String> = lists.iter().map(|(name, lines)| list(name, lines)).collect();
    Ok(format!("{{\n{}\n}}\n", lists.join(",\n")))
}

fn list(name: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        format!("  \"{name}\": []")
    } else {
        format!("  \"{name}\": [\n    {}\n  ]", lines.join(",\n    "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_and_kinds_are_kept() {
        let show = r#"{"files": [{"path": "secret.md", "headings": ["secret"], "snippets": [{
            "index": 0, "lang": "python", "kind": "script", "line_start": 3, "line_end": 9, "indent": 4,
            "title": "secret.py", "id": "secret", "session": null, "needs": ["secret"], "provides": [], "code": "secret",
            "claims": [{"kind": "output", "text": "secret", "line": 11, "inferred": true}]
        }], "prompts": [
            {"line": 20, "form": "inline", "text": "secret"}, {"line": 22, "form": "block", "text": "secret"},
            {"line": 25, "form": "inline", "text": "secret"}
        ]}]}"#;
        let check = r#"{"files": 1, "diagnostics": [
            {"code": "empty-section", "severity": "warning", "file": "secret.md", "line": 7, "column": 1, "message": "secret"}
        ]}"#;
        let show = serde_json::from_str(show).expect("show");
        let check = serde_json::from_str(check).expect("check");
        let expected = r#"{
  "snippets": [
    {"index":0,"kind":"script","lang":"python","lines":[3,9],"indent":4,"claims":["output@11"]}
  ],
  "prompts": [
    {"count":1,"form":"block","lines":[22]},
    {"count":2,"form":"inline","lines":[20,25]}
  ],
  "diagnostics": [
    "warning empty-section@7"
  ]
}
"#;
        assert_eq!(reduce(&show, &check).expect("a snapshot"), expected);
    }

    #[test]
    fn a_document_without_anything_is_empty_lists() {
        let reduced = reduce(&Show { files: Vec::new() }, &Check { diagnostics: Vec::new() });
        assert_eq!(
            reduced.expect("a snapshot"),
            "{\n  \"snippets\": [],\n  \"prompts\": [],\n  \"diagnostics\": []\n}\n"
        );
    }
}
