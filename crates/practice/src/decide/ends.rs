//! How snippets end: as `raises=` and `exit=` say, else without an error, and without warnings nobody mentions.

use std::sync::LazyLock;

use etude_course::{ClaimKind, Lang, SectionId, Snippet, SnippetKind, Subject};
use etude_sandbox::Outcome;
use etude_text::Span;
use regex::Regex;

use super::output::shortened;
use super::{Decision, Known, Verdict, What, doubt, stood_in, told};
use crate::run::{End, Evidence, Raised};

pub(super) fn raises(stated: &str, evidence: &Evidence) -> Verdict {
    let (name, message) = stated.split_once(':').unwrap_or((stated, ""));
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().trim().to_owned();
    match &evidence.end {
        End::Exit { raised: Some(raised), .. } => {
            let fits = last(&raised.kind) == last(name) && raised.message.contains(message.trim());
            let found = shortened(&format!("{}: {}", raised.kind, raised.message));
            if fits {
                Verdict::Holds
            } else {
                Verdict::wrong(format!("it raises `{found}`"), format!("write `raises={}`", last(&raised.kind)))
            }
        }
        End::Exit { .. } => Verdict::wrong("it raises nothing", "take `raises=` out"),
        End::Stopped { cause, .. } => Verdict::undecided(format!("it did not end by itself: {cause}")),
        End::Never { why } => Verdict::undecided(why.clone()),
    }
}

pub(super) fn exits(stated: i32, evidence: &Evidence) -> Verdict {
    match &evidence.end {
        End::Exit { code, .. } if *code == stated => Verdict::Holds,
        End::Exit { code, .. } => Verdict::wrong(format!("it exits with {code}"), format!("write `exit={code}`")),
        End::Stopped { cause, .. } => Verdict::undecided(format!("it did not end by itself: {cause}")),
        End::Never { why } => Verdict::undecided(why.clone()),
    }
}

/// What a snippet that is to be run, or looks as if it were, says without words.
pub(super) fn decisions(known: &Known<'_>, snippet: &Snippet) -> Vec<Decision> {
    let decision = |what, verdict: Verdict| {
        let span = verdict.span().unwrap_or_else(|| first_line(known, snippet));
        Decision { what, span, inferred: !is_whole(snippet), verdict }
    };
    let all = match known.evidence(snippet.index) {
        Ok(all) => all,
        // There is nothing in it to be run.
        Err(_) if known.has_nothing(snippet.index) => return Vec::new(),
        Err(verdict) => return vec![decision(What::Works(snippet.index), verdict)],
    };
    let works = |evidence| stood_in::doubted(evidence, "", works(known, snippet, evidence));
    let works = known.unless_cut(snippet, super::combined(all.iter().map(works)));
    let mut decisions = vec![decision(What::Works(snippet.index), works)];
    if let Some(warning) = all.first().and_then(|evidence| unmentioned(known, snippet, evidence)) {
        let verdict = Verdict::wrong(
            format!("it warns the reader: `{}`", shortened(&warning)),
            "mention the warning, or mend its cause",
        );
        decisions.push(Decision { inferred: true, ..decision(What::Warns(snippet.index), verdict) });
    }
    decisions
}

/// The fence itself, since a snippet may be long.
fn first_line(known: &Known<'_>, snippet: &Snippet) -> Span {
    let text = snippet.span.slice(known.case.source.text());
    let len = text.lines().next().map_or(text.len(), str::len) as u32;
    Span::new(snippet.span.start, snippet.span.start + len)
}

/// A reader can run it as it stands.
fn is_whole(snippet: &Snippet) -> bool {
    matches!(snippet.kind, SnippetKind::Script | SnippetKind::Test) && snippet.needs().is_empty()
}

fn works(known: &Known<'_>, snippet: &Snippet, evidence: &Evidence) -> Verdict {
    let foretold = known.case.lesson.claims.iter().any(|claim| {
        claim.about == Subject::Snippet(snippet.index)
            && match &claim.kind {
                // Which exception it is, is told with the sentence.
                ClaimKind::Raises { exception } if claim.inferred => {
                    let verdict = told::raises(known, exception, snippet, evidence);
                    evidence.raised().is_some() && !matches!(verdict, Verdict::Undecided { .. })
                }
                ClaimKind::Raises { .. } | ClaimKind::Exit { .. } => true,
                _ => false,
            }
    });
    if foretold {
        return Verdict::Holds;
    }
    if snippet.kind == SnippetKind::Console {
        let failing = doubt::failing_statement(known, snippet, evidence, u32::MAX);
        return failing.or_else(|| doubt::nameless(known, snippet, evidence)).unwrap_or(Verdict::Holds);
    }
    match &evidence.end {
        End::Exit { code: 126 | 127, .. } if snippet.lang == Lang::Shell => {
            let last = evidence.stderr.lines().chain(evidence.stdout.lines()).last().unwrap_or_default();
            Verdict::undecided(format!("a program it runs is not to be had here: `{}`", shortened(last)))
        }
        End::Exit { .. } if evidence.requests.iter().any(|request| request.status >= Some(500)) => {
            broken_server(known, snippet, evidence)
        }
        // Of a shell's commands, many say with their status what is no failure.
        End::Exit { .. } if snippet.lang == Lang::Shell => Verdict::Holds,
        End::Exit { raised: Some(raised), code } => {
            let told = || format!("{}: {}", raised.kind, raised.message);
            let test = snippet.kind == SnippetKind::Test;
            let doubt = test.then(|| doubt::of_tests(known, snippet, *code, &told())).flatten();
            doubt.unwrap_or_else(|| failed(known, snippet, raised))
        }
        End::Exit { code: 0, .. } => Verdict::Holds,
        End::Exit { code: 2, .. } if doubt::wants_arguments(&snippet.code) => {
            Verdict::undecided("it is to be started with arguments")
        }
        End::Exit { code, .. } if snippet.kind == SnippetKind::Test => {
            if let Some(verdict) = doubt::of_tests(known, snippet, *code, &evidence.stdout) {
                return verdict;
            }
            let failure = evidence.stdout.lines().rfind(|line| line.contains("Error") || line.starts_with("FAILED"));
            let words = failure.map(|line| format!(": `{}`", shortened(line.trim()))).unwrap_or_default();
            Verdict::wrong(format!("its tests fail{words}"), "mend the test, or what it tests")
        }
        // As its code says.
        End::Exit { .. } if EXITS.is_match(&snippet.code) => Verdict::Holds,
        End::Exit { code, .. } => {
            Verdict::wrong(format!("it exits with {code}"), "mend it, or say `exit=` on the fence")
        }
        End::Stopped { outcome: Outcome::Idle, .. } => Verdict::Holds,
        End::Stopped { outcome: Outcome::Deadlock, .. } if meant_to_last(known, snippet) => Verdict::Holds,
        End::Stopped { outcome: Outcome::Deadlock, cause } if !is_whole(snippet) => {
            Verdict::undecided(format!("it is a part of something, and nothing here ends what it waits for: {cause}"))
        }
        End::Stopped { outcome: Outcome::Deadlock, cause } => {
            Verdict::wrong(format!("it never ends: {cause}"), "mend it, or say that it never ends")
        }
        End::Stopped { cause, .. } => Verdict::undecided(format!("it did not end by itself: {cause}")),
        End::Never { why } => Verdict::undecided(why.clone()),
    }
}

/// It ends itself, with the status that it wants.
static EXITS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)(?:^|[^.\w])(?:exit|quit|_exit)\(|(?-u:\b)(?:sys\.|os\._|parser\.)exit(?-u:\b)|SystemExit")
        .expect("a valid expression")
});

/// The server of the lesson breaks at what the lesson asks it.
fn broken_server(known: &Known<'_>, snippet: &Snippet, evidence: &Evidence) -> Verdict {
    let broken = evidence.requests.iter().find(|request| request.status >= Some(500));
    let status = broken.and_then(|request| request.status).unwrap_or_default();
    let line = broken.and_then(|request| request.line).map(|line| format!(" on line {line}")).unwrap_or_default();
    let foretold = known.case.lesson.claims.iter().any(|claim| {
        claim.about == Subject::Snippet(snippet.index)
            && matches!(&claim.kind, ClaimKind::Response { statuses, .. } if statuses.contains(&status))
    });
    if foretold || mentions(known, snippet, &[&status.to_string()]) {
        return Verdict::Holds;
    }
    let log = known.server_log(snippet.index);
    let cause = log.lines().find(|line| line.split(':').next().is_some_and(|kind| kind.ends_with("Error")));
    let cause = cause.map(|line| format!(": `{}`", shortened(line))).unwrap_or_default();
    Verdict::wrong(
        format!("its request{line} is answered with {status}{cause}"),
        "mend the server, or say that it fails",
    )
}

pub(super) fn failed(known: &Known<'_>, snippet: &Snippet, raised: &Raised) -> Verdict {
    let name = raised.kind.rsplit('.').next().unwrap_or_default();
    let words = shortened(format!("{}: {}", raised.kind, raised.message).trim_end_matches(": "));
    if raised.kind == "doctest" {
        let evidence = format!("its docstring is false: `{}`", shortened(&raised.message));
        return Verdict::wrong(evidence, "write what it gives, or mend the code");
    }
    if let Some(verdict) = doubts(known, snippet, raised) {
        return verdict;
    }
    if snippet.kind == SnippetKind::Console && raised.kind == "NameError" {
        return Verdict::undecided(format!("nothing before it binds what it takes: `{words}`"));
    }
    // The author knows: the exception is in the text, in a comment, or in the output shown.
    let broken = ["fix this", "fix the", "doesn't work", "does not work", "what is wrong", "what's wrong"];
    if mentions(known, snippet, &[name]) || doubt::is_commented(snippet, name) || mentions(known, snippet, &broken) {
        return Verdict::Holds;
    }
    let text = |line| {
        let line = known.case.source.lines().span(line);
        let text = line.slice(known.case.source.text());
        let indent = (text.len() - text.trim_start().len()) as u32;
        Span::new(line.start + indent, line.start + text.trim_end().len() as u32)
    };
    let span = line_in_lesson(known, snippet, raised).map(text);
    let test = snippet.kind == SnippetKind::Test;
    let asserts = |text: &str| text.starts_with("assert ") && !test && may_differ(known, snippet);
    let meant = |text: &str| text.starts_with("raise ") || asserts(text);
    if span.is_some_and(|span| meant(span.slice(known.case.source.text()))) {
        return Verdict::undecided(format!("its own code raises `{words}`"));
    }
    let hint = format!("mend it, or say `raises={name}` on the fence");
    Verdict::False { evidence: format!("it fails: `{words}`"), hint: Some(hint), span }
}

/// Why an exception may tell nothing of the code.
pub(super) fn doubts(known: &Known<'_>, snippet: &Snippet, raised: &Raised) -> Option<Verdict> {
    too_new(known, snippet, raised)
        .or_else(|| doubt::lacking(snippet, raised))
        .or_else(|| doubt::unbound(known, snippet, raised))
        .or_else(|| doubt::another_meant(known, snippet, raised))
}

/// It may fail only because it ran on a Python before the one that it is for.
fn too_new(known: &Known<'_>, snippet: &Snippet, raised: &Raised) -> Option<Verdict> {
    let (_, ran) = known.case.python;
    let words = shortened(format!("{}: {}", raised.kind, raised.message).trim_end_matches(": "));
    let needed = match raised.kind.as_str() {
        "SyntaxError" => snippet.python.as_ref()?.min_version.map(|(_, minor)| minor),
        "AttributeError" | "ImportError" | "ModuleNotFoundError" | "NameError" => {
            etude_course::newest(snippet).map(|(_, minor)| minor)
        }
        _ => None,
    };
    let needed = needed.filter(|needed| u16::from(*needed) > ran)?;
    Some(Verdict::Undecided {
        reason: format!("it needs Python 3.{needed}, and it ran on 3.{ran}: `{words}`"),
        hint: Some(format!("say `python = \"3.{needed}\"` in `course.toml`")),
    })
}

/// Whether what is asserted is said to fail, or may hold elsewhere.
fn may_differ(known: &Known<'_>, snippet: &Snippet) -> bool {
    // Where `assert` itself is taught, it may be shown to fail.
    const FAILS: [&str; 9] = ["fail", "wrong", "bug", "broken", "race", "hold", "false", "breaks", "assert"];
    let varies = known.varies(snippet);
    says(known, snippet, &FAILS)
        || doubt::is_commented(snippet, "")
        || varies.identities
        || varies.moments
        || varies.processes
        || varies.durations
        || varies.paths
        || ["random", "thread", "Thread"].iter().any(|word| snippet.code.contains(word))
}

fn meant_to_last(known: &Known<'_>, snippet: &Snippet) -> bool {
    const WORDS: [&str; 8] =
        ["deadlock", "forever", "for ever", "hang", "indefinite", "endless", "infinite", "never return"];
    WORDS.iter().any(|word| snippet.code.contains(word)) || mentions(known, snippet, &WORDS)
}

/// The line of the lesson in which an exception was raised.
fn line_in_lesson(known: &Known<'_>, snippet: &Snippet, raised: &Raised) -> Option<u32> {
    let lesson = known.case.lesson;
    if let Some(&(session, _)) = known.steps.get(&snippet.index)
        && let Some((_, line)) = known.case.plan.sessions[session].in_lesson(&raised.file, raised.line)
    {
        return Some(line);
    }
    if raised.line > 0 && Some(raised.file.as_str()) == lesson.path.rsplit('/').next() {
        return Some(raised.line);
    }
    let own = snippet.title.as_ref().is_some_and(|title| title.name == raised.file);
    let inside = own && raised.line > 0 && raised.line as usize <= snippet.code.lines().count();
    inside.then(|| known.line(snippet.code_span().start) + raised.line - 1)
}

/// Whether the prose around a snippet has one of the words, whatever code is shown beside it.
fn says(known: &Known<'_>, snippet: &Snippet, words: &[&str]) -> bool {
    let lesson = known.case.lesson;
    let mut around = std::iter::successors(Some(snippet.section), |SectionId(at)| lesson.sections[*at as usize].parent);
    around.any(|SectionId(at)| {
        let section = &lesson.sections[at as usize];
        let mut from = section.own.start;
        let mut prose = String::new();
        for code in lesson.snippets.iter().filter(|it| section.own.contains(it.span)) {
            prose.push_str(Span::new(from, code.span.start).slice(known.case.source.text()));
            from = code.span.end;
        }
        prose.push_str(Span::new(from, section.own.end).slice(known.case.source.text()));
        let prose = prose.to_lowercase();
        words.iter().any(|word| prose.contains(word))
    })
}

/// Whether the text around a snippet has one of the words: its section and those around it, without their parts.
pub(super) fn mentions(known: &Known<'_>, snippet: &Snippet, words: &[&str]) -> bool {
    let lesson = known.case.lesson;
    let mut around = std::iter::successors(Some(snippet.section), |SectionId(at)| lesson.sections[*at as usize].parent);
    around.any(|SectionId(at)| {
        let section = &lesson.sections[at as usize];
        let text = section.own.slice(known.case.source.text());
        // What the snippet itself says is no mention of it.
        let own = section.own.contains(snippet.span).then(|| {
            let start = (snippet.span.start - section.own.start) as usize;
            (&text[..start], &text[start + snippet.span.len() as usize..])
        });
        let (before, behind) = own.unwrap_or((text, ""));
        words.iter().any(|word| [before, behind].iter().any(|text| text.to_lowercase().contains(&word.to_lowercase())))
    })
}

static WARNING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^[^\n]*?(?P<kind>(?-u:\b)[A-Z][A-Za-z]*Warning): (?P<message>[^\n]+)$")
        .expect("a valid expression")
});

/// The first warning that the reader would see and the lesson does not speak of.
fn unmentioned(known: &Known<'_>, snippet: &Snippet, evidence: &Evidence) -> Option<String> {
    let warnings = WARNING.captures_iter(&evidence.stderr);
    let mut seen = warnings.filter(|found| !found["message"].contains("Enable tracemalloc"));
    seen.find_map(|found| {
        let kind = &found["kind"];
        // How the reader has set up pytest is no matter of the lesson's.
        if kind.starts_with("Pytest") && found["message"].contains("onfig") {
            return None;
        }
        let never = found["message"].contains("never awaited");
        let words: &[&str] = if never { &[kind, "never awaited", "not awaited"] } else { &[kind] };
        // It may stand in what the session shows.
        let shown = known
            .case
            .lesson
            .claims
            .iter()
            .any(|claim| claim.about == Subject::Snippet(snippet.index) && claim.text.contains(kind));
        (!shown && !mentions(known, snippet, words)).then(|| format!("{kind}: {}", &found["message"]))
    })
}

#[cfg(test)]
mod tests {
    use super::EXITS;

    #[test]
    fn only_what_ends_the_program_is_an_exit() {
        let check = |code: &str, expected| assert_eq!(EXITS.is_match(code), expected, "{code}");
        check("sys.exit(3)", true);
        check("exit(3)", true);
        check("os._exit(3)", true);
        check("from os import _exit\n_exit(3)", true);
        check("raise SystemExit(3)", true);
        check("stack.__exit__(None, None, None)", false);
        check("from atexit import register as atexit\natexit(pour)", false);
        check("on_exit(3)", false);
    }
}
