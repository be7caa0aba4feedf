mod amount;
mod json;
mod lesson;
mod output;
mod report;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context as _;
use etude_project::{Bounds, Copies, Program};
use etude_sandbox::environment::{Requirement, Wanted};
use etude_sandbox::{Clock, Config, Job, Limits, Policy, Profile, RelativePath, Sandbox, Transcript, doctor};
use etude_text::render::visible;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::Status;
use crate::paths::{is_stdin, read_stdin};
use crate::printer::{DIM, Printer, Refusal, count};
use crate::python::{Choice, Pythons};
use output::Output;
use report::Context;

const EXAMPLES: &str = "\
Examples:
  etude run hello.py
  etude run tea.py --stdin cups.txt --timeout 5s -- --strong
  etude run fetch.py --with httpx --allow server
  etude run race.py --clock steady --seed 7
  etude run lesson.md#fetch.py     one snippet of a lesson, with what it needs of the rest
  etude run --exec --with pytest -- python3 -m pytest

The program runs in a folder of its own with copies of FILE, of the modules beside it that it imports, and of \
what --file names. It reads and writes nothing else, reaches no network, and leaves nothing behind. \
Waiting takes no time: when everything in it sleeps, its clock jumps to the first moment at which something happens.

Exit codes: the program's own; 123 a deadlock, 124 its time was used up or it only waits for connections, 137 another \
limit or a signal ended it, 125 it could not be run, 130 after Ctrl-C.";

/// Run a Python program someone else wrote, safely, and say how it went
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The Python file, or `lesson.md#SNIPPET` with the snippet's file, line or id; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "exec")]
    file: Option<PathBuf>,

    /// What the program is given; with --exec the program and what it is given
    #[arg(last = true, value_name = "ARGS")]
    words: Vec<String>,

    /// Run any program in a copy of the current folder, without its hidden and ignored files; allows `shell`
    #[arg(long, conflicts_with = "file")]
    exec: bool,

    /// What the program reads as its input; `-` is standard input
    #[arg(long, value_name = "FILE")]
    stdin: Option<PathBuf>,

    /// A further file or folder to copy
    #[arg(long = "file", value_name = "PATH")]
    files: Vec<PathBuf>,

    /// Put the files the program leaves into this folder, which must be empty or new
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,

    /// What the program may do: `process` start Python, `server` use a network of its own, `shell` start any program
    #[arg(long, value_name = "PROFILE", value_delimiter = ',', value_parser = profile)]
    allow: Vec<Profile>,

    /// The Python to use: `3.12`, `>=3.11`, or the path of one
    #[arg(long, value_name = "VERSION")]
    python: Option<Choice>,

    /// A package the program needs: `httpx`, `httpx==0.28.1`
    #[arg(long, value_name = "PACKAGE")]
    with: Vec<Requirement>,

    /// The `course.toml` whose Python and packages count, or its folder, instead of the nearest one
    #[arg(long, value_name = "FILE_OR_DIR")]
    course: Option<PathBuf>,

    /// Set an environment variable of the program
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,

    /// How its time goes: `virtual` skips waiting; `steady` also lets running take no time, so that printed times are
    /// always the same; `real` skips nothing
    #[arg(long, value_name = "CLOCK", value_parser = clock, default_value = "virtual", help_heading = "Time")]
    clock: Clock,

    /// Shuffle the order of what happens at the same moment, to hunt races; with `--clock steady` the same number always
    /// gives the same order
    #[arg(long, value_name = "NUMBER", help_heading = "Time")]
    seed: Option<u64>,

    /// How long it may take [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = amount::duration, help_heading = "Limits")]
    timeout: Option<Duration>,

    /// How much time may pass on its own clock [default: 24h]
    #[arg(long, value_name = "TIME", value_parser = amount::duration, help_heading = "Limits")]
    virtual_timeout: Option<Duration>,

    /// How much CPU time it may use [default: as --timeout]
    #[arg(long, value_name = "TIME", value_parser = amount::duration, help_heading = "Limits")]
    cpu: Option<Duration>,

    /// How much memory it may use [default: 512M]
    #[arg(long, value_name = "SIZE", value_parser = amount::size, help_heading = "Limits")]
    memory: Option<u64>,

    /// How many processes and threads it may have [default: 64]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=32_768), help_heading = "Limits")]
    processes: Option<u64>,

    /// How much it may write to its folder [default: 64M]
    #[arg(long, value_name = "SIZE", value_parser = amount::size, help_heading = "Limits")]
    disk: Option<u64>,

    /// How much it may print [default: 1M]
    #[arg(long, value_name = "SIZE", value_parser = amount::size, help_heading = "Limits")]
    output: Option<u64>,

    /// Print one JSON object when it has ended
    #[arg(long)]
    json: bool,
}

fn profile(text: &str) -> Result<Profile, String> {
    Profile::from_name(text).ok_or_else(|| "there are `python`, `process`, `server` and `shell`".to_owned())
}

fn clock(text: &str) -> Result<Clock, String> {
    Clock::from_name(text).ok_or_else(|| "there are `virtual`, `steady` and `real`".to_owned())
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write `NAME=VALUE`".to_owned()),
    }
}

impl Arguments {
    fn limits(&self) -> Limits {
        let usual = Limits::default();
        let wall = self.timeout.unwrap_or(usual.wall);
        Limits {
            wall,
            virtual_time: self.virtual_timeout.unwrap_or(usual.virtual_time),
            cpu: self.cpu.unwrap_or(wall),
            memory: self.memory.unwrap_or(usual.memory),
            processes: self.processes.unwrap_or(usual.processes),
            disk: self.disk.unwrap_or(usual.disk),
            file_size: self.disk.unwrap_or(usual.file_size),
            output: self.output.unwrap_or(usual.output),
            ..usual
        }
    }

    fn profile(&self) -> Profile {
        let least = if self.exec { Profile::Shell } else { Profile::Python };
        self.allow.iter().copied().fold(least, Profile::max)
    }
}

/// What is to be run, copied.
struct Load {
    program: Option<(String, Vec<u8>)>,
    copies: Copies,
    imports: Vec<String>,
    /// The folder on the disk that the work folder stands for, and the one whose `course.toml` counts.
    root: PathBuf,
    folder: PathBuf,
}

pub(crate) fn run(arguments: Arguments, printer: &Printer) -> anyhow::Result<Status> {
    if let Some((path, snippet)) = lesson::named(&arguments) {
        return lesson::run(path, &snippet, &arguments, printer);
    }
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

fn load(arguments: &Arguments, limits: Limits) -> anyhow::Result<Load> {
    let bounds = Bounds { files: limits.files as usize, bytes: limits.disk };
    let Some(file) = &arguments.file else {
        anyhow::ensure!(
            !arguments.words.is_empty(),
            Refusal {
                message: "there is no program to run".to_owned(),
                hint: "name it after `--`: `etude run --exec -- python app.py`".to_owned(),
            }
        );
        let mut copies = Copies::new(bounds);
        copies.add_current_folder()?;
        let folder = std::env::current_dir().and_then(|folder| folder.canonicalize());
        let folder = folder.context("the current folder cannot be found")?;
        for path in &arguments.files {
            copies.add_path(path, &folder)?;
        }
        return Ok(Load { program: None, copies, imports: Vec::new(), root: folder.clone(), folder });
    };
    let program = if is_stdin(file) {
        anyhow::ensure!(
            !arguments.stdin.as_deref().is_some_and(is_stdin),
            Refusal {
                message: "standard input cannot be both the program and its input".to_owned(),
                hint: "put one of them into a file".to_owned(),
            }
        );
        Program::from_stdin(read_stdin()?, bounds)?
    } else {
        refuse_other_kinds(file)?;
        Program::read(file, bounds)?
    };
    let mut copies = program.modules;
    for path in &arguments.files {
        copies.add_path(path, &program.root)?;
    }
    copies.has(&program.path, &program.source)?;
    Ok(Load {
        program: Some((program.path, program.source)),
        copies,
        imports: program.imports,
        root: program.root,
        folder: program.folder,
    })
}

/// What is plainly no Python program, with the way that leads on.
fn refuse_other_kinds(file: &Path) -> Result<(), Refusal> {
    let shown = file.display();
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let (kind, hint) = match ending.as_str() {
        _ if file.is_dir() => ("a folder", "name the file in it that starts the program".to_owned()),
        _ if !file.exists() => return Ok(()),
        "md" | "markdown" => {
            ("a lesson", format!("`etude check {shown}` runs its snippets, `etude run {shown}#LINE` one of them"))
        }
        "ipynb" => ("a notebook", format!("`jupyter nbconvert --to script {shown}` makes a Python file of it")),
        _ => return Ok(()),
    };
    Err(Refusal { message: format!("`{shown}` is {kind}, and `run` takes Python files for now"), hint })
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

/// The signal that asked us to stop, if one did.
#[derive(Default)]
struct Interrupts(AtomicI32);

impl Interrupts {
    fn signal(&self) -> Option<i32> {
        Some(self.0.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
    }
}

/// Runs the job. What it writes is shown from another thread: a reader that is slow must not stop the clock that holds
/// the time limit. `None` if nobody reads the output any more.
fn execute(sandbox: &Sandbox, job: &Job, show: bool, interrupts: &Interrupts) -> anyhow::Result<Option<Transcript>> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("cannot watch for Ctrl-C")?;
    let watching = signals.handle();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for signal in signals.forever() {
                if interrupts.0.swap(signal, Ordering::Relaxed) != 0 {
                    // Asked twice: at once. Everything of the run dies with us.
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
                sandbox.interrupt();
            }
        });
        let (send, writes) = mpsc::channel();
        let showing = scope.spawn(move || {
            if !show {
                return Ok(());
            }
            Output::new().follow(&writes).inspect_err(|_| sandbox.interrupt())
        });
        let ran = sandbox.run(job, &mut |write| {
            if show {
                // It fails once showing has; that error is the one reported.
                let _ = send.send(write.clone());
            }
        });
        drop(send);
        let shown = showing.join().unwrap_or(Ok(()));
        watching.close();
        match shown {
            Ok(()) => Ok(Some(ran?)),
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(None),
            Err(error) => Err(error).context("cannot show what the program writes"),
        }
    })
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
