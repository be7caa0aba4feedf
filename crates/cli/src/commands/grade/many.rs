//! A folder of submissions, a row each.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use etude_practice::grade::{Status as Ended, Verdict};
use rayon::prelude::*;
use serde::Serialize;

use super::Found;
use super::json::VerdictView;
use crate::Status;
use crate::grading::{Grader, Ready};
use crate::interrupts::{Interrupts, interruptible};
use crate::printer::{DIM, GREEN, Printer, RED, count, one_line};
use crate::progress::{bar, watched};

/// One submission, and what came of it; an error is why it could not be graded.
pub(super) struct Row {
    name: String,
    verdict: Result<Verdict, String>,
}

#[derive(Clone, Copy)]
pub(super) enum Form {
    Table,
    Json,
    Csv,
}

impl Form {
    pub(super) fn of(json: bool, csv: bool) -> Self {
        match (json, csv) {
            (true, _) => Form::Json,
            (_, true) => Form::Csv,
            (false, false) => Form::Table,
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    exercise: String,
    submissions: Vec<RowView<'a>>,
}

#[derive(Serialize)]
struct RowView<'a> {
    submission: &'a str,
    #[serde(flatten)]
    verdict: Option<VerdictView<'a>>,
    /// Why there is no verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// Grades all of them, several at once; those that were not begun when somebody pressed Ctrl-C are left out.
pub(super) fn grade(
    found: &Found,
    all: &[(String, PathBuf)],
    interrupts: &Interrupts,
    printer: &Printer,
) -> anyhow::Result<Vec<Row>> {
    let grader = Grader::start(printer)?;
    let ready = interruptible(grader.sandbox(), interrupts, || grader.ready(&found.exercise, &found.config, printer))?;
    watched(printer, |tell| {
        let told = Mutex::new((0, tell));
        interruptible(grader.sandbox(), interrupts, || {
            let one = |(name, path): &(String, PathBuf)| {
                let row = row(found, &grader, &ready, name, path);
                if let Ok(mut told) = told.lock() {
                    told.0 += 1;
                    let text = format!("grading {}", bar(told.0, all.len()));
                    (told.1)(text);
                }
                interrupts.signal().is_none().then_some(row)
            };
            Ok(all.par_iter().filter_map(one).collect())
        })
    })
}

fn row(found: &Found, grader: &Grader, ready: &Ready, name: &str, path: &Path) -> Row {
    let graded = || -> anyhow::Result<Verdict> {
        let files = etude_project::one_of_many(path)?;
        let Some(placed) = found.exercise.placed(&files) else {
            let names: Vec<&str> = found.exercise.written().collect();
            if let Some(link) = names.iter().find(|name| path.join(name).is_symlink()) {
                anyhow::bail!("its `{link}` is a link, and those are not followed");
            }
            anyhow::bail!("it has no `{}`", names.join("`, `"));
        };
        grader.grade(ready, &placed)
    };
    Row { name: name.to_owned(), verdict: graded().map_err(|error| format!("{error:#}")) }
}

pub(super) fn tell(
    found: &Found,
    rows: &[Row],
    form: Form,
    interrupts: &Interrupts,
    printer: &Printer,
) -> anyhow::Result<Status> {
    let mut out = printer.out();
    match form {
        Form::Json => {
            let submissions = rows.iter().map(Row::view).collect();
            serde_json::to_writer_pretty(&mut out, &Report { exercise: found.name(), submissions })?;
            writeln!(out)?;
        }
        Form::Csv => {
            writeln!(out, "submission,status,points,worth,passed,tests,outcome,message,digest")?;
            for row in rows {
                writeln!(out, "{}", row.csv())?;
            }
        }
        Form::Table => table(&mut out, rows, printer)?,
    }
    out.flush()?;
    let passed = rows.iter().filter(|row| row.is_passed()).count();
    let failed = rows.iter().filter(|row| row.verdict.is_err()).count();
    let ungraded = if failed > 0 { format!(", {failed} could not be graded") } else { String::new() };
    printer.say(&format!("{}: {passed} passed{ungraded}", count(rows.len(), "submission")));
    Ok(match interrupts.signal() {
        Some(signal) => Status::Stopped(signal),
        None if failed > 0 => Status::Incomplete,
        None if passed < rows.len() => Status::Findings,
        None => Status::Fine,
    })
}

fn table(out: &mut impl Write, rows: &[Row], printer: &Printer) -> std::io::Result<()> {
    let width = printer.terminal().width;
    let names = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).min(width / 3);
    let points: Vec<String> = rows.iter().map(Row::points).collect();
    let numbers = points.iter().map(String::len).max().unwrap_or(0);
    for (row, points) in rows.iter().zip(points) {
        let (style, mark) = if row.is_passed() { (GREEN, '✓') } else { (RED, '✗') };
        let name = one_line(&row.name, names);
        let fill = " ".repeat(names.saturating_sub(name.chars().count()));
        let rest = one_line(&row.message(), width.saturating_sub(names + numbers + 6).max(10));
        let line = format!("{style}{mark}{style:#} {name}{fill}  {points:>numbers$}  {DIM}{rest}{DIM:#}");
        writeln!(out, "{}", if rest.is_empty() { line.replace(&format!("  {DIM}{DIM:#}"), "") } else { line })?;
    }
    Ok(())
}

impl Row {
    fn is_passed(&self) -> bool {
        self.verdict.as_ref().is_ok_and(|verdict| verdict.status == Ended::Pass)
    }

    fn points(&self) -> String {
        self.verdict.as_ref().map_or_else(|_| "–".to_owned(), |it| format!("{}/{}", it.points(), it.worth()))
    }

    /// What to look at first.
    fn message(&self) -> String {
        let verdict = match &self.verdict {
            Ok(verdict) => verdict,
            Err(error) => return error.clone(),
        };
        let first = verdict.tests.iter().find(|test| !test.is_right());
        let of_test = first.map(|test| format!("{}: {}", test.id, test.message.as_deref().unwrap_or_default()));
        let first_line = |message: &String| message.lines().next().map(str::to_owned);
        verdict.message.as_ref().and_then(first_line).or(of_test).unwrap_or_default()
    }

    fn csv(&self) -> String {
        let fields = match &self.verdict {
            Ok(verdict) => {
                let passed = verdict.tests.iter().filter(|test| test.is_right()).count();
                let numbers = [verdict.points() as usize, verdict.worth() as usize, passed, verdict.tests.len()];
                let mut fields = vec![self.name.clone(), verdict.status.name().to_owned()];
                fields.extend(numbers.map(|number| number.to_string()));
                fields.extend([verdict.outcome.name().to_owned(), self.message(), verdict.digest.clone()]);
                fields
            }
            Err(error) => {
                let mut fields = vec![String::new(); 9];
                (fields[0], fields[1], fields[7]) = (self.name.clone(), "ungraded".to_owned(), error.clone());
                fields
            }
        };
        fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",")
    }

    fn view(&self) -> RowView<'_> {
        RowView {
            submission: &self.name,
            verdict: self.verdict.as_ref().ok().map(VerdictView::new),
            error: self.verdict.as_ref().err().map(String::as_str),
        }
    }
}

/// A field of a CSV file. A spreadsheet must not take what a learner wrote for a formula.
fn quoted(field: &str) -> String {
    let harmless =
        if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() };
    let plain = !harmless.contains(['"', ',', '\n', '\r']);
    if plain { harmless } else { format!("\"{}\"", harmless.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        for (field, expected) in
            [("ann", "ann"), ("a,b", "\"a,b\""), ("say \"hi\"\n", "\"say \"\"hi\"\"\n\""), ("=1+1", "'=1+1"), ("", "")]
        {
            assert_eq!(quoted(field), expected);
        }
    }
}
