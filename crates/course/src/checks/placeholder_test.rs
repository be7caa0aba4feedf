use std::sync::LazyLock;

use etude_markdown::{BlockId, BlockKind};
use etude_text::{Severity, Span};
use regex::Regex;

use super::{Check, Context, Report};
use crate::snippet::{Snippet, SnippetKind};

pub(super) static CHECK: Check = Check {
    code: "placeholder-test",
    severity: Severity::Warning,
    summary: "A test that tests nothing",
    documentation: r#"
Finds test cases that were never written: "Sample input" and "Expected output" where values belong, and test functions
that hold nothing but `pass` or `assert True`.

Such a test passes for every answer or for none, and tells the learner nothing about what is asked.

Wrong:

```markdown
- Input: `Sample input`
- Expected: `Expected output`
```

Right:

```markdown
- Input: `mean([1, 2, 6])`
- Expected: `3.0`
```

Write real values, or leave the test case out. A test that the learner is to write says so with `# TODO`, and is left
alone.
"#,
    run,
};

/// "Input: Sample input", as the wording of a list item or a paragraph.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[^A-Za-z0-9_]*(?:inputs?|outputs?|expected(?: (?:outputs?|results?|values?))?|given|then|result)[^A-Za-z0-9_]*:[^A-Za-z0-9_]*(?:(?:sample|example|dummy|expected|some|your|placeholder) (?:inputs?|outputs?|results?|values?|data)|todo|tbd)(?: here)?[^A-Za-z0-9_]*$",
    )
    .expect("a valid expression")
});

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let document = &ctx.lesson.document;
    let text = ctx.source.text();
    let mut told: Option<BlockId> = None;
    for (id, block) in document.iter() {
        let short = block.span.len() < 120;
        if !matches!(block.kind, BlockKind::Paragraph) || !short || !PLACEHOLDER.is_match(block.span.slice(text)) {
            continue;
        }
        // The items of one list are one test case.
        let list = document.ancestors(id).find(|(_, above)| matches!(above.kind, BlockKind::List { .. }));
        let case = list.map_or(id, |(list, _)| list);
        if told.replace(case) == Some(case) {
            continue;
        }
        let hint = "write a real input and what is expected for it, or leave the test case out";
        report.add(report.at(block.span, "this test case is a placeholder").hint(hint));
    }
    for snippet in ctx.lesson.snippets.iter().filter(|snippet| snippet.kind == SnippetKind::Test) {
        for (name, place) in empty_tests(snippet) {
            let message = format!("`{name}` tests nothing");
            let hint = "assert what the code under test has to do, or mark what the learner is to write with `# TODO`";
            report.add(report.at(snippet.source_span(place), message).hint(hint));
        }
    }
}

/// Test functions whose body cannot fail.
fn empty_tests(snippet: &Snippet) -> impl Iterator<Item = (&str, Span)> {
    let symbols = snippet.python.iter().flat_map(|module| &module.symbols);
    symbols.filter(|symbol| symbol.name.starts_with("test")).filter_map(|symbol| {
        if symbol.span.slice(&snippet.code).contains("TODO") {
            return None;
        }
        let mut lines = symbol.body.slice(&snippet.code).lines().map(str::trim).filter(|line| !line.is_empty());
        let idle = |line: &str| {
            let code = line.split('#').next().unwrap_or_default().trim_end();
            let docstring = line.len() >= 6
                && ["\"\"\"", "'''"].iter().any(|quote| line.starts_with(quote) && line.ends_with(quote));
            docstring || matches!(code, "" | "pass" | "..." | "assert True" | "self.assertTrue(True)")
        };
        lines.all(idle).then_some((symbol.name.as_str(), symbol.name_span))
    })
}
