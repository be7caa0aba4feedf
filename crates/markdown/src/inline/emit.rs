//! From tokens to pieces: what a reader sees, and the links and images around it.

use std::ops::Range;

use super::address::bare_link;
use super::{Kind, Piece, Target, Token, TokenKind};
use crate::decode::decode;

/// Links deeper than this inside images collect no text: each would repeat that of all inside it.
const MAX_TEXTS: usize = 4;

pub(super) fn pieces(text: &str, tokens: Vec<Token>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(tokens.len());
    // Links that are open: their piece, where their text ends, where they end.
    let mut open: Vec<(usize, usize, usize)> = Vec::new();
    let mut run: Option<Range<usize>> = None;
    for token in tokens {
        // Delimiters that were used up; they may have moved past the end of the link they closed in.
        if token.start == token.end {
            continue;
        }
        // Tokens that a link's destination swallowed do not exist; what starts behind its text is outside.
        while let Some(&(_, _, end)) = open.last().filter(|&&(_, text_end, _)| token.start >= text_end) {
            flush(text, &mut run, &mut out, &open);
            open.pop();
            debug_assert!(token.start >= end);
        }
        if matches!(token.kind, TokenKind::Text) {
            match &mut run {
                Some(run) if run.end == token.start => run.end = token.end,
                _ => {
                    flush(text, &mut run, &mut out, &open);
                    run = Some(token.start..token.end);
                }
            }
            continue;
        }
        flush(text, &mut run, &mut out, &open);
        let range = token.start..token.end;
        let hidden = in_image(&open, &out);
        let mut inside = None;
        let kind = match token.kind {
            TokenKind::Text => continue,
            TokenKind::Code(inside) => {
                let code = code_text(&text[inside]);
                show(&mut out, &open, &code);
                Kind::Code(code)
            }
            TokenKind::Html => Kind::Html,
            TokenKind::Break => {
                show(&mut out, &open, " ");
                Kind::Break
            }
            TokenKind::Footnote(label) => Kind::Footnote { label: text[label].to_owned() },
            TokenKind::Autolink { url, prefix } => {
                let shown = text[url.clone()].to_owned();
                show(&mut out, &open, &shown);
                inside = Some(url.clone());
                Kind::Link { text: shown, target: Target::Inline { title: url.end..url.end, url, prefix } }
            }
            TokenKind::Link { image, target, text_end } => {
                open.push((out.len(), text_end, range.end));
                if image {
                    Kind::Image { alt: String::new(), target }
                } else {
                    Kind::Link { text: String::new(), target }
                }
            }
            TokenKind::Undefined { label } => Kind::Undefined { label: definitions_label(&text[label]) },
        };
        if !hidden || matches!(kind, Kind::Link { .. } | Kind::Image { .. } | Kind::Undefined { .. }) {
            out.push(Piece { kind, range });
            out.extend(inside.filter(|_| !hidden).map(|range| Piece { kind: Kind::Text, range }));
        }
    }
    flush(text, &mut run, &mut out, &open);
    out
}

fn in_link(open: &[(usize, usize, usize)], out: &[Piece]) -> bool {
    open.iter().take(MAX_TEXTS).any(|&(index, ..)| matches!(out[index].kind, Kind::Link { .. }))
}

/// What stands in an image is its description, not text on the page.
fn in_image(open: &[(usize, usize, usize)], out: &[Piece]) -> bool {
    open.iter().take(MAX_TEXTS).any(|&(index, ..)| matches!(out[index].kind, Kind::Image { .. }))
}

/// A label as it is written, on one line.
fn definitions_label(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Adds to the text of the links that are open.
fn show(out: &mut [Piece], open: &[(usize, usize, usize)], shown: &str) {
    for &(index, ..) in open.iter().take(MAX_TEXTS) {
        if let Kind::Link { text, .. } | Kind::Image { alt: text, .. } = &mut out[index].kind {
            text.push_str(shown);
        }
    }
}

fn flush(text: &str, run: &mut Option<Range<usize>>, out: &mut Vec<Piece>, open: &[(usize, usize, usize)]) {
    let Some(range) = run.take() else { return };
    if !open.is_empty() {
        show(out, open, &decode(&text[range.clone()]));
        if in_image(open, out) {
            return;
        }
    }
    let mut start = range.start;
    if !in_link(open, out) {
        while let Some((link, prefix)) = bare_link(text, start..range.end) {
            if link.start > start {
                out.push(Piece { kind: Kind::Text, range: start..link.start });
            }
            start = link.end;
            let target = Target::Inline { url: link.clone(), prefix, title: link.end..link.end };
            let shown = text[link.clone()].to_owned();
            out.push(Piece { kind: Kind::Link { text: shown, target }, range: link.clone() });
            out.push(Piece { kind: Kind::Text, range: link });
        }
    }
    if start < range.end {
        out.push(Piece { kind: Kind::Text, range: start..range.end });
    }
}

/// The text of a code span: line ends are spaces, and one space is taken off at both ends.
fn code_text(inside: &str) -> String {
    let code = inside.replace('\n', " ");
    match code.strip_prefix(' ').and_then(|code| code.strip_suffix(' ')) {
        Some(trimmed) if !trimmed.trim_matches(' ').is_empty() => trimmed.to_owned(),
        _ => code,
    }
}
