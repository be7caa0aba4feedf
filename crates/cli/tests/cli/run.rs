//! Programs in a real sandbox, from the command line to the exit code.

use std::io::{Read as _, Write as _};
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
    out.join(" ").replace("… s CPU", "… ms CPU")
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
    assert_snapshot!(run(&folder, "hello.py"), @"");
    assert_snapshot!(run(&folder, "hello.py --quiet"), @"");
}

#[test]
fn arguments_input_and_variables_reach_the_program() {
    let source =
        "import os, sys\nprint(sys.argv, input(), sys.stdin.read(), os.environ['TEA'], os.environ.get('HOME'))\n";
    let folder = TempFolder::new().file("sub/a.py", source).file("in.txt", "one\ntwo");
    assert_snapshot!(run(&folder, "sub/a.py --stdin in.txt --env TEA=green=1 -- -x --strong 2"), @"");
    let mut piped = command(&folder, &["sub/a.py", "--stdin", "-", "--env", "TEA=x"]);
    piped.arg("--quiet");
    assert_snapshot!(steady(&shown(&folder, &feed(piped, b"three\nfour"))), @"");
}

#[test]
fn a_program_comes_through_standard_input() {
    let folder = TempFolder::new().file("near.py", "x = 5\n");
    assert_snapshot!(steady(&shown(&folder, &feed(command(&folder, &["-"]), b"import near\nprint(near.x)\n1/0\n"))), @"");
}

#[test]
fn a_failure_shows_the_traceback_and_passes_the_code_on() {
    let folder = TempFolder::new()
        .file("fail.py", "def worker():\n    raise ValueError('no tea')\n\nworker()\n")
        .file("exit.py", "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(3)\n")
        .file("broken.py", "def (:\n");
    assert_snapshot!(run(&folder, "fail.py"), @"");
    assert_snapshot!(run(&folder, "exit.py"), @"");
    assert_snapshot!(run(&folder, "broken.py --python 3.12"), @"");
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
        "wall.py --timeout 500ms",
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
    assert_snapshot!(all, @"");
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
    assert_snapshot!(format!("exit {code}\n{report:#}"), @"");
}

#[test]
fn output_comes_while_the_program_runs_and_in_its_order() {
    let source = "import sys, time\nfor n in range(3):\n    print('out', n)\n    print('err', n, file=sys.stderr)\n\
                  print('waiting')\ntime.sleep(30)\n";
    let folder = TempFolder::new().file("a.py", source);
    let mut child = command(&folder, &["a.py", "--timeout", "20s"])
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
    assert_snapshot!(steady(&said), @"");

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
    let source = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('deaf', flush=True)\nwhile True:\n    pass\n";
    let folder = TempFolder::new().file("a.py", source);
    let mut child = command(&folder, &["a.py", "--timeout", "60s"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("etude runs");
    child.stdout.as_mut().expect("a pipe").read_exact(&mut [0; 5]).expect("some output");
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).expect("it is there");
    let output = child.wait_with_output().expect("etude ends");
    assert_snapshot!(steady(&shown(&folder, &output)), @"");
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
    assert_snapshot!(shown(&folder, &child.wait_with_output().expect("etude ends")), @"");
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
    assert_snapshot!(run(&folder, "app/main.py"), @"");
}

#[test]
fn only_files_that_are_named_are_seen() {
    let folder = TempFolder::new()
        .file("a.py", "print(open('data.csv').read().strip(), open('more/b.txt').read())\n")
        .file("data.csv", "1,2\n")
        .file("more/b.txt", "b");
    assert_snapshot!(run(&folder, "a.py"), @"");
    assert_snapshot!(run(&folder, "a.py --file data.csv --file more"), @"");
    assert_snapshot!(run(&folder, "a.py --file gone.csv"), @"");
}

#[test]
fn what_a_program_leaves_is_kept_only_where_it_was_asked_for() {
    let source = "import os\nos.makedirs('sub')\nopen('sub/a.txt', 'w').write('a')\nos.symlink('/etc/passwd', 'link')\n\
                  open('odd\\x1b[31m', 'w').close()\nopen('b.py', 'w').close()\n";
    let folder = TempFolder::new().file("make.py", source);
    assert_snapshot!(run(&folder, "make.py"), @"");
    assert_eq!(folder.tree(), "make.py\n");
    assert_snapshot!(run(&folder, "make.py --keep left"), @"");
    assert_snapshot!(folder.tree(), @"");
    assert_snapshot!(run(&folder, "make.py --keep left"), @"");
}

#[test]
fn any_program_runs_in_a_copy_of_the_folder() {
    let folder = TempFolder::new()
        .file(".gitignore", "*.log\n")
        .file(".env", "SECRET=1")
        .file("x.log", "x")
        .file("lib/words.txt", "tea\n")
        .file("build.sh", "ls -A; cat lib/words.txt; echo done > out.txt; cat $1; exit 4\n");
    assert_snapshot!(run(&folder, "--exec -- sh build.sh out.txt"), @"");
    assert!(!folder.join("out.txt").exists());
    assert_snapshot!(run(&folder, "--exec -- no-such-program"), @"");
    assert_snapshot!(run(&folder, "--exec"), @"");
    assert_snapshot!(run(&folder, "--exec --disk 10 -- ls"), @"");
}

#[test]
fn a_refusal_names_the_option_that_allows_it() {
    let folder = TempFolder::new()
        .file("spawn.py", "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)'])\n")
        .file("tool.py", "import subprocess\nsubprocess.run(['/bin/echo', 'hi'])\n")
        .file("listen.py", "import socket\nsocket.create_server(('127.0.0.1', 0))\nprint('listening')\n");
    assert_snapshot!(run(&folder, "spawn.py --python 3.12"), @"");
    assert_snapshot!(run(&folder, "spawn.py --allow process"), @"");
    assert_snapshot!(run(&folder, "tool.py --python 3.12 --allow process"), @"");
    assert_snapshot!(run(&folder, "tool.py --allow process,shell"), @"");
    assert_snapshot!(run(&folder, "listen.py --python 3.12"), @"");
    assert_snapshot!(run(&folder, "listen.py --allow server"), @"");
    assert_snapshot!(run(&folder, "listen.py --allow internet"), @"");
}

#[test]
fn an_unknown_import_says_what_to_add() {
    let folder = TempFolder::new()
        .file("web.py", "import httpx\n")
        .file("yml.py", "import yaml, bs4\n")
        .file("forged.py", "raise ModuleNotFoundError(\"No module named 'evil'\")\n")
        .file("course/course.toml", "title = \"Tea\"\npackages = []\n")
        .file("course/web.py", "import yaml\n");
    assert_snapshot!(run(&folder, "web.py"), @"");
    assert_snapshot!(run(&folder, "yml.py"), @"");
    assert_snapshot!(run(&folder, "forged.py"), @"");
    assert_snapshot!(run(&folder, "course/web.py"), @"");
}

#[test]
fn the_python_version_is_the_one_asked_for() {
    let folder = TempFolder::new()
        .file("v.py", "import sys\nprint(sys.version_info[:2])\n")
        .file("course/course.toml", "title = \"Tea\"\npython = \"3.11\"\n")
        .file("course/v.py", "import sys\nprint(sys.version_info[:2])\n");
    assert_snapshot!(run(&folder, "v.py --python 3.7"), @"");
    assert_snapshot!(run(&folder, "v.py --python banana"), @"");
    for version in ["3.8", "3.10", "3.12"] {
        let output = command(&folder, &["v.py", "--python", version]).output().expect("etude runs");
        if output.status.code() == Some(125) {
            // Loud, so that nobody takes it for a pass.
            let _ = writeln!(std::io::stderr(), "SKIPPED: {}", String::from_utf8_lossy(&output.stderr));
            continue;
        }
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("({})\n", version.replace('.', ", ")));
    }
    let output = command(&folder, &["course/v.py"]).output().expect("etude runs");
    if output.status.code() != Some(125) {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "(3, 11)\n");
    }
}

#[test]
fn what_is_no_python_program_is_refused_with_the_way_that_leads_on() {
    let folder = TempFolder::new()
        .file("lesson.md", "# Tea\n")
        .file("book.ipynb", "{}")
        .file("data.bin", [0, 1, 2])
        .file("latin.py", b"x = 1\ny = '\xe9'\n")
        .file("declared.py", b"# -*- coding: latin-1 -*-\nprint('\xe9')\n")
        .file("hello.py", "")
        .file("bad/course.toml", "tilte = 1\n")
        .file("bad/a.py", "");
    let arguments = ["lesson.md", "book.ipynb", "data.bin", "latin.py", "declared.py", ".", "helo.py", "bad/a.py", ""];
    let all: String = arguments.iter().map(|words| format!("$ etude run {words}\n{}", run(&folder, words))).collect();
    assert_snapshot!(all, @"");
}

/// On a terminal colours pass; all else a program could do to the terminal is only shown.
#[test]
fn a_terminal_sees_nothing_it_would_act_on() {
    let source = "import sys\nprint('\\x1b[31mred\\x1b[0m \\x1b[2J\\x1b]0;title\\x07 tab\\tend\\r\\n', end='')\nprint('no newline', end='')\n";
    let folder = TempFolder::new().file("a.py", source);
    assert_eq!(
        on_terminal(command(&folder, &["a.py", "--quiet"])),
        "␛[31mred".replace('␛', "\u{1b}") + "\u{1b}[0m ␛[2J␛]0;title␇ tab\tend\r\nno newline\u{1b}[0m\r\n"
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
