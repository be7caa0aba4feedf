//! From an exercise as its author wrote it to what submissions are graded with.

use std::sync::LazyLock;

use etude_course::{Exercise as Written, Files, Runner, is_test};
use regex::bytes::Regex;

use super::exercise::{Exercise, TestFile};
use super::expectation::{Expectation, NotRecorded, record};
use super::{Setup, Verdict, grade, job};
use crate::plan::File;
use crate::seal;

/// An exercise that can be graded, once it is known what its reference comes to.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub exercise: Exercise,
    reference: Vec<File>,
    starter: Vec<File>,
    needs: Vec<String>,
}

static IMPORTS_PYTEST: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*(import|from)\s+pytest\b").expect("a regular expression"));

impl Assignment {
    pub fn of(written: &Written) -> Self {
        let mut exercise = Exercise {
            solution: written.written().filter(|path| path.ends_with(".py")).map(str::to_owned).collect(),
            beside: files(&written.files),
            points: written.points.clone(),
            runner: written.runner,
            ..Exercise::default()
        };
        for (folder, hidden) in [(&written.tests, false), (&written.tests_hidden, true)] {
            let (tests, beside) = files(folder).into_iter().partition::<Vec<_>, _>(|file| is_test(&file.path));
            exercise.tests.extend(tests.into_iter().map(|file| TestFile { file, hidden }));
            exercise.beside_tests.extend(beside.into_iter().map(|file| TestFile { file, hidden }));
        }
        let (reference, starter) = (files(&written.solution), files(&written.starter));
        let mut needs = written.needs.clone();
        let imports = |test: &TestFile| IMPORTS_PYTEST.is_match(&test.file.content);
        if exercise.runner() == Runner::Pytest || exercise.tests.iter().any(imports) {
            needs.push("pytest".to_owned());
        }
        Self { exercise, reference, starter, needs }
    }

    /// Packages without which neither the learner's code nor the tests run. The last may be what runs the tests.
    pub fn needs(&self) -> &[String] {
        &self.needs
    }

    /// A name for what the reference comes to: a digest of all that decides it. `world` stands for what it runs in: Étude
    /// itself, Python with its packages.
    pub fn key(&self, world: &str) -> String {
        job::name(&self.exercise, &self.reference, &[world])
    }

    pub fn record(&self, setup: &Setup<'_>) -> Result<Expectation, NotRecorded> {
        record(&self.exercise, &self.reference, setup)
    }

    /// Grades files of a learner. What they have not handed in is as the starter has it.
    pub fn grade(
        &self,
        expectation: &Expectation,
        handed_in: &Files,
        setup: &Setup<'_>,
    ) -> etude_sandbox::Result<Verdict> {
        let mut submission = files(handed_in);
        submission.extend(self.starter.iter().filter(|file| !handed_in.contains_key(&file.path)).cloned());
        grade(&self.exercise, expectation, &submission, setup)
    }
}

fn files(files: &Files) -> Vec<File> {
    files.iter().map(|(path, content)| File { path: path.clone(), content: content.clone() }).collect()
}

impl Expectation {
    /// To be kept, and found again under [`Assignment::key`].
    pub fn encode(&self) -> Vec<u8> {
        seal::closed(&serde_json::json!(self).to_string())
    }

    /// `None` if the entry is damaged.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        serde_json::from_str(seal::opened(bytes)?).ok()
    }
}
