//! Every program in `tests/attacks`, each against the safe result its header states.
//!
//! Header lines: `# outcome: NAME[ NAME…]`, `# profile: NAME`, `# stdout: TEXT` (a line that must appear),
//! `# must-not: TEXT` (a text that may appear nowhere in the output), `# limit: NAME NUMBER`, `# reduced: skip`, `# clock: real`
//! (it holds what it has by waiting).

use crate::support::{environment, reduced, shared};
use etude_sandbox::{Clock, Job, Profile, RelativePath, Stream};
use std::path::Path;
use std::time::Duration;

#[test]
fn no_attack_succeeds() {
    no_attack_succeeds_under(Clock::Real);
}

/// Waiting is over sooner, and what waits for ever is a deadlock.
#[test]
fn no_attack_succeeds_under_the_virtual_clock() {
    no_attack_succeeds_under(Clock::Virtual);
}

fn no_attack_succeeds_under(clock: Clock) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks");
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect("the attacks are there").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let only = std::env::var("ETUDE_ATTACK").unwrap_or_default();
    let reduced = reduced() || !shared().layers().namespaces;
    let sandbox = shared();
    let mut broken = Vec::new();
    let mut count = 0;
    for file in files.iter().filter(|file| file.to_string_lossy().contains(&only)) {
        let source = std::fs::read_to_string(file).expect("an attack can be read");
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let header = Header::read(&source);
        if header.real_clock && clock != Clock::Real {
            continue;
        }
        if reduced && (header.skip_reduced || header.profile > Profile::Python) {
            continue;
        }
        count += 1;
        let mut job = Job::python(environment(), RelativePath::new("attack.py").expect("a good path"), source);
        header.apply(&mut job);
        // Watched or not, it wins nothing.
        (job.clock, job.trace) = (clock, clock == Clock::Virtual);
        match sandbox.run(&job, &mut |_| ()) {
            Err(error) => broken.push(format!("{name}: {error}: {:?}", std::error::Error::source(&error))),
            Ok(transcript) => {
                // Whatever it has written there, reading it is safe.
                etude_trace::Trace::decode(transcript.events.as_deref().unwrap_or_default());
                let (stdout, stderr) = (transcript.text(Stream::Stdout), transcript.text(Stream::Stderr));
                let shown = |text: &str| text.chars().take(600).collect::<String>();
                let mut fault = |what: String| {
                    broken.push(format!(
                        "{name}: {what}\n  {:?} {:?}\n  {}\n  {}",
                        transcript.outcome,
                        transcript.cause,
                        shown(&stdout),
                        shown(&stderr)
                    ));
                };
                if !header.outcomes.iter().any(|outcome| outcome == transcript.outcome.name()) {
                    fault(format!("expected {:?}", header.outcomes));
                }
                for line in &header.stdout {
                    if !stdout.lines().any(|found| found == line) {
                        fault(format!("`{line}` is missing"));
                    }
                }
                for text in header.must_not.iter().chain([&"BREACH".to_string()]) {
                    if stdout.contains(text.as_str())
                        || stderr.lines().any(|line| line.contains(text.as_str()) && !line.starts_with("    "))
                    {
                        fault(format!("`{text}` appeared"));
                    }
                }
            }
        }
        // Whatever it did, the next run must be as good as any.
        let mut next = Job::python(
            environment(),
            RelativePath::new("next.py").expect("a good path"),
            "import os\nprint(sorted(os.listdir()))\nprint([name for name in os.listdir('/tmp' if os.access('/tmp', os.W_OK) else os.environ['TMPDIR'])])",
        );
        next.profile = header.profile;
        match sandbox.run(&next, &mut |_| ()) {
            Ok(next) if next.stdout().starts_with("['next.py']\n") && !next.stdout().contains("leak") => {}
            Ok(next) => broken.push(format!("{name}: the next run went wrong: {:?} {}", next.cause, next.stdout())),
            Err(error) => broken.push(format!("{name}: the next run went wrong: {error}")),
        }
    }
    assert!(broken.is_empty(), "{} of {count} failed\n{}", broken.len(), broken.join("\n"));
    assert!(count > 0);
}

struct Header {
    outcomes: Vec<String>,
    profile: Profile,
    stdout: Vec<String>,
    must_not: Vec<String>,
    limits: Vec<(String, u64)>,
    skip_reduced: bool,
    real_clock: bool,
}

impl Header {
    fn read(source: &str) -> Header {
        let mut header = Header {
            outcomes: vec![],
            profile: Profile::Python,
            stdout: vec![],
            must_not: vec![],
            limits: vec![],
            skip_reduced: false,
            real_clock: false,
        };
        for line in source.lines().map_while(|line| line.strip_prefix('#')) {
            let Some((key, value)) = line.trim().split_once(": ") else { continue };
            match key {
                "outcome" => header.outcomes.extend(value.split(' ').map(String::from)),
                "profile" => header.profile = Profile::from_name(value).expect("a profile's name"),
                "stdout" => header.stdout.push(value.into()),
                "must-not" => header.must_not.push(value.into()),
                "reduced" => header.skip_reduced = value == "skip",
                "clock" => header.real_clock = value == "real",
                "limit" => {
                    let (name, number) = value.split_once(' ').expect("a limit has a number");
                    header.limits.push((name.into(), number.parse().expect("a number")));
                }
                _ => {}
            }
        }
        assert!(!header.outcomes.is_empty(), "an attack states its outcome");
        header
    }

    fn apply(&self, job: &mut Job) {
        job.profile = self.profile;
        let limits = &mut job.limits;
        (limits.wall, limits.cpu) = (Duration::from_secs(2), Duration::from_secs(2));
        (limits.memory, limits.processes) = (128 << 20, 24);
        (limits.disk, limits.file_size, limits.files, limits.output) = (16 << 20, 8 << 20, 500, 64 << 10);
        for (name, number) in &self.limits {
            match name.as_str() {
                "wall_ms" => limits.wall = Duration::from_millis(*number),
                "output" => limits.output = *number,
                other => panic!("no limit `{other}`"),
            }
        }
    }
}
