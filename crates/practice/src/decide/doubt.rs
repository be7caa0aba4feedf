//! What speaks against calling something false: chance, threads, things a run lacks, code that is meant to be wrong.

use std::sync::LazyLock;

use etude_course::{Claim, ClaimKind, Found, Lang, Snippet, SnippetKind, Subject};
use regex::Regex;

use super::output::shortened;
use super::{Known, Verdict, ends};
use crate::plan::Supply;
use crate::run::{Evidence, Part, Raised};

fn hinted(reason: impl Into<String>, hint: &str) -> Verdict {
    Verdict::Undecided { reason: reason.into(), hint: Some(hint.to_owned()) }
}

/// An exception that tells of the run rather than of the code.
pub(super) fn lacking(snippet: &Snippet, raised: &Raised) -> Option<Verdict> {
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
        _ if PLACEHOLDER.is_match(&snippet.code) => hinted(
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
        _ if snippet.code.contains("environ") || snippet.code.contains("getenv(") => hinted(
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

/// `"<filename>"`, `# your code here`, `# or` between two ways.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?im)["']<[a-z_ ]+>["']|#.*(?-u:\b)your (?:own )?(?:code|answer|method|solution|function|implementation)|^\s*#\s*(?:or|vs\.?|versus)\s*:?\s*$|TODO"#)
        .expect("a valid expression")
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
fn typed(snippet: &Snippet, name: &str) -> bool {
    let lines = snippet.code.lines().filter_map(|line| line.trim_start().strip_prefix(">>> "));
    lines.into_iter().any(|line| {
        let bound = line.strip_prefix("import ").unwrap_or(line).strip_prefix(name);
        bound.is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with('=') && !rest.contains("=="))
    })
}

/// A name that an earlier snippet of the same session was to bind, and did not come to.
pub(super) fn unbound(known: &Known<'_>, snippet: &Snippet, raised: &Raised) -> Option<Verdict> {
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
pub(super) fn another_meant(known: &Known<'_>, snippet: &Snippet, raised: &Raised) -> Option<Verdict> {
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

/// Why tests that fail may be as their author wants them.
pub(super) fn of_tests(known: &Known<'_>, snippet: &Snippet, code: i32, stdout: &str) -> Option<Verdict> {
    let lines = || stdout.lines().map(|line| line.trim_start_matches("E ").trim());
    let error = |line: &str| {
        let (kind, message) = line.split_once(": ")?;
        let (kind, message, file) = (kind.to_owned(), message.to_owned(), String::new());
        kind.ends_with("Error").then_some(Raised { kind, message, file, line: 0 })
    };
    if let Some(verdict) = lines().filter_map(error).find_map(|raised| lacking(snippet, &raised)) {
        return Some(verdict);
    }
    if let Some(fixture) = lines().find(|line| line.starts_with("fixture '") && line.ends_with("not found")) {
        return Some(Verdict::undecided(format!("`{fixture}` before it")));
    }
    if ends::mentions(known, snippet, &["fails", "failed", "failing", "fail:", "failure", "assertionerror"]) {
        return Some(Verdict::Holds);
    }
    if stdout.contains("async def functions are not") {
        return Some(Verdict::undecided("pytest is to be told who runs asynchronous tests"));
    }
    if code == 5 || stdout.trim().is_empty() || stdout.contains("no tests ran") || stdout.contains("NO TESTS RAN") {
        return Some(Verdict::undecided("there is no test in it yet"));
    }
    // First the test, then what it tests.
    let needs = snippet.needs();
    let lesson = known.case.lesson;
    let provides = |later: &&Snippet| {
        needs.iter().any(|name| later.provides().contains(name))
            || later.title.as_ref().is_some_and(|title| {
                let module = title.name.trim_end_matches(".py");
                snippet.python.iter().flat_map(|it| &it.imports).any(|import| import.module == module)
            })
    };
    let later = lesson.snippets[snippet.index + 1..].iter().find(provides)?;
    let line = known.line(later.span.start);
    Some(Verdict::undecided(format!("it fails here, and what it tests is shown again on line {line}")))
}

/// The line of a snippet of which only a part is shown, among those that a snippet runs with.
pub(super) fn partial(known: &Known<'_>, snippet: &Snippet) -> Option<u32> {
    let lesson = known.case.lesson;
    let &(session, step) = known.steps.get(&snippet.index)?;
    let session = &known.case.plan.sessions[session];
    let with = session.steps[..=step].iter().map(|step| step.snippet);
    let files = session.files.iter().filter_map(|file| {
        lesson.snippets.iter().rev().find(|it| it.title.as_ref().is_some_and(|title| title.name == file.path))
    });
    let all = with.map(|index| &lesson.snippets[index]).chain(files);
    all.into_iter().find(|it| it.is_cut() || has_stub(it)).map(|it| known.line(it.span.start))
}

/// A class that is only named, `...` its whole body.
fn has_stub(snippet: &Snippet) -> bool {
    let mut before = "";
    snippet.python.is_some()
        && snippet.code.lines().filter(|line| !line.trim().is_empty()).any(|line| {
            let class = std::mem::replace(&mut before, line).trim_start().starts_with("class ");
            class && line.trim() == "..." && !snippet.code.contains("Protocol")
        })
}

/// A variable that was lent from above, and that something between has used, which may have changed it.
fn changed_between(known: &Known<'_>, snippet: &Snippet) -> Option<Verdict> {
    let &(session, step) = known.steps.get(&snippet.index)?;
    let steps = &known.case.plan.sessions[session].steps[..=step];
    let snippets = &known.case.lesson.snippets;
    let word = |code: &str, name: &str| {
        code.split(|char: char| !char.is_alphanumeric() && char != '_').any(|word| word == name)
    };
    steps.iter().flat_map(|step| &step.supplied).find_map(|supply| {
        let Supply::Snippet { snippet: from, names } = supply else { return None };
        let lender = &snippets[*from];
        let symbols = |name: &str| {
            lender.python.as_ref().is_some_and(|module| module.symbols.iter().any(|symbol| symbol.name == name))
        };
        let between = from + 1..snippet.index;
        let ran = |index: usize| steps.iter().any(|step| step.snippet == index);
        names.iter().filter(|name| !symbols(name)).find_map(|name| {
            let other = between.clone().find(|&index| {
                let code = &snippets[index];
                (code.lang == Lang::Python || code.kind == SnippetKind::Console)
                    && !ran(index)
                    && word(&code.code, name)
            })?;
            let line = known.line(snippets[other].span.start);
            Some(Verdict::undecided(format!("line {line} may have changed `{name}`, and is not run before it")))
        })
    })
}

static WRONG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)❌|(?-u:\b)(?:wrong|bad|incorrect|invalid|fails?|raises?|errors?|don'?t)(?-u:\b)")
        .expect("a valid expression")
});

/// Whether a comment of the code names an exception, or without a name, says that something there is wrong.
pub(super) fn is_commented(snippet: &Snippet, name: &str) -> bool {
    let Some(module) = &snippet.python else { return false };
    let mut comments = module.comments.iter().map(|comment| comment.slice(&snippet.code));
    comments.any(|comment| if name.is_empty() { WRONG.is_match(comment) } else { comment.contains(name) })
}

static CHANCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:random|randint|randrange|shuffle|secrets|uuid[0-9]?)(?-u:\b)").expect("a valid expression")
});

static THREADS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:Thread|ThreadPoolExecutor|ProcessPoolExecutor|Process|Pool|to_thread|run_in_executor)\(")
        .expect("a valid expression")
});

/// Why an output that is not what was foretold may still be right.
pub(super) fn of_output(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence) -> Option<Verdict> {
    if claim.found == Found::Console
        && let Some(failing) = failing_statement(known, snippet, evidence, known.line(claim.span.start))
    {
        let (Verdict::False { evidence: why, .. } | Verdict::Undecided { reason: why, .. }) = failing else {
            return None;
        };
        return Some(Verdict::undecided(format!("a statement before: {why}")));
    }
    if claim.found == Found::Console
        && let Some(verdict) = at_prompt(known, claim, snippet, evidence)
    {
        return Some(verdict);
    }
    if claim.found == Found::Console
        && let Some(part) = evidence.parts.iter().rev().find(|part| part.line < known.line(claim.span.start))
        && let Some(raised) = raised_in(part)
        && let undecided @ Verdict::Undecided { .. } = ends::failed(known, snippet, &raised)
    {
        return Some(undecided);
    }
    if let Some(raised) = evidence.raised()
        && let Some(verdict) = lacking(snippet, raised)
    {
        return Some(verdict);
    }
    let doubts = of_another_day(known, claim, snippet, evidence).or_else(|| changed_between(known, snippet));
    if let Some(verdict) = doubts {
        return Some(verdict);
    }
    if CHANCE.is_match(&snippet.code) && !snippet.code.contains("seed(") {
        return Some(hinted(
            "what it prints depends on chance",
            "let it begin with `random.seed(1)`, or put `<...>` in the place of what is drawn",
        ));
    }
    let ClaimKind::Output { parts, .. } = &claim.kind else { return None };
    let sorted = |lines: &mut Vec<String>| {
        lines.retain(|line| !line.trim().is_empty());
        lines.sort();
    };
    let mut stated: Vec<String> = parts.iter().map(|part| part.trim_end().to_owned()).collect();
    let mut printed: Vec<String> = evidence.stdout.lines().map(|line| line.trim_end().to_owned()).collect();
    sorted(&mut stated);
    sorted(&mut printed);
    (stated == printed && THREADS.is_match(&snippet.code)).then(|| {
        hinted(
            "the same lines come in another order, which threads and processes do not promise",
            "mark the output `unordered`",
        )
    })
}

/// What was printed on another day, by another Python, or with a person at a debugger.
fn of_another_day(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence) -> Option<Verdict> {
    if claim.text.lines().any(|line| ["(Pdb)", "ipdb>"].iter().any(|prompt| line.trim_start().starts_with(prompt))) {
        return Some(Verdict::undecided("somebody types to a debugger in it"));
    }
    if claim.text.trim() == "?" {
        return Some(Verdict::undecided("it is asked of the reader"));
    }
    let part = match evidence.parts.iter().rev().find(|part| part.line < known.line(claim.span.start)) {
        Some(part) if claim.found == Found::Console => {
            known.case.source.lines().span(part.line).slice(known.case.source.text())
        }
        _ => snippet.code.as_str(),
    };
    if let Some(found) = MACHINE.find(part) {
        return Some(Verdict::undecided(format!("`{}` is another on every machine", found.as_str())));
    }
    if claim.text.starts_with("<module '") || OWN.is_match(&claim.text) {
        return Some(Verdict::undecided("it shows what is so on the author's machine"));
    }
    if claim.found == Found::Console && claim.text.lines().any(|line| UNPROMPTED.is_match(line)) {
        return Some(Verdict::undecided("code without a prompt stands in it"));
    }
    if let Some(name) = shadowed(known, snippet) {
        return Some(Verdict::undecided(format!("`{name}` may still be what the lesson has bound it to before")));
    }
    let unmet = ["ModuleNotFoundError: No module", "command not found", ": not found"];
    if snippet.lang == Lang::Shell
        && let Some(line) = evidence.stderr.lines().find(|line| unmet.iter().any(|words| line.contains(words)))
    {
        return Some(Verdict::undecided(format!("what it needs is not there: `{}`", shortened(line))));
    }
    let code = |line: &str| {
        let above = &known.case.lesson.snippets[..snippet.index];
        let copied = |it: &Snippet| it.python.is_some() && it.code.lines().any(|other| other.trim() == line);
        line.ends_with(':') && above.iter().any(copied)
    };
    if claim.text.lines().any(|line| code(line.trim())) {
        return Some(Verdict::undecided("it repeats code, to speak about it"));
    }
    if TODAY.is_match(&snippet.code) && claim.text.contains(|char: char| char.is_ascii_digit()) {
        return Some(hinted("what it prints depends on the day", "put `<...>` in the place of what differs"));
    }
    let (_, running) = known.case.python;
    let text = known.case.source.text();
    let before = &text[..claim.span.start as usize];
    // The lines between the output and what stands above it.
    let above: Vec<&str> = before.lines().rev().filter(|line| !line.trim().is_empty()).take(3).collect();
    let above = above.into_iter().filter(|line| !line.trim_start().starts_with(['>', '$']) || line.contains("**"));
    let other = above.chain([claim.text.as_str()]).find_map(|text| {
        let found = PYTHON.captures_iter(text).find(|found| found[1].parse::<u16>() != Ok(running))?;
        Some(format!("3.{}", &found[1]))
    })?;
    Some(Verdict::undecided(format!("it is shown for Python {other}")))
}

/// A path in a home, alone on its line, or a moment in seconds.
static OWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:[A-Z]:\\|/home/|/Users/)\S+\s*$|(?-u:\b)1[0-9]{9}\.[0-9]+").expect("a valid expression")
});

/// `cups.sort()`, `cups = []` among what is printed.
static UNPROMPTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[a-z_][a-z0-9_]*(?: = .+|(?:\.[a-z_]+)+\(.*\))$").expect("a valid expression"));

/// A name of Python's own that an earlier snippet binds and this one uses.
fn shadowed<'a>(known: &Known<'a>, snippet: &Snippet) -> Option<&'a str> {
    const OWN: [&str; 14] =
        ["print", "input", "list", "str", "int", "len", "sum", "max", "min", "id", "dict", "set", "type", "open"];
    let mut bound = known.case.lesson.snippets[..snippet.index].iter().flat_map(|it| {
        let typed = OWN.into_iter().filter(|name| it.kind == SnippetKind::Console && typed(it, name));
        it.provides().into_iter().chain(typed)
    });
    bound.find(|name| OWN.contains(name) && snippet.code.contains(&format!("{name}(")))
}

/// What tells of the machine and its Python rather than of the code.
static MACHINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:sys\.(?:path|version|version_info|executable|platform|prefix|modules|getsizeof)|os\.(?:system|environ|getcwd|getlogin|cpu_count|uname)|platform\.[a-z]+|gethostname|dir|help|globals|locals|vars|__sizeof__|timeit|input|stdin\.[a-z]+)(?-u:\b)(?:\(|\[|\.|\)|$|\s)").expect("a valid expression")
});

static TODAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:today|now|utcnow|localtime|gmtime|ctime|asctime|strftime)\(").expect("a valid expression")
});

/// `Python 3.6`, `python3.6/site-packages`, `CPython 3.11.4`.
static PYTHON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)python[ /-]?(?:version |[<>=≤≥~]+ ?)?3\.([0-9]{1,2})").expect("a valid expression")
});

/// What a prompt shows that no run can: files of the reader, addresses, another prompt.
fn at_prompt(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence) -> Option<Verdict> {
    let part = evidence.parts.iter().rev().find(|part| part.line < known.line(claim.span.start))?;
    let typed = known.case.source.lines().span(part.line).slice(known.case.source.text());
    if typed.trim_start().trim_start_matches('>').trim_start().starts_with('#') {
        return Some(Verdict::undecided("what is to be typed there is for the reader to find"));
    }
    if let Some(raised) = raised_in(part) {
        let unbound = raised.kind == "NameError" && !claim.text.contains("Error");
        let words = || shortened(&format!("{}: {}", raised.kind, raised.message));
        let undecided = || Verdict::undecided(format!("nothing before it binds what it takes: `{}`", words()));
        if let Some(verdict) = lacking(snippet, &raised)
            .or_else(|| self::unbound(known, snippet, &raised))
            .or_else(|| unbound.then(undecided))
        {
            return Some(verdict);
        }
        if let Some(stated) = claim.text.lines().rfind(|line| !line.trim().is_empty())
            && stated.trim().starts_with(&format!("{}: ", raised.kind))
            && raised.kind != "KeyError"
            && !snippet.code.contains("raise ")
        {
            return Some(Verdict::undecided(format!("Python words its own errors anew now and then: `{}`", words())));
        }
    }
    if let Some(name) = changed_before(known, snippet, typed) {
        return Some(Verdict::undecided(format!("an earlier fence changes `{name}`, and this one may begin anew")));
    }
    let parts = |text: &str| {
        let inside = text.trim().trim_start_matches(|char: char| char.is_alphabetic() || char == '_');
        let mut parts: Vec<String> =
            inside.trim_matches(['{', '}', '(', ')', '[', ']']).split(", ").map(str::to_owned).collect();
        parts.sort();
        (inside.starts_with('{') || text.trim().starts_with("dict_")).then_some(parts)
    };
    if parts(&claim.text).is_some_and(|stated| parts(&part.stdout) == Some(stated)) {
        return Some(Verdict::undecided("it is the same in another order, as Pythons before 3.7 had it"));
    }
    let advances = ["next(", "__next__(", ".send("].iter().any(|call| typed.contains(call));
    if advances && known.steps.get(&snippet.index).is_some_and(|&(_, step)| step > 0) {
        return Some(Verdict::undecided("it depends on how often the same was typed before"));
    }
    let missing = ["No such file or directory", "can't open file"].iter().any(|words| part.stderr.contains(words));
    if snippet.lang == Lang::Shell && missing {
        let words = shortened(part.stderr.lines().last().unwrap_or_default());
        return Some(Verdict::undecided(format!("it needs a file the lesson does not have: `{words}`")));
    }
    if claim.text.starts_with("Python 3") && claim.text.contains("Type \"help\"") {
        return Some(Verdict::undecided("it begins a session with a person"));
    }
    let number = |text: &str| !text.trim().is_empty() && text.trim().bytes().all(|byte| byte.is_ascii_digit());
    (typed.contains("id(") && number(&claim.text) && number(&part.stdout))
        .then(|| Verdict::undecided("what `id` gives is another number in every run"))
}

/// A name in a statement that an earlier snippet of the session has not only bound.
fn changed_before(known: &Known<'_>, snippet: &Snippet, typed: &str) -> Option<String> {
    let &(session, step) = known.steps.get(&snippet.index)?;
    let before = known.case.plan.sessions[session].steps[..step].iter();
    let codes: Vec<&str> = before.map(|step| known.case.lesson.snippets[step.snippet].code.as_str()).collect();
    let lines = || codes.iter().flat_map(|code| code.lines()).map(|line| line.trim_start_matches(['>', '.', ' ']));
    let names = typed.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|name| !name.is_empty());
    names.map(str::to_owned).find(|name| {
        let rest = |line: &str| line.strip_prefix(name.as_str()).map(str::to_owned);
        let binds = |rest: &String| rest.trim_start().starts_with('=') && !rest.trim_start().starts_with("==");
        let changes = |rest: &String| {
            rest.starts_with('.') && rest.contains('(')
                || rest.starts_with('[') && rest.contains("] =")
                || ["+=", "-=", "*=", "|="].iter().any(|sign| rest.trim_start().starts_with(sign))
        };
        lines().filter_map(rest).any(|rest| changes(&rest)) || lines().filter_map(rest).filter(binds).count() > 1
    })
}

/// Of a `>>>` session the first statement before a line that fails without the lesson showing it.
pub(super) fn failing_statement(
    known: &Known<'_>,
    snippet: &Snippet,
    evidence: &Evidence,
    before: u32,
) -> Option<Verdict> {
    let ends = evidence.parts.iter().skip(1).map(|part| part.line).chain([u32::MAX]);
    let mut parts = evidence.parts.iter().zip(ends).take_while(|(part, _)| part.line < before);
    parts.find_map(|(part, end)| {
        let raised = raised_in(part)?;
        let shown = known.case.lesson.claims.iter().any(|claim| {
            let line = known.line(claim.span.start);
            claim.about == Subject::Snippet(snippet.index) && part.line < line && line < end
        });
        // Its own claim says what is wrong with it.
        (!shown).then(|| ends::failed(known, snippet, &raised)).filter(|verdict| *verdict != Verdict::Holds)
    })
}

fn raised_in(part: &Part) -> Option<Raised> {
    part.stderr.contains("Traceback (most recent call last)").then_some(())?;
    let last = part.stderr.lines().rfind(|line| !line.trim().is_empty())?;
    let (kind, message) = last.split_once(": ").unwrap_or((last, ""));
    // The file is the prompt's own; the line is the lesson's all the same.
    let file = String::new();
    Some(Raised { kind: kind.to_owned(), message: message.to_owned(), file, line: 0 })
}
