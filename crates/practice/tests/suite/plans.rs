//! The lessons in `tests/lessons`: what of each is run together, and what is left out why. The snapshot lies beside it.

use std::collections::BTreeSet;

use etude_practice::plan::{Action, plan};

use crate::lesson::Folder;
use crate::show;

#[test]
fn plans() {
    for folder in Folder::all() {
        let plan = plan(&folder.lesson, &folder.setting());
        folder.snapshot("plan", &show::plan(&plan, &folder.lesson, &folder.source));
    }
}

/// A snippet is in a session or left out with a reason, and in neither case forgotten.
#[test]
fn every_snippet_is_accounted_for() {
    for folder in Folder::all() {
        let plan = plan(&folder.lesson, &folder.setting());
        let steps = plan.sessions.iter().flat_map(|session| &session.steps);
        let run = steps.filter(|step| !matches!(step.action, Action::Context { .. })).map(|step| step.snippet);
        let run: BTreeSet<usize> = run.collect();
        let left: BTreeSet<usize> = plan.left.iter().map(|left| left.snippet).collect();
        assert!(run.is_disjoint(&left), "{}: {run:?} {left:?}", folder.name);
        let all: BTreeSet<usize> = run.union(&left).copied().collect();
        assert!(all.into_iter().eq(0..folder.lesson.snippets.len()), "{}", folder.name);
    }
}
