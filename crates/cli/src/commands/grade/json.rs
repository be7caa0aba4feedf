//! A verdict for other programs.

use etude_practice::grade::{Test, Verdict};
use etude_trace::export::{FindingView, View};
use serde::Serialize;

use super::Found;
use crate::grading::Graded;

#[derive(Serialize)]
pub(super) struct Report<'a> {
    exercise: String,
    #[serde(flatten)]
    verdict: VerdictView<'a>,
    /// What the learner's tasks show to be wrong or improvable.
    findings: Vec<FindingView>,
}

/// What is true of one submission.
#[derive(Serialize)]
pub(super) struct VerdictView<'a> {
    status: &'static str,
    points: u32,
    worth: u32,
    /// About the submission as a whole.
    message: Option<&'a str>,
    /// What was printed before the first test.
    output: &'a str,
    tests: &'a [Test],
    outcome: &'static str,
    wall_ms: u128,
    virtual_ms: u128,
    /// Of all that decided this.
    digest: &'a str,
}

impl<'a> Report<'a> {
    pub(super) fn new(found: &Found, graded: &'a Graded) -> Self {
        let Graded { verdict, seen, .. } = graded;
        Self {
            exercise: found.name(),
            verdict: VerdictView::new(verdict),
            findings: View::new(&seen.timeline, &seen.findings).findings,
        }
    }
}

impl<'a> VerdictView<'a> {
    pub(super) fn new(verdict: &'a Verdict) -> Self {
        Self {
            status: verdict.status.name(),
            points: verdict.points(),
            worth: verdict.worth(),
            message: verdict.message.as_deref(),
            output: &verdict.output,
            tests: &verdict.tests,
            outcome: verdict.outcome.name(),
            wall_ms: verdict.wall.as_millis(),
            virtual_ms: verdict.virtual_time.as_millis(),
            digest: &verdict.digest,
        }
    }
}
