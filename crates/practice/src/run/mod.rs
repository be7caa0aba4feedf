//! Runs the sessions of a plan, several at once, and gives every snippet its own part of what came out.

mod job;
pub mod kept;
mod marks;
mod together;
mod wire;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use etude_sandbox::{Answer, Clock, Environment, Outcome, Sandbox, Transcript};
use serde::{Deserialize, Serialize};

use crate::plan::{Action, Code, Session};

/// What a session is run with.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    pub sandbox: &'a Sandbox,
    pub environment: &'a Environment,
    /// How many sessions run at once; the sandbox has as many slots.
    pub at_once: usize,
    /// Further runs of each session, in which what happens at one moment comes in another order. Counted from 1, so that
    /// the place of what came out tells its seed. Without any, sessions whose output may hang on the order get a few.
    pub seeds: &'a [u64],
    /// Bring what the tasks of each session did.
    pub trace: bool,
}

/// What came out of a session.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// For each of its steps what it did, once for each order that was tried.
    pub steps: Vec<Vec<Evidence>>,
    /// Nothing but the session decided how it went: no failure of ours, and no limit that a busy machine meets sooner.
    pub lasting: bool,
    /// What its tasks did in the first of its runs, as the sandbox tells it.
    pub events: Option<Vec<u8>>,
}

/// What one snippet did in one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub stdout: String,
    pub stderr: String,
    /// Of a `>>>` session its statements, of a shell snippet its commands.
    pub parts: Vec<Part>,
    pub end: End,
    /// By the run's own clock.
    pub took: Duration,
    /// How long the machine kept its session waiting for a processor.
    pub delayed: Duration,
    /// How much of its session's time was no waiting that the clock skips: computing, and waiting for a processor.
    pub busy: Duration,
    /// When it wrote to standard output, since it began.
    pub writes: Vec<Duration>,
    /// What its requests to the server of the session came back with.
    pub requests: Vec<Request>,
    /// What the stand-ins of its session were asked.
    pub answers: Vec<Answer>,
}

/// What one statement or command printed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Of the lesson.
    pub line: u32,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The line of the lesson of the command that asked.
    pub line: Option<u32>,
    /// `None` if there was no answer.
    pub status: Option<u16>,
    pub seconds: f64,
}

/// How a snippet ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum End {
    Exit {
        code: i32,
        raised: Option<Raised>,
    },
    /// A limit, a deadlock, or nothing left to do but to wait for connections.
    Stopped {
        #[serde(with = "wire")]
        outcome: Outcome,
        cause: String,
    },
    /// It never began.
    Never {
        why: String,
    },
}

/// The exception that ended a snippet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    pub kind: String,
    pub message: String,
    /// As the traceback names it; empty where that is unknown.
    pub file: String,
    pub line: u32,
}

impl Evidence {
    /// Of a snippet that never began.
    pub fn never(why: impl Into<String>) -> Self {
        Evidence {
            stdout: String::new(),
            stderr: String::new(),
            parts: Vec::new(),
            end: End::Never { why: why.into() },
            took: Duration::ZERO,
            delayed: Duration::ZERO,
            busy: Duration::ZERO,
            writes: Vec::new(),
            requests: Vec::new(),
            answers: Vec::new(),
        }
    }
}

impl Session {
    /// All code of the lesson that runs in it.
    pub(crate) fn code(&self) -> impl Iterator<Item = &Code> {
        let parts = self.server.iter().flat_map(|server| &server.parts);
        parts.chain(self.steps.iter().filter_map(|step| match &step.action {
            Action::Script(code) | Action::Doctest(code) | Action::Test { code, .. } => Some(code),
            Action::Fragment { code, .. } | Action::Context { code, .. } => Some(code),
            Action::Console(_) | Action::Shell(_) | Action::Serve => None,
        }))
    }

    /// The line of the lesson for one of a piece that counts its own lines.
    pub fn in_lesson(&self, file: &str, line: u32) -> Option<(&str, u32)> {
        let place = self.code().find(|code| code.file == file)?.stands.as_ref().filter(|_| line > 0)?;
        Some((&place.file, place.line + line - 1))
    }

    /// The text of each file that its code has a name in, with every line where it stands.
    pub fn texts(&self) -> BTreeMap<&str, String> {
        let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for code in self.code() {
            let (file, first) = code.stands.as_ref().map_or((&code.file, code.first_line), |it| (&it.file, it.line));
            let lines = files.entry(file).or_default();
            let first = first as usize - 1;
            let shown: Vec<&str> = code.text.lines().collect();
            lines.resize(lines.len().max(first + shown.len()), "");
            lines[first..first + shown.len()].copy_from_slice(&shown);
        }
        let mut texts: BTreeMap<&str, String> =
            files.into_iter().map(|(file, lines)| (file, lines.join("\n") + "\n")).collect();
        for file in self.files.iter().filter(|file| file.path.ends_with(".py")) {
            texts.entry(&file.path).or_insert_with(|| String::from_utf8_lossy(&file.content).into_owned());
        }
        texts
    }

    /// Whether an exception was raised in the code of a snippet.
    pub(crate) fn is_in(&self, snippet: usize, raised: &Raised) -> bool {
        self.code().any(|code| {
            let last = code.first_line + code.text.lines().count() as u32;
            code.snippet == Some(snippet) && code.file == raised.file && (code.first_line..=last).contains(&raised.line)
        })
    }
}

impl Ran {
    /// Of a session that was not run.
    pub fn never(session: &Session, why: &str) -> Self {
        Ran { steps: session.steps.iter().map(|_| vec![Evidence::never(why)]).collect(), lasting: false, events: None }
    }
}

/// Runs sessions, several at once, and hands each over as it ends, on the thread that ran it. Those that an interrupt of
/// the sandbox cuts short, or comes before, are not handed over.
pub fn run(sessions: &[&Session], setup: &Setup<'_>, done: &(dyn Fn(usize, Ran) + Sync)) {
    let pieces = together::pieces(sessions, setup.at_once);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..setup.at_once.clamp(1, pieces.len().max(1)) {
            scope.spawn(|| {
                while let Some(piece) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let of_piece: Vec<&Session> = piece.iter().map(|index| sessions[*index]).collect();
                    let together = together::run(&of_piece, setup);
                    for ((index, session), ran) in piece.iter().zip(of_piece).zip(together) {
                        let ran = ran.unwrap_or_else(|| run_session(session, setup));
                        if setup.sandbox.is_interrupted() {
                            return;
                        }
                        done(*index, ran);
                    }
                }
            });
        }
    });
}

/// Enough to tell most orders from chance; each costs a run.
const FEW: [u64; 3] = [1, 2, 3];

/// The seeds with which a session is run once more.
fn orders<'a>(session: &Session, given: &'a [u64]) -> &'a [u64] {
    if given.is_empty() && session.races { &FEW } else { given }
}

/// Runs one session, in each of the orders.
pub fn run_session(session: &Session, setup: &Setup<'_>) -> Ran {
    let mut all = Ran { steps: vec![Vec::new(); session.steps.len()], lasting: true, events: None };
    for seed in std::iter::once(None).chain(orders(session, setup.seeds).iter().copied().map(Some)) {
        let one = once(session, setup, seed).unwrap_or_else(|error| Ran::never(session, &error.to_string()));
        all.lasting &= one.lasting;
        all.events = all.events.or(one.events);
        all.steps.iter_mut().zip(one.steps).for_each(|(steps, step)| steps.extend(step));
    }
    all
}

/// Runs one session, in the order that a seed picks, or in the one in which waiting began; gives what each step did.
pub fn run_once(session: &Session, setup: &Setup<'_>, seed: Option<u64>) -> Vec<Evidence> {
    let ran = once(session, setup, seed).unwrap_or_else(|error| Ran::never(session, &error.to_string()));
    ran.steps.into_iter().flatten().collect()
}

fn once(session: &Session, setup: &Setup<'_>, seed: Option<u64>) -> etude_sandbox::Result<Ran> {
    let (mut job, mark) = job::of(session, setup.environment, seed)?;
    job.trace = setup.trace && seed.is_none();
    let mut again = if session.timed { AGAIN } else { 0 };
    loop {
        let transcript = setup.sandbox.run(&job, &mut |_| ())?;
        match transcript.needs {
            // By its looks it could do with less.
            Some(needs) if needs > job.profile => job.profile = needs,
            _ if again > 0 && delayed(&transcript) > BEARABLE => again -= 1,
            _ => {
                let delayed = delayed(&transcript);
                let steps = marks::split(session, &transcript, mark.as_deref());
                let lasting = is_lasting(&transcript) && !(session.timed && delayed > BEARABLE);
                let busy = busy(&transcript);
                let steps = steps.into_iter().map(|step| vec![Evidence { delayed, busy, ..step }]).collect();
                return Ok(Ran { steps, lasting, events: transcript.events });
            }
        }
    }
}

/// By how much the times of a busy machine may differ from those of an idle one.
pub(crate) const BEARABLE: Duration = Duration::from_millis(250);
/// How often what tells times is run again where the machine was busier.
const AGAIN: usize = 2;

/// What it did not sleep through and did not compute: it waited for a processor, and its clock went on.
fn delayed(transcript: &Transcript) -> Duration {
    let counts = transcript.clock == Clock::Virtual && transcript.real_time.is_none();
    if counts { transcript.wall.saturating_sub(transcript.cpu) } else { Duration::ZERO }
}

/// The steady clock does not go on while a program computes.
fn busy(transcript: &Transcript) -> Duration {
    match transcript.clock {
        Clock::Virtual if transcript.real_time.is_none() => transcript.wall,
        Clock::Virtual | Clock::Real => transcript.cpu,
        Clock::Steady => Duration::ZERO,
    }
}

/// A limit of real time may have been met because the machine was busy. Of the run's own time, no machine has more.
fn is_lasting(transcript: &Transcript) -> bool {
    let own_time = transcript.clock != Clock::Real && transcript.virtual_time >= job::VIRTUAL_TIME;
    match transcript.outcome {
        Outcome::Killed => transcript.exit.is_some(),
        Outcome::Timeout => own_time,
        _ => true,
    }
}
