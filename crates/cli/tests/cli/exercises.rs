//! Exercises, which claim things without words.

use etude_testing::TempFolder;
use insta::assert_snapshot;
use serde_json::Value;

use crate::fixture::Etude;

const TEST: &str = "\
import unittest

from tea import cups


class TeaTest(unittest.TestCase):
    def test_cups(self):
        self.assertEqual(cups(1), 2)
";

/// An exercise in the folder `name`.
fn exercise(folder: TempFolder, name: &str, starter: &str, solution: &str, settings: &str) -> TempFolder {
    folder
        .file(&format!("{name}/lab.toml"), settings)
        .file(&format!("{name}/instructions.md"), "# Cups\n\nComplete `cups()` in `tea.py`.\n")
        .file(&format!("{name}/starter/tea.py"), starter)
        .file(&format!("{name}/solution/tea.py"), solution)
        .file(&format!("{name}/tests/test_tea.py"), TEST)
}

const STUB: &str = "def cups(pots):\n    raise NotImplementedError\n";
const DONE: &str = "def cups(pots):\n    return pots * 2\n";

#[test]
fn solutions_pass_and_starters_do_not() {
    let mut folder = TempFolder::new();
    folder = exercise(folder, "fine", STUB, DONE, "title = \"Cups\"\n");
    folder = exercise(folder, "refactored", DONE, DONE, "refactoring = true\n");
    assert_snapshot!(folder.etude("check"), @"
    exit 0
    --- stderr
    2 files, 0 snippets, 4 claims: 4 true, 0 false, 0 undecided; nothing to complain about (… ms)
    ");
    folder = exercise(folder, "endless", "import threading\n\nthreading.Event().wait()\n", DONE, "");
    folder = exercise(folder, "solved", DONE, DONE, "");
    folder = exercise(folder, "wrong", STUB, "def cups(pots):\n    return pots\n", "");
    folder = folder.file(
        "solved/hints.md",
        "## Hint 1\n\nLook at `fill()`.\n\n## Hint 2\n\nLike hint 3, in `tea.py` and `pot.py`.\n",
    );
    assert_snapshot!(folder.etude("check"), @"
    exit 1
    --- stdout
    error[passing-starter]: the starter passes all tests: nothing is left to do
     --> solved/lab.toml:1:1
      |
    1 |
      | ^
      |
      = hint: test what is to be written, or say `refactoring = true`

    warning[lost-reference]: nothing in the exercise is called `fill`
     --> solved/hints.md:3:9
      |
    3 | Look at `fill()`.
      |         ^^^^^^^^
      |
      = hint: correct it, or add what it speaks of

    warning[lost-reference]: there is no hint 3: the last is 2
     --> solved/hints.md:7:6
      |
    7 | Like hint 3, in `tea.py` and `pot.py`.
      |      ^^^^^^
      |
      = hint: correct it, or add what it speaks of

    warning[lost-reference]: the exercise has no file `pot.py`
     --> solved/hints.md:7:30
      |
    7 | Like hint 3, in `tea.py` and `pot.py`.
      |                              ^^^^^^^^
      |
      = hint: correct it, or add what it speaks of

    error[failing-solution]: the solution does not pass its tests:
                             `TeaTest::test_cups`: AssertionError: 1 != 2
     --> wrong/lab.toml:1:1
      |
    1 |
      | ^
      |
      = hint: mend the solution, or what the tests ask for

    --- stderr
    6 files, 0 snippets, 10 claims: 7 true, 2 false, 1 undecided; 2 errors, 3 warnings (… ms)
    ");
    assert!(folder.etude("check solved").contains("--> solved/lab.toml:1:1"));
    // One lesson alone is not the course with its exercises.
    assert!(folder.etude("check wrong/instructions.md").starts_with("exit 0"));
    assert!(folder.etude("check --no-run").starts_with("exit 0"));
    let output = folder.command("check --json").output().expect("etude runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let verdicts: Vec<String> = report["exercises"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| format!("{} {} {}", it["path"], it["solution"], it["starter"]).replace('"', ""))
        .collect();
    assert_eq!(
        verdicts,
        [
            "endless holds holds",
            "fine holds holds",
            "refactored holds holds",
            "solved holds false",
            "wrong false undecided",
        ]
    );
}

#[test]
fn wrong_answers_fail_as_they_say() {
    let settings = "\
[points]
\"TeaTest.test_cups\" = 2
test_pots = 1

[[wrong]]
answer = \"same\"
fails = [\"TeaTest.test_cups\"]
says = \"1 != 2\"

[[wrong]]
answer = \"lucky\"

[[wrong]]
answer = \"three\"
says = \"too many\"
";
    let marked = "def cups(pots):\n    # BEGIN SOLUTION\n    return pots * 2\n    # END SOLUTION\n";
    let folder = TempFolder::new()
        .file("cups/lab.toml", settings)
        .file("cups/solution/tea.py", marked)
        .file("cups/tests/tea_test.py", TEST)
        .file("cups/wrong/same.py", "def cups(pots):\n    return pots\n")
        .file("cups/wrong/lucky.py", "def cups(pots):\n    return 2\n")
        .file("cups/wrong/three.py", "def cups(pots):\n    return 3\n")
        .file("cups/wrong/none.py", "")
        .file("cups/README.md", "# Cups\n\nPour.\n");
    assert_snapshot!(folder.etude("check"), @r#"
    exit 1
    --- stdout
    error[exercise-files]: there is no test `test_pots` to be given points
     --> cups/lab.toml:3:1
      |
    3 | test_pots = 1
      | ^^^^^^^^^
      |
      = hint: name it as in `"CupsTest.test_together" = 2`

    error[wrong-answer]: the wrong answer `lucky` passes all tests: they do not see
                         that mistake
      --> cups/lab.toml:11:10
       |
    11 | answer = "lucky"
       |          ^^^^^^^
       |
       = hint: test what it gets wrong

    error[wrong-answer]: the learner with the wrong answer `three` is not told `too
                         many`, but `TeaTest::test_cups`: 3 != 2
      --> cups/lab.toml:14:10
       |
    14 | answer = "three"
       |          ^^^^^^^
       |
       = hint: let the test say it, or correct `says`

    --- stderr
    1 file, 0 snippets, 6 claims: 4 true, 2 false, 0 undecided; 3 errors (… ms)
    "#);
    let output = folder.command("check --json").output().expect("etude runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_snapshot!(report["exercises"][0]["wrong"], @r#"{"lucky":"false","none":"holds","same":"holds","three":"false"}"#);
}

#[test]
fn settings_and_markers_are_checked() {
    let folder = TempFolder::new()
        .file("cups/lab.toml", "titel = \"Cups\"\n")
        .file("cups/solution/tea.py", "def cups(pots):\n    # BEGIN SOLUTION\n    return pots * 2\n")
        .file("cups/tests/tea_test.py", TEST)
        .file("cups/README.md", "# Cups\n\nPour.\n");
    assert_snapshot!(folder.etude("check"), @r#"
    exit 1
    --- stdout
    error[exercise-files]: there is no field `titel`
     --> cups/lab.toml:1:1
      |
    1 | titel = "Cups"
      | ^^^^^
      |
      = hint: did you mean `title`?

    error[exercise-files]: there is no `# END SOLUTION` for this beginning
     --> cups/solution/tea.py:2:5
      |
    2 |     # BEGIN SOLUTION
      |     ^^^^^^^^^^^^^^^^
      |
      = hint: put one after what the learner writes

    --- stderr
    1 file, 0 snippets, 2 claims: 1 true, 0 false, 1 undecided; 2 errors (… ms)
    "#);
}

#[test]
fn exercism_is_read_as_it_is_and_unittest_without_pytest() {
    let config = r#"{"files": {"solution": ["tea.py"], "test": ["tea_test.py"], "exemplar": [".meta/exemplar.py"]}}"#;
    let test = "\
import unittest
from tea import cups

class TeaTest(unittest.TestCase):
    def test_cups(self):
        self.assertEqual(cups(1), 2)
";
    let folder = TempFolder::new()
        .file("tea/README.md", "# Tea\n\nPour.\n")
        .file("tea/.meta/config.json", config)
        .file("tea/.meta/exemplar.py", DONE)
        .file("tea/tea.py", STUB)
        .file("tea/tea_test.py", test);
    assert_snapshot!(folder.etude("check"), @"
    exit 0
    --- stderr
    1 file, 0 snippets, 2 claims: 2 true, 0 false, 0 undecided; nothing to complain about (… ms)
    ");
}

#[test]
fn the_example_holds_what_it_claims() {
    let folder = TempFolder::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/cups");
    let output = folder.command("check --strict").arg(example).output().expect("etude runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with("2 files, 0 snippets, 5 claims: 5 true, 0 false, 0 undecided;"), "{said}");
}

/// What a solution needs, submissions may do as well.
#[test]
fn what_the_solution_needs_is_allowed() {
    let server = "\
import asyncio


async def echoed(text):
    async def answer(reader, writer):
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(answer, '127.0.0.1', 8000)
    reader, writer = await asyncio.open_connection('127.0.0.1', 8000)
    writer.write(text.encode() + b'\\n')
    told = await reader.readline()
    server.close()
    writer.close()
    return told.decode().strip()
";
    let test = "\
import asyncio
import unittest

from echo import echoed


class EchoTest(unittest.TestCase):
    def test_echoed(self):
        self.assertEqual(asyncio.run(echoed('hi')), 'hi')
";
    let folder = TempFolder::new()
        .file("echo/lab.toml", "")
        .file("echo/solution/echo.py", server)
        .file("echo/tests/echo_test.py", test)
        .file("other.py", server.replace("8000", "8001"));
    assert_snapshot!(folder.etude("grade echo other.py"), @"
    exit 0
    --- stdout
    echo other.py

      ✓ EchoTest::test_echoed

    1 test passed, 1 of 1 point (… ms)
    ");
}

#[test]
fn exercises_are_tests_for_junit_and_what_is_silenced_does_not_fail() {
    let lesson = "# Tea\n\n<!-- etude: ignore false-output -->\n```python\nprint(1)\n#> 2\n```\n";
    let mut folder = TempFolder::new().file("tea.md", lesson);
    folder = exercise(folder, "solved", DONE, DONE, "");
    folder = folder.file("solved/hints.md", "<!-- etude: ignore lost-reference -->\nLook at `fill()`.\n");
    let said = folder.etude("check --quiet --ignore passing-starter --junit report.xml");
    assert!(said.starts_with("exit 0"), "{said}");
    assert_snapshot!(folder.read("report.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="etude check">
      <testsuite name="tea.md" tests="2" failures="0" errors="0" skipped="1">
        <testcase classname="tea.md" name="line 4, works" file="tea.md" line="4"/>
        <testcase classname="tea.md" name="line 6, output: 2" file="tea.md" line="6">
          <skipped message="not to be reported: it prints `1`, and not `2`"/>
        </testcase>
      </testsuite>
      <testsuite name="solved/lab.toml" tests="2" failures="0" errors="0" skipped="1">
        <testcase classname="solved/lab.toml" name="the solution passes" file="solved/lab.toml" line="1"/>
        <testcase classname="solved/lab.toml" name="the starter leaves something to do" file="solved/lab.toml" line="1">
          <skipped message="not to be reported: the starter passes all tests: nothing is left to do"/>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
    let said = folder.etude("check --quiet --junit report.xml");
    assert!(said.starts_with("exit 1"), "{said}");
    assert!(folder.read("report.xml").contains("<failure message=\"the starter passes all tests"), "{said}");
}
