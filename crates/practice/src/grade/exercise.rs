//! What there is to grade with.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use etude_course::Runner;
use regex::bytes::Regex;

use crate::plan::File;

/// An exercise as its folder has it.
#[derive(Clone, Debug, Default)]
pub struct Exercise {
    /// The paths of the files a learner fills in.
    pub solution: Vec<String>,
    pub tests: Vec<TestFile>,
    /// What the learner's modules may import or read.
    pub beside: Vec<File>,
    /// What only the tests have; hidden ones have what the others have as well.
    pub beside_tests: Vec<TestFile>,
    /// Of tests that are worth more or less than one point, by any name that [`etude_course::is_called`] knows.
    pub points: BTreeMap<String, u32>,
    /// `None`: by the looks of the tests.
    pub runner: Option<Runner>,
}

/// A file on the tests' side.
#[derive(Clone, Debug)]
pub struct TestFile {
    pub file: File,
    pub hidden: bool,
}

/// What `unittest` cannot run: functions and plain classes, fixtures, and marks that do more than to name a task.
static NEEDS_PYTEST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?m)^(async )?def test|^class Test\w*(\(\s*\))?\s*:|pytest\.(fixture|param\b)|pytest\.mark\.(parametrize|usefixtures|asyncio|anyio|skipif|xfail)",
    )
    .expect("a regular expression")
});

impl Exercise {
    pub fn runner(&self) -> Runner {
        let needs = |file: &TestFile| NEEDS_PYTEST.is_match(&file.file.content);
        let found = if self.tests.iter().any(needs) { Runner::Pytest } else { Runner::Unittest };
        self.runner.unwrap_or(found)
    }

    /// The names under which the tests import what the learner fills in.
    pub(super) fn modules(&self) -> Vec<String> {
        self.solution.iter().filter_map(|path| module(path)).collect()
    }
}

pub(super) fn module(path: &str) -> Option<String> {
    let path = path.strip_suffix(".py")?;
    let path = path.strip_suffix("/__init__").unwrap_or(path);
    Some(path.replace('/', "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_is_told_by_the_looks_of_the_tests() {
        let cases = [
            (
                "class AddTest(unittest.TestCase):\n    @pytest.mark.task(taskno=1)\n    def test_a(self): ...",
                Runner::Unittest,
            ),
            ("import unittest\nclass TestAdd(unittest.TestCase):\n    def test_a(self): ...", Runner::Unittest),
            ("def test_add():\n    assert add(1, 2) == 3", Runner::Pytest),
            ("class TestAdd:\n    def test_a(self): ...", Runner::Pytest),
            ("@pytest.mark.parametrize('x', [1])\nclass A(unittest.TestCase): ...", Runner::Pytest),
        ];
        for (source, expected) in cases {
            let file = File { path: "add_test.py".into(), content: source.into() };
            let tests = vec![TestFile { file, hidden: false }];
            assert_eq!(Exercise { tests, ..Exercise::default() }.runner(), expected, "{source}");
        }
    }

    #[test]
    fn modules_are_named_as_they_are_imported() {
        let solution = ["add.py", "shop/__init__.py", "shop/cart.py", "data.txt"].map(String::from).to_vec();
        assert_eq!(Exercise { solution, ..Exercise::default() }.modules(), ["add", "shop", "shop.cart"]);
    }
}
