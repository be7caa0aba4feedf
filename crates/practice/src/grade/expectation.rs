//! What the reference shows of an exercise, recorded once by its author and held against every submission.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::equality::Matrix;
use super::exercise::Exercise;
use super::lines::Planned;
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
    /// The same tests in their order, for submissions with which they cannot be found.
    pub plan: Vec<Planned>,
    /// What the tests ask of the reference beyond values: operators with plain data, names of attributes.
    pub profile: BTreeSet<String>,
    /// What equals what of the objects that the tests compare by their own equality, by their class.
    pub matrix: BTreeMap<String, Matrix>,
    /// The name of the sandbox's profile that the reference needs.
    pub allowed: String,
}

/// Why an exercise cannot be graded as it is.
#[derive(Debug)]
pub enum NotRecorded {
    Sandbox(etude_sandbox::Error),
    /// The reference does not come through all tests; each with its message.
    Reference(Vec<(String, String)>),
}

impl std::fmt::Display for NotRecorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotRecorded::Sandbox(error) => error.fmt(f),
            NotRecorded::Reference(wrong) => {
                write!(f, "the solution does not pass its tests")?;
                let Some((test, message)) = wrong.first() else { return Ok(()) };
                let test = if test.is_empty() { String::new() } else { format!("`{test}`: ") };
                let more = if wrong.len() > 1 { format!(" (and {} more)", wrong.len() - 1) } else { String::new() };
                write!(f, ": {test}{}{more}", message.trim_start_matches(": "))
            }
        }
    }
}

impl std::error::Error for NotRecorded {}

/// Runs the reference.
pub fn record(exercise: &Exercise, reference: &[File], setup: &Setup<'_>) -> Result<Expectation, NotRecorded> {
    let mut expectation =
        Expectation { digest: job::digest(exercise, reference, None, setup), ..Expectation::default() };
    for hidden in [false, true] {
        if !exercise.tests.iter().any(|file| file.hidden == hidden) {
            continue;
        }
        let ran = passes::record(exercise, reference, hidden, setup).map_err(NotRecorded::Sandbox)?;
        let faults = wrong(&ran);
        if !faults.is_empty() {
            return Err(NotRecorded::Reference(faults));
        }
        let statuses = ran.ended.iter().map(|(id, ended)| (id.clone(), ended.status)).collect();
        let allowed = ran.allowed.name().to_owned();
        let mut part = Part { statuses, plan: ran.plan, profile: ran.recorded, matrix: ran.matrix, allowed };
        if part.profile.iter().any(|key| is_of_decoys(key)) {
            // Classes that count their objects bear none beside those of the tests.
            let again =
                passes::run(exercise, reference, hidden, Some(&part), 0, setup).map_err(NotRecorded::Sandbox)?;
            if !wrong(&again).is_empty() {
                part.profile.retain(|key| !is_of_decoys(key));
            }
        }
        *if hidden { &mut expectation.hidden } else { &mut expectation.visible } = part;
    }
    if expectation == (Expectation { digest: expectation.digest.clone(), ..Expectation::default() }) {
        return Err(NotRecorded::Reference(vec![(String::new(), "there are no tests".to_owned())]));
    }
    Ok(expectation)
}

/// What objects a test makes to compare with, as the judge's `decoys.py` writes it.
fn is_of_decoys(key: &str) -> bool {
    key.starts_with("made ")
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
