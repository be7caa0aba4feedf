use etude_text::Severity;

use super::{Check, Context, Report};
use crate::claim::{ClaimKind, Subject};
use crate::line::is_shown;
use crate::verdict::{Verdict, decide};

pub(super) static CHECK: Check = Check {
    code: "wrong-line",
    severity: Severity::Warning,
    summary: "A text that says of a line what another line of the code does",
    documentation: r#"
Finds "line 2 calls `brew`" where line 2 of the code shown does not, and another line does.

The reader looks at the line and finds something else there. It happens when a line is put in, or taken out, after the
text was written. Nothing is said where no line does it, where code is left out, or where other code of the lesson may
be meant.

Wrong:

````markdown
```python
import json

cups = json.loads("[1, 2]")
```

Line 2 calls `loads`.
````

Right:

````markdown
Line 3 calls `loads`.
````

Correct the number; or say it of the name alone, which is easier to find.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for claim in &ctx.lesson.claims {
        let (ClaimKind::Line { first, last, .. }, Subject::Snippet(code)) = (&claim.kind, claim.about) else {
            continue;
        };
        if !is_shown(&ctx.lesson.snippets[code], *first, *last) {
            continue;
        }
        let Verdict::False(reason) = decide(ctx.course, ctx.lesson, claim, ctx.around) else { continue };
        report.add(report.at(claim.span, reason).hint("correct the number"));
    }
}
