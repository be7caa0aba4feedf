//! From comrak's tree to ours: the same blocks, each with its exact place.

use std::ops::Range;

use comrak::nodes::{ListType, Node, NodeCodeBlock, NodeValue, Sourcepos};
use comrak::{Arena, Options};
use etude_text::Span;

use crate::code::{BLANK, Container, ContainerKind, Cursor, View, dedented, tabbed};
use crate::definitions::{self, Labels};
use crate::directive::{self, Fence};
use crate::mask::{footnote_marker, mask};
use crate::text_map::Piece;
use crate::{
    Block, BlockId, BlockKind, Code, Definition, Directive, Document, Heading, ListItem, Problem, ProblemKind,
};

/// Directives in directives; each level is read anew, so the depth is also a factor of the time.
const MAX_DIRECTIVES: usize = 16;

/// Cuts that are looked at for one that is not in code; each look goes over all blocks.
const MAX_CUTS: usize = 64;

/// The document while it is built. Inline content waits until every definition is known.
pub(crate) struct Builder<'s> {
    source: &'s str,
    pub(crate) document: Document,
    pub(crate) labels: Labels,
    pub(crate) footnotes: Labels,
    pub(crate) leaves: Leaves,
}

/// The texts of the blocks that have inline content, all in one string.
#[derive(Default)]
pub(crate) struct Leaves {
    pub(crate) text: String,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) list: Vec<Leaf>,
}

pub(crate) struct Leaf {
    pub(crate) block: BlockId,
    pub(crate) text: Range<usize>,
    pub(crate) pieces: Range<usize>,
}

/// A container whose end is not known yet.
struct Open {
    block: Option<BlockId>,
    end: u32,
    /// A setext heading, paragraph and so on: its inline nodes are not looked at.
    container: bool,
}

impl<'s> Builder<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        Self {
            source,
            document: Document::default(),
            labels: Labels::default(),
            footnotes: Labels::default(),
            leaves: Leaves::default(),
        }
    }

    /// Reads the blocks of `view`, which stand in `parent`.
    pub(crate) fn view(&mut self, view: &View<'_>, parent: Option<BlockId>, depth: usize) {
        let masked = mask(view.text);
        let arena = Arena::new();
        let root = comrak::parse_document(&arena, &masked.text, &options());
        let first_block = self.document.blocks.len();
        let mut walk = Walk { builder: self, view, parent, depth, containers: Vec::new(), open: Vec::new() };
        let mut next = root.first_child();
        while let Some(node) = next {
            let container = walk.enter(node);
            next = node.first_child().filter(|_| container);
            let mut done = node;
            if next.is_none() {
                walk.leave();
            }
            while next.is_none() {
                if let Some(sibling) = done.next_sibling() {
                    next = Some(sibling);
                    break;
                }
                match done.parent().filter(|parent| !parent.same_node(root)) {
                    Some(parent) => {
                        done = parent;
                        walk.leave();
                    }
                    None => break,
                }
            }
        }
        if let Some(&cut) = masked.cuts.iter().take(MAX_CUTS).find(|&&cut| !self.in_code(first_block, view.source(cut)))
        {
            let end = view.line_end(view.line_at(cut)).max(cut);
            self.document.problems.push(Problem { kind: ProblemKind::TooDeep, span: view.span(cut, end) });
        }
    }

    /// Whether `offset` stands in code among the blocks from `first` on. What looks like a marker there is none.
    fn in_code(&self, first: usize, offset: u32) -> bool {
        self.document.blocks[first..].iter().any(|block| {
            matches!(block.kind, BlockKind::Code(_) | BlockKind::IndentedCode(_) | BlockKind::Html)
                && block.span.touches(offset)
        })
    }

    fn push(&mut self, kind: BlockKind, span: Span, parent: Option<BlockId>) -> BlockId {
        let id = BlockId(self.document.blocks.len() as u32);
        self.document.blocks.push(Block { kind, span, parent, inlines: Vec::new(), after: id.0 + 1 });
        id
    }

    /// The column, from 0, of `offset` in its line of the source.
    fn column(&self, offset: u32) -> u32 {
        let before = &self.source.as_bytes()[..offset as usize];
        let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |at| at + 1);
        let bom = usize::from(start == 0 && self.source.starts_with('\u{feff}')) * 3;
        tabbed(&before[(start + bom).min(before.len())..], before.len() - (start + bom).min(before.len())) as u32
    }
}

/// How many lines comrak counted in `literal`.
fn line_count(literal: &str) -> usize {
    let bytes = literal.as_bytes();
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
        .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
        .count();
    ends + usize::from(!bytes.is_empty() && !literal.ends_with(['\n', '\r']))
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.footnotes = true;
    options.parse.leave_footnote_definitions = true;
    options
}

struct Walk<'w, 's, 't> {
    builder: &'w mut Builder<'s>,
    view: &'w View<'t>,
    parent: Option<BlockId>,
    depth: usize,
    containers: Vec<Container>,
    open: Vec<Open>,
}

impl Walk<'_, '_, '_> {
    /// Takes over `node` and says whether its children are blocks.
    fn enter(&mut self, node: Node<'_>) -> bool {
        let data = node.data();
        let pos = data.sourcepos;
        let line = pos.start.line;
        let start = self.start(pos);
        let mut kind = ContainerKind::Other;
        let (block, container) = match &data.value {
            NodeValue::Paragraph => (self.paragraph(pos, false), false),
            NodeValue::Heading(heading) => {
                let id = if heading.setext { self.setext(pos, heading.level) } else { self.atx(pos, heading.level) };
                (id, false)
            }
            NodeValue::CodeBlock(code) => (Some(self.code(code, pos)), false),
            NodeValue::HtmlBlock(_) => (Some(self.add(BlockKind::Html, start, self.end(pos, start))), false),
            NodeValue::ThematicBreak => (Some(self.add(BlockKind::Rule, start, self.view.line_end(line))), false),
            NodeValue::List(list) => {
                let ordered = list.list_type == ListType::Ordered;
                (Some(self.add(BlockKind::List { ordered, start: list.start as u32 }, start, start)), true)
            }
            NodeValue::Item(list) => {
                kind = ContainerKind::Item(list.marker_offset + list.padding);
                let indent = self.builder.column(self.view.source(start)) + list.padding as u32;
                let rest = &self.view.text.as_bytes()[start..];
                let marker = rest.iter().take_while(|b| b.is_ascii_digit()).count() + 1;
                (Some(self.add(BlockKind::Item(ListItem { task: None, indent }), start, start + marker)), true)
            }
            NodeValue::BlockQuote => {
                kind = ContainerKind::Quote;
                (Some(self.add(BlockKind::Quote, start, start + 1)), true)
            }
            NodeValue::FootnoteDefinition(_) => {
                let rest = &self.view.text.as_bytes()[start..];
                let marker = footnote_marker(rest).unwrap_or(0);
                let blanks = rest[marker..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
                kind = ContainerKind::Footnote(marker + blanks);
                let label = self.view.text.get(start + 2..start + marker.max(4) - 2).unwrap_or_default().to_owned();
                self.builder.footnotes.add(&label, 0);
                (Some(self.add(BlockKind::FootnoteDefinition { label }, start, start + marker)), true)
            }
            NodeValue::Table(_) => (Some(self.add(BlockKind::Table, start, start)), true),
            NodeValue::TableRow(header) => {
                (Some(self.add(BlockKind::TableRow { header: *header }, start, self.view.line_end(line))), true)
            }
            // The cells were read with their row.
            NodeValue::TableCell => {
                self.containers.push(Container { kind, line });
                self.open.push(Open { block: None, end: 0, container: false });
                return false;
            }
            _ => (None, true),
        };
        drop(data);
        let end = match block {
            Some(id) => self.builder.document.block(id).span.end,
            // A paragraph of nothing but definitions leaves no block, and still belongs to its container.
            None if !container => self.builder.document.definitions.last().map_or(0, |last| last.span.end),
            None => 0,
        };
        self.containers.push(Container { kind, line });
        self.open.push(Open { block, end, container });
        if let Some(id) = block
            && matches!(self.builder.document.block(id).kind, BlockKind::TableRow { .. })
        {
            self.cells(start, line, node.children().count());
        }
        container
    }

    /// Closes the innermost open node; a container ends where the last block inside it does.
    fn leave(&mut self) {
        self.containers.pop();
        let Some(open) = self.open.pop() else { return };
        let mut end = open.end;
        if let Some(id) = open.block {
            let after = self.builder.document.blocks.len() as u32;
            let block = &mut self.builder.document.blocks[id.0 as usize];
            if open.container {
                block.span.end = block.span.end.max(end);
            }
            block.after = after;
            end = block.span.end;
        }
        if let Some(outer) = self.open.last_mut() {
            outer.end = outer.end.max(end);
        }
    }

    fn start(&self, pos: Sourcepos) -> usize {
        let (start, end) = self.view.line(pos.start.line);
        self.boundary((start + pos.start.column.saturating_sub(1)).min(end))
    }

    /// The end of `pos`, less blanks and blank lines, but not before `start`.
    fn end(&self, pos: Sourcepos, start: usize) -> usize {
        let (line, end) = self.view.line(pos.end.line);
        let end = self.boundary((line + pos.end.column).min(end)).max(start);
        start + self.view.text[start..end].trim_end_matches(BLANK).len()
    }

    fn boundary(&self, mut offset: usize) -> usize {
        while !self.view.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    fn add(&mut self, kind: BlockKind, start: usize, end: usize) -> BlockId {
        let parent = self.open.iter().rev().find_map(|open| open.block).or(self.parent);
        self.builder.push(kind, self.view.span(start, end), parent)
    }

    /// Adds lines `first..=last` to the texts; the first one from `start` on. Gives what was added.
    fn text(&mut self, start: usize, first: usize, last: usize) -> (Range<usize>, Range<usize>) {
        let text_start = self.builder.leaves.text.len();
        let pieces_start = self.builder.leaves.pieces.len();
        for line in first..=last {
            let (line_start, line_end) = self.view.line(line);
            let from = if line == first {
                start
            } else {
                let mut cursor = Cursor::new(&self.view.text.as_bytes()[line_start..line_end]);
                cursor.strip(&self.containers, line);
                let from = line_start + cursor.offset;
                let rest = &self.view.text[from..line_end];
                from + (rest.len() - rest.trim_start_matches([' ', '\t']).len())
            };
            let last_line = line == last;
            let content = self.view.text[from..line_end].trim_end_matches(['\n', '\r']);
            let content = if last_line { content.trim_end_matches(BLANK) } else { content };
            let leaves = &mut self.builder.leaves;
            let at = (leaves.text.len() - text_start) as u32;
            let to = if last_line { from + content.len() } else { line_end };
            leaves.text.push_str(content);
            if !last_line {
                leaves.text.push('\n');
            }
            leaves.pieces.extend(self.view.pieces(from, to, at));
        }
        let leaves = &self.builder.leaves;
        (text_start..leaves.text.len(), pieces_start..leaves.pieces.len())
    }

    /// Takes the definitions off the start of the text `added` and gives the offset of what is left.
    fn definitions(&mut self, added: &(Range<usize>, Range<usize>)) -> usize {
        let Builder { leaves, document, labels, .. } = &mut *self.builder;
        let text = &leaves.text[added.0.clone()];
        let pieces = &leaves.pieces[added.1.clone()];
        let span = |range: Range<usize>| crate::text_map::map_span(pieces, text.len() as u32, Span::at(range));
        let mut at = 0;
        while let Some(found) = definitions::parse(text, at) {
            let label = text[found.label.clone()].trim();
            labels.add(label, document.definitions.len());
            document.definitions.push(Definition {
                label: label.to_owned(),
                url: crate::decode::decode(&text[found.url.clone()]).into_owned(),
                title: crate::decode::decode(&text[found.title.clone()]).into_owned(),
                span: span(at..found.end),
                url_span: span(found.url),
            });
            at = found.next;
        }
        at
    }

    fn leaf(&mut self, block: BlockId, text: Range<usize>, pieces: Range<usize>) {
        self.builder.leaves.list.push(Leaf { block, text, pieces });
    }

    /// A paragraph, unless all of it is definitions. `setext` is whether an underline follows its last line.
    fn paragraph(&mut self, pos: Sourcepos, setext: bool) -> Option<BlockId> {
        let last = pos.end.line.max(pos.start.line) - usize::from(setext && pos.end.line > pos.start.line);
        let start = self.start(pos);
        let mut added = self.text(start, pos.start.line, last);
        let mut from = 0;
        if self.builder.leaves.text[added.0.clone()].starts_with('[') {
            from = self.definitions(&added);
            if from == added.0.len() {
                return None;
            }
            if from == 0 {
                from = self.task(&self.builder.leaves.text[added.0.clone()]).map_or(0, |(ticked, len)| {
                    if let Some(Block { kind: BlockKind::Item(item), .. }) = self
                        .open
                        .last()
                        .and_then(|open| open.block)
                        .map(|id| &mut self.builder.document.blocks[id.0 as usize])
                    {
                        item.task = Some(ticked);
                    }
                    len
                });
            }
        }
        if from > 0 {
            added = self.rest(&added, from);
        }
        let span = self.leaf_span(&added);
        let parent = self.open.iter().rev().find_map(|open| open.block).or(self.parent);
        let id = self.builder.push(BlockKind::Paragraph, span, parent);
        self.leaf(id, added.0, added.1);
        Some(id)
    }

    /// What is left of an added text behind its first `from` bytes, added anew with pieces of its own.
    fn rest(&mut self, added: &(Range<usize>, Range<usize>), from: usize) -> (Range<usize>, Range<usize>) {
        let leaves = &mut self.builder.leaves;
        let len = added.0.len() as u32;
        let old: Vec<Piece> = leaves.pieces[added.1.clone()].to_vec();
        let first = old.partition_point(|piece| piece.text as usize <= from).saturating_sub(1);
        let pieces_start = leaves.pieces.len();
        for (index, piece) in old.iter().enumerate().skip(first) {
            let start = piece.text.max(from as u32);
            let end = old.get(index + 1).map_or(len, |next| next.text);
            let span = crate::text_map::map_span(&old, len, Span::new(start, end.max(start)));
            leaves.pieces.push(Piece { text: start - from as u32, source: span.start, source_end: span.end });
        }
        (added.0.start + from..added.0.end, pieces_start..leaves.pieces.len())
    }

    fn leaf_span(&self, added: &(Range<usize>, Range<usize>)) -> Span {
        let len = added.0.len() as u32;
        crate::text_map::map_span(&self.builder.leaves.pieces[added.1.clone()], len, Span::new(0, len))
    }

    /// `[ ] ` or `[x] ` at the start of the first paragraph of an item: whether it is ticked, and its length.
    fn task(&self, text: &str) -> Option<(bool, usize)> {
        let id = self.open.last()?.block?;
        let is_first = self.builder.document.blocks.len() as u32 == id.0 + 1;
        if !is_first || !matches!(self.builder.document.block(id).kind, BlockKind::Item(_)) {
            return None;
        }
        let ticked = match text.as_bytes().get(..3)? {
            b"[ ]" => false,
            b"[x]" | b"[X]" => true,
            _ => return None,
        };
        let rest = &text[3..];
        let blanks = rest.len() - rest.trim_start_matches(BLANK).len();
        (blanks > 0).then_some((ticked, 3 + blanks))
    }

    fn setext(&mut self, pos: Sourcepos, level: u8) -> Option<BlockId> {
        let last = pos.end.line.max(pos.start.line + 1);
        let start = self.start(pos);
        let mut added = self.text(start, pos.start.line, last - 1);
        let underline = self.view.line_end(last);
        if self.builder.leaves.text[added.0.clone()].starts_with('[') {
            let from = self.definitions(&added);
            if from == added.0.len() {
                // Nothing is left to be underlined: `---` is a rule, and `===` is text.
                let (line, _) = self.view.line(last);
                let text = &self.view.text[line..underline];
                let start = line + text.find(['-', '=']).unwrap_or(0);
                let dashes = self.view.text[start..underline].bytes().filter(|&b| b == b'-').count();
                if dashes >= 3 {
                    return Some(self.add(BlockKind::Rule, start, underline));
                }
                let added = self.text(start, last, last);
                let id = self.add(BlockKind::Paragraph, start, underline);
                self.leaf(id, added.0, added.1);
                return Some(id);
            }
            if from > 0 {
                added = self.rest(&added, from);
            }
        }
        let span = Span::new(self.leaf_span(&added).start, self.view.span(start, underline).end);
        let heading = Heading { level, text: String::new(), slug: String::new(), setext: true };
        let parent = self.open.iter().rev().find_map(|open| open.block).or(self.parent);
        let id = self.builder.push(BlockKind::Heading(heading), span, parent);
        self.leaf(id, added.0, added.1);
        Some(id)
    }

    fn atx(&mut self, pos: Sourcepos, level: u8) -> Option<BlockId> {
        let start = self.start(pos);
        let end = self.view.line_end(pos.start.line).max(start);
        let heading = Heading { level, text: String::new(), slug: String::new(), setext: false };
        let id = self.add(BlockKind::Heading(heading), start, end);
        let line = &self.view.text[start..end];
        let content = line[usize::from(level).min(line.len())..].trim_start_matches([' ', '\t']);
        let from = end - content.len();
        // A closing run of `#` counts only behind a blank.
        let hashless = content.trim_end_matches('#');
        let closed = hashless.is_empty() || (hashless.len() < content.len() && hashless.ends_with([' ', '\t']));
        let content = if closed { hashless.trim_end_matches([' ', '\t']) } else { content };
        self.stretch(id, from, from + content.len());
        Some(id)
    }

    /// The text of `block` is `from..to` of the view, on one line.
    fn stretch(&mut self, block: BlockId, from: usize, to: usize) {
        let leaves = &mut self.builder.leaves;
        let (text, pieces) = (leaves.text.len(), leaves.pieces.len());
        leaves.text.push_str(&self.view.text[from..to]);
        leaves.pieces.extend(self.view.pieces(from, to, 0));
        let (text, pieces) = (text..leaves.text.len(), pieces..leaves.pieces.len());
        self.leaf(block, text, pieces);
    }

    /// The cells of the row that starts at `start`: as many as the source has, and no more than the table.
    fn cells(&mut self, start: usize, line: usize, columns: usize) {
        let end = self.view.line_end(line).max(start);
        let bytes = self.view.text.as_bytes();
        let mut at = start + usize::from(bytes.get(start) == Some(&b'|'));
        for _ in 0..columns {
            if at > end || (at == end && at > start && bytes[at - 1] == b'|') {
                break;
            }
            let mut pipe = at;
            let mut escapes = Vec::new();
            while pipe < end && bytes[pipe] != b'|' {
                if bytes[pipe] == b'\\' && pipe + 1 < end && bytes[pipe + 1] == b'|' {
                    escapes.push(pipe);
                    pipe += 1;
                }
                pipe += 1;
            }
            let cell = &self.view.text[at..pipe];
            let from = at + (cell.len() - cell.trim_start_matches(BLANK).len());
            let to = from + self.view.text[from..pipe].trim_end_matches(BLANK).len();
            let id = self.add(BlockKind::TableCell, from, to);
            self.cell_text(id, from, to, &escapes);
            at = pipe + 1;
        }
    }

    /// The text of a cell has its escaped pipes without the backslash, even in code.
    fn cell_text(&mut self, block: BlockId, from: usize, to: usize, escapes: &[usize]) {
        let leaves = &mut self.builder.leaves;
        let (text, pieces) = (leaves.text.len(), leaves.pieces.len());
        let mut start = from;
        for &stop in escapes.iter().chain([&to]) {
            leaves.pieces.extend(self.view.pieces(start, stop, (leaves.text.len() - text) as u32));
            leaves.text.push_str(&self.view.text[start..stop]);
            start = stop + 1;
        }
        let (text, pieces) = (text..leaves.text.len(), pieces..leaves.pieces.len());
        self.leaf(block, text, pieces);
    }

    fn code(&mut self, node: &NodeCodeBlock, pos: Sourcepos) -> BlockId {
        if !node.fenced {
            return self.indented(pos);
        }
        let start = self.start(pos);
        let first = pos.start.line;
        let opening = self.view.line_end(first).max(start);
        let line = &self.view.text[start..opening];
        let fence = line.as_bytes().first().copied().unwrap_or(b'`');
        let run = line.bytes().take_while(|&b| b == fence).count();
        let raw = line[run..].trim_start_matches(BLANK);
        let info_start = opening - raw.len();
        // comrak's own end is that of the opening line where an open fence in a list ends with a blank line.
        let last = first + line_count(&node.literal);
        let (mut text, mut map) = dedented(self.view, &self.containers, first + 1, last, node.fence_offset);
        let end = if node.closed { self.end(pos, opening) } else { self.end_of_lines(opening, first, last) };
        let span = self.view.span(info_start, opening);
        let indent = self.builder.column(self.view.source(start));
        let (info, name) = match directive::classify(fence, raw, span) {
            Fence::Directive { name, argument } => {
                return self.directive(name, argument, start..end, opening, node.closed, &text, &map);
            }
            Fence::Code { info, directive } => (info, directive),
        };
        let mut options = Vec::new();
        if name.is_some() {
            let found = directive::options(&text);
            let (mut len, mut lines) = (found.len, found.lines);
            // A blank line may part the options from the code.
            if len > 0 && text[len..].starts_with('\n') {
                (len, lines) = (len + 1, lines + 1);
            }
            map = map.skip(len as u32, map.lines() as u32 - lines);
            text.drain(..len);
            options = found.pairs;
        }
        options.extend(directive::cell_options(&text));
        if !node.closed {
            let kind = match &name {
                Some(name) if fence == b':' => ProblemKind::UnclosedDirective { name: name.clone() },
                _ => ProblemKind::UnclosedFence,
            };
            let span = self.view.span(start, opening);
            self.builder.document.problems.push(Problem { kind, span });
        }
        let code = Code { info, text, map, indent, closed: node.closed, options, directive: name };
        self.add(BlockKind::Code(code), start, end)
    }

    /// The end of the last line of `first..=last` that is not blank.
    fn end_of_lines(&self, opening: usize, first: usize, last: usize) -> usize {
        let (_, end) = self.view.line(last.max(first));
        let end = opening + self.view.text[opening..end.max(opening)].trim_end_matches(BLANK).len();
        // Blanks at the end of a line of code are code.
        let rest = &self.view.text[end..];
        end + (rest.len() - rest.trim_start_matches([' ', '\t']).len())
    }

    fn indented(&mut self, pos: Sourcepos) -> BlockId {
        let first = pos.start.line;
        let last = pos.end.line.max(first);
        let mut inner = self.containers.clone();
        // Four columns of a container of its own: blank lines may have fewer.
        let (line, line_end) = self.view.line(first);
        let mut cursor = Cursor::new(&self.view.text.as_bytes()[line..line_end]);
        cursor.strip(&self.containers, first);
        cursor.dedent(4);
        let start = line + cursor.offset;
        let indent = cursor.column as u32 + self.builder.column(self.view.source(line));
        inner.retain(|container| !matches!(container.kind, ContainerKind::Other));
        let (text, map) = dedented(self.view, &inner, first, last, 4);
        let end = self.end_of_lines(start, first, last);
        let code = Code { text, map, indent, closed: true, ..Code::default() };
        self.add(BlockKind::IndentedCode(code), start, end)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one opening line, read once")]
    fn directive(
        &mut self,
        name: String,
        argument: String,
        range: Range<usize>,
        opening: usize,
        closed: bool,
        body: &str,
        map: &crate::TextMap,
    ) -> BlockId {
        let options = directive::options(body);
        let span = self.view.span(range.start, opening);
        let problems = &mut self.builder.document.problems;
        if !closed {
            problems.push(Problem { kind: ProblemKind::UnclosedDirective { name: name.clone() }, span });
        }
        let markdown = directive::has_markdown(&name);
        if markdown && self.depth >= MAX_DIRECTIVES {
            problems.push(Problem { kind: ProblemKind::TooDeep, span });
        }
        let directive = Directive { name, argument, options: options.pairs, closed };
        let id = self.add(BlockKind::Directive(directive), range.start, range.end);
        if markdown && self.depth < MAX_DIRECTIVES && !body.trim().is_empty() {
            let map = map.skip(options.len as u32, map.lines() as u32 - options.lines);
            let view = View::of_body(&body[options.len..], &map);
            self.builder.view(&view, Some(id), self.depth + 1);
        }
        id
    }
}
