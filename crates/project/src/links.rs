//! The lessons that other lessons link to.

use etude_course::{ClaimKind, Lesson};
use percent_encoding::percent_decode_str;

/// The paths, from the course's root, that a lesson links to with an anchor. Whether such a link is good can only be
/// said once its target is read; for all others it is enough that the target exists.
pub(crate) fn anchored(lesson: &Lesson) -> impl Iterator<Item = String> + '_ {
    lesson.claims.iter().filter_map(|claim| match &claim.kind {
        ClaimKind::Link { url } => target(&lesson.path, url),
        _ => None,
    })
}

fn target(from: &str, url: &str) -> Option<String> {
    let (path, anchor) = url.split_once('#')?;
    if path.is_empty() || anchor.is_empty() || path.starts_with('/') || path.contains([':', '?']) {
        return None;
    }
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, url: &str, expected: Option<&str>) {
        assert_eq!(target(from, url).as_deref(), expected);
    }

    #[test]
    fn targets_are_paths_from_the_root() {
        check("a/b.md", "c.md#x", Some("a/c.md"));
        check("a/b.md", "../c%20d.md#x", Some("c d.md"));
        check("b.md", "./a//c.md#x", Some("a/c.md"));
    }

    #[test]
    fn other_links_have_no_target_to_read() {
        check("a.md", "b.md", None);
        check("a.md", "#x", None);
        check("a.md", "b.md#", None);
        check("a.md", "../b.md#x", None);
        check("a.md", "/b.md#x", None);
        check("a.md", "https://example.com/a.md#x", None);
    }
}
