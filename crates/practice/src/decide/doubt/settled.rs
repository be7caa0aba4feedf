//! Lines of output that cannot depend on what makes others of them another thing in every run.

use etude_course::{Claim, ClaimKind, Found, Snippet, SnippetKind};
use etude_python::{Print, prints};
use regex::Regex;

use crate::decide::Known;
use crate::decide::lines::{Pattern, plain};
use crate::decide::matching::{Parting, is_gap, trimmed};
use crate::decide::output::in_pieces;
use crate::decide::varies::Varies;
use crate::plan::Action;
use crate::run::Evidence;

/// What is left of a doubt.
pub(super) enum Left {
    /// All of it.
    All,
    /// None: what is false cannot depend on it.
    Nothing,
    /// Other lines may depend on it, and here is one that does not.
    But(Parting),
}

/// Whether what is false may depend on what `source` finds in the code.
pub(super) fn left(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence, source: &Regex) -> Left {
    found(known, claim, snippet, evidence, source).unwrap_or(Left::All)
}

fn found(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence, source: &Regex) -> Option<Left> {
    let &(session, step) = known.steps.get(&snippet.index)?;
    let session = &known.case.plan.sessions[session];
    let steps = session.steps.iter().map(|step| known.case.lesson.snippets[step.snippet].code.as_str());
    let others = steps.enumerate().filter(|(index, _)| *index != step).any(|(_, code)| source.is_match(code));
    if others || !session.files.is_empty() || session.server.is_some() {
        return None;
    }
    let nothing = |depends: bool| (!depends).then_some(Left::Nothing);
    if snippet.kind == SnippetKind::Console {
        // A person may type what is shown.
        if source.is_match("input(") {
            return None;
        }
        let Action::Console(statements) = &session.steps[step].action else { return None };
        let line = known.line(claim.span.start);
        let (mut code, mut range) = (String::new(), 0..0);
        for statement in statements {
            let from = code.len();
            code.push_str(&statement.text);
            code.push('\n');
            if statement.line < line {
                range = from..code.len();
            }
        }
        let found = prints(&code, &|text| source.is_match(text))?;
        let shown = found.statements.iter().filter(|(span, _)| range.contains(&(span.start as usize)));
        return nothing(
            found.unclear || shown.fold((true, false), |(_, any), (_, it)| (false, any || *it)) != (false, false),
        );
    }
    let found =
        prints(&snippet.code, &|text| source.is_match(text)).filter(|it| !it.unclear && !it.calls.is_empty())?;
    if !found.calls.iter().any(|it| it.depends) {
        return Some(Left::Nothing);
    }
    let ClaimKind::Output { whole, parts } = &claim.kind else { return None };
    // The print on whose line it stands, or that it follows.
    let at = snippet.code_span().start;
    let before = |it: &&Print| snippet.source_span(it.span).end <= claim.span.start && claim.span.start > at;
    let last = || found.calls.iter().rfind(before);
    match claim.found {
        Found::TrailingComment => nothing(last()?.depends),
        Found::Comment if parts.len() == 1 => nothing(last()?.depends),
        Found::Fence if *whole && !in_pieces(known, snippet) && evidence.stderr.is_empty() => {
            let stdout = plain(&evidence.stdout);
            let printed = trimmed(&stdout);
            let free: Vec<bool> = (0..printed.len()).map(|line| is_free(&found.calls, &printed, line)).collect();
            parting(parts, &printed, &free, known.varies(snippet)).map(Left::But)
        }
        _ => None,
    }
}

/// Which of the printed lines may come from a print that shows what `source` finds.
pub(super) fn varying(snippet: &Snippet, source: &Regex, printed: &[&str]) -> Vec<bool> {
    let found = prints(&snippet.code, &|text| source.is_match(text)).filter(|it| it.calls.iter().any(|it| it.depends));
    (0..printed.len()).map(|line| found.as_ref().is_some_and(|it| is_free(&it.calls, printed, line))).collect()
}

/// Whether a line may come from a print that depends: by its place where each prints once, else by its words.
fn is_free(calls: &[Print], printed: &[&str], line: usize) -> bool {
    if calls.len() == printed.len() && calls.iter().all(|it| it.once) {
        return calls[line].depends;
    }
    let most = |depends| {
        let scores = calls.iter().filter(|it| it.depends == depends).filter_map(|it| words(it, printed[line]));
        scores.max().unwrap_or(0)
    };
    /// So many letters come together by no chance.
    const ENOUGH: usize = 3;
    most(false) < ENOUGH || most(true) >= most(false)
}

/// How many letters of a print's own texts a line has, if it has all of them.
fn words(print: &Print, line: &str) -> Option<usize> {
    let mut rest = line;
    for literal in &print.literals {
        rest = &rest[rest.find(literal.trim_end())? + literal.trim_end().len()..];
    }
    Some(print.literals.iter().flat_map(|it| it.chars()).filter(|it| it.is_alphanumeric()).count())
}

/// Where the lines part, if those that are free may be anything, and any number.
fn parting(stated: &[String], printed: &[&str], free: &[bool], varies: Varies) -> Option<Parting> {
    let stated: Vec<&str> = stated.iter().map(|line| line.trim_end()).collect();
    let fits = |at: usize, line: usize| {
        stated[at].is_empty() && printed[line].is_empty()
            || Pattern::new(stated[at], true, varies).is_some_and(|it| it.fits(printed[line]))
    };
    let (lines, all) = (printed.len(), stated.len());
    let mut reached = vec![vec![false; lines + 1]; all + 1];
    reached[0][0] = true;
    for at in 0..=all {
        for line in 0..=lines {
            if !reached[at][line] {
                continue;
            }
            let may_skip = at < all
                && (is_gap(stated[at])
                    || stated[at].is_empty()
                    || line < lines && free[line]
                    || line > 0 && free[line - 1]);
            let may_pass =
                line < lines && (free[line] || at < all && is_gap(stated[at]) || at > 0 && is_gap(stated[at - 1]));
            if may_skip {
                reached[at + 1][line] = true;
            }
            if may_pass {
                reached[at][line + 1] = true;
            }
            if at < all && line < lines && (free[line] || fits(at, line)) {
                reached[at + 1][line + 1] = true;
            }
        }
    }
    if reached[all][lines] {
        return None;
    }
    // As far as it goes in what is printed; of what is stated, what looks most like it.
    let line = (0..=lines).rev().find(|&line| (0..=all).any(|at| reached[at][line]))?;
    let alike = |at: usize| match (stated.get(at), printed.get(line)) {
        (Some(stated), Some(printed)) => stated.chars().zip(printed.chars()).take_while(|(a, b)| a == b).count(),
        _ => 0,
    };
    let at =
        (0..=all).filter(|&at| reached[at][line]).max_by_key(|&at| (alike(at), all - at == lines - line, all - at))?;
    let printed = printed.get(line).map(|line| (*line).to_owned());
    Some(match (at < all, printed) {
        (true, Some(printed)) => Parting::Differs { index: at, printed },
        (true, None) => Parting::Missing { index: at },
        (false, printed) => Parting::More { printed: printed.unwrap_or_default() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_does_not_depend_has_to_be_there() {
        // What is free is marked.
        let check = |stated: &str, printed: &str, expected: Option<&str>| {
            let stated: Vec<String> = stated.split('/').map(str::to_owned).collect();
            let free: Vec<bool> = printed.split('/').map(|line| line.starts_with('?')).collect();
            let printed: Vec<&str> = printed.split('/').collect();
            let found = parting(&stated, &printed, &free, Varies::default()).map(|it| match it {
                Parting::Differs { index, printed } => format!("{index}: {printed}"),
                Parting::More { printed } => format!("more: {printed}"),
                Parting::Missing { index } => format!("{index} missing"),
                Parting::Apart { .. } => "apart".to_owned(),
            });
            assert_eq!(found.as_deref(), expected, "{stated:?} {printed:?}");
        };
        check("3/total 4", "?7/total 4", None);
        check("3/total 5", "?7/total 4", Some("1: total 4"));
        check("total 5/3", "total 4/?7", Some("0: total 4"));
        check("3/3/total 4", "?7/total 4", None);
        check("total 4", "?7/total 4", None);
        check("3/.../total 4", "?7/?8/total 4", None);
        check("total 4/end", "total 4", Some("1 missing"));
    }

    #[test]
    fn lines_come_from_the_print_with_their_words() {
        let print = |literal: &str, depends| Print {
            span: etude_text::Span::empty(0),
            depends,
            literals: vec![literal.to_owned()],
            once: false,
            ends_line: true,
        };
        let calls = [print("rolled ", true), print("total ", false)];
        let printed = ["rolled 3", "rolled 4", "total 8", "other"];
        let free: Vec<bool> = (0..printed.len()).map(|line| is_free(&calls, &printed, line)).collect();
        assert_eq!(free, [true, true, false, true]);
    }
}
