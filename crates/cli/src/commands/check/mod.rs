mod findings;
mod fix;
mod levels;

use std::io::Write;
use std::time::{Duration, Instant};

use etude_project::Workspace;
use etude_text::render::{self, JsonDiagnostic, Rule, Tool};
use etude_text::{Diagnostic, Severity};
use serde::Serialize;

use self::findings::{Claims, Findings};
use self::levels::Levels;
use crate::Status;
use crate::catalogue;
use crate::paths::Paths;
use crate::printer::{Printer, count};

const EXAMPLES: &str = "\
Examples:
  etude check --no-run                       the course in the current folder
  etude check --no-run --fix lessons         repair what can be repaired safely
  etude check --no-run --ignore alt-text .   without one of the checks
  etude check --no-run --json - < draft.md   one file from standard input, for a program

Exit codes: 0 no errors or warnings, 1 some, 2 something could not be read or written.";

/// Find every claim of a course, and say what is wrong with it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    paths: Paths,

    /// Only read; run no snippet
    #[arg(long)]
    no_run: bool,

    /// Repair what can be repaired safely, then report the rest
    #[arg(long)]
    fix: bool,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    levels: Levels,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct Format {
    /// Print one JSON object
    #[arg(long)]
    json: bool,

    /// Print workflow commands, which GitHub shows in the lines of a pull request
    #[arg(long)]
    github: bool,

    /// Print a SARIF 2.1.0 log
    #[arg(long)]
    sarif: bool,
}

pub(crate) fn run(arguments: Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let Arguments { paths, no_run, fix, format, levels } = arguments;
    let started = Instant::now();
    anyhow::ensure!(!(fix && paths.has_stdin()), "`--fix` cannot write to standard input");
    if !no_run {
        printer.say("note: this version reads snippets but does not run them; `--no-run` says that this is meant");
    }
    let mut workspace = paths.read()?;
    let mut findings = Findings::of(&mut workspace, &levels);
    let mut failed = workspace.errors.len();
    if fix {
        failed += fix::run(&mut workspace, &mut findings, &levels, printer);
    }
    let wall = started.elapsed();

    let mut out = printer.out();
    let diagnostics = &findings.diagnostics;
    if format.json {
        serde_json::to_writer_pretty(&mut out, &Report::new(&workspace, &findings, wall))?;
        writeln!(out)?;
    } else if format.github {
        render::github(&mut out, &workspace.sources, diagnostics)?;
    } else if format.sarif {
        sarif(&mut out, &workspace, diagnostics)?;
    } else {
        render::terminal(&mut out, &workspace.sources, diagnostics, printer.terminal())?;
    }
    out.flush()?;
    for error in &workspace.errors {
        printer.project_error(error);
    }
    if findings.files > 0 && !(format.json || format.sarif) {
        printer.say(&summary(&findings, failed, wall));
    }
    Ok(if failed > 0 {
        Status::Incomplete
    } else if diagnostics.iter().any(|it| it.severity > Severity::Note) {
        Status::Findings
    } else {
        Status::Fine
    })
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    files: usize,
    snippets: usize,
    claims: Claims,
    wall_ms: u64,
    virtual_ms: u64,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

impl<'a> Report<'a> {
    fn new(workspace: &'a Workspace, findings: &'a Findings, wall: Duration) -> Self {
        Self {
            files: findings.files,
            snippets: findings.snippets,
            claims: findings.claims,
            wall_ms: wall.as_millis() as u64,
            // Nothing is run, so no time passes for any snippet.
            virtual_ms: 0,
            diagnostics: render::json(&workspace.sources, &findings.diagnostics),
        }
    }
}

fn sarif(out: &mut dyn Write, workspace: &Workspace, diagnostics: &[Diagnostic]) -> std::io::Result<()> {
    let entries = catalogue::entries();
    let rules: Vec<Rule<'_>> = entries
        .iter()
        .map(|entry| Rule { code: entry.code, summary: entry.summary, documentation: entry.documentation })
        .collect();
    let tool = Tool { version: env!("CARGO_PKG_VERSION"), rules: &rules };
    render::sarif(out, &workspace.sources, diagnostics, tool)
}

/// `3 files, 21 snippets, 40 claims: 12 true, 1 false, 27 undecided; 1 error, 2 warnings, 1 note (8 ms)`
fn summary(findings: &Findings, failed: usize, wall: Duration) -> String {
    let Claims { total, is_true, is_false, undecided } = findings.claims;
    let read = [(findings.files, "file"), (findings.snippets, "snippet"), (total, "claim")];
    let read = read.map(|(number, thing)| count(number, thing)).join(", ");
    let severities = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let mut found: Vec<String> = severities
        .into_iter()
        .map(|(severity, word)| (findings.diagnostics.iter().filter(|it| it.severity == severity).count(), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| count(number, word))
        .collect();
    if failed > 0 {
        found.push(format!("{} to read or write", count(failed, "failure")));
    }
    let found = if found.is_empty() { "nothing to complain about".to_owned() } else { found.join(", ") };
    format!("{read}: {is_true} true, {is_false} false, {undecided} undecided; {found} ({} ms)", wall.as_millis())
}
