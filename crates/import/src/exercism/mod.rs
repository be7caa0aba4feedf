//! Exercism: a track with its concepts, or one exercise of it.

mod index;
mod track;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use etude_course::Files;
use regex::bytes::Regex;
use serde_json::Value;

use crate::carrier::Carrier;
use crate::exercise::{Exercise, Part};
use crate::report::{Outcome, Place};
use crate::settings::Lab;
use crate::{Error, Source, python, texts};

const CONFIG: &str = ".meta/config.json";

pub(crate) fn looks_like(files: &Files) -> bool {
    files.contains_key(CONFIG) || is_track(files)
}

fn is_track(files: &Files) -> bool {
    let config = files.get("config.json").and_then(|config| serde_json::from_slice::<Value>(config).ok());
    config.is_some_and(|config| config["exercises"]["practice"].is_array() || config["exercises"]["concept"].is_array())
}

pub(crate) fn import(source: &Source, carrier: &mut Carrier<'_>) -> Result<(), Error> {
    if is_track(&source.files) {
        return track::import(source, carrier);
    }
    let name = Named { slug: source.name.clone(), title: None, patterns: Value::Null };
    let folder = Folder { from: "", to: "", name };
    exercise(&source.files, &folder, &str::to_owned, carrier)?;
    let after = |path: &str| path.starts_with(".approaches/") || path.starts_with(".articles/");
    carrier.rest(after, Outcome::Lost, "an exercise has no place for what is read afterwards; the whole track has");
    Ok(())
}

/// What a track knows of an exercise.
struct Named {
    slug: String,
    title: Option<String>,
    /// The `files` of the track, for exercises that do not say theirs.
    patterns: Value,
}

/// Where an exercise lies and where it goes; both are empty or end with `/`.
struct Folder<'a> {
    from: &'a str,
    to: &'a str,
    name: Named,
}

static TASK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"taskno\s*=\s*([0-9]{1,3})").expect("a valid expression"));

/// The texts of an exercise, in the order in which they are read.
const TEXTS: [&str; 4] = ["introduction.md", "introduction.append.md", "instructions.md", "instructions.append.md"];

fn exercise(
    files: &Files,
    folder: &Folder<'_>,
    mended: &dyn Fn(&str) -> String,
    carrier: &mut Carrier<'_>,
) -> Result<(), Error> {
    let Folder { from, to, name } = folder;
    let path = |path: &str| files.get_key_value(&format!("{from}{path}")).map(|(path, _)| path.as_str());
    let broken = |error: serde_json::Error| Error::Broken {
        file: format!("{from}{CONFIG}"),
        what: "JSON",
        line: u32::try_from(error.line()).ok(),
        message: error.to_string().split(" at line").next().unwrap_or_default().to_owned(),
    };
    let missing = Error::Unknown { name: from.trim_end_matches('/').to_owned() };
    let config_path = path(CONFIG).ok_or(missing)?;
    let config: Value = serde_json::from_slice(&files[config_path]).map_err(broken)?;
    let title = name.title.clone().unwrap_or_else(|| python::title(&name.slug));
    let mut exercise = Exercise { from: vec![config_path], ..Exercise::default() };

    let mut named = |key: &str| -> Vec<String> {
        let own = config["files"][key].as_array();
        let paths = own.or_else(|| name.patterns[key].as_array()).into_iter().flatten().filter_map(Value::as_str);
        let paths: Vec<String> = paths.map(|path| filled(path, &name.slug)).collect();
        let (there, missing): (Vec<_>, Vec<_>) = paths.into_iter().partition(|it| path(it).is_some());
        // What only the track's patterns promise may not be there: there are examples or exemplars.
        for missing in missing.iter().filter(|_| own.is_some()) {
            carrier.lost(config_path, Place::Whole, format!("`files.{key}` names `{missing}`, which is not there"));
        }
        there
    };
    let (stubs, tests, given) = (named("solution"), named("test"), named("editor"));
    let exemplars = named("exemplar");
    let examples = if exemplars.is_empty() { named("example") } else { exemplars };
    let part = |from: &str, to: &str| path(from).and_then(|from| Part::of(files, from, to));

    exercise.starter = stubs.iter().filter_map(|stub| part(stub, stub)).collect();
    // The examples take the places of the stubs, in their order; others keep their names.
    let place = |index: usize, example: &str| match stubs.get(index) {
        Some(stub) => stub.clone(),
        None => example.rsplit('/').next().unwrap_or_default().to_owned(),
    };
    exercise.solution =
        examples.iter().enumerate().filter_map(|(index, example)| part(example, &place(index, example))).collect();
    exercise.tests = tests.iter().filter_map(|test| part(test, test)).collect();
    exercise.given = given.iter().filter_map(|given| part(given, given)).collect();
    let used: BTreeSet<&str> = [&stubs, &tests, &given, &examples].into_iter().flatten().map(String::as_str).collect();
    for whole in files.keys() {
        let Some(inner) = whole.strip_prefix(from) else { continue };
        // What is not hidden is there for the code.
        if !inner.starts_with('.') && !inner.contains("/.") && !used.contains(inner) {
            exercise.given.extend(part(inner, inner));
        }
    }

    let docs = format!("{from}.docs/");
    let mut parts: Vec<String> = Vec::new();
    let mut has_introduction = false;
    for name in TEXTS {
        let Some(from) = path(&format!(".docs/{name}")) else { continue };
        let (_, text) = texts::without_title(&texts::text(files, from).unwrap_or_default());
        let text = texts::with_neighbours(&text, from, to, files, carrier);
        has_introduction |= name.starts_with("introduction");
        if name == "instructions.md" && has_introduction {
            parts.push("## Instructions".to_owned());
        }
        parts.push(mended(&text));
        exercise.from.push(from);
    }
    if parts.is_empty() {
        carrier.lost(config_path, Place::Whole, "there are no instructions");
    }
    texts::with_own_labels(&mut parts);
    let source = origin(&config);
    exercise.instructions = texts::joined(&title, parts.iter().chain(&source).map(String::as_str));
    exercise.hints = path(".docs/hints.md").and_then(|from| Some((from, mended(&texts::text(files, from)?))));
    for picture in files.keys().filter(|path| path.starts_with(&docs) && !path.ends_with(".md")) {
        carrier.copy(picture, &format!("{to}{}", &picture[docs.len()..]));
    }

    exercise.lab = Lab {
        refactoring: config["blurb"].as_str().is_some_and(|blurb| blurb.trim_start().starts_with("Refactor"))
            && raises_all(&exercise),
        tasks: tasks(&exercise, parts.iter().map(String::as_str)),
        origin: people(&config),
        title,
        ..Lab::default()
    };
    for stub in stubs.iter().filter(|stub| !stub.ends_with(".py")) {
        carrier.lost(config_path, Place::Whole, format!("`{stub}` is not Python, and is not run"));
    }
    exercise.write(to, carrier);
    let within =
        |inner: &'static str| move |path: &str| path.strip_prefix(from).is_some_and(|path| path.starts_with(inner));
    carrier.rest(within(".meta/tests.toml"), Outcome::Left, "it lists the cases that the tests have");
    carrier.rest(within(".meta/additional_tests"), Outcome::Left, "its cases are in the tests");
    carrier.rest(within(".meta/template"), Outcome::Left, "the tests were made with it");
    carrier.rest(within(".docs/"), Outcome::Left, "it is no part of what a learner reads");
    carrier.rest(within(".git"), Outcome::Left, "it is for git");
    carrier.rest(within(".meta/"), Outcome::Left, "it is for those who look after the exercise");
    Ok(())
}

static MESSAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"exception\.args\[0\],\s*"([^"\n]+)""#).expect("a valid expression"));

/// Whether the starter has every message that the tests want to see. One that has not cannot pass as it is.
fn raises_all(exercise: &Exercise<'_>) -> bool {
    let starter: Vec<u8> = exercise.starter.iter().flat_map(|part| part.content.clone()).collect();
    let starter = String::from_utf8_lossy(&starter);
    let wanted = exercise.tests.iter().flat_map(|part| MESSAGE.captures_iter(&part.content));
    wanted.map(|found| String::from_utf8_lossy(&found[1]).into_owned()).all(|message| starter.contains(&message))
}

/// The names of tasks that tests are marked with.
fn tasks<'a>(exercise: &Exercise<'_>, texts: impl Iterator<Item = &'a str>) -> std::collections::BTreeMap<u32, String> {
    let numbers = |part: &Part<'_>| -> Vec<u32> {
        let found = TASK.captures_iter(&part.content);
        found.filter_map(|found| std::str::from_utf8(&found[1]).ok()?.parse().ok()).collect()
    };
    let marked: BTreeSet<u32> = exercise.tests.iter().flat_map(numbers).collect();
    let mut named = std::collections::BTreeMap::new();
    texts.for_each(|text| named.extend(texts::numbered(text)));
    named.retain(|number, _| marked.contains(number));
    named
}

/// The exercise's own words on where it comes from, as Exercism shows them.
fn origin(config: &Value) -> Option<String> {
    let source = config["source"].as_str().filter(|source| !source.trim().is_empty());
    match (source, config["source_url"].as_str()) {
        (Some(source), Some(url)) => Some(format!("## Source\n\n{source}: <{url}>")),
        (Some(source), None) => Some(format!("## Source\n\n{source}")),
        (None, Some(url)) => Some(format!("## Source\n\n<{url}>")),
        (None, None) => None,
    }
}

fn people(config: &Value) -> Vec<String> {
    let names = |key: &str| {
        let names: Vec<&str> = config[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let mut lines = vec!["From Exercism, https://exercism.org".to_owned()];
    lines.extend(names("authors").map(|names| format!("Authors: {names}")));
    lines.extend(names("contributors").map(|names| format!("Contributors: {names}")));
    lines.extend(names("forked_from").map(|names| format!("Forked from: {names}")));
    lines
}

/// A path of the track's `files`, with the exercise's name where it says so.
fn filled(pattern: &str, slug: &str) -> String {
    let pascal = python::class_name(slug);
    let camel: String = pascal.chars().take(1).flat_map(char::to_lowercase).chain(pascal.chars().skip(1)).collect();
    pattern
        .replace("%{kebab_slug}", slug)
        .replace("%{snake_slug}", &slug.replace('-', "_"))
        .replace("%{pascal_slug}", &pascal)
        .replace("%{camel_slug}", &camel)
}
