//! Which of several snippets a sentence means: "the first", "the synchronous version", "the blocking script".

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Scope;

/// A snippet among others, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meant {
    pub(super) which: Which,
    pub(super) words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// From 0.
    Nth(usize),
    /// The one that is asynchronous, or the one that is not.
    Asynchronous(bool),
    /// Words that tell one from another to a person only: "the naive version".
    Unclear,
}

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:^[^A-Za-z0-9]*|(?-u:\b)(?:the|our|your)\s+)(?P<word>first|second|third|1st|2nd|3rd|former|latter|last|previous",
        r"|sync|synchronous|blocking|asynchronous|async|asyncio|non-?blocking|sequential|serial|concurrent|parallel",
        r"|(?:multi-?)?threaded|threads?|original|naive|old|new|other|slow|fast|improved|optimi[sz]ed)(?-u:\b)(?:\s+(?P<noun>[a-z]+))?",
    ))
    .expect("a valid expression")
});

/// What stands behind such a word where it means all of a snippet.
const NOUNS: [&str; 14] = [
    "version",
    "script",
    "program",
    "example",
    "snippet",
    "code",
    "one",
    "approach",
    "variant",
    "implementation",
    "run",
    "listing",
    "solution",
    "way",
];

const VERBS: [&str; 10] = ["take", "took", "run", "ran", "finish", "complete", "return", "last", "only", "need"];

/// Whether a time is one of a whole program: "it takes", "the version took".
pub(super) fn is_of_whole(scope: &Scope) -> bool {
    match scope {
        Scope::Total => true,
        Scope::Part(name) => NOUNS.contains(&name.to_lowercase().as_str()),
        Scope::Each | Scope::Within => false,
    }
}

/// What the clause of a time is about, or, where it speaks of "it", what was spoken of before.
pub(super) fn which(text: &str, sentence: Range<usize>, time: &Range<usize>) -> Option<Meant> {
    let before = &text[sentence.start..time.start];
    let ends = [", ", "; ", ": ", " but ", " while ", " whereas "];
    let clause = ends.iter().filter_map(|end| Some(before.rfind(end)? + end.len())).max().unwrap_or(0);
    let clause = sentence.start + clause;
    if let Some(found) = last(&text[clause..time.end]) {
        return Some(found);
    }
    let subject = text[clause..time.start].split_whitespace().next().unwrap_or_default().to_lowercase();
    let stands_for = ["it", "that", "which", "and"].contains(&subject.as_str());
    if stands_for { last(&text[..clause]) } else { None }
}

fn last(words: &str) -> Option<Meant> {
    let found = NAMED.captures_iter(words).last()?;
    let word = found["word"].to_lowercase().replace('-', "");
    let noun = found.name("noun").map(|noun| noun.as_str().to_lowercase()).unwrap_or_default();
    let whole = noun.is_empty() || NOUNS.contains(&noun.as_str()) || VERBS.iter().any(|verb| noun.starts_with(verb));
    let which = match word.as_str() {
        _ if !whole => Which::Unclear,
        "first" | "1st" | "former" => Which::Nth(0),
        "second" | "2nd" | "latter" => Which::Nth(1),
        "third" | "3rd" => Which::Nth(2),
        "sync" | "synchronous" | "blocking" => Which::Asynchronous(false),
        "async" | "asynchronous" | "asyncio" | "nonblocking" => Which::Asynchronous(true),
        _ => Which::Unclear,
    };
    Some(Meant { which, words: found.get(0)?.as_str().trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_time_is_of() {
        let check = |text: &str, expected: Option<Which>| {
            let at = text.find("takes").expect("a verb");
            let start = text[..at].rfind(". ").map_or(0, |end| end + 1);
            let found = which(text, start..text.len(), &(at..text.len()));
            assert_eq!(found.map(|it| it.which), expected, "{text}");
        };
        check("The synchronous version takes 3 seconds", Some(Which::Asynchronous(false)));
        check("The first takes 3 seconds", Some(Which::Nth(0)));
        check("While the blocking script takes 3 seconds", Some(Which::Asynchronous(false)));
        check("While the blocking script is slow, this one takes 1 second", None);
        check("The first version waits. It takes 3 seconds", Some(Which::Nth(0)));
        check("The first call takes 3 seconds", Some(Which::Unclear));
        check("It takes 3 seconds", None);
    }
}
