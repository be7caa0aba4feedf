//! Notebooks: those with questions become exercises, others lessons.

mod answer;
mod code;
mod lesson;
mod nbgrader;
mod otter;
mod read;

use etude_course::Files;

use crate::carrier::Carrier;
use crate::exercise::Part;
use crate::report::{Outcome, Place};
use crate::settings::CourseToml;
use crate::{Error, Kind, Source, python, texts};

use read::Notebook;

/// What kind the notebooks among the files are, if there are any.
pub(crate) fn kind_of(files: &Files) -> Option<Kind> {
    let kinds = || notebooks(files).map(|path| read::read(&files[path]).map_or(Kind::Notebook, |it| kind(&it)));
    kinds().find(|kind| *kind != Kind::Notebook).or_else(|| kinds().next())
}

fn kind(notebook: &Notebook) -> Kind {
    if nbgrader::looks_like(notebook) {
        Kind::Nbgrader
    } else if otter::looks_like(notebook) {
        Kind::Otter
    } else {
        Kind::Notebook
    }
}

fn notebooks(files: &Files) -> impl Iterator<Item = &String> {
    files.keys().filter(|path| path.ends_with(".ipynb") && !path.contains(".ipynb_checkpoints/"))
}

/// Folders in which nbgrader keeps what it makes of `source/`.
const MADE: [&str; 5] = ["release/", "submitted/", "autograded/", "feedback/", "downloaded/"];

pub(crate) fn import(source: &Source, asked: Kind, carrier: &mut Carrier<'_>) -> Result<(), Error> {
    let files = &source.files;
    let mut paths: Vec<&String> = notebooks(files).collect();
    if paths.iter().any(|path| path.starts_with("source/")) {
        paths.retain(|path| !MADE.iter().any(|folder| path.starts_with(folder)));
        for folder in MADE {
            carrier.rest(|path| path.starts_with(folder), Outcome::Left, "nbgrader made it of `source/`");
        }
    }
    carrier.rest(|path| path.contains(".ipynb_checkpoints/"), Outcome::Left, "a copy that Jupyter keeps");
    if let [path] = paths[..] {
        return only(source, path, asked, carrier);
    }
    let mut course = CourseToml { title: python::title(&source.name), ..CourseToml::default() };
    let mut lines: Vec<String> = Vec::new();
    let mut lessons = vec!["README.md".to_owned()];
    for path in &paths {
        let stem = path.trim_end_matches(".ipynb");
        let notebook = match read::read(&files[*path]) {
            Ok(notebook) => notebook,
            Err(message) => {
                carrier.lost(path, Place::Whole, format!("it is no notebook: {message}"));
                continue;
            }
        };
        let title = title(&notebook, stem);
        if as_exercise(&notebook, asked) && is_python(&notebook) {
            let to = format!("exercises/{}/", stem.replace('/', "-"));
            let near = near(files, path, false);
            exercise(path, &notebook, &to, near, files, carrier);
            lines.push(format!("- [{title}]({to}instructions.md)"));
        } else {
            if as_exercise(&notebook, asked) {
                carrier.lost(path, Place::Whole, not_python(&notebook));
            }
            let to = format!("{stem}.md");
            if lesson::write(path, &notebook, &title, &to, files, carrier) {
                let folder = &path[..path.rfind('/').map_or(0, |at| at + 1)];
                for part in near(files, path, false) {
                    carrier.copy(part.from, &format!("{folder}{}", part.path));
                }
                lines.push(format!("- [{title}]({to})"));
                lessons.push(to);
            }
        }
    }
    let (from, readme) = match files.get_key_value("README.md") {
        Some((path, _)) => (vec![path.as_str()], texts::text(files, path).unwrap_or_default()),
        None => (Vec::new(), format!("# {}\n", course.title)),
    };
    carrier.write(&from, "README.md", format!("{}\n\n## Contents\n\n{}\n", readme.trim_end(), lines.join("\n")));
    course.modules.push((None, lessons));
    course.packages = carrier.packages.iter().cloned().collect();
    carrier.write(&[], "course.toml", course.to_toml());
    if !lines.is_empty() {
        carrier.lesson("README.md");
    }
    Ok(())
}

/// The only notebook: an exercise folder, or a course of one lesson.
fn only(source: &Source, path: &str, asked: Kind, carrier: &mut Carrier<'_>) -> Result<(), Error> {
    let broken = |message: String| Error::Broken { file: path.to_owned(), what: "a notebook", line: None, message };
    let notebook = read::read(&source.files[path]).map_err(broken)?;
    let stem = path.trim_end_matches(".ipynb");
    let title = title(&notebook, stem);
    if as_exercise(&notebook, asked) {
        if !is_python(&notebook) {
            return Err(Error::Language { name: path.to_owned(), language: notebook.language });
        }
        exercise(path, &notebook, "", near(&source.files, path, true), &source.files, carrier);
        return Ok(());
    }
    let to = format!("{stem}.md");
    if lesson::write(path, &notebook, &title, &to, &source.files, carrier) {
        for part in near(&source.files, path, true) {
            carrier.copy(part.from, &format!("{}{}", &path[..path.rfind('/').map_or(0, |at| at + 1)], part.path));
        }
        let packages = carrier.packages.iter().cloned().collect();
        let course = CourseToml { title, packages, modules: vec![(None, vec![to])], ..CourseToml::default() };
        carrier.write(&[path], "course.toml", course.to_toml());
    }
    Ok(())
}

fn as_exercise(notebook: &Notebook, asked: Kind) -> bool {
    asked != Kind::Notebook && kind(notebook) != Kind::Notebook
}

fn is_python(notebook: &Notebook) -> bool {
    notebook.language.is_empty() || notebook.language.eq_ignore_ascii_case("python")
}

fn not_python(notebook: &Notebook) -> String {
    format!("it is for {}, and nothing is graded but Python: it becomes a lesson", notebook.language)
}

fn exercise<'a>(
    path: &'a str,
    notebook: &Notebook,
    to: &str,
    near: Vec<Part<'a>>,
    files: &'a Files,
    carrier: &mut Carrier<'_>,
) {
    let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".ipynb");
    let mut answer = answer::Answer::new(path, &python::module_name(stem), &title(notebook, stem));
    match kind(notebook) {
        Kind::Otter => otter::read(notebook, &mut answer, carrier),
        _ => nbgrader::read(notebook, &mut answer, carrier),
    }
    answer.write(to, near, files, &notebook.cells, carrier);
}

/// Data that the code of a notebook may read: all that lies beside it, or what it names.
fn near<'a>(files: &'a Files, notebook: &str, all: bool) -> Vec<Part<'a>> {
    let folder = &notebook[..notebook.rfind('/').map_or(0, |at| at + 1)];
    let text = texts::text(files, notebook).unwrap_or_default();
    let mut parts = Vec::new();
    for path in files.keys() {
        let Some(inner) = path.strip_prefix(folder).filter(|inner| !inner.ends_with(".ipynb")) else { continue };
        let hidden = inner.starts_with('.') || inner.contains("/.");
        let module = inner.strip_suffix(".py").is_some_and(|module| text.contains(module));
        let named = text.contains(inner) || module;
        // What a text shows is beside the text.
        let shown = text.contains(&format!("]({inner})")) && !text.contains(&format!("\"{inner}"));
        if !hidden && (all || named) && !shown && inner != "README.md" {
            parts.extend(Part::of(files, path, inner));
        }
    }
    parts
}

/// By the first heading, else by the file's name.
fn title(notebook: &Notebook, stem: &str) -> String {
    let first = notebook.cells.iter().find(|cell| cell.kind == read::CellKind::Markdown);
    let heading = first.and_then(|cell| texts::without_title(&cell.text).0);
    heading.unwrap_or_else(|| python::title(stem.rsplit('/').next().unwrap_or(stem)))
}
