use std::collections::{BTreeMap, BTreeSet};

use etude_text::Severity;

use super::correction::{indentation, stands_alone};
use super::{Context, Correction, Report, Rule};
use crate::events::Op;
use crate::trace::{Id, Micros, Site};

pub(super) static RULE: Rule = Rule {
    code: "exception-never-retrieved",
    severity: Severity::Error,
    summary: "A task failed and nobody asked for its result",
    documentation: r#"
Finds tasks that ended with an exception which nobody retrieved: no `await`, no `gather`, no `result()`.

An exception in a task goes to whoever awaits the task. If nobody does, the program continues as if all were well.
Python says so on standard error, but only when the task is garbage-collected, which may be much later, or never.

Wrong:

```python
task = asyncio.create_task(work())
await asyncio.sleep(1)
print("all fine")
```

Right:

```python
task = asyncio.create_task(work())
await asyncio.sleep(1)
await task
print("all fine")
```

Await every task you start, or start it in an `asyncio.TaskGroup`, which does that for you.
"#,
    run: Some(run),
};

struct Lost {
    tasks: Vec<Id>,
    time: Micros,
    exception: String,
    created: Option<Site>,
    who: String,
}

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let trace = ctx.story.trace;
    let said = ctx.story.records(Op::Handler).filter(|record| trace.string(record.a).contains("never retrieved"));
    let said = said.map(|record| (record, record.b));
    let kept = ctx.story.records(Op::Left).filter(|record| record.amount == 1).map(|record| (record, record.a));
    let mut seen = BTreeSet::new();
    let mut lost: BTreeMap<(i32, i32, String), Lost> = BTreeMap::new();
    for (record, exception) in said.chain(kept) {
        if record.task > 0 && !seen.insert(record.task) {
            continue;
        }
        let task = ctx.story.task(record.task);
        let who = task.map_or_else(|| "a future".to_owned(), |task| format!("`{}`", task.label()));
        let time = task.and_then(|task| task.done_at()).unwrap_or(record.time);
        let entry = lost.entry((record.site, exception, who.clone())).or_insert_with(|| Lost {
            tasks: Vec::new(),
            time,
            exception: trace.string(exception).to_owned(),
            created: task.and_then(|task| task.created_at).cloned(),
            who,
        });
        entry.tasks.extend(task.map(|task| task.id));
    }
    for ((site, ..), lost) in lost {
        let raised = trace.site(site);
        let times = if lost.tasks.len() > 1 { format!(", {} times", lost.tasks.len()) } else { String::new() };
        let message = format!(
            "{} raised `{}`{times}, and nobody asked for its result: the program went on as if all were well",
            lost.who,
            lost.exception.trim_end_matches([':', ' '])
        );
        let mut finding =
            report.at(raised.or(lost.created.as_ref()), message).seen(Some(lost.time), raised, "raised here");
        if let Some(created) = &lost.created {
            finding = finding.seen(None, Some(created), "the task was made here");
            finding = finding.correct(keep(ctx, created));
        }
        report.add(
            finding
                .hint("keep the task and await it: its exception comes out of the `await`")
                .about(lost.tasks.iter().copied()),
        );
    }
}

/// A task whose result nobody holds, held and awaited.
pub(super) fn keep(ctx: &Context<'_>, created: &Site) -> Option<Correction> {
    let program = ctx.programs.of(created)?;
    let makes = |callee: &str| matches!(callee.rsplit('.').next(), Some("create_task" | "ensure_future"));
    let call = program.calls_on(created.line).find(|call| makes(&call.callee))?;
    let (first, last) = program.lines(call.statement);
    if first != last || !call.is_discarded || !stands_alone(&program, call.statement) {
        return None;
    }
    let blanks = indentation(&program, first);
    let right = vec![
        format!("{blanks}task = {}", program.text(call.span)),
        format!("{blanks}..."),
        format!("{blanks}await task"),
    ];
    Correction::replace(&program, first, last, right)
}
