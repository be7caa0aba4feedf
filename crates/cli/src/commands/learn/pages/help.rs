//! All keys.

use ratatui::text::{Line, Span};

use crate::commands::learn::ink::{self, CODE, HEADING, PLAIN};

const GROUPS: [(&str, &[(&str, &str)]); 4] = [
    (
        "Everywhere",
        &[
            ("↑ ↓ or k j", "up and down"),
            ("space, PgDn, PgUp", "a page down or up; g and G go to the ends"),
            ("n", "go on: the next part that is not done"),
            ("Esc", "back to the list"),
            ("?", "this help, and back"),
            ("q or Ctrl-C", "quit; next time it goes on here"),
        ],
    ),
    ("In the list", &[("Enter", "open"), ("/", "search; Esc shows all again")]),
    (
        "In an exercise",
        &[
            ("e", "open your files in $VISUAL or $EDITOR"),
            ("c", "check them now; saving checks them by itself"),
            ("h", "the next hint"),
            ("r", "run your file as a program"),
            ("s", "the solution, after your first attempt"),
            ("x", "start over; your work is kept aside"),
            ("Tab or 1 to 5", "from page to page"),
            ("p", "the part before"),
        ],
    ),
    ("In a lesson", &[("p", "the part before")]),
];

const NAMES: usize = 19;

pub(super) fn lines(columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (title, keys) in GROUPS {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(ink::line(title, HEADING));
        for (key, does) in keys {
            let key = ink::span(format!("{key:<NAMES$}"), CODE);
            let rest = Span::raw(" ".repeat(NAMES));
            lines.extend(ink::flow(&[ink::span(does, PLAIN)], columns, &[key], &[rest]));
        }
    }
    lines
}
