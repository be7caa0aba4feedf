pub(crate) mod execute;
mod exercises;
mod findings;
mod fix;
mod junit;
pub(crate) mod kept;
mod levels;
mod online;
pub(crate) mod sessions;
mod timelines;
mod unmet;
mod update;
mod verdicts;
mod watch;

use std::error::Error as _;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use etude_project::{Stamp, Workspace};
use etude_sandbox::environment::Requirement;
use etude_text::render::{self, JsonDiagnostic, Rule, Tool};
use etude_text::{Diagnostic, Severity};
use serde::Serialize;

use self::execute::{Decided, Manner, execute};
use self::findings::{Claims, Findings};
use self::levels::Levels;
use self::sessions::OneSandbox;
use self::verdicts::VerdictReport;
use crate::Status;
use crate::catalogue;
use crate::interrupts::Interrupts;
use crate::paths::Paths;
use crate::printer::{Printer, count};

const EXAMPLES: &str = "\
Examples:
  etude check                                run the course in the current folder
  etude check --with httpx lesson.md         one lesson, with a package its `course.toml` does not list
  etude check --watch                        again and again, while it is being written
  etude check --update lesson.md             let the lesson say what its code prints now
  etude check --timeline pictures            and draw what the tasks of its snippets do
  etude check --no-run                       only read it
  etude check --no-run --online              ask other hosts, too, whether links lead somewhere
  etude check --no-run --fix lessons         repair what can be repaired safely
  etude check --no-run --ignore missing-alt-text .
                                             without one of the checks
  etude check --no-run --json - < draft.md   one file from standard input, for a program

Of one file, a hundred diagnostics of each check are shown, and a note says how many more there are.

What a run brings is kept (see `etude cache`): only what changed is run again. Ctrl-C ends what is running; what
has ended by then is reported.

Exit codes: 0 no errors or warnings, 1 some, 2 something could not be read or written, 130 Ctrl-C.";

/// Run what a course shows, and say which of its claims are false
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    paths: Paths,

    /// Only read; run no snippet
    #[arg(long)]
    no_run: bool,

    /// A package that the snippets may use besides those of `course.toml`: `httpx`, `httpx==0.28.1`
    #[arg(long, value_name = "PACKAGE", conflicts_with = "no_run")]
    with: Vec<Requirement>,

    /// Count what could not be decided as a finding
    #[arg(long, conflicts_with = "no_run")]
    strict: bool,

    /// Run each session again with N seeds, and count as a finding what holds in some orders only. Without it, sessions
    /// whose output may hang on the order get a few, and what they show is noted
    #[arg(
        long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "10",
        value_parser = clap::value_parser!(u64).range(1..=100), conflicts_with = "no_run")]
    races: Option<u64>,

    /// Ask other hosts whether what the lessons link to is there
    #[arg(long)]
    online: bool,

    /// Repair what can be repaired safely, then report the rest
    #[arg(long)]
    fix: bool,

    /// Rewrite `output` fences and `#>` lines that are not what is printed, and show the changes
    #[arg(long, conflicts_with = "no_run")]
    update: bool,

    /// Check again whenever a lesson or a file beside it changes, and show what that changed; Ctrl-C ends it
    #[arg(long, conflicts_with_all = ["json", "github", "sarif", "fix", "update", "junit", "online"])]
    watch: bool,

    /// Draw what the tasks of each session did, as a picture for each lesson and line, in this folder
    #[arg(long, value_name = "DIR", conflicts_with = "no_run")]
    timeline: Option<PathBuf>,

    /// Run everything, whatever earlier runs brought, and keep nothing of it
    #[arg(long, conflicts_with = "no_run")]
    no_cache: bool,

    #[command(flatten)]
    format: Format,

    /// Also write a JUnit report of all claims
    #[arg(long, value_name = "FILE", conflicts_with = "no_run")]
    junit: Option<PathBuf>,

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

/// What came of one check.
struct Checked {
    workspace: Workspace,
    findings: Findings,
    decided: Vec<Decided>,
    exercises: Vec<exercises::Judgement>,
    unsaved: Vec<etude_project::Error>,
    wall: Duration,
    /// How the files looked when they were read, for who watches them.
    stamp: Option<Stamp>,
}

fn check(arguments: &Arguments, interrupts: &Interrupts, printer: &Printer) -> anyhow::Result<Checked> {
    let Arguments { paths, no_run, with, strict, races, online, fix, update, no_cache, levels, timeline, .. } =
        arguments;
    let started = Instant::now();
    let mut workspace = paths.clone().read()?;
    let stamp = arguments.watch.then(|| workspace.stamp(timeline.as_deref()));
    if *online {
        online::ask(&mut workspace, printer);
    }
    let mut findings = Findings::of(&mut workspace, levels);
    let mut unsaved = if *fix { fix::run(&mut workspace, &mut findings, levels, printer) } else { Vec::new() };
    let hunted: Vec<u64> = (1..=races.unwrap_or(0)).collect();
    let seeds = if *update && hunted.is_empty() { update::TWICE } else { &hunted };
    let sandbox = OneSandbox::default();
    let manner =
        Manner { with, cached: !no_cache, seeds, timelines: timeline.is_some(), interrupts, sandbox: &sandbox };
    let (mut decided, mut unmet) =
        if *no_run { Default::default() } else { execute(&mut workspace, &manner, printer)? };
    if *update && interrupts.signal().is_none() {
        let (found, errors) = update::run(&mut workspace, &decided, printer);
        unsaved.extend(errors);
        if found {
            findings = Findings::of(&mut workspace, levels);
            (decided, unmet) = execute(&mut workspace, &manner, printer)?;
        }
    }
    findings.add(&decided, *strict, races.is_some());
    findings.add_unmet(levels.course_toml(&unmet));
    if let Some(folder) = timeline {
        timelines::write(&decided, folder, interrupts.signal().is_none(), printer)?;
    }
    let skipped = *no_run || interrupts.signal().is_some();
    let exercises = if skipped { Vec::new() } else { exercises::judged(&mut workspace, &manner, printer)? };
    findings.add_exercises(&exercises);
    Ok(Checked { workspace, findings, decided, exercises, unsaved, wall: started.elapsed(), stamp })
}

pub(crate) fn run(arguments: Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let Arguments { paths, fix, update, format, junit, timeline, .. } = &arguments;
    anyhow::ensure!(!(*fix && paths.has_stdin()), "`--fix` cannot write to standard input");
    anyhow::ensure!(!(*update && paths.has_stdin()), "`--update` cannot write to standard input");
    junit.as_deref().map(etude_project::can_put).transpose()?;
    timeline.as_deref().map(etude_project::can_fill).transpose()?;
    if arguments.watch {
        anyhow::ensure!(!paths.has_stdin(), "`--watch` cannot read standard input again");
        return watch::run(&arguments, printer);
    }
    let interrupts = Interrupts::default();
    let Checked { workspace, findings, decided, exercises, unsaved, wall, .. } =
        check(&arguments, &interrupts, printer)?;

    let mut out = printer.out();
    let diagnostics = &findings::curtail(&findings.diagnostics);
    let errors: Vec<&etude_project::Error> = workspace.errors.iter().chain(&unsaved).collect();
    let failed = errors.len();
    if let Some(path) = junit {
        let verdicts = verdicts::report(&workspace, &decided);
        let report = junit::report(&verdicts, &exercises, &findings.diagnostics, arguments.races.is_some());
        etude_project::put(path, report.as_bytes())?;
    }
    if format.json {
        let report = Report {
            files: findings.files,
            snippets: findings.snippets,
            claims: findings.claims,
            works: findings.works,
            wall_ms: wall.as_millis() as u64,
            virtual_ms: decided.iter().map(|decided| decided.virtual_time.as_millis() as u64).sum(),
            verdicts: verdicts::report(&workspace, &decided),
            exercises: exercises.iter().map(exercises::Judgement::report).collect(),
            diagnostics: render::json(&workspace.sources, diagnostics),
            errors: errors.into_iter().map(Failure::of).collect(),
        };
        serde_json::to_writer_pretty(&mut out, &report)?;
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
    for error in &workspace.skipped {
        printer.say(&format!("note: {error}, so it is left out"));
    }
    if findings.files > 0 && !(format.json || format.sarif) {
        printer.say(&summary(&findings, failed, wall));
    }
    Ok(if let Some(signal) = interrupts.signal() {
        Status::Stopped(signal)
    } else if failed > 0 {
        Status::Incomplete
    } else if findings.diagnostics.iter().any(|it| it.severity > Severity::Note) {
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
    /// How long the runs took by their own clocks, one after the other.
    virtual_ms: u64,
    /// Of the snippets that are to run, which do so without a failure; zeros with `--no-run`.
    works: Claims,
    /// What runs decided; empty with `--no-run`.
    verdicts: Vec<VerdictReport<'a>>,
    exercises: Vec<exercises::Report<'a>>,
    diagnostics: Vec<JsonDiagnostic<'a>>,
    errors: Vec<Failure<'a>>,
}

/// What could not be read or written.
#[derive(Serialize)]
struct Failure<'a> {
    file: Option<&'a str>,
    message: String,
    hint: Option<String>,
}

impl<'a> Failure<'a> {
    fn of(error: &'a etude_project::Error) -> Self {
        let message = match error.source() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        Self { file: error.path(), message, hint: error.hint() }
    }
}

fn sarif(out: &mut dyn Write, workspace: &Workspace, diagnostics: &[Diagnostic]) -> std::io::Result<()> {
    let entries = catalogue::checks();
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
    let fails = match findings.works.is_false {
        0 => String::new(),
        1 => " (1 fails)".to_owned(),
        many => format!(" ({many} fail)"),
    };
    let read = [(findings.files, "file"), (findings.snippets, "snippet"), (total, "claim")];
    let [files, snippets, claims] = read.map(|(number, thing)| count(number, thing));
    let read = format!("{files}, {snippets}{fails}, {claims}");
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
