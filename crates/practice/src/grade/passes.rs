//! Runs tests until each has its answer: what ends a run, a crash or a limit, costs one test and not the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use etude_course::Runner;
use etude_sandbox::{Outcome, Profile, Result, Transcript};

use super::equality::Matrix;
use super::exercise::Exercise;
use super::expectation::Part;
use super::lines::{self, Ended, Planned, Raised};
use super::verdict::Status;
use super::{Setup, job};
use crate::plan::File;

/// So many tests may each end their run; after that the rest is not tried any more.
const MOST_RUNS: usize = 6;

/// What came out of the visible or the hidden tests.
#[derive(Debug, Default)]
pub(super) struct Passes {
    pub(super) plan: Vec<Planned>,
    pub(super) ended: BTreeMap<String, Ended>,
    /// Why there are no tests, or not all.
    pub(super) failed: Option<Raised>,
    pub(super) matrix: BTreeMap<String, Matrix>,
    pub(super) recorded: BTreeSet<String>,
    /// The worst that happened to a run.
    pub(super) outcome: Option<Outcome>,
    pub(super) wall: Duration,
    pub(super) virtual_time: Duration,
    pub(super) events: Option<Vec<u8>>,
    pub(super) runs: usize,
    pub(super) allowed: Profile,
    /// What would allow what was refused.
    needs: Option<Profile>,
}

/// Runs the reference, and notes what that takes.
pub(super) fn record(exercise: &Exercise, reference: &[File], hidden: bool, setup: &Setup<'_>) -> Result<Passes> {
    let mut passes = run(exercise, reference, hidden, None, setup)?;
    // Whoever may start anything could start what the tests' side does not expect.
    while let Some(needs) = passes.needs.filter(|needs| *needs > passes.allowed && *needs < Profile::Shell) {
        passes = run_allowed(exercise, reference, hidden, None, needs, setup)?;
    }
    Ok(passes)
}

/// Without a part it is recorded.
pub(super) fn run(
    exercise: &Exercise,
    submission: &[File],
    hidden: bool,
    part: Option<&Part>,
    setup: &Setup<'_>,
) -> Result<Passes> {
    let allowed = part.and_then(|part| Profile::from_name(&part.allowed)).unwrap_or_default();
    run_allowed(exercise, submission, hidden, part, allowed, setup)
}

fn run_allowed(
    exercise: &Exercise,
    submission: &[File],
    hidden: bool,
    part: Option<&Part>,
    allowed: Profile,
    setup: &Setup<'_>,
) -> Result<Passes> {
    let profile: Option<BTreeSet<&str>> = part.map(|part| part.profile.iter().map(String::as_str).collect());
    let mut passes = Passes { allowed, ..Passes::default() };
    if exercise.runner() == Runner::Pytest && setup.environment.provides("pytest").is_none() {
        let text = "the tests need `pytest`, which is not among the packages; add it to `packages` in `course.toml`";
        passes.failed = Some(Raised { text: text.into(), ..Raised::default() });
        return Ok(passes);
    }
    while passes.runs < MOST_RUNS {
        let skip: Vec<String> = passes.ended.keys().cloned().collect();
        let mut job = job::of(exercise, submission, hidden, profile.as_ref(), &skip, setup)?;
        job.profile = allowed;
        let transcript = setup.sandbox.run(&job, &mut |_| ())?;
        if passes.add(transcript) {
            break;
        }
    }
    passes.settle();
    Ok(passes)
}

impl Passes {
    /// Adds what one run has told; true when there is nothing left to be run.
    fn add(&mut self, transcript: Transcript) -> bool {
        let told = lines::read(&transcript.stdout());
        self.runs += 1;
        self.needs = self.needs.max(transcript.needs);
        self.wall += transcript.wall;
        self.virtual_time += transcript.virtual_time;
        if self.events.is_none() {
            self.events = transcript.events.clone();
        }
        if self.plan.is_empty() {
            self.plan = told.plan;
        }
        self.matrix.extend(told.matrix);
        self.recorded.extend(told.recorded);
        let before = self.ended.len();
        for (id, mut ended) in told.ended {
            if let Some(error) = ended.error.as_mut().filter(|error| error.broken && has_ended(&transcript)) {
                error.text = end(&transcript);
                self.outcome = Some(transcript.outcome);
            }
            // What the learner's own comparisons decided counts only with the comparison at the end of the run.
            if told.done || ended.claims == 0 || ended.status != Status::Pass {
                self.ended.insert(id, ended);
            }
        }
        if let Some(id) = told.running {
            let error = Raised { text: end(&transcript), broken: true, ..Raised::default() };
            let ended = Ended { status: Status::Error, error: Some(error), output: String::new(), claims: 0 };
            self.ended.insert(id, ended);
            self.outcome = Some(transcript.outcome);
        }
        for (name, error) in told.unready {
            self.unready(&name, error);
        }
        if let Some(mut failed) = told.failed {
            if failed.broken && has_ended(&transcript) {
                failed.text = end(&transcript);
                self.outcome = Some(transcript.outcome);
            }
            self.failed = Some(failed);
        } else if !told.done && self.ended.len() == before {
            self.outcome = Some(transcript.outcome);
            self.failed = Some(Raised { text: end(&transcript), broken: true, ..Raised::default() });
        }
        told.done || self.failed.is_some() || self.plan.iter().all(|test| self.ended.contains_key(&test.id))
    }

    /// None of the tests of a class or module ran, since what they need could not be made ready.
    fn unready(&mut self, name: &str, error: Option<Raised>) {
        let class = name.split_once('(').map_or(name, |(_, rest)| rest.trim_end_matches(')'));
        let class = class.rsplit('.').next().unwrap_or(class);
        let status = if error.is_some() { Status::Error } else { Status::Skip };
        for test in &self.plan {
            let of_class = test.id.split("::").any(|part| part == class);
            if (of_class || name.starts_with("setUpModule")) && !self.ended.contains_key(&test.id) {
                let ended = Ended { status, error: error.clone(), output: String::new(), claims: 0 };
                self.ended.insert(test.id.clone(), ended);
            }
        }
    }

    pub(super) fn passed(&self) -> impl Iterator<Item = &str> {
        self.ended.iter().filter(|(_, ended)| ended.status == Status::Pass).map(|(id, _)| id.as_str())
    }

    /// Every test that was planned has an answer, if only that it was not run.
    fn settle(&mut self) {
        for test in &self.plan {
            self.ended.entry(test.id.clone()).or_insert_with(|| {
                let error = self.failed.clone().unwrap_or_else(|| Raised {
                    text: "not run: too many tests before it ended the program".into(),
                    broken: true,
                    ..Raised::default()
                });
                Ended { status: Status::Error, error: Some(error), output: String::new(), claims: 0 }
            });
        }
    }
}

/// The learner's program is not there any more, or everything was ended.
fn has_ended(transcript: &Transcript) -> bool {
    transcript.judge.is_none()
        || transcript.outcome != Outcome::Ok
        || transcript.exit.is_some()
        || transcript.cause.is_some()
}

/// Why a run came to its end, in words.
fn end(transcript: &Transcript) -> String {
    let cause = match (&transcript.cause, transcript.judge) {
        (Some(cause), _) => cause.clone(),
        (None, Some(_)) => "the program ended itself in the middle of a test".into(),
        (None, None) => "the tests were stopped: what they were given took too much time or memory to look at".into(),
    };
    let waiting = transcript.waiting.iter().filter_map(|one| {
        let place = one.place.as_ref()?;
        let what = if one.waits_for.is_empty() { place.text.as_str() } else { one.waits_for.as_str() };
        Some(format!("\n  {} `{}` at `{}` line {} waits for {what}", one.kind, one.name, place.file, place.line))
    });
    waiting.fold(cause, |text, line| text + &line)
}
