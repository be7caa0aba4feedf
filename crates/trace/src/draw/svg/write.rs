//! Text that may stand in an SVG file.

use std::fmt::Write as _;

pub(super) struct Out {
    text: String,
}

impl Out {
    pub(super) fn new() -> Self {
        Self { text: String::new() }
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn open(&mut self, name: &str, attributes: &str) {
        let _ = writeln!(self.text, "<{name} {attributes}>");
    }

    pub(super) fn close(&mut self, name: &str) {
        let _ = writeln!(self.text, "</{name}>");
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// For text and for attributes in double quotes. What XML cannot hold at all becomes a question mark.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('?'),
            // Marks of direction would turn round what comes after them.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('?'),
            _ => out.push(character),
        }
    }
    out
}

/// At most so many characters, the last of them a mark that something is missing.
pub(super) fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A share as SVG has it, with no more digits than can be seen.
pub(super) fn percent(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{}%", if text.is_empty() { "0" } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(escape("</text><script>\"&\u{1b}\u{202e}"), "&lt;/text&gt;&lt;script&gt;&quot;&amp;??");
    }

    #[test]
    fn shares_are_short() {
        assert_eq!([0.0, 100.0, 12.5, 12.344].map(percent), ["0%", "100%", "12.5%", "12.34%"]);
    }

    #[test]
    fn long_text_is_clipped_by_character() {
        assert_eq!(clip("日本語日本語", 4), "日本語…");
        assert_eq!(clip("abc", 3), "abc");
    }
}
