use std::collections::BTreeMap;

use etude_text::Severity;

use super::{Context, Correction, Report, Rule};
use crate::events::{Op, Record};
use crate::trace::{Micros, Object, Site};
use crate::wording::duration;

pub(super) static RULE: Rule = Rule {
    code: "growing-queue",
    severity: Severity::Warning,
    summary: "A queue without a limit that only grew",
    documentation: r#"
Finds a queue without `maxsize` that reached new heights again and again, up to at least 128 items, until near the end
of the run, while its producer had time in between. A queue that is filled in one go, or that is emptied again, is
fine.

If items come faster than they are taken, such a queue takes all memory there is, and what is at its end waits longer
and longer. Nothing tells the producer to slow down.

Wrong:

```python
queue = asyncio.Queue()
```

Right:

```python
queue = asyncio.Queue(maxsize=100)
```

Give the queue a limit and put with `await queue.put(item)`: the producer then waits until there is room. `put_nowait`
on a full queue raises `QueueFull`.
"#,
    run: Some(run),
};

const LOW: i64 = 64;
const HIGH: i64 = 128;
/// Between the marks the producer went back to the loop this often.
const TURNS: usize = 3;
/// A busy machine makes as much of no time at all.
const MOMENT: Micros = 5_000;

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let story = ctx.story;
    // What comes after is Python's own end, which may take longer than all that the program did.
    let steps = story.tasks.values().filter(|task| task.is_user).filter_map(|task| task.steps.last());
    let over = steps.map(|step| step.end).max().unwrap_or(story.end);
    let mut marks: BTreeMap<i32, Vec<&Record>> = BTreeMap::new();
    for record in story.records(Op::Queue).filter(|record| record.amount >= LOW) {
        marks.entry(record.a).or_default().push(record);
    }
    for (queue, marks) in marks {
        let Some(Object::Resource { class, size, site }) = story.trace.object(queue) else { continue };
        let ([first, .., last], true) = (&marks[..], *size <= 0) else { continue };
        let turns = story.task(first.task).map_or(0, |task| {
            let steps_before = |time| task.steps.partition_point(|step| step.start < time);
            steps_before(last.time) - steps_before(first.time + 1).min(steps_before(last.time))
        });
        // Had it been emptied again, that would have taken its time after the last mark.
        let growth = last.time - first.time;
        let emptied = over - last.time > 4 * growth.max(MOMENT);
        if last.amount < HIGH || turns < TURNS || emptied {
            continue;
        }
        let putting = story.trace.site(last.site);
        let message = format!(
            "this queue has no limit and only grew: {} items waited when {} had been taken, and nothing slowed the producer",
            last.amount, last.b
        );
        let made = story.trace.site(*site);
        let mut finding = report.at(putting, message).about(story.task(last.task).map(|task| task.id));
        for mark in &marks {
            let text = format!("{} items waiting after {}", mark.amount, duration(mark.time));
            finding = finding.seen(Some(mark.time), story.trace.site(mark.site), text);
        }
        let correction = [made, putting].into_iter().flatten().find_map(|site| limit(ctx, class, site));
        let hint =
            format!("give the `{class}` a `maxsize`, and put with `await …put(…)`, which waits until there is room");
        report.add(finding.hint(hint).correct(correction));
    }
}

/// The line that makes the queue: the one seen first, else the only one in the file.
fn limit(ctx: &Context<'_>, class: &str, site: &Site) -> Option<Correction> {
    let program = ctx.programs.of(site)?;
    let makes = |callee: &str| callee.rsplit('.').next() == Some(class);
    let mut calls = program.waiting.calls.iter().filter(|call| makes(&call.callee));
    let call = match program.calls_on(site.line).find(|call| makes(&call.callee)) {
        Some(call) => call,
        None => calls.next().filter(|_| calls.next().is_none())?,
    };
    let arguments = program.text(call.arguments).trim();
    let separator = if arguments.is_empty() { "" } else { ", " };
    Correction::edit(&program, &[(call.arguments, format!("{arguments}{separator}maxsize=100"))])
}
