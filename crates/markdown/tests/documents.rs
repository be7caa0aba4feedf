//! Every file in `inputs` is read; its snapshot shows each node with its place and the source it stands for.

use std::fmt::Write as _;

use etude_markdown::{Block, BlockId, BlockKind, Code, Document, Inline, InlineKind, TextMap, parse};
use etude_text::{LineIndex, Span};

/// All inputs, in the order of their names; line ends and tabs that an editor might change are made by `special`.
fn inputs() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inputs");
    let mut inputs: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the inputs are checked in")
        .map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            #[expect(clippy::disallowed_methods, reason = "a test reads its own fixtures")]
            let text = std::fs::read_to_string(&path).expect("an input is UTF-8");
            (name, text)
        })
        .collect();
    inputs.sort();
    inputs
}

#[test]
fn documents_are_read_as_their_snapshots_show() {
    for (name, text) in inputs() {
        let document = parse(&text);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, Dump::new(&text).document(&document));
        });
    }
}

/// Each input as it is, with the line ends of other systems, in a quote, in a list, cut off, and behind a BOM.
fn variants(text: &str) -> Vec<String> {
    let within = |first: &str, prefix: &str| {
        let lines = text.split_inclusive('\n').enumerate();
        lines.map(|(at, line)| format!("{}{line}", if at == 0 { first } else { prefix })).collect::<String>()
    };
    let cut = |part: usize| {
        let mut end = text.len() * part / 7;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text[..end].to_owned()
    };
    let mut variants = vec![
        text.to_owned(),
        text.replace('\n', "\r\n"),
        text.replace('\n', "\r"),
        format!("\u{feff}{text}"),
        within("> ", "> "),
        within(">", ">"),
        within("- ", "  "),
        within("*   ", "    "),
        within("12. ", "\t"),
        within("-\t", "\t"),
        within("> - ", ">   "),
        text.replace("    ", "\t"),
        text.replace("  ", "\t"),
        text.trim_end().to_owned(),
        format!("::::::{{note}}\n{text}\n::::::\n"),
        format!("- ``````{{note}}\n{}\n", within("  ", "  ")),
    ];
    variants.extend((1..7).map(cut));
    variants
}

#[test]
fn spans_and_maps_are_exact_in_every_surrounding() {
    for (name, text) in inputs() {
        for (number, variant) in variants(&text).into_iter().enumerate() {
            Exact { text: &variant, name: format!("{name}, variant {number}") }.document(&parse(&variant));
        }
    }
}

/// What must hold for any text.
struct Exact<'t> {
    text: &'t str,
    name: String,
}

impl Exact<'_> {
    fn document(&self, document: &Document) {
        let mut previous = 0;
        for (id, block) in document.iter() {
            self.span(block.span, "block");
            assert!(previous <= block.span.start, "{}: {:?} is out of order", self.name, block.kind);
            previous = block.span.start;
            if let Some(parent) = block.parent {
                let outer = document.block(parent).span;
                assert!(parent < id, "{}: parents come first", self.name);
                assert!(
                    outer.contains(block.span),
                    "{}: {:?} {:?} leaves {outer:?}",
                    self.name,
                    block.kind,
                    block.span
                );
            }
            self.inlines(block);
            if let BlockKind::Code(code) | BlockKind::IndentedCode(code) = &block.kind {
                self.span(code.info.span, "info");
                assert_eq!(code.info.span.slice(self.text), code.info.raw, "{}", self.name);
                self.map(code, block);
            }
            let children: Vec<BlockId> = document.children(id).map(|(child, _)| child).collect();
            let expected: Vec<BlockId> =
                document.iter().filter(|(_, child)| child.parent == Some(id)).map(|(child, _)| child).collect();
            assert_eq!(children, expected, "{}", self.name);
        }
        for definition in &document.definitions {
            self.span(definition.span, "definition");
            self.span(definition.url_span, "definition's address");
            assert!(definition.span.contains(definition.url_span), "{}", self.name);
            assert!(definition.span.slice(self.text).starts_with('['), "{}", self.name);
        }
        for problem in &document.problems {
            self.span(problem.span, "problem");
        }
    }

    fn inlines(&self, block: &Block) {
        let mut previous = block.span.start;
        for Inline { kind, span } in &block.inlines {
            self.span(*span, "inline");
            let slice = span.slice(self.text);
            assert!(block.span.contains(*span), "{}: {kind:?} {slice:?} leaves its block", self.name);
            assert!(previous <= span.start, "{}: {kind:?} {slice:?} is out of order", self.name);
            assert!(!span.is_empty(), "{}: {kind:?} is empty", self.name);
            previous = span.start;
            match kind {
                InlineKind::Code(_) => {
                    assert!(slice.starts_with('`') && slice.ends_with('`'), "{}: {slice:?}", self.name)
                }
                InlineKind::Link { url_span, .. } | InlineKind::Image { url_span, .. } => {
                    if let Some(url) = url_span {
                        self.span(*url, "address");
                        assert!(span.contains(*url), "{}: {slice:?}", self.name);
                    }
                }
                InlineKind::Html => assert!(slice.starts_with('<') && slice.ends_with('>'), "{}: {slice:?}", self.name),
                InlineKind::FootnoteReference { label } => assert_eq!(slice, format!("[^{label}]"), "{}", self.name),
                InlineKind::UndefinedReference { .. } => assert!(slice.ends_with(']'), "{}: {slice:?}", self.name),
                InlineKind::Text | InlineKind::Break => {}
            }
        }
    }

    /// Every line of the text is in the source where the map says.
    fn map(&self, code: &Code, block: &Block) {
        let TextMap { .. } = &code.map;
        assert_eq!(code.map.lines(), code.text.lines().count(), "{}: {:?}", self.name, code.text);
        assert!(code.text.is_empty() || code.text.ends_with('\n'), "{}", self.name);
        let mut offset = 0;
        for line in code.text.split_inclusive('\n') {
            let content = line.trim_end_matches('\n');
            let blanks = content.len() - content.trim_start_matches(' ').len();
            let span = Span::new(offset, offset + content.len() as u32);
            let found = code.map.span(span);
            self.span(found, "line of code");
            if found.slice(self.text) != content {
                // Only a tab that is partly indentation may differ, and only in the blanks.
                let rest = code.map.span(Span::new(span.start + blanks as u32, span.end));
                assert_eq!(rest.slice(self.text), content.trim_start_matches(' '), "{}", self.name);
                assert!(found.slice(self.text).starts_with('\t'), "{}: {:?}", self.name, found.slice(self.text));
            }
            if !content.trim().is_empty() {
                assert!(block.span.contains(found), "{}: code leaves its block", self.name);
            }
            for (at, c) in content.char_indices().filter(|(_, c)| *c != ' ') {
                let source = code.map.source(offset + at as u32) as usize;
                assert!(self.text[source..].starts_with(c), "{}: {content:?} at {at}", self.name);
            }
            offset += line.len() as u32;
        }
    }

    fn span(&self, span: Span, what: &str) {
        assert!(span.start <= span.end, "{}: {what}", self.name);
        assert!(self.text.get(span.range()).is_some(), "{}: {what} {span:?} is no stretch of the text", self.name);
    }
}

struct Dump<'t> {
    text: &'t str,
    lines: LineIndex,
    out: String,
}

impl<'t> Dump<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, lines: LineIndex::new(text), out: String::new() }
    }

    fn document(mut self, document: &Document) -> String {
        if let Some(front_matter) = &document.front_matter {
            self.line(0, "front matter", front_matter.span);
            for field in &front_matter.fields {
                self.line(1, &format!("name {:?}", field.name), field.name_span);
                self.line(1, &format!("value {:?}", field.value), field.value_span);
            }
        }
        for (id, block) in document.iter() {
            let depth = document.ancestors(id).count();
            self.line(depth, &kind(&block.kind), block.span);
            if let BlockKind::Code(code) | BlockKind::IndentedCode(code) = &block.kind {
                for line in code.text.lines() {
                    let _ = writeln!(self.out, "{}  | {line}", "  ".repeat(depth));
                }
            }
            for inline in &block.inlines {
                self.line(depth + 1, &format!(". {}", self.inline(&inline.kind)), inline.span);
            }
        }
        for definition in &document.definitions {
            let shown = format!("definition {:?} -> {:?} {:?}", definition.label, definition.url, definition.title);
            self.line(0, &shown, definition.span);
            self.line(1, "address", definition.url_span);
        }
        for problem in &document.problems {
            self.line(0, &format!("problem {:?}", problem.kind), problem.span);
        }
        self.out
    }

    fn line(&mut self, depth: usize, what: &str, span: Span) {
        let place = self.place(span);
        let _ = writeln!(self.out, "{}{what} {place} {:?}", "  ".repeat(depth), span.slice(self.text));
    }

    /// Lines and byte columns, from 1.
    fn place(&self, span: Span) -> String {
        let at = |offset: u32| {
            let line = self.lines.line(offset);
            format!("{line}:{}", offset - self.lines.span(line).start + 1)
        };
        format!("{}-{}", at(span.start), at(span.end))
    }

    fn inline(&self, kind: &InlineKind) -> String {
        match kind {
            InlineKind::Link { text, url, title, url_span, reference } => {
                let address = url_span.map(|span| self.place(span));
                format!("Link {text:?} -> {url:?} title {title:?} at {address:?} by {reference:?}")
            }
            InlineKind::Image { alt, url, url_span } => {
                format!("Image {alt:?} -> {url:?} at {:?}", url_span.map(|span| self.place(span)))
            }
            other => format!("{other:?}"),
        }
    }
}

fn kind(kind: &BlockKind) -> String {
    match kind {
        BlockKind::Code(code) => {
            let Code { info, indent, closed, options, directive, .. } = code;
            format!(
                "Code {:?} attributes {:?} flags {:?} classes {:?} id {:?} indent {indent} closed {closed} options {options:?} directive {directive:?}",
                info.lang, info.attributes, info.flags, info.classes, info.id
            )
        }
        BlockKind::IndentedCode(code) => format!("IndentedCode indent {}", code.indent),
        other => format!("{other:?}"),
    }
}
