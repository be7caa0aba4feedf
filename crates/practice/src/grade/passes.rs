//! Runs tests until each has its answer: what ends a run, a crash or a limit, costs one test and not the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use etude_course::Runner;
use etude_sandbox::{Outcome, Profile, Result, Transcript};

use super::equality::Matrix;
use super::exercise::Exercise;
use super::expectation::Part;
use super::lines::{self, Ended, Planned, Raised, Told};
use super::verdict::Status;
use super::{Setup, job};
use crate::plan::File;

/// So many tests may each end their run; after that the rest is not tried any more.
const MOST_RUNS: usize = 6;
/// So many may compute for ever, each after the first for so long.
const MOST_ENDLESS: usize = 3;
const CPU_AFTER_ENDLESS: Duration = Duration::from_secs(1);

/// 128 and the numbers of SIGILL, SIGABRT, SIGBUS, SIGFPE and SIGSEGV.
const CRASHES: [i32; 5] = [132, 134, 135, 136, 139];

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
    /// How many of them computed until they were stopped.
    pub(super) endless: usize,
    /// What was printed before the first test of the first run.
    pub(super) loaded: Option<String>,
    pub(super) allowed: Profile,
    /// What would allow what was refused.
    needs: Option<Profile>,
}

/// Runs the reference, and notes what that takes.
pub(super) fn record(exercise: &Exercise, reference: &[File], hidden: bool, setup: &Setup<'_>) -> Result<Passes> {
    let mut passes = run(exercise, reference, hidden, None, 0, setup)?;
    // Whoever may start anything could start what the tests' side does not expect.
    while let Some(needs) = passes.needs.filter(|needs| *needs > passes.allowed && *needs < Profile::Shell) {
        let fresh = Passes { allowed: needs, ..Passes::default() };
        passes = fresh.until_all_ended(exercise, reference, hidden, None, setup)?;
    }
    Ok(passes)
}

/// Without a part it is recorded. `endless`: how many runs of the same files have computed for ever already.
pub(super) fn run(
    exercise: &Exercise,
    submission: &[File],
    hidden: bool,
    part: Option<&Part>,
    endless: usize,
    setup: &Setup<'_>,
) -> Result<Passes> {
    let allowed = part.and_then(|part| Profile::from_name(&part.allowed)).unwrap_or_default();
    let fresh = Passes { allowed, endless, ..Passes::default() };
    fresh.until_all_ended(exercise, submission, hidden, part, setup)
}

impl Passes {
    fn until_all_ended(
        mut self,
        exercise: &Exercise,
        submission: &[File],
        hidden: bool,
        part: Option<&Part>,
        setup: &Setup<'_>,
    ) -> Result<Self> {
        if exercise.runner() == Runner::Pytest && setup.environment.provides("pytest").is_none() {
            let text =
                "the tests need `pytest`, which is not among the packages; add it to `packages` in `course.toml`";
            self.failed = Some(Raised { text: text.into(), ..Raised::default() });
            return Ok(self);
        }
        while self.runs < MOST_RUNS {
            let skip: Vec<String> = self.ended.keys().cloned().collect();
            let mut job = job::of(exercise, submission, hidden, part, &skip, setup)?;
            job.profile = self.allowed;
            if self.endless > 0 {
                job.limits.cpu = job.limits.cpu.min(CPU_AFTER_ENDLESS);
            }
            let transcript = setup.sandbox.run(&job, &mut |_| ())?;
            let told = lines::read(&transcript.stdout());
            let is_all = |used: Duration, limit: Duration| used >= limit.mul_f64(0.9);
            let is_used_up = is_all(transcript.cpu, job.limits.cpu) || is_all(transcript.wall, job.limits.wall);
            let is_endless = is_used_up && !told.done;
            self.endless += usize::from(is_endless);
            if self.add(told, &Run { transcript: &transcript, is_endless }) || self.endless >= MOST_ENDLESS {
                break;
            }
        }
        self.settle();
        Ok(self)
    }

    /// Adds what one run has told; true when there is nothing left to be run.
    fn add(&mut self, told: Told, run: &Run<'_>) -> bool {
        let transcript = run.transcript;
        self.runs += 1;
        self.loaded = self.loaded.take().or(told.loaded);
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
            if let Some(error) = ended.error.as_mut().filter(|error| error.broken && !told.done && run.has_ended()) {
                error.text = run.end();
                self.outcome = Some(run.outcome());
            }
            // What the learner's own comparisons decided counts only with the comparison at the end of the run.
            if told.done || !ended.held && ended.claims == 0 || ended.status != Status::Pass {
                self.ended.insert(id, ended);
            }
        }
        if let Some(id) = told.running {
            let error = Raised { text: run.end(), broken: true, ..Raised::default() };
            let ended =
                Ended { status: Status::Error, error: Some(error), output: String::new(), claims: 0, held: false };
            self.ended.insert(id, ended);
            self.outcome = Some(run.outcome());
        }
        for (name, error) in told.unready {
            self.unready(&name, error);
        }
        if let Some(mut failed) = told.failed {
            if failed.broken && run.has_ended() {
                failed.text = run.end_of_loading();
                self.outcome = Some(run.outcome());
            }
            // A file that cannot be loaded ends no run, and yet nothing went well.
            self.outcome = self.outcome.or(Some(Outcome::Failed));
            self.failed = Some(failed);
        } else if !told.done && self.ended.len() == before {
            self.outcome = Some(run.outcome());
            self.failed = Some(Raised { text: run.end_of_loading(), broken: true, ..Raised::default() });
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
                let ended = Ended { status, error: error.clone(), output: String::new(), claims: 0, held: false };
                self.ended.insert(test.id.clone(), ended);
            }
        }
    }

    pub(super) fn passed(&self) -> impl Iterator<Item = &str> {
        self.ended.iter().filter(|(_, ended)| ended.status == Status::Pass).map(|(id, _)| id.as_str())
    }

    /// Every test that was planned has an answer, if only that it was not run. Why all of them were not is said once.
    fn settle(&mut self) {
        if self.failed.is_some() {
            return;
        }
        let text = if self.endless >= MOST_ENDLESS {
            "not run: too many tests before it computed without end"
        } else {
            "not run: too many tests before it ended the program"
        };
        for test in &self.plan {
            self.ended.entry(test.id.clone()).or_insert_with(|| {
                let error = Raised { text: text.into(), broken: true, ..Raised::default() };
                Ended { status: Status::Error, error: Some(error), output: String::new(), claims: 0, held: false }
            });
        }
    }
}

/// What came of one run.
struct Run<'a> {
    transcript: &'a Transcript,
    /// It computed until it was stopped.
    is_endless: bool,
}

impl Run<'_> {
    /// The learner's program is not there any more, or everything was ended.
    fn has_ended(&self) -> bool {
        let Transcript { judge, outcome, exit, cause, .. } = self.transcript;
        judge.is_none() || *outcome != Outcome::Ok || exit.is_some() || cause.is_some() || self.is_endless
    }

    fn outcome(&self) -> Outcome {
        match self.transcript.outcome {
            Outcome::Ok if self.is_endless => Outcome::Timeout,
            outcome => outcome,
        }
    }

    /// Why it came to its end, in words.
    fn end(&self) -> String {
        let Transcript { judge, exit, waiting, .. } = self.transcript;
        let cause = match (&self.transcript.cause, judge) {
            (Some(cause), _) if exit.is_some_and(|exit| CRASHES.contains(&exit)) => format!(
                "Python itself crashed, as it may through `ctypes` or where calls are nested too deeply: {cause}"
            ),
            (Some(cause), _) => cause.clone(),
            // The tests' side was the first to notice.
            (None, Some(_)) if self.is_endless => "it computed without end, and was stopped".into(),
            (None, Some(_)) => "the program ended itself in the middle of a test".into(),
            (None, None) => {
                "the tests were stopped: what they were given took too much time or memory to look at".into()
            }
        };
        let waiting = waiting.iter().filter_map(|one| {
            let place = one.place.as_ref()?;
            let what = if one.waits_for.is_empty() { place.text.as_str() } else { one.waits_for.as_str() };
            Some(format!("\n  {} `{}` at `{}` line {} waits for {what}", one.kind, one.name, place.file, place.line))
        });
        // Several may wait at one place.
        let lines: BTreeSet<String> = waiting.collect();
        lines.iter().fold(cause, |text, line| text + line)
    }

    /// The same of a run without tests.
    fn end_of_loading(&self) -> String {
        match (&self.transcript.cause, self.transcript.judge) {
            (None, Some(_)) if !self.is_endless => "the program ended itself before the first test".into(),
            _ => format!("no test could begin: {}", self.end()),
        }
    }
}
