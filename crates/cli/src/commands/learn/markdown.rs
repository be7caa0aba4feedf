//! Lessons and instructions for a terminal.

use etude_markdown::{Block, BlockId, BlockKind, Code, Document, InlineKind};
use etude_text::render::visible;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::code;
use super::ink::{self, CODE, FAINT, HEADING, LINK, Look, PLAIN, STRONG, Sign};

/// Longer lines are hard to read, however wide the terminal.
const WIDEST: usize = 88;

/// A text, flowed to the columns there are.
pub(super) fn lines(text: &str, columns: usize, look: Look) -> Vec<Line<'static>> {
    let document = etude_markdown::parse(text);
    let columns = columns.min(WIDEST);
    let mut page = Page { text, document: &document, look, columns, lines: Vec::new() };
    for (id, _) in document.roots() {
        page.block(id, &Margin::default());
    }
    while page.lines.last().is_some_and(|line| line.width() == 0) {
        page.lines.pop();
    }
    page.lines
}

/// What stands to the left of a block: before its first line, and before the others.
#[derive(Clone, Default)]
struct Margin {
    first: Vec<Span<'static>>,
    rest: Vec<Span<'static>>,
}

impl Margin {
    fn deeper(&self, first: Span<'static>, rest: Span<'static>) -> Margin {
        let with = |spans: &[Span<'static>], more| spans.iter().cloned().chain([more]).collect();
        Margin { first: with(&self.first, first), rest: with(&self.rest, rest) }
    }

    fn behind_first(&self) -> Margin {
        Margin { first: self.rest.clone(), rest: self.rest.clone() }
    }
}

struct Page<'a> {
    text: &'a str,
    document: &'a Document,
    look: Look,
    columns: usize,
    lines: Vec<Line<'static>>,
}

impl Page<'_> {
    fn block(&mut self, id: BlockId, margin: &Margin) {
        let block = self.document.block(id);
        match &block.kind {
            BlockKind::Heading(heading) => {
                if !self.lines.is_empty() && heading.level <= 2 {
                    self.gap(margin);
                }
                let runs = [ink::span(&heading.text, HEADING)];
                self.flow(&runs, margin);
                self.gap(margin);
            }
            BlockKind::Paragraph => {
                let runs = self.runs(block);
                self.flow(&runs, margin);
                self.gap(margin);
            }
            BlockKind::Code(code) | BlockKind::IndentedCode(code) => {
                self.code(code, margin);
                self.gap(margin);
            }
            BlockKind::List { ordered, start } => self.list(id, *ordered, *start, margin),
            BlockKind::Quote => {
                let bar = ink::span(format!("{} ", self.look.sign(Sign::Bar)), FAINT);
                self.children(id, &margin.deeper(bar.clone(), bar));
                self.end_bar(margin);
            }
            BlockKind::Directive(directive) => {
                let (first, rest) = directive.name.split_at(directive.name.chars().next().map_or(0, char::len_utf8));
                let mut title = first.to_uppercase() + rest;
                if !directive.argument.is_empty() {
                    title.push_str(&format!(": {}", directive.argument));
                }
                let bar = ink::span(format!("{} ", self.look.sign(Sign::Bar)), FAINT);
                let inside = margin.deeper(bar.clone(), bar);
                self.flow(&[ink::span(title, STRONG)], &inside);
                self.children(id, &inside.behind_first());
                self.end_bar(margin);
            }
            BlockKind::Table => self.table(id, margin),
            BlockKind::Rule => {
                let rule = self.look.sign(Sign::Rule).repeat(self.columns.min(24));
                self.flow(&[ink::span(rule, FAINT)], margin);
                self.gap(margin);
            }
            BlockKind::FootnoteDefinition { label } => {
                let mark = ink::span(format!("[{label}] "), FAINT);
                self.children(id, &margin.deeper(mark.clone(), blank(mark.width())));
            }
            // Comments above all; tags say nothing in a terminal.
            BlockKind::Html => {}
            // Shown with what they stand in.
            BlockKind::Item(_) | BlockKind::TableRow { .. } | BlockKind::TableCell => self.children(id, margin),
        }
    }

    fn children(&mut self, id: BlockId, margin: &Margin) {
        let children: Vec<BlockId> = self.document.children(id).map(|(id, _)| id).collect();
        let mut margin = margin.clone();
        for child in children {
            self.block(child, &margin);
            margin = margin.behind_first();
        }
    }

    fn list(&mut self, id: BlockId, ordered: bool, start: u32, margin: &Margin) {
        let items: Vec<BlockId> = self.document.children(id).map(|(id, _)| id).collect();
        let last = start + items.len() as u32;
        let mut margin = margin.clone();
        let tight = items.iter().all(|item| self.is_short(*item));
        let is_inner =
            self.document.block(id).parent.is_some_and(|outer| {
                matches!(self.document.block(outer).kind, BlockKind::Item(_)) && self.is_short(outer)
            });
        if is_inner {
            self.no_gap();
        }
        for (item, number) in items.into_iter().zip(start..) {
            let task = match &self.document.block(item).kind {
                BlockKind::Item(item) => item.task,
                _ => None,
            };
            let mark = match (task, ordered) {
                (Some(true), _) => "[x] ".to_owned(),
                (Some(false), _) => "[ ] ".to_owned(),
                (None, true) => format!("{:>1$}. ", number, last.to_string().len().min(2)),
                (None, false) => format!("{} ", self.look.sign(Sign::Bullet)),
            };
            let mark = ink::span(mark, FAINT);
            self.children(item, &margin.deeper(mark.clone(), blank(mark.width())));
            margin = margin.behind_first();
            if tight {
                self.no_gap();
            }
        }
        if tight {
            self.gap(&margin);
        }
    }

    /// Whether an item is one paragraph, perhaps with a list of such.
    fn is_short(&self, item: BlockId) -> bool {
        let mut blocks = self.document.descendants(item);
        blocks
            .all(|(_, block)| matches!(block.kind, BlockKind::Paragraph | BlockKind::List { .. } | BlockKind::Item(_)))
            && self.document.children(item).filter(|(_, block)| matches!(block.kind, BlockKind::Paragraph)).count() <= 1
    }

    fn flow(&mut self, runs: &[Span<'static>], margin: &Margin) {
        self.lines.extend(ink::flow(runs, self.columns, &margin.first, &margin.rest));
    }

    /// An empty line, one at most.
    fn gap(&mut self, margin: &Margin) {
        let bar = self.look.sign(Sign::Bar).trim();
        let empty = |line: &Line<'_>| line.iter().all(|span| span.content.replace(bar, "").trim().is_empty());
        if self.lines.last().is_some_and(|line| !empty(line)) {
            self.lines.push(Line::from(margin.rest.clone()));
        }
    }

    /// Behind a bar there is a gap without one.
    fn end_bar(&mut self, margin: &Margin) {
        let bar = self.look.sign(Sign::Bar).trim();
        let empty = |line: &Line<'_>| line.iter().all(|span| span.content.replace(bar, "").trim().is_empty());
        while self.lines.last().is_some_and(empty) {
            self.lines.pop();
        }
        self.gap(margin);
    }

    fn no_gap(&mut self) {
        while self.lines.last().is_some_and(|line| line.iter().all(|span| span.content.trim().is_empty())) {
            self.lines.pop();
        }
    }

    fn code(&mut self, code: &Code, margin: &Margin) {
        let before: String = margin.rest.iter().map(|span| span.content.as_ref()).collect();
        let before = Span::styled(format!("{before}    "), FAINT);
        let painted = match code.info.lang.as_str() {
            "python" | "py" | "python3" | "pycon" => code::python(&code.text),
            _ => code::plain(&code.text),
        };
        for line in painted {
            self.lines.extend(ink::fit(line, self.columns, &before, self.look));
        }
    }

    fn table(&mut self, id: BlockId, margin: &Margin) {
        let rows: Vec<(bool, Vec<Vec<Span<'static>>>)> = self
            .document
            .children(id)
            .map(|(row, block)| {
                let cells = self.document.children(row).map(|(_, cell)| self.runs(cell)).collect();
                (matches!(block.kind, BlockKind::TableRow { header: true }), cells)
            })
            .collect();
        let wide = |cell: &Vec<Span<'static>>| cell.iter().map(Span::width).sum::<usize>();
        let count = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..count)
            .map(|at| rows.iter().filter_map(|(_, cells)| cells.get(at).map(wide)).max().unwrap_or(0))
            .collect();
        let room = self.columns.saturating_sub(margin.rest.iter().map(Span::width).sum());
        if widths.iter().sum::<usize>() + 2 * count.saturating_sub(1) <= room && !self.look.words {
            for (header, cells) in &rows {
                let mut line = margin.rest.clone();
                for (cell, width) in cells.iter().zip(&widths) {
                    line.extend(cell.iter().cloned().map(|span| if *header { span.patch_style(STRONG) } else { span }));
                    line.push(blank(width - wide(cell) + 2));
                }
                self.lines.push(Line::from(line));
            }
        } else {
            // Too wide to stand side by side: each cell on its own line, named by its column.
            let header = rows.first().filter(|(header, _)| *header).map(|(_, cells)| cells.clone()).unwrap_or_default();
            for (_, cells) in rows.iter().skip(usize::from(!header.is_empty())) {
                for (at, cell) in cells.iter().enumerate() {
                    let mut runs: Vec<Span<'static>> = header.get(at).cloned().unwrap_or_default();
                    runs.iter_mut().for_each(|run| run.style = run.style.patch(STRONG));
                    // A column need not have a name.
                    if runs.iter().any(|run| !run.content.trim().is_empty()) {
                        runs.push(Span::raw(": "));
                    }
                    runs.extend(cell.iter().cloned());
                    let inside = if at == 0 { margin.clone() } else { margin.deeper(blank(2), blank(2)) };
                    self.flow(&runs, &inside);
                }
            }
        }
        self.gap(margin);
    }

    /// The inline content of a block. Emphasis is read from the marks that stand between its pieces.
    fn runs(&self, block: &Block) -> Vec<Span<'static>> {
        let mut runs = Vec::new();
        let mut emphasis = Modifier::empty();
        let mut link: Option<(u32, Option<String>)> = None;
        let mut at = block.span.start;
        for inline in &block.inlines {
            let span = inline.span;
            if let Some((end, url)) = link.take() {
                if span.start < end {
                    link = Some((end, url));
                } else {
                    runs.extend(url.map(|url| ink::span(format!(" ({url})"), FAINT)));
                    at = end;
                }
            }
            if span.start >= at {
                emphasis ^= marks(&self.text[at as usize..span.start as usize]);
            }
            let style = PLAIN.add_modifier(emphasis);
            match &inline.kind {
                InlineKind::Text => {
                    let text = etude_markdown::decode(span.slice(self.text));
                    let style = if link.is_some() { style.patch(LINK) } else { style };
                    runs.push(ink::span(text, style));
                }
                InlineKind::Code(code) if self.look.words => runs.push(ink::span(format!("`{code}`"), style)),
                InlineKind::Code(code) => runs.push(ink::span(code, style.patch(CODE))),
                InlineKind::Link { text, url, .. } => {
                    let told = (url.starts_with("http") && url != text).then(|| url.clone());
                    link = Some((span.end, told));
                    at = span.start;
                    continue;
                }
                InlineKind::Image { alt, .. } => runs.push(ink::span(format!("[picture: {alt}]"), FAINT)),
                InlineKind::UndefinedReference { label } => runs.push(ink::span(format!("[{label}]"), style)),
                InlineKind::FootnoteReference { label } => runs.push(ink::span(format!("[{label}]"), FAINT)),
                InlineKind::Break => {
                    let source = span.slice(self.text);
                    let hard = source.starts_with('\\') || source.starts_with("  ");
                    runs.push(Span::styled(if hard { "\n" } else { " " }, Style::new()));
                }
                InlineKind::Html => {}
            }
            at = span.end;
        }
        if let Some((_, Some(url))) = link {
            runs.push(ink::span(format!(" ({url})"), FAINT));
        }
        runs
    }
}

/// What the marks between two pieces switch on or off.
fn marks(between: &str) -> Modifier {
    let mut emphasis = Modifier::empty();
    for mark in ['*', '_'] {
        let count = between.chars().filter(|char| *char == mark).count();
        if count & 1 == 1 {
            emphasis ^= Modifier::ITALIC;
        }
        if count & 2 == 2 {
            emphasis ^= Modifier::BOLD;
        }
    }
    if between.contains('~') {
        emphasis ^= Modifier::CROSSED_OUT;
    }
    emphasis
}

fn blank(width: usize) -> Span<'static> {
    Span::raw(" ".repeat(width))
}

/// The text of a page without its looks.
pub(super) fn plain(lines: &[Line<'_>]) -> String {
    lines.iter().map(|line| format!("{}\n", visible(line.to_string().trim_end()))).collect()
}
