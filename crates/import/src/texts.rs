//! Texts in Markdown, changed where they must be and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use etude_course::Files;
use etude_markdown::{BlockKind, Document, InlineKind};
use etude_text::{Edit, LineIndex, Span, apply_edits};

use crate::carrier::Carrier;
use crate::report::Place;

/// A text, and the title it began with, which is no longer in it. Front matter goes too.
pub(crate) fn without_title(text: &str) -> (Option<String>, String) {
    let document = etude_markdown::parse(text);
    let start = document.front_matter.as_ref().map_or(0, |matter| matter.span.end);
    let first = document.roots().next().map(|(_, block)| block);
    let (title, start) = match first {
        Some(block) => match &block.kind {
            BlockKind::Heading(heading) if heading.level == 1 => (Some(heading.text.clone()), block.span.end),
            _ => (None, start),
        },
        None => (None, start),
    };
    let rest = text.get(start as usize..).unwrap_or_default();
    (title, format!("{}\n", rest.trim_start_matches('\u{feff}').trim_matches(['\n', '\r'])))
}

/// Texts one behind the other under one title, with a blank line between them.
pub(crate) fn joined<'a>(title: &str, texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = format!("# {}\n", title.split_whitespace().collect::<Vec<_>>().join(" "));
    for text in texts.into_iter().map(|text| text.trim_matches(['\n', '\r'])).filter(|text| !text.is_empty()) {
        out.push_str(&format!("\n{text}\n"));
    }
    out
}

/// Headings such as `## 2. Count the cups`, by their number.
pub(crate) fn numbered(text: &str) -> BTreeMap<u32, String> {
    let document = etude_markdown::parse(text);
    let headings = document.iter().filter_map(|(_, block)| match &block.kind {
        BlockKind::Heading(heading) => heading.text.split_once(['.', ')']),
        _ => None,
    });
    headings.filter_map(|(number, rest)| Some((number.trim().parse().ok()?, rest.trim().to_owned()))).collect()
}

/// The section of a text under the heading that `accepts` accepts, without that heading, and the text without it.
pub(crate) fn cut_section(text: &str, accepts: impl Fn(&str) -> bool) -> Option<(String, String)> {
    let document = etude_markdown::parse(text);
    let mut headings = document.roots().filter_map(|(_, block)| match &block.kind {
        BlockKind::Heading(heading) => Some((heading, block.span)),
        _ => None,
    });
    let (found, span) = headings.by_ref().find(|(heading, _)| accepts(&heading.text))?;
    let end = headings.find(|(heading, _)| heading.level <= found.level).map_or(text.len(), |it| it.1.start as usize);
    let section = text[span.end as usize..end].trim_matches(['\n', '\r']).to_owned();
    let rest = format!("{}\n\n{}", text[..span.start as usize].trim_end(), &text[end..]);
    Some((section, format!("{}\n", rest.trim_end())))
}

/// The text with some of its addresses changed.
pub(crate) fn with_addresses(text: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let document = etude_markdown::parse(text);
    let edits = addresses(&document).filter_map(|(address, span)| {
        // Escapes in the source would need more care than any address has had so far.
        let span = span.filter(|span| span.slice(text) == address)?;
        Some(Edit::new(span, change(address)?))
    });
    spliced(text, &edits.collect::<Vec<_>>())
}

/// The text with Exercism's `[concept:python/bools]()` as links like others: a kind and a name give a title and an address.
pub(crate) fn with_shortcuts(text: &str, change: impl Fn(&str, &str) -> Option<(String, String)>) -> String {
    let document = etude_markdown::parse(text);
    let mut edits = Vec::new();
    for inline in document.blocks.iter().flat_map(|block| &block.inlines) {
        let InlineKind::Link { text: words, url, .. } = &inline.kind else { continue };
        let Some((kind, rest)) = words.split_once(':').filter(|_| url.is_empty()) else { continue };
        if let Some((title, address)) = change(kind, rest.rsplit('/').next().unwrap_or(rest)) {
            edits.push(Edit::new(inline.span, format!("[{title}]({address})")));
        }
    }
    spliced(text, &edits)
}

fn addresses(document: &Document) -> impl Iterator<Item = (&str, Option<Span>)> {
    let inlines = document.blocks.iter().flat_map(|block| &block.inlines);
    let links = inlines.filter_map(|inline| match &inline.kind {
        InlineKind::Link { url, url_span, .. } | InlineKind::Image { url, url_span, .. } => {
            Some((url.as_str(), *url_span))
        }
        _ => None,
    });
    let definitions = document.definitions.iter();
    links.chain(definitions.map(|definition| (definition.url.as_str(), Some(definition.url_span))))
}

/// Carries what a text at `from` shows or links to in its own folder or below, and says what is not there. What lies
/// further up moves into `images/`.
pub(crate) fn with_neighbours(text: &str, from: &str, to: &str, files: &Files, carrier: &mut Carrier<'_>) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let document = etude_markdown::parse(text);
    let lines = LineIndex::new(text);
    let mut moved: BTreeMap<String, String> = BTreeMap::new();
    for (address, span) in addresses(&document) {
        let path = address.split(['#', '?']).next().unwrap_or_default();
        if path.is_empty() || path.contains(':') || path.starts_with('/') {
            continue;
        }
        let Some(place) = resolved(folder, path) else { continue };
        if !files.contains_key(&place) {
            let folder_there = files.keys().any(|file| file.starts_with(&format!("{place}/")));
            if !folder_there && !path.contains("%") {
                let line = span.map_or(Place::Whole, |span| Place::Line(lines.line(span.start)));
                let place = if from.ends_with(".ipynb") { Place::Whole } else { line };
                carrier.lost(from, place, format!("`{path}` is not among the files"));
            }
            continue;
        }
        // A link to another text leads to where that one goes.
        if place.ends_with(".md") || place.ends_with(".ipynb") {
            continue;
        }
        let target = match place.strip_prefix(folder) {
            Some(below) => below.trim_start_matches('/').to_owned(),
            None => format!("images/{}", place.rsplit('/').next().unwrap_or_default()),
        };
        if carrier.copy(&place, &format!("{to}{target}")) && target != path {
            moved.insert(address.to_owned(), target);
        }
    }
    with_addresses(text, |address| moved.get(address).cloned())
}

/// `../images/tea.png` seen from `labs/tea` is `labs/images/tea.png`.
pub(crate) fn resolved(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Texts that will be one, with labels that mean something else in a later one made unique.
pub(crate) fn with_own_labels(texts: &mut [String]) {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for (index, text) in texts.iter_mut().enumerate() {
        let document = etude_markdown::parse(text);
        let definitions = || document.definitions.iter().map(|it| (it.label.to_lowercase(), it));
        let clashes: BTreeSet<String> = definitions()
            .filter(|(label, definition)| known.get(label).is_some_and(|url| *url != definition.url))
            .map(|(label, _)| label)
            .collect();
        let mut edits = Vec::new();
        for (label, definition) in definitions() {
            let source = definition.span.slice(text);
            match source.find(']').filter(|_| clashes.contains(&label)) {
                Some(end) => {
                    edits.push(Edit::new(Span::empty(definition.span.start + end as u32), format!("-{index}")))
                }
                None => drop(known.insert(label, definition.url.clone())),
            }
        }
        for inline in document.blocks.iter().flat_map(|block| &block.inlines) {
            let InlineKind::Link { reference: Some(label), .. } = &inline.kind else { continue };
            if !clashes.contains(&label.to_lowercase()) {
                continue;
            }
            let source = inline.span.slice(text);
            let end = inline.span.end;
            if source.ends_with("[]") {
                edits.push(Edit::new(Span::empty(end - 1), format!("{label}-{index}")));
            } else if source.ends_with(&format!("][{label}]")) {
                edits.push(Edit::new(Span::empty(end - 1), format!("-{index}")));
            } else {
                edits.push(Edit::new(Span::empty(end), format!("[{label}-{index}]")));
            }
        }
        *text = spliced(text, &edits);
    }
}

fn spliced(text: &str, edits: &[Edit]) -> String {
    let bytes = apply_edits(text.as_bytes(), edits).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}

/// A fence around `code`, longer than any in it.
pub(crate) fn fence(info: &str, code: &str) -> String {
    let longest = code.split(|char| char != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest.max(2) + 1);
    format!("{ticks}{info}\n{}\n{ticks}\n", code.trim_end_matches(['\n', '\r']))
}

/// Text of a file, its line ends as they are.
pub(crate) fn text(files: &Files, path: &str) -> Option<String> {
    files.get(path).map(|content| String::from_utf8_lossy(content).into_owned())
}
