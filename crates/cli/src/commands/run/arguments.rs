//! What can be asked of `run`.

use std::path::PathBuf;
use std::time::Duration;

use etude_sandbox::environment::Requirement;
use etude_sandbox::{Clock, Limits, Profile};

use super::amount;
use super::timeline::{self, Drawing};
use crate::paths::{is_stdin, read_stdin};
use crate::printer::Refusal;
use crate::python::Choice;

const EXAMPLES: &str = "\
Examples:
  etude run hello.py
  etude run tea.py --stdin cups.txt --timeout 5s -- --strong
  etude run fetch.py --with httpx --allow server
  etude run fetch.py --with httpx --stand-in httpbin.org
  etude run fetch.py --timeline - --findings
  etude run fetch.py --timeline fetch.svg
  etude run race.py --races
  etude run race.py --clock steady --seed 7
  etude run lesson.md#fetch.py     one snippet of a lesson, with what it needs of the rest
  etude run --exec --with pytest -- python3 -m pytest

The program runs in a folder of its own with copies of FILE, of the modules beside it that it imports, and of \
what --file names. It reads and writes nothing else, reaches no network, and leaves nothing behind. \
Who stands in for a host answers inside the run; hosts that `course.toml` declares are there when the program names them. \
Waiting takes no time: when everything in it sleeps, its clock jumps to the first moment at which something happens.

Exit codes: the program's own; 123 a deadlock, 124 its time was used up or it only waits for connections, 137 another \
limit or a signal ended it, 125 it could not be run, 130 after Ctrl-C. Findings do not change it; with --races it is \
that of the first run, or 122 if the outcome changes with the order.";

/// Run a Python program someone else wrote, safely, and say how it went
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The Python file, or `lesson.md#SNIPPET` with the snippet's file, line or id; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "exec")]
    pub(super) file: Option<PathBuf>,

    /// What the program is given; with --exec the program and what it is given
    #[arg(last = true, value_name = "ARGS")]
    pub(super) words: Vec<String>,

    /// Run any program in a copy of the current folder, without its hidden and ignored files; allows `shell`
    #[arg(long, conflicts_with = "file")]
    pub(super) exec: bool,

    /// What the program reads as its input; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) stdin: Option<PathBuf>,

    /// A further file or folder to copy
    #[arg(long = "file", value_name = "PATH")]
    pub(super) files: Vec<PathBuf>,

    /// Put the files the program leaves into this folder, which must be empty or new
    #[arg(long, value_name = "DIR")]
    pub(super) keep: Option<PathBuf>,

    /// What the program may do: `process` start Python, `server` use a network of its own, `shell` start any program
    #[arg(long, value_name = "PROFILE", value_delimiter = ',', value_parser = profile)]
    pub(super) allow: Vec<Profile>,

    /// A host that Étude or `course.toml` can stand in for: it answers inside the run; allows `server`
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    pub(super) stand_in: Vec<String>,

    /// The Python to use: `3.12`, `>=3.11`, or the path of one
    #[arg(long, value_name = "VERSION")]
    pub(super) python: Option<Choice>,

    /// A package the program needs: `httpx`, `httpx==0.28.1`
    #[arg(long, value_name = "PACKAGE")]
    pub(super) with: Vec<Requirement>,

    /// The `course.toml` whose Python and packages count, or its folder, instead of the nearest one
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub(super) course: Option<PathBuf>,

    /// Set an environment variable of the program
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub(super) env: Vec<(String, String)>,

    /// How its time goes: `virtual` skips waiting; `steady` also lets running take no time, so that printed times are
    /// always the same; `real` skips nothing [default: virtual]
    #[arg(long, value_name = "CLOCK", value_parser = clock, help_heading = "Time")]
    pub(super) clock: Option<Clock>,

    /// Shuffle the order of what happens at the same moment, to hunt races; with `--clock steady` the same number always
    /// gives the same order
    #[arg(long, value_name = "NUMBER", help_heading = "Time")]
    pub(super) seed: Option<u64>,

    /// Draw what its tasks, threads and processes did over time: `-` in the terminal, after the output; FILE.svg as a
    /// picture; FILE.json for Perfetto and Chrome
    #[arg(long, value_name = "FILE", value_parser = timeline::parse, help_heading = "See")]
    pub(super) timeline: Vec<Drawing>,

    /// Say what the run shows to be wrong with the program, and how the lines should read
    #[arg(long, help_heading = "See")]
    pub(super) findings: bool,

    /// Run it again, with N seeds under the steady clock, and say whether the outcome changes with the order of what
    /// happens at the same moment [default: 8]
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "8",
        value_parser = clap::value_parser!(u64).range(1..=1000), conflicts_with = "seed", help_heading = "See")]
    pub(super) races: Option<u64>,

    /// How long it may take [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = amount::duration, help_heading = "Limits")]
    pub(super) timeout: Option<Duration>,

    /// How much time may pass on its own clock [default: 24h]
    #[arg(long, value_name = "TIME", value_parser = amount::duration, help_heading = "Limits")]
    pub(super) virtual_timeout: Option<Duration>,

    /// How much CPU time it may use [default: as --timeout]
    #[arg(long, value_name = "TIME", value_parser = amount::duration, help_heading = "Limits")]
    pub(super) cpu: Option<Duration>,

    /// How much memory it may use [default: 512M]
    #[arg(long, value_name = "SIZE", value_parser = amount::size, help_heading = "Limits")]
    pub(super) memory: Option<u64>,

    /// How many processes and threads it may have [default: 64]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=32_768), help_heading = "Limits")]
    pub(super) processes: Option<u64>,

    /// How much it may write to its folder [default: 64M]
    #[arg(long, value_name = "SIZE", value_parser = amount::size, help_heading = "Limits")]
    pub(super) disk: Option<u64>,

    /// How much it may print [default: 1M]
    #[arg(long, value_name = "SIZE", value_parser = amount::size, help_heading = "Limits")]
    pub(super) output: Option<u64>,

    /// Print one JSON object when it has ended
    #[arg(long)]
    pub(super) json: bool,
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
    pub(super) fn limits(&self) -> Limits {
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

    pub(super) fn profile(&self) -> Profile {
        let least = if self.exec { Profile::Shell } else { Profile::Python };
        self.allow.iter().copied().fold(least, Profile::max)
    }

    pub(super) fn clock(&self) -> Clock {
        let usual = if self.races.is_some() { Clock::Steady } else { Clock::Virtual };
        self.clock.unwrap_or(usual)
    }

    /// Whether somebody wants to know what the tasks of the program do. Watching is not free.
    pub(super) fn watches(&self) -> bool {
        self.json || self.findings || self.races.is_some() || !self.timeline.is_empty()
    }

    /// What the program reads as its input.
    pub(super) fn input(&self) -> anyhow::Result<Vec<u8>> {
        Ok(match &self.stdin {
            Some(path) if is_stdin(path) => read_stdin()?,
            Some(path) => etude_project::read_file(path)?,
            None => Vec::new(),
        })
    }

    /// Wishes that do not go together.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let refuse = |message: &str, hint: &str| Refusal { message: message.to_owned(), hint: hint.to_owned() };
        anyhow::ensure!(
            !(self.json && self.timeline.contains(&Drawing::Terminal)),
            refuse(
                "standard output cannot have both the JSON and the drawing",
                "leave one out, or draw into a file: `--timeline run.svg`"
            )
        );
        anyhow::ensure!(
            self.races.is_none() || self.clock() == Clock::Steady,
            refuse(
                "races are hunted under the steady clock, where nothing but the order differs",
                "leave `--clock` out"
            )
        );
        if let Some(folder) = &self.keep {
            etude_project::can_keep(folder)?;
        }
        for file in self.timeline.iter().filter_map(Drawing::file) {
            etude_project::can_put(file)?;
        }
        Ok(())
    }
}
