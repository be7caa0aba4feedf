//! `results.json`, version 3, as Exercism's test runners write it; with points.

use etude_course::Exercise;
use etude_practice::grade::{Status, Test, Verdict, code_of};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Results {
    version: u32,
    status: &'static str,
    message: Option<String>,
    points: u32,
    max_points: u32,
    tests: Vec<Entry>,
    /// Of all that decided this.
    digest: String,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    status: &'static str,
    message: Option<String>,
    output: Option<String>,
    /// Of hidden tests there is none.
    test_code: Option<String>,
    task_id: Option<u32>,
    points: u32,
    max_points: u32,
}

/// Its format cuts longer output.
const MOST_OUTPUT: usize = 500;

impl Results {
    pub(super) fn new(exercise: &Exercise, verdict: &Verdict) -> Self {
        // Nothing ran: then there are no tests to speak of.
        let broken = verdict.message.is_some();
        Self {
            version: 3,
            status: if broken { "error" } else { word(verdict.status, verdict.status == Status::Pass) },
            message: verdict.message.clone(),
            points: verdict.points(),
            max_points: verdict.worth(),
            tests: verdict.tests.iter().map(|test| Entry::new(exercise, test)).collect(),
            digest: verdict.digest.clone(),
        }
    }
}

impl Entry {
    fn new(exercise: &Exercise, test: &Test) -> Self {
        Self {
            name: test.id.clone(),
            status: word(test.status, test.is_right()),
            message: test.message.clone(),
            output: (!test.output.is_empty()).then(|| test.output.chars().take(MOST_OUTPUT).collect()),
            test_code: if test.hidden { None } else { code_of(exercise, &test.id) },
            task_id: test.task,
            points: test.points,
            max_points: test.worth,
        }
    }
}

/// There is no word for a test that is skipped, which is right where the solution skips it as well.
fn word(status: Status, right: bool) -> &'static str {
    match status {
        _ if right => "pass",
        Status::Error => "error",
        Status::Pass | Status::Fail | Status::Skip => "fail",
    }
}
