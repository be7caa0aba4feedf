//! What a program of a stranger writes, made fit for a terminal.

use etude_text::render::push_visible;

/// Turns bytes into text a terminal can only show: lines, tabs, colours. Everything else it might act on (moving the
/// cursor, changing the title, answering questions into the input) becomes visible instead. Works on a stream, so what
/// is cut by the end of a write is kept for the next.
#[derive(Debug, Default)]
pub(crate) struct Harmless {
    colors: bool,
    rest: Vec<u8>,
    colored: bool,
}

/// Longer than any colour; what goes on after it is no colour.
const LONGEST_COLOR: usize = 40;

impl Harmless {
    pub(crate) fn new(colors: bool) -> Self {
        Self { colors, ..Self::default() }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) -> String {
        self.rest.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.rest);
        let mut out = String::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            let left = &bytes[at..];
            match left[0] {
                0x1b => match color(left) {
                    Color::Whole { length, kept } => {
                        if self.colors && kept {
                            out.push_str(&String::from_utf8_lossy(&left[..length]));
                            self.colored = true;
                        }
                        at += length;
                    }
                    Color::Cut => break,
                    Color::Other => {
                        out.push('␛');
                        at += 1;
                    }
                },
                b'\r' if left.len() == 1 => break,
                b'\r' if left[1] == b'\n' => at += 1,
                _ => {
                    let end = left.iter().position(|byte| matches!(byte, 0x1b | b'\r')).unwrap_or(left.len());
                    let end = end.max(1);
                    at += text(&left[..end], end == left.len(), &mut out);
                    if end == left.len() {
                        break;
                    }
                }
            }
        }
        self.rest = bytes[at..].to_vec();
        out
    }

    /// What is still to be shown when no more comes.
    pub(crate) fn end(&mut self) -> String {
        let rest = std::mem::take(&mut self.rest);
        let mut out = String::new();
        String::from_utf8_lossy(&rest).chars().for_each(|char| push_shown(&mut out, char));
        if std::mem::take(&mut self.colored) {
            out.push_str("\u{1b}[0m");
        }
        out
    }
}

/// Adds what `bytes` say and returns how many of them are dealt with; a character may go on in the next write.
fn text(bytes: &[u8], more_may_come: bool, out: &mut String) -> usize {
    let mut done = 0;
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|char| push_shown(out, char));
        done += chunk.valid().len();
        let bad = chunk.invalid();
        let cut = more_may_come && done + bad.len() == bytes.len() && bad.len() < 4 && starts_a_char(bad);
        if cut {
            return done;
        }
        if !bad.is_empty() {
            out.push('\u{fffd}');
        }
        done += bad.len();
    }
    done
}

fn starts_a_char(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

fn push_shown(out: &mut String, char: char) {
    if matches!(char, '\t' | '\n') {
        out.push(char);
    } else {
        push_visible(out, char);
    }
}

enum Color {
    Whole { length: usize, kept: bool },
    Cut,
    Other,
}

/// Whether an escape sequence begins here that sets colours.
fn color(bytes: &[u8]) -> Color {
    if bytes.len() < 2 {
        return Color::Cut;
    }
    if bytes[1] != b'[' {
        return Color::Other;
    }
    let end = bytes[2..].iter().position(|byte| !matches!(byte, b'0'..=b'9' | b';'));
    match end.map(|end| end + 2) {
        Some(end) if bytes[end] == b'm' && end < LONGEST_COLOR => {
            let kept = std::str::from_utf8(&bytes[2..end]).is_ok_and(is_readable);
            Color::Whole { length: end + 1, kept }
        }
        Some(_) => Color::Other,
        None if bytes.len() < LONGEST_COLOR => Color::Cut,
        None => Color::Other,
    }
}

/// Not what blinks, hides, or changes the font.
fn is_readable(parameters: &str) -> bool {
    let mut numbers = parameters.split(';').map(|number| if number.is_empty() { "0" } else { number });
    while let Some(number) = numbers.next() {
        match number.parse::<u16>() {
            Ok(38 | 48) => {
                let rest = match numbers.next() {
                    Some("5") => 1,
                    Some("2") => 3,
                    _ => return false,
                };
                if (0..rest).any(|_| numbers.next().is_none_or(|number| number.parse::<u8>().is_err())) {
                    return false;
                }
            }
            Ok(0..=4 | 7 | 9 | 22..=24 | 27 | 29 | 30..=37 | 39 | 40..=47 | 49 | 90..=97 | 100..=107) => {}
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However the bytes are cut into writes, the same is shown.
    fn check(bytes: &[u8], expected: &str) {
        for size in [1, 2, 3, bytes.len().max(1)] {
            let mut harmless = Harmless::new(true);
            let mut shown: String = bytes.chunks(size).map(|chunk| harmless.feed(chunk)).collect();
            shown.push_str(&harmless.end());
            assert_eq!(shown, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn text_stays_as_it_is() {
        check("one\ttwo\nthree é 日本\n".as_bytes(), "one\ttwo\nthree é 日本\n");
        check(b"dos\r\nline", "dos\nline");
        check(b"\xff\xe6\x97", "\u{fffd}\u{fffd}");
    }

    #[test]
    fn colours_pass_and_end() {
        check(b"\x1b[1;31mred\x1b[0m", "\u{1b}[1;31mred\u{1b}[0m\u{1b}[0m");
        check(b"\x1b[38;5;200mx\x1b[48;2;1;2;3my", "\u{1b}[38;5;200mx\u{1b}[48;2;1;2;3my\u{1b}[0m");
        check(b"\x1b[8mhidden\x1b[5m", "hidden");
        check(b"\x1b[38;5mx", "x");
    }

    #[test]
    fn everything_else_can_only_be_seen() {
        check(b"\x1b[2J\x1b[H", "␛[2J␛[H");
        check(b"\x1b]0;title\x07", "␛]0;title␇");
        check(b"a\rb\x08c\x7f", "a␍b␈c␡");
        check("\u{9b}2J\u{202e}".as_bytes(), "\u{fffd}2J\u{fffd}");
        check(b"\x1b[?25l\x1b", "␛[?25l␛");
        check(b"\x1b[99999999999999999999999999999999999999999999m", "␛[99999999999999999999999999999999999999999999m");
    }

    #[test]
    fn where_nobody_wants_colours_there_are_none() {
        let mut harmless = Harmless::new(false);
        assert_eq!(harmless.feed(b"\x1b[31mred\x1b[0m") + &harmless.end(), "red");
    }
}
