//! What the learner's program did.

use etude_trace::{Finding, Timeline, draw};
use ratatui::text::{Line, Span};

use crate::commands::learn::ink::{self, BAD, FAINT, GOOD, HEADING, Look, NOTABLE, PLAIN, STRONG, Sign};
use crate::commands::learn::state::State;

/// More lines of output than these are not looked at in a page.
const MOST: usize = 400;

pub(super) fn lines(state: &State, columns: usize) -> Vec<Line<'static>> {
    if state.work.running {
        return super::sentence(&state.look.text("Running it…"), columns);
    }
    let Some(ran) = &state.work.ran else {
        let key = state.look.ask("r", "run");
        let what = format!("{key} runs your file as a program, and shows what it prints and what its tasks do.");
        return super::sentence(&what, columns);
    };
    let mut lines = vec![ink::line(format!("python {}", ran.file), FAINT), Line::default()];
    let all = ran.output.lines().count();
    let shown = ran.output.lines().take(MOST).collect::<Vec<_>>().join("\n");
    lines.extend(ink::block(&shown, PLAIN, columns, &Span::raw(""), state.look));
    if all > MOST {
        lines.push(ink::line(format!("and {} lines more", all - MOST), NOTABLE));
    }
    if ran.output.is_empty() && ran.is_fine {
        let why = "It printed nothing. A file that only defines functions does nothing by itself: call them under \
                   `if __name__ == \"__main__\":` to try them.";
        lines.extend(super::sentence(why, columns));
    }
    lines.push(Line::default());
    let style = if ran.is_fine { GOOD } else { BAD };
    lines.extend(ink::flow(&[ink::span(&ran.end, style)], columns, &[], &[]));
    if ran.timeline.is_worth_drawing() {
        lines.push(Line::default());
        lines.push(ink::line("What its tasks did", HEADING));
        lines.extend(drawing(&ran.timeline, &ran.findings, columns, state.look));
    }
    lines.extend(findings(&ran.findings, columns, state.look));
    lines
}

pub(super) fn drawing(timeline: &Timeline, findings: &[Finding], columns: usize, look: Look) -> Vec<Line<'static>> {
    let terminal = draw::Terminal { width: columns, unicode: look.unicode && !look.words, colors: false };
    let text = draw::text(timeline, findings, terminal);
    text.lines().map(|line| ink::line(line, PLAIN)).collect()
}

/// What a run shows to be wrong, or better done otherwise.
pub(super) fn findings(findings: &[Finding], columns: usize, look: Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if !findings.is_empty() {
        lines.extend([Line::default(), ink::line("What that shows", HEADING)]);
    }
    for finding in findings {
        let place = finding.place.as_ref().map(|place| format!(" ({} line {})", place.file, place.line));
        let runs = [ink::span(&finding.message, STRONG), ink::span(place.unwrap_or_default(), FAINT)];
        let mark =
            ink::span(format!("{} ", look.sign(Sign::Changed).replace('↻', "!").replace("changed:", "note:")), NOTABLE);
        let blank = Span::raw("  ");
        lines.extend(ink::flow(&runs, columns, &[mark], std::slice::from_ref(&blank)));
        let hint = [ink::span(&finding.hint, PLAIN)];
        lines.extend(ink::flow(&hint, columns, std::slice::from_ref(&blank), std::slice::from_ref(&blank)));
    }
    lines
}
