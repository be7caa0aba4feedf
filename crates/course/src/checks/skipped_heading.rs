use etude_text::Severity;

use super::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    code: "skipped-heading",
    severity: Severity::Warning,
    summary: "A heading more than one level below the one before",
    documentation: r#"
Finds a heading that is two or more levels deeper than the heading before it. The first heading of a file may have any
level, and going back up may skip levels.

Whoever listens to the page moves from heading to heading and by level; a missing level sounds like a missing part.
Tables of contents indent such a heading under nothing.

Wrong:

```markdown
# Tasks

### Starting one

It runs at once.
```

Right:

```markdown
# Tasks

## Starting one

It runs at once.
```

Raise the heading, and those below it, by the missing levels; or write the heading that is missing between the two.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for pair in ctx.lesson.sections[1..].windows(2) {
        let (above, below) = (&pair[0], &pair[1]);
        if below.level <= above.level + 1 {
            continue;
        }
        let Some(heading) = below.heading else { continue };
        let span = ctx.lesson.document.block(heading).span;
        let message = format!("this heading of level {} follows one of level {}", below.level, above.level);
        let marks = "#".repeat(usize::from(above.level) + 1);
        report.add(report.at(span, message).hint(format!("write `{marks} {}`", below.title)));
    }
}
