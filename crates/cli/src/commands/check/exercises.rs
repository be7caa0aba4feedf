//! Exercises of a course: run, and held against what they claim without words.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use etude_course::checks::{self, Check, exercises};
use etude_course::{Course, Exercise, Lesson, Problem, lost};
use etude_practice::decide::Verdict;
use etude_practice::exercise::{self, Judged, Shown};
use etude_practice::grade::prepared;
use etude_project::{ExerciseFolder, Workspace};
use etude_sandbox::Environment;
use etude_text::{Diagnostic, FileId, Severity, Source, Span};
use rayon::prelude::*;
use serde::Serialize;

use super::execute::Manner;
use super::kept;
use crate::grading::{setup, with};
use crate::interrupts::interruptible;
use crate::printer::Printer;
use crate::progress::{bar, watched};

/// One exercise, and what became of it.
pub(super) struct Judgement {
    /// From the course's root.
    path: String,
    /// How its `lab.toml` is shown.
    pub(super) settings: String,
    judged: Judged,
    /// The names of its wrong answers.
    answers: Vec<String>,
    /// Whether it is a finding that its solution fails, that its starter passes, that a wrong answer is not as it says.
    counts: [bool; 3],
    pub(super) diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
pub(super) struct Report<'a> {
    path: &'a str,
    /// Whether the solution passes: `holds`, `false` or `undecided`.
    solution: &'static str,
    /// Whether the starter fails, or passes where it is to be refactored.
    starter: &'static str,
    /// Whether each wrong answer fails as it says.
    wrong: BTreeMap<&'a str, &'static str>,
    evidence: Vec<&'a str>,
}

impl Judgement {
    pub(super) fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        [&self.judged.solution, &self.judged.starter].into_iter().chain(&self.judged.wrong)
    }

    /// What it claims: in words, what became of it, and whether it counts as a finding if it is false.
    pub(super) fn tests(&self) -> Vec<(String, &Verdict, bool)> {
        let [solution, starter, wrong] = self.counts;
        let answers = self.answers.iter().zip(&self.judged.wrong);
        let answers = answers.map(|(name, verdict)| (format!("the wrong answer `{name}` fails"), verdict, wrong));
        let own = [
            ("the solution passes".to_owned(), &self.judged.solution, solution),
            ("the starter leaves something to do".to_owned(), &self.judged.starter, starter),
        ];
        own.into_iter().chain(answers).collect()
    }

    pub(super) fn report(&self) -> Report<'_> {
        let word = |verdict: &Verdict| match verdict {
            Verdict::Holds => "holds",
            Verdict::NotAlways { .. } => "not always",
            Verdict::False { .. } => "false",
            Verdict::Undecided { .. } => "undecided",
        };
        let words = self.verdicts().filter_map(|verdict| match verdict {
            Verdict::Holds => None,
            Verdict::False { evidence, .. } | Verdict::NotAlways { evidence, .. } => Some(evidence.as_str()),
            Verdict::Undecided { reason, .. } => Some(reason.as_str()),
        });
        let wrong = self.answers.iter().zip(&self.judged.wrong);
        Report {
            path: &self.path,
            solution: word(&self.judged.solution),
            starter: word(&self.judged.starter),
            wrong: wrong.map(|(answer, verdict)| (answer.as_str(), word(verdict))).collect(),
            evidence: words.collect(),
        }
    }
}

/// An exercise of a course, on its way.
struct Read {
    course: usize,
    folder: ExerciseFolder,
    exercise: Exercise,
    problems: Vec<Problem>,
}

/// Grades what the exercises in the folders that were asked for hold, as far as it is not known what comes of it.
pub(super) fn judged(
    workspace: &mut Workspace,
    manner: &Manner<'_>,
    printer: &Printer,
) -> anyhow::Result<Vec<Judgement>> {
    let mut all = Vec::new();
    for (course, folder) in workspace.courses.iter().enumerate() {
        all.extend(folder.exercises().into_iter().map(|folder| {
            let (exercise, problems) = Exercise::read(&folder.files);
            Read { course, folder, exercise, problems }
        }));
    }
    let shown = shown(&all, workspace, manner, printer)?;
    let judgements = all.into_iter().zip(shown).map(|(read, shown)| judgement(workspace, read, &shown));
    Ok(judgements.collect())
}

fn shown(all: &[Read], workspace: &Workspace, manner: &Manner<'_>, printer: &Printer) -> anyhow::Result<Vec<Shown>> {
    let cache = kept::cache()?;
    let mut found: Vec<Option<Shown>> = Vec::new();
    // What is not known, with what it runs with and the name to keep it by.
    let mut missing = Vec::new();
    for (index, read) in all.iter().enumerate() {
        if !exercise::is_complete(&read.exercise) {
            found.push(Some(Shown::default()));
            continue;
        }
        let with = match with(&read.exercise, &workspace.courses[read.course].course.config) {
            Ok(with) => with,
            Err(error) => {
                found.push(Some(Shown::unknown(format!("{error:#}"))));
                continue;
            }
        };
        let key = with.world().filter(|_| manner.cached).map(|world| exercise::key(&read.exercise, &world));
        let known = key.as_deref().and_then(|key| Shown::decode(&cache.get(key)?));
        if known.is_none() {
            missing.push((index, with));
        }
        found.push(known);
    }
    if missing.is_empty() {
        return Ok(found.into_iter().flatten().collect());
    }
    let sandbox = manner.sandbox.get(printer)?;
    let mut environments = Vec::new();
    for (index, with) in &missing {
        match with.environment(printer) {
            Ok(environment) => environments.push((*index, prepared(environment), with.world())),
            Err(error) => found[*index] = Some(Shown::unknown(format!("{error:#}"))),
        }
    }
    let graded = watched(printer, |tell| {
        let told = Mutex::new((0, tell));
        interruptible(sandbox, manner.interrupts, || {
            let one = |(index, environment, world): &(usize, Environment, Option<String>)| {
                let shown = exercise::show(&all[*index].exercise, &setup(sandbox, environment));
                let key = world.as_ref().map(|world| exercise::key(&all[*index].exercise, world));
                if let Some(key) = key.filter(|_| manner.cached && shown.is_lasting() && !sandbox.is_interrupted()) {
                    // Without it the next check takes as long as this one.
                    let _ = cache.put(&key, &shown.encode());
                }
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                told.0 += 1;
                let text = format!("grading exercises {}", bar(told.0, environments.len()));
                (told.1)(text);
                (*index, shown)
            };
            Ok(environments.par_iter().map(one).collect::<Vec<_>>())
        })
    })?;
    for (index, shown) in graded {
        found[index] = Some(shown);
    }
    cache.bound(kept::MOST);
    Ok(found.into_iter().flatten().collect())
}

fn judgement(workspace: &mut Workspace, read: Read, shown: &Shown) -> Judgement {
    let Read { course, folder, exercise, problems } = read;
    let judged = exercise::judge(&exercise, shown);
    let mut shelf = Shelf { folder: &folder, known: BTreeMap::new() };
    let mut diagnostics = Vec::new();
    let mut say = |file: &str, span: Span, check: &'static Check, words: &str, hint: Option<&String>| {
        let file = shelf.file(workspace, file);
        let found = diagnostic(&workspace.courses[course].course, check, file, span, words.to_owned());
        diagnostics.extend(found.map(|found| Diagnostic { hint: hint.cloned(), ..found }));
    };
    for Problem { file, span, message, hint } in &problems {
        say(file, *span, &exercises::EXERCISE_FILES, message, hint.as_ref());
    }
    let settings = folder.files.get(&exercise.settings).map(Vec::as_slice).unwrap_or_default();
    for name in &judged.unknown {
        let at = String::from_utf8_lossy(settings).find(name.as_str()).unwrap_or(0);
        let hint = "name it as in `\"CupsTest.test_together\" = 2`".to_owned();
        let message = format!("there is no test `{name}` to be given points");
        say(&exercise.settings, Span::at(at..at + name.len()), &exercises::EXERCISE_FILES, &message, Some(&hint));
    }
    for (verdict, check) in
        [(&judged.solution, &exercises::FAILING_SOLUTION), (&judged.starter, &exercises::PASSING_STARTER)]
    {
        let Verdict::False { evidence, hint, .. } = verdict else { continue };
        say(&exercise.settings, Span::empty(0), check, evidence, hint.as_ref());
    }
    for (answer, verdict) in exercise.wrong.iter().zip(&judged.wrong) {
        let Verdict::False { evidence, hint, .. } = verdict else { continue };
        let (file, span) = answer.entry.map_or((&answer.path, Span::empty(0)), |span| (&exercise.settings, span));
        say(file, span, &exercises::WRONG_ANSWER, evidence, hint.as_ref());
    }
    for lost in lost(&exercise) {
        let hint = "correct it, or add what it speaks of".to_owned();
        say(&lost.text, lost.span, &exercises::LOST_REFERENCE, &lost.what, Some(&hint));
    }
    shelf.silence(workspace, &mut diagnostics);
    let answers = exercise.wrong.into_iter().map(|answer| answer.name).collect();
    let checks = [&exercises::FAILING_SOLUTION, &exercises::PASSING_STARTER, &exercises::WRONG_ANSWER];
    let course = &workspace.courses[course].course;
    let counts = checks.map(|check| checks::severity(course, check) > Some(Severity::Note));
    let settings = Path::new(&folder.shown).join(&exercise.settings).display().to_string();
    Judgement { path: folder.path, settings, judged, answers, counts, diagnostics }
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

    /// Takes out what comments in its instructions and hints silence.
    fn silence(&self, workspace: &Workspace, diagnostics: &mut Vec<Diagnostic>) {
        for (path, file) in self.known.iter().filter(|(path, _)| path.ends_with(".md")) {
            let source = workspace.sources.get(*file);
            let mut own: Vec<Diagnostic> = diagnostics.extract_if(.., |it| it.file == *file).collect();
            checks::silence(&Lesson::read(*file, path.as_str(), source), source, &mut own);
            diagnostics.extend(own);
        }
    }
}
