use etude_markdown::{Field, ProblemKind, Yaml};
use etude_text::{Edit, Fix, Severity};

use super::{Check, Context, Report};
use crate::spelling;

pub(super) static CHECK: Check = Check {
    code: "front-matter",
    severity: Severity::Error,
    summary: "Front matter that cannot be used as it is",
    documentation: r#"
Finds front matter that is not YAML, and known fields with a value of the wrong type.

What cannot be read is not used: the lesson loses its title, its place or its packages, and nobody is told. YAML turns
some words into something else: `3.10` is the number 3.1, and `404` is no text.

| field | value |
| --- | --- |
| `title`, `description`, `id` | text |
| `tags`, `prerequisites`, `packages`, `tools`, `objectives` | a list of texts |
| `order`, `weight` | a number |
| `draft` | `true` or `false` |
| `duration` | text or a number of minutes |
| `difficulty` | `beginner`, `intermediate` or `advanced` |
| `python` | a version in quotes |

Other fields are left to the tools they are for.

Wrong:

```yaml
---
title: 404
python: 3.10
tags: tasks
---
```

Right:

```yaml
---
title: "404"
python: "3.10"
tags: [tasks]
---
```

Write the value in the form the table shows. `--fix` puts a text or a version into quotes where that is all it takes.
"#,
    run,
};

/// What a field may hold.
#[derive(Clone, Copy, PartialEq)]
enum Type {
    Text,
    Texts,
    Number,
    Bool,
    Duration,
    Version,
    Level,
}

const FIELDS: [(&str, Type); 14] = [
    ("description", Type::Text),
    ("difficulty", Type::Level),
    ("draft", Type::Bool),
    ("duration", Type::Duration),
    ("id", Type::Text),
    ("objectives", Type::Texts),
    ("order", Type::Number),
    ("packages", Type::Texts),
    ("prerequisites", Type::Texts),
    ("python", Type::Version),
    ("tags", Type::Texts),
    ("title", Type::Text),
    ("tools", Type::Texts),
    ("weight", Type::Number),
];

const LEVELS: [&str; 3] = ["beginner", "intermediate", "advanced"];

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let document = &ctx.lesson.document;
    for problem in &document.problems {
        if let ProblemKind::FrontMatter { message } = &problem.kind {
            let message = format!("the front matter is not YAML: {}", message.trim_end_matches('.'));
            let hint = "write `name: value` lines, and put values with `:`, `#` or quotes in them into quotes";
            report.add(report.at(problem.span, message).hint(hint));
        }
    }
    for field in document.front_matter.iter().flat_map(|front| &front.fields) {
        // A field that was left empty counts as not given.
        let known = FIELDS.iter().find(|(name, _)| *name == field.name).filter(|_| field.value != Yaml::Null);
        let Some((name, wanted)) = known else { continue };
        let Some(fault) = fault(name, *wanted, &field.value) else { continue };
        let diagnostic = report.at(field.value_span, fault.message).hint(fault.hint);
        report.add(match quoted(ctx, *wanted, field) {
            Some(edit) => diagnostic.fix(Fix::new("put the value into quotes", vec![edit])),
            None => diagnostic,
        });
    }
}

struct Fault {
    message: String,
    hint: String,
}

fn fault(name: &str, wanted: Type, value: &Yaml) -> Option<Fault> {
    let is = kind(value);
    let fault = |message: String, hint: &str| Some(Fault { message, hint: hint.to_owned() });
    match (wanted, value) {
        (Type::Text, Yaml::String(_))
        | (Type::Number, Yaml::Int(_) | Yaml::Float(_))
        | (Type::Bool, Yaml::Bool(_))
        | (Type::Duration, Yaml::String(_) | Yaml::Int(_) | Yaml::Float(_)) => None,
        (Type::Texts, Yaml::List(items)) => {
            let other = items.iter().find(|item| !matches!(item, Yaml::String(_)))?;
            let hint = "put each of its values into quotes";
            fault(format!("`{name}` is a list of texts, but holds {}", kind(other)), hint)
        }
        (Type::Level, Yaml::String(level)) => {
            let lower = level.to_lowercase();
            if LEVELS.contains(&lower.as_str()) {
                return None;
            }
            let hint = match spelling::nearest(&lower, LEVELS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write `beginner`, `intermediate` or `advanced`".to_owned(),
            };
            fault(format!("`{level}` is no difficulty"), &hint)
        }
        (Type::Version, Yaml::String(version)) => {
            let number = version.trim_start_matches(['>', '=', '~', '^', ' ']).trim_end_matches('+');
            let known =
                number.starts_with('3') && number.split('.').all(|part| part.parse::<u16>().is_ok() || part == "*");
            let several = version.contains(',');
            let hint = "write a version such as \"3.12\"";
            if known || several { None } else { fault(format!("`{version}` is no Python version"), hint) }
        }
        (Type::Version, Yaml::Float(_) | Yaml::Int(_)) => {
            fault(format!("`{name}` is a number here: YAML reads 3.10 as 3.1"), "put the version into quotes")
        }
        (Type::Text, Yaml::List(_) | Yaml::Map(_)) => {
            fault(format!("`{name}` has to be text, but is {is}"), "write it as one text")
        }
        (Type::Text, _) => fault(format!("`{name}` has to be text, but is {is}"), "put the value into quotes"),
        (Type::Texts, Yaml::String(text)) => {
            let items: Vec<&str> = text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
            fault(format!("`{name}` has to be a list, but is text"), &format!("write `[{}]`", items.join(", ")))
        }
        (Type::Texts, _) => fault(format!("`{name}` has to be a list, but is {is}"), "write `[one, two]`"),
        (Type::Number, _) => {
            fault(format!("`{name}` has to be a number, but is {is}"), "write a number without quotes")
        }
        (Type::Bool, _) => fault(
            format!("`{name}` has to be `true` or `false`, but is {is}"),
            "write `true` or `false` without quotes",
        ),
        (Type::Duration, _) => {
            fault(format!("`{name}` has to be text or minutes, but is {is}"), "write a duration such as `45 minutes`")
        }
        (Type::Level, _) => {
            fault(format!("`{name}` has to be text, but is {is}"), "write `beginner`, `intermediate` or `advanced`")
        }
        (Type::Version, _) => {
            fault(format!("`{name}` has to be a version, but is {is}"), "write a version such as \"3.12\"")
        }
    }
}

fn kind(value: &Yaml) -> &'static str {
    match value {
        Yaml::Null => "nothing",
        Yaml::Bool(_) => "true or false",
        Yaml::Int(_) | Yaml::Float(_) => "a number",
        Yaml::String(_) => "text",
        Yaml::List(_) => "a list",
        Yaml::Map(_) => "a table",
    }
}

/// Quotes around a value that is nothing but a word or a number.
fn quoted(ctx: &Context<'_>, wanted: Type, field: &Field) -> Option<Edit> {
    let fits = matches!(
        (wanted, &field.value),
        (Type::Text, Yaml::Bool(_) | Yaml::Int(_) | Yaml::Float(_)) | (Type::Version, Yaml::Int(_) | Yaml::Float(_))
    );
    let raw = field.value_span.slice(ctx.source.text());
    let plain = !raw.is_empty() && raw.chars().all(|c| c.is_ascii_alphanumeric() || ".+-".contains(c));
    (fits && plain).then(|| Edit::new(field.value_span, format!("\"{raw}\"")))
}
