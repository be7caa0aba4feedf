//! Grades the references and starters of a track in Exercism's layout, beside running the same tests plainly:
//! `cargo run --release -p etude-practice --example track -- TRACK [--python 3.12] [--clock steady] [--runner pytest] [--bench N] [NAME…]`
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for whoever works on grading")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use etude_practice::grade::{Exercise, Runner, Setup, Status, TestFile, Verdict, grade, limits, prepared, record};
use etude_practice::plan::File;
use etude_sandbox::environment::prepare;
use etude_sandbox::{Clock, Config, Interpreters, Job, Policy, Profile, RelativePath, Sandbox};
use serde_json::Value;

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
    cases.iter_mut().for_each(|case| case.exercise.runner = runner);
    if bench > 0 {
        return latencies(&cases, &setup, bench);
    }
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
        if notes.is_empty() { same += 1 } else { differ.push(case.name.clone()) }
    }
    println!("{same} of {} exercises the same, {tests} tests; not: {differ:?}", cases.len());
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
    let all = case.exercise.tests.iter().map(|test| &test.file).chain(solution).chain(&case.exercise.beside);
    job.files = all.map(|file| (path(&file.path), file.content.clone())).collect();
    job.limits = limits();
    let transcript = sandbox.run(&job, &mut |_| ()).expect("it runs");
    let out = transcript.stdout();
    let last = out.lines().last().unwrap_or("{}");
    serde_json::from_str(last).unwrap_or_default()
}

fn cases(root: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in ["concept", "practice"] {
        let mut folders: Vec<_> = std::fs::read_dir(root.join("exercises").join(kind))
            .expect("a track")
            .flatten()
            .map(|entry| entry.path())
            .collect();
        folders.sort();
        cases.extend(folders.iter().filter_map(|folder| case(folder)));
    }
    cases
}

fn case(folder: &Path) -> Option<Case> {
    let config: Value = serde_json::from_slice(&std::fs::read(folder.join(".meta/config.json")).ok()?).ok()?;
    let list = |name: &str| -> Vec<String> {
        config["files"][name]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|path| path.as_str().map(String::from))
            .collect()
    };
    let read = |path: &str, as_path: &str| File {
        path: as_path.into(),
        content: std::fs::read(folder.join(path)).unwrap_or_default(),
    };
    let solution = list("solution");
    let references = if config["files"]["exemplar"].is_array() { list("exemplar") } else { list("example") };
    let tests: Vec<String> = list("test").into_iter().filter(|path| path.ends_with(".py")).collect();
    let others = std::fs::read_dir(folder).ok()?.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let beside = others.filter(|name| name.ends_with(".py") && !solution.contains(name) && !tests.contains(name));
    let name = folder.file_name()?.to_str()?.to_owned();
    Some(Case {
        exercise: Exercise {
            beside: beside.map(|name| read(&name, &name)).collect(),
            tests: tests.iter().map(|path| TestFile { file: read(path, path), hidden: false }).collect(),
            solution: solution.clone(),
            ..Exercise::default()
        },
        reference: solution.iter().zip(&references).map(|(path, from)| read(from, path)).collect(),
        starter: solution.iter().map(|path| read(path, path)).collect(),
        may_pass: ["ledger", "markdown"].contains(&name.as_str()),
        name,
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
