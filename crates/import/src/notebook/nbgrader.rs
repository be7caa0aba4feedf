//! nbgrader: cells that say in their metadata whether they are answers or tests.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::answer::Answer;
use super::read::{Cell, CellKind, Notebook};
use crate::carrier::Carrier;
use crate::checks::Check;
use crate::report::Place;

static BEGIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*#+\s*BEGIN SOLUTION").expect("a valid expression"));

/// The stub in place of an answer: a notebook as learners get it.
static STUB: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"YOUR CODE HERE\s*\n\s*raise NotImplementedError").expect("a valid expression"));

static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?ms)^[ \t]*#+ BEGIN HIDDEN TESTS[^\n]*\n(.*?)^[ \t]*#+ END HIDDEN TESTS[^\n]*(?:\n|\z)")
        .expect("a valid expression")
});

static HIDDEN_MARK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^[ \t]*#+ (?:BEGIN|END) HIDDEN TESTS[^\n]*\n?").expect("a valid expression"));

static AUTOTEST: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*#+ (?:HASHED )?AUTOTEST").expect("a valid expression"));

pub(super) fn looks_like(notebook: &Notebook) -> bool {
    notebook.cells.iter().any(|cell| flag(cell, "grade") || flag(cell, "solution"))
}

fn flag(cell: &Cell, name: &str) -> bool {
    cell.metadata["nbgrader"][name].as_bool().unwrap_or(false)
}

pub(super) fn read(notebook: &Notebook, answer: &mut Answer<'_>, carrier: &mut Carrier<'_>) {
    let is_answer = |cell: &&Cell| cell.kind == CellKind::Code && flag(cell, "solution");
    let stubs = notebook.cells.iter().filter(is_answer).filter(|cell| STUB.is_match(&cell.text)).count();
    for cell in &notebook.cells {
        let whole = Place::Cell(cell.number, None);
        let (graded, solution) = (flag(cell, "grade"), flag(cell, "solution"));
        match cell.kind {
            CellKind::Raw if cell.text.trim().is_empty() => {}
            CellKind::Raw => carrier.lost(answer.path, whole, "a raw cell, which is for other programs"),
            CellKind::Markdown if solution => {
                let points = points(cell).map_or(String::new(), |points| format!(", for {points} points"));
                carrier.lost(answer.path, whole, format!("an answer in words, graded by hand{points}"));
                answer.say("Write your answer down: it is not graded here.");
            }
            CellKind::Markdown => {
                if flag(cell, "task") {
                    carrier.lost(
                        answer.path,
                        whole,
                        "a task that is graded by hand: its text is kept, its points are not",
                    );
                }
                answer.say_cell(cell);
            }
            CellKind::Code if solution => {
                if graded {
                    let points = points(cell).unwrap_or_default();
                    let what =
                        format!("an answer that is graded by hand, for {points} points: it is kept, they are not");
                    carrier.lost(answer.path, whole, what);
                }
                let Some(python) = answer.python(cell, carrier) else { continue };
                let marked = if BEGIN.is_match(&python) || STUB.is_match(&python) {
                    python
                } else {
                    format!("# BEGIN SOLUTION\n{}\n# END SOLUTION\n", python.trim_matches('\n'))
                };
                answer.ask(cell, marked, None);
            }
            CellKind::Code if graded => test(cell, answer, carrier),
            CellKind::Code => answer.give(cell, carrier),
        }
    }
    if stubs > 0 {
        answer.unsolved = true;
        let what =
            format!("{stubs} of its answers are stubs, as learners get them: import the notebook they were made of");
        carrier.lost(answer.path, Place::Whole, what);
    }
}

fn points(cell: &Cell) -> Option<f64> {
    match &cell.metadata["nbgrader"]["points"] {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
    .filter(|points| points.is_finite() && *points >= 0.0)
}

fn test(cell: &Cell, answer: &mut Answer<'_>, carrier: &mut Carrier<'_>) {
    let Some(code) = answer.python(cell, carrier) else { return };
    let autotests = (1..).zip(code.lines()).filter(|(_, line)| AUTOTEST.is_match(line));
    for (number, _) in autotests {
        let what = "nbgrader makes a test of this line when it runs the answer: write that test";
        carrier.lost(answer.path, Place::Cell(cell.number, Some(number)), what);
    }
    let name = cell.metadata["nbgrader"]["grade_id"].as_str().unwrap_or_default().to_owned();
    let points = points(cell);
    let place = Place::Cell(cell.number, None);
    let check = |name, code: String, hidden, points| Check { name, hidden, points, ..Check::new(place, code) };
    let visible = HIDDEN.replace_all(&code, "").into_owned();
    let is_empty = |code: &str| etude_python::statements(code).is_empty();
    if is_empty(&HIDDEN_MARK.replace_all(&code, "")) {
        return;
    }
    if visible.len() == code.len() {
        answer.checks.push(check(name, code, false, points));
        return;
    }
    // The points are for the whole cell, which only the hidden test has.
    let has_visible = etude_python::statements(&visible)
        .iter()
        .any(|it| !it.span.slice(&visible).starts_with(['"', '\'']) && it.kind != etude_python::StatementKind::Import);
    if has_visible {
        answer.checks.push(check(name.clone(), visible, false, Some(0.0)));
    }
    answer.checks.push(check(name, HIDDEN_MARK.replace_all(&code, "").into_owned(), true, points));
}
