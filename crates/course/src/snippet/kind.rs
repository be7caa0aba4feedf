//! What a snippet is, judged as a reader would: by its language, its code, and the words before it.

use std::sync::LazyLock;

use etude_markdown::Code;
use regex::Regex;

use super::Snippet;

/// The languages that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    Python,
    Shell,
    PowerShell,
    Json,
    /// What a program prints: `output`, `text`, or no language.
    Output,
    Text,
    Diff,
    None,
    Other,
}

impl Lang {
    pub(crate) fn of(code: &Code) -> Self {
        match code.info.lang.as_str() {
            "py" | "python" | "python3" | "py3" | "pycon" | "pycon3" | "python-console" | "pyrepl" | "python-repl"
            | "ipython" | "ipython3" | "doctest" => Lang::Python,
            "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" | "sh-session" | "bash-session"
            | "terminal" => Lang::Shell,
            "powershell" | "pwsh" | "ps1" | "posh" => Lang::PowerShell,
            "json" | "json5" | "jsonc" => Lang::Json,
            "output" | "stdout" | "out" => Lang::Output,
            "text" | "txt" | "plain" | "plaintext" | "none" | "log" => Lang::Text,
            "diff" | "patch" => Lang::Diff,
            "" => Lang::None,
            _ => Lang::Other,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SnippetKind {
    /// A whole program.
    Script,
    /// Python that needs names, or a context, it does not bring along.
    Fragment,
    Test,
    /// Part of a web application.
    Server,
    Shell,
    PowerShell,
    /// A `>>>` session.
    Console,
    /// What another snippet prints.
    Output,
    /// What a server answers.
    Response,
    Diff,
    /// Code that is still to be written: `<prompt>`s, or a comment that says so.
    Placeholder,
    /// Anything else in a fence: data, a folder tree, another language.
    Other,
}

impl SnippetKind {
    pub fn as_str(self) -> &'static str {
        match self {
            SnippetKind::Script => "script",
            SnippetKind::Fragment => "fragment",
            SnippetKind::Test => "test",
            SnippetKind::Server => "server",
            SnippetKind::Shell => "shell",
            SnippetKind::PowerShell => "powershell",
            SnippetKind::Console => "console",
            SnippetKind::Output => "output",
            SnippetKind::Response => "response",
            SnippetKind::Diff => "diff",
            SnippetKind::Placeholder => "placeholder",
            SnippetKind::Other => "other",
        }
    }
}

pub(crate) fn is_console(code: &str) -> bool {
    let code = code.trim_start();
    code.starts_with(">>> ") || code.starts_with("In [1]: ")
}

/// `>>> 9` below a program: the value that a prompt would show, behind a prompt, and nothing that anybody types.
fn shows_values(snippet: &Snippet, before: &[Snippet]) -> bool {
    static VALUE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"^>>> ?(?:-?[0-9][0-9._]*|True|False|None|'[^']*'|"[^"]*"|[\[{(][^()]*[\]})])$"#)
            .expect("a valid expression")
    });
    let program = |last: &Snippet| last.runs() && last.kind != SnippetKind::Console && last.lang == Lang::Python;
    let typed = || snippet.code.lines().map(str::trim).filter(|line| line.starts_with(">>>"));
    let values = typed().next().is_some() && typed().all(|line| VALUE.is_match(line));
    values && follows_directly(snippet, before) && before.last().is_some_and(program)
}

/// Words that say that what follows was printed.
static PRINTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:(?:(?-u:\b)(?:you|we|i)(?:(?:’|')ll| will)?|and) get|(?-u:\b)(?:gives|yields|produces))(?-u:\b)[^.!?\n]*:[^A-Za-z0-9_]*$|(?-u:\b)(output|outputs|prints?|printed|expected|result|results in|you(’|')ll see|you (will|should) see|displays?|shows?)(?-u:\b)[^.!?\n]*:?[^A-Za-z0-9_]*$")
        .expect("a valid expression")
});

/// Words that say that what follows was answered.
static ANSWERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)(returns?|responses?|respond(s|ed)?|answers?|replies|reply|expected|output|get back|you(’|')ll see|you (will|should) see)(?-u:\b)")
        .expect("a valid expression")
});

pub(super) fn kind(snippet: &Snippet, lead: Option<&str>, before: &[Snippet]) -> SnippetKind {
    if snippet.code.contains("<prompt>") {
        return SnippetKind::Placeholder;
    }
    if snippet.attribute("stand-in").is_some() {
        return SnippetKind::Other;
    }
    match snippet.lang {
        Lang::Python if shows(snippet, lead, before) => SnippetKind::Other,
        Lang::Python => python(snippet),
        Lang::Shell if typed_nowhere(snippet, lead, before) => SnippetKind::Output,
        Lang::Shell => SnippetKind::Shell,
        Lang::PowerShell => SnippetKind::PowerShell,
        Lang::Diff => SnippetKind::Diff,
        Lang::Json if prints_json(snippet, lead, before) => SnippetKind::Output,
        Lang::Json if answers(snippet, lead, before) => SnippetKind::Response,
        Lang::Output => SnippetKind::Output,
        Lang::Text | Lang::None if shows_values(snippet, before) => SnippetKind::Other,
        Lang::Text | Lang::None if is_console(&snippet.code) => SnippetKind::Console,
        Lang::Text | Lang::None if printed(snippet, lead, before) => SnippetKind::Output,
        _ => SnippetKind::Other,
    }
}

/// What was printed, in the colours of Python: a lone value under the label "Output".
fn shows(snippet: &Snippet, lead: Option<&str>, before: &[Snippet]) -> bool {
    let label =
        lead.is_some_and(|lead| lead.trim_start_matches(['*', '_', '#', ' ']).to_lowercase().starts_with("output"));
    let behind = before.last().is_some_and(|last| last.lang == Lang::Python && last.section == snippet.section);
    let value = |code: &str| {
        code.lines().filter(|line| !line.trim().is_empty()).count() == 1
            && code.starts_with(['(', '[', '{', '\'', '"', '<'])
    };
    label && behind && value(snippet.code.trim())
}

fn python(snippet: &Snippet) -> SnippetKind {
    let Some(module) = &snippet.python else { return SnippetKind::Console };
    let is_test = |name: &str| name.starts_with("test_") || name.starts_with("Test");
    if module.symbols.iter().any(|symbol| is_test(&symbol.name)) {
        return SnippetKind::Test;
    }
    let serves = module.symbols.iter().flat_map(|symbol| &symbol.decorators).any(|it| is_route(&it.name));
    if serves || !module.usage.applications.is_empty() {
        return SnippetKind::Server;
    }
    if is_open(snippet, module) {
        return SnippetKind::Placeholder;
    }
    let names = &module.names;
    if !module.errors.is_empty() || names.top_level_await || names.top_level_return || !names.needs.is_empty() {
        return SnippetKind::Fragment;
    }
    SnippetKind::Script
}

/// Nothing but a comment that asks for code, and perhaps `pass` or `...`.
fn is_open(snippet: &Snippet, module: &etude_python::Module) -> bool {
    let asks = |comment: &str| {
        let comment = comment.trim_start_matches(['#', ' ']).to_lowercase();
        ["todo", "your code", "write your", "your solution", "implement"].iter().any(|word| comment.starts_with(word))
    };
    let code = snippet.code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    module.comments.iter().any(|span| asks(span.slice(&snippet.code)))
        && code.into_iter().all(|line| line == "pass" || line == "...")
}

/// `app.get`, `router.websocket`: the registrations that web frameworks share.
pub(crate) fn is_route(decorator: &str) -> bool {
    let Some((object, method)) = decorator.rsplit_once('.') else { return false };
    let object = object.rsplit('.').next().unwrap_or(object);
    let web = ["app", "api", "router", "routes", "blueprint", "bp", "server"];
    let registers = [
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "options",
        "route",
        "websocket",
        "api_route",
        "middleware",
        "on_event",
        "exception_handler",
    ];
    registers.contains(&method) && web.iter().any(|name| object == *name || object.ends_with(&format!("_{name}")))
}

/// A block of plain text is output if it follows something that prints, directly or behind words that say so.
fn printed(snippet: &Snippet, lead: Option<&str>, before: &[Snippet]) -> bool {
    let prints = before.last().is_some_and(|last| last.runs() && last.section == snippet.section);
    match lead {
        Some(lead) => prints && PRINTED.is_match(lead.trim_end()),
        // Nothing between the two fences but blank lines.
        None if snippet.lang == Lang::Text => prints && follows_directly(snippet, before),
        None => follows_directly(snippet, before) && calls_print(before) && !is_typed(&snippet.code),
    }
}

/// A shell's fence that shows what was printed: it is announced so, and holds no command.
fn typed_nowhere(snippet: &Snippet, lead: Option<&str>, before: &[Snippet]) -> bool {
    static SAYS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?-u:\b)(?:outputs?|prints|printed)(?-u:\b)[^.!?\n]*:[^A-Za-z0-9_]*$")
            .expect("a valid expression")
    });
    calls_print(before) && lead.is_some_and(|lead| SAYS.is_match(lead.trim_end())) && !is_typed(&snippet.code)
}

/// JSON behind a program that prints some.
fn prints_json(snippet: &Snippet, lead: Option<&str>, before: &[Snippet]) -> bool {
    let json = before.last().is_some_and(|last| last.code.contains("json") && last.section == snippet.section);
    json && calls_print(before)
        && lead.map_or(follows_directly(snippet, before), |lead| PRINTED.is_match(lead.trim_end()))
}

/// Whether the snippet right before is a program that prints.
fn calls_print(before: &[Snippet]) -> bool {
    let program = |last: &Snippet| matches!(last.kind, SnippetKind::Script | SnippetKind::Fragment);
    before.last().is_some_and(|last| program(last) && last.lang == Lang::Python && last.code.contains("print("))
}

/// Whether somebody types it: a command, code, a path or an address.
fn is_typed(code: &str) -> bool {
    static TYPED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"(?m)^\s*(?:(?:\S+ )?[$%#>] |(?:sudo|python[0-9.]*|py|pip[0-9]?|uv|uvx|poetry|conda|curl|wget|cd|ls|cat|echo|export|set",
            r"|git|docker|uvicorn|gunicorn|pytest|source|mkdir|touch|rm|cp|mv|make|npm|npx|node|brew|apt|apt-get|chmod|time)\s",
            r"|(?:async |await |def |class |import |from |for |while |if |with |return |try:|@)|\./|[\w.]+ = |\S+\.[a-z]{1,4}$|https?://)",
            r"|[├└│]",
        ))
        .expect("a valid expression")
    });
    TYPED.is_match(code)
}

fn answers(snippet: &Snippet, lead: Option<&str>, before: &[Snippet]) -> bool {
    let asked = before
        .iter()
        .rev()
        .take_while(|last| last.section == snippet.section)
        .any(|last| matches!(last.kind, SnippetKind::Shell | SnippetKind::PowerShell | SnippetKind::Server));
    match lead {
        Some(lead) => asked && ANSWERED.is_match(lead),
        None => asked && follows_directly(snippet, before),
    }
}

fn follows_directly(snippet: &Snippet, before: &[Snippet]) -> bool {
    // Blocks are numbered in source order, so the fence right before has the number right before.
    before.last().is_some_and(|last| last.block.0 + 1 == snippet.block.0)
}
