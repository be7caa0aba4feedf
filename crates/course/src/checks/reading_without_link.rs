use std::sync::LazyLock;

use etude_markdown::{BlockId, BlockKind, InlineKind};
use etude_text::Severity;
use regex::Regex;

use super::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    code: "reading-without-link",
    severity: Severity::Note,
    summary: "A recommended reading without a link",
    documentation: r#"
Finds items under headings such as "Further Reading", "Resources" and "References" that name a subject but lead
nowhere: no link, no address, no reference to a book, an article or a file.

Somebody who wants to read on has to search, and finds something else than was meant.

Wrong:

```markdown
## Further Reading

- Good habits for documentation
```

Right:

```markdown
## Further Reading

- [Documenting Python code](https://docs.python.org/3/tutorial/controlflow.html#documentation-strings)
```

Link what is recommended, or leave the item out. A book or an article with its year, chapter, ISBN or DOI is a
reference, and so is a PEP or an RFC with its number.
"#,
    run,
};

static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    let lead = r"(?:(?:further|additional|recommended|suggested|useful|more|extra|helpful|external|online|quick|learning|related|other|key|background|optional|(?:stage|week|day|module|lesson|chapter|part|unit|section) [0-9]+)\s+(?:and\s+)?)*";
    Regex::new(&format!(
        r"(?i)^[^A-Za-z0-9_]*(?:[0-9]+[.):]*[^A-Za-z0-9_]*)?{lead}(?:(?:further|suggested|recommended|additional|background|optional|related|more) reading|reading list|resources|references|links)(?:\s+(?:and|&)\s+(?:further\s+)?(?:reading|resources|references|links))?[^A-Za-z0-9_]*(?:$|\(|to (?:dig|go|learn|read|explore)(?-u:\b)|for (?:further|more)(?-u:\b)|[—–:-])"
    ))
    .expect("a valid expression")
});

/// What makes an item a reference though it has no link.
static CITED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)(?:https?://|www\.|(?:19|20)[0-9][0-9](?-u:\b)|isbn(?-u:\b)|doi(?-u:\b)|(?:pep|rfc|iso)[ -]?[0-9]+|chapters? [0-9]|ch\. ?[0-9]|pp?\. ?[0-9]|[a-z0-9-]+\.(?:org|com|io|net|dev|edu)\b)|<prompt>|§")
        .expect("a valid expression")
});

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let document = &ctx.lesson.document;
    for section in &ctx.lesson.sections {
        let Some(heading) = section.heading else { continue };
        let lower = section.title.to_ascii_lowercase();
        let likely = ["reading", "resource", "reference", "link"].iter().any(|word| lower.contains(word));
        if !likely || !TITLE.is_match(&section.title) {
            continue;
        }
        let blocks = (heading.0 + 1..document.blocks.len() as u32).map(BlockId);
        for item in blocks.take_while(|&id| document.block(id).span.start < section.own.end) {
            let block = document.block(item);
            if matches!(block.kind, BlockKind::Rule) {
                break;
            }
            let nested = || document.children(item).any(|(_, child)| matches!(child.kind, BlockKind::List { .. }));
            if !matches!(block.kind, BlockKind::Item(_)) || nested() || leads_somewhere(ctx, item) {
                continue;
            }
            let Some((_, paragraph)) = document.children(item).next() else { continue };
            let hint = "link it, cite it with its year, or leave it out";
            report.add(report.at(paragraph.span, "this reading leads nowhere").hint(hint));
        }
    }
}

fn leads_somewhere(ctx: &Context<'_>, item: BlockId) -> bool {
    let document = &ctx.lesson.document;
    let linked = document.descendants(item).flat_map(|(_, block)| &block.inlines).any(|inline| match &inline.kind {
        InlineKind::Link { .. } | InlineKind::FootnoteReference { .. } | InlineKind::UndefinedReference { .. } => true,
        InlineKind::Code(code) => names_file(code),
        _ => false,
    });
    linked || CITED.is_match(document.block(item).span.slice(ctx.source.text()))
}

/// `notes/locks.md`, `docs/`.
fn names_file(code: &str) -> bool {
    let file = [".md", ".py", ".txt", ".pdf", ".ipynb", ".html"].iter().any(|ending| code.ends_with(ending));
    file || code.ends_with('/') || code.contains('/') && code.contains('.')
}
