//! Our own layout: `lab.toml` and the folders beside it.

use std::collections::BTreeMap;

use etude_text::Span;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Exercise, Files, Problem, Runner, Wrong, derive, hints, text};
use crate::config::{self, ConfigError, Reader, Value, error};
use crate::spelling;

const SETTINGS: &str = "lab.toml";

/// What `lab.toml` says.
#[derive(Default)]
struct Lab {
    title: Option<String>,
    refactoring: bool,
    runner: Option<Runner>,
    needs: Vec<String>,
    points: BTreeMap<String, u32>,
    tasks: BTreeMap<u32, String>,
    wrong: Vec<Entry>,
}

/// A `[[wrong]]`.
struct Entry {
    answer: Spanned<String>,
    fails: Vec<String>,
    says: Option<String>,
}

pub(super) fn read(files: &Files) -> (Exercise, Vec<Problem>) {
    let (lab, errors) = config::parse(&text(files, SETTINGS), Reader::lab);
    let mut problems: Vec<Problem> = errors.into_iter().map(|error| Problem::new(SETTINGS, error)).collect();
    let below = |folder: &str| -> Files {
        let inside = files.iter().filter_map(|(path, content)| Some((path.strip_prefix(folder)?, content)));
        inside.map(|(path, content)| (path.to_owned(), content.clone())).collect()
    };
    let marked = below("solution/");
    let mut starter = below("starter/");
    if starter.is_empty() {
        starter = derived(&marked, &mut problems);
    }
    let solution = marked.into_iter().map(|(path, content)| match std::str::from_utf8(&content) {
        Ok(source) if path.ends_with(".py") => (path, derive::without_markers(source).into_bytes()),
        _ => (path, content),
    });
    let solution = solution.collect();
    let texts = files.iter().filter(|(path, _)| matches!(path.as_str(), "instructions.md" | "hints.md"));
    let exercise = Exercise {
        settings: SETTINGS.to_owned(),
        title: lab.title,
        refactoring: lab.refactoring,
        runner: lab.runner,
        needs: lab.needs,
        points: lab.points,
        tasks: lab.tasks,
        wrong: wrong(below("wrong/"), &solution, lab.wrong, &mut problems),
        starter,
        solution,
        tests: below("tests/"),
        tests_hidden: below("tests_hidden/"),
        files: below("files/"),
        introduction: String::new(),
        instructions: text(files, "instructions.md"),
        hints: hints::sections(&text(files, "hints.md")),
        texts: texts.map(|(path, content)| (path.clone(), content.clone())).collect(),
    };
    (exercise, problems)
}

/// A starter where the folder has none. A file without markers is the learner's as it is, if another one has some.
fn derived(solution: &Files, problems: &mut Vec<Problem>) -> Files {
    let source = |content: &[u8]| String::from_utf8_lossy(content).into_owned();
    let is_marked =
        |(path, content): (&String, &Vec<u8>)| path.ends_with(".py") && derive::has_markers(&source(content));
    if !solution.iter().any(is_marked) {
        return Files::new();
    }
    let mut starter = Files::new();
    for (path, content) in solution {
        let made = if path.ends_with(".py") {
            match derive::derive(&source(content)) {
                Ok(made) => made.into_bytes(),
                Err(error) => {
                    problems.push(Problem::new(&format!("solution/{path}"), error));
                    continue;
                }
            }
        } else {
            content.clone()
        };
        starter.insert(path.clone(), made);
    }
    starter
}

/// Wrong answers, each as all the files that would be handed in.
fn wrong(folder: Files, solution: &Files, entries: Vec<Entry>, problems: &mut Vec<Problem>) -> Vec<Wrong> {
    let modules: Vec<&String> = solution.keys().filter(|path| path.ends_with(".py")).collect();
    let mut answers: BTreeMap<String, Wrong> = BTreeMap::new();
    for (path, content) in folder {
        let shown = format!("wrong/{path}");
        let (name, place) = match (path.split_once('/'), path.strip_suffix(".py"), modules.as_slice()) {
            (Some((name, inside)), ..) => (name, inside),
            (None, Some(name), [module]) => (name, module.as_str()),
            (None, Some(name), _) => {
                let message = "the solution does not have one file, so this cannot take its place".to_owned();
                let hint = format!("write a folder `wrong/{name}/` with the files that are wrong");
                problems.push(Problem::new(&shown, error(message, 0..0, &hint)));
                continue;
            }
            (None, None, _) => continue,
        };
        let answer = answers.entry(name.to_owned()).or_insert_with(|| Wrong {
            name: name.to_owned(),
            path: shown.clone(),
            files: solution.clone(),
            ..Wrong::default()
        });
        answer.files.insert(place.to_owned(), content);
    }
    for Entry { answer, fails, says } in entries {
        let name = answer.get_ref().strip_suffix(".py").unwrap_or(answer.get_ref());
        if let Some(found) = answers.get_mut(name) {
            (found.entry, found.fails, found.says) = (Some(Span::at(answer.span())), fails, says);
            continue;
        }
        let hint = match spelling::nearest(name, answers.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write it to `wrong/{name}.py`"),
        };
        let message = format!("there is no wrong answer `{name}`");
        problems.push(Problem::new(SETTINGS, error(message, answer.span(), &hint)));
    }
    answers.into_values().collect()
}

impl Reader {
    fn lab(&mut self, table: DeTable<'_>) -> Lab {
        const FIELDS: [&str; 7] = ["title", "refactoring", "runner", "needs", "points", "tasks", "wrong"];
        let mut lab = Lab::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "title" => lab.title = self.string(value).map(Spanned::into_inner),
                "refactoring" => lab.refactoring = self.truth(value).unwrap_or(false),
                "runner" => lab.runner = self.string(value).and_then(|name| self.runner(&name)),
                "needs" => lab.needs = self.strings(value).map(|needs| self.packages(needs)).unwrap_or_default(),
                "points" => lab.points = self.points(value),
                "tasks" => lab.tasks = self.tasks(value),
                "wrong" => lab.wrong = self.wrong(value),
                _ => self.unknown(&key, &FIELDS, "`lab.toml`"),
            }
        }
        lab
    }

    fn runner(&mut self, name: &Spanned<String>) -> Option<Runner> {
        let found = [Runner::Unittest, Runner::Pytest].into_iter().find(|runner| runner.name() == name.get_ref());
        if found.is_none() {
            let message = format!("there is no runner `{}`", name.get_ref());
            self.errors.push(error(message, name.span(), "use \"unittest\" or \"pytest\""));
        }
        found
    }

    fn points(&mut self, value: Value<'_>) -> BTreeMap<String, u32> {
        let mut points = BTreeMap::new();
        for (test, value) in self.table(value).unwrap_or_default() {
            let number = match value.get_ref() {
                DeValue::Integer(number) => number.as_str().parse().ok().filter(|number| *number <= 1_000_000),
                _ => None,
            };
            match number {
                Some(number) => drop(points.insert(test.into_inner().into_owned(), number)),
                None => {
                    let message = format!("`{}` is not worth a whole number of points", test.get_ref());
                    let hint = "write the name of a test and its points: `\"DownloadsTest.test_together\" = 2`";
                    self.errors.push(error(message, value.span(), hint));
                }
            }
        }
        points
    }

    fn tasks(&mut self, value: Value<'_>) -> BTreeMap<u32, String> {
        let mut tasks = BTreeMap::new();
        for (number, title) in self.table(value).unwrap_or_default() {
            let Ok(wanted) = number.get_ref().parse() else {
                let message = format!("`{}` is no number of a task", number.get_ref());
                self.errors.push(error(message, number.span(), "number them, as in `1 = \"Fetch one page\"`"));
                continue;
            };
            tasks.extend(self.string(title).map(|title| (wanted, title.into_inner())));
        }
        tasks
    }

    fn wrong(&mut self, value: Value<'_>) -> Vec<Entry> {
        let mut entries = Vec::new();
        for value in self.array(value, "written as `[[wrong]]`").unwrap_or_default() {
            let place = value.span();
            let Some(table) = self.table(value) else { continue };
            let (mut answer, mut fails, mut says) = (None, Vec::new(), None);
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "answer" => answer = self.string(value),
                    "fails" => {
                        let names = self.strings(value).unwrap_or_default();
                        fails = names.into_iter().map(Spanned::into_inner).collect();
                    }
                    "says" => says = self.string(value).map(Spanned::into_inner),
                    _ => self.unknown(&key, &["answer", "fails", "says"], "a wrong answer"),
                }
            }
            match answer {
                Some(answer) => entries.push(Entry { answer, fails, says }),
                None => {
                    let message = "this wrong answer has no `answer`".to_owned();
                    let hint = "name its file in `wrong/`: `answer = \"one_after_another\"`";
                    self.errors.push(error(message, place, hint));
                }
            }
        }
        entries
    }
}

impl Problem {
    fn new(file: &str, error: ConfigError) -> Self {
        let ConfigError { message, span, hint } = error;
        Self { file: file.to_owned(), span, message, hint }
    }

    /// About a file as a whole.
    pub(super) fn of_file(file: &str, message: String, hint: &str) -> Self {
        Self { file: file.to_owned(), span: Span::empty(0), message, hint: Some(hint.to_owned()) }
    }
}
