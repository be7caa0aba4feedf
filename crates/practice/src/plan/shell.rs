//! What a shell snippet does, as far as a plan has to know: which files it runs, what it asks whom, what it starts.

use regex::Regex;
use std::sync::LazyLock;

/// What stands at one prompt, or what one line and those it continues in say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// In the lesson.
    pub line: u32,
    pub text: String,
}

/// A request to the run's own machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) method: String,
    pub(super) port: Option<u16>,
    pub(super) path: String,
}

/// The commands of a snippet whose first line is line `first` of the lesson.
pub(super) fn commands(code: &str, first: u32) -> Vec<Command> {
    let prompt = |line: &str| line.starts_with("$ ") || line.starts_with("% ");
    let prompted = code.lines().any(prompt);
    let mut commands: Vec<Command> = Vec::new();
    let mut open = false;
    for (line, number) in code.lines().zip(first..) {
        let text = match (prompted, prompt(line), open) {
            (true, true, _) => &line[2..],
            (true, false, true) => line.strip_prefix("> ").unwrap_or(line),
            // What the command before prints.
            (true, false, false) => continue,
            (false, ..) => line,
        };
        match commands.last_mut().filter(|_| open) {
            Some(last) => {
                last.text.push('\n');
                last.text.push_str(text);
            }
            None if text.trim().is_empty() || text.trim_start().starts_with('#') => continue,
            None => commands.push(Command { line: number, text: text.to_owned() }),
        }
        open = commands.last().is_some_and(|last| is_open(&last.text));
    }
    commands
}

/// Whether the shell would wait for another line.
fn is_open(text: &str) -> bool {
    let mut script = text.to_owned();
    if let Some(found) = HERE.captures(text) {
        let Some(first) = text.find('\n') else { return true };
        let mut at = first + 1;
        let ends = text[at..].split_inclusive('\n').find(|line| {
            at += line.len();
            line.trim() == &found[1]
        });
        if ends.is_none() {
            return true;
        }
        // What stands in a here-document is no shell.
        script = format!("{}\n{}", &text[..first], &text[at..]);
    }
    let (mut quote, mut escaped, mut depth) = (None, false, 0_i32);
    let mut bare = String::new();
    for char in script.chars() {
        match (quote, char) {
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (Some(open), char) if char == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(char),
            (None, char) => {
                depth += i32::from(matches!(char, '(' | '{')) - i32::from(matches!(char, ')' | '}'));
                bare.push(char);
            }
        }
    }
    let count =
        |word: &str| bare.split(|char: char| char.is_whitespace() || char == ';').filter(|it| *it == word).count();
    let unended = |begin: &str, end: &str| count(begin) > count(end);
    let trimmed = bare.trim_end();
    quote.is_some()
        || escaped
        || depth > 0
        || unended("do", "done")
        || unended("if", "fi")
        || unended("case", "esac")
        || trimmed.ends_with('|')
        || trimmed.ends_with("&&")
}

static HERE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"<<-?\s*['"]?([A-Za-z_]+)['"]?"#).expect("a valid expression"));

static OWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:https?://|(?:^|[\s"']))(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^\s"'`|;)>]*)?"#)
        .expect("a valid expression")
});

static METHOD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:-X|--request)[ =]?\s*([A-Z]+)").expect("a valid expression"));

static BODY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s(?:-d|--data[a-z-]*|--json|-F|--form)[ =]").expect("a valid expression"));

static CLIENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[\s(;|&])(?:curl|wget|http|nc|ncat|telnet)\s").expect("a valid expression"));

static SETS_UP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:sudo )?(?:(?:python3? -m )?pip3? |uv |poetry |pipenv |conda |npm |brew |apt |apt-get |git |docker |winget |choco |python3? -m venv|source |\. |virtualenv |code |pyenv )")
        .expect("a valid expression")
});

static STARTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|\s)(?:uvicorn|hypercorn|gunicorn)\s(?:[^\n]*?\s)?(?P<module>[A-Za-z_][A-Za-z0-9_./]*):(?P<app>[A-Za-z_][A-Za-z0-9_]*)|(?:^|\s)fastapi\s+(?:dev|run)\s+(?P<file>\S+\.py)")
        .expect("a valid expression")
});

static PORT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"--port[ =]([0-9]{2,5})").expect("a valid expression"));

static SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s;&|(])python3?(?:\s+-[A-Za-z]+)*\s+(?P<file>[A-Za-z0-9_./-]+\.py)(?-u:\b)")
        .expect("a valid expression")
});

impl Command {
    /// The requests to the run's own machine.
    pub(super) fn asks(&self) -> Vec<Ask> {
        if CLIENT.is_match(&self.text) { asks(&self.text) } else { Vec::new() }
    }

    /// It prepares the reader's machine: installs, makes a virtual environment, clones.
    pub(super) fn sets_up(&self) -> bool {
        SETS_UP.is_match(self.text.trim_start())
    }

    /// The module of the application it starts, as `app.main` of `uvicorn app.main:app`, and the port.
    pub(super) fn starts(&self) -> Option<(String, Option<u16>)> {
        let found = STARTS.captures(&self.text)?;
        let module = match (found.name("module"), found.name("file")) {
            (Some(module), _) => module.as_str().replace('/', "."),
            (None, file) => file?.as_str().trim_end_matches(".py").replace('/', "."),
        };
        Some((module, PORT.captures(&self.text).and_then(|found| found[1].parse().ok())))
    }

    /// The Python files it runs.
    pub(super) fn scripts(&self) -> impl Iterator<Item = &str> {
        SCRIPT
            .captures_iter(&self.text)
            .filter_map(|found| found.name("file"))
            .map(|file| file.as_str().trim_start_matches("./"))
    }

    pub(super) fn tests(&self) -> bool {
        let mut words = self.text.split_whitespace();
        words.any(|word| word == "pytest")
    }
}

/// The requests to the run's own machine that a text names.
pub(super) fn asks(text: &str) -> Vec<Ask> {
    let method = match METHOD.captures(text) {
        Some(found) => found[1].to_owned(),
        None if BODY.is_match(text) => "POST".to_owned(),
        None => "GET".to_owned(),
    };
    let ask = |found: regex::Captures<'_>| Ask {
        method: method.clone(),
        port: found.name("port").and_then(|port| port.as_str().parse().ok()),
        path: found.name("path").map_or("/", |path| path.as_str().split(['?', '#']).next().unwrap_or("/")).to_owned(),
    };
    OWN.captures_iter(text).map(ask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_go_on_until_they_are_whole() {
        let check = |code, expected: &[(u32, &str)]| {
            let found = commands(code, 1);
            let found: Vec<(u32, &str)> = found.iter().map(|it| (it.line, it.text.as_str())).collect();
            assert_eq!(found, expected);
        };
        check("# first\nls\n\ncurl a \\\n  -d 'x\ny'\n", &[(2, "ls"), (4, "curl a \\\n  -d 'x\ny'")]);
        check(
            "for i in 1 2; do\n  echo $i\ndone\necho end",
            &[(1, "for i in 1 2; do\n  echo $i\ndone"), (4, "echo end")],
        );
        check("$ ls\na.py\n$ cat a.py\nprint(1)\n", &[(1, "ls"), (3, "cat a.py")]);
        check("cat <<EOF\n(\nEOF\nls", &[(1, "cat <<EOF\n(\nEOF"), (4, "ls")]);
        check("echo it\\'s", &[(1, "echo it\\'s")]);
    }

    #[test]
    fn requests() {
        let check = |text: &str, expected: &[(&str, Option<u16>, &str)]| {
            let found = Command { line: 1, text: text.to_owned() }.asks();
            let found: Vec<_> = found.iter().map(|it| (it.method.as_str(), it.port, it.path.as_str())).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("curl http://127.0.0.1:9/pots", &[("GET", Some(9), "/pots")]);
        check("curl http://127.0.0.1:8000/pots?full=1", &[("GET", Some(8000), "/pots")]);
        check("curl -X PUT localhost:9000", &[("PUT", Some(9000), "/")]);
        check("curl \"http://localhost/pots\" -d '{}'", &[("POST", None, "/pots")]);
        check("(curl http://localhost/a & curl http://localhost/b); wait", &[("GET", None, "/a"), ("GET", None, "/b")]);
        check("echo http://localhost/a", &[]);
        check("curl https://tea.example", &[]);
    }

    #[test]
    fn starts_of_servers() {
        let check = |text: &str, expected: Option<(&str, Option<u16>)>| {
            let found = Command { line: 1, text: text.to_owned() }.starts();
            assert_eq!(found, expected.map(|(module, port)| (module.to_owned(), port)), "{text}");
        };
        check("uvicorn main:app --reload", Some(("main", None)));
        check("python -m uvicorn app.main:app --port 8080", Some(("app.main", Some(8080))));
        check("fastapi dev tea/main.py", Some(("tea.main", None)));
        check("pip install uvicorn", None);
    }
}
