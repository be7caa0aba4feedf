//! Exercises graded in a real sandbox: what each submission comes to, and how it is told.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use etude_course::Files;
use etude_practice::grade::{
    Assignment, Exercise, Expectation, Setup, Status, TestFile, Verdict, grade, limits, prepared, record,
};
use etude_practice::plan::File;
use etude_sandbox::environment::prepare;
use etude_sandbox::{Clock, Config, Interpreters, Job, Policy, Profile, RelativePath, Sandbox};

use crate::decisions::{environment, skipped};
use crate::lesson::Folder;

/// A folder of `tests/exercises`.
pub(crate) struct Given {
    pub(crate) path: PathBuf,
    pub(crate) exercise: Exercise,
    pub(crate) reference: Vec<File>,
}

impl Given {
    pub(crate) fn read(name: &str) -> Given {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exercises").join(name);
        let reference = files(&path.join("solution"));
        let tests = |folder: &str, hidden| {
            files(&path.join(folder)).into_iter().map(move |file| TestFile { file, hidden }).collect::<Vec<_>>()
        };
        let exercise = Exercise {
            solution: reference.iter().map(|file| file.path.clone()).collect(),
            tests: [tests("tests", false), tests("tests_hidden", true)].concat(),
            ..Exercise::default()
        };
        Given { exercise, reference, path }
    }

    pub(crate) fn recorded(&self, setup: &Setup<'_>) -> Expectation {
        record(&self.exercise, &self.reference, setup).expect("the reference passes")
    }

    /// What is in a folder, each file in place of the learner's module.
    pub(crate) fn submissions(&self, folder: &str) -> Vec<(String, Vec<File>)> {
        let module = &self.exercise.solution[0];
        let one = |file: File| (file.path, vec![File { path: module.clone(), content: file.content }]);
        files(&self.path.join(folder)).into_iter().map(one).collect()
    }
}

fn files(folder: &Path) -> Vec<File> {
    let mut found: Vec<PathBuf> = folder.read_dir().into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.is_file());
    found.sort();
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    found.iter().map(|path| File { path: name(path), content: std::fs::read(path).unwrap() }).collect()
}

/// With a sandbox that holds two sides apart; nothing where there is none.
pub(crate) fn with_setup(packages: &[&str], clock: Clock, body: impl FnOnce(&Setup<'_>)) {
    let cache = tempfile::tempdir().expect("a folder can be made");
    let policy = Policy { most: Profile::Python, weak: true };
    let sandbox = Sandbox::start(Config { slots: 2, policy, avoid: Vec::new() }).expect("a sandbox can be started");
    if !sandbox.layers().namespaces {
        return skipped("no namespaces");
    }
    let packages: Vec<String> = packages.iter().map(|name| (*name).to_owned()).collect();
    if let Some(environment) = environment(cache.path(), &packages) {
        let environment = prepared(environment);
        let mut limits = limits();
        limits.wall = std::time::Duration::from_secs(3);
        body(&Setup { sandbox: &sandbox, environment: &environment, limits, clock, seed: 0, trace: false });
    }
}

pub(crate) fn shown(verdict: &Verdict) -> String {
    let mut out = format!("{:?}, {} points, {:?}\n", verdict.status, verdict.points(), verdict.outcome);
    if let Some(message) = &verdict.message {
        writeln!(out, "  {}", message.replace('\n', "\n  ")).unwrap();
    }
    verdict.output.lines().for_each(|line| writeln!(out, "  > {line}").unwrap());
    for test in &verdict.tests {
        let own = if test.by_own_equality { ", by its own equality" } else { "" };
        writeln!(out, "  {}: {:?}{own}", test.id, test.status).unwrap();
        let lines = test.message.iter().flat_map(|text| text.lines());
        lines.for_each(|line| writeln!(out, "      {line}").unwrap());
        test.output.lines().for_each(|line| writeln!(out, "    > {line}").unwrap());
    }
    out
}

fn check(name: &str, packages: &[&str], clock: Clock) {
    with_setup(packages, clock, |setup| {
        let given = Given::read(name);
        let expectation = given.recorded(setup);
        let mut all = format!("{:#?}\n{:#?}\n", expectation.visible, expectation.hidden);
        for (name, submission) in given.submissions("submissions") {
            let verdict = grade(&given.exercise, &expectation, &submission, setup).expect("it is graded");
            writeln!(all, "\n{name}: {}", shown(&verdict)).unwrap();
        }
        Folder::snapshot_in(&given.path, "verdicts", &all);
    });
}

#[test]
fn submissions_come_to_what_they_are_worth() {
    check("prices", &[], Clock::Virtual);
}

/// The first tells of it; whoever hands that in need not wait for as long each time.
#[test]
fn what_computes_without_end_is_not_waited_for_in_every_test() {
    with_setup(&[], Clock::Virtual, |setup| {
        let given = Given::read("prices");
        let expectation = given.recorded(setup);
        let source = "class Price:\n    pass\n\n\ndef total(*_):\n    while True: pass\n\n\nshown = fetched = Price.__init__ = total\n";
        let submission = [File { path: "prices.py".into(), content: source.into() }];
        let verdict = grade(&given.exercise, &expectation, &submission, setup).expect("it is graded");
        let told = |test: &etude_practice::grade::Test| {
            // Which limit came first is the machine's doing.
            let message = test.message.clone().unwrap_or_default();
            let is_stopped = message.contains("in `total`, `prices.py` line 6: `while True: pass`");
            format!("{}: {}\n", test.id, if is_stopped { "stopped" } else { &message })
        };
        insta::assert_snapshot!(verdict.tests.iter().map(told).collect::<String>(), @"
        PricesTest::test_total: stopped
        PricesTest::test_prices_can_be_added: stopped
        PricesTest::test_a_price_is_not_negative: stopped
        PricesTest::test_shown: not run: too many tests before it computed without end
        PricesTest::test_fetched: not run: too many tests before it computed without end
        MorePricesTest::test_round_sums: Sums without cents are shown with two noughts: a hidden test that your program did not come through
        MorePricesTest::test_nothing: a hidden test that your program did not come through
        ");
    });
}

#[test]
fn an_order_counts_as_far_as_it_is_the_references() {
    check("sizes", &[], Clock::Virtual);
}

/// Of another name, of another base, or none at all.
#[test]
fn classes_are_free_as_far_as_the_tests_are() {
    check("cards", &[], Clock::Virtual);
}

#[test]
fn what_waits_is_judged_by_what_it_awaits() {
    check("downloads", &[], Clock::Steady);
}

/// Each exercise with the names its tests import, for all of which an attack stands in.
const ATTACKED: [(&str, &str); 5] = [
    ("prices", "'Price', 'total', 'shown', 'fetched'"),
    ("downloads", "'download_all', 'download_some', 'patiently', 'in_time', 'numbered'"),
    ("turns", "'turned', 'Word'"),
    ("sizes", "'Size'"),
    ("cards", "'Card', 'best', 'report', 'name', 'counted', 'kinds'"),
];
/// What only the hidden tests have.
const SECRETS: [&str; 2] = ["777000", "7770.00"];

/// No attack passes, gets points that it has not earned, or says what it must not have seen.
#[test]
fn no_attack_wins() {
    with_setup(&[], Clock::Virtual, |setup| {
        let mut limits = setup.limits;
        (limits.wall, limits.cpu) = (std::time::Duration::from_secs(1), std::time::Duration::from_secs(1));
        (limits.memory, limits.output) = (128 << 20, 4 << 20);
        let mut won = Vec::new();
        for (exercise, names) in ATTACKED {
            let given = Given::read(exercise);
            let expectation = given.recorded(setup);
            let setup = &Setup { limits, ..*setup };
            for (name, mut submission) in given.submissions("attacks") {
                let text = String::from_utf8(submission[0].content.clone()).unwrap();
                let may = text.strip_prefix("# points: ").and_then(|rest| rest.lines().next());
                let may: u32 = may.map_or(0, |number| number.parse().unwrap());
                let everywhere = format!("\nfor _name in ({names}):\n    globals().setdefault(_name, attack)\n");
                submission[0].content.extend(everywhere.bytes());
                let verdict = grade(&given.exercise, &expectation, &submission, setup).expect("it is graded");
                let told = format!("{:?} {:?}", verdict.message, verdict.tests);
                let secret = SECRETS.iter().any(|secret| told.contains(secret)) || told.contains("FOUND");
                if verdict.status == Status::Pass || verdict.points() > may || secret {
                    won.push(format!("{name}: {}", shown(&verdict)));
                }
            }
        }
        assert!(won.is_empty(), "{}", won.join("\n"));
    });
}

#[test]
fn no_message_harms_its_reader() {
    with_setup(&[], Clock::Real, |setup| {
        let path = RelativePath::new("fuzz_frames.py").expect("a path");
        let mut job = Job::python(setup.environment.clone(), path, include_str!("fuzz_frames.py"));
        job.limits.wall = std::time::Duration::from_secs(120);
        job.limits.cpu = job.limits.wall;
        let transcript = setup.sandbox.run(&job, &mut |_| ()).expect("it runs");
        assert_eq!(transcript.stdout(), "[] True True\n", "{}", transcript.stderr());
    });
}

#[test]
fn programs_and_tables_are_tests_as_well() {
    check("greeter", &[], Clock::Steady);
}

/// Every Python of this machine, each with submissions that are right and wrong.
#[test]
fn every_python_grades_alike() {
    with_setup(&[], Clock::Virtual, |setup| {
        let (host, cache) = (std::env::vars_os().collect(), tempfile::tempdir().expect("a folder can be made"));
        let mut all = Interpreters::find(&host, cache.path()).all().to_vec();
        all.retain(|one| one.implementation == "cpython" && !one.free_threaded);
        all.sort_by_key(|one| one.version);
        all.dedup_by_key(|one| one.version.minor());
        for interpreter in all {
            let environment =
                prepare(&host, cache.path(), &interpreter, &[], &mut |_| ()).expect("nothing is to be prepared");
            let environment = prepared(environment);
            let setup = &Setup { environment: &environment, ..*setup };
            for (name, wrong) in [("prices", "equals_everything.py"), ("downloads", "one_after_another.py")] {
                let given = Given::read(name);
                let expectation = given.recorded(setup);
                let graded = |submission: &[File]| {
                    grade(&given.exercise, &expectation, submission, setup).expect("it is graded")
                };
                let right = graded(&given.reference);
                assert_eq!(right.status, Status::Pass, "{} {}", interpreter.version, shown(&right));
                let submissions = given.submissions("submissions");
                let (_, wrong) = submissions.iter().find(|(file, _)| file == wrong).expect("it is there");
                assert_eq!(graded(wrong).status, Status::Fail, "{}", interpreter.version);
            }
        }
    });
}

/// A module with one of everything is tested as if it were there.
#[test]
fn stand_ins_are_like_what_they_stand_for() {
    with_setup(&[], Clock::Virtual, |setup| {
        let given = Given::read("transparent");
        given.recorded(setup);
    });
}

#[test]
fn what_tasks_did_comes_with_the_verdict_of_the_visible_tests() {
    with_setup(&[], Clock::Virtual, |setup| {
        let given = Given::read("downloads");
        let expectation = given.recorded(setup);
        let graded = |trace| {
            let setup = Setup { trace, ..*setup };
            grade(&given.exercise, &expectation, &given.reference, &setup).expect("it is graded")
        };
        let (with, without) = (graded(true), graded(false));
        assert_eq!((with.status, without.events), (Status::Pass, None), "{}", shown(&with));
        let events = with.events.expect("they were asked for");
        let has = |text: &[u8]| events.windows(text.len()).any(|window| window == text);
        assert!(has(b"downloads.py") && !has(b"downloads_test.py"));
        assert_eq!(with.digest, without.digest);
    });
}

/// In sandboxes of their own, whose interpreters share nothing.
#[test]
fn the_same_files_get_the_same_verdict() {
    let micros = regex::Regex::new(r"(\.\d{3})\d+").unwrap();
    let verdicts = || {
        let mut all = Vec::new();
        with_setup(&[], Clock::Steady, |setup| {
            for exercise in ["prices", "downloads", "greeter"] {
                let given = Given::read(exercise);
                let expectation = given.recorded(setup);
                let submissions = given.submissions("submissions").into_iter().filter(|(name, _)| name != "endless.py");
                all.push(format!("{expectation:?}"));
                for (_, submission) in submissions {
                    let verdict = grade(&given.exercise, &expectation, &submission, setup).expect("it is graded");
                    let verdict = Verdict { wall: std::time::Duration::ZERO, ..verdict };
                    // How often a clock is read while something is on its way is no part of what was handed in.
                    all.push(micros.replace_all(&format!("{verdict:?}"), "$1").into_owned());
                }
            }
        });
        all
    };
    for (one, other) in verdicts().iter().zip(&verdicts()) {
        assert_eq!(one, other);
    }
}

#[test]
fn pytest_runs_what_is_written_for_it() {
    check("words", &["pytest"], Clock::Virtual);
}

#[test]
fn without_pytest_it_says_what_is_missing() {
    with_setup(&[], Clock::Virtual, |setup| {
        let given = Given::read("words");
        let verdict = grade(&given.exercise, &Expectation::default(), &given.reference, setup).expect("it is graded");
        let missing = "the tests need `pytest`, which is not among the packages; add it to `packages` in `course.toml`";
        assert_eq!((verdict.status, verdict.message.as_deref()), (Status::Error, Some(missing)));
    });
}

/// As its author wrote it, with helpers that only one kind of tests has.
#[test]
fn an_exercise_is_graded_as_it_is_written() {
    let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    let marked = "def twice(x):\n    # BEGIN SOLUTION\n    return 2 * x\n    # END SOLUTION\n";
    let test = "import unittest\nfrom tea import twice\nfrom cases import CASES\n\n\nclass TeaTest(unittest.TestCase):\n    def test_twice(self):\n        for x in CASES:\n            self.assertEqual(twice(x), x + x)\n";
    let folder = Files::from([
        file("lab.toml", "[points]\n\"TeaTest.test_twice\" = 3\n"),
        file("solution/tea.py", marked),
        file("tests/tea_test.py", test),
        file("tests/cases.py", "CASES = [1]\n"),
        file("tests_hidden/tea_test.py", &test.replace("test_twice", "test_more")),
        file("tests_hidden/cases.py", "CASES = [2]\n"),
    ]);
    let (written, problems) = etude_course::Exercise::read(&folder);
    assert_eq!(problems, []);
    let assignment = Assignment::of(&written);
    assert!(assignment.needs().is_empty());
    with_setup(&[], Clock::Steady, |setup| {
        let expectation = assignment.record(setup).expect("the solution passes");
        assert_eq!(Expectation::decode(&expectation.encode()).as_ref(), Some(&expectation));
        let graded = |text: &str| {
            let handed_in = Files::from([file("tea.py", text)]);
            shown(&assignment.grade(&expectation, &handed_in, setup).expect("it is graded"))
        };
        insta::assert_snapshot!(graded("def twice(x):\n    return x + 1\n"), @"
        Fail, 3 points, Ok
          TeaTest::test_twice: Pass
          TeaTest::test_more: Fail
              a hidden test: the answer is not the expected one
        ");
        insta::assert_snapshot!(shown(&assignment.grade(&expectation, &Files::new(), setup).expect("it is graded")), @"
        Fail, 0 points, Ok
          TeaTest::test_twice: Error
              not written yet: `twice` (`tea.py` line 3)
          TeaTest::test_more: Error
              a hidden test: your code raised an exception
        ");
    });
}
