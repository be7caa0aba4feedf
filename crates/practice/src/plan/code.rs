//! Python of the lesson, with the file and the line under which Python will speak of it.

use etude_course::{Lesson, Snippet, SnippetKind};
use etude_python::Module;
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

use super::{Action, Session, Setting, Step, console};

/// A piece of Python. A snippet that is a file has that file's name and counts from 1; any other has the name of the
/// lesson and the lesson's lines, so that tracebacks and warnings point into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// `None` for lines that no snippet shows.
    pub snippet: Option<usize>,
    pub file: String,
    pub first_line: u32,
    pub text: String,
    /// Where it stands in the lesson, if it counts its own lines all the same: what it prints may have them in it.
    pub stands: Option<Place>,
}

/// A line of the lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub line: u32,
}

impl Code {
    pub(super) fn of(lesson: &Lesson, snippet: &Snippet, setting: &Setting<'_>) -> Self {
        let typed = snippet.kind == SnippetKind::Console;
        let text = if typed { console::source(&snippet.code) } else { snippet.code.clone() };
        match &snippet.title {
            Some(title) if super::files::is_inside(&title.name) => {
                Self { snippet: Some(snippet.index), file: title.name.clone(), first_line: 1, text, stands: None }
            }
            _ => {
                let file = lesson.path.rsplit('/').next().unwrap_or("lesson.md").to_owned();
                Self {
                    snippet: Some(snippet.index),
                    file,
                    first_line: first_line(snippet, setting),
                    text,
                    stands: None,
                }
            }
        }
    }

    pub(super) fn line(text: String) -> Self {
        Self { snippet: None, file: "supplied".to_owned(), first_line: 1, text, stands: None }
    }

    /// Counts from 1, as in the file that a reader makes of it, under the `number`th name of the lesson.
    fn count_alone(&mut self, number: usize) {
        let place = Place { file: self.file.clone(), line: self.first_line };
        if number > 1 {
            let (stem, ending) = place.file.rsplit_once('.').unwrap_or((&place.file, "md"));
            self.file = format!("{stem}-{number}.{ending}");
        }
        self.first_line = 1;
        self.stands = Some(place);
    }
}

/// What shows a program its own lines.
static LOOKS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"lineno|(?-u:\b)(?:inspect|dis|traceback|linecache|tracemalloc|warnings|logging|pdb|cProfile|profile)(?-u:\b)",
        r"|_getframe|settrace|setprofile|co_lines|loguru|structlog|f_back|print_stack|get_stack|set_debug|debug=True",
    ))
    .expect("a valid expression")
});

/// Lets code that may print its lines count them as the reader's own file would. Other code has the lesson's lines, so
/// that what Python says of it points there.
pub(super) fn count_alone(session: &mut Session) {
    let typed = |step: &Step| match &step.action {
        Action::Console(statements) => statements.iter().any(|it| LOOKS.is_match(&it.text)),
        _ => false,
    };
    if !session.steps.iter().any(typed) && !session.code().any(|code| LOOKS.is_match(&code.text)) {
        return;
    }
    let parts = session.server.iter_mut().flat_map(|server| &mut server.parts);
    let steps = session.steps.iter_mut().filter_map(|step| match &mut step.action {
        Action::Script(code) | Action::Doctest(code) => Some(code),
        Action::Fragment { code, .. } | Action::Context { code, .. } => Some(code),
        Action::Test { .. } | Action::Console(_) | Action::Shell(_) | Action::Serve => None,
    });
    // Files of the reader's count their own lines already.
    let own = parts.chain(steps).filter(|code| code.snippet.is_some() && code.first_line > 1);
    for (number, code) in (1..).zip(own) {
        code.count_alone(number);
    }
}

/// The line of the lesson in which the code begins.
pub(super) fn first_line(snippet: &Snippet, setting: &Setting<'_>) -> u32 {
    setting.source.line(snippet.code_span().start)
}

/// The Python of a snippet as a parsed module; of a `>>>` session, its statements.
pub(super) fn module(snippet: &Snippet) -> Option<Cow<'_, Module>> {
    match &snippet.python {
        Some(module) => Some(Cow::Borrowed(module)),
        None if snippet.kind == SnippetKind::Console => {
            let statements = console::statements(&snippet.code, 1);
            let texts: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
            Some(Cow::Owned(etude_python::parse(&texts.join("\n"))))
        }
        None => None,
    }
}
