//! The text of the program that ran, as far as it is at hand, and what can be read from it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use etude_python::waiting::{self, Await, Call, Routine, Waiting};
use etude_text::{Source, Span};

use crate::trace::Site;

/// Gives the text of a file by the name that Python has for it.
pub type Texts<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

type Opener<'a> = Box<dyn Fn(&str) -> Option<Source> + 'a>;

/// All files of a program, each read when it is first asked for.
pub(crate) struct Programs<'a> {
    open: Opener<'a>,
    read: RefCell<HashMap<String, Option<Rc<Program>>>>,
}

/// One file.
pub(crate) struct Program {
    pub(crate) source: Source,
    pub(crate) waiting: Waiting,
}

impl<'a> Programs<'a> {
    pub(crate) fn new(texts: Texts<'a>) -> Self {
        let open = move |name: &str| texts(name).map(|text| Source::new(name, text));
        Self { open: Box::new(open), read: RefCell::default() }
    }

    pub(crate) fn file(&self, name: &str) -> Option<Rc<Program>> {
        if let Some(known) = self.read.borrow().get(name) {
            return known.clone();
        }
        let read = |source: Source| Program { waiting: waiting::read(source.text()), source };
        let program = (self.open)(name).map(|source| Rc::new(read(source)));
        self.read.borrow_mut().insert(name.to_owned(), program.clone());
        program
    }

    pub(crate) fn of(&self, site: &Site) -> Option<Rc<Program>> {
        self.file(&site.file)
    }

    /// The line of a site, without the blanks around it.
    pub(crate) fn line(&self, site: &Site) -> Option<String> {
        let program = self.of(site)?;
        program.has(site.line).then(|| program.source.line_text(site.line).trim().to_owned())
    }
}

impl Program {
    pub(crate) fn has(&self, line: u32) -> bool {
        (1..=self.source.lines().count()).contains(&line)
    }

    pub(crate) fn text(&self, span: Span) -> &str {
        span.slice(self.source.text())
    }

    /// The lines a span touches, first and last.
    pub(crate) fn lines(&self, span: Span) -> (u32, u32) {
        (self.source.line(span.start), self.source.line(span.end))
    }

    fn touches(&self, span: Span, line: u32) -> bool {
        let (first, last) = self.lines(span);
        (first..=last).contains(&line)
    }

    /// The function that Python says begins at this line; else, since comprehensions had code of their own before 3.12,
    /// the innermost one around it.
    pub(crate) fn routine(&self, first_line: u32) -> Option<usize> {
        let routines = &self.waiting.routines;
        let begins = |routine: &Routine| self.source.line(routine.span.start) == first_line;
        routines.iter().position(begins).or_else(|| self.routine_around(first_line))
    }

    pub(crate) fn routine_around(&self, line: u32) -> Option<usize> {
        let routines = self.waiting.routines.iter().enumerate();
        let around = routines.filter(|(_, routine)| self.touches(routine.span, line));
        around.min_by_key(|(_, routine)| routine.span.len()).map(|(index, _)| index)
    }

    /// The function a site is in.
    pub(crate) fn routine_at(&self, site: &Site) -> Option<&Routine> {
        self.waiting.routines.get(self.routine(site.first_line)?)
    }

    /// The calls whose span touches a line, those that begin first coming first.
    pub(crate) fn calls_on(&self, line: u32) -> impl Iterator<Item = &Call> {
        self.waiting.calls.iter().filter(move |call| self.touches(call.span, line))
    }

    /// The awaits of a function that touch a line, in the order of their evaluation.
    pub(crate) fn awaits_on(&self, routine: usize, line: u32) -> Vec<usize> {
        let awaits = self.waiting.awaits.iter().enumerate();
        let there = |it: &Await| it.routine == routine && self.touches(it.span, line);
        awaits.filter(|(_, it)| there(it)).map(|(index, _)| index).collect()
    }
}
