//! What speaks against calling something false: chance, threads, things a run lacks, code that is meant to be wrong.

use std::sync::LazyLock;

use etude_course::{Claim, ClaimKind, Found, Lang, Snippet, Subject};
use regex::Regex;

use super::output::shortened;
use super::{Known, Verdict, ends};
use crate::run::{Evidence, Part, Raised};

fn hinted(reason: impl Into<String>, hint: &str) -> Verdict {
    Verdict::Undecided { reason: reason.into(), hint: Some(hint.to_owned()) }
}

/// An exception that tells of the run rather than of the code.
pub(super) fn lacking(snippet: &Snippet, raised: &Raised) -> Option<Verdict> {
    let name = raised.kind.rsplit('.').next().unwrap_or_default();
    let words = shortened(format!("{}: {}", raised.kind, raised.message).trim_end_matches(": "));
    Some(match name {
        "ModuleNotFoundError" | "ImportError" if raised.message.starts_with("No module named") => {
            Verdict::undecided(format!("`{words}`"))
        }
        // The reader is to write it, or it was written in another chapter.
        "ImportError" if raised.message.contains("(/sandbox/work/") => {
            Verdict::undecided(format!("the file that the lesson shows does not have it: `{words}`"))
        }
        "ImportError" if raised.message.starts_with("attempted relative import") => {
            Verdict::undecided(format!("it is a part of a package: `{words}`"))
        }
        "FileNotFoundError" | "IsADirectoryError" | "NotADirectoryError" => hinted(
            format!("it needs a file the lesson does not have: `{words}`"),
            "keep what it reads beside the lesson, or show how it is made",
        ),
        "gaierror"
        | "ConnectError"
        | "ConnectionRefusedError"
        | "ClientConnectorError"
        | "ClientConnectorDNSError"
        | "URLError" => Verdict::undecided(format!("it asks somebody who is not there: `{words}`")),
        "NameError" if takes_what_it_binds(snippet, raised) => hinted(
            format!("it takes what it only binds itself, as if something stood before it: `{words}`"),
            "show where it comes from, or mark this `norun` if it is only to be read",
        ),
        "EOFError" | "KeyboardInterrupt" => Verdict::undecided(format!("it waits for a person: `{words}`")),
        _ if snippet.code.contains("environ") || snippet.code.contains("getenv(") => hinted(
            format!("it asks for variables of the reader's environment: `{words}`"),
            "give each a value in the code to fall back on",
        ),
        _ if is_commented(snippet, "") => Verdict::undecided(format!("its comments call it wrong: `{words}`")),
        _ => return None,
    })
}

/// `a, b = b, a`: which reading takes for a program, since it binds both.
fn takes_what_it_binds(snippet: &Snippet, raised: &Raised) -> bool {
    let name = raised.message.split('\'').nth(1).unwrap_or_default();
    snippet.provides().contains(&name) || typed(snippet, name)
}

/// Whether a `>>>` session binds a name.
fn typed(snippet: &Snippet, name: &str) -> bool {
    let lines = snippet.code.lines().filter_map(|line| line.trim_start().strip_prefix(">>> "));
    lines.into_iter().any(|line| {
        let bound = line.strip_prefix("import ").unwrap_or(line).strip_prefix(name);
        bound.is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with('=') && !rest.contains("=="))
    })
}

/// A name that an earlier snippet of the same session was to bind, and did not come to.
pub(super) fn unbound(known: &Known<'_>, snippet: &Snippet, raised: &Raised) -> Option<Verdict> {
    let name = raised.message.split('\'').nth(1).filter(|_| raised.kind == "NameError")?;
    let &(session, step) = known.steps.get(&snippet.index)?;
    let mut before = known.case.plan.sessions[session].steps[..step].iter();
    let binder = before.find_map(|step| {
        let other = &known.case.lesson.snippets[step.snippet];
        (other.provides().contains(&name) || typed(other, name)).then_some(other)
    })?;
    let line = known.line(binder.span.start);
    Some(Verdict::undecided(format!("line {line}, which binds `{name}`, did not come to it here")))
}

/// The line of a snippet of which only a part is shown, among those that a snippet runs with.
pub(super) fn partial(known: &Known<'_>, snippet: &Snippet) -> Option<u32> {
    let lesson = known.case.lesson;
    let &(session, step) = known.steps.get(&snippet.index)?;
    let session = &known.case.plan.sessions[session];
    let with = session.steps[..=step].iter().map(|step| step.snippet);
    let files = session.files.iter().filter_map(|file| {
        lesson.snippets.iter().rev().find(|it| it.title.as_ref().is_some_and(|title| title.name == file.path))
    });
    let all = with.map(|index| &lesson.snippets[index]).chain(files);
    all.into_iter().find(|it| it.is_cut()).map(|it| known.line(it.span.start))
}

static WRONG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)❌|(?-u:\b)(?:wrong|bad|incorrect|invalid|fails?|raises?|don'?t)(?-u:\b)")
        .expect("a valid expression")
});

/// Whether a comment of the code names an exception, or without a name, says that something there is wrong.
pub(super) fn is_commented(snippet: &Snippet, name: &str) -> bool {
    let Some(module) = &snippet.python else { return false };
    let mut comments = module.comments.iter().map(|comment| comment.slice(&snippet.code));
    comments.any(|comment| if name.is_empty() { WRONG.is_match(comment) } else { comment.contains(name) })
}

static CHANCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:random|randint|randrange|shuffle|secrets|uuid[0-9]?)(?-u:\b)").expect("a valid expression")
});

static THREADS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:Thread|ThreadPoolExecutor|ProcessPoolExecutor|Process|Pool|to_thread|run_in_executor)\(")
        .expect("a valid expression")
});

/// Why an output that is not what was foretold may still be right.
pub(super) fn of_output(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence) -> Option<Verdict> {
    if claim.found == Found::Console
        && let Some(failing) = failing_statement(known, snippet, evidence, known.line(claim.span.start))
    {
        let (Verdict::False { evidence: why, .. } | Verdict::Undecided { reason: why, .. }) = failing else {
            return None;
        };
        return Some(Verdict::undecided(format!("a statement before: {why}")));
    }
    if claim.found == Found::Console
        && let Some(verdict) = at_prompt(known, claim, snippet, evidence)
    {
        return Some(verdict);
    }
    if claim.found == Found::Console
        && let Some(part) = evidence.parts.iter().rev().find(|part| part.line < known.line(claim.span.start))
        && let Some(raised) = raised_in(part)
        && let undecided @ Verdict::Undecided { .. } = ends::failed(known, snippet, &raised)
    {
        return Some(undecided);
    }
    if let Some(raised) = evidence.raised()
        && let Some(verdict) = lacking(snippet, raised)
    {
        return Some(verdict);
    }
    if CHANCE.is_match(&snippet.code) && !snippet.code.contains("seed(") {
        return Some(hinted(
            "what it prints depends on chance",
            "let it begin with `random.seed(1)`, or put `<...>` in the place of what is drawn",
        ));
    }
    let ClaimKind::Output { parts, .. } = &claim.kind else { return None };
    let sorted = |lines: &mut Vec<String>| {
        lines.retain(|line| !line.trim().is_empty());
        lines.sort();
    };
    let mut stated: Vec<String> = parts.iter().map(|part| part.trim_end().to_owned()).collect();
    let mut printed: Vec<String> = evidence.stdout.lines().map(|line| line.trim_end().to_owned()).collect();
    sorted(&mut stated);
    sorted(&mut printed);
    (stated == printed && THREADS.is_match(&snippet.code)).then(|| {
        hinted(
            "the same lines come in another order, which threads and processes do not promise",
            "mark the output `unordered`",
        )
    })
}

/// What a prompt shows that no run can: files of the reader, addresses, another prompt.
fn at_prompt(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence) -> Option<Verdict> {
    let part = evidence.parts.iter().rev().find(|part| part.line < known.line(claim.span.start))?;
    let typed = known.case.source.lines().span(part.line).slice(known.case.source.text());
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

/// Of a `>>>` session the first statement before a line that fails without the lesson showing it.
pub(super) fn failing_statement(
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

fn raised_in(part: &Part) -> Option<Raised> {
    part.stderr.contains("Traceback (most recent call last)").then_some(())?;
    let last = part.stderr.lines().rfind(|line| !line.trim().is_empty())?;
    let (kind, message) = last.split_once(": ").unwrap_or((last, ""));
    // The file is the prompt's own; the line is the lesson's all the same.
    let file = String::new();
    Some(Raised { kind: kind.to_owned(), message: message.to_owned(), file, line: 0 })
}
