//! What is true of a submission, test by test.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

use etude_course::checks::packages::is_stdlib;
use etude_course::is_called;
use etude_sandbox::Outcome;
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::equality;
use super::exercise::Exercise;
use super::expectation::Part;
use super::lines::{Ended, Planned, Raised};
use super::passes::Passes;
use super::printed;
use crate::plan::File;

/// A longer line is not shown: its mark would stand below another one.
const MOST_COLUMNS: usize = 70;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Pass,
    /// An assertion did not hold.
    Fail,
    /// Something else was raised, or the program was ended.
    Error,
    Skip,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Test {
    pub id: String,
    pub status: Status,
    pub task: Option<u32>,
    /// What it is worth, and what it brought.
    pub worth: u32,
    pub points: u32,
    pub hidden: bool,
    pub message: Option<String>,
    /// What the learner's code and the test printed; of hidden tests nothing.
    pub output: String,
    #[serde(skip)]
    pub right: bool,
    /// Two of the learner's objects were compared by their own equality, which the reference's pattern then confirmed. Not
    /// told of hidden tests.
    pub by_own_equality: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Never [`Status::Skip`].
    pub status: Status,
    pub tests: Vec<Test>,
    /// About the submission as a whole: why no test ran, with the line of the learner's where that is known.
    pub message: Option<String>,
    /// What was printed before the first visible test, above all while the learner's modules were loaded.
    pub output: String,
    /// The worst that happened to the program; of hidden tests only that something did.
    pub outcome: Outcome,
    /// Of the visible tests, as is the next.
    pub wall: Duration,
    /// In whole milliseconds.
    pub virtual_time: Duration,
    /// What the learner's tasks did during the visible tests, as the sandbox tells it.
    pub events: Option<Vec<u8>>,
    /// Of all that decided this.
    pub digest: String,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Error => "error",
            Status::Skip => "skip",
        }
    }
}

impl Test {
    /// It came out as with the reference.
    pub fn is_right(&self) -> bool {
        self.right
    }
}

impl Verdict {
    pub fn worth(&self) -> u32 {
        self.tests.iter().map(|test| test.worth).sum()
    }

    pub fn points(&self) -> u32 {
        self.tests.iter().map(|test| test.points).sum()
    }
}

/// Everything is held against what the reference did.
pub(super) fn of(
    exercise: &Exercise,
    submission: &[File],
    parts: Vec<(bool, &Part, Passes)>,
    digest: String,
) -> Verdict {
    let mut verdict = Verdict {
        status: Status::Pass,
        tests: Vec::new(),
        message: None,
        output: String::new(),
        outcome: Outcome::Ok,
        wall: Duration::ZERO,
        virtual_time: Duration::ZERO,
        events: None,
        digest,
    };
    for (hidden, part, passes) in parts {
        verdict.add(exercise, submission, hidden, part, passes);
    }
    verdict.say_once_what_is_missing();
    verdict
}

/// A file that lies in the way of a module which everything needs.
fn hidden_module(exercise: &Exercise, submission: &[File]) -> Option<String> {
    let own = submission.iter().map(|file| &file.path).filter(|path| !exercise.solution.contains(path));
    let name = own.filter_map(|path| path.strip_suffix(".py")).find(|name| is_stdlib(name))?;
    Some(format!("your `{name}.py` hides Python's own module `{name}`: give it another name"))
}

/// Python says neither file nor line of it.
fn no_text(submission: &[File]) -> Option<String> {
    let at = |file: &File| file.content.iter().position(|byte| *byte == 0);
    let (file, at) =
        submission.iter().filter(|file| file.path.ends_with(".py")).find_map(|file| Some((file, at(file)?)))?;
    let line = 1 + file.content[..at].iter().filter(|byte| **byte == b'\n').count();
    Some(format!("`{}` line {line} has a NUL byte, which no program has: save the file as UTF-8 text", file.path))
}

impl Verdict {
    /// Of what the tests look for and no file defines.
    fn say_once_what_is_missing(&mut self) {
        static MISSING: LazyLock<Regex> = LazyLock::new(|| {
            let text = r"^AttributeError: module '(?P<module>\w+)' has no attribute '(?P<name>\w+)'$";
            Regex::new(text).expect("a regular expression")
        });
        let missing = |test: &Test| {
            let found = MISSING.captures(test.message.as_deref()?)?;
            Some((found["module"].to_owned(), found["name"].to_owned()))
        };
        let all: Vec<_> = self.tests.iter().filter_map(missing).collect();
        let is_new = self.message.is_none() && all.len() > 1 && !self.tests.iter().any(Test::is_right);
        let Some((module, _)) = all.first().filter(|_| is_new) else { return };
        let names: BTreeSet<String> =
            all.iter().filter(|(of, _)| of == module).map(|(_, name)| format!("`{name}`")).collect();
        let names: Vec<String> = names.into_iter().collect();
        let (last, others) = names.split_last().expect("there is one");
        let names = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
        self.message = Some(format!("`{module}.py` does not define {names}"));
        for test in &mut self.tests {
            if missing(test).is_some_and(|(of, _)| of == *module) {
                test.message = None;
            }
        }
    }

    fn add(&mut self, exercise: &Exercise, submission: &[File], hidden: bool, part: &Part, mut passes: Passes) {
        if !hidden {
            self.output = printed::told(&passes.loaded.take().unwrap_or_default());
            self.wall += passes.wall;
            // In steps that no mere reading of the clock makes.
            self.virtual_time += Duration::from_millis(passes.virtual_time.as_millis() as u64);
        }
        self.events = self.events.take().or(passes.events.take());
        if let Some(outcome) = passes.outcome {
            // Which limit it was could tell of hidden inputs, as could how long it took.
            self.outcome = if hidden {
                match self.outcome {
                    Outcome::Ok => Outcome::Failed,
                    visible => visible,
                }
            } else {
                outcome
            };
        }
        if let Some(failed) = &passes.failed {
            self.status = Status::Error;
            self.message = self.message.take().or_else(|| {
                let line = if hidden { None } else { source_line(failed, submission) };
                let said = || words(failed, hidden) + &line.unwrap_or_default();
                Some(hidden_module(exercise, submission).or_else(|| no_text(submission)).unwrap_or_else(said))
            });
        }
        // As the reference's tests came, then what only this run has.
        let all = part.plan.iter().chain(&passes.plan);
        let planned: BTreeMap<&str, &Planned> = all.map(|test| (test.id.as_str(), test)).collect();
        let expected = part.plan.iter().map(|test| &test.id);
        let own = passes.plan.iter().map(|test| &test.id).filter(|id| !part.statuses.contains_key(*id));
        let passed: BTreeSet<&str> =
            passes.passed().filter(|id| part.statuses.get(*id) == Some(&Status::Pass)).collect();
        let as_wanted =
            |(id, wanted): (&String, &Status)| passes.ended.get(id).map(|ended| ended.status) == Some(*wanted);
        let all = part.statuses.iter().all(as_wanted);
        let unequal = equality::differing(&part.matrix, &passes.matrix, &passed, all);
        let mut numbers = BTreeMap::new();
        for id in expected.chain(own) {
            let mut ended = passes.ended.get(id).cloned().unwrap_or_else(|| Ended {
                status: Status::Error,
                error: None,
                output: String::new(),
                claims: 0,
                held: false,
            });
            if let Some(class) = unequal.get(id.as_str()) {
                let text = if equality::is_class(class) {
                    format!(
                        "some objects of `{class}` are equal to each other that are not to be, or the other way round, or \
                         come in another order"
                    )
                } else if let Some(class) = class.strip_prefix("only ") {
                    format!(
                        "the test compares objects of your class `{class}` by your own `__eq__`, where the solution has \
                         plain data: return plain data there"
                    )
                } else if class.starts_with("order ") {
                    "some of your objects are less or greater than others where they are not to be: look at `__lt__` \
                     and its like"
                        .to_owned()
                } else {
                    "some of your objects equal plain data, or are less or greater, where they are not to be".to_owned()
                };
                (ended.status, ended.error) = (Status::Fail, Some(Raised { text, ..Raised::default() }));
            }
            let wanted = part.statuses.get(id).copied();
            if wanted != Some(ended.status) {
                self.status = self.status.max(if passes.failed.is_some() { Status::Error } else { Status::Fail });
            }
            // What the reference skips as well, nobody has done.
            let usual = u32::from(wanted != Some(Status::Skip));
            let named = exercise.points.iter().find(|(name, _)| is_called(id, name));
            let worth = named.map_or(usual, |(_, points)| *points);
            let about = planned.get(id.as_str()).copied();
            let id = if hidden { without_values(id, &mut numbers) } else { id.clone() };
            let mut test = test(&id, about, ended, wanted, worth, hidden);
            if passes.failed.is_some() && !passes.ended.contains_key(&test.id) {
                // Why none of them ran is said once.
                test.message = None;
            }
            self.tests.push(test);
        }
    }
}

/// `test_a[7-x]` has its values in its name: it becomes `test_a[1]`.
fn without_values(id: &str, numbers: &mut BTreeMap<String, usize>) -> String {
    let Some((name, _)) = id.split_once('[') else { return id.to_owned() };
    let number = numbers.entry(name.to_owned()).or_insert(0);
    *number += 1;
    format!("{name}[{number}]")
}

fn test(id: &str, planned: Option<&Planned>, ended: Ended, wanted: Option<Status>, worth: u32, hidden: bool) -> Test {
    let right = wanted == Some(ended.status);
    let about = planned.map(|planned| planned.doc.as_str()).filter(|doc| !doc.is_empty());
    let message = match &ended.error {
        _ if right && ended.status == Status::Pass => None,
        Some(error) => Some(words(error, hidden)),
        None => (!right).then(|| "not what the reference does here".to_owned()),
    };
    let message = match (message, about) {
        (Some(message), Some(about)) if hidden => Some(format!("{}: {message}", about.trim_end_matches('.'))),
        (message, _) => message,
    };
    Test {
        id: id.to_owned(),
        status: ended.status,
        task: planned.and_then(|planned| planned.task),
        worth,
        points: if right { worth } else { 0 },
        right,
        hidden,
        message,
        output: if hidden { String::new() } else { printed::told(&ended.output) },
        by_own_equality: !hidden && ended.claims > 0,
    }
}

/// What went wrong, for the learner. Of a hidden test only what cannot carry its inputs: any text, name or line, even the
/// kind of an exception, may have been chosen by a program that saw them.
fn words(raised: &Raised, hidden: bool) -> String {
    without_addresses(&said(raised, hidden))
}

/// The line of the learner's that is told of, with a mark below a mistake in its syntax.
fn source_line(raised: &Raised, submission: &[File]) -> Option<String> {
    let (path, number, _) = raised.place.as_ref()?;
    let file = submission.iter().find(|file| file.path == *path)?;
    let text = String::from_utf8_lossy(&file.content);
    let line = text.lines().nth((*number as usize).checked_sub(1)?)?.trim_end();
    let indent = line.chars().take_while(|char| char.is_whitespace()).count();
    let shown: String = line.chars().skip(indent).collect();
    let width = shown.chars().count();
    if width == 0 || width > MOST_COLUMNS {
        return None;
    }
    let mark = raised.columns.and_then(|(first, end)| {
        let first = (first - 1).checked_sub(indent)?;
        let length = end.saturating_sub(1 + indent).min(width.max(first + 1)).checked_sub(first)?.max(1);
        (first <= width).then(|| format!("\n    {}{}", " ".repeat(first), "^".repeat(length)))
    });
    Some(format!("\n    {shown}{}", mark.unwrap_or_default()))
}

/// They are others each time, and say nothing.
pub(super) fn without_addresses(text: &str) -> String {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new("0x[0-9a-f]{6,}").expect("a regular expression"));
    ADDRESS.replace_all(text, "0x…").into_owned()
}

fn said(raised: &Raised, hidden: bool) -> String {
    match (hidden, &raised.place) {
        (true, _) if raised.broken => "a hidden test that your program did not come through".into(),
        (true, _) if raised.kind != "AssertionError" && !raised.kind.is_empty() => {
            "a hidden test: your code raised an exception".into()
        }
        (true, _) => "a hidden test: the answer is not the expected one".into(),
        (false, Some((file, line, function))) => {
            let is_function = !function.is_empty() && !function.starts_with('<');
            if is_function && raised.kind == "NotImplementedError" && raised.text.is_empty() {
                return format!("not written yet: `{function}` (`{file}` line {line})");
            }
            let place = if is_function { format!(", in `{function}`") } else { String::new() };
            // Python says the place of a syntax error as well, in its own way.
            let text = raised.text.strip_suffix(&format!(" ({file}, line {line})")).unwrap_or(&raised.text);
            let kind = match raised.kind.as_str() {
                // A test says it, of something that the learner's code did there.
                "AssertionError" if !text.is_empty() => String::new(),
                kind if text.is_empty() => kind.to_owned(),
                kind => format!("{kind}: "),
            };
            format!("{kind}{text} (`{file}` line {line}{place})")
        }
        (false, None) if raised.kind.is_empty() || raised.kind == "AssertionError" => raised.text.clone(),
        (false, None) if raised.text.is_empty() => raised.kind.clone(),
        (false, None) => format!("{}: {}", raised.kind, raised.text),
    }
}
