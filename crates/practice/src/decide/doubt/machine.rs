//! What the machine, its programs and files, its clock and the order of its sets put into an output.

use std::sync::LazyLock;

use etude_course::{Claim, Found, Lang, Snippet};
use regex::Regex;

use super::{hinted, settled};
use crate::decide::lines::sorted_sets;
use crate::decide::output::{printed, shortened};
use crate::decide::{Known, Verdict};
use crate::run::{End, Evidence};

/// What is another in every run of a program that asks for it.
pub(super) fn sources(known: &Known<'_>, snippet: &Snippet, evidence: &Evidence) -> Vec<(&'static Regex, Verdict)> {
    let mut all: Vec<(&'static Regex, Verdict)> = Vec::new();
    let code = &snippet.code;
    if known.session_code(snippet).any(|code| SIZES.is_match(code)) {
        all.push((&SIZES, Verdict::undecided("how large an object is, every Python decides for itself")));
    }
    if let Some(found) = INSIDES.find(code) {
        let reason = format!("what `{}` tells of the inside of a program changes with its version", found.as_str());
        all.push((&INSIDES, Verdict::undecided(reason)));
    }
    if NUMBERED.is_match(code) {
        let reason = "it shows a number that the system gives out anew in every run";
        all.push((&NUMBERED, hinted(reason, "put `<...>` in the place of what differs")));
    }
    if snippet.lang == Lang::Python && PROGRAMS.is_match(code) && !starts_plain(code) {
        all.push((&PROGRAMS, Verdict::undecided("it shows what another program says on the author's machine")));
    }
    // Where something waits, its times are those of what it waits for.
    if CLOCKS.is_match(code) && (evidence.took.as_secs_f64() < WAITS || RATIO.is_match(code)) {
        let reason = "how long it computes is another on every machine";
        all.push((&CLOCKS, hinted(reason, "put `<...>` in the place of what differs")));
    }
    all
}

/// Which of the printed lines show a number, or a time, that is another in every run.
pub(in crate::decide) fn varying(snippet: &Snippet, lines: &[&str]) -> Vec<bool> {
    let [numbered, timed] = [&NUMBERED, &CLOCKS].map(|source| settled::varying(snippet, source, lines));
    numbered.into_iter().zip(timed).map(|(numbered, timed)| numbered || timed).collect()
}

/// What takes less, by the run's own clock, has waited for nothing.
const WAITS: f64 = 0.05;

static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"getp?pid|\.pid(?-u:\b)|get_ident|\.ident(?-u:\b)|native_id|(?-u:\b)(?:id|hash)\(")
        .expect("a valid expression")
});

static SIZES: LazyLock<Regex> = LazyLock::new(|| Regex::new("getsizeof|__sizeof__").expect("a valid expression"));

/// What shows how Python, or a library of it, does something.
static INSIDES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:dis\.[a-z_]+|ast\.dump|cProfile|pstats|tracemalloc|set_trace_callback|pydoc)(?-u:\b)")
        .expect("a valid expression")
});

static PROGRAMS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"subprocess|(?-u:\b)popen\(|getoutput").expect("a valid expression"));

static CLOCKS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"perf_counter|monotonic|process_time|thread_time|timeit|time_ns|(?-u:\b)time\.time(?-u:\b)|^time\($")
        .expect("a valid expression")
});

/// "5 times slower": the quotient of two times.
static RATIO: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(?:times|x) (?:slower|faster)|speed-?up").expect("a valid expression"));

/// Whether all programs it starts are the same everywhere.
fn starts_plain(code: &str) -> bool {
    const PLAIN: [&str; 8] = ["python", "python3", "echo", "printf", "sleep", "true", "false", "cat"];
    let mut started = STARTED.captures_iter(code).map(|it| it[1].to_owned()).peekable();
    let own = code.contains("sys.executable");
    if started.peek().is_none() { own } else { started.all(|it| PLAIN.contains(&it.as_str())) }
}

static STARTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?:(?-u:\b)run|Popen|call|check_output|_exec|_shell|popen|getoutput)\(\s*[\[(]?\s*f?["']([A-Za-z0-9_./-]+)"#,
    )
    .expect("a valid expression")
});

/// What is shown is of files, programs or tools that others do not have.
pub(super) fn of_machine(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence) -> Option<Verdict> {
    if claim.text.lines().any(|line| REPORT.is_match(line)) {
        return Some(Verdict::undecided("it is the report of a tool that is not run here"));
    }
    let typed = known.part_of(claim, evidence).map(|part| part.line);
    let typed = typed.map(|line| known.case.source.lines().span(line).slice(known.case.source.text()));
    let code = typed.unwrap_or(&snippet.code);
    if let Some(found) = OUTSIDE.find(code) {
        let path = shortened(found.as_str().trim_matches(['"', '\'', ' ', '=']));
        return Some(Verdict::undecided(format!("what lies below `{path}` is another on every machine")));
    }
    if matches!(evidence.end, End::Exit { code: 2, .. }) && wants_arguments(&snippet.code) {
        return Some(Verdict::undecided("it is to be started with arguments"));
    }
    let tells = TELLS.captures(code).filter(|_| snippet.lang == Lang::Shell)?;
    Some(Verdict::undecided(format!("what `{}` says is another on every machine", &tells[1])))
}

/// `main.py:3: error: …`, as checkers of types and style report.
static REPORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:\S+\.pyi?:[0-9]+(?::[0-9]+)?:? (?:- )?)?(?:error|note|warning): ",
        r"|^\S+\.pyi?:[0-9]+(?::[0-9]+)?:? [A-Z]{1,4}[0-9]{3,4}(?-u:\b)",
    ))
    .expect("a valid expression")
});

/// A file of the system's, or of somebody's home.
static OUTSIDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:["'\s=])(?:/(?:etc|var|proc|sys|usr|home|Users|opt)/|~/|[A-Z]:\\\\)"#).expect("a valid expression")
});

/// A command line whose words its library reads.
pub(in crate::decide) fn wants_arguments(code: &str) -> bool {
    ["parse_args(", "click.", "typer.", "fire.Fire(", "docopt("].iter().any(|it| code.contains(it))
}

/// Programs that tell of the machine, and tools whose words change with their version.
static TELLS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?m)(?:^|[|;&]|\$\(|(?-u:\b)(?:sudo|time|watch)(?-u:\b))\s*(?:[$%#] )?(?:uvx? (?:run )?|poetry run |python3? -m )?",
        r"(ls -[a-zA-Z]*l[a-zA-Z]*|time|ps|df|du|top|htop|free|uname|date|cal|whoami|who|w|id|hostname|ifconfig|ip",
        r"|netstat|ss|lsof|docker|kubectl|git|pip3?|pipx|npm|node|brew|apt|apt-get|systemctl|journalctl|dmesg|env",
        r"|printenv|uptime|pydoc[0-9.]*|mypy|pyright|ruff|black|pylint|flake8|isort|bandit|py-spy|hyperfine|wrk|ab|hey)(?:\s|$)",
    ))
    .expect("a valid expression")
});

/// The same words of each line, or the same lines, in an order that a set does not promise.
pub(super) fn of_sets(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence) -> Option<Verdict> {
    SETS.is_match(&snippet.code).then_some(())?;
    let words = |line: &str| {
        let mut words: Vec<String> = line
            .split(|char: char| !char.is_alphanumeric() && char != '_')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        words.sort();
        words
    };
    let lines = |text: &str| -> Vec<Vec<String>> { text.lines().map(words).filter(|it| !it.is_empty()).collect() };
    let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let all = printed(known, claim, evidence).0;
    let wrapped = sorted_sets(&spaced(&all)).is_some_and(|all| sorted_sets(&spaced(&claim.text)) == Some(all));
    let (mut stated, mut shown) = (lines(&claim.text), lines(&all));
    if claim.found == Found::TrailingComment {
        shown.retain(|line| *line == stated[0]);
        shown.truncate(1);
    }
    if stated != shown && LOOPED.is_match(&snippet.code) {
        stated.sort();
        shown.sort();
    }
    (wrapped || !stated.is_empty() && stated == shown).then(|| {
        hinted("it is the same in another order, which a set does not promise", "show it sorted, or as a whole set")
    })
}

static SETS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:frozen)?set\(|(?:[=(,\[]|return|in)\s*\{[^{}:]*,[^{}:]*\}|\{[^{}:]+ for ")
        .expect("a valid expression")
});

/// A loop over a set as it stands there.
static LOOPED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?-u:\b)in\s+(?:(?:frozen)?set\(|\{[^{}:]*\})").expect("a valid expression"));
