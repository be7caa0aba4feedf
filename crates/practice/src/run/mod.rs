//! Runs the sessions of a plan, several at once, and gives every snippet its own part of what came out.

mod job;
mod marks;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use etude_sandbox::{Answer, Environment, Outcome, Sandbox};

use crate::plan::{Action, Code, Plan, Session};

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
}

/// What came out of a session.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// For each of its steps what it did, once for each order that was tried.
    pub steps: Vec<Vec<Evidence>>,
}

/// What one snippet did in one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub stdout: String,
    pub stderr: String,
    /// Of a `>>>` session its statements, of a shell snippet its commands.
    pub parts: Vec<Part>,
    pub end: End,
    /// By the run's own clock.
    pub took: Duration,
    /// When it wrote to standard output, since it began.
    pub writes: Vec<Duration>,
    /// What its requests to the server of the session came back with.
    pub requests: Vec<Request>,
    /// What the stand-ins of its session were asked.
    pub answers: Vec<Answer>,
}

/// What one statement or command printed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Of the lesson.
    pub line: u32,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    /// The line of the lesson of the command that asked.
    pub line: Option<u32>,
    /// `None` if there was no answer.
    pub status: Option<u16>,
    pub seconds: f64,
}

/// How a snippet ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    Exit {
        code: i32,
        raised: Option<Raised>,
    },
    /// A limit, a deadlock, or nothing left to do but to wait for connections.
    Stopped {
        outcome: Outcome,
        cause: String,
    },
    /// It never began.
    Never {
        why: String,
    },
}

/// The exception that ended a snippet.
#[derive(Clone, Debug, PartialEq, Eq)]
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
            writes: Vec::new(),
            requests: Vec::new(),
            answers: Vec::new(),
        }
    }
}

impl Session {
    /// All code of the lesson that runs in it.
    fn code(&self) -> impl Iterator<Item = &Code> {
        let parts = self.server.iter().flat_map(|server| &server.parts);
        parts.chain(self.steps.iter().filter_map(|step| match &step.action {
            Action::Script(code) | Action::Doctest(code) | Action::Test { code, .. } => Some(code),
            Action::Fragment { code, .. } | Action::Context { code, .. } => Some(code),
            Action::Console { .. } | Action::Shell(_) | Action::Serve => None,
        }))
    }

    /// Whether an exception was raised in the code of a snippet.
    pub(crate) fn is_in(&self, snippet: usize, raised: &Raised) -> bool {
        self.code().any(|code| {
            let last = code.first_line + code.text.lines().count() as u32;
            code.snippet == Some(snippet) && code.file == raised.file && (code.first_line..=last).contains(&raised.line)
        })
    }
}

/// Runs all sessions of a plan; the answers are in their order.
pub fn run(plan: &Plan, setup: &Setup<'_>) -> Vec<Ran> {
    let next = AtomicUsize::new(0);
    let all: Mutex<Vec<Ran>> = Mutex::new(vec![Ran::default(); plan.sessions.len()]);
    std::thread::scope(|scope| {
        for _ in 0..setup.at_once.clamp(1, plan.sessions.len().max(1)) {
            scope.spawn(|| {
                while let Some((index, session)) = take(&next, &plan.sessions) {
                    let ran = run_session(session, setup);
                    all.lock().unwrap_or_else(PoisonError::into_inner)[index] = ran;
                }
            });
        }
    });
    all.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn take<'a>(next: &AtomicUsize, sessions: &'a [Session]) -> Option<(usize, &'a Session)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((index, sessions.get(index)?))
}

/// Enough to tell most orders from chance; each costs a run.
const FEW: [u64; 3] = [1, 2, 3];

/// Runs one session, in each of the orders.
pub fn run_session(session: &Session, setup: &Setup<'_>) -> Ran {
    let mut steps = vec![Vec::new(); session.steps.len()];
    let seeds = if setup.seeds.is_empty() && session.races { &FEW } else { setup.seeds };
    for seed in std::iter::once(None).chain(seeds.iter().copied().map(Some)) {
        for (step, evidence) in steps.iter_mut().zip(run_once(session, setup, seed)) {
            step.push(evidence);
        }
    }
    Ran { steps }
}

/// Runs one session, in the order that a seed picks, or in the one in which waiting began; gives what each step did.
pub fn run_once(session: &Session, setup: &Setup<'_>, seed: Option<u64>) -> Vec<Evidence> {
    let never = |why: String| vec![Evidence::never(why); session.steps.len()];
    let (mut job, mark) = match job::of(session, setup.environment, seed) {
        Ok(job) => job,
        Err(error) => return never(error.to_string()),
    };
    loop {
        let transcript = match setup.sandbox.run(&job, &mut |_| ()) {
            Ok(transcript) => transcript,
            Err(error) => return never(error.to_string()),
        };
        match transcript.needs {
            // By its looks it could do with less.
            Some(needs) if needs > job.profile => job.profile = needs,
            _ => return marks::split(session, &transcript, mark.as_deref()),
        }
    }
}
