//! Exercises: what the learner is given, what is asked, and what a solution has to pass.

mod reference;

use std::collections::BTreeMap;

use serde_json::Value;

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
    pub starter: Files,
    pub solution: Files,
    /// Visible and hidden ones.
    pub tests: Files,
    /// Instructions and hints, by their paths in the exercise's folder.
    pub texts: Files,
}

impl Exercise {
    /// Reads our layout (`starter/`, `solution/`, `tests/`, `tests_hidden/`) or Exercism's. The error says what is wrong
    /// with the settings.
    pub fn read(files: &Files) -> Result<Self, String> {
        match files.get("lab.toml") {
            Some(settings) => ours(files, &String::from_utf8_lossy(settings)),
            None => {
                let settings = files.get(".meta/config.json").map(Vec::as_slice).unwrap_or_default();
                exercism(files, &serde_json::from_slice(settings).map_err(|error| error.to_string())?)
            }
        }
    }

    /// The folder in which the tests run, with the files of the starter, the solution or a learner.
    pub fn folder<'a>(&'a self, files: &'a Files) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        files.iter().chain(&self.tests).map(|(path, content)| (path.as_str(), content.as_slice()))
    }
}

fn ours(files: &Files, settings: &str) -> Result<Exercise, String> {
    let settings: toml::Table = toml::from_str(settings).map_err(|error| error.message().to_owned())?;
    let below = |folder: &str| -> Files {
        let inside = files.iter().filter_map(|(path, content)| Some((path.strip_prefix(folder)?, content)));
        inside.map(|(path, content)| (path.to_owned(), content.clone())).collect()
    };
    let kept = |folder: &'static str| files.iter().filter(move |(path, _)| path.starts_with(folder));
    let texts = files.iter().filter(|(path, _)| matches!(path.as_str(), "instructions.md" | "hints.md"));
    Ok(Exercise {
        settings: "lab.toml".to_owned(),
        title: settings.get("title").and_then(toml::Value::as_str).map(str::to_owned),
        refactoring: settings.get("refactoring").and_then(toml::Value::as_bool).unwrap_or(false),
        starter: below("starter/"),
        solution: below("solution/"),
        tests: kept("tests/")
            .chain(kept("tests_hidden/"))
            .map(|(path, content)| (path.clone(), content.clone()))
            .collect(),
        texts: texts.map(|(path, content)| (path.clone(), content.clone())).collect(),
    })
}

fn exercism(files: &Files, settings: &Value) -> Result<Exercise, String> {
    let named = |key: &str| -> Vec<&str> {
        settings["files"][key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let taken = |paths: &[&str]| -> Files {
        paths.iter().filter_map(|path| Some(((*path).to_owned(), files.get(*path)?.clone()))).collect()
    };
    let stubs = named("solution");
    if stubs.is_empty() {
        return Err("`files.solution` names no file".to_owned());
    }
    let examples = if named("exemplar").is_empty() { named("example") } else { named("exemplar") };
    // The examples take the places of the stubs, in their order.
    let solved = stubs.iter().zip(&examples);
    let solution = solved.filter_map(|(stub, example)| Some(((*stub).to_owned(), files.get(*example)?.clone())));
    let texts = files.iter().filter(|(path, _)| path.starts_with(".docs/") && path.ends_with(".md"));
    let blurb = settings["blurb"].as_str().unwrap_or_default();
    let mut tests = taken(&named("test"));
    tests.extend(taken(&named("editor")));
    Ok(Exercise {
        settings: ".meta/config.json".to_owned(),
        title: None,
        refactoring: blurb.starts_with("Refactor"),
        starter: taken(&stubs),
        solution: solution.collect(),
        tests,
        texts: texts.map(|(path, content)| (path.clone(), content.clone())).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn both_layouts_are_read() {
        let ours = files(&[
            ("lab.toml", "title = \"Tea\"\nrefactoring = true\n"),
            ("instructions.md", "Do."),
            ("starter/tea.py", "stub"),
            ("solution/tea.py", "done"),
            ("tests/test_tea.py", "t"),
            ("tests_hidden/test_tea.py", "h"),
        ]);
        let expected = Exercise {
            settings: "lab.toml".to_owned(),
            title: Some("Tea".to_owned()),
            refactoring: true,
            starter: files(&[("tea.py", "stub")]),
            solution: files(&[("tea.py", "done")]),
            tests: files(&[("tests/test_tea.py", "t"), ("tests_hidden/test_tea.py", "h")]),
            texts: files(&[("instructions.md", "Do.")]),
        };
        assert_eq!(Exercise::read(&ours), Ok(expected));
        let theirs = files(&[
            (
                ".meta/config.json",
                r#"{"files": {"solution": ["tea.py"], "test": ["tea_test.py"], "example": [".meta/example.py"]}}"#,
            ),
            (".meta/example.py", "done"),
            (".docs/instructions.md", "Do."),
            ("tea.py", "stub"),
            ("tea_test.py", "t"),
        ]);
        let expected = Exercise {
            settings: ".meta/config.json".to_owned(),
            title: None,
            refactoring: false,
            starter: files(&[("tea.py", "stub")]),
            solution: files(&[("tea.py", "done")]),
            tests: files(&[("tea_test.py", "t")]),
            texts: files(&[(".docs/instructions.md", "Do.")]),
        };
        assert_eq!(Exercise::read(&theirs), Ok(expected));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let check = |path: &str, text: &str| assert!(Exercise::read(&files(&[(path, text)])).is_err(), "{text}");
        check("lab.toml", "title = ");
        check(".meta/config.json", "{");
        check(".meta/config.json", "{}");
    }
}
