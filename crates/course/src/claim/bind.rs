//! Which snippet a claim is about.

use std::collections::HashMap;
use std::sync::LazyLock;

use etude_markdown::{BlockId, BlockKind, Document, InlineKind};
use etude_text::Span;
use regex::Regex;

use super::Subject;
use super::which::Which;
use crate::section::{Section, SectionId};
use crate::snippet::{Lang, Pair, Snippet};

static SENTENCE_END: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[.!?]\s+").expect("a valid expression"));

static AHEAD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(?-u:\b)(?:following|below|next)(?-u:\b)").expect("a valid expression"));

static BEHIND: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(?-u:\b)(?:above|previous|earlier|last)(?-u:\b)").expect("a valid expression"));

pub(super) struct Binder<'a> {
    text: &'a str,
    document: &'a Document,
    sections: &'a [Section],
    pub(super) snippets: &'a [Snippet],
    /// The first snippet of each file name.
    titles: HashMap<&'a str, usize>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(text: &'a str, document: &'a Document, sections: &'a [Section], snippets: &'a [Snippet]) -> Self {
        let mut titles = HashMap::new();
        for snippet in snippets {
            if let Some(title) = &snippet.title {
                titles.entry(title.name.as_str()).or_insert(snippet.index);
            }
        }
        Self { text, document, sections, snippets, titles }
    }

    fn section(&self, offset: u32) -> SectionId {
        SectionId(self.sections.partition_point(|section| section.own.start <= offset).max(1) as u32 - 1)
    }

    /// The snippets of a section, those of its subsections left out.
    fn own(&self, section: SectionId) -> &'a [Snippet] {
        let start = self.snippets.partition_point(|snippet| snippet.section < section);
        let end = self.snippets.partition_point(|snippet| snippet.section <= section);
        &self.snippets[start..end]
    }

    /// The nearest snippet in the claim's own section: the one that its sentence announces, else the one before, else the
    /// one that its paragraph introduces.
    pub(super) fn nearest(&self, span: Span, wanted: impl Fn(&Snippet) -> bool) -> Option<usize> {
        let own = self.own(self.section(span.start));
        let (before, after) = own.split_at(own.partition_point(|snippet| snippet.span.start < span.start));
        let fits = |snippet: &&Snippet| wanted(snippet) && self.same_item(snippet, span);
        let before = before.iter().rev().filter(|snippet| snippet.span.end <= span.start).find(fits);
        let introduced = after.first().filter(|snippet| self.introduces(span, snippet)).filter(fits);
        let announced = introduced.filter(|snippet| self.announces(span, snippet));
        announced.or(before).or(introduced).map(|snippet| self.runnable_twin(snippet.index))
    }

    /// Whether nothing stands between the block that `span` is in and the snippet.
    fn introduces(&self, span: Span, snippet: &Snippet) -> bool {
        let before = snippet.block.0.checked_sub(1).map(BlockId);
        before.is_some_and(|before| self.document.block(before).span.contains(span))
    }

    /// Whether the sentence around `span` says that it is about what comes: "this takes 3 s:", "the following takes".
    fn announces(&self, span: Span, snippet: &Snippet) -> bool {
        let Some(block) = snippet.block.0.checked_sub(1).map(BlockId) else { return false };
        let text = self.document.block(block).span.slice(self.text);
        let at = |offset: u32| (offset.saturating_sub(self.document.block(block).span.start) as usize).min(text.len());
        let (Some(before), Some(after)) = (text.get(..at(span.start)), text.get(at(span.start)..)) else {
            return false;
        };
        let from = SENTENCE_END.find_iter(before).last().map_or(0, |found| found.end());
        let to = SENTENCE_END.find(after).map_or(text.len(), |found| at(span.start) + found.start());
        let sentence = &text[from..to];
        (sentence.trim_end().ends_with(':') || AHEAD.is_match(sentence)) && !BEHIND.is_match(sentence)
    }

    /// The snippet that stands for a file.
    pub(super) fn titled(&self, name: &str) -> Option<usize> {
        self.titles.get(name).copied()
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

    /// The one of two or three programs of a section that a sentence means; `None` where that is not plain.
    pub(super) fn meant(&self, span: Span, which: &Which) -> Option<usize> {
        let acts = |it: &&Snippet| it.runs() && it.python.as_ref().is_some_and(|module| module.usage.acts);
        let all: Vec<&Snippet> = self.own(self.section(span.start)).iter().filter(acts).collect();
        let found = match which {
            _ if !(2..=3).contains(&all.len()) => None,
            Which::Nth(nth) => all.get(*nth).copied(),
            Which::Asynchronous(wanted) => {
                let fits = |it: &&&Snippet| {
                    ["async ", "await ", "asyncio."].iter().any(|word| it.code.contains(word)) == *wanted
                };
                let mut fitting = all.iter().filter(fits);
                fitting.next().copied().filter(|_| fitting.next().is_none())
            }
            Which::Unclear => None,
        };
        found.map(|it| it.index)
    }

    /// The snippets whose files the block names in code, in order: "confirm that `a.py` takes 3 s and `b.py` 2 s".
    pub(super) fn named(&self, block: BlockId) -> Vec<usize> {
        let mut named = Vec::new();
        for inline in &self.document.block(block).inlines {
            let InlineKind::Code(code) = &inline.kind else { continue };
            let Some(word) = code.split_whitespace().find(|word| word.contains('.')) else { continue };
            if let Some(index) = self.titled(word)
                && !named.contains(&index)
            {
                named.push(index);
            }
        }
        named
    }

    /// The Python whose lines a text talks about: shown in the section or in one around it, or, for a label such as
    /// "**Line 12**: …", the last one before. "Line 3" elsewhere may as well be a queue or a train.
    pub(super) fn shown(&self, span: Span, label: bool) -> Option<usize> {
        let python = |snippet: &&Snippet| snippet.lang == Lang::Python && snippet.span.end <= span.start;
        let mut at = Some(self.section(span.start));
        while let Some(id) = at {
            let section = &self.sections[id.0 as usize];
            // Code right under the title of a lesson is not what all of the lesson is about.
            if (section.level > 1 || section.own.contains(span))
                && let Some(found) = self.own(id).iter().rev().find(python)
            {
                return Some(found.index);
            }
            at = section.parent;
        }
        let before = self.snippets.partition_point(|snippet| snippet.span.start < span.start);
        self.snippets[..before].iter().rev().find(python).filter(|_| label).map(|snippet| snippet.index)
    }

    /// Of two forms for two platforms, the one that can be run here.
    fn runnable_twin(&self, index: usize) -> usize {
        match self.snippets[index].pair {
            Some(Pair::Platform(other)) if self.snippets[index].lang == Lang::PowerShell => other,
            _ => index,
        }
    }
}
