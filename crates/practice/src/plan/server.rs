//! Which snippets make the server that a command or a program asks.

use etude_course::SnippetKind;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::code::Code;
use super::context::Lender;
use super::shell::{self, Ask};
use super::{App, Server, Why};

/// What somebody else's tutorial takes for granted.
const USUAL_PORT: u16 = 8000;

static SERVES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"serve_forever\(|uvicorn\.run\(|web\.run_app\(|(?-u:\b)app\.run\(|(?:asyncio|trio|anyio)\.serve\(")
        .expect("a valid expression")
});

static CONNECTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"open_connection\(\s*["'](?:localhost|127\.0\.0\.1)["']\s*,\s*(?:port\s*=\s*)?([0-9]{1,5})"#)
        .expect("a valid expression")
});

/// Whether running a snippet does not end, because it waits for others to connect.
pub(super) fn serves_by_itself(lender: &Lender<'_>, index: usize) -> bool {
    let snippet = lender.snippet(index);
    lender.module(index).is_some_and(|module| module.usage.acts) && SERVES.is_match(&snippet.code)
}

/// What a program asks on its own machine, if it starts no server itself.
pub(super) fn asked_by_program(lender: &Lender<'_>, index: usize) -> Vec<Ask> {
    let code = &lender.snippet(index).code;
    let acts = lender.module(index).is_some_and(|module| module.usage.acts || module.names.top_level_await);
    if !acts || SERVES.is_match(code) || code.contains("start_server(") || code.contains("ASGITransport") {
        return Vec::new();
    }
    let mut asks = shell::asks(code);
    asks.retain(|_| code.contains("http://"));
    let connects = CONNECTS.captures_iter(code);
    asks.extend(connects.map(|found| Ask { method: String::new(), port: found[1].parse().ok(), path: String::new() }));
    asks
}

/// The snippets that answer all that a snippet asks.
pub(super) fn answering(lender: &Lender<'_>, index: usize, asks: &[Ask]) -> Result<(BTreeSet<usize>, u16), Why> {
    let mut parts = BTreeSet::new();
    let mut unanswered = None;
    for ask in asks {
        match answer(lender, index, ask) {
            Some(part) => {
                // The router alone answers nothing.
                parts.extend(including(lender, index, part).into_iter().map(|(includer, ..)| includer));
                parts.insert(part);
            }
            None => unanswered = Some(ask),
        }
    }
    let session = lender.snippet(index).session.as_ref();
    let mates = (0..index).filter(|&other| {
        let other = lender.snippet(other);
        other.kind == SnippetKind::Server && session.is_some() && other.session.as_ref() == session
    });
    if unanswered.is_some() {
        // The server is there; what it says to this is what is to be found out.
        parts.extend(mates);
    }
    let port = asks.iter().find_map(|ask| ask.port).unwrap_or(USUAL_PORT);
    match unanswered {
        Some(ask) if parts.is_empty() => {
            let place = format!("127.0.0.1:{}{}", ask.port.unwrap_or(port), ask.path);
            let hint = "show the server in a fence before, or give both the same `session=name`";
            Err(Why::hinted(format!("it asks `{place}`, and no snippet before serves that"), hint))
        }
        _ => Ok((parts, port)),
    }
}

/// The nearest snippet before that has a route for it, or is a server on that port.
fn answer(lender: &Lender<'_>, index: usize, ask: &Ask) -> Option<usize> {
    let by_route = (0..index).rev().find(|&other| {
        lender.snippet(other).kind == SnippetKind::Server
            && lender.module(other).is_some_and(|module| {
                module.usage.routes.iter().any(|route| {
                    let method = route.method.eq_ignore_ascii_case(&ask.method)
                        || matches!(route.method.as_str(), "route" | "api_route");
                    method
                        && route.path.as_deref().is_some_and(|pattern| {
                            let mounted =
                                including(lender, index, other).into_iter().filter(|(_, it, _)| *it == route.target);
                            let mut mounted = mounted.map(|(.., prefix)| format!("{prefix}{pattern}")).peekable();
                            match mounted.peek() {
                                None => matches(pattern, &ask.path),
                                Some(_) => mounted.any(|pattern| matches(&pattern, &ask.path)),
                            }
                        })
                })
            })
    });
    let port = ask.port.map(|port| port.to_string());
    by_route.or_else(|| {
        (0..index).rev().find(|&other| {
            let code = &lender.snippet(other).code;
            serves_by_itself(lender, other) && port.as_deref().is_some_and(|port| code.contains(port))
        })
    })
}

static ROUTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^(?P<name>[A-Za-z_]\w*)\s*=\s*(?:fastapi\.)?APIRouter\((?P<rest>[^)]*)\)")
        .expect("a valid expression")
});

static INCLUDES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^[A-Za-z_]\w*\.include_router\(\s*(?P<name>[A-Za-z_]\w*)(?P<rest>[^)]*)\)")
        .expect("a valid expression")
});

static PREFIX: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"prefix\s*=\s*["']([^"']*)["']"#).expect("a valid expression"));

/// Who takes the routers of a snippet into an application: the snippet, the router's name, and what stands before its
/// routes.
fn including(lender: &Lender<'_>, index: usize, part: usize) -> Vec<(usize, String, String)> {
    let prefix = |rest: &str| PREFIX.captures(rest).map_or(String::new(), |found| found[1].to_owned());
    let made = ROUTER.captures_iter(&lender.snippet(part).code);
    let routers: Vec<(String, String)> = made.map(|found| (found["name"].to_owned(), prefix(&found["rest"]))).collect();
    let mut all = Vec::new();
    for other in (part..index).filter(|_| !routers.is_empty()) {
        for found in INCLUDES.captures_iter(&lender.snippet(other).code) {
            let own = routers.iter().filter(|(name, _)| *name == found["name"]);
            all.extend(own.map(|(name, own)| (other, name.clone(), format!("{}{own}", prefix(&found["rest"])))));
        }
    }
    all
}

/// `/items/{item}` matches `/items/4`.
fn matches(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(open), Some(_)) if open.ends_with(":path}") => return true,
            (Some(open), Some(part)) if open.starts_with(['{', '<']) && !part.is_empty() => {}
            (Some(one), Some(two)) if one == two => {}
            _ => return false,
        }
    }
}

static FOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:StaticFiles|Jinja2Templates)\(\s*(?:directory\s*=\s*)?["']([A-Za-z0-9_/-]+)["']"#)
        .expect("a valid expression")
});

/// The folders without which an application cannot be made. The snippet that names one is also run without it.
pub(super) fn folders(code: &str) -> impl Iterator<Item = &str> {
    FOLDER.captures_iter(code).filter_map(|found| found.get(1)).map(|folder| folder.as_str())
}

/// The server that parts of an application make, with all they need.
pub(super) fn assemble(lender: &Lender<'_>, parts: &BTreeSet<usize>, port: u16) -> Result<Server, Why> {
    let mut lines: Vec<String> = Vec::new();
    let mut all = parts.clone();
    for &part in parts {
        let line = lender.line(part);
        let from_part = |why| match why {
            Why::Undecided { reason, hint } => {
                Why::Undecided { reason: format!("the server on line {line} cannot be started: {reason}"), hint }
            }
            nothing => nothing,
        };
        if let Some(why) = super::left::why(lender, part) {
            return Err(from_part(why));
        }
        if let Some(module) = lender.module(part)
            && let Some(why) = super::needs::obstacle(lender, lender.snippet(part), module)
        {
            return Err(from_part(why));
        }
        let loan = lender.loan(part).map_err(from_part)?;
        all.extend(loan.snippets.keys());
        for line in loan.lines {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines.sort_by_key(|line| line.contains('='));
    let by_itself = parts.iter().any(|&part| serves_by_itself(lender, part));
    let app = if by_itself { None } else { Some(app(lender, &all, &lines).ok_or_else(|| no_app(lender, parts))?) };
    let mut code: Vec<Code> = lines.iter().cloned().map(Code::line).collect();
    code.extend(all.iter().map(|&part| Code::of(lender.lesson, lender.snippet(part), lender.setting)));
    Ok(Server { parts: code, app, port })
}

fn app(lender: &Lender<'_>, parts: &BTreeSet<usize>, lines: &[String]) -> Option<App> {
    let made = parts.iter().rev().find_map(|&part| lender.module(part)?.usage.applications.last());
    let supplied =
        lines.iter().map(|line| etude_python::parse(line)).find_map(|it| it.usage.applications.into_iter().next());
    let found = made.cloned().or(supplied)?;
    Some(App { variable: found.variable, framework: found.framework })
}

fn no_app(lender: &Lender<'_>, parts: &BTreeSet<usize>) -> Why {
    let line = parts.first().map_or(0, |&part| lender.line(part));
    Why::hinted(
        format!("the server on line {line} cannot be started: no snippet makes its application"),
        "show how the application is made in a fence before",
    )
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn routes_match_paths() {
        let check = |pattern, path, expected| assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        check("/pots", "/pots", true);
        check("/pots", "/pots/", false);
        check("/pots/{pot}", "/pots/7", true);
        check("/pots/{pot}", "/pots/", false);
        check("/pots/{pot}/lid", "/pots/7", false);
        check("/files/{name:path}", "/files/a/b", true);
        check("/", "/", true);
    }
}
