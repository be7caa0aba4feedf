//! What the checks know of Python packages and of programs: which are built in, what they are called, what brings what.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use etude_markdown::InlineKind;
use etude_python::Import;

use super::Context;
use crate::verdict::resolve;

/// Module names of Python 3.8 to 3.14: `sys.stdlib_module_names` of 3.11, and what went before or came since.
static STDLIB: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("stdlib.txt").lines().collect());

static DISTRIBUTIONS: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| pairs(include_str!("distributions.txt")).collect());

static TOOLS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| pairs(include_str!("tools.txt")).collect());

static BROUGHT: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let lines = include_str!("brought.txt").lines().filter_map(|line| line.split_once(':'));
    lines.map(|(name, brought)| (name, brought.split_whitespace().collect())).collect()
});

/// Identifiers in code that show a package to be used, and the package.
pub(super) static MARKS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| pairs(include_str!("marks.txt")).collect());

/// Names of modules that stand for the reader's own code.
const OWN: [&str; 12] = [
    "app",
    "config",
    "example",
    "examples",
    "helpers",
    "main",
    "models",
    "mypackage",
    "src",
    "tests",
    "utils",
    "your_app",
];

fn pairs(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '))
}

/// Whether a top-level module comes with Python.
pub fn is_stdlib(module: &str) -> bool {
    STDLIB.contains(module)
}

/// The distribution that a module is installed with, as its author writes it.
pub fn distribution(module: &str) -> Cow<'_, str> {
    let mut path = module;
    loop {
        if let Some(known) = DISTRIBUTIONS.get(path) {
            return Cow::Borrowed(known);
        }
        match path.rsplit_once('.') {
            Some((above, _)) => path = above,
            None => return Cow::Borrowed(path),
        }
    }
}

/// The distribution or program that gives a command, if it is one that has to be installed.
pub(super) fn tool(command: &str) -> Option<&'static str> {
    TOOLS.get(command).copied()
}

/// The form in which two spellings of a name are the same (PEP 503): `Foo.Bar_baz` is `foo-bar-baz`.
pub fn normalise(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for char in name.chars() {
        match char {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            _ => normal.extend(char.to_lowercase()),
        }
    }
    normal
}

/// The distribution that a requirement names: `uvicorn[standard]>=0.30; python_version > "3.8"`, `x @ https://…`, a URL.
pub fn required(requirement: &str) -> Option<&str> {
    let requirement = requirement.trim();
    if let Some((_, egg)) = requirement.split_once("#egg=") {
        return required(egg);
    }
    let is_name = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    let name = requirement.split(|char| !is_name(char)).next().unwrap_or_default();
    let rest = &requirement[name.len()..];
    if rest.starts_with(":") || rest.starts_with('+') || rest.starts_with('/') || name.starts_with('.') {
        // A wheel or an archive says its name before the version.
        let file = requirement.split(['?', '#']).next()?.rsplit('/').next()?;
        let name = file.split_once('-').map_or(file, |(name, _)| name).trim_end_matches(".git");
        return (!name.is_empty()).then_some(name);
    }
    (!name.is_empty()).then_some(name)
}

/// The names, normalised, and all that they bring along.
pub fn with_brought<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut open: Vec<String> = names.into_iter().map(normalise).collect();
    while let Some(name) = open.pop() {
        if !all.contains(&name) {
            open.extend(BROUGHT.get(name.as_str()).into_iter().flatten().map(|&brought| brought.to_owned()));
            all.insert(name);
        }
    }
    all
}

/// The imports of a lesson that need something installed: by distribution, normalised, the first of each with the
/// index of its snippet. Imports that the code copes without are left out.
pub(super) fn third_party<'a>(ctx: &'a Context<'_>) -> BTreeMap<String, (usize, &'a Import)> {
    let mut found = BTreeMap::new();
    let mut local = None;
    for snippet in &ctx.lesson.snippets {
        let Some(module) = snippet.python.as_ref().filter(|_| !snippet.norun()) else { continue };
        // What stands behind a syntax error may be no import at all.
        let broken = module.errors.iter().find(|error| !error.compiler).map_or(u32::MAX, |error| error.span.start);
        for import in module.imports.iter().filter(|import| import.span.end <= broken) {
            let top = import.module.split('.').next().unwrap_or_default();
            if import.level > 0 || import.optional || import.type_checking || top.is_empty() || is_stdlib(top) {
                continue;
            }
            let local = local.get_or_insert_with(|| Local::of(ctx));
            if !local.has(ctx, top) {
                let name = normalise(&distribution(&import.module));
                found.entry(name).or_insert((snippet.index, import));
            }
        }
    }
    found
}

/// Modules that the lesson itself brings: files it shows or names.
struct Local<'a> {
    names: HashSet<&'a str>,
}

impl<'a> Local<'a> {
    fn of(ctx: &'a Context<'_>) -> Self {
        let titles = ctx.lesson.snippets.iter().filter_map(|snippet| snippet.title.as_ref());
        let code =
            ctx.lesson.document.blocks.iter().flat_map(|block| &block.inlines).filter_map(|inline| {
                match &inline.kind {
                    InlineKind::Code(code) => code.split_whitespace().find(|word| word.ends_with(".py")),
                    _ => None,
                }
            });
        let files = titles.map(|title| title.name.as_str()).chain(code);
        Self { names: OWN.into_iter().chain(files.flat_map(modules)).collect() }
    }

    fn has(&self, ctx: &Context<'_>, module: &str) -> bool {
        let beside = |path: String| resolve(&ctx.lesson.path, &path).is_some_and(|path| (ctx.around.exists)(&path));
        let stands_for_own = ["my", "your", "example_"].iter().any(|prefix| module.starts_with(prefix));
        let file = format!("{module}.py");
        self.names.contains(module)
            || stands_for_own && !TOOLS.contains_key(module) && !module.starts_with("mysql")
            || ctx.source.text().contains(&file) && module != "discord"
            || beside(file)
            || beside(module.to_owned())
    }
}

/// `src/app/main.py` can be imported as `src`, `app` or `main`, whatever folder it is started from.
fn modules(path: &str) -> impl Iterator<Item = &str> {
    let stem = path.strip_suffix(".py");
    stem.into_iter().flat_map(|stem| stem.split('/')).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_name_a_distribution() {
        let check = |requirement, expected: Option<&str>| assert_eq!(required(requirement), expected, "{requirement}");
        check("httpx", Some("httpx"));
        check("uvicorn[standard] >= 0.30, < 1 ; python_version > '3.8'", Some("uvicorn"));
        check("ruamel.yaml==0.18", Some("ruamel.yaml"));
        check("demo @ https://example.org/demo.zip", Some("demo"));
        check("git+https://example.org/team/demo.git#egg=demo-kit", Some("demo-kit"));
        check("git+https://example.org/team/demo.git", Some("demo"));
        check("https://example.org/demo_kit-1.0-py3-none-any.whl", Some("demo_kit"));
        check("", None);
    }

    #[test]
    fn modules_belong_to_distributions() {
        let check = |module, expected: &str| assert_eq!(distribution(module), expected, "{module}");
        check("yaml", "PyYAML");
        check("httpx", "httpx");
        check("google.cloud.storage.blob", "google-cloud-storage");
        check("PIL.Image", "Pillow");
    }

    #[test]
    fn spellings_of_a_name() {
        let check = |name, expected: &str| assert_eq!(normalise(name), expected);
        check("Foo.Bar__baz", "foo-bar-baz");
        check("PyYAML", "pyyaml");
    }

    #[test]
    fn what_is_brought_along_counts() {
        let all = with_brought(["FastAPI"]);
        assert!(["fastapi", "starlette", "pydantic", "anyio"].iter().all(|&name| all.contains(name)), "{all:?}");
    }
}
