//! What runs decide.

use std::time::Duration;

use etude_course::{Lesson, Surroundings};
use etude_practice::decide::{Case, Decision, Updates, Verdict, decide, diagnostics, updates};
use etude_practice::plan::{File, Plan, Setting, plan, wanted};
use etude_practice::run::Ran;
use etude_project::{CourseFolder, Workspace};
use etude_sandbox::environment::Requirement;
use etude_text::{Diagnostic, FileId, Sources};
use rayon::prelude::*;

use super::kept::Kept;
use super::sessions::{OneSandbox, Sessions, complete, missing};
use super::timelines::{self, Picture};
use super::unmet::Unmet;
use crate::interrupts::Interrupts;
use crate::printer::{Printer, count};

/// A file beside a lesson that is larger is not meant for its snippets.
const LARGEST: u64 = 1 << 20;
/// How often files may name further files.
const ROUNDS: usize = 5;
/// Why a session has no evidence after Ctrl-C.
const STOPPED: &str = "the check was stopped before it ran";

/// A lesson that was run.
pub(super) struct Decided {
    pub(super) file: FileId,
    pub(super) decisions: Vec<Decision>,
    pub(super) plan: Plan,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What would put stated outputs right.
    pub(super) updates: Updates,
    pub(super) virtual_time: Duration,
    pub(super) pictures: Vec<Picture>,
}

/// How a check goes about its runs.
pub(super) struct Manner<'a> {
    pub(super) with: &'a [Requirement],
    /// Take what earlier runs brought, and keep what these bring.
    pub(super) cached: bool,
    /// Run each session again for each of these.
    pub(super) seeds: &'a [u64],
    /// Draw what each session does; what is kept of earlier runs would not show it.
    pub(super) timelines: bool,
    pub(super) interrupts: &'a Interrupts,
    pub(super) sandbox: &'a OneSandbox,
}

/// Runs all lessons that were asked for, as far as it is not known what comes out. With them comes what is wrong with a
/// `course.toml` whose lessons could not be run.
pub(super) fn execute(
    workspace: &mut Workspace,
    manner: &Manner<'_>,
    printer: &Printer,
) -> anyhow::Result<(Vec<Decided>, Vec<Diagnostic>)> {
    for folder in &mut workspace.courses {
        let packages = folder.course.config.packages.get_or_insert_default();
        packages.extend(manner.with.iter().map(ToString::to_string));
    }
    let sources = &workspace.sources;
    let mut planned = Vec::new();
    for folder in &workspace.courses {
        let plans: Vec<Plan> =
            folder.lessons().par_iter().map(|lesson| plan_of(folder, lesson, sources, false)).collect();
        planned.push((folder, plans));
    }
    let ran = ran(&planned, manner, printer)?;
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    for ((folder, plans), OfCourse { python, ran, unmet }) in planned.into_iter().zip(ran) {
        if let Some(unmet) = unmet {
            let diagnostic = unmet.diagnostic(folder, sources)?;
            wrong.extend(diagnostic.filter(|it| !wrong.contains(it)));
        }
        let mut ran = ran.into_iter();
        let mut of_lessons = Vec::new();
        for (lesson, plan) in folder.lessons().iter().zip(plans) {
            let own: Vec<Ran> = ran.by_ref().take(plan.sessions.len()).collect();
            of_lessons.push((lesson, plan, own));
        }
        let decide =
            |(lesson, plan, ran): (&Lesson, Plan, Vec<Ran>)| decided(folder, lesson, plan, &ran, sources, python);
        all.extend(of_lessons.into_par_iter().map(decide).collect::<Vec<_>>());
    }
    Ok((all, wrong))
}

/// What came out of the sessions of a course, lesson by lesson.
struct OfCourse {
    python: (u16, u16),
    ran: Vec<Ran>,
    unmet: Option<Unmet>,
}

fn ran(
    planned: &[(&CourseFolder, Vec<Plan>)],
    manner: &Manner<'_>,
    printer: &Printer,
) -> anyhow::Result<Vec<OfCourse>> {
    let runs = planned.iter().flat_map(|(_, plans)| plans).any(|plan| !plan.sessions.is_empty());
    let kept = (manner.cached && runs).then(|| Kept::open(manner.seeds)).transpose()?;
    let mut courses = Vec::new();
    for (folder, plans) in planned {
        let sessions = plans.iter().flat_map(|plan| &plan.sessions).collect();
        let known = kept.as_ref().filter(|_| !manner.timelines);
        courses.push(Sessions::of(&folder.course.config, sessions, known)?);
    }
    let all = missing(&courses);
    if all > 0 {
        complete(&mut courses, kept.as_ref(), manner, printer)?;
        if manner.interrupts.signal().is_some() {
            let ran = all - missing(&courses);
            printer.say(&format!("stopped when {ran} of {} had run", count(all, "session")));
        }
        kept.into_iter().for_each(|kept| kept.close(printer));
    }
    let done = |it: Sessions<'_>| {
        let python = it.python();
        let (ran, unmet) = it.into_ran(STOPPED);
        OfCourse { python, ran, unmet }
    };
    Ok(courses.into_iter().map(done).collect())
}

pub(crate) fn plan_of(folder: &CourseFolder, lesson: &Lesson, sources: &Sources, has_input: bool) -> Plan {
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
    let source = sources.get(lesson.file);
    plan(lesson, &Setting { config: &folder.course.config, source, beside: &beside, has_input })
}

fn decided(
    folder: &CourseFolder,
    lesson: &Lesson,
    plan: Plan,
    ran: &[Ran],
    sources: &Sources,
    python: (u16, u16),
) -> Decided {
    let around = Surroundings { exists: &|path| folder.exists(path) };
    let case = Case {
        course: &folder.course,
        lesson,
        source: sources.get(lesson.file),
        plan: &plan,
        ran,
        python,
        around: &around,
    };
    let decisions = decide(&case);
    // Whoever stopped the check knows why there is no more.
    let stopped = |it: &Decision| matches!(&it.verdict, Verdict::Undecided { reason, .. } if reason == STOPPED);
    let told: Vec<Decision> = decisions.iter().filter(|it| !stopped(it)).cloned().collect();
    let diagnostics = diagnostics(&case, &told);
    let virtual_time = ran.iter().flat_map(|ran| &ran.steps).flatten().map(|evidence| evidence.took).sum();
    let updates = updates(&case, &decisions);
    let pictures = timelines::pictures(lesson, sources.get(lesson.file), &plan, ran);
    Decided { file: lesson.file, decisions, plan, diagnostics, updates, virtual_time, pictures }
}
