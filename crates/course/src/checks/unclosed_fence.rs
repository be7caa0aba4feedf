use etude_markdown::ProblemKind;
use etude_text::Severity;

use super::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    code: "unclosed-fence",
    severity: Severity::Error,
    summary: "A fence that swallows what stands below it",
    documentation: r#"
Finds code fences and directives that are opened and never closed, and blocks nested too deeply to be read.

All that stands below an open fence is taken for code, up to the end of the file or of the list item the fence stands
in: its headings, its prose and its other code are lost.

Wrong:

````markdown
```python
print("hello")

Now run it.
````

Right:

````markdown
```python
print("hello")
```

Now run it.
````

Close the fence with as many backticks, tildes or colons as opened it. A fence around fences needs more of them than
those inside.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let text = ctx.source.text();
    for problem in &ctx.lesson.document.problems {
        let opening = problem.span.slice(text).trim_start();
        let mark = opening.chars().next().unwrap_or('`');
        let marks: String = opening.chars().take_while(|&c| c == mark).collect();
        let (message, hint) = match &problem.kind {
            ProblemKind::UnclosedFence => ("this fence is never closed".to_owned(), closing(&marks)),
            // `::: package.module` of mkdocstrings stands alone.
            ProblemKind::UnclosedDirective { name } if name.contains(['_', '.']) => continue,
            ProblemKind::UnclosedDirective { name } => (format!("this `{name}` is never closed"), closing(&marks)),
            ProblemKind::TooDeep => (
                "blocks are nested too deeply to be read here".to_owned(),
                "nest lists and quotes less deeply".to_owned(),
            ),
            ProblemKind::FrontMatter { .. } => continue,
        };
        report.add(report.at(problem.span, message).hint(hint));
    }
}

fn closing(marks: &str) -> String {
    // In no backticks of its own: it mostly is some.
    format!("write {marks} in a line of its own where it ends")
}
