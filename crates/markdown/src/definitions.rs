//! Link reference definitions: `[label]: url "title"` at the start of a paragraph.

use std::collections::HashMap;
use std::ops::Range;

/// One definition, as ranges of the paragraph's text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) label: Range<usize>,
    /// Without `<` and `>`.
    pub(crate) url: Range<usize>,
    /// Without its quotes.
    pub(crate) title: Range<usize>,
    /// Where the definition ends, before the line end.
    pub(crate) end: usize,
    /// Where the next line starts.
    pub(crate) next: usize,
}

/// Where a label leads: its place in `Document::definitions`. The first definition of a label counts.
#[derive(Default)]
pub(crate) struct Labels(HashMap<String, usize>);

impl Labels {
    pub(crate) fn add(&mut self, label: &str, index: usize) {
        self.0.entry(normalize(label)).or_insert(index);
    }

    pub(crate) fn get(&self, label: &str) -> Option<usize> {
        if self.0.is_empty() { None } else { self.0.get(&normalize(label)).copied() }
    }
}

/// The form in which labels are compared: blanks collapsed, case folded.
pub(crate) fn normalize(label: &str) -> String {
    let mut folded = String::with_capacity(label.len());
    for word in label.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        if word.is_ascii() {
            folded.extend(word.bytes().map(|b| char::from(b.to_ascii_lowercase())));
        } else {
            // There and back: `ẞ`, `ß` and `SS` are one.
            folded.push_str(&word.to_lowercase().to_uppercase().to_lowercase());
        }
    }
    folded
}

/// The definition that starts at `at`, where a line starts.
pub(crate) fn parse(text: &str, at: usize) -> Option<Found> {
    let bytes = text.as_bytes();
    let label = label(text, at)?;
    if text[label.clone()].trim().is_empty() || bytes.get(label.end + 1) != Some(&b':') {
        return None;
    }
    let start = blanks_and_line_end(bytes, label.end + 2)?;
    let (url, after_url) = destination(bytes, start)?;
    if url.is_empty() && after_url == start {
        return None;
    }
    if let Some(open) = blanks_and_line_end(bytes, after_url).filter(|&open| open > after_url)
        && let Some((title, after_title)) = title(bytes, open)
        && let Some(next) = line_end(bytes, after_title)
    {
        return Some(Found { label, url, title, end: after_title, next });
    }
    let next = line_end(bytes, after_url)?;
    Some(Found { label, url, title: after_url..after_url, end: after_url, next })
}

/// The inside of `[label]` at `at`; it holds no bracket that is not escaped.
pub(crate) fn label(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'[') {
        return None;
    }
    let mut i = at + 1;
    while i < bytes.len() && i - at <= 1000 {
        match bytes[i] {
            b']' => return Some(at + 1..i),
            b'[' => return None,
            b'\\' if bytes.get(i + 1).is_some_and(u8::is_ascii_punctuation) => i += 2,
            _ => i += 1,
        }
    }
    None
}

/// A link destination at `at`, without its angle brackets, and where it ends.
pub(crate) fn destination(bytes: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let mut i = at;
    if bytes.get(at) == Some(&b'<') {
        loop {
            i += 1;
            match bytes.get(i)? {
                b'>' => return Some((at + 1..i, i + 1)),
                b'<' | b'\n' => return None,
                b'\\' if bytes.get(i + 1).is_some_and(u8::is_ascii_punctuation) => i += 1,
                _ => {}
            }
        }
    }
    let mut open = 0;
    while let Some(&byte) = bytes.get(i) {
        match byte {
            b'\\' if bytes.get(i + 1).is_some_and(u8::is_ascii_punctuation) => i += 1,
            b'(' => {
                open += 1;
                // The limit cmark has.
                if open > 32 {
                    return None;
                }
            }
            b')' if open == 0 => break,
            b')' => open -= 1,
            b if b <= b' ' || b == 0x7f => break,
            _ => {}
        }
        i += 1;
    }
    (open == 0).then_some((at..i, i))
}

/// A title in quotes or parentheses at `at`, without them, and where it ends.
pub(crate) fn title(bytes: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let close = match bytes.get(at)? {
        b'(' => b')',
        &quote @ (b'"' | b'\'') => quote,
        _ => return None,
    };
    let mut i = at + 1;
    loop {
        match *bytes.get(i)? {
            b if b == close => return Some((at + 1..i, i + 1)),
            b'(' if close == b')' => return None,
            b'\\' if bytes.get(i + 1).is_some_and(u8::is_ascii_punctuation) => i += 2,
            _ => i += 1,
        }
    }
}

/// Past blanks and at most one line end.
pub(crate) fn blanks_and_line_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut i = blanks(bytes, at);
    if bytes.get(i) == Some(&b'\n') {
        i = blanks(bytes, i + 1);
    }
    (i < bytes.len()).then_some(i)
}

fn blanks(bytes: &[u8], at: usize) -> usize {
    at + bytes[at.min(bytes.len())..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// The start of the next line, if nothing but blanks is left of this one.
fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(blanks(bytes, at)) {
        None => Some(bytes.len()),
        Some(b'\n') => Some(blanks(bytes, at) + 1),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut shown = String::new();
        let mut at = 0;
        while let Some(found) = parse(text, at) {
            shown += &format!("{}|{}|{};", &text[found.label], &text[found.url], &text[found.title]);
            at = found.next;
        }
        shown += &format!(" rest {:?}", &text[at..]);
        assert_eq!(shown, expected);
    }

    #[test]
    fn definitions_in_a_row() {
        check("[a]: /b\n[c d]: <e f> 'g'\nrest", "a|/b|;c d|e f|g; rest \"rest\"");
        check("[a]:\n  /b\n  \"two\nlines\"", "a|/b|two\nlines; rest \"\"");
        check("[a]: <>", "a||; rest \"\"");
        check("[a\\]]: b(c)d (t)", "a\\]|b(c)d|t; rest \"\"");
    }

    #[test]
    fn a_title_that_does_not_end_its_line_is_no_title() {
        check("[a]: /b\n\"t\" x", "a|/b|; rest \"\\\"t\\\" x\"");
        check("[a]: /b \"t\" x", " rest \"[a]: /b \\\"t\\\" x\"");
    }

    #[test]
    fn what_is_no_definition() {
        check("[]: /b", " rest \"[]: /b\"");
        check("[a] : /b", " rest \"[a] : /b\"");
        check("[a[b]: /c", " rest \"[a[b]: /c\"");
        check("[a]:", " rest \"[a]:\"");
        check("[a]: b c", " rest \"[a]: b c\"");
    }

    #[test]
    fn labels_are_compared_without_case_and_blanks() {
        let mut labels = Labels::default();
        labels.add("Straße  zwei", 0);
        labels.add("STRASSE zwei", 1);
        assert_eq!(labels.get("strasse\nZWEI"), Some(0));
        assert_eq!(labels.get("other"), None);
    }
}
