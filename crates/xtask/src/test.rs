//! `cargo xtask test`: everything that has to pass before a change is merged, cheapest first.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use tempfile::TempDir;

use crate::cargo::{cargo, install};
use crate::{acceptance, arrows, snapshots, tool};

/// Names a folder of documents that are not the project's own.
const ACCEPTANCE_DIR: &str = "ETUDE_ACCEPTANCE_DIR";

#[derive(Args)]
pub(crate) struct Arguments {
    /// The steps to run; all of them if none is named
    #[arg(value_name = "STEP")]
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// The code is formatted
    Fmt,
    /// Each crate uses only the crates it may
    Arrows,
    /// Licenses, sources and advisories of the crates we use
    Deny,
    /// No lint complains
    Clippy,
    /// The documentation builds, its links included
    Docs,
    /// Unit and integration tests
    Tests,
    /// Examples in the documentation
    Doctests,
    /// No snapshot is left over
    Snapshots,
    /// The documents in the folder that ETUDE_ACCEPTANCE_DIR names, if it does
    Acceptance,
}

impl Step {
    /// What to do when it fails, if the tool has not said so itself.
    fn way_out(self) -> &'static str {
        match self {
            Step::Fmt => "run `cargo fmt --all`",
            Step::Arrows => {
                "move the code to a crate that may use it, or change the map in ARCHITECTURE.md and the table"
            }
            Step::Deny => "choose another crate or version, or make the case for an entry in `deny.toml`",
            Step::Clippy => "mend what it names, or `#[expect(…, reason = \"…\")]` it",
            Step::Docs => "run `cargo doc --no-deps --workspace` and mend what it names",
            Step::Tests => {
                "run one test with `cargo nextest run NAME`; look at new snapshots with `git diff` after `INSTA_UPDATE=always`"
            }
            Step::Doctests => "run `cargo test --doc -p CRATE`",
            Step::Snapshots => "delete them, or bring back the test",
            Step::Acceptance => {
                "if the new reading is right, run `cargo xtask acceptance DIR --bless` and look at the difference"
            }
        }
    }
}

enum Outcome {
    Passed,
    /// Passed as far as it could be done here; the rest is not the code's fault.
    PassedBut(String),
    Skipped(String),
}

/// What one step leaves for a later one.
struct Session {
    folder: TempDir,
    tests_ran: bool,
}

impl Session {
    fn references(&self) -> PathBuf {
        self.folder.path().join("snapshot-references")
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let steps = if arguments.steps.is_empty() { Step::value_variants() } else { &arguments.steps };
    let mut session =
        Session { folder: tempfile::tempdir().context("cannot make a temporary folder")?, tests_ran: false };
    let mut passed = 0;
    let mut skipped = 0;
    let mut notes = Vec::new();
    for &step in steps {
        println!("\n=== {}", name(step));
        let outcome = match perform(step, &mut session) {
            Ok(outcome) => outcome,
            Err(error) => {
                bail!("{error:#}\n{passed} steps passed, `{}` failed\nhint: {}", name(step), step.way_out())
            }
        };
        match outcome {
            Outcome::Passed => passed += 1,
            Outcome::PassedBut(reason) => {
                passed += 1;
                notes.push(format!("{} in part: {reason}", name(step)));
            }
            Outcome::Skipped(reason) => {
                skipped += 1;
                notes.push(format!("{} skipped: {reason}", name(step)));
            }
        }
    }
    println!("\n{passed} steps passed, {skipped} skipped, 0 failed");
    notes.iter().for_each(|note| println!("note: {note}"));
    Ok(())
}

fn name(step: Step) -> String {
    step.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn perform(step: Step, session: &mut Session) -> Result<Outcome> {
    match step {
        Step::Fmt => tool::run(&mut cargo(&["fmt", "--all", "--check"]))?,
        Step::Arrows => arrows::check()?,
        Step::Deny => return deny(),
        Step::Clippy => {
            tool::run(&mut cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
        }
        Step::Docs => {
            let mut docs = cargo(&["doc", "--quiet", "--no-deps", "--workspace"]);
            tool::run(docs.env("RUSTDOCFLAGS", "-D warnings"))?;
        }
        Step::Tests => tests(session)?,
        Step::Doctests => tool::run(&mut cargo(&["test", "--quiet", "--doc", "--workspace"]))?,
        Step::Snapshots => {
            if !session.tests_ran {
                tests(session)?;
            }
            snapshots::check(&session.references())?;
        }
        Step::Acceptance => {
            let Some(folder) = std::env::var_os(ACCEPTANCE_DIR) else {
                return Ok(Outcome::Skipped(format!("{ACCEPTANCE_DIR} is not set")));
            };
            acceptance::compare(Path::new(&folder))?;
        }
    }
    Ok(Outcome::Passed)
}

fn tests(session: &mut Session) -> Result<()> {
    install("cargo-nextest", &["cargo-nextest"])?;
    let mut tests = cargo(&["nextest", "run", "--workspace", "--profile", "ci", "--status-level", "slow"]);
    // insta would write a new snapshot beside the old one, or accept it, as the developer's settings have it.
    tests.env("INSTA_UPDATE", "no");
    tool::run(tests.env(snapshots::REFERENCES, session.references()))?;
    session.tests_ran = true;
    Ok(())
}

/// Advisories need a database from the internet; the other checks need nothing and are always done.
fn deny() -> Result<Outcome> {
    if let Err(error) = install("cargo-deny", &["cargo-deny"]) {
        return Ok(Outcome::Skipped(format!("cargo-deny cannot be installed: {error}")));
    }
    let fetched = cargo(&["deny", "fetch", "db"]).output().is_ok_and(|output| output.status.success());
    // Versions there are twice are a thing to know, not to read a screen about at every run.
    let check = ["deny", "--log-level", "error", "check", "--hide-inclusion-graph"];
    if fetched {
        tool::run(&mut cargo(&check))?;
        return Ok(Outcome::Passed);
    }
    tool::run(cargo(&check).args(["bans", "licenses", "sources"]))?;
    Ok(Outcome::PassedBut("the advisory database cannot be fetched; bans, licenses and sources are fine".to_owned()))
}
