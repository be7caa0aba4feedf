//! Lines of the program, and how they should read.

use std::fmt;

use etude_text::{Edit, Span, apply_edits};

use crate::program::Program;

/// Some lines as they are and as they should be, indentation included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    pub file: String,
    /// The first of the wrong lines, from 1.
    pub line: u32,
    pub wrong: Vec<String>,
    pub right: Vec<String>,
}

/// More lines than this are no longer a hint.
const MOST: usize = 12;

impl Correction {
    /// What replacing these parts makes of the lines they are in.
    pub(super) fn edit(program: &Program, edits: &[(Span, String)]) -> Option<Correction> {
        let first = edits.iter().map(|(span, _)| program.lines(*span).0).min()?;
        let last = edits.iter().map(|(span, _)| program.lines(*span).1).max()?;
        let from = program.source.lines().span(first).start;
        let text = &program.source.text()[from as usize..];
        let until = program.source.lines().span(last).end - from;
        let edits: Option<Vec<Edit>> = edits
            .iter()
            .map(|(span, with)| {
                Some(Edit::new(Span::new(span.start.checked_sub(from)?, span.end.checked_sub(from)?), with.as_str()))
            })
            .collect();
        let wrong = text.get(..until as usize)?;
        let right = String::from_utf8(apply_edits(wrong.as_bytes(), &edits?).ok()?).ok()?;
        Self::lines(program, first, wrong, &right)
    }

    /// These lines in place of those from `first` to `last`.
    pub(super) fn replace(program: &Program, first: u32, last: u32, right: Vec<String>) -> Option<Correction> {
        let lines = program.source.lines();
        let wrong = program.text(Span::new(lines.span(first).start, lines.span(last).end.max(lines.span(first).start)));
        Self::lines(program, first, wrong, &right.join("\n"))
    }

    fn lines(program: &Program, line: u32, wrong: &str, right: &str) -> Option<Correction> {
        let split = |text: &str| -> Vec<String> { text.lines().map(|line| line.trim_end().to_owned()).collect() };
        let (wrong, right) = (split(wrong), split(right));
        let fits = wrong.len() <= MOST && right.len() <= MOST && wrong != right;
        fits.then(|| Correction { file: program.source.path.clone(), line, wrong, right })
    }
}

/// The right lines, each behind a `+`, without the indentation they share.
impl fmt::Display for Correction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blanks = |line: &&String| line.len() - line.trim_start_matches([' ', '\t']).len();
        let shared = self.right.iter().filter(|line| !line.is_empty()).map(|line| blanks(&line)).min().unwrap_or(0);
        let lines: Vec<String> =
            self.right.iter().map(|line| format!("+ {}", line.get(shared..).unwrap_or_default())).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// Whether nothing else stands on the lines of a statement, a comment apart: only then may they be replaced as a whole.
pub(super) fn stands_alone(program: &Program, statement: Span) -> bool {
    let lines = program.source.lines();
    let (first, last) = program.lines(statement);
    let before = program.text(Span::new(lines.span(first).start, statement.start));
    let after = program.text(Span::new(statement.end, lines.span(last).end.max(statement.end))).trim();
    before.trim().is_empty() && (after.is_empty() || after.starts_with('#'))
}

/// The blanks before the first word of a line.
pub(super) fn indentation(program: &Program, line: u32) -> String {
    program.source.line_text(line).chars().take_while(|character| matches!(character, ' ' | '\t')).collect()
}
