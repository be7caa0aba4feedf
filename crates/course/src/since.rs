//! With which Python the names of the standard library came.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use etude_python::{TokenKind, highlight};

use crate::snippet::Snippet;

static SINCE: LazyLock<BTreeMap<&str, u8>> = LazyLock::new(|| {
    let lines = include_str!("since.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, minor)| Some((name, minor.parse().ok()?)))
        .collect()
});

/// The Python 3 with which a name came: `asyncio.timeout`, or `timeout()` where only one module has it.
pub(crate) fn since(name: &str) -> Option<(&'static str, u8)> {
    let name =
        ["await ", "async with ", "from ", "import "].iter().fold(name, |name, word| name.trim_start_matches(word));
    let name = name.split('(').next().unwrap_or_default().trim();
    if let Some((known, minor)) = SINCE.get_key_value(name) {
        return Some((known, *minor));
    }
    // A plain word may be anything.
    let telling = name.contains('_') || name.chars().filter(char::is_ascii_uppercase).count() > 1;
    let mut same = SINCE.iter().filter(|(known, _)| known.rsplit_once('.').is_some_and(|(_, last)| last == name));
    match (same.next(), same.next()) {
        (Some((known, minor)), None) if telling => Some((known, *minor)),
        _ => None,
    }
}

/// The newest name that a snippet uses, and the Python 3 with which it came. Nothing where the code asks itself what
/// there is.
pub fn newest(snippet: &Snippet) -> Option<(&'static str, u8)> {
    let module = snippet.python.as_ref()?;
    if ["version_info", "hasattr(", "python_version"].iter().any(|guard| snippet.code.contains(guard)) {
        return None;
    }
    let sure = || module.imports.iter().filter(|it| it.level == 0 && !it.optional && !it.type_checking);
    let mut used: Vec<String> = Vec::new();
    for import in sure() {
        used.push(import.module.clone());
        used.extend(import.names.iter().map(|name| format!("{}.{name}", import.module)));
    }
    let whole: Vec<&str> = sure().filter(|it| it.names.is_empty()).map(|it| it.module.as_str()).collect();
    for name in dotted(&snippet.code) {
        let of_module = whole.iter().any(|module| name.strip_prefix(module).is_some_and(|rest| rest.starts_with('.')));
        let built_in = !name.contains('.') && !snippet.provides().contains(&name) && etude_python::is_builtin(name);
        if of_module || built_in {
            used.push(name.to_owned());
        }
    }
    let known = used.iter().filter_map(|name| SINCE.get_key_value(name.as_str()));
    known.max_by_key(|(_, minor)| **minor).map(|(name, minor)| (*name, *minor))
}

/// `asyncio.timeout`, each name with all that stands before it.
fn dotted(code: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let (mut start, mut end) = (0, 0);
    let mut open = false;
    for token in highlight(code) {
        let (from, to) = (token.span.start as usize, token.span.end as usize);
        match token.kind {
            TokenKind::Name | TokenKind::Builtin | TokenKind::Decorator => {
                if !(open && from == end) {
                    start = from;
                }
                let name = code[start..to].trim_start_matches('@');
                names.push(name);
                open = false;
            }
            TokenKind::Operator if &code[from..to] == "." && from == end => open = true,
            _ => open = false,
        }
        end = to;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_their_python() {
        let check = |name: &str, expected: Option<u8>| assert_eq!(since(name).map(|it| it.1), expected, "{name}");
        check("asyncio.timeout", Some(11));
        check("asyncio.timeout(2)", Some(11));
        check("async with asyncio.TaskGroup()", Some(11));
        check("TaskGroup", Some(11));
        check("to_thread()", Some(9));
        check("timeout", None);
        check("pour", None);
    }

    #[test]
    fn names_of_code() {
        let code = "import asyncio\n# asyncio.run\nasync with asyncio.timeout(1): pot.x.y('asyncio.Barrier')\n";
        assert_eq!(dotted(code), ["asyncio", "asyncio", "asyncio.timeout", "pot", "pot.x", "pot.x.y"]);
    }
}
