use etude_text::Severity;

use super::{Check, Context, Report};
use crate::claim::{Claim, ClaimKind, Subject};
use crate::verdict::{Verdict, decide};

pub(super) static CHECK: Check = Check {
    code: "line-not-shown",
    severity: Severity::Warning,
    summary: "A text about a line that the code shown does not have",
    documentation: r#"
Finds "line 120" where the code that the text talks about ends before line 120.

The reader looks for the line, counts again, and gives up. It happens when code is shortened after the text was
written, or when the numbers are those of a file of which only a part is shown.

Wrong:

````markdown
```python
import json

def load(path):
    return json.loads(path.read_text())
```

**Line 31**: the file is parsed here.
````

Right:

````markdown
**Line 4**: the file is parsed here.
````

Show the lines that the text is about, correct the number, or leave the remark out. If the code is a part of a file
and the numbers are those of the file, say where it starts: `lineno-start=28` on the fence.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for claim in &ctx.lesson.claims {
        let ClaimKind::Line { first, last } = claim.kind else { continue };
        let Verdict::False(reason) = decide(ctx.course, ctx.lesson, claim, ctx.around) else { continue };
        if !is_about(ctx, claim) {
            continue;
        }
        let subject = match last > first {
            true => format!("lines {first} to {last} are not shown"),
            false => format!("line {first} is not shown"),
        };
        let hint = "show that part of the code, or correct the number";
        report.add(report.at(claim.span, format!("{subject}: {reason}")).hint(hint));
    }
}

/// Away from the code, only a label ("**Line 12**: …") is surely about it: "line 3" may as well be a queue or a train.
fn is_about(ctx: &Context<'_>, claim: &Claim) -> bool {
    let Subject::Snippet(index) = claim.about else { return false };
    let section = &ctx.lesson.sections[ctx.lesson.snippets[index].section.0 as usize];
    // Code right under the title of a lesson is not what all of the lesson is about.
    let around = if section.level > 1 { section.span } else { section.own };
    if around.contains(claim.span) {
        return true;
    }
    let text = ctx.source.text();
    let line = ctx.source.line_text(ctx.source.line(claim.span.start));
    let behind = text[claim.span.end as usize..].trim_start_matches(['*', '_', '`', ')']);
    let words = line.trim_start_matches(|char: char| !char.is_alphanumeric());
    words.starts_with(claim.span.slice(text).trim()) && behind.starts_with(':')
}
