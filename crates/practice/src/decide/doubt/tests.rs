//! Tests that fail as their author wants them to, or for want of something.

use etude_course::Snippet;

use super::errors::lacking;
use crate::decide::{Known, Verdict, ends};
use crate::run::Raised;

/// Why tests that fail may be as their author wants them.
pub(in crate::decide) fn of_tests(known: &Known<'_>, snippet: &Snippet, code: i32, stdout: &str) -> Option<Verdict> {
    let lines = || stdout.lines().map(|line| line.trim_start_matches("E ").trim());
    let error = |line: &str| {
        let (kind, message) = line.split_once(": ")?;
        let (kind, message, file) = (kind.to_owned(), message.to_owned(), String::new());
        kind.ends_with("Error").then_some(Raised { kind, message, file, line: 0 })
    };
    if let Some(verdict) = lines().filter_map(error).find_map(|raised| lacking(snippet, &raised)) {
        return Some(verdict);
    }
    if let Some(fixture) = lines().find(|line| line.starts_with("fixture '") && line.ends_with("not found")) {
        return Some(Verdict::undecided(format!("`{fixture}` before it")));
    }
    if ends::mentions(known, snippet, &["fails", "failed", "failing", "fail:", "failure", "assertionerror"]) {
        return Some(Verdict::Holds);
    }
    if stdout.contains("async def functions are not") {
        return Some(Verdict::undecided("pytest is to be told who runs asynchronous tests"));
    }
    if code == 5 || stdout.trim().is_empty() || stdout.contains("no tests ran") || stdout.contains("NO TESTS RAN") {
        return Some(Verdict::undecided("there is no test in it yet"));
    }
    // First the test, then what it tests.
    let needs = snippet.needs();
    let lesson = known.case.lesson;
    let provides = |later: &&Snippet| {
        needs.iter().any(|name| later.provides().contains(name))
            || later.title.as_ref().is_some_and(|title| {
                let module = title.name.trim_end_matches(".py");
                snippet.python.iter().flat_map(|it| &it.imports).any(|import| import.module == module)
            })
    };
    let later = lesson.snippets[snippet.index + 1..].iter().find(provides)?;
    let line = known.line(later.span.start);
    Some(Verdict::undecided(format!("it fails here, and what it tests is shown again on line {line}")))
}
