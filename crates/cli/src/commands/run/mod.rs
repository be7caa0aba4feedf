mod amount;
mod arguments;
mod execute;
mod json;
mod lesson;
mod lines;
mod load;
mod output;
mod races;
mod report;
pub(crate) mod seen;
mod stand_ins;
pub(crate) mod timeline;

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use etude_practice::stand_ins::Hosts;
use etude_sandbox::environment::Wanted;
use etude_sandbox::{Config, Job, Policy, Profile, Program, RelativePath, Sandbox, Transcript, doctor};
use etude_text::render::visible;
use etude_trace::Finding;
use serde::Serialize as _;

use crate::Status;
use crate::interrupts::{Interrupts, interruptible};
use crate::printer::{DIM, Printer, count};
use crate::progress::watched;
use crate::python::{Choice, Pythons};
pub(crate) use arguments::Arguments;
use execute::execute;
use lines::Lines;
use load::load;
use races::Hunt;
use report::Context;
use seen::{Seen, Texts};

pub(crate) fn run(arguments: Arguments, printer: &Printer) -> anyhow::Result<Status> {
    arguments.check()?;
    if let Some((path, snippet)) = lesson::named(&arguments) {
        return lesson::run(path, &snippet, &arguments, printer);
    }
    let limits = arguments.limits();
    let load = load(&arguments, limits)?;
    let stdin = arguments.input()?;
    let config = etude_project::course_settings(&load.folder, arguments.course.as_deref())?;
    let has_course = config.is_some();
    let config = config.unwrap_or_default();
    let choice = match (&arguments.python, &config.python) {
        (Some(choice), _) => Some(choice.clone()),
        (None, Some(version)) => Some(Choice::Version(version.parse::<Wanted>()?)),
        (None, None) => None,
    };
    let mut requirements = arguments.with.clone();
    for package in config.packages.iter().flatten() {
        requirements.push(package.parse().context("`course.toml` lists a package that cannot be had")?);
    }
    let pythons = Pythons::find()?;
    let interpreter = pythons.choose(choice.as_ref())?;
    let environment = pythons.environment(&interpreter, &requirements, printer)?;

    let profile = arguments.profile();
    let most = if arguments.stand_in.is_empty() && config.stand_ins.is_empty() {
        profile
    } else {
        profile.max(Profile::Server)
    };
    // Whose code it is, is for the person to judge who runs it: what is missing is said, and not refused.
    let policy = Policy { most, weak: true };
    // With `--races` too: only in an interpreter of the same kind does a seed pick the same order when it is tried alone.
    let sandbox = Sandbox::start(Config { slots: 1, policy, avoid: Vec::new() })?.for_one_run();
    warn_of_weakness(&sandbox, printer);

    let left_out = load.copies.left_out;
    if left_out > 0 {
        printer.say(&format!(
            "left out {}: links that lead out, or no plain files",
            count(left_out, "entry").replace("entrys", "entries")
        ));
    }
    let mut job = match load.program {
        Some((path, source)) => Job::python(environment.clone(), RelativePath::new(path)?, source),
        None => Job::command(environment.clone(), arguments.words.iter().cloned()),
    };
    if !arguments.exec {
        job.argv = arguments.words.clone();
    }
    for (path, content) in load.copies.into_files() {
        job.files.push((RelativePath::new(path)?, content));
    }
    (job.stdin, job.profile, job.limits, job.env) = (stdin, profile, limits, arguments.env.clone());
    let hosts = Hosts::of(None, &config);
    job.stand_ins = stand_ins::wanted(&arguments.stand_in, &config, &hosts, &job)?;
    if !job.stand_ins.is_empty() {
        job.profile = job.profile.max(Profile::Server);
    }
    job.keep = arguments.keep.is_some();
    (job.clock, job.seed, job.trace) = (arguments.clock(), arguments.seed, arguments.watches());

    let interrupts = Interrupts::default();
    let ran = interruptible(&sandbox, &interrupts, || {
        let Some(transcript) = execute(&sandbox, &job, !arguments.json)? else { return Ok(None) };
        let hunt = |seeds| watched(printer, |tell| Hunt::after(&transcript, &job, seeds, &sandbox, &interrupts, tell));
        let hunt = arguments.races.map(hunt).transpose()?;
        Ok(Some((transcript, hunt)))
    })?;
    // Whoever read the output has seen enough of it.
    let Some((transcript, hunt)) = ran else { return Ok(Status::Fine) };
    // Before anything is said: whoever reads the summary may rely on it.
    if let Some(folder) = &arguments.keep {
        keep(folder, &transcript, printer)?;
    }
    let context = Context {
        pythons: &pythons,
        environment: &environment,
        imports: &load.imports,
        limits,
        own_cpu_limit: arguments.cpu.is_some(),
        has_stdin: arguments.stdin.is_some(),
        has_course,
        root: &load.root,
    };
    let mut hints = report::hints(&transcript, &context);
    stand_ins::advise(&transcript, &hosts, &job, &mut hints);
    let texts = Texts::of(&job);
    let seen = arguments.watches().then(|| Seen::of(&transcript, &job, &texts));
    if let Some(seen) = &seen {
        draw(&arguments, seen, &transcript, &job, printer)?;
    }
    if let Some(seen) = seen.as_ref().filter(|_| arguments.json) {
        let report = json::Report::new(&transcript, &hints, arguments.seed, seen, hunt.as_ref());
        let mut out = printer.out();
        report.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Lines::default()))?;
        writeln!(out)?;
        out.flush()?;
    } else {
        let found = seen.iter().filter(|_| arguments.findings).flat_map(|seen| &seen.findings);
        let found: Vec<&Finding> = found.chain(hunt.iter().filter_map(|hunt| hunt.finding.as_ref())).collect();
        let (sources, diagnostics) = seen::diagnostics(found.iter().copied(), &texts);
        printer.diagnostics(&sources, &diagnostics);
        let is_watched = arguments.findings && seen.as_ref().is_some_and(Seen::is_watched);
        let found = Found { findings: found, is_watched, hunt: hunt.as_ref() };
        printer.say(&summary(&transcript, arguments.seed, &hints, &found));
    }
    Ok(Status::Ran(match (interrupts.signal(), &hunt) {
        (Some(signal), _) => 128 + signal as u8,
        (None, Some(hunt)) if hunt.fails() => RACE,
        (None, _) => report::exit_code(&transcript),
    }))
}

/// The exit code if the outcome changes with the order.
const RACE: u8 = 122;

/// All drawings somebody asked for.
fn draw(
    arguments: &Arguments,
    seen: &Seen,
    transcript: &Transcript,
    job: &Job,
    printer: &Printer,
) -> anyhow::Result<()> {
    if !arguments.findings && arguments.timeline.is_empty() {
        return Ok(());
    }
    if !seen.is_watched() {
        let hint = match &job.program {
            Program::Command(_) => "name the Python file instead: `etude run FILE.py`",
            Program::Python { .. } => {
                "Python 3.8 to 3.13 can be watched (`--python`), where no file beside the program is called as a module of Python's"
            }
        };
        for note in &seen.timeline.notes {
            printer.warn(&note.to_string(), hint);
        }
        return Ok(());
    }
    for note in &seen.timeline.notes {
        printer.say(&format!("note: {note}"));
    }
    let title = match &job.program {
        Program::Python { path, .. } => path.as_str(),
        Program::Command(program) => program,
    };
    for drawing in &arguments.timeline {
        drawing.draw(seen, timeline::leaves_a_line_open(transcript), title, printer)?;
    }
    Ok(())
}

/// What was found, and shown already.
struct Found<'a> {
    findings: Vec<&'a Finding>,
    /// The run could be watched, and its findings were asked for.
    is_watched: bool,
    hunt: Option<&'a Hunt>,
}

/// How it went, and what to do about it.
fn summary(transcript: &Transcript, seed: Option<u64>, hints: &[String], found: &Found<'_>) -> String {
    let told = match found.findings.len() {
        _ if !found.is_watched => String::new(),
        0 => "; no findings".to_owned(),
        findings => format!("; {}", count(findings, "finding")),
    };
    let mut text = format!("{DIM}{}{told}{DIM:#}", visible(&report::summary(transcript, seed)));
    // A finding says it better.
    let stuck = found.findings.iter().any(|finding| finding.code == report::DEADLOCK);
    let waiting = if stuck { Vec::new() } else { report::waiting(transcript) };
    for line in &waiting {
        text.push_str(&format!("\n  {}", visible(line)));
    }
    for line in stand_ins::told(transcript) {
        text.push_str(&format!("\n  {}", visible(&line)));
    }
    for hint in hints.iter().filter(|hint| !stuck || *hint != report::WAY_OUT) {
        text.push_str(&format!("\n  hint: {}", visible(hint)));
    }
    for (index, line) in found.hunt.map(Hunt::summary).unwrap_or_default().iter().enumerate() {
        text.push_str(&format!("\n{}{}", if index > 0 { "  " } else { "" }, visible(line)));
    }
    text
}

/// How it went, for who knows how it was run.
pub(crate) fn told(transcript: &Transcript) -> String {
    report::summary(transcript, None)
}

pub(crate) fn warn_of_weakness(sandbox: &Sandbox, printer: &Printer) {
    let missing: Vec<&str> = doctor::guarantees(sandbox.layers())
        .iter()
        .filter(|guarantee| !guarantee.holds())
        .map(|guarantee| guarantee.promise)
        .collect();
    if !missing.is_empty() {
        let message = format!("this machine cannot guarantee that {}", missing.join(", and that "));
        printer.warn(&message, "`etude doctor` says what to do; until then run only what you trust");
    }
}

fn keep(folder: &Path, transcript: &Transcript, printer: &Printer) -> anyhow::Result<()> {
    let files: Vec<(&str, &[u8])> =
        transcript.files.iter().map(|(path, content)| (path.as_str(), content.as_slice())).collect();
    let left_out = etude_project::keep(folder, &files)?;
    if left_out > 0 {
        let files = count(left_out, "file");
        printer.say(&format!("did not keep {files} with control characters in the name"));
    }
    Ok(())
}
