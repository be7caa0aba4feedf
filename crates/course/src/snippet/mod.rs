//! Snippets: the fenced blocks of a lesson, and what each of them is.

mod kind;
mod session;
mod settings;
mod title;

use etude_markdown::{BlockId, BlockKind, Code, Document, InfoString, TextMap};
use etude_python as python;
use etude_text::Span;

pub use self::kind::{Lang, SnippetKind};
pub use self::settings::CLOCKS;
pub use self::title::{Title, TitleSource};
use crate::section::{Section, SectionId};

/// A fenced block.
#[derive(Debug)]
pub struct Snippet {
    /// From 0, in the order of the file.
    pub index: usize,
    /// File, heading path, and ordinal under that heading: stable while other sections change.
    pub id: String,
    pub block: BlockId,
    pub section: SectionId,
    /// With its fences.
    pub span: Span,
    pub info: InfoString,
    pub indent: u32,
    pub closed: bool,
    pub lang: Lang,
    pub kind: SnippetKind,
    pub title: Option<Title>,
    /// Dedented, with `\n` line ends.
    pub code: String,
    /// From `code` back to the source.
    pub map: TextMap,
    /// What the parser makes of Python.
    pub python: Option<python::Module>,
    /// The session it runs in, if it shares one with others.
    pub session: Option<String>,
    /// The same thing for another platform, or its other half in a before/after pair.
    pub pair: Option<Pair>,
    pub options: Vec<(String, String)>,
}

/// Two snippets that belong together, told from the one by the index of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// A shell and a PowerShell form of the same commands.
    Platform(usize),
    /// This one shows what was, the other what it becomes.
    Before(usize),
    After(usize),
}

impl Snippet {
    /// `key=value` on the fence or as an option line.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.info.attributes.iter().chain(&self.options).find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub fn flag(&self, name: &str) -> bool {
        self.info.flags.iter().chain(&self.info.classes).any(|flag| flag == name)
    }

    /// The author says that this is not to be run.
    pub fn norun(&self) -> bool {
        ["norun", "no-run", "no_run", "notest", "ignore"].iter().any(|flag| self.flag(flag))
            || self.attribute("eval").is_some_and(|value| value == "false")
            || self.attribute("test").is_some_and(|value| value == "skip")
    }

    /// What the code takes from its surroundings: names, and `await` where it stands outside any function.
    pub fn needs(&self) -> Vec<&str> {
        let Some(module) = &self.python else { return Vec::new() };
        // The names in code that does not parse are guesses.
        if module.errors.iter().any(|error| !error.compiler) {
            return Vec::new();
        }
        let mut needs: Vec<&str> = module.names.needs.keys().map(String::as_str).collect();
        if module.names.top_level_await {
            needs.push("await");
        }
        needs
    }

    pub fn provides(&self) -> Vec<&str> {
        self.python.iter().flat_map(|module| &module.names.provides).map(String::as_str).collect()
    }

    /// `...` on a line of its own stands for code that is left out, unless it is all there is to a body.
    pub fn is_cut(&self) -> bool {
        let lines: Vec<&str> = self.code.lines().filter(|line| !line.trim().is_empty()).collect();
        let indent = |line: &str| line.len() - line.trim_start().len();
        self.python.is_some()
            && lines.iter().enumerate().any(|(at, line)| {
                let opened = at.checked_sub(1).is_some_and(|before| lines[before].trim_end().ends_with(':'));
                let goes_on = lines.get(at + 1).is_some_and(|next| indent(next) == indent(line));
                match line.trim() {
                    "..." | "…" => !opened || goes_on,
                    // "# ... and the other methods", "# the rest as before"
                    comment => comment.strip_prefix('#').is_some_and(leaves_out),
                }
            })
    }

    /// Where a span of the code stands in the source.
    pub fn source_span(&self, span: Span) -> Span {
        self.map.span(span)
    }

    /// The span of the code in the source, without the fences.
    pub fn code_span(&self) -> Span {
        self.map.span(Span::new(0, self.code.len() as u32))
    }

    /// Whether it can be run at all.
    pub fn runs(&self) -> bool {
        use SnippetKind::*;
        matches!(self.kind, Script | Fragment | Test | Server | Shell | Console)
    }
}

/// Finds all snippets of a document and says what they are.
pub(crate) fn snippets(path: &str, text: &str, document: &Document, sections: &[Section]) -> Vec<Snippet> {
    let siblings = Siblings::of(document);
    let mut found: Vec<Snippet> = Vec::new();
    let mut ordinals = vec![0u32; sections.len()];
    for (block, code) in fences(document) {
        let span = document.block(block).span;
        let section = SectionId(sections.partition_point(|section| section.own.start <= span.start).max(1) as u32 - 1);
        let ordinal = &mut ordinals[section.0 as usize];
        *ordinal += 1;
        let lang = Lang::of(code);
        let python = (lang == Lang::Python && !kind::is_console(&code.text)).then(|| python::parse(&code.text));
        let lead = siblings.lead(text, document, block);
        let mut snippet = Snippet {
            index: found.len(),
            id: id(path, sections, section, *ordinal),
            block,
            section,
            span,
            info: code.info.clone(),
            indent: code.indent,
            closed: code.closed,
            lang,
            kind: SnippetKind::Other,
            title: title::title(code, lang, lead),
            code: code.text.clone(),
            map: code.map.clone(),
            python,
            session: None,
            pair: None,
            options: code.options.clone(),
        };
        snippet.kind = kind::kind(&snippet, lead, &found);
        found.push(snippet);
    }
    session::pair_platforms(&mut found, document, &siblings);
    session::pair_changes(&mut found, sections);
    session::assign(&mut found, sections);
    found
}

fn fences(document: &Document) -> impl Iterator<Item = (BlockId, &Code)> {
    document.iter().filter_map(|(id, block)| match &block.kind {
        BlockKind::Code(code) => Some((id, code)),
        _ => None,
    })
}

/// `lesson.md#stage-one/tiny-examples:2`: readable, and unmoved by edits elsewhere in the file.
fn id(path: &str, sections: &[Section], section: SectionId, ordinal: u32) -> String {
    let mut slugs = Vec::new();
    let mut at = Some(section);
    while let Some(SectionId(index)) = at {
        let section = &sections[index as usize];
        if section.heading.is_some() {
            slugs.push(section.slug.as_str());
        }
        at = section.parent;
    }
    slugs.reverse();
    format!("{path}#{}:{ordinal}", slugs.join("/"))
}

/// Whether a comment stands for code that the reader has seen, or is to imagine.
fn leaves_out(comment: &str) -> bool {
    const ENDS: [&str; 5] = ["as before", "as above", "omitted", "left out", "unchanged"];
    let words = comment.trim_matches(['#', ' ', '.']).to_ascii_lowercase();
    comment.trim_start_matches(['#', ' ']).starts_with("...") || ENDS.iter().any(|end| words.ends_with(end))
}

/// What stands directly before each block among the blocks of the same container.
pub(crate) struct Siblings {
    previous: Vec<Option<BlockId>>,
}

impl Siblings {
    pub(crate) fn of(document: &Document) -> Self {
        let mut last_child: Vec<Option<BlockId>> = vec![None; document.blocks.len() + 1];
        let mut previous = Vec::with_capacity(document.blocks.len());
        for (id, block) in document.iter() {
            let slot = block.parent.map_or(0, |parent| parent.0 as usize + 1);
            previous.push(last_child[slot].replace(id));
        }
        Self { previous }
    }

    pub(crate) fn previous(&self, id: BlockId) -> Option<BlockId> {
        self.previous[id.0 as usize]
    }

    /// The words that introduce `id`: the paragraph directly before it.
    fn lead<'a>(&self, text: &'a str, document: &Document, id: BlockId) -> Option<&'a str> {
        let block = document.block(self.previous(id)?);
        matches!(block.kind, BlockKind::Paragraph).then(|| block.span.slice(text))
    }
}
