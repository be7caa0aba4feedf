use etude_markdown::{Block, Inline, InlineKind};
use etude_text::Severity;

use super::{Check, Context, Report};
use crate::spelling;

pub(super) static CHECK: Check = Check {
    code: "undefined-reference",
    severity: Severity::Warning,
    summary: "A link or footnote by reference that is nowhere defined",
    documentation: r#"
Finds `[text][label]` and `[label][]` without a line `[label]: address`, and `[^1]` without a line `[^1]: …`.

A reader sees the brackets instead of a link. Often the definitions were left behind when a text was moved.

Wrong:

```markdown
Tasks are explained in [the manual][tasks].
```

Right:

```markdown
Tasks are explained in [the manual][tasks].

[tasks]: https://docs.python.org/3/library/asyncio-task.html
```

Write the definition, correct the label, or put code such as `grid[row][column]` in backticks.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let document = &ctx.lesson.document;
    let text = ctx.source.text();
    let mut footnotes: Option<Vec<&str>> = None;
    for block in &document.blocks {
        for inline in &block.inlines {
            match &inline.kind {
                InlineKind::UndefinedReference { label } if !is_code(text, block, inline) => {
                    let known = document.definitions.iter().map(|definition| definition.label.as_str());
                    let hint = match spelling::nearest(label, known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("add a line `[{label}]: …` with the address"),
                    };
                    report.add(report.at(inline.span, format!("the reference `{label}` is not defined")).hint(hint));
                }
                InlineKind::FootnoteReference { label } => {
                    let known = footnotes.get_or_insert_with(|| labels_of_footnotes(ctx));
                    if !known.iter().any(|known| known.eq_ignore_ascii_case(label)) {
                        let message = format!("the footnote `{label}` is not defined");
                        report.add(
                            report.at(inline.span, message).hint(format!("add a line `[^{label}]: …` with its text")),
                        );
                    }
                }
                _ => {}
            }
        }
    }
}

fn labels_of_footnotes<'a>(ctx: &Context<'a>) -> Vec<&'a str> {
    let blocks = ctx.lesson.document.blocks.iter();
    blocks
        .filter_map(|block| match &block.kind {
            etude_markdown::BlockKind::FootnoteDefinition { label } => Some(label.as_str()),
            _ => None,
        })
        .collect()
}

/// `rows[0][1]`, `[x][0]`, `[ ][x]`: an index or a box, not a reference.
fn is_code(text: &str, block: &Block, inline: &Inline) -> bool {
    let before = text[block.span.start as usize..inline.span.start as usize].chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || "_)]\"'`".contains(c)) {
        return true;
    }
    let behind = text[inline.span.end as usize..].chars().next();
    if behind.is_some_and(|c| "[=".contains(c)) {
        return true;
    }
    let source = inline.span.slice(text);
    let InlineKind::UndefinedReference { label } = &inline.kind else { return false };
    // Documentation tools fill in references to names of a program: `[Field][pydantic.Field]`, `` [`Field`][] ``.
    let name = label.trim_matches('`');
    if name.len() < label.len() || name.contains("::") || is_dotted(name) || source.contains("`][") {
        return true;
    }
    let Some((first, second)) = source.trim_start_matches('!').trim_start_matches('[').split_once(']') else {
        return false;
    };
    let second = second.trim_matches(['[', ']']);
    // A type such as `[T][]` or a slice such as `[1:][0]`.
    let index =
        |part: &str| part.len() <= 2 || part.bytes().all(|byte| byte.is_ascii_digit() || b":-+, ".contains(&byte));
    index(first.trim()) && index(second.trim()) || first.trim().is_empty()
}

/// `asyncio.Task`: a name of a program, and no sentence or number.
fn is_dotted(label: &str) -> bool {
    let mut parts = label.split('.');
    label.contains('.')
        && parts.all(|part| {
            part.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_alphanumeric() || c == '_')
        })
}
