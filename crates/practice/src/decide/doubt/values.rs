//! Outputs that are not what was foretold and may still be right.

use std::sync::LazyLock;

use etude_course::{Claim, ClaimKind, Found, Lang, Snippet, SnippetKind};
use regex::Regex;

use super::errors::{lacking, typed};
use super::hinted;
use super::machine::{self, of_machine, of_sets};
use super::parts::changed_between;
use super::prompts::{at_prompt, failing_statement, raised_in};
use super::settled::{Left, left};
use super::shown::otherwise;
use crate::decide::output::{Stated, explain, shortened};
use crate::decide::{Known, Verdict, ends, time};
use crate::run::{BEARABLE, End, Evidence};

static CHANCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:random|randint|randrange|shuffle|secrets|urandom|getrandbits|SystemRandom|default_rng|Faker|uuid[0-9]?)(?-u:\b)").expect("a valid expression")
});

static THREADS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:Thread|ThreadPoolExecutor|ProcessPoolExecutor|Process|Pool|to_thread|run_in_executor)\(")
        .expect("a valid expression")
});

static NUMBER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[0-9]+(?:\.[0-9]+)?").expect("a valid expression"));

/// Why an output that is not what was foretold may still be right.
pub(in crate::decide) fn of_output(
    known: &Known<'_>,
    claim: &Claim,
    snippet: &Snippet,
    evidence: &Evidence,
) -> Option<Verdict> {
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
    if let Some(part) = known.part_of(claim, evidence)
        && let Some(raised) = raised_in(part)
        && let undecided @ Verdict::Undecided { .. } = ends::failed(known, snippet, &raised)
    {
        return Some(undecided);
    }
    if let Some(raised) = evidence.raised().filter(|_| known.part_of(claim, evidence).is_none())
        && let Some(verdict) = lacking(snippet, raised)
    {
        return Some(verdict);
    }
    let doubts = of_another_day(known, claim, snippet, evidence)
        .or_else(|| of_machine(known, claim, snippet, evidence))
        .or_else(|| otherwise(known, claim, snippet, evidence))
        .or_else(|| of_sets(known, claim, snippet, evidence))
        .or_else(|| changed_between(known, snippet));
    if let Some(verdict) = doubts {
        return Some(verdict);
    }
    let ClaimKind::Output { parts, whole } = &claim.kind else { return None };
    let mut settled = None;
    for (source, verdict) in sources(known, claim, snippet, evidence) {
        match left(known, claim, snippet, evidence, source) {
            Left::All => return Some(verdict),
            Left::Nothing => {}
            Left::But(parting) => settled = Some(parting),
        }
    }
    let sorted = |lines: &mut Vec<String>| {
        lines.retain(|line| !line.trim().is_empty());
        lines.sort();
    };
    let mut stated: Vec<String> = parts.iter().map(|part| part.trim_end().to_owned()).collect();
    let mut printed: Vec<String> = evidence.stdout.lines().map(|line| line.trim_end().to_owned()).collect();
    sorted(&mut stated);
    sorted(&mut printed);
    let numbered = |lines: &[String]| NUMBER.replace_all(&lines.join("\n"), "0").into_owned();
    if counts_with_others(known, snippet) && numbered(&stated) == numbered(&printed) {
        return Some(Verdict::undecided(
            "which lines they are depends on the file that a reader makes of the snippets",
        ));
    }
    if evidence.delayed > BEARABLE && known.varies(snippet).durations && numbered(&stated) == numbered(&printed) {
        return Some(Verdict::undecided(time::busy(evidence)));
    }
    let threads = (stated == printed && THREADS.is_match(&snippet.code)).then(|| {
        hinted(
            "the same lines come in another order, which threads and processes do not promise",
            "mark the output `unordered`",
        )
    });
    let stated = Stated { known, claim, parts, whole: *whole, snippet };
    threads.or_else(|| settled.map(|parting| explain(stated, parting, evidence)))
}

/// What in the code makes something another thing in every run or on every machine, and the doubt that comes with it.
fn sources(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence) -> Vec<(&'static Regex, Verdict)> {
    let mut all: Vec<(&'static Regex, Verdict)> = Vec::new();
    let part = match known.part_of(claim, evidence) {
        Some(part) => known.case.source.lines().span(part.line).slice(known.case.source.text()),
        None => snippet.code.as_str(),
    };
    if let Some(found) = MACHINE.find(part) {
        all.push((&MACHINE, Verdict::undecided(format!("`{}` is another on every machine", found.as_str()))));
    }
    if TODAY.is_match(&snippet.code) && claim.text.contains(|char: char| char.is_ascii_digit()) {
        all.push((&TODAY, hinted("what it prints depends on the day", "put `<...>` in the place of what differs")));
    }
    if CHANCE.is_match(&snippet.code) && !snippet.code.contains("seed(") {
        let way = "let it begin with `random.seed(1)`, or put `<...>` in the place of what is drawn";
        all.push((&CHANCE, hinted("what it prints depends on chance", way)));
    }
    all.extend(machine::sources(known, snippet, evidence));
    all
}

/// Whether a snippet looks at lines, and runs with others that a reader may have put above it.
fn counts_with_others(known: &Known<'_>, snippet: &Snippet) -> bool {
    let Some(&(session, _)) = known.steps.get(&snippet.index) else { return false };
    known.case.plan.sessions[session].code().filter(|code| code.stands.is_some()).count() > 1
}

/// What was printed on another day, by another Python, or with a person at a debugger.
fn of_another_day(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence) -> Option<Verdict> {
    if claim.text.lines().any(|line| ["(Pdb)", "ipdb>"].iter().any(|prompt| line.trim_start().starts_with(prompt))) {
        return Some(Verdict::undecided("somebody types to a debugger in it"));
    }
    if claim.text.trim() == "?" {
        return Some(Verdict::undecided("it is asked of the reader"));
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
    if snippet.lang == Lang::Shell
        && let Some(words) = lacks_program(known, claim, evidence)
    {
        return Some(Verdict::undecided(format!("what it needs is not there: `{}`", shortened(&words))));
    }
    let code = |line: &str| {
        let above = &known.case.lesson.snippets[..snippet.index];
        let copied = |it: &Snippet| it.python.is_some() && it.code.lines().any(|other| other.trim() == line);
        line.ends_with(':') && above.iter().any(copied)
    };
    if claim.text.lines().any(|line| code(line.trim())) {
        return Some(Verdict::undecided("it repeats code, to speak about it"));
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

/// What a shell says of a program that it cannot start, among what the claim is about.
fn lacks_program(known: &Known<'_>, claim: &Claim, evidence: &Evidence) -> Option<String> {
    const UNMET: [&str; 4] =
        ["ModuleNotFoundError: No module", ": No module named", "command not found", ": not found"];
    let (stdout, stderr) = match known.part_of(claim, evidence) {
        Some(part) => (&part.stdout, &part.stderr),
        None => (&evidence.stdout, &evidence.stderr),
    };
    // `2>&1` puts it among the rest.
    let said = || stderr.lines().chain(stdout.lines());
    let unmet = said().find(|line| UNMET.iter().any(|words| line.contains(words)));
    let status = matches!(evidence.end, End::Exit { code: 126 | 127, .. }) && known.part_of(claim, evidence).is_none();
    unmet.or_else(|| said().next().filter(|_| status)).map(str::to_owned)
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
    Regex::new(r"(?-u:\b)(?:sys\.(?:path|version|version_info|executable|platform|prefix|modules|getsizeof)|os\.(?:system|environ|getcwd|getlogin|cpu_count|uname|listdir|scandir|walk)|platform\.[a-z]+|gethostname|dir|help|globals|locals|vars|__sizeof__|iterdir|r?glob|getpwall|psutil|disk_usage|getuser|timeit|input|stdin\.[a-z]+)(?-u:\b)(?:\(|\[|\.|\)|$|\s)").expect("a valid expression")
});

static TODAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:today|now|utcnow|localtime|gmtime|ctime|asctime|strftime)\(").expect("a valid expression")
});

/// `Python 3.6`, `python3.6/site-packages`, `CPython 3.11.4`.
static PYTHON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)python[ /-]?(?:version |[<>=≤≥~]+ ?)?3\.([0-9]{1,2})").expect("a valid expression")
});
