//! What things look like, wherever they are shown.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What the reader's terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) unicode: bool,
    /// Words in the place of signs, for who listens or reads a file.
    pub(super) words: bool,
}

impl Look {
    pub(super) fn sign(self, sign: Sign) -> &'static str {
        let (unicode, ascii, word) = match sign {
            Sign::Pass => ("✓", "+", "passed:"),
            Sign::Fail => ("✗", "x", "failed:"),
            Sign::Skip => ("–", "-", "skipped:"),
            Sign::Begun => ("◐", "~", "begun:"),
            Sign::Changed => ("↻", "!", "changed:"),
            Sign::New => ("·", ".", "new:"),
            Sign::Bullet => ("•", "*", "-"),
            Sign::Bar => ("│", "|", " "),
            Sign::Rule => ("─", "-", "-"),
            Sign::Goes => ("↪", ">", ""),
        };
        match self {
            Look { words: true, .. } => word,
            Look { unicode: true, .. } => unicode,
            _ => ascii,
        }
    }

    /// How something is asked for: by a key, or by a typed word.
    pub(super) fn ask(self, key: &str, word: &str) -> String {
        if self.words { format!("`{word}`") } else { key.to_owned() }
    }

    /// As it is, or in ASCII as far as it goes.
    pub(super) fn text(self, text: &str) -> String {
        if self.unicode { text.to_owned() } else { text.replace('…', "...").replace('·', "-").replace('›', ">") }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Pass,
    Fail,
    Skip,
    Begun,
    Changed,
    New,
    Bullet,
    Bar,
    Rule,
    /// A line that goes on.
    Goes,
}

pub(super) const PLAIN: Style = Style::new();
pub(super) const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
pub(super) const FAINT: Style = Style::new().add_modifier(Modifier::DIM);
pub(super) const GOOD: Style = Style::new().fg(Color::Green);
pub(super) const BAD: Style = Style::new().fg(Color::Red);
pub(super) const NOTABLE: Style = Style::new().fg(Color::Yellow);
pub(super) const HEADING: Style = Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD);
pub(super) const CODE: Style = Style::new().fg(Color::Cyan);
pub(super) const LINK: Style = Style::new().add_modifier(Modifier::UNDERLINED);
pub(super) const CHOSEN: Style = Style::new().add_modifier(Modifier::REVERSED);

/// Text on one line, with nothing in it that a terminal would act on.
pub(super) fn line(text: impl AsRef<str>, style: Style) -> Line<'static> {
    Line::from(span(text, style))
}

pub(super) fn span(text: impl AsRef<str>, style: Style) -> Span<'static> {
    Span::styled(etude_text::render::visible(text.as_ref()).replace('\n', " "), style)
}

pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Runs of text of one look each, flowed into lines of at most `columns`; `first` stands before the first of them and
/// `rest` before the others. A `\n` ends a line.
pub(super) fn flow(
    runs: &[Span<'static>],
    columns: usize,
    first: &[Span<'static>],
    rest: &[Span<'static>],
) -> Vec<Line<'static>> {
    let mut flow =
        Flow { columns, first, rest, lines: Vec::new(), line: Vec::new(), used: 0, word: Vec::new(), gap: None };
    flow.begin();
    for run in runs {
        for char in run.content.chars() {
            match char {
                '\n' => flow.end(),
                ' ' => flow.blank(run.style),
                char => flow.word.push((char, run.style)),
            }
        }
    }
    flow.end();
    flow.lines
}

struct Flow<'a> {
    columns: usize,
    first: &'a [Span<'static>],
    rest: &'a [Span<'static>],
    lines: Vec<Line<'static>>,
    line: Vec<Span<'static>>,
    used: usize,
    word: Vec<(char, Style)>,
    /// A blank that is written when a word follows on the same line.
    gap: Option<Style>,
}

impl Flow<'_> {
    fn begin(&mut self) {
        let before = if self.lines.is_empty() { self.first } else { self.rest };
        self.line = before.to_vec();
        self.used = before.iter().map(Span::width).sum();
    }

    fn blank(&mut self, style: Style) {
        self.place();
        self.gap = Some(style);
    }

    fn place(&mut self) {
        let word = std::mem::take(&mut self.word);
        let wide: usize = word.iter().map(|(char, _)| char.width().unwrap_or(0)).sum();
        if word.is_empty() {
            return;
        }
        match self.gap.take() {
            Some(_) if self.used + 1 + wide > self.columns => self.broken(),
            Some(style) => self.put(' ', style),
            None => {}
        }
        for (char, style) in word {
            if self.used + char.width().unwrap_or(0) > self.columns {
                self.broken();
            }
            self.put(char, style);
        }
    }

    fn put(&mut self, char: char, style: Style) {
        self.used += char.width().unwrap_or(0);
        match self.line.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push(char),
            _ => self.line.push(Span::styled(char.to_string(), style)),
        }
    }

    fn broken(&mut self) {
        self.lines.push(Line::from(std::mem::take(&mut self.line)));
        self.begin();
    }

    fn end(&mut self) {
        self.place();
        self.gap = None;
        self.broken();
    }
}

/// A line of a message: flowed, but for blanks at its start.
pub(super) fn fit_words(
    line: &str,
    style: Style,
    columns: usize,
    before: &Span<'static>,
    look: Look,
) -> Vec<Line<'static>> {
    let shown = etude_text::render::visible(line);
    if shown.starts_with(' ') || shown.contains("  ") {
        return block(line, style, columns, before, look);
    }
    flow(&[Span::styled(shown, style)], columns, std::slice::from_ref(before), std::slice::from_ref(before))
}

/// Text with line ends, each line cut where it is too long, with `before` in front of all.
pub(super) fn block(
    text: &str,
    style: Style,
    columns: usize,
    before: &Span<'static>,
    look: Look,
) -> Vec<Line<'static>> {
    let shown = etude_text::render::visible(text);
    let lines = shown.lines().map(|line| vec![Span::styled(line.to_owned(), style)]);
    lines.flat_map(|line| fit(line, columns, before, look)).collect()
}

/// One line of code or output, on as many as it needs. Blanks stay.
pub(super) fn fit(spans: Vec<Span<'static>>, columns: usize, before: &Span<'static>, look: Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut line = vec![before.clone()];
    let mut fixed = line.len();
    let mut used = before.width();
    for span in spans {
        for char in span.content.chars() {
            let wide = char.width().unwrap_or(0);
            if used + wide > columns && line.len() > fixed {
                let goes = Span::styled(format!("{} ", look.sign(Sign::Goes)), FAINT);
                lines.push(Line::from(std::mem::replace(&mut line, vec![before.clone(), goes])));
                fixed = line.len();
                used = line.iter().map(Span::width).sum();
            }
            used += wide;
            match line[fixed..].last_mut() {
                Some(last) if last.style == span.style => last.content.to_mut().push(char),
                _ => line.push(Span::styled(char.to_string(), span.style)),
            }
        }
    }
    lines.push(Line::from(line));
    lines
}
