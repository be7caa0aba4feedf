mod json;
mod many;
mod report;
mod results;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use etude_course::{Config, Exercise, Files, Problem};
use etude_practice::grade::{Status as Ended, Verdict};
use etude_project::{Error, ExerciseFolder};

use crate::Status;
use crate::commands::run::timeline::{self, Drawing};
use crate::grading::Grader;
use crate::interrupts::{Interrupts, interruptible};
use crate::paths::{is_stdin, read_stdin};
use crate::printer::{Printer, Refusal};

const EXAMPLES: &str = "\
Examples:
  etude grade exercises/cups                  what is written in its starter folder
  etude grade exercises/cups my_cups.py       a file of yours
  etude grade exercises/cups answers          a folder of yours
  etude grade cups                            the exercise of that name, in a course
  etude grade cups my_cups.py --timeline -    and what its tasks did
  etude grade cups --submissions inbox        everybody's, a row each
  etude grade cups --submissions inbox --csv
  etude grade cups my_cups.py --json          for a program

EXERCISE is a folder with `lab.toml` or with Exercism's `.meta/config.json`, or a path in one. Files are known by their \
names; a single file may have any. What you do not hand in is as in the starter. Without FILES, those count that lie in \
the current folder, else in the starter folder, or in Exercism's folder itself.

In a folder of submissions, each Python file and each folder is one. One that cannot be graded does not stop the others.

Exit codes: 0 all passes, 1 something does not, 2 it could not be graded, 130 Ctrl-C.";

/// Grade an answer to an exercise, test by test
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The folder of the exercise, a path in it, or its name
    #[arg(value_name = "EXERCISE")]
    exercise: PathBuf,

    /// What is handed in: files, or a folder; `-` is standard input
    #[arg(value_name = "FILES")]
    files: Vec<PathBuf>,

    /// Grade all that lies in a folder, each entry as a submission of its own
    #[arg(long, value_name = "DIR", conflicts_with_all = ["files", "timeline", "results"])]
    submissions: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    /// Print a row for each submission, with commas between
    #[arg(long, conflicts_with = "json")]
    csv: bool,

    /// Draw what the learner's tasks did: `-` in the terminal, or into FILE.svg or FILE.json
    #[arg(long, value_name = "FILE", value_parser = timeline::parse)]
    timeline: Vec<Drawing>,

    /// Also write a `results.json` as Exercism's test runners do, with points
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
}

/// An exercise that was found, and what counts for it.
struct Found {
    folder: ExerciseFolder,
    exercise: Exercise,
    config: Config,
}

pub(crate) fn run(arguments: &Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let Arguments { submissions, json, csv, timeline, results, .. } = arguments;
    anyhow::ensure!(!csv || submissions.is_some(), "`--csv` tells of the rows of `--submissions`");
    let mut files = timeline.iter().filter_map(Drawing::file).chain(results.as_deref());
    files.try_for_each(etude_project::can_put)?;
    let found = Found::at(&arguments.exercise, printer)?;
    let interrupts = Interrupts::default();
    if let Some(folder) = submissions {
        let all = etude_project::submissions(folder)?;
        if all.is_empty() {
            let message = format!("there is no submission in `{}`", folder.display());
            let hint = "each is a Python file or a folder in it".to_owned();
            return Err(Refusal { message, hint }.into());
        }
        let rows = many::grade(&found, &all, &interrupts, printer)?;
        return many::tell(&found, &rows, many::Form::of(*json, *csv), &interrupts, printer);
    }
    let (files, from) = found.handed_in(&arguments.files)?;
    let grader = Grader::start(printer)?;
    let graded = interruptible(grader.sandbox(), &interrupts, || {
        let ready = grader.ready(&found.exercise, &found.config, printer)?;
        grader.graded(&ready, &found.exercise, &files).with_context(|| format!("`{}`", found.folder.shown))
    });
    if let Some(signal) = interrupts.signal() {
        return Ok(Status::Stopped(signal));
    }
    let graded = graded?;
    let mut out = printer.out();
    if *json {
        serde_json::to_writer_pretty(&mut out, &json::Report::new(&found, &graded))?;
        writeln!(out)?;
    } else {
        report::tell(&mut out, &found, &graded, &from, printer)?;
    }
    out.flush()?;
    for drawing in timeline {
        drawing.draw(&graded.seen, false, &found.title(), printer)?;
    }
    if let Some(path) = results {
        let results = results::Results::new(&found.exercise, &graded.verdict);
        etude_project::put(path, serde_json::to_string_pretty(&results)?.as_bytes())?;
    }
    Ok(status(&graded.verdict))
}

fn status(verdict: &Verdict) -> Status {
    if verdict.status == Ended::Pass { Status::Fine } else { Status::Findings }
}

impl Found {
    fn at(given: &Path, printer: &Printer) -> anyhow::Result<Self> {
        let folder = ExerciseFolder::find(given)?;
        let (exercise, problems) = Exercise::read(&folder.files);
        for Problem { file, message, hint, .. } in &problems {
            let place = Path::new(&folder.shown).join(file).display().to_string();
            printer.warn(&format!("{message}, in `{place}`"), hint.as_deref().unwrap_or("`etude check` shows where"));
        }
        let refused = |message: &str, hint: &str| {
            Err(Refusal { message: format!("`{}` {message}", folder.shown), hint: hint.to_owned() }.into())
        };
        if exercise.solution.is_empty() {
            return refused("has no solution, which says what its tests come to", "write one into `solution/`");
        }
        if exercise.tests.is_empty() && exercise.tests_hidden.is_empty() {
            return refused("has no tests", "write some into `tests/`, as `test_*.py`");
        }
        let config = etude_project::course_settings(Path::new(&folder.path), None)?.unwrap_or_default();
        Ok(Self { folder, exercise, config })
    }

    fn name(&self) -> String {
        let name = Path::new(&self.folder.path).file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn title(&self) -> String {
        self.exercise.title.clone().unwrap_or_else(|| self.name())
    }

    /// The files to be graded at their places, and where they come from, in words.
    fn handed_in(&self, given: &[PathBuf]) -> anyhow::Result<(Files, String)> {
        let root = Path::new(&self.folder.path);
        let shown = |paths: &[PathBuf]| {
            let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            paths.join(", ")
        };
        let names = || self.exercise.written().collect::<Vec<_>>().join("`, `");
        let own = etude_project::own_files(self.exercise.written(), root)?;
        let given = if given.is_empty() { &own } else { given };
        if !given.is_empty() {
            let read = match given {
                [path] if is_stdin(path) => Ok(Files::from([("answer.py".to_owned(), read_stdin()?)])),
                _ => etude_project::submission(given),
            };
            let found = match read {
                Err(error @ (Error::TooManyBytes { .. } | Error::TooManyFiles { .. })) => {
                    let message = format!("`{}` is too much for an answer: {error}", shown(given));
                    let hint = format!("hand in what you wrote, and nothing else: `{}`", names());
                    return Err(Refusal { message, hint }.into());
                }
                found => found?,
            };
            let placed = self.exercise.placed(&found).ok_or_else(|| Refusal {
                message: format!("there is nothing to grade in `{}`", shown(given)),
                hint: match (self.exercise.written().count(), found.len()) {
                    (1, 2..) => format!(
                        "this exercise asks for one file: name that alone, or call it `{}`; `--submissions DIR` grades all \
                         that lie in a folder",
                        names()
                    ),
                    _ => format!("this exercise asks for `{}`", names()),
                },
            })?;
            return Ok((placed, shown(given)));
        }
        let place = if self.exercise.settings == "lab.toml" { "starter/" } else { "" };
        let there = |path: &str| {
            let content = self.folder.files.get(&format!("{place}{path}"))?;
            Some((path.to_owned(), content.clone()))
        };
        let files: Files = self.exercise.written().filter_map(there).collect();
        if files.is_empty() {
            let hint = format!("name what you wrote, as in `etude grade {} {}`", self.folder.shown, names());
            return Err(Refusal { message: "there is nothing to grade yet".to_owned(), hint }.into());
        }
        let from = files.keys().map(|path| Path::new(&self.folder.shown).join(format!("{place}{path}")));
        Ok((files.clone(), shown(&from.collect::<Vec<_>>())))
    }
}
