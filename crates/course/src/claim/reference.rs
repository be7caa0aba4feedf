//! References: links, line numbers, Python versions.

use std::sync::LazyLock;

use etude_markdown::{Block, BlockKind, Document, InlineKind};
use etude_text::Span;
use regex::Regex;

use super::bind::Binder;
use super::elapsed::supposes;
use super::{Claim, ClaimKind, Deed, Found, Says, Subject};
use crate::prose::Prose;
use crate::since::since;

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|\s)(?:(?:[Oo]n|[Ii]n|[Aa]t|[Ss]ee|[Ff]rom)\s+)?[Ll]ines?\s+([0-9]{1,6})(?:\s*(?:-|–|to|and)\s*([0-9]{1,6}))?(?-u:\b)")
        .expect("a valid expression")
});

/// "Python 3.11+", "(3.11+)", "since 3.9 or newer"; not "CMake 3.12 or later".
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:(?P<python>(?-u:\b)py(?:thon)?\s*(?:>=|≥|version\s+)?\s*)|\(\s*|(?-u:\b)(?:in|since|on|needs?|requires?|from|with|for)\s+)(?P<number>3\.(?P<minor>[0-9]{1,2})\s*(?:\+|or (?:later|newer|above|higher)(?-u:\b)|and (?:later|newer|above)(?-u:\b)))")
        .expect("a valid expression")
});

/// What a line reference goes on to name as its place, where that is the code that is shown.
const SHOWN: [&str; 19] = [
    "code",
    "snippet",
    "example",
    "listing",
    "script",
    "program",
    "function",
    "block",
    "it",
    "coroutine",
    "method",
    "class",
    "body",
    "loop",
    "cell",
    "sample",
    "main",
    "source",
    "fence",
];

pub(super) fn claims(text: &str, document: &Document, binder: &Binder<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (_, block) in document.iter() {
        for inline in &block.inlines {
            let url = match &inline.kind {
                InlineKind::Link { url, .. } | InlineKind::Image { url, .. } => url,
                _ => continue,
            };
            claims.push(Claim {
                kind: ClaimKind::Link { url: url.clone() },
                text: url.clone(),
                span: inline.span,
                inferred: false,
                found: Found::Link,
                about: Subject::Lesson,
            });
        }
        if !matches!(block.kind, BlockKind::Paragraph | BlockKind::Heading(_) | BlockKind::TableCell) {
            continue;
        }
        let raw = block.span.slice(text);
        let numbered = raw.contains("ine") && LINE.is_match(raw) || raw.contains("Line ");
        let versioned = raw.contains("3.");
        if !numbered && !versioned {
            continue;
        }
        let prose = Prose::of(text, block).without_quotes();
        let stated = |at: usize| {
            let sentence = prose.sentence(at);
            !supposes(&prose.text[sentence.clone()], at - sentence.start)
        };
        for found in LINE.captures_iter(&prose.text) {
            let (Some(whole), Ok(first)) = (found.get(0), found[1].parse()) else { continue };
            let last = found.get(2).and_then(|last| last.as_str().parse().ok()).unwrap_or(first);
            let skipped = whole.as_str().len() - whole.as_str().trim_start().len();
            let span = prose.span(whole.start() + skipped..whole.end());
            let shown = match elsewhere(&text[span.end as usize..block.span.end as usize]) {
                Some(name) => binder.titled(name),
                None => binder.shown(span, is_label(text, span)),
            };
            // Lines of code are counted from one; "line 0" is one of a text.
            let Some(shown) = shown.filter(|_| first > 0 && stated(whole.start())) else { continue };
            let behind = &text[span.end as usize..block.span.end as usize];
            let says = said(behind).or_else(|| said_before(text, block, span)).or_else(|| shown_behind(behind));
            let kind = ClaimKind::Line { first, last: last.max(first), says };
            claims.push(claim(text, kind, span, Subject::Snippet(shown)));
        }
        let came = came(text, block, &prose);
        let told: Vec<Span> = came.iter().map(|claim| claim.span).collect();
        claims.extend(came.into_iter().filter(|claim| {
            let at = (claim.span.start - prose.start) as usize;
            stated(at)
        }));
        for found in VERSION.captures_iter(&prose.text) {
            let (Some(whole), Ok(minor)) = (found.get(0), found["minor"].parse()) else { continue };
            if told.iter().any(|span| span.contains(prose.span(whole.end() - 1..whole.end()))) {
                continue;
            }
            let start = found.name("python").or(found.name("number")).map_or(whole.start(), |it| it.start());
            let span = prose.span(start..whole.end());
            if stated(whole.start()) {
                let about = binder.nearest(span, |it| it.python.is_some()).map_or(Subject::Lesson, Subject::Snippet);
                claims.push(claim(text, ClaimKind::Version { major: 3, minor }, span, about));
            }
        }
    }
    for snippet in binder.snippets {
        let Some(module) = &snippet.python else { continue };
        for &comment in &module.comments {
            let words = comment.slice(&snippet.code);
            if let Some(found) = VERSION.captures(words)
                && let Ok(minor) = found["minor"].parse()
                && !supposes(words, usize::MAX)
            {
                let span = snippet.source_span(comment);
                let about = Subject::Snippet(snippet.index);
                claims.push(claim(text, ClaimKind::Version { major: 3, minor }, span, about));
            }
        }
    }
    claims
}

/// Behind a name: "was added in Python 3.11", "(3.11+)", "needs Python 3.11".
static CAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^\s*(?:\((?:new in |added in |since |python |py)*3\.(?P<noted>[0-9]{1,2})\s*(?:\+|and (?:later|newer|above)|or (?:later|newer|above|higher))?\)",
        r"|(?:(?:was|is|were|are|has been)\s+)?(?:first\s+)?(?:added|introduced|new|available|came|arrived|landed|appeared)\s+",
        r"(?:to (?:the )?\w+\s+)?(?:in|with|since|from|as of)\s+(?:python\s+)?(?:version\s+)?3\.(?P<added>[0-9]{1,2})(?-u:\b)",
        r"|(?:needs|requires)\s+(?:at least\s+)?python\s+3\.(?P<needed>[0-9]{1,2})(?-u:\b))",
    ))
    .expect("a valid expression")
});

/// Before a name: "Python 3.11 introduced".
static BROUGHT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)python\s+3\.(?P<minor>[0-9]{1,2})\s+(?:introduced|introduces|added|adds|brought|brings)\s+(?:the\s+)?$")
        .expect("a valid expression")
});

/// With which Python a name of the standard library came.
fn came(text: &str, block: &Block, prose: &Prose) -> Vec<Claim> {
    let mut claims = Vec::new();
    for inline in &block.inlines {
        let InlineKind::Code(name) = &inline.kind else { continue };
        if since(name).is_none() {
            continue;
        }
        let (start, end) = ((inline.span.start - prose.start) as usize, (inline.span.end - prose.start) as usize);
        let found = if let Some(found) = CAME.captures(&prose.text[end..]) {
            let minor = ["noted", "added", "needed"].iter().find_map(|group| found.name(group));
            minor.map(|minor| (minor.as_str().to_owned(), start..end + found.get(0).map_or(0, |whole| whole.end())))
        } else {
            let found = BROUGHT.captures(&prose.text[..start]);
            found.map(|found| (found["minor"].to_owned(), found.get(0).map_or(start, |whole| whole.start())..end))
        };
        let Some((minor, range)) = found else { continue };
        let Ok(minor) = minor.parse() else { continue };
        let kind = ClaimKind::Since { name: name.clone(), minor };
        claims.push(claim(text, kind, prose.span(range), Subject::Lesson));
    }
    claims
}

/// What a line reference names as its place ("line 3 of `pot.py`", "line 200 of the log"), unless that is the code
/// shown. What is named but is no file of the lesson binds to nothing.
fn elsewhere(behind: &str) -> Option<&str> {
    let behind = behind.trim_start();
    let place = ["of ", "in ", "from "].iter().find_map(|word| behind.strip_prefix(word))?.trim_start();
    if let Some(code) = place.strip_prefix('`') {
        return code.split('`').next();
    }
    let clause = place.split([',', '.', ';', ':', '(', '\n']).next().unwrap_or_default();
    let shown = clause.split_whitespace().take(5).any(|word| SHOWN.contains(&word.to_lowercase().as_str()));
    (!shown).then_some(clause)
}

/// What is said of a line right behind its number: "of `pot.py` calls `pour`", ": imports asyncio."
static SAID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^[\s*_]*(?:(?:of|in|from)\s+(?:`[^`\n]+`|the (?:code|snippet|example|script|program|file)(?: above)?))?[\s*_:,]*",
        r"(?:we\s+|you\s+|it\s+|the (?:code|script|program)\s+)?(?P<deed>call|await|import|define|return|raise)s?\s+",
        r"(?:the\s+|an?\s+)?(?:function\s+|coroutine\s+|class\s+|method\s+|module\s+)?",
        r"(?:`(?P<code>[^`\n]+)`|(?P<bare>[a-z_][a-z0-9_.]*)(?:\s*$|[.,;)]+(?:\s|$)))",
    ))
    .expect("a valid expression")
});

fn said(behind: &str) -> Option<Says> {
    let found = SAID.captures(behind)?;
    let deed =
        Deed::ALL.into_iter().find(|deed| deed.as_str().trim_end_matches('s') == found["deed"].to_lowercase())?;
    // A word without backticks is one of the language, but for the name of a module.
    let name = found.name("code").or(found.name("bare").filter(|_| deed == Deed::Imports))?.as_str();
    let name = name.trim_start_matches("await ").trim_start_matches("import ").split('(').next().unwrap_or_default();
    let name = if deed == Deed::Imports { name.split('.').next() } else { name.rsplit('.').next() }.unwrap_or_default();
    let word = !name.is_empty() && !name.starts_with(|char: char| char.is_ascii_digit());
    let word = word && name.chars().all(|char| char.is_alphanumeric() || char == '_');
    word.then(|| Says { deed, name: name.to_owned() })
}

/// What is said of a line before its number: "`pour` is defined on line 3", "the `await` on line 9".
fn said_before(text: &str, block: &Block, span: Span) -> Option<Says> {
    let before = block.inlines.iter().filter(|inline| inline.span.end <= span.start);
    let (inline, code) = before.rev().find_map(|inline| match &inline.kind {
        InlineKind::Code(code) => Some((inline, code)),
        _ => None,
    })?;
    let between = Span::new(inline.span.end, span.start).slice(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let name = code.trim_end_matches("()");
    let word = !name.is_empty() && name.chars().all(|char| char.is_alphanumeric() || char == '_');
    match between.trim_matches(['*', '_']) {
        "is defined" | "starts" | "begins" if word => Some(Says { deed: Deed::Defines, name: name.to_owned() }),
        "" | "is" | "call" | "statement" | "is called" | "starts" | "begins" | "stands" => {
            Some(Says { deed: Deed::Shows, name: name.to_owned() })
        }
        _ => None,
    }
}

/// A statement right behind the number: "on line 2, `count = 0`".
fn shown_behind(behind: &str) -> Option<Says> {
    let rest = behind.trim_start_matches(['*', '_', ',', ':', ' ']).strip_prefix('`')?;
    let code = rest.split('`').next().filter(|code| code.contains([' ', '(', '=']))?;
    Some(Says { deed: Deed::Shows, name: code.trim().to_owned() })
}

/// Whether a line begins with these words and goes on with a colon: "**Line 12**: …".
fn is_label(text: &str, span: Span) -> bool {
    let (before, behind) = (&text[..span.start as usize], &text[span.end as usize..]);
    let line = &before[before.rfind(['\n', '\r']).map_or(0, |at| at + 1)..];
    let behind = behind.trim_start_matches(['*', '_', '`', ')']);
    !line.contains(char::is_alphanumeric) && behind.starts_with(':')
}

fn claim(text: &str, kind: ClaimKind, span: Span, about: Subject) -> Claim {
    Claim { kind, text: span.slice(text).trim().to_owned(), span, inferred: true, found: Found::Sentence, about }
}
