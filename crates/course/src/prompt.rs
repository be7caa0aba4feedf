//! `<prompt>…</prompt>` in outline templates: what a language model is to write, and in which form it stands.

use std::sync::LazyLock;

use etude_markdown::{BlockId, BlockKind, Document, InlineKind};
use etude_text::Span;
use regex::Regex;

/// How a prompt stands in its outline, which decides what its answer replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PromptForm {
    /// A line of its own at the margin, in quotes: replaced as a whole.
    Block,
    /// A line of its own inside a list item.
    Child,
    /// Behind a label or other text.
    Inline,
    /// A comment in a code fence: replaced by code at the comment's indentation.
    Comment,
}

impl PromptForm {
    pub fn as_str(self) -> &'static str {
        match self {
            PromptForm::Block => "block",
            PromptForm::Child => "child",
            PromptForm::Inline => "inline",
            PromptForm::Comment => "comment",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    pub form: PromptForm,
    pub text: String,
    /// From `<prompt>` to `</prompt>`.
    pub span: Span,
}

static PROMPT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)<prompt>(.*?)</prompt>").expect("a valid expression"));

/// Every prompt of a document. A `<prompt>` inside inline code only talks about prompts.
pub(crate) fn prompts(text: &str, document: &Document) -> Vec<Prompt> {
    if !text.contains("<prompt>") {
        return Vec::new();
    }
    PROMPT
        .captures_iter(text)
        .filter_map(|found| {
            let whole = found.get(0)?;
            let span = Span::at(whole.range());
            let place = Place::of(document, span)?;
            let line_start = text[..whole.start()].rfind('\n').map_or(0, |at| at + 1);
            let before = &text[line_start..whole.start()];
            let line_end = text[whole.end()..].find('\n').map_or(text.len(), |at| whole.end() + at);
            let after = text[whole.end()..line_end].trim_end();
            let alone = matches!((before.trim_start(), after), ("\"", "\"") | ("", ""));
            let form = match place {
                Place::Code => PromptForm::Comment,
                Place::Prose if !alone => PromptForm::Inline,
                Place::Prose if before.starts_with([' ', '\t']) => PromptForm::Child,
                Place::Prose => PromptForm::Block,
            };
            Some(Prompt { form, text: found[1].trim().to_owned(), span })
        })
        .collect()
}

enum Place {
    Code,
    Prose,
}

impl Place {
    fn of(document: &Document, span: Span) -> Option<Place> {
        let innermost = document.blocks.partition_point(|block| block.span.start <= span.start);
        let mut id = BlockId(innermost.checked_sub(1)? as u32);
        while !document.block(id).span.contains(span) {
            match document.block(id).parent {
                Some(parent) => id = parent,
                None => return Some(Place::Prose),
            }
        }
        let block = document.block(id);
        if matches!(block.kind, BlockKind::Code(_) | BlockKind::IndentedCode(_)) {
            return Some(Place::Code);
        }
        let quoted = block
            .inlines
            .iter()
            .any(|inline| matches!(inline.kind, InlineKind::Code(_)) && inline.span.contains(Span::empty(span.start)));
        (!quoted).then_some(Place::Prose)
    }
}
