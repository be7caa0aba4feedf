//! Which snippet a claim is about.

use etude_markdown::{BlockId, BlockKind, Document, InlineKind};
use etude_text::Span;

use super::Subject;
use crate::section::{Section, SectionId};
use crate::snippet::{Lang, Pair, Snippet};

pub(super) struct Binder<'a> {
    pub(super) document: &'a Document,
    pub(super) sections: &'a [Section],
    pub(super) snippets: &'a [Snippet],
}

impl Binder<'_> {
    fn section(&self, offset: u32) -> SectionId {
        SectionId(self.sections.partition_point(|section| section.own.start <= offset).max(1) as u32 - 1)
    }

    /// The nearest snippet in the claim's own section: the one before, else the one its paragraph introduces.
    pub(super) fn nearest(&self, span: Span, wanted: impl Fn(&Snippet) -> bool) -> Option<usize> {
        let section = self.section(span.start);
        let near = |snippet: &&Snippet| snippet.section == section && self.same_item(snippet, span);
        let own = || self.snippets.iter().filter(near);
        let before = own().rev().find(|snippet| snippet.span.end <= span.start && wanted(snippet));
        let introduced = || own().find(|snippet| snippet.span.start >= span.end && wanted(snippet));
        before.or_else(introduced).map(|snippet| self.runnable_twin(snippet.index))
    }

    /// What is said in one item of a list is not about the code in another.
    fn same_item(&self, snippet: &Snippet, span: Span) -> bool {
        let mut items =
            self.document.ancestors(snippet.block).filter(|(_, block)| matches!(block.kind, BlockKind::Item(_)));
        items.all(|(_, item)| item.span.contains(span))
    }

    /// Something that runs, for a claim about what a run does.
    pub(super) fn run(&self, span: Span) -> Subject {
        let found = self.nearest(span, |snippet| snippet.runs() || snippet.lang == Lang::PowerShell);
        found.map_or(Subject::Lesson, Subject::Snippet)
    }

    /// The snippets whose files the block names in code, in order: "confirm that `a.py` takes 3 s and `b.py` 2 s".
    pub(super) fn named(&self, block: BlockId) -> Vec<usize> {
        let mut named = Vec::new();
        for inline in &self.document.block(block).inlines {
            let InlineKind::Code(code) = &inline.kind else { continue };
            let Some(word) = code.split_whitespace().find(|word| word.contains('.')) else { continue };
            let titled = |snippet: &&Snippet| snippet.title.as_ref().is_some_and(|title| title.name == word);
            if let Some(snippet) = self.snippets.iter().find(titled)
                && !named.contains(&snippet.index)
            {
                named.push(snippet.index);
            }
        }
        named
    }

    /// The Python whose lines a text talks about: shown in the section or in one around it, or, for a label such as
    /// "**Line 12**: …", the last one before. "Line 3" elsewhere may as well be a queue or a train.
    pub(super) fn shown(&self, span: Span, label: bool) -> Option<usize> {
        let python = |snippet: &&Snippet| snippet.lang == Lang::Python && snippet.span.end <= span.start;
        let near = |snippet: &&Snippet| {
            let section = &self.sections[snippet.section.0 as usize];
            // Code right under the title of a lesson is not what all of the lesson is about.
            label || if section.level > 1 { section.span } else { section.own }.contains(span)
        };
        self.snippets.iter().rev().filter(python).find(near).map(|snippet| snippet.index)
    }

    /// Of two forms for two platforms, the one that can be run here.
    fn runnable_twin(&self, index: usize) -> usize {
        match self.snippets[index].pair {
            Some(Pair::Platform(other)) if self.snippets[index].lang == Lang::PowerShell => other,
            _ => index,
        }
    }
}
