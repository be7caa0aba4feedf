use etude_text::Severity;

use super::{Check, Context, Report};
use crate::claim::{ClaimKind, Subject};
use crate::line::is_shown;
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
        let (ClaimKind::Line { first, last, .. }, Subject::Snippet(code)) = (&claim.kind, claim.about) else {
            continue;
        };
        if is_shown(&ctx.lesson.snippets[code], *first, *last) {
            continue;
        }
        let Verdict::False(reason) = decide(ctx.course, ctx.lesson, claim, ctx.around) else { continue };
        let subject = match last > first {
            true => format!("lines {first} to {last} are not shown"),
            false => format!("line {first} is not shown"),
        };
        let hint = "show that part of the code, or correct the number";
        report.add(report.at(claim.span, format!("{subject}: {reason}")).hint(hint));
    }
}
