use etude_text::Severity;

use super::{Context, Correction, Report, Rule};
use crate::story::{Story, Task, Wake};
use crate::trace::{Id, Micros, Object, Site};
use crate::wording::names;

pub(super) static RULE: Rule = Rule {
    code: "gather-left-siblings",
    severity: Severity::Warning,
    summary: "A `gather` failed and left its other tasks running",
    documentation: r#"
Finds a `gather` that raised because one of its tasks failed, while others went on afterwards and nobody cancelled or
awaited them at once.

`gather` raises the first exception as soon as it happens. It does not cancel the others, and it does not wait for
them: they go on in the background, with effects of their own, while the program already deals with the failure.

Wrong:

```python
try:
    await asyncio.gather(reserve(), charge())
except ValueError:
    print("rolled back")
```

Right:

```python
try:
    async with asyncio.TaskGroup() as group:
        group.create_task(reserve())
        group.create_task(charge())
except* ValueError:
    print("rolled back")
```

Use a `TaskGroup`, which cancels the others and waits for them; or `return_exceptions=True`, which waits for all and
hands over what they raised; or keep the tasks and cancel them yourself.
"#,
    run: Some(run),
};

/// A step this much later is no longer part of the failure.
const AFTER: Micros = 5_000;
/// Whoever cancels the others within this time has thought of them.
const AT_ONCE: Micros = 50_000;

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for task in ctx.story.tasks.values() {
        for (index, step) in task.steps.iter().enumerate() {
            let Some(wait) = step.wait else { continue };
            let Some(Object::Group { kind, members, .. }) = ctx.story.trace.object(wait.target) else { continue };
            let Some(next) = task.steps.get(index + 1).filter(|_| kind == "gather") else { continue };
            let Some(failed) = awakened_by_failure(ctx.story, task, members, step.end, next.start) else { continue };
            let alive: Vec<Id> =
                members.iter().copied().filter(|&id| went_on(ctx.story, id, next.start, next.end)).collect();
            if !alive.is_empty() {
                let site = ctx.story.trace.site(wait.site);
                say(ctx, report, site, failed, &alive);
            }
        }
    }
}

/// The member whose exception ended the wait.
fn awakened_by_failure<'s>(
    story: &'s Story<'s>,
    task: &Task<'_>,
    members: &[Id],
    from: Micros,
    until: Micros,
) -> Option<&'s Task<'s>> {
    let wake = task.last_wake(until).filter(|wake| from <= wake.time)?;
    let failed = story.task(wake.by).filter(|by| by.failed() && members.contains(&by.id))?;
    failed.done_at().is_some_and(|done| done <= until).then_some(failed)
}

/// Whether a member was still at work after the failure had been dealt with, and not because it was on its way out.
fn went_on(story: &Story<'_>, id: Id, failure: Micros, dealt_with: Micros) -> bool {
    let Some(task) = story.tasks.get(&id) else { return false };
    let alive = task.done_at().is_none_or(|done| done > dealt_with + AFTER);
    let cancelled = |wake: &Wake| wake.is_cancel && wake.by > 0 && wake.time - failure < AT_ONCE;
    alive && !task.wakes.iter().any(cancelled)
}

fn say(ctx: &Context<'_>, report: &mut Report<'_>, site: Option<&Site>, failed: &Task<'_>, alive: &[Id]) {
    let who = ctx.story.label(failed.id);
    let others = names(alive.iter().filter_map(|id| ctx.story.tasks.get(id)).map(|task| task.label()), 3);
    let message = format!(
        "`gather` raised when `{who}` failed, and left {others} running: it neither cancels the others nor waits for them"
    );
    let raised = failed.done.and_then(|done| done.site);
    let mut finding =
        report.at(site, message).seen(failed.done_at(), raised, format!("`{who}` raised here")).about(alive.to_owned());
    for task in alive.iter().take(5).filter_map(|id| ctx.story.tasks.get(id)) {
        let end = task.done_at().unwrap_or(ctx.story.end);
        let last = task.steps.iter().rev().find_map(|step| step.wait);
        let at = last.and_then(|wait| ctx.story.trace.site(wait.site));
        finding = finding.seen(Some(end), at, format!("`{}` went on until then", ctx.story.label(task.id)));
    }
    let has_groups = ctx.story.trace.info.get("python").is_none_or(|version| !is_before_3_11(version));
    let instead =
        if has_groups { "an `asyncio.TaskGroup` cancels the others and waits for them; or wait" } else { "wait" };
    let hint = format!("{instead} for all with `return_exceptions=True`, and look at what comes back");
    report.add(finding.hint(hint).correct(site.and_then(|site| wait_for_all(ctx, site))));
}

fn is_before_3_11(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < (3, 11)
}

fn wait_for_all(ctx: &Context<'_>, site: &Site) -> Option<Correction> {
    let program = ctx.programs.of(site)?;
    let call = program.calls_on(site.line).find(|call| call.callee.rsplit('.').next() == Some("gather"))?;
    let text = program.text(call.arguments);
    let trimmed = text.trim_end();
    let comma = if trimmed.ends_with(',') { "" } else { "," };
    let right = match trimmed.rsplit_once('\n') {
        // As the arguments before it: on a line of its own.
        Some((_, last)) => {
            let blanks = &last[..last.len() - last.trim_start().len()];
            format!("{trimmed}{comma}\n{blanks}return_exceptions=True,{}", &text[trimmed.len()..])
        }
        None => format!("{trimmed}{comma} return_exceptions=True"),
    };
    Correction::edit(&program, &[(call.arguments, right)])
}
