use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;

use etude_markdown::{BlockKind, Yaml};
use etude_text::{Severity, Span};
use regex::Regex;

use super::{Check, Context, Report, packages};
use crate::snippet::{Lang, Snippet, SnippetKind};

pub(super) static CHECK: Check = Check {
    code: "unstated-prerequisite",
    severity: Severity::Note,
    summary: "Packages and programs that a lesson uses and nowhere asks for",
    documentation: r#"
Finds the packages that the Python code of a lesson imports and the programs that its shell snippets call, if nothing
in the lesson says that the reader needs them and its course has no list of `packages`. What every shell has (`curl`,
`git`, `cat` …) and what a stated package brings along is not named.

A learner meets the missing program in the middle of an exercise, as an error message that has nothing to do with it.

Wrong:

````markdown
# Reading an API

```bash
curl -s http://127.0.0.1:8000/items | jq .
```
````

Right:

````markdown
# Reading an API

## Prerequisites

- jq

```bash
curl -s http://127.0.0.1:8000/items | jq .
```
````

Say it under "Prerequisites", "Requirements", "Setup" or "Installation", show the command that installs it
(`pip install httpx`), or give the course a `course.toml` with `packages` and `tools`.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    if ctx.course.config.packages.is_some() {
        return;
    }
    let mut used = used(ctx);
    if used.is_empty() {
        return;
    }
    let stated = stated(ctx);
    used.retain(|name, _| !stated.contains(name));
    // What the others bring along need not be asked for.
    for name in used.keys().cloned().collect::<Vec<_>>() {
        // `pytest-asyncio` brings `pytest`, but whoever runs `pytest` thinks of that first.
        let plugin = |other: &str| other.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('-'));
        let others = used.keys().map(String::as_str).filter(|&other| other != name && !plugin(other));
        if packages::with_brought(others).contains(&name) {
            used.remove(&name);
        }
    }
    let mut used: Vec<Use> = used.into_values().collect();
    used.sort_by_key(|it| it.at.start);
    let Some(first) = used.first() else { return };
    let names: Vec<String> = used.iter().map(|it| format!("`{}`", it.name)).collect();
    let names = match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    };
    let message = format!("uses {names}, which the lesson nowhere asks for");
    let hint = "name what must be installed under a heading such as \"Prerequisites\", or show how to install it";
    report.add(report.at(first.at, message).hint(hint));
}

struct Use {
    /// As its author writes it.
    name: String,
    at: Span,
}

/// What has to be installed for the snippets, by normalised name, with the first use of each.
fn used(ctx: &Context<'_>) -> BTreeMap<String, Use> {
    let mut used: BTreeMap<String, Use> = BTreeMap::new();
    let mut add = |name: &str, at: Span| {
        let entry = used.entry(packages::normalise(name)).or_insert_with(|| Use { name: name.to_owned(), at });
        if at.start < entry.at.start {
            entry.at = at;
        }
    };
    for (snippet, import) in packages::third_party(ctx).into_values() {
        let span = ctx.lesson.snippets[snippet].source_span(import.module_span);
        add(&packages::distribution(&import.module), span);
    }
    for snippet in &ctx.lesson.snippets {
        if snippet.lang == Lang::Shell && !snippet.norun() {
            for (command, at) in commands(snippet) {
                if let Some(tool) = packages::tool(command) {
                    add(tool, snippet.source_span(at));
                }
            }
        }
        let described = snippet.python.is_some() || matches!(snippet.kind, SnippetKind::Output | SnippetKind::Other);
        if described
            && !matches!(snippet.kind, SnippetKind::Placeholder)
            && matches!(snippet.lang, Lang::Python | Lang::None | Lang::Text)
        {
            for &(mark, package) in packages::MARKS.iter() {
                if let Some(at) = snippet.code.find(mark) {
                    add(package, snippet.source_span(Span::at(at..at + mark.len())));
                }
            }
        }
    }
    used
}

/// The commands that a shell snippet calls, with their places.
fn commands(snippet: &Snippet) -> Vec<(&str, Span)> {
    let code = snippet.code.as_str();
    let session = code.lines().any(|line| line.trim_start().starts_with("$ "));
    let mut found = Vec::new();
    let mut continued = false;
    for line in code.lines() {
        let follows = std::mem::replace(&mut continued, line.ends_with('\\'));
        let prompted = line.trim_start().strip_prefix("$ ");
        if line.trim_start().starts_with('#') || session && prompted.is_none() && !follows {
            continue;
        }
        let parts = prompted.unwrap_or(line).split(['|', '&', ';', '(', '{', '`']);
        // Behind a `\` come further arguments of the command above.
        for part in parts.skip(usize::from(follows)) {
            found.extend(command(part).map(|name| {
                let at = name.as_ptr() as usize - code.as_ptr() as usize;
                (name, Span::at(at..at + name.len()))
            }));
        }
    }
    found
}

/// `uvicorn` of `sudo PORT=80 uvicorn main:app`, `pytest` of `python -m pytest` and of `uv run pytest`.
fn command(part: &str) -> Option<&str> {
    const BEFORE: [&str; 12] =
        ["sudo", "time", "env", "exec", "nohup", "do", "then", "else", "if", "while", "xargs", "!"];
    let mut words = part.split_whitespace().map(|word| word.trim_matches(['"', '\'', ')'])).peekable();
    let first = words.find(|word| !BEFORE.contains(word) && !word.contains('='))?;
    let module = first.starts_with("python") || first == "py";
    let runner = matches!(first, "uv" | "poetry" | "pdm" | "pipenv" | "hatch") && words.peek() == Some(&"run");
    match () {
        () if module => words.skip_while(|&word| word != "-m").nth(1).or(Some(first)),
        () if runner => words.skip(1).find(|word| !word.starts_with('-')),
        () => Some(first),
    }
}

/// Headings of sections that say what to install. "Imports and setup" is about code.
static PREPARES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[^a-z]*(?:[a-z]+ )?(?:prerequisites?|requirements?|set[ -]?up|setting up|install(?:ation|ing)?|getting started|quick ?start|what you(?:(?:'|’)ll)? need|what you will need|you will need|before you (?:begin|start)|environment|dependencies|tools (?:needed|you need|used))(?-u:\b)",
    )
    .expect("a valid expression")
});

/// Wording that asks for what it names, or for the list below it.
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?-u:\b)(?:install(?:s|ed|ing|ation)?|requires?|required|requirements?|prerequisites?|depends? on|dependency|dependencies|(?:make|be) sure (?:that )?you have|need(?:\s*:|\s+to have(?-u:\b)|\s+(?:an?|the|some|both|only|also|at least|python)(?-u:\b)|\s+[`*\[]))",
    )
    .expect("a valid expression")
});

static INSTALLS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:pip3?|pipx|pipenv|conda|mamba|brew|apt|apt-get|dnf|yum|choco|winget|scoop|npm|snap|port|tool|tlmgr)\s+(?:-\S+\s+)*(?:install|i)(?-u:\b)|(?-u:\b)(?:uv|poetry|pdm|pixi|rye|hatch|apk|cargo|npm|yarn|pnpm) add(?-u:\b)|(?-u:\b)(?:uvx|npx)\s|(?-u:\b)pacman -S|--with(?-u:\b)|(?-u:\b)cargo install(?-u:\b)|(?-u:\b)docker (?:run|pull)(?-u:\b)")
        .expect("a valid expression")
});

/// The words with which the lesson asks for something, normalised as names of packages are.
fn stated(ctx: &Context<'_>) -> BTreeSet<String> {
    let text = ctx.source.text();
    let document = &ctx.lesson.document;
    let mut names = HashSet::new();
    for tool in &ctx.course.config.tools {
        names.insert(packages::normalise(tool));
    }
    for field in document.front_matter.iter().flat_map(|front| &front.fields) {
        if !matches!(field.value, Yaml::Null | Yaml::Bool(_) | Yaml::Int(_) | Yaml::Float(_))
            && field.name != "title"
            && field.name != "tags"
        {
            collect(field.value_span.slice(text), &mut names);
        }
    }
    for section in ctx.lesson.sections.iter().filter(|section| PREPARES.is_match(&section.title)) {
        collect(section.span.slice(text), &mut names);
    }
    let mut list_below = false;
    for block in &document.blocks {
        let raw = || block.span.slice(text);
        let follows = std::mem::take(&mut list_below);
        match block.kind {
            BlockKind::List { .. } if follows => collect(raw(), &mut names),
            BlockKind::Paragraph | BlockKind::TableCell if ASKS.is_match(raw()) || INSTALLS.is_match(raw()) => {
                collect(raw(), &mut names);
                list_below = raw().trim_end_matches('*').ends_with(':');
            }
            _ => {}
        }
    }
    for snippet in &ctx.lesson.snippets {
        let title = snippet.title.as_ref().map_or("", |title| title.name.as_str());
        let manifest =
            ["requirements", "pyproject", "Pipfile", "environment.y", "setup."].iter().any(|name| title.contains(name));
        if manifest
            || snippet.info.lang == "toml" && snippet.code.contains("dependencies")
            || snippet.code.contains("# /// script")
        {
            collect(&snippet.code, &mut names);
        } else if matches!(snippet.lang, Lang::Shell | Lang::PowerShell | Lang::None | Lang::Text | Lang::Python)
            && INSTALLS.is_match(&snippet.code)
        {
            for line in snippet.code.lines().filter(|line| INSTALLS.is_match(line)) {
                collect(line, &mut names);
            }
        }
    }
    packages::with_brought(names.iter().map(String::as_str))
}

fn collect(text: &str, names: &mut HashSet<String>) {
    let words = text.split(|char: char| !char.is_ascii_alphanumeric() && !"-_.".contains(char));
    names.extend(words.map(|word| packages::normalise(word.trim_matches(['.', '-', '_']))));
}
