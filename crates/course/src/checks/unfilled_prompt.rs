use etude_text::{Severity, Span};

use super::{Check, Context, Report, place};
use crate::prompt::{Prompt, PromptForm};

pub(super) static CHECK: Check = Check {
    code: "unfilled-prompt",
    severity: Severity::Warning,
    summary: "A `<prompt>` where text is still to be written",
    documentation: r#"
Finds `<prompt>…</prompt>` in lessons, in prose and in comments of code, and `<prompt>` that is never closed. A file
with many of them is an outline: it gets one diagnostic that counts them.

A learner would read the order to the writer instead of the text.
Wrong:

```markdown
## Waiting for tasks

"<prompt>Explain how `await` hands control back to the event loop.</prompt>"
```

Right:

```markdown
## Waiting for tasks

At an `await` the function is left, and the event loop goes on with whatever is ready.
```

Write the text that the prompt asks for, or keep the outline out of the course.
"#,
    run,
};

const OPEN: &str = "<prompt>";

/// From this many on a file is an outline.
const MANY: usize = 4;

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let prompts = &ctx.lesson.prompts;
    let text = ctx.source.text();
    if !text.contains(OPEN) {
        return;
    }
    if prompts.len() >= MANY {
        let hint = "write their text, or keep the file out of the course";
        report.add(report.at(prompts[0].span, count(prompts)).hint(hint));
    } else {
        for prompt in prompts {
            let message =
                format!("the {} prompt `{}` is still to be filled", prompt.form.as_str(), shorten(&prompt.text));
            report.add(report.at(prompt.span, message).hint("write the text it asks for"));
        }
    }
    for (at, _) in text.match_indices(OPEN) {
        let open = Span::at(at..at + OPEN.len());
        let around = prompts.partition_point(|prompt| prompt.span.start <= open.start).checked_sub(1);
        let around = around.map(|index| &prompts[index]).filter(|prompt| prompt.span.contains(open));
        let closed = match around {
            // Of two that open before one closes, the first is the one left open.
            Some(prompt) => prompt.span.start != open.start || !prompt.text.contains(OPEN),
            None => place::in_code(&ctx.lesson.document, open.start),
        };
        if !closed {
            let mut diagnostic = report.at(open, "this prompt is never closed").hint("write `</prompt>` where it ends");
            diagnostic.severity = Severity::Error;
            report.add(diagnostic);
        }
    }
}

/// "80 prompts are still to be filled: 26 block, 54 inline".
fn count(prompts: &[Prompt]) -> String {
    let forms = [PromptForm::Block, PromptForm::Child, PromptForm::Inline, PromptForm::Comment];
    let counted = forms.into_iter().filter_map(|form| {
        let count = prompts.iter().filter(|prompt| prompt.form == form).count();
        (count > 0).then(|| format!("{count} {}", form.as_str()))
    });
    format!("{} prompts are still to be filled: {}", prompts.len(), counted.collect::<Vec<_>>().join(", "))
}

fn shorten(text: &str) -> String {
    const LEN: usize = 40;
    let line = text.lines().next().unwrap_or_default().replace('`', "");
    if line.chars().count() <= LEN {
        return line;
    }
    let cut: String = line.chars().take(LEN).collect();
    let words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{words} …")
}
