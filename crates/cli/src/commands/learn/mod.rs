//! `etude learn`: a course, read and practised in the terminal.
//!
//! `state` is what there is, `step` what happens to it, `pages` what is seen of it; all are pure. The edges are `terminal` or `plain`, which turn keys or typed
//! words into actions, and `session`, which does what follows: files, memory, and runs on the `bench`.

mod bench;
mod code;
mod course;
mod editor;
mod ink;
mod keys;
mod load;
mod markdown;
mod memory;
mod pages;
mod place;
mod plain;
mod scroll;
mod session;
mod state;
mod status;
mod step;
mod terminal;
#[cfg(test)]
mod tests;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use etude_project::Desk;
use etude_store::Progress;

use crate::Status;
use crate::printer::{Printer, Refusal};
use bench::Bench;
use course::{Kind, Part, Standing};
use ink::Look;
use load::Loaded;
use memory::Memory;
use session::Session;
use state::State;

const EXAMPLES: &str = "\
Examples:
  etude learn waiting                  read and practise, and go on where you were
  etude learn                          the course you learned from last
  etude learn waiting --work ~/tea     keep your files in a folder of your choice
  etude learn waiting --status --json  how far you are

Keys: ? shows them all. Your files are checked whenever you save them; the course itself is never written to. \
Progress is kept in your data folder (XDG_DATA_HOME), your files where the first line of the list says.";

/// Learn from a course: read, write, and see at once what passes
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The folder of a course or of an exercise; without one, the course here, or the one used last
    #[arg(value_name = "COURSE")]
    course: Option<PathBuf>,

    /// Keep your files here [default: as before, else COURSE-work in the current folder]
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,

    /// Typed commands and plain lines, as where there is no full terminal
    #[arg(long)]
    plain: bool,

    /// Only say how far you are
    #[arg(long, conflicts_with = "plain")]
    status: bool,

    /// The same for programs
    #[arg(long, requires = "status")]
    pub(crate) json: bool,
}

pub(crate) fn run(arguments: &Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let path = match &arguments.course {
        Some(course) => course.clone(),
        None => here()?,
    };
    let Loaded { root, mut course, config, written } = load::load(path, printer)?;
    let memory = Memory::open(&root)?;
    let enrolments = memory.enrolments()?;
    let folder = place::choose(arguments.work.as_deref(), &root, &enrolments)?;
    let desk = Desk::at(&folder);
    let progress = memory.progress()?;
    for (part, written) in course.parts.iter_mut().zip(&written) {
        if let Some(progress) = progress.iter().find(|progress| progress.part == part.path) {
            let given = written.as_ref().map(load::given);
            part.standing = standing(progress, given.as_deref());
        }
        let at = place::shown(&desk.part(&part.path));
        if let Kind::Exercise(exercise) = &mut part.kind {
            exercise.folder = at;
        }
    }
    let shown = place::shown(&folder);
    if arguments.status {
        status::show(&course, &shown, arguments.json, printer)?;
        return Ok(Status::Fine);
    }
    memory.enrol(&folder)?;
    let own = root.display().to_string();
    let before = enrolments.iter().find(|enrolment| enrolment.course.0 == own);
    let at = before.and_then(|before| before.part.as_ref()).and_then(|at| place_of(&course.parts, at));

    let is_plain = arguments.plain || is_dumb() || !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal();
    let terminal = printer.drawing();
    let look = Look { unicode: terminal.unicode || is_plain, words: is_plain };
    let size = (u16::try_from(terminal.width).unwrap_or(80), 24);
    let state = State::new(course, at.unwrap_or(0), shown, look, size);
    let bench = Bench::start(written.clone(), config);
    // Who comes back goes on where they were.
    let mut session = Session::new(state, desk, memory, bench, written);
    if let Some(part) = at {
        session.happen(state::Event::Action(state::Action::Choose(part)));
    }
    let done = if is_plain { plain::run(&mut session, printer) } else { terminal::run(&mut session, terminal.colors) };
    session.end();
    done
}

/// The course around the current folder, else the one used last.
fn here() -> anyhow::Result<PathBuf> {
    if Path::new("course.toml").exists() || Path::new("lab.toml").exists() {
        return Ok(PathBuf::from("."));
    }
    Memory::latest()?.ok_or_else(|| {
        let message = "there is no course here, and none that you learned from before".to_owned();
        Refusal { message, hint: "name its folder: `etude learn COURSE`".to_owned() }.into()
    })
}

fn place_of(parts: &[Part], path: &str) -> Option<usize> {
    parts.iter().position(|part| part.path == path)
}

fn standing(progress: &Progress, given: Option<&str>) -> Standing {
    Standing {
        begun: true,
        done: progress.done,
        hints: progress.hints as usize,
        solution_seen: progress.solution_seen,
        attempts: progress.submissions,
        passed: progress.latest.as_ref().map(|latest| (latest.passed as usize, latest.tests as usize)),
        changed: given.map(|given| load::changed(&progress.given, given)).unwrap_or_default(),
    }
}

#[expect(clippy::disallowed_methods, reason = "settings come in here")]
fn is_dumb() -> bool {
    std::env::var("TERM").map_or(true, |terminal| matches!(terminal.as_str(), "" | "dumb"))
}
