//! Exercism's layout: `.meta/config.json` says which file is what.

use serde_json::Value;

use super::{Exercise, Files, Problem, hints, text};

const SETTINGS: &str = ".meta/config.json";

pub(super) fn read(files: &Files) -> (Exercise, Vec<Problem>) {
    let mut problems = Vec::new();
    let settings: Value = serde_json::from_str(&text(files, SETTINGS)).unwrap_or_else(|error| {
        let hint = "write what Exercism's own tool checks: `configlet lint`";
        problems.push(Problem::of_file(SETTINGS, format!("this is no JSON: {error}"), hint));
        Value::Null
    });
    let named = |key: &str| -> Vec<&str> {
        settings["files"][key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let taken = |paths: &[&str]| -> Files {
        paths.iter().filter_map(|path| Some(((*path).to_owned(), files.get(*path)?.clone()))).collect()
    };
    let stubs = named("solution");
    if stubs.is_empty() && problems.is_empty() {
        let hint = "list there what the learner writes";
        problems.push(Problem::of_file(SETTINGS, "`files.solution` names no file".to_owned(), hint));
    }
    let examples = if named("exemplar").is_empty() { named("example") } else { named("exemplar") };
    // The examples take the places of the stubs, in their order.
    let solved = stubs.iter().zip(&examples);
    let solution = solved.filter_map(|(stub, example)| Some(((*stub).to_owned(), files.get(*example)?.clone())));
    let tests = named("test");
    // What the tests import lies beside them, and not all of it is listed, whatever it is called.
    let given = |path: &str| path.ends_with(".py") && !path.contains('/');
    let beside = files.iter().filter(|(path, _)| {
        let path = path.as_str();
        !stubs.contains(&path) && !tests.contains(&path) && (given(path) || named("editor").contains(&path))
    });
    let blurb = settings["blurb"].as_str().unwrap_or_default();
    let appended = |name: &str| -> String {
        let parts = [text(files, &format!(".docs/{name}.md")), text(files, &format!(".docs/{name}.append.md"))];
        let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
        parts.join("\n\n")
    };
    let instructions = appended("instructions");
    let tasks = hints::sections(&instructions).into_iter().filter_map(|task| Some((task.task?, task.title)));
    let texts = files.iter().filter(|(path, _)| path.starts_with(".docs/") && path.ends_with(".md"));
    let exercise = Exercise {
        settings: SETTINGS.to_owned(),
        refactoring: blurb.starts_with("Refactor"),
        tasks: tasks.collect(),
        starter: taken(&stubs),
        solution: solution.collect(),
        tests: taken(&tests),
        files: beside.map(|(path, content)| (path.clone(), content.clone())).collect(),
        introduction: appended("introduction"),
        hints: hints::sections(&text(files, ".docs/hints.md")),
        texts: texts.map(|(path, content)| (path.clone(), content.clone())).collect(),
        instructions,
        ..Exercise::default()
    };
    (exercise, problems)
}
