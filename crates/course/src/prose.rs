//! Prose with everything masked that is not wording, byte for byte, so that what is found in it has exact spans.

use etude_markdown::{Block, InlineKind};
use etude_text::Span;

/// The wording of one block: as long as the block, with markup, code, link targets and HTML blanked out.
pub(crate) struct Prose {
    /// Where the block starts in the source.
    pub(crate) start: u32,
    pub(crate) text: String,
}

impl Prose {
    pub(crate) fn of(source: &str, block: &Block) -> Self {
        let mut bytes = block.span.slice(source).as_bytes().to_vec();
        let start = block.span.start;
        let mut blank = |span: Span| {
            let from = span.start.saturating_sub(start) as usize;
            let to = (span.end.saturating_sub(start) as usize).min(bytes.len());
            if from < to {
                bytes[from..to].fill(b' ');
            }
        };
        for inline in &block.inlines {
            match &inline.kind {
                InlineKind::Code(_) | InlineKind::Html | InlineKind::Image { .. } => blank(inline.span),
                InlineKind::Link { url_span: Some(url), .. } => blank(*url),
                _ => {}
            }
        }
        for at in 0..bytes.len() {
            let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            let inside_word = at > 0 && word(bytes.get(at - 1)) && word(bytes.get(at + 1));
            match bytes[at] {
                b'*' | b'`' => bytes[at] = b' ',
                b'_' if !inside_word => bytes[at] = b' ',
                b'\n' | b'\r' | b'\t' => bytes[at] = b' ',
                _ => {}
            }
        }
        // Only whole characters were blanked: inline spans end on character boundaries.
        let text = String::from_utf8(bytes).unwrap_or_default();
        Self { start, text }
    }

    /// The same with quoted words blanked out as well: they are mentioned, not claimed.
    pub(crate) fn without_quotes(&self) -> Prose {
        let mut text = String::with_capacity(self.text.len());
        let mut closing = None;
        for (at, char) in self.text.char_indices() {
            let ends = closing == Some(char);
            let opens = match (closing, char) {
                (None, '“') => Some('”'),
                (None, '«') => Some('»'),
                (None, '"') => Some('"'),
                _ => None,
            };
            let opens = opens.filter(|&end| self.text[at + char.len_utf8()..].contains(end));
            if opens.is_some() {
                closing = opens;
            } else if ends {
                closing = None;
            }
            if opens.is_some() || ends || closing.is_some() {
                text.extend(std::iter::repeat_n(' ', char.len_utf8()));
            } else {
                text.push(char);
            }
        }
        Prose { start: self.start, text }
    }

    pub(crate) fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::at(range).shift(self.start)
    }

    /// The sentence around `at`, as a range of the text.
    pub(crate) fn sentence(&self, at: usize) -> std::ops::Range<usize> {
        let ends = |index: &usize| {
            let rest = &self.text.as_bytes()[*index..];
            matches!(rest[0], b'.' | b'!' | b'?') && rest.get(1).is_none_or(u8::is_ascii_whitespace)
        };
        let start = (0..at).rev().find(ends).map_or(0, |index| index + 1);
        let end = (at..self.text.len()).find(ends).map_or(self.text.len(), |index| index + 1);
        start..end
    }
}
