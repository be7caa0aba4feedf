//! What reading alone finds.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use etude_course::checks::check;
use etude_course::checks::runs::{ORDER_DEPENDENT, UNDECIDED_CLAIM, UNDECIDED_SNIPPET};
use etude_course::{Lesson, Surroundings, Verdict, decide};
use etude_practice::decide::{Verdict as Found, What};
use etude_project::{CourseFolder, Workspace};
use etude_text::{Diagnostic, FileId, Severity, Sources};
use rayon::prelude::*;
use serde::Serialize;

use super::execute::Decided;
use super::exercises::Judgement;
use super::levels::Levels;

#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) files: usize,
    pub(super) snippets: usize,
    pub(super) claims: Claims,
    /// Which of the snippets that are to run do so without a failure.
    pub(super) works: Claims,
    /// In the order in which they are shown.
    pub(super) diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Claims {
    pub(super) total: usize,
    #[serde(rename = "true")]
    pub(super) is_true: usize,
    #[serde(rename = "false")]
    pub(super) is_false: usize,
    pub(super) undecided: usize,
}

impl Claims {
    fn add(&mut self, verdict: &Found) {
        self.total += 1;
        match verdict {
            Found::Holds | Found::NotAlways { .. } => self.is_true += 1,
            Found::False { .. } => self.is_false += 1,
            Found::Undecided { .. } => self.undecided += 1,
        }
    }
}

impl Findings {
    /// Decides what can be decided and runs all checks, as `levels` has it.
    pub(super) fn of(workspace: &mut Workspace, levels: &Levels) -> Self {
        for folder in &mut workspace.courses {
            levels.apply(&mut folder.course.config);
        }
        let sources = &workspace.sources;
        let lessons: Vec<_> =
            workspace.courses.iter().flat_map(|folder| folder.lessons().iter().map(move |it| (folder, it))).collect();
        let parts: Vec<Findings> =
            lessons.into_par_iter().map(|(folder, lesson)| part(folder, lesson, sources)).collect();
        let mut all = Findings { diagnostics: levels.course_toml(&workspace.diagnostics), ..Findings::default() };
        for part in parts {
            all.files += part.files;
            all.snippets += part.snippets;
            all.claims.total += part.claims.total;
            all.claims.is_true += part.claims.is_true;
            all.claims.is_false += part.claims.is_false;
            all.claims.undecided += part.claims.undecided;
            all.diagnostics.extend(part.diagnostics);
        }
        all.diagnostics.sort_by(|a, b| a.order().cmp(&b.order()));
        all
    }
}

impl Findings {
    /// Adds what runs decided: of the claims of these lessons they know more than reading does.
    /// `strict` and `races` make findings of what else is only noted.
    pub(super) fn add(&mut self, decided: &[Decided], strict: bool, races: bool) {
        if decided.is_empty() {
            return;
        }
        let decisions = decided.iter().flat_map(|decided| &decided.decisions);
        (self.claims, self.works) = Default::default();
        for decision in decisions {
            match decision.what {
                What::Claim(_) => self.claims.add(&decision.verdict),
                What::Works(_) => self.works.add(&decision.verdict),
                What::Warns(_) => {}
            }
        }
        let mut found: Vec<Diagnostic> = decided.iter().flat_map(|decided| decided.diagnostics.clone()).collect();
        found.retain(|it| strict || it.code != UNDECIDED_CLAIM.code);
        let count = |code| strict && code == UNDECIDED_SNIPPET.code || races && code == ORDER_DEPENDENT.code;
        for diagnostic in found.iter_mut().filter(|it| count(it.code)) {
            diagnostic.severity = diagnostic.severity.max(Severity::Warning);
        }
        self.diagnostics.extend(found);
        self.diagnostics.sort_by(|a, b| a.order().cmp(&b.order()));
    }
}

impl Findings {
    /// Adds what is wrong with a `course.toml` whose lessons could not be run; what is said there already is not said
    /// again.
    pub(super) fn add_unmet(&mut self, unmet: Vec<Diagnostic>) {
        for diagnostic in unmet {
            let said = |it: &Diagnostic| {
                (it.file, it.code) == (diagnostic.file, diagnostic.code) && it.span == diagnostic.span
            };
            if !self.diagnostics.iter().any(said) {
                self.diagnostics.push(diagnostic);
            }
        }
        self.diagnostics.sort_by(|a, b| a.order().cmp(&b.order()));
    }
}

impl Findings {
    /// Adds what exercises claim without words: of each the solution passes, and starter and wrong answers do not.
    pub(super) fn add_exercises(&mut self, exercises: &[Judgement]) {
        for exercise in exercises {
            exercise.verdicts().for_each(|verdict| self.claims.add(verdict));
            self.diagnostics.extend(exercise.diagnostics.iter().cloned());
        }
        self.diagnostics.sort_by(|a, b| a.order().cmp(&b.order()));
    }
}

/// How many diagnostics of one code are shown of one file. Whoever has more starts with these.
const SHOWN: usize = 100;

/// `diagnostics`, in the order in which they are shown, with a note in the place of those that are too many.
pub(super) fn curtail(diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut numbers: BTreeMap<(FileId, &str), usize> = BTreeMap::new();
    let mut shown = Vec::new();
    let mut notes: BTreeMap<(FileId, &str), usize> = BTreeMap::new();
    for diagnostic in diagnostics {
        let key = (diagnostic.file, diagnostic.code);
        let number = numbers.entry(key).or_default();
        *number += 1;
        if *number <= SHOWN {
            shown.push(diagnostic.clone());
        } else if *number == SHOWN + 1 {
            notes.insert(key, shown.len());
            shown.push(Diagnostic { labels: Vec::new(), fix: None, severity: Severity::Note, ..diagnostic.clone() });
        }
    }
    for (key, index) in notes {
        let more = numbers[&key] - SHOWN;
        shown[index].message = format!("{more} more of these in this file are not shown");
        shown[index].hint = Some("mend those above first; `--fix` repairs all it can".to_owned());
    }
    shown
}

/// What one lesson has to say for itself.
fn part(folder: &CourseFolder, lesson: &Lesson, sources: &Sources) -> Findings {
    // Claims and checks follow the same links: the disk is asked once for each target.
    let known: Mutex<HashMap<String, bool>> = Mutex::default();
    let exists = |path: &str| {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(path) {
            Some(exists) => *exists,
            None => *known.entry(path.to_owned()).or_insert_with(|| folder.exists(path)),
        }
    };
    let around = Surroundings { exists: &exists };
    let mut claims = Claims { total: lesson.claims.len(), ..Claims::default() };
    for claim in &lesson.claims {
        match decide(&folder.course, lesson, claim, &around) {
            Verdict::True => claims.is_true += 1,
            Verdict::False(_) => claims.is_false += 1,
            Verdict::Undecided(_) => claims.undecided += 1,
        }
    }
    let diagnostics = check(&folder.course, lesson, sources, &around);
    Findings { files: 1, snippets: lesson.snippets.len(), claims, works: Claims::default(), diagnostics }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_text::Span;

    #[test]
    fn of_very_many_alike_the_first_are_shown() {
        let diagnostic = |code, file, at| {
            Diagnostic::new(code, Severity::Error, FileId(file), Span::empty(at), "there is no `x.md`")
        };
        let many = (0..250).map(|at| diagnostic("dead-link", 0, at));
        let few = (0..100).map(|at| diagnostic("dead-link", 1, at));
        let all: Vec<Diagnostic> = many.chain([diagnostic("mojibake", 0, 300)]).chain(few).collect();
        let shown = curtail(&all);
        assert_eq!(shown.len(), 100 + 1 + 1 + 100);
        let note = &shown[100];
        assert_eq!((note.severity, note.span.start), (Severity::Note, 100));
        assert_eq!(note.message, "150 more of these in this file are not shown");
        assert_eq!(shown[101].code, "mojibake");
    }
}
