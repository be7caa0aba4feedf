//! What an author shows in another way than a run prints it.

use std::sync::LazyLock;

use etude_course::{Claim, Found, Lang, Snippet, SnippetKind};
use etude_text::Span;
use regex::Regex;

use crate::decide::output::shortened;
use crate::decide::{Known, Verdict};
use crate::run::Evidence;

pub(super) fn otherwise(known: &Known<'_>, claim: &Claim, snippet: &Snippet, evidence: &Evidence) -> Option<Verdict> {
    let Evidence { stdout, stderr, .. } = evidence;
    if claim.found == Found::Comment && claim.inferred && describes(&claim.text, stdout) {
        return Some(Verdict::undecided("it may tell of what is printed in words of the author's"));
    }
    if claim.found != Found::Fence {
        return None;
    }
    if claim.text.trim_start().starts_with("+-") && !stdout.contains("+-") {
        return Some(Verdict::undecided("it is a table that the code does not draw"));
    }
    if is_bare(known, claim, snippet) && !looks_printed(&claim.text, stdout) {
        return Some(Verdict::undecided("whether it is what the code prints is not said"));
    }
    if let Some(raised) = evidence.raised()
        && is_reworded(&claim.text, &raised.kind, &raised.message)
        && !snippet.code.contains("raise ")
    {
        let words = shortened(&format!("{}: {}", raised.kind, raised.message));
        return Some(Verdict::undecided(format!("Python words its own errors anew now and then: `{words}`")));
    }
    let streams = [format!("{stdout}{stderr}"), format!("{stderr}{stdout}")];
    // Only long lines are wrapped.
    let long = stdout.lines().chain(stderr.lines()).any(|line| line.chars().count() > LONG);
    let dense = |text: &str| -> String { ADDRESS.replace_all(text, "0x").split_whitespace().collect() };
    let shown = dense(&claim.text);
    if streams.iter().any(|all| dense(all) == shown) && (long || is_indented(&claim.text, stdout)) {
        return Some(Verdict::undecided("it is the same but for its blanks and where its lines break"));
    }
    let older = |text: &str| dense(&NEW_NAMES.replace_all(text, ""));
    if streams.iter().any(|all| NEW_NAMES.is_match(all) && older(all) == shown) {
        return Some(Verdict::undecided("newer Pythons give a class more names of their own"));
    }
    if let Some(line) = value_behind(snippet, &claim.text, stdout).filter(|_| evidence.raised().is_none()) {
        return Some(Verdict::undecided(format!("it may be the value of `{line}`, which only a prompt would show")));
    }
    let other = announced(known, claim)?;
    let own = snippet.title.as_ref().map(|title| title.name.as_str());
    (own.is_some() && own != Some(&other))
        .then(|| Verdict::undecided(format!("the text before it speaks of `{other}`, which was run before this")))
}

const LONG: usize = 60;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new("0x[0-9a-fA-F]+").expect("a valid expression"));

/// What classes have since Python 3.13.
static NEW_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"'__firstlineno__'(?:: [0-9]+)?(?:, )?|(?:, )?'__static_attributes__'(?:: \([^)]*\))?")
        .expect("a valid expression")
});

/// Whether the lines differ in how far they stand to the right, and show words rather than figures.
fn is_indented(stated: &str, stdout: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let differs = stated.lines().filter(|line| !stdout.lines().any(|it| it.trim_end() == line.trim_end()));
    let wordy = |line: &str| line.split(|char: char| !char.is_alphabetic()).any(|word| word.len() > 3);
    lines(stated) == lines(stdout) && differs.into_iter().all(wordy)
}

/// An error of the same kind about the same names, in other words.
fn is_reworded(stated: &str, kind: &str, message: &str) -> bool {
    let name = kind.rsplit('.').next().unwrap_or(kind);
    let said = stated.lines().rfind(|line| line.trim_start().starts_with(&format!("{name}: ")));
    let Some(at) = said.and_then(|line| stated.rfind(line)) else { return false };
    let said = &stated[at..];
    let words = |text: &str| text.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    let begins = said.trim_start().strip_prefix(name).unwrap_or_default().trim_start_matches(": ");
    let mut names = NAME.captures_iter(message).map(|it| it[1].to_owned()).peekable();
    words(begins) == words(message) && names.peek().is_some() && names.all(|it| said.contains(&it))
}

static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new("'([^' ]+)'").expect("a valid expression"));

/// The expression at the end of a program, if what is shown goes on with one value behind all that is printed.
fn value_behind<'a>(snippet: &'a Snippet, stated: &str, stdout: &str) -> Option<&'a str> {
    let shows = matches!(snippet.kind, SnippetKind::Script | SnippetKind::Fragment);
    let last = snippet.code.trim_end().lines().last().filter(|_| shows)?;
    let is_expression = !last.starts_with([' ', '\t', '#', ')', ']', '}'])
        && !last.starts_with("print(")
        && etude_python::parse(&format!("({last})")).errors.is_empty();
    let printed = stdout.trim();
    let stated = stated.trim();
    let value =
        if stated.starts_with(printed) && !printed.is_empty() { stated[printed.len()..].trim() } else { stated };
    (is_expression && VALUE.is_match(value.trim_start_matches(">>>").trim())).then_some(last.trim_end())
}

/// As a prompt shows values.
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?s)^(?:<.+>|\[.*\]|\{.*\}|\(.*\)|'.*'|".*"|-?[0-9][0-9._]*(?:e-?[0-9]+)?|True|False|[A-Za-z_][\w.]*\(.*\))$"#,
    )
    .expect("a valid expression")
});

/// Whether words behind "Output:" say what is printed without showing it, or with a remark.
fn describes(stated: &str, stdout: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|char: char| !char.is_alphanumeric()).filter(|word| word.len() > 2);
        words.map(str::to_lowercase).collect()
    };
    let shown = words(stdout);
    let remarked =
        !stated.contains('\n') && stdout.lines().any(|line| !line.trim().is_empty() && stated.contains(line.trim()));
    let alike = VALUE.is_match(stated) || !stated.contains(' ') || words(stated).iter().any(|it| shown.contains(it));
    remarked || !alike
}

/// Whether nothing but its place says that a fence shows what is printed.
fn is_bare(known: &Known<'_>, claim: &Claim, snippet: &Snippet) -> bool {
    let fence = known.case.lesson.snippets.iter().find(|it| it.code_span() == claim.span);
    fence.is_some_and(|it| {
        let between = snippet.span.end <= it.span.start;
        let between = between.then(|| Span::new(snippet.span.end, it.span.start).slice(known.case.source.text()));
        it.lang == Lang::None && between.is_some_and(|text| text.trim().is_empty())
    })
}

/// As many lines as are printed, or the same at one end.
fn looks_printed(stated: &str, stdout: &str) -> bool {
    let lines = |text: &str| -> Vec<String> { text.trim().lines().map(|line| line.trim().to_owned()).collect() };
    let (stated, printed) = (lines(stated), lines(stdout));
    stated.len() == printed.len() || stated.first() == printed.first() || stated.last() == printed.last()
}

/// The paragraph right before the fence of a claim.
pub(in crate::decide) fn lead<'a>(known: &Known<'a>, claim: &Claim) -> Option<&'a str> {
    let text = &known.case.source.text()[..claim.span.start as usize];
    // Without the line that opens the fence.
    let before = text.trim_end().rsplit_once('\n')?.0.trim_end();
    before.rsplit("\n\n").next().filter(|lead| !lead.ends_with("```") && !lead.ends_with("~~~"))
}

/// The file that the paragraph before an output says it is the output of.
fn announced(known: &Known<'_>, claim: &Claim) -> Option<String> {
    let lead = lead(known, claim)?;
    let titles = known.case.lesson.snippets.iter().filter_map(|it| it.title.as_ref());
    titles.map(|title| title.name.clone()).find(|name| lead.contains(&format!("`{name}`")))
}
