//! A verdict for a person.

use std::collections::BTreeMap;
use std::io::{self, Write};

use etude_practice::grade::{Status, Test, Verdict};
use etude_text::render::{self, visible};

use super::Found;
use crate::commands::run::seen::diagnostics;
use crate::grading::Graded;
use crate::printer::{BOLD, DIM, GREEN, Printer, RED, count};

/// Of what a failed test printed.
const MOST_LINES: usize = 20;

pub(super) fn tell(
    out: &mut impl Write,
    found: &Found,
    graded: &Graded,
    from: &str,
    printer: &Printer,
) -> io::Result<()> {
    let Graded { verdict, seen, texts } = graded;
    let width = printer.terminal().width;
    writeln!(out, "{BOLD}{}{BOLD:#} {DIM}{}{DIM:#}", visible(&found.title()), visible(from))?;
    if let Some(message) = &verdict.message {
        writeln!(out)?;
        paragraph(out, message, "  ", width)?;
    }
    if verdict.status != Status::Pass && !verdict.output.trim().is_empty() {
        writeln!(out)?;
        printed(out, "printed before the first test:", &verdict.output, "  ")?;
    }
    // Where none of them could run, they are only counted.
    let none = verdict.message.is_some() && !verdict.tests.iter().any(Test::is_right);
    for (heading, tests) in groups(found, verdict).into_iter().filter(|_| !none) {
        writeln!(out)?;
        if let Some(heading) = heading {
            writeln!(out, "{}", visible(&heading))?;
        }
        for test in tests {
            one(out, test, width)?;
        }
    }
    let (sources, found) = diagnostics(&seen.findings, texts);
    if !found.is_empty() {
        writeln!(out)?;
        render::terminal(out, &sources, &found, printer.terminal())?;
    } else {
        writeln!(out)?;
    }
    writeln!(out, "{}", summary(verdict))
}

/// The tests under their headings: by task in the order in which tasks come, then those without one, then hidden ones.
fn groups<'a>(found: &Found, verdict: &'a Verdict) -> Vec<(Option<String>, Vec<&'a Test>)> {
    let mut tasks: BTreeMap<(bool, u32), Vec<&Test>> = BTreeMap::new();
    for test in &verdict.tests {
        let place = if test.hidden { (true, 0) } else { (false, test.task.unwrap_or(u32::MAX)) };
        tasks.entry(place).or_default().push(test);
    }
    let alone = tasks.len() == 1;
    let heading = |(hidden, number): (bool, u32)| match (hidden, number) {
        (true, _) => Some("Hidden tests".to_owned()),
        (false, u32::MAX) => (!alone).then(|| "Tests".to_owned()),
        (false, number) => Some(match found.exercise.tasks.get(&number) {
            Some(title) => format!("Task {number}: {title}"),
            None => format!("Task {number}"),
        }),
    };
    tasks.into_iter().map(|(place, tests)| (heading(place), tests)).collect()
}

fn one(out: &mut impl Write, test: &Test, width: usize) -> io::Result<()> {
    let (style, mark) = match test.status {
        _ if !test.is_right() => (RED, '✗'),
        Status::Skip => (DIM, '–'),
        _ => (GREEN, '✓'),
    };
    let points = if test.worth == 1 { String::new() } else { format!(" {DIM}{}/{}{DIM:#}", test.points, test.worth) };
    writeln!(out, "  {style}{mark}{style:#} {}{points}", visible(&test.id))?;
    if let Some(message) = &test.message {
        paragraph(out, message, "      ", width)?;
    }
    if !test.is_right() && !test.output.trim().is_empty() {
        printed(out, "printed:", &test.output, "      ")?;
    }
    Ok(())
}

fn printed(out: &mut impl Write, heading: &str, text: &str, indent: &str) -> io::Result<()> {
    writeln!(out, "{indent}{DIM}{heading}{DIM:#}")?;
    let lines: Vec<&str> = text.trim_end().lines().collect();
    for line in lines.iter().take(MOST_LINES) {
        writeln!(out, "{indent}{DIM}│{DIM:#} {}", visible(line))?;
    }
    if lines.len() > MOST_LINES {
        writeln!(out, "{indent}{DIM}│ and {} more{DIM:#}", count(lines.len() - MOST_LINES, "line"))?;
    }
    Ok(())
}

fn paragraph(out: &mut impl Write, text: &str, indent: &str, width: usize) -> io::Result<()> {
    for line in text.trim_end().lines().filter(|line| !line.trim().is_empty()) {
        // Code, or a mark below it.
        let is_code = line.starts_with("    ");
        let lines = if is_code { visible(line) } else { render::wrap(line, width - indent.len()) };
        for line in lines.lines() {
            writeln!(out, "{indent}{line}")?;
        }
    }
    Ok(())
}

fn summary(verdict: &Verdict) -> String {
    let all = verdict.tests.len();
    let right = verdict.tests.iter().filter(|test| test.is_right()).count();
    let (style, passed) = match right {
        _ if verdict.status == Status::Pass && all > 1 => (GREEN, format!("all {all} tests passed")),
        _ if verdict.status == Status::Pass => (GREEN, format!("{} passed", count(all, "test"))),
        _ => (RED, format!("{right} of {} passed", count(all, "test"))),
    };
    let points = format!("{} of {}", verdict.points(), count(verdict.worth() as usize, "point"));
    // Whole seconds of waiting are worth telling; the rest is the work of the machine.
    let waited = verdict.virtual_time.as_secs_f64();
    let waited = if waited >= 0.1 { format!("{waited:.1} s of its own time, ") } else { String::new() };
    format!("{style}{passed}{style:#}, {points} ({waited}{} ms)", verdict.wall.as_millis())
}
