use etude_text::{Edit, Fix, Severity, Span};

use super::{Check, Context, Report};
use crate::snippet::{Lang, Snippet, SnippetKind};

pub(super) static CHECK: Check = Check {
    code: "missing-language",
    severity: Severity::Note,
    summary: "A fence that does not say what it holds",
    documentation: r#"
Finds fences without a language.

Nothing in them is highlighted, and Étude has to guess from the words around whether they show what a program prints, a
program itself, or something to look at. A guess that is wrong is a claim that is never tested.

Wrong:

````markdown
The program prints:

```
done after 3 s
```
````

Right:

````markdown
The program prints:

```output
done after 3 s
```
````

Write `output` for what a program prints, `text` for what is neither code nor output, else the language. `--fix` writes
`output` where the fence was recognised as that.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for snippet in &ctx.lesson.snippets {
        let quarto =
            !snippet.info.classes.is_empty() || !snippet.info.flags.is_empty() || !snippet.info.attributes.is_empty();
        if snippet.lang != Lang::None || !snippet.closed || quarto {
            continue;
        }
        let Some((fence, directive)) = opening(ctx, snippet) else { continue };
        let diagnostic = report.at(fence, "this fence names no language");
        report.add(match snippet.kind {
            SnippetKind::Output if !directive => {
                let fix = Fix::new("write `output`", vec![Edit::new(Span::empty(fence.end), "output")]);
                diagnostic.hint("write `output` behind it: it shows what is printed").fix(fix)
            }
            SnippetKind::Output => diagnostic.hint("write `output` behind it: it shows what is printed"),
            SnippetKind::Console => diagnostic.hint("write `pycon` behind it: it shows a Python session"),
            _ => diagnostic.hint("write its language behind it, or `text` if it has none"),
        });
    }
}

/// The marks that open the fence, and whether they are those of a directive.
fn opening(ctx: &Context<'_>, snippet: &Snippet) -> Option<(Span, bool)> {
    let source = snippet.span.slice(ctx.source.text());
    let mark = source.chars().next().filter(|mark| ['`', '~', ':'].contains(mark))?;
    let len = source.len() - source.trim_start_matches(mark).len();
    let directive = source[len..].trim_start().starts_with('{');
    Some((Span::at(0..len).shift(snippet.span.start), directive))
}
