//! Which of the lines that a program prints are those of the `print` that a mark stands by.

use std::ops::Range;

use etude_course::{Claim, Found, Snippet};
use etude_python::{Print, prints};

use super::Known;
use crate::run::{End, Evidence};

/// The stretch of the printed lines in which what a mark is about has to be, where the code tells.
pub(super) fn stretch(
    known: &Known<'_>,
    claim: &Claim,
    snippet: &Snippet,
    evidence: &Evidence,
    lines: usize,
) -> Option<Range<usize>> {
    if !matches!(claim.found, Found::Comment | Found::TrailingComment) || snippet.code.contains("stdout") {
        return None;
    }
    let calls = prints(&snippet.code, &|_| false)?.calls;
    let end = |it: &Print| snippet.source_span(it.span).end;
    let own = calls.iter().rposition(|it| end(it) <= claim.span.start)?;
    if !calls[own].once {
        return None;
    }
    let beside = known.line(end(&calls[own])) == known.line(claim.span.start);
    // Those above a mark of its own lines may all be what it is about, down from the mark before.
    let mut marks = known.case.lesson.claims.iter().filter(|it| it.about == claim.about && it.found == claim.found);
    let from = marks.rfind(|it| it.span.end <= claim.span.start).map_or(0, |it| it.span.end);
    let first = if beside { own } else { calls.iter().position(|it| end(it) > from)? };
    let sure = |calls: &[Print]| calls.iter().filter(|it| it.once && it.ends_line).count();
    // What fails, or ends itself, leaves out what follows.
    let whole = matches!(evidence.end, End::Exit { code: 0, raised: None }) && !snippet.code.contains("exit");
    let behind = if whole { sure(&calls[own + 1..]) } else { 0 };
    let stretch = sure(&calls[..first])..lines.checked_sub(behind)?;
    (!stretch.is_empty()).then_some(stretch)
}
