//! The sessions of courses: which of them have to be run, and running those.

use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::Context as _;
use etude_course::Config;
use etude_practice::plan::Session;
use etude_practice::run::{Ran, Setup, run};
use etude_sandbox::environment::{self, Requirement, Wanted};
use etude_sandbox::{Config as Settings, Environment, Interpreter, Policy, Profile, Sandbox};
use rayon::prelude::*;

use super::execute::Manner;
use super::kept::{Kept, world};
use super::unmet::Unmet;
use crate::commands::run::warn_of_weakness;
use crate::interrupts::interruptible;
use crate::printer::Printer;
use crate::progress::{bar, watched};
use crate::python::Pythons;

/// The sessions of one course, and what is known of each.
pub(super) struct Sessions<'a> {
    all: Vec<&'a Session>,
    found: Vec<Option<Ran>>,
    /// `None` where there is nothing to run, or nothing to run it with.
    with: Option<With>,
    config: &'a Config,
    unmet: Option<Unmet>,
}

/// What sessions run with.
pub(crate) struct With {
    pythons: Pythons,
    interpreter: Interpreter,
    requirements: Vec<Requirement>,
}

impl With {
    pub(crate) fn of(config: &Config) -> anyhow::Result<Self> {
        let mut requirements: Vec<Requirement> = Vec::new();
        for package in config.packages.iter().flatten() {
            requirements.push(package.parse()?);
        }
        let wanted = config.python.as_ref().map(|version| version.parse::<Wanted>()).transpose()?;
        let pythons = Pythons::find()?;
        let interpreter = pythons.interpreters.choose(wanted)?.clone();
        Ok(Self { pythons, interpreter, requirements })
    }

    pub(crate) fn environment(&self, printer: &Printer) -> anyhow::Result<Environment> {
        self.pythons.environment(&self.interpreter, &self.requirements, printer)
    }

    /// As part of the names of what is kept.
    pub(crate) fn world(&self) -> Option<String> {
        environment::fingerprint(&self.pythons.cache, &self.interpreter, &self.requirements).as_deref().map(world)
    }
}

impl<'a> Sessions<'a> {
    /// Looks up what earlier runs brought, which starts nothing.
    pub(super) fn of(config: &'a Config, all: Vec<&'a Session>, kept: Option<&Kept>) -> anyhow::Result<Self> {
        let (with, unmet) = match (!all.is_empty()).then(|| With::of(config)).transpose() {
            Ok(with) => (with, None),
            Err(error) => (None, Some(Unmet::of(error, config)?)),
        };
        let known = kept.zip(with.as_ref().and_then(With::world));
        let look = |session: &&Session| known.as_ref().and_then(|(kept, world)| kept.find(session, world));
        Ok(Self { found: all.par_iter().map(look).collect(), all, with, config, unmet })
    }

    fn missing(&self) -> impl Iterator<Item = usize> {
        (0..self.all.len()).filter(|index| self.unmet.is_none() && self.found[*index].is_none())
    }

    /// Under which they run.
    pub(super) fn python(&self) -> (u16, u16) {
        self.with.as_ref().map_or((0, 0), |with| with.interpreter.version.minor())
    }

    /// What came out of each; `why` is said of those that were not run. With it, what kept the course from running.
    pub(super) fn into_ran(self, why: &str) -> (Vec<Ran>, Option<Unmet>) {
        let why = self.unmet.as_ref().map_or_else(|| why.to_owned(), Unmet::reason);
        let ran = |(session, found): (&Session, Option<Ran>)| found.unwrap_or_else(|| Ran::never(session, &why));
        (self.all.into_iter().zip(self.found).map(ran).collect(), self.unmet)
    }
}

/// How many sessions there still are to run.
pub(super) fn missing(courses: &[Sessions<'_>]) -> usize {
    courses.iter().map(|course| course.missing().count()).sum()
}

/// Runs what has to be run of all courses, and keeps what came out, each as soon as it ends.
pub(super) fn complete(
    courses: &mut [Sessions<'_>],
    kept: Option<&Kept>,
    manner: &Manner<'_>,
    printer: &Printer,
) -> anyhow::Result<()> {
    let (all, mut before) = (missing(courses), 0);
    let sandbox = manner.sandbox.get(printer)?;
    for course in courses {
        let missing: Vec<usize> = course.missing().collect();
        let Some(with) = course.with.as_ref().filter(|_| !missing.is_empty()) else { continue };
        let environment = match with.environment(printer) {
            Ok(environment) => environment,
            Err(error) => {
                course.unmet = Some(Unmet::of(error, course.config)?);
                continue;
            }
        };
        // Which versions the packages have may not have been known before.
        let known = kept.zip(with.world());
        let sessions: Vec<&Session> = missing.iter().map(|index| course.all[*index]).collect();
        let at_once = std::thread::available_parallelism().map_or(1, usize::from);
        let (seeds, trace) = (manner.seeds, manner.timelines);
        let setup = Setup { sandbox, environment: &environment, at_once, seeds, trace };
        let found = Mutex::new((Vec::new(), before));
        watched(printer, |tell| {
            let tell = Mutex::new(tell);
            let done = |index: usize, ran: Ran| {
                if let Some((kept, world)) = &known {
                    kept.keep(sessions[index], world, &ran);
                }
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                found.0.push((missing[index], ran));
                found.1 += 1;
                tell.lock().unwrap_or_else(PoisonError::into_inner)(format!("running {}", bar(found.1, all)));
            };
            interruptible(sandbox, manner.interrupts, || {
                run(&sessions, &setup, &done);
                Ok(())
            })
        })?;
        let (found, ended) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        before = ended;
        found.into_iter().for_each(|(index, ran)| course.found[index] = Some(ran));
        if sandbox.is_interrupted() {
            break;
        }
    }
    Ok(())
}

/// The one sandbox of a check, started when something has to run.
#[derive(Default)]
pub(super) struct OneSandbox(OnceLock<Sandbox>);

impl OneSandbox {
    pub(super) fn get(&self, printer: &Printer) -> anyhow::Result<&Sandbox> {
        if self.0.get().is_none() {
            let _ = self.0.set(start(printer)?);
        }
        self.0.get().context("the sandbox was just started")
    }
}

pub(crate) fn start(printer: &Printer) -> anyhow::Result<Sandbox> {
    // Whose lessons they are, is for the person to judge who checks them: what is missing is said, and not refused.
    let policy = Policy { most: Profile::Shell, weak: true };
    let sandbox = Sandbox::start(Settings { policy, ..Settings::default() })?;
    warn_of_weakness(&sandbox, printer);
    Ok(sandbox)
}
