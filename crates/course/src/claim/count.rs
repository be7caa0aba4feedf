//! Counts: "this script defines three functions", "the code above starts 2 tasks", "comprehensions (10 occurrences)".

use std::sync::LazyLock;

use etude_markdown::{Block, BlockId, BlockKind, Document, InlineKind};
use etude_text::Span;
use regex::{Captures, Regex};

use super::bind::Binder;
use super::elapsed::supposes;
use super::{Claim, ClaimKind, Found, Subject, Thing};
use crate::prose::Prose;
use crate::snippet::{Lang, Siblings, Snippet};

/// The names of what is counted.
const THINGS: [(&str, Thing); 27] = [
    ("lines of code", Thing::Lines),
    ("lines", Thing::Lines),
    ("async functions", Thing::AsyncFunctions),
    ("asynchronous functions", Thing::AsyncFunctions),
    ("coroutine functions", Thing::AsyncFunctions),
    ("coroutines", Thing::AsyncFunctions),
    ("async def functions", Thing::AsyncFunctions),
    ("async def s", Thing::AsyncFunctions),
    ("async defs", Thing::AsyncFunctions),
    ("functions", Thing::Functions),
    ("classes", Thing::Classes),
    ("methods", Thing::Methods),
    ("test functions", Thing::Tests),
    ("tests", Thing::Tests),
    ("list comprehensions", Thing::Comprehensions),
    ("comprehensions", Thing::Comprehensions),
    ("generator expressions", Thing::Generators),
    ("await expressions", Thing::Awaits),
    ("await statements", Thing::Awaits),
    ("await s", Thing::Awaits),
    ("awaits", Thing::Awaits),
    ("with statements", Thing::Withs),
    ("tasks", Thing::Tasks),
    ("routes", Thing::Routes),
    ("endpoints", Thing::Routes),
    ("import statements", Thing::Imports),
    ("imports", Thing::Imports),
];

const NUMBERS: [&str; 11] =
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// What it has, and how many.
const NUMBER: &str = r"(?P<verb>has|contains|defines|declares|consists of|includes|uses|is|spans|starts|creates|spawns|launches|schedules|runs)\s+(?:(?:only|just|exactly|a total of)\s+)?";

/// What the sentence is about: code that is shown, and nothing else.
const SUBJECT: &str = r"(?:this|the|that|our|whole|entire)\s+(?:(?:whole|entire|complete|above|following|next|previous|async|small|short|example)\s+)?(?:code|snippet|script|program|module|listing|example|file|app|server|test file)(?:\s+(?P<where>above|below))?";

static STATED: LazyLock<Regex> = LazyLock::new(|| {
    let things = THINGS.map(|(name, _)| name.replace(' ', r"\s+")).join("|");
    let numbers = NUMBERS.join("|");
    Regex::new(&format!(
        r"(?i)(?-u:\b){SUBJECT}\s+{NUMBER}(?P<number>[0-9]{{1,4}}|{numbers})\s+(?P<thing>{things})(?-u:\b)"
    ))
    .expect("a valid expression")
});

/// "`pot.py` has 5 functions", behind the name.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let things = THINGS.map(|(name, _)| name.replace(' ', r"\s+")).join("|");
    let numbers = NUMBERS.join("|");
    Regex::new(&format!(r"(?i)^\s*{NUMBER}(?P<number>[0-9]{{1,4}}|{numbers})\s+(?P<thing>{things})(?-u:\b)"))
        .expect("a valid expression")
});

/// "Async functions: 4", "Uses comprehensions (10 occurrences)".
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    let things = THINGS.map(|(name, _)| name.replace(' ', r"\s+")).join("|");
    Regex::new(&format!(
        r"(?i)(?-u:\b)(?P<thing>{things})(?::\s*(?P<number>[0-9]{{1,4}})(?-u:\b)|\s+\((?P<times>[0-9]{{1,4}})\s+(?:occurrences|times|of them)\))"
    ))
    .expect("a valid expression")
});

/// "and 17 lines", behind a number of something.
static FURTHER: LazyLock<Regex> = LazyLock::new(|| {
    let things = THINGS.map(|(name, _)| name.replace(' ', r"\s+")).join("|");
    let numbers = NUMBERS.join("|");
    Regex::new(&format!(
        r"(?i)^(?:,\s*(?:and\s+|with\s+)?|\s+(?:and|with)\s+)(?P<number>[0-9]{{1,4}}|{numbers})\s+(?P<thing>{things})(?-u:\b)"
    ))
    .expect("a valid expression")
});

static THIS_CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)this (?:code|script|file|module|program|snippet)(?-u:\b)").expect("a valid expression")
});

pub(super) fn claims(text: &str, document: &Document, siblings: &Siblings, binder: &Binder<'_>) -> Vec<Claim> {
    let mut claims = named(text, document, binder);
    for (id, block) in document.iter() {
        if !matches!(block.kind, BlockKind::Paragraph) {
            continue;
        }
        let mut prose = Prose::of(text, block).without_quotes();
        keep_keywords(&mut prose, block);
        let stated = STATED.captures_iter(&prose.text).map(|found| (found, true));
        // A bare list of numbers is about this code only where it says so.
        let listed = LISTED.captures_iter(&prose.text).filter(|_| THIS_CODE.is_match(&prose.text));
        let mut all: Vec<_> = Vec::new();
        for (found, in_words) in stated.chain(listed.map(|found| (found, false))) {
            let wanted = found.name("where").map(|word| word.as_str().to_lowercase());
            let wanted = if in_words { wanted.or_else(|| direction(&found[0])) } else { None };
            let mut end = found.get(0).map_or(prose.text.len(), |whole| whole.end());
            all.extend(count(&found).map(|found| (found, in_words, wanted.clone())));
            while let Some(next) = FURTHER.captures(&prose.text[end..]).filter(|_| in_words) {
                let Some((range, number, thing)) = count(&next) else { break };
                // The comma and the "and" are no part of it.
                let start = end + next.name("number").map_or(range.start, |number| number.start());
                end += range.end;
                all.push(((start..end, number, thing), in_words, wanted.clone()));
            }
        }
        for ((range, number, thing), in_words, wanted) in all {
            let sentence = prose.sentence(range.start);
            if supposes(&prose.text[sentence.clone()], range.end - sentence.start) {
                continue;
            }
            let about = match snippet(siblings, document, binder, id, wanted.as_deref()) {
                Some(index) => Subject::Snippet(index),
                None if in_words => continue,
                None => Subject::Lesson,
            };
            let span = prose.span(range);
            let words = span.slice(text).split_whitespace().collect::<Vec<_>>().join(" ");
            let kind = ClaimKind::Count { number, thing };
            claims.push(Claim { kind, text: words, span, inferred: true, found: Found::Sentence, about });
        }
    }
    claims
}

/// "3 `await`s" counts what the code is called by.
fn keep_keywords(prose: &mut Prose, block: &Block) {
    for inline in &block.inlines {
        let InlineKind::Code(code) = &inline.kind else { continue };
        let start = (inline.span.start - prose.start) as usize + 1;
        if ["await", "async def"].contains(&code.as_str()) && prose.text.is_char_boundary(start + code.len()) {
            prose.text.replace_range(start..start + code.len(), code);
        }
    }
}

/// What is said right behind the name of a file that is shown once.
fn named(text: &str, document: &Document, binder: &Binder<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (_, block) in document.iter().filter(|(_, block)| matches!(block.kind, BlockKind::Paragraph)) {
        for inline in &block.inlines {
            let InlineKind::Code(name) = &inline.kind else { continue };
            let shown = |it: &&Snippet| it.title.as_ref().is_some_and(|title| title.name == *name);
            let mut all = binder.snippets.iter().filter(shown);
            let (Some(snippet), None) = (all.next(), all.next()) else { continue };
            let prose = Prose::of(text, block).without_quotes();
            let at = (inline.span.end - prose.start) as usize;
            let Some((range, number, thing)) = NAMED.captures(&prose.text[at..]).and_then(|it| count(&it)) else {
                continue;
            };
            let range = at..at + range.end;
            let sentence = prose.sentence(range.start);
            if supposes(&prose.text[sentence.clone()], range.end - sentence.start) {
                continue;
            }
            let span = Span::new(inline.span.start, prose.span(range).end);
            let words = span.slice(text).split_whitespace().collect::<Vec<_>>().join(" ");
            let (kind, about) = (ClaimKind::Count { number, thing }, Subject::Snippet(snippet.index));
            claims.push(Claim { kind, text: words, span, inferred: true, found: Found::Sentence, about });
        }
    }
    claims
}

fn count(found: &Captures<'_>) -> Option<(std::ops::Range<usize>, u32, Thing)> {
    let whole = found.get(0)?.range();
    let number = found.name("number").or(found.name("times"))?.as_str().to_lowercase();
    let number = match NUMBERS.iter().position(|word| *word == number) {
        Some(at) => at as u32 + 2,
        None => number.parse().ok()?,
    };
    let name = found["thing"].to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let thing = THINGS.iter().find(|(known, _)| *known == name)?.1;
    // Only code makes tasks and has lines; "is three tests" is no sentence.
    let fits = match (found.name("verb").map(|verb| verb.as_str().to_lowercase()).as_deref(), thing) {
        (Some("is" | "spans"), thing) => thing == Thing::Lines,
        (Some("starts" | "creates" | "spawns" | "launches" | "schedules"), thing) => thing == Thing::Tasks,
        (Some("runs"), thing) => matches!(thing, Thing::Tasks | Thing::Tests),
        _ => true,
    };
    fits.then_some((whole, number, thing))
}

/// "the above code", "the following script".
fn direction(words: &str) -> Option<String> {
    let words = words.to_lowercase();
    ["above", "previous", "following", "next"].iter().find(|word| words.contains(*word)).map(|word| (*word).to_owned())
}

/// The Python that is counted in: what the paragraph names or leads to, else what stands before it in its section.
fn snippet(
    siblings: &Siblings,
    document: &Document,
    binder: &Binder<'_>,
    id: BlockId,
    wanted: Option<&str>,
) -> Option<usize> {
    if let [index] = binder.named(id)[..] {
        return Some(index);
    }
    let python = |snippet: &Snippet| snippet.lang == Lang::Python && snippet.python.is_some();
    let after = document.iter().skip(id.0 as usize + 1).find(|(next, _)| siblings.previous(*next) == Some(id));
    let leads_to =
        after.and_then(|(next, _)| binder.snippets.iter().find(|it| it.block == next)).filter(|it| python(it));
    let span = document.block(id).span;
    let before = || binder.nearest(span, |snippet| python(snippet) && snippet.span.end <= span.start);
    match wanted {
        Some("above" | "previous") => before(),
        Some(_) => leads_to.map(|it| it.index),
        None => leads_to.map(|it| it.index).or_else(before),
    }
}
