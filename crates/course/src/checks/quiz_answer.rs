use etude_markdown::{BlockId, BlockKind, Document};
use etude_text::{Severity, Span};

use super::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    code: "quiz-answer",
    severity: Severity::Error,
    summary: "A quiz question that cannot be answered",
    documentation: r#"
Finds `{quiz}` directives in which a list of `- [x]` and `- [ ]` has no right answer or no wrong one, a blank `[[…]]`
lacks the words that belong into it, or nothing is asked at all.

With no right answer every learner fails; with no wrong one there is nothing to decide.

Wrong:

````markdown
```{quiz}
Which of these starts a task?

- [ ] `await`
- [ ] `create_task`
```
````

Right:

````markdown
```{quiz}
Which of these starts a task?

- [ ] `await`
- [x] `create_task`
```
````

Tick the right answers, and offer something to choose from.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let document = &ctx.lesson.document;
    let text = ctx.source.text();
    for (id, block) in document.iter() {
        let BlockKind::Directive(directive) = &block.kind else { continue };
        if directive.name != "quiz" || block.span.slice(text).contains("<prompt>") {
            continue;
        }
        let mut asked = false;
        for (list, inner) in document.descendants(id) {
            match inner.kind {
                BlockKind::List { .. } => {
                    let ticks = ticks(document, list);
                    asked |= !ticks.is_empty();
                    choice(document, id, list, &ticks, text, report);
                }
                BlockKind::Paragraph | BlockKind::TableCell => asked |= blanks(inner.span, text, report),
                _ => {}
            }
        }
        if !asked {
            let hint = "answer it with a list of `- [x]` and `- [ ]`, or with `[[words]]` for a blank";
            let first = Span::at(block.span.range().start..line_end(text, block.span));
            report.add(report.at(first, "this quiz asks nothing").hint(hint));
        }
    }
}

fn line_end(text: &str, span: Span) -> usize {
    let block = span.slice(text);
    span.start as usize + block.find('\n').map_or(block.len(), |at| block[..at].trim_end().len())
}

fn ticks(document: &Document, list: BlockId) -> Vec<bool> {
    let items = document.children(list);
    items.filter_map(|(_, item)| if let BlockKind::Item(item) = &item.kind { item.task } else { None }).collect()
}

fn choice(document: &Document, quiz: BlockId, list: BlockId, ticks: &[bool], text: &str, report: &mut Report<'_>) {
    let right = ticks.iter().filter(|&&tick| tick).count();
    let (message, hint) = if ticks.is_empty() {
        return;
    } else if right == 0 {
        ("no answer is marked as right", "tick the right one: `- [x]`")
    } else if right == ticks.len() {
        ("every answer is marked as right", "add a wrong one: `- [ ]`")
    } else {
        return;
    };
    // The question is the paragraph above the list; without one, the first answer stands for it.
    let before = document.iter().take(list.0 as usize).skip(quiz.0 as usize + 1);
    let question = before
        .filter(|(_, block)| matches!(block.kind, BlockKind::Paragraph) && block.parent == document.block(list).parent)
        .last();
    let span = question.map_or(document.block(list).span, |(_, block)| block.span);
    report.add(report.at(Span::at(span.start as usize..line_end(text, span)), message).hint(hint));
}

/// Whether there are blanks; those that hold nothing are reported.
fn blanks(span: Span, text: &str, report: &mut Report<'_>) -> bool {
    let words = span.slice(text);
    let mut found = false;
    let mut at = 0;
    while let Some(open) = words[at..].find("[[").map(|open| at + open) {
        let Some(close) = words[open..].find("]]").map(|close| open + close) else { break };
        found = true;
        if words[open + 2..close].trim().is_empty() {
            let place = Span::at(open..close + 2).shift(span.start);
            report.add(report.at(place, "this blank has no answer").hint("write it between the brackets: `[[await]]`"));
        }
        at = close + 2;
    }
    found
}
