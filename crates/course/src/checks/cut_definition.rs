use etude_python::SyntaxError;
use etude_text::{Severity, Span};

use super::{Check, Context, Report, python_syntax};
use crate::snippet::Snippet;

pub(super) static CHECK: Check = Check {
    code: "cut-definition",
    severity: Severity::Error,
    summary: "Python code that stops inside a definition",
    documentation: r#"
Finds Python snippets that end before what they began is complete: a class or function whose body is missing, a loop
without statements, a bracket or a string that is never closed. A comment such as `# ... (120 more lines)` is no body.

Code like that was cut by a line count, not by a reader. It cannot be run, and the last thing a learner sees of it is
a definition that says nothing.

Wrong:

````markdown
```python
@dataclass
class Release:

# ... (120 more lines)
```
````

Right:

````markdown
```python
from dataclasses import dataclass

@dataclass
class Release:
    version: str
    notes: str
```
````

Show whole definitions: cut before the last one begins, or show all of it. If the rest truly does not matter, say so
with a body of `...`. A snippet that is marked `fragment` or `norun` is left alone.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for snippet in &ctx.lesson.snippets {
        let Some(error) = python_syntax::first_error(ctx, snippet).filter(|error| is_cut(snippet, error)) else {
            continue;
        };
        let last = last_code(snippet);
        let (span, message) = match header(last.slice(&snippet.code)) {
            Some(name) => (last, format!("the code stops inside `{name}`")),
            None => (error.span, format!("the code stops in the middle: {}", error.message)),
        };
        let hint = "show the whole of it or end before it begins, and say in prose what is left out";
        report.add(report.at(snippet.source_span(span), message).hint(hint));
    }
}

/// Whether the error is that the code ends too early, and nothing before.
pub(super) fn is_cut(snippet: &Snippet, error: &SyntaxError) -> bool {
    let last = last_code(snippet);
    let unclosed = error.message.ends_with("never closed");
    error.at_end && (error.span.start >= last.start || unclosed || header(last.slice(&snippet.code)).is_some())
}

/// The last line that is more than a comment.
fn last_code(snippet: &Snippet) -> Span {
    let mut end = snippet.code.len();
    for line in snippet.code.split_inclusive('\n').rev() {
        let start = end - line.len();
        let code = line.trim();
        if !code.is_empty() && !code.starts_with('#') {
            let indent = line.len() - line.trim_start().len();
            return Span::at(start + indent..start + indent + code.len());
        }
        end = start;
    }
    Span::empty(0)
}

/// `class Release` of `class Release(Base):`, `for` of `for name in names:`.
fn header(line: &str) -> Option<&str> {
    let head = line.strip_suffix(':')?;
    let keyword = head.strip_prefix("async ").unwrap_or(head).split_whitespace().next()?;
    match keyword {
        "class" | "def" => Some(head.split(['(', '[']).next().unwrap_or(head).trim_end()),
        "for" | "while" | "if" | "elif" | "else" | "try" | "except" | "finally" | "with" | "match" | "case" => {
            Some(keyword)
        }
        _ => None,
    }
}
