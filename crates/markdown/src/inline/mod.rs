//! Inline content of one block, with exact places.
//!
//! comrak reads inline content as well, but its columns drift behind escaped pipes, links over several lines and
//! link definitions, so that an edit by them would hit the wrong bytes. This reader works on the block's text and
//! never forgets an offset. It has CommonMark's rules (delimiter stack, bracket stack) and GFM's bare links,
//! strikethrough and footnotes; each construct is scanned with a bound, so that no input takes quadratic time.

mod address;
mod emit;
mod scan;

use std::ops::Range;

use crate::decode::decode;
use crate::definitions::Labels;

/// A piece of inline content, as a range of the block's text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Code(String),
    Link { text: String, target: Target },
    Image { alt: String, target: Target },
    Undefined { label: String },
    Footnote { label: String },
    Html,
    Break,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The range of the destination, and what is put before it (`mailto:`).
    Inline {
        url: Range<usize>,
        prefix: &'static str,
        title: Range<usize>,
    },
    Reference {
        label: Range<usize>,
        definition: usize,
    },
}

/// What is known of the whole document.
pub(crate) struct Known<'k> {
    pub(crate) labels: &'k Labels,
    pub(crate) footnotes: &'k Labels,
}

pub(crate) fn parse(text: &str, known: &Known<'_>) -> Vec<Piece> {
    emit::pieces(text, scan::tokens(text, known))
}

/// The text of inline content without markup, as a heading's anchor is made from.
pub(crate) fn plain(text: &str, pieces: &[Piece]) -> String {
    let mut plain = String::new();
    for piece in pieces {
        match &piece.kind {
            Kind::Text => plain.push_str(&decode(&text[piece.range.clone()])),
            Kind::Code(code) => plain.push_str(code),
            Kind::Break => plain.push(' '),
            _ => {}
        }
    }
    plain
}

#[derive(Debug)]
struct Token {
    kind: TokenKind,
    start: usize,
    end: usize,
}

#[derive(Debug)]
enum TokenKind {
    /// Characters that a reader sees; also delimiters that found no partner.
    Text,
    Code(Range<usize>),
    Html,
    Break,
    Footnote(Range<usize>),
    /// A link or image over the tokens that follow, up to its end.
    Link {
        image: bool,
        target: Target,
        text_end: usize,
    },
    Autolink {
        url: Range<usize>,
        prefix: &'static str,
    },
    Undefined {
        label: Range<usize>,
    },
}
