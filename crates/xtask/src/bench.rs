//! `cargo xtask bench`: how fast we are, beside the peers, on inputs anybody can make again.

mod check;
mod clock;
mod corpus;
mod grade;
mod mdbook;
mod measure;
mod run;
mod trace;
mod track;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use crate::cargo::{Profile, build_etude, install};
use corpus::Corpus;
use measure::{Medians, measure, pinned};

#[derive(Subcommand)]
pub(crate) enum Benchmark {
    /// Read a generated course: `etude check --no-run`, beside mdBook's build of the same Markdown
    Read(Read),
    /// Check a thousand one-line snippets, beside pytest-examples, pytest-markdown-docs and plain Python
    Check(check::Check),
    /// Run snippets through a warm sandbox, beside plain Python and bubblewrap
    Run(run::Run),
    /// Skip waits under the virtual clock, beside looptime, trio and faketime
    Clock(clock::Clock),
    /// Grade submissions for an exercise of five tests, beside pytest and unittest
    Grade(grade::Grade),
    /// Run many tasks with and without being watched
    Trace(trace::Trace),
    /// Grade a whole track, beside `python -m pytest` for each exercise
    Track(track::Track),
}

#[derive(Args)]
pub(crate) struct Read {
    /// How many lessons to generate, of ten snippets each
    #[arg(long, default_value_t = 2_000)]
    lessons: usize,
    /// How often to measure; the medians count
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Install mdBook if it is not there
    #[arg(long)]
    peers: bool,
    /// Generate the course here and keep it
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

pub(crate) fn run(benchmark: &Benchmark) -> Result<()> {
    match benchmark {
        Benchmark::Read(arguments) => read(arguments),
        Benchmark::Check(arguments) => check::run(arguments),
        Benchmark::Run(arguments) => run::run(arguments),
        Benchmark::Clock(arguments) => clock::run(arguments),
        Benchmark::Grade(arguments) => grade::run(arguments),
        Benchmark::Trace(arguments) => trace::run(arguments),
        Benchmark::Track(arguments) => track::run(arguments),
    }
}

/// One measured thing in the table.
struct Row {
    name: &'static str,
    medians: Medians,
}

fn read(arguments: &Read) -> Result<()> {
    let etude = build_etude(Profile::Release)?;
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let course = arguments.keep.clone().unwrap_or_else(|| temporary.path().join("course"));
    let corpus = Corpus::new(arguments.lessons);
    corpus.write(&course)?;
    let (lessons, snippets) = (corpus.lessons().len(), corpus.snippets());
    let megabytes = corpus.bytes() as f64 / 1e6;
    println!("{lessons} lessons, {snippets} snippets, {megabytes:.1} MB, median of {} runs", arguments.runs);

    let check = |paths: &Path| {
        let mut command = pinned(&etude);
        command.args(["check", "--no-run"]).arg(paths);
        command
    };
    // Findings in the corpus are no failure of the measurement, but they would be worth knowing.
    let fine = &[0, 1];
    if check(&course).output()?.status.code() == Some(1) {
        println!("note: `etude check` has findings in the generated course; `--keep DIR` to look at them");
    }
    let ours = Row { name: "etude check --no-run", medians: measure(&mut check(&course), arguments.runs, fine)? };
    let mut rows = vec![ours];
    if let Some(lesson) = corpus.lessons().first() {
        let alone = temporary.path().join("lesson.md");
        std::fs::write(&alone, &lesson.text)?;
        let medians = measure(&mut check(&alone), arguments.runs * 4, fine)?;
        rows.push(Row { name: "etude check, one lesson", medians });
    }

    if arguments.peers {
        install("mdbook", &["mdbook", "--version", "^0.5"])?;
    }
    if crate::tool::exists(&mut Command::new("mdbook")) {
        let book = mdbook::make_book(&corpus, &temporary.path().join("book"))?;
        let mut build = pinned("mdbook");
        rows.push(Row { name: "mdbook build", medians: measure(build.arg("build").arg(book), arguments.runs, &[0])? });
    } else {
        println!("note: mdbook is not installed, so there is nothing to compare with; `--peers` installs it");
    }
    print_table(&rows);
    Ok(())
}

/// Ratios are to the first row: above 1, it is the faster one.
fn print_table(rows: &[Row]) {
    let first = rows[0].medians;
    println!("\n{:<26} {:>10} {:>10} {:>8} {:>8}", "", "CPU", "wall", "× CPU", "× wall");
    for Row { name, medians } in rows {
        let ratio = |time: Duration, of: Duration| time.as_secs_f64() / of.as_secs_f64().max(1e-6);
        println!(
            "{name:<26} {:>7.1} ms {:>7.1} ms {:>8.2} {:>8.2}",
            medians.cpu.as_secs_f64() * 1e3,
            medians.wall.as_secs_f64() * 1e3,
            ratio(medians.cpu, first.cpu),
            ratio(medians.wall, first.wall),
        );
    }
}
