//! The lines of a block without what belongs to the containers around it.

use crate::text_map::{Piece, TextMap, map_span, source};
use etude_text::Span;

/// A text being read as Markdown, and where it stands in the source: the whole document, or the body of a directive.
pub(crate) struct View<'t> {
    pub(crate) text: &'t str,
    /// Where its lines start; one more for the end of the text.
    starts: Vec<usize>,
    pieces: Vec<Piece>,
}

impl<'t> View<'t> {
    /// The source from `base` to its end.
    pub(crate) fn of_source(text: &'t str, base: usize) -> Self {
        let whole = Piece { text: 0, source: base as u32, source_end: (base + text.len()) as u32 };
        Self { text, starts: line_starts(text), pieces: vec![whole] }
    }

    pub(crate) fn of_body(text: &'t str, map: &TextMap) -> Self {
        Self { text, starts: line_starts(text), pieces: map.pieces().to_vec() }
    }

    /// The bytes of line `line` (from 1) with its line end.
    pub(crate) fn line(&self, line: usize) -> (usize, usize) {
        let index = line.max(1).min(self.starts.len().saturating_sub(1).max(1));
        let start = self.starts[index - 1];
        (start, self.starts.get(index).copied().unwrap_or(start))
    }

    pub(crate) fn line_count(&self) -> usize {
        self.starts.len() - 1
    }

    /// The line that starts at or before `offset`.
    pub(crate) fn line_at(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).min(self.line_count()).max(1)
    }

    /// Where line `line` ends, without its line end and trailing blanks.
    pub(crate) fn line_end(&self, line: usize) -> usize {
        let (start, end) = self.line(line);
        start + self.text[start..end].trim_end_matches(BLANK).len()
    }

    pub(crate) fn source(&self, offset: usize) -> u32 {
        source(&self.pieces, offset as u32)
    }

    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        map_span(&self.pieces, self.text.len() as u32, Span::at(start..end.max(start)))
    }

    /// The pieces of `start..end`, for a text in which that stretch starts at `text`.
    pub(crate) fn pieces(&self, start: usize, end: usize, text: u32) -> impl Iterator<Item = Piece> {
        let (start, end) = (start as u32, end as u32);
        let first = self.pieces.partition_point(|piece| piece.text <= start).saturating_sub(1);
        let len = self.text.len() as u32;
        self.pieces[first..].iter().take_while(move |piece| piece.text < end).enumerate().map(move |(index, piece)| {
            let from = piece.text.max(start);
            let piece_end = self.pieces.get(first + index + 1).map_or(len, |next| next.text);
            let span = map_span(&self.pieces, len, Span::new(from, piece_end.min(end).max(from)));
            Piece { text: text + from - start, source: span.start, source_end: span.end }
        })
    }
}

pub(crate) const BLANK: [char; 4] = [' ', '\t', '\n', '\r'];

fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
            starts.push(at + 1);
        }
    }
    if starts.last() != Some(&bytes.len()) || starts.len() == 1 {
        starts.push(bytes.len());
    }
    starts
}

/// A block that other blocks stand in, as far as it takes something from the start of a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Container {
    pub(crate) kind: ContainerKind,
    /// The line it starts on.
    pub(crate) line: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum ContainerKind {
    Quote,
    /// The columns from the content of the container around it to its own.
    Item(usize),
    /// The columns on its first line; four on the others.
    Footnote(usize),
    /// A list or a table: takes nothing.
    Other,
}

/// A place in a line that may lie inside a tab.
pub(crate) struct Cursor<'l> {
    line: &'l [u8],
    pub(crate) offset: usize,
    pub(crate) column: usize,
}

impl<'l> Cursor<'l> {
    pub(crate) fn new(line: &'l [u8]) -> Self {
        Self { line, offset: 0, column: 0 }
    }

    /// Goes past the markers and the indentation of `containers`, as far as the line has them: a lazy line does not.
    pub(crate) fn strip(&mut self, containers: &[Container], line: usize) {
        for container in containers {
            let indent = self.indent();
            let opens = container.line == line;
            match container.kind {
                ContainerKind::Other => {}
                ContainerKind::Quote => {
                    if self.peek_content() != Some(b'>') || (indent > 3 && !opens) {
                        return;
                    }
                    self.advance(indent + 1);
                    if matches!(self.line.get(self.offset), Some(b' ' | b'\t')) {
                        self.advance(1);
                    }
                }
                ContainerKind::Item(width) if opens || indent >= width => self.advance(width),
                ContainerKind::Footnote(width) if opens => self.advance(width),
                ContainerKind::Footnote(_) if indent >= 4 => self.advance(4),
                ContainerKind::Item(_) | ContainerKind::Footnote(_) => {
                    if self.peek_content().is_some() {
                        return;
                    }
                    self.advance(indent);
                }
            }
        }
    }

    /// Goes past up to `columns` columns of indentation.
    pub(crate) fn dedent(&mut self, columns: usize) {
        self.advance(columns.min(self.indent()));
    }

    /// The columns that are left of a tab of which a part has been taken; the tab is then stepped over.
    pub(crate) fn take_partial_tab(&mut self) -> usize {
        if self.line.get(self.offset) != Some(&b'\t') || self.column == tabbed(self.line, self.offset) {
            return 0;
        }
        let left = 4 - self.column % 4;
        self.advance(left);
        left
    }

    fn indent(&self) -> usize {
        let mut column = self.column;
        for &byte in &self.line[self.offset.min(self.line.len())..] {
            match byte {
                b' ' => column += 1,
                b'\t' => column += 4 - column % 4,
                _ => break,
            }
        }
        column - self.column
    }

    fn peek_content(&self) -> Option<u8> {
        let rest = &self.line[self.offset.min(self.line.len())..];
        rest.iter().copied().find(|b| !matches!(b, b' ' | b'\t')).filter(|b| !matches!(b, b'\n' | b'\r'))
    }

    fn advance(&mut self, mut columns: usize) {
        while columns > 0 {
            match self.line.get(self.offset) {
                None | Some(b'\n' | b'\r') => return,
                Some(b'\t') => {
                    let width = 4 - self.column % 4;
                    let step = width.min(columns);
                    self.column += step;
                    columns -= step;
                    if step == width {
                        self.offset += 1;
                    }
                }
                Some(_) => {
                    self.offset += 1;
                    self.column += 1;
                    columns -= 1;
                }
            }
        }
    }
}

/// The column of byte `offset` of `line`, counted as indentation is: a tab goes to the next multiple of four.
pub(crate) fn tabbed(line: &[u8], offset: usize) -> usize {
    line[..offset].iter().fold(0, |column, &byte| if byte == b'\t' { column + 4 - column % 4 } else { column + 1 })
}

/// The text of lines `first..=last` inside `containers`, less `indent` columns, and the way back to the source.
pub(crate) fn dedented(
    view: &View<'_>,
    containers: &[Container],
    first: usize,
    last: usize,
    indent: usize,
) -> (String, TextMap) {
    let mut text = String::new();
    let mut map = TextMap::default();
    for line in first..=last {
        let (start, end) = view.line(line);
        let bytes = &view.text.as_bytes()[start..end];
        let mut cursor = Cursor::new(bytes);
        cursor.strip(containers, line);
        cursor.dedent(indent);
        let at = text.len();
        let tab = start + cursor.offset;
        let spaces = cursor.take_partial_tab();
        let left =
            (spaces > 0).then(|| Piece { text: at as u32, source: view.source(tab), source_end: view.source(tab) + 1 });
        text.extend(std::iter::repeat_n(' ', spaces));
        let from = start + cursor.offset;
        let rest = text.len() as u32;
        text.push_str(view.text[from..end].trim_end_matches(['\n', '\r']));
        text.push('\n');
        // A last line without a line end gets one; a line with nothing left still needs a place.
        let empty = (from == end && spaces == 0).then(|| Piece {
            text: at as u32,
            source: view.span(from, from).start,
            source_end: view.span(from, from).start,
        });
        map.push_line((text.len() - at) as u32, left.into_iter().chain(empty).chain(view.pieces(from, end, rest)));
    }
    (text, map)
}
