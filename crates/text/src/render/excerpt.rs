use std::ops::Range;

use super::region::last_offset;
use super::visible::{push_visible, visible_width};
use crate::{Source, Span};

/// How many lines one excerpt may reach over. Drawing costs time per line even when the lines are folded away, and
/// nobody follows an arrow further than this.
const MAX_LINES: u32 = 200;

/// Stands where a line was cut.
const CUT: &str = "...";

/// A run of lines around some spans, as it will be shown: cut to a width and made visible.
pub(crate) struct Excerpt {
    pub(crate) first_line: u32,
    /// Ends with `\n`, so that an offset at the end of the last line still belongs to that line.
    pub(crate) text: String,
    /// The spans given, in the same order, as ranges of `text`.
    pub(crate) spans: Vec<Range<usize>>,
}

impl Excerpt {
    /// The lines that `spans` touch and all between. Only these lines are read, and of a long line only the part shown.
    pub(crate) fn new(source: &Source, spans: &[Span], columns: usize) -> Self {
        let lines: Vec<(u32, u32)> = spans.iter().map(|&span| lines_of(source, span)).collect();
        let first_line = lines.iter().map(|&(first, _)| first).min().unwrap_or(1);
        let last_line = lines.iter().map(|&(_, last)| last).max().unwrap_or(1);
        let mut text = String::new();
        let mut places = vec![0..0; spans.len()];
        for number in first_line..=last_line {
            let bounds = line_bounds(source, number);
            let focus = spans.iter().zip(&lines).find(|&(_, &(first, last))| first == number || last == number);
            let focus = focus.map_or(bounds.start..bounds.start, |(span, _)| clamp(span.range(), &bounds));
            let shown = cut(source.text(), &bounds, &focus, columns);
            for ((span, &(first, last)), place) in spans.iter().zip(&lines).zip(&mut places) {
                let span = clamp(span.range(), &bounds);
                if first == number {
                    place.start = text.len() + shown.place(source.text(), span.start);
                }
                if last == number {
                    place.end = text.len() + shown.place(source.text(), span.end);
                }
            }
            text.push_str(&shown.text);
            text.push('\n');
        }
        Self { first_line, text, spans: places }
    }
}

/// The span as it can be drawn: on whole characters, inside the last line, and without line ends at its end, so that
/// it ends on the line of its last character.
pub(crate) fn drawable(source: &Source, span: Span) -> Span {
    let text = source.text();
    let start = text.floor_char_boundary((span.start as usize).min(last_offset(text)));
    let end = text.ceil_char_boundary(span.end as usize).max(start);
    Span::at(start..start + text[start..end].trim_end_matches(['\n', '\r']).len())
}

/// Whether two spans are near enough to stand in one excerpt.
pub(crate) fn near(source: &Source, a: Span, b: Span) -> bool {
    let (a, b) = (lines_of(source, a), lines_of(source, b));
    a.1.max(b.1) - a.0.min(b.0) < MAX_LINES
}

/// The span itself, or if it is too long its first line, and the number of the line where it really ends.
pub(crate) fn shorten(source: &Source, span: Span) -> (Span, Option<u32>) {
    let (first, last) = lines_of(source, span);
    if last - first < MAX_LINES {
        return (span, None);
    }
    let end = line_bounds(source, first).end;
    (Span::at(span.start as usize..end.max(span.start as usize)), Some(last))
}

fn lines_of(source: &Source, span: Span) -> (u32, u32) {
    (source.line(span.start), source.line(span.end))
}

/// The bytes of a line without its line end.
fn line_bounds(source: &Source, number: u32) -> Range<usize> {
    let start = source.lines().span(number).start as usize;
    start..start + source.line_text(number).len()
}

fn clamp(range: Range<usize>, bounds: &Range<usize>) -> Range<usize> {
    range.start.clamp(bounds.start, bounds.end)..range.end.clamp(bounds.start, bounds.end)
}

/// A line as it is shown, and which of its bytes that is.
struct Cut {
    text: String,
    from: usize,
    to: usize,
    cut_start: bool,
}

impl Cut {
    /// Where in the shown text a byte of the source stands; what was cut off stands at the near edge.
    fn place(&self, source: &str, offset: usize) -> usize {
        if offset < self.from {
            0
        } else if offset > self.to {
            self.text.len()
        } else {
            let mut before = if self.cut_start { CUT.to_owned() } else { String::new() };
            source[self.from..offset].chars().for_each(|c| push_visible(&mut before, c));
            before.len()
        }
    }
}

/// The part of a line around `focus` that fits into `columns`. Walks outwards from the focus, so that the length of
/// the line does not matter.
fn cut(source: &str, line: &Range<usize>, focus: &Range<usize>, columns: usize) -> Cut {
    let before = &source[line.start..focus.start];
    let after = &source[focus.start..line.end];
    let left = reach(before.chars().rev(), columns);
    let right = reach(after.chars(), columns);
    let (from, to) = if left.all && right.all && left.columns + right.columns <= columns {
        (line.start, line.end)
    } else {
        // A third of the room goes to what leads up to the focus, unless one side needs less.
        let room_right = columns - left.columns.min(columns / 3);
        let to = if right.all && right.columns <= room_right {
            line.end
        } else {
            focus.start + reach(after.chars(), room_right.saturating_sub(CUT.len())).bytes
        };
        let used = if to == line.end { right.columns } else { room_right };
        let room_left = columns.saturating_sub(used);
        let from = if left.all && left.columns <= room_left {
            line.start
        } else {
            focus.start - reach(before.chars().rev(), room_left.saturating_sub(CUT.len())).bytes
        };
        (from, to)
    };
    let mut text = String::new();
    if from > line.start {
        text.push_str(CUT);
    }
    source[from..to].chars().for_each(|c| push_visible(&mut text, c));
    if to < line.end {
        text.push_str(CUT);
    }
    Cut { text, from, to, cut_start: from > line.start }
}

struct Reach {
    columns: usize,
    bytes: usize,
    /// Whether there is nothing beyond.
    all: bool,
}

/// How far characters go before they fill `columns`.
fn reach(characters: impl Iterator<Item = char>, columns: usize) -> Reach {
    let mut reached = Reach { columns: 0, bytes: 0, all: true };
    for (count, c) in characters.enumerate() {
        let wide = visible_width(c);
        // The count bounds a line of characters that take no room at all.
        if reached.columns + wide > columns || count > 4 * columns {
            reached.all = false;
            break;
        }
        reached.columns += wide;
        reached.bytes += c.len_utf8();
    }
    reached
}
