use etude_text::{Severity, Span};
use serde_json::Value;

use super::platform_differs::requests;
use super::{Check, Context, Report};
use crate::shell::{Body, Versions};
use crate::snippet::Lang;

pub(super) static CHECK: Check = Check {
    code: "powershell-quotes",
    severity: Severity::Warning,
    summary: "A body that loses its quotes in Windows PowerShell, or not in PowerShell 7",
    documentation: r#"
Finds bodies given to `curl.exe` that lose their quotes on the way, or keep backslashes. Windows PowerShell 5.1 (and
PowerShell up to 7.2) hands double quotes inside an argument on as they are, and the program takes them for its own:
`{"tea": "green"}` arrives as `{tea: green}`. From 7.3 on they arrive as written, and so do backslashes before them.

The server answers that the JSON is invalid, and the reader sees a command that looks right.

Wrong, where both may be used:

```powershell
curl.exe http://127.0.0.1:8000/pots -H "Content-Type: application/json" -d '{"tea": "green"}'
```

Right:

```powershell
$body = '{"tea": "green"}'
Invoke-RestMethod http://127.0.0.1:8000/pots -Method Post -ContentType application/json -Body $body
```

Let PowerShell send the request itself, show a form for each version (`'{\"tea\": \"green\"}'` is the one of 5.1), or
say which version the lesson is for: "Windows PowerShell" and "PowerShell 7" near the snippet are understood.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for snippet in ctx.lesson.snippets.iter().filter(|snippet| snippet.lang == Lang::PowerShell) {
        let (seven, windows) = (requests(snippet, false), requests(snippet, true));
        // Where even the number of requests is another, the first body says enough.
        for (as_written, legacy) in seven.iter().zip(&windows) {
            let (Body::Text(kept), Body::Text(lost)) = (&as_written.body, &legacy.body) else { continue };
            if kept == lost {
                continue;
            }
            let versions = Versions::meant(snippet, ctx.section_text(snippet), ctx.source.text());
            let message = if is_json(lost) && versions.seven {
                format!("PowerShell from 7.3 on sends the backslashes too: `{kept}`")
            } else if !is_json(lost) && versions.windows {
                format!("Windows PowerShell 5.1 takes the inner quotes away, and sends `{lost}`")
            } else {
                continue;
            };
            let span = snippet.source_span(Span::at(as_written.range.clone()));
            let hint = "both read `Invoke-RestMethod … -ContentType application/json -Body '{…}'` in the same way";
            report.add(report.at(span, message).hint(hint));
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok()
}
