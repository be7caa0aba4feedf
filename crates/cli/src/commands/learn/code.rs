//! Code, painted.

use etude_python::{TokenKind, highlight};
use etude_text::render::visible;
use ratatui::style::{Color, Style};
use ratatui::text::Span;

use super::ink::{FAINT, PLAIN, STRONG};

/// The lines of a Python source.
pub(super) fn python(source: &str) -> Vec<Vec<Span<'static>>> {
    let mut lines = Lines::default();
    let mut at = 0;
    for token in highlight(source) {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        lines.add(&source[at..start], PLAIN);
        lines.add(&source[start..end], style(token.kind));
        at = end;
    }
    lines.add(&source[at..], PLAIN);
    lines.done()
}

/// The lines of anything else.
pub(super) fn plain(source: &str) -> Vec<Vec<Span<'static>>> {
    let mut lines = Lines::default();
    lines.add(source, PLAIN);
    lines.done()
}

/// The sixteen colours follow the reader's theme, light or dark.
fn style(kind: TokenKind) -> Style {
    match kind {
        TokenKind::Keyword => PLAIN.fg(Color::Magenta),
        TokenKind::Definition => STRONG,
        TokenKind::Builtin | TokenKind::Number => PLAIN.fg(Color::Cyan),
        TokenKind::Decorator => PLAIN.fg(Color::Yellow),
        TokenKind::String => PLAIN.fg(Color::Green),
        TokenKind::Comment => FAINT,
        TokenKind::Name | TokenKind::Operator => PLAIN,
    }
}

#[derive(Default)]
struct Lines {
    lines: Vec<Vec<Span<'static>>>,
    open: Vec<Span<'static>>,
}

impl Lines {
    fn add(&mut self, text: &str, style: Style) {
        for (index, part) in text.split('\n').enumerate() {
            if index > 0 {
                self.lines.push(std::mem::take(&mut self.open));
            }
            if !part.is_empty() {
                self.open.push(Span::styled(visible(part.trim_end_matches('\r')), style));
            }
        }
    }

    fn done(mut self) -> Vec<Vec<Span<'static>>> {
        if !self.open.is_empty() {
            self.lines.push(self.open);
        }
        self.lines
    }
}
