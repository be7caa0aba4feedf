//! Plain pairs of folders: `labs/` with what is to be written, `solutions/` with how it may look in the end, perhaps
//! `demos/`, and a text with a section for each exercise.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use etude_course::Files;
use etude_course::checks::packages::is_stdlib;
use etude_markdown::{BlockKind, Document};
use etude_python::{parse, statements};
use etude_text::{LineIndex, Span};
use regex::Regex;

use crate::carrier::Carrier;
use crate::checks::{self, Check, Module};
use crate::exercise::{Exercise, Part};
use crate::report::{Outcome, Place};
use crate::settings::{CourseToml, Lab};
use crate::{Error, Source, python, texts};

/// Names that such folders have.
const LABS: [&str; 4] = ["labs/", "lab/", "starters/", "starter/"];
const SOLUTIONS: [&str; 3] = ["solutions/", "solution/", "answers/"];
const DEMOS: [&str; 3] = ["demos/", "demo/", "examples/"];

static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:exercise|lab|task|part|assignment)\s+([0-9]{1,3})\s*[:.)\-–—]*\s*(.*)$")
        .expect("a valid expression")
});

/// `## 01 greet`: of an exercise only where its file is known.
static NUMBERED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^([0-9]{1,3})\s*[:.)\-–—]*\s+(.+)$").expect("a valid expression"));

static FILE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"`([A-Za-z0-9_./-]+\.py)`").expect("a valid expression"));

/// Words before code that is meant to try an answer out.
static TRIES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^[*_\s]*(?:test|try|check|run|verify)\s+(?:out\s+)?(?:your|it|the|this)\b")
        .expect("a valid expression")
});

fn folder<'a>(files: &Files, names: &[&'a str]) -> Option<&'a str> {
    names.iter().copied().find(|name| files.keys().any(|path| path.starts_with(name)))
}

pub(crate) fn looks_like(files: &Files) -> bool {
    let has_code = |name: &str| files.keys().any(|path| path.starts_with(name) && path.ends_with(".py"));
    LABS.iter().any(|name| has_code(name)) && SOLUTIONS.iter().any(|name| has_code(name))
}

/// A section of a text, with the files it is about.
struct Section<'a> {
    text: &'a str,
    /// Of the whole document.
    span: Span,
    title: String,
    /// Of the document, by its path.
    document: &'a str,
    files: Vec<&'a str>,
}

pub(crate) fn import(source: &Source, carrier: &mut Carrier<'_>) -> Result<(), Error> {
    let files = &source.files;
    let labs = folder(files, &LABS).ok_or_else(|| Error::Unknown { name: source.name.clone() })?;
    let solutions = folder(files, &SOLUTIONS).unwrap_or(SOLUTIONS[0]);
    let demos = folder(files, &DEMOS).unwrap_or(DEMOS[0]);
    let starters: Vec<&str> =
        files.keys().filter_map(|path| path.strip_prefix(labs)).filter(|path| is_code(path)).collect();
    let documents: BTreeMap<&str, String> = files
        .keys()
        .filter(|path| path.ends_with(".md") && !path.starts_with(solutions) && !path.starts_with(demos))
        .filter_map(|path| Some((path.as_str(), texts::text(files, path)?)))
        .collect();
    let mut sections: Vec<Section<'_>> = Vec::new();
    for (path, text) in &documents {
        sections.extend(read(path, text, &starters));
    }
    let mut taken = BTreeSet::new();
    for section in &mut sections {
        section.files.retain(|file| taken.insert(*file));
    }
    for empty in sections.iter().filter(|section| section.files.is_empty()) {
        let line = LineIndex::new(&documents[empty.document]).line(empty.span.start);
        carrier.lost(empty.document, Place::Line(line), format!("`{}` names no file in `{labs}`", empty.title));
    }
    sections.retain(|section| !section.files.is_empty());

    let mut made: Vec<(String, String)> = Vec::new();
    let folders = Folders { files, labs, solutions };
    for section in &sections {
        made.push(folders.exercise(Some(section), &section.files, made.len() + 1, &documents, carrier));
    }
    for file in starters.iter().filter(|file| !taken.contains(*file)) {
        let name = file.rsplit('/').next().unwrap_or(file);
        let unsolved = !files.contains_key(&format!("{solutions}{file}"));
        if name.starts_with("__init__") || unsolved && documents.is_empty() {
            continue;
        }
        made.push(folders.exercise(None, &[*file], made.len() + 1, &documents, carrier));
    }

    let mut lessons = demo_lessons(files, demos, carrier);
    let title = documents
        .get("README.md")
        .or_else(|| documents.values().next())
        .and_then(|text| texts::without_title(text).0)
        .unwrap_or_else(|| python::title(&source.name));
    index(&documents, &sections, &made, &lessons, &title, carrier);
    lessons.insert(0, "README.md".to_owned());
    let from: Vec<&str> = documents.keys().copied().take(1).collect();
    let course = CourseToml { title, modules: vec![(None, lessons)], ..CourseToml::default() };
    carrier.write(&from, "course.toml", course.to_toml());
    if !made.is_empty() {
        carrier.lesson("README.md");
    }
    carrier.rest(|path| path.ends_with("__init__.py"), Outcome::Left, "a folder's own file, and no exercise");
    Ok(())
}

fn is_code(path: &str) -> bool {
    path.ends_with(".py") && !path.contains("/.") && !path.starts_with('.') && !path.contains("__pycache__")
}

fn read<'a>(path: &'a str, text: &'a str, starters: &[&'a str]) -> Vec<Section<'a>> {
    let document = etude_markdown::parse(text);
    let mut sections = Vec::new();
    let headings = headings(&document);
    for (index, (level, heading, span)) in headings.iter().enumerate() {
        let is_said = HEADING.is_match(heading);
        let Some(found) = HEADING.captures(heading).or_else(|| NUMBERED.captures(heading)) else { continue };
        let next = headings[index + 1..].iter().find(|(other, _, _)| other <= level);
        let end = next.map_or(text.len() as u32, |(_, _, span)| span.start);
        let body = &text[span.end as usize..end as usize];
        // A line that says `File` says it best.
        let named = |line: &'a str| FILE.captures_iter(line).map(|found| found.get(1).map_or("", |it| it.as_str()));
        let said = body.lines().find(|line| line.to_lowercase().contains("file") && FILE.is_match(line));
        let named: Vec<&str> = said.map_or_else(|| named(body).collect(), |line| named(line).collect());
        let is_named = |starter: &str| named.iter().any(|name| same(name, starter));
        let title = if found[2].trim().is_empty() { heading.clone() } else { found[2].trim().to_owned() };
        let mut files: Vec<&str> = starters.iter().copied().filter(|starter| is_named(starter)).collect();
        if named.is_empty() {
            files.extend(starters.iter().copied().filter(|starter| number(starter) == found[1].parse().ok()));
        }
        if files.is_empty() && !is_said {
            continue;
        }
        sections.push(Section { text: body, span: Span::new(span.start, end), title, document: path, files });
    }
    sections
}

/// `01_greet.py` is the first.
fn number(path: &str) -> Option<u32> {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
}

/// Whether one path ends the other: `labs/tea/pour.py`, `tea/pour.py` and `pour.py`.
fn same(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() > other.len() { (one, other) } else { (other, one) };
    long == short || long.ends_with(&format!("/{short}"))
}

fn headings(document: &Document) -> Vec<(u8, String, Span)> {
    let heading = |block: &etude_markdown::Block| match &block.kind {
        BlockKind::Heading(heading) => Some((heading.level, heading.text.clone(), block.span)),
        _ => None,
    };
    document.roots().filter_map(|(_, block)| heading(block)).collect()
}

struct Folders<'a> {
    files: &'a Files,
    labs: &'a str,
    solutions: &'a str,
}

impl<'a> Folders<'a> {
    /// Makes one exercise. Its title, and the folder it lies in.
    fn exercise(
        &self,
        section: Option<&Section<'_>>,
        starters: &[&str],
        number: usize,
        documents: &BTreeMap<&'a str, String>,
        carrier: &mut Carrier<'_>,
    ) -> (String, String) {
        let stem = starters[0].rsplit('/').next().unwrap_or_default().trim_end_matches(".py");
        let to = format!("exercises/{number:02}-{}/", python::without_number(stem).replace('_', "-"));
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let part = |folder: &str, path: &str| {
            let (from, _) = self.files.get_key_value(&format!("{folder}{path}"))?;
            Part::of(self.files, from, &name(path))
        };
        let mut exercise = Exercise {
            starter: starters.iter().filter_map(|path| part(self.labs, path)).collect(),
            solution: starters.iter().filter_map(|path| part(self.solutions, path)).collect(),
            ..Exercise::default()
        };
        let source = exercise.starter.first().map_or("", |part| part.from);
        let docstring = |part: &Part<'_>| module_docstring(&String::from_utf8_lossy(&part.content));
        let (title, text) = match section {
            Some(section) => (section.title.clone(), section.text.to_owned()),
            None => {
                carrier.lost(
                    source,
                    Place::Whole,
                    "no text has a section about it: its docstring is all there is to say",
                );
                (python::title(stem), exercise.starter.first().and_then(docstring).unwrap_or_default())
            }
        };
        let document = section.and_then(|section| documents.get_key_value(section.document));
        exercise.from.push(document.map_or(source, |(path, _)| *path));
        let mut text = text;
        if let (Some(section), Some((path, whole))) = (section, document) {
            let first = LineIndex::new(whole).line(section.span.end - section.text.len() as u32);
            text = self.trials(text, stem, path, first, &mut exercise, carrier);
            // The learner has these files beside each other.
            for starter in starters {
                for long in [format!("`{}{starter}`", self.labs), format!("`{starter}`")] {
                    text = text.replace(&long, &format!("`{}`", name(starter)));
                }
            }
        }
        exercise.lab = Lab { title: title.clone(), ..Lab::default() };
        exercise.instructions = texts::joined(&title, [text.as_str()]);
        for path in starters {
            let tests = ["tests/test_", "test_", "tests/"].map(|prefix| {
                let (folder, name) = path.rsplit_once('/').map_or(("", *path), |(folder, name)| (folder, name));
                [
                    format!("{prefix}{name}"),
                    format!("tests/{folder}/test_{name}"),
                    format!("{}{folder}/test_{name}", self.labs),
                ]
            });
            let test = tests.iter().flatten().find_map(|test| self.files.get_key_value(test));
            exercise.tests.extend(test.and_then(|(test, _)| Part::of(self.files, test, &name(test))));
        }
        if exercise.tests.is_empty() {
            carrier.lost(source, Place::Whole, "nothing tests it, so nothing is graded");
        }
        exercise.write(&to, carrier);
        (title, to)
    }

    /// Takes out code that tries an answer: a test where it asserts something, else a program to run.
    fn trials(
        &self,
        text: String,
        stem: &str,
        path: &'a str,
        first: u32,
        exercise: &mut Exercise<'a>,
        carrier: &mut Carrier<'_>,
    ) -> String {
        let document = etude_markdown::parse(&text);
        let blocks: Vec<_> = document.roots().map(|(_, block)| block).collect();
        let lines = LineIndex::new(&text);
        let mut trials = Vec::new();
        for pair in blocks.windows(2) {
            let BlockKind::Code(code) = &pair[1].kind else { continue };
            let words = pair[0].span.slice(&text).trim_start_matches(['#', ' ']);
            if TRIES.is_match(words) && code.info.lang.starts_with("py") {
                trials.push((Span::new(pair[0].span.start, pair[1].span.end), pair[1].span.start, code.text.clone()));
            }
        }
        let mut kept = text.clone();
        for (index, (span, fence, code)) in trials.iter().enumerate().rev() {
            let line = first + lines.line(*fence);
            let number = if index == 0 { String::new() } else { format!("_{}", index + 1) };
            let says = if code.contains("assert") {
                let module = module(stem, path, exercise);
                let mut check = Check::new(Place::Line(line), code.clone());
                check.name = format!("example{number}");
                let tests = checks::files(&module, &[check], carrier);
                let test = tests.visible.map(String::into_bytes);
                let to = format!("test_{stem}{number}.py");
                exercise.tests.extend(test.map(|content| Part { path: to, content, from: path }));
                String::new()
            } else {
                let to = format!("try_{stem}{number}.py");
                let what = "this code asserts nothing, so it tests nothing: it is a program in `files/` now";
                carrier.lost(path, Place::Line(line - 1), what);
                let content = program(&module(stem, path, exercise), code, line, carrier);
                exercise.given.push(Part { path: to.clone(), content: content.into_bytes(), from: path });
                format!("`{to}` shows your code at work.")
            };
            kept.replace_range(span.range(), &says);
        }
        kept
    }
}

fn module<'a>(stem: &'a str, from: &'a str, exercise: &Exercise<'_>) -> Module<'a> {
    let mut module = Module { from, name: stem, imports: BTreeMap::new(), defined: BTreeSet::new() };
    for part in exercise.solution.iter().chain(&exercise.starter) {
        let source = String::from_utf8_lossy(&part.content);
        for statement in statements(&source) {
            let text = statement.span.slice(&source);
            let names = parse(text).names.provides;
            if statement.kind == etude_python::StatementKind::Import {
                module.imports.extend(names.into_iter().map(|name| (name, text.to_owned())));
            } else {
                module.defined.extend(names);
            }
        }
    }
    module
}

/// A program of its own: with the imports that the code took for granted.
fn program(module: &Module<'_>, code: &str, line: u32, carrier: &mut Carrier<'_>) -> String {
    let mut imports = BTreeSet::new();
    let mut own = Vec::new();
    let mut unknown: Vec<(Span, String)> = Vec::new();
    for (name, span) in parse(code).names.needs {
        if module.defined.contains(&name) {
            own.push(name);
        } else if let Some(import) = module.imports.get(&name) {
            imports.insert(import.clone());
        } else if is_stdlib(&name) {
            imports.insert(format!("import {name}"));
        } else {
            unknown.push((span, name));
        }
    }
    unknown.sort();
    if let Some((first, _)) = unknown.first() {
        let line = line + LineIndex::new(code).line(first.start) - 1;
        let names: Vec<String> = unknown.iter().map(|(_, name)| format!("`{name}`")).collect();
        let what = format!("this program uses {}, which neither it nor the solution defines", names.join(", "));
        carrier.lost(module.from, Place::Line(line), what);
    }
    let mut head: String = imports.iter().map(|import| format!("{import}\n")).collect();
    if !own.is_empty() {
        let gap = if head.is_empty() { "" } else { "\n" };
        head.push_str(&format!("{gap}from {} import {}\n", module.name, own.join(", ")));
    }
    if head.is_empty() { code.to_owned() } else { format!("{head}\n{code}") }
}

fn module_docstring(source: &str) -> Option<String> {
    let first = statements(source).into_iter().next()?;
    let text = first.span.slice(source).trim_start_matches(['r', 'R']);
    let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| text.starts_with(quotes))?;
    Some(text.trim_start_matches(quotes).trim_end_matches(quotes).trim().to_owned())
}

/// A lesson for each demo, with the whole program in it.
fn demo_lessons(files: &Files, demos: &str, carrier: &mut Carrier<'_>) -> Vec<String> {
    let mut lessons = Vec::new();
    for path in files.keys().filter(|path| path.starts_with(demos)) {
        if !is_code(path) || path.ends_with("__init__.py") {
            if !path.ends_with(".py") && carrier.copy(path, path) && path.ends_with(".md") {
                carrier.lesson(path);
                lessons.push(path.clone());
            }
            continue;
        }
        let source = texts::text(files, path).unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or(path);
        let docstring = module_docstring(&source).unwrap_or_default();
        let title = python::title(name.trim_end_matches(".py"));
        let program = texts::fence(&format!("python title={name}"), &source);
        let to = format!("{}.md", path.trim_end_matches(".py"));
        if carrier.write(&[path], &to, texts::joined(&title, [docstring.as_str(), &program])) {
            carrier.lesson(&to);
            lessons.push(to);
        }
    }
    lessons
}

/// The texts without the sections that are exercises now, and links to these.
fn index(
    documents: &BTreeMap<&str, String>,
    sections: &[Section<'_>],
    made: &[(String, String)],
    demos: &[String],
    title: &str,
    carrier: &mut Carrier<'_>,
) {
    let mut texts_left = Vec::new();
    let mut from = Vec::new();
    let listed = |links: Vec<String>, heading: &str| format!("## {heading}\n\n{}", links.join("\n"));
    let exercises = made.iter().map(|(title, to)| format!("- [{title}]({to}instructions.md)")).collect();
    for (path, text) in documents {
        let mut left = text.clone();
        for section in sections.iter().rev().filter(|section| section.document == *path) {
            left.replace_range(section.span.range(), "");
        }
        from.push(*path);
        texts_left.push(texts::without_title(&left).1);
    }
    texts_left.insert(texts_left.len().min(1), listed(exercises, "The exercises"));
    if !demos.is_empty() {
        let links = demos.iter().map(|to| {
            format!("- [{}]({to})", python::title(to.rsplit('/').next().unwrap_or(to).trim_end_matches(".md")))
        });
        texts_left.insert(texts_left.len().min(2), listed(links.collect(), "The demos"));
    }
    texts::with_own_labels(&mut texts_left);
    carrier.write(&from, "README.md", texts::joined(title, texts_left.iter().map(String::as_str)));
}
