//! Exercises of a course: run, and held against what they claim without words.

use std::collections::BTreeMap;
use std::path::Path;

use etude_course::checks::{self, Check, exercises};
use etude_course::{Course, Exercise, Problem, lost};
use etude_practice::decide::Verdict;
use etude_practice::exercise::{Judged, judge};
use etude_project::{ExerciseFolder, Workspace};
use etude_text::{Diagnostic, FileId, Source, Span};
use serde::Serialize;

use super::sessions::{With, start};
use crate::printer::Printer;

/// One exercise, and what became of it.
pub(super) struct Judgement {
    /// From the course's root.
    path: String,
    judged: Judged,
    pub(super) diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
pub(super) struct Report<'a> {
    path: &'a str,
    /// Whether the solution passes: `holds`, `false` or `undecided`.
    solution: &'static str,
    /// Whether the starter fails, or passes where it is to be refactored.
    starter: &'static str,
    evidence: Vec<&'a str>,
}

impl Judgement {
    pub(super) fn verdicts(&self) -> [&Verdict; 2] {
        [&self.judged.solution, &self.judged.starter]
    }

    pub(super) fn report(&self) -> Report<'_> {
        let word = |verdict: &Verdict| match verdict {
            Verdict::Holds => "holds",
            Verdict::NotAlways { .. } => "not always",
            Verdict::False { .. } => "false",
            Verdict::Undecided { .. } => "undecided",
        };
        let words = self.verdicts().into_iter().filter_map(|verdict| match verdict {
            Verdict::Holds => None,
            Verdict::False { evidence, .. } | Verdict::NotAlways { evidence, .. } => Some(evidence.as_str()),
            Verdict::Undecided { reason, .. } => Some(reason.as_str()),
        });
        let [solution, starter] = self.verdicts().map(word);
        Report { path: &self.path, solution, starter, evidence: words.collect() }
    }
}

/// Runs the exercises in the folders that were asked for.
pub(super) fn judged(workspace: &mut Workspace, printer: &Printer) -> anyhow::Result<Vec<Judgement>> {
    let found: Vec<Vec<ExerciseFolder>> = workspace.courses.iter().map(|folder| folder.exercises()).collect();
    let mut all = Vec::new();
    let mut sandbox = None;
    for (index, folders) in found.into_iter().enumerate().filter(|(_, folders)| !folders.is_empty()) {
        let sandbox = match &mut sandbox {
            Some(sandbox) => sandbox,
            none => none.insert(start(printer)?),
        };
        let environment = With::of(&workspace.courses[index].course.config)?.environment(printer)?;
        for folder in folders {
            let (exercise, problems) = Exercise::read(&folder.files);
            let judged = judge(&exercise, sandbox, &environment);
            all.push(judgement(workspace, index, folder, &exercise, &problems, judged));
        }
    }
    Ok(all)
}

fn judgement(
    workspace: &mut Workspace,
    course: usize,
    folder: ExerciseFolder,
    exercise: &Exercise,
    problems: &[Problem],
    judged: Judged,
) -> Judgement {
    let mut shelf = Shelf { folder: &folder, known: BTreeMap::new() };
    let mut diagnostics = Vec::new();
    for Problem { file, span, message, hint } in problems {
        let file = shelf.file(workspace, file);
        let course = &workspace.courses[course].course;
        let found = diagnostic(course, &exercises::EXERCISE_FILES, file, *span, message.clone());
        diagnostics.extend(found.map(|found| Diagnostic { hint: hint.clone(), ..found }));
    }
    for (verdict, check) in
        [(&judged.solution, &exercises::FAILING_SOLUTION), (&judged.starter, &exercises::PASSING_STARTER)]
    {
        let Verdict::False { evidence, hint, .. } = verdict else { continue };
        let file = shelf.file(workspace, &exercise.settings);
        let found = diagnostic(&workspace.courses[course].course, check, file, Span::empty(0), evidence.clone());
        diagnostics.extend(found.map(|found| Diagnostic { hint: hint.clone(), ..found }));
    }
    for lost in lost(exercise) {
        let file = shelf.file(workspace, &lost.text);
        let course = &workspace.courses[course].course;
        let found = diagnostic(course, &exercises::LOST_REFERENCE, file, lost.span, lost.what);
        diagnostics.extend(found.map(|found| found.hint("correct it, or add what it speaks of")));
    }
    Judgement { path: folder.path, judged, diagnostics }
}

fn diagnostic(course: &Course, check: &'static Check, file: FileId, span: Span, words: String) -> Option<Diagnostic> {
    Some(Diagnostic::new(check.code, checks::severity(course, check)?, file, span, words))
}

/// The files of an exercise that something is said of.
struct Shelf<'a> {
    folder: &'a ExerciseFolder,
    known: BTreeMap<String, FileId>,
}

impl Shelf<'_> {
    fn file(&mut self, workspace: &mut Workspace, path: &str) -> FileId {
        if let Some(file) = self.known.get(path) {
            return *file;
        }
        let shown = Path::new(&self.folder.shown).join(path).display().to_string();
        let bytes = self.folder.files.get(path).cloned().unwrap_or_default();
        let file = workspace.add_beside(Source::decode(shown, bytes));
        self.known.insert(path.to_owned(), file);
        file
    }
}
