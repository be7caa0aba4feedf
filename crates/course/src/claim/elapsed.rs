//! Times: "~3s total", "took ~2.0", "each call takes ~3s, so total ~6s", `elapsed=3s±10%`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Bound, Claim, ClaimKind, Found, Scope, Subject};
use crate::snippet::Snippet;

/// A time found in a text.
#[derive(Debug, PartialEq)]
pub(super) struct Time {
    pub(super) range: Range<usize>,
    pub(super) seconds: f64,
    pub(super) about: bool,
    pub(super) bound: Bound,
    pub(super) scope: Scope,
}

const NUMBER: &str = r"(?:(?P<bound>more than|longer than|over|at least|less than|fewer than|under|at most|up to|no more than|no longer than|within)\s+)?(?P<about>~|≈|∼|about |around |roughly |approximately |approx\.? |some |nearly |almost )?\s*(?P<number>[0-9]+(?:\.[0-9]+)?|half an?|one|two|three|four|five|six|seven|eight|nine|ten)(?:\s+(?:full|whole))?\s*(?P<unit>milliseconds?|ms|seconds?|secs?|s|minutes?|mins?)?";

/// Numbers in words count only before a unit.
const WORDS: [&str; 11] = ["half a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

// `(?-u:\b)` here and elsewhere: an ASCII word boundary keeps the fast automaton on texts that are not ASCII.

/// Words that say how long something took, then the number.
static TOOK: LazyLock<Regex> = LazyLock::new(|| {
    let verb = r"(?P<subject>[A-Za-z0-9_-]+(?:\s+[A-Za-z0-9_-]+)?\s+)??(?P<verb>takes?|took|taking|runs?(?: in| for)?|ran(?: in| for)?|finish(?:es|ed)?(?: in| after)|completes?(?: in| after)|completed(?: in| after)|returns?(?: after| in)|returned(?: after| in)|response(?: after| in)|(?:done|ready|over)(?: in| after)|lasts?|elapsed(?: time)?|(?:response|running|execution|wall) time|run-?time(?: is| of)?|total(?: time)?(?: of| is| takes)?|duration|time)";
    Regex::new(&format!(r"(?i)(?-u:\b){verb}\s*[:=]?\s*(?:in total\s*)?(?:in\s+)?{NUMBER}"))
        .expect("a valid expression")
});

/// The number, then "total".
static IN_TOTAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"(?i){NUMBER}\s+(?:in )?(?:total|overall|altogether)(?-u:\b)")).expect("a valid expression")
});

/// ", tasks ~2s" and "and async ~2s" behind a time that was recognised.
static FURTHER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?i)^\s*(?:,|;|and|but|vs\.?|versus)\s+(?:and\s+|but\s+)?(?:the\s+)?(?P<subject>[A-Za-z0-9_-]+)\s+(?:only\s+)?{NUMBER}"
    ))
    .expect("a valid expression")
});

/// Words that tell of a part of the run: "it blocks for 5 s", "the answer arrives after 5 s".
static MOMENT: LazyLock<Regex> = LazyLock::new(|| {
    let verb = r"(?P<verb>blocks?(?:\s+(?:the\s+)?(?:event\s+)?(?:loop|thread|program|everything))?\s+for|(?:arrives?|appears?|shows up)\s+after)";
    Regex::new(&format!(r"(?i)(?-u:\b){verb}\s+{NUMBER}(?-u:\b)")).expect("a valid expression")
});

/// "After about 5 seconds you will see".
static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    let sees = r"you(?:['’]ll| will| should)? (?:now )?see|it prints";
    Regex::new(&format!(r"(?i)(?-u:\b)after\s+{NUMBER}(?-u:\b),?\s+(?:{sees})(?-u:\b)")).expect("a valid expression")
});

/// Nothing but a time: "~3s", after a label that asks for one.
static BARE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)^[^A-Za-z0-9_]*?{NUMBER}(?-u:\b)")).expect("a valid expression"));

/// Sentences that suppose, allow or ask, and so claim nothing.
static SUPPOSED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?-u:\b)(?:may|might|could|would|should|can|if|unless|suppose|imagine|assuming|perhaps|maybe|probably",
        r"|predict|guess|how long|how much|you['’]d|naively|thinks?|believes?|(?:readers?|people|beginners?|one|many) expects?)(?-u:\b)",
    ))
    .expect("a valid expression")
});

/// A sentence that takes back what was expected: "It does not: …", "But no.", "In fact it takes …".
static TAKES_BACK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^\s*(?:(?:(?:but|yet|and)[, ]+)?(?:it|this|that|they|the \w+)\s+(?:does|is|did|was|do|are)(?:\s+not|n['’]t)(?-u:\b)",
        r"|(?:but|yet|however|instead|actually|wrong|in fact|in reality|not so|no)(?-u:\b))",
    ))
    .expect("a valid expression")
});

static EXPECTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)(?:expect(?:s|ed|ation)?|assume[sd]?|hopes?)(?-u:\b)").expect("a valid expression")
});

/// Whether a sentence says what somebody expects, and what follows that it is not so.
pub(super) fn is_taken_back(sentence: &str, following: &str) -> bool {
    EXPECTED.is_match(sentence) && TAKES_BACK.is_match(following)
}

/// Sentences that tell the reader to change something talk of another program.
static CHANGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^[^A-Za-z0-9_]*(?:[0-9]+[.)]\s*)?(?:change|replace|remove|add|swap|increase|decrease|lower|raise|try|modify|write|create|build|implement|make)(?-u:\b)")
        .expect("a valid expression")
});

/// Times that are about learning, not about running.
static STUDY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)(?:lesson|exercise|chapter|course|section|reading|read|tutorial|lab|workshop|estimated|module|learn[A-Za-z0-9_]*|duration)(?-u:\b)")
        .expect("a valid expression")
});

/// Whether a sentence supposes rather than states, up to `at`.
pub(super) fn supposes(sentence: &str, at: usize) -> bool {
    let mut end = at.min(sentence.len());
    while !sentence.is_char_boundary(end) {
        end -= 1;
    }
    SUPPOSED.is_match(&sentence[..end]) || CHANGE.is_match(sentence) || sentence.trim_end().ends_with('?')
}

/// Whether there is anything in a text that may be a time.
pub(super) fn may_tell(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) || ["second", "minute"].iter().any(|unit| text.contains(unit))
}

/// The times that `text` states. `label` says that a label such as "Expected:" asked for them.
pub(super) fn times(text: &str, label: bool) -> Vec<Time> {
    let mut found: Vec<Time> = Vec::new();
    if !may_tell(text) {
        return found;
    }
    let push = |time: Option<Time>, found: &mut Vec<Time>| {
        if let Some(time) = time
            && found.iter().all(|other| other.range.end <= time.range.start || time.range.end <= other.range.start)
        {
            found.push(time);
        }
    };
    for hit in IN_TOTAL.captures_iter(text) {
        push(time(text, &hit, Scope::Total), &mut found);
    }
    for hit in TOOK.captures_iter(text) {
        let scope = scope_of(&hit);
        let verb = hit.name("verb").map_or(0, |verb| verb.start());
        let start = match (&scope, hit.name("subject")) {
            (Scope::Total | Scope::Within, _) | (_, None) => verb,
            (Scope::Each, Some(subject)) => {
                let each =
                    ["each", "every", "per"].iter().filter_map(|word| subject.as_str().to_lowercase().find(word));
                subject.start() + each.min().unwrap_or_default()
            }
            (Scope::Part(name), Some(subject)) => {
                subject.start() + subject.as_str().rfind(name.as_str()).unwrap_or_default()
            }
        };
        push(time(text, &hit, scope).map(|time| Time { range: start..time.range.end, ..time }), &mut found);
        let mut rest = hit.get(0).map_or(text.len(), |whole| whole.end());
        while let Some(next) = FURTHER.captures(&text[rest..]) {
            let Some(further) = time(&text[rest..], &next, named(&next["subject"])) else { break };
            let subject = next.name("subject").map_or(further.range.start, |subject| subject.start());
            let range = rest + subject..rest + further.range.end;
            rest = range.end;
            push(Some(Time { range, ..further }), &mut found);
        }
    }
    for hit in MOMENT.captures_iter(text).filter(|hit| is_of_all(text, hit)).chain(AFTER.captures_iter(text)) {
        push(time(text, &hit, Scope::Within), &mut found);
    }
    if label
        && found.is_empty()
        && let Some(hit) = BARE.captures(text)
        && (hit.name("unit").is_some() || hit.name("about").is_some())
    {
        push(time(text, &hit, Scope::Total), &mut found);
    }
    found.sort_by_key(|time| time.range.start);
    found
}

/// Not of what may be any call or another thing ("a query that blocks for 5 s").
fn is_of_all(text: &str, hit: &Captures<'_>) -> bool {
    let before = &text[..hit.get(0).map_or(0, |whole| whole.start())];
    let clause = before.rsplit(['.', ',', ';', ':', '(']).next().unwrap_or_default().trim();
    let first = clause.split_whitespace().next().unwrap_or_default().to_lowercase();
    let last = clause.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    let known = ["", "it", "this", "the", "that", "your", "our"].contains(&first.as_str());
    known && !(["which", "who"].contains(&last.as_str()) || last == "that" && first != "that")
}

fn scope_of(hit: &Captures<'_>) -> Scope {
    let subject = hit.name("subject").map(|it| it.as_str().trim()).unwrap_or_default();
    let verb = hit["verb"].to_lowercase();
    let words: Vec<&str> = subject.split_whitespace().collect();
    if words.iter().any(|word| ["each", "every", "per"].contains(&word.to_lowercase().as_str())) {
        Scope::Each
    } else if verb.starts_with("runtime") || verb.starts_with("run-time") {
        Scope::Total
    } else if verb.starts_with("took") || verb.starts_with("run") || verb.starts_with("ran") {
        words.last().map_or(Scope::Total, |word| named(word))
    } else {
        Scope::Total
    }
}

/// What a word in front of a time stands for: a part of the run, or all of it.
fn named(word: &str) -> Scope {
    let whole = ["it", "this", "that", "which", "script", "program", "everything", "all", "both", "total", "overall"];
    if whole.contains(&word.to_lowercase().as_str()) { Scope::Total } else { Scope::Part(word.to_owned()) }
}

fn time(text: &str, hit: &Captures<'_>, scope: Scope) -> Option<Time> {
    let whole = hit.get(0)?;
    let stated = hit["number"].to_lowercase();
    let in_words = WORDS.iter().position(|word| stated.starts_with(word));
    let number: f64 = match in_words {
        Some(0) => 0.5,
        Some(number) => number as f64,
        None => stated.parse().ok()?,
    };
    let about = hit.name("about").is_some();
    let bound = match hit.name("bound").map(|bound| bound.as_str().to_lowercase()).as_deref() {
        None => Bound::Near,
        Some("more than" | "longer than" | "over" | "at least") => Bound::AtLeast,
        Some(_) => Bound::AtMost,
    };
    let unit = hit.name("unit").map(|unit| unit.as_str().to_lowercase());
    // A bare number is a time only where it is marked as a rough one or looks measured: "took ~2.0", "Elapsed: 3.0".
    if unit.is_none() && (in_words.is_some() || !(about || stated.contains('.'))) {
        return None;
    }
    let after = &text[whole.end()..];
    let cut = after.starts_with(|char: char| char.is_alphanumeric() || char == '%');
    // "One second longer" is a comparison.
    let next = after.split_whitespace().next().unwrap_or_default().trim_matches(|char: char| !char.is_alphabetic());
    let cut = cut || ["longer", "more", "less", "faster", "slower", "earlier", "later"].contains(&next);
    if cut || is_denied(&text[..hit.name("verb").map_or(whole.start(), |verb| verb.start())]) {
        return None;
    }
    let seconds = match unit.as_deref() {
        Some(unit) if unit.starts_with("ms") || unit.starts_with("milli") => number / 1000.0,
        Some(unit) if unit.starts_with('m') => {
            if STUDY.is_match(text) {
                return None;
            }
            number * 60.0
        }
        _ => number,
    };
    let skipped = whole.as_str().len() - whole.as_str().trim_start().len();
    Some(Time { range: whole.start() + skipped..whole.end(), seconds, about, bound, scope })
}

/// "not 6s", "it doesn't take 3 s", "no longer takes", "rather than": the words before a time that deny it.
fn is_denied(before: &str) -> bool {
    let denies = |word: &str| {
        let word = word.trim_matches(|char: char| !char.is_alphanumeric()).to_lowercase().replace('’', "'");
        ["not", "never", "no", "hardly", "than", "instead", "without", "nor"].contains(&word.as_str())
            || word.ends_with("n't")
    };
    before.split_whitespace().rev().take(2).any(denies)
}

static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^~?([0-9]+(?:\.[0-9]+)?)\s*(ms|s|min)?(?:\s*(?:±|\+-)\s*([0-9]+(?:\.[0-9]+)?)\s*(%|ms|s|min)?)?$")
        .expect("a valid expression")
});

/// `elapsed=3s±10%`, `raises=ValueError`, `exit=1` on a fence.
pub(super) fn attributes(snippets: &[Snippet]) -> Vec<Claim> {
    let mut claims = Vec::new();
    for snippet in snippets {
        let mut claim = |kind, text: &str| {
            claims.push(Claim {
                kind,
                text: text.to_owned(),
                span: snippet.info.span,
                inferred: false,
                found: Found::Attribute,
                about: Subject::Snippet(snippet.index),
            });
        };
        if let Some(value) = snippet.attribute("elapsed")
            && let Some(found) = ATTRIBUTE.captures(value)
            && let Ok(number) = found[1].parse::<f64>()
        {
            let factor = |unit: Option<regex::Match<'_>>| match unit.map(|unit| unit.as_str()) {
                Some("ms") => 0.001,
                Some("min") => 60.0,
                _ => 1.0,
            };
            let seconds = number * factor(found.get(2));
            let more = found.get(3).and_then(|more| more.as_str().parse::<f64>().ok());
            let within = more.map(|more| match found.get(4) {
                Some(unit) if unit.as_str() == "%" => seconds * more / 100.0,
                unit => more * factor(unit),
            });
            let about = value.starts_with('~');
            claim(ClaimKind::Elapsed { seconds, about, within, bound: Bound::Near, scope: Scope::Total }, value);
        }
        if let Some(value) = snippet.attribute("raises") {
            claim(ClaimKind::Raises { exception: value.to_owned() }, value);
        }
        if let Some(value) = snippet.attribute("exit")
            && let Ok(status) = value.parse()
        {
            claim(ClaimKind::Exit { status }, value);
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(f64, bool, Scope)]) {
        let found: Vec<_> = times(text, false).into_iter().map(|it| (it.seconds, it.about, it.scope)).collect();
        assert_eq!(found, expected, "{text}");
    }

    fn part(name: &str) -> Scope {
        Scope::Part(name.to_owned())
    }

    #[test]
    fn totals() {
        check("~3s total, one after the other", &[(3.0, true, Scope::Total)]);
        check("because each takes 1s, total ≈ 3s", &[(1.0, false, Scope::Each), (3.0, true, Scope::Total)]);
        check("Each call takes ~3s, so total ~6s.", &[(3.0, true, Scope::Each), (6.0, true, Scope::Total)]);
        check("Both return after ~3s total, not 6s", &[(3.0, true, Scope::Total)]);
        check("Elapsed: 3.0", &[(3.0, false, Scope::Total)]);
        check("It finishes in about 250 ms.", &[(0.25, true, Scope::Total)]);
    }

    #[test]
    fn parts() {
        check("sequential took ~3.0", &[(3.0, true, part("sequential"))]);
        check("Confirm blocking runs ~3s and async ~2s.", &[(3.0, true, part("blocking")), (2.0, true, part("async"))]);
    }

    #[test]
    fn no_times() {
        check("cancel it after 0.1s", &[]);
        check("sleeping 0.2s each time", &[]);
        check("The lesson takes 35 minutes.", &[]);
        check("took 3 tries", &[]);
        check("runs 2 copies", &[]);
        check("It doesn't take 3 s, and it never takes 5 s.", &[]);
        check("It no longer takes 2 s.", &[]);
        check("It takes one argument, and two seconds longer.", &[]);
        check("A query that blocks for 5 seconds stops all.", &[]);
    }

    #[test]
    fn bounds_and_moments() {
        let check = |text: &str, seconds: f64, bound: Bound, scope: Scope| {
            let found: Vec<_> = times(text, false).into_iter().map(|it| (it.seconds, it.bound, it.scope)).collect();
            assert_eq!(found, [(seconds, bound, scope)], "{text}");
        };
        check("It takes more than 5 seconds.", 5.0, Bound::AtLeast, Scope::Total);
        check("It finishes in less than half a second.", 0.5, Bound::AtMost, Scope::Total);
        check("It takes two seconds.", 2.0, Bound::Near, Scope::Total);
        check("Total runtime: ~5 seconds.", 5.0, Bound::Near, Scope::Total);
        check("After about 5 seconds you will see it.", 5.0, Bound::Near, Scope::Within);
        check("It blocks for 5 seconds.", 5.0, Bound::Near, Scope::Within);
    }

    #[test]
    fn what_is_taken_back() {
        assert!(is_taken_back("A reader expects it to take 3 seconds.", " It does not: it takes one."));
        assert!(!is_taken_back("As expected, it takes 3 seconds.", " It waits three times."));
    }
}
