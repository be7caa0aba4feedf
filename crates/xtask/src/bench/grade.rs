//! How long a verdict takes, and how many come a second, beside running the same tests plainly.
//!
//! The verdicts are those of a process that stays, as a server or `etude learn` is one; pytest and unittest are started for
//! each submission, as whoever grades with them has to.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;

use super::check::{install, once, write};
use crate::tool;

#[derive(Args)]
pub(crate) struct Grade {
    /// How many verdicts to measure
    #[arg(long, default_value_t = 100)]
    verdicts: usize,
}

const CONFIG: &str =
    r#"{"files": {"solution": ["cups.py"], "test": ["cups_test.py"], "exemplar": [".meta/exemplar.py"]}}"#;

const SOLUTION: &str = "\
def total(cups):
    return sum(cups)


def served(names):
    return [f'tea for {name}' for name in names]


def largest(cups):
    if not cups:
        raise ValueError('no cups')
    return max(cups)
";

const TESTS: &str = "\
import unittest

from cups import largest, served, total


class CupsTest(unittest.TestCase):
    def test_total(self):
        self.assertEqual(total([1, 2, 3]), 6)

    def test_nothing(self):
        self.assertEqual(total([]), 0)

    def test_served(self):
        self.assertEqual(served(['Ann', 'Ben']), ['tea for Ann', 'tea for Ben'])

    def test_largest(self):
        self.assertEqual(largest([2, 7, 5]), 7)

    def test_no_largest(self):
        with self.assertRaises(ValueError):
            largest([])
";

pub(super) fn run(arguments: &Grade) -> Result<()> {
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let folder = temporary.path();
    let exercise = folder.join("exercises/concept/cups");
    write(&exercise, ".meta/config.json", CONFIG)?;
    write(&exercise, ".meta/exemplar.py", SOLUTION)?;
    write(&exercise, "cups.py", "")?;
    write(&exercise, "cups_test.py", TESTS)?;
    let plain = folder.join("plain");
    write(&plain, "cups.py", SOLUTION)?;
    write(&plain, "cups_test.py", TESTS)?;

    std::fs::create_dir_all(folder.join("exercises/practice")).context("cannot make a folder")?;
    let mut track = Command::new("cargo");
    track.args(["run", "--quiet", "--release", "--package", "etude-practice", "--example", "track", "--"]);
    tool::run(track.arg(folder).arg("--bench").arg(arguments.verdicts.to_string()))?;
    let python = install(folder, &["pytest"])?;
    for (name, words) in [
        ("python -m unittest", &["-m", "unittest", "-q", "cups_test"][..]),
        ("python -m pytest", &["-m", "pytest", "-q", "-p", "no:cacheprovider", "cups_test.py"]),
    ] {
        peer(name, &plain, &python, words, arguments.verdicts)?;
    }
    Ok(())
}

/// One at a time, then two at once.
fn peer(name: &str, folder: &Path, python: &Path, words: &[&str], count: usize) -> Result<()> {
    let graded = || {
        let mut command = Command::new(python);
        command.args(words).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        once(&mut command)
    };
    let mut times = (0..count).map(|_| graded()).collect::<Result<Vec<Duration>>>()?;
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    let began = Instant::now();
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..2).map(|_| scope.spawn(|| (0..count).try_for_each(|_| graded().map(drop)))).collect();
        all.into_iter().try_for_each(|one| one.join().unwrap_or(Ok(())))
    })?;
    let rate = (2 * count) as f64 / began.elapsed().as_secs_f64();
    println!("{name:<32} p50 {:.1} ms  p99 {:.1} ms  {rate:.0} a second on two", at(0.5), at(0.99));
    Ok(())
}
