mod graph;

use etude_text::Severity;

use super::{Context, Finding, Report, Rule};
use crate::events::Op;
use crate::story::{Ending, Task, Wait};
use crate::trace::{Id, Micros, Site};
use crate::wait::WaitKind;
use crate::wording::list;
use graph::Graph;

pub(super) static RULE: Rule = Rule {
    code: "deadlock",
    severity: Severity::Error,
    summary: "All wait, and nothing can ever end that",
    documentation: r#"
Finds a loop on which no task is ready, no timer is set, no connection is open and no job runs: it will wait for ever.
It says where each task waits and for what, who holds what, and, if they wait for each other in a circle, shows the
circle.

A program that waits for ever does not fail. It never ends, and some time limit says no more than that it was slow.

Wrong:

```python
async def move(source, target):
    async with source:
        async with target:
            ...

await asyncio.gather(move(a, b), move(b, a))
```

Right:

```python
async def move(source, target):
    first, second = sorted([source, target], key=id)
    async with first:
        async with second:
            ...
```

Take locks in the same order everywhere. Tell consumers when there is nothing more to come: one end marker for each of
them, or `queue.join()` and then `cancel()`. Set the event, or the result of the future, that somebody waits for.
"#,
    run: Some(run),
};

/// More links of a circle than this nobody reads.
const LINKS: usize = 6;
/// After the last time the loop had nothing to do, nothing may have happened for longer than this.
const MOMENT: Micros = 1_000;

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let Some(time) = stuck_since(ctx) else { return };
    let stuck: Vec<(&Task<'_>, Wait)> = ctx
        .story
        .user_tasks()
        .filter(|task| task.done.is_none() && ctx.story.trace.is_followed(task.id))
        .filter_map(|task| task.steps.last()?.wait.map(|wait| (task, wait)))
        .collect();
    let graph = Graph::new(ctx.story, &stuck);
    let finding = match graph.circle() {
        Some(circle) => in_a_circle(ctx, report, &graph, &circle),
        None => match graph.roots().first() {
            Some(root) => for_nobody(ctx, report, &graph, *root),
            None => return,
        },
    };
    let mut finding = finding.about(stuck.iter().map(|(task, _)| task.id));
    for (task, wait) in stuck.iter().take(12) {
        let text = graph.describe(task.id, wait);
        finding = finding.seen(Some(time), ctx.story.trace.site(wait.site), text);
    }
    report.add(finding);
}

/// Since when nothing has happened, if it never could again.
fn stuck_since(ctx: &Context<'_>) -> Option<Micros> {
    let story = ctx.story;
    let last_step = story.tasks.values().filter_map(|task| task.steps.last()).map(|step| step.start).max()?;
    let idle = story.records(Op::Idle).map(|record| record.time).max();
    match (idle, story.ending) {
        (_, Ending::Deadlock) => Some(idle.unwrap_or(last_step)),
        (Some(idle), _) => {
            let nothing_since = last_step <= idle + MOMENT && !story.trace.complete;
            (nothing_since && (story.ending == Ending::Stopped || story.end - idle < MOMENT)).then_some(idle)
        }
        (None, _) => None,
    }
}

fn in_a_circle(ctx: &Context<'_>, report: &Report<'_>, graph: &Graph<'_, '_>, circle: &[Id]) -> Finding {
    let links: Vec<String> = circle
        .iter()
        .enumerate()
        .take(LINKS)
        .map(|(index, &id)| {
            let next = circle[(index + 1) % circle.len()];
            let label = ctx.story.label(id);
            match graph.resource_between(id, next) {
                Some((resource, _)) => {
                    format!("`{label}` waits for {resource}, which `{}` holds", ctx.story.label(next))
                }
                None => format!("`{label}` waits for `{}`", ctx.story.label(next)),
            }
        })
        .collect();
    let message = match &links[..] {
        [only] if circle.len() == 1 => format!("nothing can ever go on: {only}, so it waits for itself"),
        _ => format!("nothing can ever go on, since these wait in a circle: {}", links.join("; ")),
    };
    let site = graph.site(circle[0]);
    let mut finding = report.at(site, message);
    for (index, &id) in circle.iter().enumerate() {
        let next = circle[(index + 1) % circle.len()];
        if let Some((resource, held)) = graph.resource_between(id, next) {
            let text = format!("`{}` has held {resource} since then", ctx.story.label(next));
            finding = finding.seen(Some(held.since), held.site, text);
        }
    }
    finding.hint(if circle.len() == 1 {
        "a lock that is held cannot be taken again, not even by the task that holds it"
    } else if graph.is_about_resources(circle) {
        "take the locks in the same order everywhere; then no circle can come about"
    } else {
        "one of them has to go on without the other: start it earlier, or wait for something else"
    })
}

/// Nobody waits in a circle; somebody waits for what nobody is there to do.
fn for_nobody(ctx: &Context<'_>, report: &Report<'_>, graph: &Graph<'_, '_>, root: Id) -> Finding {
    let Some(wait) = graph.wait(root) else { return report.at(None, "nothing can ever go on") };
    let label = ctx.story.label(root);
    let waits_in: Option<&Site> = ctx.story.trace.site(wait.site);
    let others: Vec<String> = graph.waiting_for(root).iter().map(|&id| format!("`{}`", ctx.story.label(id))).collect();
    let consequence = match others.len() {
        0 => String::new(),
        1 => format!("; {} waits for that", others[0]),
        _ => format!("; {} wait for that", list(&others, 3)),
    };
    let (lack, hint) = lacking(ctx, graph, &wait);
    let message = format!("nothing can ever go on: `{label}` waits {lack}{consequence}");
    report.at(waits_in, message).hint(hint)
}

fn lacking(ctx: &Context<'_>, graph: &Graph<'_, '_>, wait: &Wait) -> (String, &'static str) {
    let name = graph.name(wait.target);
    if let Some((resource, held)) = graph.holder(wait) {
        let holder = format!("`{}`", ctx.story.label(held.task));
        let over = ctx.story.tasks.get(&held.task).is_some_and(|task| task.done.is_some());
        let since = if over { "which ended without giving it back" } else { "which does not give it back" };
        return (
            format!("for {resource}, held by {holder}, {since}"),
            "hold it with `async with`, which gives it back whatever happens",
        );
    }
    // `asyncio.queues.put`.
    let waits_in = |function: &str| ctx.story.trace.string(wait.place).rsplit('.').next() == Some(function);
    let puts = waits_in("put");
    match wait.kind {
        WaitKind::Queue if puts => (
            format!("for room in {name}, and nobody is left to take from it"),
            "keep a consumer running for as long as somebody puts, or make the queue larger",
        ),
        WaitKind::Queue if waits_in("join") => (
            format!("for all items of {name} to be done, and nobody is left to call `task_done()`"),
            "each item that is taken needs one `task_done()`",
        ),
        WaitKind::Queue => (
            format!("for an item of {name}, and nobody is left to put one"),
            "tell each consumer when nothing more will come: one end marker for each, or `queue.join()` and then `cancel()`",
        ),
        WaitKind::Event => {
            (format!("for {name}, and nobody is left to set it"), "call `set()` on every way out, failures included")
        }
        WaitKind::Condition => {
            (format!("for {name}, and nobody is left to notify it"), "notify after each change of what is waited for")
        }
        WaitKind::Barrier => (
            format!("at {name}, and too few are left to come"),
            "as many tasks have to come to the barrier as it was made for",
        ),
        WaitKind::Semaphore | WaitKind::Lock => (
            format!("for {name}, and nobody is left to release it"),
            "release what was acquired, best with `async with`",
        ),
        WaitKind::Future => (
            "for a future, and nobody is left to set its result".to_owned(),
            "set a result, or an exception, on every way out",
        ),
        _ => (format!("({}) for what nobody is left to do", wait.kind.word()), "somebody has to do what is waited for"),
    }
}
