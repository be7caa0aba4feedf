//! Every check against the lessons in `tests/checks/CODE`; the snapshot beside each lesson shows all that is said of it,
//! by whatever check, and what the fixes make of it.
//!
//! A folder with lessons is a course: its `course.toml` is read if there is one, and links may lead to its other files.

#![expect(clippy::disallowed_methods, reason = "tests read their inputs themselves")]

use std::path::{Path, PathBuf};

use etude_course::checks::runs::RUN_CHECKS;
use etude_course::checks::{CHECKS, check, find};
use etude_course::{Course, Lesson, Surroundings, parse_config};
use etude_text::render::{Terminal, terminal};
use etude_text::{Diagnostic, Edit, Source, Sources, apply_edits};

#[test]
fn checks() {
    for folder in folders() {
        let code = folder.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(find(&code).is_some(), "no check is called `{code}`");
        let mut triggered = false;
        for course in courses(&folder) {
            triggered |= check_course(&course, &code);
        }
        assert!(triggered, "no lesson in `tests/checks/{code}` is found fault with by `{code}`");
    }
}

#[test]
fn every_check_has_lessons() {
    let folders = folders();
    let known: Vec<&str> = folders.iter().map(|folder| folder.file_name().unwrap().to_str().unwrap()).collect();
    let codes: Vec<&str> = CHECKS.iter().map(|check| check.code).collect();
    assert_eq!(known, codes);
}

#[test]
fn codes_are_sorted_and_in_kebab_case() {
    for pair in CHECKS.windows(2).chain(RUN_CHECKS.windows(2)) {
        assert!(pair[0].code < pair[1].code, "`{}` before `{}`", pair[0].code, pair[1].code);
    }
    for check in CHECKS.iter().chain(RUN_CHECKS) {
        let kebab = check.code.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        assert!(kebab, "{}", check.code);
    }
}

#[test]
fn documentation_says_what_why_and_what_to_do() {
    for check in CHECKS.iter().chain(RUN_CHECKS) {
        let code = check.code;
        assert!(!check.summary.ends_with('.') && check.summary.len() < 80, "{code}: the summary is a short line");
        let text = check.documentation.trim();
        let (before, examples) = text.split_once("\nWrong").unwrap_or_else(|| panic!("{code}: nothing is wrong"));
        let (_, right) = examples.split_once("\nRight").unwrap_or_else(|| panic!("{code}: nothing is right"));
        assert!(before.starts_with(char::is_uppercase), "{code}: begins with what it finds");
        assert!(before.trim().split("\n\n").count() >= 2, "{code}: says why that is bad");
        let (_, what_to_do) = right.rsplit_once("```\n").unwrap_or_else(|| panic!("{code}: shows what is right"));
        assert!(!what_to_do.trim().is_empty(), "{code}: says what to do");
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{code}: lines are of a length to read");
    }
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks");
    let mut folders: Vec<PathBuf> = root.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

/// The folder itself and the folders in it, those with lessons.
fn courses(folder: &Path) -> Vec<PathBuf> {
    let inner = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut courses: Vec<PathBuf> = inner.chain([folder.to_owned()]).filter(|it| !lessons(it).is_empty()).collect();
    courses.sort();
    courses
}

fn lessons(folder: &Path) -> Vec<String> {
    let names = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut lessons: Vec<String> = names.filter(|name| name.ends_with(".md")).collect();
    lessons.sort();
    lessons
}

/// Checks all lessons of a folder; whether one of them triggers `code`.
fn check_course(folder: &Path, code: &str) -> bool {
    let config = std::fs::read_to_string(folder.join("course.toml")).unwrap_or_default();
    let (config, errors) = parse_config(&config);
    assert_eq!(errors, []);
    let mut sources = Sources::default();
    let lessons = lessons(folder)
        .into_iter()
        .map(|name| {
            let bytes = std::fs::read(folder.join(&name)).unwrap();
            let file = sources.add(Source::decode(name.as_str(), bytes));
            Lesson::read(file, name, sources.get(file))
        })
        .collect();
    let course = Course::new(config, lessons);
    let exists = |path: &str| folder.join(path).exists();
    let around = Surroundings { exists: &exists };
    let mut triggered = false;
    for lesson in &course.lessons {
        let diagnostics = check(&course, lesson, &sources, &around);
        triggered |= diagnostics.iter().any(|diagnostic| diagnostic.code == code);
        let mut shown = Vec::new();
        terminal(&mut shown, &sources, &diagnostics, Terminal { width: 100, colors: false }).unwrap();
        let mut shown = String::from_utf8(shown).unwrap();
        if let Some(fixed) = fixed(sources.get(lesson.file), &diagnostics) {
            let mut again = sources.clone();
            let file = again.add(Source::decode(lesson.path.as_str(), fixed.clone()));
            let read = Lesson::read(file, lesson.path.as_str(), again.get(file));
            let left = check(&course, &read, &again, &around);
            let left: Vec<_> = left.iter().filter(|diagnostic| diagnostic.fix.is_some()).collect();
            assert!(left.is_empty(), "{}: fixes leave something to fix: {left:?}", lesson.path);
            shown.push_str("fixed:\n\n");
            shown.push_str(&String::from_utf8_lossy(&fixed));
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(lesson.path.trim_end_matches(".md"), shown));
    }
    triggered
}

/// What all fixes together make of the source, if there are any.
fn fixed(source: &Source, diagnostics: &[Diagnostic]) -> Option<Vec<u8>> {
    let edits: Vec<Edit> = diagnostics.iter().flat_map(|it| &it.fix).flat_map(|fix| fix.edits.clone()).collect();
    (!edits.is_empty()).then(|| apply_edits(source.bytes(), &edits).expect("fixes do not get in each other's way"))
}

/// Each example is a lesson of its own.
#[test]
fn the_examples_of_the_documentation_are_what_they_say() {
    let mut wrong = Vec::new();
    for check in CHECKS {
        let code = check.code;
        let (_, examples) = check.documentation.split_once("\nWrong").expect("something wrong");
        let (bad, good) = examples.split_once("\nRight").expect("something right");
        let (lead, _) = bad.split_once("\n\n").expect("words before the example");
        for (example, should) in [(bad, true), (good, false)] {
            let found = found_in_example(code, lead, example);
            if found.iter().any(|found| found == code) != should || !should && !found.is_empty() {
                let verdict = if should { "Wrong" } else { "Right" };
                wrong.push(format!("{code}, {verdict}: {found:?}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// The codes found in an example: a `markdown` fence is a lesson, a `toml` fence its `course.toml`, and any other fence
/// stands in a lesson. `lead` names the files there are.
fn found_in_example(code: &str, lead: &str, example: &str) -> Vec<String> {
    let mut config = String::new();
    let mut bytes = Vec::new();
    for (lang, whole, inside) in fences(example) {
        match lang {
            "toml" => config.push_str(inside),
            "markdown" | "yaml" => bytes.extend_from_slice(inside.as_bytes()),
            // Bytes that are no text cannot stand in a documentation.
            _ if code == "not-utf8" => {
                bytes.extend(inside.split_whitespace().map_while(|word| u8::from_str_radix(word, 16).ok()));
            }
            _ => bytes.extend_from_slice(whole.as_bytes()),
        }
    }
    let (config, errors) = parse_config(&config);
    assert_eq!(errors, [], "{code}");
    let mut sources = Sources::default();
    let file = sources.add(Source::decode("lesson.md", bytes));
    let lesson = Lesson::read(file, "lesson.md", sources.get(file));
    let course = Course::new(config, vec![lesson]);
    let around = Surroundings { exists: &|path| lead.contains(&format!("`{path}`")) || path.ends_with(".png") };
    check(&course, &course.lessons[0], &sources, &around).iter().map(|it| it.code.to_owned()).collect()
}

/// The language, the whole and the inside of each fence.
fn fences(text: &str) -> Vec<(&str, &str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("\n```").map(|at| at + 1) {
        let ticks = &rest[start..start + rest[start..].bytes().take_while(|byte| *byte == b'`').count()];
        let inside = start + rest[start..].find('\n').expect("an end of the line") + 1;
        let len = rest[inside..].find(&format!("{ticks}\n")).expect("an end of the fence");
        let end = inside + len + ticks.len() + 1;
        found.push((rest[start + ticks.len()..inside].trim(), &rest[start..end], &rest[inside..inside + len]));
        rest = &rest[end - 1..];
    }
    found
}
