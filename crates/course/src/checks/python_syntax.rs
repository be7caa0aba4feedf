use etude_python::SyntaxError;
use etude_text::{Severity, Span};

use super::{Check, Context, Report, cut_definition};
use crate::claim::{ClaimKind, Subject};
use crate::snippet::{Lang, Snippet, SnippetKind};

pub(super) static CHECK: Check = Check {
    code: "python-syntax",
    severity: Severity::Error,
    summary: "Python code that does not parse",
    documentation: r#"
Finds Python snippets that Python refuses to read, and those that need a newer Python than the course is for. Only the
first error of a snippet is shown: the ones behind it mostly follow from it.

A learner who copies the code gets a `SyntaxError` at once, and cannot know whether the lesson or the copy is wrong.
The usual reason is an ellipsis where Python wants a statement.

Wrong:

````markdown
```python
try:
    rows = load()
...
return rows
```
````

Right, for a part of something larger:

````markdown
```python fragment
try:
    rows = load()
...
```
````

Complete the code, or mark it: `fragment` for a part that is only to be read, `norun` for code that is not to be run,
`raises=SyntaxError` for code that is meant to fail.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let course = ctx.course.config.python.as_deref().and_then(version);
    for snippet in &ctx.lesson.snippets {
        if let Some(error) = first_error(ctx, snippet) {
            if !cut_definition::is_cut(snippet, error) {
                let span = snippet.source_span(error.span);
                report.add(report.at(span, error.message.as_str()).hint(hint(snippet, error)));
            }
            continue;
        }
        let newest = snippet.python.as_ref().and_then(|module| module.min_version);
        if let (Some(course), Some(needed)) = (course, newest)
            && needed > course
            && !is_marked(snippet)
            && !says_version(ctx, snippet, needed)
        {
            let message =
                format!("needs Python {}.{}, the course is for {}.{}", needed.0, needed.1, course.0, course.1);
            let hint = "write it for the older Python, or raise `python` in `course.toml`";
            report.add(report.at(snippet.info.span, message).hint(hint));
        }
    }
    console(ctx, report);
}

/// The statements of `>>>` sessions.
fn console(ctx: &Context<'_>, report: &mut Report<'_>) {
    for snippet in &ctx.lesson.snippets {
        let plain = snippet.lang == Lang::Python && snippet.kind == SnippetKind::Console;
        if !plain
            || is_marked(snippet)
            || snippet.code.contains("SyntaxError")
            || snippet.code.contains("IndentationError")
        {
            continue;
        }
        for statement in statements(&snippet.code) {
            let module = etude_python::parse(&statement.code);
            let Some(error) = module.errors.first().filter(|error| !error.at_end) else { continue };
            // The statement's lines lost their prompts, so its first line stands for the place.
            let at = statement.place(error.span.start);
            report.add(
                report
                    .at(snippet.source_span(at), error.message.as_str())
                    .hint("write what Python accepts at the prompt; a line that goes on begins with `...`"),
            );
            break;
        }
    }
}

/// One statement of a session, prompts removed.
struct Statement {
    code: String,
    /// Where each of its lines starts in `code`, and its place in the session.
    lines: Vec<(u32, Span)>,
}

impl Statement {
    /// The place in the session of an offset in the statement.
    fn place(&self, offset: u32) -> Span {
        let index = self.lines.partition_point(|&(start, _)| start <= offset).saturating_sub(1);
        let Some(&(start, line)) = self.lines.get(index) else { return Span::empty(0) };
        Span::new((line.start + (offset - start)).min(line.end), line.end)
    }
}

fn statements(session: &str) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    let mut offset = 0;
    let mut open = false;
    for line in session.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let text = line.trim_end();
        let indent = text.len() - text.trim_start().len();
        let rest = &text[indent..];
        let (prompt, code) = match (rest.strip_prefix(">>>"), rest.strip_prefix("...")) {
            (Some(code), _) => (">>>", code),
            (_, Some(code)) if open && (code.is_empty() || code.starts_with(' ')) => ("...", code),
            _ => {
                open = false;
                continue;
            }
        };
        let (space, code) = code.strip_prefix(' ').map_or((0, code), |code| (1, code));
        let begin = start + indent + prompt.len() + space;
        let place = Span::at(begin..begin + code.len());
        if prompt == ">>>" {
            found.push(Statement { code: String::new(), lines: Vec::new() });
            open = true;
        }
        if let Some(statement) = found.last_mut() {
            statement.lines.push((statement.code.len() as u32, place));
            statement.code.push_str(code);
            statement.code.push('\n');
        }
    }
    found
}

/// The first syntax error of a Python snippet, unless its author knows of it. A `return` outside of functions belongs to
/// a part of something: `needs-context` tells.
pub(super) fn first_error<'a>(ctx: &Context<'_>, snippet: &'a Snippet) -> Option<&'a SyntaxError> {
    let part = |error: &&SyntaxError| {
        let left = ["`return`", "`yield"].iter().any(|word| error.message.starts_with(word));
        error.compiler && left && error.message.ends_with("outside a function")
    };
    let error = snippet.python.as_ref()?.errors.iter().find(|error| !part(error))?;
    (!is_marked(snippet) && !is_meant(ctx, snippet)).then_some(error)
}

fn is_marked(snippet: &Snippet) -> bool {
    // IPython's `%magic` and `!command` are no Python.
    let cell = snippet.info.lang.starts_with("ipython") || snippet.info.raw.starts_with('{');
    let placeholder = snippet.kind == SnippetKind::Placeholder;
    placeholder || snippet.flag("fragment") || snippet.norun() || cell || includes_file(&snippet.code)
}

/// What mdBook, MkDocs, Hugo, VitePress and template engines replace by code.
pub(super) fn includes_file(code: &str) -> bool {
    const MARKS: [&str; 8] = ["{{#", "{{<", "{%", "{!", "{*", "--8<--", "<<< ", "{{ "];
    code.lines()
        .map(str::trim_start)
        .any(|line| line.starts_with(['{', '-', '<']) && MARKS.iter().any(|mark| line.starts_with(mark)))
}

/// Code that is shown because it does not parse: the fence, a comment or the output says so.
fn is_meant(ctx: &Context<'_>, snippet: &Snippet) -> bool {
    const NAMES: [&str; 3] = ["SyntaxError", "IndentationError", "TabError"];
    let named = |text: &str| NAMES.iter().any(|name| text.contains(name));
    let claimed = ctx.lesson.claims.iter().any(|claim| {
        claim.about == Subject::Snippet(snippet.index)
            && match &claim.kind {
                ClaimKind::Raises { exception } => named(exception),
                _ => named(&claim.text),
            }
    });
    let next = ctx.lesson.snippets.get(snippet.index + 1);
    let shown = next.is_some_and(|next| next.kind == SnippetKind::Output && named(&next.code));
    let comments = snippet.python.iter().flat_map(|module| &module.comments);
    let remarks = || {
        comments.map(|comment| comment.slice(&snippet.code)).any(|text| named(text) || text.contains("invalid syntax"))
    };
    claimed || shown || remarks()
}

fn hint(snippet: &Snippet, error: &SyntaxError) -> &'static str {
    let at = (error.span.start as usize).min(snippet.code.len());
    let before = snippet.code.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = snippet.code[line_start..].lines().next().unwrap_or_default();
    let above = before[..line_start].lines().rev().filter(|line| !line.trim().is_empty()).take(2);
    let elided = |line: &str| line.contains("...") || line.contains('…');
    if elided(line) || above.into_iter().any(elided) {
        return "what `...` stands for is missing: complete the code, or mark it `fragment` on the fence";
    }
    let code = line.trim_start();
    if code.starts_with(['%', '!']) {
        return "that is IPython, not Python: call the fence `ipython`";
    }
    if code.starts_with("$ ") {
        return "that is a shell command: call the fence `console`";
    }
    if snippet.code.contains("TODO") {
        return "a starter has to parse: put `TODO` and `pass` into the body of each function, behind its docstring";
    }
    if snippet.code.lines().all(|line| line.trim().is_empty() || line.starts_with([' ', '\t'])) {
        return "all of it is indented: move it to the margin, or mark it `fragment` on the fence";
    }
    let keyword = code.split(|char: char| !char.is_ascii_alphabetic()).next().unwrap_or_default();
    if before.trim().is_empty()
        && (matches!(keyword, "except" | "else" | "elif" | "finally") || line.starts_with([' ', '\t']))
    {
        return "it begins in the middle of something: show where that starts, or mark it `fragment` on the fence";
    }
    "correct it, or mark it on the fence: `fragment` for a part, `raises=SyntaxError` if it is meant to fail"
}

fn version(text: &str) -> Option<(u8, u8)> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

/// The lesson itself tells the reader which Python the snippet needs.
fn says_version(ctx: &Context<'_>, snippet: &Snippet, needed: (u8, u8)) -> bool {
    ctx.lesson.claims.iter().any(|claim| match claim.kind {
        ClaimKind::Version { major, minor } => {
            (major, minor) >= needed && [Subject::Snippet(snippet.index), Subject::Lesson].contains(&claim.about)
        }
        _ => false,
    })
}
