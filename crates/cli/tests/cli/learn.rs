//! Learning from a course: in a terminal of its own, by typed commands, and across versions of the course.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use etude_testing::TempFolder;
use insta::assert_snapshot;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::fixture::{Etude, feed, shown};
use crate::screen::Screen;

const SOLUTION: &str = "\
import asyncio


async def pour(cups):
    \"\"\"Return how many cups were poured.\"\"\"
    # BEGIN SOLUTION
    await asyncio.sleep(cups)
    return cups
    # END SOLUTION
";

const RIGHT: &str = "import asyncio\n\n\nasync def pour(cups):\n    await asyncio.sleep(cups)\n    return cups\n";
const WRONG: &str = "async def pour(cups):\n    print(\"pouring\")\n    return 1\n";

const TESTS: &str = "\
import unittest

import tea


class Pouring(unittest.IsolatedAsyncioTestCase):
    async def test_one(self):
        self.assertEqual(await tea.pour(1), 1)

    async def test_many(self):
        self.assertEqual(await tea.pour(7), 7)
";

/// A lesson, an exercise that it leads to, and another lesson.
fn course() -> TempFolder {
    TempFolder::new()
        .file("tea/course.toml", "title = \"Tea\"\n")
        .file("tea/01-boil.md", "# Boil\n\nWater first. Then [pour](pour/instructions.md).\n")
        .file("tea/02-drink.md", "# Drink\n\nSip.\n")
        .file("tea/pour/lab.toml", "title = \"Pour\"\n")
        .file("tea/pour/instructions.md", "# Pour\n\nFinish `pour` in `tea.py`.\n")
        .file("tea/pour/hints.md", "# Hints\n\n## Sleep\n\nEach cup takes a second.\n\n## Count\n\nReturn `cups`.\n")
        .file("tea/pour/solution/tea.py", SOLUTION)
        .file("tea/pour/tests/tea_test.py", TESTS)
        .file("right.py", RIGHT)
}

fn learn(folder: &TempFolder, arguments: &str) -> Command {
    let mut command = folder.command(&format!("learn {arguments}"));
    command.env("XDG_DATA_HOME", folder.join("data")).env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    // An editor that knows the answer.
    command.env_remove("VISUAL").env("EDITOR", "cp right.py").env("TERM", "dumb");
    command
}

fn typed(folder: &TempFolder, arguments: &str, lines: &str) -> String {
    let told = shown(folder, &feed(learn(folder, arguments), lines.as_bytes()));
    // How long a run took is another each time.
    let steady = |line: &str| if line.starts_with("ran ") { "ran …\n".to_owned() } else { format!("{line}\n") };
    told.lines().map(steady).collect()
}

#[test]
fn from_the_first_page_to_the_last_and_back_again() {
    let folder = course();
    let before = folder.tree();
    let mut screen = Screen::start(&learn(&folder, "tea"));
    let mut told = screen.wait_for("your files: tea-work");
    screen.press("\r");
    told += &screen.wait_for("Water first.");
    screen.press("n");
    screen.wait_for("Finish pour");
    told += &screen.wait_for("Checks 0/2");
    folder.write("tea-work/pour/tea.py", WRONG);
    told += &screen.wait_for("1 of 2 tests pass");
    screen.press("h");
    told += &screen.wait_for("Each cup takes a second.");
    screen.press("e");
    screen.wait_for("Checks 2/2");
    screen.press("c");
    told += &screen.wait_for("both tests pass");
    screen.press("s");
    told += &screen.wait_for("return cups");
    screen.press("n");
    told += &screen.wait_for("Sip.");
    screen.press("q");
    let (status, is_left) = screen.end();
    assert_eq!((status.code(), is_left), (Some(0), true));

    // Without the name of a course it is the one used last, where it was left.
    let mut screen = Screen::start(&learn(&folder, ""));
    told += &screen.wait_for("3 of 3 done");
    screen.press("\x1b");
    told += &screen.wait_for("your files:");
    screen.press("\x03");
    let (status, is_left) = screen.end();
    assert_eq!((status.code(), is_left), (Some(0), true));
    assert_snapshot!(told);
    let after = folder.tree();
    let of_course =
        |tree: &str| tree.lines().filter(|line| line.starts_with("tea/")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(of_course(&after), of_course(&before));
}

#[test]
fn whoever_is_killed_goes_on_where_they_were() {
    let folder = course();
    let mut screen = Screen::start(&learn(&folder, "tea"));
    screen.wait_for("your files: tea-work");
    screen.press("nn");
    screen.wait_for("Checks 0/2");
    folder.write("tea-work/pour/tea.py", WRONG);
    screen.wait_for("1 of 2 tests pass");
    screen.child.kill().expect("killed");
    drop(screen);
    let screen = Screen::start(&learn(&folder, "tea"));
    screen.wait_for("Finish pour");
    screen.wait_for("Checks 1/2");
    assert_eq!(folder.read("tea-work/pour/tea.py"), WRONG);
    kill(Pid::from_raw(screen.child.id() as i32), Signal::SIGTERM).expect("a signal");
    let (status, is_left) = screen.end();
    assert_eq!((status.code(), is_left), (Some(128 + 15), true));
}

#[test]
fn it_ends_with_its_terminal() {
    let folder = course();
    let screen = Screen::start(&learn(&folder, "tea"));
    screen.wait_for("your files: tea-work");
    assert_eq!(screen.hang_up().signal(), Some(Signal::SIGHUP as i32));
}

#[test]
fn nobody_waits_for_a_loop_that_is_mended() {
    let folder = course();
    let mut screen = Screen::start(&learn(&folder, "tea"));
    screen.wait_for("your files: tea-work");
    screen.press("nn");
    screen.wait_for("Checks 0/2");
    folder.write("tea-work/pour/tea.py", "async def pour(cups):\n    while True:\n        pass\n");
    screen.wait_for("checking…");
    folder.write("tea-work/pour/tea.py", RIGHT);
    screen.wait_for("both tests pass");
    screen.press("q");
    assert_eq!(screen.end().0.code(), Some(0));
}

#[test]
fn a_file_that_is_deleted_is_missed() {
    let folder = course();
    let mut screen = Screen::start(&learn(&folder, "tea"));
    screen.wait_for("your files: tea-work");
    screen.press("nn");
    screen.wait_for("Checks 0/2");
    std::fs::remove_file(folder.join("tea-work/pour/tea.py")).expect("it was there");
    screen.wait_for("`tea.py` is not there any more: save it again, or start over (x)");
    screen.press("c");
    screen.wait_for("watching tea-work");
    let told = screen.wait_for("start over (x)");
    folder.write("tea-work/pour/tea.py", RIGHT);
    screen.wait_for("both tests pass");
    screen.press("q");
    assert_eq!(screen.end().0.code(), Some(0));
    assert_snapshot!(told);
}

#[test]
fn typed_commands_do_the_same() {
    let folder = course();
    let lines = "list\nnext\nnext\ncheck\nsolution\nhint\nhint\nhint\nrun\nreset\nno\nnonsense\n";
    let mut told = typed(&folder, "tea", lines);
    told += &typed(&folder, "tea", "edit\nsolution\nreset\nyes\nlist po\nopen 3\nquit\n");
    assert_snapshot!(told);
    assert_eq!(folder.read("tea-work/kept/pour/1/tea.py"), RIGHT);
}

#[test]
fn how_far_somebody_is_can_be_asked() {
    let folder = course();
    typed(&folder, "tea", "next\nnext\nhint\nedit\n");
    let told = typed(&folder, "tea --status", "") + &typed(&folder, "tea --status --json", "");
    assert_snapshot!(told);
}

#[test]
fn work_outlives_a_new_version_of_the_course() {
    let folder = course();
    typed(&folder, "tea", "next\nnext\nedit\n");
    folder.write("tea/pour/tests/tea_test.py", TESTS.replace("tea.pour(7), 7", "tea.pour(8), 8"));
    let mut told = typed(&folder, "tea --status", "");
    // It still passes, so that nothing is left to be said the next time.
    told += &typed(&folder, "tea", "");
    told += &typed(&folder, "tea --status", "");
    let harder = SOLUTION.replace("return cups", "return cups * 2").replace("how many cups were", "twice what was");
    folder.write("tea/pour/solution/tea.py", harder);
    folder.write("tea/pour/tests/tea_test.py", TESTS.replace("1), 1", "1), 2").replace("7), 7", "7), 14"));
    told += &typed(&folder, "tea", "open 2\ncheck\nlist\n");
    assert_eq!(folder.read("tea-work/pour/tea.py"), RIGHT);
    assert_snapshot!(told);
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = course().file("empty/a.txt", "");
    let mut told = typed(&folder, "empty", "");
    told += &typed(&folder, "tea --work tea/mine", "");
    told += &typed(&folder, "", "");
    typed(&folder, "tea", "");
    told += &typed(&folder, "waiting", "");
    folder.write("data/etude/learning.sqlite3", "no database at all, but something else of that length");
    told += &typed(&folder, "tea", "");
    assert_eq!(folder.read("data/etude/learning.sqlite3"), "no database at all, but something else of that length");
    assert_snapshot!(told);
}
