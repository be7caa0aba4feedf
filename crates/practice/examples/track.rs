//! Grades the references and starters of all exercises in a folder, in our layout or Exercism's, beside running the same
//! tests plainly:
//! `cargo run --release -p etude-practice --example track -- TRACK [--python 3.12] [--clock steady] [--runner pytest] [--bench N] [--beside N] [NAME…]`
//! With `--beside` it measures each reference, graded warm, and `python -m pytest` as anybody runs it, N times in turns.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for whoever works on grading")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use etude_course::{Exercise as Written, Files, Runner};
use etude_practice::grade::{Assignment, Exercise, Setup, Status, Verdict, grade, limits, prepared, record};
use etude_practice::plan::File;
use etude_sandbox::environment::prepare;
use etude_sandbox::{Clock, Config, Interpreters, Job, Policy, Profile, RelativePath, Sandbox};

type Statuses = BTreeMap<String, Status>;

struct Case {
    name: String,
    exercise: Exercise,
    reference: Vec<File>,
    starter: Vec<File>,
    may_pass: bool,
}

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut option = |name: &str| {
        let at = arguments.iter().position(|word| word == name)?;
        arguments.remove(at);
        Some(arguments.remove(at))
    };
    let version = option("--python").unwrap_or_else(|| "3.12".into()).parse().expect("a version");
    let bench: usize = option("--bench").map_or(0, |count| count.parse().expect("a number"));
    let beside: usize = option("--beside").map_or(0, |count| count.parse().expect("a number"));
    let clock = option("--clock").map_or(Clock::Virtual, |name| Clock::from_name(&name).expect("a clock"));
    let runner = option("--runner").map(|name| if name == "pytest" { Runner::Pytest } else { Runner::Unittest });
    let root = PathBuf::from(arguments.remove(0));

    let host = std::env::vars_os().collect();
    let cache = std::env::temp_dir().join("etude-track");
    let found = Interpreters::find(&host, &cache);
    let interpreter = found.choose(Some(version)).expect("such a Python");
    let wishes = ["pytest".parse().expect("a requirement")];
    let plain =
        prepare(&host, &cache, interpreter, &wishes, &mut |_| ()).expect("pytest can be had").warming(&["pytest"]);
    let environment = prepared(plain.clone());
    let policy = Policy { most: Profile::Python, weak: true };
    let sandbox = Sandbox::start(Config { slots: 2, policy, avoid: Vec::new() }).expect("a sandbox");
    let setup = Setup { sandbox: &sandbox, environment: &environment, limits: limits(), clock, seed: 0, trace: false };

    let mut cases = cases(&root);
    cases.retain(|case| arguments.is_empty() || arguments.contains(&case.name));
    if runner.is_some() {
        cases.iter_mut().for_each(|case| case.exercise.runner = runner);
    }
    if bench > 0 {
        return latencies(&cases, &setup, bench);
    }
    let mut measured: Vec<(Duration, Duration)> = Vec::new();
    let (mut same, mut tests, mut differ) = (0, 0, Vec::new());
    for case in &cases {
        let began = Instant::now();
        let expected = run_plainly(setup.sandbox, &plain, case, &case.reference);
        let (plain_took, began) = (began.elapsed(), Instant::now());
        let expectation = match record(&case.exercise, &case.reference, &setup) {
            Ok(expectation) => expectation,
            Err(error) => {
                println!("{:<32} NOT RECORDED {error:?}", case.name);
                differ.push(case.name.clone());
                continue;
            }
        };
        let recorded = began.elapsed();
        let began = Instant::now();
        let verdict = grade(&case.exercise, &expectation, &case.reference, &setup).expect("it is graded");
        let took = began.elapsed();
        let started = grade(&case.exercise, &expectation, &case.starter, &setup).expect("it is graded");
        let starter_plain = run_plainly(setup.sandbox, &plain, case, &case.starter);
        tests += verdict.tests.len();
        let mut notes = Vec::new();
        if verdict.status != Status::Pass {
            notes.push(format!("reference: {:?} {:?}", verdict.status, wrong(&verdict)));
        }
        if (started.status == Status::Pass) != case.may_pass {
            notes.push(format!("starter: {:?}", started.status));
        }
        for (what, expected, verdict) in [("reference", &expected, &verdict), ("starter", &starter_plain, &started)] {
            notes.extend(difference(expected, verdict).map(|text| format!("{what}: {text}")));
        }
        let part = &expectation.visible;
        println!(
            "{:<32} {:>3} tests  plain {:>4} ms  record {:>4} ms  graded {:>4} ms  {:?} {:?} {}",
            case.name,
            verdict.tests.len(),
            plain_took.as_millis(),
            recorded.as_millis(),
            took.as_millis(),
            part.profile.iter().filter(|key| !key.starts_with('.')).collect::<Vec<_>>(),
            part.matrix.keys().collect::<Vec<_>>(),
            notes.join("; ")
        );
        if beside > 0 {
            let once = || grade(&case.exercise, &expectation, &case.reference, &setup).expect("it is graded");
            let turns = (0..beside).map(|_| (timed(once), timed(|| by_pytest(&plain, case))));
            let (ours, theirs): (Vec<_>, Vec<_>) = turns.unzip();
            let (ours, theirs) = (median(ours), median(theirs));
            let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
            println!("{:<32} {:>7.1?} graded, {:>7.1?} by pytest: {ratio:.1} times as long", "", ours, theirs);
            measured.push((ours, theirs));
        }
        if notes.is_empty() { same += 1 } else { differ.push(case.name.clone()) }
    }
    println!("{same} of {} exercises the same, {tests} tests; not: {differ:?}", cases.len());
    if !measured.is_empty() {
        let ratio = |(ours, theirs): (Duration, Duration)| theirs.as_secs_f64() / ours.as_secs_f64();
        let mut ratios: Vec<f64> = measured.iter().copied().map(ratio).collect();
        ratios.sort_by(f64::total_cmp);
        let (ours, theirs) = measured.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
        let (ours, theirs): (Duration, Duration) = (ours.iter().sum(), theirs.iter().sum());
        println!(
            "graded in {ours:.1?}, by pytest in {theirs:.1?}: {:.1} times as long; by exercise {:.1} to {:.1}, median {:.1}",
            ratio((ours, theirs)),
            ratios[0],
            ratios[ratios.len() - 1],
            ratios[ratios.len() / 2],
        );
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// As whoever teaches runs it, in a fresh process outside of any sandbox.
fn by_pytest(environment: &etude_sandbox::Environment, case: &Case) {
    let folder = tempfile::tempdir().expect("a folder");
    for file in case.beside().chain(&case.reference) {
        let place = folder.path().join(&file.path);
        std::fs::create_dir_all(place.parent().expect("a folder around it")).expect("a folder");
        std::fs::write(place, &file.content).expect("it is written");
    }
    let mut command = std::process::Command::new(&environment.interpreter.executable);
    let tests = case.exercise.tests.iter().map(|test| &test.file.path);
    command.args(["-m", "pytest", "-q"]).args(tests).current_dir(folder.path()).stdout(std::process::Stdio::null());
    command.envs(environment.site.as_ref().map(|site| ("PYTHONPATH", site)));
    assert!(command.status().expect("it starts").success(), "the reference of {} passes", case.name);
}

fn wrong(verdict: &Verdict) -> Vec<String> {
    let bad = verdict.tests.iter().filter(|test| test.points == 0);
    bad.map(|test| format!("{} {:?} {:?}", test.id, test.status, test.message)).chain(verdict.message.clone()).collect()
}

fn difference(plain: &Statuses, verdict: &Verdict) -> Option<String> {
    let passes = |status: Status| matches!(status, Status::Pass);
    // Where nothing could be imported there are no tests to be told apart.
    let ours: Statuses = verdict.tests.iter().map(|test| (test.id.clone(), test.status)).collect();
    if plain.is_empty() && ours.values().all(|status| !passes(*status)) {
        return None;
    }
    let differ: Vec<_> =
        plain.iter().filter(|(id, status)| ours.get(*id).map(|own| passes(*own)) != Some(passes(**status))).collect();
    (!differ.is_empty() || plain.len() != ours.len()).then(|| {
        let messages: Vec<_> = verdict
            .tests
            .iter()
            .filter(|test| differ.iter().any(|(id, _)| **id == test.id))
            .map(|test| &test.message)
            .take(3)
            .collect();
        format!("{} differ, {} and {} tests: {:?} {messages:?}", differ.len(), plain.len(), ours.len(), differ.first())
    })
}

/// As anybody runs `python -m unittest`.
fn run_plainly(
    sandbox: &Sandbox,
    environment: &etude_sandbox::Environment,
    case: &Case,
    solution: &[File],
) -> Statuses {
    let path = |path: &str| RelativePath::new(path).expect("a path");
    let program = include_str!("plainly.py");
    let mut job = Job::python(environment.clone(), path("plainly.py"), program);
    job.argv = vec![case.exercise.runner().name().into()];
    job.argv.extend(case.exercise.tests.iter().map(|test| test.file.path.clone()));
    let all = case.beside().chain(solution);
    job.files = all.map(|file| (path(&file.path), file.content.clone())).collect();
    job.limits = limits();
    let transcript = sandbox.run(&job, &mut |_| ()).expect("it runs");
    let out = transcript.stdout();
    let last = out.lines().last().unwrap_or("{}");
    serde_json::from_str(last).unwrap_or_default()
}

impl Case {
    /// All files but those that are handed in.
    fn beside(&self) -> impl Iterator<Item = &File> {
        let Exercise { tests, beside_tests, beside, .. } = &self.exercise;
        tests.iter().chain(beside_tests).map(|test| &test.file).chain(beside)
    }
}

fn cases(root: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        match case(&folder) {
            Some(case) => cases.push(case),
            None => open.extend(folders(&folder)),
        }
    }
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn case(folder: &Path) -> Option<Case> {
    if !folder.join("lab.toml").is_file() && !folder.join(".meta/config.json").is_file() {
        return None;
    }
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(inner) = open.pop() {
        open.extend(folders(&inner));
        for path in inner.read_dir().ok()?.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
            let name = path.strip_prefix(folder).ok()?.to_str()?.to_owned();
            files.insert(name, std::fs::read(path).ok()?);
        }
    }
    let (written, problems) = Written::read(&files);
    assert!(problems.is_empty(), "{}: {problems:?}", folder.display());
    let list = |files: &Files| {
        files.iter().map(|(path, content)| File { path: path.clone(), content: content.clone() }).collect()
    };
    Some(Case {
        exercise: Assignment::of(&written).exercise,
        reference: list(&written.solution),
        starter: list(&written.starter),
        may_pass: written.refactoring,
        name: folder.file_name()?.to_str()?.to_owned(),
    })
}

/// How long one verdict takes, and how many come a second.
fn latencies(cases: &[Case], setup: &Setup<'_>, count: usize) {
    setup.sandbox.warm_up(setup.environment).expect("it warms up");
    for case in cases {
        let expectation = record(&case.exercise, &case.reference, setup).expect("it is recorded");
        let once = || {
            let began = Instant::now();
            let verdict = grade(&case.exercise, &expectation, &case.reference, setup).expect("it is graded");
            assert_eq!(verdict.status, Status::Pass);
            began.elapsed()
        };
        let mut all: Vec<Duration> = (0..count).map(|_| once()).collect();
        all.sort();
        let at = |share: f64| all[((all.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        let began = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    (0..count).for_each(|_| {
                        once();
                    })
                });
            }
        });
        let rate = (2 * count) as f64 / began.elapsed().as_secs_f64();
        println!("{:<32} p50 {:.1} ms  p99 {:.1} ms  {rate:.0} a second on two", case.name, at(0.5), at(0.99));
    }
}
