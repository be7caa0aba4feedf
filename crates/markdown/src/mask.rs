//! The text as comrak gets to see it.
//!
//! comrak decides about blocks only; what stands inside a line is read by `inline`. So the copy given to it may be
//! changed, byte for byte, wherever that cannot move a block:
//!
//! - Inline markup is blanked. comrak then never spends time on it, whatever it looks like, and never takes away
//!   link definitions, whose place it would not tell.
//! - Colon fences become tilde fences, which have the same rules.
//! - Containers beyond a depth nobody writes are blanked, because comrak visits every open container for each line.

/// Markers of containers that one line may open.
const MAX_MARKERS: usize = 48;
/// The column from which on no marker opens a container. Deeper ones need as much indentation, so this bounds depth.
const MAX_COLUMN: usize = 160;

pub(crate) struct Masked {
    pub(crate) text: String,
    /// Where containers were cut off for being too deep.
    pub(crate) cuts: Vec<usize>,
}

pub(crate) fn mask(text: &str) -> Masked {
    let mut masker = Masker {
        bytes: text.as_bytes().to_vec(),
        cuts: Vec::new(),
        code: None,
        item: 0,
        code_item: 0,
        colon_item: 0,
        colons: Vec::new(),
        has_colons: memchr::memmem::find(text.as_bytes(), b":::").is_some(),
    };
    // comrak would skip it; the one of the file has been cut off before, so this one is text.
    if text.starts_with('\u{feff}') {
        masker.bytes[..3].fill(b'x');
    }
    let mut start = 0;
    while start < masker.bytes.len() {
        let rest = &masker.bytes[start..];
        let end = start + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        masker.line(start, end);
        start = end + 1;
    }
    // Only ASCII was replaced, by ASCII.
    Masked { text: String::from_utf8(masker.bytes).unwrap_or_default(), cuts: masker.cuts }
}

struct Masker {
    bytes: Vec<u8>,
    cuts: Vec<usize>,
    /// The open code fence: its character and length.
    code: Option<(u8, usize)>,
    /// The column at which the content of the list item starts that the next line is taken to be in.
    item: usize,
    /// That column where the open code fence and the outermost colon fence started: a line before it ends them.
    code_item: usize,
    colon_item: usize,
    /// The lengths of the open colon fences.
    colons: Vec<usize>,
    has_colons: bool,
}

impl Masker {
    fn line(&mut self, start: usize, end: usize) {
        let Some((at, column, marked)) = self.content(start, end) else { return };
        let first = self.bytes[at];
        if self.has_colons {
            self.containers(column, marked);
            self.fences(first, at, end);
        }
        match first {
            // HTML: how the block starts and ends depends on all of it.
            b'<' => return,
            b'*' | b'_' if self.bytes[at..end].iter().all(|&b| b == first || b == b' ' || b == b'\t') => return,
            _ => {}
        }
        let bytes = &mut self.bytes;
        let mut i = at;
        while i < end {
            match bytes[i] {
                b'*' | b'_' | b'[' | b'&' | b'!' | 0 => bytes[i] = b'x',
                // A backtick in the info string keeps a line from opening a fence.
                b'`' if first != b'`' => bytes[i] = b'x',
                b'<' if bytes.get(i + 1) != Some(&b'/') => bytes[i] = b'x',
                // A pipe behind a backslash separates no cells, even if that backslash is escaped itself.
                b'\\' if i + 1 < end && bytes[i + 1] == b'|' => i += 1,
                b'\\' => bytes[i] = b'x',
                _ => {}
            }
            i += 1;
        }
    }

    /// Follows list items roughly, so that a fence left open in one does not swallow what follows the list.
    fn containers(&mut self, column: usize, marked: Option<usize>) {
        let indent = marked.unwrap_or(column);
        if self.code.is_some() && indent < self.code_item {
            self.code = None;
        }
        if !self.colons.is_empty() && indent < self.colon_item {
            self.colons.clear();
        }
        if self.code.is_none() {
            if marked.is_some() {
                self.item = column;
            } else if column < self.item {
                self.item = 0;
            }
        }
    }

    /// Where the content of the line starts, behind all that may be markers of containers, its column, and the column
    /// of the first marker. `None` for a blank line.
    fn content(&mut self, start: usize, end: usize) -> Option<(usize, usize, Option<usize>)> {
        let mut at = start;
        let mut column = 0;
        let mut markers = 0;
        let mut marked = None;
        loop {
            while at < end {
                match self.bytes[at] {
                    b' ' => column += 1,
                    b'\t' => column += 4 - column % 4,
                    _ => break,
                }
                at += 1;
            }
            if at == end {
                return None;
            }
            let Some(width) = marker(&self.bytes[at..end]) else { return Some((at, column, marked)) };
            if markers >= MAX_MARKERS || column >= MAX_COLUMN {
                let first = self.bytes[at];
                let rule = self.bytes[at..end].iter().all(|&b| b == first || b == b' ' || b == b'\t');
                if !rule || first == b'>' {
                    self.cuts.push(at);
                    self.bytes[at] = b'x';
                }
                return Some((at, column, marked));
            }
            markers += 1;
            // The marker of a quote stands on each of its lines, so that columns do not tell the items in it.
            if self.bytes[at] != b'>' {
                marked.get_or_insert(column);
            }
            at += width;
            column += width;
        }
    }

    /// Follows fences from line to line, and turns the outermost colon fences into tilde fences.
    fn fences(&mut self, first: u8, at: usize, end: usize) {
        let run = self.bytes[at..end].iter().take_while(|&&b| b == first).count();
        let info = self.bytes[at + run..end].trim_ascii();
        match (first, self.code) {
            (b'`' | b'~', _) if run >= 3 => {
                match self.code {
                    Some((open, len)) if open == first && run >= len && info.is_empty() => self.code = None,
                    None if first == b'~' || !info.contains(&b'`') => {
                        self.code = Some((first, run));
                        self.code_item = self.item;
                    }
                    _ => {}
                }
                // Inside a colon fence that is now one of tildes, a tilde fence would end it.
                if first == b'~' && !self.colons.is_empty() {
                    self.bytes[at..at + run].fill(b'x');
                }
            }
            (b':', None) if run >= 3 => {
                let outermost = if info.is_empty() {
                    self.close(run)
                } else {
                    opens_directive(info) && {
                        if self.colons.is_empty() {
                            self.colon_item = self.item;
                        }
                        self.colons.push(run);
                        self.colons.len() == 1
                    }
                };
                if outermost {
                    self.bytes[at..at + run].fill(b'~');
                }
            }
            _ => {}
        }
    }

    /// Whether a closing line of this length closes the outermost colon fence.
    fn close(&mut self, run: usize) -> bool {
        // MyST nests by length, Pandoc by order. An exact match is MyST's; else the innermost is meant.
        let keep = match self.colons.iter().rposition(|&len| len == run) {
            Some(exact) => exact,
            None if self.colons.last().is_some_and(|&len| len < run) => self.colons.len() - 1,
            None => return false,
        };
        self.colons.truncate(keep);
        keep == 0
    }
}

/// Whether what stands behind the colons of a fence names a directive: `{name}`, `{.class}`, `name`.
pub(crate) fn opens_directive(info: &[u8]) -> bool {
    match info.first() {
        Some(b'{') => info.len() > 2,
        Some(first) if first.is_ascii_alphabetic() => {
            let name = info.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
            matches!(info.get(name), None | Some(b' ' | b'\t' | b'[' | b'{'))
        }
        _ => false,
    }
}

/// The length of the container marker at the start of `line`.
fn marker(line: &[u8]) -> Option<usize> {
    let spaced = |at: usize| line.get(at).is_none_or(|b| b.is_ascii_whitespace());
    match line.first()? {
        b'>' => Some(1),
        b'-' | b'+' | b'*' if spaced(1) => Some(1),
        b'0'..=b'9' => {
            let digits = line.iter().take(10).take_while(|b| b.is_ascii_digit()).count();
            (digits <= 9 && matches!(line.get(digits), Some(b'.' | b')')) && spaced(digits + 1)).then_some(digits + 1)
        }
        b'[' => footnote_marker(line),
        _ => None,
    }
}

/// The length of `[^label]:` at the start of `line`.
pub(crate) fn footnote_marker(line: &[u8]) -> Option<usize> {
    let label = line.strip_prefix(b"[^")?;
    let len = label.iter().position(|&b| b == b']' || b.is_ascii_whitespace())?;
    (len > 0 && label[len..].starts_with(b"]:")).then_some(len + 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(mask(text).text, expected);
    }

    #[test]
    fn inline_markup_is_blanked_and_structure_kept() {
        check("a *b* `c` [d](e)\n", "a xbx xcx xd](e)\n");
        check("[a]: /b\n[^n]: *c*\n", "xa]: /b\n[^n]: xcx\n");
        check("* * *\n***\n- **x**\n", "* * *\n***\n- xxxxx\n");
        check("| a \\| `b` | c\\\\ |\n|---|:-:|\n", "| a \\| xbx | cxx |\n|---|:-:|\n");
        check("```py\na </script> <b>\n", "```py\na </script> xb>\n");
    }

    #[test]
    fn outermost_colon_fences_become_tilde_fences() {
        check("::::{a}\n:::{b}\n:::\n~~~\n~~~\n::::\n", "~~~~{a}\n:::{b}\n:::\nxxx\nxxx\n~~~~\n");
        check("::: a\n::: b\n:::\n:::\n", "~~~ a\n::: b\n:::\n~~~\n");
        check("```\n:::{a}\n```\n", "```\n:::{a}\n```\n");
        check("- a\n\n  ```\n\n:::{b}\n:::\n", "- a\n\n  ```\n\n~~~{b}\n~~~\n");
        check(":::\n::: !\n", ":::\n::: x\n");
    }
}
