//! A program with a judge beside it: they talk, they wait in one time, and the one cannot reach the other.

use crate::support::{job, reduced, run, start};
use etude_sandbox::{Clock, Judge, Outcome, RelativePath, Transcript};
use std::time::Duration;

const LEARNER: &str = "import socket, time, os, asyncio\nlink = socket.socket(fileno=3)\n";
const JUDGE: &str = "import socket, time, os\nlink = socket.socket(fileno=3)\n";

/// None where a judge cannot be had.
fn judged(learner: &str, judge: &str) -> Option<Transcript> {
    if reduced() {
        return None;
    }
    let path = |name: &str| RelativePath::new(name).expect("a path");
    let mut job = job(&format!("{LEARNER}{learner}"));
    job.clock = Clock::Virtual;
    job.limits.wall = Duration::from_secs(20);
    job.judge = Some(Judge {
        path: path("judge.py"),
        source: format!("{JUDGE}{judge}").into_bytes(),
        files: vec![(path("secret.txt"), b"the key".to_vec())],
    });
    Some(run(&job))
}

#[test]
fn modules_of_an_environment_are_there_and_hashes_can_be_fixed() {
    let hash = || {
        let mut job = job("import own\nprint(own.double(21), hash('text'))");
        job.environment = job.environment.with_modules(&[("own", "def double(x): return 2 * x")]).with_fixed_hashes();
        start(&[], 1).run(&job, &mut |_| ()).expect("it runs").stdout()
    };
    if !reduced() {
        let first = hash();
        assert!(first.starts_with("42 "), "{first}");
        assert_eq!(first, hash());
    }
}

#[test]
fn they_talk_and_the_end_of_the_judge_is_the_end() {
    let Some(transcript) = judged(
        "print('noise', flush=True)\nlink.sendall(link.recv(9).upper())\nwhile True: time.sleep(1000)",
        "link.sendall(b'hello')\nprint(link.recv(9).decode())",
    ) else {
        return;
    };
    assert_eq!((transcript.stdout(), transcript.stderr()), ("HELLO\n".into(), "noise\n".into()));
    assert_eq!((transcript.outcome, transcript.exit, transcript.judge), (Outcome::Ok, None, Some(0)));
}

#[test]
fn they_live_in_one_time() {
    let Some(transcript) = judged(
        "link.recv(1)\nasyncio.run(asyncio.sleep(3000))\nlink.send(b'x')\nlink.recv(1)",
        "begun = time.monotonic()\nlink.send(b'x')\nlink.recv(1)\nprint(round(time.monotonic() - begun))",
    ) else {
        return;
    };
    assert_eq!(transcript.stdout(), "3000\n");
    assert!(transcript.wall < Duration::from_secs(5), "{:?}", transcript.wall);
}

#[test]
fn a_deadlock_is_one_only_when_both_wait() {
    let Some(busy) =
        judged("link.recv(1)\nprint('end')", "sum(range(3_000_000))\nlink.send(b'x')\nlink.recv(1)\nprint('judged')")
    else {
        return;
    };
    assert_eq!((busy.outcome, busy.stdout().as_str()), (Outcome::Ok, "judged\n"));
    let Some(stuck) = judged("import threading\nthreading.Event().wait()", "print('waits', flush=True)\nlink.recv(1)")
    else {
        return;
    };
    assert_eq!((stuck.outcome, stuck.judge, stuck.stdout().as_str()), (Outcome::Deadlock, None, "waits\n"));
    let told: Vec<_> = stuck.waiting.iter().map(|waiting| waiting.waits_for.as_str()).collect();
    assert!(told.contains(&"an event to be set"), "{:?}", stuck.waiting);
    assert!(stuck.wall < Duration::from_secs(2), "{:?}", stuck.wall);
}

#[test]
fn a_learner_that_ends_first_is_told_of() {
    let Some(transcript) = judged("os._exit(7)", "print(link.recv(1))") else { return };
    assert_eq!((transcript.exit, transcript.judge, transcript.stdout().as_str()), (Some(7), Some(0), "b''\n"));
}

#[test]
fn limits_hold_for_each() {
    let Some(learner) = judged("import gc\nx = bytearray(2 << 30)", "print(link.recv(1))") else { return };
    assert_eq!((learner.outcome, learner.judge, learner.stdout().as_str()), (Outcome::Memory, Some(0), "b''\n"));
    let Some(judge) = judged("link.recv(1)", "x = bytearray(2 << 30)") else { return };
    assert_eq!((judge.outcome, judge.judge), (Outcome::Ok, Some(1)));
}

#[test]
fn the_judge_is_out_of_reach() {
    let learner = r#"
import signal
told = []
for root, _, names in os.walk('/'):
    told += [os.path.join(root, name) for name in names if name in ('secret.txt', 'judge.py')]
for place in ('secret.txt', '../work/secret.txt', '/proc/2/root/sandbox/work/secret.txt', '/proc/2/cwd/secret.txt'):
    try:
        told.append(open(place).read())
    except OSError:
        pass
for pid in [-1] + list(range(2, 60)):
    try:
        if pid != os.getpid():
            os.kill(pid, signal.SIGSTOP if pid == -1 else signal.SIGKILL)
            told.append('signalled %d' % pid)
    except OSError:
        pass
for fd in range(1, 64):
    try:
        if fd != 3:
            os.write(fd, b'forged\n')
    except OSError:
        pass
link.sendall(repr(told).encode())
link.recv(1)
"#;
    let Some(transcript) =
        judged(learner, "print(link.recv(9000).decode())\nprint(open('secret.txt').read(), os.getcwd())")
    else {
        return;
    };
    let out = transcript.stdout();
    assert!(out.ends_with("the key /sandbox/work\n"), "{out}\n{}", transcript.stderr());
    assert!(!out.contains("forged") && !out.contains("secret") && !out.contains("key'"), "{out}");
    assert!(!out.contains("signalled") || out.starts_with("['signalled -1']"), "{out}");
    assert_eq!(transcript.judge, Some(0));
}
