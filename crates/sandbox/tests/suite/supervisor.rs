//! Attacks on the supervisor itself: on what it reads from a run, and on what it does for one.

use crate::support::{environment, job, reduced, run, start};
use etude_sandbox::{Job, Outcome, RelativePath};
use std::time::{Duration, Instant};

/// Everything a work folder can hold that is no plain file with a plain name.
const ODD_FOLDER: &str = r#"
import os, socket
def attempt(what, *arguments):
    try:
        what(*arguments)
    except (OSError, ValueError):
        pass
for number, target in enumerate(["/etc/passwd", "/proc/1/root/etc/passwd", "/proc/self/mem", "/", "..", ".", "loop", "main.py"]):
    attempt(os.symlink, target, f"link{number}")
attempt(os.symlink, "loop", "loop")
attempt(os.link, "/etc/passwd", "hard")
attempt(os.link, "main.py", "own-hard")
attempt(os.mkfifo, "fifo")
attempt(lambda: socket.socket(socket.AF_UNIX).bind("socket"))
for name in [b"new\nline", b"\xff\xfe", b"back\\slash", b"...", b" ", b"-rf", b"\x1b[31m", b"a" * 255]:
    open(name, "wb").write(b"odd")
os.mkdir("closed"); open("closed/in", "w").write("in"); attempt(os.chmod, "closed", 0)
open("unreadable", "w").write("u"); attempt(os.chmod, "unreadable", 0)
with open("sparse", "wb") as sparse:
    sparse.truncate(8 << 20)
deep = os.open(".", os.O_RDONLY)
for _ in range(60):
    os.mkdir("d", dir_fd=deep); deep = os.open("d", os.O_RDONLY, dir_fd=deep)
os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=deep))
os.symlink("/etc", "etc"); os.mkdir("swapped"); open("swapped/passwd", "w").write("mine")
os.rename("swapped", "kept"); os.rename("etc", "swapped")
"#;

#[test]
fn a_kept_folder_brings_plain_files_only() {
    let mut job = job(ODD_FOLDER);
    (job.keep, job.limits.disk, job.limits.descriptors) = (true, 16 << 20, 256);
    let transcript = run(&job);
    assert_eq!(transcript.outcome, Outcome::Ok, "{}", transcript.stderr());
    let names: Vec<&str> = transcript.files.iter().map(|(path, _)| path.as_str()).collect();
    let expected = [
        "main.py",
        "own-hard",
        "new\nline",
        "back\\slash",
        "...",
        " ",
        "-rf",
        "closed/in",
        "unreadable",
        "kept/passwd",
    ];
    for name in expected {
        assert!(names.contains(&name), "{name:?} is missing in {names:?}");
    }
    for name in &names {
        let strange = ["link", "loop", "hard", "fifo", "socket", "etc", "swapped"];
        assert!(!strange.iter().any(|start| name.starts_with(start)), "{name:?}");
        assert!(RelativePath::new(*name).is_ok(), "{name:?}");
    }
    let total: usize = transcript.files.iter().map(|(_, content)| content.len()).sum();
    assert!(total <= 16 << 20, "{total}");
    for (path, content) in &transcript.files {
        assert!(!content.windows(5).any(|window| window == b"root:"), "{path} is the host's");
    }
}

/// A run may hold up its end of every pipe and socket; others go on, and it ends when its time is over.
#[test]
fn a_run_that_never_listens_holds_up_nobody() {
    if reduced() {
        return;
    }
    let sandbox = start(&[], 2);
    let mut deaf = Job::python(
        environment(),
        RelativePath::new("main.py").expect("a good path"),
        "import os, signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n\
         for _ in range(5):\n    os.fork()\nos.close(0)\nos.kill(os.getpid(), signal.SIGSTOP)\nwhile True: time.sleep(1)",
    );
    deaf.stdin = vec![b'x'; 4 << 20];
    deaf.limits.wall = Duration::from_secs(1);
    std::thread::scope(|scope| {
        let stuck = scope.spawn(|| sandbox.run(&deaf, &mut |_| ()).expect("the run starts"));
        std::thread::sleep(Duration::from_millis(200));
        let before = Instant::now();
        for _ in 0..5 {
            let transcript = sandbox.run(&job("print('hi')"), &mut |_| ()).expect("the run starts");
            assert_eq!(transcript.stdout(), "hi\n");
        }
        assert!(before.elapsed() < Duration::from_secs(3), "{:?}", before.elapsed());
        let transcript = stuck.join().expect("no panic");
        assert_eq!(transcript.outcome, Outcome::Timeout);
        assert!(transcript.wall < Duration::from_secs(4), "{:?}", transcript.wall);
    });
}

#[test]
fn an_interrupted_run_keeps_what_it_wrote() {
    let sandbox = start(&crate::support::avoided(), 1);
    let mut job =
        job("import time\nprint('started', flush=True)\nopen('half', 'w').write('x')\nwhile True:\n    time.sleep(60)");
    job.keep = true;
    let transcript = sandbox.run(&job, &mut |_| sandbox.interrupt()).expect("the run starts");
    assert_eq!((transcript.outcome, transcript.exit), (Outcome::Killed, None));
    assert!(transcript.cause.as_deref().is_some_and(|cause| cause.starts_with("interrupted")), "{transcript:?}");
    assert_eq!(transcript.stdout(), "started\n");
    assert!(transcript.wall < Duration::from_secs(1), "{:?}", transcript.wall);
}

#[test]
fn a_job_too_large_is_refused_before_it_is_sent() {
    let mut job = job("");
    job.stdin = vec![0; (256 << 20) + 1];
    let error = crate::support::shared().run(&job, &mut |_| ()).expect_err("it is refused");
    assert!(error.to_string().starts_with("the job is too large: 26843"), "{error}");
}

/// More names in the work folder than are looked at in one go: the next run finds none of them.
#[test]
fn a_flood_of_files_leaves_the_slot_as_it_was() {
    let sandbox = start(&crate::support::avoided(), 1);
    let mut flood = job("import os\nfor n in range(25_000):\n    \
        os.close(os.open(f'{n}', os.O_CREAT | os.O_WRONLY))\nprint('made')");
    (flood.limits.files, flood.limits.wall, flood.limits.cpu) =
        (40_000, Duration::from_secs(30), Duration::from_secs(30));
    for _ in 0..2 {
        let transcript = sandbox.run(&flood, &mut |_| ()).expect("the run starts");
        assert_eq!((transcript.outcome, &*transcript.stdout()), (Outcome::Ok, "made\n"), "{}", transcript.stderr());
        let next = sandbox.run(&job("import os\nprint(os.listdir())"), &mut |_| ()).expect("the run starts");
        assert_eq!(next.stdout(), "['main.py']\n");
    }
}

#[test]
fn names_that_are_no_text_are_not_kept() {
    let mut job = job("import os\nfor name in (b'\\xff', b'\\xfe', b'result'):\n    open(name, 'w').write('x')");
    job.keep = true;
    let transcript = run(&job);
    let mut names: Vec<&str> = transcript.files.iter().map(|(path, _)| path.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["main.py", "result"], "{}", transcript.stderr());
}

/// The page that says how a run was prepared is not to be found any more by the program.
#[test]
fn a_program_cannot_pose_as_our_failure() {
    for step in [1, 8, 9, 10] {
        let source = include_str!("../attacks/poses_as_broken.py").replace("STEP = 9", &format!("STEP = {step}"));
        let transcript = run(&job(&source));
        assert!(transcript.stdout().starts_with("partial output\n"), "{transcript:?}");
    }
}
