//! One frame: what stands above and below every page.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::list::cut;
use crate::commands::learn::ink::{self, BAD, CHOSEN, CODE, FAINT, GOOD, NOTABLE, PLAIN, STRONG};
use crate::commands::learn::state::{PAGES, Page, Question, State};

/// Rows that no page has: the title, the pages, what is said, and the keys.
pub(in crate::commands::learn) const FIXED_ROWS: usize = 4;

pub(in crate::commands::learn) fn draw(state: &State, frame: &mut Frame<'_>) {
    let area = frame.area();
    if usize::from(area.height) <= FIXED_ROWS || area.width < 20 {
        frame.render_widget(ink::line("too small", PLAIN), area);
        return;
    }
    let columns = usize::from(area.width);
    let row = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    frame.render_widget(title(state, columns), row(0));
    frame.render_widget(pages(state, columns), row(1));
    let lines = super::lines(state);
    let rows = state.rows();
    let shown = lines.iter().skip(state.scroll).take(rows);
    for (line, y) in shown.zip(2..) {
        let inside = Rect { x: area.x + 1, width: area.width - 2, ..row(y) };
        frame.render_widget(line, inside);
    }
    let (footer, keys) = foot(state, columns, lines.len());
    frame.render_widget(footer, row(area.height - 2));
    frame.render_widget(keys, row(area.height - 1));
}

/// The course or the part, and how much is done.
fn title(state: &State, columns: usize) -> Line<'static> {
    let (done, all) = (state.course.done(), state.course.parts.len());
    let told = format!(" {done} of {all} done ");
    let title = match state.page {
        Page::List => state.course.title.clone(),
        Page::Help => "Keys".to_owned(),
        _ => format!("{} {}", state.at + 1, state.part().title),
    };
    let title = cut(&title, columns.saturating_sub(ink::width(&told) + 1), state.look);
    let filling = " ".repeat(columns.saturating_sub(1 + ink::width(&title) + ink::width(&told)));
    Line::from(vec![ink::span(format!(" {title}{filling}{told}"), CHOSEN.patch(STRONG))])
}

/// The pages of an exercise.
fn pages(state: &State, columns: usize) -> Line<'static> {
    let Some(exercise) = state.exercise().filter(|_| PAGES.contains(&state.page)) else {
        return Line::default();
    };
    let standing = &state.part().standing;
    let checks = match &state.work.checked {
        Some(checked) => {
            let (passed, all) = checked.passed();
            Some(format!("{passed}/{all}"))
        }
        None => None,
    };
    let hints = (!exercise.hints.is_empty()).then(|| format!("{}/{}", standing.hints, exercise.hints.len()));
    let names = [("Task", None), ("Checks", checks), ("Hints", hints), ("Run", None), ("Solution", None)];
    let mut line = vec![Span::raw(" ")];
    for (number, (page, (name, told))) in (1..).zip(PAGES.into_iter().zip(names)) {
        // Where there is little room, only what is open has its name.
        let name = match (columns < 60, page == state.page) {
            (true, false) => String::new(),
            _ => format!(" {name}"),
        };
        let told = told.map(|told| format!(" {told}")).unwrap_or_default();
        let style = if page == state.page { CHOSEN } else { PLAIN };
        line.push(ink::span(format!(" {number}{name}{told} "), style));
        line.push(Span::raw(" "));
    }
    Line::from(line)
}

/// What is said or asked, and the keys that matter now.
fn foot(state: &State, columns: usize, lines: usize) -> (Line<'static>, Line<'static>) {
    if let Some(question) = state.question {
        let (asked, yes) = match question {
            Question::Reset => ("Start over? Your files are kept aside first.", "start over"),
            Question::Solution => ("You have not solved it yet. See the solution?", "show it"),
        };
        return (said(state, asked, NOTABLE, columns), keys(&[("y", yes), ("any other key", "leave it")], columns));
    }
    if let Some(search) = state.search.as_ref().filter(|search| search.typing) {
        let typed = ink::span(format!(" /{}", search.text), STRONG);
        return (Line::from(vec![typed, ink::span("_", FAINT)]), keys(&[("Enter", "open"), ("Esc", "all")], columns));
    }
    let told = match &state.notice {
        Some(notice) => said(state, &notice.text, if notice.bad { BAD } else { GOOD }, columns),
        None => said(state, &standing(state, lines), FAINT, columns),
    };
    let go_on = ("n", "next");
    let row = match state.page {
        Page::List => {
            keys(&[("Enter", "open"), ("n", "go on"), ("/", "search"), ("?", "help"), ("q", "quit")], columns)
        }
        Page::Help => keys(&[("Esc", "back"), ("q", "quit")], columns),
        Page::Read if state.exercise().is_none() => {
            keys(&[("space", "more"), go_on, ("Esc", "list"), ("?", "help"), ("q", "quit")], columns)
        }
        _ => keys(
            &[
                ("e", "edit"),
                ("c", "check"),
                ("h", "hint"),
                ("r", "run"),
                ("s", "solution"),
                go_on,
                ("?", "help"),
                ("q", "quit"),
            ],
            columns,
        ),
    };
    (told, row)
}

/// What goes on where nothing has just happened.
fn standing(state: &State, lines: usize) -> String {
    let more = lines > state.scroll + state.rows();
    let how_far = match (more, state.scroll > 0) {
        (false, false) => String::new(),
        (true, _) => format!("{}%", 100 * (state.scroll + state.rows()) / lines.max(1)),
        (false, true) => "end".to_owned(),
    };
    let about = match (state.page, state.exercise()) {
        (Page::List, _) => format!("your files: {}", state.folder),
        (Page::Help, _) | (_, None) => String::new(),
        (_, Some(_)) if state.work.checking > 0 => "checking…".to_owned(),
        (_, Some(exercise)) => {
            let files: Vec<String> = exercise.files.iter().map(|file| format!("{}/{file}", exercise.folder)).collect();
            format!("watching {}", files.join(", "))
        }
    };
    match (about.is_empty(), how_far.is_empty()) {
        (false, false) => format!("{how_far} · {about}"),
        _ => format!("{how_far}{about}"),
    }
}

fn said(state: &State, text: &str, style: Style, columns: usize) -> Line<'static> {
    let text = cut(&state.look.text(text), columns.saturating_sub(2), state.look);
    ink::line(format!(" {text}"), style)
}

/// As many as there is room for; the first are the most useful, and the last two always stay.
fn keys(keys: &[(&str, &str)], columns: usize) -> Line<'static> {
    let wide = |(key, does): &(&str, &str)| ink::width(key) + ink::width(does) + 3;
    let mut kept: Vec<(&str, &str)> = keys.to_vec();
    while kept.iter().map(wide).sum::<usize>() > columns && kept.len() > 2 {
        kept.remove(kept.len() - 3);
    }
    let mut line = vec![Span::raw(" ")];
    for (key, does) in kept {
        line.push(ink::span(key, CODE.patch(STRONG)));
        line.push(ink::span(format!(" {does}  "), FAINT));
    }
    Line::from(line)
}
