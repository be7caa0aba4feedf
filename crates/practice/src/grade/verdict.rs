//! What is true of a submission, test by test.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

use etude_course::is_called;
use etude_sandbox::Outcome;
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::equality;
use super::exercise::Exercise;
use super::expectation::Part;
use super::lines::{Ended, Planned, Raised};
use super::passes::Passes;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Pass,
    /// An assertion did not hold.
    Fail,
    /// Something else was raised, or the program was ended.
    Error,
    Skip,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Test {
    pub id: String,
    pub status: Status,
    pub task: Option<u32>,
    /// What it is worth, and what it brought.
    pub worth: u32,
    pub points: u32,
    pub hidden: bool,
    pub message: Option<String>,
    /// What the learner's code and the test printed; of hidden tests nothing.
    pub output: String,
    #[serde(skip)]
    pub right: bool,
    /// Two of the learner's objects were compared by their own equality, which the reference's pattern then confirmed. Not
    /// told of hidden tests.
    pub by_own_equality: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Never [`Status::Skip`].
    pub status: Status,
    pub tests: Vec<Test>,
    /// About the submission as a whole.
    pub message: Option<String>,
    /// The worst that happened to the program; of hidden tests only that something did.
    pub outcome: Outcome,
    /// Of the visible tests, as is the next.
    pub wall: Duration,
    /// In whole milliseconds.
    pub virtual_time: Duration,
    /// What the learner's tasks did during the visible tests, as the sandbox tells it.
    pub events: Option<Vec<u8>>,
    /// Of all that decided this.
    pub digest: String,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Error => "error",
            Status::Skip => "skip",
        }
    }
}

impl Test {
    /// It came out as with the reference.
    pub fn is_right(&self) -> bool {
        self.right
    }
}

impl Verdict {
    pub fn worth(&self) -> u32 {
        self.tests.iter().map(|test| test.worth).sum()
    }

    pub fn points(&self) -> u32 {
        self.tests.iter().map(|test| test.points).sum()
    }
}

/// Everything is held against what the reference did.
pub(super) fn of(exercise: &Exercise, parts: Vec<(bool, &Part, Passes)>, digest: String) -> Verdict {
    let mut verdict = Verdict {
        status: Status::Pass,
        tests: Vec::new(),
        message: None,
        outcome: Outcome::Ok,
        wall: Duration::ZERO,
        virtual_time: Duration::ZERO,
        events: None,
        digest,
    };
    for (hidden, part, passes) in parts {
        verdict.add(exercise, hidden, part, passes);
    }
    verdict
}

impl Verdict {
    fn add(&mut self, exercise: &Exercise, hidden: bool, part: &Part, mut passes: Passes) {
        if !hidden {
            self.wall += passes.wall;
            // In steps that no mere reading of the clock makes.
            self.virtual_time += Duration::from_millis(passes.virtual_time.as_millis() as u64);
        }
        self.events = self.events.take().or(passes.events.take());
        if let Some(outcome) = passes.outcome {
            // Which limit it was could tell of hidden inputs, as could how long it took.
            self.outcome = if hidden {
                match self.outcome {
                    Outcome::Ok => Outcome::Failed,
                    visible => visible,
                }
            } else {
                outcome
            };
        }
        if let Some(failed) = &passes.failed {
            self.status = Status::Error;
            self.message = self.message.take().or_else(|| Some(words(failed, hidden)));
        }
        let planned: BTreeMap<&str, &Planned> = passes.plan.iter().map(|test| (test.id.as_str(), test)).collect();
        let own = passes.plan.iter().map(|test| &test.id).filter(|id| !part.statuses.contains_key(*id));
        // In the order of the file, then what the reference had and this run has not.
        let expected = passes.plan.iter().map(|test| &test.id).filter(|id| part.statuses.contains_key(*id));
        let missing = part.statuses.keys().filter(|id| !planned.contains_key(id.as_str()));
        let passed: BTreeSet<&str> =
            passes.passed().filter(|id| part.statuses.get(*id) == Some(&Status::Pass)).collect();
        let as_wanted =
            |(id, wanted): (&String, &Status)| passes.ended.get(id).map(|ended| ended.status) == Some(*wanted);
        let all = part.statuses.iter().all(as_wanted);
        let unequal = equality::differing(&part.matrix, &passes.matrix, &passed, all);
        let mut numbers = BTreeMap::new();
        for id in expected.chain(missing).chain(own) {
            let mut ended = passes.ended.get(id).cloned().unwrap_or_else(|| Ended {
                status: Status::Error,
                error: passes.failed.clone(),
                output: String::new(),
                claims: 0,
            });
            if let Some(class) = unequal.get(id.as_str()) {
                let text = format!(
                    "some objects of `{class}` are equal to each other that are not to be, or the other way round"
                );
                (ended.status, ended.error) = (Status::Fail, Some(Raised { text, ..Raised::default() }));
            }
            let wanted = part.statuses.get(id).copied();
            if wanted != Some(ended.status) {
                self.status = self.status.max(if passes.failed.is_some() { Status::Error } else { Status::Fail });
            }
            // What the reference skips as well, nobody has done.
            let usual = u32::from(wanted != Some(Status::Skip));
            let named = exercise.points.iter().find(|(name, _)| is_called(id, name));
            let worth = named.map_or(usual, |(_, points)| *points);
            let about = planned.get(id.as_str()).copied();
            let id = if hidden { without_values(id, &mut numbers) } else { id.clone() };
            self.tests.push(test(&id, about, ended, wanted, worth, hidden));
        }
    }
}

/// `test_a[7-x]` has its values in its name: it becomes `test_a[1]`.
fn without_values(id: &str, numbers: &mut BTreeMap<String, usize>) -> String {
    let Some((name, _)) = id.split_once('[') else { return id.to_owned() };
    let number = numbers.entry(name.to_owned()).or_insert(0);
    *number += 1;
    format!("{name}[{number}]")
}

fn test(id: &str, planned: Option<&Planned>, ended: Ended, wanted: Option<Status>, worth: u32, hidden: bool) -> Test {
    let right = wanted == Some(ended.status);
    let about = planned.map(|planned| planned.doc.as_str()).filter(|doc| !doc.is_empty());
    let message = match &ended.error {
        _ if right && ended.status == Status::Pass => None,
        Some(error) => Some(words(error, hidden)),
        None => (!right).then(|| "not what the reference does here".to_owned()),
    };
    let message = match (message, about) {
        (Some(message), Some(about)) if hidden => Some(format!("{}: {message}", about.trim_end_matches('.'))),
        (message, _) => message,
    };
    Test {
        id: id.to_owned(),
        status: ended.status,
        task: planned.and_then(|planned| planned.task),
        worth,
        points: if right { worth } else { 0 },
        right,
        hidden,
        message,
        output: if hidden { String::new() } else { without_addresses(&ended.output) },
        by_own_equality: !hidden && ended.claims > 0,
    }
}

/// What went wrong, for the learner. Of a hidden test only what cannot carry its inputs: any text, name or line, even the
/// kind of an exception, may have been chosen by a program that saw them.
fn words(raised: &Raised, hidden: bool) -> String {
    without_addresses(&said(raised, hidden))
}

/// They are others each time, and say nothing.
fn without_addresses(text: &str) -> String {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new("0x[0-9a-f]{6,}").expect("a regular expression"));
    ADDRESS.replace_all(text, "0x…").into_owned()
}

fn said(raised: &Raised, hidden: bool) -> String {
    match (hidden, &raised.place) {
        (true, _) if raised.broken => "a hidden test that your program did not come through".into(),
        (true, _) if raised.kind != "AssertionError" && !raised.kind.is_empty() => {
            "a hidden test: your code raised an exception".into()
        }
        (true, _) => "a hidden test: the answer is not the expected one".into(),
        (false, Some((file, line, _))) if raised.text.ends_with(&format!("({file}, line {line})")) => {
            format!("{}: {}", raised.kind, raised.text)
        }
        (false, Some((file, line, function))) => {
            let place = if function.is_empty() || function == "<module>" {
                String::new()
            } else {
                format!(", in `{function}`")
            };
            let kind = match raised.kind.as_str() {
                // A test says it, of something that the learner's code did there.
                "AssertionError" if !raised.text.is_empty() => String::new(),
                kind => format!("{kind}: "),
            };
            format!("{kind}{} (`{file}` line {line}{place})", raised.text)
        }
        (false, None) if raised.kind.is_empty() || raised.kind == "AssertionError" => raised.text.clone(),
        (false, None) => format!("{}: {}", raised.kind, raised.text),
    }
}
