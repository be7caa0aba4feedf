use etude_text::{Severity, Span};

use super::{Check, Context, Report};
use crate::shell::{Request, Versions, commands, passed};
use crate::snippet::{Lang, Pair, Snippet};

pub(super) static CHECK: Check = Check {
    code: "platform-differs",
    severity: Severity::Warning,
    summary: "Commands for two platforms that ask a server for different things",
    documentation: r#"
Finds a shell snippet and the PowerShell snippet beside it that send different requests: another address, method or
body, or other headers. Each is read by the rules of its own shell: quotes, escapes, here-documents, tables.

Both are meant to do the same. A reader on the other platform gets another answer than the lesson shows, and nobody
who writes on one platform will notice.

Wrong:

````markdown
```bash
curl -X PUT http://127.0.0.1:8000/pots/1 --json '{"tea": "green"}'
```

```powershell
Invoke-RestMethod http://127.0.0.1:8000/pots/1 -Method Put -Body '{"tea": "green"}'
```
````

Right, since only now both say that they send JSON:

````markdown
```bash
curl -X PUT http://127.0.0.1:8000/pots/1 --json '{"tea": "green"}'
```

```powershell
$body = '{"tea": "green"}'
Invoke-RestMethod http://127.0.0.1:8000/pots/1 -Method Put -Body $body -ContentType application/json
```
````

Make them ask for the same. Where they are meant to differ, put a heading between them.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for snippet in ctx.lesson.snippets.iter().filter(|snippet| snippet.lang == Lang::PowerShell) {
        let Some(Pair::Platform(other)) = snippet.pair else { continue };
        let twin = &ctx.lesson.snippets[other];
        let asked: Vec<Request> = commands(twin).iter().flat_map(Request::of).collect();
        // What only one of the two versions gets wrong is `powershell-quotes`.
        let read = |legacy: bool| requests(snippet, legacy);
        let versions = Versions::meant(snippet, ctx.section_text(snippet), ctx.source.text());
        let seven = read(false);
        // Loops differ from shell to shell: what is not one to one is not compared.
        if asked.len() != seven.len() {
            continue;
        }
        let windows = read(true);
        for (index, (own, twins)) in seven.iter().zip(&asked).enumerate() {
            let legacy = windows.get(index).filter(|_| windows.len() == asked.len());
            if versions.windows && legacy.is_some_and(|legacy| legacy.differences(twins).is_empty()) {
                continue;
            }
            let span = snippet.source_span(Span::at(own.range.clone()));
            let line = ctx.source.line(twin.source_span(Span::at(twins.range.clone())).start);
            for (what, here, there) in own.differences(twins) {
                let message = format!("the {what} is not that of line {line}: `{here}` here, `{there}` there");
                report.add(report.at(span, message).hint("make both commands ask for the same"));
            }
        }
    }
}

/// What a PowerShell snippet asks, as PowerShell 7 hands it on, or as Windows PowerShell does.
pub(super) fn requests(snippet: &Snippet, legacy: bool) -> Vec<Request> {
    let mut commands = commands(snippet);
    for command in commands.iter_mut().filter(|command| legacy && command.is_curl()) {
        command.words = command.words.iter().flat_map(passed).collect();
    }
    commands.iter().flat_map(Request::of).collect()
}
