//! What a snippet prints.

use etude_course::{Claim, Found, Lang, Snippet};
use etude_text::Span;
use serde_json::Value;

use super::lines::{Pattern, plain};
use super::{Known, Verdict};
use crate::run::{End, Evidence};

/// Where printed and foretold lines part.
enum Parting {
    /// The foretold line with this index, and what is printed in its place.
    Differs { index: usize, printed: String },
    /// Never printed.
    Missing { index: usize },
    /// Printed behind all that is foretold.
    More { printed: String },
}

pub(super) fn decide(
    known: &Known<'_>,
    claim: &Claim,
    whole: bool,
    parts: &[String],
    snippet: &Snippet,
    evidence: &Evidence,
) -> Verdict {
    let (stdout, stderr) = printed(known, claim, evidence);
    let (stdout, stderr) = (plain(&stdout), plain(&stderr));
    let acts = snippet.python.as_ref().is_none_or(|module| module.usage.acts || module.names.top_level_await);
    if stdout.is_empty() && stderr.is_empty() && !acts {
        return Verdict::Undecided {
            reason: "the code only defines, and nothing runs what it defines".to_owned(),
            hint: snippet.provides().last().map(|name| format!("show how `{name}` is called")),
        };
    }
    if let End::Stopped { cause, .. } = &evidence.end {
        return Verdict::undecided(format!("it did not end by itself: {cause}"));
    }
    if !whole {
        return among(claim, parts, snippet, &stdout, &stderr);
    }
    let unordered = snippet.flag("unordered") || shown_unordered(known, claim);
    let parting = match claim.found {
        Found::Comment => within(parts, &stdout),
        _ => all(parts, &stdout, &stderr, unordered),
    };
    match parting {
        None => Verdict::Holds,
        Some(parting) => explain(known, claim, parts, parting, evidence),
    }
}

/// What the claim is about: of a `>>>` session or a shell only what its statement prints.
fn printed(known: &Known<'_>, claim: &Claim, evidence: &Evidence) -> (String, String) {
    let line = known.line(claim.span.start);
    if claim.found == Found::Console
        && let Some(part) = evidence.parts.iter().rev().find(|part| part.line < line)
    {
        return (part.stdout.clone(), part.stderr.clone());
    }
    (evidence.stdout.clone(), evidence.stderr.clone())
}

/// Whether the fence that shows the output says that its order may differ.
fn shown_unordered(known: &Known<'_>, claim: &Claim) -> bool {
    let shown = known.case.lesson.snippets.iter().find(|it| it.code_span() == claim.span);
    shown.is_some_and(|it| matches!(it.lang, Lang::Output | Lang::Text | Lang::None) && it.flag("unordered"))
}

fn trimmed(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(first, |last| last + 1);
    lines[first..last].to_vec()
}

fn all(parts: &[String], stdout: &str, stderr: &str, unordered: bool) -> Option<Parting> {
    let stated: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
    if let Some(at) = stated.iter().position(|line| line.trim_start().starts_with("Traceback (most recent call last)"))
    {
        return traceback(&stated, at, stdout, stderr, unordered);
    }
    let parting = matched(&stated, &trimmed(stdout), unordered)?;
    let terminal = format!("{stdout}{stderr}");
    let same = matched(&stated, &trimmed(&terminal), unordered).is_none() || same_json(&stated.join("\n"), stdout);
    (!same).then_some(parting)
}

/// A traceback is compared by its last line: the lines of the files in it are the reader's own.
fn traceback(stated: &[&str], at: usize, stdout: &str, stderr: &str, unordered: bool) -> Option<Parting> {
    let before = trimmed_slice(&stated[..at]);
    if let Some(parting) = matched(before, &trimmed(stdout), unordered).filter(|_| !before.is_empty()) {
        return Some(parting);
    }
    let last = (at..stated.len()).rev().find(|&index| !stated[index].is_empty())?;
    let printed = trimmed(stderr).last().copied().unwrap_or_default().to_owned();
    let fits = Pattern::new(stated[last].trim(), true).is_some_and(|pattern| pattern.fits(printed.trim()));
    (!fits).then_some(if printed.is_empty() {
        Parting::Missing { index: last }
    } else {
        Parting::Differs { index: last, printed }
    })
}

fn trimmed_slice<'a, 'b>(lines: &'a [&'b str]) -> &'a [&'b str] {
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    &lines[..last]
}

fn same_json(stated: &str, printed: &str) -> bool {
    let parse =
        |text: &str| serde_json::from_str::<Value>(text.trim()).ok().filter(|it| it.is_object() || it.is_array());
    parse(stated).is_some_and(|stated| parse(printed) == Some(stated))
}

/// Where the lines part, if they do. A line `...` stands for any number of lines.
fn matched(stated: &[&str], printed: &[&str], unordered: bool) -> Option<Parting> {
    let first = stated.iter().position(|line| !line.is_empty()).unwrap_or(stated.len());
    let stated = &trimmed_slice(stated)[first.min(trimmed_slice(stated).len())..];
    let patterns: Vec<Option<Pattern>> =
        stated.iter().map(|line| (!is_gap(line)).then(|| Pattern::new(line, true)).flatten()).collect();
    let fits = |index: usize, line: &str| patterns[index].as_ref().is_some_and(|pattern| pattern.fits(line));
    let gap = |index: usize| is_gap(stated[index]);
    if unordered {
        let mut left: Vec<&str> = printed.to_vec();
        for index in (0..stated.len()).filter(|&index| !gap(index)) {
            match left.iter().position(|line| fits(index, line)) {
                Some(at) => drop(left.remove(at)),
                None => return Some(Parting::Missing { index: first + index }),
            }
        }
        let open = (0..stated.len()).any(gap);
        return left.first().filter(|_| !open).map(|line| Parting::More { printed: (*line).to_owned() });
    }
    // Where to go on after the last gap, if what follows it does not fit.
    let mut retry: Option<(usize, usize)> = None;
    let (mut at, mut line) = (0, 0);
    let mut furthest = (0, 0);
    loop {
        if at >= furthest.0 {
            furthest = (at, line);
        }
        if at < stated.len() && gap(at) {
            at += 1;
            retry = Some((at, line));
        } else if at < stated.len() && line < printed.len() && fits(at, printed[line]) {
            (at, line) = (at + 1, line + 1);
        } else if at == stated.len() && line == printed.len() {
            return None;
        } else if let Some((after, from)) = retry.filter(|(_, from)| *from < printed.len()) {
            retry = Some((after, from + 1));
            (at, line) = (after, from + 1);
        } else {
            break;
        }
    }
    let (at, line) = furthest;
    Some(match (at < stated.len(), printed.get(line)) {
        (true, Some(line)) => Parting::Differs { index: first + at, printed: (*line).to_owned() },
        (true, None) => Parting::Missing { index: first + at },
        (false, line) => Parting::More { printed: line.copied().unwrap_or_default().to_owned() },
    })
}

fn is_gap(line: &str) -> bool {
    matches!(line.trim(), "..." | "…" | "[...]" | "(...)")
}

/// The lines stand somewhere among those that are printed, one after the other.
fn within(parts: &[String], stdout: &str) -> Option<Parting> {
    let stated: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
    let printed = trimmed(stdout);
    let mut best = None;
    for from in 0..printed.len() {
        for to in (from + 1..=printed.len()).rev() {
            match matched(&stated, &printed[from..to], false) {
                None => return None,
                parting @ Some(Parting::Differs { .. }) => best = best.or(parting),
                Some(_) => {}
            }
        }
    }
    best.or(Some(Parting::Missing { index: 0 }))
}

/// Words and lines that occur in what is printed.
fn among(claim: &Claim, parts: &[String], snippet: &Snippet, stdout: &str, stderr: &str) -> Verdict {
    for part in parts {
        let Some(pattern) = Pattern::new(part.trim(), false) else {
            return Verdict::undecided("what it says cannot be looked for");
        };
        if stdout.lines().chain(stderr.lines()).any(|line| pattern.fits(line)) || part.trim().is_empty() {
            continue;
        }
        if part.contains('\n') && format!("{stdout}{stderr}").contains(part.trim()) {
            continue;
        }
        let beside = claim.found == Found::TrailingComment;
        // "You'll see `gather` at work": a name in the code, not a word on the screen.
        if !beside && snippet.code.contains(part.trim()) {
            return Verdict::undecided(format!("`{part}` is in the code, and is not printed"));
        }
        // Whether a `print` inside something was ever reached, nobody knows.
        if beside && !snippet.code.lines().any(|line| line.starts_with("print(") && line.contains(&claim.text)) {
            return Verdict::undecided(format!("`{part}` was not printed"));
        }
        if beside {
            return Verdict::wrong(format!("it prints no `{part}`"), "write what is printed");
        }
        let printed = trimmed(stdout).join(" / ");
        let shown = if printed.is_empty() { "nothing".to_owned() } else { format!("`{}`", shortened(&printed)) };
        return Verdict::wrong(format!("it prints {shown}, and not `{part}`"), "say what is printed");
    }
    Verdict::Holds
}

fn explain(known: &Known<'_>, claim: &Claim, parts: &[String], parting: Parting, evidence: &Evidence) -> Verdict {
    let place = |index: usize| line_span(known, claim, index);
    let failed = match evidence.raised() {
        // At a prompt, the next statement does not know of it.
        Some(raised) if evidence.parts.is_empty() => {
            format!("; it fails with `{}`", shortened(&format!("{}: {}", raised.kind, raised.message)))
        }
        _ => String::new(),
    };
    let (evidence, hint, span) = match parting {
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
    let line = text.replace('`', "'").replace('\n', " / ");
    if line.chars().count() <= LONGEST { line } else { line.chars().take(LONGEST).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `matched` says, in words.
    #[track_caller]
    fn check(stated: &[&str], printed: &[&str], unordered: bool, expected: &str) {
        let found = match matched(stated, printed, unordered) {
            None => "same".to_owned(),
            Some(Parting::Differs { index, printed }) => format!("{index}: {printed}"),
            Some(Parting::Missing { index }) => format!("{index} missing"),
            Some(Parting::More { printed }) => format!("more: {printed}"),
        };
        assert_eq!(found, expected, "{stated:?} {printed:?}");
    }

    #[test]
    fn lines_in_order() {
        check(&["a", "b"], &["a", "b"], false, "same");
        check(&["a", "b"], &["a", "c"], false, "1: c");
        check(&["a", "b"], &["a"], false, "1 missing");
        check(&["a"], &["a", "b"], false, "more: b");
        check(&["", "a", ""], &["a"], false, "same");
    }

    #[test]
    fn gaps() {
        check(&["a", "...", "z"], &["a", "b", "c", "z"], false, "same");
        check(&["a", "...", "z"], &["a", "z"], false, "same");
        check(&["...", "m", "...", "z"], &["a", "m", "m", "z"], false, "same");
        check(&["a", "..."], &["a", "b"], false, "same");
        check(&["a", "...", "y"], &["a", "b", "z"], false, "2 missing");
    }

    #[test]
    fn lines_in_any_order() {
        check(&["a", "b"], &["b", "a"], true, "same");
        check(&["a", "a"], &["a", "b"], true, "1 missing");
        check(&["a"], &["b", "a"], true, "more: b");
        check(&["b", "..."], &["a", "b", "c"], true, "same");
    }
}
