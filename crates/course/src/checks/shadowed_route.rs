use std::sync::LazyLock;

use etude_markdown::InlineKind;
use etude_python::Route;
use etude_text::{Severity, Span};
use regex::Regex;

use super::{Check, Context, Report};
use crate::snippet::Snippet;

pub(super) static CHECK: Check = Check {
    code: "shadowed-route",
    severity: Severity::Warning,
    summary: "A route that an earlier one with a parameter answers",
    documentation: r#"
Finds routes of FastAPI and Starlette applications that no request can reach, because a route above them has a parameter
in the same place; and tasks to add such a route.

These frameworks ask the routes in the order in which they are declared. The first that fits answers.

Wrong:

```python
from fastapi import FastAPI

app = FastAPI()

@app.get("/pots/{name}")
def pot(name: str): ...

@app.get("/pots/count")
def count(): ...
```

Right:

```python fragment
@app.get("/pots/count")
def count(): ...

@app.get("/pots/{name}")
def pot(name: str): ...
```

Declare the route without the parameter first. Where a task asks for it, say so: whoever adds it at the end of the file
gets the answer of the other route, often a 404, and nothing tells why.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let snippets = &ctx.lesson.snippets;
    if !snippets.iter().any(|it| ["fastapi", "starlette"].iter().any(|name| it.code.contains(name))) {
        return;
    }
    for snippet in snippets {
        let routes = routes(snippet);
        for (index, route) in routes.iter().enumerate() {
            let Some(path) = route.path.as_deref().filter(|path| !path.contains('{')) else { continue };
            let earlier = routes[..index]
                .iter()
                .find(|it| it.target == route.target && it.method == route.method && answers(it, path));
            if let Some(earlier) = earlier {
                tell(ctx, report, path, snippet.source_span(route.span), snippet, earlier);
            }
        }
    }
    tasks(ctx, report);
}

/// "Add an endpoint `/pots/count`", "create a **new route** `GET /pots/count`".
static TASK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)(?:add|create|write|implement|build)(?-u:\b)[^.:`]{0,40}(?-u:\b)(?:endpoint|route)(?-u:\b)[^.:`]{0,20}`$")
        .expect("a valid expression")
});

fn tasks(ctx: &Context<'_>, report: &mut Report<'_>) {
    let text = ctx.source.text();
    let snippets = &ctx.lesson.snippets;
    for (_, block) in ctx.lesson.document.iter() {
        for inline in &block.inlines {
            let InlineKind::Code(code) = &inline.kind else { continue };
            let path = code.strip_prefix("GET ").unwrap_or(code).trim();
            let before = &text[block.span.start as usize..inline.span.start as usize];
            if !path.starts_with('/') || path.contains('{') || !TASK.is_match(&format!("{before}`")) {
                continue;
            }
            let all = || snippets.iter().flat_map(|snippet| routes(snippet).iter().map(move |route| (snippet, route)));
            let served = all().any(|(_, route)| route.path.as_deref() == Some(path));
            let mut above = all().filter(|(snippet, _)| snippet.span.end <= inline.span.start);
            if let Some((snippet, route)) =
                above.find(|(_, route)| !served && route.method == "get" && answers(route, path))
            {
                tell(ctx, report, path, inline.span, snippet, route);
            }
        }
    }
}

fn routes(snippet: &Snippet) -> &[Route] {
    snippet.python.as_ref().map_or(&[], |module| &module.usage.routes)
}

fn tell(ctx: &Context<'_>, report: &mut Report<'_>, path: &str, span: Span, snippet: &Snippet, earlier: &Route) {
    let line = ctx.source.line(snippet.source_span(earlier.span).start);
    let pattern = earlier.path.as_deref().unwrap_or_default();
    let message = format!("`{pattern}` on line {line} answers `{path}`, unless it stands below");
    let hint = format!("declare `{path}` above `{pattern}`, or say that it has to stand there");
    report.add(report.at(span, message).hint(hint));
}

/// Whether a route with a parameter fits a path.
fn answers(route: &Route, path: &str) -> bool {
    let Some(pattern) = route.path.as_deref().filter(|pattern| pattern.contains('{')) else { return false };
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(open), Some(_)) if open.ends_with(":path}") => return true,
            // `{number:int}` and the like fit only some.
            (Some(open), Some(part)) if open.starts_with('{') && !open.contains(':') && !part.is_empty() => {}
            (Some(one), Some(two)) if one == two => {}
            _ => return false,
        }
    }
}
