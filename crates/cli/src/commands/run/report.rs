//! How a run went, in a line, and what to do about it.

use std::path::Path;
use std::time::Duration;

use etude_sandbox::{Clock, Environment, Limits, Outcome, Profile, RealTime, Transcript, Waiting};
use etude_text::Severity;
use etude_trace::Finding;
use etude_trace::findings::{Evidence, Place};

use super::amount::{show_memory, show_time, size_option, time_option};
use crate::python::Pythons;

/// What is known of the run besides its transcript.
pub(super) struct Context<'a> {
    pub(super) pythons: &'a Pythons,
    pub(super) environment: &'a Environment,
    /// Absolute imports of the sources that no file beside the program answers.
    pub(super) imports: &'a [String],
    pub(super) limits: Limits,
    pub(super) own_cpu_limit: bool,
    pub(super) has_stdin: bool,
    pub(super) has_course: bool,
    /// The folder that the work folder stood for.
    pub(super) root: &'a Path,
}

pub(super) fn exit_code(transcript: &Transcript) -> u8 {
    match transcript.outcome {
        Outcome::Ok => 0,
        // A program's exit code has eight bits.
        Outcome::Failed => transcript.exit.and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
        Outcome::Deadlock => 123,
        Outcome::Timeout | Outcome::Idle => 124,
        Outcome::Memory | Outcome::Output | Outcome::Disk | Outcome::Processes | Outcome::Killed => 137,
    }
}

pub(super) fn summary(transcript: &Transcript, seed: Option<u64>) -> String {
    let mut used = format!("{} CPU, {}", show_time(transcript.cpu), show_memory(transcript.peak_memory));
    if let Some(seed) = seed.filter(|_| transcript.outcome != Outcome::Ok) {
        used.push_str(&format!(", seed {seed}"));
    }
    let mut wall = show_time(transcript.wall);
    if transcript.jumps > 0 {
        wall = format!("{} of virtual time in {wall}", show_time(transcript.virtual_time));
    }
    let cause = transcript.cause.as_deref().unwrap_or_default();
    match (transcript.outcome, transcript.exit) {
        (Outcome::Ok, _) if transcript.jumps > 0 => format!("ran {wall}, {used}"),
        (Outcome::Ok, _) => format!("ran in {wall}, {used}"),
        // The program was not even started.
        (Outcome::Failed, Some(126 | 127)) if transcript.failure.is_none() && cause.contains("cannot be run") => {
            cause.to_owned()
        }
        (Outcome::Failed, code) => format!("failed with exit code {} after {wall}, {used}", code.unwrap_or(1)),
        (Outcome::Timeout, _) => format!("{cause} ({used})"),
        _ => format!("{cause} ({wall}, {used})"),
    }
}

pub(super) fn hints(transcript: &Transcript, context: &Context<'_>) -> Vec<String> {
    let mut hints: Vec<String> = time(transcript).into_iter().collect();
    hints.extend(way_out(transcript, context));
    hints
}

/// What there is to say about the clock.
fn time(transcript: &Transcript) -> Option<String> {
    if transcript.repeated && transcript.real_time.is_none() {
        return Some("it computes, so its own times are not always the same: the clock was `virtual`".to_owned());
    }
    let text = match transcript.real_time? {
        RealTime::Machine => {
            "waiting took its time: to skip it, this machine would have to give the run a `/proc` of its own"
        }
        RealTime::SocketTimeout => "some waiting took its time: a socket has a timeout of the kernel's (`SO_RCVTIMEO`)",
        RealTime::ThreadTimer => "some waiting took its time: a timer runs a function in a thread (`SIGEV_THREAD`)",
        RealTime::ManyWaits => "some waiting took its time: more waits at once than the clock can hold",
        RealTime::Hidden => {
            "some waiting took its time: a program waits that no library can be loaded into, as static ones are"
        }
    };
    Some(text.to_owned())
}

/// Where everything waits, a line each.
pub(super) fn waiting(transcript: &Transcript) -> Vec<String> {
    transcript.waiting.iter().map(waits).collect()
}

fn waits(waiting: &Waiting) -> String {
    let Waiting { kind, name, place, waits_for } = waiting;
    let mut text = format!("{kind} `{name}`");
    if let Some(place) = place {
        text.push_str(&match place.function.as_str() {
            "" | "<module>" => format!(" at `{}` line {}", place.file, place.line),
            function => format!(" in `{function}`, `{}` line {}", place.file, place.line),
        });
    }
    match waits_for.as_str() {
        "" => text.push_str(" waits"),
        _ => text.push_str(&format!(" waits for {waits_for}")),
    }
    if let Some(line) = place.as_ref().map(|place| &place.text).filter(|line| !line.is_empty()) {
        text.push_str(&format!(": `{line}`"));
    }
    text
}

/// The code of the finding that all wait for ever.
pub(super) const DEADLOCK: &str = "deadlock";

/// The same as a finding, for runs of which no more is known.
pub(super) fn deadlock(transcript: &Transcript) -> Option<Finding> {
    if transcript.outcome != Outcome::Deadlock {
        return None;
    }
    let spot = |place: &etude_sandbox::Place| Place { file: place.file.clone(), line: place.line };
    let seen = transcript.waiting.iter().map(|waiting| Evidence {
        time: None,
        place: waiting.place.as_ref().map(spot),
        text: waits(waiting),
    });
    Some(Finding {
        code: DEADLOCK,
        severity: Severity::Error,
        place: transcript.waiting.iter().find_map(|waiting| waiting.place.as_ref()).map(spot),
        message: format!("everything waits, and nothing can end that: {}", waiting(transcript).join("; ")),
        hint: WAY_OUT.to_owned(),
        correction: None,
        evidence: seen.collect(),
        tasks: Vec::new(),
    })
}

pub(super) const WAY_OUT: &str = "whoever holds what another waits for must let go of it before it waits itself; every `get` needs a \
    `put`, every `wait` a `set`; a time limit (`asyncio.timeout`) turns a deadlock into an error";

fn way_out(transcript: &Transcript, context: &Context<'_>) -> Vec<String> {
    let Context { limits, .. } = context;
    let raise = |what: &str, option: &str, value: String| format!("if it needs more {what}: `{option} {value}`");
    match transcript.outcome {
        Outcome::Deadlock => vec![WAY_OUT.to_owned()],
        Outcome::Idle => {
            vec!["it only serves: run what asks it beside it, in the same program or with `--exec`".to_owned()]
        }
        Outcome::Timeout if transcript.virtual_time >= limits.virtual_time && transcript.clock != Clock::Real => {
            vec![raise("virtual time", "--virtual-timeout", time_option(limits.virtual_time * 2))]
        }
        Outcome::Timeout => {
            let cpu = context.own_cpu_limit && transcript.wall + Duration::from_millis(50) < limits.wall;
            vec![match cpu {
                true => raise("CPU time", "--cpu", time_option(limits.cpu * 2)),
                false => raise("time", "--timeout", time_option(limits.wall * 2)),
            }]
        }
        Outcome::Memory => vec![raise("memory", "--memory", size_option(limits.memory * 2))],
        Outcome::Output => vec![raise("output", "--output", size_option(limits.output * 2))],
        Outcome::Disk => vec![raise("disk", "--disk", size_option(limits.disk * 2))],
        Outcome::Processes => vec![raise("processes", "--processes", (limits.processes * 2).to_string())],
        Outcome::Ok | Outcome::Killed => Vec::new(),
        Outcome::Failed => refused(transcript).or_else(|| missing(transcript, context)).into_iter().collect(),
    }
}

/// The program was refused something that an option allows.
fn refused(transcript: &Transcript) -> Option<String> {
    let text = match transcript.needs? {
        Profile::Python => return None,
        Profile::Process => {
            "it may not start programs: `--allow process` lets it start Python, `--allow shell` any program"
        }
        Profile::Server => {
            "it may not use the network: `--allow server` gives it one of its own, which leads nowhere else"
        }
        Profile::Shell => "it may start nothing but Python: `--allow shell` lets it start any program",
    };
    Some(text.to_owned())
}

/// The program did without something that it was not given.
fn missing(transcript: &Transcript, context: &Context<'_>) -> Option<String> {
    let failure = transcript.failure.as_ref()?;
    match failure.kind.as_str() {
        "ModuleNotFoundError" => missing_package(quoted(&failure.message)?, context),
        "EOFError" if !context.has_stdin => {
            Some("it reads input: give it some with `--stdin FILE`; `--stdin -` passes on your own".to_owned())
        }
        "FileNotFoundError" => {
            let name = quoted(&failure.message)?;
            let inside = Path::new(name).is_relative() && !name.split('/').any(|part| part == "..");
            let there = inside && context.root.join(name).exists();
            there.then(|| format!("a run sees copies of what it is given: add `--file {name}`"))
        }
        _ => None,
    }
}

/// Only names that stand in the sources count: an error message says whatever the program wants it to.
fn missing_package(module: &str, context: &Context<'_>) -> Option<String> {
    let top = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
    if !context.imports.iter().any(|import| top(import) == top(module)) {
        return None;
    }
    let interpreters = context.pythons.interpreters.all().iter();
    let newest = interpreters.filter(|one| one.is_stdlib(&top(module))).map(|one| one.version.minor()).max();
    if let Some((major, minor)) = newest {
        let here = context.environment.version();
        return Some(format!(
            "Python {}.{} has no `{module}`, Python {major}.{minor} does: add `--python {major}.{minor}`",
            here.major, here.minor
        ));
    }
    let imports: Vec<&str> = context.imports.iter().map(String::as_str).collect();
    let mut unknown = context.environment.unknown_imports(&imports, &|_| false);
    unknown.sort_by_key(|unknown| top(&unknown.import) != top(module));
    let first = unknown.first()?;
    let mut packages: Vec<&str> = Vec::new();
    for unknown in unknown.iter().filter(|unknown| unknown.known || unknown.import == first.import) {
        if !packages.contains(&unknown.package.as_str()) {
            packages.push(&unknown.package);
        }
    }
    let options: Vec<String> = packages.iter().map(|package| format!("--with {package}")).collect();
    let options = options.join(" ");
    let listed = if context.has_course { "or list it in `course.toml`" } else { "or list it in a `course.toml`" };
    Some(match (first.known, first.import == first.package) {
        (true, true) => format!("`{module}` is a package: add `{options}`, {listed}"),
        (true, false) => format!("`{module}` comes with the package `{}`: add `{options}`, {listed}", first.package),
        (false, true) => {
            format!("`{module}` is not part of Python: if it is the package of that name, add `{options}`, {listed}")
        }
        (false, false) => format!("if `{module}` is the package `{}`, add `{options}`, {listed}", first.package),
    })
}

/// The last text between quotes: `No module named 'httpx'`.
fn quoted(message: &str) -> Option<&str> {
    let end = message.rfind('\'')?;
    let start = message[..end].rfind('\'')?;
    Some(&message[start + 1..end]).filter(|text| !text.is_empty() && !text.chars().any(char::is_control))
}
