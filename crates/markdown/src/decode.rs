use std::borrow::Cow;

/// The entities that people write. A name that is not here stays as it is.
const ENTITIES: [(&str, &str); 40] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", "\u{a0}"),
    ("copy", "©"),
    ("reg", "®"),
    ("trade", "™"),
    ("hellip", "…"),
    ("mdash", "—"),
    ("ndash", "–"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("bull", "•"),
    ("middot", "·"),
    ("times", "×"),
    ("divide", "÷"),
    ("plusmn", "±"),
    ("deg", "°"),
    ("micro", "µ"),
    ("sect", "§"),
    ("para", "¶"),
    ("larr", "←"),
    ("rarr", "→"),
    ("uarr", "↑"),
    ("darr", "↓"),
    ("harr", "↔"),
    ("le", "≤"),
    ("ge", "≥"),
    ("ne", "≠"),
    ("asymp", "≈"),
    ("infin", "∞"),
    ("lbrack", "["),
    ("rbrack", "]"),
    ("lowbar", "_"),
];

/// `text` with backslash escapes and entities replaced by what they stand for.
pub fn decode(text: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'\\', b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'\\', b'&', rest.as_bytes()) {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let skip = match entity(rest) {
            Some((shown, len)) => {
                decoded.push_str(&shown);
                len
            }
            None => {
                let escaped = rest.starts_with('\\') && rest[1..].starts_with(|c: char| c.is_ascii_punctuation());
                let len = 1 + usize::from(escaped);
                decoded.push_str(&rest[usize::from(escaped)..len]);
                len
            }
        };
        rest = &rest[skip..];
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// The entity at the start of `text` and its length.
fn entity(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let name = text.strip_prefix('&')?;
    let len = name.bytes().take(32).position(|b| b == b';')?;
    let name = &name[..len];
    let shown = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) if hex.len() <= 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                    u32::from_str_radix(hex, 16)
                }
                None if number.len() <= 7 && number.bytes().all(|b| b.is_ascii_digit()) => number.parse(),
                _ => return None,
            };
            let c = char::from_u32(code.ok()?).filter(|&c| c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER);
            Cow::Owned(c.to_string())
        }
        None => Cow::Borrowed(ENTITIES.iter().find(|(known, _)| *known == name)?.1),
    };
    Some((shown, len + 2))
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes_and_entities() {
        let check = |text: &str, expected: &str| assert_eq!(super::decode(text), expected);
        check("a\\*b\\c\\\\", "a*b\\c\\");
        check("&amp;&lt; &#35; &#x1F600; &nope; & &#0;", "&< # 😀 &nope; & \u{fffd}");
        check("\\&amp;", "&amp;");
    }
}
