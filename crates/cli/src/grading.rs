//! Exercises, and a sandbox that grades what is handed in for them, for as long as somebody does.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use anyhow::Context as _;
use etude_course::{Config, Exercise, Files};
use etude_practice::grade::{self, Assignment, Expectation, NotRecorded, Setup, Verdict};
use etude_project::Cache;
use etude_sandbox::{Clock, Environment, Sandbox};

use crate::commands::check::kept;
use crate::commands::check::sessions::{With, start};
use crate::commands::run::seen::{Seen, Texts};
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
    /// What the solution's own run shows, once somebody's shows anything.
    shown: OnceLock<BTreeSet<Shown>>,
}

/// The code of a finding, and the function or class of the learner's in which it was found.
type Shown = (&'static str, Option<String>);

/// What somebody handed in, and what came of it.
pub(crate) struct Graded {
    pub(crate) verdict: Verdict,
    pub(crate) seen: Seen,
    pub(crate) texts: Texts,
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
        Ok(Ready { assignment, expectation, environment, shown: OnceLock::new() })
    }

    /// Grades files of a learner by their places in the exercise.
    pub(crate) fn grade(&self, ready: &Ready, files: &Files) -> anyhow::Result<Verdict> {
        self.verdict(ready, files, false)
    }

    fn verdict(&self, ready: &Ready, files: &Files, trace: bool) -> anyhow::Result<Verdict> {
        let setup = Setup { trace, ..setup(&self.sandbox, &ready.environment) };
        ready.assignment.grade(&ready.expectation, files, &setup).context("nothing could be graded")
    }

    /// Grades them, and looks at what the learner's tasks did. What has no place in the learner's files is about the tests,
    /// and what the solution shows as well is no mistake here.
    pub(crate) fn graded(&self, ready: &Ready, exercise: &Exercise, files: &Files) -> anyhow::Result<Graded> {
        let mut graded = self.seen(ready, exercise, files)?;
        if !graded.seen.findings.is_empty() {
            let shown = match ready.shown.get() {
                Some(shown) => shown,
                None => {
                    let solution = self.seen(ready, exercise, &exercise.solution)?;
                    let shown = solution.seen.findings.iter().map(|finding| solution.texts.shown(finding)).collect();
                    ready.shown.get_or_init(|| shown)
                }
            };
            let Graded { seen, texts, .. } = &mut graded;
            seen.findings.retain(|finding| !shown.contains(&texts.shown(finding)));
        }
        Ok(graded)
    }

    fn seen(&self, ready: &Ready, exercise: &Exercise, files: &Files) -> anyhow::Result<Graded> {
        let verdict = self.verdict(ready, files, true)?;
        // Of two with one path, the learner's counts.
        let all = exercise.files.iter().chain(&exercise.starter).chain(files);
        let texts = Texts::of_files(all.map(|(path, content)| (path.as_str(), content)));
        let mut seen = Seen::in_events(verdict.events.as_deref(), verdict.outcome, None, &texts);
        let is_own = |file: &str| files.contains_key(file) || exercise.starter.contains_key(file);
        seen.findings.retain(|finding| finding.place.as_ref().is_some_and(|place| is_own(&place.file)));
        Ok(Graded { verdict, seen, texts })
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
