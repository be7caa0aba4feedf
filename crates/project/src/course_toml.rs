//! `course.toml`: which lessons it names, in which order, and which of them are there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use etude_course::{Config, ConfigError, parse_config, parse_stand_ins};
use etude_text::{DecodeNote, Diagnostic, FileId, Severity, Source, Span};

/// Something this crate reports besides what the checks of `etude-course` do.
#[derive(Debug)]
pub struct Finding {
    pub code: &'static str,
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Markdown.
    pub documentation: &'static str,
}

/// Everything that is wrong with a `course.toml`.
pub static COURSE_TOML: Finding = Finding {
    code: "course-toml",
    severity: Severity::Error,
    summary: "A `course.toml` that cannot be read, or that lists lessons that are not there",
    documentation: r#"
Finds a `course.toml` that is not TOML, that has fields or values Étude does not know, and that lists a lesson twice or
one that is not there. Markdown files in the folder of the course that are not listed are a note.

A lesson that is not found is taught to nobody, and a setting that is not understood does nothing, without a word.

Wrong:

```toml
title = "Waiting"
lessons = ["01-tea.md", "02-taost.md"]
```

Right:

```toml
title = "Waiting"
lessons = ["01-tea.md", "02-toast.md"]
```

Every other setting counts, whatever is wrong with one. Correct the name, or take the line out. List the Markdown files that belong to the course; name the others in
`.etudeignore`.
"#,
};

/// Reads a `course.toml`; what is wrong with it goes to `diagnostics`.
pub(crate) fn read(file: FileId, source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Config {
    let (config, errors) = parse_config(source.text());
    tell(file, source, errors, diagnostics);
    config
}

/// The same for a file of stand-ins.
pub(crate) fn read_stand_ins(file: FileId, source: &Source, config: &mut Config, diagnostics: &mut Vec<Diagnostic>) {
    let (stand_ins, errors) = parse_stand_ins(source.text());
    tell(file, source, errors, diagnostics);
    config.stand_ins.extend(stand_ins);
}

/// The files of stand-ins of the course with this `course.toml`, and how they are shown.
pub(crate) fn stand_ins(place: &Path, shown: &str) -> Vec<(PathBuf, String)> {
    let entries = place.with_file_name(STAND_INS).read_dir().into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.retain(|path| path.extension().is_some_and(|ending| ending == "toml") && path.is_file());
    found.sort();
    let beside = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let shown = Path::new(shown).with_file_name(STAND_INS).join(&*name).display().to_string();
        (path, shown)
    };
    found.into_iter().map(beside).collect()
}

/// The folder beside a `course.toml` whose files are stand-ins.
const STAND_INS: &str = "stand-ins";

fn tell(file: FileId, source: &Source, errors: Vec<ConfigError>, diagnostics: &mut Vec<Diagnostic>) {
    for note in source.notes() {
        if let DecodeNote::NotUtf8 { span, .. } = *note {
            let error = diagnostic(file, span, "this byte is not UTF-8, and TOML has to be".to_owned());
            diagnostics.push(error.hint("save the file as UTF-8"));
        }
    }
    for error in errors {
        let mut diagnostic = diagnostic(file, error.span, error.message);
        diagnostic.hint = error.hint;
        diagnostics.push(diagnostic);
    }
}

/// What is known of the files of a course, by their paths from its root.
pub(crate) struct Shelf<'a> {
    pub(crate) root: &'a Path,
    /// The Markdown files that were found or named, in natural order.
    pub(crate) files: Vec<&'a str>,
    /// The ones that were named.
    pub(crate) named: BTreeSet<&'a str>,
    /// Whether a path lies in what was asked for.
    pub(crate) in_scope: &'a dyn Fn(&str) -> bool,
}

/// The lessons in the order of `course.toml`, then the files somebody named although they are not listed.
pub(crate) fn order(
    config: &Config,
    file: FileId,
    shelf: &Shelf<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let found: BTreeSet<&str> = shelf.files.iter().copied().collect();
    let listed: Vec<&(String, Span)> = config.modules.iter().flat_map(|module| &module.lessons).collect();
    let names: BTreeSet<&str> = listed.iter().map(|(path, _)| path.as_str()).collect();
    let unlisted: Vec<&str> = shelf.files.iter().copied().filter(|path| !names.contains(path)).collect();
    let mut seen = BTreeSet::new();
    let mut ordered = Vec::new();
    for (path, span) in listed.iter().copied() {
        if !seen.insert(path.as_str()) {
            let mut twice = diagnostic(file, *span, format!("the lesson `{path}` is listed twice"));
            twice.severity = Severity::Warning;
            diagnostics.push(twice.hint("keep it where it is taught first"));
        } else if found.contains(path.as_str()) {
            ordered.push(path.clone());
        } else if (shelf.in_scope)(path) {
            let place = shelf.root.join(path);
            if place.is_file() {
                ordered.push(path.clone());
                continue;
            }
            let folder = place.is_dir();
            let message = if folder {
                format!("the lesson `{path}` is a folder")
            } else {
                format!("there is no lesson `{path}`")
            };
            let mut missing = diagnostic(file, *span, message);
            missing.hint = match etude_course::nearest(path, unlisted.iter().copied()) {
                _ if folder => Some("list the Markdown files in it".to_owned()),
                Some(near) => Some(format!("did you mean `{near}`?")),
                None => Some("write the lesson, or take it out of the list".to_owned()),
            };
            diagnostics.push(missing);
        }
    }
    ordered.extend(unlisted.iter().filter(|path| shelf.named.contains(*path)).map(|path| (*path).to_owned()));
    let left: Vec<&str> =
        unlisted.into_iter().filter(|path| !shelf.named.contains(path) && !is_front_page(path)).collect();
    let left = left.into_iter().filter(|path| !is_of_exercise(path, shelf.root)).collect::<Vec<_>>();
    if let Some(note) = left_out(&left) {
        let end = listed.last().map_or(Span::empty(0), |(_, span)| *span);
        let mut note = diagnostic(file, end, note);
        note.severity = Severity::Note;
        diagnostics.push(note.hint("list what belongs to the course, and name the rest in `.etudeignore`"));
    }
    ordered
}

/// The README beside `course.toml` tells readers of the repository about the course; it is no lesson unless listed.
pub(crate) fn is_front_page(path: &str) -> bool {
    ["readme.md", "readme.markdown"].iter().any(|name| path.eq_ignore_ascii_case(name))
}

/// What an exercise asks, and its hints, belong to the exercise.
fn is_of_exercise(path: &str, root: &Path) -> bool {
    let place = root.join(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "instructions.md" | "hints.md") && place.with_file_name("lab.toml").is_file()
}

fn left_out(paths: &[&str]) -> Option<String> {
    const NAMED: usize = 3;
    let quoted: Vec<String> = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    match paths.len().saturating_sub(NAMED) {
        0 if paths.is_empty() => None,
        0 if paths.len() == 1 => Some(format!("{} is not listed, so it is not checked", quoted[0])),
        0 => {
            let (last, first) = quoted.split_last()?;
            Some(format!("{} and {last} are not listed, so they are not checked", first.join(", ")))
        }
        more => Some(format!("{} and {more} more are not listed, so they are not checked", quoted.join(", "))),
    }
}

fn diagnostic(file: FileId, span: Span, message: String) -> Diagnostic {
    Diagnostic::new(COURSE_TOML.code, COURSE_TOML.severity, file, span, message)
}
