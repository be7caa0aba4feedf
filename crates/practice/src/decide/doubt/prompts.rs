//! Prompts: what was typed before, what a person does at them, and what no run can show.

use etude_course::{Claim, Lang, Snippet, Subject};

use super::errors::{lacking, unbound};
use crate::decide::output::shortened;
use crate::decide::{Known, Verdict, ends};
use crate::run::{Evidence, Part, Raised};

/// What a prompt shows that no run can: files of the reader, addresses, another prompt.
pub(super) fn at_prompt(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence) -> Option<Verdict> {
    let part = known.part_of(claim, evidence)?;
    let typed = known.case.source.lines().span(part.line).slice(known.case.source.text());
    if typed.trim_start().trim_start_matches('>').trim_start().starts_with('#') {
        return Some(Verdict::undecided("what is to be typed there is for the reader to find"));
    }
    if let Some(raised) = raised_in(part) {
        let nameless = raised.kind == "NameError" && !claim.text.contains("Error");
        let words = || shortened(&format!("{}: {}", raised.kind, raised.message));
        let undecided = || Verdict::undecided(format!("nothing before it binds what it takes: `{}`", words()));
        if let Some(verdict) =
            lacking(snippet, &raised).or_else(|| unbound(known, snippet, &raised)).or_else(|| nameless.then(undecided))
        {
            return Some(verdict);
        }
        if let Some(stated) = claim.text.lines().rfind(|line| !line.trim().is_empty())
            && stated.trim().starts_with(&format!("{}: ", raised.kind))
            && raised.kind != "KeyError"
            && !snippet.code.contains("raise ")
        {
            return Some(Verdict::undecided(format!("Python words its own errors anew now and then: `{}`", words())));
        }
    }
    if let Some(name) = changed_before(known, snippet, typed) {
        return Some(Verdict::undecided(format!("an earlier fence changes `{name}`, and this one may begin anew")));
    }
    let parts = |text: &str| {
        let inside = text.trim().trim_start_matches(|char: char| char.is_alphabetic() || char == '_');
        let mut parts: Vec<String> =
            inside.trim_matches(['{', '}', '(', ')', '[', ']']).split(", ").map(str::to_owned).collect();
        parts.sort();
        (inside.starts_with('{') || text.trim().starts_with("dict_")).then_some(parts)
    };
    // Behind a label, as well.
    let bare = |text: &str| text.find('{').map(|at| (text[..at].to_owned(), parts(text[at..].trim_end())));
    if parts(&claim.text).is_some_and(|stated| parts(&part.stdout) == Some(stated))
        || bare(&claim.text).is_some_and(|stated| bare(&part.stdout) == Some(stated))
    {
        return Some(Verdict::undecided("it is the same in another order, as Pythons before 3.7 had it"));
    }
    let advances = ["next(", "__next__(", ".send("].iter().any(|call| typed.contains(call));
    if advances && known.steps.get(&snippet.index).is_some_and(|&(_, step)| step > 0) {
        return Some(Verdict::undecided("it depends on how often the same was typed before"));
    }
    let missing = ["No such file or directory", "can't open file"].iter().any(|words| part.stderr.contains(words));
    if snippet.lang == Lang::Shell && missing {
        let words = shortened(part.stderr.lines().last().unwrap_or_default());
        return Some(Verdict::undecided(format!("it needs a file the lesson does not have: `{words}`")));
    }
    if claim.text.starts_with("Python 3") && claim.text.contains("Type \"help\"") {
        return Some(Verdict::undecided("it begins a session with a person"));
    }
    let number = |text: &str| !text.trim().is_empty() && text.trim().bytes().all(|byte| byte.is_ascii_digit());
    (typed.contains("id(") && number(&claim.text) && number(&part.stdout))
        .then(|| Verdict::undecided("what `id` gives is another number in every run"))
}

/// A name in a statement that an earlier snippet of the session has not only bound.
fn changed_before(known: &Known<'_>, snippet: &Snippet, typed: &str) -> Option<String> {
    let &(session, step) = known.steps.get(&snippet.index)?;
    let before = known.case.plan.sessions[session].steps[..step].iter();
    let codes: Vec<&str> = before.map(|step| known.case.lesson.snippets[step.snippet].code.as_str()).collect();
    let lines = || codes.iter().flat_map(|code| code.lines()).map(|line| line.trim_start_matches(['>', '.', ' ']));
    let names = typed.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|name| !name.is_empty());
    names.map(str::to_owned).find(|name| {
        let rest = |line: &str| line.strip_prefix(name.as_str()).map(str::to_owned);
        let binds = |rest: &String| rest.trim_start().starts_with('=') && !rest.trim_start().starts_with("==");
        let changes = |rest: &String| {
            rest.starts_with('.') && rest.contains('(')
                || rest.starts_with('[') && rest.contains("] =")
                || ["+=", "-=", "*=", "|="].iter().any(|sign| rest.trim_start().starts_with(sign))
        };
        lines().filter_map(rest).any(|rest| changes(&rest)) || lines().filter_map(rest).filter(binds).count() > 1
    })
}

/// Of a `>>>` session the first statement before a line that fails without the lesson showing it.
pub(in crate::decide) fn failing_statement(
    known: &Known<'_>,
    snippet: &Snippet,
    evidence: &Evidence,
    before: u32,
) -> Option<Verdict> {
    let ends = evidence.parts.iter().skip(1).map(|part| part.line).chain([u32::MAX]);
    let mut parts = evidence.parts.iter().zip(ends).take_while(|(part, _)| part.line < before);
    parts.find_map(|(part, end)| {
        let raised = raised_in(part)?;
        let shown = known.case.lesson.claims.iter().any(|claim| {
            let line = known.line(claim.span.start);
            claim.about == Subject::Snippet(snippet.index) && part.line < line && line < end
        });
        // Its own claim says what is wrong with it.
        (!shown).then(|| ends::failed(known, snippet, &raised)).filter(|verdict| *verdict != Verdict::Holds)
    })
}

/// A statement of a `>>>` session that takes a name which nobody binds, where the lesson shows no such error.
pub(in crate::decide) fn nameless(known: &Known<'_>, snippet: &Snippet, evidence: &Evidence) -> Option<Verdict> {
    let told = |name: &str| {
        let mut claims = known.case.lesson.claims.iter().filter(|it| it.about == Subject::Snippet(snippet.index));
        claims.any(|claim| claim.text.contains(name))
    };
    let mut raised = evidence.parts.iter().filter_map(raised_in);
    let raised = raised.find(|it| it.kind == "NameError" && !told("NameError"))?;
    let words = shortened(&format!("{}: {}", raised.kind, raised.message));
    Some(Verdict::undecided(format!("nothing before it binds what it takes: `{words}`")))
}

pub(super) fn raised_in(part: &Part) -> Option<Raised> {
    part.stderr.contains("Traceback (most recent call last)").then_some(())?;
    let last = part.stderr.lines().rfind(|line| !line.trim().is_empty())?;
    let (kind, message) = last.split_once(": ").unwrap_or((last, ""));
    // The file is the prompt's own; the line is the lesson's all the same.
    let file = String::new();
    Some(Raised { kind: kind.to_owned(), message: message.to_owned(), file, line: 0 })
}
