use std::collections::BTreeSet;

use etude_text::Severity;

use super::{Context, Report, Rule};
use crate::events::Op;
use crate::story::{Ending, Outcome, Story, Task, Wait};
use crate::trace::{Id, Micros, Object};
use crate::wait::WaitKind;
use crate::wording::{duration, names};

pub(super) static RULE: Rule = Rule {
    code: "endless-polling",
    severity: Severity::Warning,
    summary: "A task that looks again and again when nobody is left to bring anything",
    documentation: r#"
Finds, in a run that a limit had to stop, tasks that the main task waits for and that did nothing any more but sleep and
look, at least 50 times, while everything else was done. A service that runs beside others, or that prints, is fine.

A loop that polls does not learn that nothing more will come: the program never ends, and works for nothing until
somebody ends it. A test of it ends by its time limit only.

Wrong:

```python
async def follow(log):
    while True:
        for line in log:
            print(line)
        await asyncio.sleep(1)

await asyncio.gather(write(log), follow(log))
```

Right:

```python
async def follow(log, is_written):
    while not is_written.is_set():
        for line in log:
            print(line)
        await asyncio.sleep(1)
```

Let whoever brings the last thing say so: by an end marker in the data, by an `asyncio.Event`, or by cancelling the task
that looks. Better than to look is to be woken: an `asyncio.Queue` waits for what comes.
"#,
    run: Some(run),
};

/// Who looked less often in vain may yet have found something.
const TURNS: usize = 50;

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let story = ctx.story;
    let works_elsewhere = story.jobs.values().any(|job| job.start.is_some() && job.end.is_none())
        || story.processes.values().any(|process| process.end.is_none());
    if story.ending != Ending::Stopped || works_elsewhere {
        return;
    }
    for main in story.loops.values().filter_map(|it| it.main).filter_map(|id| story.tasks.get(&id)) {
        let mut seen = BTreeSet::new();
        let last = still_at_work(story, main, &mut seen);
        let Some(since) = quiet_since(story, &last) else { continue };
        for task in &last {
            let turns: Vec<Wait> =
                task.steps.iter().filter(|step| step.start > since).filter_map(|step| step.wait).collect();
            let Some(wait) = turns.last() else { continue };
            let same = turns.iter().all(|turn| turn.kind == WaitKind::Sleep && turn.site == wait.site);
            if same && turns.len() >= TURNS {
                say(ctx, report, main, task, wait, (since, turns.len()));
            }
        }
    }
}

/// Whom a task waits for, directly or not, that waits for no other task: itself, if it waits for none.
fn still_at_work<'s, 't>(story: &'s Story<'t>, task: &'s Task<'t>, seen: &mut BTreeSet<Id>) -> Vec<&'s Task<'t>> {
    if task.done.is_some() || !seen.insert(task.id) {
        return Vec::new();
    }
    let target = task.steps.last().and_then(|step| step.wait).map_or(Id(0), |wait| Id(wait.target));
    match story.trace.objects.get(&target) {
        Some(Object::Group { members, .. }) => {
            members.iter().filter_map(|id| story.tasks.get(id)).flat_map(|it| still_at_work(story, it, seen)).collect()
        }
        Some(Object::Task { .. }) => {
            story.tasks.get(&target).map_or(Vec::new(), |other| still_at_work(story, other, seen))
        }
        _ => vec![task],
    }
}

/// Since when nothing happened but turns of these tasks, if another task of the program's came to its end before.
fn quiet_since(story: &Story<'_>, last: &[&Task<'_>]) -> Option<Micros> {
    let others = || story.tasks.values().filter(|task| !last.iter().any(|it| it.id == task.id));
    let done = others().filter(|task| task.is_user && matches!(task.done, Some(it) if it.outcome == Outcome::Returned));
    let done = done.filter_map(Task::done_at).max()?;
    let stepped = others().filter_map(|task| task.steps.last()).map(|step| step.end).max();
    let printed = story.records(Op::Print).map(|record| record.time).max();
    [Some(done), stepped, printed].into_iter().flatten().max()
}

fn say(
    ctx: &Context<'_>,
    report: &mut Report<'_>,
    main: &Task<'_>,
    task: &Task<'_>,
    wait: &Wait,
    (since, turns): (Micros, usize),
) {
    let story = ctx.story;
    let name = story.label(task.id);
    let site = story.trace.site(wait.site);
    let ended = story.user_tasks().filter(|it| matches!(it.done, Some(done) if done.outcome == Outcome::Returned));
    let ended = names(ended.map(Task::label), 3);
    let keeps = if task.id == main.id { String::new() } else { format!(", and `{}` waits for it", main.label()) };
    let message = format!(
        "`{name}` has only slept and looked since {}, {turns} times, though {ended} came to an end: nobody is left to \
         tell it that nothing more will come{keeps}",
        duration(since)
    );
    let mut finding = report.at(site, message).about([task.id]);
    let waits_at = main.steps.last().and_then(|step| step.wait).and_then(|wait| story.trace.site(wait.site));
    if task.id != main.id {
        finding = finding.seen(Some(since), waits_at, format!("`{}` waits here", main.label()));
    }
    report.add(finding.hint(
        "let whoever brings the last say so: an end marker, an `asyncio.Event`, or `cancel()` when the others are done",
    ));
}
