//! From a course on the disk to one that is learned from.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Context as _;
use etude_course::{Config, Exercise as Written, Files};
use etude_project::{Request, Workspace, natural_order};
use sha2::{Digest, Sha256};

use super::course::{Course, Exercise, Hint, Kind, Part, Standing};
use crate::printer::{Printer, Refusal};

/// A course, with what only its graders may see.
pub(super) struct Loaded {
    pub(super) root: PathBuf,
    pub(super) course: Course,
    pub(super) config: Config,
    /// By part; of lessons there is none.
    pub(super) written: Vec<Option<Written>>,
}

pub(super) fn load(path: PathBuf, printer: &Printer) -> anyhow::Result<Loaded> {
    let shown = path.display().to_string();
    let mut workspace = Workspace::read(Request { paths: vec![path], ..Request::default() })?;
    let exercises = workspace.courses.iter().map(|folder| folder.exercises()).position(|found| !found.is_empty());
    // A folder of nothing but exercises has no lessons.
    let tolerable = |error: &etude_project::Error| matches!(error, etude_project::Error::NoLessons { .. });
    let mut errors = std::mem::take(&mut workspace.errors);
    errors.retain(|error| exercises.is_none() || !tolerable(error));
    let is_empty = exercises.is_none() && workspace.courses.iter().all(|folder| folder.lessons().is_empty());
    if is_empty && !errors.is_empty() {
        return Err(errors.swap_remove(0).into());
    }
    errors.iter().for_each(|error| printer.project_error(error));
    anyhow::ensure!(
        workspace.courses.len() <= 1,
        Refusal { message: format!("`{shown}` holds several courses"), hint: "name the folder of one".to_owned() }
    );
    let folder = workspace.courses.pop().filter(|_| !is_empty);
    let folder =
        folder.with_context(|| format!("there is nothing to learn in `{shown}`: no lesson and no exercise"))?;

    let mut found = folder.exercises();
    found.sort_by(|a, b| natural_order(&a.path, &b.path));
    let inside = |path: &str| found.iter().any(|it| it.path.is_empty() || path.starts_with(&format!("{}/", it.path)));
    let mut parts: Vec<(Part, Option<Written>)> = Vec::new();
    let mut links: Vec<BTreeSet<String>> = Vec::new();
    for lesson in folder.lessons().iter().filter(|lesson| !inside(&lesson.path)) {
        let title = lesson.title().map_or_else(|| words(&lesson.path), str::to_owned);
        let text = workspace.sources.get(lesson.file).text().to_owned();
        parts.push((
            Part { path: lesson.path.clone(), title, kind: Kind::Lesson(text), standing: Standing::default() },
            None,
        ));
        links.push(etude_course::linked(lesson).collect());
    }
    let lessons: Vec<String> = parts.iter().map(|(part, _)| part.path.clone()).collect();
    // Behind the lesson they belong to, in their own order; those that belong to none come last.
    let mut behind: Vec<Vec<(Part, Option<Written>)>> = vec![Vec::new(); lessons.len() + 1];
    for exercise in found {
        let (written, problems) = Written::read(&exercise.files);
        if written.solution.is_empty() && written.starter.is_empty() {
            let why = problems.first().map_or("it has neither starter nor solution", |problem| &problem.message);
            printer.warn(&format!("the exercise `{}` is left out: {why}", exercise.shown), "`etude check` says more");
            continue;
        }
        let place = home(&exercise.path, &lessons, &links);
        behind[place].push((part(exercise.path, &written), Some(written)));
    }
    let last = behind.pop().unwrap_or_default();
    let all = parts.into_iter().zip(behind).flat_map(|(lesson, exercises)| std::iter::once(lesson).chain(exercises));
    let (parts, written) = all.chain(last).unzip();
    let parts: Vec<Part> = parts;
    anyhow::ensure!(!parts.is_empty(), "there is nothing to learn in `{shown}`: no lesson and no exercise");
    let config = folder.course.config;
    let title = config.title.clone().unwrap_or_else(|| words(&folder.root.display().to_string()));
    Ok(Loaded { root: folder.root, course: Course { title, parts }, config, written })
}

/// The lesson that an exercise stands behind: the first that links into it, else the last in the folder around it.
fn home(path: &str, lessons: &[String], links: &[BTreeSet<String>]) -> usize {
    let below = |link: &String| link == path || link.starts_with(&format!("{path}/"));
    if let Some(place) = links.iter().position(|links| links.iter().any(below)) {
        return place;
    }
    let mut folder = path;
    while let Some((outer, _)) = folder.rsplit_once('/') {
        folder = outer;
        if let Some(place) = lessons.iter().rposition(|lesson| lesson.starts_with(&format!("{folder}/"))) {
            return place;
        }
    }
    lessons.len()
}

fn part(path: String, written: &Written) -> Part {
    let introduction = written.introduction.trim();
    let instructions = match introduction {
        "" => written.instructions.clone(),
        _ => format!("{introduction}\n\n{}", written.instructions),
    };
    let title = written.title.clone().or_else(|| {
        let first = instructions.lines().find_map(|line| line.strip_prefix("# "))?.trim();
        (!matches!(first, "Introduction" | "Instructions" | "About")).then(|| first.to_owned())
    });
    let text = |(path, bytes): (&String, &Vec<u8>)| (path.clone(), String::from_utf8_lossy(bytes).into_owned());
    let hints = written.hints.iter().map(|hint| Hint { title: hint.title.clone(), text: hint.text.clone() });
    Part {
        title: title.unwrap_or_else(|| words(&path)),
        kind: Kind::Exercise(Exercise {
            instructions,
            hints: hints.collect(),
            tasks: written.tasks.clone(),
            solution: written.solution.iter().map(text).collect(),
            folder: String::new(),
            files: written.starter.keys().cloned().collect(),
        }),
        path,
        standing: Standing::default(),
    }
}

/// `02-side-by-side.md` becomes `Side by side`.
fn words(path: &str) -> String {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path).trim_end_matches(".md");
    let name = name.trim_start_matches(|char: char| char.is_ascii_digit()).trim_start_matches(['-', '_', '.']);
    let name = name.replace(['-', '_'], " ");
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => path.to_owned(),
    }
}

/// What of an exercise can change under a learner's hands.
const GIVEN: [&str; 3] = ["instructions", "starter", "tests"];

/// What a learner is given of an exercise, so that another version can be told apart.
pub(super) fn given(written: &Written) -> String {
    let files = [
        [Some(&written.texts), None],
        [Some(&written.starter), Some(&written.files)],
        [Some(&written.tests), Some(&written.tests_hidden)],
    ];
    let named = GIVEN.iter().zip(files).map(|(name, files)| format!("{name}={}", digest(files.into_iter().flatten())));
    named.collect::<Vec<_>>().join(" ")
}

fn digest<'a>(files: impl Iterator<Item = &'a Files>) -> String {
    let mut digest = Sha256::new();
    for (path, bytes) in files.flatten() {
        for part in [path.as_bytes(), bytes] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What of an exercise is another than when the learner was given it.
pub(super) fn changed(before: &str, now: &str) -> Vec<&'static str> {
    let value = |text: &str, name: &str| {
        text.split(' ').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
    };
    GIVEN.into_iter().filter(|name| value(before, name) != value(now, name)).collect()
}
