//! How runs end: each limit, with what was written before and the reason.

use crate::support::{job, python, reduced, run};
use etude_sandbox::{Job, Outcome, RelativePath, Transcript};
use std::time::Duration;

/// A job with limits small enough for a test.
fn small(source: &str) -> Job {
    let mut job = job(source);
    job.limits.wall = Duration::from_secs(3);
    job.limits.memory = 96 << 20;
    job.limits.output = 64 << 10;
    job.limits.disk = 8 << 20;
    job.limits.file_size = 4 << 20;
    job.limits.files = 100;
    job.limits.processes = 12;
    job
}

fn ended(source: &str, outcome: Outcome) -> Transcript {
    let transcript = run(&small(source));
    let brief = Transcript { writes: Vec::new(), ..transcript.clone() };
    assert_eq!(transcript.outcome, outcome, "{brief:?}\n{}", transcript.stderr());
    transcript
}

#[test]
fn a_timeout_keeps_what_was_written_and_says_where_it_stopped() {
    let mut job =
        small("import time\n\ndef worker():\n    print('started')\n    while True:\n        pass\n\nworker()\n");
    job.limits.wall = Duration::from_millis(500);
    let transcript = run(&job);
    assert_eq!((transcript.outcome, transcript.exit), (Outcome::Timeout, None));
    assert_eq!(transcript.stdout(), "started\n");
    let cause = transcript.cause.unwrap_or_default();
    assert!(
        ["stopped after 0.5 s in `worker`, line 5: `while True:`", "stopped after 0.5 s in `worker`, line 6: `pass`"]
            .contains(&cause.as_str()),
        "{cause}"
    );
    assert!(transcript.wall < Duration::from_millis(800), "{:?}", transcript.wall);
}

#[test]
fn every_way_to_wait_for_ever_is_located() {
    for (source, line) in [
        ("import time\ntime.sleep(1000)", 2),
        ("import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()", 4),
        ("import asyncio\nasync def main():\n    await asyncio.sleep(1000)\nasyncio.run(main())", 4),
        ("import re\nre.match(r'(a+)+$', 'a' * 40 + 'b')", 2),
        ("x = 3 ** (10 ** 9)", 1),
        ("import os\nr, w = os.pipe()\nos.read(r, 1)", 3),
    ] {
        let mut job = small(source);
        job.limits.wall = Duration::from_millis(400);
        let transcript = run(&job);
        assert_eq!(transcript.outcome, Outcome::Timeout, "{source}");
        assert_eq!(transcript.stopped_at.map(|place| place.line), Some(line), "{source}");
    }
}

#[test]
fn a_program_that_ignores_signals_is_stopped_all_the_same() {
    let mut job = small(
        "import signal\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nprint('deaf')\nwhile True: pass",
    );
    job.limits.wall = Duration::from_millis(400);
    let transcript = run(&job);
    assert_eq!((transcript.outcome, transcript.stdout().as_str()), (Outcome::Timeout, "deaf\n"));
}

#[test]
fn cpu_time_is_limited_apart_from_wall_time() {
    let mut job = small("while True:\n    pass");
    (job.limits.cpu, job.limits.wall) = (Duration::from_secs(1), Duration::from_secs(20));
    let transcript = run(&job);
    assert_eq!(transcript.outcome, Outcome::Timeout);
    let cause = transcript.cause.unwrap_or_default();
    assert!(cause.starts_with("used 1 s of CPU time at line"), "{cause}");
}

#[test]
fn memory_is_limited() {
    let transcript = ended("x = []\nwhile True:\n    x.append(bytearray(8 << 20))", Outcome::Memory);
    assert_eq!(
        transcript.cause.as_deref(),
        Some("needed more than 96 MiB of memory at line 3: `x.append(bytearray(8 << 20))`")
    );
    ended("x = []\nwhile True:\n    x.append(b'x' * (1 << 20))", Outcome::Memory);
    let caught = ended("try:\n    x = bytearray(1 << 40)\nexcept MemoryError:\n    print('caught')", Outcome::Ok);
    assert_eq!(caught.stdout(), "caught\n");
}

#[test]
fn output_is_limited() {
    let transcript = ended("import sys\nwhile True:\n    print('A' * 1000)", Outcome::Output);
    assert_eq!(transcript.stdout().len(), 64 << 10);
    assert_eq!(transcript.cause.as_deref(), Some("output passed 64 KiB, stopped at line 3: `print('A' * 1000)`"));
    ended("import sys\nwhile True:\n    sys.stderr.write('A' * 1000)", Outcome::Output);
    ended("print('A' * 100_000)", Outcome::Output);
}

#[test]
fn the_disk_is_limited() {
    ended("open('big', 'wb').write(b'x' * (5 << 20))", Outcome::Disk);
    if reduced() {
        return;
    }
    ended("i = 0\nwhile True:\n    open(f'f{i}', 'wb').write(b'x' * (1 << 20))\n    i += 1", Outcome::Disk);
    ended("for i in range(1000):\n    open(f'f{i}', 'w').close()", Outcome::Disk);
}

#[test]
fn processes_and_threads_are_limited() {
    if reduced() {
        ended("import os\nos.fork()", Outcome::Failed);
        return;
    }
    ended("import os, time\nwhile True:\n    if os.fork() == 0:\n        time.sleep(60)", Outcome::Processes);
    ended(
        "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        Outcome::Processes,
    );
}

#[test]
fn a_crash_names_its_signal() {
    for (source, exit, cause) in [
        ("import os\nos.abort()", 134, "ended by SIGABRT"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", 137, "ended by SIGKILL"),
        ("import ctypes\nctypes.string_at(0)", 139, "ended by SIGSEGV"),
    ] {
        let transcript = ended(source, Outcome::Killed);
        assert_eq!((transcript.exit, transcript.cause.as_deref()), (Some(exit), Some(cause)), "{source}");
    }
}

#[test]
fn files_come_back_when_they_are_kept() {
    let mut job = small(
        "import os\nos.makedirs('out/deep')\nopen('out/deep/a.bin', 'wb').write(b'\\0' * 200_000)\nos.symlink('/etc/passwd', 'link')\nos.mkfifo('fifo')\nopen('b', 'w').close()",
    );
    job.keep = true;
    let transcript = run(&job);
    assert_eq!(transcript.outcome, Outcome::Ok, "{}", transcript.stderr());
    let files: Vec<(&str, usize)> =
        transcript.files.iter().map(|(path, content)| (path.as_str(), content.len())).collect();
    assert_eq!(files, [("b", 0), ("main.py", files[1].1), ("out/deep/a.bin", 200_000)]);
    let mut job = small("open('partial', 'w').write('half')\nwhile True: pass");
    (job.keep, job.limits.wall) = (true, Duration::from_millis(300));
    let transcript = run(&job);
    assert_eq!(transcript.outcome, Outcome::Timeout);
    assert!(
        transcript.files.contains(&(RelativePath::new("partial").expect("a good path"), b"half".to_vec())),
        "{:?}",
        transcript.files
    );
}

#[test]
fn usage_is_measured() {
    let transcript = python("x = b'x' * (60 << 20)\nsum(range(2_000_000))\n");
    assert!(transcript.peak_memory > 60 << 20, "{}", transcript.peak_memory);
    assert!(transcript.cpu > Duration::from_millis(10) && transcript.wall >= transcript.cpu / 2, "{transcript:?}");
}
