//! What is seen: from the state to lines, and from the lines to a frame.

mod checks;
mod frame;
mod help;
mod list;
mod run;

use ratatui::text::Line;

pub(super) use frame::{FIXED_ROWS, draw};
pub(super) use list::row;

use super::course::Kind;
use super::ink::{self, CODE, FAINT, HEADING, STRONG};
use super::state::{Page, State};
use super::{code, markdown};

/// The whole page that is open, flowed to the columns there are.
pub(super) fn lines(state: &State) -> Vec<Line<'static>> {
    // A column stays free on either side.
    let columns = usize::from(state.size.0).saturating_sub(2).max(10);
    match state.page {
        Page::List => list::lines(state, columns),
        Page::Read => read(state, columns),
        Page::Checks => checks::lines(state, columns),
        Page::Hints => hints(state, columns),
        Page::Run => run::lines(state, columns),
        Page::Solution => solution(state, columns),
        Page::Help => help::lines(columns),
    }
}

fn read(state: &State, columns: usize) -> Vec<Line<'static>> {
    let text = match &state.part().kind {
        Kind::Lesson(text) => text,
        Kind::Exercise(exercise) => &exercise.instructions,
    };
    markdown::lines(without_title(text, &state.part().title), columns, state.look)
}

/// The title stands above the page already.
fn without_title<'a>(text: &'a str, title: &str) -> &'a str {
    let body = text.trim_start();
    match body.split_once('\n') {
        Some((first, rest)) if first.strip_prefix("# ").is_some_and(|first| first.trim() == title) => rest,
        _ => text,
    }
}

fn hints(state: &State, columns: usize) -> Vec<Line<'static>> {
    let Some(exercise) = state.exercise() else { return Vec::new() };
    let shown = state.part().standing.hints.min(exercise.hints.len());
    let mut lines = Vec::new();
    for (number, hint) in (1..).zip(&exercise.hints[..shown]) {
        lines.push(ink::line(format!("Hint {number} of {}: {}", exercise.hints.len(), hint.title), HEADING));
        lines.push(Line::default());
        lines.extend(markdown::lines(&hint.text, columns, state.look));
        lines.push(Line::default());
    }
    let left = exercise.hints.len() - shown;
    let key = state.look.ask("h", "hint");
    let more = match (shown, left) {
        (0, 0) => "This exercise has no hints.".to_owned(),
        (_, 0) => "These were all hints.".to_owned(),
        (0, 1) => format!("There is one hint: {key} shows it."),
        (0, left) => format!("There are {left} hints: {key} shows the first."),
        (_, 1) => format!("There is one more: {key} shows it."),
        (_, left) => format!("There are {left} more: {key} shows the next."),
    };
    lines.extend(sentence(&more, columns));
    lines
}

fn solution(state: &State, columns: usize) -> Vec<Line<'static>> {
    let Some(exercise) = state.exercise() else { return Vec::new() };
    let standing = &state.part().standing;
    if state.is_solution_locked() {
        let why =
            "The solution is shown after your first attempt: change something, save, and see what the checks say.";
        return sentence(why, columns);
    }
    if !standing.done && !standing.solution_seen {
        let key = state.look.ask("s", "solution");
        return sentence(&format!("You have not solved it yet. {key} shows the solution all the same."), columns);
    }
    if exercise.solution.is_empty() {
        return sentence("This exercise comes without a solution.", columns);
    }
    let mut lines = Vec::new();
    for (path, text) in &exercise.solution {
        lines.push(ink::line(path, STRONG.patch(CODE)));
        lines.push(Line::default());
        let painted = if path.ends_with(".py") { code::python(text) } else { code::plain(text) };
        let before = ink::span("  ", FAINT);
        lines.extend(painted.into_iter().flat_map(|line| ink::fit(line, columns, &before, state.look)));
        lines.push(Line::default());
    }
    lines.pop();
    lines
}

/// Something said to the learner.
fn sentence(text: &str, columns: usize) -> Vec<Line<'static>> {
    ink::flow(&[ink::span(text, ink::PLAIN)], columns, &[], &[])
}
