use std::collections::{BTreeMap, BTreeSet};

use etude_text::Severity;

use super::exception_never_retrieved::keep;
use super::{Context, Place, Report, Rule};
use crate::events::Op;
use crate::story::{Ending, Task};
use crate::trace::{Id, Micros, Site};
use crate::wording::duration;

pub(super) static RULE: Rule = Rule {
    code: "lost-task",
    severity: Severity::Error,
    summary: "A task that was not finished when nobody needed it any more",
    documentation: r#"
Finds tasks that were cut off: still at work when the main task ended, which cancels them, or garbage-collected while
they waited. Tasks that loop for ever are left out, since something has to end them.

`asyncio.run` does not wait for tasks nobody awaited. And the loop holds tasks by weak references only: a task that
waits for something which only it knows of can disappear at any time.

Wrong:

```python
async def main():
    asyncio.create_task(upload("a"))
    await asyncio.sleep(0.1)
```

Right:

```python
async def main():
    task = asyncio.create_task(upload("a"))
    await asyncio.sleep(0.1)
    await task
```

Keep the task in a variable and await it before the end, or start it in an `asyncio.TaskGroup`.
"#,
    run: Some(run),
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let destroyed: Vec<Id> = ctx
        .story
        .records(Op::Handler)
        .filter(|record| ctx.story.trace.string(record.a).contains("destroyed"))
        .map(|record| Id(record.task))
        .collect();
    let collected: BTreeSet<Id> = if destroyed.contains(&Id(0)) && ctx.story.trace.complete {
        // Which one that was could not be told at that time. Of all others the guest says at exit that they are left.
        ctx.story.user_tasks().filter(|task| task.done.is_none() && task.left.is_none()).map(|task| task.id).collect()
    } else {
        destroyed.into_iter().collect()
    };
    let cut_off: BTreeSet<Id> = ctx.story.user_tasks().filter(|task| is_cut_off(ctx, task)).map(|it| it.id).collect();
    // Many tasks made by one line are one mistake.
    let mut groups: BTreeMap<(Option<&Site>, &str, bool), Vec<&Task<'_>>> = BTreeMap::new();
    for task in ctx.story.user_tasks() {
        let is_collected = collected.contains(&task.id);
        // Where the task that made it was cut off as well, that one would have seen to it.
        let is_lost = cut_off.contains(&task.id) && !task.parent.is_some_and(|parent| cut_off.contains(&parent));
        if is_collected || is_lost {
            groups.entry((task.created_at, task.coroutine, is_collected)).or_default().push(task);
        }
    }
    for ((.., is_collected), tasks) in groups {
        if is_collected {
            report_collected(ctx, report, &tasks);
        } else {
            report_cut_off(ctx, report, &tasks);
        }
    }
}

/// Still at work when the main task came to its own good end, and not because the program wanted that.
fn is_cut_off(ctx: &Context<'_>, task: &Task<'_>) -> bool {
    let Some(main) = ctx.story.main_of(task).filter(|main| main.id != task.id) else { return false };
    let Some(over) = main.done_at().filter(|_| !main.failed() && !main.was_cancelled()) else { return false };
    let was_meant = task.wakes.iter().any(|wake| wake.is_cancel && wake.by > 0);
    let cancelled_late = task.was_cancelled() && task.done_at().is_some_and(|done| done >= over) && !was_meant;
    let pending = task.done.is_none() && ctx.story.ending == Ending::Exited;
    if !(cancelled_late || pending) || !ctx.story.trace.is_followed(task.id) {
        return false;
    }
    // Without the text nobody knows whether it was meant to end.
    let program = task.defined.and_then(|site| ctx.programs.of(site));
    let routine = program.as_ref().zip(task.defined).and_then(|(program, site)| program.routine_at(site));
    routine.is_some_and(|routine| !routine.is_endless)
}

fn report_cut_off(ctx: &Context<'_>, report: &mut Report<'_>, tasks: &[&Task<'_>]) {
    let Some(task) = tasks.first() else { return };
    let name = ctx.story.label(task.id);
    let end = ctx.story.main_of(task).and_then(|main| main.done_at()).unwrap_or(ctx.story.end);
    let wait = task.waits().take_while(|(_, start, _)| *start <= end).last();
    let doing = match wait {
        None => "never got to run at all".to_owned(),
        Some((wait, start, _)) => {
            let site = ctx.story.trace.site(wait.site);
            let place = site.map(|site| format!(" at {}", Place::told(site, task.created_at))).unwrap_or_default();
            format!("had been waiting ({}){place} for {}", wait.kind.word(), duration(end - start))
        }
    };
    let message = match tasks.len() {
        1 => format!("`{name}` was not done when the main task ended, and was cut off: it {doing}"),
        count => format!(
            "{count} tasks of `{}` were not done when the main task ended, and were cut off: the first {doing}",
            task.label()
        ),
    };
    let mut finding = report.at(task.created_at, message).about(tasks.iter().map(|task| task.id));
    finding = finding.seen(Some(task.created), task.created_at, format!("`{name}` was made here"));
    if let Some((wait, start, _)) = wait {
        finding = finding.seen(Some(start), ctx.story.trace.site(wait.site), format!("`{name}` stopped here"));
    }
    let correction = task.created_at.and_then(|site| keep(ctx, site));
    report.add(finding.hint("await the task before the end; nobody else waits for it").correct(correction));
}

fn report_collected(ctx: &Context<'_>, report: &mut Report<'_>, tasks: &[&Task<'_>]) {
    let Some(task) = tasks.first() else { return };
    let name = ctx.story.label(task.id);
    let since: Micros = task.steps.last().map_or(task.created, |step| step.end);
    let message = format!(
        "`{name}` was garbage-collected while it waited: the loop holds tasks by weak references, and nobody else held it"
    );
    let wait = task.steps.last().and_then(|step| step.wait);
    let mut finding = report.at(task.created_at, message).about(tasks.iter().map(|task| task.id));
    finding = finding.seen(Some(task.created), task.created_at, format!("`{name}` was made here"));
    if let Some(wait) = wait {
        finding = finding.seen(Some(since), ctx.story.trace.site(wait.site), format!("`{name}` waited here"));
    }
    let correction = task.created_at.and_then(|site| keep(ctx, site));
    report.add(finding.hint("keep a reference to the task until it is done").correct(correction));
}
