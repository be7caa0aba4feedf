//! What a traced run tells, and that the program does not notice.

use crate::support::{environment, environments, reduced, run, shared};
use etude_sandbox::{Clock, Environment, Job, Outcome, Profile, RelativePath, Transcript};
use etude_trace::events::HARD_CAP;
use etude_trace::{Ending, Note, Timeline, Trace, findings};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

fn job(environment: &Environment, source: &str) -> Job {
    let mut job = Job::python(environment.clone(), RelativePath::new("main.py").expect("a good path"), source);
    (job.clock, job.trace) = (Clock::Virtual, true);
    job
}

fn trace(transcript: &Transcript) -> Trace {
    Trace::decode(transcript.events.as_ref().expect("it was traced"))
}

fn ending(transcript: &Transcript) -> Ending {
    match (transcript.outcome, transcript.exit) {
        (Outcome::Deadlock, _) => Ending::Deadlock,
        (_, None) => Ending::Stopped,
        _ => Ending::Exited,
    }
}

fn codes(transcript: &Transcript, source: &str) -> Vec<&'static str> {
    let found =
        findings::findings(&trace(transcript), ending(transcript), &|file| (file == "main.py").then_some(source));
    let mut codes: Vec<_> = found.iter().map(|finding| finding.code).collect();
    codes.dedup();
    codes
}

/// How many records of an op there are, or of all.
fn records(transcript: &Transcript, op: &str) -> usize {
    let events = text(transcript.events.as_ref().expect("it was traced"));
    events.lines().filter(|line| !line.starts_with('[') && line.starts_with(op)).count()
}

/// The programs that `etude-trace` has recordings of.
fn programs(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trace/tests").join(folder);
    let entries = root.read_dir().expect("the programs are there").map(|entry| entry.expect("readable").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|it| it == "py")).collect();
    files.sort();
    assert!(!files.is_empty(), "{}", root.display());
    files
}

/// The one under which a program is the same whatever else the machine does, unless it computes.
fn clock_for(program: &Path) -> Clock {
    let computes =
        program.ends_with("cpu.py") || program.parent().is_some_and(|folder| folder.ends_with("cpu-in-threads"));
    if computes { Clock::Virtual } else { Clock::Steady }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a program can be read")
}

/// Every Python here finds in each program what its folder says. A recording was of one version, and of one moment.
#[test]
fn every_python_gives_each_program_its_findings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trace/tests/findings");
    let mut folders: Vec<_> =
        root.read_dir().expect("there").map(|entry| entry.expect("readable").file_name()).collect();
    folders.sort();
    let folders: Vec<&str> = folders.iter().map(|folder| folder.to_str().expect("a name")).collect();
    let work: Vec<_> = environments().iter().flat_map(|one| folders.iter().map(move |folder| (one, *folder))).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((environment, folder)) = work.get(next.fetch_add(1, Relaxed)) {
                    wrong.lock().expect("no panic").extend(unlike(environment, folder));
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The programs of a folder whose findings are not the folder's.
fn unlike(environment: &Environment, folder: &str) -> Vec<String> {
    let expected: &[&str] = if folder == "none" { &[] } else { &[folder] };
    let programs = programs(&format!("findings/{folder}")).into_iter().filter_map(|path| {
        let source = read(&path);
        let mut job = job(environment, &source);
        job.profile = if reduced() { Profile::Python } else { Profile::Shell };
        job.clock = clock_for(&path);
        let found = codes(&run(&job), &source);
        // That threads gained nothing is measured, which a machine with other work makes impossible.
        let is_right = found == expected || (folder == "cpu-in-threads" && found.is_empty());
        (!is_right).then(|| format!("{} {folder} {}: {found:?}", environment.version(), path.display()))
    });
    programs.collect()
}

/// The same bytes in the same order with and without, whatever a program looks at.
#[test]
fn a_program_does_not_notice() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/unseen");
    for environment in environments() {
        for entry in folder.read_dir().expect("the programs are there") {
            let path = entry.expect("readable").path();
            let source = read(&path);
            let mut traced = job(environment, &source);
            traced.clock = Clock::Steady;
            traced.profile = if reduced() { Profile::Python } else { Profile::Process };
            let mut plain = traced.clone();
            plain.trace = false;
            // A busy machine makes it compute for too long for that clock, and with the other no two runs are equal.
            let pairs = (0..10).map(|_| (run(&traced), run(&plain)));
            let mut fit = pairs.filter(|(with, without)| !with.repeated && !without.repeated);
            let (with, without) = fit.next().expect("a run that is not repeated");
            let what = format!("{} {}", environment.version(), path.display());
            assert_eq!(with.stdout(), without.stdout(), "{what}");
            assert_eq!(masked(&with.stderr()), masked(&without.stderr()), "{what}");
            assert_eq!((with.outcome, with.exit), (without.outcome, without.exit), "{what}");
            assert!(without.events.is_none());
            assert!(records(&with, "Step") > 20, "{what}: {:?}", trace(&with).notes);
        }
    }
}

/// Without the addresses of objects.
fn masked(text: &str) -> String {
    let mut parts = text.split("0x");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + "@" + part.trim_start_matches(|character: char| character.is_ascii_hexdigit()))
}

#[test]
fn a_run_that_is_stopped_has_told_what_it_was_at() {
    let source = "import asyncio\nasync def main():\n    await asyncio.sleep(0.1)\n    while True:\n        pass\nasyncio.run(main())\n";
    let mut job = job(&environment(), source);
    job.limits.wall = Duration::from_millis(800);
    let transcript = run(&job);
    assert_eq!(transcript.outcome, Outcome::Timeout, "{:?}", transcript.cause);
    assert!(!trace(&transcript).complete);
    assert!(records(&transcript, "Sample") > 3);
    let timeline = Timeline::new(&trace(&transcript), Ending::Stopped);
    assert!(timeline.lanes.iter().any(|lane| lane.label == "main"), "{:?}", timeline.lanes);
}

#[test]
fn a_flood_is_thinned_out_and_says_so() {
    let source = "import asyncio\nasync def spin():\n    for _ in range(300):\n        await asyncio.sleep(0)\nasync def main():\n    await asyncio.gather(*(spin() for _ in range(2000)))\nasyncio.run(main())\n";
    let transcript = run(&job(&environment(), source));
    assert_eq!(transcript.outcome, Outcome::Ok, "{}", transcript.stderr());
    let trace = trace(&transcript);
    let dropped = trace.notes.iter().find_map(|note| match note {
        Note::Flood { dropped, .. } => Some(*dropped),
        _ => None,
    });
    assert!(trace.complete && dropped.is_some_and(|dropped| dropped > 200_000), "{:?}", trace.notes);
    assert!(records(&transcript, "") <= HARD_CAP + 10_000);
}

#[test]
fn forks_of_a_program_add_nothing() {
    if reduced() {
        return;
    }
    let source = "import asyncio, os\nasync def child():\n    await asyncio.sleep(0)\n    print('child')\nif os.fork() == 0:\n    asyncio.run(child())\n    os._exit(0)\nos.wait()\nprint('parent')\n";
    let transcript = run(&job(&environment(), source));
    assert_eq!(transcript.stdout(), "child\nparent\n");
    assert_eq!((records(&transcript, "Created"), records(&transcript, "Print")), (0, 1));
}

/// What the library remembers of the folder it was imported in is that of the program, not of the warm interpreter.
#[test]
fn processes_that_are_spawned_find_their_program() {
    if reduced() {
        return;
    }
    let source = "import multiprocessing\ndef child():\n    print('child', flush=True)\nif __name__ == '__main__':\n    multiprocessing.set_start_method('spawn')\n    process = multiprocessing.Process(target=child)\n    process.start()\n    process.join()\n    print(process.exitcode)\n";
    for environment in environments() {
        let mut job = job(environment, source);
        job.profile = Profile::Process;
        let transcript = run(&job);
        assert_eq!(transcript.stdout(), "child\n0\n", "{} {}", environment.version(), transcript.stderr());
    }
}

#[test]
fn only_what_can_be_imported_shadows_a_library() {
    let mut job = job(&environment(), "import asyncio\nasyncio.run(asyncio.sleep(0))\n");
    job.files = vec![(RelativePath::new("queue.old.py").expect("a good path"), b"mine = 1\n".to_vec())];
    assert_eq!(trace(&run(&job)).notes, []);
}

/// Of modules that asyncio needs, the ones beside the program win, as they do without being traced.
#[test]
fn a_shadowed_library_is_not_watched_and_says_so() {
    let mut job = job(&environment(), "import queue\nprint(queue.mine)\n");
    job.files = vec![(RelativePath::new("queue.py").expect("a good path"), b"mine = 1\n".to_vec())];
    let transcript = run(&job);
    assert_eq!(transcript.stdout(), "1\n", "{}", transcript.stderr());
    assert!(format!("{:?}", trace(&transcript).notes).contains("beside the program"), "{:?}", trace(&transcript).notes);
}

/// With `ETUDE_RECORD=1`: writes anew what the tests of `etude-trace` read, from runs of its programs.
#[test]
#[ignore = "writes into the source tree"]
fn record() {
    assert!(std::env::var_os("ETUDE_RECORD").is_some(), "set ETUDE_RECORD=1 to overwrite the recordings");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trace/tests");
    let folders = root.join("findings").read_dir().expect("there").map(|entry| entry.expect("readable").file_name());
    let folders = folders.map(|name| format!("findings/{}", name.to_str().expect("a name")));
    for folder in folders.chain(["order".into(), "drawings".into()]) {
        for path in programs(&folder) {
            let mut job = job(&environment(), &read(&path));
            (job.profile, job.clock) = (Profile::Shell, clock_for(&path));
            let python = job.environment.interpreter.executable.display().to_string();
            let events = shared().run(&job, &mut |_| ()).expect("the run starts").events.expect("it was traced");
            std::fs::write(path.with_extension("events"), text(&events).replace(&python, "/usr/bin/python3"))
                .expect("written");
        }
    }
}

/// A stream as the tests of `etude-trace` have it: a line for each entry and record.
fn text(mut stream: &[u8]) -> String {
    let mut lines = String::new();
    while let Some((head, rest)) = stream.split_first_chunk::<5>() {
        let [kind, length @ ..] = *head;
        let (payload, rest) = rest.split_at(u32::from_le_bytes(length) as usize);
        stream = rest;
        if kind == b'T' {
            let entries: Vec<serde_json::Value> = serde_json::from_slice(payload).expect("JSON");
            for entry in entries {
                let entry = entry.to_string();
                // No folder of one machine.
                lines += &match (entry.find("\"/"), entry.find("lib/python3")) {
                    (Some(from), Some(to)) if to > from => {
                        let version = entry[to..]
                            .find('/')
                            .and_then(|at| entry[to + at + 1..].find('/').map(|next| to + at + 1 + next));
                        format!("{}lib{}", &entry[..=from], &entry[version.unwrap_or(to)..])
                    }
                    _ => entry,
                };
                lines.push('\n');
            }
        }
        for record in payload.chunks_exact(40).filter(|_| kind == b'E') {
            let record = etude_trace::events::Record::read(record.try_into().expect("forty bytes")).expect("an op");
            let numbers = [record.task, record.site, record.a, record.b, record.c, i32::from(record.kept)];
            let used = numbers.iter().rposition(|number| *number != 0).map_or(0, |at| at + 1);
            let numbers: String = numbers[..used].iter().map(|number| format!(" {number}")).collect();
            lines += &format!("{:?} {} {}{numbers}\n", record.op, record.time, record.amount);
        }
    }
    lines
}
