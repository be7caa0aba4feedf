//! Time as the command line tells it: skipped, bounded, repeated, and waited for in vain.

use std::process::Command;

use etude_testing::TempFolder;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::fixture::{Etude, shown};

const SLEEPY: &str = "import time\nprint('good night', flush=True)\ntime.sleep(3600)\nprint('good morning')\n";

/// Each of two tasks holds what the other wants.
const LOCKS: &str = "\
import asyncio


async def move(source, target):
    async with source:
        await asyncio.sleep(60)
        async with target:
            print('moved')


async def main():
    tea, milk = asyncio.Lock(), asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        group.create_task(move(tea, milk), name='left')
        group.create_task(move(milk, tea), name='right')


asyncio.run(main())
";

fn command(folder: &TempFolder, words: &[&str]) -> Command {
    let mut command = folder.command("run");
    command.args(words).env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

fn run(folder: &TempFolder, arguments: &str) -> String {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    run_words(folder, &words)
}

fn run_words(folder: &TempFolder, words: &[&str]) -> String {
    let output = command(folder, words).output().expect("etude runs");
    shown(folder, &output).lines().map(|line| format!("{}\n", steady(line))).collect()
}

/// What a run used is left out: its wall time, its CPU time and its memory, which stand together.
fn steady(line: &str) -> String {
    let Some((used, rest)) = line.split_once(" MB") else { return line.to_owned() };
    let start = ["(", " in ", " after "].iter().filter_map(|before| Some(used.rfind(before)? + before.len())).max();
    format!("{}…{rest}", &used[..start.unwrap_or(0)])
}

fn report(folder: &TempFolder, arguments: &str) -> (i32, Value) {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let output = command(folder, &words).arg("--json").output().expect("etude runs");
    let value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", shown(folder, &output)));
    (output.status.code().expect("a code"), value)
}

fn millis(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} are no milliseconds"))
}

#[test]
fn an_hour_of_sleep_is_skipped_and_counted() {
    let folder = TempFolder::new().file("sleepy.py", SLEEPY);
    assert_snapshot!(run(&folder, "sleepy.py"), @"
    exit 0
    --- stdout
    good night
    good morning
    --- stderr
    ran 1 h 0 min of virtual time in …
    ");
    let (code, report) = report(&folder, "sleepy.py");
    assert_eq!((code, &report["outcome"], &report["clock"]), (0, &json!("ok"), &json!("virtual")));
    let hour = 3_600_000..3_610_000;
    assert!(hour.contains(&millis(&report["virtual_ms"])), "{report:#}");
    let at: Vec<u64> = report["writes"].as_array().expect("a list").iter().map(|it| millis(&it["at_ms"])).collect();
    assert!(matches!(at[..], [night, morning] if night < 10_000 && hour.contains(&morning)), "{at:?}");
}

#[test]
fn a_deadlock_is_told_at_once_with_every_place() {
    let folder = TempFolder::new().file("locks.py", LOCKS);
    assert_snapshot!(run(&folder, "locks.py --python >=3.11"), @"
    exit 123
    --- stderr
    deadlock: everything waits, and nothing can end that (1 min 0 s of virtual time in …)
      task `left` in `move`, `locks.py` line 7 waits for a lock: `async with target:`
      task `right` in `move`, `locks.py` line 7 waits for a lock: `async with target:`
      task `Task-1` in `main`, `locks.py` line 13 waits for the tasks of its group: `async with asyncio.TaskGroup() as group:`
      hint: whoever holds what another waits for must let go of it before it waits itself; every `get` needs a `put`, every `wait` a `set`; a time limit (`asyncio.timeout`) turns a deadlock into an error
    ");
    let (code, report) = report(&folder, "locks.py --python >=3.11");
    assert_eq!((code, &report["outcome"], &report["exit"]), (123, &json!("deadlock"), &Value::Null));
    let findings = report["findings"].as_array().expect("a list");
    let told = findings.iter().map(|it| format!("{} {}:{} {}\n", it["code"], it["file"], it["line"], it["message"]));
    assert_snapshot!(told.collect::<String>(), @r#"
    "deadlock" "locks.py":7 "nothing can ever go on, since these wait in a circle: `left` waits for `Lock 2`, which `right` holds; `right` waits for `Lock 1`, which `left` holds"
    "#);
}

#[test]
fn a_thread_that_waits_for_ever_is_a_deadlock_too() {
    let source =
        "import queue\n\norders = queue.Queue()\norders.put('tea')\nfor _ in range(2):\n    print(orders.get())\n";
    let folder = TempFolder::new().file("orders.py", source);
    assert_snapshot!(run(&folder, "orders.py"), @"
    exit 123
    --- stdout
    tea
    --- stderr
    deadlock: everything waits, and nothing can end that (…)
      thread `MainThread` at `orders.py` line 6 waits for an item in a queue: `print(orders.get())`
      hint: whoever holds what another waits for must let go of it before it waits itself; every `get` needs a `put`, every `wait` a `set`; a time limit (`asyncio.timeout`) turns a deadlock into an error
    ");
}

#[test]
fn a_deadlock_that_no_task_is_in_is_reported_by_its_places() {
    let source = "import queue\n\nprint(queue.Queue().get())\n";
    let (code, report) = report(&TempFolder::new().file("orders.py", source), "orders.py");
    assert_eq!((code, report["findings"].as_array().expect("a list").len()), (123, 1));
    assert_snapshot!(format!("{:#}", report["findings"][0]), @r#"
    {
      "code": "deadlock",
      "evidence": [
        {
          "file": "orders.py",
          "line": 3,
          "text": "thread `MainThread` at `orders.py` line 3 waits for an item in a queue: `print(queue.Queue().get())`"
        }
      ],
      "file": "orders.py",
      "hint": "whoever holds what another waits for must let go of it before it waits itself; every `get` needs a `put`, every `wait` a `set`; a time limit (`asyncio.timeout`) turns a deadlock into an error",
      "line": 3,
      "message": "everything waits, and nothing can end that: thread `MainThread` at `orders.py` line 3 waits for an item in a queue: `print(queue.Queue().get())`",
      "severity": "error",
      "tasks": []
    }
    "#);
}

#[test]
fn a_server_that_nobody_can_call_is_idle() {
    let source = "import socket\nlistener = socket.create_server(('127.0.0.1', 8000))\nprint('listening', flush=True)\nlistener.accept()\n";
    let folder = TempFolder::new().file("server.py", source);
    assert_snapshot!(run(&folder, "server.py --allow server"), @"
    exit 124
    --- stdout
    listening
    --- stderr
    idle: it waits for connections, and nobody is left to make one (…)
      thread `MainThread` at `server.py` line 4 waits for somebody to connect: `listener.accept()`
      hint: it only serves: run what asks it beside it, in the same program or with `--exec`
    ");
    let (code, report) = report(&folder, "server.py --allow server");
    assert_eq!((code, &report["outcome"], &report["findings"]), (124, &json!("idle"), &json!([])));
}

#[test]
fn virtual_time_has_a_limit_of_its_own() {
    let folder = TempFolder::new().file("tick.py", "import time\nwhile True:\n    time.sleep(0.5)\n");
    assert_snapshot!(run(&folder, "tick.py --virtual-timeout 5s"), @"
    exit 124
    --- stderr
    stopped after 5 s of virtual time at line 3: `time.sleep(0.5)` (…)
      hint: if it needs more virtual time: `--virtual-timeout 10s`
    ");
    let (code, report) = report(&folder, "tick.py --virtual-timeout 5s");
    assert_eq!((code, &report["outcome"]), (124, &json!("timeout")));
    assert!((4_000..=5_500).contains(&millis(&report["virtual_ms"])), "{report:#}");
}

#[test]
fn a_failure_says_its_seed() {
    let folder = TempFolder::new()
        .file("race.py", "import time\ntime.sleep(60)\nraise SystemExit('a cup was lost')\n")
        .file("fine.py", "import time\ntime.sleep(60)\n");
    assert_snapshot!(run(&folder, "race.py --seed 7"), @"
    exit 1
    --- stderr
    a cup was lost
    failed with exit code 1 after 1 min 0 s of virtual time in …, seed 7
    ");
    assert_snapshot!(run(&folder, "fine.py --seed 7"), @"
    exit 0
    --- stderr
    ran 1 min 0 s of virtual time in …
    ");
    let (_, with) = report(&folder, "race.py --seed 7");
    let (_, without) = report(&folder, "race.py");
    assert_eq!((&with["seed"], &without["seed"]), (&json!(7), &Value::Null));
}

/// Whatever this machine does meanwhile, a thousandth of a second of it is not seen.
#[test]
fn times_under_the_steady_clock_are_the_same_in_every_run() {
    let source = "import time\nprint(time.strftime('%F %T', time.gmtime()))\nstart = time.monotonic()\ntime.sleep(1.5)\n\
                  print(f'{time.monotonic() - start:.3f}')\nprint(time.strftime('%F %T', time.gmtime()))\n";
    let folder = TempFolder::new().file("times.py", source);
    let runs = [(); 3].map(|()| run(&folder, "times.py --clock steady"));
    assert!(runs.iter().all(|one| *one == runs[0]), "{runs:?}");
    assert_snapshot!(runs[0], @"
    exit 0
    --- stdout
    2026-01-01 09:00:00
    1.500
    2026-01-01 09:00:01
    --- stderr
    ran 1.5 s of virtual time in …
    ");
}

#[test]
fn a_program_that_computes_is_not_steady_and_says_so() {
    let source = "import time\nstart = time.monotonic()\nsum(n * n for n in range(10_000_000))\n\
                  print(time.monotonic() - start > 0.1)\n";
    let folder = TempFolder::new().file("sums.py", source);
    assert_snapshot!(run(&folder, "sums.py --clock steady"), @"
    exit 0
    --- stdout
    True
    --- stderr
    ran in …
      hint: it computes, so its own times are not always the same: the clock was `virtual`
    ");
    let (_, report) = report(&folder, "sums.py --clock steady");
    assert_eq!(report["clock"], "virtual");
}

#[test]
fn the_real_clock_skips_nothing() {
    let folder = TempFolder::new().file("nap.py", "import time\ntime.sleep(0.3)\nprint('awake')\n");
    assert_snapshot!(run(&folder, "nap.py --clock real"), @"
    exit 0
    --- stdout
    awake
    --- stderr
    ran in …
    ");
    let (_, report) = report(&folder, "nap.py --clock real");
    assert_eq!(report["clock"], "real");
    assert!(millis(&report["wall_ms"]) >= 300 && millis(&report["virtual_ms"]) >= 300, "{report:#}");
}

#[test]
fn waiting_that_cannot_be_skipped_says_why() {
    let source = "import socket, struct\nhere, there = socket.socketpair()\n\
                  here.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 0, 200_000))\n\
                  try:\n    here.recv(1)\nexcept BlockingIOError:\n    print('nothing came')\n";
    let folder = TempFolder::new().file("option.py", source);
    assert_snapshot!(run(&folder, "option.py"), @"
    exit 0
    --- stdout
    nothing came
    --- stderr
    ran in …
      hint: some waiting took its time: a socket has a timeout of the kernel's (`SO_RCVTIMEO`)
    ");
}

#[test]
fn a_clock_that_does_not_exist_is_refused_with_those_that_do() {
    let folder = TempFolder::new().file("sleepy.py", SLEEPY);
    assert_snapshot!(run(&folder, "sleepy.py --clock fast"), @"
    exit 125
    --- stderr
    error: invalid value 'fast' for '--clock <CLOCK>': there are `virtual`, `steady` and `real`

    For more information, try '--help'.
    ");
}

#[test]
fn any_program_may_wait_for_nothing() {
    let folder = TempFolder::new().file("nap.sh", "sleep 50\nenv -i sleep 50\ntimeout 20 sleep 100 || echo $?\n");
    assert_snapshot!(run_words(&folder, &["--exec", "--", "sh", "-c", "sleep 100; echo done"]), @"
    exit 0
    --- stdout
    done
    --- stderr
    ran 1 min 40 s of virtual time in …
    ");
    assert_snapshot!(run(&folder, "--exec -- bash nap.sh"), @"
    exit 0
    --- stdout
    124
    --- stderr
    ran 2 min 0 s of virtual time in …
    ");
}
