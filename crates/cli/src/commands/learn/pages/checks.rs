//! The verdict on the learner's files, test by test.

use std::time::Duration;

use etude_practice::grade::{Status, Test};
use ratatui::text::{Line, Span};

use crate::commands::learn::course::Exercise;
use crate::commands::learn::ink::{self, BAD, FAINT, GOOD, HEADING, Look, NOTABLE, PLAIN, STRONG, Sign};
use crate::commands::learn::state::{Checked, State};

/// More lines than these of what one test printed are not shown.
const MOST_PRINTED: usize = 12;
/// What has waited less has only run.
const WAITED: Duration = Duration::from_millis(10);

pub(super) fn lines(state: &State, columns: usize) -> Vec<Line<'static>> {
    let Some(exercise) = state.exercise() else { return Vec::new() };
    if let Some(why) = &state.work.refused {
        return ink::flow(&[ink::span(why, BAD)], columns, &[], &[]);
    }
    let Some(checked) = &state.work.checked else {
        let text = match state.work.checking {
            0 => format!("Not checked yet: {} checks your files.", state.look.ask("c", "check")),
            _ => "Checking your files…".to_owned(),
        };
        return super::sentence(&state.look.text(&text), columns);
    };
    let mut lines = summary(state, checked, columns);
    let verdict = &checked.verdict;
    if let Some(message) = &verdict.message {
        lines.push(Line::default());
        for line in message.lines() {
            lines.extend(ink::fit_words(line, BAD, columns, &Span::raw(""), state.look));
        }
    }
    if verdict.status != Status::Pass && !verdict.output.trim().is_empty() {
        lines.push(Line::default());
        lines.extend(printed("printed before the first test:", &verdict.output, "", columns, state.look));
    }
    lines.extend(tests(&verdict.tests, exercise, columns, state.look));
    lines.extend(super::run::findings(&checked.findings, columns, state.look));
    let timeline = checked.timeline.as_ref().filter(|timeline| timeline.is_worth_drawing());
    // Where nothing has waited there is nothing to see; who listens can have it with `run`.
    if let Some(timeline) = timeline.filter(|_| verdict.virtual_time >= WAITED && !state.look.words) {
        lines.push(Line::default());
        lines.push(ink::line("What your tasks did during the tests", HEADING));
        lines.extend(super::run::drawing(timeline, &checked.findings, columns, state.look));
    }
    lines
}

fn summary(state: &State, checked: &Checked, columns: usize) -> Vec<Line<'static>> {
    let (passed, all) = checked.passed();
    let verdict = &checked.verdict;
    let worth = verdict.worth();
    let points = match worth as usize == all {
        true => String::new(),
        false => format!(", {} of {worth} points", verdict.points()),
    };
    let is_pass = verdict.status == Status::Pass;
    let (sign, style) = if is_pass { (Sign::Pass, GOOD) } else { (Sign::Fail, BAD) };
    let said = match (is_pass, all) {
        (true, 1) => "the test passes".to_owned(),
        (true, 2) => "both tests pass".to_owned(),
        (true, all) => format!("all {all} tests pass"),
        (false, all) => format!("{passed} of {all} tests pass"),
    };
    let mut lines = vec![ink::line(format!("{} {said}{points}", state.look.sign(sign)), style.patch(STRONG))];
    if is_pass {
        let next = state.course.next(state.at).map(|next| &state.course.parts[next].title);
        let (solution, go_on) = (state.look.ask("s", "solution"), state.look.ask("n", "next"));
        let next = next.map_or(format!("{go_on} ends the course."), |title| format!("{go_on} goes on with “{title}”."));
        lines.extend(super::sentence(&state.look.text(&format!("{solution} shows our solution, {next}")), columns));
    } else if !checked.is_attempt {
        lines.extend(super::sentence("These are the files as you got them: the first step is yours.", columns));
    }
    lines
}

/// Under the titles of their tasks, where there are any.
fn tests(tests: &[Test], exercise: &Exercise, columns: usize, look: Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut tasks: Vec<Option<u32>> = tests.iter().map(|test| test.task).collect();
    tasks.sort_by_key(|task| task.unwrap_or(u32::MAX));
    tasks.dedup();
    let files: Vec<&str> = tests.iter().filter_map(|test| Some(test.id.split_once(".py::")?.0)).collect();
    let one_file = files.windows(2).all(|pair| pair[0] == pair[1]);
    for task in &tasks {
        lines.push(Line::default());
        if tasks.len() > 1 {
            let title = match task {
                Some(number) => match exercise.tasks.get(number) {
                    Some(title) => format!("{number}. {title}"),
                    None => format!("Task {number}"),
                },
                None => "Besides".to_owned(),
            };
            lines.push(ink::line(title, STRONG));
        }
        for test in tests.iter().filter(|test| test.task == *task) {
            lines.extend(self::test(test, one_file, columns, look));
        }
    }
    lines
}

fn test(test: &Test, one_file: bool, columns: usize, look: Look) -> Vec<Line<'static>> {
    let (sign, style) = match test.status {
        Status::Skip => (Sign::Skip, FAINT),
        _ if test.is_right() => (Sign::Pass, GOOD),
        _ => (Sign::Fail, BAD),
    };
    let name = match test.id.split_once(".py::") {
        Some((_, name)) if one_file => name,
        _ => &test.id,
    };
    let mut head = vec![ink::span(name, if test.is_right() { PLAIN } else { STRONG })];
    if test.hidden {
        head.push(ink::span(" (hidden)", FAINT));
    }
    if test.worth > 1 {
        head.push(ink::span(format!(" {} of {} points", test.points, test.worth), FAINT));
    }
    let sign = ink::span(format!("{} ", look.sign(sign)), style);
    let mut lines = ink::flow(&head, columns, &[sign], &[Span::raw("  ")]);
    let indent = Span::raw("    ");
    for line in test.message.iter().flat_map(|message| message.lines()) {
        // The drawings of `unittest` stand in columns.
        lines.extend(ink::fit_words(line, PLAIN, columns, &indent, look));
    }
    // What a test printed that passes is for who looks for it.
    if !test.output.is_empty() && !test.is_right() {
        lines.extend(printed("printed:", &test.output, "    ", columns, look));
    }
    lines
}

fn printed(heading: &str, text: &str, indent: &str, columns: usize, look: Look) -> Vec<Line<'static>> {
    let all = text.lines().count();
    let shown = text.lines().take(MOST_PRINTED).collect::<Vec<_>>().join("\n");
    let before = ink::span(format!("{indent}{} ", look.sign(Sign::Bar)), FAINT);
    let mut lines = vec![ink::line(format!("{indent}{heading}"), FAINT)];
    lines.extend(ink::block(&shown, PLAIN, columns, &before, look));
    if all > MOST_PRINTED {
        lines.push(ink::line(format!("{indent}and {} lines more", all - MOST_PRINTED), NOTABLE));
    }
    lines
}
