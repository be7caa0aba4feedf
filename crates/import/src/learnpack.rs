//! LearnPack: `learn.json` or `bc.json`, and a folder for each exercise.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use etude_course::Files;
use regex::Regex;
use serde_json::Value;

use crate::carrier::Carrier;
use crate::exercise::{Exercise, Part};
use crate::report::{Outcome, Place};
use crate::settings::{CourseToml, Lab};
use crate::{Error, Source, python, texts};

const SETTINGS: [&str; 2] = ["learn.json", "bc.json"];

/// Parts of a text that LearnPack does not show.
static HIDDEN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)<!--\s*hide\s*-->.*?<!--\s*endhide\s*-->").expect("a valid expression"));

pub(crate) fn looks_like(files: &Files) -> bool {
    let settings = SETTINGS.iter().any(|path| files.contains_key(*path));
    settings && files.keys().any(|path| path.starts_with("exercises/"))
        || files.keys().any(|path| path.starts_with("exercises/") && path.contains(".hide."))
}

/// Where the tests look for the learner's file, and what they ask `pytest` for. LearnPack brings its own plugin.
const CONFTEST: &str = include_str!("learnpack/conftest.py");

pub(crate) fn import(source: &Source, carrier: &mut Carrier<'_>) -> Result<(), Error> {
    let files = &source.files;
    let settings = SETTINGS.iter().find_map(|path| files.get_key_value(*path));
    let config: Value = match settings {
        Some((path, content)) => serde_json::from_slice(content).map_err(|error| Error::Broken {
            file: path.clone(),
            what: "JSON",
            line: u32::try_from(error.line()).ok(),
            message: error.to_string().split(" at line").next().unwrap_or_default().to_owned(),
        })?,
        None => Value::Null,
    };
    let title = english(&config["title"]).unwrap_or_else(|| python::title(&source.name));
    let folders: BTreeSet<&str> = files
        .keys()
        .filter_map(|path| path.strip_prefix("exercises/")?.split_once('/'))
        .map(|(name, _)| name)
        .collect();
    let mut folders: Vec<&str> = folders.into_iter().collect();
    folders.sort_by_key(|name| number(name));
    let mut lines = Vec::new();
    let mut lessons = vec!["README.md".to_owned()];
    for name in folders {
        if let Some((line, lesson)) = folder(files, name, carrier) {
            lines.push(line);
            lessons.extend(lesson);
        }
    }
    let readme = files.get_key_value("README.md").map(|(path, _)| path.as_str());
    let (_, about) = readme.and_then(|path| texts::text(files, path)).map_or_else(
        || (None, english(&config["description"]).unwrap_or_default()),
        |text| texts::without_title(&text),
    );
    let shown = HIDDEN.replace_all(&about, "").into_owned();
    if let (Some(path), true) = (readme, shown != about) {
        carrier.left(path, "what stands between `<!-- hide -->` and `<!-- endhide -->`");
    }
    let about = texts::with_neighbours(&shown, "README.md", "", files, carrier);
    let contents = format!("## Contents\n\n{}\n", lines.join("\n"));
    let from: Vec<&str> = readme.into_iter().chain(settings.map(|(path, _)| path.as_str())).collect();
    carrier.write(&from, "README.md", texts::joined(&title, [about.as_str(), &contents]));
    let course = CourseToml {
        title,
        description: english(&config["description"]),
        modules: vec![(None, lessons)],
        ..CourseToml::default()
    };
    carrier.write(&from, "course.toml", course.to_toml());
    if !lines.is_empty() {
        carrier.lesson("README.md");
    }
    carrier.copy("LICENSE.md", "LICENSE.md");
    carrier.copy("LICENSE", "LICENSE");
    let translated =
        |path: &str| path.rsplit('/').next().is_some_and(|name| name.starts_with("README.") && name != "README.md");
    carrier.rest(translated, Outcome::Lost, "a translation: an exercise is in one language");
    carrier.rest(|path| path.starts_with(".learn/"), Outcome::Left, "LearnPack's own settings");
    carrier.rest(
        |path| path.starts_with('.') || !path.starts_with("exercises/"),
        Outcome::Left,
        "it is for those who look after the course",
    );
    Ok(())
}

/// `08.1-Your-First-If` comes after `08-` and before `09-`.
fn number(name: &str) -> (Vec<u32>, String) {
    let digits = name.split('-').next().unwrap_or_default();
    (digits.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect(), name.to_owned())
}

/// A link to the video that the front matter names, if it does.
fn video(text: &str) -> String {
    let fields = etude_markdown::parse(text).front_matter.map(|matter| matter.fields).unwrap_or_default();
    let video = fields.into_iter().find(|field| field.name == "tutorial" || field.name == "intro");
    match video.map(|field| field.value) {
        Some(etude_markdown::Yaml::String(url)) => format!("A video: <{url}>"),
        _ => String::new(),
    }
}

fn english(value: &Value) -> Option<String> {
    let text = value.as_str().or_else(|| value["us"].as_str()).or_else(|| value["en"].as_str());
    text.map(str::to_owned)
}

/// Makes an exercise of a folder, or a lesson where there is nothing to do. What the index says of it.
fn folder(files: &Files, name: &str, carrier: &mut Carrier<'_>) -> Option<(String, Option<String>)> {
    let root = format!("exercises/{name}/");
    let inside: BTreeMap<&str, &str> =
        files.keys().filter_map(|path| Some((path.strip_prefix(&root)?, path.as_str()))).collect();
    let readme = inside.get("README.md").copied();
    let Some(readme) = readme else {
        carrier.rest(|path| path.starts_with(&root), Outcome::Lost, "its folder has no `README.md`");
        return None;
    };
    let text = texts::text(files, readme).unwrap_or_default();
    let video = video(&text);
    let (heading, text) = texts::without_title(&text);
    // Titles begin with their number, which the order gives.
    let title =
        heading.map(|it| it.trim_start_matches(|char: char| char.is_ascii_digit() || ".- `".contains(char)).to_owned());
    let title = title.filter(|title| !title.is_empty()).unwrap_or_else(|| python::title(name));

    let solution = |path: &str| path.replace(".hide.", ".").replace("solution.", "app.");
    let is_test = |path: &str| matches!(path, "test.py" | "tests.py");
    let hidden: Vec<&str> = inside.keys().copied().filter(|path| path.contains(".hide.")).collect();
    let code: Vec<&str> = inside
        .keys()
        .copied()
        .filter(|path| path.ends_with(".py") && !path.contains(".hide.") && !is_test(path))
        .collect();
    let tests: Vec<&str> = inside.keys().copied().filter(|path| is_test(path)).collect();
    if code.is_empty() && hidden.is_empty() && tests.is_empty() {
        let to = format!("exercises/{name}/README.md");
        let text = texts::with_neighbours(&text, readme, &root, files, carrier);
        carrier.write(&[readme], &to, texts::joined(&title, [text.as_str(), &video]));
        carrier.lesson(&to);
        carrier.rest(
            |path| path.starts_with(&root) && !path.contains("/README."),
            Outcome::Lost,
            "it is not Python, and is not run",
        );
        return Some((format!("- [{title}]({to})"), Some(to)));
    }
    let part = |from: &str, to: &str| Part::of(files, inside.get(from)?, to);
    let (hints, text) = match texts::cut_section(&text, |heading| heading.to_lowercase().contains("hint")) {
        Some((hints, rest)) => (Some(hints), rest),
        None => (None, text),
    };
    let mut exercise = Exercise {
        lab: Lab { title: title.clone(), ..Lab::default() },
        from: vec![readme],
        hints: hints.map(|hints| (readme, format!("# Hints\n\n## Hint 1\n\n{hints}\n"))),
        starter: code.iter().filter_map(|path| part(path, path)).collect(),
        solution: hidden
            .iter()
            .filter(|path| path.ends_with(".py"))
            .filter_map(|path| part(path, &solution(path)))
            .collect(),
        tests: tests.iter().filter_map(|path| part(path, "test_app.py")).collect(),
        ..Exercise::default()
    };
    let text = texts::with_neighbours(&text, readme, &root, files, carrier);
    exercise.instructions = texts::joined(&title, [text.as_str(), &video]);
    // A file without a solution is given, unless it is the one to write.
    let solved: BTreeSet<String> = exercise.solution.iter().map(|part| part.path.clone()).collect();
    if !solved.is_empty() {
        let (own, given) = exercise.starter.into_iter().partition(|part| solved.contains(&part.path));
        exercise.starter = own;
        exercise.given = given;
    }
    for test in &exercise.tests {
        let source = String::from_utf8_lossy(&test.content);
        let reads = (1..).zip(source.lines()).find(|(_, line)| line.contains("open("));
        if let Some((line, _)) = reads {
            carrier.changed(
                test.from,
                Place::Line(line),
                "it reads the learner's file: `conftest.py` gives it the source of the module",
            );
        }
    }
    match tests.first() {
        Some(test) => exercise.tests.extend([Part {
            path: "conftest.py".to_owned(),
            content: CONFTEST.into(),
            from: inside[test],
        }]),
        None => carrier.lost(readme, Place::Whole, "it has no tests, so nothing is graded"),
    }
    let data = inside
        .keys()
        .copied()
        .filter(|path| !path.ends_with(".py") && !path.starts_with("README") && !path.contains(".hide."));
    for path in data.filter(|path| !carrier.has_told(inside[path])) {
        exercise.given.extend(part(path, path));
    }
    let root = root.as_str();
    exercise.write(root, carrier);
    carrier.rest(
        |path| path.starts_with(root) && path.contains(".hide."),
        Outcome::Lost,
        "it is not Python, and is not run",
    );
    Some((format!("- [{title}]({root}instructions.md)"), None))
}
