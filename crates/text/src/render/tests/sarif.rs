use insta::assert_snapshot;
use serde_json::Value;

use super::{marked, written};
use crate::render::{Rule, Tool, sarif};
use crate::{Diagnostic, Edit, Fix, Severity, Source, Sources, Span};

const RULES: &[Rule<'_>] = &[
    Rule { code: "code-name", summary: "names of codes", documentation: "# code-name\n\nWhat it is for." },
    Rule { code: "other", summary: "the other one", documentation: "# other\n\nNever found." },
];

fn log(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    written(|out| sarif(out, sources, diagnostics, Tool { version: "0.1.0", rules: RULES }))
}

/// One diagnostic with everything a diagnostic can have, and bare ones of the other severities.
fn everything() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let lesson = sources.add(Source::new("lessons/01 tâches.md", "# 日本\r\n\r\ntext 🚀 here\r\n"));
    let bytes = sources.add(Source::decode("latin.md", b"caf\xe9\n".to_vec()));
    let diagnostics = vec![
        Diagnostic::new("code-name", Severity::Warning, lesson, Span::new(17, 21), "a rocket")
            .hint("land it")
            .label(Span::new(2, 8), "under this heading")
            .fix(Fix::new(
                "land the rocket",
                vec![Edit::new(Span::new(17, 21), ""), Edit::new(Span::new(28, 28), "!\n")],
            )),
        Diagnostic::new("code-name", Severity::Note, bytes, Span::new(3, 4), "not UTF-8"),
        Diagnostic::new("unlisted", Severity::Error, bytes, Span::new(5, 5), "ends too soon"),
    ];
    (sources, diagnostics)
}

#[test]
fn a_log_tells_rules_results_and_fixes() {
    let (sources, diagnostics) = everything();
    assert_snapshot!(log(&sources, &diagnostics));
}

#[test]
fn no_diagnostics_make_an_empty_list() {
    let value: Value = serde_json::from_str(&log(&Sources::default(), &[])).expect("JSON");
    assert_eq!(value["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn what_the_standard_asks_of_a_log_holds() {
    let (sources, mut diagnostics) = everything();
    let (more, other) = marked("«one\ntwo\n»three\n");
    assert_eq!(more.len(), 1);
    diagnostics.push(Diagnostic { span: Span::empty(0), ..other });
    let log: Value = serde_json::from_str(&log(&sources, &diagnostics)).expect("JSON");
    Log(&log).check();
}

/// What SARIF 2.1.0 requires of the objects we write, section by section, since the schema is not at hand in a test.
struct Log<'a>(&'a Value);

impl Log<'_> {
    fn check(&self) {
        assert_eq!(self.0["version"], "2.1.0", "§3.13.2");
        let runs = self.0["runs"].as_array().expect("§3.13.4: an array of runs");
        for run in runs {
            only(run, &["tool", "columnKind", "results"]);
            let driver = &run["tool"]["driver"];
            only(driver, &["name", "version", "semanticVersion", "rules"]);
            text(&driver["name"]);
            let rules = driver["rules"].as_array().expect("§3.19.23: an array of rules");
            let mut ids: Vec<&str> = rules.iter().map(|rule| text(&rule["id"])).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), rules.len(), "§3.19.23: rules are unique");
            for rule in rules {
                only(rule, &["id", "shortDescription", "fullDescription", "help"]);
                for message in ["shortDescription", "fullDescription", "help"] {
                    text(&rule[message]["text"]);
                }
            }
            for result in run["results"].as_array().expect("§3.14.23: an array of results") {
                check_result(result, rules);
            }
        }
    }
}

fn check_result(result: &Value, rules: &[Value]) {
    only(result, &["ruleId", "ruleIndex", "level", "message", "locations", "relatedLocations", "fixes"]);
    if let Some(index) = result.get("ruleIndex") {
        let index = index.as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"], "§3.27.6: the index finds the rule of that id");
    }
    assert!(["none", "note", "warning", "error"].contains(&text(&result["level"])), "§3.27.10");
    text(&result["message"]["text"]);
    let locations = result["locations"].as_array().expect("§3.27.12: an array of locations");
    for location in locations.iter().chain(result["relatedLocations"].as_array().into_iter().flatten()) {
        only(location, &["physicalLocation", "message"]);
        only(&location["physicalLocation"], &["artifactLocation", "region"]);
        check_uri(&location["physicalLocation"]["artifactLocation"]);
        check_region(&location["physicalLocation"]["region"]);
    }
    for fix in result["fixes"].as_array().into_iter().flatten() {
        only(fix, &["description", "artifactChanges"]);
        for change in fix["artifactChanges"].as_array().expect("§3.55.3: at least one change") {
            only(change, &["artifactLocation", "replacements"]);
            check_uri(&change["artifactLocation"]);
            let replacements = change["replacements"].as_array().expect("§3.56.3: replacements");
            assert!(!replacements.is_empty(), "§3.56.3: at least one replacement");
            for replacement in replacements {
                only(replacement, &["deletedRegion", "insertedContent"]);
                check_region(&replacement["deletedRegion"]);
            }
        }
    }
}

/// §3.30: lines and columns count from 1, and the end does not precede the start.
fn check_region(region: &Value) {
    only(region, &["startLine", "startColumn", "endLine", "endColumn"]);
    let [start_line, start_column, end_line, end_column] =
        ["startLine", "startColumn", "endLine", "endColumn"].map(|key| region[key].as_u64().expect("a number"));
    assert!(start_line >= 1 && start_column >= 1 && end_column >= 1, "{region}");
    assert!((start_line, start_column) <= (end_line, end_column), "{region}");
}

/// §3.4.3: a URI reference, so nothing outside of the characters of RFC 3986.
fn check_uri(artifact: &Value) {
    only(artifact, &["uri"]);
    let uri = text(&artifact["uri"]);
    assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)), "{uri}");
}

fn text(value: &Value) -> &str {
    let text = value.as_str().expect("a string");
    assert!(!text.is_empty(), "an empty string");
    text
}

/// The standard allows no properties that it does not name.
fn only(object: &Value, names: &[&str]) {
    for name in object.as_object().expect("an object").keys() {
        assert!(names.contains(&name.as_str()), "unexpected property `{name}`");
    }
}
