use etude_text::Severity;

use super::{Check, Context, Report};
use crate::snippet::{Snippet, SnippetKind};

pub(super) static CHECK: Check = Check {
    code: "unrun-main",
    severity: Severity::Note,
    summary: "A program whose `main` is never run",
    documentation: r#"
Finds whole programs that define `main` and do not run it, in lessons where nothing later does.

Whoever types such a program sees nothing at all, and does not know whether it works.

Wrong:

```python
import asyncio

async def main():
    print("tea")
```

Right:

```python
import asyncio

async def main():
    print("tea")

asyncio.run(main())
```

Add the line that runs it, or mark the snippet `fragment` if it is only to be read.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let snippets = &ctx.lesson.snippets;
    for (index, snippet) in snippets.iter().enumerate() {
        let Some(module) = &snippet.python else { continue };
        let main = module.symbols.iter().find(|symbol| symbol.qualified == "main");
        let Some(main) = main.filter(|_| is_idle(snippet)) else { continue };
        // A later snippet may run it, by whatever way, unless it has one of its own.
        let runs = |later: &Snippet| later.code.contains("main") && !later.provides().contains(&"main");
        if snippets[index + 1..].iter().any(runs) {
            continue;
        }
        let message = "`main` is never run, so that the program prints nothing";
        let call = if main.kind == etude_python::SymbolKind::AsyncFunction { "asyncio.run(main())" } else { "main()" };
        report.add(report.at(snippet.source_span(main.name_span), message).hint(format!("end it with `{call}`")));
    }
}

/// A whole program that does nothing but define.
fn is_idle(snippet: &Snippet) -> bool {
    let defines = snippet.python.as_ref().is_some_and(|module| !module.usage.acts && module.errors.is_empty());
    snippet.kind == SnippetKind::Script && defines && !snippet.norun() && !snippet.flag("fragment")
}
