mod amount;
mod arguments;
mod execute;
mod json;
mod load;
mod output;
mod report;

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use etude_sandbox::environment::Wanted;
use etude_sandbox::{Config, Job, Policy, RelativePath, Sandbox, Transcript, doctor};
use etude_text::render::visible;

use crate::Status;
use crate::paths::{is_stdin, read_stdin};
use crate::printer::{DIM, Printer, count};
use crate::python::{Choice, Pythons};
pub(crate) use arguments::Arguments;
use execute::{Interrupts, execute};
use load::load;
use report::Context;

pub(crate) fn run(arguments: Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let limits = arguments.limits();
    if let Some(folder) = &arguments.keep {
        etude_project::can_keep(folder)?;
    }
    let load = load(&arguments, limits)?;
    let stdin = match &arguments.stdin {
        Some(path) if is_stdin(path) => read_stdin()?,
        Some(path) => etude_project::read_file(path)?,
        None => Vec::new(),
    };
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
    // Whose code it is, is for the person to judge who runs it: what is missing is said, and not refused.
    let policy = Policy { most: profile, weak: true };
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
        job.argv = arguments.words;
    }
    for (path, content) in load.copies.into_files() {
        job.files.push((RelativePath::new(path)?, content));
    }
    (job.stdin, job.profile, job.limits, job.env) = (stdin, profile, limits, arguments.env);
    job.keep = arguments.keep.is_some();
    (job.clock, job.seed) = (arguments.clock, arguments.seed);

    let interrupts = Interrupts::default();
    let transcript = match execute(&sandbox, &job, !arguments.json, &interrupts)? {
        Some(transcript) => transcript,
        // Whoever read the output has seen enough of it.
        None => return Ok(Status::Fine),
    };
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
    let hints = report::hints(&transcript, &context);
    if arguments.json {
        let mut out = printer.out();
        serde_json::to_writer_pretty(&mut out, &json::Report::new(&transcript, &hints, arguments.seed))?;
        writeln!(out)?;
        out.flush()?;
    } else {
        let mut text = format!("{DIM}{}{DIM:#}", visible(&report::summary(&transcript, arguments.seed)));
        for line in report::waiting(&transcript) {
            text.push_str(&format!("\n  {}", visible(&line)));
        }
        for hint in &hints {
            text.push_str(&format!("\n  hint: {}", visible(hint)));
        }
        printer.say(&text);
    }
    Ok(Status::Ran(match interrupts.signal() {
        Some(signal) => 128 + signal as u8,
        None => report::exit_code(&transcript),
    }))
}

fn warn_of_weakness(sandbox: &Sandbox, printer: &Printer) {
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
