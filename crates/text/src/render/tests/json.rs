use insta::assert_json_snapshot;

use super::{marked, single};
use crate::render::json;
use crate::{Diagnostic, Edit, Fix, Source, Sources, Span};

fn values((sources, diagnostic): (Sources, Diagnostic)) -> serde_json::Value {
    serde_json::to_value(json(&sources, &[diagnostic])).expect("a JSON value")
}

/// Line, column, end line and end column.
fn check(case: (Sources, Diagnostic), expected: [u64; 4]) {
    let value = values(case);
    let place = ["line", "column", "end_line", "end_column"].map(|key| value[0][key].as_u64().expect("a number"));
    assert_eq!(place, expected);
}

#[test]
fn every_field_is_there() {
    let (sources, diagnostic) = marked("# T\n\ntwo «three»\n");
    assert_json_snapshot!(values((sources, diagnostic)), @r#"
    [
      {
        "code": "code-name",
        "column": 5,
        "end_column": 10,
        "end_line": 3,
        "file": "lessons/01-tasks.md",
        "fixable": false,
        "hint": null,
        "line": 3,
        "message": "something is odd here",
        "severity": "warning"
      }
    ]
    "#);
}

#[test]
fn hint_and_fix_are_told() {
    let (sources, diagnostic) = marked("a «b»\n");
    let span = diagnostic.span;
    let diagnostic = diagnostic.hint("drop it").fix(Fix::new("drop it", vec![Edit::new(span, "")]));
    let value = values((sources, diagnostic));
    assert_eq!(value[0]["hint"], "drop it");
    assert_eq!(value[0]["fixable"], true);
}

#[test]
fn places_count_characters_in_any_source() {
    check(marked("日本 «🚀»\n"), [1, 4, 1, 5]);
    check(marked("\t«x»\r\ny"), [1, 2, 1, 3]);
    check(marked("a\r«b\rc»"), [2, 1, 3, 2]);
    check(marked("a\n«b\n»c\n"), [2, 1, 3, 1]);
    check(single(Source::decode("a.md", b"\xff\xfe\0x".to_vec()), Span::new(3, 4)), [1, 4, 1, 5]);
}

#[test]
fn the_end_of_the_file_is_in_its_last_line() {
    check(marked("«»"), [1, 1, 1, 1]);
    check(marked("one\n«»"), [1, 4, 1, 4]);
    check(marked("one\r\n«»"), [1, 4, 1, 4]);
    check(marked("one\n\n«»"), [2, 1, 2, 1]);
    check(marked("«one\n»"), [1, 1, 1, 4]);
    check(marked("one«»"), [1, 4, 1, 4]);
}
