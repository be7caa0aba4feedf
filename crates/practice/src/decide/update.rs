//! Puts what is printed in the place of what was: for `output` fences and `#>` lines that a run has shown to be false.

use etude_course::{Claim, ClaimKind, Found, Lang, Snippet, Subject};
use etude_text::{Edit, Span};

use super::lines::{Pattern, plain};
use super::matching::{is_gap, trimmed};
use super::varies::Varies;
use super::{Case, Decision, Known, Verdict, What, doubt};
use crate::run::{End, Evidence};

/// What can be put right, and what cannot.
#[derive(Debug, Default)]
pub struct Updates {
    pub edits: Vec<Edit>,
    /// Where, and why in words.
    pub refused: Vec<(Span, String)>,
}

/// Each session should have been run more than once: what differs from run to run is left as it is.
pub fn updates(case: &Case<'_>, decisions: &[Decision]) -> Updates {
    let known = Known::new(case);
    let mut updates = Updates::default();
    for decision in decisions {
        let (What::Claim(index), Verdict::False { .. }) = (decision.what, &decision.verdict) else { continue };
        let claim = &case.lesson.claims[index];
        let (Subject::Snippet(snippet), ClaimKind::Output { parts, .. }) = (claim.about, &claim.kind) else { continue };
        if claim.inferred || !is_markup(case, claim) {
            continue;
        }
        let Ok(all) = known.evidence(snippet) else { continue };
        let fresh = stable(all, |stdout| fresh(&known, claim, parts, &case.lesson.snippets[snippet], stdout));
        match fresh {
            Ok(edit) => updates.edits.push(edit),
            Err(why) => updates.refused.push((claim.span, why.to_owned())),
        }
    }
    updates
}

fn is_markup(case: &Case<'_>, claim: &Claim) -> bool {
    let shown = || fence(case, claim).is_some_and(|it| it.lang == Lang::Output);
    claim.found == Found::Comment || claim.found == Found::Fence && shown()
}

fn fence<'a>(case: &Case<'a>, claim: &Claim) -> Option<&'a Snippet> {
    case.lesson.snippets.iter().find(|it| it.code_span() == claim.span)
}

/// What would be written after any of the runs. They may print different things where a wildcard stands.
fn stable(all: &[Evidence], fresh: impl Fn(&str) -> Result<Edit, &'static str>) -> Result<Edit, &'static str> {
    if all.iter().any(|evidence| !matches!(evidence.end, End::Exit { code: 0, .. })) {
        return Err("the code fails, or does not end by itself");
    }
    let mut edits = all.iter().map(|evidence| fresh(&plain(&evidence.stdout)));
    let first = edits.next().ok_or("it was not run")??;
    for edit in edits {
        if edit? != first {
            return Err("two runs print different things; put `<...>` where they differ");
        }
    }
    Ok(first)
}

fn fresh(
    known: &Known<'_>,
    claim: &Claim,
    parts: &[String],
    snippet: &Snippet,
    stdout: &str,
) -> Result<Edit, &'static str> {
    let case = known.case;
    let text = case.source.text();
    // With what stands before it in its first line, as in those that follow.
    let before = &text[..claim.span.start as usize];
    let start = before.rfind('\n').map_or(0, |end| end + 1) as u32;
    let span = Span::new(start, claim.span.end);
    let raw = span.slice(text);
    let printed = as_stated(snippet, parts, trimmed(stdout));
    let (printed, unordered) = if claim.found == Found::Comment {
        (own_lines(case, claim, snippet, parts, &printed)?, false)
    } else {
        let several = |it: &&Claim| it.about == claim.about && it.found == Found::Fence;
        if case.lesson.claims.iter().filter(several).count() > 1 {
            return Err("several fences show what the code prints");
        }
        let unordered = |it: &Snippet| it.flag("unordered");
        (printed, unordered(snippet) || fence(case, claim).is_some_and(unordered))
    };
    if printed.is_empty() || parts.is_empty() {
        return Err("there is nothing on one of the two sides");
    }
    if printed.iter().any(|line| line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~")) {
        return Err("what is printed would end the fence");
    }
    let lines: Vec<&str> = raw.lines().collect();
    let prefix =
        lines.iter().zip(parts).find_map(|(line, part)| line.strip_suffix(part.as_str()).filter(|_| !part.is_empty()));
    let prefix = prefix.ok_or("its lines stand in the file in another way")?;
    let beside = prefix.contains("print(");
    if beside && printed.len() > 1 {
        return Err("several lines are printed, for which the end of one has no room; put `#>` lines below it");
    }
    let same = |(line, part): (&&str, &String)| line.trim_end() == format!("{prefix}{part}").trim_end();
    if lines.len() != parts.len() || !lines.iter().zip(parts).all(same) {
        return Err("its lines stand in the file in another way");
    }
    let stated: Vec<&str> = parts.iter().map(String::as_str).collect();
    let varies = known.varies(snippet);
    let kept = if unordered { in_any_order(&stated, &printed, varies) } else { in_order(&stated, &printed, varies)? };
    let end = if raw.contains("\r\n") { "\r\n" } else { "\n" };
    let kept: Vec<String> = kept.iter().map(|line| format!("{prefix}{line}").trim_end().to_owned()).collect();
    let mut text = kept.join(end);
    text.push_str(if raw.ends_with('\n') { end } else { "" });
    Ok(Edit::new(span, text))
}

/// The printed lines, with what is stated where only a figure differs that is another in every run.
fn as_stated<'a>(snippet: &Snippet, parts: &'a [String], printed: Vec<&'a str>) -> Vec<&'a str> {
    let varying = doubt::varying(snippet, &printed);
    let masked = |line: &str| line.trim_end().replace(|char: char| char.is_ascii_digit(), "");
    let stated = |at: usize, line: &str| {
        let same = |part: &&String| masked(part) == masked(line) && part.contains(|char: char| char.is_ascii_digit());
        parts.get(at).filter(same).or_else(|| parts.iter().find(same))
    };
    let lines = printed.iter().zip(varying).enumerate();
    lines.map(|(at, (line, varies))| stated(at, line).filter(|_| varies).map_or(*line, String::as_str)).collect()
}

/// Which of the printed lines stand in this group of `#>` lines.
fn own_lines<'a>(
    case: &Case<'_>,
    claim: &Claim,
    snippet: &Snippet,
    parts: &[String],
    printed: &[&'a str],
) -> Result<Vec<&'a str>, &'static str> {
    let groups: Vec<(Span, usize)> = case
        .lesson
        .claims
        .iter()
        .filter(|it| it.about == claim.about && it.found == Found::Comment)
        .map(|it| (it.span, if let ClaimKind::Output { parts, .. } = &it.kind { parts.len() } else { 0 }))
        .collect();
    if groups.iter().map(|(_, lines)| lines).sum::<usize>() == printed.len() {
        let before: usize = groups.iter().take_while(|(span, _)| *span != claim.span).map(|(_, lines)| lines).sum();
        return Ok(printed[before..before + parts.len()].to_vec());
    }
    let behind = Span::new(claim.span.end, snippet.code_span().end);
    let idle = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let last = behind.slice(case.source.text()).lines().all(idle);
    if groups.len() == 1 && last {
        Ok(printed.to_vec())
    } else {
        Err("which of the printed lines belong here cannot be told")
    }
}

/// The printed lines, with what was stated wherever it still fits: it may have wildcards.
fn in_order(stated: &[&str], printed: &[&str], varies: Varies) -> Result<Vec<String>, &'static str> {
    let gaps: Vec<usize> = (0..stated.len()).filter(|index| is_gap(stated[*index])).collect();
    let (before, behind) = match gaps.as_slice() {
        [] => return Ok(aligned(stated, printed, varies)),
        [gap] => (&stated[..*gap], &stated[gap + 1..]),
        _ => return Err("it leaves out several stretches, and where they lie now cannot be told"),
    };
    if printed.len() < before.len() + behind.len() {
        return Ok(printed.iter().map(|line| (*line).to_owned()).collect());
    }
    let mut all = aligned(before, &printed[..before.len()], varies);
    all.push(stated[before.len()].to_owned());
    all.extend(aligned(behind, &printed[printed.len() - behind.len()..], varies));
    Ok(all)
}

fn fits(stated: &str, printed: &str, varies: Varies) -> bool {
    Pattern::new(stated.trim_end(), true, varies).is_some_and(|pattern| pattern.fits(printed))
}

/// As many of the stated lines as fit, in their order.
fn aligned(stated: &[&str], printed: &[&str], varies: Varies) -> Vec<String> {
    let fit: Vec<Vec<bool>> =
        stated.iter().map(|stated| printed.iter().map(|printed| fits(stated, printed, varies)).collect()).collect();
    // The most that fit of what follows, from both places on.
    let mut most = vec![vec![0_usize; printed.len() + 1]; stated.len() + 1];
    for at in (0..stated.len()).rev() {
        for line in (0..printed.len()).rev() {
            let skip = most[at + 1][line].max(most[at][line + 1]);
            most[at][line] = if fit[at][line] { skip.max(most[at + 1][line + 1] + 1) } else { skip };
        }
    }
    let (mut at, mut all) = (0, Vec::new());
    for (line, text) in printed.iter().enumerate() {
        while at < stated.len() && !fit[at][line] && most[at + 1][line] == most[at][line] {
            at += 1;
        }
        let taken = at < stated.len() && fit[at][line] && most[at][line] == most[at + 1][line + 1] + 1;
        all.push(if taken { stated[at] } else { *text }.to_owned());
        at += usize::from(taken);
    }
    all
}

fn in_any_order(stated: &[&str], printed: &[&str], varies: Varies) -> Vec<String> {
    let mut left = printed.to_vec();
    let mut all = Vec::new();
    for line in stated {
        if let Some(at) = left.iter().position(|printed| fits(line, printed, varies)) {
            left.remove(at);
            all.push((*line).to_owned());
        }
    }
    all.extend(left.into_iter().map(str::to_owned));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stated: &[&str], printed: &[&str], expected: &[&str]) {
        assert_eq!(
            in_order(stated, printed, Varies::default()).expect("an answer"),
            expected,
            "{stated:?} {printed:?}"
        );
    }

    #[test]
    fn lines_that_still_fit_keep_their_wildcards() {
        check(&["took <...> s", "5 cups"], &["took 3.1 s", "4 cups"], &["took <...> s", "4 cups"]);
        check(&["a", "took <...> s"], &["new", "a", "took 3 s"], &["new", "a", "took <...> s"]);
        check(&["a", "b", "took <...> s"], &["took 3 s"], &["took <...> s"]);
        check(&["b"], &["a", "c"], &["a", "c"]);
    }

    #[test]
    fn a_gap_stays_where_it_is() {
        check(&["a", "...", "z"], &["b", "1", "2", "z"], &["b", "...", "z"]);
        check(&["a", "...", "z"], &["b"], &["b"]);
        assert!(in_order(&["...", "a", "..."], &["b"], Varies::default()).is_err());
    }

    #[test]
    fn in_any_order_new_lines_come_last() {
        assert_eq!(in_any_order(&["b", "a"], &["a", "c", "b"], Varies::default()), ["b", "a", "c"]);
    }
}
