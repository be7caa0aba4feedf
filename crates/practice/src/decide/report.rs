//! Verdicts as diagnostics: what the lesson says, what happened, and how to put it right.

use etude_course::checks::{self, Check, runs};
use etude_course::{ClaimKind, Lesson};
use etude_text::{Diagnostic, Severity};

use super::output::shortened;
use super::{Case, Decision, Verdict, What};
use crate::plan::Action;

/// What is false, for a person to mend, or undecided, as far as the course and the lesson want to hear it. What the author
/// wrote as markup is an error, what was read out of prose a warning.
pub fn diagnostics(case: &Case<'_>, decisions: &[Decision]) -> Vec<Diagnostic> {
    let lesson = case.lesson;
    let mut diagnostics = Vec::new();
    let unordered = Some("say that the order may differ, or mark the output `unordered`".to_owned());
    for decision in decisions {
        let (check, evidence, hint) = match (&decision.verdict, decision.what) {
            (Verdict::False { evidence, hint, .. }, what) => (check(lesson, what), evidence, hint),
            (Verdict::NotAlways { evidence, .. }, _) => (Some(&runs::ORDER_DEPENDENT), evidence, &unordered),
            (Verdict::Undecided { reason, hint }, What::Works(_)) => (Some(&runs::UNDECIDED_SNIPPET), reason, hint),
            (Verdict::Undecided { reason, hint }, _) => (Some(&runs::UNDECIDED_CLAIM), reason, hint),
            (Verdict::Holds, _) => continue,
        };
        let Some(check) = check else { continue };
        let Some(mut severity) = checks::severity(case.course, check) else { continue };
        if decision.inferred {
            severity = severity.min(Severity::Warning);
        }
        let said = match decision.what {
            What::Claim(index) if decision.is_undecided() => {
                format!("undecided: `{}`: ", shortened(lesson.claims[index].text.trim()))
            }
            _ if decision.is_undecided() => "undecided: ".to_owned(),
            What::Claim(index) if !matches!(lesson.claims[index].kind, ClaimKind::Output { .. }) => {
                // What the lesson puts in backticks is not put in backticks again.
                format!("`{}` is false: ", shortened(lesson.claims[index].text.trim()).replace('`', "'"))
            }
            _ => String::new(),
        };
        let given = match decision.what {
            What::Works(snippet) if !decision.is_undecided() => given(case, snippet),
            _ => String::new(),
        };
        let message = format!("{said}{evidence}{given}");
        let mut diagnostic = Diagnostic::new(check.code, severity, lesson.file, decision.span, message);
        diagnostic.hint = hint.clone().or_else(|| way_out(case, decision));
        diagnostics.push(diagnostic);
    }
    checks::silence(lesson, case.source, &mut diagnostics);
    diagnostics
}

/// What to do about something undecided of which nothing better is known.
fn way_out(case: &Case<'_>, decision: &Decision) -> Option<String> {
    let (What::Claim(index), Verdict::Undecided { .. }) = (decision.what, &decision.verdict) else { return None };
    let way = match &case.lesson.claims[index].kind {
        ClaimKind::Link { url } if url.starts_with("http") => "`--online` asks the host",
        ClaimKind::Behaviour => "state it as an output, a time, an exception or a status",
        ClaimKind::Version { .. } => "run it with that `python` in `course.toml`",
        _ => "show code that decides it",
    };
    Some(format!("{way}, or silence it with `<!-- etude: ignore {} -->`", runs::UNDECIDED_CLAIM.code))
}

/// What a snippet ran with that it does not show itself.
fn given(case: &Case<'_>, snippet: usize) -> String {
    let steps = case.plan.sessions.iter().flat_map(|session| &session.steps);
    let mut shown = steps.filter(|step| step.snippet == snippet && !matches!(step.action, Action::Context { .. }));
    let supplied = shown.next().map(|step| step.supplied.as_slice()).unwrap_or_default();
    let words: Vec<String> = supplied.iter().map(|supply| supply.words(case.lesson, case.source)).collect();
    if words.is_empty() { String::new() } else { format!("; it was given {}", words.join(", ")) }
}

/// Links, lines and counts have checks of their own.
fn check(lesson: &Lesson, what: What) -> Option<&'static Check> {
    match what {
        What::Works(_) => Some(&runs::FAILING_SNIPPET),
        What::Warns(_) => Some(&runs::UNMENTIONED_WARNING),
        What::Claim(index) => match &lesson.claims[index].kind {
            ClaimKind::Output { .. } => Some(&runs::FALSE_OUTPUT),
            ClaimKind::Response { .. } => Some(&runs::FALSE_RESPONSE),
            ClaimKind::Elapsed { .. } => Some(&runs::FALSE_TIME),
            ClaimKind::Raises { .. } | ClaimKind::Exit { .. } => Some(&runs::FALSE_END),
            ClaimKind::Version { .. } | ClaimKind::Since { .. } => Some(&runs::FALSE_VERSION),
            ClaimKind::Link { .. } | ClaimKind::Line { .. } | ClaimKind::Count { .. } | ClaimKind::Behaviour => None,
        },
    }
}
