//! The course: all its parts, and how far the learner is with each.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::commands::learn::course::{Kind, Part};
use crate::commands::learn::ink::{self, BAD, CHOSEN, FAINT, GOOD, Look, NOTABLE, PLAIN, Sign};
use crate::commands::learn::state::State;

/// In a wider row the eye loses its way.
const WIDEST: usize = 88;

pub(super) fn lines(state: &State, columns: usize) -> Vec<Line<'static>> {
    let columns = columns.min(WIDEST);
    let listed = state.listed();
    if listed.is_empty() {
        return super::sentence("Nothing is called so. Backspace takes a letter back.", columns);
    }
    let line = |index: &usize| {
        let part = &state.course.parts[*index];
        let (sign, style) = standing(part);
        let tail = told(part);
        let number = format!("{:>2} ", index + 1);
        let used = ink::width(&number) + 2 + ink::width(&tail);
        let title = cut(&part.title, columns.saturating_sub(used + 1), state.look);
        let filling = " ".repeat(columns.saturating_sub(used + ink::width(&title)));
        let spans = vec![
            ink::span(number, FAINT),
            ink::span(format!("{} ", state.look.sign(sign)), style),
            ink::span(title, PLAIN),
            Span::raw(filling),
            ink::span(tail, if part.standing.is_done() { GOOD } else { FAINT }),
        ];
        let line = Line::from(spans);
        if *index == state.at { line.patch_style(CHOSEN) } else { line }
    };
    listed.iter().map(line).collect()
}

/// A part as it is said where nothing stands beside anything.
pub(in crate::commands::learn) fn row(number: usize, part: &Part, look: Look) -> String {
    let (sign, _) = standing(part);
    let kind = if part.exercise().is_some() { "exercise" } else { "lesson" };
    let told = match part.standing.passed {
        Some((passed, tests)) if part.standing.attempts > 0 && !part.standing.done => {
            format!(" ({passed} of {tests} tests)")
        }
        _ => String::new(),
    };
    format!("{number}. {} {kind}: {}{told}", state_word(sign, look), part.title)
}

fn state_word(sign: Sign, look: Look) -> &'static str {
    match sign {
        Sign::Pass => "done:",
        sign => look.sign(sign),
    }
}

fn standing(part: &Part) -> (Sign, Style) {
    let standing = &part.standing;
    if standing.begun && !standing.changed.is_empty() {
        return (Sign::Changed, NOTABLE);
    }
    match (standing.done, standing.begun) {
        (true, _) => (Sign::Pass, GOOD),
        (false, true) if standing.attempts > 0 => (Sign::Fail, BAD),
        (false, true) => (Sign::Begun, NOTABLE),
        (false, false) => (Sign::New, FAINT),
    }
}

fn told(part: &Part) -> String {
    let standing = &part.standing;
    if standing.begun && !standing.changed.is_empty() {
        return "has changed".to_owned();
    }
    match (&part.kind, standing.passed) {
        (Kind::Exercise(_), _) if standing.done => "solved".to_owned(),
        (Kind::Exercise(_), Some((passed, tests))) if standing.attempts > 0 => format!("{passed} of {tests} tests"),
        (Kind::Exercise(_), _) => "exercise".to_owned(),
        (Kind::Lesson(_), _) => String::new(),
    }
}

pub(super) fn cut(text: &str, columns: usize, look: Look) -> String {
    let dots = look.text("…");
    if ink::width(text) <= columns {
        return text.to_owned();
    }
    let mut cut = String::new();
    for char in text.chars() {
        if ink::width(&cut) + ink::width(&char.to_string()) + ink::width(&dots) > columns {
            break;
        }
        cut.push(char);
    }
    format!("{}{dots}", cut.trim_end())
}
