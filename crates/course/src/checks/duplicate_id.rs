use std::collections::BTreeMap;

use etude_text::{Severity, Span};

use super::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    code: "duplicate-id",
    severity: Severity::Error,
    summary: "Two things with one name",
    documentation: r#"
Finds ids and labels that are given twice: to two fences, directives or places of one lesson (`{#id}`, `:name:`,
`:label:`, `<a id="…">`, `(…)=`), to two lessons of a course (`id` in the front matter), and `[label]: address` lines
that give one label two addresses.

A link by that name leads to the first of the two only, whichever was meant, and progress that learners make is kept
for the wrong one.
Wrong:

```markdown
[docs]: https://docs.python.org/3/library/asyncio.html

[docs]: https://docs.python.org/3/library/threading.html
```

Right:

```markdown
[asyncio]: https://docs.python.org/3/library/asyncio.html

[threading]: https://docs.python.org/3/library/threading.html
```

Rename one of the two, or remove it.
"#,
    run,
};

const HINT: &str = "rename one of the two, or remove it";

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let lesson = ctx.lesson;
    let mut names: BTreeMap<&str, Span> = BTreeMap::new();
    for anchor in &lesson.anchors.explicit {
        let span = if anchor.span.is_empty() { first_line(ctx, anchor.span.start) } else { anchor.span };
        if let Some(&first) = names.get(anchor.name.as_str()) {
            let diagnostic = report.at(span, format!("the id `{}` is given twice", anchor.name));
            report.add(diagnostic.label(first, "here first").hint(HINT));
        } else {
            names.insert(&anchor.name, span);
        }
    }
    let mut labels: BTreeMap<String, &etude_markdown::Definition> = BTreeMap::new();
    for definition in &lesson.document.definitions {
        let folded = definition.label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        match labels.get(&folded) {
            Some(first) if first.url != definition.url => {
                let message = format!("the label `{}` is defined twice, with two addresses", definition.label);
                let diagnostic = report.at(definition.span, message).label(first.span, "this one counts");
                report.add(diagnostic.hint("give this address a label of its own, or remove it"));
            }
            Some(_) => {}
            None => {
                labels.insert(folded, definition);
            }
        }
    }
    let mut fields = lesson.document.front_matter.iter().flat_map(|front| &front.fields);
    if let Some(id) = lesson.front_string("id")
        && let Some(other) = ctx.course.lesson_with_id(id).filter(|other| other.path != lesson.path)
        && let Some(field) = fields.find(|field| field.name == "id")
    {
        let message = format!("the lesson `{}` has the id `{id}` too", other.path);
        report.add(report.at(field.value_span, message).hint("give each lesson an id of its own"));
    }
}

/// The rest of the line at `offset`.
fn first_line(ctx: &Context<'_>, offset: u32) -> Span {
    let rest = &ctx.source.text()[offset as usize..];
    let len = rest.find(['\n', '\r']).unwrap_or(rest.len());
    Span::at(0..len).shift(offset)
}
