//! Python of the lesson, with the file and the line under which Python will speak of it.

use etude_course::{Lesson, Snippet, SnippetKind};
use etude_python::Module;
use std::borrow::Cow;

use super::Setting;
use super::console;

/// A piece of Python. A snippet that is a file has that file's name and counts from 1; any other has the name of the
/// lesson and the lesson's lines, so that tracebacks and warnings point into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// `None` for lines that no snippet shows.
    pub snippet: Option<usize>,
    pub file: String,
    pub first_line: u32,
    pub text: String,
}

impl Code {
    pub(super) fn of(lesson: &Lesson, snippet: &Snippet, setting: &Setting<'_>) -> Self {
        let typed = snippet.kind == SnippetKind::Console;
        let text = if typed { console::source(&snippet.code) } else { snippet.code.clone() };
        match &snippet.title {
            Some(title) if super::files::is_inside(&title.name) => {
                Self { snippet: Some(snippet.index), file: title.name.clone(), first_line: 1, text }
            }
            _ => {
                let file = lesson.path.rsplit('/').next().unwrap_or("lesson.md").to_owned();
                Self { snippet: Some(snippet.index), file, first_line: first_line(snippet, setting), text }
            }
        }
    }

    pub(super) fn line(text: String) -> Self {
        Self { snippet: None, file: "supplied".to_owned(), first_line: 1, text }
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
