//! What the reference shows of an exercise, recorded once by its author and held against every submission.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::equality::Matrix;
use super::exercise::Exercise;
use super::passes::{self, Passes};
use super::verdict::Status;
use super::{Setup, job};
use crate::plan::File;

/// To be kept beside the exercise, and read by its author.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Expectation {
    pub visible: Part,
    pub hidden: Part,
    /// Of what it was recorded from.
    pub digest: String,
}

/// Of the tests that a learner may see, or of the hidden ones.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Part {
    pub statuses: BTreeMap<String, Status>,
    /// What the starter comes to.
    pub starter: BTreeMap<String, Status>,
    /// What the tests ask of the reference beyond values: operators with plain data, names of attributes.
    pub profile: BTreeSet<String>,
    /// What equals what of the objects that the tests compare by their own equality, by their class.
    pub matrix: BTreeMap<String, Matrix>,
}

/// Why an exercise cannot be graded as it is.
#[derive(Debug)]
pub enum NotRecorded {
    Sandbox(etude_sandbox::Error),
    /// The reference does not come through all tests; each with its message.
    Reference(Vec<(String, String)>),
    /// There is nothing that the starter does not pass already.
    Starter,
}

/// Runs the reference and the starter. A starter that passes is no exercise unless `starter_may_pass`, as where code that
/// works is to be rewritten.
pub fn record(
    exercise: &Exercise,
    reference: &[File],
    starter: &[File],
    starter_may_pass: bool,
    setup: &Setup<'_>,
) -> Result<Expectation, NotRecorded> {
    let mut expectation =
        Expectation { digest: job::digest(exercise, reference, None, setup), ..Expectation::default() };
    for hidden in [false, true] {
        if !exercise.tests.iter().any(|file| file.hidden == hidden) {
            continue;
        }
        let ran = passes::run(exercise, reference, hidden, None, setup).map_err(NotRecorded::Sandbox)?;
        let wrong = wrong(&ran);
        if !wrong.is_empty() {
            return Err(NotRecorded::Reference(wrong));
        }
        let statuses = statuses(&ran);
        let profile: BTreeSet<&str> = ran.recorded.iter().map(String::as_str).collect();
        let started = passes::run(exercise, starter, hidden, Some(&profile), setup).map_err(NotRecorded::Sandbox)?;
        let started = self::statuses(&started);
        let part = Part { statuses, starter: started, profile: ran.recorded, matrix: ran.matrix };
        *if hidden { &mut expectation.hidden } else { &mut expectation.visible } = part;
    }
    let passes = |part: &Part| part.starter == part.statuses;
    if passes(&expectation.visible) && passes(&expectation.hidden) && !starter_may_pass {
        return Err(NotRecorded::Starter);
    }
    Ok(expectation)
}

fn statuses(ran: &Passes) -> BTreeMap<String, Status> {
    ran.ended.iter().map(|(id, ended)| (id.clone(), ended.status)).collect()
}

/// What keeps a reference from being one.
fn wrong(ran: &Passes) -> Vec<(String, String)> {
    let whole = ran.failed.iter().map(|failed| (String::new(), format!("{}: {}", failed.kind, failed.text)));
    let tests = ran.ended.iter().filter(|(_, ended)| matches!(ended.status, Status::Fail | Status::Error));
    let tests = tests.map(|(id, ended)| {
        let text = ended.error.as_ref().map(|error| format!("{}: {}", error.kind, error.text));
        (id.clone(), text.unwrap_or_default())
    });
    let none = (ran.plan.is_empty() && ran.failed.is_none()).then(|| (String::new(), "there are no tests".to_owned()));
    whole.chain(tests).chain(none).collect()
}
