//! What a snippet prints.

use etude_course::{Claim, Found, Lang, Snippet, Subject};
use etude_text::Span;

use super::lines::{Pattern, plain};
use super::matching::{self, How, Parting, trimmed};
use super::{Known, Verdict, beside, doubt, moments, tracebacks};
use crate::run::{BEARABLE, End, Evidence};

/// A stated output and the snippet it is about.
#[derive(Clone, Copy)]
pub(super) struct Stated<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) claim: &'a Claim,
    pub(super) parts: &'a [String],
    pub(super) whole: bool,
    pub(super) snippet: &'a Snippet,
}

pub(super) fn decide(stated: Stated<'_>, evidence: &Evidence) -> Verdict {
    let Stated { known, claim, snippet, .. } = stated;
    let (stdout, stderr) = printed(known, claim, evidence);
    let (stdout, stderr) = (plain(&stdout), plain(&stderr));
    let acts = snippet.python.as_ref().is_none_or(|module| module.usage.acts || module.names.top_level_await);
    if stdout.is_empty() && stderr.is_empty() && !acts {
        return Verdict::Undecided {
            reason: "the code only defines, and nothing runs what it defines".to_owned(),
            hint: snippet.provides().last().map(|name| format!("show how `{name}` is called")),
        };
    }
    let prints = |line: &str| !line.trim_start().starts_with('#') && line.contains("print(");
    let calls = snippet.python.is_none() || snippet.code.contains('(');
    let silent = claim.found == Found::Comment || !calls && stderr.is_empty();
    if silent && stdout.is_empty() && !snippet.code.lines().any(prints) {
        return Verdict::Undecided {
            reason: "nothing in the code prints".to_owned(),
            hint: Some("print the value, or show it in a `>>>` session".to_owned()),
        };
    }
    if let End::Stopped { cause, .. } = &evidence.end {
        return Verdict::undecided(format!("it did not end by itself: {cause}"));
    }
    let verdict = compare(stated, evidence, &stdout, &stderr);
    match verdict {
        Verdict::False { .. } => doubt::of_output(known, claim, snippet, evidence).unwrap_or(verdict),
        _ => verdict,
    }
}

fn compare(stated: Stated<'_>, evidence: &Evidence, stdout: &str, stderr: &str) -> Verdict {
    let Stated { known, claim, parts, whole, snippet } = stated;
    let lines: Vec<&str> = stdout.lines().collect();
    let own = beside::stretch(known, claim, snippet, evidence, lines.len()).map(|own| lines[own].join("\n"));
    let stdout = own.as_deref().unwrap_or(stdout);
    if !whole {
        return among(stated, stdout, stderr, evidence);
    }
    let varies = known.varies(snippet);
    // An error is often shown by its message alone, which may be wrapped.
    let message = parts.iter().map(|part| part.trim()).collect::<Vec<_>>().join(" ");
    if let (Found::Console, Some(last)) = (claim.found, stderr.trim_end().lines().last())
        && stderr.starts_with("Traceback")
        && tracebacks::same_error(message.trim(), last, varies)
    {
        return Verdict::Holds;
    }
    let how = How { unordered: snippet.flag("unordered") || shown_unordered(known, claim), varies };
    // A comment shows a text with its quotes, as a prompt would.
    if let (Found::Comment, true, [part]) = (claim.found, claim.inferred, parts)
        && unquoted(part).is_some_and(|text| stdout.lines().any(|line| line == text))
    {
        return Verdict::Holds;
    }
    let parting = match claim.found {
        Found::Comment => matching::within(parts, stdout, varies),
        // The text goes through the output in pieces.
        Found::Fence if in_pieces(known, snippet) => matching::within(parts, stdout, varies),
        Found::Console => matching::without_remarks(parts, stdout, stderr, how),
        _ => matching::shown(parts, stdout, stderr, how),
    };
    let settled = evidence.delayed <= BEARABLE && evidence.answers.is_empty();
    match parting.or_else(|| moments::parting(parts, stdout, stderr, how).filter(|_| settled)) {
        None => Verdict::Holds,
        // Words such as "the output for that is" may be about the first lines alone.
        Some(Parting::More { printed }) if claim.inferred && !says_all(known, claim) => Verdict::undecided(format!(
            "it goes on with `{}`, and whether that is meant is not said",
            shortened(&printed)
        )),
        Some(Parting::Differs { .. } | Parting::Missing { .. } | Parting::More { .. })
            if claim.inferred && matching::without_remarks(parts, stdout, stderr, how).is_none() =>
        {
            Verdict::undecided("it is what is printed but for remarks that may be the author's")
        }
        Some(parting) => explain(stated, parting, evidence),
    }
}

/// "This prints only:" is about all of it.
fn says_all(known: &Known<'_>, claim: &Claim) -> bool {
    let lead = doubt::lead(known, claim).filter(|_| claim.found == Found::Fence).unwrap_or_default().to_lowercase();
    let mut words = lead.rsplit(['.', '\n']).next().unwrap_or_default().split(|char: char| !char.is_alphabetic());
    words.any(|word| ["only", "just", "exactly"].contains(&word))
}

/// Whether several fences show what a snippet prints.
pub(super) fn in_pieces(known: &Known<'_>, snippet: &Snippet) -> bool {
    let about = |claim: &&Claim| claim.about == Subject::Snippet(snippet.index) && claim.found == Found::Fence;
    known.case.lesson.claims.iter().filter(about).count() > 1
}

/// What the claim is about: of a `>>>` session or a shell only what its statement prints.
pub(super) fn printed(known: &Known<'_>, claim: &Claim, evidence: &Evidence) -> (String, String) {
    match known.part_of(claim, evidence) {
        Some(part) => (part.stdout.clone(), part.stderr.clone()),
        None => (evidence.stdout.clone(), evidence.stderr.clone()),
    }
}

/// Whether the fence that shows the output says that its order may differ.
fn shown_unordered(known: &Known<'_>, claim: &Claim) -> bool {
    let shown = known.case.lesson.snippets.iter().find(|it| it.code_span() == claim.span);
    shown.is_some_and(|it| matches!(it.lang, Lang::Output | Lang::Text | Lang::None) && it.flag("unordered"))
}

/// Words and lines that occur in what is printed.
fn among(stated: Stated<'_>, stdout: &str, stderr: &str, evidence: &Evidence) -> Verdict {
    let Stated { known, claim, parts, snippet, .. } = stated;
    let varies = known.varies(snippet);
    for part in parts {
        let beside = claim.found == Found::TrailingComment;
        let Some(pattern) = Pattern::new(part.trim(), false, varies) else {
            return Verdict::undecided("what it says cannot be looked for");
        };
        // A comment shows a text with its quotes, as a prompt would.
        if beside && unquoted(part).is_some_and(|text| stdout.lines().any(|line| Pattern::same(text, line))) {
            continue;
        }
        if beside && stdout.lines().any(|line| Pattern::same_numbers(part, line)) {
            continue;
        }
        if stdout.lines().chain(stderr.lines()).any(|line| pattern.fits(line)) || part.trim().is_empty() {
            continue;
        }
        if part.contains('\n') && format!("{stdout}{stderr}").contains(part.trim()) {
            continue;
        }
        // "You'll see `gather` at work": a name in the code, not a word on the screen.
        if !beside && snippet.code.contains(part.trim()) {
            return Verdict::undecided(format!("`{part}` is in the code, and is not printed"));
        }
        // Whether a `print` inside something was ever reached, nobody knows.
        if beside && !snippet.code.lines().any(|line| line.starts_with("print(") && line.contains(&claim.text)) {
            return Verdict::undecided(format!("`{part}` was not printed"));
        }
        if beside && let Some(raised) = evidence.raised() {
            return Verdict::undecided(format!("it may not come to that line: it fails with `{}`", raised.kind));
        }
        let printed = trimmed(stdout).join(" / ");
        if beside && trimmed(stdout).len() == 1 {
            let printed = shortened(&printed);
            return Verdict::wrong(format!("it prints `{printed}`, and not `{part}`"), format!("write `{printed}`"));
        }
        if beside {
            return Verdict::wrong(format!("it prints no `{part}`"), "write what is printed");
        }
        let shown = if printed.is_empty() { "nothing".to_owned() } else { format!("`{}`", shortened(&printed)) };
        return Verdict::wrong(format!("it prints {shown}, and not `{part}`"), "say what is printed");
    }
    Verdict::Holds
}

fn unquoted(part: &str) -> Option<&str> {
    let part = part.trim();
    let inside = |quote| part.strip_prefix(quote)?.strip_suffix(quote);
    inside('\'').or_else(|| inside('"'))
}

pub(super) fn explain(stated: Stated<'_>, parting: Parting, evidence: &Evidence) -> Verdict {
    let Stated { known, claim, parts, .. } = stated;
    let place = |index: usize| line_span(known, claim, index);
    let sorted = |lines: Vec<&str>| {
        let mut lines: Vec<String> = lines.into_iter().map(|it| it.trim_end().to_owned()).collect();
        lines.retain(|it| !it.is_empty());
        lines.sort();
        lines
    };
    let moved = claim.found == Found::Fence
        && sorted(parts.iter().map(String::as_str).collect()) == sorted(plain(&evidence.stdout).lines().collect());
    let failed = match evidence.raised() {
        // At a prompt, the next statement does not know of it.
        Some(raised) if evidence.parts.is_empty() => {
            format!("; it fails with `{}`", shortened(&format!("{}: {}", raised.kind, raised.message)))
        }
        _ => String::new(),
    };
    let (evidence, hint, span) = match parting {
        Parting::Differs { index, printed } if moved => (
            format!(
                "it prints these lines in another order: here `{}`, and not `{}`",
                shortened(&printed),
                shortened(parts[index].trim())
            ),
            "put them in the order in which they are printed".to_owned(),
            place(index),
        ),
        Parting::Differs { index, printed } => (
            format!("it prints `{}`, and not `{}`", shortened(&printed), shortened(parts[index].trim())),
            format!("write `{}`", shortened(&printed)),
            place(index),
        ),
        Parting::Missing { index } => (
            format!("it never prints `{}`", shortened(parts[index].trim())),
            "take the line out, or show code that prints it".to_owned(),
            place(index),
        ),
        Parting::Apart { index, stated, printed } => (
            format!("it prints this {printed:.1} s after the line before, and not {stated:.1} s"),
            "show the times of one run".to_owned(),
            place(index),
        ),
        Parting::More { printed } => (
            format!("it goes on with `{}`", shortened(&printed)),
            "show all that is printed, or put `...` on a line of its own".to_owned(),
            place(parts.len().saturating_sub(1)),
        ),
    };
    Verdict::False { evidence: format!("{evidence}{failed}"), hint: Some(hint), span }
}

/// The place of one line of the claim.
fn line_span(known: &Known<'_>, claim: &Claim, index: usize) -> Option<Span> {
    let text = claim.span.slice(known.case.source.text());
    let line = text.split_inclusive('\n').nth(index)?;
    let start = text.split_inclusive('\n').take(index).map(str::len).sum::<usize>();
    let indent = line.len() - line.trim_start().len();
    let end = start + line.trim_end().len();
    (end > start + indent).then(|| Span::at(start + indent..end).shift(claim.span.start))
}

pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 100;
    let line = text.replace('\n', " / ");
    if line.chars().count() <= LONGEST { line } else { line.chars().take(LONGEST).chain(['…']).collect() }
}
