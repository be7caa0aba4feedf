//! Whether a line of code does what a text says of it. A line is wrong only where another one of the same code does it.

use etude_python::headers;

use crate::claim::{Deed, Says};
use crate::lesson::Lesson;
use crate::snippet::Snippet;
use crate::verdict::{Verdict, shown_lines};

pub(crate) fn decide(lesson: &Lesson, snippet: &Snippet, first: u32, last: u32, says: Option<&Says>) -> Verdict {
    if !is_shown(snippet, first, last) {
        let (start, count) = shown_lines(snippet);
        let shown = format!("the code shown has lines {start} to {}", start + count.max(1) - 1);
        return Verdict::False(shown);
    }
    const UNKNOWN: Verdict = Verdict::Undecided("the line is shown; whether it is what the text says was not compared");
    let Some(says) = says else { return UNKNOWN };
    let does = |snippet: &Snippet| -> Vec<(u32, u32)> { all_doing(snippet, says) };
    let among = |lines: &[(u32, u32)]| lines.iter().any(|(from, to)| *from <= last && first <= *to);
    let own = does(snippet);
    if among(&own) {
        return Verdict::True;
    }
    // A comment with the file's name may not have been counted, and other code may be meant.
    let named = snippet.title.is_some() && snippet.code.starts_with('#');
    let moved = named && own.iter().any(|(from, _)| *from == first + 1);
    let other = lesson.snippets.iter().any(|it| it.python.is_some() && among(&does(it)));
    let Some((line, _)) = own.first().filter(|_| !moved && !other && !snippet.is_cut()) else { return UNKNOWN };
    Verdict::False(format!("it is line {line} that {} `{}`", says.deed.as_str(), says.name))
}

/// Whether the code shown has these lines.
pub(crate) fn is_shown(snippet: &Snippet, first: u32, last: u32) -> bool {
    let (start, count) = shown_lines(snippet);
    start <= first && last < start + count
}

/// The first and the last line of each statement that does it.
fn all_doing(snippet: &Snippet, says: &Says) -> Vec<(u32, u32)> {
    let (start, _) = shown_lines(snippet);
    let line = |offset: u32| start + snippet.code[..offset as usize].matches('\n').count() as u32;
    let spans = headers(&snippet.code);
    let fits = spans.into_iter().filter(|span| does(span.slice(&snippet.code), says));
    fits.map(|span| (line(span.start), line(span.start + span.slice(&snippet.code).trim_end().len() as u32))).collect()
}

fn does(text: &str, Says { deed, name }: &Says) -> bool {
    let part = |char: char| char.is_alphanumeric() || char == '_';
    let words = text.match_indices(name.as_str()).filter_map(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + name.len()..]);
        (!before.ends_with(part) && !behind.starts_with(part)).then_some((before, behind))
    });
    let defined = |before: &str| ["def", "class"].iter().any(|word| before.trim_end().ends_with(word));
    words.into_iter().any(|(before, behind)| match deed {
        Deed::Calls => behind.trim_start().starts_with('(') && !defined(before),
        Deed::Awaits => before.contains("await "),
        Deed::Imports => ["import ", "from "].iter().any(|word| text.starts_with(word)),
        Deed::Defines => {
            let behind = behind.trim_start();
            defined(before) || behind.starts_with([':', '=']) && !behind.starts_with("==") && before.trim().is_empty()
        }
        Deed::Returns => text.starts_with("return "),
        Deed::Raises => text.starts_with("raise "),
        Deed::Shows => true,
    })
}
