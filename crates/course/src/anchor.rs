//! What `#…` can lead to in a lesson: headings, explicit ids and names.

use std::collections::BTreeSet;

use etude_markdown::{Block, BlockKind, Document, InlineKind};
use etude_text::Span;

/// All anchors of a lesson.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    /// As they are compared: see [`folded`].
    folded: BTreeSet<String>,
    /// The slugs of headings, as a renderer makes them.
    slugs: Vec<String>,
    /// Those the author wrote, in source order.
    pub(crate) explicit: Vec<Explicit>,
}

/// An anchor that the author named.
#[derive(Debug)]
pub(crate) struct Explicit {
    pub(crate) name: String,
    pub(crate) span: Span,
}

impl Anchors {
    pub(crate) fn of(text: &str, document: &Document) -> Self {
        let mut anchors = Anchors::default();
        for block in &document.blocks {
            anchors.block(text, block);
        }
        let names = anchors.explicit.iter().map(|anchor| &anchor.name).chain(&anchors.slugs);
        anchors.folded.extend(names.map(|name| folded(name)));
        anchors
    }

    pub(crate) fn has(&self, anchor: &str) -> bool {
        let anchor = anchor.strip_prefix("user-content-").unwrap_or(anchor);
        self.folded.contains(&folded(anchor))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.slugs.iter().chain(self.explicit.iter().map(|anchor| &anchor.name)).map(String::as_str)
    }

    fn block(&mut self, text: &str, block: &Block) {
        let source = block.span.slice(text);
        match &block.kind {
            BlockKind::Heading(heading) => {
                self.slugs.push(heading.slug.clone());
                self.attribute(source, block.span.start);
            }
            BlockKind::Directive(directive) => self.options(&directive.options, block.span),
            BlockKind::Code(code) => {
                self.options(&code.options, block.span);
                if let Some(id) = &code.info.id {
                    self.add(id, code.info.span);
                }
            }
            BlockKind::Html => self.html(source, block.span.start),
            BlockKind::FootnoteDefinition { label } => self.slugs.push(format!("fn-{label}")),
            BlockKind::Paragraph => self.target(source, block.span.start),
            _ => {}
        }
        for inline in &block.inlines {
            match &inline.kind {
                InlineKind::Html => self.html(inline.span.slice(text), inline.span.start),
                InlineKind::FootnoteReference { label } => self.slugs.push(format!("fnref-{label}")),
                _ => {}
            }
        }
    }

    fn add(&mut self, name: &str, span: Span) {
        if !name.is_empty() {
            self.explicit.push(Explicit { name: name.to_owned(), span });
        }
    }

    /// `## Title {#id}` of Pandoc, mdBook and MkDocs.
    fn attribute(&mut self, heading: &str, start: u32) {
        let line = heading.lines().next().unwrap_or_default().trim_end();
        let Some(open) = line.strip_suffix('}').and_then(|line| line.rfind('{')) else { return };
        let inside = &line[open + 1..line.len() - 1];
        if let Some(at) = inside.find('#') {
            let name = inside[at + 1..].split([' ', '.', '}']).next().unwrap_or_default();
            let name_start = open + 1 + at + 1;
            self.add(name, Span::at(name_start..name_start + name.len()).shift(start));
        }
    }

    /// `:name: id` and `:label: id` of MyST.
    fn options(&mut self, options: &[(String, String)], block: Span) {
        for (_, value) in options.iter().filter(|(key, _)| key == "name" || key == "label") {
            self.add(value, Span::empty(block.start));
        }
    }

    /// `(id)=` of MyST.
    fn target(&mut self, paragraph: &str, start: u32) {
        if !paragraph.starts_with('(') {
            return;
        }
        let line = paragraph.lines().next().unwrap_or_default().trim_end();
        if let Some(name) = line.strip_prefix('(').and_then(|line| line.strip_suffix(")=")) {
            self.add(name, Span::at(1..1 + name.len()).shift(start));
        }
    }

    /// `id="…"` and `name="…"` in tags.
    fn html(&mut self, html: &str, start: u32) {
        let mut tags = 0;
        while let Some(open) = html[tags..].find('<').map(|at| tags + at) {
            if html[open..].starts_with("<!--") {
                let Some(len) = html[open..].find("-->") else { return };
                tags = open + len;
                continue;
            }
            let end = html[open..].find('>').map_or(html.len(), |len| open + len);
            self.tag(&html[open..end], start + open as u32);
            tags = end;
        }
    }

    fn tag(&mut self, tag: &str, start: u32) {
        let is_anchor = tag.len() > 2 && tag[1..].starts_with(['a', 'A']) && tag[2..].starts_with(char::is_whitespace);
        let mut found: Option<&str> = None;
        for key in ["id", "name"] {
            // Form fields have names too.
            if key == "name" && !is_anchor {
                continue;
            }
            for (at, _) in tag.match_indices(key) {
                if !tag[..at].ends_with(char::is_whitespace) {
                    continue;
                }
                let Some(value) = tag[at + key.len()..].trim_start().strip_prefix('=').map(str::trim_start) else {
                    continue;
                };
                let value = match value.chars().next() {
                    Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default(),
                    _ => value.split(char::is_whitespace).next().unwrap_or_default(),
                };
                // `<a id="x" name="x">` is one anchor.
                if found.is_none_or(|known| known != value) {
                    let offset = value.as_ptr() as usize - tag.as_ptr() as usize;
                    self.add(value, Span::at(offset..offset + value.len()).shift(start));
                    found = Some(value);
                }
            }
        }
    }
}

/// Renderers differ in what they make of punctuation between words (`a--b`, `a-b`) and at the ends, and of characters
/// that nobody sees, so none of that counts.
fn folded(anchor: &str) -> String {
    let anchor = anchor.replace(['\u{200c}', '\u{200d}', '\u{fe0e}', '\u{fe0f}'], "");
    let mut folded = String::with_capacity(anchor.len());
    for part in anchor.split('-').filter(|part| !part.is_empty()) {
        if !folded.is_empty() {
            folded.push('-');
        }
        folded.push_str(part);
    }
    folded
}
