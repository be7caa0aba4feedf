use etude_text::Span;

use crate::blocks::{Builder, Leaf};
use crate::code::View;
use crate::decode::decode;
use crate::inline::{self, Kind, Known, Target};
use crate::slug::Slugs;
use crate::text_map::map_span;
use crate::{BlockKind, Document, Inline, InlineKind, front_matter};

/// Reads any text as Markdown. Never fails: what is odd is in `Document::problems`.
pub fn parse(text: &str) -> Document {
    let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut builder = Builder::new(text);
    let mut start = bom;
    if let Some(found) = front_matter::parse(text, bom) {
        start = found.end;
        builder.document.front_matter = Some(found.front_matter);
        builder.document.problems.extend(found.problem);
    }
    builder.view(&View::of_source(&text[start..], start), None, 0);
    inlines(&mut builder);
    let mut document = builder.document;
    document.definitions.sort_by_key(|definition| definition.span.start);
    document.problems.sort_by_key(|problem| problem.span);
    document
}

/// Reads the inline content of all blocks, now that every definition is known.
fn inlines(builder: &mut Builder<'_>) {
    let mut slugs = Slugs::default();
    let leaves = std::mem::take(&mut builder.leaves);
    let known = Known { labels: &builder.labels, footnotes: &builder.footnotes };
    for Leaf { block, text, pieces } in leaves.list {
        let text = &leaves.text[text];
        let pieces = &leaves.pieces[pieces];
        let span = |range: std::ops::Range<usize>| map_span(pieces, text.len() as u32, Span::at(range));
        let found = inline::parse(text, &known);
        if let BlockKind::Heading(heading) = &mut builder.document.blocks[block.0 as usize].kind {
            heading.text = inline::plain(text, &found);
            heading.slug = slugs.unique(&heading.text);
        }
        let definitions = &builder.document.definitions;
        let target = |target: Target| match target {
            Target::Inline { url, prefix, title } => {
                let address = format!("{prefix}{}", decode(&text[url.clone()]));
                (address, decode(&text[title]).into_owned(), Some(span(url)), None)
            }
            Target::Reference { label, definition } => {
                let definition = &definitions[definition];
                (definition.url.clone(), definition.title.clone(), None, Some(text[label].to_owned()))
            }
        };
        let inlines = found.into_iter().map(|piece| Inline {
            span: span(piece.range),
            kind: match piece.kind {
                Kind::Text => InlineKind::Text,
                Kind::Code(code) => InlineKind::Code(code),
                Kind::Html => InlineKind::Html,
                Kind::Break => InlineKind::Break,
                Kind::Undefined { label } => InlineKind::UndefinedReference { label },
                Kind::Footnote { label } => InlineKind::FootnoteReference { label },
                Kind::Link { text, target: to } => {
                    let (url, title, url_span, reference) = target(to);
                    InlineKind::Link { text, url, title, url_span, reference }
                }
                Kind::Image { alt, target: to } => {
                    let (url, _, url_span, _) = target(to);
                    InlineKind::Image { alt, url, url_span }
                }
            },
        });
        let inlines = inlines.collect();
        builder.document.blocks[block.0 as usize].inlines = inlines;
    }
}
