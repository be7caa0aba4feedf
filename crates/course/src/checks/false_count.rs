use etude_text::Severity;

use super::{Check, Context, Report};
use crate::claim::ClaimKind;
use crate::verdict::{Verdict, decide};

pub(super) static CHECK: Check = Check {
    code: "false-count",
    severity: Severity::Warning,
    summary: "A number of functions, lines, tests … that the code shown does not have",
    documentation: r#"
Finds sentences that count what the code beside them has: lines, functions, classes, methods, tests, comprehensions,
`await`s, `with`s, routes, tasks.

The reader counts along, finds another number, and looks for what was missed. Mostly the code has changed since.

Where people count differently, every way is accepted: with and without `main`, comments, generator expressions. Code
of which only a part is shown is not judged.

Wrong:

````markdown
This script defines three functions.

```python
def boil():
    return 100

def pour(cups):
    return cups * 2
```
````

Right:

````markdown
This script defines two functions.
````

Correct the number, or leave it out: the reader can count.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for claim in &ctx.lesson.claims {
        if !matches!(claim.kind, ClaimKind::Count { .. }) {
            continue;
        }
        let Verdict::False(reason) = decide(ctx.course, ctx.lesson, claim, ctx.around) else { continue };
        report.add(report.at(claim.span, reason).hint("correct the number, or leave it out"));
    }
}
