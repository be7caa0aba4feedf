//! `>>>` sessions, statement by statement.

use std::collections::BTreeSet;

use etude_python::SymbolKind;

/// What is typed at one prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// In the lesson.
    pub line: u32,
    pub text: String,
    /// Inside a running event loop, as under `python -m asyncio`.
    pub in_loop: bool,
}

/// The statements of a session whose first line is line `first` of the lesson.
pub(super) fn statements(code: &str, first: u32) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    let opening = code.lines().find(|line| line.trim_start().starts_with(">>>")).unwrap_or_default();
    let indent = &opening[..opening.len() - opening.trim_start().len()];
    let mut typing = false;
    // Some authors leave out the second prompt; below a colon, what is indented can only be typed.
    let mut open = false;
    for (line, number) in code.lines().zip(first..) {
        let line = line.strip_prefix(indent).unwrap_or(line);
        if let Some(text) = typed(line, ">>>") {
            statements.push(Statement { line: number, text: text.to_owned(), in_loop: false });
            typing = true;
            open = text.trim_end().ends_with(':');
        } else if let Some(text) = typed(line, "...").filter(|_| typing) {
            if let Some(last) = statements.last_mut() {
                last.text.push('\n');
                last.text.push_str(text);
            }
            open = text.trim_end().ends_with(':');
        } else if let Some(last) = statements.last_mut().filter(|_| open && line.starts_with("    ")) {
            last.text.push('\n');
            last.text.push_str(line);
        } else {
            typing = false;
            open = false;
        }
    }
    statements.retain(|statement| !statement.text.trim().is_empty());
    statements
}

/// Puts into the loop what does not start one of its own, itself or through a function of `code`.
pub(super) fn in_loop(mut statements: Vec<Statement>, code: &str) -> Vec<Statement> {
    let starters = starters(code);
    for statement in &mut statements {
        let parsed = etude_python::parse(&statement.text);
        let starts = RUNS.iter().any(|call| statement.text.contains(call))
            || parsed.names.needs.keys().any(|name| starters.contains(name));
        statement.in_loop = parsed.names.top_level_await || parsed.usage.needs_loop || !starts;
    }
    statements
}

/// What starts an event loop.
const RUNS: [&str; 5] = ["asyncio.run(", "anyio.run(", "run_until_complete(", "run_forever(", "Runner("];

/// The functions that start one, or call one that does.
fn starters(code: &str) -> BTreeSet<String> {
    let module = etude_python::parse(code);
    let functions = || module.symbols.iter().filter(|symbol| symbol.kind != SymbolKind::Class);
    let mut found = BTreeSet::new();
    loop {
        let starts = |symbol: &&etude_python::Symbol| {
            let body = symbol.span.slice(code);
            RUNS.iter().any(|call| body.contains(call)) || found.iter().any(|name| body.contains(&format!("{name}(")))
        };
        let all: BTreeSet<String> = functions().filter(starts).map(|symbol| symbol.name.clone()).collect();
        if all.len() == found.len() {
            return found;
        }
        found = all;
    }
}

/// All that is typed in a session, each line where it stands.
pub(super) fn source(code: &str) -> String {
    let mut lines = vec![""; code.lines().count()];
    let statements = statements(code, 0);
    for statement in &statements {
        for (text, at) in statement.text.lines().zip(statement.line as usize..) {
            lines[at] = text;
        }
    }
    lines.join("\n")
}

fn typed<'a>(line: &'a str, prompt: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(prompt)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix(' ') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_begin_and_continue_statements() {
        let code =
            ">>> def f():\n...     return 2\n...\n>>> f()\n2\n... not typed\n>>>\n  >>> quoted\n>>> f() + 1\n3\n";
        let found: Vec<(u32, String)> = statements(code, 10).into_iter().map(|it| (it.line, it.text)).collect();
        let expected = [(10, "def f():\n    return 2\n"), (13, "f()"), (18, "f() + 1")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn what_is_indented_below_a_colon_is_typed() {
        let code = ">>> for cup in cups:\n        pour(cup)\n        drink(cup)\n\n    2\n>>> cups\n    []\n";
        let found: Vec<String> = statements(code, 1).into_iter().map(|it| it.text).collect();
        assert_eq!(found, ["for cup in cups:\n        pour(cup)\n        drink(cup)", "cups"]);
    }
}
