//! What learners hand in, graded.

use etude_testing::TempFolder;
use insta::assert_snapshot;
use serde_json::Value;

use crate::fixture::Etude;

const SETTINGS: &str =
    "title = \"Three cups\"\n[tasks]\n1 = \"Brew them together\"\n[points]\n\"CupsTest.test_together\" = 3\n";

const SOLUTION: &str = "\
import asyncio


async def brew(name):
    await asyncio.sleep(2)
    return f\"cup for {name}\"


async def brew_all(names):
    # BEGIN SOLUTION: brew them at the same time
    return await asyncio.gather(*(brew(name) for name in names))
    # END SOLUTION
";

const TEST: &str = "\
import asyncio
import unittest

import cups


class CupsTest(unittest.TestCase):
    def test_together(self):
        loop = asyncio.new_event_loop()
        began = loop.time()
        self.assertEqual(loop.run_until_complete(cups.brew_all([\"Ann\", \"Ben\"])), [\"cup for Ann\", \"cup for Ben\"])
        self.assertEqual(round(loop.time() - began), 2, \"seconds\")
";

const HIDDEN: &str = "\
import asyncio
import unittest

import cups


class MoreTest(unittest.TestCase):
    def test_nobody(self):
        \"\"\"No names, no cups.\"\"\"
        self.assertEqual(asyncio.run(cups.brew_all([])), [])
";

const SERIAL: &str = "\
import asyncio


async def brew(name):
    await asyncio.sleep(2)
    return f\"cup for {name}\"


async def brew_all(names):
    cups = []
    print(\"for\", len(names))
    for name in names:
        cups.append(await brew(name))
    return cups
";

fn exercise() -> TempFolder {
    TempFolder::new()
        .file("cups/lab.toml", SETTINGS)
        .file("cups/solution/cups.py", SOLUTION)
        .file("cups/tests/cups_test.py", TEST)
        .file("cups/tests_hidden/more_test.py", HIDDEN)
}

fn solved() -> String {
    SOLUTION.lines().filter(|line| !line.contains("SOLUTION")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_verdict_says_what_went_wrong_where() {
    let folder = exercise().file("mine/answer.py", SERIAL).file("right/cups.py", solved());
    assert_snapshot!(folder.etude("grade cups mine/answer.py"), @"
    exit 1
    --- stdout
    Three cups mine/answer.py

    Tests
      ✗ CupsTest::test_together 0/3
          4 != 2 : seconds
          printed:
          │ for 2

    Hidden tests
      ✓ MoreTest::test_nobody

    note[serial-awaits]: 2 calls of `brew` one after another took 4.0 s, and none
                         needs another's result: together they would take 2.0 s
      --> cups.py:13:9
       |
    13 |         cups.append(await brew(name))
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = hint: start them together and await them all at once
               + cups.extend(await asyncio.gather(*(brew(name) for name in names)))

    1 of 2 tests passed, 1 of 4 points (… ms)
    ");
    assert_snapshot!(folder.etude("grade cups/tests/cups_test.py right"), @"
    exit 0
    --- stdout
    Three cups right

    Tests
      ✓ CupsTest::test_together 3/3

    Hidden tests
      ✓ MoreTest::test_nobody

    all 2 tests passed, 4 of 4 points (… ms)
    ");
    // By its name, and what lies in the current folder.
    assert_snapshot!(folder.etude_in("right", "grade ../cups"), @"
    exit 0
    --- stdout
    Three cups cups.py

    Tests
      ✓ CupsTest::test_together 3/3

    Hidden tests
      ✓ MoreTest::test_nobody

    all 2 tests passed, 4 of 4 points (… ms)
    ");
    let folder = folder.file("broken.py", "def brew_all(names:\n");
    assert_snapshot!(folder.etude("grade cups broken.py"), @"
    exit 1
    --- stdout
    Three cups broken.py

      SyntaxError: '(' was never closed (`cups.py` line 1)
          def brew_all(names:
                      ^

    0 of 2 tests passed, 0 of 4 points (… ms)
    ");
}

/// What the solution does as well, and what the test does, is not the learner's mistake.
#[test]
fn only_the_learners_own_mistakes_are_found() {
    let test = "\
import asyncio
import unittest

import tea


async def leaves(name):
    await asyncio.sleep(1)
    return name


class TeaTest(unittest.TestCase):
    def test_in_turn(self):
        self.assertEqual(asyncio.run(tea.in_turn(leaves, [\"a\", \"b\"])), [\"a\", \"b\"])

    def test_together(self):
        self.assertEqual(asyncio.run(tea.together(leaves, [\"a\", \"b\"])), [\"a\", \"b\"])

    def test_not_at_all(self):
        tea.not_at_all(leaves(\"a\"))
";
    let each = "    cups = []\n    for name in names:\n        cups.append(await leaves(name))\n    return cups\n";
    let gathered = "    return await asyncio.gather(*(leaves(name) for name in names))\n";
    let answer = |together: &str| {
        format!(
            "import asyncio\n\n\nasync def in_turn(leaves, names):\n{each}\n\nasync def together(leaves, names):\n{together}\n\ndef not_at_all(cup):\n    pass\n"
        )
    };
    let folder = TempFolder::new()
        .file("tea/lab.toml", "title = \"Tea\"\n")
        .file("tea/solution/tea.py", answer(gathered))
        .file("tea/tests/tea_test.py", test)
        .file("mine.py", answer(each));
    assert_snapshot!(folder.etude("grade tea tea/solution/tea.py"), @"
    exit 0
    --- stdout
    Tea tea/solution/tea.py

      ✓ TeaTest::test_in_turn
      ✓ TeaTest::test_together
      ✓ TeaTest::test_not_at_all

    all 3 tests passed, 3 of 3 points (… ms)
    ");
    assert_snapshot!(folder.etude("grade tea mine.py"), @"
    exit 0
    --- stdout
    Tea mine.py

      ✓ TeaTest::test_in_turn
      ✓ TeaTest::test_together
      ✓ TeaTest::test_not_at_all

    note[serial-awaits]: 2 calls of `leaves` one after another took 2.0 s, and none
                         needs another's result: together they would take 1.0 s
      --> tea.py:14:9
       |
    14 |         cups.append(await leaves(name))
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = hint: start them together and await them all at once
               + cups.extend(await asyncio.gather(*(leaves(name) for name in names)))

    all 3 tests passed, 3 of 3 points (… ms)
    ");
}

/// An assertion of the lab fails because of what was raised before, which nobody has asked for.
#[test]
fn the_cause_is_told_behind_what_the_lab_has_seen() {
    let test = "\
import unittest

from etude_lab import Lab

import pages


class PagesTest(unittest.TestCase):
    def test_called(self):
        lab = Lab()
        lab.run(pages.fetched, lab.double(\"fetch\"), [1, 2]).called(\"fetch\", 2)

    def test_raises(self):
        lab = Lab()
        seen = lab.run(pages.fetched, lab.double(\"fetch\", gives=OSError(\"gone\")), [1, 2])
        seen.raised(OSError)
        seen.called(\"fetch\", 1)
";
    let folder = TempFolder::new()
        .file("pages/lab.toml", "title = \"Pages\"\n")
        .file("pages/tests/pages_test.py", test)
        .file(
            "pages/solution/pages.py",
            "async def fetched(fetch, pages):\n    for page in pages:\n        await fetch(page)\n",
        )
        .file("todo.py", "async def fetched(fetch, pages):\n    raise NotImplementedError\n")
        .file("mixed.py", "async def fetched(fetch, pages):\n    await fetch(pages + 1)\n");
    assert_snapshot!(folder.etude("grade pages todo.py"), @"
    exit 1
    --- stdout
    Pages todo.py

      ✗ PagesTest::test_called
          not written yet: `fetched` (`pages.py` line 2)
      ✗ PagesTest::test_raises
          not written yet: `fetched` (`pages.py` line 2)

    0 of 2 tests passed, 0 of 2 points (… ms)
    ");
    assert_snapshot!(folder.etude("grade pages mixed.py"), @r#"
    exit 1
    --- stdout
    Pages mixed.py

      ✗ PagesTest::test_called
          `fetch` was never called; expected: 2 times; and it ended with `TypeError:
          can only concatenate list (not "int") to list` (`pages.py` line 2, in
          `fetched`)
      ✗ PagesTest::test_raises
          `TypeError: can only concatenate list (not "int") to list` was raised, and
          `OSError` is expected (`pages.py` line 2, in `fetched`)

    0 of 2 tests passed, 0 of 2 points (… ms)
    "#);
}

#[test]
fn what_cannot_be_loaded_is_told_once() {
    let folder = exercise()
        .file("raises.py", "print(\"boiling\")\n\nif True:\n    cups = cup + 1\n")
        .file("crashes.py", "import ctypes\n\nctypes.string_at(0)\n");
    assert_snapshot!(folder.etude("grade cups raises.py"), @"
    exit 1
    --- stdout
    Three cups raises.py

      NameError: name 'cup' is not defined (`cups.py` line 4)
          cups = cup + 1

      printed before the first test:
      │ boiling

    0 of 2 tests passed, 0 of 4 points (… ms)
    ");
    assert_snapshot!(folder.etude("grade cups crashes.py"), @"
    exit 1
    --- stdout
    Three cups crashes.py

      no test could begin: Python itself crashed, as it may through `ctypes` or
      where calls are nested too deeply: ended by SIGSEGV

    0 of 2 tests passed, 0 of 4 points (… ms)
    ");
    let output = folder.command("grade cups raises.py --json").output().expect("etude runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let tests = report["tests"].as_array().expect("a list").iter();
    let tests: Vec<String> = tests.map(|test| format!("{} {} {}", test["id"], test["task"], test["message"])).collect();
    assert_eq!(tests, ["\"CupsTest::test_together\" null null", "\"MoreTest::test_nobody\" null null"]);
    assert_eq!((&report["outcome"], &report["output"]), (&"failed".into(), &"boiling\n".into()));
}

#[test]
fn programs_read_verdicts() {
    let folder = exercise().file("answer.py", SERIAL);
    let output = folder.command("grade cups answer.py --json --results results.json").output().expect("etude runs");
    assert_eq!(output.status.code(), Some(1));
    let mut report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    report["wall_ms"] = 0.into();
    report["digest"] = "…".into();
    // How often a clock is read while something is on its way is no part of it.
    report["findings"][0]["evidence"][0]["time_ms"] = 0.into();
    assert_snapshot!(serde_json::to_string_pretty(&report).expect("text"), @r#"
    {
      "digest": "…",
      "exercise": "cups",
      "findings": [
        {
          "code": "serial-awaits",
          "correction": [
            "    cups.extend(await asyncio.gather(*(brew(name) for name in names)))"
          ],
          "correction_line": 12,
          "evidence": [
            {
              "file": "cups.py",
              "line": 13,
              "text": "this wait can overlap with the others",
              "time_ms": 0
            }
          ],
          "file": "cups.py",
          "hint": "start them together and await them all at once",
          "line": 13,
          "message": "2 calls of `brew` one after another took 4.0 s, and none needs another's result: together they would take 2.0 s",
          "severity": "note",
          "tasks": []
        }
      ],
      "message": null,
      "outcome": "ok",
      "output": "",
      "points": 1,
      "status": "fail",
      "tests": [
        {
          "by_own_equality": false,
          "hidden": false,
          "id": "CupsTest::test_together",
          "message": "4 != 2 : seconds",
          "output": "for 2\n",
          "points": 0,
          "status": "fail",
          "task": null,
          "worth": 3
        },
        {
          "by_own_equality": false,
          "hidden": true,
          "id": "MoreTest::test_nobody",
          "message": null,
          "output": "",
          "points": 1,
          "status": "pass",
          "task": null,
          "worth": 1
        }
      ],
      "virtual_ms": 4000,
      "wall_ms": 0,
      "worth": 4
    }
    "#);
    let results = folder.read("results.json");
    let (told, digest) = results.split_once(",\n  \"digest\": ").expect("of all that decided it");
    assert!(digest.len() > 60, "{digest}");
    assert_snapshot!(told, @r#"
    {
      "version": 3,
      "status": "fail",
      "message": null,
      "points": 1,
      "max_points": 4,
      "tests": [
        {
          "name": "CupsTest::test_together",
          "status": "fail",
          "message": "4 != 2 : seconds",
          "output": "for 2\n",
          "test_code": "loop = asyncio.new_event_loop()\nbegan = loop.time()\nself.assertEqual(loop.run_until_complete(cups.brew_all([\"Ann\", \"Ben\"])), [\"cup for Ann\", \"cup for Ben\"])\nself.assertEqual(round(loop.time() - began), 2, \"seconds\")",
          "task_id": null,
          "points": 0,
          "max_points": 3
        },
        {
          "name": "MoreTest::test_nobody",
          "status": "pass",
          "message": null,
          "output": null,
          "test_code": null,
          "task_id": null,
          "points": 1,
          "max_points": 1
        }
      ]
    "#);
}

#[test]
fn a_folder_of_submissions_is_graded_a_row_each() {
    let folder = exercise()
        .file("inbox/ann.py", SERIAL)
        .file("inbox/ben/cups.py", solved())
        .file("inbox/cem/week1/cups.py", "def brew_all(:\n")
        .file("inbox/dan/notes.txt", "later");
    assert_snapshot!(folder.etude("grade cups --submissions inbox"), @"
    exit 2
    --- stdout
    ✗ ann  1/4  CupsTest::test_together: 4 != 2 : seconds
    ✓ ben  4/4
    ✗ cem  0/4  SyntaxError: invalid syntax (`cups.py` line 1)
    ✗ dan    –  it has no `cups.py`
    --- stderr
    4 submissions: 1 passed, 1 could not be graded
    ");
    let csv = folder.etude("grade cups --submissions inbox --csv");
    let without_digests: String = csv
        .lines()
        .map(|line| match line.rsplit_once(',') {
            Some((before, digest)) if digest.len() == 64 => format!("{before},…\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    assert_snapshot!(without_digests, @"
    exit 2
    --- stdout
    submission,status,points,worth,passed,tests,outcome,message,digest
    ann,fail,1,4,1,2,ok,CupsTest::test_together: 4 != 2 : seconds,…
    ben,pass,4,4,2,2,ok,,…
    cem,error,0,4,0,2,failed,SyntaxError: invalid syntax (`cups.py` line 1),…
    dan,ungraded,,,,,,it has no `cups.py`,
    --- stderr
    4 submissions: 1 passed, 1 could not be graded
    ");
    let output = folder.command("grade cups --submissions inbox --json").output().expect("etude runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rows = report["submissions"].as_array().expect("a list").iter();
    let rows: Vec<String> =
        rows.map(|row| format!("{} {} {}", row["submission"], row["status"], row["error"]).replace('"', "")).collect();
    assert_eq!(rows, ["ann fail null", "ben pass null", "cem error null", "dan null it has no `cups.py`"]);
}

#[test]
fn what_cannot_be_graded_is_said() {
    let folder = exercise()
        .file("notes.txt", "x")
        .file("empty/lab.toml", "titel = \"x\"\n")
        .file("wrong/lab.toml", "")
        .file("wrong/solution/cups.py", "brew_all = None\n")
        .file("wrong/tests/cups_test.py", HIDDEN);
    assert_snapshot!(folder.etude("grade cupz"), @"
    exit 2
    --- stderr
    error: there is no exercise at `cupz`
      hint: did you mean `cups`?
    ");
    assert_snapshot!(folder.etude("grade notes.txt"), @"
    exit 2
    --- stderr
    error: there is no exercise at `notes.txt`
      hint: name its folder, which holds `lab.toml` or Exercism's `.meta/config.json`
    ");
    assert_snapshot!(folder.etude("grade cups"), @"
    exit 2
    --- stderr
    error: there is nothing to grade yet
      hint: name what you wrote, as in `etude grade cups cups.py`
    ");
    assert_snapshot!(folder.etude("grade cups notes.txt"), @"
    exit 2
    --- stderr
    error: there is nothing to grade in `notes.txt`
      hint: this exercise asks for `cups.py`
    ");
    assert_snapshot!(folder.etude("grade empty"), @"
    exit 2
    --- stderr
    warning: there is no field `titel`, in `empty/lab.toml`
      hint: did you mean `title`?
    error: `empty` has no solution, which says what its tests come to
      hint: write one into `solution/`
    ");
    assert_snapshot!(folder.etude("grade wrong wrong/solution"), @"
    exit 2
    --- stderr
    error: nothing can be graded: the solution does not pass its tests: `MoreTest::test_nobody`: TypeError: 'NoneType' object is not callable
      hint: its author mends it: `etude check` says more
    ");
    let folder = folder.file("a.py", "").file("b.py", "").file("big/cups.py", "x = 1\n".repeat(800_000));
    assert_snapshot!(folder.etude("grade cups a.py b.py"), @"
    exit 2
    --- stderr
    error: there is nothing to grade in `a.py, b.py`
      hint: this exercise asks for one file: name that alone, or call it `cups.py`; `--submissions DIR` grades all that lie in a folder
    ");
    assert_snapshot!(folder.etude("grade cups big"), @"
    exit 2
    --- stderr
    error: `big` is too much for an answer: more than 4 MiB are to be copied
      hint: hand in what you wrote, and nothing else: `cups.py`
    ");
    assert_snapshot!(folder.etude("grade cupz --json"), @r#"
    exit 2
    --- stdout
    {
      "causes": [],
      "error": "there is no exercise at `cupz`",
      "hint": "did you mean `cups`?",
      "status": "error"
    }
    --- stderr
    error: there is no exercise at `cupz`
      hint: did you mean `cups`?
    "#);
    assert_snapshot!(folder.etude("grade cups notes.txt --csv"), @"
    exit 2
    --- stderr
    error: `--csv` tells of the rows of `--submissions`
    ");
}

#[test]
fn exercism_is_graded_where_it_lies() {
    let config = r#"{"files": {"solution": ["tea.py"], "test": ["tea_test.py"], "exemplar": [".meta/exemplar.py"]}}"#;
    let test = "\
import unittest
from tea import cups

class TeaTest(unittest.TestCase):
    def test_cups(self):
        self.assertEqual(cups(1), 2)
";
    let folder = TempFolder::new()
        .file("tea/.meta/config.json", config)
        .file("tea/.meta/exemplar.py", "def cups(pots):\n    return pots * 2\n")
        .file("tea/tea.py", "def cups(pots):\n    return pots\n")
        .file("tea/tea_test.py", test);
    assert_snapshot!(folder.etude("grade tea"), @"
    exit 1
    --- stdout
    tea tea/tea.py

      ✗ TeaTest::test_cups
          1 != 2

    0 of 1 test passed, 0 of 1 point (… ms)
    ");
}

#[test]
fn a_folder_without_submissions_is_no_success() {
    let folder = TempFolder::new().file("inbox/notes.txt", "");
    let cups = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/cups");
    assert_snapshot!(folder.etude(&format!("grade {cups} --submissions inbox")), @"
    exit 2
    --- stderr
    error: there is no submission in `inbox`
      hint: each is a Python file or a folder in it
    ");
}
