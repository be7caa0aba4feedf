//! What runs decide.

use std::time::Duration;

use anyhow::Context as _;
use etude_course::{Lesson, Surroundings};
use etude_practice::decide::{Case, Decision, decide, diagnostics};
use etude_practice::plan::{File, Plan, Setting, plan, wanted};
use etude_practice::run::{Ran, Setup, run};
use etude_project::{CourseFolder, Workspace};
use etude_sandbox::environment::{Requirement, Wanted};
use etude_sandbox::{Config, Environment, Policy, Profile, Sandbox};
use etude_text::{Diagnostic, FileId, Sources};
use rayon::prelude::*;

use crate::commands::run::warn_of_weakness;
use crate::printer::Printer;
use crate::python::Pythons;

/// A file beside a lesson that is larger is not meant for its snippets.
const LARGEST: u64 = 1 << 20;
/// How often files may name further files.
const ROUNDS: usize = 5;

/// A lesson that was run.
pub(super) struct Decided {
    pub(super) file: FileId,
    pub(super) decisions: Vec<Decision>,
    pub(super) plan: Plan,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) virtual_time: Duration,
}

/// Runs all lessons that were asked for.
pub(super) fn execute(
    workspace: &mut Workspace,
    with: &[Requirement],
    races: Option<u64>,
    printer: &Printer,
) -> anyhow::Result<Vec<Decided>> {
    for folder in &mut workspace.courses {
        let packages = folder.course.config.packages.get_or_insert_default();
        packages.extend(with.iter().map(ToString::to_string));
    }
    let seeds: Vec<u64> = (1..=races.unwrap_or(0)).collect();
    let sources = &workspace.sources;
    let mut planned = Vec::new();
    for folder in &workspace.courses {
        let plans: Vec<Plan> = folder.lessons().par_iter().map(|lesson| plan_of(folder, lesson, sources)).collect();
        planned.push((folder, plans));
    }
    let runs = planned.iter().any(|(_, plans)| plans.iter().any(|plan| !plan.sessions.is_empty()));
    let sandbox = if runs { Some(start(printer)?) } else { None };
    let mut all = Vec::new();
    for (folder, plans) in planned {
        let needed = plans.iter().any(|plan| !plan.sessions.is_empty());
        let environment = if needed { Some(environment(folder, printer)?) } else { None };
        let with = sandbox.as_ref().zip(environment.as_ref());
        let slots = std::thread::available_parallelism().map_or(1, usize::from);
        let setup = with.map(|(sandbox, environment)| Setup { sandbox, environment, at_once: slots, seeds: &seeds });
        let decided: Vec<Decided> = folder
            .lessons()
            .par_iter()
            .zip(plans)
            .map(|(lesson, plan)| decided(folder, lesson, plan, sources, setup.as_ref()))
            .collect();
        all.extend(decided);
    }
    Ok(all)
}

pub(crate) fn plan_of(folder: &CourseFolder, lesson: &Lesson, sources: &Sources) -> Plan {
    let mut beside: Vec<File> = Vec::new();
    for _ in 0..ROUNDS {
        let found = wanted(lesson, &beside).into_iter().filter_map(|path| {
            let content = folder.beside(lesson, &path, LARGEST)?;
            Some(File { path, content })
        });
        let before = beside.len();
        let found: Vec<File> = found.collect();
        beside.extend(found);
        if beside.len() == before {
            break;
        }
    }
    plan(lesson, &Setting { config: &folder.course.config, source: sources.get(lesson.file), beside: &beside })
}

pub(crate) fn start(printer: &Printer) -> anyhow::Result<Sandbox> {
    // Whose lessons they are, is for the person to judge who checks them: what is missing is said, and not refused.
    let policy = Policy { most: Profile::Shell, weak: true };
    let sandbox = Sandbox::start(Config { policy, ..Config::default() })?;
    warn_of_weakness(&sandbox, printer);
    Ok(sandbox)
}

pub(crate) fn environment(folder: &CourseFolder, printer: &Printer) -> anyhow::Result<Environment> {
    let config = &folder.course.config;
    let mut requirements: Vec<Requirement> = Vec::new();
    for package in config.packages.iter().flatten() {
        requirements.push(package.parse().context("`course.toml` lists a package that cannot be had")?);
    }
    let wanted = config.python.as_ref().map(|version| version.parse::<Wanted>()).transpose()?;
    let pythons = Pythons::find()?;
    let interpreter = pythons.interpreters.choose(wanted)?.clone();
    pythons.environment(&interpreter, &requirements, printer)
}

fn decided(
    folder: &CourseFolder,
    lesson: &Lesson,
    plan: Plan,
    sources: &Sources,
    setup: Option<&Setup<'_>>,
) -> Decided {
    let ran: Vec<Ran> = setup.map_or_else(Vec::new, |setup| run(&plan, setup));
    let around = Surroundings { exists: &|path| folder.exists(path) };
    let case = Case {
        course: &folder.course,
        lesson,
        source: sources.get(lesson.file),
        plan: &plan,
        ran: &ran,
        python: setup.map_or((0, 0), |setup| setup.environment.version().minor()),
        around: &around,
    };
    let decisions = decide(&case);
    let diagnostics = diagnostics(&case, &decisions);
    let steps = ran.iter().flat_map(|ran| &ran.steps).flatten();
    let virtual_time = steps.map(|evidence| evidence.took).sum();
    Decided { file: lesson.file, decisions, plan, diagnostics, virtual_time }
}
