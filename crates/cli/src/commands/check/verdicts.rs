//! What `--json` says of each snippet and claim that runs decided.

use etude_course::{Lesson, Subject};
use etude_practice::decide::{Decision, Verdict, What};
use etude_practice::plan::{Action, Left, Plan, Why};
use etude_project::Workspace;
use etude_text::{FileId, Source, Span};
use serde::Serialize;

use super::execute::Decided;

#[derive(Serialize)]
pub(super) struct VerdictReport<'a> {
    pub(super) file: &'a str,
    /// From 1.
    pub(super) line: u32,
    /// The kind of the claim; `works` and `warns` for what a snippet says without words.
    pub(super) what: &'static str,
    /// The index of the snippet.
    snippet: Option<usize>,
    /// In the author's words.
    pub(super) text: Option<&'a str>,
    inferred: bool,
    /// `holds`, `not always`, `false`, `undecided`, or `nothing` where nothing is to be decided.
    pub(super) verdict: &'static str,
    /// What happened, or why nobody knows.
    pub(super) evidence: Option<&'a str>,
    hint: Option<&'a str>,
    /// What the snippet ran with that it does not show itself.
    supplied: Vec<String>,
    #[serde(skip)]
    pub(super) place: (FileId, Span),
}

pub(super) fn report<'a>(workspace: &'a Workspace, decided: &'a [Decided]) -> Vec<VerdictReport<'a>> {
    let lessons = workspace.courses.iter().flat_map(|folder| folder.lessons());
    let mut all = Vec::new();
    for lesson in lessons {
        let Some(decided) = decided.iter().find(|decided| decided.file == lesson.file) else { continue };
        let source = workspace.sources.get(lesson.file);
        let Decided { plan, decisions, .. } = decided;
        let mut part: Vec<VerdictReport<'_>> = decisions.iter().map(|it| verdict(lesson, source, plan, it)).collect();
        part.extend(plan.left.iter().filter_map(|left| nothing(lesson, source, left)));
        part.sort_by_key(|it| it.line);
        all.extend(part);
    }
    all
}

fn verdict<'a>(lesson: &'a Lesson, source: &'a Source, plan: &Plan, decision: &'a Decision) -> VerdictReport<'a> {
    let (what, snippet, text) = match decision.what {
        What::Works(snippet) => ("works", Some(snippet), None),
        What::Warns(snippet) => ("warns", Some(snippet), None),
        What::Claim(index) => {
            let claim = &lesson.claims[index];
            let snippet = match claim.about {
                Subject::Snippet(snippet) => Some(snippet),
                Subject::Lesson => None,
            };
            (claim.kind.as_str(), snippet, Some(claim.text.as_str()))
        }
    };
    let (verdict, evidence, hint) = match &decision.verdict {
        Verdict::Holds => ("holds", None, None),
        Verdict::False { evidence, hint, .. } => ("false", Some(evidence.as_str()), hint.as_deref()),
        Verdict::NotAlways { evidence, .. } => ("not always", Some(evidence.as_str()), None),
        Verdict::Undecided { reason, hint } => ("undecided", Some(reason.as_str()), hint.as_deref()),
    };
    let steps = plan.sessions.iter().flat_map(|session| &session.steps);
    let mut shown = steps.filter(|step| what == "works" && Some(step.snippet) == snippet);
    let supplied = shown.find(|step| !matches!(step.action, Action::Context { .. }));
    let supplied = supplied.iter().flat_map(|step| &step.supplied).map(|supply| supply.words(lesson, source)).collect();
    let (file, inferred, place) = (source.path.as_str(), decision.inferred, (lesson.file, decision.span));
    let line = source.line(decision.span.start);
    VerdictReport { file, line, what, snippet, text, inferred, verdict, evidence, hint, supplied, place }
}

/// Snippets of which nothing is to be decided.
fn nothing<'a>(lesson: &Lesson, source: &'a Source, left: &'a Left) -> Option<VerdictReport<'a>> {
    let Why::Nothing(words) = &left.why else { return None };
    Some(VerdictReport {
        file: &source.path,
        line: source.line(lesson.snippets[left.snippet].span.start),
        what: "works",
        snippet: Some(left.snippet),
        text: None,
        inferred: true,
        verdict: "nothing",
        evidence: Some(words),
        hint: None,
        supplied: Vec::new(),
        place: (lesson.file, lesson.snippets[left.snippet].span),
    })
}
