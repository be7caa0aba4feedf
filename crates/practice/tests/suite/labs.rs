//! The labs of our own courses: solutions pass, starters do not, and each wrong answer fails as its author says.

use std::path::{Path, PathBuf};

use etude_course::{Exercise, Files, Wrong, is_called};
use etude_practice::grade::{Assignment, Setup, Status, Test, Verdict, limits};
use etude_sandbox::Clock;

use crate::grading::{shown, with_setup};

fn exercises() -> Vec<PathBuf> {
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../courses/async-python/lab");
    let mut found: Vec<PathBuf> =
        lab.read_dir().expect("the lab is there").map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.join("lab.toml").is_file());
    found.sort();
    found
}

fn read(folder: &Path, root: &Path, files: &mut Files) {
    for path in folder.read_dir().expect("a folder").map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            read(&path, root, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

/// Right answers that go about it otherwise than the solution.
fn others(lab: &str) -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers").join(lab);
    let mut files = Files::new();
    if folder.is_dir() {
        read(&folder, &folder, &mut files);
    }
    files
}

/// Functions that do nothing where the starter's raise.
fn bare(starter: &Files) -> Files {
    let replaced = |content: &[u8]| {
        let text = String::from_utf8_lossy(content);
        text.replace("raise NotImplementedError", "pass").into_bytes()
    };
    starter.iter().map(|(path, content)| (path.clone(), replaced(content))).collect()
}

/// The tests that fail are those that are to, and one of the messages has the words.
fn fails_as_it_should(wrong: &Wrong, verdict: &Verdict) -> bool {
    let failed: Vec<_> = verdict.tests.iter().filter(|test| test.status != Status::Pass).collect();
    let named = |id: &str| wrong.fails.iter().any(|name| is_called(id, name));
    let said = |test: &&Test| {
        let (message, words) = (test.message.as_deref(), wrong.says.as_deref());
        message.is_some_and(|message| words.is_some_and(|words| message.contains(words)))
    };
    failed.len() == wrong.fails.len() && failed.iter().all(|test| named(&test.id)) && failed.iter().any(said)
}

#[test]
fn our_labs_tell_right_from_wrong() {
    with_setup(&[], Clock::Steady, |setup| {
        let setup = &Setup { limits: limits(), ..*setup };
        let mut bad = Vec::new();
        for folder in exercises() {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let mut files = Files::new();
            read(&folder, &folder, &mut files);
            let (exercise, problems) = Exercise::read(&files);
            assert!(problems.is_empty(), "{name}: {problems:?}");
            assert!(exercise.wrong.len() >= 5, "{name} has few wrong answers");
            let assignment = Assignment::of(&exercise);
            let expectation = assignment.record(setup).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let grade = |files: &Files| assignment.grade(&expectation, files, setup).expect("it is graded");
            let mut check = |answer: &str, verdict: Verdict, fine: bool| {
                if !fine {
                    bad.push(format!("{name}, {answer}: {}", shown(&verdict)));
                }
            };
            let right = grade(&exercise.solution);
            let passes = right.status == Status::Pass;
            check("the solution", right, passes);
            for (answer, files) in
                [("the starter", exercise.starter.clone()), ("a bare starter", bare(&exercise.starter))]
            {
                let verdict = grade(&files);
                let fails = verdict.status != Status::Pass;
                check(answer, verdict, fails);
            }
            for (answer, content) in others(&name) {
                let path = exercise.solution.keys().next().expect("a file").clone();
                let verdict = grade(&Files::from([(path, content)]));
                let passes = verdict.status == Status::Pass;
                check(&answer, verdict, passes);
            }
            for wrong in &exercise.wrong {
                let verdict = grade(&wrong.files);
                let fine = fails_as_it_should(wrong, &verdict);
                check(&wrong.name, verdict, fine);
            }
        }
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    });
}
