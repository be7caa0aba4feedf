//! An exercise made of a notebook: one module for all that is to be written, and the cells that graded it as its tests.

use std::collections::{BTreeMap, BTreeSet};

use etude_course::Files;
use etude_python::{StatementKind, parse, statements};

use super::code;
use super::lesson::markdown;
use super::read::Cell;
use crate::carrier::Carrier;
use crate::checks::{self, Check};
use crate::exercise::{Exercise, Part};
use crate::report::{Outcome, Place};
use crate::settings::Lab;
use crate::texts;

pub(super) struct Answer<'a> {
    pub(super) path: &'a str,
    pub(super) module: String,
    title: String,
    texts: Vec<Text>,
    pub(super) pieces: Vec<Piece>,
    pub(super) checks: Vec<Check>,
    /// Its answers are stubs, as learners get them.
    pub(super) unsolved: bool,
    /// Files it is said to need, and the cell that says so.
    pub(super) beside: Vec<(u32, String)>,
    needs: Vec<String>,
    written: Vec<(String, String)>,
}

enum Text {
    /// The number of a cell with Markdown.
    Cell(u32),
    Own(String),
}

/// Code of the module, from one cell.
pub(super) struct Piece {
    pub(super) cell: u32,
    pub(super) solution: String,
    /// Where a learner sees something else, and markers do not say so.
    pub(super) starter: Option<String>,
    pub(super) is_answer: bool,
}

impl<'a> Answer<'a> {
    pub(super) fn new(path: &'a str, module: &str, title: &str) -> Self {
        Self {
            path,
            module: module.to_owned(),
            title: title.to_owned(),
            texts: Vec::new(),
            pieces: Vec::new(),
            checks: Vec::new(),
            unsolved: false,
            beside: Vec::new(),
            needs: Vec::new(),
            written: Vec::new(),
        }
    }

    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.texts.push(Text::Own(text.into()));
    }

    pub(super) fn say_cell(&mut self, cell: &Cell) {
        self.texts.push(Text::Cell(cell.number));
    }

    /// The Python of a cell; what is none is noted.
    pub(super) fn python(&mut self, cell: &Cell, carrier: &mut Carrier<'_>) -> Option<String> {
        let code = code::code(&cell.text);
        for (line, outcome, what) in code.notes {
            carrier.note(outcome, self.path, Place::Cell(cell.number, Some(line)), what);
        }
        self.needs.extend(code.needs);
        self.written.extend(code.file);
        if code.shell.is_some() {
            carrier.lost(self.path, Place::Cell(cell.number, None), "commands for a shell, which no exercise runs");
            return None;
        }
        Some(code.python)
    }

    /// A cell that is given.
    pub(super) fn give(&mut self, cell: &Cell, carrier: &mut Carrier<'_>) {
        let Some(python) = self.python(cell, carrier).filter(|python| !python.trim().is_empty()) else { return };
        let only_comments = statements(&python).is_empty();
        if !only_comments {
            // It may use what the learner is to write.
            self.say(texts::fence("python norun", &python));
        }
        self.pieces.push(Piece { cell: cell.number, solution: python, starter: None, is_answer: false });
    }

    /// A cell that the learner writes.
    pub(super) fn ask(&mut self, cell: &Cell, solution: String, starter: Option<String>) {
        let names: Vec<String> = parse(&solution).names.provides.iter().map(|name| format!("`{name}`")).collect();
        let file = format!("`{}.py`", self.module);
        self.say(match &names[..] {
            [] => format!("Write this in {file}."),
            _ => format!("Write {} in {file}.", names.join(", ")),
        });
        self.pieces.push(Piece { cell: cell.number, solution, starter, is_answer: true });
    }

    pub(super) fn write(
        mut self,
        to: &str,
        near: Vec<Part<'a>>,
        files: &'a Files,
        notebook: &[Cell],
        carrier: &mut Carrier<'_>,
    ) {
        self.leave_out(carrier);
        let file = format!("{}.py", self.module);
        let part = |path: String, content: String| Part { path, content: content.into_bytes(), from: self.path };
        let instructions = self.texts.iter().map(|text| match text {
            Text::Own(text) => text.clone(),
            Text::Cell(number) => {
                let cell = notebook.iter().find(|cell| cell.number == *number);
                cell.map_or(String::new(), |cell| markdown(cell, self.path, to, files, carrier))
            }
        });
        let mut instructions: Vec<String> = instructions.collect();
        if let Some(first) = instructions.first_mut() {
            *first = texts::without_title(first).1;
        }
        let joined = |text: &dyn Fn(&Piece) -> String| -> String {
            let pieces: Vec<String> =
                self.pieces.iter().map(|piece| text(piece).trim_matches('\n').to_owned()).collect();
            let pieces: Vec<&str> =
                pieces.iter().map(String::as_str).filter(|piece| !piece.trim().is_empty()).collect();
            format!("{}\n", pieces.join("\n\n"))
        };
        let imports = self.imports();
        let mut defined: BTreeSet<String> =
            self.pieces.iter().flat_map(|piece| parse(&piece.solution).names.provides).collect();
        defined.retain(|name| !imports.contains_key(name));
        let module = checks::Module { from: self.path, name: &self.module, imports, defined };
        let tests = checks::files(&module, &self.checks, carrier);
        let solution = joined(&|piece| piece.solution.clone());
        let own_starter = self.unsolved || self.pieces.iter().any(|piece| piece.starter.is_some());
        if !own_starter && let Err(problem) = etude_course::derive(&solution) {
            carrier.lost(
                self.path,
                Place::Whole,
                format!("no starter can be made of its answers: {}", problem.message),
            );
        }
        let starter =
            own_starter.then(|| joined(&|piece| piece.starter.clone().unwrap_or_else(|| piece.solution.clone())));
        let mut exercise = Exercise {
            lab: Lab { title: self.title.clone(), needs: self.needs.clone(), points: tests.points, ..Lab::default() },
            from: vec![self.path],
            instructions: texts::joined(&self.title, instructions.iter().map(String::as_str)),
            solution: (!self.unsolved).then(|| part(file.clone(), solution)).into_iter().collect(),
            starter: starter.map(|starter| part(file.clone(), starter)).into_iter().collect(),
            tests: tests.visible.map(|test| part(format!("test_{file}"), test)).into_iter().collect(),
            hidden: tests
                .hidden
                .map(|test| part(format!("test_{}_hidden.py", self.module), test))
                .into_iter()
                .collect(),
            given: near,
            ..Exercise::default()
        };
        exercise.given.extend(self.written.iter().map(|(path, text)| part(path.clone(), text.clone())));
        let folder = &self.path[..self.path.rfind('/').map_or(0, |at| at + 1)];
        for (cell, path) in &self.beside {
            match files.get_key_value(&format!("{folder}{path}")) {
                Some((from, _)) => exercise.given.extend(Part::of(files, from, path)),
                None => {
                    carrier.lost(self.path, Place::Cell(*cell, None), format!("`{path}` is not among the files"));
                    exercise.absent.extend(path.strip_suffix(".py").map(str::to_owned));
                }
            }
        }
        let whole = |piece: &Piece| statements(&piece.solution).iter().all(|it| it.kind == StatementKind::Definition);
        let answers: Vec<&Piece> = self.pieces.iter().filter(|piece| piece.is_answer).collect();
        if answers.len() > 1 && !answers.iter().all(|piece| whole(piece)) {
            let what = "its cells are one module now: what one of them raises at once fails every test";
            carrier.changed(self.path, Place::Whole, what);
        }
        if exercise.tests.is_empty() && exercise.hidden.is_empty() {
            carrier.lost(self.path, Place::Whole, "no cell tests what is written, so nothing is graded");
        }
        exercise.write(to, carrier);
    }

    /// Cells that cannot be in a module, and those that only try out what the learner writes: a module that calls an
    /// answer which is still missing cannot be imported, and then no test of it runs.
    fn leave_out(&mut self, carrier: &mut Carrier<'_>) {
        let path = self.path;
        self.pieces.retain(|piece| {
            let module = parse(&piece.solution);
            let why = if let Some(error) =
                module.errors.iter().find(|error| !error.compiler || !module.names.top_level_await)
            {
                format!("it is no Python: {}", error.message)
            } else if module.names.top_level_await {
                "it awaits outside a function, which a module cannot do".to_owned()
            } else {
                return true;
            };
            let outcome = if piece.is_answer { Outcome::Lost } else { Outcome::Changed };
            let why = if piece.is_answer { why } else { format!("{why}; it is in the instructions only") };
            carrier.note(outcome, path, Place::Cell(piece.cell, None), why);
            false
        });
        let mut needed: BTreeSet<String> =
            self.checks.iter().flat_map(|check| checks::mentioned(&check.code)).collect();
        let first = self.pieces.iter().position(|piece| piece.is_answer).unwrap_or(self.pieces.len());
        let mut keep = vec![true; self.pieces.len()];
        for (index, piece) in self.pieces.iter().enumerate().rev() {
            let names = parse(&piece.solution).names;
            let imports = statements(&piece.solution).iter().all(|it| it.kind == StatementKind::Import);
            keep[index] =
                index < first || piece.is_answer || imports || names.provides.iter().any(|name| needed.contains(name));
            if keep[index] {
                needed.extend(names.needs.into_keys());
            }
        }
        let mut keep = keep.into_iter();
        self.pieces.retain(|_| keep.next().unwrap_or(true));
    }

    /// Import statements of the module by the names they bind.
    fn imports(&self) -> BTreeMap<String, String> {
        let mut imports = BTreeMap::new();
        for piece in &self.pieces {
            for statement in statements(&piece.solution).iter().filter(|it| it.kind == StatementKind::Import) {
                let text = statement.span.slice(&piece.solution);
                imports.extend(parse(text).names.provides.into_iter().map(|name| (name, text.to_owned())));
            }
        }
        imports
    }
}
