//! Programs in a real sandbox, from the command line to the exit code.

mod refused;

use std::io::Read as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use etude_testing::TempFolder;
use insta::assert_snapshot;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::fixture::{Etude, feed, shown};

/// The words after `etude run`, in `folder`; what they print, without what differs between machines and runs.
fn run(folder: &TempFolder, arguments: &str) -> String {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    run_words(folder, &words)
}

fn run_words(folder: &TempFolder, words: &[&str]) -> String {
    let output = command(folder, words).output().expect("etude runs");
    steady(&shown(folder, &output))
}

fn command(folder: &TempFolder, words: &[&str]) -> Command {
    let mut command = folder.command("run");
    command.args(words).env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Times, memory, and the frames and marks of a traceback that belong to one version of Python.
fn steady(text: &str) -> String {
    let mut lines = Vec::new();
    let mut library = false;
    for line in text.lines() {
        library = line.starts_with("  File \"/") || library && line.starts_with("    ");
        let marks = line.starts_with("    ") && line.trim().chars().all(|char| matches!(char, '~' | '^'));
        if !library && !marks {
            lines.push(amounts(line));
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn amounts(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let mut out = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let unit = words.get(index + 1).map(|unit| unit.trim_end_matches([',', ')'])).unwrap_or_default();
        let number = word.trim_start_matches('(');
        let measured = match unit {
            "ms" | "MB" => number.parse::<u32>().is_ok(),
            "s" => number.contains('.') && number.parse::<f64>().is_ok(),
            _ => false,
        };
        out.push(if measured { word.replace(number, "…") } else { (*word).to_owned() });
    }
    // What is 951 ms in one run is 1.0 s in the next.
    let line = out.join(" ").replace("… s", "… ms");
    match line.split_once("'/").and_then(|(start, rest)| Some((start, rest.split_once('\'')?))) {
        Some((start, (path, end))) if path.contains("/python3") => format!("{start}'[python]'{end}"),
        _ => line,
    }
}

fn json(folder: &TempFolder, arguments: &str) -> (i32, serde_json::Value) {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let output = command(folder, &words).arg("--json").output().expect("etude runs");
    let value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", shown(folder, &output)));
    (output.status.code().expect("a code"), value)
}

#[test]
fn a_program_runs_and_one_line_says_how_it_went() {
    let folder = TempFolder::new().file("hello.py", "print('hi')\n");
    assert_snapshot!(run(&folder, "hello.py"), @"
    exit 0
    --- stdout
    hi
    --- stderr
    ran in … ms, … ms CPU, … MB
    ");
    assert_snapshot!(run(&folder, "hello.py --quiet"), @"
    exit 0
    --- stdout
    hi
    ");
}

#[test]
fn arguments_input_and_variables_reach_the_program() {
    let source =
        "import os, sys\nprint(sys.argv, input(), sys.stdin.read(), os.environ['TEA'], os.environ.get('HOME'))\n";
    let folder = TempFolder::new().file("sub/a.py", source).file("in.txt", "one\ntwo");
    assert_snapshot!(run(&folder, "sub/a.py --stdin in.txt --env TEA=green=1 -- -x --strong 2"), @"
    exit 0
    --- stdout
    ['sub/a.py', '-x', '--strong', '2'] one two green=1 /sandbox/work
    --- stderr
    ran in … ms, … ms CPU, … MB
    ");
    let mut piped = command(&folder, &["sub/a.py", "--stdin", "-", "--env", "TEA=x"]);
    piped.arg("--quiet");
    assert_snapshot!(steady(&shown(&folder, &feed(piped, b"three\nfour"))), @"
    exit 0
    --- stdout
    ['sub/a.py'] three four x /sandbox/work
    ");
}

#[test]
fn a_program_comes_through_standard_input() {
    let folder = TempFolder::new().file("near.py", "x = 5\n");
    assert_snapshot!(steady(&shown(&folder, &feed(command(&folder, &["-"]), b"import near\nprint(near.x)\n1/0\n"))), @r#"
    exit 1
    --- stdout
    5
    --- stderr
    Traceback (most recent call last):
      File "stdin.py", line 3, in <module>
        1/0
    ZeroDivisionError: division by zero
    failed with exit code 1 after … ms, … ms CPU, … MB
    "#);
}

#[test]
fn a_failure_shows_the_traceback_and_passes_the_code_on() {
    let folder = TempFolder::new()
        .file("fail.py", "def worker():\n    raise ValueError('no tea')\n\nworker()\n")
        .file("exit.py", "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(3)\n")
        .file("broken.py", "def (:\n");
    assert_snapshot!(run(&folder, "fail.py"), @r#"
    exit 1
    --- stderr
    Traceback (most recent call last):
      File "fail.py", line 4, in <module>
        worker()
      File "fail.py", line 2, in worker
        raise ValueError('no tea')
    ValueError: no tea
    failed with exit code 1 after … ms, … ms CPU, … MB
    "#);
    assert_snapshot!(run(&folder, "exit.py"), @"
    exit 3
    --- stdout
    out
    --- stderr
    err
    failed with exit code 3 after … ms, … ms CPU, … MB
    ");
    assert_snapshot!(run(&folder, "broken.py"), @r#"
    exit 1
    --- stderr
      File "broken.py", line 1
        def (:
    SyntaxError: invalid syntax
    failed with exit code 1 after … ms, … ms CPU, … MB
    "#);
}

/// The outcome, the exit code, and the summary with its hint.
#[test]
fn every_outcome_has_its_code_and_names_the_option() {
    let folder = TempFolder::new()
        .file("ok.py", "pass\n")
        .file("failed.py", "raise SystemExit(7)\n")
        .file("wall.py", "import time\ndef worker():\n    while True:\n        time.sleep(0.01)\nworker()\n")
        .file("cpu.py", "while True: pass\n")
        .file("memory.py", "x = []\nwhile True:\n    x.append(bytearray(4 << 20))\n")
        .file("output.py", "while True:\n    print('tea' * 100)\n")
        .file("disk.py", "for n in range(99):\n    open(str(n), 'wb').write(bytes(1 << 20))\n")
        .file("processes.py", "import os, time\nfor _ in range(99):\n    if os.fork() == 0:\n        time.sleep(2)\n        os._exit(0)\n")
        .file("killed.py", "import os\nos.kill(os.getpid(), 11)\n");
    let mut all = String::new();
    for arguments in [
        "ok.py",
        "failed.py",
        "wall.py --timeout 1s",
        "cpu.py --cpu 1s",
        "memory.py --memory 64M",
        "output.py --output 8K",
        "disk.py --disk 8M",
        "processes.py --processes 8",
        "killed.py",
    ] {
        let words: Vec<&str> = arguments.split(' ').collect();
        let output = command(&folder, &words).output().expect("etude runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let lines: Vec<&str> = said.lines().collect();
        let hint = lines.last().is_some_and(|line| line.starts_with("  hint")) as usize;
        let summary = steady(&lines[lines.len() - 1 - hint..].join("\n"));
        let (code, report) = json(&folder, arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments}");
        all.push_str(&format!("{} {code}: {summary}", report["outcome"].as_str().expect("an outcome")));
    }
    assert_snapshot!(all, @"
    ok 0: ran in … ms, … ms CPU, … MB
    failed 7: failed with exit code 7 after … ms, … ms CPU, … MB
    timeout 124: stopped after 1 s in `worker`, line 4: `time.sleep(0.01)` (… ms CPU, … MB)
      hint: if it needs more time: `--timeout 2s`
    timeout 124: used 1 s of CPU time at line 1: `while True: pass` (… ms CPU, … MB)
      hint: if it needs more CPU time: `--cpu 2s`
    memory 137: needed more than 64 MiB of memory at line 3: `x.append(bytearray(4 << 20))` (… ms, … ms CPU, … MB)
      hint: if it needs more memory: `--memory 128M`
    output 137: output passed 8 KiB, stopped at line 2: `print('tea' * 100)` (… ms, … ms CPU, … MB)
      hint: if it needs more output: `--output 16K`
    disk 137: wrote more than a file or the disk may hold at line 2: `open(str(n), 'wb').write(bytes(1 << 20))` (… ms, … ms CPU, … MB)
      hint: if it needs more disk: `--disk 16M`
    processes 137: wanted more than 8 processes and threads at line 3: `if os.fork() == 0:` (… ms, … ms CPU, … MB)
      hint: if it needs more processes: `--processes 16`
    killed 137: ended by SIGSEGV (… ms, … ms CPU, … MB)
    ");
}

#[test]
fn the_report_has_exactly_these_fields() {
    let source = "import sys\nprint('té', end='')\nprint('err', file=sys.stderr)\nraise KeyError('cup')\n";
    let folder = TempFolder::new().file("a.py", source);
    let (code, mut report) = json(&folder, "a.py");
    let fields = report.as_object_mut().expect("an object");
    for measured in ["wall_ms", "virtual_ms", "cpu_ms", "peak_kb"] {
        assert!(fields[measured].is_u64(), "{measured}");
        fields[measured] = 0.into();
    }
    let stderr = fields["stderr"].as_str().expect("text").to_owned();
    assert!(stderr.starts_with("err\nTraceback (most recent call last):\n"), "{stderr}");
    fields["stderr"] = "…".into();
    let mut joined = String::new();
    for write in fields["writes"].as_array_mut().expect("a list") {
        assert!(write["at_ms"].is_u64());
        assert_eq!(write.as_object().expect("an object").len(), 3);
        if write["stream"] == "stderr" {
            joined.push_str(write["text"].as_str().expect("text"));
        }
    }
    assert_eq!(joined, stderr);
    fields["writes"] = "…".into();
    // What was watched has tests of its own.
    for watched in ["tasks", "others", "edges", "prints", "notes"] {
        assert!(fields[watched].is_array(), "{watched}");
        fields[watched] = "…".into();
    }
    assert_snapshot!(format!("exit {code}\n{report:#}"), @r#"
    exit 1
    {
      "answers": [],
      "cause": "`KeyError: 'cup'` at line 4: `raise KeyError('cup')`",
      "clock": "virtual",
      "cpu_ms": 0,
      "edges": "…",
      "exit": 1,
      "failure": {
        "file": "a.py",
        "kind": "KeyError",
        "line": 4,
        "message": "'cup'"
      },
      "findings": [],
      "hint": null,
      "notes": "…",
      "others": "…",
      "outcome": "failed",
      "peak_kb": 0,
      "prints": "…",
      "runs": [],
      "seed": null,
      "stderr": "…",
      "stdout": "té",
      "tasks": "…",
      "virtual_ms": 0,
      "wall_ms": 0,
      "writes": "…"
    }
    "#);
}

#[test]
fn output_comes_while_the_program_runs_and_in_its_order() {
    let source = "import sys, time\nfor n in range(3):\n    print('out', n)\n    print('err', n, file=sys.stderr)\n\
                  print('waiting')\ntime.sleep(30)\n";
    let folder = TempFolder::new().file("a.py", source);
    let mut child = command(&folder, &["a.py", "--timeout", "20s", "--clock", "real"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("etude runs");
    let mut stdout = child.stdout.take().expect("a pipe");
    let start = Instant::now();
    let mut seen = Vec::new();
    while !seen.ends_with(b"waiting\n") {
        let mut byte = [0];
        stdout.read_exact(&mut byte).expect("more output");
        seen.push(byte[0]);
    }
    assert!(start.elapsed() < Duration::from_secs(15), "it came only at the end");
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).expect("it is there");
    let output = child.wait_with_output().expect("etude ends");
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_snapshot!(steady(&said), @"
    err 0
    err 1
    err 2
    interrupted at line 6: `time.sleep(30)` (… ms, … ms CPU, … MB)
    ");

    let source = source.replace("time.sleep(30)", "");
    let folder = TempFolder::new().file("a.py", source);
    let (_, report) = json(&folder, "a.py");
    let order: String = report["writes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|write| write["text"].as_str().expect("text"))
        .collect();
    assert_eq!(order, "out 0\nerr 0\nout 1\nerr 1\nout 2\nerr 2\nwaiting\n");
}

#[test]
fn ctrl_c_stops_even_a_program_that_will_not_listen() {
    // On one line, so that it is there whenever the signal comes.
    let source =
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('deaf', flush=True); sum(iter(int, 1))\n";
    let folder = TempFolder::new().file("a.py", source);
    let mut child = command(&folder, &["a.py", "--timeout", "60s"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("etude runs");
    child.stdout.as_mut().expect("a pipe").read_exact(&mut [0; 5]).expect("some output");
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).expect("it is there");
    let output = child.wait_with_output().expect("etude ends");
    assert_snapshot!(steady(&shown(&folder, &output)), @"
    exit 130
    --- stderr
    interrupted at line 3: `print('deaf', flush=True); sum(iter(int, 1))` (… ms, … ms CPU, … MB)
    ");
}

#[test]
fn a_reader_that_stops_reading_ends_the_run_quietly() {
    let folder = TempFolder::new()
        .file("a.py", "import time\nwhile True:\n    print('tea', flush=True)\n    time.sleep(0.01)\n");
    let mut child = command(&folder, &["a.py", "--timeout", "60s"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("etude runs");
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_exact(&mut [0; 4]).expect("some output");
    drop(stdout);
    assert_snapshot!(shown(&folder, &child.wait_with_output().expect("etude ends")), @"exit 0");
}

#[test]
fn modules_beside_the_program_come_along() {
    let folder = TempFolder::new()
        .file("app/main.py", "import helper\nfrom pkg import deep\nfrom pkg.names import name\nprint(helper.x, deep.y, name)\nimport os\nprint(sorted(os.listdir('.')), sorted(os.listdir('app')))\n")
        .file("app/helper.py", "from other import x\n")
        .file("app/other.py", "x = 1\n")
        .file("app/pkg/__init__.py", "")
        .file("app/pkg/deep.py", "from .values import y\n")
        .file("app/pkg/values.py", "y = 2\n")
        .file("app/pkg/names.py", "name = __name__\n")
        .file("app/secret.py", "")
        .file("secret.txt", "");
    assert_snapshot!(run(&folder, "app/main.py"), @"
    exit 0
    --- stdout
    1 2 pkg.names
    ['app'] ['helper.py', 'main.py', 'other.py', 'pkg']
    --- stderr
    ran in … ms, … ms CPU, … MB
    ");
}

#[test]
fn only_files_that_are_named_are_seen() {
    let folder = TempFolder::new()
        .file("a.py", "print(open('data.csv').read().strip(), open('more/b.txt').read())\n")
        .file("data.csv", "1,2\n")
        .file("more/b.txt", "b");
    assert_snapshot!(run(&folder, "a.py"), @r#"
    exit 1
    --- stderr
    Traceback (most recent call last):
      File "a.py", line 1, in <module>
        print(open('data.csv').read().strip(), open('more/b.txt').read())
    FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'
    failed with exit code 1 after … ms, … ms CPU, … MB
      hint: a run sees copies of what it is given: add `--file data.csv`
    "#);
    assert_snapshot!(run(&folder, "a.py --file data.csv --file more"), @"
    exit 0
    --- stdout
    1,2 b
    --- stderr
    ran in … ms, … ms CPU, … MB
    ");
    assert_snapshot!(run(&folder, "a.py --file datta.csv"), @"
    exit 125
    --- stderr
    error: there is no `datta.csv`
      hint: did you mean `data.csv`?
    ");
}

#[test]
fn what_a_program_leaves_is_kept_only_where_it_was_asked_for() {
    let source = "import os\nos.makedirs('sub')\nopen('sub/a.txt', 'w').write('a')\nos.symlink('/etc/passwd', 'link')\n\
                  open('odd\\x1b[31m', 'w').close()\nopen('b.py', 'w').close()\n";
    let folder = TempFolder::new().file("make.py", source);
    assert_snapshot!(run(&folder, "make.py"), @"
    exit 0
    --- stderr
    ran in … ms, … ms CPU, … MB
    ");
    assert_eq!(folder.tree(), "make.py\n");
    assert_snapshot!(run(&folder, "make.py --keep left"), @"
    exit 0
    --- stderr
    did not keep 1 file with control characters in the name
    ran in … ms, … ms CPU, … MB
    ");
    assert_snapshot!(folder.tree(), @"
    left/
    left/b.py
    left/make.py
    left/sub/
    left/sub/a.txt
    make.py
    ");
    assert_snapshot!(run(&folder, "make.py --keep left"), @"
    exit 125
    --- stderr
    error: `left` is not empty
      hint: choose a folder that is empty or does not exist yet
    ");
}

#[test]
fn any_program_runs_in_a_copy_of_the_folder() {
    let folder = TempFolder::new()
        .file(".gitignore", "*.log\n")
        .file(".env", "SECRET=1")
        .file("x.log", "x")
        .file("lib/words.txt", "tea\n")
        .file("build.sh", "ls -A; cat lib/words.txt; echo done > out.txt; cat $1; exit 4\n");
    assert_snapshot!(run(&folder, "--exec -- sh build.sh out.txt"), @"
    exit 4
    --- stdout
    build.sh
    lib
    tea
    done
    --- stderr
    failed with exit code 4 after … ms, … ms CPU, … MB
    ");
    assert!(!folder.join("out.txt").exists());
    assert_snapshot!(run(&folder, "--exec -- no-such-program"), @"
    exit 127
    --- stderr
    `no-such-program` cannot be run: No such file or directory
    ");
    assert_snapshot!(run(&folder, "--exec"), @"
    exit 125
    --- stderr
    error: there is no program to run
      hint: name it after `--`: `etude run --exec -- python app.py`
    ");
    assert_snapshot!(run(&folder, "--exec --disk 10 -- ls"), @"
    exit 125
    --- stderr
    error: more than 10 bytes are to be copied
      hint: name what is not needed in `.etudeignore`, or copy less
    ");
}

/// On a terminal colours pass; all else a program could do to the terminal is only shown.
#[test]
fn a_terminal_sees_nothing_it_would_act_on() {
    let source = "import sys\nprint('\\x1b[31mred\\x1b[0m \\x1b[2J\\x1b]0;title\\x07 tab\\tend\\r\\n', end='')\nprint('no newline', end='')\n";
    let folder = TempFolder::new().file("a.py", source);
    assert_eq!(
        on_terminal(command(&folder, &["a.py", "--quiet"])),
        "\u{1b}[31mred\u{1b}[0m ␛[2J␛]0;title␇ tab\tend\r\nno newline\u{1b}[0m\r\n"
    );
    let mut plain = command(&folder, &["a.py", "--quiet"]);
    plain.env("NO_COLOR", "1");
    assert_eq!(on_terminal(plain), "red ␛[2J␛]0;title␇ tab\tend\r\nno newline\r\n");
    let raw: Output = command(&folder, &["a.py", "--quiet"]).output().expect("etude runs");
    assert!(raw.stdout.starts_with(b"\x1b[31mred\x1b[0m \x1b[2J"));
}

/// With a terminal as its standard output and error.
fn on_terminal(mut command: Command) -> String {
    let pty = nix::pty::openpty(None, None).expect("a terminal");
    let (out, err) = (pty.slave.try_clone().expect("a descriptor"), pty.slave);
    let mut child = command.env("TERM", "xterm").stdout(out).stderr(err).spawn().expect("etude runs");
    // It holds the terminal's other end, which must close for reading to end.
    drop(command);
    let mut seen = Vec::new();
    // The end of a terminal is an error on Linux.
    let _ = std::fs::File::from(pty.master).read_to_end(&mut seen);
    child.wait().expect("etude ends");
    String::from_utf8_lossy(&seen).into_owned()
}
