//! What an exercise claims without words: its solution passes its tests, its starter does not, and what its texts speak
//! of is there.

use etude_course::{Exercise, Files, is_test};
use etude_sandbox::{Clock, Environment, Job, Outcome, Profile, RelativePath, Sandbox, Transcript};

use crate::decide::Verdict;

/// The verdicts on one exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub solution: Verdict,
    pub starter: Verdict,
}

/// Where the runner lies, out of the learner's way.
const RUNNER: &str = ".etude/tests.py";

/// Runs the tests of an exercise against its solution, and against its starter.
pub fn judge(exercise: &Exercise, sandbox: &Sandbox, environment: &Environment) -> Judged {
    let undecided = |reason: &str| Verdict::Undecided { reason: reason.to_owned(), hint: None };
    if exercise.solution.is_empty() {
        let reason = undecided("the exercise has no solution");
        return Judged { solution: reason.clone(), starter: reason };
    }
    let ran = |files: &Files| ran(exercise, files, sandbox, environment);
    let solution = match ran(&exercise.solution) {
        Tested::Passed => Verdict::Holds,
        Tested::Failed(how) => Verdict::False {
            evidence: format!("the solution does not pass its tests: {how}"),
            hint: Some("mend the solution, or what the tests ask for".to_owned()),
            span: None,
        },
        Tested::Unknown(reason) => undecided(&reason),
    };
    let starter = match &solution {
        _ if exercise.starter.is_empty() => undecided("the exercise has no starter"),
        // A starter fails for the reasons that a wrong test or a missing package has.
        Verdict::Holds => match ran(&exercise.starter) {
            Tested::Passed if !exercise.refactoring => Verdict::False {
                evidence: "the starter passes all tests: nothing is left to do".to_owned(),
                hint: Some("test what is to be written, or say `refactoring = true`".to_owned()),
                span: None,
            },
            Tested::Failed(how) if exercise.refactoring => Verdict::False {
                evidence: format!("the starter is to be refactored, and does not pass: {how}"),
                hint: Some("let it pass, or take `refactoring` out".to_owned()),
                span: None,
            },
            Tested::Passed | Tested::Failed(_) => Verdict::Holds,
            Tested::Unknown(reason) => undecided(&reason),
        },
        _ => undecided("the solution does not pass, so the starter tells nothing"),
    };
    Judged { solution, starter }
}

enum Tested {
    Passed,
    Failed(String),
    Unknown(String),
}

fn ran(exercise: &Exercise, files: &Files, sandbox: &Sandbox, environment: &Environment) -> Tested {
    let folders = [("tests", &exercise.tests), ("tests_hidden", &exercise.tests_hidden)];
    let placed = folders
        .into_iter()
        .flat_map(|(folder, files)| files.iter().map(move |(path, content)| (format!("{folder}/{path}"), content)));
    let placed: Vec<(String, &Vec<u8>)> = placed.collect();
    let tests: Vec<&String> = placed.iter().map(|(path, _)| path).filter(|path| is_test(path)).collect();
    if tests.is_empty() {
        return Tested::Unknown("the exercise has no tests".to_owned());
    }
    let job = RelativePath::new(RUNNER).and_then(|runner| {
        let mut job = Job::python(environment.clone(), runner, include_str!("run/tests.py"));
        let plain = files.iter().chain(&exercise.files).map(|(path, content)| (path.as_str(), content));
        for (path, content) in plain.chain(placed.iter().map(|(path, content)| (path.as_str(), *content))) {
            job.files.push((RelativePath::new(path)?, content.clone()));
        }
        job.argv = tests.into_iter().cloned().collect();
        job.clock = Clock::Virtual;
        Ok(job)
    });
    let transcript = job.and_then(|mut job| {
        loop {
            let transcript = sandbox.run(&job, &mut |_| ())?;
            match transcript.needs {
                // Tests may start servers and programs.
                Some(needs) if needs > job.profile && needs < Profile::Shell => job.profile = needs,
                _ => return Ok(transcript),
            }
        }
    });
    transcript.map_or_else(|error| Tested::Unknown(error.to_string()), |transcript| outcome(&transcript))
}

fn outcome(transcript: &Transcript) -> Tested {
    let stdout = transcript.stdout();
    let told = stdout.lines().find(|line| line.starts_with("FAILED ") || line.starts_with("ERROR "));
    let told = told.or_else(|| stdout.lines().find(|line| line.contains("Error: ")));
    let told = told.map(|line| line.trim_start_matches("FAILED ").trim().chars().take(200).collect::<String>());
    // What a missing package does is no verdict on the code.
    if let Some(missing) = told.as_deref().filter(|line| line.contains("ModuleNotFoundError")) {
        return Tested::Unknown(format!("`{missing}`"));
    }
    match (transcript.outcome, transcript.exit) {
        (Outcome::Ok | Outcome::Failed, Some(0)) => Tested::Passed,
        (Outcome::Ok | Outcome::Failed, Some(5)) => Tested::Unknown("the exercise has no tests".to_owned()),
        (Outcome::Ok | Outcome::Failed, Some(code)) => {
            Tested::Failed(told.map_or_else(|| format!("exit code {code}"), |line| format!("`{line}`")))
        }
        (outcome, _) => Tested::Failed(transcript.cause.clone().unwrap_or_else(|| outcome.name().to_owned())),
    }
}
