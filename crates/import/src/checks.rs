//! Code that tested something where it stood, as a file of tests.

use std::collections::{BTreeMap, BTreeSet};

use etude_python::{StatementKind, TokenKind, highlight, parse, statements};
use etude_text::LineIndex;

use crate::carrier::Carrier;
use crate::python;
use crate::report::Place;

/// What the code was tested in: a module by now.
pub(crate) struct Module<'a> {
    /// The file of the source that all of it is from.
    pub(crate) from: &'a str,
    pub(crate) name: &'a str,
    /// Import statements by the names they bind.
    pub(crate) imports: BTreeMap<String, String>,
    /// What is defined besides.
    pub(crate) defined: BTreeSet<String>,
}

/// A piece of code that tests something.
pub(crate) struct Check {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) code: String,
    /// What it printed when its author ran it, and the value it showed, where that is what it claims.
    pub(crate) prints: Option<String>,
    pub(crate) shows: Option<String>,
    /// For whoever fails it.
    pub(crate) message: Option<String>,
    pub(crate) hidden: bool,
    pub(crate) points: Option<f64>,
}

impl Check {
    pub(crate) fn new(place: Place, code: impl Into<String>) -> Self {
        Self {
            place,
            name: String::new(),
            code: code.into(),
            prints: None,
            shows: None,
            message: None,
            hidden: false,
            points: None,
        }
    }

    /// A line of its code, or all of it.
    fn at(&self, line: Option<u32>) -> Place {
        match (self.place, line) {
            (Place::Cell(cell, _), Some(line)) => Place::Cell(cell, Some(line)),
            (Place::Line(first), Some(line)) => Place::Line(first + line - 1),
            (place, _) => place,
        }
    }
}

#[derive(Default)]
pub(crate) struct Tests {
    pub(crate) visible: Option<String>,
    pub(crate) hidden: Option<String>,
    pub(crate) points: BTreeMap<String, u32>,
}

pub(crate) fn files(module: &Module<'_>, checks: &[Check], carrier: &mut Carrier<'_>) -> Tests {
    let mut tests = Tests::default();
    let mut points: Vec<(String, f64)> = Vec::new();
    for hidden in [false, true] {
        let class = format!("{}{}Test", python::class_name(module.name), if hidden { "Hidden" } else { "" });
        let mut names = BTreeSet::new();
        let mut methods = Vec::new();
        for (index, check) in checks.iter().enumerate().filter(|(_, check)| check.hidden == hidden) {
            let name = unique(&format!("test_{}", snake(&check.name)), &mut names);
            if let Some(method) = method(module, checks, index, &name, carrier) {
                points.push((format!("{class}.{name}"), check.points.unwrap_or(1.0)));
                methods.push(method);
            }
        }
        if methods.is_empty() {
            continue;
        }
        let body = methods.join("\n");
        let base = if body.contains("    async def test_") { "IsolatedAsyncioTestCase" } else { "TestCase" };
        let printing = if body.contains("io.StringIO()") { "import contextlib\nimport io\n" } else { "" };
        let text = format!("{printing}import unittest\n\n\nclass {class}(unittest.{base}):\n{body}");
        *(if hidden { &mut tests.hidden } else { &mut tests.visible }) = Some(text);
    }
    tests.points = whole(&points, module.from, carrier);
    tests
}

/// Points are whole numbers with us; those that are one by one need not be said.
fn whole(points: &[(String, f64)], path: &str, carrier: &mut Carrier<'_>) -> BTreeMap<String, u32> {
    if points.iter().all(|(_, points)| *points == 1.0) {
        return BTreeMap::new();
    }
    let is_whole = |factor: f64| points.iter().all(|(_, it)| (it * factor - (it * factor).round()).abs() < 1e-6);
    let factor = (1..=120).map(f64::from).find(|factor| is_whole(*factor)).unwrap_or(100.0);
    if factor != 1.0 {
        carrier.changed(path, Place::Whole, format!("all points are {factor} times as many, to be whole"));
    }
    points.iter().map(|(test, points)| (test.clone(), (points * factor).round() as u32)).collect()
}

fn method(
    around: &Module<'_>,
    checks: &[Check],
    index: usize,
    name: &str,
    carrier: &mut Carrier<'_>,
) -> Option<String> {
    let check = &checks[index];
    let Module { imports, defined, .. } = around;
    let mut refuse = |line: Option<u32>, what: String| carrier.lost(around.from, check.at(line), what);
    let module = parse(&check.code);
    let is_async = module.names.top_level_await;
    if let Some(error) = module.errors.iter().find(|error| !error.compiler || !is_async) {
        let line = LineIndex::new(&check.code).line(error.span.start);
        refuse(Some(line), format!("this test is no Python: {}", error.message));
        return None;
    }
    for statement in statements(&check.code) {
        let StatementKind::Delete(names) = &statement.kind else { continue };
        if let Some(name) = names.iter().find(|name| defined.contains(*name)) {
            let line = LineIndex::new(&check.code).line(statement.span.start);
            refuse(
                Some(line),
                format!("this test deletes `{name}` from the notebook, which no test can do from outside"),
            );
            return None;
        }
    }
    let before = before(around, checks, index);
    let code = calling(&check.code);
    let all = format!("{before}{code}");
    let mut lacking: Vec<String> = Vec::new();
    let mut given = BTreeSet::new();
    let mut taken = BTreeSet::new();
    let module = parse(&all);
    for name in module.names.needs.keys().chain(module.names.provides.intersection(defined)) {
        if let Some(import) = imports.get(name) {
            given.insert(import.clone());
        } else if defined.contains(name) {
            taken.insert(name.clone());
        } else if !module.names.star_import {
            lacking.push(format!("`{name}`"));
        }
    }
    if !lacking.is_empty() {
        refuse(None, format!("this test uses {}, which nothing before it defines", lacking.join(", ")));
        return None;
    }
    if !taken.is_empty() {
        given.insert(format!("from {} import {}", around.name, taken.into_iter().collect::<Vec<_>>().join(", ")));
    }
    let (docstring, code) = docstring(&code);
    let given: String = given.iter().map(|line| format!("{line}\n")).collect();
    let separator = if given.is_empty() { "" } else { "\n" };
    let body = format!("{docstring}{given}{separator}{before}{}", claiming(code, check));
    let (def, body) = (if is_async { "async def" } else { "def" }, indented(&body, "        "));
    let written = format!("    {def} {name}(self):\n{body}");
    if parse(&format!("class T:\n{written}")).errors.is_empty() {
        return Some(written);
    }
    refuse(None, "this test cannot be put into a function".to_owned());
    None
}

/// Earlier tests whose definitions a test uses.
fn before(around: &Module<'_>, checks: &[Check], index: usize) -> String {
    let mut needed: BTreeSet<String> = parse(&checks[index].code).names.needs.into_keys().collect();
    let Module { imports, defined, .. } = around;
    needed.retain(|name| !imports.contains_key(name) && !defined.contains(name));
    let mut before = Vec::new();
    for check in checks[..index].iter().rev() {
        let names = parse(&check.code).names;
        if names.provides.iter().any(|name| needed.contains(name)) {
            needed.retain(|name| !names.provides.contains(name));
            needed.extend(names.needs.into_keys().filter(|it| !imports.contains_key(it) && !defined.contains(it)));
            before.push(format!("{}\n", check.code.trim_end()));
        }
    }
    before.reverse();
    before.concat()
}

/// A cell that only defines a test function calls it now.
fn calling(code: &str) -> String {
    let code = code.trim_end();
    let all = statements(code);
    let only_defines = all.iter().all(|it| matches!(it.kind, StatementKind::Definition | StatementKind::Import));
    let symbols = parse(code).symbols;
    let tests = symbols.iter().filter(|it| it.name.starts_with("test") && it.qualified == it.name);
    let calls: String = tests.map(|it| format!("\n{}({})", it.name, it.parameters.join(", "))).collect();
    if only_defines && !calls.is_empty() { format!("{code}\n{calls}\n") } else { format!("{code}\n") }
}

/// A docstring that the code begins with, and the rest.
fn docstring(code: &str) -> (String, &str) {
    let first = statements(code).into_iter().next();
    let found = first.filter(|it| it.kind == StatementKind::Expression && it.span.slice(code).starts_with(['"', '\'']));
    match found {
        Some(it) if it.span.start == 0 && code[it.span.end as usize..].starts_with('\n') => {
            let end = it.span.end as usize + 1;
            (code[..end].to_owned(), &code[end..])
        }
        _ => (String::new(), code),
    }
}

/// The code with what it showed and printed as claims.
fn claiming(code: &str, check: &Check) -> String {
    let message = check.message.as_ref().map_or(String::new(), |message| format!(", {}", literal(message)));
    let last = statements(code).into_iter().next_back().filter(|it| it.kind == StatementKind::Expression);
    let mut after = String::new();
    let mut code = code.to_owned();
    if let (Some(last), Some(shown)) = (last, &check.shows) {
        let (before, expression) = (&code[..last.span.start as usize], last.span.slice(&code));
        let behind = &code[last.span.end as usize..];
        let truth = match shown.trim() {
            "True" => Some("assertTrue"),
            "False" => Some("assertFalse"),
            _ => None,
        };
        match truth.filter(|_| check.prints.is_none()) {
            Some(assertion) => code = format!("{before}self.{assertion}({expression}{message}){behind}"),
            None => {
                after = format!("self.assertEqual(repr(shown), {}{message})\n", literal(shown.trim()));
                let whole = if expression.contains('\n') { format!("({expression})") } else { expression.to_owned() };
                code = format!("{before}shown = {whole}{behind}");
            }
        }
    }
    if let Some(printed) = &check.prints {
        let inner = indented(&code, "    ");
        code = format!(
            "printed = io.StringIO()\nwith contextlib.redirect_stdout(printed):\n{inner}self.assertEqual(printed.getvalue(), {}{message})\n",
            literal(printed)
        );
    }
    code + &after
}

/// As Python writes it: JSON's strings are Python's.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Lines moved to the right, but for those that begin within a string.
fn indented(code: &str, by: &str) -> String {
    let strings: Vec<_> = highlight(code).into_iter().filter(|token| token.kind == TokenKind::String).collect();
    let mut out = String::new();
    let mut start = 0;
    for line in code.split_inclusive('\n') {
        let within = strings.iter().any(|token| (token.span.start as usize) < start && start < token.span.end as usize);
        if !within && !line.trim().is_empty() {
            out.push_str(by);
        }
        out.push_str(line);
        start += line.len();
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Names that code uses and does not define, or defines anew.
pub(crate) fn mentioned(code: &str) -> BTreeSet<String> {
    let names = parse(code).names;
    names.needs.into_keys().chain(names.provides).collect()
}

fn snake(name: &str) -> String {
    let has_letters = name.contains(|char: char| char.is_ascii_alphanumeric());
    let name = if has_letters { name.to_lowercase() } else { "cell".to_owned() };
    let words: Vec<&str> = name.split(|char: char| !char.is_ascii_alphanumeric()).filter(|it| !it.is_empty()).collect();
    let name = words.join("_");
    name.strip_prefix("test_").map_or(name.clone(), str::to_owned)
}

fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let candidates = (1..).map(|number| if number == 1 { name.to_owned() } else { format!("{name}_{number}") });
    let free = candidates.into_iter().find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(free.clone());
    free
}
