//! `--status`: how far a learner is, for people in a hurry and for programs.

use std::io::Write as _;

use serde::Serialize;

use super::course::{Course, Part};
use super::ink::Look;
use super::pages;
use crate::printer::Printer;

#[derive(Serialize)]
struct Report<'a> {
    title: &'a str,
    folder: &'a str,
    done: usize,
    parts: Vec<PartReport<'a>>,
}

#[derive(Serialize)]
struct PartReport<'a> {
    path: &'a str,
    title: &'a str,
    kind: &'static str,
    begun: bool,
    done: bool,
    attempts: u32,
    passed: Option<usize>,
    tests: Option<usize>,
    hints: usize,
    solution_seen: bool,
    changed: &'a [&'static str],
}

fn report(part: &Part) -> PartReport<'_> {
    let standing = &part.standing;
    PartReport {
        path: &part.path,
        title: &part.title,
        kind: if part.exercise().is_some() { "exercise" } else { "lesson" },
        begun: standing.begun,
        done: standing.done,
        attempts: standing.attempts,
        passed: standing.passed.map(|(passed, _)| passed),
        tests: standing.passed.map(|(_, tests)| tests),
        hints: standing.hints,
        solution_seen: standing.solution_seen,
        changed: &standing.changed,
    }
}

pub(super) fn show(course: &Course, folder: &str, json: bool, printer: &Printer) -> anyhow::Result<()> {
    let mut out = printer.out();
    if json {
        let parts = course.parts.iter().map(report).collect();
        serde_json::to_writer_pretty(&mut out, &Report { title: &course.title, folder, done: course.done(), parts })?;
        writeln!(out)?;
    } else {
        let look = Look { unicode: printer.drawing().unicode, words: true };
        for (number, part) in (1..).zip(&course.parts) {
            writeln!(out, "{}", etude_text::render::visible(&pages::row(number, part, look)))?;
        }
        writeln!(out, "{} of {} done; your files: {folder}", course.done(), course.parts.len())?;
    }
    Ok(out.flush()?)
}
