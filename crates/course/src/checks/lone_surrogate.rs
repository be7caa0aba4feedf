use etude_text::{Severity, Span};

use super::{Check, Context, Report, invalid_json};

pub(super) static CHECK: Check = Check {
    code: "lone-surrogate",
    severity: Severity::Warning,
    summary: "An escape that stands for half a character",
    documentation: r#"
Finds escapes from `\ud800` to `\udfff` without their other half, in the string literals of Python and in JSON. Code and
sections that are about surrogates are left alone.

Such an escape is one half of a character in UTF-16 and no character by itself. Printing it, writing it to a file and
sending it over the network all fail, often far from where it was made. Mostly a character was cut in two.

Wrong:

```json
{"mood": "\ud83d"}
```

Right:

```json
{"mood": "\ud83d\ude00"}
```

Write the character itself. In Python its escape is `\U0001f600`, and in JSON it is the pair of both halves.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for snippet in &ctx.lesson.snippets {
        let found = match &snippet.python {
            Some(module) => module.lone_surrogates.clone(),
            None if invalid_json::is_json(snippet) => lone(&snippet.code),
            None => continue,
        };
        let about =
            || snippet.code.to_ascii_lowercase().contains("surrogate") || snippet.code.contains("UnicodeEncodeError");
        if found.is_empty() || about() || is_about_surrogates(ctx, snippet.span) {
            continue;
        }
        for span in found {
            // A range of characters in a regular expression.
            let in_range = snippet.code[..span.start as usize].ends_with('-')
                || snippet.code[span.end as usize..].starts_with('-');
            if in_range {
                continue;
            }
            let message = format!("`{}` is half a character, and its other half is missing", span.slice(&snippet.code));
            let hint = if snippet.python.is_some() {
                "write the character itself, or its escape `\\U…` with eight digits"
            } else {
                "write the character itself, or both halves"
            };
            report.add(report.at(snippet.source_span(span), message).hint(hint));
        }
    }
}

/// Whether the section around says what a surrogate is.
fn is_about_surrogates(ctx: &Context<'_>, span: Span) -> bool {
    let section = ctx.lesson.sections.iter().rev().find(|section| section.own.contains(span));
    section.is_some_and(|section| section.own.slice(ctx.source.text()).to_ascii_lowercase().contains("surrogate"))
}

/// The halves in JSON that have no other half behind or in front of them.
fn lone(json: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut at = 0;
    let mut high: Option<Span> = None;
    while let Some(backslash) = json[at..].find('\\').map(|len| at + len) {
        let waiting = high.take().filter(|half| half.end as usize == backslash);
        let value = json[backslash..].strip_prefix("\\u").and_then(|rest| rest.get(..4));
        let Some(value) = value.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            // What is escaped begins no escape.
            at = backslash + 1 + json[backslash + 1..].chars().next().map_or(0, char::len_utf8);
            continue;
        };
        at = backslash + 6;
        let span = Span::at(backslash..at);
        match (value, waiting) {
            (0xD800..=0xDBFF, _) => {
                found.push(span);
                high = Some(span);
            }
            (0xDC00..=0xDFFF, Some(_)) => {
                found.pop();
            }
            (0xDC00..=0xDFFF, None) => found.push(span),
            _ => {}
        }
    }
    found
}
