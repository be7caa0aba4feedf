//! What the tests' side says, line by line. It is trusted to tell the truth, not to have come to its end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::equality::Matrix;
use super::verdict::Status;

/// One line; each has only what it is about.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Line {
    plan: Option<Vec<Planned>>,
    start: Option<String>,
    end: Option<String>,
    status: Option<Status>,
    error: Option<Raised>,
    output: String,
    claims: u64,
    held: bool,
    unready: Option<String>,
    failed: Option<Raised>,
    loaded: Option<String>,
    done: bool,
    matrix: Option<BTreeMap<String, Matrix>>,
    recorded: Vec<String>,
}

/// A test, before it runs.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Planned {
    pub id: String,
    pub task: Option<u32>,
    /// The first line of its documentation.
    pub doc: String,
}

/// What went wrong, as the tests' side knows it. All texts may be the learner's.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(super) struct Raised {
    pub(super) kind: String,
    pub(super) text: String,
    /// File, line and function of the learner's.
    pub(super) place: Option<(String, u32, String)>,
    /// The first within the line, from 1, and the one behind the last.
    pub(super) columns: Option<(usize, usize)>,
    /// It is about the channel, and not about an answer.
    pub(super) broken: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) status: Status,
    pub(super) error: Option<Raised>,
    pub(super) output: String,
    /// How often the learner's own comparisons decided.
    pub(super) claims: u64,
    /// What it compared is to be compared across.
    pub(super) held: bool,
}

/// All that was said in one run.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) plan: Vec<Planned>,
    pub(super) ended: Vec<(String, Ended)>,
    /// The test that had begun when everything ended.
    pub(super) running: Option<String>,
    /// What could not be made ready, with the name of the class or module.
    pub(super) unready: Vec<(String, Option<Raised>)>,
    /// Why there were no tests.
    pub(super) failed: Option<Raised>,
    /// What was printed before the first test.
    pub(super) loaded: Option<String>,
    /// All tests ran, and what they compared was compared across.
    pub(super) done: bool,
    pub(super) matrix: BTreeMap<String, Matrix>,
    pub(super) recorded: Vec<String>,
}

pub(super) fn read(text: &str) -> Told {
    let mut told = Told::default();
    // A run that was stopped may end within a line.
    for line in text.lines().map_while(|line| serde_json::from_str::<Line>(line).ok()) {
        told.plan.extend(line.plan.into_iter().flatten());
        if let Some(id) = line.start {
            told.running = Some(id);
        }
        if let (Some(id), Some(status)) = (line.end, line.status) {
            let ended = Ended { status, error: line.error, output: line.output, claims: line.claims, held: line.held };
            told.ended.push((id, ended));
            told.running = None;
            continue;
        }
        told.unready.extend(line.unready.map(|name| (name, line.error)));
        if line.failed.is_some() {
            told.failed = line.failed;
        }
        told.loaded = told.loaded.or(line.loaded);
        // Without it, who breaks the channel at the end would have all its own comparisons believed.
        told.done |= line.done && line.matrix.is_some();
        told.matrix.extend(line.matrix.into_iter().flatten());
        told.recorded.extend(line.recorded);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_far_as_they_go() {
        let text = r#"{"plan":[{"id":"T::a","task":1,"doc":"adds"},{"id":"T::b","task":null,"doc":""}]}
{"start":"T::a"}
{"end":"T::a","status":"pass","error":null,"output":"hi\n","claims":2}
{"start":"T::b"}
{"end":"T::b","sta"#;
        let told = read(text);
        assert_eq!(told.plan.iter().map(|test| test.id.as_str()).collect::<Vec<_>>(), ["T::a", "T::b"]);
        let ended = Ended { status: Status::Pass, error: None, output: "hi\n".into(), claims: 2, held: false };
        assert_eq!((told.ended, told.running, told.done), (vec![("T::a".into(), ended)], Some("T::b".into()), false));
    }
}
