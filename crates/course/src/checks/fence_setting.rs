use etude_text::{Severity, Span};

use super::{Check, Context, Report};
use crate::claim::{ClaimKind, Found, Subject};
use crate::snippet::{CLOCKS, Snippet};
use crate::stand_in;

pub(super) static CHECK: Check = Check {
    code: "fence-setting",
    severity: Severity::Error,
    summary: "A setting on a fence whose value says nothing",
    documentation: r#"
Finds `timeout=`, `clock=`, `elapsed=` and `exit=` on a fence, and what a fence with `stand-in=` answers, with a value
that cannot be used.

What cannot be used is left out: the snippet runs with another limit or clock than its author had in mind, a claim is
never decided, and a host does not answer what the lesson shows.

| setting | value |
| --- | --- |
| `timeout` | `5s`, `500ms`, `2min` |
| `clock` | `virtual`, `steady` or `real` |
| `elapsed` | `3s`, `3s±10%`, `3s±0.2s` |
| `exit` | a whole number |
| `stand-in` | a host and a path: `tea.example/cups/{cup}` |
| `status`, `delay` beside `stand-in` | a status from 200 to 599; seconds |

Wrong:

````markdown
```python timeout=soon clock=fast
print("tea")
```
````

Right:

````markdown
```python timeout=5s clock=real
print("tea")
```
````

Write the value in one of these forms, or take the setting out.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for snippet in &ctx.lesson.snippets {
        let mut say = |key: &str, value: &str, hint: &str| {
            let message = format!("`{key}={value}` says nothing here");
            report.add(report.at(place(ctx, snippet, key), message).hint(hint));
        };
        if let Some(value) = snippet.attribute("timeout").filter(|_| snippet.timeout().is_none()) {
            say("timeout", value, "write a time, as in `timeout=5s`, `timeout=500ms` or `timeout=2min`");
        }
        if let Some(value) = snippet.attribute("clock").filter(|value| !CLOCKS.contains(value)) {
            say("clock", value, "use `virtual`, `steady` or `real`");
        }
        let claims = |kind: fn(&ClaimKind) -> bool| {
            let own = |it: &&crate::Claim| it.about == Subject::Snippet(snippet.index) && it.found == Found::Attribute;
            ctx.lesson.claims.iter().filter(own).any(|claim| kind(&claim.kind))
        };
        let timed = claims(|kind| matches!(kind, ClaimKind::Elapsed { .. }));
        if let Some(value) = snippet.attribute("elapsed").filter(|_| !timed) {
            say("elapsed", value, "write a time, as in `elapsed=3s` or `elapsed=3s±10%`");
        }
        let exits = claims(|kind| matches!(kind, ClaimKind::Exit { .. }));
        if let Some(value) = snippet.attribute("exit").filter(|_| !exits) {
            say("exit", value, "write a whole number, as in `exit=3`");
        }
        for (key, message, hint) in stand_in::mistakes(snippet) {
            report.add(report.at(place(ctx, snippet, key), message).hint(hint));
        }
    }
}

/// The setting in the fence's first line; else what stands behind the fence.
fn place(ctx: &Context<'_>, snippet: &Snippet, key: &str) -> Span {
    let info = snippet.info.span.slice(ctx.source.text());
    let words = info.split_inclusive([' ', '\t', ',', '{', '}']);
    let mut at = 0;
    for word in words {
        let bare = word.trim_end_matches([' ', '\t', ',', '{', '}']);
        if bare.strip_prefix(key).is_some_and(|rest| rest.starts_with('=')) {
            return Span::at(at..at + bare.len()).shift(snippet.info.span.start);
        }
        at += word.len();
    }
    snippet.info.span
}
