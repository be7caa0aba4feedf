use etude_text::Severity;

use super::{Check, Context, Report, packages};

pub(super) static CHECK: Check = Check {
    code: "unlisted-package",
    severity: Severity::Error,
    summary: "An import of a package that `course.toml` does not list",
    documentation: r#"
Finds imports, in a course whose `course.toml` has a list of `packages`, of anything that is neither in that list nor
brought along by something in it, nor part of Python, nor a file of the lesson.

The list is what the code of the course is run with, and what a learner is told to install. An import beyond it fails
in both places.

Wrong:

```toml
packages = ["httpx"]
```

````markdown
```python
import yaml
```
````

Right:

```toml
packages = ["httpx", "PyYAML"]
```

Add the package to the list, or do without it. Imports inside `try` with `except ImportError`, those under
`if TYPE_CHECKING:` and those of snippets that are marked `norun` are left alone.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let Some(listed) = &ctx.course.config.packages else { return };
    let imports = packages::third_party(ctx);
    if imports.is_empty() {
        return;
    }
    let listed = packages::with_brought(listed.iter().filter_map(|requirement| packages::required(requirement)));
    for (name, (snippet, import)) in imports {
        if listed.contains(&name) {
            continue;
        }
        let top = import.module.split('.').next().unwrap_or_default();
        let distribution = packages::distribution(&import.module);
        let message = if packages::normalise(top) == name {
            format!("`{distribution}` is not among the packages of the course")
        } else {
            format!("`{top}` comes with `{distribution}`, which is not among the packages of the course")
        };
        let span = ctx.lesson.snippets[snippet].source_span(import.module_span);
        let hint = format!("add \"{distribution}\" to `packages` in `course.toml`, or do without it");
        report.add(report.at(span, message).hint(hint));
    }
}
