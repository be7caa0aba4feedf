use etude_text::Span;

/// Takes offsets in a dedented text back to the source.
///
/// The text is a row of pieces, each of which stands in the source as it is. A piece is a line, except where a tab
/// belongs partly to the indentation: the spaces that are left of it are a piece that stands for that one byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextMap {
    pieces: Vec<Piece>,
    lines: u32,
    /// The length of the text.
    len: u32,
}

/// A stretch of text and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where it starts in the text.
    pub(crate) text: u32,
    pub(crate) source: u32,
    /// Where it ends in the source, its line end included.
    pub(crate) source_end: u32,
}

impl TextMap {
    /// Appends a line of `len` bytes, its line end included.
    pub(crate) fn push_line(&mut self, len: u32, pieces: impl IntoIterator<Item = Piece>) {
        self.pieces.extend(pieces);
        self.lines += 1;
        self.len += len;
    }

    /// The same map for the text from `offset` on, which must be the start of a line; `lines` of them are left.
    pub(crate) fn skip(&self, offset: u32, lines: u32) -> Self {
        let first = self.pieces.partition_point(|piece| piece.text < offset);
        let pieces = self.pieces[first..].iter().map(|&piece| Piece { text: piece.text - offset, ..piece }).collect();
        Self { pieces, lines, len: self.len - offset.min(self.len) }
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Where the byte at `offset` of the text stands.
    pub fn source(&self, offset: u32) -> u32 {
        source(&self.pieces, offset)
    }

    /// The source of a stretch of the text. What ends with a line end ends with the line end of the source.
    pub fn span(&self, span: Span) -> Span {
        map_span(&self.pieces, self.len, span)
    }

    /// How many lines the text has.
    pub fn lines(&self) -> usize {
        self.lines as usize
    }
}

/// Where the byte at `offset` of the text made of `pieces` stands.
pub(crate) fn source(pieces: &[Piece], offset: u32) -> u32 {
    let index = pieces.partition_point(|piece| piece.text <= offset);
    match index.checked_sub(1).map(|index| pieces[index]) {
        Some(piece) => (piece.source + (offset - piece.text)).min(piece.source_end),
        None => 0,
    }
}

/// `span` of the text of `len` bytes made of `pieces`, in the source.
pub(crate) fn map_span(pieces: &[Piece], len: u32, span: Span) -> Span {
    let start = source(pieces, span.start);
    if span.is_empty() {
        return Span::empty(start);
    }
    // The end belongs to the piece of the byte before it: behind a line end it would otherwise land behind the
    // indentation of the next line.
    let index = pieces.partition_point(|piece| piece.text < span.end);
    let Some(piece) = index.checked_sub(1).map(|index| pieces[index]) else { return Span::empty(start) };
    let piece_end = pieces.get(index).map_or(len, |next| next.text);
    let end = if span.end >= piece_end {
        piece.source_end
    } else {
        (piece.source + (span.end - piece.text)).min(piece.source_end)
    };
    Span::new(start, end.max(start))
}
