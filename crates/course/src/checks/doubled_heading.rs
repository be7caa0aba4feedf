use etude_text::{Edit, Fix, Severity, Span};

use super::empty_section::{is_bare, is_stub};
use super::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    code: "doubled-heading",
    severity: Severity::Warning,
    summary: "Two headings where one is meant",
    documentation: r#"
Finds a heading that is followed by another one of the same level with nothing between them, and a heading that is
repeated right below itself at any level.

It happens when one part of a tool writes a heading and another part writes its own. A reader sees an empty section,
the table of contents lists both, and links lead to the wrong one.

Headings that count ("Step 1", "(A)", "2.") are not taken for one another: there the first is an `empty-section`.

Wrong:

```markdown
## Summary

## Summary

You can now start a task and wait for it.
```

Right:

```markdown
## Summary

You can now start a task and wait for it.
```

Remove one of the two, or write what belongs between them. `--fix` removes the second where both are the same.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let sections = &ctx.lesson.sections;
    for index in 1..sections.len() {
        let (first, rest) = (&sections[index], sections.get(index + 1));
        let Some(second) = rest.filter(|_| is_bare(ctx, index)) else { continue };
        let same = first.title == second.title;
        let doubled = if same { first.level <= second.level } else { first.level == second.level };
        if !doubled || is_stub(ctx, index) {
            continue;
        }
        let (one, two) = (heading_span(ctx, index), heading_span(ctx, index + 1));
        let diagnostic = if same {
            let repeated =
                report.at(two, format!("the heading `{}` is repeated", second.title)).label(one, "here first");
            repeated.hint("remove one of the two")
        } else {
            let message = format!("nothing stands between `{}` and `{}`", first.title, second.title);
            report
                .at(two, message)
                .label(one, "the heading before")
                .hint("keep one of the two headings, or write what belongs under the first")
        };
        let second_goes = same && first.level == second.level && only_blank_between(ctx, one, two);
        let fix = || Fix::new("remove the second heading", vec![Edit::new(Span::new(one.end, two.end), "")]);
        report.add(if second_goes { diagnostic.fix(fix()) } else { diagnostic });
    }
}

fn heading_span(ctx: &Context<'_>, section: usize) -> Span {
    let section = &ctx.lesson.sections[section];
    section.heading.map_or(Span::empty(section.own.start), |heading| ctx.lesson.document.block(heading).span)
}

/// Comments and link definitions are no content, but they are not to be lost either.
fn only_blank_between(ctx: &Context<'_>, one: Span, two: Span) -> bool {
    let same_look = |span: Span| {
        let text = span.slice(ctx.source.text());
        matches!(text.bytes().next(), Some(b'#')).then(|| text.trim_end_matches(['#', ' ']))
    };
    Span::new(one.end, two.start).slice(ctx.source.text()).trim().is_empty()
        && same_look(one).is_some()
        && same_look(one) == same_look(two)
}
