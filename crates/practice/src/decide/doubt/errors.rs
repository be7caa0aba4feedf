//! Errors that tell of the run, of what the reader is to do, or of a part that is not shown, rather than of the code.

use std::sync::LazyLock;

use etude_course::Snippet;
use regex::Regex;

use super::hinted;
use crate::decide::output::shortened;
use crate::decide::{Known, Verdict};
use crate::run::Raised;

/// An exception that tells of the run rather than of the code.
pub(in crate::decide) fn lacking(snippet: &Snippet, raised: &Raised) -> Option<Verdict> {
    let name = raised.kind.rsplit('.').next().unwrap_or_default();
    let words = shortened(format!("{}: {}", raised.kind, raised.message).trim_end_matches(": "));
    Some(match name {
        "ModuleNotFoundError" | "ImportError" if raised.message.starts_with("No module named") => {
            Verdict::undecided(format!("`{words}`"))
        }
        // The reader is to write it, or it was written in another chapter.
        "ImportError" if raised.message.contains("(/sandbox/work/") => {
            Verdict::undecided(format!("the file that the lesson shows does not have it: `{words}`"))
        }
        "ImportError" if raised.message.starts_with("attempted relative import") => {
            Verdict::undecided(format!("it is a part of a package: `{words}`"))
        }
        "FileNotFoundError" | "IsADirectoryError" | "NotADirectoryError" => hinted(
            format!("it needs a file the lesson does not have: `{words}`"),
            "keep what it reads beside the lesson, or show how it is made",
        ),
        "gaierror"
        | "ConnectError"
        | "ConnectionRefusedError"
        | "ClientConnectorError"
        | "ClientConnectorDNSError"
        | "URLError" => Verdict::undecided(format!("it asks somebody who is not there: `{words}`")),
        "NameError" if takes_what_it_binds(snippet, raised) => hinted(
            format!("it takes what it only binds itself, as if something stood before it: `{words}`"),
            "show where it comes from, or mark this `norun` if it is only to be read",
        ),
        _ if raised.message.contains("llipsis") && snippet.code.contains("...") => {
            Verdict::undecided(format!("`...` stands for something that is left out: `{words}`"))
        }
        _ if is_to_be_filled(&snippet.code) => hinted(
            format!("a part of it is for the reader to fill in, or to choose from: `{words}`"),
            "mark this `norun` if it is only to be read",
        ),
        _ if raised.message.contains("DISPLAY") => Verdict::undecided(format!("it needs a screen: `{words}`")),
        _ if ["(...)", "'...'", "\"...\""].iter().any(|left_out| snippet.code.contains(left_out)) => hinted(
            format!("`...` stands for something that is left out: `{words}`"),
            "show it, or mark this `norun` if it is only to be read",
        ),
        _ if ["pip install", "must be installed", "need to install"].iter().any(|it| raised.message.contains(it)) => {
            Verdict::undecided(format!("it needs a package that is not there: `{words}`"))
        }
        "IndexError" if snippet.code.contains("sys.argv") => {
            Verdict::undecided(format!("it is to be started with arguments: `{words}`"))
        }
        _ if names_only(snippet) => hinted(
            format!("it only names values, to compare how they are written: `{words}`"),
            "mark this `norun` if it is only to be read",
        ),
        "PackageNotFoundError" | "PermissionError" => {
            Verdict::undecided(format!("what it asks for is not there, or not allowed: `{words}`"))
        }
        "EOFError" | "KeyboardInterrupt" => Verdict::undecided(format!("it waits for a person: `{words}`")),
        _ if may_be_of_environment(snippet, name, &raised.message) => hinted(
            format!("it asks for variables of the reader's environment: `{words}`"),
            "give each a value in the code to fall back on",
        ),
        _ if is_commented(snippet, "") => Verdict::undecided(format!("its comments call it wrong: `{words}`")),
        _ => return None,
    })
}

/// `a, b = b, a`: which reading takes for a program, since it binds both.
fn takes_what_it_binds(snippet: &Snippet, raised: &Raised) -> bool {
    let name = raised.message.split('\'').nth(1).unwrap_or_default();
    snippet.provides().contains(&name) || typed(snippet, name)
}

/// Whether a part is left to the reader.
fn is_to_be_filled(code: &str) -> bool {
    // What Python itself calls code that is in no file, and functions without a name.
    const OWN: [&str; 8] = ["stdin", "string", "module", "lambda", "listcomp", "genexpr", "locals", "unknown"];
    let own = |found: &str| OWN.contains(&found.trim_matches(['"', '\'', '<', '>']));
    PLACEHOLDER.find_iter(code).any(|found| !own(found.as_str()))
}

/// `"<filename>"`, `# your code here`, `# or` between two ways.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?im)["']<[a-z_ ]+>["']|#.*(?-u:\b)your (?:own )?(?:code|answer|method|solution|function|implementation)|^\s*#\s*(?:or|vs\.?|versus)\s*:?\s*$|(?-i:TODO)"#)
        .expect("a valid expression")
});

/// Whether an error may come of a variable that the reader has and this run has not, or the other way round.
fn may_be_of_environment(snippet: &Snippet, name: &str, message: &str) -> bool {
    let found = ENVIRONMENT.find_iter(&snippet.code);
    match name {
        "KeyError" => found.into_iter().any(|it| {
            let asked = it.as_str().trim_end_matches(['[', '.', '(']).len() + it.start();
            let asked = snippet.code[asked..].lines().next().unwrap_or_default().trim_start();
            let Some(key) = asked.strip_prefix('[') else {
                return ![".get(", "("].iter().any(|it| asked.starts_with(it));
            };
            // The very one, or one of which nobody knows what it is called.
            !key.starts_with(['\'', '"']) || key[1..].starts_with(message.trim_matches('\''))
        }),
        "NameError" | "UnboundLocalError" | "ZeroDivisionError" | "IndexError" | "RecursionError" | "ImportError" => {
            false
        }
        _ => found.into_iter().next().is_some(),
    }
}

static ENVIRONMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:os\.environb?(?-u:\b)|environ\s*(?:\[|\.)|getenvb?\()").expect("a valid expression")
});

/// `pot['size']`, `pot[2]`: nothing is done, or kept.
fn names_only(snippet: &Snippet) -> bool {
    snippet.python.as_ref().is_some_and(|module| module.names.provides.is_empty())
        && snippet
            .code
            .lines()
            .map(str::trim)
            .all(|line| line.is_empty() || line.starts_with('#') || !line.contains(['(', '=']) && !line.contains(' '))
}

/// Whether a `>>>` session binds a name.
pub(super) fn typed(snippet: &Snippet, name: &str) -> bool {
    let lines = snippet.code.lines().filter_map(|line| line.trim_start().strip_prefix(">>> "));
    lines.into_iter().any(|line| {
        let bound = line.strip_prefix("import ").unwrap_or(line).strip_prefix(name);
        bound.is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with('=') && !rest.contains("=="))
    })
}

/// A name that an earlier snippet of the same session was to bind, and did not come to.
pub(in crate::decide) fn unbound(known: &Known<'_>, snippet: &Snippet, raised: &Raised) -> Option<Verdict> {
    let name = raised.message.split('\'').nth(1).filter(|_| raised.kind == "NameError")?;
    let &(session, step) = known.steps.get(&snippet.index)?;
    let mut before = known.case.plan.sessions[session].steps[..step].iter();
    let binder = before.find_map(|step| {
        let other = &known.case.lesson.snippets[step.snippet];
        (other.provides().contains(&name) || typed(other, name)).then_some(other)
    })?;
    let line = known.line(binder.span.start);
    Some(Verdict::undecided(format!("line {line}, which binds `{name}`, did not come to it here")))
}

/// A function or class that was lent to a part of something, and cannot be used as that part does: the author may have
/// another in mind, or one that the reader is to write.
pub(in crate::decide) fn another_meant(known: &Known<'_>, snippet: &Snippet, raised: &Raised) -> Option<Verdict> {
    const MISUSES: [&str; 4] =
        ["positional argument", "unexpected keyword argument", "takes no arguments", "object has no attribute"];
    MISUSES.iter().any(|words| raised.message.contains(words)).then_some(())?;
    let &(session, step) = known.steps.get(&snippet.index)?;
    let steps = known.case.plan.sessions[session].steps[..step].iter();
    let mut lent = steps.filter_map(|step| {
        let other = &known.case.lesson.snippets[step.snippet];
        let module = other.python.as_ref()?;
        let named = |name: &str| {
            raised.message.split(|char: char| !char.is_alphanumeric() && char != '_').any(|word| word == name)
        };
        let symbol = module.symbols.iter().find(|symbol| named(&symbol.name))?;
        Some((known.line(other.span.start), symbol.name.clone()))
    });
    let (line, name) = lent.next_back()?;
    let words = shortened(&format!("{}: {}", raised.kind, raised.message));
    Some(hinted(
        format!("it may mean another `{name}` than that of line {line}: `{words}`"),
        "show the one it is for, or mark this `norun` if it is only to be read",
    ))
}

static WRONG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)❌|(?-u:\b)(?:wrong|bad|incorrect|invalid|fails?|raises?|errors?|don'?t)(?-u:\b)")
        .expect("a valid expression")
});

/// Whether a comment of the code names an exception, or without a name, says that something there is wrong.
pub(in crate::decide) fn is_commented(snippet: &Snippet, name: &str) -> bool {
    let Some(module) = &snippet.python else { return false };
    let mut comments = module.comments.iter().map(|comment| comment.slice(&snippet.code));
    comments.any(|comment| if name.is_empty() { WRONG.is_match(comment) } else { comment.contains(name) })
}
