//! What reading alone can decide of the claims: links inside the course, and lines that are shown or not.

use percent_encoding::percent_decode_str;

use crate::claim::{Claim, ClaimKind, Subject};
use crate::lesson::{Course, Lesson};
use crate::snippet::Snippet;

/// Whether a claim holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    True,
    /// With the reason, as a lower-case fragment.
    False(String),
    /// With what it would take.
    Undecided(&'static str),
}

/// What the checks may ask about the world around a course.
pub struct Surroundings<'a> {
    /// Whether a file or folder is there, by its path from the course's root.
    pub exists: &'a (dyn Fn(&str) -> bool + Sync),
}

/// Decides a claim as far as reading can.
pub fn decide(course: &Course, lesson: &Lesson, claim: &Claim, around: &Surroundings<'_>) -> Verdict {
    match &claim.kind {
        ClaimKind::Link { url } => link(course, lesson, url, around),
        ClaimKind::Line { first, last } => match claim.about {
            Subject::Snippet(index) => line(&lesson.snippets[index], *first, *last),
            Subject::Lesson => Verdict::Undecided("no code is shown here"),
        },
        _ => Verdict::Undecided("nothing was run"),
    }
}

fn link(course: &Course, lesson: &Lesson, url: &str, around: &Surroundings<'_>) -> Verdict {
    if is_absolute(url) {
        return Verdict::Undecided("other hosts are not asked");
    }
    let (path, anchor) = url.split_once('#').map_or((url, None), |(path, anchor)| (path, Some(anchor)));
    let path = path.split('?').next().unwrap_or_default();
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    if decoded.starts_with('/') {
        return Verdict::Undecided("a path from the root of a site");
    }
    let target = if decoded.is_empty() { Some(lesson.path.clone()) } else { resolve(&lesson.path, &decoded) };
    let Some(target) = target else { return Verdict::Undecided("leads out of the course") };
    if !decoded.is_empty() && course.lesson(&target).is_none() && !(around.exists)(&target) {
        return Verdict::False(format!("there is no `{target}`"));
    }
    let Some(anchor) = anchor.filter(|anchor| !anchor.is_empty() && *anchor != "top") else { return Verdict::True };
    let Some(lesson) = course.lesson(&target) else { return Verdict::Undecided("the target is not a lesson") };
    let anchor = percent_decode_str(anchor).decode_utf8_lossy();
    if anchors(lesson).any(|known| known == *anchor) {
        Verdict::True
    } else {
        Verdict::False(format!("`{target}` has no heading `#{anchor}`"))
    }
}

/// What `#…` can lead to in a lesson: headings, explicit ids and names.
pub(crate) fn anchors(lesson: &Lesson) -> impl Iterator<Item = String> + '_ {
    use etude_markdown::{BlockKind, InlineKind};
    let blocks = lesson.document.blocks.iter();
    blocks.flat_map(|block| {
        let heading = match &block.kind {
            BlockKind::Heading(heading) => Some(heading.slug.clone()),
            _ => None,
        };
        let footnotes = block.inlines.iter().filter_map(|inline| match &inline.kind {
            InlineKind::FootnoteReference { label } => Some(format!("fn-{label}")),
            _ => None,
        });
        heading.into_iter().chain(footnotes)
    })
}

/// A relative path from the folder of `from`; `None` if it leads out of the root.
pub(crate) fn resolve(from: &str, path: &str) -> Option<String> {
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

/// `https://…`, `mailto:…`, `//host/…`.
pub(crate) fn is_absolute(url: &str) -> bool {
    let scheme = url.split(':').next().filter(|scheme| scheme.len() < url.len());
    let named = scheme.is_some_and(|scheme| {
        scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    named || url.starts_with("//")
}

fn line(snippet: &Snippet, first: u32, last: u32) -> Verdict {
    let (start, count) = shown_lines(snippet);
    if first < start || last >= start + count {
        let shown = format!("the code shown has lines {start} to {}", start + count.max(1) - 1);
        return Verdict::False(shown);
    }
    Verdict::True
}

/// The number of the first line shown, and how many lines of real code are shown. A closing comment that counts what was
/// left out ("# ... (924 more lines)") is not one of them.
pub(crate) fn shown_lines(snippet: &Snippet) -> (u32, u32) {
    let start = ["lineno-start", "startline", "start_line", "linenostart"]
        .iter()
        .find_map(|key| snippet.attribute(key)?.parse().ok())
        .unwrap_or(1);
    let mut lines: Vec<&str> = snippet.code.lines().collect();
    let elided = |line: &str| {
        let line = line.trim();
        line.starts_with('#') && (line.contains("...") || line.contains('…'))
    };
    if lines.last().is_some_and(|line| elided(line)) {
        lines.pop();
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
    }
    (start, lines.len() as u32)
}
