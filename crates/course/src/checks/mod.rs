//! The static checks: what reading alone shows to be wrong. One file per check.

use etude_text::{Diagnostic, Severity, Source, Sources};

use crate::lesson::{Course, Lesson};
use crate::verdict::Surroundings;

/// A check: its name, what it is for, and how it looks.
pub struct Check {
    /// As in `course.toml`, in comments and for `etude explain`.
    pub code: &'static str,
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Markdown: what it looks for, why that is bad, an example, what to do.
    pub documentation: &'static str,
    pub(crate) run: fn(&Context<'_>, &mut Report<'_>),
}

/// All a check may look at.
pub struct Context<'a> {
    pub course: &'a Course,
    pub lesson: &'a Lesson,
    pub source: &'a Source,
    pub around: &'a Surroundings<'a>,
}

/// Where a check puts what it finds.
pub struct Report<'a> {
    check: &'a Check,
    severity: Severity,
    file: etude_text::FileId,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Report<'_> {
    /// Starts a diagnostic of this check with its severity; hand it to [`Report::add`].
    pub(crate) fn at(&self, span: etude_text::Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.check.code, self.severity, self.file, span, message)
    }

    pub(crate) fn add(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// Every check there is, in alphabetical order of their codes.
pub static CHECKS: &[&Check] = &[];

/// The check with this code.
pub fn find(code: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.code == code)
}

/// Runs all checks that the course has not switched off on one lesson.
pub fn check(course: &Course, lesson: &Lesson, sources: &Sources, around: &Surroundings<'_>) -> Vec<Diagnostic> {
    let context = Context { course, lesson, source: sources.get(lesson.file), around };
    let mut diagnostics = Vec::new();
    for check in CHECKS {
        let severity = match course.config.checks.get(check.code) {
            Some(None) => continue,
            Some(Some(severity)) => *severity,
            None => check.severity,
        };
        let mut report = Report { check, severity, file: lesson.file, diagnostics: &mut diagnostics };
        (check.run)(&context, &mut report);
    }
    diagnostics
}
