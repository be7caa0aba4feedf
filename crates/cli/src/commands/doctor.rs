use std::io::Write;
use std::path::PathBuf;

use etude_sandbox::doctor::{Examined, examine, guarantees, skips_waiting};
use etude_sandbox::{Config, Interpreter, Layers, Policy, Profile, Sandbox, environment};
use serde::Serialize;

use crate::Status;
use crate::printer::{BOLD, DIM, GREEN, Printer, RED, count};
use crate::python::{Pythons, has_pip};

const EXAMPLES: &str = "\
Examples:
  etude doctor
  etude doctor --json | jq '.guarantees[] | select(.holds | not)'

Exit codes: 0 everything is guaranteed, 1 something is not, 2 it could not be found out.";

/// Say what this machine can and cannot guarantee about the programs of strangers
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Do not try to break the guarantees, which takes about two seconds
    #[arg(long)]
    quick: bool,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    guarantees: Vec<Guarantee>,
    /// Whether waiting can be skipped; null if that was not tried.
    skips_waiting: Option<bool>,
    /// Why nothing can be run here, if so.
    trouble: Option<String>,
    interpreters: Vec<Found>,
    uv: Option<PathBuf>,
    pip: bool,
    cache: Cache,
}

#[derive(Serialize)]
struct Guarantee {
    promise: &'static str,
    holds: bool,
    by: Vec<&'static str>,
    /// Whether it withstood a program that tried to break it; null if none did.
    withstood: Option<bool>,
    advice: Option<&'static str>,
}

#[derive(Serialize)]
struct Found {
    version: String,
    path: PathBuf,
    /// Used where nobody asks for another.
    usual: bool,
}

#[derive(Serialize)]
struct Cache {
    folder: PathBuf,
    environments: usize,
    bytes: u64,
}

pub(crate) fn run(arguments: &Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let pythons = Pythons::find()?;
    let usual = pythons.choose(None);
    let (examined, skips_waiting, trouble) = match &usual {
        Ok(interpreter) => examined(arguments.quick, &pythons, interpreter, printer),
        Err(error) => (untried(&Layers::probe(&[])), None, Some(error.to_string())),
    };
    let usual = usual.ok();
    let found = |one: &Interpreter| Found {
        version: one.version.to_string(),
        path: one.executable.clone(),
        usual: usual.as_ref() == Some(one),
    };
    let mut interpreters: Vec<&Interpreter> = pythons.interpreters.all().iter().collect();
    interpreters.sort_by_key(|one| std::cmp::Reverse(one.version));
    let report = Report {
        guarantees: examined.into_iter().map(Guarantee::from).collect(),
        skips_waiting,
        trouble,
        interpreters: interpreters.into_iter().map(found).collect(),
        uv: Pythons::on_path("uv"),
        pip: usual.as_ref().is_some_and(has_pip),
        cache: Cache {
            environments: environment::list(&pythons.cache)?.len(),
            bytes: etude_project::folder_size(&pythons.cache),
            folder: pythons.cache,
        },
    };
    let mut out = printer.out();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        write(&mut out, &report)?;
    }
    out.flush()?;
    let fine = report.trouble.is_none() && report.guarantees.iter().all(|guarantee| guarantee.holds);
    Ok(if fine { Status::Fine } else { Status::Findings })
}

/// The guarantees, tried unless that is to be left out, and why they could not be.
fn examined(
    quick: bool,
    pythons: &Pythons,
    interpreter: &Interpreter,
    printer: &Printer,
) -> (Vec<Examined>, Option<bool>, Option<String>) {
    let attempt = || -> anyhow::Result<(Vec<Examined>, Option<bool>)> {
        let policy = Policy { most: Profile::Python, weak: true };
        let sandbox = Sandbox::start(Config { slots: 1, policy, avoid: Vec::new() })?;
        if quick {
            return Ok((untried(sandbox.layers()), None));
        }
        let environment = pythons.environment(interpreter, &[], printer)?;
        Ok((examine(&sandbox, &environment)?, Some(skips_waiting(&sandbox, &environment)?)))
    };
    match attempt() {
        Ok((examined, skips)) => (examined, skips, None),
        Err(error) => (untried(&Layers::probe(&[])), None, Some(format!("{error:#}"))),
    }
}

fn untried(layers: &Layers) -> Vec<Examined> {
    guarantees(layers).into_iter().map(|guarantee| Examined { guarantee, withstood: None }).collect()
}

impl From<Examined> for Guarantee {
    fn from(examined: Examined) -> Self {
        let Examined { guarantee, withstood } = examined;
        // What a program has just broken does not hold, whatever should have held it.
        let holds = guarantee.holds() && withstood != Some(false);
        Guarantee {
            promise: guarantee.promise,
            holds,
            advice: (!holds && !guarantee.advice.is_empty()).then_some(guarantee.advice),
            by: guarantee.held_by,
            withstood,
        }
    }
}

fn write(out: &mut impl Write, report: &Report) -> std::io::Result<()> {
    writeln!(out, "{BOLD}What a stranger's program meets here{BOLD:#}")?;
    for guarantee in &report.guarantees {
        let Guarantee { promise, holds, by, withstood, advice } = guarantee;
        let (style, word) = if *holds { (GREEN, "yes") } else { (RED, "NO ") };
        writeln!(out, "  {style}{word}{style:#}  {promise}")?;
        let tried = match withstood {
            Some(true) => "; tried, and it held",
            Some(false) => "; tried, and it was BROKEN",
            None => "",
        };
        if !by.is_empty() {
            wrapped(out, &format!("by {}{tried}", by.join(", ")))?;
        }
        if let Some(advice) = advice {
            wrapped(out, &format!("to do: {advice}"))?;
        }
    }
    if let Some(skips) = report.skips_waiting {
        writeln!(out, "\n{BOLD}Time{BOLD:#}")?;
        let (style, word) = if skips { (GREEN, "yes") } else { (RED, "NO ") };
        writeln!(out, "  {style}{word}{style:#}  waiting is skipped")?;
        match skips {
            true => wrapped(out, "tried, by waiting for ten minutes")?,
            false => wrapped(
                out,
                "what a run's threads do cannot be seen: it takes `/proc/PID/syscall`, which `kernel.yama.ptrace_scope` \
                 3 and some containers forbid. Runs take their real time, and say so",
            )?,
        }
    }
    if let Some(trouble) = &report.trouble {
        writeln!(out, "\n{RED}Nothing can be run:{RED:#} {trouble}")?;
    }
    writeln!(out, "\n{BOLD}Pythons{BOLD:#}")?;
    for Found { version, path, usual } in &report.interpreters {
        let mark = if *usual { "  (the usual one)" } else { "" };
        writeln!(out, "  {version:<8} {}{DIM}{mark}{DIM:#}", path.display())?;
    }
    if report.interpreters.is_empty() {
        writeln!(out, "  none: install Python 3.8 or newer")?;
    }
    writeln!(out, "\n{BOLD}Packages{BOLD:#}")?;
    match (&report.uv, report.pip) {
        (Some(uv), _) => writeln!(out, "  installed by uv, {}", uv.display())?,
        (None, true) => writeln!(out, "  installed by pip; with uv on PATH it would be faster")?,
        (None, false) => writeln!(out, "  cannot be installed: install uv, or your system's `python3-venv` package")?,
    }
    let Cache { folder, environments, bytes } = &report.cache;
    let made = count(*environments, "environment");
    writeln!(out, "  {made}, {:.1} MB in {}", *bytes as f64 / 1e6, folder.display())
}

/// What stands below a guarantee, at no more than 80 columns.
fn wrapped(out: &mut impl Write, text: &str) -> std::io::Result<()> {
    const INDENT: &str = "       ";
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && INDENT.len() + line.len() + 1 + word.len() > 80 {
            writeln!(out, "{INDENT}{DIM}{line}{DIM:#}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{INDENT}{DIM}{line}{DIM:#}")
}
