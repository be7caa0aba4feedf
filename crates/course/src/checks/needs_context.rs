use std::collections::{HashMap, HashSet};

use etude_markdown::{BlockId, BlockKind, InlineKind};
use etude_python::Module;
use etude_text::{Severity, Span};

use super::{Check, Context, Report, packages, python_syntax};
use crate::section::SectionId;
use crate::snippet::{Pair, Snippet, SnippetKind, TitleSource};

pub(super) static CHECK: Check = Check {
    code: "needs-context",
    severity: Severity::Note,
    summary: "Python code that cannot run alone and does not say with what",
    documentation: r#"
Finds Python snippets that take names from nowhere, use `await` outside a function, or start a task where no event
loop runs.

What counts as given: what the snippet imports and defines, what any snippet before it imports, what snippets before
it in the same section, in the sections around it or in the same session define, and for parts of a server or of its
tests whatever the lesson has shown before. A snippet in a list item gives its names to that item only. A name that is
missing again and again is reported once.

A learner who types the snippet gets a `NameError`, and Étude cannot run it either.

Wrong:

````markdown
```python
job = asyncio.create_task(fetch("a"))
print(await job)
```
````

Right:

````markdown
```python fragment
job = asyncio.create_task(fetch("a"))
print(await job)
```
````

Mark a part that is only to be read as `fragment`. To run it behind another snippet, write `continues`, or the same
`session=name` on both. Otherwise import or define what is missing.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    // Each name is missed once: the snippets behind will lack the same.
    let mut told = HashSet::new();
    let mut before = Before::default();
    let mut includes = None;
    for (index, snippet) in ctx.lesson.snippets.iter().enumerate() {
        if let Some(last) = index.checked_sub(1) {
            before.add(&ctx.lesson.snippets[last]);
        }
        let Some(module) = snippet.python.as_ref().filter(|_| is_for_running(snippet)) else { continue };
        let mut lack = Lack::of(ctx, &before, snippet, module);
        // What the lesson takes from files when it is published may bring any name.
        if !lack.names.is_empty() && *includes.get_or_insert_with(|| python_syntax::includes_file(ctx.source.text())) {
            lack.names.clear();
        }
        let fresh = lack.names.iter().filter(|missing| told.insert(missing.name)).count();
        if let Some(at) = lack.first()
            && (fresh > 0 || lack.function.is_some() || lack.event_loop.is_some())
        {
            let message = format!("cannot run alone: it needs {}", lack.list());
            report.add(report.at(snippet.source_span(at), message).hint(lack.hint(ctx)));
        }
    }
}

fn is_for_running(snippet: &Snippet) -> bool {
    let broken = snippet.python.as_ref().is_some_and(|module| module.errors.iter().any(|error| !error.compiler));
    let excused = snippet.flag("fragment") || snippet.norun() || snippet.attribute("raises").is_some();
    // A "before" repeats a piece of something known.
    let repeats = matches!(snippet.pair, Some(Pair::Before(_)));
    !broken && !excused && !repeats && snippet.kind != SnippetKind::Placeholder
}

struct Missing<'a> {
    name: &'a str,
    at: Span,
    /// The snippet before that defines it, for others than this one.
    elsewhere: Option<usize>,
}

struct Lack<'a> {
    names: Vec<Missing<'a>>,
    /// The statement that needs a function around it, and where it stands.
    function: Option<(&'static str, Span)>,
    /// Where a task is started outside any function.
    event_loop: Option<Span>,
    /// The snippet is a file from its first line on.
    whole: bool,
}

impl<'a> Lack<'a> {
    fn of(ctx: &'a Context<'_>, before: &Before<'_>, snippet: &'a Snippet, module: &'a Module) -> Self {
        let cell = snippet.session.as_deref() == Some("cells");
        let whole = is_whole_file(snippet, module);
        let mut lack = Lack { names: Vec::new(), function: None, event_loop: None, whole };
        if !module.names.star_import && !module.names.needs.is_empty() {
            let described = described(ctx, snippet);
            for (name, &at) in &module.names.needs {
                let ambient = matches!(name.as_str(), "_" | "__file__" | "reveal_type" | "display" | "get_ipython");
                if ambient || described.contains(name.as_str()) {
                    continue;
                }
                match origin(ctx, before, snippet, whole, name) {
                    Origin::Given => {}
                    Origin::Elsewhere(index) => lack.names.push(Missing { name, at, elsewhere: Some(index) }),
                    Origin::Nowhere => lack.names.push(Missing { name, at, elsewhere: None }),
                }
            }
            lack.names.sort_by_key(|missing| missing.at.start);
        }
        if cell {
            return lack;
        }
        if module.names.top_level_await {
            let at = ["await ", "async with ", "async for "].iter().filter_map(|word| outside(snippet, module, word));
            lack.function = at.min_by_key(|span| span.start).map(|span| (word_of(snippet, span), span));
        } else if module.names.top_level_return {
            let at = ["return", "yield"].iter().filter_map(|word| outside(snippet, module, word));
            lack.function = at.min_by_key(|span| span.start).map(|span| (word_of(snippet, span), span));
        } else {
            lack.event_loop =
                outside(snippet, module, "asyncio.create_task(").map(|at| Span::new(at.start, at.end - 1));
        }
        lack
    }

    fn first(&self) -> Option<Span> {
        let names = self.names.first().map(|missing| missing.at);
        let places = [names, self.function.map(|(_, at)| at), self.event_loop];
        places.into_iter().flatten().min_by_key(|span| span.start)
    }

    /// "`a`, `b` and a function around `await`".
    fn list(&self) -> String {
        const SHOWN: usize = 5;
        let mut parts: Vec<String> =
            self.names.iter().take(SHOWN).map(|missing| format!("`{}`", missing.name)).collect();
        if self.names.len() > SHOWN {
            parts.push(format!("{} more names", self.names.len() - SHOWN));
        }
        parts.extend(self.function.map(|(word, _)| format!("a function around `{word}`")));
        parts.extend(self.event_loop.map(|_| "a running event loop".to_owned()));
        match parts.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => parts.concat(),
        }
    }

    fn hint(&self, ctx: &Context<'_>) -> String {
        let line = |index: usize| ctx.source.line(ctx.lesson.snippets[index].span.start);
        let only_names = self.function.is_none() && self.event_loop.is_none();
        let elsewhere = self.names.iter().map(|missing| missing.elsewhere);
        match elsewhere.collect::<Option<Vec<_>>>().and_then(|places| places.into_iter().max()) {
            Some(index) if only_names && self.whole => {
                let line = line(index);
                return format!(
                    "a file brings its own imports: add those of line {line}, or mark it `fragment` if it is a part"
                );
            }
            Some(index) if only_names => {
                let line = line(index);
                return format!(
                    "give it the same `session=name` as the snippet on line {line}, or mark it `fragment` if it is only to be read"
                );
            }
            _ => {}
        }
        let names: Vec<&str> = self.names.iter().map(|missing| missing.name).collect();
        if only_names && names.iter().all(|name| packages::is_stdlib(name)) {
            return format!("add `import {}`", names.join(", "));
        }
        if only_names {
            return "show or import it before, or mark this `fragment` if it is only to be read".to_owned();
        }
        "mark it `fragment` if it is only to be read, or make it a whole program".to_owned()
    }
}

enum Origin {
    Given,
    /// A snippet before has it, but this one does not follow on from it.
    Elsewhere(usize),
    Nowhere,
}

fn origin(ctx: &Context<'_>, before: &Before<'_>, snippet: &Snippet, whole: bool, name: &str) -> Origin {
    let part = matches!(snippet.kind, SnippetKind::Server | SnippetKind::Test);
    let mut elsewhere = None;
    for &(index, imported) in before.provided.get(name).into_iter().flatten().rev() {
        let other = &ctx.lesson.snippets[index];
        let same_file = match (&snippet.title, &other.title) {
            (Some(one), Some(two)) => one.name == two.name,
            _ => false,
        };
        let session = snippet.session.is_some() && snippet.session == other.session;
        // A whole file brings its own imports, wherever else they have been shown.
        let lent = !(whole && imported) && (imported || part || session || follows(ctx, snippet, other));
        if same_file || lent {
            return Origin::Given;
        }
        elsewhere = elsewhere.or(Some(index));
    }
    if !whole && before.sessions.iter().any(|session| session_binds(session, name)) {
        return Origin::Given;
    }
    elsewhere.map_or(Origin::Nowhere, Origin::Elsewhere)
}

/// What the snippets before one have shown.
#[derive(Default)]
struct Before<'a> {
    /// The snippets that bind a name at module level, and whether by importing it.
    provided: HashMap<&'a str, Vec<(usize, bool)>>,
    /// `>>>` sessions.
    sessions: Vec<&'a str>,
}

impl<'a> Before<'a> {
    fn add(&mut self, snippet: &'a Snippet) {
        let Some(module) = &snippet.python else {
            if snippet.kind == SnippetKind::Console {
                self.sessions.push(&snippet.code);
            }
            return;
        };
        for name in &module.names.provides {
            let imported = is_imported(snippet, module, name);
            self.provided.entry(name).or_default().push((snippet.index, imported));
        }
    }
}

/// A file from its first line on: it is named on the fence or in a comment, begins with imports and makes the application.
fn is_whole_file(snippet: &Snippet, module: &Module) -> bool {
    let named = snippet.title.as_ref().is_some_and(|title| title.source != TitleSource::Prose);
    named && module.imports.iter().any(|import| import.top_level) && !module.usage.applications.is_empty()
}

fn is_imported(snippet: &Snippet, module: &Module, name: &str) -> bool {
    module.imports.iter().filter(|import| import.top_level).any(|import| {
        let statement = import.span.slice(&snippet.code);
        statement.split(|char: char| !char.is_alphanumeric() && char != '_').any(|word| word == name)
    })
}

/// Whether a `>>>` session imports, assigns or defines a name.
fn session_binds(session: &str, name: &str) -> bool {
    session.contains(name)
        && session.lines().filter_map(|line| line.trim_start().strip_prefix(">>> ")).any(|line| {
            let mut words =
                line.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| !word.is_empty());
            let first = words.next().unwrap_or_default();
            let binds = matches!(first, "import" | "from" | "def" | "class" | "async" | "with" | "for");
            let assigns = first == name && line[name.len()..].trim_start().starts_with('=');
            assigns || binds && words.any(|word| word == name)
        })
}

/// Whether a reader has `other` in mind at `snippet`: it stands in the same section or directly in one around it, and
/// in no list item that `snippet` does not stand in.
fn follows(ctx: &Context<'_>, snippet: &Snippet, other: &Snippet) -> bool {
    let document = &ctx.lesson.document;
    let around = chain(ctx, snippet.section).any(|section| section == other.section);
    let items = document.ancestors(other.block).filter(|(_, block)| matches!(block.kind, BlockKind::Item(_)));
    around && items.map(|(item, _)| item).all(|item| document.ancestors(snippet.block).any(|(id, _)| id == item))
}

/// A section and those around it.
fn chain<'a>(ctx: &'a Context<'_>, section: SectionId) -> impl Iterator<Item = SectionId> + 'a {
    std::iter::successors(Some(section), |id| ctx.lesson.sections[id.0 as usize].parent)
}

/// For a test: the names that the prose of its section gives in code. The learner is to write those.
fn described<'a>(ctx: &'a Context<'_>, snippet: &Snippet) -> HashSet<&'a str> {
    let mut names = HashSet::new();
    if snippet.kind != SnippetKind::Test {
        return names;
    }
    let document = &ctx.lesson.document;
    for section in chain(ctx, snippet.section) {
        let own = ctx.lesson.sections[section.0 as usize].own;
        let first = document.blocks.partition_point(|block| block.span.start < own.start);
        let blocks = (first as u32..document.blocks.len() as u32).map(|index| document.block(BlockId(index)));
        for block in blocks.take_while(|block| block.span.start < own.end) {
            for inline in &block.inlines {
                if let InlineKind::Code(code) = &inline.kind {
                    names.extend(code.split(|char: char| !char.is_alphanumeric() && char != '_'));
                }
            }
        }
    }
    names
}

/// Where `word` first stands outside all functions, classes and comments.
fn outside(snippet: &Snippet, module: &Module, word: &str) -> Option<Span> {
    let starts = snippet.code.match_indices(word).map(|(at, _)| Span::at(at..at + word.trim_end().len()));
    starts.into_iter().find(|span| {
        let before = snippet.code[..span.start as usize].chars().next_back();
        let inside = |other: &Span| other.contains(*span);
        !before.is_some_and(|char| char.is_alphanumeric() || char == '_' || char == '.')
            && !module.symbols.iter().any(|symbol| inside(&symbol.span))
            && !module.comments.iter().any(inside)
    })
}

fn word_of(snippet: &Snippet, span: Span) -> &'static str {
    match span.slice(&snippet.code) {
        "return" => "return",
        "yield" => "yield",
        "async with" => "async with",
        "async for" => "async for",
        _ => "await",
    }
}
