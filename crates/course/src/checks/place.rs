//! What stands at an offset of a document.

use etude_markdown::{Block, BlockId, BlockKind, Document, InlineKind};
use etude_text::Span;

/// The innermost block around `offset`.
pub(super) fn block(document: &Document, offset: u32) -> Option<(BlockId, &Block)> {
    let before = document.blocks.partition_point(|block| block.span.start <= offset);
    let mut id = BlockId(before.checked_sub(1)? as u32);
    loop {
        let block = document.block(id);
        if block.span.start <= offset && offset < block.span.end {
            return Some((id, block));
        }
        id = block.parent?;
    }
}

/// Whether `offset` lies in code: a fence, an indented block or `code` in a line.
pub(super) fn in_code(document: &Document, offset: u32) -> bool {
    block(document, offset).is_some_and(|(_, block)| is_code(block) || inline_code(block, offset))
}

pub(super) fn is_code(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Code(_) | BlockKind::IndentedCode(_))
}

pub(super) fn inline_code(block: &Block, offset: u32) -> bool {
    let at = Span::empty(offset);
    block.inlines.iter().any(|inline| matches!(inline.kind, InlineKind::Code(_)) && inline.span.contains(at))
}

/// Whether `offset` lies in an HTML comment.
pub(super) fn in_comment(document: &Document, text: &str, offset: u32) -> bool {
    let Some((_, block)) = block(document, offset) else { return false };
    let html = match block.kind {
        BlockKind::Html => Some(block.span),
        _ => {
            let at = Span::empty(offset);
            let mut html = block.inlines.iter().filter(|inline| matches!(inline.kind, InlineKind::Html));
            html.find(|inline| inline.span.contains(at)).map(|inline| inline.span)
        }
    };
    let Some(html) = html else { return false };
    let before = &text[html.start as usize..offset as usize];
    before.rfind("<!--").is_some_and(|open| !before[open..].contains("-->"))
}
