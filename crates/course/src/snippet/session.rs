//! Which snippets belong together: sessions, platform pairs, before/after pairs.

use etude_markdown::{BlockKind, Document};

use super::{Lang, Pair, Siblings, Snippet, SnippetKind};
use crate::section::{Section, SectionId};

/// A shell snippet and a PowerShell snippet with nothing but labels between them say the same for two platforms.
pub(super) fn pair_platforms(snippets: &mut [Snippet], document: &Document, siblings: &Siblings) {
    for second in 1..snippets.len() {
        let first = second - 1;
        let (one, two) = (&snippets[first], &snippets[second]);
        let platforms = [one.lang, two.lang];
        let pair = platforms == [Lang::Shell, Lang::PowerShell] || platforms == [Lang::PowerShell, Lang::Shell];
        if !pair || one.section != two.section || one.pair.is_some() {
            continue;
        }
        let mut at = siblings.previous(two.block);
        while let Some(id) = at
            && matches!(document.block(id).kind, BlockKind::Paragraph)
        {
            at = siblings.previous(id);
        }
        if at == Some(one.block) {
            snippets[first].pair = Some(Pair::Platform(second));
            snippets[second].pair = Some(Pair::Platform(first));
        }
    }
}

/// "Before" and "After" headings side by side: the first Python snippet of each makes a pair.
pub(super) fn pair_changes(snippets: &mut [Snippet], sections: &[Section]) {
    let says = |section: &Section, word: &str| {
        section.title.to_lowercase().split(|char: char| !char.is_alphanumeric()).any(|part| part == word)
    };
    for (index, before) in sections.iter().enumerate() {
        let Some(after) = sections.get(index + 1) else { continue };
        let side_by_side = before.level == after.level && before.level > 0;
        if !side_by_side || !says(before, "before") || !says(after, "after") {
            continue;
        }
        let first = |section: usize| {
            snippets.iter().position(|it| it.section == SectionId(section as u32) && it.lang == Lang::Python)
        };
        if let (Some(old), Some(new)) = (first(index), first(index + 1)) {
            snippets[old].pair = Some(Pair::Before(new));
            snippets[new].pair = Some(Pair::After(old));
        }
    }
}

/// Names the session of each snippet: what the author says, else a server app with the shell snippets up to the next
/// heading of its level, else the shared kernel of notebook cells.
pub(super) fn assign(snippets: &mut [Snippet], sections: &[Section]) {
    let mut server: Option<(String, u32)> = None;
    let mut last_python: Option<usize> = None;
    for index in 0..snippets.len() {
        let snippet = &snippets[index];
        if let Some((_, end)) = &server
            && snippet.span.start >= *end
        {
            server = None;
        }
        let runs = snippet.runs();
        let session = if let Some(name) = snippet.attribute("session") {
            Some(name.to_owned())
        } else if snippet.flag("continues") {
            last_python.map(|last| {
                let name = snippets[last].session.clone().unwrap_or_else(|| snippets[last].id.clone());
                snippets[last].session = Some(name.clone());
                name
            })
        } else if snippet.kind == SnippetKind::Server {
            let (name, _) = server.get_or_insert_with(|| {
                let section = &sections[snippet.section.0 as usize];
                let name = if section.slug.is_empty() { "server".to_owned() } else { section.slug.clone() };
                (name, section.span.end)
            });
            Some(name.clone())
        } else if snippet.kind == SnippetKind::Shell {
            server.as_ref().map(|(name, _)| name.clone())
        } else if is_cell(snippet) {
            Some("cells".to_owned())
        } else {
            None
        };
        snippets[index].session = session;
        if runs && snippets[index].lang == Lang::Python {
            last_python = Some(index);
        }
    }
}

/// Notebook cells (`{code-cell}` of MyST, `{python}` of Quarto) share one interpreter.
fn is_cell(snippet: &Snippet) -> bool {
    snippet.lang == Lang::Python
        && (snippet.info.raw.starts_with("{code-cell}") || snippet.info.raw.starts_with("{python"))
}
