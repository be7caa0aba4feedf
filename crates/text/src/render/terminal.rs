use std::io;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::excerpt::{Excerpt, drawable, near, shorten};
use super::region::Region;
use super::visible::visible;
use super::wrap::wrap;
use crate::{Diagnostic, Position, Severity, Source, Sources, Span};

/// Lines are cut and text is wrapped before it gets to the drawing library, which therefore never has to.
const UNLIMITED: usize = 100_000;

/// Narrower than this nothing can be read, and the wrapping would only add noise.
const NARROWEST: usize = 40;

/// Stands for `path:line:column` until the drawing is done: the library would count the column in what it was given,
/// which is a cut line without its control characters. No text that was made visible contains it.
const PLACE: char = '\u{ffff}';

/// What the reader's terminal can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    pub width: usize,
    pub colors: bool,
}

impl Default for Terminal {
    fn default() -> Self {
        Self { width: 80, colors: false }
    }
}

/// Writes each diagnostic as rustc does, with an empty line after it.
///
/// A diagnostic costs what is shown of it: of a large file only the lines it touches are read, and of a long line only
/// the columns around it.
pub fn terminal(
    out: &mut dyn io::Write,
    sources: &Sources,
    diagnostics: &[Diagnostic],
    terminal: Terminal,
) -> io::Result<()> {
    let renderer = if terminal.colors { Renderer::styled() } else { Renderer::plain() }.term_width(UNLIMITED);
    let width = terminal.width.max(NARROWEST);
    for diagnostic in diagnostics {
        let source = sources.get(diagnostic.file);
        let views = views(source, diagnostic);
        let drawn = renderer.render(&[group(source, diagnostic, &views, width)]);
        writeln!(out, "{}\n", fill_places(&drawn, source, &views))?;
    }
    Ok(())
}

fn group<'a>(source: &Source, diagnostic: &'a Diagnostic, views: &[View], width: usize) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let gutter = views.iter().map(|view| digits(view.last_line(source))).max().unwrap_or(1);

    // What stands before the text: `warning[code]: ` and, for the hint, ` = hint: ` below the gutter.
    let head = diagnostic.severity.as_str().len() + diagnostic.code.len() + "[]: ".len();
    let message = wrap(&diagnostic.message, width.saturating_sub(head).max(NARROWEST / 2));
    let mut group = Group::with_title(level.primary_title(message).id(diagnostic.code))
        .elements(views.iter().map(|view| view.draw(source, width.saturating_sub(gutter + " | ".len()))));
    if let Some(hint) = &diagnostic.hint {
        let hint = wrap(hint, width.saturating_sub(gutter + " = hint: ".len()));
        group = group.element(Level::HELP.with_name("hint").message(hint));
    }
    group
}

/// Puts the true places where the library wrote [`PLACE`] and its own numbers.
fn fill_places(drawn: &str, source: &Source, views: &[View]) -> String {
    let mut parts = drawn.split(PLACE);
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (view, part) in views.iter().zip(parts) {
        let Position { line, column } = Region::shown(source, view.marks[0].span).start;
        filled.push_str(&format!("{}:{line}:{column}", visible(&source.path)));
        filled.push_str(part.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()));
    }
    filled
}

/// Spans near each other, which are drawn as one excerpt.
struct View {
    marks: Vec<Mark>,
}

struct Mark {
    span: Span,
    kind: AnnotationKind,
    label: Option<String>,
}

/// The diagnostic's own span comes first; a label joins it if it is near and else gets a view of its own. A source
/// without a path is no file: there is nothing of it to draw.
fn views(source: &Source, diagnostic: &Diagnostic) -> Vec<View> {
    if source.path.is_empty() {
        return Vec::new();
    }
    let (span, continues) = shorten(source, drawable(source, diagnostic.span));
    let label = continues.map(|line| format!("... to line {line}"));
    let mut views = vec![View { marks: vec![Mark { span, kind: AnnotationKind::Primary, label }] }];
    for label in &diagnostic.labels {
        let (span, _) = shorten(source, drawable(source, label.span));
        let mark = Mark { span, kind: AnnotationKind::Context, label: Some(visible(&label.message)) };
        match views.iter_mut().find(|view| view.marks.iter().all(|other| near(source, other.span, span))) {
            Some(view) => view.marks.push(mark),
            None => views.push(View { marks: vec![mark] }),
        }
    }
    views
}

impl View {
    fn last_line(&self, source: &Source) -> u32 {
        self.marks.iter().map(|mark| source.line(mark.span.end)).max().unwrap_or(1)
    }

    fn draw<'a>(&self, source: &Source, columns: usize) -> Snippet<'a, Annotation<'a>> {
        // Each span over several lines is drawn with an arrow of its own, left of the text.
        let arrows =
            self.marks.iter().filter(|mark| source.line(mark.span.start) != source.line(mark.span.end)).count();
        let arrows = if arrows == 0 { 0 } else { arrows + 1 };
        let spans: Vec<Span> = self.marks.iter().map(|mark| mark.span).collect();
        let excerpt = Excerpt::new(source, &spans, columns.saturating_sub(arrows));
        Snippet::source(excerpt.text).line_start(excerpt.first_line as usize).path(String::from(PLACE)).annotations(
            self.marks.iter().zip(excerpt.spans).map(|(mark, place)| mark.kind.span(place).label(mark.label.clone())),
        )
    }
}

fn digits(number: u32) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}
