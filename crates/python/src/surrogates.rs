use etude_text::Span;
use ruff_python_ast::ModModule;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

use crate::module::span;

/// The `\ud800` escapes in string literals that stand for half a character, with the other half missing.
pub(crate) fn lone(source: &str, parsed: &Parsed<ModModule>) -> Vec<Span> {
    let mut found = Vec::new();
    if !source.contains("\\u") && !source.contains("\\U") {
        return found;
    }
    // Of the f-strings that are open, whether each is raw.
    let mut raw: Vec<bool> = Vec::new();
    let is_raw = |prefix: &str| prefix.contains(['r', 'R', 'b', 'B']);
    for token in parsed.tokens() {
        let span = span(token.range());
        let Some(text) = source.get(span.range()) else { continue };
        let prefix = text.split(['"', '\'']).next().unwrap_or_default();
        match token.kind() {
            TokenKind::String if !is_raw(prefix) => scan(text, span.start, &mut found),
            TokenKind::FStringStart | TokenKind::TStringStart => raw.push(is_raw(prefix)),
            TokenKind::FStringMiddle | TokenKind::TStringMiddle if raw.last() == Some(&false) => {
                scan(text, span.start, &mut found);
            }
            TokenKind::FStringEnd | TokenKind::TStringEnd => {
                raw.pop();
            }
            _ => {}
        }
    }
    found
}

fn scan(text: &str, start: u32, found: &mut Vec<Span>) {
    // A high half that waits for its low one.
    let mut high: Option<Span> = None;
    let mut at = 0;
    while let Some(backslash) = text[at..].find('\\').map(|len| at + len) {
        let high_before = high.take().filter(|half| half.end == start + backslash as u32);
        let Some((len, value)) = escape(&text[backslash..]) else {
            // An escaped character is never the start of an escape.
            at = backslash + 1 + text[backslash + 1..].chars().next().map_or(0, char::len_utf8);
            continue;
        };
        let span = Span::at(backslash..backslash + len).shift(start);
        at = backslash + len;
        match value {
            0xD800..=0xDBFF => {
                found.push(span);
                high = Some(span);
            }
            0xDC00..=0xDFFF if high_before.is_some() => {
                found.pop();
            }
            0xDC00..=0xDFFF => found.push(span),
            _ => {}
        }
    }
}

/// The length and value of `\uXXXX` or `\UXXXXXXXX`.
fn escape(text: &str) -> Option<(usize, u32)> {
    let digits = match text.as_bytes().get(1)? {
        b'u' => 4,
        b'U' => 8,
        _ => return None,
    };
    let digits = text.get(2..2 + digits)?;
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
    Some((2 + digits.len(), value))
}

#[cfg(test)]
mod tests {
    use crate::parse;

    fn check(source: &str, expected: &[&str]) {
        let found: Vec<&str> = parse(source).lone_surrogates.iter().map(|span| span.slice(source)).collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn a_half_alone() {
        check(r#"x = "\ud800""#, &[r"\ud800"]);
        check(r#"x = "\udc00\ud800" + '\uDFFF'"#, &[r"\udc00", r"\ud800", r"\uDFFF"]);
        check(r#"x = "\ud83d \ude00""#, &[r"\ud83d", r"\ude00"]);
        check(r#"x = f"{y}\ud800{z}""#, &[r"\ud800"]);
        check(r#"x = "\U0000d800""#, &[r"\U0000d800"]);
        check("x = \"é\\\u{e9}\\ud800\"", &[r"\ud800"]);
    }

    #[test]
    fn what_is_none() {
        check(r#"x = "\ud83d\ude00 \u00e9 \U0001f600""#, &[]);
        check(r#"x = "\\ud800""#, &[]);
        check(r#"x = r"\ud800", rf"\ud800{y}", b"\ud800""#, &[]);
        check(r#"x = "\ud8" "#, &[]);
        check("# \\ud800\n", &[]);
    }
}
