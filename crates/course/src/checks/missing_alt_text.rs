use etude_markdown::{BlockKind, InlineKind};
use etude_text::{Severity, Span};

use super::{Check, Context, Report, place};

pub(super) static CHECK: Check = Check {
    code: "missing-alt-text",
    severity: Severity::Warning,
    summary: "An image that says nothing to those who cannot see it",
    documentation: r#"
Finds images without a text that stands for them: `![](…)`, and `<img>` without `alt`.

Whoever listens to the page hears the name of a file, and whoever reads it offline sees an empty frame. An image that is
only decoration says so in HTML with `alt=""`.

Wrong:

```markdown
![](timeline.png)
```

Right:

```markdown
![Three tasks start together; the longest ends after three seconds](timeline.png)
```

Write what a reader is to see in the image.
"#,
    run,
};

const HINT: &str = "say in a few words what is to be seen";

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let text = ctx.source.text();
    for block in &ctx.lesson.document.blocks {
        if matches!(block.kind, BlockKind::Html) {
            tags(ctx, block.span, report);
        }
        for inline in &block.inlines {
            match &inline.kind {
                InlineKind::Image { alt, .. } if alt.trim().is_empty() => {
                    report.add(report.at(inline.span, "this image has no alternative text").hint(HINT));
                }
                InlineKind::Html if inline.span.slice(text).starts_with("<img") => tags(ctx, inline.span, report),
                _ => {}
            }
        }
    }
}

/// The `<img>` tags in the HTML at `html`.
fn tags(ctx: &Context<'_>, html: Span, report: &mut Report<'_>) {
    let text = ctx.source.text();
    let source = html.slice(text);
    for (at, _) in source.match_indices("<img") {
        let len = source[at..].find('>').map_or(source.len() - at, |len| len + 1);
        let tag = &source[at..at + len];
        if !tag[4..].starts_with(|c: char| c.is_whitespace() || c == '/' || c == '>') {
            continue;
        }
        let hidden = ["role=\"presentation\"", "role=\"none\"", "aria-hidden=\"true\"", "aria-label"];
        let said = tag.match_indices("alt").any(|(at, _)| {
            tag[..at].ends_with(char::is_whitespace) && tag[at + 3..].trim_start().starts_with(['=', '>', '/'])
        });
        let span = Span::at(at..at + len).shift(html.start);
        if said || hidden.iter().any(|it| tag.contains(it)) || place::in_comment(&ctx.lesson.document, text, span.start)
        {
            continue;
        }
        report.add(report.at(span, "this image has no `alt`").hint(HINT));
    }
}
