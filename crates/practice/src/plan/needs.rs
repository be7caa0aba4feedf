//! What a snippet asks of the world that a run does not have: packages nobody listed, the internet, a person.

use etude_course::Snippet;
use etude_course::checks::packages;
use etude_python::Module;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::context::Lender;
use super::{Why, files};
use crate::stand_ins;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?P<scheme>https?|wss?)://(?P<url>[A-Za-z0-9.\[\]:-]+)(?P<path>/[A-Za-z0-9._/-]*)?|open_connection\(\s*["'](?P<host>[^"']+)["']"#)
        .expect("a valid expression")
});

static ASKS_A_PERSON: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?-u:\b)(input|breakpoint|getpass|pdb\.set_trace)\(").expect("a valid expression"));

/// Modules through which a program reaches other machines.
const CLIENTS: [&str; 10] =
    ["aiohttp", "asyncio", "ftplib", "http", "httpx", "requests", "smtplib", "socket", "urllib", "websockets"];
const WINDOWS: [&str; 4] = ["curses", "pygame", "tkinter", "turtle"];

/// Why a piece of Python cannot be run here, whatever names it is given.
pub(super) fn obstacle(lender: &Lender<'_>, snippet: &Snippet, module: &Module) -> Option<Why> {
    if let Some(why) = missing_package(lender, module, snippet.index) {
        return Some(why);
    }
    if let Some(import) = module.imports.iter().find(|import| is_lost(lender, snippet, import)) {
        let dots = ".".repeat(import.level as usize);
        let reason = format!("it imports `{dots}{}`, and no file of the lesson is that", import.module);
        return Some(Why::hinted(reason, "show it in a fence with its file name, or keep it beside the lesson"));
    }
    let tops = || module.imports.iter().map(|import| import.module.split('.').next().unwrap_or_default());
    if let Some(window) = tops().find(|top| WINDOWS.contains(top)) {
        return Some(Why::undecided(format!("`{window}` needs a screen, which a run does not have")));
    }
    // What only defines asks for nothing yet.
    if !module.usage.acts && !module.names.top_level_await {
        return None;
    }
    let code = uncommented(&snippet.code, module);
    let asked = ASKS_A_PERSON.captures(&code).filter(|found| !(lender.setting.has_input && &found[1] == "input"));
    if let Some(found) = asked {
        return Some(Why::undecided(format!("`{}` waits for somebody at the keyboard", &found[1])));
    }
    let connects = tops().any(|top| CLIENTS.contains(&top))
        || module.names.needs.keys().any(|name| CLIENTS.contains(&name.as_str()));
    if connects { unanswered(lender, &code) } else { None }
}

/// Who is asked outside, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outside {
    pub(super) host: String,
    path: String,
    /// Over HTTP or HTTPS, on the port that is usual for it.
    plain: bool,
}

/// What a text asks of hosts that are not the machine itself.
pub(super) fn outside(text: &str) -> Vec<Outside> {
    let asked = |found: regex::Captures<'_>| {
        let whole = found.name("url").or(found.name("host"))?.as_str();
        let (host, port) = whole.split_once(':').filter(|_| !whole.starts_with('[')).unwrap_or((whole, ""));
        let plain = found.name("scheme").is_none_or(|scheme| scheme.as_str().starts_with("http"));
        let plain = plain && matches!(port, "" | "80" | "443");
        let path = found.name("path").map_or("/", |path| path.as_str()).to_owned();
        (!is_own(host)).then(|| Outside { host: host.to_lowercase(), path, plain })
    };
    ADDRESS.captures_iter(text).filter_map(asked).collect()
}

/// Why a text cannot be run, if it asks somebody outside for whom nobody stands in.
pub(super) fn unanswered(lender: &Lender<'_>, text: &str) -> Option<Why> {
    let asked = outside(text);
    let open = asked.iter().find(|it| !(it.plain && lender.hosts.has(&it.host)))?;
    let reason = format!("it asks `{}`, and a run has no internet", open.host);
    if open.plain {
        Some(Why::hinted(reason, stand_ins::hint(&open.host, "GET", &open.path)))
    } else {
        Some(Why::undecided(format!("{reason}; stand-ins answer over HTTP and HTTPS only, on ports 80 and 443")))
    }
}

/// The machine itself, and the names that test clients give to no machine at all.
pub(super) fn is_own(host: &str) -> bool {
    host.is_empty()
        || host.starts_with("127.")
        || host.starts_with("[::1]")
        || matches!(host, "localhost" | "0.0.0.0" | "test" | "testserver")
}

/// The first package that nobody listed.
pub(super) fn missing_package(lender: &Lender<'_>, module: &Module, before: usize) -> Option<Why> {
    for import in &module.imports {
        let top = import.module.split('.').next().unwrap_or_default();
        let own = import.level > 0 || import.optional || import.type_checking || top.is_empty();
        if own || packages::is_stdlib(top) || is_file(lender, top, before) {
            continue;
        }
        let distribution = packages::distribution(&import.module);
        if !lender.listed.contains(&packages::normalise(&distribution)) {
            return Some(unlisted(&distribution));
        }
    }
    None
}

pub(super) fn unlisted(package: &str) -> Why {
    Why::hinted(
        format!("it needs `{package}`, which is not among the packages of the course"),
        format!("list it in `course.toml`, or add `--with {package}`"),
    )
}

/// The packages a course lists, and what they bring along.
pub(super) fn listed(packages: Option<&[String]>) -> BTreeSet<String> {
    packages::with_brought(packages.into_iter().flatten().filter_map(|package| packages::required(package)))
}

/// Whether the lesson itself has a module of this name, shown before or lying beside it.
fn is_file(lender: &Lender<'_>, module: &str, before: usize) -> bool {
    let shown = lender.lesson.snippets[..before].iter().filter_map(files::file_name);
    let beside = lender.setting.beside.iter().map(|file| file.path.as_str());
    shown.chain(beside).any(|path| path.split('/').next().is_some_and(|first| first.trim_end_matches(".py") == module))
}

/// Whether a relative import leads to a file that is nowhere. Without a module, it takes names as well as files.
fn is_lost(lender: &Lender<'_>, snippet: &Snippet, import: &etude_python::Import) -> bool {
    if import.level != 1 || import.module.is_empty() || import.optional || import.type_checking {
        return false;
    }
    let folder = files::file_name(snippet).and_then(|name| name.rsplit_once('/')).map_or("", |(folder, _)| folder);
    let module = import.module.replace('.', "/");
    let stem = if folder.is_empty() { module } else { format!("{folder}/{module}") };
    let shown = lender.lesson.snippets[..snippet.index].iter().filter_map(files::file_name);
    let mut all = shown.chain(lender.setting.beside.iter().map(|file| file.path.as_str()));
    !all.any(|path| path.strip_suffix(".py").is_some_and(|path| path == stem || path == format!("{stem}/__init__")))
}

/// The code with its comments blanked out.
pub(super) fn uncommented(code: &str, module: &Module) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut at = 0;
    for comment in &module.comments {
        // A console's module is parsed from its statements alone, so its places are not those of the code.
        let range = comment.range();
        if range.start < at || !code.is_char_boundary(range.start) || !code.is_char_boundary(range.end.min(code.len()))
        {
            continue;
        }
        kept.push_str(&code[at..range.start]);
        at = range.end.min(code.len());
    }
    kept.push_str(&code[at.min(code.len())..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_outside() {
        let check = |text, expected: &[(&str, &str, bool)]| {
            let found = outside(text);
            let found: Vec<_> = found.iter().map(|it| (it.host.as_str(), it.path.as_str(), it.plain)).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("get('https://Tea.example/leaves/{n}?x')", &[("tea.example", "/leaves/", true)]);
        check("get('http://localhost:8000/x')", &[]);
        check("get('http://127.0.0.1/x'); get('http://pot.example:80')", &[("pot.example", "/", true)]);
        check("open_connection('pot.example', 80)", &[("pot.example", "/", true)]);
        check("f'http://{host}/x'", &[]);
        check("f'https://tea.example/{n}'", &[("tea.example", "/", true)]);
        check("http://[::1]:80/", &[]);
        check(
            "wss://tea.example/live http://tea.example:81/",
            &[("tea.example", "/live", false), ("tea.example", "/", false)],
        );
    }
}
