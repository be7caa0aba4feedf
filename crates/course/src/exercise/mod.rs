//! Exercises: what the learner is given, what is asked, and what a solution has to pass.

mod derive;
mod exercism;
mod hand_in;
mod hints;
mod ours;
mod reference;

use std::collections::BTreeMap;

use etude_text::Span;

pub use self::derive::derive;
pub use self::hints::Hint;
pub use self::reference::{Lost, lost};

/// Files by their paths in the learner's folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// One exercise, read from the files of its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exercise {
    /// The file that makes the folder one: `lab.toml`, or `.meta/config.json`.
    pub settings: String,
    pub title: Option<String>,
    /// The starter works already, and is to be made better.
    pub refactoring: bool,
    /// `None`: by the looks of the tests.
    pub runner: Option<Runner>,
    /// Packages, besides those of the course.
    pub needs: Vec<String>,
    /// What tests are worth, by their names; others are worth one point.
    pub points: BTreeMap<String, u32>,
    /// Titles by number.
    pub tasks: BTreeMap<u32, String>,
    /// Answers that must not pass.
    pub wrong: Vec<Wrong>,
    /// As the learner gets it; where the folder has none, what is left of the solution without what is marked in it.
    pub starter: Files,
    /// Without the markers.
    pub solution: Files,
    /// Test files and what only they use, by their paths beside the learner's files.
    pub tests: Files,
    /// The same, never shown.
    pub tests_hidden: Files,
    /// What both learner and tests may read or import.
    pub files: Files,
    /// What there is to know before; empty in our layout, where lessons say it.
    pub introduction: String,
    pub instructions: String,
    pub hints: Vec<Hint>,
    /// All texts for the learner, by their paths in the exercise's folder.
    pub texts: Files,
}

/// What runs the tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Runner {
    Unittest,
    Pytest,
}

impl Runner {
    pub fn name(self) -> &'static str {
        match self {
            Runner::Unittest => "unittest",
            Runner::Pytest => "pytest",
        }
    }
}

/// A plausible answer that the tests have to see through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrong {
    pub name: String,
    /// Where the folder has it: one of its files.
    pub path: String,
    /// Where `lab.toml` names it.
    pub entry: Option<Span>,
    /// All that would be handed in.
    pub files: Files,
    /// Tests it fails, by name; empty: any.
    pub fails: Vec<String>,
    /// A part of what the learner is told.
    pub says: Option<String>,
}

/// What is wrong with the files of an exercise, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Of the exercise's folder.
    pub file: String,
    pub span: Span,
    pub message: String,
    pub hint: Option<String>,
}

impl Exercise {
    /// Reads our layout or Exercism's. What can be used is, whatever else is wrong.
    pub fn read(files: &Files) -> (Self, Vec<Problem>) {
        if files.contains_key("lab.toml") { ours::read(files) } else { exercism::read(files) }
    }

    /// The paths of the files a learner writes.
    pub fn written(&self) -> impl Iterator<Item = &str> {
        let more = self.solution.keys().filter(|path| !self.starter.contains_key(*path));
        self.starter.keys().chain(more).map(String::as_str)
    }
}

/// A file with tests rather than one that tests use.
pub fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".cases.json") || name.ends_with("_test.py") || name.starts_with("test_") && name.ends_with(".py")
}

/// A test as authors name it, `Class.test_name`, and as graders do, `file.py::Class::test_name[case]`.
pub fn is_called(id: &str, name: &str) -> bool {
    let plain = |text: &str| text.replace("::", ".");
    let (id, name) = (plain(id), plain(name));
    let whole = |id: &str| id == name || id.strip_suffix(&name).is_some_and(|before| before.ends_with('.'));
    whole(&id) || id.split_once('[').is_some_and(|(id, _)| whole(id))
}

fn text(files: &Files, path: &str) -> String {
    files.get(path).map(|content| String::from_utf8_lossy(content).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn our_layout_is_read() {
        let folder = files(&[
            (
                "lab.toml",
                "title = \"Tea\"\nrefactoring = true\nrunner = \"pytest\"\nneeds = [\"httpx==0.28.1\"]\n[points]\n\"T.test_a\" = 2\n[tasks]\n1 = \"Boil\"\n[[wrong]]\nanswer = \"cold\"\nfails = [\"T.test_a\"]\nsays = \"cold\"\n",
            ),
            ("instructions.md", "Do."),
            ("hints.md", "## One\n\nLook.\n"),
            ("starter/tea.py", "stub"),
            ("solution/tea.py", "# BEGIN SOLUTION\ndone\n# END SOLUTION\n"),
            ("tests/test_tea.py", "t"),
            ("tests/help.py", "help"),
            ("tests_hidden/test_tea.py", "h"),
            ("files/cups.csv", "1,2"),
            ("wrong/cold.py", "cold"),
            ("wrong/spilt/pot.py", "spilt"),
        ]);
        let expected = Exercise {
            settings: "lab.toml".to_owned(),
            title: Some("Tea".to_owned()),
            refactoring: true,
            runner: Some(Runner::Pytest),
            needs: vec!["httpx==0.28.1".to_owned()],
            points: BTreeMap::from([("T.test_a".to_owned(), 2)]),
            tasks: BTreeMap::from([(1, "Boil".to_owned())]),
            wrong: vec![
                Wrong {
                    name: "cold".to_owned(),
                    path: "wrong/cold.py".to_owned(),
                    entry: Some(Span::new(139, 145)),
                    files: files(&[("tea.py", "cold")]),
                    fails: vec!["T.test_a".to_owned()],
                    says: Some("cold".to_owned()),
                },
                Wrong {
                    name: "spilt".to_owned(),
                    path: "wrong/spilt/pot.py".to_owned(),
                    files: files(&[("pot.py", "spilt"), ("tea.py", "done\n")]),
                    ..Wrong::default()
                },
            ],
            starter: files(&[("tea.py", "stub")]),
            solution: files(&[("tea.py", "done\n")]),
            tests: files(&[("help.py", "help"), ("test_tea.py", "t")]),
            tests_hidden: files(&[("test_tea.py", "h")]),
            files: files(&[("cups.csv", "1,2")]),
            introduction: String::new(),
            instructions: "Do.".to_owned(),
            hints: vec![Hint { title: "One".to_owned(), task: None, text: "Look.".to_owned() }],
            texts: files(&[("hints.md", "## One\n\nLook.\n"), ("instructions.md", "Do.")]),
        };
        assert_eq!(Exercise::read(&folder), (expected, Vec::new()));
    }

    #[test]
    fn a_starter_is_derived_where_there_is_none() {
        let marked = "def pour():\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION\n";
        let folder = files(&[("lab.toml", ""), ("solution/tea.py", marked), ("solution/cups.txt", "2")]);
        let (exercise, problems) = Exercise::read(&folder);
        assert_eq!(problems, []);
        let stub = "def pour():\n    # TODO: write your code here\n    raise NotImplementedError\n";
        assert_eq!(exercise.starter, files(&[("cups.txt", "2"), ("tea.py", stub)]));
        assert_eq!(exercise.solution["tea.py"], b"def pour():\n    return 1\n");
        let unmarked = files(&[("lab.toml", ""), ("solution/tea.py", "done")]);
        assert_eq!(Exercise::read(&unmarked).0.starter, Files::new());
    }

    #[test]
    fn exercisms_layout_is_read() {
        let folder = files(&[
            (
                ".meta/config.json",
                r#"{"files": {"solution": ["tea.py"], "test": ["tea_test.py"], "exemplar": [".meta/exemplar.py"], "editor": ["cups.txt"]}}"#,
            ),
            (".meta/exemplar.py", "done"),
            (".docs/introduction.md", "# Tea\n"),
            (".docs/instructions.md", "# Do\n\n## 1. Boil water\n\nHot.\n"),
            (".docs/instructions.append.md", "More.\n"),
            (".docs/hints.md", "## General\n\n- Read.\n\n## 1. Boil water\n\n- Wait.\n"),
            ("tea.py", "stub"),
            ("cups.txt", "2"),
            ("tea_data.py", "x = 1"),
            ("tea_test.py", "t"),
        ]);
        let hint = |title: &str, task, text: &str| Hint { title: title.to_owned(), task, text: text.to_owned() };
        let expected = Exercise {
            settings: ".meta/config.json".to_owned(),
            tasks: BTreeMap::from([(1, "Boil water".to_owned())]),
            starter: files(&[("tea.py", "stub")]),
            solution: files(&[("tea.py", "done")]),
            tests: files(&[("tea_test.py", "t")]),
            files: files(&[("cups.txt", "2"), ("tea_data.py", "x = 1")]),
            introduction: "# Tea".to_owned(),
            instructions: "# Do\n\n## 1. Boil water\n\nHot.\n\nMore.".to_owned(),
            hints: vec![hint("General", None, "- Read."), hint("Boil water", Some(1), "- Wait.")],
            texts: folder
                .iter()
                .filter(|(path, _)| path.starts_with(".docs/"))
                .map(|(a, b)| (a.clone(), b.clone()))
                .collect(),
            ..Exercise::default()
        };
        assert_eq!(Exercise::read(&folder), (expected, Vec::new()));
    }

    /// The problems, each as `file: what it points at: message (hint)`.
    #[track_caller]
    fn refused(folder: &[(&str, &str)], expected: &[&str]) {
        let folder = files(folder);
        let shown = Exercise::read(&folder).1.into_iter().map(|problem| {
            let Problem { file, span, message, hint } = problem;
            let place = span.slice(std::str::from_utf8(&folder[&file]).expect("text")).to_owned();
            format!("{file}: {}: {message} ({})", place.lines().next().unwrap_or_default(), hint.unwrap_or_default())
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        refused(
            &[
                (
                    "lab.toml",
                    "titel = \"x\"\nrefactoring = 1\nrunner = \"nose\"\nneeds = [\"a b\"]\n[points]\na = -1\n[tasks]\none = \"x\"\n[[wrong]]\nanswer = \"cald\"\n[[wrong]]\nfail = []\n",
                ),
                ("solution/tea.py", "x"),
                ("wrong/cold.py", "y"),
            ],
            &[
                "lab.toml: titel: there is no field `titel` (did you mean `title`?)",
                "lab.toml: 1: this has to be a truth value, and is a number ()",
                "lab.toml: \"nose\": there is no runner `nose` (use \"unittest\" or \"pytest\")",
                "lab.toml: \"a b\": `a b` is no requirement (write a name, and a version if it matters, as in \"httpx\" or \"httpx>=0.28\")",
                "lab.toml: -1: `a` is not worth a whole number of points (write the name of a test and its points: `\"DownloadsTest.test_together\" = 2`)",
                "lab.toml: one: `one` is no number of a task (number them, as in `1 = \"Fetch one page\"`)",
                "lab.toml: [[wrong]]: this wrong answer has no `answer` (name its file in `wrong/`: `answer = \"one_after_another\"`)",
                "lab.toml: fail: there is no field `fail` (did you mean `fails`?)",
                "lab.toml: \"cald\": there is no wrong answer `cald` (did you mean `cold`?)",
            ],
        );
        refused(
            &[("lab.toml", "title = ")],
            &[
                "lab.toml: : string values must be quoted, expected literal string (correct it: what follows may not be read)",
            ],
        );
        refused(
            &[("lab.toml", ""), ("solution/a.py", "# BEGIN SOLUTION\n"), ("solution/b.py", ""), ("wrong/x.py", "")],
            &[
                "solution/a.py: # BEGIN SOLUTION: there is no `# END SOLUTION` for this beginning (put one after what the learner writes)",
                "wrong/x.py: : the solution does not have one file, so this cannot take its place (write a folder `wrong/x/` with the files that are wrong)",
            ],
        );
        refused(
            &[(".meta/config.json", "{")],
            &[
                ".meta/config.json: : this is no JSON: EOF while parsing an object at line 1 column 1 (write what Exercism's own tool checks: `configlet lint`)",
            ],
        );
        refused(
            &[(".meta/config.json", "{}")],
            &[".meta/config.json: : `files.solution` names no file (list there what the learner writes)"],
        );
    }

    #[test]
    fn tests_have_short_names() {
        for (id, name, expected) in [
            ("T::test_a", "T.test_a", true),
            ("T::test_a", "test_a", true),
            ("T::test_a", "est_a", false),
            ("more_test.py::T::test_a", "T::test_a", true),
            ("test_a[1-x.y]", "test_a", true),
            ("test_a[1]", "test_a[1]", true),
            ("test_a[1]", "test_a[2]", false),
        ] {
            assert_eq!(is_called(id, name), expected, "{id} {name}");
        }
    }
}
