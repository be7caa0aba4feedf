//! The programs of `crates/clock/tests/programs`, each under the clocks it names; `README.md` there says what else its
//! header states.

use crate::support::{environment, reduced, shared};
use etude_sandbox::{Clock, Job, Profile, RelativePath, Transcript};
use std::path::PathBuf;
use std::time::Duration;

#[test]
fn programs_are_right_under_the_virtual_clock() {
    all(Clock::Virtual);
}

#[test]
fn programs_are_right_under_the_steady_clock() {
    all(Clock::Steady);
}

#[derive(Default)]
struct Header {
    clocks: Vec<Clock>,
    profile: Profile,
    packages: bool,
    files: Vec<String>,
    outcomes: Vec<String>,
    stdout: Vec<String>,
    /// Which may be the first line that waits; it is not the same in every Python.
    lines: Vec<u32>,
    waits: Vec<u32>,
    seeds: bool,
    terminal: bool,
    virtual_millis: Option<u64>,
    /// Whether it takes real time; `None`: it may.
    unmanaged: Option<bool>,
}

impl Header {
    fn read(source: &str) -> Header {
        let mut header = Header { unmanaged: Some(false), ..Header::default() };
        for line in source.lines().map_while(|line| line.strip_prefix('#')) {
            let Some((key, value)) = line.trim().split_once(": ") else { continue };
            let numbers =
                |value: &str| value.split(' ').map(|number| number.parse().expect("a line's number")).collect();
            match key {
                "clock" => header.clocks.extend(value.split(' ').filter_map(Clock::from_name)),
                "profile" => header.profile = Profile::from_name(value).expect("a profile's name"),
                "packages" => header.packages = true,
                "file" => header.files.push(value.into()),
                "outcome" => header.outcomes.extend(value.split(' ').map(String::from)),
                "stdout" => header.stdout.push(value.into()),
                "line" => header.lines = numbers(value),
                "waits" => header.waits = numbers(value),
                "seed" => header.seeds = true,
                "terminal" => header.terminal = true,
                "unmanaged" => header.unmanaged = (value == "yes").then_some(true),
                // How often, where nothing in the environment says otherwise.
                "count" => {}
                "limit" => {
                    let number = value.strip_prefix("virtual_ms ").expect("the only limit");
                    header.virtual_millis = Some(number.parse().expect("milliseconds"));
                }
                other => panic!("no header is called `{other}`"),
            }
        }
        header
    }

    /// What is wrong with a run, if anything.
    fn fault(&self, transcript: &Transcript, clock: Clock) -> Option<String> {
        let stdout = transcript.stdout();
        let expected = if self.outcomes.is_empty() { vec!["ok".to_string()] } else { self.outcomes.clone() };
        if !expected.iter().any(|name| name == transcript.outcome.name()) {
            return Some(format!("expected {expected:?}"));
        }
        if !self.stdout.is_empty() && !stdout.lines().eq(self.stdout.iter().map(String::as_str)) {
            return Some(format!("expected {:?}", self.stdout));
        }
        let places: Vec<u32> =
            transcript.waiting.iter().filter_map(|waiting| Some(waiting.place.as_ref()?.line)).collect();
        if !self.lines.is_empty() && !places.first().is_some_and(|line| self.lines.contains(line)) {
            return Some(format!("the first to wait is in line {:?}", places.first()));
        }
        if !self.waits.iter().all(|line| places.contains(line)) {
            return Some(format!("what waits are the lines {places:?}"));
        }
        let clock_kept = transcript.clock == clock || transcript.repeated;
        let fits = self.unmanaged.is_none_or(|unmanaged| transcript.real_time.is_some() == unmanaged);
        (!clock_kept || !fits)
            .then(|| format!("it was under the clock `{}`, {:?}", transcript.clock, transcript.real_time))
    }
}

fn all(clock: Clock) {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../clock/tests/programs"));
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect("the programs are there").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let only = std::env::var("ETUDE_PROGRAM").unwrap_or_default();
    // Where no process can be made there is less to run; where `/proc` is looked at from outside, what is executed takes its
    // real time.
    let reduced = reduced() || !shared().layers().namespaces;
    let alone = reduced || !shared().layers().fresh_proc;
    let refused =
        ["os.fork", "subprocess", "multiprocessing", "socket", "message_queue", "pty", "exchanging", "os.utime"];
    let (mut broken, mut count) = (Vec::new(), 0);
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "py")) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let source = std::fs::read_to_string(file).expect("a program can be read");
        let header = Header::read(&source);
        let profile = if header.terminal { Profile::Shell } else { header.profile };
        let too_much =
            alone && profile > Profile::Python || reduced && refused.iter().any(|word| source.contains(word));
        let possible = header.clocks.contains(&clock) && !header.packages && !too_much;
        if !possible || !name.contains(&only) {
            continue;
        }
        count += 1;
        let path = RelativePath::new(format!("{name}.py")).expect("a good path");
        let mut job = Job::python(environment(), path, source);
        (job.clock, job.profile) = (clock, profile);
        job.limits.wall = Duration::from_secs(30);
        job.limits.cpu = job.limits.wall;
        job.seed = header.seeds.then_some(7);
        job.env.push(("CLOCK_MODE".into(), clock.name().into()));
        if let Some(millis) = header.virtual_millis {
            job.limits.virtual_time = Duration::from_millis(millis);
        }
        for beside in &header.files {
            let content = std::fs::read(folder.join(beside)).expect("a file beside it");
            job.files.push((RelativePath::new(beside).expect("a good path"), content));
        }
        let started = std::time::Instant::now();
        let transcript = shared().run(&job, &mut |_| ()).expect("it runs");
        let wall = started.elapsed();
        if let Some(fault) = header.fault(&transcript, clock) {
            let (outcome, cause) = (transcript.outcome, &transcript.cause);
            broken.push(format!(
                "{name}: {fault}\n  {outcome:?} {cause:?} {wall:?}\n  {}\n  {}\n  {:?}",
                transcript.stdout(),
                transcript.stderr(),
                transcript.waiting
            ));
        }
    }
    assert!(broken.is_empty(), "{} of {count} failed\n{}", broken.len(), broken.join("\n"));
    assert!(count > 0);
}
