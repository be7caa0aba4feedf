//! Claims in the wording of paragraphs and list items.

use std::sync::LazyLock;

use etude_markdown::{BlockId, BlockKind, Document, InlineKind};
use etude_text::Span;
use regex::Regex;

use super::bind::Binder;
use super::elapsed::{self, Time};
use super::which::{is_of_whole, which};
use super::{Claim, ClaimKind, Found, Scope, Subject};
use crate::prose::Prose;
use crate::snippet::Siblings;

/// "Expected:", "Expected time:", "👉 Output:", "Prints:" at the start of a paragraph or list item.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\s👉➡→>⇒️-]*(?P<label>(?:expected|actual|sample|example|typical)?\s*(?:approximate |rough )?(?:outputs?|prints?|results?|times?|timings?|duration|expected|returns?|responses?|elapsed|runtime)(?: \((?:in )?(?:seconds|s|ms)\))?)\s*:",
    )
    .expect("a valid expression")
});

/// "You'll see `x`", "you should see `x`", "this prints `x`", "the output is `x`".
static SEES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?-u:\b)(?:you(?:’|')ll (?:now )?see|you (?:will|should) see|(?:it|this|that|the (?:program|script|snippet|code|example)) (?:prints|outputs|displays)|the output is)(?-u:\b)",
    )
    .expect("a valid expression")
});

/// "This raises a `TypeError`", "Running it fails with `ValueError`": what the code beside it comes to.
static RAISES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:(?:This|That|The|Running|Executing)(?:\s+(?:this|it|that|the))?(?:\s+(?:code|snippet|program|script|example))?(?:\s+above)?|It)",
        r"\s+(?:always\s+|immediately\s+|now\s+|will\s+)?(?:raises?|throws?|(?:fails?|crash(?:es)?|ends?)\s+with)\s+(?:an?\s+|the\s+)?[*_`]*",
        r"(?P<name>(?:[a-z_]+\.)*[A-Z][A-Za-z]*(?:Error|Exception|ExceptionGroup|Interrupt|SystemExit|Iteration))(?-u:\b)[*_`]*",
    ))
    .expect("a valid expression")
});

/// "You get a `200 OK`", "Returns status 200".
static STATUS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?m)(?:^|[.:,]\s+)(?:(?:[Yy]ou|[Ww]e|[Ii]t|[Tt]his|[Tt]hat|[Tt]he (?:server|answer|response|request))\s+)?(?:will\s+|now\s+)?",
        r"(?:gets?|receives?|sees?|[Rr]eturns?|answers?(?: with)?|responds?(?: with)?|has)\s+(?:an?\s+|the\s+)?",
        r"(?:(?:HTTP\s+)?status(?:\s+code)?\s+[*_`]*(?P<status>[1-5][0-9]{2})(?:\s[A-Z][A-Za-z ]*)?[*_`]+|(?:HTTP\s+)?status(?:\s+code)?\s+(?P<bare>[1-5][0-9]{2})(?-u:\b)",
        r"|[*_]*`(?:HTTP/[0-9.]+ )?(?P<shown>[1-5][0-9]{2})\s+[A-Z][A-Za-z ]*`)",
    ))
    .expect("a valid expression")
});

/// Behind a label: nothing but a status.
static ONLY_STATUS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[\s*_`]*([1-5][0-9]{2})(?:\s[A-Z][A-Za-z ]*)?[\s*_`.]*$").expect("a valid expression")
});

/// "prints 404", and no more.
static NUMBER_ALONE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s+(-?[0-9]+(?:\.[0-9]+)?)(?:[.!]?\s*$|[.!]\s)").expect("a valid expression"));

/// Where, when, or for whom: not in every run of the code that is shown.
static SOMETIMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)(?:if|when|whenever|unless|until|once|for|with(?:out)? \w+|instead|otherwise|python [23][0-9.]*|older|newer|versions?|windows|macos|linux)(?-u:\b)")
        .expect("a valid expression")
});

pub(super) fn claims(text: &str, document: &Document, siblings: &Siblings, binder: &Binder<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (id, block) in document.iter() {
        if !matches!(block.kind, BlockKind::Paragraph) || quoted(document, id) {
            continue;
        }
        let raw = block.span.slice(text);
        // Most paragraphs hold nothing to look at more closely.
        let listed = block.parent.is_some() && raw.starts_with('`');
        let telling =
            [":", "see", "print", "output", "with", "raise", "throw", "status"].iter().any(|word| raw.contains(word));
        if !telling && !listed && !elapsed::may_tell(raw) {
            continue;
        }
        let prose = Prose::of(text, block);
        let paragraph = Paragraph { id, prose, text, document, siblings, binder };
        if let Some(label) = paragraph.label() {
            paragraph.labelled(label, &mut claims);
        } else if let Some(label) = under_label(text, document, siblings, id) {
            paragraph.item(&label, &mut claims);
        } else {
            paragraph.sentences(&mut claims);
            claims.extend(paragraph.raises());
            claims.extend(paragraph.statuses());
        }
    }
    claims
}

/// Block quotes repeat somebody's words.
fn quoted(document: &Document, id: BlockId) -> bool {
    document.ancestors(id).any(|(_, block)| matches!(block.kind, BlockKind::Quote))
}

/// For a list item: the label of the paragraph that introduces its list ("Expected timings:").
fn under_label(text: &str, document: &Document, siblings: &Siblings, id: BlockId) -> Option<String> {
    let item = document.block(id).parent?;
    let list = document.block(item).parent?;
    let in_list = matches!(document.block(list).kind, BlockKind::List { .. });
    let lead = siblings.previous(list).filter(|_| in_list)?;
    let block = document.block(lead);
    if !matches!(block.kind, BlockKind::Paragraph) {
        return None;
    }
    if !block.span.slice(text).trim_end().ends_with([':', '*', '_']) {
        return None;
    }
    let prose = Prose::of(text, block);
    let found = LABEL.captures(&prose.text)?;
    let rest = &prose.text[found.get(0)?.end()..];
    rest.trim().is_empty().then(|| found["label"].to_lowercase())
}

struct Label {
    end: usize,
    /// "time", "timings": the numbers that follow are seconds.
    timed: bool,
    /// "Expected": what follows is foretold, in whatever words.
    expects: bool,
    /// "Output", "Prints": it speaks of a run. "Returns" and "Result" may as well describe a function.
    foretells: bool,
}

struct Paragraph<'a> {
    id: BlockId,
    prose: Prose,
    text: &'a str,
    document: &'a Document,
    siblings: &'a Siblings,
    binder: &'a Binder<'a>,
}

impl Paragraph<'_> {
    fn label(&self) -> Option<Label> {
        let found = LABEL.captures(&self.prose.text)?;
        let end = found.get(0)?.end();
        let label = found["label"].to_lowercase();
        let expects = label.starts_with("expected");
        Some(Label { end, timed: is_timed(&label), expects, foretells: foretells(&label) })
    }

    /// Whether the block before is code.
    fn follows_code(&self) -> bool {
        let before = self.siblings.previous(self.id).map(|id| &self.document.block(id).kind);
        matches!(before, Some(BlockKind::Code(_)))
    }

    /// "Expected: ~3s total": the rest of the paragraph says what is expected.
    fn labelled(&self, label: Label, claims: &mut Vec<Claim>) {
        let stated = self.prose.without_quotes();
        let rest = &stated.text[label.end..];
        let times = elapsed::times(rest, true);
        let timed = label.timed || !times.is_empty();
        for time in times {
            let range = label.end + time.range.start..label.end + time.range.end;
            claims.push(self.elapsed(Time { range, ..time }, Found::Label));
        }
        if let Some(found) = ONLY_STATUS.captures(&self.document.block(self.id).span.slice(self.text)[label.end..])
            && let Ok(status) = found[1].parse()
        {
            let kind = ClaimKind::Response { body: None, statuses: vec![status] };
            let claim = self.beside(self.claim(kind, self.trimmed(label.end..self.prose.text.len()), Found::Label));
            let tells = |about: usize| {
                let code = &self.binder.snippets[about].code;
                ["http_code", "status_code", "curl -i", "curl -I", ".status"].iter().any(|word| code.contains(word))
            };
            if let Some(claim) = claim
                && matches!(claim.about, Subject::Snippet(about) if tells(about))
            {
                claims.push(claim);
                return;
            }
        }
        let parts = self.code_after(label.end);
        let asks = self.prose.text.trim_end().ends_with('?');
        if asks || !label.foretells && !self.follows_code() {
            return;
        }
        if timed || self.prose.text[label.end..].trim().is_empty() && parts.is_empty() {
            return;
        }
        let span = self.trimmed(label.end..self.prose.text.len());
        if parts.iter().all(|part| is_placeholder(part)) && !parts.is_empty() {
            return;
        }
        let kind = match parts.is_empty() {
            false => ClaimKind::Output { whole: false, parts },
            true if label.expects => ClaimKind::Behaviour,
            // "Response: what the server sends back" defines a word.
            true => return,
        };
        claims.push(self.claim(kind, span, Found::Label));
    }

    /// An item of a list under "Expected timings:" or "Expected output:".
    fn item(&self, label: &str, claims: &mut Vec<Claim>) {
        let times = elapsed::times(&self.prose.text, true);
        let timed = is_timed(label) || !times.is_empty();
        for time in times {
            claims.push(self.elapsed(time, Found::Label));
        }
        let parts = self.code_after(0);
        if !timed && !parts.is_empty() && foretells(label) {
            let span = self.trimmed(0..self.prose.text.len());
            claims.push(self.claim(ClaimKind::Output { whole: false, parts }, span, Found::Label));
        }
    }

    /// Times and "you'll see" in running text, where the sentence states them.
    fn sentences(&self, claims: &mut Vec<Claim>) {
        let stated = self.prose.without_quotes();
        let named = self.binder.named(self.id);
        let mut nth = 0;
        for time in elapsed::times(&stated.text, false) {
            let sentence = stated.sentence(time.range.start);
            let words = &stated.text[sentence.clone()];
            if elapsed::supposes(words, time.range.end - sentence.start)
                || elapsed::is_taken_back(words, &stated.text[sentence.end..])
            {
                continue;
            }
            let meant = which(&stated.text, sentence, &time.range).filter(|_| is_of_whole(&time.scope));
            let mut claim = self.elapsed(time, Found::Sentence);
            if let Some(&index) = named.get(nth).or(named.last()) {
                claim.about = Subject::Snippet(index);
            } else if let Some(meant) = meant {
                match self.binder.meant(claim.span, &meant.which) {
                    Some(index) => {
                        claim.about = Subject::Snippet(index);
                        claim.set_scope(Scope::Total);
                    }
                    None => claim.set_scope(Scope::Part(meant.words)),
                }
            }
            nth += 1;
            // A sentence about no code at all ("the break takes 5 minutes") is not about a run.
            if claim.about != Subject::Lesson {
                claims.push(claim);
            }
        }
        for found in SEES.find_iter(&stated.text) {
            let sentence = stated.sentence(found.start());
            // "a function that prints `x`" describes what may be yet to write.
            let lead = stated.text[sentence.start..found.start()].trim_end();
            if found.as_str().starts_with("that ") && lead.ends_with(char::is_alphanumeric) {
                continue;
            }
            let mut parts = self.seen(found.end(), sentence.end);
            let alone = NUMBER_ALONE.captures(&stated.text[found.end()..]).filter(|_| parts.is_empty());
            parts.extend(alone.map(|number| number[1].to_owned()));
            if parts.is_empty() || elapsed::supposes(&stated.text[sentence.start..found.start()], usize::MAX) {
                continue;
            }
            let span = self.trimmed(found.start()..sentence.end);
            let claim = self.claim(ClaimKind::Output { whole: false, parts }, span, Found::Sentence);
            if claim.about != Subject::Lesson {
                claims.push(claim);
            }
        }
    }

    /// An exception that the first sentence tells of the code right before or behind.
    fn raises(&self) -> Option<Claim> {
        let raw = self.document.block(self.id).span.slice(self.text);
        let found = RAISES.captures(raw)?;
        let (whole, name) = (found.get(0)?, found.name("name")?);
        let sentence = self.prose.sentence(whole.end().min(self.prose.text.len()));
        if SOMETIMES.is_match(&self.prose.text[whole.end().min(sentence.end)..sentence.end])
            || elapsed::supposes(&self.prose.text[sentence.clone()], whole.end() - sentence.start)
        {
            return None;
        }
        let kind = ClaimKind::Raises { exception: name.as_str().to_owned() };
        self.beside(self.claim(kind, self.prose.span(whole.range()), Found::Sentence))
    }

    /// A claim, if it is about the code right before or behind its paragraph.
    fn beside(&self, claim: Claim) -> Option<Claim> {
        let Subject::Snippet(about) = claim.about else { return None };
        let block = self.binder.snippets[about].block;
        let mut before = self.siblings.previous(self.id);
        while let Some(id) = before.filter(|id| matches!(self.document.block(*id).kind, BlockKind::Code(_))) {
            if id == block {
                return Some(claim);
            }
            before = self.siblings.previous(id);
        }
        (self.siblings.previous(block) == Some(self.id)).then_some(claim)
    }

    /// A status that the answer to the request beside it has.
    fn statuses(&self) -> Vec<Claim> {
        let raw = self.document.block(self.id).span.slice(self.text);
        let mut claims = Vec::new();
        for found in STATUS.captures_iter(raw) {
            let number = ["status", "bare", "shown"].iter().find_map(|group| found.name(group));
            let Some(status) = number else { continue };
            let (Some(whole), Ok(status)) = (found.get(0), status.as_str().parse()) else { continue };
            let sentence = self.prose.sentence(whole.end().min(self.prose.text.len()));
            if SOMETIMES.is_match(&self.prose.text[sentence.clone()])
                || elapsed::supposes(&self.prose.text[sentence.clone()], usize::MAX)
            {
                continue;
            }
            let kind = ClaimKind::Response { body: None, statuses: vec![status] };
            claims.extend(self.beside(self.claim(kind, self.prose.span(whole.range()), Found::Sentence)));
        }
        claims
    }

    fn elapsed(&self, time: Time, found: Found) -> Claim {
        let span = self.prose.span(time.range);
        self.claim(
            ClaimKind::Elapsed {
                seconds: time.seconds,
                about: time.about,
                within: None,
                bound: time.bound,
                scope: time.scope,
            },
            span,
            found,
        )
    }

    fn claim(&self, kind: ClaimKind, span: Span, found: Found) -> Claim {
        let text = span.slice(self.text).split_whitespace().collect::<Vec<_>>().join(" ");
        Claim { kind, text, span, inferred: true, found, about: self.binder.run(span) }
    }

    fn code_after(&self, from: usize) -> Vec<String> {
        self.code_between(from, self.prose.text.len())
    }

    /// The `code` of the paragraph within a range of its text.
    fn code_between(&self, from: usize, to: usize) -> Vec<String> {
        let range = self.prose.span(from..to.max(from));
        let inlines = &self.document.block(self.id).inlines;
        let code = inlines.iter().filter(|inline| range.contains(inline.span));
        code.filter_map(|inline| match &inline.kind {
            InlineKind::Code(code) => Some(code.clone()),
            _ => None,
        })
        .collect()
    }

    /// The `code` that is seen: not what the text says it comes from ("the lines from your `pour`").
    fn seen(&self, from: usize, to: usize) -> Vec<String> {
        let range = self.prose.span(from..to.max(from));
        let mut before = range.start;
        let mut parts = Vec::new();
        for inline in self.document.block(self.id).inlines.iter().filter(|inline| range.contains(inline.span)) {
            let InlineKind::Code(code) = &inline.kind else { continue };
            let words = Span::new(before, inline.span.start).slice(self.text);
            let last = words.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default().to_lowercase();
            if !["from", "your", "of", "in", "by", "when", "with", "using", "via"].contains(&last.as_str()) {
                parts.push(code.clone());
            }
            before = inline.span.end;
        }
        parts
    }

    /// A range of the text as a span of the source, white space and markup at its ends left out.
    fn trimmed(&self, range: std::ops::Range<usize>) -> Span {
        let raw = &self.prose.span(range.clone()).slice(self.text);
        // Behind a label stands the end of its own emphasis: "**Expected:** …".
        let markup = |char: char| char.is_whitespace() || char == '*' && range.start > 0;
        let start = range.start + (raw.len() - raw.trim_start_matches(markup).len());
        let end = range.start + raw.trim_end().len();
        self.prose.span(start..end.max(start))
    }
}

/// Whether a label announces what a run will show.
fn foretells(label: &str) -> bool {
    ["expected", "output", "print", "elapsed", "runtime"].iter().any(|word| label.contains(word))
}

fn is_timed(label: &str) -> bool {
    let label = label.to_lowercase();
    ["time", "timing", "duration", "elapsed"].iter().any(|word| label.contains(word))
}

/// What generators leave where an expected value belongs.
pub(crate) fn is_placeholder(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    ["sample input", "sample output", "expected output", "expected result", "example input", "example output"]
        .contains(&text.as_str())
}
