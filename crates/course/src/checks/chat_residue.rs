use std::sync::{LazyLock, OnceLock};

use etude_markdown::{BlockId, BlockKind};
use etude_text::{Severity, Span};
use regex::Regex;

use super::{Check, Context, Report, place};
use crate::prose::Prose;

pub(super) static CHECK: Check = Check {
    code: "chat-residue",
    severity: Severity::Warning,
    summary: "Words of a conversation that are no part of the lesson",
    documentation: r#"
Finds sentences that an assistant wrote to the author and not for the reader: offers ("Would you like me to …"),
questions what to do next, praise for the request, and openings such as "Sure! Here is …".

A learner cannot answer, and wonders who is speaking.

Wrong:

```markdown
Tasks are cancelled when the group ends.

Would you like me to add an example with a timeout?
```

Right:

```markdown
Tasks are cancelled when the group ends.
```

Remove the paragraph. If it promises something the lesson needs, write that instead.
"#,
    run,
};

/// How an assistant speaks.
struct Phrase {
    /// How it begins, to be found quickly in a whole file.
    start: &'static str,
    /// What follows, in prose whose markup and quotations are blank.
    rest: &'static str,
    place: Where,
}

/// Where in a text a phrase has to stand to be residue.
#[derive(Clone, Copy, PartialEq)]
enum Where {
    /// In any sentence.
    Anywhere,
    /// At the start of a paragraph.
    Opening,
    /// At the start of a paragraph that begins an answer: the first one of a file, or one behind a rule or behind other
    /// residue. Elsewhere a teacher may say it.
    Answer,
}

const fn phrase(start: &'static str, rest: &'static str, place: Where) -> Phrase {
    Phrase { start, rest, place }
}

static PHRASES: [Phrase; 30] = [
    phrase("As an AI", r"\s+(?:(?:language\s+)?model|assistant)(?-u:\b)|,?\s+I(?-u:\b)", Where::Anywhere),
    phrase("Absolutely", OPENING, Where::Answer),
    phrase("Awesome", OPENING, Where::Answer),
    phrase("Certainly", r"\s*[!,.:—–-]+\s*(?:here|below|let[’']s|I[’']ll|I can)(?-u:\b)", Where::Opening),
    phrase("Do you want me to", r"\s", Where::Anywhere),
    phrase("Excellent", OPENING, Where::Answer),
    phrase("Good question", r"\s*[!,.:—–-]", Where::Answer),
    phrase("Got it", OPENING, Where::Answer),
    phrase("Great", r"\s*[!,.:—–-]+\s*(?:I[’']ll|here[’']s|here is)(?-u:\b)", Where::Opening),
    phrase("Great", OPENING, Where::Answer),
    phrase("Great question", r"\s*[!.—–-]", Where::Opening),
    phrase(
        "Here is",
        r"\s+(?:a|the|your)\s+(?:revised|rewritten|updated|improved|polished)\s+version(?-u:\b)",
        Where::Answer,
    ),
    phrase(
        "Here's",
        r"\s+(?:a|the|your)\s+(?:revised|rewritten|updated|improved|polished)\s+version(?-u:\b)",
        Where::Opening,
    ),
    phrase(
        "Here’s",
        r"\s+(?:a|the|your)\s+(?:revised|rewritten|updated|improved|polished)\s+version(?-u:\b)",
        Where::Opening,
    ),
    phrase(
        "I can also",
        r"\s+(?:generate|rewrite|turn\s+this|provide|prepare|create)(?-u:\b)[^.?]*(?-u:\b)if\s+you(?:[’']d\s+like|\s+want)",
        Where::Anywhere,
    ),
    phrase("I hope this helps", r"[^A-Za-z0-9_]|$", Where::Opening),
    phrase("If you like", OFFER, Where::Anywhere),
    phrase("If you want", OFFER, Where::Anywhere),
    phrase("If you wish", OFFER, Where::Anywhere),
    phrase("If you'd like", OFFER, Where::Anywhere),
    phrase("If you’d like", OFFER, Where::Anywhere),
    phrase("Just say", r"\s*,?\s*(?:and\s+)?I(?:[’']ll|\s+will|\s+can)(?-u:\b)", Where::Anywhere),
    phrase("Let me know if", r"\s+you(?:[’']d\s+like|\s+want|\s+would\s+like)(?:\s+me)?(?-u:\b)", Where::Anywhere),
    phrase("Perfect", OPENING, Where::Answer),
    phrase("Shall I", r"\s+(?:continue|proceed|go\s+on|rewrite|generate|add|write)(?-u:\b)", Where::Opening),
    phrase("Sure", r"\s*[!,.:—–-]+\s*(?:here|below|let[’']s|I[’']ll|I can)(?-u:\b)", Where::Opening),
    phrase("Want me to", r"\s", Where::Opening),
    phrase("When you say", r"\s*,?\s*(?:so\s*,?\s*)?I(?:[’']ll|\s+will)(?-u:\b)", Where::Anywhere),
    phrase(
        "Which of",
        r"\s+(?:these|those)(?-u:\b)[^.?]{0,60}(?-u:\b)would\s+you\s+(?:like|prefer)(?-u:\b)",
        Where::Anywhere,
    ),
    phrase(
        "Would you like",
        r"\s+(?:me|to\s+(?:continue|proceed))(?-u:\b)|\s+(?:a|an|the)(?-u:\b)[^.?]*(?-u:\b)next(?-u:\b)",
        Where::Anywhere,
    ),
];

/// Behind "If you want": somebody who can do it.
const OFFER: &str =
    r"(?:\s+now|\s+me\s+to)?\s*,\s*(?:I(?:[’']ll|\s+will|\s+can|\s+could|[’']d)(?-u:\b)|(?:just\s+)?tell\s+me\b)";

/// Behind "Perfect": what comes now.
const OPENING: &str = r"[^A-Za-z0-9_]{1,8}(?:let[’']s|we[’']ll|I[’']ll|I\s+will|here[’']s|here\s+is)(?-u:\b)";

/// All beginnings at once: a set of literals, which the engine finds without looking at each byte.
static STARTS: LazyLock<Regex> = LazyLock::new(|| {
    let starts: Vec<String> = PHRASES.iter().map(|phrase| regex::escape(phrase.start)).collect();
    Regex::new(&starts.join("|")).expect("a valid expression")
});

/// Each is compiled when its beginning is first met: most never are.
static RESTS: [OnceLock<Regex>; PHRASES.len()] = [const { OnceLock::new() }; PHRASES.len()];

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let document = &ctx.lesson.document;
    let mut last: Option<BlockId> = None;
    for found in STARTS.find_iter(ctx.source.text()) {
        let Some((id, block)) = place::block(document, found.start() as u32) else { continue };
        let quoted = || document.ancestors(id).any(|(_, above)| matches!(above.kind, BlockKind::Quote));
        if last == Some(id) || !matches!(block.kind, BlockKind::Paragraph) || quoted() {
            continue;
        }
        let prose = Prose::of(ctx.source.text(), block).without_quotes();
        let at = found.start() - block.span.start as usize;
        let Some(len) = phrase_at(ctx, &prose, at, id, last) else { continue };
        last = Some(id);
        let span = Span::at(found.start()..found.start() + len);
        let shown = span.slice(ctx.source.text()).split_whitespace().collect::<Vec<_>>().join(" ");
        let message = format!("`{}` is said to the author, not to the reader", shown.replace(['`', '*'], ""));
        report.add(report.at(span, message).hint("remove the paragraph, or write what it offers"));
    }
}

/// The length of the phrase of an assistant that starts at `at` in the block `id`.
fn phrase_at(ctx: &Context<'_>, prose: &Prose, at: usize, id: BlockId, last: Option<BlockId>) -> Option<usize> {
    let (before, text) = prose.text.split_at_checked(at)?;
    if before.ends_with(char::is_alphanumeric) {
        return None;
    }
    let opening = before.chars().all(|c| !c.is_alphanumeric());
    PHRASES.iter().zip(&RESTS).find_map(|(phrase, rest)| {
        let behind = text.strip_prefix(phrase.start)?;
        let placed = match phrase.place {
            Where::Anywhere => true,
            Where::Opening => opening,
            Where::Answer => opening && begins_answer(ctx, id, last),
        };
        if !placed {
            return None;
        }
        let rest = rest.get_or_init(|| Regex::new(&format!("^(?i:{})", phrase.rest)).expect("a valid expression"));
        let found = rest.find(behind)?;
        Some(phrase.start.len() + found.as_str().trim_end().len())
    })
}

/// Whether a new answer may begin with the paragraph `id`; `last` is the residue before it.
fn begins_answer(ctx: &Context<'_>, id: BlockId, last: Option<BlockId>) -> bool {
    let Some(before) = id.0.checked_sub(1).map(BlockId) else { return true };
    last == Some(before) || matches!(ctx.lesson.document.block(before).kind, BlockKind::Rule)
}
