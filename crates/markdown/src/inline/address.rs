//! What is an address: in pointed brackets, behind a link's text, and bare.

use std::ops::Range;

use super::Target;
use crate::definitions;

/// The length of the address in `<address>`, and what a link puts before it.
pub(super) fn autolink(rest: &[u8]) -> Option<(usize, &'static str)> {
    let first = rest.get(1)?;
    if first.is_ascii_alphabetic() {
        let scheme =
            1 + rest[2..].iter().take(32).take_while(|b| b.is_ascii_alphanumeric() || b"+.-".contains(b)).count();
        if (2..=32).contains(&scheme) && rest.get(1 + scheme) == Some(&b':') {
            let len = rest[1..].iter().position(|&b| b <= b' ' || b == b'<' || b == b'>' || b == 0x7f)?;
            return (rest[1 + len] == b'>').then_some((len, ""));
        }
    }
    let local =
        rest[1..].iter().take(256).take_while(|&&b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b));
    let at = 1 + local.count();
    if at == 1 || rest.get(at) != Some(&b'@') {
        return None;
    }
    let domain = &rest[at + 1..];
    let len = domain.iter().take(256).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')).count();
    let labels = domain[..len].split(|&b| b == b'.');
    let valid =
        |label: &[u8]| !label.is_empty() && label.len() <= 63 && label[0] != b'-' && label[label.len() - 1] != b'-';
    (len > 0 && domain.get(len) == Some(&b'>') && labels.clone().all(valid)).then_some((at + len, "mailto:"))
}

/// `(url "title")` at `at` and where it ends, or how far was looked in vain.
pub(super) fn inline_target(bytes: &[u8], at: usize) -> Result<(Target, usize), usize> {
    let blanks = |mut i: usize| {
        while bytes.get(i).is_some_and(u8::is_ascii_whitespace) {
            i += 1;
        }
        i
    };
    let start = blanks(at + 1);
    let limit = bytes.len();
    let (url, after) = definitions::destination(bytes, start).ok_or(limit.min(start + 4096))?;
    let mut i = blanks(after);
    let mut title = after..after;
    if i > after
        && let Some((inside, end)) = definitions::title(bytes, i)
    {
        title = inside;
        i = blanks(end);
    }
    if bytes.get(i) == Some(&b')') { Ok((Target::Inline { url, prefix: "", title }, i + 1)) } else { Err(i.min(limit)) }
}

/// The first `https://…` or `www.…` in `range`, by GFM's rules, and what its address lacks.
pub(super) fn bare_link(text: &str, range: Range<usize>) -> Option<(Range<usize>, &'static str)> {
    let bytes = &text.as_bytes()[..range.end];
    let mut from = range.start;
    loop {
        let found = from + memchr::memchr2(b':', b'w', &bytes[from..])?;
        from = found + 1;
        let (start, host, prefix) = if bytes[found..].starts_with(b"://") {
            let scheme = [&b"https"[..], b"http", b"ftp"]
                .into_iter()
                .find(|scheme| ends_with(&bytes[range.start..found], scheme));
            let Some(scheme) = scheme else { continue };
            (found - scheme.len(), found + 3, "")
        } else if bytes[found..].starts_with(b"www.") {
            (found, found, "http://")
        } else {
            continue;
        };
        // What comes before must not be part of a word.
        let before = text[..start].chars().next_back();
        if before
            .is_some_and(|c| c.is_alphanumeric() || (!prefix.is_empty() && !c.is_whitespace() && !"*_~(".contains(c)))
        {
            continue;
        }
        let rest = &text[host..range.end];
        let len = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>')).unwrap_or(rest.len());
        let end = trim_link(text, start, host + len);
        let domain = &text[host..end.max(host)];
        let domain = &domain[..domain.find(['/', '?', '#', ':']).unwrap_or(domain.len())];
        let last_two: Vec<&str> = domain.rsplitn(3, '.').take(2).collect();
        if !domain.starts_with(|c: char| c.is_alphanumeric())
            || last_two.iter().any(|part| part.contains('_'))
            || (!prefix.is_empty() && domain.len() <= 4)
        {
            continue;
        }
        return Some((start..end, prefix));
    }
}

fn ends_with(bytes: &[u8], suffix: &[u8]) -> bool {
    bytes.len() >= suffix.len() && bytes[bytes.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}

/// Takes off what ends a sentence rather than an address.
fn trim_link(text: &str, start: usize, mut end: usize) -> usize {
    let bytes = text.as_bytes();
    let mut open = bytes[start..end].iter().filter(|&&b| b == b'(').count() as isize;
    open -= bytes[start..end].iter().filter(|&&b| b == b')').count() as isize;
    while end > start {
        match bytes[end - 1] {
            b'?' | b'!' | b'.' | b',' | b':' | b'*' | b'_' | b'~' | b'\'' | b'"' => end -= 1,
            b')' if open < 0 => {
                open += 1;
                end -= 1;
            }
            b';' => {
                // `&amp;` at the end is an entity.
                let name = bytes[start..end - 1].iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
                if name > 0 && end - 1 - name > start && bytes[end - 2 - name] == b'&' {
                    end -= name + 2;
                } else {
                    break;
                }
            }
            _ => break,
        }
    }
    end
}
