use etude_text::Severity;

use super::dead_link::{Dead, dead};
use super::{Check, Context, Report};
use crate::spelling;
use crate::verdict::Lead;

pub(super) static CHECK: Check = Check {
    code: "dead-anchor",
    severity: Severity::Error,
    summary: "A link to a heading that is not there",
    documentation: r#"
Finds links whose `#…` part names no heading and no other anchor of the lesson they lead to.

A browser follows such a link to the top of the page without a word, and the reader searches for what was meant.

An anchor is made from the words of the heading: lower case, spaces turned into `-`, punctuation left out. A second
heading with the same words gets `-1`. Ids that the author gives (`<a id="…">`, `{#…}`, `(…)=`, `:name:`) count too.

Wrong:

```markdown
See [how it ends](#How_it_ends).

## How it ends

All at once.
```

Right:

```markdown
See [how it ends](#how-it-ends).

## How it ends

All at once.
```

Write the anchor as it is made from the heading, or give the heading an id of its own.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for Dead { span, lead } in dead(ctx) {
        let Lead::NoAnchor { path, anchor } = lead else { continue };
        let own = path == ctx.lesson.path;
        let lesson = if own { Some(ctx.lesson) } else { ctx.course.lesson(&path) };
        let near = lesson.and_then(|lesson| spelling::nearest(&anchor, lesson.anchors.names()));
        let message = match own {
            true => format!("no heading here has the anchor `#{anchor}`"),
            false => format!("no heading of `{path}` has the anchor `#{anchor}`"),
        };
        let hint = match near {
            Some(near) => format!("did you mean `#{near}`?"),
            None => "link to a heading that is there, or give the place this id".to_owned(),
        };
        report.add(report.at(span, message).hint(hint));
    }
}
