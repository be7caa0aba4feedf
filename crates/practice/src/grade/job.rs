//! From an exercise and a submission to the job of a sandbox.

use etude_sandbox::{Environment, Error, Job, Judge, RelativePath};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::exercise::{Exercise, TestFile, module};
use super::expectation::Part;
use super::{Expectation, Setup, equality};
use crate::plan::File;
use crate::seal;

/// In the order in which they import each other.
const MODULES: [(&str, &str); 21] = [
    ("etude_frames", include_str!("python/frames.py")),
    ("etude_values", include_str!("python/values.py")),
    ("etude_peer", include_str!("python/peer.py")),
    ("etude_loops", include_str!("python/loops.py")),
    ("etude_threads", include_str!("python/threads.py")),
    ("etude_learner_values", include_str!("python/learner_values.py")),
    ("etude_learner", include_str!("python/learner.py")),
    ("etude_proxies", include_str!("python/proxies.py")),
    ("etude_making", include_str!("python/making.py")),
    ("etude_decoys", include_str!("python/decoys.py")),
    ("etude_places", include_str!("python/places.py")),
    ("etude_policy", include_str!("python/policy.py")),
    ("etude_judge", include_str!("python/judge.py")),
    ("etude_report", include_str!("python/report.py")),
    ("etude_cases", include_str!("python/cases.py")),
    ("etude_unittests", include_str!("python/unittests.py")),
    ("etude_lab_loop", include_str!("python/lab_loop.py")),
    ("etude_seen", include_str!("python/seen.py")),
    ("etude_lab", include_str!("python/lab.py")),
    ("etude_pytests", include_str!("python/pytests.py")),
    ("etude_judging", include_str!("python/judging.py")),
];

const LEARNER: &str = "import etude_learner\netude_learner.main()\n";
const JUDGE: &str = "import etude_judging\netude_judging.main()\n";
/// Names that no exercise uses; both files are gone before anything else runs.
const PROGRAM: &str = ".etude.py";
const ORDER: &str = "order.json";

/// The environment with what both sides need, made before the first run. Interpreters with and without it are two.
pub fn prepared(environment: Environment) -> Environment {
    let has_pytest = environment.provides("pytest").is_some();
    let lean = MODULES.map(|(name, source)| (name, lean(source)));
    let modules: Vec<(&str, &str)> = lean.iter().map(|(name, source)| (*name, source.as_str())).collect();
    let environment = environment.with_modules(&modules).with_fixed_hashes();
    if has_pytest { environment.warming(&["pytest", "_pytest.assertion.rewrite"]) } else { environment }
}

/// The same lines, as short as they can be: all modules travel to an interpreter in one packet.
fn lean(source: &str) -> String {
    let line = |line: &str| {
        let text = line.trim_start();
        if text.starts_with('#') { "\n".to_owned() } else { " ".repeat((line.len() - text.len()) / 4) + text + "\n" }
    };
    source.lines().map(line).collect()
}

/// One run of the visible or the hidden tests but those of `skip`. Without a part it is recorded.
pub(super) fn of(
    exercise: &Exercise,
    submission: &[File],
    hidden: bool,
    part: Option<&Part>,
    skip: &[String],
    setup: &Setup<'_>,
) -> Result<Job, Error> {
    let tests: Vec<&File> = exercise.tests.iter().filter(|test| test.hidden == hidden).map(|test| &test.file).collect();
    let order = json!({
        "modules": modules(exercise, submission),
        "tests": tests.iter().map(|file| &file.path).collect::<Vec<_>>(),
        "runner": exercise.runner().name(),
        "profile": part.map(|part| &part.profile),
        "compared": part.map(|part| equality::compared(&part.matrix)),
        "skip": skip,
        "seed": setup.seed,
    });
    let program = RelativePath::new(PROGRAM)?;
    let mut job = Job::python(setup.environment.clone(), program.clone(), LEARNER);
    job.files = files(exercise.beside.iter().filter(|file| !is_among(submission, file)).chain(submission))?;
    (job.limits, job.clock, job.trace) = (setup.limits, setup.clock, setup.trace && !hidden);
    // Of two with one name, the hidden tests have their own.
    let has_own = |test: &TestFile| exercise.beside_tests.iter().any(|it| it.hidden && it.file.path == test.file.path);
    let helpers = exercise.beside_tests.iter().filter(|test| test.hidden == hidden || hidden && !has_own(test));
    let mut judges = files(exercise.beside.iter().chain(helpers.map(|test| &test.file)).chain(tests))?;
    judges.push((RelativePath::new(ORDER)?, order.to_string().into_bytes()));
    job.judge = Some(Judge { path: program, source: JUDGE.into(), files: judges });
    Ok(job)
}

/// Each module of the learner's with its text, for tests that look at how something is written.
fn modules(exercise: &Exercise, submission: &[File]) -> Vec<(String, Option<String>)> {
    let text = |path: &String| {
        let file = submission.iter().find(|file| file.path == *path)?;
        String::from_utf8(file.content.clone()).ok()
    };
    exercise.solution.iter().filter_map(|path| Some((module(path)?, text(path)))).collect()
}

fn is_among(files: &[File], file: &File) -> bool {
    files.iter().any(|other| other.path == file.path)
}

fn files<'a>(files: impl Iterator<Item = &'a File>) -> Result<Vec<(RelativePath, Vec<u8>)>, Error> {
    files.map(|file| Ok((RelativePath::new(file.path.as_str())?, file.content.clone()))).collect()
}

/// Of everything that decides a verdict.
pub(super) fn digest(
    exercise: &Exercise,
    submission: &[File],
    expectation: Option<&Expectation>,
    setup: &Setup<'_>,
) -> String {
    let expected = expectation.map(|expectation| json!(expectation).to_string()).unwrap_or_default();
    let settings = format!("{:?} {:?} {}", setup.clock, setup.limits, setup.seed);
    name(exercise, submission, &[&expected, &settings, &setup.environment.digest])
}

/// A digest of what is graded with which files, and of what else decides what comes out.
pub(super) fn name(exercise: &Exercise, submission: &[File], settings: &[&str]) -> String {
    let mut digest = Sha256::new();
    let mut add = |bytes: &[u8]| {
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    };
    for (name, source) in MODULES {
        add(name.as_bytes());
        add(source.as_bytes());
    }
    fn named<'a>(files: &'a [TestFile], names: [&'static str; 2]) -> impl Iterator<Item = (&'static str, &'a File)> {
        files.iter().map(move |test| (names[usize::from(test.hidden)], &test.file))
    }
    let tests = named(&exercise.tests, ["visible", "hidden"]);
    let beside_tests = named(&exercise.beside_tests, ["beside the tests", "beside the hidden tests"]);
    let beside = exercise.beside.iter().map(|file| ("beside", file));
    let submitted = submission.iter().map(|file| ("submitted", file));
    for (what, file) in tests.chain(beside).chain(beside_tests).chain(submitted) {
        add(what.as_bytes());
        add(file.path.as_bytes());
        add(&file.content);
    }
    let about = format!("{:?} {:?} {}", exercise.modules(), exercise.points, exercise.runner().name());
    add(about.as_bytes());
    settings.iter().for_each(|text| add(text.as_bytes()));
    seal::hex(&digest.finalize())
}
