use etude_python::waiting::Routine;
use etude_text::Severity;

use super::{Context, Correction, Report, Rule};
use crate::program::Program;
use crate::story::{Outcome, Task, Wait};
use crate::trace::{Micros, Site};
use crate::wording::{count, duration};

pub(super) static RULE: Rule = Rule {
    code: "swallowed-cancellation",
    severity: Severity::Warning,
    summary: "A task was cancelled and went on working",
    documentation: r#"
Finds tasks that were cancelled, caught the `CancelledError`, and then waited again for something that is not part of
cleaning up. Cleaning up in `finally` or in a handler that raises again is fine, and so is returning.

Whoever cancels a task expects it to end soon: `wait_for`, `timeout`, `TaskGroup` and the end of `asyncio.run` all
rely on that, and wait for the task that does not end.

Wrong:

```python
while True:
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        print("ignored")
```

Right:

```python
while True:
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        print("stopping")
        raise
```

Do what has to be done, then `raise`. A bare `except:` and `except BaseException:` catch a cancellation too.
"#,
    run: Some(run),
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for task in ctx.story.user_tasks().filter(|task| ctx.story.trace.is_followed(task.id)) {
        let Some(cancelled) = cancelled_on_purpose(ctx, task) else { continue };
        let ended = task.done.map(|done| done.outcome);
        if !matches!(ended, None | Some(Outcome::Returned)) {
            continue;
        }
        let Some(thrown) = task.cancels.iter().copied().find(|&time| time >= cancelled - 1) else { continue };
        let Some(program) = task.defined.and_then(|site| ctx.programs.of(site)) else { continue };
        let later: Vec<(Wait, Micros)> = task
            .steps
            .iter()
            .filter(|step| step.start >= thrown - 1)
            .filter_map(|step| step.wait.filter(|wait| wait.site > 0).map(|wait| (wait, step.end)))
            .collect();
        let working: Vec<&(Wait, Micros)> = later.iter().filter(|(wait, _)| !is_cleanup(ctx, &program, wait)).collect();
        if let Some((wait, _)) = working.first() {
            say(ctx, report, task, thrown, wait, later.len());
        }
    }
}

/// When the program, or the end of the main task, cancelled it. A timeout that ends one wait is no such thing.
fn cancelled_on_purpose(ctx: &Context<'_>, task: &Task<'_>) -> Option<Micros> {
    let main = ctx.story.main_of(task).filter(|main| main.id != task.id).and_then(|main| main.done_at());
    let by_hand = |site: Option<&Site>| {
        site.and_then(|site| ctx.programs.line(site)).is_some_and(|line| line.contains(".cancel("))
    };
    let on_purpose = |wake: &&crate::story::Wake| {
        wake.is_cancel && (by_hand(ctx.story.trace.site(wake.site)) || main.is_some_and(|over| wake.time >= over))
    };
    task.wakes.iter().find(on_purpose).map(|wake| wake.time)
}

/// Whether a cancelled task may wait there: somewhere on the way it is in a block for cleaning up.
fn is_cleanup(ctx: &Context<'_>, program: &Program, wait: &Wait) -> bool {
    let lies_in = |site: &Site, routine: &Routine| {
        routine.cleanup.iter().any(|span| {
            let (first, last) = program.lines(*span);
            (first..=last).contains(&site.line)
        })
    };
    ctx.story.trace.frames(wait).iter().filter_map(|frame| ctx.story.trace.site(frame.site)).any(|site| {
        site.file == program.source.path && program.routine_at(site).is_some_and(|routine| lies_in(site, routine))
    })
}

fn say(ctx: &Context<'_>, report: &mut Report<'_>, task: &Task<'_>, thrown: Micros, wait: &Wait, waits: usize) {
    let trace = ctx.story.trace;
    let name = ctx.story.label(task.id);
    let caught = task.steps.iter().rev().find(|step| step.end <= thrown).and_then(|step| step.wait);
    let site = caught.and_then(|wait| trace.site(wait.site)).or_else(|| trace.site(wait.site)).or(task.created_at);
    let more = task.done_at().unwrap_or(ctx.story.end) - thrown;
    let message = format!(
        "`{name}` was cancelled here, caught that, and went on for {} and {}: whoever cancelled it is kept waiting",
        count(waits, "more wait"),
        duration(more)
    );
    let by = task.wakes.iter().rev().find(|wake| wake.is_cancel && wake.time <= thrown);
    let cancelled = by.and_then(|wake| trace.site(wake.site));
    let finding = report
        .at(site, message)
        .seen(by.map(|wake| wake.time), cancelled, format!("`{name}` was cancelled"))
        .seen(Some(thrown), trace.site(wait.site), "it waited again here")
        .about([task.id])
        .hint("clean up if you must, then let the `CancelledError` go on")
        .correct(site.and_then(|site| raise_again(ctx, site)));
    report.add(finding);
}

/// The handler that caught it, with a `raise` at its end.
fn raise_again(ctx: &Context<'_>, site: &Site) -> Option<Correction> {
    let program = ctx.programs.of(site)?;
    let lines = program.source.lines().count();
    let is_handler = |line: &u32| {
        let text = program.source.line_text(*line).trim_start();
        text.starts_with("except")
            && (text.contains("CancelledError") || text.contains("BaseException") || text.starts_with("except:"))
    };
    let handler = (site.line..=lines.min(site.line + 20)).find(is_handler)?;
    let blanks = super::correction::indentation(&program, handler);
    let text = program.source.line_text(handler);
    // `except …: print("ignored")` on one line.
    if let Some((head, body)) = text.split_once(": ").filter(|(_, body)| !body.trim().is_empty()) {
        let inner = format!("{blanks}    ");
        let right = vec![format!("{head}:"), format!("{inner}{}", body.trim()), format!("{inner}raise")];
        return Correction::replace(&program, handler, handler, right);
    }
    let deeper = |line: &u32| {
        let text = program.source.line_text(*line);
        !text.trim().is_empty() && super::correction::indentation(&program, *line).len() > blanks.len()
    };
    let last = (handler + 1..=lines).take_while(deeper).last()?;
    let inner = super::correction::indentation(&program, handler + 1);
    let mut right: Vec<String> = (handler..=last).map(|line| program.source.line_text(line).to_owned()).collect();
    match right.last_mut() {
        Some(only) if matches!(only.trim(), "pass" | "continue") => *only = format!("{inner}raise"),
        _ => right.push(format!("{inner}raise")),
    }
    Correction::replace(&program, handler, last, right)
}
