//! What reading alone can decide of the claims: links inside the course, and lines that are shown or not.

use percent_encoding::percent_decode_str;

use crate::claim::{Claim, ClaimKind, Subject};
use crate::lesson::{Course, Lesson};
use crate::since::since;
use crate::snippet::Snippet;
use crate::spelling::nearest;
use crate::{count, line};

/// Whether a claim holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    True,
    /// With the reason, as a lower-case fragment.
    False(String),
    /// With what it would take.
    Undecided(&'static str),
}

/// What somebody on another host said to a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    There,
    /// Nothing is there for anybody: in words.
    Gone(String),
    /// Refused, or nobody answered in time, which may be another tomorrow.
    Unsure(&'static str),
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
        ClaimKind::Line { first, last, says } => match claim.about {
            Subject::Snippet(index) => line::decide(lesson, &lesson.snippets[index], *first, *last, says.as_ref()),
            Subject::Lesson => Verdict::Undecided("no code is shown here"),
        },
        ClaimKind::Count { number, thing } => match claim.about {
            Subject::Snippet(index) => count::decide(&lesson.snippets[index], *number, *thing),
            Subject::Lesson => Verdict::Undecided("no code is shown here"),
        },
        ClaimKind::Since { name, minor } => match since(name) {
            Some((_, known)) if known == *minor => Verdict::True,
            Some((known, minor)) => Verdict::False(format!("`{known}` came with Python 3.{minor}")),
            None => Verdict::Undecided("with which Python it came is not known here"),
        },
        _ => Verdict::Undecided("nothing was run"),
    }
}

fn link(course: &Course, lesson: &Lesson, url: &str, around: &Surroundings<'_>) -> Verdict {
    match follow(course, lesson, url, around) {
        Lead::There => Verdict::True,
        Lead::Unknown(why) => Verdict::Undecided(why),
        Lead::NoFile { path } if path.is_empty() => Verdict::False("the link is empty".to_owned()),
        Lead::NoFile { path } => Verdict::False(format!("there is no `{path}`")),
        Lead::Gone(why) => Verdict::False(why),
        Lead::NoAnchor { path, anchor } => Verdict::False(format!("`{path}` has no heading `#{anchor}`")),
    }
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    There,
    /// Paths are from the course's root.
    NoFile {
        path: String,
    },
    NoAnchor {
        path: String,
        anchor: String,
    },
    /// On another host, that was asked.
    Gone(String),
    Unknown(&'static str),
}

pub(crate) fn follow(course: &Course, lesson: &Lesson, url: &str, around: &Surroundings<'_>) -> Lead {
    if let Some(meant) = misspelt(url) {
        return Lead::Gone(format!(
            "nothing is called `{}:`; `{meant}:` may be meant",
            scheme(url).unwrap_or_default()
        ));
    }
    if is_absolute(url) {
        let address = url.split('#').next().unwrap_or(url);
        return match course.answers.get(address) {
            Some(Answer::There) => Lead::There,
            Some(Answer::Gone(why)) => Lead::Gone(why.clone()),
            Some(Answer::Unsure(why)) => Lead::Unknown(why),
            None => Lead::Unknown("other hosts are not asked"),
        };
    }
    if url.trim().is_empty() {
        return Lead::NoFile { path: String::new() };
    }
    // A leading `@` is an alias of Sphinx, JSDoc or a bundler; elsewhere it is a part of the name, as in `tea@2x.png`.
    if url.starts_with('@') || ["{{", "{%", "<%", "${"].iter().any(|mark| url.contains(mark)) {
        return Lead::Unknown("a template makes this link");
    }
    let (path, anchor) = url.split_once('#').map_or((url, None), |(path, anchor)| (path, Some(anchor)));
    let path = path.split('?').next().unwrap_or_default();
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    if decoded.starts_with('/') {
        return Lead::Unknown("a path from the root of a site");
    }
    let target = if decoded.is_empty() { Some(lesson.path.clone()) } else { resolve(&lesson.path, &decoded) };
    let Some(mut target) = target else { return Lead::Unknown("leads out of the course") };
    let known = |path: &str| course.lesson(path).is_some() || (around.exists)(path);
    if !decoded.is_empty() && !known(&target) {
        match stands_for(&target).into_iter().find(|it| known(it)) {
            Some(lesson) => target = lesson,
            None => return Lead::NoFile { path: target },
        }
    }
    let Some(anchor) = anchor.filter(|anchor| !anchor.is_empty() && *anchor != "top") else { return Lead::There };
    let lesson = if target == lesson.path { Some(lesson) } else { course.lesson(&target) };
    let Some(lesson) = lesson else { return Lead::Unknown("the target is not a lesson") };
    let anchor = percent_decode_str(anchor).decode_utf8_lossy();
    // `#:~:text=…` asks the browser to look for words.
    if anchor.starts_with(":~:") || lesson.anchors.has(&anchor) {
        return Lead::There;
    }
    Lead::NoAnchor { path: target, anchor: anchor.into_owned() }
}

/// The addresses on other hosts that a lesson leads to, without their anchors.
pub fn outside(lesson: &Lesson) -> impl Iterator<Item = &str> {
    lesson.claims.iter().filter_map(|claim| match &claim.kind {
        ClaimKind::Link { url } if url.starts_with("http://") || url.starts_with("https://") => url.split('#').next(),
        _ => None,
    })
}

/// What `lesson` leads to inside the course, by its path from the root.
pub fn linked(lesson: &Lesson) -> impl Iterator<Item = String> + '_ {
    let urls = lesson.claims.iter().filter_map(|claim| match &claim.kind {
        ClaimKind::Link { url } if !is_absolute(url) && !url.starts_with('/') => url.split(['#', '?']).next(),
        _ => None,
    });
    let paths = urls.filter(|path| !path.is_empty());
    paths.filter_map(|path| resolve(&lesson.path, &percent_decode_str(path).decode_utf8_lossy()))
}

/// The lessons that `lesson` may lead into with an anchor, by their paths from the course's root. Whether such a link is
/// good can only be said once its target is read; for all others it is enough that the target is there.
pub fn anchored(lesson: &Lesson) -> impl Iterator<Item = String> + '_ {
    let urls = lesson.claims.iter().filter_map(|claim| match &claim.kind {
        ClaimKind::Link { url } if !is_absolute(url) && !url.starts_with('/') => url.split_once('#'),
        _ => None,
    });
    let paths = urls.filter(|(path, anchor)| !path.is_empty() && !anchor.is_empty());
    let targets = paths.filter_map(|(path, _)| {
        let path = path.split('?').next().unwrap_or_default();
        resolve(&lesson.path, &percent_decode_str(path).decode_utf8_lossy())
    });
    targets.flat_map(|target| std::iter::once(target.clone()).chain(stands_for(&target)))
}

/// Sites are built from lessons: `tasks.html` and `tasks` stand for `tasks.md`.
fn stands_for(target: &str) -> [String; 3] {
    let stem = target.strip_suffix(".html").unwrap_or(target);
    ["{}.md", "{}/index.md", "{}/README.md"].map(|form| form.replace("{}", stem))
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

fn scheme(url: &str) -> Option<&str> {
    url.split_once("://").map(|(scheme, _)| scheme)
}

/// The scheme that an unknown one before `://` was probably meant to be: `htp`, `htttps`.
fn misspelt(url: &str) -> Option<&'static str> {
    const SCHEMES: [&str; 2] = ["http", "https"];
    const OTHERS: [&str; 6] = ["ttp", "shttp", "httpx", "hxxp", "hxxps", "http3"];
    let scheme = scheme(url)?.to_ascii_lowercase();
    let letters = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_lowercase());
    if !letters || SCHEMES.contains(&scheme.as_str()) || OTHERS.contains(&scheme.as_str()) {
        return None;
    }
    nearest(&scheme, SCHEMES).filter(|meant| scheme.starts_with('h') && scheme.len().abs_diff(meant.len()) <= 1)
}

/// `https://…`, `mailto:…`, `//host/…`.
pub(crate) fn is_absolute(url: &str) -> bool {
    let scheme = url.split(':').next().filter(|scheme| scheme.len() < url.len());
    let named = scheme.is_some_and(|scheme| {
        scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    named || url.starts_with("//")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use etude_text::{Source, Sources};

    #[test]
    fn links_to_other_hosts_are_as_good_as_their_answers() {
        let mut sources = Sources::default();
        let links = "[a](https://tea.dev/a#pots) [b](https://tea.dev/b) [c](https://tea.dev/c) [d](mailto:x@tea.dev)";
        let file = sources.add(Source::decode("tea.md", links.into()));
        let lesson = Lesson::read(file, "tea.md", sources.get(file));
        assert_eq!(
            outside(&lesson).collect::<Vec<_>>(),
            ["https://tea.dev/a", "https://tea.dev/b", "https://tea.dev/c"]
        );
        let mut course = Course::new(Config::default(), vec![lesson]);
        let around = Surroundings { exists: &|_| false };
        let verdicts = |course: &Course| -> Vec<Verdict> {
            let lesson = &course.lessons[0];
            lesson.claims.iter().map(|claim| decide(course, lesson, claim, &around)).collect()
        };
        let unasked = Verdict::Undecided("other hosts are not asked");
        assert_eq!(verdicts(&course), vec![unasked.clone(); 4]);
        let answers =
            [("a", Answer::There), ("b", Answer::Gone("it is gone".to_owned())), ("c", Answer::Unsure("busy"))];
        course.answers = answers.into_iter().map(|(path, it)| (format!("https://tea.dev/{path}"), it)).collect();
        let expected = [Verdict::True, Verdict::False("it is gone".to_owned()), Verdict::Undecided("busy"), unasked];
        assert_eq!(verdicts(&course), expected);
    }

    #[test]
    fn a_scheme_may_be_misspelt() {
        let check = |url: &str, expected| assert_eq!(misspelt(url), expected, "{url}");
        check("htp://tea.dev", Some("http"));
        check("htpps://tea.dev", Some("https"));
        check("https://tea.dev", None);
        check("ftp://tea.dev", None);
        check("hxxp://tea.dev", None);
    }
}
