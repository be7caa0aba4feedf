use std::sync::LazyLock;

use etude_markdown::BlockKind;
use etude_text::Severity;
use regex::Regex;

use super::{Check, Context, Report, doubled_heading};

pub(super) static CHECK: Check = Check {
    code: "empty-section",
    severity: Severity::Warning,
    summary: "A heading with nothing under it",
    documentation: r#"
Finds a heading that is followed by nothing: the next heading of its level or of a higher one comes at once, or the file
ends. A heading that is directly followed by a deeper one is fine.

The table of contents promises something that is not there, and the reader wonders whether the page is broken.

Wrong:

```markdown
## Exercises

## Further reading

- [The event loop](https://docs.python.org/3/library/asyncio-eventloop.html)
```

Right:

```markdown
## Further reading

- [The event loop](https://docs.python.org/3/library/asyncio-eventloop.html)
```

Write the section, or remove its heading.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let sections = &ctx.lesson.sections;
    for index in 1..sections.len() {
        let section = &sections[index];
        let next = sections.get(index + 1);
        let deeper = next.is_some_and(|next| next.level > section.level);
        let described =
            next.is_some_and(|next| is_overload(&section.title, &next.title)) || is_kept_empty(&section.title);
        if deeper || described || !is_bare(ctx, index) || doubled_heading::is_doubled(ctx, index) {
            continue;
        }
        let Some(heading) = section.heading else { continue };
        let span = ctx.lesson.document.block(heading).span;
        let message = match section.title.as_str() {
            "" => "this heading has neither words nor a section".to_owned(),
            title => format!("the section `{title}` is empty"),
        };
        report.add(report.at(span, message).hint("write the section, or remove its heading"));
    }
}

/// Whether nothing stands between the heading of this section and the next heading of any level.
pub(super) fn is_bare(ctx: &Context<'_>, section: usize) -> bool {
    let section = &ctx.lesson.sections[section];
    let Some(heading) = section.heading else { return false };
    let text = ctx.source.text();
    // A heading holds no blocks. What a comment of ours silences does not make it content.
    let behind = ctx.lesson.document.blocks.iter().skip(heading.0 as usize + 1);
    let mut content = behind.skip_while(|block| {
        matches!(block.kind, BlockKind::Html) && block.span.slice(text).trim_start().starts_with("<!-- etude:")
    });
    match content.next() {
        Some(block) => block.parent.is_none() && matches!(block.kind, BlockKind::Heading(_)),
        None => true,
    }
}

/// "Step 1", "(A)", "2. Start", "Part II", "[0.3.0]": one of several that are counted.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^[^A-Za-z0-9_]*(?:(?i:step|part|stage|phase|chapter|lesson|module|unit|week|day|section|exercise|example|task|question|problem|option|case|test|quiz|level|appendix|version)\s+(?:[0-9]+|[A-Z](?-u:\b)|[IVXL]+\b)|[QVv]?[0-9]+(?:\.[0-9]+)*(?:[^A-Za-z0-9_]|$)|(?:[A-Z]|[IVXL]+)[.):])",
    )
    .expect("a valid expression")
});

/// Whether a bare section followed by one of its level is meant as a section of its own: both are counted, or it stands in a
/// row of three and more bare headings.
pub(super) fn is_stub(ctx: &Context<'_>, section: usize) -> bool {
    let sections = &ctx.lesson.sections;
    let Some(second) = sections.get(section + 1) else { return false };
    let first = &sections[section];
    if first.level != second.level {
        return false;
    }
    if first.title.is_empty() || is_kept_empty(&first.title) || is_overload(&first.title, &second.title) {
        return true;
    }
    if first.title == second.title {
        return false;
    }
    let counted = COUNTED.is_match(&first.title) && COUNTED.is_match(&second.title);
    let bare_neighbour = |one: usize, two: usize| {
        sections.get(two).is_some_and(|it| it.level == first.level && sections[one].title != it.title)
            && is_bare(ctx, one)
    };
    counted || bare_neighbour(section + 1, section + 2) || section > 1 && bare_neighbour(section - 1, section)
}

/// Change logs keep an empty section for what comes next.
fn is_kept_empty(title: &str) -> bool {
    title.trim_start_matches('[').to_ascii_lowercase().starts_with("unreleased")
}

/// `wait(task)` above `wait(task, timeout)`: two forms that are described together.
fn is_overload(one: &str, two: &str) -> bool {
    match (one.split_once('('), two.split_once('(')) {
        (Some((one, _)), Some((two, _))) => !one.trim().is_empty() && one == two,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::COUNTED;

    #[test]
    fn counted_headings() {
        let check = |title: &str, counted| assert_eq!(COUNTED.is_match(title), counted, "{title}");
        check("Step 1", true);
        check("(A) Threads", true);
        check("2.1 Start", true);
        check("III. Tasks", true);
        check("Exercise 4: Gather", true);
        check("[0.3.0] - 2024-01-05", true);
        check("A first task", false);
        check("Part II", true);
        check("Introduction", false);
        check("Exercises", false);
        check("Explanation", false);
    }
}
