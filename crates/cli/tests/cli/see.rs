//! What a run lets see: timelines, findings, and outcomes that change with the order.

use std::process::Command;

use etude_testing::TempFolder;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::fixture::{Etude, shown};

/// Two deposits, of which only the one that comes last counts.
const RACE: &str = "\
import asyncio

balance = 100


async def add(amount):
    global balance
    before = balance
    await asyncio.sleep(0.1)
    balance = before + amount


async def main():
    await asyncio.gather(add(10), add(20))
    print(balance)


asyncio.run(main())
";

fn command(folder: &TempFolder, arguments: &str) -> Command {
    let mut command = folder.command("run");
    command.args(arguments.split_whitespace()).env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm");
    command
}

fn run(folder: &TempFolder, arguments: &str) -> String {
    let output = command(folder, arguments).output().expect("etude runs");
    shown(folder, &output).lines().map(|line| format!("{}\n", steady(line))).collect()
}

/// Without what a run used: its wall time, its CPU time and its memory, which stand together.
fn steady(line: &str) -> String {
    let Some((used, rest)) = line.split_once(" MB") else { return line.to_owned() };
    let start = ["(", " in ", " after "].iter().filter_map(|before| Some(used.rfind(before)? + before.len())).max();
    format!("{}…{rest}", &used[..start.unwrap_or(0)])
}

fn report(folder: &TempFolder, arguments: &str) -> (i32, Value) {
    let output = command(folder, arguments).arg("--json").output().expect("etude runs");
    let value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", shown(folder, &output)));
    (output.status.code().expect("a code"), value)
}

/// Which seed brings it about depends on the Python.
#[test]
fn an_outcome_that_changes_with_the_order_is_found_and_can_be_seen_again() {
    let folder = TempFolder::new().file("race.py", RACE);
    let output = command(&folder, "race.py --races").output().expect("etude runs");
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(122), &b"120\n"[..]));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("warning[race]: "), "{said}");
    let (_, summary) = said.split_once("9 orders of what happens at the same moment: 2 outcomes\n").expect("a summary");
    let [without, with, hint] = summary.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
    assert!(without.starts_with("  without a seed") && without.ends_with(": exit code 0, last line `120`"), "{said}");
    assert!(with.starts_with("  with seed ") && with.ends_with(": exit code 0, last line `110`"), "{said}");
    let (_, options) = hint.split_once("hint: to see another outcome again: `").expect("a way to see it");
    let again = run(&folder, &format!("race.py {}", options.trim_end_matches('`')));
    assert!(again.starts_with("exit 0\n--- stdout\n110\n"), "{again}");
}

#[test]
fn every_run_of_a_hunt_is_reported_and_can_be_repeated() {
    let folder = TempFolder::new().file("race.py", RACE);
    let (code, told) = report(&folder, "race.py --races=4");
    let runs = told["runs"].as_array().expect("a list");
    assert_eq!(runs[0], json!({"seed": null, "outcome": "ok", "exit": 0, "stdout": "120\n"}));
    for told in runs.iter().filter(|run| !run["seed"].is_null()) {
        let (seed, stdout) = (&told["seed"], told["stdout"].as_str().expect("a text"));
        // Watched or not.
        for options in ["", " --findings"] {
            let alone = run(&folder, &format!("race.py --clock steady --seed {seed}{options}"));
            assert!(alone.starts_with(&format!("exit 0\n--- stdout\n{stdout}")), "{told}\n{alone}");
        }
    }
    let changes = runs.iter().any(|run| run["stdout"] != runs[0]["stdout"]);
    assert_eq!((code, told["findings"][0]["code"] == "race"), (if changes { 122 } else { 0 }, changes));
}

#[test]
fn an_outcome_that_does_not_change_is_none() {
    let source = "import asyncio\n\n\nasync def get(n):\n    await asyncio.sleep(0.1)\n    return n\n\n\n\
                  async def main():\n    print(await asyncio.gather(*map(get, range(9))), object())\n    raise SystemExit(3)\n\n\n\
                  asyncio.run(main())\n";
    let folder = TempFolder::new().file("fine.py", source);
    let output = command(&folder, "fine.py --races=4").output().expect("etude runs");
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.lines().last(), Some("5 orders of what happens at the same moment: 1 outcome"), "{said}");
}

#[test]
fn another_order_of_lines_is_no_failure() {
    let source = "import asyncio\n\n\nasync def get(n):\n    await asyncio.sleep(0.1)\n    print(n)\n\n\n\
                  async def main():\n    await asyncio.gather(*map(get, range(9)))\n\n\nasyncio.run(main())\n";
    let folder = TempFolder::new().file("lines.py", source);
    let (code, told) = report(&folder, "lines.py --races=2");
    assert_eq!((code, &told["findings"][0]["severity"]), (0, &json!("note")));
}

#[test]
fn a_program_that_draws_lots_has_no_race() {
    let folder = TempFolder::new().file("lots.py", "import random\n\nprint(random.random())\n");
    let said = run(&folder, "lots.py --races=2");
    assert!(said.contains("the outcome changes from run to run by itself"), "{said}");
    // From there it is no matter of luck any more.
    assert!(said.contains("hint: to see another outcome again: `--clock steady --seed 1`"), "{said}");
}

#[test]
fn chance_from_elsewhere_has_no_seed() {
    let folder = TempFolder::new().file("lots.py", "import os\n\nprint(os.urandom(8).hex())\n");
    let said = run(&folder, "lots.py --races=2");
    assert!(said.contains("the outcome changes from run to run by itself") && !said.contains("--seed"), "{said}");
}

#[test]
fn a_command_is_run_all_the_same_and_says_once_that_it_cannot_be_watched() {
    let folder = TempFolder::new();
    assert_snapshot!(run(&folder, "--exec --timeline - --timeline x.svg --findings -- echo tea"), @"
    exit 0
    --- stdout
    tea
    --- stderr
    warning: nothing was watched: it is a command, and only Python programs can be watched
      hint: name the Python file instead: `etude run FILE.py`
    ran in …
    ");
    assert_eq!(folder.tree(), "");
}

#[test]
fn a_program_that_cannot_be_watched_is_run_all_the_same_and_says_so() {
    let folder = TempFolder::new().file("tea.py", "import subprocess\n").file("subprocess.py", "print('mine')\n");
    assert_snapshot!(run(&folder, "tea.py --timeline tea.svg --findings"), @"
    exit 0
    --- stdout
    mine
    --- stderr
    warning: nothing was watched: a file beside the program has the name of a module that asyncio needs
      hint: Python 3.8 to 3.13 can be watched (`--python`), where no file beside the program is called as a module of Python's
    ran in …
    ");
    assert_eq!(folder.tree(), "subprocess.py\ntea.py\n");
}

#[test]
fn what_cannot_be_is_said_before_anything_runs() {
    let folder = TempFolder::new().file("race.py", RACE).file("folder.svg/a", "");
    let mut said = String::new();
    for arguments in [
        "--timeline run.png",
        "--timeline missing/run.svg",
        "--timeline folder.svg",
        "--timeline - --json",
        "--races --clock real",
        "--races --seed 3",
        "--races=0",
    ] {
        let shown = run(&folder, &format!("race.py {arguments}"));
        let lines = shown.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("---"));
        said.push_str(&format!("{arguments}\n{}\n", lines.map(|line| format!("  {line}\n")).collect::<String>()));
    }
    assert_snapshot!(said, @"
    --timeline run.png
      exit 125
      error: invalid value 'run.png' for '--timeline <FILE>': name it `.svg` for a picture or `.json` for Perfetto and Chrome; `-` draws in the terminal

    --timeline missing/run.svg
      exit 125
      error: cannot write `missing/run.svg`
        cause: No such file or directory (os error 2)
        hint: make its folder first

    --timeline folder.svg
      exit 125
      error: cannot write `folder.svg`
        cause: it is a folder

    --timeline - --json
      exit 125
      error: standard output cannot have both the JSON and the drawing
        hint: leave one out, or draw into a file: `--timeline run.svg`

    --races --clock real
      exit 125
      error: races are hunted under the steady clock, where nothing but the order differs
        hint: leave `--clock` out

    --races --seed 3
      exit 125
      error: the argument '--races[=<N>]' cannot be used with '--seed <NUMBER>'

    --races=0
      exit 125
      error: invalid value '0' for '--races[=<N>]': 0 is not in 1..=1000
    ");
}

/// What a loop lets see that one task holds while another waits for it.
const HELD: &str = "\
import asyncio
import time


async def load():
    time.sleep(0.2)


async def tick():
    await asyncio.sleep(0.1)
    print('tick')


async def main():
    await asyncio.gather(load(), tick())


asyncio.run(main())
";

#[test]
fn findings_are_told_with_the_lines_as_they_should_be() {
    let folder = TempFolder::new().file("held.py", HELD).file("fine.py", "print('tea')\n");
    assert_snapshot!(run(&folder, "held.py --findings --clock steady"), @"
    exit 0
    --- stdout
    tick
    --- stderr
    warning[blocked-loop]: `load` held the event loop for 200 ms in `time.sleep`, so
                           `tick` had to wait
      --> held.py:6:5
       |
     6 |     time.sleep(0.2)
       |     ^^^^^^^^^^^^^^^
    ...
    15 |     await asyncio.gather(load(), tick())
       |     ------------------------------------ `tick` went on only then
       |
       = hint: a coroutine gives up the loop only at `await`: sleep with
               `asyncio.sleep`
               + await asyncio.sleep(0.2)

    ran 300 ms of virtual time in …; 1 finding
    ");
    assert_snapshot!(run(&folder, "fine.py --findings"), @"
    exit 0
    --- stdout
    tea
    --- stderr
    ran in …; no findings
    ");
}

#[test]
fn a_finding_of_a_deadlock_takes_the_place_of_the_list() {
    let source = "import asyncio\n\n\nasync def main():\n    lock = asyncio.Lock()\n    async with lock:\n        \
                  async with lock:\n            print('never')\n\n\nasyncio.run(main())\n";
    let folder = TempFolder::new().file("twice.py", source);
    assert_snapshot!(run(&folder, "twice.py --findings --clock steady"), @"
    exit 123
    --- stderr
    error[deadlock]: nothing can ever go on: `main` waits for `Lock 1`, which `main`
                     holds, so it waits for itself
     --> twice.py:7:9
      |
    6 |     async with lock:
      |     ---------------- `main` has held `Lock 1` since then
    7 |         async with lock:
      |         ^^^^^^^^^^^^^^^^
      |
      = hint: a lock that is held cannot be taken again, not even by the task that
              holds it

    deadlock: everything waits, and nothing can end that (…); 1 finding
    ");
}

#[test]
fn a_timeline_is_drawn_below_the_output() {
    let source =
        HELD.replace("time.sleep(0.2)", "await asyncio.sleep(0.2)").replace("print('tick')", "print('tick', end='')");
    let folder = TempFolder::new().file("together.py", source).file("fine.py", "print('tea')\n");
    assert_snapshot!(run(&folder, "together.py --timeline - --clock steady"), @"
    exit 0
    --- stdout
    tick
                               50 ms            100 ms           150 ms
    event loop ▓                                ▓                                ▓
    main       ▓░░░░░░░░░░░░░░░░░░░░░░░░░░ gather of 2 ░░░░░░░░░░░░░░░░░░░░░░░░░░▓✓
      load     ▓░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ sleep ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░▓✓
      tick     ▓░░░░░░░░░░░░ sleep ░░░░░░░░░░░░░▓✓
    ░ waits   ▓ runs   ✓ returned
    --- stderr
    ran 200 ms of virtual time in …
    ");
    assert_snapshot!(run(&folder, "fine.py --timeline -"), @"
    exit 0
    --- stdout
    tea
    --- stderr
    there is no timeline to draw: it made no tasks, threads or processes
    ran in …
    ");
    let mut plain = command(&folder, "together.py --timeline - --clock steady");
    let drawn = shown(&folder, &plain.env("LC_ALL", "C").output().expect("etude runs"));
    assert!(drawn.is_ascii() && drawn.contains("#"), "{drawn}");
}

#[test]
fn a_timeline_is_written_as_the_ending_of_its_name_says() {
    let folder = TempFolder::new().file("held.py", HELD).file("run.svg", "old");
    let said = run(&folder, "held.py --timeline run.svg --timeline run.json --clock steady");
    assert!(said.starts_with("exit 0\n--- stdout\ntick\n--- stderr\nran "), "{said}");
    let picture = folder.read("run.svg");
    assert!(picture.starts_with("<svg xmlns") && picture.trim_end().ends_with("</svg>"), "{picture}");
    assert!(picture.contains(">held.py<") && picture.contains("blocked-loop"), "{picture}");
    let trace: Value = serde_json::from_str(&folder.read("run.json")).expect("JSON");
    assert!(trace["traceEvents"].as_array().expect("a list").len() > 10, "{trace}");
    assert_eq!(folder.tree(), "held.py\nrun.json\nrun.svg\n");
}

#[test]
fn the_report_has_tasks_segments_and_edges() {
    let folder = TempFolder::new().file("held.py", HELD);
    let (code, report) = report(&folder, "held.py");
    let list = |name: &str| report[name].as_array().expect("a list").clone();
    let names = |name: &str| list(name).iter().map(|it| it["coroutine"].to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!((code, names("tasks")), (0, r#""main" "load" "tick""#.to_owned()));
    let found: Vec<Value> = list("findings").iter().map(|finding| finding["code"].clone()).collect();
    assert_eq!(found, [json!("blocked-loop")]);
    let of_load = list("tasks")[1]["segments"].clone();
    let held = of_load.as_array().and_then(|segments| segments.last()).expect("a segment");
    assert_eq!(held["kind"], "holding");
    assert_eq!((&held["call"], &held["line"]), (&json!("time.sleep"), &json!(6)));
    assert!(list("edges").iter().any(|edge| edge["kind"] == "created"));
    let prints: Vec<Value> = list("prints").iter().map(|print| json!([print["text"], print["line"]])).collect();
    assert_eq!(prints, [json!(["tick", 11])]);
    assert_eq!(report["notes"], json!([]));
}

#[test]
fn a_run_that_is_stopped_lets_see_what_it_was_at() {
    let source = "import asyncio\n\n\nasync def main():\n    while True:\n        await asyncio.sleep(60)\n\n\nasyncio.run(main())\n";
    let folder = TempFolder::new().file("forever.py", source);
    let said = run(&folder, "forever.py --timeline - --virtual-timeout 1h --clock steady");
    assert!(said.starts_with("exit 124\n--- stdout\n") && said.contains("\nmain ▓░"), "{said}");
}
