//! Exercises, and a sandbox that grades what is handed in for them, for as long as somebody does.

use anyhow::Context as _;
use etude_course::{Config, Exercise, Files};
use etude_practice::grade::{self, Assignment, Expectation, NotRecorded, Setup, Verdict};
use etude_project::Cache;
use etude_sandbox::{Clock, Environment, Sandbox};

use crate::commands::check::kept;
use crate::commands::check::sessions::{With, start};
use crate::printer::{Printer, Refusal};

/// A sandbox, and what is known of exercises from before.
pub(crate) struct Grader {
    sandbox: Sandbox,
    kept: Cache,
}

/// An exercise that can be graded at once.
pub(crate) struct Ready {
    assignment: Assignment,
    expectation: Expectation,
    environment: Environment,
}

impl Grader {
    pub(crate) fn start(printer: &Printer) -> anyhow::Result<Self> {
        Ok(Self { sandbox: start(printer)?, kept: kept::cache()? })
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Learns what the exercise's solution comes to, if that is not known yet. `config` is the course's.
    pub(crate) fn ready(&self, exercise: &Exercise, config: &Config, printer: &Printer) -> anyhow::Result<Ready> {
        let assignment = Assignment::of(exercise);
        let with = with(exercise, config)?;
        let environment = grade::prepared(with.environment(printer)?);
        self.sandbox.warm_up(&environment)?;
        let key = with.world().map(|world| assignment.key(&world));
        let known = key.as_deref().and_then(|key| Expectation::decode(&self.kept.get(key)?));
        let expectation = match known {
            Some(expectation) => expectation,
            None => {
                let recorded = assignment.record(&setup(&self.sandbox, &environment)).map_err(refusal)?;
                // Without it the next one takes some milliseconds longer.
                let _ = key.map(|key| self.kept.put(&key, &recorded.encode()));
                recorded
            }
        };
        Ok(Ready { assignment, expectation, environment })
    }

    /// Grades files of a learner by their places in the exercise; `trace` brings what their tasks did.
    pub(crate) fn grade(&self, ready: &Ready, files: &Files, trace: bool) -> anyhow::Result<Verdict> {
        let setup = Setup { trace, ..setup(&self.sandbox, &ready.environment) };
        ready.assignment.grade(&ready.expectation, files, &setup).context("nothing could be graded")
    }
}

/// Where the same files come to the same, whoever looks.
pub(crate) fn setup<'a>(sandbox: &'a Sandbox, environment: &'a Environment) -> Setup<'a> {
    Setup { sandbox, environment, limits: grade::limits(), clock: Clock::Steady, seed: 0, trace: false }
}

/// What an exercise of a course runs with.
pub(crate) fn with(exercise: &Exercise, config: &Config) -> anyhow::Result<With> {
    let mut config = config.clone();
    config.packages.get_or_insert_default().extend(Assignment::of(exercise).needs().iter().cloned());
    With::of(&config)
}

fn refusal(error: NotRecorded) -> anyhow::Error {
    match error {
        NotRecorded::Sandbox(error) => error.into(),
        NotRecorded::Reference(_) => Refusal {
            message: format!("nothing can be graded: {error}"),
            hint: "its author mends it: `etude check` says more".to_owned(),
        }
        .into(),
    }
}
