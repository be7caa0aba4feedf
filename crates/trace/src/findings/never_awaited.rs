use std::collections::BTreeMap;
use std::rc::Rc;

use etude_python::waiting::Call;
use etude_text::{Severity, Span};

use super::{Context, Correction, Report, Rule};
use crate::events::Op;
use crate::program::Program;
use crate::story::short;
use crate::trace::{Micros, Site};
use crate::wording::count;

pub(super) static RULE: Rule = Rule {
    code: "never-awaited",
    severity: Severity::Error,
    summary: "A coroutine that was made and never run",
    documentation: r#"
Finds coroutines that were dropped without anybody having awaited them. Python warns of them too, but on standard
error, often late, and without showing the call.

Calling an `async def` function runs nothing of it. It only makes a coroutine, which runs when it is awaited or
becomes a task. Without that its work is simply not done, and the program goes on as if it were.

Wrong:

```python
async def main():
    save("a")
```

Right:

```python
async def main():
    await save("a")
```

Await the call, or make a task of it, keep the task, and await that later.
"#,
    run: Some(run),
};

/// Coroutines of one function, made by one call as far as that can be told.
struct Dropped<'a> {
    name: &'a str,
    count: usize,
    first: Micros,
    noticed: Option<&'a Site>,
    made: Option<(Rc<Program>, usize)>,
}

/// What makes two dropped coroutines one finding.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Call(String, usize),
    Line(String, u32),
    Unknown,
}

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let trace = ctx.story.trace;
    let mut dropped: BTreeMap<(&str, Place), Dropped<'_>> = BTreeMap::new();
    for record in ctx.story.records(Op::NeverAwaited) {
        let name = short(trace.string(record.a));
        // One that was held to the end is known by its definition only.
        let noticed = trace.site(record.site).or(trace.site(record.b));
        let program = noticed.and_then(|site| ctx.programs.of(site));
        let made = program.zip(noticed).and_then(|(program, site)| {
            let call = call_of(&program, name, site)?;
            Some((program, call))
        });
        // Where the call is not known, the line at which it was noticed stands for it.
        let place = match (&made, noticed) {
            (Some((program, call)), _) => Place::Call(program.source.path.clone(), *call),
            (None, Some(site)) => Place::Line(site.file.clone(), site.line),
            (None, None) => Place::Unknown,
        };
        let first = record.time;
        dropped.entry((name, place)).or_insert(Dropped { name, count: 0, first, noticed, made }).count += 1;
    }
    for it in dropped.values() {
        say(report, it);
    }
}

fn say(report: &mut Report<'_>, dropped: &Dropped<'_>) {
    let Dropped { name, count: times, first, noticed, made } = dropped;
    let again = if *times > 1 { format!(", {times} times") } else { String::new() };
    let message = format!("this call of `{name}` only makes a coroutine, and nobody awaits it{again}: none of it ran");
    let place = made.as_ref().zip(*noticed).map(|((program, call), noticed)| Site {
        line: program.lines(program.waiting.calls[*call].span).0,
        ..noticed.clone()
    });
    let finding = report.at(place.as_ref().or(*noticed), message).seen(
        Some(*first),
        *noticed,
        format!("{} of `{name}` never began", count(*times, "coroutine")),
    );
    let callee = made.as_ref().map_or(*name, |(program, call)| &program.waiting.calls[*call].callee);
    let general = format!(
        "write `await {callee}(…)`; `await` is allowed in `async def` only, so the function around it has to be one"
    );
    report.add(match made {
        None => finding.hint(general),
        Some((program, call)) => {
            let call = &program.waiting.calls[*call];
            let around = call.routine.and_then(|routine| program.waiting.routines.get(routine));
            match around {
                Some(around) if around.is_async => {
                    let edit = (Span::empty(call.span.start), "await ".to_owned());
                    finding.hint("await it").correct(Correction::edit(program, &[edit]))
                }
                Some(_) => finding.hint(general),
                None => {
                    let text = format!("asyncio.run({})", program.text(call.span));
                    finding.hint("start a loop for it").correct(Correction::edit(program, &[(call.span, text)]))
                }
            }
        }
    });
}

/// The call that made the coroutine: where its end was noticed, else the only one that awaits nothing.
fn call_of(program: &Program, name: &str, noticed: &Site) -> Option<usize> {
    let last = |text: &str| text.rsplit('.').next().map(str::to_owned);
    let unawaited = |call: &Call| {
        !call.is_awaited && last(&call.callee) == last(name) && (call.is_discarded || call.target.is_some())
    };
    let calls = || program.waiting.calls.iter().enumerate().filter(|(_, call)| unawaited(call)).map(|(index, _)| index);
    let there = program.calls_on(noticed.line).find(|call| unawaited(call)).map(|call| call.span);
    if let Some(span) = there {
        return program.waiting.calls.iter().position(|call| call.span == span);
    }
    let mut all = calls();
    all.next().filter(|_| all.next().is_none())
}
