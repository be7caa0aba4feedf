use crate::{Position, Source, Span};

/// From where to where something is, as people count. The end is exclusive: the place after the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) start: Position,
    pub(crate) end: Position,
}

impl Region {
    /// Where to point. What lies after the final line end is shown at the end of the last line, since viewers refuse a
    /// line that the file does not have.
    pub(crate) fn shown(source: &Source, span: Span) -> Self {
        let last = last_offset(source.text()) as u32;
        Self::exact(source, Span::new(span.start.min(last), span.end.min(last)))
    }

    /// Where exactly the bytes are, for an edit.
    pub(crate) fn exact(source: &Source, span: Span) -> Self {
        let start = source.position(span.start);
        let end = if span.is_empty() { start } else { source.position(span.end) };
        Self { start, end }
    }
}

/// The end of the last line: before the final line end if there is one.
pub(crate) fn last_offset(text: &str) -> usize {
    let line_end = match text.as_bytes() {
        [.., b'\r', b'\n'] => 2,
        [.., b'\r' | b'\n'] => 1,
        _ => 0,
    };
    text.len() - line_end
}
