//! The static checks: what reading alone shows to be wrong. One file per check.

mod chat_residue;
mod cut_definition;
mod dead_anchor;
mod dead_link;
mod doubled_heading;
mod duplicate_id;
mod empty_section;
mod exercise_time;
pub mod exercises;
mod false_count;
mod fence_setting;
mod front_matter;
mod invalid_json;
mod joined_list_items;
mod line_not_shown;
mod lone_surrogate;
mod missing_alt_text;
mod missing_language;
mod mojibake;
mod needs_context;
mod not_utf8;
pub mod packages;
mod personal_path;
mod place;
mod placeholder_test;
mod platform_differs;
mod powershell_quotes;
mod powershell_trap;
mod python_syntax;
mod quiz_answer;
mod reading_without_link;
pub mod runs;
mod shadowed_route;
mod shell_trap;
mod silence;
mod skipped_heading;
mod tracking_parameter;
mod unclosed_fence;
mod undefined_reference;
mod unfilled_prompt;
mod unlisted_package;
mod unrun_main;
mod unstated_prerequisite;
mod unused_ignore;
mod wrong_line;

use etude_text::{Diagnostic, Severity, Source, Sources};

use crate::lesson::{Course, Lesson};
use crate::snippet::Snippet;
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

impl Context<'_> {
    /// The text of the section that a snippet stands in, without its subsections.
    fn section_text(&self, snippet: &Snippet) -> &str {
        self.lesson.sections[snippet.section.0 as usize].own.slice(self.source.text())
    }
}

/// Where a check puts what it finds.
pub struct Report<'a> {
    check: &'a Check,
    severity: Severity,
    file: etude_text::FileId,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Report<'a> {
    /// `None` if the course has switched the check off.
    fn of(check: &'a Check, ctx: &Context<'_>, diagnostics: &'a mut Vec<Diagnostic>) -> Option<Self> {
        let severity = severity(ctx.course, check)?;
        Some(Self { check, severity, file: ctx.lesson.file, diagnostics })
    }

    /// Starts a diagnostic of this check with its severity; hand it to [`Report::add`].
    pub(crate) fn at(&self, span: etude_text::Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.check.code, self.severity, self.file, span, message)
    }

    pub(crate) fn add(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// Every check there is, in alphabetical order of their codes.
pub static CHECKS: &[&Check] = &[
    &chat_residue::CHECK,
    &cut_definition::CHECK,
    &dead_anchor::CHECK,
    &dead_link::CHECK,
    &doubled_heading::CHECK,
    &duplicate_id::CHECK,
    &empty_section::CHECK,
    &exercise_time::CHECK,
    &false_count::CHECK,
    &fence_setting::CHECK,
    &front_matter::CHECK,
    &invalid_json::CHECK,
    &joined_list_items::CHECK,
    &line_not_shown::CHECK,
    &lone_surrogate::CHECK,
    &missing_alt_text::CHECK,
    &missing_language::CHECK,
    &mojibake::CHECK,
    &needs_context::CHECK,
    &not_utf8::CHECK,
    &personal_path::CHECK,
    &placeholder_test::CHECK,
    &platform_differs::CHECK,
    &powershell_quotes::CHECK,
    &powershell_trap::CHECK,
    &python_syntax::CHECK,
    &quiz_answer::CHECK,
    &reading_without_link::CHECK,
    &shadowed_route::CHECK,
    &shell_trap::CHECK,
    &skipped_heading::CHECK,
    &tracking_parameter::CHECK,
    &unclosed_fence::CHECK,
    &undefined_reference::CHECK,
    &unfilled_prompt::CHECK,
    &unlisted_package::CHECK,
    &unrun_main::CHECK,
    &unstated_prerequisite::CHECK,
    &unused_ignore::CHECK,
    &wrong_line::CHECK,
];

/// The check with this code, made by reading or by runs.
pub fn find(code: &str) -> Option<&'static Check> {
    CHECKS.iter().chain(runs::RUN_CHECKS).copied().find(|check| check.code == code)
}

/// How much a check matters to a course; `None` if it is switched off.
pub fn severity(course: &Course, check: &Check) -> Option<Severity> {
    course.config.checks.get(check.code).copied().unwrap_or(Some(check.severity))
}

/// Takes out what the comments of a lesson silence.
pub fn silence(lesson: &Lesson, source: &Source, diagnostics: &mut Vec<Diagnostic>) {
    silence::comments(lesson, source).silence(diagnostics);
}

/// Runs all checks that the course has not switched off on one lesson, and leaves out what its comments silence.
pub fn check(course: &Course, lesson: &Lesson, sources: &Sources, around: &Surroundings<'_>) -> Vec<Diagnostic> {
    let context = Context { course, lesson, source: sources.get(lesson.file), around };
    let mut diagnostics = Vec::new();
    for check in CHECKS {
        if let Some(mut report) = Report::of(check, &context, &mut diagnostics) {
            (check.run)(&context, &mut report);
        }
    }
    silence::apply(&context, &mut diagnostics);
    diagnostics.sort_by(|one, two| one.order().cmp(&two.order()));
    diagnostics
}
