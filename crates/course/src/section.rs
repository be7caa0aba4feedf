//! Sections: what a heading begins.

use etude_markdown::{BlockId, BlockKind, Document};
use etude_text::Span;

/// Index into `Lesson::sections`. The first is what stands before any heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId(pub u32);

/// A heading and what belongs to it.
#[derive(Clone, Debug)]
pub struct Section {
    /// `None` only for the part before the first heading.
    pub heading: Option<BlockId>,
    /// 0 for the part before the first heading.
    pub level: u8,
    pub title: String,
    pub slug: String,
    pub parent: Option<SectionId>,
    /// From the heading to the next heading of its level or a higher one.
    pub span: Span,
    /// From the heading to the next heading of any level.
    pub own: Span,
}

/// Cuts a document into sections by its top-level headings; headings inside quotes, lists and directives begin none.
pub(crate) fn sections(document: &Document, len: u32) -> Vec<Section> {
    let mut sections = vec![Section {
        heading: None,
        level: 0,
        title: String::new(),
        slug: String::new(),
        parent: None,
        span: Span::new(0, len),
        own: Span::new(0, len),
    }];
    let mut open = vec![0usize];
    for (id, block) in document.iter() {
        let BlockKind::Heading(heading) = &block.kind else { continue };
        if block.parent.is_some() {
            continue;
        }
        let start = block.span.start;
        if let Some(last) = sections.last_mut() {
            last.own.end = start;
        }
        while let Some(closed) = open.pop_if(|&mut index| sections[index].level >= heading.level) {
            sections[closed].span.end = start;
        }
        // Level 0 is never closed: the part before the first heading holds all others.
        let parent = open.last().copied().unwrap_or_default();
        open.push(sections.len());
        sections.push(Section {
            heading: Some(id),
            level: heading.level,
            title: heading.text.clone(),
            slug: heading.slug.clone(),
            parent: Some(SectionId(parent as u32)),
            span: Span::new(start, len),
            own: Span::new(start, len),
        });
    }
    sections
}
