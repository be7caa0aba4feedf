//! Nothing stays behind: not after many runs, not when the supervisor is killed.

use crate::support::{avoided, environment, job, reduced, start};
use etude_sandbox::{Outcome, Sandbox};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[derive(PartialEq, Eq, Debug)]
struct State {
    descriptors: usize,
    children: BTreeSet<u32>,
    mounts: usize,
    groups: BTreeSet<String>,
    temporary: BTreeSet<String>,
}

fn state() -> State {
    let own = std::process::id();
    let names = |folder: &str, prefix: &str| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with(prefix))
            .collect::<BTreeSet<_>>()
    };
    let mut groups = BTreeSet::new();
    for line in std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default().lines() {
        if line.contains(" - cgroup") {
            let point = line.split(' ').nth(4).unwrap_or_default();
            groups.extend(names(point, &format!("etude-{own}-")));
        }
    }
    let mut children = BTreeSet::new();
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let list = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        children.extend(list.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
    }
    State {
        descriptors: std::fs::read_dir("/proc/self/fd").into_iter().flatten().count(),
        children,
        mounts: std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default().lines().count(),
        groups,
        temporary: names(&std::env::temp_dir().display().to_string(), &format!("etude-sandbox-{own}-")),
    }
}

fn many(sandbox: &Sandbox, count: usize) {
    for number in 0..count {
        let mut job = job(match number % 5 {
            0 => "print('hi')",
            1 => "open('left', 'w').write('x'); 1/0",
            2 if reduced() => "import os; os.setsid()",
            2 => "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)",
            3 => "import os; os.close(1); os.close(2); os.closerange(0, 100)",
            _ => "while True: pass",
        });
        if number % 5 == 4 {
            job.limits.wall = Duration::from_millis(20);
        }
        job.keep = number % 2 == 0;
        let transcript = sandbox.run(&job, &mut |_| ()).expect("the run starts");
        assert!(!matches!(transcript.outcome, Outcome::Memory | Outcome::Disk), "{transcript:?}");
    }
}

/// In a process of its own, because other tests of this one open descriptors at the same time.
#[test]
fn after_many_runs_nothing_is_left() {
    let count = std::env::var("ETUDE_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(1000);
    if std::env::var_os("ETUDE_ALONE").is_none() {
        let output = Command::new(std::env::current_exe().expect("a test has a path"))
            .args(["--exact", "leaks::after_many_runs_nothing_is_left", "--nocapture"])
            .env("ETUDE_ALONE", "1")
            .output()
            .expect("the test can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    environment();
    let before = state();
    let sandbox = start(&avoided(), 1);
    many(&sandbox, 10);
    let warm = state();
    many(&sandbox, count);
    let after = state();
    assert_eq!(warm, after);
    drop(sandbox);
    assert_eq!(before, state());
}

/// The supervisor that `a_killed_supervisor_leaves_nobody` kills; does nothing as a test.
#[test]
fn supervise_until_killed() {
    let Ok(mark) = std::env::var("ETUDE_MARK") else { return };
    let sandbox = start(&avoided(), 1);
    let mut job = job(&format!(
        "import os, time\nprint('{mark}', flush=True)\nfor _ in range(3):\n    if os.fork() == 0: break\nwhile True: time.sleep(0.001)"
    ));
    if reduced() {
        job = self::job(&format!("import time\nprint('{mark}', flush=True)\nwhile True: time.sleep(0.001)"));
    }
    job.limits.wall = Duration::from_secs(60);
    let write = |write: &etude_sandbox::Write| {
        use std::io::Write;
        std::io::stdout().write_all(&write.bytes).and_then(|()| std::io::stdout().flush()).expect("the parent listens");
    };
    sandbox.run(&job, &mut { write }).expect("the run starts");
}

#[test]
fn a_killed_supervisor_leaves_nobody() {
    let loops = std::env::var("ETUDE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    for number in 0..loops {
        let mark = format!("mark-{}-{number}", std::process::id());
        let mut supervisor = Command::new(std::env::current_exe().expect("a test has a path"))
            .args(["--exact", "leaks::supervise_until_killed", "--nocapture"])
            .env("ETUDE_MARK", &mark)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the supervisor starts");
        let mut output = BufReader::new(supervisor.stdout.take().expect("a pipe was asked for"));
        // Half of them while the run goes on, the others at some moment of the preparation.
        if number % 2 == 0 {
            let mut line = String::new();
            while !line.contains(&mark) {
                line.clear();
                assert!(output.read_line(&mut line).expect("the pipe can be read") > 0, "the run never started");
            }
        } else {
            std::thread::sleep(Duration::from_millis(40 + number * 17 % 400));
        }
        let group = descendants(supervisor.id());
        supervisor.kill().expect("it can be killed");
        supervisor.wait().expect("it can be waited for");
        let end = Instant::now() + Duration::from_secs(5);
        // The supervisor was the only reader but the guests were writers: the end of the pipe is the end of them all.
        while group.iter().any(|(pid, started)| alive((*pid, started))) {
            assert!(Instant::now() < end, "still alive: {group:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
        output.read_to_end(&mut Vec::new()).expect("the pipe ends");
    }
}

/// Process and start time, so that a number used again is not mistaken for it.
fn descendants(pid: u32) -> Vec<(u32, String)> {
    let mut found = vec![pid];
    let mut at = 0;
    while at < found.len() {
        for task in std::fs::read_dir(format!("/proc/{}/task", found[at])).into_iter().flatten().flatten() {
            let list = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
            found.extend(list.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        }
        at += 1;
    }
    found.into_iter().skip(1).map(|pid| (pid, start_time(pid))).collect()
}

fn start_time(pid: u32) -> String {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(") ").map(|(_, fields)| fields).unwrap_or_default();
    let mut fields = fields.split(' ');
    if fields.next() == Some("Z") { String::new() } else { fields.nth(18).unwrap_or_default().into() }
}

fn alive((pid, started): (u32, impl AsRef<str>)) -> bool {
    !started.as_ref().is_empty() && start_time(pid) == started.as_ref()
}
