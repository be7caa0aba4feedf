use etude_text::Severity;

use super::{Context, Report, Rule};
use crate::events::Op;
use crate::story::Ending;
use crate::trace::{Id, Object, Site};

pub(super) static RULE: Rule = Rule {
    code: "left-process",
    severity: Severity::Warning,
    summary: "A child process that still ran when the program ended",
    documentation: r#"
Finds child processes of `subprocess` that were still running when the program came to its end. Left out are those that
are meant to live on, started with `start_new_session=True` or `process_group=0`, and those of asyncio, which kills them
when it lets go of them.

Nobody ends such a process: it goes on writing, or holds its port, until somebody looks for it. Where it is started
over and over, as in tests, they pile up.

Wrong:

```python
writer = subprocess.Popen(["writer", "app.log"])
read("app.log")
```

Right:

```python
writer = subprocess.Popen(["writer", "app.log"])
try:
    read("app.log")
finally:
    writer.terminate()
    writer.wait()
```

End it on every way out, failures included, and then wait for it. One that ends by itself only has to be waited for:
`with subprocess.Popen(…)` does that.
"#,
    run: Some(run),
};

/// As much of a command as a message has room for.
const SHOWN: usize = 40;

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    if ctx.story.ending != Ending::Exited {
        return;
    }
    for record in ctx.story.records(Op::Left).filter(|record| record.amount == 2) {
        let (Some(Object::Process { command, kind }), Some(process)) =
            (ctx.story.trace.object(record.a), ctx.story.processes.get(&Id(record.a)))
        else {
            continue;
        };
        let site = ctx.story.trace.site(process.site);
        if kind != "subprocess" || site.is_some_and(|site| is_detached(ctx, site)) {
            continue;
        }
        let message = format!(
            "`{}` still ran when the program ended: nobody ended it or waited for it, so it goes on by itself",
            shown(command)
        );
        let finding = report.at(site, message).seen(Some(process.start), site, "started here").about(process.by);
        report
            .add(finding.hint("end it on every way out, and wait for it: `finally:` with `terminate()` and `wait()`"));
    }
}

fn is_detached(ctx: &Context<'_>, site: &Site) -> bool {
    ctx.programs.of(site).is_some_and(|program| {
        program.calls_on(site.line).any(|call| {
            let arguments = program.text(call.arguments);
            ["start_new_session", "process_group", "preexec_fn"].iter().any(|word| arguments.contains(word))
        })
    })
}

/// On one line, and cut short.
fn shown(command: &str) -> String {
    let line = command.lines().next().unwrap_or_default();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if line.len() < command.len() => format!("{line}…"),
        None => line.to_owned(),
    }
}
