//! Verdicts as diagnostics: what the lesson says, what happened, and how to put it right.

use etude_course::{ClaimKind, Lesson};
use etude_text::{Diagnostic, Severity};

use super::found;
use super::{Decision, Verdict, What};

/// A kind of thing that runs show to be wrong: its name and what `etude explain` says of it.
pub struct Finding {
    pub code: &'static str,
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Markdown.
    pub documentation: &'static str,
}

/// All of them, by code.
pub static FINDINGS: &[&Finding] = &[
    &found::FAILING_SNIPPET,
    &found::FALSE_END,
    &found::FALSE_OUTPUT,
    &found::FALSE_RESPONSE,
    &found::FALSE_TIME,
    &found::FALSE_VERSION,
    &found::UNMENTIONED_WARNING,
];

/// What is false, for a person to mend. What the author wrote as markup is an error, what was read out of prose a warning.
pub fn diagnostics(lesson: &Lesson, decisions: &[Decision]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for decision in decisions {
        let Verdict::False { evidence, hint, .. } = &decision.verdict else { continue };
        let Some(finding) = finding(lesson, decision.what) else { continue };
        let severity = if decision.inferred { Severity::Warning.min(finding.severity) } else { finding.severity };
        let said = match decision.what {
            What::Claim(index) => match &lesson.claims[index].kind {
                ClaimKind::Output { .. } => String::new(),
                _ => format!("`{}` is false: ", super::output::shortened(lesson.claims[index].text.trim())),
            },
            What::Works(_) | What::Warns(_) => String::new(),
        };
        let mut diagnostic =
            Diagnostic::new(finding.code, severity, lesson.file, decision.span, format!("{said}{evidence}"));
        diagnostic.hint = hint.clone();
        diagnostics.push(diagnostic);
    }
    diagnostics
}

/// Links and lines have checks of their own.
fn finding(lesson: &Lesson, what: What) -> Option<&'static Finding> {
    match what {
        What::Works(_) => Some(&found::FAILING_SNIPPET),
        What::Warns(_) => Some(&found::UNMENTIONED_WARNING),
        What::Claim(index) => match &lesson.claims[index].kind {
            ClaimKind::Output { .. } => Some(&found::FALSE_OUTPUT),
            ClaimKind::Response { .. } => Some(&found::FALSE_RESPONSE),
            ClaimKind::Elapsed { .. } => Some(&found::FALSE_TIME),
            ClaimKind::Raises { .. } | ClaimKind::Exit { .. } => Some(&found::FALSE_END),
            ClaimKind::Version { .. } => Some(&found::FALSE_VERSION),
            ClaimKind::Link { .. } | ClaimKind::Line { .. } | ClaimKind::Behaviour => None,
        },
    }
}
