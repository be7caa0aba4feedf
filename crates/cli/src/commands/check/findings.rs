//! What reading alone finds.

use etude_course::checks::check;
use etude_course::{Lesson, Surroundings, Verdict, decide};
use etude_project::{CourseFolder, Workspace};
use etude_text::{Diagnostic, Sources};
use rayon::prelude::*;
use serde::Serialize;

use super::levels::Levels;

#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) files: usize,
    pub(super) snippets: usize,
    pub(super) claims: Claims,
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

/// What one lesson has to say for itself.
fn part(folder: &CourseFolder, lesson: &Lesson, sources: &Sources) -> Findings {
    let exists = |path: &str| folder.exists(path);
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
    Findings { files: 1, snippets: lesson.snippets.len(), claims, diagnostics }
}
