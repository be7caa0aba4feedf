use std::collections::BTreeSet;

use etude_text::Severity;

use super::{Context, Correction, Finding, Report, Rule};
use crate::events::Op;
use crate::program::Program;
use crate::trace::Site;

pub(super) static RULE: Rule = Rule {
    code: "nested-run",
    severity: Severity::Error,
    summary: "A loop started where one is running already",
    documentation: r#"
Finds `asyncio.run` and `run_until_complete` called, directly or through other functions, by code that a loop on the
same thread is running.

A thread has one loop at a time, so Python refuses with a `RuntimeError`, and the coroutine that was to run is
dropped.

Wrong:

```python
def load():
    return asyncio.run(fetch())

async def main():
    print(load())
```

Right:

```python
async def load():
    return await fetch()

async def main():
    print(await load())
```

Call `asyncio.run` once, at the outermost place. Everything below it is `async def` and awaits.
"#,
    run: Some(run),
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let mut seen = BTreeSet::new();
    for record in ctx.story.records(Op::Nested) {
        if !seen.insert(record.site) {
            continue;
        }
        let site = ctx.story.trace.site(record.site);
        let message = "this starts an event loop in code that one is running already, which Python refuses";
        let task = ctx.story.task(record.task);
        let by = task.map_or_else(|| "a callback".to_owned(), |task| format!("`{}`", ctx.story.label(task.id)));
        let finding = report
            .at(site, message)
            .seen(Some(record.time), site, format!("called while the loop ran {by}"))
            .about(task.map(|task| task.id));
        let program = site.and_then(|site| ctx.programs.of(site));
        report.add(match (program, site) {
            (Some(program), Some(site)) => advise(finding, &program, site),
            _ => finding.hint("await the coroutine instead"),
        });
    }
}

fn advise(finding: Finding, program: &Program, site: &Site) -> Finding {
    let starts = |callee: &str| callee == "asyncio.run" || callee.ends_with(".run_until_complete");
    let call = program.calls_on(site.line).find(|call| starts(&call.callee));
    let routine = program.routine_around(site.line).map(|index| &program.waiting.routines[index]);
    let correction = call
        .and_then(|call| Correction::edit(program, &[(call.span, format!("await {}", program.text(call.arguments)))]));
    match routine {
        Some(routine) if !routine.is_async => finding
            .hint(format!("make it `async def {}`, await the coroutine in it, and await its calls", routine.name))
            .correct(correction),
        _ => finding.hint("await the coroutine instead").correct(correction),
    }
}
