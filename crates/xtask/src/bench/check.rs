//! `etude check` on very many very short snippets, beside what runs the examples of Markdown files elsewhere.
//!
//! Each round runs everything once, so that whatever else the machine does hits all alike.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::cargo::{Profile, build_etude};
use crate::tool::{self, shown};

#[derive(Args)]
pub(crate) struct Check {
    /// How many snippets, of one line each
    #[arg(long, default_value_t = 1_000)]
    snippets: usize,
    /// How many rounds of everything; the medians count
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Install the peers from the package index, into a folder that is gone afterwards
    #[arg(long)]
    peers: bool,
}

const PEERS: [&str; 3] = ["pytest", "pytest-examples", "pytest-markdown-docs"];

/// What pytest-examples wants beside the lesson.
const EXAMPLES: &str = "\
import pytest
from pytest_examples import CodeExample, EvalExample, find_examples


@pytest.mark.parametrize('example', find_examples('lesson.md'), ids=str)
def test_lesson(example: CodeExample, eval_example: EvalExample):
    eval_example.run_print_check(example)
";

/// A program that is run once a round, in the folder of the lesson.
struct Row {
    name: &'static str,
    command: Command,
    times: Vec<Duration>,
}

pub(super) fn run(arguments: &Check) -> Result<()> {
    let etude = build_etude(Profile::Release)?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let folder = folder.path();
    write(folder, "lesson.md", &lesson(arguments.snippets))?;
    write(folder, "test_lesson.py", EXAMPLES)?;
    let mut rows = vec![
        row("etude check --no-cache", folder, &etude, &["check", "--no-cache", "lesson.md"]),
        row("etude check, again", folder, &etude, &["check", "lesson.md"]),
    ];
    for row in &mut rows {
        // What earlier measurements kept is not ours.
        row.command.env("XDG_CACHE_HOME", folder.join("cache"));
    }
    if arguments.peers {
        let python = install(folder, &PEERS)?;
        let pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider"];
        rows.push(row("pytest-examples", folder, &python, &[&pytest[..], &["test_lesson.py"]].concat()));
        rows.push(row(
            "pytest-markdown-docs",
            folder,
            &python,
            &[&pytest[..], &["--markdown-docs", "lesson.md"]].concat(),
        ));
    } else {
        println!("note: without `--peers` there is only plain Python to compare with");
    }
    for (number, (code, _)) in snippets(arguments.snippets).enumerate() {
        write(folder, &format!("snippets/{number}.py"), &code)?;
    }
    let python = python()?;
    let each = ["-c", "for file in snippets/*.py; do \"$0\" \"$file\"; done", &python];
    rows.push(row("python3 for each snippet", folder, Path::new("sh"), &each));

    println!("{} snippets of one line, median of {} rounds, interleaved", arguments.snippets, arguments.rounds);
    for round in 0..arguments.rounds + 1 {
        for row in &mut rows {
            let time = once(&mut row.command)?;
            // The first fills caches.
            if round > 0 {
                row.times.push(time);
            }
        }
    }
    print_table(rows, arguments.snippets);
    Ok(())
}

fn row(name: &'static str, folder: &Path, program: &Path, words: &[&str]) -> Row {
    let mut command = Command::new(program);
    command.args(words).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Row { name, command, times: Vec::new() }
}

pub(super) fn write(folder: &Path, path: &str, text: &str) -> Result<()> {
    let place = folder.join(path);
    let parent = place.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(&place, text))
        .with_context(|| format!("cannot write `{}`", place.display()))
}

/// Each with what it prints.
fn snippets(count: usize) -> impl Iterator<Item = (String, String)> {
    (0..count).map(|number| match number % 4 {
        0 => (format!("print({number} * 2)\n"), (number * 2).to_string()),
        1 => (format!("print('tea'.upper(), {number})\n"), format!("TEA {number}")),
        2 => (format!("print(sorted([3, 1, {number}])[0])\n"), number.min(1).to_string()),
        _ => (format!("print(sum(range({number})))\n"), (number * (number - 1) / 2).to_string()),
    })
}

fn lesson(count: usize) -> String {
    let mut text = String::from("# One line each\n");
    for (code, output) in snippets(count) {
        let _ = write!(text, "\n```python\n{code}#> {output}\n```\n");
    }
    text
}

/// The interpreter itself: a shim on the way to it would cost more than Python does.
fn python() -> Result<String> {
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let output = asked.context("cannot start python3")?;
    Ok(String::from_utf8(output.stdout).context("the path of python3 is not UTF-8")?.trim().to_owned())
}

/// The Python with the peers.
pub(super) fn install(folder: &Path, peers: &[&str]) -> Result<PathBuf> {
    let environment = folder.join("environment");
    tool::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    let quiet = ["install", "--quiet", "--disable-pip-version-check"];
    tool::run(Command::new(environment.join("bin/pip")).args(quiet).args(peers))?;
    Ok(environment.join("bin/python"))
}

pub(super) fn once(command: &mut Command) -> Result<Duration> {
    let before = Instant::now();
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    let time = before.elapsed();
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(time)
}

/// Ratios are to the first row: above 1, that is the faster one.
fn print_table(rows: Vec<Row>, snippets: usize) {
    println!("\n{:<26} {:>10} {:>12} {:>8}", "", "wall", "snippets/s", "×");
    let mut first = None;
    for Row { name, mut times, .. } in rows {
        times.sort();
        let median = times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64();
        let ours = *first.get_or_insert(median);
        let rate = snippets as f64 / median.max(1e-6);
        println!("{name:<26} {:>7.0} ms {rate:>12.0} {:>8.2}", median * 1e3, median / ours.max(1e-6));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lesson_has_a_fence_for_each_snippet() {
        assert_eq!(
            lesson(2),
            "# One line each\n\n```python\nprint(0 * 2)\n#> 0\n```\n\n```python\nprint('tea'.upper(), 1)\n#> TEA 1\n```\n"
        );
        assert_eq!(snippets(7).last(), Some(("print(sorted([3, 1, 6])[0])\n".to_owned(), "1".to_owned())));
    }
}
