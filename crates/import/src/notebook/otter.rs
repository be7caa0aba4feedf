//! Otter: cells between marks (`# BEGIN QUESTION`), and lines with marks behind them (`# SOLUTION`).

use std::sync::LazyLock;

use etude_markdown::Yaml;
use regex::Regex;

use super::answer::Answer;
use super::read::{Cell, CellKind, Notebook, Output};
use crate::carrier::Carrier;
use crate::checks::Check;
use crate::python;
use crate::report::Place;

/// The first line of a cell that is a mark, in a fence, a quotation or plain.
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^[\s>`~#]*(?:otter\s*)?[\s>#]*(ASSIGNMENT CONFIG|(?:BEGIN|END) (?:ASSIGNMENT|QUESTION|SOLUTION|PROMPT|TESTS))[ \t]*(?:\n|\z)")
        .expect("a valid expression")
});

/// Marks of cells before there were marks around tests.
static OLD_TEST: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*#+\s*(hidden)?\s*tests?\s*#*[ \t]*(?:\n|\z)").expect("a valid expression"));

static HIDDEN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*#+\s*hidden[ \t]*\n").expect("a valid expression"));

static TEST_CONFIG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?s)^\s*"""\s*# BEGIN TEST CONFIG\s*\n(.*?)"""\s*;?\s*# END TEST CONFIG[ \t]*\n?"#)
        .expect("a valid expression")
});

static PROMPT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?ms)^[ \t]*"""\s*# BEGIN PROMPT[ \t]*\n(.*?)^[ \t]*""";?[ \t]*# END PROMPT[ \t]*(?:\n|\z)"#)
        .expect("a valid expression")
});

static IGNORED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?m)^[ \t]*# BEGIN IGNORE[^\n]*\n(?s:.*?)^[ \t]*# END IGNORE[^\n]*(?:\n|\z)|^[^\n]*# IGNORE[ \t]*(?:\n|\z)",
    )
    .expect("a valid expression")
});

static LINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\s*)(.*?)\s*# SOLUTION( NO PROMPT)?\s*$").expect("a valid expression"));

static BEGIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\s*)# BEGIN SOLUTION( NO PROMPT)?\s*$").expect("a valid expression"));

static ASSIGNED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:return\b|[^=()#]*?[^=!<>()]=(?:[^=]|$))").expect("a valid expression"));

pub(super) fn looks_like(notebook: &Notebook) -> bool {
    notebook
        .cells
        .iter()
        .any(|cell| mark(cell).is_some_and(|mark| mark.name.contains("QUESTION") || mark.name.contains("ASSIGNMENT")))
}

struct Mark {
    /// In capitals.
    name: String,
    /// What is below it in its fence, or its cell.
    config: String,
    /// What is below its fence.
    rest: String,
}

fn mark(cell: &Cell) -> Option<Mark> {
    if cell.kind == CellKind::Code {
        return None;
    }
    // The first versions let the question stand before its mark.
    let start = ["```\nBEGIN ", "```\n# BEGIN "].iter().find_map(|fence| cell.text.find(fence)).unwrap_or(0);
    let (before, text) = cell.text.split_at(start);
    let found = MARK.captures(text)?;
    let name = found[1].to_uppercase();
    let rest = &text[found[0].len()..];
    let (config, rest) = match rest.find("\n```").or_else(|| rest.starts_with("```").then_some(0)) {
        Some(end) => (&rest[..end], rest[end..].trim_start_matches('\n').trim_start_matches('`')),
        None => (rest, ""),
    };
    let config = config.lines().map(|line| line.strip_prefix('>').unwrap_or(line));
    Some(Mark {
        name,
        config: config.map(|line| format!("{line}\n")).collect(),
        rest: format!("{}\n{}", before.trim(), rest.trim()).trim().to_owned(),
    })
}

/// The fields of what is written in YAML.
fn fields(yaml: &str) -> Vec<(String, Yaml)> {
    let document = etude_markdown::parse(&format!("---\n{yaml}\n---\n"));
    let fields = document.front_matter.map(|matter| matter.fields).unwrap_or_default();
    fields.into_iter().map(|field| (field.name, field.value)).collect()
}

#[derive(Default)]
struct Question {
    name: String,
    manual: bool,
    points: Vec<f64>,
    /// Of the first test.
    tests: usize,
}

/// Where in a question a cell stands.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Text,
    Solution,
    Tests,
    Prompt,
}

pub(super) fn read(notebook: &Notebook, answer: &mut Answer<'_>, carrier: &mut Carrier<'_>) {
    let mut question: Option<Question> = None;
    let mut within = Within::Text;
    for cell in &notebook.cells {
        if let Some(mark) = mark(cell) {
            within = match mark.name.as_str() {
                "BEGIN SOLUTION" => Within::Solution,
                "BEGIN TESTS" => Within::Tests,
                "BEGIN PROMPT" => Within::Prompt,
                _ => Within::Text,
            };
            match mark.name.as_str() {
                "BEGIN QUESTION" => {
                    close(question.take(), answer, carrier);
                    question = Some(begin(cell, &mark, answer, carrier));
                }
                "END QUESTION" => close(question.take(), answer, carrier),
                "ASSIGNMENT CONFIG" | "BEGIN ASSIGNMENT" => settings(cell, &mark, answer, carrier),
                _ => {}
            }
            if !mark.rest.is_empty() {
                answer.say(mark.rest);
            }
            continue;
        }
        let place = Place::Cell(cell.number, None);
        match (cell.kind, &mut question) {
            (CellKind::Raw, _) if cell.text.trim().is_empty() => {}
            (CellKind::Raw, _) => carrier.lost(answer.path, place, "a raw cell, which is for other programs"),
            (CellKind::Markdown, _) => match within {
                Within::Solution if !has_tag(cell, "otter_include") => {
                    carrier.lost(answer.path, place, "an answer in words, graded by hand");
                }
                _ => answer.say_cell(cell),
            },
            (CellKind::Code, Some(question)) if within == Within::Tests || OLD_TEST.is_match(&cell.text) => {
                test(cell, question, answer, carrier);
            }
            (CellKind::Code, Some(_)) if within == Within::Solution || is_solution(&cell.text) => {
                solution(cell, answer, carrier);
            }
            (CellKind::Code, _) => answer.give(cell, carrier),
        }
    }
    close(question, answer, carrier);
}

fn has_tag(cell: &Cell, tag: &str) -> bool {
    cell.metadata["tags"].as_array().is_some_and(|tags| tags.iter().any(|it| it == tag))
}

fn is_solution(code: &str) -> bool {
    PROMPT.is_match(code) || code.lines().any(|line| LINE.is_match(line) || BEGIN.is_match(line))
}

/// What an assignment says that an exercise has no word for.
fn settings(cell: &Cell, mark: &Mark, answer: &mut Answer<'_>, carrier: &mut Carrier<'_>) {
    for (name, value) in fields(&mark.config) {
        let place = Place::Cell(cell.number, None);
        match name.as_str() {
            "files" | "student_files" | "autograder_files" => {
                let Yaml::List(paths) = value else { continue };
                let text = |path: &Yaml| match path {
                    Yaml::String(path) => Some((cell.number, path.clone())),
                    _ => None,
                };
                answer.beside.extend(paths.iter().filter_map(text));
            }
            "seed" => carrier.changed(answer.path, place, "`seed`: tests are always seeded, by their own rule"),
            "name" => {}
            "plugins" => carrier.lost(answer.path, place, "`plugins`: an exercise has none"),
            _ => carrier.note(crate::Outcome::Left, answer.path, place, format!("`{name}` is for Otter")),
        }
    }
}

fn begin(cell: &Cell, mark: &Mark, answer: &mut Answer<'_>, carrier: &mut Carrier<'_>) -> Question {
    let mut question = Question::default();
    let place = Place::Cell(cell.number, None);
    for (name, value) in fields(&mark.config) {
        match (name.as_str(), value) {
            ("name", Yaml::String(name)) => question.name = name,
            ("name", Yaml::Int(number)) => question.name = format!("q{number}"),
            ("manual", Yaml::Bool(manual)) => question.manual = manual,
            ("points", Yaml::List(points)) => question.points = points.iter().filter_map(number).collect(),
            ("points", Yaml::Map(map)) => {
                let each = map.iter().find(|(name, _)| name == "each").and_then(|(_, it)| number(it));
                question.points = each.into_iter().collect();
            }
            ("points", points) => question.points = number(&points).into_iter().collect(),
            ("all_or_nothing", Yaml::Bool(true)) => {
                carrier.changed(answer.path, place, "`all_or_nothing`: each test has its own points");
            }
            ("check_cell" | "export" | "manual" | "all_or_nothing", _) => {}
            (name, _) => carrier.note(crate::Outcome::Left, answer.path, place, format!("`{name}` is for Otter")),
        }
    }
    question.tests = answer.checks.len();
    if question.manual {
        let points: f64 = question.points.iter().sum();
        let points = if points > 0.0 { format!(", for {points} points") } else { String::new() };
        carrier.lost(answer.path, place, format!("`{}` is graded by hand{points}: its text is kept", question.name));
    }
    question
}

fn number(value: &Yaml) -> Option<f64> {
    match value {
        Yaml::Int(number) => Some(*number as f64),
        Yaml::Float(number) => Some(*number),
        _ => None,
    }
    .filter(|number| number.is_finite() && *number >= 0.0)
}

/// Gives the tests of a question its points: one number is for all of them together.
fn close(question: Option<Question>, answer: &mut Answer<'_>, _: &mut Carrier<'_>) {
    let Some(question) = question else { return };
    let tests = &mut answer.checks[question.tests..];
    let count = tests.len().max(1) as f64;
    let single = question.points.len() == 1;
    for (index, test) in tests.iter_mut().enumerate() {
        let own =
            if single { question.points.first().map(|all| all / count) } else { question.points.get(index).copied() };
        test.points = test.points.or(own);
    }
}

fn solution(cell: &Cell, answer: &mut Answer<'_>, carrier: &mut Carrier<'_>) {
    let Some(python) = answer.python(cell, carrier) else { return };
    let python = IGNORED.replace_all(&python, "").into_owned();
    let (solution, mut starter) = apart(&python);
    if solution == starter {
        answer.give(&Cell { text: solution, ..copy(cell) }, carrier);
        return;
    }
    if let Some(mended) = python::with_bodies(starter.as_bytes()) {
        starter = String::from_utf8_lossy(&mended).into_owned();
    } else {
        carrier.changed(
            answer.path,
            Place::Cell(cell.number, None),
            "what is left of it without the answer is no Python: `...` stands there",
        );
        starter = "...\n".to_owned();
    }
    answer.ask(cell, solution, Some(starter));
}

fn copy(cell: &Cell) -> Cell {
    Cell {
        kind: cell.kind,
        number: cell.number,
        text: String::new(),
        metadata: serde_json::Value::Null,
        outputs: Vec::new(),
        attachments: Vec::new(),
    }
}

/// What stands between marks, and what a learner sees of it.
fn apart(code: &str) -> (String, String) {
    let solution_text = PROMPT.replace_all(code, "");
    let starter_text = PROMPT.replace_all(code, "$1");
    (of(&solution_text, true), of(&starter_text, false))
}

fn of(code: &str, solved: bool) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in code.lines() {
        if line.trim() == "# END SOLUTION" {
            inside = false;
        } else if let Some(begin) = BEGIN.captures(line) {
            inside = true;
            if !solved && begin.get(2).is_none() {
                out.push_str(&format!("{}...\n", &begin[1]));
            }
        } else if inside {
            if solved {
                out.push_str(&format!("{line}\n"));
            }
        } else if line.trim().eq_ignore_ascii_case("## solution ##") {
        } else if let Some(found) = LINE.captures(line) {
            let (indent, statement) = (&found[1], &found[2]);
            match (solved, found.get(3)) {
                (true, _) if statement.is_empty() => {}
                (true, _) => out.push_str(&format!("{indent}{statement}\n")),
                (false, None) => out.push_str(&format!("{indent}{}\n", blank(statement))),
                (false, Some(_)) => {}
            }
        } else {
            out.push_str(&format!("{line}\n"));
        }
    }
    out
}

/// `x = 5` without what is right of it.
fn blank(statement: &str) -> String {
    match ASSIGNED.find(statement) {
        Some(_) if statement.starts_with("return") => "return ...".to_owned(),
        Some(found) => format!("{}= ...", &statement[..found.as_str().rfind('=').unwrap_or(0)]),
        None => "...".to_owned(),
    }
}

fn test(cell: &Cell, question: &Question, answer: &mut Answer<'_>, carrier: &mut Carrier<'_>) {
    let Some(python) = answer.python(cell, carrier) else { return };
    let place = Place::Cell(cell.number, None);
    let mut check = Check::new(place, String::new());
    let mut code = python.as_str();
    let config = TEST_CONFIG.captures(code).map(|found| fields(&found[1])).unwrap_or_default();
    if let Some(found) = TEST_CONFIG.find(code) {
        code = &code[found.end()..];
    }
    for (name, value) in config {
        match (name.as_str(), value) {
            ("name", Yaml::String(name)) => check.name = name,
            ("hidden", Yaml::Bool(hidden)) => check.hidden = hidden,
            ("points", points) => check.points = number(&points),
            ("failure_message", Yaml::String(message)) => check.message = Some(message),
            ("success_message", _) => {
                carrier.lost(answer.path, place, "`success_message`: a test that passes says nothing")
            }
            (name, _) => carrier.note(crate::Outcome::Left, answer.path, place, format!("`{name}` is for Otter")),
        }
    }
    let mut code = code.to_owned();
    if let Some(found) = OLD_TEST.captures(&code) {
        check.hidden |= found.get(1).is_some();
        code = code[found[0].len()..].to_owned();
    } else if let Some(found) = HIDDEN.find(&code) {
        check.hidden = true;
        code = code[found.end()..].to_owned();
    }
    check.code = code.replace("  # IGNORE", "").replace(" # IGNORE", "");
    if check.name.is_empty() {
        let number = answer.checks.len() - question.tests + 1;
        check.name = format!("{}_{number}", if question.name.is_empty() { "question" } else { &question.name });
    }
    for output in &cell.outputs {
        match output {
            Output::Printed(text) => check.prints = Some(check.prints.take().unwrap_or_default() + text),
            Output::Shown(text) => check.shows = Some(text.clone()),
            Output::Picture(..) | Output::Raised(_) | Output::Other(_) => {
                carrier.lost(answer.path, place, "what this test shows is no text that could be compared");
            }
        }
    }
    // Nothing but a value that nobody has looked at.
    let statements = etude_python::statements(&check.code);
    let claims = check.code.contains("assert") || check.code.contains("raise") || check.code.contains("test");
    if check.shows.is_none() && check.prints.is_none() && !claims {
        let hint = if statements.is_empty() { "" } else { ": run the notebook, so that its output is there" };
        carrier.lost(answer.path, place, format!("this test claims nothing{hint}"));
    } else {
        answer.checks.push(check);
    }
}
