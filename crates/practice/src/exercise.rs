//! What an exercise claims without words: its solution passes its tests, its starter does not, and each of its wrong
//! answers fails as it says.

use etude_course::{Exercise, Files, Wrong, is_called};
use etude_sandbox::Outcome;
use serde::{Deserialize, Serialize};

use crate::decide::Verdict;
use crate::grade::{self, Assignment, NotRecorded, Setup};
use crate::seal;

/// What came of grading all that an exercise holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Why the solution does not pass, or why that is not known.
    solution: Option<Trouble>,
    /// The names of the tests.
    tests: Vec<String>,
    /// `None` where there is none, or where the solution does not pass.
    starter: Option<Came>,
    /// In the order of the exercise.
    wrong: Vec<Came>,
    /// No busy machine could have decided it.
    lasting: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Trouble {
    Fails(String),
    Unknown(String),
}

/// What an answer came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Came {
    passed: bool,
    /// The tests it does not pass, each with what is told of it.
    failed: Vec<(String, String)>,
    /// What is told of the whole.
    message: String,
}

/// The verdicts on one exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub solution: Verdict,
    pub starter: Verdict,
    /// On each wrong answer.
    pub wrong: Vec<Verdict>,
    /// Names that settings give points to, and no test has.
    pub unknown: Vec<String>,
}

/// A name for what comes of it: a digest of all that decides it.
pub fn key(exercise: &Exercise, world: &str) -> String {
    let answers: Vec<&Files> = exercise.wrong.iter().map(|wrong| &wrong.files).collect();
    Assignment::of(exercise).key(&format!("{world}\n{:?}\n{answers:?}", exercise.starter))
}

/// Whether there is anything to grade.
pub fn is_complete(exercise: &Exercise) -> bool {
    let Exercise { solution, tests, tests_hidden, .. } = exercise;
    !solution.is_empty() && (!tests.is_empty() || !tests_hidden.is_empty())
}

/// Grades the solution, the starter and the wrong answers.
pub fn show(exercise: &Exercise, setup: &Setup<'_>) -> Shown {
    let mut shown = Shown { lasting: true, ..Shown::default() };
    let assignment = Assignment::of(exercise);
    let expectation = match assignment.record(setup) {
        Ok(expectation) => expectation,
        Err(error) => {
            shown.lasting = matches!(error, NotRecorded::Reference(_));
            shown.solution = Some(trouble(&error));
            return shown;
        }
    };
    let parts = [&expectation.visible, &expectation.hidden];
    shown.tests = parts.iter().flat_map(|part| part.statuses.keys().cloned()).collect();
    let mut came = |files: &Files| {
        let verdict = assignment.grade(&expectation, files, setup).ok()?;
        shown.lasting &= !matches!(verdict.outcome, Outcome::Timeout | Outcome::Killed);
        Some(Came::of(&verdict))
    };
    if !exercise.starter.is_empty() {
        shown.starter = came(&exercise.starter);
    }
    shown.wrong = exercise.wrong.iter().map_while(|wrong| came(&wrong.files)).collect();
    shown
}

fn trouble(error: &NotRecorded) -> Trouble {
    let text = error.to_string();
    match error {
        NotRecorded::Sandbox(_) => Trouble::Unknown(text),
        // What a missing package does is no verdict on the code.
        NotRecorded::Reference(wrong) => match wrong.iter().find(|(_, text)| text.contains("ModuleNotFoundError")) {
            Some((_, missing)) => Trouble::Unknown(format!("`{}`", missing.trim())),
            None => Trouble::Fails(text),
        },
    }
}

impl Came {
    fn of(verdict: &grade::Verdict) -> Self {
        let failed = verdict.tests.iter().filter(|test| !test.is_right());
        Self {
            passed: verdict.status == grade::Status::Pass,
            failed: failed.map(|test| (test.id.clone(), test.message.clone().unwrap_or_default())).collect(),
            message: verdict.message.clone().unwrap_or_default(),
        }
    }

    /// What is told first.
    fn first(&self) -> String {
        match self.failed.first() {
            Some((test, message)) if self.message.is_empty() => format!("`{test}`: {message}"),
            _ => self.message.clone(),
        }
    }
}

impl Shown {
    /// Where nothing could be run.
    pub fn unknown(why: String) -> Self {
        Self { solution: Some(Trouble::Unknown(why)), ..Self::default() }
    }

    /// Whether it may be kept.
    pub fn is_lasting(&self) -> bool {
        self.lasting
    }

    pub fn encode(&self) -> Vec<u8> {
        seal::closed(&serde_json::json!(self).to_string())
    }

    /// `None` if the entry is damaged.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        serde_json::from_str(seal::opened(bytes)?).ok()
    }
}

/// Holds what came of it against what the exercise claims.
pub fn judge(exercise: &Exercise, shown: &Shown) -> Judged {
    let solution = match &shown.solution {
        _ if exercise.solution.is_empty() => undecided("the exercise has no solution"),
        _ if exercise.tests.is_empty() && exercise.tests_hidden.is_empty() => undecided("the exercise has no tests"),
        None => Verdict::Holds,
        Some(Trouble::Fails(how)) => wrong(how.clone(), "mend the solution, or what the tests ask for"),
        Some(Trouble::Unknown(why)) => undecided(why),
    };
    let is_known = solution == Verdict::Holds;
    let without_solution = || undecided("the solution does not pass, so nothing else tells anything");
    let starter = match &shown.starter {
        // A starter fails for the reasons that a wrong test or a missing package has.
        _ if !is_known => without_solution(),
        None => Verdict::Undecided {
            reason: "the exercise has no starter".to_owned(),
            hint: Some("mark what the learner writes: `# BEGIN SOLUTION` … `# END SOLUTION`".to_owned()),
        },
        Some(came) if came.passed && !exercise.refactoring => wrong(
            "the starter passes all tests: nothing is left to do".to_owned(),
            "test what is to be written, or say `refactoring = true`",
        ),
        Some(came) if !came.passed && exercise.refactoring => wrong(
            format!("the starter is to be refactored, and does not pass: {}", came.first()),
            "let it pass, or take `refactoring` out",
        ),
        Some(_) => Verdict::Holds,
    };
    let answers = exercise.wrong.iter().enumerate().map(|(index, answer)| match shown.wrong.get(index) {
        Some(came) if is_known => fails(answer, came),
        _ => without_solution(),
    });
    let wrong = answers.collect();
    let is_unknown = |name: &&String| is_known && !shown.tests.iter().any(|test| is_called(test, name));
    Judged { solution, starter, wrong, unknown: exercise.points.keys().filter(is_unknown).cloned().collect() }
}

/// Whether a wrong answer fails as it says.
fn fails(answer: &Wrong, came: &Came) -> Verdict {
    let Wrong { name, fails, says, .. } = answer;
    if came.passed {
        return wrong(
            format!("the wrong answer `{name}` passes all tests: they do not see that mistake"),
            "test what it gets wrong",
        );
    }
    for test in fails {
        if !came.failed.iter().any(|(id, _)| is_called(id, test)) {
            let evidence = format!("the wrong answer `{name}` is to fail `{test}`, and fails {}", came.names());
            return wrong(evidence, "test there what it gets wrong, or correct `fails`");
        }
    }
    let of_those = |id: &str| fails.is_empty() || fails.iter().any(|test| is_called(id, test));
    let mut told = came.failed.iter().filter(|(id, _)| of_those(id)).map(|(_, text)| text).chain([&came.message]);
    if let Some(says) = says.as_ref().filter(|says| !told.any(|text| text.contains(says.as_str()))) {
        let evidence = format!("the learner with the wrong answer `{name}` is not told `{says}`, but {}", came.first());
        return wrong(evidence, "let the test say it, or correct `says`");
    }
    Verdict::Holds
}

impl Came {
    fn names(&self) -> String {
        let names: Vec<String> = self.failed.iter().map(|(id, _)| format!("`{id}`")).collect();
        names.join(", ")
    }
}

fn wrong(evidence: String, hint: &str) -> Verdict {
    Verdict::False { evidence, hint: Some(hint.to_owned()), span: None }
}

fn undecided(reason: &str) -> Verdict {
    Verdict::Undecided { reason: reason.to_owned(), hint: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: &Wrong, passed: bool, expected: Option<&str>) {
        let failed = if passed { vec![] } else { vec![("T::test_a".to_owned(), "it took 6 s".to_owned())] };
        let told = match fails(answer, &Came { passed, failed, message: String::new() }) {
            Verdict::False { evidence, .. } => Some(evidence),
            _ => None,
        };
        assert_eq!(told.as_deref(), expected);
    }

    #[test]
    fn a_wrong_answer_fails_as_it_says() {
        let plain = Wrong { name: "slow".to_owned(), ..Wrong::default() };
        check(&plain, false, None);
        check(&plain, true, Some("the wrong answer `slow` passes all tests: they do not see that mistake"));
        let with = |test: &str, says: &str| Wrong {
            fails: vec![test.to_owned()],
            says: Some(says.to_owned()),
            ..plain.clone()
        };
        check(&with("T.test_a", "6 s"), false, None);
        check(
            &with("T.test_b", "6 s"),
            false,
            Some("the wrong answer `slow` is to fail `T.test_b`, and fails `T::test_a`"),
        );
        check(
            &with("test_a", "7 s"),
            false,
            Some("the learner with the wrong answer `slow` is not told `7 s`, but `T::test_a`: it took 6 s"),
        );
    }
}
